/*
 * trial.c
 *		Are gates shut?  Tried on compiled programs.
 */
#include "trial.h"

#include <ctype.h>
#include <string.h>

#include "conditions.h"
#include "decode.h"
#include "memory.h"

/* More combinations of a call's arguments than these are not tried. */
#define MAX_TRIES (1 << 20)

/* Past the catalog's last number, how many count as calls to come. */
#define NEW_CALLS 256

/* Calls that carry others out: which one is their first argument. */
static const struct
{
	const char *name;
	const char *prefix;			/* of the constant, before the call's name in capitals */
	uint64_t	mask;
}			carriers[] = {
	{"socketcall", "SYS_", UINT32_MAX}, {"ipc", "", 0xffff},
};

/* What the rules of a call look at. */
typedef struct
{
	bool		known;
	unsigned	tested;			/* bit i: a rule tests argument i */
	sc_condition *conditions;
	int			nconditions;
	enum
	{
		WHOLE_UNKNOWN, WHOLE_OPEN, WHOLE_DENIED
	}			whole;			/* with any arguments */
	sc_gate_result by;
} call_rules;

struct sc_trial
{
	const sc_stack *stack;
	call_rules *calls[SC_ABI_COUNT];	/* by index, as they are asked for */
};

sc_trial *
sc_trial_start(const sc_stack *stack)
{
	sc_trial   *trial = sc_alloc(sizeof(sc_trial));

	trial->stack = stack;
	return trial;
}

static unsigned
tested_arguments(const sc_ruleset *rules, sc_abi abi, int call)
{
	unsigned	tested = 0;

	for (int i = 0; i <= rules->nlists; i++)
	{
		const sc_rule_list *list = i == 0 ? &rules->own : &rules->lists[i - 1];

		for (int r = 0; r < list->n; r++)
			for (int t = 0; sc_rule_names(&list->rules[r], abi, call) && t < sc_rule_ntests(&list->rules[r]); t++)
				tested |= 1u << list->rules[r].tests[t].arg;
	}
	return tested;
}

static call_rules *
rules_of(sc_trial *trial, sc_abi abi, int call)
{
	const sc_stack *stack = trial->stack;
	call_rules *c;

	if (trial->calls[abi] == NULL)
		trial->calls[abi] = sc_alloc((size_t) sc_nsyscalls * sizeof(call_rules));
	c = &trial->calls[abi][call];
	if (c->known)
		return c;
	c->known = true;
	for (int i = 0; i < stack->n; i++)
		c->tested |= tested_arguments(stack->rules[i], abi, call);
	if (c->tested)
		c->nconditions = sc_conditions(stack->rules, stack->n, abi, call, &c->conditions);
	return c;
}

/*
 * Whatever else the arguments may be that rules look at: small numbers, flags,
 * what the rules ask for, and bits beside those that the gate names.
 */
static void
widen(sc_choices args[SC_NARGS], const call_rules *rules)
{
	static const uint64_t usual[] = {
		0, 1, 2, 3, 5, 17, 0x80, 0x100, 0x80000, 0x80002, 0x80003, UINT64_MAX
	};

	for (int i = 0; i < SC_NARGS; i++)
	{
		sc_choices *c = &args[i];
		int			given = c->n;

		if (given == 0)
			sc_add_choice(c, 0);
		for (int g = 0; (rules->tested >> i & 1) && c->fixed != UINT64_MAX && g < (given ? given : 1); g++)
		{
			uint64_t	bits = c->values[g] & c->fixed;

			for (size_t u = 0; u < sizeof(usual) / sizeof(usual[0]); u++)
				sc_add_choice(c, bits | (usual[u] & ~c->fixed));
			for (int k = 0; k < rules->nconditions; k++)
				sc_add_choice(c, bits | (rules->conditions[k].args[i] & ~c->fixed));
		}
	}
}

