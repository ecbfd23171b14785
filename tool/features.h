/*
 * features.h
 *		What PostgreSQL's features need: which calls, with which arguments, where.
 */
#ifndef PGSC_FEATURES_H
#define PGSC_FEATURES_H

#include "../core/findings.h"
#include "scopes.h"

typedef struct feature feature;

/*
 * A feature by name; ends the program with a list of all if there is none of that
 * name, with EXIT_GOOD for "help", else with EXIT_USAGE.
 */
extern const feature *find_feature(const char *name);

/*
 * Run a feature's calls on the programs of the scopes that would make them, or of
 * one scope alone (not NULL).  because is who asks for it, for messages, or NULL.
 */
extern void check_feature(const scopes *all, const scope *only, const feature *f, const char *because,
						  sc_findings *findings);

#endif							/* PGSC_FEATURES_H */
