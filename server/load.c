/*
 * load.c
 *		From the policy file to programs.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "../core/memory.h"
#include "../core/program.h"
#include "load.h"
#include "pg_seccomp.h"
#include "sigsys.h"

static const char *const state_names[] = {
	[FILE_CURRENT] = "current",
	[FILE_CHANGED] = "changed",
	[FILE_UNTRUSTED] = "untrusted",
	[FILE_INVALID] = "invalid",
	[FILE_MISSING] = "missing",
};

const char *
file_state_name(FileState state)
{
	return state_names[state];
}

char *
policy_path(void)
{
	return psprintf("%s/%s.conf", PGSC_POLICY_DIR, pgsc_policy);
}

/* Fill *error; false, for the caller to return. */
static bool
set_error(LoadError *error, FileState state, char *message, char *detail,
		  const char *hint)
{
	error->state = state;
	error->message = message;
	error->detail = detail;
	error->hint = hint ? pstrdup(hint) : NULL;
	return false;
}

LoadedPolicy *
load_policy(const char *path, LoadedPolicy *same, LoadError *error)
{
	sc_file		file;
	LoadedPolicy *loaded;
	char	   *text;

	sc_read_trusted(path, &file);
	if (file.status != SC_FILE_TRUSTED)
	{
		set_error(error,
				  file.status == SC_FILE_MISSING ? FILE_MISSING :
				  file.status == SC_FILE_UNTRUSTED ? FILE_UNTRUSTED : FILE_INVALID,
				  sc_file_refusal(&file, path),
				  psprintf("%s.", file.why), file.hint);
		return NULL;
	}
	if (same && same->policy->len == file.len &&
		memcmp(same->policy->text, file.text, file.len) == 0)
	{
		same->file = file.id;
		return same;
	}

	text = sc_strndup(file.text, file.len);
	loaded = palloc0(sizeof(LoadedPolicy));
	loaded->file = file.id;
	loaded->policy = sc_policy_parse(pstrdup(path), text, file.len);
	if (loaded->policy->errors.total > 0)
	{
		set_error(error, FILE_INVALID,
				  psprintf("seccomp policy \"%s\" has errors", path),
				  sc_errors_text(&loaded->policy->errors, path),
				  "Correct the policy as root; nothing of it is in force until it has no errors.");
		return NULL;
	}
	loaded->loaded_at = GetCurrentTimestamp();
	loaded->permissive = loaded->policy->mode == SC_MODE_PERMISSIVE;
	loaded->sessions = palloc0(sizeof(sc_program) * Max(loaded->policy->nsessions, 1));
	return loaded;
}

static bool
compile(LoadedPolicy *loaded, const sc_section *section, sc_program *program,
		LoadError *error)
{
	const char *problem = sc_program_build(&section->rules, loaded->permissive,
											   sigsys_reporting(), program);

	if (problem == NULL)
		return true;
	return set_error(error, FILE_INVALID,
					 psprintf("could not compile section [%s] of seccomp policy \"%s\"",
							  section->title, loaded->policy->path),
					 psprintf("%s:%d: %s.", loaded->policy->path, section->line, problem),
					 "A program that does not do what the policy says is never attached; please report this with the policy.");
}

Attached
section_scope(const LoadedPolicy *loaded, const sc_section *section, sc_program program)
{
	const char *name = sc_scope_name(section);

	return (Attached)
	{
		.scope = section->profile ? "session" : name,.name = name,.title = section->title,
			.profile = section->profile,.policy = loaded->policy,.rules = &section->rules,
			.program = program,.permissive = loaded->permissive,
			.on_violation = section->rules.on_violation,
		/* under Mode=permissive nothing may fail that would not without a policy */
			.traits = loaded->permissive ? 0 : sc_traits_of(&section->rules)
	};
}

