/*
 * test_catalog.c
 *		Unit tests of the catalog: its tables, its look-ups, its own checks.
 *
 * The tables are also compared with the kernel headers of the machine; a
 * header that is not there is skipped.  t/catalog_systemd.pl compares the
 * groups with systemd's.
 */
#include "../program.h"
#include "../suggest.h"
#include "helpers.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

/* ----------
 * Helpers
 * ----------
 */

/* Whether a group or family has a call; an unknown name is a failed test. */
static bool
has(const char *group, const char *call)
{
	int			g = sc_group_by_name(group);
	int			c = sc_syscall_by_name(call);

	if (g < 0 || c < 0)
	{
		ok(false, "%s and %s are known", group, call);
		return false;
	}
	return sc_set_has(sc_group_members(g), c);
}

static int
size(const char *group)
{
	const sc_set *set = sc_group_members(sc_group_by_name(group));
	int			n = 0;

	for (int i = 0; i < sc_nsyscalls; i++)
		n += sc_set_has(set, i);
	return n;
}

/* The first call that is in a and not in b, or NULL. */
static const char *
first_missing(const char *a, const char *b)
{
	const sc_set *left = sc_group_members(sc_group_by_name(a));
	const sc_set *right = sc_group_members(sc_group_by_name(b));

	for (int i = 0; i < sc_nsyscalls; i++)
	{
		if (sc_set_has(left, i) && !sc_set_has(right, i))
			return sc_syscalls[i].name;
	}
	return NULL;
}

/* ----------
 * The table of calls
 * ----------
 */

/*
 * Breaks with any defect that sc_catalog_init() checks for, and if a second
 * run forgets the first one's work or reports otherwise.
 */
static void
test_init(void)
{
	is_str(sc_catalog_init(), NULL, "the tables have no defect");
	is_str(sc_catalog_init(), NULL, "nor have they when asked again");
	ok(sc_nsyscalls > 500, "there are %d calls", sc_nsyscalls);
	is_int(size("@known"), sc_nsyscalls, "@known has every call");
}

/* Breaks when an ABI gets another's constants or name. */
static void
test_abis(void)
{
	static const struct
	{
		const char *name;
		sc_abi		abi;
		uint32_t	arch;
		uint32_t	bit;
		sc_abi		native;
	}			want[] = {
		{"x86-64", SC_ABI_X86_64, 0xC000003E, 0, SC_ABI_X86_64},
		{"x86", SC_ABI_X86, 0x40000003, 0, SC_ABI_X86_64},
		{"x32", SC_ABI_X32, 0xC000003E, 0x40000000, SC_ABI_X86_64},
		{"arm64", SC_ABI_ARM64, 0xC00000B7, 0, SC_ABI_ARM64},
		{"arm", SC_ABI_ARM, 0x40000028, 0, SC_ABI_ARM64},
	};

	int			getpid_call = sc_syscall_by_name("getpid");

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
	{
		const sc_abi_info *info = &sc_abis[want[i].abi];

		is_str(info->name, want[i].name, "name of %s", want[i].name);
		is_int(info->audit_arch, want[i].arch, "architecture of %s",
			   want[i].name);
		is_int(info->nr_bit, want[i].bit, "bit of %s", want[i].name);
		is_int(sc_number_of(want[i].abi, getpid_call), (uint32_t) sc_syscalls[getpid_call].nr[want[i].abi] + want[i].bit,
			   "getpid's number on %s", want[i].name);
		is_int(info->native, want[i].native, "native ABI of %s", want[i].name);
	}
}

/*
 * Breaks when a column is shifted or swapped: these numbers were read off the
 * kernel's tables by hand.
 */
