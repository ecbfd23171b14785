/*
 * match.c
 *		Matchers of a session section.
 */
#include "match.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "memory.h"
#include "suggest.h"

/* Words that stand for addresses; the last four are systemd's (systemd.resource-control(5)). */
static const struct
{
	const char *name;
	int			family;
	const char *address;
	int			prefix;
}			address_words[] = {
	{"local", AF_UNIX, NULL, 0},
	{"any", AF_INET, "0.0.0.0", 0},
	{"any", AF_INET6, "::", 0},
	{"localhost", AF_INET, "127.0.0.0", 8},
	{"localhost", AF_INET6, "::1", 128},
	{"link-local", AF_INET, "169.254.0.0", 16},
	{"link-local", AF_INET6, "fe80::", 64},
};

static void
add(sc_matchers *matchers, const sc_address *address)
{
	matchers->addresses = sc_grow(matchers->addresses, matchers->naddresses,
								  sizeof(sc_address));
	matchers->addresses[matchers->naddresses++] = *address;
}

void
sc_match_check_names(const sc_words *words, sc_errors *errors)
{
	static const char *const refused[] = {"sameuser", "samerole", "samegroup"};

	for (int i = 0; i < words->n; i++)
	{
		const sc_word *word = &words->list[i];
		bool		special = word->text[0] == '/' || word->text[0] == '@' ||
			strchr(word->text, ',') != NULL;

		for (size_t r = 0; r < sizeof(refused) / sizeof(refused[0]); r++)
			special = special || strcmp(word->text, refused[r]) == 0;
		if (special && !word->quoted)
			sc_errors_add(errors, word->line,
						  "Separate names by spaces, and quote a name that really reads like this.",
						  "\"%s\": lists with commas, regular expressions, files and \"same...\" words are not supported here",
						  word->text);
	}
}

void
sc_match_add_address(sc_matchers *matchers, const sc_word *word, sc_errors *errors)
{
	static const char *const names[] = {"local", "any", "localhost", "link-local", NULL};
	sc_address	address;
	char		text[INET6_ADDRSTRLEN];
	const char *slash = strchr(word->text, '/');
	size_t		len = slash ? (size_t) (slash - word->text) : strlen(word->text);
	bool		found = false;
	const char *nearest;

	for (size_t i = 0; i < sizeof(address_words) / sizeof(address_words[0]); i++)
	{
		if (strcmp(word->text, address_words[i].name) != 0)
			continue;
		memset(&address, 0, sizeof(address));
		address.family = (sa_family_t) address_words[i].family;
		address.prefix = address_words[i].prefix;
		if (address_words[i].address)
			inet_pton(address.family, address_words[i].address, address.bytes);
		add(matchers, &address);
		found = true;
	}
	if (found)
		return;

	memset(&address, 0, sizeof(address));
	if (len < sizeof(text))
	{
		memcpy(text, word->text, len);
		text[len] = '\0';
		if (inet_pton(AF_INET, text, address.bytes) == 1)
			address.family = AF_INET;
		else if (inet_pton(AF_INET6, text, address.bytes) == 1)
			address.family = AF_INET6;
	}
	if (address.family == AF_UNSPEC)
	{
		nearest = sc_suggest(word->text, names);
		sc_errors_add(errors, word->line,
					  nearest ? sc_format("Did you mean \"%s\"?", nearest)
					  : "Write an address, ADDRESS/BITS, \"local\", \"localhost\", \"link-local\" or \"any\"; host names are not looked up.",
					  "\"%s\" is not an address", word->text);
		return;
	}

	address.prefix = address.family == AF_INET ? 32 : 128;
	if (slash)
	{
		char	   *end;
		long		prefix = strtol(slash + 1, &end, 10);

		if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || prefix > address.prefix)
		{
			sc_errors_add(errors, word->line, NULL,
						  "\"%s\" is not a number of address bits from 0 to %d",
						  slash + 1, address.prefix);
			return;
		}
		address.prefix = (int) prefix;
	}
	add(matchers, &address);
}

