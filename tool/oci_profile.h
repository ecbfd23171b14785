/*
 * oci_profile.h
 *		A container's seccomp profile, from JSON to what a runtime makes of it.
 *
 * Formats: linux.seccomp of the OCI runtime specification, alone or in a whole
 * config.json; the profiles of Docker and of Podman (containers-common), which have
 * conditions (includes, excludes) and a map of architectures beside.  What a
 * runtime would decide when it starts a container (moby's profiles/seccomp,
 * runc's libcontainer/specconv) is decided here.
 */
#ifndef PGSC_OCI_PROFILE_H
#define PGSC_OCI_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "write_policy.h"

typedef enum
{
	OCI_ALLOW,
	OCI_LOG,
	OCI_ERRNO,
	OCI_KILL_THREAD,
	OCI_KILL_PROCESS,
	OCI_TRAP,
	OCI_TRACE,
	OCI_NOTIFY
} oci_action;

typedef struct
{
	oci_action	action;
	int			err;			/* OCI_ERRNO, OCI_TRACE: 0 .. SC_MAX_ERRNO; else 0 */
} oci_answer;

/* seccomp_rule_add(3)'s comparisons, of whole registers. */
typedef struct
{
	uint8_t		arg;			/* 0 .. 5 */
	uint8_t		op;				/* sc_compare; with masked SC_EQ */
	bool		masked;			/* (register & value) == value_two */
	uint64_t	value;
	uint64_t	value_two;
} oci_test;

typedef struct
{
	const char *where;			/* "syscalls[12]" */
	const char **names;
	int			nnames;
	oci_answer	answer;
	oci_test   *tests;
	int			ntests;
	const char *comment;		/* or NULL */
} oci_entry;

typedef struct
{
	oci_answer	fallback;		/* defaultAction */
	uint32_t	abis;			/* of this machine, the native one always */
	oci_entry  *entries;		/* those that apply, in order */
	int			nentries;
} oci_profile;

/* What a profile's conditions are asked of. */
typedef struct
{
	const char *const *capabilities;	/* "CAP_SYS_ADMIN" */
	int			ncapabilities;
	unsigned	kernel;			/* "4.8": 4 << 16 | 8; UINT_MAX: newer than any */
} oci_host;

/* The largest profile that is read. */
#define MAX_PROFILE (16 * 1024 * 1024)

/* "4.8", "4.8.1-generic": as in oci_host; false if it is no version. */
extern bool oci_kernel_parse(const char *text, unsigned *kernel);

/*
 * Parse a profile.  Allocated; adds to *found what it says that has no meaning
 * here.  Returns NULL, or what is wrong with it, printable; *line is the line of
 * the file, 0 if it is not known.
 */
extern const char *oci_profile_parse(const char *text, size_t len, const oci_host *host,
									 oci_profile *profile, findings *found, int *line);

/* What it means to libseccomp, in our words.  Allocated. */
extern draft *oci_profile_draft(const oci_profile *profile, findings *found);

#endif							/* PGSC_OCI_PROFILE_H */
