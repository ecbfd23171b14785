/*
 * probe_arguments.c
 *		Do rules on arguments stop real calls, and nothing else?
 *
 * Tables of calls, each with arguments that mean something, in an environment
 * where they work: sockets that are connected, a terminal, files, a user
 * namespace of one's own.  Every call is made without a filter first, and has
 * to answer as the table says: a test of a denial that the kernel denies anyway
 * would prove nothing.  Then it is made behind the program of a small policy,
 * in several ways (the list of variants), and three have to agree: the table,
 * the evaluator on the very same arguments, and the kernel.  On each ABI that
 * this kernel runs.
 *
 * The error of a denial that has none of its own is number 4000, which no call
 * answers by itself.  A row has an effect where one can be seen: the bit on the
 * file, the policy of the scheduler.  It must be there without the filter, and
 * not with it.
 *
 * The rows are those of systemd's own test programme (src/test/test-seccomp.c)
 * for the directives that have its names, and what gets around systemd's
 * version of them.  A row breaks when a rule misses what its name says, or
 * takes what it must not.
 *
 * Nothing here is of consequence for the machine.  All is done by children
 * without privileges, in a user namespace where it takes some; what works as
 * root only is a child's own scheduling and questions about the kernel's log.
 * Where no safe arguments exist pointers and descriptors are bad.
 */
#include "../directives.h"
#include "../program.h"
#include "../decode.h"
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <linux/futex.h>
#include <linux/rtc.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define NOBODY 65534
#define OWN_ERRNO 4000
#define OWN_ERRNO_LINE "SystemCallErrorNumber=4000\n"
#define MAGIC_STATUS 42

/* ----------
 * What calls are given
 * ----------
 */

/* Descriptors, the same in every child. */
enum
{
	FD_FILE = 200, FD_DIR, FD_MASTER, FD_SLAVE, FD_TCP, FD_TCP6, FD_UDP, FD_UDP6, FD_UNIX,
	FD_PEER, FD_CLIENT, FD_SERVER, FD_READ, FD_WRITE, FD_READ2, FD_WRITE2, FD_UTS, FD_PIDFD,
	FD_NONE = 999
};

/* At the same address in every process, and one that 32 bits hold. */
#define ARENA UINT64_C(0x10000000)
#define A(field) (ARENA + offsetof(struct arena, field))
#define PAGES (ARENA + 0x10000)
#define SHARED_PAGES (ARENA + 0x20000)
#define FREE_PAGES (ARENA + 0x100000)
#define PAGE UINT64_C(4096)
#define NPAGES 8
#define BAD UINT64_C(8)			/* no address */

/* In the register as a C compiler would have it there. */
#define S(value) ((uint64_t) (int64_t) (value))
#define HERE S(AT_FDCWD)

/* Stands for the number of a shared memory segment. */
#define SEGMENT UINT64_C(0x5e65e65e)

struct arena
{
	char		dir[64];
	char		file[64];		/* is there */
	char		made[64];		/* is not */
	char		name[16];
	char		root[2];
	char		buffer[64];
	char		out[1024];
	uint32_t	zero;
	uint32_t	one;
	uint32_t	mss;
	uint32_t	mtu;
	uint32_t	process;		/* the child's own number */
	uint32_t	length;
	uint32_t	futex[2];
	uint32_t	pair[2];
	uint64_t	zeros[16];		/* an empty struct of whatever kind */
	uint32_t	linger[2];
	uint32_t	settings[64];	/* of a terminal */
	uint32_t	settings2[64];
	struct sched_param no_priority;
	struct sched_param priority;
	struct
	{
		uint32_t	size;
		uint32_t	policy;
		uint64_t	flags;
		int32_t		nice;
		uint32_t	priority;
		uint64_t	runtime;
		uint64_t	deadline;
		uint64_t	period;
	}			fifo, other, deadline;
	uint64_t	open_how[3];
	uint64_t	clone3_plain[11];
	uint64_t	clone3_uts[11];
	struct iovec vector;
	struct mmsghdr message;
	uint32_t	old_mmap[6];
	uint32_t	old_mmap_writable_code[6];
	uint32_t	call_socket[3];
	uint32_t	call_pair[4];
	uint32_t	call_oob[6];
	uint32_t	call_option[5];
};

static struct arena *arena;	/* at ARENA */
static int	segment;

/* ----------
 * Rows
 * ----------
 */

/* Answers; errors are positive. */
#define OK 0
#define ANY (-1)				/* whatever this kernel says */
#define MAYBE(answer) ((answer) | 0x10000)	/* or something else, where the machine lacks it */
#define DENIED (-2)				/* with the section's error */
#define ALLOWED (-3)			/* as without a filter */

typedef struct
{
	const char *name;
	const char *call;			/* NULL: act */
	uint64_t	args[SC_NARGS];
	int			without;		/* its answer without a filter */
	int			with;
	bool		(*effect) (long answer);	/* did it do it? */
	unsigned	abis;			/* 1 << sc_abi; 0: all */
	long		(*act) (void);	/* more than one call, or the C library's */
} row;

#define NATIVE (1u << SC_ABI_NATIVE)
#define X86 (1u << SC_ABI_X86)
#define ARGS(...) {__VA_ARGS__}
#define ACT(name, act, without, with) {name, NULL, {0}, without, with, NULL, NATIVE, act}

typedef struct
{
	const char *directive;		/* lines of a section; for the test's name, too */
	const row  *rows;
	int			nrows;
	void		(*setup) (void);
	bool		root;			/* keep privileges */
	bool		native;			/* SystemCallArchitectures=native, else all */
	bool		refused;		/* no policy may say this */
} bench;

#define ROWS(table) table, (int) (sizeof(table) / sizeof((table)[0]))

/* ----------
 * The harness
 * ----------
 */

/* In memory that the children share. */
static struct
{
	int			attach_errno;
	bool		began;
	const char *lacking;		/* what the machine does not offer */
	long		answer;			/* 0 or more, or -errno */
	uint32_t	value;			/* what the evaluator says of the last call */
	bool		disagreed;		/* one of the calls was not answered so */
	bool		effect;
	int			signals;
}		   *report;

/* What the child at work is about. */
static struct
{
	sc_abi		abi;
	const sc_program *program;	/* or NULL */
	uint64_t	garbage;		/* what stands above 32 bits of a register */
}			now;

static bool
failed(long answer)
{
	return answer < 0 && answer >= -4095;
}

static bool
denial(uint32_t value)
{
	uint32_t	action = value & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRAP;
}

/* Enter the kernel.  Numbers have x32's bit. */
static long __attribute__((noinline))
enter(sc_abi abi, uint32_t nr, const uint64_t args[SC_NARGS])
{
	long		answer;

#if defined(__x86_64__)
	if (abi == SC_ABI_X86)
	{
		int32_t		low;

		/* the sixth argument is where this function's frame may be */
		__asm__ volatile("sub $128, %%rsp\n"
						 "push %%rbp\n"
						 "mov %[sixth], %%rbp\n"
						 "int $0x80\n"
						 "pop %%rbp\n"
						 "add $128, %%rsp"
						 : "=a"(low)
						 : "a"(nr), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]), "D"(args[4]),
						 [sixth] "r"(args[5])
						 : "memory", "cc", "r8", "r9", "r10", "r11");
		return low;
	}
#endif
	(void) abi;
	answer = syscall((long) nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	return answer == -1 ? -errno : answer;
}

/* Which bits of an argument the kernel looks at. */
static uint64_t
width(sc_abi abi, int call, int arg)
{
	return abi == SC_ABI_X86 || abi == SC_ABI_ARM || sc_argument_of(abi, call, arg) == SC_ARG_32 ?
		UINT32_MAX : UINT64_MAX;
}

/* One call as the child at work has to make it; notes what the evaluator says. */
static long
call_with(const char *name, const uint64_t args[SC_NARGS])
{
	int			call = sc_syscall_by_name(name);
	uint32_t	nr = (uint32_t) sc_syscalls[call].nr[now.abi] | sc_abis[now.abi].nr_bit;
	uint64_t	address = now.abi == SC_ABI_X86 ? (uintptr_t) enter : (uintptr_t) syscall;
	struct seccomp_data data = {.nr = (int) nr,.arch = sc_abis[now.abi].audit_arch,.instruction_pointer = address};
	uint64_t	registers[SC_NARGS];
	long		answer;

	for (int i = 0; i < SC_NARGS; i++)
	{
		bool		narrow = now.abi == SC_ABI_X86 || now.abi == SC_ABI_ARM;

		registers[i] = args[i] == SEGMENT ? (uint64_t) segment : args[i];
		if (now.garbage != 0 && width(now.abi, call, i) == UINT32_MAX)
			registers[i] = now.garbage | (uint32_t) registers[i];
		data.args[i] = narrow ? (uint32_t) registers[i] : registers[i];
	}
	report->value = now.program ? sc_evaluate(now.program, &data) : SECCOMP_RET_ALLOW;
	answer = enter(now.abi, nr, registers);
	if (strncmp(name, "clone", 5) == 0 && answer == 0)
		syscall(SYS_exit_group, 0);
	if (strncmp(name, "clone", 5) == 0 && answer > 0)
		waitpid((pid_t) answer, NULL, __WALL);
	if (denial(report->value) && answer != -(long) (report->value & SECCOMP_RET_DATA))
		report->disagreed = true;
	return answer;
}

#define CALL(name, ...) call_with(name, (const uint64_t[SC_NARGS]) {__VA_ARGS__})

/* Answer the call with the errno of the program, as the server's handler does. */
static void
handle(int signo, siginfo_t *info, void *context)
{
	mcontext_t *registers = &((ucontext_t *) context)->uc_mcontext;

	(void) signo;
	report->signals++;
#if defined(__x86_64__)
	registers->gregs[REG_RAX] = -info->si_errno;
#elif defined(__aarch64__)
	registers->regs[0] = (unsigned long long) -(long long) info->si_errno;
#endif
}

static int
attach(const sc_program *program)
{
	struct sock_fprog fprog = {(unsigned short) program->len, (struct sock_filter *) program->insns};
	struct sigaction action = {.sa_sigaction = handle,.sa_flags = SA_SIGINFO};

	if (sigaction(SIGSYS, &action, NULL) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) != 0)
		return errno;
	return 0;
}

static void __attribute__((noreturn))
give_up(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

/* A descriptor gets its number. */
static void
put(int fd, int number)
{
	if (fd < 0)
		return;
	dup2(fd, number);
	close(fd);
}

static void
prepare_files(const bench *b)
{
	static const char page[4096] = "x";

	umask(0);
	if (!b->root && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
					 setresuid(NOBODY, NOBODY, NOBODY) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0))
		give_up("becoming nobody");
	unlink(arena->made);
	rmdir(arena->made);
	unlink(arena->file);
	put(open(arena->file, O_RDWR | O_CREAT | O_EXCL, 0644), FD_FILE);
	put(open(arena->dir, O_RDONLY | O_DIRECTORY), FD_DIR);
	if (pwrite(FD_FILE, page, sizeof(page), 0) != sizeof(page))
		give_up("writing a file");
	arena->process = (uint32_t) getpid();
}

static void __attribute__((noreturn))
child(const bench *b, const row *r)
{
	alarm(30);
	prepare_files(b);
	if (b->setup)
		b->setup();
	report->began = true;
	report->attach_errno = now.program ? attach(now.program) : 0;
	if (report->attach_errno == 0)
	{
		report->answer = r->act ? r->act() : call_with(r->call, r->args);
		report->effect = r->effect && r->effect(report->answer);
	}
	_exit(MAGIC_STATUS);
}

/* Make a row's call in a child; false if it did not come to its end. */
static bool
run(const bench *b, const row *r, sc_abi abi, const sc_program *program, uint64_t garbage)
{
	int			status;
	pid_t		pid;

	memset(report, 0, sizeof(*report));
	now.abi = abi;
	now.program = program;
	now.garbage = garbage;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		child(b, r);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		give_up("fork");
	if (!report->began)
		exit(1);
	if (status != MAGIC_STATUS << 8)
		diag("the child ended with status 0x%x, attached with %s", (unsigned) status, strerror(report->attach_errno));
	return status == MAGIC_STATUS << 8 && report->attach_errno == 0;
}

/* Programs of one section. */
typedef enum
{
	PLAIN,						/* the error of a denial is OWN_ERRNO */
	DEFAULT_ERROR,				/* it is EPERM */
	REPORTING,					/* violations raise SIGSYS */
	PERMISSIVE,
	NKINDS
} kind;

static const struct
{
	const char *name;
	kind		kind;
	uint64_t	garbage;
}			variants[] = {
	{"enforced", PLAIN, 0},
	{"garbage in the upper half", PLAIN, UINT64_C(0xdeadbeef00000000)},
	{"sign extension", PLAIN, UINT64_C(0xffffffff00000000)},
	{"an error by default", DEFAULT_ERROR, 0},
	{"reports", REPORTING, 0},
	{"permissive", PERMISSIVE, 0},
};

#define NVARIANTS ((int) (sizeof(variants) / sizeof(variants[0])))

static const char *
name_of(long answer)
{
	const char *name = failed(answer) ? sc_errno_name((int) -answer) : NULL;

	return name ? name : sc_format("%ld", answer);
}

/* Do two answers mean the same?  Descriptors and addresses may differ. */
static bool
alike(long a, long b)
{
	return failed(a) || failed(b) ? a == b : true;
}

/* A bench's directives on one line. */
static const char *
title(const bench *b)
{
	char	   *text = sc_strndup(b->directive, strlen(b->directive));

	for (char *end = strchr(text, '\n'); end; end = strchr(end, '\n'))
		*end = ' ';
	return text;
}

