/*
 * scopes.c
 *		The scopes of a policy, compiled: what a process of each has to obey.
 */
#include "scopes.h"

#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "tool.h"

/* How many scopes a message names. */
#define MAX_NAMED 12

/* Compile a section on top of what its processes have already. */
static void
push(scope *s, const sc_section *section, sc_errors *errors)
{
	const char *problem = sc_stack_push(&s->stack, section);

	s->section = section;
	s->name = sc_scope_name(section);
	if (problem)
		sc_errors_add(errors, section->line, NULL, "could not compile section [%s]: %s", section->title, problem);
}

scopes
try_scopes(const sc_policy *policy, sc_errors *errors)
{
	scopes		all = {.policy = policy,.n = policy->nsessions + 2};

	all.list = sc_alloc((size_t) all.n * sizeof(scope));
	push(&all.list[0], &policy->server, errors);
	all.list[1] = all.list[0];
	push(&all.list[1], &policy->child, errors);
	for (int i = 0; i < policy->nsessions; i++)
	{
		all.list[i + 2] = all.list[1];
		push(&all.list[i + 2], policy->sessions[i], errors);
	}
	return all;
}

scopes
compile_scopes(const sc_policy *policy)
{
	sc_errors	errors = {.total = 0};
	scopes		all = try_scopes(policy, &errors);

	print_errors(policy->path, "error", &errors);
	if (errors.total > 0)
		exit(EXIT_USAGE);
	return all;
}

const scope *
scope_by_name(const scopes *all, const char *name)
{
	for (int i = 0; i < all->n; i++)
		if (strcmp(all->list[i].name, name) == 0 || strcmp(all->list[i].section->title, name) == 0)
			return &all->list[i];
	return NULL;
}

const scope *
try_scope(const scopes *all, const char *name, const char **problem)
{
	const scope *found = scope_by_name(all, name);
	const int	shown = all->n < MAX_NAMED ? all->n : MAX_NAMED;
	char	   *names;

	if (found)
		return found;
	names = sc_format("\"%s\"", all->list[0].name);
	for (int i = 1; i < shown; i++)
		names = sc_format("%s, \"%s\"", names, all->list[i].name);
	*problem = sc_format("policy \"%s\" has no scope \"%s\"; it has %s%s", all->policy->path, name, names,
						 shown < all->n ? ", ..." : "");
	return NULL;
}

const scope *
find_scope(const scopes *all, const char *name)
{
	const char *problem;
	const scope *found = try_scope(all, name, &problem);

	if (found == NULL)
		die("%s", problem);
	return found;
}

const scope *
scope_of(const scopes *all, const sc_section *section)
{
	for (int i = 0; i < all->n; i++)
		if (all->list[i].section == section)
			return &all->list[i];
	return NULL;
}
