/*
 * groups.c
 *		Named lists of system calls: groups and families.
 *
 * Members are separated by single spaces and sorted as strcmp() does; a name
 * that starts with "@" nests another group.  The members "*", which only
 * @known has, stand for every call in the catalog.  The array is sorted by
 * kind, then name.  sc_catalog_init() refuses anything else.
 *
 * The groups without "pg" in their name are systemd's, member by member as
 * systemd 262 has them, so that a list written for a unit file means the same
 * here; t/catalog_systemd.pl compares them and explains every difference from
 * other releases.  Ours start with "@pg-".  Those meant as allow-lists
 * (@pg-auxiliary, @pg-session, @pg-server, @pg-program) never split a family.
 *
 * A family holds the entry points of one capability: a program that is denied
 * one of them could do the same by another, and a new libc or another
 * architecture may well take another.  Since a family widens deny-lists and
 * allow-lists alike, each one that is too large is a bug.  The rules:
 *
 *	- A later call that does what an older one does, and perhaps more, joins
 *	  the older one: openat2, clone3, sendmmsg.  Where it does what two older
 *	  ones do, all three are one family (unlinkat: unlink and rmdir; prlimit64:
 *	  getrlimit and setrlimit), for none of them can be had or denied alone.
 *	- By path, by descriptor and relative to a directory is one capability.
 *	- 16 and 32-bit ids, 32 and 64-bit times and offsets are one capability.
 *	- No family may take a call that PostgreSQL can't live without away from
 *	  whoever denies a lesser call that nothing falls back to.  Hence kill
 *	  stands apart from tgkill, rt_sigqueueinfo and pidfd_send_signal, mprotect
 *	  from pkey_mprotect, futex from futex_wait and its kin, exit_group from
 *	  exit, rt_sigprocmask from sgetmask and ssetmask, madvise from
 *	  process_madvise.
 *	- Calls that only overlap stand apart: read from pread64 (though preadv2
 *	  with offset -1 is readv), sendto from sendmsg (which passes descriptors),
 *	  setuid from setresuid, poll from select from epoll_wait, fsync from
 *	  fdatasync, the steps of the mount API, statx from file_getattr, open from
 *	  open_by_handle_at (which ignores directory permissions).
 *	- socketcall, ipc and syscall reach many capabilities through one number
 *	  and are in no family.  Whoever denies socket but admits the x86 ABI must
 *	  deny socketcall as well.
 */
#include "catalog.h"

