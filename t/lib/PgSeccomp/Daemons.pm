# Daemons.pm
# What a server talks to beside its clients, on a machine of the test's own:
# a mount and a network namespace with a copy of /etc, a /dev without a log,
# and nothing but loopback.  So ports such as 53 and 113 are free, and neither
# the real machine's files nor its daemons are touched.
#
# Daemons are Debian's where they start from a configuration of their own, else
# a few lines of Perl: DNS and syslog answer what libc asks.
package PgSeccomp::Daemons;

use strict;
use warnings;

use Carp;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(AF_INET AF_INET6 SOCK_DGRAM inet_aton inet_pton pack_sockaddr_in);

use PgSeccomp::Cluster;

our @EXPORT_OK = qw(enter_private_machine $second_address put_file start_dns start_ident start_kdc start_ldap
  start_radius start_syslog stop_daemon new_ticket notify_socket add_unix_user);

# Who connects to it comes from it: 127.0.0.2 would be called by 127.0.0.1.
our $second_address = '192.0.2.1';
our $realm = 'PG.TEST';
our $dir;           # the machine's disk, gone with it
my @pids;
my $owner = 0;

# ----------
# The machine
# ----------

# Runs the test again inside it; returns there.  Returns a reason if this
# machine gives none away.
sub enter_private_machine
{
    if (!$ENV{PGSC_PRIVATE_MACHINE})
    {
        my @unshare = (qw(unshare --mount --net --propagation), propagation());
        my ($status, undef, $err) = PgSeccomp::Cluster::run('', @unshare, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');
        chomp $err;
        return "no namespaces for a private machine: $err" if $status;
        $ENV{PGSC_PRIVATE_MACHINE} = 1;
        exec(@unshare, $^X, '-I' . dirname(dirname(abs_path(__FILE__))), abs_path($0), @ARGV) or die "unshare: $!";
    }
    delete $ENV{PGSC_PRIVATE_MACHINE};
    $owner = $$;
    $SIG{$_} = sub { exit 1 } for qw(INT TERM HUP PIPE);
    $dir = tempdir('pgsc-machine-XXXXXX', TMPDIR => 1);
    command('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', $dir);
    command('cp', '-a', '/etc', "$dir/etc");
    command('mount', '--bind', "$dir/etc", '/etc');
    make_dev();
    command('mount', '--rbind', "$dir/dev", '/dev');
    # Kerberos remembers there whom it has seen
    command('mount', '-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', '/var/tmp');
    loopback_up();
    # names come from our DNS alone
    put_file('/etc/resolv.conf', "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    put_file('/etc/hosts', '');
    edit_file('/etc/nsswitch.conf', sub { s/^hosts:.*$/hosts: files dns/mg });
    return;
}

# Mounts must not spread to where we come from.  In a chroot whose root is no
# mount, unshare(1) cannot see to that: good only if nothing spreads anyway.
sub propagation
{
    my $is_mount = grep { (split)[4] eq '/' } lines('/proc/self/mountinfo');
    my $spreads = grep { / shared:/ } lines('/proc/1/mountinfo');
    return $is_mount || $spreads ? 'private' : 'unchanged';
}

# A /dev with what servers use, in which /dev/log can be ours.
sub make_dev
{
    mkdir "$dir/dev" or die $!;
    for my $node (grep { -e "/dev/$_" } qw(null zero full random urandom tty shm pts))
    {
        -d "/dev/$node" ? mkdir "$dir/dev/$node" : put_file("$dir/dev/$node", '');
        command('mount', '--rbind', "/dev/$node", "$dir/dev/$node");
    }
    symlink "/proc/self/fd", "$dir/dev/fd";
    symlink "/proc/self/fd/$_->[0]", "$dir/dev/$_->[1]" for [ 0, 'stdin' ], [ 1, 'stdout' ], [ 2, 'stderr' ];
    return;
}

# SIOCSIFFLAGS with IFF_UP, SIOCSIFADDR: a minimal Debian has no ip(8).
sub loopback_up
{
    my $up = pack('a16 s x22', 'lo', 1);
    my $address = pack('a16 a16 x8', 'lo:1', pack_sockaddr_in(0, inet_aton($second_address)));
    socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die $!;
    ioctl($socket, 0x8914, $up) or die "lo: $!";
    ioctl($socket, 0x8916, $address) or die "lo:1: $!";
    return;
}

sub command
{
    my ($status, $out, $err) = PgSeccomp::Cluster::run('', @_);
    croak "@_: $out$err" if $status;
    return $out;
}

sub put_file
{
    my ($path, $text, $mode) = @_;
    # a link may lead out of the copy
    unlink $path if -l $path;
    open(my $file, '>', $path) or croak "$path: $!";
    print $file $text;
    close $file or croak "$path: $!";
    chmod $mode // 0644, $path;
    return $path;
}

sub edit_file
{
    my ($path, $edit) = @_;
    open(my $file, '<', $path) or return;
    local $_ = do { local $/; <$file> };
    close $file;
    $edit->();
    # in place: owner and mode stay
    open($file, '>', $path) or croak "$path: $!";
    print $file $_;
    close $file;
    return;
}

# An account of the machine with a password, which the server's user can check
# as PostgreSQL's documentation of PAM wants it: as a member of group shadow.
sub add_unix_user
{
    my ($name, $password) = @_;
    my $hash = crypt($password, '$6$pgseccomp$');
    edit_file('/etc/passwd', sub { $_ .= "$name:x:64001:64001::/nonexistent:/usr/sbin/nologin\n" });
    edit_file('/etc/shadow', sub { $_ .= "$name:$hash:19000:0:99999:7:::\n" });
    edit_file('/etc/group', sub {
        s/^(shadow:[^:]*:[^:]*:)(.*)$/$1 . join(',', grep { length } $2, $PgSeccomp::Cluster::user)/me;
    });
    return;
}

# ----------
# Daemons
# ----------

sub program
{
    my ($name) = @_;
    my ($path) = grep { -x } map { "$_/$name" } split(/:/, $ENV{PATH}), qw(/usr/sbin /sbin);
    return $path;
}

# A reason not to start a daemon, or ''.
sub missing
{
    return join ', ', map { "$_ is not installed" } grep { !program($_) } @_;
}

# Starts code or a command that stays in the foreground; dies if it does not
# get to be as "ready" says: "tcp:PORT" or "udp:PORT", or a file that appears.
sub start
{
    my ($ready, @command) = @_;
    my $name = ref $command[0] ? 'responder' : basename($command[0]);
    my $log = "$dir/$name.log";
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
        chdir $dir;
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>>', $log);
        open(STDERR, '>&', \*STDOUT);
        if (ref $command[0])
        {
            eval { $command[0]->(); 1 } or print STDERR $@;
            POSIX::_exit(1);
        }
        exec(@command) or POSIX::_exit(127);
    }
    push @pids, $pid;
    PgSeccomp::Cluster::wait_until(sub { is_ready($ready) || waitpid($pid, POSIX::WNOHANG()) == $pid })
      && is_ready($ready)
      or die "$name did not start: " . command('cat', $log);
    return $pid;
}

sub is_ready
{
    my ($ready) = @_;
    my ($protocol, $port) = $ready =~ /^(tcp|udp):(\d+)$/ or return -e $ready;
    my $pattern = sprintf ':%04X [0-9A-F]+:0000 %s ', $port, $protocol eq 'tcp' ? '0A' : '07';
    return grep { /$pattern/ } map { lines($_) } "/proc/net/$protocol", "/proc/net/${protocol}6";
}

sub lines
{
    open(my $file, '<', $_[0]) or return;
    return <$file>;
}

sub stop_daemon
{
    my ($pid) = @_;
    @pids = grep { $_ != $pid } @pids;
    kill 'TERM', $pid;
    waitpid($pid, 0);
    return;
}

# ident (RFC 1413), about connections of this machine.
sub start_ident
{
    my $missing = missing('oidentd');
    return $missing if $missing;
    start('tcp:113', program('oidentd'), '-i', '-S', '-a', '127.0.0.1');
    return;
}

# A directory with one entry: cn=NAME,dc=test.
sub start_ldap
{
    my ($name, $password) = @_;
    my $missing = missing('slapd', 'slapadd');
    return $missing if $missing;
    mkdir "$dir/ldap" or die $!;
    my $conf = put_file("$dir/slapd.conf", <<"END");
include /etc/ldap/schema/core.schema
pidfile $dir/slapd.pid
TLSCertificateFile /etc/machine.crt
TLSCertificateKeyFile /etc/machine.key
database ldif
suffix dc=test
directory $dir/ldap
END
    my $entries = put_file("$dir/entries.ldif", <<"END");
dn: dc=test
objectClass: dcObject
objectClass: organization
dc: test
o: test

dn: cn=$name,dc=test
objectClass: person
cn: $name
sn: $name
userPassword: $password
END
    command(program('slapadd'), '-f', $conf, '-l', $entries);
    start('tcp:389', program('slapd'), '-d', '0', '-f', $conf, '-h', 'ldap://127.0.0.1/');
    return;
}

# A RADIUS server that knows one user and one client, this machine.
sub start_radius
{
    my ($name, $password, $secret) = @_;
    my $missing = missing('freeradius');
    return $missing if $missing;
    mkdir "$dir/radius" or die $!;
    put_file("$dir/radius/users", "$name Cleartext-Password := \"$password\"\n");
    put_file("$dir/radius/radiusd.conf", <<"END");
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = $dir/radius
logdir = $dir/radius
run_dir = $dir/radius
log {
    destination = stdout
}
thread pool {
}
modules {
    pap {
    }
    files {
        filename = $dir/radius/users
    }
}
client machine {
    ipaddr = 127.0.0.1
    secret = "$secret"
}
server default {
    listen {
        type = auth
        ipaddr = 127.0.0.1
        port = 1812
    }
    authorize {
        files
        pap
    }
    authenticate {
        pap
    }
}
END
    start('udp:1812', program('freeradius'), '-f', '-d', "$dir/radius");
    return;
}

# A realm with one user and the service of a host name, whose key is in
# $dir/keytab for the server.
sub start_kdc
{
    my ($name, $host) = @_;
    my $missing = missing(qw(krb5kdc kdb5_util kadmin.local kinit));
    return $missing if $missing;
    mkdir "$dir/kdc" or die $!;
    put_file('/etc/krb5.conf', <<"END");
[libdefaults]
default_realm = $realm
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
$realm = {
    kdc = 127.0.0.1
}
END
    $ENV{KRB5_KDC_PROFILE} = put_file("$dir/kdc/kdc.conf", <<"END");
[kdcdefaults]
kdc_listen = 127.0.0.1:88
kdc_tcp_listen = 127.0.0.1:88
[realms]
$realm = {
    database_name = $dir/kdc/principal
    key_stash_file = $dir/kdc/stash
    acl_file = $dir/kdc/acl
}
END
    command(program('kdb5_util'), 'create', '-s', '-r', $realm, '-P', 'master');
    command(program('kadmin.local'), 'addprinc', '-randkey', $_) for $name, "postgres/$host";
    command(program('kadmin.local'), 'ktadd', '-k', "$dir/keytab", "postgres/$host");
    command(program('kadmin.local'), 'ktadd', '-k', "$dir/user.keytab", $name);
    start('udp:88', program('krb5kdc'), '-n');
    command('chown', $PgSeccomp::Cluster::user, "$dir/keytab");
    return;
}

# A ticket of that user in a new file, for the server's user: its path.
my $tickets = 0;

sub new_ticket
{
    my ($name) = @_;
    my $file = "$dir/ticket" . ++$tickets;
    command('kinit', '-c', $file, '-k', '-t', "$dir/user.keytab", $name);
    command('chown', $PgSeccomp::Cluster::user, $file);
    return $file;
}

# DNS, for libc's resolver: names with their addresses, and the other way
# round.  A name that begins with "long" has answers too long for UDP.
sub start_dns
{
    my (%hosts) = @_;
    my (%answers, %known);
    for my $name (keys %hosts)
    {
        for my $address (@{ $hosts{$name} })
        {
            my $v6 = $address =~ /:/;
            my $packed = inet_pton($v6 ? AF_INET6 : AF_INET, $address);
            my $reverse = $v6 ? join('.', reverse(split //, unpack('H*', $packed)), 'ip6.arpa')
              : join('.', reverse(split /\./, $address), 'in-addr.arpa');
            push @{ $answers{ ($v6 ? 28 : 1) . " $name" } }, $packed;
            push @{ $answers{"12 $reverse"} }, pack('(C/a)* x', split /\./, $name);
            @known{ $name, $reverse } = ($name, $name);
        }
    }
    my $answer = sub {
        my ($query, $udp) = @_;
        my ($id, $flags, $labels, $type) = unpack('n n x8 Z* n', $query);
        my $name = lc join('.', unpack('(C/a)*', $labels));
        my $cut = $udp && ($known{$name} // '') =~ /^long/;
        my @data = $cut ? () : @{ $answers{"$type $name"} // [] };
        # an answer, truncated or not, recursion available, or a name error
        $flags = 0x8080 | ($flags & 0x100) | ($cut ? 0x200 : 0) | ($known{$name} ? 0 : 3);
        return pack('n6', $id, $flags, 1, scalar @data, 0, 0) . substr($query, 12, length($labels) + 5)
          . join('', map { pack('n n n N n/a*', 0xc00c, $type, 1, 0, $_) } @data);
    };
    start('udp:53', sub {
        my $udp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 53, Proto => 'udp') or die $!;
        while ($udp->recv(my $query, 4096))
        {
            $udp->send($answer->($query, 1));
        }
    });
    start('tcp:53', sub {
        my $tcp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 53, Listen => 5, ReuseAddr => 1) or die $!;
        while (my $client = $tcp->accept)
        {
            while (read($client, my $length, 2) == 2)
            {
                read($client, my $query, unpack('n', $length));
                print $client pack('n/a*', $answer->($query, 0));
                $client->flush;
            }
        }
    });
    return;
}

# syslog(3)'s other end: /dev/log.  Returns its pid, to be stopped, and the
# file in which messages end up.
sub start_syslog
{
    my $file = "$dir/syslog";
    unlink '/dev/log';
    my $pid = start('/dev/log', sub {
        my $socket = unix_socket('/dev/log');
        open(my $out, '>>', $file) or die $!;
        while (defined $socket->recv(my $message, 65536))
        {
            syswrite($out, "$message\n");
        }
    });
    return ($pid, $file);
}

# A datagram socket that everybody can write to.
sub unix_socket
{
    my ($path) = @_;
    unlink $path;
    umask 0;
    my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
    return $socket;
}

# A service manager's end of sd_notify(3): (path, code that returns what came).
sub notify_socket
{
    my $path = "$dir/notify";
    my $old = umask;
    my $socket = unix_socket($path);
    umask $old;
    $socket->blocking(0);
    return ($path, sub {
        my @messages;
        while (defined $socket->recv(my $message, 65536))
        {
            push @messages, $message;
        }
        return join '', map { "$_\n" } @messages;
    });
}

END
{
    if ($owner == $$)
    {
        my $status = $?;
        kill 'TERM', @pids;
        waitpid($_, 0) for @pids;
        system('umount', '--lazy', $dir) if $dir;
        rmdir $dir if $dir;
        $? = $status;
    }
}

1;
