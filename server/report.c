/*
 * report.c
 *		From notes and counters to log lines.
 *
 * Of one row of pg_seccomp_violations, which is one call by one kind of process,
 * role, database and profile, the first lines are written as they come, then one
 * in ten seconds with the number of calls since the last: a storm in a hundred
 * sessions is a few lines.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "../core/decode.h"
#include "functions.h"
#include "pg_seccomp.h"
#include "report.h"
#include "scope.h"
#include "sigsys.h"
#include "violations.h"

#define LINES_AT_ONCE 5
#define INTERVAL_MS 10000

/* For the texts of one report; its first block is never given back. */
#define MEMORY_SIZE (16 * 1024)
static MemoryContext memory;

/* A report is being written: what the log hook is called for is ours. */
static bool reporting;

/* "EPERM", or the number of one that has no name. */
static const char *
errno_text(int err)
{
	const char *name = sc_errno_name(err);

	return name ? name : psprintf("error %d", err);
}

/* What denied a call, and how to allow it: a DETAIL's second half, a HINT. */
static void
explain_denial(const struct seccomp_data *data, char **detail, char **hint)
{
	uint32		nr = (uint32) data->nr;
	Decision	decision = decide_call(attached, nattached, data);
	const Attached *by = decision.by;
	sc_abi		abi = sc_abi_of(data->arch, nr);
	int			call = sc_syscall_of(abi, nr);
	char	   *section;

	if (by == NULL)
	{
		*detail = "No program of pg_seccomp's denies it: a filter of an outer sandbox does.";
		*hint = "Look at the container's profile or the service's SystemCallFilter.";
		return;
	}
	section = psprintf("[%s]", by->title);
	*detail = psprintf("%s %s it%s%s.", section, by->permissive ? "would deny" : "denies",
					   decision.rule ? ", rule " : "", decision.rule ? decision.rule : "");
	if (decision.verdict.why == SC_WHY_ABI || call < 0)
		*hint = abi == SC_ABI_COUNT ? "No program of this server makes such calls." :
			psprintf("If 32-bit programs are to run here, add \"%s\" to SystemCallArchitectures in %s.",
					 sc_abis[abi].name, section);
	else if (decision.verdict.why == SC_WHY_RULE)
		*hint = psprintf("%s change that line%s.", decision.verdict.depends ?
						 "It is denied for its arguments: to allow it," : "To allow it,",
						 by->profile ? " and start a new session" : " and restart the server");
	else
		*hint = psprintf("To allow it, add \"SystemCallFilter=%s\" at the end of %s in \"%s\"%s.",
						 sc_syscalls[call].name, section, inherited->policy->path,
						 by->profile ? " and start a new session" : " and restart the server");
}

/*
 * Log one row's calls: n of them since the last time, of which data is one, or
 * NULL if it is not known.  To the log alone: arguments may be addresses.
 */
static void
log_row(Violation *row, uint64 n, const struct seccomp_data *data, int err)
{
	ViolationRow violation;
	char	   *what;
	char	   *why = NULL;
	char	   *hint = NULL;

	if (!read_violation(row, &violation) || violation.call == NULL)
		return;
	if (data)
	{
		explain_denial(data, &why, &hint);
		what = sc_decode_call(sc_abi_of(data->arch, (uint32) data->nr), (uint32) data->nr,
							  (const uint64_t *) data->args);
		if (violation.permissive)
			what = psprintf("%s was made. %s", what, why);
		else
			what = psprintf("%s answered %s. %s%s", what, errno_text(err), why,
							terminating_violation ? " This session ends, by OnViolation=terminate." : "");
		if (n > 1)
			what = psprintf("%s There were " UINT64_FORMAT " such calls since the last report.", what, n);
	}
	else
	{
		what = psprintf("Not in the log until now: " UINT64_FORMAT " such %s, the last by process %u%s%s.",
						n, n == 1 ? "call" : "calls", violation.last_pid, violation.backend_type ? ", " : "",
						violation.backend_type ? violation.backend_type : "");
		hint = "View pg_seccomp_violations has the counts.";
	}
	ereport(LOG_SERVER_ONLY,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 violation.permissive ?
			 errmsg("system call \"%s\" would be denied by seccomp policy \"%s\"", violation.call, pgsc_policy) :
			 errmsg("system call \"%s\" denied by seccomp policy \"%s\"", violation.call, pgsc_policy),
			 errdetail("%s", what), errhint("%s", hint)));
}

