# tool_check.pl
# pg_seccomp check: each finding with its text and line, trust as the server would
# judge it, what settings and features need, and files that are hostile.
use strict;
use warnings;

use File::Basename;
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

use PgSeccomp::Cluster;
use PgSeccomp::Tool qw(tool tool_with_input tool_json put slurp root);

my $root = root();
my $x86 = `uname -m` =~ /x86_64/;
my $command = $ENV{PGSC_TOOL} // "$PgSeccomp::Cluster::bindir/pg_seccomp";
my $user = $PgSeccomp::Cluster::user;

# What is said of a policy's text, without the hints unless wanted; the file is P.
sub findings_of
{
    my ($text, @options) = @_;
    my $hints = @options && $options[0] eq 'hints' ? shift @options : undef;
    my $path = put('p.conf', $text);
    my ($status, $out, $err) = tool('check', '--no-trust', @options, $path);
    $out =~ s/^\Q$path\E/P/mg;
    $out =~ s/^P(?::\d+)?: hint: .*\n//mg unless $hints;
    return $out . $err . ($status == ($out eq '' ? 0 : 1) ? '' : "exit status $status\n");
}

# ----------
# What is shipped
# ----------

# Broken by: a finding that is no finding; or a shipped policy that has one.
for my $policy (qw(default strict))
{
    is(findings_of(slurp("$root/policy/$policy.conf")), '', "$policy.conf has no findings");
}

# ----------
# Findings of the text
# ----------

my $fallback = "[Session]\nSystemCallFilter=~personality\n";
my $server = "[Server]\nSystemCallFilter=~swapon\n";

