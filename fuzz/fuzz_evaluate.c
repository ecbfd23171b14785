/*
 * fuzz_evaluate.c
 *		libFuzzer target: any bytes as a seccomp program.
 *
 * What sc_program_defect() accepts must run on any call: without a step outside
 * of the program, of seccomp_data or of scratch memory, to the end, and twice
 * to the same answer.  Instructions and data lie in allocations of just their
 * size, where AddressSanitizer sees a step outside.
 *
 * The first byte says how to read the rest: odd, as instructions as they are;
 * even, with codes from a table and operands in range, since random codes are
 * hardly ever valid.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/evaluate.h"

#define INSN sizeof(struct sock_filter)

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bring an instruction near to a valid one. */
static void
tame(struct sock_filter *insn, int left)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_W | BPF_LEN, BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM,
		BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_ST, BPF_STX, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
		BPF_RET | BPF_K, BPF_RET | BPF_A, BPF_ALU | BPF_ADD | BPF_K, BPF_ALU | BPF_ADD | BPF_X,
		BPF_ALU | BPF_SUB | BPF_K, BPF_ALU | BPF_SUB | BPF_X, BPF_ALU | BPF_MUL | BPF_K, BPF_ALU | BPF_MUL | BPF_X,
		BPF_ALU | BPF_DIV | BPF_K, BPF_ALU | BPF_DIV | BPF_X, BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_AND | BPF_X,
		BPF_ALU | BPF_OR | BPF_K, BPF_ALU | BPF_OR | BPF_X, BPF_ALU | BPF_XOR | BPF_K, BPF_ALU | BPF_XOR | BPF_X,
		BPF_ALU | BPF_LSH | BPF_K, BPF_ALU | BPF_LSH | BPF_X, BPF_ALU | BPF_RSH | BPF_K, BPF_ALU | BPF_RSH | BPF_X,
		BPF_ALU | BPF_NEG, BPF_JMP | BPF_JA, BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JEQ | BPF_X,
		BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGE | BPF_X, BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JGT | BPF_X,
		BPF_JMP | BPF_JSET | BPF_K, BPF_JMP | BPF_JSET | BPF_X,
	};

	insn->code = codes[insn->code % (sizeof(codes) / sizeof(codes[0]))];
	switch (BPF_CLASS(insn->code))
	{
		case BPF_LD:
		case BPF_LDX:
			/* one step too far is among them */
			if (BPF_MODE(insn->code) == BPF_ABS)
				insn->k = insn->k % 17 * 4;
			else if (BPF_MODE(insn->code) == BPF_MEM)
				insn->k %= BPF_MEMWORDS + 1;
			break;
		case BPF_ST:
		case BPF_STX:
			insn->k %= BPF_MEMWORDS + 1;
			break;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
				insn->k %= (uint32_t) left + 2;
			insn->jt = (uint8_t) (insn->jt % (left + 2));
			insn->jf = (uint8_t) (insn->jf % (left + 2));
			break;
		default:
			break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sock_filter *insns;
	struct seccomp_data *calls[3];
	sc_program	program;
	bool		raw;

	if (size < 1 + INSN)
		return 0;
	raw = data[0] & 1;
	data++;
	size--;
	program.len = (int) (size / INSN);
	insns = malloc(size / INSN * INSN);
	memcpy(insns, data, size / INSN * INSN);
	for (int i = 0; i < program.len && !raw; i++)
		tame(&insns[i], program.len - i - 1);
	if (!raw)
		insns[program.len - 1] = (struct sock_filter) {BPF_RET | (data[0] & 1 ? BPF_A : BPF_K), 0, 0, 7};
	program.insns = insns;

	/* calls of all zeros, of all ones, and of the input itself */
	for (int i = 0; i < 3; i++)
	{
		calls[i] = malloc(sizeof(struct seccomp_data));
		memset(calls[i], i == 0 ? 0 : 0xff, sizeof(struct seccomp_data));
	}
	memcpy(calls[2], data, size < sizeof(struct seccomp_data) ? size : sizeof(struct seccomp_data));

	if (sc_program_defect(&program) == NULL)
		for (int i = 0; i < 3; i++)
		{
			uint32_t	value = sc_evaluate(&program, calls[i]);

			if (value != sc_evaluate(&program, calls[i]))
				abort();
			/* the stricter of an answer and itself is that answer */
			if (sc_stricter(value, value) != value)
				abort();
		}
	for (int i = 0; i < 3; i++)
		free(calls[i]);
	free(insns);
	return 0;
}
