/*
 * audit_head.h
 *		What stands before an audit record's fields: between audit_head.c and audit.c.
 */
#ifndef SC_AUDIT_HEAD_H
#define SC_AUDIT_HEAD_H

#include <string.h>

#include "audit.h"

/* What is left of a line. */
typedef struct
{
	const char *at;
	const char *end;
} sc_cursor;

/* Step over a text; false, and where it was, if it does not stand there. */
static inline bool
sc_eat(sc_cursor *c, const char *text)
{
	size_t		len = strlen(text);

	if ((size_t) (c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;
	return true;
}

/* Is the next byte this one? */
static inline bool
sc_next_is(const sc_cursor *c, char byte)
{
	return c->at < c->end && *c->at == byte;
}

/* How many of the next bytes are digits of a base, 10 or 16. */
extern size_t sc_count_digits(const sc_cursor *c, int base);

/* A number of at most max digits; false, and where it was, if there is none. */
extern bool sc_eat_number(sc_cursor *c, size_t max, int64_t *number);

/*
 * Step over a line's head: prefixes of the log, the type, time and serial, which
 * are filled in.  SC_AUDIT_MALFORMED: it says that it is a record of seccomp, but
 * not of what event.
 */
extern sc_audit_kind sc_audit_head(sc_cursor *c, int64_t now, sc_audit_record *record);

#endif							/* SC_AUDIT_HEAD_H */
