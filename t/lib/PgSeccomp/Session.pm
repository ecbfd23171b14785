# Session.pm
# A psql that stays connected while a test does something else: one backend
# whose process can be looked at, killed or watched across a policy change.
package PgSeccomp::Session;

use strict;
use warnings;

use Carp;
use IO::Handle;
use IO::Select;
use POSIX ();

# Of PgSeccomp::Cluster::session(): the command and its arguments.
sub new
{
    my ($class, @command) = @_;
    pipe(my $child_in, my $in) or die $!;
    pipe(my $out, my $child_out) or die $!;
    pipe(my $err, my $child_err) or die $!;
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        chdir '/';
        open(STDIN, '<&', $child_in) or POSIX::_exit(127);
        open(STDOUT, '>&', $child_out) or POSIX::_exit(127);
        open(STDERR, '>&', $child_err) or POSIX::_exit(127);
        close $_ for $in, $out, $err;
        exec(@command) or POSIX::_exit(127);
    }
    close $_ for $child_in, $child_out, $child_err;
    $in->autoflush(1);
    return bless {
        psql => $pid, in => $in, n => 0,
        stdout => { fh => $out, text => '' },
        stderr => { fh => $err, text => '' }
    }, $class;
}

# Sends SQL without waiting for the answer.
sub send
{
    my ($self, $sql) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $mark = 'mark' . ++$self->{n};
    print { $self->{in} } "$sql\n;\n\\echo $mark\n\\warn $mark\n";
    return;
}

# The answer to what was sent: (stdout, stderr); what there is if psql ended.
sub answer
{
    my ($self, $timeout) = @_;
    my $end = time() + ($timeout // 60);
    my $mark = "mark$self->{n}\n";
    my @streams = @$self{qw(stdout stderr)};
    while (my @open = grep { !$_->{eof} && $_->{text} !~ /^\Q$mark\E\z/m } @streams)
    {
        my $select = IO::Select->new(map { $_->{fh} } @open);
        my @ready = $select->can_read($end - time() > 0 ? $end - time() : 0)
          or croak "psql did not answer in time: $streams[0]{text}$streams[1]{text}";
        for my $stream (@open)
        {
            next unless grep { $_ == $stream->{fh} } @ready;
            sysread($stream->{fh}, $stream->{text}, 65536, length $stream->{text})
              or $stream->{eof} = 1;
        }
    }
    my @texts = map { (my $text = $_->{text}) =~ s/^\Q$mark\E\z//m; $_->{text} = ''; $text } @streams;
    chomp @texts;
    return @texts;
}

# Runs SQL: (stdout, stderr).
sub query
{
    my ($self, $sql) = @_;
    $self->send($sql);
    return $self->answer;
}

# Runs SQL that must succeed and returns its output.
sub sql
{
    my ($self, $sql) = @_;
    my ($out, $err) = $self->query($sql);
    croak "SQL failed: $err\n$sql" if $err =~ /ERROR|FATAL|lost/;
    return $out;
}

# The backend's pid.
sub pid
{
    my ($self) = @_;
    return $self->{backend} //= $self->sql('SELECT pg_backend_pid()');
}

sub close
{
    my ($self) = @_;
    return unless $self->{psql};
    close $self->{in};
    waitpid($self->{psql}, 0);
    $self->{psql} = 0;
    return;
}

sub DESTROY
{
    my ($self) = @_;
    local ($?, $!, $@);
    kill 'TERM', $self->{psql} if $self->{psql};
    $self->close;
    return;
}

1;