/* May a line be written for this row now? */
static bool
may_log(Violation *row, TimestampTz now)
{
	uint64		last = pg_atomic_read_u64(&row->last_line);

	if (pg_atomic_read_u64(&row->lines) >= LINES_AT_ONCE &&
		!TimestampDifferenceExceeds((TimestampTz) last, now, INTERVAL_MS))
		return false;
	if (!pg_atomic_compare_exchange_u64(&row->last_line, &last, (uint64) now))
		return false;			/* somebody else is writing it */
	pg_atomic_fetch_add_u64(&row->lines, 1);
	return true;
}

/* Can this process write to the log here and now? */
static bool
can_report(void)
{
	return memory && !reporting && CritSectionCount == 0;
}

void
report_init(void)
{
	memory = AllocSetContextCreate(TopMemoryContext, "pg_seccomp report",
								   MEMORY_SIZE, MEMORY_SIZE, MEMORY_SIZE);
}

/*
 * Run something that logs.  Its memory was allocated when the server started:
 * it may run where an error for lack of memory would be a PANIC.
 */
static void
reporting_call(void (*function) (void))
{
	int			saved_errno = errno;
	MemoryContext old = MemoryContextSwitchTo(memory);

	/* a message that is written looks for interrupts when it is done */
	HOLD_INTERRUPTS();
	reporting = true;
	PG_TRY();
	{
		function();
	}
	PG_CATCH();
	{
		reporting = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	reporting = false;
	RESUME_INTERRUPTS();
	MemoryContextSwitchTo(old);
	MemoryContextReset(memory);
	errno = saved_errno;
}

static void
log_notes(void)
{
	Violation  *row;
	struct seccomp_data data;
	int			err;

	violations_publish();
	while (take_note(&row, &data, &err))
	{
		uint64		n;

		if (!may_log(row, GetCurrentTimestamp()))
			continue;
		n = claim_unreported(row);
		if (n > 0)
			log_row(row, n, &data, err);
	}
}

void
report_notes(void)
{
	if (can_report())
		reporting_call(log_notes);
}

/*
 * Counts that nobody has reported: of processes that had no chance to yet, or
 * that a storm left over.  mine: only those of this process, which ends.
 */
static void
log_leftovers(bool mine)
{
	TimestampTz now = GetCurrentTimestamp();
	uint64		total = violations_total();
	int			n = unreported_rows();
	bool		any = false;

	if (!mine && !search_is_due(now, INTERVAL_MS))
		return;
	for (int i = 0; i < n; i++)
	{
		Violation  *row = violation_row(i);
		uint64		since = Max(pg_atomic_read_u64(&row->first_seen),
								pg_atomic_read_u64(&row->last_line));
		uint64		calls;

		if (pg_atomic_read_u64(&row->count) <= pg_atomic_read_u64(&row->reported))
			continue;
		any = true;
		if (mine ? pg_atomic_read_u32(&row->last_pid) != (uint32) MyProcPid :
			!TimestampDifferenceExceeds((TimestampTz) since, now, INTERVAL_MS))
			continue;
		if (!may_log(row, now))
			continue;
		calls = claim_unreported(row);
		if (calls > 0)
			log_row(row, calls, NULL, 0);
	}
	if (!any)
		all_is_reported(total);
}

static void
log_others_leftovers(void)
{
	log_leftovers(false);
}

static void
log_own_leftovers(void)
{
	log_notes();
	log_leftovers(true);
}

static void
report_at_exit(int code, Datum arg)
{
	if (can_report() && (notes_pending || unreported_rows() > 0))
		reporting_call(log_own_leftovers);
	report_stolen_handler();
}

void
report_begin(void)
{
	static pid_t registered;

	if (registered != MyProcPid)
		before_shmem_exit(report_at_exit, (Datum) 0);
	registered = MyProcPid;
	report_violations();
	if (unreported_rows() > 0 && can_report())
		reporting_call(log_others_leftovers);
}

static void
log_stolen_handler(void)
{
	char	   *whose = NULL;

	if (sigsys_is_ours(&whose))
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("the handler of SIGSYS was replaced, and has been put back"),
			 whose ? errdetail("It was in \"%s\".", whose) : 0,
			 errhint("Violations in between were denied, but not reported; without any handler they end the process.")));
}

