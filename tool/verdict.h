/*
 * verdict.h
 *		Verdicts as cells of a table.
 */
#ifndef PGSC_VERDICT_H
#define PGSC_VERDICT_H

#include "../core/stack.h"
#include "table.h"

/* What the programs of a scope answer to a call, in pg_seccomp_filter's words. */
typedef struct
{
	const char *action;			/* "allow", "log", "errno", "kill_process" */
	const char *err;			/* or NULL */
	const char *scope;			/* that decides, or NULL */
	const char *rule;			/* FILE:LINE, or NULL */
	bool		runs;
} answer;

/* The answer that an outcome is; its texts are allocated or static. */
extern answer answer_of(const sc_policy *policy, const sc_stack *stack, const sc_outcome *outcome);

/* Three cells: action ("allow", "log", "errno"), errno, and rule as FILE:LINE. */
extern void put_verdict(table *t, const sc_policy *policy, const sc_verdict *verdict);

/* Four cells: action, errno, the scope that decides, and rule. */
extern void put_outcome(table *t, const sc_policy *policy, const sc_stack *stack,
						const sc_outcome *outcome);

/*
 * How a denial is told: "violation", "violation, unreported" or "quiet"; NULL if
 * the call is let through.
 */
extern const char *denial_word(const sc_outcome *outcome);

/* Say on standard error that a policy is not enforced, if it is not. */
extern void note_mode(const sc_policy *policy);

#endif							/* PGSC_VERDICT_H */
