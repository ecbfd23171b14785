/*
 * restrict.c
 *		pg_seccomp_restrict(profile): one way, for the rest of the session.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "functions.h"
#include "pg_seccomp.h"
#include "restrict.h"
#include "scope.h"
#include "session.h"

int			preparing;

bool
runs_queries(const Node *utility)
{
	switch (nodeTag(utility))
	{
		case T_CallStmt:
		case T_CreateTableAsStmt:
		case T_DeclareCursorStmt:
		case T_DoStmt:
		case T_ExecuteStmt:
		case T_ExplainStmt:		/* its planner and executor are watched */
		case T_FetchStmt:
		case T_RefreshMatViewStmt:
			return true;
		default:
			return false;
	}
}


PG_FUNCTION_INFO_V1(pg_seccomp_restrict);

Datum
pg_seccomp_restrict(PG_FUNCTION_ARGS)
{
	char	   *profile;

	if (inherited == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_seccomp must be loaded via shared_preload_libraries")));

	/*
	 * The function is VOLATILE, but somebody's IMMUTABLE or STABLE wrapper
	 * around it may be called while a query is planned: an EXPLAIN would do for
	 * good what it only means to describe.
	 */
	if (preparing > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_seccomp_restrict() cannot be called while a query is planned"),
				 errhint("A function that calls it must be VOLATILE, and no part of an index, a constraint or a default.")));
	if (IsInParallelMode())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot attach a seccomp profile during a parallel operation")));
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("profile must not be null")));
	/* a standby has no other transactions, and this changes no data */
	if (!RecoveryInProgress())
		PreventCommandIfReadOnly("pg_seccomp_restrict()");

	profile = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (restrict_session(policy_text(profile)))
		ereport(NOTICE,
				(errmsg("this connection is restricted by seccomp profile \"%s\" until it ends", profile),
				 errdetail("Neither ROLLBACK nor DISCARD ALL undoes it, and a pooler that hands the connection on hands the restriction on with it.")));
	else
		ereport(NOTICE,
				(errmsg("this connection has seccomp profile \"%s\" already", profile)));
	PG_RETURN_VOID();
}
