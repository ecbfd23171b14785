/*
 * probe_kernel.c
 *		Does the kernel do what the evaluator says?
 *
 * probe_kernel POLICY [SCOPE ...]; a scope is "server", "child" or the profile
 * of a session section, by default all that the policy has.
 *
 * Each call is made by a child of its own, which attaches two filters:
 *
 *	- a guard, that answers errno 4000, which no call has, to everything;
 *	- then the program under test.
 *
 * The kernel asks the newest filter first and obeys the strictest answer, on
 * a tie the newest one's.  So a denied call answers the program's errno, and
 * one that the program allows (or logs) answers 4000: no call ever runs,
 * whatever its number and arguments, and those are -1 besides.  What the
 * harness itself needs is told from probes: seccomp by the address of the
 * program to attach, exit_group by the magic status, rt_sigreturn by the one
 * instruction that makes it.  All on the native ABI only.  So these three are
 * probed like any other call.  Two calls do run, see passed_by().  Nothing else
 * is called between the guard and the end, not even by the C library.
 *
 * Reports arrive at a handler of SIGSYS, which does as the server's would: it
 * answers the call in its stead.
 */
#include "../program.h"
#include "helpers.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define GUARD_ERRNO 4000
#define MAGIC_STATUS 42

/* What a child that did not report leaves behind; no answer of a call. */
#define NO_ANSWER 1

/* In memory that the children share. */
static struct
{
	int			attach_errno;
	long		answer;			/* as in the register: 0 or more, or -errno */
	int			signals;
	siginfo_t	signal;			/* the last */
}		   *report;

static int	nreports;

/* Behind the instructions that make calls. */
extern const char after_syscall[];
extern const char after_int80[];
extern const char after_sigreturn[];

/* A call of an ABI with arguments that are good for nothing. */
static long __attribute__((noinline, noclone))
make_call(sc_abi abi, uint32_t nr)
{
#if defined(__x86_64__)
	if (abi == SC_ABI_X86)
	{
		int32_t		answer;

		__asm__ volatile("int $0x80\n"
						 "after_int80:"
						 : "=a"(answer)
						 : "a"(nr), "b"(-1), "c"(-1), "d"(-1), "S"(-1), "D"(-1)
						 : "memory", "cc", "r8", "r9", "r10", "r11");
		return answer;
	}
	{
		/* x32's numbers are x86-64's way in with bit 30 */
		long		answer;
		register long r10 __asm__("r10") = -1;
		register long r8 __asm__("r8") = -1;
		register long r9 __asm__("r9") = -1;

		__asm__ volatile("syscall\n"
						 "after_syscall:"
						 : "=a"(answer)
						 : "a"((unsigned long) nr), "D"(-1L), "S"(-1L), "d"(-1L), "r"(r10), "r"(r8), "r"(r9)
						 : "memory", "cc", "rcx", "r11");
		return answer;
	}
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = (long) nr;
	register long x0 __asm__("x0") = -1;
	register long x1 __asm__("x1") = -1;
	register long x2 __asm__("x2") = -1;
	register long x3 __asm__("x3") = -1;
	register long x4 __asm__("x4") = -1;
	register long x5 __asm__("x5") = -1;

	(void) abi;
	__asm__ volatile("svc #0\n"
					 "after_syscall:\n"
					 "after_int80:"
					 : "+r"(x0)
					 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
					 : "memory", "cc");
	return x0;
#endif
}

/* Where the handler returns to; the C library's own is not told from a probe. */
extern void return_from_signal(void);

__asm__(
		".pushsection .text\n"
		"return_from_signal:\n"
#if defined(__x86_64__)
		"mov $15, %eax\n"
		"syscall\n"
#elif defined(__aarch64__)
		"mov x8, #139\n"
		"svc #0\n"
#endif
		"after_sigreturn:\n"
		#if defined(__x86_64__)
		"ud2\n"
#else
		"brk #0\n"
#endif
		".popsection\n");

/* Answer the call with the errno of the program. */
static void
handle(int signo, siginfo_t *info, void *context)
{
	mcontext_t *registers = &((ucontext_t *) context)->uc_mcontext;

	(void) signo;
	report->signals++;
	report->signal = *info;
#if defined(__x86_64__)
	registers->gregs[REG_RAX] = -info->si_errno;
#elif defined(__aarch64__)
	registers->regs[0] = (unsigned long long) -(long long) info->si_errno;
#endif
}

