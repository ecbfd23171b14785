/*
 * text.c
 *		Lines and words of a policy.
 */
#include "text.h"

#include <stdint.h>
#include <string.h>

#include "memory.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Length of the UTF-8 sequence at text (RFC 3629), or 0 if it is none. */
static size_t
utf8_length(const unsigned char *text, size_t left)
{
	static const struct
	{
		unsigned char mask;
		unsigned char lead;
		uint32_t	min;
	}			forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000},
	};

	for (size_t len = 1; len <= 4; len++)
	{
		uint32_t	code;

		if ((text[0] & forms[len - 1].mask) != forms[len - 1].lead)
			continue;
		if (left < len)
			return 0;
		code = text[0] & (unsigned char) ~forms[len - 1].mask;
		for (size_t i = 1; i < len; i++)
		{
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (text[i] & 0x3f);
		}
		if (code < forms[len - 1].min || code > 0x10ffff ||
			(code >= 0xd800 && code <= 0xdfff))
			return 0;
		return len;
	}
	return 0;
}

bool
sc_text_check(const char *text, size_t len, sc_errors *errors)
{
	int			line = 1;
	bool		carriage_return = false;

	for (size_t i = 0; i < len;)
	{
		unsigned char c = (unsigned char) text[i];
		size_t		step = 1;

		if (c == '\n')
			line++;
		else if (c == '\r' && i + 1 < len && text[i + 1] == '\n')
		{
			if (!carriage_return)
				sc_errors_add(errors, line,
							  "Convert the file to Unix line ends.",
							  "line ends in a carriage return (CRLF)");
			carriage_return = true;
		}
		else if (c == '\0')
		{
			sc_errors_add(errors, line, NULL,
						  "NUL byte: this is not a text file");
			return false;
		}
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
		{
			sc_errors_add(errors, line, NULL,
						  "control character 0x%02x: this is not a text file", c);
			return false;
		}
		else if ((step = utf8_length((const unsigned char *) text + i, len - i)) == 0)
		{
			sc_errors_add(errors, line, NULL,
						  "byte 0x%02x is not valid UTF-8", c);
			return false;
		}
		i += step;
	}
	if (carriage_return)
		return false;
	if (len > 0 && text[len - 1] != '\n')
		sc_errors_add(errors, line,
					  "If the file is complete, end its last line with a newline.",
					  "the last line does not end in a newline: the file may be truncated");
	return true;
}

/* Take one physical line off the reader, trimmed; false at the end. */
static bool
next_physical(sc_reader *reader, const char **start, size_t *len)
{
	const char *p = reader->text + reader->pos;
	const char *end;
	size_t		left = reader->len - reader->pos;

	if (left == 0)
		return false;
	end = memchr(p, '\n', left);
	reader->pos += end ? (size_t) (end - p) + 1 : left;
	reader->line++;
	if (end == NULL)
		end = p + left;
	while (p < end && is_space(*p))
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	*start = p;
	*len = (size_t) (end - p);
	return true;
}

static bool
is_comment(const char *start, size_t len)
{
	return len > 0 && (start[0] == '#' || start[0] == ';');
}

bool
sc_next_line(sc_reader *reader, sc_line *line, sc_errors *errors)
{
	const char *start;
	size_t		len;
	size_t		used = 0;
	size_t		room = 0;
	bool		more = false;

	do
	{
		if (!next_physical(reader, &start, &len))
			return false;
	} while (len == 0 || is_comment(start, len));

	memset(line, 0, sizeof(*line));
	line->line = reader->line;
	for (;;)
	{
		if (!is_comment(start, len))
		{
			more = len > 0 && start[len - 1] == '\\';
			if (more)
				len--;
			line->pieces = sc_grow(line->pieces, line->npieces, sizeof(sc_piece));
			line->pieces[line->npieces++] = (sc_piece) {used, reader->line};
			if (used + len + 2 > room)
			{
				room = (used + len + 2) * 2;
				line->text = sc_realloc(line->text, room);
			}
			memcpy(line->text + used, start, len);
			used += len;
			if (more)
				line->text[used++] = ' ';
		}
		if (!more)
			break;
		if (!next_physical(reader, &start, &len))
		{
			sc_errors_add(errors, reader->line,
						  "The file may be truncated.",
						  "the last line ends in a backslash, and nothing follows");
			break;
		}
	}
	while (used > 0 && is_space(line->text[used - 1]))
		used--;
	line->text[used] = '\0';
	return true;
}

/* The physical line of an offset, by bisection. */
static int
line_at(const sc_line *line, size_t offset)
{
	int			lo = 0;
	int			hi = line->npieces - 1;

	while (lo < hi)
	{
		int			mid = (lo + hi + 1) / 2;

		if (line->pieces[mid].offset <= offset)
			lo = mid;
		else
			hi = mid - 1;
	}
	return line->pieces[lo].line;
}

/* Append; the list grows by doubling. */
static void
add_word(sc_words *words, char *text, bool plus, bool quoted, int line)
{
	words->list = sc_grow(words->list, words->n, sizeof(sc_word));
	words->list[words->n++] = (sc_word) {text, plus, quoted, line};
}

sc_words
sc_split(const sc_line *line, size_t offset, sc_errors *errors)
{
	sc_words	words = {NULL, 0};
	const char *p = line->text + offset;

	for (;;)
	{
		const char *start;
		const char *end;
		bool		plus;
		int			at;

		while (is_space(*p))
			p++;
		if (*p == '\0')
			return words;
		at = line_at(line, (size_t) (p - line->text));

		/* a "+" may stand before the quotes: Role=+"big team" */
		plus = *p == '+';
		if (p[plus] != '"')
		{
			start = p + plus;
			while (*p != '\0' && !is_space(*p))
				p++;
			add_word(&words, sc_strndup(start, (size_t) (p - start)), plus, false, at);
			continue;
		}
		start = p + plus + 1;
		end = strchr(start, '"');
		if (end == NULL || (end[1] != '\0' && !is_space(end[1])))
		{
			sc_errors_add(errors, at, NULL, "%s",
						  end ? "white space is missing after a closing quote"
						  : "unterminated quoted word");
			return words;
		}
		add_word(&words, sc_strndup(start, (size_t) (end - start)), plus, true, at);
		p = end + 1;
	}
}
