/*
 * lint.h
 *		What a policy without errors says that its author can hardly have meant.
 *
 * The reader takes what is well-formed; this looks at what it comes to: words
 * that change nothing, doors left open beside closed ones, sections that no
 * session reaches, settings that take the server down.  For the command line.
 */
#ifndef SC_LINT_H
#define SC_LINT_H

#include "policy.h"

typedef struct
{
	const char *file;
	int			line;			/* 1-based; 0: the file as a whole; SC_AT_END: the same, listed last */
	bool		error;			/* the server refuses it; else a warning */
	char	   *text;			/* as a message: lower case, no full stop */
	const char *hint;			/* a sentence, or NULL */
} sc_finding;

#define SC_AT_END INT32_MAX

/* In the order found. */
typedef struct
{
	sc_finding *list;
	int			n;
} sc_findings;

/* Add a finding; file and hint are not copied. */
extern void sc_finding_add(sc_findings *findings, const char *file, int line, bool error, const char *hint,
						   const char *fmt,...) __attribute__((format(printf, 6, 7)));

/* By file in the order of first mention, then by line; those of a line stay in order. */
extern void sc_findings_sort(sc_findings *findings);

/* All that is found in a policy without errors: warnings. */
extern void sc_lint(const sc_policy *policy, sc_findings *findings);

/* ----------
 * Between lint.c and lint_words.c
 * ----------
 */

/* A section, and those that its processes have before it. */
typedef struct
{
	const sc_section *list[3];
	int			n;				/* the section itself is the last */
} sc_sections;

/*
 * The last section that denies a call on an ABI whatever its arguments, by its
 * index in sections, and its verdict; -1 if none does, or the ABI lacks the call.
 */
extern int	sc_denied_by(const sc_sections *sections, sc_abi abi, int call, sc_verdict *verdict);

/* Is a call there on an ABI that the rules admit? */
extern bool sc_exists(const sc_ruleset *rules, int call);

/* "a, b, c": the names of a set's calls; NULL if it is empty.  Allocated. */
extern char *sc_set_names(const sc_set *set);

/* What words of lists come to: SystemCallFilter and SystemCallLog. */
extern void sc_lint_words(const sc_policy *policy, sc_findings *findings);

/* The sections of a section's processes. */
extern sc_sections sc_sections_of(const sc_policy *policy, const sc_section *section);

#endif							/* SC_LINT_H */
