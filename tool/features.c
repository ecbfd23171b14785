/*
 * features.c
 *		What PostgreSQL's features need: which calls, with which arguments, where.
 *
 * Calls and who makes them are doc/measured-syscalls.md's, as far as a policy could deny them:
 * what the reader refuses to have denied anywhere (core/needs.c) is not repeated.
 */
#include "features.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>

#include "../core/decode.h"
#include "../core/memory.h"
#include "../core/suggest.h"

/* An address or a descriptor, whichever. */
#define P 0x1000
#define FD 3

/* By every process. */
#define BY_ALL "*"

/* By those that read and write tables. */
#define BY_BUFFERS "startup|checkpointer|background writer|autovacuum launcher|autovacuum worker|slotsync worker|" \
	"client backend|walsender|background worker|parallel worker|logical replication launcher|" BY_SUBSCRIPTION

/* By a subscription's workers. */
#define BY_SUBSCRIPTION "logical replication worker|logical replication apply worker|" \
	"logical replication tablesync worker|logical replication parallel worker"
#define BY_SUBSCRIBER "logical replication worker|logical replication apply worker|logical replication tablesync worker"

typedef struct
{
	const char *call;			/* of several, "dup2|dup3", the first that this ABI has */
	uint64_t	args[SC_NARGS];
	int			fallback;		/* an error by which the caller falls back, or 0 */
} sample;

typedef struct
{
	const char *by;				/* types of process, "postmaster|client backend" */
	const sample *list;			/* to one without a name */
} samples;

struct feature
{
	const char *name;
	const char *what;			/* for people */
	const char *breaks;			/* what comes of a denial */
	bool		fatal;			/* the server refuses the policy, or does not start */
	const char *hint;			/* or NULL */
	samples		calls[3];
};

/* clang-format off */

static const sample start_program[] = {
	{"clone3", {P, 88}, ENOSYS},
	{"clone", {CLONE_VM | CLONE_VFORK | SIGCHLD}, 0},
	{"pipe2", {P, O_CLOEXEC}, 0},
	{"dup2|dup3", {4, 1}, 0},
	{"execve", {P, P, P}, 0},
	{"wait4", {4242, P}, 0},
	/* and the program itself, as it starts: ld.so, libc, a shell */
	{"arch_prctl", {0x1002 /* ARCH_SET_FS */, P}, 0},
	{"set_tid_address", {P}, 0},
	{"mprotect", {P, 4096, PROT_READ}, 0},
	{"prlimit64", {0, RLIMIT_STACK, 0, P}, 0},
	{"getuid", {0}, 0}, {"geteuid", {0}, 0}, {"getgid", {0}, 0}, {"getegid", {0}, 0},
	{NULL, {0}, 0}
};

/* subprocess, system() and backquotes: by fork(), or by vfork() */
static const sample fork_program[] = {
	{"clone", {CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD, 0, 0, P}, 0},
	{"vfork|clone", {CLONE_VM | CLONE_VFORK | SIGCHLD}, 0},
	{NULL, {0}, 0}
};

static const sample start_thread[] = {
	{"clone3", {P, 88}, ENOSYS},
	{"clone", {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
		CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID, P, P, P, P}, 0},
	{"mmap", {0, 8392704, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, UINT64_MAX}, 0},
	{"mprotect", {P, 8388608, PROT_READ | PROT_WRITE}, 0},
	{"madvise", {P, 8372224, MADV_DONTNEED}, 0},
	{"set_robust_list", {P, 24}, 0},
	{"exit", {0}, 0},
	{NULL, {0}, 0}
};

/* a library, as it is loaded */
static const sample load_library[] = {{"mprotect", {P, 4096, PROT_READ}, 0}, {NULL, {0}, 0}};

static const sample jit[] = {
	{"mmap", {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, FD}, 0},
	{"mprotect", {P, 4096, PROT_READ | PROT_EXEC}, 0},
	{NULL, {0}, 0}
};

static const sample io_uring_start[] = {{"io_uring_setup", {64, P}, 0}, {NULL, {0}, 0}};
static const sample io_uring_use[] = {{"io_uring_enter", {FD, 1, 0, 1}, 0}, {NULL, {0}, 0}};

static const sample huge_pages[] = {
	{"mmap", {0, 1 << 27, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, UINT64_MAX}, 0},
	{NULL, {0}, 0}
};

