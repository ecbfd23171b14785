# violations_programs.pl
# Programs that the server starts: what is denied there is an errno that they
# can live with, and when one does not, the server says what SIGSYS means.
use strict;
use warnings;

use Test::More;
use IO::Socket::INET;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number has_i386 build_c);
use PgSeccomp::Violations qw(rows);

my %number = map { $_ => call_number($_) } qw(keyctl unshare personality);
my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
archive_mode = on
archive_command = 'false'
END
$cluster->start(policy => 'default');
$cluster->sql('CREATE EXTENSION pg_seccomp; CREATE TABLE said (line text); CREATE TABLE dumped (i int)');
install_attacks($cluster);

# What a program says: COPY's answer, or its error.
sub program
{
    my ($command, %options) = @_;
    my ($status, $out, $err) = $cluster->psql("BEGIN; TRUNCATE said; COPY said FROM PROGRAM \$command\$$command\$command\$ (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02');
        SELECT * FROM said; COMMIT", %options);
    return $status ? $err : $out;
}

# --- default.conf ---

# Broken by: SIGSYS for programs, in which nobody handles it; calls that run;
# rows that blame the session for what its programs do.
for my $call (qw(keyctl unshare))
{
    is(program(qq(perl -e 'my \$r = syscall($number{$call}, -1, -1, -1, -1, -1); print "\$r ", \$!{EPERM} ? "EPERM" : \$! + 0, " lives"')),
        '-1 EPERM lives', "a program that tries $call: an errno, and lives");
}
my ($status, $probe) = (0, build_c(<<"END"));
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *
deny(void *unused)
{
    return (void *) (long) (syscall(SYS_keyctl, -1L, -1L, -1L, -1L, -1L) < 0 && errno == EPERM);
}

int
main(void)
{
    pthread_t   thread;
    void       *denied;

    if (pthread_create(&thread, NULL, deny, NULL) != 0 || pthread_join(thread, &denied) != 0)
        return 1;
    printf("%d %d\\n", denied != NULL, deny(NULL) != NULL);
    return 0;
}
END
is(program($probe), '1 1', 'a program with threads');

# Broken by: a deny-list that ordinary programs do not live with.
my $web = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 0) or die "no port: $!";
my $port = $web->sockport;
my $server = fork() // die "fork: $!";
if ($server == 0)
{
    while (my $client = $web->accept)
    {
        sysread($client, my $request, 4096);
        print $client "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        close $client;
    }
    POSIX::_exit(0);
}
my @ordinary = (
    [ gzip => 'echo hello | gzip -c | gzip -dc', qr/^hello$/ ],
    [ tar => 'tar -cf - -C / etc/hostname | tar -tf -', qr{^etc/hostname$} ],
    [ find => 'find /etc -maxdepth 1 -name passwd', qr{^/etc/passwd$} ],
    [ perl => q(perl -e 'print join " ", map { $_ * 2 } 1 .. 3'), qr/^2 4 6$/ ],
    [ python3 => q(python3 -c 'import subprocess, threading, ssl, json, tempfile; t = threading.Thread(target=print, args=("a",)); t.start(); t.join(); print(subprocess.run(["echo", "b"], capture_output=True, text=True).stdout.strip())'), qr/^a\nb$/ ],
    [ openssl => 'echo hello | openssl dgst -sha256', qr/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03/ ],
    [ ssh => 'ssh -V 2>&1', qr/^OpenSSH/ ],
    [ curl => "curl -s http://127.0.0.1:$port/", qr/^hello$/ ],
    [ git => 'git --version', qr/^git version/ ],
    [ psql => "$PgSeccomp::Cluster::bindir/psql -XAtc 'SELECT 6 * 7' '" . $cluster->conninfo =~ s/'//gr . "'", qr/^42$/ ],
    [ pg_dump => "$PgSeccomp::Cluster::bindir/pg_dump -s -t dumped '" . $cluster->conninfo =~ s/'//gr . "' | grep -c 'CREATE TABLE'", qr/^1$/ ]);
for my $one (@ordinary)
{
    my ($name, $command, $expected) = @$one;
    SKIP:
    {
        skip "there is no $name here", 1 if $command !~ m{^/} && system("command -v $name >/dev/null 2>&1") != 0;
        like(program($command), $expected, "$name works");
    }
}
kill 'TERM', $server;
waitpid($server, 0);
is(rows($cluster, 'syscall, backend_type, count'), '', 'no row is theirs');

# Broken by: an archiver whose helpers cannot work.
my $folder = "$cluster->{base}/archive";
mkdir $folder;
chown((getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ], $folder);
for my $command ('cp %p "' . $folder . '/%f"', 'gzip -c %p > "' . $folder . '/%f.gz"')
{
    $cluster->sql("ALTER SYSTEM SET archive_command = '$command'");
    $cluster->sql('SELECT pg_reload_conf(), pg_stat_reset_shared(\'archiver\')');
    $cluster->sql(q(SELECT pg_create_restore_point('something to archive'), pg_switch_wal()));
    my ($tool) = $command =~ /^(\w+)/;
    ok($cluster->poll_until(q(SELECT archived_count > 0 FROM pg_stat_archiver)), "archive_command with $tool");
    my $suffix = $tool eq 'gzip' ? '.gz' : '';
    isnt(join(' ', glob "$folder/*$suffix"), '', "archive_command with $tool: a file is there");
}
is(rows($cluster, 'syscall, backend_type, count'), '', 'no row is theirs either');

# Broken by: the end of a program by SIGSYS that is a number to its user.  An
# int 0x80 is reported from anywhere, and a program has no handler.
my $hint = qr/HINT:  (.*\n)?Signal 31 \(SIGSYS\) is how /;
SKIP:
{
    skip 'this kernel has no i386 entry', 4 unless has_i386();
    my $i386 = build_c(<<'END');
int main(void)
{
    int result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
    return 0;
}
END
    my $error = program($i386);
    like($error, qr/ERROR:  program ".*" failed\nDETAIL:  child process .*(signal 31|exit code 159).*\n$hint/, 'a program that dies of SIGSYS: the hint');
    like(program("$i386; true"), qr/^$/, 'a shell that outlives it: no error');
    my $before = $cluster->log_size;
    $cluster->sql("ALTER SYSTEM SET archive_command = '$i386 %p'");
    $cluster->sql('SELECT pg_reload_conf(), pg_create_restore_point($$x$$), pg_switch_wal()');
    ok(PgSeccomp::Cluster::wait_until(sub { $cluster->log($before) =~ /archive command (failed with exit code 159|was terminated by signal 31)/ }),
        'an archive_command that dies of SIGSYS');
    ok(PgSeccomp::Cluster::wait_until(sub { $cluster->log($before) =~ /archive command (?:failed with|was terminated by).*\n(?:.*\n)*?.*$hint/ }), 'with the hint');
    $cluster->sql('ALTER SYSTEM RESET archive_command');
}
my $poor = $cluster->session;
my ($refused) = PgSeccomp::Cluster::run_as_user('', 'prlimit', '--pid', $poor->pid, '--nproc=1:1');
is($refused, 0, 'a session that may not fork');
my (undef, $failure) = $poor->query(q(COPY said FROM PROGRAM 'true'));
like($failure, qr/could not execute command.*(Resource temporarily unavailable|Cannot allocate memory)/, 'a program that cannot be started for want of processes');
unlike($failure, qr/DETAIL|HINT|seccomp/, 'which has nothing to do with seccomp');
$poor->close;
unlike(program('exit 3'), qr/SIGSYS/, 'a program that fails for itself: nothing about SIGSYS');
like(program('exit 3'), qr/HINT:  Programs run under the server's seccomp filters/, 'but that there are filters');
like(program('exit 3'), qr/exit code 3/, 'and its own error');
like(program('kill -TERM $$'), qr/child process (was terminated by signal 15|exited with exit code 143)(?!.*SIGSYS)/s, 'nor one that dies of another signal');
$cluster->stop;

# --- A section that kills ---

my $kills = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Session kills]
Role=doomed
OnViolation=kill
SystemCallFilter=~personality
END
$cluster->start(policy => $kills);
$cluster->sql('CREATE ROLE doomed SUPERUSER LOGIN');
my $since = $cluster->sql('SELECT pg_postmaster_start_time()');
like(program("perl -e 'syscall($number{personality}, -1)'", user => 'doomed'), qr/ERROR:  program ".*" failed\nDETAIL: .*(signal 31|exit code 159).*\n$hint/,
    'OnViolation=kill: the program dies, with the hint');
is($cluster->sql('SELECT pg_postmaster_start_time()'), $since, 'OnViolation=kill: the server does not notice');
unlike($cluster->log, qr/terminating any other active server processes/, 'OnViolation=kill: no crash recovery for a program');
$cluster->stop;

# --- strict.conf ---

# Broken by: a session without execve whose COPY PROGRAM fails for no reason
# that its user could know, or that starts the program.
$cluster->start(policy => 'strict');
my $witness = "$cluster->{base}/data/witness";
my $error = program("touch $witness");
like($error, qr/ERROR:  /, 'strict: COPY PROGRAM fails');
like($error, qr/^DETAIL:  System call "pipe2?"( of this statement)? was denied with EPERM\. \[Session\] denies it, rule \S+strict\.conf:\d+\.$/m,
    'strict: the DETAIL names the first call that was denied, and the section');
like($error, qr/^(HINT:  )?To start programs a session needs a section that allows \@pg-program\.$/m, 'strict: the HINT says what a program needs');
ok(!-e $witness, 'strict: no program was started');
$cluster->sql('CREATE ROLE runner LOGIN; GRANT pg_execute_server_program TO runner; GRANT ALL ON said TO runner');
is(program('echo fine', user => 'runner'), 'fine', 'strict: whose section allows it may');
is(program(qq(perl -e 'my \$r = syscall($number{personality}, -1); print "\$r ", \$!{EPERM} ? "EPERM" : \$! + 0'), user => 'runner'), '-1 EPERM',
    'strict: its programs get errnos');
$cluster->stop;

# Broken by: a denial that happens where no handler is, in the new process, and
# is a mystery to the old one.  popen() of glibc has EPERM for it, or ENOMEM.
my $noexec = PgSeccomp::Cluster::new_policy("[Session]\nSystemCallFilter=~execve execveat\n");
$cluster->start(policy => $noexec);
$error = program("touch $witness");
like($error, qr/ERROR:  could not execute command.*: .*\nDETAIL:  Seccomp policy "$noexec" denies system call "execve": \[Session\] denies it, rule \S+$noexec\.conf:2\.\nHINT:  To start programs a session needs a section that allows \@pg-program\./,
    'without execve: the DETAIL names it, and the section');
ok(!-e $witness, 'without execve: no program was started');

done_testing();
