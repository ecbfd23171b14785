/*
 * table.h
 *		What commands print: tables, as text for people or as JSON.
 *
 * A command fills its tables row by row, cell by cell in the order of the
 * columns, and prints them all at its end.  Text comes from files that anybody
 * may have written (kernel logs, foreign profiles): bytes that are no printable
 * UTF-8 are shown as "\x1b", in JSON as well.
 */
#ifndef PGSC_TABLE_H
#define PGSC_TABLE_H

#include <stdbool.h>

#include "tool.h"

typedef enum
{
	COLUMN_TEXT,
	COLUMN_NUMBER,				/* to the right; in JSON a number */
	COLUMN_FLAG					/* yes or no; in JSON true or false */
} column_type;

typedef struct
{
	const char *name;			/* in JSON; the heading has blanks for "_" */
	column_type type;
} column;

/* Colours, on a terminal that wants them. */
typedef enum
{
	PLAIN,
	GOOD,						/* green */
	DOUBTFUL,					/* yellow */
	BAD							/* red */
} tone;

typedef struct table table;

/*
 * A new table, printed after those before it.  name is its key in JSON, title
 * the line above it in text, or NULL; neither is copied.  Dies if there is one of
 * this name.
 */
extern table *table_start(const char *name, const char *title, const column *columns, int ncolumns);

/* The next cell.  Text is copied; NULL is an empty cell, null in JSON. */
extern void put_text(table *t, const char *text);
extern void put_tone(table *t, const char *text, tone how);
extern void put_number(table *t, double number, int decimals);
extern void put_flag(table *t, bool flag);
extern void put_null(table *t);

/* A copy without what a terminal could take for a command, as in a cell.  Allocated. */
extern char *harmless(const char *text);

/* How many rows it has. */
extern int	table_rows(const table *t);

/*
 * Print all tables on standard output and forget them: as text; or with --json
 * as one object, each table an array of objects under its name.  Dies if they
 * cannot be written.
 */
extern void print_tables(void);

/* Was --json given? */
extern bool wants_json(void);

#endif							/* PGSC_TABLE_H */
