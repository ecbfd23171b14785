# server_scope.pl
# The shipped default policy against an attacker in a backend: every denied
# call answers as the views say, through every ABI, in every process.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number has_i386 machine);

my $cluster = PgSeccomp::Cluster->new;
$cluster->start(policy => 'default');
$cluster->sql('CREATE EXTENSION pg_seccomp');
install_attacks($cluster);

# Broken by: a call missing from default.conf, a wrong number in the catalog, a
# filter that is not attached, an explain() that answers from another source
# than the programs.
my %denied = (
    (map { $_ => 'EPERM' } qw(mount umount2 init_module finit_module delete_module bpf unshare
          setns ptrace keyctl add_key request_key kexec_load perf_event_open userfaultfd
          process_vm_readv process_vm_writev pidfd_getfd swapon reboot settimeofday chroot
          pivot_root open_by_handle_at syslog quotactl acct)),
    (map { $_ => 'ENOSYS' } qw(io_uring_setup io_uring_enter io_uring_register)));
for my $call (sort keys %denied)
{
    my $number = call_number($call);
    is($cluster->sql("SELECT raw_syscall($number)"), $denied{$call}, "$call is denied");
    is($cluster->sql("SELECT scope, action, errno FROM pg_seccomp_explain('$call')"),
        "server|errno|$denied{$call}", "$call is explained");
}

# Broken by: an unknown call that is allowed, or denied with an errno other
# than the one that lets programs fall back.  400 is in the hole that x86-64
# leaves for x32, 600 is past the end.
for my $number (400, 600, 4096, 0x3fffffff)
{
    is($cluster->sql("SELECT raw_syscall($number)"), 'ENOSYS', "number $number does not exist");
    is($cluster->sql("SELECT action, errno, rule IS NULL FROM pg_seccomp_explain('$number')"),
        'errno|ENOSYS|t', "number $number is explained");
}

# Broken by: a filter that looks at numbers only.  i386's 20 is getpid and x32
# shares x86-64's getpid, 39, with bit 30 set: both succeed unfiltered (x32 only
# on kernels that have it), natively 20 is writev.
SKIP:
{
    skip 'other ABIs of x86-64', 6 if machine() ne 'x86_64';
    is($cluster->sql('SELECT raw_syscall(39)'), 'ok', 'getpid is allowed');
    is($cluster->sql('SELECT raw_syscall(' . (39 | 0x40000000) . ')'), 'ENOSYS', 'x32 getpid is denied');
    is($cluster->sql("SELECT action, errno FROM pg_seccomp_explain('x32:getpid')"),
        'errno|ENOSYS', 'x32 getpid is explained');
    is($cluster->sql("SELECT action, errno FROM pg_seccomp_explain('x86:getpid')"),
        'errno|ENOSYS', 'i386 getpid is explained');
    skip 'this kernel has no i386 entry', 2 unless has_i386();
    is($cluster->sql('SELECT i386_syscall(20)'), 'ENOSYS', 'i386 getpid is denied');
    is($cluster->sql('SELECT i386_syscall(21)'), 'ENOSYS', 'i386 mount is denied');
}

# Broken by: one call of which view and kernel differ.  A denied call does not
# run, so all of them are made; t/argument_rules.pl has those that depend on
# their arguments.
my $native = $cluster->sql('SELECT abi FROM pg_seccomp_status');
is($cluster->sql(<<"END"), '', 'the kernel answers every denied call as pg_seccomp_filter says');
SELECT syscall, errno, answer
FROM (SELECT *, raw_syscall(number) AS answer FROM pg_seccomp_filter
      WHERE abi = '$native' AND action = 'errno' AND condition IS NULL OFFSET 0) AS f
WHERE answer <> errno
END
cmp_ok($cluster->sql("SELECT count(*) FROM pg_seccomp_filter WHERE abi = '$native' AND action = 'errno'"),
    '>', 60, 'there are many of them');

# Broken by: a view that leaves out calls, or ABIs, or gives a call twice.
is($cluster->sql(<<'END'), '', 'every call of the catalog has one row, or one for each condition');
SELECT name FROM (SELECT DISTINCT syscall AS name FROM pg_seccomp_groups WHERE number IS NOT NULL) AS g
LEFT JOIN pg_seccomp_filter f ON f.syscall = name AND abi = (SELECT abi FROM pg_seccomp_status)
GROUP BY name
HAVING NOT (count(*) = 1 AND count(condition) = 0 AND count(f.syscall) = 1
            OR count(*) > 1 AND count(condition) = count(*) AND count(DISTINCT condition) = count(*))
END
is($cluster->sql('SELECT count(*), count(DISTINCT (abi, number, condition)) FROM pg_seccomp_filter') =~ /^(\d+)\|\1$/,
    1, 'no number and condition has two rows');

# Broken by: a rule's line that does not name what it denies.
my ($rule) = $cluster->sql("SELECT rule FROM pg_seccomp_explain('mount')") =~ /:(\d+)$/;
open(my $policy, '<', "$PgSeccomp::Cluster::policy_dir/default.conf") or die $!;
my @lines = <$policy>;
like($lines[ $rule - 1 ], qr/\@mount/, "the rule is the file's line");

done_testing();