void
report_stolen_handler(void)
{
	if (can_report())
		reporting_call(log_stolen_handler);
}

/*
 * Did the statement that fails make a call that was denied?  Only clients have
 * statements; what else fails does so at once.
 */
static bool
was_denied(const ErrorData *edata, LastViolation *last)
{
	return edata->elevel >= ERROR && last_violation(last) && last->action != ACTION_PERMISSIVE &&
		last->statement == GetCurrentStatementStartTimestamp() &&
		(MyBackendType == B_BACKEND ||
		 !TimestampDifferenceExceeds(last->time, GetCurrentTimestamp(), 1000));
}

/* Text added to a field of an error; what was there stays first. */
static void
append(ErrorData *edata, char **field, const char *text)
{
	char	   *both = *field ? psprintf("%s\n%s", *field, text) : pstrdup(text);

	*field = MemoryContextStrdup(edata->assoc_context, both);
}

/*
 * A program that the server started failed.  What it was denied it was told by
 * an errno alone, and the server was not told at all.
 */
static bool
program_failed(const ErrorData *edata)
{
	static const char *const ids[] = {"program \"%s\" failed", "archive command failed with exit code %d"};

	for (int i = 0; i < lengthof(ids); i++)
		if (edata->message_id && strcmp(edata->message_id, ids[i]) == 0)
			return true;
	return false;
}

/*
 * Is this the end of a program, or of a process, by SIGSYS?  PostgreSQL writes
 * signals as "31: Bad system call", whatever the language of the rest.  A shell
 * makes exit code 128 + 31 of it.
 */
static bool
died_of_sigsys(const ErrorData *edata)
{
	static const char archive[] = "archive command failed with exit code %d";
	char		signal_text[100];
	char		code_text[20];
	const char *code;

	snprintf(signal_text, sizeof(signal_text), "%d: %s", SIGSYS, pg_strsignal(SIGSYS));
	if ((edata->message && strstr(edata->message, signal_text)) ||
		(edata->detail && strstr(edata->detail, signal_text)))
		return true;
	if (!program_failed(edata))
		return false;
	snprintf(code_text, sizeof(code_text), " %d", 128 + SIGSYS);
	code = strcmp(edata->message_id, archive) == 0 ? edata->message : edata->detail;
	return code && strlen(code) > strlen(code_text) &&
		strcmp(code + strlen(code) - strlen(code_text), code_text) == 0;
}

/*
 * The start of programs cannot be reported as it is denied (@pg-silent): the
 * error that it leads to is known by its message's id.
 */
static bool
could_not_start(const ErrorData *edata)
{
	static const char id[] = "could not execute command";

	return edata->elevel >= ERROR && edata->message_id &&
		strncmp(edata->message_id, id, sizeof(id) - 1) == 0;
}

/*
 * The same for system(), which says of a program that it could not start that
 * the shell has not found it: recovery's commands (xlogarchive.c) and
 * archive_command (shell_archive.c).
 */
static bool
was_not_found(const ErrorData *edata)
{
	static const char *const recovery[] = {"%s \"%s\": %s", "could not restore file \"%s\" from archive: %s"};
	static const char archive[] = "archive command failed with exit code %d";
	char		message[256];

	if (edata->message_id == NULL || edata->message == NULL)
		return false;
	for (int i = 0; i < lengthof(recovery); i++)
		if (strcmp(edata->message_id, recovery[i]) == 0)
			return strstr(edata->message, _("command not found")) != NULL;
	if (strcmp(edata->message_id, archive) != 0)
		return false;
	snprintf(message, sizeof(message), _(archive), 127);
	return strcmp(edata->message, message) == 0;
}

