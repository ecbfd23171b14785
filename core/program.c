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
#include "plan.h"

uint32_t
sc_scmp_arch(sc_abi abi)
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

sc_plan
sc_make_plan(const sc_ruleset *rules, bool permissive, const sc_reporting *reporting)
{
	return (sc_plan) {rules, permissive, reporting, !permissive && !sc_rules_exec(rules)};
}

bool
sc_asks_origin(const sc_plan *p)
{
	return p->reporting && !p->everywhere &&
		(p->permissive || p->rules->on_violation != SC_ON_VIOLATION_KILL);
}

uint32_t
sc_value_of(const sc_plan *p, const sc_verdict *verdict)
{
	uint32_t	err = (uint32_t) verdict->err & SECCOMP_RET_DATA;

	if (verdict->action == SC_ALLOW)
		return SECCOMP_RET_ALLOW;
	if (verdict->action == SC_LOG)
		return SECCOMP_RET_LOG;
	if (verdict->report != SC_QUIET && !p->permissive &&
		p->rules->on_violation == SC_ON_VIOLATION_KILL)
		return SECCOMP_RET_KILL_PROCESS;
	if (verdict->report != SC_REPORTED || p->reporting == NULL)
		return p->permissive ? SECCOMP_RET_LOG : SECCOMP_RET_ERRNO | err;

	/* a foreign ABI's calls do not come from a native library, nor from any program but an attacker's */
	if (verdict->why == SC_WHY_ABI)
		return p->permissive ? SECCOMP_RET_LOG : SECCOMP_RET_TRAP | err;
	return SC_MARK | err;
}

uint32_t
sc_value_by_number(const sc_plan *p, sc_abi abi, uint32_t nr)
{
	int			call;
	sc_verdict	verdict = sc_decide(p->rules, abi, nr, NULL, &call);

	return verdict.depends ? SC_MARK | SC_BRANCH | (uint32_t) call : sc_value_of(p, &verdict);
}

uint32_t
sc_value_from(const sc_plan *p, uint32_t value, uint64_t address)
{
	uint32_t	err = value & SECCOMP_RET_DATA;

	if ((value & SECCOMP_RET_ACTION_FULL) != SC_MARK)
		return value;
	if (p->permissive && address == p->reporting->gate)
		return SECCOMP_RET_ALLOW;
	if (p->everywhere ||
		(address >= p->reporting->code_start && address <= p->reporting->code_end))
		return SECCOMP_RET_TRAP | err;
	return p->permissive ? SECCOMP_RET_LOG : SECCOMP_RET_ERRNO | err;
}

uint32_t
sc_program_answer(const sc_ruleset *rules, bool permissive,
				  const sc_reporting *reporting, const struct seccomp_data *data)
{
	sc_plan		p = sc_make_plan(rules, permissive, reporting);
	uint32_t	nr = (uint32_t) data->nr;
	sc_verdict	verdict = sc_decide(rules, sc_abi_of(data->arch, nr), nr,
									(const uint64_t *) data->args, NULL);

	return sc_value_from(&p, sc_value_of(&p, &verdict), data->instruction_pointer);
}

