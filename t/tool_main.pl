# tool_main.pl
# What the commands of pg_seccomp have in common: help, the man page,
# completion, colours, JSON, exit status, and no need of root.
use strict;
use warnings;

use POSIX ();
use Test::More;

use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(tool tool_json put slurp root);

my $root = root();
my $tool = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
my $folder = $tool =~ s!/[^/]*$!!r;
my ($status, $out, $err) = tool('--help');
my @commands = $out =~ /^  ([a-z]+) +\S/mg;

is($status, 0, '--help');
cmp_ok(scalar @commands, '>', 1, 'lists commands');
my ($version) = slurp("$root/pg_seccomp.control") =~ /^default_version *= *'(.*)'/m;
is((tool('--version'))[1], "pg_seccomp $version\n", '--version is the extension\'s');

# Broken by: a command that is not there taken for another one.
for my $args ([], ['frobnicate'], ['--frob'])
{
    ($status, $out, $err) = tool(@$args);
    is("$status$out", '2', "wrong: \"@$args\"");
    like($err, qr/^Usage: pg_seccomp COMMAND/, '... shows what there is');
}

# ----------
# Help and the man page
# ----------

my $manual = (tool('__manual'))[1];
my $page = put('pg_seccomp.1', $manual);
SKIP: {
    skip 'groff is not installed', 1 if system('command -v groff >/dev/null 2>&1');
    is((PgSeccomp::Cluster::run('', 'sh', '-c', "groff -man -Tutf8 -wall -Wbreak '$page' 2>&1 >/dev/null"))[1], '',
        'groff has nothing to say against the man page but where it breaks lines');
}

# Broken by: a file that the page forgets.
like($manual, qr/^\.TP\n\S*\Q$_\E\n/m, "the man page has $_") for 'exploits-2012-2023.tsv', 'assessments.tsv';

# Broken by: a command without an example, or an option that the man page lacks.
for my $command (@commands)
{
    ($status, $out, $err) = tool($command, '--help');
    is($status, 0, "$command --help");
    like($out, qr/^Usage: pg_seccomp $command /, '... names it');
    like($out, qr/^Examples?:\n  .*\bpg_seccomp $command\b/m, '... ends with an example');
    my @options = grep { !/^(help|usage|version)$/ } $out =~ /^ +(?:-., )?--([a-z-]+)/mg;
    my ($part) = $manual =~ /^\.SS $command\n(.*?)(?=^\.S[SH])/ms;
    is_deeply([ grep { my $name = s/-/\\-/gr; $part !~ /\\-\\-\Q$name\E\\fR/ } @options ], [],
        '... and the man page has its options: ' . join(' ', @options));
    is((tool($command, '--frobnicate'))[0], 2, '... an unknown option is wrong use');
}

# ----------
# Completion
# ----------

sub complete { return [ split /\n/, (tool('__complete', @_))[1] ] }
is_deeply(complete(''), [ @commands, '--help', '--version' ], 'the first word is a command');
is_deeply(complete('expl'), ['explain'], 'that begins so');
is_deeply(complete('explain', '--me'), ['--member-of='], 'an option');
is_deeply(complete('explain', 'x.conf', '--js'), ['--json'], 'of all commands');
is_deeply(complete('explain', "$root/policy/strict.conf", '--scope=ses'), [ '--scope=session:programs', '--scope=session:replication', '--scope=session' ], 'the scopes of the policy');
is_deeply(complete('explain', '/nowhere', '--scope='), [], 'none without one');
my $workers = put('workers.conf', "[Server]\nSystemCallFilter=~mount\n[Process background writer]\n[Process \"back office\"]\n[Process \"mine\"]\nLibrary=x\n");
is_deeply(complete('explain', $workers, '--scope=process:'), [ '--scope=process:background writer', '--scope=process:back office', '--scope=process:mine' ], 'those of processes');
is_deeply(complete('explain', '/nowhere', '--process=ba'), [ '--process=background writer', '--process=background worker' ], 'types of process');
is_deeply(complete('explain', $workers, '--process=back'), [ '--process=background writer', '--process=background worker', '--process=back office' ], '... and the workers that the policy names');
is_deeply(complete('explain', '--process=postm'), ['--process=postmaster'], '... and who is none of them');
is_deeply(complete('explain', 'x', 'unsh'), ['unshare'], 'a call');
# Broken by: options whose table says "A|B", of which a word is left out.
my $choices = 0;
for my $command (@commands)
{
    for my $option ((tool($command, '--help'))[1] =~ /--([a-z-]+=[a-z-]+(?:\|[a-z-]+)+)/g)
    {
        my ($before, $words) = split /=/, $option;
        $choices++;
        is_deeply(complete($command, "--$before="), [ map { "--$before=$_" } split /\|/, $words ], "$command --$before=");
    }
}
cmp_ok($choices, '>', 0, 'there are such options');
is_deeply(complete('nonsense', ''), [], 'nothing for what is no command');
my $name = PgSeccomp::Cluster::new_policy("[Server]\nSystemCallFilter=~mount\n");
is_deeply(complete('explain', "test_$$"), [$name], 'a policy of the folder');