static bool
add_denied_start(ErrorData *edata)
{
	static const char *const calls[] = {"execve", "clone"};

	for (int i = 0; i < lengthof(calls); i++)
	{
		int			nr = sc_syscalls[sc_syscall_by_name(calls[i])].nr[SC_ABI_NATIVE];
		struct seccomp_data data = call_data(sc_abis[SC_ABI_NATIVE].audit_arch, (uint32) nr);
		char	   *why;
		char	   *hint;

		if (nr == SC_NR_NONE || decide_call(attached, nattached, &data).err == NULL)
			continue;
		explain_denial(&data, &why, &hint);
		append(edata, &edata->detail, psprintf("Seccomp policy \"%s\" denies system call \"%s\": %s",
											   pgsc_policy, calls[i], why));
		return true;
	}
	return false;
}

static void
add_denied_call(ErrorData *edata, const LastViolation *last)
{
	char	   *why;
	char	   *hint;

	explain_denial(&last->data, &why, &hint);
	/* no arguments: they may be addresses, which are not for clients to know */
	why = psprintf("System call \"%s\" of this statement was denied with %s. %s",
				   call_name(last->data.arch, (uint32) last->data.nr), errno_text(last->err), why);
	if (MyProcPort && (MyProc == NULL || !OidIsValid(MyProc->roleId)))
	{
		/* whoever is not authenticated need not know the policy */
		if (edata->detail_log == NULL)
			edata->detail_log = edata->detail;
		append(edata, &edata->detail_log, why);
		return;
	}
	append(edata, &edata->detail, why);
	if (!could_not_start(edata))
		append(edata, &edata->hint, hint);
}

static const char termination[] = "terminating connection because of a denied system call";

/* Is this the FATAL of OnViolation=terminate, which PostgreSQL took for an administrator's? */
static bool
is_termination(const ErrorData *edata)
{
	return terminating_violation && edata->elevel == FATAL &&
		edata->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN;
}

/*
 * A parallel worker ended that way: its leader has the worker's message as an
 * error, and the session ends with it.  The worker's place in the source comes
 * with it, while an error of another server's has that of dblink or
 * postgres_fdw.
 */
static void
follow_worker(const ErrorData *edata)
{
	if (edata->elevel != ERROR || edata->sqlerrcode != ERRCODE_ADMIN_SHUTDOWN ||
		edata->message == NULL || strcmp(edata->message, termination) != 0 ||
		edata->funcname == NULL || strcmp(edata->funcname, "ProcessInterrupts") != 0)
		return;
	terminating_violation = true;
	ProcDiePending = true;
	InterruptPending = true;
}

/* The error that add_to_error() is to add to. */
static ErrorData *the_error;

static void
add_to_error(void)
{
	LastViolation last;
	bool		denied = was_denied(the_error, &last);
	bool		no_start = could_not_start(the_error) || was_not_found(the_error);

	if (is_termination(the_error))
		the_error->message = MemoryContextStrdup(the_error->assoc_context, termination);
	if (denied)
		add_denied_call(the_error, &last);
	else if (no_start)
		denied = add_denied_start(the_error);
	if (denied && no_start)
		append(the_error, &the_error->hint,
			   MyBackendType == B_BACKEND ? "To start programs a session needs a section that allows @pg-program." :
			   "To start programs a process needs sections that allow @pg-program.");
	if (died_of_sigsys(the_error))
		append(the_error, &the_error->hint,
			   "Signal 31 (SIGSYS) is how the kernel ends a program or process whose system call a seccomp policy denies, where nothing could report it; the kernel's audit log names the call.");
	else if (program_failed(the_error) && !denied)
		append(the_error, &the_error->hint,
			   "Programs run under the server's seccomp filters: if it was refused an operation, look for it in pg_seccomp_filter.");
}

void
report_with_error(ErrorData *edata)
{
	LastViolation last;

	/*
	 * Without memory there is nothing to say it in; but popen() of glibc says
	 * ENOMEM when the new process may not execve().
	 */
	if (!can_report() ||
		(edata->sqlerrcode == ERRCODE_OUT_OF_MEMORY && !could_not_start(edata)))
		return;
	follow_worker(edata);
	if (was_denied(edata, &last) || is_termination(edata) || could_not_start(edata) ||
		was_not_found(edata) || died_of_sigsys(edata) || program_failed(edata))
	{
		the_error = edata;
		reporting_call(add_to_error);
	}
	/* a transaction ends soon, and that is the better place */
	if (!IsTransactionState())
		report_violations();
}
