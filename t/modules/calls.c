/*
 * calls.c
 *		Denied system calls from all the places where they are awkward.
 *
 * A library for ctypes in a backend (PgSeccomp::Violations).  Every function
 * takes a call's number and its first argument; all other arguments are -1, so
 * that a call which a filter lets through by mistake fails or does no harm.
 * Answers are the kernel's: a result, or a negative errno.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define MANY 64					/* threads */

/* By the C library: reported wherever anything is. */
long
call(long nr, long arg)
{
	long		result = syscall(nr, arg, -1L, -1L, -1L, -1L, -1L);

	return result < 0 ? -errno : result;
}

/* By an instruction of our own, as shell code would. */
long
raw(long nr, long arg)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = -1;
	register long r8 __asm__("r8") = -1;
	register long r9 __asm__("r9") = -1;
	long		result;

	__asm__ volatile("syscall"
					 : "=a"(result)
					 : "a"(nr), "D"(arg), "S"(-1L), "d"(-1L), "r"(r10), "r"(r8), "r"(r9)
					 : "rcx", "r11", "memory");
	return result;
#else
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = arg;
	register long x1 __asm__("x1") = -1;
	register long x2 __asm__("x2") = -1;
	register long x3 __asm__("x3") = -1;
	register long x4 __asm__("x4") = -1;
	register long x5 __asm__("x5") = -1;

	__asm__ volatile("svc #0"
					 : "+r"(x0)
					 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
					 : "memory");
	return x0;
#endif
}

/* n calls: how many answered EPERM. */
long
storm(long nr, long n)
{
	long		denied = 0;

	for (long i = 0; i < n; i++)
		denied += call(nr, -1) == -EPERM;
	return denied;
}

/* n calls in each of some threads: how many answered EPERM. */
static struct
{
	long		nr;
	long		n;
}			work;

static void *
storm_thread(void *unused)
{
	return (void *) (intptr_t) storm(work.nr, work.n);
}

long
storm_threads(long nr, long n, long threads)
{
	pthread_t	ids[MANY];
	long		denied = 0;
	long		started = 0;

	work.nr = nr;
	work.n = n;
	while (started < threads && started < MANY &&
		   pthread_create(&ids[started], NULL, storm_thread, NULL) == 0)
		started++;
	for (long i = 0; i < started; i++)
	{
		void	   *result;

		pthread_join(ids[i], &result);
		denied += (long) (intptr_t) result;
	}
	return denied;
}

/* In the handler of another signal, on its stack or on the alternate one. */
static volatile long signal_nr, signal_arg, signal_answer;

static void
on_signal(int signo)
{
	signal_answer = call(signal_nr, signal_arg);
}

static long
in_handler(long nr, long arg, int flags)
{
	struct sigaction action = {.sa_handler = on_signal,.sa_flags = flags};

	signal_nr = nr;
	signal_arg = arg;
	signal_answer = LONG_MIN;
	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, SIGSYS);
	sigaction(SIGRTMIN + 1, &action, NULL);
	raise(SIGRTMIN + 1);
	signal(SIGRTMIN + 1, SIG_DFL);
	return signal_answer;
}

long
in_signal_handler(long nr, long arg)
{
	return in_handler(nr, arg, 0);
}

long
in_handler_on_alternate_stack(long nr, long arg)
{
	return in_handler(nr, arg, SA_ONSTACK);
}

/* In a signal's handler that runs on an alternate stack of the library's. */
long
on_own_alternate_stack(long nr, long arg)
{
	stack_t		ours = {.ss_size = 64 * 1024};
	stack_t		before;
	long		answer;

	ours.ss_sp = malloc(ours.ss_size);
	if (ours.ss_sp == NULL || sigaltstack(&ours, &before) < 0)
		return LONG_MIN;
	answer = in_handler(nr, arg, SA_ONSTACK);
	sigaltstack(&before, NULL);
	free(ours.ss_sp);
	return answer;
}

/* Is the alternate stack the same as when the server started? */
long
has_alternate_stack(void)
{
	stack_t		now;

	return sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE);
}

/* With no more than this much left of the main thread's stack. */
static volatile char sink;

