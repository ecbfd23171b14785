/*
 * conditions.c
 *		The cases in which a call's answer depends on its arguments, for people.
 */
#include "conditions.h"

#include <string.h>

#include "memory.h"

/* Values of an argument that are tried, and how many combinations of them. */
#define MAX_VALUES 256
#define MAX_TRIES 4096

typedef struct
{
	const sc_ruleset *const *rulesets;
	int			nrulesets;
	sc_abi		abi;
	int			call;
	sc_condition *list;
	int			n;
	uint64_t	values[SC_NARGS][MAX_VALUES];
	int			nvalues[SC_NARGS];
	const sc_rule *first;		/* the first rule that fits some arguments */
} search;

/* The next rule with tests on the call, of list i of a ruleset (0: its own rules). */
static const sc_rule *
next_rule(const search *s, const sc_ruleset *rules, int i, int *at)
{
	const sc_rule_list *list = i == 0 ? &rules->own : &rules->lists[i - 1];

	while (*at < list->n)
	{
		const sc_rule *rule = &list->rules[(*at)++];

		if (sc_rule_names(rule, s->abi, s->call) && sc_rule_ntests(rule) > 0)
			return rule;
	}
	return NULL;
}

/* Call visit() for each rule with tests on the call until it returns false. */
static void
each_rule(search *s, bool (*visit) (search *s, const sc_rule *rule, const uint64_t *args),
		  const uint64_t *args)
{
	for (int r = 0; r < s->nrulesets; r++)
		for (int i = 0; s->rulesets[r] && i <= s->rulesets[r]->nlists; i++)
		{
			const sc_rule *rule;
			int			at = 0;

			while ((rule = next_rule(s, s->rulesets[r], i, &at)) != NULL)
				if (!visit(s, rule, args))
					return;
		}
}

static void
add_value(search *s, int arg, uint64_t value)
{
	if (s->nvalues[arg] < MAX_VALUES)
		s->values[arg][s->nvalues[arg]++] = value;
}

/* What a rule compares with, and its neighbours. */
static bool
add_values(search *s, const sc_rule *rule, const uint64_t *args)
{
	(void) args;
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		sc_test		test = sc_test_on(&rule->tests[i], s->abi);
		uint64_t	lowest = test.mask & (~test.mask + 1);

		add_value(s, test.arg, test.value);
		add_value(s, test.arg, test.value + lowest);
		add_value(s, test.arg, test.value - lowest);
	}
	return true;
}

static bool
find_first(search *s, const sc_rule *rule, const uint64_t *args)
{
	if (!sc_rule_fits(rule, s->abi, args))
		return true;
	s->first = rule;
	return false;
}

/*
 * Arguments that fit a rule, and none before it, which would decide; or no rule
 * at all (NULL).  False if none were found.
 */
static bool
find_case(search *s, const sc_rule *rule, uint64_t args[SC_NARGS])
{
	uint64_t	seed = 1;

	for (int try = 0; try < MAX_TRIES; try++)
	{
		for (int i = 0; i < SC_NARGS; i++)
		{
			/* Knuth's MMIX generator; its upper bits are the random ones */
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			args[i] = try == 0 ? 0 : s->values[i][(seed >> 33) % (uint64_t) s->nvalues[i]];
		}
		if (rule && !sc_rule_witness(rule, s->abi, args))
			return false;		/* no call is like that */
		s->first = NULL;
		each_rule(s, find_first, args);
		if (s->first == rule)
			return true;
	}
	/* those before it leave nothing to it */
	return rule != NULL;
}

static bool
add_condition(search *s, const sc_rule *rule, const uint64_t *args)
{
	sc_condition condition = {.text = sc_rule_condition(rule, s->abi, s->call)};

	(void) args;
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->list[i].text, condition.text) == 0)
			return true;
	if (!find_case(s, rule, condition.args))
		return true;
	s->list = sc_grow(s->list, s->n, sizeof(sc_condition));
	s->list[s->n++] = condition;
	return true;
}

int
sc_conditions(const sc_ruleset *const *rulesets, int nrulesets, sc_abi abi, int call,
			  sc_condition **list)
{
	static const uint64_t fillers[] = {0, 0x7eeedccb, UINT64_MAX, UINT64_C(0x5eeedccb5eeedccb)};
	search		s = {.rulesets = rulesets,.nrulesets = nrulesets,.abi = abi,.call = call};
	sc_condition rest = {.args = {0}};

	for (int i = 0; i < SC_NARGS; i++)
		for (size_t f = 0; f < sizeof(fillers) / sizeof(fillers[0]); f++)
			add_value(&s, i, fillers[f]);
	each_rule(&s, add_values, NULL);
	each_rule(&s, add_condition, NULL);
	if (s.n > 0 && find_case(&s, NULL, rest.args))
	{
		rest.text = sc_format("otherwise");
		s.list = sc_grow(s.list, s.n, sizeof(sc_condition));
		s.list[s.n++] = rest;
	}
	*list = s.list;
	return s.n;
}
