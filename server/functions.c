/*
 * functions.c
 *		Rows, and the question that several functions ask the evaluator.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"

#include "functions.h"
#include "scope.h"
#include "sigsys.h"

Row
row_start(FunctionCallInfo fcinfo)
{
	Row			row = {.fcinfo = fcinfo};

	InitMaterializedSRF(fcinfo, 0);
	return row;
}

void
row_datum(Row *row, Datum value, bool isnull)
{
	row->values[row->n] = value;
	row->nulls[row->n++] = isnull;
}

char *
server_text(const char *text)
{
	int			len = (int) strlen(text);
	char	   *plain = pstrdup(text);
	char	   *converted;
	Oid			conversion;

	if (pg_verify_mbstr(PG_UTF8, text, len, true))
	{
		if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
			return plain;
		conversion = FindDefaultConversionProc(PG_UTF8, GetDatabaseEncoding());
		converted = palloc(len * MAX_CONVERSION_GROWTH + 1);
		if (OidIsValid(conversion) &&
			pg_do_encoding_conversion_buf(conversion, PG_UTF8, GetDatabaseEncoding(),
										  (unsigned char *) plain, len, (unsigned char *) converted,
										  len * MAX_CONVERSION_GROWTH + 1, true) == len)
			return converted;
	}
	for (char *p = plain; *p; p++)
		if ((unsigned char) *p > 0x7f)
			*p = '?';
	return plain;
}

void
row_text(Row *row, const char *value)
{
	if (value)
		value = server_text(value);
	row_datum(row, value ? CStringGetTextDatum(value) : (Datum) 0, value == NULL);
}

char *
policy_text(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

void
row_name(Row *row, const char *value)
{
	row_datum(row, value ? DirectFunctionCall1(namein, CStringGetDatum(value)) : (Datum) 0,
			  value == NULL);
}

void
row_int(Row *row, int value, bool isnull)
{
	row_datum(row, Int32GetDatum(value), isnull);
}

void
row_int8(Row *row, int64 value, bool isnull)
{
	row_datum(row, Int64GetDatum(value), isnull);
}

void
row_bool(Row *row, bool value, bool isnull)
{
	row_datum(row, BoolGetDatum(value), isnull);
}

void
row_put(Row *row)
{
	ReturnSetInfo *result = (ReturnSetInfo *) row->fcinfo->resultinfo;

	tuplestore_putvalues(result->setResult, result->setDesc, row->values, row->nulls);
	row->n = 0;
}

LoadedPolicy *
loaded_policy(void)
{
	if (inherited == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_seccomp must be loaded via shared_preload_libraries"),
				 errhint("Start the server with -c shared_preload_libraries='$libdir/pg_seccomp'.")));
	return inherited;
}

/* A return value in words (seccomp(2)). */
static const char *
action_name(uint32 value)
{
	switch (value & SECCOMP_RET_ACTION_FULL)
	{
		case SECCOMP_RET_ALLOW:
			return "allow";
		case SECCOMP_RET_LOG:
			return "log";
		case SECCOMP_RET_ERRNO:
			return "errno";
		case SECCOMP_RET_TRACE:
			return "trace";
		case SECCOMP_RET_USER_NOTIF:
			return "user_notif";
		case SECCOMP_RET_TRAP:
			return "trap";
		case SECCOMP_RET_KILL_THREAD:
			return "kill_thread";
		default:
			return "kill_process";
	}
}

struct seccomp_data
call_data(uint32 audit_arch, uint32 nr)
{
	return (struct seccomp_data) {
		.nr = (int) nr,.arch = audit_arch,.instruction_pointer = sigsys_reporting()->code_start
	};
}

/* Is a program's denial a violation, and what comes of it? */
static const char *
violation_word(const Attached *programs, int nprograms, const Decision *decision, uint32 value)
{
	sc_on_violation on = SC_ON_VIOLATION_ERROR;

	if (decision->by == NULL || decision->verdict.action != SC_ERRNO ||
		decision->verdict.report == SC_QUIET)
		return NULL;
	if ((value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_KILL_PROCESS)
		return sc_on_violation_name(SC_ON_VIOLATION_KILL);
	if ((value & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRAP)
		return "unreported";
	if (decision->by->permissive)
		return "permissive";
	for (int i = 0; i < nprograms; i++)
		on = Max(on, programs[i].on_violation);
	return sc_on_violation_name(on);
}

Decision
decide_call(const Attached *programs, int nprograms, const struct seccomp_data *data)
{
	Outcome		outcome = outcome_of(programs, nprograms, data, sigsys_reporting()->code_start);
	uint32		value = outcome.value;
	uint32		nr = (uint32) data->nr;
	Decision	decision = {.by = outcome.by};

	if (decision.by && decision.by->rules)
	{
		decision.verdict = sc_decide(decision.by->rules, sc_abi_of(data->arch, nr), nr,
									 (const uint64 *) data->args, NULL);
		if (decision.verdict.line > 0)
			decision.rule = psprintf("%s:%d", decision.by->policy->path, decision.verdict.line);
		decision.violation = violation_word(programs, nprograms, &decision, value);
	}

	/* a report is how the caller gets its errno; in permissive mode it gets none */
	if ((value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRAP)
		value = decision.by->permissive ? SECCOMP_RET_LOG :
			SECCOMP_RET_ERRNO | (value & SECCOMP_RET_DATA);
	decision.action = action_name(value);
	if ((value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		decision.err = sc_errno_text((int) (value & SECCOMP_RET_DATA));
	return decision;
}
