/*
 * compat.h
 *		Where PostgreSQL 15 to 18 differ; nothing else may test PG_VERSION_NUM.
 */
#ifndef PGSC_COMPAT_H
#define PGSC_COMPAT_H

#include "postgres.h"

#include "postmaster/bgworker_internals.h"
#include "postmaster/postmaster.h"
#include "storage/proc.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

/* This process's index among all PGPROCs: 17 made it a global. */
#if PG_VERSION_NUM >= 170000
#define pgsc_my_proc_number() ((int) MyProcNumber)
#else
#define pgsc_my_proc_number() (MyProc->pgprocno)
#endif

/* Local copy of a row of pg_stat_activity, i from 1; renamed in 16. */
#if PG_VERSION_NUM >= 160000
#define pgsc_local_beentry(i) pgstat_get_local_beentry_by_index(i)
#else
#define pgsc_local_beentry(i) pgstat_fetch_stat_local_beentry(i)
#endif

/* The record of a setting: 16 exported find_option(). */
static inline struct config_generic *
pgsc_find_option(const char *name)
{
#if PG_VERSION_NUM >= 160000
	return find_option(name, false, true, ERROR);
#else
	struct config_generic **options = get_guc_variables();

	for (int i = 0; i < GetNumConfigOptions(); i++)
		if (strcmp(options[i]->name, name) == 0)
			return options[i];
	return NULL;
#endif
}

/*
 * In a child that the postmaster has just forked: the background worker that it
 * is, or NULL.  By the postmaster's own list, which it has a copy of: only a
 * worker that is being started has its place in the list of children, and no
 * process yet (postmaster.c, StartBackgroundWorker(); do_start_bgworker() before
 * 18).  Reads only; async-signal-safe.
 */
static inline const BackgroundWorker *
pgsc_starting_worker(void)
{
#if PG_VERSION_NUM >= 180000
	dlist_iter	iter;

	dlist_foreach(iter, &ActiveChildList)
	{
		PMChild    *child = dlist_container(PMChild, elem, iter.cur);

		if (child->pid == 0 && child->bkend_type == B_BG_WORKER && child->rw)
			return &child->rw->rw_worker;
	}
#else
	slist_iter	iter;

	slist_foreach(iter, &BackgroundWorkerList)
	{
		RegisteredBgWorker *rw = slist_container(RegisteredBgWorker, rw_lnode, iter.cur);

		if (rw->rw_pid == 0 && rw->rw_backend != NULL)
			return &rw->rw_worker;
	}
#endif
	return NULL;
}

/*
 * A background worker's type.  Before 17 all that work for a subscription had the
 * same; their names tell more (launcher.c, logicalrep_worker_launch()).
 */
static inline const char *
pgsc_worker_type(const BackgroundWorker *worker)
{
#if PG_VERSION_NUM < 170000
	if (strcmp(worker->bgw_type, "logical replication worker") == 0)
		return strcmp(worker->bgw_function_name, "ParallelApplyWorkerMain") == 0
			? "logical replication parallel worker"
			: strstr(worker->bgw_name, " sync ") ? "logical replication tablesync worker"
			: "logical replication apply worker";
#endif
	return worker->bgw_type;
}

/* Came in a minor release of 15; before, settings had no such bar. */
#ifndef GUC_ALLOW_IN_PARALLEL
#define GUC_ALLOW_IN_PARALLEL 0
#endif

#endif							/* PGSC_COMPAT_H */
