/*
 * attach.c
 *		The programs that this process has, and what they answer.
 */
#include "attach.h"

#include <errno.h>
#include <linux/seccomp.h>

Attached	attached[MAX_ATTACHED];
int			nattached;
volatile sig_atomic_t attached_on_violation;
volatile sig_atomic_t permissive_attached;

void
attach_consequences(const Attached *what)
{
	if ((sig_atomic_t) what->on_violation > attached_on_violation && !what->permissive)
		attached_on_violation = what->on_violation;
	if (what->permissive)
		permissive_attached = true;
}

int
attach_program(const Attached *what)
{
	sig_atomic_t on_violation = attached_on_violation;
	sig_atomic_t permissive = permissive_attached;
	int			err;

	if (nattached == MAX_ATTACHED)
		return E2BIG;
	/* before the program: it may deny prctl */
	err = sc_take_traits(what->traits);
	if (err != 0)
		return err;
	attach_consequences(what);
	err = sc_attach(&what->program, what->traits);
	if (err != 0)
	{
		attached_on_violation = on_violation;
		permissive_attached = permissive;
		return err;
	}
	attached[nattached++] = *what;
	return 0;
}

int
attach_scope(const Attached *what)
{
	if (what->program.len > 0)
		return attach_program(what);
	attach_consequences(what);
	return sc_take_traits(what->traits);
}

Outcome
outcome_of(const Attached *programs, int nprograms, const struct seccomp_data *data,
		   uint64 home)
{
	Outcome		outcome = {SECCOMP_RET_ALLOW, NULL};
	struct seccomp_data from_home = *data;

	for (int i = 0; i < nprograms; i++)
	{
		uint32		one = sc_evaluate(&programs[i].program, data);
		uint32		both = sc_stricter(outcome.value, one);

		if (one != SECCOMP_RET_ALLOW && both == one)
			outcome.by = &programs[i];
		outcome.value = both;
	}
	if ((outcome.value & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRAP)
		return outcome;

	/* from home a program's errno can only be a quiet one */
	from_home.instruction_pointer = home;
	for (int i = nprograms; i-- > 0;)
	{
		uint32		one = sc_evaluate(&programs[i].program, &from_home);

		if (sc_runs(one))
			continue;
		if ((one & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
			outcome = (Outcome) {one, &programs[i]};
		break;
	}
	return outcome;
}
