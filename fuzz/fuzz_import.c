/*
 * fuzz_import.c
 *		libFuzzer target: any bytes as a container's seccomp profile or a unit.
 *
 * Whatever is taken has to become a policy that the reader takes, except that
 * PostgreSQL may need more, and that says of each call by name what the profile
 * does; whatever is refused has to be told in printable text.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../core/policy.h"
#include "../core/stack.h"
#include "../core/test/alloc.h"
#include "../tool/import_unit.h"
#include "../tool/oci_profile.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int			LLVMFuzzerInitialize(int *argc, char ***argv);

static void
require(bool good, const char *what, const char *detail)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, detail);
	abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *error = sc_catalog_init();

	(void) argc;
	(void) argv;
	require(error == NULL, "catalog", error);
	return 0;
}

static void
require_printable(const char *text, const char *what)
{
	require(*text != '\0', what, "empty");
	for (const char *c = text; *c; c++)
		require(*c >= 0x20 && *c < 0x7f, what, text);
}

static void
check_findings(const findings *found)
{
	require(found->n <= found->total && found->losses <= found->total, "findings", "counted wrongly");
	for (int i = 0; i < found->n; i++)
	{
		require_printable(found->list[i].text, "finding");
		if (finding_where(&found->list[i]))
			require_printable(finding_where(&found->list[i]), "finding's place");
	}
}

/* Read what was written; the needs of PostgreSQL, and sizes, are no fault of the writer. */
static const sc_policy *
read_back(const char *text, size_t len)
{
	const sc_policy *policy = sc_policy_parse("p", text, len);

	for (const char *c = text; *c; c++)
		require((*c >= 0x20 && *c < 0x7f) || *c == '\n' || *c == '\t', "policy", "control character");
	for (int i = 0; i < policy->errors.nlist; i++)
	{
		const char *message = policy->errors.list[i].message;

		require(strstr(message, "cannot survive without") || strstr(message, "larger than 1 MiB"), message, text);
	}
	return policy;
}

static int
error_of(const sc_ruleset *rules, const answer *a)
{
	return a->action != SC_ERRNO ? 0 : a->err ? a->err : rules->err;
}

/* What is read back has a program, or a reason why not: its size alone. */
static void
check_program(const sc_policy *policy)
{
	const char *problem;

	if (policy->errors.total > 0)
		return;
	problem = sc_stack_push(sc_alloc(sizeof(sc_stack)), &policy->server);
	require(problem == NULL || strstr(problem, "the program has more than") != NULL, problem ? problem : "", policy->text);
}

/* Each call by name, on each ABI: as it was meant? */
static void
check_answers(const sc_policy *policy, const draft *d)
{
	const sc_ruleset *rules = &policy->server.rules;

	if (policy->len > SC_MAX_POLICY)
		return;
	require(rules->abis == d->abis, "architectures", policy->text);
	for (int call = 0; call < sc_nsyscalls; call++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			uint32_t	nr = (uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
			sc_verdict	verdict;

			if (!(d->abis >> abi & 1) || sc_syscalls[call].nr[abi] == SC_NR_NONE)
				continue;
			verdict = sc_decide_name(rules, (sc_abi) abi, nr, NULL);
			require((verdict.action == SC_ERRNO) == (d->answers[call].action == SC_ERRNO) &&
					verdict.err == error_of(rules, &d->answers[call]), sc_syscalls[call].name, policy->text);
			if (d->answers[call].action == SC_LOG)
				require(verdict.action == SC_LOG, sc_syscalls[call].name, policy->text);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const capabilities[] = {"CAP_SYS_CHROOT", "CAP_SYS_ADMIN"};
	const oci_host host = {capabilities, size % 3, size % 2 ? 4u << 16 | 8 : UINT32_MAX};
	char	   *input = sc_strndup((const char *) data, size);
	findings	found = {.n = 0};
	sc_errors	errors = {.total = 0};
	char	   *body = NULL;
	char	   *text = NULL;
	size_t		len;
	FILE	   *out = open_memstream(&body, &len);
	const draft *d = NULL;
	const char *problem = NULL;
	oci_profile profile;
	int			line;

	if (out == NULL)
		abort();
	if (size > 0 && data[0] == '{')
	{
		problem = oci_profile_parse(input, size, &host, &profile, &found, &line);
		if (problem == NULL)
		{
			d = oci_profile_draft(&profile, &found);
			write_draft(out, d, &found);
		}
		else
			require_printable(problem, "error");
	}
	else if (!write_unit(out, "u", input, size, &found, &errors))
	{
		require(errors.total > 0, "unit", "refused without a reason");
		problem = "";
	}
	fclose(out);
	if (problem == NULL)
	{
		const sc_policy *policy;

		out = open_memstream(&text, &len);
		if (out == NULL)
			abort();
		write_head(out, "what libFuzzer made", "fuzz", &found);
		fputs(body, out);
		fclose(out);
		policy = read_back(text, len);
		check_program(policy);
		if (d)
			check_answers(policy, d);
	}
	check_findings(&found);
	free(text);
	free(body);
	sc_test_reset();
	return 0;
}
