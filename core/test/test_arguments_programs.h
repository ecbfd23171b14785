/*
 * test_arguments_programs.h
 *		What the unit tests of programs that look at arguments share: a reading of
 *		the rules that is not core's, and calls that the rules may tell apart.
 */
#ifndef SC_TEST_ARGUMENTS_PROGRAMS_H
#define SC_TEST_ARGUMENTS_PROGRAMS_H

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>

#include "../program.h"
#include "test_arguments.h"

/* The other ABIs of this kernel. */
static const sc_abi foreign[] = {
	SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X86 : SC_ABI_ARM,
	SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X32 : SC_ABI_ARM
};

static const sc_reporting usual = {
	.code_start = UINT64_C(0x7f5c3a828000),.code_end = UINT64_C(0x7f5c3a97cfff),.gate = UINT64_C(0x7f5c39e01234)
};

/* How a program was asked for. */
typedef struct
{
	const sc_ruleset *rules;
	bool		permissive;
	const sc_reporting *reporting;
	sc_program	program;
} built;

/* ----------
 * What has to come of a call, in words of its own
 * ----------
 */

typedef enum
{
	RUNS,
	LOGGED,
	QUIET,						/* denied with an errno of its own */
	SILENT,						/* a violation, of @pg-silent */
	VIOLATION
} fate;

typedef struct
{
	fate		what;
	int			err;
} outcome;

static inline outcome
denied_by(const sc_ruleset *rules, const sc_rule *rule, int call)
{
	const bool	silent = sc_set_has(sc_group_members(sc_group_by_name("@pg-silent")), call) && !rule->loud;

	return (outcome) {rule->quiet ? QUIET : silent ? SILENT : VIOLATION, rule->err ? rule->err : rules->err};
}

/* What the list of names says. */
static inline outcome
by_name(const sc_ruleset *rules, int call)
{
	const bool	logged = rules->log_kind != SC_LIST_NONE && sc_set_has(&rules->log, call) == (rules->log_kind == SC_LIST_ALLOW);
	const sc_rule plain = {.deny = true};
	bool		listed = false;
	int			own = 0;

	for (int i = 0; i < rules->nlist; i++)
		if (sc_set_has(&rules->list[i].calls, call))
		{
			listed = rules->list[i].listed;
			own = listed ? rules->list[i].err : 0;
		}
	if (own)
		return (outcome) {QUIET, own};
	if (rules->kind != SC_LIST_NONE && listed == (rules->kind == SC_LIST_DENY))
		return denied_by(rules, &plain, call);
	return (outcome) {logged ? LOGGED : RUNS, 0};
}

/* The first rule of a list whose tests all hold, or NULL. */
static inline const sc_rule *
first_of(const sc_rule_list *list, sc_abi abi, int call, const uint64_t args[SC_NARGS])
{
	for (int i = 0; i < list->n; i++)
		if (sc_set_has(&list->rules[i].set, call) && (!list->rules[i].only || (list->rules[i].only & 1u << abi)) &&
			all_hold(&list->rules[i], abi, args))
			return &list->rules[i];
	return NULL;
}

/* The rules first, then the names, then the directives. */
static inline outcome
judge(const sc_ruleset *rules, sc_abi abi, int call, const uint64_t args[SC_NARGS])
{
	const bool	logged = rules->log_kind != SC_LIST_NONE && sc_set_has(&rules->log, call) == (rules->log_kind == SC_LIST_ALLOW);
	const sc_rule *rule = first_of(&rules->own, abi, call, args);
	outcome		so_far = by_name(rules, call);

	if (rule && rule->deny)
		return denied_by(rules, rule, call);
	if (rule)
		so_far = (outcome) {logged ? LOGGED : RUNS, 0};
	if (so_far.what > LOGGED)
		return so_far;
	for (int i = 0; i < rules->nlists; i++)
	{
		rule = first_of(&rules->lists[i], abi, call, args);
		if (rule && rule->deny)
			return denied_by(rules, rule, call);
	}
	return so_far;
}

/* May the scope start programs?  No rule here tests these calls' arguments. */
static inline bool
starts_programs(const sc_ruleset *rules)
{
	const uint64_t none[SC_NARGS] = {0};

	return judge(rules, SC_ABI_NATIVE, sc_syscall_by_name("execve"), none).what <= LOGGED ||
		judge(rules, SC_ABI_NATIVE, sc_syscall_by_name("execveat"), none).what <= LOGGED;
}

