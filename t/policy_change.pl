# policy_change.pl
# A policy that is edited while its server runs: new sessions follow a good
# file, keep what was in force before a bad one, and the log says so once.
use strict;
use warnings;

use Test::More;
use POSIX ();
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number);

my $personality = call_number('personality');
my $getpgid = call_number('getpgid');

# A policy whose sessions answer personality(-1) with an errno.
sub policy_with
{
    my ($errno, $more) = @_;
    return "[Server]\nSystemCallFilter=~mount\n[Session]\nSystemCallFilter=~personality:$errno\n" . ($more // '');
}

my $policy = PgSeccomp::Cluster::new_policy(policy_with('EDOM'));
my $path = "$PgSeccomp::Cluster::policy_dir/$policy.conf";
my $cluster = PgSeccomp::Cluster->new;
$cluster->start(policy => $policy);
install_attacks($cluster);
$cluster->sql('CREATE EXTENSION pg_seccomp');

# What three logins in a row get, what the status says, and what the log had to
# say meanwhile: counted, since once a change is enough.
my $offset;
sub new_sessions
{
    $offset = $cluster->log_size;
    return join ' ', map { $cluster->sql("SELECT raw_syscall($personality)") } 1 .. 3;
}

sub state
{
    return $cluster->sql('SELECT file_state FROM pg_seccomp_status');
}

sub log_lines
{
    my ($pattern) = @_;
    my @lines = $cluster->log($offset) =~ /LOG:.*$pattern/g;
    return scalar @lines;
}

# Broken by: looking at times instead of bytes.
my $old = $cluster->session;
$old->pid;
is(new_sessions(), 'EDOM EDOM EDOM', 'as started');
is(state(), 'current', 'the file is current');
PgSeccomp::Cluster::write_policy($policy, policy_with('EDOM'));
is(new_sessions() . ' ' . log_lines('polic'), 'EDOM EDOM EDOM 0', 'written anew with the same bytes: no news');
is(state(), 'current', 'and still current');

# Broken by: sessions that keep the old file, or a line in the log for each.
PgSeccomp::Cluster::write_policy($policy, policy_with('ERANGE'));
is(new_sessions(), 'ERANGE ERANGE ERANGE', 'an edit reaches new sessions');
is(log_lines('has changed, new sessions use it'), 1, 'the log says so once');
is(state(), 'changed', 'the server itself has not changed');
is($old->sql("SELECT raw_syscall($personality)"), 'EDOM', 'a session keeps what it has');
is($cluster->sql("SELECT errno FROM pg_seccomp_explain('personality', '{}', 'postgres')"), 'ERANGE',
    'explain() for a new session follows the edit');

# Broken by: an answer for a role or a database that does not exist, which would
# be that of [Session]; leading zeros that make a number another one.
for my $misspelt ([ 'role', 'nosuchrole' ], [ 'database', 'nosuchdb' ])
{
    my ($what, $name) = @$misspelt;
    my (undef, undef, $err) = $cluster->psql("SELECT pg_seccomp_explain('personality', $what => '$name')");
    like($err, qr/ERROR:  $what "$name" does not exist/, "explain() for $what $name: an error");
}
my $mount = call_number('mount');
my %numbers = (decimal => $mount, 'leading zero' => "0$mount", hexadecimal => sprintf('0x%x', $mount));
for my $kind (sort keys %numbers)
{
    is($cluster->sql("SELECT scope, errno FROM pg_seccomp_explain('$numbers{$kind}')"), 'server|EPERM', "explain() of $numbers{$kind}, $kind");
}
is($cluster->sql("SELECT e = f FROM pg_seccomp_explain('010') AS e, pg_seccomp_explain('10') AS f"), 't', '010 is 10');

PgSeccomp::Cluster::write_policy($policy, policy_with('EXDEV'));
is(new_sessions() . ' ' . log_lines('has changed, new sessions use it'), 'EXDEV EXDEV EXDEV 1', 'a second edit');

# Broken by: a server scope that follows the file, which the kernel could not
# do for running processes and new ones must not do differently.
PgSeccomp::Cluster::write_policy($policy,
    policy_with('ERANGE') =~ s/~mount/~mount getpgid:EXDEV/r . "[Child]\nSystemCallFilter=~listen\n");
is(new_sessions(), 'ERANGE ERANGE ERANGE', 'an edit of all scopes: sessions follow');
is($cluster->sql("SELECT raw_syscall($getpgid), (SELECT filters FROM pg_seccomp_processes WHERE pid = pg_backend_pid())"),
    'ESRCH|2', '[Server] and [Child] do not');

# Broken by: a bad file that leaves new sessions bare, keeps them out, or goes
# unnoticed.  Each leaves the policy that the server started with.
my $good = policy_with('ERANGE');
my $uid = getpwnam($PgSeccomp::Cluster::user);
my %bad = (
    invalid => [ 'has errors', 'invalid', sub { PgSeccomp::Cluster::write_policy($policy, "$good\nRoel=x\n") } ],
    empty => [ 'has errors', 'invalid', sub { PgSeccomp::Cluster::write_policy($policy, '') } ],
    'for a folder that is not there' => [ 'is not for data directory', 'invalid',
        sub { PgSeccomp::Cluster::write_policy($policy, "[Policy]\nDataDirectory=/nowhere\n$good") } ],
    'for another folder' => [ 'is not for data directory', 'invalid',
        sub { PgSeccomp::Cluster::write_policy($policy, "[Policy]\nDataDirectory=$cluster->{base}\n$good") } ],
    owned => [ 'is not trusted', 'untrusted', sub { PgSeccomp::Cluster::write_policy($policy, $good); chown $uid, -1, $path } ],
    writable => [ 'is not trusted', 'untrusted', sub { PgSeccomp::Cluster::write_policy($policy, $good); chmod 0666, $path } ],
    missing => [ 'could not read', 'missing', sub { unlink $path } ],
    unreadable => [ 'could not read', 'invalid', sub { PgSeccomp::Cluster::write_policy($policy, $good); chmod 0600, $path } ],
    directory => [ 'could not read', 'invalid', sub { unlink $path; mkdir $path } ],
    fifo => [ 'could not read', 'invalid', sub { unlink $path; POSIX::mkfifo($path, 0644) } ],
    link => [ 'could not read', 'missing', sub { unlink $path; symlink "$path.gone", $path } ],
    strange => [ 'has errors', 'invalid', sub { PgSeccomp::Cluster::write_policy($policy, "\x7fELF\0\1\2" . "\xff" x 100) } ],
);
for my $kind (sort keys %bad)
{
    my ($message, $state, $spoil) = @{ $bad{$kind} };
    $spoil->();
    is(new_sessions(), 'EDOM EDOM EDOM', "$kind: new sessions keep the policy in force");
    is(log_lines($message), 1, "$kind: the log says why, once");
    is(state(), $state, "$kind: file_state") if $state;
    like($cluster->sql('SELECT file_error FROM pg_seccomp_status'), qr/\Q$path\E/, "$kind: file_error names the file")
      if $state;
    -d $path && !-l $path ? rmdir $path : unlink $path;
    PgSeccomp::Cluster::write_policy($policy, policy_with('EDOM'));
    is(new_sessions() . ' ' . state(), 'EDOM EDOM EDOM current', "$kind: and back");
}

# Broken by: news that is told once in a server's life instead of once a time.
for my $time (1, 2)
{
    PgSeccomp::Cluster::write_policy($policy, policy_with('ERANGE'));
    new_sessions();
    is(log_lines('has changed'), 1, "the same edit, time $time");
    PgSeccomp::Cluster::write_policy($policy, policy_with('EDOM'));
    new_sessions();
}

# Broken by: file_rules that shows the server's copy.
PgSeccomp::Cluster::write_policy($policy, policy_with('ERANGE', "SystemCallFliter=~mount\n"));
is($cluster->sql('SELECT line_number, section, directive, value, error FROM pg_seccomp_file_rules WHERE error IS NOT NULL'),
    '5|Session|SystemCallFliter|~mount|unknown directive "SystemCallFliter": Did you mean "SystemCallFilter"?',
    'the wrong line of the file');
is($cluster->sql('SELECT count(*) FROM pg_seccomp_file_rules'), 3, 'and the right ones');

# Broken by: a restart that does not read the file, or starts with a bad one.
$cluster->stop;
ok(!$cluster->start(policy => $policy, fails => 1), 'a bad file: no start');
PgSeccomp::Cluster::write_policy($policy, policy_with('EXDEV') =~ s/~mount/~mount getpgid:EXDEV/r);
$cluster->start(policy => $policy);
is($cluster->sql("SELECT raw_syscall($getpgid), raw_syscall($personality)"), 'EXDEV|EXDEV',
    'a restart brings the file into force');

done_testing();
