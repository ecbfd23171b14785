/*
 * verdict.c
 *		Verdicts as cells of a table.
 */
#include "verdict.h"

#include <stdio.h>

#include "../core/memory.h"
#include "scopes.h"

static void
put_action(table *t, const char *action, int err)
{
	const char *name = err ? sc_errno_name(err) : NULL;

	put_tone(t, action, *action == 'e' || *action == 'k' ? BAD : *action == 'l' ? DOUBTFUL : GOOD);
	put_text(t, err && name == NULL ? sc_format("%d", err) : name);
}

static void
put_rule(table *t, const sc_policy *policy, int line)
{
	put_text(t, line > 0 ? sc_format("%s:%d", policy->path, line) : NULL);
}

void
put_verdict(table *t, const sc_policy *policy, const sc_verdict *verdict)
{
	static const char *const names[] = {[SC_ALLOW] = "allow",[SC_LOG] = "log",[SC_ERRNO] = "errno"};

	put_action(t, names[verdict->action], verdict->action == SC_ERRNO ? verdict->err : 0);
	put_rule(t, policy, verdict->line);
}

void
put_outcome(table *t, const sc_policy *policy, const sc_stack *stack, const sc_outcome *outcome)
{
	switch (outcome->value & SECCOMP_RET_ACTION_FULL)
	{
		case SECCOMP_RET_ALLOW:
			put_action(t, "allow", 0);
			break;
		case SECCOMP_RET_LOG:
			put_action(t, "log", 0);
			break;
		case SECCOMP_RET_ERRNO:
			put_action(t, "errno", (int) (outcome->value & SECCOMP_RET_DATA));
			break;
		default:
			put_action(t, "kill", 0);
			break;
	}
	put_text(t, outcome->by >= 0 ? scope_name(stack->sections[outcome->by]) : NULL);
	put_rule(t, policy, outcome->by >= 0 ? outcome->verdict.line : 0);
}

const char *
denial_word(const sc_outcome *outcome)
{
	if (outcome->by < 0 || outcome->verdict.action != SC_ERRNO)
		return NULL;
	switch (outcome->verdict.report)
	{
		case SC_QUIET:
			return "quiet";
		case SC_SILENT:
			return "violation, unreported";
		default:
			return "violation";
	}
}

void
note_mode(const sc_policy *policy)
{
	if (policy->mode == SC_MODE_PERMISSIVE)
		fprintf(stderr, "%s: note: Mode=permissive: denials are recorded, and the calls run\n", policy->path);
	else if (policy->mode == SC_MODE_OFF)
		fprintf(stderr, "%s: note: Mode=off: nothing is filtered\n", policy->path);
}
