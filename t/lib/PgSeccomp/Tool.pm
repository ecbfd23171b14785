# Tool.pm
# The command line under test: PGSC_TOOL, or the one that is installed beside
# the server's programs.
package PgSeccomp::Tool;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename;
use File::Temp qw(tempdir);
use JSON::PP;

use PgSeccomp::Cluster;

our @EXPORT_OK = qw(tool tool_with_input tool_json put slurp root);

my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
my $work = tempdir(CLEANUP => 1);
chmod 0755, $work;

# The source tree.
sub root { return dirname(dirname(dirname(dirname(abs_path(__FILE__))))) }

# Runs the tool: (exit status, stdout, stderr).
sub tool { return PgSeccomp::Cluster::run('', $tool, @_) }

sub tool_with_input
{
    my ($input, @args) = @_;
    return PgSeccomp::Cluster::run($input, $tool, @args);
}

# The same with --json: (exit status, what the object is, stderr).
sub tool_json
{
    my ($command, @args) = @_;
    my ($status, $out, $err) = tool($command, '--json', @args);
    return ($status, scalar eval { JSON::PP->new->utf8->decode($out) }, $err);
}

# Writes a file, and returns its path.
sub put
{
    my ($name, $text) = @_;
    open(my $file, '>', "$work/$name") or die "$work/$name: $!";
    binmode $file;
    print $file $text;
    close $file or die $!;
    chmod 0644, "$work/$name";
    return "$work/$name";
}

sub slurp
{
    my ($path) = @_;
    open(my $file, '<', $path) or die "$path: $!";
    local $/;
    return scalar <$file>;
}

1;