/* What is wrong with what the report says, or NULL. */
static const char *
judge(const row *r, kind k, long base, bool base_effect)
{
	uint32_t	want = (uint32_t) (r->with != DENIED ? r->with : k == DEFAULT_ERROR ? EPERM : OWN_ERRNO);
	bool		trapped = (report->value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRAP;

	if (report->disagreed)
		return "the kernel does not answer as the evaluator says";
	if (r->call && report->signals != trapped)
		return "it is not reported as the evaluator says";
	if (k == PERMISSIVE || r->with == ALLOWED)
	{
		if (denial(report->value) && r->call)
			return "the evaluator says that it is denied";
		if (!alike(base, report->answer))
			return "it does not answer as without a filter";
		return report->effect != base_effect ? "it does not do as without a filter" : NULL;
	}
	if (r->call && (!denial(report->value) || (report->value & SECCOMP_RET_DATA) != want))
		return "the evaluator says otherwise";
	if (report->answer != -(long) want)
		return "it is not denied, or with another error";
	return report->effect ? "it is denied, and did it" : NULL;
}

static const char *
base_defect(const row *r, long base, bool effect)
{
	int			want = r->without & ~MAYBE(0);

	if (r->without == ANY)
		return NULL;
	if (want == OK ? failed(base) : base != -want)
		return "without a filter it does not answer so";
	if (r->effect && want == OK && r->with != ALLOWED && !effect)
		return "without a filter it does not do what is to be denied";
	return NULL;
}

/* One row on one ABI: a line of output. */
static void
probe(const bench *b, const row *r, sc_abi abi, const sc_program programs[NKINDS])
{
	const char *name = sc_format("%s, %s: %s", title(b), sc_abis[abi].name, r->name);
	int			call = r->call ? sc_syscall_by_name(r->call) : -1;
	bool		narrow = false;	/* has arguments of less than a register */
	bool		good = true;
	bool		effect;
	const char *defect;
	const char *lacking;
	long		base;

	for (int i = 0; i < SC_NARGS && call >= 0; i++)
		narrow = narrow || width(abi, call, i) == UINT32_MAX;
	if (!run(b, r, abi, NULL, 0))
	{
		ok(false, "%s", name);
		return;
	}
	base = report->answer;
	effect = report->effect;
	lacking = report->lacking;
	defect = base_defect(r, base, effect);
	if (defect && (lacking || (r->without & MAYBE(0)) != 0 || base == -ENOSYS))
	{
		/* this machine lacks it; a denial can be told all the same */
		if (r->with != DENIED)
		{
			skip("%s: here it answers %s%s%s", name, name_of(base), lacking ? " for want of " : "", lacking ? lacking : "");
			return;
		}
		name = sc_format("%s (here it answers %s)", name, name_of(base));
	}
	else if (defect)
	{
		good = false;
		diag("%s: %s, but %s", name, defect, name_of(base));
	}
	for (int v = 0; v < NVARIANTS; v++)
	{
		if (variants[v].garbage != 0)
		{
			if (!narrow)
				continue;
			if (!run(b, r, abi, NULL, variants[v].garbage) || !alike(base, report->answer))
			{
				good = false;
				diag("%s: with %s the kernel alone answers %s, not %s", name, variants[v].name,
					 name_of(report->answer), name_of(base));
			}
		}
		if (!run(b, r, abi, &programs[variants[v].kind], variants[v].garbage))
			good = false;
		defect = judge(r, variants[v].kind, base, effect);
		if (defect == NULL)
			continue;
		good = false;
		diag("%s: %s: %s: without a filter %s, with it %s, evaluator 0x%08x, %d signals", name,
			 variants[v].name, defect, name_of(base), name_of(report->answer), report->value, report->signals);
	}
	ok(good, "%s", name);
}

/* Does this kernel run this ABI?  Asks for the process's own number. */
static bool
runs(sc_abi abi)
{
	const uint64_t none[SC_NARGS] = {0};
	uint32_t	nr = (uint32_t) sc_syscalls[sc_syscall_by_name("getpid")].nr[abi] | sc_abis[abi].nr_bit;
	int			status;
	pid_t		pid;

	if (abi == SC_ABI_NATIVE)
		return true;
	/* a 64-bit arm process can't enter the kernel as a 32-bit one */
	if (sc_abis[abi].native != SC_ABI_NATIVE || abi == SC_ABI_ARM)
		return false;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(enter(abi, nr, none) == getpid() ? MAGIC_STATUS : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		give_up("fork");
	return status == MAGIC_STATUS << 8;
}

/* The text of the C library: reports come from there, as in a server. */
static int
find_library(struct dl_phdr_info *info, size_t size, void *reporting)
{
	(void) size;
	for (int i = 0; i < info->dlpi_phnum; i++)
	{
		uint64_t	start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		uint64_t	end = start + info->dlpi_phdr[i].p_memsz;

		if (info->dlpi_phdr[i].p_type != PT_LOAD || (uintptr_t) syscall < start || (uintptr_t) syscall >= end)
			continue;
		*(sc_reporting *) reporting = (sc_reporting) {start, end, 0};
		return 1;
	}
	return 0;
}

static bool
build(const bench *b, kind k, sc_program *program)
{
	static sc_reporting library;
	const char *text = sc_format("[Policy]\nVersion=1\nMode=%s\n[Child]\nSystemCallArchitectures=%s\n%s%s\n",
								 k == PERMISSIVE ? "permissive" : "enforce", b->native ? "native" : "native x86 x32 arm",
								 k == DEFAULT_ERROR ? "" : OWN_ERRNO_LINE, b->directive);
	const sc_policy *policy = policy_from(text);

	if (library.code_end == 0 && dl_iterate_phdr(find_library, &library) == 0)
		give_up("the C library");
	/* the calls of systemd's test may not be denied to PostgreSQL: that alone is wrong with it */
	return (b->refused ?
			ok(policy->errors.total == 1 && strstr(policy_errors(policy), "cannot survive without"),
			   "%s: refused for what it takes away", title(b)) :
			is_str(policy_errors(policy), "", "%s: a good policy", title(b))) &&
		is_str(sc_program_build(&policy->child.rules, policy->mode == SC_MODE_PERMISSIVE,
								k == REPORTING ? &library : NULL, program), NULL, "%s: built and proved", title(b));
}

static void
probe_bench(const bench *b)
{
	static int	runnable[SC_ABI_COUNT];	/* 1: yes, -1: no */
	sc_program	programs[NKINDS];

	for (int k = 0; k < NKINDS; k++)
		if (!build(b, (kind) k, &programs[k]))
			return;
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		if (runnable[abi] == 0)
			runnable[abi] = runs((sc_abi) abi) ? 1 : -1;
		for (int i = 0; i < b->nrows && runnable[abi] > 0; i++)
		{
			const row  *r = &b->rows[i];
			int			call = r->call ? sc_syscall_by_name(r->call) : -1;

			if (r->call && call < 0)
				ok(false, "%s: the catalog has %s", title(b), r->call);
			else if ((r->abis == 0 || (r->abis >> abi & 1) != 0) &&
					 (call < 0 || sc_syscalls[call].nr[abi] != SC_NR_NONE))
				probe(b, r, (sc_abi) abi, programs);
		}
	}
}

/* clang-format off */

/* ----------
 * Lists of names, for comparison: systemd's tests of raw sets
 * ----------
 */

static long
libc_access(void)
{
	return access("/", F_OK) == 0 ? 0 : -errno;
}

static const row names_first[] = {
	{"access", "access", ARGS(A(root), F_OK), OK, DENIED, NULL, 0, NULL},
	{"faccessat", "faccessat", ARGS(HERE, A(root), F_OK), OK, DENIED, NULL, 0, NULL},
	{"faccessat2", "faccessat2", ARGS(HERE, A(root), F_OK, 0), OK, DENIED, NULL, 0, NULL},
	ACT("the C library's access", libc_access, OK, DENIED),
	{"poll", "poll", ARGS(0, 0, 0), OK, EILSEQ, NULL, 0, NULL},
	{"ppoll", "ppoll", ARGS(0, 0, A(zeros), 0, 8), OK, EILSEQ, NULL, 0, NULL},
	{"eventfd2", "eventfd2", ARGS(0, O_NONBLOCK | O_CLOEXEC), OK, ALLOWED, NULL, 0, NULL},
};

static const row names_second[] = {
	{"access", "access", ARGS(A(root), F_OK), OK, EILSEQ, NULL, 0, NULL},
	{"faccessat", "faccessat", ARGS(HERE, A(root), F_OK), OK, EILSEQ, NULL, 0, NULL},
	{"faccessat2", "faccessat2", ARGS(HERE, A(root), F_OK, 0), OK, EILSEQ, NULL, 0, NULL},
	ACT("the C library's access", libc_access, OK, EILSEQ),
	{"poll", "poll", ARGS(0, 0, 0), OK, DENIED, NULL, 0, NULL},
	{"ppoll", "ppoll", ARGS(0, 0, A(zeros), 0, 8), OK, DENIED, NULL, 0, NULL},
};

/* Breaks when a call of an ABI that is left out reaches the kernel. */
static const row native_only[] = {
	{"access", "access", ARGS(A(root), F_OK), OK, ALLOWED, NULL, NATIVE, NULL},
	{"faccessat", "faccessat", ARGS(HERE, A(root), F_OK), OK, ALLOWED, NULL, NATIVE, NULL},
	ACT("the C library's access", libc_access, OK, ALLOWED),
	{"getpid", "getpid", ARGS(0), OK, ENOSYS, NULL, X86, NULL},
	{"access", "access", ARGS(A(root), F_OK), OK, ENOSYS, NULL, X86, NULL},
	{"poll", "poll", ARGS(0, 0, 0), OK, ENOSYS, NULL, X86, NULL},
	{"socket by socketcall", "socketcall", ARGS(1, A(call_socket)), OK, ENOSYS, NULL, X86, NULL},
	{"unshare(0)", "unshare", ARGS(0), OK, ENOSYS, NULL, X86, NULL},
	{"writable code by the old mmap", "mmap", ARGS(A(old_mmap_writable_code)), OK, ENOSYS, NULL, X86, NULL},
};

/* ----------
 * RestrictNamespaces
 * ----------
 */

static void
write_to(const char *path, const char *text)
{
	int			fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		report->lacking = path;
	close(fd);
}

/* A user namespace where this process may do it all, and some that are its own. */
static void
prepare_namespaces(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC) != 0)
		report->lacking = "user namespaces";
	else
	{
		write_to("/proc/self/setgroups", "deny");
		write_to("/proc/self/uid_map", "65534 65534 1");
		write_to("/proc/self/gid_map", "65534 65534 1");
	}
	put(open("/proc/self/ns/uts", O_RDONLY), FD_UTS);
	put((int) syscall(SYS_pidfd_open, getpid(), 0), FD_PIDFD);
}

static long
ended_well(pid_t pid)
{
	int			status;

	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, __WALL) != pid)
		return -errno;
	return status == 0 ? 0 : -ECHILD;
}

static long
libc_fork(void)
{
	pid_t		pid = fork();

	if (pid == 0)
		_exit(0);
	return ended_well(pid);
}

static long
libc_vfork(void)
{
	pid_t		pid = vfork();	/* NOLINT(clang-analyzer-security.insecureAPI.vfork): what is tested */

	if (pid == 0)
		_exit(0);
	return ended_well(pid);
}

static long
libc_posix_spawn(void)
{
	char		program[] = "/bin/true";
	char	   *argv[] = {program, NULL};
	pid_t		pid;
	int			rc = posix_spawn(&pid, program, NULL, NULL, argv, argv + 1);

	return rc ? -rc : ended_well(pid);
}

static void *
thread(void *arg)
{
	return arg;
}

static long
libc_threads(void)
{
	pthread_t	threads[8];
	char		marks[8];
	void	   *result;

	for (int i = 0; i < 8; i++)
	{
		int			rc = pthread_create(&threads[i], NULL, thread, &marks[i]);

		if (rc)
			return -rc;
	}
	for (int i = 0; i < 8; i++)
		if (pthread_join(threads[i], &result) != 0 || result != &marks[i])
			return -ESRCH;
	return 0;
}

static long
libc_popen(void)
{
	FILE	   *file = popen("echo hello", "r");	/* NOLINT(cert-env33-c): what is tested */
	char		line[16] = "";

	if (file == NULL)
		return -errno;
	if (fgets(line, sizeof(line), file) == NULL || strcmp(line, "hello\n") != 0)
		return -EIO;
	return pclose(file) == 0 ? 0 : -ECHILD;
}

static long
libc_system(void)
{
	return system("exit 3") == 3 << 8 ? 0 : -ECHILD;	/* NOLINT(cert-env33-c): what is tested */
}

static int
nothing(void *arg)
{
	return arg != NULL;
}

static long
libc_clone(int flags)
{
	static char stack[65536] __attribute__((aligned(16)));

	return ended_well(clone(nothing, stack + sizeof(stack), flags | SIGCHLD, NULL));
}

static long
libc_clone_plain(void)
{
	return libc_clone(0);
}

static long
libc_clone_uts(void)
{
	return libc_clone(CLONE_NEWUTS);
}

static long
libc_clone_vm_user(void)
{
	return libc_clone(CLONE_VM | CLONE_NEWUSER);
}

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define UPPER_GARBAGE UINT64_C(0xdeadbeef00000000)

#define UNSHARE(name, flags, with) \
	{"unshare(" name ")", "unshare", ARGS(flags), OK, with, NULL, 0, NULL}
#define SETNS(name, flags, with) \
	{"setns(a file, " name ")", "setns", ARGS(FD_FILE, flags), EINVAL, with, NULL, 0, NULL}
#define CLONE(name, flags, with) \
	{"clone(" name ")", "clone", ARGS((flags) | SIGCHLD), OK, with, NULL, 0, NULL}, \
	{"clone(" name "), no signal at its end", "clone", ARGS(flags), OK, with, NULL, 0, NULL}

/* Breaks when processes and threads need clone3, or it is not what glibc falls back from. */
#define LIFE_GOES_ON \
	{"clone3, whatever it asks", "clone3", ARGS(BAD, 64), EFAULT, ENOSYS, NULL, 0, NULL}, \
	{"clone3 without namespaces", "clone3", ARGS(A(clone3_plain), 64), OK, ENOSYS, NULL, 0, NULL}, \
	{"clone3 with CLONE_NEWUTS", "clone3", ARGS(A(clone3_uts), 64), OK, ENOSYS, NULL, 0, NULL}, \
	CLONE("0", 0, ALLOWED), \
	ACT("fork", libc_fork, OK, ALLOWED), \
	ACT("vfork", libc_vfork, OK, ALLOWED), \
	ACT("posix_spawn", libc_posix_spawn, OK, ALLOWED), \
	ACT("threads", libc_threads, OK, ALLOWED), \
	ACT("popen", libc_popen, OK, ALLOWED), \
	ACT("system", libc_system, OK, ALLOWED), \
	ACT("the C library's clone", libc_clone_plain, OK, ALLOWED)

/* systemd's, with RestrictNamespaces=mnt net */
static const row namespaces_some[] = {
	UNSHARE("CLONE_NEWNS", CLONE_NEWNS, ALLOWED),
	UNSHARE("CLONE_NEWNET", CLONE_NEWNET, ALLOWED),
	UNSHARE("CLONE_NEWUTS", CLONE_NEWUTS, DENIED),
	UNSHARE("CLONE_NEWIPC", CLONE_NEWIPC, DENIED),
	UNSHARE("CLONE_NEWNET|CLONE_NEWUTS", CLONE_NEWNET | CLONE_NEWUTS, DENIED),
	SETNS("CLONE_NEWNS", CLONE_NEWNS, ALLOWED),
	SETNS("CLONE_NEWNET", CLONE_NEWNET, ALLOWED),
	SETNS("CLONE_NEWUTS", CLONE_NEWUTS, DENIED),
	SETNS("CLONE_NEWIPC", CLONE_NEWIPC, DENIED),
	SETNS("CLONE_NEWNET|CLONE_NEWUTS", CLONE_NEWNET | CLONE_NEWUTS, DENIED),
	SETNS("0", 0, DENIED),
	CLONE("CLONE_NEWNS", CLONE_NEWNS, ALLOWED),
	CLONE("CLONE_NEWNET", CLONE_NEWNET, ALLOWED),
	CLONE("CLONE_NEWUTS", CLONE_NEWUTS, DENIED),
	CLONE("CLONE_NEWIPC", CLONE_NEWIPC, DENIED),
	CLONE("CLONE_NEWNET|CLONE_NEWUTS", CLONE_NEWNET | CLONE_NEWUTS, DENIED),
	/* a namespace that it may enter, by its own descriptor and by a process's */
	{"setns(a UTS namespace, 0)", "setns", ARGS(FD_UTS, 0), OK, DENIED, NULL, 0, NULL},
	{"setns(a UTS namespace, CLONE_NEWUTS)", "setns", ARGS(FD_UTS, CLONE_NEWUTS), OK, DENIED, NULL, 0, NULL},
	{"setns(a process, CLONE_NEWUTS)", "setns", ARGS(FD_PIDFD, CLONE_NEWUTS), OK, DENIED, NULL, 0, NULL},
	{"setns(a process, CLONE_NEWUTS|CLONE_NEWIPC)", "setns", ARGS(FD_PIDFD, CLONE_NEWUTS | CLONE_NEWIPC), OK, DENIED, NULL, 0, NULL},
	{"setns(a process, CLONE_NEWNET|CLONE_NEWUTS)", "setns", ARGS(FD_PIDFD, CLONE_NEWNET | CLONE_NEWUTS), ANY, DENIED, NULL, 0, NULL},
	{"setns(a process, CLONE_NEWNET)", "setns", ARGS(FD_PIDFD, CLONE_NEWNET), ANY, ALLOWED, NULL, 0, NULL},
	{"setns(a process, 0)", "setns", ARGS(FD_PIDFD, 0), MAYBE(EINVAL), DENIED, NULL, 0, NULL},
	LIFE_GOES_ON,
	ACT("the C library's clone with CLONE_NEWUTS", libc_clone_uts, OK, DENIED),
};

