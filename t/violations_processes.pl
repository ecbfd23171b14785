# violations_processes.pl
# Denied calls in server processes of every type, and what OnViolation brings
# there: a session that ends alone, or a whole cluster that recovers.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number build_library);
use PgSeccomp::Violations qw(install_calls preload_library poke module rows pids);

my %number = map { $_ => call_number($_) } qw(getpgid personality getsid);
my $bindir = $PgSeccomp::Cluster::bindir;
my $preload = preload_library();
my $archive = build_library(module('archive'));
my $cluster = PgSeccomp::Cluster->new(conf => <<"END");
archive_mode = on
archive_library = '$archive'
autovacuum_naptime = 1s
log_autovacuum_min_duration = 0
END

# In what [Server] denies no section but [Session] asks for an end.
my $text = <<'END';
[Server]
SystemCallFilter=~getpgid personality getsid
[Session error]
Role=mild
SystemCallFilter=~mount
[Session killed]
Role=doomed
OnViolation=kill
SystemCallFilter=~personality
[Session]
OnViolation=terminate
END
my $policy = PgSeccomp::Cluster::new_policy($text);
$cluster->start(policy => $policy, preload => $preload);
$cluster->sql('CREATE EXTENSION pg_seccomp; CREATE ROLE mild SUPERUSER LOGIN; CREATE ROLE doomed SUPERUSER LOGIN; CREATE ROLE early LOGIN;
    CREATE TABLE ledger (entry text)');
install_attacks($cluster, user => 'mild');
install_calls($cluster, user => 'mild');
my $started = 'SELECT pg_postmaster_start_time()';

# The server is the one that started, and nothing took it through recovery.
sub unharmed
{
    my ($since, $what) = @_;
    is($cluster->sql($started, user => 'mild'), $since, "$what: the postmaster is the same");
    unlike($cluster->log, qr/terminating any other active server processes|was terminated by signal/, "$what: no crash recovery");
    return;
}

# --- terminate, in a client's session ---

# Broken by: an end that is not this session's alone, or not an end; a message
# that blames an administrator.
my $since = $cluster->sql($started, user => 'mild');
my $neighbour = $cluster->session(user => 'mild');
my $same_role = $cluster->session;
$_->sql("BEGIN; INSERT INTO ledger VALUES ('kept')") for $neighbour, $same_role;
my $session = $cluster->session;
my $pid = $session->pid;
my ($out, $err) = $session->query("\\set VERBOSITY verbose\nSELECT raw_syscall($number{personality}), 'not reached'");
like($err, qr/FATAL:  57P01: terminating connection because of a denied system call\nDETAIL:  System call "personality"( of this statement)? was denied with EPERM\. \[Server\] denies it, rule \S+:2\.\nHINT:  /,
    'terminate: the client is told why');
unlike($out, qr/not reached/, 'terminate: the statement does not end well');
ok(PgSeccomp::Cluster::wait_until(sub { !kill 0, $pid }), 'terminate: the process is gone');
like($cluster->log, qr/LOG:  system call "personality" denied .*\n.*DETAIL:  .* This session ends, by OnViolation=terminate\./, 'terminate: in the log');
$_->sql('COMMIT') for $neighbour, $same_role;
is($cluster->sql('SELECT count(*) FROM ledger', user => 'mild'), 2, 'terminate: open transactions beside it commit');
is(rows($cluster, 'syscall, backend_type, usename, action, count', 'true'), 'personality|client backend|postgres|terminate|1',
    'terminate: the row');
unharmed($since, 'terminate');

# Broken by: an end that only a statement's end sees: a loop in PL/pgSQL that
# catches every error, or one that sleeps.
($out, $err) = $cluster->session->query("DO \$\$ BEGIN LOOP BEGIN PERFORM raw_syscall($number{personality}); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END \$\$");
like($err, qr/FATAL:  terminating connection because of a denied system call/, 'terminate: not to be caught');
$session = $cluster->session;
$pid = $session->pid;
$session->send('SELECT pg_sleep(60)');
$cluster->poll_until("SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid");
poke($pid, $number{personality});
(undef, $err) = $session->answer(20);
like($err, qr/FATAL:  terminating connection because of a denied system call/, 'terminate: wakes a session that waits');
$session = $cluster->session;
$pid = $session->pid;
poke($pid, $number{personality});
ok(PgSeccomp::Cluster::wait_until(sub { !kill 0, $pid }), 'terminate: ends a session that is idle');

# Broken by: an end by pg_terminate_backend() that is blamed on a call.
$session = $cluster->session(user => 'mild');
$session->query("SELECT raw_syscall($number{personality})");
$cluster->sql('SELECT pg_terminate_backend(' . $session->pid . ')', user => 'mild');
(undef, $err) = $session->query('SELECT 1');
like($err, qr/FATAL:  terminating connection due to administrator command/, 'an administrator\'s end stays one');
unlike($err, qr/System call/, 'and is not explained by an earlier call');

# Broken by: workers whose end takes the server down, or leaves the query
# hanging.
$cluster->sql('SELECT pg_seccomp_reset_violations()', user => 'mild');
(undef, undef, $err) = $cluster->psql('SET ' . PgSeccomp::Cluster::debug_parallel_query()
      . " = on; SELECT raw_syscall($number{personality});\nSELECT pg_sleep(5)", go_on => 1);
like($err, qr/(ERROR|FATAL):  terminating connection because of a denied system call/, 'terminate: a parallel worker\'s query fails');
like($err, qr/FATAL:  terminating connection because of a denied system call/, 'terminate: and its leader\'s session ends with it');

# Broken by: a session that ends for the words of another server's session.
is($cluster->sql(<<'END', user => 'mild'), 'still here', 'terminate: the words alone end nothing');
DO $$ BEGIN RAISE 'terminating connection because of a denied system call' USING ERRCODE = '57P01';
EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT 'still here';
END
my $words = $cluster->session;
my (undef, $raised) = $words->query(q(DO $$ BEGIN RAISE 'terminating connection because of a denied system call' USING ERRCODE = '57P01'; END $$));
like($raised, qr/ERROR:  terminating connection/, 'terminate: the words as an error');
is($words->sql('SELECT 1'), 1, 'terminate: and the session lives');
$words->close;
is(rows($cluster, 'backend_type, usename, datname, profile, action, count'), 'parallel worker|postgres|postgres|session|terminate|1',
    'terminate: the worker\'s row');
is($cluster->sql('SET ' . PgSeccomp::Cluster::debug_parallel_query() . " = on; SELECT raw_syscall($number{personality})", user => 'mild'), 'EPERM',
    'error: a parallel worker goes on');
unharmed($since, 'parallel worker');

# --- Before authentication ---

# Broken by: calls that nobody counts because nobody has logged in.
$cluster->sql('SELECT pg_seccomp_reset_violations()', user => 'mild');
is($cluster->sql('SELECT 1', user => 'early'), 1, 'a login with a denied call in it');
is(rows($cluster, "syscall, coalesce(backend_type, 'none') IN ('none', 'client backend'), usename IS NULL, datname IS NULL, profile IS NULL, action, count"),
    'personality|t|t|t|t|error|1', 'counted, of nobody');
like($cluster->log, qr/LOG:  system call "personality" denied[^\n]*\n[^\n]*DETAIL:  personality\([^)]*\) answered EPERM\. \[Server\]/, 'and logged');

