/*
 * verdict.c
 *		Verdicts as cells of a table.
 */
#include "verdict.h"

#include "../core/memory.h"
#include "scopes.h"

static const char *
rule_text(const sc_policy *policy, int line)
{
	return line > 0 ? sc_format("%s:%d", policy->path, line) : NULL;
}

answer
answer_of(const sc_policy *policy, const sc_stack *stack, const sc_outcome *outcome)
{
	answer		a = {.action = "kill_process",.runs = sc_runs(outcome->value)};

	switch (outcome->value & SECCOMP_RET_ACTION_FULL)
	{
		case SECCOMP_RET_ALLOW:
			a.action = "allow";
			break;
		case SECCOMP_RET_LOG:
			a.action = "log";
			break;
		case SECCOMP_RET_ERRNO:
			a.action = "errno";
			a.err = sc_errno_text((int) (outcome->value & SECCOMP_RET_DATA));
			break;
	}
	if (outcome->by >= 0)
	{
		a.scope = sc_scope_name(stack->sections[outcome->by]);
		a.rule = rule_text(policy, outcome->verdict.line);
	}
	return a;
}

void
put_verdict(table *t, const sc_policy *policy, const sc_verdict *verdict)
{
	static const char *const names[] = {[SC_ALLOW] = "allow",[SC_LOG] = "log",[SC_ERRNO] = "errno"};

	put_tone(t, names[verdict->action], verdict->action == SC_ERRNO ? BAD : GOOD);
	put_text(t, verdict->action == SC_ERRNO ? sc_errno_text(verdict->err) : NULL);
	put_text(t, rule_text(policy, verdict->line));
}

void
put_outcome(table *t, const sc_policy *policy, const sc_stack *stack, const sc_outcome *outcome)
{
	answer		a = answer_of(policy, stack, outcome);

	put_tone(t, a.action, a.runs ? GOOD : BAD);
	put_text(t, a.err);
	put_text(t, a.scope);
	put_text(t, a.rule);
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
	if (policy->mode != SC_MODE_ENFORCE)
		print_note(policy->path, "Mode=%s: this is what it would enforce", sc_mode_name(policy->mode));
}
