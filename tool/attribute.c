/*
 * attribute.c
 *		Which scopes of a policy answer a call as a record of the kernel says.
 */
#include "attribute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/conditions.h"
#include "../core/memory.h"
#include "../core/program.h"

/* The calls of a scope whose cases have been worked out. */
typedef struct
{
	sc_condition *list;
	int			n;
	bool		known;
} cases;

/* What a scope answers to a call. */
typedef struct
{
	uint32_t	value;
	const sc_section *section;	/* the one that decides, or NULL */
	sc_verdict	verdict;		/* its */
} answer;

/* A list of words under construction, whose memory is used again. */
typedef struct
{
	char	   *text;
	size_t		len;
	size_t		size;
} words;

/* ----------
 * Texts
 * ----------
 */

typedef struct
{
	const char **slots;			/* open addressing; a power of two */
	size_t		nslots;
	size_t		n;
} texts;

/* FNV-1a, 64 bits */
static uint64_t
hash_text(const char *text)
{
	uint64_t	hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
	return hash;
}

static const char **
find_slot(const texts *t, const char *text)
{
	size_t		at = (size_t) hash_text(text) & (t->nslots - 1);

	while (t->slots[at] && strcmp(t->slots[at], text) != 0)
		at = (at + 1) & (t->nslots - 1);
	return &t->slots[at];
}

const char *
intern(const char *text)
{
	static texts all;
	const char **slot;

	if (2 * all.n >= all.nslots)
	{
		texts		larger = {.nslots = all.nslots ? 2 * all.nslots : 1024,.n = all.n};

		larger.slots = sc_alloc(larger.nslots * sizeof(char *));
		for (size_t i = 0; i < all.nslots; i++)
			if (all.slots[i])
				*find_slot(&larger, all.slots[i]) = all.slots[i];
		free(all.slots);
		all = larger;
	}
	slot = find_slot(&all, text);
	if (*slot == NULL)
	{
		*slot = sc_strndup(text, strlen(text));
		all.n++;
	}
	return *slot;
}

static void
append(words *w, const char *text)
{
	size_t		len = strlen(text);

	if (w->len + len + 1 > w->size)
	{
		w->size = 2 * (w->len + len + 1);
		w->text = sc_realloc(w->text, w->size);
	}
	memcpy(w->text + w->len, text, len + 1);
	w->len += len;
}

/* ----------
 * Answers
 * ----------
 */

/* What a process of the scope gets: the strictest answer, of equals the newest program's. */
static answer
ask(const scope *s, bool permissive, const sc_audit_record *record, const uint64_t args[SC_NARGS])
{
	struct seccomp_data data = {.nr = (int) record->nr,.arch = sc_abis[record->abi].audit_arch};
	answer		result = {.value = SECCOMP_RET_ALLOW};

	memcpy((char *) data.args, args, sizeof(data.args));
	for (int i = 0; i < s->stack.n; i++)
	{
		uint32_t	one = sc_program_answer(s->stack.rules[i], permissive, NULL, &data);

		if (one == SECCOMP_RET_ALLOW || sc_stricter(result.value, one) != one)
			continue;
		result.value = one;
		result.section = s->stack.sections[i];
		result.verdict = sc_decide(s->stack.rules[i], record->abi, record->nr, args, NULL);
	}
	return result;
}

