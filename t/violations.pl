# violations.pl
# A denied call in a client's session: what the log, the client and the views
# say of it.
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number);
use PgSeccomp::Violations qw(install_calls read_csvlog read_jsonlog rows);

my $major = $PgSeccomp::Cluster::major;
my $logs;
my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
log_line_prefix = 'P[%p] %u@%d %b %e '
log_min_messages = warning
END
$logs = "$cluster->{base}/logs";
my $policy = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount unshare socketpair
SystemCallFilter=~io_uring_setup:ENOSYS
[Session other]
Role=other
SystemCallFilter=~personality
SystemCallErrorNumber=EDOM
[Session added]
SystemCallFilter=~getsid
[Session]
SystemCallFilter=~getpgid personality
END
$cluster->start(policy => $policy, args => [ '-c logging_collector=on', "-c log_directory=$logs",
        '-c log_file_mode=0644', '-c log_destination=stderr,csvlog' . ($major >= 15 ? ',jsonlog' : '') ]);
my %number = map { $_ => call_number($_) } qw(getpgid personality unshare io_uring_setup socketpair getsid);
$cluster->sql('CREATE EXTENSION pg_seccomp; CREATE DATABASE elsewhere; CREATE ROLE other SUPERUSER LOGIN; CREATE ROLE ordinary LOGIN;
    CREATE ROLE watcher LOGIN IN ROLE pg_monitor');
install_attacks($cluster);
install_calls($cluster);
my $path = "$policy.conf";

sub stderr_log { return PgSeccomp::Violations::log_text($logs, '.log') }

# The lines of the log about denied calls since the last question.  The logger
# writes a little later than a session logs, but in order.
my %asked = (csv => 0, json => 0);
my $mark = 0;

sub new_lines
{
    my ($kind) = @_;
    my @all;
    $mark++;
    $cluster->sql("DO 'BEGIN RAISE LOG ''mark $mark''; END'");
    PgSeccomp::Cluster::wait_until(sub {
        @all = $kind eq 'csv' ? read_csvlog($logs) : read_jsonlog($logs);
        return grep { $_->{message} eq "mark $mark" } @all;
    }) or die 'the logger does not write';
    @all = grep { $_->{message} =~ /seccomp|denied|PermissionError/ } @all;
    my @new = @all[ $asked{$kind} .. $#all ];
    $asked{$kind} = @all;
    return @new;
}
new_lines('csv');
new_lines('json') if $major >= 15;

# --- The line in the log ---

# Broken by: a line that is not written, written twice, or to the client; a
# line that lacks the call, its arguments in words, its answer, the section, the
# rule or the way out; a call that runs.
my $session = $cluster->session;
my $pid = $session->pid;
my ($out, $err) = $session->query("SELECT raw_syscall($number{unshare})");
is($out, 'EPERM', 'the call answers an errno');
is($err, '', 'the client sees no line of the log');
my @lines = new_lines('csv');
is(@lines, 1, 'one line') or diag explain \@lines;
my $line = $lines[0];
is("$line->{error_severity} $line->{state_code} $line->{pid} $line->{user} $line->{dbname} $line->{backend_type}",
    "LOG 42501 $pid postgres postgres client backend", 'csvlog: severity, SQLSTATE, process, role, database, type');
is($line->{message}, qq(system call "unshare" denied by seccomp policy "$policy"), 'csvlog: message');
like($line->{detail}, qr/^unshare\(0xffffffffffffffff\) answered EPERM\. \[Server\] denies it, rule \S*\/\Q$path\E:2\.$/,
    'csvlog: arguments in words, answer, section, rule');
like($line->{hint}, qr/^To allow it, add "SystemCallFilter=unshare" at the end of \[Server\] in "\S*\/\Q$path\E" and restart the server\.$/,
    'csvlog: the way out');
SKIP:
{
    skip 'jsonlog is of 15 and later', 2 if $major < 15;
    my @json = new_lines('json');
    is(@json, 1, 'jsonlog: one line');
    is_deeply({ map { $_ => $json[0]{$_} } qw(error_severity state_code pid user dbname backend_type message detail hint) },
        { map { $_ => $line->{$_} } qw(error_severity state_code pid user dbname backend_type message detail hint) },
        'jsonlog says the same as csvlog');
}
like(stderr_log(), qr/^P\[$pid\] postgres\@postgres client backend 42501 LOG:  system call "unshare" denied/m, 'log_line_prefix');

# Broken by: another errno than the section's, another section than the one
# that denies.
$cluster->sql("SELECT raw_syscall($number{personality})", user => 'other');
($line) = new_lines('csv');
like("$line->{detail} $line->{hint}", qr/answered EDOM\. \[Session other\] denies it, rule \S+:6\. .*\[Session other\] in "[^"]+" and start a new session/,
    'a section of a role, with its errno');

# --- The statement's error ---

# Broken by: an error that does not tell why; a DETAIL that shows a client
# addresses, or a line that is missing because the error said it.
$cluster->sql(<<'END');
CREATE FUNCTION fails() RETURNS void LANGUAGE plpython3u AS
$$
import os
os.getpgid(0)
$$;
CREATE FUNCTION fails_with_pointer() RETURNS void LANGUAGE plpython3u AS
$$
import socket
socket.socketpair()
$$;
END
new_lines('csv');
(undef, undef, $err) = $cluster->psql("\\set VERBOSITY verbose\nSELECT fails()");
like($err, qr/ERROR:  38000: PermissionError: \[Errno 1\] Operation not permitted\nDETAIL:  (.*\n)?System call "getpgid"( of this statement)? was denied with EPERM\. \[Session\] denies it, rule \S+:11\.\n/,
    'the error has our DETAIL');
like($err, qr/^HINT:  To allow it, add "SystemCallFilter=getpgid" at the end of \[Session\]/m, 'and our HINT');
is(join(', ', sort { $b cmp $a } map { "$_->{error_severity} $_->{state_code}" } new_lines('csv')),
    'LOG 42501, ERROR 38000', 'the line is in the log as well');
(undef, undef, $err) = $cluster->psql('SELECT fails_with_pointer()');
like($err, qr/DETAIL:  .*System call "socketpair"( of this statement)? was denied/s, 'a call with a pointer');
unlike($err, qr/System call.*(0x|\()/, 'no argument is told to the client');
($line) = grep { $_->{message} =~ /socketpair/ } new_lines('csv');
like($line->{detail}, qr/^socketpair\(AF_UNIX, SOCK_STREAM\|SOCK_CLOEXEC, 0, 0x[0-9a-f]+\) answered EPERM/, 'the log has them');

# Broken by: a denial that sticks to later statements' errors.
($out, $err) = $session->query("SELECT fails()");
like($err, qr/System call "getpgid"( of this statement)? was denied/, 'a failing statement');
($out, $err) = $session->query('SELECT 1/0');
unlike($err, qr/DETAIL|HINT|seccomp|System call/, 'the next statement\'s error is its own');
like($err, qr/division by zero/, 'which it has');
$session->query("SELECT raw_syscall($number{getpgid})");
($out, $err) = $session->query('SELECT 1/0');
unlike($err, qr/DETAIL|HINT/, 'nor that after a denial without an error');

# Broken by: an exception handler that swallows the line, or an error that is
# told although there is none.
new_lines('csv');
($out, $err) = $session->query(q(DO $$ BEGIN PERFORM fails(); EXCEPTION WHEN OTHERS THEN NULL; END $$; SELECT 'fine'));
is("$out$err", 'fine', 'a caught error: the client sees nothing');
# further lines of the same row may be withheld after the fifth
my @caught = grep { $_->{pid} eq $pid } new_lines('csv');
is(join(' ', map { "$_->{error_severity}" } @caught), 'LOG', 'one line in the log') or diag explain \@caught;

# Broken by: a transaction's abort in which nothing is reported.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
new_lines('csv');
$session->query("BEGIN; SELECT raw_syscall($number{unshare}); ROLLBACK; SELECT 1");
is(scalar(grep { $_->{message} =~ /"unshare"/ } new_lines('csv')), 1, 'a transaction that is rolled back');

# Broken by: lines that a client gets if it asks for everything: their arguments
# may be addresses of the server's.
($out, $err) = $session->query("SET client_min_messages = debug1; SELECT raw_syscall($number{unshare}); RESET client_min_messages");
unlike($err, qr/unshare\(/, 'no client ever sees the line');

# --- The rows ---

# Broken by: rows that are joined or split by anything but what they are keyed
# with; times and processes that are not those of the calls.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
is(rows($cluster, 'syscall'), '', 'reset: no rows');
my $before = time;
$session = $cluster->session;
$pid = $session->pid;
$session->query("SELECT raw_syscall($number{unshare}) FROM generate_series(1, 3)");
$session->query("SELECT raw_syscall($number{personality})");
$cluster->sql("SELECT raw_syscall($number{personality})", user => 'other');
PgSeccomp::Violations::install_calls($cluster, db => 'elsewhere');
$cluster->sql("SELECT c('call', $number{personality}, -1)", db => 'elsewhere');
is(rows($cluster, "syscall, backend_type, usename, datname, profile, substring(rule FROM '[^/]+\$'), action, count"), join("\n",
    "personality|client backend|other|postgres|other|$path:6|error|1",
    "personality|client backend|postgres|elsewhere|session|$path:11|error|1",
    "personality|client backend|postgres|postgres|session|$path:11|error|1",
    "unshare|client backend|postgres|postgres|session|$path:2|error|3"), 'a row for each call, role, database and profile');
is(rows($cluster, 'count(*)', "first_seen > last_seen OR first_seen < to_timestamp($before) - interval '1 second' OR last_seen > clock_timestamp()"),
    0, 'times');
is(rows($cluster, 'last_pid, first_seen < last_seen', q(syscall = 'unshare')), "$pid|t", 'the process of the last, and time passed');
my $processes = "SELECT violations FROM pg_seccomp_processes WHERE pid = $pid";
is($cluster->sql($processes), 4, 'pg_seccomp_processes: as many as it made');

# Broken by: a profile added later that changes the rows before it.
$session->query("SELECT pg_seccomp_restrict('added'); SELECT raw_syscall($number{getsid}); SELECT raw_syscall($number{unshare})");
is(rows($cluster, 'syscall, profile, count', "profile LIKE '%added'"), "getsid|session,added|1\nunshare|session,added|1", 'rows of a restricted session');

# Broken by: a reset that leaves counts, or takes those of the processes.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
is(rows($cluster, 'count(*)'), 0, 'reset');
is($cluster->sql($processes), 6, 'processes keep theirs');
$session->query("SELECT raw_syscall($number{unshare})");
is(rows($cluster, 'syscall, count'), 'unshare|1', 'and counting goes on');

# Broken by: grants that are too wide or too narrow.
is(rows_as('watcher'), 'unshare', 'pg_monitor reads');
(undef, undef, $err) = $cluster->psql('SELECT pg_seccomp_reset_violations()', user => 'watcher');
like($err, qr/permission denied for function pg_seccomp_reset_violations/, 'and does not reset');
(undef, undef, $err) = $cluster->psql('SELECT pg_seccomp_reset_violations()', user => 'ordinary');
like($err, qr/permission denied/, 'ordinary roles do not reset');
(undef, undef, $err) = $cluster->psql('SELECT * FROM pg_seccomp_violations', user => 'ordinary');
like($err, qr/permission denied for view pg_seccomp_violations/, 'nor read');
(undef, undef, $err) = $cluster->psql('SELECT * FROM pg_seccomp_violations()', user => 'ordinary');
like($err, qr/permission denied for function/, 'by the function neither');

sub rows_as
{
    my ($user) = @_;
    return $cluster->sql('SELECT syscall FROM pg_seccomp_violations', user => $user);
}

# Broken by: quiet denials that make noise.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
new_lines('csv');
is($cluster->sql("SELECT raw_syscall($number{io_uring_setup}), raw_syscall(600), raw_syscall(100000)"), 'ENOSYS|ENOSYS|ENOSYS',
    'quiet: an entry with an errno, numbers that nobody knows');
is(rows($cluster, 'count(*)'), 0, 'quiet: no rows');
is(scalar(new_lines('csv')), 0, 'quiet: no lines');

# Broken by: a restart that keeps counts of another server.
$session->query("SELECT raw_syscall($number{unshare})");
is(rows($cluster, 'count(*)'), 1, 'a row before the restart');
$session->close;
$cluster->stop;

# --- Permissive ---

my $permissive = PgSeccomp::Cluster::new_policy(<<'END');
[Policy]
Mode=permissive
[Server]
SystemCallFilter=~mount
[Session list]
Role=other
OnViolation=terminate
SystemCallFilter=@pg-session seccomp
[Session]
SystemCallFilter=~getpgid ppoll
END
$cluster->start(policy => $permissive);
is(rows($cluster, 'count(*)'), 0, 'none after it');

# Broken by: a call that is recorded and not made, or made with other
# arguments; a list whose calls run slowly because they are made twice.
is($cluster->sql("SELECT c('call', $number{getpgid}, 0) > 1, c('call', $number{getpgid}, -1)"), 't|-3', 'permissive: real results');
is(rows($cluster, 'syscall, action, count'), 'getpgid|permissive|2', 'permissive: recorded');
like($cluster->log, qr/LOG:  system call "getpgid" would be denied by seccomp policy "$permissive"\n.*DETAIL:  getpgid\(0\) was made\. \[Session\] would deny it, rule \S+:10\..*There were 2 such calls/,
    'permissive: the line');
# a call that takes its time, and is made once
my $start = time;
is($cluster->sql("SELECT c('sleep_in_ppoll', 2)"), 0, 'permissive: a call that blocks');
my $took = time - $start;
ok($took >= 2 && $took < 3.9, "permissive: for as long as it would ($took s)");
$session = $cluster->session;
$start = time;
($out, $err) = $session->query("SET statement_timeout = 300; SELECT c('sleep_in_ppoll', 20); RESET statement_timeout");
like($err, qr/canceling statement due to statement timeout/, 'permissive: a blocking call under a timeout');
$pid = $session->pid;
$session->send("SELECT c('sleep_in_ppoll', 20)");
ok($cluster->poll_until("SELECT EXISTS (SELECT FROM pg_seccomp_violations WHERE syscall = 'ppoll' AND count = 3)"), 'permissive: recorded before it returns');
$cluster->sql("SELECT pg_cancel_backend($pid)");
(undef, $err) = $session->answer;
like($err, qr/canceling statement due to user request/, 'permissive: a blocking call is canceled');
cmp_ok(time - $start, '<', 10, 'permissive: in time');

# Broken by: an allow-list's calls that programs make, which have no handler:
# SIGSYS would end them.
is($cluster->sql(q(CREATE TEMP TABLE said (line text); COPY said FROM PROGRAM 'echo a | tr a b; perl -e "print getpgrp(0) > 1"'; SELECT * FROM said),
    user => 'other'), "b\n1", 'permissive: programs are started, and live');
is(rows($cluster, 'count(*)', "action <> 'permissive'"), 0, 'permissive: nothing is an error');
is($cluster->sql('SELECT 1', user => 'other'), 1, 'permissive: no session ends');

done_testing();
