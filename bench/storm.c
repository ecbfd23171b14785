/*
 * storm.c
 *		A function that makes a system call over and over: what the handler of
 *		SIGSYS costs, in a real backend.
 *
 *		CREATE FUNCTION storm(nr int, n bigint) RETURNS float8
 *			AS '.../storm' LANGUAGE c STRICT;
 *
 * Returns nanoseconds a call.  The arguments are such that no call takes effect.
 */
#include "postgres.h"

#include <time.h>
#include <unistd.h>

#include "fmgr.h"
#include "miscadmin.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(storm);

Datum
storm(PG_FUNCTION_ARGS)
{
	int			nr = PG_GETARG_INT32(0);
	int64		n = PG_GETARG_INT64(1);
	struct timespec from;
	struct timespec to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int64 i = 0; i < n; i++)
		(void) syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
	clock_gettime(CLOCK_MONOTONIC, &to);
	PG_RETURN_FLOAT8(((to.tv_sec - from.tv_sec) * 1e9 + (double) (to.tv_nsec - from.tv_nsec)) / (double) n);
}
