/*
 * kernel_calls.h
 *		The system calls of the running kernel, from its symbols.
 */
#ifndef PGSC_KERNEL_CALLS_H
#define PGSC_KERNEL_CALLS_H

#include <stddef.h>

typedef struct
{
	const char *symbol;			/* "__x64_sys_newuname" */
	const char *name;			/* as the catalog would have it: "uname" */
} kernel_call;

typedef struct
{
	kernel_call *list;
	int			n;
} kernel_calls;

/*
 * The system calls that a kernel implements: text as /proc/kallsyms has it, for
 * an x86-64 kernel since 4.17 or an arm64 one since 4.19, which mark each by a
 * prefix.  Functions that are variants of a call for another ABI count as that
 * call; those that no table of calls has are left out, and so are calls that
 * the kernel was built without.  Allocated.
 */
extern kernel_calls kernel_calls_parse(const char *text, size_t len);

#endif							/* PGSC_KERNEL_CALLS_H */
