/*
 * memory.c
 *		core/'s memory, from PostgreSQL.
 *
 * It comes from the arena while the server's own policy is loaded, else from
 * the current memory context: whoever calls core/ switches to the context in
 * which the result is to live.
 */
#include "postgres.h"

#include "../core/memory.h"
#include "arena.h"

void *
sc_alloc(size_t size)
{
	void	   *memory = arena_alloc(size);

	return memory ? memory : palloc0(size);
}

void *
sc_realloc(void *old, size_t size)
{
	void	   *memory = old ? arena_realloc(old, size) : arena_alloc(size);

	if (memory)
		return memory;
	return old ? repalloc(old, size) : palloc(size);
}
