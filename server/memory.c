/*
 * memory.c
 *		core/'s memory, from PostgreSQL.
 *
 * It comes from the current memory context: whoever calls core/ switches to
 * the context in which the result is to live.
 */
#include "postgres.h"

#include "../core/memory.h"

void *
sc_alloc(size_t size)
{
	return palloc0(size);
}

void *
sc_realloc(void *old, size_t size)
{
	return old ? repalloc(old, size) : palloc(size);
}
