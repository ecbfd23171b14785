# tool_docs.pl
# doc/command-line.md: each command there that begins with "$ pg_seccomp" is run
# from the source tree, and says what the document says it does; but for those on
# files that the reader would have, and the tree has not.
use strict;
use warnings;

use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(tool put slurp root);

my $root = root();
my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
my $folder = $tool =~ s!/[^/]*$!!r;

# Where blanks are in a table depends on the length of paths.
sub squeeze
{
    my ($text) = @_;
    $text =~ s!\Q$PgSeccomp::Cluster::policy_dir\E!/etc/pg_seccomp!g;
    $text =~ s/ +/ /g;
    $text =~ s/^ | $//mg;
    return $text;
}

# Commands and what they print: indented blocks, and fenced ones.
my @examples;
for my $block (slurp("$root/doc/command-line.md") =~ /((?:^    .*\n|^\n(?=    ))+|^```text\n(?:.*\n)*?(?=```$))/mg)
{
    $block =~ s/^    |^```text\n//mg;
    while ($block =~ /^\$ (pg_seccomp .*)\n((?:(?!\$ ).*\n)*)/mg)
    {
        my ($command, $output) = ($1, $2);
        next if grep { !-e "$root/$_" } $command =~ /(?:^|[ =])((?!\/)[^ =>]+\.(?:conf|json|log|service))\b/g;
        push @examples, [ $command, $output =~ s/\n+\z/\n/r ];
    }
}
cmp_ok(scalar @examples, '>=', 5, 'examples');

# Broken by: an example that is no longer true.  "[...]" stands for any lines.
for (@examples)
{
    my ($command, $expected) = @$_;
    my (undef, $out, $err) = PgSeccomp::Cluster::run('', 'sh', '-c', "cd '$root' && PATH='$folder':\$PATH $command");
    my $pattern = join('', map { $_ eq "[...]\n" ? '(?:.*\n)*?' : quotemeta } split /^/, squeeze($expected));
    like(squeeze("$out$err"), qr/\A$pattern\z/, $command);
}

# Broken by: a README that shows a policy which the tool would not let pass.
{
    my ($policy) = slurp("$root/README.md") =~ /^```ini\n(.*?)^```/ms;
    my ($status, $out) = tool('check', '--no-trust', put('readme.conf', $policy =~ s/^DataDirectory=.*\n//mr));
    is("$status$out", '0', 'the policy in README.md is one to recommend');
}

done_testing;
