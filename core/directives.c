/*
 * directives.c
 *		Yes/no directives: tables of rules on arguments.
 *
 * Each list is read from the top, the first rule that fits a call decides, and
 * what no rule fits is let through.  doc/arguments.md shows them all, and says
 * for each what it is good for and who would miss what it takes.
 *
 * systemd's directives mean what systemd means by them, and more where its
 * version can be got around (doc/policy.md, "Differences from systemd"):
 *
 *	- SUID bits: open(2) takes a mode with O_TMPFILE, too, and linkat(2) gives
 *	  such a file a name.  openat2 has its mode in memory, io_uring opens files
 *	  without a system call that a filter sees.
 *	- Writable and executable: memfd_create makes a file to write and to map, and
 *	  with READ_IMPLIES_EXEC all that can be read is code.
 *	- Real time: sched_setattr has its policy in memory, and a policy's number
 *	  stands beside SCHED_RESET_ON_FORK.
 *	- The clock: /dev/rtc has ioctls of its own.
 */
#include "directives.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/ipc.h>
#include <linux/rtc.h>
#include <linux/sockios.h>
#include <linux/sched.h>
#include <linux/shm.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* An int, a mode_t: 32 bits of the register.  A long: all of it. */
#define INT UINT32_MAX
#define LONG UINT64_MAX

#define IS(arg, value) {arg, SC_EQ, INT, (uint32_t) (value)}
#define NOT(arg, value) {arg, SC_NE, INT, (uint32_t) (value)}
#define FIELD(arg, mask, value) {arg, SC_EQ, mask, value}
#define ANY_OF(arg, bits) {arg, SC_NE, bits, 0}
#define ALL_OF(arg, bits) {arg, SC_EQ, bits, bits}
#define NONE_BUT(arg, width, bits) {arg, SC_NE, (width) & ~(uint64_t) (bits), 0}
#define FROM(arg, value) {arg, SC_GE, INT, value}
#define UP_TO(arg, value) {arg, SC_LE, INT, value}

#define ALLOW(calls, ...) {calls, 0, {__VA_ARGS__}, false, 0, false, false, 0, {{0}}}
#define DENY(calls, err, ...) {calls, 0, {__VA_ARGS__}, true, err, false, false, 0, {{0}}}
#define QUIET(calls, err, ...) {calls, 0, {__VA_ARGS__}, true, err, true, false, 0, {{0}}}
#define DENY_ON(abis, calls, err) {calls, abis, {{0}}, true, err, false, false, 0, {{0}}}

/* The calls' own errors where a caller may know what to do with them, else 0. */
#define NO_TEST {0}

#define ON_32_BITS (1u << SC_ABI_X86 | 1u << SC_ABI_ARM)

/* clang-format off */

/* ----------
 * systemd's
 * ----------
 */

/* What opens files without a call that a filter sees. */
#define NO_IO_URING QUIET("io_uring_setup", ENOSYS, NO_TEST)

#define SUID_BITS (S_ISUID | S_ISGID)
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

static sc_rule suid_rules[] = {
	DENY("chmod fchmod creat mkdir mknod", 0, ANY_OF(1, SUID_BITS)),
	DENY("fchmodat fchmodat2 mkdirat mknodat", 0, ANY_OF(2, SUID_BITS)),
	DENY("open", 0, ANY_OF(1, O_CREAT | TMPFILE_BIT), ANY_OF(2, SUID_BITS)),
	DENY("openat", 0, ANY_OF(2, O_CREAT | TMPFILE_BIT), ANY_OF(3, SUID_BITS)),
	DENY("mq_open", 0, ANY_OF(1, O_CREAT), ANY_OF(2, SUID_BITS)),
	QUIET("openat2", ENOSYS, NO_TEST),
	NO_IO_URING,
};

static sc_rule personality_rules[] = {
	ALLOW("personality", IS(0, 0)),
	ALLOW("personality", IS(0, 0xffffffff)),	/* asks only */
	DENY("personality", 0, NO_TEST),
};

