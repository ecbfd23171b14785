/*
 * test_decode.c
 *		Unit tests of symbolic constants and of system calls in words.
 */
#include "../constants.h"
#include "../decode.h"
#include "helpers.h"

/* The table itself: a second, renamed copy of the code that has it. */
#define sc_decode_call fake_decode_call
#define sc_argument_of fake_argument_of
#define sc_argument_constant fake_argument_constant
#define sc_argument_nearest fake_argument_nearest
#define sc_decode_argument fake_decode_argument
#include "../decode.c"
#undef sc_decode_call

#define ALL64 UINT64_MAX
#define GARBAGE UINT64_C(0xdeadbeef00000000)

#define WORDS(abi, name, ...) \
	words_of(abi, name, (const uint64_t[6]) {__VA_ARGS__})

/* A call's words, by its name. */
static const char *
words_of(sc_abi abi, const char *name, const uint64_t args[6])
{
	int			call = sc_syscall_by_name(name);

	if (call < 0 || sc_syscalls[call].nr[abi] == SC_NR_NONE)
		return "(no such call)";
	return sc_decode_call(abi, (uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit, args);
}

/* ----------
 * Constants
 * ----------
 */

/*
 * Values by hand, from the documentation of the kernel's ABI: they are the same
 * on x86-64 and arm64.  Breaks when a constant takes the C library's idea of a
 * value, is sign-extended where it must not be (or is not where it must), or
 * when a number typed in for lack of a header is wrong.
 */
static void
test_values(void)
{
	static const struct
	{
		const char *name;
		uint64_t	value;
	}			cases[] = {
		{"AF_UNIX", 1}, {"AF_LOCAL", 1}, {"AF_INET", 2}, {"AF_INET6", 10},
		{"AF_NETLINK", 16}, {"AF_PACKET", 17}, {"AF_ALG", 38}, {"AF_VSOCK", 40}, {"AF_MCTP", 45},
		{"SOCK_STREAM", 1}, {"SOCK_RAW", 3}, {"SOCK_CLOEXEC", 02000000}, {"SOCK_NONBLOCK", 04000},
		{"IPPROTO_TCP", 6}, {"IPPROTO_MPTCP", 262}, {"IPPROTO_SMC", 256},
		{"NETLINK_ROUTE", 0}, {"NETLINK_XFRM", 6}, {"NETLINK_NETFILTER", 12},
		{"CLONE_NEWUSER", 0x10000000}, {"CLONE_NEWNS", 0x20000}, {"CLONE_NEWTIME", 0x80},
		{"CLONE_IO", 0x80000000}, {"CLONE_VM", 0x100},
		{"PROT_NONE", 0}, {"PROT_EXEC", 4}, {"PROT_GROWSDOWN", 0x01000000},
		{"MAP_ANONYMOUS", 0x20}, {"MAP_GROWSDOWN", 0x100}, {"MAP_DROPPABLE", 8},
		{"MAP_HUGE_1GB", UINT64_C(30) << 26}, {"MAP_HUGE_16GB", UINT64_C(34) << 26},
		{"PR_SET_NO_NEW_PRIVS", 38}, {"PR_SET_DUMPABLE", 4}, {"PR_SET_SPECULATION_CTRL", 53},
		{"PR_SET_MDWE", 65}, {"PR_SET_PTRACER", 0x59616d61}, {"PR_SET_PTRACER_ANY", ALL64},
		{"PTRACE_ATTACH", 16}, {"PTRACE_SEIZE", 0x4206}, {"PTRACE_GETREGSET", 0x4204},
		{"KEYCTL_JOIN_SESSION_KEYRING", 1}, {"KEYCTL_WATCH_KEY", 32}, {"KEY_SPEC_SESSION_KEYRING", (uint64_t) -3},
		{"BPF_PROG_LOAD", 5}, {"BPF_TOKEN_CREATE", 36},
		{"TIOCSTI", 0x5412}, {"TIOCLINUX", 0x541c}, {"TIOCSETD", 0x5423}, {"TIOCSPTLCK", 0x40045431},
		{"TIOCGPTN", 0x80045430}, {"TIOCSCTTY", 0x540e}, {"FIONREAD", 0x541b}, {"FIOCLEX", 0x5451},
		{"FICLONE", 0x40049409}, {"FS_IOC_SETFLAGS", 0x40086602}, {"UFFDIO_API", 0xc018aa3f},
		{"SIOCSIFFLAGS", 0x8914}, {"TUNSETIFF", 0x400454ca}, {"TCSETS2", 0x402c542b},
		{"F_DUPFD_CLOEXEC", 1030}, {"F_SETPIPE_SZ", 1031}, {"F_ADD_SEALS", 1033}, {"F_OFD_SETLK", 37},
		{"FUTEX_LOCK_PI", 6}, {"FUTEX_CMP_REQUEUE_PI", 12}, {"FUTEX_PRIVATE_FLAG", 128},
		{"FUTEX_CLOCK_REALTIME", 256},
		{"O_CREAT", 0100}, {"O_CLOEXEC", 02000000}, {"O_PATH", 010000000}, {"O_NOTIFICATION_PIPE", 0200},
		{"AT_FDCWD", (uint64_t) -100}, {"AT_EMPTY_PATH", 0x1000},
		{"MADV_DONTNEED", 4}, {"MADV_COLLAPSE", 25}, {"MADV_GUARD_INSTALL", 102},
		{"SOL_SOCKET", 1}, {"SOL_TCP", 6}, {"SOL_NETLINK", 270}, {"SOL_ALG", 279},
		{"TCP_ULP", 31}, {"SO_ATTACH_FILTER", 26}, {"SO_SNDBUFFORCE", 32}, {"SO_RCVBUFFORCE", 33},
		{"SO_BINDTODEVICE", 25}, {"SO_PASSRIGHTS", 83}, {"PACKET_FANOUT", 18},
		{"SIGSYS", 31}, {"SIGKILL", 9}, {"SIGCHLD", 17},
		{"SECCOMP_SET_MODE_FILTER", 1}, {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4},
		{"MS_BIND", 4096}, {"MS_REC", 16384}, {"MNT_DETACH", 2}, {"MOUNT_ATTR_IDMAP", 0x100000},
		{"PER_LINUX32", 8}, {"READ_IMPLIES_EXEC", 0x400000}, {"ADDR_NO_RANDOMIZE", 0x40000},
		{"MFD_NOEXEC_SEAL", 8}, {"UFFD_USER_MODE_ONLY", 1}, {"IORING_REGISTER_RESTRICTIONS", 11},
		{"LANDLOCK_RULE_PATH_BENEATH", 1}, {"PERF_FLAG_FD_CLOEXEC", 8}, {"CAP_SYS_ADMIN", 21},
		{"LINUX_REBOOT_MAGIC1", 0xfee1dead}, {"LINUX_REBOOT_CMD_KEXEC", 0x45584543},
		{"SYS_SOCKET", 1}, {"SHMAT", 21}, {"LSM_ATTR_SOCKCREATE", 105}, {"SCHED_EXT", 7},
	};
	static const struct
	{
		const char *name;
		uint64_t	x86;
		uint64_t	arm;
	}			differ[] = {
		{"O_DIRECT", 040000, 0200000}, {"O_DIRECTORY", 0200000, 040000},
		{"O_NOFOLLOW", 0400000, 0100000}, {"O_LARGEFILE", 0100000, 0400000},
		{"O_TMPFILE", 020200000, 020040000},
	};
	uint64_t	value;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		value = 0xbad;
		ok(sc_constant_by_name(cases[i].name, &value), "%s has a value", cases[i].name);
		is_int((long long) value, (long long) cases[i].value, "the right one");
	}
	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++)
	{
		ok(sc_constant_by_name(differ[i].name, &value), "%s has a value", differ[i].name);
		is_int((long long) value,
			   (long long) (SC_ABI_NATIVE == SC_ABI_X86_64 ? differ[i].x86 : differ[i].arm),
			   "this architecture's");
	}
}

