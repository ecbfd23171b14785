/*
 * show.c
 *		pg_seccomp show: the catalog, a policy, or what another one would change.
 */
#include "show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../core/memory.h"
#include "exploits.h"
#include "kernel_calls.h"

#define MAX_SYMBOLS (256 * 1024 * 1024)

#define KALLSYMS "/proc/kallsyms"

static struct
{
	const char **operands;
	int			noperands;
	const char *scope;
	const char *diff;
	const char *table;
	const char *kallsyms;
	sc_abi		abi;
	bool		abi_said;
	answer_filter which;
	bool		processes;
	bool		unlisted;
}			options;

enum
{
	KEY_SCOPE = 0x100,
	KEY_ALLOWED,
	KEY_DENIED,
	KEY_PROCESSES,
	KEY_ABI,
	KEY_DIFF,
	KEY_UNLISTED,
	KEY_KALLSYMS,
	KEY_TABLE
};

/* What an operand is. */
typedef enum
{
	NOTHING,
	WORDS,						/* groups, families, processes */
	GROUPS,						/* @mount */
	CALLS,
	POLICY
} subject;

static sc_abi
parse_abi(const char *name)
{
	char	   *names = sc_format("\"all\"");

	if (strcmp(name, "all") == 0)
		return ALL_ABIS;
	for (int i = 0; i < SC_ABI_COUNT; i++)
	{
		if (sc_abis[i].native != SC_ABI_NATIVE)
			continue;
		if (strcmp(sc_abis[i].name, name) == 0)
			return (sc_abi) i;
		names = sc_format("%s, \"%s\"", names, sc_abis[i].name);
	}
	die("this machine has no ABI \"%s\"; there are %s", name, names);
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_SCOPE:
			options.scope = arg;
			break;
		case KEY_ALLOWED:
		case KEY_DENIED:
			if (options.which != ANY_ANSWER)
				argp_error(state, "one of --allowed and --denied");
			options.which = key == KEY_ALLOWED ? ALLOWED_ONLY : DENIED_ONLY;
			break;
		case KEY_PROCESSES:
			options.processes = true;
			break;
		case KEY_ABI:
			options.abi = parse_abi(arg);
			options.abi_said = true;
			break;
		case KEY_DIFF:
			options.diff = arg;
			break;
		case KEY_UNLISTED:
			options.unlisted = true;
			break;
		case KEY_KALLSYMS:
			options.kallsyms = arg;
			break;
		case KEY_TABLE:
			options.table = arg;
			break;
		case ARGP_KEY_ARG:
			options.operands = sc_grow(options.operands, options.noperands, sizeof(char *));
			options.operands[options.noperands++] = arg;
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"scope", KEY_SCOPE, "SCOPE", 0, "Of a policy: what each call comes to in this scope; with --diff, only this scope", 1},
	{"processes", KEY_PROCESSES, NULL, 0, "Of a policy: which scopes hold for each type of process", 1},
	{"allowed", KEY_ALLOWED, NULL, 0, "With --scope: only what runs", 1},
	{"denied", KEY_DENIED, NULL, 0, "With --scope: only what does not run", 1},
	{"abi", KEY_ABI, "ABI", 0, "With --scope or --diff: calls of this ABI of the machine, or of \"all\" "
	"(default: the native one; with --diff all)", 1},
	{"diff", KEY_DIFF, "POLICY2", 0, "What POLICY2 would open and close in place of POLICY; exit with 1 if they differ", 2},
	{"unlisted", KEY_UNLISTED, NULL, 0, "Calls of the running kernel that the catalog lacks; exit with 1 if there are some", 3},
	{"kallsyms", KEY_KALLSYMS, "FILE", 0, "With --unlisted: another kernel's symbols (default: " KALLSYMS ")", 3},
	{"table", KEY_TABLE, "FILE", 0, "Of a call: exploits, tab-separated (default: those installed)", 4},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "[WHAT...]",
	"Show groups and families, or WHAT: \"groups\", \"families\", \"processes\" (their types), a "
	"group (@mount), a system call (mount, 165, x86:21), or one policy.\v"
	"A call's name that is a policy's, too, means the call: give the policy's path.\n\n"
	"Example:\n  pg_seccomp show default --scope=session --denied", with_json, NULL, NULL
};

table *
late_rows(late_table *t)
{
	if (t->started == NULL)
		t->started = table_start(t->name, t->title, t->columns, t->ncolumns);
	return t->started;
}

void
late_expect(late_table *t)
{
	if (wants_json())
		late_rows(t);
}

/* Is there a policy of this bare name?  One that cannot be looked for counts. */
static bool
policy_exists(const char *name)
{
	struct stat status;

	return stat(policy_file(name), &status) == 0 || (errno != ENOENT && errno != ENAMETOOLONG);
}

static subject
subject_of(const char *operand)
{
	named_call	named;
	const char *nearest;

	if (strcmp(operand, "groups") == 0 || strcmp(operand, "families") == 0 || strcmp(operand, "processes") == 0)
		return WORDS;
	if (operand[0] == '@')
		return GROUPS;
	if (strpbrk(operand, "/.") != NULL || strcmp(operand, "-") == 0)
		return POLICY;
	if (find_call(operand, &named))
		return CALLS;
	if (policy_exists(operand))
		return POLICY;
	nearest = sc_nearest_name(operand);
	die_hint(suggestion(nearest), "\"%s\" is neither a system call nor a policy in %s", operand, PGSC_POLICY_DIR);
}

