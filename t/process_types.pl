# process_types.pl
# Each type of process has its own sections, from before anybody can reach it.
# Every section denies the same harmless calls, each with an errno of its own: an
# answer tells the section that was attached last of those that deny the call.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(build_library);
use PgSeccomp::Probe qw(preload_probe worker_library install_probe errnos_of check_process start_worker silent_client);

my $major = $PgSeccomp::Cluster::major;

# What a process is asked: the errno of its own section; of the general one; of
# the one for all workers of subscriptions; and of the session section.
my @calls = qw(sched_get_priority_max sched_get_priority_min sched_rr_get_interval getsid);
my @natural = (22, 22, 22, 3);

my @auxiliary = ('startup', 'checkpointer', 'background writer', 'walwriter', 'archiver', 'walreceiver',
    ($major >= 17 ? 'walsummarizer' : ()), ($major >= 18 ? 'io worker' : ()));
my @subscription = ('logical replication apply worker', 'logical replication tablesync worker',
    ($major >= 16 ? 'logical replication parallel worker' : ()));
my @workers = ('parallel worker', 'logical replication launcher', 'static worker', 'dynamic worker', @subscription);
my @others = ('autovacuum launcher', 'autovacuum worker', 'logger', 'walsender', 'client backend',
    ($major >= 17 ? 'slotsync worker' : ()));

# Where each type's section stands: general ones first.
my %above = (
    (map { $_ => ['auxiliary'] } @auxiliary),
    (map { $_ => ['background worker'] } @workers),
    (map { $_ => [ 'background worker', 'logical replication worker' ] } @subscription),
    map { $_ => [] } @others);
my @types = sort keys %above;
my %own = map { $types[$_] => 2000 + $_ } 0 .. $#types;
my %session = ('session' => 1101, 'session:owner' => 1102);

# A type's section beats the general ones in the first call, the session's beats
# a type's in the last.
my $sections = <<'END';
[Server]
SystemCallFilter=~sched_get_priority_max!:1000
[Child]
SystemCallFilter=~sched_get_priority_max!:1001
[Process auxiliary]
SystemCallFilter=~sched_get_priority_max!:1010 sched_get_priority_min!:1011
[Process logical replication worker]
SystemCallFilter=~sched_get_priority_max!:1030 sched_get_priority_min!:1031 sched_rr_get_interval:1032
[Process background worker]
SystemCallFilter=~sched_get_priority_max!:1020 sched_get_priority_min!:1021
[Process "by library"]
Library=of_test
SystemCallFilter=~sched_get_priority_max!:1040 sched_rr_get_interval:1042
[Session owner]
Role=owner
SystemCallFilter=~getsid:1102
[Session]
SystemCallFilter=~getsid:1101
END
my %general = ('auxiliary' => 1011, 'background worker' => 1021, 'logical replication worker' => 1031);
for my $type (@types)
{
    my $name = $type =~ /static|dynamic/ ? qq("$type") : $type;
    $sections .= "[Process $name]\nSystemCallFilter=~sched_get_priority_max!:$own{$type} getsid:" . ($own{$type} + 1000) . "\n";
}

