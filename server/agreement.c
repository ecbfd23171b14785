/*
 * agreement.c
 *		What a process of the server has, and what it should have.
 *
 * How many filters it has is the kernel's word.  What they are is the process's own
 * account, and what it should have follows from the policy and from what
 * PostgreSQL's statistics say that it is: both are shared memory, which a
 * compromised backend can write.  So this finds what went wrong; it proves
 * nothing of an attacker's processes but that [Server] and [Child] hold.
 */
#include "postgres.h"

#include "commands/dbcommands.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/acl.h"

#include "agreement.h"
#include "compat.h"
#include "procfs.h"
#include "scope.h"
#include "session.h"
#include "shared.h"
#include "violations.h"

/* How long after its fork, or its login, a process may have less. */
#define PATIENCE_US 20000
#define PATIENT_LOOKS 10

/* The names of a list that shared_publish() made. */
static List *
split_scopes(char *text)
{
	List	   *names = NIL;
	char	   *name;

	while (text && (name = strsep(&text, ",")) != NULL)
		names = lappend(names, name);
	return names;
}

static bool
is_session_scope(const char *name)
{
	return strncmp(name, SC_DEFAULT_PROFILE, strlen(SC_DEFAULT_PROFILE)) == 0;
}

static List *
session_scopes(List *names)
{
	List	   *sessions = NIL;
	ListCell   *cell;

	foreach(cell, names)
		if (is_session_scope(lfirst(cell)))
			sessions = lappend(sessions, lfirst(cell));
	return sessions;
}

/* The process sections of a type that have programs.  A worker's library is not known here. */
static List *
type_scopes(const ServerProcess *process)
{
	const sc_section *sections[SC_MAX_PROCESS_SECTIONS];
	sc_process	type = {process->type, process->worker, NULL};
	int			n = sc_policy_process(inherited->policy, &type, sections);
	List	   *names = NIL;

	for (int i = 0; i < n; i++)
	{
		const Attached *scope = process_scope(inherited, sections[i]);

		if (scope->program.len > 0)
			names = lappend(names, unconstify(char *, scope->name));
	}
	return names;
}

/* Has each login a session program, whoever it is?  Else it may have had none. */
static bool
each_login_has_program(void)
{
	const sc_policy *policy = inherited->policy;

	for (int i = 0; i < policy->nsessions; i++)
		if (inherited->sessions[i].len == 0 &&
			(policy->sessions[i] == policy->fallback || sc_match_any(&policy->sessions[i]->matchers)))
			return false;
	return policy->fallback != NULL;
}

/*
 * The session scope that a client's session would have if it logged in now, by
 * the policy that the server started with; NULL if none with a program, or if the
 * file has changed since.  It may have had another one: roles are granted and
 * renamed.
 */
static const char *
client_scope(const PgBackendStatus *beentry)
{
	const sc_section *section;
	sc_address	address;
	bool		known;
	char	   *role = GetUserNameFromId(beentry->st_userid, true);

	if (role == NULL || current_policy() != inherited)
		return NULL;
	known = sc_address_from_sockaddr((const struct sockaddr *) &beentry->st_clientaddr.addr, &address);
	section = section_for(inherited, role,
						  OidIsValid(beentry->st_databaseid) ? get_database_name(beentry->st_databaseid) : NULL,
						  known ? &address : NULL, beentry->st_backendType == B_WAL_SENDER);
	if (section == NULL || inherited->sessions[session_index(inherited, section)].len == 0)
		return NULL;
	return sc_scope_name(section);
}

/* What a parallel worker's leader says that it has. */
static List *
leader_scopes(pid_t pid)
{
	PGPROC	   *worker = BackendPidGetProc(pid);
	PGPROC	   *leader = worker ? worker->lockGroupLeader : NULL;
	Published	published = {0};

	if (leader == NULL || leader == worker || !shared_read(leader->pid, &published))
		return NIL;
	return split_scopes(published.scopes);
}

