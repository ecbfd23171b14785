/*
 * catalog.c
 *		Look-ups in the tables of system calls, groups and families.
 *
 * sc_catalog_init() checks the two tables and turns them into what the
 * look-ups need: an index by number for every ABI, a bit set for every group,
 * the family of every call.  All of it is static, so that a look-up can't fail
 * and may be made in a signal handler.
 */
#include "catalog.h"
#include "suggest.h"

#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Capacities; sc_catalog_init() complains when a table outgrows one. */
#define MAX_NUMBER 1024
#define MAX_GROUPS 256
#define MAX_NAME 63

/* What is kept for a call or number that has none. */
#define NONE (-1)

const sc_abi_info sc_abis[SC_ABI_COUNT] = {
	[SC_ABI_X86_64] = {"x86-64", AUDIT_ARCH_X86_64, 0, SC_ABI_X86_64},
	[SC_ABI_X86] = {"x86", AUDIT_ARCH_I386, 0, SC_ABI_X86_64},
	[SC_ABI_X32] = {"x32", AUDIT_ARCH_X86_64, 0x40000000, SC_ABI_X86_64},
	[SC_ABI_ARM64] = {"arm64", AUDIT_ARCH_AARCH64, 0, SC_ABI_ARM64},
	[SC_ABI_ARM] = {"arm", AUDIT_ARCH_ARM, 0, SC_ABI_ARM64},
};

/* How far the resolution of a group has come. */
typedef enum
{
	UNRESOLVED,
	IN_PROGRESS,
	RESOLVED
} group_state;

static int16_t by_number[SC_ABI_COUNT][MAX_NUMBER];
static int	limits[SC_ABI_COUNT];
static sc_set group_sets[MAX_GROUPS];
static group_state group_states[MAX_GROUPS];
static int16_t families[SC_MAX_SYSCALLS];

const sc_set *sc_silent;

/* ----------
 * Names
 * ----------
 */

static int
compare_syscall(const void *name, const void *entry)
{
	return strcmp(name, ((const sc_syscall *) entry)->name);
}

int
sc_syscall_by_name(const char *name)
{
	const sc_syscall *found = bsearch(name, sc_syscalls, (size_t) sc_nsyscalls,
									  sizeof(sc_syscall), compare_syscall);

	return found ? (int) (found - sc_syscalls) : -1;
}

/* The order of sc_groups: groups before families, then by name. */
static int
compare_groups(const void *left, const void *right)
{
	const sc_group *a = left;
	const sc_group *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->name, b->name);
}

int
sc_group_by_name(const char *name)
{
	sc_group	key = {name, name[0] == '@' ? SC_GROUP : SC_FAMILY, NULL, NULL};
	const sc_group *found = bsearch(&key, sc_groups, (size_t) sc_ngroups,
									sizeof(sc_group), compare_groups);

	return found ? (int) (found - sc_groups) : -1;
}

/* ----------
 * Numbers and members
 * ----------
 */

int
sc_syscall_by_number(sc_abi abi, int nr)
{
	if (nr < 0 || nr >= limits[abi])
		return -1;
	return by_number[abi][nr];
}

int
sc_syscall_of(sc_abi abi, uint32_t nr)
{
	if (abi >= SC_ABI_COUNT || (nr & sc_abis[abi].nr_bit) != sc_abis[abi].nr_bit)
		return -1;
	return sc_syscall_by_number(abi, (int) (nr & ~sc_abis[abi].nr_bit));
}

int
sc_abi_limit(sc_abi abi)
{
	return limits[abi];
}

const sc_set *
sc_group_members(int group)
{
	return &group_sets[group];
}

int
sc_family_of(int syscall_index)
{
	return families[syscall_index];
}

/* ----------
 * Building and checking
 * ----------
 */

/* Word a defect; the message names what to look for in the table. */
static const char *
defect(const char *what, const char *name, const char *other)
{
	static char message[160];

	snprintf(message, sizeof(message), "catalog: %s: %s%s%s", what, name,
			 other ? ", " : "", other ? other : "");
	return message;
}

