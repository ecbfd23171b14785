/*
 * test_program.c
 *		Unit tests of the program builder and of the proof.
 *
 * Takes the repository's folder as argument (by default the current one), for
 * the shipped policies.
 */
#include "../program.h"
#include "helpers.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

#define X32 0x40000000u
#define ENOSYS_VALUE (SECCOMP_RET_ERRNO | ENOSYS)

/* The other ABIs of this kernel. */
static const sc_abi foreign[] = {
	SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X86 : SC_ABI_ARM,
	SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X32 : SC_ABI_ARM
};

static uint32_t
evaluate(const sc_program *program, uint32_t arch, uint32_t nr)
{
	struct seccomp_data data = {.nr = (int) nr,.arch = arch};

	return sc_evaluate(program, &data);
}

/* A verdict as the kernel gets it where nothing is reported; not program.c's word. */
static uint32_t
plain_value(const sc_verdict *verdict, bool permissive)
{
	if (verdict->action == SC_ALLOW)
		return SECCOMP_RET_ALLOW;
	if (verdict->action == SC_LOG || permissive)
		return SECCOMP_RET_LOG;
	return SECCOMP_RET_ERRNO | (uint32_t) verdict->err;
}

/*
 * The program says what the rules say, for each number of each ABI, and ENOSYS
 * for all others.  Returns the first difference.
 */
static const char *
difference(const sc_ruleset *rules, bool permissive, const sc_program *program)
{
	const uint32_t unknown = permissive ? SECCOMP_RET_LOG : ENOSYS_VALUE;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		bool		admitted = (rules->abis & 1u << abi) != 0;
		int			limit = sc_abi_limit((sc_abi) abi);

		/* on another kernel's ABI, x32 is just a large number */
		if (sc_abis[abi].native != SC_ABI_NATIVE && abi == SC_ABI_X32)
			continue;
		for (int nr = 0; nr < limit + 600; nr++)
		{
			uint32_t	number = (uint32_t) nr | sc_abis[abi].nr_bit;
			uint32_t	got = evaluate(program, sc_abis[abi].audit_arch, number);
			int			call = sc_syscall_by_number((sc_abi) abi, nr);
			uint32_t	want = unknown;

			if (admitted && call >= 0)
			{
				sc_verdict	verdict = sc_decide(rules, (sc_abi) abi, number, NULL);

				want = plain_value(&verdict, permissive);
			}
			if (got != want)
				return sc_format("%s %d: got 0x%08x, want 0x%08x", sc_abis[abi].name, nr, got, want);
		}
	}
	return NULL;
}

/* ----------
 * Mutations
 * ----------
 */

static int	ncaught;
static int	nharmless;
static int	nrefused;

/* Numbers that a program compares with, and their neighbours. */
static int
constants(const sc_program *program, uint32_t *list)
{
	int			n = 0;

	for (int i = 0; i < program->len; i++)
		if (BPF_CLASS(program->insns[i].code) == BPF_JMP && BPF_OP(program->insns[i].code) != BPF_JA)
			for (int d = -1; d <= 1; d++)
				list[n++] = program->insns[i].k + (uint32_t) d;
	return n;
}

/*
 * Do two programs answer alike, to any call of any ABI of this kernel or of
 * another, whatever its arguments?  A look with more eyes than the proof has.
 */
static bool
alike(const sc_program *a, const sc_program *b, uint64_t *seed)
{
	static uint32_t list[2 * 3 * SC_MAX_PROGRAM];
	int			n = constants(a, list);

	n += constants(b, list + n);
	for (int i = 0; i < n + 2 * 1100 + 200; i++)
	{
		uint32_t	nr = i < n ? list[i]
		: i < n + 1100 ? (uint32_t) (i - n)
		: i < n + 2200 ? (uint32_t) (i - n - 1100) | X32
		: next_random(seed);

		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			struct seccomp_data data = {
				.nr = (int) nr,.arch = sc_abis[abi].audit_arch,.instruction_pointer = next_random(seed),
				.args = {next_random(seed), next_random(seed), next_random(seed), next_random(seed)}
			};

			if (sc_evaluate(a, &data) != sc_evaluate(b, &data))
				return false;
		}
	}
	return true;
}

