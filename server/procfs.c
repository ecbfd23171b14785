/*
 * procfs.c
 *		Readers of /proc.
 *
 * In the postmaster too, where storage/fd.h's descriptors are not set up when
 * shared_preload_libraries are loaded: stdio does.
 */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/guc.h"

#include "procfs.h"

/* A small file of /proc/PID, terminated; its length or -1. */
static ssize_t
read_small(pid_t pid, const char *name, char *buffer, size_t size)
{
	char		path[MAXPGPATH];
	ssize_t		len;
	int			fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, buffer, size - 1);
	close(fd);
	if (len >= 0)
		buffer[len] = '\0';
	return len;
}

/* What follows a label in /proc/PID/status, in buffer; or NULL. */
static char *
read_status(pid_t pid, const char *label, char *buffer, size_t size)
{
	if (read_small(pid, "status", buffer, size) < 0)
		return NULL;
	for (char *line = buffer; line; line = strchr(line, '\n'))
	{
		if (*line == '\n')
			line++;
		if (strncmp(line, label, strlen(label)) == 0)
			return line + strlen(label);
	}
	return NULL;
}

int
process_status_number(pid_t pid, const char *label)
{
	char		buffer[8192];
	char	   *value = read_status(pid, label, buffer, sizeof(buffer));

	return value ? atoi(value) : -1;
}

bool
process_has_group(pid_t pid, gid_t group)
{
	/* NGROUPS_MAX of them, with up to ten digits and a blank */
	size_t		size = 1024 * 1024;
	char	   *buffer = palloc(size);
	char	   *value = read_status(pid, "Groups:", buffer, size);
	bool		found = false;
	char	   *end;

	while (value && !found)
	{
		value += strspn(value, " \t");
		found = strtoul(value, &end, 10) == group && end != value;
		if (end == value)
			break;
		value = end;
	}
	pfree(buffer);
	return found;
}

List *
process_children(pid_t parent)
{
	List	   *children = NIL;
	DIR		   *dir;
	struct dirent *entry;

	/* a single-user server has no postmaster; 0 is the kernel's */
	if (parent <= 0)
		return NIL;
	dir = AllocateDir("/proc");
	while ((entry = ReadDir(dir, "/proc")) != NULL)
	{
		pid_t		pid = atoi(entry->d_name);
		char		buffer[1024];
		char	   *paren;
		int			ppid;

		if (pid <= 0 || read_small(pid, "stat", buffer, sizeof(buffer)) < 0)
			continue;
		/* the name in parentheses may hold anything: look for the last one */
		paren = strrchr(buffer, ')');
		if (paren && sscanf(paren, ") %*c %d", &ppid) == 1 && ppid == parent)
			children = lappend_int(children, pid);
	}
	FreeDir(dir);
	return children;
}

List *
unfiltered_processes(uid_t user)
{
	List	   *found = NIL;
	DIR		   *dir = AllocateDir("/proc");
	struct dirent *entry;

	while ((entry = ReadDir(dir, "/proc")) != NULL)
	{
		pid_t		pid = atoi(entry->d_name);

		if (pid > 0 && process_status_number(pid, "Seccomp:") == 0 &&
			process_status_number(pid, "Uid:") == (int) user)
			found = lappend_int(found, pid);
	}
	FreeDir(dir);
	return found;
}

bool
command_line_has(pid_t pid, const char *text)
{
	char		buffer[8192];
	ssize_t		len = read_small(pid, "cmdline", buffer, sizeof(buffer));

	for (char *arg = buffer; arg < buffer + len; arg += strlen(arg) + 1)
		if (strstr(arg, text))
			return true;
	return false;
}

bool
is_logger(pid_t pid)
{
	char		buffer[1024];
	ssize_t		len = read_small(pid, "cmdline", buffer, sizeof(buffer));
	char	   *title = *cluster_name ? psprintf("postgres: %s: logger", cluster_name)
		: pstrdup("postgres: logger");

	/* ps_status.c pads titles with blanks */
	len = len > 0 ? (ssize_t) strlen(buffer) : 0;
	while (len > 0 && buffer[len - 1] == ' ')
		buffer[--len] = '\0';
	return len > 0 && strcmp(buffer, title) == 0;
}
