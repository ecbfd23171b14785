/*
 * test_cubes.c
 *		Unit tests of the division of arguments into cubes: disjoint, complete, and
 *		each with the answer that the rules give, in a reading of the tests' own.
 */
#include "test_arguments_programs.h"

#include "../cubes.h"

/* ----------
 * What holds of all divisions
 * ----------
 */

/* Have two cubes a bit of which they want different things? */
static bool
disjoint(const sc_cube *a, const sc_cube *b)
{
	for (int i = 0; i < SC_NARGS; i++)
		if ((a->value[i] ^ b->value[i]) & a->mask[i] & b->mask[i])
			return true;
	return false;
}

static int
given_bits(const sc_cube *cube)
{
	int			n = 0;

	for (int i = 0; i < SC_NARGS; i++)
		n += __builtin_popcountll(cube->mask[i]);
	return n;
}

/* Of more cubes than that not each pair is looked at: those that overlap leave something out. */
#define MAX_PAIRED 500

/* NULL, or what is wrong with the shape of a division. */
static const char *
misshapen(const sc_cube *cubes, int n)
{
	const int	whole = 120;	/* 2^120 parts; no cube here has more bits given */
	unsigned __int128 volume = 0;

	for (int i = 0; i < n; i++)
	{
		if (given_bits(&cubes[i]) > whole)
			return NULL;		/* too fine to be counted */
		for (int a = 0; a < SC_NARGS; a++)
			if (cubes[i].value[a] & ~cubes[i].mask[a])
				return "a value beside the mask";
		for (int j = i + 1; j < n && n <= MAX_PAIRED; j++)
			if (!disjoint(&cubes[i], &cubes[j]))
				return "two cubes overlap";
		volume += (unsigned __int128) 1 << (whole - given_bits(&cubes[i]));
	}
	return volume == (unsigned __int128) 1 << whole ? NULL : "something is left out";
}

static const sc_cube *
cube_with(const sc_cube *cubes, int n, const uint64_t args[SC_NARGS])
{
	for (int i = 0; i < n; i++)
	{
		uint64_t	differ = 0;

		for (int a = 0; a < SC_NARGS; a++)
			differ |= (args[a] & cubes[i].mask[a]) ^ cubes[i].value[a];
		if (differ == 0)
			return &cubes[i];
	}
	return NULL;
}

/* What views answer, in the words of the test's own reading. */
static uint32_t
expected(const sc_view *views, int nviews, int call, const uint64_t args[SC_NARGS])
{
	uint32_t	answer = SECCOMP_RET_ALLOW;

	for (int i = 0; i < nviews; i++)
	{
		const built b = {.rules = views[i].rules};
		const sc_abi abi = views[i].abi;
		struct seccomp_data data = {.nr = sc_syscalls[call].nr[abi],.arch = sc_abis[abi].audit_arch};

		if (sc_syscalls[call].nr[abi] == SC_NR_NONE)
			continue;
		for (int a = 0; a < SC_NARGS; a++)
			data.args[a] = args[a];
		answer = sc_stricter(answer, wanted(&b, true, abi, call, &data));
	}
	return answer;
}

/* NULL, or the first random call of which the cubes say what the rules do not. */
static const char *
untrue(const sc_view *views, int nviews, int call, const sc_cube *cubes, int n, int points, uint64_t *seed)
{
	for (int i = 0; i < points; i++)
	{
		const sc_view *view = &views[next_random(seed) % (uint32_t) nviews];
		const built b = {.rules = view->rules};
		struct seccomp_data data;
		uint64_t	args[SC_NARGS];
		const sc_cube *cube;
		uint32_t	want;
		sc_abi		abi;
		int			other;

		random_call(&b, &abi, &other, &data, seed);
		for (int a = 0; a < SC_NARGS; a++)
			args[a] = data.args[a];
		if (next_random(seed) % 2)
		{
			const sc_cube *near = &cubes[next_random(seed) % (uint32_t) n];
			const int	arg = (int) (next_random(seed) % SC_NARGS);

			for (int a = 0; a < SC_NARGS; a++)
				args[a] = (args[a] & ~near->mask[a]) | near->value[a];
			if (next_random(seed) % 2)
				args[arg] ^= UINT64_C(1) << next_random(seed) % 64;
		}
		cube = cube_with(cubes, n, args);
		want = expected(views, nviews, call, args);
		if (cube == NULL || cube->answer != want)
			return call_text("cubes", view->abi, call, &data, cube ? cube->answer : 0, want);
	}
	return NULL;
}

/* ----------
 * By hand
 * ----------
 */

