/*
 * process.c
 *		The process sections: from when a process is what it is.
 *
 * PostgreSQL has no hook that every kind of process comes by.  What each of them
 * does is this: it is forked with signals blocked (fork_process.c), sets
 * MyBackendType, and then, with its handlers in place and before it looks at
 * anything that came from outside, unblocks signals.  So a child sends itself a
 * signal as it is born; the kernel delivers it at that moment, and its handler
 * attaches the programs.  It is SIGWINCH: PostgreSQL does not use it, and it is
 * ignored where no handler is, so that it harms no program that is executed with
 * it pending.  Whoever else has a handler for it has it back afterwards.
 *
 * Background workers run a library's code before that, which may even never
 * unblock signals.  Which worker a child is the postmaster's own list tells, from
 * the fork on.
 */
#include "postgres.h"

#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "miscadmin.h"
#include "postmaster/bgworker.h"

#include "attach.h"
#include "compat.h"
#include "process.h"
#include "scope.h"
#include "shared.h"

#define TYPE_IS_KNOWN SIGWINCH

static const LoadedPolicy *policy;

/* Whose the signal was before this child's fork. */
static struct sigaction before;

/* What this child has yet to do once its type is known. */
static volatile sig_atomic_t waiting;

enum
{
	FOR_NOTHING,
	TO_ATTACH,
	TO_PUBLISH					/* what it attached as it was forked */
};

/* Where the kernel is short of memory, this often, so many microseconds apart. */
#define TRIES 10
#define PAUSE_US 100000

/*
 * Attach the programs of all sections that fit; *failed is the one that could
 * not be.  Async-signal-safe.
 */
static int
attach_sections(const sc_process *process, const sc_section **failed)
{
	const sc_section *sections[SC_MAX_PROCESS_SECTIONS];
	int			n = sc_policy_process(policy->policy, process, sections);

	for (int i = 0; i < n; i++)
	{
		int			err = 0;

		for (int try = 0; try < TRIES; try++)
		{
			err = attach_scope(process_scope(policy, sections[i]));
			if (err != ENOMEM && err != EAGAIN)
				break;
			pg_usleep(PAUSE_US);
		}
		*failed = sections[i];
		if (err != 0)
			return err;
	}
	return 0;
}

static int
attach_worker(const BackgroundWorker *worker, const sc_section **failed)
{
	sc_process	process = {pgsc_worker_type(worker), true, worker->bgw_library_name};

	return attach_sections(&process, failed);
}

/*
 * The postmaster starts most types anew as soon as they end, and writes a line
 * for each: not more often than it takes somebody to read them.
 */
static void
refuse_to_run(const sc_section *section, int err)
{
	if (MyBackendType != B_BACKEND && MyBackendType != B_WAL_SENDER)
		pg_usleep(TRIES * PAUSE_US);
	errno = err;
	ereport(FATAL,
			(errcode(ERRCODE_SYSTEM_ERROR),
			 errmsg("could not attach the seccomp program of [%s]: %m", section->title),
			 errdetail("%s", sc_attach_detail(err)),
			 errhint("A process does not run without the sections of its type; shorten them, or look for an outer sandbox that denies system call \"seccomp\".")));
}

/* Do what is to be done, if the type is known by now: false if it is not. */
static bool
enter_scopes(void)
{
	const sc_section *failed = NULL;
	int			what = waiting;
	int			err = 0;

	if (MyBackendType == B_INVALID || (MyBackendType == B_BG_WORKER && MyBgworkerEntry == NULL))
		return false;
	waiting = FOR_NOTHING;
	sigaction(TYPE_IS_KNOWN, &before, NULL);
	if (what == TO_ATTACH && MyBackendType == B_BG_WORKER)
		err = attach_worker(MyBgworkerEntry, &failed);
	else if (what == TO_ATTACH)
	{
		sc_process	process = {GetBackendTypeDesc(MyBackendType), false, NULL};

		err = attach_sections(&process, &failed);
	}
	if (err != 0)
		refuse_to_run(failed, err);
	shared_publish();
	return true;
}

void
enter_process_scopes(void)
{
	sigset_t	blocked;

	/* an error in a critical section would be a PANIC */
	if (waiting == FOR_NOTHING || CritSectionCount > 0)
		return;
	/* as long as it is blocked, the type may change: from client backend to walsender */
	if (sigprocmask(SIG_BLOCK, NULL, &blocked) == 0 && !sigismember(&blocked, TYPE_IS_KNOWN))
		enter_scopes();
}

/*
 * It does something once, where PostgreSQL calls sigprocmask(): there it may do
 * what any code may, an error included.  Where a library has unblocked signals
 * before, it has itself called once more at the next time, which is PostgreSQL's.
 */
static void
type_is_known(int signo, siginfo_t *info, void *context)
{
	int			saved_errno = errno;

	if (waiting != FOR_NOTHING && !enter_scopes())
	{
		sigaddset(&((ucontext_t *) context)->uc_sigmask, TYPE_IS_KNOWN);
		(void) kill(getpid(), TYPE_IS_KNOWN);
	}
	errno = saved_errno;
}

void
process_scopes_init(const LoadedPolicy *loaded)
{
	policy = loaded;
}

int
process_scopes_after_fork(void)
{
	const BackgroundWorker *worker = pgsc_starting_worker();
	struct sigaction action = {
		.sa_sigaction = type_is_known,.sa_flags = SA_RESTART | SA_SIGINFO
	};
	const sc_section *failed;
	int			err = worker ? attach_worker(worker, &failed) : 0;

	if (err != 0)
		return err;
	waiting = worker ? TO_PUBLISH : TO_ATTACH;
	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, SIGSYS);
	return sigaction(TYPE_IS_KNOWN, &action, &before) < 0 ||
		kill(getpid(), TYPE_IS_KNOWN) < 0 ? errno : 0;
}
