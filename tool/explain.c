/*
 * explain.c
 *		pg_seccomp explain: what would happen to a call, and why.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../core/conditions.h"
#include "../core/decode.h"
#include "../core/explain.h"
#include "../core/memory.h"
#include "explain.h"
#include "scopes.h"
#include "table.h"
#include "verdict.h"

static struct
{
	const char *policy;
	const char *call;
	const char *args[SC_NARGS];
	int			nargs;
	process_facts who;
	const char *scope;
}			options;

/* What was asked about. */
typedef struct
{
	sc_abi		abi;
	uint32_t	nr;
	int			call;			/* -1: not in the catalog */
	uint64_t	args[SC_NARGS];
} question;

enum
{
	KEY_ROLE = 0x100,
	KEY_MEMBER_OF,
	KEY_DATABASE,
	KEY_PHYSICAL,
	KEY_ADDRESS,
	KEY_PROCESS,
	KEY_LIBRARY,
	KEY_SCOPE
};

static void
take_operand(char *arg, struct argp_state *state)
{
	if (state->arg_num == 0)
		options.policy = arg;
	else if (state->arg_num == 1)
		options.call = arg;
	else if (options.nargs == SC_NARGS)
		argp_error(state, "a system call has at most six arguments");
	else
		options.args[options.nargs++] = arg;
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_ROLE:
			options.who.role = arg;
			break;
		case KEY_MEMBER_OF:
			options.who.member_of = sc_grow(options.who.member_of, options.who.nmember_of, sizeof(char *));
			options.who.member_of[options.who.nmember_of++] = arg;
			break;
		case KEY_DATABASE:
			options.who.database = arg;
			break;
		case KEY_PHYSICAL:
			options.who.physical = true;
			break;
		case KEY_ADDRESS:
			options.who.address = arg;
			break;
		case KEY_PROCESS:
			options.who.process = arg;
			break;
		case KEY_LIBRARY:
			options.who.library = arg;
			break;
		case KEY_SCOPE:
			options.scope = arg;
			break;
		case ARGP_KEY_ARG:
			take_operand(arg, state);
			break;
		case ARGP_KEY_END:
			if (options.call == NULL)
				argp_usage(state);
			if (options.scope && (options.who.process || options.who.library || describes_session(&options.who)))
				argp_error(state, "--scope chooses the section itself: it goes with no other option");
			if (options.who.physical && options.who.database)
				argp_error(state, "physical replication has no database");
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"role", KEY_ROLE, "ROLE", 0, "Login role of the session", 0},
	{"member-of", KEY_MEMBER_OF, "ROLE", 0, "A role that the login role is a member of, directly or not; may be repeated", 0},
	{"database", KEY_DATABASE, "NAME", 0, "Database of the session", 0},
	{"physical-replication", KEY_PHYSICAL, NULL, 0, "The session is one of physical replication, without a database", 0},
	{"address", KEY_ADDRESS, "ADDRESS", 0, "Where the client is: an IP address, or \"local\"", 0},
	{"process", KEY_PROCESS, "TYPE", 0, "Another process than a client's: \"postmaster\", a backend_type of "
	"pg_stat_activity, or the bgw_type of background workers that a section names", 0},
	{"library", KEY_LIBRARY, "NAME", 0, "The process is a background worker of this library", 0},
	{"scope", KEY_SCOPE, "SCOPE", 0, "The process has this scope, such as \"child\", "
	"\"process:archiver\" or \"session:NAME\"", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "POLICY CALL [ARGUMENT...]",
	"Say what a policy answers to a system call, and why: which section is the "
	"session's and why those before it are not, what each scope says, and which line "
	"decides. CALL is a name, a number, or either behind an architecture (x86:mount). "
	"Arguments are numbers or names of constants (AF_NETLINK, O_RDWR|O_CREAT); missing "
	"ones are zero."
	"\v"
	"Without an option that chooses a process, every scope answers.\n\n"
	"Example:\n  pg_seccomp explain strict socket AF_NETLINK SOCK_RAW NETLINK_XFRM --role=web",
	with_json, NULL, NULL
};

/* ----------
 * The question
 * ----------
 */

static uint64_t
parse_argument(const question *q, int arg)
{
	const char *text = options.args[arg];
	sc_errors	errors = {.total = 0};
	uint64_t	value = 0;

	/* a number may be any that the register can hold */
	if (isdigit((unsigned char) *text) && strchr(text, '|') == NULL)
	{
		char	   *end;

		errno = 0;
		value = strtoull(text, &end, 0);
		if (*end != '\0' || errno != 0)
			die("invalid argument \"%s\"", text);
		return value & sc_register_of(q->abi);
	}
	if (q->call < 0)
		die("argument \"%s\" is not a number, and the system call is not in the catalog", text);
	if (!sc_value_parse(text, q->abi, q->call, arg, &value, &errors))
		die_hint(errors.list[0].hint, "%s", errors.list[0].message);
	return value;
}

static question
parse_question(void)
{
	question	q = {.nr = 0};
	sc_errors	errors = {.total = 0};

	if (!sc_call_parse(options.call, &q.abi, &q.nr, &errors))
		die_hint(errors.list[0].hint, "%s", errors.list[0].message);
	q.call = sc_syscall_of(q.abi, q.nr);
	for (int i = 0; i < options.nargs; i++)
		q.args[i] = parse_argument(&q, i);
	return q;
}

/* What was asked for: one scope, or all of them. */
typedef struct
{
	const scope *list;
	int			n;
	bool		one;
} chosen_scopes;

