# replication.pl
# Physical replication under strict.conf, from the first base backup over
# cascades and promotions to the old primary that comes back by pg_rewind.
use strict;
use warnings;

use Socket ();
use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Strict qw(strict_cluster strict_start reconfigure folder slurp spew runs in_step all_filtered ends_well);
use PgSeccomp::Workload qw(work fingerprint);

my $major = $PgSeccomp::Cluster::major;
my $alpha = strict_cluster(tcp => 1, conf => <<'END');
cluster_name = alpha
wal_level = logical
wal_log_hints = on
wal_keep_size = 64MB
track_commit_timestamp = on
allow_in_place_tablespaces = on
hot_standby_feedback = on
max_standby_streaming_delay = 300ms
logical_decoding_work_mem = 64kB
END
$alpha->append_conf("summarize_wal = on\n") if $major >= 17;

# Standbys come over TCP, with TLS and a password, by a name if this machine
# resolves one: all of it work for the WAL receiver.
my $keys = folder($alpha, 'keys');
runs('a certificate', '/usr/bin/openssl', qw(req -new -x509 -days 2 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
    -subj /CN=localhost -addext), 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-out', "$keys/crt", '-keyout', "$keys/key");
$alpha->append_conf("ssl = on\nssl_cert_file = '$keys/crt'\nssl_key_file = '$keys/key'\n");
spew("$alpha->{data}/pg_hba.conf", <<'END', 0600);
local all,replication postgres trust
hostssl all,replication streamer 127.0.0.1/32 scram-sha-256
END
my $passfile = spew("$keys/pass", "*:*:*:streamer:secret\n", 0600);
my $host = Socket::inet_aton('localhost') ? 'localhost' : '127.0.0.1';
my $over_tcp = "host=$host port=$alpha->{port} user=streamer sslmode=verify-full sslrootcert=$keys/crt passfile=$passfile";

strict_start($alpha);
my $outside = folder($alpha, 'outside');
$alpha->sql('CREATE EXTENSION pg_seccomp');
$alpha->sql(q(CREATE ROLE streamer LOGIN REPLICATION PASSWORD 'secret'));
$alpha->sql("CREATE TABLESPACE outside LOCATION '$outside'");
$alpha->sql('CREATE TABLE outside TABLESPACE outside AS SELECT generate_series(1, 1000) AS i');
my $print = fingerprint($alpha);

# Broken by: a policy that denies what WAL senders need to make base backups.
my $backups = folder($alpha, 'backups');
my @basebackup = ('pg_basebackup', '-c', 'fast', '-d');
# first, for 15 leaves tablespaces within the data directory out of tar files
runs('a backup by tar and gzip, WAL streamed', @basebackup, $over_tcp, '-D', "$backups/tar", qw(-F t -z -X stream));
work($alpha, 1);
runs('a plain backup, WAL fetched', @basebackup, $alpha->conninfo, '-D', "$backups/plain", '-X', 'fetch', '-T', "$outside=$backups/plain_outside");
runs('it is whole', 'pg_verifybackup', "$backups/plain");
runs("a backup that the server compresses by $_", @basebackup, $alpha->conninfo, '-D', "$backups/$_", qw(-F t -X fetch),
    "--compress=server-$_") for qw(gzip lz4 zstd);
runs('a backup into a folder of the server', @basebackup, $alpha->conninfo, "--target=server:$backups/target", '-X', 'fetch');

# A cluster out of tar files, whose tablespace moves.
sub untar
{
    my ($from, $data) = @_;
    return PgSeccomp::Cluster::run_as_user('', 'sh', '-ec', <<'END', $from, $data);
umask 077
mkdir "$1" "$1_outside"
tar -xzf "$0/base.tar.gz" -C "$1"
tar -xzf "$0/pg_wal.tar.gz" -C "$1/pg_wal"
read -r oid place <"$1/tablespace_map"
tar -xzf "$0/$oid.tar.gz" -C "$1_outside"
sed -i "s,$place,$1_outside," "$1/tablespace_map"
END
}

# Broken by: a startup process that may not make what backup_label and
# tablespace_map ask for.
my $restored = strict_start(strict_cluster(made_by => sub { untar("$backups/tar", @_) }));
is(fingerprint($restored), $print, 'restored from tar files: the same data');
$restored->sql('INSERT INTO outside VALUES (0)');
all_filtered($restored, 'restored', qw(walwriter));
ends_well($restored, 'restored');

# Broken by: a WAL receiver that may not resolve names, connect, speak TLS, or
# write what it got; a startup process that may not replay it.
my $beta = strict_cluster(tcp => 1, conf => "cluster_name = beta\nwal_level = logical\n", made_by => sub {
    PgSeccomp::Cluster::run_as_user('', "$PgSeccomp::Cluster::bindir/pg_basebackup", '-c', 'fast', '-d', $over_tcp,
        '-D', $_[0], qw(-R -C -S beta -X stream -T), "$outside=$_[0]_outside");
});
strict_start($beta);
work($alpha, 2);
ok(in_step($alpha, $beta), 'a standby follows');
is(fingerprint($beta), fingerprint($alpha), 'and has the same data');
is($beta->sql(q(SELECT status, slot_name FROM pg_stat_wal_receiver)), 'streaming|beta', 'by a slot');
is($alpha->sql(q(SELECT ssl FROM pg_stat_ssl JOIN pg_stat_replication USING (pid) WHERE application_name = 'beta')), 't', 'over TLS');
all_filtered($alpha, 'primary', qw(walsender walwriter), $major >= 17 ? 'walsummarizer' : ());
all_filtered($beta, 'standby', qw(startup walreceiver));

# Broken by: the same of a standby's standby, and of base backups of a standby.
my $gamma = strict_cluster(conf => "cluster_name = gamma\nwal_level = logical\nrecovery_init_sync_method = syncfs\n", made_by => sub {
    PgSeccomp::Cluster::run_as_user('', "$PgSeccomp::Cluster::bindir/pg_basebackup", '-c', 'fast', '-d', $beta->conninfo,
        '-D', $_[0], qw(-R -C -S gamma -X stream -T), "$beta->{data}_outside=$_[0]_outside");
});
strict_start($gamma);
ok(in_step($beta, $gamma), 'a cascaded standby follows');
all_filtered($beta, 'standby in the middle', qw(startup walreceiver walsender));
all_filtered($gamma, 'cascaded standby', qw(startup walreceiver));

# Broken by: walsenders that may not wake those who wait for a standby.
reconfigure($alpha, "synchronous_standby_names = 'beta'\nsynchronous_commit = remote_apply\n");
ok($alpha->poll_until(q(SELECT sync_state = 'sync' FROM pg_stat_replication WHERE application_name = 'beta')), 'beta is synchronous');
$alpha->sql('CREATE TABLE sync AS SELECT 42 AS i');
is($beta->sql('SELECT i FROM sync'), 42, 'what is committed is there at once');

# Broken by: a startup process that may not set timers, or signal queries.
my $reader = $beta->session;
$reader->send('BEGIN; SELECT i FROM sync; SELECT pg_sleep(60)');
ok($beta->poll_until(q(SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep')), 'a query on the standby');
ok($alpha->poll_until(q(SELECT xmin IS NOT NULL FROM pg_replication_slots WHERE slot_name = 'beta')), 'of which the primary knows (hot_standby_feedback)');
$alpha->sql('TRUNCATE sync');
like(($reader->answer)[1], qr/conflict with recovery/, 'is canceled by what is replayed');
$reader->close;
ok($beta->poll_until(q(SELECT confl_lock = 1 FROM pg_stat_database_conflicts WHERE datname = 'postgres')), 'and counted');

# Broken by: processes that may not be stopped, told of settings, or started anew.
reconfigure($alpha, "synchronous_standby_names = ''\n");
$beta->sql('SELECT pg_wal_replay_pause()');
$alpha->sql('INSERT INTO sync VALUES (43)');
kill 'TERM', $beta->sql('SELECT pid FROM pg_stat_wal_receiver');
is($beta->sql('SELECT count(*) FROM sync'), 0, 'replay is paused');
$beta->sql('SELECT pg_wal_replay_resume()');
ok($beta->poll_until('SELECT count(*) = 1 FROM sync'), 'replay goes on, with a new WAL receiver');
$gamma->stop('immediate');
$alpha->sql('INSERT INTO sync SELECT generate_series(1, 1000); SELECT pg_switch_wal(); CHECKPOINT');
strict_start($gamma);
ok(in_step($alpha, $beta) && in_step($beta, $gamma), 'a standby recovers from a crash, and follows');
$_->sql('CHECKPOINT') for $beta, $gamma;

# A slot's first snapshot waits for all transactions that are open.
$alpha->sql("COMMIT PREPARED 'open$_'") for 1, 2;

SKIP:
{
    skip 'logical decoding on a standby came in 16', 1 if $major < 16;
    # Broken by: a standby that may not build snapshots for decoding.
    my $decoder = $beta->session;
    $decoder->send(q(SELECT slot_name FROM pg_create_logical_replication_slot('here', 'test_decoding')));
    PgSeccomp::Cluster::wait_until(sub { $alpha->sql('SELECT pg_log_standby_snapshot()');
        $beta->sql(q(SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'here' AND confirmed_flush_lsn IS NOT NULL)) });
    is(($decoder->answer)[0], 'here', 'logical decoding on a standby');
    $alpha->sql('INSERT INTO sync VALUES (4711)');
    ok(in_step($alpha, $beta), 'which follows');
    like($beta->sql(q(SELECT data FROM pg_logical_slot_get_changes('here', NULL, NULL))), qr/i\[integer\]:4711/, 'decodes');
    $beta->sql(q(SELECT pg_drop_replication_slot('here')));
}

# Broken by: WAL senders and decoding that lack what pg_receivewal and pg_recvlogical ask for.
my $wal = folder($alpha, 'wal');
$alpha->sql(q(SELECT pg_create_physical_replication_slot('receive', true)));
runs('a slot for pg_recvlogical', 'pg_recvlogical', '-d', $alpha->conninfo, qw(-S decode -P test_decoding --create-slot));
work($alpha, 3);
my $lsn = $alpha->sql('SELECT pg_current_wal_lsn()');
$alpha->sql('SELECT pg_switch_wal()');    # pg_receivewal ends with what comes behind
runs('pg_receivewal', 'pg_receivewal', '-d', $alpha->conninfo, qw(-S receive --no-loop -Z gzip:1 -D), $wal, "--endpos=$lsn");
cmp_ok(scalar(() = glob "$wal/*.gz"), '>', 1, 'has received');
runs('pg_recvlogical', 'pg_recvlogical', '-d', $alpha->conninfo, qw(-S decode --no-loop --start -f), "$wal/changes", "--endpos=$lsn");
like(slurp("$wal/changes"), qr/table public.deeds3: UPDATE: i\[integer\]:1 t\[text\]:'eins'/, 'has decoded');
is($alpha->sql(q(SELECT spill_count > 0 FROM pg_stat_replication_slots WHERE slot_name = 'decode')), 't', 'with spilling to files');
runs('pg_recvlogical', 'pg_recvlogical', '-d', $alpha->conninfo, qw(-S decode --drop-slot));
runs('pg_receivewal', 'pg_receivewal', '-d', $alpha->conninfo, qw(-S receive --drop-slot));

SKIP:
{
    skip 'incremental backups came in 17', 1 if $major < 17;
    # Broken by: a WAL summarizer or WAL senders without what incremental backups need.
    runs('an incremental backup', @basebackup, $alpha->conninfo, '-D', "$backups/more", "--incremental=$backups/plain/backup_manifest",
        '-T', "$outside=$backups/more_outside");
    my $combined = strict_cluster(made_by => sub {
        PgSeccomp::Cluster::run_as_user('', "$PgSeccomp::Cluster::bindir/pg_combinebackup", "$backups/plain", "$backups/more", '-o', $_[0],
            '-T', "$backups/more_outside=$_[0]_outside");
    });
    strict_start($combined);
    is(fingerprint($combined), fingerprint($alpha), 'combined with the first one, it has all data');
    ends_well($combined, 'combined');
}

# Broken by: a startup process that may not write a new timeline; WAL receivers
# that may not fetch its history.
ok(in_step($alpha, $beta), 'before the promotion');
$print = fingerprint($alpha);
is($beta->sql('SELECT pg_promote()'), 't', 'pg_promote()');
is(fingerprint($beta), $print, 'nothing is lost');
is($beta->sql(q(COMMIT PREPARED 'open3'; SELECT t FROM deeds3 WHERE i = 5)), 'five', 'what was prepared can be committed');
work($beta, 4);
ok(in_step($beta, $gamma), 'the cascaded standby follows to the new timeline');
is($gamma->sql('SELECT received_tli FROM pg_stat_wal_receiver'), 2, 'which is the second');
all_filtered($beta, 'promoted', qw(walsender walwriter));

# Broken by: servers that pg_rewind starts, and that run unfiltered or not at all.
$alpha->sql('CREATE TABLE lost AS SELECT 1 AS i');
$alpha->stop('immediate');
$beta->sql('CHECKPOINT; ALTER SYSTEM RESET primary_slot_name');
like(runs('pg_rewind from a server', 'pg_rewind', '-D', $alpha->{data}, '-R', '--source-server=' . $beta->conninfo),
    qr/seccomp policy ".*" is in force/, 'whose single-user server was filtered');
$alpha->append_conf($alpha->addresses . "cluster_name = alpha\n");
strict_start($alpha);
ok(in_step($beta, $alpha), 'the old primary follows the new one');
is($alpha->sql(q(SELECT to_regclass('lost') IS NULL, pg_is_in_recovery())), 't|t', 'without what it had alone');
is(fingerprint($alpha), fingerprint($beta), 'with the same data');
all_filtered($alpha, 'rewound', qw(startup walreceiver));
ends_well($alpha, 'alpha');

# Broken by: the same, of pg_ctl promote and of a source that does not run.
runs('pg_ctl promote', 'pg_ctl', '-D', $gamma->{data}, '-w', 'promote');
$gamma->sql('CREATE TABLE gammas AS SELECT 1 AS i; CHECKPOINT');
$beta->sql('CREATE TABLE lost AS SELECT 1 AS i');
ends_well($beta, 'beta');
ends_well($gamma, 'gamma');
runs('pg_rewind from a data directory', 'pg_rewind', '-D', $beta->{data}, "--source-pgdata=$gamma->{data}");
spew("$beta->{data}/standby.signal", '');
$beta->append_conf("primary_conninfo = '" . $gamma->conninfo =~ s/'/''/gr . "'\nprimary_slot_name = ''\n", 'postgresql.auto.conf');
$beta->append_conf($beta->addresses . "cluster_name = beta\n");
strict_start($_) for $gamma, $beta;
$gamma->sql('INSERT INTO gammas VALUES (2)');
ok($beta->poll_until(q(SELECT count(*) = 2 AND to_regclass('lost') IS NULL FROM gammas)), 'the rewound server follows');
all_filtered($beta, 'rewound', qw(startup walreceiver));
all_filtered($gamma, 'promoted', qw(walsender walwriter));
ends_well($_->[0], $_->[1]) for [ $beta, 'beta again' ], [ $gamma, 'gamma again' ];

done_testing();
