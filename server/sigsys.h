/*
 * sigsys.h
 *		The handler of SIGSYS: what happens at the moment of a violation.
 *
 * The kernel raises SIGSYS in the thread that made the call, in place of the
 * call.  The handler answers the errno, counts, and leaves a note for report.c.
 * It is inherited by fork() and gone after execve().
 */
#ifndef PGSC_SIGSYS_H
#define PGSC_SIGSYS_H

#include "postgres.h"

#include <linux/seccomp.h>

#include "../core/program.h"

/*
 * Install the handler, on a stack of its own, in the postmaster; children
 * inherit both.  ERROR if the system refuses.
 */
extern void sigsys_install(void);

/*
 * Is SIGSYS still ours?  If a library has taken it since, takes it back and
 * returns false, with *whose set to the file that the other handler belongs to,
 * palloc'd, or NULL for none.
 */
extern bool sigsys_is_ours(char **whose);

/* Where reported calls come from, for the programs. */
extern const sc_reporting *sigsys_reporting(void);

#endif							/* PGSC_SIGSYS_H */
