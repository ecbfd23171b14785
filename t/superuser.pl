# superuser.pl
# What a superuser, or an attacker with the rights of the server's user, can do
# from inside weakens neither the running server nor its next start.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number build_c);

my $mount = call_number('mount');
my $dir = $PgSeccomp::Cluster::policy_dir;
chomp(my $libdir = `$PgSeccomp::Cluster::pg_config --pkglibdir`);
my $lax = PgSeccomp::Cluster::new_policy("[Policy]\nMode=off\n");
my $cluster = PgSeccomp::Cluster->new;
$cluster->start(policy => 'default');
install_attacks($cluster);
$cluster->sql(<<'END');
CREATE EXTENSION pg_seccomp;
CREATE FUNCTION write_file(path text, content text, mode text) RETURNS text LANGUAGE plpython3u AS $$
try:
    with open(path, mode) as file:
        file.write(content)
    return 'written'
except OSError as error:
    return type(error).__name__
$$;
CREATE FUNCTION change(what text, path text) RETURNS text LANGUAGE plpython3u AS $$
import os
try:
    {'unlink': lambda: os.unlink(path),
     'rename': lambda: os.rename(path, path + '.old'),
     'chmod': lambda: os.chmod(path, 0o777),
     'chown': lambda: os.chown(path, os.getuid(), -1),
     'mkdir': lambda: os.mkdir(path + '.d')}[what]()
    return 'done'
except OSError as error:
    return type(error).__name__
$$;
END

# What holds in a session: a denied call, the kernel's count, the policy.
my $look = "SELECT raw_syscall($mount), filters, (SELECT policy || ' ' || mode FROM pg_seccomp_status)
    FROM pg_seccomp_processes WHERE pid = pg_backend_pid()";
my $holds = 'EPERM|3|default enforce';

