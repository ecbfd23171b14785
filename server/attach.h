/*
 * attach.h
 *		What the kernel was given, by core/attach.c, and what it answers.
 */
#ifndef PGSC_ATTACH_H
#define PGSC_ATTACH_H

#include "postgres.h"

#include <signal.h>

#include "../core/attach.h"
#include "../core/evaluate.h"
#include "../core/policy.h"

/* One program that this process, or its parent before the fork, attached. */
typedef struct
{
	const char *scope;			/* "server", "child", "process:TYPE", "session" */
	const char *name;			/* the same, but "session:PROFILE" */
	const char *title;			/* of the section: "Process checkpointer" */
	const char *profile;		/* of a session scope, else NULL */
	const sc_policy *policy;	/* where it comes from */
	const sc_ruleset *rules;	/* what was compiled; NULL, like policy, if it
								 * came from a parallel leader */
	sc_program	program;
	bool		permissive;
	sc_on_violation on_violation;
	int			traits;			/* bits of sc_trait */
} Attached;

/*
 * The programs of this process, oldest first.  A process's own account, for
 * the views: what holds is in the kernel.
 */
#define MAX_ATTACHED 128
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
 * Take a scope's traits, attach its program and note it in attached[].  Returns
 * 0 or an errno.  Async-signal-safe and without allocation: it runs between
 * fork() and the first line of a child, too.
 */
extern int	attach_program(const Attached *what);

/*
 * The same for a scope that may say nothing that needs a program.
 */
extern int	attach_scope(const Attached *what);

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

#endif							/* PGSC_ATTACH_H */
