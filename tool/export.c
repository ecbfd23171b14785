/*
 * export.c
 *		pg_seccomp export: a scope in other tools' words.
 */
#include "export.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/memory.h"
#include "output.h"
#include "table.h"
#include "tool.h"

static const struct
{
	const char *name;
	void		(*write) (FILE *out, const scopes *all, const scope *s);
	bool		binary;
}			formats[] = {
	{"oci", export_oci, false},
	{"systemd", export_systemd, false},
	{"bpf", export_bpf, true},
	{"text", export_text, false},
};

#define NFORMATS ((int) (sizeof(formats) / sizeof(formats[0])))

static struct
{
	const char *policy;
	const char *scope;
	const char *output;
	int			format;			/* -1: not said */
}			options = {.scope = "server",.format = -1};

enum
{
	KEY_FORMAT = 0x100,
	KEY_SCOPE,
	KEY_OUTPUT
};

static int
format_by_name(const char *name)
{
	for (int i = 0; i < NFORMATS; i++)
		if (strcmp(formats[i].name, name) == 0)
			return i;
	die("unknown format \"%s\": there are oci, systemd, bpf and text", name);
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_FORMAT:
			options.format = format_by_name(arg);
			break;
		case KEY_SCOPE:
			options.scope = arg;
			break;
		case KEY_OUTPUT:
			options.output = arg;
			break;
		case ARGP_KEY_ARG:
			if (state->arg_num > 0)
				argp_usage(state);
			options.policy = arg;
			break;
		case ARGP_KEY_END:
			if (options.policy == NULL)
				argp_usage(state);
			if (options.format < 0)
				argp_error(state, "say which format: --format=oci, systemd, bpf or text");
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"format", KEY_FORMAT, "oci|systemd|bpf|text", 0, "oci: a seccomp profile of container runtimes (JSON); systemd: a drop-in for a unit; "
	"bpf: the scope's own program, raw; text: the programs of the scope, disassembled", 0},
	{"scope", KEY_SCOPE, "SCOPE", 0, "server (default), child, process:TYPE, session, session:NAME", 0},
	{"output", KEY_OUTPUT, "FILE", 0, "Write there, at once or not at all (default: standard output)", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "POLICY",
	"Say what a process of a scope has to obey in the words of container runtimes, "
	"systemd and BPF loaders. What is lost on the way is told on standard error, or "
	"in comments.\v"
	"Example:\n  pg_seccomp export --format=oci --output=postgres.json default", NULL, NULL, NULL
};

/* "POLICY: KIND: text" */
static void __attribute__((format(printf, 3, 0)))
tell(const scopes *all, const char *kind, const char *fmt, va_list args)
{
	fprintf(stderr, "%s: %s: %s\n", harmless(all->policy->path), kind, harmless(sc_vformat(fmt, args)));
}

void
warn(const scopes *all, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	tell(all, "warning", fmt, args);
	va_end(args);
}

void
note(const scopes *all, const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	tell(all, "note", fmt, args);
	va_end(args);
}

const char *
errno_text(uint32_t answer)
{
	return sc_errno_text((int) (answer & SECCOMP_RET_DATA));
}

const char *
one_filter_text(const scopes *all, const scope *s, const char *format)
{
	static const char *const kinds[] = {"[Child]", "[Process ...]", "[Session ...]"};
	bool		there[] = {false, false, false};
	char	   *text = NULL;

	if (s->section != &all->policy->server)
		return sc_format("scope \"%s\" is one of single processes: a server needs that of scope \"server\"", s->name);
	for (int i = 1; i < all->n; i++)
		if (all->own[i].n > 0)
			there[i == 1 ? 0 : all->list[i].section->process ? 1 : 2] = true;
	for (int i = 0; i < 3; i++)
		if (there[i])
			text = text ? sc_format("%s, %s", text, kinds[i]) : sc_format("%s", kinds[i]);
	return text ? sc_format("not in %s: %s, for all processes have the same filter", format, text) : NULL;
}

void
export_bpf(FILE *out, const scopes *all, const scope *s)
{
	const sc_stack *stack = &s->stack;
	const sc_program *program = &stack->programs[stack->n - 1];

	if (stack->sections[stack->n - 1] != s->section)
		die("scope \"%s\" of policy \"%s\" has no program of its own: [%s] says nothing that takes one", s->name,
			all->policy->path, s->section->title);
	fwrite(program->insns, sizeof(struct sock_filter), (size_t) program->len, out);
}

static int
run(int argc, char **argv)
{
	scopes		all;
	FILE	   *out;
	char	   *text = NULL;
	size_t		len = 0;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (formats[options.format].binary && options.output == NULL && isatty(STDOUT_FILENO))
		die("a program is no text for a terminal: say --output=FILE");
	all = compile_scopes(read_policy(options.policy));
	out = open_memstream(&text, &len);
	if (out == NULL)
		die("out of memory");
	formats[options.format].write(out, &all, find_scope(&all, options.scope));
	if (fclose(out) != 0)
		die("out of memory");
	write_output(options.output, text, len);
	return EXIT_GOOD;
}

const command export_command = {
	"export", "write a scope as a container's profile, a systemd unit or BPF", &argp, OPERAND_POLICY, run
};
