/*
 * exposure.c
 *		pg_seccomp exposure: how much is left to an attacker in each scope.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "exploits.h"
#include "grade.h"
#include "internal.h"

static struct
{
	const char *policy;
	const char *table;
	const char *assessments;
	const char *scope;
	const char **thresholds;
	int			nthresholds;
	bool		all;
	bool		by_exploit;
	bool		summary;
	bool		enforce;
}			options = {.table = PGSC_EXPLOITS};

enum
{
	KEY_TABLE = 0x100,
	KEY_ASSESSMENTS,
	KEY_SCOPE,
	KEY_ALL,
	KEY_EXPLOITS,
	KEY_SUMMARY,
	KEY_ENFORCE,
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
		case KEY_ASSESSMENTS:
			options.assessments = arg;
			break;
		case KEY_SCOPE:
			options.scope = arg;
			break;
		case KEY_ALL:
			options.all = true;
			break;
		case KEY_EXPLOITS:
			options.by_exploit = true;
			break;
		case KEY_SUMMARY:
			options.summary = true;
			break;
		case KEY_ENFORCE:
			options.enforce = true;
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
	{"scope", KEY_SCOPE, "SCOPE", 0, "Show this scope's assessments or exploits (default: the assessments of the most "
	"exposed one)", 0},
	{"all", KEY_ALL, NULL, 0, "Show closed assessments, too, and the rules that close them", 0},
	{"exploits", KEY_EXPLOITS, NULL, 0, "Show exploit by exploit what stops it, and the totals", 0},
	{"summary", KEY_SUMMARY, NULL, 0, "Show the exploits' totals only", 0},
	{"threshold", KEY_THRESHOLD, "LIMIT", 0, "Exit with 1 unless it is kept: LEVEL, the highest exposure level of any "
		"scope, from 0.0 to 10.0; SCOPE=LEVEL, of that one; SCOPE:PERCENT, of the exploits that need no user namespace "
	"so many are stopped there, and all that need one.  May be repeated", 0},
	{"enforce", KEY_ENFORCE, NULL, 0, "Take a policy whose Mode denies nothing for one that is enforced", 0},
	{"table", KEY_TABLE, "FILE", 0, "Exploits, tab-separated (default: those installed)", 0},
	{"assessments", KEY_ASSESSMENTS, "FILE", 0, "Assessments, tab-separated (default: assessments.tsv beside the "
	"exploits)", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "POLICY",
	"Say what a process of each scope may still do, as an exposure level from 0.0 "
	"(nothing that is assessed) to 10.0 (all of it), and which public kernel exploits "
	"would be stopped: the calls that these cannot do without are tried on the compiled "
	"programs.\v"
	"Example:\n  pg_seccomp exposure --scope=session --threshold=session=2.5 default", with_json, NULL, NULL
};

char *
default_assessments(void)
{
	const char *slash = strrchr(PGSC_EXPLOITS, '/');
	size_t		folder = slash ? (size_t) (slash - PGSC_EXPLOITS) + 1 : 0;

	return sc_format("%.*sassessments.tsv", (int) folder, PGSC_EXPLOITS);
}

/* A level from half a table would be too low: any error ends the program. */
static sc_assessments
read_assessments(const char *path)
{
	sc_errors	errors = {.total = 0};
	size_t		len;
	const char *text = read_file(path, MAX_TABLE, &len);
	sc_assessments assessments = sc_assessments_parse(text, len, &errors);

	print_errors(path, "error", &errors);
	if (errors.total > 0)
		exit(EXIT_USAGE);
	return assessments;
}

/* ----------
 * Tables
 * ----------
 */

/* By which scope, and which line of the policy, a gate is shut. */
static void
put_rule(table *t, const grades *all, const grade *g, const sc_gate_result *result)
{
	const sc_stack *stack = &g->scope->stack;

	put_text(t, result->program >= 0 && result->shut ? sc_scope_name(stack->sections[result->program]) : NULL);
	put_text(t, result->line > 0 && result->shut ? sc_format("%s:%d", all->scopes->policy->path, result->line) : NULL);
}