# Name, text, findings.
my @cases = (
    # Broken by: errors of the reader that get lost, or lose their line or hint.
    [ 'hints', 'errors of the reader, in the order of lines',
        "[Server]\nSystemCallFilter=~mount \\\n  muont\n[Child]\nSystemCallFilter=~fsync\nOnViolaton=kill\n", <<'END' ],
P:3: error: unknown system call "muont"
P:3: hint: Did you mean "mount"?
P:5: error: [Child] denies what PostgreSQL cannot survive without: fsync
P:5: hint: A call that the server needs to keep its data safe or to run at all may not be denied; doc/catalog.md has the list.
P:6: error: unknown directive "OnViolaton"
P:6: hint: Did you mean "OnViolation"?
END
    [ 'an error of the file as a whole', "[Server]\n[Session]\n", <<'END' ],
P: error: the policy filters nothing: no section has a directive that needs a filter
END

    # Broken by: a section that cannot be compiled, and ends the tool.
    [ 'two sections that are too large', $server . join('', map { my $name = $_;
            "[Session$name]\n" . ($name ? "Role=a\n" : '') . join('', map { "SystemCallRule=ioctl arg1==$_ deny\n" } 1 .. 600) } ' a', ''), <<'END' ],
P:3: error: could not compile section [Session a]: the program has more than the 4096 instructions that the kernel takes, or more than 512 rules for one call
P:605: error: could not compile section [Session]: the program has more than the 4096 instructions that the kernel takes, or more than 512 rules for one call
END

    [ 'a section that is too large with what reports violations', "[Server]\n" . join('', map { my $c = $_; map { "SystemCallRule=$c->[0] $c->[1]==" . ($c->[2] + $_) . " deny\n" } 1 .. $c->[3] }
            [ 'ioctl', 'arg1', 100000, 500 ], [ 'fcntl', 'arg1', 200000, 500 ], [ 'prctl', 'arg0', 300000, 500 ], [ 'personality', 'arg0', 400000, 500 ], [ 'madvise', 'arg2', 500000, 30 ]) . $fallback,
        !$x86 ? undef : <<'END' ],
P:1: error: could not compile section [Server]: the program has more than the 4096 instructions that the kernel takes, or more than 512 rules for one call
END

    # Broken by: the line of the directive instead of the word's; members that no
    # admitted ABI has; a fall-back taken for a hole.
    [ 'hints', 'half a family, on a continuation line', "[Server]\nSystemCallFilter=~swapon \\\n# words go on\n\tbpf \\\n\tdup2!\n$fallback",
        !$x86 ? undef : <<'END' ],
P:5: warning: "dup2!" denies one call of its family; what does the same is allowed: dup, dup3
P:5: hint: Write "dup2" for all of them, or "~dup2!:ENOSYS" if programs are to fall back on the others.
END
    [ 'hints', 'half a family that is needed', "$server\[Session]\nSystemCallFilter=~openat2!\n", !$x86 ? undef : <<'END' ],
P:4: warning: "openat2!" denies one call of its family; what does the same is allowed: creat, open, openat
P:4: hint: PostgreSQL cannot do without the family: "~openat2!:ENOSYS" makes programs fall back on the others.
END
    [ 'half a family with an error that is no fall-back', "$server\[Session]\nSystemCallFilter=~dup3!:EACCES\n", !$x86 ? undef : <<'END' ],
P:4: warning: "dup3!:EACCES" denies one call of its family; what does the same is allowed: dup, dup2
END
    [ 'a fall-back', "$server\[Session]\nSystemCallFilter=~openat2!:ENOSYS\n", '' ],
    [ 'a fall-back by SystemCallErrorNumber', "$server\[Session]\nSystemCallErrorNumber=ENOSYS\nSystemCallFilter=~openat2!\n", '' ],
    [ 'the others are denied in another section', "[Server]\nSystemCallFilter=~link\n[Session]\nSystemCallFilter=~linkat!\n", '' ],
    [ 'the others are named, too', "$server\[Session]\nSystemCallFilter=\@pg-session dup! dup2!\nSystemCallFilter=~dup3!:EACCES\n", '' ],
    [ 'the others have rules', "$server\[Session]\nSystemCallFilter=~linkat!\nSystemCallRule=link errno EPERM\n", '' ],
    [ 'a call that is its family', "$server\[Session]\nSystemCallFilter=~ptrace!\nSystemCallFilter=~process_vm_writev!\n", '' ],
    [ 'a later word takes it back', "$server\[Session]\nSystemCallFilter=~bpf\nSystemCallFilter=~link\nSystemCallFilter=~linkat!\n", '' ],
    [ 'half a family in an allow-list', "$server\[Session]\nSystemCallFilter=\@pg-session link!\n", !$x86 ? undef : <<'END' ],
P:4: warning: "link!" allows one call of its family; what does the same is denied: linkat
END
    [ 'the other half is a fall-back', "$server\[Session]\nSystemCallFilter=\@pg-session link!\nSystemCallFilter=~linkat!:ENOSYS\n", '' ],

    [ 'the others are not here', "$server\[Session]\nSystemCallErrorNumber=ENOSYS\nSystemCallFilter=\@pg-session link!\n", '' ],

    # Broken by: words that are lost between lines; a part taken for the whole.
    [ 'hints', 'a group that is taken off again', "[Server]\nSystemCallFilter=~swapon \\\n  \@clock\nSystemCallFilter=reboot \\\n  \@clock\nSystemCallFilter=~bpf reboot\n$fallback", <<'END' ],
P:3: warning: "@clock" has no effect: line 5 overrides it
P:3: hint: The last word on a call holds: take one of the two out.
P:4: warning: "reboot" has no effect: line 6 overrides it
P:4: hint: The last word on a call holds: take one of the two out.
END
    [ 'off again by two lines', "[Server]\nSystemCallFilter=~swapon link\nSystemCallFilter=link!\nSystemCallFilter=linkat!\n$fallback", !$x86 ? undef : <<'END' ],
P:2: warning: "link" has no effect: lines 3 and 4 override it
END
    [ 'overridden in part', "[Server]\nSystemCallFilter=~\@debug process_vm_writev\nSystemCallFilter=perf_event_open\n$fallback", '' ],
    [ 'said twice', "[Server]\nSystemCallFilter=~\@mount mount\nSystemCallFilter=~\@mount\n$fallback", '' ],
    [ 'taken off twice', "[Server]\nSystemCallFilter=~\@debug process_vm_writev\nSystemCallFilter=perf_event_open\nSystemCallFilter=perf_event_open\n$fallback", '' ],
    [ 'with another error', "[Server]\nSystemCallFilter=~bpf\nSystemCallFilter=~bpf:ENOSYS\n$fallback", <<'END' ],
P:2: warning: "bpf" has no effect: line 3 overrides it
END
    [ 'hints', 'what never was on the list', "[Server]\nSystemCallFilter=~swapon\nSystemCallFilter=\@clock\n$fallback", <<'END' ],
P:3: warning: "@clock" has no effect: nothing of it is on the deny-list that begins in line 2
P:3: hint: On a deny-list, what no line names is allowed without it; "~@clock" denies it.
END
    [ 'hints', 'what another section denies', "[Server]\nSystemCallFilter=~swapon\n[Session]\nSystemCallFilter=~bpf\nSystemCallFilter=swapon\n", <<'END' ],
P:5: warning: "swapon" has no effect: nothing of it is on the deny-list that begins in line 4
P:5: hint: [Server] denies it in line 2, and no other section can take that back.
END
    [ 'of an allow-list', "$server\[Session]\nSystemCallFilter=\@pg-session\nSystemCallFilter=~bpf\n", <<'END' ],
P:5: warning: "bpf" has no effect: nothing of it is on the allow-list that begins in line 4
END
    [ 'taken off an allow-list', "$server\[Session]\nSystemCallFilter=\@pg-session\nSystemCallFilter=~poll\nSystemCallFilter=~bpf:ENOSYS\n", '' ],
    [ 'an empty value', "[Server]\nSystemCallFilter=~bpf\nSystemCallFilter=\nSystemCallFilter=~swapon\n$fallback", <<'END' ],
P:3: warning: an empty SystemCallFilter takes back all that [Server] says from line 2 on
END
    [ 'sections in several pieces', "[Server]\nSystemCallFilter=~bpf\n$fallback\[Server]\nSystemCallFilter=bpf\n", <<'END' ],
P:2: warning: "bpf" has no effect: line 6 overrides it
END

    # Broken by: matchers that are compared otherwise than they match.
    [ 'hints', 'unreachable', "$server\[Session a]\nRole=joe +staff\n[Session b]\nRole=staff\nDatabase=x\n[Session c]\nRole=jim\n[Session d]\n$fallback", <<'END' ],
P:5: warning: no login gets [Session b]: every session that fits it fits [Session a] in line 3
P:5: hint: Move it before [Session a]; or take its matchers out if it is for pg_seccomp_restrict() only.
END
    [ 'the last resort that is none', "$server$fallback\[Session a]\nRole=all\n", <<'END' ],
P:3: warning: no login gets [Session]: every session that there is fits [Session a] in line 5
END
    [ 'a part of it', "$server$fallback\[Session a]\nRole=all\nDatabase=all\n", '' ],
    [ 'no last resort', $server, <<'END' ],
P: warning: there is no section [Session]: sessions that no section matches have none of their own
END
    [ 'none needed', "$server\[Session a]\nRole=all\n", '' ],

    # Broken by: calls denied on purpose taken for missing ones.
    [ 'hints', 'an allow-list that lacks something', "$server\[Session a]\nRole=x\nSystemCallFilter=\@pg-session\nSystemCallFilter=~poll\n"
          . "[Session]\nSystemCallFilter=@{[ join ' ', grep { !/^(?:connect|ioctl|unlink)$/ } known_session() ]}\nSystemCallRule=ioctl arg1==TCGETS allow\n", <<'END' ],
P:8: warning: the allow-list of [Session] lacks calls that sessions need (@pg-session): connect
P:8: hint: Add @pg-session to the list, and behind "~" on a line after it what is to be denied nevertheless; doc/session-calls.md says who needs what.
END

    # Broken by: settings that the server takes and that should be looked at twice.
    [ 'hints', 'Mode=permissive', "[Policy]\nVersion=1\nMode=permissive\n$server$fallback", <<'END' ],
P:3: warning: Mode=permissive: what the policy denies is recorded, and runs
P:3: hint: Write Mode=enforce once the policy is ready.
END
    [ 'Mode=off', "[Policy]\nMode=off\n$server$fallback", <<'END' ],
P:2: warning: Mode=off: the policy is read, and nothing of it is in force
END
    [ 'hints', 'DataDirectory', "[Policy]\nDataDirectory=/ \\\n  /nonexistent/data \\\n /etc/passwd\n$server$fallback", <<'END' ],
P:3: warning: data directory "/nonexistent/data" does not exist here
P:3: hint: Only a cluster that is listed can start with this policy.
P:4: warning: data directory "/etc/passwd" is not a directory
P:4: hint: Only a cluster that is listed can start with this policy.
END
    [ 'hints', 'OnViolation=kill', "[Server]\nSystemCallFilter=~swapon\nOnViolation=kill\nForce=yes\n[Session]\nOnViolation=kill\n", <<'END' ],
P:3: warning: OnViolation=kill: one denied call in [Server] takes the whole cluster through crash recovery, all sessions included
P:3: hint: OnViolation=terminate ends sessions, and leaves the server's own processes alone.
P:6: warning: OnViolation=kill: one denied call in [Session] takes the whole cluster through crash recovery, all sessions included
P:6: hint: OnViolation=terminate ends that session alone.
END
    [ 'OnViolation=terminate', "$server\[Session]\nOnViolation=terminate\n", '' ],
    [ 'hints', 'quiet there, a violation here', "[Server]\nSystemCallFilter=~swapon\nSystemCallFilter=~bpf:ENOSYS userfaultfd:ENOSYS clone3!:ENOSYS\n[Session a]\nRole=a\nSystemCallFilter=\@pg-session\n[Session]\nSystemCallFilter=\@pg-session\nSystemCallFilter=~userfaultfd:ENOSYS\nOnViolation=terminate\n", <<'END' ],
P:10: warning: OnViolation=terminate: [Session] makes violations of calls that are answered quietly from line 3 on: bpf
P:10: hint: Repeat the quiet lines, such as "SystemCallFilter=~@pg-io-uring:ENOSYS", in this section, too.
END
    [ 'a foreign ABI', "[Server]\nSystemCallArchitectures=native x86 arm\nSystemCallFilter=~swapon\n$fallback", !$x86 ? undef : <<'END' ],
P:2: warning: [Server] admits the ABI "x86", by which some calls have their arguments in memory, out of every rule's sight: ipc, mmap, socketcall
END
    [ 'a foreign ABI whose calls are denied', "[Server]\nSystemCallArchitectures=native x86\nSystemCallFilter=~swapon ipc\nRestrictAddressFamilies=AF_UNIX\n$fallback", !$x86 ? undef : <<'END' ],
P:2: warning: [Server] admits the ABI "x86", by which some calls have their arguments in memory, out of every rule's sight: mmap
END
    [ 'SystemCallLog of all', "[Server]\nSystemCallLog=~ptrace\n$fallback", !$x86 ? undef : <<'END' ],
P:2: warning: SystemCallLog of [Server] has calls that every statement makes: epoll_pwait, epoll_wait, lseek, pread64, pwrite64, read, recvfrom, sendto, write
END
    [ 'SystemCallLog of some', "[Server]\nSystemCallLog=ptrace execve\n$fallback", '' ],
    [ 'SystemCallLog of what is denied', "[Server]\nSystemCallFilter=~swapon bpf\n[Session]\nSystemCallLog=execve \\\n  bpf\n", <<'END' ],
P:5: warning: "bpf" is never logged: [Session] denies it
END
    [ 'hints', 'a rule that is never asked', "[Server]\nSystemCallRule=ioctl arg1==TIOCSTI deny\nSystemCallRule=ioctl deny\nSystemCallRule=ioctl arg1==TCGETS allow\nSystemCallRule=fcntl arg1==F_GETFL allow\n$fallback", <<'END' ],
P:4: warning: this rule on "ioctl" is never asked: what fits it fits line 3
P:4: hint: The first rule that fits a call decides: narrow ones stand before wide ones.
END
    [ 'rules that only look alike', "[Server]\nSystemCallRule=ioctl arg1==TIOCSTI arg0==3 deny\nSystemCallRule=ioctl arg1==TIOCSTI deny\n$fallback", '' ],
    [ 'hints', 'sockets by a ring', "$server\[Session]\nSystemCallFilter=~bpf\nSystemCallFilter=~bpf \\\n socket\n", <<'END' ],
P:6: warning: [Session] denies "socket" and leaves io_uring_setup open: a ring makes the same call unseen (IORING_OP_SOCKET)
P:6: hint: Write "SystemCallFilter=~@pg-io-uring:ENOSYS"; or "SystemCallRule=io_uring_setup allow" if it is to be open.
END
    [ 'by a rule', "$server\[Session]\nSystemCallRule=socket arg0==AF_PACKET deny\n", <<'END' ],
P:4: warning: [Session] denies "socket" and leaves io_uring_setup open: a ring makes the same call unseen (IORING_OP_SOCKET)
END
    [ 'on purpose', "$server\[Session]\nSystemCallFilter=~socket\nSystemCallRule=io_uring_setup allow\n", '' ],
    [ 'closed elsewhere', "[Server]\nSystemCallFilter=~\@pg-io-uring:ENOSYS\n[Session]\nSystemCallFilter=~socket\n", '' ],
    [ 'mount and its successors', "[Server]\nSystemCallFilter=~mount\n$fallback", <<'END' ],
P:2: warning: [Server] denies "mount" and leaves fsopen fsconfig fsmount move_mount open: together they mount as well
END
    [ 'one of these is closed', "[Server]\nSystemCallFilter=~mount fsmount\n$fallback", '' ],
    [ 'namespaces', "[Server]\nSystemCallFilter=~unshare ptrace\n$fallback", <<'END' ],
P:2: warning: [Server] denies "ptrace" and leaves process_vm_writev open: it writes another process's memory as well
P:2: warning: [Server] denies "unshare" and leaves clone open: with CLONE_NEWUSER and its like it makes namespaces as well
END
    [ 'namespaces, in an allow-list that has no unshare', "$server\[Session]\nSystemCallFilter=\@pg-session clone\n", '' ],
    [ 'namespaces, closed', "[Server]\nSystemCallFilter=~unshare\nRestrictNamespaces=yes\n$fallback", '' ],
    [ 'memory of others', "[Server]\nSystemCallFilter=~process_vm_readv process_vm_writev\n$fallback", <<'END' ],
P:2: warning: [Server] denies "process_vm_readv" and leaves ptrace open: it reads another process's memory as well
P:2: warning: [Server] denies "process_vm_writev" and leaves ptrace open: it writes another process's memory as well
END
);

