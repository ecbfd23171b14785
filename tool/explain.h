/*
 * explain.h
 *		Between the files of "pg_seccomp explain".
 */
#ifndef PGSC_TOOL_EXPLAIN_H
#define PGSC_TOOL_EXPLAIN_H

#include "../core/policy.h"

/* What the command line says of a process; NULL where it says nothing. */
typedef struct
{
	const char *role;
	const char **member_of;
	int			nmember_of;
	const char *database;
	bool		physical;		/* physical replication: no database */
	const char *address;
	const char *process;		/* a type, as pg_stat_activity has it */
} session_facts;

/* Is anything said that only a session has? */
extern bool describes_session(const session_facts *facts);

/*
 * The section whose scope the process has; NULL if nothing is said of it.  For
 * sessions starts a table of those that were tried.  Ends the program if the
 * facts make no sense.
 */
extern const sc_section *section_of(const sc_policy *policy, const session_facts *facts);

#endif							/* PGSC_TOOL_EXPLAIN_H */