/* The answer to a call that the catalog has on abi. */
static inline uint32_t
wanted(const built *b, bool exec, sc_abi abi, int call, const struct seccomp_data *data)
{
	const bool	admitted = (b->rules->abis & 1u << abi) != 0;
	const outcome o = admitted ? judge(b->rules, abi, call, (const uint64_t *) data->args) : (outcome) {VIOLATION, ENOSYS};
	const sc_reporting *r = b->reporting;
	const uint64_t from = data->instruction_pointer;
	const bool	inside = r && from >= r->code_start && from <= r->code_end;

	if (o.what <= LOGGED)
		return o.what == RUNS ? SECCOMP_RET_ALLOW : SECCOMP_RET_LOG;
	if (b->permissive)
	{
		if (o.what != VIOLATION || !admitted || r == NULL)
			return SECCOMP_RET_LOG;
		return from == r->gate ? SECCOMP_RET_ALLOW : inside ? SECCOMP_RET_TRAP | (uint32_t) o.err : SECCOMP_RET_LOG;
	}
	if (o.what != QUIET && b->rules->on_violation == SC_ON_VIOLATION_KILL)
		return SECCOMP_RET_KILL_PROCESS;
	if (o.what == VIOLATION && r && (!admitted || !exec || inside))
		return SECCOMP_RET_TRAP | (uint32_t) o.err;
	return SECCOMP_RET_ERRNO | (uint32_t) o.err;
}

/* ----------
 * Calls that rules are about
 * ----------
 */

static inline uint64_t
random64(uint64_t *seed)
{
	return (uint64_t) next_random(seed) << 32 | next_random(seed);
}

/* Constants where comparisons of halves, signs and widths go wrong. */
static inline uint64_t
random_constant(uint64_t *seed)
{
	static const uint64_t bases[] = {
		0, 1, 2, 5, 0x10, 0x5412, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, UINT64_C(0x100000000),
		UINT64_C(0x100000005), UINT64_C(0x17fffffff), UINT64_C(0x500000005), UINT64_C(0x7fffffffffffffff),
		UINT64_C(0x8000000000000000), UINT64_C(0xffffffff00000000), UINT64_C(0xffffffff80000000), UINT64_MAX,
	};
	uint64_t	value = bases[next_random(seed) % (sizeof(bases) / sizeof(bases[0]))];

	switch (next_random(seed) % 8)
	{
		case 0:
			return value + 1;
		case 1:
			return value - 1;
		case 2:
			return (uint64_t) (int64_t) (int32_t) value;
		case 3:
			return value | UINT64_C(1) << 32;
		case 4:
			return value ^ UINT64_C(1) << next_random(seed) % 64;
		case 5:
			return random64(seed);
		default:
			return value;
	}
}

/* Does a test tell values apart?  A policy has no others. */
static inline bool
tells_apart(const sc_test *test)
{
	if (test->op == SC_EQ || test->op == SC_NE)
		return (test->value & ~test->mask) == 0;
	if (test->op == SC_LT || test->op == SC_GE)
		return test->value > 0 && test->value <= test->mask;
	return test->value < test->mask;
}

/* Any rule of any list; NULL if there is none. */
static inline const sc_rule *
random_rule(const sc_ruleset *rules, uint64_t *seed)
{
	const uint32_t pick = next_random(seed) % (uint32_t) (rules->nlists + 1);
	const sc_rule_list *list = pick == 0 ? &rules->own : &rules->lists[pick - 1];

	return list->n ? &list->rules[next_random(seed) % (uint32_t) list->n] : NULL;
}

/*
 * A call that the rules may tell from others: often the case of one of them, but
 * for an argument; from everywhere.
 */
