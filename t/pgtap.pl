# pgtap.pl
# The pgTAP tests of t/pgtap, on a server with the default policy.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use Test::More;
use PgSeccomp::Cluster;

my $cluster = PgSeccomp::Cluster->new;
$cluster->start(policy => 'default');
$cluster->sql('CREATE EXTENSION pg_seccomp; CREATE EXTENSION pgtap');
for my $test (glob dirname(abs_path($0)) . '/pgtap/*.sql')
{
    my $name = basename($test);
    my ($status, $out, $err) = PgSeccomp::Cluster::run('', 'pg_prove', '--verbose', '--psql-bin', "$PgSeccomp::Cluster::bindir/psql",
        '-h', $cluster->{base}, '-p', $cluster->{port}, '-U', 'postgres', '-d', 'postgres', $test);
    my $passed = () = $out =~ /^ok \d+/mg;
    my ($plan) = $out =~ /^1\.\.(\d+)/m;
    is($status, 0, "$name passes") or diag "$out$err";
    cmp_ok($plan // 0, '>', 50, "$name has as many tests as views, functions and privileges take");
    is($passed, $plan, "$name: each of its tests is ok");
}

done_testing();
