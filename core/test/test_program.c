/*
 * test_program.c
 *		Unit tests of the program builder and of the proof.
 *
 * Takes the repository's folder as argument (by default the current one), for
 * the shipped policies.
 */
#include "../program.h"
#include "helpers.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

#define X32 0x40000000u
#define ENOSYS_VALUE (SECCOMP_RET_ERRNO | ENOSYS)

/* The other ABIs of this kernel. */
static const sc_abi foreign[] = {
	SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X86 : SC_ABI_ARM,
	SC_ABI_NATIVE == SC_ABI_X86_64 ? SC_ABI_X32 : SC_ABI_ARM
};

static uint32_t
evaluate(const sc_program *program, uint32_t arch, uint32_t nr)
{
	struct seccomp_data data = {.nr = (int) nr,.arch = arch};

	return sc_evaluate(program, &data);
}

/* ----------
 * What a program has to answer, in words of its own
 * ----------
 */

/* What becomes of a call of an admitted ABI. */
typedef enum
{
	ALLOWED,
	LOGGED,
	QUIET,						/* denied with an errno of its own */
	SILENT,						/* a violation, of @pg-silent */
	VIOLATION,
	ARGUMENTS					/* theirs to decide: test_arguments_programs.c */
} fate;

typedef struct
{
	fate		fates[SC_MAX_SYSCALLS];
	int			errs[SC_MAX_SYSCALLS];
	bool		exec;			/* may start programs */
} model;

/* Does any rule on arguments name a call? */
static bool
has_argument_rules(const sc_ruleset *rules, int call)
{
	for (int i = 0; i < rules->own.n; i++)
		if (sc_set_has(&rules->own.rules[i].set, call))
			return true;
	for (int l = 0; l < rules->nlists; l++)
		for (int i = 0; i < rules->lists[l].n; i++)
			if (sc_set_has(&rules->lists[l].rules[i].set, call))
				return true;
	return false;
}

/* Read the rules anew, without sc_decide(). */
static void
read_rules(const sc_ruleset *rules, model *m)
{
	const sc_set *silent = sc_group_members(sc_group_by_name("@pg-silent"));

	for (int call = 0; call < sc_nsyscalls; call++)
	{
		bool		listed = false;
		bool		denied;
		int			own = 0;

		for (int i = 0; i < rules->nlist; i++)
			if (sc_set_has(&rules->list[i].calls, call))
			{
				listed = rules->list[i].listed;
				own = listed ? rules->list[i].err : 0;
			}
		denied = rules->kind == SC_LIST_NONE ? false : rules->kind == SC_LIST_DENY ? listed : !listed;
		m->errs[call] = own ? own : rules->err;
		m->fates[call] = own ? QUIET : denied ? (sc_set_has(silent, call) ? SILENT : VIOLATION)
			: rules->log_kind != SC_LIST_NONE && sc_set_has(&rules->log, call) == (rules->log_kind == SC_LIST_ALLOW)
			? LOGGED : ALLOWED;
		if (has_argument_rules(rules, call))
			m->fates[call] = ARGUMENTS;
	}
	m->exec = m->fates[sc_syscall_by_name("execve")] <= LOGGED || m->fates[sc_syscall_by_name("execveat")] <= LOGGED;
}

/* The answer to a call; call is -1 for one that the catalog does not have. */
static uint32_t
wanted(const sc_ruleset *rules, const model *m, bool permissive, const sc_reporting *r,
	   bool admitted, int call, uint64_t from)
{
	fate		f = !admitted ? VIOLATION : call < 0 ? QUIET : m->fates[call];
	uint32_t	err = admitted && call >= 0 ? (uint32_t) m->errs[call] : ENOSYS;
	bool		inside = r && from >= r->code_start && from <= r->code_end;

	if (f == ALLOWED)
		return SECCOMP_RET_ALLOW;
	if (f == LOGGED)
		return SECCOMP_RET_LOG;
	if (permissive)
	{
		/* only what the handler can be asked about, and it asks by itself */
		if (f != VIOLATION || !admitted || r == NULL)
			return SECCOMP_RET_LOG;
		return from == r->gate ? SECCOMP_RET_ALLOW : inside ? SECCOMP_RET_TRAP | err : SECCOMP_RET_LOG;
	}
	if (f != QUIET && rules->on_violation == SC_ON_VIOLATION_KILL)
		return SECCOMP_RET_KILL_PROCESS;
	if (f == VIOLATION && r && (!admitted || !m->exec || inside))
		return SECCOMP_RET_TRAP | err;
	return SECCOMP_RET_ERRNO | err;
}

#define MAX_PLACES 64

