/*
 * sockets.h
 *		RestrictAddressFamilies: which sockets may be made.
 */
#ifndef SC_SOCKETS_H
#define SC_SOCKETS_H

#include "arguments.h"

/* A word of the list: FAMILY, FAMILY/TYPE, FAMILY/PROTOCOL, or all three. */
typedef struct
{
	int			line;
	bool		listed;			/* on the list, or taken off it */
	int			err;			/* FAMILY...:ERRNO, or 0 */
	int			family;
	int			type;			/* SC_ANY: whichever */
	int			protocol;		/* SC_ANY: whichever */
} sc_socket_word;

#define SC_ANY (-1)

typedef struct
{
	int			line;			/* of the first one; 0: nothing was said */
	bool		deny;			/* a deny-list */
	sc_socket_word *words;		/* in file order; later ones override */
	int			nwords;
} sc_sockets;

/* The directive's value; an empty one resets. */
extern void sc_sockets_say(sc_sockets *sockets, const sc_words *words, bool inverted,
						   int line, sc_errors *errors);

/* The rules that the list stands for; allocated. */
extern sc_rule_list sc_sockets_rules(const sc_sockets *sockets);

#endif							/* SC_SOCKETS_H */
