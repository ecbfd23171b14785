/*
 * dump_catalog.c
 *		Print the catalog's groups and families, for scripts to compare.
 *
 * One line each: name, "group" or "family", members; tabs between.  Nested
 * groups stay nested, "*" becomes every call.
 */
#include "../catalog.h"

#include <stdio.h>
#include <string.h>

int
main(void)
{
	const char *error = sc_catalog_init();

	if (error)
	{
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	for (int i = 0; i < sc_ngroups; i++)
	{
		const sc_group *group = &sc_groups[i];

		printf("%s\t%s\t", group->name,
			   group->kind == SC_GROUP ? "group" : "family");
		if (strcmp(group->members, "*") != 0)
			printf("%s", group->members);
		else
		{
			for (int call = 0; call < sc_nsyscalls; call++)
				printf("%s%s", call > 0 ? " " : "", sc_syscalls[call].name);
		}
		printf("\n");
	}
	return 0;
}
