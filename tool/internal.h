/*
 * internal.h
 *		What the tool says about itself, from the tables of its commands: to
 *		shells that complete a line, and to the build, which makes the man page.
 */
#ifndef PGSC_INTERNAL_H
#define PGSC_INTERNAL_H

#include "tool.h"

/*
 * pg_seccomp __complete WORD...: print what the last word, perhaps empty, can
 * become, a line each.  Nothing if only a file name would do.
 */
extern int	complete_words(int argc, char **argv);

/* pg_seccomp __manual: print the man page pg_seccomp(1), as man(7) wants it. */
extern int	print_manual(void);

/* Call visit() for each option of a command that has a name, its children's too. */
extern void each_option(const struct argp *argp,
						void (*visit) (const struct argp_option *option, void *arg), void *arg);

/* Where exposure's table of assessments is, beside that of exploits.  Allocated. */
extern char *default_assessments(void);

/* "1.0.0" */
extern const char *version(void);

#endif							/* PGSC_INTERNAL_H */
