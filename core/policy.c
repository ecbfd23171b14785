/*
 * policy.c
 *		The reader of policy files.
 *
 * Sections and directives are two tables; a directive's function gets the
 * words of its value.  Reading goes on after an error, so that a file's errors
 * are reported in one go.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "directives.h"
#include "memory.h"
#include "needs.h"
#include "suggest.h"

typedef enum
{
	IN_POLICY = 1,
	IN_SERVER = 2,
	IN_CHILD = 4,
	IN_SESSION = 8,
	IN_PROCESS = 16,
	IN_SCOPES = IN_SERVER | IN_CHILD | IN_PROCESS | IN_SESSION
} section_kind;

static const struct
{
	const char *name;
	section_kind kind;
}			section_kinds[] = {
	{"Policy", IN_POLICY},
	{"Server", IN_SERVER},
	{"Child", IN_CHILD},
	{"Process", IN_PROCESS},
	{"Session", IN_SESSION},
};

#define lengthof_table(t) ((int) (sizeof(t) / sizeof((t)[0])))

typedef struct
{
	sc_policy  *policy;
	section_kind kind;			/* of the current section; 0: none or unknown */
	sc_section *section;		/* of a scope, else NULL */
	sc_section *discarded;		/* for a duplicate: checked, not kept */
	const char *title;			/* as written, or NULL before the first */
} parser;

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
set_version(parser *p, const value *v)
{
	if (strcmp(v->text, "1") != 0)
		sc_errors_add(&p->policy->errors, v->line, "This pg_seccomp reads Version=1.",
					  "policy language version \"%s\" is not supported", v->text);
}

static void
set_mode(parser *p, const value *v)
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
refuse_plus(parser *p, const value *v, const char *directive)
{
	for (int i = 0; i < v->words.n; i++)
		if (v->words.list[i].plus)
			sc_errors_add(&p->policy->errors, v->words.list[i].line, NULL,
						  "\"+%s\": %s takes no \"+\"", v->words.list[i].text, directive);
}

static void
set_data_directory(parser *p, const value *v)
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
set_role(parser *p, const value *v)
{
	sc_match_check_names(&v->words, &p->policy->errors);
	add_words(&p->section->matchers.roles, &v->words);
}

static void
set_database(parser *p, const value *v)
{
	refuse_plus(p, v, "Database");
	sc_match_check_names(&v->words, &p->policy->errors);
	add_words(&p->section->matchers.databases, &v->words);
}

static void
set_address(parser *p, const value *v)
{
	refuse_plus(p, v, "Address");
	if (v->words.n == 0)
		p->section->matchers.naddresses = 0;
	for (int i = 0; i < v->words.n; i++)
		sc_match_add_address(&p->section->matchers, &v->words.list[i], &p->policy->errors);
}

static void
set_replication(parser *p, const value *v)
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

/* The section, other than this one, that a library already has; or NULL. */
static const sc_section *
section_of_library(const sc_policy *policy, const sc_section *section, const char *library)
{
	for (int i = 0; i < policy->nprocesses; i++)
		for (int l = 0; l < policy->processes[i]->libraries.n; l++)
			if (policy->processes[i] != section &&
				sc_same_library(policy->processes[i]->libraries.list[l].text, library))
				return policy->processes[i];
	return NULL;
}

static void
set_library(parser *p, const value *v)
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
		const sc_section *other = section_of_library(p->policy, p->section, v->words.list[i].text);

		if (other)
			sc_errors_add(&p->policy->errors, v->words.list[i].line, NULL,
						  "library \"%s\" already has section [%s] in line %d",
						  v->words.list[i].text, other->title, other->line);
	}
	add_words(&p->section->libraries, &v->words);
}

static void
set_filter(parser *p, const value *v)
{
	sc_rules_filter(&p->section->rules, &v->words, v->inverted, v->line,
					&p->policy->errors);
}

static void
set_errno(parser *p, const value *v)
{
	sc_rules_errno(&p->section->rules, &v->words, v->inverted, v->line,
				   &p->policy->errors);
}

static void
set_architectures(parser *p, const value *v)
{
	sc_rules_architectures(&p->section->rules, &v->words, v->inverted, v->line,
						   &p->policy->errors);
}

static void
set_log(parser *p, const value *v)
{
	sc_rules_log(&p->section->rules, &v->words, v->inverted, v->line,
				 &p->policy->errors);
}

