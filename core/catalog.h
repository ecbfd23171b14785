/*
 * catalog.h
 *		What a policy may name: ABIs, system calls, groups and families.
 *
 * The two tables (syscalls.c, groups.c) are the only place where a system
 * call's name, number, group or description is written down.  The policy
 * reader, the program builder, the SQL views and the documentation all read
 * them.  Nothing here allocates, and every look-up is safe in a signal
 * handler once sc_catalog_init() has run.
 */
#ifndef SC_CATALOG_H
#define SC_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The ABIs through which an x86-64 or aarch64 kernel can be entered.  Names
 * are systemd's (systemd.exec(5), SystemCallArchitectures=).
 */
typedef enum
{
	SC_ABI_X86_64,
	SC_ABI_X86,
	SC_ABI_X32,
	SC_ABI_ARM64,
	SC_ABI_ARM,
	SC_ABI_COUNT
} sc_abi;

typedef struct
{
	const char *name;			/* "x86-64" */
	uint32_t	audit_arch;		/* seccomp_data.arch, linux/audit.h */
	uint32_t	nr_bit;			/* or'ed into the number: x32 has bit 30 */
	sc_abi		native;			/* the ABI of the kernels that offer this one */
} sc_abi_info;

extern const sc_abi_info sc_abis[SC_ABI_COUNT];

/* The ABI this file was compiled for. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define SC_ABI_NATIVE SC_ABI_X86_64
#elif defined(__aarch64__)
#define SC_ABI_NATIVE SC_ABI_ARM64
#else
#error "pg_seccomp supports x86-64 and aarch64"
#endif

/* A call that exists, but not on this ABI. */
#define SC_NR_NONE (-1)

typedef struct
{
	const char *name;
	int16_t		nr[SC_ABI_COUNT];	/* without sc_abi_info.nr_bit */
	const char *since;			/* the first Linux that had it: "2.6.16" */
	const char *description;
} sc_syscall;

/* All bits of a register, by which calls of an ABI pass an argument. */
static inline uint64_t
sc_register_of(sc_abi abi)
{
	return abi == SC_ABI_X86 || abi == SC_ABI_ARM ? UINT32_MAX : UINT64_MAX;
}

/* Sorted by name (strcmp). */
extern const sc_syscall sc_syscalls[];
extern const int sc_nsyscalls;

/* The number by which the kernel knows a call that abi has: in seccomp_data.nr, with nr_bit. */
static inline uint32_t
sc_number_of(sc_abi abi, int call)
{
	return (uint32_t) sc_syscalls[call].nr[abi] | sc_abis[abi].nr_bit;
}

typedef enum
{
	SC_GROUP,					/* "@mount": a list somebody chose */
	SC_FAMILY					/* interchangeable entry points of one
								 * capability */
} sc_group_kind;

typedef struct
{
	const char *name;			/* "@mount"; a family's has no "@" */
	sc_group_kind kind;
	const char *members;		/* names and @groups, single spaces, sorted */
	const char *description;
} sc_group;

/* Sorted by kind, then name. */
extern const sc_group sc_groups[];
extern const int sc_ngroups;

/* A set of system calls, by index into sc_syscalls. */
#define SC_MAX_SYSCALLS 640
typedef struct
{
	uint64_t	word[SC_MAX_SYSCALLS / 64];
} sc_set;

static inline bool
sc_set_has(const sc_set *set, int i)
{
	return (set->word[i / 64] >> (i % 64)) & 1;
}

static inline void
sc_set_add(sc_set *set, int i)
{
	set->word[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline void
sc_set_add_all(sc_set *set, const sc_set *more)
{
	for (int w = 0; w < SC_MAX_SYSCALLS / 64; w++)
		set->word[w] |= more->word[w];
}

static inline void
sc_set_remove_all(sc_set *set, const sc_set *others)
{
	for (int w = 0; w < SC_MAX_SYSCALLS / 64; w++)
		set->word[w] &= ~others->word[w];
}

/*
 * Resolve the tables (nested groups, families, numbers).  Idempotent; call
 * it once before anything else here.  Returns NULL, or a static description
 * of the defect in the tables: only a broken build has one.
 */
extern const char *sc_catalog_init(void);

/* Index of a system call, or -1. */
extern int	sc_syscall_by_name(const char *name);

/* Index of the call that has this number (without nr_bit) on abi, or -1. */
extern int	sc_syscall_by_number(sc_abi abi, int nr);

/*
 * The same of a number as the kernel has it, in seccomp_data.nr, with nr_bit;
 * abi may be SC_ABI_COUNT: unknown.
 */
extern int	sc_syscall_of(sc_abi abi, uint32_t nr);

/* One more than the largest number the catalog knows on abi. */
extern int	sc_abi_limit(sc_abi abi);

/* Index of a group ("@mount") or family ("open"), or -1. */
extern int	sc_group_by_name(const char *name);

/* The members of a group or family, nested groups resolved. */
extern const sc_set *sc_group_members(int group);

/* The members of "@pg-silent"; sc_decide() asks for each call. */
extern const sc_set *sc_silent;

/* Index of the family that a call belongs to, or -1. */
extern int	sc_family_of(int syscall_index);

/*
 * The known name nearest to a misspelt one (system calls, or groups when the
 * word starts with "@"), or NULL if none is near.  Static storage.
 */
extern const char *sc_nearest_name(const char *name);

#endif							/* SC_CATALOG_H */
