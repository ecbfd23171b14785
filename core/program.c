/*
 * program.c
 *		Build a seccomp program from a ruleset.
 *
 * libseccomp builds one program for each admitted ABI, as a binary tree over
 * the system call numbers.  What it cannot say is put before these: that a
 * number which is not in the catalog answers ENOSYS, that an ABI which is not
 * admitted does so, and what a call of a foreign ABI answers that libseccomp is
 * too old to know.  The layout:
 *
 *		load arch; foreign arch: jump to its part; not the native one: ENOSYS
 *		load number; x32: jump to its part
 *		native part: past the catalog's end, or in a hole of it: ENOSYS
 *					 libseccomp's program, less its own such checks
 *		x86 or arm part, x32 part: likewise
 *
 * A part that looks at nothing but the number is then folded (fold.c).
 *
 * Only loads, compares with constants, jumps and returns: what the kernel
 * can fold into its bitmap of always-allowed calls (kernel/seccomp.c,
 * seccomp_is_const_allow; Linux 5.11).
 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fold.h"
#include "memory.h"

/* More than libseccomp's body ever needs beside a jump over it. */
#define MAX_INSNS (2 * SC_MAX_PROGRAM)

/* A program under construction. */
typedef struct
{
	struct sock_filter insns[MAX_INSNS];
	int			len;
	bool		overflow;
} builder;

/* libseccomp's token of an ABI. */
static uint32_t
scmp_arch(sc_abi abi)
{
	static const uint32_t tokens[SC_ABI_COUNT] = {
		[SC_ABI_X86_64] = SCMP_ARCH_X86_64,
		[SC_ABI_X86] = SCMP_ARCH_X86,
		[SC_ABI_X32] = SCMP_ARCH_X32,
		[SC_ABI_ARM64] = SCMP_ARCH_AARCH64,
		[SC_ABI_ARM] = SCMP_ARCH_ARM,
	};

	return tokens[abi];
}

uint32_t
sc_verdict_value(const sc_verdict *verdict, bool permissive)
{
	if (verdict->action == SC_ALLOW)
		return SECCOMP_RET_ALLOW;
	if (verdict->action == SC_LOG || permissive)
		return SECCOMP_RET_LOG;
	return SECCOMP_RET_ERRNO | ((uint32_t) verdict->err & SECCOMP_RET_DATA);
}

/* The same, as libseccomp writes it. */
static uint32_t
scmp_action(const sc_verdict *verdict, bool permissive)
{
	if (verdict->action == SC_ALLOW)
		return SCMP_ACT_ALLOW;
	if (verdict->action == SC_LOG || permissive)
		return SCMP_ACT_LOG;
	return SCMP_ACT_ERRNO((uint32_t) verdict->err);
}

static void
emit(builder *b, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (b->len == MAX_INSNS)
		b->overflow = true;
	else
		b->insns[b->len++] = (struct sock_filter) {code, jt, jf, k};
}

static void
load(builder *b, size_t offset)
{
	emit(b, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t) offset);
}

/*
 * The number by which libseccomp knows a call of the catalog when it adds
 * rules for abi; false if it does not know the call there.  On the native ABI
 * any number will do; a rule for another one is given as the native number or
 * libseccomp's pseudo-number of that name, and is translated by name.
 */
