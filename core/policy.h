/*
 * policy.h
 *		A policy file, from text to sections.
 *
 * See doc/policy.md for the language.
 */
#ifndef SC_POLICY_H
#define SC_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "errors.h"
#include "match.h"
#include "processes.h"
#include "rules.h"

/* The largest policy that is read. */
#define SC_MAX_POLICY (1024 * 1024)

/* The most session sections that are compiled. */
#define SC_MAX_SESSIONS 2000

/* The most sections [Process ...]. */
#define SC_MAX_PROCESSES 200

/* The profile name of the section [Session], which has none of its own. */
#define SC_DEFAULT_PROFILE "session"

typedef enum
{
	SC_MODE_ENFORCE,
	SC_MODE_PERMISSIVE,
	SC_MODE_OFF
} sc_mode;

typedef struct
{
	const char *title;			/* as in the file: "Server", "Session reporting" */
	const char *profile;		/* of a session section, else NULL */
	const char *process;		/* of a process section: its type, or its own name; else NULL */
	const sc_process_type *type;	/* of a process section, if it is PostgreSQL's */
	int			line;			/* of the header; 0: the file has none */
	int			index;			/* of sc_policy_scope() */
	sc_ruleset	rules;
	sc_matchers matchers;		/* of a session section */
	sc_words	libraries;		/* of a process section */
} sc_section;

/* A process, as it sees itself or as PostgreSQL shows it. */
typedef struct
{
	const char *type;			/* as sc_process_types has it, or a worker's bgw_type */
	bool		worker;			/* a background worker */
	const char *library;		/* a background worker's, or NULL: not known */
} sc_process;

/* One line as it stands, for pg_seccomp_file_rules. */
typedef struct
{
	int			line;
	const char *section;		/* or NULL before the first */
	const sc_section *scope;	/* that section's, if it is one of a scope */
	const char *directive;		/* or NULL: no "=" */
	const char *value;
} sc_directive;

typedef struct
{
	const char *path;
	const char *text;			/* the bytes that were parsed */
	size_t		len;

	sc_mode		mode;
	sc_words	data_directories;
	sc_section	server;
	sc_section	child;
	sc_section **processes;		/* in file order */
	int			nprocesses;
	sc_section **sessions;		/* in file order, [Session] included */
	int			nsessions;
	sc_digest  *digests;		/* beside sessions; 0: login never chooses it */
	sc_section *fallback;		/* [Session], or NULL */
	bool		needs_membership;	/* a section matches by role membership */

	sc_directive *directives;
	int			ndirectives;
	sc_errors	errors;			/* .total > 0: do not use the rest */
} sc_policy;

/*
 * Parse a policy.  Always returns one; look at errors.total.  path is for
 * messages; neither path nor text is copied.
 */
extern sc_policy *sc_policy_parse(const char *path, const char *text, size_t len);

/* ----------
 * Scopes, and what holds for whom: sections.c
 * ----------
 */

/* The section for a client session, or NULL: none comes on top of its process's. */
extern const sc_section *sc_policy_session(const sc_policy *policy,
										   const sc_client *client);

/* All sections that have a scope, by index: [Server], [Child], those of processes, of sessions. */
extern int	sc_policy_nscopes(const sc_policy *policy);
extern const sc_section *sc_policy_scope(const sc_policy *policy, int i);

/*
 * The sections that hold for a process beside [Server] and [Child], in the order
 * in which they are attached: the general ones, the one of a background worker's
 * library, the type's own.  sections has room for SC_MAX_PROCESS_SECTIONS; returns
 * their number.
 */
extern int	sc_policy_process(const sc_policy *policy, const sc_process *process,
							  const sc_section **sections);

/* The section, other than one or NULL, that a background worker's library has; or NULL. */
extern const sc_section *sc_policy_library(const sc_policy *policy, const sc_section *other_than,
										   const char *library);

/* A session section by profile name, or NULL. */
extern const sc_section *sc_policy_profile(const sc_policy *policy,
										   const char *profile);

/* All sections that hold for a process, in the order in which they are attached. */
typedef struct
{
	const sc_section *list[SC_MAX_PROCESS_SECTIONS + 3];
	int			n;
} sc_sections;

/* Those of a process; NULL: the postmaster.  session: its session's section, or NULL. */
extern sc_sections sc_sections_of_process(const sc_policy *policy, const sc_process *process,
										  const sc_section *session);

/*
 * Those of the processes that a section is for; it is the last.  Of a session
 * section's these are client backends, unless only walsenders fit it.
 */
extern sc_sections sc_sections_of(const sc_policy *policy, const sc_section *section);

/* The process that these are of: of its type's, a worker's bgw_type or library. */
extern sc_process sc_process_of(const sc_section *section);

/*
 * The name of a section's scope: "server", "child", "process:checkpointer",
 * "session", "session:reporting".  Allocated.
 */
extern const char *sc_scope_name(const sc_section *section);

/* May a directive of this name stand in [Server]? */
extern bool sc_policy_has_directive(const char *name);

/* "enforce", "permissive" or "off". */
extern const char *sc_mode_name(sc_mode mode);

#endif							/* SC_POLICY_H */
