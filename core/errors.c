/*
 * errors.c
 *		The list of a policy's errors, and formatted strings.
 */
#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

char *
sc_vformat(const char *fmt, va_list args)
{
	va_list		again;
	int			len;
	char	   *text;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		len = 0;
	text = sc_alloc((size_t) len + 1);
	vsnprintf(text, (size_t) len + 1, fmt, args);
	return text;
}

char *
sc_format(const char *fmt,...)
{
	va_list		args;
	char	   *text;

	va_start(args, fmt);
	text = sc_vformat(fmt, args);
	va_end(args);
	return text;
}

char *
sc_strndup(const char *text, size_t len)
{
	char	   *copy = sc_alloc(len + 1);

	memcpy(copy, text, len);
	return copy;
}

/*
 * Cut what quotes half of the file.  Before a whole UTF-8 character: the log
 * and SQL want it so.
 */
static void
cut(char *message)
{
	size_t		len = SC_MAX_MESSAGE - 3;

	if (strnlen(message, SC_MAX_MESSAGE + 1) <= SC_MAX_MESSAGE)
		return;
	while (len > 0 && (message[len] & 0xc0) == 0x80)
		len--;
	memcpy(message + len, "...", 4);
}

void
sc_errors_add(sc_errors *errors, int line, const char *hint, const char *fmt,...)
{
	va_list		args;

	errors->total++;
	if (errors->nlist == SC_MAX_ERRORS)
		return;
	va_start(args, fmt);
	errors->list[errors->nlist].message = sc_vformat(fmt, args);
	va_end(args);
	cut(errors->list[errors->nlist].message);
	errors->list[errors->nlist].line = line;
	errors->list[errors->nlist].hint = hint;
	errors->nlist++;
}

char *
sc_errors_text(const sc_errors *errors, const char *path)
{
	char	   *text = sc_format("%s", "");

	for (int i = 0; i < errors->nlist; i++)
	{
		const sc_error *error = &errors->list[i];
		const char *line = error->line ? sc_format(":%d", error->line) : "";
		const char *hint = "";

		if (error->hint && strnlen(error->hint, SC_MAX_MESSAGE + 1) <= SC_MAX_MESSAGE)
			hint = sc_format(" (%s)", error->hint);
		text = sc_format("%s%s%s%s: %s%s", text, i ? "\n" : "", path,
						 line, error->message, hint);
	}
	if (errors->total > errors->nlist)
		text = sc_format("%s\nand %d more", text,
						 errors->total - errors->nlist);
	return text;
}
