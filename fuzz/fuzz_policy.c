/*
 * fuzz_policy.c
 *		libFuzzer target: any bytes as a policy.
 *
 * Whatever the reader accepts has to become programs that pass the proof, or a
 * message that says why not; whatever it refuses has to be told in bounded,
 * printable text.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/conditions.h"
#include "../core/memory.h"
#include "../core/policy.h"
#include "../core/program.h"
#include "../core/test/alloc.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int			LLVMFuzzerInitialize(int *argc, char ***argv);

static void
require(bool good, const char *what, const char *detail)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, detail);
	abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *error = sc_catalog_init();

	(void) argc;
	(void) argv;
	require(error == NULL, "catalog", error);
	return 0;
}

/* Messages go to the log and to SQL: text, and no more of it than promised. */
static void
check_errors(const sc_errors *errors)
{
	const char *text = sc_errors_text(errors, "p");

	require(errors->nlist <= SC_MAX_ERRORS && errors->nlist <= errors->total, "errors", "counted wrongly");
	require(strlen(text) < SC_MAX_ERRORS * (2 * SC_MAX_MESSAGE + 100), "errors", "too long");
	for (const char *c = text; *c; c++)
		require((unsigned char) *c >= 0x20 || *c == '\n' || *c == '\t', "errors", "control character");
	for (int i = 0; i < errors->nlist; i++)
	{
		require(errors->list[i].line >= 0, "errors", "negative line");
		require(strlen(errors->list[i].message) > 0, "errors", "empty message");
	}
}

/*
 * A rule's condition reads like the rule, unless it names what cannot be written
 * so; arguments that meet it do.
 */
static void
check_conditions(const sc_ruleset *rules)
{
	for (int i = 0; i < rules->own.n; i++)
	{
		const sc_rule *rule = &rules->own.rules[i];
		int			call = sc_syscall_by_name(rule->calls);
		uint64_t	args[SC_NARGS] = {0};
		sc_errors	errors = {.nlist = 0};
		sc_rule		again;
		sc_condition *list;
		int			n = sc_conditions(&rules, 1, SC_ABI_NATIVE, call, &list);
		char	   *text = sc_rule_condition(rule, SC_ABI_NATIVE, call);

		if (sc_rule_witness(rule, SC_ABI_NATIVE, args))
			require(sc_rule_fits(rule, SC_ABI_NATIVE, args), "witness", rule->calls);
		for (int c = 0; c < n; c++)
			require(strlen(list[c].text) > 0, "condition", rule->calls);
		if (sc_syscalls[call].nr[SC_ABI_NATIVE] == SC_NR_NONE)
			continue;
		text = sc_format("%s %s%s%s", rule->calls, text ? text : "", text ? " " : "", rule->deny ? "deny" : "allow");
		if (!sc_rule_parse(&again, text, 1, &errors))
			require(strstr(errors.list[0].message, "would get around this rule") != NULL, text, errors.list[0].message);
		else
			for (int t = 0; t < sc_rule_ntests(rule); t++)
				require(again.tests[t].mask == rule->tests[t].mask && again.tests[t].value == rule->tests[t].value, "reads differently", text);
	}
}

static void
check_rules(const sc_ruleset *rules, bool permissive, const sc_reporting *reporting)
{
	sc_program	program;
	const char *message = NULL;

	check_conditions(rules);

	/* the unit tests have the empty ruleset; a program takes a while */
	if (sc_rules_any(rules))
		message = sc_program_build(rules, permissive, reporting, &program);
	require(message == NULL || strstr(message, "instructions that the kernel takes") != NULL, "program",
			message ? message : "");
}

/* Sections that hold for a process are the policy's, each once, and they can be attached. */
static void
check_processes(const sc_policy *policy)
{
	static const char *const workers[] = {"a", "checkpointer", "pg_cron launcher"};

	for (int i = 0; i < sc_nprocess_types + 3; i++)
	{
		bool		forged = i >= sc_nprocess_types;
		sc_process	process = {forged ? workers[i - sc_nprocess_types] : sc_process_types[i].name,
		forged || sc_process_types[i].worker, i % 2 ? "other" : "a"};
		sc_sections sections = sc_sections_of_process(policy, &process, policy->fallback);

		for (int s = 0; s < sections.n; s++)
		{
			const sc_section *section = sections.list[s];

			require(sc_policy_scope(policy, section->index) == section, "process", "no section of the policy");
			require(section->type == NULL || section->type->worker == process.worker, "process", section->title);
			for (int before = 0; before < s; before++)
				require(sections.list[before] != section, "process", "a section twice");
		}
	}
	for (int i = 0; i < sc_policy_nscopes(policy); i++)
	{
		sc_sections sections = sc_sections_of(policy, sc_policy_scope(policy, i));

		require(sections.list[sections.n - 1] == sc_policy_scope(policy, i), "scope", sc_scope_name(sc_policy_scope(policy, i)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const groups[] = {"a", "b"};
	const sc_policy *policy = sc_policy_parse("p", (const char *) data, size);

	if (policy->errors.total > 0)
		check_errors(&policy->errors);
	else
	{
		sc_client	client = {.role = "a",.member_of = groups,.nmember_of = 2,.database = "d"};
		const sc_section *section = sc_policy_session(policy, &client);
		bool		permissive = policy->mode == SC_MODE_PERMISSIVE;

		/* none, a text such as usual, and one that crosses a 4 GiB line */
		static const sc_reporting texts[] = {
			{UINT64_C(0x7f5c3a828000), UINT64_C(0x7f5c3a97cfff), UINT64_C(0x7f5c39e01234)},
			{UINT64_C(0x7f5bfff28000), UINT64_C(0x7f5c0007cfff), UINT64_C(0x7f5c39e01234)}
		};
		const sc_reporting *reporting = size % 3 ? &texts[size % 3 - 1] : NULL;

		check_rules(&policy->server.rules, permissive, reporting);
		check_rules(&policy->child.rules, permissive, reporting);
		if (section)
			check_rules(&section->rules, permissive, reporting);
		if (policy->nprocesses > 0)
			check_rules(&policy->processes[size % (size_t) policy->nprocesses]->rules, permissive, reporting);
		check_processes(policy);
	}
	for (int i = 0; i < policy->ndirectives; i++)
		require(policy->directives[i].value != NULL && policy->directives[i].line > 0, "directive", "not a line");
	sc_test_reset();
	return 0;
}
