/*
 * alloc.c
 *		Where core/ gets its memory when it runs in tests.
 *
 * Each allocation is a malloc of its own, so that AddressSanitizer and
 * valgrind see a step past its end; a list remembers it for sc_test_reset().
 */
#include "alloc.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"

typedef struct chunk
{
	struct chunk *next;
	struct chunk *previous;
	char		data[] __attribute__((aligned));
} chunk;

static chunk head = {&head, &head};

static chunk *
link_chunk(chunk *c)
{
	if (c == NULL)
	{
		fprintf(stderr, "out of memory\n");
		abort();
	}
	c->next = head.next;
	c->previous = &head;
	c->next->previous = c;
	head.next = c;
	return c;
}

static void
unlink_chunk(chunk *c)
{
	c->previous->next = c->next;
	c->next->previous = c->previous;
}

void *
sc_alloc(size_t size)
{
	return link_chunk(calloc(1, offsetof(chunk, data) + size))->data;
}

void *
sc_realloc(void *old, size_t size)
{
	chunk	   *c = NULL;

	if (old)
	{
		c = (chunk *) (void *) ((char *) old - offsetof(chunk, data));
		unlink_chunk(c);
	}
	return link_chunk(realloc(c, offsetof(chunk, data) + size))->data;
}

void
sc_test_reset(void)
{
	for (chunk *c = head.next, *next; c != &head; c = next)
	{
		next = c->next;
		free(c);
	}
	head.next = head.previous = &head;
}
