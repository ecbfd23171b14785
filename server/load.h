/*
 * load.h
 *		A policy read from its file and compiled.
 */
#ifndef PGSC_LOAD_H
#define PGSC_LOAD_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "../core/trust.h"
#include "attach.h"

/* What pg_seccomp_status.file_state says. */
typedef enum
{
	FILE_CURRENT,
	FILE_CHANGED,
	FILE_UNTRUSTED,
	FILE_INVALID,
	FILE_MISSING
} FileState;

typedef struct
{
	sc_policy  *policy;
	sc_file_id	file;			/* what was read */
	TimestampTz loaded_at;
	bool		permissive;
	sc_program	server;			/* len 0: nothing to attach */
	sc_program	child;
	Attached   *processes;		/* beside policy->processes; once compiled */
	sc_program *sessions;		/* beside policy->sessions; len 0: not built */
} LoadedPolicy;

/* Why a policy could not be loaded; allocated in the caller's context. */
typedef struct
{
	FileState	state;
	char	   *message;		/* the errmsg */
	char	   *detail;			/* or NULL */
	char	   *hint;			/* or NULL */
} LoadError;

/* The path of the policy that pg_seccomp.policy names.  palloc'd. */
extern char *policy_path(void);

/*
 * Read, check and parse the policy in the current memory context, which must
 * outlive it.  If *same is given and the file has its very bytes, returns
 * same.  NULL on failure, with *error filled.
 */
extern LoadedPolicy *load_policy(const char *path, LoadedPolicy *same,
								 LoadError *error);

/*
 * Compile the server, child and all process and session programs.  False on
 * failure, with *error filled.
 */
extern bool compile_policy(LoadedPolicy *loaded, LoadError *error);

/* Compile one session's program, if not yet done; section i. */
extern bool compile_session(LoadedPolicy *loaded, int i, LoadError *error);

/*
 * What is to be attached for a section whose program is compiled.  Its strings
 * are the section's, but for the name: allocated by core/'s rules.
 */
extern Attached section_scope(const LoadedPolicy *loaded, const sc_section *section,
							  sc_program program);

/* What is to be attached for a process section of a compiled policy. */
static inline const Attached *
process_scope(const LoadedPolicy *loaded, const sc_section *section)
{
	return &loaded->processes[section->index - loaded->policy->processes[0]->index];
}

/* Index of a section in policy->sessions. */
extern int	session_index(const LoadedPolicy *loaded, const sc_section *section);

/*
 * Does one of the policy's DataDirectory lines name this cluster?
 */
extern bool policy_names_cluster(const sc_policy *policy);

/*
 * May this cluster use the policy: it has no DataDirectory lines, or one that
 * names it?  False with *error filled.
 */
extern bool policy_fits_cluster(const LoadedPolicy *loaded, LoadError *error);

/* What the file is like now, compared to loaded.  *error as load_policy(). */
extern FileState file_state(const LoadedPolicy *loaded, LoadError *error);

extern const char *file_state_name(FileState state);

#endif							/* PGSC_LOAD_H */