static void
put_grades(const grades *all)
{
	static const column columns[] = {
		{"scope", COLUMN_TEXT}, {"level", COLUMN_NUMBER}, {"grade", COLUMN_TEXT}, {"open", COLUMN_NUMBER},
		{"assessments", COLUMN_NUMBER}, {"exploits_stopped", COLUMN_NUMBER}
	};
	table	   *t = table_start("grades", NULL, columns, 6);

	for (int i = 0; i < all->n; i++)
	{
		const grade *g = all->worst[i];

		put_text(t, g->scope->name);
		put_number(t, g->level / 10.0, 1);
		put_tone(t, level_word(g->level), level_tone(g->level));
		put_number(t, g->open, 0);
		put_number(t, all->assessments->n, 0);
		put_number(t, 100.0 * (g->stopped[NO_USERNS] + g->stopped[USERNS]) / all->exploits->n, 1);
	}
}

/* How many exploits an assessment's closing would stop by itself. */
static int
exploits_of(const sc_assessment *assessment, const sc_exploits *exploits)
{
	int			n = 0;

	for (int i = 0; i < exploits->n; i++)
		n += sc_gates_cover(&assessment->gates, &exploits->list[i].gates);
	return n;
}

static void
put_assessment(table *t, const grades *all, const grade *g, int i, int nexploits)
{
	const sc_assessment *assessment = &all->assessments->list[i];
	const sc_gate_result *result = &g->assessments[i];
	bool		json = wants_json();
	tone		how = result->shut ? GOOD : assessment->weight >= 8 ? BAD : assessment->weight >= 4 ? DOUBTFUL : PLAIN;

	if (json)
		put_text(t, g->scope->name);
	put_number(t, assessment->weight, 0);
	put_number(t, nexploits, 0);
	put_tone(t, assessment->name, how);
	if (json || options.all)
	{
		put_flag(t, !result->shut);
		put_rule(t, all, g, result);
	}
	if (json)
		put_text(t, result->gate);
	put_text(t, assessment->what);
	if (json)
		put_text(t, *assessment->why ? assessment->why : NULL);
}

/* Of one scope, or of all as JSON: what is open, the heaviest first; then what is closed. */
static void
put_assessments(const grades *all, const grade *shown)
{
	static const column columns[] = {
		{"scope", COLUMN_TEXT}, {"weight", COLUMN_NUMBER}, {"exploits", COLUMN_NUMBER}, {"assessment", COLUMN_TEXT},
		{"open", COLUMN_FLAG}, {"by", COLUMN_TEXT}, {"rule", COLUMN_TEXT}, {"gate", COLUMN_TEXT},
		{"what", COLUMN_TEXT}, {"why", COLUMN_TEXT}
	};
	static const column with_rules[] = {
		{"weight", COLUMN_NUMBER}, {"exploits", COLUMN_NUMBER}, {"assessment", COLUMN_TEXT},
		{"open", COLUMN_FLAG}, {"by", COLUMN_TEXT}, {"rule", COLUMN_TEXT}, {"what", COLUMN_TEXT}
	};
	static const column open_only[] = {
		{"weight", COLUMN_NUMBER}, {"exploits", COLUMN_NUMBER}, {"assessment", COLUMN_TEXT}, {"what", COLUMN_TEXT}
	};
	const char *title = sc_format("What a process of scope \"%s\" may still do:", harmless(shown->scope->name));
	int		   *nexploits = sc_alloc((size_t) all->assessments->n * sizeof(int));
	table	   *t;

	if (wants_json())
		t = table_start("assessments", NULL, columns, 10);
	else if (options.all)
		t = table_start("assessments", title, with_rules, 7);
	else
		t = table_start("assessments", title, open_only, 4);
	for (int i = 0; i < all->assessments->n; i++)
		nexploits[i] = exploits_of(&all->assessments->list[i], all->exploits);
	for (int s = 0; s < all->n; s++)
		for (int shut = 0; shut <= (wants_json() || options.all ? 1 : 0); shut++)
			for (int i = 0; i < all->assessments->n; i++)
				if ((wants_json() || all->worst[s] == shown) && all->worst[s]->assessments[i].shut == (shut == 1))
					put_assessment(t, all, all->worst[s], i, nexploits[i]);
}

