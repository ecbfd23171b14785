/*
 * config.c
 *		postgresql.conf: the settings of a server, as its files have them.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/memory.h"
#include "tool.h"

/* As PostgreSQL's (CONF_FILE_MAX_DEPTH, and where it gives up on a file). */
#define MAX_DEPTH 10
#define MAX_FILE_ERRORS 100

/* The most that is read of one file, and of all that are included; and the most files. */
#define MAX_CONFIG (4 * 1024 * 1024)
#define MAX_TOTAL (4 * MAX_CONFIG)
#define MAX_FILES 1000

typedef struct
{
	config	   *config;
	sc_findings *findings;
	int			nfiles;
	size_t		bytes;
} reader;

static void read_one(reader *r, const char *path, int depth, bool strict, const char *from, int line);

/* ----------
 * Lines
 * ----------
 */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char) c >= 0x80;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may stand in a name behind its first letter. */
static bool
is_name_part(char c)
{
	return is_letter(c) || is_digit(c) || c == '$';
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r");
}

static bool
at_end(const char *p)
{
	return *p == '\0' || *p == '#';
}

/* The name at p in lower case, with a qualifier if it has one; NULL if there is none. */
static char *
take_name(const char **p)
{
	const char *start = *p;
	const char *end = start;
	char	   *name;

	if (!is_letter(*end))
		return NULL;
	while (is_name_part(*end))
		end++;
	if (*end == '.' && is_letter(end[1]))
		for (end++; is_name_part(*end); end++)
			continue;
	name = sc_strndup(start, (size_t) (end - start));
	for (char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char) (*c | 0x20);
	*p = end;
	return name;
}

/* A string in quotes, unescaped as DeescapeQuotedString() does; NULL if it does not end. */
static char *
take_quoted(const char **p)
{
	const char *c = *p + 1;
	char	   *text = sc_alloc(strlen(c) + 1);
	char	   *to = text;

	for (;; c++)
	{
		static const char escapes[] = "bfnrt";
		static const char meanings[] = "\b\f\n\r\t";
		const char *escape;

		if (*c == '\0')
			return NULL;
		if (*c == '\'' && c[1] != '\'')
			break;
		if (*c == '\'')
			c++;
		else if (*c == '\\')
		{
			c++;
			if (*c == '\0')
				return NULL;
			escape = strchr(escapes, *c);
			if (*c >= '0' && *c <= '7')
			{
				int			octal = 0;

				for (int i = 0; i < 3 && *c >= '0' && *c <= '7'; i++)
					octal = octal * 8 + (*c++ - '0');
				c--;
				*to++ = (char) octal;
				continue;
			}
			*to++ = escape ? meanings[escape - escapes] : *c;
			continue;
		}
		*to++ = *c;
	}
	*p = c + 1;
	return text;
}

/* A bare value: a word, or a number with a unit; NULL if there is none. */
static char *
take_bare(const char **p)
{
	const char *start = *p;
	const char *end = start;

	if (is_letter(*end))
		while (is_letter(*end) || is_digit(*end) || (*end && strchr("-._:/", *end)))
			end++;
	else
	{
		end += *end == '-' || *end == '+';
		if (!is_digit(*end) && !(*end == '.' && is_digit(end[1])))
			return NULL;
		while (is_digit(*end) || *end == '.' || is_letter(*end) ||
			   ((*end == '-' || *end == '+') && (end[-1] | 0x20) == 'e'))
			end++;
	}
	*p = end;
	return end > start ? sc_strndup(start, (size_t) (end - start)) : NULL;
}

/* One line; NULL, or the place that is not understood. */
static const char *
split_line(const char *text, char **name, char **value)
{
	const char *p = skip_blanks(text);

	*name = *value = NULL;
	if (at_end(p))
		return NULL;
	*name = take_name(&p);
	if (*name == NULL)
		return p;
	p = skip_blanks(p);
	if (*p == '=')
		p = skip_blanks(p + 1);
	*value = *p == '\'' ? take_quoted(&p) : take_bare(&p);
	if (*value == NULL)
		return p;
	p = skip_blanks(p);
	return at_end(p) ? NULL : p;
}

/* ----------
 * Files
 * ----------
 */

/* A path as a file has it: relative to that file's folder. */
static const char *
beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (path[0] == '/' || slash == NULL)
		return path;
	return sc_format("%.*s/%s", (int) (slash - file), file, path);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The files NAME.conf of a folder, in the order of their names' bytes. */
static void
read_folder(reader *r, const char *path, int depth, const char *from, int line)
{
	DIR		   *dir = opendir(path);
	const char **names = NULL;
	int			n = 0;

	if (dir == NULL)
	{
		sc_finding_add(r->findings, from, line, true, NULL, "could not open configuration directory \"%s\": %m", path);
		return;
	}
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
	{
		size_t		len = strlen(entry->d_name);

		if (len < 6 || entry->d_name[0] == '.' || strcmp(entry->d_name + len - 5, ".conf") != 0 || n > MAX_FILES)
			continue;
		names = sc_grow(names, n, sizeof(char *));
		names[n++] = sc_format("%s/%s", path, entry->d_name);
	}
	closedir(dir);
	if (n > 0)
		qsort(names, (size_t) n, sizeof(char *), compare_names);
	for (int i = 0; i < n; i++)
	{
		struct stat st;

		if (stat(names[i], &st) < 0 || !S_ISDIR(st.st_mode))
			read_one(r, names[i], depth, true, from, line);
	}
}

