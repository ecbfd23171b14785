/*
 * program.h
 *		From a ruleset to the BPF program that the kernel gets.
 *
 * core/'s one user of libseccomp.
 */
#ifndef SC_PROGRAM_H
#define SC_PROGRAM_H

#include <stdbool.h>

#include "evaluate.h"
#include "rules.h"

/*
 * How violations reach a SIGSYS handler (SECCOMP_RET_TRAP).  After execve the
 * handler is gone, and the signal would kill a program that could have lived
 * with an errno.  What a program does not share with the process that started
 * it are its addresses: in scopes that may start programs a call is reported
 * if it comes from code_start .. code_end, the text of the server's own C
 * library, and answers a mere errno from anywhere else.
 *
 * Addresses are those of seccomp_data.instruction_pointer: behind the
 * instruction that makes the call.
 */
typedef struct
{
	uint64_t	code_start;
	uint64_t	code_end;
	uint64_t	gate;			/* with permissive: calls from here run */
} sc_reporting;

/*
 * Compile a ruleset and prove the result: run it over every system call number
 * of every ABI and compare with sc_decide().  permissive turns each denial
 * into SECCOMP_RET_LOG, or into a report for a handler that makes the call from
 * the gate.  Without reporting (NULL) no violation raises a signal.
 *
 * On success fills *program (its instructions are sc_alloc'ed) and returns
 * NULL; else a message, allocated or static.
 */
extern const char *sc_program_build(const sc_ruleset *rules, bool permissive,
									const sc_reporting *reporting, sc_program *program);

/*
 * The proof alone: NULL, or the first call on which program and rules differ.
 */
extern const char *sc_program_prove(const sc_ruleset *rules, bool permissive,
									const sc_reporting *reporting, const sc_program *program);

/*
 * What a program of these rules has to answer to a call (SECCOMP_RET_...): the
 * model that the proof compares with.  SECCOMP_RET_TRAP's data is the errno.
 */
extern uint32_t sc_program_answer(const sc_ruleset *rules, bool permissive,
								  const sc_reporting *reporting,
								  const struct seccomp_data *data);

/*
 * What libseccomp calls an ABI, and an answer of seccomp(2); an answer that it is
 * not asked for becomes SCMP_ACT_TRACE.
 */
extern uint32_t sc_scmp_arch(sc_abi abi);
extern uint32_t sc_scmp_action(uint32_t value);

/* "2.5.4": the libseccomp that is loaded.  Static storage. */
extern const char *sc_libseccomp_version(void);

#endif							/* SC_PROGRAM_H */
