/*
 * violations.c
 *		The table of violations, and its view.
 *
 * A hash table of fixed size without locks: a row belongs to the key that was
 * first to set it, whoever set it fills the rest, and everybody adds to its
 * counters.  A process that dies between the two leaves a row that counts and is
 * not shown in full.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "functions.h"
#include "scope.h"
#include "session.h"
#include "shared.h"
#include "violations.h"

PG_FUNCTION_INFO_V1(pg_seccomp_violations);
PG_FUNCTION_INFO_V1(pg_seccomp_reset_violations);

#define ROWS 1024
#define PROBES 64				/* places to look at before a row overflows */
#define NOTES 16

typedef struct
{
	pg_atomic_uint64 count;		/* of all rows */
	pg_atomic_uint64 reported;
	pg_atomic_uint64 last_search;	/* for what was not reported */
	pg_atomic_uint64 postmaster;	/* violations of it and of the logger, which */
	pg_atomic_uint64 logger;	/* have no place in PostgreSQL's shared memory */
	Violation	overflow;		/* what found no place in rows */
	Violation	rows[ROWS];
} Table;

/* A kind of violation that this process has not reported yet. */
typedef struct
{
	pg_atomic_uint64 row;		/* Violation *; 0: free */
	pg_atomic_uint32 ready;		/* the rest is filled */
	struct seccomp_data data;
	int			err;
} Note;

/* No type of PostgreSQL's. */
#define POSTMASTER ((BackendType) 1000)

static Table *table;
static pg_atomic_uint64 early;	/* violations of this process that are not in shared_violations() yet */
static Note notes[NOTES];
static LastViolation last;
static pg_atomic_flag last_busy;
static bool any_last;

volatile sig_atomic_t notes_pending;
volatile sig_atomic_t terminating_violation;

static const char *const action_names[] = {"error", "terminate", "kill", "permissive"};

static void
clear(Violation *row)
{
	pg_atomic_write_u32(&row->ready, 0);
	pg_atomic_write_u64(&row->count, 0);
	pg_atomic_write_u64(&row->reported, 0);
	pg_atomic_write_u64(&row->lines, 0);
	pg_atomic_write_u64(&row->last_line, 0);
	pg_atomic_write_u64(&row->first_seen, 0);
	pg_atomic_write_u64(&row->last_seen, 0);
	pg_atomic_write_u64(&row->key, 0);
}

void
violations_reset(void)
{
	for (int i = 0; i < ROWS; i++)
		clear(&table->rows[i]);
	clear(&table->overflow);
	pg_atomic_write_u64(&table->reported, 0);
	pg_atomic_write_u64(&table->count, 0);
}

void
violations_init(void)
{
	/* zeros are what pg_atomic_init_*() would write */
	table = mmap(NULL, sizeof(Table), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (table == MAP_FAILED)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("could not map memory for the counters of violations: %m")));
}

void
violations_after_fork(void)
{
	memset(notes, 0, sizeof(notes));
	notes_pending = false;
	any_last = false;
	pg_atomic_write_u64(&early, 0);
}

/* Count for pg_seccomp_processes. */
static void
count_for_process(uint64 n)
{
	pg_atomic_uint64 *counter = MyProcPid == PostmasterPid ? &table->postmaster
		: MyBackendType == B_LOGGER ? &table->logger : shared_violations();

	if (counter == NULL)
		pg_atomic_fetch_add_u64(&early, n);
	else
		pg_atomic_fetch_add_u64(counter, n + pg_atomic_exchange_u64(&early, 0));
}

void
violations_publish(void)
{
	if (pg_atomic_read_u64(&early) > 0)
		count_for_process(0);
}

bool
process_violations(pid_t pid, bool logger, uint64 *count)
{
	if (pid != PostmasterPid && !logger)
		return false;
	*count = pg_atomic_read_u64(logger ? &table->logger : &table->postmaster);
	return true;
}

static uint64
mix(uint64 hash, uint64 value)
{
	hash = (hash ^ value) * UINT64CONST(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64
mix_text(uint64 hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char) *text) * UINT64CONST(0x100000001b3);
	return hash;
}

/* The line that decides. */
static int
deciding_line(const struct seccomp_data *data, const Attached *by)
{
	uint32		nr = (uint32) data->nr;

	return by && by->rules ? sc_decide(by->rules, sc_abi_of(data->arch, nr), nr,
										(const uint64 *) data->args, NULL).line : 0;
}

