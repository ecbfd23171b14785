/*
 * lint.c
 *		What a policy without errors says that its author can hardly have meant.
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

#include "evaluate.h"
#include "memory.h"

/* ----------
 * What several checks ask
 * ----------
 */

bool
sc_exists(const sc_ruleset *rules, int call)
{
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if ((rules->abis >> abi & 1) && sc_syscalls[call].nr[abi] != SC_NR_NONE)
			return true;
	return false;
}

/* As seccomp_data.nr has it. */
static uint32_t
number_of(sc_abi abi, int call)
{
	return (uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
}

int
sc_denied_by(const sc_sections *sections, sc_abi abi, int call, sc_verdict *verdict)
{
	*verdict = (sc_verdict) {SC_ALLOW, 0, SC_WHY_NO_LIST, 0, SC_QUIET, false};
	for (int i = sections->n; i-- > 0 && sc_syscalls[call].nr[abi] != SC_NR_NONE;)
	{
		*verdict = sc_decide(&sections->list[i]->rules, abi, number_of(abi, call), NULL, NULL);
		if (verdict->action == SC_ERRNO && !verdict->depends)
			return i;
	}
	return -1;
}

char *
sc_set_names(const sc_set *set)
{
	size_t		len = 1;
	char	   *text;
	char	   *end;

	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(set, call))
			len += strlen(sc_syscalls[call].name) + 2;
	if (len == 1)
		return NULL;
	end = text = sc_alloc(len);
	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(set, call))
			end += sprintf(end, "%s%s", end > text ? ", " : "", sc_syscalls[call].name);
	return text;
}

/* The last line of a section, or of [Policy] (NULL), that has a directive; 0 if none has. */
static int
line_of(const sc_policy *policy, const sc_section *section, const char *directive)
{
	for (int i = policy->ndirectives; i-- > 0;)
		if (policy->directives[i].scope == section && policy->directives[i].directive &&
			strcmp(policy->directives[i].directive, directive) == 0)
			return policy->directives[i].line;
	return 0;
}

/* Of clients. */
static bool
is_session(const sc_section *section)
{
	return section->profile || (section->type && section->type->session && !section->type->worker);
}

bool
sc_forgotten(const sc_ruleset *rules, int call)
{
	int			nr = sc_syscalls[call].nr[SC_ABI_NATIVE];
	sc_verdict	verdict;

	if (rules->kind != SC_LIST_ALLOW || nr == SC_NR_NONE)
		return false;
	for (int i = 0; i < rules->nlist; i++)
		if (sc_set_has(&rules->list[i].calls, call))
			return false;
	verdict = sc_decide(rules, SC_ABI_NATIVE, (uint32_t) nr, NULL, NULL);
	return verdict.action == SC_ERRNO && verdict.why == SC_WHY_NOT_LISTED && !verdict.depends;
}

/* ----------
 * The policy as a whole
 * ----------
 */

static void
find_mode(const sc_policy *policy, sc_findings *findings)
{
	static const struct
	{
		sc_mode		mode;
		const char *what;
	}			modes[] = {
		{SC_MODE_PERMISSIVE, "what the policy denies is recorded, and runs"},
		{SC_MODE_OFF, "the policy is read, and nothing of it is in force"},
	};

	for (int i = 0; i < 2; i++)
		if (policy->mode == modes[i].mode)
			sc_finding_add(findings, policy->path, line_of(policy, NULL, "Mode"), false,
						   "Write Mode=enforce once the policy is ready.", "Mode=%s: %s",
						   sc_mode_name(policy->mode), modes[i].what);
}

