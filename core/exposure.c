/*
 * exposure.c
 *		Which public kernel exploits would a set of programs stop?
 */
#include "exposure.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>

#include "conditions.h"
#include "decode.h"
#include "memory.h"

/* ----------
 * The table
 * ----------
 */

#define MAX_COLUMNS 16

/* The text up to a separator or the end; steps over both. */
static char *
cut(const char **rest, const char *end, char separator)
{
	const char *start = *rest;
	const char *stop = memchr(start, separator, (size_t) (end - start));

	if (stop == NULL)
		stop = end;
	*rest = stop < end ? stop + 1 : end;
	return sc_strndup(start, (size_t) (stop - start));
}

/* The columns of a line; more than MAX_COLUMNS are left out. */
static int
split_columns(const char *line, const char *columns[MAX_COLUMNS])
{
	const char *end = line + strlen(line);
	int			n = 0;

	while (line < end && n < MAX_COLUMNS)
		columns[n++] = cut(&line, end, '\t');
	return n;
}

static int
column(const char *const *names, int n, const char *prefix)
{
	for (int i = 0; i < n; i++)
		if (strncmp(names[i], prefix, strlen(prefix)) == 0)
			return i;
	return -1;
}

sc_exploits
sc_exploits_parse(const char *text, size_t len, sc_errors *errors)
{
	static const char *const wanted[] = {"cve", "year", "name", "gates", "needs_userns", "docker_default_blocks"};
	enum {CVE, YEAR, NAME, GATES, USERNS, DOCKER, NWANTED};
	sc_exploits exploits = {NULL, 0};
	const char *end = text + len;
	int			at[NWANTED];
	bool		head = false;

	for (int number = 1; text < end; number++)
	{
		char	   *line = cut(&text, end, '\n');
		const char *columns[MAX_COLUMNS];
		int			n = split_columns(line, columns);
		bool		good = true;

		if (line[0] == '#' || n == 0)
			continue;
		if (!head)
		{
			for (int i = 0; i < NWANTED; i++)
				at[i] = column(columns, n, wanted[i]);
			for (int i = 0; i < DOCKER; i++)
				if (at[i] < 0)
				{
					sc_errors_add(errors, number, NULL, "there is no column \"%s\"", wanted[i]);
					return exploits;
				}
			head = true;
			continue;
		}
		for (int i = 0; i < DOCKER; i++)
			good = good && at[i] < n;
		if (!good)
		{
			sc_errors_add(errors, number, NULL, "too few columns");
			continue;
		}
		exploits.list = sc_grow(exploits.list, exploits.n, sizeof(sc_exploit));
		exploits.list[exploits.n++] = (sc_exploit)
		{
			.cve = columns[at[CVE]],.year = columns[at[YEAR]],.name = columns[at[NAME]],
				.gates = columns[at[GATES]],.userns = strcmp(columns[at[USERNS]], "yes") == 0,
				.docker = at[DOCKER] >= 0 && at[DOCKER] < n ? columns[at[DOCKER]] : "unknown"
		};
	}
	if (!head)
		sc_errors_add(errors, 0, NULL, "the table is empty");
	return exploits;
}

/* ----------
 * Gates
 * ----------
 */

/* Names that tables use and no header has, or that stand for several values. */
static const struct
{
	const char *name;
	const char *call;
	int			arg;
	uint32_t	values[8];
	int			n;
}			own_names[] = {
	{"PI_OPS", "futex", 1, {FUTEX_LOCK_PI, FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_WAIT_REQUEUE_PI,
	FUTEX_CMP_REQUEUE_PI, 13}, 6},
	{"O_NOTIFICATION_PIPE", "pipe2", 1, {O_EXCL}, 1},
	{"IPT_SO_SET_REPLACE", "setsockopt", 2, {64}, 1},
	{"IP6T_SO_SET_REPLACE", "setsockopt", 2, {64}, 1},
	{"ARPT_SO_SET_REPLACE", "setsockopt", 2, {96}, 1},
	{"EBT_SO_SET_ENTRIES", "setsockopt", 2, {128}, 1},
};

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

