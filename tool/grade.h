/*
 * grade.h
 *		How exposed is each scope of a policy?
 */
#ifndef PGSC_GRADE_H
#define PGSC_GRADE_H

#include "../core/exposure.h"
#include "../core/trial.h"
#include "scopes.h"
#include "table.h"

/* The most exposed that a scope can be, in tenths. */
#define WORST_LEVEL 100

/* Exploits: those that need no user namespace of their own, those that need one. */
enum
{
	NO_USERNS,
	USERNS,
	NKINDS
};

typedef struct
{
	const scope *scope;
	sc_gate_result *exploits;	/* beside the table's rows: is it stopped? */
	sc_gate_result *assessments;	/* the same: is it closed? */
	int			stopped[NKINDS];
	int			open;			/* assessments that are not closed */
	int			weight;			/* of those */
	int			level;			/* 0 .. WORST_LEVEL, in tenths */
} grade;

typedef struct
{
	const scopes *scopes;
	const sc_exploits *exploits;
	const sc_assessments *assessments;
	int			total[NKINDS];	/* exploits */
	grade	   *list;			/* in the order of the policy's scopes */
	const grade **worst;		/* the same, the most exposed first */
	int			n;
} grades;

/* Try both tables on all scopes.  Allocated. */
extern grades grade_scopes(const scopes *all, const sc_exploits *exploits,
						   const sc_assessments *assessments);

/*
 * systemd-analyze's word for a level ("OK"), and how good that is.  Bounds and
 * words are those of systemd-analyze(1), security.
 */
extern const char *level_word(int level);
extern tone level_tone(int level);

/* What may not be exceeded. */
typedef struct
{
	const char *text;			/* as it was given */
	const scope *scope;			/* NULL: each one */
	bool		percent;		/* of exploits stopped; else a level */
	double		limit;
} threshold;

/*
 * "LEVEL" and "SCOPE=LEVEL": levels from 0.0 to 10.0 that are not exceeded;
 * "SCOPE:PERCENT": of the exploits that need no user namespace are stopped, and
 * all that do.  A scope is given by name or by its section's title.  Ends the
 * program if it is none of these.
 */
extern threshold read_threshold(const char *text, const scopes *all);

/* Is it kept?  Says on standard error what misses it. */
extern bool within_threshold(const threshold *limit, const grades *all);

#endif							/* PGSC_GRADE_H */
