# process_roles.pl
# Background workers that act for a role have the session section of that role;
# parallel workers, of a query or a command, have what their leader has.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Probe qw(preload_probe worker_library install_probe errnos_of check_process start_worker);

# Each of these calls is denied by sections of one kind: those of types, the
# general one, the session's own, and one that a session adds.
my @calls = qw(sched_get_priority_max sched_get_priority_min getsid getpgid);
my $text = <<'END';
[Server]
SystemCallFilter=~mount
[Child]
SystemCallFilter=~sched_get_priority_max!:1001
[Process background worker]
SystemCallFilter=~sched_get_priority_min!:1021
[Process "test worker"]
SystemCallFilter=~sched_get_priority_max!:2001 getsid:3001
[Process parallel worker]
SystemCallFilter=~sched_get_priority_max!:2002
[Process logical replication apply worker]
SystemCallFilter=~sched_get_priority_max!:2003
[Session sender]
Role=app
Replication=yes
SystemCallFilter=~getsid:1150
[Session app]
Role=app
Database=postgres
SystemCallFilter=~getsid:1110
[Session elsewhere]
Role=app
SystemCallFilter=~getsid:1111
[Session team]
Role=+team
SystemCallFilter=~getsid:1120
[Session local]
Role=guest
Address=local
SystemCallFilter=~getsid:1130
[Session tight]
Role=nobody
SystemCallFilter=~getpgid:1140
[Session]
SystemCallFilter=~getsid:1101
END
my $policy = PgSeccomp::Cluster::new_policy($text);
my $preload = preload_probe();
my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
wal_level = logical
max_worker_processes = 40
max_parallel_workers = 20
autovacuum = off
END
$cluster->start(policy => $policy, preload => $preload);
$cluster->sql(<<'END');
CREATE EXTENSION pg_seccomp;
CREATE ROLE app SUPERUSER LOGIN;
CREATE ROLE team;
CREATE ROLE subteam IN ROLE team;
CREATE ROLE member SUPERUSER LOGIN IN ROLE subteam;
CREATE ROLE guest SUPERUSER LOGIN;
CREATE DATABASE other;
END
install_probe($cluster, $preload);
my $asker = $cluster->session;

# --- Background workers that connect ---

# Broken by: a worker that takes its type's section for all there is; that gets
# the section of another role, of a client or of replication; one that names no
# role and is taken for the superuser that it acts as.
my $types = 'server > child > process:background worker > process:test worker';
my @cases = (
    [ 'as a role', { database => 'postgres', role => 'app' }, 1110, 'session:app' ],
    [ 'to another database', { database => 'other', role => 'app' }, 1111, 'session:elsewhere' ],
    [ 'to no database', { database => '', role => 'app' }, 1111, 'session:elsewhere' ],
    [ 'as a member of a role of Role=+', { database => 'postgres', role => 'member' }, 1120, 'session:team' ],
    [ 'as a role of which an Address is wanted', { database => 'postgres', role => 'guest' }, 1101, 'session' ],
    [ 'as the superuser, by name', { database => 'postgres', role => 'postgres' }, 1101, 'session' ],
    [ 'without a role', { database => 'postgres' }, 3001 ],
    [ 'without a role, to no database', { database => '' }, 3001 ],
    [ 'to nothing', {}, 3001 ]);
