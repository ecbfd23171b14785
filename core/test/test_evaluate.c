/*
 * test_evaluate.c
 *		Unit tests of the BPF interpreter: by hand, and against the kernel.
 */
#include "../evaluate.h"
#include "helpers.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define S(code, k) {(code), 0, 0, (k)}
#define J(op, k, jt, jf) {BPF_JMP | (op), (jt), (jf), (k)}
#define LD_ABS(k) S(BPF_LD | BPF_W | BPF_ABS, (k))
#define LD_IMM(k) S(BPF_LD | BPF_IMM, (k))
#define LDX_IMM(k) S(BPF_LDX | BPF_IMM, (k))
#define LD_MEM(k) S(BPF_LD | BPF_MEM, (k))
#define LDX_MEM(k) S(BPF_LDX | BPF_MEM, (k))
#define ST(k) S(BPF_ST, (k))
#define STX(k) S(BPF_STX, (k))
#define ALU_K(op, k) S(BPF_ALU | (op) | BPF_K, (k))
#define ALU_X(op) S(BPF_ALU | (op) | BPF_X, 0)
#define TAX S(BPF_MISC | BPF_TAX, 0)
#define TXA S(BPF_MISC | BPF_TXA, 0)
#define RET_K(k) S(BPF_RET | BPF_K, (k))
#define RET_A S(BPF_RET | BPF_A, 0)

#define MAX_TEST 10

static const struct seccomp_data call = {
	.nr = 0x12345678,.arch = 0xc000003e,.instruction_pointer = UINT64_C(0x0102030405060708),
	.args = {UINT64_C(0x1111111122222222), 2, 3, 4, 5, UINT64_C(0xfedcba9876543210)}
};

static int
length(const struct sock_filter *insns)
{
	int			n = MAX_TEST;

	/* an all-zero row is "A = 0", which no test ends in */
	while (n > 0 && insns[n - 1].code == 0 && insns[n - 1].k == 0)
		n--;
	return n;
}

/*
 * Each instruction, on values of which each operation makes something else;
 * the words of seccomp_data are those of a little-endian machine, as both our
 * architectures are.
 */
