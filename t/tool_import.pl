# tool_import.pl
# pg_seccomp import: published profiles, and small ones of every kind, against
# what libseccomp makes of them (t/lib/oci_oracle.c); systemd's units; and what is
# no profile.
use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP;
use File::Find;
use Test::More;

use PgSeccomp::Tool qw(tool tool_with_input put slurp root);

my $work = tempdir(CLEANUP => 1);
my $root = root();
my $native = `uname -m` =~ /x86_64/ ? 'x86-64' : 'arm64';
my $docker_name = $native eq 'x86-64' ? 'amd64' : 'arm64';
my $x86 = $native eq 'x86-64';
my $json = JSON::PP->new->canonical;
my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";

# ----------
# libseccomp's reading
# ----------

my $oracle = "$work/oracle";
{
    my ($status, undef, $err) = PgSeccomp::Cluster::run('', 'sh', '-c',
        "gcc -std=c99 -D_GNU_SOURCE -O1 -o '$oracle' '$root'/t/lib/oci_oracle.c '$root'/core/*.c -lseccomp -lacl");
    die "gcc: $err" if $status;
}

my @docker_caps = map { "CAP_$_" } qw(CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP
    NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE);
my %errno = (EPERM => 1, EINVAL => 22, ENOSYS => 38);
my %arch = (SCMP_ARCH_X86 => 'x86', SCMP_ARCH_X32 => 'x32', SCMP_ARCH_ARM => 'arm', SCMP_ARCH_X86_64 => 'x86-64',
    SCMP_ARCH_AARCH64 => 'arm64');

sub older { my ($a, $b) = map { /^(\d+)\.(\d+)/ ? $1 * 1000 + $2 : die $_ } @_; return $a < $b }

