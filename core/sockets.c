/*
 * sockets.c
 *		RestrictAddressFamilies: from words to rules on socket and socketpair.
 *
 * What is not admitted answers as a kernel built without it: EAFNOSUPPORT for a
 * family, EPROTONOSUPPORT for a type or protocol of a family that is there in
 * part.  Programs fall back on these.
 *
 * Ways around it that the rules close: a packet socket asked for by AF_INET and
 * SOCK_PACKET (net/socket.c, __sock_create); io_uring, which makes sockets
 * without socket(2); socketcall, whose arguments lie in memory.
 */
#include "sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "constants.h"
#include "memory.h"
#include "rules.h"

/* SOCK_NONBLOCK and SOCK_CLOEXEC stand above the type (linux/net.h). */
#define TYPE_MASK 0xf

/* The names of a family's protocols; SC_NO_KIND: numbers only. */
static sc_kind
protocols_of(int family)
{
	switch (family)
	{
		case AF_INET:
		case AF_INET6:
			return SC_IPPROTO;
		case AF_NETLINK:
			return SC_NETLINK;
		case AF_BLUETOOTH:
			return SC_BTPROTO;
		case AF_CAN:
			return SC_CAN;
		default:
			return SC_NO_KIND;
	}
}

/* A name of one kind, or a decimal number: false if neither. */
static bool
read_part(const char *text, sc_kind kind, int *value)
{
	const sc_constant *constant = sc_constant_find(kind, text);
	char	   *end;
	long		number;

	if (constant)
	{
		*value = (int) constant->value;
		return true;
	}
	if (text[0] < '0' || text[0] > '9')
		return false;
	number = strtol(text, &end, 10);
	*value = (int) number;
	return *end == '\0' && number <= INT16_MAX;
}

static void
unknown_part(const char *what, const char *part, const sc_kind *kinds, int line, sc_errors *errors)
{
	const char *nearest = NULL;

	for (int i = 0; kinds[i] != SC_NO_KIND && nearest == NULL && !sc_errors_full(errors); i++)
		nearest = sc_constant_nearest(kinds[i], part);
	sc_errors_add(errors, line,
				  nearest ? sc_format("Did you mean \"%s\"?", nearest) :
				  strchr(part, ',') ? "Separate words by spaces." : NULL,
				  "unknown %s \"%s\"", what, part);
}

/* One word of the list; false after adding an error. */
static bool
read_word(const sc_word *word, sc_socket_word *out, sc_errors *errors)
{
	char	   *rest = sc_strndup(word->text, strlen(word->text));
	char	   *colon = strchr(rest, ':');
	char	   *part;

	*out = (sc_socket_word) {.line = word->line,.type = SC_ANY,.protocol = SC_ANY};
	if (word->quoted || word->plus || word->text[0] == '~')
	{
		sc_errors_add(errors, word->line,
					  word->text[0] == '~' ? "Start the value with \"~\" to deny all its words." : NULL,
					  "\"%s\": address families take no quotes, no \"+\" and no \"~\" of their own",
					  word->text);
		return false;
	}
	if (colon)
	{
		*colon = '\0';
		out->err = sc_parse_errno(colon + 1, word->line, errors);
		if (out->err == 0)
			return false;
	}
	part = strsep(&rest, "/");
	if (!read_part(part, SC_AF, &out->family))
	{
		unknown_part("address family", part, (const sc_kind[]) {SC_AF, SC_NO_KIND}, word->line, errors);
		return false;
	}
	part = strsep(&rest, "/");
	if (part && sc_constant_find(SC_SOCK, part) && read_part(part, SC_SOCK, &out->type))
		part = strsep(&rest, "/");
	if (part && !read_part(part, protocols_of(out->family), &out->protocol))
	{
		const sc_kind kinds[] = {
			out->type == SC_ANY ? SC_SOCK : protocols_of(out->family), protocols_of(out->family),
			SC_NO_KIND
		};

		unknown_part(out->type == SC_ANY ? "socket type or protocol" : "protocol", part, kinds,
					 word->line, errors);
		return false;
	}
	if ((out->type != SC_ANY && out->type > TYPE_MASK) || rest)
	{
		sc_errors_add(errors, word->line, "Write FAMILY, FAMILY/TYPE, FAMILY/PROTOCOL or FAMILY/TYPE/PROTOCOL.",
					  "\"%s\" is not a kind of socket", word->text);
		return false;
	}
	return true;
}

