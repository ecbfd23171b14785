# traits.pl
# What a policy asks of processes beside filters: memory closed to neighbours
# (ProcessDumpable=no), no memory both written and executed (the kernel's half of
# MemoryDenyWriteExecute=yes), mitigations of speculation.
use strict;
use warnings;

use IO::Socket::UNIX;
use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(call_number);
use PgSeccomp::Violations qw(rows);

my $uid = getpwnam($PgSeccomp::Cluster::user);
my ($prctl, $ptrace, $mmap, $pidfd_open, $pidfd_getfd) = map { call_number($_) } qw(prctl ptrace mmap pidfd_open pidfd_getfd);
my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
parallel_leader_participation = off
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
autovacuum_naptime = 1d
END

# Starts the cluster anew under a policy.
sub under
{
    my ($text, %options) = @_;
    my $policy = PgSeccomp::Cluster::new_policy($text);
    $cluster->stop if $cluster->{running};
    $cluster->start(policy => $policy, %options);
    return $policy;
}

# Every session of role "tight" is in a section of its own.
sub policy_with
{
    my (%section) = @_;
    my $text = "[Server]\nSystemCallFilter=~mount\n";
    $text .= $section{server} if $section{server};
    $text .= "[Child]\n$section{child}" if $section{child};
    return $text . "[Session tight]\nRole=tight\nSystemCallFilter=~personality\n" . ($section{tight} // '') . ($section{more} // '');
}

under(policy_with());
$cluster->sql(<<'END');
CREATE EXTENSION pg_seccomp;
CREATE EXTENSION plpython3u;
CREATE EXTENSION plperlu;
CREATE ROLE tight SUPERUSER LOGIN;
CREATE ROLE other SUPERUSER LOGIN;
CREATE TABLE spread WITH (parallel_workers = 2) AS SELECT i FROM generate_series(1, 2000) AS i;
-- a system call by its number: an errno's name, or the result
CREATE FUNCTION call(VARIADIC numbers bigint[]) RETURNS text LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS $$
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.syscall.argtypes = [ctypes.c_long] * 7
result = libc.syscall(*(numbers + [0] * 7)[:7])
return errno.errorcode[ctypes.get_errno()] if result == -1 else str(result)
$$;
-- a place in memory that an attacker could be after
CREATE FUNCTION keep(secret text) RETURNS bigint LANGUAGE plpython3u AS $$
import ctypes
GD['secret'] = ctypes.create_string_buffer(secret.encode())
return ctypes.addressof(GD['secret'])
$$;
CREATE FUNCTION kept() RETURNS text LANGUAGE plpython3u AS $$ return GD['secret'].value.decode() $$;
CREATE FUNCTION read_memory(pid int, address bigint, length int) RETURNS text LANGUAGE plpython3u AS $$
import errno, os
try:
    file = os.open('/proc/%d/mem' % pid, os.O_RDONLY)
    text = os.pread(file, length, address)
    os.close(file)
    return text.decode()
except OSError as error:
    return errno.errorcode[error.errno]
$$;
CREATE FUNCTION write_memory(pid int, address bigint, content text) RETURNS text LANGUAGE plpython3u AS $$
import errno, os
try:
    file = os.open('/proc/%d/mem' % pid, os.O_RDWR)
    os.pwrite(file, content.encode(), address)
    os.close(file)
    return 'written'
except OSError as error:
    return errno.errorcode[error.errno]
$$;
CREATE FUNCTION vm_read(pid int, address bigint, length int) RETURNS text LANGUAGE plpython3u AS $$
import ctypes, errno
class iovec(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(length + 1)
libc = ctypes.CDLL(None, use_errno=True)
ours, theirs = iovec(ctypes.addressof(buffer), length), iovec(address, length)
if libc.process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) < 0:
    return errno.errorcode[ctypes.get_errno()]
return buffer.value.decode()
$$;
CREATE FUNCTION hold_memory(pid int) RETURNS void LANGUAGE plpython3u AS $$
import os
GD['memory'] = os.open('/proc/%d/mem' % pid, os.O_RDONLY)
$$;
CREATE FUNCTION held_memory(address bigint, length int) RETURNS text LANGUAGE plpython3u AS $$
import os
return os.pread(GD['memory'], length, address).decode()
$$;
CREATE FUNCTION change_file(path text, content text) RETURNS text LANGUAGE plpython3u AS $$
import errno, os
try:
    with open(path, 'w') as file:
        file.write(content)
    return 'written'
except OSError as error:
    return errno.errorcode[error.errno]
$$;
CREATE FUNCTION not_leader(leader int) RETURNS bool LANGUAGE plpython3u VOLATILE PARALLEL SAFE
AS 'import os; return os.getpid() != leader';
CREATE FUNCTION my_owner() RETURNS int LANGUAGE plpython3u VOLATILE PARALLEL SAFE
AS $$ import os; return os.stat('/proc/self/mem').st_uid $$;
END

# --- ProcessDumpable ---

# A process that is not dumpable has root's files in /proc (proc(5)).
sub owner { return (stat "/proc/$_[0]/mem")[4] }

sub hidden
{
    my ($pid) = @_;
    my $owner = owner($pid);
    return !defined $owner ? 'gone' : $owner == 0 ? 'hidden' : $owner == $uid ? 'open' : "of $owner";
}

# The kernel's letter for what a process does: S if it waits.
sub state_of
{
    open(my $file, '<', "/proc/$_[0]/stat") or return '';
    return <$file> =~ /\) (\S) [^)]*$/ ? $1 : '';
}

