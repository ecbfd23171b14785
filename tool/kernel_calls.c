/*
 * kernel_calls.c
 *		The system calls of the running kernel, from its symbols.
 *
 * Nothing is called: a number without a call and one that a filter denies look
 * alike from outside, and arguments that do no harm are not known for a call
 * that nobody has heard of.  Names are readable without root; addresses, which
 * need it, do not matter.
 */
#include "kernel_calls.h"

#include <string.h>

#include "../core/memory.h"

/* By which SYSCALL_DEFINE marks its functions. */
static const char *const prefixes[] = {"__x64_sys_", "__arm64_sys_"};

/*
 * Functions that are not named as the call is: as include/linux/syscalls.h and
 * the tables of calls have them.  NULL: no call on x86-64, x86, x32, arm64 and
 * arm has this function.  A later kernel adds a variant only for a 64-bit
 * argument that a 32-bit ABI splits.
 */
static const struct
{
	const char *symbol;			/* without the prefix */
	const char *call;
}			aliases[] = {
	/* the second version of a call under the name of the first */
	{"newfstat", "fstat"},
	{"newlstat", "lstat"},
	{"newstat", "stat"},
	{"newuname", "uname"},
	{"umount", "umount2"},
	{"oldumount", "umount"},
	{"old_getrlimit", "getrlimit"},
	{"old_mmap", "mmap"},
	{"old_readdir", "readdir"},
	{"old_select", "select"},
	{"mmap_pgoff", "mmap2"},
	{"sysctl", "_sysctl"},

	/* the 16-bit user and group numbers of x86 and arm */
	{"chown16", "chown"},
	{"fchown16", "fchown"},
	{"getegid16", "getegid"},
	{"geteuid16", "geteuid"},
	{"getgid16", "getgid"},
	{"getgroups16", "getgroups"},
	{"getresgid16", "getresgid"},
	{"getresuid16", "getresuid"},
	{"getuid16", "getuid"},
	{"lchown16", "lchown"},
	{"setfsgid16", "setfsgid"},
	{"setfsuid16", "setfsuid"},
	{"setgid16", "setgid"},
	{"setgroups16", "setgroups"},
	{"setregid16", "setregid"},
	{"setresgid16", "setresgid"},
	{"setresuid16", "setresuid"},
	{"setreuid16", "setreuid"},
	{"setuid16", "setuid"},

	/* their 32-bit times */
	{"adjtimex_time32", "adjtimex"},
	{"clock_adjtime32", "clock_adjtime"},
	{"clock_getres_time32", "clock_getres"},
	{"clock_gettime32", "clock_gettime"},
	{"clock_nanosleep_time32", "clock_nanosleep"},
	{"clock_settime32", "clock_settime"},
	{"futex_time32", "futex"},
	{"futimesat_time32", "futimesat"},
	{"io_getevents_time32", "io_getevents"},
	{"io_pgetevents_time32", "io_pgetevents"},
	{"mq_timedreceive_time32", "mq_timedreceive"},
	{"mq_timedsend_time32", "mq_timedsend"},
	{"nanosleep_time32", "nanosleep"},
	{"ppoll_time32", "ppoll"},
	{"pselect6_time32", "pselect6"},
	{"recvmmsg_time32", "recvmmsg"},
	{"rt_sigtimedwait_time32", "rt_sigtimedwait"},
	{"sched_rr_get_interval_time32", "sched_rr_get_interval"},
	{"semtimedop_time32", "semtimedop"},
	{"stime32", "stime"},
	{"time32", "time"},
	{"timer_gettime32", "timer_gettime"},
	{"timer_settime32", "timer_settime"},
	{"timerfd_gettime32", "timerfd_gettime"},
	{"timerfd_settime32", "timerfd_settime"},
	{"utime32", "utime"},
	{"utimensat_time32", "utimensat"},
	{"utimes_time32", "utimes"},

	/* 64-bit arguments in two registers of x86 */
	{"ia32_fadvise64", "fadvise64"},
	{"ia32_fadvise64_64", "fadvise64_64"},
	{"ia32_fallocate", "fallocate"},
	{"ia32_ftruncate64", "ftruncate64"},
	{"ia32_pread64", "pread64"},
	{"ia32_pwrite64", "pwrite64"},
	{"ia32_readahead", "readahead"},
	{"ia32_sync_file_range", "sync_file_range"},
	{"ia32_truncate64", "truncate64"},

	/* a wrapper of arm64's own */
	{"arm64_personality", "personality"},

	/* in no table */
	{"gethostname", NULL},		/* Alpha's; uname() serves the others */
	{"ni_syscall", NULL},		/* what holes in the tables lead to */
	{"old_msgctl", NULL},		/* inside ipc() */
	{"old_semctl", NULL},
	{"old_shmctl", NULL},
	{"s390_ipc", NULL},
};

/* Where the next word of a line begins; *len is 0 at its end. */
static const char *
next_word(const char *at, const char *end, size_t *len)
{
	const char *start;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	start = at;
	while (at < end && *at != ' ' && *at != '\t')
		at++;
	*len = (size_t) (at - start);
	return start;
}

/* A symbol that is a system call's function: what follows the prefix, or NULL. */
static const char *
behind_prefix(const char *symbol, size_t len)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
	{
		size_t		prefix = strlen(prefixes[i]);

		if (len > prefix && strncmp(symbol, prefixes[i], prefix) == 0)
			return symbol + prefix;
	}
	return NULL;
}

/* The call's name; NULL if there is none. */
static const char *
call_name(const char *function)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(aliases[i].symbol, function) == 0)
			return aliases[i].call;
	return function;
}

kernel_calls
kernel_calls_parse(const char *text, size_t len)
{
	kernel_calls calls = {NULL, 0};
	const char *end = text + len;

	/* "ffffffff8130c7d0 T __x64_sys_mount", of a module with its name behind */
	while (text < end)
	{
		const char *newline = memchr(text, '\n', (size_t) (end - text));
		const char *line_end = newline ? newline : end;
		size_t		length;
		const char *word = next_word(text, line_end, &length);
		const char *type = next_word(word + length, line_end, &length);
		size_t		type_length = length;
		const char *symbol = next_word(type + type_length, line_end, &length);
		const char *function = behind_prefix(symbol, length);

		text = newline ? newline + 1 : end;
		/*
		 * Weak ones stand for calls that the kernel was built without
		 * (COND_SYSCALL); a dot begins what the compiler split off.
		 */
		if (function == NULL || type_length != 1 || *type == 'W' || *type == 'w' ||
			memchr(symbol, '.', length) != NULL)
			continue;
		calls.list = sc_grow(calls.list, calls.n, sizeof(kernel_call));
		calls.list[calls.n].symbol = sc_strndup(symbol, length);
		calls.list[calls.n].name = call_name(calls.list[calls.n].symbol + (function - symbol));
		if (calls.list[calls.n].name)
			calls.n++;
	}
	return calls;
}
