/*
 * rules.c
 *		SystemCallFilter and its companions: from words to verdicts.
 */
#include "rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "directives.h"
#include "memory.h"
#include "suggest.h"

/* No errno of a name is larger (asm-generic/errno.h ends at 133). */
#define MAX_NAMED_ERRNO 255

/*
 * systemd's names for ABIs that neither x86-64 nor aarch64 kernels offer: a
 * policy shared by several machines may have them; here they say nothing.
 */
static const char *const other_abis[] = {
	"alpha", "arc", "arc-be", "arm-be", "arm64-be", "cris", "ia64", "loongarch64",
	"m68k", "mips", "mips-le", "mips64", "mips64-le", "mips64-le-n32", "mips64-n32",
	"nios2", "parisc", "parisc64", "ppc", "ppc-le", "ppc64", "ppc64-le", "riscv32",
	"riscv64", "s390", "s390x", "sh", "sh64", "sparc", "sparc64", "tilegx", NULL
};

int
sc_errno_by_name(const char *name)
{
	/* second names of a number, which strerrorname_np(3) does not return */
	static const struct
	{
		const char *name;
		int			err;
	}			aliases[] = {
		{"EWOULDBLOCK", EWOULDBLOCK}, {"EDEADLOCK", EDEADLOCK},
		{"ENOTSUP", ENOTSUP}, {"EOPNOTSUPP", EOPNOTSUPP},
	};

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i].name) == 0)
			return aliases[i].err;
	for (int err = 1; err <= MAX_NAMED_ERRNO; err++)
	{
		const char *known = strerrorname_np(err);

		if (known && strcmp(name, known) == 0)
			return err;
	}
	return 0;
}

const char *
sc_errno_name(int err)
{
	return strerrorname_np(err);
}

const char *
sc_errno_text(int err)
{
	const char *name = sc_errno_name(err);

	return name ? name : sc_format("%d", err);
}

/* The name of an error nearest to a misspelt one, or NULL. */
static const char *
nearest_errno(const char *text)
{
	const char *names[MAX_NAMED_ERRNO + 1];
	int			n = 0;

	for (int err = 1; err <= MAX_NAMED_ERRNO; err++)
		if (strerrorname_np(err))
			names[n++] = strerrorname_np(err);
	names[n] = NULL;
	return sc_suggest(text, names);
}

int
sc_parse_errno(const char *text, int line, sc_errors *errors)
{
	int			err = sc_errno_by_name(text);
	const char *nearest;
	char	   *end;
	long		number;

	if (err > 0)
		return err;
	if (text[0] >= '0' && text[0] <= '9')
	{
		number = strtol(text, &end, 10);
		if (*end == '\0' && number >= 1 && number <= SC_MAX_ERRNO)
			return (int) number;
	}
	if (strcmp(text, "kill") == 0)
		sc_errors_add(errors, line,
					  "Give an error such as EPERM: a killed server process takes the whole cluster through crash recovery.",
					  "\"kill\" is not accepted here");
	else
	{
		nearest = sc_errors_full(errors) ? NULL : nearest_errno(text);
		sc_errors_add(errors, line,
					  nearest ? sc_format("Did you mean \"%s\"?", nearest)
					  : "Write a name such as EPERM, or a number from 1 to 4094.",
					  "\"%s\" is not an error number", text);
	}
	return 0;
}

/*
 * The calls that a word of a list stands for: a group's members; or with
 * "NAME!" that call; or with "NAME" its family.  False after adding an error.
 */
