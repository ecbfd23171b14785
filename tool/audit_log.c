/*
 * audit_log.c
 *		Files of audit records, and which of their records are one event's.
 *
 * A log may be larger than memory, and a line longer: a line is read up to its
 * limit and the rest passed over, and of records only the last few thousand are
 * kept, which is far more than stand between those of one event.
 */
#include "audit_log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/memory.h"
#include "tool.h"

/* How many records of each type are kept; a power of two. */
#define WINDOW 4096

/* Fields of the journal that are read, in JSON. */
#define JOURNAL_MESSAGE "MESSAGE"
#define JOURNAL_TRANSPORT "_TRANSPORT"
#define JOURNAL_SERIAL "_AUDIT_ID"
#define JOURNAL_TIME "_SOURCE_REALTIME_TIMESTAMP"
#define JOURNAL_TIME_RECEIVED "__REALTIME_TIMESTAMP"

/*
 * The last records of one type.  Those that share a hash are chained from the
 * newest back, by position; a position that has left the window ends the chain.
 */
typedef struct
{
	sc_audit_record *records;	/* WINDOW, by position % WINDOW */
	uint64_t   *older;			/* likewise: the next in the chain */
	uint64_t	newest[WINDOW]; /* by hash; positions are counted from 1 */
	uint64_t	end;			/* one past the newest position */
	uint64_t	start;			/* the oldest that is still wanted */
} window;

static window calls;			/* system calls' own records: arguments */
static window waiting;			/* seccomp's, in order, until they leave */

/* ----------
 * Events
 * ----------
 */

static uint64_t
hash_of(const sc_audit_record *record)
{
	return (uint64_t) record->serial % WINDOW;
}

static void
add_record(window *w, const sc_audit_record *record)
{
	uint64_t	at;

	if (w->records == NULL)
	{
		w->records = sc_alloc(WINDOW * sizeof(sc_audit_record));
		w->older = sc_alloc(WINDOW * sizeof(uint64_t));
		w->start = w->end = 1;
	}
	at = w->end++;
	w->records[at % WINDOW] = *record;
	w->older[at % WINDOW] = w->newest[hash_of(record)];
	w->newest[hash_of(record)] = at;
	if (w->end - w->start > WINDOW)
		w->start = w->end - WINDOW;
}

/* Are these records of the same event, and of the same call? */
static bool
belong_together(const sc_audit_record *a, const sc_audit_record *b)
{
	return a->serial == b->serial && a->seconds == b->seconds && a->milliseconds == b->milliseconds &&
		a->abi == b->abi && a->has_nr == b->has_nr &&
		(a->has_nr ? a->nr == b->nr : strcmp(a->call, b->call) == 0) &&
		strcmp(a->arch, b->arch) == 0 && strcmp(a->node, b->node) == 0;
}

static void
take_arguments(sc_audit_record *record, const sc_audit_record *from)
{
	record->known = from->known;
	memcpy(record->args, from->args, sizeof(record->args));
	memcpy(record->words, from->words, sizeof(record->words));
}

/* Give arguments, or take them, from whichever records are of the same event. */
static void
match(sc_audit_record *record, bool gives)
{
	window	   *others = gives ? &waiting : &calls;

	if (record->serial < 0 || others->records == NULL)
		return;
	for (uint64_t at = others->newest[hash_of(record)]; at >= others->start; at = others->older[at % WINDOW])
	{
		sc_audit_record *other = &others->records[at % WINDOW];

		if (!belong_together(record, other))
			continue;
		if (!gives)
		{
			take_arguments(record, other);
			return;
		}
		take_arguments(other, record);
	}
}

static void
leave(void (*visit) (const sc_audit_record *record))
{
	visit(&waiting.records[waiting.start++ % WINDOW]);
}

static void
take_record(sc_audit_record *record, sc_audit_kind kind, void (*visit) (const sc_audit_record *record))
{
	match(record, kind == SC_AUDIT_SYSCALL);
	if (kind == SC_AUDIT_SECCOMP && waiting.records && waiting.end - waiting.start == WINDOW)
		leave(visit);
	add_record(kind == SC_AUDIT_SYSCALL ? &calls : &waiting, record);
}

void
end_audit_log(void (*visit) (const sc_audit_record *record))
{
	while (waiting.start < waiting.end)
		leave(visit);
}

/* ----------
 * Lines
 * ----------
 */

