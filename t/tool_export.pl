# tool_export.pl
# pg_seccomp export: profiles for container runtimes, compared with the policy in
# libseccomp's hands and in crun's and runc's; drop-ins for systemd; raw programs
# and their text.
use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

use PgSeccomp::Tool qw(tool tool_with_input put slurp root);

my $root = root();
my $work = tempdir(CLEANUP => 1);
chmod 0755, $work;
my $x86 = `uname -m` =~ /x86_64/;
my $cc = $ENV{CC} // 'cc';

my %known_calls = map { /^\| `([^`]+)`/ ? ($1 => 1) : () } split /\n/, slurp("$root/doc/catalog.md");

sub run_command
{
    my ($input, @command) = @_;
    return PgSeccomp::Cluster::run($input, @command);
}

my $check = "$work/profile_check";
is(system("$cc -O2 -std=c99 -D_GNU_SOURCE -o '$check' '$root/t/oci/profile_check.c' '$root'/core/*.c -lseccomp -lacl"),
    0, 'the evaluator is built') or BAIL_OUT('no evaluator');

sub policy { return put('export.conf', "[Policy]\nVersion=1\n" . join("\n", @_) . "\n") }

# ----------
# OCI: the schema, in words of our own (runtime-spec, config-linux.md)
# ----------

my %actions = map { ("SCMP_ACT_$_" => 1) } qw(ALLOW LOG ERRNO KILL_PROCESS);
my %archs = map { ("SCMP_ARCH_$_" => 1) } qw(X86_64 X86 X32 AARCH64 ARM);

sub is_number { return defined $_[0] && !ref $_[0] && $_[0] =~ /^(0|[1-9][0-9]{0,19})$/ }

# What is wrong with a profile, or ''.
sub defect
{
    my ($profile) = @_;
    my %plain;
    my %conditional;
    return 'no object' if ref $profile ne 'HASH';
    my $keys = join ' ', sort keys %$profile;
    return "keys: $keys" if $keys ne 'architectures defaultAction defaultErrnoRet syscalls';
    return 'default' if $profile->{defaultAction} ne 'SCMP_ACT_ERRNO' || $profile->{defaultErrnoRet} != 38;
    return 'architecture' if !@{ $profile->{architectures} } || grep { !$archs{$_} } @{ $profile->{architectures} };
    for my $entry (@{ $profile->{syscalls} })
    {
        my @names = @{ $entry->{names} };
        my @args = @{ $entry->{args} // [] };
        my %indexes;
        return "key of $names[0]" if grep { !/^(names|action|errnoRet|args)$/ } keys %$entry;
        return 'no names' if !@names || "@names" ne join(' ', sort @names);
        return "unknown action of $names[0]" if !$actions{ $entry->{action} };
        return "errnoRet of $names[0]" if ($entry->{action} eq 'SCMP_ACT_ERRNO') != exists $entry->{errnoRet};
        return "errnoRet of $names[0]" if exists $entry->{errnoRet} && $entry->{errnoRet} !~ /^[1-9][0-9]{0,3}$/;
        return "no args of $names[0]" if exists $entry->{args} && !@args;
        for my $arg (@args)
        {
            return "arg of $names[0]" if join(' ', sort keys %$arg) ne 'index op value valueTwo';
            return "index of $names[0]" if $arg->{index} !~ /^[0-5]$/ || $indexes{ $arg->{index} }++;
            return "op of $names[0]" if $arg->{op} ne 'SCMP_CMP_MASKED_EQ';
            return "value of $names[0]" if grep { !is_number($arg->{$_}) } qw(value valueTwo);
            return "mask of $names[0]" if $arg->{value} eq '0';
        }
        for my $name (@names)
        {
            return "no call: $name" if !$known_calls{$name};
            return "$name twice" if !@args && $plain{$name}++;
            $conditional{$name} = 1 if @args;
        }
    }
    my @both = grep { $conditional{$_} } keys %plain;
    return @both ? "with and without args: @both" : '';
}

# A profile in profile_check's lines.
sub lines
{
    my ($profile, @admitted) = @_;
    my $text = "errno $profile->{defaultErrnoRet}\n";
    $text .= "arch $_\n" for @{ $profile->{architectures} };
    $text .= "$_\n" for @admitted;
    for my $entry (@{ $profile->{syscalls} })
    {
        my @args = @{ $entry->{args} // [] };
        my $errno = $entry->{errnoRet} // 0;
        my $tests = join '', map { " $_->{index} $_->{value} $_->{valueTwo}" } @args;
        $text .= "rule $entry->{action} $errno $_ " . scalar(@args) . "$tests\n" for @{ $entry->{names} };
    }
    return $text;
}

# The differences that an export owns up to.
sub admitted
{
    my ($err) = @_;
    my @lines;
    for (split /\n/, $err)
    {
        push @lines, "default $1" if /: warning: (\w+): denied with ENOSYS in place of/;
        push @lines, "default $1" if /: warning: (\w+): arguments of more than 32 bits/;
        push @lines, "stricter $1" if /: warning: (\w+): the rules of the admitted ABIs differ/;
        push @lines, "stricter $1" if /: warning: (\w+): denied with \w+, whatever the arguments/;
        push @lines, map { "unknown $_" } split /, /, $1 if /does not know all ABIs' (.*): a runtime/;
    }
    return @lines;
}

# Exports, checks, compares; returns (profile, standard error, profile_check's words).
sub check_profile
{
    my ($policy, $scope, $what, $nrandom) = @_;
    my ($status, $out, $err) = tool('export', '--format=oci', "--scope=$scope", $policy);
    is($status, 0, "$what: exported") or diag($err);
    my $profile = eval { JSON::PP->new->utf8->decode($out) };
    is(defect($profile), '', '... valid');
    my ($differs, $report, $problem) = run_command(lines($profile, admitted($err)), $check, $policy, $scope, $nrandom);
    my ($verdict) = $report =~ /(\d+ and \d+ instructions, \d+ comparisons)\n\z/;
    ok($differs == 0 && $verdict, '... answers as the policy does: ' . ($verdict // "exit $differs")) or diag("$report$problem");
    return ($profile, $err, $report);
}

# ----------
# OCI: what is shipped
# ----------

# Broken by: a cube too many or too few, an entry that libseccomp compiles to
# something else, an errno that is lost.
for ([ 'default', 'server' ], [ 'default', 'session' ], [ 'strict', 'session:programs' ], [ 'strict', 'session' ])
{
    my ($name, $scope) = @$_;
    my ($profile, $err, $report) = check_profile("$root/policy/$name.conf", $scope, "$name.conf, $scope", 3500);
    my ($plain, $tree) = $report =~ /(\d+) and (\d+) instructions/;
    ok($plain < 4033 && $tree < 4033, '... within the kernel\'s limit, and a runtime\'s own instructions');
    unlike($err, qr/denied with ENOSYS in place/, '... with every errno');
}

# Broken by: what a profile has no word for, not told.
{
    my ($status, $out, $err) = tool('export', '--format=oci', "$root/policy/default.conf");
    like($err, qr/^\S+default\.conf: note: calls through ABIs that are not admitted \(.*\) are killed by libseccomp/m, 'foreign ABIs: told');
    like($err, qr/: note: violations are not reported/, 'reports: told');
    like($err, qr/: note: \[Server\]: ProcessDumpable is no part/, 'ProcessDumpable: told');
    my $policy = put('export.conf', "[Policy]\nMode=permissive\nDataDirectory=/x\n[Server]\nSystemCallFilter=~mount\nSpeculationMitigation=yes\n[Session]\nSystemCallFilter=~chroot execve\nOnViolation=terminate\n");
    ($status, $out, $err) = tool('export', '--format=oci', '--scope=session', $policy);
    like($err, qr/: note: $_/, "told: $_") for 'Mode=permissive', 'DataDirectory', '\[Server\]: SpeculationMitigation', '\[Session\]: OnViolation=terminate';
    like($err, qr/: warning: execve: denied, so that no runtime can start/, 'a scope that cannot be started: told');
}

# Broken by: a general section that is left out of a process's profile; a filter of
# one process that is taken for a server's.
{
    my $policy = policy('[Server]', 'SystemCallFilter=~mount', '[Process checkpointer]', 'SystemCallFilter=~ptrace', '[Process auxiliary]', 'SystemCallFilter=~bpf:EACCES',
        '[Process "mine"]', 'Library=x', 'SystemCallFilter=@pg-session @pg-attach setsid signalfd4', '[Process walsender]', 'SystemCallRule=ioctl arg1==TIOCSTI deny', '[Session r]', 'Replication=yes', 'SystemCallFilter=~acct');
    my ($profile, $err) = check_profile($policy, 'process:checkpointer', 'a process', 2000);
    my %errno = map { my $errno = $_->{errnoRet}; map { $_ => $errno } @{ $_->{names} } } @{ $profile->{syscalls} };
    is_deeply([ @errno{qw(mount ptrace bpf)} ], [ 1, 1, 13 ], '... with all that holds for it');
    like($err, qr/: note: scope "process:checkpointer" is one of single processes: a server needs that of scope "server"$/m, '... told');
    check_profile($policy, $_, $_, 2000) for 'process:mine', 'session:r';
    my (undef, $out) = tool('export', '--format=systemd', '--scope=process:auxiliary', $policy);
    like($out, qr/^# scope "process:auxiliary" is one of single processes/m, 'systemd: told');
    like($out, qr/^SystemCallFilter=~.*\bmount\b/m, '... and written');
    (undef, $out) = tool('export', '--format=text', '--scope=process:checkpointer', $policy);
    is_deeply([ $out =~ /^\[(.*)\]: /mg ], [ 'Server', 'Process auxiliary', 'Process checkpointer' ], 'text: each program');
    like((tool('export', '--format=oci', $policy))[2], qr/: note: not in a profile: \[Process \.\.\.\], \[Session \.\.\.\], for all processes have the same filter$/m, 'the server\'s: what is left out');
    like((tool('export', '--format=systemd', policy('[Server]', 'SystemCallFilter=~mount', '[Child]', 'SystemCallFilter=~bpf', '[Process walwriter]')))[1],
        qr/^# not in systemd: \[Child\], for all processes have the same filter$/m, '... but no section that says nothing');
    unlike((tool('export', '--format=oci', policy('[Server]', 'SystemCallFilter=~mount')))[2], qr/not in a profile/, '... or is not there');
}

# ----------
# OCI: other policies
# ----------

# Broken by: an action that is taken for another one.
{
    my $policy = policy('[Server]', 'SystemCallFilter=~mount:5 ptrace:4094', 'SystemCallLog=openat', 'SystemCallRule=openat arg2&O_TMPFILE==O_TMPFILE deny',
        '[Child]', 'SystemCallLog=prctl', '[Session]', 'SystemCallFilter=~chroot', 'OnViolation=kill', 'SystemCallRule=prctl arg0==PR_SET_MM deny',
        'SystemCallRule=prctl arg0==PR_SET_NAME errno EACCES');
    my ($profile) = check_profile($policy, 'session', 'logged, killed and odd errnos', 20000);
    my %seen = map { ($_->{action} . ($_->{errnoRet} // '') => 1) } @{ $profile->{syscalls} };
    ok($seen{$_}, "... $_") for qw(SCMP_ACT_ALLOW SCMP_ACT_LOG SCMP_ACT_ERRNO5 SCMP_ACT_ERRNO4094 SCMP_ACT_ERRNO1 SCMP_ACT_ERRNO13 SCMP_ACT_KILL_PROCESS);
}

# Broken by: comparisons that are right on 32 bits only, on small numbers, or one argument.
check_profile(policy('[Server]', map { "SystemCallRule=$_" }
            'mremap arg3>0x8000000000000000 errno EINVAL', 'mmap arg1>=0x17fffffff errno EACCES', 'mremap arg1&0x8000000000000001!=0 deny',
            'ioctl arg0==0x7fffffff arg1<=0x80000000 errno EBADF', 'ioctl arg1&0xff00==0x5400 allow', 'ioctl arg1>0x5412 arg1<0x8913 deny',
            'personality arg0&0xf0f0<0x3030 deny', 'kill arg0==0xffffffff arg1!=0 errno ESRCH', 'setitimer arg0>=2 errno EINVAL'),
    'server', 'comparisons of all kinds', 20000);
check_profile(policy('[Server]', 'RestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM', '[Session]', 'RestrictAddressFamilies=~AF_UNIX:ENOENT AF_NETLINK'),
    'session', 'two sections on one call', 20000);

# Broken by: a section without a program of its own, an empty one, an allow-list.
check_profile(policy('[Server]', 'SystemCallFilter=~mount', '[Child]', '[Session]', 'OnViolation=terminate'), 'session', 'sections that say nothing', 10);
check_profile(policy('[Server]', '[Session a]', 'Role=x', 'SystemCallFilter=@pg-session @pg-program @pg-required'), 'session:a', 'an allow-list alone', 10);

SKIP: {
    skip 'x86-64 only', 20 if !$x86;

    # Broken by: ABIs that get each other's rules, in whatever direction is weaker; the
    # upper half of a comparison that 32-bit code does not have; socketcall.
    my $policy = policy('[Server]', 'SystemCallArchitectures=native x86 x32', 'SystemCallFilter=~@mount stime:ENOSYS',
        'RestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM', 'MemoryDenyWriteExecute=yes', 'RestrictMemoryMapping=yes', 'RestrictSUIDSGID=yes',
        'SystemCallRule=mremap arg2>0xffffffff deny');
    my ($profile, $err) = check_profile($policy, 'server', 'three ABIs', 300);
    is(join(' ', sort @{ $profile->{architectures} }), 'SCMP_ARCH_X86 SCMP_ARCH_X86_64', '... named, but for x32');
    like($err, qr/: warning: x32: left out/, '... which is told');
    like($err, qr/: warning: mmap: the rules of the admitted ABIs differ/, '... a rule of 32-bit ABIs: told');
    like($err, qr/: warning: ipc: denied with EPERM, whatever the arguments/, '... ipc: told');
    like($err, qr/: warning: mremap: arguments of more than 32 bits that are compared/, '... long arguments: told');

    $policy = policy('[Server]', 'SystemCallArchitectures=native x86 x32', 'SystemCallFilter=~@mount stime:ENOSYS ipc:ENOSYS',
        'RestrictTTY=yes', 'SystemCallRule=fcntl arg1>=F_SETSIG errno EINVAL', 'SystemCallRule=fcntl64 arg1!=F_SETSIG errno EINVAL');
    ($profile, $err) = check_profile($policy, 'server', 'three ABIs, 32 bits', 300);
    is(join(' ', sort @{ $profile->{architectures} }), 'SCMP_ARCH_X32 SCMP_ARCH_X86 SCMP_ARCH_X86_64', '... all named');
    unlike($err, qr/: note: calls through ABIs/, '... none is left out');
    like($err, qr/: warning: ipc: denied with EPERM, whatever/, '... a multiplexer that the default would deny');

    $policy = policy('[Server]', 'SystemCallArchitectures=native x86', 'SystemCallFilter=~@mount', '[Session]', 'SystemCallArchitectures=native', 'SystemCallFilter=~chroot');
    ($profile, $err) = check_profile($policy, 'session', 'an ABI that one section admits', 10);
    is(join(' ', @{ $profile->{architectures} }), 'SCMP_ARCH_X86_64', '... and the other does not');
}

# Broken by: a profile that no kernel takes; denials given up in silence, or in the
# wrong order, or what is let through with them.
{
    my @rules = map { my $call = $_; map { "SystemCallRule=$call" . sprintf(' arg1==0x%x arg2==%d allow', 0x1000 + 77 * $_, 3 * $_) } 0 .. 24 } qw(ioctl getsockopt);
    my $policy = policy('[Server]', @rules, (map { "SystemCallRule=$_ errno ENOPROTOOPT" } qw(ioctl getsockopt)), 'RestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM/IPPROTO_TCP AF_NETLINK/SOCK_RAW/NETLINK_ROUTE',
        'RestrictSocketOptions=yes', 'RestrictTTY=yes', 'SystemCallRule=personality arg0!=5 errno EINVAL', 'SystemCallRule=prctl arg0>5 arg1<0x1234567 errno EBUSY',
        'RestrictMemoryMapping=yes', 'RestrictSocketMessages=yes', 'RestrictPipes=yes');
    my ($profile, $err) = check_profile($policy, 'server', 'more than fits', 2000);
    like($err, qr/: warning: \w+: denied with ENOSYS in place of ENOPROTOOPT/, '... denials are given up, and told');
}
{
    my @rules = map { sprintf 'SystemCallRule=%s arg0&0x%x==0x%x arg1>=0x%x allow', qw(ioctl getsockopt)[$_ % 2], 0x10101 * $_ | 1, 0x10101 * $_ & 0x333333, $_ * 0x123457 } 1 .. 60;
    my $policy = policy('[Server]', @rules, 'SystemCallRule=ioctl errno ESRCH', 'SystemCallRule=getsockopt errno ESRCH');
    my ($status, $out, $err) = tool('export', '--format=oci', $policy);
    is("$status $out", '2 ', 'allowed regions that do not fit: no profile');
    like($err, qr/^pg_seccomp: .*too many/m, '... and why');
}

# ----------
# OCI: for real
# ----------

my $probe = "$work/probe";
my $static = system("$cc -static -D_GNU_SOURCE -o '$probe' '$root/t/oci/probe.c' 2>'$work/log'") == 0;

# Runs the probe in a container: its lines as "CALL ERRNO", or undef.
sub in_container
{
    my ($runtime, $seccomp) = @_;
    my $bundle = tempdir(DIR => $work);
    mkdir "$bundle/$_" for qw(rootfs rootfs/proc rootfs/dev rootfs/sys);
    system('cp', $probe, "$bundle/rootfs/probe");
    my %linux = (namespaces => [ map { { type => $_ } } qw(mount pid ipc uts) ]);
    # as it is: Perl's JSON would make floats of large numbers
    my $config = JSON::PP->new->canonical->encode({
        ociVersion => '1.0.0', root => { path => 'rootfs', readonly => JSON::PP::true }, linux => \%linux,
        mounts => [ { destination => '/proc', type => 'proc', source => 'proc' } ],
        process => { user => { uid => 0, gid => 0 }, args => ['/probe'], cwd => '/', noNewPrivileges => JSON::PP::true } });
    $config =~ s/"linux":\{/"linux":{"seccomp":$seccomp,/ if $seccomp;
    open(my $file, '>', "$bundle/config.json") or die $!;
    print $file $config;
    close $file;
    my $name = "pgsc-$$-" . substr($bundle, -6);
    # a mount namespace of its own: crun objects to version 2 cgroups beside version 1
    my $command = $runtime eq 'crun' ? "umount -l /sys/fs/cgroup/unified 2>/dev/null; crun --cgroup-manager=disabled run --bundle $bundle $name" : "runc run --bundle $bundle $name";
    my ($status, $out, $err) = run_command('', 'timeout', '60', 'unshare', '--mount', '--propagation', 'private', 'sh', '-c', $command);
    return ($status == 0 ? $out : undef, $err);
}

# Broken by: a profile that a runtime reads otherwise than libseccomp alone: numbers
# beyond 63 bits, entries without an order, its own additions.
for my $runtime (qw(crun runc))
{
  SKIP: {
        skip "$runtime is not installed", 2 if system("command -v $runtime >/dev/null 2>&1") != 0;
        skip 'no static libc', 2 if !$static;
        skip 'root only', 2 if $> != 0;
        my ($free, $why) = in_container($runtime, undef);
        skip "$runtime does not run here: " . (split /\n/, $why || 'no reason')[0], 2 if !defined $free;
        my %free = map { /^(.*) (\S+) (\S+\(.*\)|system call \d+)$/ ? ($3 => $2) : () } split /\n/, $free;

        for my $name (qw(default strict))
        {
            my $policy = "$root/policy/$name.conf";
            my ($status, $profile) = tool('export', '--format=oci', $policy);
            my ($out, $err) = in_container($runtime, $profile);
            my @questions = map { /^(\d+(?: \d+){6}) (\S+) (.*)$/ ? [ $1, $2, $3 ] : () } split /\n/, $out // '';
            my ($asked, $answers) = run_command(join('', map { "$_->[0]\n" } @questions), $check, $policy, 'server', 'ask');
            my @answers = split /\n/, $answers;
            my @got = map { "$_->[2] $_->[1]" } @questions;
            # what the policy lets through answers as without a filter
            my @want = map { "$questions[$_][2] " . ($answers[$_] eq '0' ? $free{ $questions[$_][2] } : $answers[$_]) } 0 .. $#questions;
            ok(@got > 30, "$runtime, $name.conf: the probe ran") or diag($err);
            is_deeply(\@got, \@want, '... and was answered as the policy says');
        }
    }
}

# ----------
# systemd
# ----------

# A unit with a drop-in: what systemd-analyze has to say.
sub verify
{
    my ($dropin) = @_;
    my $folder = tempdir(DIR => $work);
    mkdir "$folder/probe.service.d";
    for ([ 'probe.service', "[Unit]\nDescription=x\n[Service]\nType=oneshot\nExecStart=/bin/true\n" ], [ 'probe.service.d/pg_seccomp.conf', $dropin ])
    {
        open(my $file, '>', "$folder/$_->[0]") or die $!;
        print $file $_->[1];
        close $file;
    }
    my ($status, $out, $err) = run_command('', 'systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', "$folder/probe.service");
    return $status == 0 ? "$out$err" : "exit $status: $out$err";
}

# The words of a directive's lines, in order.
sub words
{
    my ($dropin, $directive) = @_;
    return map { split / / } $dropin =~ /^\Q$directive\E=(.*)$/mg;
}

SKIP: {
    skip 'systemd-analyze is not installed', 1 if system('command -v systemd-analyze >/dev/null 2>&1') != 0;
    like(verify("[Service]\nSystemCallFilter=~nonsense\n"), qr/nonsense/, 'systemd-analyze objects to what it does not know');

    # Broken by: a name, word or directive that systemd does not have.
    for ([ 'default', 'server' ], [ 'default', 'session' ], [ 'strict', 'server' ], [ 'strict', 'session' ], [ 'strict', 'session:programs' ])
    {
        my ($name, $scope) = @$_;
        my ($status, $out, $err) = tool('export', '--format=systemd', "--scope=$scope", "$root/policy/$name.conf");
        is("$status $err", '0 ', "$name.conf, $scope: a drop-in");
        is(verify($out), '', '... to which systemd-analyze has nothing to say');
    }
    my $families = join ' ', map { /^(AF_\w+)$/ ? $1 : () } map { split /\W+/ } slurp("$root/core/constants.c") =~ /af_list\[\] = \{(.*?)\};/s;
    my ($status, $out) = tool('export', '--format=systemd', policy('[Server]', "RestrictAddressFamilies=$families"));
    is(verify($out), '', 'systemd knows all families');
    ok((() = words($out, 'RestrictAddressFamilies')) > 40, '... all of them');
    ($status, $out) = tool('export', '--format=systemd', policy('[Server]', 'SystemCallArchitectures=native x86', 'SystemCallFilter=~stime:ENOSYS @mount', 'OnViolation=kill', 'Force=yes', 'RestrictNamespaces=~user net time', 'SystemCallLog=openat'));
    is(verify($out), '', 'other ABIs, kills, logs, some namespaces');
    like($out, qr/^SystemCallArchitectures=native x86$/m, '... ABIs') if $x86;
    like($out, qr/^SystemCallErrorNumber=kill\n(.*\n)*SystemCallFilter=~.*\bmount\b/m, '... kills');
    like($out, qr/^SystemCallFilter=~.*\bstime:ENOSYS\b/m, '... calls of another ABI alone') if $x86;
    like($out, qr/^RestrictNamespaces=~net user$/m, '... namespaces');
    like($out, qr/^# not in each systemd: RestrictNamespaces of type time$/m, '... time is told');
    like($out, qr/^SystemCallLog=creat open openat openat2$/m, '... logs') or diag($out);
}

# Broken by: a denial that is missing, or one that the policy does not have.
{
    my ($status, $out) = tool('export', '--format=systemd', "$root/policy/default.conf");
    my %denied = map { /^~?(\w+)(?::(\w+))?$/ ? ($1 => $2 // 'EPERM') : () } words($out, 'SystemCallFilter');
    is($denied{$_->[0]} // 'runs', $_->[1], "default.conf: $_->[0] $_->[1]") for [ 'mount', 'EPERM' ], [ 'io_uring_setup', 'ENOSYS' ], [ 'splice', 'ENOSYS' ],
        [ 'sendfile', 'EINVAL' ], [ 'read', 'runs' ], [ 'ioctl', 'runs' ], [ 'execve', 'runs' ], [ 'socket', 'runs' ], [ 'clock_settime', 'EPERM' ];
    is(join(' ', words($out, 'RestrictAddressFamilies')), 'AF_UNIX AF_INET AF_INET6 AF_NETLINK', '... families');
    like($out, qr/^$_$/m, "... $_") for 'NoNewPrivileges=yes', 'SystemCallArchitectures=native', 'SystemCallErrorNumber=EPERM', 'RestrictNamespaces=yes',
        'RestrictRealtime=yes', 'RestrictSUIDSGID=yes', 'LockPersonality=yes', 'ProtectClock=yes', 'ProtectKernelModules=yes';
    unlike($out, qr/^(MemoryDenyWriteExecute|RestrictTTY|SystemCallRule|ProcessDumpable)/m, '... and nothing that it does not say, or systemd does not have');
    like($out, qr/^# not in systemd: $_/m, "... told: $_") for 'SystemCallRule=setitimer arg0!=ITIMER_REAL errno EINVAL \(line \d+\)', 'RestrictFutexPI=yes \(line \d+\)',
        'types and protocols in RestrictAddressFamilies', 'ENOSYS for calls that are newer', '\[Child\], \[Session \.\.\.\], for all processes have the same filter', 'ProcessDumpable';

    # Broken by: an allow-list that leaves something open that systemd adds by itself.
    ($status, $out) = tool('export', '--format=systemd', '--scope=session', "$root/policy/strict.conf");
    my (%state, $reset);
    for ($out =~ /^SystemCallFilter=(.*)$/mg)
    {
        my $off = s/^~//;
        $reset //= $_ eq '' ? 1 : 0;
        $state{$_} = $off ? 'taken off' : 'named' for split / /;
    }
    is($reset, 1, 'strict.conf, session: the allow-list begins anew');
    is($state{$_->[0]} // '', $_->[1], "... $_->[0]: $_->[1]") for [ 'read', 'named' ], [ 'io_uring_setup', 'taken off' ], [ 'openat2', 'taken off' ], [ 'set_tid_address', 'taken off' ], [ 'execve', '' ];
    like($out, qr/^# not in systemd: execve is denied/m, '... execve: told');
    like($out, qr/^# not in systemd: on an allow-list the error of .*\bio_uring_setup:ENOSYS/m, '... errors of their own: told');
}

# Broken by: a comment that a path ends, and something else begins.
{
    my $path = "$work/a\n[Service]\nExecStart=b.conf";
    open(my $file, '>', $path) or BAIL_OUT($!);
    print $file "[Server]\nSystemCallFilter=~mount\n";
    close $file;
    my ($status, $out) = tool('export', '--format=systemd', $path);
    is((() = $out =~ /^\[Service\]$/mg), 1, 'no path gets out of its comment');
    unlike($out, qr/^ExecStart/m, '... nor brings a directive');
}

# ----------
# Programs
# ----------

# A program's text as bytes again.
sub assemble
{
    my ($text) = @_;
    my %mnemonics = (ja => 0x05, jeq => 0x15, jgt => 0x25, jge => 0x35, jset => 0x45, and => 0x54, ret => 0x06);
    my $bytes = '';
    for (split /\n/, $text)
    {
        my ($line, $mnemonic, $rest) = /^ (\d+): (\w+) +([^#]*?) *(?:#.*)?$/ or return "not an instruction: $_";
        if ($mnemonic eq 'ld')
        {
            return "load: $_" unless $rest =~ /^\[(\d+)\]$/;
            $bytes .= pack 'SCCL', 0x20, 0, 0, $1;
        }
        elsif ($mnemonic eq 'ja') { $bytes .= pack 'SCCL', 0x05, 0, 0, $rest - $line - 1 }
        elsif ($rest =~ /^0x([0-9a-f]+) +true:(\d+) false:(\d+)$/) { $bytes .= pack 'SCCL', $mnemonics{$mnemonic}, $2 - $line - 1, $3 - $line - 1, hex $1 }
        elsif ($mnemonic =~ /^(and|ret)$/ && $rest =~ /^0x([0-9a-f]+)$/) { $bytes .= pack 'SCCL', $mnemonics{$mnemonic}, 0, 0, hex $1 }
        else { return "not understood: $_" }
    }
    return $bytes;
}

# The programs of a text: title to [instructions that it says, lines].
sub programs
{
    my ($text) = @_;
    return map { /^\[(.*)\]: (\d+) instructions\n(.*?)\n*\z/s ? ($1 => [ $2, $3 ]) : () } split /\n(?=\[)/, $text;
}

# Broken by: a text that is not the program; a program that is not the scope's own.
for ([ 'default', 'server', 'Server', 1 ], [ 'default', 'session', 'Session', 3 ], [ 'strict', 'session:programs', 'Session programs', 3 ])
{
    my ($name, $scope, $title, $n) = @$_;
    my ($status, $text) = tool('export', '--format=text', "--scope=$scope", "$root/policy/$name.conf");
    my %programs = programs($text);
    is(scalar keys %programs, $n, "$name.conf, $scope: programs");
    my ($bstatus, $bytes, $err) = tool('export', '--format=bpf', "--scope=$scope", "--output=$work/program", "$root/policy/$name.conf");
    is("$bstatus$bytes$err", '0', '... bpf, to a file');
    is(-s "$work/program", 8 * $programs{$title}[0], '... as many instructions as the text says');
    ok(assemble($programs{$title}[1]) eq slurp("$work/program"), '... the text, assembled, is the program');
}
{
    my $source = "$work/build.c";
    open(my $file, '>', $source) or BAIL_OUT($!);
    print $file <<'END';
#include "core/program.h"
#include "core/policy.h"
#include <stdio.h>
#include <stdlib.h>
void *sc_alloc(size_t size) { return calloc(1, size ? size : 1); }
void *sc_realloc(void *old, size_t size) { return realloc(old, size ? size : 1); }
int main(int argc, char **argv)
{
    static char text[SC_MAX_POLICY];
    FILE *in = fopen(argv[1], "r");
    size_t len = fread(text, 1, sizeof(text), in);
    sc_program program;
    if (sc_catalog_init() || sc_program_build(&sc_policy_parse(argv[1], text, len)->server.rules, false, NULL, &program)) return 1;
    return fwrite(program.insns, sizeof(struct sock_filter), (size_t) program.len, stdout) == 0;
}
END
    close $file;
    is(system("$cc -std=c99 -D_GNU_SOURCE -I'$root' -o '$work/build' '$source' '$root'/core/*.c -lseccomp -lacl"), 0, 'a builder of programs');
    my ($status, $bytes) = run_command('', "$work/build", "$root/policy/default.conf");
    my ($bstatus, $exported) = tool('export', '--format=bpf', "$root/policy/default.conf");
    ok($status == 0 && $bytes eq $exported && length $bytes > 1000, 'bpf is what sc_program_build() builds');
}

# Broken by: words that are of another instruction, ABI, or byte of an argument.
{
    my ($status, $text) = tool('export', '--format=text', policy('[Server]', 'SystemCallFilter=~mount:EACCES', 'SystemCallRule=mremap arg3>0x100000000 deny', 'SystemCallLog=openat'));
    like($text, qr/$_/m, "text: $_") for '^ 0000: ld +\[4\] +# architecture$', '^ \d+: ld +\[0\] +# number$', '^ \d+: ld +\[40\] +# args\[3\], lower half$',
        '^ \d+: ld +\[44\] +# args\[3\], upper half$', '# EACCES$', '# allow$', '# log$', '# ENOSYS$', ($x86 ? ('jeq +0xc000003e +true:\d+ false:\d+ +# x86-64, x32$', 'j(ge|gt|eq) +0xa5 .*# mount$') : ());
    # libseccomp leaves a return behind that its dropped checks went to
    unlike($text, qr/^ \d+: (?!ret ).*# not reached/m, '... nothing but a return is beyond reach');
  SKIP: {
        skip 'x86-64 only', 2 if !$x86;
        ($status, $text) = tool('export', '--format=text', policy('[Server]', 'SystemCallArchitectures=native x86 x32', 'SystemCallFilter=~mount'));
        like($text, qr/^ \d+: j(ge|gt|eq) +0x15 .*# x86:mount$/m, 'numbers of another ABI');
        like($text, qr/^ \d+: j(ge|gt|eq) +0x400000a5 .*# x32:mount$/m, '... and of x32');
    }
}

# ----------
# Options
# ----------

my $default = "$root/policy/default.conf";
is((tool('export', $default))[0], 2, 'no format: 2');
like((tool('export', $default))[2], qr/say which format/, '... and why');
is((tool('export', '--format=xml', $default))[0], 2, 'an unknown format: 2');
is((tool('export', '--format=bpf'))[0], 2, 'no policy: 2');
is((tool('export', '--format=bpf', $default, $default))[0], 2, 'two policies: 2');
is((tool('export', '--format=bpf', "$work/none.conf"))[0], 2, 'no such file: 2');
like((tool('export', '--format=text', '--scope=sesion', $default))[2], qr/has no scope "sesion"; it has "server", "child", "session"/, 'an unknown scope');
is((tool('export', '--format=text', '--scope=sesion', $default))[0], 2, '... is 2');
is((tool('export', '--format=text', policy('[Server]', 'SystemCallFilter=~muont')))[0], 2, 'a policy with errors: 2');
like((tool('export', '--format=bpf', '--scope=session', policy('[Server]', 'SystemCallFilter=~mount', '[Session]', 'OnViolation=terminate')))[2],
    qr/has no program of its own/, 'a section without a program: bpf has nothing');
like((tool('export', '--help'))[1], qr/^Example:\n  pg_seccomp export/m, '--help has an example');

# Broken by: a file that is written to in place, left half-written, or beside which
# something is left behind.
{
    my $folder = tempdir(DIR => $work);
    my $target = "$folder/profile.json";
    open(my $old, '>', $target) or BAIL_OUT($!);
    print $old "old\n";
    close $old;
    open(my $reader, '<', $target) or BAIL_OUT($!);
    my ($status) = tool('export', '--format=text', "--output=$target", $default);
    is($status, 0, '--output over a file');
    is(do { local $/; <$reader> }, "old\n", '... whoever has it open reads the old one');
    like(slurp($target), qr/^\[Server\]/, '... who opens it the new one');
    is((stat $target)[2] & 0777, 0666 & ~umask, '... with the usual rights');
    ($status) = tool('export', '--format=text', '--scope=none', "--output=$target", $default);
    is($status, 2, 'an error');
    like(slurp($target), qr/^\[Server\]/, '... leaves the file');
    is(join(' ', map { s/.*\///r } glob("$folder/*")), 'profile.json', '... and nothing beside it');
    is((tool('export', '--format=text', "--output=$folder/no/such", $default))[0], 2, 'a folder that there is not: 2');
    is((tool('export', '--format=text', "--output=$folder", $default))[0], 2, 'a folder: 2');
    is((tool('export', '--format=text', '--output=/dev/full', $default))[0], 2, 'a full device: 2');
    is((tool('export', '--format=text', '--output=/dev/null', $default))[0], 0, 'a device is written to');
    ok(-c '/dev/null', '... and stays');
}

SKIP: {
    skip 'root only', 2 if $> != 0;
    my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
    my $folder = tempdir(DIR => $work);
    my ($status, $out, $err) = run_command('', 'unshare', '--mount', '--propagation', 'private', 'sh', '-c',
        "mount -t tmpfs -o size=8k none $folder && { $tool export --format=text --output=$folder/x $default; echo \$?; ls $folder; }");
    skip "no file system to fill: $err", 2 if $out eq '';
    is($out, "2\n", 'a full file system: 2, and nothing is left behind');
    like($err, qr/could not write file/, '... and why');
}

# Broken by: a program on somebody's screen.
SKIP: {
    skip 'no script(1)', 2 if system('command -v script >/dev/null 2>&1') != 0;
    my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
    my $typescript = `script -qec "$tool export --format=bpf $default" /dev/null </dev/null`;
    is($? >> 8, 2, 'bpf on a terminal: 2');
    like($typescript, qr/say --output=FILE/, '... and what to do');
}

done_testing();
