/*
 * import.c
 *		pg_seccomp import: a policy from a container's profile or a systemd unit.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../core/constants.h"
#include "../core/memory.h"
#include "../core/stack.h"
#include "import_unit.h"
#include "oci_profile.h"
#include "output.h"
#include "table.h"
#include "tool.h"

/* What a container has that asks for nothing (moby's oci/caps/defaults.go). */
static const char *const docker_capabilities[] = {
	"CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
	"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
};

static struct
{
	const char *input;
	const char *output;
	const char **capabilities;
	int			ncapabilities;
	bool		no_default;		/* --capability=none */
	unsigned	kernel;
}			options = {.kernel = UINT_MAX};

enum
{
	KEY_OUTPUT = 0x100,
	KEY_CAPABILITY,
	KEY_KERNEL
};

static void
add_capability(const char *name)
{
	options.capabilities = sc_grow(options.capabilities, options.ncapabilities, sizeof(char *));
	options.capabilities[options.ncapabilities++] = name;
}

/* "sys_admin" and "CAP_SYS_ADMIN" are the same, as to docker run --cap-add. */
static bool
read_capability(const char *name)
{
	char	   *full = sc_format("%s%s", strncasecmp(name, "CAP_", 4) == 0 ? "" : "CAP_", name);

	for (char *c = full; *c; c++)
		*c = (char) toupper((unsigned char) *c);
	if (sc_constant_find(SC_CAP, full) == NULL)
		return false;
	add_capability(full);
	return true;
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key)
	{
		case KEY_OUTPUT:
			options.output = arg;
			break;
		case KEY_CAPABILITY:
			if (strcmp(arg, "none") == 0)
				options.no_default = true;
			else if (!read_capability(arg))
				argp_error(state, "there is no capability \"%s\"", arg);
			break;
		case KEY_KERNEL:
			if (!oci_kernel_parse(arg, &options.kernel))
				argp_error(state, "\"%s\" is no kernel version such as 6.1", arg);
			break;
		case ARGP_KEY_ARG:
			if (state->arg_num > 0)
				argp_usage(state);
			options.input = arg;
			break;
		case ARGP_KEY_NO_ARGS:
			argp_usage(state);
			break;
		default:
			return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option option_table[] = {
	{"output", KEY_OUTPUT, "FILE", 0, "Write the policy to FILE, at once or not at all, and a table of losses and notes to standard output", 0},
	{"capability", KEY_CAPABILITY, "CAP", 0, "The process has this capability beside Docker's default set, or beside "
	"none with CAP \"none\"; may be repeated", 0},
	{"kernel", KEY_KERNEL, "VERSION", 0, "The kernel for minKernel (default: newer than any)", 0},
	{0}
};

static const struct argp argp = {
	option_table, parse_option, "PROFILE",
	"Make a policy from PROFILE: a container's seccomp profile (OCI, Docker, Podman) or its config.json, or a "
	"systemd unit or drop-in; \"-\" is standard input. The policy has one section, [Server], and goes to standard "
	"output; what it cannot say is told on standard error and in comments, and makes the exit status 1.\v"
	"Example:\n  pg_seccomp import --capability=none --output=docker.conf /etc/docker/seccomp.json", with_json, NULL, NULL
};

static bool
is_json(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '{';
}

/* Write what [Server] says, or end the program. */
static void
write_body(FILE *out, const char *text, size_t len, findings *found)
{
	const oci_host host = {options.capabilities, options.ncapabilities, options.kernel};
	sc_errors	errors = {.total = 0};
	oci_profile profile;
	const char *problem;
	int			line;

	if (!is_json(text))
	{
		if (write_unit(out, plain_text(options.input), text, len, found, &errors))
			return;
		print_errors(plain_text(options.input), "error", &errors);
		exit(EXIT_USAGE);
	}
	problem = oci_profile_parse(text, len, &host, &profile, found, &line);
	if (problem)
	{
		fprintf(stderr, "%s%s: error: %s\n", plain_text(options.input), line > 0 ? sc_format(":%d", line) : "", problem);
		exit(EXIT_USAGE);
	}
	write_draft(out, oci_profile_draft(&profile, found), found);
}

/* A file in memory: *text is there, and terminated, when it is closed. */
static FILE *
open_text(char **text, size_t *len)
{
	FILE	   *out = open_memstream(text, len);

	if (out)
		return out;
	die("out of memory");
}

static void
close_text(FILE *out)
{
	if (ferror(out) || fclose(out) != 0)
		die("out of memory");
}

/* The reader's errors on the policy, which is plain text, and those of its program. */
static void
check_policy(const char *text, size_t len, findings *found)
{
	const char *path = plain_text(options.output ? options.output : "policy");
	sc_policy  *policy = sc_policy_parse(path, text, len);
	const sc_errors *errors = &policy->errors;
	const char *problem;

	for (int i = 0; i < errors->nlist; i++)
		add_finding_at(found, true, path, errors->list[i].line, "%s", errors->list[i].message);
	if (errors->total > errors->nlist)
		add_finding_at(found, true, path, 0, "and %d more", errors->total - errors->nlist);
	if (errors->total > 0)
		return;
	problem = sc_stack_push(sc_alloc(sizeof(sc_stack)), &policy->server);
	if (problem)
		add_finding_at(found, true, path, 0, "could not compile section [Server]: %s", problem);
}

/*
 * The whole policy.  Its head tells what is wrong with it, and the lines of that
 * depend on how much the head tells: once its length is right they are.
 */
static char *
make_policy(const char *kind, const char *body, size_t *len, findings *found)
{
	const findings before = *found;
	bool		settled = false;

	for (int attempt = 0;; attempt++)
	{
		int			said = found->total;
		char	   *text;
		FILE	   *out = open_text(&text, len);

		write_head(out, kind, options.input, found);
		fputs(body, out);
		close_text(out);
		/* beside 1 MiB the head itself can be what is wrong: no more than three times */
		if (settled || attempt == 3)
			return text;
		found->n = before.n;
		found->total = before.total;
		found->losses = before.losses;
		check_policy(text, *len, found);
		settled = found->total == said;
		free(text);
	}
}

/* Findings from the first one on: as a table beside an output file, else as lines. */
static void
tell_findings(const findings *found)
{
	static const column columns[] = {{"kind", COLUMN_TEXT}, {"where", COLUMN_TEXT}, {"text", COLUMN_TEXT}};
	const char *source = plain_text(options.input);
	table	   *t = options.output ? table_start("losses", NULL, columns, 3) : NULL;

	for (int i = 0; i < found->n; i++)
	{
		const finding *f = &found->list[i];

		if (t)
		{
			put_tone(t, f->loss ? "loss" : "note", f->loss ? DOUBTFUL : PLAIN);
			put_text(t, finding_where(f));
			put_text(t, f->text);
		}
		else
			fprintf(stderr, "%s: %s: %s%s%s\n", f->place ? f->place : source, f->loss ? "warning" : "note",
					f->where ? f->where : "", f->where ? ": " : "", f->text);
	}
	if (found->total > found->n)
		fprintf(stderr, "%s: note: and %d more\n", source, found->total - found->n);
	if (t)
		print_tables();
}

static int
run(int argc, char **argv)
{
	findings	found = {.n = 0};
	char	   *body;
	const char *text;
	const char *input;
	const char *kind;
	size_t		input_len;
	size_t		len;
	FILE	   *out;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (wants_json() && options.output == NULL)
		die("--json is for the table of what was lost: give --output, too");
	for (size_t i = 0; !options.no_default && i < sizeof(docker_capabilities) / sizeof(docker_capabilities[0]); i++)
		add_capability(docker_capabilities[i]);
	input = read_file(options.input, MAX_PROFILE, &input_len);
	kind = is_json(input) ? "a container's seccomp profile" : "a systemd unit";

	out = open_text(&body, &len);
	write_body(out, input, input_len, &found);
	close_text(out);
	text = make_policy(kind, body, &len, &found);
	write_output(options.output, text, len);
	tell_findings(&found);
	return found.losses > 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

const command import_command = {
	"import", "make a policy from a seccomp profile or a unit", &argp, OPERAND_FILE, run
};