/*
 * Copy the next word of a members string and step over it.  Returns false at
 * the end of the string, and for what a members string may not hold: an empty
 * word (two spaces, or one at either end) or one that is too long.
 */
static bool
next_member(const char **rest, char word[MAX_NAME + 1])
{
	size_t		length = strcspn(*rest, " ");

	if (length == 0 || length > MAX_NAME)
		return false;
	memcpy(word, *rest, length);
	word[length] = '\0';
	*rest += length;
	if (**rest == ' ' && (*rest)[1] != '\0')
		(*rest)++;
	return true;
}

static const char *
index_syscalls(void)
{
	if (sc_nsyscalls > SC_MAX_SYSCALLS)
		return "catalog: more system calls than SC_MAX_SYSCALLS";

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
	{
		limits[abi] = 0;
		for (int nr = 0; nr < MAX_NUMBER; nr++)
			by_number[abi][nr] = NONE;
	}

	for (int i = 0; i < sc_nsyscalls; i++)
	{
		const sc_syscall *call = &sc_syscalls[i];

		families[i] = NONE;
		if (strlen(call->name) > MAX_NAME)
			return defect("name too long", call->name, NULL);
		if (i > 0 && strcmp(sc_syscalls[i - 1].name, call->name) >= 0)
			return defect("system calls out of order", sc_syscalls[i - 1].name,
						  call->name);

		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			int			nr = call->nr[abi];

			if (nr == SC_NR_NONE)
				continue;
			if (nr < 0 || nr >= MAX_NUMBER)
				return defect("number out of range", call->name,
							  sc_abis[abi].name);

			/* Two names for one number: a rule for one would bind the other. */
			if (by_number[abi][nr] != NONE)
				return defect("same number", call->name,
							  sc_syscalls[by_number[abi][nr]].name);
			by_number[abi][nr] = (int16_t) i;
			if (nr >= limits[abi])
				limits[abi] = nr + 1;
		}
	}
	return NULL;
}

static const char *resolve_group(int group);

/* Add one word of a group's members to its set. */
static const char *
add_member(int group, const char *word)
{
	sc_set	   *set = &group_sets[group];
	int			i;

	if (word[0] == '@' && sc_groups[group].kind == SC_GROUP)
	{
		const char *error;

		i = sc_group_by_name(word);
		if (i < 0)
			return defect("unknown group", sc_groups[group].name, word);
		error = resolve_group(i);
		if (error)
			return error;
		sc_set_add_all(set, &group_sets[i]);
		return NULL;
	}

	i = sc_syscall_by_name(word);
	if (i < 0)
		return defect("unknown member", sc_groups[group].name, word);
	sc_set_add(set, i);
	if (sc_groups[group].kind == SC_FAMILY)
	{
		if (families[i] != NONE)
			return defect("member of two families", word,
						  sc_groups[families[i]].name);
		families[i] = (int16_t) group;
	}
	return NULL;
}

/*
 * Fill in the set of a group.  Recurses into nested groups, at most once for
 * each of them.
 */
static const char *
resolve_group(int group)
{
	const char *rest = sc_groups[group].members;
	char		word[MAX_NAME + 1] = "";
	char		previous[MAX_NAME + 1] = "";

	if (group_states[group] == RESOLVED)
		return NULL;
	if (group_states[group] == IN_PROGRESS)
		return defect("group contains itself", sc_groups[group].name, NULL);
	group_states[group] = IN_PROGRESS;

	if (strcmp(rest, "*") == 0)
	{
		for (int i = 0; i < sc_nsyscalls; i++)
			sc_set_add(&group_sets[group], i);
		rest = "";
	}
	while (next_member(&rest, word))
	{
		const char *error;

		if (strcmp(previous, word) >= 0)
			return defect("members out of order", previous, word);
		memcpy(previous, word, sizeof(previous));
		error = add_member(group, word);
		if (error)
			return error;
	}
	if (*rest != '\0')
		return defect("malformed members", sc_groups[group].name, rest);

	group_states[group] = RESOLVED;
	return NULL;
}

