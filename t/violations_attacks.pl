# violations_attacks.pl
# Denied calls where a handler of signals is easily wrong, and from those who
# want it to be: the call never runs, whatever becomes of the report.
use strict;
use warnings;
use version;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number has_i386);
use PgSeccomp::Violations qw(install_calls rows);

# getpgid(0) tells by its result whether it ran.
my %number = map { $_ => call_number($_) } qw(getpgid personality getpid mprotect);
my $policy = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~getpgid personality
[Session noexec]
Role=noexec
SystemCallFilter=~execve execveat
[Session inmalloc]
SystemCallFilter=~mprotect
END
my $cluster = PgSeccomp::Cluster->new;
# the main thread's stack must have an end
$cluster->start(policy => $policy, launcher => [ 'prlimit', '--stack=8388608' ]);
$cluster->sql('CREATE EXTENSION pg_seccomp; CREATE ROLE noexec SUPERUSER LOGIN');
install_attacks($cluster);
my $library = install_calls($cluster);

sub count_of
{
    my ($syscall) = @_;
    return $cluster->sql("SELECT coalesce(sum(count), 0) FROM pg_seccomp_violations WHERE syscall = '$syscall'");
}

# --- Awkward places ---

# Broken by: a handler that allocates, that locks, that needs more stack than
# there is, or that only works on the stack of the main thread.  The session
# must answer EPERM, count one, and live.
my $session = $cluster->session;
is($session->sql("SELECT c('has_alternate_stack')"), 1, 'backends have an alternate stack');
for my $place (qw(call in_signal_handler in_handler_on_alternate_stack on_own_alternate_stack))
{
    my $before = count_of('getpgid');
    is($session->sql("SELECT c('$place', $number{getpgid}, 0)"), -1, "$place: denied");
    is(count_of('getpgid') - $before, 1, "$place: counted");
}
for my $left (64 * 1024, 8192, 2048)
{
    my $before = count_of('getpgid');
    # one call comes before, so that nothing is left to the dynamic linker
    is($session->sql("SELECT c('on_exhausted_stack', $number{getpgid}, 0, $left)"), -1, "with $left bytes of stack left: denied");
    is(count_of('getpgid') - $before, 2, "with $left bytes of stack left: counted");
}

# Broken by: threads that have no handler, or counts that they lose to each
# other.
my $before = count_of('personality');
is($session->sql("SELECT c('storm_threads', $number{personality}, 5000, 20)"), 100000, 'twenty threads: all denied');
is(count_of('personality') - $before, 100000, 'twenty threads: all counted');
is($session->sql(q(SELECT violations = (SELECT sum(count) FROM pg_seccomp_violations WHERE last_pid = pg_backend_pid())
    FROM pg_seccomp_processes WHERE pid = pg_backend_pid())), 't', 'twenty threads: in the process\'s count too');
$cluster->sql(<<'END');
CREATE FUNCTION python_thread() RETURNS text LANGUAGE plpython3u AS $$
import os, threading
said = []
def deny():
    try:
        said.append(str(os.getpgid(0)))
    except OSError as error:
        said.append(type(error).__name__)
thread = threading.Thread(target=deny)
thread.start()
thread.join()
return ' '.join(said)
$$;
END
$before = count_of('getpgid');
is($session->sql('SELECT python_thread()'), 'PermissionError', 'a thread of Python\'s: denied');
is(count_of('getpgid') - $before, 1, 'a thread of Python\'s: counted');

# Broken by: a handler that waits for malloc's lock, which its own thread has.
$session->close;
$session = $cluster->session;
is($session->sql("SELECT c('start_allocator')"), 0, 'a thread that will allocate');
$session->sql("SELECT pg_seccomp_restrict('inmalloc')");
is($session->sql("SELECT c('let_allocate')"), 1000, 'in malloc: memory is had in other ways');
is($session->sql('SELECT 1'), 1, 'in malloc: the session lives');
SKIP: {
my ($glibc) = `getconf GNU_LIBC_VERSION` =~ /(\d+\.\d+)/;
skip("glibc $glibc has arenas that grow without mprotect", 2) if version->parse("v$glibc") >= version->parse('v2.42') && count_of('mprotect') eq '0';
cmp_ok(count_of('mprotect'), '>', 0, 'in malloc: denied and counted');
like($cluster->log, qr/LOG:  system call "mprotect" denied .*\n.*DETAIL:  mprotect\(0x[0-9a-f]+, \d+, PROT_READ\|PROT_WRITE\) answered EPERM\. \[Session inmalloc\]/, 'in malloc: logged');
}
$session->close;

# --- Attackers ---

