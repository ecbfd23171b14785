/*
 * explain.h
 *		A verdict in words, for pg_seccomp_explain() and the command line.
 */
#ifndef SC_EXPLAIN_H
#define SC_EXPLAIN_H

#include "policy.h"

/*
 * A call as people name it, "mount", "165", "x86:mount" or "x32:0x23": its ABI,
 * and its number as seccomp_data.nr has it.  False after adding an error.
 */
extern bool sc_call_parse(const char *text, sc_abi *abi, uint32_t *nr, sc_errors *errors);

/*
 * Why a section says so: "line 12 names it (SystemCallFilter=~@mount)".  Lower
 * case, no full stop.  Allocated.
 */
extern char *sc_verdict_reason(const sc_verdict *verdict, const sc_policy *policy);

#endif							/* SC_EXPLAIN_H */
