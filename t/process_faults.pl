# process_faults.pl
# Process sections in places where they get in the way of something.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Probe qw(preload_probe install_probe start_worker);

my $preload = preload_probe();

sub score_of
{
    my ($pid) = @_;
    open(my $file, '<', "/proc/$pid/oom_score_adj") or return 'gone';
    chomp(my $score = <$file> // 'gone');
    return $score;
}

# Broken by: a section that makes processes undumpable before PostgreSQL has
# given them their score for the OOM killer: they would keep the postmaster's.
my $cluster = PgSeccomp::Cluster->new;
for my $section ('background worker', 'auxiliary', 'client backend')
{
    my $policy = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n[Process $section]\nProcessDumpable=no\n");
    $cluster->start(policy => $policy, preload => $preload,
        launcher => [ 'env', 'PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj', 'PG_OOM_ADJUST_VALUE=300' ]);
    if ($section eq 'background worker')
    {
        $cluster->sql('CREATE EXTENSION pg_seccomp');
        install_probe($cluster, $preload);
    }
    my $session = $cluster->session;
    my $worker = start_worker($session, type => 'worker');
    my ($checkpointer) = $session->sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'));
    is(join(' ', map { score_of($_) } $cluster->postmaster_pid, $worker->pid, $checkpointer, $session->pid), '0 300 300 300',
        "[Process $section] ProcessDumpable=no: children have their score");

    # Broken by: a worker that starts for as long as it lives.
    is($session->sql('SELECT agrees, detail FROM pg_seccomp_processes WHERE pid = ' . $worker->pid), 't|',
        "[Process $section]: a worker that does not connect has started, too");
    $worker->end;
    $session->close;
    $cluster->stop;
}

# Broken by: a policy whose processes cannot attach what it wants: logins fail,
# or the server goes from one crash recovery to the next.
for my $policy (
    "[Process client backend]\nSystemCallFilter=~prctl\n[Session]\nProcessDumpable=no\n",
    "[Process walsender]\nSystemCallFilter=~prctl\n[Session]\nSpeculationMitigation=yes\n",
    "[Process auxiliary]\nSystemCallFilter=~prctl\n[Process checkpointer]\nProcessDumpable=no\n")
{
    my $name = PgSeccomp::Cluster::new_policy($policy);
    my $offset = $cluster->log_size;
    ok(!$cluster->start(policy => $name, preload => $preload, fails => 1), 'refused: ' . $policy =~ s/\n/ /gr);
    like($cluster->log($offset), qr/$name\.conf:2: [^\n]*prctl/, 'with the line');
    $cluster->stop('immediate') if -e "$cluster->{data}/postmaster.pid";
}

# Broken by: an alarm for what changed after a session's login, which its section
# was chosen by.
my $team = PgSeccomp::Cluster::new_policy("[Session team]\nRole=+team\nSystemCallFilter=~mount\n");
$cluster->start(policy => $team, preload => $preload);
$cluster->sql('CREATE ROLE late LOGIN; CREATE ROLE team');
my $session = $cluster->session(user => 'late');
my $pid = $session->pid;
$cluster->sql('GRANT team TO late');
is($cluster->sql("SELECT agrees IS DISTINCT FROM false FROM pg_seccomp_processes WHERE pid = $pid"), 't', 'a member only since its login: no alarm');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'all_processes')), 'ok', 'and none by pg_seccomp_check()');

done_testing();
