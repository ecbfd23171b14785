/*
 * tap.h
 *		The Test Anything Protocol for unit tests in C.
 *
 * Each check prints a line; a failed one also says where it stands and what
 * it got.  main() ends with "return done_testing();".
 */
#ifndef SC_TAP_H
#define SC_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ok(cond, ...) \
	tap_check((cond), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_is_int((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) \
	tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)

static int	tap_count;
static int	tap_failed;

/* Explain something to whoever reads the output. */
static inline void __attribute__((format(printf, 1, 2)))
diag(const char *fmt, ...)
{
	va_list		args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static inline bool
tap_vcheck(bool passed, const char *file, int line, const char *fmt,
		   va_list args)
{
	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	vprintf(fmt, args);
	printf("\n");
	if (!passed)
	{
		tap_failed++;
		diag("  failed at %s:%d", file, line);
	}
	return passed;
}

static inline bool __attribute__((format(printf, 4, 5)))
tap_check(bool passed, const char *file, int line, const char *fmt, ...)
{
	va_list		args;

	va_start(args, fmt);
	tap_vcheck(passed, file, line, fmt, args);
	va_end(args);
	return passed;
}

static inline bool __attribute__((format(printf, 5, 6)))
tap_is_int(long long got, long long want, const char *file, int line,
		   const char *fmt, ...)
{
	va_list		args;

	va_start(args, fmt);
	tap_vcheck(got == want, file, line, fmt, args);
	va_end(args);
	if (got != want)
		diag("  got %lld, expected %lld", got, want);
	return got == want;
}

/* NULL equals NULL and nothing else. */
static inline bool __attribute__((format(printf, 5, 6)))
tap_is_str(const char *got, const char *want, const char *file, int line,
		   const char *fmt, ...)
{
	bool		same = got && want ? strcmp(got, want) == 0 : got == want;
	va_list		args;

	va_start(args, fmt);
	tap_vcheck(same, file, line, fmt, args);
	va_end(args);
	if (!same)
		diag("  got \"%s\", expected \"%s\"", got ? got : "(null)",
			 want ? want : "(null)");
	return same;
}

/* A check that this machine can't make. */
static inline void __attribute__((format(printf, 1, 2)))
skip(const char *fmt, ...)
{
	va_list		args;

	printf("ok %d # SKIP ", ++tap_count);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

/* Print the plan; returns the exit status. */
static inline int
done_testing(void)
{
	printf("1..%d\n", tap_count);
	if (tap_failed > 0)
		diag("%d of %d failed", tap_failed, tap_count);
	return tap_failed > 0 || tap_count == 0;
}

#endif							/* SC_TAP_H */
