/*
 * manual.c
 *		The man page pg_seccomp(1), from the tables of the commands.
 */
#include <stdio.h>
#include <string.h>

#include "../core/memory.h"
#include "internal.h"

#ifndef PGSC_VERSION
#define PGSC_VERSION "unknown"
#endif

const char *
version(void)
{
	return PGSC_VERSION;
}

void
each_option(const struct argp *argp, void (*visit) (const struct argp_option *option, void *arg), void *arg)
{
	for (const struct argp_option *option = argp->options; option && (option->name || option->doc); option++)
		if (option->name)
			visit(option, arg);
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		each_option(child->argp, visit, arg);
}

/*
 * Text for man(7): hyphens that are minus signs, backslashes, and dots and quotes
 * where a line would begin with them.  Lines that begin with a blank stay lines.
 */
static void
put(const char *text)
{
	bool		start = true;

	for (; *text; text++)
	{
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (start && *text == ' ')
			fputs(".br\n\\&", stdout);
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '/')
			fputs("/\\:", stdout);	/* a path may be cut here */
		else if (*text == '\n' && text[1] == '\n')
		{
			fputs("\n.PP\n", stdout);
			text++;
			start = true;
			continue;
		}
		else
			putchar(*text);
		start = *text == '\n';
	}
	putchar('\n');
}

static void
put_option(const struct argp_option *option, void *arg)
{
	(void) arg;
	if (option->flags & OPTION_HIDDEN)
		return;
	printf(".TP\n\\fB\\-\\-");
	for (const char *c = option->name; *c; c++)
		printf(*c == '-' ? "\\-" : "%c", *c);
	printf("\\fR%s%s%s\n", option->arg ? "=\\fI" : "", option->arg ? option->arg : "", option->arg ? "\\fR" : "");
	put(option->doc ? option->doc : "");
}

static void
put_command(const command *c)
{
	const char *doc = c->argp->doc ? c->argp->doc : "";
	const char *behind = strchr(doc, '\v');

	printf(".SS %s\n.B pg_seccomp %s\n[\\fIOPTION\\fR...] ", c->name, c->name);
	put(c->argp->args_doc ? c->argp->args_doc : "");
	printf(".PP\n");
	put(behind ? sc_strndup(doc, (size_t) (behind - doc)) : doc);
	each_option(c->argp, put_option, NULL);
	if (behind)
	{
		printf(".PP\n");
		put(behind + 1);
	}
}

int
print_manual(void)
{
	printf(".TH PG_SECCOMP 1 \"\" \"pg_seccomp %s\" \"PostgreSQL extensions\"\n.ad l\n.nh\n", version());
	printf(".SH NAME\npg_seccomp \\- look at, check, run, export and import seccomp policies of PostgreSQL servers\n"
		   ".SH SYNOPSIS\n.B pg_seccomp\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n");
	printf(".SH DESCRIPTION\n");
	put("The command line of pg_seccomp, the PostgreSQL extension that confines a server with seccomp "
		"filters. It works on policy files alone: no server has to run.\n\n"
		"A policy is named by a path, or by a bare name, without a slash and without a dot, for the "
		"one of that name in the folder of policies. A scope is \"server\", \"child\", \"process:TYPE\", "
		"\"session\" or \"session:NAME\": what a process with that section obeys, its own program and "
		"those of the scopes before it. Options have long names only, may be cut short, and may stand behind "
		"operands (but for exec, whose program has the rest of the line).");
	printf(".SH COMMANDS\n");
	for (int i = 0; i < ncommands; i++)
		put_command(commands[i]);
	printf(".SH EXIT STATUS\n.TP\n0\ngood\n.TP\n1\nfindings: of check, a threshold that is missed, a difference, a loss\n"
		   ".TP\n2\nwrong use, or input that cannot be read\n"
		   ".PP\n\\fBexec\\fR ends with the status of its program.\n");
	printf(".SH ENVIRONMENT\n.TP\nNO_COLOR\nif set and not empty, no colours, not even on a terminal\n");
	printf(".SH FILES\n.TP\n%s/\\fINAME\\fR.conf\npolicies\n.TP\n%s\npublic exploits, as exposure and show read them\n"
		   ".TP\n%s\nwhat exposure makes a level of\n", PGSC_POLICY_DIR, PGSC_EXPLOITS, default_assessments());
	printf(".SH SEE ALSO\n.BR seccomp (2),\n.BR syscalls (2),\n.BR postgres (1),\n.BR systemd.exec (5),\n"
		   ".BR systemd\\-analyze (1)\n");
	return EXIT_GOOD;
}