# --- kill ---

# Broken by: a kill that does not kill, or that hides what happened; counters of
# the server before the crash; programs that a restart forgets.
$cluster->sql("SELECT raw_syscall($number{getpgid})", user => 'mild');
isnt(rows($cluster, 'count(*)'), 0, 'counts before the crash');
my $before = $cluster->log_size;
(undef, $err) = $cluster->session(user => 'doomed')->query("SELECT raw_syscall($number{personality})");
like($err, qr/server closed the connection|connection .* lost/, 'kill: the session is gone');
ok($cluster->poll_until('SELECT true', user => 'mild'), 'kill: the server comes back');
like($cluster->log($before), qr/(?:server process|client backend) \(PID \d+\) was terminated by signal 31: Bad system call\n(.*\n)*?.*HINT:  Signal 31 \(SIGSYS\) is how /,
    'kill: the postmaster says what happened, and hints at seccomp');
is(rows($cluster, 'count(*)'), 0, 'kill: the counters begin anew');
is($cluster->sql(q(SELECT filters FROM pg_seccomp_processes WHERE pid = pg_backend_pid()), user => 'mild'), 2, 'kill: filters are still there');
is($cluster->sql("SELECT raw_syscall($number{personality})", user => 'mild'), 'EPERM', 'kill: and hold');
is(rows($cluster, 'syscall, count'), 'personality|1', 'kill: and are counted');