/*
 * Breaks when a name is looked up by a part of it or without minding case, or
 * when a look-up in one kind finds another's.
 */
static void
test_lookup(void)
{
	uint64_t	value = 7;

	ok(!sc_constant_by_name("", &value), "the empty name is none");
	ok(!sc_constant_by_name("AF_", &value), "nor is the start of one");
	ok(!sc_constant_by_name("AF_INET66", &value), "nor one with an end");
	ok(!sc_constant_by_name("af_inet", &value), "nor one in small letters");
	is_int((long long) value, 7, "and the value is left alone");
	ok(sc_constant_find(SC_AF, "AF_INET") != NULL, "AF_INET is an address family");
	ok(sc_constant_find(SC_SOCK, "AF_INET") == NULL, "and no socket type");
	ok(sc_constant_find(SC_NO_KIND, "AF_INET") == NULL, "nor of no kind");

	is_str(sc_constant_nearest(SC_NO_KIND, "TIOCST"), "TIOCSTI", "a letter is missing");
	is_str(sc_constant_nearest(SC_NO_KIND, "af_netlink"), "AF_NETLINK", "the wrong case");
	is_str(sc_constant_nearest(SC_AF, "AF_INTE6"), "AF_INET6", "letters are swapped");
	is_str(sc_constant_nearest(SC_AF, "TIOCSTI"), NULL, "of one kind, nothing else is near");
	is_str(sc_constant_nearest(SC_NO_KIND, "SOMETHING_QUITE_DIFFERENT"), NULL, "nothing is near");
}

/*
 * Breaks when a kind is without words or constants, when a name stands twice in
 * a kind or has two values, when a field's value leaves its mask (nothing could
 * match), and when a flag has no bits among an int's (everything would match).
 */
