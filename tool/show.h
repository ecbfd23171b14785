/*
 * show.h
 *		Between the files of "pg_seccomp show".
 */
#ifndef PGSC_SHOW_H
#define PGSC_SHOW_H

#include "../core/exposure.h"
#include "scopes.h"
#include "table.h"
#include "verdict.h"

#define NCOLUMNS(columns) ((int) (sizeof(columns) / sizeof((columns)[0])))

/* A table that several operands may fill, and that none has to. */
typedef struct
{
	const char *name;
	const char *title;
	const column *columns;
	int			ncolumns;
	table	   *started;
} late_table;

/* It, started by its first row; and, in JSON, also without one: "name": []. */
extern table *late_rows(late_table *t);
extern void late_expect(late_table *t);

/* ----------
 * The catalog: show_catalog.c
 * ----------
 */

/* A system call that the command line names. */
typedef struct
{
	int			call;			/* index in the catalog */
	sc_abi		abi;			/* the one named, else one that has the call */
} named_call;

/*
 * "mount", "165", "x86:21", of any ABI of the catalog.  False if it is no
 * number and no call's name; dies if it can be nothing but a call and is none.
 */
extern bool find_call(const char *text, named_call *found);

/* Tables of groups, of families, of a group's members, and all about a call. */
extern void show_groups(bool groups, bool families);
extern void show_members(int group);
extern void show_call(named_call named, const sc_exploits *exploits);

/* ----------
 * A policy: show_policy.c
 * ----------
 */

/* Every ABI of this machine, in place of one. */
#define ALL_ABIS SC_ABI_COUNT

/* Is it one of those asked for, and one that this machine's kernels offer? */
static inline bool
wanted_abi(sc_abi wanted, int abi)
{
	return sc_abis[abi].native == SC_ABI_NATIVE && (wanted == ALL_ABIS || (int) wanted == abi);
}

/* Which sessions a section is for: "Role=app +staff Database=all"; NULL for [Server], [Child]. */
extern const char *matchers_text(const sc_section *section);

typedef enum
{
	ANY_ANSWER,
	ALLOWED_ONLY,
	DENIED_ONLY
} answer_filter;

/* The libraries whose background workers a section is for: "a b"; NULL if it has no Library=. */
extern const char *libraries_text(const sc_section *section);

extern void show_scopes(const scopes *all);
extern void show_calls(const scopes *all, const scope *s, sc_abi abi, answer_filter which);

/* ----------
 * Processes: show_processes.c
 * ----------
 */

/* The types that PostgreSQL has; and which of a policy's scopes hold for each. */
extern void show_process_types(void);
extern void show_processes(const scopes *all);

/* ----------
 * Two policies: show_diff.c
 * ----------
 */

/*
 * What comes of replacing one policy by another, in all scopes or that of a
 * name.  True if anything differs.
 */
extern bool show_diff(const scopes *before, const scopes *after, const char *scope, sc_abi abi);

#endif							/* PGSC_SHOW_H */
