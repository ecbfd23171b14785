# restrict.pl
# pg_seccomp_restrict(): one way, for good, for those who may, and never by a
# planner.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number);

my $personality = call_number('personality');
my $policy = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Session first]
SystemCallFilter=~personality:EDOM
[Session second]
SystemCallFilter=~getpgid:ERANGE
[Session walled]
Role=prisoner
SystemCallFilter=~seccomp personality:EXDEV
[Session "with space"]
SystemCallFilter=~getpgid:ENFILE
END
# each a little tighter, more than the kernel lets one process have
my @many = map { "many$_" } 1 .. 150;
PgSeccomp::Cluster::write_policy($policy, do { local (@ARGV, $/) = "$PgSeccomp::Cluster::policy_dir/$policy.conf"; <> }
    . join('', map { "[Session $_]\nSystemCallFilter=~personality:EDOM\n" } @many));
my $cluster = PgSeccomp::Cluster->new;
$cluster->start(policy => $policy);
install_attacks($cluster);
$cluster->sql('CREATE EXTENSION pg_seccomp; CREATE ROLE prisoner SUPERUSER LOGIN; CREATE ROLE ordinary LOGIN');
my $look = "SELECT raw_syscall($personality)";
my $profile = 'SELECT profile, filters FROM pg_seccomp_processes WHERE pid = pg_backend_pid()';

# Broken by: a program that is attached for a transaction, or forgotten with
# the session's settings.
for my $undo ('ROLLBACK', 'ROLLBACK TO s; COMMIT', 'COMMIT; RESET ALL', 'COMMIT; DISCARD ALL',
    'COMMIT; SET SESSION AUTHORIZATION DEFAULT; RESET ROLE', 'COMMIT; LOAD \'$libdir/pg_seccomp\'',
    'COMMIT; DROP EXTENSION pg_seccomp; CREATE EXTENSION pg_seccomp')
{
    my $session = $cluster->session;
    is($session->sql($look), 'ok', 'before') if $undo eq 'ROLLBACK';
    $session->sql("BEGIN; SAVEPOINT s; SELECT pg_seccomp_restrict('first')");
    is($session->sql($look), 'EDOM', "restricted at once, then: $undo");
    $session->sql($undo);
    is($session->sql($look) . ' ' . $session->sql($profile), 'EDOM first|2', "$undo does not undo it");
}

# Broken by: profiles that replace each other.
my $session = $cluster->session;
$session->sql(q(SELECT pg_seccomp_restrict('first'); SELECT pg_seccomp_restrict('second'); SELECT pg_seccomp_restrict('with space')));
is($session->sql("$look, raw_syscall(" . call_number('getpgid') . ')') . ' ' . $session->sql($profile),
    'EDOM|ENFILE first,second,with space|4', 'profiles add up; the newest of two errnos holds');

# Broken by: an error that has already attached something, or says nothing.
$session = $cluster->session;
my (undef, $err) = $session->query(q(SELECT pg_seccomp_restrict('frist')));
like($err, qr/ERROR:  seccomp profile "frist" does not exist\nHINT:  .*\[Session NAME\].*\Q$policy\E\.conf/, 'an unknown profile');
(undef, $err) = $session->query('SELECT pg_seccomp_restrict(NULL)');
like($err, qr/ERROR:  profile must not be null/, 'NULL: an error, for whoever reads it from a setting');
is($session->sql($profile), '|1', 'nothing was attached');

# Broken by: a function that constant folding runs: EXPLAIN must describe, not
# do.
$cluster->sql(<<'END');
CREATE FUNCTION restrict_fold(text) RETURNS int LANGUAGE plpgsql IMMUTABLE
AS 'BEGIN PERFORM pg_seccomp_restrict($1); RETURN 1; END';
CREATE FUNCTION restrict_inline(text) RETURNS void LANGUAGE sql IMMUTABLE AS 'SELECT pg_seccomp_restrict($1)';
CREATE FUNCTION restrict_parallel(text) RETURNS int LANGUAGE plpgsql VOLATILE PARALLEL SAFE
AS 'BEGIN PERFORM pg_seccomp_restrict($1); RETURN 1; END';
CREATE TABLE one AS SELECT 1 AS i;
END
for my $query (q(EXPLAIN SELECT restrict_fold('first')), q(SELECT restrict_fold('first')),
    q(EXPLAIN SELECT * FROM one WHERE i = restrict_fold('first')),
    q(PREPARE p AS SELECT restrict_fold('first'); EXPLAIN EXECUTE p))
{
    (undef, $err) = $session->query($query);
    like($err, qr/cannot be called while a query is planned\nHINT:  .*VOLATILE/, "refused: $query");
}
$session->query(q(EXPLAIN SELECT pg_seccomp_restrict('first'); EXPLAIN SELECT restrict_inline('first')));
is($session->sql($profile) . $session->sql($look), '|1ok', 'nothing was attached');
# the planner's depth must come back after an error in it
$session->query(q(SELECT pg_seccomp_restrict('first')));
is($session->sql($profile), 'first|2', 'afterwards a plain call works');

