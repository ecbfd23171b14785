/*
 * scope.c
 *		The points of a process's life at which it gets a program.
 *
 *	postmaster, _PG_init		[Server]
 *	any child, in fork()		[Child]
 *	client, authenticated		the first [Session] that fits
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

#include "access/htup_details.h"
#include "access/parallel.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "arena.h"
#include "attach.h"
#include "oom.h"
#include "pg_seccomp.h"
#include "procfs.h"
#include "scope.h"
#include "shared.h"
#include "sigsys.h"
#include "violations.h"

LoadedPolicy *inherited;
bool		anchored;
void		(*profiles_changed) (const char *profiles, char *for_workers);

/* Has this process, or the one it was forked from, the child's program? */
static bool in_child_scope;

/* What this session has: profile names, comma-separated. */
static char profiles[MAX_ATTACHED * NAMEDATALEN];

/* The same for its parallel workers, see worker_entry(). */
static char *for_workers;

static Attached child_program;

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

	only_postmaster_hidden = !all;
	if (all && !keep_oom_score())
		return errno;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? errno : 0;
}

static void
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

/* Under Mode=permissive nothing may fail that would not without a policy. */
static int
section_traits(const LoadedPolicy *loaded, const sc_ruleset *rules)
{
	return loaded->permissive ? 0 : sc_traits_of(rules);
}

/*
 * The child's program, at the first moment of every forked process.  Nothing
 * here but system calls: fork() may have been called from anywhere.
 */
static void
enter_child_scope(void)
{
	static const char message[] =
		"pg_seccomp: could not attach the program of [Child]; this process ends\n";

	if (in_child_scope)
		return;
	in_child_scope = true;
	violations_after_fork();
	if (only_postmaster_hidden)
		(void) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	attach_consequences(&child_program);
	if ((child_program.program.len > 0 ? attach_program(&child_program) :
		 sc_take_traits(child_program.traits)) != 0)
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
	Attached	server = {.scope = "server"};
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
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);

	anchored = process_status_number(getpid(), "Seccomp:") == SECCOMP_MODE_FILTER;
	inherited = loaded;
	if (loaded->policy->mode == SC_MODE_OFF)
	{
		ereport(LOG, (errmsg("seccomp policy \"%s\" is off, nothing is filtered",
							 loaded->policy->path)));
		return;
	}

	child_program = (Attached)
	{
		.scope = "child",.policy = loaded->policy,.rules = &loaded->policy->child.rules,
			.program = loaded->child,.permissive = loaded->permissive,
			.on_violation = loaded->policy->child.rules.on_violation,
			.traits = section_traits(loaded, &loaded->policy->child.rules)
	};
	if (pthread_atfork(NULL, NULL, enter_child_scope) != 0)
		ereport(FATAL,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));

	server.policy = loaded->policy;
	server.rules = &loaded->policy->server.rules;
	server.program = loaded->server;
	server.permissive = loaded->permissive;
	server.on_violation = loaded->policy->server.rules.on_violation;
	server.traits = section_traits(loaded, &loaded->policy->server.rules);
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

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* All roles that a role is a member of, directly or not: oids. */
static List *
roles_of(Oid role)
{
	List	   *roles = list_make1_oid(role);
	ListCell   *cell;

	/* the list grows while it is walked, as in acl.c's roles_is_member_of() */
	foreach(cell, roles)
	{
		CatCList   *members = SearchSysCacheList1(AUTHMEMMEMROLE,
												  ObjectIdGetDatum(lfirst_oid(cell)));

		for (int i = 0; i < members->n_members; i++)
		{
			HeapTuple	tuple = &members->members[i]->tuple;

			roles = list_append_unique_oid(roles,
										   ((Form_pg_auth_members) GETSTRUCT(tuple))->roleid);
		}
		ReleaseSysCacheList(members);
	}
	return list_delete_first(roles);
}

const sc_section *
section_for(const LoadedPolicy *loaded, const char *role, const char *database,
			const sc_address *address)
{
	sc_client	client = {.role = role,.database = database,.address = address};
	Oid			oid = InvalidOid;

	if (loaded->policy->needs_membership)
		oid = get_role_oid(role, true);
	if (OidIsValid(oid))
	{
		List	   *roles = roles_of(oid);
		const char **names = palloc(sizeof(char *) * (list_length(roles) + 1));
		ListCell   *cell;

		foreach(cell, roles)
		{
			char	   *name = GetUserNameFromId(lfirst_oid(cell), true);

			if (name)
				names[client.nmember_of++] = name;
		}
		qsort(names, client.nmember_of, sizeof(char *), compare_names);
		client.member_of = names;
	}
	return sc_policy_session(loaded->policy, &client);
}

/*
 * How a session's profile is passed to its parallel workers: the bare name if
 * they inherit the same program, else "NAME=", a digit for OnViolation and Mode,
 * one letter for traits, and the program in hexadecimal: the file may have changed once more before a
 * worker starts, which has to take what its leader has.
 */
