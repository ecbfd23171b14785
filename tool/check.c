/*
 * check.c
 *		pg_seccomp check: what is wrong with a policy, as a compiler would say it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../core/lint.h"
#include "../core/memory.h"
#include "../core/program.h"
#include "config.h"
#include "features.h"
#include "settings.h"
#include "table.h"
#include "trusted.h"

/* A feature that is asked for, perhaps of one scope only. */
typedef struct
{
	const feature *feature;
	const char *name;
	const char *scope;			/* or NULL */
	int			lacking;		/* policies that have no such scope */
} need;

static struct
{
	const char **policies;
	int			npolicies;
	const char **configs;
	int			nconfigs;
	need	   *needs;
	int			nneeds;
	bool		list_features;
	const char *as;
	bool		no_trust;
	bool		verbose;
}			options;

enum
{
	KEY_AS = 0x100,
	KEY_CONFIG,
	KEY_NEED,
	KEY_NO_TRUST,
	KEY_VERBOSE
};

static void
add_need(const char *argument)
{
	const char *colon = strchr(argument, ':');
	const char *name = colon ? sc_strndup(argument, (size_t) (colon - argument)) : argument;

	options.list_features = options.list_features || strcmp(name, "help") == 0;
	options.needs = sc_grow(options.needs, options.nneeds, sizeof(need));
	options.needs[options.nneeds++] = (need) {find_feature(name), name, colon ? colon + 1 : NULL, 0};
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_AS:
			options.as = arg;
			break;
		case KEY_CONFIG:
			options.configs = sc_grow(options.configs, options.nconfigs, sizeof(char *));
			options.configs[options.nconfigs++] = arg;
			break;
		case KEY_NEED:
			add_need(arg);
			break;
		case KEY_NO_TRUST:
			options.no_trust = true;
			break;
		case KEY_VERBOSE:
			options.verbose = true;
			break;
		case ARGP_KEY_ARG:
			options.policies = sc_grow(options.policies, options.npolicies, sizeof(char *));
			options.policies[options.npolicies++] = arg;
			break;
		case ARGP_KEY_NO_ARGS:
			if (!options.list_features)
				argp_usage(state);
			break;
		case ARGP_KEY_END:
			if (options.as && options.no_trust)
				argp_error(state, "one of --as and --no-trust");
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"as", KEY_AS, "USER", 0, "Judge whether the file can be trusted as that user's server would "
	"(default: postgres if root asks, else who asks)", 0},
	{"no-trust", KEY_NO_TRUST, NULL, 0, "Judge the text alone, as of a draft that is to be installed elsewhere", 0},
	{"config", KEY_CONFIG, "FILE", 0, "A postgresql.conf, whose settings the policy has to leave room for; may be repeated", 0},
	{"need", KEY_NEED, "FEATURE[:SCOPE]", 0, "Something that no setting shows and that the policy has to leave room for, "
	"such as plpython3u, of all sessions or of one scope; may be repeated; \"help\" lists them", 0},
	{"verbose", KEY_VERBOSE, NULL, 0, "Say on standard error which files have no findings", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "POLICY...",
	"Look for errors in policies, as the server would, and for what their author can "
	"hardly have meant.  Each finding is a line \"FILE:LINE: error: ...\" or "
	"\"FILE:LINE: warning: ...\", perhaps with a hint after it.\v"
	"Example:\n  pg_seccomp check --config=/etc/postgresql/15/main/postgresql.conf --need=plpython3u default",
	with_json, NULL, NULL
};

static void
find_trust(const char *path, const char *user, sc_findings *findings)
{
	trust_verdict verdict = judge_trust(path, user);

	if (verdict.status == SC_FILE_TRUSTED)
		return;
	sc_finding_add(findings, path, 0, true, sc_format("%s", verdict.hint), "%s, judged as user \"%s\": %s",
				   verdict.status == SC_FILE_UNTRUSTED ? "the file is not trusted" : "the file could not be read",
				   user ? user : "?", verdict.why);
}

static void
add_errors(const char *path, const sc_errors *errors, sc_findings *findings)
{
	for (int i = 0; i < errors->nlist; i++)
		sc_finding_add(findings, path, errors->list[i].line, true, errors->list[i].hint, "%s", errors->list[i].message);
	if (errors->total > errors->nlist)
		sc_finding_add(findings, path, SC_AT_END, true, NULL, "and %d more errors", errors->total - errors->nlist);
}

/*
 * The server's programs report violations, which takes some instructions more than
 * a bare errno does: of large ones ask whether they still fit.  Its addresses may
 * be any.
 */
static void
try_reporting(const sc_policy *policy, const scopes *all, sc_errors *errors)
{
	static const sc_reporting reporting = {
		UINT64_C(0x7f1234000000), UINT64_C(0x7f1234200000), UINT64_C(0x7f1234100000)
	};

	for (int i = 0; i < all->n; i++)
	{
		const scope *s = &all->list[i];
		int			top = s->stack.n - 1;
		const char *problem;
		sc_program	program;

		if (top < 0 || s->stack.sections[top] != s->section || s->stack.programs[top].len < SC_MAX_PROGRAM / 2)
			continue;
		problem = sc_program_build(&s->section->rules, policy->mode == SC_MODE_PERMISSIVE, &reporting, &program);
		if (problem)
			sc_errors_add(errors, s->section->line, NULL, "could not compile section [%s]: %s", s->section->title, problem);
	}
}

