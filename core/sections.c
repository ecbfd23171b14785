/*
 * sections.c
 *		Which sections of a policy hold for whom.
 */
#include <string.h>

#include "memory.h"
#include "parser.h"

const sc_section *
sc_policy_session(const sc_policy *policy, const sc_client *client)
{
	sc_digest	digest = sc_client_digest(client);

	for (int i = 0; i < policy->nsessions; i++)
		if (sc_digests_meet(policy->digests[i], digest) &&
			sc_match(&policy->sessions[i]->matchers, client))
			return policy->sessions[i];
	return policy->fallback;
}

const sc_section *
sc_policy_library(const sc_policy *policy, const sc_section *other_than, const char *library)
{
	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];

		for (int l = 0; section != other_than && l < section->libraries.n; l++)
			if (sc_same_library(section->libraries.list[l].text, library))
				return section;
	}
	return NULL;
}

/* The section of one of PostgreSQL's types, or of a worker's bgw_type. */
static const sc_section *
process_section(const sc_policy *policy, const char *name, bool worker)
{
	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];

		/* with Library= a name of its own is a mere name */
		if (strcmp(section->process, name) == 0 && section->libraries.n == 0 &&
			(section->type ? section->type->worker == worker : worker))
			return section;
	}
	return NULL;
}

int
sc_policy_process(const sc_policy *policy, const sc_process *process, const sc_section **sections)
{
	const sc_process_type *type = process->type ? sc_process_type_by_name(process->type) : NULL;
	const char *generals[SC_MAX_PROCESS_SECTIONS];
	const sc_section *section;
	int			ngenerals = 0;
	int			n = 0;

	/* a worker may call itself what it likes */
	if (type && type->worker != process->worker)
		type = NULL;
	for (const char *general = type ? type->general : NULL; general;
		 general = sc_process_type_by_name(general)->general)
		generals[ngenerals++] = general;
	if (type == NULL && process->worker)
		generals[ngenerals++] = SC_WORKER;
	while (ngenerals-- > 0)
		if ((section = process_section(policy, generals[ngenerals], process->worker)) != NULL)
			sections[n++] = section;
	if (process->worker && process->library &&
		(section = sc_policy_library(policy, NULL, process->library)) != NULL)
		sections[n++] = section;
	if (process->type && (section = process_section(policy, process->type, process->worker)) != NULL)
		sections[n++] = section;
	return n;
}

int
sc_policy_nscopes(const sc_policy *policy)
{
	return 2 + policy->nprocesses + policy->nsessions;
}

const sc_section *
sc_policy_scope(const sc_policy *policy, int i)
{
	if (i < 2)
		return i == 0 ? &policy->server : &policy->child;
	i -= 2;
	return i < policy->nprocesses ? policy->processes[i] : policy->sessions[i - policy->nprocesses];
}

void
sc_policy_number(sc_policy *policy)
{
	policy->child.index = 1;
	for (int i = 0; i < policy->nprocesses; i++)
		policy->processes[i]->index = 2 + i;
	for (int i = 0; i < policy->nsessions; i++)
		policy->sessions[i]->index = 2 + policy->nprocesses + i;
}

sc_sections
sc_sections_of_process(const sc_policy *policy, const sc_process *process, const sc_section *session)
{
	sc_sections sections = {{&policy->server}, 1};

	if (process)
	{
		sections.list[sections.n++] = &policy->child;
		sections.n += sc_policy_process(policy, process, sections.list + sections.n);
	}
	if (session)
		sections.list[sections.n++] = session;
	return sections;
}

sc_process
sc_process_of(const sc_section *section)
{
	if (section->profile)
		return (sc_process) {sc_match_kind(&section->matchers) == SC_REPLICATION_YES ? SC_WALSENDER : SC_CLIENT, false, NULL};
	if (section->libraries.n > 0)
		return (sc_process) {NULL, true, section->libraries.list[0].text};
	return (sc_process) {section->process, section->type ? section->type->worker : true, NULL};
}

sc_sections
sc_sections_of(const sc_policy *policy, const sc_section *section)
{
	sc_process	process;

	if (section == &policy->server)
		return sc_sections_of_process(policy, NULL, NULL);
	if (section == &policy->child)
		return (sc_sections) {{&policy->server, section}, 2};
	process = sc_process_of(section);
	return sc_sections_of_process(policy, &process, section->profile ? section : NULL);
}

const sc_section *
sc_policy_profile(const sc_policy *policy, const char *profile)
{
	for (int i = 0; i < policy->nsessions; i++)
		if (strcmp(policy->sessions[i]->profile, profile) == 0)
			return policy->sessions[i];
	return NULL;
}

const char *
sc_scope_name(const sc_section *section)
{
	char	   *name;

	if (section->process)
		return sc_format("process:%s", section->process);
	if (section->profile)
		return strcmp(section->profile, SC_DEFAULT_PROFILE) == 0 ? SC_DEFAULT_PROFILE
			: sc_format("session:%s", section->profile);
	/* [Server], [Child] */
	name = sc_strndup(section->title, strlen(section->title));
	name[0] = (char) (name[0] | 0x20);
	return name;
}
