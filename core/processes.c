/*
 * processes.c
 *		The types of process that PostgreSQL has.
 *
 * Names are those of pg_stat_activity.backend_type: GetBackendTypeDesc() of
 * miscinit.c, and for background workers the bgw_type of launcher.c and
 * parallel.c.  PostgreSQL 15 and 16 call all of the first three workers of
 * logical replication "logical replication worker".
 */
#include "processes.h"

#include <string.h>

#include "memory.h"
#include "suggest.h"

const sc_process_type sc_process_types[] = {
	{SC_AUXILIARY, NULL, 15, false, false, NULL, "every auxiliary process: those below that it is the general type of"},
	{"archiver", SC_AUXILIARY, 15, false, false, "pgarch", "runs archive_command or archive_library"},
	{"background writer", SC_AUXILIARY, 15, false, false, "bgwriter", "writes buffers before sessions have to"},
	{"checkpointer", SC_AUXILIARY, 15, false, false, NULL, "writes checkpoints; on a standby it runs archive_cleanup_command"},
	{"io worker", SC_AUXILIARY, 18, false, false, NULL, "reads and writes for others, io_method=worker"},
	{"startup", SC_AUXILIARY, 15, false, false, NULL, "recovers; it runs restore_command and recovery_end_command"},
	{"walreceiver", SC_AUXILIARY, 15, false, false, "wal receiver", "fetches WAL from the primary"},
	{"walsummarizer", SC_AUXILIARY, 17, false, false, "wal summarizer", "summarizes WAL for incremental backups"},
	{"walwriter", SC_AUXILIARY, 15, false, false, "wal writer", "writes WAL before sessions have to"},
	{"autovacuum launcher", NULL, 15, false, false, NULL, "has autovacuum workers started"},
	{"autovacuum worker", NULL, 15, false, false, NULL, "vacuums and analyzes tables of one database"},
	{"logger", NULL, 15, false, false, "syslogger", "writes the log files of logging_collector"},
	{"slotsync worker", NULL, 17, false, false, "slot sync worker", "copies logical slots from the primary"},
	{SC_CLIENT, NULL, 15, false, true, "backend", "a client's session; [Session] sections come on top"},
	{SC_WALSENDER, NULL, 15, false, true, "wal sender", "a replication connection; [Session] sections come on top"},
	{SC_WORKER, NULL, 15, true, true, "bgworker", "every background worker: those below, and those of extensions"},
	{SC_PARALLEL_WORKER, SC_WORKER, 15, true, true, NULL, "a part of a query, of an index build or of a vacuum; its leader's session section comes on top"},
	{"logical replication launcher", SC_WORKER, 15, true, false, NULL, "has the workers of subscriptions started"},
	{"logical replication worker", SC_WORKER, 15, true, true, NULL, "every worker of a subscription; the session section of its owner comes on top"},
	{"logical replication apply worker", "logical replication worker", 15, true, true, "apply worker", "applies what the publisher sends"},
	{"logical replication tablesync worker", "logical replication worker", 15, true, true, "tablesync worker", "copies a table as a subscription begins"},
	{"logical replication parallel worker", "logical replication worker", 16, true, true, "parallel apply worker", "applies a transaction while it is sent"},
};
const int	sc_nprocess_types = (int) (sizeof(sc_process_types) / sizeof(sc_process_types[0]));

const sc_process_type *
sc_process_type_by_name(const char *name)
{
	for (int i = 0; i < sc_nprocess_types; i++)
		if (strcmp(sc_process_types[i].name, name) == 0)
			return &sc_process_types[i];
	return NULL;
}

bool
sc_is_general(const sc_process_type *type)
{
	for (int i = 0; type && i < sc_nprocess_types; i++)
		if (sc_process_types[i].general && strcmp(sc_process_types[i].general, type->name) == 0)
			return true;
	return false;
}

const char *
sc_nearest_process_type(const char *name)
{
	const char **names = sc_alloc((size_t) (sc_nprocess_types + 1) * sizeof(char *));

	for (int i = 0; i < sc_nprocess_types; i++)
	{
		if (sc_process_types[i].also && strcmp(sc_process_types[i].also, name) == 0)
			return sc_process_types[i].name;
		names[i] = sc_process_types[i].name;
	}
	return sc_suggest(name, names);
}

/* The part of a library's name that counts; *len is its length. */
static const char *
bare_library(const char *name, size_t *len)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;

	*len = strlen(base);
	if (*len > 3 && strcmp(base + *len - 3, ".so") == 0)
		*len -= 3;
	return base;
}

bool
sc_same_library(const char *a, const char *b)
{
	size_t		alen;
	size_t		blen;

	a = bare_library(a, &alen);
	b = bare_library(b, &blen);
	return alen == blen && memcmp(a, b, alen) == 0;
}