/* Is this what the record says?  The kernel leaves out which errno it was. */
static bool
fits(const sc_audit_record *record, const answer *a)
{
	uint32_t	data = record->code & SECCOMP_RET_DATA;

	switch (record->code & SECCOMP_RET_ACTION_FULL)
	{
		case SECCOMP_RET_LOG:
			return a->value == SECCOMP_RET_LOG;
		case SECCOMP_RET_ERRNO:
			return (a->value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
				(data == 0 || data == (a->value & SECCOMP_RET_DATA));
		case SECCOMP_RET_TRAP:
			/* how a violation is reported from within the server (program.h) */
			return a->section && a->verdict.action == SC_ERRNO && a->verdict.report == SC_REPORTED &&
				a->value != SECCOMP_RET_KILL_PROCESS;
		case SECCOMP_RET_KILL_PROCESS:
		case SECCOMP_RET_KILL_THREAD:
			/* which of them older tools do not tell */
			return a->value == SECCOMP_RET_KILL_PROCESS;
		default:
			return false;
	}
}

/* The cases that the rules of a scope tell apart; none if the number decides. */
static cases
cases_of(const scopes *all, const scope *s, const sc_audit_record *record)
{
	static cases *list;
	int			call = sc_syscall_of(record->abi, record->nr);
	cases	   *found;

	if (call < 0)
		return (cases) {.n = 0};
	if (list == NULL)
		list = sc_alloc((size_t) all->n * SC_ABI_COUNT * (size_t) sc_nsyscalls * sizeof(cases));
	found = &list[((s - all->list) * SC_ABI_COUNT + record->abi) * sc_nsyscalls + call];
	if (!found->known)
	{
		found->n = sc_conditions(s->stack.rules, s->stack.n, record->abi, call, &found->list);
		found->known = true;
	}
	return *found;
}

/* The lines of some answers of one section: "FILE:12", "FILE:12,15 (depends on arguments)". */
static void
add_rule(const scopes *all, const answer *answers, int n, bool depends, words *rules)
{
	char		line[16];

	if (rules->len > 0)
		append(rules, ", ");
	for (int i = 0; i < n; i++)
	{
		const sc_verdict *verdict = &answers[i].verdict;

		if (verdict->line > 0)
		{
			append(rules, i == 0 || answers[i - 1].verdict.line == 0 ? all->policy->path : "");
			snprintf(line, sizeof(line), "%c%d", i == 0 || answers[i - 1].verdict.line == 0 ? ':' : ',',
					 verdict->line);
			append(rules, line);
		}
		else
			append(rules, verdict->why == SC_WHY_NEW ? "(not in the catalog)" :
				   verdict->why == SC_WHY_ABI ? "(a foreign ABI)" : "(no line)");
	}
	if (depends)
		append(rules, " (depends on arguments)");
}

static int
compare_answers(const void *left, const void *right)
{
	const answer *a = left;
	const answer *b = right;

	if (a->section != b->section)
		return a->section->line != b->section->line ? (a->section->line < b->section->line ? -1 : 1) : 0;
	return a->verdict.line - b->verdict.line;
}

/* Is the name one of a list's? */
static bool
has_word(const words *w, const char *name)
{
	size_t		len = strlen(name);

	for (const char *at = w->text; w->len > 0 && (at = strstr(at, name)) != NULL; at += len)
		/* names have blanks, and no commas */
		if ((at == w->text || (at[-1] == ' ' && at[-2] == ',')) && (at[len] == '\0' || at[len] == ','))
			return true;
	return false;
}

/*
 * Add the sections by which a scope gives the record's answer.  True if it gives
 * it for certain, whatever the arguments.
 */
static bool
add_scope(const scopes *all, const scope *s, const sc_audit_record *record, words *names, words *rules)
{
	cases		some = cases_of(all, s, record);
	int			ncases = some.n > 0 ? some.n : 1;
	answer	   *answers = sc_alloc((size_t) ncases * sizeof(answer));
	int			n = 0;
	bool		certain = true;

	for (int i = 0; i < ncases; i++)
	{
		uint64_t	args[SC_NARGS] = {0};
		answer		a;
		bool		again = false;

		if (some.n > 0)
			memcpy(args, some.list[i].args, sizeof(args));
		for (int arg = 0; arg < SC_AUDIT_ARGS; arg++)
			if (record->known >> arg & 1)
				args[arg] = record->args[arg];
		a = ask(s, all->policy->mode == SC_MODE_PERMISSIVE, record, args);
		if (!fits(record, &a))
		{
			certain = false;
			continue;
		}
		for (int j = 0; j < n; j++)
			again = again || (answers[j].section == a.section && answers[j].verdict.line == a.verdict.line);
		if (!again)
			answers[n++] = a;
	}
	if (n > 0)
		qsort(answers, (size_t) n, sizeof(answer), compare_answers);
	for (int i = 0, next; i < n; i = next)
	{
		const char *name = scope_of(all, answers[i].section)->name;

		for (next = i + 1; next < n && answers[next].section == answers[i].section; next++)
			;
		/* a scope before may have named it */
		if (has_word(names, name))
			continue;
		if (names->len > 0)
			append(names, ", ");
		append(names, name);
		add_rule(all, answers + i, next - i, !certain || n > 1, rules);
	}
	free(answers);
	return certain;
}

static attribution
search(const scopes *all, const scope *only, const sc_audit_record *record)
{
	static words names;
	static words rules;

	names.len = rules.len = 0;
	if (only)
		add_scope(all, only, record, &names, &rules);
	for (int i = 0; i < all->n && only == NULL; i++)
	{
		bool		certain = add_scope(all, &all->list[i], record, &names, &rules);

		/* the first two are the server and its children */
		if (certain && i < 2)
			break;
	}
	if (names.len == 0)
		return (attribution) {NULL, NULL};
	return (attribution) {intern(names.text), intern(rules.text)};
}

attribution
attribute(const scopes *all, const scope *only, const sc_audit_record *record)
{
	/* most records are like one of a few before */
	static struct
	{
		bool		used;
		sc_abi		abi;
		uint32_t	nr;
		uint32_t	code;
		attribution result;
	}			recent[256], *r;

	if (record->abi == SC_ABI_COUNT || sc_abis[record->abi].native != SC_ABI_NATIVE || !record->has_nr ||
		all->policy->mode == SC_MODE_OFF)
		return (attribution) {NULL, NULL};
	if (record->known != 0)
		return search(all, only, record);
	r = &recent[record->nr % (sizeof(recent) / sizeof(recent[0]))];
	if (!r->used || r->abi != record->abi || r->nr != record->nr || r->code != record->code)
	{
		r->used = true;
		r->abi = record->abi;
		r->nr = record->nr;
		r->code = record->code;
		r->result = search(all, only, record);
	}
	return r->result;
}
