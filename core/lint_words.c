/*
 * lint_words.c
 *		Words of lists of calls that come to something else than they seem.
 *
 * A ruleset has what words come to, not the words: they are read once more, by
 * the reader's own functions.
 */
#include "lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define NONE (-1)

/* A word as it stands. */
typedef struct
{
	const char *text;
	int			line;			/* its own */
	sc_set		calls;			/* those that an admitted ABI has */
	int			err;
	bool		listed;			/* puts on the list; else takes off */
	int			alone;			/* the call of "NAME!"; NONE: no such word */
	bool		overridden;		/* found to be so */
} word;

/* The words of a section's list, since it was last emptied. */
typedef struct
{
	word	   *list;
	int			n;
	sc_list_kind kind;			/* by its first line */
	int			line;			/* that one */
	sc_set		admitted;		/* calls that an admitted ABI has */
	int			last[SC_MAX_SYSCALLS];	/* the word that has the say on a call, or NONE */
} word_list;

static bool
is_empty(const sc_set *set)
{
	for (int w = 0; w < SC_MAX_SYSCALLS / 64; w++)
		if (set->word[w])
			return false;
	return true;
}

static bool
same_effect(const word *a, const word *b)
{
	return a->listed == b->listed && a->err == b->err;
}

/* ----------
 * Words without effect
 * ----------
 */

static int
compare_lines(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

/* "line 7 overrides", "lines 7 and 9 override", "lines 7, 9 and others override". */
static char *
lines_override(int *lines, int n)
{
	int			distinct = 0;

	qsort(lines, (size_t) n, sizeof(int), compare_lines);
	for (int i = 0; i < n; i++)
		if (i == 0 || lines[i] != lines[i - 1])
			lines[distinct++] = lines[i];
	if (distinct == 1)
		return sc_format("line %d overrides", lines[0]);
	return sc_format("lines %d%s%d%s override", lines[0], distinct == 2 ? " and " : ", ", lines[1],
					 distinct == 2 ? "" : " and others");
}

/* A word of which later ones say the opposite, call by call. */
static void
find_overridden(const sc_policy *policy, word_list *words, sc_findings *findings)
{
	for (int i = 0; i < words->n; i++)
	{
		word	   *w = &words->list[i];
		int			lines[SC_MAX_SYSCALLS];
		int			n = 0;
		bool		overridden = !is_empty(&w->calls);

		for (int call = 0; call < sc_nsyscalls && overridden; call++)
		{
			if (!sc_set_has(&w->calls, call))
				continue;
			overridden = words->last[call] != i && !same_effect(w, &words->list[words->last[call]]);
			lines[n++] = words->list[words->last[call]].line;
		}
		w->overridden = overridden;
		if (overridden)
			sc_finding_add(findings, policy->path, w->line, false,
						   "The last word on a call holds: take one of the two out.",
						   "\"%s\" has no effect: %s it", w->text, lines_override(lines, n));
	}
}

/* A word that takes off what never was on the list. */
static void
find_idle(const sc_policy *policy, const sc_section *section, const word_list *words,
		  sc_findings *findings)
{
	int			by[SC_MAX_SYSCALLS];

	for (int call = 0; call < SC_MAX_SYSCALLS; call++)
		by[call] = NONE;
	for (int i = 0; i < words->n; i++)
	{
		const word *w = &words->list[i];
		sc_sections before = sc_sections_of(policy, section);
		int			outer = -1;
		sc_verdict	verdict;
		bool		idle = !w->listed && !is_empty(&w->calls);
		bool		first = false;
		const char *hint = "On an allow-list, what no line names is denied without it.";

		before.n--;
		for (int call = 0; call < sc_nsyscalls; call++)
		{
			if (!sc_set_has(&w->calls, call))
				continue;
			idle = idle && (by[call] == NONE || !words->list[by[call]].listed);
			first = first || by[call] == NONE;
			by[call] = i;
		}
		/* what a former word took off already is a mere repetition */
		if (!idle || !first || w->overridden)
			continue;
		for (int call = 0; call < sc_nsyscalls && outer < 0; call++)
			if (sc_set_has(&w->calls, call))
				outer = sc_denied_by(&before, SC_ABI_NATIVE, call, &verdict);
		if (words->kind == SC_LIST_DENY)
			hint = outer >= 0 ?
				sc_format("[%s] denies it in line %d, and no other section can take that back.",
						  before.list[outer]->title, verdict.line) :
				sc_format("On a deny-list, what no line names is allowed without it; \"~%s\" denies it.", w->text);
		sc_finding_add(findings, policy->path, w->line, false, hint,
					   "\"%s\" has no effect: nothing of it is on the %s that begins in line %d", w->text,
					   words->kind == SC_LIST_DENY ? "deny-list" : "allow-list", words->line);
	}
}

/* ----------
 * Halves of families
 * ----------
 */

/* A rule that speaks of a call says that somebody thought of it. */
static bool
has_rule(const sc_ruleset *rules, int call)
{
	for (int i = 0; i < rules->own.n; i++)
		if (sc_set_has(&rules->own.rules[i].set, call))
			return true;
	return false;
}

/* Is a call let through, or answered as if it were not here, on some admitted ABI? */
static void
look_up(const sc_sections *sections, int call, bool *open, bool *absent)
{
	const sc_ruleset *rules = &sections->list[sections->n - 1]->rules;

	*open = *absent = false;
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		sc_verdict	verdict;

		if (!(rules->abis >> abi & 1) || sc_syscalls[call].nr[abi] == SC_NR_NONE)
			continue;
		if (sc_denied_by(sections, (sc_abi) abi, call, &verdict) < 0)
			*open = true;
		else if (verdict.err == ENOSYS)
			*absent = true;
	}
}

