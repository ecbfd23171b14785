/*
 * disassemble.c
 *		pg_seccomp export --format=text: programs for people.
 *
 * One instruction a line: its number, the mnemonic that the kernel's bpf_asm has
 * for it, its operand, and the lines that it can jump to.  Behind "#" what is
 * known of it: jumps go forward, so that one pass finds out what each instruction
 * compares, and of which ABI the call is.
 */
#include <stddef.h>
#include <string.h>

#include "../core/memory.h"
#include "export.h"

/* What is in the accumulator, beside words of seccomp_data: nothing that has a name. */
#define UNKNOWN (-1)

/* What holds when an instruction is reached. */
typedef struct
{
	bool		reached;
	int			word;			/* offset of what was loaded, or UNKNOWN */
	bool		masked;			/* and something was done to it */
	unsigned	abis;			/* of which the call may be: bits 1 << sc_abi */
} knowledge;

static const struct
{
	uint16_t	code;
	const char *mnemonic;
	enum
	{
		NOTHING,
		OFFSET,					/* "[4]" */
		CELL,					/* "M[0]" */
		NUMBER,					/* "0x10" */
		JUMP,					/* a line */
		BRANCH					/* a number, and two lines */
	}			operand;
}			instructions[] = {
	{BPF_LD | BPF_W | BPF_ABS, "ld", OFFSET}, {BPF_LD | BPF_IMM, "ld", NUMBER}, {BPF_LD | BPF_MEM, "ld", CELL},
	{BPF_LD | BPF_W | BPF_LEN, "ld len", NOTHING}, {BPF_LDX | BPF_IMM, "ldx", NUMBER}, {BPF_LDX | BPF_MEM, "ldx", CELL},
	{BPF_LDX | BPF_W | BPF_LEN, "ldx len", NOTHING}, {BPF_ST, "st", CELL}, {BPF_STX, "stx", CELL},
	{BPF_ALU | BPF_ADD | BPF_K, "add", NUMBER}, {BPF_ALU | BPF_ADD | BPF_X, "add x", NOTHING},
	{BPF_ALU | BPF_SUB | BPF_K, "sub", NUMBER}, {BPF_ALU | BPF_SUB | BPF_X, "sub x", NOTHING},
	{BPF_ALU | BPF_MUL | BPF_K, "mul", NUMBER}, {BPF_ALU | BPF_MUL | BPF_X, "mul x", NOTHING},
	{BPF_ALU | BPF_DIV | BPF_K, "div", NUMBER}, {BPF_ALU | BPF_DIV | BPF_X, "div x", NOTHING},
	{BPF_ALU | BPF_AND | BPF_K, "and", NUMBER}, {BPF_ALU | BPF_AND | BPF_X, "and x", NOTHING},
	{BPF_ALU | BPF_OR | BPF_K, "or", NUMBER}, {BPF_ALU | BPF_OR | BPF_X, "or x", NOTHING},
	{BPF_ALU | BPF_XOR | BPF_K, "xor", NUMBER}, {BPF_ALU | BPF_XOR | BPF_X, "xor x", NOTHING},
	{BPF_ALU | BPF_LSH | BPF_K, "lsh", NUMBER}, {BPF_ALU | BPF_LSH | BPF_X, "lsh x", NOTHING},
	{BPF_ALU | BPF_RSH | BPF_K, "rsh", NUMBER}, {BPF_ALU | BPF_RSH | BPF_X, "rsh x", NOTHING},
	{BPF_ALU | BPF_NEG, "neg", NOTHING}, {BPF_MISC | BPF_TAX, "tax", NOTHING}, {BPF_MISC | BPF_TXA, "txa", NOTHING},
	{BPF_JMP | BPF_JA, "ja", JUMP},
	{BPF_JMP | BPF_JEQ | BPF_K, "jeq", BRANCH}, {BPF_JMP | BPF_JEQ | BPF_X, "jeq x", BRANCH},
	{BPF_JMP | BPF_JGE | BPF_K, "jge", BRANCH}, {BPF_JMP | BPF_JGE | BPF_X, "jge x", BRANCH},
	{BPF_JMP | BPF_JGT | BPF_K, "jgt", BRANCH}, {BPF_JMP | BPF_JGT | BPF_X, "jgt x", BRANCH},
	{BPF_JMP | BPF_JSET | BPF_K, "jset", BRANCH}, {BPF_JMP | BPF_JSET | BPF_X, "jset x", BRANCH},
	{BPF_RET | BPF_K, "ret", NUMBER}, {BPF_RET | BPF_A, "ret a", NOTHING},
};

