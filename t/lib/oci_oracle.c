/*
 * oci_oracle.c
 *		What a seccomp profile means to libseccomp, against a policy.
 *
 * oci_oracle POLICY <ENTRIES: adds the entries to libseccomp's filter as runc does,
 * runs the program that comes of it and the policy's [Server] on each call of each
 * admitted ABI, with arguments around what is compared, and prints where the two
 * differ.  ENTRIES are lines:
 *
 *		abi		NAME
 *		default	ACTION ERRNO
 *		call	NAME ACTION ERRNO [INDEX OP VALUE VALUETWO]...
 *
 * The last line is "COMPARED calls, SKIPPED unknown to libseccomp".
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../core/decode.h"
#include "../../core/memory.h"
#include "../../core/stack.h"

#define MAX_CONDITIONS 64
#define MAX_VALUES 512
#define MAX_SHOWN 20

/* What the conditions on a call compare with, for arguments near it. */
typedef struct
{
	uint64_t	list[SC_NARGS][MAX_VALUES];
	int			n[SC_NARGS];
	bool		any;
} values;

static values compared[SC_MAX_SYSCALLS];
static sc_set named;
static uint32_t default_action;
static uint32_t abis = 1u << SC_ABI_NATIVE;

void *
sc_alloc(size_t size)
{
	void	   *memory = calloc(1, size ? size : 1);

	if (memory == NULL)
		abort();
	return memory;
}

void *
sc_realloc(void *old, size_t size)
{
	void	   *memory = realloc(old, size ? size : 1);

	if (memory == NULL)
		abort();
	return memory;
}

static void
bad(const char *what)
{
	fprintf(stderr, "oci_oracle: %s\n", what);
	exit(2);
}

static uint32_t
scmp_arch(sc_abi abi)
{
	static const uint32_t tokens[SC_ABI_COUNT] = {
		SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_AARCH64, SCMP_ARCH_ARM
	};

	return tokens[abi];
}

static uint32_t
read_action(const char *name, const char *err)
{
	if (strcmp(name, "SCMP_ACT_ALLOW") == 0)
		return SCMP_ACT_ALLOW;
	if (strcmp(name, "SCMP_ACT_LOG") == 0)
		return SCMP_ACT_LOG;
	if (strcmp(name, "SCMP_ACT_ERRNO") == 0)
		return SCMP_ACT_ERRNO((uint32_t) atoi(err));
	if (strcmp(name, "SCMP_ACT_TRAP") == 0)
		return SCMP_ACT_TRAP;
	if (strcmp(name, "SCMP_ACT_TRACE") == 0)
		return SCMP_ACT_TRACE((uint32_t) atoi(err));
	if (strcmp(name, "SCMP_ACT_KILL_PROCESS") == 0)
		return SCMP_ACT_KILL_PROCESS;
	return SCMP_ACT_KILL_THREAD;
}

