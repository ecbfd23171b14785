# tool_decode.pl
# pg_seccomp decode: records of seccomp in every form that logs have them, made
# from the kernel's format, and one that the kernel writes itself.
use strict;
use warnings;

use JSON::PP;
use POSIX qw(tzset strftime);
use Test::More;

use PgSeccomp::Attack qw(build_c machine);
use PgSeccomp::Tool qw(tool tool_with_input tool_json put root);

$ENV{TZ} = 'UTC';
$ENV{NO_COLOR} = 1;
tzset();

my $root = root();
my $native = machine() eq 'x86_64' ? 'x86-64' : 'arm64';
my $native_arch = $native eq 'x86-64' ? 'c000003e' : 'c00000b7';
my %nr = $native eq 'x86-64' ? (mount => 165, socket => 41, mmap => 9, getpid => 39, accept => 43, semget => 64, fcntl => 72, remap_file_pages => 216)
    : (mount => 40, socket => 198, mmap => 222, getpid => 172, accept => 202, semget => 190, fcntl => 25, remap_file_pages => 234);

my $time = 1795296477;
my @fields = (
    'auid=4294967295', 'uid=101', 'gid=104', 'ses=4294967295', 'subj=docker-default (enforce)', 'pid=29775',
    'comm="postgres"', 'exe="/usr/lib/postgresql/15/bin/postgres"', 'sig=0', "arch=$native_arch",
    "syscall=$nr{mount}", 'compat=0', 'ip=0x7f6741e24b09', 'code=0x7ffc0000');

# The fields as text, some of them with other values; undef leaves one out.
sub fields
{
    my (%other) = @_;
    return join ' ', map {
        my ($name) = /^(\w+)=/;
        exists $other{$name} ? defined $other{$name} ? "$name=$other{$name}" : () : $_
    } @fields;
}

# auditd's line.
sub seccomp { my ($serial, %other) = @_; return "type=SECCOMP msg=audit($time.577:$serial): " . fields(%other) . "\n" }

sub syscall_record
{
    my ($serial, $arguments, %other) = @_;
    my $nr = $other{syscall} // $nr{mount};
    my $arch = $other{arch} // $native_arch;
    my @a = @$arguments;
    return "type=SYSCALL msg=audit($time.577:$serial): arch=$arch syscall=$nr success=no exit=-14 "
        . "a0=$a[0] a1=$a[1] a2=$a[2] a3=$a[3] items=0 ppid=1 pid=29775 auid=4294967295 uid=101 gid=104 "
        . "euid=101 tty=(none) ses=4294967295 comm=\"postgres\" exe=\"/x\" key=(null)\n";
}

