/*
 * trial.h
 *		Are gates shut?  Tried on compiled programs.
 */
#ifndef SC_TRIAL_H
#define SC_TRIAL_H

#include "gates.h"
#include "stack.h"

/* Programs on which gates are tried, and what was learned of them so far. */
typedef struct sc_trial sc_trial;

/* stack is not copied.  Allocated. */
extern sc_trial *sc_trial_start(const sc_stack *stack);

typedef struct
{
	bool		shut;
	const char *gate;			/* the one that is; else NULL */

	/*
	 * The program that answers its first call, index in the stack; -1: none, no
	 * ABI of this machine has the call.
	 */
	int			program;
	int			line;			/* of the policy; 0: no line says so */
} sc_gate_result;

/*
 * Is one of the gates shut?  Of the arguments that a gate leaves open each is
 * tried with what the policy's rules compare it with and with values of every
 * kind; where these are too many to try, the call counts as open.  On a foreign
 * ABI that is admitted, other entry points there (socketcall, mmap2) have to be
 * denied as well.
 */
extern sc_gate_result sc_gates_try(const sc_gates *gates, sc_trial *trial);

#endif							/* SC_TRIAL_H */
