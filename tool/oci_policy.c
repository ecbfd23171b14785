/*
 * oci_policy.c
 *		A container's seccomp profile: what it means.
 *
 * What libseccomp and runc make of a profile, found in their sources and by
 * experiment (libseccomp 2.5.4, runc 1.1.5):
 *
 *	- An entry whose answer is the default's is skipped.
 *	- An entry without conditions decides a call, whatever others say; of several
 *	  the first one.
 *	- Several conditions on one argument are alternatives, each with the entry's
 *	  others left out; else all conditions must hold.
 *	- Of conditional entries that overlap with different answers the order in
 *	  libseccomp's tree decides, which is by argument, comparison and value: not
 *	  what anybody meant.  Here a denial goes first, and it is told.
 *	- A masked comparison takes of the value only what the mask has.
 *	- On x86 a rule on socket(2) and its like holds for the same operation of
 *	  socketcall(2), one on semop(2) and its like for that of ipc(2).
 *	- runc answers ENOSYS to calls past the last one that the profile names, unless
 *	  the default lets them run.
 */
#include "oci_rules.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

#include "../core/memory.h"

/* Names of a kind of unknown calls that are told. */
#define MAX_NAMES 20

typedef struct
{
	const char *names[MAX_NAMES];
	int			n;
	int			total;
} name_list;

static bool
same_answer(oci_answer a, oci_answer b)
{
	return a.action == b.action && a.err == b.err;
}

static bool
runs(oci_answer a)
{
	return a.action == OCI_ALLOW || a.action == OCI_LOG;
}

