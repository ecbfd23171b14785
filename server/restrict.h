/*
 * restrict.h
 *		pg_seccomp_restrict(): a session that wants less.
 */
#ifndef PGSC_RESTRICT_H
#define PGSC_RESTRICT_H

#include "postgres.h"

#include "nodes/nodes.h"

/*
 * How deep this process is in code that calls functions though nothing is meant
 * to happen: planners fold constants, EXPLAIN starts an executor and does not
 * run it, CREATE INDEX and its kind plan expressions of their own.
 */
extern int	preparing;

/* Is this a utility command that runs queries for good, such as EXECUTE or DO? */
extern bool runs_queries(const Node *utility);

#endif							/* PGSC_RESTRICT_H */
