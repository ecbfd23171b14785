/*
 * test_processes.c
 *		Unit tests of process sections: the types, what is said of a wrong
 *		section, and which sections hold for whom.
 */
#include "helpers.h"

/* A policy that is good as it is; three lines, so what follows begins at 4. */
#define BASE "[Server]\nSystemCallFilter=~mount\n\n"

#define REQUIRED(section, names) \
	"[" section "] denies what PostgreSQL cannot survive without: " names \
	" (A call that the server needs to keep its data safe or to run at all may not be denied;" \
	" doc/catalog.md has the list.)"
#define ATTACH(section, names) \
	"[" section "] denies what PostgreSQL cannot survive without: " names \
	" (Deny it in [Session] sections only: processes need it as they start and attach their filters.)"
#define CANNOT(section, names) \
	"[" section "] denies what PostgreSQL cannot survive without: " names " (These processes attach another program after this one.)"
#define KILL(section) "OnViolation=kill in [" section "] lets one denied call take the whole cluster through crash recovery" \
	" (Write OnViolation=terminate, or add Force=yes if a violation is worth a crash recovery.)"
#define NAME_HINT " (A name has 1 to 95 bytes, without quotes, commas, brackets and equals signs.)"
#define UNKNOWN(name, hint) "unknown process type \"" name "\" (" hint ")"
#define QUOTE(name) "Quote a background worker's bgw_type: [Process \"" name "\"]."

#define X10 "xxxxxxxxxx"
#define X95 X10 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxx"

