/*
 * show_diff.c
 *		pg_seccomp show --diff: what one policy opens and closes in place of another.
 *
 * Both policies' programs are run on the same calls: on the cases that rules of
 * either tell apart, and on more arguments where these overlap.
 */
#include "show.h"

#include <string.h>

#include "../core/conditions.h"
#include "../core/memory.h"

/* How many sets of arguments are tried on a call beside its cases, at most. */
#define MAX_PAIRS 2048
#define MAX_SAMPLES 512
#define MAX_VALUES 256

static const column change_columns[] = {
	{"scope", COLUMN_TEXT}, {"abi", COLUMN_TEXT}, {"syscall", COLUMN_TEXT}, {"condition", COLUMN_TEXT},
	{"before", COLUMN_TEXT}, {"after", COLUMN_TEXT}, {"change", COLUMN_TEXT},
	{"rule_before", COLUMN_TEXT}, {"rule_after", COLUMN_TEXT}
};
static late_table changes = {"changes", NULL, change_columns, NCOLUMNS(change_columns), NULL};

static const column setting_columns[] = {
	{"scope", COLUMN_TEXT}, {"setting", COLUMN_TEXT}, {"before", COLUMN_TEXT}, {"after", COLUMN_TEXT}
};
static late_table settings = {"settings", NULL, setting_columns, NCOLUMNS(setting_columns), NULL};

/* A policy and what holds in it for a scope's name. */
typedef struct
{
	const sc_policy *policy;
	const scope *scope;
} side;

/* A change that was told of the call under comparison. */
typedef struct
{
	uint32_t	before;
	uint32_t	after;
} change;

typedef struct
{
	const char *scope;
	side		before;
	side		after;
	const sc_ruleset *rulesets[2 * SC_MAX_STACK];	/* of both, those of before first */
	int			nrulesets;

	/* the call under comparison */
	sc_abi		abi;
	int			call;
	const sc_rule **rules;		/* with tests on it, each set of tests once */
	int			nrules;
	uint64_t	values[SC_NARGS][MAX_VALUES];	/* to try */
	int			nvalues[SC_NARGS];
	change	   *told;
	int			ntold;
} comparison;

/* ----------
 * One call
 * ----------
 */

static const char *
answer_text(const answer *a)
{
	return a->err ? sc_format("%s %s", a->action, a->err) : a->action;
}

static void
put_change(const comparison *c, const char *condition, const answer *before, const answer *after)
{
	table	   *t = late_rows(&changes);

	put_text(t, c->scope);
	put_text(t, sc_abis[c->abi].name);
	put_text(t, sc_syscalls[c->call].name);
	put_text(t, condition);
	put_text(t, answer_text(before));
	put_text(t, answer_text(after));
	if (before->runs == after->runs)
		put_tone(t, "changes", DOUBTFUL);
	else if (after->runs)
		put_tone(t, "opens", BAD);
	else
		put_tone(t, "closes", GOOD);
	put_text(t, before->rule);
	put_text(t, after->rule);
}

static bool
was_told(const comparison *c, uint32_t before, uint32_t after)
{
	for (int i = 0; i < c->ntold; i++)
		if (c->told[i].before == before && c->told[i].after == after)
			return true;
	return false;
}

/* "arg0==AF_INET arg1==SOCK_RAW": all tests that these arguments pass. */
static const char *
condition_of(const comparison *c, const uint64_t args[SC_NARGS])
{
	char	   *text = NULL;

	for (int i = 0; i < c->nrules; i++)
		if (sc_rule_fits(c->rules[i], c->abi, args))
		{
			char	   *tests = sc_rule_condition(c->rules[i], c->abi, c->call);

			text = text ? sc_format("%s %s", text, tests) : tests;
		}
	return text ? text : "otherwise";
}

/*
 * Run both on a call.  Without a condition, which is then worked out, only a
 * change is told that the call had not yet.
 */
static void
try_call(comparison *c, const uint64_t args[SC_NARGS], bool is_case, const char *condition)
{
	uint32_t	nr = sc_number_of(c->abi, c->call);
	sc_outcome	before = sc_stack_run(&c->before.scope->stack, c->abi, nr, args);
	sc_outcome	after = sc_stack_run(&c->after.scope->stack, c->abi, nr, args);
	answer		old;
	answer		new;

	if (before.value == after.value || (!is_case && was_told(c, before.value, after.value)))
		return;
	c->told = sc_grow(c->told, c->ntold, sizeof(change));
	c->told[c->ntold++] = (change) {before.value, after.value};
	old = answer_of(c->before.policy, &c->before.scope->stack, &before);
	new = answer_of(c->after.policy, &c->after.scope->stack, &after);
	put_change(c, is_case ? condition : condition_of(c, args), &old, &new);
}

/* ----------
 * Where rules overlap
 * ----------
 */

