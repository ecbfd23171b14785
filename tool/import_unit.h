/*
 * import_unit.h
 *		A systemd unit's directives about system calls.
 */
#ifndef PGSC_IMPORT_UNIT_H
#define PGSC_IMPORT_UNIT_H

#include "write_policy.h"

/*
 * Write the rest of [Server] for what a unit or drop-in says in [Service].
 * path is for findings, printable.  False if it has no such section, says nothing
 * of system calls, is not a text or too much of one, which errors tell.
 */
extern bool write_unit(FILE *out, const char *path, const char *text, size_t len, findings *found, sc_errors *errors);

#endif							/* PGSC_IMPORT_UNIT_H */
