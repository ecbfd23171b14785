/*
 * archive.c
 *		An archive_library whose callback makes a system call by the C library,
 *		and takes the file only if that answered EPERM.
 */
#include "postgres.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "fmgr.h"
#if PG_VERSION_NUM >= 160000
#include "archive/archive_module.h"
#else
#include "postmaster/pgarch.h"
#endif

PG_MODULE_MAGIC;

static bool
archive(void)
{
	return syscall(SYS_personality, -1L, -1L, -1L, -1L, -1L, -1L) < 0 && errno == EPERM;
}

#if PG_VERSION_NUM >= 160000
static bool
archive_file(ArchiveModuleState *state, const char *file, const char *path)
{
	return archive();
}

const ArchiveModuleCallbacks *
_PG_archive_module_init(void)
{
	static const ArchiveModuleCallbacks callbacks = {.archive_file_cb = archive_file};

	return &callbacks;
}
#else
static bool
archive_file(const char *file, const char *path)
{
	return archive();
}

extern PGDLLEXPORT void _PG_archive_module_init(ArchiveModuleCallbacks *callbacks);

void
_PG_archive_module_init(ArchiveModuleCallbacks *callbacks)
{
	callbacks->archive_file_cb = archive_file;
}
#endif
