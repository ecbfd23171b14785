/*
 * report.h
 *		Violations in the server's log and in statements' errors.
 *
 * The handler of SIGSYS cannot log.  What it noted is logged at the next safe
 * point: when a statement or transaction ends, when the process logs anything
 * else, when it ends.  What a process never comes to report, others do.
 */
#ifndef PGSC_REPORT_H
#define PGSC_REPORT_H

#include "postgres.h"

#include "violations.h"

/* Allocate what reports need, in the postmaster. */
extern void report_init(void);

/* Log what was noted.  Call where ereport() may be called. */
extern void report_notes(void);

/* The same, for hot paths. */
static inline void
report_violations(void)
{
	if (unlikely(notes_pending))
		report_notes();
}

/*
 * At the start of a session or other process: log what other processes could
 * not, and see to it that this one reports what it has not when it ends.
 */
extern void report_begin(void);

/*
 * Look whether the handler of SIGSYS is still ours; log it and take it back if
 * a library has replaced it.
 */
extern void report_stolen_handler(void);

/* For emit_log_hook: add to an error what its statement was denied. */
extern void report_with_error(ErrorData *edata);

#endif							/* PGSC_REPORT_H */
