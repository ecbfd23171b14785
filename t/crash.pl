# crash.pl
# Crashes under strict.conf: of a session under load, of the whole server, of
# the postmaster alone.  The server comes back with its data and its filters.
# Beside it, the logging collector and autovacuum at work.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Strict qw(strict_cluster strict_start reconfigure folder slurp runs all_filtered ends_well);
use PgSeccomp::Violations qw(read_csvlog read_jsonlog);
use PgSeccomp::Workload qw(work fingerprint);

my $major = $PgSeccomp::Cluster::major;
my $cluster = strict_cluster(conf => <<'END');
autovacuum = on
autovacuum_naptime = 1s
allow_in_place_tablespaces = on
logging_collector = on
log_destination = 'stderr,csvlog,jsonlog'
log_file_mode = 0644
log_rotation_size = 100kB
log_truncate_on_rotation = on
log_checkpoints = on
log_connections = on
log_autovacuum_min_duration = 0
log_startup_progress_interval = 20ms
bgwriter_delay = 10ms
bgwriter_lru_maxpages = 1000
wal_writer_delay = 10ms
END
my $logs = "$cluster->{base}/logs";    # the logger makes it
$cluster->append_conf("log_directory = '$logs'\n");
my $outside = folder($cluster, 'outside');
my @types = ('walwriter', 'logger', 'autovacuum launcher', 'logical replication launcher', $major >= 18 ? 'io worker' : ());

# What the server has logged, wherever.
sub everything
{
    return join '', map { slurp($_) } $cluster->{log}, glob "$logs/*.log";
}

# Waits until the log has told of something as many times.
sub told
{
    my ($pattern, $times) = @_;
    return PgSeccomp::Cluster::wait_until(sub { scalar(() = everything() =~ /$pattern/g) >= $times }, 30);
}

# pgbench beside the test, and some of its transactions.
sub load
{
    my $before = $cluster->sql('SELECT count(*) FROM pgbench_history');
    PgSeccomp::Cluster::background("$PgSeccomp::Cluster::bindir/pgbench", '-n', '-c', 4, '-T', 60, $cluster->conninfo);
    return $cluster->poll_until("SELECT count(*) > $before + 100 FROM pgbench_history");
}