bool
sc_address_from_sockaddr(const struct sockaddr *sockaddr, sc_address *address)
{
	memset(address, 0, sizeof(*address));
	address->family = sockaddr->sa_family;
	if (sockaddr->sa_family == AF_UNIX)
		return true;
	if (sockaddr->sa_family == AF_INET)
	{
		memcpy(address->bytes, &((const struct sockaddr_in *) (const void *) sockaddr)->sin_addr, 4);
		return true;
	}
	if (sockaddr->sa_family == AF_INET6)
	{
		const struct in6_addr *in6 =
			&((const struct sockaddr_in6 *) (const void *) sockaddr)->sin6_addr;

		/* ::ffff:1.2.3.4 is a client that came over IPv4 */
		if (IN6_IS_ADDR_V4MAPPED(in6))
		{
			address->family = AF_INET;
			memcpy(address->bytes, in6->s6_addr + 12, 4);
		}
		else
			memcpy(address->bytes, in6->s6_addr, 16);
		return true;
	}
	return false;
}

static bool
address_fits(const sc_address *range, const sc_address *address)
{
	int			whole = range->prefix / 8;
	int			rest = range->prefix % 8;

	if (range->family != address->family)
		return false;
	if (memcmp(range->bytes, address->bytes, (size_t) whole) != 0)
		return false;
	return rest == 0 ||
		(range->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

static bool
is_keyword(const sc_word *word, const char *keyword)
{
	return !word->quoted && !word->plus && strcmp(word->text, keyword) == 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static bool
role_fits(const sc_words *roles, const sc_client *client)
{
	for (int i = 0; i < roles->n; i++)
	{
		const sc_word *word = &roles->list[i];
		const char *name = word->text;

		if (is_keyword(word, "all") || strcmp(name, client->role) == 0)
			return true;
		if (word->plus && client->nmember_of > 0 &&
			bsearch(&name, client->member_of, (size_t) client->nmember_of,
					sizeof(char *), compare_names))
			return true;
	}
	return false;
}

static bool
database_fits(const sc_words *databases, const sc_client *client)
{
	for (int i = 0; i < databases->n; i++)
	{
		const sc_word *word = &databases->list[i];

		/* as in pg_hba.conf, "all" does not cover physical replication */
		if (client->database == NULL)
		{
			if (is_keyword(word, "replication"))
				return true;
		}
		else if (is_keyword(word, "all"))
			return true;
		else if (!is_keyword(word, "replication") &&
				 strcmp(word->text, client->database) == 0)
			return true;
	}
	return false;
}

/* One of 64 bits for a name (FNV-1a), another one in each set. */
static uint64_t
name_bit(const char *name, int set)
{
	uint64_t	hash = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		hash = (hash ^ (unsigned char) *name) * UINT64_C(0x100000001b3);
	return UINT64_C(1) << (hash >> (58 - 6 * set) & 63);
}

/* An empty list wants anything, and so does "all". */
static uint64_t
words_bits(const sc_words *words, int set)
{
	uint64_t	bits = words->n == 0 ? UINT64_MAX : 0;

	for (int i = 0; i < words->n; i++)
		bits |= is_keyword(&words->list[i], "all") ? UINT64_MAX
			: name_bit(words->list[i].text, set);
	return bits;
}

sc_digest
sc_matchers_digest(const sc_matchers *matchers)
{
	return (sc_digest) {
		{words_bits(&matchers->roles, 0), words_bits(&matchers->roles, 1)},
		words_bits(&matchers->databases, 0)
	};
}

sc_digest
sc_client_digest(const sc_client *client)
{
	sc_digest	digest;

	for (int set = 0; set < 2; set++)
	{
		digest.roles[set] = name_bit(client->role, set);
		for (int i = 0; i < client->nmember_of; i++)
			digest.roles[set] |= name_bit(client->member_of[i], set);
	}
	digest.databases = name_bit(client->database ? client->database : "replication", 0);
	return digest;
}

bool
sc_match_needs_membership(const sc_matchers *matchers)
{
	for (int i = 0; i < matchers->roles.n; i++)
		if (matchers->roles.list[i].plus)
			return true;
	return false;
}

bool
sc_match_any(const sc_matchers *matchers)
{
	return matchers->roles.n > 0 || matchers->databases.n > 0 ||
		matchers->naddresses > 0 || matchers->replication != SC_REPLICATION_OR_NOT;
}

/* Is it for physical replication alone, which has no database? */
static bool
is_physical(const sc_matchers *matchers)
{
	for (int i = 0; i < matchers->databases.n; i++)
		if (!is_keyword(&matchers->databases.list[i], "replication"))
			return false;
	return matchers->databases.n > 0;
}

sc_replication
sc_match_kind(const sc_matchers *matchers)
{
	if (matchers->replication == SC_REPLICATION_OR_NOT && is_physical(matchers))
		return SC_REPLICATION_YES;
	return matchers->replication;
}

bool
sc_match_none(const sc_matchers *matchers)
{
	return matchers->replication == SC_REPLICATION_NO && is_physical(matchers);
}

static bool
addresses_fit(const sc_matchers *matchers, const sc_client *client)
{
	for (int i = 0; i < matchers->naddresses && client->address; i++)
		if (address_fits(&matchers->addresses[i], client->address))
			return true;
	return false;
}

sc_matcher
sc_match_miss(const sc_matchers *matchers, const sc_client *client)
{
	if (matchers->roles.n > 0 && !role_fits(&matchers->roles, client))
		return SC_ROLE;
	if (matchers->databases.n > 0 && !database_fits(&matchers->databases, client))
		return SC_DATABASE;
	if (matchers->naddresses > 0 && !addresses_fit(matchers, client))
		return SC_ADDRESS;
	if (matchers->replication != SC_REPLICATION_OR_NOT &&
		client->replication != (matchers->replication == SC_REPLICATION_YES))
		return SC_REPLICATION;
	return SC_NO_MATCHER;
}

bool
sc_match(const sc_matchers *matchers, const sc_client *client)
{
	return sc_match_miss(matchers, client) == SC_NO_MATCHER;
}

/* "Role=web +staff", or "" without words.  A list may have a MiB of them. */
static char *
words_text(const char *directive, const sc_words *words)
{
	size_t		size = strlen(directive) + 2;
	char	   *text;
	char	   *end;

	for (int i = 0; i < words->n; i++)
		size += strlen(words->list[i].text) + strlen(" +\"\"");
	end = text = sc_alloc(size);
	for (int i = 0; i < words->n; i++)
	{
		const sc_word *word = &words->list[i];
		const char *quote = word->quoted ? "\"" : "";

		end += sprintf(end, "%s%s%s%s%s%s", i == 0 ? directive : "", i == 0 ? "=" : " ",
					   word->plus ? "+" : "", quote, word->text, quote);
	}
	return text;
}

static char *
addresses_text(const sc_matchers *matchers)
{
	const size_t longest = INET6_ADDRSTRLEN + sizeof("/128");
	char	   *text = sc_alloc(sizeof("Address=") + (size_t) matchers->naddresses * longest);
	char	   *end = text;

	for (int i = 0; i < matchers->naddresses; i++)
	{
		const sc_address *address = &matchers->addresses[i];
		char		name[INET6_ADDRSTRLEN] = "local";
		bool		local = address->family == AF_UNIX;

		if (!local)
			inet_ntop(address->family, address->bytes, name, sizeof(name));
		end += sprintf(end, "%s%s", i == 0 ? "Address=" : " ", name);
		if (!local)
			end += sprintf(end, "/%d", address->prefix);
	}
	return text;
}

char *
sc_matcher_text(const sc_matchers *matchers, sc_matcher which)
{
	switch (which)
	{
		case SC_ROLE:
			return words_text("Role", &matchers->roles);
		case SC_DATABASE:
			return words_text("Database", &matchers->databases);
		case SC_ADDRESS:
			return addresses_text(matchers);
		case SC_REPLICATION:
			if (matchers->replication != SC_REPLICATION_OR_NOT)
				return sc_format("Replication=%s", matchers->replication == SC_REPLICATION_YES ? "yes" : "no");
			/* FALLTHROUGH */
		default:
			return sc_format("%s", "");
	}
}

char *
sc_matchers_text(const sc_matchers *matchers)
{
	char	   *text = sc_format("%s", "");

	for (int which = SC_ROLE; which <= SC_REPLICATION; which++)
	{
		const char *one = sc_matcher_text(matchers, (sc_matcher) which);

		if (*one)
			text = sc_format("%s%s%s", text, *text ? " " : "", one);
	}
	return text;
}

/* ----------
 * Cover
 * ----------
 */

/* A word to look for. */
typedef struct
{
	const char *text;
	bool		plus;
	bool		quoted;
} word_key;

/* By text, then bare words before quoted ones and those before "+name". */
static int
compare_key(const void *left, const void *right)
{
	const word_key *key = left;
	const sc_word *word = right;
	int			order = strcmp(key->text, word->text);

	return order != 0 ? order : (key->plus * 2 + key->quoted) - (word->plus * 2 + word->quoted);
}

static int
compare_words(const void *left, const void *right)
{
	const sc_word *word = left;
	const word_key key = {word->text, word->plus, word->quoted};

	return compare_key(&key, right);
}

static int
compare_addresses(const void *left, const void *right)
{
	const sc_address *a = left;
	const sc_address *b = right;
	int			order = a->family - b->family;

	if (order == 0)
		order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	return order != 0 ? order : a->prefix - b->prefix;
}

/* The network that an address belongs to, by its leading bits. */
static sc_address
network(const sc_address *address, int prefix)
{
	sc_address	result;

	memset(&result, 0, sizeof(result));
	result.family = address->family;
	result.prefix = prefix;
	memcpy(result.bytes, address->bytes, (size_t) prefix / 8);
	if (prefix % 8)
		result.bytes[prefix / 8] = (unsigned char) (address->bytes[prefix / 8] & 0xff00 >> prefix % 8);
	return result;
}

static sc_words
sorted_words(const sc_words *words)
{
	sc_words	copy = {NULL, words->n};

	if (words->n == 0)
		return copy;
	copy.list = sc_alloc((size_t) words->n * sizeof(sc_word));
	memcpy(copy.list, words->list, (size_t) words->n * sizeof(sc_word));
	qsort(copy.list, (size_t) copy.n, sizeof(sc_word), compare_words);
	return copy;
}

sc_matchers
sc_matchers_sorted(const sc_matchers *matchers)
{
	sc_matchers copy = {sorted_words(&matchers->roles), sorted_words(&matchers->databases), NULL,
	matchers->naddresses, matchers->replication};

	if (copy.naddresses == 0)
		return copy;
	copy.addresses = sc_alloc((size_t) copy.naddresses * sizeof(sc_address));
	for (int i = 0; i < copy.naddresses; i++)
		copy.addresses[i] = network(&matchers->addresses[i], matchers->addresses[i].prefix);
	qsort(copy.addresses, (size_t) copy.naddresses, sizeof(sc_address), compare_addresses);
	return copy;
}

static bool
has_word(const sc_words *sorted, const char *text, bool plus, bool quoted)
{
	const word_key key = {text, plus, quoted};

	return sorted->n > 0 &&
		bsearch(&key, sorted->list, (size_t) sorted->n, sizeof(sc_word), compare_key) != NULL;
}

/* A word that is no keyword: with quotes or without they are the same. */
static bool
has_name(const sc_words *sorted, const char *text, bool plus, const char *keyword)
{
	return has_word(sorted, text, plus, true) ||
		((plus || strcmp(text, keyword) != 0) && has_word(sorted, text, plus, false));
}

static bool
roles_cover(const sc_words *a, const sc_words *b)
{
	if (a->n == 0 || has_word(a, "all", false, false))
		return true;
	for (int i = 0; i < b->n; i++)
	{
		const sc_word *word = &b->list[i];

		/* the members of a role that it names */
		if (is_keyword(word, "all") ||
			(!has_name(a, word->text, true, "all") &&
			 (word->plus || !has_name(a, word->text, false, "all"))))
			return false;
	}
	return b->n > 0;
}

static bool
databases_cover(const sc_words *a, const sc_words *b)
{
	bool		all = has_word(a, "all", false, false);
	bool		replication = has_word(a, "replication", false, false);

	if (a->n == 0)
		return true;
	if (b->n == 0)
		return all && replication;
	for (int i = 0; i < b->n; i++)
	{
		const sc_word *word = &b->list[i];

		if (is_keyword(word, "replication") ? !replication :
			is_keyword(word, "all") ? !all :
			!all && !has_word(a, word->text, false, true) &&
			(strcmp(word->text, "all") == 0 || !has_name(a, word->text, false, "replication")))
			return false;
	}
	return true;
}

static bool
addresses_cover(const sc_matchers *a, const sc_matchers *b)
{
	for (int i = 0; i < b->naddresses; i++)
	{
		bool		found = false;

		for (int prefix = 0; prefix <= b->addresses[i].prefix && !found; prefix++)
		{
			sc_address	key = network(&b->addresses[i], prefix);

			found = bsearch(&key, a->addresses, (size_t) a->naddresses, sizeof(sc_address),
							compare_addresses) != NULL;
		}
		if (!found)
			return false;
	}

	/* a client of unknown address fits an empty list only */
	return b->naddresses > 0;
}

bool
sc_matchers_cover(const sc_matchers *a, const sc_matchers *b)
{
	return roles_cover(&a->roles, &b->roles) && databases_cover(&a->databases, &b->databases) &&
		(a->naddresses == 0 || addresses_cover(a, b)) &&
		(a->replication == SC_REPLICATION_OR_NOT || a->replication == sc_match_kind(b));
}