static bool
scmp_number(sc_abi abi, int call, int *number)
{
	if (abi == SC_ABI_NATIVE)
	{
		*number = sc_syscalls[call].nr[abi];
		return true;
	}
	*number = seccomp_syscall_resolve_name(sc_syscalls[call].name);
	return *number != __NR_SCMP_ERROR &&
		seccomp_syscall_resolve_name_arch(scmp_arch(abi), sc_syscalls[call].name) ==
		(int) ((uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit);
}

/*
 * Is this number left to libseccomp's program for abi?  On a foreign ABI a
 * call may be newer than libseccomp, or one that x86 can also make through
 * socketcall or ipc: for these libseccomp only has rules on their arguments.
 */
static bool
scmp_knows(sc_abi abi, int nr)
{
	int			call = sc_syscall_by_number(abi, nr);
	int			number;

	return call >= 0 && scmp_number(abi, call, &number);
}

/*
 * Add libseccomp's rules for abi, all but those that say the default.
 * Returns 0 or a negative errno.
 */
static int
add_rules(scmp_filter_ctx ctx, const sc_ruleset *rules, sc_abi abi, bool permissive,
		  uint32_t default_action, int *nrules)
{
	*nrules = 0;
	for (int nr = 0; nr < sc_abi_limit(abi); nr++)
	{
		int			call = sc_syscall_by_number(abi, nr);
		int			number;
		int			rc;
		sc_verdict	verdict;
		uint32_t	action;

		if (call < 0 || !scmp_number(abi, call, &number))
			continue;
		verdict = sc_decide(rules, abi, (uint32_t) nr | sc_abis[abi].nr_bit, NULL);
		action = scmp_action(&verdict, permissive);
		if (action == default_action)
			continue;
		rc = seccomp_rule_add_exact(ctx, action, number, 0);
		if (rc < 0)
			return rc;
		(*nrules)++;
	}
	return 0;
}

/*
 * libseccomp's programs begin with checks of the architecture and of x32's
 * bit, and load the number last.  The prologue has done all that, and the
 * kernel runs a program some 400 times as it attaches it: leave them out.
 * Jumps are relative and go forward, so that dropping a beginning changes none;
 * sc_program_prove() sees whether it was the right one.
 */
static int
skip_checks(const struct sock_filter *insns, int len)
{
	const int	longest = 8;
	int			skip = 0;

	for (int i = 0; i < len && i < longest; i++)
		if (insns[i].code == (BPF_LD | BPF_W | BPF_ABS) &&
			insns[i].k == offsetof(struct seccomp_data, nr))
			skip = i + 1;
	return skip;
}

/*
 * Append the program that libseccomp exports, without its checks; 0 or a
 * negative errno.  The number is loaded when it begins.
 */
static int
export(scmp_filter_ctx ctx, builder *b)
{
	int			fds[2];
	int			rc = 0;
	int			skip;
	ssize_t		got = 0;
	struct sock_filter insns[SC_MAX_PROGRAM + 1];

	/*
	 * libseccomp before 2.6 writes to descriptors only.  A pipe needs no file
	 * system, and holds 64 kB: twice the largest program (pipe(7)).
	 */
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	rc = seccomp_export_bpf(ctx, fds[1]);
	close(fds[1]);
	if (rc == 0)
	{
		got = read(fds[0], insns, sizeof(insns));
		if (got < 0)
			rc = -errno;
		else if ((size_t) got % sizeof(struct sock_filter) != 0)
			rc = -EIO;
	}
	close(fds[0]);
	if (rc < 0)
		return rc;
	got /= (ssize_t) sizeof(struct sock_filter);
	skip = skip_checks(insns, (int) got);
	for (int i = skip; i < got; i++)
		emit(b, insns[i].code, insns[i].jt, insns[i].jf, insns[i].k);
	return 0;
}

/*
 * The default action of libseccomp's program for abi: the commonest verdict,
 * so that the tree is small.
 */
static uint32_t
commonest_action(const sc_ruleset *rules, sc_abi abi, bool permissive)
{
	uint32_t	seen[SC_MAX_SYSCALLS];
	int			count[SC_MAX_SYSCALLS];
	int			nseen = 0;
	int			best = 0;

	for (int nr = 0; nr < sc_abi_limit(abi); nr++)
	{
		sc_verdict	verdict;
		uint32_t	action;
		int			i;

		if (!scmp_knows(abi, nr))
			continue;
		verdict = sc_decide(rules, abi, (uint32_t) nr | sc_abis[abi].nr_bit, NULL);
		action = scmp_action(&verdict, permissive);
		for (i = 0; i < nseen && seen[i] != action; i++)
			;
		if (i == nseen)
		{
			seen[nseen] = action;
			count[nseen++] = 0;
		}
		count[i]++;
		if (count[i] > count[best])
			best = i;
	}
	return nseen ? seen[best] : SCMP_ACT_ALLOW;
}

/* libseccomp's program for abi; 0 or a negative errno. */
static int
build_abi(const sc_ruleset *rules, sc_abi abi, bool permissive, builder *b)
{
	uint32_t	fallback = commonest_action(rules, abi, permissive);
	scmp_filter_ctx ctx = seccomp_init(fallback);
	int			nrules;
	int			rc = 0;

	if (ctx == NULL)
		return -ENOMEM;
	if (abi != SC_ABI_NATIVE)
	{
		rc = seccomp_arch_add(ctx, scmp_arch(abi));
		if (rc == 0)
			rc = seccomp_arch_remove(ctx, scmp_arch(SC_ABI_NATIVE));
	}
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (rc == 0)
		rc = add_rules(ctx, rules, abi, permissive, fallback, &nrules);

	/* up to 2.5.4 a tree of no rules makes a wrong program */
	if (rc == 0 && nrules > 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = export(ctx, b);
	seccomp_release(ctx);
	return rc;
}

/* What the program is to answer to a call. */
static uint32_t
answer(const sc_ruleset *rules, bool permissive, sc_abi abi, uint32_t nr)
{
	sc_verdict	verdict = sc_decide(rules, abi, nr, NULL);

	return sc_verdict_value(&verdict, permissive);
}

/*
 * The answers that are not left to libseccomp: to what the catalog does not
 * have on abi, from its end on and in each hole, and to what it alone has.
 * The number is loaded.
 */
static void
emit_own(builder *b, const sc_ruleset *rules, bool permissive, sc_abi abi)
{
	uint32_t	bit = sc_abis[abi].nr_bit;
	int			limit = sc_abi_limit(abi);

	emit(b, BPF_JMP | BPF_JGE | BPF_K, 0, 1, (uint32_t) limit | bit);
	emit(b, BPF_RET | BPF_K, 0, 0, answer(rules, permissive, abi, (uint32_t) limit | bit));
	for (int nr = 0; nr < limit; nr++)
	{
		uint32_t	first = (uint32_t) nr | bit;
		uint32_t	value = answer(rules, permissive, abi, first);

		if (scmp_knows(abi, nr))
			continue;
		while (nr + 1 < limit && !scmp_knows(abi, nr + 1) &&
			   answer(rules, permissive, abi, (uint32_t) (nr + 1) | bit) == value)
			nr++;
		if (first == ((uint32_t) nr | bit))
			emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, first);
		else
		{
			emit(b, BPF_JMP | BPF_JGE | BPF_K, 0, 2, first);
			emit(b, BPF_JMP | BPF_JGT | BPF_K, 1, 0, (uint32_t) nr | bit);
		}
		emit(b, BPF_RET | BPF_K, 0, 0, value);
	}
}

/*
 * The part of abi, which begins with the number loaded; 0 or a negative errno
 * of libseccomp's.
 */
static int
build_part(const sc_ruleset *rules, sc_abi abi, bool permissive, builder *b)
{
	struct sock_filter folded[SC_MAX_FOLDED];
	int			start = b->len;
	int			rc;
	int			len;

	emit_own(b, rules, permissive, abi);
	rc = build_abi(rules, abi, permissive, b);
	if (rc < 0 || b->overflow)
		return rc;
	len = sc_fold(b->insns + start, b->len - start, sc_abis[abi].nr_bit,
				  sc_abi_limit(abi) + 1, folded);
	if (len > 0 && len < b->len - start)
	{
		memcpy(b->insns + start, folded, (size_t) len * sizeof(struct sock_filter));
		b->len = start + len;
	}
	return 0;
}

/* All of it; 0 or a negative errno of libseccomp's. */
static int
build(const sc_ruleset *rules, bool permissive, builder *b)
{
	uint32_t	unknown = answer(rules, permissive, SC_ABI_COUNT, 0);
	int			jump[SC_ABI_COUNT];
	int			rc;

	load(b, offsetof(struct seccomp_data, arch));
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		jump[abi] = -1;
		if (abi == SC_ABI_NATIVE || !(rules->abis & 1u << abi) ||
			sc_abis[abi].audit_arch == sc_abis[SC_ABI_NATIVE].audit_arch)
			continue;
		emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, sc_abis[abi].audit_arch);
		jump[abi] = b->len;
		emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
	}
	emit(b, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, sc_abis[SC_ABI_NATIVE].audit_arch);
	emit(b, BPF_RET | BPF_K, 0, 0, unknown);
	load(b, offsetof(struct seccomp_data, nr));
	if (rules->abis & 1u << SC_ABI_X32)
	{
		emit(b, BPF_JMP | BPF_JSET | BPF_K, 0, 1, sc_abis[SC_ABI_X32].nr_bit);
		jump[SC_ABI_X32] = b->len;
		emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
	}
	rc = build_part(rules, SC_ABI_NATIVE, permissive, b);

	for (int abi = 0; abi < SC_ABI_COUNT && rc == 0; abi++)
	{
		if (jump[abi] < 0)
			continue;
		b->insns[jump[abi]].k = (uint32_t) (b->len - jump[abi] - 1);
		load(b, offsetof(struct seccomp_data, nr));
		rc = build_part(rules, (sc_abi) abi, permissive, b);
	}
	return rc;
}

