# lifecycle.pl
# A server's whole life under the default policy: crashes, single-user mode,
# upgrade, backup, replication, and what else starts processes or programs.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number);

my $bindir = $PgSeccomp::Cluster::bindir;
my $mount = call_number('mount');
my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
wal_level = logical
archive_mode = on
autovacuum_naptime = 1s
END
my $base = $cluster->{base};
my @owner = (getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ];
mkdir "$base/archive";
chown @owner, "$base/archive";
$cluster->append_conf("archive_command = 'cp %p $base/archive/%f'\n");
$cluster->start(policy => 'default');
$cluster->sql('CREATE EXTENSION pg_seccomp');
install_attacks($cluster);
$cluster->sql('CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 20000) AS i; ALTER TABLE t ADD PRIMARY KEY (i)');
my $look = "SELECT raw_syscall($mount), filters, profile FROM pg_seccomp_processes WHERE pid = pg_backend_pid()";
my $holds = 'EPERM|3|session';

# Broken by: a policy that denies what archive_command's shell and cp need.
$cluster->sql('SELECT pg_switch_wal()');
ok($cluster->poll_until('SELECT archived_count > 0 FROM pg_stat_archiver'), 'archive_command runs');
is($cluster->sql('SELECT failed_count FROM pg_stat_archiver'), 0, 'and does not fail');

# Broken by: likewise for COPY's programs.
is($cluster->sql(q(CREATE TEMP TABLE p (i int); COPY p FROM PROGRAM 'seq 1 5 | sort -rn'; SELECT sum(i) FROM p)), 15, 'COPY FROM PROGRAM');
is($cluster->sql("COPY (SELECT 42) TO PROGRAM 'gzip -c >$base/archive/out.gz'; SELECT 1"), 1, 'COPY TO PROGRAM');
is(`zcat $base/archive/out.gz`, "42\n", 'with its output');

# Broken by: a server's program that a helper sheds: inheritance is the point.
like($cluster->sql(q(CREATE TEMP TABLE s (l text); COPY s FROM PROGRAM 'cat /proc/self/status' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02');
    SELECT string_agg(l, ' ') FROM s WHERE l ~ '^(NoNewPrivs|Seccomp_filters)')), qr/NoNewPrivs:\s*1 Seccomp_filters:\s*3/,
    'programs have the filters of their session');

# Broken by: a denied call that JIT, large objects or maintenance need.
SKIP:
{
    skip 'no JIT', 1 if $cluster->sql('SELECT pg_jit_available()') ne 't';
    like($cluster->sql('SET jit_above_cost = 0; EXPLAIN (ANALYZE) SELECT sum(i) FROM t'), qr/JIT:/, 'JIT compiles');
}
$cluster->sql("SELECT lo_from_bytea(4711, decode(repeat('ab', 9000), 'hex'))");
$cluster->sql("SELECT lo_export(4711, '$base/archive/lo'); SELECT lo_import('$base/archive/lo', 4712)");
is($cluster->sql('SELECT lo_get(4711) = lo_get(4712), length(lo_get(4712))'), 't|9000', 'large objects');
$cluster->sql('UPDATE t SET m = m');
ok($cluster->poll_until(q(SELECT autovacuum_count > 0 FROM pg_stat_user_tables WHERE relname = 't')), 'autovacuum runs');
is($cluster->sql('VACUUM (FULL, ANALYZE) t; REINDEX TABLE t; CLUSTER t USING t_pkey; SELECT count(*) FROM t'), 20000, 'maintenance runs');
my ($status, undef, $err) = PgSeccomp::Cluster::run_as_user('', "$bindir/pg_dump", '-d', $cluster->conninfo, '-f', "$base/archive/dump");
is("$status$err", '0', 'pg_dump');
like(join('', do { open(my $dump, '<', "$base/archive/dump") or die $!; <$dump> }), qr/CREATE EXTENSION IF NOT EXISTS pg_seccomp/,
    'which dumps the extension as such');

# Broken by: programs that a crash makes the postmaster forget, or attach anew
# to itself on each cycle.
my $loaded = $cluster->sql('SELECT loaded_at FROM pg_seccomp_status');
for my $time (1, 2)
{
    my $session = $cluster->session;
    my $bystander = $cluster->session;
    $bystander->pid;
    my $offset = $cluster->log_size;
    kill 'KILL', $session->pid;
    ok(PgSeccomp::Cluster::wait_until(sub { $cluster->log($offset) =~ /ready to accept connections/ }), "crash $time: the server recovers");
    is($cluster->sql($look), $holds, "crash $time: sessions are filtered");
    is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', "crash $time: and all processes");
    is(PgSeccomp::Cluster::kernel_says($cluster->postmaster_pid, 'Seccomp_filters'), 1, "crash $time: the postmaster has one filter");
    is($cluster->sql('SELECT loaded_at FROM pg_seccomp_status'), $loaded, "crash $time: under the policy it started with");
}
is($cluster->sql('SELECT count(*) FROM t'), 20000, 'nothing is lost');

