/*
 * stack.h
 *		The programs that a process has, and what they say together.
 *
 * For whoever has no process to look at: the command line.  Programs are built
 * without reports (program.h), so that each denial is an errno, or a kill.
 */
#ifndef SC_STACK_H
#define SC_STACK_H

#include "evaluate.h"
#include "policy.h"

/* The programs of a process, in the order attached, and what they are made of. */
#define SC_MAX_STACK (SC_MAX_PROCESS_SECTIONS + 3)
typedef struct
{
	sc_program	programs[SC_MAX_STACK];
	const sc_ruleset *rules[SC_MAX_STACK];
	const sc_section *sections[SC_MAX_STACK];
	int			n;
} sc_stack;

/* What comes of a call. */
typedef struct
{
	uint32_t	value;			/* as seccomp(2) has it */
	int			by;				/* index of the program that decides; -1: none objects */
	sc_verdict	verdict;		/* of its rules, if there is one */
} sc_outcome;

/*
 * Compile a section and put it on top; one without rules adds nothing to those
 * before it.  Returns NULL, or why not, as sc_program_build().
 */
extern const char *sc_stack_push(sc_stack *stack, const sc_section *section);

/*
 * Run the programs on a call as the kernel would (kernel/seccomp.c): the strictest
 * answer counts, of equals that of the program attached last.
 */
extern sc_outcome sc_stack_run(const sc_stack *stack, sc_abi abi, uint32_t nr,
							   const uint64_t args[SC_NARGS]);

#endif							/* SC_STACK_H */
