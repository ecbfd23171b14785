/*
 * output.c
 *		The document that a command makes, at its --output or on standard output.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/memory.h"
#include "tool.h"

/* All of a document to an open file; false with errno. */
static bool
put(int fd, const char *text, size_t len)
{
	while (len > 0)
	{
		ssize_t		written = write(fd, text, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		text += written;
		len -= (size_t) written;
	}
	return true;
}

/* Write beside the file and rename: nobody sees half of it. */
static void
replace(const char *path, const char *text, size_t len)
{
	char	   *beside = sc_format("%s.XXXXXX", path);
	mode_t		mask = umask(0);
	int			fd;
	int			error;

	umask(mask);
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		die("could not create a file beside \"%s\": %m", path);
	if (put(fd, text, len) && fchmod(fd, 0666 & ~mask) == 0 && fsync(fd) == 0 && rename(beside, path) == 0)
	{
		close(fd);
		return;
	}
	error = errno;
	unlink(beside);
	errno = error;
	die("could not write file \"%s\": %m", path);
}

void
write_output(const char *path, const char *text, size_t len)
{
	struct stat st;
	bool		there = path && stat(path, &st) == 0;
	int			fd = STDOUT_FILENO;

	if (there && S_ISDIR(st.st_mode))
		die("\"%s\" is a directory", path);
	if (path && (!there || S_ISREG(st.st_mode)))
	{
		replace(path, text, len);
		return;
	}
	if (path)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		die("could not open file \"%s\": %m", path);
	if (!put(fd, text, len))
		die("could not write to %s: %m", path ? sc_format("file \"%s\"", path) : "standard output");
}