static void
add_value(comparison *c, int arg, uint64_t value)
{
	for (int i = 0; i < c->nvalues[arg]; i++)
		if (c->values[arg][i] == value)
			return;
	if (c->nvalues[arg] < MAX_VALUES)
		c->values[arg][c->nvalues[arg]++] = value;
}

static bool
same_tests(const sc_rule *a, const sc_rule *b)
{
	int			n = sc_rule_ntests(a);

	if (n != sc_rule_ntests(b))
		return false;
	for (int i = 0; i < n; i++)
		if (a->tests[i].arg != b->tests[i].arg || a->tests[i].op != b->tests[i].op ||
			a->tests[i].mask != b->tests[i].mask || a->tests[i].value != b->tests[i].value)
			return false;
	return true;
}

static void
add_rule(comparison *c, const sc_rule *rule)
{
	for (int i = 0; i < c->nrules; i++)
		if (same_tests(c->rules[i], rule))
			return;
	c->rules = sc_grow(c->rules, c->nrules, sizeof(sc_rule *));
	c->rules[c->nrules++] = rule;
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		sc_test		test = sc_test_on(&rule->tests[i], c->abi);
		uint64_t	lowest = test.mask & (~test.mask + 1);

		add_value(c, test.arg, test.value);
		add_value(c, test.arg, test.value + lowest);
		add_value(c, test.arg, test.value - lowest);
	}
}

/* All rules of both that look at the call's arguments, and values near their own. */
static void
collect_rules(comparison *c)
{
	c->nrules = 0;
	c->rules = NULL;
	for (int arg = 0; arg < SC_NARGS; arg++)
	{
		c->nvalues[arg] = 0;
		add_value(c, arg, 0);
		add_value(c, arg, UINT64_MAX);
	}
	for (int r = 0; r < c->nrulesets; r++)
		for (int i = 0; i <= c->rulesets[r]->nlists; i++)
		{
			const sc_rule_list *list = i == 0 ? &c->rulesets[r]->own : &c->rulesets[r]->lists[i - 1];

			for (int k = 0; k < list->n; k++)
				if (sc_rule_names(&list->rules[k], c->abi, c->call) && sc_rule_ntests(&list->rules[k]) > 0)
					add_rule(c, &list->rules[k]);
		}
}

/*
 * Arguments that fit two rules at once, and a sample of what lies around all of
 * them: which of them decides may be all that two policies differ in.
 */
static void
try_overlaps(comparison *c)
{
	long		pairs = (long) c->nrules * c->nrules;
	long		step = pairs / MAX_PAIRS + 1;
	uint64_t	seed = 1;

	for (long pair = 0; pair < pairs; pair += step)
	{
		uint64_t	args[SC_NARGS] = {0};
		const sc_rule *one = c->rules[pair / c->nrules];
		const sc_rule *other = c->rules[pair % c->nrules];

		if (sc_rule_witness(one, c->abi, args) && sc_rule_witness(other, c->abi, args))
			try_call(c, args, false, NULL);
	}
	for (int sample = 0; sample < MAX_SAMPLES; sample++)
	{
		uint64_t	args[SC_NARGS];

		for (int i = 0; i < SC_NARGS; i++)
		{
			/* Knuth's MMIX generator; its upper bits are the random ones */
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			args[i] = c->values[i][(seed >> 33) % (uint64_t) c->nvalues[i]];
		}
		try_call(c, args, false, NULL);
	}
}

static void
compare_call(comparison *c)
{
	static const uint64_t none[SC_NARGS];
	sc_condition *cases;
	int			n = sc_conditions(c->rulesets, c->nrulesets, c->abi, c->call, &cases);

	c->ntold = 0;
	c->told = NULL;
	if (n == 0)
		try_call(c, none, true, NULL);
	for (int i = 0; i < n; i++)
		try_call(c, cases[i].args, true, cases[i].text);
	if (n > 0)
	{
		collect_rules(c);
		try_overlaps(c);
	}
}

/* ----------
 * A scope
 * ----------
 */

/* Are these the very same programs? */
static bool
same_programs(const sc_stack *a, const sc_stack *b)
{
	for (int i = 0; i < a->n && a->n == b->n; i++)
		if (a->programs[i].len != b->programs[i].len ||
			memcmp(a->programs[i].insns, b->programs[i].insns,
				   (size_t) a->programs[i].len * sizeof(struct sock_filter)) != 0)
			return false;
	return a->n == b->n;
}

static void
compare_programs(const char *name, side before, side after, sc_abi wanted)
{
	comparison	c = {.scope = name,.before = before,.after = after};
	const sc_stack *stacks[] = {&before.scope->stack, &after.scope->stack};

	if (same_programs(stacks[0], stacks[1]))
		return;
	for (int s = 0; s < 2; s++)
		for (int i = 0; i < stacks[s]->n; i++)
			c.rulesets[c.nrulesets++] = stacks[s]->rules[i];
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		for (c.call = 0; wanted_abi(wanted, abi) && c.call < sc_nsyscalls; c.call++)
		{
			c.abi = (sc_abi) abi;
			if (sc_syscalls[c.call].nr[abi] != SC_NR_NONE)
				compare_call(&c);
		}
}

