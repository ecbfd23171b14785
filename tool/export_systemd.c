/*
 * export_systemd.c
 *		pg_seccomp export --format=systemd: a drop-in for a unit.
 *
 * Words as systemd.exec(5) takes them.  What depends on arguments is said by the
 * directives that systemd has for it; all else it cannot say stands in comments.
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "../core/constants.h"
#include "../core/directives.h"
#include "../core/memory.h"
#include "../core/program.h"
#include "export.h"

/* Where a line of names is broken. */
#define WIDTH 100

/* A family that no kernel has. */
#define NO_FAMILY 0x7fff

/* Switches that systemd has, and whether they do more there than deny calls. */
static const struct
{
	const char *name;
	bool		more;
}			shared_switches[] = {
	{"LockPersonality", false}, {"MemoryDenyWriteExecute", false}, {"ProtectClock", true},
	{"ProtectHostname", true}, {"ProtectKernelLogs", true}, {"ProtectKernelModules", true},
	{"ProtectKernelTunables", true}, {"RestrictRealtime", false}, {"RestrictSUIDSGID", false},
};

#define NSHARED ((int) (sizeof(shared_switches) / sizeof(shared_switches[0])))

/* A comment: one line, whatever a path or a name has in it. */
static void __attribute__((format(printf, 2, 3)))
comment(FILE *out, const char *fmt,...)
{
	char		text[1024];
	va_list		args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (char *c = text; *c; c++)
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(out, "# %s\n", text);
}

/* ----------
 * Names of calls
 * ----------
 */

/* What a call's name can say: one answer, unless some arguments are let through. */
static uint32_t
answer_of(const call_cubes *c)
{
	if (c->n == 0)
		return SECCOMP_RET_ALLOW;	/* rules beyond counting: as if one allowed it */
	for (int i = 0; i < c->n; i++)
		if (runs(c->cubes[i].answer))
			return c->cubes[i].answer;
	return c->cubes[0].answer;
}

/* systemd needs it to start the process that the filter is for. */
static bool
is_execve(int call)
{
	return strcmp(sc_syscalls[call].name, "execve") == 0;
}

/* Is a name none to systemd's libseccomp, whatever the ABI? */
static bool
is_unknown(const call_list *calls, int call)
{
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if ((calls->abis >> abi & 1) && scmp_knows_call((sc_abi) abi, call))
			return false;
	return true;
}

/* Lines "DIRECTIVE=PREFIXname SUFFIX..." */
typedef struct
{
	FILE	   *out;
	const char *start;			/* "SystemCallFilter=~" */
	int			column;			/* 0: no line is begun */
} names;

static void
put_name(names *n, const char *name, const char *suffix)
{
	if (n->column > WIDTH)
	{
		fputc('\n', n->out);
		n->column = 0;
	}
	n->column += fprintf(n->out, "%s%s%s", n->column == 0 ? n->start : " ", name, suffix);
}

static void
end_names(names *n)
{
	if (n->column > 0)
		fputc('\n', n->out);
	n->column = 0;
}

/* Those calls that have an answer, as lines; errno or kill behind each name, if any. */
static void
put_calls(FILE *out, const call_list *calls, const char *start, uint32_t answer, const char *suffix)
{
	names		n = {out, start, 0};

	for (int i = 0; i < calls->n; i++)
		if (answer_of(&calls->calls[i]) == answer && !is_execve(calls->calls[i].call) &&
			!is_unknown(calls, calls->calls[i].call))
			put_name(&n, sc_syscalls[calls->calls[i].call].name, suffix);
	end_names(&n);
}

/* "EPERM", "kill" */
static const char *
denial_text(uint32_t answer)
{
	return answer == SECCOMP_RET_KILL_PROCESS ? "kill" : errno_text(answer);
}

/* The answer of most calls that are denied. */
static uint32_t
usual_denial(const call_list *calls)
{
	uint32_t	usual = SECCOMP_RET_ERRNO | EPERM;
	int			most = 0;

	for (int i = 0; i < calls->n; i++)
	{
		uint32_t	answer = answer_of(&calls->calls[i]);
		int			n = 0;

		for (int j = 0; j < calls->n && !runs(answer); j++)
			n += answer_of(&calls->calls[j]) == answer;
		if (n > most)
		{
			most = n;
			usual = answer;
		}
	}
	return usual;
}

/*
 * All calls that are denied otherwise than usual, a line or more for each answer;
 * with errors, that stands behind each name.
 */
