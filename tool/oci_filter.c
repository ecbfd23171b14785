/*
 * oci_filter.c
 *		What libseccomp makes of a profile, in the hands of a container runtime.
 *
 * runc and crun give it each entry by seccomp_rule_add(), whose tests of one rule
 * must all hold, and whose rules have no order.
 */
#include "oci.h"

#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../core/memory.h"
#include "../core/program.h"
#include "tool.h"

/* The largest program that is looked at; libseccomp counts in 16 bits. */
#define MAX_PROGRAM 65536

/* 0 or a negative errno; *name is the one that it is about. */
static int
add_entry(scmp_filter_ctx ctx, const oci_entry *entry, const char **name)
{
	struct scmp_arg_cmp args[SC_NARGS];
	unsigned	nargs = 0;
	int			rc = 0;

	for (unsigned i = 0; entry->cube && i < SC_NARGS; i++)
		if (entry->cube->mask[i] != 0)
			args[nargs++] = (struct scmp_arg_cmp) {
			i, SCMP_CMP_MASKED_EQ, entry->cube->mask[i], entry->cube->value[i]
		};
	for (int i = 0; i < entry->nnames && rc == 0; i++)
	{
		int			number = seccomp_syscall_resolve_name(entry->names[i]);

		*name = entry->names[i];
		/* a runtime skips names that its libseccomp does not know */
		if (number != __NR_SCMP_ERROR)
			rc = seccomp_rule_add_array(ctx, sc_scmp_action(entry->answer), number, nargs, args);
	}
	return rc;
}

/* 0 or a negative errno. */
static int
export(scmp_filter_ctx ctx, sc_program *program)
{
	struct sock_filter *insns = sc_alloc(MAX_PROGRAM * sizeof(struct sock_filter));
	int			fd = memfd_create("filter", MFD_CLOEXEC);
	int			rc = fd < 0 ? -errno : seccomp_export_bpf(ctx, fd);
	ssize_t		got = rc < 0 ? 0 : pread(fd, insns, MAX_PROGRAM * sizeof(struct sock_filter), 0);

	if (got < 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	*program = (sc_program) {insns, (int) ((size_t) got / sizeof(struct sock_filter))};
	return rc;
}

const char *
oci_compile(const oci_entries *entries, unsigned abis, bool tree, sc_program *program)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(OCI_DEFAULT & SECCOMP_RET_DATA));
	const char *name = NULL;
	int			rc = ctx ? 0 : -ENOMEM;

	for (int abi = 0; abi < SC_ABI_COUNT && rc == 0; abi++)
		if (abi != SC_ABI_NATIVE && (abis >> abi & 1))
			rc = seccomp_arch_add(ctx, sc_scmp_arch((sc_abi) abi));
	if (rc == 0 && tree)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc < 0)
		die("libseccomp could not begin the profile: %s", strerror(-rc));
	for (int i = 0; i < entries->n && rc == 0; i++)
	{
		rc = add_entry(ctx, &entries->list[i], &name);
		if (rc < 0 && rc != -EEXIST)
			die("libseccomp could not take the entry for \"%s\": %s", name, strerror(-rc));
	}
	if (rc == 0)
	{
		name = NULL;
		rc = export(ctx, program);
		if (rc < 0)
			die("libseccomp could not compile the profile: %s", strerror(-rc));
	}
	seccomp_release(ctx);
	return name;
}

/* What a profile says to a call's arguments. */
static uint32_t
said(const call_cubes *c, const uint64_t args[SC_NARGS])
{
	uint32_t	answer = cube_of(c, args)->answer;

	if (c->bare && (answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		return OCI_DEFAULT;
	return answer;
}

static bool
agrees(const sc_program *program, const call_cubes *c, sc_abi abi, const uint64_t args[SC_NARGS])
{
	struct seccomp_data data = {.nr = (int) sc_number_of(abi, c->call)};

	data.arch = sc_abis[abi].audit_arch;
	for (int i = 0; i < SC_NARGS; i++)
		if (args[i] & ~sc_register_of(abi))
			return true;		/* no register holds that */
	memcpy((char *) data.args, args, sizeof(data.args));
	return sc_evaluate(program, &data) == said(c, args);
}

/* Do they agree on a cube's arguments, and what is one bit away from them? */
static bool
agrees_around(const sc_program *program, const call_cubes *c, sc_abi abi, const sc_cube *cube)
{
	uint64_t	args[SC_NARGS];

	memcpy(args, cube->value, sizeof(args));
	if (!agrees(program, c, abi, args))
		return false;
	for (int i = 0; i < SC_NARGS; i++)
		for (uint64_t rest = cube->mask[i]; rest != 0; rest &= rest - 1)
		{
			args[i] ^= rest & (~rest + 1);
			if (!agrees(program, c, abi, args))
				return false;
			args[i] = cube->value[i];
		}
	/* and where all that is not given is set */
	for (int i = 0; i < SC_NARGS; i++)
		args[i] |= ~cube->mask[i] & sc_register_of(abi);
	return agrees(program, c, abi, args);
}

const char *
oci_prove(const sc_program *program, const call_list *calls)
{
	const char *defect = sc_program_defect(program);

	if (defect)
		return defect;
	for (int i = 0; i < calls->n; i++)
		for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		{
			const call_cubes *c = &calls->calls[i];

			if (!(calls->abis >> abi & 1) || !scmp_knows_call((sc_abi) abi, c->call))
				continue;
			for (int cube = 0; cube < c->n; cube++)
				if (!agrees_around(program, c, (sc_abi) abi, &c->cubes[cube]))
					return sc_format("\"%s\" would be answered otherwise", sc_syscalls[c->call].name);
		}
	return NULL;
}
