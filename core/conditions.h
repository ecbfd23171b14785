/*
 * conditions.h
 *		The cases in which a call's answer depends on its arguments, for people.
 */
#ifndef SC_CONDITIONS_H
#define SC_CONDITIONS_H

#include "rules.h"

typedef struct
{
	char	   *text;			/* "arg0==AF_PACKET"; "otherwise" */
	uint64_t	args[SC_NARGS]; /* arguments that are a case of it */
} sc_condition;

/*
 * The conditions that rules of several scopes make on a call, in their order,
 * each once, and last the case that none of them meets, if there is one.
 * Returns their number, 0 if the call's number decides.  Allocated.
 */
extern int	sc_conditions(const sc_ruleset *const *rulesets, int nrulesets, sc_abi abi, int call,
						  sc_condition **list);

#endif							/* SC_CONDITIONS_H */
