/*
 * constants.h
 *		The names that system calls' arguments have: AF_NETLINK, O_CREAT ...
 *
 * One list per kind of argument.  A constant stands for a whole value, for one
 * flag, or for the value of a field of some bits among flags: its mask says
 * which.  Nothing here allocates.
 *
 * Where architectures differ, values are those of the one this is compiled for
 * (x86-64 and x86 agree on them, so do arm64 and arm).
 */
#ifndef SC_CONSTANTS_H
#define SC_CONSTANTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * x is this constant where (x & mask) == value.  Negative ones are kept
 * sign-extended; whoever compares them with an int looks at 32 bits only.
 */
typedef struct
{
	const char *name;
	uint64_t	value;
	uint64_t	mask;
} sc_constant;

typedef enum
{
	SC_NO_KIND,
	SC_DIRFD,				/* a directory to start from */
	SC_AF,					/* AF_* */
	SC_SOCK,				/* SOCK_*, with flags */
	SC_SOCK_FLAGS,			/* accept4's flags */
	SC_IPPROTO,				/* IPPROTO_*: AF_INET, AF_INET6 */
	SC_NETLINK,				/* NETLINK_*: AF_NETLINK */
	SC_BTPROTO,				/* BTPROTO_*: AF_BLUETOOTH */
	SC_CAN,					/* CAN_*: AF_CAN */
	SC_MSG,					/* MSG_*: send and receive */
	SC_SHUT,				/* SHUT_* */
	SC_SYS,					/* SYS_*: socketcall */
	SC_SOL,					/* SOL_*: level of a socket option */
	SC_SO,					/* SO_*: options of SOL_SOCKET */
	SC_IP,					/* IP_*: options of SOL_IP */
	SC_IPV6,				/* IPV6_*: options of SOL_IPV6 */
	SC_TCP,					/* TCP_*: options of SOL_TCP */
	SC_UDP,					/* UDP_*: options of SOL_UDP */
	SC_NETLINK_OPTIONS,		/* options of SOL_NETLINK */
	SC_PACKET,				/* PACKET_*: options of SOL_PACKET */
	SC_ALG,					/* ALG_*: options of SOL_ALG */
	SC_TLS,					/* TLS_*: options of SOL_TLS */
	SC_XDP,					/* XDP_*: options of SOL_XDP */
	SC_VSOCK,				/* SO_VM_SOCKETS_*: options of AF_VSOCK */
	SC_CLONE,				/* CLONE_*, low byte a signal */
	SC_UNSHARE,				/* CLONE_*: unshare, setns */
	SC_SIG,					/* SIG* */
	SC_SIG_HOW,				/* SIG_BLOCK and its like */
	SC_P,					/* P_*: waitid */
	SC_W,					/* W*: wait4, waitid */
	SC_PIDFD,				/* pidfd_open */
	SC_PIDFD_SIGNAL,		/* pidfd_send_signal */
	SC_PR,					/* PR_*: prctl */
	SC_PR_DUMP,				/* SUID_DUMP_*: PR_SET_DUMPABLE */
	SC_PR_MM,				/* PR_SET_MM_* */
	SC_PR_VMA,				/* PR_SET_VMA_* */
	SC_PR_AMBIENT,			/* PR_CAP_AMBIENT_* */
	SC_PR_SPEC,				/* PR_SPEC_*: what to control */
	SC_PR_SPEC_STATE,		/* PR_SPEC_*: how */
	SC_PR_MDWE,				/* PR_MDWE_* */
	SC_PR_DISPATCH,			/* PR_SYS_DISPATCH_* */
	SC_PR_CORE,				/* PR_SCHED_CORE_* */
	SC_PR_TSC,				/* PR_TSC_* */
	SC_PR_PTRACER,			/* PR_SET_PTRACER */
	SC_CAP,					/* CAP_* */
	SC_SECBIT,				/* SECBIT_* */
	SC_ARCH,				/* ARCH_*: arch_prctl */
	SC_PTRACE,				/* PTRACE_* */
	SC_PTRACE_OPTIONS,		/* PTRACE_O_* */
	SC_KCMP,				/* KCMP_* */
	SC_SECCOMP,				/* SECCOMP_*: operations */
	SC_SECCOMP_FLAGS,		/* SECCOMP_FILTER_FLAG_* */
	SC_SECCOMP_MODE,		/* SECCOMP_MODE_* */
	SC_PER,					/* PER_* and flags: personality */
	SC_RLIMIT,				/* RLIMIT_* */
	SC_RUSAGE,				/* RUSAGE_* */
	SC_PRIO,				/* PRIO_* */
	SC_IOPRIO,				/* IOPRIO_WHO_* */
	SC_SCHED,				/* SCHED_* */
	SC_MEMBARRIER,			/* MEMBARRIER_CMD_* */
	SC_LSM,					/* LSM_ATTR_* */
	SC_LANDLOCK_RULESET,	/* LANDLOCK_CREATE_RULESET_* */
	SC_LANDLOCK_RULE,		/* LANDLOCK_RULE_* */
	SC_LANDLOCK_RESTRICT,	/* LANDLOCK_RESTRICT_SELF_* */
	SC_FUTEX,				/* FUTEX_*: operations, with flags */
	SC_FUTEX2,				/* FUTEX2_*: futex_wait and its like */
	SC_PROT,				/* PROT_* */
	SC_MAP,					/* MAP_* */
	SC_MADV,				/* MADV_* */
	SC_MREMAP,				/* MREMAP_* */
	SC_MS_SYNC,				/* msync */
	SC_MLOCK,				/* mlock2 */
	SC_MCL,					/* MCL_*: mlockall */
	SC_MPOL,				/* MPOL_* */
	SC_MPOL_MF,				/* MPOL_MF_* */
	SC_PKEY,				/* PKEY_* */
	SC_MFD,					/* MFD_* */
	SC_UFFD,				/* userfaultfd */
	SC_SHADOW_STACK,		/* SHADOW_STACK_* */
	SC_O,					/* O_* */
	SC_FD_FLAGS,			/* FD_* */
	SC_PIPE,				/* pipe2 */
	SC_CLOEXEC,				/* dup3, memfd_secret */
	SC_CLOSE_RANGE,			/* CLOSE_RANGE_* */
	SC_AT,					/* AT_*: most calls */
	SC_ACCESS,				/* R_OK and its like */
	SC_AT_UNLINK,			/* AT_*: unlinkat */
	SC_AT_ACCESS,			/* AT_*: faccessat2 */
	SC_AT_EXEC,				/* AT_*: execveat */
	SC_AT_STATX,			/* AT_*: statx */
	SC_AT_HANDLE,			/* AT_*: name_to_handle_at */
	SC_RENAME,				/* RENAME_* */
	SC_XATTR,				/* XATTR_* */
	SC_STATX,				/* STATX_* */
	SC_SEEK,				/* SEEK_* */
	SC_LOCK,				/* LOCK_*: flock */
	SC_FADV,				/* POSIX_FADV_* */
	SC_FALLOC,				/* FALLOC_FL_* */
	SC_SYNC_RANGE,			/* SYNC_FILE_RANGE_* */
	SC_SPLICE,				/* SPLICE_F_* */
	SC_RWF,					/* RWF_*: preadv2, pwritev2 */
	SC_F,					/* F_*: fcntl commands */
	SC_F_LOCK,				/* F_*LCK: leases */
	SC_F_SEAL,				/* F_SEAL_* */
	SC_EPOLL,				/* EPOLL_CLOEXEC */
	SC_EPOLL_CTL,			/* EPOLL_CTL_* */
	SC_EFD,					/* EFD_* */
	SC_SFD,					/* SFD_* */
	SC_TFD,					/* TFD_*: timerfd_create */
	SC_TFD_TIMER,			/* TFD_TIMER_*: timerfd_settime */
	SC_IN_INIT,				/* inotify_init1 */
	SC_IN,					/* IN_*: events */
	SC_FAN_INIT,			/* FAN_*: fanotify_init */
	SC_FAN_MARK,			/* FAN_MARK_* */
	SC_IOCTL,				/* requests of ioctl that matter */
	SC_MS,					/* MS_*: mount */
	SC_MNT,					/* MNT_*: umount2 */
	SC_FSOPEN,				/* FSOPEN_* */
	SC_FSPICK,				/* FSPICK_* */
	SC_FSCONFIG,			/* FSCONFIG_* */
	SC_FSMOUNT,				/* FSMOUNT_* */
	SC_MOUNT_ATTR,			/* MOUNT_ATTR_* */
	SC_OPEN_TREE,			/* open_tree */
	SC_MOVE_MOUNT,			/* MOVE_MOUNT_* */
	SC_KEYCTL,				/* KEYCTL_* */
	SC_KEY_SPEC,			/* KEY_SPEC_* */
	SC_BPF,					/* BPF_*: commands */
	SC_PERF,				/* PERF_FLAG_* */
	SC_IORING_ENTER,		/* IORING_ENTER_* */
	SC_IORING,				/* IORING_(UN)REGISTER_* */
	SC_MODULE,				/* MODULE_INIT_* */
	SC_MODULE_DELETE,		/* delete_module */
	SC_KEXEC,				/* KEXEC_*: kexec_load */
	SC_KEXEC_FILE,			/* KEXEC_FILE_* */
	SC_REBOOT_MAGIC,		/* LINUX_REBOOT_MAGIC* */
	SC_REBOOT,				/* LINUX_REBOOT_CMD_* */
	SC_SWAP,				/* SWAP_FLAG_* */
	SC_SYSLOG,				/* SYSLOG_ACTION_* */
	SC_CLOCK,				/* CLOCK_* */
	SC_TIMER,				/* TIMER_ABSTIME */
	SC_ITIMER,				/* ITIMER_* */
	SC_GRND,				/* GRND_* */
	SC_QUOTA,				/* Q_*: quotactl */
	SC_IPCCALL,				/* operations of ipc */
	SC_IPC,					/* IPC_*: semget, msgget */
	SC_IPC_SHM,				/* IPC_*, SHM_*: shmget */
	SC_SHM,					/* SHM_*: shmat */
	SC_SHMCTL,				/* shmctl */
	SC_SEMCTL,				/* semctl */
	SC_MSGCTL,				/* msgctl */
	SC_MSG_IPC,				/* msgrcv, msgsnd */
	SC_NKINDS
} sc_kind;

typedef struct
{
	const char *what;			/* for messages: "address family" */

	/*
	 * Flags of several bits stand before those they contain, a constant's
	 * usual name before its others.
	 */
	const sc_constant *list;
	int			n;
	bool		decimal;		/* the nameless are best shown as decimals */
} sc_constant_kind;

/* The first, SC_NO_KIND's, is empty. */
extern const sc_constant_kind sc_constant_kinds[SC_NKINDS];

/* The constant of one kind that has this name, or NULL. */
extern const sc_constant *sc_constant_find(sc_kind kind, const char *name);

/* The value of a constant of whatever kind; no name has two. */
extern bool sc_constant_by_name(const char *name, uint64_t *value);

/*
 * The constant nearest to a misspelt one, or NULL if none is near; of one kind,
 * or with SC_NO_KIND of them all.
 */
extern const char *sc_constant_nearest(sc_kind kind, const char *name);

#endif							/* SC_CONSTANTS_H */
