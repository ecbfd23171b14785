/*
 * exec.c
 *		pg_seccomp exec: start a program that has a policy's [Server] filter.
 *
 * The launcher of a server: the filter is there before the first instruction of
 * what it starts, whatever the server's own settings have become.  It reads
 * nothing that the server's user could have written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/attach.h"
#include "../core/memory.h"
#include "../core/program.h"
#include "../core/trust.h"
#include "table.h"
#include "tool.h"

/* As shells and env(1) have it. */
enum
{
	EXIT_CANNOT_INVOKE = 126,
	EXIT_NOT_FOUND = 127
};

static struct
{
	const char *policy;
	char	  **command;		/* ends with NULL, as argv does */
}			options;

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case ARGP_KEY_ARG:
			/* the policy; what is behind it is not ours to understand */
			options.policy = arg;
			options.command = state->argv + state->next;
			state->next = state->argc;
			if (*options.command && strcmp(*options.command, "--") == 0)
				options.command++;
			else if (*options.command && **options.command == '-')
				argp_error(state, "options stand before the policy, and \"--\" before a command that begins with \"-\"");
			break;
		case ARGP_KEY_END:
			if (options.command == NULL || *options.command == NULL)
				argp_usage(state);
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	NULL, parse_option, "POLICY [--] CMD [ARG...]",
	"Run a program under the [Server] section of a policy, which holds for all "
	"that it ever starts. The policy has to be one that a server would take: "
	"root's, with each folder above it, and without errors. If it is not, or the "
	"kernel does not take the filter, CMD is not run.\v"
	"Exit status: 2 if CMD was not run for that, 127 if it was not found, 126 if it "
	"could not be run; else it is CMD's.\n\n"
	"Example:\n  pg_seccomp exec default -- postgres -D /var/lib/postgresql/15/main", NULL, NULL, NULL
};

static _Noreturn void
refuse(const char *message, const char *why, const char *hint)
{
	die_hint(hint, "%s: %s", message, why);
}

/*
 * Let no file that is opened here get the number of a standard descriptor that
 * the caller has closed: a message would be written to it.  The numbers are
 * taken by what nobody can read or write, and are free again for CMD.
 */
static void
occupy_standard_descriptors(void)
{
	int			fd;

	do
		fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		die("could not open \"/\": %m");
	close(fd);
}

/* The policy, as the server would read it. */
static sc_policy *
read_trusted_policy(const char *path)
{
	sc_file		file;
	sc_policy  *policy;

	sc_read_trusted(path, &file);
	if (file.status != SC_FILE_TRUSTED)
		refuse(sc_file_refusal(&file, path), file.why, file.hint);
	policy = sc_policy_parse(path, sc_strndup(file.text, file.len), file.len);
	print_errors(path, "error", &policy->errors);
	if (policy->errors.total > 0)
		exit(EXIT_USAGE);
	return policy;
}

/* A filter that forbids what this command is for would let nothing start. */
static void
check_execve(const sc_policy *policy)
{
	int			call = sc_syscall_by_name("execve");
	sc_verdict	verdict = sc_decide(&policy->server.rules, SC_ABI_NATIVE,
									sc_number_of(SC_ABI_NATIVE, call), NULL, NULL);

	if (policy->mode == SC_MODE_ENFORCE && verdict.action == SC_ERRNO && !verdict.depends)
		refuse(sc_format("could not run \"%s\"", options.command[0]),
			   sc_format("%s:%d denies system call \"execve\"", policy->path, verdict.line),
			   "Deny it in [Child] and not in [Server], or start the server without the launcher.");
}

/* Give this process what the server's section says. */
static void
enter_server_scope(const sc_policy *policy)
{
	const sc_section *server = &policy->server;
	bool		permissive = policy->mode == SC_MODE_PERMISSIVE;
	sc_program	program;
	const char *problem = sc_program_build(&server->rules, permissive, NULL, &program);

	/* as in the module: permissive, nothing may fail that would not without a policy */
	int			traits = permissive ? 0 : sc_traits_of(&server->rules);
	int			err;

	if (problem)
	{
		fprintf(stderr, "%s:%d: error: could not compile section [%s]: %s\n", harmless(policy->path),
				server->line, server->title, problem);
		exit(EXIT_USAGE);
	}
	err = sc_set_no_new_privs();
	if (err == 0)
		err = sc_take_traits(traits);
	if (err == 0)
		err = sc_attach(&program, traits);
	if (err != 0)
		refuse(sc_format("could not attach the seccomp program of [Server]: %s", strerror(err)),
			   sc_attach_detail(err), sc_attach_hint(err));
}

static int
run(int argc, char **argv)
{
	sc_policy  *policy;
	int			err;

	occupy_standard_descriptors();

	/*
	 * Until the filter is there, who can write this process's memory (other
	 * processes of the same user, ptrace(2)) can keep it from coming.  The
	 * program that is executed is as open as ever.
	 */
	(void) sc_take_traits(SC_TRAIT_HIDDEN);
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, NULL);
	policy = read_trusted_policy(policy_file(options.policy));
	check_execve(policy);
	if (policy->mode == SC_MODE_OFF)
		fprintf(stderr, "pg_seccomp: warning: seccomp policy \"%s\" is off, nothing is filtered\n",
				harmless(policy->path));
	else
		enter_server_scope(policy);
	if (policy->mode == SC_MODE_PERMISSIVE)
		fprintf(stderr, "pg_seccomp: warning: seccomp policy \"%s\" is permissive, denials are only logged\n",
				harmless(policy->path));
	execvp(options.command[0], options.command);
	err = errno;
	fprintf(stderr, "pg_seccomp: could not run \"%s\": %s\n", harmless(options.command[0]), strerror(err));
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE;
}

const command exec_command = {
	"exec", "run a program under a policy's [Server] section", &argp, OPERAND_POLICY | OPERAND_PROGRAM, run
};
