/*
 * export_oci.c
 *		pg_seccomp export --format=oci: the runtime-spec's linux.seccomp object, as
 *		Docker, Podman, Kubernetes, runc and crun take it.
 *
 * Numbers that nobody knows answer ENOSYS there as here: that is the default, and
 * each call of the catalog is named.  Where arguments count, each cube of them is
 * an entry of masked equalities (cubes.h): entries have no order, and a runtime
 * takes one test of an argument only.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "oci.h"
#include "tool.h"

/* runc puts some instructions of its own before the program (its patchbpf). */
#define LIMIT (SC_MAX_PROGRAM - 64)

/* ----------
 * Entries
 * ----------
 */

/* Is a cube of a call an entry, or left to the default? */
static bool
is_said(const call_cubes *c, uint32_t answer)
{
	return answer != OCI_DEFAULT && !(c->bare && is_errno(answer));
}

static bool
same_cubes(const call_cubes *a, const call_cubes *b)
{
	if (a->n != b->n || a->bare != b->bare)
		return false;
	for (int i = 0; i < a->n; i++)
		if (a->cubes[i].answer != b->cubes[i].answer ||
			memcmp(a->cubes[i].mask, b->cubes[i].mask, sizeof(a->cubes[i].mask)) != 0 ||
			memcmp(a->cubes[i].value, b->cubes[i].value, sizeof(a->cubes[i].value)) != 0)
			return false;
	return true;
}

static void
add_name(oci_entry *entry, int call)
{
	entry->names = sc_grow(entry->names, entry->nnames, sizeof(char *));
	entry->names[entry->nnames++] = sc_syscalls[call].name;
}

static oci_entry *
add_entry(oci_entries *entries, uint32_t answer, const sc_cube *cube)
{
	entries->list = sc_grow(entries->list, entries->n, sizeof(oci_entry));
	entries->list[entries->n] = (oci_entry) {answer, cube, NULL, 0};
	return &entries->list[entries->n++];
}

/* Calls that run first, killed ones last. */
static int
compare_entries(const void *left, const void *right)
{
	const int32_t a = (int32_t) ((const oci_entry *) left)->answer;
	const int32_t b = (int32_t) ((const oci_entry *) right)->answer;

	if ((a & ~SECCOMP_RET_DATA) != (b & ~SECCOMP_RET_DATA))
		return a > b ? -1 : 1;
	return (a > b) - (a < b);
}

/* Calls whose number decides: one entry for each answer. */
static void
add_plain(oci_entries *entries, const call_list *calls)
{
	for (int i = 0; i < calls->n; i++)
	{
		const call_cubes *c = &calls->calls[i];
		int			e = 0;

		if (c->n != 1 || c->cubes[0].answer == OCI_DEFAULT)
			continue;
		while (e < entries->n && entries->list[e].answer != c->cubes[0].answer)
			e++;
		if (e == entries->n)
			add_entry(entries, c->cubes[0].answer, NULL);
		add_name(&entries->list[e], c->call);
	}
	if (entries->n > 0)
		qsort(entries->list, (size_t) entries->n, sizeof(oci_entry), compare_entries);
}

/* Calls whose arguments count: one entry for each cube, shared by calls that are alike. */
static void
add_conditional(oci_entries *entries, const call_list *calls)
{
	for (int i = 0; i < calls->n; i++)
	{
		const call_cubes *c = &calls->calls[i];
		int			first = 0;

		while (!same_cubes(&calls->calls[first], c))
			first++;
		for (int cube = 0; cube < c->n && c->n > 1 && first == i; cube++)
		{
			oci_entry  *entry;

			if (!is_said(c, c->cubes[cube].answer))
				continue;
			entry = add_entry(entries, c->cubes[cube].answer, &c->cubes[cube]);
			for (int same = i; same < calls->n; same++)
				if (same_cubes(&calls->calls[same], c))
					add_name(entry, calls->calls[same].call);
		}
	}
}

static oci_entries
make_entries(const call_list *calls)
{
	oci_entries entries = {NULL, 0};

	add_plain(&entries, calls);
	add_conditional(&entries, calls);
	return entries;
}