static const row namespaces_all[] = {
	UNSHARE("CLONE_NEWCGROUP", CLONE_NEWCGROUP, DENIED),
	UNSHARE("CLONE_NEWIPC", CLONE_NEWIPC, DENIED),
	UNSHARE("CLONE_NEWNET", CLONE_NEWNET, DENIED),
	UNSHARE("CLONE_NEWNS", CLONE_NEWNS, DENIED),
	UNSHARE("CLONE_NEWPID", CLONE_NEWPID, DENIED),
	UNSHARE("CLONE_NEWUSER", CLONE_NEWUSER, DENIED),
	UNSHARE("CLONE_NEWUTS", CLONE_NEWUTS, DENIED),
	{"unshare(CLONE_NEWTIME)", "unshare", ARGS(CLONE_NEWTIME), MAYBE(OK), DENIED, NULL, 0, NULL},
	UNSHARE("CLONE_NEWUSER|CLONE_FS|CLONE_FILES", CLONE_NEWUSER | CLONE_FS | CLONE_FILES, DENIED),
	UNSHARE("CLONE_FS|CLONE_FILES|CLONE_SYSVSEM", CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, ALLOWED),
	UNSHARE("0", 0, ALLOWED),
	{"unshare, of which all of the register counts", "unshare", ARGS(UPPER_GARBAGE | CLONE_NEWUSER), EINVAL, DENIED, NULL, NATIVE, NULL},
	SETNS("CLONE_NEWCGROUP", CLONE_NEWCGROUP, DENIED),
	SETNS("CLONE_NEWIPC", CLONE_NEWIPC, DENIED),
	SETNS("CLONE_NEWNET", CLONE_NEWNET, DENIED),
	SETNS("CLONE_NEWNS", CLONE_NEWNS, DENIED),
	SETNS("CLONE_NEWPID", CLONE_NEWPID, DENIED),
	SETNS("CLONE_NEWUSER", CLONE_NEWUSER, DENIED),
	SETNS("CLONE_NEWUTS", CLONE_NEWUTS, DENIED),
	SETNS("CLONE_NEWTIME", CLONE_NEWTIME, DENIED),
	SETNS("0", 0, DENIED),
	CLONE("CLONE_NEWCGROUP", CLONE_NEWCGROUP, DENIED),
	CLONE("CLONE_NEWIPC", CLONE_NEWIPC, DENIED),
	CLONE("CLONE_NEWNET", CLONE_NEWNET, DENIED),
	CLONE("CLONE_NEWNS", CLONE_NEWNS, DENIED),
	CLONE("CLONE_NEWPID", CLONE_NEWPID, DENIED),
	CLONE("CLONE_NEWUSER", CLONE_NEWUSER, DENIED),
	CLONE("CLONE_NEWUTS", CLONE_NEWUTS, DENIED),
	{"clone(CLONE_NEWUSER), whose upper half the kernel drops", "clone", ARGS(UPPER_GARBAGE | CLONE_NEWUSER | SIGCHLD), OK, DENIED, NULL, NATIVE, NULL},
	LIFE_GOES_ON,
	ACT("the C library's clone with CLONE_NEWUTS", libc_clone_uts, OK, DENIED),
	ACT("the C library's clone with CLONE_VM and CLONE_NEWUSER", libc_clone_vm_user, OK, DENIED),
};

static const row namespaces_user[] = {
	UNSHARE("CLONE_NEWUSER", CLONE_NEWUSER, DENIED),
	UNSHARE("CLONE_NEWUSER|CLONE_NEWNS", CLONE_NEWUSER | CLONE_NEWNS, DENIED),
	UNSHARE("CLONE_NEWUTS", CLONE_NEWUTS, ALLOWED),
	CLONE("CLONE_NEWUSER", CLONE_NEWUSER, DENIED),
	CLONE("CLONE_NEWIPC", CLONE_NEWIPC, ALLOWED),
	SETNS("CLONE_NEWUTS", CLONE_NEWUTS, ALLOWED),
	SETNS("CLONE_NEWUSER", CLONE_NEWUSER, DENIED),
	SETNS("0", 0, DENIED),
	{"setns(a UTS namespace, CLONE_NEWUTS)", "setns", ARGS(FD_UTS, CLONE_NEWUTS), OK, ALLOWED, NULL, 0, NULL},
	LIFE_GOES_ON,
};

/* in clone that bit is the signal's */
static const row namespaces_time[] = {
	{"unshare(CLONE_NEWTIME)", "unshare", ARGS(CLONE_NEWTIME), MAYBE(OK), DENIED, NULL, 0, NULL},
	UNSHARE("CLONE_NEWUTS", CLONE_NEWUTS, ALLOWED),
	SETNS("CLONE_NEWTIME", CLONE_NEWTIME, DENIED),
	CLONE("128, a signal", CLONE_NEWTIME, ALLOWED),
	LIFE_GOES_ON,
};

/* ----------
 * RestrictAddressFamilies
 * ----------
 */

/* A type that no kernel has: families that are modules are not to be loaded. */
#define NO_TYPE 12

#define SOCKET(name, family, type, protocol, without, with) \
	{"socket(" name ")", "socket", ARGS(family, type, protocol), without, with, NULL, 0, NULL}
#define PAIR(name, family, type, protocol, without, with) \
	{"socketpair(" name ")", "socketpair", ARGS(family, type, protocol, A(pair)), without, with, NULL, 0, NULL}

/* systemd's, with RestrictAddressFamilies=~AF_UNIX */
static const row families_deny[] = {
	SOCKET("AF_INET, SOCK_DGRAM", AF_INET, SOCK_DGRAM, 0, OK, ALLOWED),
	SOCKET("AF_UNIX, SOCK_DGRAM", AF_UNIX, SOCK_DGRAM, 0, OK, EAFNOSUPPORT),
	SOCKET("AF_NETLINK, SOCK_DGRAM", AF_NETLINK, SOCK_DGRAM, 0, OK, ALLOWED),
	SOCKET("AF_UNIX, SOCK_STREAM with flags", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, OK, EAFNOSUPPORT),
	PAIR("AF_UNIX, SOCK_STREAM", AF_UNIX, SOCK_STREAM, 0, OK, EAFNOSUPPORT),
	{"socket by socketcall", "socketcall", ARGS(1, A(call_socket)), OK, EAFNOSUPPORT, NULL, 0, NULL},
	{"socketpair by socketcall", "socketcall", ARGS(8, A(call_pair)), OK, EAFNOSUPPORT, NULL, 0, NULL},
};

/* systemd's, with RestrictAddressFamilies=AF_INET */
static const row families_allow[] = {
	SOCKET("AF_INET, SOCK_DGRAM", AF_INET, SOCK_DGRAM, 0, OK, ALLOWED),
	SOCKET("AF_UNIX, SOCK_DGRAM", AF_UNIX, SOCK_DGRAM, 0, OK, EAFNOSUPPORT),
	SOCKET("AF_NETLINK, SOCK_DGRAM", AF_NETLINK, SOCK_DGRAM, 0, OK, EAFNOSUPPORT),
	SOCKET("AF_INET, SOCK_PACKET", AF_INET, SOCK_PACKET, 3 << 8, ANY, EAFNOSUPPORT),
	PAIR("AF_UNIX, SOCK_STREAM", AF_UNIX, SOCK_STREAM, 0, OK, EAFNOSUPPORT),
	PAIR("AF_INET, SOCK_STREAM", AF_INET, SOCK_STREAM, 0, EOPNOTSUPP, ALLOWED),
	{"socketpair by socketcall", "socketcall", ARGS(8, A(call_pair)), OK, EAFNOSUPPORT, NULL, 0, NULL},
	{"io_uring, which makes sockets", "io_uring_setup", ARGS(1, BAD), MAYBE(EFAULT), ENOSYS, NULL, 0, NULL},
};

static const row families_none[] = {
	SOCKET("AF_UNIX, SOCK_STREAM", AF_UNIX, SOCK_STREAM, 0, OK, EAFNOSUPPORT),
	SOCKET("AF_INET, SOCK_STREAM", AF_INET, SOCK_STREAM, 0, OK, EAFNOSUPPORT),
	PAIR("AF_UNIX, SOCK_DGRAM", AF_UNIX, SOCK_DGRAM, 0, OK, EAFNOSUPPORT),
};

/* A packet socket has two names: who may have it may use both, others neither. */
#define PACKETS(with) \
	SOCKET("AF_INET, SOCK_PACKET", AF_INET, SOCK_PACKET, 3 << 8, ANY, with), \
	SOCKET("AF_INET, SOCK_PACKET with flags", AF_INET, SOCK_PACKET | SOCK_CLOEXEC, 3 << 8, ANY, with)

static const row families_packets[] = {
	PACKETS(ALLOWED),
	SOCKET("AF_PACKET, SOCK_RAW", AF_PACKET, SOCK_RAW, 3 << 8, ANY, ALLOWED),
};

static const row families_raw_packets[] = {
	PACKETS(EAFNOSUPPORT),
	SOCKET("AF_PACKET, SOCK_RAW", AF_PACKET, SOCK_RAW, 3 << 8, ANY, ALLOWED),
	SOCKET("AF_PACKET, SOCK_DGRAM", AF_PACKET, SOCK_DGRAM, 3 << 8, ANY, EPROTONOSUPPORT),
};

static const row families_no_packets[] = {
	PACKETS(EAFNOSUPPORT),
	SOCKET("AF_PACKET, SOCK_RAW", AF_PACKET, SOCK_RAW, 3 << 8, ANY, EAFNOSUPPORT),
	SOCKET("AF_INET, SOCK_STREAM", AF_INET, SOCK_STREAM, 0, OK, ALLOWED),
};