static enum scmp_compare
read_operator(const char *name)
{
	static const char *const names[] = {
		[SCMP_CMP_NE] = "SCMP_CMP_NE", [SCMP_CMP_LT] = "SCMP_CMP_LT", [SCMP_CMP_LE] = "SCMP_CMP_LE",
		[SCMP_CMP_EQ] = "SCMP_CMP_EQ", [SCMP_CMP_GE] = "SCMP_CMP_GE", [SCMP_CMP_GT] = "SCMP_CMP_GT",
		[SCMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ"
	};

	for (int i = SCMP_CMP_NE; i <= SCMP_CMP_MASKED_EQ; i++)
		if (strcmp(names[i], name) == 0)
			return (enum scmp_compare) i;
	bad("unknown operator");
	return SCMP_CMP_EQ;
}

static void
note_value(int call, unsigned arg, uint64_t value)
{
	values	   *v = &compared[call];

	for (int i = -1; i <= 1; i++)
		if (v->n[arg] < MAX_VALUES)
			v->list[arg][v->n[arg]++] = value + (uint64_t) i;
	v->any = true;
}

static void
add_call(scmp_filter_ctx ctx, char *rest)
{
	struct scmp_arg_cmp conditions[MAX_CONDITIONS];
	unsigned	seen = 0;
	unsigned	n = 0;
	bool		alternatives = false;
	const char *name = strtok_r(rest, " ", &rest);
	const char *action = strtok_r(rest, " ", &rest);
	const char *err = strtok_r(rest, " ", &rest);
	const char *index;
	int			call = sc_syscall_by_name(name);
	int			number = seccomp_syscall_resolve_name(name);
	uint32_t	act = read_action(action, err);
	int			rc = 0;

	while (n < MAX_CONDITIONS && (index = strtok_r(rest, " ", &rest)) != NULL)
	{
		unsigned	arg = (unsigned) atoi(index);
		enum scmp_compare op = read_operator(strtok_r(rest, " ", &rest));
		uint64_t	a = strtoull(strtok_r(rest, " ", &rest), NULL, 10);
		uint64_t	b = strtoull(strtok_r(rest, " ", &rest), NULL, 10);

		alternatives = alternatives || (seen >> arg & 1);
		seen |= 1u << arg;
		conditions[n++] = (struct scmp_arg_cmp) {arg, op, a, b};
		if (call >= 0)
		{
			note_value(call, arg, a);
			note_value(call, arg, b);
			note_value(call, arg, a | b);
		}
	}
	if (call >= 0)
		sc_set_add(&named, call);
	if (act == default_action || number == __NR_SCMP_ERROR)
		return;
	for (unsigned i = 0; alternatives && i < n && rc == 0; i++)
		rc = seccomp_rule_add_array(ctx, act, number, 1, &conditions[i]);
	if (!alternatives)
		rc = seccomp_rule_add_array(ctx, act, number, n, conditions);
	if (rc < 0)
		printf("libseccomp refuses \"%s\": %s\n", name, strerror(-rc));
}

static scmp_filter_ctx
read_entries(void)
{
	scmp_filter_ctx ctx = NULL;
	char	   *line = NULL;
	size_t		room = 0;

	while (getline(&line, &room, stdin) > 0)
	{
		char	   *rest = line;
		const char *word;

		line[strcspn(line, "\n")] = '\0';
		word = strtok_r(rest, " ", &rest);
		if (strcmp(word, "default") == 0)
		{
			const char *action = strtok_r(rest, " ", &rest);

			default_action = read_action(action, strtok_r(rest, " ", &rest));
			ctx = seccomp_init(default_action);
		}
		else if (ctx == NULL)
			bad("no default");
		else if (strcmp(word, "abi") == 0)
		{
			for (int abi = 0; abi < SC_ABI_COUNT; abi++)
				if (strcmp(rest, sc_abis[abi].name) == 0 && abi != (int) SC_ABI_NATIVE)
				{
					abis |= 1u << abi;
					seccomp_arch_add(ctx, scmp_arch((sc_abi) abi));
				}
		}
		else
			add_call(ctx, rest);
	}
	free(line);
	return ctx;
}

static sc_program
export_program(scmp_filter_ctx ctx)
{
	static struct sock_filter insns[SC_MAX_PROGRAM * 4];
	int			fds[2];
	ssize_t		got;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0 || seccomp_export_bpf(ctx, fds[1]) < 0)
		bad("no program");
	got = read(fds[0], insns, sizeof(insns));
	if (got <= 0)
		bad("no program");
	return (sc_program) {insns, (int) ((size_t) got / sizeof(insns[0]))};
}