static void
test_tables(void)
{
	int			constants = 0;
	int			wrong = 0;

	is_int(sc_constant_kinds[SC_NO_KIND].n, 0, "no kind has no constants");
	for (int kind = SC_NO_KIND + 1; kind < SC_NKINDS; kind++)
	{
		const sc_constant_kind *k = &sc_constant_kinds[kind];

		if (k->what == NULL || k->what[0] == '\0' || k->n == 0)
		{
			wrong++;
			diag("kind %d is empty", kind);
			continue;
		}
		for (int i = 0; i < k->n; i++)
		{
			const sc_constant *c = &k->list[i];
			uint64_t	value = 0;

			constants++;
			if ((c->value & ~c->mask) != 0 || (uint32_t) c->mask == 0)
			{
				wrong++;
				diag("%s has a wrong mask", c->name);
			}
			if (sc_constant_find((sc_kind) kind, c->name) != c)
			{
				wrong++;
				diag("%s stands twice among %s", c->name, k->what);
			}
			if (!sc_constant_by_name(c->name, &value) || value != c->value)
			{
				wrong++;
				diag("%s has two values", c->name);
			}
		}
	}
	is_int(wrong, 0, "the tables of constants are sound");
	ok(constants > 1500, "and have %d constants", constants);
}

/*
 * Breaks when a constant can't be seen: a list in the wrong order, where what
 * is contained hides what contains it.  Each constant alone must come out by
 * its name, or by an earlier one of the same meaning.
 */
static void
test_every_constant_shows(void)
{
	int			wrong = 0;

	for (int kind = SC_NO_KIND + 1; kind < SC_NKINDS; kind++)
	{
		const sc_constant_kind *k = &sc_constant_kinds[kind];

		for (int i = 0; i < k->n; i++)
		{
			words		out = {.len = 0};
			const char *shown = k->list[i].name;
			bool		found = false;

			for (int j = i - 1; j >= 0; j--)
			{
				if (k->list[j].value == k->list[i].value && k->list[j].mask == k->list[i].mask)
					shown = k->list[j].name;
			}
			append_constants(&out, k, k->list[i].value, UINT64_MAX);
			for (char *save = NULL, *word = strtok_r(out.text, "|", &save); word; word = strtok_r(NULL, "|", &save))
			{
				if (strcmp(word, shown) == 0)
					found = true;
				if (word[0] >= '0' && word[0] <= '9')
				{
					wrong++;
					diag("%s leaves %s", k->list[i].name, word);
				}
			}
			if (!found)
			{
				wrong++;
				diag("%s does not show among %s", shown, k->what);
			}
		}
	}
	is_int(wrong, 0, "every constant shows under its name");
}

/* ----------
 * The table of calls
 * ----------
 */

/*
 * Breaks when the table names a call that does not exist, or a constant that its
 * argument can't have; when it is out of order, or has a row that an earlier
 * one hides; when an argument is missing in between.
 */
static void
test_shapes(void)
{
	int			wrong = 0;
	int			described = 0;

	for (int i = 0; i < NSHAPES; i++)
	{
		const shape *row = &shapes[i];
		bool		general = row->abis == 0 && row->words == NULL;
		const shape *before = i > 0 ? row - 1 : NULL;
		int			order = before ? strcmp(before->name, row->name) : -1;
		bool		ended = false;
		char		names[200];

		if (sc_syscall_by_name(row->name) < 0)
		{
			wrong++;
			diag("there is no call %s", row->name);
		}
		if (order > 0 || (order == 0 && before && before->abis == 0 && before->words == NULL))
		{
			wrong++;
			diag("%s is out of order", row->name);
		}
		if (!general && (i + 1 == NSHAPES || strcmp(shapes[i + 1].name, row->name) != 0))
		{
			wrong++;
			diag("%s has no general row", row->name);
		}
		if (general)
			described++;
		for (int a = 0; a < NARGS; a++)
		{
			if (ended && row->args[a] != NONE)
			{
				wrong++;
				diag("%s has a gap in its arguments", row->name);
			}
			ended = row->args[a] == NONE;
			if (row->args[a] < MODE ||
				(row->args[a] > NONE && ((row->args[a] & ~WIDE_BIT) == SC_NO_KIND ||
										 (row->args[a] & ~WIDE_BIT) >= SC_NKINDS)))
			{
				wrong++;
				diag("%s has an argument of no kind", row->name);
			}
		}
		if (row->words == NULL)
			continue;
		if (snprintf(names, sizeof(names), "%s", row->words) >= (int) sizeof(names))
		{
			wrong++;
			diag("%s has too many words for this test", row->name);
		}
		for (char *save = NULL, *word = strtok_r(names, " ", &save); word; word = strtok_r(NULL, " ", &save))
		{
			if (row->args[row->which] <= NONE ||
				sc_constant_find((sc_kind) (row->args[row->which] & ~WIDE_BIT), word) == NULL)
			{
				wrong++;
				diag("%s: argument %d can't be %s", row->name, row->which, word);
			}
		}
	}
	is_int(wrong, 0, "the table of calls is sound");
	ok(described > 400, "and describes %d calls", described);
}

