/*
 * fuzz_audit.c
 *		libFuzzer target: any bytes as lines of an audit log.
 *
 * What is taken for a record has to be in the ranges that its readers count on,
 * and can be put in words; a line that is read must be so again, whatever stood
 * in the structure before.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/audit.h"
#include "../core/test/alloc.h"

/* Some day in 2026. */
#define NOW INT64_C(1795296477)

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int			LLVMFuzzerInitialize(int *argc, char ***argv);

static void
require(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void) argc;
	(void) argv;
	require(sc_catalog_init() == NULL, "catalog");
	return 0;
}

#define TERMINATED(field) require(memchr(field, '\0', sizeof(field)) != NULL, #field " has no end")

static void
check_record(const sc_audit_record *record, sc_audit_kind kind)
{
	TERMINATED(record->node);
	TERMINATED(record->user);
	TERMINATED(record->comm);
	TERMINATED(record->exe);
	TERMINATED(record->arch);
	TERMINATED(record->call);
	for (int i = 0; i < SC_AUDIT_ARGS; i++)
		TERMINATED(record->words[i]);
	require(!record->has_time || (record->seconds >= 0 && record->seconds <= SC_AUDIT_MAX_SECONDS), "seconds");
	require(record->milliseconds >= 0 && record->milliseconds < 1000, "milliseconds");
	require(record->serial >= -1 && record->signal >= -1 && record->signal <= 64, "numbers");
	require(record->abi <= SC_ABI_COUNT && record->known < 1u << SC_AUDIT_ARGS, "ranges");
	require(kind == SC_AUDIT_SYSCALL || (record->known == 0 && record->words[0][0] == '\0'), "arguments from nowhere");
	require(record->has_nr || record->interpreted, "no number");
	require(strlen(sc_audit_call(record)) > 0, "no call");
	require(strlen(sc_audit_action(record)) > 0, "no action");
	sc_audit_arguments(record);
}

static void
check_line(const char *line, size_t len)
{
	static sc_audit_record record;
	static sc_audit_record again;
	const char *why;
	sc_audit_kind kind = sc_audit_parse(line, len, NOW, &record, &why);

	memset(&again, 0xff, sizeof(again));
	require((kind == SC_AUDIT_MALFORMED) == (why != NULL) || kind == SC_AUDIT_OTHER, "a reason");
	require(sc_audit_parse(line, len, NOW, &again, &why) == kind, "another kind");
	if (kind != SC_AUDIT_SECCOMP && kind != SC_AUDIT_SYSCALL)
		return;
	check_record(&record, kind);
	require(record.nr == again.nr && record.code == again.code && record.pid == again.pid &&
			strcmp(record.exe, again.exe) == 0 && record.seconds == again.seconds, "another record");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* each line by itself, in memory that ends where it does */
	while (size > 0)
	{
		const uint8_t *newline = memchr(data, '\n', size);
		size_t		len = newline ? (size_t) (newline - data) : size;
		char	   *line = malloc(len ? len : 1);

		require(line != NULL, "out of memory");
		memcpy(line, data, len);
		check_line(line, len);
		free(line);
		data += len + (newline != NULL);
		size -= len + (newline != NULL);
	}
	sc_test_reset();
	return 0;
}
