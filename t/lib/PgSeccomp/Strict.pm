# Strict.pm
# Clusters under the shipped policy/strict.conf, and whether it let them work:
# do all their processes have their filters, and was nothing denied that nobody
# meant to have denied?
package PgSeccomp::Strict;

use strict;
use warnings;

use Carp;
use Exporter qw(import);
use File::Basename qw(dirname);
use Test::More;
use PgSeccomp::Cluster;

our @EXPORT_OK = qw($bindir strict_cluster strict_start strict_policy_with reconfigure folder slurp spew runs in_step
    all_filtered ends_well);
our $bindir = $PgSeccomp::Cluster::bindir;

my $text = slurp(dirname(__FILE__) . '/../../../policy/strict.conf');
our $policy = PgSeccomp::Cluster::new_policy($text);

# Small segments and short waits: more files to make, to archive and to recycle
# in less time.  The policy is named here, too, for servers that PostgreSQL's
# tools start without pg_ctl's options.
my $conf = <<"END";
shared_preload_libraries = '\$libdir/pg_seccomp'
pg_seccomp.policy = $policy
fsync = on
max_wal_senders = 10
max_replication_slots = 10
max_prepared_transactions = 10
max_wal_size = 16MB
min_wal_size = 4MB
shared_buffers = 8MB
checkpoint_timeout = 30s
wal_retrieve_retry_interval = 50ms
wal_receiver_status_interval = 1s
autovacuum = off
END

