# tool_exec.pl
# pg_seccomp exec: what it runs, under what, and when it does not.
use strict;
use warnings;

use File::Temp qw(tempdir);
use POSIX ();
use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(build_c call_number has_i386 install_attacks machine);
use PgSeccomp::Tool qw(tool slurp root);
use PgSeccomp::Violations qw(module);

my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
my $dir = $PgSeccomp::Cluster::policy_dir;
my $default = "$dir/default.conf";
my $user = $PgSeccomp::Cluster::user;
my $uid = getpwnam($user);
my $work = tempdir('pgsc-exec-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $work;

# Runs a command line as root: (exit status, stdout, stderr).
sub run { return PgSeccomp::Cluster::run('', @_) }

# A policy below the folder that servers take them from: its path.
sub policy { return "$dir/" . PgSeccomp::Cluster::new_policy(shift) . '.conf' }

my $mount = call_number('mount');

# Perl that makes mount(2) with arguments that are good for nothing, and says
# what came of it: EPERM, or EFAULT if the kernel has looked at them.
my @mount = ('perl', '-e', "syscall($mount, (-1) x 5); my (\$name) = grep { \$!{\$_} } qw(EPERM EFAULT EACCES ENOSYS); print \"\$name\\n\"; use Errno");

# What the kernel says of a process that is started: one line for each label.
sub status_of
{
    my ($labels, @command) = @_;
    my ($status, $out, $err) = run(@command, 'grep', '-E', "^($labels):", '/proc/self/status');
    return $out;
}

# ----------
# What it runs
# ----------

# Broken by: a command line that is not the caller's any more.
my @odd = ('a b', '', '--help', '-x', '--', "new\nline", "\xff\xfe", '$HOME', '*', 'default', '"', "'");
my @show = ('perl', '-e', 'print join("\0", @ARGV)', '--');
for my $separator ([ '--' ], [])
{
    my ($status, $out, $err) = tool('exec', $default, @$separator, @show, @odd);
    is_deeply([ split /\0/, $out ], \@odd, "arguments arrive as they are (@{[ @$separator ? 'with' : 'without' ]} \"--\")");
    is("$status$err", '0', '... and nothing else is said');
}
is((tool('exec', '--', $default, 'echo', 'x'))[1], "x\n", '"--" before the policy');
is((tool('exec', '--', $default, '--', 'echo', '--'))[1], "--\n", '"--" in all places');
is((tool('exec', $default, 'echo', '--json', '--usage'))[1], "--json --usage\n", 'options behind the policy are the command\'s');
is((tool('exec', $default, '--', 'sh', '-c', 'echo "$0"'))[1], "sh\n", 'argv[0] is as it was written');

# Broken by: an exit status of our own where the command has one.
for ([ 'exit 0', 0 ], [ 'exit 3', 3 ], [ 'exit 2', 2 ], [ 'kill -9 $$', 128 + 9 ])
{
    is((tool('exec', $default, '--', 'sh', '-c', $_->[0]))[0], $_->[1], "exit status of: $_->[0]");
}
{
    my $plain = "$work/plain";
    my $no_interpreter = "$work/no-interpreter";
    for ([ $plain, "text\n", 0644 ], [ $no_interpreter, "#!/no/such/interpreter\n", 0755 ])
    {
        open(my $file, '>', $_->[0]) or die $!;
        print $file $_->[1];
        close $file;
        chmod $_->[2], $_->[0];
    }
    for ([ 'no-such-program', 127, 'No such file or directory' ], [ "$work/none", 127, 'No such file or directory' ],
        [ $plain, 126, 'Permission denied' ], [ $work, 126, 'Permission denied' ], [ $no_interpreter, 127, 'No such file or directory' ],
        [ '', 127, 'No such file or directory' ], [ "no\e[31m", 127, 'No such file or directory' ])
    {
        my ($command, $wanted, $reason) = @$_;
        my $harmless = $command =~ s/\e/\\x1b/r;
        my ($status, $out, $err) = tool('exec', $default, '--', $command, 'x');
        is("$status $err", "$wanted pg_seccomp: could not run \"$harmless\": $reason\n", "cannot be run: \"$harmless\"");
        is((run('sh', '-c', "exec $tool exec $default -- '$command' 2>&-"))[0], $wanted, '... the same without standard error');
    }
}

# Broken by: a start in another environment, folder, or with other descriptors,
# limits or signals than the caller's.  What a shell sees that is started with
# and without the launcher is the same.
my @see = ('sh', '-c', <<'END');
echo "$PWD $(umask) $(ulimit -n) $(nice)"; tr '\0' '\n' </proc/$$/environ | sort
ls -l /proc/$$/fd | sed 's/.* \([0-9]* -> \)/\1/' | grep -v -e 'pipe:' -e '/proc/'
END
my @see_signals = ('grep', '-E', '^(Sig[BI]|Uid|Gid|Groups|Cap)', '/proc/self/status');    # shells change some
my $in_an_odd_place = <<'END';
use POSIX;
chdir '/usr';
umask 0137;
%ENV = (PATH => $ENV{PATH}, A => 'x y', 'B.C' => '', LC_ALL => 'C', LANGUAGE => 'de');
open(my $five, '<', '/etc/passwd'); POSIX::dup2(fileno $five, 5);
open(my $nine, '>>', '/dev/null'); POSIX::dup2(fileno $nine, 9);
$SIG{INT} = $SIG{QUIT} = 'DEFAULT';    # which a shell's background jobs ignore
$SIG{SYS} = $SIG{HUP} = $SIG{USR1} = 'IGNORE';
POSIX::sigprocmask(SIG_BLOCK, POSIX::SigSet->new(POSIX::SIGUSR2, 28, 31));
exec @ARGV;
END
{
    my @odd_place = ('prlimit', '--nofile=77:77', 'nice', '-n', '3', 'perl', '-e', $in_an_odd_place);
    for ([ qr{^/usr 0137 77 3\n.*^A=x y\n.*^9 -> /dev/null$}ms, 'environment, folder, descriptors, limits', @see ],
        [ qr/^SigBlk:\s*0000000048000800\nSigIgn:\s*0000000040000201$/m, 'signals, user, capabilities', @see_signals ])
    {
        my ($meant, $what, @command) = @$_;
        my ($status, $direct) = run(@odd_place, @command);
        like($direct, $meant, 'the odd place is as it was meant');
        my (undef, $launched) = run(@odd_place, $tool, 'exec', $default, '--', @command);
        # where the test itself catches output
        is($launched =~ s{ -> /tmp/.*}{}gr, $direct =~ s{ -> /tmp/.*}{}gr, "$what: as without the launcher");
    }
}

# Broken by: a filter that ends with a program, or that some of them shed.
is(status_of('Seccomp|Seccomp_filters|NoNewPrivs', $tool, 'exec', $default, '--'), "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n",
    'the kernel has a filter, and no_new_privs');
is(status_of('Seccomp_filters', $tool, 'exec', $default, '--', 'sh', '-c', 'sh -c \'exec perl -e "exec @ARGV" "$@"\' - "$@"', '-'),
    "Seccomp_filters:\t1\n", '... through shells and Perl');
is((tool('exec', $default, '--', @mount))[1], "EPERM\n", 'it denies mount');
is((run(@mount))[1], "EFAULT\n", 'control: without it the kernel looks at the arguments');
is((tool('exec', $default, '--', 'setpriv', "--reuid=$user", "--regid=$user", '--init-groups', @mount))[1], "EPERM\n",
    '... for another user, too, whom root becomes below it');
is(status_of('Seccomp_filters', $tool, 'exec', $default, '--', $tool, 'exec', $default, '--'), "Seccomp_filters:\t2\n", 'a launcher below a launcher');

# ----------
# What each line of [Server] says
# ----------

my $outer = build_c(module('outer'));
my $launched = build_c(module('launched'), '-std=gnu99', '-I' . root(), glob(root() . '/core/*.c'), '-lseccomp', '-lacl');
my $i386 = has_i386() ? 'i386' : 'none';

# The lines of [Server] in a policy that can deny something.
sub denying_lines
{
    my ($text) = @_;
    my (@lines, $section);
    my @text = split /\n/, $text;
    for my $n (1 .. @text)
    {
        $section = $1 if $text[ $n - 1 ] =~ /^\[(\w+)/;
        push @lines, $n if ($section // '') eq 'Server' && $text[ $n - 1 ] =~ /^(System|Restrict|Protect|Lock|Memory|ProcessDumpable)\w*=/;
    }
    return @lines;
}

my $abis = $PgSeccomp::Attack::machine eq 'x86_64' ? 'native x86 x32' : 'native';
my %policies = (
    'default.conf' => slurp($default),
    'every directive, every ABI' => "[Server]\nSystemCallArchitectures=$abis\nSystemCallFilter=~\@mount bpf:ENOSYS ptrace:E2BIG\nRestrictAddressFamilies=AF_UNIX AF_INET/SOCK_STREAM\n"
      . join('', map { "$_=yes\n" } qw(RestrictNamespaces RestrictSUIDSGID RestrictRealtime RestrictFutexPI RestrictMemoryMapping RestrictPipes
          RestrictSplice RestrictTTY RestrictSocketOptions RestrictSocketMessages LockPersonality ProtectClock ProtectHostname ProtectKernelLogs
          ProtectKernelModules ProtectKernelTunables MemoryDenyWriteExecute))
      . "SystemCallRule=fcntl arg1==F_SETLEASE errno EINVAL\nSystemCallErrorNumber=EACCES\nProcessDumpable=no\n",
    'nothing said' => "[Server]\n[Child]\nSystemCallFilter=~mount\n",
);

# Broken by: a launcher that attaches another section than [Server], or a part of
# it; a program that is not what sc_decide() says.  No call runs, see outer.c.
for my $what (sort keys %policies)
{
    my $path = policy($policies{$what});
    my ($status, $out, $err) = run($outer, 'guard', $tool, 'exec', $path, '--', $launched, $path, $i386);
    my ($compared, $denied, $lines) = $out =~ /^compared (\d+) denied (\d+)\nlines(.*)$/m;
    is($status, 0, "$what: probed") or diag($err);
    is($out =~ s/^(compared|lines).*\n//mgr, '', "$what: the kernel answers $compared calls as the policy says, $denied by its denial");
    cmp_ok($compared, '>', 2000, "$what: calls");
    my %seen = map { $_ => 1 } split ' ', $lines;
    my @quiet = grep { !$seen{$_} } denying_lines($policies{$what});
    my @text = split /\n/, $policies{$what};
    # the first names no call, the next is in @obsolete, too
    is_deeply([ grep { $_ ne 'SystemCallArchitectures' } map { $text[ $_ - 1 ] =~ s/=.*//r } @quiet ],
        { 'default.conf' => ['ProtectKernelTunables'], 'nothing said' => [] }->{$what} // ['SystemCallErrorNumber'],
        "$what: each line of [Server] has denied something, but those that name no call of their own");
}

# Broken by: a comparison that cannot fail.
{
    my ($strict, $other) = (policy("[Server]\nSystemCallFilter=~\@mount\n"), policy("[Server]\nSystemCallFilter=~\@mount \@swap\n"));
    my ($status, $out) = run($outer, 'guard', $tool, 'exec', $strict, '--', $launched, $other, $i386);
    like($out, qr/^\S+ swapon \(\d+\) args .*: errno 4000, not 1, line 2$/m, 'control: another policy than the one attached is found out');
    ($status, $out) = run($outer, 'guard', $launched, $strict, $i386);
    like($out, qr/^\S+ mount \(\d+\)/m, 'control: and so is none');
}

# Broken by: OnViolation=kill that only answers an errno.
is((tool('exec', policy("[Server]\nSystemCallFilter=~mount\nOnViolation=kill\nForce=yes\n"), '--', @mount))[0], 128 + 31, 'OnViolation=kill: SIGSYS');
is((tool('exec', policy("[Server]\nSystemCallFilter=~mount\nOnViolation=terminate\n"), '--', @mount))[1], "EPERM\n", 'OnViolation=terminate: an errno');

# Broken by: a signal that the caller left in a state in which a report would be
# the end of the process: there is no report.
is((run('perl', '-e', '$SIG{SYS} = "IGNORE"; use POSIX; POSIX::sigprocmask(SIG_BLOCK, POSIX::SigSet->new(31)); exec @ARGV', $tool, 'exec', $default, '--', @mount))[1],
    "EPERM\n", 'SIGSYS blocked and ignored: a denied call answers an errno');

# ----------
# Traits
# ----------

# Broken by: a trait that is not taken, or that another one brings.
my ($prctl, $get_mdwe, $get_dumpable) = (call_number('prctl'), 66, 3);
sub ask { return ('perl', '-e', "print syscall($prctl, $_[0], 0, 0, 0, 0), ' ', \$! + 0") }
SKIP:
{
    skip 'this kernel has no PR_SET_MDWE', 2 if (run(ask($get_mdwe)))[1] =~ /^-1/;
    is((tool('exec', policy("[Server]\nMemoryDenyWriteExecute=yes\n"), '--', ask($get_mdwe)))[1], '1 0', 'MemoryDenyWriteExecute: PR_SET_MDWE');
    is((tool('exec', $default, '--', ask($get_mdwe)))[1], '0 0', 'not without it');
}
SKIP:
{
    skip 'no strace', 5 if (run('strace', '-V'))[0] != 0;
    my $traced = sub {
        my ($lines) = @_;
        my (undef, undef, $err) = run('strace', '-qq', '-s', '0', '-e', 'trace=seccomp,prctl', $tool, 'exec', policy("[Server]\nSystemCallFilter=~mount\n$lines"), 'true');
        return $err;
    };
    # libseccomp asks what there is by calls without a program
    my $flags = qr/^seccomp\(SECCOMP_SET_MODE_FILTER, (\S+), \{len/m;
    is(($traced->('') =~ $flags)[0], 'SECCOMP_FILTER_FLAG_TSYNC', 'the program is for all threads');
    is(($traced->("SpeculationMitigation=no\n") =~ $flags)[0], 'SECCOMP_FILTER_FLAG_TSYNC|SECCOMP_FILTER_FLAG_SPEC_ALLOW', 'SpeculationMitigation=no');
    my $asked = $traced->("SpeculationMitigation=yes\n");
    like($asked, qr/^prctl\(PR_[SG]ET_SPECULATION_CTRL, PR_SPEC_$_\b/m, "SpeculationMitigation=yes: $_") for qw(STORE_BYPASS INDIRECT_BRANCH);
    unlike($traced->(''), qr/SPECULATION/, 'not asked for if not said');
}
{
    my $vulnerable = status_of('Speculation_Store_Bypass', 'env') =~ /thread vulnerable/;
    my $wanted = $vulnerable ? "Speculation_Store_Bypass:\tthread force mitigated\n" : status_of('Speculation_Store_Bypass', 'env');
    is(status_of('Speculation_Store_Bypass', $tool, 'exec', policy("[Server]\nSystemCallFilter=~mount\nSpeculationMitigation=yes\n"), '--'), $wanted,
        'SpeculationMitigation=yes: what the processor lets');
}

# Broken by: memory that a process of the same user can write before the filter
# is there; a command that is started with it closed.
SKIP: {
    skip 'a sanitizer has to be loaded before all others', 2 if `ldd $tool` =~ /libasan/;
    my $spy = build_c(<<'END', '-shared', '-fPIC');
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

/* The policy is parsed after this, the program attached later still. */
int
openat(int dir, const char *path, int flags, ...)
{
    int (*next)(int, const char *, int, int) = (int (*)(int, const char *, int, int)) dlsym(RTLD_NEXT, "openat");

    if (strstr(path, ".conf"))
        fprintf(stderr, "dumpable %d\n", prctl(PR_GET_DUMPABLE));
    return next(dir, path, flags, 0);
}
END
    my ($status, $out, $err) = run('setpriv', "--reuid=$user", "--regid=$user", '--init-groups', 'env', "LD_PRELOAD=$spy", $tool, 'exec', $default, '--', 'env', '-u', 'LD_PRELOAD', ask($get_dumpable));
    like($err, qr/\A(dumpable 0\n)+\z/, 'while the policy is read the launcher\'s memory is closed');
    is($out, '1 0', 'the command\'s is not');
}

# ----------
# Modes
# ----------

# Broken by: a permissive launcher that denies, or one that does not say so; one
# that is off and filters, or is silent.
{
    my $permissive = policy("[Policy]\nMode=permissive\n[Server]\nSystemCallFilter=~mount\nMemoryDenyWriteExecute=yes\n");
    my ($status, $out, $err) = tool('exec', $permissive, '--', @mount);
    is("$status $out", "0 EFAULT\n", 'permissive: a would-be denial runs');
    is($err, "pg_seccomp: warning: seccomp policy \"$permissive\" is permissive, denials are only logged\n", '... and is said');
    is(status_of('Seccomp_filters', $tool, 'exec', $permissive, '--'), "Seccomp_filters:\t1\n", '... by a filter that logs');
    unlike((tool('exec', $permissive, '--', ask($get_mdwe)))[1], qr/^1/, '... without traits');
    ($status, $out, $err) = run($outer, 'guard', $tool, 'exec', $permissive, '--', $launched, $permissive, $i386);
    like($out, qr/\Acompared \d{4,} denied 0\n/, '... and no call is denied');

    my $off = policy("[Policy]\nMode=off\n[Server]\nSystemCallFilter=~mount\n");
    ($status, $out, $err) = tool('exec', $off, '--', @mount);
    is("$status $out", "0 EFAULT\n", 'off: the command runs');
    is($err, "pg_seccomp: warning: seccomp policy \"$off\" is off, nothing is filtered\n", '... after a warning');
    is(status_of('Seccomp_filters|NoNewPrivs', $tool, 'exec', $off, '--'), "NoNewPrivs:\t0\nSeccomp_filters:\t0\n", '... without a filter');
    is((run($outer, call_number('seccomp'), 1, $tool, 'exec', $off, '--', 'echo', 'x'))[1], "x\n", '... where none could be attached, too');
}

# ----------
# What it refuses
# ----------

# Broken by: a command that runs although something is wrong.  Each case: the
# command line before "--", or code that makes the policy at $path; what is said.
my $marker = "$work/ran";
my $path;
my $good = "[Server]\nSystemCallFilter=~mount\n";
my $mine = "$work/mine.conf";

sub put
{
    my ($text) = @_;
    open(my $file, '>', $path) or die "$path: $!";
    print $file $text;
    close $file or die $!;
    chmod 0644, $path;
    return;
}
$path = $mine;
put($good);
my $install = qr/pg_seccomp: hint: Install a policy there as root\./;
my $root_alone = qr/pg_seccomp: hint: The policy and every directory above it must be root's, and writable by root alone\./;
my @refusals = (
    [ 'missing', sub { }, qr/\Apg_seccomp: could not read seccomp policy "PATH": "PATH" does not exist\n$install\n\z/ ],
    [ 'folder', sub { mkdir $path }, qr/"PATH" is not a regular file\n/ ],
    [ 'fifo', sub { POSIX::mkfifo($path, 0644) }, qr/"PATH" is not a regular file\n/ ],
    [ 'of another owner', sub { put($good); chown $uid, -1, $path }, qr/\Apg_seccomp: seccomp policy "PATH" is not trusted: "PATH" is not owned by root\n$root_alone\n\z/ ],
    [ 'writable by others', sub { put($good); chmod 0646, $path }, qr/is not trusted: "PATH" is writable by others\n$root_alone/ ],
    [ 'writable by a group', sub { put($good); chown 0, 1, $path; chmod 0664, $path }, qr/is not trusted: "PATH" is writable by a group\n$root_alone/ ],
    [ 'writable by an ACL entry', sub { put($good); system 'setfacl', '-m', "u:$uid:rw", $path }, qr/is not trusted: "PATH" is writable by /, $user ],
    [ 'writable by group root', sub { put($good); chmod 0664, $path }, qr/is not trusted: "PATH" is writable by group root/ ],
    [ 'link to a folder that others write', sub { symlink $mine, $path }, qr/is not trusted: "\/tmp" is writable by others\n$root_alone/ ],
    [ 'link that is not root\'s', sub { symlink $default, $path; system 'chown', '-h', $uid, $path }, qr/is not trusted: "PATH" is not owned by root\n$root_alone/ ],
    [ 'link to itself', sub { symlink $path, $path }, qr/could not read .*: "PATH" Too many levels of symbolic links\n/ ],
    [ 'unreadable for the user', sub { put($good); chmod 0600, $path }, qr/could not read .*: "PATH" Permission denied\n/, $user ],
    [ 'empty', sub { put('') }, qr/\APATH: error: the policy filters nothing/ ],
    [ 'faulty', sub { put("[Server]\nSystemCallFilter=~muont\nNonsense=1\n") }, qr/\APATH:2: error: unknown system call "muont"\nPATH:2: hint: Did you mean "mount"\?\nPATH:3: error: / ],
    [ 'faulty elsewhere', sub { put("${good}[Session]\nSystemCallFilter=~muont\n") }, qr/\APATH:4: error: unknown system call "muont"/ ],
    [ 'truncated', sub { put(substr $good, 0, -3) }, qr/may be truncated/ ],
    [ '1 MiB and a byte', sub { put($good . '#' x (1024 * 1024 - length $good) . "\n") }, qr/"PATH" is larger than 1 MiB/ ],
    [ 'execve denied', sub { put("[Server]\nSystemCallFilter=~execve\n") }, qr/\Apg_seccomp: could not run "touch": PATH:2 denies system call "execve"\npg_seccomp: hint: Deny it in \[Child\]/ ],
);
for my $n (0 .. $#refusals)
{
    my ($what, $make, $said, $as) = @{ $refusals[$n] };
    $path = "$dir/test_$$" . "_exec$n.conf";
    PgSeccomp::Cluster::remove_at_end($path);
    $make->();
    my @as = $as ? ('setpriv', "--reuid=$as", "--regid=$as", '--init-groups') : ();
    my ($status, $out, $err) = run(@as, $tool, 'exec', $path, '--', 'touch', $marker);
    is($status, 2, "$what: 2");
    like($err =~ s/\Q$path\E/PATH/gr, $said, "$what: why");
    ok(!-e $marker, "$what: the command does not run");
    unlink $path;
}

# Broken by: a folder that the caller has a say in.
{
    my $theirs = "$work/theirs";
    mkdir $theirs;
    system 'cp', $default, "$theirs/copy.conf";
    symlink $default, "$theirs/link.conf";
    chown $uid, -1, $theirs;
    for my $given ("$theirs/copy.conf", "$theirs/link.conf", "$theirs/../theirs/copy.conf", "//tmp/../$theirs/copy.conf")
    {
        my ($status, $out, $err) = tool('exec', $given, '--', 'touch', $marker);
        like($err, qr/ is not trusted: "\S+" is (not owned by root|writable by others)\n$root_alone/, "below a folder of the caller's: $given");
        is($status . !!-e $marker, 2, '... and the command does not run');
    }

    # a relative path means another file in another folder: where the caller stands is not the policy's owner's choice
    for my $given ('copy.conf', './copy.conf', 'theirs/copy.conf', '../default.conf', '.', '')
    {
        my ($status, $out, $err) = run('sh', '-c', 'cd "$1" && shift && exec "$@"', '-', $dir, $tool, 'exec', $given, '--', 'touch', $marker);
        is($status . !!-e $marker, 2, "a relative path: \"$given\"");
        like($err, qr/pg_seccomp: hint: Give an absolute path\./, '... and what to give');
    }
}
is((run('setpriv', "--reuid=$user", "--regid=$user", '--init-groups', $tool, 'exec', $default, '--', @mount))[1], "EPERM\n", 'an ordinary user may use it');

# Broken by: a bare name that is looked up elsewhere than the server does.
{
    my ($folder) = (tool('--help'))[1] =~ /bare name of one in (\S+)\.$/m;
    SKIP:
    {
        skip "this tool was built for policies in $folder", 2 if $folder ne $dir;
        is((run('sh', '-c', "cd $work && exec $tool exec default -- " . join ' ', map { "'$_'" } @mount))[1], "EPERM\n", 'a bare name');
        like((tool('exec', 'no-such-policy', '--', 'touch', $marker))[2], qr{could not read seccomp policy "\Q$dir\E/no-such-policy\.conf"}, '... that there is not');
    }
}

# Broken by: a kernel's no that goes unheard.
for my $case ([ seccomp => 1, 'Operation not permitted', qr/an outer sandbox or an earlier filter denies it\.\npg_seccomp: hint: Allow seccomp\(2\) and prctl\(2\)/ ],
    [ seccomp => 38, 'Function not implemented', qr/no seccomp\(2\), or an outer sandbox hides it\.\npg_seccomp: hint: Use a kernel with/ ],
    [ seccomp => 22, 'Invalid argument', qr/was built without CONFIG_SECCOMP_FILTER/ ],
    [ seccomp => 12, 'Cannot allocate memory', qr/out of memory/ ],
    [ prctl => 1, 'Operation not permitted', qr/is not permitted here/ ])
{
    my ($call, $errno, $text, $why) = @$case;
    my ($status, $out, $err) = run($outer, call_number($call), $errno, $tool, 'exec', $default, '--', 'touch', $marker);
    is($status . !!-e $marker, 2, "$call: $text: 2, and the command does not run");
    like($err, qr/\Apg_seccomp: could not attach the seccomp program of \[Server\]: $text: .*$why/, '... and why');
}

# Broken by: limits under which a part of the work is left out.
for my $limit ('--nofile=3:3', '--nofile=4:4', '--nofile=5:5', '--as=4000000:4000000', '--as=12000000:12000000', '--data=100000:100000',
    '--stack=65536:65536', '--fsize=0:0', '--memlock=0:0', '--nproc=1:1')
{
    my ($status, $out, $err) = run('prlimit', $limit, $tool, 'exec', $default, '--', @mount);
    ok($out eq "EPERM\n" || ($out eq '' && $status != 0), "$limit: filtered, or not at all") or diag("$status $out$err");
}

# Broken by: a file that lands on a descriptor which the caller has closed; a
# command that finds open what was closed.
SKIP:
{
    skip 'no strace', 6 if (run('strace', '-V'))[0] != 0;
    my $see = 'my @open = grep { -e "/proc/self/fd/$_" } 0 .. 2; open(my $out, ">", $ARGV[0]); print $out "open: @open\n"';
    for my $closed ('0<&-', '0<&- 1>&- 2>&-', '1>&- 2>&-')
    {
        my ($expected, $got, $trace) = map { "$work/$_" } qw(expected got trace);
        run('sh', '-c', "exec perl -e '$see' $expected $closed");
        run('sh', '-c', "exec strace -qq -o $trace -e trace=openat,open $tool exec $default -- perl -e '$see' $got $closed");
        is(slurp($got), slurp($expected), "$closed: closed for the command, too");
        # strace itself may open descriptors for what it traces: only the numbers count
        my ($opened) = slurp($trace) =~ /"default\.conf", O_RDONLY\S* = (\d+)/;
        cmp_ok($opened, '>', 2, "$closed: the policy is not opened as one of them");
    }
}

# ----------
# Usage
# ----------

# Broken by: a command line that is taken for something else.
for ([ [], 'nothing' ], [ [$default], 'no command' ], [ [ $default, '--' ], 'no command behind "--"' ], [ [ '--nonsense', $default, 'touch', $marker ], 'an unknown option' ],
    [ [ '-x', $default, 'touch', $marker ], 'a short one' ], [ [ $default, '--help', 'touch', $marker ], 'an option behind the policy' ],
    [ [ $default, '-x', '--', 'touch', $marker ], 'likewise' ])
{
    my ($status, $out, $err) = tool('exec', @{ $_->[0] });
    is($status . !!-e $marker . $out, 2, "$_->[1]: 2");
    like($err, qr/pg_seccomp exec/, '... and the usage is said');
}
like((tool('exec', '--help'))[1], qr/^Usage: pg_seccomp exec \[OPTION\.\.\.\] POLICY \[--\] CMD \[ARG\.\.\.\]\n(?s:.*)^Example:\n  pg_seccomp exec default -- postgres/m, '--help has an example');
like((tool('--help'))[1], qr/^  exec  /m, 'the tool lists it');

# ----------
# A server
# ----------

# Broken by: a launcher under which the module cannot report, or start at all; a
# caller's SIGSYS that reaches the server.
{
    my $cluster = PgSeccomp::Cluster->new;
    $cluster->start(policy => 'default', launcher => [ 'perl', '-e',
            '$SIG{SYS} = "IGNORE"; use POSIX; POSIX::sigprocmask(SIG_BLOCK, POSIX::SigSet->new(31)); exec @ARGV', $tool, 'exec', $default, '--' ]);
    install_attacks($cluster);
    $cluster->sql('CREATE EXTENSION pg_seccomp');
    is($cluster->sql("SELECT raw_syscall($mount)"), 'EPERM', 'a server below the launcher denies');
    is($cluster->sql("SELECT syscall, count, action FROM pg_seccomp_violations WHERE syscall = 'mount'"), 'mount|1|error', '... and reports, whatever SIGSYS was');
    is($cluster->sql('SELECT anchored, filters FROM pg_seccomp_status, pg_seccomp_processes WHERE pid = pg_backend_pid()'), 't|4', 'it is anchored, with one filter more');
    is($cluster->sql(q(SELECT string_agg(item, ' ') FROM pg_seccomp_check() WHERE status = 'fail')), '', 'the check finds no fault with it');
    $cluster->stop;

    # Broken by: a documented limit that is none, or a server that goes on bare
    my $no_prctl = policy("[Server]\nSystemCallRule=prctl arg0==PR_SET_NO_NEW_PRIVS deny\n");
    my $offset = $cluster->log_size;
    ok(!$cluster->start(policy => 'default', fails => 1, launcher => [ $tool, 'exec', $no_prctl, '--' ]), 'prctl denied by the launcher: the module does not start');
    like($cluster->log($offset), qr/FATAL:  could not attach .*\n.*an earlier filter denies it/, '... and says why');

    # permissive on permissive: each would-be denial runs, and is recorded
    my $permissive = policy("[Policy]\nMode=permissive\n[Server]\nSystemCallFilter=~mount\n");
    $cluster->start(policy => $permissive =~ s{.*/(.*)\.conf$}{$1}r, launcher => [ $tool, 'exec', $permissive, '--' ]);
    is($cluster->sql("SELECT raw_syscall($mount)"), 'EFAULT', 'permissive launcher and server: a call runs');
    is($cluster->sql("SELECT syscall, action FROM pg_seccomp_violations WHERE syscall = 'mount'"), 'mount|permissive', '... and is recorded');
    $cluster->stop;
}

done_testing();