static void
test_known_numbers(void)
{
	static const struct
	{
		const char *name;
		int			nr[SC_ABI_COUNT];
	}			want[] = {
		{"read", {0, 3, 0, 63, 3}},
		{"openat", {257, 295, 257, 56, 322}},
		{"execve", {59, 11, 520, 221, 11}},
		{"rt_sigaction", {13, 174, 512, 134, 174}},
		{"clone3", {435, 435, 435, 435, 435}},
		{"seccomp", {317, 354, 317, 277, 383}},
		{"open", {2, 5, 2, -1, 5}},
		{"socketcall", {-1, 102, -1, -1, -1}},
		{"newfstatat", {262, -1, 262, 79, -1}},
		{"uretprobe", {335, -1, 335, -1, -1}},
		{"sync_file_range2", {-1, -1, -1, -1, -1}},
		{"set_tls", {-1, -1, -1, -1, -1}},
		{"fchroot", {472, 472, 472, 472, 472}},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
	{
		int			call = sc_syscall_by_name(want[i].name);
		bool		same = call >= 0;

		for (int abi = 0; same && abi < SC_ABI_COUNT; abi++)
			same = sc_syscalls[call].nr[abi] == want[i].nr[abi];
		ok(same, "numbers of %s", want[i].name);
	}
}

/* Breaks when a description is missing, copied, long or out of style. */
static void
test_descriptions(void)
{
	for (int i = 0; i < sc_nsyscalls; i++)
	{
		const char *name = sc_syscalls[i].name;
		const char *text = sc_syscalls[i].description;
		size_t		length = strlen(text);

		if (length == 0 || length > 60 || isupper((unsigned char) text[0]) ||
			text[length - 1] == '.' || strstr(text, "  "))
			ok(false, "description of %s is in style: \"%s\"", name, text);
		for (int j = 0; j < i; j++)
		{
			if (strcmp(text, sc_syscalls[j].description) == 0)
				ok(false, "%s and %s are described apart", sc_syscalls[j].name,
				   name);
		}
	}
	for (int i = 0; i < sc_ngroups; i++)
	{
		const char *text = sc_groups[i].description;

		if (text[0] == '\0' || strlen(text) > 72 ||
			text[strlen(text) - 1] == '.')
			ok(false, "description of %s is in style: \"%s\"",
			   sc_groups[i].name, text);
	}
	ok(true, "descriptions were looked at");
}

/* Is it a kernel's version, "N.N" or "N.N.N"? */
static bool
is_version(const char *text)
{
	int			numbers = 0;

	while (isdigit((unsigned char) *text))
	{
		text += strspn(text, "0123456789");
		numbers++;
		if (*text != '.')
			break;
		text++;
	}
	return *text == '\0' && (numbers == 2 || numbers == 3);
}

/* Breaks when a version is no version, or stands in another call's row. */
static void
test_since(void)
{
	static const struct
	{
		const char *name;
		const char *since;
	}			want[] = {
		{"read", "1.0"}, {"_llseek", "1.2"}, {"mremap", "2.0"}, {"prctl", "2.2"}, {"chown32", "2.4"},
		{"pread64", "2.2"}, {"openat", "2.6.16"}, {"accept4", "2.6.28"}, {"waitid", "2.6.9"},
		{"process_vm_readv", "3.2"}, {"seccomp", "3.17"}, {"execveat", "3.19"}, {"membarrier", "4.3"},
		{"io_uring_setup", "5.1"}, {"futex_time64", "5.1"}, {"clone3", "5.3"}, {"openat2", "5.6"},
		{"landlock_create_ruleset", "5.13"}, {"futex_waitv", "5.16"}, {"cachestat", "6.5"},
		{"map_shadow_stack", "6.6"}, {"futex_wait", "6.7"}, {"statmount", "6.8"}, {"mseal", "6.10"},
		{"setxattrat", "6.13"}, {"open_tree_attr", "6.15"}, {"file_getattr", "6.17"},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		is_str(sc_syscalls[sc_syscall_by_name(want[i].name)].since, want[i].since, "%s is there since %s",
			   want[i].name, want[i].since);
	for (int i = 0; i < sc_nsyscalls; i++)
	{
		if (!is_version(sc_syscalls[i].since))
			ok(false, "%s is there since a version: \"%s\"", sc_syscalls[i].name, sc_syscalls[i].since);
	}
	ok(!is_version("2") && !is_version("2.") && !is_version("2.6.16.1") && !is_version("2.x") && !is_version(""),
	   "what is no version is known for it");
}

/*
 * Calls whose number is the same everywhere came one by one, each with the
 * next number: none is older than the one before it, but that close_range and
 * quotactl_fd were finished late.  Breaks when another one is.
 */
static void
test_since_is_sorted(void)
{
	int			major = 0;
	int			minor = 0;
	int			wrong = 0;

	for (int nr = 424; nr < sc_abi_limit(SC_ABI_NATIVE); nr++)
	{
		int			call = sc_syscall_by_number(SC_ABI_NATIVE, nr);
		char	   *end;
		int			this_major;
		int			this_minor;

		if (call < 0 || strcmp(sc_syscalls[call].name, "close_range") == 0 ||
			strcmp(sc_syscalls[call].name, "quotactl_fd") == 0)
			continue;
		this_major = (int) strtol(sc_syscalls[call].since, &end, 10);
		this_minor = (int) strtol(end + 1, NULL, 10);
		if (this_major < major || (this_major == major && this_minor < minor))
		{
			diag("%s (%d) is older than the call before it", sc_syscalls[call].name, nr);
			wrong++;
		}
		major = this_major;
		minor = this_minor;
	}
	is_int(wrong, 0, "calls from number 424 on came in order");
}

/* ----------
 * Look-ups
 * ----------
 */

/* Breaks when a look-up misses an entry, or finds what is not there. */
static void
test_names(void)
{
	static const char *const absent[] = {
		"", "Read", "rea", "readx", " read", "read ", "@read", "~read",
		"@mount", "zzz", "__NR_read"
	};
	int			wrong = 0;

	for (int i = 0; i < sc_nsyscalls; i++)
		wrong += sc_syscall_by_name(sc_syscalls[i].name) != i;
	is_int(wrong, 0, "every call is found by its name");
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		is_int(sc_syscall_by_name(absent[i]), -1, "no call is called \"%s\"",
			   absent[i]);

	wrong = 0;
	for (int i = 0; i < sc_ngroups; i++)
		wrong += sc_group_by_name(sc_groups[i].name) != i;
	is_int(wrong, 0, "every group and family is found by its name");
	is_int(sc_group_by_name("mount"), -1, "mount is a call, not a family");
	is_int(sc_group_by_name("@open"), -1, "open is a family, not a group");
	is_int(sc_group_by_name("@"), -1, "no group is called \"@\"");
	is_int(sc_group_by_name(""), -1, "no family has an empty name");
}

/*
 * Breaks when the index by number disagrees with the table, or reads outside
 * itself for a number that a hostile program may well use.
 */
static void
test_numbers(void)
{
	static const int outside[] = {-1, -2, 100000, 0x40000000, 0x7FFFFFFF,
	-0x7FFFFFFF - 1};

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		const char *name = sc_abis[abi].name;
		int			max = -1;
		int			wrong = 0;
		int			holes = 0;
		int			calls = 0;

		for (int i = 0; i < sc_nsyscalls; i++)
		{
			int			nr = sc_syscalls[i].nr[abi];

			if (nr == SC_NR_NONE)
				continue;
			calls++;
			wrong += sc_syscall_by_number((sc_abi) abi, nr) != i;
			max = nr > max ? nr : max;
		}
		is_int(wrong, 0, "every call of %s is found by its number", name);
		is_int(sc_abi_limit((sc_abi) abi), max + 1, "limit of %s", name);
		for (int nr = 0; nr <= max; nr++)
			holes += sc_syscall_by_number((sc_abi) abi, nr) == -1;
		is_int(holes, max + 1 - calls, "numbers of %s that no call has", name);
		is_int(sc_syscall_by_number((sc_abi) abi, max + 1), -1,
			   "%s ends at its limit", name);
		for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
			is_int(sc_syscall_by_number((sc_abi) abi, outside[i]), -1,
				   "%s has no call %d", name, outside[i]);
	}
}

/* Breaks when the suggestion for a common slip is lost, or a far one made. */
static void
test_nearest(void)
{
	static const struct
	{
		const char *word;
		const char *want;
	}			cases[] = {
		{"opne", "open"},		/* swapped */
		{"raed", "read"},
		{"exceve", "execve"},
		{"epol_wait", "epoll_wait"},	/* left out */
		{"mountt", "mount"},	/* doubled */
		{"socket_call", "socketcall"},
		{"getpud", "getpid"},	/* wrong key */
		{"Mount", "mount"},
		{"@mnt", "@mount"},
		{"@cpuemulation", "@cpu-emulation"},
		{"@priviledged", "@privileged"},
		{"@filesystem", "@file-system"},
		{"privileged", "@privileged"},	/* "@" forgotten */
		{"file-system", "@file-system"},
		{"@openat", "openat"},	/* "@" too many */
		{"@", NULL},
		{"", NULL},
		{"frobnicate", NULL},
		{"@frobnicate", NULL},
	};
	char		longer[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(sc_nearest_name(cases[i].word), cases[i].want,
			   "nearest to \"%s\"", cases[i].word);

	/* a word of any length may stand in a policy */
	memset(longer, 'r', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	for (size_t length = 60; length < sizeof(longer); length++)
	{
		if (sc_nearest_name(longer + sizeof(longer) - 1 - length))
			ok(false, "nothing is near %zu letters", length);
	}
	longer[0] = '@';
	is_str(sc_nearest_name(longer), NULL, "nothing is near a very long word");
}

/* ----------
 * Groups
 * ----------
 */

/* Breaks when nested groups are not resolved, or resolved too far. */
static void
test_nesting(void)
{
	ok(has("@privileged", "fchownat"), "@privileged has @chown's calls");
	ok(has("@system-service", "mmap"), "@system-service has @default's");
	ok(has("@system-service", "seccomp"),
	   "@system-service has @sandbox's, two levels down");
	ok(!has("@system-service", "mount"), "@system-service has no mount");
	ok(!has("@chown", "chroot"), "@chown has nothing of @privileged's");
	is_int(size("@swap"), 2, "@swap has two calls");
}

/*
 * Breaks when one of our allow-lists splits a family (so that a newer libc,
 * or the other architecture, makes it fail), or lacks what PostgreSQL cannot
 * do without (so that no policy with it could be loaded).
 */
static void
test_allow_lists(void)
{
	static const char *const lists[] = {
		"@pg-auxiliary", "@pg-session", "@pg-server", "@pg-program"
	};

	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++)
	{
		int			split = 0;

		for (int g = 0; g < sc_ngroups; g++)
		{
			int			in = 0;

			if (sc_groups[g].kind != SC_FAMILY)
				continue;
			for (int i = 0; i < sc_nsyscalls; i++)
				in += sc_set_has(sc_group_members(g), i) &&
					sc_set_has(sc_group_members(sc_group_by_name(lists[l])), i);
			if (in > 0 && in < size(sc_groups[g].name))
			{
				diag("%s has a part of %s", lists[l], sc_groups[g].name);
				split++;
			}
		}
		is_int(split, 0, "%s splits no family", lists[l]);
		is_str(first_missing("@pg-required", lists[l]), NULL,
			   "%s has all of @pg-required", lists[l]);
	}
	is_str(first_missing("@pg-required-server", "@pg-server"), NULL,
		   "@pg-server has all of @pg-required-server");
	is_str(first_missing("@pg-attach", "@pg-server"), NULL,
		   "@pg-server has all of @pg-attach");
	is_str(first_missing("@pg-session", "@pg-server"), NULL,
		   "@pg-server has all of @pg-session");
	is_str(first_missing("@pg-session", "@pg-program"), NULL,
		   "@pg-program has all of @pg-session");
}

/*
 * Breaks when an allow-list starts to admit what an attacker reaches for.
 * The calls come from public exploits and from the ways out of a process.
 */
static void
test_allow_lists_are_narrow(void)
{
	static const char *const never[] = {
		"@aio", "@chown", "@clock", "@cpu-emulation", "@debug", "@keyring",
		"@module", "@mount", "@obsolete", "@pkey", "@raw-io", "@reboot",
		"@setuid", "@swap", "@memlock"
	};
	static const char *const calls[] = {
		"add_key", "bpf", "fsopen", "io_uring_setup", "keyctl", "mq_notify",
		"open_by_handle_at", "pidfd_getfd", "process_vm_writev", "ptrace",
		"setns", "unshare", "userfaultfd", "vmsplice"
	};
	static const char *const not_in_session[] = {
		"accept", "clone", "clone3", "execve", "execveat", "fork", "inotify_init",
		"listen", "personality", "prctl", "seccomp", "splice", "timerfd_create",
		"vfork", "waitid"
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
	{
		int			common = 0;

		for (int c = 0; c < sc_nsyscalls; c++)
			common += has(never[i], sc_syscalls[c].name) &&
				has("@pg-session", sc_syscalls[c].name);
		is_int(common, 0, "@pg-session has nothing of %s", never[i]);
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		ok(!has("@pg-server", calls[i]) && !has("@pg-program", calls[i]),
		   "no allow-list has %s", calls[i]);
	for (size_t i = 0; i < sizeof(not_in_session) / sizeof(not_in_session[0]); i++)
		ok(!has("@pg-session", not_in_session[i]), "@pg-session has no %s",
		   not_in_session[i]);
	ok(!has("@pg-server", "execve"), "@pg-server has no execve");
	ok(has("@pg-program", "execve"), "@pg-program has execve");
}

/*
 * Breaks when a deny-list of whole groups, such as the shipped policies', or
 * one that only widens their calls to families, takes away what the server
 * must keep.
 */
static void
test_deny_lists_are_harmless(void)
{
	static const char *const groups[] = {
		"@obsolete", "@clock", "@cpu-emulation", "@module", "@mount",
		"@raw-io", "@reboot", "@swap", "@debug", "@keyring", "@pg-io-uring",
		"@aio", "@chown", "@memlock", "@pkey", "@setuid", "@privileged"
	};

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
	{
		const sc_set *set = sc_group_members(sc_group_by_name(groups[g]));
		const char *lost = NULL;

		for (int i = 0; i < sc_nsyscalls; i++)
		{
			int			family = sc_family_of(i);

			for (int j = 0; j < sc_nsyscalls && sc_set_has(set, i); j++)
			{
				if ((j == i || (family >= 0 && sc_family_of(j) == family)) &&
					has("@pg-server", sc_syscalls[j].name))
					lost = sc_syscalls[j].name;
			}
		}
		is_str(lost, NULL, "denying %s and its families harms no server",
			   groups[g]);
	}
}

/* ----------
 * Families
 * ----------
 */

/* Breaks when an entry point of one of these capabilities is lost or added. */
static void
test_families(void)
{
	static const char *const want[][2] = {
		{"open", "creat open openat openat2"},
		{"clone", "clone clone3 fork vfork"},
		{"execve", "execve execveat"},
		{"sync_file_range",
		"arm_sync_file_range sync_file_range sync_file_range2"},
		{"epoll_wait", "epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old"},
		{"unlink", "rmdir unlink unlinkat"},
		{"getrlimit", "getrlimit prlimit64 setrlimit ugetrlimit"},
		{"chroot", "chroot fchroot"},
		{"sendmsg", "sendmmsg sendmsg"},
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
	{
		int			g = sc_group_by_name(want[i][0]);

		is_str(g < 0 ? NULL : sc_groups[g].members, want[i][1],
			   "family of %s", want[i][0]);
	}
}

/*
 * Breaks when a family swallows a call of another capability, so that denying
 * the one takes the other away.
 */
static void
test_not_one_family(void)
{
	static const char *const pairs[][2] = {
		{"kill", "tgkill"}, {"kill", "pidfd_send_signal"},
		{"mprotect", "pkey_mprotect"}, {"futex", "futex_waitv"},
		{"exit", "exit_group"}, {"read", "pread64"}, {"sendto", "sendmsg"},
		{"open", "open_by_handle_at"}, {"fsync", "fdatasync"},
		{"mount", "move_mount"}, {"madvise", "process_madvise"},
		{"poll", "select"}, {"setuid", "setresuid"}, {"mlock", "mlockall"},
		{"rt_sigprocmask", "ssetmask"}, {"clock_settime", "adjtimex"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
	{
		int			a = sc_family_of(sc_syscall_by_name(pairs[i][0]));
		int			b = sc_family_of(sc_syscall_by_name(pairs[i][1]));

		ok(a < 0 || a != b, "%s and %s are no family", pairs[i][0],
		   pairs[i][1]);
	}
}

/*
 * Breaks when sc_family_of() and the families' members disagree, or a family
 * is of no use: one member only, or none that any of our ABIs has.
 */
static void
test_family_of(void)
{
	int			wrong = 0;

	for (int i = 0; i < sc_nsyscalls; i++)
	{
		int			memberships = 0;

		for (int g = 0; g < sc_ngroups; g++)
		{
			if (sc_groups[g].kind != SC_FAMILY ||
				!sc_set_has(sc_group_members(g), i))
				continue;
			memberships++;
			wrong += sc_family_of(i) != g;
		}
		wrong += memberships > 1 ||
			(memberships == 0 && sc_family_of(i) != -1);
	}
	is_int(wrong, 0, "every call knows its family");

	for (int g = 0; g < sc_ngroups; g++)
	{
		bool		real = false;

		if (sc_groups[g].kind != SC_FAMILY)
			continue;
		for (int i = 0; i < sc_nsyscalls; i++)
		{
			if (sc_set_has(sc_group_members(g), i) &&
				sc_syscall_by_name(sc_groups[g].name) == i)
			{
				for (int abi = 0; abi < SC_ABI_COUNT; abi++)
					real = real || sc_syscalls[i].nr[abi] != SC_NR_NONE;
			}
		}
		if (!real || size(sc_groups[g].name) < 2)
			ok(false, "family %s is of use", sc_groups[g].name);
	}
}

/* Breaks when a call that only differs in width or anchor is left alone. */
static void
test_variants_are_in_families(void)
{
	static const char *const suffixes[] = {"32", "64", "_time64", "at", "at2", "2"};

	for (int i = 0; i < sc_nsyscalls; i++)
	{
		const char *name = sc_syscalls[i].name;

		for (size_t s = 0; s < sizeof(suffixes) / sizeof(suffixes[0]); s++)
		{
			size_t		length = strlen(name);
			size_t		suffix = strlen(suffixes[s]);
			char		stem[64];
			int			base;

			if (length <= suffix || strcmp(name + length - suffix, suffixes[s]))
				continue;
			snprintf(stem, sizeof(stem), "%.*s", (int) (length - suffix), name);
			base = sc_syscall_by_name(stem);
			if (base >= 0)
				ok(sc_family_of(i) >= 0 && sc_family_of(i) == sc_family_of(base),
				   "%s and %s are of one family", stem, name);
		}
	}
}

/* ----------
 * What cannot be reported
 * ----------
 */

/* What the C library does with all signals blocked, each in a process of its own. */

static void *
use_stack(void *leave)
{
	char		used[256 * 1024];

	/* the end of a thread gives back what it used */
	memset(used, 1, sizeof(used));
	__asm__ volatile("" : : "r"(used) : "memory");
	if (leave)
		pthread_exit(NULL);
	return NULL;
}

static void *
wait_long(void *unused)
{
	sleep(30);
	return unused;
}

static bool
start_thread(const pthread_attr_t *attr, void *(*run) (void *), void *argument, bool cancel)
{
	pthread_t	thread;

	return pthread_create(&thread, attr, run, argument) == 0 &&
		(!cancel || (pthread_kill(thread, SIGWINCH) == 0 && pthread_cancel(thread) == 0)) &&
		pthread_join(thread, NULL) == 0;
}

static bool
do_threads(void)
{
	return start_thread(NULL, use_stack, NULL, false) && start_thread(NULL, use_stack, "leave", false) &&
		start_thread(NULL, wait_long, NULL, true);
}

static bool
do_detached(void)
{
	pthread_t	thread;

	if (pthread_create(&thread, NULL, use_stack, NULL) != 0 || pthread_detach(thread) != 0)
		return false;
	usleep(100000);
	return true;
}

/* Stacks of more than the 40 MB that the C library keeps for later threads. */
static bool
do_large_threads(void)
{
	pthread_t	threads[4];
	pthread_attr_t attr;
	bool		good = pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, 16 << 20) == 0;

	for (int i = 0; i < 4; i++)
		good = good && pthread_create(&threads[i], &attr, use_stack, NULL) == 0;
	for (int i = 0; i < 4; i++)
		good = good && pthread_join(threads[i], NULL) == 0;
	return good;
}

static bool
do_placed_thread(void)
{
	struct sched_param priority = {0};
	pthread_attr_t attr;
	cpu_set_t	here;

	return sched_getaffinity(0, sizeof(here), &here) == 0 && pthread_attr_init(&attr) == 0 &&
		pthread_attr_setaffinity_np(&attr, sizeof(here), &here) == 0 &&
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED) == 0 &&
		pthread_attr_setschedpolicy(&attr, SCHED_OTHER) == 0 && pthread_attr_setschedparam(&attr, &priority) == 0 &&
		start_thread(&attr, use_stack, NULL, false);
}

/* The program ends well if it is started; its own calls are not filtered. */
static bool
ended_well(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
spawn(const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr)
{
	char	   *const arguments[] = {"sh", "-c", "exit 0", NULL};
	int			status;
	pid_t		pid;

	return posix_spawn(&pid, path, actions, attr, arguments, environ) == 0 &&
		waitpid(pid, &status, 0) == pid && ended_well(status);
}

static bool
do_spawn(void)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t	signals;

	sigemptyset(&signals);
	return spawn("/bin/sh", NULL, NULL) && !spawn("/nonexistent", NULL, NULL) &&
		posix_spawn_file_actions_init(&actions) == 0 &&
		posix_spawn_file_actions_addopen(&actions, 7, "/dev/null", O_RDONLY, 0) == 0 &&
		posix_spawn_file_actions_adddup2(&actions, 7, 8) == 0 && posix_spawn_file_actions_addclose(&actions, 7) == 0 &&
		posix_spawn_file_actions_addclosefrom_np(&actions, 10) == 0 && posix_spawnattr_init(&attr) == 0 &&
		posix_spawnattr_setsigmask(&attr, &signals) == 0 && posix_spawnattr_setsigdefault(&attr, &signals) == 0 &&
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0 &&
		spawn("/bin/sh", &actions, &attr);
}

static bool
do_popen(void)
{
	FILE	   *program = popen("exit 0", "r");	/* NOLINT(cert-env33-c): what is tested */

	return program != NULL && ended_well(pclose(program));
}

static bool
do_system(void)
{
	return ended_well(system("exit 0"));	/* NOLINT(cert-env33-c): what is tested */
}

static bool
do_fork(void)
{
	int			status;
	pid_t		pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && ended_well(status);
}

static bool
do_raise(void)
{
	return signal(SIGUSR2, SIG_IGN) != SIG_ERR && raise(SIGUSR2) == 0;
}

/* Something that is reported, so that these tests see what they think they see. */
static bool
do_reported(void)
{
	return getpriority(PRIO_PROCESS, 0) != -1;
}

static bool
do_reported_blocked(void)
{
	sigset_t	all;

	sigfillset(&all);
	return sigprocmask(SIG_BLOCK, &all, NULL) == 0 && do_reported();
}

/* Makes a call of any kind; it is the gate, and no call comes from elsewhere in here. */
extern long gate_call(long nr, const long *args);
extern const char gate[];

__asm__(
		".pushsection .text\n"
		"gate_call:\n"
#if defined(__x86_64__)
		"mov %rdi, %rax\n"
		"mov %rsi, %r11\n"
		"mov (%r11), %rdi\n"
		"mov 8(%r11), %rsi\n"
		"mov 16(%r11), %rdx\n"
		"mov 24(%r11), %r10\n"
		"mov 32(%r11), %r8\n"
		"mov 40(%r11), %r9\n"
		"syscall\n"
#elif defined(__aarch64__)
		"mov x8, x0\n"
		"mov x9, x1\n"
		"ldp x0, x1, [x9]\n"
		"ldp x2, x3, [x9, #16]\n"
		"ldp x4, x5, [x9, #32]\n"
		"svc #0\n"
#endif
		"gate:\n"
		"ret\n"
		".popsection\n");

static volatile sig_atomic_t nreports;

/* What the server's handler does with Mode=permissive. */
static void
report(int signo, siginfo_t *info, void *context)
{
	mcontext_t *registers = &((ucontext_t *) context)->uc_mcontext;
#if defined(__x86_64__)
	const greg_t *g = registers->gregs;
	const long	args[] = {g[REG_RDI], g[REG_RSI], g[REG_RDX], g[REG_R10], g[REG_R8], g[REG_R9]};

	registers->gregs[REG_RAX] = gate_call(info->si_syscall, args);
#elif defined(__aarch64__)
	long		args[6];

	for (int i = 0; i < 6; i++)
		args[i] = (long) registers->regs[i];
	registers->regs[0] = (unsigned long long) gate_call(info->si_syscall, args);
#endif
	(void) signo;
	nreports++;
}

/* The C library's text; false if it is not found. */
static bool
find_libc(sc_reporting *reporting)
{
	uint64_t	inside = (uint64_t) (uintptr_t) dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
	FILE	   *maps = fopen("/proc/self/maps", "r");
	char		line[512];
	bool		found = false;

	while (maps && !found && fgets(line, sizeof(line), maps))
	{
		/* "start-end r-xp ..." */
		char	   *rest;
		uint64_t	start = strtoull(line, &rest, 16);
		uint64_t	end = *rest == '-' ? strtoull(rest + 1, &rest, 16) : 0;

		if (strncmp(rest, " r-xp", 5) == 0 && inside >= start && inside < end)
		{
			*reporting = (sc_reporting) {start, end, (uint64_t) (uintptr_t) gate};
			found = true;
		}
	}
	if (maps)
		fclose(maps);
	return found;
}

/*
 * Breaks when the C library makes a call that may be denied while all signals
 * are blocked, and the call is not silent: the kernel would kill the process.
 * All that may be denied is, permissively, as the handler makes the calls;
 * what is started is another program and not reported.
 */
static void
test_silent(void)
{
	static const struct
	{
		const char *what;
		bool		(*run) (void);
		bool		dies;
		bool		reports;
	}			cases[] = {
		{"a call that is reported", do_reported, false, true},
		{"one with signals blocked", do_reported_blocked, true, false},
		{"threads", do_threads, false, false},
		{"a detached thread", do_detached, false, false},
		{"threads with large stacks", do_large_threads, false, false},
		{"a thread with a place and a priority", do_placed_thread, false, false},
		{"posix_spawn()", do_spawn, false, false},
		{"popen()", do_popen, false, false},
		{"system()", do_system, false, false},
		{"fork()", do_fork, false, false},
		{"raise()", do_raise, false, false},
	};
	const sc_set *silent = sc_group_members(sc_group_by_name("@pg-silent"));
	const char *const groups[] = {"@pg-required", "@pg-silent"};
	sc_ruleset	rules;
	sc_reporting reporting;
	sc_program	program;
	struct sock_fprog fprog;

	ok(sc_silent == silent, "what is silent is in @pg-silent");
	if (under_valgrind())
	{
		skip("valgrind knows no filters");
		return;
	}
	if (!ok(find_libc(&reporting), "the C library is mapped"))
		return;
	sc_rules_init(&rules);
	rules.kind = SC_LIST_ALLOW;
	for (int i = 0; i < 2; i++)
		sc_rules_state(&rules, 1, 0, true, sc_group_members(sc_group_by_name(groups[i])));
	if (!is_str(sc_program_build(&rules, true, &reporting, &program), NULL, "a permissive program"))
		return;
	fprog = (struct sock_fprog) {(unsigned short) program.len, (struct sock_filter *) program.insns};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		int			status;
		pid_t		pid = fork();

		if (pid == 0)
		{
			struct sigaction action = {.sa_sigaction = report,.sa_flags = SA_SIGINFO};

			alarm(60);
			setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0});
			if (sigaction(SIGSYS, &action, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
				syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) != 0)
				_exit(2);
			_exit(!cases[i].run() || (cases[i].reports && nreports == 0));
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			ok(false, "a child: %s", strerror(errno));
		else if (cases[i].dies)
			ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s: killed (0x%x)", cases[i].what, (unsigned) status);
		else
			ok(ended_well(status), "%s: survives (0x%x)", cases[i].what, (unsigned) status);
	}
	sc_test_reset();
}

/* ----------
 * The machine's headers
 * ----------
 */

/* How a header writes "#define __NR_read ...". */
typedef struct
{
	char		name[64];
	int			nr;
} definition;

#define MAX_DEFINITIONS 1024

/*
 * Read the definitions of a header: a plain number, or in x32's an addition
 * to __X32_SYSCALL_BIT.  Returns how many, -1 if there is no such file.
 */
static int
read_header(const char *path, const char *prefix, definition *defs)
{
	FILE	   *file = fopen(path, "r");
	char		line[256];
	size_t		skip_chars = strlen("#define ") + strlen(prefix);
	int			n = 0;

	if (!file)
		return -1;
	while (n < MAX_DEFINITIONS && fgets(line, sizeof(line), file))
	{
		char	   *value;
		char	   *end;
		long		nr;

		if (strncmp(line, "#define ", 8) != 0 ||
			strncmp(line + 8, prefix, strlen(prefix)) != 0)
			continue;
		value = line + skip_chars + strcspn(line + skip_chars, " \t");
		if (*value == '\0' || value - line - skip_chars >= sizeof(defs[n].name))
			continue;
		snprintf(defs[n].name, sizeof(defs[n].name), "%.*s",
				 (int) (value - line - skip_chars), line + skip_chars);
		value += strspn(value, " \t");
		if (strncmp(value, "(__X32_SYSCALL_BIT + ", 21) == 0)
			value += 21;
		nr = strtol(value, &end, 10);
		if (end == value || nr < 0 || nr > INT16_MAX)
			continue;
		defs[n++].nr = (int) nr;
	}
	fclose(file);
	return n;
}

static int
find_header(const char *file, const char *prefix, definition *defs)
{
	static const char *const dirs[] = {
		"/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu",
		"/usr/include"
	};
	char		path[256];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
	{
		int			n;

		snprintf(path, sizeof(path), "%s/%s", dirs[i], file);
		n = read_header(path, prefix, defs);
		if (n >= 0)
		{
			diag("%s: %d calls", path, n);
			return n;
		}
	}
	return -1;
}

static const definition *
find_definition(const definition *defs, int n, const char *name)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(defs[i].name, name) == 0)
			return &defs[i];
	}
	return NULL;
}

