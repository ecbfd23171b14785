/*
 * scopes.h
 *		The scopes of a policy, compiled: what a process of each has to obey.
 */
#ifndef PGSC_SCOPES_H
#define PGSC_SCOPES_H

#include "../core/stack.h"

typedef struct
{
	const char *name;			/* as sc_scope_name() has it: of its last section */
	const sc_section *section;	/* that one */
	sc_sections sections;		/* all that hold, even those that say nothing */
	sc_stack	stack;			/* their programs */
} scope;

typedef struct
{
	const sc_policy *policy;
	sc_stack   *own;			/* each section's own program, if it has one */
	scope	   *list;			/* by the index of sc_policy_scope() */
	int			n;
} scopes;

/*
 * All scopes of a policy without errors.  Ends the program if one cannot be
 * compiled.  Allocated.
 */
extern scopes compile_scopes(const sc_policy *policy);

/*
 * The same, but what cannot be compiled is an error of the list, and left out of
 * its scope.
 */
extern scopes try_scopes(const sc_policy *policy, sc_errors *errors);

/* A scope by name, or by its section's title ("Session reporting"); or NULL. */
extern const scope *scope_by_name(const scopes *all, const char *name);

/* The same; ends the program with the names that there are if there is none. */
extern const scope *find_scope(const scopes *all, const char *name);

/* The same, but NULL if there is none, and *problem names those that there are.  Allocated. */
extern const scope *try_scope(const scopes *all, const char *name, const char **problem);

/* The scope of a section. */
extern const scope *scope_of(const scopes *all, const sc_section *section);

/*
 * What a process has to obey: sc_sections_of_process(), compiled.  Its name is that
 * of its last section's scope, which other processes may have, too.
 */
extern scope scope_of_process(const scopes *all, const sc_process *process, const sc_section *session);

#endif							/* PGSC_SCOPES_H */