#define MAX_CHOICES 64

/* What one argument may be while a gate is tried. */
typedef struct
{
	uint64_t	values[MAX_CHOICES];
	int			n;
	uint64_t	fixed;			/* bits that the gate names */
	bool		named;
} choices;

static void
add_choice(choices *c, uint64_t value)
{
	for (int i = 0; i < c->n; i++)
		if (c->values[i] == value)
			return;
	if (c->n < MAX_CHOICES)
		c->values[c->n++] = value;
}

/* A part of a gate's argument: "AF_NETLINK".  The argument it is about, or -1. */
static int
narrow(choices args[SC_NARGS], sc_abi abi, int call, const char *part, int from)
{
	const char *name = sc_syscalls[call].name;

	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
	{
		choices    *c = &args[own_names[i].arg];

		if (strcmp(own_names[i].name, part) != 0 || strcmp(own_names[i].call, name) != 0)
			continue;
		for (int v = 0; v < own_names[i].n; v++)
			add_choice(c, own_names[i].values[v]);
		c->named = true;
		return own_names[i].arg;
	}
	for (int i = from; i < SC_NARGS; i++)
	{
		const sc_constant *constant = sc_argument_of(abi, call, i) == SC_ARG_POINTER ? NULL :
			sc_argument_constant(abi, call, i, part);

		if (constant == NULL)
			continue;
		add_choice(&args[i], constant->value & constant->mask);
		args[i].fixed = constant->mask;
		args[i].named = true;
		return i;
	}
	return -1;
}

/*
 * Whatever else the arguments may be: small numbers, what the policy's own rules
 * ask for, and bits beside those that the gate names.
 */
static void
widen(choices args[SC_NARGS], sc_abi abi, int call, const sc_stack *stack)
{
	static const uint64_t usual[] = {0, 1, 2, 3, 5, 17, 0x80000, 0x80002, 0x80003, UINT64_MAX};
	sc_condition *conditions;
	int			n = sc_conditions(stack->rules, stack->n, abi, call, &conditions);

	for (int i = 0; i < SC_NARGS; i++)
	{
		choices    *c = &args[i];
		int			given = c->n;

		if (c->named && c->fixed == 0)
			continue;			/* these values and no others */
		for (int g = 0; g < (given ? given : 1); g++)
		{
			uint64_t	bits = given ? c->values[g] : 0;

			for (size_t u = 0; u < sizeof(usual) / sizeof(usual[0]); u++)
				add_choice(c, bits | (usual[u] & ~c->fixed));
			for (int k = 0; k < n; k++)
				add_choice(c, bits | (conditions[k].args[i] & ~c->fixed));
		}
		if (sc_argument_of(abi, call, i) == SC_ARG_NONE ||
			sc_argument_of(abi, call, i) == SC_ARG_POINTER)
			c->n = 1;
	}
}