# What a process of a type answers, and the scopes that the view shows.
sub expected
{
    my ($type, $session, @libraries) = @_;
    my @above = @{ $above{$type} };
    # a parallel worker has what its leader has, on top of its own
    my @leaders = $type eq 'parallel worker' ? 'client backend' : ();
    my @errnos = ($own{ $leaders[0] // $type }, @above ? $general{ $above[-1] } : $natural[1],
        $type =~ /^logical replication .*worker$/ ? 1032 : @libraries ? 1042 : $natural[2],
        $session ? $session{$session} : $own{$type} + 1000);
    return ("@errnos", join(' > ', 'server', 'child', (map { "process:$_" } @above, @libraries, $type, @leaders), $session // ()));
}

my $preload = preload_probe();
my $policy = PgSeccomp::Cluster::new_policy($sections);
my @newer = (
    $major >= 17 ? ('summarize_wal = on', 'sync_replication_slots = on', 'hot_standby_feedback = on', "primary_slot_name = 'standby'") : ());
my $conf = join "\n", <<'END', @newer, '';
wal_level = logical
archive_mode = on
archive_command = 'grep Seccomp_filters: /proc/self/status >>archived'
autovacuum_naptime = 1s
autovacuum_vacuum_cost_delay = 100ms
autovacuum_vacuum_cost_limit = 1
max_worker_processes = 40
max_logical_replication_workers = 10
max_wal_senders = 20
max_replication_slots = 20
logical_decoding_work_mem = 64kB
END
my $cluster = PgSeccomp::Cluster->new(conf => $conf);

# nobody else gets in without a password: a client that waits for the question
# is a process that has not logged in yet
open(my $hba, '>', "$cluster->{data}/pg_hba.conf") or die $!;
print $hba "local all,replication postgres trust\nlocal all,replication all scram-sha-256\n";
close $hba;

sub start
{
    my ($server, $with, @libraries) = @_;
    $server->start(policy => $with, preload => join(',', $preload, @libraries),
        args => [ '-c logging_collector=on', "-c log_directory=$server->{base}/logs", '-c log_file_mode=0644' ]);
    return $server->session;
}

# The logger's files.
sub log_of
{
    my ($server) = @_;
    return join '', map { open(my $file, '<', $_) or die "$_: $!"; local $/; <$file> // '' } glob "$server->{base}/logs/*";
}

# --- A server with a process of every type ---

my $asker = start($cluster, $policy);
$cluster->sql(q(CREATE EXTENSION pg_seccomp; CREATE ROLE owner SUPERUSER LOGIN; CREATE ROLE nobody LOGIN;
    SELECT pg_create_physical_replication_slot('standby')));
install_probe($cluster, $preload);
my $standby = PgSeccomp::Cluster->new(backup_of => $cluster, conf => $conf);
my $standby_asker = start($standby, $policy);

# Two subscriptions of the cluster to itself: one streams a transaction that does
# not end, the other waits for the table that it is to copy.
my $conninfo = $cluster->conninfo;
my $table = 'CREATE TABLE streamed (i int PRIMARY KEY, filler text); CREATE TABLE copied (i int PRIMARY KEY)';
$cluster->sql("$table; CREATE PUBLICATION streamed FOR TABLE streamed; CREATE PUBLICATION copied FOR TABLE copied; CREATE DATABASE target");
$cluster->sql(qq(SELECT pg_create_logical_replication_slot(name, 'pgoutput') FROM unnest('{streamed,copied}'::name[]) AS name));
$cluster->sql($table, db => 'target');
my $copier = $cluster->session(db => 'target');
$copier->sql('BEGIN; LOCK TABLE copied IN SHARE ROW EXCLUSIVE MODE');
my $streaming = $major >= 16 ? 'parallel' : 'on';
$cluster->sql("SET ROLE owner;
    CREATE SUBSCRIPTION streamed CONNECTION \$\$$conninfo\$\$ PUBLICATION streamed WITH (create_slot = false, copy_data = false, streaming = $streaming);
    CREATE SUBSCRIPTION copied CONNECTION \$\$$conninfo\$\$ PUBLICATION copied WITH (create_slot = false)", db => 'target');
my $streamer = $cluster->session;
$streamer->sql(q(BEGIN; INSERT INTO streamed SELECT i, repeat('x', 500) FROM generate_series(1, 2000) AS i));

# An autovacuum worker that takes its time, and a parallel worker that sleeps
$cluster->sql(<<'END');
CREATE TABLE busy WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)
    AS SELECT i, repeat('x', 500) AS filler FROM generate_series(1, 20000) AS i;
DELETE FROM busy;
END
my $leader = $cluster->session;
$leader->send('SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on; SELECT pg_sleep(600)');
my $dynamic = start_worker($asker, type => 'dynamic worker');

# How to find a process of a type; by default as the view has it.
my $no_leader = $major >= 16 ? 'AND leader_pid IS NULL' : '';
my %where = (
    'logical replication apply worker' => "SELECT pid FROM pg_stat_subscription WHERE subname = 'streamed' $no_leader",
    'logical replication tablesync worker' => 'SELECT pid FROM pg_stat_subscription WHERE relid IS NOT NULL',
    'logical replication parallel worker' => 'SELECT pid FROM pg_stat_subscription WHERE leader_pid IS NOT NULL',
    'client backend' => 'SELECT pg_backend_pid()',
    # it does not connect, so PostgreSQL has no row for it
    'static worker' => q(SELECT pid FROM pg_seccomp_processes WHERE scopes::text LIKE '%static worker%'),
    'dynamic worker' => 'SELECT ' . $dynamic->pid);
my %session_of = ((map { $_ => 'session' } 'client backend', 'walsender', 'parallel worker'), map { $_ => 'session:owner' } @subscription);
my %on_standby = map { $_ => 1 } 'startup', 'walreceiver', 'slotsync worker';

sub find_process
{
    my ($session, $type) = @_;
    my $query = $where{$type} // "SELECT pid FROM pg_seccomp_processes WHERE backend_type = '$type'";
    my $pid = '';
    PgSeccomp::Cluster::wait_until(sub { ($pid) = $session->sql($query) =~ /^(\d+)/; $pid });
    return $pid;
}

# Broken by: a type that gets no section, another's, or its general one behind
# its own; a process that the view gives what it does not have.
for my $type (sort keys %own)
{
    my $session = $on_standby{$type} ? $standby_asker : $asker;
    my $pid = find_process($session, $type) or fail("there is no $type"), next;
    check_process($session, \@calls, $pid, expected($type, $session_of{$type}), $type);
}

# Broken by: a section that ends with the process, and not with what it runs.
$asker->sql('SELECT pg_switch_wal()');
my $archived = "$cluster->{data}/archived";
ok(PgSeccomp::Cluster::wait_until(sub { -s $archived }), 'archive_command has run');
open(my $status, '<', $archived) or die $!;
like(<$status> // '', qr/:\s*4$/, 'with the filters of the archiver');

# Broken by: sections for children that the postmaster gets.
check_process($asker, \@calls, $cluster->postmaster_pid, "1000 @natural[1 .. 3]", 'server', 'postmaster');

# Broken by: sections of a standby that are the primary's alone.
check_process($standby_asker, \@calls, find_process($standby_asker, $_), expected($_, $session_of{$_}), "standby's $_")
  for grep { $_ ne 'walwriter' } 'checkpointer', 'background writer', 'logger', 'client backend', ($major >= 18 ? 'io worker' : ());

# Broken by: a general section alone that does not hold; names of types that
# background workers give themselves to escape theirs, or to be taken for another.
my %errnos_of_impostors = ('unheard of' => '1020 1021 22 3', 'checkpointer' => '1020 1021 22 3',
    'client backend' => '1020 1021 22 3', 'auxiliary' => '1020 1021 22 3', 'background worker' => '1020 1021 22 3', 'by library' => '1020 1021 22 3');
for my $type (sort keys %errnos_of_impostors)
{
    my $worker = start_worker($asker, type => $type);
    check_process($asker, \@calls, $worker->pid, $errnos_of_impostors{$type}, 'server > child > process:background worker', "a worker that calls itself \"$type\"");
    ok($worker->end, 'it ends');
}

# Broken by: no section for a worker that has no type, and is known by its name.
my $nameless = start_worker($asker, type => '');
check_process($asker, \@calls, $nameless->pid, '1020 1021 22 3', 'server > child > process:background worker', 'a worker without a type');
$nameless->end;

# Broken by: pg_seccomp_check() that finds fault with processes as they should be.
is($asker->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', 'pg_seccomp_check() is content');

# --- Before anybody can reach them ---

# Broken by: a library that runs before its worker's section holds; sections by
# library that do not hold for what they name, or hold in the wrong order.
my $library = worker_library('of_test');
for my $type ('dynamic worker', 'unheard of')
{
    my $worker = start_worker($asker, type => $type, library => $library, calls => \@calls);
    my ($errnos, $scopes) = $type eq 'dynamic worker' ? expected($type, undef, 'by library')
      : ('1040 1021 1042 3', 'server > child > process:background worker > process:by library');
    is($worker->errnos_when('loaded'), $errnos, "$type: filtered as its library is loaded");
    check_process($asker, \@calls, $worker->pid, $errnos, $scopes, "$type, by library");
    $worker->end;
}
my $other = start_worker($asker, type => 'dynamic worker', library => worker_library('of_tests'), calls => \@calls);
is($other->errnos_when('loaded'), (expected('dynamic worker'))[0], 'another library: no section of it');
$other->end;

# Broken by: sections that wait for a worker to unblock its signals.
for my $connect ([], [ database => 'postgres' ], [ library => $library ])
{
    my $blocked = start_worker($asker, type => 'dynamic worker', options => ['blocked'], calls => \@calls, @$connect);
    my ($errnos, $scopes) = expected('dynamic worker', undef, @$connect && $connect->[0] eq 'library' ? 'by library' : ());
    is($blocked->errnos_when('started'), $errnos, "blocked signals, @$connect: filtered from the start");
    is($blocked->errnos_when('connected'), $errnos, "blocked signals, @$connect: and later");
    # it has come by no point at which it could have told the view its library
    $scopes = (expected('dynamic worker'))[1];
    is(PgSeccomp::Cluster::kernel_says($blocked->pid, 'Seccomp_filters'), "@$connect" =~ /library/ ? 5 : 4, "blocked signals, @$connect: the kernel counts all");
    is($asker->sql("SELECT array_to_string(scopes, ' > '), agrees IS DISTINCT FROM false FROM pg_seccomp_processes WHERE pid = " . $blocked->pid),
        "$scopes|t", "blocked signals, @$connect: the view shows what its type has");
    ok($blocked->end, 'it ends');
}

# Broken by: sections that wait for a login: whoever has sent a startup packet
# reaches a good deal of code.
my ($socket, $pid) = silent_client($cluster, user => 'nobody', database => 'postgres');
my ($errnos, $scopes) = expected('client backend');
check_process($asker, \@calls, $pid, $errnos, $scopes, 'a client that does not answer for its password');
close $socket;
($socket, $pid) = silent_client($cluster, user => 'nobody', replication => 'true');
($errnos, $scopes) = expected('walsender');
check_process($asker, \@calls, $pid, $errnos, $scopes, 'a replication client that does not answer for its password');
close $socket;
($socket, $pid) = silent_client($cluster, user => 'nobody', database => 'postgres', replication => 'database');
check_process($asker, \@calls, $pid, $errnos, $scopes, 'a client of logical replication that does not answer for its password');
close $socket;

# Broken by: a process that has less than [Child] before it knows what it is to be.
($socket, $pid) = silent_client($cluster);
is(errnos_of($asker, $pid, @calls), "1001 @natural[1 .. 3]", 'a client that says nothing: [Child]');
is(PgSeccomp::Cluster::kernel_says($pid, 'Seccomp_filters'), 2, 'a client that says nothing: the kernel counts 2');
is($asker->sql("SELECT array_to_string(scopes, ' > '), agrees IS DISTINCT FROM false FROM pg_seccomp_processes WHERE pid = $pid"),
    'server > child|t', 'a client that says nothing: so says the view');
close $socket;

# Broken by: a logger that is started once more, by a postmaster that has its log
# redirected already.
my $logger = find_process($asker, 'logger');
kill 'KILL', $logger;
ok($cluster->poll_until("SELECT count(*) = 1 FROM pg_seccomp_processes WHERE backend_type = 'logger' AND pid <> $logger"), 'there is another logger');
check_process($asker, \@calls, find_process($asker, 'logger'), expected('logger'), 'another logger');

# --- After a crash ---

# Broken by: programs or points that the postmaster's second set of children lacks.
my $victim = $cluster->session;
undef $_ for $leader, $streamer, $copier;
kill 'KILL', $victim->pid;
PgSeccomp::Cluster::wait_until(sub { log_of($cluster) =~ /all server processes terminated; reinitializing/ });
$cluster->poll_until('SELECT true');
$asker = $cluster->session;
for my $type ('checkpointer', 'background writer', 'walwriter', 'archiver', 'logger', 'autovacuum launcher',
    'logical replication launcher', 'client backend', ($major >= 17 ? 'walsummarizer' : ()))
{
    check_process($asker, \@calls, find_process($asker, $type), expected($type, $session_of{$type}), "after a crash: $type");
}
$cluster->sql(qq(DROP SUBSCRIPTION $_), db => 'target') for qw(streamed copied);

# Broken by: processes that a server begins with in the middle of its life.
$standby_asker->sql('SELECT pg_promote()');
for my $type ('walwriter', 'archiver', 'autovacuum launcher')
{
    check_process($standby_asker, \@calls, find_process($standby_asker, $type), expected($type), "promoted: $type");
}
is(find_process($standby_asker, 'client backend'), $standby_asker->pid, 'promoted: sessions go on');
$standby_asker->close;
$standby->stop;
$asker->close;
$cluster->stop;
unlike(log_of($_), qr/could not attach|pg_seccomp: |PANIC/, 'no word of a failure in the log') for $cluster, $standby;

# --- Types without a section ---

# A library that wants SIGWINCH for itself, in all processes
my $deaf = build_library(<<'END');
#include "postgres.h"
#include <signal.h>
#include "fmgr.h"

PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
    signal(SIGWINCH, SIG_IGN);
}
END

# Broken by: a section that holds for others than its type; one that another
# library keeps from being attached.
my $few = PgSeccomp::Cluster::new_policy($sections =~ s/^\[Process .*\n(?:Library.*\n)?System.*\n//mgr . <<"END");
[Process checkpointer]
SystemCallFilter=~sched_get_priority_max!:$own{checkpointer}
END
$asker = start($cluster, $few, $deaf);
for my $type ('background writer', 'walwriter', 'archiver', 'logger', 'autovacuum launcher', 'logical replication launcher', ($major >= 18 ? 'io worker' : ()))
{
    check_process($asker, \@calls, find_process($asker, $type), "1001 @natural[1 .. 3]", 'server > child', "without a section: $type");
}
my $plain = start_worker($asker, type => 'dynamic worker');
check_process($asker, \@calls, $plain->pid, "1001 @natural[1 .. 3]", 'server > child', 'without a section: a background worker');
$plain->end;
check_process($asker, \@calls, $asker->pid, "1001 @natural[1 .. 2] 1101", 'server > child > session', 'without a section: client backend');
check_process($asker, \@calls, find_process($asker, 'checkpointer'), "$own{checkpointer} @natural[1 .. 3]", 'server > child > process:checkpointer', 'but checkpointer has its own');

# Broken by: a signal that is kept from whom it belonged to.
for my $type ('checkpointer', 'client backend')
{
    open(my $file, '<', '/proc/' . find_process($asker, $type) . '/status') or die $!;
    my ($ignored) = map { /^SigIgn:\s*([0-9a-f]+)/ ? hex $1 : () } <$file>;
    ok($ignored & 1 << 27, "$type: the library has its SIGWINCH");
}

# Broken by: a view, or a check, that takes a process's word for it, or that
# cannot find fault: one that PostgreSQL takes for a checkpointer, without its
# filter.
my $fewer = $cluster->session;
my $fewer_pid = $fewer->pid;
$fewer->sql(q(SELECT pretend('checkpointer')));
my $detail = 'it has 3 of the server\'s filters and should have 4: server, child, process:checkpointer, session';
is($asker->sql("SELECT backend_type, filters, agrees, detail FROM pg_seccomp_processes WHERE pid = $fewer_pid"),
    "checkpointer|3|f|$detail", 'a process with less than it should have: the view');
is($asker->sql(q(SELECT status, detail FROM pg_seccomp_check() WHERE item = 'all_processes')),
    "fail|processes with fewer filters than they should have: $fewer_pid, checkpointer: $detail", 'a process with less than it should have: the check');

# Broken by: a type that a newer PostgreSQL brings, and that nobody is told of.
$fewer->sql(q(SELECT pretend('of the future')));
is($asker->sql("SELECT backend_type, filters, array_to_string(scopes[1:2], '>'), agrees, detail FROM pg_seccomp_processes WHERE pid = $fewer_pid"),
    'unknown process type|3|server>child|t|pg_seccomp does not know this type of process, so it has [Server] and [Child] only', 'an unknown type: the view says so');
$fewer->close;
PgSeccomp::Cluster::wait_until(sub { !kill 0, $fewer_pid });
is($asker->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', 'and when it is gone, the check is content');

done_testing();