# A client that says nothing: a backend before authentication.
sub silent_client
{
    my %before = map { $_ => 1 } $cluster->children;
    my $socket = IO::Socket::UNIX->new(Peer => "$cluster->{base}/.s.PGSQL.$cluster->{port}") or die "connect: $!";
    my $pid;
    PgSeccomp::Cluster::wait_until(sub { ($pid) = grep { !$before{$_} } $cluster->children });
    # it waits for the first packet, and has all behind it that fork() runs
    PgSeccomp::Cluster::wait_until(sub { state_of($pid) eq 'S' });
    return ($socket, $pid);
}

# What an attacker in a session gets out of another process: reading and writing
# its memory, process_vm_readv, its descriptors, ptrace.  Nothing of it takes
# effect but the first two; ptrace is tried last, on a process that waits.
sub attack
{
    my ($session, $pid, $address) = @_;
    return join ' ', map { $session->sql("SELECT $_") } "read_memory($pid, $address, 6)", "vm_read($pid, $address, 6)",
      "write_memory($pid, $address, 'taken!')", "call($pidfd_getfd, call($pidfd_open, $pid)::bigint, 100000)";
}

sub ptrace_seize
{
    my ($session, $pid) = @_;
    return $session->sql("SELECT call($ptrace, 16902, $pid)");    # PTRACE_SEIZE
}

# Yama lets nobody but ancestors and root trace where this is 1 or more.
sub yama
{
    open(my $file, '<', '/proc/sys/kernel/yama/ptrace_scope') or return 0;
    return 0 + <$file>;
}

