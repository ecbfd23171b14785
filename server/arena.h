/*
 * arena.h
 *		Memory for what every child inherits and none may change.
 *
 * fork() copies the page tables of private memory, so that each connection
 * paid for every session section of the policy.  A mapping of a file that was
 * never written through it is not copied (kernel: mm/memory.c,
 * vma_needs_copy).  The file is a memfd, sealed against writing: a process can
 * at most change the copy of a page that it alone sees.
 */
#ifndef PGSC_ARENA_H
#define PGSC_ARENA_H

#include "postgres.h"

/*
 * From here to arena_seal() core/ allocates in a new arena.  Where the kernel
 * gives none (no memfd_create(2)), it goes on allocating in the current memory
 * context.
 */
extern void arena_begin(void);

/*
 * Make all of it read-only, for good.  Returns 0 or an errno, after which the
 * memory is gone.
 */
extern int	arena_seal(void);

/* Zeroed memory of the arena in use, or NULL if there is none. */
extern void *arena_alloc(size_t size);

/* Grow a block of the arena in use; NULL if it is not one. */
extern void *arena_realloc(void *old, size_t size);

#endif							/* PGSC_ARENA_H */