static sc_rule mdwe_rules[] = {
	DENY_ON(ON_32_BITS, "mmap", 0),				/* arguments in memory */
	DENY("mmap mmap2", 0, ALL_OF(2, PROT_WRITE | PROT_EXEC)),
	DENY("mprotect pkey_mprotect", 0, ANY_OF(2, PROT_EXEC)),
	DENY("shmat", 0, ANY_OF(2, SHM_EXEC)),
	DENY("ipc", 0, FIELD(0, 0xffff, SHMAT), ANY_OF(2, SHM_EXEC)),
	DENY("memfd_create userfaultfd", 0, NO_TEST),
	DENY("ioctl", 0, IS(1, USERFAULTFD_IOC_NEW)),
	ALLOW("personality", IS(0, 0xffffffff)),	/* asks only */
	DENY("personality", 0, ANY_OF(0, READ_IMPLIES_EXEC)),
};

#define POLICY_BITS (INT & ~SCHED_RESET_ON_FORK)

static sc_rule realtime_rules[] = {
	ALLOW("sched_setscheduler", FIELD(1, POLICY_BITS, SCHED_NORMAL)),
	ALLOW("sched_setscheduler", FIELD(1, POLICY_BITS, SCHED_BATCH)),
	ALLOW("sched_setscheduler", FIELD(1, POLICY_BITS, SCHED_IDLE)),
	DENY("sched_setscheduler sched_setattr", 0, NO_TEST),
};

static sc_rule kernel_log_rules[] = {
	DENY("syslog", 0, NO_TEST),
};

static sc_rule tunable_rules[] = {
	DENY("_sysctl", 0, NO_TEST),
};

/* _IOW('p', ...), whatever the size: RTC_SET_TIME and its like. */
static sc_rule clock_rules[] = {
	DENY("@clock stime", 0, NO_TEST),
	DENY("ioctl", 0, FIELD(1, 0xc000ff00, RTC_SET_TIME & 0xc000ff00)),
};

static sc_rule hostname_rules[] = {
	DENY("sethostname setdomainname", 0, NO_TEST),
};

static sc_rule module_rules[] = {
	DENY("@module create_module", 0, NO_TEST),
};

/* ----------
 * Ours
 * ----------
 */

/*
 * Flags stand from bit 7 on, and later kernels have more of them: FUTEX_CMD_MASK
 * of the headers at hand would let the operations through beside a newer flag.
 */
#define FUTEX_BITS 0x7f
#define PI(op) DENY("futex futex_time64", ENOSYS, FIELD(1, FUTEX_BITS, op))

static sc_rule futex_rules[] = {
	PI(FUTEX_LOCK_PI), PI(FUTEX_UNLOCK_PI), PI(FUTEX_TRYLOCK_PI),
	PI(FUTEX_WAIT_REQUEUE_PI), PI(FUTEX_CMP_REQUEUE_PI),
	PI(13),						/* FUTEX_LOCK_PI2, Linux 5.14 */
	QUIET("prctl", EINVAL, IS(0, 78)),	/* PR_FUTEX_HASH, Linux 6.16 */
};

/* The low 16 bits of a request: a letter for the driver, and a number. */
#define TTY_OK(request) ALLOW("ioctl", IS(1, request))

static sc_rule tty_rules[] = {
	/* is it a terminal, and what is it like? */
	TTY_OK(TCGETS), TTY_OK(0x802c542a /* TCGETS2 */), TTY_OK(TIOCGWINSZ),
	TTY_OK(TIOCGPGRP), TTY_OK(TIOCGSID), TTY_OK(TIOCOUTQ),
	/* ask for a password without an echo */
	TTY_OK(TCSETS), TTY_OK(TCSETSW), TTY_OK(TCSETSF),
	TTY_OK(0x402c542b /* TCSETS2 */), TTY_OK(0x402c542c), TTY_OK(0x402c542d),
	TTY_OK(TCFLSH), TTY_OK(TCSBRK), TTY_OK(TIOCNOTTY),
	/* these are any file's, though they have a terminal's letter */
	TTY_OK(FIONREAD), TTY_OK(FIONBIO), TTY_OK(FIOCLEX), TTY_OK(FIONCLEX),
	TTY_OK(FIOASYNC), TTY_OK(FIOQSIZE),
	/* terminals, and /dev/net/tun; the console's keyboard, its screen */
	DENY("ioctl", 0, FIELD(1, 0xff00, 'T' << 8)),
	DENY("ioctl", 0, FIELD(1, 0xff00, 'K' << 8)),
	DENY("ioctl", 0, FIELD(1, 0xff00, 'V' << 8)),
};

#define OPTION(level, option) ALLOW("setsockopt getsockopt", IS(1, level), IS(2, option))
#define OPTIONS(level, from, to) \
	ALLOW("setsockopt getsockopt", IS(1, level), FROM(2, from), UP_TO(2, to))
