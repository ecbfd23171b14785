/*
 * findings.h
 *		What is to be said of files: errors and warnings, as a compiler lists them.
 *
 * For the command line; the server has errors.h.
 */
#ifndef SC_FINDINGS_H
#define SC_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

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

#endif							/* SC_FINDINGS_H */