static const sample syslog_socket[] = {
	{"socket", {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0}, 0},
	{"connect", {FD, P, 110}, 0},
	{"sendto", {FD, P, 80, MSG_NOSIGNAL}, 0},
	{NULL, {0}, 0}
};

static const sample logger_start[] = {
	{"pipe2|pipe", {P}, 0}, {"dup2|dup3", {4, 1}, 0}, {NULL, {0}, 0}
};
static const sample logger[] = {{"umask", {077}, 0}, {NULL, {0}, 0}};

static const sample listen_unix[] = {{"socket", {AF_UNIX, SOCK_STREAM, 0}, 0}, {NULL, {0}, 0}};
static const sample listen_ipv4[] = {{"socket", {AF_INET, SOCK_STREAM, 0}, 0}, {NULL, {0}, 0}};
static const sample listen_ipv6[] = {
	{"socket", {AF_INET6, SOCK_STREAM, 0}, 0},
	{"setsockopt", {FD, IPPROTO_IPV6, 26 /* IPV6_V6ONLY */, P, 4}, 0},
	{NULL, {0}, 0}
};

/* libpq, and the names that it looks up */
static const sample connect_out[] = {
	{"socket", {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0}, 0},
	{"socket", {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_IP}, 0},
	{"connect", {FD, P, 16}, 0},
	{"getsockopt", {FD, SOL_SOCKET, SO_ERROR, P, P}, 0},
	{"setsockopt", {FD, IPPROTO_TCP, 1 /* TCP_NODELAY */, P, 4}, 0},
	{"setsockopt", {FD, SOL_SOCKET, SO_KEEPALIVE, P, 4}, 0},
	{"getsockname", {FD, P, P}, 0},
	{"poll|ppoll", {P, 1, UINT32_MAX}, 0},
	{NULL, {0}, 0}
};

static const sample sysv_shm[] = {
	{"shmget", {1, 4096, IPC_CREAT | IPC_EXCL | 0600}, 0}, {"shmat", {1}, 0}, {"shmdt", {P}, 0},
	{"shmctl", {1, IPC_RMID}, 0}, {NULL, {0}, 0}
};

static const sample sync_all[] = {{"syncfs", {FD}, 0}, {NULL, {0}, 0}};
static const sample file_clone[] = {
	{"copy_file_range", {FD, 0, 4, 0, 1 << 20, 0}, 0}, {NULL, {0}, 0}
};

/* What interpreters do as they start. */
#define INTERPRETER \
	{"getcwd", {P, 4096}, 0}, {"getuid", {0}, 0}, {"geteuid", {0}, 0}, {"getgid", {0}, 0}, {"getegid", {0}, 0}, \
	{"ioctl", {FD, TCGETS, P}, ENOTTY}, {"readlink|readlinkat", {P, P, 4096}, 0}

static const sample plperl[] = {INTERPRETER, {"getppid", {0}, 0}, {NULL, {0}, 0}};
static const sample pltcl[] = {INTERPRETER, {"uname", {P}, 0}, {NULL, {0}, 0}};
static const sample plpython[] = {
	INTERPRETER,
	{"ioctl", {FD, FIOCLEX}, ENOTTY},	/* then by fcntl */
	{"gettid", {0}, 0}, {"uname", {P}, 0}, {"sysinfo", {P}, 0},
	{"prlimit64", {0, RLIMIT_STACK, 0, P}, 0},
	{"mremap", {P, 4096, 8192, MREMAP_MAYMOVE}, 0},
	{"getdents64", {FD, P, 32768}, 0},
	{"sched_getaffinity", {0, 128, P}, 0},
	{NULL, {0}, 0}
};

/* of the host's addresses: uuid_generate_v1() */
static const sample interfaces[] = {
	{"socket", {AF_INET, SOCK_DGRAM, 0}, 0},
	{"ioctl", {FD, 0x8912 /* SIOCGIFCONF */, P}, 0}, {"ioctl", {FD, 0x8927 /* SIOCGIFHWADDR */, P}, 0},
	{NULL, {0}, 0}
};

static const sample tablespace[] = {
	{"symlink|symlinkat", {P, P}, 0}, {"chmod|fchmodat", {P, 0700}, 0}, {"mkdir|mkdirat", {P, 0700}, 0},
	{"readlink|readlinkat", {P, P, 1024}, 0}, {NULL, {0}, 0}
};

