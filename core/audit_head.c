/*
 * audit_head.c
 *		What stands before an audit record's fields: prefixes, type, time, serial.
 *
 *	auditd		node=db1 type=SECCOMP msg=audit(1795296477.577:2):
 *	ausearch -i	type=SECCOMP msg=audit(11/22/2026 05:45:04.577:2) :
 *	dmesg		<5>[  123.456789] audit: type=1326 audit(1795296477.577:2):
 *				kern  :notice: [Sun Nov 22 05:45:04 2026] audit: type=1326 audit(...):
 *	journal		Nov 22 05:45:04 host kernel: audit: type=1326 audit(...):
 *				2026-11-22T05:45:04+0000 host audit[29775]: SECCOMP
 *
 * Prefixes are read strictly: what another program has logged is none of them.
 */
#include <ctype.h>
#include <time.h>

#include "audit_head.h"

/* ----------
 * Numbers and words
 * ----------
 */

size_t
sc_count_digits(const sc_cursor *c, int base)
{
	size_t		n = 0;

	while (c->at + n < c->end && (base == 10 ? isdigit((unsigned char) c->at[n]) :
								  isxdigit((unsigned char) c->at[n])))
		n++;
	return n;
}

bool
sc_eat_number(sc_cursor *c, size_t max, int64_t *number)
{
	size_t		n = sc_count_digits(c, 10);

	if (n == 0 || n > max)
		return false;
	*number = 0;
	while (n-- > 0)
		*number = *number * 10 + (*c->at++ - '0');
	return true;
}

static void
skip_blanks(sc_cursor *c)
{
	while (sc_next_is(c, ' '))
		c->at++;
}

/* Which of some words of three letters comes next, from 0; -1: none. */
static int
eat_name(sc_cursor *c, const char *names)
{
	for (int i = 0; names[3 * i] != '\0'; i++)
		if (c->end - c->at > 3 && memcmp(c->at, names + 3 * i, 3) == 0 && c->at[3] == ' ')
		{
			c->at += 4;
			return i;
		}
	return -1;
}

/* ----------
 * Times
 * ----------
 */

/* "05:45:04", and ".577123" or ",577123" if it is there. */
static bool
eat_clock(sc_cursor *c, struct tm *tm, int *milliseconds)
{
	int64_t		hour;
	int64_t		minute;
	int64_t		second;

	if (!sc_eat_number(c, 2, &hour) || !sc_eat(c, ":") || !sc_eat_number(c, 2, &minute) ||
		!sc_eat(c, ":") || !sc_eat_number(c, 2, &second) ||
		hour > 23 || minute > 59 || second > 60)
		return false;
	tm->tm_hour = (int) hour;
	tm->tm_min = (int) minute;
	tm->tm_sec = (int) second;
	*milliseconds = 0;
	if (sc_next_is(c, '.') || sc_next_is(c, ','))
	{
		size_t		n;

		c->at++;
		n = sc_count_digits(c, 10);
		for (size_t i = 0; i < 3; i++)
			*milliseconds = *milliseconds * 10 + (i < n ? c->at[i] - '0' : 0);
		c->at += n;
	}
	return true;
}

static bool
set_date(struct tm *tm, int64_t year, int64_t month, int64_t day)
{
	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	tm->tm_year = (int) year - 1900;
	tm->tm_mon = (int) month - 1;
	tm->tm_mday = (int) day;
	return true;
}

/*
 * A date as strftime's "%x" has it: 11/22/26 (C), 11/22/2026 (en_US), 22.11.2026,
 * 2026-11-22.  With slashes the month is first unless it cannot be.
 */
static bool
eat_date(sc_cursor *c, struct tm *tm)
{
	int64_t		n[3];
	char		separator;

	if (!sc_eat_number(c, 4, &n[0]) || c->at == c->end || strchr("/.-", *c->at) == NULL)
		return false;
	separator = *c->at++;
	if (!sc_eat_number(c, 2, &n[1]) || !sc_next_is(c, separator))
		return false;
	c->at++;
	if (!sc_eat_number(c, 4, &n[2]))
		return false;
	if (n[0] > 31)
		return set_date(tm, n[0], n[1], n[2]);
	if (n[2] < 100)
		n[2] += n[2] < 70 ? 2000 : 1900;
	if (separator == '/' && n[0] <= 12)
		return set_date(tm, n[2], n[0], n[1]);
	return set_date(tm, n[2], n[1], n[0]);
}

/* Local time, or of a zone that is so many seconds east of Greenwich. */
static bool
set_time(sc_audit_record *record, struct tm *tm, bool local, int64_t east, int milliseconds)
{
	tm->tm_isdst = -1;
	record->seconds = local ? (int64_t) mktime(tm) : (int64_t) timegm(tm) - east;
	record->milliseconds = milliseconds;
	record->has_time = record->seconds >= 0 && record->seconds <= SC_AUDIT_MAX_SECONDS;
	return record->has_time;
}

