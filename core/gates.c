/*
 * gates.c
 *		Sets of calls that something cannot do without.
 */
#include "gates.h"

#include <ctype.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>

#include "decode.h"
#include "memory.h"

/* ----------
 * Names
 * ----------
 */

/* Names that tables use and no header has, or that stand for several values. */
static const struct
{
	const char *name;
	const char *calls;
	int			arg;
	uint64_t	mask;			/* the bits that it is about; 0: all */
	uint32_t	values[6];
	int			n;
}			own_names[] = {
	{"PI_OPS", "futex futex_time64", 1, 0x7f, {FUTEX_LOCK_PI, FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI,
	FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI, 13}, 6},
	{"IPT_SO_SET_REPLACE", "setsockopt", 2, 0, {64}, 1},
	{"IP6T_SO_SET_REPLACE", "setsockopt", 2, 0, {64}, 1},
	{"ARPT_SO_SET_REPLACE", "setsockopt", 2, 0, {96}, 1},
	{"EBT_SO_SET_ENTRIES", "setsockopt", 2, 0, {128}, 1},
	{"S_ISUID", "chmod fchmod creat mkdir mknod", 1, S_ISUID, {S_ISUID}, 1},
	{"S_ISGID", "chmod fchmod creat mkdir mknod", 1, S_ISGID, {S_ISGID}, 1},
	{"S_ISUID", "fchmodat fchmodat2 mkdirat mknodat open", 2, S_ISUID, {S_ISUID}, 1},
	{"S_ISGID", "fchmodat fchmodat2 mkdirat mknodat open", 2, S_ISGID, {S_ISGID}, 1},
	/* whichever type the descriptor has */
	{"ANY_NAMESPACE", "setns", 1, UINT32_MAX, {0}, 1},
	/* with the highest bit beside it, 0xffffffff among others, it is a question */
	{"ADDR_NO_RANDOMIZE", "personality", 0, 0x80000000 | ADDR_NO_RANDOMIZE, {ADDR_NO_RANDOMIZE}, 1},
	{"READ_IMPLIES_EXEC", "personality", 0, 0x80000000 | READ_IMPLIES_EXEC, {READ_IMPLIES_EXEC}, 1},
	{"MMAP_PAGE_ZERO", "personality", 0, 0x80000000 | MMAP_PAGE_ZERO, {MMAP_PAGE_ZERO}, 1},
	{"S_ISUID", "openat", 3, S_ISUID, {S_ISUID}, 1},
	{"S_ISGID", "openat", 3, S_ISGID, {S_ISGID}, 1},
};

#define NOWN (sizeof(own_names) / sizeof(own_names[0]))

/* The level of an option that is named without it. */
static const struct
{
	const char *prefix;
	const char *level;
}			levels[] = {
	{"SO_", "SOL_SOCKET"}, {"TCP_", "SOL_TCP"}, {"IPV6_", "SOL_IPV6"}, {"IP_", "SOL_IP"},
	{"MCAST_", "SOL_IP"}, {"UDP_", "SOL_UDP"}, {"PACKET_", "SOL_PACKET"}, {"TLS_", "SOL_TLS"},
	{"ALG_", "SOL_ALG"}, {"XDP_", "SOL_XDP"}, {"NETLINK_", "SOL_NETLINK"},
};

void
sc_add_choice(sc_choices *c, uint64_t value)
{
	for (int i = 0; i < c->n; i++)
		if (c->values[i] == value)
			return;
	c->values = sc_grow(c->values, c->n, sizeof(uint64_t));
	c->values[c->n++] = value;
}

