/*
 * output.h
 *		The document that a command makes, at its --output or on standard output.
 */
#ifndef PGSC_OUTPUT_H
#define PGSC_OUTPUT_H

#include <stddef.h>

/*
 * Write a document of len bytes to a file, or to standard output where path is
 * NULL.  A device or a pipe is written to; any other file is replaced at once or
 * not at all, by one with the rights of a new file.  Dies if that fails.
 */
extern void write_output(const char *path, const char *text, size_t len);

#endif							/* PGSC_OUTPUT_H */
