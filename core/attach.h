/*
 * attach.h
 *		Give the kernel a program.
 *
 * The one caller of seccomp(2), for the module and for the launcher.  Nothing
 * here allocates, and what makes system calls is async-signal-safe: it runs
 * between fork() and the first line of a child, too.
 */
#ifndef SC_ATTACH_H
#define SC_ATTACH_H

#include "evaluate.h"
#include "rules.h"

/*
 * What a scope asks of the process beside its program.  Like a program, none of
 * it can be taken back, and children and started programs inherit it (but
 * execve makes a process dumpable again).
 */
typedef enum
{
	SC_TRAIT_HIDDEN = 1,		/* ProcessDumpable=no */
	SC_TRAIT_MDWE = 2,			/* MemoryDenyWriteExecute=yes */
	SC_TRAIT_MITIGATED = 4,		/* SpeculationMitigation=yes */
	SC_TRAIT_SPECULATING = 8,	/* SpeculationMitigation=no: a flag of the program */
	SC_TRAIT_BITS = 15
} sc_trait;

/* The traits that a section asks for: bits of sc_trait. */
extern int	sc_traits_of(const sc_ruleset *rules);

/*
 * Give this process traits, where the kernel has them (prctl(2)); those that
 * were taken before, in the process it was forked from as well, are not asked
 * for again.  Returns 0 or an errno.
 */
extern int	sc_take_traits(int traits);

/*
 * Set no_new_privs for this process (prctl(2)): without CAP_SYS_ADMIN the
 * kernel takes no program otherwise.  Returns 0 or an errno.
 */
extern int	sc_set_no_new_privs(void);

/*
 * Attach a program to every thread of this process (seccomp(2), TSYNC).  Of
 * traits, SC_TRAIT_SPECULATING alone counts.  Returns 0 or an errno; ESRCH if
 * a thread has filters of its own.
 */
extern int	sc_attach(const sc_program *program, int traits);

/* What a failure of these means and what to do: sentences, static. */
extern const char *sc_attach_detail(int err);
extern const char *sc_attach_hint(int err);

#endif							/* SC_ATTACH_H */
