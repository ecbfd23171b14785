# recovery.pl
# Archiving under strict.conf, by commands and by a library, and recovery out of
# an archive: to points in time of all kinds, and on a standby.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Strict qw(strict_cluster strict_start strict_policy_with reconfigure folder spew runs in_step all_filtered ends_well);
use PgSeccomp::Workload qw(work fingerprint);

my $major = $PgSeccomp::Cluster::major;
my $origin = strict_cluster(conf => <<'END');
archive_mode = on
track_commit_timestamp = on
allow_in_place_tablespaces = on
END
my $archive = folder($origin, 'archive');
my $copy = "cp %p $archive/%f";
$origin->append_conf("archive_command = '$copy'\n");
strict_start($origin);
$origin->sql('CREATE EXTENSION pg_seccomp; CREATE TABLE marks (t text)');

# Has the archiver archive what there is: true if it does.
sub archives
{
    my ($cluster) = @_;
    my $file = $cluster->sql('SELECT pg_walfile_name(pg_current_wal_insert_lsn()) FROM pg_logical_emit_message(false, $$$$, $$$$)');
    $cluster->sql('SELECT pg_switch_wal()');
    return $cluster->poll_until("SELECT last_archived_wal >= '$file' FROM pg_stat_archiver");
}

# Broken by: an archiver that may not start a shell, or what the shell starts.
ok(archives($origin), 'archive_command: cp');
is($origin->sql('SELECT failed_count FROM pg_stat_archiver'), 0, 'which never failed');
my $backup = folder($origin, 'backups') . '/plain';
runs('a backup without WAL', 'pg_basebackup', '-D', $backup, '-c', 'fast', '-X', 'none', '-d', $origin->conninfo);
my $script = spew("$archive/archive", <<"END", 0755);
#!/bin/sh
set -eu
[ ! -e "$archive/\$2.gz" ]
gzip -c <"\$1" >"$archive/\$2.tmp"
sync "$archive/\$2.tmp"
mv "$archive/\$2.tmp" "$archive/\$2.gz"
END
reconfigure($origin, "archive_command = '$script %p %f'\n");
ok(archives($origin), 'archive_command: a script');
work($origin, 1);
all_filtered($origin, 'archiving', qw(archiver walwriter));

# Broken by: an archiver that does not know how its command ended.
reconfigure($origin, "archive_command = 'exit 3'\n");
$origin->sql('SELECT pg_switch_wal()');
ok($origin->poll_until('SELECT failed_count > 0 FROM pg_stat_archiver'), 'a command that fails');
like($origin->log, qr/archive command failed with exit code 3/, 'is told of');
reconfigure($origin, "archive_command = '$script %p %f'\n");
ok(archives($origin), 'and done again');

# Points in the life of the origin, to which others will recover.
$origin->sql(q(INSERT INTO marks VALUES ('name'); SELECT pg_create_restore_point('here')));
$origin->sql(q(INSERT INTO marks VALUES ('xid')));
my $xid = $origin->sql('SELECT xmin FROM marks ORDER BY xmin::text::int DESC LIMIT 1');
my $time = $origin->sql('SELECT clock_timestamp()');
$origin->sql(q(INSERT INTO marks VALUES ('time')));
my $lsn = $origin->sql('SELECT pg_current_wal_lsn()');
$origin->sql(q(INSERT INTO marks VALUES ('lsn')));

# Broken by: an archiver that may not load a library and work in it.
my $by_library = '';
SKIP:
{
    chomp(my $libdir = `$PgSeccomp::Cluster::pg_config --pkglibdir`);
    skip 'basic_archive is not installed', 2 if !-e "$libdir/basic_archive.so";
    $by_library = folder($origin, 'library');
    reconfigure($origin, "archive_command = ''\narchive_library = basic_archive\nbasic_archive.archive_directory = '$by_library'\n");
    ok(archives($origin), 'archive_library');
    cmp_ok(scalar(() = glob "$by_library/0*"), '>', 0, 'which has archived');
    all_filtered($origin, 'archive_library', 'archiver');
}
work($origin, 2);
$origin->sql(q(INSERT INTO marks VALUES ('end')));
archives($origin);
my $print = fingerprint($origin);
my $fetch = spew("$archive/fetch", <<"END", 0755);
#!/bin/sh
for folder in "$archive" "$by_library"
do
	[ ! -e "\$folder/\$1" ] || exec cp "\$folder/\$1" "\$2"
	[ ! -e "\$folder/\$1.gz" ] || exec gunzip -c <"\$folder/\$1.gz" >"\$2"
done
exit 1
END

# A cluster out of the backup, that takes WAL from the archive.
sub restored
{
    my ($signal, $conf, @start) = @_;
    my $cluster = strict_cluster(made_by => sub { PgSeccomp::Cluster::run_as_user('', 'cp', '-a', $backup, $_[0]) });
    my $own = folder($cluster, 'archive');
    $cluster->append_conf("restore_command = '$fetch %f %p'\narchive_command = 'cp %p $own/%f'\nlog_startup_progress_interval = 20ms\n$conf");
    spew("$cluster->{data}/$signal.signal", '');
    return strict_start($cluster, @start);
}

