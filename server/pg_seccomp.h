/*
 * pg_seccomp.h
 *		Settings of the module, shared by the files of server/.
 */
#ifndef PG_SECCOMP_H
#define PG_SECCOMP_H

/* Where policies lie; the Makefile's policydir. */
#ifndef PGSC_POLICY_DIR
#error "PGSC_POLICY_DIR must be set by the Makefile"
#endif

/* pg_seccomp.policy: the name of the policy in that folder. */
extern char *pgsc_policy;

#endif							/* PG_SECCOMP_H */
