/*
 * probe.c
 *		Have any process of a server make a system call, and start background
 *		workers of every sort.
 *
 * For shared_preload_libraries.  A request lies in a mapping of our own, which
 * the postmaster makes before its first fork: some processes have no place in
 * PostgreSQL's shared memory.  What tells a process of it is SIGCONT: PostgreSQL
 * never blocks it, so that a process answers before it has unblocked any signal,
 * and does not use it either.
 */
#include "postgres.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/pmsignal.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_MODULE_MAGIC;

#define PATIENCE 10000			/* milliseconds to wait for an answer */
#define NARGS 6
#define NWORKERS 100
#define NCALLS 8
#define AT_ONCE 32				/* workers of a storm */

/* Marks the requests for workers that are ours. */
#define EXTRA "probe"

/* One request at a time. */
enum
{
	FREE, WRITING, ASKED, TAKEN, ANSWERED
};

typedef struct
{
	pg_atomic_uint32 state;
	pid_t		target;
	long		number;
	long		args[NARGS];
	long		answer;
} Request;

/* Moments in a worker's life at which it makes its calls and notes the answers. */
enum
{
	LOADED,						/* its library is being loaded */
	STARTED,					/* its main function was called, signals are blocked */
	CONNECTED,					/* the connection was made, nothing else done */
	NMOMENTS
};

static const char *const moments[NMOMENTS] = {"loaded", "started", "connected"};

typedef struct
{
	bool		connects;
	char		database[NAMEDATALEN];	/* empty: none */
	char		role[NAMEDATALEN];	/* empty: none */
	Oid			database_oid;	/* valid: connect by Oid */
	Oid			role_oid;
	char		sql[256];		/* to run after that */
	bool		blocked;		/* it never unblocks its signals */
	int			ncalls;
	long		calls[NCALLS];
	volatile bool noted[NMOMENTS];
	volatile long answers[NMOMENTS][NCALLS];
	volatile bool end;
} Worker;

typedef struct
{
	Request		request;
	pg_atomic_uint32 nworkers;
	Worker		workers[NWORKERS];

	/* of a storm: the call that each worker makes, and what it is to answer */
	long		storm_call;
	long		storm_answer;
	char		storm_role[NAMEDATALEN];	/* empty: it does not connect */
	pg_atomic_uint32 storm_as_wanted;
} Mapping;

static Mapping *mapping;

extern PGDLLEXPORT void _PG_init(void);
extern PGDLLEXPORT void probe_note_loaded(void);
extern PGDLLEXPORT void probe_worker_main(Datum arg);
extern PGDLLEXPORT void probe_storm_main(Datum arg);

PG_FUNCTION_INFO_V1(probe);
PG_FUNCTION_INFO_V1(pretend);
PG_FUNCTION_INFO_V1(worker_start);
PG_FUNCTION_INFO_V1(worker_answers);
PG_FUNCTION_INFO_V1(worker_end);
PG_FUNCTION_INFO_V1(worker_storm);

/* A result, or a negative errno. */
static long
call(long number, const long args[NARGS])
{
	long		result = syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);

	return result == -1 ? -errno : result;
}

static void
asked(int signo)
{
	int			saved_errno = errno;
	Request    *request = &mapping->request;
	uint32		expected = ASKED;

	/* the state last: whoever else is told by SIGCONT must leave it alone */
	if (request->target == getpid() &&
		pg_atomic_compare_exchange_u32(&request->state, &expected, TAKEN))
	{
		request->answer = call(request->number, request->args);
		pg_atomic_write_u32(&request->state, ANSWERED);
	}
	errno = saved_errno;
}

/* The arguments of a call: those given, then -1, which fits nothing. */
static void
read_numbers(Datum array, long *numbers, int most, int *given)
{
	Datum	   *values;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &values, NULL, &n);
	if (n > most)
		elog(ERROR, "more than %d numbers", most);
	for (int i = 0; i < most; i++)
		numbers[i] = i < n ? (long) DatumGetInt64(values[i]) : -1;
	*given = n;
}

