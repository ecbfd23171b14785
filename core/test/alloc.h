/*
 * alloc.h
 *		The tests' memory for core/: freed all at once.
 */
#ifndef SC_TEST_ALLOC_H
#define SC_TEST_ALLOC_H

/* Free whatever sc_alloc() and sc_realloc() gave since the last reset. */
extern void sc_test_reset(void);

#endif							/* SC_TEST_ALLOC_H */