/* How many entries the errnos of a call's denials take. */
static int
denials(const call_cubes *c)
{
	int			n = 0;

	for (int i = 0; i < c->n && c->n > 1 && !c->bare; i++)
		n += is_errno(c->cubes[i].answer) && c->cubes[i].answer != OCI_DEFAULT;
	return n;
}

/* "EAFNOSUPPORT, EPROTONOSUPPORT" */
static const char *
denied_with(const call_cubes *c)
{
	const char *text = "";

	for (int i = 0; i < c->n; i++)
	{
		bool		seen = !is_errno(c->cubes[i].answer) || c->cubes[i].answer == OCI_DEFAULT;

		for (int before = 0; before < i && !seen; before++)
			seen = c->cubes[before].answer == c->cubes[i].answer;
		if (!seen)
			text = sc_format("%s%s%s", text, *text ? ", " : "", errno_text(c->cubes[i].answer));
	}
	return text;
}

/* Leave the denials of all calls like this one to the default; false if they are there already. */
static bool
make_bare(const scopes *all, call_list *calls, const call_cubes *c)
{
	const call_cubes like = *c;

	if (denials(&like) == 0)
		return false;
	for (int i = 0; i < calls->n; i++)
		if (same_cubes(&calls->calls[i], &like))
		{
			warn(all, "%s: denied with ENOSYS in place of %s", sc_syscalls[calls->calls[i].call].name,
				 denied_with(&like));
			calls->calls[i].bare = true;
		}
	return true;
}

/* The call that has the most denials. */
static const call_cubes *
most_denials(const call_list *calls)
{
	const call_cubes *most = &calls->calls[0];

	for (int i = 1; i < calls->n; i++)
		if (denials(&calls->calls[i]) > denials(most))
			most = &calls->calls[i];
	return most;
}

/* How many instructions the entries of one call take; INT_MAX if they are at odds. */
static int
length_of(const call_list *calls, const call_cubes *c)
{
	call_list  *one = sc_alloc(sizeof(call_list));
	oci_entries entries;
	sc_program	program;

	*one = (call_list) {.scope = calls->scope,.abis = calls->abis,.calls = {*c},.n = 1};
	entries = make_entries(one);
	return oci_compile(&entries, calls->abis, false, &program) ? INT_MAX : program.len;
}

/* Divide each call's arguments in the way of which libseccomp makes least. */
static void
choose_ways(call_list *calls)
{
	sc_view		views[MAX_VIEWS];
	int			nviews = scope_views(calls->scope, calls->abis, views);

	for (int i = 0; i < calls->n; i++)
	{
		call_cubes *c = &calls->calls[i];
		int			shortest = INT_MAX;

		if (c->n == 0)
			die("the rules on arguments of \"%s\" are too many to be said without an order", sc_syscalls[c->call].name);
		for (int way = 0; way < SC_NWAYS && c->n > 1; way++)
		{
			call_cubes	other = {.call = c->call};
			int			len;

			other.n = sc_cubes(views, nviews, c->call, (sc_way) way, &other.cubes);
			len = other.n < 1 || other.n > LIMIT ? INT_MAX : length_of(calls, &other);
			if (len >= shortest)
				continue;
			shortest = len;
			*c = other;
		}
	}
}

/*
 * The length of the program that a runtime would load, proved; or one that is too
 * long.  0: *odd is the name of a call whose entries are at odds.
 */
static int
compiled_length(const oci_entries *entries, const call_list *calls, const char **odd)
{
	int			longest = entries->n;	/* each takes an instruction at least */

	for (int tree = 0; tree < 2 && longest <= LIMIT; tree++)
	{
		sc_program	program;
		const char *problem;

		*odd = oci_compile(entries, calls->abis, tree, &program);
		if (*odd)
			return 0;
		problem = program.len <= LIMIT ? oci_prove(&program, calls) : NULL;
		if (problem)
			die("libseccomp compiles the profile wrongly: %s", problem);
		if (program.len > longest)
			longest = program.len;
	}
	return longest;
}

