/*
 * memory.h
 *		Where core/ gets its memory.
 *
 * core/ allocates and never frees: a policy lives as long as the process, or
 * dies whole.  Whoever links core/ provides these two functions: the module
 * gives palloc in a memory context of the policy's own, the tests an arena.
 * Neither returns NULL: on lack of memory they report it their own way and do
 * not come back, so core/ holds no descriptor or libseccomp context across a
 * call.
 */
#ifndef SC_MEMORY_H
#define SC_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* Zeroed memory. */
extern void *sc_alloc(size_t size);

/* Grow what sc_alloc gave, or NULL; the added part is not zeroed. */
extern void *sc_realloc(void *old, size_t size);

/*
 * A list of n elements with room for one more: it grows by doubling, whenever n
 * is a power of two, so that no capacity needs to be kept.
 */
static inline void *
sc_grow(void *list, int n, size_t element)
{
	if ((n & (n - 1)) != 0)
		return list;
	return sc_realloc(list, (size_t) (n > 0 ? 2 * n : 1) * element);
}

/* A terminated copy of len bytes. */
extern char *sc_strndup(const char *text, size_t len);

/* A formatted string; in errors.c, on top of sc_alloc. */
extern char *sc_format(const char *fmt,...) __attribute__((format(printf, 1, 2)));
extern char *sc_vformat(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

#endif							/* SC_MEMORY_H */
