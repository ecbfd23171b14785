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

extern const command check_command;
extern const command exec_command;
extern const command explain_command;
extern const command exposure_command;
extern const command decode_command;
extern const command import_command;
extern const command show_command;

const command *const commands[] = {
	&check_command,
	&exec_command,
	&explain_command,
	&show_command,
	&exposure_command,
	&decode_command,
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

	va_start(args, fmt);
	fputs("pg_seccomp: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_USAGE);
}

char *
read_file(const char *path, size_t max, size_t *len)
{
	bool		input = strcmp(path, "-") == 0;
	FILE	   *file = input ? stdin : fopen(path, "re");
	size_t		size = 65536;
	char	   *text;
	size_t		got;

	if (file == NULL)
		die("could not open file \"%s\": %m", path);
	text = sc_alloc(size);
	*len = 0;
	while ((got = fread(text + *len, 1, size - *len - 1, file)) > 0)
	{
		*len += got;
		if (*len > max)
			die("file \"%s\" has more than %zu bytes", path, max);
		if (*len == size - 1)
		{
			size *= 2;
			text = sc_realloc(text, size);
		}
	}
	if (ferror(file))
		die("could not read file \"%s\": %m", path);
	if (!input)
		fclose(file);
	text[*len] = '\0';
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
parse_policy(const char *argument)
{
	size_t		len;
	const char *path = policy_file(argument);

	/* one byte too many is the reader's to complain of */
	const char *text = read_file(path, SC_MAX_POLICY + 1, &len);

	return sc_policy_parse(path, text, len);
}

void
print_errors(const char *path, const char *kind, const sc_errors *errors)
{
	for (int i = 0; i < errors->nlist; i++)
	{
		const sc_error *error = &errors->list[i];

		if (error->line > 0)
			fprintf(stderr, "%s:%d: %s: %s\n", path, error->line, kind, error->message);
		else
			fprintf(stderr, "%s: %s: %s\n", path, kind, error->message);
		if (error->hint)
			fprintf(stderr, "%s:%d: hint: %s\n", path, error->line, error->hint);
	}
	if (errors->total > errors->nlist)
		fprintf(stderr, "%s: %s: and %d more\n", path, kind, errors->total - errors->nlist);
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
