# process_faults.pl
# Process sections in places where they get in the way of something.
use strict;
use warnings;

use FindBin;
use Test::More;
use PgSeccomp::Attack qw(build_library);
use PgSeccomp::Cluster;
use PgSeccomp::Probe qw(preload_probe install_probe start_worker);

my $preload = preload_probe();

sub score_of
{
    my ($pid) = @_;
    open(my $file, '<', "/proc/$pid/oom_score_adj") or return 'gone';
    chomp(my $score = <$file> // 'gone');
    return $score;
}

# Broken by: a section that makes processes undumpable before PostgreSQL has
# given them their score for the OOM killer: they would keep the postmaster's.
my $cluster = PgSeccomp::Cluster->new;
for my $section ('background worker', 'auxiliary', 'client backend')
{
    my $policy = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n[Process $section]\nProcessDumpable=no\n");
    $cluster->start(policy => $policy, preload => $preload,
        launcher => [ 'env', 'PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj', 'PG_OOM_ADJUST_VALUE=300' ]);
    if ($section eq 'background worker')
    {
        $cluster->sql('CREATE EXTENSION pg_seccomp');
        install_probe($cluster, $preload);
    }
    my $session = $cluster->session;
    my $worker = start_worker($session, type => 'worker');
    my ($checkpointer) = $session->sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'));
    is(join(' ', map { score_of($_) } $cluster->postmaster_pid, $worker->pid, $checkpointer, $session->pid), '0 300 300 300',
        "[Process $section] ProcessDumpable=no: children have their score");

    # Broken by: a worker that starts for as long as it lives.
    is($session->sql('SELECT agrees, detail FROM pg_seccomp_processes WHERE pid = ' . $worker->pid), 't|',
        "[Process $section]: a worker that does not connect has started, too");
    $worker->end;
    $session->close;
    $cluster->stop;
}

# Broken by: a policy whose processes cannot attach what it wants: logins fail,
# or the server goes from one crash recovery to the next.
for my $policy (
    "[Process client backend]\nSystemCallFilter=~prctl\n[Session]\nProcessDumpable=no\n",
    "[Process walsender]\nSystemCallFilter=~prctl\n[Session]\nSpeculationMitigation=yes\n",
    "[Process auxiliary]\nSystemCallFilter=~prctl\n[Process checkpointer]\nProcessDumpable=no\n")
{
    my $name = PgSeccomp::Cluster::new_policy($policy);
    my $offset = $cluster->log_size;
    ok(!$cluster->start(policy => $name, preload => $preload, fails => 1), 'refused: ' . $policy =~ s/\n/ /gr);
    like($cluster->log($offset), qr/$name\.conf:2: [^\n]*prctl/, 'with the line');
    # other tests' servers would log that it is there, some before their filter is
    unlink "$PgSeccomp::Cluster::policy_dir/$name.conf";
    $cluster->stop('immediate') if -e "$cluster->{data}/postmaster.pid";
}

# Broken by: an alarm for what changed after a session's login, which its section
# was chosen by.
my $team = PgSeccomp::Cluster::new_policy("[Session team]\nRole=+team\nSystemCallFilter=~mount\n");
$cluster->start(policy => $team, preload => $preload);
$cluster->sql('CREATE ROLE late LOGIN; CREATE ROLE team');
my $session = $cluster->session(user => 'late');
my $pid = $session->pid;
$cluster->sql('GRANT team TO late');
is($cluster->sql("SELECT agrees IS DISTINCT FROM false FROM pg_seccomp_processes WHERE pid = $pid"), 't', 'a member only since its login: no alarm');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', 'and none by pg_seccomp_check()');
$session->close;
$cluster->stop;

# A library whose fork handler, which runs after pg_seccomp's, does something
# with signals in each child.
sub library_that
{
    my ($what) = @_;
    return build_library(<<"END");
#include "postgres.h"
#include <pthread.h>
#include <signal.h>
#include "fmgr.h"

PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);

static void
in_child(void)
{
    sigset_t    winch;

    sigemptyset(&winch);
    sigaddset(&winch, SIGWINCH);
    $what;
}

void
_PG_init(void)
{
    pthread_atfork(NULL, NULL, in_child);
}
END
}

# Broken by: a library that has the waking signal come before the type is known,
# or not at all: sections that are never attached, in silence.
my $by_type = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Process checkpointer]
SystemCallFilter=~socket
[Process client backend]
SystemCallFilter=~acct
[Process walsender]
SystemCallFilter=~swapon
END
my $scopes = q(SELECT string_agg(backend_type || ' ' || array_to_string(scopes, '>') || ' ' || agrees, ', ' ORDER BY backend_type)
    FROM pg_seccomp_processes WHERE backend_type IN ('checkpointer', 'client backend'));