/* Where calls come from: every edge, its neighbours, the same low word elsewhere. */
static int
find_places(const sc_reporting *r, uint64_t *places, uint64_t *seed)
{
	const uint64_t line = (r->code_start | 0xffffffff) + 1;
	const uint64_t edges[] = {r->code_start, r->code_end, r->gate, line};
	int			n = 0;

	for (int i = 0; i < 4; i++)
	{
		for (int d = -1; d <= 1; d++)
			places[n++] = edges[i] + (uint64_t) d;
		places[n++] = edges[i] + (UINT64_C(1) << 32);
		places[n++] = edges[i] - (UINT64_C(1) << 32);
		places[n++] = edges[i] ^ UINT64_C(1) << next_random(seed) % 64;
		places[n++] = (edges[i] & 0xffffffff) | (uint64_t) next_random(seed) << 32;
	}
	places[n++] = 0;
	places[n++] = UINT64_MAX;
	places[n++] = r->code_start + (r->code_end - r->code_start) / 2;
	places[n++] = (r->code_start & ~UINT64_C(0xffffffff)) | (r->code_end & 0xffffffff);
	places[n++] = (r->code_end & ~UINT64_C(0xffffffff)) | (r->code_start & 0xffffffff);
	for (int i = 0; i < 4; i++)
		places[n++] = r->code_start + ((uint64_t) next_random(seed) << 16) % (r->code_end - r->code_start + 1);
	return n;
}

/*
 * The program says what the rules say, for each number of each ABI and from
 * many places, and what is wanted of an unknown one for all others.  Returns
 * the first difference.
 */
static const char *
difference(const sc_ruleset *rules, bool permissive, const sc_reporting *reporting, const sc_program *program,
		   uint64_t *seed)
{
	uint64_t	places[MAX_PLACES] = {0};
	int			nplaces = reporting ? find_places(reporting, places, seed) : 1;
	model		m = {.exec = false};

	read_rules(rules, &m);
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		bool		admitted = (rules->abis & 1u << abi) != 0;
		int			limit = sc_abi_limit((sc_abi) abi);

		/* on another kernel's ABI, x32 is just a large number */
		if (sc_abis[abi].native != SC_ABI_NATIVE && abi == SC_ABI_X32)
			continue;
		for (int nr = 0; nr < limit + 600; nr++)
		{
			uint32_t	number = (uint32_t) nr | sc_abis[abi].nr_bit;
			int			call = sc_syscall_by_number((sc_abi) abi, nr);

			if (admitted && call >= 0 && m.fates[call] == ARGUMENTS)
				continue;
			for (int i = 0; i < nplaces; i++)
			{
				struct seccomp_data data = {
					.nr = (int) number,.arch = sc_abis[abi].audit_arch,.instruction_pointer = places[i]
				};
				uint32_t	got = sc_evaluate(program, &data);
				uint32_t	want = wanted(rules, &m, permissive, reporting, admitted, call, places[i]);

				if (got != want)
					return sc_format("%s %d from 0x%llx: got 0x%08x, want 0x%08x", sc_abis[abi].name, nr,
									 (unsigned long long) places[i], got, want);
				if (reporting && i == nr % nplaces && sc_program_answer(rules, permissive, reporting, &data) != want)
					return sc_format("%s %d from 0x%llx: sc_program_answer() does not want 0x%08x",
									 sc_abis[abi].name, nr, (unsigned long long) places[i], want);
			}
		}
	}
	return NULL;
}

/* Does an instruction load a word of the call's origin? */
static bool
loads_origin(const struct sock_filter *insn)
{
	return insn->code == (BPF_LD | BPF_W | BPF_ABS) &&
		insn->k / 8 == offsetof(struct seccomp_data, instruction_pointer) / 8;
}

/* Where a program begins to ask for the origin, or its length. */
static int
tail_of(const sc_program *program)
{
	int			at = 0;

	while (at < program->len && !loads_origin(&program->insns[at]))
		at++;
	return at;
}

/*
 * The first call that is allowed from any place, this one, but for whose number
 * the program asks where it comes from; -1 if there is none.
 * The kernel takes no such call into its bitmap of allowed ones
 * (kernel/seccomp.c, seccomp_is_const_allow()), and runs the program on each.
 */
