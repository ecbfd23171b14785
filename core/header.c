/*
 * header.c
 *		The reader of policy files: the lines "[...]", and the sections that they
 *		begin.
 */
#include <string.h>

#include "memory.h"
#include "parser.h"
#include "suggest.h"

static const struct
{
	const char *name;
	sc_section_kind kind;
}			section_kinds[] = {
	{"Policy", IN_POLICY},
	{"Server", IN_SERVER},
	{"Child", IN_CHILD},
	{"Process", IN_PROCESS},
	{"Session", IN_SESSION},
};

#define NKINDS ((int) (sizeof(section_kinds) / sizeof(section_kinds[0])))

/* "Did you mean" for a section that there is not; NULL if none is near. */
static char *
nearest_kind(const sc_errors *errors, const char *word)
{
	const char *names[NKINDS + 1] = {NULL};
	const char *nearest;

	if (sc_errors_full(errors))
		return NULL;
	for (int i = 0; i < NKINDS; i++)
		names[i] = section_kinds[i].name;
	nearest = sc_suggest(word, names);
	return nearest ? sc_format("Did you mean \"%s\"?", nearest) : NULL;
}

static const char *
section_name(sc_section_kind kind)
{
	for (int i = 0; i < NKINDS; i++)
		if (section_kinds[i].kind == kind)
			return section_kinds[i].name;
	return "?";
}

void
sc_section_init(sc_section *section, const char *title)
{
	section->title = title;
	sc_rules_init(&section->rules);
}

/*
 * A name behind "Session " or "Process " in a header, unquoted; NULL after an
 * error.
 */
static const char *
section_name_of(sc_parser *p, const char *text, int longest, int line)
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
profile_name(sc_parser *p, const char *text, int line)
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
discard_section(sc_parser *p, const sc_section *same, int line)
{
	sc_errors_add(&p->policy->errors, line, NULL,
				  "section [%s] is already there in line %d", p->title, same->line);
	if (p->discarded == NULL)
		p->discarded = sc_alloc(sizeof(sc_section));
	memset(p->discarded, 0, sizeof(sc_section));
	p->section = p->discarded;
	sc_section_init(p->section, p->title);
}

static void
start_session(sc_parser *p, const char *profile, int line)
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
	sc_section_init(p->section, p->title);
	p->section->profile = profile;
	p->section->line = line;
	policy->sessions[policy->nsessions++] = p->section;
}

/* What to do about a type that PostgreSQL does not have. */
static const char *
process_hint(const sc_parser *p, const char *name)
{
	const char *nearest = sc_errors_full(&p->policy->errors) ? NULL : sc_nearest_process_type(name);

	if (strcmp(name, "postmaster") == 0 || strcmp(name, "standalone backend") == 0)
		return "Write [Server]: it is for the process that is started first.";
	return nearest ? sc_format("Did you mean [Process %s]?", nearest) :
		sc_format("Quote a background worker's bgw_type: [Process \"%s\"].", name);
}

/* [Process TYPE], or [Process "NAME"] for a background worker of that bgw_type. */
static void
start_process(sc_parser *p, const char *text, int line)
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
	sc_section_init(p->section, p->title);
	p->section->process = name;
	p->section->type = sc_process_type_by_name(name);
	p->section->line = line;
	policy->processes[policy->nprocesses++] = p->section;
}

void
sc_parser_header(sc_parser *p, const sc_line *line)
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

	for (int i = 0; i < NKINDS; i++)
		if (strcmp(inside, section_kinds[i].name) == 0)
			p->kind = section_kinds[i].kind;
	if (p->kind == 0)
	{
		sc_errors_add(&p->policy->errors, line->line, nearest_kind(&p->policy->errors, inside),
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