/* All operands are of one kind. */
static subject
subject_of_all(void)
{
	subject		all = NOTHING;

	for (int i = 0; i < options.noperands; i++)
	{
		subject		one = subject_of(options.operands[i]);

		if (i > 0 && (one != all || one == POLICY))
			die(one == POLICY && all == POLICY ? "one policy at a time; --diff compares two" :
				"groups, system calls and policies are shown one kind at a time");
		all = one;
	}
	return all;
}

static void
check_options(subject what)
{
	if (options.unlisted && (what != NOTHING || options.scope || options.diff))
		die("--unlisted is about the kernel and takes no operand");
	if (options.kallsyms && !options.unlisted)
		die("--kallsyms goes with --unlisted");
	if ((options.scope || options.diff || options.processes) && what != POLICY)
		die("--%s needs a policy", options.scope ? "scope" : options.diff ? "diff" : "processes");
	if (options.processes && (options.scope || options.diff))
		die("one of --processes, --scope and --diff");
	if (options.which != ANY_ANSWER && (options.scope == NULL || options.diff))
		die("--allowed and --denied need --scope and no --diff");
	if (options.abi_said && options.scope == NULL && options.diff == NULL)
		die("--abi needs --scope or --diff");
	if (options.table && what != CALLS)
		die("--table goes with a system call");
}

/* Exit status for what was found. */
static int
show_unlisted(void)
{
	static const column columns[] = {{"symbol", COLUMN_TEXT}, {"name", COLUMN_TEXT}};
	static late_table late = {"unlisted", NULL, columns, NCOLUMNS(columns), NULL};
	const char *path = options.kallsyms ? options.kallsyms : KALLSYMS;
	size_t		len;
	const char *text = read_file(path, MAX_SYMBOLS, &len);
	kernel_calls calls = kernel_calls_parse(text, len);
	int			unlisted = 0;

	if (calls.n == 0)
		die("\"%s\" names no system calls: the kernel is older than 4.17, or hides its symbols", path);
	late_expect(&late);
	for (int i = 0; i < calls.n; i++)
	{
		if (sc_syscall_by_name(calls.list[i].name) >= 0)
			continue;
		put_text(late_rows(&late), calls.list[i].symbol);
		put_text(late_rows(&late), calls.list[i].name);
		unlisted++;
	}
	if (unlisted == 0)
		fprintf(stderr, "pg_seccomp: the catalog has all calls of the kernel (%d functions)\n", calls.n);
	return unlisted > 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

/* The table of exploits; NULL if it was not asked for and is not there. */
static const sc_exploits *
find_exploits(void)
{
	sc_exploits *exploits = sc_alloc(sizeof(sc_exploits));
	struct stat status;

	if (options.table == NULL && stat(PGSC_EXPLOITS, &status) != 0)
	{
		fprintf(stderr, "pg_seccomp: exploits are not shown: could not find \"%s\": %m\n", PGSC_EXPLOITS);
		return NULL;
	}
	*exploits = read_exploits(options.table ? options.table : PGSC_EXPLOITS);
	return exploits;
}

static void
show_named_groups(void)
{
	for (int i = 0; i < options.noperands; i++)
	{
		const char *name = options.operands[i];
		int			group = sc_group_by_name(name);
		const char *nearest = group < 0 ? sc_nearest_name(name) : NULL;

		if (group < 0)
			die_hint(suggestion(nearest), "there is no group \"%s\"", name);
		show_members(group);
	}
}

static void
show_named_calls(void)
{
	const sc_exploits *exploits = find_exploits();

	for (int i = 0; i < options.noperands; i++)
	{
		named_call	named;

		if (find_call(options.operands[i], &named))
			show_call(named, exploits);
	}
}

static int
show_policy(const char *name)
{
	scopes		all = compile_scopes(read_policy(name));

	if (options.diff)
	{
		scopes		after = compile_scopes(read_policy(options.diff));

		return show_diff(&all, &after, options.scope, options.abi_said ? options.abi : ALL_ABIS) ?
			EXIT_FINDINGS : EXIT_GOOD;
	}
	note_mode(all.policy);
	if (options.processes)
		show_processes(&all);
	else if (options.scope)
		show_calls(&all, find_scope(&all, options.scope), options.abi_said ? options.abi : SC_ABI_NATIVE,
				   options.which);
	else
		show_scopes(&all);
	return EXIT_GOOD;
}

static int
run(int argc, char **argv)
{
	int			status = EXIT_GOOD;
	bool		groups = false;
	bool		families = false;
	bool		processes = false;
	subject		what;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	what = subject_of_all();
	check_options(what);
	for (int i = 0; what == WORDS && i < options.noperands; i++)
	{
		groups = groups || strcmp(options.operands[i], "groups") == 0;
		families = families || strcmp(options.operands[i], "families") == 0;
		processes = processes || strcmp(options.operands[i], "processes") == 0;
	}
	if (options.unlisted)
		status = show_unlisted();
	else if (what == NOTHING)
		show_groups(true, true);
	else if (what == WORDS)
	{
		if (groups || families)
			show_groups(groups, families);
		if (processes)
			show_process_types();
	}
	else if (what == GROUPS)
		show_named_groups();
	else if (what == CALLS)
		show_named_calls();
	else
		status = show_policy(options.operands[0]);
	print_tables();
	return status;
}

const command show_command = {
	"show", "show groups, system calls, and what a policy says to each", &argp,
	OPERAND_POLICY | OPERAND_CALL | OPERAND_GROUP, run
};
