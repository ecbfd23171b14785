# modes.pl
# What [Policy] Mode and the directives beside SystemCallFilter do to a running
# server.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number has_i386 machine);

my $cluster = PgSeccomp::Cluster->new;
$cluster->start(preload => undef);
install_attacks($cluster);
$cluster->sql('CREATE EXTENSION pg_seccomp');
my @calls = qw(getpgid personality getcpu listen bpf unshare io_uring_setup);
my %number = map { $_ => call_number($_) } @calls, qw(getpriority getitimer);

# What calls answer, some of them unknown to every policy.
sub answers
{
    my (@numbers) = @_;
    my $list = join ', ', map { "raw_syscall($_)" } @numbers;
    return $cluster->sql("SELECT concat_ws(' ', $list)");
}

# What the view says of a call: action, errno, scope.
sub view
{
    my ($call) = @_;
    return $cluster->sql("SELECT concat_ws(' ', action, errno, scope) FROM pg_seccomp_filter
        WHERE syscall = '$call' AND abi = (SELECT abi FROM pg_seccomp_status)");
}

sub restart
{
    my ($text) = @_;
    my $name = PgSeccomp::Cluster::new_policy($text);
    $cluster->stop;
    $cluster->start(policy => $name);
    return $name;
}

# Unfiltered, for comparison; calls 400 and 600 do not exist, and x32's getpid
# is whatever this kernel makes of it.
my @all = (@number{@calls}, 600, 400, machine() eq 'x86_64' ? 39 | 0x40000000 : ());
my $unfiltered = answers(@all);
my $unfiltered_i386 = has_i386() ? $cluster->sql('SELECT i386_syscall(20)') : '';

# Broken by: a would-be denial that answers anything but what the kernel does;
# unknown calls and foreign ABIs that are forgotten.
my $denials = "SystemCallFilter=~getpgid personality getcpu bpf unshare io_uring_setup:ENOSYS\n";
restart("[Policy]\nMode=permissive\n[Server]\n$denials" .
    "[Child]\nSystemCallFilter=~listen\n[Session]\nSystemCallFilter=~getpgid:EDOM\n");
is(answers(@all), $unfiltered, 'permissive: every call answers as unfiltered');
is(view('bpf') . ', ' . view('listen') . ', ' . view('getpid'), 'log server, log child, allow', 'permissive: the filter only logs');
is($cluster->sql(q(SELECT count(*) FROM pg_seccomp_filter WHERE action NOT IN ('log', 'allow'))), 0, 'permissive: nothing is denied');
is($cluster->sql('SELECT filters FROM pg_seccomp_processes WHERE pid = pg_backend_pid()'), 3, 'permissive: the programs are attached');
is($cluster->sql('SELECT mode FROM pg_seccomp_status'), 'permissive', 'permissive: status');
like($cluster->sql(q(SELECT reason FROM pg_seccomp_explain('bpf'))), qr/would be denied, but Mode=permissive only records/, 'permissive: explain');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'mode')), 'warn', 'permissive: check warns');
like($cluster->log, qr/is permissive, denials are only logged/, 'permissive: the log says so');
SKIP:
{
    skip 'this kernel has no i386 entry', 1 unless has_i386();
    is($cluster->sql('SELECT i386_syscall(20)'), $unfiltered_i386, 'permissive: i386 too');
}

# Broken by: permissive calls that run unrecorded; quiet denials and unknown
# numbers that are recorded; a call that is recorded and answered, not made.
is($cluster->sql(q(SELECT string_agg(DISTINCT syscall, ' ' ORDER BY syscall) FROM pg_seccomp_violations
    WHERE action = 'permissive' AND backend_type = 'client backend')),
    'bpf getcpu getpgid listen personality unshare', 'permissive: the calls are recorded');
