/*
 * decode.h
 *		System calls in words, for people.
 */
#ifndef SC_DECODE_H
#define SC_DECODE_H

#include <stdint.h>

#include "catalog.h"

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

#endif							/* SC_DECODE_H */
