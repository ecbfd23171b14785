/*
 * buffer.h
 *		A text that grows at its end.
 */
#ifndef SC_BUFFER_H
#define SC_BUFFER_H

#include <stddef.h>
#include <string.h>

#include "memory.h"

/* {.text = NULL} is empty; once something was appended, text is terminated. */
typedef struct
{
	char	   *text;
	size_t		len;
	size_t		room;			/* allocated, by doubling */
} sc_buffer;

static inline void
sc_buffer_append(sc_buffer *buffer, const char *text)
{
	size_t		len = strlen(text);

	if (buffer->room - buffer->len <= len)
	{
		buffer->room = 2 * (buffer->len + len) + 64;
		buffer->text = sc_realloc(buffer->text, buffer->room);
	}
	memcpy(buffer->text + buffer->len, text, len + 1);
	buffer->len += len;
}

/* Append a word, behind a space if it is not the first. */
static inline void
sc_buffer_append_word(sc_buffer *buffer, const char *word)
{
	if (buffer->len > 0)
		sc_buffer_append(buffer, " ");
	sc_buffer_append(buffer, word);
}

#endif							/* SC_BUFFER_H */
