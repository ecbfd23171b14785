/*
 * rule_text.c
 *		Rules on arguments as a policy writes them.
 *
 *		rule	= CALL { test } action
 *		test	= "arg" 0..5 [ "&" value ] ( "==" "!=" "<" "<=" ">" ">=" ) value
 *		value	= term { "|" term }
 *		term	= NUMBER | CONSTANT
 *		action	= "allow" | "deny" | "errno" ERRNO
 */
#include "arguments.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "memory.h"
#include "rules.h"
#include "suggest.h"

typedef struct
{
	const char *at;				/* what is not read yet */
	int			line;
	sc_errors  *errors;
	int			call;
	sc_abi		abi;			/* by whose prototype arguments are judged */
} scanner;

/* Of two that begin alike the longer one stands first; indexes are not sc_compare. */
static const struct
{
	const char *text;
	sc_compare	op;
}			operators[] = {
	{"==", SC_EQ}, {"!=", SC_NE}, {"<=", SC_LE}, {">=", SC_GE}, {"<", SC_LT}, {">", SC_GT},
};

#define NOPERATORS ((int) (sizeof(operators) / sizeof(operators[0])))

static void
skip_blanks(scanner *s)
{
	s->at += strspn(s->at, " \t");
}

/* A run of letters, digits and underscores, perhaps empty.  Allocated. */
static char *
read_name(scanner *s)
{
	size_t		len = 0;
	char	   *name;

	while (isalnum((unsigned char) s->at[len]) || s->at[len] == '_')
		len++;
	name = sc_strndup(s->at, len);
	s->at += len;
	skip_blanks(s);
	return name;
}

/* What was read, without blanks behind it.  Allocated. */
static char *
text_from(const char *start, const char *end)
{
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return sc_strndup(start, (size_t) (end - start));
}

sc_abi
sc_prototype_abi(int call)
{
	if (sc_syscalls[call].nr[SC_ABI_NATIVE] != SC_NR_NONE)
		return SC_ABI_NATIVE;
	for (int abi = 0; abi < SC_ABI_COUNT; abi++)
		if (sc_syscalls[call].nr[abi] != SC_NR_NONE)
			return (sc_abi) abi;
	return SC_ABI_NATIVE;
}

static uint64_t
width_of(const scanner *s, int arg)
{
	return sc_argument_of(s->abi, s->call, arg) == SC_ARG_32 ? UINT32_MAX : UINT64_MAX;
}

/*
 * A number or the name of a constant; its bits in *mask, none for a number.
 */
static bool
read_term(scanner *s, int arg, uint64_t *value, uint64_t *mask)
{
	uint64_t	width = width_of(s, arg);
	bool		negative = *s->at == '-';
	const char *start = s->at;
	const sc_constant *constant;
	char	   *name;
	char	   *end;

	if (negative)
	{
		s->at++;
		skip_blanks(s);
	}
	name = read_name(s);
	if (isdigit((unsigned char) name[0]))
	{
		bool		hex = name[0] == '0' && (name[1] == 'x' || name[1] == 'X');

		errno = 0;
		*value = strtoull(name, &end, hex ? 16 : 10);
		if (*end != '\0' || (hex && name[2] == '\0') || (!hex && name[0] == '0' && name[1] != '\0'))
		{
			sc_errors_add(s->errors, s->line, "Write it in decimal, or in hexadecimal behind 0x; octal is not accepted.",
						  "\"%s\" is not a number", name);
			return false;
		}
		if (errno == ERANGE || *value > width || (negative && *value > width / 2 + 1))
		{
			sc_errors_add(s->errors, s->line, NULL,
						  "%s%s is too large: argument %d of \"%s\" has %d bits",
						  negative ? "-" : "", name, arg, sc_syscalls[s->call].name,
						  width == UINT32_MAX ? 32 : 64);
			return false;
		}
		if (negative)
			*value = (~*value + 1) & width;
		return true;
	}
	if (name[0] != '\0' && negative)
	{
		sc_errors_add(s->errors, s->line, NULL, "\"-%s\": only numbers can be negative", name);
		return false;
	}
	constant = name[0] == '\0' ? NULL : sc_argument_constant(s->abi, s->call, arg, name);
	if (constant == NULL)
	{
		const char *nearest = name[0] == '\0' || sc_errors_full(s->errors) ? NULL :
			sc_argument_nearest(s->abi, s->call, arg, name);

		sc_errors_add(s->errors, s->line,
					  nearest ? sc_format("Did you mean \"%s\"?", nearest) : NULL,
					  name[0] == '\0' ? "a value is missing before \"%s\"" :
					  "unknown value \"%s\" of argument %d of \"%s\"",
					  name[0] == '\0' ? start : name, arg, sc_syscalls[s->call].name);
		return false;
	}
	*value = constant->value & width;
	*mask = constant->mask & width;
	return true;
}

