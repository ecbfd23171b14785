/*
 * suggest.h
 *		"Did you mean": the right word nearest to a misspelt one.
 */
#ifndef SC_SUGGEST_H
#define SC_SUGGEST_H

/*
 * Edit distance, insertions, deletions, changes and swaps of neighbours, not
 * minding case; anything above bound counts as bound + 1.  Words of more than
 * 63 characters are never near.
 */
extern int	sc_distance(const char *a, const char *b, int bound);

/* How far a suggestion may be from a word: a third of its length, 1 to 3. */
extern int	sc_distance_bound(const char *word);

/* The nearest of a NULL-terminated list, or NULL if none is near. */
extern const char *sc_suggest(const char *word, const char *const *list);

#endif							/* SC_SUGGEST_H */
