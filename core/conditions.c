/*
 * conditions.c
 *		The cases in which a call's answer depends on its arguments, for people.
 */
#include "conditions.h"

#include <string.h>

#include "memory.h"

typedef struct
{
	const sc_ruleset *const *rulesets;
	int			nrulesets;
	sc_abi		abi;
	int			call;
	sc_condition *list;
	int			n;
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
static bool
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
					return false;
		}
	return true;
}

static bool
add_condition(search *s, const sc_rule *rule, const uint64_t *args)
{
	sc_condition condition = {.text = sc_rule_condition(rule, s->abi, s->call)};

	(void) args;
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->list[i].text, condition.text) == 0)
			return true;
	if (!sc_rule_witness(rule, s->abi, condition.args))
		return true;			/* no call is like that */
	s->list = sc_grow(s->list, s->n, sizeof(sc_condition));
	s->list[s->n++] = condition;
	return true;
}

static bool
does_not_fit(search *s, const sc_rule *rule, const uint64_t *args)
{
	return !sc_rule_fits(rule, s->abi, args);
}

/* Arguments that no rule's tests fit; false if none were found. */
static bool
find_rest(search *s, uint64_t args[SC_NARGS])
{
	static const uint64_t fillers[] = {0, 0x7eeedccb, UINT64_MAX, UINT64_C(0x5eeedccb5eeedccb)};
	const int	nfillers = sizeof(fillers) / sizeof(fillers[0]);
	int			all = 1;

	for (int i = 0; i < SC_NARGS; i++)
		all *= nfillers;
	for (int choice = 0; choice < all; choice++)
	{
		int			rest = choice;

		for (int i = 0; i < SC_NARGS; i++, rest /= nfillers)
			args[i] = fillers[rest % nfillers];
		if (each_rule(s, does_not_fit, args))
			return true;
	}
	return false;
}

int
sc_conditions(const sc_ruleset *const *rulesets, int nrulesets, sc_abi abi, int call,
			  sc_condition **list)
{
	search		s = {rulesets, nrulesets, abi, call, NULL, 0};
	sc_condition rest = {.args = {0}};

	each_rule(&s, add_condition, NULL);
	if (s.n > 0 && find_rest(&s, rest.args))
	{
		rest.text = sc_format("otherwise");
		s.list = sc_grow(s.list, s.n, sizeof(sc_condition));
		s.list[s.n++] = rest;
	}
	*list = s.list;
	return s.n;
}