# Broken by: reports for which a call may come from anywhere: a program that
# was started would die of them.  Not by: an attacker's, which is denied all the
# same.
$before = count_of('getpgid');
is($cluster->sql("SELECT c('raw', $number{getpgid}, 0), c('raw', $number{getpid}, 0) > 1"), '-1|t', 'an instruction of one\'s own: denied');
is(count_of('getpgid') - $before, 0, 'an instruction of one\'s own: not counted where programs may be started');
is($cluster->sql("SELECT c('raw', $number{getpgid}, 0)", user => 'noexec'), -1, 'without execve: denied');
is(count_of('getpgid') - $before, 0, 'without execve, but what [Server] denies: as [Server] has it')
  or diag rows($cluster, '*');

# Broken by: foreign ABIs that run, or that nobody hears of.
SKIP:
{
    skip 'this kernel has no i386 entry', 2 unless has_i386();
    is($cluster->sql('SELECT i386_syscall(20)'), 'ENOSYS', 'int 0x80: denied');
    is(rows($cluster, 'syscall, action, count', q(syscall LIKE 'x86:%')), 'x86:getpid|error|1', 'int 0x80: counted');
}

# Broken by: enforcement that needs a handler; a handler that is lost for good,
# unnoticed.
my $expected = qr/WARNING:  the handler of SIGSYS was replaced, and has been put back\n(DETAIL:  It was in "\Q$library\E"\.\n)?HINT:  /;
for my $how (0, 1, 2)
{
    my $name = (qw(SIG_IGN SIG_DFL), 'a handler of its own')[$how];
    $session = $cluster->session;
    is($session->sql("SELECT c('take_handler', $how)"), 0, "$name: is set");
    my (undef, $err) = $session->query('SET application_name = x');
    like($err, $expected, "$name: noticed by the next utility statement");
    like($err, qr/DETAIL:  It was in "\Q$library\E"/, "$name: and whose it was") if $how == 2;
    $before = count_of('getpgid');
    is($session->sql("SELECT c('call', $number{getpgid}, 0)"), -1, "$name: the handler is back");
    is(count_of('getpgid') - $before, 1, "$name: and counts");
    my $offset = $cluster->log_size;
    $session->sql("SELECT c('take_handler', $how)");
    $session->close;
    ok(PgSeccomp::Cluster::wait_until(sub { $cluster->log($offset) =~ /WARNING:  the handler of SIGSYS was replaced/ }),
        "$name: noticed at the end of the session");
}
$session = $cluster->session;
$session->sql("SELECT c('take_handler', 2)");
$before = count_of('getpgid');
isnt($session->sql("SELECT c('call', $number{getpgid}, 0)"), 0 + PgSeccomp::Cluster::kernel_says($session->pid, 'NSpgid'),
    'a handler of its own: the call does not run');
cmp_ok($session->sql("SELECT c('call', $number{getpgid}, 0)"), '<', 0, 'a handler of its own, which makes the call again: an error');
is(count_of('getpgid'), $before, 'a handler of its own: not counted');
$session->close;

# Broken by: counters that decide anything.  (Whoever can write there can crash
# the server: only that is not to be gained.)
$session = $cluster->session;
for my $with (0, 255)
{
    cmp_ok($session->sql("SELECT c('overwrite_counters', $with)"), '>', 0, "counters filled with $with");
    is($session->sql("SELECT c('call', $number{getpgid}, 0)"), -1, "counters filled with $with: denied");
    is($cluster->sql("SELECT c('call', $number{getpgid}, 0)"), -1, "counters filled with $with: denied elsewhere");
    $cluster->sql('SELECT pg_seccomp_reset_violations()');
    $cluster->sql("SELECT c('call', $number{getpgid}, 0)");
    is(rows($cluster, 'syscall, count'), 'getpgid|1', "counters filled with $with: a reset puts them right");
}
$session->close;

# Broken by: a call that runs when its report cannot be delivered.  The kernel
# ends the process, and the server recovers; filters are there again.
for my $attack ("c('take_handler', 0)", "c('take_handler', 1)", "c('block_sigsys')")
{
    my $offset = $cluster->log_size;
    my ($out, $err) = $cluster->session->query("SELECT $attack, c('call', $number{getpgid}, 0)");
    like("$out$err", qr/server closed the connection|connection .* lost/, "$attack: the process does not survive the call");
    ok($cluster->poll_until('SELECT true'), "$attack: the server comes back");
    like($cluster->log($offset), qr/was terminated by signal 31/, "$attack: it was SIGSYS");
    is($cluster->sql("SELECT c('call', $number{getpgid}, 0), filters FROM pg_seccomp_processes WHERE pid = pg_backend_pid()"), '-1|1',
        "$attack: filtered as before");
}

done_testing();
