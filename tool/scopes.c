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

/* The program that a section has by itself; [Server] has one even if it says nothing. */
static sc_stack
compile(const sc_policy *policy, const sc_section *section, sc_errors *errors)
{
	sc_stack	own = {.n = 0};
	const char *problem = NULL;

	if (section == &policy->server || sc_rules_any(&section->rules))
		problem = sc_stack_push(&own, section);
	if (problem)
		sc_errors_add(errors, section->line, NULL, "could not compile section [%s]: %s", section->title, problem);
	return own;
}

/* The programs of some sections, one on top of the other. */
static scope
put_together(const scopes *all, const sc_sections *sections)
{
	const sc_section *last = sections->list[sections->n - 1];
	scope		s = {.name = sc_scope_name(last),.section = last,.sections = *sections};

	for (int i = 0; i < sections->n; i++)
	{
		const sc_stack *own = &all->own[sections->list[i]->index];

		if (own->n == 0)
			continue;
		s.stack.programs[s.stack.n] = own->programs[0];
		s.stack.rules[s.stack.n] = own->rules[0];
		s.stack.sections[s.stack.n++] = own->sections[0];
	}
	return s;
}

scope
scope_of_process(const scopes *all, const sc_process *process, const sc_section *session)
{
	sc_sections sections = sc_sections_of_process(all->policy, process, session);

	return put_together(all, &sections);
}

scopes
try_scopes(const sc_policy *policy, sc_errors *errors)
{
	scopes		all = {.policy = policy,.n = sc_policy_nscopes(policy)};

	all.own = sc_alloc((size_t) all.n * sizeof(sc_stack));
	all.list = sc_alloc((size_t) all.n * sizeof(scope));
	for (int i = 0; i < all.n; i++)
		all.own[i] = compile(policy, sc_policy_scope(policy, i), errors);
	for (int i = 0; i < all.n; i++)
	{
		sc_sections sections = sc_sections_of(policy, sc_policy_scope(policy, i));

		all.list[i] = put_together(&all, &sections);
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
	return &all->list[section->index];
}
