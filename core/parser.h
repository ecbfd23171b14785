/*
 * parser.h
 *		Between the files of the policy reader: policy.c and header.c.
 */
#ifndef SC_PARSER_H
#define SC_PARSER_H

#include "policy.h"

/* The kinds of section, as bits: where a directive may stand. */
typedef enum
{
	IN_POLICY = 1,
	IN_SERVER = 2,
	IN_CHILD = 4,
	IN_SESSION = 8,
	IN_PROCESS = 16,
	IN_SCOPES = IN_SERVER | IN_CHILD | IN_PROCESS | IN_SESSION
} sc_section_kind;

/* A policy that is being read, and where. */
typedef struct
{
	sc_policy  *policy;
	sc_section_kind kind;		/* of the current section; 0: none or unknown */
	sc_section *section;		/* of a scope, else NULL */
	sc_section *discarded;		/* for a duplicate: checked, not kept */
	const char *title;			/* as written, or NULL before the first */
} sc_parser;

/* A line "[...]": later directives belong to that section. */
extern void sc_parser_header(sc_parser *p, const sc_line *line);

/* Give each section its index, once all are there. */
extern void sc_policy_number(sc_policy *policy);

/* An empty section. */
extern void sc_section_init(sc_section *section, const char *title);

#endif							/* SC_PARSER_H */
