/*
 * views.c
 *		The functions behind the views: status, processes, filter, groups and
 *		file rules.
 */
#include "postgres.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "../core/conditions.h"
#include "../core/memory.h"
#include "../core/program.h"
#include "agreement.h"
#include "functions.h"
#include "pg_seccomp.h"
#include "procfs.h"
#include "scope.h"
#include "session.h"
#include "shared.h"
#include "violations.h"

PG_FUNCTION_INFO_V1(pg_seccomp_status);
PG_FUNCTION_INFO_V1(pg_seccomp_processes);
PG_FUNCTION_INFO_V1(pg_seccomp_filter);
PG_FUNCTION_INFO_V1(pg_seccomp_groups);
PG_FUNCTION_INFO_V1(pg_seccomp_file_rules);

static char *
sha256_of(const char *text, size_t len)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char	   *hex = palloc0(sizeof(digest) * 2 + 1);

	if (pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (const uint8 *) text, len) < 0 ||
		pg_cryptohash_final(ctx, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute SHA-256 of the policy: %s",
			 pg_cryptohash_error(ctx));
	pg_cryptohash_free(ctx);
	hex_encode((const char *) digest, sizeof(digest), hex);
	return hex;
}

Datum
pg_seccomp_status(PG_FUNCTION_ARGS)
{
	LoadedPolicy *loaded = loaded_policy();
	Row			row = row_start(fcinfo);
	LoadError	error = {0};
	FileState	state = file_state(loaded, &error);
	struct utsname name;

	uname(&name);
	row_text(&row, pgsc_policy);
	row_text(&row, loaded->policy->path);
	row_text(&row, sha256_of(loaded->policy->text, loaded->policy->len));
	row_text(&row, sc_mode_name(loaded->policy->mode));
	row_datum(&row, TimestampTzGetDatum(loaded->loaded_at), false);
	row_text(&row, file_state_name(state));
	row_text(&row, error.message == NULL ? NULL :
			 error.detail ? psprintf("%s: %s", error.message, error.detail) : error.message);
	row_bool(&row, anchored, false);
	row_bool(&row, process_status_number(MyProcPid, "NoNewPrivs:") == 1, false);
	row_text(&row, sc_abis[SC_ABI_NATIVE].name);
	row_text(&row, name.release);
	row_text(&row, sc_libseccomp_version());
	row_put(&row);
	return (Datum) 0;
}

/* Names as an array of text. */
static Datum
text_array(List *names)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(list_length(names), 1));
	ListCell   *cell;

	foreach(cell, names)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(server_text(lfirst(cell)));
	return PointerGetDatum(construct_array(elements, list_length(names), TEXTOID, -1, false, TYPALIGN_INT));
}

static void
put_process(Row *row, const ServerProcess *process)
{
	const PgBackendStatus *beentry = process->beentry;

	row_int(row, (int) process->pid, false);
	row_text(row, process->type);
	row_name(row, beentry && OidIsValid(beentry->st_userid) ?
			 GetUserNameFromId(beentry->st_userid, true) : NULL);
	row_name(row, beentry && OidIsValid(beentry->st_databaseid) ?
			 get_database_name(beentry->st_databaseid) : NULL);
	row_text(row, process->profiles);
	row_int(row, process->filters, process->filters < 0);
	row_bool(row, process->no_new_privs == 1, false);
	row_int8(row, (int64) process->violations, !process->counted && beentry == NULL);
	row_datum(row, text_array(process->scopes), false);
	row_bool(row, process->agreement == AGREES, process->agreement == NOT_KNOWN);
	row_text(row, process->detail);
	row_put(row);
}

Datum
pg_seccomp_processes(PG_FUNCTION_ARGS)
{
	Row			row;
	ListCell   *cell;

	loaded_policy();
	row = row_start(fcinfo);
	foreach(cell, server_processes())
		put_process(&row, lfirst(cell));
	return (Datum) 0;
}

/* What this session's programs say to one call. */
static void
put_filter(Row *row, sc_abi abi, int call, const char *condition, const uint64 *args)
{
	uint32		nr = (uint32) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
	struct seccomp_data data = call_data(sc_abis[abi].audit_arch, nr);
	Decision	decision;

	if (args)
		memcpy(data.args, args, sizeof(data.args));
	decision = decide_call(attached, nattached, &data);
	row_text(row, sc_abis[abi].name);
	row_text(row, sc_syscalls[call].name);
	row_int(row, (int) nr, false);
	row_text(row, decision.action);
	row_text(row, decision.err);
	row_text(row, condition);
	row_text(row, decision.by ? decision.by->scope : NULL);
	row_text(row, decision.rule);
	row_text(row, decision.violation);
	row_put(row);
}

