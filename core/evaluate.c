/*
 * evaluate.c
 *		An interpreter of classic BPF as seccomp(2) defines it.
 */
#include "evaluate.h"

#include <stddef.h>
#include <string.h>

/*
 * Classify one instruction as kernel/seccomp.c's seccomp_check_filter() and
 * net/core/filter.c's bpf_check_classic() do.  Returns NULL or the reason.
 */
static const char *
instruction_defect(const struct sock_filter *insn, int pc, int len)
{
	uint32_t	left = (uint32_t) (len - pc - 1);	/* instructions after this */

	switch (insn->code)
	{
		case BPF_LD | BPF_W | BPF_ABS:
			if (insn->k >= sizeof(struct seccomp_data) || insn->k % 4 != 0)
				return "load outside of seccomp_data";
			return NULL;

		case BPF_LD | BPF_W | BPF_LEN:
		case BPF_LDX | BPF_W | BPF_LEN:
		case BPF_LD | BPF_IMM:
		case BPF_LDX | BPF_IMM:
		case BPF_MISC | BPF_TAX:
		case BPF_MISC | BPF_TXA:
		case BPF_RET | BPF_K:
		case BPF_RET | BPF_A:
		case BPF_ALU | BPF_ADD | BPF_K:
		case BPF_ALU | BPF_ADD | BPF_X:
		case BPF_ALU | BPF_SUB | BPF_K:
		case BPF_ALU | BPF_SUB | BPF_X:
		case BPF_ALU | BPF_MUL | BPF_K:
		case BPF_ALU | BPF_MUL | BPF_X:
		case BPF_ALU | BPF_DIV | BPF_X:
		case BPF_ALU | BPF_AND | BPF_K:
		case BPF_ALU | BPF_AND | BPF_X:
		case BPF_ALU | BPF_OR | BPF_K:
		case BPF_ALU | BPF_OR | BPF_X:
		case BPF_ALU | BPF_XOR | BPF_K:
		case BPF_ALU | BPF_XOR | BPF_X:
		case BPF_ALU | BPF_LSH | BPF_X:
		case BPF_ALU | BPF_RSH | BPF_X:
		case BPF_ALU | BPF_NEG:
			return NULL;

		case BPF_ALU | BPF_DIV | BPF_K:
			return insn->k == 0 ? "division by zero" : NULL;

		case BPF_ALU | BPF_LSH | BPF_K:
		case BPF_ALU | BPF_RSH | BPF_K:
			return insn->k >= 32 ? "shift by more than a word" : NULL;

		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
		case BPF_ST:
		case BPF_STX:
			return insn->k >= BPF_MEMWORDS ? "scratch memory index" : NULL;

		case BPF_JMP | BPF_JA:
			return insn->k >= left ? "jump past the end" : NULL;

		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JEQ | BPF_X:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_X:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_X:
		case BPF_JMP | BPF_JSET | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_X:
			if (insn->jt >= left || insn->jf >= left)
				return "jump past the end";
			return NULL;

		default:
			return "instruction that seccomp does not allow";
	}
}

/*
 * Every scratch cell that can be loaded must have been stored on every path
 * to the load (net/core/filter.c, check_load_and_stores).
 */
static const char *
scratch_defect(const sc_program *program)
{
	uint16_t	reach[SC_MAX_PROGRAM];	/* cells set on every path to here */
	uint16_t	valid = 0;

	memset(reach, 0xff, sizeof(reach));
	for (int pc = 0; pc < program->len; pc++)
	{
		const struct sock_filter *insn = &program->insns[pc];

		valid &= reach[pc];
		switch (insn->code)
		{
			case BPF_ST:
			case BPF_STX:
				valid |= (uint16_t) (1u << insn->k);
				break;
			case BPF_LD | BPF_MEM:
			case BPF_LDX | BPF_MEM:
				if (!(valid & (1u << insn->k)))
					return "load of scratch memory never stored";
				break;
			case BPF_JMP | BPF_JA:
				reach[pc + 1 + (int) insn->k] &= valid;
				valid = 0xffff;
				break;
			default:
				if (BPF_CLASS(insn->code) == BPF_JMP)
				{
					reach[pc + 1 + insn->jt] &= valid;
					reach[pc + 1 + insn->jf] &= valid;
					valid = 0xffff;
				}
				break;
		}
	}
	return NULL;
}