#define ASK(level, option) ALLOW("getsockopt", IS(1, level), IS(2, option))

static sc_rule socket_option_rules[] = {
	/* the kernel's answer without CAP_NET_ADMIN; sd_notify(3) asks */
	QUIET("setsockopt", EPERM, IS(1, SOL_SOCKET), FROM(2, SO_SNDBUFFORCE), UP_TO(2, SO_RCVBUFFORCE)),
	OPTIONS(SOL_SOCKET, SO_REUSEADDR, SO_KEEPALIVE),
	OPTIONS(SOL_SOCKET, SO_PRIORITY, SO_LINGER),
	OPTIONS(SOL_SOCKET, SO_REUSEPORT, SO_SNDTIMEO),
	OPTION(SOL_SOCKET, SO_PASSSEC), OPTION(SOL_SOCKET, 66 /* SO_RCVTIMEO_NEW */),
	OPTION(SOL_SOCKET, 67 /* SO_SNDTIMEO_NEW */), OPTION(SOL_SOCKET, 76 /* SO_PASSPIDFD */),
	ASK(SOL_SOCKET, SO_ACCEPTCONN), ASK(SOL_SOCKET, SO_PEERSEC),
	ASK(SOL_SOCKET, SO_PROTOCOL), ASK(SOL_SOCKET, SO_DOMAIN),
	ASK(SOL_SOCKET, SO_PEERGROUPS), ASK(SOL_SOCKET, SO_OOBINLINE),
	ASK(SOL_SOCKET, SO_COOKIE), ASK(SOL_SOCKET, 77 /* SO_PEERPIDFD */),
	OPTIONS(IPPROTO_TCP, TCP_NODELAY, TCP_KEEPCNT), OPTION(IPPROTO_TCP, TCP_SYNCNT),
	OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT), OPTION(IPPROTO_TCP, TCP_QUICKACK),
	OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT), OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT),
	ASK(IPPROTO_TCP, TCP_INFO),
	OPTIONS(IPPROTO_IP, IP_TOS, IP_TTL), OPTIONS(IPPROTO_IP, IP_PKTINFO, IP_PKTINFO),
	OPTIONS(IPPROTO_IP, IP_MTU_DISCOVER, IP_RECVERR),
	OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT), ASK(IPPROTO_IP, IP_MTU),
	OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
	OPTIONS(IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_V6ONLY),
	OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO), OPTION(IPPROTO_IPV6, IPV6_TCLASS),
	OPTION(IPPROTO_IPV6, 72 /* IPV6_ADDR_PREFERENCES */),
	DENY("setsockopt getsockopt", ENOPROTOOPT, NO_TEST),
	/* of sockets' ioctls (linux/sockios.h): what asks for an interface by name or number */
	ALLOW("ioctl", FROM(1, FIOGETOWN), UP_TO(1, SIOCGSTAMP_OLD + 1)),
	ALLOW("ioctl", FROM(1, SIOCGIFNAME), UP_TO(1, SIOCGIFNAME)), ALLOW("ioctl", IS(1, SIOCGIFCONF)),
	ALLOW("ioctl", IS(1, SIOCGIFFLAGS)), ALLOW("ioctl", IS(1, SIOCGIFADDR)),
	ALLOW("ioctl", IS(1, SIOCGIFDSTADDR)), ALLOW("ioctl", IS(1, SIOCGIFBRDADDR)),
	ALLOW("ioctl", IS(1, SIOCGIFNETMASK)), ALLOW("ioctl", IS(1, SIOCGIFMETRIC)),
	ALLOW("ioctl", IS(1, SIOCGIFMTU)), ALLOW("ioctl", IS(1, SIOCGIFHWADDR)),
	ALLOW("ioctl", IS(1, SIOCGIFINDEX)), ALLOW("ioctl", IS(1, SIOCGIFTXQLEN)),
	ALLOW("ioctl", IS(1, SIOCOUTQNSD)),
	DENY("ioctl", ENOTTY, FIELD(1, 0xffffff00, 0x8900)),
	DENY("socketcall", ENOPROTOOPT, NO_TEST),	/* arguments in memory */
};

#define SEND_FLAGS (MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE | MSG_EOR)
#define RECEIVE_FLAGS (MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL | \
					   MSG_WAITFORONE | MSG_CMSG_CLOEXEC)