/* probe(pid, number, arguments...): what the call answers there. */
Datum
probe(PG_FUNCTION_ARGS)
{
	Request    *request = &mapping->request;
	pid_t		target = PG_GETARG_INT32(0);
	uint32		expected = FREE;
	long		answer;
	int			nargs;

	if (!pg_atomic_compare_exchange_u32(&request->state, &expected, WRITING))
		elog(ERROR, "somebody else is asking");
	request->target = target;
	request->number = (long) PG_GETARG_INT64(1);
	read_numbers(PG_GETARG_DATUM(2), request->args, NARGS, &nargs);
	pg_atomic_write_u32(&request->state, ASKED);

	if (kill(target, SIGCONT) < 0)
	{
		pg_atomic_write_u32(&request->state, FREE);
		elog(ERROR, "could not signal process %d: %m", target);
	}
	for (int waited = 0; pg_atomic_read_u32(&request->state) != ANSWERED; waited++)
	{
		expected = ASKED;
		if (waited > PATIENCE &&
			(pg_atomic_compare_exchange_u32(&request->state, &expected, FREE) || waited > 2 * PATIENCE))
		{
			pg_atomic_write_u32(&request->state, FREE);
			elog(ERROR, "process %d does not answer", target);
		}
		pg_usleep(1000);
	}
	answer = request->answer;
	pg_atomic_write_u32(&request->state, FREE);
	PG_RETURN_INT64(answer);
}

/* Have PostgreSQL's statistics show this process as one of another type. */
Datum
pretend(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			type = 0;

	/* a type that there is not, unless there is */
	while (type < 99 && strcmp(GetBackendTypeDesc((BackendType) type), name) != 0)
		type++;
	PGSTAT_BEGIN_WRITE_ACTIVITY(MyBEEntry);
	MyBEEntry->st_backendType = (BackendType) type;
	PGSTAT_END_WRITE_ACTIVITY(MyBEEntry);
	PG_RETURN_VOID();
}

/* The calls of a worker of ours, at one of its moments. */
static void
note(Worker *worker, int moment)
{
	static const long args[NARGS] = {-1, -1, -1, -1, -1, -1};

	for (int i = 0; i < worker->ncalls; i++)
		worker->answers[moment][i] = call(worker->calls[i], args);
	pg_write_barrier();
	worker->noted[moment] = true;
}

/* From a library that is loaded for a worker alone (worker.c). */
void
probe_note_loaded(void)
{
	if (MyBgworkerEntry && strcmp(MyBgworkerEntry->bgw_extra, EXTRA) == 0)
		note(&mapping->workers[DatumGetInt32(MyBgworkerEntry->bgw_main_arg)], LOADED);
}

static void
run(const char *sql)
{
	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_execute(sql, false, 0);
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
}

void
probe_worker_main(Datum arg)
{
	Worker	   *worker = &mapping->workers[DatumGetInt32(arg)];

	note(worker, STARTED);
	pqsignal(SIGTERM, die);
	if (!worker->blocked)
		BackgroundWorkerUnblockSignals();
	if (OidIsValid(worker->database_oid))
		BackgroundWorkerInitializeConnectionByOid(worker->database_oid, worker->role_oid, 0);
	else if (worker->connects)
		BackgroundWorkerInitializeConnection(worker->database[0] ? worker->database : NULL,
											 worker->role[0] ? worker->role : NULL, 0);
	note(worker, CONNECTED);
	if (worker->sql[0])
		run(worker->sql);
	while (!worker->end && PostmasterIsAlive())
	{
		/* not by a latch: that is a signal, which some block */
		pg_usleep(10000);
		CHECK_FOR_INTERRUPTS();
	}
}

void
probe_storm_main(Datum arg)
{
	static const long args[NARGS] = {-1, -1, -1, -1, -1, -1};

	BackgroundWorkerUnblockSignals();
	if (mapping->storm_role[0])
		BackgroundWorkerInitializeConnection("postgres", mapping->storm_role, 0);
	if (call(mapping->storm_call, args) == mapping->storm_answer)
		pg_atomic_fetch_add_u32(&mapping->storm_as_wanted, 1);
}

