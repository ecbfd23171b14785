/*
 * findings.c
 *		The list of what is to be said of files, and its order.
 */
#include "findings.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

void
sc_finding_add(sc_findings *findings, const char *file, int line, bool error, const char *hint,
			   const char *fmt,...)
{
	va_list		args;
	char	   *text;

	va_start(args, fmt);
	text = sc_vformat(fmt, args);
	va_end(args);
	findings->list = sc_grow(findings->list, findings->n, sizeof(sc_finding));
	findings->list[findings->n++] = (sc_finding) {file, line, error, text, hint};
}

typedef struct
{
	sc_finding	finding;
	int			file;			/* by first mention */
	int			order;
} sortable;

static int
compare_findings(const void *left, const void *right)
{
	const sortable *a = left;
	const sortable *b = right;

	if (a->file != b->file)
		return a->file - b->file;
	if (a->finding.line != b->finding.line)
		return a->finding.line < b->finding.line ? -1 : 1;
	return a->order - b->order;
}

void
sc_findings_sort(sc_findings *findings)
{
	sortable   *list = sc_alloc((size_t) findings->n * sizeof(sortable));
	const char **files = NULL;
	int			nfiles = 0;

	for (int i = 0; i < findings->n; i++)
	{
		int			file = 0;

		while (file < nfiles && strcmp(files[file], findings->list[i].file) != 0)
			file++;
		if (file == nfiles)
		{
			files = sc_grow(files, nfiles, sizeof(char *));
			files[nfiles++] = findings->list[i].file;
		}
		list[i] = (sortable) {findings->list[i], file, i};
	}
	if (findings->n > 0)
		qsort(list, (size_t) findings->n, sizeof(sortable), compare_findings);
	for (int i = 0; i < findings->n; i++)
		findings->list[i] = list[i].finding;
}
