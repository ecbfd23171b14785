# bad_policy.pl
# A cluster that asks to be filtered never runs unfiltered: whatever is wrong
# with the policy, the server does not start, and says why and what to do.
use strict;
use warnings;

use IO::Socket::UNIX;
use POSIX ();
use Test::More;
use PgSeccomp::Cluster;

my $cluster = PgSeccomp::Cluster->new;
my $other = PgSeccomp::Cluster->new;
my $dir = $PgSeccomp::Cluster::policy_dir;
my $uid = getpwnam($PgSeccomp::Cluster::user);

# Starts the server in the foreground, where it must fail: its messages.  A
# server that does not fail in time is stopped, and the message says so.
sub refusal
{
    my ($name) = @_;
    my ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', 'timeout', '30',
        "$PgSeccomp::Cluster::bindir/postgres", '-D', $cluster->{data},
        '-c', 'shared_preload_libraries=$libdir/pg_seccomp', '-c', "pg_seccomp.policy=$name");
    return $status == 124 ? "THE SERVER RUNS: $err" : $status == 1 ? $err : "exit $status: $err";
}

# What is wrong with files, and with text that is none.  Broken by: a reader
# that blocks, crashes, or goes on with a part.
my $path;
my $good = "[Server]\nSystemCallFilter=~mount\n";
my $below = "$cluster->{base}/below.conf";    # in a folder that is not root's
open(my $file, '>', $below) or die $!;
print $file $good;
close $file;
my $sections = join '', map { "[Session s$_]\nRole=r$_\nSystemCallFilter=~mount\n" } 1 .. 10_000;
my @files = (
    [ 'missing', sub { }, qr/could not read .*\n.*does not exist\..*\n.*HINT:  Install a policy there as root/ ],
    [ 'directory', sub { mkdir $path }, qr/is not a regular file/ ],
    [ 'fifo', sub { POSIX::mkfifo($path, 0644) }, qr/is not a regular file/ ],
    [ 'socket', sub { IO::Socket::UNIX->new(Listen => 1, Local => $path) or die $!; chmod 0644, $path }, qr/is not a regular file/ ],
    [ 'of another owner', sub { put($good); chown $uid, -1, $path }, qr/is not trusted\n.*is not owned by root.*\n.*HINT:/ ],
    [ 'writable by others', sub { put($good); chmod 0646, $path }, qr/is not trusted\n.*is writable by others/ ],
    [ 'writable by a group', sub { put($good); chown 0, 1, $path; chmod 0664, $path }, qr/is not trusted\n.*is writable by a group/ ],
    [ 'writable by an ACL entry', sub { put($good); system 'setfacl', '-m', "u:$uid:rw", $path }, qr/is not trusted\n.*is writable by an ACL entry/ ],
    [ 'unreadable', sub { put($good); chmod 0600, $path }, qr/could not read .*\n.*Permission denied/ ],
    [ 'link to a folder that others write', sub { symlink $below, $path }, qr/is not trusted\n.*"\/tmp" is writable by others/ ],
    [ 'link that is not root\'s', sub { symlink "$dir/default.conf", $path; system 'chown', '-h', $uid, $path }, qr/is not trusted\n.*is not owned by root/ ],
    [ 'link to itself', sub { symlink $path, $path }, qr/could not read .*\n.*[Tt]oo many levels of symbolic links/ ],
    [ 'link to nothing', sub { symlink "$path.gone", $path }, qr/could not read .*\n.*does not exist/ ],
    [ 'empty', sub { put('') }, qr/conf: the policy filters nothing/ ],
    [ 'CRLF', sub { put($good =~ s/\n/\r\n/gr) }, qr/:1: line ends in a carriage return \(CRLF\) \(Convert/ ],
    [ 'NUL byte', sub { put("$good\0") }, qr/:3: NUL byte/ ],
    [ 'binary', sub { put(join '', map { chr } 128 .. 255) }, qr/:1: byte 0x80 is not valid UTF-8/ ],
    [ 'a program', sub { system 'cp', '/bin/true', $path }, qr/:\d+: .*(not valid UTF-8|not a text file)|larger than 1 MiB/ ],
    [ 'truncated', sub { put(substr $good, 0, -3) }, qr/:2: .*may be truncated/ ],
    [ 'truncated after a backslash', sub { put("${good}SystemCallFilter=~swapon \\\n") }, qr/:3: .*backslash.*may be truncated/ ],
    [ '1 MiB and a byte', sub { put($good . '#' x (1024 * 1024 - length $good) . "\n") }, qr/is larger than 1 MiB/ ],
    [ '10,000 sections', sub { put($sections) }, qr/more than \d+ session sections.*\n(.*\n)*.*and \d+ more/ ],
);
sub put
{
    my ($text) = @_;
    open(my $handle, '>', $path) or die $!;
    print $handle $text;
    close $handle;
    chmod 0644, $path;
    return;
}
for my $n (0 .. $#files)
{
    my ($what, $make, $message) = @{ $files[$n] };
    my $name = "test_$$" . "_f$n";
    $path = "$dir/$name.conf";
    PgSeccomp::Cluster::remove_at_end($path);
    $make->();
    my $err = refusal($name);
    like($err, qr/FATAL:  .*\Q$path\E/, "$what: FATAL, naming the file");
    like($err, $message, "$what: why");
    like($err, qr/HINT:  /, "$what: what to do");
    unlike($err, qr/starting PostgreSQL/, "$what: nothing has started");
    -d $path && !-l $path ? rmdir $path : unlink $path;
}

# What is wrong with words, in one file: every error, in one go.  Broken by: a
# parser that stops at the first error, or counts lines wrong.
my @lines = (
    [ 'Version=1', qr/directive "Version" stands before the first section/ ],
    [ '[Policy]' ],
    [ 'Version=2', qr/version "2" is not supported/ ],
    [ 'Mode=enforced', qr/unknown mode "enforced" .*"enforce"/ ],
    [ 'DataDirectory=relative', qr/"relative" is not an absolute path/ ],
    [ 'SystemCallFilter=~mount', qr/does not belong in \[Policy\]/ ],
    [ '[Servre]', qr/unknown section \[Servre\].*"Server"/ ],
    [ '[Server' , qr/does not end in "\]"/ ],
    [ '[Server]' ],
    [ 'SystemCallFliter=~mount', qr/unknown directive "SystemCallFliter".*"SystemCallFilter"/ ],
    [ 'SystemCallFilter=~mounnt', qr/unknown system call "mounnt".*"mount"/ ],
    [ 'SystemCallFilter=~@moutn', qr/unknown group "\@moutn".*"\@mount"/ ],
    [ 'SystemCallFilter=~ mount \\' ],
    [ '    swapoon', qr/unknown system call "swapoon".*"swapon"/ ],
    [ 'SystemCallFilter=~', qr/nothing follows the "~"/ ],
    [ 'SystemCallFilter=~mount ~swapon', qr/"~" stands before the first word/ ],
    [ 'SystemCallFilter=~mount:ENOPE', qr/"ENOPE" is not an error number/ ],
    [ 'SystemCallFilter=~mount:kill', qr/"kill" is not accepted here/ ],
    [ 'SystemCallErrorNumber=5000', qr/"5000" is not an error number/ ],
    [ 'SystemCallArchitectures=x86_64', qr/unknown architecture "x86_64".*"x86-64"/ ],
    [ 'SystemCallFilter=~fsync', qr/\[Server\] denies what PostgreSQL cannot survive without: .*fsync/ ],
    [ 'SystemCallFilter=~futex clone', qr/\[Server\] denies what PostgreSQL cannot survive without: .*futex/ ],
    [ 'SystemCallFilter=~seccomp', qr/\[Server\] denies what PostgreSQL cannot survive without: .*seccomp.*/ ],
    [ 'Role=alice', qr/"Role" does not belong in \[Server\]/ ],
    [ 'just words', qr/neither \[Section\] nor Directive=value/ ],
    [ '[Session a]' ],
    [ 'Role="open', qr/unterminated quoted word/ ],
    [ 'Database=+x', qr/Database takes no "\+"/ ],
    [ 'Address=locahost', qr/"locahost" is not an address.*"localhost"/ ],
    [ 'Address=10.0.0.0/33', qr/"33" is not a number of address bits/ ],
    [ '[Session a]', qr/\[Session a\] is already there in line 26/ ],
    [ '[Session session]', qr/"session" is that of the section \[Session\]/ ],
    [ '[Session a,b]', qr/"a,b" is not a name/ ],
    [ '[Session]' ],
    [ 'Role=x' ],
    [ 'SystemCallFilter=read', qr/\[Session\] denies what PostgreSQL cannot survive without: .*write/ ],
);
my $name = PgSeccomp::Cluster::new_policy(join '', map { "$_->[0]\n" } @lines);
$path = "$dir/$name.conf";
my $err = refusal($name);
like($err, qr/FATAL:  seccomp policy "\Q$path\E" has errors/, 'FATAL');
for my $n (grep { $lines[$_][1] } 0 .. $#lines)
{
    my $line = $n + 1;
    like($err, qr/\Q$path\E:$line: .*$lines[$n][1]/, "line $line: $lines[$n][0]");
}
like($err, qr/:34: \[Session\] is for the sessions that no other section matches/, 'line 34: matchers in [Session]');
like($err, qr/HINT:  Correct the policy as root/, 'what to do');

# What PostgreSQL would not survive, alone: each refused by name.
for my $case ([ Server => 'fsync' ], [ Server => 'clone' ], [ Server => 'futex' ], [ Server => 'openat' ],
    [ Server => 'socket' ], [ Child => 'fdatasync' ], [ Child => 'setsid' ], [ 'Session' => 'rt_sigreturn' ],
    [ 'Session x' => 'sync_file_range' ])
{
    my ($section, $call) = @$case;
    like(refusal(PgSeccomp::Cluster::new_policy("[$section]\nSystemCallFilter=~$call\n")),
        qr/conf:2: \[$section\] denies .*\b$call\b/, "[$section] may not deny $call");
}

# Names that lead elsewhere.  Broken by: a setting that is only checked where
# PostgreSQL can fall back to its default.
for my $bad ('../default', 'default.conf', '', '/etc/passwd', 'default/', 'de fault', "d\xc3\xa9fault", '.')
{
    $err = refusal($bad);
    like($err, qr/FATAL:  invalid value for parameter "pg_seccomp.policy"/, "name \"$bad\": FATAL");
    like($err, qr/HINT:  Give the bare name of a policy in "\Q$dir\E"/, "name \"$bad\": hint");
}
like(refusal('a' x 5000), qr/FATAL:  could not read seccomp policy/, 'a name that no file has');

# A policy for other clusters, and a cluster with a policy of its own.  Broken
# by: comparing names of folders; a claim that the claimed can ignore.
my $elsewhere = PgSeccomp::Cluster::new_policy("[Policy]\nDataDirectory=$other->{data} /nowhere\n$good");
$err = refusal($elsewhere);
like($err, qr/FATAL:  seccomp policy .* is not for data directory "\Q$cluster->{data}\E".*\n.*HINT:/, 'another cluster\'s policy');
symlink $cluster->{data}, "$cluster->{base}/alias";
my $claim = PgSeccomp::Cluster::new_policy("[Policy]\nDataDirectory=$cluster->{base}/alias\n$good");
$err = refusal('default');
like($err, qr/FATAL:  seccomp policy ".*default.conf" is not the one for data directory/, 'a claimed cluster under another policy');
like($err, qr/DETAIL:  Policy ".*\Q$claim\E.conf" has a DataDirectory line.*\n.*HINT:  Choose that policy/, 'which one claims it');
ok($cluster->start(policy => $claim), 'under the claiming policy it starts');
ok($other->start(policy => $elsewhere), 'and the other cluster under its own');

done_testing();
