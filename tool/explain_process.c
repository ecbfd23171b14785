/*
 * explain_process.c
 *		pg_seccomp explain: which process is it, and which session section has it?
 */
#include "explain.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../core/suggest.h"
#include "table.h"

#define POSTMASTER "postmaster"

bool
describes_session(const process_facts *facts)
{
	return facts->role || facts->database || facts->address || facts->physical || facts->nmember_of > 0;
}

static sc_address
parse_address(const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	sc_address	address = {.family = AF_UNIX};

	if (strcmp(text, "local") == 0)
		return address;
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		sc_address_from_sockaddr((const struct sockaddr *) (const void *) &in, &address);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		sc_address_from_sockaddr((const struct sockaddr *) (const void *) &in6, &address);
	else
		die("\"%s\" is not an IP address, nor \"local\"", text);
	return address;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The client that was described; what was not said matches nothing that has to be known. */
static sc_client
described_client(const process_facts *facts, bool replication, sc_address *address)
{
	sc_client	client = {.role = facts->role ? facts->role : "",.replication = replication};

	if (facts->address)
	{
		*address = parse_address(facts->address);
		client.address = address;
	}
	if (!facts->physical)
		client.database = facts->database ? facts->database : "";
	if (facts->nmember_of > 0)
		qsort(facts->member_of, (size_t) facts->nmember_of, sizeof(char *), compare_names);
	client.member_of = facts->member_of;
	client.nmember_of = facts->nmember_of;
	return client;
}

/* Why a section is not a client's. */
static const char *
why_not(const process_facts *facts, const sc_section *section, const sc_client *client)
{
	sc_matcher	miss = sc_match_miss(&section->matchers, client);
	const char *text = sc_matcher_text(&section->matchers, miss);
	const char *unsaid = NULL;

	if (!sc_match_any(&section->matchers))
		return "it has no matchers: only pg_seccomp_restrict() leads to it";
	if (miss == SC_ROLE && facts->role == NULL)
		unsaid = "role";
	else if (miss == SC_DATABASE && facts->database == NULL && !facts->physical)
		unsaid = "database";
	else if (miss == SC_ADDRESS && facts->address == NULL)
		unsaid = "address";
	return unsaid ? sc_format("%s does not fit: no %s was given", text, unsaid) :
		sc_format("%s does not fit", text);
}

/* The sections that a client passes on the way to its own: which is it?  NULL: none. */
static const sc_section *
find_section(const sc_policy *policy, const process_facts *facts, bool replication)
{
	static const column columns[] = {
		{"section", COLUMN_TEXT}, {"line", COLUMN_NUMBER}, {"matches", COLUMN_FLAG}, {"why", COLUMN_TEXT}
	};
	table	   *t = table_start("sections", "Sections, in the order tried", columns, 4);
	sc_address	address;
	sc_client	client = described_client(facts, replication, &address);
	const sc_section *found = sc_policy_session(policy, &client);

	for (int i = 0; i < policy->nsessions; i++)
	{
		const sc_section *section = policy->sessions[i];
		bool		reached = section == found;
		const char *matchers = sc_matchers_text(&section->matchers);

		/* [Session] comes last wherever it stands */
		if (section == policy->fallback)
			continue;
		put_text(t, sc_format("[%s]", section->title));
		put_number(t, section->line, 0);
		put_flag(t, reached);
		put_text(t, reached ? sc_format("%s fits", matchers) : why_not(facts, section, &client));
		if (reached)
			return found;
	}
	if (policy->fallback)
	{
		put_text(t, sc_format("[%s]", policy->fallback->title));
		put_number(t, policy->fallback->line, 0);
		put_flag(t, true);
		put_text(t, "no other section matches");
	}
	return found;
}

/* Ends the program: no process of the policy's or of PostgreSQL's has this name. */
static _Noreturn void
refuse_name(const sc_policy *policy, const char *name)
{
	const char *nearest = sc_nearest_process_type(name);
	const char **others = sc_alloc((size_t) (policy->nprocesses + 2) * sizeof(char *));
	int			n = 0;

	others[n++] = POSTMASTER;
	for (int i = 0; i < policy->nprocesses; i++)
	{
		const sc_section *section = policy->processes[i];

		if (section->libraries.n > 0 && strcmp(section->process, name) == 0)
			die_hint(sc_format("Say --library=%s.", section->libraries.list[0].text),
					 "[%s] is for the background workers of libraries, whatever they call themselves", section->title);
		if (section->libraries.n == 0)
			others[n++] = section->process;
	}
	if (nearest == NULL)
		nearest = sc_suggest(name, others);
	die_hint(nearest ? suggestion(nearest) :
			 "See pg_stat_activity.backend_type; a background worker that no section names is a \"background worker\".",
			 "unknown process type \"%s\"", name);
}

/* Has the policy a section for the background workers of this bgw_type? */
static bool
names_worker(const sc_policy *policy, const char *name)
{
	const sc_process worker = {name, true, NULL};
	sc_sections sections = sc_sections_of_process(policy, &worker, NULL);
	const char *last = sections.list[sections.n - 1]->process;

	return last && strcmp(last, name) == 0;
}

/*
 * A background worker.  Those of PostgreSQL that have a session act for a role; any
 * other has one if it connects as a role, and so if one is named.
 */
static const sc_section *
session_of_worker(const sc_policy *policy, const process_facts *facts, const sc_process_type *type)
{
	const char *name = facts->process ? facts->process : SC_WORKER;
	bool		acts_for_role = type && type->session && strcmp(type->name, SC_WORKER) != 0;

	if (type && strcmp(type->name, SC_PARALLEL_WORKER) == 0)
		return find_section(policy, facts, false);
	if (facts->address || facts->physical)
		die("process \"%s\" has no client: --address is a client's", name);
	if (type && !type->session && describes_session(facts))
		die("process \"%s\" has no session: --role and --database are a session's", name);
	if (facts->role == NULL && describes_session(facts) && !acts_for_role)
		die_hint("Say --role.", "a background worker has a session if it connects as a role");
	return facts->role || acts_for_role ? find_section(policy, facts, false) : NULL;
}

bool
find_process(const sc_policy *policy, const process_facts *facts, described_process *found)
{
	const char *name = facts->process;
	const sc_process_type *type;

	if (name == NULL && facts->library == NULL)
	{
		if (!describes_session(facts))
			return false;
		/* physical replication is a walsender's */
		name = facts->physical ? SC_WALSENDER : SC_CLIENT;
	}
	type = name ? sc_process_type_by_name(name) : NULL;
	*found = (described_process) {.process = {name, facts->library || (type && type->worker), facts->library}};

	if (name && strcmp(name, POSTMASTER) == 0)
		found->postmaster = true;
	else if (name && type == NULL && facts->library == NULL)
	{
		if (!names_worker(policy, name))
			refuse_name(policy, name);
		found->process.worker = true;
	}
	if (facts->library && (found->postmaster || (type && !type->worker)))
		die("process \"%s\" is no background worker: --library is one's", name);
	if (found->process.worker)
	{
		found->session = session_of_worker(policy, facts, type);
		return true;
	}
	if (type && type->session)
	{
		bool		walsender = strcmp(name, SC_WALSENDER) == 0;

		if (facts->physical && !walsender)
			die("process \"%s\" has no physical replication: a walsender has", name);
		found->session = find_section(policy, facts, walsender);
	}
	else if (describes_session(facts))
		die("process \"%s\" has no client: --role, --database and --address are a session's", name);
	return true;
}
