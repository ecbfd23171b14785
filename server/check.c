/*
 * check.c
 *		pg_seccomp_check(): is this installation tamper-proof and complete?
 *
 * One function an item, in the order of a server's life.  None of this
 * enforces anything: it finds what an administrator has left open.
 */
#include "postgres.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "agreement.h"
#include "compat.h"
#include "functions.h"
#include "pg_seccomp.h"
#include "procfs.h"
#include "scope.h"
#include "sigsys.h"
#include "violations.h"

PG_FUNCTION_INFO_V1(pg_seccomp_check);

typedef enum
{
	OK,
	WARN,
	FAIL
} Status;

static void
put(Row *row, const char *item, Status status, const char *detail, const char *hint)
{
	static const char *const names[] = {"ok", "warn", "fail"};

	row_text(row, item);
	row_text(row, names[status]);
	row_text(row, detail);
	row_text(row, status == OK ? NULL : hint);
	row_put(row);
}

/* Was a setting given where no file can override it? */
static bool
on_command_line(const char *name)
{
	struct config_generic *option = pgsc_find_option(name);

	return option && (option->source == PGC_S_ARGV || option->source == PGC_S_ENV_VAR ||
					  option->source == PGC_S_OVERRIDE);
}

static void
check_preload(Row *row)
{
	struct config_generic *option = pgsc_find_option("shared_preload_libraries");
	bool		good = on_command_line("shared_preload_libraries");

	put(row, "preload_setting", good ? OK : FAIL,
		good ? "shared_preload_libraries was given on the command line" :
		psprintf("shared_preload_libraries is set in \"%s\"; files that the server writes (ALTER SYSTEM) can change it",
				 option->sourcefile ? option->sourcefile : "a configuration file"),
		"Start the server with -c shared_preload_libraries='$libdir/pg_seccomp': the command line outranks every file.");
}

static void
check_preload_path(Row *row)
{
	const char *setting = GetConfigOption("shared_preload_libraries", false, false);
	char	   *copy = pstrdup(setting);
	List	   *names = NIL;
	ListCell   *cell;
	const char *before = NULL;
	const char *entry = NULL;
	bool		bare;

	SplitDirectoriesString(copy, ',', &names);
	foreach(cell, names)
	{
		const char *name = lfirst(cell);
		const char *slash = strrchr(name, '/');

		const char *base = slash ? slash + 1 : name;

		if (strcmp(base, "pg_seccomp") == 0 || strcmp(base, "pg_seccomp.so") == 0)
		{
			entry = name;
			break;
		}
		before = name;
	}
	bare = entry && strchr(entry, '/') == NULL && !on_command_line("dynamic_library_path");
	put(row, "preload_path", bare ? FAIL : OK,
		bare ? psprintf("\"%s\" is looked up in dynamic_library_path, which a configuration file can point elsewhere", entry) :
		"the library is named with its folder",
		"Write '$libdir/pg_seccomp', or give dynamic_library_path on the command line too.");
	put(row, "preload_order", before ? WARN : OK,
		before ? psprintf("\"%s\" is loaded before pg_seccomp, unfiltered", before) :
		"pg_seccomp is the first library loaded",
		"Name pg_seccomp first in shared_preload_libraries.");
}

static void
check_policy_choice(Row *row)
{
	/* with the preload setting on the command line, no file may choose */
	bool		good = on_command_line("pg_seccomp.policy") ||
		on_command_line("shared_preload_libraries") ||
		inherited->policy->data_directories.n > 0;

	put(row, "policy_choice", good ? OK : WARN,
		good ? psprintf("no file that the server can write chose policy \"%s\"", pgsc_policy) :
		psprintf("a configuration file can choose another policy than \"%s\"", pgsc_policy),
		"Give pg_seccomp.policy on the command line, or a DataDirectory line in the policy.");
}

static void
check_mode(Row *row)
{
	sc_mode		mode = inherited->policy->mode;

	put(row, "mode", mode == SC_MODE_ENFORCE ? OK : mode == SC_MODE_OFF ? FAIL : WARN,
		psprintf("the policy says Mode=%s", sc_mode_name(mode)),
		"Write Mode=enforce in [Policy] and restart.");
}