static const sample restricting[] = {
	{"seccomp", {1 /* SECCOMP_SET_MODE_FILTER */, 0, P}, 0}, {NULL, {0}, 0}
};

static const char program_hint[] = "Allow @pg-program there, or take these calls off the list that denies them.";
static const char ring_hint[] = "Take @pg-io-uring off the list (\"SystemCallFilter=@pg-io-uring\" at its end) and add \"SystemCallRule=io_uring_setup allow\"; doc/operations.md says what that opens.";
static const char plain_hint[] = "Add the calls to the list, or a rule or word that admits these arguments; or do without the feature.";

/* Sorted by name. */
static const feature features[] = {
	{"archive_cleanup_command", "a command of the checkpointer", "the command fails, and WAL files pile up", false, program_hint,
		{{"checkpointer", start_program}}},
	{"archive_command", "a command of the archiver", "no WAL file is archived, and they pile up", false, program_hint,
		{{"archiver", start_program}}},
	{"archive_library", "a library of the archiver", "no WAL file is archived, and they pile up", false, plain_hint,
		{{"archiver", load_library}}},
	{"copy-program", "COPY ... PROGRAM, file_fdw programs", "the program does not start", false, program_hint,
		{{"client backend", start_program}}},
	{"file_copy_method", "CREATE DATABASE with file_copy_method=clone", "databases are not copied", false, plain_hint,
		{{"client backend", file_clone}}},
	{"huge_pages", "shared memory in huge pages", "with huge_pages=on the server does not start, with try it gets none", false, plain_hint,
		{{"postmaster", huge_pages}}},
	{"io_uring", "io_method=io_uring, from PostgreSQL 18", "the server does not start", true, ring_hint,
		{{"postmaster", io_uring_start}, {BY_BUFFERS, io_uring_use}}},
	{"jit", "just-in-time compilation", "expensive queries end in an error", false,
		"Leave these calls open (MemoryDenyWriteExecute is what denies them), or write jit=off in postgresql.conf.",
		{{"client backend|parallel worker", jit}}},
	{"libpq", "dblink, postgres_fdw, logical replication: connections out", "no connection is made", false, plain_hint,
		{{"client backend|" BY_SUBSCRIBER, connect_out}}},
	{"listen-ipv4", "TCP over IPv4", "the server does not listen there", false, plain_hint,
		{{"postmaster", listen_ipv4}}},
	{"listen-ipv6", "TCP over IPv6", "the server does not listen there", false, plain_hint,
		{{"postmaster", listen_ipv6}}},
	{"listen-unix", "Unix sockets", "the server does not listen there", false, plain_hint,
		{{"postmaster", listen_unix}}},
	{"logging_collector", "the logging collector", "the server does not start", false, plain_hint,
		{{"postmaster", logger_start}, {"logger", logger}}},
	{"logical-replication", "a subscription's workers", "nothing arrives", false, plain_hint,
		{{BY_SUBSCRIBER, connect_out}}},
	{"pg_seccomp_restrict", "pg_seccomp_restrict()", "a session cannot tighten itself", false,
		"Add seccomp to the list.", {{"client backend", restricting}}},
	{"plperl", "PL/Perl", "its functions fail", false, plain_hint, {{"client backend", plperl}}},
	{"plpython3u", "PL/Python", "its functions fail", false, plain_hint, {{"client backend", plpython}}},
	{"pltcl", "PL/Tcl", "its functions fail", false, plain_hint, {{"client backend", pltcl}}},
	{"primary_conninfo", "the WAL receiver of a standby", "the standby does not follow", false, plain_hint,
		{{"walreceiver", connect_out}}},
	{"recovery_end_command", "a command of the startup process", "the command fails", false, program_hint,
		{{"startup", start_program}}},
	{"restore_command", "a command of the startup process", "recovery finds no archived WAL", false, program_hint,
		{{"startup", start_program}}},
	{"slotsync", "sync_replication_slots, from PostgreSQL 17", "slots are not synchronized", false, plain_hint,
		{{"slotsync worker", connect_out}}},
	{"ssl_passphrase_command", "a command of the postmaster", "the server's key is not opened, and it does not start", false, program_hint,
		{{"postmaster", start_program}}},
	{"subprocess", "programs that functions in untrusted languages start", "they do not start", false, program_hint,
		{{"client backend", start_program}, {"client backend", fork_program}}},
	{"syncfs", "recovery_init_sync_method=syncfs", "crash recovery fails", false, plain_hint,
		{{"startup", sync_all}}},
	{"syslog", "log_destination=syslog", "what these processes log is lost", false, plain_hint,
		{{BY_ALL, syslog_socket}}},
	{"sysv-memory", "dynamic_shared_memory_type=sysv", "the server does not start", true, plain_hint,
		{{BY_ALL, sysv_shm}}},
	{"tablespaces", "CREATE TABLESPACE, also as WAL is replayed", "it fails", false, plain_hint, {{"client backend|startup", tablespace}}},
	{"threads", "threads, of untrusted languages or of pg_basebackup's zstd workers", "none is started", false, plain_hint,
		{{"client backend|walsender", start_thread}}},
	{"uuid-ossp", "uuid_generate_v1() by the host's address", "it makes up an address", false, plain_hint,
		{{"client backend", interfaces}}},
};
/* clang-format on */

