/*
 * attribute.h
 *		Which scopes of a policy answer a call as a record of the kernel says.
 */
#ifndef PGSC_ATTRIBUTE_H
#define PGSC_ATTRIBUTE_H

#include "../core/audit.h"
#include "scopes.h"

typedef struct
{
	const char *scope;			/* "server"; "session, session:reporting"; NULL: none */
	const char *rule;			/* "FILE:LINE", one for each scope; NULL: none */
} attribution;

/*
 * The scopes whose own section gives the record's answer, in the policy's order:
 * what the server or every child is denied for certain is not asked of others.
 * Arguments that are not known are tried in all cases that the rules tell apart.
 * only: this scope alone, or NULL.  Calls of another machine's ABI have none.
 * The texts live on; equal ones are the same (intern()).
 */
extern attribution attribute(const scopes *all, const scope *only, const sc_audit_record *record);

/* The one copy of a text, kept for good. */
extern const char *intern(const char *text);

#endif							/* PGSC_ATTRIBUTE_H */
