# argument_rules.pl
# Rules on arguments in a running server: what the kernel answers, and that the
# error, the log, the counters, pg_seccomp_explain() and pg_seccomp_filter say the
# same of it.
#
# One grid of calls is made again and again, under policy after policy.  Its
# arguments do no harm: no descriptor, no address, no length, or flags of which
# no kernel takes all.  So a call that is let through fails as it does in a
# server without filters, which is asked first.
use strict;
use warnings;
no warnings qw(portable);    # numbers of 64 bits

use Errno ();
use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(call_number build_c);
use PgSeccomp::Violations qw(rows);

my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
parallel_leader_participation = off
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
autovacuum_naptime = 1d
# MemoryDenyWriteExecute=yes (t/traits.pl)
jit = off
END

# Errors of their own tell the sections apart, and both from the kernel.
my $text = <<'END';
[Server]
SystemCallErrorNumber=ERANGE
SystemCallFilter=~mount
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictRealtime=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelModules=yes
RestrictFutexPI=yes
RestrictTTY=yes
RestrictSocketOptions=yes
RestrictSocketMessages=yes
RestrictSplice=yes
RestrictMemoryMapping=yes
RestrictPipes=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
ProcessDumpable=no
SpeculationMitigation=yes
SystemCallRule=getpriority arg0==PRIO_USER deny
SystemCallRule=getpriority arg0>2 arg0<0x80000000 errno EXDEV
SystemCallRule=lseek arg2==SEEK_HOLE arg1>=0x100000000 arg1<0x200000000 errno EFBIG
# no use: a directive has the last word
SystemCallRule=ioctl arg1==TIOCSTI allow
SystemCallRule=socket arg0==AF_PACKET allow
[Child]
SystemCallErrorNumber=EDOM
SystemCallRule=lseek arg1&0xff==0x77 arg2!=SEEK_HOLE deny
[Session listed]
Role=listed
SystemCallErrorNumber=EDOM
SystemCallFilter=@pg-session @pg-program seccomp
SystemCallRule=personality arg0==0xffffffff allow
SystemCallRule=sched_setattr arg2==0 allow
SystemCallRule=acct allow
[Session quits]
Role=quits
RestrictAddressFamilies=AF_UNIX AF_NETLINK:EPROTO AF_PACKET:EUCLEAN
OnViolation=terminate
[Session tighter]
SystemCallErrorNumber=ENOANO
SystemCallRule=lseek arg2<=SEEK_CUR arg1&0xf00!=0 deny
SystemCallRule=lseek arg2>SEEK_HOLE errno EXFULL
[Session]
SystemCallErrorNumber=EDOM
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM/IPPROTO_TCP AF_NETLINK/NETLINK_ROUTE AF_NETLINK/NETLINK_AUDIT:EPERM
SystemCallRule=kcmp arg2!=KCMP_VM errno EL2HLT
END

# The line of a policy, or the section's that begins it.
sub line_of
{
    my ($start, $in) = @_;
    my @lines = split /\n/, $in // $text;
    my ($found) = grep { $lines[$_] =~ /^\Q$start\E/ } 0 .. $#lines;
    return defined $found ? $found + 1 : die "no line $start";
}

# --- The grid ---

my ($S, $B) = (1 << 31, 1 << 32);    # the sign of an int; above all its bits
my @grid;

# Calls with every combination of the values of their arguments.
sub calls
{
    my ($names, @values) = @_;
    my @combined = ([]);
    for my $values (@values)
    {
        @combined = map { my $before = $_; map { [ @$before, $_ ] } ref $values ? @$values : $values } @combined;
    }
    for my $name (split / /, $names)
    {
        my $number = call_number($name) // next;    # other architectures lack some
        push @grid, map { { name => $name, number => $number, args => $_ } } @combined;
    }
    return;
}

