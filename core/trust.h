/*
 * trust.h
 *		Read a policy file only if nobody but root can have written it.
 */
#ifndef SC_TRUST_H
#define SC_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

typedef enum
{
	SC_FILE_TRUSTED,
	SC_FILE_MISSING,
	SC_FILE_UNTRUSTED,			/* somebody else than root may have written it */
	SC_FILE_UNREADABLE			/* an error stands in the way */
} sc_file_status;

/* Which file it was, in what state, and when it was read. */
typedef struct
{
	dev_t		dev;
	ino_t		ino;
	off_t		size;
	struct timespec mtime;
	struct timespec ctime;
	struct timespec read_at;	/* CLOCK_REALTIME */
} sc_file_id;

typedef struct
{
	sc_file_status status;
	sc_file_id	id;				/* if trusted */
	const char *text;			/* static storage, valid until the next call */
	size_t		len;
	char		why[512];		/* unless trusted: lower case, no full stop */
	const char *hint;			/* unless trusted: a sentence, static */
} sc_file;

/*
 * Open path, walking from "/" with each step's descriptor held, check every
 * step, and read the whole file.  The checks (DESIGN section 4) are made on
 * the opened descriptors, so nothing can be swapped in between:
 *
 *	a regular file of at most 1 MiB, and directories, that root owns and that
 *	neither others, nor a group but root's, nor an ACL entry lets anybody write;
 *	symbolic links that root owns.
 *
 * "Anybody" includes the calling process itself: a server in group root may
 * not write either.  Never blocks, allocates nothing.
 */
extern void sc_read_trusted(const char *path, sc_file *file);

/*
 * What to say of a policy that is not trusted, before file->why: "seccomp policy
 * "/x" is not trusted".  Allocated.
 */
extern char *sc_file_refusal(const sc_file *file, const char *path);

/*
 * Is the file at path certainly the one that was read, and untouched since?
 * One stat(2): its change time cannot be set by hand.  False if in doubt, such
 * as when the file was read so soon after a change that another one might have
 * got the same time.
 */
extern bool sc_file_unchanged(const char *path, const sc_file_id *id);

/* The same checks on any regular file, which is not read. */
extern void sc_check_trusted(const char *path, sc_file *file);

#endif							/* SC_TRUST_H */
