/*
 * write_policy.c
 *		A policy in the making: what it says, what it cannot say, and its text.
 *
 * Sets of calls become words: groups with systemd's names, the one that covers
 * most first, as long as all of its members on the admitted ABIs are in the set;
 * then families, then single calls.  Members that no admitted ABI has may be in a
 * group or not: no call can be one.
 */
#include "write_policy.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "../core/memory.h"

/* Where words go on in a new line. */
#define LINE_WIDTH 90

/* A group of fewer calls than this is no shorter than their names. */
#define MIN_GROUP 3

/* The longest text that is taken over, in bytes. */
#define MAX_TEXT 200

/* How many findings are told in the policy itself. */
#define MAX_TOLD 100

char *
plain_text(const char *text)
{
	char	   *copy = sc_alloc(strnlen(text, MAX_TEXT) * 4 + 4);
	char	   *to = copy;

	for (int i = 0; text[i] != '\0'; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (i == MAX_TEXT)
		{
			memcpy(to, "...", 4);
			break;
		}
		if (c >= 0x20 && c < 0x7f)
			*to++ = (char) c;
		else
			to += sprintf(to, "\\x%02x", c);
	}
	return copy;
}

/* Count a finding; false if it is not kept. */
static bool __attribute__((format(printf, 4, 0)))
count_finding(findings *found, bool loss, const char *where, const char *fmt, va_list args)
{
	char		text[1000];

	found->total++;
	found->losses += loss;
	if (found->n == MAX_FINDINGS)
		return false;
	vsnprintf(text, sizeof(text), fmt, args);
	found->list = sc_grow(found->list, found->n, sizeof(finding));
	found->list[found->n++] = (finding) {loss, NULL, where, sc_strndup(text, strlen(text))};
	return true;
}

void
add_finding(findings *found, bool loss, const char *where, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	count_finding(found, loss, where, fmt, args);
	va_end(args);
}

void
add_finding_at(findings *found, bool loss, const char *path, int line, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	if (count_finding(found, loss, NULL, fmt, args))
		found->list[found->n - 1].place = line > 0 ? sc_format("%s:%d", path, line) : path;
	va_end(args);
}

const char *
finding_where(const finding *f)
{
	return f->place ? f->place : f->where;
}

/* ----------
 * Words
 * ----------
 */

/* How many of a set are in another one, too. */
static int
common(const sc_set *a, const sc_set *b)
{
	int			n = 0;

	for (int w = 0; w < SC_MAX_SYSCALLS / 64; w++)
		n += __builtin_popcountll(a->word[w] & b->word[w]);
	return n;
}

static sc_set
both(const sc_set *a, const sc_set *b)
{
	sc_set		set;

	for (int w = 0; w < SC_MAX_SYSCALLS / 64; w++)
		set.word[w] = a->word[w] & b->word[w];
	return set;
}

sc_set
calls_on(uint32_t abis)
{
	sc_set		set = {{0}};

	for (int call = 0; call < sc_nsyscalls; call++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			if (abis >> abi & 1 && sc_syscalls[call].nr[abi] != SC_NR_NONE)
				sc_set_add(&set, call);
	return set;
}

/* Are all known members of a group or family in the set? */
static bool
covers(const sc_set *set, const sc_set *known, int group)
{
	sc_set		members = both(sc_group_members(group), known);

	return common(&members, set) == common(&members, &members);
}

/*
 * A group for words: systemd's.  Ours are made for PostgreSQL's needs, and change
 * with them; the two of all calls say nothing.
 */
static bool
is_usual(const sc_group *group)
{
	return group->kind == SC_GROUP && strncmp(group->name, "@pg-", 4) != 0 &&
		strcmp(group->name, "@known") != 0;
}

/* The group that covers most of what is left, or -1. */
static int
best_group(const sc_set *set, const sc_set *known, const sc_set *left)
{
	int			best = -1;
	int			most = MIN_GROUP - 1;

	for (int i = 0; i < sc_ngroups; i++)
	{
		int			n = common(sc_group_members(i), left);

		if (n <= most || !is_usual(&sc_groups[i]) || !covers(set, known, i))
			continue;
		best = i;
		most = n;
	}
	return best;
}

/* A list of words, broken into lines. */
typedef struct
{
	FILE	   *out;
	const char *directive;
	const char *suffix;
	int			column;			/* 0: nothing is written yet */
} word_list;

static void
put_word(word_list *list, const char *name, const char *mark)
{
	int			len = (int) (strlen(name) + strlen(mark) + strlen(list->suffix));

	if (list->column == 0)
		list->column = fprintf(list->out, "%s", list->directive);
	else if (list->column + 1 + len > LINE_WIDTH)
	{
		fprintf(list->out, " \\\n\t");
		list->column = 4;
	}
	else
		list->column += fprintf(list->out, " ");
	list->column += fprintf(list->out, "%s%s%s", name, mark, list->suffix);
}

bool
write_calls(FILE *out, const char *directive, const sc_set *set, const sc_set *known,
			const char *suffix, bool groups)
{
	sc_set		left = both(set, known);
	word_list	list = {out, directive, suffix, 0};
	int			group;

	while (groups && (group = best_group(set, known, &left)) >= 0)
	{
		put_word(&list, sc_groups[group].name, "");
		sc_set_remove_all(&left, sc_group_members(group));
	}
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		int			family = sc_family_of(call);

		if (!sc_set_has(&left, call))
			continue;
		if (family >= 0 && covers(set, known, family))
		{
			put_word(&list, sc_groups[family].name, "");
			sc_set_remove_all(&left, sc_group_members(family));
		}
		else
			put_word(&list, sc_syscalls[call].name, family >= 0 ? "!" : "");
	}
	if (list.column > 0)
		fputc('\n', out);
	return list.column > 0;
}