/* sigaction(2) as the kernel has it: the C library would put its own restorer. */
static int
catch_reports(void)
{
	const int	restorer = 0x04000000;	/* SA_RESTORER */
	struct
	{
		void		(*handler) (int, siginfo_t *, void *);
		unsigned long flags;
		void		(*restorer) (void);
		uint64_t	mask;
	}			action = {handle, (unsigned long) (SA_SIGINFO | restorer), return_from_signal, 0};

	return (int) syscall(SYS_rt_sigaction, SIGSYS, &action, NULL, sizeof(action.mask));
}

/* The child: attaches both, makes the call, reports, ends. */
static void __attribute__((noreturn))
probe(const sc_program *program, sc_abi abi, uint32_t nr)
{
	static struct sock_fprog tested;
	const uint64_t address = (uint64_t) (uintptr_t) &tested;
	const uint64_t restorer = (uint64_t) (uintptr_t) after_sigreturn;
	const struct sock_filter guard[] = {
		/* on the native ABI only */
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 15, sc_abis[SC_ABI_NATIVE].audit_arch},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 4, SYS_seccomp},
		/* seccomp(*, *, &tested): low and high half */
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[2])},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 11, (uint32_t) address},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[2]) + 4},
		{BPF_JMP | BPF_JEQ | BPF_K, 8, 9, (uint32_t) (address >> 32)},
		/* rt_sigreturn from return_from_signal() */
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 4, SYS_rt_sigreturn},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, instruction_pointer)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 6, (uint32_t) restorer},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, instruction_pointer) + 4},
		{BPF_JMP | BPF_JEQ | BPF_K, 3, 4, (uint32_t) (restorer >> 32)},
		/* exit_group(MAGIC_STATUS) */
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_exit_group},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[0])},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, MAGIC_STATUS},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | GUARD_ERRNO},
	};
	const struct sock_fprog fprog = {sizeof(guard) / sizeof(guard[0]), (struct sock_filter *) guard};

	tested = (struct sock_fprog) {(unsigned short) program->len, (struct sock_filter *) program->insns};
	if (catch_reports() != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) != 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &tested) != 0)
		report->attach_errno = errno;
	else
		report->answer = make_call(abi, nr);
	syscall(SYS_exit_group, MAGIC_STATUS);

	/* a program that denies exit_group: the report is made already */
	__builtin_trap();
}

/* Run probe() in a child; returns how it ended, as of waitpid(2). */
static int
run_probe(const sc_program *program, sc_abi abi, uint32_t nr)
{
	int			status;
	pid_t		pid;

	report->attach_errno = 0;
	report->answer = NO_ANSWER;
	report->signals = 0;
	pid = fork();
	if (pid == 0)
		probe(program, abi, nr);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
	{
		printf("Bail out! fork: %s\n", strerror(errno));
		exit(1);
	}
	return status;
}

/* What the register has to hold after a program answered value. */
static long
expected(uint32_t value)
{
	uint32_t	action = value & SECCOMP_RET_ACTION_FULL;

	if (action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRAP)
		return -(long) (value & SECCOMP_RET_DATA);
	if (action == SECCOMP_RET_KILL_PROCESS)
		return NO_ANSWER;
	return -GUARD_ERRNO;		/* allowed or logged: the guard's answer */
}