/*
 * Numbers and constants joined by "|".  *field gets the bits that constants are
 * about, if they are some of several in their argument; NULL: it is a mask, and
 * may have what is no value.
 */
static bool
read_value(scanner *s, int arg, uint64_t *value, uint64_t *field)
{
	const char *start = s->at;
	uint64_t	named = 0;		/* bits that constants have given a value */

	*value = 0;
	for (;;)
	{
		uint64_t	term;
		uint64_t	mask = 0;

		if (!read_term(s, arg, &term, &mask))
			return false;
		if (field && ((*value ^ term) & named & mask) != 0)
		{
			sc_errors_add(s->errors, s->line, "Only flags can be joined. Write a rule for each value.",
						  "\"%s\" is several values in one", text_from(start, s->at));
			return false;
		}
		*value |= term;
		named |= mask;
		if (field && mask != width_of(s, arg))
			*field |= mask;
		if (*s->at != '|')
			return true;
		s->at++;
		skip_blanks(s);
	}
}

static bool
read_operator(scanner *s, uint8_t *op)
{
	for (int i = 0; i < NOPERATORS; i++)
	{
		size_t		len = strlen(operators[i].text);

		if (strncmp(s->at, operators[i].text, len) == 0)
		{
			*op = operators[i].op;
			s->at += len;
			skip_blanks(s);
			return true;
		}
	}
	sc_errors_add(s->errors, s->line, *s->at == '=' ? "Write \"==\"." : NULL,
				  "\"%s\" is not a comparison: ==, !=, <, <=, > or >=",
				  sc_strndup(s->at, strcspn(s->at, " \t")));
	return false;
}

/* Can it be both true and false?  Else it is not what was meant. */
static bool
check_range(const scanner *s, const sc_test *test, const char *text)
{
	bool		never = (test->value & ~test->mask) != 0 && (test->op == SC_EQ || test->op == SC_NE);

	never = never || test->value > test->mask || (test->value == 0 && (test->op == SC_LT || test->op == SC_GE)) ||
		(test->value == test->mask && (test->op == SC_GT || test->op == SC_LE));
	if (never)
		sc_errors_add(s->errors, s->line, NULL, "\"%s\" says the same of every value", text);
	return !never;
}

/* The rest of a test, behind "argN".  *field as in read_value(). */
static bool
read_test(scanner *s, int arg, const char *start, sc_test *test, uint64_t *field)
{
	bool		masked = false;

	*test = (sc_test) {.arg = (uint8_t) arg,.mask = width_of(s, arg)};
	if (*s->at == '&')
	{
		s->at++;
		skip_blanks(s);
		masked = true;
		if (!read_value(s, arg, &test->mask, NULL))
			return false;
	}
	if (test->mask == 0)
	{
		sc_errors_add(s->errors, s->line, NULL, "a mask of 0 leaves nothing to compare");
		return false;
	}
	*field = 0;
	if (!read_operator(s, &test->op) || !read_value(s, arg, &test->value, field))
		return false;
	if (masked)
		*field = 0;
	return check_range(s, test, text_from(start, s->at));
}

