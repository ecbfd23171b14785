/*
 * test_match.c
 *		Unit tests of the matchers: Role=, Database=, Address=, Replication=.
 */
#include "helpers.h"

#include <arpa/inet.h>
#include <sys/un.h>

/*
 * The digests let a section be passed over.  Breaks when one is that fits.
 */
static bool
digests_allow(const sc_matchers *matchers, const sc_client *client)
{
	return !sc_match(matchers, client) ||
		sc_digests_meet(sc_matchers_digest(matchers), sc_client_digest(client));
}

/* The matchers of a section with these directives, "|" between them. */
static const sc_matchers *
matchers_from(const char *directives)
{
	char	   *text = sc_format("[Server]|SystemCallFilter=~mount|[Session a]|%s|", directives);
	sc_policy  *policy;

	for (char *bar = text; (bar = strchr(bar, '|')) != NULL;)
		*bar = '\n';
	policy = policy_from(text);
	is_str(policy_errors(policy), "", "accepted: %s", directives);
	return &policy->sessions[0]->matchers;
}

/*
 * Role and Database.  Breaks when a word means something else than in
 * pg_hba.conf: a quoted keyword is a name, "all" does not cover replication, a
 * +group has its namesake and its members.
 */
static void
test_names(void)
{
	/* sorted, as the server gives them */
	static const char *const groups[] = {"Staff", "all", "analysts", "big team", "zoo"};
	static const struct
	{
		const char *directives;
		const char *role;
		const char *database;	/* NULL: physical replication */
		bool		fits;
	}			cases[] = {
		{"", "al", "d", true},
		{"", "al", NULL, true},

		{"Role=al", "al", "d", true},
		{"Role=al", "bo", "d", false},
		{"Role=al", "AL", "d", false},
		{"Role=al", "a", "d", false},
		{"Role=al", "all", "d", false},
		{"Role=bo al", "al", "d", true},
		{"Role=bo|Role=al", "al", "d", true},
		{"Role=al|Role=|Role=bo", "al", "d", false},
		{"Role=al|Role=", "bo", "d", true},
		{"Role=all", "whoever", "d", true},
		{"Role=\"all\"", "whoever", "d", false},
		{"Role=\"all\"", "all", "d", true},
		{"Role=\"al\"", "al", "d", true},
		{"Role=ALL", "whoever", "d", false},

		{"Role=+analysts", "al", "d", true},
		{"Role=+analysts", "analysts", "d", true},
		{"Role=+staff", "al", "d", false},
		{"Role=+Staff", "al", "d", true},
		{"Role=+zoo", "al", "d", true},
		{"Role=+zo", "al", "d", false},
		{"Role=+\"big team\"", "al", "d", true},
		{"Role=analysts", "al", "d", false},
		{"Role=\"+analysts\"", "al", "d", false},
		{"Role=\"+analysts\"", "+analysts", "d", true},
		{"Role=+all", "al", "d", true},
		{"Role=+none bo", "al", "d", false},

		{"Database=d", "al", "d", true},
		{"Database=d", "al", "D", false},
		{"Database=d e", "al", "e", true},
		{"Database=all", "al", "d", true},
		{"Database=all", "al", NULL, false},
		{"Database=\"all\"", "al", "d", false},
		{"Database=\"all\"", "al", "all", true},
		{"Database=replication", "al", NULL, true},
		{"Database=replication", "al", "replication", false},
		{"Database=\"replication\"", "al", "replication", true},
		{"Database=\"replication\"", "al", NULL, false},
		{"Database=all replication", "al", NULL, true},
		{"Database=d", "al", NULL, false},

		{"Role=al|Database=d", "al", "d", true},
		{"Role=al|Database=d", "al", "e", false},
		{"Role=al|Database=d", "bo", "d", false},
		/* an address that is not known matches no Address */
		{"Role=al|Address=any local", "al", "d", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const sc_matchers *matchers = matchers_from(cases[i].directives);
		sc_client	client = {.role = cases[i].role,.database = cases[i].database,.member_of = groups,
		.nmember_of = (int) (sizeof(groups) / sizeof(groups[0]))};

		is_int(sc_match(matchers, &client), cases[i].fits, "role %s, database %s", cases[i].role,
			   cases[i].database ? cases[i].database : "(replication)");
		ok(digests_allow(matchers, &client), "the digests agree");
		client.nmember_of = 0;
		client.member_of = NULL;
		if (strchr(cases[i].directives, '+') && cases[i].fits && cases[i].role[1] == 'l' && cases[i].role[2] == '\0')
			ok(!sc_match(matchers, &client), "and not for a member of nothing");
		sc_test_reset();
	}
}

/* An address as PostgreSQL's Port has it, from text; "local" is a socket. */
static const struct sockaddr *
sockaddr_from(const char *text)
{
	static struct sockaddr_storage storage;
	struct sockaddr_in *in = (struct sockaddr_in *) &storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &storage;

	memset(&storage, 0, sizeof(storage));
	if (strcmp(text, "local") == 0)
		storage.ss_family = AF_UNIX;
	else if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
	{
		in->sin_family = AF_INET;
		in->sin_port = 0xffff;
	}
	else
	{
		/* what stands around the address must not count */
		in6->sin6_flowinfo = 0xffffffff;
		in6->sin6_scope_id = 7;
		in6->sin6_family = inet_pton(AF_INET6, text, &in6->sin6_addr) == 1 ? AF_INET6 : AF_AX25;
	}
	return (const struct sockaddr *) &storage;
}

/*
 * Address.  Breaks when a prefix is compared a bit too far or too short, or an
 * IPv4 client on an IPv6 socket is taken for another.
 */
static void
test_addresses(void)
{
	static const struct
	{
		const char *address;
		const char *from;
		bool		fits;
	}			cases[] = {
		{"local", "local", true},
		{"local", "127.0.0.1", false},
		{"any", "local", false},
		{"any", "203.0.113.9", true},
		{"any", "2001:db8::1", true},
		{"localhost", "127.0.0.1", true},
		{"localhost", "127.255.0.9", true},
		{"localhost", "128.0.0.1", false},
		{"localhost", "::1", true},
		{"localhost", "::2", false},
		{"localhost", "local", false},
		{"link-local", "169.254.3.4", true},
		{"link-local", "169.253.3.4", false},
		{"link-local", "fe80::1", true},
		{"link-local", "fe80:0:0:1::1", false},

		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.0", false},
		{"192.0.2.1/32", "192.0.2.0", false},
		{"192.0.2.1/31", "192.0.2.0", true},
		{"192.0.2.1/31", "192.0.2.2", false},
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.0.0.0/7", "11.255.255.255", true},
		{"10.0.0.0/7", "12.0.0.0", false},
		{"10.0.0.0/7", "9.255.255.255", false},
		{"10.128.0.0/9", "10.128.0.0", true},
		{"10.128.0.0/9", "10.127.255.255", false},
		{"172.16.0.0/12", "172.31.255.255", true},
		{"172.16.0.0/12", "172.32.0.0", false},
		/* bits behind the prefix do not count, as in pg_hba.conf's masks */
		{"10.1.2.3/8", "10.9.9.9", true},
		{"128.0.0.0/1", "255.255.255.255", true},
		{"128.0.0.0/1", "127.255.255.255", false},
		{"1.2.3.4/0", "255.255.255.255", true},
		{"1.2.3.4/0", "::1", false},

		{"2001:db8::/32", "2001:db8:ffff::1", true},
		{"2001:db8::/32", "2001:db9::", false},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"2001:db8::/33", "2001:db8:7fff::", true},
		{"2001:db8::1/127", "2001:db8::", true},
		{"2001:db8::1/128", "2001:db8::", false},
		{"2001:db8::1", "2001:db8::1", true},
		{"::/0", "ffff::1", true},
		{"::/0", "1.2.3.4", false},
		{"8000::/1", "ffff::1", true},
		{"8000::/1", "7fff::1", false},

		/* a client that came over IPv4 to an IPv6 socket */
		{"192.0.2.0/24", "::ffff:192.0.2.77", true},
		{"192.0.2.0/24", "::ffff:192.0.3.77", false},
		{"::ffff:0:0/96", "::ffff:192.0.2.77", false},
		{"0.0.0.0/0", "::192.0.2.77", false},

		{"10.0.0.0/8 local", "local", true},
		{"10.0.0.0/8 ::1", "::1", true},
		{"10.0.0.0/8|Address=::1", "10.0.0.1", true},
		{"10.0.0.0/8|Address=|Address=::1", "10.0.0.1", false},
	};
	sc_address	address;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const sc_matchers *matchers = matchers_from(sc_format("Address=%s", cases[i].address));
		sc_client	client = {.role = "al",.database = "d",.address = &address};

		ok(sc_address_from_sockaddr(sockaddr_from(cases[i].from), &address), "%s is an address", cases[i].from);
		is_int(sc_match(matchers, &client), cases[i].fits, "%s from %s", cases[i].address, cases[i].from);
		sc_test_reset();
	}
	ok(!sc_address_from_sockaddr(sockaddr_from("?"), &address), "an address family that is not known");
}

