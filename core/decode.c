/*
 * decode.c
 *		System calls in words, for people.
 *
 * One table says how many arguments a call takes and what each of them is.
 * It follows the kernel's own prototypes (SYSCALL_DEFINE), not the C library's
 * functions: an int is taken from the low 32 bits, whatever stands above them.
 * Calls that no kernel of the supported ABIs implements have no row.
 */
#include "decode.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "constants.h"
#include "memory.h"

/*
 * What an argument is: a kind of constants, taken from 32 bits or, if WIDE, from
 * the whole register; or one of these plain numbers.
 */
enum
{
	NONE = 0,					/* no such argument */
	HEX = -1,					/* a register, unexplained */
	HEX32 = -2,
	PTR = -3,
	SIZE = -4,					/* unsigned long, decimal */
	LONG = -5,					/* long, decimal */
	INT = -6,
	UINT = -7,
	MODE = -8,					/* octal */
	FD = INT
};
#define WIDE_BIT 0x1000
#define WIDE(kind) ((kind) | WIDE_BIT)

#define NARGS 6

/* Rows for some ABIs only. */
#define ON_X86 (1u << SC_ABI_X86)
#define ON_ARM (1u << SC_ABI_ARM)

/*
 * How a call's arguments look.  A call may have several rows, its general one
 * last: the first that fits counts.
 */
typedef struct
{
	const char *name;
	int			args[NARGS];
	unsigned	abis;			/* fits on these only; 0 is all */
	const char *words;			/* fits if argument "which" has one of these */
	int			which;
} shape;

#define CALL(name, ...) {name, {__VA_ARGS__}, 0, NULL, 0}
#define ON(name, abis, ...) {name, {__VA_ARGS__}, abis, NULL, 0}
#define WHEN(name, which, words, ...) {name, {__VA_ARGS__}, 0, words, which}

/* clang-format off */

/* Calls that come in two forms. */
#define FCNTL_CALL(name) \
	WHEN(name, 1, \
		 "F_GETFD F_GETFL F_GETOWN F_GETSIG F_GETLEASE F_GETPIPE_SZ " \
		 "F_GET_SEALS F_GETDELEG F_CREATED_QUERY", \
		 FD, SC_F), \
	WHEN(name, 1, "F_SETFD", FD, SC_F, SC_FD_FLAGS), \
	WHEN(name, 1, "F_SETFL", FD, SC_F, SC_O), \
	WHEN(name, 1, "F_DUPFD F_DUPFD_CLOEXEC F_SETPIPE_SZ F_SETOWN F_DUPFD_QUERY", \
		 FD, SC_F, INT), \
	WHEN(name, 1, "F_SETSIG", FD, SC_F, SC_SIG), \
	WHEN(name, 1, "F_SETLEASE", FD, SC_F, SC_F_LOCK), \
	WHEN(name, 1, "F_ADD_SEALS", FD, SC_F, SC_F_SEAL), \
	CALL(name, FD, SC_F, HEX)
#define FUTEX_CALL(name) \
	WHEN(name, 1, "FUTEX_WAKE", PTR, SC_FUTEX, UINT), \
	WHEN(name, 1, "FUTEX_WAIT FUTEX_LOCK_PI FUTEX_LOCK_PI2", \
		 PTR, SC_FUTEX, UINT, PTR), \
	WHEN(name, 1, "FUTEX_UNLOCK_PI FUTEX_TRYLOCK_PI", PTR, SC_FUTEX), \
	WHEN(name, 1, "FUTEX_REQUEUE", PTR, SC_FUTEX, UINT, UINT, PTR), \
	WHEN(name, 1, "FUTEX_CMP_REQUEUE FUTEX_CMP_REQUEUE_PI", \
		 PTR, SC_FUTEX, UINT, UINT, PTR, UINT), \
	CALL(name, PTR, SC_FUTEX, HEX32, PTR, PTR, HEX32)
#define OPTION_CALL(name, length) \
	WHEN(name, 1, "SOL_SOCKET", FD, SC_SOL, SC_SO, PTR, length), \
	WHEN(name, 1, "SOL_IP", FD, SC_SOL, SC_IP, PTR, length), \
	WHEN(name, 1, "SOL_IPV6", FD, SC_SOL, SC_IPV6, PTR, length), \
	WHEN(name, 1, "SOL_TCP", FD, SC_SOL, SC_TCP, PTR, length), \
	WHEN(name, 1, "SOL_UDP", FD, SC_SOL, SC_UDP, PTR, length), \
	WHEN(name, 1, "SOL_NETLINK", \
		 FD, SC_SOL, SC_NETLINK_OPTIONS, PTR, length), \
	WHEN(name, 1, "SOL_PACKET", FD, SC_SOL, SC_PACKET, PTR, length), \
	WHEN(name, 1, "SOL_ALG", FD, SC_SOL, SC_ALG, PTR, length), \
	WHEN(name, 1, "SOL_TLS", FD, SC_SOL, SC_TLS, PTR, length), \
	WHEN(name, 1, "SOL_XDP", FD, SC_SOL, SC_XDP, PTR, length), \
	WHEN(name, 1, "AF_VSOCK", FD, SC_SOL, SC_VSOCK, PTR, length), \
	CALL(name, FD, SC_SOL, HEX32, PTR, length)

/*
 * Sorted by name (strcmp).  Where a 32-bit ABI splits a 64-bit argument, the
 * halves are shown as they come; arm also leaves out a register to have them in
 * an even pair.
 */