Datum
pg_seccomp_filter(PG_FUNCTION_ARGS)
{
	const sc_ruleset *rulesets[MAX_ATTACHED];
	Row			row;

	loaded_policy();
	row = row_start(fcinfo);
	for (int i = 0; i < nattached; i++)
		rulesets[i] = attached[i].rules;
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		if (sc_abis[abi].native != SC_ABI_NATIVE)
			continue;
		for (int call = 0; call < sc_nsyscalls; call++)
		{
			sc_condition *conditions;
			int			n;

			if (sc_syscalls[call].nr[abi] == SC_NR_NONE)
				continue;
			n = sc_conditions(rulesets, nattached, (sc_abi) abi, call, &conditions);
			if (n == 0)
				put_filter(&row, (sc_abi) abi, call, NULL, NULL);
			for (int i = 0; i < n; i++)
				put_filter(&row, (sc_abi) abi, call, conditions[i].text, conditions[i].args);
		}
	}
	return (Datum) 0;
}

Datum
pg_seccomp_groups(PG_FUNCTION_ARGS)
{
	Row			row = row_start(fcinfo);

	for (int group = 0; group < sc_ngroups; group++)
	{
		const sc_set *members = sc_group_members(group);

		for (int call = 0; call < sc_nsyscalls; call++)
		{
			int			number = sc_syscalls[call].nr[SC_ABI_NATIVE];

			if (!sc_set_has(members, call))
				continue;
			row_text(&row, sc_groups[group].name);
			row_text(&row, sc_groups[group].kind == SC_GROUP ? "group" : "family");
			row_text(&row, sc_groups[group].description);
			row_text(&row, sc_syscalls[call].name);
			row_int(&row, number, number == SC_NR_NONE);
			row_put(&row);
		}
	}
	return (Datum) 0;
}

/* The errors of one line, joined, or NULL. */
static char *
errors_of_line(const sc_errors *errors, int line)
{
	char	   *text = NULL;

	for (int i = 0; i < errors->nlist; i++)
	{
		const sc_error *error = &errors->list[i];

		if (error->line == line)
			text = psprintf("%s%s%s%s%s", text ? text : "", text ? "; " : "", error->message,
							error->hint ? ": " : "", error->hint ? error->hint : "");
	}
	return text;
}

/* Does a directive stand on this line? */
static bool
has_directive(const sc_policy *policy, int line)
{
	for (int i = 0; i < policy->ndirectives; i++)
		if (policy->directives[i].line == line)
			return true;
	return false;
}

static void
put_file_rule(Row *row, int line, const char *section, const char *directive,
			  const char *value, const char *error)
{
	row_int(row, line, line == 0);
	row_text(row, section);
	row_text(row, directive);
	row_text(row, value);
	row_text(row, error);
	row_put(row);
}

Datum
pg_seccomp_file_rules(PG_FUNCTION_ARGS)
{
	Row			row = row_start(fcinfo);
	char	   *path = policy_path();
	sc_policy  *policy;
	sc_file		file;

	sc_read_trusted(path, &file);
	if (file.status != SC_FILE_TRUSTED)
	{
		put_file_rule(&row, 0, NULL, NULL, NULL, psprintf("%s: %s", file.why, file.hint));
		return (Datum) 0;
	}
	policy = sc_policy_parse(path, sc_strndup(file.text, file.len), file.len);
	for (int i = 0; i < policy->ndirectives; i++)
	{
		const sc_directive *directive = &policy->directives[i];

		put_file_rule(&row, directive->line, directive->section, directive->directive,
					  directive->value, errors_of_line(&policy->errors, directive->line));
	}

	/* errors of section headers, of continued lines and of the whole file */
	for (int i = 0; i < policy->errors.nlist; i++)
	{
		const sc_error *error = &policy->errors.list[i];
		bool		repeated = false;

		for (int before = 0; before < i; before++)
			repeated |= policy->errors.list[before].line == error->line;
		if (!repeated && !has_directive(policy, error->line))
			put_file_rule(&row, error->line, NULL, NULL, NULL,
						  errors_of_line(&policy->errors, error->line));
	}
	return (Datum) 0;
}
