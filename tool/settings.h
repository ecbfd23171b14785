/*
 * settings.h
 *		Which features the settings of a server ask for.
 */
#ifndef PGSC_SETTINGS_H
#define PGSC_SETTINGS_H

#include "config.h"
#include "features.h"

/*
 * check_feature() of all that settings ask for, PostgreSQL's defaults among them
 * but for huge_pages=try, which falls back; each finding names the setting and where it stands.
 */
extern void check_settings(const scopes *all, const config *c, sc_findings *findings);

#endif							/* PGSC_SETTINGS_H */