/* x32 has numbers of its own from 512 on; below them it counts as x86-64. */
#define X32_FIRST 512

/*
 * Breaks when a number differs from the kernel's, when the catalog lacks a
 * call that the kernel had when the catalog was last brought up to date, and
 * when it has one that this kernel's headers, older or newer, rule out.
 */
static void
test_header(sc_abi abi, const char *file)
{
	definition	defs[MAX_DEFINITIONS];
	int			n = find_header(file, "__NR_", defs);
	int			newest = 0;
	int			header_newest = 0;
	int			wrong = 0;

	if (n < 0)
	{
		skip("%s is not on this machine", file);
		return;
	}
	for (int nr = 0; nr < sc_abi_limit(abi); nr++)
	{
		if (sc_syscall_by_number(abi, nr) >= 0 &&
			(abi != SC_ABI_X32 || nr < X32_FIRST))
			newest = nr;
	}

	for (int i = 0; i < n; i++)
	{
		int			call = sc_syscall_by_name(defs[i].name);
		int			nr = call < 0 ? SC_NR_NONE : sc_syscalls[call].nr[abi];

		if (defs[i].nr > header_newest &&
			(abi != SC_ABI_X32 || defs[i].nr < X32_FIRST))
			header_newest = defs[i].nr;
		if (nr == defs[i].nr)
			continue;
		if (call < 0 && defs[i].nr > newest)
		{
			diag("%s: %s (%d) is newer than the catalog", sc_abis[abi].name,
				 defs[i].name, defs[i].nr);
			continue;
		}
		wrong++;
		diag("%s: %s is %d in the header, %d here", sc_abis[abi].name,
			 defs[i].name, defs[i].nr, nr);
	}
	is_int(wrong, 0, "the calls of %s are in the catalog", file);

	wrong = 0;
	for (int i = 0; i < sc_nsyscalls; i++)
	{
		int			nr = sc_syscalls[i].nr[abi];

		if (nr == SC_NR_NONE || find_definition(defs, n, sc_syscalls[i].name) ||
			(nr > header_newest && (abi != SC_ABI_X32 || nr < X32_FIRST)))
			continue;

		/* uretprobe and uprobe came late, in Linux 6.11 and 6.18 */
		if ((abi == SC_ABI_X86_64 || abi == SC_ABI_X32) &&
			(nr == 335 || nr == 336))
			continue;
		wrong++;
		diag("%s: the header has no %s (%d)", sc_abis[abi].name,
			 sc_syscalls[i].name, nr);
	}
	is_int(wrong, 0, "the catalog's calls are in %s", file);
}

