# Unit.pm
# A service manager in small: runs the ExecStart of a unit file as systemd does
# (systemd.syntax(7), systemd.service(5), systemd.exec(5), systemd.kill(5)), as
# far as the units in examples/ need it.  What it does not know it refuses, so
# that no directive of theirs is passed over in silence.
package PgSeccomp::Unit;

use strict;
use warnings;

use IO::Socket::UNIX;
use POSIX qw(:sys_wait_h);
use Socket qw(SOCK_DGRAM);

use PgSeccomp::Attack qw(call_number);
use PgSeccomp::Cluster;

# As systemd: restarts 100 ms after the end, at most five starts in ten seconds.
use constant {
    RESTART_SECONDS => 0.1,
    START_LIMIT => 5,
    START_INTERVAL => 10,
    PR_SET_CHILD_SUBREAPER => 36
};

# Ends that Restart=on-failure takes for clean.
my %clean = map { $_ => 1 } POSIX::SIGHUP, POSIX::SIGINT, POSIX::SIGTERM, POSIX::SIGPIPE;

# What of [Service] is obeyed, or says nothing about a start.
my %known = map { $_ => 1 } qw(Type User ExecStart ExecReload ExecStop KillMode KillSignal TimeoutSec TimeoutStartSec
    TimeoutStopSec Restart OOMScoreAdjust NoNewPrivileges PIDFile SyslogIdentifier);

my @running;
my $test_pid = $$;

