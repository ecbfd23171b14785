/*
 * policy.c
 *		The reader of policy files: directives, and what can only be said of a
 *		policy as a whole.
 *
 * Directives are a table; a directive's function gets the words of its value.
 * Reading goes on after an error, so that a file's errors are reported in one go.
 * Sections are header.c's.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "directives.h"
#include "memory.h"
#include "needs.h"
#include "parser.h"
#include "suggest.h"

#define lengthof_table(t) ((int) (sizeof(t) / sizeof((t)[0])))

/* The value of a directive, split. */
typedef struct
{
	sc_words	words;
	bool		inverted;		/* began with "~" */
	int			line;
	const char *text;
} value;

static const char *const mode_names[] = {"enforce", "permissive", "off", NULL};

const char *
sc_mode_name(sc_mode mode)
{
	return mode_names[mode];
}

static void
set_version(sc_parser *p, const value *v)
{
	if (strcmp(v->text, "1") != 0)
		sc_errors_add(&p->policy->errors, v->line, "This pg_seccomp reads Version=1.",
					  "policy language version \"%s\" is not supported", v->text);
}

static void
set_mode(sc_parser *p, const value *v)
{
	const char *nearest;

	for (int i = 0; mode_names[i]; i++)
		if (strcmp(v->text, mode_names[i]) == 0)
		{
			p->policy->mode = (sc_mode) i;
			return;
		}
	nearest = sc_suggest(v->text, mode_names);
	sc_errors_add(&p->policy->errors, v->line,
				  nearest ? sc_format("Did you mean \"%s\"?", nearest)
				  : "Write \"enforce\", \"permissive\" or \"off\".",
				  "unknown mode \"%s\"", v->text);
}

/* Matchers add up, an empty value resets. */
static void
add_words(sc_words *list, const sc_words *more)
{
	if (more->n == 0)
	{
		list->n = 0;
		return;
	}
	list->list = sc_realloc(list->n ? list->list : NULL,
							(size_t) (list->n + more->n) * sizeof(sc_word));
	memcpy(list->list + list->n, more->list, (size_t) more->n * sizeof(sc_word));
	list->n += more->n;
}

/* Only role names can be preceded by "+". */
static void
refuse_plus(sc_parser *p, const value *v, const char *directive)
{
	for (int i = 0; i < v->words.n; i++)
		if (v->words.list[i].plus)
			sc_errors_add(&p->policy->errors, v->words.list[i].line, NULL,
						  "\"+%s\": %s takes no \"+\"", v->words.list[i].text, directive);
}

static void
set_data_directory(sc_parser *p, const value *v)
{
	refuse_plus(p, v, "DataDirectory");
	for (int i = 0; i < v->words.n; i++)
		if (v->words.list[i].text[0] != '/')
			sc_errors_add(&p->policy->errors, v->words.list[i].line, NULL,
						  "data directory \"%s\" is not an absolute path",
						  v->words.list[i].text);
	add_words(&p->policy->data_directories, &v->words);
}

static void
set_role(sc_parser *p, const value *v)
{
	sc_match_check_names(&v->words, &p->policy->errors);
	add_words(&p->section->matchers.roles, &v->words);
}

static void
set_database(sc_parser *p, const value *v)
{
	refuse_plus(p, v, "Database");
	sc_match_check_names(&v->words, &p->policy->errors);
	add_words(&p->section->matchers.databases, &v->words);
}

static void
set_address(sc_parser *p, const value *v)
{
	refuse_plus(p, v, "Address");
	if (v->words.n == 0)
		p->section->matchers.naddresses = 0;
	for (int i = 0; i < v->words.n; i++)
		sc_match_add_address(&p->section->matchers, &v->words.list[i], &p->policy->errors);
}

static void
set_replication(sc_parser *p, const value *v)
{
	bool		yes;

	if (*v->text == '\0')
		p->section->matchers.replication = SC_REPLICATION_OR_NOT;
	else if (sc_parse_boolean(v->text, &yes))
		p->section->matchers.replication = yes ? SC_REPLICATION_YES : SC_REPLICATION_NO;
	else
		sc_errors_add(&p->policy->errors, v->line, "Write \"yes\" or \"no\".",
					  "Replication is not \"%s\"", v->text);
}

