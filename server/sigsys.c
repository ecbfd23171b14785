/*
 * sigsys.c
 *		The handler of SIGSYS.
 *
 * It can run anywhere: in malloc(), in a critical section, in a thread of a
 * library's, on a stack that is nearly used up, within another signal's
 * handler.  So it allocates nothing, takes no lock, and calls nothing that
 * signal-safety(7) does not list but these: sc_evaluate() and sc_decide(), which
 * only read tables that are there before any filter is; gettimeofday(), which
 * reads a page of the kernel's; SetLatch() of our own latch, which PostgreSQL
 * made for signal handlers.
 */
#include "postgres.h"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/proc.h"

#include "attach.h"
#include "sigsys.h"
#include "violations.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1			/* asm-generic/siginfo.h */
#endif

/*
 * Room for the handler, and for those of other signals that interrupt it.  Its
 * pages are there once they are used: at a process's first violation.
 */
static char handler_stack[256 * 1024] pg_attribute_aligned(64);

static sc_reporting reporting;

/*
 * A system call from one place, which permissive programs let pass: what they
 * stop elsewhere, the handler records and then makes from here.  gate is the
 * address behind the instruction, as seccomp_data.instruction_pointer has it.
 */
extern long pgsc_call_from_gate(long nr, const uint64 *args);
extern const char pgsc_gate[];

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
		".hidden pgsc_call_from_gate\n"
		".hidden pgsc_gate\n"
		".globl pgsc_call_from_gate\n"
		".globl pgsc_gate\n"
		".type pgsc_call_from_gate, @function\n"
		"pgsc_call_from_gate:\n"
		"	mov %rdi, %rax\n"
		"	mov %rsi, %r11\n"
		"	mov (%r11), %rdi\n"
		"	mov 8(%r11), %rsi\n"
		"	mov 16(%r11), %rdx\n"
		"	mov 24(%r11), %r10\n"
		"	mov 32(%r11), %r8\n"
		"	mov 40(%r11), %r9\n"
		"	syscall\n"
		"pgsc_gate:\n"
		"	ret\n"
		".size pgsc_call_from_gate, . - pgsc_call_from_gate\n"
		".popsection\n");
#else
__asm__(".pushsection .text\n"
		".hidden pgsc_call_from_gate\n"
		".hidden pgsc_gate\n"
		".globl pgsc_call_from_gate\n"
		".globl pgsc_gate\n"
		".type pgsc_call_from_gate, %function\n"
		"pgsc_call_from_gate:\n"
		"	mov x8, x0\n"
		"	mov x9, x1\n"
		"	ldp x0, x1, [x9]\n"
		"	ldp x2, x3, [x9, #16]\n"
		"	ldp x4, x5, [x9, #32]\n"
		"	svc #0\n"
		"pgsc_gate:\n"
		"	ret\n"
		".size pgsc_call_from_gate, . - pgsc_call_from_gate\n"
		".popsection\n");
#endif

/* The call that was stopped, from the thread's registers (syscall(2)). */
static struct seccomp_data
stopped_call(const siginfo_t *info, const ucontext_t *context)
{
	struct seccomp_data data = {
		.nr = info->si_syscall,
		.arch = info->si_arch,
		.instruction_pointer = (uintptr_t) info->si_call_addr
	};
#if defined(__x86_64__)
	static const int registers[2][6] = {
		{REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9},
		{REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP}	/* int 0x80 */
	};
	bool		compat = info->si_arch == sc_abis[SC_ABI_X86].audit_arch;

	for (int i = 0; i < 6; i++)
		data.args[i] = (uint64) context->uc_mcontext.gregs[registers[compat][i]] &
			(compat ? PG_UINT32_MAX : PG_UINT64_MAX);
#else
	for (int i = 0; i < 6; i++)
		data.args[i] = context->uc_mcontext.regs[i];
#endif
	return data;
}

/* What the thread finds when it goes on behind the call. */
static void
set_answer(ucontext_t *context, long answer)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = answer;
#else
	context->uc_mcontext.regs[0] = (unsigned long long) answer;
#endif
}

