/*
 * session.h
 *		The session sections: of clients, and of what acts for a role.
 */
#ifndef PGSC_SESSION_H
#define PGSC_SESSION_H

#include "postgres.h"

#include "libpq/libpq-be.h"

#include "load.h"

/*
 * In a client backend or walsender, after authentication: attach the program
 * of the session section that fits.  FATAL on failure.
 */
extern void enter_session_scope(const Port *port);

/*
 * In a background worker, before its first transaction commits, which is
 * InitPostgres()'s: if it connects as a role that it named, attach what a session
 * of that role and database would have.  FATAL on failure.
 */
extern void enter_role_scope(void);

/*
 * In a parallel worker: attach what the leader has.  leaders is what
 * workers_profiles_changed() was given there.  FATAL on failure.
 */
extern void enter_worker_scope(const char *leaders);

/*
 * The section that a session of this role and database would get from the
 * policy now in force for new sessions; NULL for none.  address may be NULL:
 * not known.  A transaction must be open.
 */
extern const sc_section *section_for(const LoadedPolicy *loaded, const char *role,
									 const char *database, const sc_address *address,
									 bool replication);

/*
 * Attach a profile of the current policy to this session, for good; false if it
 * has it already.  ERROR if there is none of that name, or on failure.
 */
extern bool restrict_session(const char *profile);

/* This session's profiles, in the order attached, comma-separated. */
extern const char *session_profiles(void);

/*
 * Called with what enter_worker_scope() is to be given in this session's parallel
 * workers, each time it changes; it lives as long as the process.  Must not fail.
 */
extern void (*workers_profiles_changed) (char *for_workers);

#endif							/* PGSC_SESSION_H */