/* Of one scope, by index, or of all (-1). */
static void
put_exploits(const grades *all, int only)
{
	static const column columns[] = {
		{"cve", COLUMN_TEXT}, {"year", COLUMN_TEXT}, {"exploit", COLUMN_TEXT}, {"needs_user_namespace", COLUMN_FLAG},
		{"scope", COLUMN_TEXT}, {"stopped", COLUMN_FLAG}, {"by", COLUMN_TEXT}, {"rule", COLUMN_TEXT}, {"gate", COLUMN_TEXT}
	};
	table	   *t = table_start("exploits", NULL, columns, 9);

	for (int i = 0; i < all->exploits->n; i++)
		for (int s = 0; s < all->n; s++)
		{
			const sc_exploit *exploit = &all->exploits->list[i];
			const grade *g = &all->list[s];

			if (only >= 0 && only != s)
				continue;
			put_text(t, exploit->cve);
			put_text(t, exploit->year);
			put_text(t, exploit->name);
			put_flag(t, exploit->userns);
			put_text(t, g->scope->name);
			put_flag(t, g->exploits[i].shut);
			put_rule(t, all, g, &g->exploits[i]);
			put_text(t, g->exploits[i].gate);
		}
}

static void
put_total(table *t, const char *name, int kind, int stopped, int total)
{
	static const char *const kinds[] = {"no user namespace needed", "user namespace needed"};

	put_text(t, name);
	put_text(t, kinds[kind]);
	put_number(t, stopped, 0);
	put_number(t, total, 0);
	put_number(t, 100.0 * stopped / total, 1);
}

/* The same. */
static void
put_totals(const grades *all, int only)
{
	static const column columns[] = {
		{"scope", COLUMN_TEXT}, {"kind", COLUMN_TEXT}, {"stopped", COLUMN_NUMBER}, {"exploits", COLUMN_NUMBER},
		{"percent", COLUMN_NUMBER}
	};
	table	   *t = table_start("totals", NULL, columns, 5);

	for (int kind = 0; kind < NKINDS; kind++)
	{
		int			docker = 0;

		if (all->total[kind] == 0)
			continue;
		for (int i = 0; i < all->n; i++)
			if (only < 0 || only == i)
				put_total(t, all->list[i].scope->name, kind, all->list[i].stopped[kind], all->total[kind]);
		for (int i = 0; i < all->exploits->n; i++)
			docker += all->exploits->list[i].userns == (kind == USERNS) &&
				strcmp(all->exploits->list[i].docker, "yes") == 0;
		/* no scope's name begins with a bracket */
		if (all->exploits->docker)
			put_total(t, "(Docker's default profile)", kind, docker, all->total[kind]);
	}
}

/* What was asked for, of one scope, by index, or of all (-1); as JSON everything. */
static void
put_tables(const grades *all, int only)
{
	if (wants_json() || !(options.by_exploit || options.summary))
	{
		put_grades(all);
		put_assessments(all, only < 0 ? all->worst[0] : &all->list[only]);
	}
	if (wants_json() || options.by_exploit)
		put_exploits(all, wants_json() ? -1 : only);
	if (wants_json() || options.by_exploit || options.summary)
		put_totals(all, wants_json() ? -1 : only);
	print_tables();
}

/* Where nothing is denied, say so; the scopes are graded for what they do. */
static void
mind_mode(const sc_policy *policy, scopes *all)
{
	if (policy->mode == SC_MODE_ENFORCE || options.enforce)
		return;
	print_note(policy->path, "Mode=%s denies nothing; --enforce takes it for Mode=enforce", sc_mode_name(policy->mode));
	for (int i = 0; i < all->n; i++)
		all->list[i].stack.n = 0;
}

static int
run(int argc, char **argv)
{
	bool		good = true;
	const sc_policy *policy;
	sc_exploits exploits;
	sc_assessments assessments;
	scopes		all;
	int			only = -1;
	threshold  *limits;
	grades		result;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	policy = read_policy(options.policy);
	all = compile_scopes(policy);
	if (options.scope)
		only = (int) (find_scope(&all, options.scope) - all.list);
	limits = sc_alloc((size_t) options.nthresholds * sizeof(threshold));
	for (int i = 0; i < options.nthresholds; i++)
		limits[i] = read_threshold(options.thresholds[i], &all);
	exploits = read_exploits(options.table);
	assessments = read_assessments(options.assessments ? options.assessments : default_assessments());
	mind_mode(policy, &all);
	result = grade_scopes(&all, &exploits, &assessments);
	put_tables(&result, only);
	for (int i = 0; i < options.nthresholds; i++)
		good = within_threshold(&limits[i], &result) && good;
	return good ? EXIT_GOOD : EXIT_FINDINGS;
}

const command exposure_command = {
	"exposure", "say how exposed each scope of a policy is", &argp, OPERAND_POLICY, run
};