/* Did only permissive programs stop this call? */
static bool
may_pass(const struct seccomp_data *data)
{
	bool		stopped = false;	/* else it was a filter that is not ours */

	for (int i = 0; i < nattached; i++)
	{
		uint32		answer = sc_evaluate(&attached[i].program, data);

		if (attached[i].permissive)
			stopped = stopped || (answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRAP;
		else if (!sc_runs(answer))
			return false;
	}
	return stopped;
}

/*
 * May this process end by a FATAL at its next interrupt check?  An auxiliary
 * process that does takes the cluster through crash recovery.
 */
static bool
may_terminate(void)
{
	return MyProc != NULL &&
		(MyBackendType == B_BACKEND || MyBackendType == B_WAL_SENDER ||
		 MyBackendType == B_AUTOVAC_WORKER || MyBackendType == B_BG_WORKER);
}

static void
handle(int signo, siginfo_t *info, void *context)
{
	int			saved_errno = errno;
	struct seccomp_data data;
	Outcome		outcome;
	sc_on_violation on;

	/* somebody's kill(): nothing was stopped */
	if (info->si_code != SYS_SECCOMP)
		return;

	data = stopped_call(info, context);
	outcome = outcome_of(attached, nattached, &data, reporting.code_start);
	if ((outcome.value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
	{
		set_answer(context, -(long) (outcome.value & SECCOMP_RET_DATA));
		return;
	}
	if (permissive_attached && may_pass(&data))
	{
		note_violation(&data, info->si_errno, ACTION_PERMISSIVE, outcome.by);
		/* the call may block: let other signals in, as if it had not been stopped */
		sigprocmask(SIG_SETMASK, &((ucontext_t *) context)->uc_sigmask, NULL);
		set_answer(context, pgsc_call_from_gate(data.nr, (const uint64 *) data.args));
		errno = saved_errno;
		return;
	}

	/* an outer sandbox may have given no errno */
	set_answer(context, info->si_errno > 0 ? -info->si_errno : -ENOSYS);
	on = attached_on_violation;
	if (on == SC_ON_VIOLATION_TERMINATE && !may_terminate())
		on = SC_ON_VIOLATION_ERROR;
	note_violation(&data, info->si_errno, (ViolationAction) on, outcome.by);
	if (on == SC_ON_VIOLATION_TERMINATE)
	{
		terminating_violation = true;
		ProcDiePending = true;
		InterruptPending = true;
		SetLatch(MyLatch);
	}
	else if (on == SC_ON_VIOLATION_KILL)
	{
		/* what the section's own program does to what it denies itself */
		signal(SIGSYS, SIG_DFL);
		kill(getpid(), SIGSYS);
	}
	errno = saved_errno;
}

/* dl_iterate_phdr(3): the text of the object that has a given function. */
static int
find_text(struct dl_phdr_info *object, size_t size, void *function)
{
	for (int i = 0; i < object->dlpi_phnum; i++)
	{
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uint64		start = object->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) &&
			(uint64) (uintptr_t) function >= start &&
			(uint64) (uintptr_t) function < start + segment->p_memsz)
		{
			reporting.code_start = start;
			reporting.code_end = start + segment->p_memsz;
			return 1;
		}
	}
	return 0;
}

static struct sigaction
our_action(void)
{
	struct sigaction action = {
		.sa_sigaction = handle,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART
	};

	/* nothing interrupts the handler, but see the gate */
	sigfillset(&action.sa_mask);
	return action;
}

void
sigsys_install(void)
{
	struct sigaction action = our_action();
	stack_t		stack = {.ss_sp = handler_stack,.ss_size = sizeof(handler_stack)};

	if (sigaltstack(&stack, NULL) < 0 ||
		sigaction(SIGSYS, &action, NULL) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not install a handler for SIGSYS: %m")));
	dl_iterate_phdr(find_text, (void *) (uintptr_t) getppid);
	reporting.gate = (uintptr_t) pgsc_gate;
}

bool
sigsys_is_ours(char **whose)
{
	struct sigaction now;
	struct sigaction action = our_action();
	Dl_info		object;

	if (sigaction(SIGSYS, NULL, &now) < 0 || now.sa_sigaction == handle)
		return true;
	*whose = now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN &&
		dladdr((void *) (uintptr_t) now.sa_sigaction, &object) != 0
		? pstrdup(object.dli_fname) : NULL;
	sigaction(SIGSYS, &action, NULL);
	return false;
}

const sc_reporting *
sigsys_reporting(void)
{
	return &reporting;
}
