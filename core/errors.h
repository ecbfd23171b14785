/*
 * errors.h
 *		What is wrong with a policy: every error of a file, in one go.
 *
 * Messages follow PostgreSQL's style guide: no capital, no full stop.  A hint
 * is a whole sentence.
 */
#ifndef SC_ERRORS_H
#define SC_ERRORS_H

#include <stdbool.h>

typedef struct
{
	int			line;			/* 1-based; 0 is the file as a whole */
	char	   *message;
	const char *hint;			/* or NULL */
} sc_error;

/* A binary file must not fill the log: past this many, errors only count. */
#define SC_MAX_ERRORS 100

typedef struct
{
	sc_error	list[SC_MAX_ERRORS];
	int			nlist;			/* stored */
	int			total;			/* found */
} sc_errors;

/* The longest message that is kept, and hint that is shown, in bytes. */
#define SC_MAX_MESSAGE 1000

/* Would another error only count?  Then its hint is not worth working out. */
static inline bool
sc_errors_full(const sc_errors *errors)
{
	return errors->nlist == SC_MAX_ERRORS;
}

/* Add an error; hint may be NULL and must outlive the list. */
extern void sc_errors_add(sc_errors *errors, int line, const char *hint,
						  const char *fmt,...) __attribute__((format(printf, 4, 5)));

/*
 * All errors as text, "PATH:LINE: message" each on its own line, with the
 * hint behind in brackets.  Allocated.
 */
extern char *sc_errors_text(const sc_errors *errors, const char *path);

#endif							/* SC_ERRORS_H */