static void
check_policy_file(Row *row)
{
	LoadError	error = {0};
	FileState	state = file_state(inherited, &error);

	put(row, "policy_file", state == FILE_CURRENT ? OK : state == FILE_CHANGED ? WARN : FAIL,
		psprintf("\"%s\" is %s%s%s", inherited->policy->path, file_state_name(state),
				 error.detail ? ": " : "", error.detail ? error.detail : ""),
		state == FILE_CHANGED ? "Restart the server to bring [Server] and [Child] up to date." :
		error.hint ? error.hint : "Correct the file as root.");
}

/* A file that runs as the server, and that the server must not write. */
static void
check_file(Row *row, const char *item, const char *path)
{
	sc_file		file;

	sc_check_trusted(path, &file);
	put(row, item, file.status == SC_FILE_TRUSTED ? OK : FAIL,
		file.status == SC_FILE_TRUSTED ? psprintf("\"%s\" is writable by root alone", path) :
		psprintf("%s", file.why),
		"Install PostgreSQL and pg_seccomp as root, below folders that are root's.");
}

static void
check_library_file(Row *row)
{
	Dl_info		info;

	if (dladdr((void *) check_library_file, &info) != 0)
		check_file(row, "library_file", info.dli_fname);
}

/*
 * Files beside postgresql.conf that Debian's pg_ctlcluster reads, and the one
 * that pg_ctl restart does.
 */
static void
check_start_files(Row *row)
{
	static const char *const names[] = {"environment", "pg_ctl.conf", NULL};
	char	   *dir = pstrdup(ConfigFileName ? ConfigFileName : DataDir);
	char	   *slash = strrchr(dir, '/');
	char	   *found = NULL;

	if (slash && !path_is_prefix_of_path(DataDir, dir))
	{
		*slash = '\0';
		for (int i = 0; names[i]; i++)
		{
			char	   *path = psprintf("%s/%s", dir, names[i]);
			sc_file		file;

			sc_check_trusted(path, &file);
			if (file.status != SC_FILE_TRUSTED && file.status != SC_FILE_MISSING)
				found = psprintf("%s%s\"%s\"", found ? found : "", found ? ", " : "", path);
		}
	}
	put(row, "start_files", found ? WARN : OK,
		found ? psprintf("the server's user can write %s, which pg_ctlcluster reads at the next start", found) :
		"no file of Debian's pg_ctlcluster is writable by the server's user",
		"Give these files to root, or start the server from a systemd unit of your own.");
}

/*
 * `pg_ctl restart` takes the command line from a file that the server writes.
 */
static void
check_postmaster_opts(Row *row)
{
	char		line[8192];
	char		path[MAXPGPATH];
	FILE	   *file;
	bool		named = false;

	snprintf(path, sizeof(path), "%s/postmaster.opts", DataDir);
	file = AllocateFile(path, "r");
	if (file)
	{
		named = fgets(line, sizeof(line), file) && strstr(line, "pg_seccomp") != NULL;
		FreeFile(file);
	}
	named = named || !on_command_line("shared_preload_libraries");
	put(row, "postmaster_opts", named ? OK : FAIL,
		named ? "the command line that pg_ctl restart would use has not been changed" :
		psprintf("\"%s\" does not name pg_seccomp, though this server's command line does: pg_ctl restart would start it unfiltered", path),
		"Find out who changed the file, and restart by the unit, not by pg_ctl restart.");
}

/* Variables with which the loader runs other code before ours (ld.so(8)). */
static void
check_loader(Row *row)
{
	static const char *const names[] = {"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", NULL};
	const char *found = NULL;

	for (int i = 0; names[i]; i++)
		if (getenv(names[i]))
			found = names[i];
	put(row, "loader", found ? WARN : OK,
		found ? psprintf("the server was started with %s set", found) :
		"no variable of the loader is set in the server's environment",
		"Start the server with a clean environment, from a unit that root owns.");
}

/*
 * Who chooses the data directory chooses postgresql.auto.conf, too.  The
 * setting's source is always "override" once the server has settled it, so
 * that only the command line itself tells.
 */