# Broken by: scopes of what is no policy, or policies where only the first is offered.
is_deeply(complete('decode', "--policy=$root/policy/strict.conf", '--scope=ses'), [ '--scope=session:programs', '--scope=session:replication', '--scope=session' ], 'the scopes of an option\'s policy');
is_deeply(complete('decode', "$root/policy/strict.conf", '--scope='), [], 'a log has none');
is_deeply(complete('decode', "--policy=test_$$"), ["--policy=$name"], 'the policy of an option');
is_deeply(complete('show', 'default', "--diff=test_$$"), ["--diff=$name"], 'another one');
is_deeply(complete('check', 'x.conf', "test_$$"), [$name], 'each operand of check is a policy');
is_deeply(complete('explain', 'x.conf', "test_$$"), [], 'of others the first');

# Broken by: a value that is taken for an operand, and names that a shell would run.
is_deeply(complete('explain', '--role', 'x', "$root/policy/strict.conf", 'unsh'), ['unshare'], 'an option\'s value is no operand');
is_deeply(complete('explain', put('hostile.conf', "[Server]\nSystemCallFilter=~mount\n[Session \$(touch x)]\nRole=x\n[Session a;b]\nRole=x\n[Session fine]\nRole=x\n"), '--scope=session:'),
    ['--scope=session:fine'], 'no names that a shell would make something of');
SKIP: {
    my $fifo = put('x', '') =~ s!/x$!/fifo!r;
    skip 'no mkfifo', 1 if !POSIX::mkfifo($fifo, 0600);
    is_deeply(complete('explain', $fifo, '--scope='), [], 'nor is a pipe waited for');
}

