/*
 * decode.c
 *		pg_seccomp decode: the kernel's audit records of seccomp in words.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/constants.h"
#include "../core/memory.h"
#include "attribute.h"
#include "audit_log.h"
#include "scopes.h"
#include "table.h"
#include "tool.h"

/* A table has to be in memory. */
#define MAX_ROWS 200000

/* Records that are counted together; texts are interned. */
typedef struct
{
	const char *process;
	const char *abi;
	const char *call;
	const char *action;
	attribution by;
} kind;

typedef struct
{
	kind		what;
	int64_t		count;
	int			order;			/* of its first record */
	bool		has_time;
	int64_t		first;			/* milliseconds since 1970 */
	int64_t		last;
} group;

static struct
{
	const char **files;
	int			nfiles;
	const char *policy;
	const char *scope;
	bool		summary;
}			options;

static scopes all;				/* of the policy, if there is one */
static const scope *only;
static table *records;
static group *groups;			/* with --summary */
static int	ngroups;
static int *group_slots;		/* 1 + index, by hash; 0: none */
static int64_t unexplained;		/* no scope of the policy fits */
static int64_t foreign;			/* of another machine's ABI */

enum
{
	KEY_POLICY = 0x100,
	KEY_SCOPE,
	KEY_SUMMARY
};

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_POLICY:
			options.policy = arg;
			break;
		case KEY_SCOPE:
			options.scope = arg;
			break;
		case KEY_SUMMARY:
			options.summary = true;
			break;
		case ARGP_KEY_ARG:
			options.files = sc_grow(options.files, options.nfiles, sizeof(char *));
			options.files[options.nfiles++] = arg;
			break;
		case ARGP_KEY_END:
			if (options.scope && options.policy == NULL)
				argp_error(state, "--scope is about a policy: name it with --policy");
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"policy", KEY_POLICY, "POLICY", 0, "Say which scopes of this policy answer so, and by which line", 0},
	{"scope", KEY_SCOPE, "SCOPE", 0, "Of the policy's scopes take this one alone", 0},
	{"summary", KEY_SUMMARY, NULL, 0, "Count equal records, the most frequent first", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "[FILE...]",
	"Read the kernel's audit records of seccomp from auditd's logs, the journal, "
	"dmesg or ausearch (standard input without a FILE, or for \"-\"), and show "
	"each: who made which call, and what came of it.\v"
	"Exit status: 0 all records were read, 1 some could not be, 2 wrong use or unreadable input.\n\n"
	"Example:\n  journalctl -k -g type=1326 | pg_seccomp decode --summary --policy=default",
	with_json, NULL, NULL
};

/* "2026-11-22T05:45:04.577+00:00", local time. */
static char *
time_text(int64_t milliseconds)
{
	time_t		seconds = (time_t) (milliseconds / 1000);
	struct tm	tm;
	char		date[32];
	char		zone[8];

	if (localtime_r(&seconds, &tm) == NULL)
		return NULL;
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	return sc_format("%s.%03d%.3s:%s", date, (int) (milliseconds % 1000), zone, zone + 3);
}

static int64_t
milliseconds_of(const sc_audit_record *record)
{
	return record->seconds * 1000 + record->milliseconds;
}

static void
put_time(table *t, bool known, int64_t milliseconds)
{
	put_text(t, known ? time_text(milliseconds) : NULL);
}

static void
put_epoch(table *t, bool known, int64_t milliseconds)
{
	if (known)
		put_number(t, (double) milliseconds / 1000, 3);
	else
		put_null(t);
}

static void
put_known(table *t, int64_t number)
{
	if (number >= 0)
		put_number(t, (double) number, 0);
	else
		put_null(t);
}

static const char *
nothing_if_empty(const char *text)
{
	return *text ? text : NULL;
}

/* An interned text of an allocated one, which is freed. */
static const char *
keep(char *text)
{
	const char *copy = intern(text);

	free(text);
	return copy;
}

static kind
kind_of(const sc_audit_record *record)
{
	kind		k = {.process = intern(record->comm)};

	k.abi = record->abi < SC_ABI_COUNT ? intern(sc_abis[record->abi].name) :
		record->arch[0] == '\0' ? NULL :
		keep(sc_format("%s%s", record->arch[strspn(record->arch, "0123456789abcdef")] ? "" : "0x", record->arch));
	k.call = keep(sc_audit_call(record));
	k.action = keep(sc_audit_action(record));
	if (options.policy == NULL)
		return k;
	k.by = attribute(&all, only, record);
	if (k.by.scope == NULL)
	{
		if (record->abi == SC_ABI_COUNT || sc_abis[record->abi].native != SC_ABI_NATIVE)
			foreign++;
		else
			unexplained++;
	}
	return k;
}

