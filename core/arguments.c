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

	/* the kernel zero-extends what 32-bit code passes (kernel/seccomp.c) */
	if (abi == SC_ABI_X86 || abi == SC_ABI_ARM)
	{
		on.mask &= UINT32_MAX;
		on.value &= UINT32_MAX;
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

/* Do all tests of one argument fit? */
static bool
argument_fits(const sc_rule *rule, sc_abi abi, const uint64_t args[SC_NARGS], int arg)
{
	for (int i = 0; i < sc_rule_ntests(rule); i++)
		if (rule->tests[i].arg == arg && !sc_test_fits(&rule->tests[i], abi, args))
			return false;
	return true;
}

bool
sc_rule_witness(const sc_rule *rule, sc_abi abi, uint64_t args[SC_NARGS])
{
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		sc_test		test = sc_test_on(&rule->tests[i], abi);
		uint64_t	old = args[test.arg] & ~test.mask;
		uint64_t	bit = test.mask & (~test.mask + 1); /* its lowest */
		const uint64_t candidates[] = {
			test.value, test.value ^ bit, test.value + bit, test.value - bit, test.mask, 0
		};

		for (size_t c = 0; c < sizeof(candidates) / sizeof(candidates[0]); c++)
		{
			if (argument_fits(rule, abi, args, test.arg))
				break;
			args[test.arg] = old | (candidates[c] & test.mask);
		}
		if (!argument_fits(rule, abi, args, test.arg))
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
