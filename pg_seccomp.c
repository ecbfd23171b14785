/*
 * pg_seccomp.c
 *		The door of the module: magic, settings, hooks.
 *
 * What happens behind each hook is in server/: scope.c says which process gets
 * which program when, and is the place to begin reading.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "libpq/auth.h"
#include "miscadmin.h"
#include "optimizer/planner.h"
#include "storage/ipc.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "core/catalog.h"
#include "server/compat.h"
#include "server/pg_seccomp.h"
#include "server/process.h"
#include "server/report.h"
#include "server/restrict.h"
#include "server/scope.h"
#include "server/session.h"
#include "server/shared.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

char	   *pgsc_policy;

/* pg_seccomp.session_profiles, see below */
static char *leader_profiles;

/* Where pg_seccomp.policy was last accepted from, and was a value refused? */
static GucSource policy_source = PGC_S_DEFAULT;
static bool policy_refused;

static ClientAuthentication_hook_type prev_client_authentication;
static shmem_request_hook_type prev_shmem_request;
static shmem_startup_hook_type prev_shmem_startup;
static planner_hook_type prev_planner;
static ExecutorStart_hook_type prev_executor_start;
static ExecutorEnd_hook_type prev_executor_end;
static ProcessUtility_hook_type prev_process_utility;
static emit_log_hook_type prev_emit_log;

/* A bare name, no slash, no dot: the folder is not for the server to choose. */
static bool
check_policy(char **newval, void **extra, GucSource source)
{
	if (**newval == '\0' ||
		(*newval)[strspn(*newval, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] != '\0')
	{
		GUC_check_errdetail("A policy's name has letters, digits, \"_\" and \"-\" only; its file is \"%s/NAME.conf\".",
							PGSC_POLICY_DIR);
		policy_refused = true;
		return false;
	}
	policy_source = source;
	return true;
}

/*
 * pg_seccomp.session_profiles carries a session's profiles to its parallel
 * workers, which restore the leader's settings as they start.  Nobody else
 * may set or reset it, not even to what it is: hence PGC_SU_BACKEND, which has
 * SET and RESET refused before any of GUC's stack is touched.  publish_profiles()
 * changes the variable behind GUC's back, which is cheaper and cannot fail.
 */
static bool
check_profiles(char **newval, void **extra, GucSource source)
{
	if (InitializingParallelWorker || process_shared_preload_libraries_in_progress)
		return true;
	GUC_check_errdetail("The server sets it, for parallel workers.");
	return false;
}

static void
assign_profiles(const char *newval, void *extra)
{
	if (InitializingParallelWorker && *newval != '\0' && *session_profiles() == '\0')
		enter_worker_scope(newval);
}

static void
publish_profiles(char *for_workers)
{
	leader_profiles = for_workers;
}

static void
client_authentication(Port *port, int status)
{
	if (prev_client_authentication)
		prev_client_authentication(port, status);
	if (status == STATUS_OK)
		enter_session_scope(port);
	report_begin();
}

static void
shmem_request(void)
{
	if (prev_shmem_request)
		prev_shmem_request();
	shared_request();
}

static void
shmem_startup(void)
{
	static bool started;

	if (prev_shmem_startup)
		prev_shmem_startup();
	shared_startup();
	/* after a crash, not before the first start: libraries may have been denied something */
	if (started)
		violations_reset();
	started = true;
}

/* pg_seccomp_restrict() must not be called by what follows: see restrict.h. */
static PlannedStmt *
planner(Query *parse, const char *query_string, int cursor_options,
		ParamListInfo bound_params)
{
	PlannedStmt *result;

	preparing++;
	PG_TRY();
	{
		result = prev_planner
			? prev_planner(parse, query_string, cursor_options, bound_params)
			: standard_planner(parse, query_string, cursor_options, bound_params);
	}
	PG_FINALLY();
	{
		preparing--;
	}
	PG_END_TRY();
	return result;
}

static void
executor_start(QueryDesc *query_desc, int eflags)
{
	preparing++;
	PG_TRY();
	{
		if (prev_executor_start)
			prev_executor_start(query_desc, eflags);
		else
			standard_ExecutorStart(query_desc, eflags);
	}
	PG_FINALLY();
	{
		preparing--;
	}
	PG_END_TRY();
}

static void
executor_end(QueryDesc *query_desc)
{
	if (prev_executor_end)
		prev_executor_end(query_desc);
	else
		standard_ExecutorEnd(query_desc);
	report_violations();
}

static void
emit_log(ErrorData *edata)
{
	enter_process_scopes();
	if (prev_emit_log)
		prev_emit_log(edata);
	report_with_error(edata);
}

/* Not after a commit: an error there would be a PANIC. */
static void
transaction_ends(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT)
		enter_role_scope();
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_PARALLEL_COMMIT &&
		event != XACT_EVENT_PREPARE)
		report_violations();
}