/* Is the word one of a list's, which single blanks part? */
static bool
in_list(const char *list, const char *word)
{
	size_t		len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* The text up to a separator or the end; steps over both. */
static char *
cut(const char **rest, char separator)
{
	const char *start = *rest;
	size_t		len = strcspn(start, (const char[]) {separator, '\0'});

	*rest = start + len + (start[len] != '\0');
	return sc_strndup(start, len);
}

/* All names of a part as constants of one argument: their bits and their value. */
static bool
join_constants(sc_abi abi, int call, int arg, const char *part, uint64_t *value, uint64_t *mask)
{
	*value = *mask = 0;
	while (*part)
	{
		const sc_constant *constant = sc_argument_constant(abi, call, arg, cut(&part, '+'));

		if (constant == NULL)
			return false;
		*value |= constant->value & constant->mask;
		*mask |= constant->mask;
	}
	return *mask != 0;
}

/* What a part says of the argument it is about, from which on; its index, or -1. */
static int
narrow(sc_choices args[SC_NARGS], sc_abi abi, int call, const char *part, int from)
{
	for (size_t i = 0; i < NOWN; i++)
	{
		sc_choices *c = &args[own_names[i].arg];

		if (strcmp(own_names[i].name, part) != 0 || !in_list(own_names[i].calls, sc_syscalls[call].name))
			continue;
		for (int v = 0; v < own_names[i].n; v++)
			sc_add_choice(c, own_names[i].values[v]);
		c->fixed = own_names[i].mask ? own_names[i].mask : UINT64_MAX;
		return own_names[i].arg;
	}
	for (int i = from; i < SC_NARGS; i++)
	{
		uint64_t	value;
		uint64_t	mask;

		if (sc_argument_of(abi, call, i) == SC_ARG_POINTER ||
			!join_constants(abi, call, i, part, &value, &mask))
			continue;
		sc_add_choice(&args[i], value);
		args[i].fixed = mask;
		return i;
	}
	return -1;
}

bool
sc_narrow(sc_choices args[SC_NARGS], sc_abi abi, int call, const sc_alternative *alternative,
		  const char **unknown)
{
	int			from = 0;

	for (int i = 0; i < alternative->nparts; i++)
	{
		int			arg = narrow(args, abi, call, alternative->parts[i], from);

		if (arg < 0)
		{
			*unknown = alternative->parts[i];
			return false;
		}
		from = arg + 1;
	}
	return true;
}

/* ----------
 * Reading
 * ----------
 */

static void
add_part(sc_alternative *alternative, char *part)
{
	alternative->parts = sc_grow(alternative->parts, alternative->nparts, sizeof(char *));
	alternative->parts[alternative->nparts++] = part;
}

/* Does some ABI of this machine have arguments of these names? */
static void
check_parts(sc_alternative *alternative, int line, sc_errors *errors)
{
	const char *unknown = NULL;

	for (int i = 0; i < SC_ABI_COUNT; i++)
	{
		sc_choices	args[SC_NARGS] = {{.n = 0}};

		if (sc_abis[i].native == SC_ABI_NATIVE && sc_syscalls[alternative->call].nr[i] != SC_NR_NONE &&
			sc_narrow(args, (sc_abi) i, alternative->call, alternative, &unknown))
			return;
	}
	if (unknown == NULL)
		return;					/* nor the call */
	sc_errors_add(errors, line, NULL, "unknown argument \"%s\" of \"%s\"", unknown,
				  sc_syscalls[alternative->call].name);
	alternative->call = SC_GATE_UNKNOWN;
}

static sc_alternative
read_alternative(const char *text, int line, sc_errors *errors)
{
	sc_alternative alternative = {.text = text};
	const char *name = cut(&text, ':');
	bool		level = strchr(text, '/') == NULL && strstr(name, "sockopt") != NULL;

	alternative.call = strcmp(name, "new-calls") == 0 ? SC_GATE_NEW_CALLS :
		strcmp(name, "foreign-abis") == 0 ? SC_GATE_FOREIGN_ABIS : sc_syscall_by_name(name);
	if (alternative.call == SC_GATE_UNKNOWN)
		sc_errors_add(errors, line, NULL, "unknown system call \"%s\"", name);
	if (alternative.call < 0)
		return alternative;
	for (size_t i = 0; level && i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strncmp(text, levels[i].prefix, strlen(levels[i].prefix)) == 0)
		{
			add_part(&alternative, sc_strndup(levels[i].level, strlen(levels[i].level)));
			break;
		}
	while (*text)
	{
		char	   *part = cut(&text, '/');

		if (strcmp(part, "X32_ABI") == 0)
			alternative.x32 = true;
		else if (strcmp(part, "SCM_RIGHTS") == 0 || strcmp(part, "SCM_CREDENTIALS") == 0)
			alternative.whole = true;
		else
			add_part(&alternative, part);
	}
	check_parts(&alternative, line, errors);
	return alternative;
}

sc_gates
sc_gates_parse(const char *text, int line, sc_errors *errors)
{
	sc_gates	gates = {NULL, 0};

	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char) *c) && strchr("_-+/:|;", *c) == NULL)
		{
			sc_errors_add(errors, line, NULL, "gates are names of calls and constants, parted by \":\", "
						  "\"/\", \"+\", \"|\" and \";\", without blanks");
			return gates;
		}
	while (*text)
	{
		sc_gate		gate = {.text = cut(&text, ';')};
		const char *rest = gate.text;

		while (*rest)
		{
			gate.list = sc_grow(gate.list, gate.n, sizeof(sc_alternative));
			gate.list[gate.n] = read_alternative(cut(&rest, '|'), line, errors);
			gate.n++;
		}
		if (gate.n == 0)
			continue;
		gates.list = sc_grow(gates.list, gates.n, sizeof(sc_gate));
		gates.list[gates.n++] = gate;
	}
	if (gates.n == 0)
		sc_errors_add(errors, line, NULL, "there are no gates");
	return gates;
}

/* ----------
 * Comparing
 * ----------
 */

/* Is every call of one alternative among another's? */
static bool
includes(const sc_alternative *wide, const sc_alternative *narrow)
{
	size_t		len = strlen(wide->text);

	return wide->call == narrow->call && wide->call != SC_GATE_UNKNOWN &&
		strncmp(wide->text, narrow->text, len) == 0 &&
		(narrow->text[len] == '\0' || narrow->text[len] == ':' || narrow->text[len] == '/');
}

static bool
gate_includes(const sc_gate *wide, const sc_gate *narrow)
{
	for (int n = 0; n < narrow->n; n++)
	{
		bool		found = false;

		for (int w = 0; w < wide->n && !found; w++)
			found = includes(&wide->list[w], &narrow->list[n]);
		if (!found)
			return false;
	}
	return true;
}

bool
sc_gates_cover(const sc_gates *gates, const sc_gates *others)
{
	for (int i = 0; i < gates->n; i++)
	{
		bool		found = false;

		for (int o = 0; o < others->n && !found; o++)
			found = gate_includes(&gates->list[i], &others->list[o]);
		if (!found)
			return false;
	}
	return gates->n > 0;
}
