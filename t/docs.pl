# docs.pl
# The documentation against what it describes: tables, directives, SQL, links,
# and every policy in it.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use File::Temp qw(tempdir);
use Test::More;

my $root = dirname(dirname(abs_path($0)));
my @docs = map { s{^\Q$root\E/}{}r } glob("$root/*.md $root/doc/*.md");

sub slurp
{
    my ($name) = @_;
    open(my $file, '<:encoding(UTF-8)', $name =~ m{^/} ? $name : "$root/$name") or die "$name: $!";
    local $/;
    return <$file>;
}

my %text = map { $_ => slurp($_) } @docs;
my $all = join "\n", values %text;

# The text from a heading to the next one of its level.
sub section
{
    my ($doc, $heading) = @_;
    return $text{$doc} =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms ? $1 : '';
}

# Broken by: an edit of the tables in core/, of a shipped policy or of the table
# of exploits without a run of the script, or by hand in the file that it makes.
for my $name (qw(catalog arguments exposure))
{
    local $ENV{CC} = $ENV{CC} // 'cc';
    my $made = `'$root/scripts/$name-doc' -`;
    is($?, 0, "scripts/$name-doc runs");
    utf8::decode($made);
    ok($made eq $text{"doc/$name.md"}, "doc/$name.md is what scripts/$name-doc makes");
}

# ----------
# Policies in the documentation
# ----------

my $work = tempdir(CLEANUP => 1);
{
    open(my $file, '>', "$work/parse.c") or die $!;
    print $file <<'END';
#include <stdio.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/policy.h"
#include "core/program.h"

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

/* Errors of the policy on stdin, or of its programs. */
int
main(void)
{
	static char text[1 << 20];
	size_t		len = fread(text, 1, sizeof(text), stdin);
	sc_policy  *policy;
	sc_program	program;
	const char *problem;

	if (sc_catalog_init())
		return 2;
	policy = sc_policy_parse("x.conf", text, len);
	if (policy->errors.total > 0)
	{
		puts(sc_errors_text(&policy->errors, "x.conf"));
		return 1;
	}
	problem = sc_program_build(&policy->server.rules, false, NULL, &program);
	for (int i = 0; !problem && i < policy->nsessions; i++)
		problem = sc_program_build(&policy->sessions[i]->rules, false, NULL, &program);
	if (problem)
		puts(problem);
	return problem != NULL;
}
END
    close $file or die $!;
    my $cc = $ENV{CC} // 'cc';
    is(system("$cc -std=c99 -D_GNU_SOURCE -I'$root' -o '$work/parse' '$work/parse.c' '$root'/core/*.c -lseccomp -lacl"),
        0, 'the policy reader builds');
}

# Errors of a policy, '' if it has none.
sub errors_of
{
    my ($policy) = @_;
    open(my $file, '>:encoding(UTF-8)', "$work/policy") or die $!;
    print $file $policy;
    close $file or die $!;
    my $errors = `'$work/parse' <'$work/policy'`;
    utf8::decode($errors);
    return $errors;
}

