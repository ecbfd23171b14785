/*
 * calls.c
 *		What does a system call cost under 0, 1, 3 and 30 filters?
 *
 * calls ROUNDS STRICT.conf
 *
 * Prints a line for each sample, "CALL FILTERS NANOSECONDS".  One filter is
 * the server's; three are a session's (server, child, session); thirty are
 * these and more of the session's.  The call "floor" is getppid under as many
 * filters that do nothing but look at an argument: what the kernel takes for
 * having them at all, as soon as one is not decided by the number alone.
 */
#include "bench.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLS 50000

static sc_program programs[3];

static const struct sock_filter look[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
};
static const sc_program floor_program = {look, 2};

static char byte;
static int	word;

/*
 * Calls that do next to nothing.  Descriptor ZERO stands for /dev/zero, -1 is
 * none: the kernel looks no further.
 */
#define ZERO (-2)
static const struct
{
	const char *name;
	long		number;
	long		args[6];
}			calls[] = {
	{"floor", SYS_getppid, {0}},
	/* decided by their number */
	{"getppid", SYS_getppid, {0}},
	{"read", SYS_read, {ZERO, (long) &byte, 1}},
	{"denied", SYS_keyctl, {-1}},
	/* allowed after a look at their arguments, early and late in the rules */
	{"futex", SYS_futex, {(long) &word, FUTEX_WAKE_PRIVATE, 1}},
	{"fcntl", SYS_fcntl, {ZERO, F_GETFL}},
	{"madvise", SYS_madvise, {0, 0, MADV_DONTNEED}},
	{"mmap", SYS_mmap, {0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
	{"ioctl", SYS_ioctl, {-1, FIONREAD}},
	{"openat", SYS_openat, {-1, (long) "", O_RDWR | O_CREAT, 0600}},
	{"recvfrom", SYS_recvfrom, {-1}},
	{"setsockopt", SYS_setsockopt, {-1, SOL_SOCKET, SO_KEEPALIVE}},
	{"getsockopt", SYS_getsockopt, {-1, IPPROTO_IPV6, IPV6_TCLASS}},
	{"socket", SYS_socket, {AF_NETLINK, SOCK_RAW | 0x10, 0}},
};

#define NCALLS ((int) (sizeof(calls) / sizeof(calls[0])))

typedef struct
{
	int			call;
	int			filters;
} sample;

static double
time_calls(void *arg)
{
	const sample *what = arg;
	long		number = calls[what->call].number;
	long		args[6];
	double		from;

	for (int i = 0; i < 6; i++)
		args[i] = calls[what->call].args[i] == ZERO ? open("/dev/zero", O_RDONLY) : calls[what->call].args[i];
	for (int i = 0; i < what->filters; i++)
		bench_attach(what->call == 0 ? &floor_program : &programs[i < 3 ? i : 2]);
	from = bench_now();
	for (int i = 0; i < CALLS; i++)
		syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
	return (bench_now() - from) / CALLS;
}

int
main(int argc, char **argv)
{
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
		for (int c = 0; c < NCALLS; c++)
			for (int f = 0; f < 4; f++)
			{
				sample		what = {c, filters[(f + round) % 4]};

				printf("%s %d %.2f\n", calls[c].name, what.filters, bench_in_child(time_calls, &what));
			}
	return 0;
}
