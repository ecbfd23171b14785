/*
 * show_policy.c
 *		pg_seccomp show: a policy's scopes, and what each call comes to in one.
 */
#include "show.h"

#include <string.h>

#include "../core/conditions.h"
#include "../core/memory.h"

/* ----------
 * In words
 * ----------
 */

const char *
matchers_text(const sc_section *section)
{
	if (section->profile == NULL)
		return NULL;
	if (strcmp(section->profile, SC_DEFAULT_PROFILE) == 0)
		return "all that no other section matches";
	return sc_match_any(&section->matchers) ? sc_matchers_text(&section->matchers)
		: "none at login: for pg_seccomp_restrict()";
}

const char *
libraries_text(const sc_section *section)
{
	char	   *text = NULL;

	for (int i = 0; i < section->libraries.n; i++)
		text = text ? sc_format("%s %s", text, section->libraries.list[i].text) :
			sc_format("%s", section->libraries.list[i].text);
	return text;
}

/* ----------
 * Scopes
 * ----------
 */

/* The cases of a call in a scope; one without a condition if its number decides. */
static int
cases_of(const scope *s, sc_abi abi, int call, sc_condition **cases)
{
	int			n = sc_conditions(s->stack.rules, s->stack.n, abi, call, cases);

	if (n > 0)
		return n;
	*cases = sc_alloc(sizeof(sc_condition));
	return 1;
}

static bool
runs(const scope *s, sc_abi abi, int call, const sc_condition *condition)
{
	sc_outcome	outcome = sc_stack_run(&s->stack, abi, sc_number_of(abi, call), condition->args);

	return sc_runs(outcome.value);
}

/* How many native calls run, do not, and do with some arguments only. */
typedef struct
{
	int			allowed;
	int			denied;
	int			conditional;
} counts;

static counts
count_calls(const scope *s)
{
	counts		count = {0, 0, 0};

	for (int call = 0; call < sc_nsyscalls; call++)
	{
		sc_condition *cases;
		int			n;
		int			running = 0;

		if (sc_syscalls[call].nr[SC_ABI_NATIVE] == SC_NR_NONE)
			continue;
		n = cases_of(s, SC_ABI_NATIVE, call, &cases);
		for (int i = 0; i < n; i++)
			running += runs(s, SC_ABI_NATIVE, call, &cases[i]);
		if (running == n)
			count.allowed++;
		else if (running == 0)
			count.denied++;
		else
			count.conditional++;
	}
	return count;
}

/* The length of a section's own program. */
static int
own_instructions(const scope *s)
{
	for (int i = 0; i < s->stack.n; i++)
		if (s->stack.sections[i] == s->section)
			return s->stack.programs[i].len;
	return 0;
}

void
show_scopes(const scopes *all)
{
	static const column columns[] = {
		{"scope", COLUMN_TEXT}, {"line", COLUMN_NUMBER}, {"list", COLUMN_TEXT}, {"allowed", COLUMN_NUMBER},
		{"denied", COLUMN_NUMBER}, {"conditional", COLUMN_NUMBER}, {"instructions", COLUMN_NUMBER},
		{"sessions", COLUMN_TEXT}, {"libraries", COLUMN_TEXT}
	};
	static const char *const kinds[] = {[SC_LIST_NONE] = NULL,[SC_LIST_ALLOW] = "allow",[SC_LIST_DENY] = "deny"};
	bool		libraries = wants_json();
	table	   *t;

	/* few policies have some */
	for (int i = 0; i < all->n; i++)
		libraries = libraries || all->list[i].section->libraries.n > 0;
	t = table_start("scopes", NULL, columns, NCOLUMNS(columns) - (libraries ? 0 : 1));
	for (int i = 0; i < all->n; i++)
	{
		const scope *s = &all->list[i];
		counts		count = count_calls(s);

		put_text(t, s->name);
		if (s->section->line > 0)
			put_number(t, s->section->line, 0);
		else
			put_null(t);
		put_text(t, kinds[s->section->rules.kind]);
		put_number(t, count.allowed, 0);
		put_number(t, count.denied, 0);
		put_number(t, count.conditional, 0);
		put_number(t, own_instructions(s), 0);
		put_text(t, matchers_text(s->section));
		if (libraries)
			put_text(t, libraries_text(s->section));
	}
}

/* ----------
 * Calls
 * ----------
 */

static void
put_case(table *t, const scopes *all, const scope *s, sc_abi abi, int call, const sc_condition *condition,
		 answer_filter which)
{
	sc_outcome	outcome = sc_stack_run(&s->stack, abi, sc_number_of(abi, call), condition->args);
	answer		a = answer_of(all->policy, &s->stack, &outcome);

	if (which != ANY_ANSWER && a.runs != (which == ALLOWED_ONLY))
		return;
	put_text(t, sc_abis[abi].name);
	put_text(t, sc_syscalls[call].name);
	put_number(t, sc_number_of(abi, call), 0);
	put_tone(t, a.action, a.runs ? GOOD : BAD);
	put_text(t, a.err);
	put_text(t, condition->text);
	put_text(t, a.scope);
	put_text(t, a.rule);
}

void
show_calls(const scopes *all, const scope *s, sc_abi abi, answer_filter which)
{
	static const column columns[] = {
		{"abi", COLUMN_TEXT}, {"syscall", COLUMN_TEXT}, {"number", COLUMN_NUMBER}, {"action", COLUMN_TEXT},
		{"errno", COLUMN_TEXT}, {"condition", COLUMN_TEXT}, {"scope", COLUMN_TEXT}, {"rule", COLUMN_TEXT}
	};
	table	   *t = table_start("calls", NULL, columns, NCOLUMNS(columns));

	for (int i = 0; i < SC_ABI_COUNT; i++)
		for (int call = 0; wanted_abi(abi, i) && call < sc_nsyscalls; call++)
		{
			sc_condition *cases;
			int			n;

			if (sc_syscalls[call].nr[i] == SC_NR_NONE)
				continue;
			n = cases_of(s, (sc_abi) i, call, &cases);
			for (int c = 0; c < n; c++)
				put_case(t, all, s, (sc_abi) i, call, &cases[c], which);
		}
}