# Broken by: a scope whose word does not count; a moment that comes too late (a
# client is heard before it is known); processes that another line than the
# policy's decides about.
my %cases = (
    unsaid => [ {}, 'open', 'open', 'open' ],
    yes => [ { server => "ProcessDumpable=yes\n", child => "ProcessDumpable=yes\n", tight => "ProcessDumpable=yes\n" }, 'open', 'open', 'open' ],
    '[Session tight]' => [ { tight => "ProcessDumpable=no\n" }, 'open', 'open', 'hidden' ],
    '[Child]' => [ { child => "ProcessDumpable=no\n" }, 'hidden', 'hidden', 'hidden' ],
    '[Server]' => [ { server => "ProcessDumpable=no\n" }, 'hidden', 'hidden', 'hidden' ],
    # no scope takes back what another one took
    '[Server], with yes elsewhere' => [ { server => "ProcessDumpable=no\n", child => "ProcessDumpable=yes\n", tight => "ProcessDumpable=yes\n" },
        'hidden', 'hidden', 'hidden' ],
);
for my $case ('unsaid', 'yes', '[Session tight]', '[Child]', '[Server]', '[Server], with yes elsewhere')
{
    my ($sections, $early, $others, $tights) = @{ $cases{$case} };
    under(policy_with(%$sections));
    my $tight = $cluster->session(user => 'tight');
    my $other = $cluster->session(user => 'other');
    my $wanted = $tights eq 'open' ? 1 : 0;
    is($tight->sql("SELECT call($prctl, 3)"), $wanted, "$case: PR_GET_DUMPABLE in the tight session");
    my ($socket, $silent) = silent_client();
    is(hidden($silent), $early, "$case: a backend before authentication");
    close $socket;
    is(hidden($cluster->postmaster_pid), 'hidden', "$case: the postmaster, which children inherit from");
    is(hidden($tight->pid), $tights, "$case: the tight session");
    is(hidden($other->pid), $others, "$case: another session");
    my %types = map { reverse split /\|/ } split /\n/, $cluster->sql(<<'END');
SELECT pid, backend_type FROM pg_stat_activity WHERE backend_type IN
    ('checkpointer', 'background writer', 'walwriter', 'autovacuum launcher', 'logical replication launcher')
END
    is(scalar keys %types, 5, "$case: the server's own processes are there");
    is_deeply([ map { "$_ " . hidden($types{$_}) } sort keys %types ], [ map { "$_ $others" } sort keys %types ], "$case: they are $others");

    # the server itself never asks for what it denies
    is(rows($cluster, 'syscall, count'), '', "$case: no call was denied");

    # Broken by: a neighbour's memory that can be had in one of several ways; an
    # attack that could not succeed anyway.  Each is tried from the tight session,
    # and against it.
    my $address = $other->sql(q(SELECT keep('secret')));
    my $tights_address = $tight->sql(q(SELECT keep('secret')));
    my ($can, $cannot) = ('secret secret written EBADF', 'EACCES EPERM EACCES EPERM');
    SKIP:
    {
        skip 'Yama closes all memory on this machine', 6 if yama();
        is(attack($tight, $other->pid, $address), $others eq 'open' ? $can : $cannot, "$case: tight against another session");
        is($other->sql('SELECT kept()'), $others eq 'open' ? 'taken!' : 'secret', "$case: what became of it");
        is(attack($other, $tight->pid, $tights_address), $tights eq 'open' ? $can : $cannot, "$case: another session against tight");
        is($tight->sql('SELECT kept()'), $tights eq 'open' ? 'taken!' : 'secret', "$case: what became of it");
        # nothing is at address 0
        for my $type ('checkpointer', 'autovacuum launcher')
        {
            my $answer = $tight->sql("SELECT read_memory($types{$type}, 0, 1), vm_read($types{$type}, 0, 1)");
            is($answer, $others eq 'open' ? 'EIO|EFAULT' : 'EACCES|EPERM', "$case: tight against the $type");
        }
    }
    is($tight->sql('SELECT read_memory(' . $cluster->postmaster_pid . ', 0, 1), vm_read(' . $cluster->postmaster_pid . ', 0, 1)'), 'EACCES|EPERM',
        "$case: tight against the postmaster");
    my $attacker = $cluster->session(user => 'tight');
    SKIP:
    {
        skip 'Yama forbids ptrace on this machine', 1 if yama();
        is(ptrace_seize($attacker, $other->pid), $others eq 'open' ? 0 : 'EPERM', "$case: tight traces another session");
    }
    is(ptrace_seize($attacker, $cluster->postmaster_pid), 'EPERM', "$case: tight traces the postmaster");
    $attacker->close;    # and lets go
    is($other->sql('SELECT 1'), 1, "$case: the other session lives");
}