static void
set_on_violation(parser *p, const value *v)
{
	sc_rules_on_violation(&p->section->rules, &v->words, v->inverted, v->line,
						  &p->policy->errors);
}

static void
set_force(parser *p, const value *v)
{
	p->section->rules.force = false;
	if (*v->text != '\0' && !sc_parse_boolean(v->text, &p->section->rules.force))
		sc_errors_add(&p->policy->errors, v->line, "Write \"yes\" or \"no\".",
					  "Force is not \"%s\"", v->text);
}

static void
set_rule(parser *p, const value *v)
{
	sc_rules_rule(&p->section->rules, v->text, v->line, &p->policy->errors);
}

static void
set_namespaces(parser *p, const value *v)
{
	sc_namespaces_say(&p->section->rules.namespaces, &v->words, v->inverted, v->line,
					  &p->policy->errors);
}

static void
set_sockets(parser *p, const value *v)
{
	sc_sockets_say(&p->section->rules.sockets, &v->words, v->inverted, v->line,
				   &p->policy->errors);
}

static void
set_dumpable(parser *p, const value *v)
{
	sc_rules_choice(&p->section->rules.dumpable, "ProcessDumpable", v->text, v->line,
					&p->policy->errors);
	p->section->rules.dumpable_line = v->line;
}

static void
set_mitigation(parser *p, const value *v)
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
	void		(*set) (parser *p, const value *v);
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

/*
 * "Did you mean" from a table whose rows begin with a name; NULL if none is
 * near.
 */
#define SUGGEST(errors, word, table) \
	suggest((errors), (word), (table), sizeof((table)[0]), lengthof_table(table))

static char *
suggest(const sc_errors *errors, const char *word, const void *table, size_t row, int n)
{
	const char **names;
	const char *nearest;

	if (sc_errors_full(errors))
		return NULL;
	names = sc_alloc((size_t) (n + 1) * sizeof(char *));
	for (int i = 0; i < n; i++)
		names[i] = *(const char *const *) (const void *) ((const char *) table + (size_t) i * row);
	nearest = sc_suggest(word, names);
	return nearest ? sc_format("Did you mean \"%s\"?", nearest) : NULL;
}

static const char *
section_name(section_kind kind)
{
	for (int i = 0; i < lengthof_table(section_kinds); i++)
		if (section_kinds[i].kind == kind)
			return section_kinds[i].name;
	return "?";
}

static void
init_section(sc_section *section, const char *title)
{
	section->title = title;
	sc_rules_init(&section->rules);
}

/*
 * A name behind "Session " or "Process " in a header, unquoted; NULL after an
 * error.
 */
static const char *
section_name_of(parser *p, const char *text, int longest, int line)
{
	size_t		len = strlen(text);
	const char *name = text;

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"')
		name = sc_strndup(text + 1, len - 2);
	len = strlen(name);
	if (len > 0 && len <= (size_t) longest && strpbrk(name, "\",[]=") == NULL)
		return name;
	sc_errors_add(&p->policy->errors, line,
				  sc_format("A name has 1 to %d bytes, without quotes, commas, brackets and equals signs.", longest),
				  "\"%s\" is not a name for a section", name);
	return NULL;
}

static const char *
profile_name(parser *p, const char *text, int line)
{
	const char *name = section_name_of(p, text, 63, line);

	if (name == NULL)
		return NULL;
	if (strcmp(name, SC_DEFAULT_PROFILE) == 0)
	{
		sc_errors_add(&p->policy->errors, line, "Write [Session] or choose another name.",
					  "the name \"%s\" is that of the section [Session]", name);
		return NULL;
	}
	return name;
}

/* The section is already there: what this one says is checked, and not kept. */
static void
discard_section(parser *p, const sc_section *same, int line)
{
	sc_errors_add(&p->policy->errors, line, NULL,
				  "section [%s] is already there in line %d", p->title, same->line);
	if (p->discarded == NULL)
		p->discarded = sc_alloc(sizeof(sc_section));
	memset(p->discarded, 0, sizeof(sc_section));
	p->section = p->discarded;
	init_section(p->section, p->title);
}

static void
start_session(parser *p, const char *profile, int line)
{
	sc_policy  *policy = p->policy;
	const sc_section *same = sc_policy_profile(policy, profile);

	if (same)
	{
		discard_section(p, same, line);
		return;
	}
	if (policy->nsessions == SC_MAX_SESSIONS)
	{
		sc_errors_add(&policy->errors, line,
					  "Let sections match roles by membership (Role=+group).",
					  "more than %d session sections", SC_MAX_SESSIONS);
		p->kind = 0;
		return;
	}
	policy->sessions = sc_grow(policy->sessions, policy->nsessions, sizeof(sc_section *));
	p->section = sc_alloc(sizeof(sc_section));
	init_section(p->section, p->title);
	p->section->profile = profile;
	p->section->line = line;
	policy->sessions[policy->nsessions++] = p->section;
}