#define NINSTRUCTIONS ((int) (sizeof(instructions) / sizeof(instructions[0])))

static unsigned
all_abis(void)
{
	unsigned	abis = 0;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].native == SC_ABI_NATIVE)
			abis |= 1u << abi;
	return abis;
}

/* ----------
 * What is known
 * ----------
 */

static void
arrive(knowledge *at, const knowledge *with)
{
	if (!at->reached)
	{
		*at = *with;
		at->reached = true;
		return;
	}
	if (at->word != with->word || at->masked != with->masked)
		at->word = UNKNOWN;
	at->abis |= with->abis;
}

/* What a comparison says of the ABI to those who come through it, and who do not. */
static void
tell_abis(const struct sock_filter *insn, const knowledge *know, knowledge *yes, knowledge *no)
{
	unsigned	fits = 0;

	if (know->word == offsetof(struct seccomp_data, arch) && insn->code == (BPF_JMP | BPF_JEQ | BPF_K))
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			fits |= (sc_abis[abi].audit_arch == insn->k) << abi;
	else if (know->word == offsetof(struct seccomp_data, nr) && insn->code == (BPF_JMP | BPF_JSET | BPF_K) &&
			 insn->k == sc_abis[SC_ABI_X32].nr_bit)
		fits = 1u << SC_ABI_X32;
	else
		return;
	if (know->masked)
		return;
	yes->abis &= fits;
	no->abis &= ~fits;
}

/* Hand on what is known to the instructions that may come next. */
static void
pass_on(const sc_program *program, int pc, knowledge *known)
{
	const struct sock_filter *insn = &program->insns[pc];
	knowledge	yes = known[pc];
	knowledge	no = known[pc];

	switch (BPF_CLASS(insn->code))
	{
		case BPF_RET:
			return;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
			{
				arrive(&known[pc + 1 + (int) insn->k], &yes);
				return;
			}
			tell_abis(insn, &known[pc], &yes, &no);
			arrive(&known[pc + 1 + insn->jt], &yes);
			arrive(&known[pc + 1 + insn->jf], &no);
			return;
		case BPF_LD:
			yes.word = BPF_MODE(insn->code) == BPF_ABS ? (int) insn->k : UNKNOWN;
			yes.masked = false;
			break;
		case BPF_ALU:
			yes.masked = true;
			break;
		case BPF_MISC:
			if (insn->code == (BPF_MISC | BPF_TXA))
				yes.word = UNKNOWN;
			break;
		default:
			break;
	}
	arrive(&known[pc + 1], &yes);
}

/* ----------
 * Words for it
 * ----------
 */

/* "args[1], upper half" */
static const char *
word_text(uint32_t offset)
{
	const uint32_t args = offsetof(struct seccomp_data, args);
	const uint32_t ip = offsetof(struct seccomp_data, instruction_pointer);
	const char *half = offset / sizeof(uint32_t) % 2 ? "upper" : "lower";	/* both ABIs are little-endian */

	if (offset == offsetof(struct seccomp_data, nr))
		return "number";
	if (offset == offsetof(struct seccomp_data, arch))
		return "architecture";
	if (offset < args)
		return sc_format("instruction pointer, %s half", offset == ip ? "lower" : "upper");
	return sc_format("args[%u], %s half", (unsigned) ((offset - args) / sizeof(uint64_t)), half);
}

static const char *
answer_text(uint32_t value)
{
	switch (value & SECCOMP_RET_ACTION_FULL)
	{
		case SECCOMP_RET_ALLOW:
			return "allow";
		case SECCOMP_RET_LOG:
			return "log";
		case SECCOMP_RET_KILL_PROCESS:
			return "kill the process";
		case SECCOMP_RET_KILL_THREAD:
			return "kill the thread";
		case SECCOMP_RET_TRAP:
			return sc_format("trap, %s", errno_text(value));
		case SECCOMP_RET_ERRNO:
			return errno_text(value);
		default:
			return NULL;
	}
}