static tone
tone_of(const char *action)
{
	return strcmp(action, "log") == 0 ? DOUBTFUL : strcmp(action, "allow") == 0 ? PLAIN : BAD;
}

static char *
signal_name(int number)
{
	const sc_constant_kind *signals = &sc_constant_kinds[SC_SIG];

	for (int i = 0; i < signals->n; i++)
		if (signals->list[i].value == (uint64_t) number)
			return sc_format("%s", signals->list[i].name);
	return sc_format("%d", number);
}

/* ----------
 * Records, one by one
 * ----------
 */

/* Text has the first of them; uid is there a name if the log has no number. */
static const column record_columns[] = {
	{"time", COLUMN_TEXT}, {"pid", COLUMN_NUMBER}, {"process", COLUMN_TEXT}, {"exe", COLUMN_TEXT},
	{"uid", COLUMN_NUMBER}, {"abi", COLUMN_TEXT}, {"call", COLUMN_TEXT}, {"arguments", COLUMN_TEXT},
	{"action", COLUMN_TEXT}, {"scope", COLUMN_TEXT}, {"rule", COLUMN_TEXT},
	{"epoch", COLUMN_NUMBER}, {"serial", COLUMN_NUMBER}, {"node", COLUMN_TEXT}, {"user", COLUMN_TEXT},
	{"signal", COLUMN_TEXT}, {"ip", COLUMN_TEXT},
};
#define NTEXT_COLUMNS 11
#define NJSON_COLUMNS ((int) (sizeof(record_columns) / sizeof(record_columns[0])))

static void
show_record(const sc_audit_record *record)
{
	kind		k = kind_of(record);

	if (table_rows(records) == MAX_ROWS)
		die("there are more than %d records: use --summary, or a part of the log", MAX_ROWS);
	put_time(records, record->has_time, milliseconds_of(record));
	put_known(records, record->pid);
	put_text(records, nothing_if_empty(k.process));
	put_text(records, nothing_if_empty(record->exe));
	if (record->uid < 0 && !wants_json())
		put_text(records, record->user);
	else
		put_known(records, record->uid);
	put_text(records, k.abi);
	put_text(records, k.call);
	put_text(records, sc_audit_arguments(record));
	put_tone(records, k.action, tone_of(k.action));
	put_text(records, k.by.scope);
	put_text(records, k.by.rule);
	if (!wants_json())
		return;
	put_epoch(records, record->has_time, milliseconds_of(record));
	put_known(records, record->serial);
	put_text(records, nothing_if_empty(record->node));
	put_text(records, nothing_if_empty(record->user));
	put_text(records, record->signal > 0 ? signal_name(record->signal) : NULL);
	put_text(records, record->has_ip ? sc_format("0x%llx", (unsigned long long) record->ip) : NULL);
}

/* ----------
 * Summary
 * ----------
 */

static bool
same_kind(const kind *a, const kind *b)
{
	return a->process == b->process && a->abi == b->abi && a->call == b->call &&
		a->action == b->action && a->by.scope == b->by.scope && a->by.rule == b->by.rule;
}

/* Where a kind is, or should be put.  Texts are equal if their addresses are. */
static int *
find_group(const kind *k)
{
	const void *const parts[] = {k->process, k->abi, k->call, k->action, k->by.scope, k->by.rule};
	const int	nslots = 4 * MAX_ROWS;
	uint64_t	hash = 0;
	int			at;

	if (group_slots == NULL)
		group_slots = sc_alloc((size_t) nslots * sizeof(int));
	/* by Knuth's multiplier, of which the upper bits are the random ones */
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		hash = (hash ^ (uint64_t) (uintptr_t) parts[i]) * UINT64_C(6364136223846793005) + 1;
	at = (int) ((hash >> 33) % (uint64_t) nslots);
	while (group_slots[at] != 0 && !same_kind(&groups[group_slots[at] - 1].what, k))
		at = at + 1 < nslots ? at + 1 : 0;
	return &group_slots[at];
}

static void
count_record(const sc_audit_record *record)
{
	kind		k = kind_of(record);
	int		   *slot = find_group(&k);
	int64_t		when = milliseconds_of(record);
	group	   *g;

	if (*slot == 0)
	{
		if (ngroups == MAX_ROWS)
			die("there are more than %d kinds of records: use a part of the log", MAX_ROWS);
		groups = sc_grow(groups, ngroups, sizeof(group));
		groups[ngroups] = (group) {.what = k,.order = ngroups};
		*slot = ++ngroups;
	}
	g = &groups[*slot - 1];
	g->count++;
	if (!record->has_time)
		return;
	g->first = g->has_time && g->first < when ? g->first : when;
	g->last = g->has_time && g->last > when ? g->last : when;
	g->has_time = true;
}

