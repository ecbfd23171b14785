/*
 * trust.c
 *		The walk from "/" to a policy, and the reading of it.
 */
#include "trust.h"

#include <acl/libacl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "policy.h"

/* As the kernel's (MAXSYMLINKS; path_resolution(7)). */
#define MAX_LINKS 40

/* How often a file that changes under our eyes is read again. */
#define MAX_READS 3

/* Whole policies are read here: nothing else to free on an error's way out. */
static char text_buffer[SC_MAX_POLICY + 1];

typedef struct
{
	sc_file    *file;
	bool		read;			/* the file is wanted, not only its owner */
	char		rest[PATH_MAX]; /* still to walk */
	char		where[PATH_MAX];	/* walked so far, for messages */
	int			links;
} walk;

static bool
fail(walk *w, sc_file_status status, const char *hint, const char *what)
{
	w->file->status = status;
	w->file->hint = hint;
	snprintf(w->file->why, sizeof(w->file->why), "\"%.400s\" %s", w->where, what);
	return false;
}

static bool
fail_errno(walk *w)
{
	bool		missing = errno == ENOENT || errno == ENOTDIR;

	return fail(w, missing ? SC_FILE_MISSING : SC_FILE_UNREADABLE,
				missing ? "Install a policy there as root."
				: "The server's user needs to be able to read the policy and to search its directories.",
				missing ? "does not exist" : strerror(errno));
}

static bool
untrusted(walk *w, const char *what)
{
	return fail(w, SC_FILE_UNTRUSTED,
				"The policy and every directory above it must be root's, and writable by root alone.",
				what);
}

/* Is this process a member of group 0? */
static bool
in_root_group(void)
{
	gid_t		groups[1024];
	int			n = getgroups(1024, groups);

	if (n < 0 || getegid() == 0)
		return true;
	for (int i = 0; i < n; i++)
		if (groups[i] == 0)
			return true;
	return false;
}

/*
 * May an ACL entry beyond owner, group and others write?  Asked only when the
 * group bits, which then are the ACL's mask, let it (acl(5)).
 */
static bool
acl_lets_write(int fd)
{
	char		path[64];
	acl_t		acl;
	acl_entry_t entry;
	acl_tag_t	tag;
	acl_permset_t permissions;
	bool		writes = false;

	/* the descriptor may be O_PATH, which acl_get_fd(3) does not take */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	acl = acl_get_file(path, ACL_TYPE_ACCESS);
	if (acl == NULL)
		return true;
	for (int next = acl_get_entry(acl, ACL_FIRST_ENTRY, &entry); next == 1;
		 next = acl_get_entry(acl, ACL_NEXT_ENTRY, &entry))
	{
		if (acl_get_tag_type(entry, &tag) < 0 || acl_get_permset(entry, &permissions) < 0)
			writes = true;
		else if ((tag == ACL_USER || tag == ACL_GROUP) &&
				 acl_get_perm(permissions, ACL_WRITE) != 0)
			writes = true;
	}
	acl_free(acl);
	return writes;
}

/* Has nobody but root a say over what fd is? */
static bool
check_owner(walk *w, int fd, const struct stat *st)
{
	if (st->st_uid != 0)
		return untrusted(w, "is not owned by root");
	if (S_ISLNK(st->st_mode))
		return true;
	if (st->st_mode & S_IWOTH)
		return untrusted(w, "is writable by others");
	if (st->st_mode & S_IWGRP)
	{
		if (st->st_gid != 0)
			return untrusted(w, "is writable by a group");
		if (in_root_group())
			return untrusted(w, "is writable by group root, to which the server's user belongs");
		if (acl_lets_write(fd))
			return untrusted(w, "is writable by an ACL entry");
	}
	return true;
}

/* Take the next name off w->rest; false when there is none. */
static bool
next_name(walk *w, char *name, size_t size)
{
	size_t		skip = strspn(w->rest, "/");
	size_t		len = strcspn(w->rest + skip, "/");

	if (len == 0 || len >= size)
		return false;
	memcpy(name, w->rest + skip, len);
	name[len] = '\0';
	memmove(w->rest, w->rest + skip + len, strlen(w->rest + skip + len) + 1);
	return true;
}

/* Put a symbolic link's target before what is still to walk. */
static bool
follow(walk *w, int link_fd, bool *absolute)
{
	char		target[PATH_MAX];
	char		joined[2 * PATH_MAX];
	ssize_t		len = readlinkat(link_fd, "", target, sizeof(target) - 1);

	if (len < 0)
		return fail_errno(w);
	target[len] = '\0';
	*absolute = target[0] == '/';
	if (++w->links > MAX_LINKS ||
		snprintf(joined, sizeof(joined), "%s/%s", target, w->rest) >= PATH_MAX)
	{
		errno = ELOOP;
		return fail_errno(w);
	}
	memcpy(w->rest, joined, strlen(joined) + 1);
	return true;
}

