/*
 * config.h
 *		postgresql.conf: the settings of a server, as its files have them.
 *
 * The syntax is that of PostgreSQL's guc-file.l: "name = value" or "name value",
 * values bare or in single quotes, comments, include, include_if_exists and
 * include_dir.  What the command line of a server or ALTER ROLE says is not here.
 */
#ifndef PGSC_CONFIG_H
#define PGSC_CONFIG_H

#include "../core/findings.h"

typedef struct
{
	const char *name;			/* in lower case */
	const char *value;			/* without quotes */
	const char *file;
	int			line;
} setting;

/* In the order read: the last one of a name holds. */
typedef struct
{
	setting    *list;
	int			n;
} config;

/*
 * Read a file and what it includes.  Errors in it, and files that it names and
 * that are not there, become findings.  Dies if path itself cannot be read.
 */
extern void read_config(config *c, const char *path, sc_findings *findings);

/*
 * What ALTER SYSTEM wrote, after all files: postgresql.auto.conf in the folder
 * that data_directory names, or that of the file at path if it names none.  A file
 * that is not there is passed over; that it cannot be read, as PostgreSQL makes it
 * for its own user, is a warning.
 */
extern void read_auto_config(config *c, const char *path, sc_findings *findings);

/* The setting that holds, or NULL if no file has it. */
extern const setting *find_setting(const config *c, const char *name);

#endif							/* PGSC_CONFIG_H */
