# logical.pl
# Logical replication under strict.conf: initial copies, large transactions,
# conflicts, owners that are no superusers; from 17 on slots that fail over and
# standbys that become subscribers.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Strict qw(strict_cluster strict_start reconfigure spew runs in_step all_filtered ends_well);

my $major = $PgSeccomp::Cluster::major;
# what the types of a subscription's workers are called (15 and 16: all the same)
my $apply = 'logical replication ' . ($major >= 17 ? 'apply worker' : 'worker');
my $small = <<'END';
wal_level = logical
logical_decoding_work_mem = 64kB
wal_receiver_status_interval = 1s
END
my $publisher = strict_cluster(tcp => 1, conf => $small);
my $subscriber = strict_cluster(conf => $small);
spew("$publisher->{data}/pg_hba.conf", <<'END', 0600);
local all,replication postgres trust
host all,replication streamer 127.0.0.1/32 scram-sha-256
END
strict_start($_) for $publisher, $subscriber;
$_->sql('CREATE EXTENSION pg_seccomp') for $publisher, $subscriber;
my $conninfo = $publisher->conninfo;
my $over_tcp = "host=127.0.0.1 port=$publisher->{port} user=streamer password=secret dbname=postgres";

# What a table of the subscriber has, once it has what is expected.
sub arrives
{
    my ($query, $name) = @_;
    return ok($subscriber->poll_until($query), $name);
}

my $tables = <<'END';
CREATE TABLE plain (i int PRIMARY KEY, t text);
CREATE TABLE other (i int PRIMARY KEY, t text, secret text);
CREATE TABLE filtered (i int PRIMARY KEY, t text);
CREATE TABLE large (i int PRIMARY KEY, t text);
CREATE TABLE parts (i int PRIMARY KEY, t text) PARTITION BY RANGE (i);
CREATE TABLE parts1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
CREATE TABLE parts2 PARTITION OF parts FOR VALUES FROM (1000) TO (100000);
END
$_->sql($tables) for $publisher, $subscriber;
$publisher->sql(<<'END');
INSERT INTO plain SELECT i, md5(i::text) FROM generate_series(1, 2000) AS i;
INSERT INTO other SELECT i, md5(i::text), 'secret' FROM generate_series(1, 2000) AS i;
INSERT INTO filtered SELECT i, md5(i::text) FROM generate_series(1, 2000) AS i;
INSERT INTO parts SELECT i, md5(i::text) FROM generate_series(1, 2000) AS i;
CREATE ROLE streamer LOGIN REPLICATION PASSWORD 'secret';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO streamer;
CREATE PUBLICATION most FOR TABLE plain, other (i, t), filtered WHERE (i % 2 = 0), parts, large WITH (publish_via_partition_root);
END