# No module is loaded for any of these.  What the kernel makes of a family that
# it has not is its own; of a type it looks at the low four bits.
calls('socket', [ 0, 1, 2, 10, 16, 17, 100, $S, $B + 1, $B + 2, $B + 17 ], [ 1, 2, 3, 10, 0x80001, $B + 1 ], [ 0, 6, 17, 255, $B + 6 ]);
calls('socket', [ 16, $B + 16 ], [ 2, 3, 0x80003 ], [ 9, 15, $B + 9 ]);
calls('socketpair', [ 1, 2, 16, 17, $B + 1 ], [ 1, 2, 10 ], [ 0, 6, 9 ], 0);
# CLONE_NEW* beside what unshare does not know, and beside CLONE_THREAD alone
calls('unshare', [ map { $_ | 1 } 0, 0x80, 0x20000, 0x2000000, 0x10000000, 0x40000000, 0x10000000 | $B, 0x7e020080 ]);
calls('clone', [ map { $_ | 0x10000 } 0, 0x80, 0x20000, 0x2000000, 0x10000000, 0x40000000, 0x10000000 | $B ]);
calls('setns', -1, [ 0, 0x80, 0x20000, 0x10000000, 0x40000000, 1, $B, $B + 0x20000 ]);
calls('clone3', 0, 0);
calls('chmod mkdir mknod creat', 0, [ 0, 0755, 02755, 04755, 06000, $B, $B + 04000 ]);
calls('fchmod', -1, [ 0, 0755, 02755, 04755, $B + 02000 ]);
calls('fchmodat mkdirat mknodat', -1, 0, [ 0, 0755, 02755, 04755, $B + 02000 ]);
calls('open', 0, [ 0, 0100, 020200000, 010000000, $B + 0100 ], [ 0644, 02644, 04755 ]);
calls('openat', -1, 0, [ 0, 0100, 020200000, 010000000, $B + 0100 ], [ 0644, 02644, 04755 ]);
calls('openat2', -1, 0, 0, 0);
calls('io_uring_setup', 0, 0);
calls('personality', [ 0, 0xffffffff, -1, $B ]);
calls('sched_setscheduler', -1, [ 0 .. 7, 0x40000000, 0x40000001, 0x40000003, $B + 1 ], 0);
calls('sched_setattr', 0, 0, [ 0, 1 ]);
calls('syslog', [ 10, -1 ]);
calls('_sysctl', 0);
calls('clock_settime', [ 0, -1 ], 0);
calls('settimeofday', 0, 0);
calls('adjtimex', 0);
calls('sethostname setdomainname', 0, -1);
calls('init_module delete_module', 0, 0, 0);
calls('finit_module', -1, 0, 0);
# all on address 0: no one sleeps there, and none can be waited for
calls('futex', 0, [ map { ($_, $_ | 128, $_ | 256, $_ | 384, $_ | $B) } 1, 3, 5 .. 8, 10 .. 14 ]);
calls('ioctl', -1, [ map { ($_, $_ | $B) } 0x5401, 0x5402, 0x5412, 0x5413, 0x541b, 0x5421, 0x5423, 0x5451, 0x54ff, 0x4b3a, 0x5600, 0x5660, 0x5760,
        0x5761, 0x8910, 0x4024700a, 0x80247009, 0xaa00, 0xc0045401 ]);
calls('getsockopt setsockopt', -1, [ 0, 1, 6, 41, 255, $B + 6 ], [ 1, 2, 7, 13, 15, 20, 31, 32, 33, 36, 66, 69, $B + 31 ], 0, 0);
calls('sendto recvfrom', -1, 0, 0, [ 0, 1, 2, 4, 0x40, 0x100, 0x2000, 0x4000, 0x8000, 0x4000000, 0x20000000, $B + 1 ], 0, 0);
calls('sendmsg recvmsg', -1, 0, [ 0, 1, 2, 4, 0x40, 0x4000, 0x2000, 0x4000000, $B + 1 ]);
calls('sendmmsg recvmmsg', -1, 0, 0, [ 0, 1, 0x40, 0x4000000, $B + 1 ], 0);
calls('splice', -1, 0, -1, 0, 1, 0);
calls('tee', -1, -1, 1, 0);
calls('vmsplice', -1, 0, 0, 0);
calls('sendfile', -1, -1, 0, 0);
calls('mmap', 0, 0, [ 0 .. 7, $B + 6 ], [ 0x22, 0x122, 0x2, $B + 0x122 ], -1, 0);
calls('mprotect pkey_mprotect', 1, 0, [ 0 .. 7, $B + 4 ], -1);
calls('mremap', 1, 0, 0, [ 0 .. 4, $B, $B + 1 ], 1);
calls('madvise', 1, 0, [ 0 .. 26, 100 .. 104, $S, $B, $B + 9 ]);
calls('shmat', -1, 0, [ 0, 010000, 0100000, $B + 0100000 ]);
calls('memfd_create', 0, [ 0, 1 ]);
calls('memfd_secret', -2);
calls('remap_file_pages', 1, 0, 0, 0, 0);
calls('userfaultfd', -2);
calls('process_madvise', -1, 0, 0, 0, 0);
calls('pipe2', 0, [ 0, 0x80, 0x800, 0x4000, 0x80000, 0x80800, $B + 0x80 ]);
calls('fcntl', -1, [ 1, 3, 1031, 1032, $B + 1031 ], 0);
calls('prctl', 4, [ 2, 3, $B + 1 ]);
calls('prctl', [ 3, $B + 3, 66 ], 0);
calls('getpriority', [ 0 .. 3, 1000, $S - 1, $S, $S + 3, -1, $B, $B + 2, $B + 3 ], 0);
calls('lseek', -1, [ 0, 0x77, 0x177, 0x100, 0xff00, $B - 1, $B, $B + 0x77, 2 * $B - 1, 2 * $B, -1, -256 ], [ 0 .. 5, $B + 4, $S + 4 ]);
calls('kcmp', 0, 0, [ 0 .. 7, $B + 1 ], 0, 0);
calls('acct', 0);
calls('mount', 0, 0, 0, 0, 0);

# Made only where explain() says that it is denied: it would take effect.
calls('personality', [ 8, 0x40000, $B + 8 ]);
$_->{effect} = 1 for @grid[ -3 .. -1 ];

cmp_ok(scalar @grid, '>', 1000, 'a large grid');

