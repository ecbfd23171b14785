/*
 * agreement.h
 *		What a process of the server has, and what it should have.
 */
#ifndef PGSC_AGREEMENT_H
#define PGSC_AGREEMENT_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/backend_status.h"

typedef enum
{
	AGREES,
	LESS,						/* it has fewer filters than it should */
	NOT_KNOWN					/* it is starting or ending, or the kernel does not count */
} Agreement;

typedef struct
{
	pid_t		pid;
	const char *type;			/* pg_stat_activity.backend_type, "postmaster" or "logger"; or NULL */
	bool		worker;			/* a background worker */
	const PgBackendStatus *beentry; /* or NULL: statistics lack it */
	char	   *profiles;		/* its own account; or NULL */
	List	   *scopes;			/* names, in the order attached */
	int			filters;		/* the kernel's count; -1: unknown */
	int			no_new_privs;	/* the kernel's */
	bool		counted;		/* violations are known */
	uint64		violations;
	Agreement	agreement;
	const char *detail;			/* why it is not AGREES, or what else there is to say; or NULL */
} ServerProcess;

/*
 * All processes of the server, as ServerProcess *: those that PostgreSQL's
 * statistics show, the postmaster, then the kernel's other children of it.  One
 * that ends meanwhile is left out.  palloc'd.
 */
extern List *server_processes(void);

#endif							/* PGSC_AGREEMENT_H */
