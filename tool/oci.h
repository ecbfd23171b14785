/*
 * oci.h
 *		A profile for container runtimes, and what libseccomp makes of it.
 */
#ifndef PGSC_OCI_H
#define PGSC_OCI_H

#include <errno.h>

#include "export.h"

/* What a profile answers to what it does not name, and for a number that nobody knows. */
#define OCI_DEFAULT (SECCOMP_RET_ERRNO | ENOSYS)

static inline bool
is_errno(uint32_t answer)
{
	return (answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
}

/* One object of the array "syscalls". */
typedef struct
{
	uint32_t	answer;
	const sc_cube *cube;		/* NULL: whatever the arguments */
	const char **names;			/* sorted */
	int			nnames;
} oci_entry;

typedef struct
{
	oci_entry  *list;
	int			n;
} oci_entries;

/*
 * The registers of x32 have 64 bits, of which libseccomp compares 32: what counts
 * on the upper ones would be let through there.  Does any entry count on them?
 */
extern bool oci_x32_is_looser(const call_list *calls);

/*
 * Make calls say what can be said for all their ABIs at once, which is never
 * looser than one of them alone; warns of what differs.
 */
extern void oci_join_abis(const scopes *all, call_list *calls);

/* The profile, as JSON. */
extern void oci_write(FILE *out, const oci_entries *entries, unsigned abis);

/*
 * The program that libseccomp makes of a profile's entries as runc and crun give
 * them to it, with its search tree or without; its length may be beyond the
 * kernel's limit.  NULL, or a name whose entries libseccomp takes to be at odds:
 * those of a call that x86 can make through socketcall or ipc, where no entry says
 * what these come to.  Ends the program if libseccomp refuses otherwise.
 */
extern const char *oci_compile(const oci_entries *entries, unsigned abis, bool tree, sc_program *program);

/*
 * Does such a program answer what the cubes say, for their arguments and all that
 * differ from these in one bit that counts?  Returns NULL, or a call that is
 * answered otherwise.  Allocated.
 */
extern const char *oci_prove(const sc_program *program, const call_list *calls);

#endif							/* PGSC_OCI_H */