static bool
word_members(const char *name, int line, sc_set *members, sc_errors *errors)
{
	size_t		len = strlen(name);
	bool		alone = len > 0 && name[len - 1] == '!';
	const char *plain = alone ? sc_strndup(name, len - 1) : name;
	const char *nearest;
	int			group = sc_group_by_name(plain);
	int			index = plain[0] == '@' ? -1 : sc_syscall_by_name(plain);

	memset(members, 0, sizeof(*members));
	if (plain[0] == '@' && group >= 0)
	{
		if (alone)
		{
			sc_errors_add(errors, line, "Leave the \"!\" out.",
						  "\"%s\": a group is always exactly its members", name);
			return false;
		}
		*members = *sc_group_members(group);
		return true;
	}
	if (index >= 0)
	{
		int			family = sc_family_of(index);

		if (family >= 0 && !alone)
			*members = *sc_group_members(family);
		else
			sc_set_add(members, index);
		return true;
	}
	nearest = sc_errors_full(errors) ? NULL : sc_nearest_name(plain);
	sc_errors_add(errors, line,
				  plain[0] == '#' ? "A comment needs a line of its own."
				  : strchr(plain, ',') ? "Separate names by spaces."
				  : nearest ? sc_format("Did you mean \"%s\"?", nearest) : NULL,
				  "unknown %s \"%s\"",
				  plain[0] == '@' ? "group" : "system call", plain);
	return false;
}

bool
sc_rules_word(const char *text, int line, sc_set *calls, int *err, sc_errors *errors)
{
	const char *colon = strchr(text, ':');

	*err = 0;
	if (colon)
		*err = sc_parse_errno(colon + 1, line, errors);
	return word_members(colon ? sc_strndup(text, (size_t) (colon - text)) : text, line, calls, errors) &&
		(colon == NULL || *err > 0);
}

/* Quotes and "+" are for roles, databases and paths. */
static bool
decorated(const sc_word *word, const char *what, sc_errors *errors)
{
	if (word->quoted || word->plus)
		sc_errors_add(errors, word->line, NULL,
					  "\"%s\": %s take no quotes and no \"+\"", word->text, what);
	return word->quoted || word->plus;
}

/* What every word of a list of calls must not look like. */
static bool
word_defect(const sc_word *word, sc_errors *errors)
{
	if (decorated(word, "names of system calls", errors))
		return true;
	if (word->text[0] == '~')
		sc_errors_add(errors, word->line,
					  "Start the value with \"~\" to deny all its words, and write the others on a line of their own.",
					  "\"%s\": \"~\" stands before the first word of a line only",
					  word->text);
	else
		return false;
	return true;
}

void
sc_rules_state(sc_ruleset *rules, int line, int err, bool listed,
			   const sc_set *calls)
{
	sc_statement *last = rules->nlist > 0 ? &rules->list[rules->nlist - 1] : NULL;

	if (last == NULL || last->line != line || last->err != err || last->listed != listed)
	{
		rules->list = sc_grow(rules->list, rules->nlist, sizeof(sc_statement));
		last = &rules->list[rules->nlist++];
		*last = (sc_statement) {line, err, listed, {{0}}};
	}
	sc_set_add_all(&last->calls, calls);
}

/* The statement that puts a call on the list, or NULL if it is not on it. */
static const sc_statement *
listed(const sc_ruleset *rules, int call)
{
	for (int i = rules->nlist; i-- > 0;)
		if (sc_set_has(&rules->list[i].calls, call))
			return rules->list[i].listed ? &rules->list[i] : NULL;
	return NULL;
}

void
sc_rules_filter(sc_ruleset *rules, const sc_words *words, bool inverted,
				int line, sc_errors *errors)
{
	if (words->n == 0)
	{
		rules->kind = SC_LIST_NONE;
		rules->list = NULL;
		rules->nlist = 0;
		return;
	}
	if (rules->kind == SC_LIST_NONE)
	{
		rules->kind = inverted ? SC_LIST_DENY : SC_LIST_ALLOW;
		rules->kind_line = line;
	}
	for (int i = 0; i < words->n; i++)
	{
		const sc_word *word = &words->list[i];
		int			err;
		sc_set		members;

		if (word_defect(word, errors) ||
			!sc_rules_word(word->text, word->line, &members, &err, errors))
			continue;
		if (err > 0 && !inverted && rules->kind == SC_LIST_DENY)
		{
			sc_errors_add(errors, word->line,
						  sc_format("Write \"~%s\" on a line of its own to deny it with this error.",
									word->text),
						  "\"%s\": a line without \"~\" takes calls off this deny-list, and an allowed call has no error",
						  word->text);
			continue;
		}
		sc_rules_state(rules, word->line, err, sc_word_listed(rules->kind, inverted, err), &members);
	}
}