/* Is the number denied with these arguments?  By which program, and which line? */
static bool
denied(const sc_stack *stack, sc_abi abi, uint32_t nr, const uint64_t args[SC_NARGS], sc_gate_result *by)
{
	sc_outcome	outcome = sc_stack_run(stack, abi, nr | sc_abis[abi].nr_bit, args);

	if (sc_runs(outcome.value))
		return false;
	if (by->program < 0)
	{
		by->program = outcome.by;
		by->line = outcome.verdict.line;
	}
	return true;
}

/* Is the call denied with every combination of these arguments?  By what, the first one. */
static bool
always_denied(const sc_stack *stack, sc_abi abi, int call, const sc_choices args[SC_NARGS], sc_gate_result *by)
{
	uint64_t	combinations = 1;

	for (int i = 0; i < SC_NARGS; i++)
	{
		combinations *= (uint64_t) args[i].n;
		if (combinations > MAX_TRIES)
			return false;
	}
	for (uint64_t c = 0; c < combinations; c++)
	{
		uint64_t	vector[SC_NARGS];
		uint64_t	rest = c;

		for (int i = 0; i < SC_NARGS; i++)
		{
			vector[i] = args[i].values[rest % (uint64_t) args[i].n] & sc_register_of(abi);
			rest /= (uint64_t) args[i].n;
		}
		if (!denied(stack, abi, sc_number_of(abi, call), vector, by))
			return false;
	}
	return true;
}

/* Is the call denied whatever its arguments? */
static bool
whole_denied(sc_trial *trial, sc_abi abi, int call, sc_gate_result *by)
{
	call_rules *rules = rules_of(trial, abi, call);

	if (rules->whole == WHOLE_UNKNOWN)
	{
		sc_choices	args[SC_NARGS] = {{.n = 0}};

		rules->by = (sc_gate_result) {.program = -1};
		widen(args, rules);
		rules->whole = always_denied(trial->stack, abi, call, args, &rules->by) ? WHOLE_DENIED : WHOLE_OPEN;
	}
	if (by->program < 0)
		*by = rules->by;
	return rules->whole == WHOLE_DENIED;
}

/* Is a call denied with what an alternative asks of it? */
static bool
call_denied(sc_trial *trial, sc_abi abi, int call, const sc_alternative *alternative, sc_gate_result *by)
{
	sc_choices	args[SC_NARGS] = {{.n = 0}};
	const char *unknown;

	/* where its arguments lie elsewhere, or in memory, none of them may run */
	if (alternative->whole || alternative->nparts == 0 ||
		!sc_narrow(args, abi, call, alternative, &unknown))
		return whole_denied(trial, abi, call, by);
	widen(args, rules_of(trial, abi, call));
	return always_denied(trial->stack, abi, call, args, by);
}

/* Is a call denied that carries this one out, if there is one on the ABI? */
static bool
carrier_denied(sc_trial *trial, sc_abi abi, int call, sc_gate_result *by)
{
	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
	{
		int			carrier = sc_syscall_by_name(carriers[i].name);
		char	   *name = sc_format("%s%s", carriers[i].prefix, sc_syscalls[call].name);
		sc_choices	args[SC_NARGS] = {{.n = 0}};
		const sc_constant *constant;

		for (char *c = name; *c; c++)
			*c = (char) toupper((unsigned char) *c);
		if (sc_syscalls[carrier].nr[abi] == SC_NR_NONE ||
			(constant = sc_argument_constant(abi, carrier, 0, name)) == NULL)
			continue;
		sc_add_choice(&args[0], constant->value);
		args[0].fixed = carriers[i].mask;
		widen(args, rules_of(trial, abi, carrier));
		return always_denied(trial->stack, abi, carrier, args, by);
	}
	return true;
}

/*
 * An alternative on one ABI: its call, and on a foreign one what has another
 * number there only, and does the same.
 */
