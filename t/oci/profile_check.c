/*
 * profile_check.c
 *		What a container runtime makes of a profile, against the policy it is from.
 *
 * profile_check POLICY SCOPE NRANDOM, and on standard input the profile in lines:
 *	errno ERRNO
 *	arch SCMP_ARCH_...
 *	rule ACTION ERRNO NAME N {INDEX MASK VALUE}...
 * and which differences are admitted, for calls or "*":
 *	default NAME: the default's errno in place of a denial's
 *	unknown NAME: the default's errno, whatever
 *	stricter NAME: anything that is stricter
 * Rules go to libseccomp as runc and crun give them; the program, with libseccomp's
 * search tree and without, is run beside the policy's own on each number and on
 * many arguments.  Prints what differs; the last line is the number of comparisons.
 *
 * profile_check POLICY SCOPE ask: what the policy answers to calls of the native
 * ABI, "NUMBER ARG0 ... ARG5" a line: 0, or the errno's name.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../core/conditions.h"
#include "../../core/cubes.h"
#include "../../core/memory.h"
#include "../../core/stack.h"

#define MAX_RULES 8192
#define MAX_POINTS 65536

typedef struct
{
	uint32_t	action;
	int			call;
	unsigned	nargs;
	struct scmp_arg_cmp args[SC_NARGS];
} rule;

static rule rules[MAX_RULES];
static int	nrules;
static uint32_t default_action;
static unsigned abis = 1u << SC_ABI_NATIVE;
static bool may_default[SC_MAX_SYSCALLS];
static bool may_be_unknown[SC_MAX_SYSCALLS];
static bool may_be_stricter[SC_MAX_SYSCALLS];
static sc_program programs[2];
static sc_stack stack;
static long ncompared;
static int	ndifferent;

void *
sc_alloc(size_t size)
{
	return calloc(1, size ? size : 1);
}

void *
sc_realloc(void *old, size_t size)
{
	return realloc(old, size ? size : 1);
}

static void __attribute__((noreturn))
fail(const char *what)
{
	fprintf(stderr, "profile_check: %s\n", what);
	exit(2);
}

static const struct
{
	const char *name;
	uint32_t	token;
}			archs[SC_ABI_COUNT] = {
	[SC_ABI_X86_64] = {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64}, [SC_ABI_X86] = {"SCMP_ARCH_X86", SCMP_ARCH_X86},
	[SC_ABI_X32] = {"SCMP_ARCH_X32", SCMP_ARCH_X32}, [SC_ABI_ARM64] = {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
	[SC_ABI_ARM] = {"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
};

static uint32_t
action_of(const char *name, unsigned err)
{
	if (strcmp(name, "SCMP_ACT_ALLOW") == 0)
		return SCMP_ACT_ALLOW;
	if (strcmp(name, "SCMP_ACT_LOG") == 0)
		return SCMP_ACT_LOG;
	if (strcmp(name, "SCMP_ACT_KILL_PROCESS") == 0)
		return SCMP_ACT_KILL_PROCESS;
	if (strcmp(name, "SCMP_ACT_ERRNO") == 0)
		return SCMP_ACT_ERRNO(err);
	fail("unknown action");
}

static void
read_rule(char *rest)
{
	rule	   *r = &rules[nrules++];
	char	   *action = strtok(rest, " ");
	char	   *err = strtok(NULL, " ");
	char	   *name = strtok(NULL, " ");
	char	   *n = strtok(NULL, " \n");

	if (nrules == MAX_RULES || n == NULL)
		fail("a rule that is none");
	*r = (rule) {action_of(action, (unsigned) atoi(err)), sc_syscall_by_name(name), (unsigned) atoi(n), {{0}}};
	if (r->call < 0)
		fail("a name that the catalog does not know");
	for (unsigned i = 0; i < r->nargs; i++)
	{
		r->args[i].arg = (unsigned) atoi(strtok(NULL, " "));
		r->args[i].op = SCMP_CMP_MASKED_EQ;
		r->args[i].datum_a = strtoull(strtok(NULL, " "), NULL, 10);
		r->args[i].datum_b = strtoull(strtok(NULL, " \n"), NULL, 10);
	}
}

static void
admit(bool *list, char *name)
{
	name[strcspn(name, "\n")] = '\0';
	for (int call = 0; call < sc_nsyscalls; call++)
		if (strcmp(name, "*") == 0 || strcmp(name, sc_syscalls[call].name) == 0)
			list[call] = true;
}

static void
read_profile(void)
{
	char		line[1024];

	while (fgets(line, sizeof(line), stdin))
	{
		char	   *rest = line + strcspn(line, " ");

		*rest++ = '\0';
		if (strcmp(line, "errno") == 0)
			default_action = SCMP_ACT_ERRNO((unsigned) atoi(rest));
		else if (strcmp(line, "rule") == 0)
			read_rule(rest);
		else if (strcmp(line, "default") == 0)
			admit(may_default, rest);
		else if (strcmp(line, "unknown") == 0)
			admit(may_be_unknown, rest);
		else if (strcmp(line, "stricter") == 0)
			admit(may_be_stricter, rest);
		else if (strcmp(line, "arch") == 0)
		{
			rest[strcspn(rest, "\n")] = '\0';
			for (int abi = 0; abi < SC_ABI_COUNT; abi++)
				if (strcmp(rest, archs[abi].name) == 0)
					abis |= 1u << abi;
		}
		else
			fail("a line that is none");
	}
}

static sc_program
compile(bool tree)
{
	struct sock_filter *insns = sc_alloc(65536 * sizeof(struct sock_filter));
	scmp_filter_ctx ctx = seccomp_init(default_action);
	int			fd = memfd_create("filter", 0);
	ssize_t		got;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (abi != SC_ABI_NATIVE && (abis >> abi & 1) && seccomp_arch_add(ctx, archs[abi].token) < 0)
			fail("architecture");
	if (tree)
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (int i = 0; i < nrules; i++)
	{
		int			number = seccomp_syscall_resolve_name(sc_syscalls[rules[i].call].name);

		if (number != __NR_SCMP_ERROR && rules[i].action != default_action &&
			seccomp_rule_add_array(ctx, rules[i].action, number, rules[i].nargs, rules[i].args) < 0)
			fail("libseccomp refuses a rule");
	}
	if (seccomp_export_bpf(ctx, fd) < 0)
		fail("libseccomp does not export");
	got = pread(fd, insns, 65536 * sizeof(struct sock_filter), 0);
	close(fd);
	seccomp_release(ctx);
	return (sc_program) {insns, (int) ((size_t) got / sizeof(struct sock_filter))};
}

static bool
admitted(int call, uint32_t source, uint32_t profile)
{
	const uint32_t fallback = SECCOMP_RET_ERRNO | (default_action & SECCOMP_RET_DATA);

	if (source == profile)
		return true;
	if (call < 0)
		return false;
	return (may_be_unknown[call] && profile == fallback) ||
		(may_default[call] && profile == fallback && (source & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) ||
		(may_be_stricter[call] &&
		 (int32_t) (profile & SECCOMP_RET_ACTION_FULL) <= (int32_t) (source & SECCOMP_RET_ACTION_FULL));
}

static void
compare(sc_abi abi, uint32_t nr, const uint64_t *args)
{
	struct seccomp_data data = {.nr = (int) nr,.arch = sc_abis[abi].audit_arch};
	uint64_t	on_abi[SC_NARGS];
	uint32_t	source;

	for (int i = 0; i < SC_NARGS; i++)
		data.args[i] = on_abi[i] = args[i] & sc_register_of(abi);
	source = sc_stack_run(&stack, abi, nr, on_abi).value;
	for (int tree = 0; tree < 2; tree++)
	{
		uint32_t	profile = sc_evaluate(&programs[tree], &data);
		int			call = sc_syscall_of(abi, nr);

		ncompared++;
		if (admitted(call, source, profile) || ++ndifferent > 20)
			continue;
		printf("differ: %s %s (%u), tree %d, args 0x%llx 0x%llx 0x%llx 0x%llx 0x%llx 0x%llx: policy 0x%x, profile 0x%x\n",
			   sc_abis[abi].name, call < 0 ? "?" : sc_syscalls[call].name, nr, tree, (unsigned long long) data.args[0],
			   (unsigned long long) data.args[1], (unsigned long long) data.args[2], (unsigned long long) data.args[3],
			   (unsigned long long) data.args[4], (unsigned long long) data.args[5], source, profile);
	}
}

/* A point, those one bit beside it, and those with all the bits that no mask has. */
static void
compare_around(sc_abi abi, uint32_t nr, const uint64_t *point, const uint64_t *masks)
{
	uint64_t	args[SC_NARGS];

	memcpy(args, point, sizeof(args));
	compare(abi, nr, args);
	for (int i = 0; i < SC_NARGS; i++)
		for (int bit = 0; bit < 64 && masks[i] != 0; bit++)
		{
			args[i] ^= UINT64_C(1) << bit;
			compare(abi, nr, args);
			args[i] = point[i];
		}
	for (int i = 0; i < SC_NARGS; i++)
		args[i] |= ~masks[i];
	compare(abi, nr, args);
}