# Broken by: a process that may make itself dumpable again; a denial that nobody
# hears of.
my $policy = under(policy_with(tight => "ProcessDumpable=no\n", more => "[Session closed]\nProcessDumpable=no\n"));
my $offset = $cluster->log_size;
my $tight = $cluster->session(user => 'tight');
is($tight->sql("SELECT string_agg(call($prctl, 4, v), ' ') FROM unnest('{1, 2, 4294967296, 4294967297, 0}'::bigint[]) AS v"),
    'EPERM EPERM EPERM EPERM 0', 'PR_SET_DUMPABLE: to 0, and to nothing else');
is($tight->sql("SELECT call($prctl, (1::bigint << 32) + 4, 1)"), 'EPERM', 'PR_SET_DUMPABLE: the kernel does not see the upper half of its number');
is(hidden($tight->pid), 'hidden', 'and it stays hidden');
is(rows($cluster, 'syscall, usename, profile, substring(rule FROM \'\\d+$\'), action, count', q(syscall = 'prctl')), 'prctl|tight|tight|6|error|5',
    'counted, under the directive\'s line');
like($cluster->log($offset), qr/LOG:  system call "prctl" denied by seccomp policy "$policy"\n.*DETAIL:  prctl\(PR_SET_DUMPABLE, SUID_DUMP_USER\) answered EPERM\. \[Session tight\] denies it, rule \S+:6\.\n/,
    'logged, in words');
is($cluster->sql(qq(SELECT scope, profile, errno, reason FROM pg_seccomp_explain('prctl', '{4, 1}', 'tight'))),
    'session|tight|EPERM|line 6 denies it with these arguments (ProcessDumpable=no)', 'explained');
is($cluster->sql(qq(SELECT coalesce(scope, 'none'), action FROM pg_seccomp_explain('prctl', '{4, 0}', 'tight'))), 'none|allow', 'explained: 0 is allowed');
is($cluster->sql("SELECT call($prctl, 4, 1)"), 0, 'who is not in that section may');

# Broken by: a trait that is a login's alone.
my $session = $cluster->session;
is(hidden($session->pid), 'open', 'before pg_seccomp_restrict()');
$session->sql(q(SELECT pg_seccomp_restrict('closed')));
is(hidden($session->pid), 'hidden', 'pg_seccomp_restrict() closes a session\'s memory');
is($session->sql("SELECT call($prctl, 4, 1)"), 'EPERM', 'for good');

# A limit, which the documentation has to name: what was opened before stays
# open.  [Server] and [Child] leave no such moment, as the cases above show.
SKIP:
{
    skip 'Yama closes all memory on this machine', 2 if yama();
    my $early = $cluster->session;
    my $victim = $cluster->session;
    is($early->sql('SELECT hold_memory(' . $victim->pid . ')'), '', 'memory that is opened before pg_seccomp_restrict()');
    my $address = $victim->sql(q(SELECT pg_seccomp_restrict('closed'); SELECT keep('secret'))) =~ s/\s//gr;
    is($early->sql("SELECT held_memory($address, 6)"), 'secret', 'stays open');
}

