# exposure.pl
# pg_seccomp exposure: the shipped policies against the table of public kernel
# exploits, and the scorer against tables and policies of which the answer is
# known.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use File::Temp qw(tempdir);
use Test::More;

use PgSeccomp::Cluster;

my $root = dirname(dirname(abs_path(__FILE__)));
my $tool = "$PgSeccomp::Cluster::bindir/pg_seccomp";
my $work = tempdir(CLEANUP => 1);

sub put
{
    my ($name, $text) = @_;
    open(my $file, '>', "$work/$name") or die $!;
    print $file $text;
    close $file or die $!;
    return "$work/$name";
}

# Exit status, standard output and error of the tool.
sub tool { return PgSeccomp::Cluster::run('', $tool, @_) }

# ----------
# What is shipped
# ----------

# Broken by: a policy that lets go of a rule; the goals are the project's.
for ([ 'default', 'Session', 80 ], [ 'strict', 'Session', 92 ], [ 'strict', 'Session programs', 80 ],
    [ 'default', 'Server', 80 ])
{
    my ($policy, $scope, $goal) = @$_;
    my ($status, $out, $err) = tool('exposure', '--summary', "--threshold=$scope:$goal", "$root/policy/$policy.conf");
    is($status, 0, "$policy.conf, [$scope]: at least $goal % without namespaces, and all with") or diag($out);
    is($err, '', '... every gate of the table is understood');
}

# Broken by: a threshold that is not looked at.
is((tool('exposure', '--summary', '--threshold=Session:99', "$root/policy/default.conf"))[0], 1, 'a goal that is missed: 1');
is((tool('exposure', '--summary', '--threshold=Sesion:9', "$root/policy/default.conf"))[0], 2, 'a scope that there is not: 2');

