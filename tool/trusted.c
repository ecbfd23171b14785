/*
 * trusted.c
 *		Would a server of another user trust a policy?
 *
 * The checks ask what the calling process may do and which groups it is in, so a
 * child becomes that user and makes them.
 */
#include "trusted.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/memory.h"
#include "tool.h"

/* Whose server it is on most systems. */
#define SERVER_USER "postgres"

const char *
judging_user(const char *named)
{
	const struct passwd *user = named ? getpwnam(named) : NULL;

	if (named && user == NULL)
		die("there is no user \"%s\"", named);
	if (named && user->pw_uid != geteuid() && geteuid() != 0)
		die("only root can judge as another user: run this as root, or as \"%s\", or without --as", named);
	if (named == NULL && geteuid() == 0)
		user = getpwnam(SERVER_USER);
	if (user == NULL)
		user = getpwuid(geteuid());
	return user ? sc_strndup(user->pw_name, strlen(user->pw_name)) : NULL;
}

/* From the current folder, whose name has no links; those in path stay. */
static const char *
absolute(const char *path)
{
	char		folder[PATH_MAX];

	if (path[0] == '/')
		return path;
	if (getcwd(folder, sizeof(folder)) == NULL)
		die("could not find out the current folder: %m");
	return sc_format("%s/%s", folder, path);
}

static trust_verdict
judge(const char *path)
{
	trust_verdict verdict;
	sc_file		file;

	sc_read_trusted(path, &file);
	memset(&verdict, 0, sizeof(verdict));
	verdict.status = file.status;
	snprintf(verdict.why, sizeof(verdict.why), "%s", file.why);
	snprintf(verdict.hint, sizeof(verdict.hint), "%s", file.hint ? file.hint : "");
	return verdict;
}

/* In a process that is that user for good. */
static trust_verdict
judge_as(const char *path, const struct passwd *user)
{
	trust_verdict verdict;
	int			ends[2];
	pid_t		pid;
	ssize_t		got;

	fflush(NULL);
	if (pipe(ends) < 0 || (pid = fork()) < 0)
		die("could not start a process: %m");
	if (pid == 0)
	{
		if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
			setuid(user->pw_uid) < 0)
		{
			fprintf(stderr, "pg_seccomp: could not become user \"%s\": %s\n", user->pw_name, strerror(errno));
			_exit(EXIT_USAGE);
		}
		verdict = judge(path);
		/* less than PIPE_BUF: whole or not at all */
		_exit(write(ends[1], &verdict, sizeof(verdict)) == (ssize_t) sizeof(verdict) ? 0 : EXIT_USAGE);
	}
	close(ends[1]);
	do
		got = read(ends[0], &verdict, sizeof(verdict));
	while (got < 0 && errno == EINTR);
	close(ends[0]);
	waitpid(pid, NULL, 0);
	if (got != (ssize_t) sizeof(verdict))
		die("could not judge as user \"%s\"", user->pw_name);
	return verdict;
}

trust_verdict
judge_trust(const char *path, const char *user)
{
	const struct passwd *entry = user ? getpwnam(user) : NULL;

	if (entry == NULL || entry->pw_uid == geteuid())
		return judge(absolute(path));
	return judge_as(absolute(path), entry);
}