/* Family, type and protocol, as PostgreSQL needs them. */
static const row families_parts[] = {
	SOCKET("AF_UNIX, SOCK_STREAM", AF_UNIX, SOCK_STREAM, 0, OK, ALLOWED),
	SOCKET("AF_UNIX, SOCK_STREAM with flags", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, OK, ALLOWED),
	SOCKET("AF_UNIX, SOCK_SEQPACKET", AF_UNIX, SOCK_SEQPACKET, 0, OK, ALLOWED),
	PAIR("AF_UNIX, SOCK_STREAM", AF_UNIX, SOCK_STREAM, 0, OK, ALLOWED),
	PAIR("AF_UNIX, SOCK_DGRAM with flags", AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, OK, ALLOWED),
	SOCKET("AF_INET, SOCK_STREAM, 0", AF_INET, SOCK_STREAM, 0, OK, ALLOWED),
	SOCKET("AF_INET, SOCK_STREAM, IPPROTO_TCP", AF_INET, SOCK_STREAM, IPPROTO_TCP, OK, ALLOWED),
	SOCKET("AF_INET, SOCK_STREAM with flags", AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP, OK, ALLOWED),
	SOCKET("AF_INET, SOCK_DGRAM, 0", AF_INET, SOCK_DGRAM, 0, OK, ALLOWED),
	SOCKET("AF_INET, SOCK_DGRAM, IPPROTO_UDP", AF_INET, SOCK_DGRAM, IPPROTO_UDP, OK, ALLOWED),
	SOCKET("AF_INET6, SOCK_STREAM, 0", AF_INET6, SOCK_STREAM, 0, MAYBE(OK), ALLOWED),
	SOCKET("AF_INET6, SOCK_DGRAM, IPPROTO_UDP", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, MAYBE(OK), ALLOWED),
	SOCKET("AF_NETLINK, SOCK_RAW, NETLINK_ROUTE", AF_NETLINK, SOCK_RAW, 0, OK, ALLOWED),
	SOCKET("AF_NETLINK, SOCK_DGRAM with flags, NETLINK_ROUTE", AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, 0, OK, ALLOWED),
	SOCKET("AF_INET, SOCK_STREAM, IPPROTO_MPTCP", AF_INET, SOCK_STREAM, 262, ANY, EPROTONOSUPPORT),
	SOCKET("AF_INET, SOCK_STREAM, IPPROTO_UDP", AF_INET, SOCK_STREAM, IPPROTO_UDP, EPROTONOSUPPORT, EPROTONOSUPPORT),
	SOCKET("AF_INET, SOCK_DGRAM, IPPROTO_ICMP", AF_INET, SOCK_DGRAM, IPPROTO_ICMP, ANY, EPROTONOSUPPORT),
	SOCKET("AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, ANY, EPROTONOSUPPORT),
	SOCKET("AF_INET, SOCK_RAW, IPPROTO_RAW", AF_INET, SOCK_RAW, IPPROTO_RAW, EPERM, EPROTONOSUPPORT),
	SOCKET("AF_INET, SOCK_RAW, 0", AF_INET, SOCK_RAW, 0, ANY, EPROTONOSUPPORT),
	SOCKET("AF_INET, SOCK_RAW, IPPROTO_TCP", AF_INET, SOCK_RAW, IPPROTO_TCP, EPERM, EPROTONOSUPPORT),
	SOCKET("AF_INET, SOCK_PACKET", AF_INET, SOCK_PACKET, 0, ANY, EAFNOSUPPORT),
	SOCKET("AF_INET, an unknown type", AF_INET, NO_TYPE, 0, EINVAL, EPROTONOSUPPORT),
	SOCKET("AF_NETLINK, SOCK_RAW, NETLINK_AUDIT", AF_NETLINK, SOCK_RAW, 9, MAYBE(OK), EPROTONOSUPPORT),
	SOCKET("AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK", AF_NETLINK, SOCK_RAW, 2, OK, EPROTONOSUPPORT),
	SOCKET("AF_NETLINK, SOCK_RAW, NETLINK_GENERIC", AF_NETLINK, SOCK_RAW, 16, OK, EPROTONOSUPPORT),
	SOCKET("AF_NETLINK, an unknown type, NETLINK_NETFILTER", AF_NETLINK, NO_TYPE, 12, EINVAL, EPROTONOSUPPORT),
	SOCKET("AF_NETLINK, an unknown type, NETLINK_XFRM", AF_NETLINK, NO_TYPE, 6, EINVAL, EPROTONOSUPPORT),
	SOCKET("AF_PACKET", AF_PACKET, NO_TYPE, 0, EINVAL, EAFNOSUPPORT),
	SOCKET("AF_CAN", AF_CAN, NO_TYPE, 0, EINVAL, EAFNOSUPPORT),
	SOCKET("AF_ALG", AF_ALG, NO_TYPE, 0, EINVAL, EAFNOSUPPORT),
	SOCKET("AF_VSOCK", AF_VSOCK, NO_TYPE, 0, EINVAL, EAFNOSUPPORT),
	SOCKET("AF_BLUETOOTH", AF_BLUETOOTH, NO_TYPE, 0, EINVAL, EAFNOSUPPORT),
	SOCKET("AF_KEY", AF_KEY, NO_TYPE, 0, EINVAL, EAFNOSUPPORT),
	PAIR("AF_INET, SOCK_STREAM", AF_INET, SOCK_STREAM, 0, EOPNOTSUPP, ALLOWED),
	PAIR("AF_INET, SOCK_RAW", AF_INET, SOCK_RAW, IPPROTO_RAW, ANY, EPROTONOSUPPORT),
	PAIR("AF_NETLINK, NETLINK_USERSOCK", AF_NETLINK, SOCK_RAW, 2, EOPNOTSUPP, EPROTONOSUPPORT),
	{"socket by socketcall", "socketcall", ARGS(1, A(call_socket)), OK, EAFNOSUPPORT, NULL, 0, NULL},
};

/* ----------
 * RestrictSUIDSGID
 * ----------
 */

#define SUID_BITS (S_ISUID | S_ISGID)

static bool
file_has_bits(long answer)
{
	struct stat st;

	(void) answer;
	return stat(arena->file, &st) == 0 && (st.st_mode & SUID_BITS) != 0;
}

static bool
made_has_bits(long answer)
{
	struct stat st;

	(void) answer;
	return stat(arena->made, &st) == 0 && (st.st_mode & SUID_BITS) != 0;
}

/* Of what a call opened. */
static bool
opened_has_bits(long answer)
{
	struct stat st;

	return !failed(answer) && fstat((int) answer, &st) == 0 && (st.st_mode & SUID_BITS) != 0;
}

/* A file without a name, which gets one. */
static long
link_unnamed(void)
{
	char		path[64];
	long		fd = CALL("openat", HERE, A(dir), O_TMPFILE | O_RDWR, 0755 | S_ISUID);

	if (failed(fd))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	if (linkat(AT_FDCWD, path, AT_FDCWD, arena->made, AT_SYMLINK_FOLLOW) != 0)
		return -errno;
	return made_has_bits(0) ? 0 : -ENODATA;
}

static long
libc_fchmodat_nofollow(void)
{
	return fchmodat(AT_FDCWD, arena->file, 0755 | S_ISUID, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

#define MODES(call, effect, bits, ...) \
	{call ", S_ISUID", call, ARGS(__VA_ARGS__, (bits) | S_ISUID), OK, DENIED, effect, 0, NULL}, \
	{call ", S_ISGID", call, ARGS(__VA_ARGS__, (bits) | S_ISGID), OK, DENIED, effect, 0, NULL}, \
	{call ", both", call, ARGS(__VA_ARGS__, (bits) | SUID_BITS), OK, DENIED, effect, 0, NULL}, \
	{call ", both and S_ISVTX", call, ARGS(__VA_ARGS__, (bits) | SUID_BITS | S_ISVTX), OK, DENIED, effect, 0, NULL}, \
	{call ", S_ISVTX", call, ARGS(__VA_ARGS__, (bits) | S_ISVTX), OK, ALLOWED, NULL, 0, NULL}, \
	{call ", neither", call, ARGS(__VA_ARGS__, bits), OK, ALLOWED, NULL, 0, NULL}

#define MAKE (O_CREAT | O_RDWR | O_CLOEXEC | O_EXCL)

static const row suid_rows[] = {
	MODES("chmod", file_has_bits, 0755, A(file)),
	MODES("fchmod", file_has_bits, 0755, FD_FILE),
	MODES("fchmodat", file_has_bits, 0755, HERE, A(file)),
	MODES("fchmodat2", file_has_bits, 0755, HERE, A(file)),
	MODES("open", made_has_bits, 0644, A(made), MAKE),
	MODES("creat", made_has_bits, 0644, A(made)),
	MODES("openat", made_has_bits, 0644, HERE, A(made), MAKE),
	/* the kernel takes these bits off directories by itself */
	MODES("mkdir", NULL, 0755, A(made)),
	MODES("mkdirat", NULL, 0755, HERE, A(made)),
	MODES("mknod", made_has_bits, S_IFREG | 0755, A(made)),
	MODES("mknodat", made_has_bits, S_IFREG | 0755, HERE, A(made)),
	/* beyond systemd's test */
	{"fchmodat2, S_ISUID, AT_SYMLINK_NOFOLLOW", "fchmodat2", ARGS(HERE, A(file), 04755, AT_SYMLINK_NOFOLLOW), OK, DENIED, file_has_bits, 0, NULL},
	{"fchmodat2, S_ISUID, AT_EMPTY_PATH", "fchmodat2", ARGS(FD_FILE, A(zeros), 04755, AT_EMPTY_PATH), OK, DENIED, file_has_bits, 0, NULL},
	ACT("the C library's fchmodat that follows no link", libc_fchmodat_nofollow, MAYBE(OK), DENIED),
	{"chmod, S_ISUID below bits that a mode has not", "chmod", ARGS(A(file), 0xabcd0000 | 04755), OK, DENIED, file_has_bits, 0, NULL},
	{"mknod, S_ISUID, a pipe", "mknod", ARGS(A(made), S_IFIFO | 04755, 0), OK, DENIED, made_has_bits, 0, NULL},
	{"mknodat, S_ISGID, a socket", "mknodat", ARGS(HERE, A(made), S_IFSOCK | 02755, 0), OK, DENIED, made_has_bits, 0, NULL},
	{"open, O_CREAT alone", "open", ARGS(A(made), O_CREAT, 04755), OK, DENIED, made_has_bits, 0, NULL},
	{"open, O_TMPFILE", "open", ARGS(A(dir), O_TMPFILE | O_RDWR, 04755), OK, DENIED, opened_has_bits, 0, NULL},
	{"openat, O_TMPFILE", "openat", ARGS(HERE, A(dir), O_TMPFILE | O_RDWR, 02755), OK, DENIED, opened_has_bits, 0, NULL},
	{"openat, O_TMPFILE, neither", "openat", ARGS(HERE, A(dir), O_TMPFILE | O_RDWR, 0755), OK, ALLOWED, NULL, 0, NULL},
	ACT("O_TMPFILE, then a name by linkat", link_unnamed, OK, DENIED),
	{"open, a mode that counts for nothing", "open", ARGS(A(file), O_RDWR, SUID_BITS | 0644), OK, ALLOWED, NULL, 0, NULL},
	{"openat, a mode that counts for nothing", "openat", ARGS(HERE, A(dir), O_RDONLY | O_DIRECTORY, SUID_BITS), OK, ALLOWED, NULL, 0, NULL},
	{"openat2, S_ISUID", "openat2", ARGS(HERE, A(made), A(open_how), 24), OK, ENOSYS, made_has_bits, 0, NULL},
	{"openat2, whatever it asks", "openat2", ARGS(HERE, A(made), A(zeros), 24), ENOENT, ENOSYS, NULL, 0, NULL},
	{"mq_open, S_ISUID", "mq_open", ARGS(A(name), O_CREAT | O_RDWR, 04600, 0), OK, DENIED, opened_has_bits, 0, NULL},
	{"mq_open, neither", "mq_open", ARGS(A(name), O_CREAT | O_RDWR, 0600, 0), OK, ALLOWED, NULL, 0, NULL},
	{"io_uring, which opens files", "io_uring_setup", ARGS(1, BAD), MAYBE(EFAULT), ENOSYS, NULL, 0, NULL},
};

/* Queues are the namespace's, and would stay. */
static void
prepare_queues(void)
{
	syscall(SYS_mq_unlink, arena->name);
}

/* ----------
 * LockPersonality
 * ----------
 */

static bool
personality_changed(long answer)
{
	(void) answer;
	return personality(0xffffffff) != 0;
}

#define PERSONALITY(name, value) \
	{name, "personality", ARGS(value), OK, DENIED, personality_changed, 0, NULL}

static const row personality_rows[] = {
	PERSONALITY("ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE),
	PERSONALITY("MMAP_PAGE_ZERO", MMAP_PAGE_ZERO),
	PERSONALITY("ADDR_COMPAT_LAYOUT", ADDR_COMPAT_LAYOUT),
	PERSONALITY("READ_IMPLIES_EXEC", READ_IMPLIES_EXEC),
	PERSONALITY("PER_LINUX_32BIT", PER_LINUX_32BIT),
	PERSONALITY("PER_SVR4", PER_SVR4),
	PERSONALITY("PER_BSD", PER_BSD),
	PERSONALITY("PER_LINUX32", PER_LINUX32),
	PERSONALITY("PER_LINUX32_3GB", PER_LINUX32_3GB),
	PERSONALITY("PER_UW7", PER_UW7),
	PERSONALITY("0x42", 0x42),
	PERSONALITY("all but the question", 0xfffffffe),
	{"PER_LINUX, as it is", "personality", ARGS(PER_LINUX), OK, ALLOWED, NULL, 0, NULL},
	/* systemd denies it, and glibc's personality(3) needs no more of it */
	{"the question", "personality", ARGS(0xffffffff), OK, ALLOWED, NULL, 0, NULL},
};

/* ----------
 * MemoryDenyWriteExecute
 * ----------
 */

#define RW (PROT_READ | PROT_WRITE)
#define RX (PROT_READ | PROT_EXEC)
#define WX (PROT_WRITE | PROT_EXEC)
#define RWX (RW | PROT_EXEC)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Is memory that is only to be read and written executable? */
static bool
data_is_code(long answer)
{
	char	   *page = mmap(NULL, 2 * PAGE, RW, ANON, -1, 0);
	FILE	   *maps = fopen("/proc/self/maps", "r");
	char		line[512];
	bool		found = false;

	(void) answer;
	if (maps == NULL)
		return false;
	while (fgets(line, sizeof(line), maps))
	{
		/* FROM-TO rwxp ... */
		char	   *end;
		unsigned long from = strtoul(line, &end, 16);
		unsigned long to = strtoul(end + 1, &end, 16);

		if ((uintptr_t) page >= from && (uintptr_t) page < to)
			found = end[3] == 'x';
	}
	fclose(maps);
	return found;
}

#define MMAP(name, prot, flags, fd, with) \
	{"mmap " name, "mmap", ARGS(0, PAGE, prot, flags, fd, 0), OK, with, NULL, NATIVE, NULL}, \
	{"mmap2 " name, "mmap2", ARGS(0, PAGE, prot, flags, fd, 0), OK, with, NULL, 0, NULL}
#define PROTECT(name, prot, with) \
	{"mprotect " name, "mprotect", ARGS(PAGES, PAGE, prot), OK, with, NULL, 0, NULL}, \
	{"pkey_mprotect " name, "pkey_mprotect", ARGS(PAGES, PAGE, prot, S(-1)), MAYBE(OK), with, NULL, 0, NULL}

static const row mdwe_rows[] = {
	/* systemd's */
	MMAP("PROT_WRITE|PROT_EXEC", WX, ANON, S(-1), DENIED),
	MMAP("PROT_READ|PROT_WRITE", RW, ANON, S(-1), ALLOWED),
	{"shmat SHM_EXEC", "shmat", ARGS(SEGMENT, 0, SHM_EXEC), OK, DENIED, NULL, 0, NULL},
	{"shmat 0", "shmat", ARGS(SEGMENT, 0, 0), OK, ALLOWED, NULL, 0, NULL},
	/* beyond */
	MMAP("PROT_READ|PROT_WRITE|PROT_EXEC", RWX, ANON, S(-1), DENIED),
	MMAP("shared", RWX, MAP_SHARED | MAP_ANONYMOUS, S(-1), DENIED),
	MMAP("of a file", RWX, MAP_PRIVATE, FD_FILE, DENIED),
	MMAP("of a file, shared", RWX, MAP_SHARED, FD_FILE, DENIED),
	MMAP("of a file, as a library", RX, MAP_PRIVATE, FD_FILE, ALLOWED),
	MMAP("PROT_EXEC", PROT_EXEC, ANON, S(-1), ALLOWED),
	MMAP("PROT_NONE", PROT_NONE, ANON, S(-1), ALLOWED),
	{"the old mmap, writable and executable", "mmap", ARGS(A(old_mmap_writable_code)), OK, DENIED, NULL, X86, NULL},
	{"the old mmap, of which a filter sees nothing", "mmap", ARGS(A(old_mmap)), OK, DENIED, NULL, X86, NULL},
	PROTECT("PROT_EXEC", PROT_EXEC, DENIED),
	PROTECT("PROT_READ|PROT_EXEC", RX, DENIED),
	PROTECT("PROT_WRITE|PROT_EXEC", WX, DENIED),
	PROTECT("PROT_READ|PROT_WRITE|PROT_EXEC", RWX, DENIED),
	PROTECT("PROT_READ|PROT_WRITE", RW, ALLOWED),
	PROTECT("PROT_READ", PROT_READ, ALLOWED),
	PROTECT("PROT_NONE", PROT_NONE, ALLOWED),
	{"shmat SHM_EXEC|SHM_RDONLY", "shmat", ARGS(SEGMENT, 0, SHM_EXEC | SHM_RDONLY), OK, DENIED, NULL, 0, NULL},
	{"shmat SHM_RDONLY", "shmat", ARGS(SEGMENT, 0, SHM_RDONLY), OK, ALLOWED, NULL, 0, NULL},
	{"ipc, shmat SHM_EXEC", "ipc", ARGS(21, SEGMENT, SHM_EXEC, A(out), 0), OK, DENIED, NULL, 0, NULL},
	{"ipc, shmat SHM_EXEC of another version", "ipc", ARGS(2 << 16 | 21, SEGMENT, SHM_EXEC, A(out), 0), OK, DENIED, NULL, 0, NULL},
	{"ipc, shmat 0", "ipc", ARGS(21, SEGMENT, 0, A(out), 0), OK, ALLOWED, NULL, 0, NULL},
	{"memfd_create", "memfd_create", ARGS(A(name), 0), OK, DENIED, NULL, 0, NULL},
	{"memfd_create MFD_CLOEXEC|MFD_ALLOW_SEALING", "memfd_create", ARGS(A(name), 3), OK, DENIED, NULL, 0, NULL},
	{"READ_IMPLIES_EXEC, by which all memory is code", "personality", ARGS(READ_IMPLIES_EXEC), OK, DENIED, data_is_code, 0, NULL},
	{"READ_IMPLIES_EXEC among others", "personality", ARGS(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE), OK, DENIED, data_is_code, 0, NULL},
	{"asking for the personality", "personality", ARGS(0xffffffff), OK, ALLOWED, NULL, 0, NULL},
	{"another personality", "personality", ARGS(ADDR_NO_RANDOMIZE), OK, ALLOWED, NULL, 0, NULL},
};

/* ----------
 * RestrictRealtime
 * ----------
 */

static bool
is_realtime(long answer)
{
	int			policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;

	(void) answer;
	return policy == SCHED_FIFO || policy == SCHED_RR || policy == 6;
}

#define SCHEDULER(name, policy, param, without, with, effect) \
	{"sched_setscheduler " name, "sched_setscheduler", ARGS(0, policy, A(param)), without, with, effect, 0, NULL}

static const row realtime_rows[] = {
	/* systemd's */
	SCHEDULER("SCHED_IDLE", SCHED_IDLE, no_priority, OK, ALLOWED, NULL),
	SCHEDULER("SCHED_BATCH", SCHED_BATCH, no_priority, OK, ALLOWED, NULL),
	SCHEDULER("SCHED_OTHER", SCHED_OTHER, no_priority, OK, ALLOWED, NULL),
	SCHEDULER("SCHED_FIFO", SCHED_FIFO, priority, MAYBE(OK), DENIED, is_realtime),
	SCHEDULER("SCHED_RR", SCHED_RR, priority, MAYBE(OK), DENIED, is_realtime),
	/* beyond */
	SCHEDULER("SCHED_FIFO|SCHED_RESET_ON_FORK", SCHED_FIFO | SCHED_RESET_ON_FORK, priority, MAYBE(OK), DENIED, is_realtime),
	SCHEDULER("SCHED_RR|SCHED_RESET_ON_FORK", SCHED_RR | SCHED_RESET_ON_FORK, priority, MAYBE(OK), DENIED, is_realtime),
	SCHEDULER("SCHED_DEADLINE", 6, no_priority, ANY, DENIED, NULL),
	SCHEDULER("SCHED_EXT", 7, no_priority, ANY, DENIED, NULL),
	SCHEDULER("an unknown policy", 8, no_priority, EINVAL, DENIED, NULL),
	SCHEDULER("a negative policy", S(INT32_MIN | SCHED_FIFO), priority, EINVAL, DENIED, NULL),
	SCHEDULER("SCHED_BATCH|SCHED_RESET_ON_FORK", SCHED_BATCH | SCHED_RESET_ON_FORK, no_priority, OK, ALLOWED, NULL),
	SCHEDULER("SCHED_OTHER|SCHED_RESET_ON_FORK", SCHED_OTHER | SCHED_RESET_ON_FORK, no_priority, OK, ALLOWED, NULL),
	{"sched_setattr SCHED_FIFO", "sched_setattr", ARGS(0, A(fifo), 0), MAYBE(OK), DENIED, is_realtime, 0, NULL},
	{"sched_setattr SCHED_DEADLINE", "sched_setattr", ARGS(0, A(deadline), 0), MAYBE(OK), DENIED, is_realtime, 0, NULL},
	{"sched_setattr, of which a filter sees nothing", "sched_setattr", ARGS(0, A(other), 0), OK, DENIED, NULL, 0, NULL},
	{"sched_setparam", "sched_setparam", ARGS(0, A(no_priority)), OK, ALLOWED, NULL, 0, NULL},
	{"sched_getattr", "sched_getattr", ARGS(0, A(out), 48, 0), OK, ALLOWED, NULL, 0, NULL},
};

/* ----------
 * The kernel's own things
 * ----------
 */

/* As root, who may ask; nothing here changes the log or takes from it. */
static const row log_rows[] = {
	{"syslog, nothing that there is", "syslog", ARGS(S(-1), 0, 0), MAYBE(EINVAL), DENIED, NULL, 0, NULL},
	{"syslog SYSLOG_ACTION_CLOSE", "syslog", ARGS(0, 0, 0), MAYBE(OK), DENIED, NULL, 0, NULL},
	{"syslog SYSLOG_ACTION_READ_ALL", "syslog", ARGS(3, BAD, S(-1)), MAYBE(EINVAL), DENIED, NULL, 0, NULL},
	{"syslog SYSLOG_ACTION_SIZE_UNREAD", "syslog", ARGS(9, 0, 0), MAYBE(OK), DENIED, NULL, 0, NULL},
	{"syslog SYSLOG_ACTION_SIZE_BUFFER", "syslog", ARGS(10, 0, 0), MAYBE(OK), DENIED, NULL, 0, NULL},
};

static const row tunable_rows[] = {
	{"_sysctl", "_sysctl", ARGS(0, 0, 0), MAYBE(EFAULT), DENIED, NULL, 0, NULL},
};

static const row hostname_rows[] = {
	{"sethostname", "sethostname", ARGS(BAD, 4), MAYBE(EFAULT), DENIED, NULL, 0, NULL},
	{"setdomainname", "setdomainname", ARGS(BAD, 4), MAYBE(EFAULT), DENIED, NULL, 0, NULL},
	{"uname", "uname", ARGS(A(out)), OK, ALLOWED, NULL, 0, NULL},
};

static const row module_rows[] = {
	{"init_module", "init_module", ARGS(BAD, 4, BAD), EPERM, DENIED, NULL, 0, NULL},
	{"finit_module", "finit_module", ARGS(FD_NONE, BAD, 0), EPERM, DENIED, NULL, 0, NULL},
	{"delete_module", "delete_module", ARGS(BAD, O_NONBLOCK), EPERM, DENIED, NULL, 0, NULL},
	{"create_module", "create_module", ARGS(BAD, 4), ENOSYS, DENIED, NULL, 0, NULL},
};

#define CLOCK(name, call, ...) {name, call, ARGS(__VA_ARGS__), EFAULT, DENIED, NULL, 0, NULL}
#define RTC(name, request, with) \
	{"ioctl " name, "ioctl", ARGS(FD_NONE, request, BAD), EBADF, with, NULL, 0, NULL}

static const row clock_rows[] = {
	CLOCK("settimeofday", "settimeofday", BAD, 0),
	CLOCK("settimeofday, the time zone", "settimeofday", 0, BAD),
	CLOCK("clock_settime CLOCK_REALTIME", "clock_settime", CLOCK_REALTIME, BAD),
	CLOCK("clock_settime64 CLOCK_REALTIME", "clock_settime64", CLOCK_REALTIME, BAD),
	CLOCK("adjtimex", "adjtimex", BAD),
	CLOCK("clock_adjtime CLOCK_REALTIME", "clock_adjtime", CLOCK_REALTIME, BAD),
	CLOCK("clock_adjtime64 CLOCK_REALTIME", "clock_adjtime64", CLOCK_REALTIME, BAD),
	CLOCK("stime", "stime", BAD),
	{"adjtimex that only asks", "adjtimex", ARGS(A(out)), OK, DENIED, NULL, 0, NULL},
	RTC("RTC_SET_TIME", RTC_SET_TIME, DENIED),
	RTC("RTC_ALM_SET", RTC_ALM_SET, DENIED),
	RTC("RTC_WKALM_SET", RTC_WKALM_SET, DENIED),
	RTC("RTC_EPOCH_SET", RTC_EPOCH_SET, DENIED),
	RTC("RTC_IRQP_SET", RTC_IRQP_SET, DENIED),
	RTC("RTC_PLL_SET", RTC_PLL_SET, DENIED),
	RTC("RTC_SET_TIME of another size", 0x4010700a, DENIED),
	RTC("RTC_RD_TIME", RTC_RD_TIME, ALLOWED),
	RTC("of another letter", 0x40047100, ALLOWED),
	{"clock_gettime", "clock_gettime", ARGS(CLOCK_REALTIME, A(out)), OK, ALLOWED, NULL, 0, NULL},
	{"gettimeofday", "gettimeofday", ARGS(A(out), 0), OK, ALLOWED, NULL, 0, NULL},
	{"clock_getres", "clock_getres", ARGS(CLOCK_REALTIME, A(out)), OK, ALLOWED, NULL, 0, NULL},
};

/* ----------
 * RestrictFutexPI
 * ----------
 */

#define FUTEX_ROW(name, op, without, with) \
	{"futex " name, "futex", ARGS(A(futex), op, 1, 0, A(futex[1]), 0), without, with, NULL, 0, NULL}, \
	{"futex_time64 " name, "futex_time64", ARGS(A(futex), op, 1, 0, A(futex[1]), 0), without, with, NULL, 0, NULL}
#define PI(name, op) \
	FUTEX_ROW(name, op, ANY, ENOSYS), \
	FUTEX_ROW(name "|FUTEX_PRIVATE_FLAG", (op) | FUTEX_PRIVATE_FLAG, ANY, ENOSYS), \
	FUTEX_ROW(name "|FUTEX_CLOCK_REALTIME", (op) | FUTEX_CLOCK_REALTIME, ANY, ENOSYS), \
	FUTEX_ROW(name " with both", (op) | FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG, ANY, ENOSYS)

static const row futex_rows[] = {
	/* that it works at all, so that its denial means something */
	FUTEX_ROW("FUTEX_TRYLOCK_PI of a free one", FUTEX_TRYLOCK_PI, OK, ENOSYS),
	FUTEX_ROW("FUTEX_LOCK_PI of a free one", FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, OK, ENOSYS),
	PI("FUTEX_LOCK_PI", FUTEX_LOCK_PI),
	PI("FUTEX_UNLOCK_PI", FUTEX_UNLOCK_PI),
	PI("FUTEX_TRYLOCK_PI", FUTEX_TRYLOCK_PI),
	PI("FUTEX_WAIT_REQUEUE_PI", FUTEX_WAIT_REQUEUE_PI),
	PI("FUTEX_CMP_REQUEUE_PI", FUTEX_CMP_REQUEUE_PI),
	PI("FUTEX_LOCK_PI2", 13),
	FUTEX_ROW("FUTEX_WAIT", FUTEX_WAIT, EAGAIN, ALLOWED),
	FUTEX_ROW("FUTEX_WAIT|FUTEX_PRIVATE_FLAG", FUTEX_WAIT | FUTEX_PRIVATE_FLAG, EAGAIN, ALLOWED),
	FUTEX_ROW("FUTEX_WAKE", FUTEX_WAKE, OK, ALLOWED),
	FUTEX_ROW("FUTEX_WAKE|FUTEX_PRIVATE_FLAG", FUTEX_WAKE | FUTEX_PRIVATE_FLAG, OK, ALLOWED),
	FUTEX_ROW("FUTEX_REQUEUE", FUTEX_REQUEUE, OK, ALLOWED),
	FUTEX_ROW("FUTEX_CMP_REQUEUE", FUTEX_CMP_REQUEUE, OK, ALLOWED),
	FUTEX_ROW("FUTEX_WAKE_OP", FUTEX_WAKE_OP, OK, ALLOWED),
	{"futex FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME", "futex", ARGS(A(futex), FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1, 0, 0, 1), EAGAIN, ALLOWED, NULL, 0, NULL},
	{"PR_FUTEX_HASH", "prctl", ARGS(78, 2, 0, 0, 0), ANY, EINVAL, NULL, 0, NULL},
	ACT("threads", libc_threads, OK, ALLOWED),
};

/* ----------
 * RestrictTTY
 * ----------
 */

static void
ignore(int signo)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigaction(signo, &action, NULL);
}

/* A terminal of this process's own, which it controls. */
static void
prepare_terminal(void)
{
	int			master = posix_openpt(O_RDWR | O_NOCTTY);
	int			slave;

	ignore(SIGHUP);
	ignore(SIGINT);
	ignore(SIGTTOU);
	setsid();
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
	{
		report->lacking = "terminals";
		return;
	}
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ioctl(slave, TIOCSCTTY, 0);
	ioctl(slave, TCGETS, arena->settings);
	arena->settings[3] &= ~(uint32_t) 2;	/* ICANON: what is typed can be read at once */
	ioctl(slave, TCSETS, arena->settings);
	ioctl(slave, 0x802c542a, arena->settings2);
	put(master, FD_MASTER);
	put(slave, FD_SLAVE);
}

/* Is there a character to be read?  Nobody typed one. */
static bool
was_typed(long answer)
{
	int			waiting = 0;

	(void) answer;
	return ioctl(FD_SLAVE, FIONREAD, &waiting) == 0 && waiting > 0;
}

#define TTY(name, fd, request, argument, without, with) \
	{name, "ioctl", ARGS(fd, request, argument), without, with, NULL, 0, NULL}

static const row tty_rows[] = {
	{"TIOCSTI", "ioctl", ARGS(FD_SLAVE, TIOCSTI, A(buffer)), MAYBE(OK), DENIED, was_typed, 0, NULL},
	TTY("TIOCSETD", FD_SLAVE, TIOCSETD, A(zero), OK, DENIED),
	TTY("TIOCGETD", FD_SLAVE, TIOCGETD, A(out), OK, DENIED),
	TTY("TIOCSPTLCK", FD_MASTER, TIOCSPTLCK, A(zero), OK, DENIED),
	TTY("TIOCSPGRP", FD_SLAVE, TIOCSPGRP, A(process), OK, DENIED),
	TTY("TIOCSCTTY", FD_SLAVE, TIOCSCTTY, 0, OK, DENIED),
	TTY("TIOCSWINSZ", FD_SLAVE, TIOCSWINSZ, A(zeros), OK, DENIED),
	TTY("TIOCEXCL", FD_SLAVE, TIOCEXCL, 0, OK, DENIED),
	TTY("TIOCNXCL", FD_SLAVE, TIOCNXCL, 0, OK, DENIED),
	TTY("TIOCPKT", FD_MASTER, TIOCPKT, A(zero), OK, DENIED),
	TTY("TIOCGPTN", FD_MASTER, TIOCGPTN, A(out), OK, DENIED),
	TTY("TIOCGPTPEER", FD_MASTER, 0x5441, O_RDWR | O_NOCTTY, OK, DENIED),
	TTY("TIOCSIG", FD_MASTER, 0x40045436, SIGINT, OK, DENIED),
	TTY("TCXONC", FD_SLAVE, TCXONC, 1, OK, DENIED),
	TTY("TCSBRKP", FD_SLAVE, TCSBRKP, 0, OK, DENIED),
	TTY("TIOCVHANGUP", FD_SLAVE, 0x5437, 0, EPERM, DENIED),
	TTY("TIOCCONS", FD_SLAVE, TIOCCONS, 0, EPERM, DENIED),
	TTY("TIOCLINUX", FD_SLAVE, TIOCLINUX, A(buffer), ENOTTY, DENIED),
	TTY("TIOCMGET", FD_SLAVE, TIOCMGET, A(out), ENOTTY, DENIED),
	TTY("TIOCSSERIAL", FD_SLAVE, TIOCSSERIAL, A(out), ENOTTY, DENIED),
	TTY("TIOCSTI on no terminal", FD_FILE, TIOCSTI, A(buffer), ENOTTY, DENIED),
	TTY("TIOCSTI on nothing", FD_NONE, TIOCSTI, A(buffer), EBADF, DENIED),
	TTY("TUNSETIFF", FD_FILE, 0x400454ca, A(zeros), ENOTTY, DENIED),
	TTY("KDFONTOP", FD_FILE, 0x4b72, A(zeros), ENOTTY, DENIED),
	TTY("KDSKBENT", FD_FILE, 0x4b47, A(zeros), ENOTTY, DENIED),
	TTY("KDSETMODE", FD_FILE, 0x4b3a, 0, ENOTTY, DENIED),
	TTY("a keyboard's, with a size", FD_FILE, 0x40044b72, A(zeros), ENOTTY, DENIED),
	TTY("VT_RESIZE", FD_FILE, 0x5609, A(zeros), ENOTTY, DENIED),
	TTY("VT_DISALLOCATE", FD_FILE, 0x5608, 0, ENOTTY, DENIED),
	TTY("VIDIOC_S_FMT", FD_FILE, 0xc0d05605, A(zeros), ENOTTY, DENIED),
	TTY("TCGETS", FD_SLAVE, TCGETS, A(out), OK, ALLOWED),
	TTY("TCGETS2", FD_SLAVE, 0x802c542a, A(out), OK, ALLOWED),
	TTY("TCGETS on no terminal", FD_FILE, TCGETS, A(out), ENOTTY, ALLOWED),
	TTY("TIOCGWINSZ", FD_SLAVE, TIOCGWINSZ, A(out), OK, ALLOWED),
	TTY("TIOCGPGRP", FD_SLAVE, TIOCGPGRP, A(out), OK, ALLOWED),
	TTY("TIOCGSID", FD_SLAVE, TIOCGSID, A(out), OK, ALLOWED),
	TTY("TIOCOUTQ", FD_SLAVE, TIOCOUTQ, A(out), OK, ALLOWED),
	TTY("TCSETS", FD_SLAVE, TCSETS, A(settings), OK, ALLOWED),
	TTY("TCSETSW", FD_SLAVE, TCSETSW, A(settings), OK, ALLOWED),
	TTY("TCSETSF", FD_SLAVE, TCSETSF, A(settings), OK, ALLOWED),
	TTY("TCSETS2", FD_SLAVE, 0x402c542b, A(settings2), OK, ALLOWED),
	TTY("TCSETSW2", FD_SLAVE, 0x402c542c, A(settings2), OK, ALLOWED),
	TTY("TCSETSF2", FD_SLAVE, 0x402c542d, A(settings2), OK, ALLOWED),
	TTY("TCFLSH", FD_SLAVE, TCFLSH, 0, OK, ALLOWED),
	TTY("TCSBRK that waits", FD_SLAVE, TCSBRK, 1, OK, ALLOWED),
	TTY("TIOCNOTTY", FD_SLAVE, TIOCNOTTY, 0, OK, ALLOWED),
	TTY("FIONREAD on a terminal", FD_SLAVE, FIONREAD, A(out), OK, ALLOWED),
	TTY("FIONREAD on a file", FD_FILE, FIONREAD, A(out), OK, ALLOWED),
	TTY("FIONBIO", FD_FILE, FIONBIO, A(one), OK, ALLOWED),
	TTY("FIOCLEX", FD_FILE, FIOCLEX, 0, OK, ALLOWED),
	TTY("FIONCLEX", FD_FILE, FIONCLEX, 0, OK, ALLOWED),
	TTY("FIOASYNC", FD_FILE, FIOASYNC, A(zero), OK, ALLOWED),
	TTY("FIOQSIZE", FD_FILE, FIOQSIZE, A(out), OK, ALLOWED),
	TTY("a file system's", FD_FILE, 0x80086601, A(out), ANY, ALLOWED),
};

/* ----------
 * Sockets that are there
 * ----------
 */

static void
prepare_sockets(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,.sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t	len = sizeof(address);
	int			listener = socket(AF_INET, SOCK_STREAM, 0);
	int			client = socket(AF_INET, SOCK_STREAM, 0);
	int			pair[2];

	ignore(SIGPIPE);
	if (bind(listener, (struct sockaddr *) &address, len) != 0 || listen(listener, 1) != 0 ||
		getsockname(listener, (struct sockaddr *) &address, &len) != 0 ||
		connect(client, (struct sockaddr *) &address, len) != 0 ||
		send(client, "12345678", 8, 0) != 8)
		give_up("a connection to ourselves");
	put(accept(listener, NULL, NULL), FD_SERVER);
	put(client, FD_CLIENT);
	close(listener);
	put(socket(AF_INET, SOCK_STREAM, 0), FD_TCP);
	put(socket(AF_INET6, SOCK_STREAM, 0), FD_TCP6);
	put(socket(AF_INET, SOCK_DGRAM, 0), FD_UDP);
	put(socket(AF_INET6, SOCK_DGRAM, 0), FD_UDP6);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		give_up("socketpair");
	put(pair[0], FD_UNIX);
	put(pair[1], FD_PEER);
	if (recv(FD_SERVER, pair, 1, MSG_PEEK) != 1)
		give_up("a byte from ourselves");
}

/* ----------
 * RestrictSocketOptions
 * ----------
 */

#define SET(name, fd, level, option, field, without, with) \
	{"setsockopt " name, "setsockopt", ARGS(fd, level, option, A(field), sizeof(arena->field)), without, with, NULL, 0, NULL}
#define GET(name, fd, level, option, without, with) \
	{"getsockopt " name, "getsockopt", ARGS(fd, level, option, A(out), A(length)), without, with, NULL, 0, NULL}
#define BOTH(name, fd, level, option, field) \
	SET(name, fd, level, option, field, OK, ALLOWED), GET(name, fd, level, option, OK, ALLOWED)
#define NEITHER(name, fd, level, option) \
	SET(name, fd, level, option, one, ANY, ENOPROTOOPT), GET(name, fd, level, option, ANY, ENOPROTOOPT)

static const row option_rows[] = {
	/* what servers, libpq and libraries set and ask */
	BOTH("SO_REUSEADDR", FD_TCP, SOL_SOCKET, SO_REUSEADDR, one),
	GET("SO_TYPE", FD_TCP, SOL_SOCKET, SO_TYPE, OK, ALLOWED),
	GET("SO_ERROR", FD_TCP, SOL_SOCKET, SO_ERROR, OK, ALLOWED),
	BOTH("SO_DONTROUTE", FD_TCP, SOL_SOCKET, SO_DONTROUTE, one),
	BOTH("SO_BROADCAST", FD_UDP, SOL_SOCKET, SO_BROADCAST, one),
	BOTH("SO_SNDBUF", FD_TCP, SOL_SOCKET, SO_SNDBUF, mss),
	BOTH("SO_RCVBUF", FD_TCP, SOL_SOCKET, SO_RCVBUF, mss),
	BOTH("SO_KEEPALIVE", FD_CLIENT, SOL_SOCKET, SO_KEEPALIVE, one),
	BOTH("SO_PRIORITY", FD_TCP, SOL_SOCKET, SO_PRIORITY, one),
	BOTH("SO_LINGER", FD_TCP, SOL_SOCKET, SO_LINGER, linger),
	BOTH("SO_REUSEPORT", FD_TCP, SOL_SOCKET, SO_REUSEPORT, one),
	BOTH("SO_PASSCRED", FD_UNIX, SOL_SOCKET, SO_PASSCRED, one),
	GET("SO_PEERCRED", FD_UNIX, SOL_SOCKET, SO_PEERCRED, OK, ALLOWED),
	GET("SO_PEERGROUPS", FD_UNIX, SOL_SOCKET, SO_PEERGROUPS, OK, ALLOWED),
	GET("SO_PEERSEC", FD_UNIX, SOL_SOCKET, SO_PEERSEC, ANY, ALLOWED),
	GET("SO_PEERPIDFD", FD_UNIX, SOL_SOCKET, 77, MAYBE(OK), ALLOWED),
	SET("SO_PASSSEC", FD_UNIX, SOL_SOCKET, SO_PASSSEC, one, MAYBE(OK), ALLOWED),
	SET("SO_PASSPIDFD", FD_UNIX, SOL_SOCKET, 76, one, MAYBE(OK), ALLOWED),
	BOTH("SO_RCVLOWAT", FD_TCP, SOL_SOCKET, SO_RCVLOWAT, one),
	GET("SO_SNDLOWAT", FD_TCP, SOL_SOCKET, SO_SNDLOWAT, OK, ALLOWED),
	BOTH("SO_RCVTIMEO", FD_TCP, SOL_SOCKET, 20, zeros),
	BOTH("SO_SNDTIMEO", FD_TCP, SOL_SOCKET, 21, zeros),
	BOTH("SO_RCVTIMEO_NEW", FD_TCP, SOL_SOCKET, 66, zeros),
	BOTH("SO_SNDTIMEO_NEW", FD_TCP, SOL_SOCKET, 67, zeros),
	GET("SO_ACCEPTCONN", FD_TCP, SOL_SOCKET, SO_ACCEPTCONN, OK, ALLOWED),
	GET("SO_PROTOCOL", FD_TCP, SOL_SOCKET, SO_PROTOCOL, OK, ALLOWED),
	GET("SO_DOMAIN", FD_TCP, SOL_SOCKET, SO_DOMAIN, OK, ALLOWED),
	GET("SO_OOBINLINE", FD_TCP, SOL_SOCKET, SO_OOBINLINE, OK, ALLOWED),
	GET("SO_COOKIE", FD_TCP, SOL_SOCKET, SO_COOKIE, OK, ALLOWED),
	BOTH("TCP_NODELAY", FD_CLIENT, IPPROTO_TCP, TCP_NODELAY, one),
	BOTH("TCP_MAXSEG", FD_TCP, IPPROTO_TCP, TCP_MAXSEG, mss),
	BOTH("TCP_CORK", FD_CLIENT, IPPROTO_TCP, TCP_CORK, one),
	BOTH("TCP_KEEPIDLE", FD_CLIENT, IPPROTO_TCP, TCP_KEEPIDLE, one),
	BOTH("TCP_KEEPINTVL", FD_CLIENT, IPPROTO_TCP, TCP_KEEPINTVL, one),
	BOTH("TCP_KEEPCNT", FD_CLIENT, IPPROTO_TCP, TCP_KEEPCNT, one),
	BOTH("TCP_SYNCNT", FD_TCP, IPPROTO_TCP, TCP_SYNCNT, one),
	BOTH("TCP_DEFER_ACCEPT", FD_TCP, IPPROTO_TCP, TCP_DEFER_ACCEPT, one),
	BOTH("TCP_QUICKACK", FD_CLIENT, IPPROTO_TCP, TCP_QUICKACK, one),
	BOTH("TCP_USER_TIMEOUT", FD_CLIENT, IPPROTO_TCP, TCP_USER_TIMEOUT, mss),
	BOTH("TCP_NOTSENT_LOWAT", FD_CLIENT, IPPROTO_TCP, TCP_NOTSENT_LOWAT, mss),
	GET("TCP_INFO", FD_CLIENT, IPPROTO_TCP, TCP_INFO, OK, ALLOWED),
	BOTH("IP_TOS", FD_TCP, IPPROTO_IP, IP_TOS, one),
	BOTH("IP_TTL", FD_TCP, IPPROTO_IP, IP_TTL, one),
	BOTH("IP_PKTINFO", FD_UDP, IPPROTO_IP, IP_PKTINFO, one),
	BOTH("IP_MTU_DISCOVER", FD_UDP, IPPROTO_IP, IP_MTU_DISCOVER, one),
	BOTH("IP_RECVERR", FD_UDP, IPPROTO_IP, IP_RECVERR, one),
	BOTH("IP_BIND_ADDRESS_NO_PORT", FD_TCP, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, one),
	GET("IP_MTU", FD_CLIENT, IPPROTO_IP, IP_MTU, OK, ALLOWED),
	SET("IPV6_UNICAST_HOPS", FD_TCP6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, one, MAYBE(OK), ALLOWED),
	SET("IPV6_MTU_DISCOVER", FD_UDP6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, one, MAYBE(OK), ALLOWED),
	SET("IPV6_MTU", FD_UDP6, IPPROTO_IPV6, IPV6_MTU, mtu, MAYBE(OK), ALLOWED),
	SET("IPV6_RECVERR", FD_UDP6, IPPROTO_IPV6, IPV6_RECVERR, one, MAYBE(OK), ALLOWED),
	SET("IPV6_V6ONLY", FD_TCP6, IPPROTO_IPV6, IPV6_V6ONLY, one, MAYBE(OK), ALLOWED),
	SET("IPV6_RECVPKTINFO", FD_UDP6, IPPROTO_IPV6, IPV6_RECVPKTINFO, one, MAYBE(OK), ALLOWED),
	SET("IPV6_TCLASS", FD_TCP6, IPPROTO_IPV6, IPV6_TCLASS, one, MAYBE(OK), ALLOWED),
	GET("IPV6_ADDR_PREFERENCES", FD_TCP6, IPPROTO_IPV6, 72, MAYBE(OK), ALLOWED),
	/* what can only be asked */
	SET("SO_OOBINLINE", FD_TCP, SOL_SOCKET, SO_OOBINLINE, one, OK, ENOPROTOOPT),
	SET("TCP_INFO", FD_TCP, IPPROTO_TCP, TCP_INFO, one, ENOPROTOOPT, ENOPROTOOPT),
	/* what programs that attack set */
	SET("SO_DEBUG", FD_TCP, SOL_SOCKET, SO_DEBUG, zero, OK, ENOPROTOOPT),
	SET("SO_NO_CHECK", FD_UDP, SOL_SOCKET, 11, one, OK, ENOPROTOOPT),
	SET("SO_SNDBUFFORCE", FD_TCP, SOL_SOCKET, SO_SNDBUFFORCE, mss, EPERM, EPERM),
	SET("SO_RCVBUFFORCE", FD_TCP, SOL_SOCKET, SO_RCVBUFFORCE, mss, EPERM, EPERM),
	GET("SO_SNDBUFFORCE", FD_TCP, SOL_SOCKET, SO_SNDBUFFORCE, ENOPROTOOPT, ENOPROTOOPT),
	SET("SO_ATTACH_FILTER", FD_TCP, SOL_SOCKET, SO_ATTACH_FILTER, zeros, ANY, ENOPROTOOPT),
	SET("SO_ATTACH_BPF", FD_TCP, SOL_SOCKET, 50, one, ANY, ENOPROTOOPT),
	SET("SO_ATTACH_REUSEPORT_CBPF", FD_TCP, SOL_SOCKET, 51, zeros, ANY, ENOPROTOOPT),
	SET("SO_DETACH_FILTER", FD_TCP, SOL_SOCKET, SO_DETACH_FILTER, one, ENOENT, ENOPROTOOPT),
	SET("SO_LOCK_FILTER", FD_TCP, SOL_SOCKET, 44, one, OK, ENOPROTOOPT),
	SET("SO_ZEROCOPY", FD_TCP, SOL_SOCKET, 60, one, OK, ENOPROTOOPT),
	SET("SO_TXTIME", FD_TCP, SOL_SOCKET, 61, zeros, ANY, ENOPROTOOPT),
	SET("SO_TIMESTAMPING", FD_UDP, SOL_SOCKET, 37, one, OK, ENOPROTOOPT),
	SET("SO_PEEK_OFF", FD_UNIX, SOL_SOCKET, 42, zero, OK, ENOPROTOOPT),
	SET("SO_BUSY_POLL", FD_TCP, SOL_SOCKET, 46, zero, ANY, ENOPROTOOPT),
	SET("SO_MARK", FD_TCP, SOL_SOCKET, 36, one, EPERM, ENOPROTOOPT),
	NEITHER("SO_BINDTODEVICE", FD_TCP, SOL_SOCKET, SO_BINDTODEVICE),
	NEITHER("an unknown option", FD_TCP, SOL_SOCKET, 9999),
	SET("TCP_ULP", FD_CLIENT, IPPROTO_TCP, 31, name, ENOENT, ENOPROTOOPT),
	GET("TCP_ULP", FD_CLIENT, IPPROTO_TCP, 31, OK, ENOPROTOOPT),
	{"setsockopt TCP_ULP at a bad address", "setsockopt", ARGS(FD_CLIENT, IPPROTO_TCP, 31, BAD, 4), EFAULT, ENOPROTOOPT, NULL, 0, NULL},
	SET("TCP_REPAIR", FD_TCP, IPPROTO_TCP, 19, one, EPERM, ENOPROTOOPT),
	SET("TCP_FASTOPEN", FD_TCP, IPPROTO_TCP, 23, one, ANY, ENOPROTOOPT),
	GET("TCP_CONGESTION", FD_TCP, IPPROTO_TCP, TCP_CONGESTION, OK, ENOPROTOOPT),
	NEITHER("TCP_CONGESTION", FD_NONE, IPPROTO_TCP, TCP_CONGESTION),
	SET("TCP_FASTOPEN_CONNECT", FD_TCP, IPPROTO_TCP, 30, one, ANY, ENOPROTOOPT),
	NEITHER("TCP_MD5SIG", FD_TCP, IPPROTO_TCP, 14),
	NEITHER("TCP_ZEROCOPY_RECEIVE", FD_CLIENT, IPPROTO_TCP, 35),
	NEITHER("IP_HDRINCL", FD_TCP, IPPROTO_IP, IP_HDRINCL),
	SET("IP_OPTIONS", FD_UDP, IPPROTO_IP, IP_OPTIONS, zero, OK, ENOPROTOOPT),
	SET("IP_MULTICAST_LOOP", FD_UDP, IPPROTO_IP, IP_MULTICAST_LOOP, one, OK, ENOPROTOOPT),
	NEITHER("IP_ADD_MEMBERSHIP", FD_UDP, IPPROTO_IP, IP_ADD_MEMBERSHIP),
	SET("MCAST_JOIN_GROUP", FD_UDP, IPPROTO_IP, MCAST_JOIN_GROUP, one, EINVAL, ENOPROTOOPT),
	SET("IP_RETOPTS", FD_UDP, IPPROTO_IP, IP_RETOPTS, one, OK, ENOPROTOOPT),
	{"setsockopt IPT_SO_SET_REPLACE", "setsockopt", ARGS(FD_NONE, IPPROTO_IP, 64, BAD, 4), EBADF, ENOPROTOOPT, NULL, 0, NULL},
	{"setsockopt IP6T_SO_SET_REPLACE", "setsockopt", ARGS(FD_NONE, IPPROTO_IPV6, 64, BAD, 4), EBADF, ENOPROTOOPT, NULL, 0, NULL},
	SET("IPV6_ADDRFORM", FD_TCP6, IPPROTO_IPV6, 1, one, ANY, ENOPROTOOPT),
	SET("IPV6_RTHDR", FD_UDP6, IPPROTO_IPV6, 57, zeros, ANY, ENOPROTOOPT),
	SET("IPV6_2292PKTOPTIONS", FD_UDP6, IPPROTO_IPV6, 6, zeros, ANY, ENOPROTOOPT),
	SET("MCAST_JOIN_GROUP of IPv6", FD_UDP6, IPPROTO_IPV6, MCAST_JOIN_GROUP, one, ANY, ENOPROTOOPT),
	SET("UDP_CORK", FD_UDP, IPPROTO_UDP, 1, one, OK, ENOPROTOOPT),
	SET("UDP_SEGMENT", FD_UDP, IPPROTO_UDP, 103, mss, MAYBE(OK), ENOPROTOOPT),
	SET("UDP_GRO", FD_UDP, IPPROTO_UDP, 104, one, MAYBE(OK), ENOPROTOOPT),
	GET("UDP_CORK", FD_UDP, IPPROTO_UDP, 1, OK, ENOPROTOOPT),
	NEITHER("SOL_RAW", FD_NONE, 255, 1),
	NEITHER("SOL_SCTP", FD_NONE, 132, 1),
	NEITHER("SOL_PACKET", FD_NONE, 263, 5),
	NEITHER("SOL_NETLINK", FD_NONE, 270, 1),
	NEITHER("SOL_TIPC", FD_NONE, 271, 1),
	NEITHER("SOL_ALG", FD_NONE, 279, 1),
	NEITHER("SOL_TLS", FD_NONE, 282, 1),
	NEITHER("SOL_XDP", FD_NONE, 283, 1),
	NEITHER("SOL_MPTCP", FD_NONE, 284, 1),
	NEITHER("AF_VSOCK's", FD_NONE, AF_VSOCK, 0),
	{"SO_ZEROCOPY by socketcall", "socketcall", ARGS(14, A(call_option)), OK, ENOPROTOOPT, NULL, 0, NULL},
};

/* ----------
 * RestrictSocketMessages
 * ----------
 */

#define SEND(name, flags, with) \
	{"sendto " name, "sendto", ARGS(FD_CLIENT, A(buffer), 1, flags, 0, 0), OK, with, NULL, 0, NULL}, \
	{"sendmsg " name, "sendmsg", ARGS(FD_CLIENT, A(message), flags), OK, with, NULL, NATIVE, NULL}, \
	{"sendmmsg " name, "sendmmsg", ARGS(FD_CLIENT, A(message), 1, flags), OK, with, NULL, NATIVE, NULL}
#define RECEIVE(name, flags, with) \
	{"recvfrom " name, "recvfrom", ARGS(FD_SERVER, A(buffer), 1, flags, 0, 0), OK, with, NULL, 0, NULL}, \
	{"recvmsg " name, "recvmsg", ARGS(FD_SERVER, A(message), flags), OK, with, NULL, NATIVE, NULL}, \
	{"recvmmsg " name, "recvmmsg", ARGS(FD_SERVER, A(message), 1, flags, 0), OK, with, NULL, NATIVE, NULL}

static const row message_rows[] = {
	SEND("0", 0, ALLOWED),
	SEND("MSG_NOSIGNAL", MSG_NOSIGNAL, ALLOWED),
	SEND("MSG_DONTWAIT", MSG_DONTWAIT, ALLOWED),
	SEND("MSG_MORE", MSG_MORE, ALLOWED),
	SEND("MSG_EOR", MSG_EOR, ALLOWED),
	SEND("all that are allowed", MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE | MSG_EOR, ALLOWED),
	SEND("MSG_OOB", MSG_OOB, EOPNOTSUPP),
	SEND("MSG_OOB|MSG_NOSIGNAL", MSG_OOB | MSG_NOSIGNAL, EOPNOTSUPP),
	SEND("MSG_ZEROCOPY", MSG_ZEROCOPY, EOPNOTSUPP),
	SEND("MSG_DONTROUTE", MSG_DONTROUTE, EOPNOTSUPP),
	SEND("MSG_CONFIRM", MSG_CONFIRM, EOPNOTSUPP),
	SEND("a flag that the kernel keeps to itself", 0x8000000, EOPNOTSUPP),
	{"sendto MSG_FASTOPEN", "sendto", ARGS(FD_TCP, A(buffer), 1, MSG_FASTOPEN, 0, 0), ANY, EOPNOTSUPP, NULL, 0, NULL},
	{"sendmsg MSG_OOB of nothing", "sendmsg", ARGS(FD_CLIENT, BAD, MSG_OOB), EFAULT, EOPNOTSUPP, NULL, 0, NULL},
	RECEIVE("0", 0, ALLOWED),
	RECEIVE("MSG_PEEK", MSG_PEEK, ALLOWED),
	RECEIVE("MSG_TRUNC", MSG_TRUNC, ALLOWED),
	RECEIVE("MSG_DONTWAIT", MSG_DONTWAIT, ALLOWED),
	RECEIVE("MSG_WAITALL", MSG_WAITALL, ALLOWED),
	RECEIVE("MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC, ALLOWED),
	RECEIVE("MSG_WAITFORONE", MSG_WAITFORONE, ALLOWED),
	RECEIVE("a flag that the kernel keeps to itself", 0x8000000, EOPNOTSUPP),
	{"recvfrom MSG_OOB", "recvfrom", ARGS(FD_SERVER, A(buffer), 1, MSG_OOB, 0, 0), EINVAL, EOPNOTSUPP, NULL, 0, NULL},
	{"recvfrom MSG_ERRQUEUE", "recvfrom", ARGS(FD_SERVER, A(buffer), 1, MSG_ERRQUEUE, 0, 0), EAGAIN, EOPNOTSUPP, NULL, 0, NULL},
	{"recvmsg MSG_ERRQUEUE", "recvmsg", ARGS(FD_SERVER, A(message), MSG_ERRQUEUE), EAGAIN, EOPNOTSUPP, NULL, NATIVE, NULL},
	{"recvmmsg MSG_OOB", "recvmmsg", ARGS(FD_SERVER, A(message), 1, MSG_OOB, 0), EINVAL, EOPNOTSUPP, NULL, NATIVE, NULL},
	{"recvmsg MSG_OOB of nothing", "recvmsg", ARGS(FD_SERVER, BAD, MSG_OOB), EFAULT, EOPNOTSUPP, NULL, 0, NULL},
	{"MSG_OOB by socketcall", "socketcall", ARGS(11, A(call_oob)), OK, EOPNOTSUPP, NULL, 0, NULL},
};

/* ----------
 * RestrictSplice, RestrictPipes
 * ----------
 */

static void
prepare_pipes(void)
{
	int			fds[2];

	for (int i = 0; i < 2; i++)
	{
		if (pipe(fds) != 0 || write(fds[1], "12345678", 8) != 8)
			give_up("a pipe");
		put(fds[0], i ? FD_READ2 : FD_READ);
		put(fds[1], i ? FD_WRITE2 : FD_WRITE);
	}
}

static const row splice_rows[] = {
	{"splice", "splice", ARGS(FD_FILE, 0, FD_WRITE, 0, 1, 0), OK, ENOSYS, NULL, 0, NULL},
	{"splice to a file", "splice", ARGS(FD_READ, 0, FD_FILE, 0, 1, 1), OK, ENOSYS, NULL, 0, NULL},
	{"tee", "tee", ARGS(FD_READ, FD_WRITE2, 1, 0), OK, ENOSYS, NULL, 0, NULL},
	{"vmsplice", "vmsplice", ARGS(FD_WRITE, A(vector), 1, 0), OK, ENOSYS, NULL, NATIVE, NULL},
	{"vmsplice SPLICE_F_GIFT", "vmsplice", ARGS(FD_WRITE, A(vector), 1, 8), OK, ENOSYS, NULL, NATIVE, NULL},
	{"vmsplice of nothing", "vmsplice", ARGS(FD_WRITE, BAD, 1, 0), EFAULT, ENOSYS, NULL, 0, NULL},
	{"sendfile", "sendfile", ARGS(FD_WRITE, FD_FILE, 0, 1), OK, EINVAL, NULL, 0, NULL},
	{"sendfile64", "sendfile64", ARGS(FD_WRITE, FD_FILE, 0, 1), OK, EINVAL, NULL, 0, NULL},
	{"read", "read", ARGS(FD_READ, A(buffer), 1), OK, ALLOWED, NULL, 0, NULL},
	{"write", "write", ARGS(FD_WRITE, A(buffer), 1), OK, ALLOWED, NULL, 0, NULL},
};

static const row pipe_rows[] = {
	{"pipe", "pipe", ARGS(A(pair)), OK, ALLOWED, NULL, 0, NULL},
	{"pipe2 0", "pipe2", ARGS(A(pair), 0), OK, ALLOWED, NULL, 0, NULL},
	{"pipe2 O_CLOEXEC|O_NONBLOCK", "pipe2", ARGS(A(pair), O_CLOEXEC | O_NONBLOCK), OK, ALLOWED, NULL, 0, NULL},
	{"pipe2 O_DIRECT", "pipe2", ARGS(A(pair), O_DIRECT), OK, EINVAL, NULL, 0, NULL},
	{"pipe2 O_DIRECT|O_CLOEXEC", "pipe2", ARGS(A(pair), O_DIRECT | O_CLOEXEC), OK, EINVAL, NULL, 0, NULL},
	{"pipe2 O_NOTIFICATION_PIPE", "pipe2", ARGS(A(pair), O_EXCL), ANY, EINVAL, NULL, 0, NULL},
	{"pipe2 O_NOTIFICATION_PIPE|O_CLOEXEC", "pipe2", ARGS(A(pair), O_EXCL | O_CLOEXEC), ANY, EINVAL, NULL, 0, NULL},
	{"F_SETPIPE_SZ", "fcntl", ARGS(FD_READ, F_SETPIPE_SZ, 8192), OK, DENIED, NULL, 0, NULL},
	{"F_SETPIPE_SZ by fcntl64", "fcntl64", ARGS(FD_READ, F_SETPIPE_SZ, 8192), OK, DENIED, NULL, 0, NULL},
	{"F_GETPIPE_SZ", "fcntl", ARGS(FD_READ, F_GETPIPE_SZ, 0), OK, ALLOWED, NULL, 0, NULL},
	{"F_SETFL O_NONBLOCK", "fcntl", ARGS(FD_READ, F_SETFL, O_NONBLOCK), OK, ALLOWED, NULL, 0, NULL},
	{"F_SETFL O_NONBLOCK by fcntl64", "fcntl64", ARGS(FD_READ, F_SETFL, O_NONBLOCK), OK, ALLOWED, NULL, 0, NULL},
	{"F_GETFL", "fcntl", ARGS(FD_READ, F_GETFL, 0), OK, ALLOWED, NULL, 0, NULL},
	{"packets by F_SETFL O_DIRECT", "fcntl", ARGS(FD_WRITE, F_SETFL, O_DIRECT), OK, EINVAL, NULL, 0, NULL},
	{"packets by F_SETFL O_DIRECT|O_NONBLOCK", "fcntl", ARGS(FD_WRITE, F_SETFL, O_DIRECT | O_NONBLOCK), OK, EINVAL, NULL, 0, NULL},
	{"packets by fcntl64", "fcntl64", ARGS(FD_WRITE, F_SETFL, O_DIRECT), OK, EINVAL, NULL, 0, NULL},
	{"IOC_WATCH_QUEUE_SET_SIZE", "ioctl", ARGS(FD_READ, 0x5760, 1), ANY, DENIED, NULL, 0, NULL},
	{"IOC_WATCH_QUEUE_SET_FILTER", "ioctl", ARGS(FD_READ, 0x5761, BAD), ANY, DENIED, NULL, 0, NULL},
	{"FIONREAD", "ioctl", ARGS(FD_READ, FIONREAD, A(out)), OK, ALLOWED, NULL, 0, NULL},
};

/* ----------
 * RestrictMemoryMapping
 * ----------
 */

#define ADVICE(name, advice, without, with) \
	{"madvise " name, "madvise", ARGS(PAGES, PAGE, advice), without, with, NULL, 0, NULL}

static const row mapping_rows[] = {
	MMAP("of memory", RW, ANON, S(-1), ALLOWED),
	MMAP("MAP_STACK|MAP_NORESERVE", RW, ANON | MAP_STACK | MAP_NORESERVE, S(-1), ALLOWED),
	MMAP("MAP_GROWSDOWN", RW, ANON | MAP_GROWSDOWN, S(-1), DENIED),
	MMAP("MAP_GROWSDOWN|MAP_STACK", RW, ANON | MAP_GROWSDOWN | MAP_STACK, S(-1), DENIED),
	{"the old mmap, of which a filter sees nothing", "mmap", ARGS(A(old_mmap)), OK, DENIED, NULL, X86, NULL},
	{"mremap 0", "mremap", ARGS(PAGES, 2 * PAGE, PAGE, 0), OK, ALLOWED, NULL, 0, NULL},
	{"mremap MREMAP_MAYMOVE", "mremap", ARGS(PAGES, PAGE, 2 * PAGE, 1), OK, ALLOWED, NULL, 0, NULL},
	{"mremap MREMAP_FIXED", "mremap", ARGS(PAGES, PAGE, PAGE, 3, FREE_PAGES), OK, DENIED, NULL, 0, NULL},
	{"mremap MREMAP_DONTUNMAP", "mremap", ARGS(PAGES, PAGE, PAGE, 5), MAYBE(OK), DENIED, NULL, 0, NULL},
	{"mremap, of which all of the register counts", "mremap", ARGS(PAGES, PAGE, 2 * PAGE, UPPER_GARBAGE | 1), EINVAL, DENIED, NULL, NATIVE, NULL},
	ADVICE("MADV_NORMAL", 0, OK, ALLOWED),
	ADVICE("MADV_RANDOM", 1, OK, ALLOWED),
	ADVICE("MADV_SEQUENTIAL", 2, OK, ALLOWED),
	ADVICE("MADV_WILLNEED", 3, ANY, ALLOWED),
	ADVICE("MADV_DONTNEED", 4, OK, ALLOWED),
	ADVICE("MADV_FREE", 8, OK, ALLOWED),
	ADVICE("MADV_DONTFORK", 10, OK, ALLOWED),
	ADVICE("MADV_DOFORK", 11, OK, ALLOWED),
	ADVICE("MADV_HUGEPAGE", 14, ANY, ALLOWED),
	ADVICE("MADV_NOHUGEPAGE", 15, ANY, ALLOWED),
	ADVICE("MADV_DONTDUMP", 16, OK, ALLOWED),
	ADVICE("MADV_DODUMP", 17, OK, ALLOWED),
	ADVICE("MADV_WIPEONFORK", 18, OK, ALLOWED),
	ADVICE("MADV_KEEPONFORK", 19, OK, ALLOWED),
	ADVICE("MADV_COLD", 20, OK, EINVAL),
	ADVICE("MADV_PAGEOUT", 21, OK, EINVAL),
	ADVICE("MADV_POPULATE_READ", 22, MAYBE(OK), ALLOWED),
	ADVICE("MADV_POPULATE_WRITE", 23, MAYBE(OK), ALLOWED),
	ADVICE("MADV_GUARD_INSTALL", 102, MAYBE(OK), ALLOWED),
	ADVICE("MADV_GUARD_REMOVE", 103, MAYBE(OK), ALLOWED),
	{"madvise MADV_REMOVE", "madvise", ARGS(SHARED_PAGES, PAGE, 9), OK, EINVAL, NULL, 0, NULL},
	ADVICE("MADV_MERGEABLE", 12, MAYBE(OK), EINVAL),
	ADVICE("MADV_UNMERGEABLE", 13, MAYBE(OK), EINVAL),
	ADVICE("MADV_DONTNEED_LOCKED", 24, MAYBE(OK), EINVAL),
	ADVICE("MADV_COLLAPSE", 25, ANY, EINVAL),
	/* no privileges: nothing is poisoned */
	ADVICE("MADV_HWPOISON", 100, ANY, EINVAL),
	ADVICE("MADV_SOFT_OFFLINE", 101, ANY, EINVAL),
	ADVICE("an unknown one", 9999, EINVAL, EINVAL),
	{"remap_file_pages", "remap_file_pages", ARGS(SHARED_PAGES, PAGE, 0, 1, 0), MAYBE(OK), DENIED, NULL, 0, NULL},
	{"memfd_secret", "memfd_secret", ARGS(0), MAYBE(OK), DENIED, NULL, 0, NULL},
	{"userfaultfd UFFD_USER_MODE_ONLY", "userfaultfd", ARGS(1), MAYBE(OK), DENIED, NULL, 0, NULL},
	{"userfaultfd by /dev/userfaultfd", "ioctl", ARGS(FD_NONE, USERFAULTFD_IOC_NEW, 0), EBADF, DENIED, NULL, 0, NULL},
	{"process_madvise", "process_madvise", ARGS(S(-1), A(vector), 1, 4, 0), EBADF, DENIED, NULL, NATIVE, NULL},
	{"process_mrelease", "process_mrelease", ARGS(S(-1), 0), EBADF, DENIED, NULL, 0, NULL},
};

/* ----------
 * ProcessDumpable
 * ----------
 */

static bool
is_dumpable(long answer)
{
	(void) answer;
	return prctl(PR_GET_DUMPABLE) == 1;
}

static const row dumpable_rows[] = {
	{"PR_SET_DUMPABLE 1", "prctl", ARGS(PR_SET_DUMPABLE, 1), OK, DENIED, is_dumpable, 0, NULL},
	{"PR_SET_DUMPABLE 2", "prctl", ARGS(PR_SET_DUMPABLE, 2), EINVAL, DENIED, NULL, 0, NULL},
	{"PR_SET_DUMPABLE, of which all of the register counts", "prctl", ARGS(PR_SET_DUMPABLE, UPPER_GARBAGE), EINVAL, DENIED, NULL, NATIVE, NULL},
	{"PR_SET_DUMPABLE 0", "prctl", ARGS(PR_SET_DUMPABLE, 0), OK, ALLOWED, NULL, 0, NULL},
	{"PR_GET_DUMPABLE", "prctl", ARGS(PR_GET_DUMPABLE), OK, ALLOWED, NULL, 0, NULL},
	{"another question", "prctl", ARGS(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), OK, ALLOWED, NULL, 0, NULL},
};

/* As a server that was told to be so. */
static void
prepare_dumpable(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

/* ----------
 * SystemCallRule: actions, order, widths
 * ----------
 */

#define CUT(name, length, with) {"truncate to " name, "truncate", ARGS(A(file), length), OK, with, NULL, 0, NULL}

/*
 * Two ordered comparisons of one argument: libseccomp before 2.6.1 would merge
 * them.
 */
static const row order_rows[] = {
	CUT("49", 49, EDOM), CUT("50", 50, ALLOWED), CUT("99", 99, ALLOWED), CUT("100", 100, ERANGE),
	CUT("0", 0, EDOM), CUT("2 GiB - 1", INT32_MAX, ERANGE),
};

/* The first rule that fits decides, before the list of names. */
static const row first_rows[] = {
	CUT("99", 99, DENIED), CUT("100", 100, ALLOWED), CUT("150", 150, ENXIO), CUT("199", 199, ALLOWED),
	CUT("200", 200, DENIED),
	{"another call", "read", ARGS(FD_FILE, A(out), 1), OK, ALLOWED, NULL, 0, NULL},
};

/* The kernel takes an int from the low half, whatever the upper one has. */
static const row width_rows[] = {
	{"getpriority PRIO_USER", "getpriority", ARGS(PRIO_USER, 0), OK, DENIED, NULL, 0, NULL},
	{"getpriority PRIO_PGRP", "getpriority", ARGS(PRIO_PGRP, 0), OK, ALLOWED, NULL, 0, NULL},
	{"getpriority PRIO_PROCESS", "getpriority", ARGS(PRIO_PROCESS, 0), OK, ALLOWED, NULL, 0, NULL},
	{"fcntl F_DUPFD", "fcntl", ARGS(FD_FILE, F_DUPFD, 0), OK, EMFILE, NULL, 0, NULL},
	{"fcntl F_GETFD", "fcntl", ARGS(FD_FILE, F_GETFD, 0), OK, ALLOWED, NULL, 0, NULL},
	{"dup2 to 300", "dup2", ARGS(FD_FILE, 300), OK, ALLOWED, NULL, 0, NULL},
	{"dup2 to 301", "dup2", ARGS(FD_FILE, 301), OK, EMFILE, NULL, 0, NULL},
	{"dup2 to -1", "dup2", ARGS(FD_FILE, S(-1)), EBADF, EMFILE, NULL, 0, NULL},
	{"ioctl TIOCSTI", "ioctl", ARGS(FD_NONE, TIOCSTI, 0), EBADF, EIO, NULL, 0, NULL},
	{"ioctl TCGETS", "ioctl", ARGS(FD_NONE, TCGETS, 0), EBADF, ALLOWED, NULL, 0, NULL},
	{"unshare CLONE_FILES", "unshare", ARGS(CLONE_FILES), OK, EUSERS, NULL, 0, NULL},
	{"unshare CLONE_FS|CLONE_FILES", "unshare", ARGS(CLONE_FS | CLONE_FILES), OK, EUSERS, NULL, 0, NULL},
	{"unshare CLONE_FS", "unshare", ARGS(CLONE_FS), OK, ALLOWED, NULL, 0, NULL},
};

/* Values and offsets of 64 bits by other calls. */
#define FAR UINT64_C(0x100000000)
static const row offset_rows[] = {
	{"ftruncate to 4 GiB - 1", "ftruncate", ARGS(FD_FILE, FAR - 1), OK, ALLOWED, NULL, NATIVE, NULL},
	{"ftruncate to 4 GiB", "ftruncate", ARGS(FD_FILE, FAR), OK, EFBIG, NULL, NATIVE, NULL},
	{"ftruncate to 4 GiB + 1", "ftruncate", ARGS(FD_FILE, FAR + 1), OK, EFBIG, NULL, NATIVE, NULL},
	{"readahead at 4 GiB", "readahead", ARGS(FD_FILE, FAR, 1), OK, ALLOWED, NULL, NATIVE, NULL},
	{"readahead at 4 GiB + 1", "readahead", ARGS(FD_FILE, FAR + 1, 1), OK, DENIED, NULL, NATIVE, NULL},
	{"readahead at 1", "readahead", ARGS(FD_FILE, 1, 1), OK, ALLOWED, NULL, NATIVE, NULL},
	{"readahead at 8 GiB + 1", "readahead", ARGS(FD_FILE, 2 * FAR + 1, 1), OK, ALLOWED, NULL, NATIVE, NULL},
};

static const bench benches[] = {
	{"SystemCallFilter=~access poll:EILSEQ", ROWS(names_first), NULL, false, false, true},
	{"SystemCallFilter=~access:EILSEQ poll", ROWS(names_second), NULL, false, false, true},
	{"SystemCallFilter=~mount", ROWS(native_only), NULL, false, true, false},
	{"RestrictNamespaces=mnt net", ROWS(namespaces_some), prepare_namespaces, false, false, false},
	{"RestrictNamespaces=yes", ROWS(namespaces_all), prepare_namespaces, false, false, false},
	{"RestrictNamespaces=~user", ROWS(namespaces_user), prepare_namespaces, false, false, false},
	{"RestrictNamespaces=~time", ROWS(namespaces_time), prepare_namespaces, false, false, false},
	{"RestrictAddressFamilies=~AF_UNIX", ROWS(families_deny), NULL, false, false, false},
	{"RestrictAddressFamilies=AF_INET", ROWS(families_allow), NULL, false, false, false},
	{"RestrictAddressFamilies=AF_INET AF_PACKET", ROWS(families_packets), NULL, false, false, false},
	{"RestrictAddressFamilies=AF_INET AF_PACKET/SOCK_RAW", ROWS(families_raw_packets), NULL, false, false, false},
	{"RestrictAddressFamilies=~AF_PACKET", ROWS(families_no_packets), NULL, false, false, false},
	{"RestrictAddressFamilies=none", ROWS(families_none), NULL, false, false, false},
	{"RestrictAddressFamilies=AF_UNIX AF_NETLINK/NETLINK_ROUTE AF_INET/SOCK_STREAM/IPPROTO_TCP "
	"AF_INET/SOCK_DGRAM/IPPROTO_UDP AF_INET6/SOCK_STREAM/IPPROTO_TCP AF_INET6/SOCK_DGRAM/IPPROTO_UDP "
	"AF_NETLINK/NETLINK_AUDIT:EPROTONOSUPPORT", ROWS(families_parts), NULL, false, false, false},
	{"RestrictSUIDSGID=yes", ROWS(suid_rows), prepare_queues, false, false, false},
	{"LockPersonality=yes", ROWS(personality_rows), NULL, false, false, false},
	{"MemoryDenyWriteExecute=yes", ROWS(mdwe_rows), NULL, false, false, false},
	{"RestrictRealtime=yes", ROWS(realtime_rows), NULL, true, false, false},
	{"ProtectKernelLogs=yes", ROWS(log_rows), NULL, true, false, false},
	{"ProtectKernelTunables=yes", ROWS(tunable_rows), NULL, false, false, false},
	{"ProtectHostname=yes", ROWS(hostname_rows), prepare_namespaces, false, false, false},
	{"ProtectKernelModules=yes", ROWS(module_rows), NULL, false, false, false},
	{"ProtectClock=yes", ROWS(clock_rows), NULL, false, false, false},
	{"RestrictFutexPI=yes", ROWS(futex_rows), NULL, false, false, false},
	{"RestrictTTY=yes", ROWS(tty_rows), prepare_terminal, false, false, false},
	{"RestrictSocketOptions=yes", ROWS(option_rows), prepare_sockets, false, false, false},
	{"RestrictSocketMessages=yes", ROWS(message_rows), prepare_sockets, false, false, false},
	{"RestrictSplice=yes", ROWS(splice_rows), prepare_pipes, false, false, false},
	{"RestrictPipes=yes", ROWS(pipe_rows), prepare_pipes, false, false, false},
	{"RestrictMemoryMapping=yes", ROWS(mapping_rows), NULL, false, false, false},
	{"ProcessDumpable=no", ROWS(dumpable_rows), prepare_dumpable, false, false, false},
	{"SystemCallRule=truncate arg1>=100 errno ERANGE\nSystemCallRule=truncate arg1<50 errno EDOM", ROWS(order_rows), NULL, false, false, false},
	{"SystemCallFilter=~truncate!\nSystemCallRule=truncate arg1==150 errno ENXIO\nSystemCallRule=truncate arg1>=100 arg1<200 allow",
	ROWS(first_rows), NULL, false, false, false},
	{"SystemCallRule=getpriority arg0==PRIO_USER deny\nSystemCallRule=fcntl arg1==F_DUPFD errno EMFILE\n"
	"SystemCallRule=dup2 arg1>300 errno EMFILE\nSystemCallRule=ioctl arg1==TIOCSTI errno EIO\n"
	"SystemCallRule=unshare arg0&CLONE_FILES!=0 errno EUSERS", ROWS(width_rows), NULL, false, false, false},
	{"SystemCallRule=ftruncate arg1>0xffffffff errno EFBIG\nSystemCallRule=readahead arg1==0x100000001 deny",
	ROWS(offset_rows), NULL, false, false, false},
};

/* clang-format on */

/* ----------
 * SystemCallRule: every comparison
 * ----------
 */

/* The six comparisons, here by C's own operators. */
static bool
holds(int op, uint64_t a, uint64_t b)
{
	switch (op)
	{
		case 0:
			return a == b;
		case 1:
			return a != b;
		case 2:
			return a < b;
		case 3:
			return a <= b;
		case 4:
			return a > b;
		default:
			return a >= b;
	}
}

/*
 * Lengths around a value whose halves differ, by each comparison and under
 * masks of either half and both.  Breaks when a half is forgotten, compared in
 * the wrong order, the mask not applied to it, or where there is only one half.
 */
static void
probe_comparisons(void)
{
	static const char *const ops[] = {"==", "!=", "<", "<=", ">", ">="};
	static const uint64_t masks[] = {0, UINT64_C(0xff00000000), 0xff, UINT64_C(0xf0000000f0)};
	const uint64_t value = UINT64_C(0x5300000052);
	const uint64_t lengths[] = {
		value, value - 1, value + 1, value - FAR, value + FAR, value + FAR - 1, value - FAR + 1,
		value & UINT32_MAX, value & ~(uint64_t) UINT32_MAX, 0x53, UINT64_C(0x52000000ff), UINT64_C(0x5400000000),
		UINT64_C(0x5300000f52), UINT64_C(0xf5300000052), 0, UINT32_MAX, FAR, value ^ 0x80, value ^ 0x8000000000,
		UINT64_C(1) << 63, UINT64_MAX
	};
	enum
	{
		N = sizeof(lengths) / sizeof(lengths[0])
	};

	for (int m = 0; m < 4; m++)
		for (int op = 0; op < 6; op++)
		{
			uint64_t	mask = masks[m] ? masks[m] : UINT64_MAX;
			row			rows[2 * N];
			bench		b = {.rows = rows,.nrows = 2 * N};

			b.directive = sc_format("SystemCallRule=truncate arg1%s%s0x%llx errno ERANGE",
									masks[m] ? sc_format("&0x%llx", (unsigned long long) mask) : "", ops[op],
									(unsigned long long) (value & mask));
			for (int i = 0; i < 2 * N; i++)
			{
				/* registers of x86 have 32 bits */
				uint64_t	length = i < N ? lengths[i] : (uint32_t) lengths[i - N];

				rows[i] = (row) {
					.name = sc_format("truncate to 0x%llx", (unsigned long long) length),
					.call = "truncate",.args = {A(file), length},.without = ANY,
					.with = holds(op, length & mask, value & mask) ? ERANGE : ALLOWED,
					.abis = i < N ? NATIVE : X86
				};
			}
			probe_bench(&b);
		}
}

/* Memory at a fixed place, which every child inherits. */
static void *
map_pages(uint64_t address, size_t size, int flags)
{
	void	   *want = (void *) (uintptr_t) address; /* NOLINT(performance-no-int-to-ptr) */
	void	   *at = mmap(want, size, RW, flags | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (at != want)
		give_up("memory below 4 GiB");
	return memset(at, 1, size);
}

static void
fill_arena(const char *dir)
{
	arena = map_pages(ARENA, 0x10000, MAP_PRIVATE);
	map_pages(PAGES, NPAGES * PAGE, MAP_PRIVATE);
	map_pages(SHARED_PAGES, NPAGES * PAGE, MAP_SHARED);
	memset(arena, 0, sizeof(*arena));
	snprintf(arena->dir, sizeof(arena->dir), "%s", dir);
	snprintf(arena->file, sizeof(arena->file), "%s/file", dir);
	snprintf(arena->made, sizeof(arena->made), "%s/made", dir);
	snprintf(arena->name, sizeof(arena->name), "pgsc-%d", (int) getpid());
	strcpy(arena->root, "/");
	arena->buffer[0] = 'x';
	arena->one = 1;
	arena->mss = 1000;
	arena->mtu = 1400;
	arena->length = 256;
	arena->linger[0] = 1;
	arena->priority.sched_priority = 1;
	arena->other.size = arena->fifo.size = arena->deadline.size = 48;
	arena->fifo.policy = SCHED_FIFO;
	arena->fifo.priority = 1;
	arena->deadline.policy = 6;
	arena->deadline.runtime = 1000000;
	arena->deadline.deadline = arena->deadline.period = 100000000;
	arena->open_how[0] = MAKE;
	arena->open_how[1] = 04755;
	arena->clone3_plain[4] = arena->clone3_uts[4] = SIGCHLD;
	arena->clone3_uts[0] = CLONE_NEWUTS;
	arena->vector = (struct iovec) {arena->buffer, 1};
	arena->message.msg_hdr = (struct msghdr) {.msg_iov = &arena->vector,.msg_iovlen = 1};
	memcpy(arena->old_mmap, (const uint32_t[]) {0, PAGE, PROT_READ, ANON, UINT32_MAX, 0}, sizeof(arena->old_mmap));
	memcpy(arena->old_mmap_writable_code, (const uint32_t[]) {0, PAGE, WX, ANON, UINT32_MAX, 0},
		   sizeof(arena->old_mmap_writable_code));
	memcpy(arena->call_socket, (const uint32_t[]) {AF_UNIX, SOCK_DGRAM, 0}, sizeof(arena->call_socket));
	memcpy(arena->call_pair, (const uint32_t[]) {AF_UNIX, SOCK_STREAM, 0, A(pair)}, sizeof(arena->call_pair));
	memcpy(arena->call_oob, (const uint32_t[]) {FD_CLIENT, A(buffer), 1, MSG_OOB, 0, 0}, sizeof(arena->call_oob));
	memcpy(arena->call_option, (const uint32_t[]) {FD_TCP, SOL_SOCKET, 60, A(one), 4}, sizeof(arena->call_option));
}

int
main(int argc, char **argv)
{
	char		dir[] = "/tmp/pg_seccomp-probe.XXXXXX";
	const char *only = argc > 1 ? argv[1] : "";

	start_tests();
	if (getuid() != 0)
	{
		printf("Bail out! run this as root: its children become nobody\n");
		return 1;
	}
	setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0});
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED || mkdtemp(dir) == NULL || chown(dir, NOBODY, NOBODY) != 0)
		give_up("a place to work in");
	fill_arena(dir);

	/* gone with the last process that has it */
	segment = shmget(IPC_PRIVATE, PAGE, 0777);
	if (segment < 0 || (intptr_t) shmat(segment, NULL, 0) == -1 || shmctl(segment, IPC_RMID, NULL) != 0)
		give_up("shared memory");

	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++)
		if (strstr(benches[i].directive, only))
			probe_bench(&benches[i]);
	if (strstr("SystemCallRule=comparisons", only))
		probe_comparisons();

	syscall(SYS_mq_unlink, arena->name);
	unlink(arena->made);
	rmdir(arena->made);
	unlink(arena->file);
	rmdir(dir);
	return done_testing();
}
