/*
 * explain.c
 *		pg_seccomp_explain(): what would happen to a call, and why.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "../core/explain.h"
#include "functions.h"
#include "scope.h"
#include "session.h"

PG_FUNCTION_INFO_V1(pg_seccomp_explain);
PG_FUNCTION_INFO_V1(pg_seccomp_explain_process);

/* "mount", "165", "x86:mount": the architecture and number that the kernel would see. */
static void
parse_call(const char *text, uint32 *audit_arch, uint32 *nr)
{
	sc_errors	errors = {.total = 0};
	sc_abi		abi;

	if (!sc_call_parse(text, &abi, nr, &errors))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("%s", errors.list[0].message),
				 errors.list[0].hint ? errhint("%s", errors.list[0].hint) : 0));
	*audit_arch = sc_abis[abi].audit_arch;
}

static char *
reason(const Decision *decision, const Attached *programs, int nprograms,
	   const struct seccomp_data *data)
{
	const sc_verdict *verdict = &decision->verdict;
	const Attached *by = decision->by;
	bool		depends = false;
	char	   *text;

	for (int i = 0; i < nprograms; i++)
		depends = depends || (programs[i].rules &&
							  sc_decide(programs[i].rules, sc_abi_of(data->arch, (uint32) data->nr), (uint32) data->nr,
										NULL, NULL).depends);
	if (by == NULL && !depends)
		return nprograms ? "no scope denies it" : "nothing is filtered";
	if (by == NULL)
		return "no scope denies it with these arguments (missing ones are zero)";
	/* a program of a parallel leader comes without its policy */
	text = by->policy ? sc_verdict_reason(verdict, by->policy) : pstrdup("the program says so");
	for (int i = 0; i < nprograms; i++)
	{
		Decision	one;

		if (programs[i].program.insns == by->program.insns)
			continue;
		one = decide_call(&programs[i], 1, data);
		if (one.by)
			text = psprintf("%s; [%s%s%s] has it too", text,
							programs[i].scope, programs[i].profile ? " " : "",
							programs[i].profile ? programs[i].profile : "");
	}
	if (by->permissive && verdict->action == SC_ERRNO)
		text = psprintf("%s; would be denied, but Mode=permissive only records", text);
	else if (verdict->action == SC_ERRNO && verdict->report == SC_QUIET)
		text = psprintf("%s; quiet, not a violation", text);
	else if (verdict->action == SC_ERRNO && verdict->report == SC_SILENT)
		text = psprintf("%s; a violation, but one that cannot be reported (@pg-silent)", text);
	return text;
}

/* The call's arguments, missing ones zero. */
static void
parse_args(ArrayType *array, uint64 *args)
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;

	memset(args, 0, sizeof(uint64) * 6);
	deconstruct_array(array, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elems, &nulls, &n);
	if (n > 6)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a system call has at most six arguments")));
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			args[i] = (uint64) DatumGetInt64(elems[i]);
}

/*
 * The programs of a process of a type, of the policy that the server started
 * with.  Returns their number.
 */
static int
programs_of_type(const char *type, Attached *programs)
{
	const sc_policy *policy = inherited->policy;
	const sc_process_type *known = sc_process_type_by_name(type);
	sc_process	process = {type, known == NULL || known->worker, NULL};
	const sc_section *sections[SC_MAX_PROCESS_SECTIONS];
	int			nsections;
	int			n = 0;

	/* a section with Library= is asked for by its name */
	for (int i = 0; known == NULL && i < policy->nprocesses; i++)
		if (policy->processes[i]->libraries.n > 0 && strcmp(policy->processes[i]->process, type) == 0)
			process.library = policy->processes[i]->libraries.list[0].text;
	nsections = sc_policy_process(policy, &process, sections);

	/* PostgreSQL's other types are there, or are named by a section */
	if (known == NULL && strcmp(type, "postmaster") != 0 &&
		(nsections == 0 || strcmp(sections[nsections - 1]->process, type) != 0))
	{
		const char *nearest = sc_nearest_process_type(type);

		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("unknown process type \"%s\"", type),
				 nearest ? errhint("Did you mean \"%s\"?", nearest) :
				 errhint("Types are those of pg_stat_activity.backend_type, and those that the policy has a section of.")));
	}
	if (policy->mode == SC_MODE_OFF)
		return 0;
	programs[n++] = section_scope(inherited, &policy->server, inherited->server);
	if (strcmp(type, "postmaster") == 0)
		return n;
	if (inherited->child.len > 0)
		programs[n++] = section_scope(inherited, &policy->child, inherited->child);
	for (int i = 0; i < nsections; i++)
		if (process_scope(inherited, sections[i])->program.len > 0)
			programs[n++] = *process_scope(inherited, sections[i]);
	return n;
}