/* Behind "arg": which one, and may it be looked at? -1 after an error. */
static int
check_argument(const scanner *s, const char *word)
{
	const char *name = sc_syscalls[s->call].name;
	int			arg = word[3] - '0';

	if (word[3] < '0' || word[3] >= '0' + SC_NARGS || word[4] != '\0')
	{
		sc_errors_add(s->errors, s->line, "Arguments are arg0 to arg5.",
					  "there is no argument \"%s\"", word);
		return -1;
	}
	switch (sc_argument_of(s->abi, s->call, arg))
	{
		case SC_ARG_NONE:
			sc_errors_add(s->errors, s->line, "The first argument is arg0.",
						  "\"%s\" has no argument %d", name, arg);
			return -1;
		case SC_ARG_POINTER:
			sc_errors_add(s->errors, s->line,
						  "A filter sees the address, not what lies there, and that can change after it looked.",
						  "argument %d of \"%s\" is a pointer", arg, name);
			return -1;
		default:
			return arg;
	}
}

static bool
read_action(scanner *s, const char *word, sc_rule *rule)
{
	static const char *const actions[] = {"allow", "deny", "errno", NULL};
	const char *nearest;

	rule->deny = strcmp(word, "allow") != 0;
	if (strcmp(word, "errno") == 0)
	{
		char	   *name = read_name(s);

		rule->quiet = true;
		rule->err = sc_parse_errno(name, s->line, s->errors);
		if (rule->err == 0)
			return false;
	}
	else if (rule->deny && strcmp(word, "deny") != 0)
	{
		nearest = sc_errors_full(s->errors) ? NULL : sc_suggest(word, actions);
		sc_errors_add(s->errors, s->line,
					  nearest ? sc_format("Did you mean \"%s\"?", nearest) :
					  "A rule ends in \"allow\", \"deny\" or \"errno NAME\".",
					  word[0] == '\0' && *s->at == '\0' ? "the rule does not say what happens to the call%s" :
					  "\"%s\" is neither a test nor an action", word[0] == '\0' ? s->at : word);
		return false;
	}
	if (*s->at != '\0')
	{
		sc_errors_add(s->errors, s->line, NULL, "\"%s\" stands behind the end of the rule", s->at);
		return false;
	}
	return true;
}

/*
 * Comparing a whole argument with one of its flags, or with a field that flags
 * stand beside, lets through who sets another flag.
 */
static bool
check_fields(const scanner *s, const sc_rule *rule, const uint64_t fields[SC_MAX_TESTS])
{
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		const sc_test *test = &rule->tests[i];

		if (fields[i] == 0 || test->op != (rule->deny ? SC_EQ : SC_NE))
			continue;
		sc_errors_add(s->errors, s->line,
					  sc_format("Write \"arg%d&0x%llx%s...\", or the value as a number if it is meant so.",
								test->arg, (unsigned long long) fields[i], rule->deny ? "==" : "!="),
					  "other flags in argument %d of \"%s\" would get around this rule",
					  test->arg, sc_syscalls[s->call].name);
		return false;
	}
	return true;
}

bool
sc_rule_parse(sc_rule *rule, const char *text, int line, sc_errors *errors)
{
	scanner		s = {.at = text,.line = line,.errors = errors};
	uint64_t	fields[SC_MAX_TESTS] = {0};
	char	   *word = read_name(&s);
	int			ntests = 0;

	*rule = (sc_rule) {.line = line};
	s.call = sc_syscall_by_name(word);
	if (s.call < 0)
	{
		const char *nearest = sc_errors_full(errors) || word[0] == '\0' ? NULL : sc_nearest_name(word);

		sc_errors_add(errors, line,
					  nearest ? sc_format("Did you mean \"%s\"?", nearest) :
					  text[0] == '@' ? "A rule is about one system call." : NULL,
					  "unknown system call \"%s\"", word[0] ? word : text);
		return false;
	}
	rule->calls = sc_syscalls[s.call].name;
	s.abi = sc_prototype_abi(s.call);
	sc_set_add(&rule->set, s.call);

	for (;;)
	{
		const char *start = s.at;
		int			arg;

		word = read_name(&s);
		if (strncmp(word, "arg", 3) != 0)
			break;
		arg = check_argument(&s, word);
		if (arg < 0)
			return false;
		if (ntests == SC_MAX_TESTS)
		{
			sc_errors_add(errors, line, "Split it: the first rule that fits decides.",
						  "a rule has at most %d tests", SC_MAX_TESTS);
			return false;
		}
		if (!read_test(&s, arg, start, &rule->tests[ntests], &fields[ntests]))
			return false;
		ntests++;
	}
	return read_action(&s, word, rule) && check_fields(&s, rule, fields);
}

