# launcher.pl
# The attack that the launcher is for, played for real: whoever has taken over a
# backend rewrites all that the server's user can write, ends the postmaster, and
# waits for the service manager to start it again without its filter.  The units
# are those of examples/, run by a service manager in small (Unit.pm).
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(install_attacks call_number build_c build_library);
use PgSeccomp::Unit;

my $root = dirname(dirname(abs_path($0)));
my $bindir = $PgSeccomp::Cluster::bindir;
my $policy_dir = $PgSeccomp::Cluster::policy_dir;
my $major = $PgSeccomp::Cluster::major;
my $user = $PgSeccomp::Cluster::user;
my $tool = $ENV{PGSC_TOOL} // "$bindir/pg_seccomp";
my @owner = (getpwnam($user))[ 2, 3 ];
chomp(my $libdir = `$PgSeccomp::Cluster::pg_config --pkglibdir`);
my $has_systemd = `$PgSeccomp::Cluster::pg_config --configure` =~ /--with-systemd/;
my $mount = call_number('mount');

sub slurp
{
    my ($path) = @_;
    open(my $file, '<', $path) or die "$path: $!";
    local $/;
    return scalar <$file>;
}

# What a program of the session gets, said in one line: mount(2) with arguments
# that are good for nothing, and the kernel's account of the process.
my $program = build_c(<<'END');
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(void)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");

    errno = 0;
    syscall(SYS_mount, -1, -1, -1, -1, -1);
    printf("mount %s", strerrorname_np(errno));
    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "Seccomp_filters:", 16) == 0)
            printf(" filters %d", atoi(line + 16));
    printf("\n");
    return 0;
}
END

# ----------
# The units
# ----------

# A unit of examples/ with the places of this machine for Debian's.  Each has to
# be there: a unit that names other places is not the one that was tested.
sub example
{
    my ($name, %places) = @_;
    my $text = slurp("$root/examples/$name");
    my $any = join '|', map { quotemeta } sort { length $b <=> length $a } keys %places;
    my %seen;
    $text =~ s/($any)/$seen{$1} = 1; $places{$1}/ge;
    is_deeply([ sort keys %seen ], [ sort keys %places ], "examples/$name names all these places");
    return $text;
}

# A cluster as Debian makes them: its postgresql.conf says where the rest is.
sub new_cluster
{
    my ($conf) = @_;
    my $cluster = PgSeccomp::Cluster->new(conf => $conf);
    $cluster->append_conf("hba_file = '$cluster->{data}/pg_hba.conf'\nident_file = '$cluster->{data}/pg_ident.conf'\n");
    return $cluster;
}

my $policy = $ENV{PGSC_TOOL} ? "$policy_dir/default.conf" : 'default';

# A tool that is tested before it is installed may know another folder of policies.
sub launcher_places
{
    return ('exec default' => "exec $policy",
        '/usr/lib/postgresql/15/bin/pg_seccomp' => $tool);
}

sub unit_for
{
    my ($cluster) = @_;
    return example('postgresql-15-main-seccomp.service',
        launcher_places(), '/usr/lib/postgresql/15/bin' => $bindir,
        '/etc/postgresql/15/main/postgresql.conf' => "$cluster->{data}/postgresql.conf",
        '/var/lib/postgresql/15/main' => $cluster->{data},
        '--reuid=postgres --regid=postgres' => "--reuid=$user --regid=$user");
}

# The same with a command line that names neither module nor policy.
sub without_module
{
    my ($text) = @_;
    my $count = $text =~ s/^    -c '?(?:shared_preload_libraries|pg_seccomp\.policy)=.*\n//mg;
    die "there is no module in:\n$text" unless $count == 2;
    return $text;
}

# What the drop-in is for, in short: postgresql-common has the rest.
sub template { return "[Service]\nType=forking\nExecStart=-/bin/true %i start\n" }