static bool
denied_on(sc_trial *trial, sc_abi abi, const sc_alternative *alternative, sc_gate_result *by)
{
	int			call = alternative->call;
	int			family = sc_family_of(call);

	if (sc_syscalls[call].nr[abi] != SC_NR_NONE && !call_denied(trial, abi, call, alternative, by))
		return false;
	if (abi == SC_ABI_NATIVE)
		return true;
	for (int other = 0; family >= 0 && other < sc_nsyscalls; other++)
		if (other != call && sc_set_has(sc_group_members(family), other) &&
			sc_syscalls[other].nr[SC_ABI_NATIVE] == SC_NR_NONE &&
			sc_syscalls[other].nr[abi] != SC_NR_NONE &&
			!call_denied(trial, abi, other, alternative, by))
			return false;
	return carrier_denied(trial, abi, call, by);
}

/* All ABIs of this machine, the native one first; SC_ABI_COUNT ends them. */
static sc_abi
next_abi(int *at)
{
	while (*at <= SC_ABI_COUNT)
	{
		int			abi = *at == 0 ? (int) SC_ABI_NATIVE : *at - 1;
		bool		again = *at > 0 && abi == (int) SC_ABI_NATIVE;

		(*at)++;
		if (!again && abi < SC_ABI_COUNT && sc_abis[abi].native == SC_ABI_NATIVE)
			return (sc_abi) abi;
	}
	return SC_ABI_COUNT;
}

static bool
new_calls_denied(const sc_stack *stack, sc_gate_result *by)
{
	static const uint64_t args[SC_NARGS] = {0};
	sc_abi		abi;

	for (int at = 0; (abi = next_abi(&at)) != SC_ABI_COUNT;)
		for (int nr = sc_abi_limit(abi); nr < sc_abi_limit(abi) + NEW_CALLS; nr++)
			if (!denied(stack, abi, (uint32_t) nr, args, by))
				return false;
	return true;
}

/* No arguments are tried: where an ABI is admitted, so are calls that have none. */
static bool
foreign_abis_denied(const sc_stack *stack, sc_gate_result *by)
{
	static const uint64_t args[SC_NARGS] = {0};
	sc_abi		abi;

	for (int at = 0; (abi = next_abi(&at)) != SC_ABI_COUNT;)
		for (int call = 0; abi != SC_ABI_NATIVE && call < sc_nsyscalls; call++)
			if (sc_syscalls[call].nr[abi] != SC_NR_NONE &&
				!denied(stack, abi, sc_number_of(abi, call), args, by))
				return false;
	return true;
}

static bool
alternative_denied(sc_trial *trial, const sc_alternative *alternative, sc_gate_result *by)
{
	sc_abi		abi;

	switch (alternative->call)
	{
		case SC_GATE_UNKNOWN:
			return false;
		case SC_GATE_NEW_CALLS:
			return new_calls_denied(trial->stack, by);
		case SC_GATE_FOREIGN_ABIS:
			return foreign_abis_denied(trial->stack, by);
		default:
			break;
	}
	for (int at = 0; (abi = next_abi(&at)) != SC_ABI_COUNT;)
		if ((!alternative->x32 || abi == SC_ABI_X32) && !denied_on(trial, abi, alternative, by))
			return false;
	return true;
}

sc_gate_result
sc_gates_try(const sc_gates *gates, sc_trial *trial)
{
	for (int i = 0; i < gates->n; i++)
	{
		const sc_gate *gate = &gates->list[i];
		sc_gate_result result = {.shut = true,.gate = gate->text,.program = -1};

		for (int a = 0; a < gate->n && result.shut; a++)
		{
			sc_gate_result by = {.program = -1};

			result.shut = alternative_denied(trial, &gate->list[a], &by);
			if (result.program < 0)
			{
				result.program = by.program;
				result.line = by.line;
			}
		}
		if (result.shut)
			return result;
	}
	return (sc_gate_result) {.shut = false,.program = -1};
}