static void
describe(BackgroundWorker *request, const char *type, const char *library, const char *function)
{
	Dl_info		self;

	memset(request, 0, sizeof(*request));
	request->bgw_flags = BGWORKER_SHMEM_ACCESS;
	request->bgw_start_time = BgWorkerStart_ConsistentState;
	request->bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(request->bgw_name, "worker of a test", BGW_MAXLEN);
	strlcpy(request->bgw_type, type, BGW_MAXLEN);
	/* ours by the name under which it was loaded */
	dladdr((void *) (uintptr_t) describe, &self);
	strlcpy(request->bgw_library_name, library ? library : self.dli_fname, sizeof(request->bgw_library_name));
	strlcpy(request->bgw_function_name, function, BGW_MAXLEN);
	strlcpy(request->bgw_extra, EXTRA, BGW_EXTRALEN);
}

static Worker *
new_worker(int *number)
{
	Worker	   *worker;

	*number = (int) pg_atomic_fetch_add_u32(&mapping->nworkers, 1);
	if (*number >= NWORKERS)
		elog(ERROR, "no more than %d workers", NWORKERS);
	worker = &mapping->workers[*number];
	memset(worker, 0, sizeof(*worker));
	return worker;
}

static bool
has_option(ArrayType *options, const char *name)
{
	Datum	   *values;
	int			n;

	deconstruct_array(options, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	for (int i = 0; i < n; i++)
		if (strcmp(TextDatumGetCString(values[i]), name) == 0)
			return true;
	return false;
}

/*
 * worker_start(type, library, database, role, sql, options, calls): starts a
 * worker, waits until it has come to its last moment, and returns its number and
 * pid.  library is one made of worker.c; NULL: this one.  If the database is NULL
 * it does not connect, if it is empty it connects to none; without a role it
 * connects as nobody.  sql is what it runs after that, or NULL.  Options: "by
 * oid", "blocked".  An empty type leaves it to PostgreSQL.
 */
Datum
worker_start(PG_FUNCTION_ARGS)
{
	BackgroundWorker request;
	BackgroundWorkerHandle *handle;
	ArrayType  *options = PG_GETARG_ARRAYTYPE_P(5);
	int			number;
	Worker	   *worker = new_worker(&number);
	Datum		result[2];
	pid_t		pid;

	describe(&request, text_to_cstring(PG_GETARG_TEXT_PP(0)),
			 PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)),
			 PG_ARGISNULL(1) ? "probe_worker_main" : "worker_main");
	if (!PG_ARGISNULL(2))
	{
		request.bgw_flags |= BGWORKER_BACKEND_DATABASE_CONNECTION;
		worker->connects = true;
		strlcpy(worker->database, text_to_cstring(PG_GETARG_TEXT_PP(2)), NAMEDATALEN);
		if (!PG_ARGISNULL(3))
			strlcpy(worker->role, text_to_cstring(PG_GETARG_TEXT_PP(3)), NAMEDATALEN);
		if (has_option(options, "by oid"))
		{
			worker->database_oid = get_database_oid(worker->database, false);
			worker->role_oid = worker->role[0] ? get_role_oid(worker->role, false) : InvalidOid;
		}
	}
	if (!PG_ARGISNULL(4))
		strlcpy(worker->sql, text_to_cstring(PG_GETARG_TEXT_PP(4)), sizeof(worker->sql));
	worker->blocked = has_option(options, "blocked");
	read_numbers(PG_GETARG_DATUM(6), worker->calls, NCALLS, &worker->ncalls);
	request.bgw_main_arg = Int32GetDatum(number);
	request.bgw_notify_pid = MyProcPid;
	if (!RegisterDynamicBackgroundWorker(&request, &handle) ||
		WaitForBackgroundWorkerStartup(handle, &pid) != BGWH_STARTED)
		elog(ERROR, "the worker did not start");
	/* now it has been forked, and no more */
	while (!worker->noted[CONNECTED])
	{
		if (GetBackgroundWorkerPid(handle, &pid) != BGWH_STARTED)
			elog(ERROR, "the worker has ended");
		pg_usleep(1000);
		CHECK_FOR_INTERRUPTS();
	}

	result[0] = Int32GetDatum(number);
	result[1] = Int32GetDatum(pid);
	PG_RETURN_ARRAYTYPE_P(construct_array(result, 2, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* worker_answers(number, moment): NULL if it has not come to that. */
Datum
worker_answers(PG_FUNCTION_ARGS)
{
	Worker	   *worker = &mapping->workers[PG_GETARG_INT32(0)];
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Datum		answers[NCALLS];
	int			moment = 0;

	while (moment < NMOMENTS && strcmp(moments[moment], name) != 0)
		moment++;
	if (moment == NMOMENTS)
		elog(ERROR, "there is no moment \"%s\"", name);
	if (!worker->noted[moment])
		PG_RETURN_NULL();
	pg_read_barrier();
	for (int i = 0; i < worker->ncalls; i++)
		answers[i] = Int64GetDatum(worker->answers[moment][i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(answers, worker->ncalls, INT8OID, sizeof(int64),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
worker_end(PG_FUNCTION_ARGS)
{
	mapping->workers[PG_GETARG_INT32(0)].end = true;
	PG_RETURN_VOID();
}

/*
 * worker_storm(type, milliseconds, call, answer, role): starts workers that make
 * a call and end, as fast as it goes; unless role is NULL they connect before.
 * Returns how many there were, and how many of them got that answer.
 */
Datum
worker_storm(PG_FUNCTION_ARGS)
{
	const char *type = text_to_cstring(PG_GETARG_TEXT_PP(0));
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), PG_GETARG_INT32(1));
	BackgroundWorker request;
	Datum		result[2];
	int32		started = 0;

	describe(&request, type, NULL, "probe_storm_main");
	request.bgw_extra[0] = '\0';
	request.bgw_notify_pid = MyProcPid;
	mapping->storm_call = (long) PG_GETARG_INT64(2);
	mapping->storm_answer = (long) PG_GETARG_INT64(3);
	strlcpy(mapping->storm_role, PG_ARGISNULL(4) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(4)), NAMEDATALEN);
	if (!PG_ARGISNULL(4))
		request.bgw_flags |= BGWORKER_BACKEND_DATABASE_CONNECTION;
	pg_atomic_write_u32(&mapping->storm_as_wanted, 0);
	while (GetCurrentTimestamp() < end)
	{
		BackgroundWorkerHandle *handles[AT_ONCE];
		int			n = 0;

		while (n < AT_ONCE && RegisterDynamicBackgroundWorker(&request, &handles[n]))
			n++;
		if (n == 0)
			elog(ERROR, "no room for a worker");
		started += n;
		while (n-- > 0)
		{
			if (WaitForBackgroundWorkerShutdown(handles[n]) != BGWH_STOPPED)
				elog(ERROR, "a worker has not ended");
			pfree(handles[n]);
		}
		CHECK_FOR_INTERRUPTS();
	}
	result[0] = Int32GetDatum(started);
	result[1] = UInt32GetDatum(pg_atomic_read_u32(&mapping->storm_as_wanted));
	PG_RETURN_ARRAYTYPE_P(construct_array(result, 2, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

void
_PG_init(void)
{
	struct sigaction action = {.sa_handler = asked,.sa_flags = SA_RESTART};
	BackgroundWorker request;
	int			number;

	if (!process_shared_preload_libraries_in_progress)
		elog(ERROR, "this library must be preloaded");
	mapping = mmap(NULL, sizeof(Mapping), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mapping == MAP_FAILED)
		elog(FATAL, "no mapping: %m");
	pg_atomic_init_u32(&mapping->request.state, FREE);
	pg_atomic_init_u32(&mapping->nworkers, 0);
	pg_atomic_init_u32(&mapping->storm_as_wanted, 0);

	/* a handler of PostgreSQL's may leave for good; SIGSYS, blocked, would kill */
	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, SIGSYS);
	if (sigaction(SIGCONT, &action, NULL) < 0)
		elog(FATAL, "no handler: %m");

	(void) new_worker(&number);
	describe(&request, "static worker", NULL, "probe_worker_main");
	request.bgw_main_arg = Int32GetDatum(number);
	RegisterBackgroundWorker(&request);
}
