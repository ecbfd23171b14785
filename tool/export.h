/*
 * export.h
 *		What pg_seccomp export writes: a scope in other tools' words.
 */
#ifndef PGSC_EXPORT_H
#define PGSC_EXPORT_H

#include <stdio.h>

#include "../core/cubes.h"
#include "scopes.h"

/*
 * The formats.  Each writes a whole document to out, or ends the program; what
 * the format cannot say is told on standard error, or in comments.
 */
extern void export_oci(FILE *out, const scopes *all, const scope *s);
extern void export_systemd(FILE *out, const scopes *all, const scope *s);
extern void export_bpf(FILE *out, const scopes *all, const scope *s);
extern void export_text(FILE *out, const scopes *all, const scope *s);

/* "POLICY: warning: ...": something is lost; "POLICY: note: ...": worth knowing. */
extern void warn(const scopes *all, const char *fmt,...) __attribute__((format(printf, 2, 3)));
extern void note(const scopes *all, const char *fmt,...) __attribute__((format(printf, 2, 3)));

/*
 * What is to be said of a filter that all processes of a container or of a unit
 * have, though a policy has one for each scope; NULL: nothing.  Allocated.
 */
extern const char *one_filter_text(const scopes *all, const scope *s, const char *format);

/* "EPERM", or a number that has no name.  Allocated. */
extern const char *errno_text(uint32_t answer);

/* Does a call run: allowed, or logged? */
static inline bool
runs(uint32_t answer)
{
	return sc_runs(answer);
}

/* A call and what its arguments come to, on a stack of sections. */
typedef struct
{
	int			call;			/* its index in the catalog */
	sc_cube    *cubes;
	int			n;
	bool		bare;			/* its denials are left to the format's default */
} call_cubes;

/* All calls that an admitted ABI has. */
typedef struct
{
	const scope *scope;
	unsigned	abis;			/* admitted by all sections: bits 1 << sc_abi */
	call_cubes	calls[SC_MAX_SYSCALLS];
	int			n;
} call_list;

/* The calls of a scope on some ABIs; one whose arguments take too many cubes has none (n is 0). */
extern call_list *list_calls(const scope *s, unsigned abis);

/* The ABIs that all sections of a scope admit. */
extern unsigned admitted_abis(const scope *s);

/* The views of a scope's sections, the native ABI's last (cubes.h).  Returns their number. */
#define MAX_VIEWS (SC_MAX_STACK * SC_ABI_COUNT)
extern int	scope_views(const scope *s, unsigned abis, sc_view views[MAX_VIEWS]);

/* The cube of a call that has these arguments. */
extern const sc_cube *cube_of(const call_cubes *c, const uint64_t args[SC_NARGS]);

/* Does the libseccomp at hand know a call of an ABI by its name? */
extern bool scmp_knows_call(sc_abi abi, int call);

#endif							/* PGSC_EXPORT_H */