static int
slow_call(const sc_ruleset *rules, const sc_program *program, uint64_t from)
{
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		for (int nr = 0; nr < sc_abi_limit((sc_abi) abi); nr++)
		{
			uint32_t	number = (uint32_t) nr | sc_abis[abi].nr_bit;
			struct seccomp_data data = {.nr = (int) number,.arch = sc_abis[abi].audit_arch,.instruction_pointer = from};
			int			call = sc_syscall_by_number((sc_abi) abi, nr);
			bool		looked = false;
			uint32_t	a = 0;
			int			at = 0;

			if (call >= 0 && has_argument_rules(rules, call))
				continue;
			/* the kernel knows these instructions and no others, either */
			while (program->insns[at].code != (BPF_RET | BPF_K))
			{
				const struct sock_filter *insn = &program->insns[at++];
				bool		taken = false;

				switch (insn->code)
				{
					case BPF_LD | BPF_W | BPF_ABS:
						memcpy(&a, (const char *) &data + insn->k, sizeof(a));
						looked = looked || insn->k > offsetof(struct seccomp_data, arch);
						continue;
					case BPF_JMP | BPF_JA:
						at += (int) insn->k;
						continue;
					case BPF_JMP | BPF_JEQ | BPF_K:
						taken = a == insn->k;
						break;
					case BPF_JMP | BPF_JGE | BPF_K:
						taken = a >= insn->k;
						break;
					case BPF_JMP | BPF_JGT | BPF_K:
						taken = a > insn->k;
						break;
					case BPF_JMP | BPF_JSET | BPF_K:
						taken = (a & insn->k) != 0;
						break;
					default:
						return nr;
				}
				at += taken ? insn->jt : insn->jf;
			}
			if (looked && program->insns[at].k == SECCOMP_RET_ALLOW)
				return nr;
		}
	return -1;
}

/* ----------
 * Mutations
 * ----------
 */

static int	ncaught;
static int	nharmless;
static int	nrefused;
static int	ntail;

/* Numbers that a program compares with, and their neighbours. */
static int
constants(const sc_program *program, uint32_t *list)
{
	int			n = 0;

	for (int i = 0; i < program->len; i++)
		if (BPF_CLASS(program->insns[i].code) == BPF_JMP && BPF_OP(program->insns[i].code) != BPF_JA)
			for (int d = -1; d <= 1; d++)
				list[n++] = program->insns[i].k + (uint32_t) d;
	return n;
}

/* Words of origins that a program with a tail may tell apart. */
static int
origin_words(const sc_program *a, const sc_program *b, uint32_t *words, uint64_t *seed)
{
	const int	max = 100;
	int			n = 0;

	words[n++] = 0;
	words[n++] = UINT32_MAX;
	for (int p = 0; p < 2; p++)
	{
		const sc_program *program = p ? b : a;

		/* a mutant may look early; then some of its constants will do */
		for (int i = tail_of(program); i < program->len && n + 5 < max; i++)
			if (BPF_CLASS(program->insns[i].code) == BPF_JMP)
			{
				uint32_t	k = program->insns[i].k;

				words[n++] = k - 1;
				words[n++] = k;
				words[n++] = k + 1;
				words[n++] = k ^ 1u << next_random(seed) % 32;
				words[n++] = k & (k - 1);
			}
	}
	return n;
}

/*
 * Do two programs answer alike, to any call of any ABI of this kernel or of
 * another, whatever its arguments?  A look with more eyes than the proof has.
 */
static bool
alike(const sc_program *a, const sc_program *b, uint64_t *seed)
{
	static uint32_t list[2 * 3 * SC_MAX_PROGRAM];
	uint32_t	words[100];
	int			n = constants(a, list);
	int			nwords = origin_words(a, b, words, seed);

	n += constants(b, list + n);
	for (int i = 0; i < n + 2 * 1100 + 200; i++)
	{
		uint32_t	nr = i < n ? list[i]
		: i < n + 1100 ? (uint32_t) (i - n)
		: i < n + 2200 ? (uint32_t) (i - n - 1100) | X32
		: next_random(seed);

		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			struct seccomp_data data = {
				.nr = (int) nr,.arch = sc_abis[abi].audit_arch,.instruction_pointer = next_random(seed),
				.args = {next_random(seed), next_random(seed), next_random(seed), next_random(seed)}
			};

			if (sc_evaluate(a, &data) != sc_evaluate(b, &data))
				return false;
			data.instruction_pointer = (uint64_t) words[next_random(seed) % (uint32_t) nwords] << 32 |
				words[next_random(seed) % (uint32_t) nwords];
			if (sc_evaluate(a, &data) != sc_evaluate(b, &data))
				return false;
		}
	}
	/* what all reported calls share; without a tail in either there is nothing to see */
	for (int i = 0; i < 12 && (tail_of(a) < a->len || tail_of(b) < b->len); i++)
	{
		struct seccomp_data data = {.nr = (int) (next_random(seed) % 450),.arch = sc_abis[SC_ABI_NATIVE].audit_arch};

		for (int high = 0; high < nwords; high++)
			for (int low = 0; low < nwords; low++)
			{
				data.instruction_pointer = (uint64_t) words[high] << 32 | words[low];
				if (sc_evaluate(a, &data) != sc_evaluate(b, &data))
					return false;
			}
	}
	return true;
}

