# pg_upgrade.pl
# pg_upgrade from an older major version, both servers under strict.conf, named
# in their own postgresql.conf: nothing of it is denied, and both are filtered
# while it runs.
#
# PGSC_OLD_PG_CONFIG names an older PostgreSQL's pg_config, with pg_seccomp
# built for it and PGSC_POLICY_DIR (scripts/with-older does that).
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find qw(find);
use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(slurp);

my $root = dirname(dirname(abs_path($0)));
my $old_config = $ENV{PGSC_OLD_PG_CONFIG}
  or plan skip_all => 'PGSC_OLD_PG_CONFIG names no older PostgreSQL';
-x $old_config or plan skip_all => "PGSC_OLD_PG_CONFIG: there is no $old_config";
my %old = map { chomp(my $value = `$old_config --$_`); ($_ => $value) } qw(bindir pkglibdir version);
my ($old_major) = $old{version} =~ /(\d+)/;
my $major = $PgSeccomp::Cluster::major;
-x "$old{bindir}/postgres" or plan skip_all => "there is no server in $old{bindir}";
-e "$old{pkglibdir}/pg_seccomp.so" or plan skip_all => "pg_seccomp was not built for $old{version}";
$old_major < $major or plan skip_all => "PostgreSQL $old_major is not older than $major";

my $strict = slurp("$root/policy/strict.conf");
my $user = $PgSeccomp::Cluster::user;

# Runs something with the older version's programs.
sub with_old
{
    my ($code) = @_;
    local $PgSeccomp::Cluster::bindir = $old{bindir};
    return $code->();
}

# The line with which a server tells that a policy is in force.
sub in_force
{
    my ($policy) = @_;
    return qr/LOG:  seccomp policy "\Q$PgSeccomp::Cluster::policy_dir\E\/$policy\.conf" is in force$/m;
}

# A cluster whose own configuration asks for a policy.  Both have checksums: 18
# has them unless told otherwise, older ones only if told.
sub cluster
{
    my ($policy) = @_;
    return PgSeccomp::Cluster->new(initdb => ['--data-checksums'], conf => <<"END");
shared_preload_libraries = '\$libdir/pg_seccomp'
pg_seccomp.policy = '$policy'
END
}

# What pg_upgrade left: all of its files below the new cluster, by name.
sub logs
{
    my ($new) = @_;
    my %logs;
    find({ no_chdir => 1, wanted => sub { $logs{ s{.*/}{}r } = slurp($_) if -f } }, "$new->{data}/pg_upgrade_output.d")
      if -d "$new->{data}/pg_upgrade_output.d";
    return %logs;
}

# Runs pg_upgrade: its status, its output, and its logs.
sub pg_upgrade
{
    my ($old_data, $new, @options) = @_;
    my ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', 'sh', '-c', 'cd "$0" && exec "$@"', $new->{base},
        "$PgSeccomp::Cluster::bindir/pg_upgrade", '-b', $old{bindir}, '-B', $PgSeccomp::Cluster::bindir,
        '-d', $old_data, '-D', $new->{data}, '-s', $new->{base}, '-U', 'postgres', '--retain', @options);
    return ($status, $out . $err, logs($new));
}

sub nothing_denied
{
    my ($label, $output, %logs) = @_;
    my @denied = map { my $name = $_; map { "$name: $_" } grep { /denied by seccomp policy/ } split /\n/, $logs{$name} } sort keys %logs;
    is_deeply(\@denied, [], "$label: no log has a denied call");
    unlike($output, qr/denied|not permitted/, "$label: nor has its output");
    return;
}

# A pg_upgrade that is to succeed.
sub upgrade
{
    my ($label, $old, $new, $policies, @options) = @_;
    my ($status, $output, %logs) = pg_upgrade($old->{data}, $new, @options);
    is($status, 0, "$label: pg_upgrade succeeds") or diag($output);
    my $servers = $logs{'pg_upgrade_server.log'} // '';
    like($servers, in_force($policies->[0]), "$label: the old server ran under its policy");
    like($servers, in_force($policies->[1]), "$label: the new server ran under its policy");
    nothing_denied($label, $output, %logs);
    return;
}

# ----------
# The old cluster
# ----------

my @policies = map { PgSeccomp::Cluster::new_policy($strict) } 1 .. 2;
my ($old, $data);
# Each of these answers with what it must be after the upgrade, too.
my %questions = (
    'a table' => q(SELECT count(*), sum(i), md5(string_agg(t, ',' ORDER BY i)) FROM lines),
    'an index' => q(SET enable_seqscan = off; SET enable_bitmapscan = off; SELECT i FROM lines WHERE t = 'line 4711'),
    'an index that is used' => q(SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN (COSTS off) SELECT i FROM lines WHERE t = 'line 4711'),
    'a large object' => q(SELECT md5(lo_get(4711)), length(lo_get(4711))),
    'a function' => 'SELECT twice(21)',
    'a sequence' => 'SELECT last_value, is_called FROM tickets',
    'a view' => 'SELECT * FROM longest',
    'a trigger' => q(SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'lines'::regclass),
    'roles' => q(SELECT rolname, pg_has_role(rolname, 'pg_execute_server_program', 'member') FROM pg_roles WHERE rolname IN ('loader', 'web') ORDER BY 1),
    'a library' => q(SELECT i, h -> 'twice' FROM attributes WHERE h @> 'twice=>42'),
    'the extension' => q(SELECT extname, extversion FROM pg_extension WHERE extname = 'pg_seccomp'),
);

sub answers
{
    my ($cluster) = @_;
    return { map { $_ => $cluster->sql($questions{$_}, db => 'shop') } keys %questions };
}

