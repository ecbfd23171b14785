/*
 * main.c
 *		pg_seccomp: the command line for whoever owns the policy.
 *
 * The same core/ as the module; no server needed.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "internal.h"
#include "table.h"

const command *const commands[] = {
	&check_command,
	&show_command,
	&explain_command,
	&exposure_command,
	&exec_command,
	&decode_command,
	&export_command,
	&import_command,
};
const int	ncommands = sizeof(commands) / sizeof(commands[0]);

/* core/'s memory: nothing is freed, the program ends soon. */
void *
sc_alloc(size_t size)
{
	void	   *memory = calloc(1, size ? size : 1);

	if (memory == NULL)
		die("out of memory");
	return memory;
}

void *
sc_realloc(void *old, size_t size)
{
	void	   *memory = realloc(old, size ? size : 1);

	if (memory == NULL)
		die("out of memory");
	return memory;
}

void
die(const char *fmt,...)
{
	va_list		args;
	char		message[4096];

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	/* no memory is left to make it harmless in, perhaps */
	fprintf(stderr, "pg_seccomp: %s\n", strcmp(message, "out of memory") == 0 ? message : harmless(message));
	exit(EXIT_USAGE);
}

void
die_hint(const char *hint, const char *fmt,...)
{
	va_list		args;
	char	   *message;

	va_start(args, fmt);
	message = sc_vformat(fmt, args);
	va_end(args);
	fprintf(stderr, "pg_seccomp: %s\n", harmless(message));
	if (hint)
		fprintf(stderr, "pg_seccomp: hint: %s\n", harmless(hint));
	exit(EXIT_USAGE);
}

char *
suggestion(const char *nearest)
{
	return nearest ? sc_format("Perhaps you meant \"%s\".", nearest) : NULL;
}

void
print_note(const char *path, const char *fmt,...)
{
	va_list		args;
	char	   *message;

	va_start(args, fmt);
	message = sc_vformat(fmt, args);
	va_end(args);
	fprintf(stderr, "%s: note: %s\n", harmless(path), harmless(message));
}

char *
try_read_file(const char *path, size_t max, size_t *len, const char **problem)
{
	bool		input = strcmp(path, "-") == 0;
	FILE	   *file = input ? stdin : fopen(path, "re");
	size_t		size = 65536;
	char	   *text;
	size_t		got;

	*len = 0;
	*problem = NULL;
	if (file == NULL)
	{
		*problem = sc_format("could not open file \"%s\": %m", path);
		return NULL;
	}
	text = sc_alloc(size);
	while (*len <= max && (got = fread(text + *len, 1, size - *len - 1, file)) > 0)
	{
		*len += got;
		if (*len == size - 1)
		{
			size *= 2;
			text = sc_realloc(text, size);
		}
	}
	if (*len > max)
		*problem = sc_format("file \"%s\" has more than %zu bytes", path, max);
	else if (ferror(file))
		*problem = sc_format("could not read file \"%s\": %m", path);
	if (!input)
		fclose(file);
	text[*len] = '\0';
	return *problem ? NULL : text;
}

char *
read_file(const char *path, size_t max, size_t *len)
{
	const char *problem;
	char	   *text = try_read_file(path, max, len, &problem);

	if (text == NULL)
		die("%s", problem);
	return text;
}

const char *
policy_file(const char *argument)
{
	if (*argument == '\0' || strcmp(argument, "-") == 0 || strpbrk(argument, "/.") != NULL)
		return argument;
	return sc_format("%s/%s.conf", PGSC_POLICY_DIR, argument);
}

sc_policy *
try_policy(const char *argument, const char **problem)
{
	size_t		len;
	const char *path = policy_file(argument);

	/* one byte too many is the reader's to complain of */
	const char *text = try_read_file(path, SC_MAX_POLICY + 1, &len, problem);

	return text ? sc_policy_parse(path, text, len) : NULL;
}

sc_policy *
parse_policy(const char *argument)
{
	const char *problem;
	sc_policy  *policy = try_policy(argument, &problem);

	if (policy == NULL)
		die("%s", problem);
	return policy;
}

/* "FILE:LINE: KIND: text", without the line where there is none. */
static void
print_error(const char *path, int line, const char *kind, const char *text)
{
	const char *where = line > 0 ? sc_format("%s:%d", path, line) : path;

	fprintf(stderr, "%s: %s: %s\n", harmless(where), kind, harmless(text));
}

void
print_errors(const char *path, const char *kind, const sc_errors *errors)
{
	for (int i = 0; i < errors->nlist; i++)
	{
		const sc_error *error = &errors->list[i];

		print_error(path, error->line, kind, error->message);
		if (error->hint)
			print_error(path, error->line, "hint", error->hint);
	}
	if (errors->total > errors->nlist)
		print_error(path, 0, kind, sc_format("and %d more", errors->total - errors->nlist));
}

sc_policy *
read_policy(const char *argument)
{
	sc_policy  *policy = parse_policy(argument);

	print_errors(policy->path, "error", &policy->errors);
	if (policy->errors.total > 0)
		exit(EXIT_USAGE);
	return policy;
}

static void
usage(FILE *out)
{
	fprintf(out, "Usage: pg_seccomp COMMAND [OPTION...] [ARGUMENT...]\n\n");
	for (int i = 0; i < ncommands; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->what);
	fprintf(out, "\n\"pg_seccomp COMMAND --help\" shows a command's options and an example.\n"
			"A policy is a path, or the bare name of one in %s.\n"
			"Exit status: 0 good, 1 findings, 2 wrong use or unreadable input.\n", PGSC_POLICY_DIR);
}

int
main(int argc, char **argv)
{
	const char *defect = sc_catalog_init();

	argp_err_exit_status = EXIT_USAGE;
	argp_program_version = sc_format("pg_seccomp %s", version());
	if (defect)
		die("%s", defect);
	if (argc >= 2 && strcmp(argv[1], "--help") == 0)
	{
		usage(stdout);
		return EXIT_GOOD;
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0)
	{
		printf("%s\n", argp_program_version);
		return EXIT_GOOD;
	}
	if (argc >= 2 && strcmp(argv[1], "__complete") == 0)
		return complete_words(argc - 2, argv + 2);
	if (argc == 2 && strcmp(argv[1], "__manual") == 0)
		return print_manual();
	for (int i = 0; argc >= 2 && i < ncommands; i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
		{
			argv[1] = sc_format("pg_seccomp %s", commands[i]->name);
			return commands[i]->run(argc - 1, argv + 1);
		}
	usage(stderr);
	return EXIT_USAGE;
}