# Broken by: an example that a reader would copy and that the server refuses,
# or error messages that are not those of the code.
my $policies = 0;
my $errors = 0;
for my $doc (@docs)
{
    my $text = $text{$doc};
    while ($text =~ /^( *)```ini\n(.*?)^\1```$/msg)
    {
        my ($indent, $policy) = ($1, $2);
        my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
        $policies++;
        is(errors_of($policy =~ s/^$indent//mgr), '', "the policy in $doc:$line has no error");
    }
    while ($text =~ /^```ini error\n(.*?)^```\n\n```text\n(.*?)^```$/msg)
    {
        $errors++;
        is(errors_of($1), $2, "the errors shown in $doc are those of the policy above them");
    }
}
cmp_ok($policies, '>=', 5, "there are policies in the documentation: $policies");
cmp_ok($errors, '>=', 1, 'there are errors in the documentation');

# Broken by: a shipped policy with an error, or README's copy of one that has
# since changed.
for my $policy (glob("$root/policy/*.conf"))
{
    is(errors_of(slurp($policy)), '', basename($policy) . ' has no error');
}

# ----------
# Names
# ----------

# Broken by: a directive, section or mode that doc/policy.md does not describe.
{
    my $source = slurp('core/policy.c');
    my ($table) = $source =~ /\}\s*directives\[\] = \{\n(.*?)\n\};/s;
    my @directives = $table =~ /^\t\{"(\w+)", IN_/mg;
    cmp_ok(scalar @directives, '>=', 10, 'core/policy.c has a table of directives');
    my ($switches) = slurp('core/directives.c') =~ /\bsc_switches\[\] = \{\n(.*?)\n\};/s;
    my @switches = $switches =~ /^\t\{"(\w+)"/mg;
    cmp_ok(scalar @switches, '>=', 16, 'core/directives.c has a table of switches');
    like($text{'doc/policy.md'} . $text{'doc/arguments.md'}, qr/^(?:- `|###? )\Q$_\E\b/m, "there is an entry for $_")
      for @directives, @switches;
    like($text{'doc/policy.md'}, qr/^\|.*`$_`/m, "doc/policy.md leads to $_") for @switches;
    my ($sections) = slurp('core/header.c') =~ /\}\s*section_kinds\[\] = \{\n(.*?)\n\};/s;
    my @sections = $sections =~ /^\t\{"(\w+)", IN_/mg;
    cmp_ok(scalar @sections, '>=', 4, 'core/header.c has a table of sections');
    like($text{'doc/policy.md'}, qr/^\| `\[$_(?: [A-Z]+)?\]` \|/m, "doc/policy.md has an entry for [$_]") for @sections;
}

# Broken by: a type of process that doc/processes.md lacks, or tells otherwise.
{
    my ($table) = slurp('core/processes.c') =~ /\bsc_process_types\[\] = \{\n(.*?)\n\};/s;
    my %general = slurp('core/processes.h') =~ /^#define (SC_\w+) "(.*)"/mg;
    my @types = $table =~ /^\t\{(\w+|"[^"]+"), (\w+|"[^"]+"), (\d+),/mg;
    my %of;
    cmp_ok(scalar @types, '>=', 60, 'core/processes.c has a table of types');
    while (my ($name, $general, $since) = splice @types, 0, 3)
    {
        ($name, $general) = map { $general{$_} // ($_ eq 'NULL' ? '' : s/"//gr) } $name, $general;
        $of{$name} = $general;
        my $generals = join ', ', map { "`$_`" } grep { $_ } $of{$general} // '', $general;
        like($text{'doc/processes.md'}, qr/^\| `\Q$name\E` \|@{[$generals ? " \Q$generals\E" : '']} \| $since \|/m,
            "doc/processes.md has $name");
    }
}

# Broken by: a column or function that doc/sql.md lacks, has in another order,
# or still has.
{
    my $sql = slurp('pg_seccomp--1.0.0.sql');
    my %seen;
    while ($sql =~ /^CREATE FUNCTION (\w+)\((.*?)\)\s*RETURNS/msg)
    {
        my ($function, $arguments) = ($1, $2);
        my @columns = $arguments =~ /\bOUT (\w+)/g;
        my @inputs = grep { !/\bOUT\b/ } split /,\s*/, $arguments =~ s/\s+/ /gr;
        my $section = section('doc/sql.md', $function);
        $seen{$function} = 1;
        ok($section, "doc/sql.md describes $function");
        is_deeply([ $section =~ /^\| `(\w+)` \|/mg ], \@columns, "its columns are those of $function");
        like($section, qr/^`\Q$function\E\(\Q@{[join ', ', map { s{^ }{}r } @inputs]}\E\)`/m, "its call is that of $function")
          if @inputs;
        like($text{'README.md'}, qr/`\Q$function\E\b/, "README.md mentions $function");
    }
    cmp_ok(scalar keys %seen, '>=', 8, 'the SQL script has functions');
    for my $view ($sql =~ /^CREATE VIEW (\w+)/mg)
    {
        ok($seen{$view}, "view $view has a function of its name");
    }
    for my $described ($text{'doc/sql.md'} =~ /^## (pg_seccomp_\w+)/mg)
    {
        ok($seen{$described}, "$described exists");
    }
}

# Broken by: a setting that no document mentions.
for my $setting (slurp('pg_seccomp.c') =~ /DefineCustom\w+Variable\("([\w.]+)"/g)
{
    like(section('doc/sql.md', 'Settings'), qr/^\| `\Q$setting\E` \|/m, "doc/sql.md has the setting $setting");
}

# Broken by: a word for what comes of a violation that the documentation lacks,
# or has as a figure what the code no longer does.
{
    my ($names) = slurp('core/rules.c') =~ /on_violation_names\[\] = \{(.*?)\}/s;
    my ($actions) = slurp('server/violations.c') =~ /action_names\[\] = \{(.*?)\}/s;
    my ($directive) = $text{'doc/policy.md'} =~ /^`OnViolation=([^`]*)`/m;
    my ($column) = section('doc/sql.md', 'pg_seccomp_violations') =~ /^\| `action` \|(.*)/m;
    is_deeply([ split / \| /, $directive ], [ $names =~ /"(\w+)"/g ], 'doc/policy.md has the words of OnViolation');
    is_deeply([ $column =~ /`(\w+)`/g ], [ $actions =~ /"(\w+)"/g ], 'doc/sql.md has the actions of violations');

    my %words = (5 => 'five', 10 => 'ten');
    for my $figure (
        [ 'server/violations.c', '#define ROWS', 'doc/sql.md', sub { "There are $_[0] rows" } ],
        [ 'server/violations.c', '#define PROBES', 'doc/how-it-works.md', sub { "A key looks at $_[0] places" } ],
        [ 'server/violations.c', '#define NOTES', 'doc/sql.md', sub { "of $_[0] different rows" } ],
        [ 'server/report.c', '#define LINES_AT_ONCE', 'doc/sql.md', sub { "the first $words{$_[0]} lines" } ],
        [ 'server/report.c', '#define INTERVAL_MS', 'doc/sql.md', sub { "at most one in $words{$_[0] / 1000} seconds" } ],
        [ 'server/sigsys.c', 'static char handler_stack', 'doc/how-it-works.md', sub { "$_[0] kB of which" } ],
        [ 'core/fold.c', '#define MAX_RUNS', 'doc/how-it-works.md', sub { "more than $_[0] runs" } ],
        [ 'core/fold.c', '#define MAX_ANSWERS', 'doc/how-it-works.md', sub { "or $_[0] answers" } ])
    {
        my ($source, $name, $doc, $sentence) = @$figure;
        my ($value) = slurp($source) =~ /^\Q$name\E[ \[]\(?(\d+)/m;
        defined $value or fail("$source has a $name"), next;
        like($text{$doc}, qr/\Q@{[ $sentence->($value) ]}\E/, "$doc has the $name of $source");
    }
}

# Broken by: an item of pg_seccomp_check() that SECURITY.md lacks or still has.
{
    my $source = slurp('server/check.c');
    my @items = $source =~ /\b(?:put|check_file)\(&?row, "(\w+)"/g;
    my $table = section('SECURITY.md', 'What pg_seccomp_check() finds');
    my @documented = $table =~ /^\| `(\w+)` \|/mg;
    is_deeply([ sort @documented ], [ sort @items ], 'SECURITY.md has the items of pg_seccomp_check()');
}

# Broken by: a call that joins or leaves @pg-session without a reason given.
{
    my %in;
    my ($members) = $text{'doc/catalog.md'} =~ /^### \@pg-session\n\n[^\n]*\n\n((?:    [^\n]*\n)+)/m;
    my ($calls) = $text{'doc/catalog.md'} =~ /^## System calls\n(.*)/ms;
    my %native = map { $_ => 1 } $calls =~ /^\| `(\w+)` \| \w* \|(?! \| \|)/mg;
    $in{$_} = 1 for grep { $native{$_} } split ' ', $members;
    my %explained;
    for my $row ($text{'doc/session-calls.md'} =~ /^\| (`.*?) \|/mg)
    {
        $explained{$_} = 1 for $row =~ /`(\w+)`/g;
    }
    is_deeply([ sort keys %explained ], [ sort keys %in ],
        'doc/session-calls.md has the calls of @pg-session');
    my ($x86_64, $arm64) = $text{'doc/catalog.md'} =~ /^\| `\@pg-session` \| (\d+) \| (\d+) \|/m;
    like($text{'doc/session-calls.md'}, qr/\b$x86_64 calls on x86-64, $arm64 on arm64\b/,
        'doc/session-calls.md counts them');
}

# ----------
# Links
# ----------

# The anchors that a Markdown file's headings get.
sub anchors
{
    my ($text) = @_;
    $text =~ s/^```.*?^```$//msg;
    return map { lc($_ =~ s/[^\w\s-]//gr =~ s/\s/-/gr) => 1 } $text =~ /^#+ (.*)$/mg;
}

# Broken by: a file or heading that was renamed while something links to it,
# or a document that nothing links to.
{
    my %linked = ('README.md' => 1);
    for my $doc (@docs)
    {
        my $text = $text{$doc} =~ s/^```.*?^```$//msgr;
        while ($text =~ /\]\(([^)\s]+)\)/g)
        {
            my $link = $1;
            next if $link =~ m{^https?://};
            my ($path, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
            my $target = $path eq '' ? $doc : dirname($doc) . "/$path";
            1 while $target =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
            $target =~ s{^(\./)+}{};
            ok(-e "$root/$target", "$doc: $link leads to a file");
            $linked{$target} = 1;
            next unless defined $anchor && defined $text{$target};
            my %anchors = anchors($text{$target});
            ok($anchors{$anchor}, "$doc: $link leads to a heading");
        }
    }
    ok($linked{$_}, "$_ is linked to") for @docs;
}

# Broken by: a path of a developer's machine.
for my $doc (@docs)
{
    unlike($text{$doc}, qr{(?<![\w/])/(?:work|home|root)/}, "$doc has no private path");
}

done_testing;
