# tool_roundtrip.pl
# export, import, compile: the policy that comes back answers every call as the
# one that went out.
use strict;
use warnings;

use Test::More;

use PgSeccomp::Attack;
use PgSeccomp::Tool qw(tool put slurp root);

my $root = root();
my $compare = PgSeccomp::Attack::build_c(slurp("$root/core/test/compare_policies.c"), '-iquote', "$root/core/test",
    glob("$root/core/*.c"), "$root/core/test/alloc.c", '-lseccomp', '-lacl');
sub compare { return PgSeccomp::Cluster::run('', $compare, @_) }

my $odd = put('odd.conf', <<'END');
[Policy]
Version=1
[Server]
SystemCallFilter=~@mount ptrace:ESRCH
SystemCallFilter=~bpf:ENOSYS
SystemCallErrorNumber=EACCES
SystemCallRule=ioctl arg1>=0x5400 arg1<=0x5412 errno EIO
SystemCallRule=prctl arg0!=PR_SET_NAME arg0>10 errno EINVAL
SystemCallRule=mmap arg2&PROT_EXEC!=0 arg3&MAP_ANONYMOUS!=0 deny
SystemCallRule=lseek arg1<0x100000001 arg1>0x7fffffff errno ENXIO
SystemCallRule=personality arg0==0 allow
SystemCallRule=personality deny
RestrictAddressFamilies=~AF_PACKET AF_NETLINK/SOCK_RAW/NETLINK_AUDIT:EPROTONOSUPPORT
RestrictNamespaces=net pid
[Child]
SystemCallFilter=~getpriority:ENOENT
[Session narrow]
Role=x
SystemCallFilter=@pg-session
SystemCallLog=sysinfo
SystemCallRule=setsockopt arg1==SOL_TCP arg2!=TCP_NODELAY errno ENOPROTOOPT
END

# Broken by: an argument, an errno or a member of a family lost on the way.
for ([ "$root/policy/default.conf", 'server', 'Server' ], [ "$root/policy/default.conf", 'session', 'Session' ],
    [ "$root/policy/strict.conf", 'server', 'Server' ], [ "$root/policy/strict.conf", 'session', 'Session' ],
    [ "$root/policy/strict.conf", 'session:programs', 'Session programs' ],
    [ "$root/exposure/systemd-service.conf", 'server', 'Server' ],
    [ $odd, 'server', 'Server' ], [ $odd, 'child', 'Child' ], [ $odd, 'session:narrow', 'Session narrow' ])
{
    my ($policy, $scope, $title) = @$_;
    my $what = ($policy =~ s!.*/!!r) . ", $scope";
    my ($status, $profile, $err) = tool('export', '--format=oci', "--scope=$scope", $policy);
    isnt($profile, '', "$what is exported") or diag($err);
    my $file = put('profile.json', $profile);
    ($status, my $back, $err) = tool('import', $file);
    isnt($back, '', '... and imported') or diag($err);
    my ($result, $out) = compare($policy, $title, put('back.conf', $back), 'Server');
    is($result, 0, '... and answers every call as it did') or diag($out);
    like($out, qr/^0 of \d{5,} differ$/m, '... of thousands');
}

# Broken by: a comparison that finds nothing.
{
    my $other = put('other.conf', slurp($odd) =~ s/0x5412/0x5413/r);
    my ($result, $out) = compare($odd, 'Server', $other, 'Server');
    is($result, 1, 'one number of one rule is found');
    like($out, qr/^ioctl\(.*0x5413|^ioctl\(.*TIOC/m, '... by name');
}

done_testing;
