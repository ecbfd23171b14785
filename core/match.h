/*
 * match.h
 *		Which sessions a section is for: Role=, Database=, Address=, Replication=.
 *
 * The words are pg_hba.conf's: a bare name, +name for the members of a role,
 * "all", quotes take a keyword's special meaning away.  Its lists with commas,
 * regular expressions, file references and the keywords "sameuser", "samerole"
 * and "samegroup" are refused rather than taken for names.  What the session *is*
 * comes from the server, which alone can read the catalogs.
 */
#ifndef SC_MATCH_H
#define SC_MATCH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "errors.h"
#include "text.h"

typedef struct
{
	sa_family_t family;			/* AF_UNIX: "local"; AF_INET, AF_INET6 */
	unsigned char bytes[16];	/* network order */
	int			prefix;			/* leading bits that count */
} sc_address;

/* What a section says of replication connections, physical or logical. */
typedef enum
{
	SC_REPLICATION_OR_NOT,
	SC_REPLICATION_NO,
	SC_REPLICATION_YES
} sc_replication;

/* A section's matchers; an empty list matches anything. */
typedef struct
{
	sc_words	roles;
	sc_words	databases;
	sc_address *addresses;
	int			naddresses;
	sc_replication replication;
} sc_matchers;

/* A session, as the server sees it at login. */
typedef struct
{
	const char *role;			/* login role */
	const char *const *member_of;	/* sorted by strcmp; without role itself */
	int			nmember_of;
	const char *database;		/* NULL: physical replication */
	const sc_address *address;	/* NULL: not known, matches no Address= */
	bool		replication;	/* a walsender */
} sc_client;

/* An error for words of Role= or Database= that are no plain names. */
extern void sc_match_check_names(const sc_words *words, sc_errors *errors);

/* One word of Address=: adds to the matchers, or an error. */
extern void sc_match_add_address(sc_matchers *matchers, const sc_word *word,
								 sc_errors *errors);

/* An address as PostgreSQL has it; false for a family we do not know. */
extern bool sc_address_from_sockaddr(const struct sockaddr *sockaddr,
									 sc_address *address);

/*
 * A few bits of the names that matchers want, or that a client has: where the
 * two share none, the matchers cannot fit.  So that the search for a session's
 * section passes all but one in thousands without touching them: of roles, by
 * which sections mostly differ, there are two independent sets.
 */
typedef struct
{
	uint64_t	roles[2];
	uint64_t	databases;
} sc_digest;

extern sc_digest sc_matchers_digest(const sc_matchers *matchers);
extern sc_digest sc_client_digest(const sc_client *client);

static inline bool
sc_digests_meet(sc_digest a, sc_digest b)
{
	return (a.roles[0] & b.roles[0]) != 0 && (a.roles[1] & b.roles[1]) != 0 &&
		(a.databases & b.databases) != 0;
}

/* Does any matcher look at role membership? */
extern bool sc_match_needs_membership(const sc_matchers *matchers);

/* Has the section a matcher at all? */
extern bool sc_match_any(const sc_matchers *matchers);

/*
 * What kind of connection can fit: only walsenders, only others, or both.  A
 * physical one, Database=replication, is a walsender.
 */
extern sc_replication sc_match_kind(const sc_matchers *matchers);

/* Do matchers contradict each other, so that nothing fits? */
extern bool sc_match_none(const sc_matchers *matchers);

/*
 * Could matchers of digest b only fit sessions that those of digest a fit?  False:
 * certainly not.
 */
static inline bool
sc_digest_covers(sc_digest a, sc_digest b)
{
	return (b.roles[0] & ~a.roles[0]) == 0 && (b.roles[1] & ~a.roles[1]) == 0 &&
		(b.databases & ~a.databases) == 0;
}

/* A copy with its lists in the order that sc_matchers_cover() looks them up by. */
extern sc_matchers sc_matchers_sorted(const sc_matchers *matchers);

/*
 * Does every session that fits b fit a, which is sorted?  False also where only
 * several words of a together cover one of b's, such as two halves of a network.
 */
extern bool sc_matchers_cover(const sc_matchers *a, const sc_matchers *b);

/* Do all matchers fit? */
extern bool sc_match(const sc_matchers *matchers, const sc_client *client);

/* A kind of matcher; which one does not fit. */
typedef enum
{
	SC_NO_MATCHER,
	SC_ROLE,
	SC_DATABASE,
	SC_ADDRESS,
	SC_REPLICATION
} sc_matcher;

/* The first kind of matcher that does not fit, or SC_NO_MATCHER if all do. */
extern sc_matcher sc_match_miss(const sc_matchers *matchers, const sc_client *client);

/* One kind as a policy has it, "Role=web +staff"; "" if there is none.  Allocated. */
extern char *sc_matcher_text(const sc_matchers *matchers, sc_matcher which);

/* All matchers as a policy has them, "Role=web Address=local"; "" if there are none.  Allocated. */
extern char *sc_matchers_text(const sc_matchers *matchers);

#endif							/* SC_MATCH_H */