/*
 * Change one instruction.  Breaks when a program that differs from the policy
 * by one call passes the proof.
 */
static bool
mutate(const sc_ruleset *rules, bool permissive, const sc_program *program, uint64_t *seed)
{
	static const uint16_t codes[] = {
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JA, BPF_RET | BPF_K, BPF_RET | BPF_A, BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_IMM
	};
	static const uint32_t answers[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_ERRNO | EPERM, ENOSYS_VALUE, SECCOMP_RET_KILL_PROCESS
	};
	struct sock_filter *insns = malloc((size_t) program->len * sizeof(*insns));
	sc_program	mutant = {insns, program->len};
	int			at = (int) (next_random(seed) % (uint32_t) program->len);
	bool		good = true;
	const char *proof;

	memcpy(insns, program->insns, (size_t) program->len * sizeof(*insns));
	switch (next_random(seed) % 6)
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
		default:
			if (BPF_CLASS(insns[at].code) == BPF_RET)
				insns[at].k = answers[next_random(seed) % 5];
			else
				insns[at] = insns[next_random(seed) % (uint32_t) program->len];
			break;
	}
	proof = sc_program_prove(rules, permissive, NULL, &mutant);
	if (sc_program_defect(&mutant))
	{
		nrefused++;
		good = proof != NULL;
	}
	else if (proof)
		ncaught++;
	else if (alike(program, &mutant, seed))
		nharmless++;
	else
		good = false;
	if (!good)
		diag("instruction %d of %d: %04x %d %d 0x%x passed as %04x %d %d 0x%x", at, program->len, program->insns[at].code,
			 program->insns[at].jt, program->insns[at].jf, program->insns[at].k, insns[at].code, insns[at].jt,
			 insns[at].jf, insns[at].k);
	free(insns);
	return good;
}

/* ----------
 * Programs
 * ----------
 */

/* Build, look at every answer, and mutate. */
static void
check(const sc_ruleset *rules, bool permissive, int mutations, uint64_t *seed, const char *what)
{
	sc_program	program = {NULL, 0};
	int			missed = 0;

	if (!is_str(sc_program_build(rules, permissive, NULL, &program), NULL, "%s: built and proved", what))
		return;
	is_str(difference(rules, permissive, &program), NULL, "%s: %d instructions say what the rules say", what,
		   program.len);
	for (int i = 0; i < mutations; i++)
		missed += !mutate(rules, permissive, &program, seed);
	if (mutations)
		is_int(missed, 0, "%s: the proof sees through %d mutations", what, mutations);
}

/* All scopes of a shipped policy; also permissive and with foreign ABIs. */
static void
test_shipped(const char *folder, const char *name, uint64_t *seed)
{
	size_t		len;
	char	   *text = read_file(sc_format("%s/policy/%s.conf", folder, name), &len);
	sc_policy  *policy = sc_policy_parse("p", text, len);

	is_str(policy_errors(policy), "", "%s.conf is good", name);
	for (int i = -2; i < policy->nsessions; i++)
	{
		sc_section *section = i == -2 ? &policy->server : i == -1 ? &policy->child : policy->sessions[i];
		const char *what = sc_format("%s.conf [%s]", name, section->title);

		check(&section->rules, false, rounds(100), seed, what);
		check(&section->rules, true, rounds(20), seed, sc_format("%s permissive", what));
		section->rules.abis |= 1u << foreign[0];
		check(&section->rules, false, rounds(20), seed, sc_format("%s with %s", what, sc_abis[foreign[0]].name));
		section->rules.abis |= 1u << foreign[1];
		check(&section->rules, false, rounds(20), seed, sc_format("%s with all ABIs", what));
		check(&section->rules, true, 0, seed, sc_format("%s permissive with all ABIs", what));
	}
	sc_test_reset();
}

/* Rules such as no one writes: any list, errnos, log and ABIs. */
/* Put one call on the list. */
static void
list_call(sc_ruleset *rules, int call, int line, int err)
{
	sc_set		calls = {{0}};

	sc_set_add(&calls, call);
	sc_rules_state(rules, line, err, true, &calls);
}

