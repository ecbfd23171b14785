/*
 * processes.h
 *		The types of process that PostgreSQL has, and what their sections are
 *		called.
 */
#ifndef SC_PROCESSES_H
#define SC_PROCESSES_H

#include <stdbool.h>

typedef struct
{
	const char *name;			/* as pg_stat_activity.backend_type spells it */
	const char *general;		/* the type whose section holds for it, too; or NULL */
	int			since;			/* major version of PostgreSQL, 15 for all before */
	bool		worker;			/* a background worker */
	bool		session;		/* a session's program may follow */
	const char *also;			/* what else people call it, or NULL */
	const char *description;	/* what it does */
} sc_process_type;

extern const sc_process_type sc_process_types[];
extern const int sc_nprocess_types;

/* The most sections that hold for one process. */
#define SC_MAX_PROCESS_SECTIONS 8

/* The general types. */
#define SC_AUXILIARY "auxiliary"
#define SC_WORKER "background worker"

/* The one that works for its leader's session. */
#define SC_PARALLEL_WORKER "parallel worker"

/* Those of clients. */
#define SC_CLIENT "client backend"
#define SC_WALSENDER "walsender"

/* A type by its name; NULL if PostgreSQL has none of that name. */
extern const sc_process_type *sc_process_type_by_name(const char *name);

/* Do sections of other types come on top of this one's? */
extern bool sc_is_general(const sc_process_type *type);

/* The type that a misspelt name, or another word for it, may mean; or NULL. */
extern const char *sc_nearest_process_type(const char *name);

/*
 * Is it the same library?  Folders and ".so" do not count: registrations name
 * one in many ways, and a section more only tightens.
 */
extern bool sc_same_library(const char *a, const char *b);

#endif							/* SC_PROCESSES_H */