# systemd's own opinion of units, by name; lines about other units are not ours.
sub verify
{
    my ($folder, $name) = @_;
    local $ENV{SYSTEMD_UNIT_PATH} = "$folder:";
    my ($status, undef, $err) = PgSeccomp::Cluster::run('', 'systemd-analyze', 'verify', '--man=no', "$folder/$name");
    return join '', grep { /\Q$folder\E|\Q$name\E/ } split /^/, $err;
}

sub put
{
    my ($path, $text, $mode) = @_;
    open(my $file, '>', $path) or die "$path: $!";
    print $file $text;
    close $file or die $!;
    chmod $mode // 0644, $path;
    return $path;
}

# Broken by: a unit that was changed in one place.
{
    my $doc = slurp("$root/doc/operations.md");
    my ($unit) = slurp("$root/examples/postgresql-15-main-seccomp.service") =~ /^(\[Unit\].*)/ms;
    my ($dropin) = slurp("$root/examples/postgresql\@15-main.service.d/pg_seccomp.conf") =~ /^(\[Service\].*)/ms;
    ok(index($doc, "```\n$unit```\n") >= 0, 'doc/operations.md shows the unit as it is');
    ok(index($doc, $dropin =~ s/^/       /mgr) >= 0, '... and the drop-in');
}

my $cluster = new_cluster();
my $unit_text = unit_for($cluster);
my $dropin_text = example('postgresql@15-main.service.d/pg_seccomp.conf',
    launcher_places(), '/usr/lib/postgresql/15/lib' => $libdir);

