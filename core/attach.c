/*
 * attach.c
 *		The one caller of seccomp(2).
 */
#include "attach.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The traits that this process has, or the one it was forked from had. */
static int	taken;

int
sc_traits_of(const sc_ruleset *rules)
{
	return (rules->dumpable == SC_NO ? SC_TRAIT_HIDDEN : 0) |
		(sc_rules_has(rules, "MemoryDenyWriteExecute") ? SC_TRAIT_MDWE : 0) |
		(rules->mitigation == SC_YES ? SC_TRAIT_MITIGATED : 0) |
		(rules->mitigation == SC_NO ? SC_TRAIT_SPECULATING : 0);
}

/*
 * Errors that say that the kernel or the processor has no such thing: older
 * than Linux 6.3 (MDWE) or 4.17, or not affected (prctl(2)).
 */
static bool
not_here(int err)
{
	return err == EINVAL || err == ENODEV || err == ENXIO;
}

/*
 * Does the kernel leave a kind of speculation to its processes?  What was
 * settled at boot it refuses with EPERM, and so does a filter.
 */
static bool
is_settled(int option, unsigned long kind)
{
	int			state = option == PR_SET_SPECULATION_CTRL ?
		prctl(PR_GET_SPECULATION_CTRL, kind, 0UL, 0UL, 0UL) : -1;

	return state >= 0 && (state & PR_SPEC_PRCTL) == 0;
}

int
sc_take_traits(int traits)
{
	static const struct
	{
		int			trait;
		int			option;
		unsigned long arg2;
		unsigned long arg3;
		bool		optional;
	}			calls[] = {
		{SC_TRAIT_HIDDEN, PR_SET_DUMPABLE, 0, 0, false},
		{SC_TRAIT_MDWE, 65 /* PR_SET_MDWE */ , 1 /* PR_MDWE_REFUSE_EXEC_GAIN */ , 0, true},
		{SC_TRAIT_MITIGATED, PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_FORCE_DISABLE, true},
		{SC_TRAIT_MITIGATED, PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_FORCE_DISABLE, true},
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
	{
		if ((traits & ~taken & calls[i].trait) == 0 ||
			is_settled(calls[i].option, calls[i].arg2))
			continue;
		if (prctl(calls[i].option, calls[i].arg2, calls[i].arg3, 0UL, 0UL) < 0 &&
			!(calls[i].optional && not_here(errno)))
			return errno;
	}
	taken |= traits;
	return 0;
}

int
sc_set_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 ? errno : 0;
}

int
sc_attach(const sc_program *program, int traits)
{
	struct sock_fprog fprog = {
		.len = (unsigned short) program->len,
		.filter = (struct sock_filter *) program->insns,	/* only read */
	};
	unsigned int flags = SECCOMP_FILTER_FLAG_TSYNC;
	long		rc;

	if (traits & SC_TRAIT_SPECULATING)
		flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &fprog);
	/* kernels before 4.17 neither know that flag nor mitigate */
	if (rc < 0 && errno == EINVAL && flags != SECCOMP_FILTER_FLAG_TSYNC)
		rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &fprog);
	if (rc == 0)
		return 0;
	return rc < 0 ? errno : ESRCH;	/* positive: a thread's id */
}

const char *
sc_attach_detail(int err)
{
	switch (err)
	{
		case ENOSYS:
			return "This kernel has no seccomp(2), or an outer sandbox hides it.";
		case EPERM:
		case EACCES:
			return "seccomp(2) or prctl(2) is not permitted here: an outer sandbox or an earlier filter denies it.";
		case EINVAL:
			return "The kernel does not take the program: it was built without CONFIG_SECCOMP_FILTER, or the program is too long.";
		case ENOMEM:
			return "The kernel is out of memory, or the filters of this process have more than 32768 instructions together.";
		case ESRCH:
			return "Another thread of this process has filters of its own.";
		case E2BIG:
			return "This process has too many filters already.";
		default:
			return "seccomp(2) failed.";
	}
}

const char *
sc_attach_hint(int err)
{
	switch (err)
	{
		case ENOSYS:
		case EINVAL:
			return "Use a kernel with CONFIG_SECCOMP_FILTER (Linux 3.17 or later), allow seccomp(2) in the container's profile, or start the server without pg_seccomp.";
		case EPERM:
		case EACCES:
			return "Allow seccomp(2) and prctl(2) in the outer sandbox (container profile, SystemCallFilter of the service) and in the policy's earlier scopes.";
		case ENOMEM:
		case E2BIG:
			return "Attach fewer or shorter filters.";
		case ESRCH:
			return "Load pg_seccomp before libraries that start threads and filter them.";
		default:
			return "See seccomp(2).";
	}
}
