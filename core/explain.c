/*
 * explain.c
 *		A verdict in words, for pg_seccomp_explain() and the command line.
 */
#include "explain.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* The longest value of a directive that is quoted. */
#define MAX_QUOTED 60

bool
sc_call_parse(const char *text, sc_abi *abi, uint32_t *nr, sc_errors *errors)
{
	const char *colon = strchr(text, ':');
	const char *name = colon ? colon + 1 : text;
	const char *nearest;
	int			call;

	*abi = colon ? SC_ABI_COUNT : SC_ABI_NATIVE;
	for (int i = 0; colon && i < SC_ABI_COUNT; i++)
		if (sc_abis[i].native == SC_ABI_NATIVE &&
			strlen(sc_abis[i].name) == (size_t) (colon - text) &&
			strncmp(text, sc_abis[i].name, (size_t) (colon - text)) == 0)
			*abi = (sc_abi) i;
	if (*abi == SC_ABI_COUNT)
	{
		sc_errors_add(errors, 0, "Write it as in SystemCallArchitectures; only those of this machine are known.",
					  "unknown architecture in \"%s\"", text);
		return false;
	}

	if (isdigit((unsigned char) *name))
	{
		char	   *end;
		unsigned long long number;

		errno = 0;
		number = strtoull(name, &end, name[1] == 'x' ? 16 : 10);
		if (*end != '\0' || errno != 0 || number > UINT32_MAX)
		{
			sc_errors_add(errors, 0, NULL, "invalid system call number \"%s\"", name);
			return false;
		}
		*nr = (uint32_t) number | sc_abis[*abi].nr_bit;
		return true;
	}
	call = sc_syscall_by_name(name);
	if (call < 0)
	{
		nearest = sc_nearest_name(name);
		sc_errors_add(errors, 0, nearest ? sc_format("Perhaps you meant \"%s\".", nearest) : NULL,
					  "system call \"%s\" does not exist", name);
		return false;
	}
	if (sc_syscalls[call].nr[*abi] == SC_NR_NONE)
	{
		sc_errors_add(errors, 0, NULL, "system call \"%s\" does not exist on architecture \"%s\"",
					  name, sc_abis[*abi].name);
		return false;
	}
	*nr = sc_number_of(*abi, call);
	return true;
}

/* The directive that stands on a line, as written: " (SystemCallFilter=~@mount)". */
static char *
directive_at(const sc_policy *policy, int line)
{
	const sc_directive *found = NULL;
	size_t		len;

	/* a continued directive begins on an earlier line */
	for (int i = 0; i < policy->ndirectives && policy->directives[i].line <= line; i++)
		found = &policy->directives[i];
	if (found == NULL || found->directive == NULL)
		return sc_format("%s", "");
	len = strlen(found->value);
	return sc_format(" (%s=%.*s%s)", found->directive, len > MAX_QUOTED ? MAX_QUOTED : (int) len,
					 found->value, len > MAX_QUOTED ? "..." : "");
}

char *
sc_verdict_reason(const sc_verdict *verdict, const sc_policy *policy)
{
	int			line = verdict->line;

	switch (verdict->why)
	{
		case SC_WHY_LISTED:
			return sc_format("line %d names it%s", line, directive_at(policy, line));
		case SC_WHY_NOT_LISTED:
			if (line == 0)
				return sc_format("the deny-list does not name it");
			return sc_format("not in the allow-list that begins in line %d", line);
		case SC_WHY_LOGGED:
			return sc_format("allowed, and logged by line %d%s", line, directive_at(policy, line));
		case SC_WHY_NEW:
			return sc_format("not in the catalog of this pg_seccomp: newer, or no system call");
		case SC_WHY_ABI:
			return sc_format("SystemCallArchitectures does not admit this ABI");
		case SC_WHY_RULE:
			return sc_format("line %d %s it%s%s", line, verdict->action == SC_ERRNO ? "denies" : "allows",
							 verdict->depends ? " with these arguments" : "", directive_at(policy, line));
		case SC_WHY_NO_LIST:
			break;
	}
	return sc_format("nothing in the section is about it");
}