/* Sections whose every session an earlier one takes; [Session] is asked last. */
static void
find_unreachable(const sc_policy *policy, sc_findings *findings)
{
	sc_matchers *sorted = sc_alloc((size_t) (policy->nsessions + 1) * sizeof(sc_matchers));
	bool		covered[] = {false, false};	/* walsenders, others */

	for (int i = 0; i < policy->nsessions; i++)
		sorted[i] = sc_matchers_sorted(&policy->sessions[i]->matchers);
	for (int i = 0; i < policy->nsessions; i++)
	{
		const sc_section *section = policy->sessions[i];
		bool		fallback = section == policy->fallback;

		if (!fallback && !sc_match_any(&section->matchers))
			continue;
		if (sc_match_none(&section->matchers))
		{
			sc_finding_add(findings, policy->path, section->line, false,
						   "A connection of physical replication, Database=replication, is one of replication: write Replication=yes, or leave it out.",
						   "no login gets [%s]: nothing fits Database=replication and Replication=no", section->title);
			continue;
		}
		for (int before = 0; before < (fallback ? policy->nsessions : i); before++)
		{
			const sc_section *earlier = policy->sessions[before];

			if (!sc_match_any(&earlier->matchers) ||
				(!fallback && !sc_digest_covers(policy->digests[before], policy->digests[i])) ||
				!sc_matchers_cover(&sorted[before], &sorted[i]))
				continue;
			sc_finding_add(findings, policy->path, section->line, false,
						   fallback ? sc_format("Give [%s] matchers that leave sessions for [Session], or take one of the two out.",
												earlier->title)
						   : sc_format("Move it before [%s]; or take its matchers out if it is for pg_seccomp_restrict() only.",
									   earlier->title),
						   "no login gets [%s]: every session that %s fits [%s] in line %d", section->title,
						   fallback ? "there is" : "fits it", earlier->title, earlier->line);
			break;
		}
	}
	for (int i = 0; i < policy->nsessions; i++)
		for (int kind = 0; kind < 2; kind++)
		{
			sc_word		all = {.text = "all"};
			sc_matchers any = {.replication = kind == 0 ? SC_REPLICATION_YES : SC_REPLICATION_NO};

			/* who is no walsender has a database */
			if (kind == 1)
				any.databases = (sc_words) {&all, 1};
			covered[kind] = covered[kind] ||
				(sc_match_any(&policy->sessions[i]->matchers) && sc_matchers_cover(&sorted[i], &any));
		}
	if (policy->fallback == NULL && !(covered[0] && covered[1]))
		sc_finding_add(findings, policy->path, 0, false,
					   "Add the section [Session], which is for all sessions that no other one matches.",
					   "there is no section [Session]: sessions that no section matches have none of their own");
}

/* ----------
 * Sections
 * ----------
 */

static void
find_kill(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	if (section->rules.on_violation == SC_ON_VIOLATION_KILL)
		sc_finding_add(findings, policy->path, section->rules.on_violation_line, false,
					   is_session(section) ? "OnViolation=terminate ends that session alone."
					   : "OnViolation=terminate ends sessions, and leaves the server's own processes alone.",
					   "OnViolation=kill: one denied call in [%s] takes the whole cluster through crash recovery, all sessions included",
					   section->title);
}

static void
find_abis(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	/* they have arguments in memory: on x86 mmap as well, on arm there is mmap2 alone */
	static const char *const in_memory[] = {"ipc", "mmap", "socketcall"};
	sc_sections sections = sc_sections_of(policy, section);

	for (int abi = 0; section->rules.abis_said && abi < SC_ABI_COUNT; abi++)
	{
		sc_set		open = {{0}};
		char	   *names;

		if (abi == SC_ABI_NATIVE || !(section->rules.abis >> abi & 1) || abi == SC_ABI_X32)
			continue;
		for (size_t i = 0; i < sizeof(in_memory) / sizeof(in_memory[0]); i++)
		{
			int			call = sc_syscall_by_name(in_memory[i]);
			sc_verdict	verdict;

			if (sc_syscalls[call].nr[abi] != SC_NR_NONE &&
				sc_denied_by(&sections, (sc_abi) abi, call, &verdict) < 0)
				sc_set_add(&open, call);
		}
		names = sc_set_names(&open);
		if (names)
			sc_finding_add(findings, policy->path, section->rules.abis_line, false,
						   "Leave the ABI out unless programs that the server starts are of it, or deny these calls to them.",
						   "[%s] admits the ABI \"%s\", by which some calls have their arguments in memory, out of every rule's sight: %s",
						   section->title, sc_abis[abi].name, names);
	}
}

static void
find_log(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	/* what every statement makes (doc/measured-syscalls.md) */
	static const char *const busy[] = {
		"epoll_pwait", "epoll_wait", "lseek", "pread64", "pwrite64", "read", "recvfrom", "sendto", "write"
	};
	sc_set		logged = {{0}};
	char	   *names;

	for (size_t i = 0; i < sizeof(busy) / sizeof(busy[0]); i++)
	{
		int			call = sc_syscall_by_name(busy[i]);
		int			nr = sc_syscalls[call].nr[SC_ABI_NATIVE];

		if (nr != SC_NR_NONE && sc_decide(&section->rules, SC_ABI_NATIVE, (uint32_t) nr, NULL, NULL).action == SC_LOG)
			sc_set_add(&logged, call);
	}
	names = sc_set_names(&logged);
	if (names)
		sc_finding_add(findings, policy->path, section->rules.log_line, false,
					   "Log rare calls only: the kernel drops records above a rate, and those that matter among them.",
					   "SystemCallLog of [%s] has calls that every statement makes: %s", section->title, names);
}