static void
put_others(FILE *out, const call_list *calls, const char *start, uint32_t usual, bool errors)
{
	for (int i = 0; i < calls->n; i++)
	{
		uint32_t	answer = answer_of(&calls->calls[i]);
		bool		seen = runs(answer) || answer == usual;

		for (int before = 0; before < i && !seen; before++)
			seen = answer_of(&calls->calls[before]) == answer;
		if (!seen)
			put_calls(out, calls, start, answer, errors ? sc_format(":%s", denial_text(answer)) : "");
	}
}

static void
put_filter(FILE *out, const call_list *calls)
{
	const sc_stack *stack = &calls->scope->stack;
	const char *deny = "SystemCallFilter=~";
	uint32_t	usual = usual_denial(calls);
	bool		allow_list = false;

	for (int i = 0; i < stack->n; i++)
		allow_list = allow_list || stack->rules[i]->kind == SC_LIST_ALLOW;
	fprintf(out, "SystemCallErrorNumber=%s\n", denial_text(usual));
	if (allow_list)
	{
		comment(out, "an allow-list: nothing that the unit says before is left");
		fputs("SystemCallFilter=\n", out);
		put_calls(out, calls, "SystemCallFilter=", SECCOMP_RET_ALLOW, "");
		put_calls(out, calls, "SystemCallFilter=", SECCOMP_RET_LOG, "");
		comment(out, "systemd adds @default by itself");
	}
	put_others(out, calls, deny, usual, !allow_list);
	put_calls(out, calls, deny, usual, "");
	if (allow_list)
		put_others(out, calls, "# not in systemd: on an allow-list the error of ", usual, true);
	put_calls(out, calls, "SystemCallLog=", SECCOMP_RET_LOG, "");
}

/* ----------
 * Other directives
 * ----------
 */

static void
put_architectures(FILE *out, unsigned abis)
{
	fputs("SystemCallArchitectures=native", out);
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (abi != SC_ABI_NATIVE && (abis >> abi & 1))
			fprintf(out, " %s", sc_abis[abi].name);
	fputc('\n', out);
}

/* Can a socket of a family be made?  *in_part is set if some can, and some cannot. */
static bool
admits_family(const call_cubes *c, uint32_t family, bool *in_part)
{
	sc_cube		of_family = {.mask = {UINT32_MAX},.value = {family}};
	bool		admits = false;
	bool		denies = false;

	for (int i = 0; i < c->n; i++)
	{
		if (!sc_cubes_meet(&c->cubes[i], &of_family, SC_ABI_NATIVE))
			continue;
		if (runs(c->cubes[i].answer))
			admits = true;
		else
			denies = true;
	}
	*in_part = *in_part || (admits && denies);
	return admits;
}

static void
put_families(FILE *out, const call_list *calls)
{
	const sc_constant_kind *families = &sc_constant_kinds[SC_AF];
	const int	socket = sc_syscall_by_name("socket");
	const call_cubes *c = calls->calls;
	bool		in_part = false;
	bool		open;
	names		n = {out, NULL, 0};

	while (c->call != socket)
		c++;
	open = admits_family(c, NO_FAMILY, &in_part);
	n.start = open ? "RestrictAddressFamilies=~" : "RestrictAddressFamilies=";
	if (c->n <= 1)
		return;					/* by name, or not to be said */
	for (int i = 0; i < families->n; i++)
	{
		bool		second_name = families->list[i].value == AF_UNSPEC;

		for (int before = 0; before < i; before++)
			second_name = second_name || families->list[before].value == families->list[i].value;
		if (!second_name && admits_family(c, (uint32_t) families->list[i].value, &in_part) != open)
			put_name(&n, families->list[i].name, "");
	}
	if (n.column == 0 && !open)
		put_name(&n, "none", "");
	end_names(&n);
	if (in_part)
		comment(out, "not in systemd: types and protocols in RestrictAddressFamilies, and socketpair(2)");
}

static void
put_namespaces(FILE *out, const sc_stack *stack)
{
	const uint32_t all = CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID |
		CLONE_NEWUSER | CLONE_NEWUTS;
	uint32_t	denied = 0;

	for (int i = 0; i < stack->n; i++)
		denied |= stack->rules[i]->namespaces.denied;
	if ((denied & all) == all)
		fputs("RestrictNamespaces=yes\n", out);
	else if (denied & all)
		fprintf(out, "RestrictNamespaces=~%s\n", sc_namespaces_words(denied & all));
	if (denied & CLONE_NEWTIME)
		comment(out, "not in each systemd: RestrictNamespaces of type time");
}

static bool
has_switch(const sc_stack *stack, const char *name)
{
	for (int i = 0; i < stack->n; i++)
		if (sc_rules_has(stack->rules[i], name))
			return true;
	return false;
}

