/*
 * exposure.c
 *		pg_seccomp exposure: score a policy against public kernel exploits.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/exposure.h"
#include "../core/memory.h"
#include "../core/program.h"
#include "tool.h"

#ifndef PGSC_EXPLOITS
#define PGSC_EXPLOITS "exposure/kernel-exploits-2012-2023.tsv"
#endif

/* What a process of a scope has: its own program and those before it. */
typedef struct
{
	const char *title;			/* of the last section */
	const char *titles[SC_MAX_STACK];
	sc_stack	stack;
	int			stopped[2];		/* without and with the need of a user namespace */
} column;

static void
usage(FILE *out)
{
	fprintf(out,
			"usage: pg_seccomp exposure [OPTION]... POLICY\n\n"
			"Tries the calls that public kernel exploits cannot do without on the compiled\n"
			"programs of each scope, and says which exploits would be stopped, and by which\n"
			"line of the policy.\n\n"
			"  --table=FILE        exploits, tab-separated (default: %s)\n"
			"  --summary           totals only\n"
			"  --threshold=SCOPE:PERCENT\n"
			"                      exit with 1 if fewer of the exploits that need no user\n"
			"                      namespace are stopped in that scope, or one that does is\n"
			"                      not; scope as in the table's head, may be repeated\n"
			"  --help\n\n"
			"Example:\n"
			"  pg_seccomp exposure --summary /etc/pg_seccomp/default.conf\n",
			PGSC_EXPLOITS);
}

/* Compile a section on top of what its processes have already. */
static void
push(column *c, const char *path, const sc_section *section)
{
	const char *problem;

	c->title = section->title;
	if (!sc_rules_any(&section->rules) && c->stack.n > 0)
		return;
	c->titles[c->stack.n] = section->title;
	c->stack.rules[c->stack.n] = &section->rules;
	problem = sc_program_build(&section->rules, false, NULL, &c->stack.programs[c->stack.n]);
	if (problem)
	{
		fprintf(stderr, "%s:%d: error: could not compile section [%s]: %s\n", path, section->line,
				section->title, problem);
		exit(EXIT_USAGE);
	}
	c->stack.n++;
}

static column *
columns_of(const sc_policy *policy, int *n)
{
	column	   *columns = sc_alloc((size_t) (policy->nsessions + 2) * sizeof(column));

	push(&columns[0], policy->path, &policy->server);
	columns[1] = columns[0];
	push(&columns[1], policy->path, &policy->child);
	*n = 2;
	for (int i = 0; i < policy->nsessions; i++)
	{
		columns[*n] = columns[1];
		push(&columns[(*n)++], policy->path, policy->sessions[i]);
	}
	return columns;
}

/* "SCOPE:PERCENT": is it reached? */
static bool
reached(const char *threshold, const column *columns, int n, const int total[2])
{
	const char *colon = strrchr(threshold, ':');
	char	   *end = NULL;
	double		percent = colon ? strtod(colon + 1, &end) : 0;

	for (int i = 0; colon && end != colon + 1 && *end == '\0' && i < n; i++)
		if (strlen(columns[i].title) == (size_t) (colon - threshold) &&
			strncmp(columns[i].title, threshold, (size_t) (colon - threshold)) == 0)
			return 100.0 * columns[i].stopped[0] >= percent * total[0] && columns[i].stopped[1] == total[1];
	fprintf(stderr, "pg_seccomp: \"%s\" is not a scope of the policy with a percentage\n", threshold);
	exit(EXIT_USAGE);
}

static void
print_totals(const column *columns, int n, const int total[2], const int docker[2])
{
	static const char *const kinds[] = {"no user namespace needed", "user namespace needed"};

	for (int kind = 0; kind < 2; kind++)
	{
		printf("%s: %d exploits\n", kinds[kind], total[kind]);
		for (int i = 0; i < n && total[kind] > 0; i++)
			printf("  %-32s %3d  %5.1f %%\n", columns[i].title, columns[i].stopped[kind],
				   100.0 * columns[i].stopped[kind] / total[kind]);
		if (total[kind] > 0)
			printf("  %-32s %3d  %5.1f %%\n", "(Docker's default profile)", docker[kind],
				   100.0 * docker[kind] / total[kind]);
	}
}

static void
try_exploit(const sc_exploit *exploit, column *columns, int n, bool print, sc_errors *errors)
{
	if (print)
		printf("%-17s %s%s\n", exploit->cve, exploit->name, exploit->userns ? " (needs a user namespace)" : "");
	for (int i = 0; i < n; i++)
	{
		sc_errors	doubts = {.total = 0};
		sc_exposure result = sc_exploit_try(exploit, &columns[i].stack, i == 0 ? errors : &doubts);

		columns[i].stopped[exploit->userns] += result.stopped;
		if (!print)
			continue;
		if (!result.stopped)
			printf("  %-24s not stopped\n", columns[i].title);
		else if (result.line > 0)
			printf("  %-24s stopped by [%s], line %d: %s\n", columns[i].title,
				   columns[i].titles[result.program], result.line, result.gate);
		else
			printf("  %-24s stopped by [%s]: %s\n", columns[i].title, columns[i].titles[result.program],
				   result.gate);
	}
}

int
command_exposure(int argc, char **argv)
{
	static const struct option options[] = {
		{"table", required_argument, NULL, 't'}, {"summary", no_argument, NULL, 's'},
		{"threshold", required_argument, NULL, 'p'}, {"help", no_argument, NULL, 'h'}, {0}
	};
	const char *table = PGSC_EXPLOITS;
	const char **thresholds = sc_alloc((size_t) argc * sizeof(char *));
	int			nthresholds = 0;
	bool		summary = false;
	int			total[2] = {0, 0};
	int			docker[2] = {0, 0};
	bool		good = true;
	sc_errors	errors = {.total = 0};
	sc_exploits exploits;
	column	   *columns;
	size_t		len;
	int			option;
	int			n;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option)
		{
			case 't':
				table = optarg;
				break;
			case 's':
				summary = true;
				break;
			case 'p':
				thresholds[nthresholds++] = optarg;
				break;
			case 'h':
				usage(stdout);
				return EXIT_GOOD;
			default:
				usage(stderr);
				return EXIT_USAGE;
		}
	if (optind != argc - 1)
	{
		usage(stderr);
		return EXIT_USAGE;
	}
	columns = columns_of(read_policy(argv[optind]), &n);
	{
		const char *text = read_file(table, &len);

		exploits = sc_exploits_parse(text, len, &errors);
	}
	for (int i = 0; i < exploits.n; i++)
	{
		const sc_exploit *exploit = &exploits.list[i];

		total[exploit->userns]++;
		docker[exploit->userns] += strcmp(exploit->docker, "yes") == 0;
		try_exploit(exploit, columns, n, !summary, &errors);
	}
	for (int i = 0; i < errors.nlist; i++)
		fprintf(stderr, "%s:%d: warning: %s%s%s%s\n", table, errors.list[i].line, errors.list[i].message,
				errors.list[i].hint ? " (" : "", errors.list[i].hint ? errors.list[i].hint : "",
				errors.list[i].hint ? ")" : "");
	if (exploits.n == 0)
		return EXIT_USAGE;
	print_totals(columns, n, total, docker);
	for (int i = 0; i < nthresholds; i++)
		good = reached(thresholds[i], columns, n, total) && good;
	return good ? EXIT_GOOD : EXIT_FINDINGS;
}
