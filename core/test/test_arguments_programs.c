/*
 * test_arguments_programs.c
 *		Unit tests of programs that look at arguments: random rules and calls, and
 *		programs changed in one place.
 */
#include "test_arguments_programs.h"

/* ----------
 * Random rules, and calls that they are about
 * ----------
 */

/* Calls of all ABIs and of some; silent ones; such as share rules. */
static const char *const subjects[] = {
	"ioctl", "setsockopt getsockopt", "socket", "clone", "unshare", "futex futex_time64", "prctl", "mmap mmap2",
	"madvise", "fcntl fcntl64", "personality", "clock_settime clock_settime64", "kill", "openat",
};

#define NSUBJECTS ((int) (sizeof(subjects) / sizeof(subjects[0])))

static sc_test
random_test(uint64_t *seed)
{
	static const uint64_t masks[] = {
		UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX, 0xf, 0xff00, 0x80000000, UINT64_C(0xffffffff00000000),
		UINT64_C(0x8000000000000001), UINT64_C(0xf0000000f), UINT64_C(0xfffffffffffffffe), 1,
	};
	sc_test		test = {
		(uint8_t) (next_random(seed) % 4 ? next_random(seed) % 2 : next_random(seed) % SC_NARGS),
		(uint8_t) (next_random(seed) % 6), masks[next_random(seed) % (sizeof(masks) / sizeof(masks[0]))], 0
	};

	do
	{
		test.value = random_constant(seed);
		if (test.op <= SC_NE || next_random(seed) % 2)
			test.value &= test.mask;
	}
	while (!tells_apart(&test));
	return test;
}

/* Few rules with few tests are proved exhaustively, many are sampled. */
static sc_rule_list
random_list(bool large, uint64_t *seed)
{
	const int	n = 1 + (int) (next_random(seed) % (large ? 12 : 4));
	sc_rule    *rules = sc_alloc((size_t) n * sizeof(sc_rule));
	const char *calls = subjects[next_random(seed) % (uint32_t) NSUBJECTS];

	for (int i = 0; i < n; i++)
	{
		sc_rule    *rule = &rules[i];
		int			ntests = (int) (next_random(seed) % (large ? 4 : 3));

		if (next_random(seed) % 3 == 0)
			calls = subjects[next_random(seed) % (uint32_t) NSUBJECTS];
		*rule = (sc_rule) {.calls = calls,.line = (int) (next_random(seed) % 3)};
		/* rules that begin alike share tests */
		if (i > 0 && next_random(seed) % 2)
		{
			memcpy(rule->tests, rules[i - 1].tests, sizeof(rule->tests));
			if (sc_rule_ntests(rule) > 1)
				rule->tests[sc_rule_ntests(rule) - 1] = random_test(seed);
		}
		else
			for (int t = 0; t < ntests; t++)
				rule->tests[t] = random_test(seed);
		if (large && next_random(seed) % 16 == 0)
			for (int t = 0; t < SC_MAX_TESTS; t++)
				rule->tests[t] = random_test(seed);
		rule->only = next_random(seed) % 8 ? 0 : 1 + next_random(seed) % 31;
		rule->deny = next_random(seed) % 3 != 0;
		rule->err = next_random(seed) % 2 ? 0 : 1 + (int) (next_random(seed) % 4094);
		rule->quiet = rule->err > 0 && next_random(seed) % 2;
		rule->loud = next_random(seed) % 4 == 0;
		sc_rule_resolve(rule);
	}
	return (sc_rule_list) {rules, n, 9};
}

static void
random_rules(sc_ruleset *rules, bool large, uint64_t *seed)
{
	sc_set		lists[2] = {{{0}}, {{0}}};

	sc_rules_init(rules);
	rules->err = 1 + (int) (next_random(seed) % 4094);
	rules->kind = (sc_list_kind) (next_random(seed) % 3);
	rules->log_kind = (sc_list_kind) (next_random(seed) % 8 < 6 ? 0 : next_random(seed) % 3);
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		if (next_random(seed) % 3 == 0)
			sc_set_add(&rules->log, call);
		if (next_random(seed) % 2)
			sc_set_add(&lists[next_random(seed) % 16 == 0], call);
	}
	for (int i = 0; i < 2 && rules->kind != SC_LIST_NONE; i++)
		sc_rules_state(rules, 2, i ? EACCES : 0, true, &lists[i]);
	if (next_random(seed) % 4)
		rules->own = random_list(large, seed);
	rules->nlists = (int) (next_random(seed) % 4);
	rules->lists = sc_alloc(4 * sizeof(sc_rule_list));
	for (int i = 0; i < rules->nlists; i++)
		rules->lists[i] = random_list(large, seed);
	for (int i = 0; i < 2; i++)
		if (next_random(seed) % 2)
			rules->abis |= 1u << foreign[i];
	rules->on_violation = (sc_on_violation) (next_random(seed) % 8 ? 0 : SC_ON_VIOLATION_KILL);
}

/* ----------
 * Mutations
 * ----------
 */

static int	ncaught;
static int	nharmless;
static int	nrefused;

