/*
 * table.c
 *		What commands print: tables, as text for people or as JSON.
 */
#include "table.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/memory.h"

typedef struct
{
	char	   *text;			/* NULL: empty */
	double		number;
	int			decimals;
	bool		flag;
	tone		how;
} cell;

struct table
{
	const char *name;
	const char *title;
	const column *columns;
	int			ncolumns;
	cell	   *cells;			/* row by row */
	int			ncells;
	table	   *next;
};

static table *first;
static table *last;
static bool json;

/* No key is a letter: each option has its long name only. */
enum
{
	KEY_JSON = 0x1000
};

static error_t
parse_json_option(int key, char *arg, struct argp_state *state)
{
	(void) arg;
	(void) state;
	if (key != KEY_JSON)
		return ARGP_ERR_UNKNOWN;
	json = true;
	return 0;
}

static const struct argp_option json_options[] = {
	{"json", KEY_JSON, NULL, 0, "Print tables as one JSON object", 90}, {0}
};
static const struct argp json_argp = {.options = json_options,.parser = parse_json_option};
const struct argp_child with_json[] = {{&json_argp, 0, NULL, 0}, {0}};

bool
wants_json(void)
{
	return json;
}

table *
table_start(const char *name, const char *title, const column *columns, int ncolumns)
{
	table	   *t = sc_alloc(sizeof(table));

	for (const table *other = first; other; other = other->next)
		if (strcmp(other->name, name) == 0)
			die("there are two tables \"%s\": a bug", name);
	*t = (table) {.name = name,.title = title,.columns = columns,.ncolumns = ncolumns};
	if (last)
		last->next = t;
	else
		first = t;
	last = t;
	return t;
}

static cell *
next_cell(table *t)
{
	t->cells = sc_grow(t->cells, t->ncells, sizeof(cell));
	t->cells[t->ncells] = (cell) {.text = NULL};
	return &t->cells[t->ncells++];
}

/* How many bytes of a printable UTF-8 character begin here; 0: none. */
static size_t
printable(const char *text)
{
	const unsigned char *c = (const unsigned char *) text;
	size_t		len = c[0] < 0x80 ? 1 : c[0] >= 0xc2 && c[0] < 0xe0 ? 2 :
		c[0] >= 0xe0 && c[0] < 0xf0 ? 3 : c[0] >= 0xf0 && c[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if (len == 1)
		return c[0] >= 0x20 && c[0] != 0x7f ? 1 : 0;
	/* C1 controls; overlong forms, surrogates, past U+10FFFF; marks that turn lines around */
	if ((len == 2 && c[0] == 0xc2 && c[1] < 0xa0) || (len == 3 && c[0] == 0xe0 && c[1] < 0xa0) ||
		(len == 3 && c[0] == 0xed && c[1] >= 0xa0) || (len == 4 && c[0] == 0xf0 && c[1] < 0x90) ||
		(len == 4 && c[0] == 0xf4 && c[1] >= 0x90) ||
		(len == 3 && c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0x8e && c[2] <= 0xae && (c[2] <= 0x8f || c[2] >= 0xa8)) ||
									  (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9))))
		return 0;
	return len;
}

char *
harmless(const char *text)
{
	size_t		size = 1;
	char	   *copy;
	char	   *to;

	for (const char *c = text; *c;)
	{
		size_t		len = printable(c);

		size += len > 0 ? len : 4;
		c += len > 0 ? len : 1;
	}
	to = copy = sc_alloc(size);
	while (*text)
	{
		size_t		len = printable(text);

		if (len == 0)
			to += sprintf(to, "\\x%02x", (unsigned char) *text++);
		else
		{
			memcpy(to, text, len);
			to += len;
			text += len;
		}
	}
	return copy;
}

void
put_tone(table *t, const char *text, tone how)
{
	cell	   *c = next_cell(t);

	c->text = text ? harmless(text) : NULL;
	c->how = how;
}

void
put_text(table *t, const char *text)
{
	put_tone(t, text, PLAIN);
}

void
put_number(table *t, double number, int decimals)
{
	cell	   *c = next_cell(t);

	c->text = sc_format("%.*f", decimals, number);
	c->number = number;
	c->decimals = decimals;
}

void
put_flag(table *t, bool flag)
{
	cell	   *c = next_cell(t);

	c->text = sc_format("%s", flag ? "yes" : "no");
	c->flag = flag;
}