# Broken by: an example that systemd does not take as it is meant.
SKIP:
{
    skip 'no systemd-analyze', 4 if system('systemd-analyze --version >/dev/null 2>&1') != 0;
    my $folder = tempdir(CLEANUP => 1);
    my ($unit, $template) = ('postgresql-15-main-seccomp.service', 'postgresql@15-main.service');
    put("$folder/$unit", $unit_text);
    is(verify($folder, $unit), '', "systemd takes $unit");
    put("$folder/$unit", $unit_text =~ s/Restart=on-failure/Restart=sometimes/r);
    isnt(verify($folder, $unit), '', '... and complains of another');
    put("$folder/postgresql\@.service", template());
    mkdir "$folder/$template.d";
    put("$folder/$template.d/pg_seccomp.conf", $dropin_text);
    is(verify($folder, $template), '', "systemd takes the drop-in of $template");
    put("$folder/$template.d/pg_seccomp.conf", $dropin_text =~ s/^ExecStart=\n//mr);
    isnt(verify($folder, $template), '', '... and complains of one that leaves the first command');
}

# Broken by: dollar signs, quotes or continued lines that are read otherwise than
# by systemd; this is what the tests below rest on.
is_deeply([ PgSeccomp::Unit->new($unit_text)->exec_start ],
    [ $tool, 'exec', $policy, '--', '/usr/bin/setpriv', "--reuid=$user", "--regid=$user", '--init-groups', '--',
        "$bindir/postgres", '-c', "config_file=$cluster->{data}/postgresql.conf",
        '-c', "data_directory=$cluster->{data}", '-c', 'shared_preload_libraries=$libdir/pg_seccomp', '-c', 'pg_seccomp.policy=default',
        '-c', 'dynamic_library_path=$libdir', '-c', 'ssl_passphrase_command=', '-c', 'ssl_passphrase_command_supports_reload=off' ],
    'the unit\'s command line');
is_deeply([ (PgSeccomp::Unit->new([ template(), $dropin_text ], instance => '15-main')->exec_start)[ 0 .. 8 ] ],
    [ $tool, 'exec', $policy, '--', '/usr/bin/pg_ctlcluster', '--skip-systemctl-redirect', '15-main', 'start', '-o' ],
    'the drop-in\'s command line');

# ----------
# The attack
# ----------

my $fake = build_library(<<'END');
#include "postgres.h"
#include "fmgr.h"
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
void _PG_init(void) { elog(LOG, "the fake library was loaded"); }
END
my $lax = PgSeccomp::Cluster::new_policy("[Policy]\nMode=off\n");

my $tools = <<'END';
CREATE FUNCTION write_file(path text, content text, mode text DEFAULT 'w', permissions int DEFAULT 420)
RETURNS text LANGUAGE plpython3u AS $$
import os
try:
    with open(path, mode) as file:
        file.write(content)
    os.chmod(path, permissions)
    return 'written'
except OSError as error:
    return type(error).__name__
$$;
CREATE FUNCTION change(what text, path text, other text DEFAULT '') RETURNS text LANGUAGE plpython3u AS $$
import os, shutil
try:
    {'unlink': lambda: os.unlink(path),
     'rename': lambda: os.rename(path, other),
     'link': lambda: os.symlink(other, path),
     'mkdir': lambda: os.mkdir(path),
     'copy': lambda: shutil.copy(other, path),
     'chmod': lambda: os.chmod(path, 0o777)}[what]()
    return 'done'
except OSError as error:
    return type(error).__name__
$$;
END

# What a session and a program of its get for mount(2), and how many filters the
# kernel counts in postmaster, session and program.
sub holds
{
    my ($on) = @_;
    my $session = $on->session;
    my $in_session = $session->sql("SELECT raw_syscall($mount)");
    my $in_program = $session->sql("CREATE TEMP TABLE said (line text); COPY said FROM PROGRAM '$program'; SELECT line FROM said");
    my @filters = map { PgSeccomp::Cluster::kernel_says($_, 'Seccomp_filters') } $on->postmaster_pid, $session->pid;
    $session->close;
    return "@filters, session mount $in_session, program $in_program";
}

# Starts a service on a cluster: its unit, with a session's tools installed.
sub serve
{
    my ($on, $text) = @_;
    my $unit = PgSeccomp::Unit->new($text);
    my $ready = $unit->start($on->{log});
    ok($on->poll_until('SELECT true'), 'the service runs') or diag($on->log);
    ok($ready, 'and has told the service manager') if $has_systemd && $text =~ /^Type=notify/m;
    if ($on->sql(q(SELECT count(*) FROM pg_proc WHERE proname = 'raw_syscall')) eq '0')
    {
        install_attacks($on);
        $on->sql($tools);
    }
    return $unit;
}

# Ends the postmaster from a program of the session, and waits for the next one.
sub kill_postmaster
{
    my ($on, $session) = @_;
    my $old = $on->postmaster_pid;
    $session->query("COPY (SELECT 1) TO PROGRAM 'kill -9 $old'");
    my $new = PgSeccomp::Cluster::wait_until(sub {
        my $pid = $on->postmaster_pid;
        return $pid && $pid != $old && ($on->psql('SELECT 1'))[0] == 0;
    }, 60);
    ok($new, 'the postmaster was killed, and the service manager has started another') or diag($on->log);
    return;
}

# All that code with the server's rights can prepare for the next start.
sub attack
{
    my ($on) = @_;
    my ($data, $evil) = ($on->{data}, "$on->{base}/evil");
    my $session = $on->session;
    my $write = sub {
        my ($path, $content, @more) = @_;
        return $session->sql("SELECT write_file('$path', '" . $content =~ s/'/''/gr . "'" . join('', map { ", $_" } @more) . ')');
    };

    # what is root's stays as it was
    for my $path ("$bindir/postgres", "$bindir/pg_seccomp", "$libdir/pg_seccomp.so", "$policy_dir/default.conf", "$policy_dir/new.conf")
    {
        isnt($write->($path, 'x'), 'written', "not written: $path");
        isnt($session->sql("SELECT change('$_', '$path', '$path.old')"), 'done', "... nor changed by $_") for qw(unlink rename chmod);
    }
    isnt($session->sql("SELECT change('rename', '$policy_dir', '$policy_dir.old')"), 'done', 'the folder of policies');

    # a library and programs of his own, wherever he can put them
    is($session->sql("SELECT change('mkdir', '$evil'), change('mkdir', '$evil/conf.d'), change('mkdir', '$data/bin')"), 'done|done|done', 'folders');
    is($session->sql("SELECT change('copy', '$_/pg_seccomp.so', '$fake')"), 'done', "a fake library in $_") for $evil, $data;
    is($write->("$data/bin/$_", "#!/bin/sh\necho the fake $_ was run >&2\n", "'w'", 493), 'written', "a fake $_") for qw(postgres pg_seccomp);

    # another cluster, prepared
    $session->sql("COPY (SELECT 1) TO PROGRAM '$bindir/initdb -D $evil/data -N -A trust >/dev/null 2>&1'");
    ok(-e "$evil/data/PG_VERSION", 'another cluster');

    # settings, by SQL
    my @settings = ("shared_preload_libraries = ''", "session_preload_libraries = ''", "local_preload_libraries = ''",
        "dynamic_library_path = '$evil'", "ssl_passphrase_command = 'touch $evil/passphrase'", 'ssl_passphrase_command_supports_reload = on');
    is(($session->query("ALTER SYSTEM SET $_"))[1], '', "ALTER SYSTEM SET $_") for @settings;
    like(($session->query("ALTER SYSTEM SET pg_seccomp.policy = '$lax'"))[1], qr/ERROR/, 'ALTER SYSTEM SET pg_seccomp.policy: refused')
      if $on->sql('SHOW shared_preload_libraries') =~ /pg_seccomp/;

    # and by files: includes, another data directory, a link in place of the file
    my $conf = slurp("$data/postgresql.conf") . join("\n", @settings, "pg_seccomp.policy = '$lax'", "data_directory = '$evil/data'",
        "include = '$evil/more.conf'", "include_dir = '$evil/conf.d'", '');
    is($write->("$evil/$_->[0]", $_->[1]), 'written', "written: $_->[0]")
      for [ 'postgresql.conf', $conf ], [ 'more.conf', "shared_preload_libraries = ''\n" ],
      [ 'conf.d/last.conf', "dynamic_library_path = '$evil'\npg_seccomp.policy = '$lax'\n" ];
    is($session->sql("SELECT change('rename', '$data/postgresql.conf', '$evil/old.conf'), change('link', '$data/postgresql.conf', '$evil/postgresql.conf')"),
        'done|done', 'another postgresql.conf');
    # ALTER SYSTEM has made '""' of '', the name of a library that there is not
    is($write->("$data/postgresql.auto.conf", join("\n", @settings, "pg_seccomp.policy = '$lax'", ''), "'a'"), 'written', 'postgresql.auto.conf');
    is($write->("$data/postmaster.opts", "$data/bin/postgres\n"), 'written', 'postmaster.opts');
    is($write->("$data/pg_hba.conf", "local all all trust\n"), 'written', 'pg_hba.conf');
    kill_postmaster($on, $session);
    $session->close;
    unlike($on->log, qr/the fake/, 'neither library nor program of his was run');
    return;
}

# Broken by: a control that shows nothing: the same attack has to succeed where
# the preload setting is in a file and nobody has launched the server.
{
    my $bare = new_cluster("shared_preload_libraries = '\$libdir/pg_seccomp'\n");
    my $service = serve($bare, without_module(unit_for($bare)) =~ s{^ExecStart=\K\S+/pg_seccomp exec default -- }{}mr);
    is(holds($bare), '1 3, session mount EPERM, program mount EPERM filters 3', 'control: before the attack it is filtered');
    attack($bare);
    is(holds($bare), '0 0, session mount EFAULT, program mount EFAULT filters 0', 'control: the attack takes all filters off');
    $service->stop;
}

# Broken by: anything in the files of the server's user that the start of the
# unit depends on.
{
    my $service = serve($cluster, $unit_text);
    my $filtered = '2 4, session mount EPERM, program mount EPERM filters 4';
    $cluster->sql('CREATE EXTENSION pg_seccomp');
    is(holds($cluster), $filtered, 'the unit: launcher and module have their filters');
    my $first = $cluster->postmaster_pid;
    attack($cluster);
    isnt($cluster->postmaster_pid, $first, 'it is another server');
    is(join(' ', $service->ends), 9, 'one start, and one that followed it');
    is(holds($cluster), $filtered, 'after the attack: launcher and module have their filters');
    is($cluster->sql('SELECT policy, mode, anchored, file_state FROM pg_seccomp_status'), 'default|enforce|t|current', 'the module is loaded, under the same policy');
    is(join('|', map { $cluster->sql("SHOW $_") } qw(shared_preload_libraries dynamic_library_path data_directory ssl_passphrase_command)),
        "\$libdir/pg_seccomp|\$libdir|$cluster->{data}|", 'the command line outranks what he wrote');
    is($cluster->sql(q(SELECT string_agg(item || ' ' || status, ', ') FROM pg_seccomp_check()
        WHERE status <> 'ok' AND item NOT IN ('neighbours', 'violations'))), '', 'and there is nothing to find');
    like($cluster->sql(q(SELECT syscall || ' ' || (count > 0) FROM pg_seccomp_violations WHERE syscall = 'mount')), qr/^mount true$/, 'denials are reported');
    ok(!-e "$cluster->{base}/evil/passphrase", 'the postmaster has run no command of his');
    is(PgSeccomp::Cluster::kernel_says($cluster->postmaster_pid, 'NoNewPrivs'), 1, 'no_new_privs');
    $service->stop;
    ok(!-e "$cluster->{data}/postmaster.pid", 'stopped by the service manager');
}

# Broken by: a filter that is the module's alone.  Here he gets what he wants,
# a command line that does not load it.
{
    my $lost = new_cluster();
    my $service = serve($lost, without_module(unit_for($lost)));
    attack($lost);
    is($lost->sql('SHOW shared_preload_libraries'), '', 'the module is lost');
    is(holds($lost), '1 1, session mount EPERM, program mount EPERM filters 1', 'the launcher\'s filter holds');
    $service->stop;
}

# Broken by: a launcher that needs root, or a unit whose launcher is the server's
# user's: another process of that user could write its memory before the filter.
{
    my $by_user = new_cluster();
    my $text = unit_for($by_user);
    unlike($text, qr/^User=/m, 'the unit starts the launcher as root');
    my $service = serve($by_user, $text =~ s/^\[Service\]\n/[Service]\nUser=$user\n/mr =~ s{^ +/usr/bin/setpriv .*\n}{}mr);
    is(holds($by_user), '2 4, session mount EPERM, program mount EPERM filters 4', 'started as the server\'s user it works, too');
    is((stat "/proc/@{[ $by_user->postmaster_pid ]}/status")[4] . ' ' . PgSeccomp::Cluster::kernel_says($by_user->postmaster_pid, 'Uid'), "0 $owner[0]", 'and the server is its user\'s');
    $service->stop;
}

# ----------
# Debian's pg_ctlcluster
# ----------

# It reads files that Debian gives to the server's user, and does what they say:
# pg_ctl.conf can name another program to start in place of postgres.
SKIP:
{
    my $pg_ctlcluster = '/usr/bin/pg_ctlcluster';
    skip "no $pg_ctlcluster", 12 unless -x $pg_ctlcluster;
    skip "no PostgreSQL $major of Debian's, whose psql $pg_ctlcluster runs", 12 unless -x "/usr/lib/postgresql/$major/bin/psql";
    my $debian = new_cluster();
    my ($base, $data) = @$debian{qw(base data)};
    my $name = "$major-pgsc";    # not "main": a real one may have this, and files in /run
    my $etc = "$base/conf/$major/pgsc";
    system 'mkdir', '-p', $etc;
    rename "$data/postgresql.conf", "$etc/postgresql.conf" or die $!;
    open(my $conf, '>>', "$etc/postgresql.conf") or die $!;
    print $conf "data_directory = '$data'\nexternal_pid_file = '$base/pid'\n";
    close $conf;
    symlink $debian->{log}, "$etc/log";
    put($debian->{log}, '');
    system 'chown', '-hR', $user, "$base/conf", $debian->{log};
    my $dropin = PgSeccomp::Unit->new([ template(), $dropin_text =~ s{\Q$pg_ctlcluster\E\K}{ --bindir=$bindir}gr ], instance => $name);
    my @command = $dropin->exec_start;
    my $by_itself = sub { my @words = @_; splice @words, 0, 4; return @words };
    my $run = sub {
        my (@words) = @_;
        my ($status, $out, $err) = PgSeccomp::Cluster::run('', 'env', "PG_CLUSTER_CONF_ROOT=$base/conf", @words);
        diag("$out$err" . $debian->log) if $status;
        return $status;
    };
    my $stop = sub { return $run->($pg_ctlcluster, "--bindir=$bindir", '--skip-systemctl-redirect', '-m', 'fast', $name, 'stop') };
    my $filters = sub { return PgSeccomp::Cluster::kernel_says($debian->postmaster_pid, 'Seccomp_filters') };

    # Broken by: a filter that root's half of pg_ctlcluster cannot do its work under.
    is($run->(@command), 0, 'the drop-in\'s command starts the cluster');
    is($filters->(), 2, 'launcher and module have their filters');
    is($debian->sql('SHOW shared_preload_libraries'), "$libdir/pg_seccomp", '-o has arrived');
    is($stop->(), 0, 'stopped');

    # Broken by: a launcher that lets go of what is started in the server's place.
    my $fake_postgres = put("$base/postgres", "#!/bin/sh\n$program >$base/said\nexec $bindir/postgres -D $data -c config_file=$etc/postgresql.conf\n", 0755);
    put("$etc/pg_ctl.conf", "pg_ctl_options = '-p $fake_postgres'\n");
    system 'chown', $user, $fake_postgres, "$etc/pg_ctl.conf", $base;
    is($run->($by_itself->(@command)), 0, 'control: without the launcher the cluster starts');
    is(slurp("$base/said") . $filters->(), "mount EFAULT filters 0\n0", 'control: his program runs in its place, without a filter');
    $stop->();
    is($run->(@command), 0, 'with the launcher the cluster starts');
    is(slurp("$base/said") . $filters->(), "mount EPERM filters 1\n1", 'the launcher\'s filter holds for his program, and for what it starts');
    is($debian->sql('SHOW shared_preload_libraries'), '', 'though the module is lost');

    # Broken by: a drop-in that leaves stop or reload to Debian's unit: where -D is a
    # folder of configuration only, pg_ctl asks the program that -p names for the data.
    my $bare = "$base/bare";
    mkdir $bare;
    put("$bare/postgresql.conf", '');
    my $asked = put("$base/asked", "#!/bin/sh\n$program >$base/said\necho $data\n", 0755);
    system 'chown', '-R', $user, $bare, $asked;
    my @stop = $dropin->command('ExecStop');
    my %shown = (control => [ 'EFAULT', 0, $by_itself->(@stop) ], 'the drop-in' => [ 'EPERM', 1, @stop ]);
    for my $what ('control', 'the drop-in')
    {
        my ($errno, $filters, @words) = @{ $shown{$what} };
        put("$etc/pg_ctl.conf", "pg_ctl_options = '-p $asked -D $bare'\n");
        unlink "$base/said";
        $run->(@words);
        is(-e "$base/said" ? slurp("$base/said") : 'nothing', "mount $errno filters $filters\n", "$what: his program runs at stop");
        put("$etc/pg_ctl.conf", '');
        $run->(@command) unless $debian->postmaster_pid;
    }
    is_deeply([ ($dropin->command('ExecReload'))[ 0 .. 3 ] ], [ @command[ 0 .. 3 ] ], 'reload has the launcher, too');
    is($run->($dropin->command('ExecReload')), 0, '... and works below it');
    $stop->() if $debian->postmaster_pid;
}

done_testing();
