/*
 * cubes.c
 *		All arguments of a call, divided by what is answered.
 *
 * A cube on which rules may still say different things is split at a bit that
 * many of them look at; the halves are divided likewise, and what both have in
 * common is put together again.  So cubes are disjoint and complete by the way
 * they are made.
 */
#include "cubes.h"

#include <limits.h>
#include <string.h>

#include "evaluate.h"
#include "memory.h"
#include "plan.h"

/* How often a cube may be split for one call. */
#define MAX_SPLITS 8192

#define BITS 64

/* What may be answered: at most one, or more than one. */
typedef struct
{
	int			n;				/* 0, 1, 2: more than one */
	uint32_t	first;
} answers;

typedef struct
{
	const sc_view *views;
	int			nviews;
	int			call;
	sc_way		way;
	sc_cube    *list;
	int			n;
	int			splits;
	bool		too_many;
	int			nopen;			/* rules that fit sometimes, of those asked */
	int			weights[SC_NARGS][BITS];	/* how many undecided tests look at a bit */
} division;

typedef enum
{
	NEVER,
	SOMETIMES,
	ALWAYS
} fit;

/* How a test comes out on a cube. */
static fit
test_fit(const sc_test *test, const sc_cube *cube)
{
	uint64_t	known = cube->mask[test->arg] & test->mask;
	uint64_t	least = cube->value[test->arg] & known;
	uint64_t	most = least | (test->mask & ~known);
	bool		always = false;
	bool		never = false;

	switch ((sc_compare) test->op)
	{
		case SC_EQ:
		case SC_NE:
			never = ((test->value ^ least) & (known | ~test->mask)) != 0;
			always = !never && known == test->mask;
			break;
		case SC_LT:
		case SC_GE:
			always = most < test->value;
			never = least >= test->value;
			break;
		case SC_LE:
		case SC_GT:
			always = most <= test->value;
			never = least > test->value;
			break;
	}
	if (!always && !never)
		return SOMETIMES;
	return always == (test->op == SC_EQ || test->op == SC_LT || test->op == SC_LE) ? ALWAYS : NEVER;
}

static fit
rule_fit(const sc_rule *rule, sc_abi abi, const sc_cube *cube)
{
	fit			all = ALWAYS;

	for (int i = 0; i < sc_rule_ntests(rule) && all != NEVER; i++)
	{
		sc_test		test = sc_test_on(&rule->tests[i], abi);
		fit			one = test_fit(&test, cube);

		if (one < all)
			all = one;
	}
	return all;
}

/* Count the bits that would decide a rule's tests; of an order the first one only. */
static void
weigh(division *d, const sc_rule *rule, sc_abi abi, const sc_cube *cube)
{
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		sc_test		test = sc_test_on(&rule->tests[i], abi);
		uint64_t	open = test.mask & ~cube->mask[test.arg];

		if (test_fit(&test, cube) != SOMETIMES)
			continue;
		for (int bit = BITS - 1; bit >= 0; bit--)
		{
			if ((open >> bit & 1) == 0)
				continue;
			d->weights[test.arg][bit]++;
			if (test.op != SC_EQ && test.op != SC_NE)
				break;
		}
	}
}

static void
add_answer(answers *set, uint32_t value)
{
	if (set->n == 0)
		set->first = value;
	if (set->n == 0 || (set->n == 1 && value != set->first))
		set->n++;
}

/*
 * Ask a list: adds what it may deny with, and returns whether it may let a call
 * through.  With by_name, a list of the section's own: *by_name is whether none
 * of its rules may fit.
 */
static bool
ask_list(division *d, const sc_view *view, const sc_rule_list *list, const sc_cube *cube,
		 bool weighing, answers *set, bool *by_name)
{
	const sc_plan plan = sc_make_plan(view->rules, false, NULL);
	bool		through = false;

	for (int i = 0; i < list->n; i++)
	{
		const sc_rule *rule = &list->rules[i];
		fit			fits = sc_rule_names(rule, view->abi, d->call) ? rule_fit(rule, view->abi, cube) : NEVER;

		if (fits == NEVER)
			continue;
		d->nopen += fits == SOMETIMES;
		if (fits == SOMETIMES && weighing)
			weigh(d, rule, view->abi, cube);
		if (rule->deny)
		{
			sc_verdict	verdict = sc_rule_verdict(view->rules, list, rule, d->call);

			add_answer(set, sc_value_of(&plan, &verdict));
		}
		else
			through = true;
		if (fits == ALWAYS)
		{
			if (by_name)
				*by_name = false;
			return through;
		}
	}
	if (by_name)
		*by_name = true;
	return through || by_name == NULL;
}

