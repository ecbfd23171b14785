/*
 * show_catalog.c
 *		pg_seccomp show: groups, families and system calls.
 */
#include "show.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../core/decode.h"
#include "../core/memory.h"

/* ----------
 * Naming a call
 * ----------
 */

/* The ABI before a colon; dies if there is none of this name. */
static sc_abi
abi_before(const char *text, size_t len)
{
	char	   *names = NULL;

	for (int i = 0; i < SC_ABI_COUNT; i++)
	{
		if (strlen(sc_abis[i].name) == len && strncmp(sc_abis[i].name, text, len) == 0)
			return (sc_abi) i;
		names = sc_format("%s%s\"%s\"", names ? names : "", names ? ", " : "", sc_abis[i].name);
	}
	die("there is no ABI \"%.*s\"; there are %s", (int) len, text, names);
}

bool
find_call(const char *text, named_call *found)
{
	const char *colon = strchr(text, ':');
	const char *name = colon ? colon + 1 : text;

	found->abi = colon ? abi_before(text, (size_t) (colon - text)) : SC_ABI_NATIVE;
	if (isdigit((unsigned char) *name))
	{
		char	   *end;
		unsigned long long number;

		errno = 0;
		number = strtoull(name, &end, name[1] == 'x' ? 16 : 10);
		if (*end != '\0' || errno != 0 || number > UINT32_MAX)
			die("invalid system call number \"%s\"", name);
		/* with x32's bit or without it */
		found->call = sc_syscall_of(found->abi, (uint32_t) number | sc_abis[found->abi].nr_bit);
		if (found->call < 0)
			die("the catalog has no system call %s of %s", name, sc_abis[found->abi].name);
		return true;
	}
	found->call = sc_syscall_by_name(name);
	if (colon && found->call < 0)
		die_hint(suggestion(sc_nearest_name(name)), "system call \"%s\" does not exist", name);
	if (found->call < 0)
		return false;
	if (colon && sc_syscalls[found->call].nr[found->abi] == SC_NR_NONE)
		die("system call \"%s\" does not exist on %s", name, sc_abis[found->abi].name);
	for (int i = 0; sc_syscalls[found->call].nr[found->abi] == SC_NR_NONE && i < SC_ABI_COUNT; i++)
		if (sc_syscalls[found->call].nr[i] != SC_NR_NONE)
			found->abi = (sc_abi) i;
	return true;
}

/* ----------
 * Groups and families
 * ----------
 */

static int
members_of(int group)
{
	int			n = 0;

	for (int call = 0; call < sc_nsyscalls; call++)
		n += sc_set_has(sc_group_members(group), call);
	return n;
}

void
show_groups(bool groups, bool families)
{
	static const column columns[] = {
		{"name", COLUMN_TEXT}, {"kind", COLUMN_TEXT}, {"calls", COLUMN_NUMBER}, {"description", COLUMN_TEXT}
	};
	table	   *t = table_start("groups", NULL, columns, NCOLUMNS(columns));

	for (int i = 0; i < sc_ngroups; i++)
	{
		bool		is_group = sc_groups[i].kind == SC_GROUP;

		if (is_group ? !groups : !families)
			continue;
		put_text(t, sc_groups[i].name);
		put_text(t, is_group ? "group" : "family");
		put_number(t, members_of(i), 0);
		put_text(t, sc_groups[i].description);
	}
}

static void
put_number_on(table *t, int call, sc_abi abi)
{
	if (sc_syscalls[call].nr[abi] == SC_NR_NONE)
		put_null(t);
	else
		put_number(t, sc_number_of(abi, call), 0);
}

static const char *
family_name(int call)
{
	int			family = sc_family_of(call);

	return family < 0 ? NULL : sc_groups[family].name;
}

void
show_members(int group)
{
	static const column columns[] = {
		{"group", COLUMN_TEXT}, {"syscall", COLUMN_TEXT}, {"number", COLUMN_NUMBER},
		{"family", COLUMN_TEXT}, {"since", COLUMN_TEXT}, {"description", COLUMN_TEXT}
	};
	static late_table late = {"members", NULL, columns, NCOLUMNS(columns), NULL};

	late_expect(&late);
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		table	   *t;

		if (!sc_set_has(sc_group_members(group), call))
			continue;
		t = late_rows(&late);
		put_text(t, sc_groups[group].name);
		put_text(t, sc_syscalls[call].name);
		put_number_on(t, call, SC_ABI_NATIVE);
		put_text(t, family_name(call));
		put_text(t, sc_syscalls[call].since);
		put_text(t, sc_syscalls[call].description);
	}
}

/* ----------
 * One call
 * ----------
 */

static void
show_numbers(int call)
{
	static const column columns[] = {
		{"syscall", COLUMN_TEXT}, {"abi", COLUMN_TEXT}, {"number", COLUMN_NUMBER}
	};
	static late_table late = {"numbers", "numbers", columns, NCOLUMNS(columns), NULL};
	table	   *t = late_rows(&late);

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		put_text(t, sc_syscalls[call].name);
		put_text(t, sc_abis[abi].name);
		put_number_on(t, call, (sc_abi) abi);
	}
}

