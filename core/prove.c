/*
 * prove.c
 *		Does a program do what its policy says?
 *
 * It is run on every number of every ABI, and compared with the policy's own
 * model.  Where the answer takes more than the number, each rule is tried on
 * arguments that fit it and on those that miss each of its tests by little; then
 * a grid of values stands for the rest: a program can only compare words with
 * constants, so the constants of program and policy, their neighbours, and what
 * differs in a bit inside or outside a mask are where it could go wrong.  What a
 * call's answer may not depend on, the program may not even load.
 */
#include <stddef.h>
#include <string.h>

#include "memory.h"
#include "plan.h"

/* Past every table of system calls. */
#define LOW_NUMBERS 1024

/* A grid of more points is sampled. */
#define MAX_POINTS 100000

#define NWORDS (sizeof(struct seccomp_data) / sizeof(uint32_t))
#define WORD(field) (offsetof(struct seccomp_data, field) / sizeof(uint32_t))
#define ORIGIN_WORDS (3u << WORD(instruction_pointer))
#define ARGUMENT_WORDS (~0u << WORD(args))

/*
 * Values of one word.  Not allocated: what core/ allocates stays.  Of a list of
 * rules with more constants than fit those that do are combined.
 */
#define MAX_VALUES 1024
typedef struct
{
	uint32_t	list[MAX_VALUES];
	int			n;
} values;

static void
no_values(values words[NWORDS])
{
	for (size_t w = 0; w < NWORDS; w++)
		words[w].n = 0;
}

static void
add_value(values *v, uint32_t value)
{
	for (int i = 0; i < v->n; i++)
		if (v->list[i] == value)
			return;
	if (v->n < MAX_VALUES)
		v->list[v->n++] = value;
}

/* A constant that a word, as far as mask goes, is compared with. */
static void
add_constant(values *v, uint32_t value, uint32_t mask)
{
	uint32_t	lowest = mask & (~mask + 1);

	add_value(v, value);
	add_value(v, value + lowest);
	add_value(v, value - lowest);
	if (mask == UINT32_MAX)
		return;
	add_value(v, value | ~mask);
	add_value(v, (value ^ lowest) | ~mask);
	add_value(v, ~mask);
	for (uint32_t rest = mask; rest != 0; rest &= rest - 1)
		add_value(v, rest & (~rest + 1));
}

/*
 * The constants that words are compared with from an instruction on.  Jumps go
 * forward, so one pass sees all of it.
 */
static void
collect_from_program(const sc_program *program, int start, values words[NWORDS])
{
	uint32_t	held[SC_MAX_PROGRAM + 1] = {0}; /* words that A may be, at each instruction */
	bool		reached[SC_MAX_PROGRAM + 1] = {false};
	uint32_t	masks[SC_MAX_PROGRAM + 1];

	for (int i = 0; i <= program->len; i++)
		masks[i] = UINT32_MAX;
	reached[start] = true;
	for (int pc = start; pc < program->len; pc++)
	{
		const struct sock_filter *insn = &program->insns[pc];
		uint32_t	now = held[pc];
		uint32_t	mask = masks[pc];
		int			next[2] = {pc + 1, pc + 1};

		if (!reached[pc])
			continue;
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
		{
			now = 1u << insn->k / sizeof(uint32_t);
			mask = UINT32_MAX;
		}
		else if (insn->code == (BPF_ALU | BPF_AND | BPF_K))
			mask &= insn->k;
		else if (BPF_CLASS(insn->code) == BPF_RET)
			continue;
		else if (insn->code == (BPF_JMP | BPF_JA))
			next[0] = next[1] = pc + 1 + (int) insn->k;
		else if (BPF_CLASS(insn->code) == BPF_JMP)
		{
			next[0] += insn->jt;
			next[1] += insn->jf;
			for (size_t w = 0; w < NWORDS; w++)
				if (now >> w & 1)
					add_constant(&words[w], BPF_OP(insn->code) == BPF_JSET ? 0 : insn->k,
								 BPF_OP(insn->code) == BPF_JSET ? insn->k : mask);
		}
		for (int i = 0; i < 2; i++)
		{
			reached[next[i]] = true;
			held[next[i]] |= now;
			masks[next[i]] &= mask;
		}
	}
}