/* Did the child see what it has to after a program answered value? */
static bool
behaved(uint32_t value, const struct seccomp_data *data, int status)
{
	const siginfo_t *info = &report->signal;
	bool		reported = (value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRAP;

	if (report->attach_errno != 0 || report->answer != expected(value) || report->signals != reported)
		return false;
	if ((value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_KILL_PROCESS)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	return !reported ||
		(info->si_code == 1 && /* SYS_SECCOMP */
		 info->si_syscall == data->nr && info->si_arch == data->arch &&
		 info->si_errno == (int) (value & SECCOMP_RET_DATA) &&
		 (uint64_t) (uintptr_t) info->si_call_addr == data->instruction_pointer);
}

/*
 * Two calls that the kernel takes past all filters on x86-64, uretprobe since
 * Linux 6.14 and uprobe since 6.18 (kernel/seccomp.c,
 * seccomp_uprobe_exception): no filter can deny them.  They run, and do nothing
 * but end a process or fail, as no probe of the kernel's led here.
 */
static bool
passed_by(sc_abi abi, uint32_t nr, int status)
{
	if (abi != SC_ABI_X86_64)
		return false;
	if (nr == 335)
		return report->answer == NO_ANSWER && WIFSIGNALED(status) && WTERMSIG(status) == SIGILL;
	return nr == 336 && report->answer == -ENXIO;
}

/* How a scope is probed. */
typedef struct
{
	const char *what;
	bool		permissive;
	bool		native_only;	/* what foreign calls answer is another variant's */
	const sc_reporting *reporting;
} variant;

/* A verdict as the kernel gets it; not program.c's word. */
static uint32_t
policy_value(const sc_ruleset *rules, const variant *v, const sc_verdict *verdict, uint64_t from)
{
	uint32_t	err = (uint32_t) verdict->err;
	bool		inside = v->reporting && from >= v->reporting->code_start && from <= v->reporting->code_end;

	if (verdict->action == SC_ALLOW)
		return SECCOMP_RET_ALLOW;
	if (verdict->action == SC_LOG)
		return SECCOMP_RET_LOG;
	if (v->permissive)
	{
		if (verdict->report != SC_REPORTED || verdict->why == SC_WHY_ABI || !v->reporting)
			return SECCOMP_RET_LOG;
		return from == v->reporting->gate ? SECCOMP_RET_ALLOW : inside ? SECCOMP_RET_TRAP | err : SECCOMP_RET_LOG;
	}
	if (verdict->report != SC_QUIET && rules->on_violation == SC_ON_VIOLATION_KILL)
		return SECCOMP_RET_KILL_PROCESS;
	if (verdict->report == SC_REPORTED && v->reporting &&
		(inside || verdict->why == SC_WHY_ABI || !sc_rules_exec(rules)))
		return SECCOMP_RET_TRAP | err;
	return SECCOMP_RET_ERRNO | err;
}

/*
 * One ABI of one scope.  Breaks when the kernel answers a call otherwise than
 * the evaluator says, reports one that it should not or not as it should, or
 * kills where the policy does not.
 */
static void
probe_abi(const sc_ruleset *rules, const variant *v, const sc_program *program, sc_abi abi, const char *scope)
{
	/* beyond the tables, and where bits of the number turn over */
	static const uint32_t edges[] = {
		1023, 1024, 2047, 4096, 65535, 65536, 0x3ffffffe, 0x3fffffff, 0x7fffffff, 0x80000000, 0x80000001,
		0xbfffffff, 0xfffffffe, 0xffffffff
	};
	const int	nedges = (int) (sizeof(edges) / sizeof(edges[0]));
	const int	low = sc_abi_limit(abi) + 40;
	int			count[3] = {0};	/* denied, allowed, unknown to the catalog */
	int			reports = 0;
	int			wrong = 0;

	for (int i = 0; i < low + nedges && wrong < 10; i++)
	{
		uint32_t	nr = (i < low ? (uint32_t) i : edges[i - low]) | sc_abis[abi].nr_bit;
		struct seccomp_data data = {
			.nr = (int) nr,.arch = sc_abis[abi].audit_arch,
			.instruction_pointer = (uint64_t) (uintptr_t) (abi == SC_ABI_X86 ? after_int80 : after_syscall)
		};
		uint32_t	value;
		int			call;
		sc_verdict	verdict;
		uint32_t	wanted;
		int			status;

		/* as run_probe() makes it: i386 code has registers of 32 bits, and five of them here */
		for (int arg = 0; arg < 6; arg++)
			((uint64_t *) data.args)[arg] = abi != SC_ABI_X86 ? UINT64_MAX : arg < 5 ? UINT32_MAX : 0;
		value = sc_evaluate(program, &data);
		verdict = sc_decide(rules, sc_abi_of(data.arch, nr), nr, (const uint64_t *) data.args, &call);
		wanted = policy_value(rules, v, &verdict, data.instruction_pointer);
		status = run_probe(program, abi, nr);
		if (i == 0 && abi == SC_ABI_X86 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		{
			skip("%s: this kernel does not know int 0x80", scope);
			return;
		}
		count[call < 0 ? 2 : expected(value) == -GUARD_ERRNO]++;
		reports += (value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRAP;
		if (passed_by(abi, nr, status))
		{
			diag("%s: this kernel lets %s pass all filters", scope, call < 0 ? "a new call" : sc_syscalls[call].name);
			continue;
		}
		if (behaved(value, &data, status) && value == wanted)
			continue;
		wrong++;
		diag("%s, %s, %s %u (%s): evaluator 0x%08x, policy 0x%08x, kernel %ld, attach %s, child 0x%x, %d signals, the last of call %d of 0x%x with %d from %p",
			 scope, v->what, sc_abis[abi].name, nr, call < 0 ? "unknown" : sc_syscalls[call].name, value, wanted,
			 report->answer, strerror(report->attach_errno), (unsigned) status, report->signals,
			 report->signal.si_syscall, report->signal.si_arch, report->signal.si_errno, report->signal.si_call_addr);
	}
	nreports += reports;
	is_int(wrong, 0, "%s, %s, %s: the kernel agrees on %d denied, %d allowed and %d unknown calls, and reports %d",
		   scope, v->what, sc_abis[abi].name, count[0], count[1], count[2], reports);
	ok(count[2] > 50 && count[0] + count[1] > 300, "%s, %s: these were all of them", scope, sc_abis[abi].name);
}

static void
probe_scope(const sc_policy *policy, const sc_ruleset *rules, const char *scope)
{
	const uint64_t a = (uint64_t) (uintptr_t) after_syscall;
	const uint64_t b = (uint64_t) (uintptr_t) after_int80;
	const uint64_t first = a < b ? a : b;
	const uint64_t last = a < b ? b : a;

	/* from the first instruction that makes calls to the last; right behind; the gate nowhere, or there */
	const sc_reporting inside = {first, last, 0};
	const sc_reporting behind = {last + 1, last + 4096, 0};
	const sc_reporting gate = {first, last, a};
	const bool	first_scope = strcmp(scope, "server") == 0;
	const bool	permissive = policy->mode == SC_MODE_PERMISSIVE;
	const variant variants[] = {
		{"no reports", permissive, false, NULL},
		{"reports", permissive, false, &inside},
		{"reports of another text", permissive, true, &behind},
		{"permissive reports", true, true, &inside},
		{"permissive, at the gate", true, true, &gate},
	};

	/* permissive ones of the first scope will do, and its foreign ABIs that are left out */
	for (int i = 0; i < (first_scope ? 5 : 3); i++)
	{
		const variant *v = &variants[i];
		sc_program	program = {NULL, 0};

		if (!is_str(sc_program_build(rules, v->permissive, v->reporting, &program), NULL, "%s, %s: built and proved",
					scope, v->what))
			return;
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			/* a 64-bit arm process can't enter the kernel as a 32-bit one */
			if (sc_abis[abi].native != SC_ABI_NATIVE || abi == SC_ABI_ARM)
				continue;
			if (abi == SC_ABI_NATIVE || (!v->native_only && (first_scope || rules->abis & 1u << abi)))
				probe_abi(rules, v, &program, (sc_abi) abi, scope);
		}
	}
}

int
main(int argc, char **argv)
{
	sc_policy  *policy;
	char	   *text;
	size_t		len;

	start_tests();
	if (argc < 2)
	{
		fprintf(stderr, "usage: probe_kernel POLICY [SCOPE ...]\n");
		return 2;
	}
	text = read_file(argv[1], &len);
	policy = sc_policy_parse(argv[1], text, len);
	if (!is_str(policy_errors(policy), "", "%s is good", argv[1]))
		return done_testing();
	/* killed children are to leave nothing */
	setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0});
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 2; i < argc; i++)
	{
		const sc_section *section = NULL;

		for (int scope = 0; scope < sc_policy_nscopes(policy); scope++)
			if (strcmp(sc_scope_name(sc_policy_scope(policy, scope)), argv[i]) == 0)
				section = sc_policy_scope(policy, scope);
		if (ok(section != NULL, "[%s] is there", argv[i]) && section)
			probe_scope(policy, &section->rules, argv[i]);
	}
	if (argc == 2)
		for (int i = 0; i < sc_policy_nscopes(policy); i++)
			probe_scope(policy, &sc_policy_scope(policy, i)->rules, sc_scope_name(sc_policy_scope(policy, i)));
	ok(nreports > 100, "%d reports arrived", nreports);
	return done_testing();
}