/* What to do about a type that PostgreSQL does not have. */
static const char *
process_hint(const parser *p, const char *name)
{
	const char *nearest = sc_errors_full(&p->policy->errors) ? NULL : sc_nearest_process_type(name);

	if (strcmp(name, "postmaster") == 0 || strcmp(name, "standalone backend") == 0)
		return "Write [Server]: it is for the process that is started first.";
	return nearest ? sc_format("Did you mean [Process %s]?", nearest) :
		sc_format("Quote a background worker's bgw_type: [Process \"%s\"].", name);
}

/* [Process TYPE], or [Process "NAME"] for a background worker of that bgw_type. */
static void
start_process(parser *p, const char *text, int line)
{
	sc_policy  *policy = p->policy;
	const char *name;

	p->kind = 0;
	if (*text == '\0')
	{
		sc_errors_add(&policy->errors, line,
					  "Write [Process TYPE], with a type of pg_stat_activity.backend_type.",
					  "section [Process] has no type");
		return;
	}
	/* a bgw_type has up to BGW_MAXLEN - 1 bytes (bgworker.h) */
	name = section_name_of(p, text, 95, line);
	if (name == NULL)
		return;
	if (*text != '"' && sc_process_type_by_name(name) == NULL)
	{
		sc_errors_add(&policy->errors, line, process_hint(p, name), "unknown process type \"%s\"", name);
		return;
	}
	if (policy->nprocesses == SC_MAX_PROCESSES)
	{
		sc_errors_add(&policy->errors, line, "Let [Process background worker] hold for many of them.",
					  "more than %d process sections", SC_MAX_PROCESSES);
		return;
	}
	p->kind = IN_PROCESS;
	for (int i = 0; i < policy->nprocesses; i++)
		if (strcmp(policy->processes[i]->process, name) == 0)
		{
			discard_section(p, policy->processes[i], line);
			return;
		}
	policy->processes = sc_grow(policy->processes, policy->nprocesses, sizeof(sc_section *));
	p->section = sc_alloc(sizeof(sc_section));
	init_section(p->section, p->title);
	p->section->process = name;
	p->section->type = sc_process_type_by_name(name);
	p->section->line = line;
	policy->processes[policy->nprocesses++] = p->section;
}

/* A line "[...]". */
static void
start_section(parser *p, const sc_line *line)
{
	size_t		len = strlen(line->text);
	char	   *inside;
	char	   *rest;

	p->kind = 0;
	p->section = NULL;
	p->title = line->text;
	if (line->text[len - 1] != ']')
	{
		sc_errors_add(&p->policy->errors, line->line, NULL,
					  "section header does not end in \"]\"");
		return;
	}
	inside = sc_strndup(line->text + 1, len - 2);
	p->title = inside;
	rest = inside + strcspn(inside, " \t");
	inside = sc_strndup(inside, (size_t) (rest - inside));
	rest += strspn(rest, " \t");

	for (int i = 0; i < lengthof_table(section_kinds); i++)
		if (strcmp(inside, section_kinds[i].name) == 0)
			p->kind = section_kinds[i].kind;
	if (p->kind == 0)
	{
		sc_errors_add(&p->policy->errors, line->line, SUGGEST(&p->policy->errors, inside, section_kinds),
					  "unknown section [%s]", p->title);
		return;
	}
	if (p->kind == IN_SESSION)
	{
		const char *profile = SC_DEFAULT_PROFILE;

		if (*rest != '\0')
			profile = profile_name(p, rest, line->line);
		if (profile)
			start_session(p, profile, line->line);
		else
			p->kind = 0;
		return;
	}
	if (p->kind == IN_PROCESS)
	{
		start_process(p, rest, line->line);
		return;
	}
	if (*rest != '\0')
		sc_errors_add(&p->policy->errors, line->line, NULL,
					  "section [%s] takes no name", section_name(p->kind));
	if (p->kind == IN_SERVER)
		p->section = &p->policy->server;
	else if (p->kind == IN_CHILD)
		p->section = &p->policy->child;
	if (p->section && p->section->line == 0)
		p->section->line = line->line;
}

