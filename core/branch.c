/*
 * branch.c
 *		The part of a program that looks at one call's arguments.
 *
 * Our own, not libseccomp's, because libseccomp compares whole registers (the
 * kernel takes an int from the low half), has no order among rules with
 * different answers, and up to 2.6.0 merges ordered comparisons wrongly
 * (GHSA-4q85-33p6-j5g6).  It never gets to see a comparison.
 *
 * The rules' order is kept: SystemCallRule's, then the list of names, then each
 * directive's.  Neighbours that begin with the same test share it.
 */
#include <stddef.h>
#include <string.h>

#include "plan.h"

/* More than one list ever has for one call. */
#define MAX_RULES 512

/* What the accumulator holds. */
typedef struct
{
	uint32_t	offset;			/* of the word in seccomp_data; 0: unknown */
	uint32_t	mask;
} loaded;

typedef struct
{
	sc_builder *b;
	const sc_plan *plan;
	sc_abi		abi;
	int			call;
	bool		far;			/* jump by JA: conditional jumps reach 255 */
	bool		too_far;		/* one did not reach: start again */
	loaded		a;
	const sc_rule_list *list;
	int			ends[MAX_RULES];	/* jumps to the end of the list */
	int			nends;
} branch;

/* Jumps that are to be taken where a test fails. */
typedef struct
{
	int			at[4];
	bool		if_true[4];
	int			n;
} failures;

static const loaded unknown = {0, 0};

