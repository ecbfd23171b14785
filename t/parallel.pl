# parallel.pl
# Parallel workers obey the profile of their leader, and nobody can tell them
# another one.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number);

my $personality = call_number('personality');
my $getpgid = call_number('getpgid');
my $text = <<'END';
[Server]
SystemCallFilter=~mount
[Session tight]
SystemCallFilter=~getpgid:ERANGE
[Session more]
SystemCallFilter=~getsid
[Session]
SystemCallFilter=~personality:EDOM
END
my $policy = PgSeccomp::Cluster::new_policy($text);
my $cluster = PgSeccomp::Cluster->new(conf => <<'END');
max_parallel_workers = 8
max_parallel_workers_per_gather = 2
parallel_leader_participation = off
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
END
$cluster->start(policy => $policy);
install_attacks($cluster);
$cluster->sql(<<'END');
CREATE EXTENSION pg_seccomp;
CREATE TABLE spread WITH (parallel_workers = 2) AS SELECT i FROM generate_series(1, 2000) AS i;
CREATE FUNCTION my_filters() RETURNS text LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT substring(pg_read_file('/proc/self/status', 0, 8192) FROM 'Seccomp_filters:\s*(\d+)') $$;
CREATE FUNCTION not_leader(leader int) RETURNS bool LANGUAGE plpython3u VOLATILE PARALLEL SAFE
AS 'import os; return os.getpid() != leader';
CREATE ROLE ordinary LOGIN;
END

