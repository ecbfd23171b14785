# Probe.pm
# What any process of a server, of any type and at any moment of its life, gets
# for a system call: by t/modules/probe.c, which has the process make it.
package PgSeccomp::Probe;

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use IO::Socket::UNIX;
use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(build_library call_number);
use PgSeccomp::Violations qw(module);

our @EXPORT_OK = qw(preload_probe worker_library install_probe errnos_of check_process start_worker silent_client);

# The value for shared_preload_libraries.
sub preload_probe
{
    return '$libdir/pg_seccomp,' . build_library(module('probe'));
}

# A library for background workers, of a name: its path.
sub worker_library
{
    my ($name) = @_;
    my $built = build_library(module('worker'));
    my $path = dirname($built) . "/$name.so";
    rename $built, $path or die $!;
    return $path;
}

# SQL functions, see there.
sub install_probe
{
    my ($cluster, $preload, %options) = @_;
    my ($library) = $preload =~ /,(.*)/;
    $cluster->sql(<<"END", %options);
CREATE FUNCTION probe(pid int, number bigint, arguments bigint[] DEFAULT '{}') RETURNS bigint LANGUAGE c STRICT AS '$library';
CREATE FUNCTION pretend(text) RETURNS void LANGUAGE c STRICT AS '$library';
CREATE FUNCTION worker_start(type text, library text, database text, role text, sql text, options text[], calls bigint[])
RETURNS int[] LANGUAGE c AS '$library';
CREATE FUNCTION worker_answers(number int, moment text) RETURNS bigint[] LANGUAGE c STRICT AS '$library';
CREATE FUNCTION worker_end(number int) RETURNS void LANGUAGE c STRICT AS '$library';
CREATE FUNCTION worker_storm(type text, milliseconds int, number bigint, answer bigint, role text)
RETURNS int[] LANGUAGE c AS '$library';
END
    return;
}

my %numbers;

sub number_of
{
    my ($name) = @_;
    return $numbers{$name} //= call_number($name) // die "no call $name\n";
}

# The errnos that a process gets for calls by name, whose arguments are all -1:
# joined by spaces, not above 0 for none.  Asks in a session that stays.
sub errnos_of
{
    my ($session, $pid, @calls) = @_;
    my $probes = join ', ', map { "-probe($pid, " . number_of($_) . ')' } @calls;
    my ($out, $err) = $session->query("SELECT $probes");
    return $err ? "failed: $err" : $out =~ tr/|/ /r;
}

# What the kernel, the filters and the view say of a process: the errnos of calls,
# and the scopes in order, joined by " > ".  The view may take a process that
# PostgreSQL has no row for in pg_stat_activity for one that is starting.
sub check_process
{
    my ($session, $calls, $pid, $errnos, $scopes, $what) = @_;
    my $count = () = $scopes =~ /[^>]+/g;
    is(errnos_of($session, $pid, @$calls), $errnos, "$what: the filters are its own");
    is(PgSeccomp::Cluster::kernel_says($pid, 'Seccomp_filters'), $count, "$what: the kernel counts $count");
    my ($row, $agrees, $detail, $known) = $session->sql("SELECT array_to_string(scopes, ' > ') || ', ' || filters, agrees, detail,
            EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.pid = p.pid) OR backend_type IN ('postmaster', 'logger')
        FROM pg_seccomp_processes AS p WHERE pid = $pid") =~ /^(.*)\|(.?)\|(.*)\|(.?)$/;
    is($row, "$scopes, $count", "$what: the view has them in order");
    is($known eq 't' || $agrees ? "$agrees$detail" : 't', 't', "$what: the view agrees");
    return;
}

# Starts a worker: an object with its pid.  Options: type, library, database,
# role, sql (which it runs in the end), options (a list), calls (names that it
# makes at each of its moments).
sub start_worker
{
    my ($session, %worker) = @_;
    my $numbers = join ',', map { number_of($_) } @{ $worker{calls} // [] };
    my $options = join ',', map { "\"$_\"" } @{ $worker{options} // [] };
    my @texts = map { defined $worker{$_} ? "'$worker{$_}'" : 'NULL' } qw(type library database role sql);
    my ($number, $pid) = $session->sql('SELECT worker_start(' . join(', ', @texts) . ", '{$options}', '{$numbers}')") =~ /(\d+)/g;
    return bless { session => $session, number => $number, pid => $pid }, 'PgSeccomp::Probe::Worker';
}

# A client that connects and sends a startup packet, or nothing, and then never
# says another word: (its socket, the pid of the process that serves it).
sub silent_client
{
    my ($cluster, %parameters) = @_;
    my %before = map { $_ => 1 } $cluster->children;
    my $socket = IO::Socket::UNIX->new(Peer => "$cluster->{base}/.s.PGSQL.$cluster->{port}") or die "no connection: $!";
    $socket->autoflush(1);
    if (%parameters)
    {
        my $packet = pack('N', 196608) . join('', map { "$_\0$parameters{$_}\0" } sort keys %parameters) . "\0";
        print $socket pack('N', 4 + length $packet) . $packet;
        sysread($socket, my $question, 1);
        die "no question for a password\n" if ($question // '') ne 'R';
    }

    # until it has read a packet it has the postmaster's title, as any process has that has just been forked
    my ($pid, $same) = (0, 0);
    PgSeccomp::Cluster::wait_until(sub {
        my @new = grep { !$before{$_} && title($_) !~ /^postgres: (autovacuum|parallel|logical|archiver|walreceiver)/ } $cluster->children;
        $same = @new == 1 && $new[0] == $pid ? $same + 1 : 0;
        $pid = $new[0] // 0;
        return $same == 4;
    }) or die "no process of its own\n";
    return ($socket, $pid);
}

sub title
{
    my ($pid) = @_;
    open(my $file, '<', "/proc/$pid/cmdline") or return '';
    local $/;
    return <$file> // '';
}

package PgSeccomp::Probe::Worker;

sub pid { return $_[0]{pid} }

# The errnos of the worker's calls at a moment of its life.
sub errnos_when
{
    my ($self, $moment) = @_;
    return $self->{session}->sql(
        "SELECT array_to_string(array(SELECT -a FROM unnest(worker_answers($self->{number}, '$moment')) AS a), ' ')");
}

# Has it end, and waits for that.
sub end
{
    my ($self) = @_;
    $self->{session}->sql("SELECT worker_end($self->{number})");
    return PgSeccomp::Cluster::wait_until(sub { !kill 0, $self->{pid} });
}

1;
