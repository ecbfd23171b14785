/*
 * test_arguments_cases.c
 *		Unit tests of how rules on arguments read: conditions in words, arguments
 *		that meet them, and the cases of a call.
 */
#include "../conditions.h"
#include "test_arguments.h"

static bool
same_tests(const sc_rule *a, const sc_rule *b)
{
	for (int i = 0; i < SC_MAX_TESTS; i++)
		if (a->tests[i].arg != b->tests[i].arg || a->tests[i].op != b->tests[i].op ||
			a->tests[i].mask != b->tests[i].mask || a->tests[i].value != b->tests[i].value)
			return false;
	return true;
}

/*
 * Each rule of a table, on each of its calls.  Breaks when a view shows a
 * condition that the policy language would not take, or that means something
 * else; when no arguments are found that meet it, or those do not.
 */
static void
check_rule(const char *whose, const sc_rule *rule)
{
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		for (int call = 0; call < sc_nsyscalls; call++)
		{
			uint64_t	args[SC_NARGS] = {0};
			sc_errors	errors = {.nlist = 0};
			sc_rule		again;
			char	   *text;

			if (!sc_rule_names(rule, (sc_abi) abi, call) || sc_syscalls[call].nr[abi] == SC_NR_NONE)
				continue;
			text = sc_rule_condition(rule, (sc_abi) abi, call);
			if (!sc_rule_witness(rule, (sc_abi) abi, args) || !all_hold(rule, (sc_abi) abi, args))
				ok(false, "%s: %s %s has arguments on %s", whose, sc_syscalls[call].name, text ? text : "", sc_abis[abi].name);
			if (abi != SC_ABI_NATIVE)
				continue;
			ok((text == NULL) == (sc_rule_ntests(rule) == 0), "%s: %s has a condition if there are tests", whose, sc_syscalls[call].name);
			text = sc_format("%s %s%s%s", sc_syscalls[call].name, text ? text : "", text ? " " : "", rule->deny ? "deny" : "allow");
			sc_rule_parse(&again, text, 7, &errors);
			is_str(errors.total ? sc_errors_text(&errors, "p") : "", "", "%s: %s", whose, text);
			ok(same_tests(&again, rule), "reads like that");
		}
}

static void
test_tables(void)
{
	static const char *const lines[] = {
		"RestrictNamespaces=yes\n", "RestrictNamespaces=~net\n", "RestrictNamespaces=~time\n",
		"RestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM/IPPROTO_TCP AF_NETLINK/NETLINK_ROUTE AF_NETLINK/NETLINK_AUDIT:EPERM\n",
		"RestrictAddressFamilies=~AF_INET6/SOCK_DGRAM/IPPROTO_UDP 40 AF_INET/132 AF_BLUETOOTH/BTPROTO_HCI AF_CAN/CAN_RAW\n",
	};
	const char *errors;

	for (int i = 0; i < sc_nswitches; i++)
		for (int r = 0; r < sc_switches[i].nrules; r++)
			check_rule(sc_switches[i].name, &sc_switches[i].rules[r]);
	for (int r = 0; r < sc_ndumpable_rules; r++)
		check_rule("ProcessDumpable", &sc_dumpable_rules[r]);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
	{
		const sc_ruleset *rules = session_of(lines[i], &errors);

		for (int r = 0; r < rules->lists[0].n; r++)
			check_rule("a list", &rules->lists[0].rules[r]);
	}
	sc_test_reset();
}

/* A few bits at both ends of the halves: all their values can be tried. */
static uint64_t
spread(uint32_t bits)
{
	return (bits & 0xf) | (uint64_t) (bits >> 4 & 0xf) << 30;
}

/*
 * Rules such as no one writes, against all values that could fit.  Breaks when
 * arguments are said not to exist that do, when those found do not pass, or
 * bits change that no test asks about.
 */
