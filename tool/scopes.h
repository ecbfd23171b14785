/*
 * scopes.h
 *		The scopes of a policy, compiled: what a process of each has to obey.
 */
#ifndef PGSC_SCOPES_H
#define PGSC_SCOPES_H

#include "../core/stack.h"

typedef struct
{
	const char *name;			/* "server", "child", "session", "session:reporting" */
	const sc_section *section;	/* the last one of the stack's, even if it says nothing */
	sc_stack	stack;			/* its own program, on top of those before it */
} scope;

typedef struct
{
	const sc_policy *policy;
	scope	   *list;			/* server, child, then sessions in file order */
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

#endif							/* PGSC_SCOPES_H */
