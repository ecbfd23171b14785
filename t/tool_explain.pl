# tool_explain.pl
# pg_seccomp explain: which section is a session's, what each scope says, and
# which line decides; against policies of which the answer is known, and against
# pg_seccomp_explain() of a server.
use strict;
use warnings;

use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(tool tool_json put slurp root);

my $root = root();
my $policy = put('explain.conf', <<'END');
[Policy]
Version=1
[Server]
SystemCallFilter=~@mount
SystemCallRule=ioctl arg1==TIOCSTI errno EIO
[Child]
SystemCallFilter=~accept:ENOSYS
[Session reporting]
Role=reporting +analysts "all"
Database=warehouse
SystemCallFilter=@pg-session
[Session net]
Address=10.0.0.0/8 fd00::/8
SystemCallFilter=~openat2!
[Session hand]
SystemCallFilter=~fork
[Session web]
Role=web
SystemCallFilter=~bind connect
[Session]
SystemCallFilter=~semget
END

# The rows of a table as "a|b|c", rules without the policy's path.
sub rows
{
    my ($json, $table, @columns) = @_;
    return [ map { my $row = $_; join('|', map { ($row->{$_} // '') =~ s/^\Q$policy\E://r } @columns) } @{ $json->{$table} // [] } ];
}

# ----------
# Which section, and why not those before it
# ----------

# Options, sections passed (name=why), the last one the session's.
my @sessions = (
    [ [qw(--role=reporting --database=warehouse)], [ 'reporting=Role=reporting +analysts "all" Database=warehouse fits' ] ],
    [ [qw(--role=ann --member-of=x --member-of=analysts --database=warehouse)], [ 'reporting=Role=reporting +analysts "all" Database=warehouse fits' ] ],
    [ [qw(--role=ann --database=warehouse --address=10.1.2.3)],
        [ 'reporting=Role=reporting +analysts "all" does not fit', 'net=Address=10.0.0.0/8 fd00::/8 fits' ] ],
    [ [qw(--role=reporting --address=fd00::5)],
        [ 'reporting=Database=warehouse does not fit: no database was given', 'net=Address=10.0.0.0/8 fd00::/8 fits' ] ],
    [ [qw(--role=web --database=shop --address=local)],
        [ 'reporting=Role=reporting +analysts "all" does not fit', 'net=Address=10.0.0.0/8 fd00::/8 does not fit',
          'hand=it has no matchers: only pg_seccomp_restrict() leads to it', 'web=Role=web fits' ] ],
    [ [qw(--database=shop)],
        [ 'reporting=Role=reporting +analysts "all" does not fit: no role was given',
          'net=Address=10.0.0.0/8 fd00::/8 does not fit: no address was given',
          'hand=it has no matchers: only pg_seccomp_restrict() leads to it', 'web=Role=web does not fit: no role was given',
          '=no other section matches' ] ],
    [ [ '--process=walsender', '--role=reporting', '--physical-replication' ],
        [ 'reporting=Database=warehouse does not fit', 'net=Address=10.0.0.0/8 fd00::/8 does not fit: no address was given',
          'hand=it has no matchers: only pg_seccomp_restrict() leads to it', 'web=Role=web does not fit',
          '=no other section matches' ] ],
);

# Broken by: a matcher that is not asked, the wrong reason, or another order.
for (@sessions)
{
    my ($args, $expected) = @$_;
    my ($status, $json, $err) = tool_json('explain', @$args, $policy, 'mount');
    my @got = map { "$_->{section}=$_->{why}" =~ s/^\[Session ?//r =~ s/\]=/=/r } @{ $json->{sections} };
    is_deeply(\@got, $expected, "sections passed with @$args") or diag("$status $err");
    my @matching = grep { $_->{matches} } @{ $json->{sections} };
    is(scalar @matching, 1, '... of which one matches');
    my $scope = $matching[0]{section} eq '[Session]' ? 'session' : 'session:' . $matching[0]{section} =~ s/^\[Session (.*)\]$/$1/r;
    is($json->{verdicts}[0]{process}, $scope, '... and is what answers');
}

# ----------
# What comes of a call
# ----------

# Arguments; action, errno, scope that decides, line, denial.
my @calls = (
    [ [ 'mount', '--role=x' ], 'errno|EPERM|server|4|violation', 'a call of the server\'s list' ],
    [ [ 'accept4', '--scope=child' ], 'errno|ENOSYS|child|7|quiet', 'a family, quietly' ],
    [ [ 'accept4', '--process=postmaster' ], 'allow||||', 'of which the postmaster is free' ],
    [ [ 'openat2', '--scope=session:net' ], 'errno|EPERM|session:net|14|violation', 'a profile by name' ],
    [ [ 'openat2', '--scope=Session net' ], 'errno|EPERM|session:net|14|violation', 'or by its title' ],
    [ [ 'fork', '--scope=session:hand' ], 'errno|EPERM|session:hand|16|violation, unreported', 'a call that cannot be reported' ],
    [ [ 'mount', '--scope=session:reporting' ], 'errno|EPERM|session:reporting|11|violation', 'of scopes that deny it the last' ],
    [ [ 'ioctl', '3', 'TIOCSTI', '--role=x' ], 'errno|EIO|server|5|quiet', 'a rule by a constant' ],
    [ [ 'ioctl', '3', '0xdeadbeef00005412', '--role=x' ], 'errno|EIO|server|5|quiet', 'with garbage above' ],
    [ [ 'ioctl', '-1', 'TCGETS', '--role=x' ], 'allow||||', 'another request' ],
    [ [ '--role=x', 'ioctl', '--', '-1', '21522' ], 'errno|EIO|server|5|quiet', 'behind "--"' ],
    [ [ '9999', '--role=x' ], 'errno|ENOSYS|session||quiet', 'a number that the catalog lacks' ],
);
push @calls, [ [ 'x86:mount', '--role=x' ], 'errno|ENOSYS|session||violation', 'a foreign architecture' ] if `uname -m` =~ /x86_64/;

# Broken by: a verdict that is not the program's, or a wrong line.
for (@calls)
{
    my ($args, $expected, $what) = @$_;
    my ($status, $json, $err) = tool_json('explain', $policy, @$args);
    is(rows($json, 'verdicts', qw(action errno scope rule denial))->[0], $expected, "$what: @$args") or diag($err);
    is($status, 0, '... 0');
}

# Broken by: cases of arguments that are left out.
{
    my (undef, $json) = tool_json('explain', $policy, 'ioctl', '--scope=server');
    is_deeply(rows($json, 'cases', qw(process case action errno)),
        [ 'server|arg1==TIOCSTI|errno|EIO', 'server|otherwise|allow|' ], 'without arguments: each case');
    (undef, $json) = tool_json('explain', $policy, 'openat');
    is(scalar @{ $json->{verdicts} }, 7, 'without a process: every scope');
}

# Broken by: text that says something else than the object.
{
    my ($status, $out, $err) = tool('explain', $policy, 'mount', '--role=x');
    is($err, '', 'nothing on standard error');
    like($out, qr/^server +errno +EPERM +\Q$policy\E:4 +line 4 names it \(SystemCallFilter=~\@mount\)$/m, 'each scope\'s reason');
    like($out, qr/^session +mount\(NULL.*\) +errno +EPERM +server +\Q$policy\E:4 +violation$/m, 'the verdict');
    unlike($out, qr/ $/m, 'no line ends in blanks');
    # Broken by: a path that reaches the terminal.
    my $permissive = put("permissive\e[31m.conf", "[Policy]\nMode=permissive\n[Server]\nSystemCallFilter=~mount\n");
    like((tool('explain', $permissive, 'mount'))[2], qr/^\S+permissive\\x1b\[31m\.conf: note: Mode=permissive: this is what it would enforce\n\z/, 'a policy that is not enforced');
}

# ----------
# Processes
# ----------

my $processes = put('processes.conf', <<'END');
[Server]
SystemCallFilter=~mount
[Process checkpointer]
SystemCallFilter=~sysinfo
[Process auxiliary]
SystemCallFilter=~socket
[Process background worker]
SystemCallFilter=~bpf
[Process "cron launcher"]
SystemCallFilter=~ptrace
[Process "my workers"]
Library=pg_cron other
SystemCallFilter=~chmod
[Process parallel worker]
[Process client backend]
SystemCallFilter=~acct
[Process walsender]
SystemCallFilter=~swapon
[Session repl]
Replication=yes
SystemCallFilter=~uname
[Session physical]
Database=replication
Role=copy
SystemCallFilter=~reboot
[Session app]
Role=app
SystemCallFilter=~getcwd
[Session]
SystemCallFilter=~semget
END
my $worker = 'server child process:background worker';

# What is said of a process; the scopes that it has. The last is who answers.
my @described = (
    [ [ '--process=postmaster' ], 'server' ],
    [ [ '--process=checkpointer' ], 'server child process:auxiliary process:checkpointer' ],
    [ [ '--process=walwriter' ], 'server child process:auxiliary' ],
    [ [ '--process=auxiliary' ], 'server child process:auxiliary' ],
    [ [ '--process=logger' ], 'server child' ],
    [ [ '--process=autovacuum worker' ], 'server child' ],
    [ [ '--process=client backend', '--role=app' ], 'server child process:client backend session:app' ],
    [ [ '--role=app' ], 'server child process:client backend session:app' ],
    [ [ '--process=client backend' ], 'server child process:client backend session' ],
    [ [ '--process=walsender', '--role=app', '--database=d' ], 'server child process:walsender session:repl' ],
    [ [ '--process=walsender', '--role=app', '--physical-replication' ], 'server child process:walsender session:repl' ],
    [ [ '--physical-replication' ], 'server child process:walsender session:repl' ],
    [ [ '--process=parallel worker', '--role=app' ], "$worker process:parallel worker session:app" ],
    [ [ '--process=parallel worker' ], "$worker process:parallel worker session" ],
    [ [ '--process=logical replication apply worker', '--role=app' ], "$worker session:app" ],
    [ [ '--process=logical replication apply worker' ], "$worker session" ],
    [ [ '--process=logical replication launcher' ], $worker ],
    [ [ '--process=background worker' ], $worker ],
    [ [ '--process=background worker', '--role=app' ], "$worker session:app" ],
    [ [ '--process=background worker', '--role=other' ], "$worker session" ],
    [ [ '--process=cron launcher' ], "$worker process:cron launcher" ],
    [ [ '--process=cron launcher', '--library=$libdir/pg_cron' ], "$worker process:my workers process:cron launcher" ],
    [ [ '--process=unheard of', '--library=pg_cron.so' ], "$worker process:my workers" ],
    [ [ '--process=unheard of', '--library=elsewhere' ], $worker ],
    [ [ '--library=other', '--role=app', '--database=d' ], "$worker process:my workers session:app" ],
);

# Broken by: a section that holds and is not asked, one that does not and is, or
# another order; a table of types that is not the server's.
for (@described)
{
    my ($args, $expected) = @$_;
    my ($status, $json, $err) = tool_json('explain', $processes, 'mount', @$args);
    my @scopes = split / (?=child|process:|session)/, $expected;
    is_deeply(rows($json, 'scopes', 'scope'), \@scopes, "what holds with @$args") or diag("$status $err");
    is_deeply(rows($json, 'verdicts', 'process'), [ $scopes[-1] ], '... is named by the last');
}

# Broken by: programs that are not those of the sections named.
for ([ 'socket', 'checkpointer', 'process:auxiliary' ], [ 'sysinfo', 'checkpointer', 'process:checkpointer' ], [ 'sysinfo', 'walwriter', undef ],
    [ 'bpf', 'parallel worker', 'process:background worker' ], [ 'acct', 'client backend', 'process:client backend' ],
    [ 'acct', 'walsender', undef ], [ 'uname', 'walsender', 'session:repl' ], [ 'socket', 'logger', undef ])
{
    my ($call, $process, $scope) = @$_;
    my (undef, $json) = tool_json('explain', $processes, $call, "--process=$process");
    is($json->{verdicts}[0]{scope}, $scope, "$call of a $process");
}
is(rows((tool_json('explain', $processes, 'socket', '--scope=Process checkpointer'))[1], 'verdicts', qw(process scope))->[0],
    'process:checkpointer|process:auxiliary', 'a scope by its title');
is(scalar @{ (tool_json('explain', $processes, 'socket'))[1]{verdicts} }, 14, 'all scopes, those of processes too');
like((tool('explain', $processes, 'mount', '--process=my workers'))[2],
    qr/\[Process "my workers"\] is for the background workers of libraries.*\npg_seccomp: hint: Say --library=pg_cron\.$/, 'a name that is no bgw_type');
like((tool('explain', $processes, 'mount', '--process=cron lancher'))[2], qr/hint: Perhaps you meant "cron launcher"\.$/, 'a misspelt worker of the policy');

# Broken by: a walsender that is none to Replication=.
{
    my (undef, $json) = tool_json('explain', $processes, 'mount', '--role=copy', '--database=d');
    is($json->{sections}[0]{why}, 'Replication=yes does not fit', 'a session that is no walsender');
}

# ----------
# Wrong use
# ----------

my @wrong = (
    [ [ 'muont' ], qr/system call "muont" does not exist\npg_seccomp: hint: Perhaps you meant "mount"\.$/ ],
    [ [ 'm68k:mount' ], qr/unknown architecture in "m68k:mount"/ ],
    [ [ '12x' ], qr/invalid system call number "12x"/ ],
    [ [ '99999999999999999999' ], qr/invalid system call number/ ],
    [ [ 'socket', 'AF_PAKET' ], qr/unknown value "AF_PAKET".*\npg_seccomp: hint: Did you mean "AF_PACKET"\?/ ],
    [ [ 'socket', '1x' ], qr/invalid argument "1x"/ ],
    [ [ 'socket', '-1abc' ], qr/invalid option -- '1'/ ],
    [ [ 'socket', '-99999999999999999999' ], qr/invalid option -- '9'/ ],
    [ [ '9999', 'AF_UNIX' ], qr/is not a number, and the system call is not in the catalog/ ],
    [ [ 'mount', 1 .. 7 ], qr/at most six arguments/ ],
    [ [ 'mount', '--process=walwritr' ], qr/unknown process type "walwritr"\npg_seccomp: hint: Perhaps you meant "walwriter"\.$/ ],
    [ [ 'mount', '--process=xxxxxxxxx' ], qr/unknown process type "xxxxxxxxx"\npg_seccomp: hint: See pg_stat_activity\.backend_type; a background worker that no section names is a "background worker"\.$/ ],
    [ [ "mou\e[31mnt" ], qr/system call "mou\\x1b\[31mnt" does not exist/ ],
    [ [ 'mount', '--process=walwriter', '--role=x' ], qr/process "walwriter" has no client/ ],
    [ [ 'mount', '--process=autovacuum worker', '--database=d' ], qr/process "autovacuum worker" has no client/ ],
    [ [ 'mount', '--process=logical replication launcher', '--role=x' ], qr/process "logical replication launcher" has no session/ ],
    [ [ 'mount', '--process=postmaster', '--role=x' ], qr/process "postmaster" has no client/ ],
    [ [ 'mount', '--process=postmaster', '--library=x' ], qr/process "postmaster" is no background worker/ ],
    [ [ 'mount', '--process=walwriter', '--library=x' ], qr/process "walwriter" is no background worker/ ],
    [ [ 'mount', '--process=client backend', '--physical-replication' ], qr/process "client backend" has no physical replication/ ],
    [ [ 'mount', '--process=background worker', '--address=local' ], qr/process "background worker" has no client/ ],
    [ [ 'mount', '--library=x', '--physical-replication' ], qr/process "background worker" has no client/ ],
    [ [ 'mount', '--library=x', '--database=d' ], qr/a background worker has a session if it connects as a role\npg_seccomp: hint: Say --role\.$/ ],
    [ [ 'mount', '--scope=child', '--library=x' ], qr/goes with no other option/ ],
    [ [ 'mount', '--process=bgwriter' ], qr/unknown process type "bgwriter"\npg_seccomp: hint: Perhaps you meant "background writer"\.$/ ],
    [ [ 'mount', '--process=postmastr' ], qr/hint: Perhaps you meant "postmaster"\.$/ ],
    [ [ 'mount', '--scope=sesion' ], qr/has no scope "sesion"; it has "server", "child", "session:reporting"/ ],
    [ [ 'mount', '--scope=child', '--role=x' ], qr/goes with no other option/ ],
    [ [ 'mount', '--address=nowhere' ], qr/"nowhere" is not an IP address/ ],
    [ [ 'mount', '--frob' ], qr/unrecognized option '--frob'/ ],
    [ [], qr/Usage: pg_seccomp explain/ ],
);
for (@wrong)
{
    my ($args, $expected) = @$_;
    my ($status, $out, $err) = tool('explain', $policy, @$args);
    is("$status$out", '2', "wrong: @$args");
    like($err, $expected, '... says why');
}
is((tool('explain', '/nowhere/x.conf', 'mount'))[0], 2, 'a policy that is not there');
like((tool('explain', 'nowhere', 'mount'))[2], qr!could not open file "\Q$PgSeccomp::Cluster::policy_dir\E/nowhere.conf"!, 'a bare name is one of the folder\'s');

# ----------
# As the server says it
# ----------

# Broken by: a command line and a server that read a policy differently.
{
    my $text = slurp("$root/policy/strict.conf") . "\n[Session special]\nRole=special\nSystemCallFilter=~sysinfo:EIO getcwd\n";
    my $name = PgSeccomp::Cluster::new_policy($text);
    my $cluster = PgSeccomp::Cluster->new;
    $cluster->start(policy => $name);
    $cluster->sql('CREATE EXTENSION pg_seccomp; CREATE ROLE special LOGIN; CREATE ROLE runner LOGIN IN ROLE pg_execute_server_program; CREATE ROLE web LOGIN');
    my %member = (runner => ['--member-of=pg_execute_server_program'], special => [], web => []);
    my @calls = qw(mount execve ptrace sysinfo getcwd socket ioctl openat unshare io_uring_setup clone3 read);
    for my $role (sort keys %member)
    {
        my @differ;
        for my $call (@calls)
        {
            my $server = $cluster->sql("SELECT action, errno, scope || CASE WHEN profile <> 'session' THEN ':' || profile ELSE '' END, rule
                FROM pg_seccomp_explain('$call', role => '$role')");
            my (undef, $json, $err) = tool_json('explain', $name, $call, "--role=$role", '--database=postgres', @{ $member{$role} });
            my $tool = join('|', map { $_ // '' } @{ $json->{verdicts}[0] }{qw(action errno scope rule)});
            push @differ, "$call: server $server, tool $tool $err" if $server ne $tool;
        }
        is_deeply(\@differ, [], "for $role server and command line agree on @calls");
    }
    $cluster->stop;
}

done_testing;
