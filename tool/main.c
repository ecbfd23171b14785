/*
 * main.c
 *		pg_seccomp: the command line for whoever owns the policy.
 *
 * The same core/ as the module; no server needed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "tool.h"

static const struct
{
	const char *name;
	int			(*run) (int argc, char **argv);
	const char *what;
}			commands[] = {
	{"exposure", command_exposure, "score a policy against public kernel exploits"},
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

/* core/'s memory: nothing is freed, the program ends soon. */
void *
sc_alloc(size_t size)
{
	void	   *memory = calloc(1, size ? size : 1);

	if (memory == NULL)
	{
		fprintf(stderr, "pg_seccomp: out of memory\n");
		exit(EXIT_USAGE);
	}
	return memory;
}

void *
sc_realloc(void *old, size_t size)
{
	void	   *memory = realloc(old, size ? size : 1);

	if (memory == NULL)
	{
		fprintf(stderr, "pg_seccomp: out of memory\n");
		exit(EXIT_USAGE);
	}
	return memory;
}

char *
read_file(const char *path, size_t *len)
{
	FILE	   *file = fopen(path, "re");
	char	   *text = sc_alloc(SC_MAX_POLICY + 2);

	if (file)
		*len = fread(text, 1, SC_MAX_POLICY + 1, file);
	if (file == NULL || ferror(file))
	{
		fprintf(stderr, "pg_seccomp: could not read file \"%s\": %s\n", path, strerror(errno));
		exit(EXIT_USAGE);
	}
	fclose(file);
	return text;
}

sc_policy *
read_policy(const char *path)
{
	size_t		len;
	char	   *text = read_file(path, &len);
	sc_policy  *policy = sc_policy_parse(path, text, len);

	for (int i = 0; i < policy->errors.nlist; i++)
	{
		const sc_error *error = &policy->errors.list[i];

		fprintf(stderr, "%s:%d: error: %s%s%s%s\n", path, error->line, error->message,
				error->hint ? " (" : "", error->hint ? error->hint : "", error->hint ? ")" : "");
	}
	if (policy->errors.total > 0)
		exit(EXIT_USAGE);
	return policy;
}

static void
usage(FILE *out)
{
	fprintf(out, "usage: pg_seccomp COMMAND [OPTION]... [ARGUMENT]...\n\n");
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].what);
	fprintf(out, "\npg_seccomp COMMAND --help shows a command's options and an example.\n");
}

int
main(int argc, char **argv)
{
	const char *defect = sc_catalog_init();

	if (defect)
	{
		fprintf(stderr, "pg_seccomp: %s\n", defect);
		return EXIT_USAGE;
	}
	if (argc >= 2 && strcmp(argv[1], "--help") == 0)
	{
		usage(stdout);
		return EXIT_GOOD;
	}
	for (size_t i = 0; argc >= 2 && i < NCOMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	usage(stderr);
	return EXIT_USAGE;
}
