# exposure.pl
# pg_seccomp exposure: the shipped policies against the tables of public kernel
# exploits and of assessments, and the scorer against tables and policies of which
# the answer is known.
use strict;
use warnings;

use Test::More;

use PgSeccomp::Tool qw(tool tool_json put slurp root);

my $root = root();
my @tables = ("--table=$root/exposure/kernel-exploits-2012-2023.tsv", "--assessments=$root/exposure/assessments.tsv");
my $head = "[Policy]\nVersion=1\n[Server]\n";
my $default = slurp("$root/policy/default.conf");

sub exposure { return tool('exposure', @tables, @_) }

# The tables of a policy, {name => [rows]}.
sub scored
{
    my ($status, $json, $err) = tool_json('exposure', @tables, @_);
    diag($err) if !$json;
    return $json;
}

# Levels by scope; open assessments of one scope; exploits that one scope stops.
sub levels { return map { $_->{scope} => $_->{level} } @{ $_[0]{grades} } }
sub open_in { my ($json, $scope) = @_; return map { $_->{assessment} => 1 } grep { $_->{open} && $_->{scope} eq $scope } @{ $json->{assessments} } }
sub stopped_in { my ($json, $scope) = @_; return map { $_->{cve} => 1 } grep { $_->{stopped} && $_->{scope} eq $scope } @{ $json->{exploits} } }

# ----------
# What is shipped
# ----------

# Broken by: a policy that lets go of a rule; the goals are the project's.
for ([ 'default', 'Session', 80, 2 ], [ 'strict', 'Session', 92, 1 ], [ 'strict', 'Session programs', 80, 2 ],
    [ 'default', 'Server', 80, 2 ])
{
    my ($policy, $scope, $goal, $level) = @$_;
    my ($status, $out, $err) = exposure('--summary', "--threshold=$scope:$goal", "--threshold=$scope=$level",
        "$root/policy/$policy.conf");
    is($status, 0, "$policy.conf, [$scope]: at least $goal % without namespaces, and all with; level at most $level") or diag($out);
    is($err, '', '... every gate of the tables is understood');
}

