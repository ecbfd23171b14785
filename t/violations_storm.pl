# violations_storm.pl
# A storm of denied calls is harmless: exact counts, few lines, no memory, and
# no other session that notices.
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(call_number);
use PgSeccomp::Violations qw(install_calls rows);

# Calls that do nothing with arguments of -1, as many as this ABI has: with 40
# roles more rows than the table takes.
my %number = map { $_ => call_number($_) } qw(getpgid getsid getpriority sched_getparam sched_getscheduler
    sched_rr_get_interval sched_get_priority_max sched_get_priority_min getitimer timer_gettime timer_getoverrun
    timer_delete mq_getsetattr msgctl msgrcv semctl keyctl kcmp process_vm_readv process_vm_writev flistxattr
    fgetxattr inotify_rm_watch io_getevents io_destroy capget getresuid getresgid get_mempolicy move_pages
    name_to_handle_at pidfd_getfd process_madvise fanotify_mark tee vmsplice syncfs readahead personality times);
delete $number{$_} for grep { !defined $number{$_} } keys %number;
my $roles = 40;
my $denied = join ' ', sort keys %number;
my $policy = PgSeccomp::Cluster::new_policy(<<"END");
[Server]
SystemCallFilter=~personality
[Session]
SystemCallFilter=~$denied
END
my $cluster = PgSeccomp::Cluster->new;
$cluster->start(policy => $policy);
$cluster->sql('CREATE EXTENSION pg_seccomp');
install_calls($cluster);

sub lines
{
    my ($text) = @_;
    my $n = () = $text =~ /LOG:  system call "\w+" denied/g;
    return $n;
}

# --- A million in one session ---

# Broken by: counters that are not atomic; memory for each call; a line for each
# call; a lock that others wait for.
my $session = $cluster->session;
my $other = $cluster->session;
$other->sql('SELECT 1');
$session->sql("SELECT c('storm', $number{personality}, 1000)");
my $before = $session->sql("SELECT c('private_kb')");
my $offset = $cluster->log_size;
my $start = time;
$session->send("SELECT c('storm', $number{personality}, 1000000)");
my (@latencies, $worst);
while (time - $start < 1.5)
{
    my $asked = time;
    $other->sql('SELECT count(*) FROM pg_class');
    push @latencies, time - $asked;
}
my ($out) = $session->answer(120);
my $took = time - $start;
@latencies = sort { $a <=> $b } @latencies;
is($out, 1000000, 'a million calls, all denied');
note(sprintf '%.1f s, %.2f us each', $took, $took);
is(rows($cluster, 'syscall, count'), 'personality|1001000', 'a million calls, all counted');
is($cluster->sql('SELECT violations FROM pg_seccomp_processes WHERE pid = ' . $session->pid), 1001000, 'in the process\'s count too');
cmp_ok($took, '<', 60, 'in a time');
cmp_ok($latencies[ @latencies / 2 ], '<', 0.1, 'another session\'s median latency meanwhile is below 0.1 s');
cmp_ok($latencies[-1], '<', 2, 'and its worst below 2 s');
my $after = $session->sql("SELECT c('private_kb')");
cmp_ok($after - $before, '<', 1024, "no memory growth ($before kB, $after kB)");
cmp_ok(lines($cluster->log($offset)), '<=', 2, 'few lines');
like($cluster->log($offset), qr/There were 1000000 such calls since the last report/, 'with the number of calls');

