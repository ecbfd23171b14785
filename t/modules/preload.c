/*
 * preload.c
 *		A library for shared_preload_libraries that makes system calls in server
 *		processes of every type.
 *
 * Any process makes the call that poke.c names to it, in a signal's handler that
 * the postmaster installs and no process type takes away.  A login as role
 * "early" makes one in the course of authentication.  And there is a background
 * worker, which does nothing by itself.
 */
#include "postgres.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fmgr.h"
#include "libpq/auth.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/wait_event.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);
extern PGDLLEXPORT void worker_main(Datum arg);

static ClientAuthentication_hook_type prev_client_authentication;

static void
poked(int signo, siginfo_t *info, void *context)
{
	int			saved_errno = errno;

	(void) syscall(info->si_value.sival_int, -1L, -1L, -1L, -1L, -1L, -1L);
	errno = saved_errno;
}

/* Hooks run last in, first out: this one before that of a library loaded earlier. */
static void
client_authentication(Port *port, int status)
{
	if (strcmp(port->user_name, "early") == 0)
		(void) syscall(SYS_personality, -1L, -1L, -1L, -1L, -1L, -1L);
	if (prev_client_authentication)
		prev_client_authentication(port, status);
}

void
worker_main(Datum arg)
{
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection("postgres", "postgres", 0);
	for (;;)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, -1, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

void
_PG_init(void)
{
	struct sigaction action = {.sa_sigaction = poked,.sa_flags = SA_SIGINFO | SA_RESTART};
	BackgroundWorker worker = {.bgw_restart_time = 1};
	Dl_info		self;

	sigemptyset(&action.sa_mask);
	sigaction(SIGRTMIN + 5, &action, NULL);

	prev_client_authentication = ClientAuthentication_hook;
	ClientAuthentication_hook = client_authentication;

	/* by a name that no other library has */
	dladdr((void *) (uintptr_t) poked, &self);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	strlcpy(worker.bgw_name, "test worker", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "test worker", BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, self.dli_fname, sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "worker_main", BGW_MAXLEN);
	RegisterBackgroundWorker(&worker);
}
