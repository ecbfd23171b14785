/*
 * audit.c
 *		The fields of the kernel's audit records of seccomp.
 *
 * Their order is not relied on, nor that all are there; but a field that comes
 * twice, or one that was cut off, makes the record unreadable: rather no answer
 * than somebody else's.
 */
#include "audit.h"

#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "audit_head.h"
#include "audit_words.h"
#include "constants.h"

/* What auditd puts between the kernel's fields and those it has added. */
#define ENRICHED '\x1d'

/* The fields that are read. */
enum
{
	PID,
	UID,
	COMM,
	EXE,
	SIGNAL,
	ARCH,
	SYSCALL,
	IP,
	CODE,
	A0,
	A1,
	A2,
	A3,
	USER,
	NFIELDS
};

static const char *const field_names[NFIELDS] = {
	"pid", "uid", "comm", "exe", "sig", "arch", "syscall", "ip", "code", "a0", "a1", "a2", "a3",
	"UID"						/* enriched: uid's name */
};

/* A field's value as it stands; at is NULL if the record has it not. */
typedef struct
{
	const char *at;
	size_t		len;
	bool		quoted;
} value;

/* ----------
 * Fields
 * ----------
 */

static bool
is_blank(char c)
{
	return c == ' ' || c == ENRICHED;
}