/* "Nov 22 05:45:04": the latest that is not in the future, by a day. */
static bool
eat_syslog_time(sc_cursor *c, int64_t now, sc_audit_record *record)
{
	time_t		clock = (time_t) now;
	struct tm	today;
	struct tm	tm = {0};
	int64_t		day;
	int			milliseconds;
	int			month = eat_name(c, "JanFebMarAprMayJunJulAugSepOctNovDec");

	skip_blanks(c);
	if (month < 0 || !sc_eat_number(c, 2, &day) || !sc_eat(c, " ") ||
		!eat_clock(c, &tm, &milliseconds) || localtime_r(&clock, &today) == NULL)
		return false;
	for (int ago = 0; ago < 2; ago++)
	{
		struct tm	copy = tm;

		if (!set_date(&copy, today.tm_year + 1900 - ago, month + 1, day) ||
			!set_time(record, &copy, true, 0, milliseconds))
			return false;
		if (record->seconds <= now + 86400)
			break;
	}
	return true;
}

/* "2026-11-22T05:45:04.577+0000", "Sun 2026-11-22 05:45:04 UTC" */
static bool
eat_iso_time(sc_cursor *c, sc_audit_record *record)
{
	struct tm	tm = {0};
	bool		local = true;
	int64_t		east = 0;
	int			milliseconds;
	bool		full = eat_name(c, "SunMonTueWedThuFriSat") >= 0;

	if (!eat_date(c, &tm) || !(sc_eat(c, "T") || sc_eat(c, " ")) || !eat_clock(c, &tm, &milliseconds))
		return false;
	if (sc_eat(c, "Z") || sc_eat(c, " UTC"))
		local = false;
	else if (sc_next_is(c, '+') || sc_next_is(c, '-'))
	{
		int			sign = *c->at++ == '-' ? -1 : 1;
		sc_cursor	hours = {c->at, c->end - c->at > 2 ? c->at + 2 : c->end};
		int64_t		hour;
		int64_t		minute = 0;

		if (!sc_eat_number(&hours, 2, &hour))
			return false;
		c->at = hours.at;
		sc_eat(c, ":");
		if (sc_count_digits(c, 10) > 0 && !sc_eat_number(c, 2, &minute))
			return false;
		local = false;
		east = sign * (hour * 3600 + minute * 60);
	}
	else if (full)
	{
		/* the zone's name, which is this machine's */
		skip_blanks(c);
		while (c->at < c->end && *c->at != ' ')
			c->at++;
	}
	return set_time(record, &tm, local, east, milliseconds);
}

/* "1795296477.577": seconds and at least milliseconds */
static bool
eat_unix_time(sc_cursor *c, sc_audit_record *record)
{
	int64_t		seconds;
	int			milliseconds = 0;
	size_t		n;

	if (!sc_eat_number(c, 12, &seconds) || !sc_eat(c, ".") || seconds > SC_AUDIT_MAX_SECONDS)
		return false;
	n = sc_count_digits(c, 10);
	if (n < 3)
		return false;
	for (int i = 0; i < 3; i++)
		milliseconds = milliseconds * 10 + (c->at[i] - '0');
	c->at += n;
	record->has_time = true;
	record->seconds = seconds;
	record->milliseconds = milliseconds;
	return true;
}

/* A log's time at the beginning of a line, with a blank behind it. */
static bool
eat_time(sc_cursor *c, int64_t now, sc_audit_record *record)
{
	for (int form = 0; form < 3; form++)
	{
		sc_cursor	copy = *c;

		if ((form == 0 ? eat_syslog_time(&copy, now, record) :
			 form == 1 ? eat_iso_time(&copy, record) : eat_unix_time(&copy, record)) &&
			sc_eat(&copy, " "))
		{
			*c = copy;
			return true;
		}
		record->has_time = false;
	}
	return false;
}

/* ----------
 * Prefixes
 * ----------
 */

/* "<5>", "kern  :notice: ": of the kernel itself, not of who writes to /dev/kmsg. */
static bool
eat_priority(sc_cursor *c)
{
	int64_t		priority;

	if (sc_eat(c, "<"))
		return sc_eat_number(c, 1, &priority) && priority < 8 && sc_eat(c, ">");
	if (!sc_eat(c, "kern"))
		return true;
	if (!sc_next_is(c, ' ') && !sc_next_is(c, ':'))
	{
		/* "kernel:" */
		c->at -= strlen("kern");
		return true;
	}
	skip_blanks(c);
	if (!sc_eat(c, ":"))
		return false;
	while (c->at < c->end && (islower((unsigned char) *c->at) || *c->at == ' '))
		c->at++;
	if (!sc_eat(c, ":"))
		return false;
	skip_blanks(c);
	return true;
}

/* "[  123.456789] ", "[Sun Nov 22 05:45:04 2026] " */
static bool
eat_brackets(sc_cursor *c)
{
	const char *at = c->at;

	if (!sc_next_is(c, '['))
		return false;
	for (at++; at < c->end && *at != ']'; at++)
		if (at - c->at > 40 || (!isalnum((unsigned char) *at) && strchr(" .:+<>-", *at) == NULL) ||
			*at == '\0')
			return false;
	if (c->end - at < 2 || at[1] != ' ')
		return false;
	c->at = at + 2;
	return true;
}

