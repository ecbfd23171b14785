/*
 * process.h
 *		The process sections: what a type of process has beside [Server] and [Child].
 */
#ifndef PGSC_PROCESS_H
#define PGSC_PROCESS_H

#include "postgres.h"

#include "load.h"

/*
 * In the postmaster, before it forks: the policy whose process sections its
 * children are to obey.
 */
extern void process_scopes_init(const LoadedPolicy *loaded);

/*
 * In the child that was just forked, after [Child]: attach the programs of a
 * background worker, and see to it that others attach theirs.  Returns 0 or an
 * errno.  Async-signal-safe.
 */
extern int	process_scopes_after_fork(void);

/*
 * Attach the programs of this process's type, if PostgreSQL has unblocked signals
 * and it was not done then: a library that is preloaded, too, may have kept the
 * signal away.  FATAL on failure.
 */
extern void enter_process_scopes(void);

#endif							/* PGSC_PROCESS_H */