my $off = PgSeccomp::Cluster::new_policy("[Policy]\nMode=off\n");
$cluster->start(policy => $off);
$cluster->sql(<<'END');
CREATE EXTENSION pg_seccomp;
CREATE EXTENSION plpython3u;
CREATE EXTENSION plperlu;
CREATE ROLE listed SUPERUSER LOGIN;
CREATE ROLE quits SUPERUSER LOGIN;
CREATE TABLE spread WITH (parallel_workers = 2) AS SELECT i FROM generate_series(1, 2000) AS i;
CREATE TABLE grid (id int, name text, number int, args bigint[], effect bool);
CREATE FUNCTION make_call(number int, numbers bigint[]) RETURNS bigint LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS $$
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.syscall.argtypes = [ctypes.c_long] * 7
result = libc.syscall(number, *(numbers + [0] * 6)[:6])
if result == -1:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
return result
$$;
-- the same as an errno's name; what was opened is closed
CREATE FUNCTION live(name text, number int, numbers bigint[]) RETURNS text LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS $$
import ctypes, errno, os
libc = SD.get('libc') or ctypes.CDLL(None, use_errno=True)
SD['libc'] = libc
libc.syscall.restype = ctypes.c_long
libc.syscall.argtypes = [ctypes.c_long] * 7
result = libc.syscall(number, *(numbers + [0] * 6)[:6])
if result == -1:
    # of two names for a number, the kernel's
    return errno.errorcode[ctypes.get_errno()].replace('ENOTSUP', 'EOPNOTSUPP')
if name == 'socket':
    os.close(result)