/* The process scopes of a leader that its worker's type does not have. */
static List *
add_leaders(List *types, List *leaders)
{
	ListCell   *cell;

	foreach(cell, leaders)
	{
		ListCell   *has;
		bool		found = is_session_scope(lfirst(cell));

		foreach(has, types)
			found = found || strcmp(lfirst(has), lfirst(cell)) == 0;
		if (!found)
			types = lappend(types, lfirst(cell));
	}
	return types;
}

static bool
is_parallel_worker(const ServerProcess *process)
{
	return process->worker && process->type && strcmp(process->type, SC_PARALLEL_WORKER) == 0;
}

/*
 * The session scopes that a process should have at the least.  *would_have is
 * what a client's session would have now, or NULL.
 */
static List *
expected_sessions(const ServerProcess *process, const char **would_have)
{
	const PgBackendStatus *beentry = process->beentry;

	*would_have = NULL;
	if (beentry == NULL || !OidIsValid(beentry->st_userid))
		return NIL;
	if (beentry->st_backendType == B_BACKEND || beentry->st_backendType == B_WAL_SENDER)
		*would_have = client_scope(beentry);
	else if (process->worker && process->type && strncmp(process->type, "logical replication ", 20) == 0 &&
			 strcmp(process->type, "logical replication launcher") != 0)
		*would_have = client_scope(beentry);	/* a subscription's, for its owner */
	if (*would_have && each_login_has_program())
		return list_make1(unconstify(char *, *would_have));
	if (is_parallel_worker(process))
		return session_scopes(leader_scopes(process->pid));
	return NIL;
}

/* The scopes of which the kernel has a filter, if all is well. */
static List *
expected_scopes(const ServerProcess *process, List *told, const char **would_have)
{
	List	   *names;
	List	   *types;
	List	   *sessions;
	List	   *told_sessions = session_scopes(told);
	int			told_types = list_length(told) - list_length(told_sessions);

	*would_have = NULL;
	if (inherited->policy->mode == SC_MODE_OFF)
		return NIL;
	names = list_make1("server");
	if (process->pid == PostmasterPid || !IsUnderPostmaster)
		return names;
	if (inherited->child.len > 0)
		names = lappend(names, "child");
	types = type_scopes(process);
	if (is_parallel_worker(process))
		types = add_leaders(types, leader_scopes(process->pid));
	sessions = expected_sessions(process, would_have);
	/* its own account may know of more: a library's section, a newer policy, restrict */
	names = list_concat(names, told_types > list_length(types) ? list_copy_head(told, told_types) : types);
	return list_concat(names, list_length(told_sessions) >= list_length(sessions) ? told_sessions : sessions);
}

static char *
joined(List *names)
{
	char	   *text = NULL;
	ListCell   *cell;

	foreach(cell, names)
		text = psprintf("%s%s%s", text ? text : "", text ? ", " : "", (char *) lfirst(cell));
	return text ? text : pstrdup("none");
}

/* Is the process past the points at which it attaches programs? */
static bool
has_started(const ServerProcess *process)
{
	return process->pid == PostmasterPid || process->beentry != NULL || process->type != NULL;
}

