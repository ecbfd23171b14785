/*
 * lint_doors.c
 *		Doors left open beside closed ones: calls by which a denial is in vain.
 */
#include "lint.h"

#include <linux/sched.h>
#include <string.h>

#include "evaluate.h"
#include "memory.h"

#define RING_HINT "Write \"SystemCallFilter=~@pg-io-uring:ENOSYS\"; or \"SystemCallRule=io_uring_setup allow\" if it is to be open."

static const struct
{
	const char *closed;			/* denied, or some of it by a rule of the section's own */
	const char *doors;			/* if all of these are open, it is so in vain */
	uint64_t	arg0;			/* of the doors, as far as a rule could tell */
	const char *why;
	const char *hint;
}			bypasses[] = {
	{"accept", "io_uring_setup", 256, "a ring makes the same call unseen (IORING_OP_ACCEPT)", RING_HINT},
	{"connect", "io_uring_setup", 256, "a ring makes the same call unseen (IORING_OP_CONNECT)", RING_HINT},
	{"socket", "io_uring_setup", 256, "a ring makes the same call unseen (IORING_OP_SOCKET)", RING_HINT},
	{"mount", "fsopen fsconfig fsmount move_mount", 0, "together they mount as well", "Deny @mount."},
	{"process_vm_readv", "ptrace", 0, "it reads another process's memory as well", "Deny @debug."},
	{"process_vm_writev", "ptrace", 0, "it writes another process's memory as well", "Deny @debug."},
	{"ptrace", "process_vm_writev", 0, "it writes another process's memory as well", "Deny @debug and process_vm_writev."},
	{"unshare", "clone", CLONE_NEWUSER, "with CLONE_NEWUSER and its like it makes namespaces as well",
	"Write RestrictNamespaces=yes, which denies clone's flags and not clone."},
};

static bool
all_open(const sc_sections *sections, const char *doors, uint64_t arg0)
{
	char	   *rest = sc_strndup(doors, strlen(doors));
	char	   *door;

	while ((door = strsep(&rest, " ")) != NULL)
	{
		const uint64_t args[SC_NARGS] = {arg0};
		int			nr = sc_syscalls[sc_syscall_by_name(door)].nr[SC_ABI_NATIVE];

		for (int i = 0; i < sections->n; i++)
			if (nr == SC_NR_NONE ||
				sc_decide(&sections->list[i]->rules, SC_ABI_NATIVE, (uint32_t) nr, args, NULL).action == SC_ERRNO)
				return false;
	}
	return true;
}

/* A rule of its own that allows a door says that its author knows. */
static bool
allowed_by_rule(const sc_sections *sections, const char *doors)
{
	int			call = sc_syscall_by_name(doors);

	for (int i = 0; call >= 0 && i < sections->n; i++)
		for (int r = 0; r < sections->list[i]->rules.own.n; r++)
		{
			const sc_rule *rule = &sections->list[i]->rules.own.rules[r];

			if (!rule->deny && sc_rule_names(rule, SC_ABI_NATIVE, call))
				return true;
		}
	return false;
}

/*
 * The line by which a section denies a call, or some arguments of it; 0 if it does
 * not, or only for being on no list.
 */
static int
closing_line(const sc_sections *sections, int call)
{
	const sc_section *section = sections->list[sections->n - 1];
	sc_verdict	verdict;

	if (sc_denied_by(sections, SC_ABI_NATIVE, call, &verdict) == sections->n - 1 && verdict.why != SC_WHY_NOT_LISTED)
		return verdict.line;
	for (int i = 0; i < section->rules.own.n; i++)
		if (section->rules.own.rules[i].deny && sc_rule_names(&section->rules.own.rules[i], SC_ABI_NATIVE, call))
			return section->rules.own.rules[i].line;
	return 0;
}

void
sc_lint_doors(const sc_policy *policy, const sc_section *section, sc_findings *findings)
{
	sc_sections sections = sc_sections_of(policy, section);

	for (size_t i = 0; i < sizeof(bypasses) / sizeof(bypasses[0]); i++)
	{
		int			line = closing_line(&sections, sc_syscall_by_name(bypasses[i].closed));

		if (line == 0 || !all_open(&sections, bypasses[i].doors, bypasses[i].arg0) ||
			allowed_by_rule(&sections, bypasses[i].doors))
			continue;
		sc_finding_add(findings, policy->path, line, false, bypasses[i].hint,
					   "[%s] denies \"%s\" and leaves %s open: %s", section->title, bypasses[i].closed,
					   bypasses[i].doors, bypasses[i].why);
	}
}
