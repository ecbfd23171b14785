# Cluster.pm
# A throw-away PostgreSQL cluster for tests that run as root: policies are
# root's, the server is an unprivileged user's.  PostgreSQL's own
# PostgreSQL::Test::Cluster cannot run as root.
#
# From the environment: PG_CONFIG and PGSC_POLICY_DIR, as scripts/test sets
# them; the policy folder must be the one that the module was built with.
package PgSeccomp::Cluster;

use strict;
use warnings;

use Carp;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX ();

use PgSeccomp::Session;

our $pg_config = $ENV{PG_CONFIG} || die "PG_CONFIG is not set: run scripts/test\n";
our $policy_dir = $ENV{PGSC_POLICY_DIR} || die "PGSC_POLICY_DIR is not set: run scripts/test\n";
our $user = $ENV{PGSC_TEST_USER} || 'postgres';
chomp(our $bindir = `$pg_config --bindir`);
chomp(our $version = `$pg_config --version`);
our ($major) = $version =~ /(\d+)/;

die "The tests run under a seccomp filter (a container's?): they count filters, so run them without one.\n"
  if kernel_says($$, 'Seccomp_filters');

my %policies;    # written by tests, removed at the end
my @clusters;
my $test_pid = $$;

# Runs a command as the server's user: (exit status, stdout, stderr).
sub run_as_user
{
    my ($stdin, @command) = @_;
    return run($stdin, as_user(@command));
}

# A command line that runs another one as the server's user.
sub as_user
{
    my (@command) = @_;
    return ('setpriv', "--reuid=$user", "--regid=$user", '--init-groups',
        '--reset-env', 'env', 'LC_ALL=C', 'PGCONNECT_TIMEOUT=20', 'ASAN_OPTIONS=detect_leaks=0', @command);
}