/* Keep the line for pg_seccomp_file_rules. */
static void
record(parser *p, int line, const char *directive, const char *text)
{
	sc_policy  *policy = p->policy;

	policy->directives = sc_grow(policy->directives, policy->ndirectives,
								 sizeof(sc_directive));
	policy->directives[policy->ndirectives++] =
		(sc_directive) {line, p->title, p->section, directive, text};
}

/* May a directive stand here?  Else adds an error. */
static bool
may_stand(parser *p, const char *name, int sections, int line)
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
read_directive(parser *p, const sc_line *line)
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

	if (!any && policy->mode != SC_MODE_OFF && policy->errors.total == 0)
		sc_errors_add(&policy->errors, 0, "To run without filters, say so: Mode=off in [Policy].",
					  "the policy filters nothing: no section has a directive that needs a filter");
}

sc_policy *
sc_policy_parse(const char *path, const char *text, size_t len)
{
	sc_policy  *policy = sc_alloc(sizeof(sc_policy));
	parser		p = {.policy = policy};
	sc_reader	reader = {text, len, 0, 0};
	sc_line		line;

	policy->path = path;
	policy->text = text;
	policy->len = len;
	if (sc_directives_init())
		sc_errors_add(&policy->errors, 0, NULL, "%s", sc_directives_init());
	init_section(&policy->server, "Server");
	init_section(&policy->child, "Child");

	if (len > SC_MAX_POLICY)
		sc_errors_add(&policy->errors, 0, NULL, "the file is larger than 1 MiB");
	else if (sc_text_check(text, len, &policy->errors))
	{
		while (sc_next_line(&reader, &line, &policy->errors))
		{
			if (line.text[0] == '[')
				start_section(&p, &line);
			else
				read_directive(&p, &line);
		}
		finish(policy);
	}
	return policy;
}

const sc_section *
sc_policy_session(const sc_policy *policy, const sc_client *client)
{
	sc_digest	digest = sc_client_digest(client);

	for (int i = 0; i < policy->nsessions; i++)
		if (sc_digests_meet(policy->digests[i], digest) &&
			sc_match(&policy->sessions[i]->matchers, client))
			return policy->sessions[i];
	return policy->fallback;
}

/* The section of one of PostgreSQL's types, or of a worker's bgw_type. */
static const sc_section *
process_section(const sc_policy *policy, const char *name, bool worker)
{
	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];

		/* with Library= a name of its own is a mere name */
		if (strcmp(section->process, name) == 0 && section->libraries.n == 0 &&
			(section->type ? section->type->worker == worker : worker))
			return section;
	}
	return NULL;
}

int
sc_policy_process(const sc_policy *policy, const sc_process *process, const sc_section **sections)
{
	const sc_process_type *type = process->type ? sc_process_type_by_name(process->type) : NULL;
	const char *generals[SC_MAX_PROCESS_SECTIONS];
	const sc_section *section;
	int			ngenerals = 0;
	int			n = 0;

	/* a worker may call itself what it likes */
	if (type && type->worker != process->worker)
		type = NULL;
	for (const char *general = type ? type->general : NULL; general;
		 general = sc_process_type_by_name(general)->general)
		generals[ngenerals++] = general;
	if (type == NULL && process->worker)
		generals[ngenerals++] = SC_WORKER;
	while (ngenerals-- > 0)
		if ((section = process_section(policy, generals[ngenerals], process->worker)) != NULL)
			sections[n++] = section;
	if (process->worker && process->library &&
		(section = section_of_library(policy, NULL, process->library)) != NULL)
		sections[n++] = section;
	if (process->type && (section = process_section(policy, process->type, process->worker)) != NULL)
		sections[n++] = section;
	return n;
}

const sc_section *
sc_policy_profile(const sc_policy *policy, const char *profile)
{
	for (int i = 0; i < policy->nsessions; i++)
		if (strcmp(policy->sessions[i]->profile, profile) == 0)
			return policy->sessions[i];
	return NULL;
}

const char *
sc_scope_name(const sc_section *section)
{
	char	   *name;

	if (section->process)
		return sc_format("process:%s", section->process);
	if (section->profile)
		return strcmp(section->profile, SC_DEFAULT_PROFILE) == 0 ? SC_DEFAULT_PROFILE
			: sc_format("session:%s", section->profile);
	/* [Server], [Child] */
	name = sc_strndup(section->title, strlen(section->title));
	name[0] = (char) (name[0] | 0x20);
	return name;
}