static char *
worker_entry(const LoadedPolicy *loaded, const Attached *what)
{
	size_t		size = sizeof(struct sock_filter) * what->program.len;
	char		flags = (char) ('0' + what->on_violation + (what->permissive ? 4 : 0));
	char	   *hex;

	if (loaded == inherited)
		return pstrdup(what->profile);
	hex = palloc0(size * 2 + 1);
	hex_encode((const char *) what->program.insns, size, hex);
	return psprintf("%s=%c%c%s", what->profile, flags, 'A' + (what->traits & SC_TRAIT_BITS), hex);
}

/*
 * Attach a session's program, or report what stands against it.  A section
 * that says nothing has none, and counts as attached.
 */
static void
attach_profile(const Attached *what, int elevel)
{
	size_t		used = strlen(profiles);
	int			err = 0;

	if (nattached == MAX_ATTACHED || used + strlen(what->profile) + 2 > sizeof(profiles))
		err = E2BIG;
	else if (what->program.len > 0)
		err = attach_program(what);
	else
	{
		err = sc_take_traits(what->traits);
		attach_consequences(what);
	}
	if (err != 0)
	{
		errno = err;
		ereport(elevel,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not attach seccomp profile \"%s\": %m", what->profile),
				 errdetail("%s", sc_attach_detail(err)),
				 errhint("%s", sc_attach_hint(err))));
	}
	snprintf(profiles + used, sizeof(profiles) - used, "%s%s", used ? "," : "",
			 what->profile);
}

/*
 * Attach a session section's program.  elevel FATAL at the start of a session,
 * ERROR in its middle.
 */
static void
attach_session(LoadedPolicy *loaded, const sc_section *section, int elevel)
{
	int			i = session_index(loaded, section);
	LoadError	error;
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	char	   *entry;
	Attached	what = {
		.scope = "session",
		.profile = section->profile,
		.policy = loaded->policy,
		.rules = &section->rules,
		.permissive = loaded->permissive,
		.on_violation = section->rules.on_violation,
		.traits = section_traits(loaded, &section->rules)
	};

	if (!compile_session(loaded, i, &error))
		report_load_error(elevel, &error);
	what.program = loaded->sessions[i];

	/* nothing that can fail between the attach and the note for workers */
	entry = worker_entry(loaded, &what);
	if (for_workers)
		entry = psprintf("%s,%s", for_workers, entry);
	attach_profile(&what, elevel);
	for_workers = entry;
	MemoryContextSwitchTo(old);
}

void
enter_session_scope(const Port *port)
{
	MemoryContext context;
	MemoryContext old;
	LoadedPolicy *loaded;
	const sc_section *section;
	sc_address	address;
	bool		known;

	if (inherited == NULL || (inherited->policy->mode == SC_MODE_OFF))
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_seccomp login",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	loaded = current_policy();
	known = sc_address_from_sockaddr((const struct sockaddr *) &port->raddr.addr, &address);
	section = section_for(loaded, port->user_name,
						  am_walsender && !am_db_walsender ? NULL : port->database_name,
						  known ? &address : NULL);
	if (section && loaded->policy->mode != SC_MODE_OFF)
	{
		attach_session(loaded, section, FATAL);
		profiles_changed(profiles, for_workers);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* A leader's program, from its hexadecimal form. */
static sc_program
program_from_hex(const char *hex)
{
	size_t		len = strlen(hex);
	char	   *bytes = MemoryContextAlloc(TopMemoryContext, len / 2 + 1);
	sc_program	program = {(const struct sock_filter *) bytes, 0};

	program.len = (int) (hex_decode(hex, len, bytes) / sizeof(struct sock_filter));
	return program;
}

void
enter_worker_scope(const char *leaders)
{
	char	   *rest = MemoryContextStrdup(TopMemoryContext, leaders);
	char	   *name;

	if (inherited == NULL || inherited->policy->mode == SC_MODE_OFF)
		return;
	while ((name = strsep(&rest, ",")) != NULL)
	{
		char	   *hex = strchr(name, '=');
		const sc_section *section;

		if (hex)
		{
			Attached	what = {.scope = "session",.profile = name};

			*hex++ = '\0';
			what.on_violation = (sc_on_violation) ((*hex - '0') & 3);
			what.permissive = ((*hex++ - '0') & 4) != 0;
			what.traits = (*hex++ - 'A') & SC_TRAIT_BITS;
			what.program = program_from_hex(hex);
			attach_profile(&what, FATAL);
			continue;
		}
		section = sc_policy_profile(inherited->policy, name);
		if (section == NULL)
			ereport(FATAL,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("seccomp profile \"%s\" of the parallel leader does not exist", name)));
		attach_session(inherited, section, FATAL);
	}
	profiles_changed(profiles, NULL);
}

void
restrict_session(const char *profile)
{
	LoadedPolicy *loaded = current_policy();
	const sc_section *section = sc_policy_profile(loaded->policy, profile);

	/* of a policy that is off nothing is compiled: a session must not take that for a filter */
	if (inherited->policy->mode == SC_MODE_OFF || loaded->policy->mode == SC_MODE_OFF)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("seccomp policy \"%s\" is off", loaded->policy->path)));
	if (section == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("seccomp profile \"%s\" does not exist", profile),
				 errhint("Profiles are the [Session NAME] sections of \"%s\".",
						 loaded->policy->path)));
	attach_session(loaded, section, ERROR);
	profiles_changed(profiles, for_workers);
}

const char *
session_profiles(void)
{
	return profiles;
}
