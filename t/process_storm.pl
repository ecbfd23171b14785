# process_storm.pl
# Background workers that come and go by the hundreds a second: each has its
# filter, and nothing of them stays.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(call_number);
use PgSeccomp::Probe qw(preload_probe install_probe check_process start_worker);

# Hundreds a second, unless the machine has much else to do.
use constant { SECONDS => 5, ENOUGH => 400, NOISE_KB => 64 };

my $policy = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Child]
SystemCallFilter=~sched_get_priority_max!:1001
[Process background worker]
SystemCallFilter=~sched_get_priority_max!:1020
[Process "short-lived"]
SystemCallFilter=~sched_get_priority_max!:2001
[Session]
SystemCallFilter=~sched_get_priority_max!:1101
END
my $preload = preload_probe();
my $cluster = PgSeccomp::Cluster->new(conf => "max_worker_processes = 64\nautovacuum = off\n");
$cluster->start(policy => $policy, preload => $preload);
$cluster->sql('CREATE EXTENSION pg_seccomp');
install_probe($cluster, $preload);
my $session = $cluster->session;
my $postmaster = $cluster->postmaster_pid;
my $number = call_number('sched_get_priority_max');
my $filters_before = PgSeccomp::Cluster::kernel_says($postmaster, 'Seccomp_filters');

# What of the postmaster would grow: kilobytes, descriptors, mappings.
sub size_of_postmaster
{
    my $memory = PgSeccomp::Cluster::kernel_says($postmaster, 'VmRSS');
    my @descriptors = glob "/proc/$postmaster/fd/*";
    open(my $file, '<', "/proc/$postmaster/maps") or die $!;
    my @mappings = <$file>;
    return ($memory, scalar @descriptors, scalar @mappings);
}

# Starts workers for some seconds: how many, and how many were filtered as they must be.
sub storm
{
    my ($errno, $database) = @_;
    return $session->sql("SELECT worker_storm('short-lived', " . 1000 * SECONDS . ", $number, -$errno, " . ($database // 'NULL') . ')') =~ /(\d+)/g;
}

# Broken by: anything that is kept for each worker, in the postmaster or in a
# slot; a worker that is taken for another one, and has no filter, when many
# start and end at once.
my @sizes;
for my $third (1 .. 3)
{
    my ($started, $as_wanted) = storm(2001);
    push @sizes, [ size_of_postmaster() ];
    note sprintf('%d workers a second; then the postmaster has %d kB, %d descriptors, %d mappings', $started / SECONDS, @{ $sizes[-1] });
    cmp_ok($started, '>=', ENOUGH, "part $third: more workers than slots");
    is($as_wanted, $started, "part $third: each had the filter of its type");
}
cmp_ok($sizes[2][0] - $sizes[1][0], '<', NOISE_KB, 'the postmaster needs no more memory');
is($sizes[2][1], $sizes[0][1], 'nor descriptors');
is($sizes[2][2], $sizes[0][2], 'nor mappings');
is(PgSeccomp::Cluster::kernel_says($postmaster, 'Seccomp_filters'), $filters_before, 'nor has it got filters');

# Broken by: sections of a role that leave something behind when their worker ends.
my ($started, $as_wanted) = storm(1101, q('postgres'));
note sprintf('%d connected workers a second', $started / SECONDS);
cmp_ok($started, '>', 0, 'workers that connect as a role');
is($as_wanted, $started, 'each had the session section of its role');
$sizes[3] = [ size_of_postmaster() ];
is($sizes[3][1], $sizes[0][1], 'the postmaster needs no more descriptors');

# Broken by: slots that stay taken: there were more workers than slots, so the
# last ones would have had none.
is($session->sql(q(SELECT count(*) FROM pg_seccomp_processes WHERE scopes::text LIKE '%process:background worker%' AND backend_type IS DISTINCT FROM 'logical replication launcher')), 1,
    'of all these workers only the one that stays is in the view');
my $last = start_worker($session, type => 'short-lived', database => 'postgres', role => 'postgres');
check_process($session, ['sched_get_priority_max'], $last->pid, 1101,
    'server > child > process:background worker > process:short-lived > session', 'another one');
$last->end;
is($session->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', 'pg_seccomp_check() is content');

unlike($cluster->log, qr/ERROR|FATAL|PANIC|WARNING|pg_seccomp:|was terminated by|exited with exit code/, 'no error in the log');

done_testing();
