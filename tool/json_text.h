/*
 * json_text.h
 *		JSON that anybody may have written, read with jansson within limits.
 *
 * jansson's integers are signed; those of profiles go up to 2^64 - 1.  These are
 * found in the text beforehand and handed to jansson as strings that begin with a
 * control character; a text that has such a string itself is refused.
 */
#ifndef PGSC_JSON_TEXT_H
#define PGSC_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct
{
	json_t	   *root;			/* the caller's to json_decref(); NULL after an error */
	int			line;			/* of the error, 0: unknown */
} json_text;

/*
 * Read a text of len bytes: one object or array, without duplicate keys, without
 * NUL and \u0001, not too deep, not too many values.  Returns NULL, or what is wrong,
 * printable.
 */
extern const char *json_text_read(const char *text, size_t len, json_text *json);

/* An integer from 0 to max; false if it is none. */
extern bool json_text_integer(const json_t *value, uint64_t max, uint64_t *number);

/* A string, which is jansson's; NULL if it is none. */
extern const char *json_text_string(const json_t *value);

#endif							/* PGSC_JSON_TEXT_H */
