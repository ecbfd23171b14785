-- attack.sql
-- What a compromised backend is played by: PL/Python that enters the kernel
-- directly.  Arguments are bad pointers and invalid values: no call could take
-- effect, filtered or not.

CREATE EXTENSION plpython3u;
CREATE EXTENSION pg_seccomp;
CREATE SCHEMA demo;

-- A system call of this process: the error's name, or what it returned.
CREATE FUNCTION demo.call(number int, arguments bigint[]) RETURNS text
LANGUAGE plpython3u AS $$
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments])
return 'ran' if result != -1 else errno.errorcode[ctypes.get_errno()]
$$;

-- The same through the entry of 32-bit programs, without arguments.
CREATE FUNCTION demo.call_i386(number int) RETURNS text
LANGUAGE plpython3u AS $$
import ctypes, errno, mmap
page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex('53'       # push rbx
                         '89f8'     # mov  eax, edi
                         '31db'     # xor  ebx, ebx
                         '31c9'     # xor  ecx, ecx
                         '31d2'     # xor  edx, edx
                         'cd80'     # int  0x80
                         '5b'       # pop  rbx
                         'c3'))     # ret
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
result = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(address)(number)
return 'ran' if result >= 0 else errno.errorcode[-result]
$$;

-- Has this kernel that entry?  Without it the instruction is a crash, so a
-- forked process tries it.
CREATE FUNCTION demo.kernel_has_i386() RETURNS boolean
LANGUAGE plpython3u AS $$
import os
if os.uname().machine != 'x86_64':
    return False
child = os.fork()
if child == 0:
    try:
        import ctypes, mmap
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(bytes.fromhex('b814000000' 'cd80' 'c3'))    # mov eax, 20; int 0x80; ret
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    finally:
        os._exit(0)
return os.waitpid(child, 0)[1] == 0
$$;

-- The attempts.  call is pg_seccomp_explain()'s way of naming it.
CREATE TABLE demo.attempts (
    id int GENERATED ALWAYS AS IDENTITY,
    attempt text, call text, number int, arguments bigint[], expected text,
    unfiltered text, filtered text);
INSERT INTO demo.attempts (attempt, call, arguments, expected) VALUES
    ('mount a file system', 'mount', '{-1,-1,-1,-1,-1}', 'EPERM'),
    ('load a kernel module', 'init_module', '{0,-1,0}', 'EPERM'),
    ('load a BPF program', 'bpf', '{-1,0,0}', 'EPERM'),
    ('enter a new namespace', 'unshare', '{-1}', 'EPERM'),
    -- CLONE_NEWUSER with CLONE_FS, which no kernel takes
    ('make one by clone', 'clone', '{268435968,0,0,0,0}', 'EPERM'),
    ('open a packet socket', 'socket', '{17,3,0}', 'EAFNOSUPPORT'),
    -- TIOCSTI, of no descriptor; SOL_TCP and TCP_ULP, likewise
    ('type into a terminal', 'ioctl', '{-1,21522,0}', 'EPERM'),
    ('have TLS in the kernel', 'setsockopt', '{-1,6,31,0,0}', 'ENOPROTOOPT'),
    ('take over another process', 'ptrace', '{-1,0,0,0}', 'EPERM'),
    ('reach the kernel''s keyrings', 'keyctl', '{-1,0,0,0,0}', 'EPERM'),
    ('open an io_uring', 'io_uring_setup', '{0,0}', 'ENOSYS'),
    ('boot another kernel', 'kexec_load', '{-1,-1,0,-1}', 'EPERM');
UPDATE demo.attempts
    SET number = (SELECT DISTINCT g.number FROM pg_seccomp_groups g WHERE g.syscall = call);
-- getpid, the most harmless one there is, by its numbers on the other ABIs
INSERT INTO demo.attempts (attempt, call, number, arguments, expected)
    VALUES ('a call newer than the catalog', '999', 999, '{}', 'ENOSYS');
INSERT INTO demo.attempts (attempt, call, number, arguments, expected)
    SELECT 'getpid by int 0x80 (i386)', 'x86:getpid', 20, '{}', 'ENOSYS'
    WHERE demo.kernel_has_i386();
INSERT INTO demo.attempts (attempt, call, number, arguments, expected)
    SELECT 'getpid by the x32 ABI', 'x32:getpid', 39 | (1 << 30), '{}', 'ENOSYS'
    WHERE version() ~ 'x86_64';

CREATE FUNCTION demo.try(a demo.attempts) RETURNS text
LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN a.call LIKE 'x86:%' THEN demo.call_i386(a.number)
                ELSE demo.call(a.number, a.arguments) END
$$;

-- What the process that runs this is, how many filters the kernel counts for
-- it, and what it gets for starting a program (of no name: it cannot start).
CREATE TYPE demo.reported AS (process text, filters text, execve text);
CREATE FUNCTION demo.report() RETURNS demo.reported
LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS $$
import ctypes, errno, os, re
if 'libc' not in GD:
    GD['libc'] = ctypes.CDLL(None, use_errno=True)
number = {'x86_64': 59, 'aarch64': 221}[os.uname().machine]
title = open('/proc/self/cmdline').read().rstrip('\0 ')
counted = re.search(r'^Seccomp_filters:\s*(\d+)', open('/proc/self/status').read(), re.M)
GD['libc'].syscall(ctypes.c_long(number), None, None, None)
return (re.sub('^postgres: ', '', title), counted.group(1) if counted else '?',
        errno.errorcode[ctypes.get_errno()])
$$;

-- A superuser, a user, and a user who may start programs.
CREATE ROLE boss LOGIN SUPERUSER;
CREATE ROLE web LOGIN;
CREATE ROLE loader LOGIN IN ROLE pg_execute_server_program;
GRANT USAGE ON SCHEMA demo TO web, loader;
CREATE TABLE demo.lines (line text);
GRANT INSERT, SELECT ON demo.lines TO web, loader;
GRANT EXECUTE ON FUNCTION pg_seccomp_restrict(text) TO loader;

-- Each row of this table is reported on by the process that scans it, a parallel
-- worker.
CREATE TABLE demo.big WITH (parallel_workers = 2) AS SELECT generate_series(1, 20000) AS n;
CREATE VIEW demo.in_workers AS
    SELECT (r).process, (r).filters, (r).execve, rows
    FROM (SELECT demo.report() AS r, count(*) AS rows FROM demo.big GROUP BY 1) s
    ORDER BY 1;
GRANT SELECT ON demo.in_workers TO web, loader;
ALTER DATABASE postgres SET min_parallel_table_scan_size = 0;
ALTER DATABASE postgres SET parallel_setup_cost = 0;
ALTER DATABASE postgres SET parallel_tuple_cost = 0;
ALTER ROLE loader SET parallel_leader_participation = off;
ALTER ROLE web SET parallel_leader_participation = off;
