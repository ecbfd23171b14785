/*
 * bench.h
 *		What the two measuring programs share: the shipped policies' programs,
 *		and samples taken in forked children.
 */
#ifndef BENCH_H
#define BENCH_H

#include "../core/policy.h"
#include "../core/program.h"

/* A policy read and parsed, or the end of the program. */
extern const sc_policy *bench_policy(const char *path);

/* Its server, child or a session's section, compiled. */
extern sc_program bench_program(const sc_ruleset *rules);

/* Attach a program to this process, as core/attach.c does. */
extern void bench_attach(const sc_program *program);

/* Set no_new_privs, as the server does. */
extern void bench_no_new_privs(void);

/* Nanoseconds of the monotonic clock. */
extern double bench_now(void);

/*
 * One sample, from a child forked for it: a filter can't be taken off again.
 * take returns the sample.
 */
extern double bench_in_child(double (*take) (void *), void *arg);

extern void bench_die(const char *what) __attribute__((noreturn));

#endif							/* BENCH_H */