static sc_rule message_rules[] = {
	DENY("sendto send sendmmsg", EOPNOTSUPP, NONE_BUT(3, INT, SEND_FLAGS)),
	DENY("sendmsg", EOPNOTSUPP, NONE_BUT(2, INT, SEND_FLAGS)),
	DENY("recvfrom recv recvmmsg recvmmsg_time64", EOPNOTSUPP,
		 NONE_BUT(3, INT, RECEIVE_FLAGS)),
	DENY("recvmsg", EOPNOTSUPP, NONE_BUT(2, INT, RECEIVE_FLAGS)),
	DENY("socketcall", EOPNOTSUPP, NO_TEST),	/* arguments in memory */
};

static sc_rule splice_rules[] = {
	DENY("splice tee vmsplice", ENOSYS, NO_TEST),
	/* Java falls back on this error only, all others on it as well */
	QUIET("sendfile sendfile64", EINVAL, NO_TEST),
};

static sc_rule mapping_rules[] = {
	DENY_ON(ON_32_BITS, "mmap", 0),				/* arguments in memory */
	DENY("mmap mmap2", 0, ANY_OF(3, MAP_GROWSDOWN)),
	DENY("mremap", 0, NONE_BUT(3, LONG, MREMAP_MAYMOVE)),
	ALLOW("madvise", UP_TO(2, MADV_DONTNEED)),
	ALLOW("madvise", IS(2, MADV_FREE)),
	ALLOW("madvise", FROM(2, MADV_DONTFORK), UP_TO(2, MADV_DOFORK)),
	ALLOW("madvise", FROM(2, MADV_HUGEPAGE), UP_TO(2, MADV_KEEPONFORK)),
	ALLOW("madvise", FROM(2, 22 /* MADV_POPULATE_READ */), UP_TO(2, 23)),
	ALLOW("madvise", FROM(2, 102 /* MADV_GUARD_INSTALL */), UP_TO(2, 103)),
	DENY("madvise", EINVAL, NO_TEST),
	DENY("remap_file_pages memfd_secret userfaultfd process_madvise process_mrelease", 0,
		 NO_TEST),
	DENY("ioctl", 0, IS(1, USERFAULTFD_IOC_NEW)),
};

static sc_rule pipe_rules[] = {
	DENY("pipe2", EINVAL, NONE_BUT(1, INT, O_CLOEXEC | O_NONBLOCK)),
	DENY("fcntl fcntl64", 0, IS(1, F_SETPIPE_SZ)),
	/* packets, too; as of a file that cannot */
	DENY("fcntl fcntl64", EINVAL, IS(1, F_SETFL), ANY_OF(2, O_DIRECT)),
	DENY("ioctl", 0, IS(1, 'W' << 8 | 0x60)),	/* IOC_WATCH_QUEUE_SET_SIZE */
	DENY("ioctl", 0, IS(1, 'W' << 8 | 0x61)),	/* IOC_WATCH_QUEUE_SET_FILTER */
};

sc_rule		sc_dumpable_rules[] = {
	DENY("prctl", 0, IS(0, PR_SET_DUMPABLE), {1, SC_NE, LONG, 0}),
};

/* clang-format on */

const int	sc_ndumpable_rules = (int) (sizeof(sc_dumpable_rules) / sizeof(sc_dumpable_rules[0]));

#define RULES(table) table, (int) (sizeof(table) / sizeof((table)[0]))