/* clang-format off */
const sc_group sc_groups[] = {
	{"@aio", SC_GROUP,
		"io_cancel io_destroy io_getevents io_pgetevents "
		"io_pgetevents_time64 io_setup io_submit io_uring_enter "
		"io_uring_register io_uring_setup",
	 "asynchronous I/O, io_uring included"},
	{"@basic-io", SC_GROUP,
		"_llseek close close_range dup dup2 dup3 llseek lseek pread64 "
		"preadv preadv2 pwrite64 pwritev pwritev2 read readv write writev",
	 "read, write, seek and close what is already open"},
	{"@chown", SC_GROUP,
		"chown chown32 fchown fchown32 fchownat lchown lchown32",
	 "change the owner of files"},
	{"@clock", SC_GROUP,
		"adjtimex clock_adjtime clock_adjtime64 clock_settime "
		"clock_settime64 settimeofday",
	 "set or tune a system clock"},
	{"@cpu-emulation", SC_GROUP,
		"modify_ldt subpage_prot switch_endian vm86 vm86old",
	 "emulate or reconfigure the processor, as for virtual 8086 mode"},
	{"@debug", SC_GROUP,
		"lookup_dcookie perf_event_open pidfd_getfd ptrace rtas "
		"s390_runtime_instr sys_debug_setcontext",
	 "watch, trace and measure processes and the kernel"},
	{"@default", SC_GROUP,
		"@sandbox arch_prctl brk cacheflush clock_getres "
		"clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep "
		"clock_nanosleep_time64 execve exit exit_group futex futex_time64 "
		"futex_waitv get_robust_list get_thread_area getegid getegid32 "
		"geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpgid "
		"getpgrp getpid getppid getrandom getresgid getresgid32 getresuid "
		"getresuid32 getrlimit getsid gettid gettimeofday getuid getuid32 "
		"lsm_get_self_attr lsm_list_modules membarrier mmap mmap2 mprotect "
		"mseal munmap nanosleep pause prlimit64 restart_syscall "
		"riscv_flush_icache riscv_hwprobe rseq rt_sigreturn "
		"sched_getaffinity sched_yield set_robust_list set_thread_area "
		"set_tid_address set_tls sigreturn time ugetrlimit uretprobe",
	 "what systemd permits to every service: time, memory, own identity"},
	{"@file-system", SC_GROUP,
		"access chdir chmod close creat faccessat faccessat2 fallocate "
		"fchdir fchmod fchmodat fchmodat2 fcntl fcntl64 fgetxattr "
		"file_getattr file_setattr flistxattr fremovexattr fsetxattr fstat "
		"fstat64 fstatat fstatat64 fstatfs fstatfs64 ftruncate ftruncate64 "
		"futimesat getcwd getdents getdents64 getxattr getxattrat "
		"inotify_add_watch inotify_init inotify_init1 inotify_rm_watch "
		"lgetxattr link linkat listmount listxattr listxattrat llistxattr "
		"lremovexattr lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat "
		"newfstat newfstatat oldfstat oldlstat oldstat open open_tree "
		"openat openat2 readlink readlinkat removexattr removexattrat "
		"rename renameat renameat2 rmdir setxattr setxattrat stat stat64 "
		"statfs statfs64 statmount statx symlink symlinkat truncate "
		"truncate64 unlink unlinkat utime utimensat utimensat_time64 utimes",
	 "name, create, open, describe and remove files"},
	{"@io-event", SC_GROUP,
		"_newselect epoll_create epoll_create1 epoll_ctl epoll_ctl_old "
		"epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd "
		"eventfd2 poll ppoll ppoll_time64 pselect6 pselect6_time64 select",
	 "wait for files to become ready"},
	{"@ipc", SC_GROUP,
		"ipc memfd_create mq_getsetattr mq_notify mq_open mq_timedreceive "
		"mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink "
		"msgctl msgget msgrcv msgsnd pipe pipe2 process_madvise "
		"process_vm_readv process_vm_writev semctl semget semop semtimedop "
		"semtimedop_time64 shmat shmctl shmdt shmget",
	 "pipes, shared memory, message queues and semaphores"},
	{"@keyring", SC_GROUP,
		"add_key keyctl request_key",
	 "the kernel's keyrings"},
	{"@known", SC_GROUP,
		"*",
	 "every call in this catalog"},
	{"@memlock", SC_GROUP,
		"mlock mlock2 mlockall munlock munlockall",
	 "keep memory out of swap"},
	{"@module", SC_GROUP,
		"delete_module finit_module init_module",
	 "load and unload kernel modules"},
	{"@mount", SC_GROUP,
		"chroot fsconfig fsmount fsopen fspick mount mount_setattr "
		"move_mount open_tree_attr pivot_root umount umount2",
	 "mount, unmount and change the root"},
	{"@network-io", SC_GROUP,
		"accept accept4 bind connect getpeername getsockname getsockopt "
		"listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg send "
		"sendmmsg sendmsg sendto setsockopt shutdown socket socketcall "
		"socketpair",
	 "sockets, of whatever family"},
	{"@obsolete", SC_GROUP,
		"_sysctl afs_syscall bdflush break create_module ftime "
		"get_kernel_syms getpmsg gtty idle lock mpx prof profil putpmsg "
		"query_module security sgetmask ssetmask stime stty sysfs tuxcall "
		"ulimit uselib ustat vserver",
	 "calls that Linux dropped, replaced or never implemented"},

	/*
	 * seccomp attaches, prctl sets no_new_privs.  Each child of the postmaster
	 * also calls prctl as it starts, and a denial is FATAL there.
	 */
	{"@pg-attach", SC_GROUP,
		"prctl seccomp",
	 "what a process needs until its last scope is attached"},
	/*
	 * doc/measured-syscalls.md, auxiliary processes, less what their own tasks
	 * take: sockets, programs, the files of recovery, and less System V's shared
	 * memory, which only a setting asks for.  tgkill and gettid are abort()'s.
	 */
	{"@pg-auxiliary", SC_GROUP,
		"@pg-required _llseek _newselect alarm arm_fadvise64_64 "
		"arm_sync_file_range clock_gettime64 clock_nanosleep_time64 creat "
		"epoll_create epoll_ctl_old epoll_pwait2 epoll_wait_old faccessat2 "
		"fadvise64 fadvise64_64 fcntl64 fstat64 fstatat fstatat64 fstatfs "
		"fstatfs64 ftruncate64 futex_time64 getdents getdents64 getppid "
		"getrandom getrusage gettid llseek lstat lstat64 madvise mmap2 "
		"mprotect mremap nanosleep newfstat oldfstat oldlstat oldolduname "
		"oldstat olduname open openat2 preadv2 pselect6_time64 pwritev2 "
		"readdir readlink readlinkat readv recv renameat2 rmdir "
		"sched_getaffinity sched_yield send sigaction sigaltstack signal "
		"sigprocmask sigreturn stat64 statfs statfs64 statx "
		"sync_file_range2 sysinfo tgkill time tkill truncate truncate64 "
		"umask uname writev",
	 "what an auxiliary process without sockets and programs needs"},
	{"@pg-io-uring", SC_GROUP,
		"io_uring_enter io_uring_register io_uring_setup",
	 "PostgreSQL 18 with io_method=io_uring"},

	/* glibc's popen and system use clone3, or clone where that is ENOSYS. */
	{"@pg-program", SC_GROUP,
		"@pg-session arch_prctl chdir chown chown32 clone clone3 "
		"close_range dup dup2 dup3 eventfd eventfd2 execve execveat exit "
		"fchdir fchown fchown32 fchownat fgetxattr flistxattr flock fork "
		"fsetxattr futimesat getgroups getgroups32 getpgid getpgrp "
		"getpriority getresgid getresgid32 getresuid getresuid32 getsid "
		"getxattr getxattrat lchown lchown32 lgetxattr link linkat "
		"listxattr listxattrat llistxattr lsetxattr membarrier memfd_create "
		"msync nice pause pipe pipe2 prctl readahead rseq rt_sigpending "
		"rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 sched_getattr "
		"sched_getparam sched_getscheduler sendfile sendfile64 "
		"set_robust_list set_thread_area set_tid_address setpgid "
		"setpriority setsid setxattr setxattrat signalfd signalfd4 "
		"sigpending sigsuspend socketpair splice sync syncfs timer_create "
		"timer_delete timer_settime timer_settime64 times utime utimensat "
		"utimensat_time64 utimes vfork wait4 waitid waitpid",
	 "start a program and be one, such as sh, cp, tar, gzip or curl"},

	/*
	 * Named exactly as glibc 2.31 to 2.43 calls them on x86-64 and arm64, so
	 * that a newer entry point of a family (clone3, openat2, statx) can be
	 * answered ENOSYS.  Denying most of them is a FATAL or PANIC at once, or a
	 * hang (kill, rt_sigprocmask); less obvious are
	 *
	 *	- brk: glibc takes an error number for the new end of the heap
	 *	- getpid: a process that believes to be -1 signals every process
		 *	- access: login looks for the database's directory
	 *	- select, clock_nanosleep: a spinlock that cannot sleep panics
	 *	- fallocate, ftruncate: dynamic shared memory, so every parallel query
	 *	- munmap, unlink: memory and disk only ever fill up
	 *
	 * PostgreSQL outlives the denial of madvise, mremap (realloc copies), poll,
	 * fadvise64, and of mprotect once every library is loaded.
	 */
	{"@pg-required", SC_GROUP,
		"access brk clock_gettime clock_nanosleep close epoll_create1 "
		"epoll_ctl epoll_pwait epoll_wait exit_group faccessat fallocate "
		"fcntl fdatasync fstat fsync ftruncate futex getpid gettimeofday "
		"kill lseek mmap munmap newfstatat openat pread64 preadv pselect6 "
		"pwrite64 pwritev read recvfrom rename renameat restart_syscall "
		"rt_sigaction rt_sigprocmask rt_sigreturn select sendto setitimer "
		"stat sync_file_range unlink unlinkat write",
	 "what no PostgreSQL process survives being denied"},

	/*
	 * In addition to @pg-required.  getdents64 is the startup process's, and
	 * signalfd4 makes what every latch of the process waits with, once.
	 */
	{"@pg-required-child", SC_GROUP,
		"@pg-attach getdents64 setsid signalfd4",
	 "what each process forked by the postmaster needs as it starts"},

	/*
	 * In addition to @pg-required.  Each child calls setsid as it starts: a
	 * denial is FATAL there, harmless later.  set_max_safe_fds probes with dup
	 * after the libraries are preloaded, the startup process lists
	 * directories, and shm_open before glibc 2.34 asks statfs for /dev/shm.
	 * clone3 is left out: fork() uses clone, and the rest of glibc falls back
	 * to it on ENOSYS.
	 */
	{"@pg-required-server", SC_GROUP,
		"accept bind chmod clone dup fchmodat getdents64 getsockname listen "
		"pipe pipe2 setsid setsockopt shmat shmctl shmdt shmget socket "
		"statfs wait4",
	 "what the postmaster, and each child while it starts, also needs"},

	/* archive_command, COPY ... PROGRAM and their kind need @pg-program too. */
	{"@pg-server", SC_GROUP,
		"@pg-attach @pg-required-server @pg-session accept4 chdir clone3 "
		"dup dup2 dup3 exit fchdir fork futimesat link linkat membarrier "
		"mincore rseq set_robust_list set_tid_address signalfd signalfd4 "
		"socketpair sync syncfs utime utimensat utimensat_time64 utimes "
		"vfork waitid waitpid",
	 "what the whole server needs, short of starting programs"},

	/*
	 * What doc/measured-syscalls.md found sessions to need, or knows them to need
	 * on other machines, and their families: short of programs, threads and what
	 * only untrusted languages reach for.  Not seccomp: a session that is to tighten
	 * itself by pg_seccomp_restrict() needs it beside this group.
	 */
	{"@pg-session", SC_GROUP,
		"_llseek _newselect access alarm arm_fadvise64_64 "
		"arm_sync_file_range bind brk chmod clock_getres "
		"clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep "
		"clock_nanosleep_time64 close connect copy_file_range creat "
		"epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait "
		"epoll_pwait2 epoll_wait epoll_wait_old exit_group faccessat "
		"faccessat2 fadvise64 fadvise64_64 fallocate fchmod fchmodat "
		"fchmodat2 fcntl fcntl64 fdatasync fstat fstat64 fstatat fstatat64 "
		"fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_time64 "
		"getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 "
		"getgid getgid32 getpeername getpid getppid getrandom getrlimit "
		"getrusage getsockname getsockopt gettid gettimeofday getuid "
		"getuid32 ioctl kill llseek lseek lstat lstat64 madvise mkdir "
		"mkdirat mmap mmap2 mprotect mremap munmap nanosleep newfstat "
		"newfstatat oldfstat oldlstat oldolduname oldstat olduname open "
		"openat openat2 poll ppoll ppoll_time64 pread64 preadv preadv2 "
		"prlimit64 pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read "
		"readdir readlink readlinkat readv recv recvfrom recvmmsg "
		"recvmmsg_time64 recvmsg rename renameat renameat2 restart_syscall "
		"rmdir rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity "
		"sched_yield select send sendmmsg sendmsg sendto setitimer "
		"setrlimit setsockopt shutdown sigaction sigaltstack signal "
		"sigprocmask sigreturn socket stat stat64 statfs statfs64 statx "
		"symlink symlinkat sync_file_range sync_file_range2 sysinfo tgkill "
		"time tkill truncate truncate64 ugetrlimit umask uname unlink "
		"unlinkat write writev",
	 "what a client session and its parallel workers need"},

	/*
	 * Denied, these answer an errno and are not reported: a report is a signal.
	 * They are made with all signals blocked, by glibc in posix_spawn, popen,
	 * system and at the start and end of threads, by it and by Python in a child
	 * that shares the server's memory until it becomes a program; or they decide
	 * what becomes of a signal.
	 */
	{"@pg-silent", SC_GROUP,
		"chdir clone clone3 close_range dup2 dup3 execve execveat exit "
		"fchdir fork madvise rseq rt_sigprocmask rt_sigreturn "
		"sched_setaffinity sched_setparam sched_setscheduler "
		"set_robust_list set_tid_address setgid setgid32 setgroups "
		"setgroups32 setpgid setpriority setregid setregid32 setresgid "
		"setresgid32 setresuid setresuid32 setreuid setreuid32 setsid "
		"setuid setuid32 sigaltstack sigprocmask sigreturn tgkill umask "
		"vfork wait4 waitid waitpid",
	 "what cannot be reported when it is denied"},
	{"@pkey", SC_GROUP,
		"pkey_alloc pkey_free pkey_mprotect",
	 "memory protection keys"},
	{"@privileged", SC_GROUP,
		"@chown @clock @module @raw-io @reboot @swap _sysctl acct bpf "
		"capset chroot fanotify_init fanotify_mark nfsservctl "
		"open_by_handle_at pivot_root quotactl quotactl_fd setdomainname "
		"setfsuid setfsuid32 setgroups setgroups32 sethostname setresuid "
		"setresuid32 setreuid setreuid32 setuid setuid32 vhangup",
	 "calls that want capabilities which only root has"},
	{"@process", SC_GROUP,
		"capget clone clone3 execveat fork getrusage kill pidfd_open "
		"pidfd_send_signal prctl rt_sigqueueinfo rt_tgsigqueueinfo setns "
		"swapcontext tgkill times tkill unshare vfork wait4 waitid waitpid",
	 "create, signal, await and change processes and namespaces"},
	{"@raw-io", SC_GROUP,
		"ioperm iopl pciconfig_iobase pciconfig_read pciconfig_write "
		"s390_pci_mmio_read s390_pci_mmio_write",
	 "reach hardware ports and PCI devices"},
	{"@reboot", SC_GROUP,
		"kexec_file_load kexec_load reboot",
	 "reboot the machine or load another kernel"},
	{"@resources", SC_GROUP,
		"ioprio_set mbind migrate_pages move_pages nice sched_setaffinity "
		"sched_setattr sched_setparam sched_setscheduler set_mempolicy "
		"set_mempolicy_home_node setpriority setrlimit",
	 "set scheduling, memory placement and resource limits"},
	{"@sandbox", SC_GROUP,
		"landlock_add_rule landlock_create_ruleset landlock_restrict_self "
		"seccomp",
	 "give up rights of one's own: Landlock and seccomp"},
	{"@setuid", SC_GROUP,
		"setgid setgid32 setgroups setgroups32 setregid setregid32 "
		"setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 "
		"setuid setuid32",
	 "become another user or group"},
	{"@signal", SC_GROUP,
		"rt_sigaction rt_sigpending rt_sigprocmask rt_sigsuspend "
		"rt_sigtimedwait rt_sigtimedwait_time64 sigaction sigaltstack "
		"signal signalfd signalfd4 sigpending sigprocmask sigsuspend",
	 "set, block and await signals"},
	{"@swap", SC_GROUP,
		"swapoff swapon",
	 "start and stop swapping"},
	{"@sync", SC_GROUP,
		"fdatasync fsync msync sync sync_file_range sync_file_range2 syncfs",
	 "force files and memory to storage"},
	{"@system-service", SC_GROUP,
		"@aio @basic-io @chown @default @file-system @io-event @ipc "
		"@keyring @memlock @network-io @process @resources @setuid @signal "
		"@sync @timer arm_fadvise64_64 capget capset copy_file_range "
		"fadvise64 fadvise64_64 flock get_mempolicy getcpu getpriority "
		"ioctl ioprio_get kcmp madvise mremap name_to_handle_at oldolduname "
		"olduname personality readahead readdir remap_file_pages "
		"sched_get_priority_max sched_get_priority_min sched_getattr "
		"sched_getparam sched_getscheduler sched_rr_get_interval "
		"sched_rr_get_interval_time64 sched_yield sendfile sendfile64 "
		"setfsgid setfsgid32 setfsuid setfsuid32 setpgid setsid splice "
		"sysinfo tee umask uname userfaultfd vmsplice",
	 "a generous start for the allow-list of an ordinary service"},
	{"@timer", SC_GROUP,
		"alarm getitimer setitimer timer_create timer_delete "
		"timer_getoverrun timer_gettime timer_gettime64 timer_settime "
		"timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 "
		"timerfd_settime timerfd_settime64 times",
	 "timers and alarms"},

	/* Families */
	{"accept", SC_FAMILY,
		"accept accept4",
	 "take connections from a listening socket"},
	{"access", SC_FAMILY,
		"access faccessat faccessat2",
	 "test access to a path"},
	{"adjtimex", SC_FAMILY,
		"adjtimex clock_adjtime clock_adjtime64",
	 "read and tune the rate of a clock"},
	{"chdir", SC_FAMILY,
		"chdir fchdir",
	 "change the working directory"},
	{"chmod", SC_FAMILY,
		"chmod fchmod fchmodat fchmodat2",
	 "change the mode of a file"},
	{"chown", SC_FAMILY,
		"chown chown32 fchown fchown32 fchownat lchown lchown32",
	 "change the owner of a file"},
	{"chroot", SC_FAMILY,
		"chroot fchroot",
	 "change the root directory"},
	{"clock_getres", SC_FAMILY,
		"clock_getres clock_getres_time64",
	 "tell the resolution of a clock"},
	{"clock_gettime", SC_FAMILY,
		"clock_gettime clock_gettime64 gettimeofday time",
	 "read a clock"},

	/* adjtimex can step the clock too, but is mostly used to read it */
	{"clock_settime", SC_FAMILY,
		"clock_settime clock_settime64 settimeofday stime",
	 "set a clock"},
	{"clone", SC_FAMILY,
		"clone clone3 fork vfork",
	 "create a process or thread"},
	{"dup", SC_FAMILY,
		"dup dup2 dup3",
	 "duplicate a file descriptor"},
	{"epoll_create", SC_FAMILY,
		"epoll_create epoll_create1",
	 "make an epoll instance"},
	{"epoll_ctl", SC_FAMILY,
		"epoll_ctl epoll_ctl_old",
	 "change what an epoll instance watches"},
	{"epoll_wait", SC_FAMILY,
		"epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old",
	 "wait for events on an epoll instance"},
	{"eventfd", SC_FAMILY,
		"eventfd eventfd2",
	 "make an event counter"},
	{"execve", SC_FAMILY,
		"execve execveat",
	 "replace this process by a program"},
	{"fadvise64", SC_FAMILY,
		"arm_fadvise64_64 fadvise64 fadvise64_64",
	 "announce how a file will be read"},
	{"fcntl", SC_FAMILY,
		"fcntl fcntl64",
	 "duplicate, lock or set flags of a descriptor"},

	/* futex_wait, futex_wake, futex_requeue and futex_waitv do parts of it only */
	{"futex", SC_FAMILY,
		"futex futex_time64",
	 "wait on or wake a word of memory"},
	{"getdents", SC_FAMILY,
		"getdents getdents64 readdir",
	 "read a directory"},
	{"getegid", SC_FAMILY,
		"getegid getegid32",
	 "tell the effective group"},
	{"geteuid", SC_FAMILY,
		"geteuid geteuid32",
	 "tell the effective user"},
	{"getgid", SC_FAMILY,
		"getgid getgid32",
	 "tell the real group"},
	{"getgroups", SC_FAMILY,
		"getgroups getgroups32",
	 "tell the supplementary groups"},
	{"getpgid", SC_FAMILY,
		"getpgid getpgrp",
	 "tell the process group"},
	{"getresgid", SC_FAMILY,
		"getresgid getresgid32",
	 "tell the three groups of a process"},
	{"getresuid", SC_FAMILY,
		"getresuid getresuid32",
	 "tell the three users of a process"},

	/* prlimit64 both reads and sets, and is all that glibc calls for either */
	{"getrlimit", SC_FAMILY,
		"getrlimit prlimit64 setrlimit ugetrlimit",
	 "read and set resource limits"},
	{"getuid", SC_FAMILY,
		"getuid getuid32",
	 "tell the real user"},
	{"getxattr", SC_FAMILY,
		"fgetxattr getxattr getxattrat lgetxattr",
	 "read an extended attribute"},
	{"init_module", SC_FAMILY,
		"finit_module init_module",
	 "load a kernel module"},
	{"inotify_init", SC_FAMILY,
		"inotify_init inotify_init1",
	 "make an inotify instance"},
	{"io_getevents", SC_FAMILY,
		"io_getevents io_pgetevents io_pgetevents_time64",
	 "collect finished asynchronous requests"},
	{"kexec_load", SC_FAMILY,
		"kexec_file_load kexec_load",
	 "load a kernel to reboot into"},
	{"link", SC_FAMILY,
		"link linkat",
	 "make a hard link"},
	{"listxattr", SC_FAMILY,
		"flistxattr listxattr listxattrat llistxattr",
	 "list extended attributes"},
	{"lseek", SC_FAMILY,
		"_llseek llseek lseek",
	 "move a file offset"},
	{"mkdir", SC_FAMILY,
		"mkdir mkdirat",
	 "make a directory"},
	{"mknod", SC_FAMILY,
		"mknod mknodat",
	 "make a file, device node or FIFO"},
	{"mlock", SC_FAMILY,
		"mlock mlock2",
	 "keep a range of memory out of swap"},
	{"mmap", SC_FAMILY,
		"mmap mmap2",
	 "map a file or fresh memory"},
	{"mq_timedreceive", SC_FAMILY,
		"mq_timedreceive mq_timedreceive_time64",
	 "take a message from a POSIX queue"},
	{"mq_timedsend", SC_FAMILY,
		"mq_timedsend mq_timedsend_time64",
	 "put a message into a POSIX queue"},
	{"nanosleep", SC_FAMILY,
		"clock_nanosleep clock_nanosleep_time64 nanosleep",
	 "sleep"},
	{"open", SC_FAMILY,
		"creat open openat openat2",
	 "open or create a file by path"},
	{"pipe", SC_FAMILY,
		"pipe pipe2",
	 "make a pipe"},
	{"poll", SC_FAMILY,
		"poll ppoll ppoll_time64",
	 "wait for files to become ready, by list"},
	{"pread64", SC_FAMILY,
		"pread64 preadv preadv2",
	 "read at an offset"},
	{"pwrite64", SC_FAMILY,
		"pwrite64 pwritev pwritev2",
	 "write at an offset"},
	{"quotactl", SC_FAMILY,
		"quotactl quotactl_fd",
	 "manage disk quotas"},
	{"read", SC_FAMILY,
		"read readv",
	 "read at the file offset"},
	{"readlink", SC_FAMILY,
		"readlink readlinkat",
	 "read the target of a symbolic link"},
	{"recvfrom", SC_FAMILY,
		"recv recvfrom",
	 "receive plain data from a socket"},
	{"recvmsg", SC_FAMILY,
		"recvmmsg recvmmsg_time64 recvmsg",
	 "receive messages with ancillary data"},
	{"removexattr", SC_FAMILY,
		"fremovexattr lremovexattr removexattr removexattrat",
	 "remove an extended attribute"},
	{"rename", SC_FAMILY,
		"rename renameat renameat2",
	 "rename or replace a file"},
	{"rt_sigaction", SC_FAMILY,
		"rt_sigaction sigaction signal",
	 "set the handler of a signal"},
	{"rt_sigpending", SC_FAMILY,
		"rt_sigpending sigpending",
	 "tell which blocked signals wait"},
	{"rt_sigprocmask", SC_FAMILY,
		"rt_sigprocmask sigprocmask",
	 "read and set the signal mask"},
	{"rt_sigqueueinfo", SC_FAMILY,
		"rt_sigqueueinfo rt_tgsigqueueinfo",
	 "send a signal with data of choice"},
	{"rt_sigreturn", SC_FAMILY,
		"rt_sigreturn sigreturn",
	 "return from a signal handler"},
	{"rt_sigsuspend", SC_FAMILY,
		"rt_sigsuspend sigsuspend",
	 "wait for a signal under another mask"},
	{"rt_sigtimedwait", SC_FAMILY,
		"rt_sigtimedwait rt_sigtimedwait_time64",
	 "take a pending signal"},
	{"sched_getscheduler", SC_FAMILY,
		"sched_getattr sched_getparam sched_getscheduler",
	 "read the scheduling of a thread"},
	{"sched_rr_get_interval", SC_FAMILY,
		"sched_rr_get_interval sched_rr_get_interval_time64",
	 "tell the round-robin time slice"},
	{"sched_setscheduler", SC_FAMILY,
		"sched_setattr sched_setparam sched_setscheduler",
	 "set the scheduling of a thread"},
	{"select", SC_FAMILY,
		"_newselect pselect6 pselect6_time64 select",
	 "wait for files to become ready, by bit sets"},
	{"semop", SC_FAMILY,
		"semop semtimedop semtimedop_time64",
	 "lock and release System V semaphores"},
	{"sendfile", SC_FAMILY,
		"sendfile sendfile64",
	 "send a file within the kernel"},
	{"sendmsg", SC_FAMILY,
		"sendmmsg sendmsg",
	 "send messages with ancillary data"},
	{"sendto", SC_FAMILY,
		"send sendto",
	 "send plain data on a socket"},
	{"setfsgid", SC_FAMILY,
		"setfsgid setfsgid32",
	 "set the group used for file access"},
	{"setfsuid", SC_FAMILY,
		"setfsuid setfsuid32",
	 "set the user used for file access"},
	{"setgid", SC_FAMILY,
		"setgid setgid32",
	 "set the group"},
	{"setgroups", SC_FAMILY,
		"setgroups setgroups32",
	 "set the supplementary groups"},
	{"setitimer", SC_FAMILY,
		"alarm setitimer",
	 "have this process signalled after a while"},
	{"setpriority", SC_FAMILY,
		"nice setpriority",
	 "set a nice value"},
	{"setregid", SC_FAMILY,
		"setregid setregid32",
	 "set the real and effective group"},
	{"setresgid", SC_FAMILY,
		"setresgid setresgid32",
	 "set the three groups of a process"},
	{"setresuid", SC_FAMILY,
		"setresuid setresuid32",
	 "set the three users of a process"},
	{"setreuid", SC_FAMILY,
		"setreuid setreuid32",
	 "set the real and effective user"},
	{"setuid", SC_FAMILY,
		"setuid setuid32",
	 "set the user"},
	{"setxattr", SC_FAMILY,
		"fsetxattr lsetxattr setxattr setxattrat",
	 "set an extended attribute"},
	{"signalfd", SC_FAMILY,
		"signalfd signalfd4",
	 "receive signals through a descriptor"},
	{"stat", SC_FAMILY,
		"fstat fstat64 fstatat fstatat64 lstat lstat64 newfstat newfstatat "
		"oldfstat oldlstat oldstat stat stat64 statx",
	 "describe a file"},
	{"statfs", SC_FAMILY,
		"fstatfs fstatfs64 statfs statfs64",
	 "describe a file system"},
	{"symlink", SC_FAMILY,
		"symlink symlinkat",
	 "make a symbolic link"},
	{"sync_file_range", SC_FAMILY,
		"arm_sync_file_range sync_file_range sync_file_range2",
	 "start or await write-back of a file range"},
	{"tgkill", SC_FAMILY,
		"tgkill tkill",
	 "send a signal to a thread"},
	{"timer_gettime", SC_FAMILY,
		"timer_gettime timer_gettime64",
	 "read a timer"},
	{"timer_settime", SC_FAMILY,
		"timer_settime timer_settime64",
	 "start or stop a timer"},
	{"timerfd_gettime", SC_FAMILY,
		"timerfd_gettime timerfd_gettime64",
	 "read a timer descriptor"},
	{"timerfd_settime", SC_FAMILY,
		"timerfd_settime timerfd_settime64",
	 "start or stop a timer descriptor"},
	{"truncate", SC_FAMILY,
		"ftruncate ftruncate64 truncate truncate64",
	 "set the length of a file"},
	{"umount", SC_FAMILY,
		"umount umount2",
	 "unmount a file system"},
	{"uname", SC_FAMILY,
		"oldolduname olduname uname",
	 "tell the names of kernel and machine"},

	/* unlinkat removes directories too, so rmdir alone could not be denied */
	{"unlink", SC_FAMILY,
		"rmdir unlink unlinkat",
	 "remove a file or an empty directory"},
	{"utime", SC_FAMILY,
		"futimesat utime utimensat utimensat_time64 utimes",
	 "set file times"},
	{"vm86", SC_FAMILY,
		"vm86 vm86old",
	 "run real-mode code"},
	{"wait4", SC_FAMILY,
		"wait4 waitid waitpid",
	 "wait for a child"},
	{"write", SC_FAMILY,
		"write writev",
	 "write at the file offset"},
};
/* clang-format on */

const int sc_ngroups = (int) (sizeof(sc_groups) / sizeof(sc_groups[0]));