uint32_t
sc_scmp_action(uint32_t value)
{
	uint32_t	data = value & SECCOMP_RET_DATA;

	switch (value & SECCOMP_RET_ACTION_FULL)
	{
		case SECCOMP_RET_ALLOW:
			return SCMP_ACT_ALLOW;
		case SECCOMP_RET_LOG:
			return SCMP_ACT_LOG;
		case SECCOMP_RET_KILL_PROCESS:
			return SCMP_ACT_KILL_PROCESS;
		case SECCOMP_RET_ERRNO:
			return SCMP_ACT_ERRNO(data);
		default:
			return SCMP_ACT_TRACE(data);
	}
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
		seccomp_syscall_resolve_name_arch(sc_scmp_arch(abi), sc_syscalls[call].name) ==
		(int) sc_number_of(abi, call);
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
add_rules(scmp_filter_ctx ctx, const sc_plan *p, sc_abi abi, uint32_t default_action,
		  int *nrules)
{
	*nrules = 0;
	for (int nr = 0; nr < sc_abi_limit(abi); nr++)
	{
		int			call = sc_syscall_by_number(abi, nr);
		int			number;
		int			rc;
		uint32_t	action;

		if (call < 0 || !scmp_number(abi, call, &number))
			continue;
		action = sc_scmp_action(sc_value_by_number(p, abi, (uint32_t) nr | sc_abis[abi].nr_bit));
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
export(scmp_filter_ctx ctx, sc_builder *b)
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
		sc_emit(b, insns[i].code, insns[i].jt, insns[i].jf, insns[i].k);
	return 0;
}

/*
 * The default action of libseccomp's program for abi: the commonest verdict,
 * so that the tree is small.
 */
static uint32_t
commonest_action(const sc_plan *p, sc_abi abi)
{
	uint32_t	seen[SC_MAX_SYSCALLS];
	int			count[SC_MAX_SYSCALLS];
	int			nseen = 0;
	int			best = 0;

	for (int nr = 0; nr < sc_abi_limit(abi); nr++)
	{
		uint32_t	action;
		int			i;

		if (!scmp_knows(abi, nr))
			continue;
		action = sc_scmp_action(sc_value_by_number(p, abi, (uint32_t) nr | sc_abis[abi].nr_bit));
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
build_abi(const sc_plan *p, sc_abi abi, sc_builder *b)
{
	uint32_t	fallback = commonest_action(p, abi);
	scmp_filter_ctx ctx = seccomp_init(fallback);
	int			nrules;
	int			rc = 0;

	if (ctx == NULL)
		return -ENOMEM;
	if (abi != SC_ABI_NATIVE)
	{
		rc = seccomp_arch_add(ctx, sc_scmp_arch(abi));
		if (rc == 0)
			rc = seccomp_arch_remove(ctx, sc_scmp_arch(SC_ABI_NATIVE));
	}
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (rc == 0)
		rc = add_rules(ctx, p, abi, fallback, &nrules);

	/* up to 2.5.4 a tree of no rules makes a wrong program */
	if (rc == 0 && nrules > 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = export(ctx, b);
	seccomp_release(ctx);
	return rc;
}

/*
 * The answers that are not left to libseccomp: to what the catalog does not
 * have on abi, from its end on and in each hole, and to what it alone has.
 * The number is loaded.
 */
static void
emit_own(sc_builder *b, const sc_plan *p, sc_abi abi)
{
	uint32_t	bit = sc_abis[abi].nr_bit;
	int			limit = sc_abi_limit(abi);

	sc_emit(b, BPF_JMP | BPF_JGE | BPF_K, 0, 1, (uint32_t) limit | bit);
	sc_emit(b, BPF_RET | BPF_K, 0, 0, sc_value_by_number(p, abi, (uint32_t) limit | bit));
	for (int nr = 0; nr < limit; nr++)
	{
		uint32_t	first = (uint32_t) nr | bit;
		uint32_t	value = sc_value_by_number(p, abi, first);

		if (scmp_knows(abi, nr))
			continue;
		while (nr + 1 < limit && !scmp_knows(abi, nr + 1) &&
			   sc_value_by_number(p, abi, (uint32_t) (nr + 1) | bit) == value)
			nr++;
		if (first == ((uint32_t) nr | bit))
			sc_emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, first);
		else
		{
			sc_emit(b, BPF_JMP | BPF_JGE | BPF_K, 0, 2, first);
			sc_emit(b, BPF_JMP | BPF_JGT | BPF_K, 1, 0, (uint32_t) nr | bit);
		}
		sc_emit(b, BPF_RET | BPF_K, 0, 0, value);
	}
}

/*
 * Replace the returns of a part that stand for a look at a call's arguments by
 * jumps to it, behind the part.  Calls whose looks are the same share one.
 */
static void
resolve_branches(sc_builder *b, const sc_plan *p, sc_abi abi, int start)
{
	const int	end = b->len;
	int			starts[SC_MAX_SYSCALLS];
	int			n = 0;

	for (int i = start; i < end && !b->overflow; i++)
	{
		uint32_t	value = b->insns[i].k;
		int			at = b->len;

		if (b->insns[i].code != (BPF_RET | BPF_K) ||
			(value & SECCOMP_RET_ACTION_FULL) != SC_MARK || (value & SC_BRANCH) == 0)
			continue;
		sc_emit_branch(b, p, abi, (int) (value & SECCOMP_RET_DATA & ~(uint32_t) SC_BRANCH));
		for (int other = 0; other < n && at < b->len; other++)
		{
			size_t		len = (size_t) (b->len - at);

			if (starts[other] + (int) len > at ||
				memcmp(&b->insns[starts[other]], &b->insns[at], len * sizeof(struct sock_filter)) != 0)
				continue;
			b->len = at;
			at = starts[other];
			break;
		}
		if (at < b->len && (n == 0 || starts[n - 1] < at))
			starts[n++] = at;
		for (int same = end - 1; same >= i; same--)
			if (b->insns[same].code == (BPF_RET | BPF_K) && b->insns[same].k == value)
				b->insns[same] = (struct sock_filter)
				BPF_STMT(BPF_JMP | BPF_JA, (uint32_t) (at - same - 1));
	}
}

/*
 * The part of abi, which begins with the number loaded; 0 or a negative errno
 * of libseccomp's.
 */
static int
build_part(const sc_plan *p, sc_abi abi, sc_builder *b)
{
	struct sock_filter folded[SC_MAX_FOLDED];
	int			start = b->len;
	int			rc;
	int			len;

	emit_own(b, p, abi);
	rc = build_abi(p, abi, b);
	if (rc < 0 || b->overflow)
		return rc;
	len = sc_fold(b->insns + start, b->len - start, sc_abis[abi].nr_bit,
				  sc_abi_limit(abi) + 1, folded);
	if (len > 0 && len < b->len - start)
	{
		memcpy(b->insns + start, folded, (size_t) len * sizeof(struct sock_filter));
		b->len = start + len;
	}
	resolve_branches(b, p, abi, start);
	return 0;
}

/*
 * The end of a report with err: where the call comes from decides.  Jumps
 * within it go forward, to one of the returns at its end.
 */
static void
emit_origin(sc_builder *b, const sc_reporting *r, bool permissive, uint32_t err)
{
	const size_t low = offsetof(struct seccomp_data, instruction_pointer);
	const size_t high = low + sizeof(uint32_t); /* both ABIs are little-endian */
	const uint64_t from[2] = {r->code_start, r->code_end & ~UINT64_C(0xffffffff)};
	const uint64_t to[2] = {r->code_start | 0xffffffff, r->code_end};
	bool		one = r->code_start >> 32 == r->code_end >> 32;

	if (permissive)
	{
		sc_emit_load(b, high);
		sc_emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, (uint32_t) (r->gate >> 32));
		sc_emit_load(b, low);
		sc_emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t) r->gate);
		sc_emit(b, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	}
	/* a text that crosses a 4 GiB line is two ranges */
	for (int i = 0; i < (one ? 1 : 2); i++)
	{
		sc_emit_load(b, high);
		sc_emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t) (from[i] >> 32));
		sc_emit_load(b, low);
		sc_emit(b, BPF_JMP | BPF_JGE | BPF_K, 0, 2, (uint32_t) from[i]);
		sc_emit(b, BPF_JMP | BPF_JGT | BPF_K, 1, 0, (uint32_t) (one ? r->code_end : to[i]));
		sc_emit(b, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_TRAP | err);
	}
	sc_emit(b, BPF_RET | BPF_K, 0, 0, permissive ? SECCOMP_RET_LOG : SECCOMP_RET_ERRNO | err);
}

