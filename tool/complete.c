/*
 * complete.c
 *		What a word of a command line can become.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/memory.h"
#include "internal.h"
#include "scopes.h"

/* The word that is completed; candidates that do not begin with it are left out. */
static const char *current;

/*
 * What means something to a shell, as the name of a section in somebody's policy
 * might, is not offered; but for blanks, which the scripts take care of.
 */
static void
offer(const char *before, const char *word, const char *after)
{
	static const char harmless_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:+=@/% ";
	char	   *candidate = sc_format("%s%s%s", before, word, after);

	if (strncmp(candidate, current, strlen(current)) == 0 &&
		candidate[strspn(candidate, harmless_characters)] == '\0')
		printf("%s\n", candidate);
}

static void
offer_option(const struct argp_option *option, void *arg)
{
	(void) arg;
	if ((option->flags & OPTION_HIDDEN) == 0)
		offer("--", option->name, option->arg ? "=" : "");
}

/* The policies in their folder, by name; before is what stands before the name. */
static void
offer_policies(const char *before)
{
	DIR		   *folder = opendir(PGSC_POLICY_DIR);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)) != NULL)
	{
		size_t		len = strlen(entry->d_name);

		if (len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0 && entry->d_name[0] != '.')
			offer(before, sc_strndup(entry->d_name, len - 5), "");
	}
	if (folder)
		closedir(folder);
}

static void
offer_calls(void)
{
	for (int i = 0; i < sc_nsyscalls; i++)
		offer("", sc_syscalls[i].name, "");
}

static void
offer_groups(void)
{
	offer("", "groups", "");
	offer("", "families", "");
	offer("", "processes", "");
	for (int i = 0; i < sc_ngroups; i++)
		if (sc_groups[i].kind == SC_GROUP)
			offer("", sc_groups[i].name, "");
}

/* The policy that the line names; NULL if it cannot be read. */
static const sc_policy *
parse_named(const char *policy)
{
	const char *path = policy ? policy_file(policy) : "";
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || access(path, R_OK) != 0)
		return NULL;
	return parse_policy(policy);
}

/* Its scopes. */
static void
offer_scopes(const char *before, const char *policy)
{
	const sc_policy *parsed = parse_named(policy);

	if (parsed == NULL)
		return;
	for (int i = 0; i < sc_policy_nscopes(parsed); i++)
		offer(before, sc_scope_name(sc_policy_scope(parsed, i)), "");
}

/* Types of process, and the background workers that the policy names. */
static void
offer_processes(const char *before, const char *policy)
{
	const sc_policy *parsed = parse_named(policy);

	offer(before, "postmaster", "");
	for (int i = 0; i < sc_nprocess_types; i++)
		offer(before, sc_process_types[i].name, "");
	for (int i = 0; parsed && i < parsed->nprocesses; i++)
		if (parsed->processes[i]->type == NULL && parsed->processes[i]->libraries.n == 0)
			offer(before, parsed->processes[i]->process, "");
}

/* The value of an option, by what its table calls it: "oci|text", "POLICY2", "SCOPE", "TYPE". */
static void
offer_value(const struct argp_option *option, void *arg)
{
	const char *before = sc_format("--%s=", option->name);
	const char *policy = arg;

	if (option->arg == NULL || strncmp(current, before, strlen(before)) != 0)
		return;
	if (strncmp(option->arg, "POLICY", 6) == 0)
		offer_policies(before);
	else if (strcmp(option->arg, "SCOPE") == 0)
		offer_scopes(before, policy);
	else if (strcmp(option->arg, "TYPE") == 0)
		offer_processes(before, policy);
	else if (strchr(option->arg, '|'))
		for (char *rest = sc_strndup(option->arg, strlen(option->arg)), *word; (word = strsep(&rest, "|")) != NULL;)
			offer(before, word, "");
}

static void
offer_operands(const command *c, int noperands)
{
	if (c->operands & OPERAND_GROUP)
		offer_groups();
	/* a policy is the first operand, or each; a call that goes with it the second */
	if ((c->operands & OPERAND_POLICY) && (noperands == 0 || strstr(c->argp->args_doc, "POLICY...")))
		offer_policies("");
	if ((c->operands & OPERAND_CALL) && (noperands == 1 || (c->operands & OPERAND_GROUP)))
		offer_calls();
}

/* An option of this word has its value in the next one: *found is set to it. */
static const char *word_looked_at;

static void
look_for_value(const struct argp_option *option, void *found)
{
	if (strncmp(word_looked_at, "--", 2) == 0 && strcmp(word_looked_at + 2, option->name) == 0 && option->arg)
		*(const struct argp_option **) found = option;
}

int
complete_words(int argc, char **argv)
{
	const command *c = NULL;
	char	   *policy = NULL;
	char	   *operand = NULL;
	int			noperands = 0;

	if (argc < 1)
		return EXIT_GOOD;
	current = argv[argc - 1];
	if (argc == 1)
	{
		for (int i = 0; i < ncommands; i++)
			offer("", commands[i]->name, "");
		offer("--", "help", "");
		offer("--", "version", "");
		return EXIT_GOOD;
	}
	for (int i = 0; i < ncommands; i++)
		if (strcmp(commands[i]->name, argv[0]) == 0)
			c = commands[i];
	for (int i = 1; i < argc - 1; i++)
	{
		/* a program's own words */
		if (c && (c->operands & OPERAND_PROGRAM) && noperands > 0)
			return EXIT_GOOD;
		if (strncmp(argv[i], "--policy=", 9) == 0)
			policy = argv[i] + 9;
		if (argv[i][0] == '-' && argv[i][1] != '\0')
		{
			const struct argp_option *option = NULL;

			word_looked_at = argv[i];
			if (c)
				each_option(c->argp, look_for_value, &option);
			i += option != NULL;
			continue;
		}
		if (noperands++ == 0)
			operand = argv[i];
	}
	if (c == NULL)
		return EXIT_GOOD;
	if (policy == NULL && (c->operands & OPERAND_POLICY))
		policy = operand;
	if (current[0] == '-' && strchr(current, '=') != NULL)
		each_option(c->argp, offer_value, policy);
	else if (current[0] == '-')
	{
		each_option(c->argp, offer_option, NULL);
		offer("--", "help", "");
	}
	else
		offer_operands(c, noperands);
	return EXIT_GOOD;
}