void
sc_rules_log(sc_ruleset *rules, const sc_words *words, bool inverted, int line,
			 sc_errors *errors)
{
	if (words->n == 0)
	{
		rules->log_kind = SC_LIST_NONE;
		memset(&rules->log, 0, sizeof(rules->log));
		return;
	}
	if (rules->log_kind == SC_LIST_NONE)
	{
		rules->log_kind = inverted ? SC_LIST_DENY : SC_LIST_ALLOW;
		rules->log_line = line;
	}
	for (int i = 0; i < words->n; i++)
	{
		sc_set		members;

		if (word_defect(&words->list[i], errors))
			continue;
		if (strchr(words->list[i].text, ':'))
		{
			sc_errors_add(errors, words->list[i].line, NULL,
						  "\"%s\": SystemCallLog takes no error numbers",
						  words->list[i].text);
			continue;
		}
		if (!word_members(words->list[i].text, words->list[i].line, &members, errors))
			continue;
		if (inverted == (rules->log_kind == SC_LIST_DENY))
			sc_set_add_all(&rules->log, &members);
		else
			sc_set_remove_all(&rules->log, &members);
	}
}

void
sc_rules_errno(sc_ruleset *rules, const sc_words *words, bool inverted, int line,
			   sc_errors *errors)
{
	int			err = EPERM;

	if (words->n > 1 || inverted ||
		(words->n == 1 && (words->list[0].plus || words->list[0].quoted)))
	{
		sc_errors_add(errors, line, NULL, "SystemCallErrorNumber takes one error number");
		return;
	}
	if (words->n == 1)
		err = sc_parse_errno(words->list[0].text, words->list[0].line, errors);
	if (err > 0)
	{
		rules->err = err;
		rules->err_line = words->n ? line : 0;
	}
}

void
sc_rules_architectures(sc_ruleset *rules, const sc_words *words, bool inverted,
					   int line, sc_errors *errors)
{
	const char *names[SC_ABI_COUNT + 2] = {"native"};

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		names[abi + 1] = sc_abis[abi].name;

	if (inverted)
	{
		sc_errors_add(errors, line, NULL, "SystemCallArchitectures takes no \"~\"");
		return;
	}
	if (words->n == 0)
	{
		rules->abis = 1u << SC_ABI_NATIVE;
		rules->abis_said = false;
		rules->abis_line = 0;
		return;
	}
	rules->abis_said = true;
	rules->abis_line = line;
	for (int i = 0; i < words->n; i++)
	{
		const sc_word *word = &words->list[i];
		const char *nearest;
		bool		known = strcmp(word->text, "native") == 0;

		if (decorated(word, "names of architectures", errors))
			continue;
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			if (strcmp(word->text, sc_abis[abi].name) != 0)
				continue;
			known = true;
			if (sc_abis[abi].native == SC_ABI_NATIVE)
				rules->abis |= 1u << abi;
		}
		for (const char *const *other = other_abis; *other && !known; other++)
			known = strcmp(word->text, *other) == 0;
		if (known)
			continue;
		nearest = sc_errors_full(errors) ? NULL : sc_suggest(word->text, names);
		sc_errors_add(errors, word->line,
					  nearest ? sc_format("Did you mean \"%s\"?", nearest) : NULL,
					  "unknown architecture \"%s\"", word->text);
	}
}

/* By sc_on_violation. */
static const char *const on_violation_names[] = {"error", "terminate", "kill", NULL};