# Broken by: kill of a section that holds only for what that section denies.
$before = $cluster->log_size;
$cluster->session(user => 'doomed')->query("SELECT raw_syscall($number{getpgid})");
ok($cluster->poll_until('SELECT true', user => 'mild'), 'kill, of what [Server] denies: the server comes back');
like($cluster->log($before), qr/was terminated by signal 31/, 'kill, of what [Server] denies');
$cluster->stop;

# Broken by: kill that is taken, in a section where one call ends everything.
for my $section (qw(Server Child))
{
    my $refused = PgSeccomp::Cluster::new_policy("[$section]\nOnViolation=kill\nSystemCallFilter=~personality\n");
    ok(!$cluster->start(policy => $refused, fails => 1), "[$section]: kill is refused");
    like($cluster->log, qr/$refused\.conf:2: OnViolation=kill in \[$section\] lets one denied call take the whole cluster through crash recovery/,
        "[$section]: with the line, and why");
}

# --- Processes of every type ---

# terminate from [Child]: it holds for all processes, and ends those that can
# end alone.
my $everywhere = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~getpgid personality getsid
[Child]
OnViolation=terminate
END
$cluster->start(policy => $everywhere, preload => $preload);
my $standby = PgSeccomp::Cluster->new(backup_of => $cluster);
$standby->append_conf("archive_mode = off\n");
$standby->start(policy => $everywhere, preload => $preload, args => [ "-c archive_library=''" ]);
$since = $cluster->sql($started, user => 'mild');
$before = $cluster->log_size;