# Broken by: a startup process that may not start restore_command, tell it from
# one that fails, end recovery, or begin a timeline.
my @targets = (
    [ name => "recovery_target_name = here\nrecovery_target_action = promote\n", 'name' ],
    [ xid => "recovery_target_xid = $xid\n", 'name xid' ],
    [ time => "recovery_target_time = '$time'\nrecovery_init_sync_method = syncfs\n", 'name xid' ],
    [ lsn => "recovery_target_lsn = '$lsn'\nrecovery_prefetch = on\nmaintenance_io_concurrency = 10\n", 'name xid time' ],
    [ end => '', 'name xid time lsn end' ]);
for my $target (@targets)
{
    my ($name, $conf, $expected) = @$target;
    my $ended = folder($origin, "ended_$name") . '/file';
    my $cluster = restored('recovery', "recovery_end_command = 'echo %r >$ended && sync $ended'\n$conf");
    $cluster->poll_until($conf =~ /promote/ || $name eq 'end' ? 'SELECT NOT pg_is_in_recovery()'
        : q(SELECT pg_get_wal_replay_pause_state() = 'paused'));
    is($cluster->sql(q(SELECT string_agg(t, ' ' ORDER BY xmin::text::int) FROM marks)), $expected, "recovery to $name: no less, and no more");
    $cluster->sql('SELECT pg_wal_replay_resume()') if $cluster->sql('SELECT pg_is_in_recovery()') eq 't';
    ok($cluster->poll_until('SELECT NOT pg_is_in_recovery()'), "recovery to $name: ends");
    ok(PgSeccomp::Cluster::wait_until(sub { -s $ended }), "recovery to $name: recovery_end_command");
    is(fingerprint($cluster), $print, 'recovery to the end: the same data') if $name eq 'end';
    $cluster->sql('INSERT INTO marks VALUES (1)');
    ok(archives($cluster), "recovery to $name: archives in its turn");
    cmp_ok(scalar(() = glob "$cluster->{base}/archive/*.history"), '>', 0, "recovery to $name: its timeline, too");
    all_filtered($cluster, "recovery to $name", qw(archiver walwriter));
    ends_well($cluster, "recovery to $name");
}

# Broken by: a standby that may not go to and fro between archive and stream,
# or archive what it gets by either.
my $standby = restored('standby', "archive_mode = always\n");
my $all = q(SELECT count(*) > 0 FROM marks WHERE t = 'end');
ok($standby->poll_until($all), 'a standby takes all from the archive');
is(fingerprint($standby), $print, 'the same data');
all_filtered($standby, 'by the archive', qw(startup archiver));
reconfigure($standby, "primary_conninfo = '" . $origin->conninfo =~ s/'/''/gr . "'\n");
ok($standby->poll_until('SELECT count(*) = 1 FROM pg_stat_wal_receiver'), 'then streams');
work($origin, 3);
ok(in_step($origin, $standby), 'and follows');
$origin->sql('SELECT pg_switch_wal(); CHECKPOINT');
ok(PgSeccomp::Cluster::wait_until(sub { (() = glob "$standby->{base}/archive/0*") > 5 }), 'and archives what it received');
$standby->sql('CHECKPOINT');
all_filtered($standby, 'streaming', qw(startup archiver walreceiver));
ends_well($standby, 'standby');

# ---- archive_cleanup_command ----
# It is the checkpointer that runs it, which strict.conf lets start nothing: who
# has such a command adds a line.
# Broken by: a checkpointer that starts programs under strict.conf as it is; one
# that may not with that line.
for my $allowed (0, 1)
{
    my $name = 'archive_cleanup_command, ' . ($allowed ? 'with a line for it' : 'strict.conf as it is');
    my $policy = strict_policy_with('Process checkpointer', $allowed ? 'SystemCallFilter=@pg-program' : '# no such line');
    my $cleaned = folder($origin, "cleaned$allowed") . '/file';
    my $cluster = restored('standby', "archive_cleanup_command = 'echo %r >$cleaned'\npg_seccomp.policy = $policy\n", policy => $policy);
    ok($cluster->poll_until($all), "$name: a standby");
    $cluster->sql('CHECKPOINT');
    is(-s $cleaned ? 1 : 0, $allowed, "$name: " . ($allowed ? 'runs' : 'does not run'));
    is($cluster->log =~ /WARNING:  archive_cleanup_command/ ? 1 : 0, 1 - $allowed, "$name: " . ($allowed ? 'no warning' : 'a warning'));
    ends_well($cluster, $name);
}
# ---- end of archive_cleanup_command ----

ends_well($origin, 'origin');

done_testing();