bool
sc_value_parse(const char *text, sc_abi abi, int call, int arg, uint64_t *value, sc_errors *errors)
{
	scanner		s = {.at = text,.errors = errors,.call = call,.abi = abi};

	if (!read_value(&s, arg, value, NULL))
		return false;
	if (*s.at == '\0')
		return true;
	sc_errors_add(errors, 0, NULL, "\"%s\" is not a value", text);
	return false;
}

/* How a mask or value of a test reads. */
static char *
value_text(sc_abi abi, int call, const uint64_t args[SC_NARGS], int arg, uint64_t value)
{
	uint64_t	with[SC_NARGS];
	char	   *text;

	memcpy(with, args, sizeof(with));
	with[arg] = value;
	text = sc_decode_argument(abi, call, with, arg);

	/* the modes of files are shown in octal, which is no form of the grammar */
	return text[0] == '0' && isdigit((unsigned char) text[1]) ?
		sc_format("0x%llx", (unsigned long long) value) : text;
}

/* The same of a value under a mask: by names only if they are about these bits. */
static char *
masked_text(sc_abi abi, int call, const uint64_t args[SC_NARGS], const sc_test *test)
{
	char	   *text = value_text(abi, call, args, test->arg, test->value);
	char	   *rest = sc_strndup(text, strlen(text));
	char	   *term;

	while ((term = strsep(&rest, "|")) != NULL)
	{
		const sc_constant *constant = sc_argument_constant(abi, call, test->arg, term);

		if (constant && ((uint32_t) constant->mask & ~(uint32_t) test->mask) != 0)
			return sc_format("0x%llx", (unsigned long long) test->value);
	}
	return text;
}

/* The same of a mask: as flags, or hexadecimal. */
static char *
mask_text(sc_abi abi, int call, const uint64_t args[SC_NARGS], int arg, uint64_t mask)
{
	char	   *rest = value_text(abi, call, args, arg, mask);
	char	   *text = NULL;
	char	   *term;

	if (rest[0] == '-' || isdigit((unsigned char) rest[0]))
		return sc_format("0x%llx", (unsigned long long) mask);
	while ((term = strsep(&rest, "|")) != NULL)
	{
		const sc_constant *constant = sc_argument_constant(abi, call, arg, term);

		if (constant && (uint32_t) constant->mask == UINT32_MAX)
			return sc_format("0x%llx", (unsigned long long) mask);
		/* O_RDONLY is no flag */
		if (constant == NULL || constant->value != 0)
			text = text ? sc_format("%s|%s", text, term) : term;
	}
	return text;
}

char *
sc_rule_condition(const sc_rule *rule, sc_abi abi, int call)
{
	uint64_t	args[SC_NARGS] = {0};
	char	   *text = NULL;

	/* what an argument means may depend on the others */
	sc_rule_witness(rule, abi, args);
	for (int i = 0; i < sc_rule_ntests(rule); i++)
	{
		sc_test		test = sc_test_on(&rule->tests[i], abi);
		uint64_t	width = sc_argument_of(abi, call, test.arg) == SC_ARG_32 ||
			sc_register_of(abi) == UINT32_MAX ? UINT32_MAX : UINT64_MAX;
		const char *op = "";
		char	   *mask = "";

		for (int o = 0; o < NOPERATORS; o++)
			if (operators[o].op == (sc_compare) test.op)
				op = operators[o].text;
		if ((test.mask & width) != width)
			mask = sc_format("&%s", test.value == 0 ? mask_text(abi, call, args, test.arg, test.mask) :
							 sc_format("0x%llx", (unsigned long long) test.mask));
		text = sc_format("%s%sarg%d%s%s%s", text ? text : "", text ? " " : "", test.arg, mask, op,
						 *mask == '\0' ? value_text(abi, call, args, test.arg, test.value) :
						 test.value == 0 ? "0" : masked_text(abi, call, args, &test));
	}
	return text;
}