static int
compare_groups(const void *left, const void *right)
{
	const group *a = left;
	const group *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->order - b->order;
}

static void
show_summary(void)
{
	static const column columns[] = {
		{"count", COLUMN_NUMBER}, {"process", COLUMN_TEXT}, {"abi", COLUMN_TEXT}, {"call", COLUMN_TEXT},
		{"action", COLUMN_TEXT}, {"scope", COLUMN_TEXT}, {"rule", COLUMN_TEXT}, {"first", COLUMN_TEXT},
		{"last", COLUMN_TEXT}, {"first_epoch", COLUMN_NUMBER}, {"last_epoch", COLUMN_NUMBER},
	};
	table	   *t = table_start("summary", NULL, columns, wants_json() ? 11 : 9);

	if (ngroups > 0)
		qsort(groups, (size_t) ngroups, sizeof(group), compare_groups);
	for (const group *g = groups; g < groups + ngroups; g++)
	{
		put_number(t, (double) g->count, 0);
		put_text(t, nothing_if_empty(g->what.process));
		put_text(t, g->what.abi);
		put_text(t, g->what.call);
		put_tone(t, g->what.action, tone_of(g->what.action));
		put_text(t, g->what.by.scope);
		put_text(t, g->what.by.rule);
		put_time(t, g->has_time, g->first);
		put_time(t, g->has_time, g->last);
		if (!wants_json())
			continue;
		put_epoch(t, g->has_time, g->first);
		put_epoch(t, g->has_time, g->last);
	}
}

/* ----------
 * The command
 * ----------
 */

static void
show_counts(const audit_counts *counts)
{
	static const column columns[] = {
		{"records", COLUMN_NUMBER}, {"malformed", COLUMN_NUMBER}, {"other", COLUMN_NUMBER},
		{"first_malformed", COLUMN_TEXT}, {"reason", COLUMN_TEXT},
	};
	table	   *t = table_start("counts", NULL, columns, 5);

	put_number(t, (double) counts->records, 0);
	put_number(t, (double) counts->malformed, 0);
	put_number(t, (double) counts->other, 0);
	put_text(t, counts->file ? sc_format("%s:%lld", counts->file, (long long) counts->line) : NULL);
	put_text(t, counts->why);
}

/* What a table cannot say. */
static void
show_notes(const audit_counts *counts)
{
	bool		enforced = options.policy && all.policy->mode == SC_MODE_ENFORCE;

	/* a log in a form that is not known has none either */
	if (counts->records == 0 && counts->malformed == 0 && counts->other > 0)
		print_note("pg_seccomp", "there are no records of seccomp in %lld lines", (long long) counts->other);
	if (counts->malformed > 0)
		print_note("pg_seccomp", "%lld records could not be read, the first of them at %s:%lld: %s",
				   (long long) counts->malformed, counts->file, (long long) counts->line, counts->why);
	if (unexplained > 0)
		print_note("pg_seccomp", "%lld records fit no scope of policy \"%s\", whose mode is %s%s",
				   (long long) unexplained, options.policy, sc_mode_name(all.policy->mode),
				   enforced ? ": another filter, another version of the policy, or permissive mode" : "");
	if (foreign > 0)
		print_note("pg_seccomp", "%lld records are of ABIs of another machine, for which no policy is compiled here",
				   (long long) foreign);
}

static int
run(int argc, char **argv)
{
	void		(*visit) (const sc_audit_record *record) = show_record;
	audit_counts counts = {0};
	bool		good = true;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.policy)
		all = compile_scopes(read_policy(options.policy));
	if (options.scope)
		only = find_scope(&all, options.scope);
	if (options.summary)
		visit = count_record;
	else
		records = table_start("records", NULL, record_columns, wants_json() ? NJSON_COLUMNS : NTEXT_COLUMNS);
	if (options.nfiles == 0)
		good = read_audit_log("-", visit, &counts);
	for (int i = 0; i < options.nfiles; i++)
		good = read_audit_log(options.files[i], visit, &counts) && good;
	end_audit_log(visit);

	if (options.summary)
		show_summary();
	if (wants_json())
		show_counts(&counts);
	print_tables();
	if (!wants_json())
		show_notes(&counts);
	return !good ? EXIT_USAGE : counts.malformed > 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

const command decode_command = {
	"decode", "show the kernel's audit records of seccomp", &argp, OPERAND_FILE, run
};