const char *
sc_program_defect(const sc_program *program)
{
	if (program->len < 1)
		return "no instructions";
	if (program->len > SC_MAX_PROGRAM)
		return "more than 4096 instructions";
	for (int pc = 0; pc < program->len; pc++)
	{
		const char *defect = instruction_defect(&program->insns[pc], pc,
												program->len);

		if (defect)
			return defect;
	}
	if (BPF_CLASS(program->insns[program->len - 1].code) != BPF_RET)
		return "no return at the end";
	return scratch_defect(program);
}

static inline uint32_t
evaluate(const sc_program *program, const struct seccomp_data *data, sc_trace *trace)
{
	uint32_t	a = 0;
	uint32_t	x = 0;
	uint32_t	mem[BPF_MEMWORDS] = {0};

	for (int pc = 0; pc < program->len; pc++)
	{
		const struct sock_filter *insn = &program->insns[pc];
		uint32_t	operand = BPF_SRC(insn->code) == BPF_X ? x : insn->k;
		bool		taken;

		switch (BPF_CLASS(insn->code))
		{
			case BPF_LD:
				if (BPF_MODE(insn->code) == BPF_ABS)
				{
					memcpy(&a, (const char *) data + insn->k, sizeof(a));
					if (trace == NULL)
						break;
					trace->words |= 1u << insn->k / sizeof(a);
					if (trace->arguments < 0 && insn->k >= offsetof(struct seccomp_data, args))
						trace->arguments = pc;
				}
				else if (BPF_MODE(insn->code) == BPF_MEM)
					a = mem[insn->k];
				else if (BPF_MODE(insn->code) == BPF_LEN)
					a = sizeof(struct seccomp_data);
				else
					a = insn->k;
				break;

			case BPF_LDX:
				if (BPF_MODE(insn->code) == BPF_MEM)
					x = mem[insn->k];
				else if (BPF_MODE(insn->code) == BPF_LEN)
					x = sizeof(struct seccomp_data);
				else
					x = insn->k;
				break;

			case BPF_ST:
				mem[insn->k] = a;
				break;

			case BPF_STX:
				mem[insn->k] = x;
				break;

			case BPF_ALU:
				switch (BPF_OP(insn->code))
				{
					case BPF_ADD:
						a += operand;
						break;
					case BPF_SUB:
						a -= operand;
						break;
					case BPF_MUL:
						a *= operand;
						break;
					case BPF_DIV:
						/* the kernel ends the program with 0: kill thread */
						if (operand == 0)
							return 0;
						a /= operand;
						break;
					case BPF_AND:
						a &= operand;
						break;
					case BPF_OR:
						a |= operand;
						break;
					case BPF_XOR:
						a ^= operand;
						break;
					case BPF_LSH:
						/* eBPF masks the count (instruction-set.rst) */
						a <<= operand & 31;
						break;
					case BPF_RSH:
						a >>= operand & 31;
						break;
					default:	/* BPF_NEG */
						a = 0 - a;
						break;
				}
				break;

			case BPF_JMP:
				if (BPF_OP(insn->code) == BPF_JA)
				{
					pc += (int) insn->k;
					break;
				}
				if (BPF_OP(insn->code) == BPF_JEQ)
					taken = a == operand;
				else if (BPF_OP(insn->code) == BPF_JGE)
					taken = a >= operand;
				else if (BPF_OP(insn->code) == BPF_JGT)
					taken = a > operand;
				else
					taken = (a & operand) != 0;
				pc += taken ? insn->jt : insn->jf;
				break;

			case BPF_RET:
				return BPF_RVAL(insn->code) == BPF_A ? a : insn->k;

			default:			/* BPF_MISC */
				if (BPF_MISCOP(insn->code) == BPF_TAX)
					x = a;
				else
					a = x;
				break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;	/* not reached by a checked program */
}

uint32_t
sc_evaluate(const sc_program *program, const struct seccomp_data *data)
{
	return evaluate(program, data, NULL);
}

uint32_t
sc_evaluate_traced(const sc_program *program, const struct seccomp_data *data, sc_trace *trace)
{
	*trace = (sc_trace) {0, -1};
	return evaluate(program, data, trace);
}

uint32_t
sc_stricter(uint32_t older, uint32_t newer)
{
	int32_t		o = (int32_t) (older & SECCOMP_RET_ACTION_FULL);
	int32_t		n = (int32_t) (newer & SECCOMP_RET_ACTION_FULL);

	return o < n ? older : newer;
}