/*
 * Change one instruction.  Breaks when a program that differs from the policy
 * by one call passes the proof.
 */
static bool
mutate(const sc_ruleset *rules, bool permissive, const sc_reporting *reporting, const sc_program *program,
	   uint64_t *seed)
{
	static const uint16_t codes[] = {
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JA, BPF_RET | BPF_K, BPF_RET | BPF_A, BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_IMM
	};
	static const uint32_t answers[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_ERRNO | EPERM, ENOSYS_VALUE, SECCOMP_RET_KILL_PROCESS,
		SECCOMP_RET_TRAP | EPERM
	};
	struct sock_filter *insns = malloc((size_t) program->len * sizeof(*insns));
	sc_program	mutant = {insns, program->len};
	int			tail = tail_of(program);
	int			at = (int) (next_random(seed) % (uint32_t) program->len);
	bool		good = true;
	const char *proof;

	/* the few instructions that ask for the origin get more than their share */
	if (tail < program->len && next_random(seed) % 2)
		at = tail + (int) (next_random(seed) % (uint32_t) (program->len - tail));
	memcpy(insns, program->insns, (size_t) program->len * sizeof(*insns));
	switch (next_random(seed) % 6)
	{
		case 0:
			insns[at].k ^= 1u << next_random(seed) % 32;
			break;
		case 1:
			insns[at].k += next_random(seed) % 2 ? 1 : (uint32_t) -1;
			break;
		case 2:
			insns[at].jt ^= (uint8_t) (1u << next_random(seed) % 5);
			break;
		case 3:
			insns[at].jf ^= (uint8_t) (1u << next_random(seed) % 5);
			break;
		case 4:
			insns[at].code = codes[next_random(seed) % (sizeof(codes) / sizeof(codes[0]))];
			if (insns[at].code == (BPF_LD | BPF_W | BPF_ABS))
				insns[at].k = next_random(seed) % 16 * 4;
			break;
		default:
			if (BPF_CLASS(insns[at].code) == BPF_RET)
				insns[at].k = answers[next_random(seed) % 6];
			else
				insns[at] = insns[next_random(seed) % (uint32_t) program->len];
			break;
	}
	proof = sc_program_prove(rules, permissive, reporting, &mutant);
	if (sc_program_defect(&mutant))
	{
		nrefused++;
		good = proof != NULL;
	}
	else if (proof)
		ncaught++;
	else if (alike(program, &mutant, seed))
		nharmless++;
	else
		good = false;
	if (at >= tail)
		ntail++;
	if (!good)
		diag("instruction %d of %d: %04x %d %d 0x%x passed as %04x %d %d 0x%x", at, program->len, program->insns[at].code,
			 program->insns[at].jt, program->insns[at].jf, program->insns[at].k, insns[at].code, insns[at].jt,
			 insns[at].jf, insns[at].k);
	free(insns);
	return good;
}

/* ----------
 * Programs
 * ----------
 */

/* Build, look at every answer, and mutate. */
static void
check_reporting(const sc_ruleset *rules, bool permissive, const sc_reporting *reporting, int mutations,
				uint64_t *seed, const char *what)
{
	sc_program	program = {NULL, 0};
	int			missed = 0;

	if (!is_str(sc_program_build(rules, permissive, reporting, &program), NULL, "%s: built and proved", what))
		return;
	is_str(difference(rules, permissive, reporting, &program, seed), NULL, "%s: %d instructions say what the rules say",
		   what, program.len);
	is_int(slow_call(rules, &program, reporting ? ~reporting->gate : 0), -1, "%s: no allowed call is asked for more than its number", what);
	for (int i = 0; i < mutations; i++)
		missed += !mutate(rules, permissive, reporting, &program, seed);
	if (mutations)
		is_int(missed, 0, "%s: the proof sees through %d mutations", what, mutations);
}

static void
check(const sc_ruleset *rules, bool permissive, int mutations, uint64_t *seed, const char *what)
{
	check_reporting(rules, permissive, NULL, mutations, seed, what);
}

/* A C library such as Debian's, where Linux on x86-64 puts it. */
static const sc_reporting usual = {
	.code_start = UINT64_C(0x7f5c3a828000),.code_end = UINT64_C(0x7f5c3a97cfff),.gate = UINT64_C(0x7f5c39e01234)
};

