/*
 * test_trust.c
 *		Unit tests of reading a policy only if root alone can have written it.
 *
 * Runs as root, in a folder of its own below /var/lib, whose directories are
 * root's as those of /etc are.  Each wrong file has one thing wrong with it.
 * The races are run for real, by a child that swaps what the parent reads; an
 * alarm ends a test that hangs.
 */
#include "../trust.h"
#include "helpers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <sys/acl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STRANGER 65534

#define NOT_OWNED "is not owned by root"
#define OTHERS "is writable by others"
#define GROUP "is writable by a group"
#define ROOT_GROUP "is writable by group root, to which the server's user belongs"
#define BY_ACL "is writable by an ACL entry"

static char folder[] = "/var/lib/pgsc-trust.XXXXXX";

/* A path below the folder. */
static const char *
in(const char *name)
{
	return sc_format("%s/%s", folder, name);
}

/* Set-up must not fail unseen. */
static void
must(bool good, const char *what)
{
	if (!good)
	{
		printf("Bail out! %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

static void
write_file(const char *path, const char *content, size_t len, mode_t mode)
{
	int			fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0 && write(fd, content, len) == (ssize_t) len && fchmod(fd, mode) == 0 && close(fd) == 0, path);
}

/* A file of the folder with a mode and owners. */
static const char *
make_file(const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	const char *path = in(name);

	write_file(path, "good\n", 5, mode);
	must(chown(path, uid, gid) == 0, path);
	return path;
}

static const char *
make_directory(const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	const char *path = in(name);

	must(mkdir(path, 0700) == 0 && chmod(path, mode) == 0 && chown(path, uid, gid) == 0, path);
	return path;
}

static const char *
make_link(const char *name, const char *target, uid_t uid)
{
	const char *path = in(name);

	must(symlink(target, path) == 0 && lchown(path, uid, uid) == 0, path);
	return path;
}

/* False where the file system has no ACLs. */
static bool
set_acl(const char *path, const char *text)
{
	acl_t		acl = acl_from_text(text);
	bool		set = acl && acl_set_file(path, ACL_TYPE_ACCESS, acl) == 0;

	acl_free(acl);
	return set;
}

static void
is_trusted(const char *path, const char *what)
{
	sc_file		file;

	sc_read_trusted(path, &file);
	ok(file.status == SC_FILE_TRUSTED && file.len == 5 && memcmp(file.text, "good\n", 5) == 0,
	   "%s: trusted (%s)", what, file.why);
	sc_check_trusted(path, &file);
	is_int(file.status, SC_FILE_TRUSTED, "%s: also unread", what);
}

/* Both readings say this status, and end in these words; want NULL: any. */
static void
is_refused(const char *path, sc_file_status status, const char *want, const char *what)
{
	for (int read = 0; read <= 1; read++)
	{
		sc_file		file;
		size_t		len;

		if (read)
			sc_read_trusted(path, &file);
		else
			sc_check_trusted(path, &file);
		len = strlen(file.why);
		is_int(file.status, status, "%s: status %s", what, read ? "when read" : "unread");
		ok(want == NULL || (len >= strlen(want) && strcmp(file.why + len - strlen(want), want) == 0),
		   "%s: why: %s", what, file.why);
		ok(file.hint != NULL && file.text == NULL, "%s: a hint and no text", what);
	}
}

/* Run what in a child that is nobody's: no root, no root's group. */
static void
as_stranger(void (*what) (void))
{
	/* the child's tests count as ours */
	int		   *counts = mmap(NULL, 2 * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int			status;
	pid_t		pid = fork();

	must(pid >= 0 && counts != MAP_FAILED, "fork");
	if (pid == 0)
	{
		must(setgroups(0, NULL) == 0 && setgid(STRANGER) == 0 && setuid(STRANGER) == 0, "setuid");
		what();
		counts[0] = tap_count;
		counts[1] = tap_failed;
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	tap_count = counts[0];
	tap_failed = counts[1];
	is_int(status, 0, "the stranger ended well");
	munmap(counts, 2 * sizeof(int));
}

/* Breaks when an owner or a permission bit is not looked at. */
static void
test_owners(void)
{
	is_trusted(make_file("good", 0644, 0, 0), "root's file");
	is_trusted(make_file("private", 0600, 0, 0), "root's file that only root reads");
	is_trusted(make_file("odd", 0444, 0, STRANGER), "root's file of another group");
	is_trusted(make_file("setuid", 06755, 0, 0), "mode bits that let nobody write");
	is_refused(make_file("owned", 0644, STRANGER, 0), SC_FILE_UNTRUSTED, NOT_OWNED, "another's file");
	is_refused(make_file("readonly", 0444, STRANGER, 0), SC_FILE_UNTRUSTED, NOT_OWNED,
			   "another's read-only file: its owner can change that");
	is_refused(make_file("others", 0646, 0, 0), SC_FILE_UNTRUSTED, OTHERS, "writable by others");
	is_refused(make_file("group", 0664, 0, STRANGER), SC_FILE_UNTRUSTED, GROUP, "writable by a group");
	is_refused(make_file("rootgroup", 0664, 0, 0), SC_FILE_UNTRUSTED, ROOT_GROUP,
			   "writable by group root, read by a member");
	is_refused(in("missing"), SC_FILE_MISSING, "does not exist", "no file");
	is_refused(in("missing/too"), SC_FILE_MISSING, "does not exist", "no directory");
	is_refused(in("good/x"), SC_FILE_MISSING, "does not exist", "a file for a directory");
	is_refused("etc/passwd", SC_FILE_UNREADABLE, NULL, "a relative path");
	is_refused("", SC_FILE_UNREADABLE, NULL, "no path");
	is_refused("/", SC_FILE_UNREADABLE, "Is a directory", "the root");
	is_refused(folder, SC_FILE_UNREADABLE, "is not a regular file", "a directory");
	is_refused(sc_format("%s///", folder), SC_FILE_UNREADABLE, "is not a regular file", "a directory with slashes");
	is_trusted(sc_format("//%s/.//../%s/./good", folder, folder + strlen("/var/lib/")), "dots and slashes");
	is_refused(sc_format("%s/%0300d", folder, 0), SC_FILE_UNREADABLE, "File name too long", "a name of 300 characters");
	is_refused(sc_format("/%05000d", 0), SC_FILE_UNREADABLE, NULL, "a path of 5000 characters");
}

/* Breaks when a directory on the way is not looked at. */
static void
test_directories(void)
{
	static const struct
	{
		const char *name;
		mode_t		mode;
		uid_t		uid;
		gid_t		gid;
		const char *why;
	}			cases[] = {
		{"d-owned", 0755, STRANGER, 0, NOT_OWNED},
		{"d-others", 0757, 0, 0, OTHERS},
		{"d-sticky", 01777, 0, 0, OTHERS},
		{"d-group", 0775, 0, STRANGER, GROUP},
		{"d-rootgroup", 0775, 0, 0, ROOT_GROUP},
	};

	is_trusted((make_directory("d", 0755, 0, 0), make_directory("d/d", 0700, 0, STRANGER),
				make_file("d/d/f", 0644, 0, 0)), "root's directories");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *name = cases[i].name;

		make_directory(name, cases[i].mode, cases[i].uid, cases[i].gid);
		make_directory(sc_format("%s/d", name), 0755, 0, 0);
		make_file(sc_format("%s/f", name), 0644, 0, 0);
		is_refused(make_file(sc_format("%s/d/f", name), 0644, 0, 0), SC_FILE_UNTRUSTED, cases[i].why, name);
		is_refused(in(sc_format("%s/f", name)), SC_FILE_UNTRUSTED, cases[i].why, name);
		is_refused(in(sc_format("%s/../good", name)), SC_FILE_UNTRUSTED, cases[i].why, "even when left again");
	}
	{
		char		tmp[] = "/tmp/pgsc-trust.XXXXXX";
		int			fd = mkstemp(tmp);

		must(fd >= 0 && write(fd, "good\n", 5) == 5 && close(fd) == 0, tmp);
		is_refused(tmp, SC_FILE_UNTRUSTED, NULL, "root's file in /tmp");
		unlink(tmp);
	}
}

/* Breaks when links are refused, followed unchecked, or followed for ever. */
static void
test_links(void)
{
	const char *last = "good";

	is_trusted(make_link("l-relative", "good", 0), "a relative link");
	is_trusted(make_link("l-absolute", in("good"), 0), "an absolute link");
	is_trusted(make_link("l-up", "d/../d/d/../../good", 0), "a link with dots");
	is_trusted(make_link("l-link", "l-absolute", 0), "a link to a link");
	make_link("l-directory", "d/d", 0);
	is_trusted(in("l-directory/f"), "a link to a directory");
	is_trusted(in("l-directory/../d/f"), "and its parent, which is the target's");
	make_link("d/l-root", "/", 0);
	is_trusted(sc_format("%s/d/l-root/%s", folder, in("good")), "a link to the root");
	is_refused(make_link("l-other", "good", STRANGER), SC_FILE_UNTRUSTED, NOT_OWNED, "another's link");
	is_refused(make_link("l-other-absolute", in("good"), STRANGER), SC_FILE_UNTRUSTED, NOT_OWNED,
			   "another's absolute link");
	is_refused(make_link("l-link-other", "l-other", 0), SC_FILE_UNTRUSTED, NOT_OWNED, "root's link to another's");
	make_link("l-directory-other", "d", STRANGER);
	is_refused(in("l-directory-other/d/f"), SC_FILE_UNTRUSTED, NOT_OWNED, "another's link to a directory");
	is_refused(make_link("l-into", "d-others/f", 0), SC_FILE_UNTRUSTED, OTHERS, "a link into a bad directory");
	is_refused(make_link("l-into-absolute", in("d-others/f"), 0), SC_FILE_UNTRUSTED, OTHERS,
			   "an absolute link into a bad directory");
	is_refused(make_link("l-file", "owned", 0), SC_FILE_UNTRUSTED, NOT_OWNED, "a link to another's file");
	is_refused(make_link("l-dangling", "nothing", 0), SC_FILE_MISSING, "does not exist", "a link to nothing");
	is_refused(make_link("l-self", "l-self", 0), SC_FILE_UNREADABLE, "Too many levels of symbolic links", "a loop of one");
	make_link("l-a", "l-b/x", 0);
	is_refused(make_link("l-b", "l-a/y", 0), SC_FILE_UNREADABLE, "Too many levels of symbolic links", "a growing loop");
	is_refused(make_link("l-long", sc_format("%04000d/%s", 0, "x"), 0), SC_FILE_UNREADABLE, "File name too long",
			   "a link to a long name");
	for (int i = 0; i < 40; i++)
	{
		const char *name = sc_format("chain%d", i);

		make_link(name, last, 0);
		last = name;
	}
	is_trusted(in("chain39"), "forty links, as many as the kernel follows");
	is_refused(make_link("chain40", "chain39", 0), SC_FILE_UNREADABLE, "Too many levels of symbolic links", "one more");
}

/* Breaks when what is not a file is opened: a fifo would block. */
static void
test_kinds(void)
{
	const char *path = in("fifo");
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int			fd;

	must(mkfifo(path, 0644) == 0, path);
	is_refused(path, SC_FILE_UNREADABLE, "is not a regular file", "a fifo");
	path = in("device");
	if (mknod(path, S_IFCHR | 0644, makedev(1, 5)) == 0)
		is_refused(path, SC_FILE_UNREADABLE, "is not a regular file", "a device: /dev/zero would never end");
	else
		skip("no device can be made here");
	path = in("socket");
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	must(bind(fd, (struct sockaddr *) &sun, sizeof(sun)) == 0 && chmod(path, 0644) == 0 && close(fd) == 0, path);
	is_refused(path, SC_FILE_UNREADABLE, "is not a regular file", "a socket");
}

/* Breaks when the limit is off by one, or the file is cut at it. */
static void
test_sizes(void)
{
	char	   *text = sc_alloc(SC_MAX_POLICY + 1);
	sc_file		file;

	memset(text, 'x', SC_MAX_POLICY + 1);
	write_file(in("empty"), "", 0, 0644);
	sc_read_trusted(in("empty"), &file);
	ok(file.status == SC_FILE_TRUSTED && file.len == 0, "an empty file is read");
	write_file(in("large"), text, SC_MAX_POLICY, 0644);
	sc_read_trusted(in("large"), &file);
	ok(file.status == SC_FILE_TRUSTED && file.len == SC_MAX_POLICY && memcmp(file.text, text, SC_MAX_POLICY) == 0,
	   "1 MiB is read in full");
	write_file(in("large"), text, SC_MAX_POLICY + 1, 0644);
	sc_read_trusted(in("large"), &file);
	is_int(file.status, SC_FILE_UNREADABLE, "a byte more is refused");
	ok(strstr(file.why, "is larger than 1 MiB") != NULL, "and said so: %s", file.why);
	must(truncate(in("large"), (off_t) 1 << 40) == 0, "truncate");
	sc_read_trusted(in("large"), &file);
	is_int(file.status, SC_FILE_UNREADABLE, "a sparse TiB is refused");
	sc_check_trusted(in("large"), &file);
	is_int(file.status, SC_FILE_TRUSTED, "a library may be as large as it likes");
}

/* Rewrite a file with as many bytes, and put its modification time back. */
static void
rewrite(const char *path)
{
	struct stat st;
	struct timespec times[2];

	must(stat(path, &st) == 0, path);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	write_file(path, "evil\n", 5, 0644);
	must(utimensat(AT_FDCWD, path, times, 0) == 0, path);
}

static void
replace(const char *path)
{
	const char *other = make_file("u-new", 0644, 0, 0);

	must(rename(other, path) == 0, path);
}

static void
grow(const char *path)
{
	write_file(path, "good\ngood\n", 10, 0644);
}

static void
make_missing(const char *path)
{
	must(unlink(path) == 0, path);
}

static void
open_to_all(const char *path)
{
	must(chmod(path, 0666) == 0, path);
}

/*
 * The short look that spares the reading.  Breaks when a change passes for
 * none, of all things one by which somebody hides another.
 */
static void
test_unchanged(void)
{
	static const struct
	{
		const char *what;
		void		(*change) (const char *path);
	}			cases[] = {
		{"same size, modification time put back", rewrite},
		{"another file of the same content", replace},
		{"another size", grow},
		{"no file any more", make_missing},
		{"another mode", open_to_all},
	};
	sc_file		file;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *path;
		struct stat st;

		/* on a busy machine one may be old by the time that it has been read */
		for (int try = 0; try < 50; try++)
		{
			path = make_file("unchanged", 0644, 0, 0);
			sc_read_trusted(path, &file);
			if (!sc_file_unchanged(path, &file.id))
				break;
		}
		ok(!sc_file_unchanged(path, &file.id), "a file that was just written is in doubt");
		must(stat(path, &st) == 0, path);
		usleep(st.st_ctim.tv_nsec ? 60000 : 3100000);
		ok(!sc_file_unchanged(path, &file.id), "also later, for it was in doubt when it was read");
		sc_read_trusted(path, &file);
		ok(sc_file_unchanged(path, &file.id), "an old one is not");
		cases[i].change(path);
		ok(!sc_file_unchanged(path, &file.id), "%s", cases[i].what);
	}
}

/* What only a process shows that is not root's; in a child. */
static bool acls;

static void
stranger_tests(void)
{
	is_trusted(in("good"), "as a stranger: root's file");
	is_trusted(in("rootgroup"), "as a stranger: writable by group root, to which it does not belong");
	is_trusted(in("d-rootgroup/d/f"), "as a stranger: a directory that group root may write");
	is_refused(in("private"), SC_FILE_UNREADABLE, "Permission denied", "as a stranger: a file it may not read");
	is_refused(in("d/d/f"), SC_FILE_UNREADABLE, "Permission denied", "as a stranger: a directory it may not search");
	if (acls)
	{
		is_refused(in("a-user"), SC_FILE_UNTRUSTED, BY_ACL, "an ACL lets a user write");
		is_refused(in("a-group"), SC_FILE_UNTRUSTED, BY_ACL, "an ACL lets a group write");
		is_refused(in("a-directory/f"), SC_FILE_UNTRUSTED, BY_ACL, "an ACL lets a user write a directory");
		is_trusted(in("a-read"), "an ACL that lets a user read, group root write");
		is_trusted(in("a-masked"), "an ACL whose mask lets nobody write");
	}
}

/* Breaks when ACLs are not looked at, or when a harmless one is refused. */
static void
test_acls(void)
{
	acls = set_acl(make_file("a-user", 0644, 0, 0), "u::rw,g::r,o::r,u:65534:rw,m::rw");
	if (!acls)
	{
		skip("no ACLs on this file system");
		as_stranger(stranger_tests);
		return;
	}
	must(set_acl(make_file("a-group", 0644, 0, 0), "u::rw,g::r,o::r,g:65534:rw,m::rw"), "a-group");
	must(set_acl(make_file("a-read", 0644, 0, 0), "u::rw,g::rw,o::r,u:65534:r,m::rw"), "a-read");
	must(set_acl(make_file("a-masked", 0644, 0, 0), "u::rw,g::rw,o::r,u:65534:rw,m::r"), "a-masked");
	must(set_acl(make_directory("a-directory", 0755, 0, 0), "u::rwx,g::rx,o::rx,u:65534:rwx,m::rwx"), "a-directory");
	make_file("a-directory/f", 0644, 0, 0);
	is_refused(in("a-user"), SC_FILE_UNTRUSTED, NULL, "as root: an ACL lets a user write");
	as_stranger(stranger_tests);
}

/* Start a child that does what, over and over, until it is killed. */
static pid_t
start_child(void (*what) (int round))
{
	pid_t		pid = fork();

	must(pid >= 0, "fork");
	if (pid == 0)
	{
		/* not to go on for ever if we are killed */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int round = 0;; round++)
			what(round);
	}
	return pid;
}

static void
end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Rename name over target. */
static void
move(const char *name, const char *target)
{
	if (rename(name, target) < 0)
		_exit(1);
}

/*
 * The children of the races.  Paths are made before the fork: a child that
 * loops must not allocate.
 */
static const char *race_new;
static const char *race_file;
static const char *race_good;
static const char *race_evil;
static char race_text[2][200000];

#define RECORD "0123456789abcdef"
#define MAX_RECORDS 5000

static void
swap_contents(int round)
{
	int			i = round % 2;

	/* of two lengths, so that a mix would also show in its length */
	write_file(race_new, race_text[i], sizeof(race_text[i]) - (size_t) i * 70000, 0644);
	move(race_new, race_file);
}

static void
swap_owners(int round)
{
	if (round % 2)
		write_file(race_new, "good\n", 5, 0644);
	else
	{
		write_file(race_new, "evil\n", 5, 0644);
		if (chown(race_new, STRANGER, STRANGER) < 0)
			_exit(1);
	}
	move(race_new, race_file);
}

static void
swap_links(int round)
{
	unlink(race_new);
	if (symlink(round % 2 ? race_good : race_evil, race_new) < 0)
		_exit(1);
	move(race_new, race_file);
}

static void
swap_link_and_directory(int round)
{
	/* now a link to the good directory, now a stranger's directory */
	if (round % 2)
	{
		move(race_file, race_evil);
		if (symlink(race_good, race_file) < 0)
			_exit(1);
	}
	else
	{
		unlink(race_file);
		move(race_evil, race_file);
	}
}

static void
swap_file_and_link(int round)
{
	/* a good file, or a stranger's link to a file of root's that is not meant */
	unlink(race_new);
	if (round % 2)
		write_file(race_new, "good\n", 5, 0644);
	else if (symlink(race_evil, race_new) < 0 || lchown(race_new, STRANGER, STRANGER) < 0)
		_exit(1);
	move(race_new, race_file);
}

static void
swap_directories(int round)
{
	(void) round;
	if (renameat2(AT_FDCWD, race_good, AT_FDCWD, race_evil, RENAME_EXCHANGE) < 0)
		_exit(1);
}

static const off_t resize_to[] = {1000, 900000};

static void
resize(int round)
{
	if (truncate(race_file, resize_to[round % 2]) < 0)
		_exit(1);
	usleep((useconds_t) (round % 7) * 50);
}

static void
append(int round)
{
	/* begins anew by itself before the file is too large to be read */
	int			fd = open(race_file, O_WRONLY | O_APPEND | (round % MAX_RECORDS ? 0 : O_TRUNC));

	if (fd < 0 || write(fd, RECORD, 16) != 16)
		_exit(1);
	close(fd);
}

/*
 * The file is replaced by rename while it is read.  Breaks when two contents
 * are mixed, or when no reading ever succeeds.
 */
static void
race_contents(void)
{
	int			seen[2] = {0, 0};
	int			wrong = 0;
	pid_t		pid;

	race_new = in("r-new");
	race_file = in("r-file");
	for (int i = 0; i < 2; i++)
		memset(race_text[i], "AB"[i], sizeof(race_text[i]));
	swap_contents(0);
	pid = start_child(swap_contents);
	for (int i = 0; i < rounds(3000) || ((!seen[0] || !seen[1]) && i < 100000); i++)
	{
		sc_file		file;
		int			which;

		sc_read_trusted(race_file, &file);
		if (file.status != SC_FILE_TRUSTED)
		{
			wrong += file.status != SC_FILE_UNREADABLE;
			continue;
		}
		which = file.text[0] == 'B';
		if (file.len != sizeof(race_text[which]) - (size_t) which * 70000 ||
			memcmp(file.text, race_text[which], file.len) != 0)
			wrong++;
		seen[which]++;
	}
	end_child(pid);
	is_int(wrong, 0, "a file replaced while it is read: one content or the other");
	ok(seen[0] > 0 && seen[1] > 0, "both were seen (%d, %d)", seen[0], seen[1]);
}

/*
 * Read race_file (or below it) while a child swaps good for evil.  Breaks when
 * what was checked is not what is read.
 */
static void
race_evils(void (*child) (int round), const char *path, const char *what)
{
	int			seen[4] = {0};
	int			wrong = 0;
	pid_t		pid = start_child(child);

	for (int i = 0; i < rounds(20000) ||
		 ((!seen[SC_FILE_TRUSTED] || !seen[SC_FILE_UNTRUSTED]) && i < 1000000); i++)
	{
		sc_file		file;

		sc_read_trusted(path, &file);
		seen[file.status]++;
		if (file.status == SC_FILE_TRUSTED && (file.len != 5 || memcmp(file.text, "good\n", 5) != 0))
			wrong++;
	}
	end_child(pid);
	is_int(wrong, 0, "%s: what is read is what was checked", what);
	ok(seen[SC_FILE_TRUSTED] > 0 && seen[SC_FILE_UNTRUSTED] > 0,
	   "%s: both were seen (trusted %d, missing %d, untrusted %d, unreadable %d)", what, seen[0], seen[1], seen[2],
	   seen[3]);
}

/* Breaks when a file that grows is read with a hole, or read for ever. */
static void
race_append(void)
{
	int			trusted = 0;
	int			wrong = 0;
	size_t		longest = 0;
	char	   *records = sc_alloc(MAX_RECORDS * 16);
	pid_t		pid;

	for (int i = 0; i < MAX_RECORDS; i++)
		memcpy(records + (size_t) i * 16, RECORD, 16);

	race_file = in("r-append");
	write_file(race_file, "", 0, 0644);
	pid = start_child(append);
	for (int i = 0; i < rounds(20000) || (longest < 16 && i < 1000000); i++)
	{
		sc_file		file;

		sc_read_trusted(race_file, &file);
		wrong += file.status != SC_FILE_TRUSTED && file.status != SC_FILE_UNREADABLE;
		if (file.status != SC_FILE_TRUSTED)
			continue;
		trusted++;
		if (file.len > longest)
			longest = file.len;
		wrong += file.len > MAX_RECORDS * 16 || memcmp(file.text, records, file.len) != 0;
	}
	end_child(pid);
	is_int(wrong, 0, "a file that grows while it is read: a beginning of it, or an error");
	ok(trusted > 0 && longest > 0, "it was read %d times, up to %zu bytes", trusted, longest);
}

/* Breaks when a file that changes while it is read passes for whole. */
static void
race_resize(void)
{
	int			seen[2] = {0, 0};
	int			changed = 0;
	int			wrong = 0;
	time_t		end = time(NULL) + 20;
	pid_t		pid;

	race_file = in("r-resize");
	write_file(race_file, "", 0, 0644);
	resize(0);
	pid = start_child(resize);
	/* on a busy machine the two processes may take turns for long */
	for (int i = 0; i < rounds(1000) || ((!changed || !seen[0] || !seen[1]) && time(NULL) < end); i++)
	{
		sc_file		file;

		sc_read_trusted(race_file, &file);
		if (file.status == SC_FILE_UNREADABLE && strstr(file.why, "changed while it was being read"))
			changed++;
		else if (file.status == SC_FILE_TRUSTED && file.len == (size_t) resize_to[0])
			seen[0]++;
		else if (file.status == SC_FILE_TRUSTED && file.len == (size_t) resize_to[1])
			seen[1]++;
		else
			wrong++;
	}
	end_child(pid);
	is_int(wrong, 0, "a file that changes its size: one size or the other, or an error");
	ok(seen[0] > 0 && seen[1] > 0 && changed > 0, "all were seen (%d short, %d long, %d changing)", seen[0], seen[1],
	   changed);
}

static void
test_races(void)
{
	race_contents();

	race_file = make_file("r-owner", 0644, 0, 0);
	race_evils(swap_owners, race_file, "root's file and another's");

	make_directory("r-good", 0755, 0, 0);
	make_file("r-good/f", 0644, 0, 0);
	make_directory("r-evil", 0755, STRANGER, STRANGER);
	write_file(in("r-evil/f"), "evil\n", 5, 0644);
	race_good = in("r-good");
	race_evil = in("r-evil");
	race_new = in("r-link-new");
	race_file = make_link("r-link", "r-good", 0);
	race_evils(swap_links, in("r-link/f"), "a link to one directory and the other");

	race_file = make_link("r-swap", "r-good", 0);
	race_good = "r-good";
	must(unlink(race_file) == 0 && rename(race_evil, race_file) == 0, "r-swap");
	/* odd rounds move the directory out and put the link, even ones back */
	swap_link_and_directory(1);
	race_evils(swap_link_and_directory, in("r-swap/f"), "a link and a directory in its place");
	race_file = make_file("r-mixed", 0644, 0, 0);
	make_directory("r-evil2", 0755, STRANGER, STRANGER);
	write_file(in("r-evil2/f"), "evil\n", 5, 0644);
	race_new = in("r-mixed-new");
	race_evil = in("r-evil2/f");
	race_evils(swap_file_and_link, race_file, "a file and another's link");

	make_directory("r-exchange", 0755, 0, 0);
	make_file("r-exchange/f", 0644, 0, 0);
	race_good = in("r-exchange");
	race_evil = in("r-evil2");
	race_evils(swap_directories, in("r-exchange/f"), "root's directory and another's");
	race_append();
	race_resize();
}

/* Breaks when a descriptor is left open on some way out. */
static int
open_descriptors(void)
{
	DIR		   *dir = opendir("/proc/self/fd");
	int			n = 0;

	must(dir != NULL, "/proc/self/fd");
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void) st;
	(void) kind;
	(void) ftw;
	return remove(path);
}

static void
run_tests(void)
{
	int			before = open_descriptors();

	test_owners();
	test_directories();
	test_links();
	test_kinds();
	test_sizes();
	test_unchanged();
	test_acls();
	test_races();
	is_int(open_descriptors(), before, "no descriptor is left open");
	sc_test_reset();
}

/* The tests run in a child, so that whatever ends them the folder goes. */
int
main(void)
{
	int			status;
	pid_t		pid;

	start_tests();
	if (geteuid() != 0)
	{
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	umask(022);
	must(mkdtemp(folder) != NULL && chmod(folder, 0755) == 0, folder);
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0)
	{
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(200);
		run_tests();
		exit(done_testing());
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");

	/* a child of a race may be about to die still */
	for (int i = 0; i < 20 && nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0; i++)
		usleep(50000);
	if (WIFSIGNALED(status))
		printf("Bail out! a test hangs, or was ended: signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