/* Breaks when a row applies to a constant whose name only resembles its words. */
static void
test_is_among(void)
{
	ok(is_among("F_GETFD", "F_GETFD"), "the only word");
	ok(is_among("F_GETFL", "F_GETFD F_GETFL F_GETOWN"), "a word in the middle");
	ok(is_among("F_GETOWN", "F_GETFD F_GETFL F_GETOWN"), "the last word");
	ok(!is_among("F_SETOWN", "F_SETFL F_SETOWN_EX"), "not the start of a word");
	ok(!is_among("F_SETOWN_EX", "F_SETFL F_SETOWN"), "not a longer one");
	ok(!is_among("F_SETOWN", ""), "nothing is among nothing");
}

/*
 * Breaks when a call of a group that policies deny lacks its row: its log line
 * would not say what was tried.
 */
static void
test_important_calls(void)
{
	static const char *const groups[] = {
		"@mount", "@module", "@debug", "@keyring", "@clock", "@reboot", "@raw-io",
		"@swap", "@privileged", "@network-io", "@process", "@sandbox", "@aio",
	};

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
	{
		const sc_set *members = sc_group_members(sc_group_by_name(groups[g]));
		int			missing = 0;

		for (int i = 0; i < sc_nsyscalls; i++)
		{
			bool		exists = false;
			bool		found = false;

			for (int abi = 0; abi < SC_ABI_COUNT; abi++)
				exists |= sc_syscalls[i].nr[abi] != SC_NR_NONE;
			if (!exists || !sc_set_has(members, i))
				continue;
			for (int s = 0; s < NSHAPES; s++)
				found |= strcmp(shapes[s].name, sc_syscalls[i].name) == 0;
			if (!found)
			{
				missing++;
				diag("%s of %s has no row", sc_syscalls[i].name, groups[g]);
			}
		}
		is_int(missing, 0, "every call of %s is described", groups[g]);
	}
}

/* ----------
 * Words
 * ----------
 */

/*
 * As strace spells them (pointers aside: it reads them, we never do; it also has
 * "FUTEX_WAIT_PRIVATE" for FUTEX_WAIT|FUTEX_PRIVATE_FLAG).  Breaks when an
 * argument loses its meaning, or shows where the call does not have it.
 */