/* Breaks when an error is missed, invented, or loses its line or hint. */
static const struct
{
	const char *what;
	const char *text;
	const char *errors;
}			texts[] = {
	{"types and names", BASE "[Process checkpointer]\nSystemCallFilter=~ptrace\n[Process background writer]\n"
		"[Process \"walwriter\"]\n[Process \"pg_cron launcher\"]\n[Process \"" X95 "\"]\n[Process \"my workers\"]\n"
	"Library=a \"b c\" $libdir/d.so\nForce=yes\n", ""},
	{"no type", BASE "[Process]\nSystemCallFilter=~ptrace\n[Process \"\"]\n",
		"p:4: section [Process] has no type (Write [Process TYPE], with a type of pg_stat_activity.backend_type.)\n"
	"p:6: \"\" is not a name for a section" NAME_HINT},
	{"unknown types", BASE "[Process checkpionter]\n[Process syslogger]\n[Process bgwriter]\n[Process pgarch]\n[Process Startup]\n"
		"[Process nonsense here]\n[Process postmaster]\n[Process standalone backend]\n",
		"p:4: " UNKNOWN("checkpionter", "Did you mean [Process checkpointer]?") "\n"
		"p:5: " UNKNOWN("syslogger", "Did you mean [Process logger]?") "\n"
		"p:6: " UNKNOWN("bgwriter", "Did you mean [Process background writer]?") "\n"
		"p:7: " UNKNOWN("pgarch", "Did you mean [Process archiver]?") "\n"
		"p:8: " UNKNOWN("Startup", "Did you mean [Process startup]?") "\n"
		"p:9: " UNKNOWN("nonsense here", QUOTE("nonsense here")) "\n"
		"p:10: " UNKNOWN("postmaster", "Write [Server]: it is for the process that is started first.") "\n"
	"p:11: " UNKNOWN("standalone backend", "Write [Server]: it is for the process that is started first.")},
	{"an unknown type's directives are not errors too", BASE "[Process nonsense]\nRole=a\nSystemCallFilter=~fsync\n",
	"p:4: " UNKNOWN("nonsense", QUOTE("nonsense"))},
	{"wrong names", BASE "[Process \"a,b\"]\n[Process \"" X95 "x\"]\n[Process a=b]\n",
		"p:4: \"a,b\" is not a name for a section" NAME_HINT "\n"
		"p:5: \"" X95 "x\" is not a name for a section" NAME_HINT "\n"
	"p:6: \"a=b\" is not a name for a section" NAME_HINT},
	{"a section twice", BASE "[Process startup]\n[Process \"x\"]\nSystemCallFilter=~ptrace\n[Process \"startup\"]\n[Process \"x\"]\nSytemCall=1\n",
		"p:7: section [Process \"startup\"] is already there in line 4\n"
		"p:8: section [Process \"x\"] is already there in line 5\n"
	"p:9: unknown directive \"SytemCall\""},
	{"Library in a type's section", BASE "[Process startup]\nLibrary=a\n[Process background worker]\nLibrary=a\n",
		"p:5: [Process startup] has no Library (Give the section a name of its own, as in [Process \"my workers\"].)\n"
	"p:7: [Process background worker] has no Library (Give the section a name of its own, as in [Process \"my workers\"].)"},
	{"a library twice", BASE "[Process \"x\"]\nLibrary=a b\n[Process \"y\"]\nLibrary=c \\\n $libdir/b.so\n[Process \"z\"]\nLibrary=b\nLibrary=d\n",
		"p:8: library \"$libdir/b.so\" already has section [Process \"x\"] in line 4\n"
	"p:10: library \"b\" already has section [Process \"x\"] in line 4"},
	{"a library that was taken back", BASE "[Process \"x\"]\nLibrary=a\nLibrary=\n[Process \"y\"]\nLibrary=a\n", ""},
	{"wrong libraries", BASE "[Process \"x\"]\nLibrary=+a\nLibrary=~b\n",
		"p:5: \"+a\": Library takes no \"+\"\n"
	"p:6: directive \"Library\" takes no \"~\""},
	{"directives in the wrong section", BASE "Library=a\n[Session a]\nLibrary=a\n[Process startup]\nRole=a\nReplication=yes\n",
		"p:4: directive \"Library\" does not belong in [Server]\n"
		"p:6: directive \"Library\" does not belong in [Session a]\n"
		"p:8: directive \"Role\" does not belong in [Process startup]\n"
	"p:9: directive \"Replication\" does not belong in [Process startup]"},
	{"Replication", BASE "[Session a]\nReplication=yes\n[Session b]\nReplication=no\n[Session c]\nReplication=yes\nReplication=\n", ""},
	{"wrong Replication", BASE "[Session a]\nReplication=maybe\nReplication=yes no\n[Session]\nReplication=no\n",
		"p:5: Replication is not \"maybe\" (Write \"yes\" or \"no\".)\n"
		"p:6: Replication is not \"yes no\" (Write \"yes\" or \"no\".)\n"
		"p:7: [Session] is for the sessions that no other section matches, so it has no Role, Database, Address or Replication"
	" (Name the section, as in [Session reporting].)"},

	/* what they need */
	{"what all need", BASE "[Process walwriter]\nSystemCallFilter=~fsync\n[Process \"x\"]\nSystemCallFilter=~kill\n",
		"p:5: " REQUIRED("Process walwriter", "fsync") "\n"
	"p:7: " REQUIRED("Process \"x\"", "kill")},
	{"workers have their section from the fork on", BASE "[Process background worker]\nSystemCallFilter=~setsid prctl\n"
		"[Process \"x\"]\nSystemCallFilter=~signalfd4\n[Process parallel worker]\nSystemCallFilter=~seccomp\n",
		"p:5: " ATTACH("Process background worker", "prctl, setsid") "\n"
		"p:7: " ATTACH("Process \"x\"", "signalfd4") "\n"
	"p:9: " ATTACH("Process parallel worker", "seccomp")},
	{"others later", BASE "[Process archiver]\nSystemCallFilter=~setsid signalfd4 prctl seccomp\n"
	"[Process walsender]\nSystemCallFilter=~setsid signalfd4\n", ""},
	{"those that attach another program", BASE "[Process walsender]\nSystemCallFilter=~seccomp\n[Process client backend]\n"
		"SystemCallFilter=@pg-session\n[Process auxiliary]\nSystemCallFilter=~@sandbox\n",
		"p:5: " CANNOT("Process walsender", "seccomp") "\n"
		"p:7: " CANNOT("Process client backend", "prctl, seccomp") "\n"
	"p:9: " CANNOT("Process auxiliary", "seccomp")},
	{"kill", BASE "[Process walwriter]\nOnViolation=kill\n[Process \"x\"]\nOnViolation=kill\nForce=yes\n",
	"p:5: " KILL("Process walwriter")},
	{"only one process filters", "[Process walwriter]\nSystemCallFilter=~mount\n", ""},
	{"none does", "[Process walwriter]\nOnViolation=terminate\n",
		"p: the policy filters nothing: no section has a directive that needs a filter"
	" (To run without filters, say so: Mode=off in [Policy].)"},
};

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		is_str(policy_errors(policy_from(texts[i].text)), texts[i].errors, "%s", texts[i].what);
		sc_test_reset();
	}
}

/* Breaks when more sections are accepted than the server holds, or fewer. */
static void
test_limits(void)
{
	char	   *text = sc_alloc(SC_MAX_POLICY);
	int			len = sprintf(text, "%s", BASE);
	sc_policy  *policy;

	for (int i = 0; i < SC_MAX_PROCESSES; i++)
		len += sprintf(text + len, "[Process \"w%d\"]\nSystemCallErrorNumber=EACCES\n", i);
	policy = policy_from(text);
	is_str(policy_errors(policy), "", "%d process sections are accepted", SC_MAX_PROCESSES);
	is_int(policy->nprocesses, SC_MAX_PROCESSES, "and are there");
	sprintf(text + len, "[Process \"more\"]\nRole=a\n");
	is_str(policy_errors(policy_from(text)),
		   "p:404: more than 200 process sections (Let [Process background worker] hold for many of them.)", "one more is refused");
	sc_test_reset();
}

