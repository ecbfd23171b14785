/*
 * arguments.h
 *		Rules on system calls' arguments.
 *
 * A rule names calls, tests of their arguments, and what happens to a call that
 * passes all of them.  Arguments are registers: what a pointer points to is out
 * of a filter's sight, and could change after it looked.
 */
#ifndef SC_ARGUMENTS_H
#define SC_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog.h"
#include "errors.h"
#include "text.h"

#define SC_NARGS 6

typedef enum
{
	SC_EQ,
	SC_NE,
	SC_LT,
	SC_LE,
	SC_GT,
	SC_GE
} sc_compare;

/*
 * (argument & mask) op value, unsigned.  The mask says how much of the register
 * counts: the kernel takes an int from the low half, whatever stands in the
 * upper one.  A test can be true and false: value is not beyond the mask.
 */
typedef struct
{
	uint8_t		arg;			/* 0 .. 5 */
	uint8_t		op;				/* sc_compare */
	uint64_t	mask;			/* 0: no test */
	uint64_t	value;
} sc_test;

#define SC_MAX_TESTS 6

typedef struct
{
	const char *calls;			/* names and @groups, single spaces */
	unsigned	only;			/* bits 1 << sc_abi; 0: on every ABI */
	sc_test		tests[SC_MAX_TESTS];	/* from the first on; all must fit */
	bool		deny;			/* else: nothing more is asked of this list */
	int			err;			/* 0: the section's SystemCallErrorNumber */
	bool		quiet;			/* a denial that is no violation */
	bool		loud;			/* reported even if the call is @pg-silent */
	int			line;			/* of the policy; 0: the directive's */
	sc_set		set;			/* calls, resolved */
} sc_rule;

/* The first rule that fits a call decides; if none does, the list says nothing. */
typedef struct
{
	sc_rule    *rules;
	int			n;
	int			line;			/* of the directive */
} sc_rule_list;

/* Does the rule speak of this call at all?  It may have tests. */
static inline bool
sc_rule_names(const sc_rule *rule, sc_abi abi, int call)
{
	return sc_set_has(&rule->set, call) && (rule->only == 0 || rule->only >> abi & 1);
}

/* How many tests a rule has. */
extern int	sc_rule_ntests(const sc_rule *rule);

/*
 * What counts of a test on an ABI whose registers have 32 bits: negative
 * constants are as wide as these, larger ones than they hold are past them all.
 */
extern sc_test sc_test_on(const sc_test *test, sc_abi abi);

extern bool sc_test_fits(const sc_test *test, sc_abi abi, const uint64_t args[SC_NARGS]);
extern bool sc_rule_fits(const sc_rule *rule, sc_abi abi, const uint64_t args[SC_NARGS]);

/*
 * Arguments that pass all tests of a rule; bits that need not differ stay as
 * they are.  False if there are none.
 */
extern bool sc_rule_witness(const sc_rule *rule, sc_abi abi, uint64_t args[SC_NARGS]);

/*
 * "arg0==AF_PACKET arg1&0xf==SOCK_RAW": a rule's tests in the policy's words,
 * as they read on one of its calls; NULL if it has none.  Allocated.
 */
extern char *sc_rule_condition(const sc_rule *rule, sc_abi abi, int call);

/*
 * Parse the value of a SystemCallRule line, words joined by blanks, into *rule.
 * False after adding an error.  A call that no ABI of this machine has is good,
 * and its set is then of no use.
 */
extern bool sc_rule_parse(sc_rule *rule, const char *text, int line, sc_errors *errors);

/*
 * An argument's value as a rule may write it, and for pointers too: numbers and
 * names of constants, joined by "|".  False after adding an error.
 */
extern bool sc_value_parse(const char *text, sc_abi abi, int call, int arg, uint64_t *value,
						   sc_errors *errors);

/*
 * The ABI by whose prototype the arguments in a rule on this call are judged: the
 * native one, if it has the call.
 */
extern sc_abi sc_prototype_abi(int call);

/*
 * Fill in set from calls; idempotent.  Returns NULL, or the name that is not in
 * the catalog: only a broken build has one.
 */
extern const char *sc_rule_resolve(sc_rule *rule);

#endif							/* SC_ARGUMENTS_H */
