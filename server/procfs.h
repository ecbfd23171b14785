/*
 * procfs.h
 *		What proc(5) says of a process.
 */
#ifndef PGSC_PROCFS_H
#define PGSC_PROCFS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/*
 * A number from /proc/PID/status by its label ("NoNewPrivs:"), or -1 if the
 * process or the line is not there.
 */
extern int	process_status_number(pid_t pid, const char *label);

/*
 * Is a group among a process's supplementary ones?  By /proc: a session's section
 * may deny getgroups(2).
 */
extern bool process_has_group(pid_t pid, gid_t group);

/* The pids of a process's children; by /proc/PID/stat.  List of int. */
extern List *process_children(pid_t parent);

/* The pids of a user's processes that no seccomp filter confines. */
extern List *unfiltered_processes(uid_t user);

/* Does an argument of the process's command line contain text? */
extern bool command_line_has(pid_t pid, const char *text);

/*
 * Is a child of the postmaster its logger, by the title that ps(1) shows?  No
 * client can pretend: the title of a session goes on behind what it chose.
 */
extern bool is_logger(pid_t pid);

#endif							/* PGSC_PROCFS_H */