static void
collect_from_rules(const sc_rule_list *list, sc_abi abi, int call, values words[NWORDS])
{
	for (int i = 0; i < list->n; i++)
	{
		const sc_rule *rule = &list->rules[i];

		if (!sc_rule_names(rule, abi, call))
			continue;
		for (int t = 0; t < sc_rule_ntests(rule); t++)
		{
			sc_test		test = sc_test_on(&rule->tests[t], abi);

			for (int half = 0; half < 2; half++)
			{
				uint32_t	mask = (uint32_t) (test.mask >> 32 * half);

				if (mask != 0)
					add_constant(&words[WORD(args) + 2 * test.arg + (size_t) half],
								 (uint32_t) (test.value >> 32 * half), mask);
			}
		}
	}
}

typedef struct
{
	const sc_plan *plan;
	const sc_program *program;
	values		origin;			/* words of addresses that make a difference */
	uint32_t	arch;
	uint32_t	nr;
} proof;

static const char *
differs(const proof *pr, const struct seccomp_data *data, uint32_t got, uint32_t want)
{
	char	   *args = sc_format("%s", "");

	for (int i = 0; i < SC_NARGS; i++)
		args = sc_format("%s%s0x%llx", args, i > 0 ? ", " : "", (unsigned long long) data->args[i]);
	return sc_format("the compiled program answers 0x%08x to system call %u (%s) of architecture 0x%08x from 0x%llx, the policy says 0x%08x",
					 got, pr->nr, args, pr->arch, (unsigned long long) data->instruction_pointer, want);
}

/* One call with these arguments from this address. */
static const char *
prove_point(const proof *pr, struct seccomp_data *data, uint64_t from, uint32_t value, bool depends)
{
	bool		marked = (value & SECCOMP_RET_ACTION_FULL) == SC_MARK;
	uint32_t	allowed = 1u << WORD(nr) | 1u << WORD(arch) | (depends ? ARGUMENT_WORDS : 0) |
		(marked && sc_asks_origin(pr->plan) ? ORIGIN_WORDS : 0);
	uint32_t	want = sc_value_from(pr->plan, value, from);
	uint32_t	got;
	sc_trace	trace;

	data->instruction_pointer = from;
	got = sc_evaluate_traced(pr->program, data, &trace);
	if (got != want)
		return differs(pr, data, got, want);
	if ((trace.words & ~allowed) != 0)
		return sc_format("the compiled program looks at more of system call %u of architecture 0x%08x than the policy does",
						 pr->nr, pr->arch);
	return NULL;
}

/* A call with these arguments, from everywhere that could make a difference. */
static const char *
prove_origins(const proof *pr, struct seccomp_data *data, uint32_t value, bool depends)
{
	const char *defect;

	if ((value & SECCOMP_RET_ACTION_FULL) != SC_MARK || !sc_asks_origin(pr->plan))
		return prove_point(pr, data, UINT64_MAX, value, depends);

	/* all behind a report is shared: with each arguments a few will do */
	if (depends)
	{
		const sc_reporting *r = pr->plan->reporting;
		const uint64_t some[] = {
			0, r->code_start - 1, r->code_start, r->code_end, r->code_end + 1, r->gate - 1, r->gate, r->gate + 1,
			r->code_start ^ UINT64_C(1) << 32, r->gate ^ UINT64_C(1) << 32
		};

		for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
			if ((defect = prove_point(pr, data, some[i], value, depends)) != NULL)
				return defect;
		return NULL;
	}
	for (int high = 0; high < pr->origin.n; high++)
		for (int low = 0; low < pr->origin.n; low++)
		{
			uint64_t	from = (uint64_t) pr->origin.list[high] << 32 | pr->origin.list[low];

			if ((defect = prove_point(pr, data, from, value, depends)) != NULL)
				return defect;
		}
	return NULL;
}