/* What a view may answer on a cube; weighing: and count the bits that decide it. */
static answers
ask_view(division *d, const sc_view *view, const sc_cube *cube, bool weighing)
{
	const sc_plan plan = sc_make_plan(view->rules, false, NULL);
	sc_verdict	named = sc_decide_name(view->rules, view->abi, sc_number_of(view->abi, d->call), NULL);
	sc_verdict	open = sc_allowed(view->rules, d->call);
	answers		set = {.n = 0};
	bool		by_name;
	bool		through;

	if (named.why == SC_WHY_ABI)
	{
		add_answer(&set, sc_value_of(&plan, &named));
		return set;
	}
	through = ask_list(d, view, &view->rules->own, cube, weighing, &set, &by_name);
	if (by_name && named.action == SC_ERRNO)
		add_answer(&set, sc_value_of(&plan, &named));
	else if (by_name)
		through = true;
	for (int i = 0; i < view->rules->nlists && through; i++)
		through = ask_list(d, view, &view->rules->lists[i], cube, weighing, &set, NULL);
	if (through)
		add_answer(&set, sc_value_of(&plan, &open));
	return set;
}

uint32_t
sc_view_answer(const sc_view *view, int call, const uint64_t args[SC_NARGS])
{
	const sc_plan plan = sc_make_plan(view->rules, false, NULL);
	sc_verdict	verdict = sc_decide(view->rules, view->abi, sc_number_of(view->abi, call), args, NULL);

	return sc_value_of(&plan, &verdict);
}

static bool
has_call(const division *d, int view)
{
	return sc_syscalls[d->call].nr[d->views[view].abi] != SC_NR_NONE;
}

/*
 * The last view whose answer on a cube is open, or -1 if that of all together is
 * certain.  A denial of a later one is final, unless an earlier one kills.
 */
