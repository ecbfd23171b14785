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
 * harness itself needs is told from probes by its arguments: seccomp with the
 * address of the program to attach, exit_group with the magic status.  Both on
 * the native ABI only.  So seccomp and exit_group are probed like any other
 * call.  Two calls do run, see passed_by().  Nothing else is called between the guard and the end, not even by the
 * C library.
 */
#include "../program.h"
#include "helpers.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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
}		   *report;

/* A call of an ABI with arguments that are good for nothing. */
static long
make_call(sc_abi abi, uint32_t nr)
{
#if defined(__x86_64__)
	if (abi == SC_ABI_X86)
	{
		int32_t		answer;

		__asm__ volatile("int $0x80"
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

		__asm__ volatile("syscall"
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
	__asm__ volatile("svc #0"
					 : "+r"(x0)
					 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
					 : "memory", "cc");
	return x0;
#endif
}

/* The child: attaches both, makes the call, reports, ends. */
static void __attribute__((noreturn))
probe(const sc_program *program, sc_abi abi, uint32_t nr)
{
	static struct sock_fprog tested;
	const uint64_t address = (uint64_t) (uintptr_t) &tested;
	const struct sock_filter guard[] = {
		/* seccomp(*, *, &tested): low and high half; exit_group(MAGIC_STATUS) */
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 10, sc_abis[SC_ABI_NATIVE].audit_arch},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 4, SYS_seccomp},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[2])},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 6, (uint32_t) address},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[2]) + 4},
		{BPF_JMP | BPF_JEQ | BPF_K, 3, 4, (uint32_t) (address >> 32)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_exit_group},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[0])},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, MAGIC_STATUS},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | GUARD_ERRNO},
	};
	const struct sock_fprog fprog = {sizeof(guard) / sizeof(guard[0]), (struct sock_filter *) guard};

	tested = (struct sock_fprog) {(unsigned short) program->len, (struct sock_filter *) program->insns};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
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
	if ((value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		return -(long) (value & SECCOMP_RET_DATA);
	return -GUARD_ERRNO;		/* allowed or logged: the guard's answer */
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

/* A verdict as the kernel gets it where nothing is reported; not program.c's word. */
static uint32_t
plain_value(const sc_verdict *verdict, bool permissive)
{
	if (verdict->action == SC_ALLOW)
		return SECCOMP_RET_ALLOW;
	if (verdict->action == SC_LOG || permissive)
		return SECCOMP_RET_LOG;
	return SECCOMP_RET_ERRNO | (uint32_t) verdict->err;
}

/*
 * One ABI of one scope.  Breaks when the kernel answers a call otherwise than
 * the evaluator says, or a program of ours kills.
 */
static void
probe_abi(const sc_ruleset *rules, bool permissive, const sc_program *program, sc_abi abi, const char *scope)
{
	/* beyond the tables, and where bits of the number turn over */
	static const uint32_t edges[] = {
		1023, 1024, 2047, 4096, 65535, 65536, 0x3ffffffe, 0x3fffffff, 0x7fffffff, 0x80000000, 0x80000001,
		0xbfffffff, 0xfffffffe, 0xffffffff
	};
	const int	nedges = (int) (sizeof(edges) / sizeof(edges[0]));
	const int	low = sc_abi_limit(abi) + 40;
	int			count[3] = {0};	/* denied, allowed, unknown to the catalog */
	int			wrong = 0;

	for (int i = 0; i < low + nedges && wrong < 10; i++)
	{
		uint32_t	nr = (i < low ? (uint32_t) i : edges[i - low]) | sc_abis[abi].nr_bit;
		struct seccomp_data data = {.nr = (int) nr,.arch = sc_abis[abi].audit_arch};
		uint32_t	value = sc_evaluate(program, &data);
		int			call;
		sc_verdict	verdict = sc_decide(rules, sc_abi_of(data.arch, nr), nr, &call);
		int			status = run_probe(program, abi, nr);

		if (i == 0 && abi == SC_ABI_X86 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		{
			skip("%s: this kernel does not know int 0x80", scope);
			return;
		}
		count[call < 0 ? 2 : expected(value) == -GUARD_ERRNO]++;
		if (passed_by(abi, nr, status))
		{
			diag("%s: this kernel lets %s pass all filters", scope, call < 0 ? "a new call" : sc_syscalls[call].name);
			continue;
		}
		if (report->attach_errno == 0 && report->answer == expected(value) &&
			value == plain_value(&verdict, permissive))
			continue;
		wrong++;
		diag("%s, %s %u (%s): evaluator 0x%08x, policy 0x%08x, kernel %ld, attach %s, child 0x%x", scope, sc_abis[abi].name,
			 nr, call < 0 ? "unknown" : sc_syscalls[call].name, value, plain_value(&verdict, permissive),
			 report->answer, strerror(report->attach_errno), (unsigned) status);
	}
	is_int(wrong, 0, "%s, %s: the kernel agrees on %d denied, %d allowed and %d unknown calls", scope, sc_abis[abi].name,
		   count[0], count[1], count[2]);
	ok(count[2] > 50 && count[0] + count[1] > 300, "%s, %s: these were all of them", scope, sc_abis[abi].name);
}

static void
probe_scope(const sc_policy *policy, const sc_ruleset *rules, const char *scope)
{
	const bool	permissive = policy->mode == SC_MODE_PERMISSIVE;
	sc_program	program = {NULL, 0};

	if (!is_str(sc_program_build(rules, permissive, NULL, &program), NULL, "%s: built and proved", scope))
		return;
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		/* a 64-bit arm process can't enter the kernel as a 32-bit one */
		if (sc_abis[abi].native == SC_ABI_NATIVE && abi != SC_ABI_ARM)
			probe_abi(rules, permissive, &program, (sc_abi) abi, scope);
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
		fprintf(stderr, "usage: probe_kernel POLICY [server|child|PROFILE ...]\n");
		return 2;
	}
	text = read_file(argv[1], &len);
	policy = sc_policy_parse(argv[1], text, len);
	if (!is_str(policy_errors(policy), "", "%s is good", argv[1]))
		return done_testing();
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 2; i < argc; i++)
	{
		const sc_section *section = strcmp(argv[i], "server") == 0 ? &policy->server
		: strcmp(argv[i], "child") == 0 ? &policy->child
		: sc_policy_profile(policy, argv[i]);

		if (ok(section != NULL, "[%s] is there", argv[i]))
			probe_scope(policy, &section->rules, argv[i]);
	}
	if (argc == 2)
	{
		probe_scope(policy, &policy->server.rules, "server");
		probe_scope(policy, &policy->child.rules, "child");
		for (int i = 0; i < policy->nsessions; i++)
			probe_scope(policy, &policy->sessions[i]->rules, policy->sessions[i]->profile);
	}
	return done_testing();
}