/* Breaks when a row of the table contradicts another. */
static void
test_types(void)
{
	for (int i = 0; i < sc_nprocess_types; i++)
	{
		const sc_process_type *type = &sc_process_types[i];
		const sc_process_type *general = type->general ? sc_process_type_by_name(type->general) : NULL;
		int			depth = 1;

		ok(sc_process_type_by_name(type->name) == type, "%s is there once", type->name);
		ok(type->general == NULL || (general && general->worker == type->worker), "... its general type is of its kind");
		for (const sc_process_type *t = type; t->general; t = sc_process_type_by_name(t->general))
			depth++;
		/* beside them a library's */
		ok(depth + 1 <= SC_MAX_PROCESS_SECTIONS, "... and has not too many");
		if (type->also)
			is_str(sc_nearest_process_type(type->also), type->name, "%s means it", type->also);
		is_str(policy_errors(policy_from(sc_format("[Process %s]\nSystemCallFilter=~mount\n", type->name))), "",
			   "[Process %s] is a section", type->name);
		sc_test_reset();
	}
	is_str(sc_nearest_process_type("autovaccum worker"), "autovacuum worker", "a misspelt one");
	is_str(sc_nearest_process_type("frobnicator"), NULL, "and none");
}

/* Breaks when a registration's way to name a library makes it another one, or two are one. */
static void
test_libraries(void)
{
	static const struct
	{
		const char *a;
		const char *b;
		bool		same;
	}			cases[] = {
		{"pg_cron", "pg_cron", true},
		{"pg_cron", "$libdir/pg_cron", true},
		{"/usr/lib/pg_cron.so", "pg_cron", true},
		{"./pg_cron.so", "$libdir/pg_cron.so", true},
		{"pg_cron", "pg_cron2", false},
		{"pg_cron", "PG_CRON", false},
		{"pg_cron.so.so", "pg_cron.so", false},
		{".so", "", false},
		{"a/b", "b/a", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ok(sc_same_library(cases[i].a, cases[i].b) == cases[i].same, "%s, %s: %s", cases[i].a, cases[i].b,
		   cases[i].same ? "the same" : "two");
		ok(sc_same_library(cases[i].b, cases[i].a) == cases[i].same, "... either way");
	}
}

/* "server child process:checkpointer": what holds. */
static const char *
scopes_text(const sc_sections *sections)
{
	char	   *text = sc_format("%s", sc_scope_name(sections->list[0]));

	for (int i = 1; i < sections->n; i++)
		text = sc_format("%s, %s", text, sc_scope_name(sections->list[i]));
	return text;
}

/* General ones stand behind special ones, and libraries in between. */
static const char policy_text[] = BASE
"[Process checkpointer]\n[Process auxiliary]\n[Process parallel worker]\n[Process \"cron\"]\n"
"[Process \"cron launcher\"]\n[Process \"mine\"]\nLibrary=pg_cron other\n"
"[Process logical replication worker]\n[Process logical replication apply worker]\n[Process background worker]\n"
"[Process client backend]\n[Process walsender]\n[Process logger]\n"
"[Session physical]\nDatabase=replication\n[Session both]\nDatabase=d replication\n[Session repl]\nReplication=yes\n"
"[Session app]\nRole=app\nReplication=no\n[Session hand]\n[Session]\n";

/*
 * Breaks when a process gets a section too many, too few, or one that a name of its
 * own choice should not give or spare it.
 */
static void
test_processes(void)
{
	static const struct
	{
		sc_process	process;
		const char *scopes;		/* beside server and child */
	}			cases[] = {
		{{"checkpointer", false, NULL}, ", process:auxiliary, process:checkpointer"},
		{{"archiver", false, NULL}, ", process:auxiliary"},
		{{"io worker", false, NULL}, ", process:auxiliary"},
		{{"auxiliary", false, NULL}, ", process:auxiliary"},
		{{"logger", false, NULL}, ", process:logger"},
		{{"autovacuum worker", false, NULL}, ""},
		{{"slotsync worker", false, NULL}, ""},
		{{"client backend", false, NULL}, ", process:client backend"},
		{{"walsender", false, NULL}, ", process:walsender"},
		{{"a type of PostgreSQL 30", false, NULL}, ""},
		{{NULL, false, NULL}, ""},

		{{"background worker", true, NULL}, ", process:background worker"},
		{{"parallel worker", true, "postgres"}, ", process:background worker, process:parallel worker"},
		{{"logical replication launcher", true, "postgres"}, ", process:background worker"},
		{{"logical replication worker", true, NULL}, ", process:background worker, process:logical replication worker"},
		{{"logical replication tablesync worker", true, NULL}, ", process:background worker, process:logical replication worker"},
		{{"logical replication apply worker", true, NULL},
		", process:background worker, process:logical replication worker, process:logical replication apply worker"},

		{{NULL, true, NULL}, ", process:background worker"},
		{{"unheard of", true, NULL}, ", process:background worker"},
		{{"cron", true, NULL}, ", process:background worker, process:cron"},
		{{"cron", true, "elsewhere"}, ", process:background worker, process:cron"},
		{{"unheard of", true, "$libdir/pg_cron"}, ", process:background worker, process:mine"},
		{{NULL, true, "/x/other.so"}, ", process:background worker, process:mine"},
		{{"cron launcher", true, "pg_cron"}, ", process:background worker, process:mine, process:cron launcher"},

		/* with Library= a name of its own is a mere name */
		{{"mine", true, NULL}, ", process:background worker"},
		{{"mine", true, "elsewhere"}, ", process:background worker"},

		/* who is no worker has no bgw_type, nor a library */
		{{"cron", false, NULL}, ""},
		{{"mine", false, "pg_cron"}, ""},
		{{"checkpointer", false, "pg_cron"}, ", process:auxiliary, process:checkpointer"},

		/* a worker may call itself what it likes: it stays one */
		{{"checkpointer", true, NULL}, ", process:background worker"},
		{{"auxiliary", true, NULL}, ", process:background worker"},
		{{"client backend", true, "pg_cron"}, ", process:background worker, process:mine"},
		{{"walsender", true, NULL}, ", process:background worker"},
		{{"logger", true, "elsewhere"}, ", process:background worker"},
		/* and to claim less is in vain: these are all workers */
		{{"parallel worker", true, "pg_cron"}, ", process:background worker, process:mine, process:parallel worker"},
		{{"background worker", false, NULL}, ""},
	};
	sc_policy  *policy = policy_from(policy_text);
	sc_sections sections;

	is_str(policy_errors(policy), "", "a policy of all kinds");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		sections = sc_sections_of_process(policy, &cases[i].process, NULL);
		is_str(scopes_text(&sections), sc_format("server, child%s", cases[i].scopes), "%s \"%s\" of %s",
			   cases[i].process.worker ? "worker" : "process", cases[i].process.type ? cases[i].process.type : "?",
			   cases[i].process.library ? cases[i].process.library : "?");
	}
	sections = sc_sections_of_process(policy, NULL, NULL);
	is_str(scopes_text(&sections), "server", "the postmaster");
	sections = sc_sections_of_process(policy, &(sc_process) {NULL, true, NULL}, policy->fallback);
	is_str(scopes_text(&sections), "server, child, process:background worker, session", "a session comes last");
	policy = policy_from(BASE "[Process \"x\"]\nLibrary=a\nLibrary=\n");
	sections = sc_sections_of_process(policy, &(sc_process) {"x", true, NULL}, NULL);
	is_str(scopes_text(&sections), "server, child, process:x", "a library taken back leaves a bgw_type");
	sc_test_reset();
}

