/*
 * oci_rules.c
 *		A container's seccomp profile: conditions on arguments, as rules.
 */
#include "oci_rules.h"

#include <ctype.h>
#include <string.h>

#include "../core/decode.h"
#include "../core/memory.h"

/* Pairs of rules that are compared, and of these the tests that take a search; past it they overlap. */
#define MAX_LOOKS 5000000
#define MAX_SEARCHES 20000

/* ----------
 * Conditions
 * ----------
 */

typedef enum
{
	TEST_REAL,
	TEST_TRUE,					/* of every value */
	TEST_FALSE,
	TEST_BLIND					/* an argument that no rule can look at */
} test_kind;

/* What is left of a test on an argument of which the low half counts. */
static test_kind
halve(uint64_t *mask, uint64_t *value, sc_compare op)
{
	const uint64_t upper = *value >> 32;
	const uint64_t upper_mask = *mask >> 32;
	const uint64_t sign = UINT64_C(0x80000000);
	bool		never = false;

	if (op == SC_EQ || op == SC_NE)
	{
		/* the upper half is 0, or that of a negative number */
		if (upper != 0)
		{
			never = upper != upper_mask || ((*mask & sign) && !(*value & sign));
			*mask |= sign;
			*value |= sign;
		}
		*mask &= UINT32_MAX;
		*value &= UINT32_MAX;
		return never ? (op == SC_EQ ? TEST_FALSE : TEST_TRUE) : TEST_REAL;
	}
	*mask = UINT32_MAX;
	if (*value > UINT32_MAX && *value < (uint64_t) INT32_MIN)
		return op == SC_LT || op == SC_LE ? TEST_TRUE : TEST_FALSE;
	*value &= UINT32_MAX;
	return TEST_REAL;
}

static test_kind
make_test(importer *im, int call, const oci_test *from, sc_test *test)
{
	uint64_t	mask = from->masked ? from->value : UINT64_MAX;
	uint64_t	value = from->masked ? from->value_two & mask : from->value;
	sc_compare	op = (sc_compare) from->op;

	switch (sc_argument_of(sc_prototype_abi(call), call, from->arg))
	{
		case SC_ARG_NONE:
		case SC_ARG_POINTER:
			return TEST_BLIND;
		case SC_ARG_32:
			{
				test_kind	kind = halve(&mask, &value, op);

				im->halves = true;
				if (kind != TEST_REAL)
					return kind;
				break;
			}
		case SC_ARG_64:
			break;
	}
	if (mask == 0)
		return op == SC_EQ ? TEST_TRUE : TEST_FALSE;
	if ((value == 0 && op == SC_LT) || (value == mask && op == SC_GT))
		return TEST_FALSE;
	if ((value == 0 && op == SC_GE) || (value == mask && op == SC_LE))
		return TEST_TRUE;
	*test = (sc_test) {from->arg, (uint8_t) op, mask, value};
	return TEST_REAL;
}

/* Does a 32-bit ABI have the call, where libseccomp cuts what is compared with? */
static bool
is_cut(const importer *im, int call, const sc_test *test)
{
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (im->d->abis >> abi & 1 && sc_register_of((sc_abi) abi) == UINT32_MAX &&
			sc_syscalls[call].nr[abi] != SC_NR_NONE && test->value > UINT32_MAX)
			return true;
	return false;
}

static void
add_rule(importer *im, const draft_rule *rule)
{
	draft	   *d = im->d;

	d->rules = sc_grow(d->rules, d->nrules, sizeof(draft_rule));
	d->rules[d->nrules++] = *rule;
	im->nrules[rule->call]++;
}

/* The conditions of an entry, or one of them, on one call: a rule, unless none is needed. */
static void
add_conditions(importer *im, const oci_entry *entry, int call, const oci_test *tests, int ntests, answer a)
{
	draft_rule	rule = {.call = call,.answer = a,.where = entry->where,.comment = entry->comment};
	int			n = 0;

	rule.rule.calls = sc_syscalls[call].name;
	for (int i = 0; i < ntests; i++)
	{
		sc_test		test;

		switch (make_test(im, call, &tests[i], &test))
		{
			case TEST_TRUE:
				break;
			case TEST_FALSE:
				return;
			case TEST_BLIND:
				add_finding(im->found, true, entry->where, a.action == SC_ERRNO ?
							"argument %d of \"%s\" is a pointer, or there is none: denied whatever it is" :
							"argument %d of \"%s\" is a pointer, or there is none: not allowed by it", tests[i].arg,
							sc_syscalls[call].name);
				if (a.action != SC_ERRNO)
					return;
				break;
			case TEST_REAL:
				if (is_cut(im, call, &test))
					add_finding(im->found, true, entry->where,
								"\"%s\" on a 32-bit ABI: libseccomp compares with a part of the number, here with all of it",
								sc_syscalls[call].name);
				rule.rule.tests[n++] = test;
				break;
		}
	}
	add_rule(im, &rule);
}