/* Is the call denied with these arguments?  By which program, and which line? */
static bool
denied(const sc_stack *stack, sc_abi abi, int call, const uint64_t args[SC_NARGS], sc_exposure *by)
{
	uint32_t	nr = (uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
	sc_outcome	outcome = sc_stack_run(stack, abi, nr, args);
	uint32_t	action = outcome.value & SECCOMP_RET_ACTION_FULL;

	if (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG)
		return false;
	by->program = outcome.by;
	by->line = outcome.verdict.line;
	return true;
}

/* Is the call denied with every combination of these arguments? */
static bool
always_denied(const sc_stack *stack, sc_abi abi, int call, const choices args[SC_NARGS], sc_exposure *by)
{
	uint64_t	combinations = 1;

	for (int i = 0; i < SC_NARGS; i++)
		combinations *= (uint64_t) args[i].n;
	for (uint64_t c = 0; c < combinations; c++)
	{
		uint64_t	vector[SC_NARGS];
		uint64_t	rest = c;

		for (int i = 0; i < SC_NARGS; i++)
		{
			vector[i] = args[i].values[rest % (uint64_t) args[i].n];
			rest /= (uint64_t) args[i].n;
		}
		if (!denied(stack, abi, call, vector, by))
			return false;
	}
	return true;
}

/* One call of a gate: "socket:AF_NETLINK/NETLINK_XFRM", on one ABI. */
static bool
call_shut(const sc_stack *stack, sc_abi abi, int call, const char *what, sc_exposure *by,
		  sc_errors *errors)
{
	choices		args[SC_NARGS] = {{.n = 0}};
	const char *end = what + strlen(what);
	bool		whole = false;
	int			from = 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strncmp(what, levels[i].prefix, strlen(levels[i].prefix)) == 0 &&
			strstr(sc_syscalls[call].name, "sockopt") && strchr(what, '/') == NULL)
		{
			from = narrow(args, abi, call, levels[i].level, 0) + 1;
			break;
		}
	while (what < end)
	{
		char	   *part = cut(&what, end, '/');
		int			arg = narrow(args, abi, call, part, from);

		if (arg >= 0)
			from = arg + 1;
		else if (strcmp(part, "SCM_RIGHTS") == 0 || strcmp(part, "SCM_CREDENTIALS") == 0)
			whole = true;		/* in memory: no filter can see it */
		else if (strcmp(part, "X32_ABI") != 0)
		{
			sc_errors_add(errors, 0, "The gate counts as shut only if the whole call is.",
						  "unknown argument \"%s\" of \"%s\"", part, sc_syscalls[call].name);
			whole = true;
		}
	}
	if (whole)
		memset(args, 0, sizeof(args));
	widen(args, abi, call, stack);
	return always_denied(stack, abi, call, args, by);
}

/* An alternative of a gate, "CALL" or "CALL:ARGUMENTS", on every ABI that has it. */
static bool
alternative_shut(const sc_stack *stack, const char *text, sc_exposure *by, sc_errors *errors)
{
	const char *colon = strchr(text, ':');
	char	   *name = colon ? sc_strndup(text, (size_t) (colon - text)) : sc_strndup(text, strlen(text));
	int			call = sc_syscall_by_name(name);
	bool		x32 = colon && strcmp(colon + 1, "X32_ABI") == 0;
	sc_exposure first = {.program = -1};

	if (call < 0)
	{
		sc_errors_add(errors, 0, NULL, "unknown system call \"%s\"", name);
		return false;
	}
	for (int i = 0; i < SC_ABI_COUNT; i++)
	{
		sc_abi		abi = i == 0 ? SC_ABI_NATIVE : i <= (int) SC_ABI_NATIVE ? (sc_abi) (i - 1) : (sc_abi) i;

		if (sc_abis[abi].native != SC_ABI_NATIVE || sc_syscalls[call].nr[abi] == SC_NR_NONE ||
			(x32 && abi != SC_ABI_X32))
			continue;
		if (!call_shut(stack, abi, call, colon ? colon + 1 : "", by, errors))
			return false;
		if (first.program < 0)
			first = *by;
	}
	if (first.program >= 0)
		*by = first;
	return true;
}

sc_exposure
sc_exploit_try(const sc_exploit *exploit, const sc_stack *stack, sc_errors *errors)
{
	const char *gates = exploit->gates;
	const char *end = gates + strlen(gates);

	while (gates < end)
	{
		sc_exposure result = {.stopped = true,.program = -1};
		char	   *gate = cut(&gates, end, ';');
		const char *alternatives = gate;
		const char *gate_end = gate + strlen(gate);

		while (alternatives < gate_end && result.stopped)
		{
			char	   *alternative = cut(&alternatives, gate_end, '|');
			sc_exposure by = {.program = -1};

			result.stopped = alternative_shut(stack, alternative, &by, errors);
			if (result.program < 0)
			{
				result.program = by.program;
				result.line = by.line;
			}
		}
		result.gate = gate;
		if (result.stopped && *gate != '\0')
			return result;
	}
	return (sc_exposure) {.stopped = false,.program = -1};
}