/* The process sections, and the most instructions that are added to one process. */
static bool
compile_processes(LoadedPolicy *loaded, int *longest, LoadError *error)
{
	sc_policy  *policy = loaded->policy;
	int			general = 0;
	int			single = 0;
	int			library = 0;

	loaded->processes = sc_alloc(sizeof(Attached) * Max(policy->nprocesses, 1));
	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];
		sc_program	program = {NULL, 0};
		int		   *most = section->libraries.n > 0 ? &library : &single;
		int			len;

		CHECK_FOR_INTERRUPTS();
		if (sc_rules_any(&section->rules) && !compile(loaded, section, &program, error))
			return false;
		loaded->processes[i] = section_scope(loaded, section, program);
		len = program.len + SC_PATH_PENALTY;
		if (sc_is_general(section->type))
			general += len;
		else
			*most = Max(*most, len);
	}
	/* a parallel worker has its own, and its leader's */
	*longest = general + 2 * single + library;
	return true;
}

bool
compile_session(LoadedPolicy *loaded, int i, LoadError *error)
{
	const sc_section *section = loaded->policy->sessions[i];

	if (loaded->policy->mode == SC_MODE_OFF || loaded->sessions[i].len > 0 ||
		!sc_rules_any(&section->rules))
		return true;
	return compile(loaded, section, &loaded->sessions[i], error);
}

bool
compile_policy(LoadedPolicy *loaded, LoadError *error)
{
	sc_policy  *policy = loaded->policy;
	int			longest = 0;
	int			processes;
	int			total;

	if (policy->mode == SC_MODE_OFF)
		return true;
	if (!compile(loaded, &policy->server, &loaded->server, error))
		return false;
	if (sc_rules_any(&policy->child.rules) &&
		!compile(loaded, &policy->child, &loaded->child, error))
		return false;
	if (!compile_processes(loaded, &processes, error))
		return false;
	for (int i = 0; i < policy->nsessions; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!compile_session(loaded, i, error))
			return false;
		longest = Max(longest, loaded->sessions[i].len);
	}

	total = loaded->server.len + loaded->child.len + processes + longest + 3 * SC_PATH_PENALTY;
	if (total > SC_MAX_PATH)
		return set_error(error, FILE_INVALID,
						 psprintf("seccomp policy \"%s\" is too large", policy->path),
						 psprintf("The programs of one process have up to %d instructions together; the kernel takes %d.",
								  total, SC_MAX_PATH),
						 "Shorten the lists, or name groups in their place.");
	return true;
}

int
session_index(const LoadedPolicy *loaded, const sc_section *section)
{
	for (int i = 0; i < loaded->policy->nsessions; i++)
		if (loaded->policy->sessions[i] == section)
			return i;
	elog(ERROR, "section \"%s\" is not in this policy", section->title);
}

bool
policy_names_cluster(const sc_policy *policy)
{
	struct stat here;
	struct stat named;

	if (stat(DataDir, &here) < 0)
		return false;
	for (int i = 0; i < policy->data_directories.n; i++)
		if (stat(policy->data_directories.list[i].text, &named) == 0 &&
			named.st_dev == here.st_dev && named.st_ino == here.st_ino)
			return true;
	return false;
}

bool
policy_fits_cluster(const LoadedPolicy *loaded, LoadError *error)
{
	if (loaded->policy->data_directories.n == 0 || policy_names_cluster(loaded->policy))
		return true;
	return set_error(error, FILE_INVALID,
					 psprintf("seccomp policy \"%s\" is not for data directory \"%s\"",
							  loaded->policy->path, DataDir),
					 NULL, "Choose another policy with pg_seccomp.policy, or add a DataDirectory line.");
}

FileState
file_state(const LoadedPolicy *loaded, LoadError *error)
{
	LoadedPolicy *now = load_policy(loaded->policy->path, unconstify(LoadedPolicy *, loaded), error);

	if (now == NULL || (now != loaded && !policy_fits_cluster(now, error)))
		return error->state;
	return now == loaded ? FILE_CURRENT : FILE_CHANGED;
}
