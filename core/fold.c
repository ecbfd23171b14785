/*
 * fold.c
 *		Binary search over runs of equal answers.
 *
 * Neighbouring numbers often share an answer: libseccomp's tree has a leaf for
 * each call that differs from its default, a search over runs has one for each
 * change.  A shorter program is compiled faster, and a shorter path is walked
 * some 400 times as the kernel attaches it, once for each number.
 */
#include "fold.h"

#include <stddef.h>
#include <string.h>

/* Nodes and returns together stay within the reach of a jump of 8 bits. */
#define MAX_RUNS 200
#define MAX_ANSWERS 80

typedef struct
{
	uint32_t	start[MAX_RUNS];	/* first number of each run */
	int			answer[MAX_RUNS];	/* index into answers */
	int			nruns;
	uint32_t	answers[MAX_ANSWERS];
	int			nanswers;
	struct sock_filter *out;
	int			len;
} search;

static int
answer_index(search *s, uint32_t value)
{
	for (int i = 0; i < s->nanswers; i++)
		if (s->answers[i] == value)
			return i;
	if (s->nanswers == MAX_ANSWERS)
		return -1;
	s->answers[s->nanswers] = value;
	return s->nanswers++;
}

/*
 * The jump from the node at pc to the runs lo .. hi: their node, which is
 * distance instructions further on, or the return of a single run.
 */
static uint8_t
target(const search *s, int pc, int lo, int hi, int distance)
{
	int			returns = s->nruns - 1; /* there is a node less than runs */

	if (lo < hi)
		return (uint8_t) distance;
	return (uint8_t) (returns + s->answer[lo] - (pc + 1));
}

/* The nodes for the runs lo .. hi: one, then the left half's, the right's. */
static void
put_nodes(search *s, int lo, int hi)
{
	int			mid = (lo + hi + 1) / 2;
	int			pc = s->len;

	if (lo == hi)
		return;
	s->len++;
	s->out[pc] = (struct sock_filter)
	{
		BPF_JMP | BPF_JGE | BPF_K,
			target(s, pc, mid, hi, mid - 1 - lo),
			target(s, pc, lo, mid - 1, 0),
			s->start[mid]
	};
	put_nodes(s, lo, mid - 1);
	put_nodes(s, mid, hi);
}

int
sc_fold(const struct sock_filter *insns, int len, uint32_t first, int count,
		struct sock_filter *out)
{
	struct sock_filter copy[SC_MAX_PROGRAM];
	sc_program	part = {copy, len + 1};
	search		s = {.nruns = 0,.out = out};

	if (len >= SC_MAX_PROGRAM)
		return 0;
	for (int i = 0; i < len; i++)
		if (BPF_CLASS(insns[i].code) == BPF_LD)
			return 0;
	copy[0] = (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
											offsetof(struct seccomp_data, nr));
	memcpy(copy + 1, insns, (size_t) len * sizeof(struct sock_filter));
	if (sc_program_defect(&part))
		return 0;

	for (int i = 0; i < count; i++)
	{
		struct seccomp_data data = {.nr = (int) (first + (uint32_t) i)};
		int			answer = answer_index(&s, sc_evaluate(&part, &data));

		if (answer < 0)
			return 0;
		if (s.nruns > 0 && s.answer[s.nruns - 1] == answer)
			continue;
		if (s.nruns == MAX_RUNS)
			return 0;
		s.start[s.nruns] = first + (uint32_t) i;
		s.answer[s.nruns++] = answer;
	}
	if (s.nruns + s.nanswers > UINT8_MAX)
		return 0;
	put_nodes(&s, 0, s.nruns - 1);
	for (int i = 0; i < s.nanswers; i++)
		s.out[s.len++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, s.answers[i]);
	return s.len;
}