static void
put_switches(FILE *out, const sc_stack *stack)
{
	bool		more = false;

	for (int i = 0; i < NSHARED; i++)
		if (has_switch(stack, shared_switches[i].name))
		{
			fprintf(out, "%s=yes\n", shared_switches[i].name);
			more = more || shared_switches[i].more;
		}
	if (more)
		comment(out, "systemd's Protect... change mounts, devices and capabilities, too");
}

/* ----------
 * What is not in it
 * ----------
 */

/* The directive that stands on a line, as written. */
static const char *
directive_on(const sc_policy *policy, int line)
{
	const sc_directive *found = NULL;

	for (int i = 0; i < policy->ndirectives && policy->directives[i].line <= line; i++)
		found = &policy->directives[i];
	return found && found->directive ? sc_format("%s=%s", found->directive, found->value) : "a rule";
}

static bool
is_shared(const char *name)
{
	for (int i = 0; i < NSHARED; i++)
		if (strcmp(shared_switches[i].name, name) == 0)
			return true;
	return false;
}

static void
put_losses_of(FILE *out, const sc_policy *policy, const sc_section *section)
{
	const sc_ruleset *rules = &section->rules;

	for (int i = 0; i < rules->own.n; i++)
		if (sc_rule_ntests(&rules->own.rules[i]) > 0)
			comment(out, "not in systemd: %s (line %d)", directive_on(policy, rules->own.rules[i].line),
					rules->own.rules[i].line);
	for (int i = 0; i < sc_nswitches; i++)
		if (rules->switches[i] > 0 && !is_shared(sc_switches[i].name))
			comment(out, "not in systemd: %s=yes (line %d), but for calls that are named above", sc_switches[i].name,
					rules->switches[i]);
	if (rules->dumpable != SC_UNSAID)
		comment(out, "not in systemd: ProcessDumpable (line %d)", rules->dumpable_line);
	if (rules->mitigation != SC_UNSAID)
		comment(out, "not in systemd: SpeculationMitigation of [%s]", section->title);
	if (rules->on_violation == SC_ON_VIOLATION_TERMINATE)
		comment(out, "not in systemd: OnViolation=terminate (line %d)", rules->on_violation_line);
}

/* Names that a libseccomp does not know are none to systemd. */
static void
put_unknown(FILE *out, const call_list *calls)
{
	names		n = {out, sc_format("# not in systemd with libseccomp %s, which does not know the name: ", sc_libseccomp_version()), 0};

	for (int i = 0; i < calls->n; i++)
		if (is_unknown(calls, calls->calls[i].call) && !runs(answer_of(&calls->calls[i])))
			put_name(&n, sc_syscalls[calls->calls[i].call].name, "");
	end_names(&n);
}

static void
put_losses(FILE *out, const scopes *all, const call_list *calls)
{
	const sc_stack *stack = &calls->scope->stack;
	const char *one_filter = one_filter_text(all, calls->scope, "systemd");

	for (int i = 0; i < stack->n; i++)
		put_losses_of(out, all->policy, stack->sections[i]);
	put_unknown(out, calls);
	if (one_filter)
		comment(out, "%s", one_filter);
	comment(out, "not in systemd: ENOSYS for calls that are newer than the list, or of another ABI; reports of violations");
	if (all->policy->mode != SC_MODE_ENFORCE)
		comment(out, "not in systemd: Mode=%s; this enforces", sc_mode_name(all->policy->mode));
	if (all->policy->data_directories.n > 0)
		comment(out, "not in systemd: DataDirectory");
}

void
export_systemd(FILE *out, const scopes *all, const scope *s)
{
	call_list  *calls = list_calls(s, admitted_abis(s));
	bool		sockets = false;

	for (int i = 0; i < s->stack.n; i++)
		sockets = sockets || s->stack.rules[i]->sockets.line > 0;
	comment(out, "Made by pg_seccomp export --format=systemd --scope=\"%s\" of \"%s\".", s->name, all->policy->path);
	fputs("[Service]\nNoNewPrivileges=yes\n", out);
	put_architectures(out, calls->abis);
	put_filter(out, calls);
	for (int i = 0; i < calls->n; i++)
		if (is_execve(calls->calls[i].call) && !runs(answer_of(&calls->calls[i])))
			comment(out, "not in systemd: execve is denied; systemd needs it to start the unit");
	if (sockets)
		put_families(out, calls);
	put_namespaces(out, &s->stack);
	put_switches(out, &s->stack);
	put_losses(out, all, calls);
}
