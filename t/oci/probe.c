/*
 * probe.c
 *		A container's program: makes harmless calls, and prints what they answer.
 *
 * Every call has arguments with which a kernel without a filter does nothing: bad
 * descriptors, no process, null pointers, impossible flags.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct
{
	const char *name;
	long		nr;
	long		args[6];
}			probes[] = {
#define PROBE(name, ...) {#name "(" #__VA_ARGS__ ")", SYS_##name, {__VA_ARGS__}}
	PROBE(mount, 0, 0, 0, 0, 0), PROBE(ptrace, -1, -1, 0, 0), PROBE(bpf, -1, 0, 0), PROBE(io_uring_setup, 0, 0),
	PROBE(getpid, 0), PROBE(close, -1), PROBE(unshare, 0x10000000L | 1), PROBE(setns, -1, 0), PROBE(setns, -1, 2),
	PROBE(socket, 2, 10, 0), PROBE(socket, 17, 99, 0), PROBE(socket, 40, 99, 0), PROBE(socket, 16, 3, 4),
	PROBE(socket, 10, 99, 0), PROBE(socket, 0x7fffffffL, 1, 0),
	PROBE(ioctl, -1, 0x5412, 0), PROBE(ioctl, -1, 0x5401, 0), PROBE(ioctl, -1, 0x541b, 0), PROBE(ioctl, -1, 0x8922, 0),
	PROBE(ioctl, -1, 0x8913, 0), PROBE(setsockopt, -1, 6, 31, 0, 0), PROBE(setsockopt, -1, 1, 9, 0, 0),
	PROBE(getsockopt, -1, 1, 17, 0, 0), PROBE(getsockopt, -1, 41, 23, 0, 0), PROBE(getsockopt, -1, 41, 64, 0, 0),
	PROBE(mremap, 1, 0, 0, (long) 0x8000000000000000UL), PROBE(mremap, 1, 0, 0, 1), PROBE(madvise, 1, 0, 4),
	PROBE(madvise, 1, 0, 21), PROBE(prctl, 23, 999, 0, 0, 0), PROBE(prctl, 35, 0, 0, 0, 0),
	PROBE(personality, 0xffffffffL), PROBE(fcntl, -1, 1026, 0), PROBE(fcntl, -1, 1, 0),
	PROBE(sendto, -1, 0, 0, 1, 0, 0), PROBE(sendto, -1, 0, 0, 0x4000, 0, 0), PROBE(sched_setattr, -1, 0, 0),
	PROBE(chmod, 0, 04755), PROBE(chmod, 0, 0755), PROBE(splice, -1, 0, -1, 0, 1, 0),
	{"system call 999", 999, {0}},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
	{
		const long *a = probes[i].args;
		long		rc;

		errno = 0;
		rc = syscall(probes[i].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		printf("%ld %lu %lu %lu %lu %lu %lu %s %s\n", probes[i].nr, a[0], a[1], a[2], a[3], a[4], a[5],
			   rc < 0 ? strerrorname_np(errno) : "0", probes[i].name);
	}
	return 0;
}