# Broken by: tablesync workers that may not connect, copy, or run triggers in
# PL/pgSQL, whose library they load first.
$subscriber->sql(<<'END');
CREATE TABLE journal (n int, worker text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.journal VALUES (new.i, (SELECT backend_type FROM pg_stat_activity WHERE pid = pg_backend_pid()));
    RETURN new;
END$$;
CREATE TRIGGER note BEFORE INSERT OR UPDATE ON other FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE other ENABLE ALWAYS TRIGGER note;
END
$subscriber->sql("CREATE SUBSCRIPTION most CONNECTION '$over_tcp' PUBLICATION most WITH (streaming = on, two_phase = on)");
arrives(q(SELECT count(*) = 5 AND bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel), 'initial copies are made');
is($subscriber->sql('SELECT (SELECT count(*) FROM plain), (SELECT count(*) FROM filtered), (SELECT count(*) FROM parts2)'),
    '2000|1000|1001', 'of all tables, of rows that pass a filter, of partitions');
is($subscriber->sql('SELECT count(*), count(secret), (SELECT count(*) FROM journal) FROM other'), '2000|0|2000', 'of some columns, by way of a trigger');
all_filtered($subscriber, 'subscriber', $apply, 'logical replication launcher');
all_filtered($publisher, 'publisher', 'walsender', 'logical replication launcher');

# Broken by: an apply worker that may not do what the changes are, or make files
# of those that come before their commit.
$publisher->sql(<<'END');
UPDATE plain SET t = 'new' WHERE i <= 10;
DELETE FROM plain WHERE i > 1990;
UPDATE filtered SET i = i + 10001 WHERE i = 2;
UPDATE parts SET i = i + 5000 WHERE i <= 5;
INSERT INTO other VALUES (3000, 'three thousand');
BEGIN;
INSERT INTO large SELECT i, repeat(md5(i::text), 3) FROM generate_series(1, 10000) AS i;
SAVEPOINT s;
INSERT INTO large SELECT i, repeat(md5(i::text), 3) FROM generate_series(20001, 25000) AS i;
ROLLBACK TO s;
INSERT INTO large SELECT i, repeat(md5(i::text), 3) FROM generate_series(30001, 31000) AS i;
COMMIT;
END
arrives('SELECT count(*) = 11000 FROM large', 'a large transaction arrives');
cmp_ok($publisher->sql(q(SELECT stream_txns FROM pg_stat_replication_slots WHERE slot_name = 'most')), '>', 0, 'as a stream');
is($subscriber->sql(q(SELECT count(*), count(*) FILTER (WHERE t = 'new') FROM plain)), '1990|10', 'updates and deletions');
is($subscriber->sql(q(SELECT count(*) FROM filtered)), 999, 'rows that leave the filter');
is($subscriber->sql(q(SELECT worker FROM journal WHERE n = 3000)), $apply, 'triggers run in the apply worker');

# Broken by: what stays of a transaction in two phases being a file.
$publisher->sql(q(BEGIN; INSERT INTO plain VALUES (5000, 'prepared'); PREPARE TRANSACTION 'two'));
arrives(q(SELECT count(*) = 1 FROM pg_prepared_xacts), 'a prepared transaction is prepared');
$_->sql('CHECKPOINT') for $publisher, $subscriber;
$publisher->sql(q(COMMIT PREPARED 'two'));
arrives(q(SELECT count(*) = 1 FROM plain WHERE i = 5000), 'and committed');
$publisher->sql('TRUNCATE plain; CREATE TABLE late AS SELECT generate_series(1, 100) AS i; ALTER TABLE late ADD PRIMARY KEY (i);
    ALTER PUBLICATION most ADD TABLE late; GRANT SELECT ON late TO streamer');
arrives('SELECT count(*) = 0 FROM plain', 'TRUNCATE');

# Broken by: slots, origins and subscriptions whose files may not be changed.
$subscriber->sql('CREATE TABLE late (i int PRIMARY KEY)');
$subscriber->sql('ALTER SUBSCRIPTION most DISABLE');
ok($subscriber->poll_until(q(SELECT count(*) = 0 FROM pg_stat_subscription WHERE pid IS NOT NULL)), 'the worker ends');
$subscriber->sql('ALTER SUBSCRIPTION most ENABLE; ALTER SUBSCRIPTION most REFRESH PUBLICATION WITH (copy_data = false)');
$publisher->sql('INSERT INTO late SELECT generate_series(101, 200)');
arrives('SELECT count(*) = 100 FROM late', 'a table that comes later is replicated');

# Broken by: workers that fail for something else than the conflict, or that
# are not started again.
$subscriber->sql(q(INSERT INTO plain VALUES (1, 'mine')));
my $offset = $subscriber->log_size;
$publisher->sql(q(INSERT INTO plain VALUES (1, 'theirs'), (2, 'theirs')));
ok(PgSeccomp::Cluster::wait_until(sub { $subscriber->log($offset) =~ /duplicate key value violates|conflict=insert_exists/ }), 'a conflict');
all_filtered($subscriber, 'conflict', 'logical replication launcher');
$subscriber->sql('DELETE FROM plain');
arrives(q(SELECT string_agg(t, ' ') = 'theirs theirs' FROM plain), 'it is resolved by hand');
$subscriber->sql(q(ALTER SUBSCRIPTION most SET (disable_on_error = on); INSERT INTO plain VALUES (3, 'mine')));
$offset = $subscriber->log_size;
$publisher->sql(q(INSERT INTO plain VALUES (3, 'theirs')));
arrives('SELECT NOT subenabled FROM pg_subscription', 'a conflict disables');
my ($lsn) = $subscriber->log($offset) =~ m{finished at ([0-9A-F]+/[0-9A-F]+)};
$subscriber->sql("ALTER SUBSCRIPTION most SKIP (lsn = '$lsn'); ALTER SUBSCRIPTION most SET (disable_on_error = off); ALTER SUBSCRIPTION most ENABLE");
$publisher->sql(q(INSERT INTO plain VALUES (4, 'theirs')));
arrives(q(SELECT string_agg(t, ' ' ORDER BY i) = 'theirs theirs mine theirs' FROM plain), 'its transaction is skipped');

SKIP:
{
    skip 'parallel apply came in 16', 2 if $major < 16;
    # Broken by: parallel apply workers that lack what apply workers have, or their filters.
    my $setting = $major >= 17 ? 'debug_logical_replication_streaming' : 'logical_replication_mode';
    reconfigure($publisher, "$setting = immediate\n");
    $subscriber->sql('ALTER SUBSCRIPTION most SET (streaming = parallel)');
    $publisher->poll_until("SELECT setting = 'immediate' FROM pg_settings WHERE name = '$setting'");
    my $session = $publisher->session;
    $session->sql('BEGIN; INSERT INTO large SELECT i FROM generate_series(50001, 50300) AS i');
    all_filtered($subscriber, 'parallel apply', 'logical replication ' . ($major >= 17 ? 'parallel worker' : 'worker'));
    cmp_ok($subscriber->sql('SELECT count(*) FROM pg_stat_subscription WHERE leader_pid IS NOT NULL'), '>', 0, 'a parallel apply worker works');
    $session->sql('SAVEPOINT s; INSERT INTO large SELECT i FROM generate_series(60001, 60300) AS i; ROLLBACK TO s; COMMIT');
    arrives('SELECT count(*) = 300 FROM large WHERE i > 50000', 'its transaction arrives');
    reconfigure($publisher, "$setting = buffered\n");
}

# Broken by: an owner whose session section the workers do not have, or cannot
# live with.  In 15 only superusers may have a subscription; but they can lose it.
$publisher->sql(q(CREATE TABLE owned (i int PRIMARY KEY); INSERT INTO owned SELECT generate_series(1, 100);
    CREATE PUBLICATION owned FOR TABLE owned; GRANT SELECT ON owned TO streamer));
$subscriber->sql(q(CREATE ROLE owner LOGIN; GRANT CREATE ON SCHEMA public TO owner));
$subscriber->sql(q(GRANT CREATE ON DATABASE postgres TO owner; GRANT pg_create_subscription TO owner)) if $major >= 16;
$subscriber->sql('CREATE TABLE owned (i int PRIMARY KEY)', user => 'owner');
if ($major >= 16)
{
    $subscriber->sql("CREATE SUBSCRIPTION owned CONNECTION '$over_tcp' PUBLICATION owned", user => 'owner');
}
else
{
    $subscriber->sql('ALTER ROLE owner SUPERUSER');
    $subscriber->sql("CREATE SUBSCRIPTION owned CONNECTION '$over_tcp' PUBLICATION owned", user => 'owner');
    $subscriber->sql('ALTER ROLE owner NOSUPERUSER');
}
arrives('SELECT count(*) = 100 FROM owned', 'a subscription of a role that is no superuser copies');
$publisher->sql('INSERT INTO owned VALUES (101)');
arrives('SELECT count(*) = 101 FROM owned', 'and follows');
if ($major >= 16)
{
    $subscriber->sql('ALTER SUBSCRIPTION owned DISABLE');
    $subscriber->sql("CREATE SUBSCRIPTION trusted CONNECTION \$\$$conninfo\$\$ PUBLICATION owned
        WITH (password_required = false, copy_data = false, enabled = false)");
    $subscriber->sql('ALTER SUBSCRIPTION trusted OWNER TO owner; ALTER SUBSCRIPTION trusted ENABLE');
    $publisher->sql('DELETE FROM owned WHERE i > 50');
    arrives('SELECT count(*) = 50 FROM owned', 'without a password, if that is granted');
}
all_filtered($subscriber, 'owned', $apply);

SKIP:
{
    skip 'slots that fail over, and pg_createsubscriber, came in 17', 1 if $major < 17;
    # Broken by: a slotsync worker that may not connect, or make slots.
    my $standby = strict_cluster(backup_of => $publisher, conf => $small . <<'END');
hot_standby_feedback = on
primary_slot_name = 'physical'
sync_replication_slots = on
END
    $standby->append_conf("primary_conninfo = '" . $conninfo =~ s/'/''/gr . "'\n", 'postgresql.auto.conf');
    $publisher->sql(q(SELECT pg_create_physical_replication_slot('physical')));
    $publisher->sql(q(SELECT pg_create_logical_replication_slot('gone', 'pgoutput', failover => true)));
    reconfigure($publisher, "synchronized_standby_slots = 'physical'\n");
    $subscriber->sql('ALTER SUBSCRIPTION owned DISABLE; ALTER SUBSCRIPTION trusted DISABLE; ALTER SUBSCRIPTION most DISABLE');
    ok($subscriber->poll_until(q(SELECT count(*) = 0 FROM pg_stat_subscription WHERE pid IS NOT NULL)), 'all workers end');
    $subscriber->sql('ALTER SUBSCRIPTION owned SET (failover = true)');
    $subscriber->sql('ALTER SUBSCRIPTION owned ENABLE');
    strict_start($standby);
    # a slot is synchronized for good once it has moved on; and the worker looks the more often the more they move
    my $synced = sub {
        my ($expected, @moving) = @_;
        return PgSeccomp::Cluster::wait_until(sub {
            $publisher->sql(q(SELECT pg_log_standby_snapshot(), pg_logical_emit_message(false, '', '')));
            $publisher->sql("SELECT pg_replication_slot_advance('$_', pg_current_wal_lsn())") for @moving;
            return $expected eq $standby->sql(q(SELECT string_agg(slot_name, ' ' ORDER BY slot_name)
                FROM pg_replication_slots WHERE synced AND NOT temporary));
        });
    };
    ok($synced->('gone owned', 'gone'), 'slots are synchronized');
    all_filtered($standby, 'slot synchronization', 'slotsync worker', 'walreceiver', 'startup');
    $publisher->sql(q(SELECT pg_drop_replication_slot('gone')));
    ok($synced->('owned'), 'and dropped');
    $publisher->sql('INSERT INTO owned VALUES (1000)');
    arrives('SELECT count(*) = 1 FROM owned WHERE i = 1000', 'what a standby has confirmed is replicated');

    # Broken by: servers that pg_createsubscriber starts, and that run unfiltered or not at all.
    reconfigure($publisher, "synchronized_standby_slots = ''\n");
    ok(in_step($publisher, $standby), 'the standby has all');
    $subscriber->sql('DROP SUBSCRIPTION owned');
    ends_well($standby, 'standby');
    $publisher->sql(q(SELECT pg_drop_replication_slot('physical')));
    $standby->append_conf("primary_slot_name = ''\nsync_replication_slots = off\n");
    my $said = runs('pg_createsubscriber', 'pg_createsubscriber', '-D', $standby->{data}, '-P', $conninfo, '-d', 'postgres',
        '-s', $standby->{base}, '-p', $standby->{port}, '--publication=created', '--subscription=created');
    cmp_ok(scalar(() = $said =~ /seccomp policy ".*" is in force/g), '>', 1, 'each server that it started was filtered');
    strict_start($standby);
    $publisher->sql('INSERT INTO owned VALUES (1001)');
    ok($standby->poll_until('SELECT NOT pg_is_in_recovery() AND count(*) = 1 FROM owned WHERE i = 1001'), 'a standby has become a subscriber');
    all_filtered($standby, 'made a subscriber', $apply);
    ends_well($standby, 'made a subscriber');
}

ends_well($subscriber, 'subscriber');
ends_well($publisher, 'publisher');

done_testing();
