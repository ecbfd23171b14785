# child_scope.pl
# [Child] holds from a process's first instruction: before a client has said
# who it is.  A probe library, preloaded behind pg_seccomp, makes a system call
# at two such moments and writes what it got into the server's log.
use strict;
use warnings;

use IO::Socket::UNIX;
use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(build_library);

my $probe = build_library(<<'END');
#include "postgres.h"
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include "fmgr.h"
#include "libpq/auth.h"

PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);

static ClientAuthentication_hook_type prev;
static bool report;

/* -1 is no socket: EBADF, unless a filter answers first */
static void
probe(const char *when)
{
    int err = listen(-1, 0) < 0 ? errno : 0;

    dprintf(STDERR_FILENO, "probe: %s %d: %s\n", when, (int) getpid(), strerrorname_np(err));
}

static void
in_child(void)
{
    if (report)
        probe("fork");
}

static void
authentication(Port *port, int status)
{
    probe(status == STATUS_OK ? "accepted" : "refused");
    if (prev)
        prev(port, status);
}

void
_PG_init(void)
{
    prev = ClientAuthentication_hook;
    ClientAuthentication_hook = authentication;
    pthread_atfork(NULL, NULL, in_child);
    report = true;
    probe("postmaster");
}
END

# What the kernel tells of the process that serves a client which says nothing.
sub silent_client
{
    my ($cluster) = @_;
    my %before = map { $_ => 1 } $cluster->children;
    my $socket = IO::Socket::UNIX->new(Peer => "$cluster->{base}/.s.PGSQL.$cluster->{port}")
      or die "connect: $!";
    my $pid;
    PgSeccomp::Cluster::wait_until(sub { ($pid) = grep { !$before{$_} } $cluster->children; $pid })
      or die 'no process came to serve the client';
    # the process may be caught between its fork and the hook within: it waits
    # for the client longer than this
    select(undef, undef, undef, 0.2);
    my @got = map { PgSeccomp::Cluster::kernel_says($pid, $_) } qw(Seccomp_filters NoNewPrivs Seccomp);
    close $socket;
    return join ' ', @got;
}

my $cluster = PgSeccomp::Cluster->new(conf => "autovacuum = off\n");
my $with = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Child]
SystemCallFilter=~listen:EDOM accept
[Session]
SystemCallFilter=~listen:ERANGE
END
my $without = PgSeccomp::Cluster::new_policy(<<'END');
[Server]
SystemCallFilter=~mount
[Session]
SystemCallFilter=~listen:ERANGE
END
open(my $hba, '>', "$cluster->{data}/pg_hba.conf") or die $!;
print $hba "local all refused peer\nlocal all all trust\n";
close $hba;

# Broken by: attaching at login instead of at fork; a fork hook that is set
# after the postmaster's first fork; [Child] in the postmaster, which listens.
$cluster->start(policy => $with, preload => "\$libdir/pg_seccomp,$probe");
is(silent_client($cluster), '2 1 2', 'before authentication: [Server] and [Child], no_new_privs');
my ($status, undef, $err) = $cluster->psql('SELECT 1', user => 'refused');
like($err, qr/Peer authentication failed/, 'a client is refused');
$cluster->sql('SELECT 1');
my $log = $cluster->log;
like($log, qr/^probe: postmaster \d+: EBADF$/m, 'the postmaster may listen');
like($log, qr/^probe: fork \d+: EDOM$/m, 'a child may not, right after fork');
unlike($log, qr/^probe: fork \d+: (?!EDOM)/m, 'and so for every child');
like($log, qr/^probe: refused \d+: EDOM$/m, 'nor when its client is refused');
like($log, qr/^probe: accepted \d+: EDOM$/m, 'nor when its client is accepted, before [Session]');

# Broken by: a test that would pass without [Child].
$cluster->stop;
my $offset = $cluster->log_size;
$cluster->start(policy => $without, preload => "\$libdir/pg_seccomp,$probe");
is(silent_client($cluster), '1 1 2', 'without [Child]: [Server] alone');
$cluster->sql('SELECT 1');
like($cluster->log($offset), qr/^probe: fork \d+: EBADF$/m, 'without [Child]: a child may listen');

# Broken by: a server that forgets a child's scope when it starts its children
# anew after a crash.
$cluster->stop;
$offset = $cluster->log_size;
$cluster->start(policy => $with, preload => "\$libdir/pg_seccomp,$probe");
my $victim = $cluster->session;
kill 'KILL', $victim->pid;
PgSeccomp::Cluster::wait_until(sub { $cluster->log($offset) =~ /all server processes terminated; reinitializing/ });
$cluster->poll_until('SELECT true');
is(silent_client($cluster), '2 1 2', 'after a crash: [Server] and [Child]');
unlike($cluster->log($offset), qr/^probe: fork \d+: (?!EDOM)/m, 'after a crash no child may listen');

done_testing();
