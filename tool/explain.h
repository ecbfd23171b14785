/*
 * explain.h
 *		Between the files of "pg_seccomp explain".
 */
#ifndef PGSC_TOOL_EXPLAIN_H
#define PGSC_TOOL_EXPLAIN_H

#include "../core/policy.h"

/* What the command line says of a process and its session; NULL where it says nothing. */
typedef struct
{
	const char *role;
	const char **member_of;
	int			nmember_of;
	const char *database;
	bool		physical;		/* physical replication: no database */
	const char *address;
	const char *process;		/* a type, as pg_stat_activity has it, or a bgw_type */
	const char *library;		/* a background worker's */
} process_facts;

/* The process that is meant. */
typedef struct
{
	bool		postmaster;
	sc_process	process;		/* else */
	const sc_section *session;	/* or NULL: none comes on top */
} described_process;

/* Is anything said that only a session has? */
extern bool describes_session(const process_facts *facts);

/*
 * Which process it is; false if nothing is said of it.  For sessions starts a table
 * of the sections that were tried.  Ends the program if the facts make no sense.
 */
extern bool find_process(const sc_policy *policy, const process_facts *facts, described_process *found);

#endif							/* PGSC_TOOL_EXPLAIN_H */