static void
test_witness(uint64_t *seed)
{
	int			impossible = 0;
	int			wrong_answers = 0;

	for (int i = 0; i < rounds(20000); i++)
	{
		const sc_abi abi = (sc_abi) (next_random(seed) % SC_ABI_COUNT);
		const uint64_t outside = (uint64_t) next_random(seed) << 34 | (next_random(seed) & 0x3ffffff0);
		uint64_t	args[SC_NARGS] = {0, outside | spread(next_random(seed)), 7};
		const uint64_t before = args[1];
		sc_rule		rule = {.deny = true};
		int			ntests = 1 + (int) (next_random(seed) % SC_MAX_TESTS);
		uint64_t	masks = 0;
		bool		found = false;

		for (int t = 0; t < ntests; t++)
		{
			uint64_t	mask = spread(1 + next_random(seed) % 255);
			uint64_t	value = spread(next_random(seed));

			rule.tests[t] = (sc_test) {1, (uint8_t) (next_random(seed) % 6), mask, next_random(seed) % 2 ? value & mask : value};
			masks |= mask;
		}
		for (uint32_t bits = 0; bits < 256 && !found; bits++)
			found = all_hold(&rule, abi, (const uint64_t[SC_NARGS]) {0, spread(bits)});
		if (sc_rule_witness(&rule, abi, args) != found || (found && !all_hold(&rule, abi, args)))
			wrong_answers++;
		if (found && ((args[1] ^ before) & ~masks) != 0)
			wrong_answers++;
		if (args[0] != 0 || args[2] != 7 || sc_rule_fits(&rule, abi, args) != all_hold(&rule, abi, args))
			wrong_answers++;
		impossible += !found;
	}
	is_int(wrong_answers, 0, "arguments are found for random tests where there are any");
	ok(impossible > rounds(20000) / 50, "%d of them could not pass", impossible);
}

/* What a condition's arguments come to, and what they are. */
static const char *
condition_text(const sc_ruleset *rules, const sc_condition *condition, const char *call)
{
	int			err = answer(rules, call, condition->args);

	return sc_format("%s%s%s", condition->text, err == 0 ? "" : " ", err == 0 ? "" : sc_errno_name(err < 0 ? -err : err));
}

/*
 * The cases of a call, in words.  Breaks when a view leaves a case out, shows one
 * that does not exist, tells one twice, or shows a rule's case with the answer
 * of a rule that stands before it.
 */