/*
 * Many names, as each bit of a digest stands for several.  Breaks when digests
 * miss a fit, or when all names share a bit and digests are of no use.
 */
static void
test_digests(void)
{
	const int	n = rounds(1000);
	int			missed = 0;
	int			passed = 0;

	for (int i = 0; i < n; i++)
	{
		char		role[20];
		char		group[20];
		char		database[20];
		const char *const groups[] = {group};
		sc_word		words[] = {{role, false, false, 1}, {group, true, false, 1}};
		sc_word		database_word = {database, false, false, 1};
		sc_matchers matchers = {.roles = {&words[i % 2], 1},.databases = {&database_word, i % 3 ? 1 : 0}};
		sc_client	client = {.role = role,.member_of = groups,.nmember_of = 1,.database = database};
		sc_client	other = {.role = "somebody",.database = "something"};

		snprintf(role, sizeof(role), "role%d", i);
		snprintf(group, sizeof(group), "group%d", i);
		snprintf(database, sizeof(database), "d%d", i);
		missed += !sc_match(&matchers, &client) || !digests_allow(&matchers, &client);
		passed += !sc_digests_meet(sc_matchers_digest(&matchers), sc_client_digest(&other));
	}
	is_int(missed, 0, "%d roles, groups and databases: no fit is missed", n);
	ok(passed > n * 9 / 10, "and %d others are passed over", passed);
}

