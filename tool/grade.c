/*
 * grade.c
 *		How exposed is each scope of a policy?
 */
#include "grade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"

/* The worst first: a level from which on it is called that. */
static const struct
{
	int			level;
	const char *word;
	tone		how;
}			words[] = {
	{WORST_LEVEL, "DANGEROUS", BAD},
	{90, "UNSAFE", BAD},
	{75, "EXPOSED", BAD},
	{50, "MEDIUM", DOUBTFUL},
	{10, "OK", GOOD},
	{1, "SAFE", GOOD},
	{0, "PERFECT", GOOD},
};

static int
word_of(int level)
{
	int			i = 0;

	while (level < words[i].level)
		i++;
	return i;
}

const char *
level_word(int level)
{
	return words[word_of(level)].word;
}

tone
level_tone(int level)
{
	return words[word_of(level)].how;
}

static grade
grade_scope(const scope *s, const sc_exploits *exploits, const sc_assessments *assessments)
{
	sc_trial   *trial = sc_trial_start(&s->stack);
	grade		g = {
		.scope = s,
		.exploits = sc_alloc((size_t) exploits->n * sizeof(sc_gate_result)),
		.assessments = sc_alloc((size_t) assessments->n * sizeof(sc_gate_result))
	};

	for (int i = 0; i < exploits->n; i++)
	{
		g.exploits[i] = sc_gates_try(&exploits->list[i].gates, trial);
		g.stopped[exploits->list[i].userns ? USERNS : NO_USERNS] += g.exploits[i].shut;
	}
	for (int i = 0; i < assessments->n; i++)
	{
		g.assessments[i] = sc_gates_try(&assessments->list[i].gates, trial);
		if (g.assessments[i].shut)
			continue;
		g.open++;
		g.weight += assessments->list[i].weight;
	}
	/* rounded up: 0 is for nothing left */
	g.level = (WORST_LEVEL * g.weight + assessments->weight - 1) / assessments->weight;
	return g;
}

grades
grade_scopes(const scopes *all, const sc_exploits *exploits, const sc_assessments *assessments)
{
	grades		result = {.scopes = all,.exploits = exploits,.assessments = assessments,.n = all->n};

	result.list = sc_alloc((size_t) all->n * sizeof(grade));
	result.worst = sc_alloc((size_t) all->n * sizeof(grade *));
	for (int i = 0; i < exploits->n; i++)
		result.total[exploits->list[i].userns ? USERNS : NO_USERNS]++;
	for (int i = 0; i < all->n; i++)
	{
		int			at = i;

		result.list[i] = grade_scope(&all->list[i], exploits, assessments);
		for (; at > 0 && result.worst[at - 1]->weight < result.list[i].weight; at--)
			result.worst[at] = result.worst[at - 1];
		result.worst[at] = &result.list[i];
	}
	return result;
}

/* A decimal number from 0 to max. */
static bool
read_number(const char *text, double max, double *number)
{
	char	   *end;

	if (*text == '\0' || text[strspn(text, "0123456789.")] != '\0')
		return false;
	*number = strtod(text, &end);
	return *end == '\0' && *number <= max;
}

threshold
read_threshold(const char *text, const scopes *all)
{
	threshold	limit = {.text = text};
	const char *equals = strrchr(text, '=');	/* no scope's name has one */
	const char *separator = equals ? equals : strrchr(text, ':');

	limit.percent = separator && !equals;
	if (!read_number(separator ? separator + 1 : text, limit.percent ? 100 : 10, &limit.limit))
		die("\"%s\" is no threshold: write LEVEL or SCOPE=LEVEL, from 0.0 to 10.0, or SCOPE:PERCENT", text);
	if (separator)
		limit.scope = find_scope(all, sc_strndup(text, (size_t) (separator - text)));
	return limit;
}

static bool
level_kept(const threshold *limit, const grade *g)
{
	/* 2.3 is no multiple of a power of two, nor is ten times that */
	if (g->level <= limit->limit * 10 + 1e-6)
		return true;
	fprintf(stderr, "pg_seccomp: scope \"%s\": exposure level %d.%d is above the threshold \"%s\"\n",
			harmless(g->scope->name), g->level / 10, g->level % 10, harmless(limit->text));
	return false;
}

static bool
percent_kept(const threshold *limit, const grade *g, const int total[NKINDS])
{
	static const char *const needs[] = {"no", "a"};

	for (int kind = 0; kind < NKINDS; kind++)
	{
		double		wanted = kind == USERNS ? 100 : limit->limit;

		if (100.0 * g->stopped[kind] >= wanted * total[kind])
			continue;
		fprintf(stderr, "pg_seccomp: scope \"%s\": of %d exploits that need %s user namespace %d are stopped, "
				"fewer than %g %% (threshold \"%s\")\n", harmless(g->scope->name), total[kind], needs[kind],
				g->stopped[kind], wanted, harmless(limit->text));
		return false;
	}
	return true;
}

bool
within_threshold(const threshold *limit, const grades *all)
{
	bool		good = true;

	for (int i = 0; i < all->n; i++)
	{
		const grade *g = &all->list[i];

		if (limit->scope == NULL || limit->scope == g->scope)
			good = (limit->percent ? percent_kept(limit, g, all->total) : level_kept(limit, g)) && good;
	}
	return good;
}