# Broken by: a line for each of many statements; counts that no line ever tells.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
$offset = $cluster->log_size;
$start = time;
$session->sql(join "\n", map { "SELECT c('storm', $number{personality}, 10);" } 1 .. 500);
$took = time - $start;
my $most = 5 + int($took / 10) + 1;
cmp_ok(lines($cluster->log($offset)), '<=', $most, '500 statements: the first lines, then few');
cmp_ok(lines($cluster->log($offset)), '>=', 5, '500 statements: the first are there');
$session->close;
my $told = sub {
    my $sum = 0;
    for my $line (grep { /DETAIL:/ } split /\n/, $cluster->log($offset))
    {
        $sum += $line =~ /(?:There were|Not in the log until now:) (\d+) such calls?/ ? $1 : $line =~ /personality\(.*answered EPERM/ ? 1 : 0;
    }
    return $sum;
};
# what the session did not come to tell, another one does a little later
ok(PgSeccomp::Cluster::wait_until(sub { $cluster->sql('SELECT 1'); select(undef, undef, undef, 0.3); $told->() == 5000 }, 10),
    '500 statements: in the end the lines\' numbers add up to all')
  or diag $told->();

# --- A hundred sessions at once ---

# Broken by: counts that processes lose to each other.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
$offset = $cluster->log_size;
my @crowd = map { $cluster->session } 1 .. 100;
$_->send('SELECT pg_advisory_lock_shared(1)') for @crowd;
$_->answer for @crowd;
$start = time;
$_->send("SELECT c('storm', $number{getpgid}, 3000)") for @crowd;
my $sum = 0;
for my $one (@crowd)
{
    my ($denials) = $one->answer(120);
    $sum += $denials;
}
is($sum, 300000, 'a hundred sessions: all denied');
is(rows($cluster, 'syscall, sum(count) OVER ()'), 'getpgid|300000', 'a hundred sessions: all counted, in one row');
is($cluster->sql('SELECT sum(violations), count(*) FROM pg_seccomp_processes WHERE violations > 0'), '300000|100', 'a hundred sessions: each its own');
$took = time - $start;
$_->close for @crowd;
@crowd = ();
ok($cluster->poll_until(q(SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> ) . $other->pid), 'a hundred sessions: gone');
$took = time - $start;
cmp_ok(lines($cluster->log($offset)), '<=', 20 + $took / 10, 'a hundred sessions: few lines');
is(rows($cluster, 'syscall, count'), 'getpgid|300000', 'counts outlive their processes');

# --- More rows than there is room for ---

# Broken by: a full table that loses counts, or that stops the handler.
$cluster->sql('SELECT pg_seccomp_reset_violations()');
$cluster->sql(join ';', map { "CREATE ROLE r$_ LOGIN" } 1 .. $roles);
$cluster->sql('GRANT EXECUTE ON FUNCTION c TO PUBLIC; CREATE FUNCTION each(bigint[], n int) RETURNS bigint LANGUAGE sql
    SECURITY DEFINER AS $$ SELECT sum(c(\'storm\', number, n)) FROM unnest($1) AS number $$');
my $array = 'ARRAY[' . join(',', map { $number{$_} } sort keys %number) . ']::bigint[]';
my $total = 0;
for my $role (1 .. $roles)
{
    $total += $cluster->sql("SELECT each($array, 3)", user => "r$role");
}
my $rows = $roles * keys %number;
is($total, 3 * $rows, "$rows different rows: all denied");
cmp_ok($rows, '>', 1024, 'which is more than the table has');
is($cluster->sql('SELECT sum(count) FROM pg_seccomp_violations'), $total, 'all counted');
my ($kept, $overflow) = split /\|/, $cluster->sql(q(SELECT count(*) FILTER (WHERE syscall <> '(other)'), sum(count) FILTER (WHERE syscall = '(other)') FROM pg_seccomp_violations));
cmp_ok($kept, '<=', 1024, 'no more rows than there are');
cmp_ok($kept, '>', 900, 'most of the table is used');
is($overflow, $total - 3 * $kept, 'the rest is in (other)');
is(rows($cluster, 'count(*)', q(syscall <> '(other)' AND count <> 3)), 0, 'rows that found a place are exact');
is(rows($cluster, 'backend_type, usename, rule, action', q(syscall = '(other)')), '|||', '(other) is of nobody in particular');
$cluster->sql('SELECT pg_seccomp_reset_violations()');
is(rows($cluster, 'count(*)'), 0, 'a reset empties it');
$cluster->sql("SELECT each($array, 1)", user => 'r1');
is(rows($cluster, 'count(*), sum(count)'), keys(%number) . '|' . keys(%number), 'and there is room again');

is($other->sql('SELECT 1'), 1, 'the session beside it all lives');
unlike($cluster->log, qr/terminated by signal|PANIC/, 'nothing crashed');
done_testing();
