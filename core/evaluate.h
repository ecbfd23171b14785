/*
 * evaluate.h
 *		Run a seccomp BPF program on one system call.
 *
 * The same bytes that the kernel gets, run the way the kernel runs them
 * (seccomp(2); net/core/filter.c, kernel/seccomp.c).  This is how a program
 * is proved before it is attached, and where the SQL views get their answers.
 */
#ifndef SC_EVALUATE_H
#define SC_EVALUATE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* The kernel's limits: BPF_MAXINSNS, and kernel/seccomp.c. */
#define SC_MAX_PROGRAM 4096
#define SC_MAX_PATH 32768		/* all programs of a process, plus 4 each */
#define SC_PATH_PENALTY 4

typedef struct
{
	const struct sock_filter *insns;
	int			len;			/* in instructions */
} sc_program;

/*
 * Would the kernel accept this program?  Jumps stay inside and go forward,
 * every path ends in a return, loads are aligned and inside seccomp_data.
 * Returns NULL, or a static reason.
 */
extern const char *sc_program_defect(const sc_program *program);

/*
 * The program's return value for a call.  The program must have passed
 * sc_program_defect().
 */
extern uint32_t sc_evaluate(const sc_program *program,
							const struct seccomp_data *data);

/* What a program looked at on its way. */
typedef struct
{
	uint32_t	words;			/* bit i: word i of seccomp_data, 4 bytes each */
	int			arguments;		/* the first instruction that loads one, or -1 */
} sc_trace;

/* The same, and notes in *trace what the answer came from. */
extern uint32_t sc_evaluate_traced(const sc_program *program,
								   const struct seccomp_data *data, sc_trace *trace);

/*
 * Of two programs' return values, the one the kernel obeys: the lower action
 * by value as a signed number (kernel/seccomp.c, seccomp_run_filters); on a
 * tie the newer program's.
 */
extern uint32_t sc_stricter(uint32_t older, uint32_t newer);

/* Does a call run that has this answer: allowed, or allowed and logged? */
static inline bool
sc_runs(uint32_t value)
{
	uint32_t	action = value & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

#endif							/* SC_EVALUATE_H */
