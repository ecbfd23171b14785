/*
 * show_processes.c
 *		pg_seccomp show: the types of process, and which scopes hold for each.
 */
#include "show.h"

#include <string.h>

#include "../core/memory.h"

static void
put_since(table *t, const sc_process_type *type)
{
	/* older releases are not supported */
	if (type && type->since > 15)
		put_number(t, type->since, 0);
	else
		put_null(t);
}

void
show_process_types(void)
{
	static const column columns[] = {
		{"process", COLUMN_TEXT}, {"general", COLUMN_TEXT}, {"since", COLUMN_NUMBER}, {"session", COLUMN_FLAG},
		{"what", COLUMN_TEXT}
	};
	table	   *t = table_start("processes", NULL, columns, NCOLUMNS(columns));

	for (int i = 0; i < sc_nprocess_types; i++)
	{
		const sc_process_type *type = &sc_process_types[i];

		put_text(t, type->name);
		put_text(t, type->general);
		put_since(t, type);
		put_flag(t, type->session);
		put_text(t, type->description);
	}
}

/* A process, the postmaster if NULL, and the scopes that hold for it beside a session's. */
static void
put_process(table *t, const scopes *all, const sc_process *process, const char *name, const char *libraries)
{
	const sc_process_type *type = process && process->type ? sc_process_type_by_name(process->type) : NULL;
	sc_sections sections = sc_sections_of_process(all->policy, process, NULL);
	char	   *names = NULL;

	for (int i = 0; i < sections.n; i++)
		if (i == 0 || sections.list[i]->line > 0)
			names = names ? sc_format("%s, %s", names, sc_scope_name(sections.list[i])) :
				sc_format("%s", sc_scope_name(sections.list[i]));
	put_text(t, name);
	put_text(t, libraries);
	put_since(t, type);
	put_text(t, names);
	/* a worker of a library's may connect as a role */
	put_flag(t, type ? type->session : process != NULL);
}

void
show_processes(const scopes *all)
{
	static const column columns[] = {
		{"process", COLUMN_TEXT}, {"libraries", COLUMN_TEXT}, {"since", COLUMN_NUMBER}, {"scopes", COLUMN_TEXT},
		{"session", COLUMN_FLAG}
	};
	const sc_policy *policy = all->policy;
	table	   *t = table_start("processes", NULL, columns, NCOLUMNS(columns));

	put_process(t, all, NULL, "postmaster", NULL);
	for (int i = 0; i < sc_nprocess_types; i++)
	{
		const sc_process process = {sc_process_types[i].name, sc_process_types[i].worker, NULL};

		/* no process is of this type alone */
		if (strcmp(process.type, SC_AUXILIARY) != 0)
			put_process(t, all, &process, process.type, NULL);
	}
	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];
		const sc_process process = sc_process_of(section);

		if (section->type == NULL)
			put_process(t, all, &process, process.type, libraries_text(section));
	}
}
