/*
 * import_unit.c
 *		A systemd unit's directives about system calls.
 *
 * The languages share names and syntax; what differs is in doc/policy.md.  Facts
 * about systemd are from systemd.exec(5) and its seccomp_parse_syscall_filter().
 */
#include "import_unit.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "../core/buffer.h"
#include "../core/memory.h"
#include "../core/policy.h"
#include "../core/text.h"

/* Different values that the reader of policies is asked about; units have some dozens. */
#define MAX_JUDGED 1000

typedef struct
{
	FILE	   *out;
	const char *path;
	findings   *found;
	json_t	   *judged;			/* "DIRECTIVE=value": true, or what is wrong with it */
	bool		too_many;		/* different values */
	sc_list_kind kind;			/* of SystemCallFilter */
	bool		has_error;		/* SystemCallErrorNumber was given */
	bool		has_abis;
	bool		has_groups;
	sc_set		known;			/* what this machine has */
	int			taken;
} unit;

/* What a unit may say of system calls beside the directives that are shared. */
static const struct
{
	const char *name;
	const char *what;
}			others[] = {
	{"DynamicUser", "it implies RestrictSUIDSGID=yes"},
	{"Personality", "nothing here sets it"},
	{"PrivateDevices", "it implies SystemCallFilter=~@raw-io"},
	{"RestrictFileSystems", "it takes BPF, not seccomp"},
	{"RestrictNetworkInterfaces", "it takes BPF, not seccomp"},
};

/* What the reader of policies says of a line of [Server]; NULL: nothing. */
static const char *
judge(const char *line)
{
	char	   *text = sc_format("[Policy]\nMode=off\n[Server]\n%s\n", line);
	size_t		len = strlen(text);
	sc_policy  *policy;

	if (len > SC_MAX_POLICY)
		return "longer than a policy can be";
	policy = sc_policy_parse("", text, len);
	for (int i = 0; i < policy->errors.nlist; i++)
	{
		const sc_error *error = &policy->errors.list[i];

		/* what PostgreSQL needs is looked at when the policy is whole */
		if (error->line == 4 && strstr(error->message, "cannot survive without") == NULL)
			return plain_text(error->message);
	}
	return NULL;
}

/*
 * Is "DIRECTIVE=value" a line for [Server]?  Else *why says what is wrong with it.
 * Each is judged once: it takes a policy of its own, which stays in memory.
 */
static bool
is_accepted(unit *u, const char *directive, const char *value, const char **why)
{
	char	   *line = sc_format("%s=%s", directive, value);
	const json_t *known = json_object_get(u->judged, line);

	if (known == NULL)
	{
		if (json_object_size(u->judged) == MAX_JUDGED)
		{
			u->too_many = true;
			*why = "not judged";
			return false;
		}
		*why = judge(line);
		/* the reader has taken it for UTF-8; a reason is printable */
		json_object_set_new_nocheck(u->judged, line, *why ? json_string_nocheck(*why) : json_true());
		return *why == NULL;
	}
	*why = json_string_value(known);
	return *why == NULL;
}

/* Words of one polarity and error on a line of their own. */
static void
write_words(unit *u, const char *directive, bool inverted, const sc_buffer *groups, const sc_set *calls,
			const char *suffix)
{
	char	   *start = sc_format("%s=%s", directive, inverted ? "~" : "");

	if (groups->len > 0)
		fprintf(u->out, "%s%s\n", start, groups->text);
	write_calls(u->out, start, calls, &u->known, suffix, false);
}

/* "EPERM" of "name:EPERM", as this language has it here: ":EPERM", or "". */
static const char *
error_suffix(unit *u, const char *error, bool inverted, const sc_word *word)
{
	/* calls that are taken off a list have no error of their own */
	if (inverted == (u->kind == SC_LIST_ALLOW))
		return "";
	if (strcmp(error, "kill") != 0)
		return sc_format(":%s", error);
	add_finding_at(u->found, true, u->path, word->line, "\"%s\" kills; here the call is denied, a violation",
				plain_text(word->text));
	return "";
}