/*
 * The programs that a new session of role in database would have.  Returns
 * their number.
 */
static int
programs_of(const char *role, const char *database, Attached *programs)
{
	LoadedPolicy *loaded = current_policy();
	const sc_section *section = section_for(loaded, role, database, NULL, false);
	int			n = programs_of_type("client backend", programs);

	if (section)
	{
		int			index = session_index(loaded, section);
		LoadError	error;
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
		bool		good = compile_session(loaded, index, &error);

		MemoryContextSwitchTo(old);
		if (!good)
			ereport(ERROR,
					(errcode(ERRCODE_CONFIG_FILE_ERROR),
					 errmsg("%s", error.message), errdetail("%s", error.detail)));
		if (loaded->sessions[index].len > 0)
			programs[n++] = section_scope(loaded, section, loaded->sessions[index]);
	}
	return n;
}

/*
 * Whoever acts as another role than the one that logged in may expect another
 * section.
 */
static const char *
of_login_role(void)
{
	if (GetUserId() == GetAuthenticatedUserId())
		return "";
	return psprintf("; it is the login role that counts, \"%s\": SET ROLE, SET SESSION AUTHORIZATION and SECURITY DEFINER change no filter",
					GetUserNameFromId(GetAuthenticatedUserId(), false));
}

/* The answer, as a row. */
static void
put_answer(FunctionCallInfo fcinfo, const Attached *programs, int nprograms,
		   const struct seccomp_data *data, const char *remark)
{
	Decision	decision = decide_call(programs, nprograms, data);
	Row			row = row_start(fcinfo);

	row_text(&row, decision.by ? decision.by->scope : NULL);
	row_text(&row, decision.by ? decision.by->profile : NULL);
	row_text(&row, decision.action);
	row_text(&row, decision.err);
	row_text(&row, decision.rule);
	row_text(&row, psprintf("%s%s", reason(&decision, programs, nprograms, data), remark));
	row_text(&row, decision.violation);
	row_put(&row);
}

/* The call that arguments of a function name: the first, and its own arguments. */
static struct seccomp_data
call_of(FunctionCallInfo fcinfo, int first)
{
	uint32		audit_arch;
	uint32		nr;
	struct seccomp_data data;

	if (PG_ARGISNULL(first))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("system call must not be null")));
	parse_call(text_to_cstring(PG_GETARG_TEXT_PP(first)), &audit_arch, &nr);
	data = call_data(audit_arch, nr);
	if (!PG_ARGISNULL(first + 1))
		parse_args(PG_GETARG_ARRAYTYPE_P(first + 1), (uint64 *) data.args);
	return data;
}

Datum
pg_seccomp_explain(PG_FUNCTION_ARGS)
{
	Attached	programs[MAX_ATTACHED];
	struct seccomp_data data;

	loaded_policy();
	data = call_of(fcinfo, 0);
	if (PG_ARGISNULL(2) && PG_ARGISNULL(3))
		put_answer(fcinfo, attached, nattached, &data, of_login_role());
	else
	{
		const char *role = PG_ARGISNULL(2) ? GetUserNameFromId(GetSessionUserId(), false)
			: NameStr(*PG_GETARG_NAME(2));
		const char *database = PG_ARGISNULL(3) ? get_database_name(MyDatabaseId)
			: NameStr(*PG_GETARG_NAME(3));

		/* a misspelt name would get an answer, and a wrong one */
		get_role_oid(role, false);
		get_database_oid(database, false);
		put_answer(fcinfo, programs, programs_of(role, database, programs), &data, "");
	}
	return (Datum) 0;
}

Datum
pg_seccomp_explain_process(PG_FUNCTION_ARGS)
{
	Attached	programs[MAX_ATTACHED];
	struct seccomp_data data;

	loaded_policy();
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("process type must not be null")));
	data = call_of(fcinfo, 1);
	put_answer(fcinfo, programs,
			   programs_of_type(policy_text(text_to_cstring(PG_GETARG_TEXT_PP(0))), programs),
			   &data, "");
	return (Datum) 0;
}
