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

/* Hooks for shmem_request_hook and shmem_startup_hook. */
extern void shared_request(void);
extern void shared_startup(void);

/* Publish this process's profiles; cut to a name's length. */
extern void shared_set_profile(const char *profiles);

/* What process pid published, palloc'd; NULL for nothing. */
extern char *shared_profile(pid_t pid);

/*
 * True for the first process of the cluster that asks about this text, after
 * another text: so that a changed file is logged once, not once a session.
 * The second part may be NULL.
 */
extern bool first_to_see(const char *text, const char *more);

/* The file is again what the server started with: the next change is news. */
extern void seen_nothing_new(void);

#endif							/* PGSC_SHARED_H */
