/*
 * oci_abis.c
 *		Several ABIs in one profile, whose entries are for all of them.
 *
 * Where they differ the strictest holds, and it is told.
 */
#include <string.h>

#include "oci.h"

/* Does the profile say of a call what one of the ABIs alone would not? */
static bool
abi_differs(const call_list *calls, const call_cubes *c, sc_abi abi)
{
	sc_view		views[MAX_VIEWS];
	sc_cube    *own;
	int			n = sc_cubes(views, scope_views(calls->scope, 1u << abi, views), c->call, SC_BY_WEIGHT, &own);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < c->n; j++)
			if (own[i].answer != c->cubes[j].answer && sc_cubes_meet(&own[i], &c->cubes[j], abi))
				return true;
	return n < 0;				/* too many to tell */
}

static void
warn_of_differences(const scopes *all, const call_list *calls)
{
	for (int i = 0; i < calls->n; i++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			const call_cubes *c = &calls->calls[i];

			if (!(calls->abis >> abi & 1) || sc_syscalls[c->call].nr[abi] == SC_NR_NONE ||
				!abi_differs(calls, c, (sc_abi) abi))
				continue;
			warn(all, "%s: the rules of the admitted ABIs differ; the strictest hold on all of them",
				 sc_syscalls[c->call].name);
			break;
		}
}

/* The one answer of a call whose arguments cannot be told apart. */
static void
make_whole(call_cubes *c)
{
	sc_cube		whole = {.answer = SECCOMP_RET_ERRNO | EPERM};

	for (int i = 0; i < c->n; i++)
		if (!runs(c->cubes[i].answer) && c->cubes[i].answer != OCI_DEFAULT)
			whole.answer = c->cubes[i].answer;
	c->cubes[0] = whole;
	c->n = 1;
}

/*
 * libseccomp adds rules of its own to these calls of x86 for each call that can be
 * made through them: a rule without tests, which is not the default's, is stronger.
 */
static void
close_multiplexers(const scopes *all, call_list *calls)
{
	for (int i = 0; i < calls->n; i++)
	{
		call_cubes *c = &calls->calls[i];
		const char *name = sc_syscalls[c->call].name;

		if ((strcmp(name, "socketcall") != 0 && strcmp(name, "ipc") != 0) ||
			!(calls->abis >> SC_ABI_X86 & 1) || (c->n == 1 && c->cubes[0].answer != OCI_DEFAULT))
			continue;
		make_whole(c);
		warn(all, "%s: denied with %s, whatever the arguments", name, errno_text(c->cubes[0].answer));
	}
}

/*
 * On 32-bit ABIs libseccomp forgets the upper half of what an entry compares with:
 * an entry that wants something there would fit calls that have nothing there.
 */
static void
drop_wide(const scopes *all, call_list *calls)
{
	for (int i = 0; i < calls->n; i++)
	{
		call_cubes *c = &calls->calls[i];
		bool		narrow = false;
		bool		lost = false;

		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			narrow = narrow || ((calls->abis >> abi & 1) && sc_syscalls[c->call].nr[abi] != SC_NR_NONE &&
								sc_register_of((sc_abi) abi) == UINT32_MAX);
		for (int j = 0; j < c->n && narrow; j++)
			for (int a = 0; a < SC_NARGS; a++)
				if (c->cubes[j].value[a] > UINT32_MAX && c->cubes[j].answer != OCI_DEFAULT)
				{
					c->cubes[j].answer = OCI_DEFAULT;
					lost = true;
				}
		if (lost)
			warn(all, "%s: arguments of more than 32 bits that are compared are denied with ENOSYS",
				 sc_syscalls[c->call].name);
	}
}

bool
oci_x32_is_looser(const call_list *calls)
{
	for (int i = 0; i < calls->n && (calls->abis >> SC_ABI_X32 & 1); i++)
		for (int j = 0; j < calls->calls[i].n && sc_syscalls[calls->calls[i].call].nr[SC_ABI_X32] != SC_NR_NONE; j++)
			for (int a = 0; a < SC_NARGS; a++)
				if (calls->calls[i].cubes[j].mask[a] > UINT32_MAX)
					return true;
	return false;
}

void
oci_join_abis(const scopes *all, call_list *calls)
{
	warn_of_differences(all, calls);
	close_multiplexers(all, calls);
	drop_wide(all, calls);
}