/* All scopes of a shipped policy; also permissive and with foreign ABIs. */
static void
test_shipped(const char *folder, const char *name, uint64_t *seed)
{
	size_t		len;
	char	   *text = read_file(sc_format("%s/policy/%s.conf", folder, name), &len);
	sc_policy  *policy = sc_policy_parse("p", text, len);

	is_str(policy_errors(policy), "", "%s.conf is good", name);
	for (int i = 0; i < sc_policy_nscopes(policy); i++)
	{
		const sc_section *section = sc_policy_scope(policy, i);
		sc_ruleset	rules = section->rules;
		const char *what = sc_format("%s.conf [%s]", name, section->title);

		check(&rules, false, rounds(100), seed, what);
		check(&rules, true, rounds(20), seed, sc_format("%s permissive", what));
		check_reporting(&rules, false, &usual, rounds(100), seed, sc_format("%s reporting", what));
		check_reporting(&rules, true, &usual, rounds(20), seed, sc_format("%s reporting, permissive", what));
		rules.abis |= 1u << foreign[0];
		check(&rules, false, rounds(20), seed, sc_format("%s with %s", what, sc_abis[foreign[0]].name));
		rules.abis |= 1u << foreign[1];
		check(&rules, false, rounds(20), seed, sc_format("%s with all ABIs", what));
		check(&rules, true, 0, seed, sc_format("%s permissive with all ABIs", what));
		check_reporting(&rules, false, &usual, rounds(20), seed,
						sc_format("%s reporting, with all ABIs", what));
	}
	sc_test_reset();
}

/* Put one call on the list. */
static void
list_call(sc_ruleset *rules, int call, int line, int err)
{
	sc_set		calls = {{0}};

	sc_set_add(&calls, call);
	sc_rules_state(rules, line, err, true, &calls);
}

/* Rules such as no one writes: any list, errnos, log, ABIs and violations. */
static void
random_rules(sc_ruleset *rules, uint64_t *seed)
{
	uint32_t	dense = next_random(seed) % 100;
	uint32_t	errnos = next_random(seed) % 3;

	sc_rules_init(rules);
	rules->kind = (sc_list_kind) (next_random(seed) % 3);
	rules->kind_line = 1;
	rules->err = 1 + (int) (next_random(seed) % 4094);
	for (int call = 0; call < sc_nsyscalls && rules->kind != SC_LIST_NONE; call++)
		if (next_random(seed) % 100 < dense)
			list_call(rules, call, 2,
					  errnos == 0 || next_random(seed) % 4 ? 0 : errnos == 1 ? ENOSYS
					  : 1 + (int) (next_random(seed) % 4094));
	rules->log_kind = (sc_list_kind) (next_random(seed) % 3);
	for (int call = 0; call < sc_nsyscalls && rules->log_kind != SC_LIST_NONE; call++)
		if (next_random(seed) % 3 == 0)
			sc_set_add(&rules->log, call);
	for (int i = 0; i < 2; i++)
		if (next_random(seed) % 4 == 0)
			rules->abis |= 1u << foreign[i];
	rules->on_violation = (sc_on_violation) (next_random(seed) % 8 < 6 ? next_random(seed) % 2 : SC_ON_VIOLATION_KILL);

	/* by chance alone a scope would seldom be one that cannot start programs */
	if (rules->kind != SC_LIST_NONE && next_random(seed) % 2)
		for (int i = 0; i < 2; i++)
		{
			sc_set		calls = {{0}};

			sc_set_add(&calls, sc_syscall_by_name(i ? "execve" : "execveat"));
			sc_rules_state(rules, 3, next_random(seed) % 4 ? 0 : EACCES, next_random(seed) % 8 == 0 ?
						   rules->kind == SC_LIST_ALLOW : rules->kind == SC_LIST_DENY, &calls);
		}
}

/*
 * Texts of all shapes: some that no linker makes, where the words of their
 * edges compare the other way round, are equal, or turn over.
 */