static inline void
random_call(const built *b, sc_abi *abi, int *call, struct seccomp_data *data, uint64_t *seed)
{
	const sc_reporting *r = &usual;
	const uint64_t places[] = {
		0, r->code_start - 1, r->code_start, r->code_end, r->code_end + 1, r->gate, r->gate ^ 1, r->code_start ^ UINT64_C(1) << 32,
		UINT64_MAX
	};
	const sc_rule *rule = random_rule(b->rules, seed);
	uint64_t	args[SC_NARGS];

	*abi = next_random(seed) % 2 ? SC_ABI_NATIVE : (sc_abi) (next_random(seed) % SC_ABI_COUNT);
	do
		*call = (int) (next_random(seed) % (uint32_t) sc_nsyscalls);
	while (sc_syscalls[*call].nr[*abi] == SC_NR_NONE);
	for (int i = 0; i < SC_NARGS; i++)
		args[i] = random_constant(seed);
	if (rule && next_random(seed) % 16)
	{
		int			try = 0;

		while (try++ < 4 * sc_nsyscalls && (!sc_set_has(&rule->set, *call) || sc_syscalls[*call].nr[*abi] == SC_NR_NONE))
			*call = (*call + 1) % sc_nsyscalls;
		if (sc_syscalls[*call].nr[*abi] == SC_NR_NONE)
			*call = sc_syscall_by_name("read");
		if (next_random(seed) % 4)
			sc_rule_witness(rule, *abi, args);
		if (next_random(seed) % 2 && sc_rule_ntests(rule) > 0)
		{
			const sc_test *test = &rule->tests[next_random(seed) % (uint32_t) sc_rule_ntests(rule)];
			uint64_t   *arg = &args[test->arg];

			switch (next_random(seed) % 6)
			{
				case 0:
					*arg = test->value;
					break;
				case 1:
					*arg += next_random(seed) % 2 ? 1 : UINT64_MAX;
					break;
				case 2:
					*arg = (uint64_t) (int64_t) (int32_t) *arg;
					break;
				case 3:
					*arg = (*arg & test->mask) | (random64(seed) & ~test->mask);
					break;
				case 4:
					*arg ^= UINT64_C(1) << next_random(seed) % 64;
					break;
				default:
					*arg ^= (uint64_t) next_random(seed) << 32;
					break;
			}
		}
	}
	*data = (struct seccomp_data) {
		.nr = (int) ((uint32_t) sc_syscalls[*call].nr[*abi] | sc_abis[*abi].nr_bit),.arch = sc_abis[*abi].audit_arch,
		.instruction_pointer = places[next_random(seed) % (sizeof(places) / sizeof(places[0]))]
	};
	for (int i = 0; i < SC_NARGS; i++)
		data->args[i] = args[i];
}

static inline char *
call_text(const char *what, sc_abi abi, int call, const struct seccomp_data *data, uint32_t got, uint32_t want)
{
	return sc_format("%s: %s on %s(0x%llx, 0x%llx, 0x%llx, 0x%llx, 0x%llx, 0x%llx) from 0x%llx: got 0x%08x, want 0x%08x", what,
					 sc_syscalls[call].name, sc_abis[abi].name, (unsigned long long) data->args[0],
					 (unsigned long long) data->args[1], (unsigned long long) data->args[2],
					 (unsigned long long) data->args[3], (unsigned long long) data->args[4],
					 (unsigned long long) data->args[5], (unsigned long long) data->instruction_pointer, got, want);
}

/* Three readings of n random calls: the first difference, or NULL. */
static inline const char *
difference(const built *b, int n, uint64_t *seed)
{
	const bool	exec = starts_programs(b->rules);

	for (int i = 0; i < n; i++)
	{
		struct seccomp_data data;
		sc_abi		abi;
		int			call;
		uint32_t	want;
		uint32_t	got;

		random_call(b, &abi, &call, &data, seed);
		want = wanted(b, exec, abi, call, &data);
		got = sc_evaluate(&b->program, &data);
		if (got != want)
			return call_text("the program", abi, call, &data, got, want);
		got = sc_program_answer(b->rules, b->permissive, b->reporting, &data);
		if (got != want)
			return call_text("sc_decide()", abi, call, &data, got, want);
	}
	return NULL;
}

/* Where a program first looks at an argument, or its length. */
static inline int
arguments_of(const sc_program *program)
{
	int			at = 0;

	while (at < program->len && !(program->insns[at].code == (BPF_LD | BPF_W | BPF_ABS) &&
								  program->insns[at].k >= offsetof(struct seccomp_data, args)))
		at++;
	return at;
}

/* Is it built, proved, and right? */
static inline bool
check_built(built *b, int points, uint64_t *seed, const char *what)
{
	return is_str(sc_program_build(b->rules, b->permissive, b->reporting, &b->program), NULL, "%s: built and proved", what) &&
		is_str(difference(b, points, seed), NULL, "%s: %d instructions say what the rules say", what, b->program.len);
}

static inline void
start_program_tests(void)
{
	start_tests();
	/* valgrind does not know seccomp(2), and libseccomp would do without SECCOMP_RET_LOG */
	if (under_valgrind())
		seccomp_api_set(3);
	if (sc_directives_init())
	{
		printf("Bail out! %s\n", sc_directives_init());
		exit(1);
	}
}

#endif							/* SC_TEST_ARGUMENTS_PROGRAMS_H */
