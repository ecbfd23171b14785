/*
 * arguments.c
 *		Rules on system calls' arguments: what they mean.
 */
#include "arguments.h"

#include <string.h>

#include "memory.h"

int
sc_rule_ntests(const sc_rule *rule)
{
	int			n = 0;

	while (n < SC_MAX_TESTS && rule->tests[n].mask != 0)
		n++;
	return n;
}

sc_test
sc_test_on(const sc_test *test, sc_abi abi)
{
	sc_test		on = *test;

	if (sc_register_of(abi) == UINT64_MAX)
		return on;

	/* the kernel zero-extends what 32-bit code passes (kernel/seccomp.c) */
	on.mask &= UINT32_MAX;
	on.value &= UINT32_MAX;
	if (test->value > UINT32_MAX && test->value != (uint64_t) (int32_t) on.value)
	{
		/* no register there is that large, and one bit never is 2 */
		on.mask = 1;
		on.value = 2;
	}
	return on;
}

bool
sc_test_fits(const sc_test *test, sc_abi abi, const uint64_t args[SC_NARGS])
{
	sc_test		on = sc_test_on(test, abi);
	uint64_t	word = args[on.arg] & on.mask;

	switch ((sc_compare) on.op)
	{
		case SC_EQ:
			return word == on.value;
		case SC_NE:
			return word != on.value;
		case SC_LT:
			return word < on.value;
		case SC_LE:
			return word <= on.value;
		case SC_GT:
			return word > on.value;
		case SC_GE:
			return word >= on.value;
	}
	return false;
}

bool
sc_rule_fits(const sc_rule *rule, sc_abi abi, const uint64_t args[SC_NARGS])
{
	for (int i = 0; i < sc_rule_ntests(rule); i++)
		if (!sc_test_fits(&rule->tests[i], abi, args))
			return false;
	return true;
}

/* How an argument's bits compare with a test's value, as far as they are chosen. */
enum
{
	EQUAL,
	LESS,
	GREATER
};

#define STATE_BITS 2
#define NSTATES (1 << STATE_BITS * SC_MAX_TESTS)

/* The search for an argument that passes some tests. */
typedef struct
{
	sc_test		tests[SC_MAX_TESTS];
	int			n;
	uint64_t	dead[64][NSTATES / 64]; /* states at a bit that lead nowhere */
} solver;

static bool
passes(sc_compare op, unsigned order)
{
	switch (op)
	{
		case SC_EQ:
			return order == EQUAL;
		case SC_NE:
			return order != EQUAL;
		case SC_LT:
			return order == LESS;
		case SC_LE:
			return order != GREATER;
		case SC_GT:
			return order == GREATER;
		case SC_GE:
			return order != LESS;
	}
	return false;
}

/*
 * Choose the word's bits from this one down; state has STATE_BITS of each test.
 * A bit stays as it is, if that leads anywhere.
 */
static bool
choose_bits(solver *s, int bit, unsigned state, uint64_t *word)
{
	if (bit < 0)
	{
		for (int t = 0; t < s->n; t++)
			if (!passes((sc_compare) s->tests[t].op, state >> STATE_BITS * t & 3))
				return false;
		return true;
	}
	if (s->dead[bit][state / 64] >> state % 64 & 1)
		return false;
	for (int flip = 0; flip < 2; flip++)
	{
		unsigned	next = state;

		for (int t = 0; t < s->n; t++)
		{
			const sc_test *test = &s->tests[t];
			unsigned	have = (unsigned) ((*word & test->mask) >> bit & 1);
			unsigned	want = (unsigned) (test->value >> bit & 1);

			if ((state >> STATE_BITS * t & 3) == EQUAL && have != want)
				next |= (have > want ? GREATER : LESS) << STATE_BITS * t;
		}
		if (choose_bits(s, bit - 1, next, word))
			return true;
		*word ^= UINT64_C(1) << bit;
	}
	s->dead[bit][state / 64] |= UINT64_C(1) << state % 64;
	return false;
}

bool
sc_rule_witness(const sc_rule *rule, sc_abi abi, uint64_t args[SC_NARGS])
{
	for (int arg = 0; arg < SC_NARGS; arg++)
	{
		solver		s;

		s.n = 0;
		for (int i = 0; i < sc_rule_ntests(rule); i++)
			if (rule->tests[i].arg == arg)
				s.tests[s.n++] = sc_test_on(&rule->tests[i], abi);
		if (s.n == 0)
			continue;
		memset(s.dead, 0, sizeof(s.dead));
		if (!choose_bits(&s, 63, 0, &args[arg]))
			return false;
	}
	return true;
}

const char *
sc_rule_resolve(sc_rule *rule)
{
	const char *rest = rule->calls;

	while (*rest != '\0')
	{
		size_t		len = strcspn(rest, " ");
		char		name[64];
		int			call;
		int			group;

		if (len >= sizeof(name))
			return rest;
		memcpy(name, rest, len);
		name[len] = '\0';
		call = name[0] == '@' ? -1 : sc_syscall_by_name(name);
		group = name[0] == '@' ? sc_group_by_name(name) : -1;
		if (call >= 0)
			sc_set_add(&rule->set, call);
		else if (group >= 0)
			sc_set_add_all(&rule->set, sc_group_members(group));
		else
			return rest;
		rest += len + strspn(rest + len, " ");
	}
	return NULL;
}