static void
set_library(sc_parser *p, const value *v)
{
	refuse_plus(p, v, "Library");
	if (p->section->type)
	{
		sc_errors_add(&p->policy->errors, v->line,
					  "Give the section a name of its own, as in [Process \"my workers\"].",
					  "[%s] has no Library", p->title);
		return;
	}
	for (int i = 0; i < v->words.n; i++)
	{
		const sc_section *other;

		if (v->words.list[i].text[0] == '\0')
			sc_errors_add(&p->policy->errors, v->words.list[i].line, NULL, "a library has a name");
		other = sc_policy_library(p->policy, p->section, v->words.list[i].text);
		if (other)
			sc_errors_add(&p->policy->errors, v->words.list[i].line, NULL,
						  "library \"%s\" already has section [%s] in line %d",
						  v->words.list[i].text, other->title, other->line);
	}
	add_words(&p->section->libraries, &v->words);
}

static void
set_filter(sc_parser *p, const value *v)
{
	sc_rules_filter(&p->section->rules, &v->words, v->inverted, v->line,
					&p->policy->errors);
}

static void
set_errno(sc_parser *p, const value *v)
{
	sc_rules_errno(&p->section->rules, &v->words, v->inverted, v->line,
				   &p->policy->errors);
}

static void
set_architectures(sc_parser *p, const value *v)
{
	sc_rules_architectures(&p->section->rules, &v->words, v->inverted, v->line,
						   &p->policy->errors);
}

static void
set_log(sc_parser *p, const value *v)
{
	sc_rules_log(&p->section->rules, &v->words, v->inverted, v->line,
				 &p->policy->errors);
}

static void
set_on_violation(sc_parser *p, const value *v)
{
	sc_rules_on_violation(&p->section->rules, &v->words, v->inverted, v->line,
						  &p->policy->errors);
}

static void
set_force(sc_parser *p, const value *v)
{
	p->section->rules.force = false;
	if (*v->text != '\0' && !sc_parse_boolean(v->text, &p->section->rules.force))
		sc_errors_add(&p->policy->errors, v->line, "Write \"yes\" or \"no\".",
					  "Force is not \"%s\"", v->text);
}

static void
set_rule(sc_parser *p, const value *v)
{
	sc_rules_rule(&p->section->rules, v->text, v->line, &p->policy->errors);
}

static void
set_namespaces(sc_parser *p, const value *v)
{
	sc_namespaces_say(&p->section->rules.namespaces, &v->words, v->inverted, v->line,
					  &p->policy->errors);
}

static void
set_sockets(sc_parser *p, const value *v)
{
	sc_sockets_say(&p->section->rules.sockets, &v->words, v->inverted, v->line,
				   &p->policy->errors);
}

static void
set_dumpable(sc_parser *p, const value *v)
{
	sc_rules_choice(&p->section->rules.dumpable, "ProcessDumpable", v->text, v->line,
					&p->policy->errors);
	p->section->rules.dumpable_line = v->line;
}

static void
set_mitigation(sc_parser *p, const value *v)
{
	sc_rules_choice(&p->section->rules.mitigation, "SpeculationMitigation", v->text, v->line,
					&p->policy->errors);
}

static const struct
{
	const char *name;
	int			sections;		/* where it may stand */
	enum
	{
		PLAIN,					/* the value as it stands */
		WORDS,					/* split */
		LIST					/* split, and a leading "~" inverts */
	}			form;
	void		(*set) (sc_parser *p, const value *v);
}			directives[] = {
	{"Version", IN_POLICY, PLAIN, set_version},
	{"Mode", IN_POLICY, PLAIN, set_mode},
	{"DataDirectory", IN_POLICY, WORDS, set_data_directory},
	{"SystemCallFilter", IN_SCOPES, LIST, set_filter},
	{"SystemCallErrorNumber", IN_SCOPES, LIST, set_errno},
	{"SystemCallArchitectures", IN_SCOPES, LIST, set_architectures},
	{"SystemCallLog", IN_SCOPES, LIST, set_log},
	{"SystemCallRule", IN_SCOPES, PLAIN, set_rule},
	{"RestrictNamespaces", IN_SCOPES, LIST, set_namespaces},
	{"RestrictAddressFamilies", IN_SCOPES, LIST, set_sockets},
	{"ProcessDumpable", IN_SCOPES, PLAIN, set_dumpable},
	{"SpeculationMitigation", IN_SCOPES, PLAIN, set_mitigation},
	{"OnViolation", IN_SCOPES, WORDS, set_on_violation},
	{"Force", IN_SERVER | IN_CHILD | IN_PROCESS, PLAIN, set_force},
	{"Role", IN_SESSION, WORDS, set_role},
	{"Database", IN_SESSION, WORDS, set_database},
	{"Address", IN_SESSION, WORDS, set_address},
	{"Replication", IN_SESSION, PLAIN, set_replication},
	{"Library", IN_PROCESS, WORDS, set_library},
};