static chosen_scopes
choose_scopes(const scopes *all)
{
	described_process process;
	scope	   *own;

	if (options.scope)
		return (chosen_scopes) {find_scope(all, options.scope), 1, true};
	if (!find_process(all->policy, &options.who, &process))
		return (chosen_scopes) {all->list, all->n, false};
	own = sc_alloc(sizeof(scope));
	*own = scope_of_process(all, process.postmaster ? NULL : &process.process, process.session);
	return (chosen_scopes) {own, 1, true};
}

/* ----------
 * The answer
 * ----------
 */

/* What one section by itself says. */
static void
put_section(table *t, const sc_policy *policy, const sc_section *section, const question *q)
{
	sc_verdict	verdict = sc_decide(&section->rules, q->abi, q->nr, q->args, NULL);

	put_text(t, sc_scope_name(section));
	if (!sc_rules_any(&section->rules) && section != &policy->server)
	{
		put_text(t, "allow");
		put_null(t);
		put_null(t);
		put_text(t, "the section has no rules");
		return;
	}
	put_verdict(t, policy, &verdict);
	put_text(t, sc_verdict_reason(&verdict, policy));
}

/* Each scope by itself, in the order of a process's life. */
static void
answer_sections(const scopes *all, const chosen_scopes *chosen, const question *q)
{
	static const column columns[] = {
		{"scope", COLUMN_TEXT}, {"action", COLUMN_TEXT}, {"errno", COLUMN_TEXT}, {"rule", COLUMN_TEXT},
		{"reason", COLUMN_TEXT}
	};
	table	   *t = table_start("scopes", "What each scope says", columns, 5);
	const sc_policy *policy = all->policy;

	if (chosen->one)
		for (int i = 0; i < chosen->list->sections.n; i++)
			put_section(t, policy, chosen->list->sections.list[i], q);
	else
		for (int i = 0; i < sc_policy_nscopes(policy); i++)
			put_section(t, policy, sc_policy_scope(policy, i), q);
}

/* The call as it was asked about: "socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM)". */
static const char *
call_text(const question *q)
{
	const char *text = sc_decode_call(q->abi, q->nr, q->args);

	return q->abi == SC_ABI_NATIVE ? text : sc_format("%s:%s", sc_abis[q->abi].name, text);
}

/* What comes of it in one scope, or in all. */
static void
answer_scopes(const scopes *all, const chosen_scopes *chosen, const question *q)
{
	static const column columns[] = {
		{"process", COLUMN_TEXT}, {"call", COLUMN_TEXT}, {"action", COLUMN_TEXT}, {"errno", COLUMN_TEXT},
		{"scope", COLUMN_TEXT}, {"rule", COLUMN_TEXT}, {"denial", COLUMN_TEXT}
	};
	table	   *t = table_start("verdicts", "What comes of it", columns, 7);

	for (int i = 0; i < chosen->n; i++)
	{
		const scope *s = &chosen->list[i];
		sc_outcome	outcome = sc_stack_run(&s->stack, q->abi, q->nr, q->args);

		put_text(t, s->name);
		put_text(t, call_text(q));
		put_outcome(t, all->policy, &s->stack, &outcome);
		put_text(t, denial_word(&outcome));
	}
}

/* The cases, if other arguments may have another answer and none were given. */
static void
answer_cases(const scopes *all, const chosen_scopes *chosen, const question *q)
{
	static const column columns[] = {
		{"process", COLUMN_TEXT}, {"case", COLUMN_TEXT}, {"action", COLUMN_TEXT}, {"errno", COLUMN_TEXT},
		{"scope", COLUMN_TEXT}, {"rule", COLUMN_TEXT}
	};
	table	   *t = NULL;

	for (int i = 0; i < chosen->n && options.nargs == 0 && q->call >= 0; i++)
	{
		const scope *s = &chosen->list[i];
		sc_condition *conditions;
		int			n = sc_conditions(s->stack.rules, s->stack.n, q->abi, q->call, &conditions);

		if (n > 0 && t == NULL)
			t = table_start("cases", "It depends on the arguments", columns, 6);
		for (int k = 0; k < n; k++)
		{
			sc_outcome	outcome = sc_stack_run(&s->stack, q->abi, q->nr, conditions[k].args);

			put_text(t, s->name);
			put_text(t, conditions[k].text);
			put_outcome(t, all->policy, &s->stack, &outcome);
		}
	}
}

/*
 * getopt would take "-1" for an option.  Values of options have a word of their
 * own only if they were not joined by "=": such as begin so belong to no option.
 */
static void
keep_negative_numbers(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
	{
		char	   *end;
		long long	number;

		if (argv[i][0] != '-' || !isdigit((unsigned char) argv[i][1]))
			continue;
		errno = 0;
		number = strtoll(argv[i], &end, 0);
		if (*end == '\0' && errno == 0)
			argv[i] = sc_format("0x%llx", (unsigned long long) number);
	}
}

static int
run(int argc, char **argv)
{
	question	q;
	scopes		all;
	chosen_scopes chosen;

	keep_negative_numbers(argc, argv);
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	q = parse_question();
	all = compile_scopes(read_policy(options.policy));
	chosen = choose_scopes(&all);
	answer_sections(&all, &chosen, &q);
	answer_scopes(&all, &chosen, &q);
	answer_cases(&all, &chosen, &q);
	print_tables();
	note_mode(all.policy);
	return EXIT_GOOD;
}

const command explain_command = {
	"explain", "say what a policy answers to a system call, and why", &argp, OPERAND_POLICY | OPERAND_CALL, run
};
