/*
 * audit_words.c
 *		Names that stand in audit records, and records in words.
 */
#include "audit_words.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "decode.h"
#include "memory.h"
#include "rules.h"

/* ----------
 * Names
 * ----------
 */

sc_abi
sc_audit_abi(uint32_t arch, uint32_t nr)
{
	uint32_t	bits = 0;

	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].audit_arch == arch)
			bits |= sc_abis[abi].nr_bit;
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_abis[abi].audit_arch == arch && (nr & bits) == sc_abis[abi].nr_bit)
			return (sc_abi) abi;
	return SC_ABI_COUNT;
}

/* Names that ausearch has for architectures (audit's lib/machinetab.h). */
static const struct
{
	const char *name;
	uint32_t	arch;
}			machines[] = {
	{"x86_64", AUDIT_ARCH_X86_64}, {"i386", AUDIT_ARCH_I386}, {"i686", AUDIT_ARCH_I386},
	{"aarch64", AUDIT_ARCH_AARCH64}, {"arm", AUDIT_ARCH_ARM}, {"armeb", AUDIT_ARCH_ARM},
};

/* Calls that ausearch knows by another name than the kernel. */
static const struct
{
	const char *name;
	const char *kernels;
}			aliases[] = {
	{"fadvise64_64", "arm_fadvise64_64"}, {"getdents", "getdents64"}, {"llseek", "_llseek"},
	{"newfstat", "fstat"}, {"newselect", "_newselect"}, {"pread", "pread64"}, {"pwrite", "pwrite64"},
	{"sched_rr_get_interval64", "sched_rr_get_interval_time64"},
	{"sync_file_range", "arm_sync_file_range"}, {"sys_kexec_load", "kexec_load"},
	{"sysctl", "_sysctl"},
};

uint32_t
sc_audit_machine(const char *name)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(machines[i].name, name) == 0)
			return machines[i].arch;
	return 0;
}

bool
sc_audit_number(sc_abi abi, const char *name, uint32_t *nr)
{
	int			call = sc_syscall_by_name(name);

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if ((call < 0 || sc_syscalls[call].nr[abi] == SC_NR_NONE) && strcmp(aliases[i].name, name) == 0)
			call = sc_syscall_by_name(aliases[i].kernels);
	if (call < 0 || sc_syscalls[call].nr[abi] == SC_NR_NONE)
		return false;
	*nr = sc_number_of(abi, call);
	return true;
}

/* Answers, by their names in actions_logged, and what ausearch calls them. */
static const struct
{
	uint32_t	action;
	const char *name;
	const char *interpreted;
}			actions[] = {
	{SECCOMP_RET_KILL_PROCESS, "kill_process", "kill-process"},
	{SECCOMP_RET_KILL_THREAD, "kill_thread", "kill-thread"},
	{SECCOMP_RET_TRAP, "trap", "trap"},
	{SECCOMP_RET_ERRNO, "errno", "errno"},
	{SECCOMP_RET_USER_NOTIF, "user_notif", "user-notify"},
	{SECCOMP_RET_TRACE, "trace", "trace"},
	{SECCOMP_RET_LOG, "log", "log"},
	{SECCOMP_RET_ALLOW, "allow", "allow"},
};
#define NACTIONS ((int) (sizeof(actions) / sizeof(actions[0])))

/* The index of an answer, or -1: a newer kernel's. */
static int
action_of(uint32_t code)
{
	for (int i = 0; i < NACTIONS; i++)
		if (actions[i].action == (code & SECCOMP_RET_ACTION_FULL))
			return i;
	return -1;
}

bool
sc_audit_is_answer(uint32_t code)
{
	return action_of(code) >= 0;
}

bool
sc_audit_answer(const char *name, uint32_t *code)
{
	*code = SECCOMP_RET_KILL_THREAD;
	/* of either kind: ausearch takes no notice of the uppermost bit */
	if (strcmp(name, "kill") == 0)
		return true;
	for (int i = 0; i < NACTIONS; i++)
		if (strcmp(name, actions[i].interpreted) == 0)
		{
			*code = actions[i].action;
			return true;
		}
	return false;
}

/* ----------
 * For people
 * ----------
 */

char *
sc_audit_call(const sc_audit_record *record)
{
	int			call = record->has_nr ? sc_syscall_of(record->abi, record->nr) : -1;

	if (call >= 0)
		return sc_format("%s", sc_syscalls[call].name);
	if (record->has_nr)
		return sc_format("%d", (int) record->nr);
	return sc_format("%s", record->call);
}

char *
sc_audit_action(const sc_audit_record *record)
{
	int			action = action_of(record->code);
	int			data = (int) (record->code & SECCOMP_RET_DATA);

	if (record->interpreted && record->code == SECCOMP_RET_KILL_THREAD)
		return sc_format("kill");
	if (action < 0)
		return sc_format("0x%x", record->code);
	if (actions[action].action != SECCOMP_RET_ERRNO || data == 0)
		return sc_format("%s", actions[action].name);
	return sc_format("errno %s", sc_errno_text(data));
}

char *
sc_audit_arguments(const sc_audit_record *record)
{
	uint64_t	args[SC_NARGS] = {0};
	char	   *list = NULL;
	char	   *rest;
	char	   *word;
	bool		names = record->abi < SC_ABI_COUNT && sc_abis[record->abi].native == SC_ABI_NATIVE;
	bool		any = record->known != 0;
	bool		gap = false;

	memcpy(args, record->args, sizeof(record->args));
	for (int i = 0; i < SC_AUDIT_ARGS; i++)
		any = any || record->words[i][0] != '\0';
	if (!any)
		return NULL;

	/* how many there are, and which are flags, may depend on those that are known */
	rest = sc_decode_call(record->abi, record->nr, args);
	rest = strchr(rest, '(') + 1;
	rest[strlen(rest) - 1] = '\0';
	for (int i = 0; (word = strsep(&rest, ",")) != NULL && *word != '\0'; i++)
	{
		bool		known = i < SC_AUDIT_ARGS && (record->known >> i & 1);

		word += *word == ' ';
		if (known && !names)
			word = sc_format("%#llx", (unsigned long long) args[i]);
		else if (!known && i < SC_AUDIT_ARGS && record->words[i][0] != '\0')
			word = sc_format("%s", record->words[i]);
		else if (!known && gap)
			continue;
		else if (!known)
			word = sc_format("...");
		gap = !known && strcmp(word, "...") == 0;
		list = sc_format("%s%s%s", list ? list : "", list ? ", " : "", word);
	}
	return list;
}
