/*
 * audit.h
 *		The kernel's audit records of seccomp, line by line.
 *
 * What audit_seccomp() (kernel/auditsc.c) writes, type 1326, as auditd, the
 * journal, dmesg and "ausearch -i" show it; and of a system call's own record,
 * type 1300, its arguments.  libauparse, audit's own library, is not used: it
 * reads what auditd has written, and neither dmesg's lines nor the journal's.
 *
 * Lines are hostile: whoever may write to the log has a say in them.  A record
 * is taken for one only where the kernel, auditd or journald put its beginning,
 * not in the middle of what another program has logged.
 */
#ifndef SC_AUDIT_H
#define SC_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"

/* A longer line is not read: a record of seccomp, as its beginning says, or nothing. */
#define SC_AUDIT_LINE 65536

/* The year 9999: a later time is none, and some clocks of C end there. */
#define SC_AUDIT_MAX_SECONDS INT64_C(253402300799)

/* The arguments that a SYSCALL record has: a0 to a3. */
#define SC_AUDIT_ARGS 4

typedef enum
{
	SC_AUDIT_OTHER,				/* no record of these two types */
	SC_AUDIT_MALFORMED,			/* one of seccomp, which cannot be read */
	SC_AUDIT_SECCOMP,
	SC_AUDIT_SYSCALL
} sc_audit_kind;

/* What a line says; texts are empty and numbers -1 where it does not say it. */
typedef struct
{
	bool		interpreted;	/* words for numbers: "ausearch -i" */
	bool		has_time;
	int64_t		seconds;		/* since 1970 */
	int			milliseconds;
	int64_t		serial;			/* what all records of one event share, with the time */
	char		node[256];

	int64_t		pid;
	int64_t		uid;			/* 4294967295: unset */
	char		user[64];		/* uid's name, where the log has it */
	char		comm[64];		/* the thread's name, any bytes */
	char		exe[4097];		/* likewise */
	int			signal;			/* 0: none */
	int64_t		ip;				/* where the call came from; bits of an address */
	bool		has_ip;

	char		arch[32];		/* as the line has it: "c000003e", "x86_64" */
	sc_abi		abi;			/* SC_ABI_COUNT: not in the catalog, or not said */
	char		call[64];		/* as the line has it: "165", "mount" */
	bool		has_nr;			/* false: a name that the catalog does not know */
	uint32_t	nr;				/* as seccomp_data.nr: with x32's bit */
	uint32_t	code;			/* SECCOMP_RET_*; the kernel leaves its data out */

	unsigned	known;			/* bit 1 << i: args[i] is known; never of seccomp's own record */
	uint64_t	args[SC_AUDIT_ARGS];
	char		words[SC_AUDIT_ARGS][48];	/* interpreted: what is no number */
} sc_audit_record;

/*
 * Read a line of len bytes, without its newline; of one of more than
 * SC_AUDIT_LINE its beginning, and more than that, is enough.  now, in seconds since 1970,
 * gives a date without a year its own; times without a zone are local.  *why is
 * set to a static text for SC_AUDIT_MALFORMED.  Allocates nothing; needs
 * sc_catalog_init().
 */
extern sc_audit_kind sc_audit_parse(const char *line, size_t len, int64_t now,
									sc_audit_record *record, const char **why);

/*
 * The ABI that an AUDIT_ARCH_* and a number as the kernel has it belong to, of
 * whatever machine; SC_ABI_COUNT if it is not in the catalog.
 */
extern sc_abi sc_audit_abi(uint32_t arch, uint32_t nr);

/* "mount"; a call that the catalog lacks by its number.  Allocated. */
extern char *sc_audit_call(const sc_audit_record *record);

/*
 * "errno EPERM", "kill_process": the answer in the words of
 * /proc/sys/kernel/seccomp/actions_logged.  Allocated.
 */
extern char *sc_audit_action(const sc_audit_record *record);

/*
 * The arguments in words, "AF_NETLINK, SOCK_RAW, ...": as sc_decode_call() has
 * them, with "..." for those that are not known; NULL if none is.  Plain numbers
 * for ABIs of another machine, whose flags may have other values.  Allocated.
 */
extern char *sc_audit_arguments(const sc_audit_record *record);

#endif							/* SC_AUDIT_H */