/*
 * The same for arm64, whose numbers are asm-generic's.  That header serves
 * 32-bit architectures too: a call that arm64 lacks is no error, and the ones
 * that differ by width stand under another prefix.
 */
static void
test_generic_header(void)
{
	const char *file = "asm-generic/unistd.h";
	definition	defs[MAX_DEFINITIONS];
	definition	wide[MAX_DEFINITIONS];
	int			n = find_header(file, "__NR_", defs);
	int			nwide = find_header(file, "__NR3264_", wide);
	int			newest = 0;
	int			wrong = 0;

	if (n < 0)
	{
		skip("%s is not on this machine", file);
		return;
	}
	for (int i = 0; i < n; i++)
	{
		if (strcmp(defs[i].name, "syscalls") != 0 && defs[i].nr > newest)
			newest = defs[i].nr;
	}
	for (int i = 0; i < sc_nsyscalls; i++)
	{
		const char *name = sc_syscalls[i].name;
		int			nr = sc_syscalls[i].nr[SC_ABI_ARM64];
		const definition *def = find_definition(defs, n, name);

		if (nr == SC_NR_NONE)
			continue;
		if (!def)
			def = find_definition(wide, nwide, strcmp(name, "newfstatat") == 0 ?
								  "fstatat" : name);
		if (def ? def->nr != nr : nr <= newest)
		{
			wrong++;
			diag("arm64: %s is %d in the header, %d here", name,
				 def ? def->nr : -1, nr);
		}
	}
	is_int(wrong, 0, "arm64 agrees with %s", file);
}

