/*
 * compare_policies.c
 *		Do two policies answer every call alike?  For scripts.
 *
 * compare_policies POLICY SECTION POLICY SECTION: what a process of the section
 * obeys ("Server", "Child", or a session section's title), on both sides.  Prints
 * the calls that differ and how many were tried; exits with 1 if some differ.
 * A policy may deny what a server needs: that of a session, as a server's.
 * Native ABI: each number, past the catalog's end too; where rules on arguments
 * are about a call, their cases, each bit of these flipped, and random ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../conditions.h"
#include "../decode.h"
#include "../stack.h"
#include "helpers.h"

#define RANDOM_TRIES 2000
#define MAX_SHOWN 20

static long tried;
static long differ;

/* What only a server could not live with does not matter here. */
static bool
usable(const sc_policy *policy)
{
	for (int i = 0; i < policy->errors.nlist; i++)
		if (strstr(policy->errors.list[i].message, "cannot survive without") == NULL)
			return false;
	return true;
}

static sc_stack
load(const char *path, const char *title)
{
	size_t		len;
	char	   *text = read_file(path, &len);
	sc_policy  *policy = sc_policy_parse(path, text, len);
	sc_stack	stack = {.n = 0};
	sc_sections sections = {.n = 0};
	bool		good = usable(policy);

	for (int i = 0; i < sc_policy_nscopes(policy); i++)
		if (strcmp(sc_policy_scope(policy, i)->title, title) == 0)
			sections = sc_sections_of(policy, sc_policy_scope(policy, i));
	for (int i = 0; i < sections.n; i++)
		good = good && sc_stack_push(&stack, sections.list[i]) == NULL;
	if (!good || sections.n == 0)
	{
		printf("%s cannot be used: %s\n", path, sc_errors_text(&policy->errors, path));
		exit(2);
	}
	return stack;
}

static void
compare(const sc_stack *a, const sc_stack *b, uint32_t nr, const uint64_t args[SC_NARGS])
{
	uint32_t	one = sc_stack_run(a, SC_ABI_NATIVE, nr, args).value;
	uint32_t	other = sc_stack_run(b, SC_ABI_NATIVE, nr, args).value;

	tried++;
	if (one == other)
		return;
	if (differ++ < MAX_SHOWN)
		printf("%s: %x, %x\n", sc_decode_call(SC_ABI_NATIVE, nr, args), one, other);
}

static void
compare_cases(const sc_stack *a, const sc_stack *b, uint32_t nr, int call, uint64_t *seed)
{
	const sc_ruleset *rulesets[2 * SC_MAX_STACK];
	sc_condition *conditions;
	int			n = 0;
	int			ncases;

	for (int i = 0; i < a->n; i++)
		rulesets[n++] = a->rules[i];
	for (int i = 0; i < b->n; i++)
		rulesets[n++] = b->rules[i];
	ncases = sc_conditions(rulesets, n, SC_ABI_NATIVE, call, &conditions);
	for (int i = 0; i < ncases; i++)
	{
		uint64_t	args[SC_NARGS];

		memcpy(args, conditions[i].args, sizeof(args));
		compare(a, b, nr, args);
		for (int bit = 0; bit < 64 * SC_NARGS; bit++)
		{
			args[bit / 64] ^= UINT64_C(1) << bit % 64;
			compare(a, b, nr, args);
			args[bit / 64] ^= UINT64_C(1) << bit % 64;
		}
	}
	for (int try = 0; try < RANDOM_TRIES && ncases > 0; try++)
	{
		uint64_t	args[SC_NARGS];

		for (int i = 0; i < SC_NARGS; i++)
		{
			args[i] = conditions[next_random(seed) % (uint32_t) ncases].args[i];
			if (next_random(seed) % 3 == 0)
				args[i] ^= (uint64_t) next_random(seed) << next_random(seed) % 33;
			if (next_random(seed) % 3 == 0)
				args[i] = next_random(seed) % 64;
		}
		compare(a, b, nr, args);
	}
}

int
main(int argc, char **argv)
{
	static const uint64_t zeros[SC_NARGS];
	uint64_t	seed = 0x9e3779b97f4a7c15;
	sc_stack	a;
	sc_stack	b;

	start_tests();
	if (argc != 5)
		return 2;
	a = load(argv[1], argv[2]);
	b = load(argv[3], argv[4]);
	for (int nr = -1; nr < sc_abi_limit(SC_ABI_NATIVE) + 100; nr++)
	{
		int			call = sc_syscall_of(SC_ABI_NATIVE, (uint32_t) nr);

		compare(&a, &b, (uint32_t) nr, zeros);
		if (call >= 0)
			compare_cases(&a, &b, (uint32_t) nr, call, &seed);
	}
	printf("%ld of %ld differ\n", differ, tried);
	return differ > 0;
}