/* ----------
 * The policy
 * ----------
 */

char *
abis_text(uint32_t abis)
{
	char	   *text = sc_format("native");

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (abis >> abi & 1 && abi != (int) SC_ABI_NATIVE)
			text = sc_format("%s %s", text, sc_abis[abi].name);
	return text;
}

void
write_head(FILE *out, const char *kind, const char *source, const findings *found)
{
	int			told = 0;

	fprintf(out, "# Imported by pg_seccomp import from %s: %s.\n"
			"# For %s; import it again on another architecture.\n", kind, plain_text(source),
			sc_abis[SC_ABI_NATIVE].name);
	for (int i = 0; i < found->n && told < MAX_TOLD; i++, told++)
	{
		const char *where = finding_where(&found->list[i]);

		fprintf(out, "%s# %s: %s%s%s\n", told == 0 ? "#\n" : "", found->list[i].loss ? "Loss" : "Note",
				where ? where : "", where ? ": " : "", found->list[i].text);
	}
	if (found->total > told)
		fprintf(out, "# And %d more.\n", found->total - told);
	fprintf(out, "\n[Policy]\nVersion=1\nMode=enforce\n\n[Server]\n");
}

/*
 * SystemCallErrorNumber, so the error of what is a violation.  ENOSYS is what a
 * kernel without the call answers, which is no misbehaviour: it is quiet, unless
 * there is no other error.
 */
static int
base_error(const draft *d, const sc_set *known)
{
	int			count[SC_MAX_ERRNO + 1] = {0};
	int			best = 0;

	if (d->fallback.action == SC_ERRNO && d->fallback.err != ENOSYS)
		return d->fallback.err ? d->fallback.err : EPERM;
	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(known, call) && d->answers[call].action == SC_ERRNO)
			count[d->answers[call].err ? d->answers[call].err : EPERM]++;
	for (int i = 0; i < d->nrules; i++)
		if (d->rules[i].answer.action == SC_ERRNO)
			count[d->rules[i].answer.err ? d->rules[i].answer.err : EPERM]++;
	count[ENOSYS] = 0;
	for (int err = 1; err <= SC_MAX_ERRNO; err++)
		if (count[err] > count[best])
			best = err;
	return best > 0 ? best : d->fallback.action == SC_ERRNO ? ENOSYS : EPERM;
}

/* The calls with this answer; of a denial, err is no 0 any more. */
static sc_set
calls_with(const draft *d, sc_action action, int err, int base)
{
	sc_set		set = {{0}};

	for (int call = 0; call < sc_nsyscalls; call++)
	{
		const answer *a = &d->answers[call];

		if (a->action == action && (action != SC_ERRNO || (a->err ? a->err : base) == err))
			sc_set_add(&set, call);
	}
	return set;
}

static void
write_filter(FILE *out, const draft *d, const sc_set *known, int base)
{
	bool		allow_list = d->fallback.action == SC_ERRNO;
	int			fallback = d->fallback.err ? d->fallback.err : base;
	bool		present[SC_MAX_ERRNO + 1] = {false};

	if (allow_list)
	{
		sc_set		allowed = calls_with(d, SC_ALLOW, 0, base);
		sc_set		logged = calls_with(d, SC_LOG, 0, base);

		sc_set_add_all(&allowed, &logged);
		if (fallback != base)
			fprintf(out, "SystemCallFilter=@known:%s\n", sc_errno_text(fallback));
		/* a list of nothing is no list */
		if (!write_calls(out, "SystemCallFilter=", &allowed, known, "", true) && fallback == base)
			fprintf(out, "SystemCallFilter=@known\nSystemCallFilter=~@known\n");
	}
	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(known, call) && d->answers[call].action == SC_ERRNO)
			present[d->answers[call].err ? d->answers[call].err : base] = true;
	for (int err = 1; err <= SC_MAX_ERRNO; err++)
	{
		sc_set		denied;

		if (!present[err] || (allow_list && err == fallback))
			continue;
		denied = calls_with(d, SC_ERRNO, err, base);
		write_calls(out, "SystemCallFilter=~", &denied, known,
					err == base ? "" : sc_format(":%s", sc_errno_text(err)), true);
	}
}