# Broken by: enforcement that lives in SQL objects, settings or the role.
my $session = $cluster->session;
is($session->sql($look), $holds, 'a superuser\'s session is filtered');
for my $trick (q(LOAD '$libdir/pg_seccomp'), 'LOAD \'pg_seccomp\'',
    'DROP EXTENSION pg_seccomp; CREATE EXTENSION pg_seccomp',
    'CREATE ROLE other SUPERUSER; SET ROLE other', 'SET SESSION AUTHORIZATION other', 'RESET SESSION AUTHORIZATION; RESET ROLE',
    'DISCARD ALL', 'RESET ALL', 'SELECT pg_reload_conf()',
    "SET pg_seccomp.policy = '$lax'", "SELECT set_config('pg_seccomp.policy', '$lax', false)",
    "ALTER SYSTEM SET pg_seccomp.policy = '$lax'", "ALTER ROLE postgres SET pg_seccomp.policy = '$lax'",
    "UPDATE pg_settings SET setting = '$lax' WHERE name = 'pg_seccomp.policy'",
    "SET shared_preload_libraries = ''", "SET session_preload_libraries = 'pg_seccomp'",
    q(CREATE SCHEMA evil; CREATE FUNCTION evil.pg_seccomp_restrict(text) RETURNS void LANGUAGE sql AS ''; SET search_path = evil, public))
{
    $session->query($trick);
    is($session->sql($look), $holds, $trick =~ s/\n.*//sr);
}
is($cluster->sql($look), $holds, 'a new session is filtered');
is((split /\|/, $cluster->sql($look, options => "-c session_preload_libraries=pg_seccomp"))[0], 'EPERM', 'PGOPTIONS: session_preload_libraries');
my ($status, undef, $err) = $cluster->psql($look, options => "-c pg_seccomp.policy=$lax");
like($err, qr/parameter "pg_seccomp.policy" cannot be changed/, 'PGOPTIONS: pg_seccomp.policy');

# Broken by: a filter that its own process could take off; replacing functions
# that the module uses.
$session->sql(<<'END');
CREATE FUNCTION take_off() RETURNS text LANGUAGE plpython3u AS $$
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_DISABLED = 22, 38, 0
answers = []
for option in (PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS):
    libc.prctl(option, SECCOMP_MODE_DISABLED, 0, 0, 0)
    answers.append(errno.errorcode[ctypes.get_errno()])
return ' '.join(answers)
$$
END
is($session->sql('SELECT take_off()'), 'EINVAL EINVAL', 'prctl takes nothing off');
is(join(' ', map { PgSeccomp::Cluster::kernel_says($session->pid, $_) } qw(Seccomp Seccomp_filters NoNewPrivs)), '2 3 1',
    'the kernel agrees');

# Broken by: a postmaster whose memory a backend may write: its children inherit
# their programs from there.  What is not dumpable has root's files in /proc.
my $uid = getpwnam($PgSeccomp::Cluster::user);
sub owner { return (stat "/proc/$_[0]/status")[4] }
$session->sql(<<'END');
CREATE FUNCTION open_memory(pid text) RETURNS text LANGUAGE plpython3u AS $$
import errno, os
try:
    os.close(os.open('/proc/%s/mem' % pid, os.O_RDWR))
    return 'opened'
except OSError as error:
    return errno.errorcode[error.errno]
$$
END
is($session->sql("SELECT open_memory('" . $cluster->postmaster_pid . "')"), 'EACCES', 'the postmaster\'s memory is closed');
is(owner($cluster->postmaster_pid), 0, 'it is not dumpable');

# Broken by: a shipped policy without ProcessDumpable=no, under which a session
# writes its neighbour's memory; t/traits.pl has the rest.  Or by programs that
# inherit it, for whom much of /proc/self would be closed.
is_deeply([ grep { defined owner($_) && owner($_) != 0 } $cluster->children ], [], 'nor is any child');
is($session->sql(q(SELECT pg_read_file('/proc/self/status', 0, 8192) ~ 'Seccomp:\s*2')), 't', '/proc/self/status is readable');
$session->sql(q(CREATE TEMP TABLE said (line text); COPY said FROM PROGRAM 'stat -c %u /proc/self/status /proc/$PPID/status; head -c 1 /proc/self/environ | wc -c'));
is($session->sql(q(SELECT string_agg(line, ' ') FROM said)), "$uid 0 1", 'programs that a backend starts are as ever');

# Broken by: a policy, or a library, that the server's user can write.
for my $path ("$dir/default.conf", "$dir/new.conf", "$libdir/pg_seccomp.so", "$libdir/new.so")
{
    isnt($session->sql("SELECT write_file('$path', 'x', 'a')"), 'written', "write $path");
    isnt($session->sql("SELECT change('$_', '$path')"), 'done', "$_ $path") for qw(unlink rename chmod chown mkdir);
}
isnt($session->sql("SELECT change('rename', '$dir')"), 'done', 'rename the folder of policies');
(undef, $err) = $session->query("COPY (SELECT '[Policy]') TO '$dir/default.conf'");
like($err, qr/Permission denied/, 'COPY TO the policy');
(undef, $err) = $session->query("COPY (SELECT 1) TO PROGRAM 'chmod 666 $dir/default.conf'");
like($err, qr/failed/, 'COPY TO PROGRAM chmod');
is($cluster->sql('SELECT file_state FROM pg_seccomp_status'), 'current', 'the policy is as it was');

# Broken by: a next start that follows what the server could write.  The fake
# library filters nothing; with the preload setting on the command line, nobody
# looks for it.
my $fake = build_c(<<"END", '-shared', '-fPIC', "-I" . `$PgSeccomp::Cluster::pg_config --includedir-server` =~ s/\n//r);
#include "postgres.h"
#include "fmgr.h"
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
void _PG_init(void) { elog(LOG, "the fake library was loaded"); }
END
my $elsewhere = "$cluster->{base}/lib";
mkdir $elsewhere;
system 'cp', $fake, "$elsewhere/pg_seccomp.so";
my @settings = ("shared_preload_libraries = '\$libdir/auto_explain'", "session_preload_libraries = '\$libdir/auto_explain'",
    "dynamic_library_path = '$elsewhere:\$libdir'", 'restart_after_crash = off');
my %size = map { $_ => -s "$cluster->{data}/$_" } qw(postgresql.conf postgresql.auto.conf);
for my $setting (@settings)
{
    $session->query("ALTER SYSTEM SET $setting");
}
is($session->sql(qq(SELECT write_file('$cluster->{data}/postgresql.conf', E'\\n$_->[0]\\n', 'a'))), 'written', "written: $_->[0]")
  for map { [ s/'/''/gr ] } @settings;
is($session->sql(qq(SELECT write_file('$cluster->{data}/postmaster.opts', 'postgres', 'w'))), 'written', 'written: postmaster.opts');
$session->close;
$cluster->stop;
my $offset = $cluster->log_size;
$cluster->start(policy => 'default');
# no view here: from 18 on, SQL functions follow dynamic_library_path even where
# they name $libdir, so that a superuser can have views lie
$session = $cluster->session;
is($session->sql("SELECT raw_syscall($mount)"), 'EPERM', 'after a restart sessions are filtered');
is(PgSeccomp::Cluster::kernel_says($session->pid, 'Seccomp_filters'), 3, 'in every scope');
is($session->sql('SHOW dynamic_library_path'), "$elsewhere:\$libdir", 'though the settings were taken');
like($cluster->log($offset), qr/seccomp policy "\Q$dir\E\/default.conf" is in force/, 'the same policy holds');
unlike($cluster->log($offset), qr/the fake library was loaded/, 'the fake library was not loaded');
$session->close;
$cluster->stop;
truncate "$cluster->{data}/$_", $size{$_} for keys %size;
$cluster->start(policy => 'default');

# Broken by: a weaker policy that files may choose; a start that goes on with
# the default then.
for my $file (qw(postgresql.conf postgresql.auto.conf))
{
    my $before = -s "$cluster->{data}/$file";
    is($cluster->sql("SELECT write_file('$cluster->{data}/$file', E'\\npg_seccomp.policy = ''$lax''\\n', 'a')"), 'written', "written: $file");
    $cluster->sql('SELECT pg_reload_conf()');
    is($cluster->sql($look), $holds, "$file, reloaded: the same policy holds");
    $cluster->stop;
    $offset = $cluster->log_size;
    ok(!$cluster->start(fails => 1), "$file: no start");
    like($cluster->log($offset), qr/FATAL:  parameter "pg_seccomp.policy" cannot be set in a configuration file here\n.*\n.*HINT:  Give pg_seccomp.policy on the command line/,
        "$file: why and what to do");
    ok($cluster->start(policy => 'default', fails => 1), "$file: the command line outranks it");
    is($cluster->sql($look), $holds, "$file: and the same policy holds");
    truncate "$cluster->{data}/$file", $before;
}

# Broken by: a check that finds fault with the documented set-up, or none with
# others.  Neighbours are apart: other tests' servers, and psql, are some; so are
# violations, of which this test has made some.
sub findings
{
    return $cluster->sql(q(SELECT coalesce(string_agg(item || ' ' || status, ', '), 'none')
        FROM pg_seccomp_check() WHERE status <> 'ok' AND item NOT IN ('neighbours', 'violations')));
}
is(findings(), 'none', 'command line: nothing to find');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'violations')), 'warn', 'the violations above: found');
$cluster->sql('SELECT pg_seccomp_reset_violations()');
is($cluster->sql(q(SELECT status FROM pg_seccomp_check() WHERE item = 'violations')), 'ok', 'and gone when they are explained');
my $neighbour = PgSeccomp::Cluster::background('sleep', 600);
ok($cluster->poll_until(qq(SELECT status = 'warn' AND hint IS NOT NULL AND (detail ~ '\\y$neighbour\\y' OR detail ~ ', \\.\\.\\.')
    FROM pg_seccomp_check() WHERE item = 'neighbours')), 'an unfiltered process of the server\'s user: found');
$cluster->sql(qq(SELECT write_file('$cluster->{data}/postmaster.opts', 'postgres', 'w')));
is(findings(), 'postmaster_opts fail', 'a command line that was rewritten: found');
$cluster->stop;
$cluster->start(policy => 'default', launcher => [ 'env', 'LD_LIBRARY_PATH=/nowhere' ]);
is(findings(), 'loader warn', 'a variable of the loader: found');
$cluster->stop;
$cluster->append_conf("shared_preload_libraries = '\$libdir/pg_seccomp'\n");
$cluster->start(preload => undef);
is($cluster->sql($look), $holds, 'preloaded from a file: filtered');
is(findings(), 'preload_setting fail, policy_choice warn', 'preloaded from a file: found');
$cluster->stop;
$cluster->start(preload => 'pg_seccomp', policy => 'default');
is(findings(), 'preload_path fail', 'a bare name: found');
$cluster->stop;
$cluster->start(preload => 'pg_seccomp', policy => 'default', args => ["-c dynamic_library_path='\$libdir'"]);
is(findings(), 'none', 'a bare name with the path on the command line: nothing to find');
$cluster->stop;
$cluster->start(preload => '$libdir/auto_explain,$libdir/pg_seccomp', policy => 'default');
is(findings(), 'preload_order warn', 'another library first: found');
$cluster->stop;

# Debian's pg_ctlcluster reads files beside postgresql.conf
my $etc = "$cluster->{base}/etc";
mkdir $etc;
system 'cp', '-p', "$cluster->{data}/postgresql.conf", $etc;
open(my $file, '>', "$etc/pg_ctl.conf") or die $!;
close $file;
chown((getpwnam($PgSeccomp::Cluster::user))[ 2, 3 ], $etc, "$etc/pg_ctl.conf");
$cluster->start(policy => 'default', args => [ "-c config_file=$etc/postgresql.conf", "-c hba_file=$cluster->{data}/pg_hba.conf",
    "-c ident_file=$cluster->{data}/pg_ident.conf" ]);
is(findings(), 'start_files warn', 'start files of the server\'s user: found');

$cluster->stop;

# Broken by: a permissive policy, for looking first, that changes what a server's
# user can see of it.
my $permissive = PgSeccomp::Cluster::new_policy("[Policy]\nMode=permissive\n[Server]\nSystemCallFilter=~mount\n");
$cluster->start(policy => $permissive);
is(owner($cluster->postmaster_pid), $uid, 'permissive: the postmaster stays dumpable');

done_testing();
