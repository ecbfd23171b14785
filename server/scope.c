/*
 * scope.c
 *		The points of a process's life at which it gets a program.
 *
 *	postmaster, _PG_init		[Server]
 *	any child, in fork()		[Child]
 *	once it knows what it is	[Process ...]: process.c
 *	client, authenticated		the first [Session] that fits: session.c
 *	worker, acting for a role	the same
 *	parallel worker, GUCs		what its leader has
 *
 * Programs are compiled and proved once, in the postmaster, and inherited by
 * fork.  Shared memory holds nothing that is read here: a compromised backend
 * could write it.
 */
#include "postgres.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "arena.h"
#include "attach.h"
#include "oom.h"
#include "pg_seccomp.h"
#include "process.h"
#include "procfs.h"
#include "scope.h"
#include "shared.h"
#include "sigsys.h"
#include "violations.h"

LoadedPolicy *inherited;
bool		anchored;
int			outer_filters;

/* Has this process, or the one it was forked from, the child's program? */
static bool in_child_scope;

static Attached child_scope;

/* Is the postmaster's memory closed to other processes of its user, but not theirs? */
static bool only_postmaster_hidden;

/*
 * Every child inherits its programs from the postmaster's memory, which a
 * compromised backend could open as /proc/PID/mem, being of the same user.  A
 * process that is not dumpable belongs to root there (proc(5), ptrace(2)).
 * Children have nothing to pass on, and are made dumpable again unless the
 * policy says ProcessDumpable=no for them, too.
 */
static int
hide_postmaster(const sc_policy *policy)
{
	bool		all = policy->server.rules.dumpable == SC_NO || policy->child.rules.dumpable == SC_NO;
	bool		workers = false;

	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];

		workers = workers || (section->rules.dumpable == SC_NO &&
							  (section->type == NULL || section->type->worker));
	}
	only_postmaster_hidden = !all;
	/* these cannot set their score by themselves */
	if ((all || workers) && !keep_oom_score())
		return errno;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? errno : 0;
}

void
report_load_error(int elevel, const LoadError *error)
{
	ereport(elevel,
			(errcode(error->state == FILE_MISSING ? ERRCODE_UNDEFINED_FILE :
					 ERRCODE_CONFIG_FILE_ERROR),
			 errmsg("%s", error->message),
			 error->detail ? errdetail("%s", error->detail) : 0,
			 error->hint ? errhint("%s", error->hint) : 0));
}

/*
 * A cluster that some policy claims by DataDirectory runs under a policy that
 * claims it, and under no other: pg_seccomp.policy can be written by whoever
 * can write the configuration, the policies only by root.
 */
static void
check_claims(const LoadedPolicy *loaded)
{
	DIR		   *dir;
	struct dirent *entry;
	LoadError	error;

	if (!policy_fits_cluster(loaded, &error))
		report_load_error(FATAL, &error);
	if (loaded->policy->data_directories.n > 0)
		return;

	dir = AllocateDir(PGSC_POLICY_DIR);
	while ((entry = ReadDirExtended(dir, PGSC_POLICY_DIR, LOG)) != NULL)
	{
		size_t		len = strlen(entry->d_name);
		LoadedPolicy *other;

		if (len <= 5 || strcmp(entry->d_name + len - 5, ".conf") != 0)
			continue;
		other = load_policy(psprintf("%s/%s", PGSC_POLICY_DIR, entry->d_name), NULL, &error);
		if (other == NULL)
			ereport(LOG,
					(errmsg("%s", error.message),
					 errdetail("It is not this server's policy, but its DataDirectory lines, if any, are ignored.")));
		if (other && policy_names_cluster(other->policy))
			ereport(FATAL,
					(errcode(ERRCODE_CONFIG_FILE_ERROR),
					 errmsg("seccomp policy \"%s\" is not the one for data directory \"%s\"",
							loaded->policy->path, DataDir),
					 errdetail("Policy \"%s\" has a DataDirectory line that names it.",
							   other->policy->path),
					 errhint("Choose that policy with pg_seccomp.policy.")));
	}
	FreeDir(dir);
}

