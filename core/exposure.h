/*
 * exposure.h
 *		Tables of what a policy is scored against.
 *
 * Public kernel exploits, and assessments: what a process may still do.  Each
 * row has gates (gates.h): an exploit is stopped, an assessment closed, if one of
 * them is shut.
 *
 * Both are tab-separated text with "#" comments and a line of column names, which
 * may stand in any order; columns of other names are left alone.
 */
#ifndef SC_EXPOSURE_H
#define SC_EXPOSURE_H

#include <stddef.h>

#include "gates.h"

typedef struct
{
	const char *cve;
	const char *year;
	const char *name;
	sc_gates	gates;
	const char *docker;			/* is it stopped by Docker's default profile? "unknown" */
	bool		userns;			/* does it need a user namespace of its own? */
} sc_exploit;

typedef struct
{
	sc_exploit *list;
	int			n;
	bool		docker;			/* is there a column for it? */
} sc_exploits;

/*
 * Columns cve, year, name, gates, needs_userns, and optionally one whose name
 * begins with docker_default_blocks.  Allocated; adds to *errors what is wrong.
 */
extern sc_exploits sc_exploits_parse(const char *text, size_t len, sc_errors *errors);

typedef struct
{
	const char *name;
	int			weight;			/* 1 .. SC_MAX_WEIGHT */
	sc_gates	gates;
	const char *what;			/* what an attacker gets who may do it */
	const char *why;			/* why it weighs more than its exploits say; or "" */
} sc_assessment;

#define SC_MAX_WEIGHT 1000

typedef struct
{
	sc_assessment *list;		/* the heaviest first, of equals in the table's order */
	int			n;
	int			weight;			/* of all */
} sc_assessments;

/* Columns name, weight, gates, what, and optionally why.  As the other one. */
extern sc_assessments sc_assessments_parse(const char *text, size_t len, sc_errors *errors);

#endif							/* SC_EXPOSURE_H */