static void
check_data_directory(Row *row)
{
	struct config_generic *option = pgsc_find_option("data_directory");
	bool		file = option->sourcefile != NULL &&
		!command_line_has(PostmasterPid, "data_directory=") &&
		!command_line_has(PostmasterPid, "data-directory=");

	put(row, "data_directory", file ? WARN : OK,
		file ? psprintf("data_directory is set in \"%s\": whoever can write that file starts another cluster in place of this one",
						option->sourcefile) :
		"no configuration file chooses the data directory",
		"Give -c data_directory on the command line: it outranks the file.");
}

/* Processes of our user that have no part in this server and no filter. */
static void
check_neighbours(Row *row)
{
	List	   *bare = unfiltered_processes(geteuid());
	char	   *pids = NULL;
	ListCell   *cell;

	foreach(cell, bare)
		if (foreach_current_index(cell) < 10)
			pids = psprintf("%s%s%d", pids ? pids : "", pids ? ", " : "", lfirst_int(cell));
	put(row, "neighbours", bare ? WARN : OK,
		bare ? psprintf("processes of the server's user without a filter: %s%s", pids,
						list_length(bare) > 10 ? ", ..." : "") :
		"the server's user has no process without a filter",
		"Run nothing else as this user, psql included: such a process can be made to do what the server cannot.");
}

static void
check_privileges(Row *row)
{
	int			no_new_privs = process_status_number(MyProcPid, "NoNewPrivs:");
	bool		root = geteuid() == 0 || getegid() == 0 || process_has_group(MyProcPid, 0);

	put(row, "no_new_privs", no_new_privs == 1 ? OK : FAIL,
		no_new_privs == 1 ? "no process of this server can gain privileges by execve" :
		"no_new_privs is not set in this process", "Restart the server with pg_seccomp preloaded.");
	put(row, "server_user", root ? WARN : OK,
		root ? "the server runs as root or in group root" :
		"the server's user is not root and not in group root",
		"Run the server as a user of its own, without group root.");
}

static void
check_kernel_agrees(Row *row)
{
	int			filters = process_status_number(MyProcPid, "Seccomp_filters:");
	bool		good = filters < 0
		? process_status_number(MyProcPid, "Seccomp:") == SECCOMP_MODE_FILTER
		: filters >= nattached;

	good = good && (nattached > 0 || inherited->policy->mode == SC_MODE_OFF);
	put(row, "kernel", good ? OK : FAIL,
		filters < 0 ? psprintf("this session attached %d programs, the kernel has at least one", nattached) :
		psprintf("this session attached %d programs, the kernel counts %d", nattached, filters),
		"Something took filters away or hides them: restart the server and look at /proc/PID/status.");
}

/* Does each process have what the policy says that it should have? */
static void
check_all_filtered(Row *row)
{
	List	   *processes = server_processes();
	char	   *less = NULL;
	ListCell   *cell;

	foreach(cell, processes)
	{
		const ServerProcess *process = lfirst(cell);

		if (process->agreement == LESS)
			less = psprintf("%s%s%d%s%s: %s", less ? less : "", less ? "; " : "", (int) process->pid,
							process->type ? ", " : "", process->type ? process->type : "", process->detail);
	}
	put(row, "all_processes", less ? FAIL : OK,
		less ? psprintf("processes with fewer filters than they should have: %s", less) :
		psprintf("server processes: %d; each has the filters that it should have", list_length(processes)),
		"End these processes, or restart the server; look at pg_seccomp_processes.");
}

static void
check_sessions(Row *row)
{
	bool		fallback = sc_policy_profile(inherited->policy, SC_DEFAULT_PROFILE) != NULL;

	put(row, "sessions", fallback ? OK : WARN,
		fallback ? psprintf("%d session sections, [Session] for all that no other matches",
							inherited->policy->nsessions) :
		"sessions that no section matches have the filters of [Server] and [Child] only",
		"Add a section [Session].");
}

/* Is there somebody to tell of a denial? */
static void
check_reporting(Row *row)
{
	char	   *whose = NULL;
	bool		ours = inherited->policy->mode == SC_MODE_OFF || sigsys_is_ours(&whose);
	const sc_reporting *reporting = sigsys_reporting();

	put(row, "reporting", !ours ? WARN : reporting->code_end == 0 ? WARN : OK,
		!ours ? psprintf("the handler of SIGSYS was replaced%s%s, and has been put back",
						 whose ? " by " : "", whose ? whose : "") :
		reporting->code_end == 0 ? "the C library was not found: in scopes that may start programs violations are not reported" :
		"violations are reported and counted",
		!ours ? "Violations were denied, but not reported; find out what replaced it." :
		"Link the server with a shared C library.");
}

