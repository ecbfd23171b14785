/*
 * calls.c
 *		What does a system call cost under 0, 1, 3 and 30 filters?
 *
 * calls ROUNDS STRICT.conf
 *
 * Prints a line for each sample, "CALL FILTERS NANOSECONDS".  One filter is
 * the server's; three are a session's (server, child, session); thirty are
 * these and more of the session's.
 */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLS 50000

static sc_program programs[3];

typedef struct
{
	const char *call;
	int			filters;
} sample;

static double
time_calls(void *arg)
{
	const sample *what = arg;
	int			zero = open("/dev/zero", O_RDONLY);
	char		byte;
	double		from;

	for (int i = 0; i < what->filters; i++)
		bench_attach(&programs[i < 3 ? i : 2]);

	from = bench_now();
	if (strcmp(what->call, "getppid") == 0)
		for (int i = 0; i < CALLS; i++)
			syscall(SYS_getppid);
	else if (strcmp(what->call, "read") == 0)
		for (int i = 0; i < CALLS; i++)
		{
			if (read(zero, &byte, 1) != 1)
				return -1;
		}
	else
		/* denied; without a filter the kernel finds no such operation */
		for (int i = 0; i < CALLS; i++)
			syscall(SYS_keyctl, -1L, 0, 0, 0, 0);
	return (bench_now() - from) / CALLS;
}

int
main(int argc, char **argv)
{
	static const char *const calls[] = {"getppid", "read", "denied"};
	static const int filters[] = {0, 1, 3, 30};
	const sc_policy *policy;
	int			rounds;

	if (argc != 3 || (rounds = atoi(argv[1])) < 1)
	{
		fprintf(stderr, "usage: calls ROUNDS STRICT.conf\n");
		return 2;
	}
	if (sc_catalog_init() != NULL)
		return 2;
	policy = bench_policy(argv[2]);
	programs[0] = bench_program(&policy->server.rules);
	programs[1] = bench_program(&policy->child.rules);
	programs[2] = bench_program(&sc_policy_profile(policy, SC_DEFAULT_PROFILE)->rules);
	bench_no_new_privs();

	for (int round = 0; round < rounds; round++)
		for (int c = 0; c < 3; c++)
			for (int f = 0; f < 4; f++)
			{
				sample		what = {calls[c], filters[(f + round) % 4]};

				printf("%s %d %.2f\n", what.call, what.filters, bench_in_child(time_calls, &what));
			}
	return 0;
}
