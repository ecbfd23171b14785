/*
 * suggest.c
 *		Edit distance between short words.
 */
#include "suggest.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define MAX_WORD 63

static int
min(int a, int b)
{
	return a < b ? a : b;
}

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

int
sc_distance(const char *a, const char *b, int bound)
{
	int			row[3][MAX_WORD + 1];	/* this row and the two before it */
	int			la = (int) strnlen(a, MAX_WORD + 1);
	int			lb = (int) strnlen(b, MAX_WORD + 1);

	if (la > MAX_WORD || lb > MAX_WORD || la - lb > bound || lb - la > bound)
		return bound + 1;
	for (int j = 0; j <= lb; j++)
		row[0][j] = j;
	for (int i = 1; i <= la; i++)
	{
		int		   *now = row[i % 3];
		const int  *before = row[(i + 2) % 3];
		const int  *before2 = row[(i + 1) % 3];

		now[0] = i;
		for (int j = 1; j <= lb; j++)
		{
			int			change = lower(a[i - 1]) != lower(b[j - 1]);

			now[j] = min(min(now[j - 1], before[j]) + 1, before[j - 1] + change);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
				lower(a[i - 2]) == lower(b[j - 1]))
				now[j] = min(now[j], before2[j - 2] + 1);
		}
	}
	return min(row[la % 3][lb], bound + 1);
}

int
sc_distance_bound(const char *word)
{
	size_t		third = strlen(word) / 3;

	return third < 1 ? 1 : third > 3 ? 3 : (int) third;
}

const char *
sc_suggest(const char *word, const char *const *list)
{
	const char *nearest = NULL;
	int			bound = sc_distance_bound(word);

	for (; *list; list++)
	{
		int			distance = sc_distance(word, *list, bound);

		if (distance <= bound)
		{
			nearest = *list;
			bound = distance - 1;
		}
	}
	return nearest;
}