/* "kernel: ", "audit[29775]: ": who may have such records in a log. */
static bool
eat_program(sc_cursor *c)
{
	static const char *const names[] = {"kernel", "audit", "audisp-syslog", "audispd"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		sc_cursor	copy = *c;
		int64_t		pid;

		if (sc_eat(&copy, names[i]) &&
			(!sc_eat(&copy, "[") || (sc_eat_number(&copy, 10, &pid) && sc_eat(&copy, "]"))) &&
			sc_eat(&copy, ": "))
		{
			*c = copy;
			return true;
		}
	}
	return false;
}

/* A record's type by name or number. */
static sc_audit_kind
kind_of(const char *name, size_t len)
{
	static const struct
	{
		const char *name;
		sc_audit_kind kind;
	}			kinds[] = {
		{"SECCOMP", SC_AUDIT_SECCOMP}, {"1326", SC_AUDIT_SECCOMP}, {"UNKNOWN[1326]", SC_AUDIT_SECCOMP},
		{"AUDIT1326", SC_AUDIT_SECCOMP}, {"SYSCALL", SC_AUDIT_SYSCALL}, {"1300", SC_AUDIT_SYSCALL},
		{"UNKNOWN[1300]", SC_AUDIT_SYSCALL}, {"AUDIT1300", SC_AUDIT_SYSCALL},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0)
			return kinds[i].kind;
	return SC_AUDIT_OTHER;
}

/* The next word, up to a blank. */
static sc_cursor
next_word(const sc_cursor *c)
{
	const char *blank = c->at < c->end ? memchr(c->at, ' ', (size_t) (c->end - c->at)) : NULL;

	return (sc_cursor) {c->at, blank ? blank : c->end};
}

/* "audit(1795296477.577:2):", "audit(11/22/2026 05:45:04.577:2) :" */
static bool
eat_stamp(sc_cursor *c, sc_audit_record *record)
{
	sc_cursor	date;
	struct tm	tm = {0};
	int			milliseconds;

	if (!sc_eat(c, "audit("))
		return false;
	date = *c;
	if (!eat_unix_time(c, record))
	{
		*c = date;
		record->interpreted = true;
		if (!eat_date(c, &tm) || !sc_eat(c, " ") || !eat_clock(c, &tm, &milliseconds) ||
			!set_time(record, &tm, true, 0, milliseconds))
			return false;
	}
	if (!sc_eat(c, ":") || !sc_eat_number(c, 10, &record->serial) || !sc_eat(c, ")"))
		return false;
	skip_blanks(c);
	return sc_eat(c, ":");
}

/* Does a record begin here, whatever its type? */
static bool
begins(const sc_cursor *c)
{
	sc_cursor	copy = *c;
	sc_cursor	word = next_word(c);
	sc_cursor	next = {word.end, c->end};

	if (sc_eat(&copy, "type=") || sc_eat(&copy, "node="))
		return true;
	/* journald's: a name and the fields */
	if (kind_of(word.at, (size_t) (word.end - word.at)) == SC_AUDIT_OTHER || !sc_eat(&next, " "))
		return false;
	word = next_word(&next);
	return word.at < word.end && memchr(word.at, '=', (size_t) (word.end - word.at)) != NULL;
}

sc_audit_kind
sc_audit_head(sc_cursor *c, int64_t now, sc_audit_record *record)
{
	sc_cursor	word;
	sc_audit_kind kind;

	if (!eat_priority(c))
		return SC_AUDIT_OTHER;
	eat_brackets(c);
	eat_time(c, now, record);
	if (!eat_program(c) && !begins(c))
	{
		/* the host's name; another program's has a colon behind it */
		word = next_word(c);
		c->at = word.end;
		if (memchr(word.at, ':', (size_t) (word.end - word.at)) || !sc_eat(c, " ") || !eat_program(c))
			return SC_AUDIT_OTHER;
	}
	while (eat_brackets(c) || eat_program(c))
		;
	if (!begins(c))
		return SC_AUDIT_OTHER;

	if (sc_eat(c, "node="))
	{
		word = next_word(c);
		if ((size_t) (word.end - word.at) < sizeof(record->node))
			memcpy(record->node, word.at, (size_t) (word.end - word.at));
		c->at = word.end;
		skip_blanks(c);
	}
	if (!sc_eat(c, "type="))
	{
		word = next_word(c);
		c->at = word.end;
		return kind_of(word.at, (size_t) (word.end - word.at));
	}
	word = next_word(c);
	kind = kind_of(word.at, (size_t) (word.end - word.at));
	if (kind == SC_AUDIT_OTHER)
		return kind;
	c->at = word.end;
	skip_blanks(c);
	sc_eat(c, "msg=");
	if (eat_stamp(c, record))
		return kind;
	return kind == SC_AUDIT_SECCOMP ? SC_AUDIT_MALFORMED : SC_AUDIT_OTHER;
}
