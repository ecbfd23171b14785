/*
 * decode.h
 *		System calls in words, for people.
 */
#ifndef SC_DECODE_H
#define SC_DECODE_H

#include <stdint.h>

#include "catalog.h"
#include "constants.h"

/* No call's words are longer, terminator included. */
#define SC_MAX_DECODED 1024

/*
 * "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE)": numbers of known
 * meaning by their names, bits and values without a name in hexadecimal
 * ("CLONE_NEWUSER|0x200"); descriptors, process numbers and sizes in decimal.
 * Pointers stay numbers: nothing is read from them.  A call that the catalog
 * lacks is "system call 999 (0x1, 0, 0, 0, 0, 0)".
 *
 * nr as in seccomp_data.nr, with x32's bit.  abi may be SC_ABI_COUNT, for
 * unknown.  Allocated with sc_alloc; needs sc_catalog_init().
 */
extern char *sc_decode_call(sc_abi abi, uint32_t nr, const uint64_t args[6]);

/* What one argument of a call is, by the kernel's prototype. */
typedef enum
{
	SC_ARG_NONE,				/* the call has fewer */
	SC_ARG_POINTER,
	SC_ARG_32,					/* the register's low half */
	SC_ARG_64					/* all of it (or what the ABI has of it) */
} sc_argument;

extern sc_argument sc_argument_of(sc_abi abi, int call, int arg);

/*
 * The constant of this name that argument arg of a call can be, or NULL; and
 * the one nearest to a misspelt name, or NULL.
 */
extern const sc_constant *sc_argument_constant(sc_abi abi, int call, int arg, const char *name);
extern const char *sc_argument_nearest(sc_abi abi, int call, int arg, const char *name);

/* One argument of a call in words, as sc_decode_call() shows it.  Allocated. */
extern char *sc_decode_argument(sc_abi abi, int call, const uint64_t args[6], int arg);

#endif							/* SC_DECODE_H */
