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

/* Attach the programs of all sections that fit.  Async-signal-safe. */
static int
attach_sections(const sc_process *process)
{
	const sc_section *sections[SC_MAX_PROCESS_SECTIONS];
	int			n = sc_policy_process(policy->policy, process, sections);

	for (int i = 0; i < n; i++)
		for (int p = 0; p < policy->policy->nprocesses; p++)
		{
			int			err;

			if (policy->policy->processes[p] != sections[i])
				continue;
			err = attach_scope(&policy->processes[p]);
			if (err != 0)
				return err;
		}
	return 0;
}

static int
attach_worker(const BackgroundWorker *worker)
{
	sc_process	process = {pgsc_worker_type(worker), true, worker->bgw_library_name};

	return attach_sections(&process);
}

static void
refuse_to_run(int err)
{
	errno = err;
	ereport(FATAL,
			(errcode(ERRCODE_SYSTEM_ERROR),
			 errmsg("could not attach the seccomp programs of this process: %m"),
			 errdetail("%s", sc_attach_detail(err)),
			 errhint("%s", sc_attach_hint(err))));
}

void
enter_process_scopes(void)
{
	int			what = waiting;
	int			err = 0;

	if (what == FOR_NOTHING || MyBackendType == B_INVALID ||
		(MyBackendType == B_BG_WORKER && MyBgworkerEntry == NULL))
		return;
	waiting = FOR_NOTHING;
	sigaction(TYPE_IS_KNOWN, &before, NULL);
	if (what == TO_ATTACH && MyBackendType == B_BG_WORKER)
		err = attach_worker(MyBgworkerEntry);
	else if (what == TO_ATTACH)
	{
		sc_process	process = {GetBackendTypeDesc(MyBackendType), false, NULL};

		err = attach_sections(&process);
	}
	if (err != 0)
		refuse_to_run(err);
	shared_publish();
}

/*
 * It does something once, where PostgreSQL calls sigprocmask(): there it may do
 * what any code may, an error included.
 */
static void
type_is_known(int signo)
{
	int			saved_errno = errno;

	enter_process_scopes();
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
	struct sigaction action = {.sa_handler = type_is_known,.sa_flags = SA_RESTART};
	int			err = worker ? attach_worker(worker) : 0;

	if (err != 0)
		return err;
	waiting = worker ? TO_PUBLISH : TO_ATTACH;
	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, SIGSYS);
	return sigaction(TYPE_IS_KNOWN, &action, &before) < 0 ||
		kill(getpid(), TYPE_IS_KNOWN) < 0 ? errno : 0;
}