# pgbench's accounts: transactions are there as a whole, or not at all.
sub balanced
{
    my ($name) = @_;
    return is($cluster->sql('SELECT sum(abalance) - (SELECT sum(tbalance) FROM pgbench_tellers),
        sum(abalance) - (SELECT sum(delta) FROM pgbench_history) FROM pgbench_accounts'), '0|0', "$name: whole transactions");
}

strict_start($cluster);
$cluster->sql('CREATE EXTENSION pg_seccomp');
runs('pgbench', 'pgbench', qw(-q -i -s 1), $cluster->conninfo);
all_filtered($cluster, 'at first', @types);

# Broken by: autovacuum that may not do its work, functions of indexes included.
$cluster->sql(<<'END');
CREATE FUNCTION half(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN i / 2; END';
CREATE TABLE busy (i int, filler text) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
    autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0, autovacuum_vacuum_cost_delay = 20, autovacuum_vacuum_cost_limit = 100);
CREATE INDEX ON busy (half(i));
CREATE INDEX ON busy USING brin (i) WITH (autosummarize, pages_per_range = 1);
CREATE INDEX ON busy USING gin (to_tsvector('simple', filler)) WITH (fastupdate);
INSERT INTO busy SELECT i, repeat('x', 500) FROM generate_series(1, 5000) AS i;
DELETE FROM busy WHERE i > 100;
END
all_filtered($cluster, 'autovacuum', 'autovacuum worker');
ok($cluster->poll_until(q(SELECT autovacuum_count > 0 AND autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = 'busy')),
    'autovacuum vacuums and analyzes');
cmp_ok($cluster->sql(q(SELECT count(*) FROM pg_stats WHERE tablename ~ 'half')), '>', 0, 'what a function of an index returns');
ok($cluster->poll_until(q(SELECT pg_relation_size('busy') < 1000000)), 'and makes the file shorter');

# Broken by: a logger that may not make, rename or truncate files.
like($cluster->sql(q(SELECT pg_current_logfile('csvlog'))), qr/\.csv$/, 'the logger writes csvlog');
$cluster->sql("DO \$\$BEGIN FOR i IN 1 .. 300 LOOP RAISE LOG 'a line %', repeat('x', 500); END LOOP; END\$\$");
ok($cluster->poll_until(q(SELECT count(*) > 3 FROM pg_ls_logdir())), 'and rotates by size');
is($cluster->sql('SELECT pg_rotate_logfile()'), 't', 'and when asked to');
my $renamed = "$cluster->{base}/renamed/logs";
mkdir "$cluster->{base}/renamed" or die $!;
chown((getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ], "$cluster->{base}/renamed");
reconfigure($cluster, "log_directory = '$renamed'\n");
ok(PgSeccomp::Cluster::wait_until(sub { glob "$renamed/*.json" }), 'and into a folder that it makes');
reconfigure($cluster, "log_directory = '$logs'\nlog_filename = 'second-%H%M%S.log'\n");
ok(PgSeccomp::Cluster::wait_until(sub { glob "$logs/second*.log" }), 'and to and fro');

# Broken by: processes that a crash leaves without filters; recovery that strict.conf hinders.
ok(load(), 'load');
my $victim = $cluster->session;
kill 'KILL', $victim->pid;
ok(told(qr/all server processes terminated; reinitializing/, 1), 'killing a session ends all');
ok(told(qr/database system is ready to accept connections/, 2), 'the server comes back');
balanced('after kill -9 of a session');
all_filtered($cluster, 'after kill -9 of a session', @types);

# Broken by: a startup process that may not replay what is in the WAL.
work($cluster, 1);
$cluster->sql("CREATE TABLESPACE outside LOCATION '$outside'");
$cluster->sql('CREATE TABLE outside TABLESPACE outside AS SELECT generate_series(1, 1000) AS i');
$cluster->sql('CREATE UNLOGGED TABLE unlogged AS SELECT generate_series(1, 1000) AS i; CREATE TEMP TABLE t AS SELECT 1');
my $print = fingerprint($cluster);
$cluster->stop('immediate');
strict_start($cluster);
is(fingerprint($cluster), $print, 'after an immediate stop: nothing is lost');
is($cluster->sql('SELECT count(*) FROM unlogged'), 0, 'after an immediate stop: what was not logged is empty');
all_filtered($cluster, 'after an immediate stop', @types);

# Broken by: processes that outlive their postmaster; recovery again, by other
# means of syncing and of sharing memory.
work($cluster, 2);
$print = fingerprint($cluster);
ok(load(), 'load');
my @all = ($cluster->postmaster_pid, $cluster->children);
kill 'KILL', $all[0];
ok(PgSeccomp::Cluster::wait_until(sub { !grep { kill 0, $_ } @all }), 'killing the postmaster ends all');
strict_start($cluster, args => [ '-c recovery_init_sync_method=syncfs', '-c dynamic_shared_memory_type=mmap',
    '-c wal_sync_method=open_datasync', '-c wal_recycle=off', '-c wal_init_zero=off' ]);
is(fingerprint($cluster), $print, 'after kill -9 of the postmaster: nothing is lost');
balanced('after kill -9 of the postmaster');
all_filtered($cluster, 'after kill -9 of the postmaster', @types);
work($cluster, 3);
$print = fingerprint($cluster);
$cluster->stop('immediate');
strict_start($cluster);
is(fingerprint($cluster), $print, 'after another stop: nothing is lost');

is($cluster->sql('SELECT * FROM pg_seccomp_violations'), '', 'no violations');
ok($cluster->stop, 'stops');
ends_well($cluster, 'crashes', logs => [ glob "$logs/*.log $renamed/*.log" ],
    provoked => qr/(server process|client backend) \(PID \d+\) was terminated by signal 9/, times => 1);
my @csv = (read_csvlog($logs), read_csvlog($renamed));
cmp_ok(scalar(grep { ($_->{backend_type} // '') eq 'startup' } @csv), '>', 0, 'csvlog has lines of startup processes');
is(scalar(grep { $_->{message} =~ /denied by seccomp/ } @csv), 0, 'and none of a denial');
cmp_ok(scalar(read_jsonlog($logs)), '>', 0, 'jsonlog can be read');

done_testing();
