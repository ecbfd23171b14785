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

#include "functions.h"
#include "scope.h"

PG_FUNCTION_INFO_V1(pg_seccomp_explain);

/*
 * "mount", "165", "x86:mount": the architecture and number that the kernel
 * would see.
 */
static void
parse_call(const char *text, uint32 *audit_arch, uint32 *nr)
{
	const char *colon = strchr(text, ':');
	const char *name = colon ? colon + 1 : text;
	sc_abi		abi = colon ? SC_ABI_COUNT : SC_ABI_NATIVE;
	int			call;

	for (int i = 0; colon && i < SC_ABI_COUNT; i++)
		if (sc_abis[i].native == SC_ABI_NATIVE &&
			strlen(sc_abis[i].name) == (size_t) (colon - text) &&
			strncmp(text, sc_abis[i].name, colon - text) == 0)
			abi = (sc_abi) i;
	if (abi == SC_ABI_COUNT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown architecture in \"%s\"", text),
				 errhint("pg_seccomp_filter.abi has those of this machine.")));
	*audit_arch = sc_abis[abi].audit_arch;

	if (*name >= '0' && *name <= '9')
	{
		char	   *end;
		unsigned long number = strtoul(name, &end, name[1] == 'x' ? 16 : 10);

		if (*end != '\0' || number > PG_UINT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid system call number \"%s\"", name)));
		*nr = (uint32) number | sc_abis[abi].nr_bit;
		return;
	}
	call = sc_syscall_by_name(name);
	if (call < 0)
	{
		const char *nearest = sc_nearest_name(name);

		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("system call \"%s\" does not exist", name),
				 nearest ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
	}
	if (sc_syscalls[call].nr[abi] == SC_NR_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("system call \"%s\" does not exist on architecture \"%s\"",
						name, sc_abis[abi].name)));
	*nr = (uint32) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
}

/* The directive that stands on a line, as written: "SystemCallFilter=~@mount". */
static char *
directive_at(const sc_policy *policy, int line)
{
	const sc_directive *found = NULL;
	size_t		len;

	/* a continued directive begins on an earlier line */
	for (int i = 0; i < policy->ndirectives && policy->directives[i].line <= line; i++)
		found = &policy->directives[i];
	if (found == NULL || found->directive == NULL)
		return pstrdup("");
	len = strlen(found->value);
	return psprintf(" (%s=%.*s%s)", found->directive, (int) Min(len, 60), found->value,
					len > 60 ? "..." : "");
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
	switch (verdict->why)
	{
		case SC_WHY_LISTED:
			text = psprintf("line %d names it%s", verdict->line,
							directive_at(by->policy, verdict->line));
			break;
		case SC_WHY_NOT_LISTED:
			text = psprintf("not in the allow-list that begins in line %d", verdict->line);
			break;
		case SC_WHY_LOGGED:
			text = psprintf("allowed, and logged by line %d%s", verdict->line,
							directive_at(by->policy, verdict->line));
			break;
		case SC_WHY_NEW:
			text = pstrdup("not in the catalog of this pg_seccomp: newer, or no system call");
			break;
		case SC_WHY_ABI:
			text = pstrdup("SystemCallArchitectures does not admit this ABI");
			break;
		case SC_WHY_RULE:
			text = psprintf("line %d %s it%s%s", verdict->line, verdict->action == SC_ERRNO ? "denies" : "allows",
							verdict->depends ? " with these arguments" : "",
							directive_at(by->policy, verdict->line));
			break;
		default:
			text = pstrdup("the program says so");
			break;
	}
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

/*
 * The programs that a new session of role in database would have.  Returns
 * their number.
 */
static int
programs_of(const char *role, const char *database, Attached *programs)
{
	LoadedPolicy *loaded = current_policy();
	const sc_section *section = section_for(loaded, role, database, NULL);
	int			n = 0;

	for (int i = 0; i < nattached; i++)
		if (attached[i].profile == NULL)
			programs[n++] = attached[i];
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
			programs[n++] = (Attached)
		{
			.scope = "session",.profile = section->profile,.policy = loaded->policy,
				.rules = &section->rules,.program = loaded->sessions[index],
				.permissive = loaded->permissive,.on_violation = section->rules.on_violation
		};
	}
	return n;
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

Datum
pg_seccomp_explain(PG_FUNCTION_ARGS)
{
	Attached	programs[MAX_ATTACHED];
	int			nprograms;
	uint32		audit_arch;
	uint32		nr;
	struct seccomp_data data;
	Decision	decision;
	Row			row;

	loaded_policy();
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("system call must not be null")));
	parse_call(text_to_cstring(PG_GETARG_TEXT_PP(0)), &audit_arch, &nr);
	data = call_data(audit_arch, nr);
	if (!PG_ARGISNULL(1))
		parse_args(PG_GETARG_ARRAYTYPE_P(1), (uint64 *) data.args);

	if (PG_ARGISNULL(2) && PG_ARGISNULL(3))
	{
		nprograms = nattached;
		memcpy(programs, attached, sizeof(Attached) * nattached);
	}
	else
	{
		const char *role = PG_ARGISNULL(2) ? GetUserNameFromId(GetSessionUserId(), false)
			: NameStr(*PG_GETARG_NAME(2));
		const char *database = PG_ARGISNULL(3) ? get_database_name(MyDatabaseId)
			: NameStr(*PG_GETARG_NAME(3));

		/* a misspelt name would get an answer, and a wrong one */
		get_role_oid(role, false);
		get_database_oid(database, false);
		nprograms = programs_of(role, database, programs);
	}

	row = row_start(fcinfo);
	decision = decide_call(programs, nprograms, &data);
	row_text(&row, decision.by ? decision.by->scope : NULL);
	row_text(&row, decision.by ? decision.by->profile : NULL);
	row_text(&row, decision.action);
	row_text(&row, decision.err);
	row_text(&row, decision.rule);
	row_text(&row, reason(&decision, programs, nprograms, &data));
	row_text(&row, decision.violation);
	row_put(&row);
	return (Datum) 0;
}
