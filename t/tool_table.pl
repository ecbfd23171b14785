# tool_table.pl
# Parts of the command line that no command can be made to show, from C: what
# tables do with a program's own mistakes, and the man page of such options.
use strict;
use warnings;

use Test::More;

use PgSeccomp::Attack qw(build_c);
use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(root);

my $root = root();
my $program = build_c(<<'END', '-std=c99', '-DPGSC_POLICY_DIR="/x"', '-DPGSC_EXPLOITS="/x/exploits.tsv"', '-iquote', "$root/tool", "$root/core/errors.c", '-Wl,--no-as-needed', '-ljansson');
#include "table.c"
#include "manual.c"
#include <stdarg.h>

void *sc_alloc(size_t size) { return calloc(1, size ? size : 1); }
void *sc_realloc(void *old, size_t size) { return realloc(old, size ? size : 1); }
char *default_assessments(void) { return "/x/assessments.tsv"; }

void
die(const char *fmt,...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	exit(2);
}

static error_t accept_all(int key, char *arg, struct argp_state *state) { return key == 0x100 ? 0 : ARGP_ERR_UNKNOWN; }
static const struct argp_option bare[] = {{"bare", 0x100, NULL, 0, NULL, 0}, {"last", 0x101, NULL, 0, "LAST", 0}, {0}};
static const struct argp bare_argp = {bare, accept_all, "FILE", "Do it.", NULL, NULL, NULL};
static const command bare_command = {"bare", "do it", &bare_argp, 0, NULL};
const command *const commands[] = {&bare_command};
const int ncommands = 1;

int
main(int argc, char **argv)
{
	static const column good[] = {{"a", COLUMN_TEXT}};
	static const column odd[] = {{"\xff", COLUMN_TEXT}};
	static const char *const texts[] = {"", "plain", "\xc3\xa4", "\x1b[31m", "a\nb", "\xff\xfe", "\xc3"};
	const char *what = argv[1];

	if (strcmp(what, "manual") == 0)
		return print_manual();
	if (strcmp(what, "harmless") == 0)
	{
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		{
			char	   *copy = harmless(texts[i]);

			printf("%s%s\n", copy, copy == texts[i] ? " is no copy" : "");
		}
		return 0;
	}
	json = true;
	put_text(table_start("t", NULL, strcmp(what, "column") == 0 ? odd : good, 1), "x");
	table_start(strcmp(what, "twice") == 0 ? "t" : strcmp(what, "name") == 0 ? "\xff" : "u", NULL, good, 1);
	print_tables();
	return 0;
}
END

sub run { return PgSeccomp::Cluster::run('', $program, @_) }

# Broken by: a table that takes another one's place in JSON.
my ($status, $out) = run('twice');
is("$status $out", '2 there are two tables "t": a bug', 'two tables of one name');

# Broken by: values that JSON does not take, and that are missing then.
for my $what ('column', 'name')
{
    ($status, $out) = run($what);
    is("$status $out", '2 could not make the result\'s JSON', "a $what that cannot be written");
}
($status, $out) = run('good');
is($status . $out =~ s/\s//gr, '0{"t":[{"a":"x"}],"u":[]}', 'all others can');

# Broken by: a copy that is too short for what is escaped, or none.
($status, $out) = run('harmless');
is($out, "\nplain\n\xc3\xa4\n\\x1b[31m\na\\x0ab\n\\xff\\xfe\n\\xc3\n", 'texts as a terminal may have them');

# Broken by: an option without a text, which argp allows.
($status, $out) = run('manual');
is($status, 0, 'a man page');
like($out, qr/^\\fB\\-\\-bare\\fR\n\n\.TP\n\\fB\\-\\-last\\fR\nLAST$/m, '... of an option without a text');

done_testing;
