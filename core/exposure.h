/*
 * exposure.h
 *		Which public kernel exploits would a set of programs stop?
 *
 * An exploit has gates: sets of system calls, each of which it cannot do
 * without.  It is stopped if all calls of one gate are denied, whatever their
 * other arguments.  The table says which gates, the compiled programs whether
 * they are shut.
 */
#ifndef SC_EXPOSURE_H
#define SC_EXPOSURE_H

#include "stack.h"

typedef struct
{
	const char *cve;
	const char *year;
	const char *name;
	const char *gates;			/* "splice|sendfile;socket:AF_ALG" */
	const char *docker;			/* is it stopped by Docker's default profile? */
	bool		userns;			/* does it need a user namespace of its own? */
} sc_exploit;

typedef struct
{
	sc_exploit *list;
	int			n;
} sc_exploits;

/*
 * Parse a table: tab-separated, "#" comments, a line of column names with cve,
 * year, name, gates, needs_userns, and optionally docker_default_blocks_...
 * Allocated; adds to *errors what is wrong.
 */
extern sc_exploits sc_exploits_parse(const char *text, size_t len, sc_errors *errors);

typedef struct
{
	bool		stopped;
	const char *gate;			/* the gate that is shut; allocated */
	int			program;		/* index of the program that shuts its first call */
	int			line;			/* of the policy, 0: no line says so */
} sc_exposure;

/* Is an exploit stopped?  Names in gates that say nothing here are added to *errors. */
extern sc_exposure sc_exploit_try(const sc_exploit *exploit, const sc_stack *stack,
								  sc_errors *errors);

#endif							/* SC_EXPOSURE_H */
