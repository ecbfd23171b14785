/*
 * helpers.h
 *		What the unit tests share: policies from text, files, random numbers.
 */
#ifndef SC_TEST_HELPERS_H
#define SC_TEST_HELPERS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "../policy.h"
#include "alloc.h"
#include "tap.h"

/* The tables must be good before anything else can be tested. */
static inline void
start_tests(void)
{
	const char *error = sc_catalog_init();

	/* a child that is killed must not repeat or lose its parent's lines */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (error)
	{
		printf("Bail out! %s\n", error);
		exit(1);
	}
}

/* A policy from a string; messages call it "p". */
static inline sc_policy *
policy_from(const char *text)
{
	return sc_policy_parse("p", text, strlen(text));
}

/* All errors of a policy as one text, "" if there are none. */
static inline const char *
policy_errors(const sc_policy *policy)
{
	return policy->errors.total ? sc_errors_text(&policy->errors, "p") : "";
}

/* A whole file, terminated; ends the test if it can't be read. */
static inline char *
read_file(const char *path, size_t *len)
{
	FILE	   *file = fopen(path, "rb");
	char	   *text = sc_alloc(SC_MAX_POLICY + 2);

	if (file == NULL)
	{
		printf("Bail out! %s cannot be opened\n", path);
		exit(1);
	}
	*len = fread(text, 1, SC_MAX_POLICY + 1, file);
	fclose(file);
	return text;
}

/* The same numbers in each run: xorshift64* (Vigna 2016). */
static inline uint32_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t) ((*state * UINT64_C(2685821657736338717)) >> 32);
}

/* Does valgrind run us?  scripts/test-core says so. */
static inline bool
under_valgrind(void)
{
	return getenv("SC_TEST_VALGRIND") != NULL;
}

/* How many rounds of a random test: fewer where each is slow. */
static inline int
rounds(int full)
{
	return under_valgrind() ? full / 50 + 1 : full;
}

#endif							/* SC_TEST_HELPERS_H */