static uint64_t
common_factor(uint64_t a, uint64_t b)
{
	while (b != 0)
	{
		uint64_t	rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static const char *
prove_vector(const proof *pr, sc_abi abi, const uint64_t args[SC_NARGS])
{
	struct seccomp_data data = {.nr = (int) pr->nr,.arch = pr->arch};
	sc_verdict	verdict = sc_decide(pr->plan->rules, abi, pr->nr, args, NULL);

	memcpy((char *) data.args, args, sizeof(data.args));
	return prove_origins(pr, &data, sc_value_of(pr->plan, &verdict), true);
}

/* Arguments that miss a test by one, or by a bit inside or outside its mask. */
static const char *
prove_near(const proof *pr, sc_abi abi, const sc_test *test, uint64_t args[SC_NARGS])
{
	const uint64_t whole = sc_register_of(abi);
	const uint64_t lowest = test->mask & (~test->mask + 1);
	const uint64_t outside = whole & ~test->mask;
	const uint64_t old = args[test->arg];
	const uint64_t near[] = {
		old + lowest, old - lowest, old ^ lowest, old ^ (outside & (~outside + 1)),
		old ^ UINT64_C(0x8000000000000000), old ^ UINT64_C(0x100000000), old ^ 0x80000000
	};
	const char *defect = NULL;

	for (size_t n = 0; n < sizeof(near) / sizeof(near[0]) && defect == NULL; n++)
	{
		args[test->arg] = near[n] & whole;
		defect = prove_vector(pr, abi, args);
	}
	args[test->arg] = old;
	return defect;
}

/* A rule for itself: arguments that fit it, whatever is in the others; and near it. */
static const char *
prove_rule(const proof *pr, sc_abi abi, const sc_rule *rule)
{
	static const uint64_t bases[] = {0, UINT64_C(0xdeadbeefdeadbeef), UINT64_MAX};

	for (int b = 0; b < 3; b++)
	{
		uint64_t	args[SC_NARGS];
		const char *defect;

		for (int a = 0; a < SC_NARGS; a++)
			args[a] = bases[b] & sc_register_of(abi);
		if (!sc_rule_witness(rule, abi, args))
			continue;
		defect = prove_vector(pr, abi, args);
		for (int t = 0; t < sc_rule_ntests(rule) && defect == NULL; t++)
		{
			sc_test		test = sc_test_on(&rule->tests[t], abi);

			defect = prove_near(pr, abi, &test, args);
		}
		if (defect)
			return defect;
	}
	return NULL;
}

static const char *
prove_list(const proof *pr, sc_abi abi, int call, const sc_rule_list *list)
{
	const char *defect = NULL;

	for (int i = 0; i < list->n && defect == NULL; i++)
		if (sc_rule_names(&list->rules[i], abi, call))
			defect = prove_rule(pr, abi, &list->rules[i]);
	return defect;
}

/* A call whose answer depends on its arguments. */
static const char *
prove_arguments(const proof *pr, sc_abi abi, int call)
{
	const sc_ruleset *rules = pr->plan->rules;
	struct seccomp_data data = {.nr = (int) pr->nr,.arch = pr->arch};
	values		words[NWORDS];
	uint64_t	points = 1;
	uint64_t	step = 1;
	sc_trace	trace;

	no_values(words);
	sc_evaluate_traced(pr->program, &data, &trace);
	if (trace.arguments >= 0)
		collect_from_program(pr->program, trace.arguments, words);
	for (int i = -1; i < rules->nlists; i++)
	{
		const sc_rule_list *list = i < 0 ? &rules->own : &rules->lists[i];
		const char *defect = prove_list(pr, abi, call, list);

		if (defect)
			return defect;
		collect_from_rules(list, abi, call, words);
	}
	for (size_t w = WORD(args); w < NWORDS; w++)
	{
		if (words[w].n > 0)
			add_value(&words[w], 0);
		else if (sc_register_of(abi) == UINT64_MAX || (w - WORD(args)) % 2 == 0)
			add_value(&words[w], 0xdeadbeef);	/* nothing may depend on it */
		else
			add_value(&words[w], 0);
		/* as many as there are, or more than can be counted */
		points = points > UINT64_MAX / (uint64_t) words[w].n ? UINT64_MAX : points * (uint64_t) words[w].n;
	}
	if (points > MAX_POINTS)
		step = points / MAX_POINTS;
	/* a step that shares no factor with their numbers meets every value of each word */
	for (size_t w = WORD(args); w < NWORDS; w++)
		if (common_factor(step, (uint64_t) words[w].n) > 1)
		{
			step++;
			w = WORD(args) - 1;
		}
	for (uint64_t point = 0, n = 0; point < points && n < 2 * MAX_POINTS; point += step, n++)
	{
		uint64_t	rest = point;
		uint32_t	raw[NWORDS];
		const char *defect;

		for (size_t w = WORD(args); w < NWORDS; w++)
		{
			raw[w] = words[w].list[rest % (uint64_t) words[w].n];
			rest /= (uint64_t) words[w].n;
		}
		memcpy((char *) data.args, &raw[WORD(args)], sizeof(data.args));
		defect = prove_vector(pr, abi, (const uint64_t *) data.args);
		if (defect)
			return defect;
	}
	return NULL;
}

static const char *
prove_call(const proof *pr)
{
	sc_abi		abi = sc_abi_of(pr->arch, pr->nr);
	struct seccomp_data data = {.nr = (int) pr->nr,.arch = pr->arch};
	int			call;
	sc_verdict	verdict = sc_decide(pr->plan->rules, abi, pr->nr, NULL, &call);

	if (verdict.depends)
		return prove_arguments(pr, abi, call);
	return prove_origins(pr, &data, sc_value_of(pr->plan, &verdict), false);
}

/* The words that addresses are told apart by: the policy's and the program's. */
static void
collect_origins(proof *pr)
{
	const sc_reporting *r = pr->plan->reporting;
	values		words[NWORDS];
	uint64_t	addresses[3];

	add_value(&pr->origin, UINT32_MAX);
	if (!sc_asks_origin(pr->plan))
		return;
	addresses[0] = r->code_start;
	addresses[1] = r->code_end;
	addresses[2] = r->gate;
	for (int i = 0; i < (pr->plan->permissive ? 3 : 2); i++)
		for (int half = 0; half < 2; half++)
		{
			uint32_t	word = (uint32_t) (addresses[i] >> 32 * half);

			add_value(&pr->origin, word);
			add_value(&pr->origin, word + 1);
		}
	no_values(words);
	collect_from_program(pr->program, 0, words);
	for (int half = 0; half < 2; half++)
		for (int i = 0; i < words[WORD(instruction_pointer) + (size_t) half].n; i++)
			add_value(&pr->origin, words[WORD(instruction_pointer) + (size_t) half].list[i]);
}

/* Numbers above the low ones that the program tells from others. */
static void
collect_numbers(const sc_program *program, values *numbers)
{
	values		words[NWORDS];
	const values *nr = &words[WORD(nr)];

	no_values(words);
	collect_from_program(program, 0, words);
	for (int i = 0; i < nr->n; i++)
		if ((nr->list[i] & ~sc_abis[SC_ABI_X32].nr_bit) >= LOW_NUMBERS)
			add_value(numbers, nr->list[i]);
}

const char *
sc_program_prove(const sc_ruleset *rules, bool permissive,
				 const sc_reporting *reporting, const sc_program *program)
{
	/* numbers at which a comparison could go wrong, beside the low ones */
	static const uint32_t edges[] = {
		0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xbfffffff, 0xc0000000,
		0xfffffffe, 0xffffffff
	};
	const int	nedges = (int) (sizeof(edges) / sizeof(edges[0]));
	const sc_plan plan = sc_make_plan(rules, permissive, reporting);
	proof		pr = {.plan = &plan,.program = program};
	const char *defect = sc_program_defect(program);
	values		numbers = {.n = 0};

	if (defect)
		return sc_format("the kernel would refuse the program: %s", defect);
	collect_origins(&pr);
	for (int i = 0; i < nedges; i++)
		add_value(&numbers, edges[i]);
	collect_numbers(program, &numbers);

	/* every ABI of any kernel: those of other machines must get ENOSYS */
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		for (int i = 0; i < 2 * LOW_NUMBERS + numbers.n; i++)
		{
			pr.arch = sc_abis[abi].audit_arch;
			pr.nr = i < LOW_NUMBERS ? (uint32_t) i
				: i < 2 * LOW_NUMBERS ? (uint32_t) (i - LOW_NUMBERS) | sc_abis[SC_ABI_X32].nr_bit
				: numbers.list[i - 2 * LOW_NUMBERS];
			defect = prove_call(&pr);
			if (defect)
				return defect;
		}
	return NULL;
}
