/*
 * arena.c
 *		A growing heap in a memfd, sealed when the policy is loaded.
 *
 * Nothing is freed: core/ never does.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"

/* More than a policy of 1 MiB ever comes to; only what is used takes memory. */
#define ARENA_SIZE ((size_t) 1 << 30)

/* Before each block, for arena_realloc(). */
typedef struct
{
	size_t		size;
	char		padding[MAXIMUM_ALIGNOF];	/* blocks are as aligned as palloc's */
} Header;

static char *base;				/* NULL: no arena in use */
static size_t used;
static int	fd = -1;

void
arena_begin(void)
{
	void	   *mapped = MAP_FAILED;

	fd = memfd_create("pg_seccomp policy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && ftruncate(fd, ARENA_SIZE) == 0)
		mapped = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (mapped == MAP_FAILED)
	{
		if (fd >= 0)
			close(fd);
		return;
	}
	base = mapped;
	used = 0;
}

void *
arena_alloc(size_t size)
{
	Header	   *header;

	if (base == NULL)
		return NULL;
	if (size > ARENA_SIZE - used - 2 * sizeof(Header))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	header = (Header *) (base + used);
	header->size = size;
	used += sizeof(Header) + MAXALIGN(size);
	return header + 1;
}

void *
arena_realloc(void *old, size_t size)
{
	Header	   *header;
	void	   *new;

	if (base == NULL || (char *) old < base || (char *) old >= base + used)
		return NULL;
	header = (Header *) old - 1;
	new = arena_alloc(size);
	memcpy(new, old, Min(header->size, size));
	return new;
}

int
arena_seal(void)
{
	char	   *address = base;
	int			err = 0;

	if (base == NULL)
		return 0;
	base = NULL;

	/* a file that is mapped for writing cannot be sealed */
	if (munmap(address, ARENA_SIZE) < 0 || ftruncate(fd, (off_t) used) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0 ||
		mmap(address, used, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0) != address)
		err = errno ? errno : EEXIST;
	close(fd);
	fd = -1;
	return err;
}
