/*
 * test_arguments.h
 *		What the unit tests of rules on arguments share: a section's answers, and
 *		a reading of tests that is not arguments.c's.
 */
#ifndef SC_TEST_ARGUMENTS_H
#define SC_TEST_ARGUMENTS_H

#include "helpers.h"

#include "../directives.h"

/* What a section answers to a call of the native ABI: 0 or an errno, negative if quiet. */
static inline int
answer(const sc_ruleset *rules, const char *call, const uint64_t args[SC_NARGS])
{
	uint32_t	nr = (uint32_t) sc_syscalls[sc_syscall_by_name(call)].nr[SC_ABI_NATIVE];
	sc_verdict	verdict = sc_decide(rules, SC_ABI_NATIVE, nr, args, NULL);

	if (verdict.action != SC_ERRNO)
		return 0;
	return verdict.report == SC_QUIET ? -verdict.err : verdict.err;
}

#define ANSWER(rules, call, ...) answer(rules, call, (const uint64_t[SC_NARGS]) {__VA_ARGS__})

/* The [Session] of a policy that says this. */
static inline const sc_ruleset *
session_of(const char *lines, const char **errors)
{
	sc_policy  *policy = policy_from(sc_format("[Server]\nSystemCallFilter=~mount\n[Session]\n%s", lines));

	*errors = policy_errors(policy);
	return &policy->fallback->rules;
}

/* Does a test hold?  By the order of two numbers, as the kernel has them. */
static inline bool
holds(const sc_test *test, sc_abi abi, const uint64_t args[SC_NARGS])
{
	const bool	narrow = abi == SC_ABI_X86 || abi == SC_ABI_ARM;
	const uint64_t reg = narrow ? args[test->arg] & 0xffffffff : args[test->arg];
	/* a negative constant has the register's width */
	const uint64_t value = narrow && test->value >> 31 == UINT64_C(0x1ffffffff) ? test->value & 0xffffffff : test->value;
	const int	order = ((reg & test->mask) > value) - ((reg & test->mask) < value);

	return strchr(order < 0 ? "123" : order > 0 ? "145" : "035", '0' + test->op) != NULL;
}

static inline bool
all_hold(const sc_rule *rule, sc_abi abi, const uint64_t args[SC_NARGS])
{
	for (int i = 0; i < sc_rule_ntests(rule); i++)
		if (!holds(&rule->tests[i], abi, args))
			return false;
	return true;
}

#endif							/* SC_TEST_ARGUMENTS_H */
