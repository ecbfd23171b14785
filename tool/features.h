/*
 * features.h
 *		What PostgreSQL's features need: which calls, with which arguments, where.
 */
#ifndef PGSC_FEATURES_H
#define PGSC_FEATURES_H

#include <stdio.h>

#include "../core/findings.h"
#include "scopes.h"

typedef struct feature feature;

/* A feature by name; NULL if there is none. */
extern const feature *find_feature(const char *name);

/* The name nearest to a misspelt one, or NULL. */
extern const char *nearest_feature(const char *name);

/* A line for each feature: its name and what it is. */
extern void list_features(FILE *out);

/*
 * Run a feature's calls on the programs of the scopes that would make them, or of
 * one scope alone (not NULL).  because is who asks for it, for messages, or NULL.
 */
extern void check_feature(const scopes *all, const scope *only, const feature *f, const char *because,
						  sc_findings *findings);

#endif							/* PGSC_FEATURES_H */
