/*
 * directives.h
 *		The directives that stand for rules on arguments.
 */
#ifndef SC_DIRECTIVES_H
#define SC_DIRECTIVES_H

#include "arguments.h"

/* A yes/no directive. */
typedef struct
{
	const char *name;			/* "RestrictRealtime" */
	sc_rule    *rules;
	int			nrules;
	/* for doc/arguments.md */
	const char *what;			/* what holds with it */
	const char *why;			/* why a server does not need it otherwise */
	const char *missed_by;		/* who does */
} sc_switch;

extern sc_switch sc_switches[];
extern const int sc_nswitches;

/* What ProcessDumpable=no forbids. */
extern sc_rule sc_dumpable_rules[];
extern const int sc_ndumpable_rules;

/* Index of a switch by name, or -1. */
extern int	sc_switch_by_name(const char *name);

/*
 * Resolve the names in the tables.  Idempotent.  NULL, or a static description
 * of the defect: only a broken build has one.
 */
extern const char *sc_directives_init(void);

#endif							/* SC_DIRECTIVES_H */
