/*
 * worker.c
 *		A library that nobody preloads: it is loaded by a background worker that
 *		probe.c starts, and makes its calls as soon as it can.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

/* of probe.c */
extern void probe_note_loaded(void);
extern void probe_worker_main(Datum arg);

extern PGDLLEXPORT void worker_main(Datum arg);

/* before _PG_init: no code of a library runs earlier */
static void __attribute__((constructor))
loaded(void)
{
	probe_note_loaded();
}

void
worker_main(Datum arg)
{
	probe_worker_main(arg);
}
