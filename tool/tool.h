/*
 * tool.h
 *		What the sub-commands of pg_seccomp share.
 */
#ifndef PGSC_TOOL_H
#define PGSC_TOOL_H

#include "../core/policy.h"

/* Exit status: nothing to object to, findings, wrong use or no input. */
enum
{
	EXIT_GOOD = 0,
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2
};

/* A whole file's bytes; ends the program with a message if it cannot be read. */
extern char *read_file(const char *path, size_t *len);

/* A policy without errors; prints them and ends the program otherwise. */
extern sc_policy *read_policy(const char *path);

/* Sub-commands: argv[0] is the command's own name.  Return the exit status. */
extern int	command_exposure(int argc, char **argv);

#endif							/* PGSC_TOOL_H */
