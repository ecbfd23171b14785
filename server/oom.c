/*
 * oom.c
 *		The out-of-memory score of children that are not dumpable.
 *
 * Service scripts protect the postmaster from the kernel's out-of-memory killer
 * by a low score, and set PG_OOM_ADJUST_FILE so that each child gives itself a
 * common one (fork_process.c).  A process that is not dumpable cannot write its
 * file in /proc: it is root's.  To be dumpable for that moment would let another
 * process of the same user open its memory.
 *
 * A child is born with its parent's score.  So the postmaster, by a descriptor
 * that it opened while it still could, gives itself the children's score before
 * each fork and its own one after it; for that moment it is as likely to be
 * killed as they are.  Its lower limit stays what it was, so it
 * may go back without privileges (fs/proc/base.c, __set_oom_adj).
 */
#include "postgres.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "oom.h"

/* "-1000" and a terminator (proc(5)) */
#define MAX_SCORE 8

static int	score_fd = -1;
static char own_score[MAX_SCORE];
static char child_score[MAX_SCORE];

static void
write_score(const char *score)
{
	if (score_fd >= 0)
		(void) !pwrite(score_fd, score, strlen(score), 0);
}

/* Its own score may have been changed by an administrator (choom(1)). */
static void
before_fork(void)
{
	char		now[MAX_SCORE];
	ssize_t		len = score_fd >= 0 ? pread(score_fd, now, sizeof(now) - 1, 0) : 0;

	if (len > 0)
	{
		memcpy(own_score, now, len);
		own_score[len] = '\0';
	}
	write_score(child_score);
}

static void
after_fork_in_parent(void)
{
	write_score(own_score);
}

/* A child must not keep what sets its parent's score. */
static void
after_fork_in_child(void)
{
	if (score_fd >= 0)
		close(score_fd);
	score_fd = -1;
}

bool
keep_oom_score(void)
{
	const char *file = getenv("PG_OOM_ADJUST_FILE");
	const char *score = getenv("PG_OOM_ADJUST_VALUE");
	ssize_t		len;

	if (file == NULL)
		return true;
	if (strcmp(file, "/proc/self/oom_score_adj") != 0)
	{
		ereport(WARNING,
				(errmsg("environment variable \"PG_OOM_ADJUST_FILE\" has no effect: \"%s\"", file),
				 errdetail("Processes that are not dumpable cannot write it."),
				 errhint("Set it to \"/proc/self/oom_score_adj\", or write ProcessDumpable=yes in the policy's [Server] and [Child].")));
		return true;
	}
	if (strlcpy(child_score, score ? score : "0", sizeof(child_score)) >= sizeof(child_score))
		return true;			/* no score: PostgreSQL's write would fail, too */
	score_fd = open(file, O_RDWR | O_CLOEXEC);
	if (score_fd < 0)
		return true;			/* a kernel without it: as PostgreSQL, which ignores errors */
	len = pread(score_fd, own_score, sizeof(own_score) - 1, 0);
	if (len <= 0 || pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0)
	{
		int			err = len <= 0 ? errno : ENOMEM;

		close(score_fd);
		score_fd = -1;
		errno = err;
		return false;
	}
	return true;
}