const char *
sc_on_violation_name(sc_on_violation on)
{
	return on_violation_names[on];
}

void
sc_rules_on_violation(sc_ruleset *rules, const sc_words *words, bool inverted,
					  int line, sc_errors *errors)
{
	const char *hint = "Write \"error\", \"terminate\" or \"kill\".";
	const char *text = words->n ? words->list[0].text : on_violation_names[0];
	const char *nearest;

	if (words->n > 1 || inverted ||
		(words->n == 1 && (words->list[0].plus || words->list[0].quoted)))
	{
		sc_errors_add(errors, line, hint, "OnViolation takes one word");
		return;
	}
	for (int i = 0; on_violation_names[i]; i++)
		if (strcmp(text, on_violation_names[i]) == 0)
		{
			rules->on_violation = (sc_on_violation) i;
			rules->on_violation_line = words->n ? line : 0;
			return;
		}
	nearest = sc_errors_full(errors) ? NULL : sc_suggest(text, on_violation_names);
	sc_errors_add(errors, line,
				  nearest ? sc_format("Did you mean \"%s\"?", nearest) : hint,
				  "OnViolation is not \"%s\"", text);
}

bool
sc_parse_boolean(const char *text, bool *value)
{
	static const char *const words[] = {"yes", "no", "true", "false", "on", "off", "1", "0", NULL};

	for (int i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
		{
			*value = i % 2 == 0;
			return true;
		}
	return false;
}

/* A boolean's value, or an error. */
static bool
read_boolean(const char *directive, const char *text, int line, bool *value, sc_errors *errors)
{
	if (sc_parse_boolean(text, value))
		return true;
	sc_errors_add(errors, line, "Write \"yes\" or \"no\".", "%s is not \"%s\"", directive, text);
	return false;
}

void
sc_rules_choice(sc_choice *choice, const char *directive, const char *text, int line,
				sc_errors *errors)
{
	bool		yes;

	if (*text == '\0')
		*choice = SC_UNSAID;
	else if (read_boolean(directive, text, line, &yes, errors))
		*choice = yes ? SC_YES : SC_NO;
}

void
sc_rules_switch(sc_ruleset *rules, const char *directive, const char *text, int line,
				sc_errors *errors)
{
	bool		yes = false;

	if (*text == '\0' || read_boolean(directive, text, line, &yes, errors))
		rules->switches[sc_switch_by_name(directive)] = yes ? line : 0;
}

bool
sc_rules_has(const sc_ruleset *rules, const char *directive)
{
	return rules->switches[sc_switch_by_name(directive)] > 0;
}

void
sc_rules_rule(sc_ruleset *rules, const char *text, int line, sc_errors *errors)
{
	sc_rule		rule;

	if (*text == '\0')
	{
		rules->own = (sc_rule_list) {NULL, 0, 0};
		return;
	}
	if (!sc_rule_parse(&rule, text, line, errors))
		return;
	rules->own.rules = sc_grow(rules->own.rules, rules->own.n, sizeof(sc_rule));
	rules->own.rules[rules->own.n++] = rule;
}

/*
 * Does a rule of the section's own ask for io_uring?  The directives that it gets
 * around deny it beside what they are about, and let it be then.
 */
static bool
wants_rings(const sc_ruleset *rules)
{
	int			setup = sc_syscall_by_name("io_uring_setup");

	for (int i = 0; i < rules->own.n; i++)
		if (sc_set_has(&rules->own.rules[i].set, setup))
			return !rules->own.rules[i].deny && sc_rule_ntests(&rules->own.rules[i]) == 0;
	return false;
}

/* A list without what it says of io_uring. */
static sc_rule_list
without_rings(const sc_rule_list *list)
{
	int			setup = sc_syscall_by_name("io_uring_setup");
	sc_rule_list rest = {sc_alloc((size_t) list->n * sizeof(sc_rule)), 0, list->line};

	for (int i = 0; i < list->n; i++)
		if (!sc_set_has(&list->rules[i].set, setup))
			rest.rules[rest.n++] = list->rules[i];
	return rest;
}

static void
add_list(sc_ruleset *rules, sc_rule_list list)
{
	if (list.n > 0 && wants_rings(rules))
		list = without_rings(&list);
	if (list.n == 0)
		return;
	rules->lists = sc_grow(rules->lists, rules->nlists, sizeof(sc_rule_list));
	rules->lists[rules->nlists++] = list;
}

void
sc_rules_finish(sc_ruleset *rules)
{
	add_list(rules, sc_namespaces_rules(&rules->namespaces));
	add_list(rules, sc_sockets_rules(&rules->sockets));
	/* a process may not take it back by itself */
	if (rules->dumpable == SC_NO)
		add_list(rules, (sc_rule_list) {sc_dumpable_rules, sc_ndumpable_rules, rules->dumpable_line});
	for (int i = 0; i < sc_nswitches; i++)
		if (rules->switches[i] > 0)
			add_list(rules, (sc_rule_list) {sc_switches[i].rules, sc_switches[i].nrules, rules->switches[i]});
}

void
sc_rules_init(sc_ruleset *rules)
{
	memset(rules, 0, sizeof(*rules));
	rules->err = EPERM;
	rules->abis = 1u << SC_ABI_NATIVE;
}

bool
sc_rules_any(const sc_ruleset *rules)
{
	return rules->kind != SC_LIST_NONE || rules->log_kind != SC_LIST_NONE ||
		rules->abis_said || rules->own.n > 0 || rules->nlists > 0;
}

sc_abi
sc_abi_of(uint32_t audit_arch, uint32_t nr)
{
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		const sc_abi_info *info = &sc_abis[abi];
		uint32_t	bit = sc_abis[SC_ABI_X32].nr_bit;

		if (info->native != SC_ABI_NATIVE || info->audit_arch != audit_arch)
			continue;
		if (SC_ABI_NATIVE == SC_ABI_X86_64 &&
			audit_arch == sc_abis[SC_ABI_X32].audit_arch && (nr & bit) != info->nr_bit)
			continue;
		return (sc_abi) abi;
	}
	return SC_ABI_COUNT;
}