static const char *
index_groups(void)
{
	if (sc_ngroups > MAX_GROUPS)
		return "catalog: more groups than MAX_GROUPS";
	memset(group_sets, 0, sizeof(group_sets));
	memset(group_states, 0, sizeof(group_states));

	/* Names are looked up while members are resolved: their order comes first. */
	for (int i = 0; i < sc_ngroups; i++)
	{
		const sc_group *group = &sc_groups[i];

		if (strlen(group->name) > MAX_NAME)
			return defect("name too long", group->name, NULL);
		if (i > 0 && compare_groups(&sc_groups[i - 1], group) >= 0)
			return defect("groups out of order", sc_groups[i - 1].name,
						  group->name);
		if ((group->name[0] == '@') != (group->kind == SC_GROUP))
			return defect("only a group's name starts with @", group->name,
						  NULL);
	}

	for (int i = 0; i < sc_ngroups; i++)
	{
		const char *error = resolve_group(i);

		if (error)
			return error;
		if (sc_groups[i].kind == SC_FAMILY)
		{
			int			own = sc_syscall_by_name(sc_groups[i].name);

			if (own < 0 || !sc_set_has(&group_sets[i], own))
				return defect("family lacks the call it is named after",
							  sc_groups[i].name, NULL);
		}
	}
	return NULL;
}

const char *
sc_catalog_init(void)
{
	static bool done = false;
	static const char *error;

	if (!done)
	{
		error = index_syscalls();
		if (!error)
			error = index_groups();
		if (!error)
			sc_silent = sc_group_members(sc_group_by_name("@pg-silent"));
		done = true;
	}
	return error;
}

/* ----------
 * Did you mean ...?
 * ----------
 */

/* The candidate that is nearest so far. */
typedef struct
{
	const char *name;
	int			distance;
} nearest;

/* Take a candidate that is near the word, and nearer than the best so far. */
static void
consider(nearest *best, const char *word, const char *candidate)
{
	int			bound = sc_distance_bound(word);
	int			candidate_bound = sc_distance_bound(candidate);
	int			distance;

	/* Letters left out count against the whole word: "@mnt" is "@mount". */
	if (bound < candidate_bound)
		bound = candidate_bound;
	if (best->name && bound >= best->distance)
		bound = best->distance - 1;
	distance = sc_distance(word, candidate, bound);
	if (distance <= bound)
	{
		best->name = candidate;
		best->distance = distance;
	}
}

/* The call or group that a word means but for a forgotten or stray "@". */
static const char *
with_other_sigil(const char *word)
{
	char		name[MAX_NAME + 2];
	int			i;

	if (word[0] == '@')
	{
		i = sc_syscall_by_name(word + 1);
		return i < 0 ? NULL : sc_syscalls[i].name;
	}
	snprintf(name, sizeof(name), "@%s", word);
	i = sc_group_by_name(name);
	return i < 0 ? NULL : sc_groups[i].name;
}

const char *
sc_nearest_name(const char *name)
{
	nearest		best = {NULL, 0};

	/* No table's name is that long. */
	if (strlen(name) > MAX_NAME)
		return NULL;

	best.name = with_other_sigil(name);
	if (best.name)
		return best.name;

	if (name[0] == '@')
	{
		for (int i = 0; i < sc_ngroups; i++)
		{
			if (sc_groups[i].kind == SC_GROUP)
				consider(&best, name, sc_groups[i].name);
		}
		return best.name;
	}

	/* Of equally near calls the one that this machine has is likelier. */
	for (int foreign = 0; foreign <= 1; foreign++)
	{
		for (int i = 0; i < sc_nsyscalls; i++)
		{
			if ((sc_syscalls[i].nr[SC_ABI_NATIVE] == SC_NR_NONE) == foreign)
				consider(&best, name, sc_syscalls[i].name);
		}
	}
	return best.name;
}
