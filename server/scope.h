/*
 * scope.h
 *		The scopes of every process, and the policy that they come from.
 */
#ifndef PGSC_SCOPE_H
#define PGSC_SCOPE_H

#include "postgres.h"

#include "load.h"

/*
 * The policy that the postmaster loaded, inherited by fork; NULL if the
 * module was not preloaded.
 */
extern LoadedPolicy *inherited;

/* Was a seccomp filter there before the postmaster attached its own? */
extern bool anchored;

/* How many; 0 also where the kernel does not count (before Linux 5.9). */
extern int	outer_filters;

/*
 * In the postmaster (or a single-user server), from _PG_init: load the policy,
 * attach the server's program, and see to it that children attach theirs.
 * FATAL unless all of it works.
 */
extern void enter_server_scope(void);

/*
 * The policy for new sessions: the inherited one, or the file as it is now if
 * it changed and is good.  Says so in the log, once a change.
 */
extern LoadedPolicy *current_policy(void);

/* Report why a policy could not be loaded. */
extern void report_load_error(int elevel, const LoadError *error);

#endif							/* PGSC_SCOPE_H */
