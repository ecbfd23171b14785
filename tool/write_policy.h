/*
 * write_policy.h
 *		A policy in the making: what it says, what it cannot say, and its text.
 *
 * For whoever makes a policy from something else.  Nothing here ends the
 * program.
 */
#ifndef PGSC_WRITE_POLICY_H
#define PGSC_WRITE_POLICY_H

#include <stdio.h>

#include "../core/rules.h"

/* What was lost on the way, or what is worth knowing. */
typedef struct
{
	bool		loss;			/* the policy means something else here */
	const char *place;			/* "FILE:LINE" or "FILE", or NULL: the input */
	const char *where;			/* "syscalls[12]" of the input, or NULL: all of it */
	char	   *text;			/* lower case, no full stop; printable ASCII */
} finding;

/* Past this many findings only count. */
#define MAX_FINDINGS 1000

typedef struct
{
	finding    *list;
	int			n;				/* stored */
	int			total;			/* found */
	int			losses;			/* of these */
} findings;

extern void add_finding(findings *found, bool loss, const char *where, const char *fmt,...)
			__attribute__((format(printf, 4, 5)));

/* The same for a line of a text file; path is printable, line 0: all of it. */
extern void add_finding_at(findings *found, bool loss, const char *path, int line, const char *fmt,...)
			__attribute__((format(printf, 5, 6)));

/* Where a finding is, as in a table and in comments, or NULL: all of the input. */
extern const char *finding_where(const finding *f);

/*
 * Foreign text as it may stand in a comment and on a terminal: printable ASCII,
 * other bytes as "\x1b", cut after some 200.  Allocated.
 */
extern char *plain_text(const char *text);

/* What becomes of a call. */
typedef struct
{
	sc_action	action;
	int			err;			/* with SC_ERRNO; 0: SystemCallErrorNumber, whichever */
} answer;

/* A rule on arguments.  Its action is in answer, not in rule. */
typedef struct
{
	int			call;
	sc_rule		rule;			/* calls and tests count */
	answer		answer;
	const char *where;			/* "syscalls[12]" */
	const char *comment;		/* foreign text, or NULL */
} draft_rule;

typedef struct
{
	uint32_t	abis;			/* bits 1 << sc_abi: admitted */
	answer		fallback;		/* of calls that nothing names */
	answer		answers[SC_MAX_SYSCALLS];	/* by name, where no rule fits */
	draft_rule *rules;			/* those of a call in the order they are tried */
	int			nrules;
} draft;

/* The calls that one of these ABIs has. */
extern sc_set calls_on(uint32_t abis);

/*
 * Lines "DIRECTIVE=WORD..." for the calls of set that are in known too, each word
 * with suffix (":ENOSYS"): groups if groups is set, else "@" never; families by
 * their plain name if all their members that are in known are in set, single
 * members with "!".  directive is "SystemCallFilter=~".  Returns whether there
 * was one.
 */
extern bool write_calls(FILE *out, const char *directive, const sc_set *set, const sc_set *known,
						const char *suffix, bool groups);

/* "native x86 x32": the value of SystemCallArchitectures. */
extern char *abis_text(uint32_t abis);

/*
 * The comments that a policy begins with, [Policy] and the line "[Server]".
 * source is the file's name, kind what it is.
 */
extern void write_head(FILE *out, const char *kind, const char *source, const findings *found);

/* The rest of [Server]. */
extern void write_draft(FILE *out, const draft *d, findings *found);

#endif							/* PGSC_WRITE_POLICY_H */