static long __attribute__((noinline))
deeper(long nr, long arg, uintptr_t end)
{
	volatile char frame[512];
	long		answer;

	frame[0] = frame[sizeof(frame) - 1] = 1;
	sink = frame[0];
	answer = (uintptr_t) frame > end ? deeper(nr, arg, end) : call(nr, arg);
	sink = frame[1];
	return answer;
}

long
on_exhausted_stack(long nr, long arg, long left)
{
	FILE	   *maps = fopen("/proc/self/maps", "r");
	char		line[512];
	unsigned long start,
				end = 0;
	struct rlimit limit;

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]"))
			sscanf(line, "%lx-%lx", &start, &end);
	if (maps)
		fclose(maps);
	if (end == 0 || getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return LONG_MIN;
	call(nr, arg);				/* the dynamic linker has its work behind it */
	return deeper(nr, arg, end - limit.rlim_cur + left);
}

/*
 * In malloc, with its lock held: a thread whose arena grows asks mprotect for
 * it.  The thread must be there before the profile that denies mprotect.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static pthread_t allocator;
static int	may_allocate;

static void *
allocate(void *unused)
{
	intptr_t	blocks = 0;

	free(malloc(10));			/* makes the arena */
	pthread_mutex_lock(&lock);
	while (!may_allocate)
		pthread_cond_wait(&change, &lock);
	for (; blocks < 1000; blocks++)
		if (malloc(16 * 1024) == NULL)
			break;
	pthread_mutex_unlock(&lock);
	return (void *) blocks;
}

long
start_allocator(void)
{
	return -pthread_create(&allocator, NULL, allocate, NULL);
}

/* How many blocks there were, in the end. */
long
let_allocate(void)
{
	void	   *blocks = NULL;

	pthread_mutex_lock(&lock);
	may_allocate = 1;
	pthread_cond_signal(&change);
	pthread_mutex_unlock(&lock);
	pthread_join(allocator, &blocks);
	return (long) (intptr_t) blocks;
}

/*
 * What an attacker does to the handler: 0 ignores the signal, 1 takes the
 * default, 2 puts a handler in its place that makes the call again.
 */
static volatile long own_answer;

static void
own_handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *thread = context;
	static volatile sig_atomic_t nested;

	if (nested++ == 0)
		own_answer = raw(info->si_syscall, 0);
#if defined(__x86_64__)
	thread->uc_mcontext.gregs[REG_RAX] = own_answer;
#else
	thread->uc_mcontext.regs[0] = (unsigned long long) own_answer;
#endif
	nested = 0;
}

long
take_handler(long how)
{
	struct sigaction action = {.sa_flags = 0};

	if (how == 2)
	{
		action.sa_sigaction = own_handler;
		action.sa_flags = SA_SIGINFO | SA_NODEFER;
	}
	else
		action.sa_handler = how == 0 ? SIG_IGN : SIG_DFL;
	return sigaction(SIGSYS, &action, NULL) < 0 ? -errno : 0;
}

long
block_sigsys(void)
{
	sigset_t	set;

	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

/*
 * Fill every shared mapping that has no file and is no larger than a megabyte:
 * the counters are one of these.  How many there were.
 */
long
overwrite_counters(long with)
{
	FILE	   *maps = fopen("/proc/self/maps", "r");
	char		line[512];
	long		n = 0;

	while (maps && fgets(line, sizeof(line), maps))
	{
		unsigned long start,
					end;
		char		mode[8];

		if (sscanf(line, "%lx-%lx %7s", &start, &end, mode) == 3 &&
			strcmp(mode, "rw-s") == 0 && strstr(line, "/dev/zero") &&
			end - start <= 1024 * 1024)
		{
			memset((void *) start, (int) with, end - start);
			n++;
		}
	}
	if (maps)
		fclose(maps);
	return n;
}

/* Sleep in ppoll for so many seconds, if nothing else happens. */
long
sleep_in_ppoll(long seconds)
{
	struct timespec timeout = {seconds, 0};
	long		result = syscall(SYS_ppoll, NULL, 0, &timeout, NULL, 8);

	return result < 0 ? -errno : result;
}

/* This process's memory that is its own, in kB. */
long
private_kb(void)
{
	FILE	   *status = fopen("/proc/self/status", "r");
	char		line[256];
	long		kb = -1;

	while (status && fgets(line, sizeof(line), status))
		sscanf(line, "RssAnon: %ld", &kb);
	if (status)
		fclose(status);
	return kb;
}
