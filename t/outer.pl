# outer.pl
# A server under somebody else's seccomp filter: a launcher's, a container's or
# a service manager's.  It says so, or does not start.
use strict;
use warnings;

use Test::More;
use PgSeccomp::Cluster;
use PgSeccomp::Attack qw(build_c);
use PgSeccomp::Violations qw(module);

my $launcher = build_c(module('outer'));

my $cluster = PgSeccomp::Cluster->new;
sub under
{
    my ($call, $errno) = @_;
    return [ $launcher, PgSeccomp::Attack::call_number($call), $errno ];
}

# Broken by: a kernel's no that goes unheard, and a server that runs bare.
for my $case ([ seccomp => 1, 'Operation not permitted', qr/outer sandbox or an earlier filter denies it/, qr/Allow seccomp\(2\) and prctl\(2\) in the outer sandbox/ ],
    [ seccomp => 38, 'Function not implemented', qr/no seccomp\(2\), or an outer sandbox hides it/, qr/kernel with CONFIG_SECCOMP_FILTER/ ],
    [ seccomp => 22, 'Invalid argument', qr/CONFIG_SECCOMP_FILTER, or the program is too long/, qr/kernel with CONFIG_SECCOMP_FILTER/ ],
    [ seccomp => 12, 'Cannot allocate memory', qr/out of memory, or the filters/, qr/fewer or shorter filters/ ],
    [ prctl => 1, 'Operation not permitted', qr/not permitted here/, qr/Allow seccomp\(2\) and prctl\(2\)/ ])
{
    my ($call, $errno, $text, $detail, $hint) = @$case;
    my $offset = $cluster->log_size;
    ok(!$cluster->start(policy => 'default', fails => 1, launcher => under($call, $errno)), "$call: $text: no start");
    my $log = $cluster->log($offset);
    like($log, qr/FATAL:  could not attach the seccomp program of \[Server\]: $text$/m, "$call: $text: FATAL");
    like($log, qr/DETAIL:  .*$detail/, "$call: $text: why");
    like($log, qr/HINT:  .*$hint/, "$call: $text: what to do");
    unlike($log, qr/ready to accept connections/, "$call: $text: nothing has started");
}

# Broken by: a kernel's no that stops a server which asked for nothing.
my $off = PgSeccomp::Cluster::new_policy("[Policy]\nMode=off\n");
ok($cluster->start(policy => $off, launcher => under(seccomp => 1)), 'Mode=off starts without seccomp(2)');
$cluster->stop;

# Broken by: an anchor that is taken for granted, or not counted.
$cluster->start(policy => 'default', launcher => under(swapon => 1));
$cluster->sql('CREATE EXTENSION pg_seccomp');
my $look = 'SELECT anchored, s.no_new_privs, filters FROM pg_seccomp_status AS s, pg_seccomp_processes WHERE pid = pg_backend_pid()';
is($cluster->sql($look), 't|t|4', 'under a launcher: anchored');
is(PgSeccomp::Cluster::kernel_says($cluster->postmaster_pid, 'Seccomp_filters'), 2, 'the postmaster has both filters');
is($cluster->sql(q(SELECT status, detail FROM pg_seccomp_check() WHERE item = 'kernel')),
    'ok|this session attached 3 programs, the kernel counts 4', 'check: the kernel has more than ours');
$cluster->stop;
$cluster->start(policy => 'default');
is($cluster->sql($look), 'f|t|3', 'without one: not anchored');

done_testing();