static void
random_rules(sc_ruleset *rules, uint64_t *seed)
{
	uint32_t	dense = next_random(seed) % 100;
	uint32_t	errnos = next_random(seed) % 3;

	sc_rules_init(rules);
	rules->kind = (sc_list_kind) (next_random(seed) % 3);
	rules->kind_line = 1;
	rules->err = 1 + (int) (next_random(seed) % 4094);
	for (int call = 0; call < sc_nsyscalls && rules->kind != SC_LIST_NONE; call++)
		if (next_random(seed) % 100 < dense)
			list_call(rules, call, 2,
					  errnos == 0 || next_random(seed) % 4 ? 0 : errnos == 1 ? ENOSYS
					  : 1 + (int) (next_random(seed) % 4094));
	rules->log_kind = (sc_list_kind) (next_random(seed) % 3);
	for (int call = 0; call < sc_nsyscalls && rules->log_kind != SC_LIST_NONE; call++)
		if (next_random(seed) % 3 == 0)
			sc_set_add(&rules->log, call);
	for (int i = 0; i < 2; i++)
		if (next_random(seed) % 4 == 0)
			rules->abis |= 1u << foreign[i];
}

static void
test_random(uint64_t *seed)
{
	for (int i = 0; i < rounds(200); i++)
	{
		sc_ruleset *rules = sc_alloc(sizeof(*rules));
		bool		permissive = next_random(seed) % 5 == 0;

		random_rules(rules, seed);
		check(rules, permissive, 5, seed, sc_format("random rules %d", i));
		sc_test_reset();
	}
}

/* Rules at the edges: nothing to say, everything denied, one call allowed. */
static void
test_edges(uint64_t *seed)
{
	sc_ruleset	rules;
	sc_program	program;

	/* libseccomp 2.5 makes a wrong tree of no rules */
	sc_rules_init(&rules);
	check(&rules, false, rounds(100), seed, "no rules at all");
	rules.abis |= 1u << foreign[0] | 1u << foreign[1];
	check(&rules, false, rounds(20), seed, "no rules, all ABIs");

	sc_rules_init(&rules);
	rules.kind = SC_LIST_ALLOW;
	check(&rules, false, rounds(50), seed, "nothing allowed");
	list_call(&rules, sc_syscall_by_name("read"), 1, 0);
	check(&rules, false, rounds(50), seed, "one call allowed");
	rules.kind = SC_LIST_DENY;
	check(&rules, false, rounds(50), seed, "one call denied");
	rules.abis |= 1u << foreign[0] | 1u << foreign[1];
	check(&rules, false, rounds(20), seed, "one call denied, all ABIs");
	/* the largest errno that a policy may have */
	rules.err = 4094;
	check(&rules, false, 0, seed, "errno 4094");
	sc_rules_init(&rules);
	rules.log_kind = SC_LIST_DENY;
	check(&rules, false, rounds(20), seed, "everything logged");

	/* by hand, so that difference() is not alone in saying so */
	sc_rules_init(&rules);
	rules.kind = SC_LIST_DENY;
	rules.err = EACCES;
	list_call(&rules, sc_syscall_by_name("ptrace"), 1, 0);
	list_call(&rules, sc_syscall_by_name("bpf"), 1, E2BIG);
	sc_set_add(&rules.log, sc_syscall_by_name("acct"));
	rules.log_kind = SC_LIST_ALLOW;
	for (int permissive = 0; permissive <= 1; permissive++)
	{
		static const struct
		{
			const char *call;
			uint32_t	value;
			uint32_t	permissive;
		}			cases[] = {
			{"ptrace", SECCOMP_RET_ERRNO | EACCES, SECCOMP_RET_LOG},
			{"bpf", SECCOMP_RET_ERRNO | E2BIG, SECCOMP_RET_LOG},
			{"acct", SECCOMP_RET_LOG, SECCOMP_RET_LOG},
			{"read", SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW},
		};
		static const uint32_t others[][2] = {
			{AUDIT_ARCH_X86_64, 999}, {AUDIT_ARCH_X86_64, 0x7fffffff}, {AUDIT_ARCH_X86_64, X32},
			{AUDIT_ARCH_X86_64, X32 | 521}, {AUDIT_ARCH_X86_64, 0xffffffff}, {AUDIT_ARCH_X86_64, 0x80000000},
			{AUDIT_ARCH_I386, 11}, {AUDIT_ARCH_ARM, 11}, {AUDIT_ARCH_AARCH64, 999}, {AUDIT_ARCH_AARCH64, 0xffffffff},
			{0, 0}, {0xffffffff, 0}
		};

		if (!is_str(sc_program_build(&rules, permissive, NULL, &program), NULL, "a small program"))
			return;
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		{
			int			nr = sc_syscalls[sc_syscall_by_name(cases[i].call)].nr[SC_ABI_NATIVE];

			is_int(evaluate(&program, sc_abis[SC_ABI_NATIVE].audit_arch, (uint32_t) nr),
				   permissive ? cases[i].permissive : cases[i].value, "%s%s", cases[i].call,
				   permissive ? ", permissive" : "");
		}
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			is_int(evaluate(&program, others[i][0], others[i][1]), permissive ? SECCOMP_RET_LOG : ENOSYS_VALUE,
				   "unknown call %u of architecture 0x%08x%s", others[i][1], others[i][0],
				   permissive ? ", permissive" : "");
	}
	sc_test_reset();
}

