/*
 * attach.h
 *		Give the kernel a program, and remember what it was given.
 */
#ifndef PGSC_ATTACH_H
#define PGSC_ATTACH_H

#include "postgres.h"

#include <signal.h>

#include "../core/evaluate.h"
#include "../core/policy.h"

/* One program that this process, or its parent before the fork, attached. */
typedef struct
{
	const char *scope;			/* "server", "child", "session" */
	const char *profile;		/* of a session scope, else NULL */
	const sc_policy *policy;	/* where it comes from */
	const sc_ruleset *rules;	/* what was compiled; NULL, like policy, if it
								 * came from a parallel leader */
	sc_program	program;
	bool		permissive;
	sc_on_violation on_violation;
	int			traits;			/* bits of Trait */
} Attached;

/*
 * What a scope asks of the process beside its program.  Like a program, none of
 * it can be taken back, and children and started programs inherit it (but
 * execve makes a process dumpable again).
 */
typedef enum
{
	TRAIT_HIDDEN = 1,			/* ProcessDumpable=no */
	TRAIT_MDWE = 2,				/* MemoryDenyWriteExecute=yes */
	TRAIT_MITIGATED = 4,		/* SpeculationMitigation=yes */
	TRAIT_SPECULATING = 8,		/* SpeculationMitigation=no */
	TRAIT_BITS = 15
} Trait;

/* The traits that a section asks for. */
extern int	traits_of(const sc_ruleset *rules);

/*
 * Give this process traits, where the kernel has them (prctl(2)).  Returns 0 or
 * an errno.  Async-signal-safe.
 */
extern int	take_traits(int traits);

/*
 * The programs of this process, oldest first.  A process's own account, for
 * the views: what holds is in the kernel.
 */
#define MAX_ATTACHED 32
extern Attached attached[MAX_ATTACHED];
extern int	nattached;

/* The strictest OnViolation of this process's scopes; is one permissive? */
extern volatile sig_atomic_t attached_on_violation;
extern volatile sig_atomic_t permissive_attached;

/*
 * Let what a scope says of violations hold, before or without its program.
 * Async-signal-safe.
 */
extern void attach_consequences(const Attached *what);

/*
 * Set no_new_privs for this process (prctl(2)): without CAP_SYS_ADMIN the
 * kernel takes no filter otherwise.  Returns 0 or an errno.
 */
extern int	set_no_new_privs(void);

/*
 * Attach a program to every thread of this process (seccomp(2), TSYNC) and
 * note it in attached[].  Returns 0 or an errno.  Async-signal-safe and without
 * allocation: it runs between fork() and the first line of a child, too.
 */
extern int	attach_program(const Attached *what);

/* What comes of a call. */
typedef struct
{
	uint32		value;			/* as seccomp(2) has it */
	const Attached *by;			/* the program that decides; NULL: none objects */
} Outcome;

/*
 * Run programs on a call as the kernel would, and the handler of SIGSYS after
 * it: of several scopes that deny a call the last one attached decides, quietly
 * or not, though the kernel prefers a report to an errno.  home is an address
 * from which calls are reported.  Async-signal-safe.
 */
extern Outcome outcome_of(const Attached *programs, int nprograms,
						  const struct seccomp_data *data, uint64 home);

/* What a failed attach means and what to do: errdetail and errhint texts. */
extern const char *attach_detail(int err);
extern const char *attach_hint(int err);

#endif							/* PGSC_ATTACH_H */