/* The words of SystemCallFilter and SystemCallLog. */
static void
take_calls(unit *u, const char *directive, const sc_words *words, bool inverted)
{
	bool		filter = strcmp(directive, "SystemCallFilter") == 0;
	sc_buffer	groups = {.text = NULL};
	sc_set		calls = {{0}};
	const char *suffix = "";

	if (words->n == 0)
	{
		if (filter)
			u->kind = SC_LIST_NONE;
		fprintf(u->out, "%s=\n", directive);
		return;
	}
	if (filter && u->kind == SC_LIST_NONE)
	{
		u->kind = inverted ? SC_LIST_DENY : SC_LIST_ALLOW;
		if (!inverted)
			fprintf(u->out, "# which systemd adds to each list\nSystemCallFilter=@default\n");
	}
	for (int i = 0; i < words->n; i++)
	{
		const sc_word *word = &words->list[i];
		const char *colon = strchr(word->text, ':');
		char	   *name = colon ? sc_strndup(word->text, (size_t) (colon - word->text)) : word->text;
		const char *own = colon && filter ? error_suffix(u, colon + 1, inverted, word) : "";
		const char *why;
		int			call = sc_syscall_by_name(name);

		if (name[0] == '@' && (strncmp(name, "@pg-", 4) == 0 || sc_group_by_name(name) < 0))
			add_finding_at(u->found, true, u->path, word->line, "unknown group \"%s\" is left out", plain_text(name));
		else if (name[0] != '@' && call < 0)
			add_finding_at(u->found, false, u->path, word->line, "unknown system call \"%s\" is left out, as systemd does",
						plain_text(name));
		else if (*own && !is_accepted(u, "SystemCallErrorNumber", own + 1, &why))
			add_finding_at(u->found, true, u->path, word->line, "\"%s\" is left out: %s", plain_text(word->text), why);
		else
		{
			if (strcmp(own, suffix) != 0)
			{
				write_words(u, directive, inverted, &groups, &calls, suffix);
				groups = (sc_buffer) {.text = NULL};
				calls = (sc_set) {{0}};
			}
			suffix = own;
			if (call >= 0)
				sc_set_add(&calls, call);
			else
			{
				sc_buffer_append_word(&groups, name);
				sc_buffer_append(&groups, suffix);
				u->has_groups = true;
			}
		}
	}
	write_words(u, directive, inverted, &groups, &calls, suffix);
}

/* systemd's booleans that are none here (its parse_boolean()). */
static const char *
boolean_text(const char *value)
{
	static const char *const words[] = {"yes", "y", "true", "t", "on", "1", "no", "n", "false", "f", "off", "0"};

	for (int i = 0; i < 12; i++)
		if (strcasecmp(value, words[i]) == 0)
			return i < 6 ? "yes" : "no";
	return value;
}

/* Each of a value's words once; what stands twice takes the reader's time, and says no more. */
static sc_words
distinct(const sc_words *words)
{
	json_t	   *seen = json_object();
	sc_words	once = {sc_alloc((size_t) words->n * sizeof(sc_word)), 0};

	for (int i = 0; i < words->n; i++)
	{
		if (json_object_get(seen, words->list[i].text))
			continue;
		json_object_set_new_nocheck(seen, words->list[i].text, json_true());
		once.list[once.n++] = words->list[i];
	}
	json_decref(seen);
	return once;
}

/* The words as a value. */
static char *
value_text(const sc_words *words, bool inverted)
{
	sc_buffer	text = {.text = NULL};

	for (int i = 0; i < words->n; i++)
		sc_buffer_append_word(&text, words->list[i].text);
	return sc_format("%s%s", inverted ? "~" : "", text.len > 0 ? text.text : "");
}

/* A value of words or of one boolean, without what is not accepted here; false if nothing is left. */
static bool
take_value(unit *u, const char *directive, const char *value, const sc_words *words, bool inverted, int line)
{
	const sc_words once = distinct(words);
	sc_words	kept = {sc_alloc((size_t) once.n * sizeof(sc_word)), 0};
	const char *why;

	if (words->n == 1 && !inverted)
		value = boolean_text(words->list[0].text);
	else if (once.n < words->n)
		value = value_text(&once, inverted);
	if (is_accepted(u, directive, value, &why))
	{
		fprintf(u->out, "%s=%s\n", directive, value);
		return words->n > 0;
	}
	for (int i = 0; i < once.n; i++)
	{
		if (is_accepted(u, directive, sc_format("%s%s", inverted ? "~" : "", once.list[i].text), &why))
			kept.list[kept.n++] = once.list[i];
		else
			add_finding_at(u->found, true, u->path, once.list[i].line, "%s: \"%s\" is left out: %s", directive,
						   plain_text(once.list[i].text), why);
	}
	value = value_text(&kept, inverted);
	if (kept.n > 0 && is_accepted(u, directive, value, &why))
	{
		fprintf(u->out, "%s=%s\n", directive, value);
		return true;
	}
	add_finding_at(u->found, true, u->path, line, "%s is left out", directive);
	return false;
}