static void
test_like_strace(void)
{
	sc_abi		abi = SC_ABI_X86_64;

	is_str(WORDS(abi, "socket", 16, 3 | 02000000, 0),
		   "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE)", "socket");
	is_str(WORDS(abi, "socket", 2, 1, 0), "socket(AF_INET, SOCK_STREAM, IPPROTO_IP)",
		   "socket with the default protocol");
	is_str(WORDS(abi, "socket", 1, 2 | 04000, 0), "socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK, 0)",
		   "socket of a family without protocols");
	is_str(WORDS(abi, "socketpair", 1, 1, 0, 0x7ffc0000), "socketpair(AF_UNIX, SOCK_STREAM, 0, 0x7ffc0000)",
		   "socketpair");
	is_str(WORDS(abi, "setsockopt", 5, 6, 31, 0x1000, 4), "setsockopt(5, SOL_TCP, TCP_ULP, 0x1000, 4)",
		   "setsockopt of TCP");
	is_str(WORDS(abi, "setsockopt", 5, 1, 26, 0x1000, 16),
		   "setsockopt(5, SOL_SOCKET, SO_ATTACH_FILTER, 0x1000, 16)", "setsockopt of sockets");
	is_str(WORDS(abi, "clone", 0x10000000 | 17, 0, 0, 0, 0),
		   "clone(CLONE_NEWUSER|SIGCHLD, NULL, NULL, NULL, NULL)", "clone");
	is_str(WORDS(abi, "unshare", 0x10020000), "unshare(CLONE_NEWNS|CLONE_NEWUSER)", "unshare");
	is_str(WORDS(abi, "setns", 3, 0x40000000), "setns(3, CLONE_NEWNET)", "setns");
	is_str(WORDS(abi, "mmap", 0, 4096, 3, 0x22, 0xffffffff, 0),
		   "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)", "mmap");
	is_str(WORDS(abi, "mprotect", 0x1000, 4096, 0), "mprotect(0x1000, 4096, PROT_NONE)", "mprotect");
	is_str(WORDS(abi, "openat", 0xffffff9c, 0x1000, 0), "openat(AT_FDCWD, 0x1000, O_RDONLY)",
		   "openat without a mode");
	is_str(WORDS(abi, "openat", 0xffffff9c, 0x1000, 02000101, 0600),
		   "openat(AT_FDCWD, 0x1000, O_WRONLY|O_CREAT|O_CLOEXEC, 0600)", "openat with a mode");
	is_str(WORDS(abi, "prctl", 38, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)", "prctl");
	is_str(WORDS(abi, "prctl", 4, 0, 99, 99, 99), "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)",
		   "prctl with fewer arguments");
	is_str(WORDS(abi, "ptrace", 16, 123, 0, 0), "ptrace(PTRACE_ATTACH, 123, NULL, NULL)", "ptrace");
	is_str(WORDS(abi, "ptrace", 0, 123, 9, 9), "ptrace(PTRACE_TRACEME)", "ptrace of oneself");
	is_str(WORDS(abi, "ioctl", 0, 0x5412, 0x7ffc0000), "ioctl(0, TIOCSTI, 0x7ffc0000)", "ioctl");
	is_str(WORDS(abi, "fcntl", 3, 1030, 10), "fcntl(3, F_DUPFD_CLOEXEC, 10)", "fcntl with a number");
	is_str(WORDS(abi, "fcntl", 3, 1, 99), "fcntl(3, F_GETFD)", "fcntl without");
	is_str(WORDS(abi, "fcntl", 3, 4, 04002), "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)", "fcntl with flags");
	is_str(WORDS(abi, "futex", 0x1000, 129, 1, 9, 9, 9), "futex(0x1000, FUTEX_WAKE|FUTEX_PRIVATE_FLAG, 1)",
		   "futex");
	is_str(WORDS(abi, "kill", 0xffffffff, 31), "kill(-1, SIGSYS)", "kill");
	is_str(WORDS(abi, "kill", 7, 0), "kill(7, 0)", "kill with no signal");
	is_str(WORDS(abi, "kill", 7, 34), "kill(7, 34)", "kill with a real-time signal");
	is_str(WORDS(abi, "bpf", 5, 0x1000, 144), "bpf(BPF_PROG_LOAD, 0x1000, 144)", "bpf");
	is_str(WORDS(abi, "keyctl", 1, 0, 9, 9, 9), "keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)", "keyctl");
	is_str(WORDS(abi, "keyctl", 3, 0xfffffffd), "keyctl(KEYCTL_REVOKE, KEY_SPEC_SESSION_KEYRING)",
		   "keyctl on a special keyring");
	is_str(WORDS(abi, "personality", 0xffffffff), "personality(0xffffffff)", "personality, asking");
	is_str(WORDS(abi, "personality", 0x40000), "personality(PER_LINUX|ADDR_NO_RANDOMIZE)", "personality, setting");
	is_str(WORDS(abi, "seccomp", 1, 0, 0x1000), "seccomp(SECCOMP_SET_MODE_FILTER, 0, 0x1000)", "seccomp");
	is_str(WORDS(abi, "mount", 0, 0x10, 0, 0x5000, 0), "mount(NULL, 0x10, NULL, MS_BIND|MS_REC, NULL)", "mount");
	is_str(WORDS(abi, "umount2", 0x10, 10), "umount2(0x10, MNT_DETACH|UMOUNT_NOFOLLOW)", "umount2");
	is_str(WORDS(abi, "reboot", 0xfee1dead, 672274793, 0x01234567, 0),
		   "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, NULL)", "reboot");
	is_str(WORDS(abi, "memfd_create", 0x10, 3), "memfd_create(0x10, MFD_CLOEXEC|MFD_ALLOW_SEALING)", "memfd_create");
	is_str(WORDS(abi, "userfaultfd", 02000001), "userfaultfd(UFFD_USER_MODE_ONLY|O_CLOEXEC)", "userfaultfd");
	is_str(WORDS(abi, "chmod", 0x10, 0755), "chmod(0x10, 0755)", "chmod");
	is_str(WORDS(abi, "io_uring_setup", 8, 0x10), "io_uring_setup(8, 0x10)", "io_uring_setup");
	is_str(WORDS(abi, "io_uring_setup", ALL64, 0), "io_uring_setup(4294967295, NULL)", "an unsigned number");
	is_str(WORDS(abi, "getpid", 1, 2, 3, 4, 5, 6), "getpid()", "a call without arguments");
}

/*
 * Breaks when what stands above an int's 32 bits changes its words, or when it
 * is dropped where the kernel reads it.
 */
static void
test_width(void)
{
	sc_abi		abi = SC_ABI_X86_64;

	is_str(WORDS(abi, "socket", GARBAGE | 16, GARBAGE | 3, GARBAGE | 6),
		   "socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM)", "ints are taken from the low half");
	is_str(WORDS(abi, "ioctl", GARBAGE | 3, GARBAGE | 0x80045430, GARBAGE),
		   "ioctl(3, TIOCGPTN, 0xdeadbeef00000000)", "an ioctl request too, its argument not");
	is_str(WORDS(abi, "openat", ALL64 - 99, 0x10, 0), "openat(AT_FDCWD, 0x10, O_RDONLY)",
		   "a sign-extended AT_FDCWD");
	is_str(WORDS(abi, "openat", GARBAGE | 0xffffff9c, 0x10, GARBAGE), "openat(AT_FDCWD, 0x10, O_RDONLY)",
		   "and one with garbage");
	is_str(WORDS(abi, "keyctl", GARBAGE | 3, GARBAGE | 0xfffffffe),
		   "keyctl(KEYCTL_REVOKE, KEY_SPEC_PROCESS_KEYRING)", "a negative constant with garbage");
	is_str(WORDS(abi, "mprotect", GARBAGE, GARBAGE, GARBAGE | 5),
		   "mprotect(0xdeadbeef00000000, 16045690981097406464, PROT_READ|PROT_EXEC|0xdeadbeef00000000)",
		   "longs are taken whole");
	is_str(WORDS(abi, "mmap", 0, 1, 0, GARBAGE | 0x40000 | (UINT64_C(34) << 26), 0, 0),
		   "mmap(NULL, 1, PROT_NONE, MAP_HUGETLB|MAP_HUGE_16GB|0xdeadbeef00000000, 0, 0)",
		   "a field's mask ends where the field does");
	is_str(WORDS(abi, "unshare", GARBAGE), "unshare(0xdeadbeef00000000)", "also those without a name");
	is_str(WORDS(abi, "ptrace", GARBAGE, 1, 2, 3), "ptrace(0xdeadbeef00000000, 1, 0x2, 0x3)",
		   "a ptrace request is a long: this one isn't PTRACE_TRACEME");
	is_str(WORDS(abi, "prctl", 1, GARBAGE | 9), "prctl(PR_SET_PDEATHSIG, -2401053092612145143)",
		   "prctl's second argument is a long");
}

/*
 * Breaks when an unknown value or bit takes a name, gets lost or hides the known
 * ones.
 */
static void
test_unknown_values(void)
{
	sc_abi		abi = SC_ABI_X86_64;

	is_str(WORDS(abi, "socket", 99, 7 | 02000000, 3), "socket(0x63, SOCK_CLOEXEC|0x7, 3)",
		   "a family and a type that do not exist");
	is_str(WORDS(abi, "socket", 2, 0x10000001, 999), "socket(AF_INET, SOCK_STREAM|0x10000000, 0x3e7)",
		   "a flag and a protocol that do not exist");
	is_str(WORDS(abi, "unshare", 0x10000200), "unshare(CLONE_FS|CLONE_NEWUSER)", "two known flags");
	is_str(WORDS(abi, "unshare", 0x10008000), "unshare(CLONE_NEWUSER|0x8000)", "one of them is unknown");
	is_str(WORDS(abi, "setns", 3, 0), "setns(3, 0)", "no flag at all");
	is_str(WORDS(abi, "unshare", ALL64), "unshare(0xffffffffffffffff)", "all bits are a number");
	is_str(WORDS(abi, "socket", ALL64, ALL64, ALL64), "socket(0xffffffff, 0xffffffff, -1)", "all bits in ints");
	is_str(WORDS(abi, "getrusage", ALL64, 0), "getrusage(RUSAGE_CHILDREN, NULL)", "unless -1 has a name");
	is_str(WORDS(abi, "openat", 5, 0, 3), "openat(5, NULL, 0x3)", "an access mode that has no name");
	is_str(WORDS(abi, "openat", ALL64, 0, 0), "openat(-1, NULL, O_RDONLY)", "-1 is no folder to start from");
	is_str(WORDS(abi, "prctl", 9999, 1, 2, 3, 4), "prctl(0x270f, 0x1, 0x2, 0x3, 0x4)", "an unknown operation");
	is_str(WORDS(abi, "mmap", 0, 1, 0x10000008, 0, 0, 0),
		   "mmap(NULL, 1, PROT_SEM|0x10000000, 0, 0, 0)", "unknown protection, no flags");
	is_str(WORDS(abi, "futex", 0x10, 127 | 256, 1, 2, 3, 4),
		   "futex(0x10, FUTEX_CLOCK_REALTIME|0x7f, 0x1, 0x2, 0x3, 0x4)", "an unknown futex operation");
}

/* Breaks when two names show for one bit: a flag of two bits and its part. */
static void
test_overlapping_flags(void)
{
	sc_abi		abi = SC_ABI_X86_64;
	uint64_t	sync = 0;
	uint64_t	dsync = 0;
	uint64_t	tmpfile = 0;
	uint64_t	directory = 0;

	ok(sc_constant_by_name("O_SYNC", &sync) && sc_constant_by_name("O_DSYNC", &dsync) &&
	   sc_constant_by_name("O_TMPFILE", &tmpfile) && sc_constant_by_name("O_DIRECTORY", &directory),
	   "the flags are known");
	is_str(WORDS(abi, "openat", 3, 0, sync), "openat(3, NULL, O_RDONLY|O_SYNC)", "O_SYNC is not O_DSYNC");
	is_str(WORDS(abi, "openat", 3, 0, dsync), "openat(3, NULL, O_RDONLY|O_DSYNC)", "nor is O_DSYNC O_SYNC");
	is_str(WORDS(abi, "openat", 3, 0, tmpfile | 2, 0600), "openat(3, NULL, O_RDWR|O_TMPFILE, 0600)",
		   "O_TMPFILE contains O_DIRECTORY, and has a mode");
	is_str(WORDS(abi, "openat", 3, 0, directory, 0600), "openat(3, NULL, O_RDONLY|O_DIRECTORY)",
		   "O_DIRECTORY alone has none");
	is_str(WORDS(abi, "mmap", 0, 4096, 1, 3 | 0x40000 | (21 << 26), 3, 0),
		   "mmap(NULL, 4096, PROT_READ, MAP_SHARED_VALIDATE|MAP_HUGETLB|MAP_HUGE_2MB, 3, 0)", "fields among flags");
}

/*
 * Every flag set but one unknown bit.  Breaks when a name is lost or the text
 * is cut.
 */
static void
test_every_flag(void)
{
	is_str(WORDS(SC_ABI_X86_64, "clone", 0xfffffe00 | 0x100 | 17, 0, 0, 0, 0),
		   "clone(CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_PIDFD|CLONE_PTRACE|CLONE_VFORK|"
		   "CLONE_PARENT|CLONE_THREAD|CLONE_NEWNS|CLONE_SYSVSEM|CLONE_SETTLS|CLONE_PARENT_SETTID|"
		   "CLONE_CHILD_CLEARTID|CLONE_UNTRACED|CLONE_CHILD_SETTID|CLONE_NEWCGROUP|CLONE_NEWUTS|"
		   "CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET|CLONE_IO|SIGCHLD|0x400000, "
		   "NULL, NULL, NULL, NULL)", "every flag of clone");
	is_str(WORDS(SC_ABI_X86_64, "splice", 1, 0, 2, 0, ALL64, 0x1f),
		   "splice(1, NULL, 2, NULL, 18446744073709551615, "
		   "SPLICE_F_MOVE|SPLICE_F_NONBLOCK|SPLICE_F_MORE|SPLICE_F_GIFT|0x10)", "every flag of splice");
}

/*
 * Breaks when a foreign ABI's registers or split arguments are read as the
 * native ones, or when x32's bit is overlooked.
 */
static void
test_abis(void)
{
	uint64_t	args[6] = {1, 2, 0, ALL64, 5, 6};

	is_str(WORDS(SC_ABI_X86, "socketcall", 1, 0x1000), "socketcall(SYS_SOCKET, 0x1000)", "x86's socketcall");
	is_str(WORDS(SC_ABI_X86, "ipc", 21, 1, 2, 3, 0x10, 5), "ipc(SHMAT, 1, 2, 3, 0x10, 5)", "x86's ipc");
	is_str(WORDS(SC_ABI_X86, "ipc", 0x10015, 1, 2, 3, 0, 5), "ipc(SHMAT|0x10000, 1, 2, 3, NULL, 5)",
		   "and its version");
	is_str(WORDS(SC_ABI_X86, "mmap", 0x1000), "mmap(0x1000)", "x86's mmap takes a pointer");
	is_str(WORDS(SC_ABI_X86, "mprotect", GARBAGE | 8, GARBAGE | 4096, GARBAGE | 4),
		   "mprotect(0x8, 4096, PROT_EXEC)", "x86's registers have 32 bits");
	is_str(WORDS(SC_ABI_ARM, "lseek", 3, GARBAGE | 0xffffffff, 1), "lseek(3, -1, SEEK_CUR)", "so have arm's");
	is_str(WORDS(SC_ABI_X32, "lseek", 3, GARBAGE, 0), "lseek(3, -2401053092612145152, SEEK_SET)",
		   "x32's have 64: the kernel reads them whole");
	is_str(WORDS(SC_ABI_X86_64, "pread64", 3, 0x10, 512, 8192), "pread64(3, 0x10, 512, 8192)", "an offset in one");
	is_str(WORDS(SC_ABI_X86, "pread64", 3, 0x10, 512, 8192, 1), "pread64(3, 0x10, 512, 0x2000, 0x1)",
		   "an offset in two registers");
	is_str(WORDS(SC_ABI_ARM, "pread64", 3, 0x10, 512, 0, 8192, 1), "pread64(3, 0x10, 512, 0, 0x2000, 0x1)",
		   "an offset in an even pair");
	is_str(WORDS(SC_ABI_ARM64, "clone", 17, 0, 0, 0, 0), "clone(SIGCHLD, NULL, NULL, NULL, NULL)", "arm64");

	is_str(sc_decode_call(SC_ABI_X32, 0x40000000 | 41, args), "socket(AF_UNIX, SOCK_DGRAM, 0)", "x32's bit is set");
	is_str(sc_decode_call(SC_ABI_X32, 41, args), "system call 41 (0x1, 0x2, 0, 0xffffffffffffffff, 0x5, 0x6)",
		   "without it the number is not x32's");
	is_str(sc_decode_call(SC_ABI_X86_64, 0x40000000 | 41, args),
		   "system call 0x40000029 (0x1, 0x2, 0, 0xffffffffffffffff, 0x5, 0x6)", "nor with it x86-64's");
}

/* Breaks when an unknown number is looked up outside a table, or loses arguments. */
static void
test_unknown_calls(void)
{
	uint64_t	args[6] = {1, 0, 0xff, 0, 0, ALL64};
	const char *known = words_of(SC_ABI_X86_64, "tuxcall", args);

	is_str(sc_decode_call(SC_ABI_X86_64, 999, args), "system call 999 (0x1, 0, 0xff, 0, 0, 0xffffffffffffffff)",
		   "a number that no call has");
	is_str(sc_decode_call(SC_ABI_COUNT, 41, args), "system call 41 (0x1, 0, 0xff, 0, 0, 0xffffffffffffffff)",
		   "an ABI that nobody knows");
	is_str(sc_decode_call(SC_ABI_X86_64, UINT32_MAX, args), "system call -1 (0x1, 0, 0xff, 0, 0, 0xffffffffffffffff)",
		   "-1");
	is_str(sc_decode_call(SC_ABI_X32, UINT32_MAX, args), "system call -1 (0x1, 0, 0xff, 0, 0, 0xffffffffffffffff)",
		   "-1 on x32");
	is_str(sc_decode_call(SC_ABI_ARM, 0xf0005, args), "system call 0xf0005 (0x1, 0, 0xff, 0, 0, 0xffffffff)",
		   "one of arm's private calls");
	is_str(known, "tuxcall(0x1, 0, 0xff, 0, 0, 0xffffffffffffffff)", "a call without a row shows all it got");
}

/* ----------
 * Whatever comes
 * ----------
 */

static bool
is_sound(const char *text)
{
	size_t		len = strlen(text);

	/* one less than the room would be a text that was cut */
	if (len < 3 || len >= SC_MAX_DECODED - 1 || text[len - 1] != ')')
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return strstr(text, "||") == NULL && strstr(text, "(|") == NULL && strstr(text, "|,") == NULL;
}

/*
 * Every call of every ABI and some numbers beyond, with arguments of all kinds:
 * zeros, all ones, all but one bit, few bits, small ones, any.  Breaks on a read
 * outside a table (the sanitizer), a text that is cut, and one that is torn.
 */
static void
test_random(void)
{
	uint64_t	state = 0x5eed;
	int			unsound = 0;
	size_t		longest = 0;
	static char worst[SC_MAX_DECODED];

	for (int abi = 0; abi <= SC_ABI_COUNT; abi++)
	{
		int			limit = (abi < SC_ABI_COUNT ? sc_abi_limit((sc_abi) abi) : 400) + 3;

		for (int nr = -2; nr < limit; nr++)
		{
			uint32_t	bit = abi < SC_ABI_COUNT && nr >= 0 ? sc_abis[abi].nr_bit : 0;

			for (int round = 0; round < rounds(120); round++)
			{
				uint64_t	args[6];
				const char *text;

				for (int a = 0; a < 6; a++)
				{
					uint64_t	any = (uint64_t) next_random(&state) << 32 | next_random(&state);

					switch (round < 3 ? (unsigned) round : next_random(&state) % 7)
					{
						case 0:
							args[a] = 0;
							break;
						case 1:
							args[a] = ALL64;
							break;
						case 2:
							/* almost every flag */
							args[a] = ALL64 ^ (UINT64_C(1) << (any % 64));
							break;
						case 3:
							args[a] = any % 128;
							break;
						case 4:
							args[a] = any & (any << 7 | any >> 57) & (any << 13 | any >> 51);
							break;
						case 5:
							args[a] = any | 0xffffffff00000000;
							break;
						default:
							args[a] = any;
							break;
					}
				}
				text = sc_decode_call((sc_abi) abi, (uint32_t) nr | bit, args);
				if (!is_sound(text) && unsound++ < 10)
					diag("%d, %d: %s", abi, nr, text);
				if (strlen(text) > longest)
				{
					longest = strlen(text);
					snprintf(worst, sizeof(worst), "%s", text);
				}
			}
			sc_test_reset();
		}
	}
	is_int(unsound, 0, "whatever comes, the words are sound");
	diag("longest (%zu): %s", longest, worst);
}

int
main(void)
{
	start_tests();
	test_values();
	test_lookup();
	test_tables();
	test_every_constant_shows();
	test_shapes();
	test_is_among();
	test_important_calls();
	test_like_strace();
	test_width();
	test_unknown_values();
	test_overlapping_flags();
	test_every_flag();
	test_abis();
	test_unknown_calls();
	test_random();
	return done_testing();
}
