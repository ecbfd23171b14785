/*
 * attach.c
 *		How long does it take to give a session its filter?
 *
 * attach ROUNDS DEFAULT.conf STRICT.conf
 *
 * Prints a line for each sample, "STACK VARIANT NANOSECONDS", and before them
 * "instructions VARIANT NUMBER".  Each sample is one process, forked for it;
 * in each round every variant has its turn.  STACK is "alone", or "login": on
 * top of the server's and the child's programs, as at a login.
 */
#include "bench.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
	const char *name;
	sc_program	program;		/* attached as it is, or */
	const sc_ruleset *rules;	/* built from these by libseccomp there */
	bool		tree;
} variant;

static sc_program server;
static sc_program child;

/* What a session without pg_seccomp has to do: from names to a loaded filter. */
static scmp_filter_ctx
libseccomp_build(const sc_ruleset *rules, bool tree)
{
	sc_verdict	otherwise = sc_decide(rules, SC_ABI_NATIVE, 0x3fff, NULL, NULL);
	bool		allow_list = rules->kind == SC_LIST_ALLOW;
	scmp_filter_ctx ctx = seccomp_init(allow_list ? SCMP_ACT_ERRNO((uint32_t) otherwise.err)
									   : SCMP_ACT_ALLOW);

	if (ctx == NULL || (tree && seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0))
		bench_die("libseccomp");
	for (int i = 0; i < sc_nsyscalls; i++)
	{
		int			nr = sc_syscalls[i].nr[SC_ABI_NATIVE];
		sc_verdict	verdict;

		if (nr == SC_NR_NONE)
			continue;
		verdict = sc_decide(rules, SC_ABI_NATIVE, (uint32_t) nr, NULL, NULL);
		if ((verdict.action == SC_ALLOW) != allow_list)
			continue;
		nr = seccomp_syscall_resolve_name(sc_syscalls[i].name);
		if (nr == __NR_SCMP_ERROR)	/* newer than this libseccomp */
			continue;
		if (seccomp_rule_add(ctx, allow_list ? SCMP_ACT_ALLOW :
							 SCMP_ACT_ERRNO((uint32_t) verdict.err), nr, 0) < 0)
			bench_die("seccomp_rule_add");
	}
	return ctx;
}

/* The same, built beforehand: what a list is without a tree. */
static sc_program
libseccomp_program(const sc_ruleset *rules, bool tree)
{
	static struct sock_filter insns[SC_MAX_PROGRAM];
	scmp_filter_ctx ctx = libseccomp_build(rules, tree);
	FILE	   *file = tmpfile();
	sc_program	program = {.insns = insns};

	if (file == NULL || seccomp_export_bpf(ctx, fileno(file)) < 0 ||
		fseek(file, 0, SEEK_SET) < 0)
		bench_die("export");
	program.len = (int) fread(insns, sizeof(insns[0]), SC_MAX_PROGRAM, file);
	fclose(file);
	seccomp_release(ctx);
	return program;
}

static double
attach_alone(void *arg)
{
	const variant *what = arg;
	double		from = bench_now();

	if (what->rules)
	{
		scmp_filter_ctx ctx = libseccomp_build(what->rules, what->tree);

		if (seccomp_load(ctx) < 0)
			bench_die("seccomp_load");
		seccomp_release(ctx);
	}
	else
		bench_attach(&what->program);
	return bench_now() - from;
}

static double
attach_at_login(void *arg)
{
	bench_attach(&server);
	bench_attach(&child);
	return attach_alone(arg);
}

int
main(int argc, char **argv)
{
	static const struct sock_filter one[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	const sc_policy *default_policy;
	const sc_policy *strict_policy;
	const sc_ruleset *strict;
	int			rounds;

	if (argc != 4 || (rounds = atoi(argv[1])) < 1)
	{
		fprintf(stderr, "usage: attach ROUNDS DEFAULT.conf STRICT.conf\n");
		return 2;
	}
	if (sc_catalog_init() != NULL)
		return 2;
	default_policy = bench_policy(argv[2]);
	strict_policy = bench_policy(argv[3]);
	strict = &sc_policy_profile(strict_policy, SC_DEFAULT_PROFILE)->rules;
	server = bench_program(&strict_policy->server.rules);
	child = bench_program(&strict_policy->child.rules);
	bench_no_new_privs();

	{
		variant		variants[] = {
			{.name = "floor",.program = {one, 1}},
			{.name = "server",.program = server},
			{.name = "child",.program = child},
			{.name = "default",.program =
			bench_program(&sc_policy_profile(default_policy, SC_DEFAULT_PROFILE)->rules)},
			{.name = "strict",.program = bench_program(strict)},
			{.name = "linear",.program = libseccomp_program(strict, false)},
			{.name = "libseccomp",.rules = strict},
			{.name = "libseccomp-tree",.rules = strict,.tree = true},
		};
		const int	n = (int) (sizeof(variants) / sizeof(variants[0]));

		for (int i = 0; i < n; i++)
			if (variants[i].program.len)
				printf("instructions %s %d\n", variants[i].name, variants[i].program.len);
		for (int round = 0; round < rounds; round++)
			for (int i = 0; i < n; i++)
			{
				variant    *what = &variants[(i + round) % n];

				printf("alone %s %.0f\n", what->name, bench_in_child(attach_alone, what));
				printf("login %s %.0f\n", what->name, bench_in_child(attach_at_login, what));
			}
	}
	return 0;
}
