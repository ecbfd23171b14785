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
	const char *what;			/* what it takes away, for the docs */
	sc_rule    *rules;
	int			nrules;
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