static void
test_conditions(void)
{
	static const struct
	{
		const char *lines;
		const char *call;
		const char *cases[8];
	}			cases[] = {
		{"RestrictRealtime=yes\n", "ioctl", {NULL}},
		{"SystemCallRule=ioctl deny\n", "ioctl", {NULL}},
		{"SystemCallRule=ioctl arg1==TIOCSTI deny\n", "ioctl", {"arg1==TIOCSTI EPERM", "otherwise"}},
		/* what an earlier rule leaves */
		{"SystemCallRule=ioctl arg1==0 errno EIO\nSystemCallRule=ioctl arg1<5 deny\n", "ioctl",
		{"arg1==0 EIO", "arg1<0x5 EPERM", "otherwise"}},
		{"SystemCallRule=ioctl arg1==5 arg2==0 deny\nSystemCallRule=ioctl arg1==5 errno EIO\n", "ioctl",
		{"arg1==0x5 arg2==0 EPERM", "arg1==0x5 EIO", "otherwise"}},
		{"RestrictAddressFamilies=AF_UNIX AF_NETLINK/NETLINK_ROUTE AF_PACKET\n", "socket",
			{"arg0==AF_PACKET", "arg0==AF_NETLINK arg2==NETLINK_ROUTE", "arg0==AF_UNIX", "arg0==AF_NETLINK EPROTONOSUPPORT",
		"otherwise EAFNOSUPPORT"}},
		/* one that nothing is left for */
		{"SystemCallRule=ioctl arg1<5 errno EIO\nSystemCallRule=ioctl arg1==3 deny\n", "ioctl",
		{"arg1<0x5 EIO", "arg1==0x3 EIO", "otherwise"}},
		/* tests that only hold together, and such as never do */
		{"SystemCallRule=ioctl arg1&1!=0 arg1&2!=0 arg1>=8 arg1<12 deny\n", "ioctl",
		{"arg1&0x1!=0 arg1&0x2!=0 arg1>=0x8 arg1<0xc EPERM", "otherwise"}},
		{"SystemCallRule=ioctl arg1<3 arg1>3 deny\nSystemCallRule=ioctl arg1==9 deny\n", "ioctl",
		{"arg1==0x9 EPERM", "otherwise"}},
		/* a gap between two, and none */
		{"SystemCallRule=ioctl arg1<=5 deny\nSystemCallRule=ioctl arg1>=7 deny\n", "ioctl",
		{"arg1<=0x5 EPERM", "arg1>=0x7 EPERM", "otherwise"}},
		{"SystemCallRule=ioctl arg1<=5 deny\nSystemCallRule=ioctl arg1>=6 deny\n", "ioctl",
		{"arg1<=0x5 EPERM", "arg1>=0x6 EPERM"}},
		{"SystemCallRule=ioctl arg1!=5 deny\nSystemCallRule=ioctl arg2!=6 errno EIO\n", "ioctl",
		{"arg1!=0x5 EPERM", "arg2!=0x6 EIO", "otherwise"}},
		/* the same in two places */
		{"SystemCallRule=ioctl arg1==TIOCLINUX allow\nSystemCallRule=ioctl arg1==TIOCLINUX deny\n", "ioctl",
		{"arg1==TIOCLINUX", "otherwise"}},
		{"RestrictFutexPI=yes\nSystemCallRule=futex arg1&0x80==0 allow\n", "futex",
			{"arg1&FUTEX_PRIVATE_FLAG==0", "arg1&0x7f==FUTEX_LOCK_PI ENOSYS", "arg1&0x7f==FUTEX_UNLOCK_PI ENOSYS",
				"arg1&0x7f==FUTEX_TRYLOCK_PI ENOSYS", "arg1&0x7f==FUTEX_WAIT_REQUEUE_PI ENOSYS",
		"arg1&0x7f==FUTEX_CMP_REQUEUE_PI ENOSYS", "arg1&0x7f==FUTEX_LOCK_PI2 ENOSYS", "otherwise"}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *errors;
		const sc_ruleset *rules = session_of(cases[i].lines, &errors);
		const sc_ruleset *both[] = {NULL, rules, rules};
		sc_condition *list;
		int			call = sc_syscall_by_name(cases[i].call);
		int			n = sc_conditions(both, 3, SC_ABI_NATIVE, call, &list);
		int			wanted = 0;

		is_str(errors, "", "%.*s", (int) strcspn(cases[i].lines, "\n"), cases[i].lines);
		while (wanted < 8 && cases[i].cases[wanted])
			wanted++;
		is_int(n, wanted, "has %d cases of %s", wanted, cases[i].call);
		for (int c = 0; c < n && c < wanted; c++)
			is_str(condition_text(rules, &list[c], cases[i].call), cases[i].cases[c], "case %d", c);
	}
	sc_test_reset();
}

/* All directives at once: "otherwise" meets no test, every other case its own. */
static void
test_all_conditions(void)
{
	char	   *lines = sc_format("RestrictNamespaces=yes\nRestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM/IPPROTO_TCP\nProcessDumpable=no\n");
	const char *errors;
	const sc_ruleset *rules;
	int			cases = 0;

	for (int i = 0; i < sc_nswitches; i++)
		lines = sc_format("%s%s=yes\n", lines, sc_switches[i].name);
	rules = session_of(lines, &errors);
	is_str(errors, "", "all directives");
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		for (int call = 0; call < sc_nsyscalls; call++)
		{
			sc_condition *list;
			int			n = sc_syscalls[call].nr[abi] == SC_NR_NONE ? 0 : sc_conditions(&rules, 1, (sc_abi) abi, call, &list);
			int			misses = 0;

			for (int c = 0; c < n; c++)
			{
				bool		rest = strcmp(list[c].text, "otherwise") == 0;
				bool		meets = false;

				for (int l = 0; l < rules->nlists; l++)
					for (int r = 0; r < rules->lists[l].n; r++)
					{
						const sc_rule *rule = &rules->lists[l].rules[r];

						if (sc_rule_names(rule, (sc_abi) abi, call) && sc_rule_ntests(rule) > 0 &&
							(rest || strcmp(sc_rule_condition(rule, (sc_abi) abi, call), list[c].text) == 0))
							meets = meets || all_hold(rule, (sc_abi) abi, list[c].args);
					}
				misses += meets == rest || (rest && c != n - 1);
			}
			cases += n;
			if (n > 0)
				is_int(misses, 0, "%s on %s: %d cases, each met", sc_syscalls[call].name, sc_abis[abi].name, n);
		}
	ok(cases > 300, "%d cases", cases);
	sc_test_reset();
}

int
main(void)
{
	uint64_t	seed = 20260822;

	start_tests();
	if (!is_str(sc_directives_init(), NULL, "the directives' tables name known calls"))
		return done_testing();
	test_tables();
	test_witness(&seed);
	test_conditions();
	test_all_conditions();
	return done_testing();
}
