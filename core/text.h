/*
 * text.h
 *		A policy's text as logical lines and words.
 *
 * As systemd.syntax(7): blank lines and lines that start with "#" or ";" are
 * skipped, a line that ends in "\" goes on in the next one (comment lines in
 * between are skipped).
 */
#ifndef SC_TEXT_H
#define SC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "errors.h"

typedef struct
{
	char	   *text;			/* without the plus and the quotes */
	bool		plus;			/* "+" stood before it */
	bool		quoted;			/* stood in double quotes: no keyword */
	int			line;			/* the physical line it stands on */
} sc_word;

typedef struct
{
	sc_word    *list;
	int			n;
} sc_words;

typedef struct
{
	const char *text;
	size_t		len;
	size_t		pos;
	int			line;			/* of pos */
} sc_reader;

/* Where a physical line's text begins in a logical line. */
typedef struct
{
	size_t		offset;
	int			line;
} sc_piece;

typedef struct
{
	char	   *text;			/* white space trimmed at both ends */
	int			line;			/* of its first character */
	sc_piece   *pieces;
	int			npieces;
} sc_line;

/*
 * Is this the text of a policy: UTF-8 without control characters, lines that
 * end in a newline?  Adds what is wrong; false when reading on is pointless.
 */
extern bool sc_text_check(const char *text, size_t len, sc_errors *errors);

/* The next logical line that is not blank or comment; false at the end. */
extern bool sc_next_line(sc_reader *reader, sc_line *line, sc_errors *errors);

/*
 * The words of a logical line from offset on, split at white space; double
 * quotes hold a word together.  Words keep their physical line.
 */
extern sc_words sc_split(const sc_line *line, size_t offset, sc_errors *errors);

#endif							/* SC_TEXT_H */