/* In every child but the logger, once it knows what it is. */
static void
postmaster_context_deleted(void *arg)
{
	enter_process_scopes();
	report_begin();
}

static void
process_utility(PlannedStmt *pstmt, const char *query_string, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params,
				QueryEnvironment *query_env, DestReceiver *dest, QueryCompletion *qc)
{
	bool		prepares = !runs_queries(pstmt->utilityStmt);

	preparing += prepares;
	PG_TRY();
	{
		if (prev_process_utility)
			prev_process_utility(pstmt, query_string, read_only_tree, context, params,
								 query_env, dest, qc);
		else
			standard_ProcessUtility(pstmt, query_string, read_only_tree, context, params,
									query_env, dest, qc);
	}
	PG_FINALLY();
	{
		preparing -= prepares;
	}
	PG_END_TRY();
	report_violations();
	report_stolen_handler();
}

/*
 * When the preload setting comes from the command line, no file that the
 * server can write may choose the policy.
 */
static void
check_policy_source(void)
{
	struct config_generic *preload = pgsc_find_option("shared_preload_libraries");

	/* PostgreSQL goes on with the default where a configured value is bad */
	if (policy_refused)
		ereport(FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("invalid value for parameter \"pg_seccomp.policy\""),
				 errhint("Give the bare name of a policy in \"%s\".", PGSC_POLICY_DIR)));
	if (preload->source >= PGC_S_ENV_VAR && preload->source != PGC_S_FILE &&
		policy_source == PGC_S_FILE)
		ereport(FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("parameter \"pg_seccomp.policy\" cannot be set in a configuration file here"),
				 errdetail("shared_preload_libraries was given on the command line, which no configuration file may weaken."),
				 errhint("Give pg_seccomp.policy on the command line too, and remove it from the configuration files.")));
}

void
_PG_init(void)
{
	const char *defect = sc_catalog_init();

	if (defect)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("the catalog of system calls is broken: %s", defect)));

	DefineCustomStringVariable("pg_seccomp.policy",
							   "Name of the seccomp policy of this server.",
							   "The policy is the file NAME.conf in \"" PGSC_POLICY_DIR "\".",
							   &pgsc_policy, "default",
							   process_shared_preload_libraries_in_progress
							   ? PGC_POSTMASTER : PGC_SIGHUP,
							   GUC_DISALLOW_IN_AUTO_FILE,
							   check_policy, NULL, NULL);
	if (!process_shared_preload_libraries_in_progress)
	{
		/* loaded by a function call: the views can read files, no more */
		MarkGUCPrefixReserved("pg_seccomp");
		return;
	}

	DefineCustomStringVariable("pg_seccomp.session_profiles",
							   "Seccomp profiles of this session, for its parallel workers.",
							   NULL, &leader_profiles, "", PGC_SU_BACKEND,
							   GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL | GUC_NOT_IN_SAMPLE |
							   GUC_DISALLOW_IN_FILE | GUC_ALLOW_IN_PARALLEL,
							   check_profiles, assign_profiles, NULL);
	/* only settings that are not at their default reach workers */
	SetConfigOption("pg_seccomp.session_profiles", "", PGC_POSTMASTER, PGC_S_OVERRIDE);
	MarkGUCPrefixReserved("pg_seccomp");
	check_policy_source();

	/*
	 * The policy is read and compiled before the first hook is set, and the
	 * server's program attached last: what fails, fails as a whole.
	 */
	workers_profiles_changed = publish_profiles;
	report_init();
	enter_server_scope();

	prev_client_authentication = ClientAuthentication_hook;
	ClientAuthentication_hook = client_authentication;
	prev_shmem_request = shmem_request_hook;
	shmem_request_hook = shmem_request;
	prev_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = shmem_startup;
	prev_planner = planner_hook;
	planner_hook = planner;
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = executor_start;
	prev_executor_end = ExecutorEnd_hook;
	ExecutorEnd_hook = executor_end;
	prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	prev_emit_log = emit_log_hook;
	emit_log_hook = emit_log;
	RegisterXactCallback(transaction_ends, NULL);
	if (PostmasterContext)
	{
		MemoryContextCallback *callback = MemoryContextAllocZero(PostmasterContext,
																 sizeof(MemoryContextCallback));

		callback->func = postmaster_context_deleted;
		MemoryContextRegisterResetCallback(PostmasterContext, callback);
	}
}