/* ----------
 * The catalog's own checks, on broken tables
 * ----------
 */

#define MAX_FAKES 8
static sc_syscall fake_syscalls[MAX_FAKES];
static int	fake_nsyscalls;
static sc_group fake_groups[MAX_FAKES];
static int	fake_ngroups;

#define sc_abis fake_abis
#define sc_abi_limit fake_abi_limit
#define sc_catalog_init fake_catalog_init
#define sc_family_of fake_family_of
#define sc_group_by_name fake_group_by_name
#define sc_group_members fake_group_members
#define sc_groups fake_groups
#define sc_nearest_name fake_nearest_name
#define sc_ngroups fake_ngroups
#define sc_nsyscalls fake_nsyscalls
#define sc_silent fake_silent
#define sc_syscall_by_name fake_syscall_by_name
#define sc_syscall_by_number fake_syscall_by_number
#define sc_syscall_of fake_syscall_of
#define sc_syscalls fake_syscalls
#include "../catalog.c"

/* Sound tables, for a test to break in one place. */
static void
make_fakes(void)
{
	static const sc_syscall calls[] = {
		{"close", {1, 1, 1, 1, 1}, "1.0", "x"},
		{"open", {2, 2, 2, SC_NR_NONE, 2}, "1.0", "x"},
		{"openat", {3, 3, 3, 3, 3}, "1.0", "x"},
		{"read", {4, 4, 4, 4, 4}, "1.0", "x"},
	};
	static const sc_group groups[] = {
		{"@all", SC_GROUP, "*", "x"},
		{"@file", SC_GROUP, "@name close read", "x"},
		{"@name", SC_GROUP, "open openat", "x"},
		{"@pg-silent", SC_GROUP, "read", "x"},
		{"open", SC_FAMILY, "open openat", "x"},
		{"read", SC_FAMILY, "close read", "x"},
	};

	memcpy(fake_syscalls, calls, sizeof(calls));
	fake_nsyscalls = 4;
	memcpy(fake_groups, groups, sizeof(groups));
	fake_ngroups = 6;
}