# Broken by: a script that hands the shell's words over wrongly.
sub bash_completes
{
    my ($line) = @_;
    my $length = length $line;
    my (undef, $out, $err) = PgSeccomp::Cluster::run(<<"SCRIPT", 'bash', '--norc');
PATH='$folder':\$PATH
. '$root/tool/completion/pg_seccomp.bash'
COMP_LINE='$line' COMP_POINT=$length COMP_WORDBREAKS=\$' \\t\\n"\\'><=;|&(:'
compopt() { :; }
_pg_seccomp && printf '%s\\n' "\${COMPREPLY[@]}"
SCRIPT
    return "$out$err";
}
SKIP: {
    skip 'the tool has another name here', 8 if $tool !~ m!/pg_seccomp$!;
    is(bash_completes('pg_seccomp explai'), "explain\n", 'bash completes a command');
    is(bash_completes("pg_seccomp explain $root/policy/strict.conf --scope=chi"), "child\n", '... what stands behind "="');
    is(bash_completes("pg_seccomp explain $root/policy/strict.conf --scope=session:pr"), "programs\n", '... and behind ":"');
    is(bash_completes('pg_seccomp explain x.conf moun'), "mount\nmount_setattr\n", '... a call');
    # Broken by: a blank within a word that ends it.
    is(bash_completes("pg_seccomp explain $workers --scope=process:ba"), "background\\ writer\nback\\ office\n", '... a name with a blank');
    is(bash_completes("pg_seccomp explain $workers --process=background\\ wr"), "background\\ writer\n", '... from within it');
    is(bash_completes("pg_seccomp explain $workers --process=back\\ "), "back\\ office\n", '... from its blank');
    is(bash_completes("pg_seccomp explain $workers --process=background\\ writer moun"), "mount\nmount_setattr\n", '... and what stands behind it');
}
SKIP: {
    skip 'zsh is not installed', 2 if system('command -v zsh >/dev/null 2>&1');
    ($status, undef, $err) = PgSeccomp::Cluster::run('', 'zsh', '-n', "$root/tool/completion/_pg_seccomp");
    is("$status$err", '0', 'zsh can read its script');
    # Broken by: a blank that divides a word, or an empty last word that is lost.
    (undef, $out, $err) = PgSeccomp::Cluster::run(<<"SCRIPT", 'zsh', '-f');
_call_program() { shift; eval "\$*" }
compadd() { print -rl -- "\$@" }
_files() { print files }
complete() { words=("\$@"); CURRENT=\$#words; . '$root/tool/completion/_pg_seccomp' }
complete '$tool' explain '$workers' '--process=background\ wr'
complete '$tool' explain '$workers' --process=background\\\ writer moun
complete '$tool' explain x.conf ''
SCRIPT
    like("$out$err", qr/\A--\n--process=background writer\n--\nmount\nmount_setattr\n--\n.*^accept\n/ms, 'and takes words as they are');
}
SKIP: {
    skip 'fish is not installed', 2 if system('command -v fish >/dev/null 2>&1') || $tool !~ m!/pg_seccomp$!;
    (undef, $out, $err) = PgSeccomp::Cluster::run('', 'env', 'HOME=' . (put('x', '') =~ s!/x$!!r), "PATH=$folder:$ENV{PATH}", 'fish', '--no-config', '-c',
        "source $root/tool/completion/pg_seccomp.fish; complete -C 'pg_seccomp explain x.conf unsh'");
    like($out, qr/^unshare$/m, 'fish completes a call') or diag($err);
    (undef, $out, $err) = PgSeccomp::Cluster::run('', 'env', 'HOME=' . (put('x', '') =~ s!/x$!!r), "PATH=$folder:$ENV{PATH}", 'fish', '--no-config', '-c',
        "source $root/tool/completion/pg_seccomp.fish; complete -C 'pg_seccomp explain x.conf --process=background\\\\ wr'");
    is($out, "--process=background writer\n", '... and a name from within it') or diag($err);
}

# ----------
# Colours and JSON
# ----------

# Broken by: escapes in a pipe, or on a terminal that does not want them.
sub on_terminal
{
    my (@environment) = @_;
    my (undef, $out) = PgSeccomp::Cluster::run('', 'env', @environment,
        'script', '-qec', "$tool explain $root/policy/default.conf mount", '/dev/null');
    return $out =~ /\033\[31merrno\033\[0m/ ? 'colours' : $out =~ /errno/ && $out !~ /\033/ ? 'plain' : "? $out";
}
SKIP: {
    skip 'script(1) is not installed', 4 if system('command -v script >/dev/null 2>&1');
    is(on_terminal('-u', 'NO_COLOR', 'TERM=xterm'), 'colours', 'colours on a terminal');
    is(on_terminal('NO_COLOR=1', 'TERM=xterm'), 'plain', 'none with NO_COLOR');
    is(on_terminal('NO_COLOR=', 'TERM=xterm'), 'colours', 'which is not set when empty');
    is(on_terminal('-u', 'NO_COLOR', 'TERM=dumb'), 'plain', 'none on a dumb one');
}
unlike((tool('explain', "$root/policy/default.conf", 'mount'))[1], qr/\033/, 'none in a pipe');

# Broken by: bytes of a file that reach a terminal.
{
    my $odd = put('odd.conf', "[Server]\nSystemCallFilter=~mount\n[Session \xe2\x80\xaegnihtyna\xc3\xa4]\nRole=x\n");
    (undef, $out, $err) = tool('explain', $odd, 'mount');
    like($out, qr/^session:\\xe2\\x80\\xaegnihtyna\xc3\xa4 /m, 'what turns a line around is shown as bytes, letters as they are');
    my (undef, $json) = tool_json('explain', $odd, 'mount');
    is($json->{verdicts}[2]{process}, "session:\\xe2\\x80\\xaegnihtyna\x{e4}", '... in JSON too');
}

# Broken by: a result that could not be written, and goes for good.
SKIP: {
    skip 'there is no /dev/full', 4 if !-e '/dev/full';
    for my $option ('', '--json')
    {
        ($status, undef, $err) = PgSeccomp::Cluster::run('', 'sh', '-c', "'$tool' explain $option '$root/policy/default.conf' mount >/dev/full");
        is($status, 2, "a full disk, $option");
        like($err, qr/could not write the result: No space left/, '... with the reason');
    }
}

# ----------
# Whose file
# ----------

# Broken by: a need of root where there is none, and a policy that is not read.
{
    my $policy = put('user.conf', "[Server]\nSystemCallFilter=~mount\n");
    ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', $tool, 'explain', $policy, 'mount');
    is("$status$err", '0', 'anybody may ask about a file that he can read');
    chmod 0600, $policy;
    ($status, $out, $err) = PgSeccomp::Cluster::run_as_user('', $tool, 'explain', $policy, 'mount');
    is($status, 2, 'and about no other');
    like($err, qr/could not open file "\Q$policy\E": Permission denied/, '... with the reason');
    like((tool('explain', '/', 'mount'))[2], qr/could not read file "\/": Is a directory/, 'a folder is no policy');
}

done_testing;
