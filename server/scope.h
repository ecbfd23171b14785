/*
 * scope.h
 *		Which program, at which point of a process's life.
 */
#ifndef PGSC_SCOPE_H
#define PGSC_SCOPE_H

#include "postgres.h"

#include "libpq/libpq-be.h"

#include "load.h"

/*
 * The policy that the postmaster loaded, inherited by fork; NULL if the
 * module was not preloaded.
 */
extern LoadedPolicy *inherited;

/* Was a seccomp filter there before the postmaster attached its own? */
extern bool anchored;

/*
 * In the postmaster (or a single-user server), from _PG_init: load the policy,
 * attach the server's program, and see to it that children attach theirs.
 * FATAL unless all of it works.
 */
extern void enter_server_scope(void);

/*
 * In a client backend or walsender, after authentication: attach the program
 * of the session section that fits.  FATAL on failure.
 */
extern void enter_session_scope(const Port *port);

/*
 * In a parallel worker: attach what the leader has.  leaders is what
 * profiles_changed() was given there.  FATAL on failure.
 */
extern void enter_worker_scope(const char *leaders);

/*
 * The section that a session of this role and database would get from the
 * policy now in force for new sessions; NULL for none.  address may be NULL:
 * not known.  A transaction must be open.
 */
extern const sc_section *section_for(const LoadedPolicy *loaded, const char *role,
									 const char *database, const sc_address *address);

/*
 * The policy for new sessions: the inherited one, or the file as it is now if
 * it changed and is good.  Says so in the log, once a change.
 */
extern LoadedPolicy *current_policy(void);

/*
 * Attach a profile of the current policy to this session, for good.  ERROR if
 * there is none of that name, or on failure.
 */
extern void restrict_session(const char *profile);

/* This session's profiles, in the order attached, comma-separated. */
extern const char *session_profiles(void);

/*
 * Let enter_*_scope() and restrict_session() tell others: called with
 * session_profiles(), and with what enter_worker_scope() is to be given in this
 * session's parallel workers, NULL in such a worker; it lives as long as the
 * process.  Must not fail.
 */
extern void (*profiles_changed) (const char *profiles, char *for_workers);

#endif							/* PGSC_SCOPE_H */
