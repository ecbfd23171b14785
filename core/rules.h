/*
 * rules.h
 *		What one section says about system calls.
 *
 * A ruleset is the policy's own model of a scope.  sc_decide() is the only
 * reading of it: the program builder asks it what to build, the proof compares
 * the built program with it, and the SQL views take file lines from it.
 */
#ifndef SC_RULES_H
#define SC_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "arguments.h"
#include "catalog.h"
#include "errors.h"
#include "namespaces.h"
#include "sockets.h"
#include "text.h"

/*
 * The largest errno that libseccomp takes: one less than the largest that the
 * kernel can answer (MAX_ERRNO, include/linux/err.h).
 */
#define SC_MAX_ERRNO 4094

/* What happens to a call. */
typedef enum
{
	SC_ALLOW,
	SC_LOG,						/* runs, and the kernel's audit log has it */
	SC_ERRNO					/* does not run, answers an errno */
} sc_action;

typedef enum
{
	SC_WHY_NO_LIST,				/* the section has no SystemCallFilter */
	SC_WHY_LISTED,				/* a line names it */
	SC_WHY_NOT_LISTED,			/* no line names it */
	SC_WHY_LOGGED,				/* allowed, and SystemCallLog names it */
	SC_WHY_RULE,				/* a rule on arguments says so */
	SC_WHY_NEW,					/* not in the catalog: newer, or no call */
	SC_WHY_ABI					/* SystemCallArchitectures leaves the ABI out */
} sc_why;

/* What a violation brings beside the denial; a later one is the stricter. */
typedef enum
{
	SC_ON_VIOLATION_ERROR,		/* nothing */
	SC_ON_VIOLATION_TERMINATE,	/* the session ends */
	SC_ON_VIOLATION_KILL		/* the process is killed by the kernel */
} sc_on_violation;

/* How a denial is told. */
typedef enum
{
	SC_QUIET,					/* not at all: a feature answered "not here" */
	SC_SILENT,					/* a violation that cannot be reported: @pg-silent */
	SC_REPORTED					/* a violation */
} sc_report;

typedef struct
{
	sc_action	action;
	int			err;			/* with SC_ERRNO: the errno */
	sc_why		why;
	int			line;			/* of the policy; 0: no line says so */
	sc_report	report;			/* with SC_ERRNO */
	bool		depends;		/* other arguments may have another verdict */
} sc_verdict;

typedef enum
{
	SC_LIST_NONE,
	SC_LIST_ALLOW,
	SC_LIST_DENY
} sc_list_kind;

/* What words of one line say of their calls; later statements override. */
typedef struct
{
	int			line;
	int			err;			/* NAME:ERRNO, or 0 */
	bool		listed;			/* on the list, or taken off it */
	sc_set		calls;
} sc_statement;

/* More than there are switches (directives.h). */
#define SC_MAX_SWITCHES 24

/* yes, no, or not said */
typedef enum
{
	SC_UNSAID,
	SC_NO,
	SC_YES
} sc_choice;

typedef struct
{
	sc_list_kind kind;			/* the first SystemCallFilter decides */
	int			kind_line;
	sc_statement *list;			/* in file order */
	int			nlist;

	int			err;			/* SystemCallErrorNumber */
	int			err_line;

	sc_list_kind log_kind;		/* SC_LIST_DENY: all but the listed */
	int			log_line;
	sc_set		log;

	sc_on_violation on_violation;
	int			on_violation_line;	/* 0: not said */
	bool		force;			/* takes what would be refused */

	/* rules on arguments: what was said, and what it stands for */
	sc_namespaces namespaces;
	sc_sockets	sockets;
	int			switches[SC_MAX_SWITCHES];	/* by index: line of a yes, or 0 */
	sc_rule_list own;			/* SystemCallRule: before the list of names */
	sc_rule_list *lists;		/* the directives: each may deny what else runs */
	int			nlists;

	/* no part of a program: set beside it */
	sc_choice	dumpable;		/* ProcessDumpable */
	int			dumpable_line;
	sc_choice	mitigation;		/* SpeculationMitigation */

	uint32_t	abis;			/* bits 1 << sc_abi; the native one always */
	bool		abis_said;		/* else those of the server section hold */
	int			abis_line;		/* where they were said, 0: nowhere */
} sc_ruleset;