/* Tests of one rule "deny" on a call, and how many cubes there are at least and at most. */
static const struct
{
	const char *rule;
	int			least;			/* over the ways to divide */
	int			denied;			/* how many of these */
}			by_hand[] = {
	{"mount deny", 1, 1},
	{"personality arg0==5 deny", 33, 1},
	{"personality arg0!=5 deny", 33, 32},
	{"fcntl arg1==F_NOTIFY deny", 33, 1},
	{"clone arg0&CLONE_NEWUSER!=0 deny", 2, 1},
	{"mremap arg3&0xfffffffffffffff8!=0 deny", 62, 61},
	{"clock_nanosleep arg0>=0x80000000 deny", 2, 1},
	{"prctl arg0<0x80000000 deny", 2, 1},
	{"madvise arg2>3 deny", 31, 30},
	{"madvise arg2>=3 deny", 33, 31},
	{"madvise arg2<=4 deny", 33, 2},
};

static void
test_by_hand(void)
{
	for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
	{
		const char *errors;
		const sc_ruleset *rules = session_of(sc_format("SystemCallRule=%s\n", by_hand[i].rule), &errors);
		const sc_view view = {rules, SC_ABI_NATIVE};
		char	   *name = sc_strndup(by_hand[i].rule, strcspn(by_hand[i].rule, " "));
		sc_cube    *cubes;
		int			least = INT32_MAX;
		int			denied = 0;

		is_str(errors, "", "accepted: %s", by_hand[i].rule);
		for (int way = 0; way < SC_NWAYS; way++)
		{
			int			n = sc_cubes(&view, 1, sc_syscall_by_name(name), (sc_way) way, &cubes);
			int			nd = 0;

			for (int c = 0; c < n; c++)
				nd += cubes[c].answer == (SECCOMP_RET_ERRNO | EPERM);
			if (n >= 0 && n < least)
			{
				least = n;
				denied = nd;
			}
		}
		is_int(least, by_hand[i].least, "... cubes");
		is_int(denied, by_hand[i].denied, "... of which are denied");
	}
}

/* ----------
 * At random
 * ----------
 */

static sc_rule_list
random_rules_on(const char *calls, uint64_t *seed)
{
	static const uint64_t masks[] = {
		UINT32_MAX, UINT32_MAX, UINT64_MAX, 0xf, 0xff00, 0x80000000, UINT64_C(0xffffffff00000000), UINT64_C(0xf0000000f), 1,
	};
	const int	n = (int) (next_random(seed) % 5);
	sc_rule    *rules = sc_alloc((size_t) (n + 1) * sizeof(sc_rule));

	for (int i = 0; i < n; i++)
	{
		int			ntests = (int) (next_random(seed) % 4 ? 1 + next_random(seed) % 2 : next_random(seed) % 4);

		rules[i] = (sc_rule) {.calls = calls,.line = 1};
		for (int t = 0; t < ntests; t++)
		{
			sc_test    *test = &rules[i].tests[t];

			do
			{
				*test = (sc_test) {
					(uint8_t) (next_random(seed) % 2), (uint8_t) (next_random(seed) % 6),
						masks[next_random(seed) % (sizeof(masks) / sizeof(masks[0]))], random_constant(seed)
				};
				if (test->op <= SC_NE || next_random(seed) % 2)
					test->value &= test->mask;
			}
			while (!tells_apart(test));
		}
		rules[i].only = next_random(seed) % 8 ? 0 : 1 + next_random(seed) % 31;
		rules[i].deny = next_random(seed) % 3 != 0;
		rules[i].err = next_random(seed) % 2 ? 0 : 1 + (int) (next_random(seed) % 40);
		rules[i].quiet = next_random(seed) % 4 == 0;
		sc_rule_resolve(&rules[i]);
	}
	return (sc_rule_list) {rules, n, 9};
}

static sc_ruleset *
random_section(const char *calls, uint64_t *seed)
{
	sc_ruleset *rules = sc_alloc(sizeof(sc_ruleset));
	sc_set		all = {{0}};

	sc_rules_init(rules);
	rules->kind = (sc_list_kind) (next_random(seed) % 3);
	for (int call = 0; call < sc_nsyscalls; call++)
		if (next_random(seed) % 2)
			sc_set_add(&all, call);
	if (rules->kind != SC_LIST_NONE)
		sc_rules_state(rules, 2, 0, true, &all);
	if (next_random(seed) % 4 == 0)
	{
		rules->log_kind = SC_LIST_ALLOW;
		rules->log = all;
	}
	rules->own = random_rules_on(calls, seed);
	rules->nlists = (int) (next_random(seed) % 3);
	rules->lists = sc_alloc(2 * sizeof(sc_rule_list));
	for (int i = 0; i < rules->nlists; i++)
		rules->lists[i] = random_rules_on(calls, seed);
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].native == SC_ABI_NATIVE && next_random(seed) % 4)
			rules->abis |= 1u << abi;
	rules->on_violation = next_random(seed) % 8 ? SC_ON_VIOLATION_ERROR : SC_ON_VIOLATION_KILL;
	return rules;
}