/* clang-format off */
/* Sorted by name. */
sc_switch	sc_switches[] = {
	{"LockPersonality", RULES(personality_rules),
		"how the kernel runs programs may not be changed, such as turning address randomization off",
		"nobody in a server asks for another personality",
		"gdb and `setarch` as started programs"},
	{"MemoryDenyWriteExecute", RULES(mdwe_rules),
		"no memory is both written and executed, at once or in turn",
		"a server without just-in-time compilation runs only code that lies in files",
		"just-in-time compilation (`jit=on`), callbacks of PL/Python's ctypes, PL/Java, programs with a compiler of their own (Java, Node.js, .NET), libraries that want an executable stack"},
	{"ProtectClock", RULES(clock_rules),
		"the clocks and the hardware clock may not be set or tuned",
		"a server reads clocks",
		"nobody: it takes root"},
	{"ProtectHostname", RULES(hostname_rules),
		"the names of host and domain may not be set",
		"a server reads them",
		"nobody: it takes root"},
	{"ProtectKernelLogs", RULES(kernel_log_rules),
		"the kernel's log may be neither read nor emptied",
		"a server logs by files, its standard error and syslogd's socket; this is another syslog",
		"`dmesg` as a started program"},
	{"ProtectKernelModules", RULES(module_rules),
		"kernel modules may be neither loaded nor unloaded",
		"a server uses what the kernel has",
		"nobody: it takes root. What the kernel loads by itself, as for an unknown address family, is RestrictAddressFamilies' matter"},
	{"ProtectKernelTunables", RULES(tunable_rules),
		"kernel parameters may not be set by _sysctl(2)",
		"a server reads /proc/sys. Writing there is for file permissions to prevent: a filter does not see paths",
		"nobody: Linux has dropped the call"},
	{"RestrictFutexPI", RULES(futex_rules),
		"futexes with priority inheritance answer as a kernel without them",
		"PostgreSQL's semaphores, glibc's and LLVM's locks are plain futexes; PTHREAD_PRIO_INHERIT is for real time",
		"audio servers and their like"},
	{"RestrictMemoryMapping", RULES(mapping_rules),
		"no mappings that grow downwards, are moved to a fixed place or reordered, no page faults handled in user space, no unusual advice",
		"PostgreSQL and glibc map, unmap, let realloc move, and advise MADV_DONTNEED and few others; main stacks grow without a flag",
		"virtual machines, checkpointing"},
	{"RestrictPipes", RULES(pipe_rules),
		"no notification pipes, no pipes of packets, and their sizes are the kernel's",
		"a pipe is two descriptors for bytes to a server, shell and archive program alike",
		"programs that enlarge pipes go on with small ones"},
	{"RestrictRealtime", RULES(realtime_rules),
		"no real-time and deadline scheduling",
		"a server is scheduled as others are",
		"`chrt` as a started program; `nice` and `ionice` work"},
	{"RestrictSUIDSGID", RULES(suid_rules),
		"no file gets the set-user-ID or set-group-ID bit",
		"files of a cluster have modes 0600, 0640 and 0700, 0750",
		"`tar -xp`, `rsync -p`, `cp -a` and `install -m 2750` of such files and directories as started programs; openat2 answers ENOSYS and programs use openat; io_uring is not here"},
	{"RestrictSocketMessages", RULES(message_rules),
		"no out-of-band data, no zero copy, no error queues, none of the rarer flags of send and receive",
		"libpq, OpenSSL, resolver and LDAP send and receive with MSG_NOSIGNAL, MSG_DONTWAIT, MSG_PEEK and no others",
		"old ftp and rlogin, `ping`"},
	{"RestrictSocketOptions", RULES(socket_option_rules),
		"all socket options and ioctls but the common ones answer as a kernel without them",
		"PostgreSQL, libpq, resolver, LDAP and Kerberos set the ones in the list",
		"`ping`, `tcpdump`, programs that choose TCP's congestion control; TLS in the kernel"},
	{"RestrictSplice", RULES(splice_rules),
		"data between descriptors goes through the process",
		"PostgreSQL reads and writes, and copies files by copy_file_range; cp, tar, rsync, curl, Java, Python, Go, Rust fall back",
		"`pv` and others that have no other way fall back, too; by speed"},
	{"RestrictTTY", RULES(tty_rules),
		"terminals, consoles and tunnels may be asked what they are and told not to echo, nothing else",
		"a server has no terminal; isatty(3) is asked of files; a started ssh turns the echo off",
		"`script`, `expect`, `screen` and VPNs as started programs"},
};
/* clang-format on */

const int	sc_nswitches = (int) (sizeof(sc_switches) / sizeof(sc_switches[0]));

int
sc_switch_by_name(const char *name)
{
	for (int i = 0; i < sc_nswitches; i++)
		if (strcmp(sc_switches[i].name, name) == 0)
			return i;
	return -1;
}

const char *
sc_directives_init(void)
{
	static char message[160];

	for (int r = 0; r < sc_ndumpable_rules; r++)
		if (sc_rule_resolve(&sc_dumpable_rules[r]))
			return "directives: ProcessDumpable";
	for (int i = 0; i < sc_nswitches; i++)
		for (int r = 0; r < sc_switches[i].nrules; r++)
		{
			const char *unknown = sc_rule_resolve(&sc_switches[i].rules[r]);

			if (unknown == NULL)
				continue;
			snprintf(message, sizeof(message), "directives: %s: %s", sc_switches[i].name, unknown);
			return message;
		}
	return NULL;
}
