/*
 * shared.c
 *		A slot for each process, in shared memory, for display only.
 */
#include "postgres.h"

#include <unistd.h>

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "storage/shmem.h"

#include "attach.h"
#include "compat.h"
#include "session.h"
#include "shared.h"

#define PROFILE_SIZE 128
#define SCOPES_SIZE 512

typedef struct
{
	pid_t		pid;			/* 0: none; set last */
	pg_atomic_uint64 violations;
	bool		published;
	char		profile[PROFILE_SIZE];
	char		scopes[SCOPES_SIZE];
} Slot;

typedef struct
{
	pg_atomic_uint64 seen;		/* hash of the text last logged */
	int			nslots;
	Slot		slots[FLEXIBLE_ARRAY_MEMBER];
} Shared;

static Shared *shared;

static int
slot_count(void)
{
	return MaxBackends + NUM_AUXILIARY_PROCS;
}

static Size
shared_size(void)
{
	return add_size(offsetof(Shared, slots), mul_size(slot_count(), sizeof(Slot)));
}

void
shared_request(void)
{
	RequestAddinShmemSpace(shared_size());
}

void
shared_startup(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct("pg_seccomp", shared_size(), &found);
	if (!found)
	{
		memset(shared, 0, shared_size());
		pg_atomic_init_u64(&shared->seen, 0);
		shared->nslots = slot_count();
	}
	LWLockRelease(AddinShmemInitLock);
}

static void
clear_slot(int code, Datum arg)
{
	shared->slots[DatumGetInt32(arg)].pid = 0;
}

/*
 * This process's slot, or NULL if it has none (yet).  Async-signal-safe: a
 * violation may be what makes a process known here.
 */
static Slot *
my_slot(void)
{
	Slot	   *slot;

	if (shared == NULL || MyProc == NULL || pgsc_my_proc_number() >= shared->nslots)
		return NULL;
	slot = &shared->slots[pgsc_my_proc_number()];
	if (slot->pid != MyProcPid)
	{
		/* nobody reads it before the pid is there */
		slot->pid = 0;
		pg_write_barrier();
		slot->published = false;
		pg_atomic_write_u64(&slot->violations, 0);
		pg_write_barrier();
		slot->pid = MyProcPid;
	}
	return slot;
}

/* Text cut to what fits, between two characters. */
static void
put_text(char *place, size_t size, const char *text)
{
	int			len = pg_encoding_mbcliplen(PG_UTF8, text, strlen(text), size - 1);

	memcpy(place, text, len);
	place[len] = '\0';
}

void
shared_publish(void)
{
	static pid_t registered;
	Slot	   *slot = my_slot();
	char		scopes[SCOPES_SIZE] = "";

	if (slot == NULL)
		return;
	if (registered != MyProcPid)
		before_shmem_exit(clear_slot, Int32GetDatum(pgsc_my_proc_number()));
	registered = MyProcPid;
	for (int i = 0; i < nattached; i++)
	{
		if (strcmp(attached[i].name, "server") == 0 || strcmp(attached[i].name, "child") == 0)
			continue;
		/* what does not fit is left out as a whole */
		if (strlen(scopes) + strlen(attached[i].name) + 2 > sizeof(scopes))
			break;
		if (scopes[0])
			strlcat(scopes, ",", sizeof(scopes));
		strlcat(scopes, attached[i].name, sizeof(scopes));
	}
	slot->pid = 0;
	pg_write_barrier();
	put_text(slot->profile, PROFILE_SIZE, session_profiles());
	put_text(slot->scopes, SCOPES_SIZE, scopes);
	slot->published = true;
	pg_write_barrier();
	slot->pid = MyProcPid;
}

pg_atomic_uint64 *
shared_violations(void)
{
	Slot	   *slot = my_slot();

	return slot ? &slot->violations : NULL;
}

bool
shared_read(pid_t pid, Published *published)
{
	Slot		copy;

	if (shared == NULL)
		return false;
	for (int i = 0; i < shared->nslots; i++)
	{
		Slot	   *slot = &shared->slots[i];

		if (slot->pid != pid)
			continue;
		pg_read_barrier();
		memcpy(&copy, slot, sizeof(copy));
		pg_read_barrier();
		if (slot->pid != pid)
			return false;
		copy.profile[PROFILE_SIZE - 1] = '\0';
		copy.scopes[SCOPES_SIZE - 1] = '\0';
		published->violations = pg_atomic_read_u64(&slot->violations);
		published->profiles = copy.published && copy.profile[0] ? pstrdup(copy.profile) : NULL;
		published->scopes = copy.published && copy.scopes[0] ? pstrdup(copy.scopes) : NULL;
		return true;
	}
	return false;
}

bool
first_to_see(const char *text, const char *more)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) text, strlen(text), 1);

	if (more)
		hash = hash_bytes_extended((const unsigned char *) more, strlen(more), hash);
	return shared == NULL || pg_atomic_exchange_u64(&shared->seen, hash) != hash;
}

void
seen_nothing_new(void)
{
	/* read first: every login comes by, and should not write */
	if (shared && pg_atomic_read_u64(&shared->seen) != 0)
		pg_atomic_write_u64(&shared->seen, 0);
}