static const struct
{
	const char *what;
	struct sock_filter insns[MAX_TEST];
	uint32_t	value;
}			values[] = {
	{"ret k", {RET_K(0x7fff0000)}, 0x7fff0000},
	{"A and X begin at zero", {ALU_X(BPF_ADD), RET_A}, 0},
	{"ld nr", {LD_ABS(0), RET_A}, 0x12345678},
	{"ld arch", {LD_ABS(4), RET_A}, 0xc000003e},
	{"ld instruction pointer, low", {LD_ABS(8), RET_A}, 0x05060708},
	{"ld instruction pointer, high", {LD_ABS(12), RET_A}, 0x01020304},
	{"ld the first argument, low", {LD_ABS(16), RET_A}, 0x22222222},
	{"ld the first argument, high", {LD_ABS(20), RET_A}, 0x11111111},
	{"ld the last argument, low", {LD_ABS(56), RET_A}, 0x76543210},
	{"ld the last argument, high", {LD_ABS(60), RET_A}, 0xfedcba98},
	{"ld imm", {LD_IMM(77), RET_A}, 77},
	{"ld len", {S(BPF_LD | BPF_W | BPF_LEN, 0), RET_A}, 64},
	{"ldx imm, txa", {LDX_IMM(78), TXA, RET_A}, 78},
	{"ldx len", {S(BPF_LDX | BPF_W | BPF_LEN, 0), TXA, RET_A}, 64},
	{"tax keeps A", {LD_IMM(5), TAX, ALU_X(BPF_ADD), RET_A}, 10},
	{"txa takes X", {LD_IMM(5), LDX_IMM(9), TXA, RET_A}, 9},
	{"st and ld mem", {LD_IMM(1), ST(0), LD_IMM(2), ST(15), LD_MEM(0), RET_A}, 1},
	{"the last cell", {LD_IMM(1), ST(0), LD_IMM(2), ST(15), LD_MEM(15), RET_A}, 2},
	{"stx and ldx mem", {LDX_IMM(3), STX(7), LDX_IMM(4), LDX_MEM(7), TXA, RET_A}, 3},

	{"add k", {LD_IMM(0xffffffff), ALU_K(BPF_ADD, 3), RET_A}, 2},
	{"add x", {LD_IMM(40), LDX_IMM(2), ALU_X(BPF_ADD), RET_A}, 42},
	{"sub k", {LD_IMM(1), ALU_K(BPF_SUB, 2), RET_A}, 0xffffffff},
	{"sub x", {LD_IMM(40), LDX_IMM(2), ALU_X(BPF_SUB), RET_A}, 38},
	{"mul k", {LD_IMM(0x10001), ALU_K(BPF_MUL, 0x10001), RET_A}, 0x20001},
	{"mul x", {LD_IMM(7), LDX_IMM(6), ALU_X(BPF_MUL), RET_A}, 42},
	{"div k", {LD_IMM(0xfffffff0), ALU_K(BPF_DIV, 16), RET_A}, 0x0fffffff},
	{"div x", {LD_IMM(43), LDX_IMM(6), ALU_X(BPF_DIV), RET_A}, 7},
	{"div by an X of zero ends the program with 0", {LD_IMM(43), ALU_X(BPF_DIV), RET_K(9)}, 0},
	{"and k", {LD_IMM(0xff00), ALU_K(BPF_AND, 0x0ff0), RET_A}, 0x0f00},
	{"and x", {LD_IMM(6), LDX_IMM(3), ALU_X(BPF_AND), RET_A}, 2},
	{"or k", {LD_IMM(6), ALU_K(BPF_OR, 3), RET_A}, 7},
	{"or x", {LD_IMM(8), LDX_IMM(3), ALU_X(BPF_OR), RET_A}, 11},
	{"xor k", {LD_IMM(6), ALU_K(BPF_XOR, 3), RET_A}, 5},
	{"xor x", {LD_IMM(10), LDX_IMM(3), ALU_X(BPF_XOR), RET_A}, 9},
	{"lsh k", {LD_IMM(3), ALU_K(BPF_LSH, 31), RET_A}, 0x80000000},
	{"lsh x", {LD_IMM(3), LDX_IMM(4), ALU_X(BPF_LSH), RET_A}, 48},
	{"lsh x by more than a word takes the low bits", {LD_IMM(3), LDX_IMM(36), ALU_X(BPF_LSH), RET_A}, 48},
	{"rsh k moves zeros in", {LD_IMM(0x80000000), ALU_K(BPF_RSH, 31), RET_A}, 1},
	{"rsh x", {LD_IMM(48), LDX_IMM(4), ALU_X(BPF_RSH), RET_A}, 3},
	{"rsh x by more than a word takes the low bits", {LD_IMM(48), LDX_IMM(32), ALU_X(BPF_RSH), RET_A}, 48},
	{"neg", {LD_IMM(1), S(BPF_ALU | BPF_NEG, 0), RET_A}, 0xffffffff},

	{"ja", {J(BPF_JA, 1, 9, 9), RET_K(1), RET_K(2)}, 2},
	{"ja by nothing", {J(BPF_JA, 0, 0, 0), RET_K(1), RET_K(2)}, 1},
	{"jeq k, taken", {LD_IMM(5), J(BPF_JEQ, 5, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jeq k, not taken", {LD_IMM(5), J(BPF_JEQ, 6, 1, 0), RET_K(1), RET_K(2)}, 1},
	{"jeq k, not taken over something", {LD_IMM(5), J(BPF_JEQ, 6, 0, 1), RET_K(1), RET_K(2)}, 2},
	{"jeq x", {LD_IMM(5), LDX_IMM(5), J(BPF_JEQ | BPF_X, 0, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jgt k, above", {LD_IMM(6), J(BPF_JGT, 5, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jgt k, equal", {LD_IMM(5), J(BPF_JGT, 5, 1, 0), RET_K(1), RET_K(2)}, 1},
	{"jgt k knows no sign", {LD_IMM(0xffffffff), J(BPF_JGT, 5, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jgt x", {LD_IMM(5), LDX_IMM(5), J(BPF_JGT | BPF_X, 0, 1, 0), RET_K(1), RET_K(2)}, 1},
	{"jge k, equal", {LD_IMM(5), J(BPF_JGE, 5, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jge k, below", {LD_IMM(4), J(BPF_JGE, 5, 1, 0), RET_K(1), RET_K(2)}, 1},
	{"jge k knows no sign", {LD_IMM(0x80000000), J(BPF_JGE, 5, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jge x", {LD_IMM(5), LDX_IMM(5), J(BPF_JGE | BPF_X, 0, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jset k, one bit", {LD_IMM(5), J(BPF_JSET, 0x84, 1, 0), RET_K(1), RET_K(2)}, 2},
	{"jset k, no bit", {LD_IMM(5), J(BPF_JSET, 0x82, 1, 0), RET_K(1), RET_K(2)}, 1},
	{"jset x", {LD_IMM(5), LDX_IMM(4), J(BPF_JSET | BPF_X, 0, 1, 0), RET_K(1), RET_K(2)}, 2},
};

static void
test_values(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
	{
		sc_program	program = {values[i].insns, length(values[i].insns)};

		is_str(sc_program_defect(&program), NULL, "%s: accepted", values[i].what);
		is_int(sc_evaluate(&program, &call), values[i].value, "%s", values[i].what);
	}
}

/* What the kernel refuses, and next to each what it just takes. */
static const struct
{
	const char *what;
	struct sock_filter insns[MAX_TEST];
	const char *defect;
}			defects[] = {
	{"load behind seccomp_data", {LD_ABS(64), RET_A}, "load outside of seccomp_data"},
	{"load far behind it", {LD_ABS(0xfffffffc), RET_A}, "load outside of seccomp_data"},
	{"load of a word that is not aligned", {LD_ABS(2), RET_A}, "load outside of seccomp_data"},
	{"load of its last word", {LD_ABS(60), RET_A}, NULL},
	{"load of a half word", {S(BPF_LD | BPF_H | BPF_ABS, 0), RET_A}, "instruction that seccomp does not allow"},
	{"load of a byte", {S(BPF_LD | BPF_B | BPF_ABS, 0), RET_A}, "instruction that seccomp does not allow"},
	{"indirect load", {S(BPF_LD | BPF_W | BPF_IND, 0), RET_A}, "instruction that seccomp does not allow"},
	{"packet header length", {S(BPF_LDX | BPF_B | BPF_MSH, 0), RET_A}, "instruction that seccomp does not allow"},
	{"modulo", {ALU_K(BPF_MOD, 3), RET_A}, "instruction that seccomp does not allow"},
	{"neg x", {S(BPF_ALU | BPF_NEG | BPF_X, 0), RET_A}, "instruction that seccomp does not allow"},
	{"ret x", {S(BPF_RET | BPF_X, 0)}, "instruction that seccomp does not allow"},
	{"bits above the code", {S(0x100 | BPF_RET | BPF_K, 0)}, "instruction that seccomp does not allow"},
	{"a misc that does not exist", {S(BPF_MISC | 0x40, 0), RET_A}, "instruction that seccomp does not allow"},
	{"a jump that does not exist", {S(BPF_JMP | 0x50, 0), RET_A}, "instruction that seccomp does not allow"},
	{"division by zero", {ALU_K(BPF_DIV, 0), RET_A}, "division by zero"},
	{"shift by a word", {ALU_K(BPF_LSH, 32), RET_A}, "shift by more than a word"},
	{"right shift by a word", {ALU_K(BPF_RSH, 32), RET_A}, "shift by more than a word"},
	{"scratch cell 16, stored", {ST(16), RET_A}, "scratch memory index"},
	{"scratch cell 16, from X", {STX(16), RET_A}, "scratch memory index"},
	{"scratch cell 16, loaded", {LD_MEM(16), RET_A}, "scratch memory index"},
	{"scratch cell 16, loaded to X", {LDX_MEM(16), RET_A}, "scratch memory index"},
	{"a cell never stored", {ST(1), LD_MEM(0), RET_A}, "load of scratch memory never stored"},
	{"a cell never stored, to X", {LDX_MEM(0), RET_A}, "load of scratch memory never stored"},
	{"a cell stored on one path of two", {J(BPF_JEQ, 1, 0, 1), ST(0), LD_MEM(0), RET_A},
	"load of scratch memory never stored"},
	{"a cell jumped over", {J(BPF_JA, 1, 0, 0), ST(0), LD_MEM(0), RET_A}, "load of scratch memory never stored"},
	{"a cell stored on both paths", {J(BPF_JEQ, 1, 0, 2), ST(0), J(BPF_JA, 1, 0, 0), ST(0), LD_MEM(0), RET_A}, NULL},
	{"ja behind the end", {J(BPF_JA, 1, 0, 0), RET_A}, "jump past the end"},
	{"ja to the end", {J(BPF_JA, 0, 0, 0), RET_A}, NULL},
	{"ja around the address space", {J(BPF_JA, 0xffffffff, 0, 0), RET_A}, "jump past the end"},
	{"jt behind the end", {J(BPF_JEQ, 0, 1, 0), RET_A}, "jump past the end"},
	{"jf behind the end", {J(BPF_JSET | BPF_X, 0, 0, 1), RET_A}, "jump past the end"},
	{"no return at the end", {RET_K(1), LD_IMM(1)}, "no return at the end"},
	{"a jump at the end", {RET_K(1), J(BPF_JA, 0, 0, 0)}, "jump past the end"},
};

/* Breaks when a program is proved that the kernel then refuses, or the reverse. */
static void
test_defects(void)
{
	struct sock_filter *insns = sc_alloc((SC_MAX_PROGRAM + 1) * sizeof(struct sock_filter));
	sc_program	program = {insns, 0};

	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
	{
		sc_program	wrong = {defects[i].insns, length(defects[i].insns)};

		is_str(sc_program_defect(&wrong), defects[i].defect, "%s", defects[i].what);
	}
	is_str(sc_program_defect(&program), "no instructions", "an empty program");
	for (int i = 0; i <= SC_MAX_PROGRAM; i++)
		insns[i] = (struct sock_filter) RET_K((uint32_t) i);
	program.len = SC_MAX_PROGRAM;
	is_str(sc_program_defect(&program), NULL, "4096 instructions");
	program.len++;
	is_str(sc_program_defect(&program), "more than 4096 instructions", "4097 instructions");
	sc_test_reset();
}

/* Breaks when an answer's data counts, or when a call that is logged does not run. */
static void
test_runs(void)
{
	static const uint32_t stopped[] = {
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
		SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE
	};

	ok(sc_runs(SECCOMP_RET_ALLOW) && sc_runs(SECCOMP_RET_LOG | 7), "what is allowed or logged runs");
	for (int i = 0; i < 6; i++)
		ok(!sc_runs(stopped[i]) && !sc_runs(stopped[i] | 0xffff), "0x%08x does not run", stopped[i]);
}

/* Which of two answers wins.  Breaks when the kernel's order is not kept. */
static void
test_stricter(void)
{
	/* from the strictest: as seccomp(2) lists them */
	static const uint32_t order[] = {
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
		SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW
	};

	for (int a = 0; a < 8; a++)
		for (int b = a; b < 8; b++)
		{
			/* the data part has no say: here it would decide otherwise */
			uint32_t	strict = order[a] | 0xffff;
			uint32_t	weak = order[b] | 1;

			if (a == b)
				is_int(sc_stricter(strict, weak), weak, "0x%08x twice: the newer one's data", order[a]);
			else
				ok(sc_stricter(strict, weak) == strict && sc_stricter(weak, strict) == strict,
				   "0x%08x is stricter than 0x%08x, older or newer", order[a], order[b]);
		}
}

/* ----------
 * Against the kernel
 * ----------
 */

#define CALLS 4
#define BODY 40

/* What a child found out; in memory that it shares with us. */
typedef struct
{
	int			attach_errno;	/* 0: the kernel took the program */
	int			ncalls;			/* done */
	long		result[CALLS];	/* -errno */
} outcome;

/* A random instruction of all that could stand at pc in a body of len. */
static struct sock_filter
random_instruction(uint64_t *seed, int pc, int len)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_W | BPF_LEN, BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM,
		BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
		BPF_ALU | BPF_ADD | BPF_K, BPF_ALU | BPF_ADD | BPF_X, BPF_ALU | BPF_SUB | BPF_K, BPF_ALU | BPF_SUB | BPF_X,
		BPF_ALU | BPF_MUL | BPF_K, BPF_ALU | BPF_MUL | BPF_X, BPF_ALU | BPF_DIV | BPF_K, BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_AND | BPF_X, BPF_ALU | BPF_OR | BPF_K, BPF_ALU | BPF_OR | BPF_X,
		BPF_ALU | BPF_XOR | BPF_K, BPF_ALU | BPF_XOR | BPF_X, BPF_ALU | BPF_LSH | BPF_K, BPF_ALU | BPF_LSH | BPF_X,
		BPF_ALU | BPF_RSH | BPF_K, BPF_ALU | BPF_RSH | BPF_X, BPF_ALU | BPF_NEG,
		BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_ST, BPF_ST, BPF_ST, BPF_STX, BPF_STX, BPF_JMP | BPF_JA,
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JEQ | BPF_X, BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGE | BPF_X,
		BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JGT | BPF_X, BPF_JMP | BPF_JSET | BPF_K, BPF_JMP | BPF_JSET | BPF_X,
	};
	static const uint32_t loads[] = {0, 4, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60};
	struct sock_filter insn = {codes[next_random(seed) % (sizeof(codes) / sizeof(codes[0]))], 0, 0, next_random(seed)};
	uint32_t	left = (uint32_t) (len - pc);	/* to the epilogue */

	if (next_random(seed) % 2)
		insn.k >>= next_random(seed) % 32;
	switch (BPF_CLASS(insn.code))
	{
		case BPF_LD:
			if (BPF_MODE(insn.code) == BPF_ABS)
				insn.k = loads[insn.k % 14];
			break;
		case BPF_JMP:
			insn.jt = (uint8_t) (next_random(seed) % (left < 6 ? left : 6));
			insn.jf = (uint8_t) (next_random(seed) % (left < 6 ? left : 6));
			if (BPF_OP(insn.code) == BPF_JA)
				insn.k %= left < 6 ? left : 6;
			break;
		case BPF_ALU:
			if (BPF_SRC(insn.code) == BPF_K && (BPF_OP(insn.code) == BPF_LSH || BPF_OP(insn.code) == BPF_RSH))
				insn.k %= 32;
			break;
		default:
			break;
	}
	if (BPF_CLASS(insn.code) == BPF_ST || BPF_CLASS(insn.code) == BPF_STX ||
		((BPF_CLASS(insn.code) == BPF_LD || BPF_CLASS(insn.code) == BPF_LDX) && BPF_MODE(insn.code) == BPF_MEM))
		insn.k %= 3;

	/* one in sixty is spoilt, in any way: the kernel's check against ours */
	if (next_random(seed) % 60 == 0)
		switch (next_random(seed) % 4)
		{
			case 0:
				insn.code ^= (uint16_t) (1u << next_random(seed) % 9);
				break;
			case 1:
				insn.k ^= 1u << next_random(seed) % 32;
				break;
			case 2:
				insn.jt = (uint8_t) next_random(seed);
				break;
			default:
				insn.jf = (uint8_t) next_random(seed);
				break;
		}

	/* the test does not know the instruction pointer */
	if (insn.code == (BPF_LD | BPF_W | BPF_ABS) && (insn.k == 8 || insn.k == 12))
		insn.k = 0;
	return insn;
}

/*
 * A program: exit_group is allowed so that the child can end; then a random
 * body; then A, folded, as an errno.  So no call runs, whatever its number.
 */
static int
random_program(uint64_t *seed, struct sock_filter *insns)
{
	const struct sock_filter prologue[] = {
		LD_ABS(0), J(BPF_JEQ, SYS_exit_group, 0, 1), RET_K(SECCOMP_RET_ALLOW), LD_IMM(0)
	};
	const struct sock_filter epilogue[] = {
		TAX, ALU_K(BPF_RSH, 12), ALU_X(BPF_XOR), TAX, ALU_K(BPF_RSH, 24), ALU_X(BPF_XOR),
		ALU_K(BPF_AND, 0xfff), ALU_K(BPF_OR, SECCOMP_RET_ERRNO), RET_A
	};
	int			body = 1 + (int) (next_random(seed) % BODY);
	int			len = sizeof(prologue) / sizeof(prologue[0]);

	memcpy(insns, prologue, sizeof(prologue));
	for (int pc = 0; pc < body; pc++)
		insns[len++] = random_instruction(seed, pc, body);
	memcpy(insns + len, epilogue, sizeof(epilogue));
	return len + (int) (sizeof(epilogue) / sizeof(epilogue[0]));
}

static void
attach_and_call(const struct sock_filter *insns, int len, const struct seccomp_data *data, outcome *out)
{
	struct sock_fprog fprog = {(unsigned short) len, (struct sock_filter *) insns};

	out->attach_errno = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) == 0 ? 0 : errno;
	for (int i = 0; out->attach_errno == 0 && i < CALLS; i++)
	{
		const uint64_t *args = (const uint64_t *) data[i].args;
		long		rc = syscall(data[i].nr, args[0], args[1], args[2], args[3], args[4], args[5]);

		out->result[i] = rc < 0 ? -errno : rc;
		out->ncalls = i + 1;
	}
	syscall(SYS_exit_group, 0);
}

/*
 * Random programs, by the kernel and by us.  Breaks when an instruction means
 * something else to one of them, or one refuses what the other takes.
 */
static void
test_kernel(void)
{
	const int	nprograms = rounds(3000);
	uint64_t	seed = 20190828;
	int			refused = 0;
	int			killed = 0;
	int			answers = 0;
	int			wrong = 0;
	outcome    *out = mmap(NULL, sizeof(outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int n = 0; n < nprograms && wrong < 5; n++)
	{
		struct sock_filter insns[BODY + 16];
		sc_program	program = {insns, random_program(&seed, insns)};
		const char *defect = sc_program_defect(&program);
		struct seccomp_data data[CALLS];
		int			status;
		pid_t		pid;

		for (int i = 0; i < CALLS; i++)
		{
			data[i].nr = i == 0 ? SYS_getpid : (int) (next_random(&seed) >> next_random(&seed) % 32);
			/* exit_group would end the child; -1 stands for "no call" */
			if (data[i].nr == SYS_exit_group || data[i].nr == -1)
				data[i].nr = SYS_getppid;
			data[i].arch = sc_abis[SC_ABI_NATIVE].audit_arch;
			data[i].instruction_pointer = 0;
			for (int a = 0; a < 6; a++)
				data[i].args[a] = (uint64_t) next_random(&seed) << 32 | next_random(&seed);
		}
		memset(out, 0, sizeof(*out));
		fflush(stdout);
		pid = fork();
		if (pid == 0)
			attach_and_call(insns, program.len, data, out);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
		{
			ok(false, "fork: %s", strerror(errno));
			return;
		}

		if (defect || out->attach_errno)
		{
			refused++;
			if (defect == NULL || out->attach_errno != EINVAL)
			{
				wrong++;
				diag("program %d: we say %s, the kernel %s", n, defect ? defect : "good", strerror(out->attach_errno));
			}
			continue;
		}
		for (int i = 0; i < CALLS; i++)
		{
			uint32_t	value = sc_evaluate(&program, &data[i]);
			bool		same;

			/* a division by zero kills the child at this call */
			if (value == SECCOMP_RET_KILL_THREAD)
				same = out->ncalls == i && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
			else
				same = out->ncalls > i && (value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
					out->result[i] == -(long) (value & SECCOMP_RET_DATA);
			if (!same)
			{
				wrong++;
				diag("program %d, call %d: we say 0x%08x, the kernel %ld", n, data[i].nr, value, out->result[i]);
				break;
			}
			answers++;
			if (value == SECCOMP_RET_KILL_THREAD)
			{
				killed++;
				break;
			}
		}
	}
	is_int(wrong, 0, "%d random programs: kernel and evaluator agree on %d answers, %d kills, %d refusals", nprograms,
		   answers, killed, refused);
	ok(answers > nprograms && refused > nprograms / 20 && killed > 0, "there were some of each");
	munmap(out, sizeof(outcome));
}

/* Can a filter be attached here at all?  Under some sandboxes it can't. */
static bool
can_attach(void)
{
	const struct sock_filter allow = RET_K(SECCOMP_RET_ALLOW);
	outcome    *out = mmap(NULL, sizeof(outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int			attach_errno;
	pid_t		pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
	{
		struct seccomp_data data[CALLS] = {{.nr = SYS_getpid}, {.nr = SYS_getpid}, {.nr = SYS_getpid}, {.nr = SYS_getpid}};

		attach_and_call(&allow, 1, data, out);
	}
	waitpid(pid, NULL, 0);
	attach_errno = out->attach_errno;
	munmap(out, sizeof(outcome));
	return attach_errno == 0;
}

int
main(void)
{
	start_tests();
	test_values();
	test_defects();
	test_runs();
	test_stricter();
	if (under_valgrind())
		skip("a filter would bind valgrind itself");
	else if (can_attach())
		test_kernel();
	else
		skip("no seccomp here: %s", strerror(errno));
	return done_testing();
}
