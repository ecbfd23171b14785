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
use PgSeccomp::Daemons qw(enter_private_machine $second_address put_file start_dns start_ident start_kdc start_ldap
  start_radius start_syslog stop_daemon new_ticket notify_socket add_unix_user);

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
start_dns('db.test' => ['127.0.0.1'], 'long.test' => [$second_address], 'many.test' => [ '127.0.0.3', '::1' ]);
$daemon{ident} = start_ident();
$daemon{ldap} = start_ldap('ldap', $password);
$daemon{radius} = start_radius('radius', $password, 'hush');
$daemon{kdc} = start_kdc('gss', 'db.test');
my ($syslog_pid, $syslog) = start_syslog();
my ($notify, $notified) = notify_socket();
add_unix_user('pam', $password);
put_file('/etc/pam.d/pg_seccomp', "auth required pam_unix.so nodelay\naccount required pam_unix.so\n");

# ----------
# Servers
# ----------

# the one that others connect to, never filtered
my $origin = PgSeccomp::Cluster->new(tcp => 1, conf => "wal_level = logical\nlisten_addresses = '127.0.0.1, 127.0.0.3'\n");
$origin->start(preload => undef);
$origin->sql("CREATE EXTENSION pg_seccomp; CREATE TABLE t (i int); CREATE PUBLICATION p FOR TABLE t;
    SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
my $where = "port=$origin->{port} user=postgres dbname=postgres gssencmode=disable";
my $by_address = "hostaddr=127.0.0.1 $where";

my $standby = PgSeccomp::Cluster->new(backup_of => $origin, conf => "wal_retrieve_retry_interval = 200ms\n");
$standby->append_conf("primary_conninfo = '$by_address'\n", 'postgresql.auto.conf');

my $server = PgSeccomp::Cluster->new(tcp => 1, conf => <<"END");
ssl = on
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
krb_server_keyfile = '$dir/keytab'
syslog_ident = 'pgsc'
listen_addresses = '127.0.0.1, $second_address'
wal_retrieve_retry_interval = 200ms
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
host all,replication postgres 127.0.0.1/32 trust
# an address is looked at before the role, but after the kind of connection
hostnossl all net samehost trust
hostssl all name db.test trust
hostssl all long long.test trust
END
$server->start(preload => undef);
$server->sql("CREATE ROLE $_ LOGIN PASSWORD '$password'") for qw(peer ident ldap radius pam gss ssl name long net);
$server->sql("CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw; CREATE EXTENSION pg_seccomp;
    CREATE SERVER origin FOREIGN DATA WRAPPER postgres_fdw
        OPTIONS (hostaddr '127.0.0.1', gssencmode 'disable', port '$origin->{port}', dbname 'postgres');
    CREATE USER MAPPING FOR postgres SERVER origin OPTIONS (user 'postgres');
    CREATE FOREIGN TABLE far (i int) SERVER origin OPTIONS (table_name 't');
    CREATE TABLE t (i int);");
$server->sql("CREATE SUBSCRIPTION s CONNECTION '$by_address' PUBLICATION p
    WITH (enabled = false, slot_name = 's', create_slot = false, copy_data = false)");
$server->stop;

# ----------
# The needs: each returns '' or what went wrong
# ----------

# A login over TCP: environment, conninfo.
sub login
{
    my ($role, %more) = @_;
    my $conninfo = join ' ', 'host=db.test', "port=$server->{port}", "user=$role", 'dbname=postgres',
      'hostaddr=' . ($more{hostaddr} // '127.0.0.1'), $more{conninfo} // 'gssencmode=disable';
    my ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('SELECT current_user', 'env',
        'PGPASSWORD=' . ($more{password} // $password), ($more{env} // ()),
        "$PgSeccomp::Cluster::bindir/psql", '-XAtq', '-d', $conninfo);
    return $status == 0 && $out eq "$role\n" ? '' : $err || "answer: $out";
}

sub query
{
    my ($sql, $expect, %options) = @_;
    my ($status, $out, $err) = $server->psql($sql, %options);
    return $status == 0 && $out eq $expect ? '' : $err || "answer: $out";
}

sub dblink
{
    my ($conninfo) = @_;
    return query("SELECT * FROM dblink('$conninfo', 'SELECT 6 * 7') AS t (i int)", '42');
}

# What is written on the origin arrives, or the log says why not.
my $number = 0;

sub replicates
{
    my ($cluster) = @_;
    my $i = ++$number;
    my $size = $cluster->log_size;
    my $failure;
    $origin->sql("INSERT INTO t VALUES ($i)");
    PgSeccomp::Cluster::wait_until(sub {
        ($failure) = $cluster->log($size) =~ /(could not connect to the (?:primary|publisher).*)/;
        return $failure || ($cluster->psql("SELECT count(*) FROM t WHERE i = $i"))[1] eq '1';
    }) or return 'nothing arrived';
    return $failure // '';
}

sub subscribed
{
    $server->sql('ALTER SUBSCRIPTION s ENABLE');
    my $answer = replicates($server);
    $server->sql('ALTER SUBSCRIPTION s DISABLE');
    return $answer;
}

sub base_backup
{
    my ($status, undef, $err) = PgSeccomp::Cluster::run_as_user('', "$PgSeccomp::Cluster::bindir/pg_basebackup",
        '-D', "$server->{base}/copy", '-c', 'fast', '-d', $server->conninfo(host => '127.0.0.1'));
    system('rm', '-rf', "$server->{base}/copy");
    return $status ? $err : '';
}

# Does a line come into the syslog, after an offset?
sub in_syslog
{
    my ($pattern, $offset) = @_;
    return '' if PgSeccomp::Cluster::wait_until(sub {
        open(my $file, '<', $syslog) or return 0;
        seek($file, $offset, 0);
        return grep { /$pattern/ } <$file>;
    }, 1);
    return "no $pattern in the syslog";
}

sub logged
{
    my $word = 'logged ' . ++$number . '.';
    $server->sql("DO \$\$ BEGIN RAISE LOG '$word'; END \$\$");
    return in_syslog(qr/\Q$word\E/, 0);
}

sub logged_anew
{
    stop_daemon($syslog_pid);
    ($syslog_pid) = start_syslog();
    return logged();
}

# A password that is right, and one that is not: the modules tell the syslog.
sub pam
{
    my $size = -s $syslog;
    return login('pam') || (login('pam', password => 'wrong') ? '' : 'a wrong password was good')
      || in_syslog(qr/pam_unix.*authentication failure/, $size);
}

sub kerberos
{
    my $answer = login('gss', conninfo => 'gssencmode=require', env => 'KRB5CCNAME=FILE:' . new_ticket('gss'));
    return $answer;
}

sub dblink_kerberos
{
    return dblink("host=db.test hostaddr=127.0.0.1 port=$server->{port} user=gss dbname=postgres gssencmode=require");
}

# "run" says what went wrong, or ''; "without": why it cannot be tried here;
# "args" and "env" are the server's, "cluster" is another one than $server.
my %needs = (
    'listening' => { run => sub { query('SELECT 42', '42') || login('postgres') } },
    'clients over a Unix socket' => { run => sub { query('SELECT 42', '42') } },
    'clients over TCP' => { run => sub { login('postgres') } },
    'SSL' => { run => sub { login('ssl', conninfo => 'sslmode=require gssencmode=disable') } },
    'GSSAPI' => { without => $daemon{kdc}, run => \&kerberos },
    'pg_basebackup' => { run => \&base_backup },
    'peer' => { run => sub { query('SELECT 42', '42', user => 'peer') } },
    'ident' => { without => $daemon{ident}, run => sub { login('ident') } },
    'LDAP' => { without => $daemon{ldap}, run => sub { login('ldap') } },
    'RADIUS' => { without => $daemon{radius}, run => sub { login('radius') } },
    'PAM' => { run => \&pam },
    'host names in pg_hba.conf' => { run => sub { login('name', conninfo => 'sslmode=require gssencmode=disable') } },
    'host names with long answers' => { run => sub {
        login('long', hostaddr => $second_address, conninfo => 'sslmode=require gssencmode=disable') } },
    'samehost' => { run => sub { login('net', conninfo => 'sslmode=disable gssencmode=disable') } },
    'dblink to an address' => { run => sub { dblink($by_address) } },
    'dblink to a Unix socket' => { run => sub { dblink("host=$origin->{base} $where") } },
    'dblink to a host name' => { run => sub { dblink("host=db.test $where") } },
    'dblink to a host of many addresses' => {
        without => -e '/proc/net/if_inet6' ? undef : 'no IPv6 here',
        run => sub { dblink("host=many.test $where") } },
    'dblink with GSSAPI' => { without => $daemon{kdc}, env => sub { 'KRB5CCNAME=FILE:' . new_ticket('gss') },
        run => \&dblink_kerberos },
    'postgres_fdw' => { run => sub { query('SELECT count(*) >= 0 FROM far', 't') } },
    'logical replication' => { run => \&subscribed },
    'physical replication' => { cluster => $standby, run => sub { replicates($standby) } },
    'syslog' => { args => [ '-c log_destination=stderr,syslog' ], run => \&logged },
    'syslog restarted' => { args => [ '-c log_destination=stderr,syslog' ], run => \&logged_anew },
    'sd_notify' => { without => `$PgSeccomp::Cluster::pg_config --configure` =~ /--with-systemd/ ? undef : 'no systemd support',
        env => sub { "NOTIFY_SOCKET=$notify" }, run => sub { $notified->() =~ /^READY=1$/m ? '' : 'no READY=1' } },
);

if (my $folder = $ENV{PGSC_TRACE})
{
    system('install', '-d', '-o', $user, $folder);
    for my $name (grep { !$needs{$_}{without} } sort keys %needs)
    {
        my $need = $needs{$name};
        my $cluster = $need->{cluster} // $server;
        $cluster->start(preload => undef, args => $need->{args}, launcher => [ 'env', ($need->{env} ? $need->{env}->() : ()),
            qw(strace -D -f -e), 'trace=%network,ioctl,execve,prctl', '-o', "$folder/" . $name =~ s/\W+/_/gr ]);
        is($need->{run}->(), '', $name);
        $cluster->stop;
    }
    done_testing;
    exit;
}

# ----------
# The table
# ----------

# Does libc ask nscd?  It can be built without.
my $nscd = do {
    local (@ARGV, $/) = grep { m{/libc\.so} } map { (split)[5] // () } PgSeccomp::Daemons::lines('/proc/self/maps');
    <> =~ m{/var/run/nscd};
};

my @order;
my @tried = sort keys %needs;
open(my $doc, '<', dirname(dirname(abs_path($0))) . '/doc/network-needs.md') or die $!;
while (my $line = <$doc>)
{
    my ($name, $scope, $word, $maker, $without) = $line =~ /^\| (.*?) ?\| (\w*) ?\| `(.*?)` \| (.*?) ?\| (.*?) ?\|$/ or next;
    if ($name ne '')
    {
        push @order, $name;
        $needs{$name}{scope} = $scope;
    }
    push @{ $needs{ $order[-1] }{words} }, $word;
    $needs{ $order[-1] }{unasked}{$word} = 1 if $maker =~ /\bnscd\b/ && !$nscd;
    $needs{ $order[-1] }{missed}{$word} = $1 if $without =~ /^(fails|falls back)(?::|$)/;
}

# Broken by: a row that nobody tries, or a need without one.
is_deeply([ sort @order ], \@tried, 'each need of doc/network-needs.md is tried, and each has its rows')
  or BAIL_OUT('table and test differ');

# ----------
# Under policies
# ----------

# Starts the needs' server anew: true if it starts.
sub restart
{
    my ($policy, @needs) = @_;
    my $cluster = $needs[0]{cluster} // $server;
    $cluster->stop if -e "$cluster->{data}/postmaster.pid";
    $notified->();
    return $cluster->start(policy => $policy, fails => 1, args => [ map { @{ $_->{args} // [] } } @needs ],
        launcher => [ 'env', map { $_->{env} ? $_->{env}->() : () } @needs ]);
}

# Every violation counted since the server was started.
sub violations
{
    my ($need) = @_;
    my $cluster = $need->{cluster} // $server;
    return $cluster->sql(
        "SELECT string_agg(format('%s by %s in %s (%s)', syscall, backend_type, profile, count), ', ') FROM pg_seccomp_violations");
}

# What goes wrong with a need under a policy of these words alone, and the
# violations that are counted then.
sub under
{
    my ($need, @words) = @_;
    my $scope = $need->{scope};
    push @words, @{ $needs{listening}{words} } if $scope eq 'Server' && $need != $needs{listening};
    my $policy = PgSeccomp::Cluster::new_policy("[$scope]\nRestrictAddressFamilies=" . (join(' ', @words) || 'none') . "\n");
    restart($policy, $need) or return ('the server does not start', 'socket');
    my $wrong = $need->{run}->();
    return ($wrong, violations($need));
}

for my $name (@order)
{
    my $need = $needs{$name};
  SKIP:
    {
        skip "$name: $need->{without}", 1 if $need->{without};
        my @words = grep { $_ ne 'none' } @{ $need->{words} };

        # Broken by: a socket that the server's libraries make and the table
        # does not have.
        is_deeply([ under($need, @words) ], [ '', '' ], "$name: works with its words and no violation")
          or diag("words: @words");

        # Broken by: a word that nobody needs, or that the compiler of policies
        # mixes up with another one.
        for my $word (@words)
        {
            my ($wrong, $violations) = under($need, grep { $_ ne $word } @words);
            my $missed = $need->{missed}{$word} // 'has no effect';
            if ($missed eq 'fails')
            {
                my $start = $name eq 'listening' ? '' : 'the server does not start';
                ok($wrong ne '' && $wrong ne $start, "$name: fails without $word") or diag($wrong);
            }
            else
            {
                is($wrong, '', "$name: $missed without $word");
            }
            like($violations, qr/^socket\b/, '... for a denied socket') unless $need->{unasked}{$word};
        }
    }
}

# Broken by: a shipped policy without one of the words, or one that denies a
# call or an option that goes with such a socket; a denial that is not quiet.
for my $policy (qw(default strict))
{
    for my $cluster ($server, $standby)
    {
        my @names = grep { !$needs{$_}{without} && ($needs{$_}{cluster} // $server) == $cluster } @order;
        restart($policy, @needs{@names}) or BAIL_OUT("the server does not start under $policy.conf");
        is($needs{$_}{run}->(), '', "$policy.conf: $_ works") for @names;
        is(violations($needs{ $names[0] }), '', "$policy.conf: no violation");
    }
}

done_testing;