#define NFEATURES ((int) (sizeof(features) / sizeof(features[0])))

const feature *
find_feature(const char *name)
{
	for (int i = 0; i < NFEATURES; i++)
		if (strcmp(features[i].name, name) == 0)
			return &features[i];
	return NULL;
}

const char *
nearest_feature(const char *name)
{
	const char *names[NFEATURES + 1];

	for (int i = 0; i < NFEATURES; i++)
		names[i] = features[i].name;
	names[NFEATURES] = NULL;
	return sc_suggest(name, names);
}

void
list_features(FILE *out)
{
	for (int i = 0; i < NFEATURES; i++)
		fprintf(out, "  %-24s %s\n", features[i].name, features[i].what);
}

/* ----------
 * Trying
 * ----------
 */

/* What a line of a section denies of a feature. */
typedef struct
{
	const sc_section *section;
	int			line;
	const char *calls;			/* decoded, ", " between them */
	const scope *where;			/* the first scope that showed it */
	const char *type;			/* of the processes there; NULL: any */
} denial;

typedef struct
{
	denial	   *list;
	int			n;
} denials;

/* The call that a sample stands for on this ABI, or -1. */
static int
call_of(const sample *s)
{
	char	   *rest = sc_strndup(s->call, strlen(s->call));
	char	   *name;

	while ((name = strsep(&rest, "|")) != NULL)
	{
		int			call = sc_syscall_by_name(name);

		if (call >= 0 && sc_syscalls[call].nr[SC_ABI_NATIVE] != SC_NR_NONE)
			return call;
	}
	return -1;
}

/*
 * Note a denial; what a line denies in one scope it denies in those on top of it,
 * and is not said again there.
 */
static void
note(denials *found, const scope *where, const char *type, const sc_section *section, int line, const char *decoded)
{
	denial	   *d = NULL;

	for (int i = 0; i < found->n && d == NULL; i++)
		if (found->list[i].section == section && found->list[i].line == line)
			d = &found->list[i];
	if (d == NULL)
	{
		found->list = sc_grow(found->list, found->n, sizeof(denial));
		d = &found->list[found->n++];
		*d = (denial) {section, line, decoded, where, type};
	}
	else if (d->where == where && strstr(d->calls, decoded) == NULL)
		d->calls = sc_format("%s, %s", d->calls, decoded);
}

static void
try_samples(const scope *where, const char *type, const sample *list, denials *found)
{
	for (const sample *s = list; s->call; s++)
	{
		int			call = call_of(s);
		uint32_t	nr;
		sc_outcome	outcome;

		if (call < 0)
			continue;
		nr = (uint32_t) sc_syscalls[call].nr[SC_ABI_NATIVE];
		outcome = sc_stack_run(&where->stack, SC_ABI_NATIVE, nr, s->args);
		if (outcome.by < 0 || outcome.verdict.action != SC_ERRNO ||
			(s->fallback > 0 && outcome.verdict.err == s->fallback))
			continue;
		note(found, where, type, where->stack.sections[outcome.by],
			 outcome.verdict.line > 0 ? outcome.verdict.line : where->stack.sections[outcome.by]->line,
			 sc_decode_call(SC_ABI_NATIVE, nr, s->args));
	}
}