my $early = library_that('sigprocmask(SIG_UNBLOCK, &winch, NULL)');
$cluster->start(policy => $by_type, preload => "\$libdir/pg_seccomp,$early");
is($cluster->sql($scopes), 'checkpointer server>process:checkpointer true, client backend server>process:client backend true',
    'unblocked too early: it comes again');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', 'and all is well');
$cluster->stop;
my $ignored = library_that('signal(SIGWINCH, SIG_IGN)');
$cluster->start(policy => $by_type, preload => "\$libdir/pg_seccomp,$ignored", args => ['-c log_checkpoints=on']);
is($cluster->sql(q(SELECT array_to_string(scopes, '>') FROM pg_seccomp_processes WHERE pid = pg_backend_pid())),
    'server>process:client backend', 'ignored: a session has its section at its login');
$cluster->sql('CHECKPOINT');
is($cluster->sql($scopes), 'checkpointer server>process:checkpointer true, client backend server>process:client backend true',
    'and others by the next line that they log');
$cluster->stop;

# Broken by: a text that the viewer's database cannot have, or a cut in the
# middle of a character, which would take the whole view away.
my @long = map { chr(0xe9) x 30 . $_ } 1 .. 6;
utf8::encode($_) for @long;
my $names = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n" .
    join('', map { "[Session \"$_\"]\nSystemCallFilter=~acct\n" } @long));
$cluster->start(policy => $names);
$cluster->sql(q(CREATE DATABASE western TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'));
$cluster->sql(q(CREATE DATABASE eastern TEMPLATE template0 ENCODING 'KOI8R' LOCALE 'C'));
$cluster->sql('CREATE EXTENSION pg_seccomp', db => $_) for qw(western eastern);
my $holder = $cluster->session(db => 'western', options => '-c client_encoding=utf8 -c client_min_messages=warning');
$holder->sql("SELECT pg_seccomp_restrict('$_')") for @long;
my $holder_pid = $holder->pid;
for my $viewer (qw(postgres western eastern))
{
    my ($status, $out, $err) = $cluster->psql("SELECT profile <> '' AND cardinality(scopes) > 4, agrees FROM pg_seccomp_processes WHERE pid = $holder_pid", db => $viewer);
    is("$out$err", 't|t', "names beyond ASCII, looked at from $viewer");
}
$holder->close;
$cluster->stop;

# Broken by: a kind of shared memory that some section denies: processes fail, or
# crash, where they need it.
my $strict = PgSeccomp::Cluster::new_policy(do { local (@ARGV, $/) = "$FindBin::Bin/../policy/strict.conf"; <> });
my $offset = $cluster->log_size;
ok(!$cluster->start(policy => $strict, args => ['-c dynamic_shared_memory_type=sysv'], fails => 1),
    'dynamic_shared_memory_type=sysv under strict.conf is refused');
like($cluster->log($offset), qr/FATAL:  seccomp policy \S+ denies what parameter "dynamic_shared_memory_type" asks for: "sysv"\n.*DETAIL:  It is denied in: \[Process auxiliary\], .*\[Process checkpointer\].*\[Session\]\.\n.*HINT:  Set it to "posix"/,
    'with all sections, and what to do');
my $with_shm = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n[Session]\nSystemCallFilter=\@pg-session shmat shmctl shmdt shmget\n");
$cluster->start(policy => $with_shm, args => ['-c dynamic_shared_memory_type=sysv']);
is($cluster->sql('SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on; SELECT count(*) FROM pg_class WHERE false'), '0',
    'and works where they are allowed');
$cluster->stop;

# Broken by: a command of the server's that cannot be started, and a message that
# does not say why.
my $commands = PgSeccomp::Cluster->new(conf => <<"END");
archive_mode = on
archive_command = 'true'
END
$commands->start(policy => PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n[Process archiver]\nSystemCallFilter=~execve\n"));
$commands->sql('SELECT pg_switch_wal()');
ok(PgSeccomp::Cluster::wait_until(sub {
    $commands->log =~ /archive command failed with exit code 127\n.*DETAIL:.*\n?.*denies system call "execve": \[Process archiver\] denies it, rule \S+:4\.\n.*HINT:  To start programs a process needs sections that allow \@pg-program/
}), 'archive_command that cannot be started: the section is named');
$commands->stop;

open(my $signal, '>', "$commands->{data}/recovery.signal") or die $!;
close $signal;
my (undef, undef, $uid, $gid) = getpwnam($PgSeccomp::Cluster::user);
chown $uid, $gid, "$commands->{data}/recovery.signal";
my $start = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n[Process startup]\nSystemCallFilter=~execve\n");
$commands->start(policy => $start, args => ['-c restore_command=true'], fails => 1);
like($commands->log, qr/FATAL:  could not restore file \S+ from archive: command not found\n.*DETAIL:.*denies system call "execve": \[Process startup\] denies it/,
    'restore_command that cannot be started');

done_testing();
