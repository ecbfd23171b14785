/*
 * test_arguments_shapes.c
 *		Unit tests of programs that look at arguments: pairs of comparisons, long
 *		lists, narrow registers, and every directive.
 */
#include "test_arguments_programs.h"

/*
 * Every pair of comparisons on one argument, of 64 bits and of 32, with equal,
 * neighbouring and half-equal constants, in either order, each with an errno of
 * its own: the shapes of GHSA-4q85-33p6-j5g6, where libseccomp up to 2.6.0 gives
 * the wrong branch of a comparison the answer of a rule that is added to it.
 * Breaks when ours does, or any other merge of two tests goes wrong.
 */
static const uint64_t edges[] = {
	0, 1, 5, 6, 0xffffffff, UINT64_C(0x100000000), UINT64_C(0x100000004), UINT64_C(0x100000005), UINT64_C(0x100000006),
	UINT64_C(0x1ffffffff), UINT64_C(0x200000000), UINT64_C(0x200000005), UINT64_C(0x8000000000000000), UINT64_MAX - 1, UINT64_MAX
};

#define NEDGES ((int) (sizeof(edges) / sizeof(edges[0])))

static const uint64_t pairs[][2] = {
	{UINT64_C(0x100000005), UINT64_C(0x100000005)}, {UINT64_C(0x100000005), UINT64_C(0x100000006)},
	{UINT64_C(0x200000005), UINT64_C(0x100000005)}, {5, UINT64_C(0x100000005)}, {5, 6}, {UINT64_C(0x100000000), 0xffffffff},
};

#define NPAIRS ((int) (sizeof(pairs) / sizeof(pairs[0])))

