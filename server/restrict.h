/*
 * restrict.h
 *		pg_seccomp_restrict(): a session that wants less.
 */
#ifndef PGSC_RESTRICT_H
#define PGSC_RESTRICT_H

/* How many planners are at work in this process, one within the other. */
extern int	planning_depth;

#endif							/* PGSC_RESTRICT_H */