return 'ok'
$$;
CREATE FUNCTION not_leader(leader int) RETURNS bool LANGUAGE plpython3u VOLATILE PARALLEL SAFE
AS 'import os; return os.getpid() != leader';
END
$cluster->sql("COPY grid FROM stdin;\n" . join('', map {
    join("\t", $_, @{ $grid[$_] }{qw(name number)}, '{' . join(',', @{ $grid[$_]{args} }) . '}', $grid[$_]{effect} ? 't' : 'f') . "\n" } 0 .. $#grid) . "\\.\n");

# The grid in a session: a list of what live() and explain() say of each call.
my @columns = qw(live scope profile action errno rule on_violation);

sub survey
{
    my ($session) = @_;
    my @said;
    for my $line (split /\n/, $session->sql(<<'END'))
SELECT g.id, CASE WHEN effect AND e.action <> 'errno' THEN 'not made' ELSE live(g.name, g.number, g.args) END,
    e.scope, e.profile, e.action, e.errno, substring(e.rule FROM '\d+$'), e.on_violation
FROM grid AS g, LATERAL pg_seccomp_explain(g.name, g.args) AS e ORDER BY g.id
END
    {
        my ($id, @values) = split /\|/, $line, -1;
        @{ $said[$id] }{@columns} = @values;
    }
    return @said;
}

sub call_text
{
    my ($id) = @_;
    return "$grid[$id]{name}(" . join(', ', map { $_ < 0 || $_ > 4096 ? sprintf('%#x', $_) : $_ } @{ $grid[$id]{args} }) . ')';
}

# One call's place in the grid, and what a survey has of it.
my %ids = map { join(' ', @{ $grid[$_] }{'name'}, @{ $grid[$_]{args} }) => $_ } 0 .. $#grid;
sub id_of { return $ids{"@_"} // die "not in the grid: @_" }
sub said_of { return $_[0][ id_of(@_[ 1 .. $#_ ]) ] }

my $bare = $cluster->session;
my @base = map { $_->{live} } survey($bare);
$bare->close;
is(scalar(grep { !defined } @base), 0, 'without filters: an answer to every call');

# Broken by: an explanation that is not what the kernel does, in either
# direction; a call that is let through changed.  Where explain() says "errno" the
# call must answer that, else what it answers without filters.
sub agrees
{
    my ($session, $name) = @_;
    my @said = survey($session);
    my @wrong = grep {
        my $say = $said[$_];
        $say->{live} ne ($say->{action} eq 'errno' ? $say->{errno} : $base[$_]);
    } 0 .. $#grid;
    is_deeply([ map { call_text($_) . ": $said[$_]{live}, not as explained: $said[$_]{action} $said[$_]{errno}, without filters $base[$_]" } @wrong ], [],
        "$name: the kernel does what explain() says");
    return @said;
}

# What the view has counted is what explain() announced.
sub counted
{
    my ($said, $name) = @_;
    my %expected;
    for my $id (0 .. $#$said)
    {
        my $say = $said->[$id];
        $expected{"$grid[$id]{name}|$say->{rule}|$say->{on_violation}"}++ if $say->{on_violation} =~ /^(error|permissive)$/ && $say->{live} ne 'not made';
    }
    is_deeply([ sort split /\n/, rows($cluster, q(syscall, substring(rule FROM '\d+$') AS rule, action, count)) ], [ sort map { "$_|$expected{$_}" } keys %expected ],
        "$name: pg_seccomp_violations has every violation, under its rule, and nothing else");
    return;
}

sub tally
{
    my ($said, $what) = @_;
    my %n;
    $n{ $_->{$what} }++ for @$said;
    return \%n;
}

# --- All directives ---

$cluster->stop;
my $policy = PgSeccomp::Cluster::new_policy($text);
my $path = "$PgSeccomp::Cluster::policy_dir/$policy.conf";
$cluster->start(policy => $policy);
$cluster->sql('SELECT pg_seccomp_reset_violations()');
my $session = $cluster->session;
my @said = agrees($session, 'all directives');
my $scopes = tally(\@said, 'scope');
cmp_ok($scopes->{$_} // 0, '>', 10, qq(all directives: scope "$_" decides some)) for qw(server child session), '';
counted(\@said, 'all directives');
is(tally(\@said, 'on_violation')->{unreported} // 0, scalar(grep { $grid[$_]{name} =~ /^(madvise|sched_setscheduler)$/ && $said[$_]{action} eq 'errno' } 0 .. $#grid),
    'all directives: what cannot be reported is @pg-silent alone');

# Broken by: workers with their leader's names, but not its rules.
my %seen;
my @picked = grep { !$grid[$_]{effect} && !$seen{"$grid[$_]{name} $said[$_]{live} $said[$_]{rule}"}++ } 0 .. $#grid;

sub in_workers
{
    my ($session, $name, @said) = @_;
    my $out = $session->sql("SELECT DISTINCT not_leader(" . $session->pid . "), ARRAY[" . join(', ', map {
        "live('$grid[$_]{name}', $grid[$_]{number}, '{" . join(',', @{ $grid[$_]{args} }) . "}')" } @picked) . "] FROM spread WHERE i % 500 = 0");
    is($out, 't|{' . join(',', map { $said[$_]{live} } @picked) . '}', "$name: parallel workers");
    return;
}
in_workers($session, 'all directives', @said);

# Broken by: an error that does not lead to the line; a hint that would not help;
# words that do not say what the call was; a quiet denial that is told or counted.
sub attack
{
    my ($section, $directive, $call, $errno, $words, %options) = @_;
    my ($name, @args) = @$call;
    my $number = call_number($name);
    SKIP:
    {
        skip "this architecture has no $name", 4 if !defined $number;
        my $line = line_of($directive);
        my $list = '{' . join(',', @args) . '}';
        my $offset = $cluster->log_size;
        $session->sql('SELECT pg_seccomp_reset_violations()');
        my (undef, $err) = $session->query("SELECT make_call($number, '$list')");
        my $code = Errno->can($errno)->();
        like($err, qr/ERROR:  .*\[Errno $code\]/, "$directive: $name answers $errno");
        my $explained = $session->sql("SELECT scope, errno, substring(rule FROM '\\d+\$'), reason FROM pg_seccomp_explain('$name', '$list')");
        my $scope = $section =~ /Session/ ? 'session' : lc $section;
        my $always = $options{always} ? '' : ' with these arguments';
        my $why = $options{quiet} ? '; quiet, not a violation' : $options{silent} ? '; a violation, but one that cannot be reported \(@pg-silent\)' : '';
        like($explained, qr/^$scope\|$errno\|$line\|line $line denies it$always \(\Q$directive\E.*\)(; \[\w+( \w+)?\] has it too)?$why$/, "$directive: $name is explained");
        if ($options{quiet} || $options{silent})
        {
            unlike($err, qr/DETAIL|HINT/, "$directive: $name: no words about it");
            is(rows($session, 'syscall'), '', "$directive: $name is not counted");
        }
        else
        {
            my $way = ($options{always} ? 'To allow it,' : 'It is denied for its arguments: to allow it,') . ' change that line and ' .
              ($scope eq 'session' ? 'start a new session' : 'restart the server');
            like($err, qr/DETAIL:  (.*\n)?System call "$name" of this statement was denied with $errno\. \[$section\] denies it, rule \Q$path\E:$line\.\nHINT:  (.*\n)?$way\.\n/,
                "$directive: $name: the error says why");
            is(rows($session, 'syscall, rule, action, count'), "$name|$path:$line|error|1", "$directive: $name is counted");
            like($cluster->log($offset), qr/LOG:  system call "$name" denied by seccomp policy "$policy"\n.*DETAIL:  \Q$name($words)\E answered $errno\. \[$section\] denies it, rule \Q$path\E:$line\.\n.*HINT:  $way\.\n/,
                "$directive: $name is logged, in words");
        }
    }
    return;
}
my @server = (
    [ 'RestrictNamespaces', [ 'unshare', 0x10000001 ], 'ERANGE', 'CLONE_NEWUSER|0x1' ],
    [ 'RestrictNamespaces', [ 'clone', 0x30000 ], 'ERANGE', 'CLONE_THREAD|CLONE_NEWNS, NULL, NULL, NULL, NULL' ],
    [ 'RestrictNamespaces', [ 'setns', -1, 0 ], 'ERANGE', '-1, 0' ],
    [ 'RestrictNamespaces', [ 'clone3', 0, 0 ], 'ENOSYS', '', quiet => 1, always => 1 ],
    [ 'RestrictSUIDSGID', [ 'fchmodat', -1, 0, 04755 ], 'ERANGE', '-1, NULL, 04755' ],
    [ 'RestrictSUIDSGID', [ 'openat2', -1, 0, 0, 0 ], 'ENOSYS', '', quiet => 1, always => 1 ],
    [ 'LockPersonality', [ 'personality', 0x40000 ], 'ERANGE', 'PER_LINUX|ADDR_NO_RANDOMIZE' ],
    [ 'RestrictRealtime', [ 'sched_setattr', 0, 0, 0 ], 'ERANGE', '0, NULL, 0', always => 1 ],
    [ 'RestrictRealtime', [ 'sched_setscheduler', 0, 1, 0 ], 'ERANGE', '', silent => 1 ],
    [ 'ProtectKernelLogs', [ 'syslog', 10, 0, 0 ], 'ERANGE', 'SYSLOG_ACTION_SIZE_BUFFER, NULL, 0', always => 1 ],
    [ 'ProtectKernelTunables', [ '_sysctl', 0 ], 'ERANGE', 'NULL', always => 1 ],
    [ 'ProtectClock', [ 'clock_settime', 0, 0 ], 'ERANGE', 'CLOCK_REALTIME, NULL', always => 1 ],
    [ 'ProtectClock', [ 'ioctl', -1, 0x4024700a, 0 ], 'ERANGE', '-1, RTC_SET_TIME, 0' ],
    [ 'ProtectHostname', [ 'sethostname', 0, -1 ], 'ERANGE', 'NULL, -1', always => 1 ],
    [ 'ProtectKernelModules', [ 'init_module', 0, 0, 0 ], 'ERANGE', 'NULL, 0, NULL', always => 1 ],
    [ 'RestrictFutexPI', [ 'futex', 0, 128 + 6 ], 'ENOSYS', 'NULL, FUTEX_LOCK_PI|FUTEX_PRIVATE_FLAG, 0, NULL' ],
    [ 'RestrictTTY', [ 'ioctl', -1, 0x5412, 0 ], 'ERANGE', '-1, TIOCSTI, 0' ],
    [ 'RestrictSocketOptions', [ 'setsockopt', -1, 6, 31, 0, 0 ], 'ENOPROTOOPT', '-1, SOL_TCP, TCP_ULP, NULL, 0' ],
    [ 'RestrictSocketMessages', [ 'sendto', -1, 0, 0, 1, 0, 0 ], 'EOPNOTSUPP', '-1, NULL, 0, MSG_OOB, NULL, 0' ],
    [ 'RestrictSplice', [ 'splice', -1, 0, -1, 0, 1, 0 ], 'ENOSYS', '-1, NULL, -1, NULL, 1, 0', always => 1 ],
    [ 'RestrictSplice', [ 'sendfile', -1, -1, 0, 0 ], 'EINVAL', '', quiet => 1, always => 1 ],
    [ 'RestrictMemoryMapping', [ 'mmap', 0, 0, 1, 0x122, -1, 0 ], 'ERANGE', 'NULL, 0, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_GROWSDOWN, -1, 0' ],
    [ 'RestrictPipes', [ 'pipe2', 0, 0x80 ], 'EINVAL', 'NULL, O_NOTIFICATION_PIPE' ],
    [ 'ProcessDumpable', [ 'prctl', 4, 2 ], 'ERANGE', 'PR_SET_DUMPABLE, SUID_DUMP_ROOT' ],
    [ 'SystemCallRule=getpriority arg0==PRIO_USER', [ 'getpriority', 2, 0 ], 'ERANGE', 'PRIO_USER, 0' ],
    [ 'SystemCallRule=getpriority arg0>2', [ 'getpriority', 3, 0 ], 'EXDEV', '', quiet => 1 ],
);
attack('Server', @$_) for @server;
attack('Child', 'SystemCallRule=lseek arg1&0xff', [ 'lseek', -1, 0x77, 0 ], 'EDOM', '-1, 119, SEEK_SET');
attack('Session', 'MemoryDenyWriteExecute', [ 'mmap', 0, 0, 6, 0x22, -1, 0 ], 'EDOM', 'NULL, 0, PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0');
attack('Session', 'RestrictAddressFamilies=AF_UNIX AF_INET/', [ 'socket', 17, 3, 768 ], 'EAFNOSUPPORT', 'AF_PACKET, SOCK_RAW, 0x300');
attack('Session', 'RestrictAddressFamilies=AF_UNIX AF_INET/', [ 'socket', 2, 2, 0 ], 'EPROTONOSUPPORT', 'AF_INET, SOCK_DGRAM, IPPROTO_IP');
attack('Session', 'RestrictAddressFamilies=AF_UNIX AF_INET/', [ 'socket', 16, 3, 9 ], 'EPERM', '', quiet => 1);
attack('Session', 'SystemCallRule=kcmp', [ 'kcmp', 0, 0, 0, 0, 0 ], 'EL2HLT', '', quiet => 1);

# Broken by: SystemCallRule=... allow that opens what a directive closes.
for my $case ([ 'ioctl', '{-1, 21522}', 'RestrictTTY' ], [ 'socket', '{17, 3}', 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6' ])
{
    my ($name, $args, $directive) = @$case;
    is($cluster->sql("SELECT action, scope, substring(rule FROM '\\d+\$') FROM pg_seccomp_explain('$name', '$args', 'listed')"),
        'errno|server|' . line_of($directive), "$directive outdoes SystemCallRule=$name ... allow");
}

# --- pg_seccomp_filter ---

# The numbers of constants, from the C library's and the kernel's headers: not
# from the tables under test.
sub constants
{
    my (@names) = @_;
    my $program = build_c(join('', map { "#include <$_>\n" } qw(stdio.h fcntl.h netinet/in.h netinet/tcp.h sched.h sys/ioctl.h sys/mman.h sys/personality.h
        sys/prctl.h sys/resource.h sys/shm.h sys/socket.h sys/stat.h unistd.h linux/futex.h linux/kcmp.h linux/userfaultfd.h linux/vt.h)) .
      "int main(void) {\n" . join('', map { "#ifdef $_\nprintf(\"$_ %llu\\n\", (unsigned long long) $_);\n#endif\n" }
      # asm/termbits.h, for these, and sys/ioctl.h do not go together
      grep { !/^TC[GS]ETS.?2$/ } @names) . "return 0; }\n");
    return split ' ', `$program`;
}

my @rows = map { my %row; @row{qw(syscall action errno condition scope rule on_violation)} = split /\|\|/, $_, -1; \%row } split /\n/,
  $session->sql(<<'END');
SELECT concat_ws('||', syscall, action, coalesce(errno, ''), condition, coalesce(scope, ''), coalesce(substring(rule FROM '\d+$'), ''), coalesce(on_violation, ''))
FROM pg_seccomp_filter WHERE condition IS NOT NULL AND abi = (SELECT abi FROM pg_seccomp_status)
END
my %words = map { $_ => 1 } map { $_->{condition} =~ /\b([A-Z][A-Z0-9_]+)\b/g } @rows;
my %value_of = constants(sort keys %words);

# A call that is a case of a condition: all arguments that it does not speak of
# are $rest.  Undef if a constant is not known here.
sub case_of
{
    my ($condition, $rest) = @_;
    my @args = ($rest) x 6;
    my %set;
    for my $test (split / /, $condition)
    {
        my ($arg, $mask, $op, $value) = $test =~ /^arg(\d)(?:&(.+?))?(==|!=|<=|>=|<|>)(.+)$/ or return;
        for ($mask, $value)
        {
            next if !defined;
            my $sum = 0;
            for my $term (split /\|/)
            {
                my $number = $term =~ /^-?(0x[0-9a-f]+|\d+)$/ ? ($term =~ /x/ ? hex $term : 0 + $term) : $value_of{$term} // return;
                $sum |= $number;
            }
            $_ = $sum;
        }
        my $lowest = defined $mask ? $mask & -$mask : 1;
        next if $op =~ /^</ && $set{$arg};
        $args[$arg] = $op eq '==' || $op =~ /^[<>]=$/ ? $value : $op eq '!=' ? $value ^ $lowest : $op eq '<' ? $value - 1 : $value + 1;
        $set{$arg} = 1;
    }
    return \@args;
}

# Broken by: a condition that its own verdict does not belong to; a constant's
# name that is another one's.
my ($checked, @wrong) = (0);
my @special = grep { $_->{condition} ne 'otherwise' } @rows;
for my $row (@special)
{
    my @cases = grep { defined } map { case_of($row->{condition}, $_) } 0, 0x7eeedccb;
    next if !@cases;
    $checked++;
    my $told = join '|', @$row{qw(action errno scope rule on_violation)};
    my @explained = map { $session->sql("SELECT action, errno, scope, substring(rule FROM '\\d+\$'), on_violation
        FROM pg_seccomp_explain('$row->{syscall}', ARRAY[" . join(',', map { sprintf '%d', $_ } @$_) . ']::bigint[])') } @cases;
    push @wrong, "$row->{syscall} $row->{condition}: $told, explain() says @explained" if !grep { $_ eq $told } @explained;
}
is_deeply(\@wrong, [], 'pg_seccomp_filter: a condition\'s verdict is that of a call that meets it');
cmp_ok($checked, '>', 0.8 * @special, 'pg_seccomp_filter: most conditions could be checked');

# Broken by: a call with conditions that has no line for the rest, or one that
# lies: other calls are as otherwise.
my %otherwise = map { $_->{syscall} => $_ } grep { $_->{condition} eq 'otherwise' } @rows;
my %conditional = map { $_->{syscall} => 1 } @rows;
is_deeply([ grep { !$otherwise{$_} } sort keys %conditional ], [], 'pg_seccomp_filter: conditions have an otherwise');
is(join(' ', map { "$_ $otherwise{$_}{action} $otherwise{$_}{errno}" } qw(socket setsockopt personality ioctl getpriority)),
    'socket errno EAFNOSUPPORT setsockopt errno ENOPROTOOPT personality errno ERANGE ioctl allow  getpriority allow ', 'pg_seccomp_filter: otherwise');
is($session->sql(q(SELECT string_agg(condition || ' ' || action || coalesce(' ' || errno, ''), ', ') FROM pg_seccomp_filter
    WHERE syscall = 'getpriority' AND abi = (SELECT abi FROM pg_seccomp_status))),
    'arg0==PRIO_USER errno ERANGE, arg0>PRIO_USER arg0<0x80000000 errno EXDEV, otherwise allow', 'pg_seccomp_filter: conditions in the policy\'s words');
is($session->sql(q(SELECT count(*) FROM pg_seccomp_filter WHERE condition IS NULL AND syscall IN (SELECT syscall FROM pg_seccomp_filter f WHERE condition IS NOT NULL
    AND f.abi = pg_seccomp_filter.abi))), 0, 'pg_seccomp_filter: and no line without condition beside them');

# --- Allow-lists, pg_seccomp_restrict(), OnViolation ---

# Broken by: a rule that opens a call of an allow-list for all arguments, or for
# none; [Server]'s word that a session's rule takes back.
my $listed = $cluster->session(user => 'listed');
@said = agrees($listed, 'an allow-list');
is(join(' ', map { "$_->{live} $_->{rule}" } map { said_of(\@said, @$_) } [ 'personality', 0xffffffff ], [ 'personality', 0 ]),
    'ok  EDOM ' . line_of('SystemCallFilter=@pg-session'), 'an allow-list: a rule lets one case through');
is(said_of(\@said, 'acct', 0)->{live}, $base[ id_of('acct', 0) ], 'an allow-list: or all of a call');
is(join(' ', @{ said_of(\@said, 'sched_setattr', 0, 0, 0) }{qw(live scope)}), 'ERANGE server', 'an allow-list: but not what [Server] denies');
is($listed->sql(q(SELECT reason FROM pg_seccomp_explain('personality', '{0}'))), 'not in the allow-list that begins in line ' . line_of('SystemCallFilter=@pg-session'),
    'an allow-list: the rest is not on it');
in_workers($listed, 'an allow-list', @said);
$listed->close;

# Broken by: rules that are added in place of others.
$session->sql(q(SELECT pg_seccomp_restrict('tighter')));
@said = agrees($session, 'pg_seccomp_restrict()');
cmp_ok(tally(\@said, 'profile')->{tighter} // 0, '>', 20, 'pg_seccomp_restrict(): its rules decide some');
cmp_ok(tally(\@said, 'profile')->{session} // 0, '>', 20, 'pg_seccomp_restrict(): and those of before, others');
in_workers($session, 'pg_seccomp_restrict()', @said);
$session->close;

# Broken by: a violation by arguments that does not count as one; a quiet one
# that does.
$session = $cluster->session(user => 'quits');
my $socket = call_number('socket');
is($session->sql("SELECT live('socket', $socket, '{16,3,0}'), live('socket', $socket, '{1,1,0}')"), 'EPROTO|ok', 'OnViolation=terminate: quiet and allowed sockets');
is($session->sql("SELECT live('socket', $socket, '{17,3,0}')"), 'EUCLEAN', 'OnViolation=terminate: what [Server] denies aloud and the session quietly, is quiet');
my $offset = $cluster->log_size;
my (undef, $err) = $session->query("SELECT live('socket', $socket, '{2,1,6}')");
like($err, qr/FATAL:  .*\nDETAIL:  (.*\n)?System call "socket" of this statement was denied with EAFNOSUPPORT\. \[Session quits\] denies it, rule \Q$path\E:\d+\./,
    'OnViolation=terminate: another family ends the session');
like($err, qr/server closed the connection|connection to server was lost/, 'OnViolation=terminate: indeed');
like($cluster->log($offset), qr/socket\(AF_INET, SOCK_STREAM, IPPROTO_TCP\) answered EAFNOSUPPORT\. .*This session ends, by OnViolation=terminate\./, 'OnViolation=terminate: logged');
is(rows($cluster, 'syscall, usename, action, count', q(action = 'terminate')), 'socket|quits|terminate|1', 'OnViolation=terminate: counted');
$session->close;

# --- Languages and programs ---

# Broken by: a rule that takes from PL/Python, PL/Perl, threads or started
# programs what they need: everything is asked for at once, and no call of theirs
# may have been denied.
$cluster->sql(<<'END');
CREATE FUNCTION python_works() RETURNS text LANGUAGE plpython3u AS $$
import os, select, socket, subprocess, tempfile, threading
said = []
threads = [threading.Thread(target=lambda n=n: said.append(n)) for n in range(20)]
for thread in threads: thread.start()
for thread in threads: thread.join()
done = [str(sum(said))]
done.append(subprocess.run(['sh', '-c', 'cat; echo told'], input='x', capture_output=True, text=True).stdout.strip())
done.append(subprocess.check_output('echo $((6 * 7))', shell=True, text=True).strip())
done.append(str(os.system('exit 3') >> 8))
done.append(os.popen('echo popen').read().strip())
child = os.fork()
if child == 0:
    os._exit(7)
done.append(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
one, other = socket.socketpair()
one.sendall(b'pair')
poll = select.epoll()
poll.register(other, select.EPOLLIN)
done.append(str(len(poll.poll(5))) + other.recv(10).decode())
with tempfile.TemporaryDirectory() as folder:
    with open(folder + '/file', 'w') as file:
        file.write('text')
    os.chmod(folder + '/file', 0o755)
    done.append(open(folder + '/file').read())
return ' '.join(done)
$$;
CREATE FUNCTION perl_works() RETURNS text LANGUAGE plperlu AS $$
my @done = (scalar `echo ticks`, system('sh', '-c', 'exit 4') >> 8);
open(my $pipe, '-|', 'sh', '-c', 'echo pipe') or die $!;
push @done, scalar <$pipe>;
close $pipe;
my $child = fork();
POSIX::_exit(5) if $child == 0 && require POSIX;
waitpid($child, 0);
push @done, $? >> 8;
chomp @done;
return join ' ', @done;
$$;
CREATE TABLE lines (line text);
END
$cluster->sql('SELECT pg_seccomp_reset_violations()');
$session = $cluster->session;
is($session->sql('SELECT python_works()'), '190 xtold 42 3 popen 7 1pair text', 'PL/Python');
is($session->sql('SELECT perl_works()'), 'ticks 4 pipe 5', 'PL/Perl');
$session->sql(q(COPY lines FROM PROGRAM 'echo program'; COPY lines TO PROGRAM 'cat >/dev/null'));
is($session->sql('SELECT line FROM lines'), 'program', 'COPY PROGRAM');
$session->close;
is(rows($cluster, 'syscall, rule, count'), '', 'no call of theirs was denied');

# --- Edits ---

# Broken by: an edit whose rules a login does not compile, or compiles to other
# ones; workers that then have none.
(my $edited = $text) =~ s/AF_INET\/SOCK_STREAM\/IPPROTO_TCP /AF_INET6\/SOCK_DGRAM:EXDEV AF_INET /;
$edited =~ s/(SystemCallRule=kcmp)/SystemCallRule=lseek arg2==SEEK_END arg1>=0x100 arg1<=0xff00 deny\nRestrictMemoryMapping=yes\n$1/;
$offset = $cluster->log_size;
PgSeccomp::Cluster::write_policy($policy, $edited);
$session = $cluster->session;
$cluster->sql('SELECT pg_seccomp_reset_violations()');
@said = agrees($session, 'after an edit');
like($cluster->log($offset), qr/has changed, new sessions use it/, 'after an edit: the log says so');
is(join(' ', map { said_of(\@said, @$_)->{live} } [ 'socket', 2, 2, 0 ], [ 'socket', 10, 2, 0 ],
        [ 'lseek', -1, 0x77, 2 ], [ 'lseek', -1, 0x100, 2 ], [ 'lseek', -1, 0xff00, 2 ], [ 'lseek', -1, $B - 1, 2 ], [ 'lseek', -1, 0x100, 1 ]),
    'ok EXDEV EDOM EDOM EDOM EBADF EBADF', 'after an edit: the new rules');
in_workers($session, 'after an edit', @said);
$session->close;

# Broken by: a wrong rule that keeps logins out, or is taken for none.
my %wrong = (
    'SystemCallRule=socket arg0==AF_INTE deny' => 'unknown value "AF_INTE" of argument 0 of "socket"',
    'SystemCallRule=openat arg1==0 deny' => 'argument 1 of "openat" is a pointer',
    'SystemCallRule=getpriority arg2==0 deny' => '"getpriority" has no argument 2',
    'SystemCallRule=getpriority arg0=2 deny' => '"=2" is not a comparison: ==, !=, <, <=, > or >=',
    'SystemCallRule=getpriority arg0==2' => 'the rule does not say what happens to the call',
    'SystemCallRule=getpriority arg0==0x100000000 deny' => '0x100000000 is too large: argument 0 of "getpriority" has 32 bits',
    'SystemCallRule=clone arg0==CLONE_NEWUSER deny' => 'other flags in argument 0 of "clone" would get around this rule',
    'SystemCallRule=nocall deny' => 'unknown system call "nocall"',
    'SystemCallRule=getpriority arg0==2 errno ENOSUCH' => '"ENOSUCH" is not an error number',
    'RestrictAddressFamilies=AF_INET/SOCK_STREAM/NETLINK_ROUTE' => 'unknown protocol "NETLINK_ROUTE"',
    'RestrictNamespaces=users' => 'unknown type of namespace "users"',
    'RestrictTTY=perhaps' => 'RestrictTTY is not "perhaps"',
    'ProcessDumpable=perhaps' => 'ProcessDumpable is not "perhaps"',
    'RestrictTTYs=yes' => 'unknown directive "RestrictTTYs"',
);
my $bad = $text . join('', map { "$_\n" } sort keys %wrong);
PgSeccomp::Cluster::write_policy($policy, $bad);
$offset = $cluster->log_size;
is($cluster->sql("SELECT live('socket', $socket, '{2,2,0}')"), 'EPROTONOSUPPORT', 'after a wrong edit: the policy in force');
is($cluster->sql('SELECT file_state FROM pg_seccomp_status'), 'invalid', 'after a wrong edit: the status says so');
$cluster->stop;
$offset = $cluster->log_size;
ok(!$cluster->start(policy => $policy, fails => 1), 'a wrong policy: no start');
my $log = $cluster->log($offset);
for my $line (sort keys %wrong)
{
    my $number = line_of($line, $bad);
    like($log, qr/\Q$path:$number: $wrong{$line}\E/, "a wrong policy: line, and what is wrong: $line");
}

# --- Mode=permissive ---

# Broken by: rules on arguments that hold though the policy is only tried, or go
# unrecorded; a call that is made again with other arguments.
PgSeccomp::Cluster::write_policy($policy, "[Policy]\nMode=permissive\n$text");
$cluster->start(policy => $policy);
$session = $cluster->session;
$cluster->sql('SELECT pg_seccomp_reset_violations()');
@said = agrees($session, 'permissive');
my @quiet = grep { $said[$_]{action} eq 'errno' } 0 .. $#grid;
is_deeply([ map { call_text($_) . " $said[$_]{errno}" } grep { $said[$_]{on_violation} ne '' } @quiet ], [], 'permissive: nothing is denied but quietly');
cmp_ok(tally(\@said, 'on_violation')->{permissive} // 0, '>', 300, 'permissive: much would be denied');
counted(\@said, 'permissive');
$session->close;

done_testing();