static const shape shapes[] = {
	CALL("_llseek", FD, UINT, UINT, PTR, SC_SEEK),
	CALL("_newselect", INT, PTR, PTR, PTR, PTR),
	CALL("_sysctl", PTR),
	CALL("accept", FD, PTR, PTR),
	CALL("accept4", FD, PTR, PTR, SC_SOCK_FLAGS),
	CALL("access", PTR, SC_ACCESS),
	CALL("acct", PTR),
	CALL("add_key", PTR, PTR, PTR, SIZE, SC_KEY_SPEC),
	CALL("adjtimex", PTR),
	CALL("alarm", UINT),
	CALL("arch_prctl", SC_ARCH, PTR),
	CALL("arm_fadvise64_64", FD, SC_FADV, HEX32, HEX32, HEX32, HEX32),
	CALL("arm_sync_file_range", FD, SC_SYNC_RANGE, HEX32, HEX32, HEX32, HEX32),
	CALL("bdflush", INT, LONG),
	CALL("bind", FD, PTR, INT),
	CALL("bpf", SC_BPF, PTR, UINT),
	CALL("brk", PTR),
	CALL("cachestat", FD, PTR, PTR, HEX32),
	CALL("capget", PTR, PTR),
	CALL("capset", PTR, PTR),
	CALL("chdir", PTR),
	CALL("chmod", PTR, MODE),
	CALL("chown", PTR, INT, INT),
	CALL("chown32", PTR, INT, INT),
	CALL("chroot", PTR),
	CALL("clock_adjtime", SC_CLOCK, PTR),
	CALL("clock_adjtime64", SC_CLOCK, PTR),
	CALL("clock_getres", SC_CLOCK, PTR),
	CALL("clock_getres_time64", SC_CLOCK, PTR),
	CALL("clock_gettime", SC_CLOCK, PTR),
	CALL("clock_gettime64", SC_CLOCK, PTR),
	CALL("clock_nanosleep", SC_CLOCK, SC_TIMER, PTR, PTR),
	CALL("clock_nanosleep_time64", SC_CLOCK, SC_TIMER, PTR, PTR),
	CALL("clock_settime", SC_CLOCK, PTR),
	CALL("clock_settime64", SC_CLOCK, PTR),
	CALL("clone", WIDE(SC_CLONE), PTR, PTR, PTR, PTR),
	CALL("clone3", PTR, SIZE),
	CALL("close", FD),
	CALL("close_range", UINT, UINT, SC_CLOSE_RANGE),
	CALL("connect", FD, PTR, INT),
	CALL("copy_file_range", FD, PTR, FD, PTR, SIZE, HEX32),
	CALL("creat", PTR, MODE),
	CALL("create_module", PTR, SIZE),
	CALL("delete_module", PTR, SC_MODULE_DELETE),
	CALL("dup", FD),
	CALL("dup2", FD, FD),
	CALL("dup3", FD, FD, SC_CLOEXEC),
	CALL("epoll_create", INT),
	CALL("epoll_create1", SC_EPOLL),
	CALL("epoll_ctl", FD, SC_EPOLL_CTL, FD, PTR),
	CALL("epoll_pwait", FD, PTR, INT, INT, PTR, SIZE),
	CALL("epoll_pwait2", FD, PTR, INT, PTR, PTR, SIZE),
	CALL("epoll_wait", FD, PTR, INT, INT),
	CALL("eventfd", UINT),
	CALL("eventfd2", UINT, SC_EFD),
	CALL("execve", PTR, PTR, PTR),
	CALL("execveat", SC_DIRFD, PTR, PTR, PTR, SC_AT_EXEC),
	CALL("exit", INT),
	CALL("exit_group", INT),
	CALL("faccessat", SC_DIRFD, PTR, SC_ACCESS),
	CALL("faccessat2", SC_DIRFD, PTR, SC_ACCESS, SC_AT_ACCESS),
	ON("fadvise64", ON_X86, FD, HEX32, HEX32, SIZE, SC_FADV),
	CALL("fadvise64", FD, LONG, SIZE, SC_FADV),
	CALL("fadvise64_64", FD, HEX32, HEX32, HEX32, HEX32, SC_FADV),
	ON("fallocate", ON_X86 | ON_ARM,
		 FD, SC_FALLOC, HEX32, HEX32, HEX32, HEX32),
	CALL("fallocate", FD, SC_FALLOC, LONG, LONG),
	CALL("fanotify_init", SC_FAN_INIT, SC_O),
	ON("fanotify_mark", ON_X86 | ON_ARM,
		 FD, SC_FAN_MARK, HEX32, HEX32, SC_DIRFD, PTR),
	CALL("fanotify_mark", FD, SC_FAN_MARK, HEX, SC_DIRFD, PTR),
	CALL("fchdir", FD),
	CALL("fchmod", FD, MODE),
	CALL("fchmodat", SC_DIRFD, PTR, MODE),
	CALL("fchmodat2", SC_DIRFD, PTR, MODE, SC_AT),
	CALL("fchown", FD, INT, INT),
	CALL("fchown32", FD, INT, INT),
	CALL("fchownat", SC_DIRFD, PTR, INT, INT, SC_AT),
	FCNTL_CALL("fcntl"),
	FCNTL_CALL("fcntl64"),
	CALL("fdatasync", FD),
	CALL("fgetxattr", FD, PTR, PTR, SIZE),
	CALL("file_getattr", SC_DIRFD, PTR, PTR, SIZE, SC_AT),
	CALL("file_setattr", SC_DIRFD, PTR, PTR, SIZE, SC_AT),
	CALL("finit_module", FD, PTR, SC_MODULE),
	CALL("flistxattr", FD, PTR, SIZE),
	CALL("flock", FD, SC_LOCK),
	CALL("fork", NONE),
	CALL("fremovexattr", FD, PTR),
	CALL("fsconfig", FD, SC_FSCONFIG, PTR, PTR, INT),
	CALL("fsetxattr", FD, PTR, PTR, SIZE, SC_XATTR),
	CALL("fsmount", FD, SC_FSMOUNT, SC_MOUNT_ATTR),
	CALL("fsopen", PTR, SC_FSOPEN),
	CALL("fspick", SC_DIRFD, PTR, SC_FSPICK),
	CALL("fstat", FD, PTR),
	CALL("fstat64", FD, PTR),
	CALL("fstatat64", SC_DIRFD, PTR, PTR, SC_AT),
	CALL("fstatfs", FD, PTR),
	CALL("fstatfs64", FD, SIZE, PTR),
	CALL("fsync", FD),
	CALL("ftruncate", FD, LONG),
	ON("ftruncate64", ON_ARM, FD, HEX32, HEX32, HEX32),
	CALL("ftruncate64", FD, HEX32, HEX32),
	FUTEX_CALL("futex"),
	CALL("futex_requeue", PTR, HEX32, INT, INT),
	FUTEX_CALL("futex_time64"),
	CALL("futex_wait", PTR, HEX, HEX, SC_FUTEX2, PTR, SC_CLOCK),
	CALL("futex_waitv", PTR, UINT, HEX32, PTR, SC_CLOCK),
	CALL("futex_wake", PTR, HEX, INT, SC_FUTEX2),
	CALL("futimesat", SC_DIRFD, PTR, PTR),
	CALL("get_mempolicy", PTR, PTR, SIZE, PTR, HEX),
	CALL("get_robust_list", INT, PTR, PTR),
	CALL("get_thread_area", PTR),
	CALL("getcpu", PTR, PTR, PTR),
	CALL("getcwd", PTR, SIZE),
	CALL("getdents", FD, PTR, UINT),
	CALL("getdents64", FD, PTR, UINT),
	CALL("getegid", NONE),
	CALL("getegid32", NONE),
	CALL("geteuid", NONE),
	CALL("geteuid32", NONE),
	CALL("getgid", NONE),
	CALL("getgid32", NONE),
	CALL("getgroups", INT, PTR),
	CALL("getgroups32", INT, PTR),
	CALL("getitimer", SC_ITIMER, PTR),
	CALL("getpeername", FD, PTR, PTR),
	CALL("getpgid", INT),
	CALL("getpgrp", NONE),
	CALL("getpid", NONE),
	CALL("getppid", NONE),
	CALL("getpriority", SC_PRIO, INT),
	CALL("getrandom", PTR, SIZE, SC_GRND),
	CALL("getresgid", PTR, PTR, PTR),
	CALL("getresgid32", PTR, PTR, PTR),
	CALL("getresuid", PTR, PTR, PTR),
	CALL("getresuid32", PTR, PTR, PTR),
	CALL("getrlimit", SC_RLIMIT, PTR),
	CALL("getrusage", SC_RUSAGE, PTR),
	CALL("getsid", INT),
	CALL("getsockname", FD, PTR, PTR),
	OPTION_CALL("getsockopt", PTR),
	CALL("gettid", NONE),
	CALL("gettimeofday", PTR, PTR),
	CALL("getuid", NONE),
	CALL("getuid32", NONE),
	CALL("getxattr", PTR, PTR, PTR, SIZE),
	CALL("getxattrat", SC_DIRFD, PTR, SC_AT, PTR, PTR, SIZE),
	CALL("init_module", PTR, SIZE, PTR),
	CALL("inotify_add_watch", FD, PTR, SC_IN),
	CALL("inotify_init", NONE),
	CALL("inotify_init1", SC_IN_INIT),
	CALL("inotify_rm_watch", FD, INT),
	CALL("io_cancel", HEX, PTR, PTR),
	CALL("io_destroy", HEX),
	CALL("io_getevents", HEX, LONG, LONG, PTR, PTR),
	CALL("io_pgetevents", HEX, LONG, LONG, PTR, PTR, PTR),
	CALL("io_pgetevents_time64", HEX, LONG, LONG, PTR, PTR, PTR),
	CALL("io_setup", UINT, PTR),
	CALL("io_submit", HEX, LONG, PTR),
	CALL("io_uring_enter", FD, UINT, UINT, SC_IORING_ENTER, PTR, SIZE),
	CALL("io_uring_register", FD, SC_IORING, PTR, UINT),
	CALL("io_uring_setup", UINT, PTR),
	WHEN("ioctl", 1,
		 "TIOCNOTTY TIOCEXCL TIOCNXCL TIOCCONS TIOCVHANGUP FIOCLEX "
		 "FIONCLEX",
		 FD, SC_IOCTL),
	WHEN("ioctl", 1, "TIOCSCTTY", FD, SC_IOCTL, INT),
	CALL("ioctl", FD, SC_IOCTL, HEX),
	CALL("ioperm", SIZE, SIZE, INT),
	CALL("iopl", UINT),
	CALL("ioprio_get", SC_IOPRIO, INT),
	CALL("ioprio_set", SC_IOPRIO, INT, HEX32),
	CALL("ipc", SC_IPCCALL, INT, LONG, LONG, PTR, LONG),
	CALL("kcmp", INT, INT, SC_KCMP, HEX, HEX),
	CALL("kexec_file_load", FD, FD, SIZE, PTR, WIDE(SC_KEXEC_FILE)),
	CALL("kexec_load", PTR, SIZE, PTR, WIDE(SC_KEXEC)),
	WHEN("keyctl", 0, "KEYCTL_GET_KEYRING_ID", SC_KEYCTL, SC_KEY_SPEC, INT),
	WHEN("keyctl", 0, "KEYCTL_JOIN_SESSION_KEYRING", SC_KEYCTL, PTR),
	WHEN("keyctl", 0,
		 "KEYCTL_UPDATE KEYCTL_DESCRIBE KEYCTL_READ "
		 "KEYCTL_GET_SECURITY",
		 SC_KEYCTL, SC_KEY_SPEC, PTR, SIZE),
	WHEN("keyctl", 0,
		 "KEYCTL_REVOKE KEYCTL_CLEAR KEYCTL_INVALIDATE "
		 "KEYCTL_ASSUME_AUTHORITY",
		 SC_KEYCTL, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_CHOWN", SC_KEYCTL, SC_KEY_SPEC, INT, INT),
	WHEN("keyctl", 0, "KEYCTL_SETPERM", SC_KEYCTL, SC_KEY_SPEC, HEX32),
	WHEN("keyctl", 0, "KEYCTL_LINK KEYCTL_UNLINK",
		 SC_KEYCTL, SC_KEY_SPEC, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_SEARCH",
		 SC_KEYCTL, SC_KEY_SPEC, PTR, PTR, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_INSTANTIATE KEYCTL_INSTANTIATE_IOV",
		 SC_KEYCTL, SC_KEY_SPEC, PTR, SIZE, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_NEGATE",
		 SC_KEYCTL, SC_KEY_SPEC, UINT, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_REJECT",
		 SC_KEYCTL, SC_KEY_SPEC, UINT, UINT, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_SET_REQKEY_KEYRING", SC_KEYCTL, INT),
	WHEN("keyctl", 0, "KEYCTL_SET_TIMEOUT", SC_KEYCTL, SC_KEY_SPEC, UINT),
	WHEN("keyctl", 0, "KEYCTL_SESSION_TO_PARENT", SC_KEYCTL),
	WHEN("keyctl", 0, "KEYCTL_GET_PERSISTENT", SC_KEYCTL, INT, SC_KEY_SPEC),
	WHEN("keyctl", 0, "KEYCTL_RESTRICT_KEYRING",
		 SC_KEYCTL, SC_KEY_SPEC, PTR, PTR),
	WHEN("keyctl", 0, "KEYCTL_MOVE",
		 SC_KEYCTL, SC_KEY_SPEC, SC_KEY_SPEC, SC_KEY_SPEC, HEX32),
	CALL("keyctl", SC_KEYCTL, HEX, HEX, HEX, HEX),
	CALL("kill", INT, SC_SIG),
	CALL("landlock_add_rule", FD, SC_LANDLOCK_RULE, PTR, HEX32),
	CALL("landlock_create_ruleset", PTR, SIZE, SC_LANDLOCK_RULESET),
	CALL("landlock_restrict_self", FD, SC_LANDLOCK_RESTRICT),
	CALL("lchown", PTR, INT, INT),
	CALL("lchown32", PTR, INT, INT),
	CALL("lgetxattr", PTR, PTR, PTR, SIZE),
	CALL("link", PTR, PTR),
	CALL("linkat", SC_DIRFD, PTR, SC_DIRFD, PTR, SC_AT),
	CALL("listen", FD, INT),
	CALL("listmount", PTR, PTR, SIZE, HEX32),
	CALL("listns", PTR, PTR, SIZE, HEX32),
	CALL("listxattr", PTR, PTR, SIZE),
	CALL("listxattrat", SC_DIRFD, PTR, SC_AT, PTR, SIZE),
	CALL("llistxattr", PTR, PTR, SIZE),
	ON("lookup_dcookie", ON_X86 | ON_ARM, HEX32, HEX32, PTR, SIZE),
	CALL("lookup_dcookie", HEX, PTR, SIZE),
	CALL("lremovexattr", PTR, PTR),
	CALL("lseek", FD, LONG, SC_SEEK),
	CALL("lsetxattr", PTR, PTR, PTR, SIZE, SC_XATTR),
	CALL("lsm_get_self_attr", SC_LSM, PTR, PTR, HEX32),
	CALL("lsm_list_modules", PTR, PTR, HEX32),
	CALL("lsm_set_self_attr", SC_LSM, PTR, UINT, HEX32),
	CALL("lstat", PTR, PTR),
	CALL("lstat64", PTR, PTR),
	CALL("madvise", PTR, SIZE, SC_MADV),
	CALL("map_shadow_stack", PTR, SIZE, SC_SHADOW_STACK),
	CALL("mbind", PTR, SIZE, WIDE(SC_MPOL), PTR, SIZE, SC_MPOL_MF),
	CALL("membarrier", SC_MEMBARRIER, HEX32, INT),
	CALL("memfd_create", PTR, SC_MFD),
	CALL("memfd_secret", SC_CLOEXEC),
	CALL("migrate_pages", INT, SIZE, PTR, PTR),
	CALL("mincore", PTR, SIZE, PTR),
	CALL("mkdir", PTR, MODE),
	CALL("mkdirat", SC_DIRFD, PTR, MODE),
	CALL("mknod", PTR, MODE, HEX32),
	CALL("mknodat", SC_DIRFD, PTR, MODE, HEX32),
	CALL("mlock", PTR, SIZE),
	CALL("mlock2", PTR, SIZE, SC_MLOCK),
	CALL("mlockall", SC_MCL),
	ON("mmap", ON_X86, PTR),
	CALL("mmap", PTR, SIZE, WIDE(SC_PROT), WIDE(SC_MAP), FD, HEX),
	CALL("mmap2", PTR, SIZE, WIDE(SC_PROT), WIDE(SC_MAP), FD, HEX),
	CALL("modify_ldt", INT, PTR, SIZE),
	CALL("mount", PTR, PTR, PTR, WIDE(SC_MS), PTR),
	CALL("mount_setattr", SC_DIRFD, PTR, SC_AT, PTR, SIZE),
	CALL("move_mount", SC_DIRFD, PTR, SC_DIRFD, PTR, SC_MOVE_MOUNT),
	CALL("move_pages", INT, SIZE, PTR, PTR, PTR, SC_MPOL_MF),
	CALL("mprotect", PTR, SIZE, WIDE(SC_PROT)),
	CALL("mq_getsetattr", FD, PTR, PTR),
	CALL("mq_notify", FD, PTR),
	WHEN("mq_open", 1, "O_CREAT", PTR, SC_O, MODE, PTR),
	CALL("mq_open", PTR, SC_O),
	CALL("mq_timedreceive", FD, PTR, SIZE, PTR, PTR),
	CALL("mq_timedreceive_time64", FD, PTR, SIZE, PTR, PTR),
	CALL("mq_timedsend", FD, PTR, SIZE, UINT, PTR),
	CALL("mq_timedsend_time64", FD, PTR, SIZE, UINT, PTR),
	CALL("mq_unlink", PTR),
	WHEN("mremap", 3, "MREMAP_FIXED MREMAP_DONTUNMAP",
		 PTR, SIZE, SIZE, WIDE(SC_MREMAP), PTR),
	CALL("mremap", PTR, SIZE, SIZE, WIDE(SC_MREMAP)),
	CALL("mseal", PTR, SIZE, HEX),
	CALL("msgctl", INT, SC_MSGCTL, PTR),
	CALL("msgget", HEX32, SC_IPC),
	CALL("msgrcv", INT, PTR, SIZE, LONG, SC_MSG_IPC),
	CALL("msgsnd", INT, PTR, SIZE, SC_MSG_IPC),
	CALL("msync", PTR, SIZE, SC_MS_SYNC),
	CALL("munlock", PTR, SIZE),
	CALL("munlockall", NONE),
	CALL("munmap", PTR, SIZE),
	CALL("name_to_handle_at", SC_DIRFD, PTR, PTR, PTR, SC_AT_HANDLE),
	CALL("nanosleep", PTR, PTR),
	CALL("newfstatat", SC_DIRFD, PTR, PTR, SC_AT),
	CALL("nfsservctl", INT, PTR, PTR),
	CALL("nice", INT),
	CALL("oldfstat", FD, PTR),
	CALL("oldlstat", PTR, PTR),
	CALL("oldolduname", PTR),
	CALL("oldstat", PTR, PTR),
	CALL("olduname", PTR),
	WHEN("open", 1, "O_CREAT O_TMPFILE", PTR, SC_O, MODE),
	CALL("open", PTR, SC_O),
	CALL("open_by_handle_at", SC_DIRFD, PTR, SC_O),
	CALL("open_tree", SC_DIRFD, PTR, SC_OPEN_TREE),
	CALL("open_tree_attr", SC_DIRFD, PTR, SC_OPEN_TREE, PTR, SIZE),
	WHEN("openat", 2, "O_CREAT O_TMPFILE", SC_DIRFD, PTR, SC_O, MODE),
	CALL("openat", SC_DIRFD, PTR, SC_O),
	CALL("openat2", SC_DIRFD, PTR, PTR, SIZE),
	CALL("pause", NONE),
	CALL("pciconfig_iobase", LONG, HEX, HEX),
	CALL("pciconfig_read", HEX, HEX, HEX, SIZE, PTR),
	CALL("pciconfig_write", HEX, HEX, HEX, SIZE, PTR),
	CALL("perf_event_open", PTR, INT, INT, FD, WIDE(SC_PERF)),
	CALL("personality", SC_PER),
	CALL("pidfd_getfd", FD, FD, HEX32),
	CALL("pidfd_open", INT, SC_PIDFD),
	CALL("pidfd_send_signal", FD, SC_SIG, PTR, SC_PIDFD_SIGNAL),
	CALL("pipe", PTR),
	CALL("pipe2", PTR, SC_PIPE),
	CALL("pivot_root", PTR, PTR),
	CALL("pkey_alloc", HEX, WIDE(SC_PKEY)),
	CALL("pkey_free", INT),
	CALL("pkey_mprotect", PTR, SIZE, WIDE(SC_PROT), INT),
	CALL("poll", PTR, UINT, INT),
	CALL("ppoll", PTR, UINT, PTR, PTR, SIZE),
	CALL("ppoll_time64", PTR, UINT, PTR, PTR, SIZE),
	WHEN("prctl", 0,
		 "PR_GET_DUMPABLE PR_GET_KEEPCAPS PR_GET_TIMING PR_GET_SECCOMP "
		 "PR_GET_SECUREBITS PR_GET_TIMERSLACK "
		 "PR_TASK_PERF_EVENTS_DISABLE PR_TASK_PERF_EVENTS_ENABLE "
		 "PR_SVE_GET_VL PR_SME_GET_VL",
		 SC_PR),
	WHEN("prctl", 0,
		 "PR_GET_NO_NEW_PRIVS PR_GET_THP_DISABLE PR_GET_MDWE "
		 "PR_GET_MEMORY_MERGE PR_GET_IO_FLUSHER "
		 "PR_GET_TAGGED_ADDR_CTRL PR_MCE_KILL_GET "
		 "PR_PAC_GET_ENABLED_KEYS",
		 SC_PR, HEX, HEX, HEX, HEX),
	WHEN("prctl", 0,
		 "PR_GET_PDEATHSIG PR_GET_UNALIGN PR_GET_FPEMU PR_GET_FPEXC "
		 "PR_SET_NAME PR_GET_NAME PR_GET_ENDIAN PR_GET_TSC "
		 "PR_GET_CHILD_SUBREAPER PR_GET_TID_ADDRESS",
		 SC_PR, PTR),
	WHEN("prctl", 0, "PR_SET_PDEATHSIG", SC_PR, WIDE(SC_SIG)),
	WHEN("prctl", 0, "PR_SET_DUMPABLE", SC_PR, WIDE(SC_PR_DUMP)),
	WHEN("prctl", 0,
		 "PR_SET_KEEPCAPS PR_SET_TIMERSLACK PR_SET_CHILD_SUBREAPER "
		 "PR_SET_TIMING PR_SET_UNALIGN PR_SET_FPEMU PR_SET_FPEXC "
		 "PR_SET_ENDIAN",
		 SC_PR, SIZE),
	WHEN("prctl", 0, "PR_SET_SECCOMP", SC_PR, WIDE(SC_SECCOMP_MODE), PTR),
	WHEN("prctl", 0, "PR_CAPBSET_READ PR_CAPBSET_DROP", SC_PR, WIDE(SC_CAP)),
	WHEN("prctl", 0, "PR_SET_TSC", SC_PR, WIDE(SC_PR_TSC)),
	WHEN("prctl", 0, "PR_SET_SECUREBITS", SC_PR, WIDE(SC_SECBIT)),
	WHEN("prctl", 0, "PR_SET_MM", SC_PR, WIDE(SC_PR_MM), HEX, HEX, HEX),
	WHEN("prctl", 0, "PR_SET_VMA", SC_PR, WIDE(SC_PR_VMA), PTR, SIZE, PTR),
	WHEN("prctl", 0,
		 "PR_SET_NO_NEW_PRIVS PR_SET_THP_DISABLE PR_SET_MEMORY_MERGE "
		 "PR_SET_IO_FLUSHER",
		 SC_PR, SIZE, HEX, HEX, HEX),
	WHEN("prctl", 0, "PR_CAP_AMBIENT",
		 SC_PR, WIDE(SC_PR_AMBIENT), WIDE(SC_CAP), HEX, HEX),
	WHEN("prctl", 0, "PR_GET_SPECULATION_CTRL",
		 SC_PR, WIDE(SC_PR_SPEC), HEX, HEX, HEX),
	WHEN("prctl", 0, "PR_SET_SPECULATION_CTRL",
		 SC_PR, WIDE(SC_PR_SPEC), WIDE(SC_PR_SPEC_STATE), HEX, HEX),
	WHEN("prctl", 0, "PR_SET_SYSCALL_USER_DISPATCH",
		 SC_PR, WIDE(SC_PR_DISPATCH), PTR, SIZE, PTR),
	WHEN("prctl", 0, "PR_SCHED_CORE", SC_PR, WIDE(SC_PR_CORE), INT, INT, PTR),
	WHEN("prctl", 0, "PR_SET_MDWE", SC_PR, WIDE(SC_PR_MDWE), HEX, HEX, HEX),
	WHEN("prctl", 0, "PR_SET_PTRACER", SC_PR, WIDE(SC_PR_PTRACER)),
	CALL("prctl", SC_PR, HEX, HEX, HEX, HEX),
	ON("pread64", ON_X86, FD, PTR, SIZE, HEX32, HEX32),
	ON("pread64", ON_ARM, FD, PTR, SIZE, HEX32, HEX32, HEX32),
	CALL("pread64", FD, PTR, SIZE, LONG),
	CALL("preadv", FD, PTR, SIZE, HEX, HEX),
	CALL("preadv2", FD, PTR, SIZE, HEX, HEX, SC_RWF),
	CALL("prlimit64", INT, SC_RLIMIT, PTR, PTR),
	CALL("process_madvise", FD, PTR, SIZE, SC_MADV, HEX32),
	CALL("process_mrelease", FD, HEX32),
	CALL("process_vm_readv", INT, PTR, SIZE, PTR, SIZE, HEX),
	CALL("process_vm_writev", INT, PTR, SIZE, PTR, SIZE, HEX),
	CALL("pselect6", INT, PTR, PTR, PTR, PTR, PTR),
	CALL("pselect6_time64", INT, PTR, PTR, PTR, PTR, PTR),
	WHEN("ptrace", 0, "PTRACE_TRACEME", WIDE(SC_PTRACE)),
	WHEN("ptrace", 0,
		 "PTRACE_CONT PTRACE_SYSCALL PTRACE_SINGLESTEP PTRACE_DETACH "
		 "PTRACE_LISTEN PTRACE_SYSEMU PTRACE_SYSEMU_SINGLESTEP",
		 WIDE(SC_PTRACE), INT, PTR, WIDE(SC_SIG)),
	WHEN("ptrace", 0, "PTRACE_SETOPTIONS PTRACE_SEIZE",
		 WIDE(SC_PTRACE), INT, PTR, WIDE(SC_PTRACE_OPTIONS)),
	CALL("ptrace", WIDE(SC_PTRACE), INT, PTR, PTR),
	ON("pwrite64", ON_X86, FD, PTR, SIZE, HEX32, HEX32),
	ON("pwrite64", ON_ARM, FD, PTR, SIZE, HEX32, HEX32, HEX32),
	CALL("pwrite64", FD, PTR, SIZE, LONG),
	CALL("pwritev", FD, PTR, SIZE, HEX, HEX),
	CALL("pwritev2", FD, PTR, SIZE, HEX, HEX, SC_RWF),
	CALL("quotactl", SC_QUOTA, PTR, INT, PTR),
	CALL("quotactl_fd", FD, SC_QUOTA, INT, PTR),
	CALL("read", FD, PTR, SIZE),
	ON("readahead", ON_X86, FD, HEX32, HEX32, SIZE),
	ON("readahead", ON_ARM, FD, HEX32, HEX32, HEX32, SIZE),
	CALL("readahead", FD, LONG, SIZE),
	CALL("readdir", FD, PTR, UINT),
	CALL("readlink", PTR, PTR, INT),
	CALL("readlinkat", SC_DIRFD, PTR, PTR, INT),
	CALL("readv", FD, PTR, SIZE),
	CALL("reboot", SC_REBOOT_MAGIC, SC_REBOOT_MAGIC, SC_REBOOT, PTR),
	CALL("recv", FD, PTR, SIZE, SC_MSG),
	CALL("recvfrom", FD, PTR, SIZE, SC_MSG, PTR, PTR),
	CALL("recvmmsg", FD, PTR, UINT, SC_MSG, PTR),
	CALL("recvmmsg_time64", FD, PTR, UINT, SC_MSG, PTR),
	CALL("recvmsg", FD, PTR, SC_MSG),
	CALL("remap_file_pages", PTR, SIZE, WIDE(SC_PROT), SIZE, WIDE(SC_MAP)),
	CALL("removexattr", PTR, PTR),
	CALL("removexattrat", SC_DIRFD, PTR, SC_AT, PTR),
	CALL("rename", PTR, PTR),
	CALL("renameat", SC_DIRFD, PTR, SC_DIRFD, PTR),
	CALL("renameat2", SC_DIRFD, PTR, SC_DIRFD, PTR, SC_RENAME),
	CALL("request_key", PTR, PTR, PTR, SC_KEY_SPEC),
	CALL("restart_syscall", NONE),
	CALL("rmdir", PTR),
	CALL("rseq", PTR, UINT, HEX32, HEX32),
	CALL("rseq_slice_yield", NONE),
	CALL("rt_sigaction", SC_SIG, PTR, PTR, SIZE),
	CALL("rt_sigpending", PTR, SIZE),
	CALL("rt_sigprocmask", SC_SIG_HOW, PTR, PTR, SIZE),
	CALL("rt_sigqueueinfo", INT, SC_SIG, PTR),
	CALL("rt_sigreturn", NONE),
	CALL("rt_sigsuspend", PTR, SIZE),
	CALL("rt_sigtimedwait", PTR, PTR, PTR, SIZE),
	CALL("rt_sigtimedwait_time64", PTR, PTR, PTR, SIZE),
	CALL("rt_tgsigqueueinfo", INT, INT, SC_SIG, PTR),
	CALL("sched_get_priority_max", SC_SCHED),
	CALL("sched_get_priority_min", SC_SCHED),
	CALL("sched_getaffinity", INT, UINT, PTR),
	CALL("sched_getattr", INT, PTR, UINT, HEX32),
	CALL("sched_getparam", INT, PTR),
	CALL("sched_getscheduler", INT),
	CALL("sched_rr_get_interval", INT, PTR),
	CALL("sched_rr_get_interval_time64", INT, PTR),
	CALL("sched_setaffinity", INT, UINT, PTR),
	CALL("sched_setattr", INT, PTR, HEX32),
	CALL("sched_setparam", INT, PTR),
	CALL("sched_setscheduler", INT, SC_SCHED, PTR),
	CALL("sched_yield", NONE),
	WHEN("seccomp", 0, "SECCOMP_SET_MODE_FILTER",
		 SC_SECCOMP, SC_SECCOMP_FLAGS, PTR),
	CALL("seccomp", SC_SECCOMP, HEX32, PTR),
	ON("select", ON_X86, PTR),
	CALL("select", INT, PTR, PTR, PTR, PTR),
	CALL("semctl", INT, INT, SC_SEMCTL, HEX),
	CALL("semget", HEX32, INT, SC_IPC),
	CALL("semop", INT, PTR, UINT),
	CALL("semtimedop", INT, PTR, UINT, PTR),
	CALL("semtimedop_time64", INT, PTR, UINT, PTR),
	CALL("send", FD, PTR, SIZE, SC_MSG),
	CALL("sendfile", FD, FD, PTR, SIZE),
	CALL("sendfile64", FD, FD, PTR, SIZE),
	CALL("sendmmsg", FD, PTR, UINT, SC_MSG),
	CALL("sendmsg", FD, PTR, SC_MSG),
	CALL("sendto", FD, PTR, SIZE, SC_MSG, PTR, INT),
	CALL("set_mempolicy", SC_MPOL, PTR, SIZE),
	CALL("set_mempolicy_home_node", PTR, SIZE, SIZE, HEX),
	CALL("set_robust_list", PTR, SIZE),
	CALL("set_thread_area", PTR),
	CALL("set_tid_address", PTR),
	CALL("setdomainname", PTR, INT),
	CALL("setfsgid", INT),
	CALL("setfsgid32", INT),
	CALL("setfsuid", INT),
	CALL("setfsuid32", INT),
	CALL("setgid", INT),
	CALL("setgid32", INT),
	CALL("setgroups", INT, PTR),
	CALL("setgroups32", INT, PTR),
	CALL("sethostname", PTR, INT),
	CALL("setitimer", SC_ITIMER, PTR, PTR),
	CALL("setns", FD, SC_UNSHARE),
	CALL("setpgid", INT, INT),
	CALL("setpriority", SC_PRIO, INT, INT),
	CALL("setregid", INT, INT),
	CALL("setregid32", INT, INT),
	CALL("setresgid", INT, INT, INT),
	CALL("setresgid32", INT, INT, INT),
	CALL("setresuid", INT, INT, INT),
	CALL("setresuid32", INT, INT, INT),
	CALL("setreuid", INT, INT),
	CALL("setreuid32", INT, INT),
	CALL("setrlimit", SC_RLIMIT, PTR),
	CALL("setsid", NONE),
	OPTION_CALL("setsockopt", INT),
	CALL("settimeofday", PTR, PTR),
	CALL("setuid", INT),
	CALL("setuid32", INT),
	CALL("setxattr", PTR, PTR, PTR, SIZE, SC_XATTR),
	CALL("setxattrat", SC_DIRFD, PTR, SC_AT, PTR, PTR, SIZE),
	CALL("sgetmask", NONE),
	CALL("shmat", INT, PTR, SC_SHM),
	CALL("shmctl", INT, SC_SHMCTL, PTR),
	CALL("shmdt", PTR),
	CALL("shmget", HEX32, SIZE, SC_IPC_SHM),
	CALL("shutdown", FD, SC_SHUT),
	CALL("sigaction", SC_SIG, PTR, PTR),
	CALL("sigaltstack", PTR, PTR),
	CALL("signal", SC_SIG, PTR),
	CALL("signalfd", FD, PTR, SIZE),
	CALL("signalfd4", FD, PTR, SIZE, SC_SFD),
	CALL("sigpending", PTR),
	CALL("sigprocmask", SC_SIG_HOW, PTR, PTR),
	CALL("sigreturn", NONE),
	CALL("sigsuspend", INT, INT, HEX),
	WHEN("socket", 0, "AF_INET AF_INET6", SC_AF, SC_SOCK, SC_IPPROTO),
	WHEN("socket", 0, "AF_NETLINK", SC_AF, SC_SOCK, SC_NETLINK),
	WHEN("socket", 0, "AF_BLUETOOTH", SC_AF, SC_SOCK, SC_BTPROTO),
	WHEN("socket", 0, "AF_CAN", SC_AF, SC_SOCK, SC_CAN),
	WHEN("socket", 0, "AF_PACKET", SC_AF, SC_SOCK, HEX32),
	CALL("socket", SC_AF, SC_SOCK, INT),
	CALL("socketcall", SC_SYS, PTR),
	CALL("socketpair", SC_AF, SC_SOCK, INT, PTR),
	CALL("splice", FD, PTR, FD, PTR, SIZE, SC_SPLICE),
	CALL("ssetmask", HEX32),
	CALL("stat", PTR, PTR),
	CALL("stat64", PTR, PTR),
	CALL("statfs", PTR, PTR),
	CALL("statfs64", PTR, SIZE, PTR),
	CALL("statmount", PTR, PTR, SIZE, HEX32),
	CALL("statx", SC_DIRFD, PTR, SC_AT_STATX, SC_STATX, PTR),
	CALL("stime", PTR),
	CALL("swapoff", PTR),
	CALL("swapon", PTR, SC_SWAP),
	CALL("symlink", PTR, PTR),
	CALL("symlinkat", PTR, SC_DIRFD, PTR),
	CALL("sync", NONE),
	ON("sync_file_range", ON_X86,
		 FD, HEX32, HEX32, HEX32, HEX32, SC_SYNC_RANGE),
	CALL("sync_file_range", FD, LONG, LONG, SC_SYNC_RANGE),
	CALL("syncfs", FD),
	CALL("sysfs", INT, HEX, HEX),
	CALL("sysinfo", PTR),
	CALL("syslog", SC_SYSLOG, PTR, INT),
	CALL("tee", FD, FD, SIZE, SC_SPLICE),
	CALL("tgkill", INT, INT, SC_SIG),
	CALL("time", PTR),
	CALL("timer_create", SC_CLOCK, PTR, PTR),
	CALL("timer_delete", INT),
	CALL("timer_getoverrun", INT),
	CALL("timer_gettime", INT, PTR),
	CALL("timer_gettime64", INT, PTR),
	CALL("timer_settime", INT, SC_TIMER, PTR, PTR),
	CALL("timer_settime64", INT, SC_TIMER, PTR, PTR),
	CALL("timerfd_create", SC_CLOCK, SC_TFD),
	CALL("timerfd_gettime", FD, PTR),
	CALL("timerfd_gettime64", FD, PTR),
	CALL("timerfd_settime", FD, SC_TFD_TIMER, PTR, PTR),
	CALL("timerfd_settime64", FD, SC_TFD_TIMER, PTR, PTR),
	CALL("times", PTR),
	CALL("tkill", INT, SC_SIG),
	CALL("truncate", PTR, LONG),
	ON("truncate64", ON_ARM, PTR, HEX32, HEX32, HEX32),
	CALL("truncate64", PTR, HEX32, HEX32),
	CALL("ugetrlimit", SC_RLIMIT, PTR),
	CALL("umask", MODE),
	CALL("umount", PTR),
	CALL("umount2", PTR, SC_MNT),
	CALL("uname", PTR),
	CALL("unlink", PTR),
	CALL("unlinkat", SC_DIRFD, PTR, SC_AT_UNLINK),
	CALL("unshare", WIDE(SC_UNSHARE)),
	CALL("uprobe", NONE),
	CALL("uretprobe", NONE),
	CALL("uselib", PTR),
	CALL("userfaultfd", SC_UFFD),
	CALL("ustat", HEX32, PTR),
	CALL("utime", PTR, PTR),
	CALL("utimensat", SC_DIRFD, PTR, PTR, SC_AT),
	CALL("utimensat_time64", SC_DIRFD, PTR, PTR, SC_AT),
	CALL("utimes", PTR, PTR),
	CALL("vfork", NONE),
	CALL("vhangup", NONE),
	CALL("vm86", SIZE, PTR),
	CALL("vm86old", PTR),
	CALL("vmsplice", FD, PTR, SIZE, SC_SPLICE),
	CALL("wait4", INT, PTR, SC_W, PTR),
	CALL("waitid", SC_P, INT, PTR, SC_W, PTR),
	CALL("waitpid", INT, PTR, SC_W),
	CALL("write", FD, PTR, SIZE),
	CALL("writev", FD, PTR, SIZE),
};
/* clang-format on */

#define NSHAPES ((int) (sizeof(shapes) / sizeof(shapes[0])))

/* ----------
 * Text
 * ----------
 */

typedef struct
{
	char		text[SC_MAX_DECODED];
	size_t		len;
} words;

static void append(words *out, const char *fmt,...) __attribute__((format(printf, 2, 3)));

static void
append(words *out, const char *fmt,...)
{
	size_t		room = sizeof(out->text) - out->len;
	va_list		args;
	int			len;

	va_start(args, fmt);
	len = vsnprintf(out->text + out->len, room, fmt, args);
	va_end(args);
	if (len > 0)
		out->len += (size_t) len < room ? (size_t) len : room - 1;
}

/* Is the constant in the value, as far as the argument is wide? */
static bool
has_constant(uint64_t value, uint64_t width, const sc_constant *constant)
{
	return ((value ^ constant->value) & constant->mask & width) == 0;
}

/*
 * "SOCK_RAW|SOCK_CLOEXEC|0x800000": what has a name by its name, the rest as a
 * number.
 */
static void
append_constants(words *out, const sc_constant_kind *kind, uint64_t value,
				 uint64_t width)
{
	uint64_t	done = 0;
	bool		named = false;

	value &= width;
	for (int i = 0; i < kind->n; i++)
	{
		const sc_constant *constant = &kind->list[i];

		/* an alias, or a part of what was said already */
		if ((constant->mask & done) != 0)
			continue;

		/* -1 is a number: nobody means every flag there is */
		if (value == width && constant->mask != UINT64_MAX)
			continue;
		if (!has_constant(value, width, constant))
			continue;
		append(out, "%s%s", named ? "|" : "", constant->name);
		named = true;
		done |= constant->mask & width;
	}
	value &= ~done;
	if (named && value == 0)
		return;
	if (!kind->decimal)
		append(out, "%s%#llx", named ? "|" : "", (unsigned long long) value);
	else if (width == UINT32_MAX)
		append(out, "%d", (int) (uint32_t) value);
	else
		append(out, "%lld", (long long) value);
}

static void
append_argument(words *out, int what, uint64_t value, uint64_t word)
{
	uint32_t	low = (uint32_t) value;

	if (what > NONE)
	{
		append_constants(out, &sc_constant_kinds[what & ~WIDE_BIT], value,
						 what & WIDE_BIT ? word : UINT32_MAX);
		return;
	}
	value &= word;
	switch (what)
	{
		case HEX32:
			append(out, "%#x", low);
			break;
		case PTR:
			if (value == 0)
				append(out, "NULL");
			else
				append(out, "%#llx", (unsigned long long) value);
			break;
		case SIZE:
			append(out, "%llu", (unsigned long long) value);
			break;
		case LONG:
			if (word == UINT32_MAX)
				append(out, "%d", (int) low);
			else
				append(out, "%lld", (long long) value);
			break;
		case INT:
			append(out, "%d", (int) low);
			break;
		case UINT:
			append(out, "%u", low);
			break;
		case MODE:
			append(out, "%#o", low);
			break;
		default:
			append(out, "%#llx", (unsigned long long) value);
			break;
	}
}

/* ----------
 * Calls
 * ----------
 */

/* Is the word one of a list with spaces between? */
static bool
is_among(const char *word, const char *list)
{
	size_t		len = strlen(word);

	while (list[0] != '\0')
	{
		size_t		next = strcspn(list, " ");

		if (next == len && memcmp(list, word, len) == 0)
			return true;
		list += next;
		list += strspn(list, " ");
	}
	return false;
}

static bool
fits(const shape *candidate, sc_abi abi, const uint64_t args[NARGS])
{
	int			what = candidate->args[candidate->which];
	const sc_constant_kind *kind;

	if (candidate->abis != 0 && ((candidate->abis >> abi) & 1) == 0)
		return false;
	if (candidate->words == NULL)
		return true;
	kind = &sc_constant_kinds[what & ~WIDE_BIT];
	for (int i = 0; i < kind->n; i++)
	{
		if (has_constant(args[candidate->which],
						 what & WIDE_BIT ? UINT64_MAX : UINT32_MAX,
						 &kind->list[i]) &&
			is_among(kind->list[i].name, candidate->words))
			return true;
	}
	return false;
}

/* The row that describes this call, or NULL. */
static const shape *
find_shape(const char *name, sc_abi abi, const uint64_t args[NARGS])
{
	for (int i = 0; i < NSHAPES; i++)
	{
		if (strcmp(shapes[i].name, name) == 0 && fits(&shapes[i], abi, args))
			return &shapes[i];
	}
	return NULL;
}

char *
sc_decode_call(sc_abi abi, uint32_t nr, const uint64_t args[NARGS])
{
	int			call = sc_syscall_of(abi, nr);
	const shape *row = NULL;
	uint64_t	word = sc_register_of(abi);
	words		out = {.len = 0};

	if (call >= 0)
	{
		row = find_shape(sc_syscalls[call].name, abi, args);
		append(&out, "%s(", sc_syscalls[call].name);
	}
	else if (nr <= INT16_MAX || nr == UINT32_MAX)
		append(&out, "system call %d (", (int) nr);
	else
		append(&out, "system call %#x (", nr);

	for (int i = 0; i < NARGS; i++)
	{
		int			what = row ? row->args[i] : HEX;

		if (what == NONE)
			break;
		append(&out, "%s", i > 0 ? ", " : "");
		append_argument(&out, what, args[i], word);
	}
	append(&out, ")");
	return sc_strndup(out.text, out.len);
}

/* ----------
 * Arguments
 * ----------
 */

/* The rows of one call on one ABI: the next one after row, NULL to begin. */
static const shape *
next_shape(sc_abi abi, int call, const shape *row)
{
	for (row = row ? row + 1 : shapes; row < shapes + NSHAPES; row++)
		if (strcmp(row->name, sc_syscalls[call].name) == 0 &&
			(row->abis == 0 || row->abis >> abi & 1))
			return row;
	return NULL;
}

sc_argument
sc_argument_of(sc_abi abi, int call, int arg)
{
	int			what = NONE;
	bool		any = false;

	/* the row without conditions is the prototype, but for arguments that only some uses have */
	for (const shape *row = NULL; (row = next_shape(abi, call, row)) != NULL;)
	{
		any = true;
		if (what == NONE || (row->words == NULL && row->args[arg] != NONE))
			what = row->args[arg];
		if (row->words == NULL)
			break;
	}
	if (!any)
		what = HEX;
	switch (what)
	{
		case NONE:
			return SC_ARG_NONE;
		case PTR:
			return SC_ARG_POINTER;
		case HEX:
		case SIZE:
		case LONG:
			return SC_ARG_64;
		default:
			return what > NONE && what & WIDE_BIT ? SC_ARG_64 : SC_ARG_32;
	}
}

const sc_constant *
sc_argument_constant(sc_abi abi, int call, int arg, const char *name)
{
	const sc_constant *found = NULL;

	for (const shape *row = NULL; found == NULL && (row = next_shape(abi, call, row)) != NULL;)
		if (row->args[arg] > NONE)
			found = sc_constant_find((sc_kind) (row->args[arg] & ~WIDE_BIT), name);
	return found;
}

const char *
sc_argument_nearest(sc_abi abi, int call, int arg, const char *name)
{
	const char *found = NULL;

	for (const shape *row = NULL; found == NULL && (row = next_shape(abi, call, row)) != NULL;)
		if (row->args[arg] > NONE)
			found = sc_constant_nearest((sc_kind) (row->args[arg] & ~WIDE_BIT), name);
	return found;
}

char *
sc_decode_argument(sc_abi abi, int call, const uint64_t args[NARGS], int arg)
{
	const shape *row = find_shape(sc_syscalls[call].name, abi, args);
	uint64_t	word = sc_register_of(abi);
	words		out = {.len = 0};

	append_argument(&out, row ? row->args[arg] : HEX, args[arg], word);
	return sc_strndup(out.text, out.len);
}