/* Keep the line for pg_seccomp_file_rules. */
static void
record(sc_parser *p, int line, const char *directive, const char *text)
{
	sc_policy  *policy = p->policy;

	policy->directives = sc_grow(policy->directives, policy->ndirectives,
								 sizeof(sc_directive));
	policy->directives[policy->ndirectives++] =
		(sc_directive) {line, p->title, p->section, directive, text};
}

/* May a directive stand here?  Else adds an error. */
static bool
may_stand(sc_parser *p, const char *name, int sections, int line)
{
	if (p->title == NULL)
		sc_errors_add(&p->policy->errors, line, NULL,
					  "directive \"%s\" stands before the first section", name);
	else if (p->kind != 0 && !(sections & (int) p->kind))
		sc_errors_add(&p->policy->errors, line, NULL,
					  "directive \"%s\" does not belong in [%s]", name, p->title);
	else
		return p->kind != 0;	/* 0: the section is the error */
	return false;
}

bool
sc_policy_has_directive(const char *name)
{
	for (int i = 0; i < lengthof_table(directives); i++)
		if (strcmp(directives[i].name, name) == 0)
			return (directives[i].sections & IN_SERVER) != 0;
	return sc_switch_by_name(name) >= 0;
}

/* The directive nearest to a misspelt one, or NULL. */
static const char *
nearest_directive(const char *name)
{
	const char *names[lengthof_table(directives) + SC_MAX_SWITCHES + 1];
	int			n = 0;

	for (int i = 0; i < lengthof_table(directives); i++)
		names[n++] = directives[i].name;
	for (int i = 0; i < sc_nswitches; i++)
		names[n++] = sc_switches[i].name;
	names[n] = NULL;
	return sc_suggest(name, names);
}

/* A line "Directive=value". */
static void
read_directive(sc_parser *p, const sc_line *line)
{
	sc_errors  *errors = &p->policy->errors;
	const char *equals = strchr(line->text, '=');
	size_t		offset;
	const char *name;
	const char *nearest;
	int			end;

	if (equals == NULL)
	{
		record(p, line->line, NULL, line->text);
		sc_errors_add(errors, line->line, NULL, "line is neither [Section] nor Directive=value");
		return;
	}
	for (end = (int) (equals - line->text); end > 0; end--)
		if (line->text[end - 1] != ' ' && line->text[end - 1] != '\t')
			break;
	name = sc_strndup(line->text, (size_t) end);
	offset = (size_t) (equals + 1 - line->text);
	offset += strspn(line->text + offset, " \t");
	record(p, line->line, name, line->text + offset);

	for (int i = 0; i < lengthof_table(directives); i++)
	{
		value		v = {{NULL, 0}, false, line->line, line->text + offset};

		if (strcmp(name, directives[i].name) != 0)
			continue;
		if (!may_stand(p, name, directives[i].sections, line->line))
			return;
		if (directives[i].form != PLAIN)
		{
			v.inverted = *v.text == '~';
			v.words = sc_split(line, offset + v.inverted, errors);
		}
		if (v.inverted && v.words.n == 0)
			sc_errors_add(errors, line->line, NULL, "nothing follows the \"~\"");
		else if (v.inverted && directives[i].form != LIST)
			sc_errors_add(errors, line->line, NULL, "directive \"%s\" takes no \"~\"", name);
		else
			directives[i].set(p, &v);
		return;
	}
	if (sc_switch_by_name(name) >= 0)
	{
		if (may_stand(p, name, IN_SCOPES, line->line))
			sc_rules_switch(&p->section->rules, name, line->text + offset, line->line, errors);
		return;
	}
	nearest = sc_errors_full(errors) ? NULL : nearest_directive(name);
	sc_errors_add(errors, line->line, nearest ? sc_format("Did you mean \"%s\"?", nearest) : NULL,
				  "unknown directive \"%s\"", name);
}

/* A section without SystemCallArchitectures has the server's. */
static void
inherit_abis(sc_ruleset *rules, const sc_ruleset *server)
{
	if (!rules->abis_said)
	{
		rules->abis = server->abis;
		rules->abis_line = server->abis_line;
	}
}

/*
 * A killed process takes the cluster through crash recovery: where that may be
 * any process at all, it has to be asked for twice.
 */
static void
refuse_kill(const sc_section *section, sc_errors *errors)
{
	if (section->rules.on_violation == SC_ON_VIOLATION_KILL && !section->rules.force)
		sc_errors_add(errors, section->rules.on_violation_line,
					  "Write OnViolation=terminate, or add Force=yes if a violation is worth a crash recovery.",
					  "OnViolation=kill in [%s] lets one denied call take the whole cluster through crash recovery",
					  section->title);
}