static bool
lets_run(uint32_t value)
{
	uint32_t	action = value & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

/* Is a denial the same?  Of what is no error the policy has one of its own. */
static bool
agree(uint32_t profile, uint32_t policy)
{
	if ((profile & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO && (profile & SECCOMP_RET_DATA) != 0)
		return profile == policy;
	return lets_run(profile) ? profile == policy : (policy & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
}

/* Is the call past all that the profile names, so that runc answers ENOSYS? */
static bool
is_newer(sc_abi abi, int call)
{
	int			last = 0;

	/* libseccomp's actions have the kernel's values; to runc a tracer lets calls run */
	if (lets_run(default_action) || (default_action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE)
		return false;
	for (int other = 0; other < sc_nsyscalls; other++)
		if (sc_set_has(&named, other) && sc_syscalls[other].nr[abi] > last)
			last = sc_syscalls[other].nr[abi];
	return last > 0 && sc_syscalls[call].nr[abi] > last;
}

static uint64_t
random_value(void)
{
	static uint64_t seed = 1;

	/* Knuth's MMIX generator */
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return seed >> 33;
}

/* Arguments as a caller passes them: of an int, the upper half is zero. */
static void
choose(sc_abi abi, int call, uint64_t args[SC_NARGS])
{
	for (int i = 0; i < SC_NARGS; i++)
	{
		const values *v = &compared[call];

		args[i] = v->n[i] > 0 && random_value() % 8 ? v->list[i][random_value() % (uint64_t) v->n[i]] :
			random_value() % 3 ? random_value() % 40 : random_value() << 33 | random_value();
		if (sc_register_of(abi) == UINT32_MAX || sc_argument_of(sc_prototype_abi(call), call, i) == SC_ARG_32)
			args[i] &= UINT32_MAX;
	}
}

int
main(int argc, char **argv)
{
	static char text[SC_MAX_POLICY + 2];
	static sc_stack stack;
	scmp_filter_ctx ctx;
	sc_program	profile;
	sc_policy  *policy;
	const char *problem;
	int			n = 0;
	int			skipped = 0;
	int			differ = 0;
	int			fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	ssize_t		len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (len < 0 || sc_catalog_init() != NULL)
		bad("no policy");
	policy = sc_policy_parse(argv[1], text, (size_t) len);
	problem = sc_stack_push(&stack, &policy->server);
	if (problem)
		bad(problem);
	ctx = read_entries();
	if (ctx == NULL)
		bad("no default");
	profile = export_program(ctx);
	for (int call = 0; call < sc_nsyscalls; call++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			uint32_t	nr = (uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
			bool		newer;

			if (!(abis >> abi & 1) || sc_syscalls[call].nr[abi] == SC_NR_NONE)
				continue;
			if (seccomp_syscall_resolve_name_arch(scmp_arch((sc_abi) abi), sc_syscalls[call].name) != (int) nr)
			{
				skipped++;
				continue;
			}
			n++;
			newer = is_newer((sc_abi) abi, call);
			for (int try = 0; try < (compared[call].any ? 4000 : 16); try++)
			{
				struct seccomp_data data = {.nr = (int) nr,.arch = sc_abis[abi].audit_arch};
				uint64_t	args[SC_NARGS];
				uint32_t	said;
				uint32_t	expected;

				choose((sc_abi) abi, call, args);
				memcpy(data.args, args, sizeof(args));
				said = sc_stack_run(&stack, (sc_abi) abi, nr, args).value;
				expected = newer ? (SECCOMP_RET_ERRNO | ENOSYS) : sc_evaluate(&profile, &data);
				/* other ABIs go by what is newer on the native one: another error, no other verdict */
				if (agree(expected, said) || (abi != (int) SC_ABI_NATIVE && !lets_run(said) && !lets_run(expected) &&
											  newer != is_newer(SC_ABI_NATIVE, call)))
					continue;
				if (differ++ < MAX_SHOWN)
					printf("%s %s: profile 0x%x, policy 0x%x\n", sc_abis[abi].name,
						   sc_decode_call((sc_abi) abi, nr, args), expected, said);
				break;
			}
		}
	if (differ > MAX_SHOWN)
		printf("and %d more\n", differ - MAX_SHOWN);
	printf("%d calls, %d unknown to libseccomp\n", n, skipped);
	return 0;
}