/* Are there two conditions on one argument? */
static bool
are_alternatives(const oci_entry *entry)
{
	unsigned	seen = 0;

	for (int i = 0; i < entry->ntests; i++)
	{
		if (seen >> entry->tests[i].arg & 1)
			return true;
		seen |= 1u << entry->tests[i].arg;
	}
	return false;
}

void
add_entry_rules(importer *im, const oci_entry *entry, int call, answer a)
{
	bool		alternatives = are_alternatives(entry);

	for (int i = 0; i < (alternatives ? entry->ntests : 1); i++)
	{
		if (im->nrules[call] > MAX_CALL_RULES)
			return;
		if (alternatives)
			add_conditions(im, entry, call, &entry->tests[i], 1, a);
		else
			add_conditions(im, entry, call, entry->tests, entry->ntests, a);
	}
}

/* ----------
 * x86's multiplexers
 * ----------
 */

/* The number of a call as an operation of socketcall or ipc; false if it is none. */
static bool
operation_of(int multiplexer, const char *prefix, int call, uint64_t *number)
{
	const sc_constant *constant;
	char	   *name = sc_format("%s%s", prefix, sc_syscalls[call].name);

	for (char *c = name; *c; c++)
		*c = (char) toupper((unsigned char) *c);
	constant = sc_argument_constant(SC_ABI_X86, multiplexer, 0, name);
	if (constant)
		*number = constant->value;
	return constant != NULL;
}

void
add_operation(importer *im, const oci_entry *entry, int call, answer a)
{
	static const struct
	{
		const char *call;
		const char *prefix;
	}			multiplexers[] = {{"socketcall", "SYS_"}, {"ipc", ""}};

	if (!(im->d->abis >> SC_ABI_X86 & 1))
		return;
	for (int i = 0; i < 2; i++)
	{
		int			multiplexer = sc_syscall_by_name(multiplexers[i].call);
		draft_rule	rule = {.call = multiplexer,.answer = a,.where = entry->where};
		uint64_t	number;

		if (im->decided[multiplexer] || im->nrules[multiplexer] > MAX_CALL_RULES ||
			!operation_of(multiplexer, multiplexers[i].prefix, call, &number))
			continue;
		if (entry->ntests > 0)
			add_finding(im->found, true, entry->where, a.action == SC_ERRNO ?
						"on x86 \"%s\" has its arguments in memory: its \"%s\" is denied whatever they are" :
						"on x86 \"%s\" has its arguments in memory: its \"%s\" is not allowed by them",
						multiplexers[i].call, sc_syscalls[call].name);
		if (entry->ntests > 0 && a.action != SC_ERRNO)
			continue;
		rule.rule.calls = multiplexers[i].call;
		rule.rule.tests[0] = (sc_test) {0, SC_EQ, UINT32_MAX, number};
		add_rule(im, &rule);
	}
}

/* ----------
 * Overlaps
 * ----------
 */

/* Can one call pass the tests of both?  *sure: the search was not stopped by its bounds. */
static bool
overlap(importer *im, const draft_rule *a, const draft_rule *b, bool *sure)
{
	*sure = ++im->looks <= MAX_LOOKS;
	if (!*sure)
		return true;
	for (int i = 0; i < sc_rule_ntests(&a->rule); i++)
		for (int k = 0; k < sc_rule_ntests(&b->rule); k++)
		{
			const sc_test *x = &a->rule.tests[i];
			const sc_test *y = &b->rule.tests[k];
			sc_rule		pair = {.tests = {*x, *y}};
			uint64_t	args[SC_NARGS] = {0};

			if (x->arg != y->arg)
				continue;
			if (x->op == SC_EQ && y->op == SC_EQ)
			{
				if ((x->value ^ y->value) & x->mask & y->mask)
					return false;
			}
			else if (++im->searches > MAX_SEARCHES)
				*sure = false;
			else if (!sc_rule_witness(&pair, SC_ABI_NATIVE, args))
				return false;
		}
	return true;
}