# What --json says of a text: (status, records, counts).
sub decoded
{
    my ($text, @options) = @_;
    my ($status, $out, $err) = tool_with_input($text, 'decode', '--json', @options);
    my $json = eval { JSON::PP->new->utf8->decode($out) } // {};
    diag($err) if $err;
    return ($status, $json->{records} // $json->{summary} // [], ($json->{counts} // [ {} ])->[0], $json);
}

# The only record of a text, or undef.
sub record { my ($status, $records) = decoded(@_); return $status == 0 && @$records == 1 ? $records->[0] : undef }

# ----------
# Forms
# ----------

# Broken by: a prefix that is not understood, or a field that is lost behind it.
{
    my $body = fields();
    my $stamp = "audit($time.577:2)";
    my $kernel = "audit: type=1326 $stamp: $body";
    my %forms = (
        'auditd' => "type=SECCOMP msg=$stamp: $body",
        'auditd, by number' => "type=1326 msg=$stamp: $body",
        'auditd, unknown to it' => "type=UNKNOWN[1326] msg=$stamp: $body",
        'auditd with a node' => "node=db1.example.net type=SECCOMP msg=$stamp: $body",
        'auditd, enriched' => "type=SECCOMP msg=$stamp: $body\x1dAUID=\"unset\" UID=\"postgres\" GID=\"postgres\" ARCH=x86_64 SYSCALL=mount",
        'audisp-syslog' => "Nov 22 05:45:04 host audisp-syslog[77]: type=SECCOMP msg=$stamp: $body",
        'dmesg' => "[  123.456789] $kernel",
        'dmesg of old kernels' => "[  123.456789] type=1326 $stamp: $body",
        'dmesg -T' => "[Sun Nov 22 05:45:04 2026] $kernel",
        'dmesg -r' => "<5>[  123.456789] $kernel",
        'dmesg -x' => "kern  :notice: [  123.456789] $kernel",
        'dmesg -x, info' => "kern  :info  : [  123.456789] $kernel",
        'dmesg -d' => "[34655.188925 <    0.000011>] $kernel",
        'dmesg, reltime' => "[  +0.000011] $kernel",
        'dmesg, iso' => "2026-11-22T05:45:04,188925+00:00 $kernel",
        'dmesg -t' => $kernel,
        'kernel:' => "kernel: $kernel",
        'kernel: and the clock' => "kernel: [  123.456789] $kernel",
        'journal' => "Nov 22 05:45:04 host kernel: $kernel",
        'journal without a host' => "Nov 22 05:45:04 kernel: $kernel",
        'syslog' => "Nov  2 05:45:04 host kernel: [  123.456789] $kernel",
        'rsyslog' => "2026-11-22T05:45:04.577123+00:00 host kernel: [  123.456789] $kernel",
        'journal, short-iso' => "2026-11-22T05:45:04+0000 host kernel: $kernel",
        'journal, short-precise' => "Nov 22 05:45:04.123456 host kernel: $kernel",
        'journal, short-full' => "Sun 2026-11-22 05:45:04 UTC host kernel: $kernel",
        'journal, short-unix' => "1795326198.501276 host kernel: $kernel",
        'journal, short-monotonic' => "[32871.880066] host kernel: $kernel",
        'journal, json' => encode_json({ MESSAGE => $kernel, _TRANSPORT => 'kernel', PRIORITY => '5', _SOURCE_MONOTONIC_TIMESTAMP => '1' }),
        'journal, json, message only' => encode_json({ MESSAGE => $kernel, _TRANSPORT => 'kernel' }),
        'journal, json, bytes' => encode_json({ MESSAGE => [ unpack 'C*', $kernel ], _TRANSPORT => 'kernel' }),
        "a DOS line's end" => "type=SECCOMP msg=$stamp: $body\r");
    my %want = (
        time => '2026-11-21T21:27:57.577+00:00', epoch => $time + 0.577, pid => 29775, process => 'postgres',
        exe => '/usr/lib/postgresql/15/bin/postgres', uid => 101, abi => $native, call => 'mount', arguments => undef,
        action => 'log', scope => undef, rule => undef, signal => undef, ip => '0x7f6741e24b09', serial => 2,
        node => undef, user => undef);
    for my $form (sort keys %forms)
    {
        is_deeply(record("$forms{$form}\n"), {
                %want, $form =~ /node/ ? (node => 'db1.example.net') : (), $form =~ /enriched/ ? (user => 'postgres') : () }, $form)
            or diag($forms{$form});
    }
    is_deeply(record($forms{auditd}), \%want, 'a last line without its end');
    my ($status, $records) = decoded(join "\n", values %forms);
    is("$status " . @$records, '0 ' . keys %forms, 'all forms in one log');
}

# Broken by: another clock than the log's, for journald's own form, which has
# neither the record's time nor its number.
{
    my $body = fields();
    my $year_of_past = strftime('%Y', gmtime(time - 3600));
    my $past = strftime('%b %e %H:%M:%S', gmtime(time - 3600));
    my $future = strftime('%b %e %H:%M:%S', gmtime(time + 30 * 86400));
    my $of = sub { my $r = record("$_[0] host audit[29775]: SECCOMP $body\n"); return $r ? "$r->{time} $r->{call} " . ($r->{serial} // '-') : '' };
    is($of->('2026-11-22T05:45:04+0000'), '2026-11-22T05:45:04.000+00:00 mount -', "journald's form, short-iso");
    is($of->('2026-11-22T05:45:04.123456+0130'), '2026-11-22T04:15:04.123+00:00 mount -', '... with a zone');
    is($of->('2026-11-22T05:45:04Z'), '2026-11-22T05:45:04.000+00:00 mount -', '... Zulu');
    is($of->('1795326198.501276'), '2026-11-22T05:43:18.501+00:00 mount -', '... short-unix');
    is($of->('Sun 2026-11-22 05:45:04 UTC'), '2026-11-22T05:45:04.000+00:00 mount -', '... short-full');
    like($of->($past), qr/^$year_of_past-.*T@{[ (split ' ', $past)[2] ]}\.000\+00:00 mount -$/, '... short: the year is added');
    like($of->($future), qr/^@{[ strftime('%Y', gmtime(time + 30 * 86400)) - 1 ]}-/, '... a date to come is of last year');
    is((record("[32871.880066] host audit[29775]: SECCOMP $body") // { time => 0 })->{time}, undef, '... short-monotonic: no time');
    my $json = { MESSAGE => "SECCOMP $body", _TRANSPORT => 'audit', _AUDIT_TYPE => '1326', _AUDIT_TYPE_NAME => 'SECCOMP',
        _AUDIT_ID => '2', _SOURCE_REALTIME_TIMESTAMP => "${time}577000", __REALTIME_TIMESTAMP => "${time}999000" };
    my $r = record(encode_json($json));
    is("$r->{time} $r->{serial} $r->{call}", '2026-11-21T21:27:57.577+00:00 2 mount', '... json: time and number beside it');
    is((record("SECCOMP $body") // {})->{time}, undef, '... journalctl -o cat: no time');
    $ENV{TZ} = 'Asia/Kolkata';
    is(record(seccomp(2))->{time}, '2026-11-22T02:57:57.577+05:30', 'local time');
    is(record(seccomp(2))->{epoch}, $time + 0.577, '... and not for the epoch');
    $ENV{TZ} = 'UTC';
}

# Broken by: ausearch's words taken for the kernel's numbers, or the reverse.
{
    my @words = qw(auid=unset uid=postgres gid=postgres ses=unset subj=unconfined pid=29775);
    my $line = sub {
        my ($date, $rest) = @_;
        return "type=SECCOMP msg=audit($date:2) : @words $rest ip=0x7f6741e24b09 code=log \n";
    };
    my $rest = 'comm=postgres exe=/usr/bin/postgres sig=SIG0 arch=x86_64 syscall=mount compat=0';
    for my $date ('11/22/2026 05:45:04.577', '11/22/26 05:45:04.577', '22/11/2026 05:45:04.577', '22.11.2026 05:45:04.577', '2026-11-22 05:45:04.577')
    {
        my $r = record($line->($date, $rest));
        is(join(' ', map { $r->{$_} // '-' } qw(time process exe uid user abi call action signal serial)),
            '2026-11-22T05:45:04.577+00:00 postgres /usr/bin/postgres - postgres x86-64 mount log - 2', "ausearch -i, $date");
    }
    my $r = record($line->('11/22/2026 05:45:04.577',
            'comm=my prog exe=/usr/bin/perl (deleted) sig=SIGSYS arch=x86_64 syscall=unknown-syscall(999) compat=0'));
    is("$r->{process}|$r->{exe}|$r->{call}|$r->{signal}", 'my prog|/usr/bin/perl (deleted)|999|SIGSYS', '... blanks in words');
    for ([ 'x86_64', 'pread', 'x86-64 pread64' ], [ 'i386', 'oldstat', 'x86 oldstat' ], [ 'aarch64', 'mount', 'arm64 mount' ],
        [ 'armeb', 'rmdir', 'arm rmdir' ], [ 'x86_64', 'unknown-syscall(1073741845)', 'x32 access' ],
        [ 's390x', 'rmdir', 's390x rmdir' ], [ 'unknown-elf-type(c00000f3)', 'pread', '0xc00000f3 pread' ],
        [ 'x86_64', 'newer_than_this', 'x86-64 newer_than_this' ])
    {
        my ($arch, $call, $want) = @$_;
        $r = record($line->('11/22/2026 05:45:04.577', "comm=x exe=/x sig=SIG0 arch=$arch syscall=$call compat=0"));
        is($r ? "$r->{abi} $r->{call}" : '', $want, "... arch=$arch syscall=$call");
    }
    for ([ 'kill', 'kill' ], [ 'kill-process', 'kill_process' ], [ 'trap', 'trap' ], [ 'errno', 'errno' ], [ 'user-notify', 'user_notif' ],
        [ 'trace', 'trace' ], [ 'allow', 'allow' ], [ 'unknown-seccomp-code(0x99990000)', '0x99990000' ])
    {
        my ($code, $want) = @$_;
        $r = record($line->('11/22/2026 05:45:04.577', $rest) =~ s/code=log/code=$code/r);
        is($r ? $r->{action} : '', $want, "... code=$code");
    }
    $r = record("type=SYSCALL msg=audit(11/22/2026 05:45:04.577:2) : arch=x86_64 syscall=mmap success=no exit=EFAULT(Bad address) "
            . "a0=0x0 a1=0x80003 a2=PROT_READ|PROT_WRITE a3=MAP_PRIVATE items=0 comm=x exe=/x key=(null) \n"
            . $line->('11/22/2026 05:45:04.577', $rest =~ s/mount/mmap/r));
    like($r->{arguments}, qr/^(?:NULL|0), \S+, PROT_READ\|PROT_WRITE, MAP_PRIVATE, \.\.\.$/, '... arguments that are words stay what they are');
    $r = record("type=SYSCALL msg=audit(11/22/2026 05:45:04.577:2) : arch=x86_64 syscall=mount a0=0x10 a1=dead a2=0x0 a3=0x0 items=0 \n"
            . $line->('11/22/2026 05:45:04.577', $rest));
    like($r->{arguments}, qr/^0x10, dead, /, '... even if they look like hexadecimal');
    like((tool_with_input($line->('11/22/2026 05:45:04.577', $rest), 'decode'))[1], qr/ postgres  x86-64 /, '... the user by name, in text');
}

# Broken by: a record that is believed because some program has logged it.
{
    my $kernel = "audit: type=1326 audit($time.577:2): " . fields();
    for my $line ("Nov 22 05:45:04 host postgres[123]: LOG:  kernel: $kernel", "Nov 22 05:45:04 host app: $kernel",
        "[  123.456789] app: $kernel", "user  :notice: [  123.456789] $kernel", "<13>[  123.456789] $kernel", "<9>[  123.456789] $kernel",
        "type=USER_CMD msg=audit($time.577:3): cmd=\"type=SECCOMP msg=audit($time.577:2): " . fields() . '"',
        "LOG:  statement: SELECT 'type=SECCOMP msg=audit($time.577:2): " . fields() . "'",
        encode_json({ MESSAGE => $kernel, _TRANSPORT => 'syslog', SYSLOG_IDENTIFIER => 'kernel' }),
        encode_json({ MESSAGE => $kernel, _TRANSPORT => 'stdout' }), encode_json({ MESSAGE => $kernel }), encode_json({ MESSAGE => $kernel, _TRANSPORT => ['kernel'] }), 'SECCOMP is enabled', 'audit: SECCOMP', 'type=SECC', '{', '{}', '[]', ' ', '')
    {
        my ($status, $records, $counts) = decoded("$line\n");
        is("$status " . @$records . " $counts->{malformed} $counts->{other}", '0 0 0 1', 'other: ' . substr($line, 0, 60));
    }
}

# ----------
# Fields
# ----------

# Broken by: a reader that counts on the kernel's order.
{
    my $want = record(seccomp(2));
    my @orders = ([ reverse @fields ], map { my $i = $_; [ @fields[ $i .. $#fields ], @fields[ 0 .. $i - 1 ] ] } 1 .. $#fields);
    # every two fields as neighbours, both ways
    for my $i (0 .. $#fields)
    {
        for my $j (grep { $_ != $i } 0 .. $#fields)
        {
            push @orders, [ @fields[ $i, $j ], map { $fields[$_] } grep { $_ != $i && $_ != $j } 0 .. $#fields ];
        }
    }
    my ($status, $records) = decoded(join '', map { "type=SECCOMP msg=audit($time.577:2): @$_\n" } @orders);
    is(scalar @$records, scalar @orders, @orders . ' orders of the fields: all are read');
    is_deeply([ grep { JSON::PP->new->canonical->encode($_) ne JSON::PP->new->canonical->encode($want) } @$records ], [], '... alike');
}

# Broken by: a field that is asked for without need, or one that is not and should be.
for my $name (map { /^(\w+)=/ } @fields)
{
    my ($status, $records, $counts) = decoded(seccomp(2, $name => undef));
    my $needed = $name =~ /^(?:syscall|code)$/ ? 1 : 0;
    is("$status $counts->{malformed}", "$needed $needed", "without $name: " . ($needed ? 'not read' : 'read'));
    isnt(JSON::PP->new->canonical->encode($records->[0]), JSON::PP->new->canonical->encode(record(seccomp(2))), '... and not shown')
        if !$needed && $name !~ /^(?:auid|gid|ses|subj|compat|sig)$/;
}

# Broken by: hexadecimal shown as it is, quotes that are none, escapes that reach a terminal.
{
    my %names = ('70672063' => 'pg c', '0A1B5B33316D27' => '\\x0a\\x1b[31m\'', 'C3A9' => "\x{e9}", 'FF' => '\\xff', 'E280AE61' => '\\xe2\\x80\\xaea');
    is(record(seccomp(2, comm => $_))->{process}, $names{$_}, "comm=$_") for sort keys %names;
    is(record(seccomp(2, comm => '"' . lc($_) . '"'))->{process}, lc $_, "comm=\"$_\" is no hexadecimal") for qw(70672063 cafe);
    is(record(seccomp(2, exe => '2F7573722F62696E2F706572202864656C6574656429'))->{exe}, '/usr/bin/per (deleted)', 'a file that is gone');
    is(record(seccomp(2, exe => '(null)'))->{exe}, undef, 'no file');
    is(record(seccomp(2, exe => '"/' . 'x' x 4095 . '"'))->{exe}, '/' . 'x' x 4095, 'the longest path');
    for ([ comm => '7067206' ], [ comm => 'postgres' ], [ comm => '7000' ], [ comm => '"postgres' ], [ comm => '"a"b' ], [ comm => '' ],
        [ comm => '"' . 'x' x 64 . '"' ], [ exe => '"/' . 'x' x 4096 . '"' ], [ arch => 'c000003e0' ], [ arch => 'x86_64' ],
        [ syscall => 'mount' ], [ syscall => '4294967296' ], [ syscall => '-2147483649' ], [ syscall => '0x10' ], [ syscall => '' ],
        [ syscall => '9' x 40 ], [ code => '0x7ff' ], [ code => '7ffc0000' ], [ code => '0x' ], [ code => '0x100000000' ], [ code => 'log' ],
        [ pid => 'x' ], [ uid => 'postgres' ], [ ip => '0xg' ], [ sig => 'SIGSYS' ])
    {
        my ($name, $value) = @$_;
        my ($status, $records, $counts) = decoded(seccomp(2, $name => $value));
        is("$status " . @$records . " $counts->{malformed}", '1 0 1', "not read: $name=" . substr($value, 0, 20));
    }
    my $twice = seccomp(2) =~ s/\n/ syscall=1\n/r;
    like((tool_with_input($twice, 'decode'))[2], qr/^pg_seccomp: note: 1 records could not be read, the first of them at <stdin>:1: a field comes twice$/m,
        'a field that comes twice');
    for my $stamp ('audit', "audit($time.577)", "audit($time:2)", "audit($time.5:2)", "audit(9999999999999.577:2)", "audit(253402300800.577:2)", "audit(13/32/2026 05:45:04.577:2)",
        "audit(11/22/2026 25:45:04.577:2)", "audit($time.577:99999999999)", "audit($time.577:2")
    {
        my ($status, $records, $counts) = decoded("type=SECCOMP msg=$stamp: " . fields());
        is("$status $counts->{malformed}", '1 1', "not read: msg=$stamp");
    }
}

# Broken by: the number of one ABI looked up in another.
for (
    [ 'c000003e', 165, 'x86-64', 'mount' ], [ '40000003', 21, 'x86', 'mount' ], [ 'c000003e', 0x40000000 + 165, 'x32', 'mount' ],
    [ 'c00000b7', 40, 'arm64', 'mount' ], [ '40000028', 21, 'arm', 'mount' ], [ 'c000003e', 999, 'x86-64', '999' ],
    [ 'c000003e', 0x40000000 + 999, 'x32', '1073742823' ], [ 'c000003e', -1, 'x32', '-1' ], [ 'c00000b7', 0x40000000 + 40, 'arm64', '1073741864' ],
    [ '80000016', 21, '0x80000016', '21' ], [ 'c00000f3', 40, '0xc00000f3', '40' ], [ '0', 40, '0x0', '40' ])
{
    my ($arch, $nr, $abi, $call) = @$_;
    my $r = record(seccomp(2, arch => $arch, syscall => $nr));
    is($r ? "$r->{abi} $r->{call}" : '', "$abi $call", "arch=$arch syscall=$nr");
}

# Broken by: data that is lost, or a word that is not the kernel's.
for ([ '0x7ffc0000', 'log' ], [ '0x7fff0000', 'allow' ], [ '0x50001', 'errno EPERM' ], [ '0x50026', 'errno ENOSYS' ], [ '0x50000', 'errno' ],
    [ '0x5ffff', 'errno 65535' ], [ '0x30000', 'trap' ], [ '0x80000000', 'kill_process' ], [ '0x0', 'kill_thread' ], [ '0x7fc00000', 'user_notif' ],
    [ '0x7ff00000', 'trace' ], [ '0x12340000', '0x12340000' ])
{
    my ($code, $action) = @$_;
    is(record(seccomp(2, code => $code))->{action}, $action, "code=$code");
}
is(record(seccomp(2, sig => 31))->{signal}, 'SIGSYS', 'sig=31');

# ----------
# Arguments
# ----------

# Broken by: arguments of another event or another call, or none although they are there.
{
    my @mount = qw(7ffd1234 0 7ffd5678 1000);
    my $want = '0x7ffd1234, NULL, 0x7ffd5678, MS_BIND, ...';
    is(record(syscall_record(2, \@mount) . seccomp(2))->{arguments}, $want, "the call's record stands before");
    is(record(seccomp(2) . syscall_record(2, \@mount))->{arguments}, $want, '... or behind');
    is(record(seccomp(2) . syscall_record(3, \@mount))->{arguments}, undef, '... of another event');
    is(record(seccomp(2) . (syscall_record(2, \@mount) =~ s/577/578/r))->{arguments}, undef, '... of another time');
    is(record(seccomp(2) . 'node=a ' . syscall_record(2, \@mount))->{arguments}, undef, '... of another machine');
    is(record(seccomp(2) . syscall_record(2, \@mount, syscall => $nr{getpid}))->{arguments}, undef, '... of another call');
    is(record(seccomp(2) . syscall_record(2, \@mount, arch => '40000003'))->{arguments}, undef, '... of another ABI');
    is(record(seccomp(2) . (syscall_record(2, \@mount) =~ s/a1=0/a1=zero/r))->{arguments}, '0x7ffd1234, ..., 0x7ffd5678, MS_BIND, ...', '... of which one is not known');
    is(record(seccomp(2) . (syscall_record(2, \@mount) =~ s/syscall=\d+/syscall=x/r))->{arguments}, undef, '... that cannot be read');
    is(record(seccomp(2, syscall => $nr{socket}) . syscall_record(2, [qw(10 80003 0 7fff)], syscall => $nr{socket}))->{arguments},
        'AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE', 'all arguments are known');
    is(record(seccomp(2, syscall => $nr{fcntl}) . syscall_record(2, [qw(3 1 0 0)], syscall => $nr{fcntl}))->{arguments}, '3, F_GETFD', '... fewer than there are registers');
    my ($other, $number) = $native eq 'x86-64' ? ('c00000b7', 198) : ('c000003e', 41);
    is(record(seccomp(2, arch => $other, syscall => $number) . syscall_record(2, [qw(10 80003 0 7fff)], arch => $other, syscall => $number))->{arguments},
        '0x10, 0x80003, 0', "another machine's: numbers");
    is(record(seccomp(2, syscall => $nr{mount}, pid => 1) . syscall_record(2, \@mount) . "type=PROCTITLE msg=audit($time.577:2): proctitle=00\n")->{arguments}, $want, 'a third record');

    my ($status, $records, $counts) = decoded(
        seccomp(2) . syscall_record(3, [qw(2 1 0 0)], syscall => $nr{socket}) . seccomp(3, syscall => $nr{socket}) . syscall_record(2, \@mount) . seccomp(4));
    is(join('|', map { $_->{serial} . ' ' . ($_->{arguments} // '-') } @$records), "2 $want|3 AF_INET, SOCK_STREAM, IPPROTO_IP|4 -", 'two events, interleaved; the order stays');
    is("$counts->{records} $counts->{malformed} $counts->{other}", '3 0 2', '... and counted');
}

# Broken by: memory for all records, or an order that depends on who has arguments.
{
    my $many = join '', map { seccomp($_, pid => $_) } 1 .. 9000;
    my ($status, $records) = decoded($many . syscall_record(9000, [qw(1 0 3 1000)]) . syscall_record(1, [qw(1 0 3 1000)]));
    is(join(',', map { $_->{pid} } @$records), join(',', 1 .. 9000), '9000 records: in order');
    is(join(',', map { $_->{serial} } grep { $_->{arguments} } @$records), '9000', '... arguments for those that are near');
    ($status, $records) = decoded(join '', map { seccomp($_) . syscall_record($_, [ sprintf('%x', $_), 0, 3, '1000' ]) } 1 .. 9000);
    is(scalar(grep { $_->{arguments} ne sprintf('%#x, NULL, 0x3, MS_BIND, ...', $_->{serial}) } @$records), 0, '... and each its own');
}

# Broken by: a table that outgrows memory.
{
    my $many = "type=1326 msg=audit(1.000:1): syscall=1 code=0x0\n" x 200_001;
    my ($status, $out, $err) = tool_with_input($many, 'decode');
    is("$status $out", '2 ', 'more records than a table has: none');
    like($err, qr/^pg_seccomp: there are more than 200000 records: use --summary/, '... and what to do');
    ($status, $out) = tool_with_input($many, 'decode', '--summary');
    like($out, qr/^200001 /m, '... --summary counts them');
}

# ----------
# Broken logs
# ----------

# Broken by: a cut that makes another record of it.
{
    my $line = seccomp(2);
    chomp $line;
    my ($status, $records) = decoded(join '', map { substr($line, 0, $_) . "\n" } 0 .. length($line) - 1);
    is($status . @$records, '10', 'cut off at each byte: none is read');
    ($status, $records) = decoded(join '', map { substr(seccomp(2, code => '0x50001'), 0, $_) . "\n" } 0 .. length($line) - 4);
    is($status . @$records, '10', '... an errno neither');
    my $dmesg = "[  123.456789] audit: type=1326 audit($time.577:2): " . fields();
    ($status, $records) = decoded(join '', map { substr($dmesg, $_) . "\n" } 1 .. length $dmesg);
    is_deeply([ grep { $_->{call} ne 'mount' || $_->{serial} != 2 } @$records ], [], 'cut off at its beginning: whole or not at all');
}

# Broken by: a long line of another program that is taken for a record, or a long record that is not.
{
    my $long = 'x' x 70_000;
    my $stdout = '{"_TRANSPORT":"stdout","MESSAGE":"' . $long . '"}';
    my $kernel = '{"_TRANSPORT":"kernel","MESSAGE":"audit: type=1326 audit(' . "$time.577:2): " . fields() . " $long\"}";
    for ([ 'x' x 65536, '0 0 0 1', 'a line of 64 KiB' ], [ 'x' x 65537, '0 0 0 1', 'one byte more' ],
        [ 'x' x 3_000_000 . "\n" . seccomp(2), '0 1 0 1', 'a long line, and what follows' ],
        [ "host app[1]: $long type=1326 audit(1.0:1): \n", '0 0 0 1', 'what looks like a record at its end' ],
        [ seccomp(2, comm => qq("$long")), '1 0 1 0', 'a long record' ], [ "$stdout\n" . seccomp(2), '0 1 0 1', 'a long entry of the journal' ],
        [ "$kernel\n", '1 0 1 0', "... of the kernel's" ], [ syscall_record(2, [qw(1 0 3 1000)], syscall => "1 $long"), '0 0 0 1', "a call's own record" ],
        [ "\0" x 70_000 . seccomp(2), '1 0 1 0', 'zeros without end do not hide a record' ])
    {
        my ($text, $want, $what) = @$_;
        my ($status, $records, $counts) = decoded($text);
        is("$status " . @$records . " $counts->{malformed} $counts->{other}", $want, $what);
    }
    like((tool_with_input($kernel, 'decode'))[2], qr/^pg_seccomp: note: 1 records could not be read, .*: the line is too long$/m, '... and why');
    my $log = put("broken\e[31m.log", seccomp(2, code => undef));
    like((tool('decode', $log))[2], qr/ at \S+broken\\x1b\[31m\.log:1: /, "a log's name is harmless");
}

# Broken by: four times the memory that a cell's text needs.
SKIP: {
    my $limit = sub { return PgSeccomp::Cluster::run($_[0], 'sh', '-c', "ulimit -v 200000 && exec \"\$0\" \"\$@\"", $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp", @_[1 .. $#_]) };
    skip 'a sanitized program takes all address space', 1 if ($limit->('', '--version'))[0] != 0;
    my ($status, $out, $err) = $limit->(seccomp(2, exe => '"/' . 'a' x 4000 . '"') x 15_000, 'decode');
    is("$status$err", '0', 'cells of 60 MB in twice as much memory');
}

# Broken by: strings that end at a zero, lines without end, foreign bytes.
{
    for ([ "type=SECCOMP msg=audit($time.577:2): auid=1\0 " . fields(), '1 0 1 0', 'a zero in a record' ],
        [ "\0\0\0\0" . seccomp(2), '1 0 1 0', 'zeros before one' ], [ "\0" x 5000, '0 0 0 1', 'zeros' ], [ "\0type=CWD\n\0\n", '0 0 0 2', 'zeros before others' ],
        [ seccomp(2) . "\n\n" . seccomp(3), '0 2 0 2', 'empty lines' ], [ '', '0 0 0 0', 'nothing' ], [ "\x80\xff\n", '0 0 0 1', 'no UTF-8' ],
        [ '{"MESSAGE":"audit: type=1326 audit(', '1 0 1 0', 'JSON cut off' ], [ '{"MESSAGE":null,"_AUDIT_TYPE":"1326"}', '0 0 0 1', 'JSON without a text' ],
        [ '{"MESSAGE":' . '[' x 5000, '0 0 0 1', 'deep JSON' ], [ '{"MESSAGE":["a",{}]}', '0 0 0 1', 'JSON with a list' ],
        [ join('', map { chr(int rand 256) } 1 .. 100_000), undef, 'noise' ])
    {
        my ($text, $want, $what) = @$_;
        my ($status, $records, $counts) = decoded($text);
        $want //= "$status 0 $counts->{malformed} $counts->{other}";
        is("$status " . @$records . " $counts->{malformed} $counts->{other}", $want, $what);
    }
    my $log = put('broken.log', "type=CWD\n" . seccomp(2) . seccomp(3, code => undef) . seccomp(4, syscall => 'x'));
    my ($status, $out, $err) = tool('decode', $log);
    is($status, 1, 'two cannot be read: 1');
    is($err, "pg_seccomp: note: 2 records could not be read, the first of them at $log:3: it does not say what the answer was\n", '... the first is named');
    is(() = $out =~ / mount /g, 1, '... the others are shown');
    my $json = (tool_json('decode', $log))[1];
    is_deeply($json->{counts}, [ { records => 1, malformed => 2, other => 1, first_malformed => "$log:3", reason => 'it does not say what the answer was' } ], '... in JSON');
}

# ----------
# Text, several files, summary
# ----------

# Broken by: a column that moves.
{
    my ($status, $out, $err) = tool_with_input(seccomp(2, comm => '1B5B33316D', code => '0x50001'), 'decode');
    like($out, qr/^time +pid +process +exe +uid +abi +call +arguments +action +scope +rule\n2026-11-21T21:27:57\.577\+00:00  29775  \\x1b\[31m +\/\S+ +101  $native +mount +errno EPERM *\n\z/,
        'text');
    is("$status$err", '0', '... and nothing else');
    my ($a, $b) = map { put("$_.log", seccomp($_)) } 1, 2;
    my $json = (tool_json('decode', $b, $a))[1];
    is(join(' ', map { $_->{serial} } @{ $json->{records} }), '2 1', 'several files, in their order');
    $json = (tool_json('decode', put('one.log', seccomp(1)), put('other.log', syscall_record(1, [qw(1 0 3 1000)]))))[1];
    ok($json->{records}[0]{arguments}, '... are one log');
    is((tool_with_input(seccomp(2), 'decode', '-'))[1] =~ s/^.*\n//r, (tool('decode', $b))[1] =~ s/^.*\n//r, '"-": standard input');
}

# Broken by: counts that run together, or an order that is not theirs.
{
    my $log = put('summary.log', join '', seccomp(2), seccomp(3, syscall => $nr{socket}), (map { seccomp($_, syscall => $nr{getpid}) =~ s/577/60$_/r } 4, 5, 6),
        seccomp(7, comm => '"sh"'), seccomp(8, code => '0x50001'), seccomp(9, syscall => $nr{socket}) =~ s/\($time/"(" . ($time - 60)/er, seccomp(10, arch => '40000003', syscall => 21));
    my ($status, $out, $err) = tool('decode', '--summary', $log);
    is("$status$err", '0', '--summary');
    my @rows = map { join ' ', split ' ' } split /\n/, $out;
    is_deeply(\@rows, [ 'count process abi call action scope rule first last',
            "3 postgres $native getpid log 2026-11-21T21:27:57.604+00:00 2026-11-21T21:27:57.606+00:00",
            "2 postgres $native socket log 2026-11-21T21:26:57.577+00:00 2026-11-21T21:27:57.577+00:00",
            "1 postgres $native mount log 2026-11-21T21:27:57.577+00:00 2026-11-21T21:27:57.577+00:00",
            "1 sh $native mount log 2026-11-21T21:27:57.577+00:00 2026-11-21T21:27:57.577+00:00",
            "1 postgres $native mount errno EPERM 2026-11-21T21:27:57.577+00:00 2026-11-21T21:27:57.577+00:00",
            '1 postgres x86 mount log 2026-11-21T21:27:57.577+00:00 2026-11-21T21:27:57.577+00:00' ], '... the most frequent first');
    my $json = (tool_json('decode', '--summary', $log))[1];
    is_deeply($json->{summary}[1], { count => 2, process => 'postgres', abi => $native, call => 'socket', action => 'log', scope => undef, rule => undef,
            first => '2026-11-21T21:26:57.577+00:00', last => '2026-11-21T21:27:57.577+00:00', first_epoch => $time - 60 + 0.577, last_epoch => $time + 0.577 }, '... in JSON');
    is_deeply($json->{counts}, [ { records => 9, malformed => 0, other => 0, first_malformed => undef, reason => undef } ], '... with counts');
    ok(!$json->{records}, '... instead of the records');
}

# ----------
# Policies
# ----------

# The line of a policy that begins so.
sub line_of
{
    my ($path, $pattern) = @_;
    open(my $file, '<', $path) or die $!;
    while (<$file>)
    {
        return $. if /$pattern/;
    }
    die "$path: no $pattern";
}

# Scope and rule that a policy has for a log of one event.
sub answer
{
    my ($policy, $text, @options) = @_;
    my ($status, $out, $err) = tool_with_input($text, 'decode', '--json', "--policy=$policy", @options);
    my $r = $status == 0 ? JSON::PP->new->utf8->decode($out)->{records}[0] : {};
    return join ' | ', map { ($_ // '-') =~ s/\Q$policy\E/P/gr } @$r{qw(scope rule)};
}

# Broken by: an answer of another scope, line or mode than the policy's.
{
    my $default = "$root/policy/default.conf";
    my $strict = "$root/policy/strict.conf";
    my $mount = line_of($default, qr/^SystemCallFilter=~\@obsolete/);
    is(answer($default, seccomp(2, code => '0x50001')), "server | P:$mount", 'default.conf: mount, EPERM');
    is(answer($default, seccomp(2, code => '0x50000')), "server | P:$mount", '... without the number, as the kernel writes it');
    is(answer($default, seccomp(2, code => '0x50026')), '- | -', '... ENOSYS: not of this policy');
    is(answer($default, seccomp(2)), '- | -', '... log: not while it is enforced');
    is(answer($default, seccomp(2, code => '0x30000')), "server | P:$mount", '... trap: a report');
    is(answer($default, seccomp(2, code => '0x80000000')), '- | -', '... kill: not of this policy');
    is(answer($default, seccomp(2, code => '0x50001', syscall => $nr{getpid})), '- | -', 'getpid: allowed');
    is(answer($default, seccomp(2, code => '0x50001', syscall => $nr{accept})), 'child | P:' . line_of($default, qr/^SystemCallFilter=~accept/), 'accept: the children');
    is(answer($default, seccomp(2, code => '0x50001', syscall => $nr{semget})), 'session | P:' . line_of($default, qr/^SystemCallFilter=~semctl/), 'semget: the session');
    my ($before) = PgSeccomp::Tool::slurp($strict) =~ /\A((?:.*\n)*?\[Session programs\]\n(?:(?!SystemCallFilter).*\n)*)/;
    my $programs = 1 + ($before =~ tr/\n//);
    like(answer($strict, seccomp(2, code => '0x50001', syscall => $nr{semget})),
        qr/^process:auxiliary, (?:process:[a-z ]+, )+session:programs, session:replication, session \| P:.*, P:$programs, P:\d+, P:\d+$/,
        'strict.conf: semget: all sections that have it not');
    is(answer($strict, seccomp(2, code => '0x50001', syscall => $nr{semget}), '--scope=session:programs'),
        "session:programs | P:$programs", '... of which one was asked for');
    is(answer($strict, seccomp(2, code => '0x50001', syscall => $nr{semget}), '--scope=server'), '- | -', '... or one that allows it');
    is(answer($default, seccomp(2, code => '0x50026', syscall => 999)), 'server | (not in the catalog)', 'a number that the catalog lacks');

    # Broken by: sections of processes that are not asked, are asked twice, or have names that others end with.
    my $processes = put('processes.conf', "[Server]\nSystemCallFilter=~swapon\n[Process checkpointer]\nSystemCallFilter=~acct\n[Process auxiliary]\nSystemCallFilter=~semget\n"
        . "[Process \"a session\"]\nSystemCallFilter=~semget\n[Session]\nSystemCallFilter=~semget\n");
    is(answer($processes, seccomp(2, code => '0x50001', syscall => $nr{semget})),
        'process:auxiliary, process:a session, session | P:6, P:8, P:10', 'process sections: each once');
    is(answer($processes, seccomp(2, code => '0x50001', syscall => $nr{semget}), '--scope=process:checkpointer'), 'process:auxiliary | P:6', '... below the one that was asked for');

    my $permissive = put('permissive.conf', PgSeccomp::Tool::slurp($default) =~ s/^Mode=enforce/Mode=permissive/mr);
    is(answer($permissive, seccomp(2)), "server | P:$mount", 'permissive: mount is logged');
    is(answer($permissive, seccomp(2, code => '0x50001')), '- | -', '... and not denied');
    is(answer($permissive, seccomp(2, syscall => 999)), 'server | (not in the catalog)', '... a number that the catalog lacks');
    my (undef, undef, $err) = tool_with_input(seccomp(2), 'decode', "--policy=$default");
    like($err, qr/^pg_seccomp: note: 1 records fit no scope of policy "\Q$default\E", whose mode is enforce: .*permissive mode$/m, 'what fits nowhere is said');

  SKIP:
    {
        skip 'x86-64 only', 3 if $native ne 'x86-64';
        my $abi = line_of($default, qr/^SystemCallArchitectures=/);
        is(answer($permissive, seccomp(2, arch => '40000003', syscall => 20)), "server | P:$abi", 'i386');
        is(answer($permissive, seccomp(2, syscall => 0x40000000 + 39)), "server | P:$abi", 'x32');
        is(answer($permissive, seccomp(2, arch => 'c00000b7', syscall => 40)), '- | -', "another machine's");
    }

    # rules on arguments
    my $families = line_of($default, qr/^RestrictAddressFamilies=AF_UNIX/);
    my $socket = sub { my (@a) = @_; return seccomp(2, syscall => $nr{socket}, code => '0x50000') . syscall_record(2, \@a, syscall => $nr{socket}) };
    is(answer($default, $socket->(qw(11 3 0 0))), "server | P:$families", 'arguments that are denied');
    is(answer($default, $socket->(qw(2 1 6 0))), '- | -', 'arguments that are not');
    like(answer($default, seccomp(2, syscall => $nr{socket}, code => '0x50000')), qr/^server \| P:$families(?:,\d+)* \(depends on arguments\)$/, 'arguments that are not known');
    is(answer($default, seccomp(2, syscall => $nr{socket}, code => '0x50005')), '- | -', '... none of which would have this answer');
    my $own = put('own.conf', "[Policy]\nVersion=1\n[Server]\nSystemCallFilter=~mount\nSystemCallLog=getpid\n[Session a]\nRole=a\nSystemCallRule=remap_file_pages arg4==5 errno ENOMEM\n"
            . "OnViolation=kill\nSystemCallFilter=~semget\n[Session b]\nRole=b\nSystemCallRule=remap_file_pages arg3!=0 deny\nSystemCallFilter=~semget:ENOSYS\nSystemCallLog=mount\n");
    is(answer($own, seccomp(2, syscall => $nr{getpid})), 'server | P:5', 'SystemCallLog');
    is(answer($own, seccomp(2)), '- | -', '... of a session, for what the server is denied');
    is(answer($own, seccomp(2, syscall => $nr{semget}, code => '0x80000000')), 'session:a | P:10', 'OnViolation=kill');
    is(answer($own, seccomp(2, syscall => $nr{semget}, code => '0x50026')), 'session:b | P:14', 'an errno of its own');
    is(answer($own, seccomp(2, syscall => $nr{semget}, code => '0x30000')), '- | -', 'trap: neither a kill nor a quiet denial');
    my $remap = sub { my ($code, @a) = @_; return seccomp(2, syscall => $nr{remap_file_pages}, code => $code) . syscall_record(2, \@a, syscall => $nr{remap_file_pages}) };
    is(answer($own, $remap->('0x50000', qw(0 1000 3 22))), 'session:a, session:b | P:8 (depends on arguments), P:13', 'a fifth argument, which no record has');
    is(answer($own, $remap->('0x50000', qw(0 1000 3 0))), 'session:a | P:8 (depends on arguments)', '... and none of the other');
    is(answer(put('off.conf', "[Policy]\nVersion=1\nMode=off\n[Server]\nSystemCallFilter=~mount\n"), seccomp(2, code => '0x50001')), '- | -', 'Mode=off');

    my ($status, $out) = tool_with_input(seccomp(2, code => '0x50001') x 3, 'decode', '--summary', "--policy=$default");
    my (undef, $both) = decoded(seccomp(2, code => '0x50001') . seccomp(3, code => '0x50026'), "--policy=$default");
    is(join(' ', map { $_->{scope} // '-' } @$both), 'server -', 'two answers to one call');
    like($out, qr/^ +3  postgres  $native  mount  errno EPERM  server  \Q$default\E:$mount  2026/m, '--summary with a policy');
}

# ----------
# Wrong use
# ----------

# Broken by: a command that does something with what it does not understand.
is((tool('decode', '/nonexistent'))[0], 2, 'no such file: 2');
is((tool('decode', $root))[0], 2, 'a folder: 2');
is((tool('decode', '--nonsense'))[0], 2, 'an unknown option: 2');
like((tool_with_input('', 'decode', '--scope=server'))[2], qr/--policy/, '--scope without --policy');
is((tool_with_input('', 'decode', '--scope=server'))[0], 2, '... 2');
is((tool_with_input('', 'decode', "--policy=$root/policy/default.conf", '--scope=nobody'))[0], 2, 'no such scope: 2');
is((tool_with_input('', 'decode', '--policy=' . put('bad.conf', "[Server]\nSystemCallFilter=~muont\n")))[0], 2, 'a policy with errors: 2');
like((tool('decode', '--help'))[1], qr/^Example:\n  journalctl .*pg_seccomp decode/m, '--help has an example');
{
    local $ENV{PATH} = $ENV{PATH};
    open(my $full, '>', '/dev/full') or die $!;
    my $pid = fork // die $!;
    if ($pid == 0)
    {
        open(STDOUT, '>&', $full);
        open(STDERR, '>', '/dev/null');
        open(STDIN, '<', '/dev/null');
        exec $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp", 'decode';
    }
    waitpid $pid, 0;
    is($? >> 8, 2, 'output that cannot be written: 2');
}

# ----------
# The kernel itself
# ----------

# Broken by: a format that is not what the kernel writes.
SKIP:
{
    skip 'the kernel does not log the action "log"', 1
        unless (eval { PgSeccomp::Tool::slurp('/proc/sys/kernel/seccomp/actions_logged') } // '') =~ /\blog\b/;
    my $child = build_c(<<'END');
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(void)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {4, insns};

    if (prctl(PR_SET_NAME, "dec \033[1m\"", 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        return 1;
    /* the kernel drops records when there are many: some tries */
    for (int i = 0; i < 3; i++)
    {
        syscall(SYS_getpgid, 0);
        usleep(50000);
    }
    return 0;
}
END
    my $pid = fork // die $!;
    exec $child if $pid == 0;
    waitpid $pid, 0;
    skip 'no filter can be loaded here', 1 if $?;
    my ($status, $dmesg, $err) = PgSeccomp::Cluster::run('', 'dmesg');
    skip "the kernel's log is not readable: $err", 1 if $status;
    my ($line) = $dmesg =~ /^(.*type=1326 .* pid=$pid comm=646563201B5B316D22 .*\n)/m;
    skip 'the kernel has not logged it: an audit daemon has it, or there were too many', 1 unless $line;
    my $r = record($line);
    is(join(' | ', map { $r->{$_} // '-' } qw(process exe uid abi call action signal)),
        join(' | ', 'dec \\x1b[1m"', $child, $<, $native, 'getpgid', 'log', '-'), "the kernel's own record");
    ok(abs($r->{epoch} - time) < 60, '... of now');
}

done_testing();