/* What a number of a system call is called, if one ABI only is possible. */
static const char *
number_text(unsigned abis, uint32_t nr)
{
	const uint32_t x32 = sc_abis[SC_ABI_X32].nr_bit;
	const char *text = NULL;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		int			call = sc_syscall_of((sc_abi) abi, nr);

		if (!(abis >> abi & 1) || (sc_abis[SC_ABI_X32].native == SC_ABI_NATIVE && (nr & x32) != sc_abis[abi].nr_bit))
			continue;
		if (text)
			return NULL;
		text = call < 0 ? "not in the catalog" :
			abi == SC_ABI_NATIVE ? sc_syscalls[call].name : sc_format("%s:%s", sc_abis[abi].name, sc_syscalls[call].name);
	}
	return text;
}

static const char *
arch_text(uint32_t arch)
{
	const char *text = NULL;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].audit_arch == arch)
			text = text ? sc_format("%s, %s", text, sc_abis[abi].name) : sc_abis[abi].name;
	return text;
}

/* What an instruction is about, or NULL. */
static const char *
remark(const struct sock_filter *insn, const knowledge *know)
{
	if (!know->reached)
		return "not reached";
	if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
		return word_text(insn->k);
	if (insn->code == (BPF_RET | BPF_K))
		return answer_text(insn->k);
	if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA || BPF_SRC(insn->code) != BPF_K || know->masked)
		return NULL;
	if (know->word == offsetof(struct seccomp_data, arch))
		return arch_text(insn->k);
	if (know->word != offsetof(struct seccomp_data, nr))
		return NULL;
	if (insn->code == (BPF_JMP | BPF_JSET | BPF_K))
		return insn->k == sc_abis[SC_ABI_X32].nr_bit ? "x32" : NULL;
	return number_text(know->abis, insn->k);
}

static void
put_instruction(FILE *out, const sc_program *program, int pc, const knowledge *know)
{
	const struct sock_filter *insn = &program->insns[pc];
	const char *said = remark(insn, know);
	char		text[64] = "?";

	for (int i = 0; i < NINSTRUCTIONS; i++)
	{
		const char *mnemonic = instructions[i].mnemonic;

		if (instructions[i].code != insn->code)
			continue;
		switch (instructions[i].operand)
		{
			case NOTHING:
				snprintf(text, sizeof(text), "%s", mnemonic);
				break;
			case OFFSET:
				snprintf(text, sizeof(text), "%-4s [%u]", mnemonic, insn->k);
				break;
			case CELL:
				snprintf(text, sizeof(text), "%-4s M[%u]", mnemonic, insn->k);
				break;
			case NUMBER:
				snprintf(text, sizeof(text), "%-4s 0x%x", mnemonic, insn->k);
				break;
			case JUMP:
				snprintf(text, sizeof(text), "%-4s %04d", mnemonic, pc + 1 + (int) insn->k);
				break;
			case BRANCH:
				snprintf(text, sizeof(text), "%-4s 0x%-10x true:%04d false:%04d", mnemonic, insn->k, pc + 1 + insn->jt,
						 pc + 1 + insn->jf);
				break;
		}
	}
	fprintf(out, said ? " %04d: %-40s # %s\n" : " %04d: %s\n", pc, text, said);
}

void
export_text(FILE *out, const scopes *all, const scope *s)
{
	(void) all;
	for (int i = 0; i < s->stack.n; i++)
	{
		const sc_program *program = &s->stack.programs[i];
		knowledge  *known = sc_alloc((size_t) program->len * sizeof(knowledge));

		fprintf(out, "%s[%s]: %d instructions\n", i > 0 ? "\n" : "", s->stack.sections[i]->title, program->len);
		known[0] = (knowledge) {true, UNKNOWN, false, all_abis()};
		for (int pc = 0; pc < program->len; pc++)
		{
			if (known[pc].reached)
				pass_on(program, pc, known);
			put_instruction(out, program, pc, &known[pc]);
		}
	}
}