/* ----------
 * What is no program
 * ----------
 */

static void
put_setting(const char *scope, const char *setting, const char *before, const char *after)
{
	table	   *t;

	if (before == after || (before && after && strcmp(before, after) == 0))
		return;
	t = late_rows(&settings);
	put_text(t, scope);
	put_text(t, setting);
	put_text(t, before);
	put_text(t, after);
}

static const char *
choice_text(sc_choice choice)
{
	return choice == SC_UNSAID ? NULL : choice == SC_YES ? "yes" : "no";
}

/*
 * The session section that is tried before this one, of those that both
 * policies have: sessions get the first that matches.
 */
static const char *
tried_before(const scope *s, const scopes *other)
{
	for (const scope *earlier = s - 1; earlier->section->profile; earlier--)
		if (strcmp(earlier->name, SC_DEFAULT_PROFILE) != 0 && scope_by_name(other, earlier->name))
			return sc_format("after %s", earlier->name);
	return "first";
}

static void
compare_settings(const scopes *before, const scope *old, const scopes *after, const scope *new)
{
	const sc_ruleset *rules[] = {&old->section->rules, &new->section->rules};

	put_setting(old->name, "sessions", matchers_text(old->section), matchers_text(new->section));
	put_setting(old->name, "libraries", libraries_text(old->section), libraries_text(new->section));
	/* [Session] is the last, wherever it stands */
	if (old->section->profile && strcmp(old->name, SC_DEFAULT_PROFILE) != 0)
		put_setting(old->name, "order", tried_before(old, after), tried_before(new, before));
	put_setting(old->name, "OnViolation", sc_on_violation_name(rules[0]->on_violation),
				sc_on_violation_name(rules[1]->on_violation));
	put_setting(old->name, "ProcessDumpable", choice_text(rules[0]->dumpable), choice_text(rules[1]->dumpable));
	put_setting(old->name, "SpeculationMitigation", choice_text(rules[0]->mitigation),
				choice_text(rules[1]->mitigation));
}

/* ----------
 * All of them
 * ----------
 */

/*
 * What the processes of a section obey in a policy that lacks it: of sessions the
 * fallback's, of others what is left of their scopes.  Allocated.
 */
static const scope *
instead_of(const scopes *all, const scope *lacking)
{
	const sc_process process = sc_process_of(lacking->section);
	scope	   *s = sc_alloc(sizeof(scope));

	*s = scope_of_process(all, &process, lacking->section->profile ? all->policy->fallback : NULL);
	return s;
}

/* A scope's settings, or that a policy lacks it. */
static void
compare_sections(const scopes *before, const scopes *after, const char *name)
{
	const scope *old = scope_by_name(before, name);
	const scope *new = scope_by_name(after, name);

	if (old && new)
		compare_settings(before, old, after, new);
	else
	{
		const char *instead = sc_format("no section: as in \"%s\"",
										old ? instead_of(after, old)->name : instead_of(before, new)->name);
		const char *there = sc_format("%s:%d", (old ? before : after)->policy->path,
									  (old ? old : new)->section->line);

		put_setting(name, "section", old ? there : instead, old ? instead : there);
	}
}

bool
show_diff(const scopes *before, const scopes *after, const char *only, sc_abi abi)
{
	const char **names = sc_alloc((size_t) (before->n + after->n) * sizeof(char *));
	int			n = 0;

	if (only)
		names[n++] = scope_by_name(before, only) ? scope_by_name(before, only)->name : find_scope(after, only)->name;
	for (int i = 0; only == NULL && i < before->n; i++)
		names[n++] = before->list[i].name;
	for (int i = 0; only == NULL && i < after->n; i++)
		if (scope_by_name(before, after->list[i].name) == NULL)
			names[n++] = after->list[i].name;

	late_expect(&settings);
	late_expect(&changes);
	put_setting(NULL, "Mode", sc_mode_name(before->policy->mode), sc_mode_name(after->policy->mode));
	for (int i = 0; i < n; i++)
		compare_sections(before, after, names[i]);
	for (int i = 0; i < n; i++)
	{
		const scope *old = scope_by_name(before, names[i]);
		const scope *new = scope_by_name(after, names[i]);

		compare_programs(names[i], (side) {before->policy, old ? old : instead_of(before, new)},
						 (side) {after->policy, new ? new : instead_of(after, old)}, abi);
	}
	return (settings.started && table_rows(settings.started) > 0) ||
		(changes.started && table_rows(changes.started) > 0);
}
