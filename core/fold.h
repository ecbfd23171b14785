/*
 * fold.h
 *		Make a program part that looks at nothing but the number shorter.
 */
#ifndef SC_FOLD_H
#define SC_FOLD_H

#include <linux/filter.h>
#include <stdint.h>

#include "evaluate.h"

/*
 * The part at insns, which begins with the system call number in the
 * accumulator, as a binary search over runs of numbers with the same answer.
 * Numbers are first .. first + count - 1; all from there on answer what the
 * last of them does.  Writes at most SC_MAX_FOLDED instructions to out and
 * returns their number, or 0 if the part looks at anything else or has too
 * many runs.
 */
#define SC_MAX_FOLDED 256
extern int	sc_fold(const struct sock_filter *insns, int len, uint32_t first,
					int count, struct sock_filter *out);

#endif							/* SC_FOLD_H */
