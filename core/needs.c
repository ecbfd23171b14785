/*
 * needs.c
 *		What PostgreSQL cannot survive without.
 */
#include "needs.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "decode.h"
#include "memory.h"

/* An address or a descriptor, whichever. */
#define P 0x1000
#define FD 3

/* The C library's own number for AT_FDCWD is an int. */
#define CWD ((uint32_t) AT_FDCWD)

/*
 * Calls with arguments as PostgreSQL, glibc and this module make them, as far
 * as a rule could tell them from others.  A group decides where they count.
 */
static const struct
{
	const char *call;
	uint64_t	args[6];
}			samples[] = {
	/* semaphores of PostgreSQL lie in shared memory, locks of libc do not */
	{"futex", {P, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, 0, 0, UINT32_MAX}},
	{"futex", {P, FUTEX_WAKE, 1}},
	{"futex", {P, FUTEX_WAIT_PRIVATE, 2}},
	{"futex", {P, FUTEX_WAKE_PRIVATE, 1}},
	{"openat", {CWD, P, O_RDWR | O_CLOEXEC, 0}},
	{"openat", {CWD, P, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600}},
	{"openat", {CWD, P, O_WRONLY | O_CREAT | O_TRUNC, 0666}},
	{"openat", {CWD, P, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_DIRECTORY, 0}},
	{"mmap", {0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, UINT64_MAX}},
	{"mmap", {0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, UINT64_MAX}},
	{"mmap", {0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, FD}},
	{"mmap", {P, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, FD}},
	{"fcntl", {FD, F_SETFD, FD_CLOEXEC}},
	{"fcntl", {FD, F_GETFL}},
	{"fcntl", {FD, F_SETFL, O_RDWR | O_NONBLOCK}},
	{"lseek", {FD, 0, SEEK_END}},
	{"lseek", {FD, 8192, SEEK_SET}},
	{"fallocate", {FD, 0, 0, 8192}},
	{"ftruncate", {FD, 8192}},
	{"sync_file_range", {FD, 0, 8192, SYNC_FILE_RANGE_WRITE}},
	{"kill", {2, 0}},
	{"kill", {2, SIGUSR1}},
	{"kill", {2, SIGURG}},
	{"kill", {2, SIGTERM}},
	{"kill", {2, SIGWINCH}},	/* what a child wakes itself with: server/process.c */
	{"epoll_create1", {EPOLL_CLOEXEC}},
	{"epoll_ctl", {FD, EPOLL_CTL_ADD, 4, P}},
	{"epoll_ctl", {FD, EPOLL_CTL_MOD, 4, P}},
	{"rt_sigprocmask", {SIG_SETMASK, P, 0, 8}},
	{"rt_sigprocmask", {SIG_BLOCK, P, P, 8}},
	{"rt_sigaction", {SIGTERM, P, P, 8}},
	{"rt_sigaction", {SIGWINCH, P, P, 8}},
	{"recvfrom", {FD, P, 8192, 0, 0, 0}},
	{"sendto", {FD, P, 5, 0, 0, 0}},
	{"setitimer", {ITIMER_REAL, P, 0}},
	{"clock_nanosleep", {CLOCK_REALTIME, 0, P, 0}},
	{"clock_nanosleep", {CLOCK_MONOTONIC, 0, P, P}},
	{"exit_group", {0}},
	{"exit_group", {1}},

	{"clone", {CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD, 0, 0, P, 0}},
	{"pipe2", {P, O_CLOEXEC}},
	{"wait4", {UINT32_MAX, P, WNOHANG, 0}},
	{"shmget", {1, 56, IPC_CREAT | IPC_EXCL | 0600}},
	{"shmat", {1, 0, 0}},
	{"shmctl", {1, IPC_RMID, 0}},
	{"shmctl", {1, IPC_STAT, P}},
	{"setsockopt", {FD, SOL_SOCKET, SO_REUSEADDR, P, 4}},
	/* of these one is enough: what it listens on is a matter of its settings */
	{"socket", {AF_UNIX, SOCK_STREAM, 0}},
	{"socket", {AF_INET, SOCK_STREAM, IPPROTO_TCP}},
	{"socket", {AF_INET6, SOCK_STREAM, IPPROTO_TCP}},
	/* data, data that a group may read, and the socket's file */
	{"chmod", {P, 0600}},
	{"chmod", {P, 0640}},
	{"chmod", {P, 0700}},
	{"chmod", {P, 0750}},
	{"chmod", {P, 0777}},
	{"fchmodat", {CWD, P, 0600}},
	{"fchmodat", {CWD, P, 0640}},
	{"fchmodat", {CWD, P, 0700}},
	{"fchmodat", {CWD, P, 0750}},
	{"fchmodat", {CWD, P, 0777}},

	{"prctl", {PR_SET_PDEATHSIG, SIGPWR}},
	{"seccomp", {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, P}},
	{"signalfd4", {UINT32_MAX, P, 8, SFD_CLOEXEC | SFD_NONBLOCK}},
};