/* The row of a violation in this process; the overflow's if there is no place. */
static Violation *
find_row(const struct seccomp_data *data, ViolationAction action, const Attached *by)
{
	Oid			role = MyProc ? MyProc->roleId : InvalidOid;
	const char *worker = MyBgworkerEntry ? MyBgworkerEntry->bgw_type : "";
	BackendType type = MyBackendType;
	int			line = deciding_line(data, by);
	uint64		key = mix(0, (uint64) data->arch << 32 | (uint32) data->nr);

	if (MyProcPid == PostmasterPid)
		type = POSTMASTER;
	key = mix(key, (uint64) line << 32 | (uint32) type << 8 | action);
	key = mix(key, (uint64) role << 32 | MyDatabaseId);
	key = mix_text(mix_text(key, session_profiles()) ^ UINT64CONST(1) << 63, worker);
	key = mix(key, 0) | 1;

	for (int i = 0; i < PROBES; i++)
	{
		Violation  *row = &table->rows[(key + i) % ROWS];
		uint64		there = pg_atomic_read_u64(&row->key);

		if (there == 0 && pg_atomic_compare_exchange_u64(&row->key, &there, key))
		{
			row->arch = data->arch;
			row->nr = (uint32) data->nr;
			row->action = action;
			row->backend_type = type;
			row->role = role;
			row->database = MyDatabaseId;
			row->line = line;
			strlcpy(row->worker_type, worker, sizeof(row->worker_type));
			strlcpy(row->profile, session_profiles(), sizeof(row->profile));
			pg_write_barrier();
			pg_atomic_write_u32(&row->ready, 1);
			return row;
		}
		if (there == key)
			return row;
	}
	return &table->overflow;
}

static void
add_note(Violation *row, const struct seccomp_data *data, int err)
{
	uint64		value = (uint64) (uintptr_t) row;

	for (int i = 0; i < NOTES; i++)
	{
		uint64		there = pg_atomic_read_u64(&notes[i].row);

		if (there == 0 && pg_atomic_compare_exchange_u64(&notes[i].row, &there, value))
		{
			notes[i].data = *data;
			notes[i].err = err;
			pg_write_barrier();
			pg_atomic_write_u32(&notes[i].ready, 1);
			break;
		}
		if (there == value)
			break;
	}
	/* if there was no place, the row's counters will tell */
	notes_pending = true;
}

void
note_violation(const struct seccomp_data *data, int err, ViolationAction action,
			   const Attached *by)
{
	TimestampTz now = GetCurrentTimestamp();
	Violation  *row = find_row(data, action, by);
	uint64		never = 0;

	pg_atomic_compare_exchange_u64(&row->first_seen, &never, (uint64) now);
	pg_atomic_write_u64(&row->last_seen, (uint64) now);
	pg_atomic_write_u32(&row->last_pid, (uint32) getpid());
	pg_atomic_fetch_add_u64(&row->count, 1);
	pg_atomic_fetch_add_u64(&table->count, 1);
	count_for_process(1);
	add_note(row, data, err);

	/* of two threads at once, one may speak */
	if (pg_atomic_test_set_flag(&last_busy))
	{
		last = (LastViolation) {*data, err, action, now, GetCurrentStatementStartTimestamp()};
		any_last = true;
		pg_atomic_clear_flag(&last_busy);
	}
}

bool
take_note(Violation **row, struct seccomp_data *data, int *err)
{
	notes_pending = false;
	for (int i = 0; i < NOTES; i++)
	{
		if (!pg_atomic_read_u32(&notes[i].ready))
			continue;
		pg_read_barrier();
		*row = (Violation *) (uintptr_t) pg_atomic_read_u64(&notes[i].row);
		*data = notes[i].data;
		*err = notes[i].err;
		pg_atomic_write_u32(&notes[i].ready, 0);
		pg_memory_barrier();
		pg_atomic_write_u64(&notes[i].row, 0);
		notes_pending = true;	/* there may be more */
		return true;
	}
	return false;
}

bool
last_violation(LastViolation *copy)
{
	bool		found = any_last;

	if (!found || !pg_atomic_test_set_flag(&last_busy))
		return false;
	*copy = last;
	pg_atomic_clear_flag(&last_busy);
	return true;
}

uint64
violations_total(void)
{
	return pg_atomic_read_u64(&table->count);
}

int
unreported_rows(void)
{
	if (table == NULL ||
		pg_atomic_read_u64(&table->count) <= pg_atomic_read_u64(&table->reported))
		return 0;
	return ROWS + 1;
}

bool
search_is_due(TimestampTz now, int interval_ms)
{
	uint64		before = pg_atomic_read_u64(&table->last_search);

	return TimestampDifferenceExceeds((TimestampTz) before, now, interval_ms) &&
		pg_atomic_compare_exchange_u64(&table->last_search, &before, (uint64) now);
}

void
all_is_reported(uint64 count)
{
	uint64		reported = pg_atomic_read_u64(&table->reported);

	if (reported < count)
		pg_atomic_compare_exchange_u64(&table->reported, &reported, count);
}