static void
take_setting(reader *r, const char *path, int line, int depth, const char *name, const char *value)
{
	config	   *c = r->config;

	if (strcmp(name, "include_dir") == 0)
		read_folder(r, beside(path, value), depth + 1, path, line);
	else if (strcmp(name, "include") == 0 || strcmp(name, "include_if_exists") == 0)
		read_one(r, beside(path, value), depth + 1, name[7] == '\0', path, line);
	else
	{
		c->list = sc_grow(c->list, c->n, sizeof(setting));
		c->list[c->n++] = (setting) {name, value, path, line};
	}
}

static void
parse(reader *r, const char *path, char *text, size_t len, int depth)
{
	int			errors = 0;
	int			line = 0;
	char	   *next;

	for (char *start = text; start < text + len; start = next)
	{
		char	   *end = memchr(start, '\n', (size_t) (text + len - start));
		char	   *name = NULL;
		char	   *value = NULL;
		const char *problem;

		next = end ? end + 1 : text + len;
		if (end)
			*end = '\0';
		line++;
		if (strlen(start) != (size_t) ((end ? end : text + len) - start))
			problem = "";		/* a zero byte */
		else
			problem = split_line(start, &name, &value);
		if (problem == NULL && name)
			take_setting(r, path, line, depth, name, value);
		if (problem == NULL)
			continue;
		/* not near what: the server's user may have had it include a file that only root can read */
		sc_finding_add(r->findings, path, line, true, NULL, "syntax error");
		if (++errors == MAX_FILE_ERRORS)
		{
			sc_finding_add(r->findings, path, line, true, NULL, "too many syntax errors, the rest is not read");
			return;
		}
	}
}

/* A file that another one names: from, line. */
static void
read_one(reader *r, const char *path, int depth, bool strict, const char *from, int line)
{
	struct stat st;
	int			fd;
	char	   *text;
	size_t		len = 0;
	ssize_t		got = 0;

	if (depth > MAX_DEPTH || ++r->nfiles > MAX_FILES)
	{
		if (depth > MAX_DEPTH || r->nfiles == MAX_FILES + 1)
			sc_finding_add(r->findings, from, line, true, "Does a file include itself?",
						   "could not open configuration file \"%s\": files are included too deeply, or too many", path);
		return;
	}
	/* a device or a FIFO would be read for ever */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
	{
		if (strict || errno != ENOENT)
			sc_finding_add(r->findings, from, line, true, NULL, "could not open configuration file \"%s\": %m", path);
		return;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_CONFIG)
	{
		sc_finding_add(r->findings, from, line, true, NULL,
					   "configuration file \"%s\" is not a regular file of at most %d bytes", path, MAX_CONFIG);
		close(fd);
		return;
	}
	r->bytes += (size_t) st.st_size;
	if (r->bytes > MAX_TOTAL)
	{
		/* no more files */
		r->nfiles = MAX_FILES;
		sc_finding_add(r->findings, from, line, true, NULL, "included files have more than %d bytes", MAX_TOTAL);
		close(fd);
		return;
	}
	text = sc_alloc((size_t) st.st_size + 1);
	while (len < (size_t) st.st_size && (got = read(fd, text + len, (size_t) st.st_size - len)) > 0)
		len += (size_t) got;
	if (got < 0)
		sc_finding_add(r->findings, from, line, true, NULL, "could not read configuration file \"%s\": %m", path);
	close(fd);
	parse(r, path, text, len, depth);
}

void
read_config(config *c, const char *path, sc_findings *findings)
{
	reader		r = {.config = c,.findings = findings};
	size_t		len;
	struct stat st;
	char	   *text;

	/* it may be the server's user's, and would be read for ever */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		die("\"%s\" is not a regular file", path);
	text = read_file(path, MAX_CONFIG, &len);
	parse(&r, path, text, len, 0);
}

void
read_auto_config(config *c, const char *path, sc_findings *findings)
{
	reader		r = {.config = c,.findings = findings};
	const setting *data = find_setting(c, "data_directory");
	const char *file = data ? sc_format("%s/postgresql.auto.conf", data->value) : beside(path, "postgresql.auto.conf");

	if (access(file, R_OK) == 0)
		read_one(&r, file, 0, false, file, 0);
	else if (errno != ENOENT)
		sc_finding_add(findings, file, 0, false, "Run it as root or as the server's user.",
					   "could not read configuration file \"%s\": %m", file);
}

const setting *
find_setting(const config *c, const char *name)
{
	for (int i = c->n; i-- > 0;)
		if (strcmp(c->list[i].name, name) == 0)
			return &c->list[i];
	return NULL;
}