# Runs a command: (exit status, stdout, stderr).
sub run
{
    my ($stdin, @command) = @_;
    my ($in, $out, $err) = (tmpfile_with($stdin // ''), tmpfile_with(''), tmpfile_with(''));
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        chdir '/';
        open(STDIN, '<&', $in) or die $!;
        open(STDOUT, '>&', $out) or die $!;
        open(STDERR, '>&', $err) or die $!;
        exec(@command) or do { print STDERR "$command[0]: $!\n"; POSIX::_exit(127) };
    }
    waitpid($pid, 0);
    my $status = $? >> 8 || ($? & 127 ? 128 + ($? & 127) : 0);
    return ($status, map { seek($_, 0, 0); local $/; my $text = <$_>; $text // '' } $out, $err);
}

sub tmpfile_with
{
    my ($text) = @_;
    my $file = File::Temp->new();
    binmode $file;
    print $file $text;
    $file->flush;
    seek($file, 0, 0);
    return $file;
}

# Writes the policy NAME, as an administrator's editor would: by renaming.
sub write_policy
{
    my ($name, $text) = @_;
    my $path = "$policy_dir/$name.conf";
    open(my $file, '>', "$path.tmp") or die "$path.tmp: $!";
    print $file $text;
    close $file or die $!;
    chmod 0644, "$path.tmp";
    rename "$path.tmp", $path or die $!;
    $policies{$path} = 1;
    return $path;
}

# Writes a policy under a name of its own, which is returned.
my $policy_count = 0;

sub new_policy
{
    my ($text) = @_;
    my $name = "test_$$" . '_' . ++$policy_count;
    write_policy($name, $text);
    return $name;
}

# Has another file, or what a test put there by itself, removed at the end.
sub remove_at_end
{
    my (@paths) = @_;
    $policies{$_} = 1 for @paths;
    return;
}

# A TCP port that nobody listens on.
sub free_port
{
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => 0)
      or die "no port: $!";
    return $socket->sockport;
}

# Options: conf (lines for postgresql.conf), tcp (listen on 127.0.0.1 too),
# backup_of (another cluster, to be its standby), made_by (code that makes the
# data directory that it is given, as run() returns), initdb (more arguments).
sub new
{
    my ($class, %options) = @_;
    my $base = tempdir("pgsc-test-XXXXXX", TMPDIR => 1);
    my $self = bless { base => $base, data => "$base/data", log => "$base/log",
        port => $options{tcp} ? free_port() : 5432 }, $class;
    my (undef, undef, $uid, $gid) = getpwnam($user) or die "no user $user\n";
    chown $uid, $gid, $base;
    chmod 0755, $base;
    push @clusters, $self;
    my $origin = $options{backup_of};
    my ($status, $out, $err) = $options{made_by} ? $options{made_by}->($self->{data})
      : $origin ? run_as_user('', "$bindir/pg_basebackup", '-D', $self->{data}, '-R', '-c', 'fast',
        '-d', $origin->conninfo)
      : run_as_user('', "$bindir/initdb", '-D', $self->{data}, '-A', 'trust',
        '-U', 'postgres', '--no-locale', '-E', 'UTF8', '-N', @{ $options{initdb} // [] });
    croak "the cluster was not made: $err" if $status;
    $self->{listen} = $options{tcp} ? '127.0.0.1' : '';
    $self->append_conf($self->addresses . <<"END" . ($options{conf} // ''));
fsync = off
max_wal_senders = 4
max_connections = 200
wal_level = replica
log_line_prefix = '%m [%p] %b '
logging_collector = off
END
    return $self;
}

# Where it listens, which a copy of another cluster's postgresql.conf lacks.
sub addresses
{
    my ($self) = @_;
    return <<"END";
listen_addresses = '$self->{listen}'
port = $self->{port}
unix_socket_directories = '$self->{base}'
END
}

sub append_conf
{
    my ($self, $text, $file) = @_;
    open(my $conf, '>>', "$self->{data}/" . ($file // 'postgresql.conf')) or die $!;
    print $conf $text;
    close $conf;
}

# Starts the server with the preload setting and the policy on the command
# line.  Options: policy (a name), args (more for the command line), preload
# (another value; undef: none), fails (return false rather than die).
sub start
{
    my ($self, %options) = @_;
    my $preload = exists $options{preload} ? $options{preload} : '$libdir/pg_seccomp';
    my @args = @{ $options{args} // [] };
    unshift @args, "-c pg_seccomp.policy=$options{policy}" if $options{policy};
    unshift @args, "-c shared_preload_libraries='$preload'" if defined $preload;
    my ($status, $out, $err) = run_as_user('', @{ $options{launcher} // [] },
        "$bindir/pg_ctl", '-D', $self->{data}, '-l', $self->{log}, '-w', '-t', 60, '-o', join(' ', @args), 'start');
    return $status == 0 if $options{fails};
    croak "server did not start: $out$err\n" . $self->log if $status;
    $self->{running} = 1;
    return 1;
}

sub stop
{
    my ($self, $mode) = @_;
    my ($status) = run_as_user('', "$bindir/pg_ctl", '-D', $self->{data}, '-w', '-m',
        $mode // 'fast', 'stop');
    $self->{running} = 0;
    return $status == 0;
}

sub postmaster_pid
{
    my ($self) = @_;
    open(my $file, '<', "$self->{data}/postmaster.pid") or return;
    return 0 + <$file>;
}

# The server's log; from an offset if one is given.
sub log
{
    my ($self, $offset) = @_;
    open(my $file, '<', $self->{log}) or return '';
    seek($file, $offset // 0, 0);
    local $/;
    return <$file> // '';
}

sub log_size
{
    my ($self) = @_;
    return -s $self->{log} // 0;
}

# Options: user, db, replication, host (a TCP address).
sub conninfo
{
    my ($self, %options) = @_;
    return join ' ', "host=$self->{base}", "port=$self->{port}",
      "user='" . ($options{user} // 'postgres') . "'", 'dbname=' . ($options{db} // 'postgres'),
      ($options{replication} ? "replication=$options{replication}" : ()),
      ($options{host} ? "hostaddr=$options{host}" : ());
}

sub psql_command
{
    my ($self, %options) = @_;
    return ('env', 'PGOPTIONS=' . ($options{options} // ''), "$bindir/psql", '-XAtq',
        '-v', 'ON_ERROR_STOP=' . ($options{go_on} ? 0 : 1), '-d', $self->conninfo(%options), '-f', '-');
}

# Runs SQL: (exit status, stdout, stderr).  Options: those of conninfo(),
# options (PGOPTIONS), go_on (after an error).
sub psql
{
    my ($self, $sql, %options) = @_;
    my ($status, $out, $err) = run_as_user($sql, $self->psql_command(%options));
    chomp($out, $err);
    return ($status, $out, $err);
}

# A session that stays: a PgSeccomp::Session.  Options as psql().
sub session
{
    my ($self, %options) = @_;
    return PgSeccomp::Session->new(as_user($self->psql_command(%options, go_on => 1)));
}

# Runs SQL that must succeed and returns its output.
sub sql
{
    my ($self, $sql, %options) = @_;
    my ($status, $out, $err) = $self->psql($sql, %options);
    croak "SQL failed: $err\n$sql" if $status;
    return $out;
}

# Starts a command as the server's user, to go on beside the test: its pid.
my @background;

sub background
{
    my (@command) = @_;
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        chdir '/';
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>', '/dev/null');
        open(STDERR, '>', '/dev/null');
        exec(as_user(@command)) or POSIX::_exit(127);
    }
    push @background, $pid;
    return $pid;
}

# A number that the kernel tells of a process: "Seccomp_filters", "NoNewPrivs".
sub kernel_says
{
    my ($pid, $label) = @_;
    open(my $file, '<', "/proc/$pid/status") or return;
    while (my $line = <$file>)
    {
        return $1 if $line =~ /^\Q$label\E:\s*(\d+)/;
    }
    return;
}

# The pids of the postmaster's children, as the kernel has them.
sub children
{
    my ($self) = @_;
    my $postmaster = $self->postmaster_pid // return;
    my @children;
    for my $stat (glob '/proc/[0-9]*/stat')
    {
        open(my $file, '<', $stat) or next;
        my $line = <$file> // next;
        push @children, $1 if $line =~ /^(\d+) .*\) \S (\d+) [^)]*$/ && $2 == $postmaster;
    }
    return @children;
}

# The setting that makes plans parallel, which 16 renamed.
sub debug_parallel_query
{
    return $major >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
}

# Waits until a condition holds: true if it did.
sub wait_until
{
    my ($condition, $seconds) = @_;
    for (1 .. 20 * ($seconds // 20))
    {
        return 1 if $condition->();
        select(undef, undef, undef, 0.05);
    }
    return 0;
}

# Waits until a query answers "t".
sub poll_until
{
    my ($self, $query, %options) = @_;
    return wait_until(sub {
        my ($status, $out) = $self->psql($query, %options);
        return $status == 0 && $out eq 't';
    });
}

END
{
    if ($$ == $test_pid)
    {
        my $status = $?;
        kill 'TERM', $_ for @background;
        waitpid($_, 0) for @background;
        for my $cluster (@clusters)
        {
            $cluster->stop('immediate') if -e "$cluster->{data}/postmaster.pid";
            system('rm', '-rf', '--one-file-system', $cluster->{base})
                unless $ENV{PGSC_KEEP} || $status;
            print STDERR "# kept $cluster->{base}\n" if $ENV{PGSC_KEEP} || $status;
        }
        for my $path (keys %policies)
        {
            -d $path && !-l $path ? rmdir $path : unlink $path;
        }
        $? = $status;
    }
}

1;