/* The sections but [Server], and but the logger's, that deny a call whatever its arguments; or NULL. */
static char *
sections_that_deny(const sc_policy *policy, const char *const *calls, int ncalls)
{
	char	   *titles = NULL;

	for (int i = policy->child.index; i < sc_policy_nscopes(policy); i++)
	{
		const sc_section *section = sc_policy_scope(policy, i);
		bool		denies = false;

		for (int c = 0; c < ncalls; c++)
		{
			int			call = sc_syscall_by_name(calls[c]);
			sc_verdict	verdict = sc_decide(&section->rules, SC_ABI_NATIVE,
											sc_number_of(SC_ABI_NATIVE, call), NULL, NULL);

			denies = denies || (verdict.action == SC_ERRNO && !verdict.depends);
		}
		/* it has no part in shared memory, nor in buffers */
		if (denies && !(section->process && strcmp(section->process, "logger") == 0))
			titles = psprintf("%s%s[%s]", titles ? titles : "", titles ? ", " : "", section->title);
	}
	return titles;
}

/*
 * A setting that asks for what the policy denies would fail later, and less
 * clearly; PostgreSQL does not survive all of it.
 */
static void
refuse_setting(const sc_policy *policy, const char *name, const char *value,
			   const char *const *calls, int ncalls, const char *hint)
{
	const char *setting = GetConfigOption(name, true, false);
	char	   *titles;

	if (setting == NULL || strcmp(setting, value) != 0 || policy->mode != SC_MODE_ENFORCE)
		return;
	titles = sections_that_deny(policy, calls, ncalls);
	if (titles)
		ereport(FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("seccomp policy \"%s\" denies what parameter \"%s\" asks for: \"%s\"",
						policy->path, name, value),
				 errdetail("It is denied in: %s.", titles),
				 errhint("%s", hint)));
}

static void
check_settings(const sc_policy *policy)
{
	static const char *const shared_memory[] = {"shmat", "shmctl", "shmdt", "shmget"};
	static const char *const rings[] = {"io_uring_enter"};

	refuse_setting(policy, "dynamic_shared_memory_type", "sysv", shared_memory, lengthof(shared_memory),
				   "Set it to \"posix\", or add \"SystemCallFilter=shmat shmctl shmdt shmget\" to these sections.");
	refuse_setting(policy, "io_method", "io_uring", rings, lengthof(rings),
				   "Set it to \"worker\", or take @pg-io-uring off the deny-lists of these sections and add \"SystemCallFilter=io_uring_enter\" to their allow-lists.");
}

/*
 * PostgreSQL 18 asked to use io_uring by a policy that has no io_uring would
 * fail later, and less clearly.
 */
static void
check_io_method(const sc_policy *policy)
{
	const char *io_method = GetConfigOption("io_method", true, false);
	int			call = sc_syscall_by_name("io_uring_setup");
	sc_verdict	verdict;

	if (io_method == NULL || strcmp(io_method, "io_uring") != 0 ||
		policy->mode != SC_MODE_ENFORCE)
		return;
	verdict = sc_decide(&policy->server.rules, SC_ABI_NATIVE,
						(uint32) sc_syscalls[call].nr[SC_ABI_NATIVE], NULL, NULL);
	if (verdict.action == SC_ERRNO && !verdict.depends)
		ereport(FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("seccomp policy \"%s\" denies io_uring, which parameter \"io_method\" asks for",
						policy->path),
				 errdetail("%s:%d denies system call \"io_uring_setup\".",
						   policy->path, verdict.line),
				 errhint("Set io_method to \"worker\", or take @pg-io-uring off the policy's deny-lists and add \"SystemCallRule=io_uring_setup allow\" to [Server].")));
}

/*
 * The child's program, at the first moment of every forked process.  Nothing
 * here but system calls: fork() may have been called from anywhere.
 */
static void
enter_child_scope(void)
{
	static const char message[] =
		"pg_seccomp: could not attach the program of [Child] or [Process]; this process ends\n";

	if (in_child_scope)
		return;
	in_child_scope = true;
	violations_after_fork();
	if (only_postmaster_hidden)
		(void) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (attach_scope(&child_scope) != 0 || process_scopes_after_fork() != 0)
	{
		/* if this fails too, nothing is left to tell it to */
		(void) !write(STDERR_FILENO, message, sizeof(message) - 1);
		_exit(1);
	}
}