/* Read fd to its end, again if it changes meanwhile. */
static bool
read_all(walk *w, int fd)
{
	for (int tries = 0; tries < MAX_READS; tries++)
	{
		struct stat before;
		struct stat after;
		size_t		len = 0;
		ssize_t		got = 1;

		if (fstat(fd, &before) < 0)
			return fail_errno(w);
		if (before.st_size > SC_MAX_POLICY)
			return fail(w, SC_FILE_UNREADABLE, "A policy has at most 1 MiB.",
						"is larger than 1 MiB");
		while (got > 0 && len < sizeof(text_buffer))
		{
			got = pread(fd, text_buffer + len, sizeof(text_buffer) - len, (off_t) len);
			if (got < 0 && errno != EINTR)
				return fail_errno(w);
			len += got > 0 ? (size_t) got : 0;
			if (got < 0)
				got = 1;
		}
		if (fstat(fd, &after) < 0)
			return fail_errno(w);
		if ((off_t) len != before.st_size || after.st_size != before.st_size ||
			memcmp(&after.st_mtim, &before.st_mtim, sizeof(after.st_mtim)) != 0 ||
			memcmp(&after.st_ctim, &before.st_ctim, sizeof(after.st_ctim)) != 0)
			continue;
		w->file->status = SC_FILE_TRUSTED;
		w->file->id = (sc_file_id)
		{
			.dev = after.st_dev,.ino = after.st_ino,.size = after.st_size,
			.mtime = after.st_mtim,.ctime = after.st_ctim
		};
		clock_gettime(CLOCK_REALTIME, &w->file->id.read_at);
		w->file->text = text_buffer;
		w->file->len = len;
		return true;
	}
	return fail(w, SC_FILE_UNREADABLE,
				"Replace a policy by renaming a finished file over it.",
				"changed while it was being read");
}

/* The last step: the file itself. */
static bool
read_file(walk *w, int dir, const char *name, const struct stat *seen)
{
	struct stat st;
	bool		good;
	int			fd;

	if (!S_ISREG(seen->st_mode))
		return fail(w, SC_FILE_UNREADABLE, "A policy is a regular file.",
					"is not a regular file");
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(w);
	if (fstat(fd, &st) < 0)
		good = fail_errno(w);
	else if (!S_ISREG(st.st_mode))
		good = fail(w, SC_FILE_UNREADABLE, "A policy is a regular file.",
					"is not a regular file");
	else
		good = check_owner(w, fd, &st) && (!w->read || read_all(w, fd));
	close(fd);
	return good;
}

/* One step from *dir; at the file itself sets *done. */
static bool
step(walk *w, int *dir, const char *name, bool *done)
{
	struct stat st;
	bool		good;
	bool		absolute = false;
	size_t		walked = strlen(w->where);
	int			fd = openat(*dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	snprintf(w->where + walked, sizeof(w->where) - walked, "/%s", name);
	if (fd < 0)
		return fail_errno(w);
	good = fstat(fd, &st) == 0 ? check_owner(w, fd, &st) : fail_errno(w);
	if (good && S_ISLNK(st.st_mode))
	{
		good = follow(w, fd, &absolute);
		close(fd);
		if (good)
			w->where[absolute ? 0 : walked] = '\0';
		if (good && absolute)
		{
			/* the new root was checked when the walk began */
			close(*dir);
			*dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
			if (*dir < 0)
				good = fail_errno(w);
		}
		return good;
	}
	if (good && w->rest[strspn(w->rest, "/")] == '\0')
	{
		good = read_file(w, *dir, name, &st);
		*done = true;
	}
	if (!good || *done)
	{
		close(fd);
		return good;
	}
	close(*dir);
	*dir = fd;
	return true;
}

static void
walk_path(const char *path, bool read, sc_file *file)
{
	walk		w = {.file = file,.read = read,.where = "/"};
	char		name[NAME_MAX + 1];
	struct stat st;
	bool		done = false;
	bool		good;
	int			dir;

	memset(file, 0, sizeof(*file));
	if (path[0] != '/' || strlen(path) >= sizeof(w.rest))
	{
		fail(&w, SC_FILE_UNREADABLE, "Give an absolute path.", "does not begin the policy's path");
		return;
	}
	memcpy(w.rest, path, strlen(path) + 1);

	dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	good = dir >= 0 && fstat(dir, &st) == 0 ? check_owner(&w, dir, &st) : fail_errno(&w);
	w.where[0] = '\0';
	while (good && !done)
	{
		if (!next_name(&w, name, sizeof(name)))
		{
			errno = strspn(w.rest, "/") < strlen(w.rest) ? ENAMETOOLONG : EISDIR;
			good = fail_errno(&w);
		}
		else
			good = step(&w, &dir, name, &done);
	}
	if (dir >= 0)
		close(dir);
}

void
sc_read_trusted(const char *path, sc_file *file)
{
	walk_path(path, true, file);
}

void
sc_check_trusted(const char *path, sc_file *file)
{
	walk_path(path, false, file);
}

char *
sc_file_refusal(const sc_file *file, const char *path)
{
	return sc_format(file->status == SC_FILE_UNTRUSTED ? "seccomp policy \"%s\" is not trusted"
					 : "could not read seccomp policy \"%s\"", path);
}

bool
sc_file_unchanged(const char *path, const sc_file_id *id)
{
	struct stat st;
	double		age = (double) (id->read_at.tv_sec - id->ctime.tv_sec) +
		(double) (id->read_at.tv_nsec - id->ctime.tv_nsec) / 1e9;

	/*
	 * File times advance by a tick, at most 10 ms, on file systems that keep
	 * nanoseconds, by a second or two on others (inode(7)).
	 */
	if (age < (id->ctime.tv_nsec != 0 ? 0.05 : 3.0))
		return false;
	return stat(path, &st) == 0 && st.st_dev == id->dev && st.st_ino == id->ino &&
		st.st_size == id->size &&
		memcmp(&st.st_mtim, &id->mtime, sizeof(st.st_mtim)) == 0 &&
		memcmp(&st.st_ctim, &id->ctime, sizeof(st.st_ctim)) == 0;
}
