/*
 * exposure.c
 *		pg_seccomp exposure: score a policy against public kernel exploits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/exposure.h"
#include "../core/memory.h"
#include "scopes.h"
#include "tool.h"

/* The largest table of exploits that is read. */
#define MAX_TABLE (16 * 1024 * 1024)

/* How many exploits a scope stops: without and with the need of a user namespace. */
typedef struct
{
	const scope *scope;
	int			stopped[2];
} score;

static struct
{
	const char *policy;
	const char *table;
	const char **thresholds;
	int			nthresholds;
	bool		summary;
}			options = {.table = PGSC_EXPLOITS};

enum
{
	KEY_TABLE = 0x100,
	KEY_SUMMARY,
	KEY_THRESHOLD
};

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_TABLE:
			options.table = arg;
			break;
		case KEY_SUMMARY:
			options.summary = true;
			break;
		case KEY_THRESHOLD:
			options.thresholds = sc_grow(options.thresholds, options.nthresholds, sizeof(char *));
			options.thresholds[options.nthresholds++] = arg;
			break;
		case ARGP_KEY_ARG:
			if (state->arg_num > 0)
				argp_usage(state);
			options.policy = arg;
			break;
		case ARGP_KEY_NO_ARGS:
			argp_usage(state);
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"table", KEY_TABLE, "FILE", 0, "Exploits, tab-separated (default: " PGSC_EXPLOITS ")", 0},
	{"summary", KEY_SUMMARY, NULL, 0, "Totals only", 0},
	{"threshold", KEY_THRESHOLD, "SCOPE:PERCENT", 0, "Exit with 1 if fewer of the exploits that need no user namespace "
	"are stopped in that scope, or one that does is not; may be repeated", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "POLICY",
	"Try the calls that public kernel exploits cannot do without on the compiled "
	"programs of each scope, and say which exploits would be stopped, and by which "
	"line of the policy.\v"
	"Example:\n  pg_seccomp exposure --summary default", NULL, NULL, NULL
};

/* "SCOPE:PERCENT": is it reached? */
static bool
reached(const char *threshold, const score *scores, int n, const int total[2])
{
	const char *colon = strrchr(threshold, ':');
	char	   *end = NULL;
	double		percent = colon ? strtod(colon + 1, &end) : 0;

	for (int i = 0; colon && end != colon + 1 && *end == '\0' && i < n; i++)
		if (strlen(scores[i].scope->section->title) == (size_t) (colon - threshold) &&
			strncmp(scores[i].scope->section->title, threshold, (size_t) (colon - threshold)) == 0)
			return 100.0 * scores[i].stopped[0] >= percent * total[0] && scores[i].stopped[1] == total[1];
	fprintf(stderr, "pg_seccomp: \"%s\" is not a scope of the policy with a percentage\n", threshold);
	exit(EXIT_USAGE);
}

static void
print_totals(const score *scores, int n, const int total[2], const int docker[2])
{
	static const char *const kinds[] = {"no user namespace needed", "user namespace needed"};

	for (int kind = 0; kind < 2; kind++)
	{
		printf("%s: %d exploits\n", kinds[kind], total[kind]);
		for (int i = 0; i < n && total[kind] > 0; i++)
			printf("  %-32s %3d  %5.1f %%\n", scores[i].scope->section->title, scores[i].stopped[kind],
				   100.0 * scores[i].stopped[kind] / total[kind]);
		if (total[kind] > 0)
			printf("  %-32s %3d  %5.1f %%\n", "(Docker's default profile)", docker[kind],
				   100.0 * docker[kind] / total[kind]);
	}
}

static void
try_exploit(const sc_exploit *exploit, score *scores, int n, bool print, sc_errors *errors)
{
	if (print)
		printf("%-17s %s%s\n", exploit->cve, exploit->name, exploit->userns ? " (needs a user namespace)" : "");
	for (int i = 0; i < n; i++)
	{
		sc_errors	doubts = {.total = 0};
		sc_exposure result = sc_exploit_try(exploit, &scores[i].scope->stack, i == 0 ? errors : &doubts);

		scores[i].stopped[exploit->userns] += result.stopped;
		if (!print)
			continue;
		if (!result.stopped)
			printf("  %-24s not stopped\n", scores[i].scope->section->title);
		else if (result.line > 0)
			printf("  %-24s stopped by [%s], line %d: %s\n", scores[i].scope->section->title,
				   scores[i].scope->stack.sections[result.program]->title, result.line, result.gate);
		else
			printf("  %-24s stopped by [%s]: %s\n", scores[i].scope->section->title, scores[i].scope->stack.sections[result.program]->title,
				   result.gate);
	}
}

static int
run(int argc, char **argv)
{
	int			total[2] = {0, 0};
	int			docker[2] = {0, 0};
	bool		good = true;
	sc_errors	errors = {.total = 0};
	sc_exploits exploits;
	scopes		all;
	score	   *scores;
	const char *text;
	size_t		len;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	all = compile_scopes(read_policy(options.policy));
	scores = sc_alloc((size_t) all.n * sizeof(score));
	for (int i = 0; i < all.n; i++)
		scores[i].scope = &all.list[i];
	text = read_file(options.table, MAX_TABLE, &len);
	exploits = sc_exploits_parse(text, len, &errors);
	for (int i = 0; i < exploits.n; i++)
	{
		const sc_exploit *exploit = &exploits.list[i];

		total[exploit->userns]++;
		docker[exploit->userns] += strcmp(exploit->docker, "yes") == 0;
		try_exploit(exploit, scores, all.n, !options.summary, &errors);
	}
	print_errors(options.table, "warning", &errors);
	if (exploits.n == 0)
		return EXIT_USAGE;
	print_totals(scores, all.n, total, docker);
	for (int i = 0; i < options.nthresholds; i++)
		good = reached(options.thresholds[i], scores, all.n, total) && good;
	return good ? EXIT_GOOD : EXIT_FINDINGS;
}

const command exposure_command = {
	"exposure", "score a policy against public kernel exploits", &argp, OPERAND_POLICY, run
};
