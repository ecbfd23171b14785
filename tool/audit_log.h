/*
 * audit_log.h
 *		Files of audit records, and which of their records are one event's.
 */
#ifndef PGSC_AUDIT_LOG_H
#define PGSC_AUDIT_LOG_H

#include "../core/audit.h"

/* What was read; the first line that could not be is named. */
typedef struct
{
	int64_t		records;		/* of seccomp */
	int64_t		malformed;		/* of seccomp */
	int64_t		other;			/* lines */
	const char *file;
	int64_t		line;
	const char *why;
} audit_counts;

/*
 * Read a log, "-" for standard input; false if it cannot be, which is said on
 * standard error.  visit() gets
 * each record of seccomp in the log's order, with the arguments of the call's own
 * record if that is not thousands of records away.  Several files are one log.
 */
extern bool read_audit_log(const char *path, void (*visit) (const sc_audit_record *record),
						   audit_counts *counts);

/* Behind the last file: visit what still waited for its arguments. */
extern void end_audit_log(void (*visit) (const sc_audit_record *record));

#endif							/* PGSC_AUDIT_LOG_H */