/* What can only be said of the policy as a whole. */
static void
finish(sc_policy *policy)
{
	const char *hint = "A call that the server needs to keep its data safe or to run at all may not be denied; doc/catalog.md has the list.";
	const char *early_hint = "Deny it in [Session] sections only: processes need it as they start and attach their filters.";
	bool		any;

	sc_rules_finish(&policy->server.rules);
	sc_rules_finish(&policy->child.rules);
	any = sc_rules_any(&policy->server.rules) || sc_rules_any(&policy->child.rules);
	sc_rules_require(&policy->server.rules, "@pg-required", "Server", hint, &policy->errors);
	sc_rules_require(&policy->server.rules, "@pg-required-server", "Server", hint, &policy->errors);
	sc_rules_require(&policy->server.rules, "@pg-required-child", "Server", early_hint, &policy->errors);
	sc_rules_require(&policy->child.rules, "@pg-required", "Child", hint, &policy->errors);
	sc_rules_require(&policy->child.rules, "@pg-required-child", "Child", early_hint,
					 &policy->errors);

	refuse_kill(&policy->server, &policy->errors);
	refuse_kill(&policy->child, &policy->errors);

	for (int i = 0; i < policy->nprocesses; i++)
	{
		sc_section *process = policy->processes[i];
		bool		from_fork = process->type == NULL || process->type->worker;

		sc_rules_finish(&process->rules);
		any = any || sc_rules_any(&process->rules);
		sc_rules_require(&process->rules, "@pg-required", process->title, hint, &policy->errors);
		if (from_fork)
			sc_rules_require(&process->rules, "@pg-required-child", process->title, early_hint,
							 &policy->errors);
		else if (process->type->session || strcmp(process->process, SC_AUXILIARY) == 0)
			sc_rules_require(&process->rules, "@pg-attach", process->title,
							 "These processes attach another program after this one.",
							 &policy->errors);
		refuse_kill(process, &policy->errors);
		inherit_abis(&process->rules, &policy->server.rules);
	}

	policy->digests = sc_alloc((size_t) (policy->nsessions + 1) * sizeof(sc_digest));
	for (int i = 0; i < policy->nsessions; i++)
	{
		sc_section *session = policy->sessions[i];

		sc_rules_finish(&session->rules);
		if (strcmp(session->profile, SC_DEFAULT_PROFILE) == 0)
			policy->fallback = session;
		else if (sc_match_any(&session->matchers))
			policy->digests[i] = sc_matchers_digest(&session->matchers);
		policy->needs_membership = policy->needs_membership ||
			sc_match_needs_membership(&session->matchers);
		sc_rules_require(&session->rules, "@pg-required", session->title, hint,
						 &policy->errors);
		any = any || sc_rules_any(&session->rules);
		if (session == policy->fallback && sc_match_any(&session->matchers))
			sc_errors_add(&policy->errors, session->line,
						  "Name the section, as in [Session reporting].",
						  "[Session] is for the sessions that no other section matches, so it has no Role, Database, Address or Replication");
		inherit_abis(&session->rules, &policy->server.rules);
	}
	inherit_abis(&policy->child.rules, &policy->server.rules);
	sc_policy_number(policy);

	if (!any && policy->mode != SC_MODE_OFF && policy->errors.total == 0)
		sc_errors_add(&policy->errors, 0, "To run without filters, say so: Mode=off in [Policy].",
					  "the policy filters nothing: no section has a directive that needs a filter");
}

sc_policy *
sc_policy_parse(const char *path, const char *text, size_t len)
{
	sc_policy  *policy = sc_alloc(sizeof(sc_policy));
	sc_parser	p = {.policy = policy};
	sc_reader	reader = {text, len, 0, 0};
	sc_line		line;

	policy->path = path;
	policy->text = text;
	policy->len = len;
	if (sc_directives_init())
		sc_errors_add(&policy->errors, 0, NULL, "%s", sc_directives_init());
	sc_section_init(&policy->server, "Server");
	sc_section_init(&policy->child, "Child");

	if (len > SC_MAX_POLICY)
		sc_errors_add(&policy->errors, 0, NULL, "the file is larger than 1 MiB");
	else if (sc_text_check(text, len, &policy->errors))
	{
		while (sc_next_line(&reader, &line, &policy->errors))
		{
			if (line.text[0] == '[')
				sc_parser_header(&p, &line);
			else
				read_directive(&p, &line);
		}
		finish(policy);
	}
	return policy;
}