# Broken by: workers that their leader's trait does not reach: the query runs in
# workers alone.
sub in_workers
{
    my ($session, $expression) = @_;
    return $session->sql("SELECT DISTINCT not_leader(" . $session->pid . "), $expression FROM spread");
}
is(in_workers($tight, 'my_owner()'), 't|0', 'parallel workers of a section');
is(in_workers($session, "my_owner(), call($prctl, 4, 1)"), 't|0|EPERM', 'parallel workers after pg_seccomp_restrict()');
is(in_workers($cluster->session, 'my_owner()'), "t|$uid", 'others are open');
my $changed = policy_with(tight => "ProcessDumpable=no\nMemoryDenyWriteExecute=yes\n", more => "[Session closed]\nProcessDumpable=no\n[Session]\nSystemCallFilter=~getsid\n");
PgSeccomp::Cluster::write_policy($policy, $changed);
$tight = $cluster->session(user => 'tight');
$session = $cluster->session;
is(join(' ', hidden($tight->pid), hidden($session->pid)), 'hidden open', 'after an edit of the policy');
my $has_mdwe = $session->sql("SELECT call($prctl, 66)") ne 'EINVAL';
is(in_workers($tight, "my_owner(), call($prctl, 4, 1), call($prctl, 66)"), 't|0|EPERM|' . ($has_mdwe ? 1 : 'EINVAL'), 'parallel workers have the edited section\'s traits');
is(in_workers($session, 'my_owner()'), "t|$uid", 'and those of other sections do not');
# once more: workers have what their leader has, not what the file says by now
PgSeccomp::Cluster::write_policy($policy, policy_with());
is(in_workers($tight, 'my_owner()'), 't|0', 'after one more edit: workers as their leader');
is(in_workers($cluster->session(user => 'tight'), 'my_owner()'), "t|$uid", 'after one more edit: a new leader\'s');
$_->close for $tight, $session;

# Broken by: a trait that is asked of the kernel again, where the session may no
# longer ask; a trait that is not had although the profile says it is there.
under(policy_with(more => <<'END'));
[Session silent]
ProcessDumpable=no
SystemCallFilter=~prctl
[Session closed]
ProcessDumpable=no
[Session wx]
MemoryDenyWriteExecute=yes
END
$session = $cluster->session;
$session->sql(q(SELECT pg_seccomp_restrict('silent')));
unlike(($session->query(q(SELECT pg_seccomp_restrict('closed'))))[1], qr/ERROR/, 'without prctl: a profile asks for what the process has');
my (undef, $err) = $session->query(q(SELECT pg_seccomp_restrict('wx')));
like($err, qr/ERROR:  could not attach seccomp profile "wx": Operation not permitted\n/, 'without prctl: a profile asks for more');
like($err, qr/System call "prctl" of this statement was denied with EPERM\. \[Session silent\] denies it, rule \S+:8\./, 'and the error says why');
is($session->sql('SELECT profile, filters FROM pg_seccomp_processes WHERE pid = pg_backend_pid()'), 'silent,closed|3', 'the session goes on with what it had');
is(in_workers($session, 'my_owner()'), 't|0', 'and so do its workers');
$session->close;

# --- PG_OOM_ADJUST_FILE ---

# Lets what is started now have a score as a service's start script would give
# it.  Without CAP_SYS_RESOURCE it can only be raised.
sub set_score
{
    my ($score) = @_;
    open(my $file, '>', '/proc/self/oom_score_adj') or die $!;
    syswrite($file, $score);
    return score_of($$) eq $score;
}