/* Makes programs take another member of a family: that is what it is for. */
static bool
not_here(const sc_section *section, const word *w)
{
	return (w->err > 0 ? w->err : section->rules.err) == ENOSYS && (w->err > 0 || w->listed);
}

/* Has a family a call that may not be denied anywhere? */
static bool
needed(int family)
{
	const sc_set *required = sc_group_members(sc_group_by_name("@pg-required"));

	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(required, call) && sc_set_has(sc_group_members(family), call))
			return true;
	return false;
}

static void
find_halves(const sc_policy *policy, const sc_section *section, const word_list *words,
			sc_findings *findings)
{
	sc_sections all = sc_sections_of(policy, section);
	sc_sections own = {{section}, 1};
	sc_set		alone = {{0}};
	bool	   *told = sc_alloc((size_t) sc_ngroups * sizeof(bool));

	for (int i = 0; i < words->n; i++)
		if (words->list[i].alone != NONE)
			sc_set_add(&alone, words->list[i].alone);
	for (int i = 0; i < words->n; i++)
	{
		const word *w = &words->list[i];
		int			family = w->alone == NONE ? NONE : sc_family_of(w->alone);
		bool		denies;
		sc_set		others = {{0}};
		char	   *names;

		if (family == NONE || told[family] || words->last[w->alone] != i || not_here(section, w) ||
			!sc_exists(&section->rules, w->alone) || has_rule(&section->rules, w->alone))
			continue;
		denies = w->err > 0 || w->listed == (words->kind == SC_LIST_DENY);
		for (int call = 0; call < sc_nsyscalls; call++)
		{
			bool		open;
			bool		absent;

			if (!sc_set_has(sc_group_members(family), call) || sc_set_has(&alone, call) ||
				!sc_exists(&section->rules, call) || has_rule(&section->rules, call))
				continue;
			look_up(denies ? &all : &own, call, &open, &absent);
			if (denies ? open : !open && !absent)
				sc_set_add(&others, call);
		}
		names = sc_set_names(&others);
		if (names == NULL)
			continue;
		told[family] = true;
		if (denies)
			sc_finding_add(findings, policy->path, w->line, false,
						   needed(family) ?
						   sc_format("PostgreSQL cannot do without the family: \"~%s!:ENOSYS\" makes programs fall back on the others.",
									 sc_syscalls[w->alone].name) :
						   sc_format("Write \"%s\" for all of them, or \"~%s!:ENOSYS\" if programs are to fall back on the others.",
									 sc_syscalls[w->alone].name, sc_syscalls[w->alone].name),
						   "\"%s\" denies one call of its family; what does the same is allowed: %s", w->text, names);
		else
			sc_finding_add(findings, policy->path, w->line, false,
						   sc_format("Write \"%s\" for all of them: which one is called is the C library's choice.  Or deny the others with ENOSYS, so that it falls back.",
									 sc_syscalls[w->alone].name),
						   "\"%s\" allows one call of its family; what does the same is denied: %s", w->text, names);
	}
}

/* ----------
 * Reading
 * ----------
 */

/* Take a list's line; an empty value empties the list. */
static void
take_line(word_list *words, const sc_words *text, bool inverted, int line)
{
	sc_errors	ignored = {.total = 0};

	if (text->n == 0)
	{
		words->list = NULL;
		words->n = 0;
		return;
	}
	if (words->n == 0)
	{
		words->kind = inverted ? SC_LIST_DENY : SC_LIST_ALLOW;
		words->line = line;
	}
	for (int i = 0; i < text->n; i++)
	{
		word		w = {.text = text->list[i].text,.line = text->list[i].line,.alone = NONE};
		size_t		len = strcspn(w.text, "!:");

		if (!sc_rules_word(w.text, w.line, &w.calls, &w.err, &ignored))
			continue;
		if (w.text[len] == '!')
			w.alone = sc_syscall_by_name(sc_strndup(w.text, len));
		for (int at = 0; at < SC_MAX_SYSCALLS / 64; at++)
			w.calls.word[at] &= words->admitted.word[at];
		w.listed = sc_word_listed(words->kind, inverted, w.err);
		words->list = sc_grow(words->list, words->n, sizeof(word));
		words->list[words->n++] = w;
	}
}

