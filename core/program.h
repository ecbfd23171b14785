/*
 * program.h
 *		From a ruleset to the BPF program that the kernel gets.
 *
 * The one user of libseccomp.
 */
#ifndef SC_PROGRAM_H
#define SC_PROGRAM_H

#include <stdbool.h>

#include "evaluate.h"
#include "rules.h"

/*
 * Compile a ruleset and prove the result: run it over every system call number
 * of every ABI and compare with sc_decide().  permissive turns each denial
 * into SECCOMP_RET_LOG.
 *
 * On success fills *program (its instructions are sc_alloc'ed) and returns
 * NULL; else a message, allocated or static.
 */
extern const char *sc_program_build(const sc_ruleset *rules, bool permissive,
									sc_program *program);

/*
 * The proof alone: NULL, or the first call on which program and rules differ.
 */
extern const char *sc_program_prove(const sc_ruleset *rules, bool permissive,
									const sc_program *program);

/* The return value that a verdict compiles to. */
extern uint32_t sc_verdict_value(const sc_verdict *verdict, bool permissive);

/* "2.5.4": the libseccomp that is loaded.  Static storage. */
extern const char *sc_libseccomp_version(void);

#endif							/* SC_PROGRAM_H */
