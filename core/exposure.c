/*
 * exposure.c
 *		Tables of what a policy is scored against.
 */
#include "exposure.h"

#include <string.h>

#include "memory.h"

#define MAX_COLUMNS 16

/* Rows past these are an error: each is tried on every scope. */
#define MAX_ROWS 10000

typedef struct
{
	const char *rest;
	const char *end;
	int			line;
	const char *const *wanted;	/* names of columns; the last ones may be missing */
	int			nneeded;
	int			nwanted;
	int			at[MAX_COLUMNS];	/* where they are, -1: nowhere; valid with a head */
	bool		head;
	int			rows;
	const char *columns[MAX_COLUMNS];
} reader;

/* The text up to a separator or the end; steps over both. */
static char *
cut(const char **rest, const char *end, char separator)
{
	const char *start = *rest;
	const char *stop = memchr(start, separator, (size_t) (end - start));

	if (stop == NULL)
		stop = end;
	*rest = stop < end ? stop + 1 : end;
	return sc_strndup(start, (size_t) (stop - start));
}

/* The columns of a line; more than MAX_COLUMNS are left out. */
static int
split_columns(const char *line, const char *columns[MAX_COLUMNS])
{
	const char *end = line + strlen(line);
	int			n = 0;

	while (line < end && n < MAX_COLUMNS)
		columns[n++] = cut(&line, end, '\t');
	return n;
}

static bool
read_head(reader *r, int n, sc_errors *errors)
{
	for (int i = 0; i < r->nwanted; i++)
	{
		r->at[i] = -1;
		for (int c = n; c-- > 0;)
			if (i < r->nneeded ? strcmp(r->columns[c], r->wanted[i]) == 0 :
				strncmp(r->columns[c], r->wanted[i], strlen(r->wanted[i])) == 0)
				r->at[i] = c;
		if (i < r->nneeded && r->at[i] < 0)
		{
			sc_errors_add(errors, r->line, NULL, "there is no column \"%s\"", r->wanted[i]);
			return false;
		}
	}
	r->head = true;
	return true;
}

/* The next row: false at the end, or if there is no use in going on. */
static bool
next_row(reader *r, sc_errors *errors)
{
	while (r->rest < r->end)
	{
		char	   *line = cut(&r->rest, r->end, '\n');
		int			n = split_columns(line, r->columns);
		bool		good = true;

		r->line++;
		if (line[0] == '#' || n == 0)
			continue;
		if (!r->head)
		{
			if (!read_head(r, n, errors))
				return false;
			continue;
		}
		for (int i = 0; i < r->nneeded; i++)
			good = good && r->at[i] < n;
		if (!good)
		{
			sc_errors_add(errors, r->line, NULL, "too few columns");
			continue;
		}
		if (++r->rows > MAX_ROWS)
		{
			sc_errors_add(errors, r->line, NULL, "a table has at most %d rows", MAX_ROWS);
			return false;
		}
		for (int i = n; i < MAX_COLUMNS; i++)
			r->columns[i] = NULL;
		return true;
	}
	if (!r->head)
		sc_errors_add(errors, 0, NULL, "the table is empty");
	return false;
}

/* A column of the row, or what stands for it if the table or the row lacks it. */
static const char *
value(const reader *r, int i, const char *missing)
{
	const char *text = r->at[i] < 0 ? NULL : r->columns[r->at[i]];

	return text ? text : missing;
}

sc_exploits
sc_exploits_parse(const char *text, size_t len, sc_errors *errors)
{
	static const char *const wanted[] = {"cve", "year", "name", "gates", "needs_userns", "docker_default_blocks"};
	enum
	{
		CVE, YEAR, NAME, GATES, USERNS, DOCKER
	};
	reader		r = {.rest = text,.end = text + len,.wanted = wanted,.nneeded = 5,.nwanted = 6};
	sc_exploits exploits = {.n = 0};

	if (!sc_text_check(text, len, errors))
		return exploits;
	while (next_row(&r, errors))
	{
		exploits.list = sc_grow(exploits.list, exploits.n, sizeof(sc_exploit));
		exploits.list[exploits.n++] = (sc_exploit)
		{
			.cve = value(&r, CVE, ""),.year = value(&r, YEAR, ""),.name = value(&r, NAME, ""),
				.gates = sc_gates_parse(value(&r, GATES, ""), r.line, errors),
				.userns = strcmp(value(&r, USERNS, ""), "yes") == 0,
				.docker = value(&r, DOCKER, "unknown")
		};
	}
	exploits.docker = r.head && r.at[DOCKER] >= 0;
	return exploits;
}

/* A whole number from 1 on; 0: it is none. */
static int
read_weight(const char *text)
{
	int			weight = 0;

	for (; *text >= '0' && *text <= '9' && weight <= SC_MAX_WEIGHT; text++)
		weight = weight * 10 + (*text - '0');
	return *text == '\0' && weight <= SC_MAX_WEIGHT ? weight : 0;
}

/* Put the last one where its weight belongs. */
static void
sort_in(sc_assessments *assessments)
{
	sc_assessment last = assessments->list[assessments->n - 1];
	int			i = assessments->n - 1;

	for (; i > 0 && assessments->list[i - 1].weight < last.weight; i--)
		assessments->list[i] = assessments->list[i - 1];
	assessments->list[i] = last;
}

sc_assessments
sc_assessments_parse(const char *text, size_t len, sc_errors *errors)
{
	static const char *const wanted[] = {"name", "weight", "gates", "what", "why"};
	enum
	{
		NAME, WEIGHT, GATES, WHAT, WHY
	};
	reader		r = {.rest = text,.end = text + len,.wanted = wanted,.nneeded = 4,.nwanted = 5};
	sc_assessments assessments = {.n = 0};

	if (!sc_text_check(text, len, errors))
		return assessments;
	while (next_row(&r, errors))
	{
		sc_assessment one = {
			.name = value(&r, NAME, ""),.weight = read_weight(value(&r, WEIGHT, "")),
			.what = value(&r, WHAT, ""),.why = value(&r, WHY, "")
		};

		if (one.weight == 0)
			sc_errors_add(errors, r.line, NULL, "a weight is a whole number from 1 to %d", SC_MAX_WEIGHT);
		for (int i = 0; i < assessments.n; i++)
			if (strcmp(assessments.list[i].name, one.name) == 0)
			{
				sc_errors_add(errors, r.line, NULL, "the name was there before");
				break;
			}
		one.gates = sc_gates_parse(value(&r, GATES, ""), r.line, errors);
		assessments.list = sc_grow(assessments.list, assessments.n, sizeof(sc_assessment));
		assessments.list[assessments.n++] = one;
		assessments.weight += one.weight;
		sort_in(&assessments);
	}
	if (r.head && assessments.n == 0 && errors->total == 0)
		sc_errors_add(errors, 0, NULL, "the table is empty");
	return assessments;
}