/* A call with this argument of libseccomp's own program of both rules, or a negative errno if it takes none. */
static int
scmp_program(const sc_rule *two, struct sock_filter *insns, int max)
{
	static const enum scmp_compare compares[] = {
		SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_GT, SCMP_CMP_GE
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	FILE	   *file = tmpfile();
	int			rc = ctx == NULL || file == NULL ? -ENOMEM : 0;

	for (int i = 0; i < 2 && rc == 0; i++)
		rc = seccomp_rule_add_exact(ctx, SCMP_ACT_ERRNO((uint32_t) two[i].err), SCMP_SYS(lseek), 1,
									SCMP_CMP64(1, compares[two[i].tests[0].op], two[i].tests[0].value));
	if (rc == 0)
		rc = seccomp_export_bpf(ctx, fileno(file));
	if (rc == 0)
	{
		rewind(file);
		rc = (int) fread(insns, sizeof(*insns), (size_t) max, file);
	}
	if (file)
		fclose(file);
	seccomp_release(ctx);
	return rc;
}

/* What libseccomp makes of a pair: arguments to which it gives an answer of no rule that fits. */
static int
scmp_wrong(const sc_rule *two)
{
	struct sock_filter insns[256];
	sc_program	program = {insns, scmp_program(two, insns, 256)};
	int			wrong = 0;

	if (program.len <= 0 || sc_program_defect(&program))
		return 0;
	for (int e = 0; e < NEDGES; e++)
	{
		struct seccomp_data data = {
			.nr = SCMP_SYS(lseek),.arch = sc_abis[SC_ABI_NATIVE].audit_arch,.args = {0, edges[e]}
		};
		const uint64_t args[SC_NARGS] = {0, edges[e]};
		const bool	fits[2] = {all_hold(&two[0], SC_ABI_NATIVE, args), all_hold(&two[1], SC_ABI_NATIVE, args)};
		const uint32_t got = sc_evaluate(&program, &data);

		wrong += !(fits[0] && got == (SECCOMP_RET_ERRNO | (uint32_t) two[0].err)) &&
			!(fits[1] && got == (SECCOMP_RET_ERRNO | (uint32_t) two[1].err)) &&
			!(!fits[0] && !fits[1] && got == SECCOMP_RET_ALLOW);
	}
	return wrong;
}

static void
test_merges(void)
{
	int			libseccomp = 0;
	int			shapes = 0;

	for (int p = 0; p < NPAIRS; p++)
		for (int width = 0; width < 2; width++)
		{
			sc_ruleset	rules;
			sc_rule    *list = sc_alloc(2 * 72 * sizeof(sc_rule));
			built		b = {&rules, false, NULL, {NULL, 0}};
			const uint64_t mask = width ? UINT32_MAX : UINT64_MAX;
			int			n = 0;
			int			wrong = 0;

			/* a call for each shape: it needs no such argument to be a number in a program */
			sc_rules_init(&rules);
			for (int shape = 0; shape < 72; shape++)
			{
				sc_rule    *two = &list[n];

				for (int i = 0; i < 2; i++)
				{
					two[i] = (sc_rule) {.calls = "",.deny = true,.err = 1 + 2 * shape + i,.quiet = true};
					two[i].tests[0] = (sc_test) {1, (uint8_t) (i ? shape % 6 : shape / 6 % 6), mask, pairs[p][shape < 36 ? i : 1 - i] & mask};
					sc_set_add(&two[i].set, sc_syscall_by_number(SC_ABI_NATIVE, 100 + shape));
				}
				if (!tells_apart(&two[0].tests[0]) || !tells_apart(&two[1].tests[0]))
					continue;
				libseccomp += !width && scmp_wrong(two) > 0;
				shapes += !width;
				n += 2;
			}
			rules.own = (sc_rule_list) {list, n, 1};
			if (!is_str(sc_program_build(&rules, false, NULL, &b.program), NULL, "%d pairs of comparisons", n / 2))
				continue;
			for (int i = 0; i < n; i += 2)
				for (int e = 0; e < NEDGES; e++)
					for (int abi = 0; abi < SC_ABI_COUNT; abi++)
					{
						int			call = sc_syscall_by_number(SC_ABI_NATIVE, 100 + (list[i].err - 1) / 2);
						struct seccomp_data data = {
							.nr = (int) ((uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit),
							.arch = sc_abis[abi].audit_arch,.args = {~edges[e], edges[e], ~edges[e]}
						};

						if (sc_syscalls[call].nr[abi] != SC_NR_NONE)
							wrong += sc_evaluate(&b.program, &data) != wanted(&b, true, (sc_abi) abi, call, &data);
					}
			is_int(wrong, 0, "%d bits, 0x%llx and 0x%llx: %d instructions, none merged wrongly", width ? 32 : 64,
				   (unsigned long long) pairs[p][0], (unsigned long long) pairs[p][1], b.program.len);
			sc_test_reset();
		}
	diag("libseccomp %s, given the same rules, answers what no rule says in %d of %d shapes", sc_libseccomp_version(),
		 libseccomp, shapes);
}

/* A list of n rules on one call; tests tells how long each is. */
static sc_rule_list
long_list(int n, int ntests, uint64_t mask, bool shared)
{
	sc_rule    *rules = sc_alloc((size_t) n * sizeof(sc_rule));

	for (int i = 0; i < n; i++)
	{
		rules[i] = (sc_rule) {.calls = "ioctl",.deny = i % 3 != 0,.err = 1 + i % 4000};
		for (int t = 0; t < ntests; t++)
			rules[i].tests[t] = (sc_test) {(uint8_t) (shared ? t : t % SC_NARGS), SC_EQ, mask,
			shared && t == 0 ? 7 : (uint64_t) (i + t) * UINT64_C(0x100000001) & mask};
		sc_rule_resolve(&rules[i]);
	}
	return (sc_rule_list) {rules, n, 1};
}

/*
 * Lists so long that a jump over them is, and such as are too long.  Breaks when
 * a jump of 8 bits is cut off, or a list is cut short instead of refused.
 */
static void
test_long(uint64_t *seed)
{
	static const struct
	{
		int			n;
		int			ntests;
		uint64_t	mask;
		bool		shared;
		bool		fits;
	}			cases[] = {
		/* one test that all rules share, and jumps over them all: near and far */
		{40, 2, UINT32_MAX, true, true}, {84, 2, UINT32_MAX, true, true}, {85, 2, UINT32_MAX, true, true},
		{126, 2, UINT32_MAX, true, true}, {127, 2, UINT32_MAX, true, true}, {128, 2, UINT32_MAX, true, true},
		{129, 2, UINT32_MAX, true, true}, {200, 2, UINT32_MAX, true, true}, {200, 2, UINT64_MAX, true, true},
		{512, 1, UINT32_MAX, false, true}, {512, 2, UINT32_MAX, true, true}, {300, 2, UINT64_MAX, false, true},
		{513, 1, UINT32_MAX, false, false}, {5000, 1, UINT32_MAX, false, false}, {512, 6, UINT64_MAX, false, false},
		{512, 3, UINT64_MAX, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		sc_rule_list list = long_list(cases[i].n, cases[i].ntests, cases[i].mask, cases[i].shared);
		const char *what = sc_format("%d rules of %d tests%s", cases[i].n, cases[i].ntests, cases[i].shared ? " that share one" : "");
		sc_ruleset	rules;
		built		b = {&rules, false, NULL, {NULL, 0}};
		int			farthest = 0;

		sc_rules_init(&rules);
		if (i % 2)
			rules.own = list;
		else
		{
			rules.lists = &list;
			rules.nlists = 1;
		}
		if (!cases[i].fits)
		{
			const char *message = sc_program_build(&rules, false, NULL, &b.program);

			ok(message && strstr(message, "the program has more than the 4096 instructions that the kernel takes"),
			   "%s are refused: %s", what, message ? message : "built");
			continue;
		}
		if (!check_built(&b, rounds(2000), seed, what))
			continue;
		for (int at = arguments_of(&b.program); at < b.program.len; at++)
			if (b.program.insns[at].code == (BPF_JMP | BPF_JA) && (int) b.program.insns[at].k > farthest)
				farthest = (int) b.program.insns[at].k;
		if (cases[i].shared && cases[i].n >= 200)
			ok(farthest > UINT8_MAX, "%s: the farthest jump goes over %d", what, farthest);
	}
	sc_test_reset();
}

/*
 * Registers of 32 bits.  Breaks when a constant that no register holds is taken
 * for its low half, when a negative one is not, or when garbage above counts.
 */
static void
test_narrow(void)
{
	static const struct
	{
		sc_test		test;
		uint64_t	arg;
		bool		wide;		/* does it hold in 64 bits, and in 32? */
		bool		narrow;
	}			cases[] = {
		{{1, SC_EQ, UINT64_MAX, UINT64_C(0x100000000)}, UINT64_C(0x100000000), true, false},
		{{1, SC_EQ, UINT64_MAX, UINT64_C(0x100000000)}, 0, false, false},
		{{1, SC_NE, UINT64_MAX, UINT64_C(0x100000000)}, 0, true, true},
		{{1, SC_GE, UINT64_MAX, UINT64_C(0x100000000)}, 0, false, false},
		{{1, SC_GE, UINT64_MAX, UINT64_C(0x100000000)}, UINT64_MAX, true, false},
		{{1, SC_GT, UINT64_MAX, UINT64_C(0x100000005)}, 0xffffffff, false, false},
		{{1, SC_LT, UINT64_MAX, UINT64_C(0x100000005)}, 0xffffffff, true, true},
		{{1, SC_LE, UINT64_MAX, UINT64_C(0x1ffffffff)}, UINT64_MAX, false, true},
		{{1, SC_EQ, UINT64_MAX, UINT64_MAX}, UINT64_MAX, true, true},
		{{1, SC_EQ, UINT64_MAX, UINT64_MAX}, 0xffffffff, false, true},
		{{1, SC_GE, UINT64_MAX, UINT64_C(0xffffffff80000000)}, 0x80000000, false, true},
		{{1, SC_GE, UINT64_MAX, UINT64_C(0xffffffff80000000)}, 0x7fffffff, false, false},
		{{1, SC_EQ, UINT64_MAX, 0x80000000}, 0x80000000, true, true},
		{{1, SC_EQ, UINT64_MAX, 0x80000000}, UINT64_C(0xffffffff80000000), false, true},
		{{1, SC_NE, UINT64_C(0xffffffff00000000), 0}, UINT64_MAX, true, false},
		{{1, SC_EQ, UINT64_C(0xffffffff00000000), 0}, UINT64_MAX, false, true},
		{{1, SC_EQ, UINT64_C(0xf0000000f), UINT64_C(0x500000005)}, UINT64_C(0x500000005), true, false},
		{{1, SC_EQ, UINT32_MAX, 5}, UINT64_C(0xdeadbeef00000005), true, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		sc_rule		rule = {.calls = "lseek",.tests = {cases[i].test},.deny = true,.err = EIO,.quiet = true};
		sc_ruleset	rules;
		sc_program	program;

		sc_rule_resolve(&rule);
		sc_rules_init(&rules);
		rules.own = (sc_rule_list) {&rule, 1, 1};
		rules.abis |= 1u << foreign[0] | 1u << foreign[1];
		if (!is_str(sc_program_build(&rules, false, NULL, &program), NULL, "test %zu", i))
			continue;
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			const uint64_t args[SC_NARGS] = {~cases[i].arg, cases[i].arg, ~cases[i].arg};
			const bool	holds_there = abi == SC_ABI_X86 || abi == SC_ABI_ARM ? cases[i].narrow : cases[i].wide;
			struct seccomp_data data = {.arch = sc_abis[abi].audit_arch,.args = {args[0], args[1], args[2]}};

			data.nr = (int) ((uint32_t) sc_syscalls[sc_syscall_by_name("lseek")].nr[abi] | sc_abis[abi].nr_bit);
			is_int(sc_rule_fits(&rule, (sc_abi) abi, args), holds_there, "0x%llx on %s", (unsigned long long) args[1], sc_abis[abi].name);
			if (rules.abis >> abi & 1)
				is_int(sc_evaluate(&program, &data), holds_there ? SECCOMP_RET_ERRNO | EIO : SECCOMP_RET_ALLOW, "as its program says");
		}
		sc_test_reset();
	}
}

/*
 * Each directive alone, and all together, in every way that a program can be
 * asked for.  Breaks when one is refused, or says what its rules do not.
 */
static void
test_directives(uint64_t *seed)
{
	static const char *const others[] = {
		"RestrictNamespaces=yes", "RestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM/IPPROTO_TCP AF_NETLINK/NETLINK_ROUTE",
		"RestrictAddressFamilies=~AF_PACKET AF_INET/SOCK_RAW:EPERM", "ProcessDumpable=no", "SystemCallRule=ioctl arg1==TIOCSTI deny",
	};
	const int	nothers = (int) (sizeof(others) / sizeof(others[0]));
	const char *errors;
	char	   *all = sc_format("%s", "");

	for (int i = 0; i <= nothers + sc_nswitches; i++)
	{
		const char *line = i < nothers ? others[i] : i == nothers + sc_nswitches ? all :
			sc_format("%s=yes", sc_switches[i - nothers].name);
		sc_ruleset	rules = *session_of(i == nothers + sc_nswitches ? all : sc_format("%s\n", line), &errors);

		is_str(errors, "", "%s", i == nothers + sc_nswitches ? "all directives" : line);
		if (i != 2)
			all = sc_format("%s%s\n", all, line);
		for (int way = 0; way < 16; way += under_valgrind() ? 5 : 1)
		{
			built		b = {&rules, (way & 1) != 0, way & 2 ? &usual : NULL, {NULL, 0}};

			rules.abis = 1u << SC_ABI_NATIVE | (way & 4 ? 1u << foreign[0] : 0) | (way & 8 ? 1u << foreign[1] : 0);
			check_built(&b, rounds(300), seed, sc_format("%.40s, way %d", line, way));
		}
	}
	sc_test_reset();
}

int
main(void)
{
	uint64_t	seed = 20260824;

	start_program_tests();
	test_merges();
	test_long(&seed);
	test_narrow();
	test_directives(&seed);
	return done_testing();
}