void
enter_server_scope(void)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_seccomp policy",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	MemoryContext scratch;
	LoadError	error;
	LoadedPolicy *loaded;
	Attached	server;
	int			err;

	violations_init();
	sigsys_install();
	arena_begin();
	loaded = load_policy(policy_path(), NULL, &error);

	/*
	 * A file written just now is read again a moment later, so that logins can
	 * tell by its change time that it still is what was read.
	 */
	if (loaded && !sc_file_unchanged(loaded->policy->path, &loaded->file))
	{
		pg_usleep(60000);
		loaded = load_policy(policy_path(), loaded, &error);
	}
	if (loaded == NULL || !compile_policy(loaded, &error))
		report_load_error(FATAL, &error);
	/* their names are in the arena, too */
	server = section_scope(loaded, &loaded->policy->server, loaded->server);
	child_scope = section_scope(loaded, &loaded->policy->child, loaded->child);
	/* what libseccomp has freed would be copied by each fork(), too */
	malloc_trim(0);
	errno = arena_seal();
	if (errno != 0)
		ereport(FATAL,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not seal the memory of seccomp policy \"%s\": %m", policy_path())));

	scratch = AllocSetContextCreate(context, "pg_seccomp claims", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(scratch);
	check_claims(loaded);
	check_io_method(loaded->policy);
	check_settings(loaded->policy);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);

	anchored = process_status_number(getpid(), "Seccomp:") == SECCOMP_MODE_FILTER;
	outer_filters = Max(process_status_number(getpid(), "Seccomp_filters:"), 0);
	inherited = loaded;
	if (loaded->policy->mode == SC_MODE_OFF)
	{
		ereport(LOG, (errmsg("seccomp policy \"%s\" is off, nothing is filtered",
							 loaded->policy->path)));
		return;
	}

	process_scopes_init(loaded);
	if (pthread_atfork(NULL, NULL, enter_child_scope) != 0)
		ereport(FATAL,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));

	err = sc_set_no_new_privs();
	if (err == 0 && IsPostmasterEnvironment && !loaded->permissive)
		err = hide_postmaster(loaded->policy);
	if (err == 0)
		err = attach_program(&server);
	if (err != 0)
	{
		errno = err;
		ereport(FATAL,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not attach the seccomp program of [Server]: %m"),
				 errdetail("%s", sc_attach_detail(err)),
				 errhint("%s", sc_attach_hint(err))));
	}
	if (loaded->permissive)
		ereport(LOG,
				(errmsg("seccomp policy \"%s\" is permissive, denials are only logged",
						loaded->policy->path)));
	else
		ereport(LOG,
				(errmsg("seccomp policy \"%s\" is in force", loaded->policy->path)));
}

LoadedPolicy *
current_policy(void)
{
	static LoadedPolicy *latest;	/* the last one this process saw */
	LoadError	error;
	MemoryContext context;
	MemoryContext old;
	LoadedPolicy *loaded;

	if (latest == NULL)
		latest = inherited;
	if (sc_file_unchanged(latest->policy->path, &latest->file))
	{
		if (latest == inherited)
			seen_nothing_new();
		return latest;
	}

	/* a policy that was read and not kept dies with its context */
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_seccomp policy",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	loaded = load_policy(inherited->policy->path, latest, &error);
	if (loaded && loaded != latest && !policy_fits_cluster(loaded, &error))
		loaded = NULL;
	MemoryContextSwitchTo(old);

	if (loaded == NULL)
	{
		if (first_to_see(error.message, error.detail))
			ereport(LOG,
					(errcode(ERRCODE_CONFIG_FILE_ERROR),
					 errmsg("%s", error.message),
					 error.detail ? errdetail_internal("%s", error.detail) : 0,
					 errhint("New sessions keep the policy that the server started with.")));
		MemoryContextDelete(context);
		return latest;
	}
	if (loaded == latest)
	{
		if (loaded == inherited)
			seen_nothing_new();
		MemoryContextDelete(context);
		return latest;
	}
	if (first_to_see(loaded->policy->text, NULL))
		ereport(LOG,
				(errmsg("seccomp policy \"%s\" has changed, new sessions use it",
						loaded->policy->path),
				 errhint("Restart the server for changes in [Server] and [Child], and for faster logins.")));
	MemoryContextSetParent(context, TopMemoryContext);
	latest = loaded;
	return latest;
}