with_old(sub {
    $old = cluster($policies[0]);
    $old->start(preload => undef);
    $old->sql('CREATE ROLE loader LOGIN; CREATE ROLE web LOGIN; GRANT pg_execute_server_program TO loader; CREATE DATABASE shop');
    $old->sql(<<'END', db => 'shop');
CREATE EXTENSION pg_seccomp;
CREATE EXTENSION hstore;
CREATE TABLE lines (i int PRIMARY KEY, t text);
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 2 * i; END $$;
CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := left(NEW.t, 100); RETURN NEW; END $$;
CREATE TRIGGER shorten BEFORE INSERT ON lines FOR EACH ROW EXECUTE FUNCTION shorten();
INSERT INTO lines SELECT i, 'line ' || i FROM generate_series(1, 20000) AS i;
CREATE INDEX lines_t ON lines (t);
CREATE SEQUENCE tickets;
SELECT nextval('tickets') FROM generate_series(1, 42);
SELECT lo_from_bytea(4711, convert_to(repeat('large ', 100000), 'UTF8'));
CREATE TABLE attributes AS SELECT i, hstore('twice', (2 * i)::text) AS h FROM generate_series(1, 2000) AS i;
CREATE INDEX attributes_h ON attributes USING gin (h);
CREATE VIEW longest AS SELECT max(length(t)) FROM lines;
ANALYZE;
END
    $data = answers($old);
    is($data->{'a sequence'}, '42|t', "PostgreSQL $old_major has data");
    $old->stop;
    # so that the last one can be upgraded in place
    system('cp', '-a', $old->{data}, "$old->{base}/copy") == 0 or die 'the old cluster was not copied';
});
like($old->log, in_force($policies[0]), '... and was filtered as it got them');
unlike($old->log, qr/denied by seccomp policy/, '... without a denied call');

# ----------
# The upgrade
# ----------

# The new cluster after its upgrade: its data, its filters, its views.
sub upgraded
{
    my ($label, $new) = @_;
    ok($new->start(preload => undef), "$label: PostgreSQL $major starts");
    is_deeply(answers($new), $data, "$label: all is there");
    my %db = (db => 'shop');
    is($new->sql('SELECT path, mode FROM pg_seccomp_status', %db),
        "$PgSeccomp::Cluster::policy_dir/$policies[1].conf|enforce", "$label: the views need no more than that");
    my $session = '(SELECT string_agg(scope, \',\' ORDER BY scope COLLATE "C") FROM (SELECT DISTINCT scope FROM pg_seccomp_filter) AS s)';
    is($new->sql("SELECT $session", %db), 'child,server,session', "$label: this session's filters");
    is($new->sql("SELECT nextval('tickets'); INSERT INTO lines VALUES (0, repeat('x', 200)); SELECT length(t) FROM lines WHERE i = 0", %db),
        "43\n100", "$label: it can be written to");
    is($new->sql('SELECT count(*) FROM pg_seccomp_violations', %db), 0, "$label: nothing was denied");
    unlike($new->log, qr/denied by seccomp policy/, "$label: nor was it before");
    my $program = "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'";
    like(($new->psql($program, %db))[2], qr/could not execute command/, "$label: a superuser may start no program");
    is(($new->psql($program, %db, user => 'loader'))[2], '', "$label: loader may");
    # library and policy are named in a file, not on the command line
    is($new->sql(q(SELECT string_agg(item, ',' ORDER BY item) FROM pg_seccomp_check() WHERE status = 'fail'), %db),
        'preload_setting', "$label: pg_seccomp_check() finds no other fault");
    is($new->sql(q(SELECT string_agg(item || ' ' || status, ', ' ORDER BY item) FROM pg_seccomp_check()
            WHERE item IN ('all_processes', 'kernel', 'no_new_privs', 'policy_file', 'postmaster_opts')), %db),
        join(', ', map { "$_ ok" } qw(all_processes kernel no_new_privs policy_file postmaster_opts)),
        "$label: the processes are in order");
    is($new->sql(q(ALTER EXTENSION pg_seccomp UPDATE; SELECT line_number FROM pg_seccomp_file_rules WHERE directive = 'Version'), %db),
        1 + (split /^Version=/m, $strict)[0] =~ tr/\n//, "$label: the extension is up to date");
    $new->stop;
    return;
}

# Broken by: a policy that denies what pg_upgrade's servers do (-b), a library
# that cannot be loaded while an upgrade is under way, a view or a function that
# pg_dump cannot carry over.
my $new = cluster($policies[1]);
upgrade('check', $old, $new, \@policies, '--check');
upgrade('copy', $old, $new, \@policies);
upgraded('copy', $new);

# Broken by: a new server that cannot work on the very files of the old one.
my $linked = cluster($policies[1]);
upgrade('link', { data => "$old->{base}/copy" }, $linked, \@policies, '--link');
upgraded('link', $linked);

# Broken by: servers that pg_upgrade starts without a filter, or logs that
# would not show a denied call: the same again under a policy that denies what
# the loader needs for a library: --check has the new server load hstore's.
(my $lame = $strict) =~ s/^(\[Session\]\n(?:.*\n)*?SystemCallFilter=@.*\n)/$1SystemCallFilter=~mprotect\n/m
  or die 'strict.conf has no list for [Session]';
PgSeccomp::Cluster::write_policy($policies[1], $lame);
my ($status, $output, %logs) = pg_upgrade($old->{data}, cluster($policies[1]), '--check');
isnt($status, 0, 'under a policy that denies mprotect(2) pg_upgrade fails');
like($logs{'pg_upgrade_server.log'}, qr/LOG:  system call "mprotect" denied by seccomp policy "$policies[1]"/, '... and its log says why');

done_testing();
