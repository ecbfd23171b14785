/*
 * namespaces.c
 *		RestrictNamespaces: from words to rules on unshare, setns and clone.
 *
 * clone3 has its flags in memory.  It answers ENOSYS, on which every libc
 * starts processes and threads by clone (glibc since 2.34, which was the first
 * to use clone3).
 */
#include "namespaces.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>

#include "memory.h"
#include "rules.h"
#include "suggest.h"

/* systemd's names (namespaces(7)). */
static const struct
{
	const char *name;
	uint32_t	flag;
}			types[] = {
	{"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC}, {"net", CLONE_NEWNET},
	{"mnt", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"user", CLONE_NEWUSER},
	{"uts", CLONE_NEWUTS}, {"time", CLONE_NEWTIME},
};

#define NTYPES ((int) (sizeof(types) / sizeof(types[0])))

static uint32_t
all_types(void)
{
	uint32_t	all = 0;

	for (int i = 0; i < NTYPES; i++)
		all |= types[i].flag;
	return all;
}

/* 0 after adding an error. */
static uint32_t
read_type(const sc_word *word, sc_errors *errors)
{
	const char *names[NTYPES + 1] = {NULL};
	const char *nearest;

	for (int i = 0; i < NTYPES; i++)
	{
		if (strcmp(types[i].name, word->text) == 0 && !word->quoted && !word->plus)
			return types[i].flag;
		names[i] = types[i].name;
	}
	nearest = sc_errors_full(errors) ? NULL : sc_suggest(word->text, names);
	sc_errors_add(errors, word->line,
				  nearest ? sc_format("Did you mean \"%s\"?", nearest) :
				  "Write \"yes\", \"no\", or some of cgroup, ipc, mnt, net, pid, time, user and uts.",
				  "unknown type of namespace \"%s\"", word->text);
	return 0;
}

void
sc_namespaces_say(sc_namespaces *namespaces, const sc_words *words, bool inverted, int line,
				  sc_errors *errors)
{
	bool		first = namespaces->line == 0;
	uint32_t	named = 0;
	bool		yes;

	if (words->n == 0)
	{
		*namespaces = (sc_namespaces) {0, 0};
		return;
	}
	if (words->n == 1 && !inverted && sc_parse_boolean(words->list[0].text, &yes))
	{
		*namespaces = (sc_namespaces) {yes ? line : 0, yes ? all_types() : 0};
		return;
	}
	for (int i = 0; i < words->n; i++)
		named |= read_type(&words->list[i], errors);

	/* the first line decides whether the others are open or closed, later ones add and remove */
	if (first)
		*namespaces = (sc_namespaces) {line, inverted ? 0 : all_types()};
	if (inverted)
		namespaces->denied |= named;
	else
		namespaces->denied &= ~named;
}

char *
sc_namespaces_words(uint32_t flags)
{
	char	   *words = sc_format("%s", "");

	for (int i = 0; i < NTYPES; i++)
		if (flags & types[i].flag)
			words = sc_format("%s%s%s", words, *words ? " " : "", types[i].name);
	return words;
}

sc_rule_list
sc_namespaces_rules(const sc_namespaces *namespaces)
{
	static const sc_rule table[] = {
		{"clone3", 0, {{0}}, true, ENOSYS, true, false, 0, {{0}}},
		{"unshare", 0, {{0, SC_NE, 0, 0}}, true, 0, false, false, 0, {{0}}},
		{"clone", 0, {{0, SC_NE, 0, 0}}, true, 0, false, true, 0, {{0}}},
		{"setns", 0, {{1, SC_NE, 0, 0}}, true, 0, false, false, 0, {{0}}},
		/* 0 is whichever type the descriptor has */
		{"setns", 0, {{1, SC_EQ, UINT32_MAX, 0}}, true, 0, false, false, 0, {{0}}},
	};
	const int	n = sizeof(table) / sizeof(table[0]);
	sc_rule    *rules;
	int			nrules = 0;

	if (namespaces->line == 0 || namespaces->denied == 0)
		return (sc_rule_list) {NULL, 0, 0};
	rules = sc_alloc(sizeof(table));
	for (int i = 0; i < n; i++)
	{
		sc_rule    *rule = &rules[nrules];

		*rule = table[i];
		sc_rule_resolve(rule);
		if (rule->tests[0].op == SC_NE)
		{
			rule->tests[0].mask = namespaces->denied;
			/* in clone(2) that bit belongs to the signal of the child's end */
			if (strcmp(rule->calls, "clone") == 0)
				rule->tests[0].mask &= ~(uint32_t) CLONE_NEWTIME;
			if (rule->tests[0].mask == 0)
				continue;
		}
		nrules++;
	}
	return (sc_rule_list) {rules, nrules, namespaces->line};
}