static sc_reporting
random_reporting(uint64_t *seed)
{
	uint64_t	high = (uint64_t) (next_random(seed) % 4 ? 0x7f00 + next_random(seed) % 0x100 : 1 + next_random(seed) % 3) << 32;
	uint64_t	size = 1 + next_random(seed) % 0x200000;
	uint64_t	start;
	uint64_t	end;
	uint64_t	gate;

	switch (next_random(seed) % 8)
	{
		case 0:				/* over the line, the end's low word the smaller */
			start = high - 1 - next_random(seed) % size;
			end = high + next_random(seed) % size;
			break;
		case 1:				/* over the line, the end's low word the larger */
			start = high + next_random(seed) % size;
			end = (high + (UINT64_C(1) << 32)) + size + next_random(seed) % 0x1000;
			break;
		case 2:				/* one address */
			start = end = high + next_random(seed);
			break;
		case 3:				/* up to the line, or from it */
			start = next_random(seed) % 2 ? high : high + 0x1000;
			end = start == high && next_random(seed) % 2 ? start + size : high + UINT32_MAX;
			break;
		case 4:				/* over the line by one */
			start = high - 1;
			end = high;
			break;
		case 5:				/* edges of one bit, and the lowest addresses */
			start = UINT64_C(1) << next_random(seed) % 31;
			end = start << (1 + next_random(seed) % 2);
			break;
		case 6:				/* where the sign is */
			start = UINT64_C(0xffffffff80000000) - next_random(seed) % 2;
			end = start + size;
			break;
		default:
			start = high + next_random(seed) % 0xf0000000u;
			end = start + size - 1;
			break;
	}
	switch (next_random(seed) % 8)
	{
		case 0:
			gate = 0;
			break;
		case 1:
			gate = start;
			break;
		case 2:
			gate = end;
			break;
		case 3:
			gate = next_random(seed) % 2 ? start - 1 : end + 1;
			break;
		case 4:
			gate = start + next_random(seed) % (end - start + 1);
			break;
		case 5:				/* the start's low word or high word */
			gate = next_random(seed) % 2 ? start ^ UINT64_C(1) << 35 : start ^ 0x8000;
			break;
		default:
			gate = (uint64_t) next_random(seed) << 16 | next_random(seed) % 0x10000;
			break;
	}
	return (sc_reporting) {start, end, gate};
}

static void
test_random(uint64_t *seed)
{
	for (int i = 0; i < rounds(200); i++)
	{
		sc_ruleset *rules = sc_alloc(sizeof(*rules));
		bool		permissive = next_random(seed) % 5 == 0;

		random_rules(rules, seed);
		check(rules, permissive, 5, seed, sc_format("random rules %d", i));
		for (int round = 0; round < 2; round++)
		{
			sc_reporting r = random_reporting(seed);

			permissive = next_random(seed) % 3 == 0;
			check_reporting(rules, permissive, &r, 6, seed,
							sc_format("random rules %d, on violation %s%s, text 0x%llx .. 0x%llx, gate 0x%llx", i,
									  sc_on_violation_name(rules->on_violation), permissive ? ", permissive" : "",
									  (unsigned long long) r.code_start, (unsigned long long) r.code_end,
									  (unsigned long long) r.gate));
		}
		sc_test_reset();
	}
}

/* Rules at the edges: nothing to say, everything denied, one call allowed. */
static void
test_edges(uint64_t *seed)
{
	sc_ruleset	rules;
	sc_program	program;

	/* libseccomp 2.5 makes a wrong tree of no rules */
	sc_rules_init(&rules);
	check(&rules, false, rounds(100), seed, "no rules at all");
	rules.abis |= 1u << foreign[0] | 1u << foreign[1];
	check(&rules, false, rounds(20), seed, "no rules, all ABIs");

	sc_rules_init(&rules);
	rules.kind = SC_LIST_ALLOW;
	check(&rules, false, rounds(50), seed, "nothing allowed");
	list_call(&rules, sc_syscall_by_name("read"), 1, 0);
	check(&rules, false, rounds(50), seed, "one call allowed");
	rules.kind = SC_LIST_DENY;
	check(&rules, false, rounds(50), seed, "one call denied");
	rules.abis |= 1u << foreign[0] | 1u << foreign[1];
	check(&rules, false, rounds(20), seed, "one call denied, all ABIs");
	/* the largest errno that a policy may have */
	rules.err = 4094;
	check(&rules, false, 0, seed, "errno 4094");
	sc_rules_init(&rules);
	rules.log_kind = SC_LIST_DENY;
	check(&rules, false, rounds(20), seed, "everything logged");

	/* by hand, so that difference() is not alone in saying so */
	sc_rules_init(&rules);
	rules.kind = SC_LIST_DENY;
	rules.err = EACCES;
	list_call(&rules, sc_syscall_by_name("ptrace"), 1, 0);
	list_call(&rules, sc_syscall_by_name("bpf"), 1, E2BIG);
	sc_set_add(&rules.log, sc_syscall_by_name("acct"));
	rules.log_kind = SC_LIST_ALLOW;
	for (int permissive = 0; permissive <= 1; permissive++)
	{
		static const struct
		{
			const char *call;
			uint32_t	value;
			uint32_t	permissive;
		}			cases[] = {
			{"ptrace", SECCOMP_RET_ERRNO | EACCES, SECCOMP_RET_LOG},
			{"bpf", SECCOMP_RET_ERRNO | E2BIG, SECCOMP_RET_LOG},
			{"acct", SECCOMP_RET_LOG, SECCOMP_RET_LOG},
			{"read", SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW},
		};
		static const uint32_t others[][2] = {
			{AUDIT_ARCH_X86_64, 999}, {AUDIT_ARCH_X86_64, 0x7fffffff}, {AUDIT_ARCH_X86_64, X32},
			{AUDIT_ARCH_X86_64, X32 | 521}, {AUDIT_ARCH_X86_64, 0xffffffff}, {AUDIT_ARCH_X86_64, 0x80000000},
			{AUDIT_ARCH_I386, 11}, {AUDIT_ARCH_ARM, 11}, {AUDIT_ARCH_AARCH64, 999}, {AUDIT_ARCH_AARCH64, 0xffffffff},
			{0, 0}, {0xffffffff, 0}
		};

		if (!is_str(sc_program_build(&rules, permissive, NULL, &program), NULL, "a small program"))
			return;
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		{
			int			nr = sc_syscalls[sc_syscall_by_name(cases[i].call)].nr[SC_ABI_NATIVE];

			is_int(evaluate(&program, sc_abis[SC_ABI_NATIVE].audit_arch, (uint32_t) nr),
				   permissive ? cases[i].permissive : cases[i].value, "%s%s", cases[i].call,
				   permissive ? ", permissive" : "");
		}
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			is_int(evaluate(&program, others[i][0], others[i][1]), permissive ? SECCOMP_RET_LOG : ENOSYS_VALUE,
				   "unknown call %u of architecture 0x%08x%s", others[i][1], others[i][0],
				   permissive ? ", permissive" : "");
	}
	sc_test_reset();
}