/* Of this machine: what the policy's text alone does not tell. */
static void
find_data_directories(const sc_policy *policy, sc_findings *findings)
{
	for (int i = 0; i < policy->data_directories.n; i++)
	{
		const sc_word *word = &policy->data_directories.list[i];
		struct stat st;

		if (stat(word->text, &st) < 0)
		{
			/* any other error says nothing of the server's user */
			if (errno == ENOENT || errno == ENOTDIR)
				sc_finding_add(findings, policy->path, word->line, false,
							   "Only a cluster that is listed can start with this policy.",
							   "data directory \"%s\" does not exist here", word->text);
		}
		else if (!S_ISDIR(st.st_mode))
			sc_finding_add(findings, policy->path, word->line, false,
						   "Only a cluster that is listed can start with this policy.",
						   "data directory \"%s\" is not a directory", word->text);
	}
}

static void
check_need(const scopes *all, need *asked, sc_findings *findings)
{
	const char *problem;
	const scope *only = asked->scope ? try_scope(all, asked->scope, &problem) : NULL;

	if (asked->scope && only == NULL)
	{
		asked->lacking++;
		sc_finding_add(findings, all->policy->path, 0, true, NULL, "%s", problem);
		return;
	}
	check_feature(all, only, asked->feature, asked->name, findings);
}

/* All that is to be said of a policy.  False if it could not be read. */
static bool
check_policy(const char *argument, const char *user, const config *c, sc_findings *findings)
{
	const char *problem;
	sc_policy  *policy = try_policy(argument, &problem);
	sc_errors  *errors = sc_alloc(sizeof(sc_errors));
	scopes		all;

	if (policy == NULL)
	{
		sc_finding_add(findings, policy_file(argument), 0, true, NULL, "%s", problem);
		return false;
	}
	/* standard input comes from nowhere */
	if (!options.no_trust && strcmp(policy->path, "-") != 0)
		find_trust(policy->path, user, findings);
	add_errors(policy->path, &policy->errors, findings);
	if (policy->errors.total > 0)
		return true;
	all = try_scopes(policy, errors);
	try_reporting(policy, &all, errors);
	add_errors(policy->path, errors, findings);
	sc_lint(policy, findings);
	find_data_directories(policy, findings);
	if (errors->total > 0)
		return true;
	if (options.nconfigs > 0)
		check_settings(&all, c, findings);
	for (int i = 0; i < options.nneeds; i++)
		check_need(&all, &options.needs[i], findings);
	return true;
}

static void
print_findings(const sc_findings *findings)
{
	for (int i = 0; i < findings->n; i++)
	{
		const sc_finding *f = &findings->list[i];
		const char *place = f->line > 0 && f->line < SC_AT_END ? sc_format("%s:%d", harmless(f->file), f->line)
			: harmless(f->file);

		printf("%s: %s: %s\n", place, f->error ? "error" : "warning", harmless(f->text));
		if (f->hint && *f->hint)
			printf("%s: hint: %s\n", place, harmless(f->hint));
	}
}

static void
list_findings(const sc_findings *findings)
{
	static const column columns[] = {
		{"file", COLUMN_TEXT}, {"line", COLUMN_NUMBER}, {"severity", COLUMN_TEXT}, {"text", COLUMN_TEXT},
		{"hint", COLUMN_TEXT}
	};
	table	   *t = table_start("findings", NULL, columns, sizeof(columns) / sizeof(columns[0]));

	for (int i = 0; i < findings->n; i++)
	{
		const sc_finding *f = &findings->list[i];

		put_text(t, f->file);
		if (f->line > 0 && f->line < SC_AT_END)
			put_number(t, f->line, 0);
		else
			put_null(t);
		put_text(t, f->error ? "error" : "warning");
		put_text(t, f->text);
		put_text(t, f->hint && *f->hint ? f->hint : NULL);
	}
	print_tables();
}

/* Is each feature one that there is?  Says so and lists them otherwise. */
static bool
features_known(void)
{
	for (int i = 0; i < options.nneeds; i++)
	{
		const char *name = options.needs[i].name;
		const char *nearest = nearest_feature(name);

		if (options.needs[i].feature)
			continue;
		fprintf(stderr, "pg_seccomp: unknown feature \"%s\"%s\n", harmless(name),
				nearest ? sc_format(", did you mean \"%s\"?", nearest) : "");
		list_features(stderr);
		return false;
	}
	return true;
}

static int
run(int argc, char **argv)
{
	sc_findings findings = {NULL, 0};
	config		c = {NULL, 0};
	const char *user = NULL;
	bool		whole = true;	/* all that was asked could be looked at */

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.list_features)
	{
		list_features(stdout);
		if (fflush(stdout) != 0 || ferror(stdout))
			die("could not write the result: %m");
		return EXIT_GOOD;
	}
	if (!features_known())
		return EXIT_USAGE;
	if (!options.no_trust)
		user = judging_user(options.as);
	for (int i = 0; i < options.nconfigs; i++)
		read_config(&c, options.configs[i], &findings);
	if (options.nconfigs > 0)
		read_auto_config(&c, options.configs[0], &findings);
	for (int i = 0; i < options.npolicies; i++)
	{
		int			before = findings.n;

		whole = check_policy(options.policies[i], user, &c, &findings) && whole;
		if (options.verbose && findings.n == before)
			fprintf(stderr, "%s: nothing found%s\n", harmless(policy_file(options.policies[i])),
					user ? sc_format(", judged as user \"%s\"", user) : "");
	}
	/* a scope that one of them has is well asked for */
	for (int i = 0; i < options.nneeds; i++)
		whole = whole && options.needs[i].lacking < options.npolicies;
	sc_findings_sort(&findings);
	if (wants_json())
		list_findings(&findings);
	else
		print_findings(&findings);
	if (fflush(stdout) != 0 || ferror(stdout))
		die("could not write the result: %m");
	if (!whole)
		return EXIT_USAGE;
	return findings.n > 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

const command check_command = {
	"check", "find errors and doubtful lines in policies", &argp, OPERAND_POLICY, run
};