# Broken by: a score that does not come from the compiled policy: each of these
# lines stops something that nothing else in the policy does.
my $all = scored("$root/policy/default.conf");
my %all_stopped = stopped_in($all, 'server');
my %all_open = open_in($all, 'server');
for (
    [ 'RestrictTTY', 'CVE-2020-29661', 'terminal-input' ], [ 'RestrictFutexPI', 'CVE-2014-3153', 'priority-futexes' ],
    [ 'RestrictPipes', 'CVE-2022-0995', 'odd-pipes' ], [ 'RestrictSplice', 'CVE-2022-0847', 'splice' ],
    [ 'RestrictMemoryMapping', 'CVE-2023-3269', 'user-page-faults' ],
    [ 'RestrictSocketOptions', 'CVE-2023-0461', 'socket-options' ])
{
    my ($line, $cve, $assessment) = @$_;
    my $without = scored(put('without.conf', $default =~ s/^$line=yes\n//mr));
    ok($all_stopped{$cve} && !{ stopped_in($without, 'server') }->{$cve}, "without $line $cve is not stopped");
    ok(!$all_open{$assessment} && { open_in($without, 'server') }->{$assessment}, "... and $assessment is open");
}
{
    my $without = scored(put('without.conf', $default =~ s/^RestrictAddressFamilies=(?:.*\\\n)*.*\n//mgr));
    ok($all_stopped{$_} && !{ stopped_in($without, 'server') }->{$_}, "without RestrictAddressFamilies $_ is not stopped")
      for qw(CVE-2021-43267 CVE-2015-3636);
    ok(!$all_open{$_} && { open_in($without, 'server') }->{$_}, "... and $_ is open")
      for qw(raw-sockets packet-sockets netlink kernel-crypto rare-families rare-protocols);
}

# Broken by: somebody else than the last scope that denies a call said to stop it;
# a rule whose line is not the one.
{
    my $policy = put('twice.conf', "${head}SystemCallFilter=~ptrace\n[Session]\nSystemCallFilter=~ptrace\n");
    my $json = scored($policy);
    my %by = map { $_->{scope} => "$_->{by} $_->{rule}" } grep { $_->{cve} eq 'CVE-2014-4699' } @{ $json->{exploits} };
    is_deeply(\%by, { server => "server $policy:4", child => "server $policy:4", session => "session $policy:6" },
        'the last scope that denies a call is the one that stops an exploit');
    my ($row) = grep { $_->{assessment} eq 'foreign-abis' && $_->{scope} eq 'session' } @{ $json->{assessments} };
    is_deeply([ @$row{qw(open by rule gate)} ], [ JSON::PP::false, 'session', undef, 'foreign-abis' ],
        'what no line says has a scope and no rule');
    my $split = put('split.conf', "${head}SystemCallRule=ptrace arg0==0 deny\nSystemCallRule=ptrace arg0!=0 deny\n");
    ($row) = grep { $_->{cve} eq 'CVE-2014-4699' } @{ scored($split)->{exploits} };
    is($row->{rule}, "$split:4", 'of several lines the one that denies the first attempt');
}

# ----------
# Levels
# ----------

# Broken by: words or bounds that are not systemd-analyze's, rounding that calls
# something left nothing left.
for (
    [ 0, '0.0', 'PERFECT' ], [ 1, '0.1', 'SAFE' ], [ 90, '0.9', 'SAFE' ], [ 91, '1.0', 'OK' ], [ 490, '4.9', 'OK' ],
    [ 491, '5.0', 'MEDIUM' ], [ 740, '7.4', 'MEDIUM' ], [ 750, '7.5', 'EXPOSED' ], [ 890, '8.9', 'EXPOSED' ],
    [ 900, '9.0', 'UNSAFE' ], [ 990, '9.9', 'UNSAFE' ], [ 1000, '10.0', 'DANGEROUS' ])
{
    my ($open, $level, $word) = @$_;
    my $rows = ($open ? "o\t$open\tmount\tx\n" : '') . ($open < 1000 ? "c\t" . (1000 - $open) . "\tptrace\tx\n" : '');
    my $table = put('levels.tsv', "name\tweight\tgates\twhat\n$rows");
    my (undef, $out) = exposure("--assessments=$table", put('levels.conf', "${head}SystemCallFilter=~ptrace\n"));
    like($out, qr/^server +\Q$level\E +$word /m, "$open of 1000 open: $level $word");
}

# Broken by: a scope that is graded by what others deny, an order that hides the
# worst scope.
{
    my $policy = put('order.conf', "${head}SystemCallFilter=~acct\n[Session a]\nRole=a\nSystemCallFilter=~bpf perf_event_open\n"
          . "[Session b]\nRole=b\nSystemCallFilter=~bpf\n[Session c]\nRole=c\n");
    my $json = scored($policy);
    my %level = levels($json);
    is_deeply([ map { $_->{scope} } @{ $json->{grades} } ], [qw(server child session:c session:b session:a)],
        'the most exposed scope stands first, of equals in the order of the policy')
      or diag(explain($json->{grades}));
    is($level{child}, $level{server}, 'a scope that adds nothing is as exposed as the one before it');
    cmp_ok($level{'session:a'}, '<', $level{server}, '... and one that denies more is less');
}

# Broken by: ends that are out of reach, or reached by a policy that has left some.
my $least = put('least.conf', "${head}SystemCallFilter=~acct\n");
{
    my @switches = slurp("$root/core/directives.c") =~ /^\t\{"(\w+)", RULES/mg;
    cmp_ok(scalar @switches, '>=', 16, 'there are switches');
    my $most = put('most.conf', "${head}SystemCallFilter=~acct\n[Session]\nSystemCallFilter=\@pg-required\n"
          . "SystemCallRule=fcntl arg1==F_SETLEASE deny\nSystemCallRule=fcntl arg1==F_NOTIFY deny\n"
          . "SystemCallRule=mmap arg3&MAP_HUGETLB!=0 deny\nRestrictNamespaces=yes\nRestrictAddressFamilies=AF_UNIX\n"
          . join('', map { "$_=yes\n" } @switches));
    my $json = scored($most);
    my ($row) = grep { $_->{scope} eq 'session' } @{ $json->{grades} };
    is("$row->{level} $row->{grade} $row->{open}", '0 PERFECT 0', 'what PostgreSQL cannot survive without is not assessed')
      or diag(explain({ open_in($json, 'session') }));
    my %level = levels(scored($least));
    cmp_ok($level{server}, '>=', 9, "a policy of one line leaves nearly all: $level{server}");
    my %systemd = levels(scored("$root/exposure/systemd-service.conf"));
    my %shipped = levels($all);
    cmp_ok($systemd{child}, '>', $shipped{session}, 'what systemd suggests stands between it and the shipped ones');
    cmp_ok($systemd{child}, '<', $level{server}, '... and below it');
}

# Broken by: a mode that denies nothing and gets the grade of one that does.
for my $mode (qw(off permissive))
{
    my $policy = put('mode.conf', $default =~ s/^Mode=enforce/Mode=$mode/mr);
    my ($status, $json, $err) = tool_json('exposure', @tables, '--threshold=9.9', $policy);
    my %level = levels($json);
    is_deeply([ values %level ], [ (10) x 3 ], "Mode=$mode: all is open");
    is_deeply({ stopped_in($json, 'server') }, {}, '... and no exploit is stopped');
    like($err, qr/note: Mode=$mode denies nothing; --enforce/, '... which is said');
    is($status, 1, '... and no threshold is kept');
    my ($enforced, undef, $nothing) = exposure('--enforce', '--threshold=2', $policy);
    is("$enforced$nothing", '0', '... unless it is taken for an enforced one');
}

# Broken by: a level that falls when a denial goes: each line of default.conf in
# turn.  Lines of RestrictAddressFamilies are one: those behind the first take
# something off its list.
{
    my %before = levels($all);
    my @lines = $default =~ /^((?!#|\[|Version|Mode)\w+=(?:.*\\\n)*.*\n)/mg;
    cmp_ok(scalar @lines, '>', 30, 'default.conf has lines');
    my $raised = 0;
    my %fallen;
    my $families = 0;
    for my $line (@lines)
    {
        my $without = $default;
        if ($line =~ /^RestrictAddressFamilies/)
        {
            next if $families++;
            $without =~ s/^RestrictAddressFamilies=(?:.*\\\n)*.*\n//mg;
        }
        $without =~ s/^\Q$line\E//m;
        my %now = levels(scored(put('less.conf', $without)));
        $fallen{$line} = "$_ $now{$_}" for grep { $now{$_} < $before{$_} } keys %before;
        $raised++ if grep { $now{$_} > $before{$_} } keys %before;
    }
    is_deeply(\%fallen, {}, 'no scope is less exposed with a denial less');
    cmp_ok($raised, '>=', 15, "... and many lines make it more: $raised");
}

# Broken by: a level that rises when a directive is added.
{
    my $suggestion = slurp("$root/exposure/systemd-service.conf");
    my %before = levels(scored("$root/exposure/systemd-service.conf"));
    my %risen;
    my $lowered = 0;
    for my $switch (slurp("$root/core/directives.c") =~ /^\t\{"(\w+)", RULES/mg)
    {
        my %now = levels(scored(put('more.conf', "$suggestion$switch=yes\n")));
        $risen{$switch} = $now{server} if $now{server} > $before{server};
        $lowered++ if $now{server} < $before{server};
    }
    is_deeply(\%risen, {}, 'no directive makes a scope more exposed');
    cmp_ok($lowered, '>=', 8, "... and many make it less: $lowered");
}

# ----------
# The assessments
# ----------

my @rows = map { [ split /\t/, $_, -1 ] } grep { !/^#/ } split /\n/, slurp("$root/exposure/assessments.tsv");
shift @rows;

# Broken by: a row that is open in any policy, or closed in any; a call in its gate
# that makes no difference.  Each variant is a session of one policy: all calls of
# the gate denied, and all but one.
{
    # what may not be denied as a whole; the others without their families
    my $rules = sub { my ($call, @tests) = @_; return join '', map { "SystemCallRule=$call $_ deny\n" } @tests };
    my %instead = (
        mmap => $rules->('mmap', 'arg2&6==6', 'arg3&MAP_GROWSDOWN!=0', 'arg3&MAP_HUGETLB!=0'),
        futex => $rules->('futex', map { "arg1&0x7f==$_" } 6, 7, 8, 11, 12, 13),
        fcntl => $rules->('fcntl', map { "arg1==$_" } qw(F_SETPIPE_SZ F_SETLEASE F_NOTIFY)),
        sendto => $rules->('sendto', map { "arg3&$_!=0" } qw(MSG_OOB MSG_ZEROCOPY MSG_FASTOPEN)),
        openat => $rules->('openat', 'arg2&O_CREAT!=0 arg3&0xc00!=0'));
    my $policy = "${head}SystemCallFilter=~sysfs\n";
    my %expected;

    # what this machine's own ABI has not is denied by no line
    my %calls = map { s/:.*//r => 1 } map { split /[;|]/, $_->[2] } @rows;
    my $table = put('calls.tsv', "cve\tyear\tname\tgates\tneeds_userns\n" . join '', map { "$_\t\tx\t$_\tno\n" } sort keys %calls);
    my %absent = map { $_->{cve} => 1 } grep { $_->{stopped} && !defined $_->{rule} } @{ scored("--table=$table", $least)->{exploits} };
    delete @absent{qw(foreign-abis new-calls)};
    my @present = grep { grep { !$absent{ s/:.*//r } } split /[;|]/, $_->[2] } @rows;
    for my $row (@present)
    {
        my ($name, undef, $gates) = @$row;
        next if $name =~ /^(?:new-calls|foreign-abis)$/;
        my ($gate) = split /;/, $gates;
        my %calls = map { s/:.*//r => 1 } split /\|/, $gate;
        delete @calls{ keys %absent };
        for my $kept ('', sort keys %calls)
        {
            my @denied = grep { $_ ne $kept } sort keys %calls;
            my $session = $kept ? "$name but $kept" : $name;
            my @listed = map { "$_!" } grep { !$instead{$_} } @denied;
            $policy .= "[Session $session]\nRole=\"$session\"\n" . join '', map { $instead{$_} // '' } @denied;
            $policy .= "SystemCallFilter=~@listed\n" if @listed;
            $expected{"session:$session"} = [ $name, $kept ? 1 : 0 ];
        }
    }
    my $json = scored(put('rows.conf', $policy));
    my %open_at = map { ("$_->{scope} $_->{assessment}" => $_->{open}) } @{ $json->{assessments} };
    my @wrong = grep { my ($name, $open) = @{ $expected{$_} }; !defined $open_at{"$_ $name"} || ($open_at{"$_ $name"} ? 1 : 0) != $open } sort keys %expected;
    is_deeply(\@wrong, [], 'each assessment is closed by denying its calls, and open with one of them left');
    cmp_ok(scalar keys %expected, '>', 150, '... in many policies: ' . keys %expected);
    my %server = open_in($json, 'server');
    is(join(' ', sort map { $_->[0] } grep { !$server{ $_->[0] } } @present), 'foreign-abis new-calls',
        'all are open where nothing is denied but the calls of nobody');
    my %off = open_in(scored(put('off.conf', $policy =~ s/Version=1/Version=1\nMode=off/r)), 'server');
    ok($off{'new-calls'} && $off{'foreign-abis'}, '... and these two without a filter');
}

# Broken by: foreign ABIs that are admitted and not seen, or seen by one of their
# entries only.
SKIP:
{
    skip 'x86-64 only', 9 if `uname -m` !~ /x86_64/;
    for (
        [ 'SystemCallFilter=~mount', 'foreign-abis', 1, 'a foreign ABI that is admitted is one' ],
        [ 'SystemCallFilter=~shmget shmat semget semop semtimedop semctl', 'sysv-ipc', 1, 'ipc carries out calls of System V' ],
        [ 'SystemCallFilter=~shmget shmat semget semop semtimedop semctl ipc', 'sysv-ipc', 0, '... and is denied with them' ],
        [ 'SystemCallRule=socket arg0==AF_ALG deny', 'kernel-crypto', 1, 'socketcall makes sockets' ],
        [ 'RestrictAddressFamilies=~AF_ALG', 'kernel-crypto', 0, '... and is denied with them' ],
        [ 'SystemCallRule=mmap arg3&MAP_GROWSDOWN!=0 deny', 'MAP', 1, 'mmap2 maps memory' ],
        [ 'RestrictMemoryMapping=yes', 'MAP', 0, '... and is denied as mmap is' ],
        [ "SystemCallFilter=~ptrace", 'trace', 1, 'a call of a foreign ABI as well as the native one' ],
        [ "SystemCallFilter=~ptrace process_vm_readv process_vm_writev", 'trace', 0, '... is denied on both' ])
    {
        my ($lines, $name, $open, $what) = @$_;
        my $table = put('map.tsv', "name\tweight\tgates\twhat\nMAP\t1\tmmap:MAP_GROWSDOWN\tx\n");
        my $json = scored($name eq 'MAP' ? "--assessments=$table" : (),
            put('x86.conf', "${head}SystemCallArchitectures=native x86\n[Session]\n$lines\n"));
        is({ open_in($json, 'session') }->{$name} // 0, $open, $what);
    }
}

# Broken by: a weight that does not follow from the exploits and does not say why.
{
    my %exploits = map { $_->{assessment} => $_->{exploits} } grep { $_->{scope} eq 'server' } @{ $all->{assessments} };
    for my $row (@rows)
    {
        my ($name, $weight, undef, $what, $why) = @$row;
        my $n = $exploits{$name};
        my $step = $n >= 5 ? 8 : $n >= 2 ? 4 : $n == 1 ? 2 : 1;
        if   ($why) { cmp_ok($weight, '>', $step, "$name weighs more than $n exploits say: $why") }
        else        { is($weight, $step, "$name weighs what $n exploits say") }
        ok($what, '... and says what it is');
    }
    is($exploits{'user-namespaces'}, 45, 'exploits are counted by gates that an assessment includes');
    is($exploits{'old-aio'}, 0, '... and no others');
    is($exploits{splice}, 2, '... an alternative alone or with others');
}

# ----------
# Output
# ----------

# Broken by: a table that JSON lacks because something else was asked for, numbers
# and flags that are text.
for my $options ([], ['--summary'], ['--exploits'], [ '--scope=session', '--all' ])
{
    my $json = scored(@$options, "$root/policy/default.conf");
    is(join(' ', map { "$_:" . @{ $json->{$_} } } sort keys %$json), 'assessments:' . 3 * @rows . ' exploits:297 grades:3 totals:8',
        "JSON has all tables, with (@$options) as without");
}
{
    my ($exploit) = @{ $all->{exploits} };
    is_deeply([ sort keys %$exploit ], [qw(by cve exploit gate needs_user_namespace rule scope stopped year)], 'columns of exploits');
    is_deeply([ sort keys %{ $all->{totals}[0] } ], [qw(exploits kind percent scope stopped)], '... of totals');
    is_deeply([ sort keys %{ $all->{grades}[0] } ], [qw(assessments exploits_stopped grade level open scope)], '... of grades');
    is_deeply([ sort keys %{ $all->{assessments}[0] } ], [qw(assessment by exploits gate open rule scope weight what why)], '... of assessments');
    ok(JSON::PP::is_bool($exploit->{stopped}) && $all->{totals}[0]{exploits} == 54, 'flags are flags, numbers numbers');
    my @docker = grep { $_->{scope} =~ /Docker/ } @{ $all->{totals} };
    is("$docker[0]{stopped} $docker[1]{stopped}", '20 45', "Docker's column is counted");
}

# Broken by: text that shows another scope than the worst, closed ones among the
# open, or light ones before heavy ones.
{
    my (undef, $out) = exposure("$root/policy/strict.conf");
    like($out, qr/\Ascope +level +grade .*\nserver .*\n\nWhat a process of scope "server" may still do:\n/s, 'the worst scope is shown');
    my @weights = $out =~ /^ +(\d+) +\d+ +[a-z]/mg;
    is_deeply(\@weights, [ sort { $b <=> $a } @weights ], '... the heaviest first');
    unlike($out, qr/^ +\d+ +\d+ +bpf /m, '... without what is closed');
    (undef, $out) = exposure('--scope=Session', "$root/policy/strict.conf");
    like($out, qr/What a process of scope "session" may still do:/, '--scope shows another one');
    unlike($out, qr/start-programs/, '... as it is');
    (undef, $out) = exposure('--scope=session', '--all', "$root/policy/strict.conf");
    like($out, qr{^ +8 +8 +bpf +no +session +\S+/strict\.conf:\d+ +programs}m, '--all shows closed ones with the rule');
    ok(index($out, 'connect') < index($out, 'bpf'), '... behind those that are open');
    (undef, $out) = exposure('--exploits', '--scope=session', "$root/policy/default.conf");
    is(() = $out =~ /^CVE-\S+ .* session /mg, 99, '--exploits shows them all, for the scope that is asked for');
    like($out, qr/^session +no user namespace needed +47 +54 +87\.0$/m, '... and totals');
    (undef, $out) = exposure('--summary', "$root/policy/default.conf");
    unlike($out, qr/CVE|weight/, '--summary: totals only');
    like($out, qr/^\(Docker's default profile\) +no user namespace needed +20 +54 +37\.0$/m, "... Docker's too");
}

# ----------
# Thresholds
# ----------

# Broken by: a threshold that is not looked at, is looked at for another scope, or
# is exceeded by being reached.
{
    my $policy = "$root/policy/strict.conf";
    my %level = levels(scored($policy));
    my $worst = $level{server};
    for (
        [ "--threshold=$worst", 0, 'the highest level itself' ],
        [ '--threshold=' . ($worst - 0.1), 1, 'a tenth below it', qr/scope "server": exposure level $worst is above/ ],
        [ "--threshold=session=$level{session}", 0, "a scope's level" ],
        [ '--threshold=session=' . ($level{session} - 0.1), 1, 'a tenth below it', qr/^pg_seccomp: scope "session": [^\n]*\n\z/ ],
        [ '--threshold=Session programs=' . $level{'session:programs'}, 0, 'a scope by its title' ],
        [ '--threshold=session:programs=0', 1, 'a name with a colon', qr/scope "session:programs"/ ],
        [ '--threshold=Session:96', 0, 'a part of the exploits' ],
        [ '--threshold=session:99', 1, 'a greater one', qr/scope "session": of 54 exploits that need no user namespace 52 are stopped, fewer than 99 %/ ],
        [ '--threshold=session:programs:80', 0, 'of a scope whose name has a colon' ],
        [ '--threshold=10', 0, 'all that there is' ],
        [ '--threshold=0.0', 1, 'nothing at all', qr/"server".*"child".*"session"/s ])
    {
        my ($option, $expected, $what, $message) = @$_;
        my ($status, undef, $err) = exposure('--summary', $option, $policy);
        is($status, $expected, "$what: $expected ($option)");
        like($err, $message // qr/\A\z/, '... ' . ($message ? 'which is said' : 'in silence'));
    }
    my $open = put('userns.conf', "${head}SystemCallFilter=~ptrace\n");
    like((exposure('--summary', '--threshold=server:0', $open))[2], qr/of 45 exploits that need a user namespace 0 are stopped, fewer than 100 %/,
        'a part of the exploits takes all that need a namespace');
    is((exposure('--threshold=10', '--threshold=server=0', $policy))[0], 1, 'each of several counts');
    is((exposure('--threshold=server=0', '--threshold=10', $policy))[0], 1, '... in any order');
}

# Broken by: a threshold or a path that reaches the terminal.
{
    my $odd = put("odd\e[31m.conf", "[Policy]\nMode=permissive\n[Server]\nSystemCallFilter=~mount\n[Session \xe2\x80\xaeodd]\nRole=x\n");
    my $err = (exposure('--summary', "--threshold=session:\xe2\x80\xaeodd=0", "--threshold=session:\xe2\x80\xaeodd:100", $odd))[2];
    is(scalar(() = $err =~ /threshold "session:\\xe2\\x80\\xaeodd[=:]/g), 2, 'thresholds are harmless') or diag($err);
    like($err, qr/^\S+odd\\x1b\[31m\.conf: note: Mode=permissive/m, 'a path, too');
}

# Broken by: a threshold that is misread in silence.
for my $bad ('', '11', '-1', 'abc', '1e1', 'nan', 'session=', '=3', 'session:101', 'nosuch=3', 'Sesion:9', 'session', '3.', '0x1', '1.2.3', 'session=2%')
{
    my ($status, $out) = exposure("--threshold=$bad", "$root/policy/default.conf");
    my $fine = $bad eq '3.' ? 0 : 2;
    is($status, $fine, "--threshold=$bad: $fine");
    is($out, '', '... before anything is printed') if $fine == 2;
}
is((exposure('--scope=nosuch', "$root/policy/default.conf"))[0], 2, 'a scope that there is not: 2');

# ----------
# Gates
# ----------

# Gate, policy lines of [Server], stopped or not.
my @gates = (
    [ 'ptrace', 'SystemCallFilter=~ptrace', 1, 'a call that is denied' ],
    [ 'ptrace', 'SystemCallFilter=~mount', 0, 'one that is not' ],
    [ 'ptrace', 'SystemCallRule=ptrace arg0==0 deny', 0, 'one that is denied for some arguments' ],
    [ 'ptrace|mount', 'SystemCallFilter=~mount', 0, 'one of two alternatives' ],
    [ 'ptrace|mount', 'SystemCallFilter=~mount ptrace', 1, 'both' ],
    [ 'ptrace;mount', 'SystemCallFilter=~mount', 1, 'one of two gates' ],
    [ 'mount', 'SystemCallFilter=~mount:ENOSYS', 1, 'a quiet denial' ],
    [ 'mount', 'SystemCallFilter=~bpf', 0, 'another call' ],
    [ 'socket:AF_PACKET', 'RestrictAddressFamilies=~AF_PACKET', 1, 'a family' ],
    [ 'socket:AF_PACKET', 'RestrictAddressFamilies=~AF_PACKET/SOCK_RAW', 0, 'a family of which one type is denied' ],
    [ 'socket:AF_NETLINK/NETLINK_XFRM', 'RestrictAddressFamilies=~AF_NETLINK/NETLINK_XFRM', 1, 'a protocol' ],
    [ 'socket:AF_NETLINK/NETLINK_XFRM', 'RestrictAddressFamilies=~AF_NETLINK/NETLINK_ROUTE', 0, 'another protocol' ],
    [ 'socket:SOCK_DCCP', 'RestrictAddressFamilies=~AF_INET/SOCK_DCCP', 0, 'a type, denied for one family' ],
    [ 'clone:CLONE_NEWUSER', 'RestrictNamespaces=~user', 1, 'a flag among others' ],
    [ 'clone:CLONE_NEWUSER', 'SystemCallRule=clone arg0==0x10000000 deny', 0, 'a flag that is denied alone only' ],
    [ 'setns:ANY_NAMESPACE', 'RestrictNamespaces=~user', 1, 'whichever namespace' ],
    [ 'setns:ANY_NAMESPACE', 'SystemCallRule=setns arg1==0x10000000 deny', 0, '... and not one of them' ],
    [ 'mprotect:PROT_EXEC', 'MemoryDenyWriteExecute=yes', 1, 'a flag' ],
    [ 'mmap:PROT_WRITE+PROT_EXEC', 'MemoryDenyWriteExecute=yes', 1, 'two flags of one argument' ],
    [ 'mmap:PROT_EXEC', 'MemoryDenyWriteExecute=yes', 0, 'one of which alone is let through' ],
    [ 'mmap:PROT_WRITE+PROT_EXEC', 'SystemCallRule=mmap arg2==6 deny', 0, '... or with another one beside' ],
    [ 'fchmodat:S_ISUID', 'RestrictSUIDSGID=yes', 1, 'a bit of a mode' ],
    [ 'mkdirat:S_ISUID', 'SystemCallRule=mkdirat arg2&0x400!=0 deny', 0, '... and not another one' ],
    [ 'openat:O_CREAT/S_ISGID', 'RestrictSUIDSGID=yes', 1, '... with a flag of another argument' ],
    [ 'personality:ADDR_NO_RANDOMIZE', 'LockPersonality=yes', 1, 'a flag, though a question is let through' ],
    [ 'personality:ADDR_NO_RANDOMIZE', 'SystemCallRule=personality arg0==0x40000 deny', 0, '... and not alone' ],
    [ 'ioctl:TIOCSETD', 'RestrictTTY=yes', 1, 'a request' ],
    [ 'ioctl:TCGETS', 'RestrictTTY=yes', 0, 'one that is let through' ],
    [ 'futex:PI_OPS', 'RestrictFutexPI=yes', 1, 'a name for several operations' ],
    [ 'futex:PI_OPS', 'SystemCallRule=futex arg1&0x7f==6 deny', 0, 'of which one is denied' ],
    [ 'futex:PI_OPS', join("\n", map { "SystemCallRule=futex arg1==$_ deny" } 6, 7, 8, 11, 12, 13), 0, 'or each without its flags' ],
    [ 'setsockopt:SOL_TCP/TCP_ULP', 'RestrictSocketOptions=yes', 1, 'an option with its level' ],
    [ 'setsockopt:TCP_ULP', 'RestrictSocketOptions=yes', 1, 'and without' ],
    [ 'setsockopt:TCP_NODELAY', 'RestrictSocketOptions=yes', 0, 'one that is let through' ],
    [ 'sendmsg:SCM_RIGHTS', 'RestrictSocketMessages=yes', 0, 'what lies in memory' ],
    [ 'sendmsg:SCM_RIGHTS', 'SystemCallFilter=~sendmsg!', 1, '... is stopped with the whole call only' ],
    [ 'recvmmsg:X32_ABI', 'SystemCallFilter=~mount', 1, 'a foreign ABI' ],
    [ 'recvmmsg:X32_ABI', "SystemCallArchitectures=native x32\nSystemCallFilter=~mount", 0, 'one that is admitted' ],
    [ 'foreign-abis', "SystemCallArchitectures=native x86\nSystemCallFilter=~mount", 0, '... of which nothing may run' ],
    [ 'mount', "SystemCallArchitectures=native x86\nSystemCallRule=mount arg3==0 deny\nSystemCallRule=mount deny", 1, 'on all ABIs' ],
    [ 'new-calls', 'SystemCallFilter=~mount', 1, 'numbers behind the catalog' ],
    [ ';ptrace;;', 'SystemCallFilter=~mount', 0, 'empty gates shut nothing' ],
);
for (@gates)
{
    my ($gate, $lines, $expected, $what) = @$_;
    next if $lines =~ /x86|x32/ && `uname -m` !~ /x86_64/;
    my $table = put('table', "cve\tyear\tname\tgates\tneeds_userns\nCVE-1\t2026\tx\t$gate\tno\n");
    my $policy = put('gate.conf', "${head}$lines\n");
    my ($status, $json, $err) = tool_json('exposure', @tables, "--table=$table", $policy);
    is("$err" . ($json->{exploits}[0]{stopped} ? 1 : 0), $expected, "$what: $gate");
}

# Broken by: an argument that no rule looks at multiplying what is tried, or a call
# that takes too many trials to say said to be denied.
{
    my $table = put('table', "cve\tyear\tname\tgates\tneeds_userns\nCVE-1\t2026\tx\tsplice\tno\n");
    my $rules = join '', map { my $i = $_; "SystemCallRule=splice " . join(' ', map { "arg$_==" . (1000 + $i * 7 + $_) } 0, 2, 4, 5) . " allow\n" } 1 .. 60;
    my $started = time;
    my ($status, $json) = tool_json('exposure', @tables, "--table=$table", put('many.conf', "${head}SystemCallFilter=~splice\n$rules"));
    is($status . ($json->{exploits}[0]{stopped} ? 1 : 0), '00', 'a call with sixty exceptions is not stopped');
    cmp_ok(time - $started, '<', 30, '... which is found out soon');
}

# ----------
# Tables
# ----------

# Broken by: another table's order of columns, comments, or lack of one.
{
    my $table = put('table', "# x\ngates\tname\tcve\tneeds_userns\tsource\tyear\nmount\tn\tCVE-9\tyes\ts\t2026\n\n");
    my $json = scored("--table=$table", "$root/policy/default.conf");
    my ($row) = grep { $_->{scope} eq 'server' } @{ $json->{exploits} };
    is_deeply([ @$row{qw(cve year exploit needs_user_namespace stopped by gate)} ],
        [ 'CVE-9', '2026', 'n', JSON::PP::true, JSON::PP::true, 'server', 'mount' ], 'columns in another order');
    is_deeply([ map { "$_->{scope} $_->{kind} $_->{exploits}" } @{ $json->{totals} } ],
        [ map { "$_ user namespace needed 1" } qw(server child session) ], '... and the count, without Docker');
    my $assessments = put('table2', "what\tx\tweight\tname\tgates\nfiles\ty\t3\tlight\tmount\nothers\ty\t30\theavy\tptrace\n");
    $json = scored("--assessments=$assessments", $least);
    is_deeply([ map { "$_->{assessment} $_->{weight} $_->{what}" } grep { $_->{scope} eq 'server' } @{ $json->{assessments} } ],
        [ 'heavy 30 others', 'light 3 files' ], 'the same of assessments, the heaviest first');
}

# Broken by: a table that is misread in silence.
my $columns = "cve\tyear\tname\tgates\tneeds_userns\n";
for (
    [ "cve\tyear\tname\tneeds_userns\nx\ty\tz\tno\n", qr/there is no column "gates"/, 'no gates', 2 ],
    [ '', qr/the table is empty/, 'an empty file', 2 ],
    [ "${columns}x\ty\n", qr/:2: error: too few columns/, 'a short line', 2 ],
    [ "${columns}a\ty\tz\tmount|muont\tno\nx\ty\n", qr/:3: warning: too few columns/, 'a short line among others', 0 ],
    [ "${columns}x\ty\tz\tmuont\tno\n", qr/:2: warning: unknown system call "muont"/, 'an unknown call', 0 ],
    [ "${columns}x\ty\tz\tsocket:AF_NONE\tno\n", qr/unknown argument "AF_NONE" of "socket"/, 'an unknown argument', 0 ],
    [ "${columns}x\ty\tz\tsocket:AF_INET+AF_UNIX+\tno\n", qr/\A\z/, 'families that exclude each other', 0 ],
    [ "${columns}x\ty\tz\tmount:\x{2f}\tno\n", qr/unknown argument ""/, 'no argument', 0 ],
    [ "${columns}x\ty\tz\t\tno\n", qr/there are no gates/, 'no gates in a row', 0 ],
    [ "${columns}x\ty\tz\tmount ptrace\tno\n", qr/without blanks/, 'gates with blanks', 0 ],
    [ "${columns}x\ty\tz\tmo\xc2\x9bunt\tno\n", qr/:2: warning: gates are names/, 'gates with a control sequence', 0 ],
    [ "${columns}x\ty\tz\tmou\0nt\tno\n", qr/:2: error: NUL byte/, 'a NUL byte', 2 ],
    [ "${columns}x\ty\t\e[31mz\tmount\tno\n", qr/:2: error: control character 0x1b/, 'a control character', 2 ],
    [ "${columns}x\ty\t\xffz\tmount\tno\n", qr/byte 0xff is not valid UTF-8/, 'another encoding', 2 ],
    [ "${columns}x\ty\tz\tmuont\tno", qr/does not end in a newline/, 'a file that was cut off', 0 ],
    [ $columns . "x\ty\t" . 'z' x 500_000 . "\t" . join('|', ('muont') x 20_000) . "\tno\n", qr/and \d+ more/, 'long lines', 0 ],
    [ $columns . "x\ty\tz\tbpf\tno\n" x 10_001, qr/:10002: warning: a table has at most 10000 rows/, 'too many rows', 0 ],
    [ 'x' x 1_048_577, qr/has more than 1048576 bytes/, 'a file that is too large', 2 ])
{
    my ($text, $message, $what, $expected) = @$_;
    my ($status, $out, $err) = exposure('--exploits', '--table=' . put('table', $text), $least);
    like($err, $message, "$what: said");
    is($status, $expected, "... $expected");
    unlike($out, qr/^\S+ +\S* +\S+ +\w+ +\w+ +yes /m, '... and nothing is taken for stopped');
    unlike("$out$err", qr/[^\x20-\x7e\n]/, '... and nothing gets to the terminal');
}

# Broken by: a level from half a table.
$columns = "name\tweight\tgates\twhat\n";
my $good = "a\t1\tmount\tx\n";
for (
    [ $columns, qr/the table is empty/, 'no rows' ],
    [ '', qr/the table is empty/, 'an empty file' ],
    [ "name\tgates\twhat\na\tmount\tx\n", qr/:1: error: there is no column "weight"/, 'no weights' ],
    [ "$columns${good}b\t1\n", qr/:3: error: too few columns/, 'a short line' ],
    [ "$columns${good}b\t0\tbpf\tx\n", qr/:3: error: a weight is/, 'no weight' ],
    [ "$columns${good}b\t1001\tbpf\tx\n", qr/:3: error: a weight is/, 'too large a weight' ],
    [ "$columns${good}b\t-1\tbpf\tx\n", qr/:3: error: a weight is/, 'a negative weight' ],
    [ "$columns${good}b\t99999999999999999999\tbpf\tx\n", qr/:3: error: a weight is/, 'a weight past all numbers' ],
    [ "$columns${good}b\t1x\tbpf\tx\n", qr/:3: error: a weight is/, 'a weight that is none' ],
    [ "$columns$good$good", qr/:3: error: the name was there before/, 'a name that was there' ],
    [ "$columns${good}b\t1\tmuont\tx\n", qr/:3: error: unknown system call "muont"/, 'an unknown call' ],
    [ "$columns${good}b\t1\t\tx\n", qr/:3: error: there are no gates/, 'no gates' ],
    [ "$columns${good}b\0\t1\tbpf\tx\n", qr/:3: error: NUL byte/, 'a NUL byte' ],
    [ "$columns${good}b\t1\tbpf\tx", qr/:3: error: the last line does not end in a newline/, 'a file that was cut off' ])
{
    my ($text, $message, $what) = @$_;
    my ($status, $out, $err) = exposure('--assessments=' . put('table', $text), $least);
    like($err, $message, "assessments, $what: said");
    is("$status$out", '2', '... and no level is given');
}

# Broken by: what files say getting to a terminal as it is.
{
    my $csi = "\xc2\x9b31m";
    my $table = put('table', "name\tweight\tgates\twhat\n${csi}a\t1\tmount\t$csi x\n");
    my $policy = put('escape.conf', "[Policy]\nVersion=1\n[Session \"${csi}s\"]\nRole=s\nSystemCallFilter=~ptrace\n");
    my ($status, $out, $err) = exposure("--assessments=$table", "--scope=session:${csi}s", '--threshold=0', $policy);
    is($status, 1, 'names that are commands of a terminal');
    unlike("$out$err", qr/\xc2\x9b/, '... are shown, not sent');
    like($out, qr/\\xc2\\x9b31ma/, '... by their bytes');
}

# Broken by: a command that does something with what it does not understand.
is((tool('exposure'))[0], 2, 'no policy: 2');
is((exposure('--nonsense', "$root/policy/default.conf"))[0], 2, 'an unknown option: 2');
is((exposure("$root/policy/default.conf", "$root/policy/strict.conf"))[0], 2, 'two policies: 2');
like((exposure(put('bad.conf', "[Server]\nSystemCallFilter=~muont\n")))[2],
    qr/^\S+bad\.conf:2: error: unknown system call "muont"\n\S+bad\.conf:2: hint: Did you mean "mount"\?$/m, 'a policy with errors: each with its line');
is((exposure('/nonexistent'))[0], 2, 'no such file: 2');
is((exposure('--table=/nonexistent', $least))[0], 2, 'no such table: 2');
is((exposure('--assessments=/nonexistent', $least))[0], 2, '... nor assessments: 2');
like((tool('exposure', '--help'))[1], qr/^Example:\n  pg_seccomp exposure/m, '--help has an example');
like((tool('--help'))[1], qr/^  exposure /m, 'the tool lists its commands');
is((tool())[0], 2, 'no command: 2');

# Broken by: a table that is not installed, or elsewhere than the tool looks.
SKIP:
{
    skip 'the tool is not an installed one', 1 if $ENV{PGSC_TOOL};
    is((tool('exposure', '--threshold=2', "$root/policy/default.conf"))[0], 0, 'both tables are installed');
}

done_testing();
