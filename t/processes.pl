# processes.pl
# Every process of a server, of every type, has the filters that its place in
# the process tree demands: by the kernel's count, and by the view.
use strict;
use warnings;

use Test::More;
use IO::Socket::UNIX;
use PgSeccomp::Cluster;

my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
wal_level = logical
archive_mode = on
archive_command = 'true'
autovacuum_naptime = 1s
autovacuum_vacuum_cost_delay = 100ms
autovacuum_vacuum_cost_limit = 1
max_parallel_workers_per_gather = 2
END
# nobody else gets in without a password: a client that waits for the question
# is a process that has not logged in yet
open(my $hba, '>', "$cluster->{data}/pg_hba.conf") or die $!;
print $hba "local all,replication postgres trust\nlocal all all scram-sha-256\n";
close $hba;
my $logs = "$cluster->{base}/logs";
$cluster->start(policy => 'default',
    args => [ '-c logging_collector=on', "-c log_directory=$logs", '-c log_file_mode=0644' ]);
$cluster->sql('CREATE EXTENSION pg_seccomp');

# An autovacuum worker that takes its time
$cluster->sql(<<'END');
CREATE TABLE busy WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)
    AS SELECT i, repeat('x', 500) AS filler FROM generate_series(1, 20000) AS i;
DELETE FROM busy;
END

# A subscription of the cluster to itself: an apply worker and its walsender.
$cluster->sql('CREATE TABLE origin (i int PRIMARY KEY); CREATE DATABASE target; CREATE PUBLICATION p FOR TABLE origin');
$cluster->sql(q(SELECT pg_create_logical_replication_slot('s', 'pgoutput')));
$cluster->sql('CREATE TABLE origin (i int PRIMARY KEY)', db => 'target');
my $conninfo = $cluster->conninfo;
$cluster->sql("CREATE SUBSCRIPTION s CONNECTION \$\$$conninfo\$\$ PUBLICATION p
    WITH (create_slot = false, slot_name = 's', copy_data = false)", db => 'target');

# A physical walsender
mkdir "$cluster->{base}/wal";
chown((getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ], "$cluster->{base}/wal");
PgSeccomp::Cluster::background("$PgSeccomp::Cluster::bindir/pg_receivewal",
    '-D', "$cluster->{base}/wal", '-d', $conninfo);

# A parallel worker that sleeps
my $leader = $cluster->session;
my $leader_pid = $leader->pid;
$leader->send('SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on; SELECT pg_sleep(600)');

# How many filters each type has: [Server], [Child], [Session].
my %expected = (
    'postmaster' => 1,
    'client backend' => 3,
    'walsender' => 3,
    'parallel worker' => 3,
    # a subscription's worker acts for its owner
    (map { $_ => 3 } 'logical replication worker', 'logical replication apply worker'),
    map { $_ => 2 } 'autovacuum launcher', 'autovacuum worker', 'logical replication launcher',
        'background writer', 'checkpointer', 'walwriter', 'archiver', 'logger');
for my $type (grep { !/apply/ } sort keys %expected)
{
    # later releases tell apply workers from others
    (my $pattern = $type) =~ s/replication worker/replication (apply )?worker/;
    ok($cluster->poll_until("SELECT count(*) > 0 FROM pg_seccomp_processes WHERE backend_type ~ '^$pattern\$'"),
        "the view shows a process of type $type");
}

# Broken by: a process type that forks before, or without, the child's program;
# a view that makes its numbers up.
my (%seen, %types);
for my $row (split /\n/, $cluster->sql('SELECT pid, backend_type, filters, no_new_privs FROM pg_seccomp_processes'))
{
    my ($pid, $type, $filters, $no_new_privs) = split /\|/, $row;
    $seen{$pid} = 1;
    my ($kernel, $kernel_privs) =
      map { PgSeccomp::Cluster::kernel_says($pid, $_) } qw(Seccomp_filters NoNewPrivs);
    next unless defined $kernel;    # it has ended: an autovacuum worker, the asking backend
    $types{$type}++;
    is($kernel, $expected{$type} // 2, "kernel: $type has $kernel filters");
    is($filters, $kernel, "view: $type has as many");
    is("$kernel_privs$no_new_privs", '1t', "$type has no_new_privs");
}

# Broken by: a process that the view does not know of.
my @unseen = grep { !$seen{$_} && kill 0, $_ } $cluster->children;
$cluster->poll_until("SELECT true");
my %again = map { $_ => 1 } split /\n/, $cluster->sql('SELECT pid FROM pg_seccomp_processes');
is_deeply([ grep { !$again{$_} && kill 0, $_ } @unseen ], [], 'the view has every child of the postmaster');

# Broken by: names that are not the process's; profiles that workers do not have.
is($cluster->sql(q(SELECT DISTINCT usename, datname, profile FROM pg_seccomp_processes WHERE backend_type = 'parallel worker')),
    'postgres|postgres|session', 'role, database and profile of a parallel worker');
is($cluster->sql("SELECT profile FROM pg_seccomp_processes WHERE pid = $leader_pid"), 'session',
    'profile of its leader');
is($cluster->sql(q(SELECT count(*) FROM pg_seccomp_processes WHERE profile IS NOT NULL
    AND backend_type NOT IN ('client backend', 'walsender', 'parallel worker')
    AND backend_type !~ '^logical replication .*worker$')), '0', 'no other process has a session profile');

# Broken by: types that are read from titles that a client chooses, before it
# has shown who it is; bytes from there that are no text of any database.
for my $name ('plain', 'evil: checkpointer', 'x: logger', 'postgres: logger', "\xff\xfe")
{
    my $shown = $name =~ s/[^ -~]/?/gr;
    my %before = map { $_ => 1 } $cluster->children;
    my $types = q(SELECT count(*) FILTER (WHERE backend_type = 'checkpointer'), count(*) FILTER (WHERE backend_type = 'logger')
        FROM pg_seccomp_processes);
    my $socket = IO::Socket::UNIX->new(Peer => "$cluster->{base}/.s.PGSQL.$cluster->{port}") or die "no connection: $!";
    my $packet = pack('N', 196608) . "user\0$name\0database\0: logger\0\0";
    $socket->autoflush(1);
    print $socket pack('N', 4 + length $packet) . $packet;
    sysread($socket, my $question, 1);
    is($question, 'R', "$shown: the server asks for a password");
    my ($waiting) = grep { !$before{$_} && title($_) =~ /\Q$name\E/ } $cluster->children;
    # from 18 on, pg_stat_activity has a session before it has logged in
    is($cluster->sql("SELECT coalesce(backend_type, 'none'), filters FROM pg_seccomp_processes WHERE pid = $waiting"),
        $PgSeccomp::Cluster::major >= 18 ? 'client backend|2' : 'none|2',
        "$shown: no type but the server's word, the filters of [Server] and [Child]");
    is($cluster->sql("SET client_encoding = latin1; $types"), '1|1', "$shown: one checkpointer, one logger");
    close $socket;
}

sub title
{
    my ($pid) = @_;
    open(my $file, '<', "/proc/$pid/cmdline") or return '';
    local $/;
    return <$file> // '';
}

$cluster->sql("SELECT pg_cancel_backend($leader_pid)");
$cluster->sql('DROP SUBSCRIPTION s', db => 'target');

done_testing();