sub score_of
{
    open(my $file, '<', "/proc/$_[0]/oom_score_adj") or return 'gone';
    chomp(my $score = <$file> // 'gone');
    return $score;
}

# The descriptors of a process that are files in /proc.
sub kept_files
{
    my ($pid) = @_;
    return grep { /oom_score/ } map { readlink($_) // '' } glob "/proc/$pid/fd/*";
}
my $before = score_of($$);
my $own = set_score(-500) ? -500 : 100;
set_score($own);

# Broken by: children that stay as protected as the postmaster, since they can no
# longer write their file in /proc; a postmaster that loses its own protection to
# them; a descriptor by which a child sets its parent's score.
for my $hidden (1, 0)
{
    # where children give it to themselves, it is PostgreSQL's affair
    for my $value ($hidden ? (undef, 0, 300, 'garbage') : (undef, 300))
    {
        my $name = ($hidden ? 'not dumpable' : 'dumpable') . ', PG_OOM_ADJUST_VALUE ' . ($value // 'unset');
        my $wanted = ($value // 0) eq 'garbage' ? $own : $value // 0;
        # in [Server] or in [Child], which are two ways there
        my %section = !$hidden ? () : $value ? (child => "ProcessDumpable=no\n") : (server => "ProcessDumpable=no\n");
        under(policy_with(%section), launcher => [ 'env', 'PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj', defined $value ? "PG_OOM_ADJUST_VALUE=$value" : () ]);
        my $session = $cluster->session;
        $session->pid;
        my $postmaster = $cluster->postmaster_pid;
        is(hidden($session->pid), $hidden ? 'hidden' : 'open', "$name: the case is what it says");
        is(score_of($postmaster), $own, "$name: the postmaster has its own score");
        # who can, gives itself a score a moment after fork(); who cannot, is born with it
        my $others = sub { grep { $_ ne 'gone' && $_ ne $wanted } map { score_of($_) } $cluster->children };
        PgSeccomp::Cluster::wait_until(sub { !$others->() }) if !$hidden;
        is_deeply([ $others->() ], [], "$name: children have $wanted");
        is(score_of($session->pid), $wanted, "$name: a session's process, too");
        is(join(' ', map { kept_files($_) } $cluster->children), '', "$name: no child has a descriptor for it");
        is($session->sql("SELECT change_file('/proc/$postmaster/oom_score_adj', '500')"), 'EACCES', "$name: a backend cannot write the postmaster's");
        is(score_of($postmaster), $own, "$name: which stays");
        next if !$value || $value eq 'garbage';

        # Broken by: a score that is taken back too early or too late when many
        # children come at once.
        my @sessions = map { $cluster->session } 1 .. 30;
        $_->send(q(SELECT trim(pg_read_file('/proc/self/oom_score_adj', 0, 20), E'\n'))) for @sessions;
        is_deeply([ grep { ($_->answer)[0] ne $wanted } @sessions ], [], "$name: thirty logins at once");
        $_->close for @sessions;
        is(score_of($postmaster), $own, "$name: the postmaster afterwards");

        # Broken by: a server that has lost it after a crash of a child.
        kill 'KILL', $session->pid;
        $session->close;
        ok($cluster->poll_until('SELECT true'), "$name: after a crash");
        is_deeply([ grep { $_ ne 'gone' && $_ ne $wanted } map { score_of($_) } $cluster->children ], [], "$name: new children have $wanted");
        is(score_of($postmaster), $own, "$name: and the postmaster its own");
    }
}
$cluster->stop;
set_score($before);

# Broken by: a server that hides its children and is not asked for scores, but
# fails for want of what it would need.
under(policy_with(server => "ProcessDumpable=no\n"), launcher => [ 'env', 'PG_OOM_ADJUST_FILE=/nowhere/oom_score_adj' ]);
is($cluster->sql('SELECT 1'), 1, 'a file that is not there: as without it');

# --- MemoryDenyWriteExecute ---

my $jit = $cluster->sql('SELECT pg_jit_available()') eq 't';
$cluster->sql(<<'END');
CREATE FUNCTION callback() RETURNS text LANGUAGE plpython3u AS $$
import ctypes
pointer = ctypes.POINTER(ctypes.c_int)
compare = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(lambda a, b: a[0] - b[0])
numbers = (ctypes.c_int * 3)(3, 1, 2)
ctypes.CDLL(None).qsort(numbers, 3, ctypes.sizeof(ctypes.c_int), compare)
return str(list(numbers))
$$;
CREATE FUNCTION writable_code() RETURNS void LANGUAGE plpython3u AS $$
import mmap
mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
$$;
CREATE FUNCTION perl() RETURNS text LANGUAGE plperlu AS $$ my $text = 'abc'; $text =~ s/(b)/uc $1/e; return eval '"$text" . 1 + 1' ? $text : 'no' $$;
END

# Broken by: rules without the kernel's trait or the other way round; a denial
# that does not say what denied it; an answer of the kernel's on which LLVM or
# libffi bring the process down rather than the statement.  Linux has this since
# 6.3: a rule hides it once, as an older kernel would.
my %places = (
    '[Session tight]' => { tight => "MemoryDenyWriteExecute=yes\n" },
    '[Server]' => { server => "MemoryDenyWriteExecute=yes\n" },
    'an older kernel' => { server => "SystemCallRule=prctl arg0==65 errno EINVAL\n", tight => "MemoryDenyWriteExecute=yes\n" },
);
for my $place (sort keys %places)
{
    my $scope = $place eq '[Server]' ? 'Server' : 'Session tight';
    under(policy_with(%{ $places{$place} }));
    my $session = $cluster->session(user => 'tight');
    is($session->sql("SELECT call($prctl, 66)"), !$has_mdwe ? 'EINVAL' : $place eq 'an older kernel' ? 0 : 1, "$place: PR_GET_MDWE");
    is($cluster->sql("SELECT call($prctl, 66)"), !$has_mdwe ? 'EINVAL' : $place eq '[Server]' ? 1 : 0, "$place: PR_GET_MDWE in other sessions");
    # length 0 is an error, if nothing comes before
    is($session->sql("SELECT string_agg(call($mmap, 0, 0, p, 34, -1, 0), ' ' ORDER BY p) FROM unnest('{1, 3, 5, 6, 7}'::bigint[]) AS p"),
        'EINVAL EINVAL EINVAL EPERM EPERM', "$place: mmap may write, or execute");
    my (undef, $err) = $session->query('SELECT writable_code()');
    like($err, qr/PermissionError: .*\nDETAIL:  .*System call "mmap" of this statement was denied with EPERM\. \[$scope\] denies it, rule \S+:\d+\.\nHINT:  It is denied for its arguments: to allow it, change that line and /,
        "$place: the error names the call and the rule");
    like($cluster->log, qr/DETAIL:  mmap\(NULL, 4096, PROT_READ\|PROT_WRITE\|PROT_EXEC, MAP_SHARED\|MAP_ANONYMOUS, -1, 0\) answered EPERM\. \[$scope\] denies it/, "$place: so does the log");

    SKIP:
    {
        skip 'this PostgreSQL has no JIT', 5 unless $jit;
        # costs as they are leave this to the interpreter, and zero to LLVM
        my $compile = 'SET jit = on; SET jit_above_cost = 0; SET jit_optimize_above_cost = 0; SET jit_inline_above_cost = 0';
        $session->sql($compile);
        for my $time (1, 2)
        {
            my ($out, $err) = $session->query('SELECT sum(i * 2) FROM spread');
            like($err, qr/ERROR:  failed to look up symbol .*\nDETAIL:  System call "mprotect" of this statement was denied with EPERM\. \[$scope\] denies it/,
                "$place: with JIT, time $time: the statement fails, and says why");
        }
        is($session->sql('SET jit = off; SELECT sum(i * 2) FROM spread'), 4002000, "$place: without JIT it does not");
        is($session->sql('SELECT pg_backend_pid()'), $session->pid, "$place: in the same process");
        is(in_workers($session, "call($prctl, 66)"), 't|' . (!$has_mdwe ? 'EINVAL' : $place eq 'an older kernel' ? 0 : 1), "$place: parallel workers");
    }

    # libffi looks for other ways to memory for its code, a file at last
    my ($out, $said) = $session->query('SELECT callback()');
    like("$out$said", qr/^\[1, 2, 3\]$|MemoryError/, "$place: callbacks of ctypes work, or fail as Python's error");
    is($session->sql('SELECT perl()'), 'aBc', "$place: PL/Perl");
    is($session->sql('SELECT pg_backend_pid()'), $session->pid, "$place: the session lives");
    $session->close;
    unlike($cluster->log, qr/terminated by signal (?!9:)/, "$place: nothing has crashed");
}

# --- SpeculationMitigation ---

# The kernel's words on a process: what it may decide by itself begins with
# "thread" or "conditional" (Documentation/userspace-api/spec_ctrl.rst).
sub speculation
{
    my ($pid) = @_;
    my %says;
    open(my $file, '<', "/proc/$pid/status") or return;
    while (my $line = <$file>)
    {
        $says{$1} = $2 if $line =~ /^(Speculation_Store_Bypass|SpeculationIndirectBranch):\s*(.*)$/;
    }
    return %says;
}
my %ours = speculation($$);
my %off = (Speculation_Store_Bypass => 'thread force mitigated', SpeculationIndirectBranch => 'conditional force disabled');

# Broken by: a mitigation that is asked for and not there; one that is not asked
# for and there; a server that does not run where there is nothing to mitigate,
# or where it was settled at boot.
for my $case ([ server => 'yes' ], [ child => 'yes' ], [ tight => 'yes' ], [ server => 'no' ])
{
    my ($where, $word) = @$case;
    under(policy_with($where => "SpeculationMitigation=$word\n"));
    my $session = $cluster->session(user => 'tight');
    my %says = speculation($session->pid);
    for my $kind (sort keys %off)
    {
        my $here = $ours{$kind} // 'not told';
        SKIP:
        {
            skip qq(the kernel decides about $kind here: "$here"), 1 if $word eq 'yes' && $here !~ /^(thread|conditional)/;
            is($says{$kind} // 'not told', $word eq 'yes' ? $off{$kind} : $here, "$where, $word: $kind");
        }
    }
    my %postmasters = speculation($cluster->postmaster_pid);
    my $given = $where eq 'server' ? \%says : \%ours;
    is_deeply(\%postmasters, $given, "$where, $word: the postmaster");
    is($session->sql('SELECT 1'), 1, "$where, $word: the session works");
}

# Broken by: a filter's no that is taken for a processor's.
under(policy_with(server => "SystemCallRule=prctl arg0==PR_GET_SPECULATION_CTRL errno EPERM\nSystemCallRule=prctl arg0==PR_SET_SPECULATION_CTRL errno EPERM\n",
    tight => "SpeculationMitigation=yes\n", more => "[Session bare]\nSpeculationMitigation=yes\n"));
(undef, undef, $err) = $cluster->psql('SELECT 1', user => 'tight');
like($err, qr/FATAL:  could not attach seccomp profile "tight": Operation not permitted/, 'a session that was to have it, and cannot: no session');
is($cluster->sql('SELECT 1'), 1, 'others do');
(undef, undef, $err) = $cluster->psql(q(SELECT pg_seccomp_restrict('bare')));
like($err, qr/ERROR:  could not attach seccomp profile "bare": Operation not permitted/, 'nor does a section that asks for nothing else');

# --- Mode=permissive ---

# Broken by: a policy on trial that changes what processes can do.
my $all = "ProcessDumpable=no\nMemoryDenyWriteExecute=yes\nSpeculationMitigation=yes\n";
under("[Policy]\nMode=permissive\n" . policy_with(server => $all, child => $all, tight => $all));
$session = $cluster->session(user => 'tight');
is(hidden($session->pid), 'open', 'permissive: dumpable');
is(hidden($cluster->postmaster_pid), 'open', 'permissive: the postmaster, too');
is($session->sql("SELECT call($prctl, 66)"), $has_mdwe ? 0 : 'EINVAL', 'permissive: PR_GET_MDWE');
is($session->sql("SELECT call($prctl, 4, 1)"), 0, 'permissive: PR_SET_DUMPABLE');
is($session->sql('SELECT callback()'), '[1, 2, 3]', 'permissive: memory to write and execute');
is_deeply({ speculation($session->pid) }, \%ours, 'permissive: speculation');
is(in_workers($session, 'my_owner()'), "t|$uid", 'permissive: workers');
my $here = $cluster->session;
$here->sql(q(SELECT pg_seccomp_restrict('tight')));
is(hidden($here->pid), 'open', 'permissive: pg_seccomp_restrict()');
$session->sql("SELECT call($mmap, 0, 0, 7, 34, -1, 0)");
is(rows($cluster, 'DISTINCT syscall, action', q(syscall IN ('prctl', 'mmap'))), "mmap|permissive\nprctl|permissive", 'permissive: but recorded');

done_testing();
