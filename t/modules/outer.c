/*
 * outer.c
 *		Run a command under a filter of somebody else's.
 *
 * outer CALL ERRNO COMMAND...: a system call by number answers an errno.
 * outer guard COMMAND...: so does every call, with 4000, whose sixth argument is
 * GUARD_MAGIC.  Of errnos the kernel takes that of the filter that was attached
 * last: below the guard, calls can be made that tell whether another filter
 * denies them, and that never run.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GUARD_MAGIC 0x5afe5afe
#define GUARD_ERRNO 4000

int
main(int argc, char **argv)
{
	int			guard = argc > 2 && strcmp(argv[1], "guard") == 0;
	unsigned	at = guard ? offsetof(struct seccomp_data, args[5]) : offsetof(struct seccomp_data, nr);
	unsigned	value = guard ? GUARD_MAGIC : (unsigned) atoi(argv[1]);
	unsigned	err = guard ? GUARD_ERRNO : (unsigned) atoi(argv[2]);
	char	  **command = argv + (guard ? 2 : 3);
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, insns};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
	{
		perror("outer");
		return 1;
	}
	execv(command[0], command);
	perror(command[0]);
	return 1;
}