/*
 * Breaks when cubes overlap, leave something out, or have another answer than
 * the rules; when a section, an ABI or the order among them is forgotten.
 */
static void
test_random(void)
{
	static const char *const calls[] = {"ioctl", "prctl", "kill", "openat"};
	const int	nrounds = rounds(40);
	uint64_t	seed = 20261122;
	const char *problem = NULL;
	int			divided = 0;
	int			largest = 0;

	for (int round = 0; round < nrounds && problem == NULL; round++)
	{
		const char *call = calls[next_random(&seed) % 4];
		sc_view		views[6];
		int			nviews = 0;
		int			nsections = 1 + (int) (next_random(&seed) % 3);

		for (int i = 0; i < nsections; i++)
		{
			const sc_ruleset *rules = random_section(call, &seed);

			if (next_random(&seed) % 3 == 0)
				views[nviews++] = (sc_view) {rules, foreign[next_random(&seed) % 2]};
			views[nviews++] = (sc_view) {rules, SC_ABI_NATIVE};
		}
		for (int way = 0; way < SC_NWAYS && problem == NULL; way++)
		{
			sc_cube    *cubes;
			int			n = sc_cubes(views, nviews, sc_syscall_by_name(call), (sc_way) way, &cubes);

			if (n < 0)
				continue;
			problem = misshapen(cubes, n);
			if (problem == NULL)
				problem = untrue(views, nviews, sc_syscall_by_name(call), cubes, n, 300, &seed);
			divided++;
			largest = n > largest ? n : largest;
		}
	}
	is_str(problem, NULL, "%d divisions, of up to %d cubes", divided, largest);
	/* of few rounds nothing can be said */
	ok(under_valgrind() || (divided > nrounds * 2 && largest > 500), "... most of them small enough, some large");
}

/* The shipped policies, on top of each other as processes have them. */
static void
test_shipped(const char *path)
{
	size_t		len;
	const char *text = read_file(path, &len);
	const sc_policy *policy = sc_policy_parse(path, text, len);
	sc_sections sections = sc_sections_of(policy, policy->sessions[policy->nsessions - 1]);
	sc_view		views[sizeof(sections.list) / sizeof(sections.list[0])];
	uint64_t	seed = 7;
	const char *problem = NULL;
	int			total = 0;

	for (int i = 0; i < sections.n; i++)
		views[i] = (sc_view) {&sections.list[i]->rules, SC_ABI_NATIVE};
	for (int call = 0; call < sc_nsyscalls && problem == NULL; call++)
		for (int way = 0; way < SC_NWAYS && problem == NULL; way++)
		{
			sc_cube    *cubes;
			int			n;

			if (sc_syscalls[call].nr[SC_ABI_NATIVE] == SC_NR_NONE)
				continue;
			n = sc_cubes(views, sections.n, call, (sc_way) way, &cubes);
			problem = n < 0 ? "too many cubes" : misshapen(cubes, n);
			if (problem == NULL)
				problem = untrue(views, sections.n, call, cubes, n, rounds(n == 1 ? 10 : 400), &seed);
			total += n == 1 ? 0 : n;
			if (problem)
				problem = sc_format("%s: %s", sc_syscalls[call].name, problem);
		}
	is_str(problem, NULL, "%s: %d cubes", path, total);
}

/* Breaks when a policy of many rules takes all memory and time there is. */
static void
test_too_many(void)
{
	char	   *text = sc_format("%s", "");
	uint64_t	seed = 3;
	const char *errors;
	sc_view		view = {NULL, SC_ABI_NATIVE};
	sc_cube    *cubes;

	for (int i = 0; i < 60; i++)
		text = sc_format("%sSystemCallRule=fcntl arg0&0x%x!=0 arg1>=0x%x arg2&0x%llx!=0 errno %d\n", text,
						 next_random(&seed) & 0x7fffffff, next_random(&seed) & 0x7fffffff, (unsigned long long) random64(&seed), i + 1);
	view.rules = session_of(text, &errors);
	is_str(errors, "", "sixty rules on three arguments");
	for (int way = 0; way < SC_NWAYS; way++)
		is_int(sc_cubes(&view, 1, sc_syscall_by_name("fcntl"), (sc_way) way, &cubes), -1, "... are too many for way %d", way);
}

int
main(void)
{
	start_program_tests();
	test_by_hand();
	test_random();
	test_shipped("policy/default.conf");
	test_shipped("policy/strict.conf");
	test_too_many();
	return done_testing();
}