/* What cannot be said of a denial is told, once for each entry. */
static answer
translate(importer *im, oci_answer from, const char *where)
{
	static const char *const lost[] = {
		[OCI_KILL_THREAD] = "SCMP_ACT_KILL kills the thread; here the call is denied, a violation",
		[OCI_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS kills the process; here the call is denied, a violation",
		[OCI_TRAP] = "SCMP_ACT_TRAP sends SIGSYS; here the call is denied, a violation",
		[OCI_TRACE] = "SCMP_ACT_TRACE asks a tracer; here the call is denied, a violation",
		[OCI_NOTIFY] = "SCMP_ACT_NOTIFY asks an agent; here the call is denied, a violation",
	};

	if (from.action == OCI_ALLOW)
		return (answer) {SC_ALLOW, 0};
	if (from.action == OCI_LOG)
		return (answer) {SC_LOG, 0};
	if (from.action != OCI_ERRNO)
		add_finding(im->found, true, where, "%s", lost[from.action]);
	else if (from.err == 0)
		add_finding(im->found, true, where, "error 0, a success without a call, is no denial; here the call is denied, a violation");
	return (answer) {SC_ERRNO, from.action == OCI_ERRNO ? from.err : 0};
}

/* ----------
 * Names
 * ----------
 */

static void
add_name(name_list *list, const char *name)
{
	for (int i = 0; i < list->n; i++)
		if (strcmp(list->names[i], name) == 0)
			return;
	list->total++;
	if (list->n < MAX_NAMES)
		list->names[list->n++] = name;
}

static void
tell_names(findings *found, bool loss, const name_list *list, const char *what)
{
	char	   *text = NULL;

	for (int i = 0; i < list->n; i++)
		text = sc_format("%s%s%s", text ? text : "", text ? ", " : "", plain_text(list->names[i]));
	if (list->total > list->n)
		text = sc_format("%s and others", text);
	if (text)
		add_finding(found, loss, NULL, "%s: %s", what, text);
}

/* Tell the names that stand for no call. */
static void
tell_unknown(importer *im)
{
	name_list	newer = {.n = 0};
	name_list	denied = {.n = 0};
	name_list	foreign = {.n = 0};
	name_list	nothing = {.n = 0};
	sc_set		known = calls_on(im->d->abis);

	for (int i = 0; i < im->profile->nentries; i++)
	{
		const oci_entry *entry = &im->profile->entries[i];

		for (int k = 0; k < entry->nnames; k++)
		{
			int			call = sc_syscall_by_name(entry->names[k]);
			int			number = call < 0 ? seccomp_syscall_resolve_name(entry->names[k]) : 0;

			if (call >= 0)
				sc_set_add(&im->named, call);
			if (call >= 0 && sc_set_has(&known, call))
				continue;
			if (call >= 0)
				add_name(&foreign, entry->names[k]);
			else if (number >= 0)
				add_name(runs(entry->answer) ? &newer : &denied, entry->names[k]);
			else
				add_name(number == __NR_SCMP_ERROR ? &nothing : &foreign, entry->names[k]);
		}
	}
	tell_names(im->found, true, &newer, "calls that are newer than the catalog answer ENOSYS, though the profile allows them");
	tell_names(im->found, false, &denied, "calls that are newer than the catalog answer ENOSYS");
	tell_names(im->found, false, &foreign, "calls that no admitted ABI has, of no meaning here");
	tell_names(im->found, false, &nothing, "names that neither the catalog nor libseccomp knows, newer or misspelt, are ignored");
}

/* ENOSYS for what is newer than all that the profile names. */
static void
answer_newer(importer *im)
{
	int			last[SC_ABI_COUNT] = {0};
	bool		differs = false;

	for (int call = 0; call < sc_nsyscalls; call++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
			if (sc_set_has(&im->named, call) && sc_syscalls[call].nr[abi] > last[abi])
				last[abi] = sc_syscalls[call].nr[abi];
	for (int call = 0; call < sc_nsyscalls; call++)
	{
		bool		said = false;
		bool		newer = false;

		/* the native ABI, where it has the call, speaks for all */
		for (int i = 0; i <= SC_ABI_COUNT; i++)
		{
			int			abi = i == 0 ? (int) SC_ABI_NATIVE : i - 1;
			int			nr = sc_syscalls[call].nr[abi];

			if (!(im->d->abis >> abi & 1) || nr == SC_NR_NONE || last[abi] == 0)
				continue;
			if (!said)
				newer = nr > last[abi];
			differs = differs || (said && newer != (nr > last[abi]));
			said = true;
		}
		if (newer)
			im->d->answers[call] = (answer) {SC_ERRNO, ENOSYS};
	}
	if (differs && im->d->fallback.err != ENOSYS)
		add_finding(im->found, false, NULL, "calls newer than the profile answer ENOSYS, as with runc; on another ABI some have the default's error there");
}

/* What every policy answers to numbers that the catalog lacks. */
static void
tell_default(importer *im)
{
	const oci_answer fallback = im->profile->fallback;

	if (runs(fallback))
		add_finding(im->found, true, "defaultAction", "calls that the catalog lacks answer ENOSYS, though the profile lets them run");
	else if (fallback.action != OCI_ERRNO || fallback.err != ENOSYS)
		add_finding(im->found, false, "defaultAction", "calls that the catalog lacks answer ENOSYS, as with runc");
	add_finding(im->found, false, "architectures", "calls through other ABIs answer ENOSYS; libseccomp kills their thread");
}

draft *
oci_profile_draft(const oci_profile *profile, findings *found)
{
	importer   *im = sc_alloc(sizeof(importer));
	draft	   *d = sc_alloc(sizeof(draft));
	answer	   *answers;

	*im = (importer) {.profile = profile,.found = found,.d = d};
	d->abis = profile->abis;
	d->fallback = translate(im, profile->fallback, "defaultAction");
	for (int call = 0; call < sc_nsyscalls; call++)
		d->answers[call] = d->fallback;
	tell_unknown(im);
	tell_default(im);

	answers = sc_alloc((size_t) profile->nentries * sizeof(answer));
	for (int i = 0; i < profile->nentries; i++)
		if (!same_answer(profile->entries[i].answer, profile->fallback))
			answers[i] = translate(im, profile->entries[i].answer, profile->entries[i].where);

	/* entries without conditions before those with; then all as operations of multiplexers */
	for (int pass = 0; pass < 3; pass++)
		for (int i = 0; i < profile->nentries; i++)
			for (int k = 0; k < profile->entries[i].nnames; k++)
			{
				const oci_entry *entry = &profile->entries[i];
				int			call = sc_syscall_by_name(entry->names[k]);

				if (call < 0 || same_answer(entry->answer, profile->fallback))
					continue;
				if (pass == 0 && entry->ntests == 0 && im->decided[call] == NULL)
				{
					im->decided[call] = entry;
					d->answers[call] = answers[i];
				}
				else if (pass == 1 && im->decided[call] == NULL)
					add_entry_rules(im, entry, call, answers[i]);
				else if (pass == 2 && (im->decided[call] == NULL || im->decided[call] == entry))
					add_operation(im, entry, call, answers[i]);
			}
	group_rules(im);
	if (!runs(profile->fallback))
		answer_newer(im);
	if (im->halves)
		add_finding(found, false, NULL, "libseccomp compares whole registers; of a 32-bit argument rules look at the half that the kernel takes");
	return d;
}
