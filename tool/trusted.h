/*
 * trusted.h
 *		Would a server of another user trust a policy?
 */
#ifndef PGSC_TRUSTED_H
#define PGSC_TRUSTED_H

#include "../core/trust.h"

/* What came of it; status and why as sc_file has them. */
typedef struct
{
	sc_file_status status;
	char		why[512];
	char		hint[256];
} trust_verdict;

/*
 * As whom to judge: the user that is named (NULL: the server's by default, if root
 * asks and it exists, else the caller).  Dies if there is no such user, or if the
 * caller may not become it.  Allocated.
 */
extern const char *judging_user(const char *named);

/*
 * sc_read_trusted() by a process of that user.  A relative path is taken from the
 * current folder, with the links in it.
 */
extern trust_verdict judge_trust(const char *path, const char *user);

#endif							/* PGSC_TRUSTED_H */