# From the texts of a unit and its drop-ins.  Options: instance ("15-main").
sub new
{
    my ($class, $texts, %options) = @_;
    my $self = bless { instance => $options{instance} // '', service => {} }, $class;
    my $section = '';
    for my $text (ref $texts ? @$texts : $texts)
    {
        # a comment between continued lines is skipped; a backslash is a blank
        $text =~ s/^\s*[#;].*\n//mg;
        $text =~ s/\\\n/ /g;
        for my $line (split /\n/, $text)
        {
            if ($line =~ /^\[(.*)\]$/) { $section = $1; next }
            next if $line !~ /\S/ || $section ne 'Service';
            my ($name, $value) = $line =~ /^(\w+)\s*=\s*(.*?)\s*$/ or die "not a line of a unit: $line\n";
            die "Unit.pm does not know $name\n" unless $known{$name};
            # of these only one is asked for here: an empty one takes back
            die "Unit.pm knows one ExecStart\n" if $name eq 'ExecStart' && $value ne '' && ($self->{service}{$name} // '') ne '';
            $self->{service}{$name} = $value;
        }
    }
    return $self;
}

# Words of a command line: quotes, escapes, specifiers, dollar signs.
sub words
{
    my ($self, $line) = @_;
    my @words;
    $line =~ s/^\s+//;
    while ($line ne '')
    {
        my $word = '';
        until ($line eq '' || $line =~ /^\s/)
        {
            if ($line =~ s/^'((?:[^'\\]|\\.)*)'(?=\s|$)// || $line =~ s/^"((?:[^"\\]|\\.)*)"(?=\s|$)//)
            {
                $word .= unescape($1);
            }
            elsif ($line =~ s/^((?:[^\s'"\\]|\\.)+)//)
            {
                $word .= unescape($1);
            }
            else
            {
                die "Unit.pm does not read: $line\n";
            }
        }
        $line =~ s/^\s+//;
        my %specifiers = ('%' => '%', i => $self->{instance});
        $word =~ s/%(.)/$specifiers{$1} \/\/ die "Unit.pm does not know %$1\n"/ge;
        $word =~ s/\$(.?)/$1 eq '$' ? '$' : die "Unit.pm knows no variables: $word\n"/ge;
        push @words, $word;
    }
    return @words;
}

sub unescape
{
    my ($text) = @_;
    my %meaning = ('\\' => '\\', '"' => '"', "'" => "'", s => ' ', n => "\n", t => "\t");
    $text =~ s/\\(.)/$meaning{$1} \/\/ die "Unit.pm does not know \\$1\n"/ge;
    return $text;
}

# The words of a command, of ExecStart or another one.
sub exec_start { return $_[0]->command('ExecStart') }

sub command
{
    my ($self, $which) = @_;
    my ($prefix, $line) = $self->{service}{$which} =~ /^([-\@:+!]*)(.*)$/;
    die "Unit.pm knows no prefix $prefix\n" unless $prefix eq '' || $prefix eq '-';
    return $self->words($line);
}

# What a service is started with beside its own command: user and privileges.
sub launch
{
    my ($self) = @_;
    my $service = $self->{service};
    my @command;
    push @command, "--reuid=$service->{User}", "--regid=$service->{User}", '--init-groups' if $service->{User};
    push @command, '--no-new-privs' if ($service->{NoNewPrivileges} // '') eq 'yes';
    unshift @command, 'setpriv' if @command;
    return (@command, $self->exec_start);
}

sub environment
{
    my ($self) = @_;
    my %environment = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG => 'C.UTF-8');
    if (my $user = $self->{service}{User})
    {
        @environment{qw(USER LOGNAME HOME SHELL)} = ($user, $user, (getpwnam($user))[ 7, 8 ]);
    }
    return %environment;
}

# Children of a process.
sub children
{
    my ($parent) = @_;
    my @children;
    for my $stat (glob '/proc/[0-9]*/stat')
    {
        open(my $file, '<', $stat) or next;
        my $line = <$file> // next;
        push @children, $1 if $line =~ /^(\d+) .*\) \S (\d+) [^)]*$/ && $2 == $parent;
    }
    return @children;
}

# KillMode=mixed once the main process has ended: what is left of the service
# ends before the next start.  Orphans are the supervisor's children.
sub end_the_rest
{
    while (my @children = children($$))
    {
        kill 'KILL', @children;
        waitpid($_, 0) for @children;
    }
    return;
}

# The main process, from fork to exec.
sub run_main
{
    my ($self, $log) = @_;
    my $pid = fork() // POSIX::_exit(126);
    return $pid if $pid;
    POSIX::setsid();
    chdir '/';
    open(STDIN, '<', '/dev/null');
    open(STDOUT, '>>', $log);
    open(STDERR, '>&', \*STDOUT);
    if (defined(my $score = $self->{service}{OOMScoreAdjust}))
    {
        open(my $file, '>', '/proc/self/oom_score_adj');
        print $file $score;
        close $file;
    }
    $SIG{TERM} = 'DEFAULT';
    %ENV = ($self->environment, %{ $self->{environment} });
    no warnings 'exec';
    exec($self->launch) or POSIX::_exit(127);
}

sub supervise
{
    my ($self, $log) = @_;
    my $main = 0;
    my $stopping = 0;
    my @starts;
    local $SIG{TERM} = sub { $stopping = 1; kill substr($self->{service}{KillSignal} // 'SIGTERM', 3), $main if $main };
    syscall($self->{prctl}, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or return;
    while (!$stopping)
    {
        @starts = grep { $_ > time() - START_INTERVAL } @starts;
        last if @starts == START_LIMIT;
        push @starts, time();
        $main = $self->run_main($log);
        1 until waitpid($main, 0) == $main;
        my $status = $?;
        end_the_rest();
        open(my $file, '>>', "$log.ends") or return;
        print $file "$status\n";
        close $file;
        last if ($self->{service}{Restart} // 'no') ne 'on-failure';
        last if $status == 0 || ($status < 256 && $clean{ $status & 127 });
        select(undef, undef, undef, RESTART_SECONDS);
    }
    return;
}

# Starts the service and keeps it running, output to a file.  Options: environment
# (of the service, beside what systemd sets).  With Type=notify, returns when the
# service has said READY=1, or false.
sub start
{
    my ($self, $log, %options) = @_;
    my $notify;
    $self->{environment} = $options{environment} // {};
    $self->{log} = $log;
    $self->{prctl} = call_number('prctl');
    if (($self->{service}{Type} // '') eq 'notify')
    {
        unlink "$log.notify";
        $self->{notify} = $notify = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "$log.notify") or die "notify: $!";
        chmod 0777, "$log.notify";
        $self->{environment}{NOTIFY_SOCKET} = "$log.notify";
    }
    $self->{pid} = fork() // die "fork: $!";
    if ($self->{pid} == 0)
    {
        $self->supervise($log);
        POSIX::_exit(0);
    }
    push @running, $self;
    return $notify ? $self->ready : 1;
}

# Waits for READY=1: was it said?
sub ready
{
    my ($self) = @_;
    my $said = '';
    return PgSeccomp::Cluster::wait_until(sub {
        $self->{notify}->blocking(0);
        while (defined $self->{notify}->recv(my $message, 4096)) { $said .= $message }
        return $said =~ /^READY=1$/m;
    }, 20);
}

# How the main processes have ended: statuses as wait(2) has them.
sub ends
{
    my ($self) = @_;
    open(my $file, '<', "$self->{log}.ends") or return;
    chomp(my @ends = <$file>);
    return @ends;
}

# Stops the service as `systemctl stop` does.
sub stop
{
    my ($self) = @_;
    return unless $self->{pid};
    kill 'TERM', $self->{pid};
    waitpid($self->{pid}, 0);
    delete $self->{pid};
    @running = grep { $_ != $self } @running;
    return;
}

END
{
    if ($$ == $test_pid)
    {
        local $?;
        $_->stop for @running;
    }
}

1;