/* The directives.  words is the value; an empty one resets. */
extern void sc_rules_filter(sc_ruleset *rules, const sc_words *words,
							bool inverted, int line, sc_errors *errors);
extern void sc_rules_log(sc_ruleset *rules, const sc_words *words,
						 bool inverted, int line, sc_errors *errors);
extern void sc_rules_errno(sc_ruleset *rules, const sc_words *words,
						   bool inverted, int line, sc_errors *errors);
extern void sc_rules_architectures(sc_ruleset *rules, const sc_words *words,
								   bool inverted, int line, sc_errors *errors);

extern void sc_rules_on_violation(sc_ruleset *rules, const sc_words *words,
								  bool inverted, int line, sc_errors *errors);

extern void sc_rules_rule(sc_ruleset *rules, const char *text, int line, sc_errors *errors);
extern void sc_rules_switch(sc_ruleset *rules, const char *directive, const char *text, int line,
							sc_errors *errors);
extern void sc_rules_choice(sc_choice *choice, const char *directive, const char *text, int line,
							sc_errors *errors);

/*
 * A word of SystemCallFilter or SystemCallLog, "NAME[!]" or "@GROUP", with or
 * without ":ERRNO": its calls and its errno, or 0.  False after adding an error.
 */
extern bool sc_rules_word(const char *text, int line, sc_set *calls, int *err, sc_errors *errors);

/*
 * Does a word put its calls on the list, or take them off?  An allow-list keeps
 * NAME:ERRNO and ~NAME:ERRNO as an entry of its own: denied, but with that errno.
 */
static inline bool
sc_word_listed(sc_list_kind kind, bool inverted, int err)
{
	return err > 0 || inverted == (kind == SC_LIST_DENY);
}

/* Turn what directives said into rules: after the last one. */
extern void sc_rules_finish(sc_ruleset *rules);

/* Is a switch on, by name? */
extern bool sc_rules_has(const sc_ruleset *rules, const char *directive);

/* Add to the list; neighbours that say the same become one. */
extern void sc_rules_state(sc_ruleset *rules, int line, int err, bool listed,
						   const sc_set *calls);

/* Defaults before the first directive. */
extern void sc_rules_init(sc_ruleset *rules);

/* Has any directive spoken that needs a program? */
extern bool sc_rules_any(const sc_ruleset *rules);

/*
 * The verdict on a call: number as the kernel has it in seccomp_data.nr, with
 * the x32 bit; its arguments, or NULL for what holds where no test fits.
 * *index is the call's index in the catalog, -1 if unknown; NULL if not wanted.
 * Allocates nothing: handlers of signals call it.
 */
extern sc_verdict sc_decide(const sc_ruleset *rules, sc_abi abi, uint32_t nr,
							const uint64_t *args, int *index);

/* The part of it that names decide: as if there were no rules on arguments. */
extern sc_verdict sc_decide_name(const sc_ruleset *rules, sc_abi abi, uint32_t nr, int *index);

/* What a call that is let through comes to: allowed, or logged. */
extern sc_verdict sc_allowed(const sc_ruleset *rules, int call);

/* The verdict of a rule of a list that fits a call and denies it. */
extern sc_verdict sc_rule_verdict(const sc_ruleset *rules, const sc_rule_list *list,
								  const sc_rule *rule, int call);

/* May a process of this scope start a program: execve or execveat? */
extern bool sc_rules_exec(const sc_ruleset *rules);

/* "error", "terminate" or "kill". */
extern const char *sc_on_violation_name(sc_on_violation on);

/*
 * The ABI that a seccomp_data belongs to on this kernel, or SC_ABI_COUNT.
 */
extern sc_abi sc_abi_of(uint32_t audit_arch, uint32_t nr);

/* systemd's booleans; false if the text is none. */
extern bool sc_parse_boolean(const char *text, bool *value);

/* An errno as a policy writes it, name or number; 0 after adding an error. */
extern int	sc_parse_errno(const char *text, int line, sc_errors *errors);

/* "EPERM" to a number, or 0; and back, or NULL.  As <errno.h>. */
extern int	sc_errno_by_name(const char *name);
extern const char *sc_errno_name(int err);

/* The name of an errno, or its number if it has none.  Static, or allocated. */
extern const char *sc_errno_text(int err);

#endif							/* SC_RULES_H */
