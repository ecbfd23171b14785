# tool_show.pl
# pg_seccomp show: the catalog against its documentation and the table of
# exploits, policies against pg_seccomp_filter of a server that has them, and
# differences against every call of small policies.
use strict;
use warnings;

use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(tool tool_json put slurp root);

my $root = root();
my %policy = map { $_ => "$root/policy/$_.conf" } qw(default strict);
my $exploits = "$root/exposure/kernel-exploits-2012-2023.tsv";
my $x86_64 = `uname -m` =~ /x86_64/;
my $native = $x86_64 ? 'x86-64' : 'arm64';
my @abis = $x86_64 ? qw(x86-64 x86 x32) : qw(arm64 arm);

# The tables of a command that ends well.
sub tables
{
    my (@args) = @_;
    my ($status, $tables, $err) = tool_json('show', @args);
    is("$status$err", '0', "show @args") or diag($err);
    return $tables // {};
}

# A table's column.
sub cells { my ($rows, $name) = @_; return [ map { $_->{$name} } @$rows ] }

# ----------
# Groups and families
# ----------

# Broken by: a group that is left out, a count that is not of its members, or
# words that do not choose.
{
    my $doc = slurp("$root/doc/catalog.md");
    my ($families) = $doc =~ /^## Families\n(.*?)^## /ms;
    my @groups = $doc =~ /^\| `(\@[\w-]+)` \| \d/mg;
    my @families = $families =~ /^\| `(\w+)` \|/mg;
    my $all = tables();
    is_deeply([ sort @{ cells($all->{groups}, 'name') } ], [ sort @groups, @families ], 'the overview has all groups and families');
    is_deeply([ sort @{ cells(tables('groups')->{groups}, 'name') } ], [ sort @groups ], 'groups alone');
    is_deeply([ sort @{ cells(tables('families')->{groups}, 'name') } ], [ sort @families ], 'families alone');
    is(scalar @{ tables('families', 'groups')->{groups} }, @groups + @families, 'both words: both');
    my %calls = map { $_->{name} => $_->{calls} } @{ $all->{groups} };
    for my $group (qw(@mount @system-service @known))
    {
        my $members = tables($group)->{members};
        is(scalar @$members, $calls{$group}, "$group: as many members as the overview says");
    }
    is_deeply([ map { $_->{kind} } grep { $_->{name} eq 'open' } @{ $all->{groups} } ], ['family'], 'open is a family');
}

# Broken by: nested groups that are not resolved (all but sync's own calls come
# to @system-service through other groups), or a member's facts.
{
    my %member = map { $_->{syscall} => $_ } @{ tables('@system-service')->{members} };
    ok($member{openat} && $member{write} && !$member{mount}, 'members of nested groups');
    is_deeply($member{openat}, { group => '@system-service', syscall => 'openat', number => $x86_64 ? 257 : 56, family => 'open',
        since => '2.6.16', description => 'open or create, relative to a directory descriptor' }, 'a member in full');
    my %umount = map { $_->{syscall} => $_->{number} } @{ tables('@mount')->{members} };
    is($umount{umount}, undef, 'no number where this machine has none');
    is_deeply([ sort keys %{ { map { $_->{group} => 1 } @{ tables('@mount', '@swap')->{members} } } } ], [ '@mount', '@swap' ], 'two groups in one table');
}

# ----------
# One call
# ----------

# Broken by: another ABI's numbers, the bit of x32, or a number taken for another's.
for my $operand ($x86_64 ? '165' : '40', 'mount', 'x86:21', 'x86:0x15', 'x32:165', 'x32:0x400000a5', 'arm64:40', 'arm:mount')
{
    my $tables = tables("--table=$exploits", $operand);
    is_deeply($tables->{syscall}, [ { syscall => 'mount', number => $x86_64 ? 165 : 40, family => undef, since => '1.0',
        description => 'mount, move or remount a file system' } ], "$operand is mount");
    is_deeply([ map { $_->{syscall} eq 'mount' && [ $_->{abi}, $_->{number} ] } @{ $tables->{numbers} } ],
        [ [ 'x86-64', 165 ], [ 'x86', 21 ], [ 'x32', 0x400000a5 ], [ 'arm64', 40 ], [ 'arm', 21 ] ], '... with its numbers');
    is_deeply(cells($tables->{groups}, 'name'), [ '@known', '@mount' ], '... and groups');
    is_deeply($tables->{family}, [], '... of no family');
}

