/*
 * oom.h
 *		The out-of-memory score of children that are not dumpable.
 */
#ifndef PGSC_OOM_H
#define PGSC_OOM_H

#include "postgres.h"

/*
 * In the postmaster, before it stops being dumpable: do for its children what
 * PG_OOM_ADJUST_FILE asks for, which they cannot do themselves any more.  False
 * with errno set on failure; true also if nothing is asked for.
 */
extern bool keep_oom_score(void);

#endif							/* PGSC_OOM_H */