# The calls of @pg-session.
sub known_session
{
    my $catalog = slurp("$root/core/groups.c");
    my ($members) = $catalog =~ /\{"\@pg-session", SC_GROUP,\s*((?:"[^"]*"\s*)+)/;
    return grep { $_ ne '' } split ' ', join('', $members =~ /"([^"]*)"/g);
}

for (@cases)
{
    my @case = @$_;
    my @hints = $case[0] eq 'hints' ? (shift @case) : ();
    my ($name, $text, $expected) = @case;
    SKIP:
    {
        skip 'calls of x86-64', 1 unless defined $expected;
        is(findings_of($text, @hints), $expected, $name);
    }
}

# ----------
# Process sections
# ----------

for (
    # Broken by: a process section that is not looked at, or not on top of its general one.
    [ 'hints', 'words of process sections', "$server\[Process checkpointer]\nSystemCallFilter=~bpf\nSystemCallFilter=acct swapon\n[Process auxiliary]\nSystemCallFilter=~acct\n$fallback", <<'END' ],
P:5: warning: "acct" has no effect: nothing of it is on the deny-list that begins in line 4
P:5: hint: [Process auxiliary] denies it in line 7, and no other section can take that back.
P:5: warning: "swapon" has no effect: nothing of it is on the deny-list that begins in line 4
P:5: hint: [Server] denies it in line 2, and no other section can take that back.
END
    [ 'half a family, a rule, a log, a door', "$server\[Process \"x\"]\nSystemCallFilter=~dup2! socket\nSystemCallRule=ioctl arg1==TIOCSTI deny\nSystemCallRule=ioctl arg1==TIOCSTI deny\nSystemCallLog=read\n$fallback",
        !$x86 ? undef : <<'END' ],
P:4: warning: "dup2!" denies one call of its family; what does the same is allowed: dup, dup3
P:4: warning: [Process "x"] denies "socket" and leaves io_uring_setup open: a ring makes the same call unseen (IORING_OP_SOCKET)
P:6: warning: this rule on "ioctl" is never asked: what fits it fits line 5
P:7: warning: SystemCallLog of [Process "x"] has calls that every statement makes: read
END
    [ 'what [Process client backend] denies a session', "$server\[Process client backend]\nSystemCallFilter=~bpf\n[Process walsender]\nSystemCallFilter=~acct\n[Session a]\nReplication=yes\nSystemCallFilter=~reboot\nSystemCallFilter=acct\n[Session]\nSystemCallFilter=~reboot\nSystemCallFilter=bpf\n" , <<'END' ],
P:10: warning: "acct" has no effect: nothing of it is on the deny-list that begins in line 9
P:13: warning: "bpf" has no effect: nothing of it is on the deny-list that begins in line 12
END
    [ 'kill', "$server\[Process walwriter]\nSystemCallFilter=~bpf\nOnViolation=kill\nForce=yes\n$fallback", <<'END' ],
P:5: warning: OnViolation=kill: one denied call in [Process walwriter] takes the whole cluster through crash recovery, all sessions included
END

    # Broken by: a section in vain that is not told, or one that is none.
    [ 'hints', 'names that look like types', "$server\[Process \"bgwriter\"]\nSystemCallFilter=~bpf\n[Process \"postmaster\"]\nSystemCallFilter=~bpf\n[Process \"pg_cron launcher\"]\nSystemCallFilter=~bpf\n[Process \"startup\"]\nSystemCallFilter=~bpf\n"
            . "[Process \"syslogger\"]\nLibrary=x\nSystemCallFilter=~bpf\n$fallback", <<'END' ],
P:3: warning: [Process "bgwriter"] is for background workers that call themselves so; PostgreSQL has a process type "background writer"
P:3: hint: Write [Process background writer] if that is meant.
P:5: warning: [Process "postmaster"] is for background workers that call themselves so, and the postmaster is none
P:5: hint: Write [Server]: it is for the postmaster.
END
    [ 'hints', 'sections that change nothing', "$server\[Process startup]\nSystemCallErrorNumber=EACCES\n[Process walwriter]\nProcessDumpable=yes\n[Process logger]\nSpeculationMitigation=yes\n[Process \"x\"]\nLibrary=y\n$fallback", <<'END' ],
P:3: warning: [Process startup] changes nothing
P:3: hint: Take it out, or say what its processes are denied.
P:9: warning: [Process "x"] changes nothing
P:9: hint: Take it out, or say what its processes are denied.
END
    [ 'hints', 'terminate where nothing can be ended', "$server" . join('', map { "[Process $_]\nSystemCallFilter=~bpf\nOnViolation=terminate\n" }
            'checkpointer', 'auxiliary', 'autovacuum worker', 'background worker', 'walsender', '"x"') . $fallback, <<'END' ],
P:5: warning: OnViolation=terminate has no effect in [Process checkpointer]
P:5: hint: Sessions, background workers and autovacuum workers can be ended; of others violations are counted and logged.
P:8: warning: OnViolation=terminate has no effect in [Process auxiliary]
P:8: hint: Sessions, background workers and autovacuum workers can be ended; of others violations are counted and logged.
END

    # Broken by: an allow-list with a hole that is not told, or one that is wanted.
    [ 'hints', 'allow-lists', "$server\[Process archiver]\nSystemCallFilter=\@pg-required\n[Process walwriter]\nSystemCallFilter=\@pg-required\n[Process checkpointer]\nSystemCallFilter=\@pg-required\nSystemCallFilter=~getdents64:EPERM\n"
            . "[Process autovacuum worker]\nSystemCallFilter=~mprotect\n$fallback", <<'END' ],
P:4: warning: the allow-list of [Process archiver] lacks calls that process "archiver" needs: getdents64
P:4: hint: Add them to the list, or behind "~" on a line after it if they are to be denied nevertheless; doc/measured-syscalls.md says who needs what.
END
    [ 'general ones', "$server\[Process auxiliary]\nSystemCallFilter=\@pg-required \@pg-attach mkdir rmdir symlink chmod\n[Process background worker]\nSystemCallFilter=\@pg-required \@pg-required-child\n"
            . "[Process logical replication worker]\nSystemCallFilter=\@pg-required \@pg-required-child mkdir rmdir mprotect\n$fallback", !$x86 ? undef : <<'END' ],
P:4: warning: the allow-list of [Process auxiliary] lacks calls that process "archiver" needs: getdents64
P:4: warning: the allow-list of [Process auxiliary] lacks calls that process "checkpointer" needs: getdents64
P:4: warning: the allow-list of [Process auxiliary] lacks calls that process "startup" needs: getdents64
P:4: warning: the allow-list of [Process auxiliary] lacks calls that process "walreceiver" needs: connect, getsockopt, mprotect, socket
P:4: warning: the allow-list of [Process auxiliary] lacks calls that process "walsummarizer" needs: getdents64
P:8: warning: the allow-list of [Process logical replication worker] lacks calls that process "logical replication apply worker" needs: connect, getsockopt, socket
P:8: warning: the allow-list of [Process logical replication worker] lacks calls that process "logical replication tablesync worker" needs: connect, getsockopt, socket
P:8: warning: the allow-list of [Process logical replication worker] lacks calls that process "logical replication worker" needs: connect, getsockopt, socket
END
    [ 'clients', "$server\[Process client backend]\nSystemCallFilter=\@pg-session \@pg-attach\nSystemCallFilter=~getcwd\n[Process walsender]\nSystemCallFilter=\@pg-required \@pg-attach getdents64 mkdir\n"
            . "[Session repl]\nReplication=yes\nSystemCallFilter=\@pg-required getdents64 mkdir rmdir\n[Session]\nSystemCallFilter=\@pg-session\n", !$x86 ? undef : <<'END' ],
P:7: warning: the allow-list of [Process walsender] lacks calls that process "walsender" needs: mprotect, rmdir
P:10: warning: the allow-list of [Session repl] lacks calls that process "walsender" needs: mprotect
END

    # Broken by: matchers of replication that are not understood.
    [ 'hints', 'matchers that contradict each other', "$server\[Session a]\nDatabase=replication\nReplication=no\n$fallback", <<'END' ],
P:3: warning: no login gets [Session a]: nothing fits Database=replication and Replication=no
P:3: hint: A connection of physical replication, Database=replication, is one of replication: write Replication=yes, or leave it out.
END
    [ 'covered walsenders', "$server\[Session a]\nReplication=yes\n[Session b]\nDatabase=replication\n[Session c]\nReplication=no\nRole=x\n$fallback", <<'END' ],
P:5: warning: no login gets [Session b]: every session that fits it fits [Session a] in line 3
END
    [ 'walsenders and others', "$server\[Session a]\nReplication=yes\n[Session b]\nReplication=no\nDatabase=all\n", '' ],
    [ 'walsenders and some others', "$server\[Session a]\nReplication=yes\n[Session b]\nReplication=no\nDatabase=d\n", <<'END' ],
P: warning: there is no section [Session]: sessions that no section matches have none of their own
END
    [ 'others alone', "$server\[Session b]\nReplication=no\n", <<'END' ],
P: warning: there is no section [Session]: sessions that no section matches have none of their own
END
  )
{
    my @case = @$_;
    my @options = $case[0] eq 'hints' ? shift @case : ();
    my ($name, $policy, $expected) = @case;
  SKIP: {
        skip 'calls of x86-64', 1 if !defined $expected;
        is(findings_of($policy, @options), $expected, $name);
    }
}

# ----------
# Needs
# ----------

my $strict = slurp("$root/policy/strict.conf");
my $default = slurp("$root/policy/default.conf");

# Broken by: samples that no policy denies, or that the shipped policies deny
# though their documentation says otherwise.
{
    my ($status, $list) = tool('check', '--need=help');
    is($status, 0, '--need=help');
    my @features = $list =~ /^  (\S+)/mg;
    my %denied = ('default.conf' => 'io_uring', 'strict.conf' => 'archive_cleanup_command copy-program io_uring subprocess syslog sysv-memory threads');
    for my $policy (sort keys %denied)
    {
        my @found = grep { (tool('check', '--no-trust', "--need=$_", "$root/policy/$policy"))[0] } @features;
        is("@found", $denied{$policy}, "$policy leaves room for all but these");
    }

    # a policy that denies all that may be denied
    my $closed = "[Server]\nSystemCallFilter=\@pg-required \@pg-required-server \@pg-required-child\n";
    my @open = grep { findings_of($closed . "[Session]\nSystemCallFilter=\@pg-required\n", "--need=$_") !~ /^P:\d+: \w+: \Q$_\E needs in/m } @features;
    is("@open", 'huge_pages listen-ipv4 listen-ipv6 listen-unix', 'what a list of what is required denies');
    is(findings_of("$server\[Session]\nSystemCallRule=socket arg0!=AF_UNIX deny\nSystemCallFilter=~\@pg-io-uring:ENOSYS\n", '--need=libpq') =~ s/arg.*//r,
        <<'END', 'a rule on arguments is judged as well');
P:4: warning: libpq needs in [Session] what this line denies: socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP), socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP); no connection is made
END
}