# Broken by: a family without its other members, or with the call itself.
{
    my $tables = tables("--table=$exploits", 'open');
    is($tables->{syscall}[0]{family}, 'open', 'open is a call of the family open');
    is_deeply(cells($tables->{family}, 'syscall'), [qw(creat openat openat2)], '... with these others');
    is_deeply([ grep { !defined $_->{number} } @{ $tables->{numbers} } ], [ { syscall => 'open', abi => 'arm64', number => undef } ], '... which arm64 lacks');
}

# Broken by: the prototype of another ABI, or none where there is one.
is_deeply([ map { "$_->{argument} $_->{type}" } @{ tables("--table=$exploits", "$native:openat")->{arguments} } ],
    [ 'arg0 32 bits', 'arg1 pointer', 'arg2 32 bits', 'arg3 32 bits' ], 'what arguments are');
is_deeply([ map { "$_->{abi} $_->{argument} $_->{type}" } @{ tables("--table=$exploits", 'x86:lseek')->{arguments} } ],
    [ 'x86 arg0 32 bits', 'x86 arg1 32 bits', 'x86 arg2 32 bits' ], '... on an ABI of 32 bits');
is_deeply(tables("--table=$exploits", 'vserver')->{arguments}, [], '... of a call that no kernel has');

# Broken by: a version in another row; the unit tests have more.
{
    my %since = (openat2 => '5.6', accept4 => '2.6.28', io_uring_setup => '5.1', prctl => '2.2', mseal => '6.10', execveat => '3.19');
    my %shown = map { $_->{syscall} => $_->{since} } @{ tables("--table=$exploits", sort keys %since)->{syscall} };
    is_deeply(\%shown, \%since, 'since which Linux');
}

