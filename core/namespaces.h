/*
 * namespaces.h
 *		RestrictNamespaces: which namespaces may be made and entered.
 */
#ifndef SC_NAMESPACES_H
#define SC_NAMESPACES_H

#include "arguments.h"

typedef struct
{
	int			line;			/* 0: nothing was said, or "no" */
	uint32_t	denied;			/* CLONE_NEW... */
} sc_namespaces;

/* The directive's value: yes, no, or [~]TYPE...; an empty one resets. */
extern void sc_namespaces_say(sc_namespaces *namespaces, const sc_words *words, bool inverted,
							  int line, sc_errors *errors);

/*
 * The types of some CLONE_NEW... flags in the directive's words, "cgroup ipc",
 * "" for none.  Allocated.
 */
extern char *sc_namespaces_words(uint32_t flags);

/* The rules that it stands for; allocated. */
extern sc_rule_list sc_namespaces_rules(const sc_namespaces *namespaces);

#endif							/* SC_NAMESPACES_H */