void
sc_sockets_say(sc_sockets *sockets, const sc_words *words, bool inverted, int line,
			   sc_errors *errors)
{
	if (words->n == 0)
	{
		*sockets = (sc_sockets) {0};
		return;
	}
	if (sockets->line == 0)
	{
		sockets->line = line;
		sockets->deny = inverted;
	}
	for (int i = 0; i < words->n; i++)
	{
		sc_socket_word word;

		/* systemd's word for an allow-list without any */
		if (strcmp(words->list[i].text, "none") == 0 && words->n == 1 && !inverted && !sockets->deny)
		{
			sockets->nwords = 0;
			continue;
		}
		if (!read_word(&words->list[i], &word, errors))
			continue;
		word.listed = inverted == sockets->deny;
		if (word.err > 0 && sockets->deny && !inverted)
		{
			sc_errors_add(errors, word.line, "Write it behind \"~\" to deny it with this error.",
						  "\"%s\": what is taken off a deny-list has no error",
						  words->list[i].text);
			continue;
		}
		/* on an allow-list, as in SystemCallFilter: denied, with that error */
		if (word.err > 0 && !sockets->deny)
			word.listed = false;
		sockets->words = sc_grow(sockets->words, sockets->nwords, sizeof(sc_socket_word));
		sockets->words[sockets->nwords++] = word;
	}
}

/* ----------
 * Rules
 * ----------
 */

typedef struct
{
	sc_rule    *rules;
	int			n;
} rule_builder;

static sc_rule *
add_rule(rule_builder *b, const char *calls, bool deny, int err, int line)
{
	b->rules = sc_grow(b->rules, b->n, sizeof(sc_rule));
	b->rules[b->n] = (sc_rule) {.calls = calls,.deny = deny,.err = err,.line = line};
	sc_rule_resolve(&b->rules[b->n]);
	return &b->rules[b->n++];
}

static void
add_test(sc_rule *rule, int arg, uint64_t mask, int value)
{
	rule->tests[sc_rule_ntests(rule)] =
		(sc_test) {(uint8_t) arg, SC_EQ, mask, (uint32_t) value & mask};
}

static void
add_socket(rule_builder *b, const sc_sockets *sockets, const sc_socket_word *word, int type,
		   int protocol)
{
	bool		deny = word->listed == sockets->deny;
	bool		part = type != SC_ANY || protocol != SC_ANY;
	sc_rule    *rule = add_rule(b, "socket socketpair", deny,
								word->err > 0 ? word->err : part ? EPROTONOSUPPORT : EAFNOSUPPORT,
								word->line);

	rule->quiet = word->err > 0;
	add_test(rule, 0, UINT32_MAX, word->family);
	if (type != SC_ANY)
		add_test(rule, 1, TYPE_MASK, type);
	if (protocol != SC_ANY)
		add_test(rule, 2, UINT32_MAX, protocol);
}

/* A word's rules: protocol 0 is the same socket as the one it stands for. */
static void
add_word(rule_builder *b, const sc_sockets *sockets, const sc_socket_word *word)
{
	static const struct
	{
		int			type;
		int			protocol;
	}			defaults[] = {{SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, IPPROTO_UDP}};

	add_socket(b, sockets, word, word->type, word->protocol);
	if (word->family != AF_INET && word->family != AF_INET6)
		return;
	for (int i = 0; i < 2; i++)
	{
		if (word->type != SC_ANY && word->type != defaults[i].type)
			continue;
		if (word->protocol == defaults[i].protocol)
			add_socket(b, sockets, word, defaults[i].type, 0);
		else if (word->protocol == 0)
			add_socket(b, sockets, word, defaults[i].type, defaults[i].protocol);
	}
}

/* May AF_PACKET be used with SOCK_PACKET and whatever protocol? */
static bool
packet_open(const sc_sockets *sockets)
{
	bool		open = sockets->deny;

	for (int i = 0; i < sockets->nwords; i++)
	{
		const sc_socket_word *word = &sockets->words[i];
		bool		admits = word->listed != sockets->deny;

		if (word->family == AF_PACKET && (word->type == SC_ANY || word->type == SOCK_PACKET) &&
			(word->protocol == SC_ANY || !admits))
			open = admits;
	}
	return open;
}

sc_rule_list
sc_sockets_rules(const sc_sockets *sockets)
{
	rule_builder b = {NULL, 0};

	if (sockets->line == 0)
		return (sc_rule_list) {NULL, 0, 0};
	add_rule(&b, "io_uring_setup", true, ENOSYS, 0)->quiet = true;
	add_rule(&b, "socketcall", true, EAFNOSUPPORT, 0);
	if (!packet_open(sockets))
	{
		sc_rule    *rule = add_rule(&b, "socket socketpair", true, EAFNOSUPPORT, 0);

		add_test(rule, 0, UINT32_MAX, AF_INET);
		add_test(rule, 1, TYPE_MASK, SOCK_PACKET);
	}
	for (int i = sockets->nwords; i-- > 0;)
		add_word(&b, sockets, &sockets->words[i]);
	if (!sockets->deny)
	{
		for (int i = 0; i < sockets->nwords; i++)
		{
			bool		seen = !sockets->words[i].listed;

			for (int before = 0; before < i; before++)
				seen = seen || (sockets->words[before].listed &&
								sockets->words[before].family == sockets->words[i].family);
			if (!seen)
				add_test(add_rule(&b, "socket socketpair", true, EPROTONOSUPPORT, 0), 0, UINT32_MAX,
						 sockets->words[i].family);
		}
		add_rule(&b, "socket socketpair", true, EAFNOSUPPORT, 0);
	}
	return (sc_rule_list) {b.rules, b.n, sockets->line};
}