/* A number in a file of /proc/sys, or fallback. */
static int
kernel_setting(const char *path, int fallback)
{
	FILE	   *file = AllocateFile(path, "r");
	int			level = fallback;

	if (file)
	{
		if (fscanf(file, "%d", &level) != 1)
			level = fallback;
		FreeFile(file);
	}
	return level;
}

/*
 * Can a session have another process, with looser filters, do its work?  Where
 * Yama has a say only parents may open their children's memory (ptrace(2)).
 */
static void
check_memory(Row *row)
{
	const sc_policy *policy = inherited->policy;
	bool		hidden = policy->mode == SC_MODE_ENFORCE &&
		(policy->server.rules.dumpable == SC_NO || policy->child.rules.dumpable == SC_NO);
	int			scope = kernel_setting("/proc/sys/kernel/yama/ptrace_scope", 0);

	put(row, "memory", hidden || scope > 0 ? OK : WARN,
		hidden ? "no process of the server can open another one's memory" :
		scope > 0 ? psprintf("the kernel lets no process open the memory of others of its user: kernel.yama.ptrace_scope is %d", scope) :
		"a session can write the memory of processes with looser filters, through /proc/PID/mem",
		"Write ProcessDumpable=no in [Server].");
}

/*
 * Without random addresses a program may have its C library where the server
 * has it, and be killed where it was to get an errno.
 */
static void
check_addresses(Row *row)
{
	int			level = kernel_setting("/proc/sys/kernel/randomize_va_space", 0);

	put(row, "addresses", level > 0 ? OK : WARN,
		level > 0 ? "the kernel gives programs random addresses" :
		"the kernel gives programs no random addresses: calls of programs may be taken for the server's",
		"Set kernel.randomize_va_space to 2.");
}

static void
check_violations(Row *row)
{
	uint64		count = violations_total();

	put(row, "violations", count ? WARN : OK,
		count ? psprintf(UINT64_FORMAT " system calls were denied since the server started or the counts were reset", count) :
		"no system call was denied since the server started or the counts were reset",
		"Look at pg_seccomp_violations; call pg_seccomp_reset_violations() when it is explained.");
}

static void
check_abis(Row *row)
{
	char	   *foreign = NULL;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (abi != SC_ABI_NATIVE && inherited->policy->server.rules.abis & 1u << abi)
			foreign = psprintf("%s%s%s", foreign ? foreign : "", foreign ? ", " : "",
							   sc_abis[abi].name);
	put(row, "architectures", foreign ? WARN : OK,
		foreign ? psprintf("foreign ABIs are admitted: %s", foreign) :
		"only the native ABI is admitted",
		"Write SystemCallArchitectures=native in [Server].");
}

Datum
pg_seccomp_check(PG_FUNCTION_ARGS)
{
	Row			row = row_start(fcinfo);

	put(&row, "preloaded", inherited ? OK : FAIL,
		inherited ? "pg_seccomp was loaded before the server started" :
		"pg_seccomp was not loaded by shared_preload_libraries: nothing is filtered",
		"Start the server with -c shared_preload_libraries='$libdir/pg_seccomp'.");
	check_file(&row, "server_binary", my_exec_path);
	check_library_file(&row);
	if (inherited == NULL)
		return (Datum) 0;
	check_preload(&row);
	check_preload_path(&row);
	check_policy_choice(&row);
	check_data_directory(&row);
	check_start_files(&row);
	check_postmaster_opts(&row);
	check_loader(&row);
	check_policy_file(&row);
	check_mode(&row);
	check_privileges(&row);
	check_kernel_agrees(&row);
	check_all_filtered(&row);
	check_neighbours(&row);
	check_memory(&row);
	check_sessions(&row);
	check_abis(&row);
	check_addresses(&row);
	check_reporting(&row);
	check_violations(&row);
	return (Datum) 0;
}
