/*
 * plan.h
 *		What a program is built from, and what it has to answer.
 *
 * Between the files that build a program (program.c, branch.c) and the one that
 * proves it (prove.c).
 */
#ifndef SC_PLAN_H
#define SC_PLAN_H

#include "program.h"

typedef struct
{
	const sc_ruleset *rules;
	bool		permissive;
	const sc_reporting *reporting;	/* or NULL */
	bool		everywhere;		/* report wherever the call comes from */
} sc_plan;

/*
 * While a program is built, SECCOMP_RET_TRACE, which none ever returns, stands
 * for what takes more than the call's number: for a report, with its errno as
 * data (libseccomp's TRAP has no data), or with SC_BRANCH for a look at the
 * arguments of the call of that index.
 */
#define SC_MARK SECCOMP_RET_TRACE
#define SC_BRANCH 0x8000

extern sc_plan sc_make_plan(const sc_ruleset *rules, bool permissive,
							const sc_reporting *reporting);

/* Are there calls whose answer depends on where they come from? */
extern bool sc_asks_origin(const sc_plan *plan);

/* A verdict as a value of seccomp(2), or the mark of a report. */
extern uint32_t sc_value_of(const sc_plan *plan, const sc_verdict *verdict);

/* The value of a call as far as its number decides it, marks included. */
extern uint32_t sc_value_by_number(const sc_plan *plan, sc_abi abi, uint32_t nr);

/* A value without SC_BRANCH, once the call's origin is known: no more marks. */
extern uint32_t sc_value_from(const sc_plan *plan, uint32_t value, uint64_t address);

/* A program under construction; more than libseccomp's body ever needs. */
#define SC_MAX_BUILD (2 * SC_MAX_PROGRAM)

typedef struct
{
	struct sock_filter insns[SC_MAX_BUILD];
	int			len;
	bool		overflow;
} sc_builder;

static inline void
sc_emit(sc_builder *b, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (b->len == SC_MAX_BUILD)
		b->overflow = true;
	else
		b->insns[b->len++] = (struct sock_filter) {code, jt, jf, k};
}

/* Load a word of seccomp_data. */
static inline void
sc_emit_load(sc_builder *b, size_t offset)
{
	sc_emit(b, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t) offset);
}

/* What a call with rules on its arguments takes beyond its number; in branch.c. */
extern void sc_emit_branch(sc_builder *b, const sc_plan *plan, sc_abi abi, int call);

#endif							/* SC_PLAN_H */
