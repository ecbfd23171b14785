/*
 * oci_rules.h
 *		A container's seccomp profile: conditions on arguments, as rules.
 *
 * Between oci_policy.c, which goes through a profile, and oci_rules.c.
 */
#ifndef PGSC_OCI_RULES_H
#define PGSC_OCI_RULES_H

#include "oci_profile.h"

/* As many rules as a program can have for one call (core/branch.c). */
#define MAX_CALL_RULES 512

typedef struct
{
	const oci_profile *profile;
	findings   *found;
	draft	   *d;
	const oci_entry *decided[SC_MAX_SYSCALLS];	/* by this one, without conditions */
	int			nrules[SC_MAX_SYSCALLS];
	sc_set		named;			/* calls that entries name */
	int			looks;			/* pairs of rules compared, and tests searched */
	int			searches;
	bool		halves;			/* a register of which the low half counts was compared */
} importer;

/* Rules for the conditions of an entry on one call, which answer a. */
extern void add_entry_rules(importer *im, const oci_entry *entry, int call, answer a);

/*
 * A rule with an entry's answer for x86's socketcall or ipc, where the call is an
 * operation of one and that ABI is admitted.
 */
extern void add_operation(importer *im, const oci_entry *entry, int call, answer a);

/*
 * Put the rules of each call together, in the order in which they are to be tried;
 * deny calls that have too many.
 */
extern void group_rules(importer *im);

#endif							/* PGSC_OCI_RULES_H */
