/*
 * functions.h
 *		What the SQL functions share.
 */
#ifndef PGSC_FUNCTIONS_H
#define PGSC_FUNCTIONS_H

#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"

#include "attach.h"
#include "load.h"

/* A row under construction: columns in order. */
typedef struct
{
	FunctionCallInfo fcinfo;
	Datum		values[16];
	bool		nulls[16];
	int			n;
} Row;

/* Begin a materialized result. */
extern Row	row_start(FunctionCallInfo fcinfo);

/* Append a column; a NULL string is an SQL NULL. */
extern void row_text(Row *row, const char *value);
extern void row_name(Row *row, const char *value);
extern void row_int(Row *row, int value, bool isnull);
extern void row_int8(Row *row, int64 value, bool isnull);
extern void row_bool(Row *row, bool value, bool isnull);
extern void row_datum(Row *row, Datum value, bool isnull);

/*
 * A string of a policy's, or of shared memory, in the database's encoding; what it
 * cannot have is a question mark.  Never an error: a view must not fail for one
 * name.  palloc'd.
 */
extern char *server_text(const char *text);

/* A string of the database's encoding as policies have it: UTF-8. */
extern char *policy_text(const char *text);

/* Put the row into the result and begin the next. */
extern void row_put(Row *row);

/* The policy that holds, or the error that the module was not preloaded. */
extern LoadedPolicy *loaded_policy(void);

/* What a list of programs says to one call. */
typedef struct
{
	const char *action;			/* "allow", "errno", ... */
	const char *err;			/* "EPERM", or NULL */
	const Attached *by;			/* the program that decides; NULL: none objects */
	sc_verdict	verdict;		/* of by */
	const char *violation;		/* OnViolation's word if it is one, or NULL */
	char	   *rule;			/* "file:line", palloc'd, or NULL */
} Decision;

/*
 * Run programs on a call as the kernel would.
 */
extern Decision decide_call(const Attached *programs, int nprograms,
							const struct seccomp_data *data);

/* A call of the server's own, without arguments: as decide_call() takes it. */
extern struct seccomp_data call_data(uint32 audit_arch, uint32 nr);

#endif							/* PGSC_FUNCTIONS_H */