#define NSAMPLES ((int) (sizeof(samples) / sizeof(samples[0])))

static bool
has_samples(int call)
{
	for (int i = 0; i < NSAMPLES; i++)
		if (sc_syscall_by_name(samples[i].call) == call)
			return true;
	return false;
}

/*
 * The line that denies a call, or -1.  Of a call without samples nothing may be
 * denied, whatever its arguments: every value of them may be needed.  The tables
 * of the directives take no such call.
 */
static int
denying_line(const sc_ruleset *rules, int call)
{
	int			nr = sc_syscalls[call].nr[SC_ABI_NATIVE];
	sc_verdict	verdict;

	if (nr == SC_NR_NONE)
		return -1;
	verdict = sc_decide(rules, SC_ABI_NATIVE, (uint32_t) nr, NULL, NULL);
	if (verdict.action == SC_ERRNO && !verdict.depends)
		return verdict.line;
	if (has_samples(call))
		return -1;
	verdict = sc_decide_name(rules, SC_ABI_NATIVE, (uint32_t) nr, NULL);
	if (verdict.action == SC_ERRNO)
		return verdict.line;
	for (int i = 0; i < rules->own.n; i++)
		if (rules->own.rules[i].deny && sc_rule_names(&rules->own.rules[i], SC_ABI_NATIVE, call))
			return rules->own.rules[i].line;
	return -1;
}

/* What the rules say of a sample, on the native ABI. */
static sc_verdict
judge(const sc_ruleset *rules, int sample)
{
	int			call = sc_syscall_by_name(samples[sample].call);

	return sc_decide(rules, SC_ABI_NATIVE, sc_number_of(SC_ABI_NATIVE, call),
					 samples[sample].args, NULL);
}

/* Is another kind of socket let through? */
static bool
has_alternative(const sc_ruleset *rules, int sample)
{
	bool		socket = strcmp(samples[sample].call, "socket") == 0;

	for (int i = 0; socket && i < NSAMPLES; i++)
		if (strcmp(samples[i].call, "socket") == 0 && judge(rules, i).action != SC_ERRNO)
			return true;
	return false;
}

/* Complain of the rules on arguments that deny a sample of a group's calls, once a line. */
static void
require_samples(const sc_ruleset *rules, const sc_set *required, const char *section, const char *hint,
				sc_errors *errors)
{
	int			last = -1;

	for (int i = 0; i < NSAMPLES; i++)
	{
		int			call = sc_syscall_by_name(samples[i].call);
		int			nr = sc_syscalls[call].nr[SC_ABI_NATIVE];
		sc_verdict	verdict;

		if (nr == SC_NR_NONE || !sc_set_has(required, call))
			continue;
		verdict = judge(rules, i);
		if (verdict.action != SC_ERRNO || !verdict.depends || verdict.line == last ||
			has_alternative(rules, i))
			continue;
		last = verdict.line;
		sc_errors_add(errors, verdict.line, hint,
					  "[%s] denies what PostgreSQL cannot survive without: %s", section,
					  sc_decode_call(SC_ABI_NATIVE, (uint32_t) nr, samples[i].args));
	}
}

void
sc_rules_require(const sc_ruleset *rules, const char *group, const char *section, const char *hint,
				 sc_errors *errors)
{
	const sc_set *required = sc_group_members(sc_group_by_name(group));
	int			lines[SC_MAX_SYSCALLS];

	for (int call = 0; call < sc_nsyscalls; call++)
		lines[call] = sc_set_has(required, call) ? denying_line(rules, call) : -1;

	/* one error a line, naming all the calls that the line takes away */
	for (int first = 0; first < sc_nsyscalls; first++)
	{
		char	   *names = NULL;
		int			line = lines[first];

		if (line < 0)
			continue;
		for (int call = first; call < sc_nsyscalls; call++)
		{
			if (lines[call] != line)
				continue;
			lines[call] = -1;
			names = sc_format("%s%s%s", names ? names : "", names ? ", " : "",
							  sc_syscalls[call].name);
		}
		sc_errors_add(errors, line, hint,
					  "[%s] denies what PostgreSQL cannot survive without: %s",
					  section, names);
	}
	require_samples(rules, required, section, hint, errors);
}