# What workers see: whether a worker ran it, filters, and two calls' answers.
my $attack = <<"END";
SELECT DISTINCT not_leader(p), my_filters(), raw_syscall($personality), raw_syscall($getpgid)
FROM spread, (SELECT pg_backend_pid() AS p OFFSET 0) AS l
END
sub in_workers
{
    my ($session) = @_;
    my $leader = $session->pid;
    (my $query = $attack) =~ s/\(p\)/($leader)/;
    $query =~ s/, \(SELECT.*$//m;
    return $session->sql($query);
}

# Broken by: a program that is attached in the leader alone (the earlier
# extension's flaw).  getpgid(-1) answers ESRCH where it is allowed.
my $session = $cluster->session;
is(in_workers($session), 't|2|EDOM|ESRCH', 'workers have the leader\'s profile');
like($session->sql("EXPLAIN $attack"), qr/Workers Planned: 2/, 'the query runs in workers');

# Broken by: a worker that takes the profile that a login would get, and not
# what its leader added since.
$session->sql(q(SELECT pg_seccomp_restrict('tight')));
is(in_workers($session), 't|3|EDOM|ERANGE', 'and what pg_seccomp_restrict() adds');
is(in_workers($cluster->session), 't|2|EDOM|ESRCH', 'others do not');

# Broken by: a count that is the leader's own account.
$session->send('SET ' . PgSeccomp::Cluster::debug_parallel_query() . ' = on; SELECT pg_sleep(60)');
$cluster->poll_until(q(SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'parallel worker'));
my ($pid, $view, $profile) = split /\|/,
    $cluster->sql(q(SELECT pid, filters, profile FROM pg_seccomp_processes WHERE backend_type = 'parallel worker'));
is(PgSeccomp::Cluster::kernel_says($pid, 'Seccomp_filters') . " $view $profile", '3 3 session,tight',
    'kernel and view agree on a live worker');
$cluster->sql('SELECT pg_cancel_backend(' . $session->pid . ')');
$session->answer;

# Broken by: any way to change what workers are told.  Each of these fails or
# changes nothing, for a superuser; afterwards workers are as tight as before.
my $role_setting = "ALTER ROLE postgres SET pg_seccomp.session_profiles = ''";
my @tricks = (
    "SET pg_seccomp.session_profiles = ''",
    "SET pg_seccomp.session_profiles = 'session'",
    "SET pg_seccomp.session_profiles = 'session,tight'",
    "SET LOCAL pg_seccomp.session_profiles = 'session'",
    'SET pg_seccomp.session_profiles TO DEFAULT',
    "SELECT set_config('pg_seccomp.session_profiles', 'session', false)",
    "UPDATE pg_settings SET setting = 'session' WHERE name = 'pg_seccomp.session_profiles'",
    'RESET pg_seccomp.session_profiles', 'RESET ALL', 'DISCARD ALL',
    "ALTER SYSTEM SET pg_seccomp.session_profiles = 'session'",
    $role_setting, "ALTER DATABASE postgres SET pg_seccomp.session_profiles = 'tight'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET pg_seccomp.session_profiles = 'session' AS 'SELECT 1'",
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql SET pg_seccomp.session_profiles FROM CURRENT AS 'SELECT 1'; SELECT g()");
for my $trick (@tricks)
{
    $session->query($trick);
    is(in_workers($session), 't|3|EDOM|ERANGE', $trick =~ s/;.*//r);
}

# Broken by: a setting that, once accepted because it says what holds, outranks
# what the server sets later.
for my $trick (grep { /SET pg_seccomp|set_config/ && !/^ALTER/ } @tricks)
{
    my $fresh = $cluster->session;
    $fresh->query($trick =~ s/session,tight/session/r);
    $fresh->sql(q(SELECT pg_seccomp_restrict('tight')));
    is(in_workers($fresh), 't|3|EDOM|ERANGE', "restricted after: " . $trick =~ s/;.*//r);
}

# Broken by: RESET and SET ... TO DEFAULT that leave a level on the setting's
# stack: at the end of the transaction it comes back over what the server set
# meanwhile, and workers have less than their leader, from then on.
my $reset = 'RESET pg_seccomp.session_profiles';
my $default = 'SET LOCAL pg_seccomp.session_profiles TO DEFAULT';
for my $before ([ $reset, $default ], [ $default ], [ $reset ], [ 'SET pg_seccomp.session_profiles TO DEFAULT' ])
{
    my $hidden = $cluster->session;
    $hidden->sql('BEGIN');
    for my $trick (@$before)
    {
        $hidden->sql('SAVEPOINT before');
        my (undef, $refused) = $hidden->query($trick);
        $hidden->sql($refused ? 'ROLLBACK TO before' : 'RELEASE before');
    }
    $hidden->sql(q(SELECT pg_seccomp_restrict('tight'); COMMIT));
    is(in_workers($hidden), 't|3|EDOM|ERANGE', 'restricted behind ' . join('; ', @$before));
    $hidden->sql(q(SELECT pg_seccomp_restrict('more')));
    is(in_workers($hidden), 't|4|EDOM|ERANGE', 'and once more');
}

# Broken by: transactions that take the setting back but not the program.
my $undone = $cluster->session;
$undone->sql(q(BEGIN; SELECT pg_seccomp_restrict('tight'); ROLLBACK));
is(in_workers($undone), 't|3|EDOM|ERANGE', 'ROLLBACK leaves it to workers too');
$undone = $cluster->session;
$undone->sql(q(BEGIN; SAVEPOINT s; SELECT pg_seccomp_restrict('tight'); ROLLBACK TO s; COMMIT));
is(in_workers($undone), 't|3|EDOM|ERANGE', 'ROLLBACK TO SAVEPOINT too');

# Broken by: settings that come with the connection, or from files.
$cluster->sql('ALTER ROLE postgres RESET ALL; ALTER DATABASE postgres RESET ALL');
my $options = $cluster->session(options => '-c pg_seccomp.session_profiles=tight');
$options->query('SELECT 1');
SKIP:
{
    my ($out) = $options->query('SELECT 1');
    skip 'the connection is refused, which is as good', 1 if $out ne '1';
    is(in_workers($options), 't|2|EDOM|ESRCH', 'PGOPTIONS');
}
my (undef, undef, $err) = $cluster->psql("SET pg_seccomp.session_profiles = 'session'", user => 'ordinary');
like($err, qr/cannot be set after connection start|permission denied/, 'an ordinary role may not even try');
for my $file (qw(postgresql.conf postgresql.auto.conf))
{
    $cluster->append_conf("pg_seccomp.session_profiles = 'tight'\n", $file);
}
$cluster->sql('SELECT pg_reload_conf()');
is(in_workers($cluster->session), 't|2|EDOM|ESRCH', 'configuration files, reloaded');
$cluster->stop;
ok($cluster->start(policy => $policy, fails => 1), 'and at a start');
is(in_workers($cluster->session), 't|2|EDOM|ESRCH', 'configuration files, restarted');

# Broken by: a worker that reads less from a changed policy than its leader
# has; a profile that is gone from the file and lets its workers go free.
my $early = $cluster->session;
$early->sql(q(SELECT pg_seccomp_restrict('tight')));
$cluster->sql('SELECT 1');
PgSeccomp::Cluster::write_policy($policy, $text . "[Session new]\nSystemCallFilter=~getpgid:EXDEV\n");
is(in_workers($early), 't|3|EDOM|ERANGE', 'the file grew: workers as before');
my $late = $cluster->session;
$late->sql(q(SELECT pg_seccomp_restrict('new')));
is(in_workers($late), 't|3|EDOM|EXDEV', 'a profile that the server did not start with');
PgSeccomp::Cluster::write_policy($policy, "[Server]\nSystemCallFilter=~mount\n[Session]\nSystemCallFilter=~personality:ENOSPC\n");
is(in_workers($early), 't|3|EDOM|ERANGE', 'a profile that is gone: workers as before');
is(in_workers($late), 't|3|EDOM|EXDEV', 'a profile that is gone, and that the server never had: workers as before');

# Broken by: a worker that looks up its leader's profiles in the file as it is
# now, or as the server started with it, though the leader's program is neither.
my $edited = $cluster->session;
is($edited->sql("SELECT raw_syscall($personality)"), 'ENOSPC', 'a login under an edited file');
PgSeccomp::Cluster::write_policy($policy, $text =~ s/ERANGE/EMLINK/r =~ s/EDOM/ENFILE/r);
is(in_workers($edited), 't|2|ENOSPC|ESRCH', 'edited twice: workers have their leader\'s login');
$edited->sql(q(SELECT pg_seccomp_restrict('tight')));
PgSeccomp::Cluster::write_policy($policy, $text =~ s/ERANGE/EBUSY/r =~ s/EDOM/EBUSY/r);
is($edited->sql("SELECT my_filters(), raw_syscall($personality), raw_syscall($getpgid)"), '3|ENOSPC|EMLINK',
    'edited three times: the leader has what it attached');
is(in_workers($edited), 't|3|ENOSPC|EMLINK', 'and workers have exactly that');

# Broken by: workers with their leader's session section, and without that of its
# type.
my $typed = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Process client backend]
SystemCallFilter=~getpgid:ERANGE
[Process parallel worker]
SystemCallFilter=~getsid
[Session]
SystemCallFilter=~personality:EDOM
END
$cluster->stop;
$cluster->start(policy => $typed);
my $typed_session = $cluster->session;
is(in_workers($typed_session), 't|4|EDOM|ERANGE', 'workers have the section of their leader\'s type');
my $alone = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n[Process client backend]\nSystemCallFilter=~getpgid:ERANGE\n");
$cluster->stop;
$cluster->start(policy => $alone);
$typed_session = $cluster->session;
like(in_workers($typed_session), qr/^t\|2\|\w+\|ERANGE$/, 'also without any session section');

done_testing();