/* Breaks when a program that the kernel would refuse passes for a good one. */
static void
test_limit(void)
{
	sc_ruleset	rules;
	sc_program	program = {NULL, 0};
	const char *message;
	int			err = 0;

	/* neighbours never share a verdict: the largest program there is */
	sc_rules_init(&rules);
	rules.kind = SC_LIST_DENY;
	rules.abis |= 1u << foreign[0] | 1u << foreign[1];
	for (int call = 0; call < sc_nsyscalls; call++)
		list_call(&rules, call, 1, 1 + err++ % 4000);
	message = sc_program_build(&rules, false, NULL, &program);
	if (message == NULL)
	{
		ok(program.len <= SC_MAX_PROGRAM, "the largest program that can be asked for has %d instructions", program.len);
		is_str(difference(&rules, false, &program), NULL, "and is right");
	}
	else
		is_str(message, "the program has more than the 4096 instructions that the kernel takes",
			   "a program that is too long is refused");
	sc_test_reset();
}

/* Breaks when the proof lets a program look where it can't follow. */
static void
test_proof(void)
{
	static const struct sock_filter allow_all[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
	static const struct sock_filter no_end[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0}};
	sc_ruleset	rules;
	sc_program	program;
	struct sock_filter *insns;
	const char *why;

	sc_rules_init(&rules);
	program = (sc_program) {allow_all, 1};
	why = sc_program_prove(&rules, false, NULL, &program);
	ok(why && strstr(why, "the compiled program answers 0x7fff0000 to system call"), "a program that allows all: %s",
	   why ? why : "passed");
	program = (sc_program) {no_end, 1};
	is_str(sc_program_prove(&rules, false, NULL, &program), "the kernel would refuse the program: no return at the end",
		   "a program that does not end");

	/* a good program that first looks at an argument, and forgets it */
	is_str(sc_program_build(&rules, false, NULL, &program), NULL, "a good program");
	insns = sc_alloc((size_t) (program.len + 1) * sizeof(*insns));
	insns[0] = (struct sock_filter) {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args)};
	memcpy(insns + 1, program.insns, (size_t) program.len * sizeof(*insns));
	program = (sc_program) {insns, program.len + 1};
	is_str(sc_program_prove(&rules, false, NULL, &program), "instruction 0 looks at more than the call's number",
		   "a program that looks at an argument");
	ok(sc_program_prove(&rules, true, NULL, &program) != NULL, "and not a permissive one either");
	sc_test_reset();
}

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	uint64_t	seed = 20190828;

	start_tests();
	/* valgrind does not know seccomp(2), and libseccomp would do without SECCOMP_RET_LOG */
	if (under_valgrind())
		seccomp_api_set(3);
	diag("libseccomp %s", sc_libseccomp_version());
	test_proof();
	test_edges(&seed);
	test_limit();
	test_shipped(folder, "default", &seed);
	test_shipped(folder, "strict", &seed);
	test_random(&seed);
	ok(ncaught > nharmless && nharmless > 0, "of all mutations %d were caught, %d changed nothing, %d were no programs",
	   ncaught, nharmless, nrefused);
	return done_testing();
}
