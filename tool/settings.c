/*
 * settings.c
 *		Which features the settings of a server ask for.
 */
#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../core/memory.h"

/* The value that holds, or PostgreSQL's default. */
static const char *
value_of(const config *c, const char *name, const char *otherwise)
{
	const setting *s = find_setting(c, name);

	return s ? s->value : otherwise;
}

/* As parse_bool(): any beginning of a word that leaves no doubt. */
static bool
is_on(const char *value, bool otherwise)
{
	static const struct
	{
		const char *word;
		size_t		least;
		bool		on;
	}			words[] = {
		{"true", 1, true}, {"false", 1, false}, {"yes", 1, true}, {"no", 1, false},
		{"on", 2, true}, {"off", 2, false}, {"1", 1, true}, {"0", 1, false}
	};
	size_t		len = strlen(value);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len >= words[i].least && strncasecmp(words[i].word, value, len) == 0)
			return words[i].on;
	return otherwise;
}

static bool
is_word(const char *value, const char *word)
{
	return strcasecmp(value, word) == 0;
}

/* Is a word in a list with commas, whatever stands around it?  prefix: a word may go on. */
static bool
in_list(const char *list, const char *word, bool prefix)
{
	char	   *rest = sc_strndup(list, strlen(list));
	char	   *item;

	while ((item = strsep(&rest, ",")) != NULL)
	{
		const char *slash;
		size_t		len;

		item += strspn(item, " \t\n\"");
		slash = strrchr(item, '/');
		if (slash)
			item += slash + 1 - item;
		len = strcspn(item, prefix ? " \t\n\"." : " \t\n\"");
		if ((prefix ? len >= strlen(word) : len == strlen(word)) && strncasecmp(item, word, strlen(word)) == 0)
			return true;
	}
	return false;
}

static bool
wants_archiver(const config *c)
{
	const char *mode = value_of(c, "archive_mode", "off");

	return is_word(mode, "always") || is_on(mode, false);
}

static bool
wants_archive_command(const config *c)
{
	return wants_archiver(c) && *value_of(c, "archive_library", "") == '\0';
}

static bool
wants_slotsync(const config *c)
{
	return *value_of(c, "primary_conninfo", "") != '\0';
}

static bool
wants_passphrase(const config *c)
{
	return is_on(value_of(c, "ssl", "off"), false);
}

static bool
wants_jit(const config *c)
{
	return strtod(value_of(c, "jit_above_cost", "100000"), NULL) >= 0 && is_on(value_of(c, "jit", "on"), true);
}

/* How a setting's value is looked at. */
typedef enum
{
	NOT_EMPTY,
	ON,
	IS,
	LISTS,
	PRELOADS,
	ADDRESSES					/* of this family: "4" or "6" */
} question;

/* Has listen_addresses one of a family?  Names are taken for IPv4, "*" for both. */
static bool
has_address(const char *value, bool ipv6)
{
	char	   *rest = sc_strndup(value, strlen(value));
	char	   *item;

	while ((item = strsep(&rest, ",")) != NULL)
	{
		item += strspn(item, " \t\"");
		item[strcspn(item, " \t\"")] = '\0';
		if (*item != '\0' && (strcmp(item, "*") == 0 || (strchr(item, ':') != NULL) == ipv6))
			return true;
	}
	return false;
}

static const struct
{
	const char *setting;
	question	asked;
	const char *value;			/* for the question, or NULL */
	const char *otherwise;		/* PostgreSQL's default; NULL: left out unless said */
	bool		(*and) (const config *c);	/* what must hold beside, or NULL */
	const char *feature;
}			needs[] = {
	{"archive_cleanup_command", NOT_EMPTY, NULL, "", NULL, "archive_cleanup_command"},
	{"archive_command", NOT_EMPTY, NULL, "", wants_archive_command, "archive_command"},
	{"archive_library", NOT_EMPTY, NULL, "", wants_archiver, "archive_library"},
	{"dynamic_shared_memory_type", IS, "sysv", "posix", NULL, "sysv-memory"},
	{"file_copy_method", IS, "clone", "copy", NULL, "file_copy_method"},
	/* the default is try, which falls back */
	{"huge_pages", ON, NULL, NULL, NULL, "huge_pages"},
	{"huge_pages", IS, "try", NULL, NULL, "huge_pages"},
	{"io_method", IS, "io_uring", "worker", NULL, "io_uring"},
	{"jit", ON, NULL, "on", wants_jit, "jit"},
	{"listen_addresses", ADDRESSES, "4", "localhost", NULL, "listen-ipv4"},
	{"listen_addresses", ADDRESSES, "6", "localhost", NULL, "listen-ipv6"},
	{"local_preload_libraries", PRELOADS, "plperl", "", NULL, "plperl"},
	{"local_preload_libraries", PRELOADS, "plpython3", "", NULL, "plpython3u"},
	{"local_preload_libraries", PRELOADS, "pltcl", "", NULL, "pltcl"},
	{"log_destination", LISTS, "syslog", "stderr", NULL, "syslog"},
	{"logging_collector", ON, NULL, "off", NULL, "logging_collector"},
	{"primary_conninfo", NOT_EMPTY, NULL, "", NULL, "primary_conninfo"},
	{"recovery_end_command", NOT_EMPTY, NULL, "", NULL, "recovery_end_command"},
	{"recovery_init_sync_method", IS, "syncfs", "fsync", NULL, "syncfs"},
	{"restore_command", NOT_EMPTY, NULL, "", NULL, "restore_command"},
	{"session_preload_libraries", PRELOADS, "plperl", "", NULL, "plperl"},
	{"session_preload_libraries", PRELOADS, "plpython3", "", NULL, "plpython3u"},
	{"session_preload_libraries", PRELOADS, "pltcl", "", NULL, "pltcl"},
	{"shared_preload_libraries", PRELOADS, "plperl", "", NULL, "plperl"},
	{"shared_preload_libraries", PRELOADS, "plpython3", "", NULL, "plpython3u"},
	{"shared_preload_libraries", PRELOADS, "pltcl", "", NULL, "pltcl"},
	{"ssl_passphrase_command", NOT_EMPTY, NULL, "", wants_passphrase, "ssl_passphrase_command"},
	{"sync_replication_slots", ON, NULL, "off", wants_slotsync, "slotsync"},
	{"unix_socket_directories", NOT_EMPTY, NULL, "/tmp", NULL, "listen-unix"},
};

static bool
applies(question asked, const char *word, const char *value)
{
	switch (asked)
	{
		case NOT_EMPTY:
			return *value != '\0';
		case ON:
			return is_on(value, false);
		case IS:
			return is_word(value, word);
		case LISTS:
			return in_list(value, word, false);
		case PRELOADS:
			return in_list(value, word, true);
		case ADDRESSES:
			return has_address(value, *word == '6');
	}
	return false;
}

void
check_settings(const scopes *all, const config *c, sc_findings *findings)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
	{
		const setting *s = find_setting(c, needs[i].setting);
		const char *value = s ? s->value : needs[i].otherwise;
		const char *shown;

		if (value == NULL || !applies(needs[i].asked, needs[i].value, value) || (needs[i].and && !needs[i].and(c)))
			continue;
		/* a command's text is nobody's business, and long */
		shown = needs[i].asked == NOT_EMPTY ? "" : sc_format("=%s", value);
		check_feature(all, NULL, find_feature(needs[i].feature),
					  s ? sc_format("%s%s (%s:%d)", needs[i].setting, shown, s->file, s->line)
					  : sc_format("%s%s (PostgreSQL's default)", needs[i].setting, shown), findings);
	}
}