/* A type of process, with one of the sessions that it may have. */
typedef struct
{
	const char *type;
	scope		scope;
} actor;

typedef struct
{
	actor	   *list;
	int			n;
} actors;

static void
add_actor(actors *those, const scopes *all, const char *type, bool worker, const sc_section *session)
{
	const sc_process process = {type, worker, NULL};

	those->list = sc_grow(those->list, those->n, sizeof(actor));
	those->list[those->n++] = (actor) {type, scope_of_process(all, &process, session)};
}

/* Those of a type that has a session, with each that a login can get. */
static void
add_sessions(actors *those, const scopes *all, const sc_process_type *type)
{
	const sc_policy *policy = all->policy;
	bool		walsender = strcmp(type->name, SC_WALSENDER) == 0;

	if (policy->fallback == NULL)
		add_actor(those, all, type->name, type->worker, NULL);
	for (int i = 0; i < policy->nsessions; i++)
	{
		const sc_section *session = policy->sessions[i];

		/* one that no login gets is for sessions that want to do with less */
		if (session != policy->fallback && !sc_match_any(&session->matchers))
			continue;
		if (sc_match_kind(&session->matchers) == (walsender ? SC_REPLICATION_NO : SC_REPLICATION_YES))
			continue;
		add_actor(those, all, type->name, type->worker, session);
	}
}

/*
 * All processes of a policy.  Background workers and those of subscriptions may have
 * a session section beside, by a role that the policy does not tell.
 */
static const actors *
actors_of(const scopes *all)
{
	static const sc_policy *policy;
	static actors those;

	if (policy == all->policy)
		return &those;
	policy = all->policy;
	those = (actors) {NULL, 0};
	those.list = sc_grow(those.list, those.n, sizeof(actor));
	those.list[those.n++] = (actor) {"postmaster", scope_of_process(all, NULL, NULL)};
	for (int i = 0; i < sc_nprocess_types; i++)
	{
		const sc_process_type *type = &sc_process_types[i];

		if (strcmp(type->name, SC_CLIENT) == 0 || strcmp(type->name, SC_WALSENDER) == 0 ||
			strcmp(type->name, SC_PARALLEL_WORKER) == 0)
			add_sessions(&those, all, type);
		/* no process is of this type alone */
		else if (strcmp(type->name, SC_AUXILIARY) != 0)
			add_actor(&those, all, type->name, type->worker, NULL);
	}
	return &those;
}

static bool
is_by(const char *by, const char *type)
{
	size_t		len = strlen(type);

	for (const char *at = by; (at = strstr(at, type)) != NULL; at += len)
		if ((at == by || at[-1] == '|') && (at[len] == '\0' || at[len] == '|'))
			return true;
	return strcmp(by, BY_ALL) == 0;
}

/* Run a feature's calls on a scope: all, or those of a type of process. */
static void
try_feature(const scope *where, const feature *f, const char *type, denials *found)
{
	for (size_t k = 0; k < sizeof(f->calls) / sizeof(f->calls[0]) && f->calls[k].list; k++)
		if (type == NULL || is_by(f->calls[k].by, type))
			try_samples(where, type, f->calls[k].list, found);
}

void
check_feature(const scopes *all, const scope *only, const feature *f, const char *because,
			  sc_findings *findings)
{
	denials		found = {NULL, 0};
	const actors *those = actors_of(all);

	if (only)
		try_feature(only, f, NULL, &found);
	for (int i = 0; i < those->n && only == NULL; i++)
		try_feature(&those->list[i].scope, f, those->list[i].type, &found);
	for (int i = 0; i < found.n; i++)
	{
		const denial *d = &found.list[i];
		bool		own = d->section == d->where->section;
		/* a session's section does not tell which of its processes a process section is for */
		const char *in = d->type && d->section->process && !own ? sc_format("process \"%s\"", d->type) :
			sc_format("[%s]", d->where->section->title);

		sc_finding_add(findings, all->policy->path, d->line, f->fatal, f->hint, "%s needs in %s what this line%s denies: %s; %s",
					   because ? because : f->name, in, own ? "" : sc_format(" of [%s]", d->section->title), d->calls, f->breaks);
	}
}