/*
 * Replace the returns that stand for reports: by SECCOMP_RET_TRAP, or by a jump
 * to the question where the call comes from, one for each errno.  Only denied
 * calls get that far, so the kernel's bitmap of allowed ones is the same.
 */
static void
resolve_reports(sc_builder *b, const sc_plan *p)
{
	int			len = b->len;

	for (int i = 0; i < len; i++)
	{
		uint32_t	value = b->insns[i].k;
		int			origin = b->len;

		if (b->insns[i].code != (BPF_RET | BPF_K) ||
			(value & SECCOMP_RET_ACTION_FULL) != SC_MARK)
			continue;
		if (p->everywhere)
		{
			b->insns[i].k = SECCOMP_RET_TRAP | (value & SECCOMP_RET_DATA);
			continue;
		}
		emit_origin(b, p->reporting, p->permissive, value & SECCOMP_RET_DATA);
		for (int same = i; same < len && !b->overflow; same++)
			if (b->insns[same].code == (BPF_RET | BPF_K) && b->insns[same].k == value)
				b->insns[same] = (struct sock_filter)
				BPF_STMT(BPF_JMP | BPF_JA, (uint32_t) (origin - same - 1));
	}
}

/* All of it; 0 or a negative errno of libseccomp's. */
static int
build(const sc_plan *p, sc_builder *b)
{
	const sc_ruleset *rules = p->rules;
	uint32_t	unknown = sc_value_by_number(p, SC_ABI_COUNT, 0);
	int			jump[SC_ABI_COUNT];
	int			rc;

	sc_emit_load(b, offsetof(struct seccomp_data, arch));
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		jump[abi] = -1;
		if (abi == SC_ABI_NATIVE || !(rules->abis & 1u << abi) ||
			sc_abis[abi].audit_arch == sc_abis[SC_ABI_NATIVE].audit_arch)
			continue;
		sc_emit(b, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, sc_abis[abi].audit_arch);
		jump[abi] = b->len;
		sc_emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
	}
	sc_emit(b, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, sc_abis[SC_ABI_NATIVE].audit_arch);
	sc_emit(b, BPF_RET | BPF_K, 0, 0, unknown);
	sc_emit_load(b, offsetof(struct seccomp_data, nr));
	if (rules->abis & 1u << SC_ABI_X32)
	{
		sc_emit(b, BPF_JMP | BPF_JSET | BPF_K, 0, 1, sc_abis[SC_ABI_X32].nr_bit);
		jump[SC_ABI_X32] = b->len;
		sc_emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
	}
	else if (sc_abis[SC_ABI_X32].native == SC_ABI_NATIVE &&
			 sc_value_by_number(p, SC_ABI_X32, sc_abis[SC_ABI_X32].nr_bit) !=
			 sc_value_by_number(p, SC_ABI_NATIVE, (uint32_t) sc_abi_limit(SC_ABI_NATIVE)))
	{
		/* past the catalog's end like a new call, but not to be taken for one */
		sc_emit(b, BPF_JMP | BPF_JSET | BPF_K, 0, 1, sc_abis[SC_ABI_X32].nr_bit);
		sc_emit(b, BPF_RET | BPF_K, 0, 0, sc_value_by_number(p, SC_ABI_X32, sc_abis[SC_ABI_X32].nr_bit));
	}
	rc = build_part(p, SC_ABI_NATIVE, b);

	for (int abi = 0; abi < SC_ABI_COUNT && rc == 0; abi++)
	{
		if (jump[abi] < 0)
			continue;
		b->insns[jump[abi]].k = (uint32_t) (b->len - jump[abi] - 1);
		sc_emit_load(b, offsetof(struct seccomp_data, nr));
		rc = build_part(p, (sc_abi) abi, b);
	}
	/* what overflowed has looks at arguments left, which are no reports */
	if (rc == 0 && !b->overflow)
		resolve_reports(b, p);
	return rc;
}

const char *
sc_program_build(const sc_ruleset *rules, bool permissive,
				 const sc_reporting *reporting, sc_program *program)
{
	const sc_plan p = sc_make_plan(rules, permissive, reporting);
	sc_builder	b = {.len = 0};
	int			rc = build(&p, &b);
	struct sock_filter *insns;

	if (rc < 0)
		return sc_format("libseccomp %s could not build the program: %s",
						 sc_libseccomp_version(), strerror(-rc));
	if (b.overflow || b.len > SC_MAX_PROGRAM)
		return sc_format("the program has more than the %d instructions that the kernel takes, or more than 512 rules for one call",
						 SC_MAX_PROGRAM);
	insns = sc_alloc((size_t) b.len * sizeof(struct sock_filter));
	memcpy(insns, b.insns, (size_t) b.len * sizeof(struct sock_filter));
	program->insns = insns;
	program->len = b.len;
	return sc_program_prove(rules, permissive, reporting, program);
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