/* Does each test of one rule stand in the other, so that whatever fits this one fits that? */
static bool
rule_covers(const sc_rule *rule, const sc_rule *later)
{
	if (rule->only != 0 && rule->only != later->only)
		return false;
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		const sc_test *test = &rule->tests[i];
		bool		found = false;

		for (int j = 0; j < sc_rule_ntests(later); j++)
			found = found || (test->arg == later->tests[j].arg && test->op == later->tests[j].op &&
							  test->mask == later->tests[j].mask && test->value == later->tests[j].value);
		if (!found)
			return false;
	}
	return strcmp(rule->calls, later->calls) == 0;
}

static void
find_rules(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	const sc_rule_list *own = &section->rules.own;

	/* no program has room for more, and they would be compared for minutes */
	if (own->n > SC_MAX_PROGRAM)
		return;

	for (int i = 0; i < own->n; i++)
		for (int before = 0; before < i; before++)
			if (rule_covers(&own->rules[before], &own->rules[i]))
			{
				sc_finding_add(findings, policy->path, own->rules[i].line, false,
							   "The first rule that fits a call decides: narrow ones stand before wide ones.",
							   "this rule on \"%s\" is never asked: what fits it fits line %d", own->rules[i].calls,
							   own->rules[before].line);
				break;
			}
}

/* An allow-list that leaves out, without a word on it, what clients' sessions need. */
static void
find_session_calls(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	const sc_set *needed = sc_group_members(sc_group_by_name("@pg-session"));
	const sc_ruleset *rules = &section->rules;
	sc_set		missing = {{0}};
	char	   *names;

	/* walsenders need less: lint_processes.c */
	if (!is_session(section) || strcmp(sc_process_of(section).type, SC_WALSENDER) == 0)
		return;
	for (int call = 0; call < sc_nsyscalls; call++)
		if (sc_set_has(needed, call) && sc_forgotten(rules, call))
			sc_set_add(&missing, call);
	names = sc_set_names(&missing);
	if (names)
		sc_finding_add(findings, policy->path, rules->kind_line, false,
					   "Add @pg-session to the list, and behind \"~\" on a line after it what is to be denied nevertheless; doc/session-calls.md says who needs what.",
					   "the allow-list of [%s] lacks calls that sessions need (@pg-session): %s", section->title, names);
}

/*
 * A call that another section answers quietly, "not here", and that is a violation
 * here for being on no list: programs that merely ask would end the session.
 */
static void
find_loud(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	sc_sections before = sc_sections_of(policy, section);
	sc_set		loud = {{0}};
	int			line = 0;
	char	   *names;

	before.n--;
	if (section->rules.on_violation == SC_ON_VIOLATION_ERROR || section->rules.kind != SC_LIST_ALLOW)
		return;
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		int			nr = sc_syscalls[call].nr[SC_ABI_NATIVE];
		sc_verdict	outer;
		sc_verdict	own;

		if (nr == SC_NR_NONE || sc_denied_by(&before, SC_ABI_NATIVE, call, &outer) < 0 || outer.report != SC_QUIET)
			continue;
		own = sc_decide(&section->rules, SC_ABI_NATIVE, (uint32_t) nr, NULL, NULL);
		if (own.action != SC_ERRNO || own.why != SC_WHY_NOT_LISTED || own.report != SC_REPORTED)
			continue;
		sc_set_add(&loud, call);
		line = line == 0 || outer.line < line ? outer.line : line;
	}
	names = sc_set_names(&loud);
	if (names)
		sc_finding_add(findings, policy->path, section->rules.on_violation_line, false,
					   "Repeat the quiet lines, such as \"SystemCallFilter=~@pg-io-uring:ENOSYS\", in this section, too.",
					   "OnViolation=%s: [%s] makes violations of calls that are answered quietly from line %d on: %s",
					   sc_on_violation_name(section->rules.on_violation), section->title, line, names);
}

void
sc_lint(const sc_policy *policy, sc_findings *findings)
{
	static void (*const of_policy[]) (const sc_policy *, sc_findings *) = {
		find_mode, find_unreachable, sc_lint_words
	};
	static void (*const of_section[]) (const sc_policy *, const sc_section *, sc_findings *) = {
		find_kill, find_abis, find_log, find_rules, find_session_calls, find_loud, sc_lint_processes, sc_lint_doors
	};

	for (size_t i = 0; i < sizeof(of_policy) / sizeof(of_policy[0]); i++)
		of_policy[i] (policy, findings);
	for (size_t i = 0; i < sizeof(of_section) / sizeof(of_section[0]); i++)
		for (int scope = 0; scope < sc_policy_nscopes(policy); scope++)
			of_section[i] (policy, sc_policy_scope(policy, scope), findings);
}