/* Breaks when a program that the kernel would refuse passes for a good one. */
static void
test_limit(uint64_t *seed)
{
	sc_ruleset	rules;
	sc_program	program = {NULL, 0};
	const char *message;
	int			err = 0;

	/* neighbours never share a verdict: the largest program there is */
	sc_rules_init(&rules);
	rules.kind = SC_LIST_DENY;
	rules.abis |= 1u << foreign[0] | 1u << foreign[1];
	for (int call = 0; call < sc_nsyscalls; call++)
		list_call(&rules, call, 1, 1 + err++ % 4000);
	message = sc_program_build(&rules, false, NULL, &program);
	if (message == NULL)
	{
		ok(program.len <= SC_MAX_PROGRAM, "the largest program that can be asked for has %d instructions", program.len);
		is_str(difference(&rules, false, NULL, &program, seed), NULL, "and is right");
	}
	else
		is_str(message, "the program has more than the 4096 instructions that the kernel takes, or more than 512 rules for one call",
			   "a program that is too long is refused");
	sc_test_reset();
}

/* Breaks when a look at arguments that found no place is taken for a report. */
static void
test_long_list(void)
{
	char	   *text = sc_format("[Server]\nRestrictAddressFamilies=AF_UNIX");
	const sc_policy *policy;
	sc_program	program;
	sc_reporting reporting = {0x1000, 0x2000, 0};

	for (int i = 0; i < 600; i++)
		text = sc_format("%s AF_INET/SOCK_STREAM/%d", text, i);
	policy = policy_from(text);
	for (int i = 0; i < 3; i++)
		is_str(sc_program_build(&policy->server.rules, i == 2, i == 0 ? NULL : &reporting, &program),
			   "the program has more than the 4096 instructions that the kernel takes, or more than 512 rules for one call",
			   "six hundred kinds of sockets, %s", i == 0 ? "unreported" : i == 1 ? "reported" : "permissive");
	sc_test_reset();
}