static int
open_view(division *d, const sc_cube *cube)
{
	uint32_t	later = SECCOMP_RET_ALLOW;

	for (int i = d->nviews - 1; i >= 0; i--)
	{
		answers		set;

		if (!has_call(d, i))
			continue;
		set = ask_view(d, &d->views[i], cube, false);
		if (set.n == 1)
		{
			later = sc_stricter(set.first, later);
			continue;
		}
		if ((later & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_KILL_PROCESS ||
			((later & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
			 d->views[i].rules->on_violation != SC_ON_VIOLATION_KILL))
			continue;
		return i;
	}
	return -1;
}

/* How many rules a view has still to ask on a cube. */
static int
open_rules(division *d, int view, const sc_cube *cube)
{
	d->nopen = 0;
	return ask_view(d, &d->views[view], cube, false).n > 1 ? d->nopen : 0;
}

/* How good it would be to split at a bit: less is better. */
typedef struct
{
	int			open;			/* rules still to ask, in both halves */
	int			fewer;			/* in that half which has fewer */
	int			weight;			/* tests that look at the bit, negative */
	int			arg;
	int			bit;			/* its place in the order of bits */
} score;

static score
rate_bit(division *d, int view, const sc_cube *cube, int arg, int bit)
{
	score		s = {.weight = -d->weights[arg][bit],.arg = arg,.bit = -bit};
	sc_cube		half = *cube;
	int			open[2];

	if (d->way == SC_BY_WEIGHT)
		return s;
	half.mask[arg] |= UINT64_C(1) << bit;
	open[0] = open_rules(d, view, &half);
	half.value[arg] |= UINT64_C(1) << bit;
	open[1] = open_rules(d, view, &half);
	s.open = open[0] + open[1];
	s.fewer = open[open[1] < open[0]];
	if (d->way == SC_BY_REST)
		return s;
	s.weight = 0;
	if (d->way == SC_BY_REST_LOW || s.fewer == 0)
		s.bit = (bit + 32) % 64;
	return s;
}

static bool
better(const score *a, const score *b)
{
	const int	left[] = {a->open, a->fewer, a->weight, a->arg, a->bit};
	const int	right[] = {b->open, b->fewer, b->weight, b->arg, b->bit};

	for (int i = 0; i < 5; i++)
		if (left[i] != right[i])
			return left[i] < right[i];
	return false;
}

static void
choose_bit(division *d, int view, const sc_cube *cube, int *arg, int *bit)
{
	score		best = {.open = INT_MAX};

	memset(d->weights, 0, sizeof(d->weights));
	(void) ask_view(d, &d->views[view], cube, true);
	for (int a = 0; a < SC_NARGS; a++)
		for (int b = 0; b < BITS; b++)
		{
			score		s;

			if (d->weights[a][b] == 0)
				continue;
			s = rate_bit(d, view, cube, a, b);
			if (!better(&s, &best))
				continue;
			best = s;
			*arg = a;
			*bit = b;
		}
}

static void
add_cube(division *d, const sc_cube *cube)
{
	sc_cube    *added;

	if (d->n == SC_MAX_CUBES)
	{
		d->too_many = true;
		return;
	}
	d->list = sc_grow(d->list, d->n, sizeof(sc_cube));
	added = &d->list[d->n++];
	*added = *cube;
	added->answer = SECCOMP_RET_ALLOW;
	for (int i = 0; i < d->nviews; i++)
		if (has_call(d, i))
			added->answer = sc_stricter(added->answer, sc_view_answer(&d->views[i], d->call, cube->value));
}

/* Are two cubes the same but for one bit, which both have? */
static bool
halves(const sc_cube *a, const sc_cube *b, int arg, uint64_t bit)
{
	uint64_t	differ = 0;

	if (a->answer != b->answer || memcmp(a->mask, b->mask, sizeof(a->mask)) != 0)
		return false;
	for (int i = 0; i < SC_NARGS; i++)
		differ |= (a->value[i] ^ b->value[i]) & ~(i == arg ? bit : 0);
	return differ == 0;
}

/* Put together what the cubes from start and from middle on have in common. */
static void
join(division *d, int start, int middle, int arg, uint64_t bit)
{
	int			kept = middle;

	for (int b = middle; b < d->n; b++)
	{
		int			a = start;

		while (a < middle && !halves(&d->list[a], &d->list[b], arg, bit))
			a++;
		if (a == middle)
		{
			d->list[kept++] = d->list[b];
			continue;
		}
		d->list[a].mask[arg] &= ~bit;
		d->list[a].value[arg] &= ~bit;
	}
	d->n = kept;
}

/* Recursion: as deep as arguments have bits. */
static void
divide(division *d, const sc_cube *cube)
{
	int			view = open_view(d, cube);
	int			start = d->n;
	int			middle;
	int			arg = 0;
	int			bit = 0;
	sc_cube		half = *cube;

	if (view < 0)
	{
		add_cube(d, cube);
		return;
	}
	if (d->too_many || d->splits++ == MAX_SPLITS)
	{
		d->too_many = true;
		return;
	}
	choose_bit(d, view, cube, &arg, &bit);
	half.mask[arg] |= UINT64_C(1) << bit;
	divide(d, &half);
	middle = d->n;
	half.value[arg] |= UINT64_C(1) << bit;
	divide(d, &half);
	if (!d->too_many)
		join(d, start, middle, arg, UINT64_C(1) << bit);
}

int
sc_cubes(const sc_view *views, int nviews, int call, sc_way way, sc_cube **cubes)
{
	division	d = {.views = views,.nviews = nviews,.call = call,.way = way};
	sc_cube		all = {.answer = 0};

	divide(&d, &all);
	*cubes = d.list;
	return d.too_many ? -1 : d.n;
}

bool
sc_cubes_meet(const sc_cube *a, const sc_cube *b, sc_abi abi)
{
	uint64_t	wide = sc_register_of(abi);

	for (int i = 0; i < SC_NARGS; i++)
		if (((a->value[i] ^ b->value[i]) & a->mask[i] & b->mask[i]) != 0 ||
			((a->value[i] | b->value[i]) & ~wide) != 0)
			return false;
	return true;
}
