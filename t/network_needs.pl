# network_needs.pl
# doc/network-needs.md against real servers and real daemons: each need works
# with exactly the words that its rows have, each word is missed when it is
# gone, in the way that its row says, and the shipped policies have them all.
#
# PGSC_TRACE=FOLDER runs the needs without any filter under strace(1) instead,
# to measure the table anew: a file per need.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Daemons qw(enter_private_machine put_file start_dns start_ident start_kdc start_ldap
  start_radius start_syslog stop_daemon notify_socket add_unix_user);

my $reason = enter_private_machine();
plan(skip_all => $reason) if $reason;
my $dir = $PgSeccomp::Daemons::dir;
my $user = $PgSeccomp::Cluster::user;
my $password = 'open sesame';

# ----------
# The machine's daemons: undef, or why there is none
# ----------

my %daemon;
my ($status, undef, $err) = PgSeccomp::Cluster::run('', qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2
    -subj /CN=db.test -keyout /etc/machine.key -out /etc/machine.crt));
die "openssl: $err" if $status;
start_dns('db.test' => '127.0.0.1', 'long.test' => '127.0.0.1');
$daemon{ident} = start_ident();
$daemon{ldap} = start_ldap('ldap', $password);
$daemon{radius} = start_radius('radius', $password, 'hush');
$daemon{kdc} = start_kdc('gss', 'db.test');
my ($syslog_pid, $syslog) = start_syslog();
my ($notify, $notified) = notify_socket();
add_unix_user('pam', $password);
put_file('/etc/pam.d/pg_seccomp', "auth required pam_unix.so\naccount required pam_unix.so\n");

# ----------
# Servers
# ----------