/* A string of a journal's entry, or bytes where it is not UTF-8; NULL: neither. */
static char *
journal_text(const json_t *entry, const char *name, char *buffer, size_t *len)
{
	const json_t *field = json_object_get(entry, name);

	*len = 0;
	if (json_is_string(field))
	{
		*len = json_string_length(field);
		if (*len > SC_AUDIT_LINE)
			return NULL;
		memcpy(buffer, json_string_value(field), *len);
	}
	else if (json_is_array(field) && json_array_size(field) <= SC_AUDIT_LINE)
		for (size_t i = 0; i < json_array_size(field); i++)
			buffer[(*len)++] = (char) json_integer_value(json_array_get(field, i));
	else
		return NULL;
	return buffer;
}

/* The same as a number; -1: none. */
static int64_t
journal_number(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));
	char	   *end;
	long long	number = text ? strtoll(text, &end, 10) : -1;

	return text && *text >= '0' && *text <= '9' && *end == '\0' ? number : -1;
}

/*
 * An entry of "journalctl -o json".  journald itself says whether it has a line
 * from the kernel's log or from the audit socket; of other senders none is heard.
 */
static sc_audit_kind
parse_journal(const char *line, size_t len, int64_t now, sc_audit_record *record, const char **why)
{
	static char message[SC_AUDIT_LINE + 1];
	json_error_t error;
	bool		cut = len > SC_AUDIT_LINE;
	json_t	   *entry = cut ? NULL : json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	const char *transport = json_string_value(json_object_get(entry, JOURNAL_TRANSPORT));
	sc_audit_kind kind = SC_AUDIT_OTHER;
	int64_t		time;
	size_t		size;

	*record = (sc_audit_record) {.serial = -1};
	if (entry == NULL)
	{
		*why = cut ? "the line is too long" : "it is no JSON";
		return memmem(line, len, "SECCOMP", 7) || memmem(line, len, "type=1326", 9) ?
			SC_AUDIT_MALFORMED : SC_AUDIT_OTHER;
	}
	/* without the field anybody may have written it (journalctl --output-fields leaves it out) */
	if (transport && (strcmp(transport, "kernel") == 0 || strcmp(transport, "audit") == 0) &&
		journal_text(entry, JOURNAL_MESSAGE, message, &size))
		kind = sc_audit_parse(message, size, now, record, why);
	if (record->serial < 0)
		record->serial = journal_number(entry, JOURNAL_SERIAL);
	time = journal_number(entry, JOURNAL_TIME);
	if (time < 0)
		time = journal_number(entry, JOURNAL_TIME_RECEIVED);
	if (!record->has_time && time >= 0 && time / 1000000 <= SC_AUDIT_MAX_SECONDS)
	{
		record->has_time = true;
		record->seconds = time / 1000000;
		record->milliseconds = (int) (time / 1000 % 1000);
	}
	json_decref(entry);
	return kind;
}

static void
take_line(const char *line, size_t len, int64_t now, const char *path, int64_t number,
		  void (*visit) (const sc_audit_record *record), audit_counts *counts)
{
	static sc_audit_record record;
	const char *why = NULL;
	sc_audit_kind kind = len > 0 && line[0] == '{' ? parse_journal(line, len, now, &record, &why) :
		sc_audit_parse(line, len, now, &record, &why);

	if (kind == SC_AUDIT_MALFORMED)
	{
		if (counts->malformed++ == 0)
		{
			counts->file = path;
			counts->line = number;
			counts->why = why;
		}
		return;
	}
	if (kind == SC_AUDIT_SECCOMP)
		counts->records++;
	else
		counts->other++;
	if (kind != SC_AUDIT_OTHER)
		take_record(&record, kind, visit);
}

bool
read_audit_log(const char *path, void (*visit) (const sc_audit_record *record), audit_counts *counts)
{
	static char line[SC_AUDIT_LINE + 1];
	bool		input = strcmp(path, "-") == 0;
	const char *name = input ? "<stdin>" : path;
	FILE	   *file = input ? stdin : fopen(path, "re");
	int64_t		now = (int64_t) time(NULL);
	int64_t		number = 0;
	size_t		len = 0;
	bool		good;
	int			c;

	if (file == NULL)
	{
		print_note("pg_seccomp", "could not open file \"%s\": %m", path);
		return false;
	}
	while ((c = getc_unlocked(file)) != EOF)
	{
		/* what a crash leaves before a record must not hide it */
		if (c == '\0' && len == 1 && line[0] == '\0')
			continue;
		/* one byte more than its limit shows that a line is too long */
		if (c != '\n' && len <= SC_AUDIT_LINE)
			line[len++] = (char) c;
		if (c != '\n')
			continue;
		take_line(line, len, now, name, ++number, visit, counts);
		len = 0;
	}
	good = !ferror(file);
	if (!good)
		print_note("pg_seccomp", "could not read file \"%s\": %m", path);
	if (len > 0)
		take_line(line, len, now, name, ++number, visit, counts);
	if (!input)
		fclose(file);
	return good;
}