/* Rules of a call with denials first; stable. */
static void
deny_first(draft_rule *rules, int n)
{
	draft_rule *copy = sc_alloc((size_t) n * sizeof(draft_rule));
	int			at = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < n; i++)
			if ((rules[i].answer.action == SC_ERRNO) == (pass == 0))
				copy[at++] = rules[i];
	memcpy(rules, copy, (size_t) n * sizeof(draft_rule));
}

/* Put the rules of one call in order; tell the first pair that overlaps.  Does none at all? */
static bool
order_rules(importer *im, draft_rule *rules, int n)
{
	bool		disjoint = true;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
		{
			bool		sure;
			bool		same = rules[i].answer.action == rules[k].answer.action && rules[i].answer.err == rules[k].answer.err;

			/* once there is a pair, only what is to be told counts */
			if ((same && !disjoint) || !overlap(im, &rules[i], &rules[k], &sure))
				continue;
			disjoint = false;
			if (same)
				continue;
			add_finding(im->found, true, rules[i].where,
						"%s with %s on \"%s\", and answers differ: libseccomp's choice is by the order of its tree, here a denial goes first",
						sure ? "overlaps" : "may overlap", rules[k].where, rules[i].rule.calls);
			deny_first(rules, n);
			return false;
		}
	return disjoint;
}

/*
 * Do rules that do not overlap leave nothing to others?  Each takes a share of all
 * arguments, one half for each bit that it looks at; shares are added up from the
 * smallest.
 */
static bool
are_all(const draft_rule *rules, int n)
{
	int			shares[SC_NARGS * 64 + 1] = {0};

	for (int i = 0; i < n; i++)
	{
		int			bits = 0;

		for (int k = 0; k < sc_rule_ntests(&rules[i].rule); k++)
		{
			if (rules[i].rule.tests[k].op != SC_EQ)
				return false;
			bits += __builtin_popcountll(rules[i].rule.tests[k].mask);
		}
		shares[bits]++;
	}
	/* half a share is lost here: then something is left to others, and the sum is short of one */
	for (int bits = SC_NARGS * 64; bits > 0; bits--)
		shares[bits - 1] += shares[bits] / 2;
	return shares[0] == 1;
}

/*
 * Where rules say all that there is to say of a call, as in exported policies,
 * leave out those with the commonest answer: that is the call's by name then.
 * Returns how many are left.
 */
static int
shorten(draft *d, draft_rule *rules, int n)
{
	answer		common = {SC_ALLOW, 0};
	int			most = 0;
	int			left = 0;

	if (!are_all(rules, n))
		return n;
	for (int i = 0; i < n; i++)
	{
		int			count = 0;

		for (int k = i; k < n; k++)
			count += rules[k].answer.action == rules[i].answer.action && rules[k].answer.err == rules[i].answer.err;
		if (count > most)
		{
			most = count;
			common = rules[i].answer;
		}
	}
	d->answers[rules[0].call] = common;
	for (int i = 0; i < n; i++)
		if (rules[i].answer.action != common.action || rules[i].answer.err != common.err)
			rules[left++] = rules[i];
	return left;
}

void
group_rules(importer *im)
{
	draft	   *d = im->d;
	draft_rule *grouped = sc_alloc((size_t) d->nrules * sizeof(draft_rule));
	int			starts[SC_MAX_SYSCALLS];
	int			filled[SC_MAX_SYSCALLS] = {0};
	int			n = 0;

	memset(starts, -1, sizeof(starts));
	for (int i = 0; i < d->nrules; i++)
	{
		int			call = d->rules[i].call;

		if (im->nrules[call] > MAX_CALL_RULES)
			continue;
		if (starts[call] < 0)
		{
			starts[call] = n;
			n += im->nrules[call];
		}
		grouped[starts[call] + filled[call]++] = d->rules[i];
	}
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		if (starts[call] >= 0 && order_rules(im, grouped + starts[call], filled[call]))
			filled[call] = shorten(d, grouped + starts[call], filled[call]);
		if (im->nrules[call] <= MAX_CALL_RULES)
			continue;
		add_finding(im->found, true, NULL, "more than %d conditions on \"%s\": it is denied", MAX_CALL_RULES,
					sc_syscalls[call].name);
		d->answers[call] = (answer) {SC_ERRNO, d->fallback.action == SC_ERRNO ? d->fallback.err : 0};
	}

	/* close the gaps */
	d->nrules = 0;
	for (int i = 0; i < n;)
	{
		int			call = grouped[i].call;
		int			next = i + im->nrules[call];

		for (int k = 0; k < filled[call]; k++)
			d->rules[d->nrules++] = grouped[i + k];
		i = next;
	}
}