# Broken by: processes whose calls nobody counts, that are given another type's
# name, or whose end is a crash.  The postmaster and the logger are counted
# too.
my %ends = map { $_ => 1 } 'walsender', 'test worker', 'logical replication launcher';
sub poke_all
{
    my ($on, @types) = @_;
    for my $type (@types)
    {
        ok($on->poll_until("SELECT count(*) > 0 FROM pg_seccomp_processes WHERE backend_type = '$type' AND pid IS NOT NULL"), "there is a $type");
        my ($victim) = pids($on, $type);
        poke($victim, $number{getsid});
        my $action = $ends{$type} ? 'terminate' : 'error';
        ok($on->poll_until("SELECT EXISTS (SELECT FROM pg_seccomp_violations WHERE syscall = 'getsid' AND count = 1 AND
            backend_type = '$type' AND action = '$action' AND last_pid = $victim AND usename IS NOT DISTINCT FROM
            " . ($type eq 'walsender' || $type eq 'test worker' ? q('postgres') : 'NULL') . ')'), "$type: counted, $action")
          or diag rows($on, '*');
        if ($ends{$type})
        {
            ok(PgSeccomp::Cluster::wait_until(sub { !kill 0, $victim }), "$type: ends");
            ok($on->poll_until("SELECT count(*) > 0 FROM pg_seccomp_processes WHERE backend_type = '$type' AND pid <> $victim"), "$type: there is a new one");
        }
        else
        {
            is($on->sql("SELECT violations - (SELECT sum(count) FROM pg_seccomp_violations WHERE last_pid = $victim)
                FROM pg_seccomp_processes WHERE pid = $victim"), 0, "$type: lives, with a count of its own");
        }
    }
    return;
}
poke_all($cluster, 'postmaster', 'checkpointer', 'background writer', 'walwriter', 'archiver', 'autovacuum launcher',
    'logical replication launcher', 'test worker', 'walsender');
poke_all($standby, 'startup', 'walreceiver');

# The logger, which is not in PostgreSQL's shared memory
my $logged = PgSeccomp::Cluster->new;
$logged->start(policy => $everywhere, preload => $preload,
    args => [ '-c logging_collector=on', "-c log_directory=$logged->{base}/logs", '-c log_file_mode=0644' ]);
$logged->sql('CREATE EXTENSION pg_seccomp');
poke_all($logged, 'logger');
$logged->stop;

# Broken by: an archiver that loses a file over a denied call, or is not counted
# as it works.
$cluster->sql('SELECT pg_switch_wal()');
ok($cluster->poll_until('SELECT archived_count > 0 AND failed_count = 0 FROM pg_stat_archiver'), 'archiver: archives by a library that is denied a call');
is(rows($cluster, 'syscall, action, count > 0', q(backend_type = 'archiver' AND syscall = 'personality')), 'personality|error|t', 'archiver: counted');

# Broken by: a worker that goes down with the server, or that comes back to the
# same table for ever without a word of it.
$cluster->sql("CREATE FUNCTION indexed(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN IF current_setting(''application_name'') = '''' THEN PERFORM public.raw_syscall($number{personality}); END IF; RETURN \$1; END'");
$cluster->sql('CREATE TABLE vacuumed (i int) WITH (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
    CREATE INDEX ON vacuumed (indexed(i)); INSERT INTO vacuumed SELECT generate_series(1, 1000)');
ok($cluster->poll_until(q(SELECT EXISTS (SELECT FROM pg_seccomp_violations WHERE backend_type = 'autovacuum worker'
    AND datname = 'postgres' AND syscall = 'personality' AND action = 'terminate'))), 'autovacuum worker: counted')
  or diag rows($cluster, '*');
ok(PgSeccomp::Cluster::wait_until(sub { $cluster->log($before) =~ /FATAL:  terminating connection because of a denied system call\n(.*\n){1,4}.*function public\.indexed/ }),
    'autovacuum worker: ends');
$cluster->sql('DROP TABLE vacuumed');

# Broken by: walsenders that run SQL and escape their session's section.
my $walsender = $cluster->session(db => 'postgres', replication => 'database');
($out, $err) = $walsender->query("SELECT raw_syscall($number{getpgid})");
like($err, qr/FATAL:  terminating connection because of a denied system call/, 'walsender with a database: ends');
is(rows($cluster, 'usename, datname, action', q(backend_type = 'walsender' AND syscall = 'getpgid')), 'postgres|postgres|terminate', 'walsender with a database: counted');

unlike($cluster->log($before), qr/terminating any other active server processes|was terminated by signal|PANIC/, 'no process took the server through recovery');
is($cluster->sql($started), $since, 'it is the same server');
unlike($standby->log, qr/terminating any other active server processes|was terminated by signal|PANIC/, 'nor the standby');

# Broken by: lines that are lost with the process: those that never log report
# as they end.
$standby->stop;
$cluster->stop;
my $log = $cluster->log($before);
my ($lines, $rest) = (0, 0);
$lines++ while $log =~ /LOG:  system call "getsid" denied/g;
cmp_ok($lines, '>=', 8, 'in the end each process has reported its call');
$lines = 0;
$log = $standby->log;
$lines++ while $log =~ /LOG:  system call "getsid" denied/g;
is($lines, 2, 'on the standby too');

done_testing();