/* What is let through, perhaps logged; entry is the statement that lists it. */
static sc_verdict
allowed(const sc_ruleset *rules, int call, const sc_statement *entry)
{
	if (rules->log_kind != SC_LIST_NONE &&
		sc_set_has(&rules->log, call) == (rules->log_kind == SC_LIST_ALLOW))
		return (sc_verdict) {SC_LOG, 0, SC_WHY_LOGGED, rules->log_line, SC_QUIET, false};
	if (rules->kind == SC_LIST_NONE)
		return (sc_verdict) {SC_ALLOW, 0, SC_WHY_NO_LIST, 0, SC_QUIET, false};
	if (entry)
		return (sc_verdict) {SC_ALLOW, 0, SC_WHY_LISTED, entry->line, SC_QUIET, false};
	return (sc_verdict) {SC_ALLOW, 0, SC_WHY_NOT_LISTED, 0, SC_QUIET, false};
}

sc_verdict
sc_allowed(const sc_ruleset *rules, int call)
{
	return allowed(rules, call, listed(rules, call));
}

sc_verdict
sc_decide_name(const sc_ruleset *rules, sc_abi abi, uint32_t nr, int *index)
{
	int			call = sc_syscall_of(abi, nr);
	const sc_statement *entry;
	sc_report	report;

	if (index)
		*index = call;
	if (abi >= SC_ABI_COUNT || !(rules->abis & 1u << abi))
		return (sc_verdict) {SC_ERRNO, ENOSYS, SC_WHY_ABI, rules->abis_line, SC_REPORTED, false};
	if (call < 0)
		return (sc_verdict) {SC_ERRNO, ENOSYS, SC_WHY_NEW, 0, SC_QUIET, false};

	entry = listed(rules, call);
	if (entry && entry->err > 0)
		return (sc_verdict) {SC_ERRNO, entry->err, SC_WHY_LISTED, entry->line, SC_QUIET, false};
	report = sc_set_has(sc_silent, call) ? SC_SILENT : SC_REPORTED;
	if (entry && rules->kind == SC_LIST_DENY)
		return (sc_verdict) {SC_ERRNO, rules->err, SC_WHY_LISTED, entry->line, report, false};
	if (entry == NULL && rules->kind == SC_LIST_ALLOW)
		return (sc_verdict) {SC_ERRNO, rules->err, SC_WHY_NOT_LISTED, rules->kind_line, report, false};
	return allowed(rules, call, entry);
}

