/*
 * compat.h
 *		Where PostgreSQL 15 to 18 differ; nothing else may test PG_VERSION_NUM.
 */
#ifndef PGSC_COMPAT_H
#define PGSC_COMPAT_H

#include "postgres.h"

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

/* Came in a minor release of 15; before, settings had no such bar. */
#ifndef GUC_ALLOW_IN_PARALLEL
#define GUC_ALLOW_IN_PARALLEL 0
#endif

#endif							/* PGSC_COMPAT_H */