# A cluster, not started yet.  Options as PgSeccomp::Cluster::new().
sub strict_cluster
{
    my (%options) = @_;
    return PgSeccomp::Cluster->new(%options, initdb => ['--wal-segsize=1'],
        conf => $conf . ($options{conf} // ''));
}

# strict.conf with another line at the end of a section, as a policy of its own.
sub strict_policy_with
{
    my ($section, $line) = @_;
    my $changed = $text =~ s/^\[\Q$section\E\]\n(?:[^\[].*\n|\n)*?(?=\n*(?:#.*\n)*\[|\z)/$&$line\n/mr;
    croak "strict.conf has no section [$section]" if $changed eq $text;
    return PgSeccomp::Cluster::new_policy($changed);
}

# Starts it; options as PgSeccomp::Cluster::start().
sub strict_start
{
    my ($cluster, %options) = @_;
    $cluster->start(policy => $policy, %options);
    return $cluster;
}

# Has a running server take other settings.
sub reconfigure
{
    my ($cluster, $settings) = @_;
    $cluster->append_conf($settings);
    # not by SQL: a standby may be about to end the connection
    kill 'HUP', $cluster->postmaster_pid;
    return;
}

# A folder of the server's user beside the cluster's data.
sub folder
{
    my ($cluster, $name) = @_;
    my $path = "$cluster->{base}/$name";
    mkdir $path or croak "$path: $!";
    chown((getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ], $path);
    return $path;
}

sub slurp
{
    my ($path) = @_;
    open(my $file, '<', $path) or croak "$path: $!";
    local $/;
    return <$file> // '';
}

# Writes a file of the server's user.
sub spew
{
    my ($path, $content, $mode) = @_;
    open(my $file, '>', $path) or croak "$path: $!";
    print $file $content;
    close $file;
    chown((getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ], $path);
    chmod($mode // 0644, $path);
    return $path;
}

# A test: a program of PostgreSQL's, or another one by its path, succeeds.
# What it wrote.
sub runs
{
    my ($name, $program, @arguments) = @_;
    my $path = $program =~ m{/} ? $program : "$bindir/$program";
    my ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', 'timeout', 60, $path, @arguments);
    ok($status == 0, $name) || diag("$program: exit status $status\n$out$err");
    return $out . $err;
}

# Waits until a standby has replayed what its upstream has now.
sub in_step
{
    my ($upstream, $standby) = @_;
    my $lsn = $upstream->sql('SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END');
    return $standby->poll_until("SELECT pg_last_wal_replay_lsn() >= '$lsn'");
}

# The general sections of types of process, and who has a session section
# (doc/processes.md), in words of this test's own.
my %general = (
    (map { $_ => 'auxiliary' } 'archiver', 'background writer', 'checkpointer', 'io worker', 'startup', 'walreceiver',
        'walsummarizer', 'walwriter'),
    (map { $_ => 'background worker' } 'parallel worker', 'logical replication launcher', 'logical replication worker',
        map { "logical replication $_ worker" } qw(apply tablesync parallel)));
my $in_session = qr/^(client backend|walsender|(parallel|logical replication.*) worker)$/;

# How many filters a process must have: those of [Server], [Child], its type's
# sections, and its session's.
sub filters_of
{
    my ($type) = @_;
    return 1 if $type eq 'postmaster';
    my $sections = grep { $text =~ /^\[Process "?\Q$_\E"?\]/m } $type, $general{$type} // ();
    return 2 + $sections + ($type =~ $in_session ? 1 : 0);
}

# What is wrong with the filters of a cluster's processes.
sub complaints
{
    my ($cluster, @types) = @_;
    my (%seen, @complaints);
    my %missing = map { $_ => 1 } 'postmaster', 'checkpointer', 'background writer', @types;
    my $rows = $cluster->sql(q(SELECT pid, coalesce(backend_type, 'unknown'), filters, no_new_privs,
        CASE WHEN agrees THEN '' ELSE coalesce(detail, 'without a word') END FROM pg_seccomp_processes));
    for my $row (split /\n/, $rows)
    {
        my ($pid, $type, $filters, $no_new_privs, $disagrees) = split /\|/, $row, 5;
        my $kernel = PgSeccomp::Cluster::kernel_says($pid, 'Seccomp_filters');
        my $wanted = filters_of($type);
        $seen{$pid} = 1;
        delete $missing{$type};
        next unless defined $kernel;    # it has ended
        push @complaints, "$type $pid has $kernel filters, not $wanted" if $kernel != $wanted;
        push @complaints, "the view shows $filters filters of $type $pid, which has $kernel" if $filters != $kernel;
        push @complaints, "$type $pid can gain privileges" if $no_new_privs ne 't';
        push @complaints, "the view says of $type $pid: $disagrees" if $disagrees ne '';
    }
    push @complaints, map { "there is no $_" } sort keys %missing;
    push @complaints, map { "the view lacks child $_" } grep { !$seen{$_} && kill 0, $_ } $cluster->children;
    push @complaints, split /\n/, $cluster->sql(q(SELECT item || ': ' || detail FROM pg_seccomp_check()
        WHERE item ~ 'process' AND status <> 'ok'));
    return @complaints;
}

# A test: every process of a server has its filters, and processes of certain
# types are among them.  Processes come and go, so it looks more than once.
sub all_filtered
{
    my ($cluster, $name, @types) = @_;
    my @complaints;
    PgSeccomp::Cluster::wait_until(sub { !(@complaints = complaints($cluster, @types)) }, 10);
    return is(join("\n", @complaints), '', "$name: all processes have their filters");
}

# What tells of a denial in a log: pg_seccomp's own words, those of the answers
# that it does not report, and what becomes of a process that cannot go on.
my $denial = join '|', 'denied by seccomp', 'Bad system call', 'PANIC', 'terminated by signal', 'could not attach',
    'Operation not permitted', 'Function not implemented', 'not supported';

# Tests: a server was denied nothing, and each of its starts was filtered; stops
# it.  Options: provoked (a pattern: lines of the log that the test has
# brought about) and times (how many), logs (more files than the usual one),
# mode (of stopping).
sub ends_well
{
    my ($cluster, $name, %options) = @_;
    if ($cluster->{running})
    {
        is($cluster->sql('SELECT * FROM pg_seccomp_violations'), '', "$name: no violations");
        ok($cluster->stop($options{mode}), "$name: stops");
    }
    my @lines = map { split /\n/, slurp($_) } $cluster->{log}, @{ $options{logs} // [] };
    my $provoked = $options{provoked} // qr/(?!)/;
    is(scalar(grep { /$provoked/ } @lines), $options{times} // 0, "$name: what was provoked is in the log");
    is(join("\n", grep { /$denial/ && !/$provoked/ } @lines), '', "$name: nothing was denied");
    my $starts = grep { /starting PostgreSQL \d/ } @lines;
    is(scalar(grep { /seccomp policy ".*" is in force/ } @lines), $starts, "$name: each of its $starts starts was filtered");
    return cmp_ok($starts, '>', 0, "$name: and there was one");
}

1;