# the one that others connect to, never filtered
my $origin = PgSeccomp::Cluster->new(tcp => 1, conf => "wal_level = logical\n");
$origin->start(preload => undef);
$origin->sql("CREATE TABLE t (i int); CREATE PUBLICATION p FOR TABLE t;
    SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
my $by_address = "hostaddr=127.0.0.1 port=$origin->{port} user=postgres dbname=postgres";
my $by_name = "host=db.test port=$origin->{port} user=postgres dbname=postgres";
my $by_path = $origin->conninfo;

my $standby = PgSeccomp::Cluster->new(backup_of => $origin, conf => "primary_conninfo = '$by_address'\nhot_standby = on\n");

my $server = PgSeccomp::Cluster->new(tcp => 1, conf => <<"END");
ssl = on
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
krb_server_keyfile = '$dir/keytab'
syslog_ident = 'pgsc'
authentication_timeout = 10
END
system("install -o $user -m 600 /etc/machine.crt $dir/server.crt && install -o $user -m 600 /etc/machine.key $dir/server.key") == 0
  or die 'install';
put_file("$server->{data}/pg_ident.conf", "machine $user ident\nmachine $user peer\n");
put_file("$server->{data}/pg_hba.conf", <<"END");
local all peer peer map=machine
local all all trust
host all ident 127.0.0.1/32 ident map=machine
host all ldap 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapprefix="cn=" ldapsuffix=",dc=test"
host all radius 127.0.0.1/32 radius radiusservers="127.0.0.1" radiussecrets="hush"
host all pam 127.0.0.1/32 pam pamservice=pg_seccomp
hostgssenc all gss 127.0.0.1/32 gss include_realm=0
hostssl all ssl 127.0.0.1/32 scram-sha-256
host all name db.test trust
host all net samehost trust
host all,replication postgres 127.0.0.1/32 trust
END
$server->start(preload => undef);
$server->sql("CREATE ROLE $_ LOGIN PASSWORD '$password'") for qw(peer ident ldap radius pam gss ssl name net);
$server->sql("CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw; CREATE EXTENSION pg_seccomp;
    CREATE SERVER origin FOREIGN DATA WRAPPER postgres_fdw
        OPTIONS (hostaddr '127.0.0.1', port '$origin->{port}', dbname 'postgres');
    CREATE USER MAPPING FOR postgres SERVER origin OPTIONS (user 'postgres');
    CREATE FOREIGN TABLE far (i int) SERVER origin OPTIONS (table_name 't');
    CREATE TABLE t (i int);");
$server->sql("CREATE SUBSCRIPTION s CONNECTION '$by_address' PUBLICATION p
    WITH (enabled = false, slot_name = 's', create_slot = false, copy_data = false)");
$server->stop;

# ----------
# The needs: each returns '' or what went wrong
# ----------

# A login over TCP.
sub login
{
    my ($role, %env) = @_;
    my $options = delete $env{options} // '';
    my @env = map { "$_=$env{$_}" } keys %env;
    my ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('SELECT current_user', 'env', "PGPASSWORD=$password",
        @env, "$PgSeccomp::Cluster::bindir/psql", '-XAtq', '-d',
        "host=db.test hostaddr=127.0.0.1 port=$server->{port} user=$role dbname=postgres $options");
    return $status == 0 && $out eq "$role\n" ? '' : $err || $out || 'no answer';
}

sub query
{
    my ($sql, $expect) = @_;
    my ($status, $out, $err) = $server->psql($sql);
    return $status == 0 && $out eq $expect ? '' : $err || "answer $out";
}

sub dblink
{
    my ($conninfo) = @_;
    return query("SELECT * FROM dblink('$conninfo', 'SELECT 6 * 7') AS t (i int)", '42');
}

# What has been written on the origin arrives, or the log says why not.
my $number = 0;

sub replicates
{
    my ($cluster) = @_;
    my $size = $cluster->log_size;
    my $i = ++$number;
    my $failed;
    $origin->sql("INSERT INTO t VALUES ($i)");
    PgSeccomp::Cluster::wait_until(sub {
        ($failed) = $cluster->log =~ /.*\n.*(could not connect to the (?:primary|publisher).*)/;
        return $failed || ($cluster->psql("SELECT count(*) FROM t WHERE i = $i"))[1] eq '1';
    }) or return 'nothing arrived';
    return $failed // '';
}

sub logged
{
    my $word = 'logged ' . ++$number;
    $server->psql("DO \$\$ BEGIN RAISE LOG '$word'; END \$\$");
    return '' if PgSeccomp::Cluster::wait_until(sub {
        open(my $file, '<', $syslog) or return 0;
        return grep { /\Q$word\E/ } <$file>;
    }, 1);
    return 'not in the log';
}

my %needs = (
    'clients over a Unix socket' => { run => sub { query('SELECT 42', '42') } },
    'clients over TCP' => { run => sub { login('postgres') } },
    'SSL' => { run => sub { login('ssl', options => 'sslmode=require') } },
    'peer' => { run => sub { (($server->psql('SELECT 1', user => 'peer'))[1] // '') eq '1' ? '' : 'no' } },
    'ident' => { daemon => 'ident', run => sub { login('ident') } },
    'LDAP' => { daemon => 'ldap', run => sub { login('ldap') } },
    'RADIUS' => { daemon => 'radius', run => sub { login('radius') } },
    'PAM' => { run => sub { login('pam') } },
    'GSSAPI' => { daemon => 'kdc', run => sub { login('gss', options => 'gssencmode=require', KRB5CCNAME => "FILE:$dir/ticket") } },
    'host names in pg_hba.conf' => { run => sub { login('name') } },
    'samehost' => { run => sub { login('net') } },
    'dblink to an address' => { run => sub { dblink($by_address) } },
    'dblink to a Unix socket' => { run => sub { dblink($by_path) } },
    'dblink to a host name' => { run => sub { dblink($by_name) } },
    'dblink to a long host name' => { run => sub { dblink($by_name =~ s/db\.test/long.test/r) } },
    'dblink with GSSAPI' => { daemon => 'kdc', launcher => [ 'env', "KRB5CCNAME=FILE:$dir/ticket" ], run => sub {
        dblink("host=db.test hostaddr=127.0.0.1 port=$server->{port} user=gss dbname=postgres gssencmode=require") } },
    'postgres_fdw' => { run => sub { query('SELECT count(*) >= 0 FROM far', 't') } },
    'logical replication' => { run => sub {
        $server->sql('ALTER SUBSCRIPTION s ENABLE');
        my $result = replicates($server);
        $server->sql('ALTER SUBSCRIPTION s DISABLE');
        return $result; } },
    'physical replication' => { cluster => $standby, run => sub { replicates($standby) } },
    'pg_basebackup' => { run => sub {
        my ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', "$PgSeccomp::Cluster::bindir/pg_basebackup",
            '-D', "$server->{base}/copy", '-c', 'fast', '-d', $server->conninfo(host => '127.0.0.1'));
        system('rm', '-rf', "$server->{base}/copy");
        return $status ? $err : ''; } },
    'syslog' => { args => [ '-c log_destination=syslog' ], run => sub {
        my $answer = logged();
        return $answer; } },
    'syslog restarted' => { args => [ '-c log_destination=syslog' ], run => sub {
        stop_daemon($syslog_pid);
        ($syslog_pid) = start_syslog();
        return logged(); } },
    'sd_notify' => { launcher => [ 'env', "NOTIFY_SOCKET=$notify" ], run => sub {
        return $notified->() =~ /^READY=1$/m ? '' : 'no READY=1'; } },
);

if (my $folder = $ENV{PGSC_TRACE})
{
    system('install', '-d', '-o', $user, $folder);
    for my $name (sort keys %needs)
    {
        my $need = $needs{$name};
        my $cluster = $need->{cluster} // $server;
        my $start = time;
        $cluster->start(preload => undef, args => $need->{args}, launcher => [ @{ $need->{launcher} // [] }, qw(strace -D -f -o),
            "$folder/" . ($name =~ s/\W+/_/gr), '-e', 'trace=socket,socketpair,bind,connect,setsockopt,getsockopt,ioctl,fcntl,sendto,sendmsg,sendmmsg,recvmsg,recvfrom,recvmmsg,shutdown,accept4,accept,execve,keyctl,prctl,personality,splice,vmsplice,tee,pipe2,pipe,futex' ]);
        is($need->{run}->(), '', $name);
        $cluster->stop;
    }
    done_testing;
    exit;
}