static uint64_t
random64(void)
{
	static uint64_t seed = 88172645463325252ULL;

	/* xorshift64 (Marsaglia 2003) */
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Returns whether the call's arguments count in the policy or the profile. */
static bool
compare_call(sc_abi abi, int call, uint32_t nr, int nrandom)
{
	const uint64_t none[SC_NARGS] = {0};
	static uint64_t pool[MAX_POINTS];
	int			npool = 0;
	sc_condition *conditions;
	int			nconditions = sc_conditions(stack.rules, stack.n, abi, call, &conditions);
	sc_view		views[SC_MAX_STACK];
	sc_cube    *cubes;
	int			ncubes;
	bool		counts = nconditions > 0;

	for (int i = 0; i < stack.n; i++)
		views[i] = (sc_view) {stack.rules[i], abi};
	ncubes = sc_cubes(views, stack.n, call, SC_BY_WEIGHT, &cubes);
	compare(abi, nr, none);
	/* what libseccomp adds to calls that make others */
	for (uint64_t op = 1; op < 40 && (strcmp(sc_syscalls[call].name, "socketcall") == 0 || strcmp(sc_syscalls[call].name, "ipc") == 0); op++)
		compare(abi, nr, (const uint64_t[SC_NARGS]) {op});
	for (int i = 0; i < nconditions; i++)
		compare(abi, nr, conditions[i].args);
	for (int i = 0; i < ncubes && ncubes > 1; i++)
	{
		compare_around(abi, nr, cubes[i].value, cubes[i].mask);
		for (int a = 0; a < SC_NARGS && npool < MAX_POINTS; a++)
			if (cubes[i].mask[a])
				pool[npool++] = cubes[i].value[a];
	}
	for (int i = 0; i < nrules; i++)
	{
		uint64_t	point[SC_NARGS] = {0};
		uint64_t	masks[SC_NARGS] = {0};

		if (rules[i].call != call || rules[i].nargs == 0)
			continue;
		counts = true;
		for (unsigned a = 0; a < rules[i].nargs; a++)
		{
			masks[rules[i].args[a].arg] = rules[i].args[a].datum_a;
			point[rules[i].args[a].arg] = rules[i].args[a].datum_b;
			if (npool < MAX_POINTS)
				pool[npool++] = rules[i].args[a].datum_b;
		}
		compare_around(abi, nr, point, masks);
	}
	for (int i = 0; i < nrandom && counts && npool > 0; i++)
	{
		uint64_t	args[SC_NARGS];

		for (int a = 0; a < SC_NARGS; a++)
		{
			args[a] = pool[random64() % (uint64_t) npool];
			switch (random64() % 8)
			{
				case 0:
					args[a] = random64();
					break;
				case 1:
					args[a] = (uint32_t) random64();
					break;
				case 2:
					args[a] ^= UINT64_C(1) << random64() % 64;
					break;
				case 3:
					args[a] += random64() % 8 - 4;
					break;
				default:
					break;
			}
		}
		compare(abi, nr, args);
	}
	return counts;
}

static void
push(const sc_section *section)
{
	const char *problem = sc_stack_push(&stack, section);

	if (problem)
		fail(problem);
}

/* The programs of a scope, by its name. */
static void
build_stack(const char *path, const char *scope)
{
	static char text[SC_MAX_POLICY + 1];
	FILE	   *file = fopen(path, "r");
	size_t		len = file ? fread(text, 1, sizeof(text), file) : 0;
	const sc_policy *policy = sc_policy_parse(path, text, len);

	if (policy->errors.total > 0)
		fail(sc_errors_text(&policy->errors, path));
	for (int i = 0; i < sc_policy_nscopes(policy); i++)
	{
		sc_sections sections = sc_sections_of(policy, sc_policy_scope(policy, i));

		if (strcmp(scope, sc_scope_name(sc_policy_scope(policy, i))) == 0)
			for (int k = 0; k < sections.n; k++)
				push(sections.list[k]);
	}
	if (stack.n == 0)
		fail("no such scope");
}

static int
answer_questions(void)
{
	char		line[1024];

	while (fgets(line, sizeof(line), stdin))
	{
		uint64_t	args[SC_NARGS];
		char	   *rest;
		uint32_t	nr = (uint32_t) strtoul(line, &rest, 10);
		uint32_t	value;

		for (int i = 0; i < SC_NARGS; i++)
			args[i] = strtoull(rest, &rest, 10);
		value = sc_stack_run(&stack, SC_ABI_NATIVE, nr, args).value;
		puts(value == SECCOMP_RET_ALLOW ? "0" : sc_errno_name((int) (value & SECCOMP_RET_DATA)));
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const uint64_t none[SC_NARGS] = {0};
	int			nrandom = argc == 4 ? atoi(argv[3]) : 0;

	if (argc != 4 || sc_catalog_init())
		fail("usage: profile_check POLICY SCOPE NRANDOM");
	build_stack(argv[1], argv[2]);
	if (strcmp(argv[3], "ask") == 0)
		return answer_questions();
	read_profile();
	for (int tree = 0; tree < 2; tree++)
	{
		programs[tree] = compile(tree);
		if (sc_program_defect(&programs[tree]))
			fail(sc_program_defect(&programs[tree]));
	}
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		if (!(abis >> abi & 1))
			continue;
		for (uint32_t nr = 0; nr < 1200; nr++)
		{
			uint32_t	number = nr | sc_abis[abi].nr_bit;
			int			call = sc_syscall_of((sc_abi) abi, number);

			if (call < 0)
				compare((sc_abi) abi, number, none);
			else
				compare_call((sc_abi) abi, call, number, nrandom);
		}
	}
	if (ndifferent > 20)
		printf("and %d more\n", ndifferent - 20);
	printf("%d and %d instructions, %ld comparisons\n", programs[0].len, programs[1].len, ncompared);
	return ndifferent > 0;
}
