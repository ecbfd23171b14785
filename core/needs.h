/*
 * needs.h
 *		What PostgreSQL cannot survive without.
 */
#ifndef SC_NEEDS_H
#define SC_NEEDS_H

#include "rules.h"

/*
 * An error for each line that denies a member of a group ("@pg-required") on
 * the native ABI: by name, or with the arguments that PostgreSQL and libc
 * cannot do without.
 */
extern void sc_rules_require(const sc_ruleset *rules, const char *group, const char *section,
							 const char *hint, sc_errors *errors);

#endif							/* SC_NEEDS_H */