static void
emit_word(branch *br, uint32_t offset, uint32_t mask)
{
	if (br->a.offset == offset && br->a.mask == mask)
		return;
	sc_emit_load(br->b, offset);
	if (mask != UINT32_MAX)
		sc_emit(br->b, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
	br->a = (loaded) {offset, mask};
}

/* Go on if the comparison gives want, else fail. */
static void
emit_require(branch *br, uint16_t op, uint32_t k, bool want, failures *fails)
{
	if (br->far)
	{
		sc_emit(br->b, BPF_JMP | op | BPF_K, want ? 1 : 0, want ? 0 : 1, k);
		fails->at[fails->n++] = br->b->len;
		sc_emit(br->b, BPF_JMP | BPF_JA, 0, 0, 0);
		return;
	}
	fails->if_true[fails->n] = !want;
	fails->at[fails->n++] = br->b->len;
	sc_emit(br->b, BPF_JMP | op | BPF_K, 0, 0, k);
}

/* Let the failures go on here. */
static void
land(branch *br, const failures *fails)
{
	for (int i = 0; i < fails->n && !br->b->overflow; i++)
	{
		struct sock_filter *insn = &br->b->insns[fails->at[i]];
		int			distance = br->b->len - fails->at[i] - 1;

		if (br->far)
			insn->k = (uint32_t) distance;
		else if (distance > UINT8_MAX)
			br->too_far = true;
		else if (fails->if_true[i])
			insn->jt = (uint8_t) distance;
		else
			insn->jf = (uint8_t) distance;
	}
}

/* How many instructions emit_word() and emit_require() will take. */
static uint8_t
steps(const branch *br, uint32_t mask)
{
	return (uint8_t) ((mask != UINT32_MAX ? 2 : 1) + (br->far ? 2 : 1));
}

static uint16_t
jump_of(sc_compare op)
{
	return op == SC_GE || op == SC_LT ? BPF_JGE : op == SC_EQ || op == SC_NE ? BPF_JEQ : BPF_JGT;
}

/* Go on if the test fits, else fail. */
static void
emit_test(branch *br, const sc_test *test, failures *fails)
{
	const uint32_t low = (uint32_t) (offsetof(struct seccomp_data, args) + test->arg * sizeof(uint64_t));
	const uint32_t high = low + (uint32_t) sizeof(uint32_t);	/* both are little-endian */
	const uint32_t mask = (uint32_t) test->mask;
	const uint32_t high_mask = (uint32_t) (test->mask >> 32);
	const uint32_t value = (uint32_t) test->value;
	const uint32_t high_value = (uint32_t) (test->value >> 32);
	const bool	want = test->op == SC_EQ || test->op == SC_GE || test->op == SC_GT;
	uint8_t		rest;

	if (high_mask == 0 && test->op == SC_NE && value == 0 && mask != UINT32_MAX)
	{
		emit_word(br, low, UINT32_MAX);
		emit_require(br, BPF_JSET, mask, true, fails);
		return;
	}
	if (high_mask == 0)
	{
		emit_word(br, low, mask);
		emit_require(br, jump_of((sc_compare) test->op), value, want, fails);
		return;
	}

	/* the upper half decides, unless both are equal */
	emit_word(br, high, high_mask);
	rest = steps(br, mask);
	switch ((sc_compare) test->op)
	{
		case SC_EQ:
			emit_require(br, BPF_JEQ, high_value, true, fails);
			break;
		case SC_NE:
			sc_emit(br->b, BPF_JMP | BPF_JEQ | BPF_K, 0, rest, high_value);
			break;
		case SC_GT:
		case SC_GE:
			sc_emit(br->b, BPF_JMP | BPF_JGT | BPF_K, (uint8_t) (rest + (br->far ? 2 : 1)), 0,
					high_value);
			emit_require(br, BPF_JEQ, high_value, true, fails);
			break;
		case SC_LT:
		case SC_LE:
			emit_require(br, BPF_JGT, high_value, false, fails);
			sc_emit(br->b, BPF_JMP | BPF_JEQ | BPF_K, 0, rest, high_value);
			break;
	}
	br->a = unknown;
	emit_word(br, low, mask);
	emit_require(br, jump_of((sc_compare) test->op), value, want, fails);
	br->a = unknown;
}

static bool
same_test(const sc_test *a, const sc_test *b)
{
	return a->arg == b->arg && a->op == b->op && a->mask == b->mask && a->value == b->value;
}

/* A rule all of whose tests fit. */
static void
emit_action(branch *br, const sc_rule *rule)
{
	sc_verdict	verdict;

	if (rule->deny)
	{
		verdict = sc_rule_verdict(br->plan->rules, br->list, rule, br->call);
		sc_emit(br->b, BPF_RET | BPF_K, 0, 0, sc_value_of(br->plan, &verdict));
		return;
	}
	br->ends[br->nends++] = br->b->len;
	sc_emit(br->b, BPF_JMP | BPF_JA, 0, 0, 0);
}

/*
 * Rules that share their first depth tests, which fit.  Returns whether the
 * program goes on behind them.
 */
static bool
emit_rules(branch *br, const sc_rule *const *rules, int n, int depth)
{
	for (int i = 0; i < n;)
	{
		failures	fails = {.n = 0};
		const bool	last = sc_rule_ntests(rules[i]) == depth;
		sc_test		test;
		loaded		failed;
		int			same = i + 1;

		if (last)
		{
			emit_action(br, rules[i]);
			return false;
		}
		test = sc_test_on(&rules[i]->tests[depth], br->abi);
		while (same < n && sc_rule_ntests(rules[same]) > depth &&
			   same_test(&rules[same]->tests[depth], &rules[i]->tests[depth]))
			same++;
		emit_test(br, &test, &fails);
		failed = br->a;
		if (emit_rules(br, rules + i, same - i, depth + 1) &&
			(br->a.offset != failed.offset || br->a.mask != failed.mask))
			failed = unknown;
		br->a = failed;
		land(br, &fails);
		i = same;
	}
	return true;
}

/* One list; a denial returns, everything else goes on behind it. */
static void
emit_list(branch *br, const sc_rule_list *list, bool *rest)
{
	const sc_rule *rules[MAX_RULES];
	int			n = 0;

	for (int i = 0; i < list->n; i++)
	{
		if (!sc_rule_names(&list->rules[i], br->abi, br->call))
			continue;
		if (n == MAX_RULES)
		{
			br->b->overflow = true;
			return;
		}
		rules[n++] = &list->rules[i];
	}
	br->list = list;
	br->nends = 0;
	*rest = emit_rules(br, rules, n, 0);
}

/* The jumps that an allowing rule made lead here. */
static void
land_ends(branch *br)
{
	for (int i = 0; i < br->nends && !br->b->overflow; i++)
		br->b->insns[br->ends[i]].k = (uint32_t) (br->b->len - br->ends[i] - 1);
	if (br->nends > 0)
		br->a = unknown;
}

/* All of it; false if conditional jumps must reach farther. */
static bool
emit_all(branch *br)
{
	const sc_ruleset *rules = br->plan->rules;
	uint32_t	nr = sc_number_of(br->abi, br->call);
	sc_verdict	named = sc_decide_name(rules, br->abi, nr, NULL);
	sc_verdict	open = sc_allowed(rules, br->call);
	bool		rest = true;	/* stays so if a list overflows */

	emit_list(br, &rules->own, &rest);
	if (rest && named.action == SC_ERRNO)
	{
		sc_emit(br->b, BPF_RET | BPF_K, 0, 0, sc_value_of(br->plan, &named));
		rest = false;
	}
	for (int i = 0; i < rules->nlists && (rest || br->nends > 0); i++)
	{
		land_ends(br);
		emit_list(br, &rules->lists[i], &rest);
	}
	if (rest || br->nends > 0)
	{
		land_ends(br);
		sc_emit(br->b, BPF_RET | BPF_K, 0, 0, sc_value_of(br->plan, &open));
	}
	return !br->too_far;
}

void
sc_emit_branch(sc_builder *b, const sc_plan *plan, sc_abi abi, int call)
{
	const int	start = b->len;
	branch		br = {.b = b,.plan = plan,.abi = abi,.call = call};

	if (emit_all(&br))
		return;
	b->len = start;
	br = (branch) {.b = b,.plan = plan,.abi = abi,.call = call,.far = true};
	emit_all(&br);
}