# Broken by: base backups or standbys that the policy hinders, or that run bare.
my $standby = PgSeccomp::Cluster->new(backup_of => $cluster, conf => "hot_standby = on\narchive_mode = off\n");
$standby->start(policy => 'default');
$cluster->sql('INSERT INTO t VALUES (0)');
ok($standby->poll_until('SELECT pg_is_in_recovery() AND count(*) = 20001 FROM t'), 'a standby follows');
is($standby->sql($look), $holds, 'its sessions are filtered');
is($standby->sql(q(SELECT string_agg(backend_type || ' ' || filters, ', ' ORDER BY 1) FROM pg_seccomp_processes
    WHERE backend_type IN ('startup', 'walreceiver'))), 'startup 2, walreceiver 2', 'and so are startup and walreceiver');
is($cluster->sql(q(SELECT filters, profile FROM pg_seccomp_processes WHERE backend_type = 'walsender')), '3|session', 'and its walsender');
$standby->sql('SELECT pg_promote()');
is($standby->sql('INSERT INTO t VALUES (-1); SELECT count(*) FROM t'), 20002, 'it can be promoted');
is($standby->sql($look), $holds, 'and stays filtered');

# Broken by: a denied call that logical replication needs.
$standby->sql('TRUNCATE t');
$cluster->sql('CREATE PUBLICATION p FOR TABLE t');
$standby->sql('CREATE SUBSCRIPTION s CONNECTION $$' . $cluster->conninfo . '$$ PUBLICATION p');
$cluster->sql('INSERT INTO t VALUES (30000)');
ok($standby->poll_until('SELECT count(*) = 20002 FROM t'), 'logical replication copies and follows');
$standby->sql('DROP SUBSCRIPTION s');
$standby->stop;

# Broken by: single-user mode without the server's program, or without the views.
ok($cluster->stop, 'a fast stop');
($status, my $out, $err) = PgSeccomp::Cluster::run_as_user(
    "SELECT raw_syscall($mount) AS answer\nSELECT policy, mode FROM pg_seccomp_status\n" .
      "SELECT count(*) AS processes FROM pg_seccomp_processes\nSELECT item, status FROM pg_seccomp_check() WHERE status = 'fail'\n",
    "$bindir/postgres", '--single', '-D', $cluster->{data}, '-c', 'shared_preload_libraries=$libdir/pg_seccomp',
    '-c', 'pg_seccomp.policy=default', 'postgres');
is($status, 0, 'single-user mode runs') or diag $err;
like($out, qr/answer = "EPERM"/, 'and is filtered');
like($out, qr/policy = "default"/, 'and has the views');
like($out, qr/processes = "1"/, 'and is the only process');
unlike($out, qr/status = "fail"/, 'and checks itself');

# Broken by: an upgrade that stumbles over the module, or runs unfiltered.
# Two clusters of this version will do.
my $new = PgSeccomp::Cluster->new;
# pg_upgrade puts the options between double quotes before a shell reads them.
my $with = q(-c shared_preload_libraries='\$libdir/pg_seccomp' -c pg_seccomp.policy=default);
($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', 'env', '-C', $new->{base}, "$bindir/pg_upgrade", '--retain',
    '-b', $bindir, '-B', $bindir, '-d', $cluster->{data}, '-D', $new->{data}, '-s', $new->{base}, '-U', 'postgres',
    '-o', $with, '-O', $with);
is($status, 0, 'pg_upgrade runs') or diag "$out$err";
my @logs = glob "$new->{data}/pg_upgrade_output.d/*/log/pg_upgrade_server.log";
is(scalar @logs, 1, 'and keeps its log');
my $log = do { local $/; open(my $file, '<', $logs[0] // '/dev/null') or die $!; <$file> };
cmp_ok(scalar(() = $log =~ /seccomp policy ".*" is in force/g), '>', 1, 'each of its servers was filtered');
$new->start(policy => 'default');
is($new->sql('SELECT count(*) FROM t'), 20002, 'the upgraded cluster has its data');
is($new->sql($look), $holds, 'and is filtered');

done_testing();
