/*
 * stack.c
 *		The programs that a process has, and what they say together.
 */
#include "stack.h"

#include <string.h>

#include "program.h"

const char *
sc_stack_push(sc_stack *stack, const sc_section *section)
{
	const char *problem;

	if (!sc_rules_any(&section->rules) && stack->n > 0)
		return NULL;
	if (stack->n == SC_MAX_STACK)
		return "a process has too many scopes";
	problem = sc_program_build(&section->rules, false, NULL, &stack->programs[stack->n]);
	if (problem)
		return problem;
	stack->sections[stack->n] = section;
	stack->rules[stack->n++] = &section->rules;
	return NULL;
}

sc_outcome
sc_stack_run(const sc_stack *stack, sc_abi abi, uint32_t nr, const uint64_t args[SC_NARGS])
{
	struct seccomp_data data = {.nr = (int) nr,.arch = sc_abis[abi].audit_arch};
	sc_outcome	outcome = {.value = SECCOMP_RET_ALLOW,.by = -1};

	memcpy((char *) data.args, args, sizeof(data.args));
	for (int i = 0; i < stack->n; i++)
	{
		uint32_t	one = sc_evaluate(&stack->programs[i], &data);
		uint32_t	both = sc_stricter(outcome.value, one);

		if (one != SECCOMP_RET_ALLOW && both == one)
			outcome.by = i;
		outcome.value = both;
	}
	if (outcome.by >= 0)
		outcome.verdict = sc_decide(stack->rules[outcome.by], abi, nr, args, NULL);
	return outcome;
}