# Broken by: a scope that is not asked, or is asked though it does not matter.
is(findings_of("$server\[Session a]\nRole=a\n[Session b]\nSystemCallFilter=~getcwd\n[Session]\nSystemCallFilter=~uname getcwd\n", 'hints', '--need=pltcl'),
    <<'END', 'the sections that logins get');
P:8: warning: pltcl needs in [Session] what this line denies: getcwd(0x1000, 4096), uname(0x1000); its functions fail
P:8: hint: Add the calls to the list, or a rule or word that admits these arguments; or do without the feature.
END
is(findings_of("$server\[Session b]\nSystemCallFilter=~getcwd\n[Session]\nSystemCallFilter=~uname\n", '--need=pltcl:session:b'),
    "P:4: warning: pltcl needs in [Session b] what this line denies: getcwd(0x1000, 4096); its functions fail\n", 'one scope, by name');
is(findings_of("[Server]\nSystemCallFilter=~getcwd\n[Session a]\nRole=x\n[Session]\nSystemCallFilter=~uname\n", '--need=pltcl'),
    <<'END', 'denied below: once');
P:2: warning: pltcl needs in [Session a] what this line of [Server] denies: getcwd(0x1000, 4096); its functions fail
P:6: warning: pltcl needs in [Session] what this line denies: uname(0x1000); its functions fail
END
is(findings_of("[Server]\nSystemCallFilter=~getcwd\n[Session a]\nRole=all\n", '--need=pltcl'),
    "P:2: warning: pltcl needs in [Child] what this line of [Server] denies: getcwd(0x1000, 4096); its functions fail\n", 'no [Session]');
is(findings_of("$server\[Session]\nRestrictNamespaces=yes\n", '--need=copy-program', '--need=threads'), '', 'clone3 that answers ENOSYS is done without');
is(findings_of("$server\[Session]\nSystemCallFilter=~clone3!\n", '--need=threads') =~ s/^.*family.*\n//mr,
    "P:4: warning: threads needs in [Session] what this line denies: clone3(0x1000, 88); none is started\n", '... and EPERM is not') if $x86;