/* Breaks when a section's scope is not what its own processes have, or is not found by its index. */
static void
test_scopes(void)
{
	static const char *const want[] = {
		"server",
		"server, child",
		"server, child, process:auxiliary, process:checkpointer",
		"server, child, process:auxiliary",
		"server, child, process:background worker, process:parallel worker",
		"server, child, process:background worker, process:cron",
		"server, child, process:background worker, process:cron launcher",
		"server, child, process:background worker, process:mine",
		"server, child, process:background worker, process:logical replication worker",
		"server, child, process:background worker, process:logical replication worker, process:logical replication apply worker",
		"server, child, process:background worker",
		"server, child, process:client backend",
		"server, child, process:walsender",
		"server, child, process:logger",
		"server, child, process:walsender, session:physical",
		"server, child, process:client backend, session:both",
		"server, child, process:walsender, session:repl",
		"server, child, process:client backend, session:app",
		"server, child, process:client backend, session:hand",
		"server, child, process:client backend, session",
	};
	const int	nwant = (int) (sizeof(want) / sizeof(want[0]));
	sc_policy  *policy = policy_from(policy_text);

	is_int(sc_policy_nscopes(policy), nwant, "so many scopes");
	for (int i = 0; i < nwant; i++)
	{
		const sc_section *section = sc_policy_scope(policy, i);
		sc_sections sections = sc_sections_of(policy, section);

		is_str(scopes_text(&sections), want[i], "what holds in scope %d", i);
		ok(sections.list[sections.n - 1] == section, "... the last of which is its own section");
		is_int(section->index, i, "... which knows its place");
	}
	sc_test_reset();
}

int
main(void)
{
	start_tests();
	test_texts();
	test_limits();
	test_types();
	test_libraries();
	test_processes();
	test_scopes();
	return done_testing();
}