/* Does " name=" stand here? */
static bool
name_follows(const char *at, const char *end)
{
	const char *start = ++at;

	while (at < end && ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-' || *at == '_'))
		at++;
	return at > start && at < end && *at == '=';
}

/*
 * The value behind "name=".  Words of the interpreted form have neither quotes
 * nor escapes, and go on until another field follows.
 */
static const char *
read_value(sc_cursor *c, bool interpreted, value *v)
{
	v->at = c->at;
	v->quoted = sc_eat(c, "\"");
	if (v->quoted)
	{
		v->at = c->at;
		while (c->at < c->end && *c->at != '"')
			c->at++;
		v->len = (size_t) (c->at - v->at);
		if (!sc_eat(c, "\"") || (c->at < c->end && !is_blank(*c->at)))
			return "a quote is not closed";
		return NULL;
	}
	while (c->at < c->end && *c->at != ENRICHED &&
		   (*c->at != ' ' || (interpreted && !name_follows(c->at, c->end))))
		c->at++;
	v->len = (size_t) (c->at - v->at);
	while (v->len > 0 && v->at[v->len - 1] == ' ')
		v->len--;
	return NULL;
}

static const char *
read_fields(sc_cursor *c, bool interpreted, value values[NFIELDS])
{
	const char *why = NULL;

	while (c->at < c->end && why == NULL)
	{
		const char *name = c->at;
		size_t		len;
		value		unwanted = {0};
		value	   *v = &unwanted;

		if (is_blank(*c->at))
		{
			c->at++;
			continue;
		}
		while (c->at < c->end && *c->at != '=' && !is_blank(*c->at))
			c->at++;
		len = (size_t) (c->at - name);

		/* a security context may have blanks: "subj=docker-default (enforce)" */
		if (!sc_eat(c, "="))
			continue;
		for (int i = 0; i < NFIELDS; i++)
			if (strlen(field_names[i]) == len && memcmp(field_names[i], name, len) == 0)
				v = &values[i];
		if (v->at)
			return "a field comes twice";
		why = read_value(c, interpreted, v);
	}
	return why;
}

static bool
is_value(const value *v, const char *text)
{
	return v->len == strlen(text) && memcmp(v->at, text, v->len) == 0;
}

/* A copy; false if it does not fit. */
static bool
copy_value(const value *v, char *to, size_t size)
{
	if (v->len >= size)
		return false;
	memcpy(to, v->at, v->len);
	to[v->len] = '\0';
	return true;
}

/*
 * What a process could choose: in quotes, or in hexadecimal if it has blanks,
 * quotes, or bytes that are not ASCII's printable ones; "(null)" is none.
 */
static bool
read_untrusted(const value *v, bool interpreted, char *to, size_t size)
{
	sc_cursor	c = {v->at, v->at ? v->at + v->len : NULL};

	if (v->at == NULL || (!v->quoted && is_value(v, "(null)")))
		return true;
	if (v->quoted || interpreted)
		return copy_value(v, to, size);
	if (v->len == 0 || v->len % 2 != 0 || sc_count_digits(&c, 16) != v->len || v->len / 2 >= size)
		return false;
	for (size_t i = 0; i < v->len / 2; i++)
	{
		char		pair[3] = {v->at[2 * i], v->at[2 * i + 1], '\0'};

		to[i] = (char) strtol(pair, NULL, 16);
		if (to[i] == '\0')
			return false;
	}
	to[v->len / 2] = '\0';
	return true;
}

static bool
read_decimal(const value *v, int64_t *number)
{
	sc_cursor	c = {v->at, v->at + v->len};
	bool		negative = sc_eat(&c, "-");

	if (!sc_eat_number(&c, 18, number) || c.at != c.end)
		return false;
	*number = negative ? -*number : *number;
	return true;
}

/* Hexadecimal, with "0x" before it or without. */
static bool
read_hex(const value *v, size_t max, uint64_t *number)
{
	sc_cursor	c = {v->at, v->at + v->len};
	size_t		n;

	sc_eat(&c, "0x");
	n = sc_count_digits(&c, 16);
	if (n == 0 || n > max || c.at + n != c.end)
		return false;
	*number = 0;
	for (; c.at < c.end; c.at++)
		*number = *number << 4 | (uint64_t) (*c.at <= '9' ? *c.at - '0' : (*c.at | 0x20) - 'a' + 10);
	return true;
}

/* What stands in the brackets of "unknown-syscall(999)"; the value itself if there are none. */
static value
in_brackets(const value *v)
{
	const char *open = memchr(v->at, '(', v->len);

	if (open == NULL || v->at[v->len - 1] != ')')
		return *v;
	return (value) {open + 1, (size_t) (v->at + v->len - 1 - (open + 1)), false};
}

/* ----------
 * What they mean
 * ----------
 */

static const char *
read_call(const value values[NFIELDS], sc_audit_record *record)
{
	const value *v = &values[SYSCALL];
	uint64_t	arch = 0;
	int64_t		nr;
	bool		has_arch = false;
	value		number;

	if (v->at == NULL || v->len == 0)
		return "it does not say which system call";
	if (!copy_value(v, record->call, sizeof(record->call)))
		return "the system call is too long";
	if (values[ARCH].at)
	{
		number = record->interpreted ? in_brackets(&values[ARCH]) : values[ARCH];
		if (!copy_value(&number, record->arch, sizeof(record->arch)))
			return "the architecture is too long";
		has_arch = read_hex(&number, 8, &arch);
		if (!has_arch && !record->interpreted)
			return "the architecture is no hexadecimal number";
		if (record->interpreted && sc_audit_machine(record->arch) != 0)
		{
			arch = sc_audit_machine(record->arch);
			has_arch = true;
		}
	}
	/* the kernel writes it as a signed one */
	number = record->interpreted ? in_brackets(v) : *v;
	if (read_decimal(&number, &nr))
	{
		if (nr < INT32_MIN || nr > UINT32_MAX)
			return "the system call's number is none";
		record->has_nr = true;
		record->nr = (uint32_t) nr;
	}
	else if (!record->interpreted)
		return "the system call's number is none";
	if (has_arch)
		record->abi = sc_audit_abi((uint32_t) arch, record->nr);
	if (!record->has_nr && record->abi < SC_ABI_COUNT)
		record->has_nr = sc_audit_number(record->abi, record->call, &record->nr);
	return NULL;
}

static const char *
read_code(const value *v, sc_audit_record *record)
{
	char		name[16];
	uint64_t	code;
	value		number = *v;

	if (v->at == NULL)
		return "it does not say what the answer was";
	if (record->interpreted)
	{
		if (copy_value(v, name, sizeof(name)) && sc_audit_answer(name, &record->code))
			return NULL;
		number = in_brackets(v);
	}
	if (number.len < 3 || number.at[1] != 'x' || !read_hex(&number, 8, &code))
		return "the answer is no hexadecimal number";

	/* "0x7ff" and "0x7ffc0" are longer ones cut off: the kernel leaves data out */
	if ((code & SECCOMP_RET_DATA) != 0 &&
		(code == (code & SECCOMP_RET_DATA) || !sc_audit_is_answer((uint32_t) code)))
		return "the answer is none of seccomp";
	record->code = (uint32_t) code;
	return NULL;
}

/* "31", "SIGSYS", "SIG0" */
static bool
read_signal(const value *v, sc_audit_record *record)
{
	char		name[16];
	int64_t		number;
	const sc_constant *constant;

	if (v->at == NULL)
		return true;
	if (read_decimal(v, &number) && number >= 0 && number <= 64)
		record->signal = (int) number;
	else if (!record->interpreted)
		return false;
	else if (is_value(v, "SIG0"))
		record->signal = 0;
	else if (copy_value(v, name, sizeof(name)) && (constant = sc_constant_find(SC_SIG, name)) != NULL)
		record->signal = (int) constant->value;
	return true;
}

/* "a0=10"; interpreted, "a0=0x10" is a number and anything else a word. */
static void
read_arguments(const value values[NFIELDS], sc_audit_record *record)
{
	for (int i = 0; i < SC_AUDIT_ARGS; i++)
	{
		const value *v = &values[A0 + i];
		bool		prefixed = v->at && v->len > 2 && memcmp(v->at, "0x", 2) == 0;

		if (v->at == NULL)
			continue;
		if ((prefixed || !record->interpreted) && read_hex(v, 16, &record->args[i]))
			record->known |= 1u << i;
		else if (record->interpreted)
			copy_value(v, record->words[i], sizeof(record->words[i]));
	}
}

static const char *
read_record(const value values[NFIELDS], sc_audit_record *record, bool seccomp)
{
	const char *why = read_call(values, record);
	value		uid = values[UID];
	uint64_t	ip;

	if (why || !seccomp)
	{
		read_arguments(values, record);
		return why;
	}
	if (values[PID].at && !read_decimal(&values[PID], &record->pid))
		return "the process number is none";
	if (uid.at && record->interpreted)
		uid = in_brackets(&uid);
	if (uid.at && !read_decimal(&uid, &record->uid) &&
		(!record->interpreted || !copy_value(&uid, record->user, sizeof(record->user))))
		return "the user is none";
	if (values[USER].at)
		copy_value(&values[USER], record->user, sizeof(record->user));
	if (!read_untrusted(&values[COMM], record->interpreted, record->comm, sizeof(record->comm)) ||
		!read_untrusted(&values[EXE], record->interpreted, record->exe, sizeof(record->exe)))
		return "a name is neither quoted nor hexadecimal, or too long";
	if (!read_signal(&values[SIGNAL], record))
		return "the signal is none";
	if (values[IP].at)
	{
		if (!read_hex(&values[IP], 16, &ip))
			return "the address is none";
		record->ip = (int64_t) ip;
		record->has_ip = true;
	}
	return read_code(&values[CODE], record);
}

sc_audit_kind
sc_audit_parse(const char *line, size_t len, int64_t now, sc_audit_record *record, const char **why)
{
	sc_cursor	c = {line, line + len};
	value		values[NFIELDS] = {{0}};
	sc_audit_kind kind;

	*record = (sc_audit_record) {
		.serial = -1,.pid = -1,.uid = -1,.signal = -1,.abi = SC_ABI_COUNT
	};
	*why = NULL;
	while (c.at < c.end && c.end[-1] == '\r')
		c.end--;
	/* what a crash leaves of a file's last block */
	while (sc_next_is(&c, '\0'))
		c.at++;
	kind = sc_audit_head(&c, now, record);
	if (kind == SC_AUDIT_OTHER)
		return kind;
	if (kind == SC_AUDIT_MALFORMED)
		*why = "it has no time and serial number";
	else if (len > SC_AUDIT_LINE)
		*why = "the line is too long";
	else if (memchr(line, '\0', len))
		*why = "it has bytes of zero";
	else
		*why = read_fields(&c, record->interpreted, values);
	if (*why == NULL)
		*why = read_record(values, record, kind == SC_AUDIT_SECCOMP);
	if (*why == NULL)
		return kind;
	return kind == SC_AUDIT_SYSCALL ? SC_AUDIT_OTHER : SC_AUDIT_MALFORMED;
}