static void
take_error(unit *u, const char *value, int line)
{
	const char *why;

	u->has_error = *value != '\0' && strcmp(value, "kill") != 0;
	if (*value == '\0' || !u->has_error)
		fprintf(u->out, "SystemCallErrorNumber=\n");
	else if (is_accepted(u, "SystemCallErrorNumber", value, &why))
		fprintf(u->out, "SystemCallErrorNumber=%s\n", value);
	else
	{
		u->has_error = false;
		add_finding_at(u->found, true, u->path, line, "SystemCallErrorNumber is left out: %s", why);
	}
}

/* A line "Directive=value" of [Service]. */
static void
take_line(unit *u, const sc_line *line, sc_errors *errors)
{
	size_t		end = strcspn(line->text, "=");
	size_t		offset = end + 1;
	char	   *name;
	const char *value;
	bool		inverted;
	sc_words	words;

	if (line->text[end] == '\0')
		return;
	while (end > 0 && (line->text[end - 1] == ' ' || line->text[end - 1] == '\t'))
		end--;
	name = sc_strndup(line->text, end);
	offset += strspn(line->text + offset, " \t");
	value = line->text + offset;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i].name, name) == 0)
			add_finding_at(u->found, false, u->path, line->line, "%s is not taken over: %s", name, others[i].what);
	if (!sc_policy_has_directive(name))
		return;
	inverted = *value == '~';
	words = sc_split(line, offset + inverted, errors);
	u->taken++;
	if (strcmp(name, "SystemCallFilter") == 0 || strcmp(name, "SystemCallLog") == 0)
		take_calls(u, name, &words, inverted);
	else if (strcmp(name, "SystemCallErrorNumber") == 0)
		take_error(u, value, line->line);
	else if (strcmp(name, "SystemCallArchitectures") == 0)
		u->has_abis = take_value(u, name, value, &words, inverted, line->line) || (u->has_abis && words.n > 0);
	else
		take_value(u, name, value, &words, inverted, line->line);
}

/* All lines; errors tell what is wrong. */
static void
take_unit(unit *u, const char *text, size_t len, sc_errors *errors)
{
	sc_reader	reader = {text, len, 0, 0};
	sc_line		line = {.line = 0};
	bool		in_service = false;
	bool		any = false;

	while (!u->too_many && sc_next_line(&reader, &line, errors))
	{
		if (line.text[0] == '[')
		{
			in_service = strcmp(line.text, "[Service]") == 0;
			any = any || in_service;
		}
		else if (in_service)
			take_line(u, &line, errors);
	}
	if (u->too_many)
		sc_errors_add(errors, line.line, NULL, "more than %d different values are no unit's", MAX_JUDGED);
	else if (!any)
		sc_errors_add(errors, 0, NULL, "neither a seccomp profile in JSON nor a unit with a section [Service]");
	else if (u->taken == 0)
		sc_errors_add(errors, 0, NULL, "[Service] has no directive about system calls");
}

bool
write_unit(FILE *out, const char *path, const char *text, size_t len, findings *found, sc_errors *errors)
{
	unit		u = {.out = out,.path = path,.found = found};
	uint32_t	abis = 0;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].native == SC_ABI_NATIVE)
			abis |= 1u << abi;
	u.known = calls_on(abis);
	if (len > SC_MAX_POLICY)
		sc_errors_add(errors, 0, NULL, "a unit larger than %d bytes", SC_MAX_POLICY);
	if (errors->total > 0 || !sc_text_check(text, len, errors))
		return false;
	u.judged = json_object();
	take_unit(&u, text, len, errors);
	json_decref(u.judged);
	if (errors->total > 0)
		return false;
	if (!u.has_abis)
	{
		fprintf(out, "SystemCallArchitectures=%s\n", abis_text(abis));
		add_finding(found, false, NULL, "without SystemCallArchitectures systemd admits all ABIs; native alone is safer");
	}
	if (u.kind != SC_LIST_NONE && !u.has_error)
		add_finding(found, true, NULL, "without SystemCallErrorNumber systemd kills; here denied calls answer EPERM, a violation");
	if (u.has_groups)
		add_finding(found, false, NULL, "groups have the members of this catalog; those of a unit have its systemd's");
	return true;
}
