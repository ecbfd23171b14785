/*
 * shared.h
 *		What the views show of other processes.
 *
 * Shared memory can be written by any backend, a compromised one too: nothing
 * that enforcement depends on may come from here.
 */
#ifndef PGSC_SHARED_H
#define PGSC_SHARED_H

#include "postgres.h"

#include "port/atomics.h"

/* Hooks for shmem_request_hook and shmem_startup_hook. */
extern void shared_request(void);
extern void shared_startup(void);

/*
 * Publish what this process has attached beside [Server] and [Child].  Nothing is
 * done in a process that has no place here.
 */
extern void shared_publish(void);

/*
 * This process's count of violations, or NULL if it has no place here: the
 * postmaster, the logger, a process before it has a PGPROC.  Async-signal-safe.
 */
extern pg_atomic_uint64 *shared_violations(void);

/* What a process published; strings are palloc'd. */
typedef struct
{
	char	   *profiles;		/* session profiles, comma-separated; NULL: none */
	char	   *scopes;			/* scopes with a program, likewise */
	uint64		violations;
} Published;

/* False if it has published nothing. */
extern bool shared_read(pid_t pid, Published *published);

/*
 * True for the first process of the cluster that asks about this text, after
 * another text: so that a changed file is logged once, not once a session.
 * The second part may be NULL.
 */
extern bool first_to_see(const char *text, const char *more);

/* The file is again what the server started with: the next change is news. */
extern void seen_nothing_new(void);

#endif							/* PGSC_SHARED_H */