is(findings_of($default =~ s/\z/\n/r =~ s/(?=^# Sockets: conn)/SystemCallFilter=\@pg-io-uring\nSystemCallRule=io_uring_setup allow\n/mr, '--need=io_uring') =~ s/^P:3[0-9]: warning: "\@pg-io-uring:ENOSYS" has no effect.*\n//mr, '', 'io_uring as doc/operations.md says');
{
    my ($status, $out, $err) = tool('check', '--need=plpyton3u', "$root/policy/default.conf");
    is($status, 2, 'an unknown feature: 2');
    like($err, qr/\Apg_seccomp: unknown feature "plpyton3u", did you mean "plpython3u"\?\n  archive_cleanup_command /, '... with all that there are');
    ($status, $out, $err) = tool('check', '--no-trust', '--need=jit:session:x', "$root/policy/default.conf");
    is("$status $out$err", "2 $root/policy/default.conf: error: policy \"$root/policy/default.conf\" has no scope \"session:x\"; it has \"server\", \"child\", \"session\"\n", 'an unknown scope: 2');

    # Broken by: a list that is printed, or an end, before all options are read.
    ($status, $out, $err) = tool('check', '--need=plpyton3u', '--nonsense', "$root/policy/default.conf");
    is($status, 2, 'an unknown feature and an unknown option: 2');
    unlike($out . $err, qr/archive_command/, '... without the list');
    ($status, $out, $err) = tool('check', '--need=help', '--nonsense');
    is("$status $out", '2 ', 'help and an unknown option: 2, no list');

    # Broken by: a setting that asks for a feature that there is none of.
    my ($table) = slurp("$root/tool/settings.c") =~ /\bneeds\[\] = \{\n(.*?)^\};/ms;
    my %known = map { $_ => 1 } (tool('check', '--need=help'))[1] =~ /^  (\S+)/mg;
    my @asked = $table =~ /"([^"]+)"\},$/mg;
    cmp_ok(scalar @asked, '>', 20, 'settings ask for features');
    is(join(' ', grep { !$known{$_} } @asked), '', '... that there are');
}

# Broken by: a policy without the scope that takes away what is found in others, or
# a scope that no policy has and that passes.
{
    my $with = put('with.conf', "$server\[Session b]\nSystemCallFilter=~getcwd\n$fallback");
    my $without = put('without.conf', "$server$fallback");
    my $broken = put('broken.conf', "[Server]\nSystemCallFilter=~muont\n");
    my $lacks = "$without: error: policy \"$without\" has no scope \"session:b\"; it has \"server\", \"child\", \"session\"\n";
    my $run = sub { my ($status, $out, $err) = tool('check', '--no-trust', '--need=pltcl:session:b', @_); return "$status " . $out =~ s/^\S+ hint: .*\n//mgr . $err };
    is($run->($without, $with), "1 $lacks$with:4: warning: pltcl needs in [Session b] what this line denies: getcwd(0x1000, 4096); its functions fail\n", 'a scope that one of two policies has: 1');
    is($run->($without, $without), "2 $lacks$lacks", '... that none has: 2');
    is($run->($without, $broken), "1 $lacks$broken:2: error: unknown system call \"muont\"\n", '... or one may have, when its errors are mended: 1');
}

# ----------
# postgresql.conf
# ----------

# What a policy is told for the settings of a file, with its name as C; the
# default of unix_socket_directories and listen_addresses asked for nothing.
sub findings_with
{
    my ($policy, $conf, @more) = @_;
    my $path = put('pg.conf', $conf);
    my $text = findings_of($policy, "--config=$path", @more);
    my $folder = dirname($path);
    return $text =~ s/\Q$path\E/C/gr =~ s/\Q$folder\E/D/gr;
}

my $no_programs = "[Server]\nSystemCallFilter=~\@swap\n[Child]\nSystemCallFilter=~execve\n[Session]\nSystemCallFilter=~execve\n";
my $exec = 'execve(0x1000, 0x1000, 0x1000)';
my $denied = "what this line denies: $exec;";

# Broken by: a setting that is not looked at, or is though it is not in force.
for (
    [ $default, '', '', 'nothing' ],
    [ $no_programs, "archive_mode = on\narchive_command = 'cp %p /x'\n", "P:4: warning: archive_command (C:2) needs in [Child] $denied no WAL file is archived, and they pile up\n", 'archive_command' ],
    [ $no_programs, "archive_command = 'cp %p /x'\n", '', '... without archive_mode' ],
    [ $no_programs, "archive_mode = on\narchive_command = 'cp %p /x'\narchive_library=basic_archive", '', '... with a library' ],
    [ $no_programs, "archive_mode = on\narchive_command = 'cp'\narchive_command=''", '', 'the last value holds' ],
    [ $no_programs, "Restore_Command 'cp x'\n", "P:4: warning: restore_command (C:1) needs in [Child] $denied recovery finds no archived WAL\n", 'names in any case, no equals sign' ],
    [ $no_programs, "archive_cleanup_command = x\n", "P:4: warning: archive_cleanup_command (C:1) needs in [Child] $denied the command fails, and WAL files pile up\n", 'archive_cleanup_command' ],
    [ $no_programs, "recovery_end_command = x\n", "P:4: warning: recovery_end_command (C:1) needs in [Child] $denied the command fails\n", 'recovery_end_command' ],
    [ $no_programs, "ssl=on\nssl_passphrase_command = x\n", '', 'ssl_passphrase_command: not of [Child]' ],
    [ "[Server]\nSystemCallFilter=~execve\n$fallback", "ssl=true\nssl_passphrase_command = x # y\n",
        "P:2: warning: ssl_passphrase_command (C:2) needs in [Server] $denied the server's key is not opened, and it does not start\n", '... of [Server]' ],
    [ "[Server]\nSystemCallFilter=~execve\n$fallback", "ssl_passphrase_command = x\n", '', '... and without ssl not at all' ],
    [ "$server\[Session]\nMemoryDenyWriteExecute=yes\n", '',
        "P:4: warning: jit=on (PostgreSQL's default) needs in [Session] what this line denies: mprotect(0x1000, 4096, PROT_READ|PROT_EXEC); expensive queries end in an error\n", 'jit by default' ],
    [ "$server\[Session]\nMemoryDenyWriteExecute=yes\n", "jit = of\n", '', 'jit=off, abbreviated' ],
    [ "$server\[Session]\nMemoryDenyWriteExecute=yes\n", "jit_above_cost = -1\n", '', 'jit_above_cost' ],
    [ "$server\[Session]\nSystemCallRule=mprotect arg2&PROT_EXEC!=0 deny\n", "jit_above_cost = 5e3\n",
        "P:4: warning: jit=on (PostgreSQL's default) needs in [Session] what this line denies: mprotect(0x1000, 4096, PROT_READ|PROT_EXEC); expensive queries end in an error\n", 'a rule of its own' ],
    [ $default, "io_method = io_uring\n", "P:33: error: io_method=io_uring (C:1) needs in [Server] what this line denies: io_uring_setup(64, 0x1000); the server does not start\n", 'io_uring' ],
    [ "$server$fallback\[Child]\nSystemCallFilter=~io_uring_enter\n", "io_method = 'IO_uring'\n",
        "P:6: error: io_method=IO_uring (C:1) needs in [Child] what this line denies: io_uring_enter(3, 1, 0, IORING_ENTER_GETEVENTS, NULL, 0); the server does not start\n", 'io_uring in [Child]' ],
    [ "[Server]\nSystemCallRule=mmap arg3&MAP_HUGETLB!=0 errno ENOMEM\n$fallback", "huge_pages = on\n",
        qr/\AP:2: warning: huge_pages=on \(C:1\) needs in \[Server\] what this line denies: mmap\(NULL, \d+, PROT_READ\|PROT_WRITE, [A-Z_|]*MAP_HUGETLB[A-Z_|]*, -1, 0\); with huge_pages=on the server does not start, with try it gets none\n\z/, 'huge pages' ],
    [ $default, "huge_pages = on\n", '', '... which default.conf leaves to the postmaster' ],
    [ "[Server]\nSystemCallRule=mmap arg3&MAP_HUGETLB!=0 errno ENOMEM\n$fallback", "huge_pages = try\n", qr/\AP:2: warning: huge_pages=try \(C:1\) needs /, '... huge_pages=try, said' ],
    [ "[Server]\nSystemCallRule=mmap arg3&MAP_HUGETLB!=0 errno ENOMEM\n$fallback", '', '', '... and not said' ],
    [ "$server\[Session]\nRestrictAddressFamilies=AF_UNIX/SOCK_STREAM\n", "log_destination = 'stderr, Syslog'\n",
        "P:4: warning: log_destination=stderr, Syslog (C:1) needs in [Session] what this line denies: socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0); what these processes log is lost\n", 'syslog' ],
    [ "$server\[Child]\nSystemCallFilter=~umask\n$fallback", "logging_collector = 1\n",
        "P:4: warning: logging_collector=1 (C:1) needs in [Child] what this line denies: umask(077); the server does not start\n", 'logging_collector' ],
    [ "[Server]\nRestrictAddressFamilies=AF_UNIX\n$fallback", '',
        "P:2: warning: listen_addresses=localhost (PostgreSQL's default) needs in [Server] what this line denies: socket(AF_INET, SOCK_STREAM, IPPROTO_IP); the server does not listen there\n", 'TCP by default' ],
    [ "[Server]\nRestrictAddressFamilies=AF_UNIX\n$fallback", "listen_addresses = ''\n", '', '... and none' ],
    [ "[Server]\nRestrictAddressFamilies=AF_INET\n$fallback", "listen_addresses = '10.0.0.1, ::1'\n", <<'END', 'TCP over IPv6, no Unix socket' ],
P:2: warning: listen_addresses=10.0.0.1, ::1 (C:1) needs in [Server] what this line denies: socket(AF_INET6, SOCK_STREAM, IPPROTO_IP); the server does not listen there
P:2: warning: unix_socket_directories (PostgreSQL's default) needs in [Server] what this line denies: socket(AF_UNIX, SOCK_STREAM, 0); the server does not listen there
END
    [ "$server\[Session]\nSystemCallFilter=~getcwd\n", "shared_preload_libraries = '\$libdir/plpython3.so, auto_explain'\n",
        "P:4: warning: shared_preload_libraries=\$libdir/plpython3.so, auto_explain (C:1) needs in [Session] what this line denies: getcwd(0x1000, 4096); its functions fail\n", 'a language that is preloaded' ],
    [ "$server\[Session]\nSystemCallFilter=~getcwd\n", "session_preload_libraries = 'auto_explain,\"plperl\"'\n", qr/^P:4: warning: session_preload_libraries/, '... in a session' ],
    [ "$server\[Session]\nSystemCallFilter=~getcwd\n", "local_preload_libraries = 'xplperl,auto_explain'\n", '', 'another library' ],
    [ $strict, "dynamic_shared_memory_type = sysv\n", qr/\A(?:P:\d+: .* needs in .*\[Process [a-z ]+\] .*shmget.*\n)+(?:P:\d+: .*\[Session [a-z]+\] .*shmget.*\n){2}P:\d+: .*\[Session\] .*shmget.*the server does not start\n\z/, 'System V memory' ],
    [ "$server\[Child]\nSystemCallFilter=~connect \@pg-io-uring\n$fallback", "primary_conninfo = 'host=x'\n", "P:4: warning: primary_conninfo (C:1) needs in [Child] what this line denies: connect(3, 0x1000, 16); the standby does not follow\n", 'a standby' ],
    [ "$server\[Child]\nSystemCallFilter=~syncfs\n$fallback", "recovery_init_sync_method = syncfs\n", qr/\AP:4: .*syncfs\(3\); crash recovery fails\n\z/, 'syncfs' ],
    [ "$server\[Session]\nSystemCallFilter=~copy_file_range\n", "file_copy_method = clone\n", qr/\AP:4: .*copy_file_range\(.*databases are not copied\n\z/, 'file_copy_method' ],
  )
{
    my ($policy, $conf, $expected, $name) = @$_;
    my $found = findings_with($policy, $conf);
    ref $expected ? like($found, $expected, $name) : is($found, $expected, $name);
}

# Broken by: a need that is asked of other processes than those that have it, or
# not of each section that holds for them.  A process; its section's rule; settings;
# what is said.
my $cannot = 'what this line denies:';
for (
    [ 'archiver', '~execve', "archive_mode=on\narchive_command=x\n", "archive_command (C:2) needs in [Process archiver] $cannot $exec; no WAL file is archived, and they pile up" ],
    [ 'archiver', '~mprotect', "archive_mode=on\narchive_library=x\n", "archive_library (C:2) needs in [Process archiver] $cannot mprotect(0x1000, 4096, PROT_READ); no WAL file is archived, and they pile up" ],
    [ 'archiver', '~execve mprotect', "archive_mode=off\narchive_command=x\narchive_library=y\n", '' ],
    [ 'startup', '~execve', "restore_command=x\narchive_mode=on\narchive_command=x\narchive_cleanup_command=x\n", "restore_command (C:1) needs in [Process startup] $cannot $exec; recovery finds no archived WAL" ],
    [ 'startup', '~execve', "recovery_end_command=x\n", "recovery_end_command (C:1) needs in [Process startup] $cannot $exec; the command fails" ],
    [ 'startup', '~syncfs', "recovery_init_sync_method=syncfs\n", "recovery_init_sync_method=syncfs (C:1) needs in [Process startup] $cannot syncfs(3); crash recovery fails" ],
    [ 'checkpointer', '~execve', "archive_cleanup_command=x\nrestore_command=x\nrecovery_end_command=x\n", "archive_cleanup_command (C:1) needs in [Process checkpointer] $cannot $exec; the command fails, and WAL files pile up" ],
    [ 'walreceiver', "~connect \@pg-io-uring:ENOSYS", "primary_conninfo=x\n", "primary_conninfo (C:1) needs in [Process walreceiver] $cannot connect(3, 0x1000, 16); the standby does not follow" ],
    [ 'slotsync worker', "~connect \@pg-io-uring:ENOSYS", "primary_conninfo=x\nsync_replication_slots=on\n", "sync_replication_slots=on (C:2) needs in [Process slotsync worker] $cannot connect(3, 0x1000, 16); slots are not synchronized" ],
    [ 'slotsync worker', "~connect \@pg-io-uring:ENOSYS", "primary_conninfo=x\n", '' ],
    [ 'logger', '~umask', "logging_collector=on\n", "logging_collector=on (C:1) needs in [Process logger] $cannot umask(077); the server does not start" ],
    [ 'archiver', '~umask', "logging_collector=on\n", '' ],
    [ 'autovacuum launcher', "~connect \@pg-io-uring:ENOSYS", "log_destination=syslog\n", "log_destination=syslog (C:1) needs in [Process autovacuum launcher] $cannot connect(3, 0x1000, 110); what these processes log is lost" ],
    [ 'autovacuum launcher', "~connect \@pg-io-uring:ENOSYS", "primary_conninfo=x\n", '' ],
    [ 'io worker', '~shmdt', "dynamic_shared_memory_type=sysv\n", "dynamic_shared_memory_type=sysv (C:1) needs in [Process io worker] $cannot shmdt(0x1000); the server does not start" ],
    [ 'walwriter', '~io_uring_enter', "io_method=io_uring\n", '' ],
  )
{
    my ($process, $rule, $conf, $expected) = @$_;
    is(findings_with("$server\[Process $process]\nSystemCallFilter=$rule\n$fallback", $conf),
        $expected ? 'P:4: ' . ($expected =~ /^dynamic_shared/ ? 'error' : 'warning') . ": $expected\n" : '', "$process, $rule: " . $conf =~ s/\n(?=.)/, /gr =~ s/\n//r);
}

# Broken by: processes that share a section, or have two; sessions of another kind.
for (
    [ "$server\[Process auxiliary]\nSystemCallFilter=~execve\n[Process archiver]\nSystemCallFilter=~bpf\n$fallback", "archive_mode=on\narchive_command=x\nrestore_command=x\n", <<'END', 'a general section' ],
P:4: warning: archive_command (C:2) needs in process "archiver" what this line of [Process auxiliary] denies: execve(0x1000, 0x1000, 0x1000); no WAL file is archived, and they pile up
P:4: warning: restore_command (C:3) needs in [Process auxiliary] what this line denies: execve(0x1000, 0x1000, 0x1000); recovery finds no archived WAL
END
    [ "$server\[Process background worker]\nMemoryDenyWriteExecute=yes\n$fallback", '', <<'END', 'parallel workers compile, too' ],
P:4: warning: jit=on (PostgreSQL's default) needs in process "parallel worker" what this line of [Process background worker] denies: mprotect(0x1000, 4096, PROT_READ|PROT_EXEC); expensive queries end in an error
END
    [ "$server\[Process background worker]\nSystemCallFilter=~execve connect bind \@pg-io-uring:ENOSYS\n$fallback", '', '', 'what queries may do in them is the policy\'s choice' ],
    [ "$server\[Process walsender]\nMemoryDenyWriteExecute=yes\n[Session repl]\nReplication=yes\nMemoryDenyWriteExecute=yes\n[Session p]\nDatabase=replication\nMemoryDenyWriteExecute=yes\n$fallback", '', <<'END', 'walsenders do not' ],
P:8: warning: no login gets [Session p]: every session that fits it fits [Session repl] in line 5
END
    [ "$server\[Process client backend]\nMemoryDenyWriteExecute=yes\n[Session a]\nRole=a\nReplication=no\n$fallback", '', <<'END', 'sessions do' ],
P:4: warning: jit=on (PostgreSQL's default) needs in process "client backend" what this line of [Process client backend] denies: mprotect(0x1000, 4096, PROT_READ|PROT_EXEC); expensive queries end in an error
END
    [ "$server\[Process startup]\nSystemCallFilter=~io_uring_enter\n$fallback", "io_method=io_uring\n", <<'END', 'io_uring' ],
P:4: error: io_method=io_uring (C:1) needs in [Process startup] what this line denies: io_uring_enter(3, 1, 0, IORING_ENTER_GETEVENTS, NULL, 0); the server does not start
END
  )
{
    my ($policy, $conf, $expected, $name) = @$_;
    is(findings_with($policy, $conf), $expected, $name);
}
is(findings_of("$server\[Process logical replication worker]\nSystemCallFilter=~connect \@pg-io-uring:ENOSYS\n[Process \"x\"]\nLibrary=y\nSystemCallFilter=~getcwd\n$fallback", '--need=logical-replication', '--need=pltcl:process:x'), <<'END', 'needs that no setting shows');
P:4: warning: logical-replication needs in [Process logical replication worker] what this line denies: connect(3, 0x1000, 16); nothing arrives
P:7: warning: pltcl needs in [Process "x"] what this line denies: getcwd(0x1000, 4096); its functions fail
END
is(findings_of("$server\[Process walsender]\nSystemCallFilter=~exit\n$fallback", '--need=threads', '--need=subprocess'),
    "P:4: warning: threads needs in process \"walsender\" what this line of [Process walsender] denies: exit(0); none is started\n", 'threads of a walsender');

# Broken by: a syntax that PostgreSQL takes otherwise.  Value as in the file, and
# whether listen_addresses has an IPv6 address by it.
for ([ "'::1'", 1 ], [ "'\\72:1'", 1 ], [ "'it''s, ::1'", 1 ], [ "''", 0 ], [ "'a\\'b,::1'", 1 ], [ "'1' # '::1'", 0 ], [ 'a::b', 1 ], [ "'a\\\\::'", 1 ])
{
    my ($value, $expected) = @$_;
    my $found = findings_with("[Server]\nRestrictAddressFamilies=AF_UNIX AF_INET\n$fallback", "\t listen_addresses=$value\n");
    is($found =~ /AF_INET6/ ? 1 : 0, $expected, "listen_addresses=$value") or diag($found);
}

# Broken by: errors without their line, or a reader that stops at the first.
is(findings_with($default, "a = 1\nb 'open\n=1\nc = 1 2\n\x{01} = 3\nd.e = x.y-z:1/2\n2f = 1\ng =\nh = \$\nx.=1\ni=1\r\n#j\n  k 1.5GB # l\nm='\0'\n"),
    <<'END', 'syntax errors');
C:2: error: syntax error
C:3: error: syntax error
C:4: error: syntax error
C:5: error: syntax error
C:7: error: syntax error
C:8: error: syntax error
C:9: error: syntax error
C:10: error: syntax error
C:14: error: syntax error
END
like(findings_with($default, "=\n" x 200), qr/\A(?:C:\d+: .*\n){100}C:100: error: too many syntax errors, the rest is not read\n\z/, 'PostgreSQL gives up, too');

# Broken by: files that are included otherwise than PostgreSQL does.
{
    my $folder = tempdir(CLEANUP => 1);
    my $write = sub { my ($name, $text) = @_; open(my $f, '>', "$folder/$name") or die $!; print $f $text; close $f };
    mkdir "$folder/$_" for qw(conf.d conf.d/x.conf data);
    $write->('conf.d/b.conf', "include '../c'\nlisten_addresses='fe80::1'\n");
    $write->('conf.d/a.conf', "listen_addresses='10.0.0.1'\n");
    $write->("conf.d/$_", "include 'nowhere'\n") for qw(.z.conf y.conf~ y .conf);
    $write->('c', "io_method=io_uring\n");
    $write->('postgresql.conf', "include_dir = 'conf.d'\ninclude_if_exists 'none'\nInclude_If_Exists = c\n");
    my $run = sub {
        my ($status, $out, $err) = tool('check', '--no-trust', "--config=$folder/postgresql.conf", @_,
            put('p.conf', "[Server]\nRestrictAddressFamilies=AF_UNIX AF_INET\nSystemCallFilter=~\@pg-io-uring:ENOSYS\n$fallback"));
        return join ' ', $out =~ /\((\S+:\d+)\)/g, $out =~ /error: (could.*)/g;
    };
    is($run->(), "$folder/conf.d/b.conf:2 $folder/c:1" =~ s/^(\S+) (\S+)$/$1 $2/r, 'include_dir in order, include relative to its file');
    $write->('conf.d/../postgresql.auto.conf', "listen_addresses='10.0.0.2'\n");
    is($run->(), "$folder/c:1", 'postgresql.auto.conf beside it has the last word');
    $write->('postgresql.conf', "data_directory = '$folder/data'\ninclude_dir = 'conf.d'\n");
    is($run->(), "$folder/conf.d/b.conf:2 $folder/conf.d/../c:1", '... and not if the data is elsewhere');
    $write->('data/postgresql.auto.conf', "io_method = 'worker'\n");
    is($run->(), "$folder/conf.d/b.conf:2", '... but the one that is there');
    $write->('later', "listen_addresses='::'\n");
    is($run->("--config=$folder/later"), "$folder/later:1", 'a second --config overrides the first');
    $write->('postgresql.conf', "include 'postgresql.conf'\n");
    $write->('postgresql.auto.conf', "include_dir 'nowhere'\ninclude 'data'\ninclude '/dev/zero'\ninclude 'none'\n");
    is($run->(), join(' ', "could not open configuration file \"$folder/postgresql.conf\": files are included too deeply, or too many",
            "could not open configuration directory \"$folder/nowhere\": No such file or directory",
            "could not open configuration file \"$folder/none\": No such file or directory"), 'files that include themselves, or are not there');
    my (undef, $out) = tool('check', '--no-trust', "--config=$folder/postgresql.conf", "$root/policy/default.conf");
    like($out, qr{^\Q$folder\E/postgresql.auto.conf:$_->[0]: error: configuration file "$_->[1]" is not a regular file}m, "... or no files: $_->[1]")
      for ([ 2, "\Q$folder\E/data" ], [ 3, '/dev/zero' ]);
    is((tool('check', '--no-trust', "--config=$folder/absent", "$root/policy/default.conf"))[0], 2, 'no such file on the command line: 2');
}

# ----------
# Trust
# ----------

SKIP:
{
    skip 'only root makes files of others', 1 if $> != 0;
    my $safe = tempdir('check-XXXXXX', DIR => dirname($PgSeccomp::Cluster::policy_dir), CLEANUP => 1);
    chmod 0755, $safe;
    my (undef, undef, $uid, $gid) = getpwnam($user);
    my $write = sub {
        my ($name, $mode) = @_;
        open(my $file, '>', "$safe/$name") or die $!;
        print $file $default;
        close $file;
        chmod $mode // 0644, "$safe/$name";
        return "$safe/$name";
    };
    my $trust = sub {
        my (@args) = @_;
        my ($status, $out, $err) = tool('check', @args);
        return $out =~ s/\Q$safe\E/S/gr =~ s/^\S+: hint: .*\n//mgr . $err;
    };
    my $hint = 'hint: The policy and every directory above it must be root\'s, and writable by root alone.';
    my $said = sub { my ($file, $why, $as) = @_; return "S/$file: error: the file is not trusted, judged as user \"" . ($as // $user) . "\": $why\n" };

    # Broken by: a check that the server makes and the tool does not.
    is($trust->($write->('good.conf')), '', 'root\'s file, in root\'s folders');
    is($trust->($write->('group.conf', 0664)), '',
        'writable by group root: a server that is not in it may');
    is((PgSeccomp::Cluster::run('', 'setpriv', '--groups=0,1', $command, 'check', "$safe/group.conf"))[0], 0, '... whatever groups the caller has');
    is($trust->('--as=root', "$safe/group.conf"), $said->('group.conf', '"S/group.conf" is writable by group root, to which the server\'s user belongs', 'root'), '... one that is may not');
    $write->('other.conf', 0664);
    chown 0, $gid, "$safe/other.conf";
    is($trust->("$safe/other.conf"), $said->('other.conf', '"S/other.conf" is writable by a group'), 'writable by its group');
    is($trust->($write->('world.conf', 0646)), $said->('world.conf', '"S/world.conf" is writable by others'), 'writable by others');
    $write->('owned.conf');
    chown $uid, 0, "$safe/owned.conf";
    is($trust->("$safe/owned.conf"), $said->('owned.conf', '"S/owned.conf" is not owned by root'), 'another owner');
    is((tool('check', "$safe/owned.conf"))[1], "$safe/owned.conf: error: the file is not trusted, judged as user \"$user\": \"$safe/owned.conf\" is not owned by root\n$safe/owned.conf: $hint\n", 'with the hint');
    is((tool('check', "$safe/owned.conf"))[0], 1, '... it is a finding');
    $write->('secret.conf', 0600);
    is($trust->("$safe/secret.conf"), "S/secret.conf: error: the file could not be read, judged as user \"$user\": \"S/secret.conf\" Permission denied\n", 'a file that the server cannot read');
    is($trust->('--as=root', "$safe/secret.conf"), '', '... and root can');
    SKIP:
    {
        $write->('acl.conf');
        skip 'no ACLs here', 1 if system('setfacl', '-m', "u:$user:rw", "$safe/acl.conf");
        is($trust->("$safe/acl.conf"), $said->('acl.conf', '"S/acl.conf" is writable by an ACL entry'), 'an ACL');
    }

    # Broken by: links that are resolved before they are judged.
    mkdir "$safe/real";
    $write->('real/p.conf');
    symlink('real', "$safe/mine");
    symlink('real', "$safe/theirs");
    symlink('real/p.conf', "$safe/link.conf");
    system('chown', '-h', $user, "$safe/theirs", "$safe/link.conf");
    is($trust->("$safe/mine/p.conf"), '', 'a link of root\'s');
    is($trust->("$safe/theirs/p.conf"), $said->('theirs/p.conf', '"S/theirs" is not owned by root'), 'a folder by somebody else\'s link');
    is($trust->("$safe/link.conf"), $said->('link.conf', '"S/link.conf" is not owned by root'), 'a file by somebody else\'s link');
    my $there = sub {
        my ($status, $out) = PgSeccomp::Cluster::run('', 'sh', '-c', 'cd "$0" && exec "$@"', $safe, $command, 'check', @_);
        return "$status $out" =~ s/\Q$safe\E/S/gr =~ s/^\S+: hint: .*\n//mgr;
    };
    is($there->('good.conf'), '0 ', 'a relative path');
    is($there->('real/../good.conf', 'mine/p.conf'), '0 ', '... with dots, and a link of root\'s');
    is($there->('theirs/p.conf'), "1 theirs/p.conf: error: the file is not trusted, judged as user \"$user\": \"S/theirs\" is not owned by root\n", '... with another link');
    chmod 0777, "$safe/real";
    is($there->('real/p.conf'), "1 real/p.conf: error: the file is not trusted, judged as user \"$user\": \"S/real\" is writable by others\n", '... in a folder that anybody can write');

    # Broken by: a folder with the sticky bit taken for a safe one: there somebody
    # else's file of that name can be first.
    my $sticky = put('sticky.conf', $default);
    chmod 01777, dirname($sticky);
    like($trust->($sticky), qr/judged as user "\Q$user\E": "\S+" is writable by others$/, 'a folder with the sticky bit');
    is($trust->('--no-trust', $sticky), '', '--no-trust: the text alone');
    chmod 0755, dirname($sticky);

    # Broken by: users mixed up.
    is((tool('check', '--as=no such user', "$safe/good.conf"))[2], "pg_seccomp: there is no user \"no such user\"\n", 'an unknown user');
    is((tool('check', '--as=no such user', "$safe/good.conf"))[0], 2, '... is wrong use');
    like((tool('check', '--as=daemon', "$safe/secret.conf"))[1], qr/judged as user "daemon"/, 'another user');

    # As the server's user itself; a tool that it can reach.
    my $copy = "$safe/pg_seccomp";
    system('cp', $command, $copy) == 0 or die;
    my $as_user = sub { return PgSeccomp::Cluster::run_as_user('', 'env', 'ASAN_OPTIONS=' . ($ENV{ASAN_OPTIONS} // ''), $copy, 'check', @_) };
    is(($as_user->("$safe/good.conf"))[0], 0, 'not root: a good file');
    is(($as_user->("$safe/world.conf"))[1] =~ s/\n.*//sr, "$safe/world.conf: error: the file is not trusted, judged as user \"$user\": \"$safe/world.conf\" is writable by others", 'not root: judged as the caller');
    is(($as_user->("--as=$user", "$safe/good.conf"))[0], 0, 'not root: --as of the caller');
    my ($status, $out, $err) = $as_user->('--as=root', "$safe/good.conf");
    is("$status $out$err", "2 pg_seccomp: only root can judge as another user: run this as root, or as \"root\", or without --as\n", 'not root: --as of another user');
    ($status, $out, $err) = $as_user->("$safe/secret.conf");
    is("$status $out$err", "2 $safe/secret.conf: error: could not open file \"$safe/secret.conf\": Permission denied\n", 'not root: a file that it cannot read');

    # Broken by: settings of ALTER SYSTEM that nobody looked at, and nobody says so.
    open(my $conf, '>', "$safe/postgresql.conf") or die $!;
    close $conf;
    chmod 0644, "$safe/postgresql.conf";
    is(join('|', $as_user->("--config=$safe/postgresql.conf", "$safe/good.conf")), '0||', 'no postgresql.auto.conf');
    $write->('postgresql.auto.conf', 0600);
    ($status, $out, $err) = $as_user->("--config=$safe/postgresql.conf", "$safe/good.conf");
    is("$status $out$err", "1 $safe/postgresql.auto.conf: warning: could not read configuration file \"$safe/postgresql.auto.conf\": Permission denied\n$safe/postgresql.auto.conf: hint: Run it as root or as the server's user.\n", 'one that cannot be read');
}

# Broken by: a folder of data that cannot be looked into, taken for one without the file.
is(findings_with($default, "data_directory = '/etc/passwd'\n"),
    "/etc/passwd/postgresql.auto.conf: warning: could not read configuration file \"/etc/passwd/postgresql.auto.conf\": Not a directory\n/etc/passwd/postgresql.auto.conf: hint: Run it as root or as the server's user.\n", 'a data directory that is none');

# Broken by: options of which one would be passed over.
{
    my ($status, $out, $err) = tool('check', '--as=root', '--no-trust', "$root/policy/default.conf");
    is($status, 2, '--as and --no-trust: 2');
    like($err, qr/one of --as and --no-trust/, '... and says why');
}

# ----------
# Output and hostile input
# ----------

# Broken by: JSON without a column, or text that is not the one for people.
{
    my $path = put('j.conf', "[Server]\nSystemCallFilter=~muont\nSystemCallFilter=~mount:XX\n");
    my ($status, $object) = tool_json('check', '--no-trust', $path);
    is($status, 1, '--json: findings are 1');
    is_deeply($object, { findings => [
            { file => $path, line => 2, severity => 'error', text => 'unknown system call "muont"', hint => 'Did you mean "mount"?' },
            { file => $path, line => 3, severity => 'error', text => '"XX" is not an error number', hint => 'Write a name such as EPERM, or a number from 1 to 4094.' } ] },
        '... as a table');
    my $one = put('one.conf', $server);
    ($status, $object) = tool_json('check', '--no-trust', $one);
    is_deeply([ map { [ $_->{line}, $_->{severity} ] } @{ $object->{findings} } ], [ [ undef, 'warning' ] ], '... without a line where there is none');
    ($status, $object) = tool_json('check', '--no-trust', "$root/policy/default.conf");
    is_deeply([ $status, $object ], [ 0, { findings => [] } ], '... and nothing is an empty one');
    ($status, my $out) = tool('check', '--no-trust', $one, $path, $one);
    is(join(' ', $out =~ /^(\S+?)(?=:(?:\d+:)? (?:error|warning))/mg), "$one $one $path $path", 'several files: each after the other');
}

# Broken by: a file that cannot be read and takes with it what is found in others.
{
    my $bad = put('bad.conf', "[Server]\nSystemCallFilter=~muont\n");
    my $folder = dirname($bad);
    my ($status, $out, $err) = tool('check', '--no-trust', $bad, "$folder/none.conf", $folder, "$root/policy/default.conf", $bad);
    my $found = "$bad:2: error: unknown system call \"muont\"\n$bad:2: hint: Did you mean \"mount\"?\n";
    is("$status $out$err", "2 $found$found$folder/none.conf: error: could not open file \"$folder/none.conf\": No such file or directory\n$folder: error: could not read file \"$folder\": Is a directory\n", 'files that cannot be read, between others');
    ($status, my $object) = tool_json('check', '--no-trust', "$folder/none.conf", $bad);
    is_deeply([ $status, map { [ $_->{file}, $_->{line}, $_->{severity} ] } @{ $object->{findings} } ], [ 2, [ "$folder/none.conf", undef, 'error' ], [ $bad, 2, 'error' ] ], '... in JSON');
}

# Broken by: a note that is mixed with findings.
is(join('|', tool('check', '--no-trust', '--verbose', "$root/policy/default.conf")), "0||$root/policy/default.conf: nothing found\n", '--verbose');

# Broken by: standard input that is looked for in the current folder.
is(join('|', tool_with_input($server, 'check', '-')),
    "1|-: warning: there is no section [Session]: sessions that no section matches have none of their own\n-: hint: Add the section [Session], which is for all sessions that no other one matches.\n|", 'standard input');

# Broken by: terminal escapes from a policy, or from a file's name.
like(findings_of("[Server]\nSystemCallFilter=~mo\xe2\x80\xaeunt \xc2\x9b31m\n"), qr/unknown system call "mo\\xe2\\x80\\xaeunt"\nP:2: error: unknown system call "\\xc2\\x9b31m"/, 'no terminal escapes');
like((tool('check', '--no-trust', put("e\x1b[31m.conf", "[Server]\n")))[1], qr/e\\x1b\[31m\.conf: error: /, '... of names');

# Broken by: input that a lint for people was not made for.
{
    my ($status, $out) = tool('check', '--no-trust', put('h.conf', "[Server]\n" . "SystemCallFilter=~muont\n" x 150));
    is(scalar(() = $out =~ /^\S+: error: unknown/mg), 100, 'a hundred errors');
    like($out, qr/h\.conf:101: hint: .*\n\S+h\.conf: error: and 50 more errors\n\z/, '... and how many more');
}
is(findings_of("\x7fELF\x02\x01\0\0" . join('', map { chr } 0 .. 255)), "P:1: error: control character 0x7f: this is not a text file\n", 'a binary file');
is(findings_of(''), "P: error: the policy filters nothing: no section has a directive that needs a filter\n", 'an empty file');
is(findings_of('#' . 'x' x ((1 << 20) - 1) . "\n"), "P: error: the file is larger than 1 MiB\n", 'a file that is too large');
is((tool('check', '--no-trust', put('huge.conf', "#\n" x (1 << 20))))[0], 2, '... or that is larger still');
for my $args ([], ['/nonexistent/p.conf'], ['--nonsense', "$root/policy/default.conf"], ['--config', '/nonexistent', "$root/policy/default.conf"], ['/'])
{
    is((tool('check', @$args))[0], 2, "check @$args: 2");
}

# Broken by: what takes the square of a policy's length.
{
    my $many = "[Server]\nSystemCallFilter=~swapon\n";
    $many .= "[Session s$_]\nRole=role$_ +group$_\nDatabase=a b\nAddress=10.@{[ $_ % 256 ]}.0.0/16\nSystemCallFilter=\@pg-session\nSystemCallFilter=~dup!:ENOSYS poll\n" for 1 .. 1998;
    $many .= "[Session last]\nRole=role77\nDatabase=b\nAddress=10.77.1.1\n$fallback";
    $many .= '#' . 'x' x 99 . "\n" while length $many < (1 << 20) - 101;
    my $start = time;
    is(findings_of($many), "P:11991: warning: no login gets [Session last]: every session that fits it fits [Session s77] in line 459\n", '2000 sections, 1 MiB');
    cmp_ok(time - $start, '<', 60, '... in seconds');

    my $words = "[Server]\nSystemCallFilter=~swapon\n[Session a]\nRole=" . join(' ', map { "r$_" } 1 .. 50000) . "\n[Session b]\nRole="
      . join(' ', map { "r$_" } reverse 1 .. 50000) . "\n[Session]\nSystemCallFilter=~" . 'bpf ' x 60000 . "\n";
    $start = time;
    is(findings_of($words), "P:5: warning: no login gets [Session b]: every session that fits it fits [Session a] in line 3\n", 'thousands of words');
    cmp_ok(time - $start, '<', 60, '... in seconds');
}

like((tool('check', '--help'))[1], qr/^Example:\n  pg_seccomp check/m, '--help has an example');

done_testing();
