/*
 * session.c
 *		What a session has beside [Server], [Child] and [Process ...]: the section
 *		that fits its client, and what it attached itself.
 *
 * A background worker that connects as a role has what a session of that role
 * would have, and a parallel worker what its leader has.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "attach.h"
#include "process.h"
#include "scope.h"
#include "session.h"
#include "shared.h"

void		(*workers_profiles_changed) (char *for_workers);

/* What this session has: profile names, comma-separated. */
static char profiles[MAX_ATTACHED * NAMEDATALEN];

/* The same for its parallel workers, see worker_entry(). */
static char *for_workers;

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
			const sc_address *address, bool replication)
{
	sc_client	client = {
		.role = role,.database = database,.address = address,.replication = replication
	};
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
 * one letter for traits, and the program in hexadecimal: the file may have
 * changed once more before a worker starts, which has to take what its leader
 * has.
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
	int			err = E2BIG;

	if (used + strlen(what->profile) + 2 <= sizeof(profiles))
		err = attach_scope(what);
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
	Attached	what;

	if (!compile_session(loaded, i, &error))
		report_load_error(elevel, &error);
	what = section_scope(loaded, section, loaded->sessions[i]);

	/* nothing that can fail between the attach and the note for workers */
	entry = worker_entry(loaded, &what);
	if (for_workers)
		entry = psprintf("%s,%s", for_workers, entry);
	attach_profile(&what, elevel);
	for_workers = entry;
	MemoryContextSwitchTo(old);
}

/* Has this process attached the very section, of the very policy? */
static bool
has_section(const sc_section *section)
{
	for (int i = 0; i < nattached; i++)
		if (attached[i].rules == &section->rules)
			return true;
	return false;
}

/*
 * What this process's parallel workers are to have of its own type's sections: an
 * entry "=TYPE" for each.
 */
static char *
process_entries(void)
{
	char	   *entries = NULL;
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	for (int i = 0; i < inherited->policy->nprocesses; i++)
		if (has_section(inherited->policy->processes[i]))
			entries = psprintf("%s%s=%s", entries ? entries : "", entries ? "," : "",
							   inherited->policy->processes[i]->process);
	MemoryContextSwitchTo(old);
	return entries;
}

/* Tell the views, and whoever starts this session's parallel workers. */
static void
publish(void)
{
	if (for_workers)
		workers_profiles_changed(for_workers);
	shared_publish();
}

/* Attach the section of a new session, if it has one.  FATAL on failure. */
static void
enter_section_for(const char *role, const char *database, const sc_address *address,
				  bool replication)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_seccomp login",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	LoadedPolicy *loaded = current_policy();
	const sc_section *section = section_for(loaded, role, database, address, replication);

	if (section && loaded->policy->mode != SC_MODE_OFF)
		attach_session(loaded, section, FATAL);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

void
enter_session_scope(const Port *port)
{
	sc_address	address;
	bool		known;

	if (inherited == NULL || inherited->policy->mode == SC_MODE_OFF)
		return;
	enter_process_scopes();
	for_workers = process_entries();
	known = sc_address_from_sockaddr((const struct sockaddr *) &port->raddr.addr, &address);
	enter_section_for(port->user_name,
					  am_walsender && !am_db_walsender ? NULL : port->database_name,
					  known ? &address : NULL, am_walsender);
	publish();
}

void
enter_role_scope(void)
{
	static bool done;
	const char *named;

	if (done || MyBackendType != B_BG_WORKER || IsParallelWorker() ||
		inherited == NULL || inherited->policy->mode == SC_MODE_OFF)
		return;
	enter_process_scopes();
	for_workers = process_entries();
	/* only a worker that named a role has it here (miscinit.c) */
	named = GetConfigOption("session_authorization", true, false);
	if (named && *named != '\0')
		enter_section_for(GetUserNameFromId(GetSessionUserId(), false),
						  OidIsValid(MyDatabaseId) ? get_database_name(MyDatabaseId) : "",
						  NULL, false);
	publish();
	/* after an error it is tried again: nothing commits before it is done */
	done = true;
}

/* A leader's program, from its hexadecimal form, in the current memory context. */
static sc_program
program_from_hex(const char *hex)
{
	size_t		len = strlen(hex);
	char	   *bytes = palloc(len / 2 + 1);
	sc_program	program = {(const struct sock_filter *) bytes, 0};

	program.len = (int) (hex_decode(hex, len, bytes) / sizeof(struct sock_filter));
	return program;
}

/* What the section would have named, which the worker does not have. */
static void
name_scope(Attached *what)
{
	bool		fallback = strcmp(what->profile, SC_DEFAULT_PROFILE) == 0;

	what->name = fallback ? SC_DEFAULT_PROFILE : psprintf("session:%s", what->profile);
	what->title = fallback ? "Session" : psprintf("Session %s", what->profile);
}

/* A process section of the leader's, unless this worker's own type has it. */
static void
attach_leaders_process(const char *name)
{
	const sc_policy *policy = inherited->policy;
	const sc_section *section = NULL;
	int			err;

	for (int i = 0; i < policy->nprocesses; i++)
		if (strcmp(policy->processes[i]->process, name) == 0)
			section = policy->processes[i];
	err = section == NULL ? ENOENT : has_section(section) ? 0 :
		attach_scope(process_scope(inherited, section));
	if (err != 0)
	{
		errno = err;
		ereport(FATAL,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not attach the parallel leader's seccomp program of [Process %s]: %m", name),
				 errdetail("%s", sc_attach_detail(err))));
	}
}

void
enter_worker_scope(const char *leaders)
{
	MemoryContext old;
	char	   *rest;
	char	   *name;

	if (inherited == NULL || inherited->policy->mode == SC_MODE_OFF)
		return;
	old = MemoryContextSwitchTo(TopMemoryContext);
	rest = pstrdup(leaders);
	while ((name = strsep(&rest, ",")) != NULL)
	{
		char	   *hex = strchr(name, '=');
		const sc_section *section;

		if (hex == name)
		{
			attach_leaders_process(name + 1);
			continue;
		}
		if (hex)
		{
			Attached	what = {.scope = "session",.profile = name};

			*hex++ = '\0';
			name_scope(&what);
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
	MemoryContextSwitchTo(old);
	shared_publish();
}

bool
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
	if (has_section(section))
		return false;
	/* its parallel workers have their own type's beside */
	if (nattached + SC_MAX_PROCESS_SECTIONS >= MAX_ATTACHED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("could not attach seccomp profile \"%s\"", profile),
				 errdetail("%s", sc_attach_detail(E2BIG)),
				 errhint("%s", sc_attach_hint(E2BIG))));
	attach_session(loaded, section, ERROR);
	publish();
	return true;
}

const char *
session_profiles(void)
{
	return profiles;
}