# Broken by: a gate that names the call and is missed, one that only has its
# name inside another's (clone in clone3), or another gate of the same exploit.
{
    my @rows = map { [ split /\t/ ] } grep { !/^#|^cve\t/ } split /\n/, slurp($exploits);
    my $found = 0;
    for my $call (qw(socket clone clone3 setsockopt mount splice io_uring_setup add_key read))
    {
        my @expected;
        for my $row (@rows)
        {
            push @expected, map { [ $row->[0], $_, $row->[4] eq 'yes' ] } grep { grep { /^([^:]*)/ && $1 eq $call } split /\|/ } split /;/, $row->[3];
        }
        my $shown = tables("--table=$exploits", $call)->{exploits};
        is_deeply([ map { [ $_->{cve}, $_->{gate}, !!$_->{needs_user_namespace} ] } @$shown ], [ map { [ @$_[ 0, 1 ], !!$_->[2] ] } @expected ],
            "exploits that need $call: " . @expected);
        $found += @expected;
    }
    cmp_ok($found, '>', 50, '... of which there are many');
}
{
    my $table = put('table', join "\n", "cve\tyear\tname\tgates\tneeds_userns", "CVE-1\t2026\tx\tclone3;lsm_get_self_attr|mount_setattr\tno",
        "CVE-2\t2026\ty\tread|mount;clone:CLONE_NEWUSER;mount:MS_BIND|splice\tyes", '');
    my $shown = tables("--table=$table", 'clone', 'mount')->{exploits};
    is_deeply([ map { "$_->{syscall} $_->{cve} $_->{gate}" } @$shown ],
        [ 'clone CVE-2 clone:CLONE_NEWUSER', 'mount CVE-2 read|mount', 'mount CVE-2 mount:MS_BIND|splice' ], 'names in gates are whole names');
}
{
    my ($status, $out, $err) = tool('show', "--table=$root/nonexistent", 'mount');
    is($status, 2, 'a table of exploits that is not there: 2');
    like($err, qr{could not open file "\Q$root\E/nonexistent"}, '... and said');
}

# Broken by: text that lacks what JSON has.
{
    my ($status, $out) = tool('show', "--table=$exploits", 'socket');
    like($out, qr/^syscall +number +family +since +description\nsocket +\d+ /, 'text: the call first');
    like($out, qr/^socket +CVE-2017-7308 .* socket:AF_PACKET +yes$/m, '... and what needs it, with arguments');
    unlike((tool('show', "--table=$exploits", 'mount'))[1], qr/^others of the family/m, '... and no table that has nothing');
}

# ----------
# Scopes
# ----------

# Broken by: a scope's line, kind of list or matchers, or counts that are not
# those of its calls.
{
    my $text = slurp($policy{strict});
    my %line;
    my $number = 0;
    for (split /\n/, $text)
    {
        $number++;
        $line{ lc($1) =~ s/^(session|process) /$1:/r } = $number if /^\[(\w.*)\]/;
    }
    my @processes = grep { /^process:/ } sort { $line{$a} <=> $line{$b} } keys %line;
    cmp_ok(scalar @processes, '>', 5, 'strict.conf has sections of processes');
    my $scopes = tables($policy{strict})->{scopes};
    is_deeply([ map { [ @{$_}{qw(scope line list sessions)} ] } @$scopes ], [
        [ 'server', $line{server}, 'deny', undef ],
        [ 'child', $line{child}, 'deny', undef ],
        (map { [ $_, $line{$_}, $text =~ /^\[\Q@{[ucfirst s!:! !r]}\E\]\n(?:#.*\n)*SystemCallFilter=~/m ? 'deny' : 'allow', undef ] } @processes),
        [ 'session:programs', $line{'session:programs'}, 'allow', 'Role=+pg_execute_server_program' ],
        [ 'session:replication', $line{'session:replication'}, 'allow', 'Replication=yes' ],
        [ 'session', $line{session}, 'allow', 'all that no other section matches' ],
    ], 'the scopes of strict.conf');
    for my $scope (@$scopes)
    {
        my %answers;
        push @{ $answers{ $_->{syscall} } }, $_->{action} for @{ tables($policy{strict}, "--scope=$scope->{scope}")->{calls} };
        my %count = (allowed => 0, denied => 0, conditional => 0);
        for my $answers (values %answers)
        {
            my $running = grep { /^(?:allow|log)$/ } @$answers;
            $count{ $running == @$answers ? 'allowed' : $running ? 'conditional' : 'denied' }++;
        }
        is_deeply({ map { $_ => $scope->{$_} } keys %count }, \%count, "$scope->{scope}: its calls are counted");
        cmp_ok($scope->{instructions}, '>', 10, '... and so is its program');
    }
}

# Broken by: matchers that do not read as in the file, or a section that is
# taken for one that logins can get.
{
    my $file = put('matchers.conf', <<'END');
[Policy]
Version=1
[Server]
SystemCallFilter=~mount
[Session a]
Role=app "all" +staff
Database=x
Address=local 10.0.0.0/8 2001:db8::/32
OnViolation=terminate
[Session b]
END
    my $scopes = tables($file)->{scopes};
    is_deeply([ map { [ @{$_}{qw(scope line list instructions sessions)} ] } @$scopes[ 1 .. 3 ] ], [
        [ 'child', undef, undef, 0, undef ],
        [ 'session:a', 5, undef, 0, 'Role=app "all" +staff Database=x Address=local 10.0.0.0/8 2001:db8::/32' ],
        [ 'session:b', 10, undef, 0, 'none at login: for pg_seccomp_restrict()' ],
    ], 'matchers in words, and sections that say nothing');
    like((tool('show', put('off.conf', "[Policy]\nVersion=1\nMode=permissive\n[Server]\nSystemCallFilter=~mount\n")))[2],
        qr/note: Mode=permissive: this is what it would enforce$/, 'a policy that enforces nothing says so');
}

# ----------
# Calls
# ----------

# Broken by: rows that are dropped or shown twice by --allowed, --denied, --abi.
{
    my @all = @{ tables($policy{strict}, '--scope=session', '--abi=all')->{calls} };
    my @allowed = @{ tables($policy{strict}, '--scope=session', '--abi=all', '--allowed')->{calls} };
    my @denied = @{ tables($policy{strict}, '--scope=Session', '--abi=all', '--denied')->{calls} };
    is_deeply([ grep { $_->{action} eq 'allow' } @all ], \@allowed, '--allowed has what runs');
    is_deeply([ grep { $_->{action} ne 'allow' } @all ], \@denied, '--denied the rest, and a title names a scope');
    cmp_ok(scalar @allowed, '>', 90, '... neither is empty');
    for my $abi (@abis)
    {
        is_deeply(tables($policy{strict}, '--scope=session', "--abi=$abi")->{calls}, [ grep { $_->{abi} eq $abi } @all ], "--abi=$abi");
    }
    is_deeply(tables($policy{strict}, '--scope=session')->{calls}, [ grep { $_->{abi} eq $native } @all ], 'the native ABI otherwise');
}

# Broken by: a log or a kill that is taken for something else.
{
    my $file = put('actions.conf', <<'END');
[Policy]
Version=1
[Server]
SystemCallLog=uname
[Session kill]
Role=a
OnViolation=kill
SystemCallFilter=~acct swapon:9 vhangup:EDOM
END
    my %answer = map { $_->{syscall} => $_ } @{ tables($file, '--scope=session:kill')->{calls} };
    is_deeply([ map { [ @{ $answer{$_} }{qw(action errno scope rule)} ] } qw(uname acct vhangup swapon read) ], [
        [ 'log', undef, 'server', "$file:4" ], [ 'kill_process', undef, 'session:kill', "$file:8" ],
        [ 'errno', 'EDOM', 'session:kill', "$file:8" ], [ 'errno', 'EBADF', 'session:kill', "$file:8" ],
        [ 'allow', undef, undef, undef ] ], 'answers, who gives them, and where it is written');
    is_deeply(tables($file)->{scopes}[2]{list}, 'deny', 'a list of denials');
}

# Broken by: a line that is made up where none decides.
{
    my $file = put('lineless.conf', "[Policy]\nVersion=1\n[Server]\nSystemCallFilter=~mount\n");
    my ($read) = grep { $_->{syscall} eq 'read' } @{ tables($file, '--scope=server', "--abi=$abis[1]")->{calls} };
    is_deeply([ @{$read}{qw(action errno condition scope rule)} ], [ 'errno', 'ENOSYS', undef, 'server', undef ], 'an ABI that no line is about');
}

# Broken by: anything in which the command line and a server differ on a policy.
{
    my $cluster = PgSeccomp::Cluster->new();
    for my $name (qw(default strict))
    {
        my $server = PgSeccomp::Cluster::new_policy(slurp($policy{$name}));
        $cluster->start(policy => $server);
        $cluster->sql($_) for $name eq 'default' ? ('CREATE EXTENSION pg_seccomp', 'CREATE ROLE plain LOGIN',
            'CREATE ROLE programs LOGIN IN ROLE pg_execute_server_program',
            'GRANT SELECT ON pg_seccomp_filter TO plain, programs',
            'GRANT EXECUTE ON FUNCTION pg_seccomp_filter() TO plain, programs') : ();
        for my $role (qw(plain programs))
        {
            my $profile = $name eq 'strict' && $role eq 'programs' ? 'session:programs' : 'session';
            my $rows = $cluster->sql(<<'END', user => $role);
SELECT concat_ws(' | ', abi, syscall, number, action, coalesce(errno, '-'), coalesce(condition, '-'),
    coalesce(scope, '-'), coalesce(split_part(rule, ':', 2), '-'))
FROM pg_seccomp_filter
END
            my @server = split /\n/, $rows;
            my @tool = map {
                my $row = $_;
                my $rule = defined $row->{rule} && $row->{rule} =~ /:(\d+)$/ ? $1 : undef;
                join ' | ', @{$row}{qw(abi syscall number action)},
                  map { $_ // '-' } @{$row}{qw(errno condition)}, defined $row->{scope} ? $row->{scope} =~ s/:.*//r : undef, $rule;
            } @{ tables($policy{$name}, "--scope=$profile", '--abi=all')->{calls} };
            cmp_ok(scalar @server, '>', 1000, "$name.conf, $role: pg_seccomp_filter has rows");
            is_deeply(\@tool, \@server, "... all " . @server . " as show --scope=$profile has them");
        }
        $cluster->stop;
    }
}

# ----------
# Differences
# ----------

sub difference
{
    my ($before, $after, @args) = @_;
    my ($status, $tables, $err) = tool_json('show', $before, "--diff=$after", @args);
    is($err, '', "show --diff @args") or diag($err);
    return ($status, $tables);
}

# Broken by: a policy that differs from itself, or one that does not from another.
for my $name (sort keys %policy)
{
    my ($status, $tables) = difference($policy{$name}, $policy{$name});
    is($status, 0, "$name.conf and itself: 0");
    is_deeply($tables, { settings => [], changes => [] }, '... and no rows');
    is((tool('show', $policy{$name}, '--diff', $policy{$name}))[1], '', '... and no text');
}

# Broken by: a direction that is swapped, a line of the other file, an ABI that is left out.
{
    my $base = "[Policy]\nVersion=1\n[Server]\n";
    my $one = put('one.conf', "${base}SystemCallFilter=~acct vhangup:ENOSYS swapon\n");
    my $two = put('two.conf', "${base}\nSystemCallLog=uname\nSystemCallFilter=~acct vhangup:EDOM reboot\n");
    my ($status, $tables) = difference($one, $two, '--scope=server', "--abi=$native");
    is($status, 1, 'policies that differ: 1');
    is_deeply($tables->{changes}, [ map { my %row; @row{qw(scope abi syscall condition before after change rule_before rule_after)} = ('server', $native, @$_); \%row }
        [ 'reboot', undef, 'allow', 'errno EPERM', 'closes', undef, "$two:6" ],
        [ 'swapon', undef, 'errno EPERM', 'allow', 'opens', "$one:4", undef ],
        [ 'uname', undef, 'allow', 'log', 'changes', undef, "$two:5" ],
        [ 'vhangup', undef, 'errno ENOSYS', 'errno EDOM', 'changes', "$one:4", "$two:6" ] ], 'each call that changes, with both lines');
    my ($back, $reverse) = difference($two, $one, '--scope=server', "--abi=$native");
    is_deeply([ map { [ @{$_}{qw(syscall before after change)} ] } @{ $reverse->{changes} } ],
        [ map { [ @{$_}{qw(syscall after before)}, { opens => 'closes', closes => 'opens', changes => 'changes' }->{ $_->{change} } ] } @{ $tables->{changes} } ],
        'the other way round');
    my (undef, $everywhere) = difference($one, $two);
    is_deeply([ sort keys %{ { map { ("$_->{scope}" => 1) } @{ $everywhere->{changes} } } } ], [qw(child server)], 'all scopes without --scope');

    my $admits = put('admits.conf', "${base}SystemCallArchitectures=native $abis[1]\nSystemCallFilter=~acct vhangup:ENOSYS swapon\n");
    my $closed = put('closed.conf', "${base}SystemCallArchitectures=native\nSystemCallFilter=~acct vhangup:ENOSYS swapon\n");
    my (undef, $opened) = difference($closed, $admits);
    my %opened = map { ("$_->{abi} $_->{change}" => 1) } @{ $opened->{changes} };
    is_deeply([ sort keys %opened ], [ "$abis[1] changes", "$abis[1] opens" ], 'an ABI that is let in opens, but for what a line names');
    my ($same, $none) = difference($closed, $admits, "--abi=$native");
    is_deeply([ $same, $none->{changes} ], [ 0, [] ], '... and nothing on the native one');
}

# Broken by: sections that come, go, match others or stand elsewhere without a word.
{
    my $head = "[Policy]\nVersion=1\n[Server]\nSystemCallFilter=~mount\n";
    my $a = "[Session a]\nRole=x\nSystemCallFilter=~acct\n";
    my $b = "[Session b]\nRole=y\nSystemCallFilter=~swapon\n";
    my $rest = "[Session]\nSystemCallFilter=~reboot\n";
    my $both = put('both.conf', $head . $a . $b . $rest);
    my $lacks = put('lacks.conf', $head . $b . $rest);
    my ($status, $tables) = difference($both, $lacks, "--abi=$native");
    is($status, 1, 'a section that goes: 1');
    is_deeply($tables->{settings}, [ { scope => 'session:a', setting => 'section', before => "$both:5", after => 'no section: as in "session"' } ], '... is named, with what holds instead');
    is_deeply([ map { [ @{$_}{qw(scope syscall change)} ] } @{ $tables->{changes} } ],
        [ [ 'session:a', 'acct', 'opens' ], [ 'session:a', 'reboot', 'closes' ] ], '... and what that comes to');
    (undef, $tables) = difference($lacks, $both, "--abi=$native");
    is_deeply($tables->{settings}, [ { scope => 'session:a', setting => 'section', before => 'no section: as in "session"', after => "$both:5" } ], 'one that comes');
    (undef, $tables) = difference($both, put('none.conf', $head), "--abi=$native");
    is_deeply([ map { "$_->{scope} $_->{after}" } @{ $tables->{settings} } ],
        [ map { "$_ no section: as in \"child\"" } qw(session:a session:b session) ], 'without [Session] the child scope holds');
    is_deeply([ map { [ @{$_}{qw(scope syscall change)} ] } @{ $tables->{changes} } ],
        [ [ 'session:a', 'acct', 'opens' ], [ 'session:b', 'swapon', 'opens' ], [ 'session', 'reboot', 'opens' ] ], '... which denies nothing more');
    is((difference($both, $lacks, '--scope=session:b'))[0], 0, 'nothing changes in another scope');
    is((difference($lacks, $both, '--scope=Session a'))[0], 1, 'a scope that only the second has');

    my $other = "[Session a]\nRole=z\nOnViolation=terminate\nProcessDumpable=no\nSystemCallFilter=~acct\n";
    ($status, $tables) = difference($both, put('order.conf', ($head =~ s/Version=1/Version=1\nMode=permissive/r) . $rest . $b . $other), '--scope=session:a', "--abi=$native");
    is($status, 1, 'what is no program counts');
    is_deeply([ map { [ @{$_}{qw(scope setting before after)} ] } @{ $tables->{settings} } ], [
        [ undef, 'Mode', 'enforce', 'permissive' ],
        [ 'session:a', 'sessions', 'Role=x', 'Role=z' ],
        [ 'session:a', 'order', 'first', 'after session:b' ],
        [ 'session:a', 'OnViolation', 'error', 'terminate' ],
        [ 'session:a', 'ProcessDumpable', undef, 'no' ] ], '... mode, matchers, order, and the rest');
}

# Rules on two arguments, and what they answer: by the policy's own words.
my %compare = ('==' => sub { $_[0] == $_[1] }, '!=' => sub { $_[0] != $_[1] }, '<' => sub { $_[0] < $_[1] },
    '<=' => sub { $_[0] <= $_[1] }, '>' => sub { $_[0] > $_[1] }, '>=' => sub { $_[0] >= $_[1] });

sub random_rules
{
    my @rules;
    for (1 .. 1 + int rand 4)
    {
        my @tests = map { [ $_, (sort keys %compare)[ rand 6 ], 1 + int rand 4 ] } grep { rand() < 0.6 } 0, 1;
        @tests = [ 0, '==', 1 + int rand 4 ] unless @tests;
        push @rules, { tests => \@tests, answer => [ 'allow', 'errno EPERM', 'errno ENOSYS' ]->[ rand 3 ] };
    }
    return \@rules;
}

sub rules_text
{
    my ($rules) = @_;
    return "[Policy]\nVersion=1\n[Server]\nSystemCallFilter=~mount\n" . join '', map {
        my $rule = $_;
        join(' ', 'SystemCallRule=getpriority', (map { "arg$_->[0]$_->[1]$_->[2]" } @{ $rule->{tests} }),
            { 'allow' => 'allow', 'errno EPERM' => 'deny', 'errno ENOSYS' => 'errno ENOSYS' }->{ $rule->{answer} }) . "\n";
    } @$rules;
}

sub answer
{
    my ($rules, @args) = @_;
    for my $rule (@$rules)
    {
        return $rule->{answer} unless grep { !$compare{ $_->[1] }->($args[ $_->[0] ], $_->[2]) } @{ $rule->{tests} };
    }
    return 'allow';
}

# Broken by: arguments on which two policies differ and that are not tried, such
# as those that fit two rules of which one hides the other.
{
    srand 20240229;
    my ($differ, $wrong) = (0, 0);
    for my $round (1 .. 60)
    {
        my ($one, $two) = (random_rules(), random_rules());
        $two = [ reverse @$one ] if $round % 3 == 0;
        my %expected;
        for my $x (0 .. 6)
        {
            for my $y (0 .. 6)
            {
                my ($before, $after) = (answer($one, $x, $y), answer($two, $x, $y));
                $expected{"$before -> $after"} = 1 if $before ne $after;
            }
        }
        my ($status, $tables) = tool_json('show', put('rules1.conf', rules_text($one)), '--diff', put('rules2.conf', rules_text($two)), '--scope=server', "--abi=$native");
        my %found = map { ("$_->{before} -> $_->{after}" => 1) } @{ $tables->{changes} };
        $differ += %expected ? 1 : 0;
        next if join(', ', sort keys %found) eq join(', ', sort keys %expected) && $status == (%expected ? 1 : 0)
          && !grep { $_->{syscall} ne 'getpriority' } @{ $tables->{changes} };
        $wrong++;
        diag("status $status, expected ", join(', ', sort keys %expected), '; found ', join(', ', sort keys %found), "\n", rules_text($one), rules_text($two));
    }
    is($wrong, 0, 'differences are those of all arguments');
    cmp_ok($differ, '>', 30, "... in $differ of 60 pairs of policies");
}

# Broken by: a case that is left out because another one changes alike.
{
    my $head = "[Policy]\nVersion=1\n[Server]\nSystemCallFilter=~mount\n";
    my $rules = join '', map { "SystemCallRule=getpriority arg0==$_ deny\n" } 3 .. 5;
    my (undef, $tables) = difference(put('before.conf', $head), put('after.conf', $head . $rules), '--scope=server', "--abi=$native");
    is_deeply(cells($tables->{changes}, 'condition'), [ map { "arg0==$_" } '0x3', '0x4', '0x5' ], 'each case has its row');
}

# Broken by: an overlap of two rules among so many that chance does not find it.
{
    my $head = "[Policy]\nVersion=1\n[Server]\nSystemCallFilter=~mount\n";
    my @rules = map { "SystemCallRule=getpriority $_\n" } 'arg0==0x1234 deny', 'arg1==22136 allow';
    my $filler = join '', map { "SystemCallRule=getpriority arg0==" . $_ * 10 . " arg1==" . $_ * 7 . " deny\n" } 100 .. 140;
    my (undef, $tables) = difference(put('before.conf', $head . join('', @rules) . $filler),
        put('after.conf', $head . join('', reverse @rules) . $filler), '--scope=server', "--abi=$native");
    is_deeply([ map { [ @{$_}{qw(syscall condition change)} ] } @{ $tables->{changes} } ],
        [ [ 'getpriority', 'arg0==0x1234 arg1==22136', 'opens' ] ], 'rules that change places');
}

# ----------
# The kernel's calls
# ----------

# Broken by: a call that is overlooked, or something that is none.
{
    my $symbols = <<"END";
0000000000000000 T __x64_sys_read
0000000000000000 T __x64_sys_brand_new
0000000000000000 T __pfx___x64_sys_brand_new
0000000000000000 T __ia32_sys_brand_new
0000000000000000 W __x64_sys_not_built
0000000000000000 t __x64_sys_read.cold
0000000000000000 T __x64_sys_newuname
0000000000000000 T __x64_sys_ni_syscall
0000000000000000 t __x64_sys_of_module\t[evil]
0000000000000000 T __arm64_sys_arm64_personality
ffff800080012345 T __arm64_sys_newer_still
0000000000000000 T __x64_sys_
0000000000000000 T sys_brand_new
__x64_sys_alone
0000000000000000 T __x64_sys_\e[31mred
0000000000000000 T __x64_sys_last
END
    chomp $symbols;
    my $file = put('kallsyms', $symbols);
    my ($status, $tables, $err) = tool_json('show', '--unlisted', "--kallsyms=$file");
    is($status, 1, 'calls that the catalog lacks: 1');
    is_deeply([ map { "$_->{symbol} $_->{name}" } @{ $tables->{unlisted} } ], [
        '__x64_sys_brand_new brand_new', '__x64_sys_of_module of_module', '__arm64_sys_newer_still newer_still',
        '__x64_sys_\x1b[31mred \x1b[31mred', '__x64_sys_last last' ], '... each, and nothing else');

    my $source = slurp("$root/tool/kernel_calls.c");
    my @aliases = $source =~ /^\t\{"(\w+)", "\w+"\}/mg;
    cmp_ok(scalar @aliases, '>', 50, 'there are functions of other names');
    my $known = put('kallsyms', join '', map { "0 T __x64_sys_$_\n" } @aliases);
    ($status, my $out, $err) = tool('show', '--unlisted', "--kallsyms=$known");
    is("$status$out", '0', '... each stands for a call of the catalog: 0');
    like($err, qr/the catalog has all calls of the kernel \(${\scalar @aliases} functions\)/, '... and that is said');

    is((tool('show', '--unlisted', '--kallsyms=' . put('kallsyms', "0 T start_kernel\n")))[0], 2, 'symbols without system calls: 2');
    like((tool('show', '--unlisted', "--kallsyms=$root/nonexistent"))[2], qr{could not open file "\Q$root\E/nonexistent"}, 'none at all: said');
    is((tool('show', '--unlisted', "--kallsyms=$root/nonexistent"))[0], 2, '... and 2');
}
SKIP:
{
    open(my $file, '<', '/proc/kallsyms') or skip 'no /proc/kallsyms', 1;
    skip 'it has no system calls', 1 unless grep { / T __(?:x64|arm64)_sys_read\n/ } <$file>;
    my ($status, $tables) = tool_json('show', '--unlisted');
    diag("calls of this kernel that the catalog lacks: @{ cells($tables->{unlisted}, 'name') }") if $status == 1;
    is($status, @{ $tables->{unlisted} } ? 1 : 0, 'the running kernel is looked at');
    is((grep { $_ eq 'gethostname' || $_ =~ /_time32$|16$/ } @{ cells($tables->{unlisted}, 'name') }), 0, '... and no variant is taken for a call');
}

# Broken by: a bare name that is not looked for among the policies.
SKIP:
{
    my ($dir) = (tool('show', 'no_such_name'))[2] =~ m{nor a policy in (\S+)};
    ok($dir, 'a name that is nothing says where policies are');
    skip 'no policy is installed', 1 unless -r "$dir/default.conf";
    is((tool('show', 'default'))[1], (tool('show', "$dir/default.conf"))[1], 'a bare name is a policy');
}

# ----------
# Wrong use
# ----------

# Broken by: an operand or option that is taken for something else, or ignored.
my ($default, $strict) = @policy{qw(default strict)};
for (
    [ [ 'muont' ], qr/"muont" is neither a system call nor a policy in .*\npg_seccomp: hint: Perhaps you meant "mount"\./ ],
    [ [ 'x86:muont' ], qr/system call "muont" does not exist\npg_seccomp: hint: Perhaps you meant "mount"\./ ],
    [ [ 'arm64:open' ], qr/system call "open" does not exist on arm64/ ],
    [ [ 'x99:mount' ], qr/there is no ABI "x99"; there are "x86-64", "x86", "x32", "arm64", "arm"/ ],
    [ [ '9999' ], qr/the catalog has no system call 9999 of $native/ ],
    [ [ '99999999999999999999' ], qr/invalid system call number/ ],
    [ [ '1x' ], qr/invalid system call number/ ],
    [ [ '@moutn' ], qr/there is no group "\@moutn"\npg_seccomp: hint: Perhaps you meant "\@mount"\./ ],
    [ [ '' ], qr/"" is neither/ ],
    [ [ 'mount', '@mount' ], qr/one kind at a time/ ],
    [ [ $default, $strict ], qr/one policy at a time; --diff compares two/ ],
    [ [ "$root/nonexistent" ], qr{could not open file "\Q$root\E/nonexistent"} ],
    [ [ $default, "--diff=$root/nonexistent" ], qr{could not open file "\Q$root\E/nonexistent"} ],
    [ [ '--scope=session' ], qr/--scope needs a policy/ ],
    [ [ 'mount', "--diff=$default" ], qr/--diff needs a policy/ ],
    [ [ $default, '--scope=sesion' ], qr/has no scope "sesion"; it has "server", "child"/ ],
    [ [ $default, '--diff', $strict, '--scope=sesion' ], qr/has no scope "sesion"/ ],
    [ [ $default, '--denied' ], qr/need --scope/ ],
    [ [ $default, '--scope=server', '--denied', '--allowed' ], qr/one of --allowed and --denied/ ],
    [ [ $default, '--abi=all' ], qr/--abi needs --scope or --diff/ ],
    [ [ $default, '--scope=server', '--abi=vax' ], qr/this machine has no ABI "vax"; there are "all", "$native"/ ],
    [ [ '--unlisted', 'mount' ], qr/takes no operand/ ],
    [ [ '--kallsyms=/dev/null' ], qr/goes with --unlisted/ ],
    [ [ '--table=x', '@mount' ], qr/goes with a system call/ ],
    [ [ put('bad.conf', "[Server]\nSystemCallFilter=~muont\n") ], qr/bad\.conf:2: error: unknown system call "muont"/ ],
    [ ['--nonsense'], qr/unrecognized option/ ])
{
    my ($args, $message) = @$_;
    my ($status, $out, $err) = tool('show', @$args);
    is("$status$out", '2', "show @$args: 2, and nothing is shown");
    like($err, $message, '... and why');
}
like((tool('show', '--help'))[1], qr/^Example:\n  pg_seccomp show/m, '--help has an example');

done_testing();
