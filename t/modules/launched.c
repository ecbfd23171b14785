/*
 * launched.c
 *		Does a process that was launched have the filter that its policy says?
 *
 * launched POLICY, below `outer guard` (outer.c): compares the kernel's answers
 * with sc_decide()'s word for [Server], for every number of every ABI that this
 * machine lets a program call, with all bits of the
 * arguments zero, some and one, and for every rule on arguments with those that
 * it fits.
 *
 * Prints each difference; then "compared N denied N", and "lines" with the lines
 * of the policy that denied something.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/policy.h"

/* outer.c's */
#define GUARD_MAGIC 0x5afe5afe
#define GUARD_ERRNO 4000

#define MAX_LINES 10000

static const sc_policy *policy;
static bool denying[MAX_LINES];
static int	ncompared;
static int	ndenied;

void *
sc_alloc(size_t size)
{
	return calloc(1, size ? size : 1);
}

void *
sc_realloc(void *old, size_t size)
{
	return realloc(old, size);
}

#if defined(__x86_64__)
/* "int 0x80", which a kernel without the i386 entry answers by SIGSEGV. */
static long
call_i386(uint32_t nr, const uint64_t *args)
{
	int			answer;
	register uint64_t sixth __asm__("r12") = args[5];

	__asm__ volatile("xchg %%rbp, %%r12\n"
					 "int $0x80\n"
					 "xchg %%rbp, %%r12\n"
					 : "=a"(answer), "+r"(sixth)
					 : "a"(nr), "b"((uint32_t) args[0]), "c"((uint32_t) args[1]),
					 "d"((uint32_t) args[2]), "S"((uint32_t) args[3]), "D"((uint32_t) args[4])
					 : "memory", "cc", "r8", "r9", "r10", "r11");
	return answer;
}
#endif

/* The errno that a call answers, 0 for none. */
static int
answer_of(sc_abi abi, uint32_t nr, const uint64_t *args)
{
	long		answer;

#if defined(__x86_64__)
	if (abi == SC_ABI_X86)
	{
		answer = call_i386(nr, args);
		return answer < 0 ? (int) -answer : 0;
	}
#endif
	(void) abi;
	errno = 0;
	answer = syscall((long) nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	return answer == -1 ? errno : 0;
}

static void
compare(sc_abi abi, uint32_t nr, const uint64_t *args)
{
	int			call;
	sc_verdict	verdict = sc_decide(&policy->server.rules, abi, nr, args, &call);
	bool		denied = verdict.action == SC_ERRNO && policy->mode == SC_MODE_ENFORCE;
	int			wanted = denied ? verdict.err : GUARD_ERRNO;
	int			answer;

	/* unguarded it would run; these two numbers pass all filters from Linux 6.14 on */
	if ((uint32_t) args[5] != GUARD_MAGIC || (abi == SC_ABI_X86_64 && (nr == 335 || nr == 336)))
		return;
	answer = answer_of(abi, nr, args);
	ncompared++;
	ndenied += denied && answer == wanted;
	if (denied && verdict.line < MAX_LINES)
		denying[verdict.line] |= answer == wanted;
	if (answer != wanted)
		printf("%s %s (%u) args %jx %jx %jx %jx: errno %d, not %d, line %d\n", sc_abis[abi].name,
			   call >= 0 ? sc_syscalls[call].name : "unknown", (unsigned) nr, (uintmax_t) args[0],
			   (uintmax_t) args[1], (uintmax_t) args[2], (uintmax_t) args[3], answer, wanted, verdict.line);
}

/* Bits of arguments to begin with. */
static const uint64_t bits[] = {0, UINT64_MAX, 0x2345678};

static void
fill(uint64_t args[SC_NARGS], sc_abi abi, uint64_t with)
{
	for (int i = 0; i < SC_NARGS; i++)
		args[i] = with & sc_register_of(abi);
	args[5] = GUARD_MAGIC;
}

static void
compare_rules(sc_abi abi, const sc_rule_list *list)
{
	for (int r = 0; r < list->n; r++)
		for (int call = 0; call < sc_nsyscalls; call++)
		{
			int			nr = sc_syscalls[call].nr[abi];

			if (nr == SC_NR_NONE || !sc_rule_names(&list->rules[r], abi, call))
				continue;
			for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
			{
				uint64_t	args[SC_NARGS];

				fill(args, abi, bits[i]);
				if (sc_rule_witness(&list->rules[r], abi, args))
					compare(abi, (uint32_t) nr | sc_abis[abi].nr_bit, args);
			}
		}
}

static void
compare_abi(sc_abi abi)
{
	for (int nr = 0; nr < sc_abi_limit(abi) + 100; nr++)
		for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		{
			uint64_t	args[SC_NARGS];

			fill(args, abi, bits[i]);
			compare(abi, (uint32_t) nr | sc_abis[abi].nr_bit, args);
		}
	compare_rules(abi, &policy->server.rules.own);
	for (int i = 0; i < policy->server.rules.nlists; i++)
		compare_rules(abi, &policy->server.rules.lists[i]);
}

int
main(int argc, char **argv)
{
	static char text[SC_MAX_POLICY];
	FILE	   *file = argc > 2 ? fopen(argv[1], "r") : NULL;
	uint64_t	args[SC_NARGS];

	if (file == NULL || sc_catalog_init() != NULL)
		return 2;
	policy = sc_policy_parse(argv[1], text, fread(text, 1, sizeof(text), file));
	fill(args, SC_ABI_NATIVE, 0);
	if (policy->errors.total > 0 || answer_of(SC_ABI_NATIVE, SYS_getpid, args) != GUARD_ERRNO)
		return 2;
	compare_abi(SC_ABI_NATIVE);
#if defined(__x86_64__)
	compare_abi(SC_ABI_X32);
	if (strcmp(argv[2], "i386") == 0)
		compare_abi(SC_ABI_X86);
#endif
	printf("compared %d denied %d\nlines", ncompared, ndenied);
	for (int line = 1; line < MAX_LINES; line++)
		if (denying[line])
			printf(" %d", line);
	printf("\n");
	return 0;
}