sc_verdict
sc_rule_verdict(const sc_ruleset *rules, const sc_rule_list *list, const sc_rule *rule, int call)
{
	sc_report	report = rule->quiet ? SC_QUIET :
		sc_set_has(sc_silent, call) && !rule->loud ? SC_SILENT : SC_REPORTED;

	return (sc_verdict) {
		SC_ERRNO, rule->err > 0 ? rule->err : rules->err, SC_WHY_RULE,
		rule->line > 0 ? rule->line : list->line, report, false
	};
}

/*
 * The first rule of a list that fits, or NULL.  *depends is set if one was asked
 * whose answer is the arguments'; without any (NULL) no test fits.
 */
static const sc_rule *
fitting_rule(const sc_rule_list *list, sc_abi abi, int call, const uint64_t *args, bool *depends)
{
	for (int i = 0; i < list->n; i++)
	{
		const sc_rule *rule = &list->rules[i];

		if (!sc_rule_names(rule, abi, call))
			continue;
		if (rule->tests[0].mask == 0)
			return rule;
		*depends = true;
		if (args && sc_rule_fits(rule, abi, args))
			return rule;
	}
	return NULL;
}

sc_verdict
sc_decide(const sc_ruleset *rules, sc_abi abi, uint32_t nr, const uint64_t *args, int *index)
{
	int			call;
	sc_verdict	verdict = sc_decide_name(rules, abi, nr, &call);
	bool		depends = false;
	const sc_rule *rule;

	if (index)
		*index = call;
	if (call < 0 || verdict.why == SC_WHY_ABI || (rules->own.n == 0 && rules->nlists == 0))
		return verdict;

	rule = fitting_rule(&rules->own, abi, call, args, &depends);
	if (rule && rule->deny)
		verdict = sc_rule_verdict(rules, &rules->own, rule, call);
	else if (rule && verdict.action == SC_ERRNO)
	{
		verdict = sc_allowed(rules, call);
		verdict.why = SC_WHY_RULE;
		verdict.line = rule->line;
	}
	/* where it may be let through by other arguments, the directives' may be asked, too */
	for (int i = 0; i < rules->nlists && (verdict.action != SC_ERRNO || depends); i++)
	{
		rule = fitting_rule(&rules->lists[i], abi, call, args, &depends);
		if (rule && rule->deny && verdict.action != SC_ERRNO)
			verdict = sc_rule_verdict(rules, &rules->lists[i], rule, call);
	}
	verdict.depends = depends;
	return verdict;
}

bool
sc_rules_exec(const sc_ruleset *rules)
{
	static const char *const calls[] = {"execve", "execveat"};

	for (int i = 0; i < 2; i++)
	{
		int			nr = sc_syscalls[sc_syscall_by_name(calls[i])].nr[SC_ABI_NATIVE];

		sc_verdict	verdict = sc_decide(rules, SC_ABI_NATIVE, (uint32_t) nr, NULL, NULL);

		if (verdict.action != SC_ERRNO || verdict.depends)
			return true;
	}
	return false;
}
