/*
 * bench.c
 *		See bench.h.
 */
#include "bench.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../core/memory.h"

void
bench_die(const char *what)
{
	perror(what);
	exit(2);
}

void *
sc_alloc(size_t size)
{
	void	   *memory = calloc(1, size);

	if (memory == NULL)
		bench_die("calloc");
	return memory;
}

void *
sc_realloc(void *old, size_t size)
{
	void	   *memory = realloc(old, size);

	if (memory == NULL)
		bench_die("realloc");
	return memory;
}

const sc_policy *
bench_policy(const char *path)
{
	char	   *text = sc_alloc(SC_MAX_POLICY);
	FILE	   *file = fopen(path, "r");
	size_t		len;
	const sc_policy *policy;

	if (file == NULL)
		bench_die(path);
	len = fread(text, 1, SC_MAX_POLICY, file);
	fclose(file);
	policy = sc_policy_parse(path, text, len);
	if (policy->errors.total > 0)
	{
		fputs(sc_errors_text(&policy->errors, path), stderr);
		exit(2);
	}
	return policy;
}

sc_program
bench_program(const sc_ruleset *rules)
{
	sc_program	program;
	const char *problem = sc_program_build(rules, false, NULL, &program);

	if (problem)
	{
		fprintf(stderr, "%s\n", problem);
		exit(2);
	}
	return program;
}

void
bench_no_new_privs(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		bench_die("prctl");
}

void
bench_attach(const sc_program *program)
{
	struct sock_fprog fprog = {
		.len = (unsigned short) program->len,
		.filter = (struct sock_filter *) program->insns,
	};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &fprog) != 0)
		bench_die("seccomp");
}

double
bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

double
bench_in_child(double (*take) (void *), void *arg)
{
	int			fds[2];
	double		sample = 0;
	int			status;
	pid_t		child;

	if (pipe(fds) < 0)
		bench_die("pipe");
	child = fork();
	if (child < 0)
		bench_die("fork");
	if (child == 0)
	{
		sample = take(arg);
		_exit(write(fds[1], &sample, sizeof(sample)) == sizeof(sample) ? 0 : 1);
	}
	close(fds[1]);
	if (read(fds[0], &sample, sizeof(sample)) != sizeof(sample))
		sample = -1;
	close(fds[0]);
	if (waitpid(child, &status, 0) != child || status != 0 || sample < 0)
	{
		fprintf(stderr, "a sample's process failed\n");
		exit(2);
	}
	return sample;
}
