/*
 * explain_process.c
 *		pg_seccomp explain: whose process is it, and which section is its own?
 */
#include "explain.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../core/suggest.h"
#include "table.h"

/*
 * Processes, as pg_stat_activity names them, and which of them a session section
 * may hold for: clients', and what acts for one.
 */
static const struct
{
	const char *name;
	enum
	{
		SERVER,
		CHILD,
		SESSION
	}			scope;
}			process_types[] = {
	{"postmaster", SERVER},
	{"client backend", SESSION},
	{"parallel worker", SESSION},
	{"walsender", SESSION},
	{"archiver", CHILD},
	{"autovacuum launcher", CHILD},
	{"autovacuum worker", CHILD},
	{"background worker", CHILD},
	{"background writer", CHILD},
	{"checkpointer", CHILD},
	{"io worker", CHILD},
	{"logger", CHILD},
	{"logical replication launcher", CHILD},
	{"logical replication apply worker", CHILD},
	{"logical replication parallel worker", CHILD},
	{"logical replication tablesync worker", CHILD},
	{"logical replication worker", CHILD},
	{"slotsync worker", CHILD},
	{"startup", CHILD},
	{"walreceiver", CHILD},
	{"walsummarizer", CHILD},
	{"walwriter", CHILD},
};

#define NPROCESS_TYPES ((int) (sizeof(process_types) / sizeof(process_types[0])))

bool
describes_session(const session_facts *facts)
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
described_client(const session_facts *facts, sc_address *address)
{
	sc_client	client = {.role = facts->role ? facts->role : ""};

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
why_not(const session_facts *facts, const sc_section *section, const sc_client *client)
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

/* The sections that a client passes on the way to its own: which is it? */
static const sc_section *
find_section(const sc_policy *policy, const session_facts *facts)
{
	static const column columns[] = {
		{"section", COLUMN_TEXT}, {"line", COLUMN_NUMBER}, {"matches", COLUMN_FLAG}, {"why", COLUMN_TEXT}
	};
	table	   *t = table_start("sections", "Sections, in the order tried", columns, 4);
	sc_address	address;
	sc_client	client = described_client(facts, &address);
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
	return found ? found : &policy->child;
}

static const sc_section *
find_process(const sc_policy *policy, const session_facts *facts)
{
	const char *names[NPROCESS_TYPES + 1] = {NULL};
	const char *nearest;

	for (int i = 0; i < NPROCESS_TYPES; i++)
	{
		names[i] = process_types[i].name;
		if (strcmp(names[i], facts->process) != 0)
			continue;
		if (process_types[i].scope == SESSION)
			return find_section(policy, facts);
		if (describes_session(facts))
			die("a %s has no client: --role, --database and --address are a session's", names[i]);
		return process_types[i].scope == SERVER ? &policy->server : &policy->child;
	}
	nearest = sc_suggest(facts->process, names);
	die_hint(nearest ? suggestion(nearest) : "See pg_stat_activity.backend_type.", "unknown process type \"%s\"",
			 facts->process);
}

const sc_section *
section_of(const sc_policy *policy, const session_facts *facts)
{
	if (facts->process)
		return find_process(policy, facts);
	return describes_session(facts) ? find_section(policy, facts) : NULL;
}