/* The entries, as many as a program holds. */
static oci_entries
fit_entries(const scopes *all, call_list *calls)
{
	for (;;)
	{
		oci_entries entries = make_entries(calls);
		const char *odd = NULL;
		int			len = compiled_length(&entries, calls, &odd);

		if (odd)
			die("libseccomp takes the entries for \"%s\" to be at odds", odd);
		if (len <= LIMIT)
			return entries;
		if (!make_bare(all, calls, most_denials(calls)))
			die("the profile takes %d instructions, of which a runtime can load %d: the rules on arguments are too many",
				len, LIMIT);
	}
}

/* ----------
 * What is not in it
 * ----------
 */

/* Those calls that libseccomp does not know, and that would not be answered ENOSYS. */
static void
warn_of_unknown(const scopes *all, const call_list *calls)
{
	const char *names = "";

	for (int i = 0; i < calls->n; i++)
	{
		const call_cubes *c = &calls->calls[i];
		bool		unknown = false;

		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			unknown = unknown || ((calls->abis >> abi & 1) && sc_syscalls[c->call].nr[abi] != SC_NR_NONE &&
								  !scmp_knows_call((sc_abi) abi, c->call));
		if (unknown && (c->n > 1 || c->cubes[0].answer != OCI_DEFAULT))
			names = sc_format("%s%s%s", names, *names ? ", " : "", sc_syscalls[c->call].name);
	}
	if (*names)
		warn(all, "the libseccomp at hand does not know all ABIs' %s: a runtime with such a one answers ENOSYS", names);
}

static void
note_sections(const scopes *all, const scope *s)
{
	for (int i = 0; i < s->stack.n; i++)
	{
		const char *title = s->stack.sections[i]->title;
		const sc_ruleset *rules = s->stack.rules[i];

		if (rules->on_violation == SC_ON_VIOLATION_TERMINATE)
			note(all, "[%s]: OnViolation=terminate takes the module: a violation is answered, and no more", title);
		if (rules->dumpable != SC_UNSAID)
			note(all, "[%s]: ProcessDumpable is no part of a profile (but its rule on prctl is)", title);
		if (rules->mitigation != SC_UNSAID)
			note(all, "[%s]: SpeculationMitigation is no part of a profile", title);
	}
}

/* A runtime applies a profile before it starts the container's program. */
static void
warn_of_execve(const scopes *all, const call_list *calls)
{
	for (int i = 0; i < calls->n; i++)
		if (strcmp(sc_syscalls[calls->calls[i].call].name, "execve") == 0 && calls->calls[i].n == 1 &&
			!runs(calls->calls[i].cubes[0].answer))
			warn(all, "execve: denied, so that no runtime can start a program under this profile");
}

static void
note_losses(const scopes *all, const call_list *calls)
{
	const char *foreign = "";
	const char *one_filter = one_filter_text(all, calls->scope, "a profile");

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].native == SC_ABI_NATIVE && !(calls->abis >> abi & 1))
			foreign = sc_format("%s%s%s", foreign, *foreign ? ", " : "", sc_abis[abi].name);
	if (*foreign)
		note(all, "calls through ABIs that are not admitted (%s) are killed by libseccomp, not answered ENOSYS", foreign);
	note(all, "violations are not reported: that takes the module");
	if (one_filter)
		note(all, "%s", one_filter);
	if (all->policy->mode != SC_MODE_ENFORCE)
		note(all, "Mode=%s is no part of a profile: it enforces", sc_mode_name(all->policy->mode));
	if (all->policy->data_directories.n > 0)
		note(all, "DataDirectory is no part of a profile");
	note_sections(all, calls->scope);
}

void
export_oci(FILE *out, const scopes *all, const scope *s)
{
	call_list  *calls = list_calls(s, admitted_abis(s));
	oci_entries entries;

	choose_ways(calls);
	if (oci_x32_is_looser(calls))
	{
		calls = list_calls(s, calls->abis & ~(1u << SC_ABI_X32));
		choose_ways(calls);
		warn(all, "x32: left out, so that its calls are killed: libseccomp compares 32 bits of their arguments only");
	}
	oci_join_abis(all, calls);
	entries = fit_entries(all, calls);
	warn_of_unknown(all, calls);
	warn_of_execve(all, calls);
	note_losses(all, calls);
	oci_write(out, &entries, calls->abis);
}
