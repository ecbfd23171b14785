/*
 * lint_processes.c
 *		Process sections that hold for nobody, or keep processes from their work.
 */
#include "lint.h"

#include <string.h>

#include "memory.h"

/*
 * A bgw_type that reads like one of PostgreSQL's types: it is none, for only
 * PostgreSQL's own processes are of these.
 */
static void
find_look_alike(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	const char *nearest;

	if (section->type || section->libraries.n > 0)
		return;
	if (strcmp(section->process, "postmaster") == 0)
	{
		sc_finding_add(findings, policy->path, section->line, false, "Write [Server]: it is for the postmaster.",
					   "[%s] is for background workers that call themselves so, and the postmaster is none",
					   section->title);
		return;
	}
	nearest = sc_nearest_process_type(section->process);
	if (nearest)
		sc_finding_add(findings, policy->path, section->line, false,
					   sc_format("Write [Process %s] if that is meant.", nearest),
					   "[%s] is for background workers that call themselves so; PostgreSQL has a process type \"%s\"",
					   section->title, nearest);
}

/* A section that changes nothing for whom it is for. */
static void
find_silent(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	const sc_ruleset *rules = &section->rules;

	if (!sc_rules_any(rules) && rules->dumpable == SC_UNSAID && rules->mitigation == SC_UNSAID)
		sc_finding_add(findings, policy->path, section->line, false,
					   "Take it out, or say what its processes are denied.", "[%s] changes nothing", section->title);
}

/* What cannot be ended, but by its death: the server goes on as after an error. */
static void
find_endless(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	const sc_process_type *type = section->type;

	if (section->rules.on_violation == SC_ON_VIOLATION_TERMINATE && type && !type->worker && !type->session &&
		strcmp(type->name, "autovacuum worker") != 0)
		sc_finding_add(findings, policy->path, section->rules.on_violation_line, false,
					   "Sessions, background workers and autovacuum workers can be ended; of others violations are counted and logged.",
					   "OnViolation=terminate has no effect in [%s]", section->title);
}

/*
 * Calls beside @pg-required and its kin that a type of process makes sooner or later
 * and does not get over (doc/measured-syscalls.md): of several, "mkdir|mkdirat", the
 * first that this ABI has.  Of clients' see find_session_calls().  Parallel workers
 * are left out: what queries may do in them is the policy's choice.
 */
#define SUBSCRIPTION "getdents64 mkdir|mkdirat rmdir|unlinkat mprotect"
#define CONNECTION " socket connect getsockopt"

static const struct
{
	const char *type;
	const char *calls;
}			needs[] = {
	{"archiver", "getdents64"},
	{"autovacuum worker", "mprotect"},
	{"checkpointer", "getdents64"},
	{"logical replication apply worker", SUBSCRIPTION CONNECTION},
	{"logical replication parallel worker", SUBSCRIPTION},
	{"logical replication tablesync worker", SUBSCRIPTION CONNECTION},
	{"logical replication worker", SUBSCRIPTION CONNECTION},
	{"slotsync worker", "mprotect" CONNECTION},
	{"startup", "getdents64 mkdir|mkdirat rmdir|unlinkat symlink|symlinkat chmod|fchmodat"},
	{"walreceiver", "mprotect" CONNECTION},
	{SC_WALSENDER, "getdents64 mkdir|mkdirat rmdir|unlinkat mprotect"},
	{"walsummarizer", "getdents64"},
};

/* The first of "mkdir|mkdirat" that this ABI has, or -1; *alternatives is moved behind. */
static int
first_call(char **alternatives)
{
	char	   *rest = strsep(alternatives, " ");
	char	   *name;
	int			found = -1;

	while ((name = strsep(&rest, "|")) != NULL)
	{
		int			call = sc_syscall_by_name(name);

		if (found < 0 && sc_syscalls[call].nr[SC_ABI_NATIVE] != SC_NR_NONE)
			found = call;
	}
	return found;
}

/* Does a section hold for a type, by its own name or as a general one? */
static bool
holds_for(const sc_section *section, const char *type)
{
	const sc_process_type *t = sc_process_type_by_name(type);

	if (section->profile)
		return strcmp(type, SC_WALSENDER) == 0 && sc_match_kind(&section->matchers) == SC_REPLICATION_YES;
	/* it is for extensions' workers, too, and what these need nobody knows */
	if (strcmp(section->process, SC_WORKER) == 0)
		return false;
	while (t && strcmp(section->process, t->name) != 0)
		t = t->general ? sc_process_type_by_name(t->general) : NULL;
	return t != NULL;
}

/* An allow-list that leaves out, without a word on it, what its processes need. */
static void
find_process_calls(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
	{
		char	   *rest = sc_strndup(needs[i].calls, strlen(needs[i].calls));
		sc_set		missing = {{0}};
		char	   *names;

		if (!holds_for(section, needs[i].type))
			continue;
		while (rest)
		{
			int			call = first_call(&rest);

			if (call >= 0 && sc_forgotten(&section->rules, call))
				sc_set_add(&missing, call);
		}
		names = sc_set_names(&missing);
		if (names)
			sc_finding_add(findings, policy->path, section->rules.kind_line, false,
						   "Add them to the list, or behind \"~\" on a line after it if they are to be denied nevertheless; doc/measured-syscalls.md says who needs what.",
						   "the allow-list of [%s] lacks calls that process \"%s\" needs: %s", section->title,
						   needs[i].type, names);
	}
}

void
sc_lint_processes(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	if (section->process)
	{
		find_look_alike(policy, section, findings);
		find_silent(policy, section, findings);
		find_endless(policy, section, findings);
	}
	if (section->process || section->profile)
		find_process_calls(policy, section, findings);
}
