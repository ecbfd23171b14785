/*
 * poke.c
 *		poke PID NUMBER: have a process that has preload.c make a system call.
 */
#include <signal.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	union sigval value;

	if (argc != 3)
		return 2;
	value.sival_int = atoi(argv[2]);
	return sigqueue(atoi(argv[1]), SIGRTMIN + 5, value) == 0 ? 0 : 1;
}
