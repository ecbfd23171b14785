# Violations.pm
# For tests of denied calls: how to make them in every kind of process, and how
# to read what the server wrote of them.
package PgSeccomp::Violations;

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use JSON::PP ();
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(build_c build_library);

our @EXPORT_OK = qw(install_calls preload_library poke module read_csvlog read_jsonlog rows pids);

my $modules = dirname(__FILE__) . '/../../modules';

# The code of t/modules/NAME.c.
sub module
{
    my ($name) = @_;
    open(my $file, '<', "$modules/$name.c") or die "$name.c: $!";
    local $/;
    return <$file>;
}

# SQL: c(function, arguments ...) calls a function of t/modules/calls.c.  Like
# raw_syscall(), it lies about being PARALLEL SAFE.
my $calls;

sub install_calls
{
    my ($cluster, %options) = @_;
    $calls //= build_c(module('calls'), '-shared', '-fPIC', '-pthread');
    $cluster->sql(<<"END", %options);
CREATE EXTENSION IF NOT EXISTS plpython3u;
CREATE FUNCTION c(name text, VARIADIC numbers bigint[] DEFAULT '{}')
RETURNS bigint LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS \$\$
import ctypes
function = getattr(ctypes.CDLL('$calls'), name)
function.restype = ctypes.c_long
function.argtypes = [ctypes.c_long] * len(numbers)
return function(*numbers)
\$\$;
END
    return $calls;
}

# The value for shared_preload_libraries that lets poke() reach every process.
sub preload_library
{
    return '$libdir/pg_seccomp,' . build_library(module('preload'));
}

# Has a process of such a server make a call.
my $poke;

sub poke
{
    my ($pid, $number) = @_;
    $poke //= build_c(module('poke'));
    return system($poke, $pid, $number) == 0;
}

# Rows of the view, as psql shows them: of columns, with a condition.
sub rows
{
    my ($cluster, $columns, $where) = @_;
    $where //= 'true';
    return $cluster->sql("SELECT * FROM (SELECT $columns FROM pg_seccomp_violations WHERE $where) AS line ORDER BY line::text");
}

# The processes of a type, by the view.
sub pids
{
    my ($cluster, $type) = @_;
    return split /\n/, $cluster->sql("SELECT pid FROM pg_seccomp_processes WHERE backend_type = '$type'");
}

# The newest log file with a suffix, in the cluster's log_directory.
sub log_text
{
    my ($directory, $suffix) = @_;
    my $text = '';
    for my $path (sort glob "$directory/*$suffix")
    {
        open(my $file, '<', $path) or die "$path: $!";
        local $/;
        $text .= <$file> // '';
    }
    return $text;
}

# A csvlog's lines, each a hash of the columns that matter here.
sub read_csvlog
{
    my ($directory) = @_;
    my @columns = qw(log_time user dbname pid connection session line ps session_start vxid txid error_severity
        state_code message detail hint internal internal_position context statement position
        location application backend_type leader_pid query_id);
    my $text = log_text($directory, '.csv');
    my (@lines, @fields);
    while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/g)
    {
        my ($quoted, $plain, $end) = ($1, $2, $3);
        push @fields, defined $quoted ? $quoted =~ s/""/"/gr : $plain;
        next if $end eq ',';
        my %line;
        @line{@columns} = @fields;
        $line{columns} = @fields;
        push @lines, \%line;
        @fields = ();
    }
    return @lines;
}

# A jsonlog's lines.
sub read_jsonlog
{
    my ($directory) = @_;
    return map { JSON::PP::decode_json($_) } split /\n/, log_text($directory, '.json');
}

1;
