/*
 * audit_words.h
 *		Names that stand in audit records: between audit.c and audit_words.c.
 *
 * "ausearch -i" has words for numbers; those of audit 3.0 are known.
 */
#ifndef SC_AUDIT_WORDS_H
#define SC_AUDIT_WORDS_H

#include "audit.h"

/* "x86_64": AUDIT_ARCH_*, or 0 if it is none that the catalog has. */
extern uint32_t sc_audit_machine(const char *name);

/* "mount": the number on an ABI as seccomp_data.nr has it; false if there is none. */
extern bool sc_audit_number(sc_abi abi, const char *name, uint32_t *nr);

/* "errno": SECCOMP_RET_*, without data; false if it is none. */
extern bool sc_audit_answer(const char *name, uint32_t *code);

/* Is this a SECCOMP_RET_* that is known here? */
extern bool sc_audit_is_answer(uint32_t code);

#endif							/* SC_AUDIT_WORDS_H */