static void
find_last(word_list *words)
{
	for (int call = 0; call < SC_MAX_SYSCALLS; call++)
		words->last[call] = NONE;
	for (int i = 0; i < words->n; i++)
		for (int call = 0; call < sc_nsyscalls; call++)
			if (sc_set_has(&words->list[i].calls, call))
				words->last[call] = i;
}

/* Calls that are to be logged as they run, and never do. */
static void
find_unlogged(const sc_policy *policy, const sc_section *section, const word_list *words,
			  sc_findings *findings)
{
	sc_sections sections = sc_sections_of(policy, section);

	for (int i = 0; i < words->n && words->kind == SC_LIST_ALLOW; i++)
	{
		const word *w = &words->list[i];
		bool		runs = !w->listed || is_empty(&w->calls);

		for (int call = 0; call < sc_nsyscalls && !runs; call++)
			for (int abi = 0; abi < SC_ABI_COUNT && !runs; abi++)
			{
				sc_verdict	verdict;

				runs = sc_set_has(&w->calls, call) && (section->rules.abis >> abi & 1) &&
					sc_syscalls[call].nr[abi] != SC_NR_NONE &&
					sc_denied_by(&sections, (sc_abi) abi, call, &verdict) < 0;
			}
		if (!runs)
			sc_finding_add(findings, policy->path, w->line, false,
						   "SystemCallLog is for calls that run; a denied one is the server's to report, as a violation.",
						   "\"%s\" is never logged: [%s] denies it", w->text, section->title);
	}
}

/* One section's words: its lines are policy->directives, in file order. */
static void
look_at_lines(const sc_policy *policy, const sc_section *section, const sc_line *lines,
			  const int *next, int first, sc_findings *findings)
{
	word_list	filter = {.n = 0};
	word_list	log = {.n = 0};
	sc_errors	ignored = {.total = 0};

	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_exists(&section->rules, call))
			sc_set_add(&filter.admitted, call);
	log.admitted = filter.admitted;
	for (int i = first; i >= 0; i = next[i])
	{
		const sc_directive *directive = &policy->directives[i];
		word_list  *words = strcmp(directive->directive, "SystemCallLog") == 0 ? &log : &filter;
		bool		inverted = directive->value[0] == '~';
		size_t		offset = strlen(lines[i].text) - strlen(directive->value);
		sc_words	text = sc_split(&lines[i], offset + inverted, &ignored);

		if (text.n == 0 && words->n > 0)
			sc_finding_add(findings, policy->path, directive->line, false,
						   "Take out what is not to hold, or this line.",
						   "an empty %s takes back all that [%s] says from line %d on", directive->directive,
						   section->title, words->line);
		take_line(words, &text, inverted, directive->line);
	}
	find_last(&filter);
	find_overridden(policy, &filter, findings);
	find_idle(policy, section, &filter, findings);
	find_halves(policy, section, &filter, findings);
	find_unlogged(policy, section, &log, findings);
}

void
sc_lint_words(const sc_policy *policy, sc_findings *findings)
{
	sc_reader	reader = {policy->text, policy->len, 0, 0};
	sc_errors	ignored = {.total = 0};
	int			nscopes = sc_policy_nscopes(policy);
	int		   *first = sc_alloc((size_t) nscopes * sizeof(int));
	int		   *last = sc_alloc((size_t) nscopes * sizeof(int));
	sc_line    *lines = sc_alloc((size_t) policy->ndirectives * sizeof(sc_line));
	int		   *next = sc_alloc((size_t) policy->ndirectives * sizeof(int));
	sc_line		line;
	int			n = 0;

	for (int i = 0; i < nscopes; i++)
		first[i] = last[i] = NONE;

	/* each logical line that is no header is a directive, in the same order */
	while (n < policy->ndirectives && sc_next_line(&reader, &line, &ignored))
	{
		const sc_directive *directive = &policy->directives[n];

		if (line.text[0] == '[')
			continue;
		lines[n] = line;
		next[n] = NONE;
		if (directive->scope && (strcmp(directive->directive, "SystemCallFilter") == 0 ||
								 strcmp(directive->directive, "SystemCallLog") == 0))
		{
			int			i = directive->scope->index;

			if (first[i] == NONE)
				first[i] = n;
			else
				next[last[i]] = n;
			last[i] = n;
		}
		n++;
	}
	for (int i = 0; i < nscopes; i++)
		if (first[i] != NONE)
			look_at_lines(policy, sc_policy_scope(policy, i), lines, next, first[i], findings);
}