/* Look at the kernel's count and compare.  False if the process is gone. */
static bool
compare(ServerProcess *process)
{
	Published	published = {0};
	List	   *told;
	List	   *expected;
	const char *would_have;
	int			has;

	process->filters = process_status_number(process->pid, "Seccomp_filters:");
	process->no_new_privs = process_status_number(process->pid, "NoNewPrivs:");
	if (process->no_new_privs < 0)
		return false;
	process->counted = shared_read(process->pid, &published);
	process->violations = published.violations;
	process->profiles = published.profiles;
	told = split_scopes(published.scopes);
	expected = expected_scopes(process, told, &would_have);
	has = process->filters - outer_filters;
	process->scopes = has < 0 || has >= list_length(expected) ? expected : list_copy_head(expected, has);
	process->detail = NULL;
	process->agreement = AGREES;
	if (process->filters < 0)
	{
		process->agreement = NOT_KNOWN;
		process->detail = "the kernel does not count filters";
	}
	else if (has < list_length(expected))
	{
		process->agreement = LESS;
		process->detail = psprintf("it has %d of the server's filters and should have %d: %s",
								   has, list_length(expected), joined(expected));
	}
	else if (!has_started(process))
	{
		process->agreement = NOT_KNOWN;
		process->detail = "it is starting or ending, or no process of PostgreSQL's own";
	}
	else if (would_have && session_scopes(told) == NIL)
		process->detail = psprintf("it logged in without a session section, and would have %s now", would_have);
	else if (process->beentry && IsUnderPostmaster && !process->worker && sc_process_type_by_name(process->type) == NULL)
		process->detail = "pg_seccomp does not know this type of process, so it has [Server] and [Child] only";
	return true;
}

/* Add a process to the list, unless it is gone. */
static List *
add_process(List *list, pid_t pid, const PgBackendStatus *beentry)
{
	ServerProcess *process = palloc0(sizeof(ServerProcess));
	bool		logger = beentry == NULL && pid != PostmasterPid && is_logger(pid);

	process->pid = pid;
	process->beentry = beentry;
	if (beentry == NULL || beentry->st_backendType == B_BG_WORKER)
	{
		/* also one that has not connected to a database; it comes in a static buffer */
		const char *type = GetBackgroundWorkerTypeByPid(pid);

		process->worker = type != NULL || beentry != NULL;
		process->type = type ? pstrdup(type) : NULL;
	}
	else
		process->type = GetBackendTypeDesc(beentry->st_backendType);
	/* the rest is on its way to a login, or from it */
	if (process->type == NULL)
		process->type = pid == PostmasterPid ? "postmaster" : logger ? "logger" : NULL;

	if (!compare(process))
		return list;
	if (beentry == NULL)
		process->counted |= process_violations(pid, logger, &process->violations);
	return lappend(list, process);
}

/*
 * Look again at those that have less: perhaps they are between their fork, or
 * their login, and the attach that follows.
 */
static List *
be_patient(List *list)
{
	for (int look = 0; look < PATIENT_LOOKS; look++)
	{
		bool		any = false;
		ListCell   *cell;

		foreach(cell, list)
			any = any || ((ServerProcess *) lfirst(cell))->agreement == LESS;
		if (!any)
			break;
		CHECK_FOR_INTERRUPTS();
		pg_usleep(PATIENCE_US);
		foreach(cell, list)
		{
			ServerProcess *process = lfirst(cell);

			CHECK_FOR_INTERRUPTS();
			if (process->agreement == LESS && !compare(process))
				list = foreach_delete_current(list, cell);
		}
	}
	return list;
}

List *
server_processes(void)
{
	List	   *list = NIL;
	List	   *rest;
	ListCell   *cell;
	int			n;

	/* the kernel knows all processes, PostgreSQL what most of them are */
	rest = process_children(PostmasterPid);
	/* a transaction keeps its first look at the others, /proc does not */
	pgstat_clear_backend_activity_snapshot();
	n = pgstat_fetch_stat_numbackends();
	for (int i = 1; i <= n; i++)
	{
		LocalPgBackendStatus *local = pgsc_local_beentry(i);

		CHECK_FOR_INTERRUPTS();
		if (local == NULL || local->backendStatus.st_procpid <= 0)
			continue;
		list = add_process(list, local->backendStatus.st_procpid, &local->backendStatus);
		rest = list_delete_int(rest, local->backendStatus.st_procpid);
	}
	/* a single-user server is its own postmaster */
	if (PostmasterPid > 0 && PostmasterPid != MyProcPid)
		list = add_process(list, PostmasterPid, NULL);
	foreach(cell, rest)
		list = add_process(list, lfirst_int(cell), NULL);
	return be_patient(list);
}
