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
	{"output", KEY_OUTPUT, "FILE", 0, "Write the policy to FILE, and a table of what was lost to standard output", 0},
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
		if (write_unit(out, text, len, found, &errors))
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

/* The reader's errors on the policy, which is plain text, and those of its program. */
static void
check_policy(const char *text, size_t len, findings *found)
{
	const char *path = options.output ? options.output : "policy";
	sc_policy  *policy = sc_policy_parse(path, text, len);
	sc_stack   *stack = sc_alloc(sizeof(sc_stack));
	const char *problem;

	for (int i = 0; i < policy->errors.nlist; i++)
	{
		const sc_error *error = &policy->errors.list[i];

		add_finding(found, true, sc_format("%s:%d", plain_text(path), error->line), "%s", error->message);
	}
	if (policy->errors.total > 0)
		return;
	problem = sc_stack_push(stack, &policy->server);
	if (problem)
		add_finding(found, true, plain_text(path), "could not compile section [Server]: %s", problem);
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
			put_tone(t, f->loss ? "lost" : "note", f->loss ? DOUBTFUL : PLAIN);
			put_text(t, f->where);
			put_text(t, f->text);
		}
		else
			fprintf(stderr, "%s: %s: %s%s%s\n", source, f->loss ? "warning" : "note", f->where ? f->where : "",
					f->where ? ": " : "", f->text);
	}
	if (found->total > found->n)
		fprintf(stderr, "%s: note: and %d more\n", source, found->total - found->n);
	if (t)
		print_tables();
}

static void
write_policy(const char *text, size_t len)
{
	FILE	   *file = options.output ? fopen(options.output, "we") : stdout;

	if (file == NULL || fwrite(text, 1, len, file) != len || fflush(file) != 0 ||
		(options.output && fclose(file) != 0))
		die("could not write \"%s\": %m", options.output ? options.output : "-");
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

static int
run(int argc, char **argv)
{
	findings	found = {.n = 0};
	char	   *body = NULL;
	char	   *text = NULL;
	const char *input;
	const char *kind;
	size_t		len;
	size_t		unused;
	FILE	   *out;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (wants_json() && options.output == NULL)
		die("--json is for the table of what was lost: give --output, too");
	for (size_t i = 0; !options.no_default && i < sizeof(docker_capabilities) / sizeof(docker_capabilities[0]); i++)
		add_capability(docker_capabilities[i]);
	input = read_file(options.input, MAX_PROFILE, &len);
	kind = is_json(input) ? "a container's seccomp profile" : "a systemd unit";

	/* what is lost stands before what is left */
	out = open_text(&body, &unused);
	write_body(out, input, len, &found);
	fclose(out);
	out = open_text(&text, &len);
	write_head(out, kind, options.input, &found);
	fputs(body, out);
	fclose(out);
	check_policy(text, len, &found);
	write_policy(text, len);
	tell_findings(&found);
	return found.losses > 0 ? EXIT_FINDINGS : EXIT_GOOD;
}

const command import_command = {
	"import", "make a policy from a seccomp profile or a unit", &argp, OPERAND_FILE, run
};