/* Breaks when the proof lets a program look where it can't follow. */
static void
test_proof(uint64_t *seed)
{
	static const struct sock_filter allow_all[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
	static const struct sock_filter no_end[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0}};
	sc_ruleset	rules;
	sc_program	program;
	struct sock_filter *insns;
	const char *why;

	sc_rules_init(&rules);
	program = (sc_program) {allow_all, 1};
	why = sc_program_prove(&rules, false, NULL, &program);
	ok(why && strstr(why, "the compiled program answers 0x7fff0000 to system call"), "a program that allows all: %s",
	   why ? why : "passed");
	program = (sc_program) {no_end, 1};
	is_str(sc_program_prove(&rules, false, NULL, &program), "the kernel would refuse the program: no return at the end",
		   "a program that does not end");

	/* a good program that first looks at an argument, and forgets it */
	is_str(sc_program_build(&rules, false, NULL, &program), NULL, "a good program");
	insns = sc_alloc((size_t) (program.len + 1) * sizeof(*insns));
	insns[0] = (struct sock_filter) {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args)};
	memcpy(insns + 1, program.insns, (size_t) program.len * sizeof(*insns));
	program = (sc_program) {insns, program.len + 1};
	why = sc_program_prove(&rules, false, NULL, &program);
	ok(why && strstr(why, "the compiled program looks at more of system call 0"), "a program that looks at an argument");
	ok(sc_program_prove(&rules, true, NULL, &program) != NULL, "and not a permissive one either");
	insns[0].k = offsetof(struct seccomp_data, instruction_pointer);
	why = sc_program_prove(&rules, false, NULL, &program);
	ok(why && strstr(why, "the compiled program looks at more of system call 0"),
	   "a program that looks at the origin, and has no reports");

	/* one for another text, by each of its edges; what is denied is ptrace */
	rules.kind = SC_LIST_DENY;
	list_call(&rules, sc_syscall_by_name("ptrace"), 1, 0);
	is_str(sc_program_build(&rules, true, &usual, &program), NULL, "a program with a tail");
	for (int i = 0; i < 6; i++)
	{
		sc_reporting other = usual;

		*(i < 2 ? &other.code_start : i < 4 ? &other.code_end : &other.gate) += i % 2 ? UINT64_C(1) << 32 : 1;
		why = sc_program_prove(&rules, true, &other, &program);
		ok(why && strstr(why, "the compiled program answers 0x") && strstr(why, " from 0x"), "%s", why ? why : "passed");
	}

	/* texts that there cannot be are refused, not taken for others */
	for (int i = 0; i < 2; i++)
	{
		sc_reporting none = {usual.code_end, usual.code_start - (i ? UINT64_C(1) << 32 : 0), 0};
		sc_reporting huge = {usual.code_start, usual.code_end + ((uint64_t) (2 + i) << 32), 0};

		why = sc_program_build(&rules, false, &huge, &program);
		ok(why && strstr(why, "the compiled program answers 0x"), "a text of several 4 GiB: %s", why ? why : "built");
		why = sc_program_build(&rules, false, &none, &program);
		ok(i ? why != NULL : why == NULL && difference(&rules, false, &none, &program, seed) == NULL,
		   "a text that ends before it begins: %s", why ? why : "never inside");
	}
	sc_test_reset();
}

/*
 * Rules that only arguments together fit, more of them than a grid could combine.
 * Breaks when the proof misses one of them that denies no more.
 */
static void
test_conjunctions(void)
{
	char	   *text = sc_format("[Policy]\nVersion=1\n[Server]\n");
	const sc_ruleset *rules;
	sc_program	program;
	int			missed = 0;
	int			mutants = 0;

	for (int i = 0; i < 12; i++)
		text = sc_format("%sSystemCallRule=prctl arg0==%d arg1==%d arg2==%d arg3==%d errno E2BIG\n", text,
						 1000 + 10 * i, 2000 + 10 * i, 3000 + 10 * i, 4000 + 10 * i);
	rules = &sc_policy_parse("p", text, strlen(text))->server.rules;
	is_str(sc_program_build(rules, false, NULL, &program), NULL, "rules with four tests each");
	for (int i = 0; i < program.len; i++)
	{
		struct sock_filter *insns = sc_alloc((size_t) program.len * sizeof(*insns));
		sc_program	mutant = {insns, program.len};

		if (program.insns[i].code != (BPF_RET | BPF_K) || program.insns[i].k != (SECCOMP_RET_ERRNO | E2BIG))
			continue;
		memcpy(insns, program.insns, (size_t) program.len * sizeof(*insns));
		insns[i].k = SECCOMP_RET_ALLOW;
		mutants++;
		missed += sc_program_prove(rules, false, NULL, &mutant) == NULL;
	}
	is_int(mutants, 12, "each has a return of its own");
	is_int(missed, 0, "the proof sees that one of them lets its call through");
	sc_test_reset();
}

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	uint64_t	seed = 20190828;

	start_tests();
	/* valgrind does not know seccomp(2), and libseccomp would do without SECCOMP_RET_LOG */
	if (under_valgrind())
		seccomp_api_set(3);
	diag("libseccomp %s", sc_libseccomp_version());
	test_proof(&seed);
	test_conjunctions();
	test_edges(&seed);
	test_limit(&seed);
	test_long_list();
	test_shipped(folder, "default", &seed);
	test_shipped(folder, "strict", &seed);
	test_random(&seed);
	ok(ncaught > nharmless && nharmless > 0, "of all mutations %d were caught, %d changed nothing, %d were no programs",
	   ncaught, nharmless, nrefused);
	ok(ntail > 500 || under_valgrind(), "%d of them were made where the origin is asked for", ntail);
	return done_testing();
}