/* SystemCallLog knows calls, not arguments: one that is logged for some is so for all. */
static void
write_log(FILE *out, const draft *d, const sc_set *known, findings *found)
{
	sc_set		silent = calls_with(d, SC_ALLOW, 0, 0);
	sc_set		logged = calls_with(d, SC_LOG, 0, 0);
	sc_set		let_through = silent;

	for (int i = 0; i < d->nrules; i++)
	{
		if (d->rules[i].answer.action == SC_LOG)
			sc_set_add(&logged, d->rules[i].call);
		else if (d->rules[i].answer.action == SC_ALLOW)
			sc_set_add(&let_through, d->rules[i].call);
	}
	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(known, call) && sc_set_has(&logged, call) && sc_set_has(&let_through, call))
			add_finding(found, true, NULL, "\"%s\" is logged for some arguments only; here for all that are let through",
						sc_syscalls[call].name);
	if (d->fallback.action == SC_LOG)
	{
		fprintf(out, "SystemCallLog=@known\n");
		write_calls(out, "SystemCallLog=~", &silent, known, "", true);
	}
	else
		write_calls(out, "SystemCallLog=", &logged, known, "", true);
}

/* Is a rule, as text, read as it is meant? */
static bool
reads_well(const char *text, const draft_rule *d)
{
	sc_errors	errors = {.total = 0};
	sc_rule		read;
	int			ntests = sc_rule_ntests(&d->rule);

	if (!sc_rule_parse(&read, text, 1, &errors) || sc_rule_ntests(&read) != ntests)
		return false;
	for (int i = 0; i < ntests; i++)
		if (read.tests[i].arg != d->rule.tests[i].arg || read.tests[i].op != d->rule.tests[i].op ||
			read.tests[i].mask != d->rule.tests[i].mask || read.tests[i].value != d->rule.tests[i].value)
			return false;
	return true;
}

/* The tests as numbers. */
static char *
numbers_text(const sc_rule *rule)
{
	static const char *const operators[] = {
		[SC_EQ] = "==", [SC_NE] = "!=", [SC_LT] = "<", [SC_LE] = "<=", [SC_GT] = ">", [SC_GE] = ">=",
	};
	char	   *text = sc_format("%s", "");

	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		const sc_test *test = &rule->tests[i];
		bool		whole = test->mask == UINT32_MAX || test->mask == UINT64_MAX;

		text = sc_format("%s%sarg%d%s%s0x%llx", text, i ? " " : "", test->arg,
						 whole ? "" : sc_format("&0x%llx", (unsigned long long) test->mask),
						 operators[test->op], (unsigned long long) test->value);
	}
	return text;
}

/* "personality arg0==PER_LINUX allow": by names, if they are read so; or NULL. */
static char *
rule_text(const draft_rule *d, int base)
{
	int			err = d->answer.err ? d->answer.err : base;
	const char *action = d->answer.action != SC_ERRNO ? "allow" : err == base ? "deny" :
		sc_format("errno %s", sc_errno_text(err));
	const char *condition = sc_rule_condition(&d->rule, sc_prototype_abi(d->call), d->call);
	char	   *text;

	for (int try = 0; try < 2; try++)
	{
		if (condition == NULL || *condition == '\0')
			text = sc_format("%s %s", d->rule.calls, action);
		else
			text = sc_format("%s %s %s", d->rule.calls, condition, action);
		if (reads_well(text, d))
			return text;
		condition = numbers_text(&d->rule);
	}
	return NULL;
}

void
write_draft(FILE *out, const draft *d, findings *found)
{
	sc_set		known = calls_on(d->abis);
	int			base = base_error(d, &known);
	const char *where = NULL;

	fprintf(out, "SystemCallArchitectures=%s\nSystemCallErrorNumber=%s\n", abis_text(d->abis), sc_errno_text(base));
	write_filter(out, d, &known, base);
	write_log(out, d, &known, found);
	for (int i = 0; i < d->nrules; i++)
	{
		char	   *text = rule_text(&d->rules[i], base);

		if (!sc_set_has(&known, d->rules[i].call))
			continue;
		if (text == NULL)
		{
			add_finding(found, true, d->rules[i].where, "no rule on \"%s\" says this", d->rules[i].rule.calls);
			continue;
		}
		if (where == NULL || strcmp(where, d->rules[i].where) != 0)
			fprintf(out, "# %s%s%s\n", d->rules[i].where, d->rules[i].comment ? ": " : "",
					d->rules[i].comment ? plain_text(d->rules[i].comment) : "");
		where = d->rules[i].where;
		fprintf(out, "SystemCallRule=%s\n", text);
	}
}