const char *
sc_program_prove(const sc_ruleset *rules, bool permissive, const sc_program *program)
{
	/* numbers at which a comparison could go wrong, beside the low ones */
	static const uint32_t edges[] = {
		0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xbfffffff, 0xc0000000,
		0xfffffffe, 0xffffffff
	};
	const char *defect = sc_program_defect(program);
	const int	low = 1024;		/* past every table */
	const int	nedges = (int) (sizeof(edges) / sizeof(edges[0]));

	if (defect)
		return sc_format("the kernel would refuse the program: %s", defect);
	for (int i = 0; i < program->len; i++)
		if (BPF_CLASS(program->insns[i].code) == BPF_LD &&
			program->insns[i].k >= offsetof(struct seccomp_data, instruction_pointer))
			return sc_format("instruction %d looks at more than the call's number", i);

	/* every ABI of any kernel: those of other machines must get ENOSYS */
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		for (int i = 0; i < 2 * low + nedges; i++)
		{
			uint32_t	nr = i < low ? (uint32_t) i
			: i < 2 * low ? (uint32_t) (i - low) | sc_abis[SC_ABI_X32].nr_bit
			: edges[i - 2 * low];
			struct seccomp_data data = {.nr = (int) nr,.arch = sc_abis[abi].audit_arch};
			uint32_t	want = answer(rules, permissive, sc_abi_of(data.arch, nr), nr);
			uint32_t	got = sc_evaluate(program, &data);

			if (got != want)
				return sc_format("the compiled program answers 0x%08x to system call %u of architecture 0x%08x, the policy says 0x%08x",
								 got, nr, data.arch, want);
		}
	return NULL;
}

const char *
sc_program_build(const sc_ruleset *rules, bool permissive, sc_program *program)
{
	builder		b = {.len = 0};
	int			rc = build(rules, permissive, &b);
	struct sock_filter *insns;

	if (rc < 0)
		return sc_format("libseccomp %s could not build the program: %s",
						 sc_libseccomp_version(), strerror(-rc));
	if (b.overflow || b.len > SC_MAX_PROGRAM)
		return sc_format("the program has more than the %d instructions that the kernel takes",
						 SC_MAX_PROGRAM);
	insns = sc_alloc((size_t) b.len * sizeof(struct sock_filter));
	memcpy(insns, b.insns, (size_t) b.len * sizeof(struct sock_filter));
	program->insns = insns;
	program->len = b.len;
	return sc_program_prove(rules, permissive, program);
}

const char *
sc_libseccomp_version(void)
{
	static char text[40];
	const struct scmp_version *version = seccomp_version();

	snprintf(text, sizeof(text), "%u.%u.%u", version->major, version->minor,
			 version->micro);
	return text;
}