static void
show_arguments(int call, sc_abi abi)
{
	static const column columns[] = {
		{"syscall", COLUMN_TEXT}, {"abi", COLUMN_TEXT}, {"argument", COLUMN_TEXT}, {"type", COLUMN_TEXT}
	};
	static late_table late = {"arguments", "arguments, as rules see them", columns, NCOLUMNS(columns), NULL};
	bool		known = false;

	late_expect(&late);
	/* six registers and nothing about them: no prototype */
	for (int arg = 0; arg < SC_NARGS; arg++)
		known = known || sc_argument_of(abi, call, arg) != SC_ARG_64;
	for (int arg = 0; known && arg < SC_NARGS; arg++)
	{
		sc_argument what = sc_argument_of(abi, call, arg);
		table	   *t;

		if (what == SC_ARG_NONE)
			continue;
		t = late_rows(&late);
		put_text(t, sc_syscalls[call].name);
		put_text(t, sc_abis[abi].name);
		put_text(t, sc_format("arg%d", arg));
		put_text(t, what == SC_ARG_POINTER ? "pointer" :
				 what == SC_ARG_32 || sc_register_of(abi) == UINT32_MAX ? "32 bits" : "64 bits");
	}
}

static void
show_family(int call)
{
	static const column columns[] = {
		{"family", COLUMN_TEXT}, {"syscall", COLUMN_TEXT}, {"number", COLUMN_NUMBER},
		{"since", COLUMN_TEXT}, {"description", COLUMN_TEXT}
	};
	static late_table late = {"family", "others of the family", columns, NCOLUMNS(columns), NULL};
	int			family = sc_family_of(call);

	late_expect(&late);
	for (int other = 0; family >= 0 && other < sc_nsyscalls; other++)
	{
		table	   *t;

		if (other == call || !sc_set_has(sc_group_members(family), other))
			continue;
		t = late_rows(&late);
		put_text(t, sc_groups[family].name);
		put_text(t, sc_syscalls[other].name);
		put_number_on(t, other, SC_ABI_NATIVE);
		put_text(t, sc_syscalls[other].since);
		put_text(t, sc_syscalls[other].description);
	}
}

static void
show_groups_of(int call)
{
	static const column columns[] = {
		{"syscall", COLUMN_TEXT}, {"name", COLUMN_TEXT}, {"description", COLUMN_TEXT}
	};
	static late_table late = {"groups", "groups", columns, NCOLUMNS(columns), NULL};

	late_expect(&late);
	for (int i = 0; i < sc_ngroups; i++)
	{
		table	   *t;

		if (sc_groups[i].kind != SC_GROUP || !sc_set_has(sc_group_members(i), call))
			continue;
		t = late_rows(&late);
		put_text(t, sc_syscalls[call].name);
		put_text(t, sc_groups[i].name);
		put_text(t, sc_groups[i].description);
	}
}

/* Is one of a gate's alternatives ("splice|sendfile", "socket:AF_ALG") this call? */
static bool
gate_names(const sc_gate *gate, int call)
{
	for (int i = 0; i < gate->n; i++)
		if (gate->list[i].call == call)
			return true;
	return false;
}

static void
show_exploits(int call, const sc_exploits *exploits)
{
	static const column columns[] = {
		{"syscall", COLUMN_TEXT}, {"cve", COLUMN_TEXT}, {"exploit", COLUMN_TEXT}, {"gate", COLUMN_TEXT},
		{"needs_user_namespace", COLUMN_FLAG}
	};
	static late_table late = {"exploits", "public exploits that need it", columns, NCOLUMNS(columns), NULL};

	late_expect(&late);
	for (int i = 0; i < exploits->n; i++)
	{
		const sc_exploit *exploit = &exploits->list[i];

		for (int g = 0; g < exploit->gates.n; g++)
		{
			const sc_gate *gate = &exploit->gates.list[g];
			table	   *t;

			if (!gate_names(gate, call))
				continue;
			t = late_rows(&late);
			put_text(t, sc_syscalls[call].name);
			put_text(t, exploit->cve);
			put_text(t, exploit->name);
			put_text(t, gate->text);
			put_flag(t, exploit->userns);
		}
	}
}

void
show_call(named_call named, const sc_exploits *exploits)
{
	static const column columns[] = {
		{"syscall", COLUMN_TEXT}, {"number", COLUMN_NUMBER}, {"family", COLUMN_TEXT},
		{"since", COLUMN_TEXT}, {"description", COLUMN_TEXT}
	};
	static late_table late = {"syscall", NULL, columns, NCOLUMNS(columns), NULL};
	table	   *t = late_rows(&late);
	int			call = named.call;

	put_text(t, sc_syscalls[call].name);
	put_number_on(t, call, SC_ABI_NATIVE);
	put_text(t, family_name(call));
	put_text(t, sc_syscalls[call].since);
	put_text(t, sc_syscalls[call].description);
	show_numbers(call);
	show_arguments(call, named.abi);
	show_family(call);
	show_groups_of(call);
	if (exploits)
		show_exploits(call, exploits);
}
