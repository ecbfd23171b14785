/*
 * oci_json.c
 *		A profile as the runtime-spec's linux.seccomp object.
 *
 * Written without a JSON library: masks are unsigned 64-bit numbers, which jansson
 * does not have.
 */
#include <inttypes.h>

#include "oci.h"

/* Where a line of names is broken. */
#define WIDTH 100

static const char *const arch_names[SC_ABI_COUNT] = {
	[SC_ABI_X86_64] = "SCMP_ARCH_X86_64",
	[SC_ABI_X86] = "SCMP_ARCH_X86",
	[SC_ABI_X32] = "SCMP_ARCH_X32",
	[SC_ABI_ARM64] = "SCMP_ARCH_AARCH64",
	[SC_ABI_ARM] = "SCMP_ARCH_ARM",
};

static void
write_names(FILE *out, const oci_entry *entry)
{
	int			column = 0;

	fputs("\t\t\t\"names\": [", out);
	for (int i = 0; i < entry->nnames; i++)
	{
		/* names of the catalog: nothing to escape */
		if (entry->nnames > 4 && (i == 0 || column > WIDTH))
			column = fprintf(out, "%s\n\t\t\t\t\"%s\"", i > 0 ? "," : "", entry->names[i]);
		else
			column += fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", entry->names[i]);
	}
	fputs(entry->nnames > 4 ? "\n\t\t\t],\n" : "],\n", out);
}

static void
write_action(FILE *out, uint32_t answer)
{
	const char *action = answer == SECCOMP_RET_ALLOW ? "SCMP_ACT_ALLOW" :
		answer == SECCOMP_RET_LOG ? "SCMP_ACT_LOG" :
		is_errno(answer) ? "SCMP_ACT_ERRNO" : "SCMP_ACT_KILL_PROCESS";

	fprintf(out, "\t\t\t\"action\": \"%s\"", action);
	if (is_errno(answer))
		fprintf(out, ",\n\t\t\t\"errnoRet\": %u", answer & SECCOMP_RET_DATA);
}

static void
write_args(FILE *out, const sc_cube *cube)
{
	const char *comma = "";

	fputs(",\n\t\t\t\"args\": [\n", out);
	for (int i = 0; i < SC_NARGS; i++)
	{
		if (cube->mask[i] == 0)
			continue;
		fprintf(out, "%s\t\t\t\t{\"index\": %d, \"value\": %" PRIu64 ", \"valueTwo\": %" PRIu64
				", \"op\": \"SCMP_CMP_MASKED_EQ\"}", comma, i, cube->mask[i], cube->value[i]);
		comma = ",\n";
	}
	fputs("\n\t\t\t]", out);
}

void
oci_write(FILE *out, const oci_entries *entries, unsigned abis)
{
	fprintf(out, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": %u,\n\t\"architectures\": [\"%s\"",
			OCI_DEFAULT & SECCOMP_RET_DATA, arch_names[SC_ABI_NATIVE]);
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (abi != SC_ABI_NATIVE && (abis >> abi & 1))
			fprintf(out, ", \"%s\"", arch_names[abi]);
	fputs("],\n\t\"syscalls\": [\n", out);
	for (int i = 0; i < entries->n; i++)
	{
		fputs("\t\t{\n", out);
		write_names(out, &entries->list[i]);
		write_action(out, entries->list[i].answer);
		if (entries->list[i].cube)
			write_args(out, entries->list[i].cube);
		fprintf(out, "\n\t\t}%s\n", i + 1 < entries->n ? "," : "");
	}
	fputs("\t]\n}\n", out);
}
