/*
 * cubes.h
 *		All arguments of a call, divided by what is answered.
 *
 * Rules are lists of which the first that fits decides.  Elsewhere (an OCI
 * runtime's profile) there is no order, and a condition is a masked equality.
 * A cube is such a condition: some bits of the arguments are given, the others
 * whatever they are.
 */
#ifndef SC_CUBES_H
#define SC_CUBES_H

#include "rules.h"

typedef struct
{
	uint64_t	mask[SC_NARGS]; /* the bits that are given */
	uint64_t	value[SC_NARGS];	/* and what they are; no bits beside the mask's */
	uint32_t	answer;			/* SECCOMP_RET_... and its data */
} sc_cube;

/* No call's arguments are divided into more: a program could not tell them apart. */
#define SC_MAX_CUBES 4096

/* The rules of a section, as they are for the calls of an ABI. */
typedef struct
{
	const sc_ruleset *rules;
	sc_abi		abi;
} sc_view;

/*
 * How a bit is chosen where a cube is split.  None is the best for all rules: try
 * them all, and take what is the smallest for the purpose.
 */
typedef enum
{
	SC_BY_WEIGHT,				/* that most rules look at */
	SC_BY_REST,					/* that leaves the fewest rules open */
	SC_BY_REST_LOW,				/* the same, of equals the lowest bit */
	SC_BY_REST_ENDS,			/* the same, the lowest only where a half is done */
	SC_NWAYS
} sc_way;

/*
 * Divide the arguments of a call into cubes: disjoint, together all arguments
 * that there are, on each of which all have the same answer.  That is the
 * strictest of the views', of equals the last one's (sc_stricter()), without
 * reports (program.h); views of an ABI that lacks the call have no part in it.
 * Returns the number of cubes, or -1 if it takes more than SC_MAX_CUBES.
 * Allocated; a cube's value is an argument list of it.
 */
extern int	sc_cubes(const sc_view *views, int nviews, int call, sc_way way, sc_cube **cubes);

/* Have two cubes arguments in common that registers of an ABI can hold? */
extern bool sc_cubes_meet(const sc_cube *a, const sc_cube *b, sc_abi abi);

/* The answer of a ruleset, without reports, to a call that its program would be asked. */
extern uint32_t sc_view_answer(const sc_view *view, int call, const uint64_t args[SC_NARGS]);

#endif							/* SC_CUBES_H */