/* Do two programs answer alike, as far as random calls tell, and such as the changed instructions suggest? */
static bool
alike(const built *b, const sc_program *mutant, int at, uint64_t *seed)
{
	for (int i = 0; i < 1500; i++)
	{
		struct seccomp_data data;
		sc_abi		abi;
		int			call;

		random_call(b, &abi, &call, &data, seed);
		for (int near = 0; near < 3; near++)
		{
			const struct sock_filter *insn = near == 0 ? &mutant->insns[at] : near == 1 ? &b->program.insns[at] :
				&mutant->insns[(uint32_t) at + next_random(seed) % (uint32_t) (mutant->len - at)];
			uint32_t   *halves = (uint32_t *) (void *) ((char *) &data + offsetof(struct seccomp_data, args));

			if (sc_evaluate(&b->program, &data) != sc_evaluate(mutant, &data))
				return false;
			halves[next_random(seed) % (2 * SC_NARGS)] = insn->k + next_random(seed) % 3 - 1;
			if (sc_evaluate(&b->program, &data) != sc_evaluate(mutant, &data))
				return false;
		}
	}
	return true;
}

/* Change one instruction, mostly of those that look at arguments; false if the proof does not see it. */
static bool
mutate(const built *b, uint64_t *seed)
{
	static const uint16_t codes[] = {
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JA, BPF_RET | BPF_K, BPF_LD | BPF_W | BPF_ABS, BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_OR | BPF_K
	};
	static const uint32_t answers[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ERRNO | ENOSYS, SECCOMP_RET_KILL_PROCESS,
		SECCOMP_RET_TRAP | EPERM
	};
	const int	start = arguments_of(&b->program);
	int			at = (int) (next_random(seed) % (uint32_t) b->program.len);
	struct sock_filter *insns = malloc((size_t) b->program.len * sizeof(*insns));
	sc_program	mutant = {insns, b->program.len};
	const char *proof;
	bool		good = true;

	if (start < b->program.len && next_random(seed) % 8)
		at = start + (int) (next_random(seed) % (uint32_t) (b->program.len - start));
	memcpy(insns, b->program.insns, (size_t) b->program.len * sizeof(*insns));
	switch (next_random(seed) % 7)
	{
		case 0:
			insns[at].k ^= 1u << next_random(seed) % 32;
			break;
		case 1:
			insns[at].k += next_random(seed) % 2 ? 1 : (uint32_t) -1;
			break;
		case 2:
			insns[at].jt ^= (uint8_t) (1u << next_random(seed) % 5);
			break;
		case 3:
			insns[at].jf ^= (uint8_t) (1u << next_random(seed) % 5);
			break;
		case 4:
			insns[at].code = codes[next_random(seed) % (sizeof(codes) / sizeof(codes[0]))];
			if (insns[at].code == (BPF_LD | BPF_W | BPF_ABS))
				insns[at].k = next_random(seed) % 16 * 4;
			break;
		case 5:
			/* another half, another argument, another answer */
			if (BPF_CLASS(insns[at].code) == BPF_LD)
				insns[at].k = insns[at].k ^ (next_random(seed) % 2 ? 4 : 8);
			else if (BPF_CLASS(insns[at].code) == BPF_RET)
				insns[at].k = answers[next_random(seed) % 6];
			else
				insns[at].k ^= UINT32_MAX;
			break;
		default:
			insns[at] = insns[next_random(seed) % (uint32_t) b->program.len];
			break;
	}
	proof = sc_program_prove(b->rules, b->permissive, b->reporting, &mutant);
	if (sc_program_defect(&mutant))
	{
		nrefused++;
		good = proof != NULL;
	}
	else if (proof)
		ncaught++;
	else if (alike(b, &mutant, at, seed))
		nharmless++;
	else
		good = false;
	if (!good && getenv("SC_TEST_SHOW"))
		diag("instruction %d of %d: {0x%x, %d, %d, 0x%x} for {0x%x, %d, %d, 0x%x}", at, mutant.len, insns[at].code,
			 insns[at].jt, insns[at].jf, insns[at].k, b->program.insns[at].code, b->program.insns[at].jt,
			 b->program.insns[at].jf, b->program.insns[at].k);
	free(insns);
	return good;
}

/*
 * Rules such as no one writes, a million calls in all.  Breaks when sc_decide()
 * or a compiled program reads a rule otherwise than it is meant: an order lost,
 * a half ignored, a comparison turned round, a jump too short, an ABI forgotten;
 * or when a program that was changed in one place passes the proof.
 */
static void
test_random(uint64_t *seed)
{
	const int	npolicies = rounds(200);

	for (int i = 0; i < npolicies; i++)
	{
		sc_ruleset *rules = sc_alloc(sizeof(*rules));
		const bool	large = i % 60 == 59;
		built		b = {rules, next_random(seed) % 4 == 0, large || next_random(seed) % 2 ? NULL : &usual, {NULL, 0}};
		const char *what = sc_format("%s rules %d%s%s", large ? "many random" : "random", i, b.permissive ? ", permissive" : "",
									 b.reporting ? ", reporting" : "");
		int			missed = 0;

		random_rules(rules, large, seed);
		/* the larger a program, the longer each proof of it takes */
		if (check_built(&b, rounds(5000), seed, what) && b.program.len < 500)
		{
			for (int m = 0; m < 3; m++)
				missed += !mutate(&b, seed);
			is_int(missed, 0, "%s: the proof sees through 3 mutations", what);
		}
		sc_test_reset();
	}
}

int
main(void)
{
	uint64_t	seed = 20260823;

	start_program_tests();
	test_random(&seed);
	ok(ncaught > nharmless && nharmless > 0, "of all mutations %d were caught, %d changed nothing, %d were no programs",
	   ncaught, nharmless, nrefused);
	return done_testing();
}
