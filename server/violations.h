/*
 * violations.h
 *		Violations, counted for the whole cluster, and noted for report.c.
 *
 * The counters lie in a shared mapping of our own, not in PostgreSQL's shared
 * memory: the logger and some workers detach that, and a handler must never
 * find its counters gone.  Like all shared memory it can be written by any
 * backend, and nothing that enforcement depends on comes from here.
 */
#ifndef PGSC_VIOLATIONS_H
#define PGSC_VIOLATIONS_H

#include "postgres.h"

#include <linux/seccomp.h>

#include "datatype/timestamp.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"

#include "attach.h"

/* What came of a violation. */
typedef enum
{
	ACTION_ERROR = SC_ON_VIOLATION_ERROR,
	ACTION_TERMINATE = SC_ON_VIOLATION_TERMINATE,
	ACTION_KILL = SC_ON_VIOLATION_KILL,
	ACTION_PERMISSIVE			/* it ran, for the policy is permissive */
} ViolationAction;

/* A row of pg_seccomp_violations. */
typedef struct
{
	pg_atomic_uint64 key;		/* hash of what makes a row its own; 0: free */
	pg_atomic_uint32 ready;		/* the fields from arch on are filled */
	pg_atomic_uint32 last_pid;
	pg_atomic_uint64 count;
	pg_atomic_uint64 reported;	/* of these, in the log */
	pg_atomic_uint64 lines;		/* written to the log */
	pg_atomic_uint64 last_line; /* when: TimestampTz */
	pg_atomic_uint64 first_seen;
	pg_atomic_uint64 last_seen;
	uint32		arch;			/* as in seccomp_data */
	uint32		nr;
	ViolationAction action;
	BackendType backend_type;
	Oid			role;			/* that logged in, or InvalidOid: not yet */
	Oid			database;
	int			line;			/* of the policy that decided, or 0 */
	char		worker_type[BGW_MAXLEN];	/* of a background worker */
	char		profile[NAMEDATALEN];
} Violation;

/* The last violation of this process, as its statement's error tells it. */
typedef struct
{
	struct seccomp_data data;
	int			err;
	ViolationAction action;
	TimestampTz time;
	TimestampTz statement;		/* start of the statement it happened in */
} LastViolation;

/*
 * What others wrote into a row, made fit to be looked at: any backend can write
 * there, a compromised one too.
 */
typedef struct
{
	char	   *call;			/* "mount", "x86:mount", "(other)" */
	char	   *backend_type;	/* as in pg_stat_activity; NULL: not known */
	char	   *profile;		/* or NULL */
	const char *action;			/* or NULL */
	bool		permissive;
	Oid			role;
	Oid			database;
	int			line;
	uint64		count;
	TimestampTz first_seen;		/* 0: not known */
	TimestampTz last_seen;
	uint32		last_pid;
} ViolationRow;

/*
 * Something waits to be reported by this process.  Cheap to ask at each safe
 * point.
 */
extern volatile sig_atomic_t notes_pending;

/* OnViolation=terminate has set the flags that end this session. */
extern volatile sig_atomic_t terminating_violation;

/* Make the mapping, in the postmaster.  ERROR if there is no memory. */
extern void violations_init(void);

/* Forget all counts: a new shared memory, or pg_seccomp_reset_violations(). */
extern void violations_reset(void);

/*
 * In a new process: what the parent had not yet reported is its own affair.
 * Async-signal-safe.
 */
extern void violations_after_fork(void);

/*
 * Count a violation and leave a note of it; by is the program that denied it, or
 * NULL.  Async-signal-safe, from any thread.
 */
extern void note_violation(const struct seccomp_data *data, int err,
						   ViolationAction action, const Attached *by);

/*
 * Add what was counted before this process had a place in PostgreSQL's shared
 * memory to its count there.
 */
extern void violations_publish(void);

/*
 * The count of the postmaster or the logger; false for other processes, whose
 * count shared_read() has.
 */
extern bool process_violations(pid_t pid, bool logger, uint64 *count);

/*
 * Take a note: false if there is none.  *row is where it was counted, *data the
 * first call of it since the last note.
 */
extern bool take_note(Violation **row, struct seccomp_data *data, int *err);

/* This process's last violation; false if there was none. */
extern bool last_violation(LastViolation *last);

/* All that was counted. */
extern uint64 violations_total(void);

/*
 * Rows with counts that were not reported; i goes from 0 to the return value.
 * No counts at all are unreported: 0, at the price of one comparison.
 */
extern int	unreported_rows(void);

/* Is it this process that is to search them, after such a time? */
extern bool search_is_due(TimestampTz now, int interval_ms);

/*
 * A search that began at this violations_total() found nothing: a reset may have
 * come between a row and the sum.
 */
extern void all_is_reported(uint64 count);

extern Violation *violation_row(int i);

/* Add to what was reported of a row; n at most what is not yet. */
extern uint64 claim_unreported(Violation *row);

/* A call's name, "x86:mount" for a foreign ABI's; palloc'd. */
extern char *call_name(uint32 arch, uint32 nr);

/* Read a row; false if it counts nothing.  Strings are palloc'd. */
extern bool read_violation(Violation *row, ViolationRow *copy);

#endif							/* PGSC_VIOLATIONS_H */
