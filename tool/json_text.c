/*
 * json_text.c
 *		JSON that anybody may have written, read with jansson within limits.
 */
#include "json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "write_policy.h"

/* What a profile never comes near; jansson takes some 100 bytes for a value. */
#define MAX_DEPTH 64
#define MAX_VALUES 500000

/* Digits of UINT64_MAX. */
#define LONGEST 20

/*
 * What large integers begin with as strings: in the text, and read.  A text that
 * has it itself is refused.
 */
#define PREFIX_TEXT "\\u0001"
#define PREFIX '\1'

/* Behind a string that begins at i. */
static size_t
skip_string(const char *text, size_t len, size_t i)
{
	for (i++; i < len && text[i] != '"'; i++)
		if (text[i] == '\\')
			i++;
	return i < len ? i + 1 : len;
}

/* Does a string, from its quote on, have the character that stands for large integers? */
static bool
has_prefix(const char *text, size_t len)
{
	const size_t prefix = strlen(PREFIX_TEXT);

	for (size_t i = 0; i < len; i++)
	{
		if (text[i] == PREFIX)
			return true;
		if (text[i] != '\\')
			continue;
		/* an escape has no other spelling: "u" is small in JSON, and its digits have no letter */
		if (len - i >= prefix && memcmp(text + i, PREFIX_TEXT, prefix) == 0)
			return true;
		i++;
	}
	return false;
}

/* Is this token an integer that jansson cannot take, but uint64_t can? */
static bool
is_large(const char *token, size_t len)
{
	char		digits[LONGEST + 1];

	if (len < LONGEST - 1 || len > LONGEST || token[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++)
		if (token[i] < '0' || token[i] > '9')
			return false;
	memcpy(digits, token, len);
	digits[len] = '\0';
	errno = 0;
	return strtoull(digits, NULL, 10) > INT64_MAX && errno == 0;
}

static bool
is_token(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

/*
 * Copy a text to *copy, large integers as strings.  Returns NULL, or which limit
 * it breaks.
 */
static const char *
prepare(const char *text, size_t len, json_text *json, char **copy, size_t *copied)
{
	const size_t prefix = strlen(PREFIX_TEXT);
	size_t		room = len + 1;
	char		inside[MAX_DEPTH];	/* the brackets that are open */
	char		last = '\0';	/* what stands before, white space aside */
	int			depth = 0;
	int			values = 0;

	*copy = sc_alloc(room);
	*copied = 0;
	json->line = 1;
	for (size_t i = 0; i < len;)
	{
		size_t		start = i;
		bool		large = false;
		bool		is_value = last == ':' || last == '[' || (last == ',' && depth > 0 && inside[depth - 1] == '[');

		if (text[i] == '\n')
			json->line++;
		if (strchr("[{", text[i]))
		{
			if (depth == MAX_DEPTH)
				return sc_format("more than %d levels of brackets", MAX_DEPTH);
			inside[depth++] = text[i];
		}
		if (strchr("]}", text[i]) && depth > 0)
			depth--;
		if (strchr("[{,:", text[i]) && ++values > MAX_VALUES)
			return sc_format("more than %d values", MAX_VALUES);
		if (text[i] == '"')
		{
			i = skip_string(text, len, i);
			if (has_prefix(text + start, i - start))
				return "a string has the control character \\u0001";
		}
		else if (is_token(text[i]))
		{
			while (i < len && is_token(text[i]))
				i++;
			large = is_value && is_large(text + start, i - start);
		}
		else
			i++;
		if (!strchr(" \t\r\n", text[start]))
			last = text[start];
		if (*copied + (i - start) + prefix + 3 > room)
		{
			room = 2 * room + prefix + 64;
			*copy = sc_realloc(*copy, room);
		}
		if (large)
		{
			(*copy)[(*copied)++] = '"';
			memcpy(*copy + *copied, PREFIX_TEXT, prefix);
			*copied += prefix;
		}
		memcpy(*copy + *copied, text + start, i - start);
		*copied += i - start;
		if (large)
			(*copy)[(*copied)++] = '"';
	}
	json->line = 0;
	return NULL;
}

const char *
json_text_read(const char *text, size_t len, json_text *json)
{
	json_error_t error;
	const char *problem;
	char	   *copy;
	size_t		copied;

	*json = (json_text) {.root = NULL};
	if (memchr(text, '\0', len) != NULL)
		return "there is a NUL byte in it";
	problem = prepare(text, len, json, &copy, &copied);
	if (problem)
		return problem;
	json->root = json_loadb(copy, copied, JSON_REJECT_DUPLICATES, &error);
	if (json->root)
		return NULL;
	json->line = error.line > 0 ? error.line : 0;
	return plain_text(error.text);
}

bool
json_text_integer(const json_t *value, uint64_t max, uint64_t *number)
{
	if (json_is_integer(value) && json_integer_value(value) >= 0)
		*number = (uint64_t) json_integer_value(value);
	else if (json_is_string(value) && json_string_value(value)[0] == PREFIX)
	{
		const char *digits = json_string_value(value) + 1;
		char	   *end;

		*number = strtoull(digits, &end, 10);
		if (end == digits || *end != '\0')
			return false;
	}
	else
		return false;
	return *number <= max;
}

const char *
json_text_string(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && text[0] != PREFIX ? text : NULL;
}
