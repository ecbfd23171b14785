# session_scope.pl
# Which section a session gets.  Each section of the policy answers personality
# (-1 asks, nothing more) with an errno of its own: what the kernel answers is
# the section that is in force.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number);

my $policy = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
# nobody is matched by a section without matchers
[Session unreachable]
SystemCallFilter=~personality:ENOTTY
[Session direct]
Role=alice "all" "quoted role"
SystemCallFilter=~personality:EDOM
[Session members]
Role=+staff
SystemCallFilter=~personality:ERANGE
[Session later]
Role=alice +staff bob
SystemCallFilter=~personality:EXDEV
[Session both]
Role=dora
Database=warehouse
SystemCallFilter=~personality:ENOSPC
[Session physical]
Role=repl
Database=replication
SystemCallFilter=~personality:EMFILE
[Session logical]
Role=repl
Database=warehouse
SystemCallFilter=~personality:ENFILE
[Session tcp]
Role=anna
Address=127.0.0.0/8
SystemCallFilter=~personality:EFBIG
[Session socket]
Role=anna
Address=local 10.0.0.0/8
SystemCallFilter=~personality:EROFS
[Session]
SystemCallFilter=~personality:EMLINK
END
my $cluster = PgSeccomp::Cluster->new(tcp => 1);
$cluster->start(policy => $policy);
my $personality = call_number('personality');
for my $db (qw(postgres warehouse))
{
    $cluster->sql("CREATE DATABASE $db") if $db ne 'postgres';
    install_attacks($cluster, db => $db);
    $cluster->sql(<<'END', db => $db);
CREATE EXTENSION pg_seccomp;
CREATE FUNCTION my_profile() RETURNS text LANGUAGE sql SECURITY DEFINER
AS 'SELECT profile FROM pg_seccomp_processes WHERE pid = pg_backend_pid()';
END
}
$cluster->sql(<<'END');
CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE carol LOGIN; CREATE ROLE dora LOGIN;
CREATE ROLE anna LOGIN; CREATE ROLE repl LOGIN REPLICATION; CREATE ROLE "all" LOGIN; CREATE ROLE "quoted role" LOGIN;
CREATE ROLE staff LOGIN; CREATE ROLE nested; CREATE ROLE indirect LOGIN; CREATE ROLE stranger NOINHERIT LOGIN;
GRANT staff TO carol; GRANT staff TO nested; GRANT nested TO indirect; GRANT staff TO stranger;
CREATE ROLE chief SUPERUSER LOGIN;
END

# The section that a login gets, by the kernel; the view must agree.
sub login
{
    my (%who) = @_;
    return $cluster->sql("SELECT my_profile() || ' ' || raw_syscall($personality)", %who);
}

# Broken by: an order other than the file's, "+" that takes direct members
# only, that asks for privileges instead of membership, or that makes a
# superuser a member of all roles; keywords that quotes do not disarm.
is(login(user => 'alice'), 'direct EDOM', 'a role, by the first section that fits');
is(login(user => 'all'), 'direct EDOM', 'a role with the name of a keyword, in quotes');
is(login(user => 'quoted role'), 'direct EDOM', 'a role with a space in its name');
is(login(user => 'carol'), 'members ERANGE', 'a member');
is(login(user => 'indirect'), 'members ERANGE', 'a member of a member');
is(login(user => 'stranger'), 'members ERANGE', 'a member that does not inherit');
is(login(user => 'staff'), 'members ERANGE', 'the role itself, as in pg_hba.conf');
is(login(user => 'bob'), 'later EXDEV', 'a later section');
is(login(user => 'chief'), 'session EMLINK', 'a superuser is a member of nothing');
is(login(), 'session EMLINK', 'the bootstrap superuser neither');

# Broken by: matchers that are or'ed; TCP taken for local or the reverse.
is(login(user => 'dora', db => 'warehouse'), 'both ENOSPC', 'role and database');
is(login(user => 'dora'), 'session EMLINK', 'role, another database');
is(login(user => 'anna', host => '127.0.0.1'), 'tcp EFBIG', 'an address');
is(login(user => 'anna'), 'socket EROFS', 'a local socket');
is(login(user => 'repl', db => 'warehouse'), 'logical ENFILE', 'a database is not "replication"');

# Broken by: walsenders that are forgotten, or physical ones given a database.
sub walsender
{
    my ($session) = @_;
    $session->query('IDENTIFY_SYSTEM');
    return $cluster->sql(q(SELECT profile, filters FROM pg_seccomp_processes WHERE backend_type = 'walsender'));
}
my $physical = $cluster->session(user => 'repl', replication => 'true');
is(walsender($physical), 'physical|2', 'a physical walsender');
$physical->close;
$cluster->poll_until(q(SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'walsender'));
my $logical = $cluster->session(user => 'repl', db => 'warehouse', replication => 'database');
is(walsender($logical), 'logical|2', 'a logical walsender');
$logical->close;

# Broken by: a login hook that cannot stand a role that is not there (under
# "trust" it gets that far), or that takes the server down.
my $postmaster = $cluster->postmaster_pid;
my (undef, undef, $err) = $cluster->psql('SELECT 1', user => 'nobody_here');
like($err, qr/role "nobody_here" does not exist/, 'a role that does not exist');
(undef, undef, $err) = $cluster->psql('SELECT 1', db => 'nowhere');
like($err, qr/database "nowhere" does not exist/, 'a database that does not exist');
is($cluster->sql('SELECT count(*) > 0 FROM pg_stat_activity') . $cluster->postmaster_pid, "t$postmaster",
    'the server goes on');

# Broken by: membership that is cached across logins, or followed by a name
# that is no more.
$cluster->sql('REVOKE staff FROM carol; GRANT staff TO dora; ALTER ROLE alice RENAME TO alicia');
is(login(user => 'carol'), 'session EMLINK', 'membership revoked');
is(login(user => 'dora'), 'members ERANGE', 'membership granted');
is(login(user => 'alicia'), 'session EMLINK', 'a renamed role');
$cluster->sql('ALTER ROLE staff RENAME TO crew');
is(login(user => 'dora'), 'session EMLINK', 'a renamed group');

# Broken by: explain() that matches otherwise than logins do.
is($cluster->sql(<<'END'), "all direct EDOM\nanna session EMLINK\nbob later EXDEV\nrepl logical ENFILE", 'explain() finds the same sections');
SELECT role || ' ' || profile || ' ' || errno FROM (VALUES ('all'), ('bob'), ('repl'), ('anna')) AS who (role),
    LATERAL pg_seccomp_explain('personality', '{}', role, 'warehouse') ORDER BY 1
END

# Broken by: a policy without [Session] that leaves its walkers-in to the last
# named section, or refuses them.
my $named = PgSeccomp::Cluster::new_policy(<<'END');
[Session direct]
Role=alicia
SystemCallFilter=~personality:EDOM
END
$cluster->stop;
$cluster->start(policy => $named);
is($cluster->sql("SELECT my_profile() IS NULL, raw_syscall($personality)"), 't|ok', 'no section fits');
is(login(user => 'alicia'), 'direct EDOM', 'the only section fits');

done_testing();
