/*
 * tool.h
 *		What the commands of pg_seccomp share.
 */
#ifndef PGSC_TOOL_H
#define PGSC_TOOL_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "../core/policy.h"

/* Exit status: nothing to object to, findings, wrong use or no input. */
enum
{
	EXIT_GOOD = 0,
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2
};

/* What a command's operands can be, for completion. */
enum
{
	OPERAND_POLICY = 1,			/* a policy: a file, or a name */
	OPERAND_FILE = 2,
	OPERAND_CALL = 4,			/* "mount" */
	OPERAND_GROUP = 8,			/* "@mount", "groups" ... */
	OPERAND_PROGRAM = 16
};

/*
 * A command: one file each, which exports one of these.  The options are in
 * argp's table, from which --help, completion and the man page are made; its
 * doc ends, behind "\v", with an example.  No word there is longer than a line:
 * glibc's argp (2.36) reads past its buffer then.
 */
typedef struct
{
	const char *name;
	const char *what;			/* one line */
	const struct argp *argp;
	unsigned	operands;
	int			(*run) (int argc, char **argv);	/* argv[0]: "pg_seccomp NAME" */
} command;

/* One in the file of each. */
extern const command check_command;
extern const command show_command;
extern const command explain_command;
extern const command exposure_command;
extern const command exec_command;
extern const command decode_command;
extern const command export_command;
extern const command import_command;

extern const command *const commands[];
extern const int ncommands;

/* A child of each argp whose command prints tables: --json (table.h). */
extern const struct argp_child with_json[];

/* End the program with "pg_seccomp: ..." on standard error and EXIT_USAGE. */
extern _Noreturn void die(const char *fmt,...) __attribute__((format(printf, 1, 2)));

/* The same, and with a hint, a whole sentence, a line "pg_seccomp: hint: ...". */
extern _Noreturn void die_hint(const char *hint, const char *fmt,...) __attribute__((format(printf, 2, 3)));

/* The hint "Perhaps you meant ...", allocated; NULL without a word. */
extern char *suggestion(const char *nearest);

/* "PATH: note: ..." on standard error, harmless() as all of these. */
extern void print_note(const char *path, const char *fmt,...) __attribute__((format(printf, 2, 3)));

/*
 * A whole file's bytes, with a zero behind them, or standard input's for "-";
 * dies if it cannot be read or has more than max.  Allocated.
 */
extern char *read_file(const char *path, size_t max, size_t *len);

/* The same, but NULL if it cannot be read, and *problem says why.  Allocated. */
extern char *try_read_file(const char *path, size_t max, size_t *len, const char **problem);

/*
 * The file of a policy that the command line names: a path; or a bare name, as
 * pg_seccomp.policy takes it, without a slash and without a dot: that one in the
 * folder of policies.
 */
extern const char *policy_file(const char *argument);

/* A policy as it is, with its errors if it has some.  Dies if it cannot be read. */
extern sc_policy *parse_policy(const char *argument);

/* The same, but NULL if it cannot be read, and *problem says why.  Allocated. */
extern sc_policy *try_policy(const char *argument, const char **problem);

/* A policy without errors; prints them and ends the program with EXIT_USAGE otherwise. */
extern sc_policy *read_policy(const char *argument);

/* Print errors as a compiler does: "FILE:LINE: KIND: text" and a line with the hint. */
extern void print_errors(const char *path, const char *kind, const sc_errors *errors);

#endif							/* PGSC_TOOL_H */