# Broken by: watching planners alone.  EXPLAIN starts the executor, which prunes
# partitions by STABLE functions; CREATE INDEX and ALTER TABLE fold constants
# of their own.  The wrappers hide the refusal, so that work goes on behind it.
$cluster->sql(<<'END');
CREATE FUNCTION restrict_stable() RETURNS int LANGUAGE plpgsql STABLE
AS $$BEGIN PERFORM pg_seccomp_restrict('first'); RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 1; END$$;
CREATE FUNCTION restrict_immutable() RETURNS int LANGUAGE plpgsql IMMUTABLE
AS $$BEGIN PERFORM pg_seccomp_restrict('first'); RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 1; END$$;
CREATE PROCEDURE restrict_procedure() LANGUAGE plpgsql
AS $$BEGIN PERFORM pg_seccomp_restrict('first'); END$$;
CREATE TABLE parts (k int) PARTITION BY LIST (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
END
$session = $cluster->session;
my ($plan) = $session->query('EXPLAIN SELECT * FROM parts WHERE k = restrict_stable()');
like($plan, qr/Subplans Removed: 1/, 'EXPLAIN calls the function as it starts the executor');
is($session->sql($profile), '|1', 'nothing was attached');
for my $query ('EXPLAIN ANALYZE SELECT * FROM parts WHERE k = restrict_stable()',
    'CREATE INDEX ON one (i) WHERE i > restrict_immutable()', 'CREATE INDEX ON one ((i + restrict_immutable()))',
    'ALTER TABLE one ADD CHECK (i = restrict_immutable())')
{
    $session->query($query);
    is($session->sql($profile), '|1', "nothing was attached: $query");
}

# Broken by: a bar that is too high, or that an error leaves in place.
$session->query('CREATE INDEX ON one ((1 / (restrict_immutable() - 1)))');
for my $query (q(DO $$BEGIN PERFORM pg_seccomp_restrict('first'); END$$), 'CALL restrict_procedure()',
    q(PREPARE e AS SELECT pg_seccomp_restrict('first'); EXECUTE e),
    q(BEGIN; DECLARE c CURSOR FOR SELECT pg_seccomp_restrict('first'); FETCH c; COMMIT),
    q(EXPLAIN ANALYZE SELECT pg_seccomp_restrict('first')),
    q(CREATE TABLE made AS SELECT restrict_parallel('first')))
{
    my $fresh = $cluster->session;
    (undef, $err) = $fresh->query($query);
    is($fresh->sql($profile), 'first|2', "allowed: $query") or diag $err;
}

# Broken by: a filter more for each call, until the kernel takes no more; a
# session that is not told how long it lasts.
$session = $cluster->session;
(undef, $err) = $session->query(q(SELECT pg_seccomp_restrict('first')));
like($err, qr/NOTICE:  this connection is restricted by seccomp profile "first" until it ends\nDETAIL:  .*ROLLBACK.*DISCARD ALL.*pooler/,
    'what it means is said');
$session->query(q(SELECT pg_seccomp_restrict('first') FROM generate_series(1, 500)));
(undef, $err) = $session->query(q(SELECT pg_seccomp_restrict('first')));
like($err, qr/NOTICE:  this connection has seccomp profile "first" already$/, 'once more is no more');
is($session->sql($profile), 'first|2', 'one filter, however often');

# Broken by: a lasting effect of a transaction that promised none.
for my $begin ('BEGIN READ ONLY', 'SET default_transaction_read_only = on; BEGIN')
{
    $session = $cluster->session;
    (undef, $err) = $session->query("$begin; SELECT pg_seccomp_restrict('first')");
    like($err, qr/ERROR:  cannot execute pg_seccomp_restrict\(\) in a read-only transaction/, "refused after $begin");
    $session->query('ROLLBACK');
    is($session->sql($profile), '|1', 'nothing was attached');
}

# Broken by: a worker, or a leader in parallel mode, that attaches for itself
# alone.
$session = $cluster->session;
$session->sql('SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on');
(undef, $err) = $session->query(q(SELECT restrict_parallel('first') FROM one));
like($err, qr/cannot attach a seccomp profile during a parallel operation/, 'refused in a parallel query');
is($session->sql('SET ' . PgSeccomp::Cluster::debug_parallel_query() . " = off; $profile"), '|1', 'nothing was attached');

# Broken by: a function for everybody; a grant that does not help.
(undef, undef, $err) = $cluster->psql(q(SELECT pg_seccomp_restrict('first')), user => 'ordinary');
like($err, qr/permission denied for function pg_seccomp_restrict/, 'not for PUBLIC');
$cluster->sql('GRANT EXECUTE ON FUNCTION pg_seccomp_restrict(text) TO ordinary');
is($cluster->sql("SELECT pg_seccomp_restrict('first'); $look", user => 'ordinary'), "\nEDOM", 'granted');

# Broken by: a table of programs that overflows, or a crash at the kernel's
# limit.
$session = $cluster->session;
$session->query('SET client_min_messages = warning');
my $count = 0;
$err = '';
while ($count < @many && $err eq '')
{
    (undef, $err) = $session->query("SELECT pg_seccomp_restrict('$many[$count]')");
    $count++ if $err eq '';
}
like($err, qr/ERROR:  could not attach seccomp profile "many\d+".*\nDETAIL:  .*too many filters.*\nHINT:  /,
    "after $count times: an error");
cmp_ok($count, '>', 100, 'which is often enough');
my $filters = $count + 1;
like($session->sql($profile), qr/^many1,.*\|$filters$/, 'the session lives, and is as tight as it got');
is(PgSeccomp::Cluster::kernel_says($session->pid, 'Seccomp_filters'), $filters, 'by the kernel too');
is(PgSeccomp::Cluster::wait_until(sub { $cluster->sql('SELECT true') eq 't' }), 1, 'and so does the server');

# Broken by: a session whose own filter denies seccomp(2), told nothing useful.
(undef, undef, $err) = $cluster->psql(q(SELECT pg_seccomp_restrict('first')), user => 'prisoner');
like($err, qr/ERROR:  could not attach seccomp profile "first": Operation not permitted\nDETAIL:  .*an earlier filter denies it\.\nSystem call "seccomp"( of this statement)? was denied with EPERM\. \[Session walled\] denies it, rule \S+:9\.\nHINT:  .*outer sandbox.*\n.*"SystemCallFilter=seccomp" at the end of \[Session walled\]/,
    'a session that may not tighten itself');
is($cluster->sql("$look; $profile", user => 'prisoner'), "EXDEV\nwalled|2", 'has its own profile');

# Broken by: work on a server that has nothing to attach.
$cluster->stop;
my $off = PgSeccomp::Cluster::new_policy("[Policy]\nMode=off\n[Session first]\nSystemCallFilter=~personality\n");
$cluster->start(policy => $off);
(undef, undef, $err) = $cluster->psql(q(SELECT pg_seccomp_restrict('first')));
like($err, qr/ERROR:  seccomp policy .* is off/, 'Mode=off');
$cluster->stop;
$cluster->start(preload => undef);
(undef, undef, $err) = $cluster->psql(q(SELECT pg_seccomp_restrict('first')));
like($err, qr/ERROR:  pg_seccomp must be loaded via shared_preload_libraries/, 'not preloaded');

# Broken by: a policy that was switched off since the start, whose profiles
# compile to nothing: the session would believe to be restricted.
my $switched = PgSeccomp::Cluster->new;
my $text = "[Server]\nSystemCallFilter=~mount\n[Session tight]\nSystemCallFilter=~listen\n";
my $soon_off = PgSeccomp::Cluster::new_policy($text);
$switched->start(policy => $soon_off);
$switched->sql('CREATE EXTENSION pg_seccomp');
PgSeccomp::Cluster::write_policy($soon_off, "[Policy]\nMode=off\n$text");
my (undef, undef, $refusal) = $switched->psql(q(SELECT pg_seccomp_restrict('tight')));
like($refusal, qr/ERROR:  seccomp policy ".*" is off/, 'a policy that was switched off restricts nobody');

done_testing();