/*
 * Cover: tells a section that no login gets.  Breaks when one is said to be that
 * some login gets, and, less badly, the other way round.
 */
static void
test_cover(void)
{
	static const struct
	{
		const char *a;
		const char *b;
		bool		covers;
	}			cases[] = {
		{"", "", true},
		{"", "Role=al|Database=d|Address=10.0.0.0/8", true},
		{"Role=al", "", false},
		{"Role=al bo", "Role=bo", true},
		{"Role=al", "Role=al bo", false},
		{"Role=al", "Role=\"al\"", true},
		{"Role=\"al\"", "Role=al", true},
		{"Role=all", "", true},
		{"Role=all", "Role=al +bo \"all\"", true},
		{"Role=\"all\"", "Role=all", false},
		{"Role=\"all\"", "Role=al", false},
		{"Role=\"all\"", "Role=\"all\"", true},
		{"Role=all", "Role=all", true},
		{"Role=+al", "Role=+al", true},
		{"Role=+al", "Role=al", true},
		{"Role=+\"al\"", "Role=+al", true},
		{"Role=al", "Role=+al", false},
		{"Role=+al", "Role=+bo", false},
		{"Role=+all", "Role=bo", false},
		{"Role=+all", "Role=\"all\"", true},
		{"Role=al|Database=d", "Role=al", false},
		{"Role=al", "Role=al|Database=d", true},
		{"Database=all", "Database=d", true},
		{"Database=all", "", false},
		{"Database=all replication", "", true},
		{"Database=all", "Database=replication", false},
		{"Database=all", "Database=\"replication\"", true},
		{"Database=\"replication\"", "Database=replication", false},
		{"Database=replication", "Database=\"replication\"", false},
		{"Database=replication", "Database=replication", true},
		{"Database=d", "Database=all", false},
		{"Database=\"all\"", "Database=d", false},
		{"Database=\"all\"", "Database=all", false},
		{"Database=\"d\"", "Database=d", true},
		{"Address=10.0.0.0/8", "Address=10.1.0.0/16", true},
		{"Address=10.0.0.0/8", "Address=10.1.2.3", true},
		{"Address=10.99.0.0/8", "Address=10.1.2.3", true},
		{"Address=10.1.0.0/16", "Address=10.0.0.0/8", false},
		{"Address=10.0.0.0/8", "Address=11.0.0.0/8", false},
		{"Address=10.0.0.0/9", "Address=10.127.0.1 10.128.0.1", false},
		{"Address=10.0.0.0/8 ::/0", "Address=10.0.0.1 2001:db8::1", true},
		{"Address=::/0", "Address=10.0.0.1", false},
		{"Address=0.0.0.0/0", "Address=::1", false},
		{"Address=any local", "", false},
		{"Address=any", "Address=localhost", true},
		{"Address=local", "Address=local", true},
		{"Address=any", "Address=local", false},
		{"Replication=yes", "Replication=yes", true},
		{"Replication=no", "Replication=no|Role=al", true},
		{"Replication=yes", "Replication=no", false},
		{"Replication=no", "Replication=yes", false},
		{"Replication=yes", "", false},
		{"Replication=no", "Role=al", false},
		{"", "Replication=yes", true},
		{"Role=al|Replication=yes", "Role=al", false},
		/* physical replication is replication */
		{"Replication=yes", "Database=replication", true},
		{"Replication=yes", "Database=replication d", false},
		{"Replication=yes", "Database=\"replication\"", false},
		{"Replication=no", "Database=replication", false},
		{"Database=replication", "Replication=yes", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const sc_matchers *a = matchers_from(cases[i].a);
		const sc_matchers *b = matchers_from(cases[i].b);
		sc_matchers sorted = sc_matchers_sorted(a);

		ok(sc_matchers_cover(&sorted, b) == cases[i].covers, "\"%s\" covers \"%s\": %s", cases[i].a, cases[i].b,
		   cases[i].covers ? "yes" : "no");
		ok(!cases[i].covers || sc_digest_covers(sc_matchers_digest(a), sc_matchers_digest(b)),
		   "... and the digests agree");
		sc_test_reset();
	}
}

/*
 * Replication.  Breaks when a walsender gets a section that is not for one, or
 * another session one that is; or when it is not told which a section is for.
 */
static void
test_replication(void)
{
	static const struct
	{
		const char *directives;
		const char *database;	/* NULL: physical replication */
		bool		replication;
		bool		fits;
	}			cases[] = {
		{"Replication=yes", "d", true, true},
		{"Replication=yes", NULL, true, true},
		{"Replication=yes", "d", false, false},
		{"Replication=no", "d", false, true},
		{"Replication=no", "d", true, false},
		{"Replication=no", NULL, true, false},
		{"Role=al", "d", true, true},
		{"Role=al", NULL, true, true},
		{"Role=bo|Replication=yes", "d", true, false},
		{"Role=al|Replication=yes", "d", true, true},
		{"Replication=yes|Database=d", NULL, true, false},
		{"Replication=yes|Database=replication", NULL, true, true},
		{"Replication=yes|Database=replication", "d", true, false},
		{"Replication=no|Database=replication", NULL, true, false},
		{"Replication=no|Database=replication", "d", false, false},
		{"Replication=yes|Replication=no", "d", false, true},
		{"Replication=yes|Replication=", "d", false, true},
	};
	static const struct
	{
		const char *directives;
		sc_replication kind;
		bool		none;
	}			kinds[] = {
		{"", SC_REPLICATION_OR_NOT, false},
		{"Role=al|Database=all", SC_REPLICATION_OR_NOT, false},
		{"Replication=yes", SC_REPLICATION_YES, false},
		{"Replication=no", SC_REPLICATION_NO, false},
		{"Database=replication", SC_REPLICATION_YES, false},
		{"Database=replication|Database=replication", SC_REPLICATION_YES, false},
		{"Database=replication d", SC_REPLICATION_OR_NOT, false},
		{"Database=\"replication\"", SC_REPLICATION_OR_NOT, false},
		{"Database=d|Replication=yes", SC_REPLICATION_YES, false},
		{"Database=replication|Replication=no", SC_REPLICATION_NO, true},
		{"Database=replication d|Replication=no", SC_REPLICATION_NO, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const sc_matchers *matchers = matchers_from(cases[i].directives);
		sc_client	client = {.role = "al",.database = cases[i].database,.replication = cases[i].replication};

		is_int(sc_match(matchers, &client), cases[i].fits, "%s, %s", cases[i].database ? cases[i].database : "(physical)",
			   cases[i].replication ? "a walsender" : "another session");
		ok(digests_allow(matchers, &client), "the digests agree");
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		is_int(sc_match_kind(matchers_from(kinds[i].directives)), kinds[i].kind, "which kind of connection fits \"%s\"", kinds[i].directives);
		ok(sc_match_none(matchers_from(kinds[i].directives)) == kinds[i].none, "... or none");
	}
	ok(sc_match_miss(matchers_from("Replication=yes"), &(sc_client) {.role = "al",.database = "d"}) == SC_REPLICATION,
	   "it is what does not fit");
	is_str(sc_matchers_text(matchers_from("Replication=on|Role=al")), "Role=al Replication=yes", "as a policy has it");
	is_str(sc_matcher_text(matchers_from("Replication=no"), SC_REPLICATION), "Replication=no", "... alone");
	is_str(sc_matcher_text(matchers_from("Role=al"), SC_REPLICATION), "", "... and if it is not said");
	sc_test_reset();
}

/* Breaks when sections are asked that have nothing to say, or not asked. */
static void
test_asked(void)
{
	ok(!sc_match_any(matchers_from("")), "no matcher");
	ok(sc_match_any(matchers_from("Role=a")), "Role is one");
	ok(sc_match_any(matchers_from("Database=a")), "Database is one");
	ok(sc_match_any(matchers_from("Address=local")), "Address is one");
	ok(sc_match_any(matchers_from("Replication=no")), "Replication is one");
	ok(!sc_match_any(matchers_from("Replication=no|Replication=")), "... unless it was reset");
	ok(!sc_match_any(matchers_from("Role=a|Role=")), "a reset one is none");
	ok(!sc_match_needs_membership(matchers_from("Role=a \"+b\"")), "names need no membership");
	ok(sc_match_needs_membership(matchers_from("Role=a +b")), "a group does");
	sc_test_reset();
}

int
main(void)
{
	start_tests();
	test_names();
	test_addresses();
	test_digests();
	test_cover();
	test_replication();
	test_asked();
	return done_testing();
}
