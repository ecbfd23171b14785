/*
 * call_list.c
 *		All calls of a scope, with what their arguments come to.
 */
#include "export.h"

#include <seccomp.h>
#include <string.h>

#include "../core/memory.h"
#include "../core/program.h"

bool
scmp_knows_call(sc_abi abi, int call)
{
	int			nr = sc_syscalls[call].nr[abi];
	int			known = seccomp_syscall_resolve_name_arch(sc_scmp_arch(abi), sc_syscalls[call].name);

	/* its numbers for calls of x86 that socketcall and ipc make, too */
	if (nr != SC_NR_NONE && abi == SC_ABI_X86 && known <= -100 && known > -300)
		return true;
	return nr != SC_NR_NONE && known == (int) sc_number_of(abi, call);
}

unsigned
admitted_abis(const scope *s)
{
	unsigned	abis = s->stack.rules[0]->abis;

	for (int i = 1; i < s->stack.n; i++)
		abis &= s->stack.rules[i]->abis;
	return abis;
}

int
scope_views(const scope *s, unsigned abis, sc_view views[MAX_VIEWS])
{
	int			n = 0;

	for (int native = 0; native < 2; native++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			for (int i = 0; i < s->stack.n && (abis >> abi & 1) && (abi == SC_ABI_NATIVE) == native; i++)
				views[n++] = (sc_view) {s->stack.rules[i], (sc_abi) abi};
	return n;
}

call_list *
list_calls(const scope *s, unsigned abis)
{
	call_list  *list = sc_alloc(sizeof(call_list));
	sc_view		views[MAX_VIEWS];
	int			nviews = scope_views(s, abis, views);

	list->scope = s;
	list->abis = abis;
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		call_cubes *c = &list->calls[list->n];
		bool		there = false;

		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			there = there || ((abis >> abi & 1) && sc_syscalls[call].nr[abi] != SC_NR_NONE);
		if (!there)
			continue;
		c->call = call;
		c->n = -1;
		for (int way = 0; way < SC_NWAYS && c->n < 0; way++)
			c->n = sc_cubes(views, nviews, call, (sc_way) way, &c->cubes);
		if (c->n < 0)
			c->n = 0;
		list->n++;
	}
	return list;
}

const sc_cube *
cube_of(const call_cubes *c, const uint64_t args[SC_NARGS])
{
	for (int i = 0; i < c->n; i++)
	{
		uint64_t	differ = 0;

		for (int a = 0; a < SC_NARGS; a++)
			differ |= (args[a] & c->cubes[i].mask[a]) ^ c->cubes[i].value[a];
		if (differ == 0)
			return &c->cubes[i];
	}
	return NULL;				/* not reached: cubes are complete */
}