for my $case (@cases)
{
    my ($what, $how, $errno, $scope) = @$case;
    my @variants = ([], ['blocked']);
    push @variants, ['by oid'], [ 'by oid', 'blocked' ] if $how->{database};
    for my $options (@variants)
    {
        my $worker = start_worker($asker, type => 'test worker', %$how, options => $options, calls => \@calls);
        my $name = join ', ', $what, @$options;
        is($worker->errnos_when('started'), '2001 1021 3001 3', "$name: before, its type's section");
        is($worker->errnos_when('connected'), "2001 1021 $errno 3", "$name: as soon as it is connected");
        # what blocks its signals and does not connect has no way to tell
        check_process($asker, \@calls, $worker->pid, "2001 1021 $errno 3", join(' > ', $types, $scope // ()), $name)
          unless !defined $how->{database} && "@$options" eq 'blocked';
        is($asker->sql('SELECT profile FROM pg_seccomp_processes WHERE pid = ' . $worker->pid),
            ($scope // '') =~ s/^session://r, "$name: the profile in the view");
        ok($worker->end, "$name: it ends");
    }
}
my $loaded = start_worker($asker, type => 'test worker', database => 'postgres', role => 'app', library => worker_library('a_library'), calls => \@calls);
is($loaded->errnos_when('loaded'), '2001 1021 3001 3', 'a library of its own: before, its type\'s section');
is($loaded->errnos_when('connected'), '2001 1021 1110 3', 'a library of its own: as soon as it is connected');
$loaded->end;

# Broken by: transactions after the first that attach it once more.
my $busy = start_worker($asker, type => 'test worker', database => 'postgres', role => 'app', sql => 'CREATE TABLE by_worker ()');
ok($cluster->poll_until(q(SELECT to_regclass('by_worker') IS NOT NULL)), 'a worker can work');
check_process($asker, \@calls, $busy->pid, '2001 1021 1110 3', "$types > session:app", 'a worker with a second transaction');
$busy->end;

# Broken by: parallel workers of a background worker that have less than it.
$cluster->sql('ALTER ROLE app SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on');
my $leading = start_worker($asker, type => 'test worker', database => 'postgres', role => 'app', sql => 'SELECT pg_sleep(600)');
check_workers($leading->pid, '2001 1021 1110 3', 'process:test worker > session:app', 1, 'of a background worker');
$asker->sql('SELECT pg_terminate_backend(' . $leading->pid . ')');
$cluster->sql('ALTER ROLE app RESET ALL');

# The parallel workers of a leader.
sub check_workers
{
    my ($leader, $errnos, $sessions, $least, $what) = @_;
    my $workers = "SELECT pid FROM pg_stat_activity WHERE leader_pid = $leader";
    ok($cluster->poll_until("SELECT count(*) >= $least FROM ($workers) AS worker"), "$what: there are parallel workers");
    # what can be counted has been forked; what has a query has all that its leader has
    $cluster->poll_until("SELECT count(*) = 0 FROM pg_stat_activity WHERE leader_pid = $leader AND query = ''");
    my @pids = split /\n/, $asker->sql($workers);
    check_process($asker, \@calls, $_, $errnos, "server > child > process:background worker > process:parallel worker > $sessions", "$what: worker")
      for @pids;
    return;
}

# --- Replication connections ---

# Broken by: Replication= that holds for what does not replicate, or not for what
# does.
for my $client ([ 'database', 1150, 'session:sender' ], [ undef, 1110, 'session:app' ])
{
    my ($replication, $errno, $scope) = @$client;
    my $connection = $cluster->session(user => 'app', replication => $replication);
    check_process($asker, \@calls, $connection->pid, "1001 22 $errno 3", "server > child > $scope",
        $replication ? 'a walsender with a database' : 'the same role as a client');
}

# --- Subscriptions ---

# Broken by: workers that stay with the owner whom the subscription had.
$cluster->sql(q(CREATE TABLE origin (i int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE origin; SELECT pg_create_logical_replication_slot('s', 'pgoutput')));
my $conninfo = $cluster->conninfo;
$cluster->sql("CREATE TABLE origin (i int PRIMARY KEY); SET ROLE app;
    CREATE SUBSCRIPTION s CONNECTION \$\$$conninfo\$\$ PUBLICATION p WITH (create_slot = false, copy_data = false)", db => 'other');
my $apply_types = 'server > child > process:background worker > process:logical replication apply worker';
my $before = 0;
for my $owner ([ 'app', 1111, 'session:elsewhere' ], [ 'member', 1120, 'session:team' ])
{
    my ($role, $errno, $scope) = @$owner;
    $cluster->sql("ALTER SUBSCRIPTION s OWNER TO $role", db => 'other');
    my $pid;
    PgSeccomp::Cluster::wait_until(sub {
        ($pid) = $asker->sql(qq(SELECT a.pid FROM pg_stat_subscription AS s JOIN pg_stat_activity AS a ON a.pid = s.pid
            WHERE s.subname = 's' AND s.pid <> $before AND a.usename = '$role')) =~ /(\d+)/;
        return $pid }, 30) or fail("no apply worker of $role"), next;
    $before = $pid;
    $cluster->sql("INSERT INTO origin VALUES ($pid)");
    ok($cluster->poll_until("SELECT count(*) = 1 FROM origin WHERE i = $pid", db => 'other'), "owner $role: the subscription works");
    check_process($asker, \@calls, $pid, "2003 1021 $errno 3", "$apply_types > $scope", "owner $role: apply worker");
}
$cluster->sql('DROP SUBSCRIPTION s', db => 'other');

# --- Parallel workers ---

# A worker holds still as long as a row takes it.
$cluster->sql(<<'END');
CREATE FUNCTION slow(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS 'BEGIN PERFORM pg_sleep(0.1); RETURN i; END';
CREATE TABLE indexed WITH (parallel_workers = 2, autovacuum_enabled = off) AS SELECT i FROM generate_series(1, 20000) AS i;
END

# The second vacuum has little to do but to read large indexes, slowly.
$cluster->sql(<<'END');
CREATE TABLE vacuumed (a int, b int, c int) WITH (autovacuum_enabled = off);
CREATE INDEX ON vacuumed (a);
CREATE INDEX ON vacuumed (b);
CREATE INDEX ON vacuumed (c);
INSERT INTO vacuumed SELECT i, i, i FROM generate_series(1, 200000) AS i;
DELETE FROM vacuumed;
END
$cluster->sql('VACUUM vacuumed');
$cluster->sql('INSERT INTO vacuumed SELECT i, i, i FROM generate_series(1, 10) AS i; DELETE FROM vacuumed');
my $maintenance = 'SET max_parallel_maintenance_workers = 2; SET min_parallel_index_scan_size = 0;
    SET vacuum_cost_limit = 1; SET vacuum_cost_delay = 100;';

# Broken by: workers of commands that get less than those of queries, and less
# than the session has added to what its login gave it.
my %commands = (
    'a query' => [ 'SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on; SELECT pg_sleep(600)', 1 ],
    'CREATE INDEX' => [ "$maintenance CREATE INDEX ON indexed (slow(i))", 2 ],
    'VACUUM' => [ "$maintenance VACUUM (PARALLEL 2) vacuumed", 2 ]);
for my $command (sort keys %commands)
{
    my ($sql, $least) = @{ $commands{$command} };
    for my $restricted (0, 1)
    {
        my $session = $cluster->session(user => 'app');
        my $leader = $session->pid;
        $session->sql(q(SELECT pg_seccomp_restrict('tight'))) if $restricted;
        $session->send($sql);
        check_workers($leader, $restricted ? '2002 1021 1110 1140' : '2002 1021 1110 3', 'session:app' . ($restricted ? ' > session:tight' : ''),
            $least, $command . ($restricted ? ', restricted' : ''));
        $asker->sql("SELECT pg_cancel_backend($leader)");
        my (undef, $err) = $session->answer;
        like($err, qr/canceling statement due to user request/, "$command: nothing but its end has ended it");
    }
}

# --- A policy that changes ---

# Broken by: workers that act for a role and follow the policy of old, when the
# role's sessions follow the new one.
PgSeccomp::Cluster::write_policy($policy, $text =~ s/getsid:1110/getsid:1119/r =~ s/:2001/:2009/r);
my $later = start_worker($asker, type => 'test worker', database => 'postgres', role => 'app', calls => \@calls);
is($later->errnos_when('connected'), '2001 1021 1119 3', 'after a change of the file: the session section is new, the type\'s needs a restart');
check_process($asker, \@calls, $later->pid, '2001 1021 1119 3', "$types > session:app", 'after a change of the file');
$later->end;

$asker->close;
$cluster->stop;
unlike($cluster->log, qr/could not attach|PANIC|was terminated by/, 'no word of a failure in the log');

done_testing();