/* What a build with the tables as they are now would complain of. */
static const char *
complaint(void)
{
	const char *error = index_syscalls();

	return error ? error : index_groups();
}

/* Breaks when one of the checks is lost, or looks at the wrong thing. */
static void
test_defects(void)
{
	make_fakes();
	is_str(complaint(), NULL, "sound tables have no defect");
	is_str(fake_catalog_init(), NULL, "nor does sc_catalog_init() find one");
	ok(sc_set_has(sc_silent, 3) && !sc_set_has(sc_silent, 2), "what is silent is a group's");

	make_fakes();
	fake_syscalls[1].name = "zap";
	is_str(complaint(), "catalog: system calls out of order: zap, openat",
		   "calls out of order");

	make_fakes();
	fake_syscalls[2].name = "open";
	is_str(complaint(), "catalog: system calls out of order: open, open",
		   "a call twice");

	make_fakes();
	fake_syscalls[3].nr[SC_ABI_ARM] = 2;
	is_str(complaint(), "catalog: same number: read, open",
		   "a number twice on one ABI");

	make_fakes();
	fake_syscalls[3].nr[SC_ABI_X32] = MAX_NUMBER;
	is_str(complaint(), "catalog: number out of range: read, x32",
		   "a number too large");

	make_fakes();
	fake_syscalls[3].nr[SC_ABI_X32] = -2;
	is_str(complaint(), "catalog: number out of range: read, x32",
		   "a number below none");

	make_fakes();
	fake_syscalls[3].name = "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
		"rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr";
	ok(complaint() != NULL, "a name too long");

	make_fakes();
	fake_nsyscalls = SC_MAX_SYSCALLS + 1;
	is_str(complaint(), "catalog: more system calls than SC_MAX_SYSCALLS",
		   "too many calls");

	make_fakes();
	fake_ngroups = MAX_GROUPS + 1;
	is_str(complaint(), "catalog: more groups than MAX_GROUPS",
		   "too many groups");

	make_fakes();
	fake_groups[1].name = "@zap";
	is_str(complaint(), "catalog: groups out of order: @zap, @name",
		   "groups out of order");

	make_fakes();
	fake_groups[2].kind = SC_FAMILY;
	is_str(complaint(), "catalog: only a group's name starts with @: @name",
		   "a family with a group's name");

	make_fakes();
	fake_groups[2].members = "open opennat";
	is_str(complaint(), "catalog: unknown member: @name, opennat",
		   "a member that is no call");

	make_fakes();
	fake_groups[1].members = "@names close";
	is_str(complaint(), "catalog: unknown group: @file, @names",
		   "a member that is no group");

	make_fakes();
	fake_groups[2].members = "openat open";
	is_str(complaint(), "catalog: members out of order: openat, open",
		   "members out of order");

	make_fakes();
	fake_groups[2].members = "open open";
	is_str(complaint(), "catalog: members out of order: open, open",
		   "a member twice");

	make_fakes();
	fake_groups[2].members = "open  openat";
	is_str(complaint(), "catalog: malformed members: @name,  openat",
		   "two spaces between members");

	make_fakes();
	fake_groups[2].members = "open openat ";
	is_str(complaint(), "catalog: malformed members: @name,  ",
		   "a space after the last member");

	make_fakes();
	fake_groups[2].members = " open";
	is_str(complaint(), "catalog: malformed members: @name,  open",
		   "a space before the first member");

	make_fakes();
	fake_groups[2].members = "@file open";
	is_str(complaint(), "catalog: group contains itself: @file",
		   "two groups in a circle");

	make_fakes();
	fake_groups[2].members = "@name";
	is_str(complaint(), "catalog: group contains itself: @name",
		   "a group in itself");

	make_fakes();
	fake_groups[5].members = "openat read";
	is_str(complaint(), "catalog: member of two families: openat, open",
		   "two families with a common member");

	make_fakes();
	fake_groups[5].members = "close";
	is_str(complaint(),
		   "catalog: family lacks the call it is named after: read",
		   "a family without its namesake");

	make_fakes();
	fake_groups[4].members = "@name open";
	is_str(complaint(), "catalog: unknown member: open, @name",
		   "a family with a nested group");
}

int
main(void)
{
	test_init();
	test_abis();
	test_known_numbers();
	test_descriptions();
	test_since();
	test_since_is_sorted();
	test_names();
	test_numbers();
	test_nearest();
	test_nesting();
	test_allow_lists();
	test_allow_lists_are_narrow();
	test_deny_lists_are_harmless();
	test_families();
	test_not_one_family();
	test_family_of();
	test_variants_are_in_families();
	test_silent();
	test_header(SC_ABI_X86_64, "asm/unistd_64.h");
	test_header(SC_ABI_X86, "asm/unistd_32.h");
	test_header(SC_ABI_X32, "asm/unistd_x32.h");
	test_generic_header();
	test_defects();
	return done_testing();
}