# Does an entry apply, as to Docker?
sub applies
{
    my ($entry, $has, $kernel) = @_;
    my ($in, $out) = map { $_ // {} } @$entry{qw(includes excludes)};
    return 0 if grep { $_ eq $docker_name } @{ $out->{arches} // [] };
    return 0 if grep { $has->{$_} } @{ $out->{caps} // [] };
    return 0 if $out->{minKernel} && !older($kernel, $out->{minKernel});
    return 0 if @{ $in->{arches} // [] } && !grep { $_ eq $docker_name } @{ $in->{arches} };
    return 0 if grep { !$has->{$_} } @{ $in->{caps} // [] };
    return 0 if $in->{minKernel} && older($kernel, $in->{minKernel});
    return 1;
}

# A profile as the oracle takes it.
sub entries
{
    my ($profile, $caps, $kernel) = @_;
    my %has = map { $_ => 1 } @$caps;
    my @arches = @{ $profile->{architectures} // [] };
    for (@{ $profile->{archMap} // [] })
    {
        push @arches, @{ $_->{subArchitectures} // [] } if ($arch{ $_->{architecture} } // '') eq $native;
    }
    my $err = sub { my ($number, $name) = @_; return $name ? $errno{$name} // $name : $number // 1 };
    my @lines = ("default $profile->{defaultAction} " . $err->(@$profile{qw(defaultErrnoRet defaultErrno)}));
    push @lines, "abi $arch{$_}" for grep { $arch{$_} } @arches;
    for my $entry (@{ $profile->{syscalls} })
    {
        next unless applies($entry, \%has, $kernel);
        my @args = map { ($_->{index}, $_->{op}, $_->{value} // 0, $_->{valueTwo} // 0) } @{ $entry->{args} // [] };
        push @lines, join(' ', 'call', $_, $entry->{action}, $err->(@$entry{qw(errnoRet errno)}), @args)
          for $entry->{name} || @{ $entry->{names} // [] };
    }
    return join("\n", @lines) . "\n";
}

# Import a profile, and compare what comes of it.  Returns exit status, policy, and
# standard error.
sub compare
{
    my ($what, $text, %how) = @_;
    my ($status, $out, $err) = tool('import', @{ $how{args} // [] }, put('profile.json', $text));
    like($out, qr/^\[Server\]$/m, "$what: a policy") or return diag($err);
    my (undef, $said, $problem) = PgSeccomp::Cluster::run(
        entries($json->decode($text), $how{caps} // \@docker_caps, $how{kernel} // '9.9'), $oracle, put('oracle.conf', $out));
    like($said, qr/\A\d+ calls, \d+ unknown to libseccomp\n\z/, "$what: libseccomp reads it alike") or diag("$said$problem");
    cmp_ok(($said =~ /^(\d+) calls/)[0] // 0, '>', 200, '... all calls');
    return ($status, $out, $err);
}

# ----------
# Published profiles
# ----------

# The file of a Debian package, which scripts/test has fetched; or undef.
sub published
{
    my ($package, $pattern) = @_;
    my $found;
    find(sub { $found = $File::Find::name if $File::Find::name =~ $pattern && -f }, grep { -d } root() . "/build/packages/$package");
    return $found;
}

for ([ 'golang-github-docker-docker-dev', qr{/profiles/seccomp/default\.json$}, "Docker's profile" ],
    [ 'golang-github-containers-common', qr{/containers/seccomp\.json$}, "Podman's profile" ])
{
    my ($package, $pattern, $what) = @$_;
    my ($path) = published($package, $pattern);
  SKIP:
    {
        skip("$package has no such file here", 1) unless $path;
        my $text = slurp($path);

        # Broken by: any word of a policy that stands for more or fewer calls than the
        # profile; any capability that is asked for wrongly.
        my ($status, $policy, $err) = compare($what, $text);
        is($status, 0, '... nothing is lost');
        unlike($err, qr/warning/, '... or said to be');
        my ($none_status, $none) = compare("$what without capabilities", $text, args => ['--capability=none'], caps => []);
        isnt($none, $policy, '... is another policy');
        compare("$what with more", $text, args => [ '--capability=sys_admin', '--capability=CAP_SYS_PTRACE' ],
            caps => [ @docker_caps, 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE' ]);
        compare("$what with only one", $text, args => [ '--capability=CAP_SYS_ADMIN', '--capability=none' ], caps => ['CAP_SYS_ADMIN']);
        compare("$what on an old kernel", $text, args => ['--kernel=4.7.3-old'], kernel => '4.7');
    }
}

# ----------
# Small profiles
# ----------

# A profile of these entries.
sub profile
{
    my ($default, @entries) = @_;
    my %members = ref $default ? %$default : (defaultAction => "SCMP_ACT_$default");
    return $json->encode({ %members, syscalls => \@entries });
}

sub entry
{
    my ($names, $action, @args) = @_;
    my %more = ref $args[-1] eq 'HASH' ? %{ pop @args } : ();
    ($action, my $err) = split /:/, $action;
    return { names => [ split / /, $names ], action => "SCMP_ACT_$action", args => [ map { arg(split / /) } @args ],
        (defined $err ? (errnoRet => $err + 0) : ()), %more };
}

sub arg
{
    my ($index, $op, $value, $two) = @_;
    return { index => $index + 0, op => "SCMP_CMP_$op", value => Math::BigInt->new($value), valueTwo => Math::BigInt->new($two // 0) };
}

use Math::BigInt;
$json->allow_bignum;

# Broken by: another operator; a comparison that is off by one, or looks at the
# wrong half; a mask that is taken for a value.
my @registers = ([ 'ioctl', 1, 'of 32 bits' ], [ 'lseek', 1, 'of 64 bits' ]);
for my $register (@registers)
{
    my ($call, $arg, $width) = @$register;
    for my $op (qw(EQ NE LT LE GT GE))
    {
        compare("$op, an argument $width", profile('ERRNO', entry($call, 'ALLOW', "$arg $op 21505")));
    }
    compare("MASKED_EQ, $width", profile('ERRNO', entry($call, 'ALLOW', "$arg MASKED_EQ 65280 21504")));
    compare("MASKED_EQ with bits beside the mask, $width", profile('ERRNO', entry($call, 'ALLOW', "$arg MASKED_EQ 65280 21505")));
    compare("a mask of 0, $width", profile('ERRNO', entry($call, 'ALLOW', "$arg MASKED_EQ 0 0")));
    compare("what says the same of everything, $width", profile('ERRNO', entry($call, 'ALLOW', "$arg GE 0"), entry('dup3', 'ALLOW', '0 LT 0')));
}
compare('64 bits: ' . $_, profile('ERRNO', entry('lseek', 'ALLOW', $_)))
  for '1 EQ 18446744073709551615', '1 GT 9223372036854775808', '1 LE 4294967296', '1 MASKED_EQ 18446744069414584320 4294967296',
  '1 NE 9223372036854775807', '1 GE 18446744073709551615';

# Broken by: a negative number that is no int any more; numbers that are past one.
{
    my (undef, $policy) = compare('numbers past 32 bits', profile('ERRNO',
        entry('ioctl', 'ALLOW', '1 LT 4294967296'), entry('dup3', 'ALLOW', '2 EQ 4294967297'), entry('socket', 'ALLOW', '0 NE 4294967297')));
    like($policy, qr/^SystemCallFilter=ioctl socket$/m, '... are past all');
    unlike($policy, qr/dup3/, '... or equal to none');
    (undef, $policy) = tool('import', put('negative.json', profile('ERRNO', entry('openat', 'ALLOW', '0 EQ 18446744073709551516'),
        entry('dup3', 'ALLOW', '0 GE 18446744071562067968'))));
    like($policy, qr/^SystemCallRule=openat arg0==AT_FDCWD allow$/m, 'a negative int, by its name');
    like($policy, qr/^SystemCallRule=dup3 arg0>=(?:0x80000000|2147483648|-2147483648) allow$/m, '... and all negative ones');
}

# Broken by: conditions of one entry that are taken for alternatives, or the other
# way round.
compare('two arguments in one entry', profile('ERRNO', entry('socket', 'ALLOW', '0 EQ 1', '1 MASKED_EQ 15 1')));
compare('an argument twice', profile('ERRNO', entry('socket', 'ALLOW', '0 EQ 1', '0 EQ 2', '1 EQ 3')));
compare('several entries', profile('ERRNO', map { entry('personality', 'ALLOW', "0 EQ $_") } 0, 8, 131072));
compare('a call with and without', profile('ERRNO', entry('ioctl', 'ALLOW', '1 EQ 1'), entry('ioctl', 'ALLOW'), entry('ioctl', 'ERRNO:5', '1 EQ 2')));
compare('twice without', profile('ERRNO', entry('mount', 'ERRNO:5'), entry('mount', 'ALLOW'), entry('bpf', 'ALLOW'), entry('bpf', 'ERRNO:5')));
compare('... which then leaves the call to another error', profile('ERRNO', entry('mount', 'ERRNO:1'), entry('mount', 'ERRNO:5')));
compare('... and to nothing else', profile('ERRNO', entry('mount', 'ERRNO:1'), entry('ioctl', 'ERRNO:1', '1 EQ 3')));
compare('an entry that says the default', profile('ERRNO', entry('mount', 'ERRNO:1'), entry('mount', 'ALLOW')));

# Broken by: a deny-list that is read as an allow-list; errors that get lost.
{
    my ($status, $policy, $err) = compare('a deny-list', profile('ALLOW', entry('mount bpf', 'ERRNO'), entry('ptrace', 'ERRNO:38'),
        entry('ioctl', 'ERRNO:13', '1 EQ 21522'), entry('read', 'ALLOW')));
    is($status, 1, '... which lets new calls run');
    like($err, qr/warning: defaultAction: calls that the catalog lacks answer ENOSYS/, '... as it says');
    like($policy, qr/^SystemCallFilter=~bpf mount$/m, '... an error that is SystemCallErrorNumber is a violation');
    like($policy, qr/^SystemCallFilter=~ptrace:ENOSYS$/m, '... another one is quiet');
    like($policy, qr/^SystemCallRule=ioctl arg1==TIOCSTI errno EACCES$/m, '... also with arguments');
    like($policy, qr/^# Loss: defaultAction: /m, '... and the policy has the loss, too');
}
# Broken by: a name where the reader takes a number only, or another value.
{
    my (undef, $policy) = compare('one flag of several', profile('ALLOW', entry('openat', 'ERRNO:5', '2 EQ 64')));
    like($policy, qr/^SystemCallRule=openat arg2==(?:0x40|64) /m, '... as a number');
}
compare('an empty list', profile('ERRNO'));
compare('an error of no name', profile('ERRNO', entry('mount', 'ERRNO:1000'), entry('ioctl', 'ERRNO:4094', '1 EQ 3')));
{
    my (undef, $policy) = compare('ENOSYS by default', profile({ defaultAction => 'SCMP_ACT_ERRNO', defaultErrnoRet => 38 },
        entry('read write', 'ALLOW'), entry('mount', 'ERRNO')));
    like($policy, qr/^SystemCallErrorNumber=EPERM\nSystemCallFilter=\@known:ENOSYS\n/m, '... is quiet beside another error');
    (undef, $policy) = compare('ENOSYS for all', profile({ defaultAction => 'SCMP_ACT_ERRNO', defaultErrnoRet => 38 }, entry('read write', 'ALLOW')));
    like($policy, qr/^SystemCallErrorNumber=ENOSYS$/m, '... is a violation');
}
{
    my (undef, $policy) = compare('logging', profile('ERRNO', entry('mount bpf', 'LOG'), entry('read', 'ALLOW'), entry('ioctl', 'LOG', '1 EQ 3')));
    like($policy, qr/^SystemCallLog=bpf ioctl mount$/m, '... by SystemCallLog');
    my ($status, undef, $err) = tool('import', put('log.json', profile('ALLOW', entry('ioctl', 'LOG', '1 EQ 3'))));
    like($err, qr/warning: "ioctl" is logged for some arguments only/, '... for some arguments is a loss');
    compare('logging by default', profile('LOG', entry('read write', 'ALLOW'), entry('mount', 'ERRNO')));
}

# Broken by: an action that has no equal here and is not told, or let through.
for my $action (qw(KILL KILL_THREAD KILL_PROCESS TRAP TRACE NOTIFY))
{
    my ($status, undef, $err) = compare("SCMP_ACT_$action", profile('ERRNO', entry('mount', $action), entry('ioctl', $action, '1 EQ 3')));
    is($status, 1, '... is lost');
    is(scalar(() = $err =~ /warning: syscalls\[[01]\]: SCMP_ACT_/g), 2, '... for each entry');
    next if $action eq 'NOTIFY';
    compare("SCMP_ACT_$action by default", profile($action, entry('read write', 'ALLOW'), entry('mount', 'ERRNO:5')));
}
like((tool('import', put('zero.json', profile('ALLOW', entry('mount', 'ERRNO:0')))))[2], qr/warning: syscalls\[0\]: error 0/, 'error 0 is told');
compare('error 0', profile('ALLOW', entry('mount', 'ERRNO:0')));

# Broken by: a test that no rule can have and that opens what it should not.
{
    my ($status, $policy, $err) = tool('import', put('pointer.json', profile('ERRNO', entry('read', 'ALLOW', '1 EQ 0'),
        entry('getpid', 'ALLOW', '0 EQ 1'))));
    is($status, 1, 'a test on a pointer that allows: lost');
    like($err, qr/warning: syscalls\[0\]: argument 1 of "read" is a pointer/, '... and told');
    unlike($policy, qr/^System.*\b(?:read|getpid)\b/m, '... nothing is let through by it');
    (undef, $policy) = tool('import', put('pointer.json', profile('ALLOW', entry('read', 'ERRNO:5', '1 EQ 0', '0 EQ 7'))));
    like($policy, qr/^SystemCallRule=read arg0==(?:0x)?7 deny$/m, 'one that denies: the denial is wider');
}

# Broken by: an order among entries that nobody meant; what libseccomp 2.5.4 makes of
# this is "allowed".
{
    my ($status, $policy, $err) = tool('import', put('overlap.json', profile('ERRNO',
        entry('fcntl', 'ALLOW', '1 EQ 1'), entry('fcntl', 'ERRNO:5', '0 EQ 2'))));
    is($status, 1, 'an overlap with different answers');
    like($err, qr/syscalls\[1\]: overlaps with syscalls\[0\] on "fcntl"/, '... is told');
    like($policy, qr/^SystemCallRule=fcntl arg0==2 errno EIO\n.*\nSystemCallRule=fcntl arg1==F_GETFD allow$/m, '... the denial first');
    (undef, undef, $err) = compare('no overlap', profile('ERRNO', entry('fcntl', 'ALLOW', '1 EQ 1', '0 NE 2'), entry('fcntl', 'ERRNO:5', '0 EQ 2', '1 LE 1')));
    unlike($err, qr/overlaps/, '... is none');
}

# Broken by: rules that are thought to leave nothing to others, and leave something.
{
    my @parts = map { entry('ioctl', /^1 MASKED_EQ 3 3/ ? 'ERRNO:5' : 'ALLOW', $_) } '1 MASKED_EQ 1 0', '1 MASKED_EQ 3 1', '1 MASKED_EQ 3 3';
    my (undef, $policy) = compare('entries that say all', profile({ defaultAction => 'SCMP_ACT_ERRNO', defaultErrnoRet => 38 }, @parts));
    is(scalar(() = $policy =~ /^SystemCallRule=/mg), 1, '... are as short as they can be');
    (undef, $policy) = compare('entries that say nearly all', profile({ defaultAction => 'SCMP_ACT_ERRNO', defaultErrnoRet => 38 }, @parts[ 0, 2 ]));
    is(scalar(() = $policy =~ /^SystemCallRule=/mg), 2, '... are all there');
}

# Broken by: another architecture's list that is taken, a foreign one that is
# refused, socketcall as a way around socket.
if ($x86)
{
    my @abis = (architectures => [qw(SCMP_ARCH_X86_64 SCMP_ARCH_X86 SCMP_ARCH_X32 SCMP_ARCH_S390X)], defaultAction => 'SCMP_ACT_ERRNO');
    my (undef, $policy) = compare('socketcall', profile({@abis}, entry('socket bind shmat', 'ALLOW'), entry('connect', 'ERRNO:5')));
    like($policy, qr/^SystemCallRule=socketcall arg0==SYS_SOCKET allow$/m, '... the operations of what is allowed');
    like($policy, qr/^SystemCallArchitectures=native x86 x32$/m, '... and the architectures');
    compare('socketcall itself', profile({@abis}, entry('socket', 'ALLOW'), entry('socketcall', 'ERRNO:5')));
    compare('socketcall on a deny-list', profile({ @abis, defaultAction => 'SCMP_ACT_ALLOW' }, entry('socket', 'ERRNO')));
    my ($status, $rules, $err) = tool('import', put('mux.json', profile({@abis}, entry('socket', 'ALLOW', '0 EQ 1'))));
    like($err, qr/warning: syscalls\[0\]: on x86 "socketcall" has its arguments in memory/, 'conditions there are told');
    unlike($rules, qr/^System.*socketcall/m, '... and let nothing through');
    is((tool('import', put('native.json', profile('ERRNO', entry('read', 'ALLOW')))))[1] =~ /^(SystemCallArch.*)/m && $1,
        'SystemCallArchitectures=native', 'no architectures: the native one');
}

# Broken by: names that are dropped in silence.
{
    my ($status, $policy, $err) = tool('import', put('names.json', profile('ERRNO', entry('read no_such_call s390_runtime_instr', 'ALLOW'))));
    like($err, qr/note: calls that no admitted ABI has, of no meaning here: s390_runtime_instr$/m, "another architecture's call");
    like($err, qr/note: names that neither the catalog nor libseccomp knows.*: no_such_call$/m, 'a misspelt one');
    ($status, undef, $err) = tool('import', put('names.json', profile('ERRNO', { %{ entry('read', 'ALLOW') }, arg => [] })));
    like($err, qr/warning: syscalls\[0\]: unknown member "arg" is ignored/, 'a misspelt member');
    is($status, 1, '... is a loss');
}

# Broken by: a fold that takes members along that the profile does not have, or names
# each one of a family that it has.
{
    my (undef, $policy) = compare('a family in part', profile('ERRNO', entry('openat read', 'ALLOW')));
    like($policy, qr/^SystemCallFilter=openat! read!$/m, '... with "!"');
    my $family = join ' ', grep { !$x86 ? !/^(?:open|creat)$/ : 1 } qw(creat open openat openat2);
    (undef, $policy) = compare('a whole family', profile('ERRNO', entry("$family read", 'ALLOW')));
    like($policy, qr/^SystemCallFilter=open read!$/m, '... by its name');
    (undef, $policy) = compare('a group', profile('ERRNO', entry('chown fchown fchownat lchown', 'ALLOW')));
    like($policy, qr/^SystemCallFilter=\@chown$/m, '... by its name');
    (undef, $policy) = compare('a group in part', profile('ERRNO', entry('chown fchown', 'ALLOW')));
    unlike($policy, qr/\@chown/, '... is none');
}

# Broken by: PostgreSQL's needs that are not looked at.
{
    my ($status, $policy, $err) = tool('import', put('few.json', profile('ERRNO', entry('read', 'ALLOW'))));
    is($status, 1, 'a profile without what PostgreSQL needs');
    like($err, qr/^policy:(\d+): warning: \[Server\] denies what PostgreSQL cannot survive without: /m, '... as the reader says');
    # Broken by: what the reader says, left out of the policy; lines of the policy without it.
    my ($line) = $err =~ /^policy:(\d+): warning/m;
    like($policy, qr/^# Loss: policy:$line: \[Server\] denies what PostgreSQL/m, '... and the policy, too');
    is((split /\n/, $policy)[ $line - 1 ], 'SystemCallFilter=read!', '... of the line that is meant');
    like($policy, qr/^SystemCallFilter=read!$/m, '... but the policy is there');
}

# ----------
# Forms
# ----------

{
    my $text = $json->encode({ defaultAction => 'SCMP_ACT_ERRNO', defaultErrno => 'ENOSYS', defaultErrnoRet => 1, architectures => undef,
        syscalls => [ { name => 'mount', action => 'SCMP_ACT_ERRNO', errno => 'EPERM', args => undef }, entry('read', 'ALLOW') ] });
    my (undef, $policy) = compare("Docker's old name, Podman's errors, nulls", $text);
    like($policy, qr/^SystemCallFilter=\@known:ENOSYS$/m, "... an error's name beats its number");
    my $config = $json->encode({ ociVersion => '1.0.2', process => { oomScoreAdj => -999 }, linux => { seccomp => $json->decode($text) } });
    is((tool('import', put('profile.json', $config)))[1], $policy, "a container's config.json");
    is((tool_with_input($config, 'import', '-'))[1] =~ s/: -\./: /r, $policy =~ s/: \S+profile\.json\./: /r, 'standard input');

    my $file = "$work/out.conf";
    my ($status, $table, $err) = tool('import', "--output=$file", put('profile.json', $text));
    is(slurp($file) =~ s/\Q$file\E:/policy:/gr, $policy, '--output');
    like($table, qr/^kind +where +text$/m, '... and a table');
    is($err, '', '... instead of lines');
    my $losses = $json->decode((tool('import', '--json', "--output=$file", put('profile.json', $text)))[1])->{losses};
    ok(@$losses && !grep({ $_->{kind} !~ /^(?:loss|note)$/ } @$losses), '--json');
    is((tool('import', '--json', put('profile.json', $text)))[0], 2, '--json without --output: 2');
    is((tool('import', "--output=$work/none/x", put('profile.json', $text)))[0], 2, 'an output that cannot be: 2');

    # Broken by: a file that is written to in place, or beside which something is left.
    my $folder = tempdir(DIR => $work);
    open(my $old, '>', "$folder/out.conf") or die $!;
    print $old "old\n";
    close $old;
    open(my $reader, '<', "$folder/out.conf") or die $!;
    tool('import', "--output=$folder/out.conf", put('profile.json', $text));
    is(do { local $/; <$reader> }, "old\n", '--output over a file: whoever has it open reads the old one');
    is(slurp("$folder/out.conf") =~ s/\Q$folder\E\/out\.conf:/policy:/gr, $policy, '... who opens it the new one');
    is(join(' ', map { s/.*\///r } glob("$folder/*")), 'out.conf', '... and nothing is beside it');
    is((tool('import', '--output=/dev/full', put('profile.json', $text)))[0], 2, 'a full device: 2');
}

# Broken by: text of a profile that ends its comment, or moves a terminal.
{
    my $evil = "x\n[Session]\r\x1b[2J\x{202e}" . 'a' x 1000;
    my ($status, $policy, $err) = tool('import', put('evil.json', JSON::PP->new->utf8->allow_bignum->encode({ defaultAction => 'SCMP_ACT_ERRNO', $evil => 1,
        syscalls => [ entry("read $evil", 'ALLOW'), entry('ioctl', 'ALLOW', '1 EQ 3', { comment => $evil }) ] })));
    unlike($policy . $err, qr/[^\x20-\x7e\n\t]/, 'nothing but printable text');
    unlike($policy . $err, qr/^\[Session\]/m, '... on no line of its own');
    like($policy, qr/^# syscalls\[1\]: x\\x0a\[Session\]/m, '... in the comment');
}

# ----------
# What is no profile
# ----------

my $deep = '[' x 100000;
my $many = '{"syscalls":[' . join(',', (0) x 600000) . ']}';
my $huge = ' ' x (16 * 1024 * 1024 + 1);
for (
    [ '', qr/neither a seccomp profile/, 'nothing' ],
    [ '{', qr/:1: error: /, 'half of one' ],
    [ '[]', qr/neither/, 'an array' ],
    [ '{}', qr/there is no "defaultAction"/, 'an empty object' ],
    [ '{"linux":{}}', qr/no linux\.seccomp/, 'a container without one' ],
    [ '{"linux":{"seccomp":[]}}', qr/no object/, 'an array there' ],
    [ '{"defaultAction":1}', qr/"defaultAction" is no string/, 'a number' ],
    [ '{"defaultAction":"SCMP_ACT_NONE"}', qr/unknown action "SCMP_ACT_NONE"/, 'an unknown action' ],
    [ '{"defaultAction":"SCMP_ACT_ALLOW","defaultAction":"SCMP_ACT_KILL"}', qr/duplicate/, 'a duplicate' ],
    [ "{\"defaultAction\":\"SCMP_ACT_ALLOW\0\"}", qr/NUL/, 'a NUL byte' ],
    [ '{"defaultAction":"SCMP_ACT_ALLOW\u0000"}', qr/error/, 'a NUL character' ],
    [ "{\"x\":\"\xff\"}", qr/error/, 'no UTF-8' ],
    [ "{\"x\":$deep", qr/levels/, 'depth' ],
    [ $many, qr/more than \d+ values/, 'many values' ],
    [ $huge, qr/more than \d+ bytes/, 'many bytes' ],
    [ profile('ALLOW', {}), qr/syscalls\[0\]: there are no "names"/, 'an empty entry' ],
    [ profile('ALLOW', 7), qr/syscalls\[0\]: no object/, 'no entry' ],
    [ profile('ALLOW', { names => 'read', action => 'SCMP_ACT_LOG' }), qr/"names" is no array/, 'no array' ],
    [ profile('ALLOW', { names => [ [] ], action => 'SCMP_ACT_LOG' }), qr/no string/, 'no name' ],
    [ profile('ALLOW', { names => [''], action => 'SCMP_ACT_LOG' }), qr/a name is empty/, 'an empty name' ],
    [ profile('ALLOW', { names => ['read'], name => 'write', action => 'SCMP_ACT_LOG' }), qr/both "name" and "names"/, 'two kinds of names' ],
    [ profile('ALLOW', { names => ['read'] }), qr/syscalls\[0\]: there is no "action"/, 'no action' ],
    [ profile('ALLOW', entry('read', 'ERRNO:70000')), qr/"errnoRet" is no integer from 0 to 4094/, 'an error that is too large' ],
    [ profile('ALLOW', entry('read', 'ERRNO', { errno => 'EFOO' })), qr/unknown error "EFOO"/, 'an unknown error' ],
    [ profile('ALLOW', entry('read', 'ERRNO', { errno => '99999' })), qr/unknown error "99999"/, '... as a number' ],
    [ profile('ALLOW', entry('read', 'LOG', '6 EQ 0')), qr/"index" is no integer from 0 to 5/, 'a seventh argument' ],
    [ profile('ALLOW', entry('read', 'LOG', '0 ODD 0')), qr/unknown operator "SCMP_CMP_ODD"/, 'an unknown operator' ],
    [ profile('ALLOW', { names => ['read'], action => 'SCMP_ACT_LOG', args => [ { op => 'SCMP_CMP_EQ' } ] }), qr/no "index"/, 'no index' ],
    [ profile('ALLOW', entry('read', 'LOG', { includes => [] })), qr/"includes" is no object/, 'no filter' ],
    [ profile('ALLOW', entry('read', 'LOG', { includes => { minKernel => 'x' } })), qr/"x" is no kernel version/, 'no version' ],
    [ profile('ALLOW', entry('read', 'LOG', { excludes => { caps => [1] } })), qr/"caps" has what is no string/, 'no capability' ],
    [ profile({ defaultAction => 'SCMP_ACT_ALLOW', architectures => ['x86'] }), qr/unknown architecture "x86"/, 'an unknown architecture' ],
    [ profile({ defaultAction => 'SCMP_ACT_ALLOW', architectures => ['SCMP_ARCH_X86'], archMap => [ {} ] }), qr/both "architectures"/, 'two kinds of those' ],
    # Broken by: what stands for large numbers, taken from the text; numbers where no value stands.
    [ '{"x":"\u0001-5"}', qr/control character/, 'a string that looks like a large number' ],
    [ "{\"x\":\"a\\n\\u0001\"}", qr/control character/, '... anywhere in it' ],
    [ "{\"\x01\":1}", qr/control character/, '... as a byte' ],
    [ '{18446744073709551615:1}', qr/error/, 'a large number as a key' ],
    [ '{"a":1, 18446744073709551615 :1}', qr/error/, '... the second one' ],
    [ '{"a":[] 18446744073709551615}', qr/error/, '... behind a value' ],
    [ ']]]]{', qr/neither/, 'brackets that close nothing' ],
    [ '{}' . ']' x 100, qr/error/, '... behind a profile' ],
    map { my $number = $_; [ profile('ALLOW', entry('read', 'LOG', '0 EQ 7')) =~ s/"value":7/"value":$number/r, qr/error: .*\bvalue|error: /, "the number $number" ] }
      qw(-1 1.0 1e3 18446744073709551616 100000000000000000000000 "7" "\u00015" "\u0001-5" "\u000118446744073709551615x" true 0x7 07 -18446744073709551615))
{
    my ($text, $message, $what) = @$_;
    my ($status, $out, $err) = tool('import', put('bad.json', $text));
    is($status, 2, "$what: refused");
    like($err, $message, '... with the reason');
    is($out, '', '... and nothing written');
}
is((tool('import', "$work/none"))[0], 2, 'no such file: 2');
is((tool('import'))[0], 2, 'no file: 2');
is((tool('import', '--capability=CAP_NONE', '/dev/null'))[0], 2, 'no such capability: 2');
is((tool('import', '--kernel=six', '/dev/null'))[0], 2, 'no such kernel: 2');
like((tool('import', '--help'))[1], qr/^Example:\n  pg_seccomp import/m, '--help has an example');

# Broken by: a search that takes a time that grows with the square of a file, or
# rules without an end.
{
    my @many = map { entry('ioctl', $_ % 2 ? 'ALLOW' : 'ERRNO:5', "1 EQ $_", "2 GT $_") } 1 .. 10000;
    my $start = time;
    my ($status, $policy, $err) = tool('import', put('many.json', profile('ERRNO', @many)));
    cmp_ok(time - $start, '<', 30, 'many entries: in time');
    like($err, qr/warning: more than 512 conditions on "ioctl": it is denied/, '... or denied');
    my @calls = map { entry('read write close dup dup3 fcntl ioctl lseek', $_ % 2 ? 'ALLOW' : 'ERRNO:5', "0 GT $_", "0 LT $_") } 1 .. 250;
    $start = time;
    tool('import', put('many.json', profile('ERRNO', @calls)));
    cmp_ok(time - $start, '<', 60, 'many overlaps: in time');
}
# Broken by: a guess that is told as a fact.
{
    # 40000 pairs to be searched
    my @searched = map { (entry('dup', 'ALLOW', "0 LT $_"), entry('dup', 'ERRNO:5', '0 GT ' . ($_ + 1000))) } 1 .. 200;
    my ($status, undef, $err) = tool('import', put('many.json', profile('ERRNO', @searched)));
    like($err, qr/: may overlap with syscalls\[\d+\] on "dup"/, 'a search that is stopped: said so') or diag($err);
}
# as many as there may be
compare('512 conditions', profile('ERRNO', map { entry('ioctl', 'ALLOW', "1 MASKED_EQ 65535 $_") } 1 .. 512));

# ----------
# Units
# ----------

# [Server] as a unit's text comes to, without comments.
sub unit
{
    my ($text) = @_;
    my ($status, $out, $err) = tool('import', put('unit.service', $text));
    $out =~ s/\A.*^\[Server\]\n//ms;
    $out =~ s/^#.*\n//mg;
    return ($status, $out, $err);
}

# Broken by: a directive that is read otherwise than systemd does.
for (
    [ "SystemCallArchitectures=native\nSystemCallFilter=~\@mount bpf\nSystemCallErrorNumber=EACCES",
        "SystemCallArchitectures=native\nSystemCallFilter=~\@mount\nSystemCallFilter=~bpf\nSystemCallErrorNumber=EACCES\n", 0, 'a deny-list' ],
    [ "SystemCallArchitectures=native\nSystemCallErrorNumber=1\nSystemCallFilter=\@system-service\nSystemCallFilter=~\@privileged openat2:EIO",
        "SystemCallArchitectures=native\nSystemCallErrorNumber=1\nSystemCallFilter=\@default\nSystemCallFilter=\@system-service\n"
          . "SystemCallFilter=~\@privileged\nSystemCallFilter=~openat2!\n", 0, 'an allow-list' ],
    [ "SystemCallArchitectures=native\nSystemCallErrorNumber=EPERM\nSystemCallFilter=~ptrace:ENOSYS \\\n# between\n  mount:kill open\nSystemCallFilter=ptrace:EIO",
        "SystemCallArchitectures=native\nSystemCallErrorNumber=EPERM\nSystemCallFilter=~ptrace:ENOSYS\nSystemCallFilter=~mount open!\nSystemCallFilter=ptrace\n",
        1, 'errors of their own, a continued line' ],
    [ "SystemCallArchitectures=native x32 pdp11\nSystemCallErrorNumber=EPERM\nSystemCallFilter=~mount\nSystemCallFilter=\nSystemCallFilter=~\@nogroup no_call swapon",
        "SystemCallArchitectures=native x32\nSystemCallErrorNumber=EPERM\nSystemCallFilter=~mount\nSystemCallFilter=\nSystemCallFilter=~swapon\n", 1, 'a reset, unknown words' ],
    [ "SystemCallArchitectures=native\nSystemCallErrorNumber=EPERM\nSystemCallFilter=~mount\nSystemCallFilter=\nSystemCallFilter=read",
        "SystemCallArchitectures=native\nSystemCallErrorNumber=EPERM\nSystemCallFilter=~mount\nSystemCallFilter=\nSystemCallFilter=\@default\n"
          . "SystemCallFilter=read!\n", 1, 'a reset to the other kind of list' ],
    [ "SystemCallArchitectures=native\nRestrictNamespaces=~user pid\nLockPersonality=Y\nProtectHostname=private\nRestrictAddressFamilies=AF_UNIX AF_FOO\nNoNewPrivileges=yes\n[Install]\nLockPersonality=no",
        "SystemCallArchitectures=native\nRestrictNamespaces=~user pid\nLockPersonality=yes\nRestrictAddressFamilies=AF_UNIX\n", 1, 'the other directives' ],
    [ "SystemCallArchitectures=native\nSystemCallLog=~read write\nRestrictAddressFamilies=none",
        "SystemCallArchitectures=native\nSystemCallLog=~read! write!\nRestrictAddressFamilies=none\n", 1, 'what is logged, what PostgreSQL needs' ])
{
    my ($lines, $expected, $loses, $what) = @$_;
    my ($status, $server, $err) = unit("[Unit]\nDescription=x\n[Service]\n$lines\n");
    is($server, $expected, "$what: as it is here");
    is(scalar($err =~ /: warning: /), $loses ? 1 : '', '... with what is lost') or diag($err);
}
{
    my ($status, $server, $err) = unit("# a drop-in\n[Service]\nSystemCallFilter=~mount\nRestrictFileSystems=ext4\nPrivateDevices=yes\n");
    is($status, 1, 'a unit without SystemCallErrorNumber');
    like($err, qr/warning: without SystemCallErrorNumber systemd kills/, '... kills');
    like($err, qr/unit\.service:4: note: RestrictFileSystems is not taken over/, '... and what is not here is told');
    like($err, qr/unit\.service:5: note: PrivateDevices is not taken over/, '... so is what is implied');
    like($server, $x86 ? qr/^SystemCallArchitectures=native x86 x32$/m : qr/^SystemCallArchitectures=native arm$/m, '... all ABIs');
}
for ([ "[Unit]\nX=1\n", qr/neither/, 'no [Service]' ], [ "[Service]\nUser=x\n", qr/no directive about system calls/, 'nothing in it' ],
    [ "[Service]\nX=\x01\n", qr/control character/, 'no text' ], [ "[Service]\nSystemCallFilter=~mount", qr/does not end in a newline/, 'half of one' ])
{
    my ($text, $message, $what) = @$_;
    my ($status, $out, $err) = tool('import', put('bad.service', $text));
    is("$status$out", 2, "a unit: $what");
    like($err, $message, '... with the reason');
}
# Broken by: memory that grows with the square of a file; a value that is judged again.
for (
    [ 0, "SystemCallErrorNumber=1\nRestrictAddressFamilies=", 'AF_UNIX ', '', 'a word again and again' ],
    [ 1, 'RestrictAddressFamilies=', 'AF_FOO AF_UNIX ', '', '... beside one that is unknown' ],
    [ 1, "RestrictNamespaces=~user\nRestrictAddressFamilies=AF_UNIX\n", "RestrictNamespaces=pid\n", 'LockPersonality=yes', 'a line again and again' ],
    [ 1, 'SystemCallFilter=~', '@mount:EIO @swap ', '', 'groups' ],
    [ 1, 'SystemCallFilter=~', 'dup:1 dup:2 ', '', 'errors' ],
    [ 1, 'SystemCallFilter=~', sub { "x$_[0] " }, '', 'unknown calls' ],
    [ 2, 'SystemCallFilter=~', sub { "dup:E$_[0] " }, '', 'unknown errors' ],
    [ 2, 'RestrictAddressFamilies=', sub { "AF_$_[0] " }, '', 'unknown words' ])
{
    my ($expected, $start, $repeat, $end, $what) = @$_;
    my $text = "[Service]\n$start";
    for (my $i = 0; length($text) < 1024 * 1024 - 100; $i++)
    {
        $text .= ref $repeat ? $repeat->($i) : $repeat;
    }
    my $path = put('large.service', "$text$end\n");

    # a sanitizer reserves more than that for itself
    my $limit = 'ulimit -v 307200; ';
    $limit = '' if (PgSeccomp::Cluster::run('', 'sh', '-c', $limit . 'exec "$@"', 'sh', $tool, '--version'))[0] != 0;
    my $before = time;
    my ($status, undef, $err) = PgSeccomp::Cluster::run('', 'sh', '-c', $limit . 'exec "$@"', 'sh', $tool, 'import',
        '--output=/dev/null', $path);
    is($status, $expected, "1 MiB of a unit, $what: in 300 MB") or diag(substr($err, 0, 1000));
    cmp_ok(time - $before, '<', $limit ? 10 : 100, '... and in time');
}
like((tool('import', put('large.service', "[Service]\nLockPersonality=yes\n" . '#' x 1048576 . "\n")))[2], qr/larger than 1048576 bytes/, 'more than 1 MiB: refused');

# units of this machine, whatever they have
for my $path (grep { slurp($_) =~ /^SystemCallFilter=/m } glob '/usr/lib/systemd/system/*.service /lib/systemd/system/*.service')
{
    my ($status, $out, $err) = tool('import', $path);
    ok($status < 2 && $out =~ /^SystemCallFilter=/m, "$path") or diag($err);
}

done_testing();
