/*
 * lint.h
 *		What a policy without errors says that its author can hardly have meant.
 *
 * The reader takes what is well-formed; this looks at what it comes to: words
 * that change nothing, doors left open beside closed ones, sections that no
 * session reaches, settings that take the server down.  It asks no file system.
 * For the command line.
 */
#ifndef SC_LINT_H
#define SC_LINT_H

#include "findings.h"
#include "policy.h"

/* All that is found in a policy without errors: warnings. */
extern void sc_lint(const sc_policy *policy, sc_findings *findings);

/* ----------
 * Between lint.c, lint_doors.c, lint_processes.c and lint_words.c
 * ----------
 */

/*
 * The last section that denies a call on an ABI whatever its arguments, by its
 * index in sections, and its verdict; -1 if none does, or the ABI lacks the call.
 */
extern int	sc_denied_by(const sc_sections *sections, sc_abi abi, int call, sc_verdict *verdict);

/* Is a call there on an ABI that the rules admit? */
extern bool sc_exists(const sc_ruleset *rules, int call);

/* "a, b, c": the names of a set's calls; NULL if it is empty.  Allocated. */
extern char *sc_set_names(const sc_set *set);

/* Calls that a section denies in vain, for others do the same and are open. */
extern void sc_lint_doors(const sc_policy *policy, const sc_section *section, sc_findings *findings);

/* Does an allow-list deny a call, on the native ABI, without a word on it? */
extern bool sc_forgotten(const sc_ruleset *rules, int call);

/* Process sections that hold for nobody, or keep processes from their work. */
extern void sc_lint_processes(const sc_policy *policy, const sc_section *section, sc_findings *findings);

/* What words of lists come to: SystemCallFilter and SystemCallLog. */
extern void sc_lint_words(const sc_policy *policy, sc_findings *findings);

#endif							/* SC_LINT_H */