Violation *
violation_row(int i)
{
	return i < ROWS ? &table->rows[i] : &table->overflow;
}

uint64
claim_unreported(Violation *row)
{
	uint64		reported = pg_atomic_read_u64(&row->reported);
	uint64		count;

	do
	{
		count = pg_atomic_read_u64(&row->count);
		if (count <= reported)
			return 0;
	} while (!pg_atomic_compare_exchange_u64(&row->reported, &reported, count));
	pg_atomic_fetch_add_u64(&table->reported, (int64) (count - reported));
	return count - reported;
}

char *
call_name(uint32 arch, uint32 nr)
{
	sc_abi		abi = sc_abi_of(arch, nr);
	int			call = sc_syscall_of(abi, nr);

	if (abi == SC_ABI_COUNT)
		return psprintf("0x%x:%u", arch, nr);
	return psprintf("%s%s%s", abi == SC_ABI_NATIVE ? "" : sc_abis[abi].name,
					abi == SC_ABI_NATIVE ? "" : ":",
					call >= 0 ? sc_syscalls[call].name : psprintf("%u", nr));
}

/*
 * A string of a row, in the database's encoding; NULL for an empty one.  What no
 * name can have in it, a line break above all, is a question mark.
 */
static char *
clean_text(const char *text, size_t size)
{
	size_t		len = strnlen(text, size);
	char	   *copy = pnstrdup(text, len);
	bool		plain = !pg_verify_mbstr(PG_UTF8, copy, (int) len, true) ||
		(GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII);

	for (char *p = copy; *p; p++)
		if ((unsigned char) *p < ' ' || *p == 0x7f || (plain && (unsigned char) *p > 0x7f))
			*p = '?';
	return len > 0 ? copy : NULL;
}

static TimestampTz
clean_time(uint64 time)
{
	return IS_VALID_TIMESTAMP((TimestampTz) time) ? (TimestampTz) time : 0;
}

bool
read_violation(Violation *row, ViolationRow *copy)
{
	bool		other = row == &table->overflow;
	Violation	raw;

	memset(copy, 0, sizeof(*copy));
	copy->count = pg_atomic_read_u64(&row->count);
	if (copy->count == 0)
		return false;
	copy->last_pid = pg_atomic_read_u32(&row->last_pid);
	copy->first_seen = clean_time(pg_atomic_read_u64(&row->first_seen));
	copy->last_seen = clean_time(pg_atomic_read_u64(&row->last_seen));
	if (other)
		copy->call = pstrdup("(other)");
	if (other || pg_atomic_read_u32(&row->ready) == 0)
		return true;

	pg_read_barrier();
	memcpy(&raw, row, sizeof(raw));
	copy->call = call_name(raw.arch, raw.nr);
	copy->role = raw.role;
	copy->database = raw.database;
	copy->line = raw.line;
	copy->permissive = raw.action == ACTION_PERMISSIVE;
	copy->action = (size_t) raw.action < lengthof(action_names) ? action_names[raw.action] : NULL;
	copy->profile = clean_text(raw.profile, sizeof(raw.profile));
	copy->backend_type = clean_text(raw.worker_type, sizeof(raw.worker_type));
	if (copy->backend_type == NULL)
		copy->backend_type = raw.backend_type == POSTMASTER ? pstrdup("postmaster") :
			raw.backend_type == B_INVALID ? NULL : pstrdup(GetBackendTypeDesc(raw.backend_type));
	return true;
}

Datum
pg_seccomp_violations(PG_FUNCTION_ARGS)
{
	Row			row;

	loaded_policy();
	row = row_start(fcinfo);
	for (int i = 0; i <= ROWS; i++)
	{
		ViolationRow violation;

		if (!read_violation(violation_row(i), &violation))
			continue;
		row_text(&row, violation.call);
		row_text(&row, violation.backend_type);
		row_name(&row, OidIsValid(violation.role) ? GetUserNameFromId(violation.role, true) : NULL);
		row_name(&row, OidIsValid(violation.database) ? get_database_name(violation.database) : NULL);
		row_text(&row, violation.profile);
		row_text(&row, violation.line > 0 ?
				 psprintf("%s:%d", inherited->policy->path, violation.line) : NULL);
		row_text(&row, violation.action);
		row_int8(&row, (int64) violation.count, false);
		row_datum(&row, TimestampTzGetDatum(violation.first_seen), violation.first_seen == 0);
		row_datum(&row, TimestampTzGetDatum(violation.last_seen), violation.last_seen == 0);
		row_int(&row, (int) violation.last_pid, false);
		row_put(&row);
	}
	return (Datum) 0;
}

Datum
pg_seccomp_reset_violations(PG_FUNCTION_ARGS)
{
	loaded_policy();
	violations_reset();
	PG_RETURN_VOID();
}