void
put_null(table *t)
{
	next_cell(t);
}

int
table_rows(const table *t)
{
	return t->ncells / t->ncolumns;
}

/* In columns of a terminal, taking each character for one. */
static int
width_of(const char *text)
{
	int			width = 0;

	for (; text && *text; text++)
		width += ((unsigned char) *text & 0xc0) != 0x80;
	return width;
}

/* https://no-color.org: set and not empty */
static bool
coloured(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') &&
		term != NULL && strcmp(term, "dumb") != 0;
}

/* A cell; *blanks are those that the line owes, for none shall end in some. */
static void
print_padded(const char *text, int width, bool right, int *blanks, const char *colour)
{
	int			padding = width - width_of(text);

	if (text && *text)
	{
		printf("%*s", *blanks + (right ? padding : 0), "");
		printf(colour ? "\033[%s" "m%s\033[0m" : "%s%s", colour ? colour : "", text);
		*blanks = right ? 0 : padding;
	}
	else
		*blanks += padding;
	*blanks += 2;
}

static void
print_text(const table *t)
{
	static const char *const colours[] = {[PLAIN] = NULL,[GOOD] = "32",[DOUBTFUL] = "33",[BAD] = "31"};
	bool		colour = coloured();
	int			rows = table_rows(t);
	int		   *widths = sc_alloc((size_t) t->ncolumns * sizeof(int));

	if (t->title)
		printf("%s\n", t->title);
	for (int i = 0; i < t->ncolumns; i++)
	{
		widths[i] = width_of(t->columns[i].name);
		for (int row = 0; row < rows; row++)
		{
			int			width = width_of(t->cells[row * t->ncolumns + i].text);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	for (int i = 0, blanks = 0; i < t->ncolumns; i++)
	{
		char	   *heading = sc_strndup(t->columns[i].name, strlen(t->columns[i].name));

		for (char *c = heading; *c; c++)
			if (*c == '_')
				*c = ' ';
		print_padded(heading, widths[i], t->columns[i].type == COLUMN_NUMBER, &blanks, colour ? "1" : NULL);
	}
	putchar('\n');
	for (int row = 0; row < rows; row++)
	{
		const cell *cells = &t->cells[row * t->ncolumns];

		for (int i = 0, blanks = 0; i < t->ncolumns; i++)
			print_padded(cells[i].text, widths[i], t->columns[i].type == COLUMN_NUMBER, &blanks,
						 colour ? colours[cells[i].how] : NULL);
		putchar('\n');
	}
}

/* jansson's objects, of which none is missing. */
static json_t *
made(json_t *value)
{
	if (value == NULL)
		die("out of memory");
	return value;
}

/* Put a value in place, which JSON's functions do or free it. */
static void
done(int status)
{
	if (status != 0)
		die("could not make the result's JSON");
}

static json_t *
json_cell(const cell *c, column_type type)
{
	if (c->text == NULL)
		return json_null();
	if (type == COLUMN_FLAG)
		return json_boolean(c->flag);
	if (type == COLUMN_NUMBER)
		return made(c->decimals > 0 ? json_real(strtod(c->text, NULL)) : json_integer((json_int_t) c->number));
	return made(json_string(c->text));
}

static void
print_json(void)
{
	json_t	   *root = made(json_object());

	for (const table *t = first; t; t = t->next)
	{
		json_t	   *rows = made(json_array());

		for (int i = 0; i < t->ncells; i += t->ncolumns)
		{
			json_t	   *row = made(json_object());

			for (int at = 0; at < t->ncolumns; at++)
				done(json_object_set_new(row, t->columns[at].name,
										 json_cell(&t->cells[i + at], t->columns[at].type)));
			done(json_array_append_new(rows, row));
		}
		done(json_object_set_new(root, t->name, rows));
	}
	if (json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) < 0)
		die("could not write the result: %m");
	putchar('\n');
	json_decref(root);
}

void
print_tables(void)
{
	if (json)
		print_json();
	else
		for (const table *t = first; t; t = t->next)
		{
			print_text(t);
			if (t->next)
				putchar('\n');
		}
	first = last = NULL;
	if (fflush(stdout) != 0 || ferror(stdout))
		die("could not write the result: %m");
}
