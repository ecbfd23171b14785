# Attack.pm
# What an attacker with code execution in a backend does first: raw system
# calls, here from PL/Python with ctypes.  All arguments are -1, so that a call
# that a filter lets through by mistake fails for its arguments: no descriptor,
# no address and no flags are like that.
package PgSeccomp::Attack;

use strict;
use warnings;

use Exporter qw(import);
use File::Temp qw(tempdir);
use PgSeccomp::Cluster;

our @EXPORT_OK = qw(install_attacks call_number has_i386 build_c build_library machine);

chomp(our $machine = `uname -m`);

# SQL: raw_syscall(number) in the native ABI, i386_syscall(number) by
# "int 0x80", errno names or "ok".  PARALLEL SAFE is a lie that lets workers
# run them.
our $functions = <<'END';
CREATE EXTENSION plpython3u;
CREATE FUNCTION raw_syscall(number bigint)
RETURNS text LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS $$
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.syscall.argtypes = [ctypes.c_long] * 7
ctypes.set_errno(0)
result = libc.syscall(number, *[-1] * 6)
return 'ok' if result != -1 or ctypes.get_errno() == 0 else errno.errorcode[ctypes.get_errno()]
$$;
CREATE FUNCTION i386_syscall(number int)
RETURNS text LANGUAGE plpython3u VOLATILE PARALLEL SAFE AS $$
import ctypes, errno, mmap
page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex(
    '53'            # push rbx
    '55'            # push rbp
    '89f8'          # mov eax, edi: the number
    'bbffffffff'    # mov ebx, -1: and all arguments
    '89d9'          # mov ecx, ebx
    '89da'          # mov edx, ebx
    '89de'          # mov esi, ebx
    '89df'          # mov edi, ebx
    '89dd'          # mov ebp, ebx
    'cd80'          # int 0x80
    '5d'            # pop rbp
    '5b'            # pop rbx
    'c3'))          # ret
code = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
result = code(number)
return 'ok' if result >= 0 else errno.errorcode[-result]
$$;
END

sub install_attacks
{
    my ($cluster, %options) = @_;
    return $cluster->sql($functions, %options);
}

sub machine { return $machine }

# The native number of a call, from the C library's headers: not from the
# catalog that is under test.
sub call_number
{
    my ($name) = @_;
    my (undef, $out) = PgSeccomp::Cluster::run("#include <sys/syscall.h>\nnumber SYS_$name\n", 'cc', '-E', '-P', '-xc', '-');
    return $out =~ /^number\s+(\d+)$/m ? $1 : undef;
}

# Compiles C: a program, or with "shared" a library.  Returns its path, in a
# folder that everybody can read.
sub build_c
{
    my ($code, @options) = @_;
    my $dir = tempdir('pgsc-build-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 0755, $dir;
    open(my $file, '>', "$dir/code.c") or die $!;
    print $file $code;
    close $file;
    my $target = (grep { $_ eq '-shared' } @options) ? "$dir/code.so" : "$dir/code";
    my ($status, undef, $err) = PgSeccomp::Cluster::run('', 'cc', '-D_GNU_SOURCE', '-O1', '-Wall', @options,
        '-o', $target, "$dir/code.c");
    die "cc: $err" if $status;
    return $target;
}

# A library for the server, with its headers.
sub build_library
{
    my ($code) = @_;
    chomp(my $include = `$PgSeccomp::Cluster::pg_config --includedir-server`);
    return build_c($code, '-shared', '-fPIC', "-I$include");
}

# Has this kernel the i386 entry?  Without it, "int 0x80" is SIGSEGV.
sub has_i386
{
    return 0 if $machine ne 'x86_64';
    my $probe = build_c(<<'END');
int main(void)
{
    int result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
    return result > 0 ? 0 : 1;
}
END
    return system($probe) == 0;
}

1;