is($cluster->sql(q(SELECT DISTINCT action FROM pg_seccomp_violations)), 'permissive', 'permissive: as what they were');
$cluster->sql('CREATE FUNCTION group_of_process() RETURNS text LANGUAGE plpython3u AS $$
    import os
    with open("/proc/self/stat") as stat:
        return f"{os.getpgid(0)} {stat.read().rpartition(chr(41))[2].split()[2]}" $$');
my ($answer, $truth) = split / /, $cluster->sql('SELECT group_of_process()');
is($answer, $truth, 'permissive: a call has its real result');
like($cluster->log, qr/LOG:  system call "getpgid" would be denied by seccomp policy "\w+"\n.*DETAIL:  getpgid\(0\) was made\. \[Server\] would deny it, rule \S+:4\./,
    'permissive: the log says what would have been denied');

# Broken by: off that attaches something, or sets no_new_privs, which stops
# setuid programs.
restart("[Policy]\nMode=off\n[Server]\n${denials}[Child]\nSystemCallFilter=~listen\n[Session]\nSystemCallFilter=~getpgid\n");
is(answers(@all), $unfiltered, 'off: every call answers as unfiltered');
my $pid = $cluster->postmaster_pid;
is(join(' ', map { PgSeccomp::Cluster::kernel_says($pid, $_) } qw(Seccomp_filters NoNewPrivs)), '0 0', 'off: postmaster');
is($cluster->sql('SELECT filters, no_new_privs FROM pg_seccomp_processes WHERE pid = pg_backend_pid()'), '0|f', 'off: session');
is($cluster->sql(q(SELECT DISTINCT action FROM pg_seccomp_filter)), 'allow', 'off: the view has nothing denied');
is($cluster->sql('SELECT mode FROM pg_seccomp_status'), 'off', 'off: status');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'mode')), 'fail', 'off: check fails');
like($cluster->log, qr/is off, nothing is filtered/, 'off: the log says so');

# Broken by: errnos of one section that leak into another, NAME:ERRNO that
# SystemCallErrorNumber overrides, logging that denies.
restart(<<'END');
[Server]
SystemCallErrorNumber=ERANGE
SystemCallFilter=~getpgid personality:EDOM bpf:99
SystemCallLog=getcpu
[Session]
SystemCallFilter=~unshare
SystemCallLog=~@default
END
is(answers(@number{qw(getpgid personality bpf unshare)}), 'ERANGE EDOM EADDRNOTAVAIL EPERM',
    'SystemCallErrorNumber, NAME:ERRNO by name and number, the default');
is(answers($number{getcpu}), answers($number{getcpu}), 'a logged call answers as ever');
is(view('getcpu') . ', ' . view('personality') . ', ' . view('getitimer') . ', ' . view('getpid'),
    'log session, errno EDOM server, log session, allow', 'SystemCallLog: listed, denied, not excepted, excepted');

# Broken by: an allow-list that its errnos undo.
restart(<<'END');
[Server]
SystemCallFilter=~mount
[Session]
SystemCallFilter=@pg-session @pg-program getpgid personality:EDOM
SystemCallFilter=~getpriority:ERANGE
SystemCallErrorNumber=EXDEV
END
is(answers(@number{qw(getpgid personality getpriority getitimer)}, 600), 'ESRCH EDOM ERANGE EXDEV ENOSYS',
    'an allow-list: listed, with an errno, taken away, not listed, unknown');

# Broken by: an i386 program built from x86-64's numbers; an ABI that one scope
# admits and another forgets.
SKIP:
{
    skip 'other ABIs of x86-64', 8 if machine() ne 'x86_64';
    restart(<<'END');
[Server]
SystemCallArchitectures=native x86
SystemCallFilter=~mount getpgid:EDOM
[Child]
SystemCallFilter=~listen
[Session]
SystemCallFilter=~personality:ERANGE
END
    is($cluster->sql(q(SELECT action || ' ' || concat(errno) FROM pg_seccomp_explain('x86:getpid'))), 'allow ', 'x86 admitted: explain');
    is($cluster->sql(q(SELECT action || ' ' || errno FROM pg_seccomp_explain('x86:getpgid'))), 'errno EDOM', 'by name, not by number');
    is($cluster->sql(q(SELECT action || ' ' || errno FROM pg_seccomp_explain('x32:getpid'))), 'errno ENOSYS', 'x32 is not');
    is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'architectures')), 'warn', 'check warns');
    skip 'this kernel has no i386 entry', 4 unless has_i386();
    is($cluster->sql('SELECT i386_syscall(20)'), 'ok', 'i386 getpid runs');
    is($cluster->sql('SELECT i386_syscall(132)'), 'EDOM', 'i386 getpgid is denied');
    is($cluster->sql('SELECT i386_syscall(136)'), 'ERANGE', 'i386 personality is denied by the session');
    is($cluster->sql('SELECT i386_syscall(600)'), 'ENOSYS', 'an i386 call that does not exist');
}

done_testing();