# Broken by: a score that does not come from the compiled policy: each of these
# lines stops something that nothing else in the policy does.
my $default = do { local (@ARGV, $/) = "$root/policy/default.conf"; <> };
sub stopped { return +{ map { /^(CVE\S+).*\n  Server +stopped/ ? ($1 => 1) : () } split /^(?=CVE)/m, (tool('exposure', shift))[1] } }
my $all = stopped("$root/policy/default.conf");
for (
    [ 'RestrictTTY', 'CVE-2020-29661' ], [ 'RestrictFutexPI', 'CVE-2014-3153' ], [ 'RestrictPipes', 'CVE-2022-0995' ],
    [ 'RestrictSplice', 'CVE-2022-0847' ], [ 'RestrictMemoryMapping', 'CVE-2023-3269' ],
    [ 'RestrictSocketOptions', 'CVE-2023-0461' ])
{
    my ($line, $cve) = @$_;
    my $without = stopped(put('without.conf', $default =~ s/^$line=yes\n//mr));
    ok($all->{$cve} && !$without->{$cve}, "without $line $cve is not stopped");
}
{
    my $open = $default =~ s/^RestrictAddressFamilies=(?:.*\\\n)*.*\n//mgr;
    my $without = stopped(put('without.conf', $open));
    ok($all->{$_} && !$without->{$_}, "without RestrictAddressFamilies $_ is not stopped") for qw(CVE-2021-43267 CVE-2015-3636);
}

# ----------
# Gates
# ----------

# Gate, policy lines of [Server], stopped or not.
my @gates = (
    [ 'ptrace', 'SystemCallFilter=~ptrace', 1, 'a call that is denied' ],
    [ 'ptrace', 'SystemCallFilter=~mount', 0, 'one that is not' ],
    [ 'ptrace', 'SystemCallRule=ptrace arg0==0 deny', 0, 'one that is denied for some arguments' ],
    [ 'ptrace|mount', 'SystemCallFilter=~mount', 0, 'one of two alternatives' ],
    [ 'ptrace|mount', 'SystemCallFilter=~mount ptrace', 1, 'both' ],
    [ 'ptrace;mount', 'SystemCallFilter=~mount', 1, 'one of two gates' ],
    [ 'mount', 'SystemCallFilter=~mount:ENOSYS', 1, 'a quiet denial' ],
    [ 'mount', 'SystemCallFilter=~bpf', 0, 'another call' ],
    [ 'socket:AF_PACKET', 'RestrictAddressFamilies=~AF_PACKET', 1, 'a family' ],
    [ 'socket:AF_PACKET', 'RestrictAddressFamilies=~AF_PACKET/SOCK_RAW', 0, 'a family of which one type is denied' ],
    [ 'socket:AF_NETLINK/NETLINK_XFRM', 'RestrictAddressFamilies=~AF_NETLINK/NETLINK_XFRM', 1, 'a protocol' ],
    [ 'socket:AF_NETLINK/NETLINK_XFRM', 'RestrictAddressFamilies=~AF_NETLINK/NETLINK_ROUTE', 0, 'another protocol' ],
    [ 'socket:SOCK_DCCP', 'RestrictAddressFamilies=~AF_INET/SOCK_DCCP', 0, 'a type, denied for one family' ],
    [ 'clone:CLONE_NEWUSER', 'RestrictNamespaces=~user', 1, 'a flag among others' ],
    [ 'clone:CLONE_NEWUSER', 'SystemCallRule=clone arg0==0x10000000 deny', 0, 'a flag that is denied alone only' ],
    [ 'ioctl:TIOCSETD', 'RestrictTTY=yes', 1, 'a request' ],
    [ 'ioctl:TCGETS', 'RestrictTTY=yes', 0, 'one that is let through' ],
    [ 'futex:PI_OPS', 'RestrictFutexPI=yes', 1, 'a name for several operations' ],
    [ 'futex:PI_OPS', 'SystemCallRule=futex arg1&0x7f==6 deny', 0, 'of which one is denied' ],
    [ 'setsockopt:SOL_TCP/TCP_ULP', 'RestrictSocketOptions=yes', 1, 'an option with its level' ],
    [ 'setsockopt:TCP_ULP', 'RestrictSocketOptions=yes', 1, 'and without' ],
    [ 'setsockopt:TCP_NODELAY', 'RestrictSocketOptions=yes', 0, 'one that is let through' ],
    [ 'sendmsg:SCM_RIGHTS', 'RestrictSocketMessages=yes', 0, 'what lies in memory' ],
    [ 'sendmsg:SCM_RIGHTS', 'SystemCallFilter=~sendmsg!', 1, '... is stopped with the whole call only' ],
    [ 'recvmmsg:X32_ABI', 'SystemCallFilter=~mount', 1, 'a foreign ABI' ],
    [ 'recvmmsg:X32_ABI', "SystemCallArchitectures=native x32\nSystemCallFilter=~mount", 0, 'one that is admitted' ],
    [ 'mount', "SystemCallArchitectures=native x86\nSystemCallRule=mount arg3==0 deny\nSystemCallRule=mount deny", 1, 'on all ABIs' ],
);
for (@gates)
{
    my ($gate, $lines, $expected, $what) = @$_;
    next if $gate =~ /X32/ && `uname -m` !~ /x86_64/;
    my $table = put('table', "cve\tyear\tname\tgates\tneeds_userns\nCVE-1\t2026\tx\t$gate\tno\n");
    my $policy = put('gate.conf', "[Policy]\nVersion=1\n[Server]\n$lines\n");
    my ($status, $out, $err) = tool('exposure', "--table=$table", $policy);
    is("$err" . ($out =~ /Server +stopped by \[Server\]/ ? 1 : 0), $expected, "$what: $gate");
}

# ----------
# Tables
# ----------

# Broken by: another table's order of columns, comments, or lack of one.
{
    my $table = put('table', "# x\ngates\tname\tcve\tneeds_userns\tsource\tyear\nmount\tn\tCVE-9\tyes\ts\t2026\n\n");
    my ($status, $out) = tool('exposure', "--table=$table", "$root/policy/default.conf");
    like($out, qr/^CVE-9 +n \(needs a user namespace\)\n  Server +stopped by \[Server\], line \d+: mount$/m, 'columns in another order');
    like($out, qr/^user namespace needed: 1 exploits$/m, '... and the count');
}

# Broken by: a table that is misread in silence.
for (
    [ "cve\tyear\tname\tneeds_userns\nx\ty\tz\tno\n", qr/there is no column "gates"/, 'no gates' ],
    [ '', qr/the table is empty/, 'an empty file' ],
    [ "cve\tyear\tname\tgates\tneeds_userns\nx\ty\n", qr/:2: warning: too few columns/, 'a short line' ],
    [ "cve\tyear\tname\tgates\tneeds_userns\nx\ty\tz\tmuont\tno\n", qr/unknown system call "muont"/, 'an unknown call' ],
    [ "cve\tyear\tname\tgates\tneeds_userns\nx\ty\tz\tsocket:AF_NONE\tno\n", qr/unknown argument "AF_NONE" of "socket"/, 'an unknown argument' ])
{
    my ($text, $message, $what) = @$_;
    my ($status, $out, $err) = tool('exposure', '--table=' . put('table', $text), "$root/policy/default.conf");
    like($err, $message, "$what: said");
    unlike($out, qr/stopped by/, '... and nothing is taken for stopped');
}

# Broken by: a command that does something with what it does not understand.
is((tool('exposure'))[0], 2, 'no policy: 2');
is((tool('exposure', '--nonsense', "$root/policy/default.conf"))[0], 2, 'an unknown option: 2');
like((tool('exposure', put('bad.conf', "[Server]\nSystemCallFilter=~muont\n")))[2],
    qr/^\S+bad\.conf:2: error: unknown system call "muont"\n\S+bad\.conf:2: hint: Did you mean "mount"\?$/m, 'a policy with errors: each with its line');
is((tool('exposure', '/nonexistent'))[0], 2, 'no such file: 2');
like((tool('exposure', '--help'))[1], qr/^Example:\n  pg_seccomp exposure/m, '--help has an example');
like((tool('--help'))[1], qr/^  exposure /m, 'the tool lists its commands');
is((tool())[0], 2, 'no command: 2');

done_testing();
