/*
 * gates.h
 *		Sets of calls that something cannot do without.
 *
 *	gates       = gate *( ";" gate )				one of them shut is enough
 *	gate        = alternative *( "|" alternative )	shut if all of them are denied
 *	alternative = CALL [ ":" part *( "/" part ) ] | "new-calls" | "foreign-abis"
 *	part        = NAME *( "+" NAME )				flags of the same argument
 *
 * "socket:AF_NETLINK/NETLINK_XFRM" is socket(2) with these two arguments and
 * whatever else, on every ABI of this machine; "recvmmsg:X32_ABI" that call on
 * the x32 ABI only.  "new-calls" are the numbers past the catalog's last,
 * "foreign-abis" all calls of all ABIs but the native one.
 */
#ifndef SC_GATES_H
#define SC_GATES_H

#include "arguments.h"

/* An alternative: index of its call, or one of these. */
enum
{
	SC_GATE_UNKNOWN = -1,		/* not understood: never denied */
	SC_GATE_NEW_CALLS = -2,
	SC_GATE_FOREIGN_ABIS = -3
};

typedef struct
{
	int			call;
	const char *text;			/* as it was written */
	char	  **parts;			/* "AF_NETLINK" ... */
	int			nparts;
	bool		whole;			/* what is asked for lies in memory: any argument */
	bool		x32;			/* of that ABI only */
} sc_alternative;

typedef struct
{
	const char *text;
	sc_alternative *list;
	int			n;
} sc_gate;

typedef struct
{
	sc_gate    *list;
	int			n;
} sc_gates;

/*
 * Read gates.  What is not understood counts as never shut, and is added to
 * *errors with the line.  Allocated.
 */
extern sc_gates sc_gates_parse(const char *text, int line, sc_errors *errors);

/*
 * Is one of others' gates certainly shut whenever one of gates' is?  By their
 * text: "socket" covers "socket:AF_KEY".
 */
extern bool sc_gates_cover(const sc_gates *gates, const sc_gates *others);

/* What one argument may be. */
typedef struct
{
	uint64_t   *values;
	int			n;
	uint64_t	fixed;			/* the bits that values are about */
} sc_choices;

/* Add a value that is not there yet. */
extern void sc_add_choice(sc_choices *c, uint64_t value);

/*
 * What an alternative says of the arguments of a call on an ABI, added to args;
 * the call may be another one than its own that takes the same.  False if a
 * part, *unknown, is about none of them there.
 */
extern bool sc_narrow(sc_choices args[SC_NARGS], sc_abi abi, int call,
					  const sc_alternative *alternative, const char **unknown);

#endif							/* SC_GATES_H */
