/*
 * oci_profile.c
 *		A container's seccomp profile: its JSON.
 *
 * Members are looked up in tables of what there is; one that is in no table is
 * told, for a misspelt "args" would let more through.  null is as good as absent,
 * as it is to the runtimes, which are written in Go.
 */
#include "oci_profile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "json_text.h"

/* An entry's conditions; six registers can be asked few different things. */
#define MAX_TESTS 512

/* A name, and what it stands for. */
typedef struct
{
	const char *name;
	int			value;
} word;

static const word actions[] = {
	{"SCMP_ACT_ALLOW", OCI_ALLOW}, {"SCMP_ACT_LOG", OCI_LOG}, {"SCMP_ACT_ERRNO", OCI_ERRNO},
	{"SCMP_ACT_KILL", OCI_KILL_THREAD}, {"SCMP_ACT_KILL_THREAD", OCI_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", OCI_KILL_PROCESS}, {"SCMP_ACT_TRAP", OCI_TRAP},
	{"SCMP_ACT_TRACE", OCI_TRACE}, {"SCMP_ACT_NOTIFY", OCI_NOTIFY}, {NULL, 0}
};

#define MASKED 0x100

static const word operators[] = {
	{"SCMP_CMP_EQ", SC_EQ}, {"SCMP_CMP_NE", SC_NE}, {"SCMP_CMP_LT", SC_LT}, {"SCMP_CMP_LE", SC_LE},
	{"SCMP_CMP_GT", SC_GT}, {"SCMP_CMP_GE", SC_GE}, {"SCMP_CMP_MASKED_EQ", MASKED | SC_EQ}, {NULL, 0}
};

static const word architectures[] = {
	{"SCMP_ARCH_X86_64", SC_ABI_X86_64}, {"SCMP_ARCH_X86", SC_ABI_X86}, {"SCMP_ARCH_X32", SC_ABI_X32},
	{"SCMP_ARCH_AARCH64", SC_ABI_ARM64}, {"SCMP_ARCH_ARM", SC_ABI_ARM}, {NULL, 0}
};

/* Docker's name of the native architecture, in includes and excludes. */
static const char *const native_arch = SC_ABI_NATIVE == SC_ABI_X86_64 ? "amd64" : "arm64";

/* The members of each kind of object.  defaultErrno, errno: containers-common's. */
static const char *const profile_members[] = {
	"defaultAction", "defaultErrnoRet", "defaultErrno", "architectures", "archMap", "syscalls",
	"flags", "listenerPath", "listenerMetadata", "comment", NULL
};
static const char *const entry_members[] = {
	"name", "names", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes", NULL
};
static const char *const test_members[] = {"index", "value", "valueTwo", "op", NULL};
static const char *const filter_members[] = {"caps", "arches", "minKernel", NULL};
static const char *const map_members[] = {"architecture", "subArchitectures", NULL};

typedef struct
{
	const oci_host *host;
	oci_profile *profile;
	findings   *found;
	const char *error;			/* the first one; nothing more is read */
} reader;

/* The first error stays. */
static bool
fail(reader *r, const char *where, const char *what)
{
	if (r->error == NULL)
		r->error = *where ? sc_format("%s: %s", where, what) : what;
	return false;
}

static bool
find_word(const word *table, const char *name, int *value)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
		{
			*value = table->value;
			return true;
		}
	return false;
}

/* A member, or NULL if it is absent or null. */
static const json_t *
member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

/* Tell the members that are in no table. */
static void
check_members(reader *r, const json_t *object, const char *const *names, const char *where)
{
	const char *key;
	json_t	   *value;

	json_object_foreach((json_t *) object, key, value)
	{
		bool		known = false;

		for (int i = 0; names[i] && !known; i++)
			known = strcmp(names[i], key) == 0;
		if (!known)
			add_finding(r->found, true, *where ? where : NULL, "unknown member \"%s\" is ignored", plain_text(key));
	}
}

/* The member as a string, NULL if it is absent; false after an error. */
static bool
get_string(reader *r, const json_t *object, const char *name, const char *where, const char **text)
{
	const json_t *value = member(object, name);

	*text = value ? json_text_string(value) : NULL;
	if (value == NULL || *text)
		return true;
	return fail(r, where, sc_format("\"%s\" is no string", name));
}

/* The member as an array, NULL if it is absent or empty; false after an error. */
static bool
get_array(reader *r, const json_t *object, const char *name, const char *where, const json_t **array)
{
	*array = member(object, name);
	if (*array && !json_is_array(*array))
		return fail(r, where, sc_format("\"%s\" is no array", name));
	if (json_array_size(*array) == 0)
		*array = NULL;
	return true;
}

/* One of an array that has strings only; false after an error. */
static bool
get_element(reader *r, const json_t *array, size_t i, const char *name, const char *where, const char **text)
{
	*text = json_text_string(json_array_get(array, i));
	if (*text)
		return true;
	return fail(r, where, sc_format("\"%s\" has what is no string", name));
}

static bool
get_integer(reader *r, const json_t *object, const char *name, const char *where, uint64_t max, uint64_t *number)
{
	const json_t *value = member(object, name);

	*number = 0;
	if (value == NULL || json_text_integer(value, max, number))
		return true;
	return fail(r, where, sc_format("\"%s\" is no integer from 0 to %llu", name, (unsigned long long) max));
}

/*
 * An action with its error: a name beats a number (containers-common), without
 * either it is EPERM (runc).
 */
static bool
get_answer(reader *r, const json_t *object, const char *const names[3], const char *where, oci_answer *a)
{
	const char *action;
	const char *error;
	uint64_t	number = EPERM;
	int			value;

	if (!get_string(r, object, names[0], where, &action) || !get_string(r, object, names[2], where, &error))
		return false;
	if (action == NULL)
		return fail(r, where, sc_format("there is no \"%s\"", names[0]));
	if (!find_word(actions, action, &value))
		return fail(r, where, sc_format("unknown action \"%s\"", plain_text(action)));
	if (member(object, names[1]) && !get_integer(r, object, names[1], where, SC_MAX_ERRNO, &number))
		return false;
	if (error && *error)
	{
		char	   *end;

		number = (uint64_t) sc_errno_by_name(error);
		if (number == 0 && *error >= '0' && *error <= '9')
		{
			number = strtoull(error, &end, 10);
			if (*end != '\0' || number > SC_MAX_ERRNO)
				return fail(r, where, sc_format("unknown error \"%s\"", plain_text(error)));
		}
		else if (number == 0)
			return fail(r, where, sc_format("unknown error \"%s\"", plain_text(error)));
	}
	*a = (oci_answer) {(oci_action) value, value == OCI_ERRNO || value == OCI_TRACE ? (int) number : 0};
	return true;
}

/* ----------
 * Conditions of entries
 * ----------
 */

bool
oci_kernel_parse(const char *text, unsigned *kernel)
{
	unsigned long parts[2];

	for (int i = 0; i < 2; i++)
	{
		char	   *end;

		if (*text < '0' || *text > '9')
			return false;
		parts[i] = strtoul(text, &end, 10);
		if (parts[i] > 0xff || (i == 0 && *end != '.'))
			return false;
		text = end + 1;
	}
	*kernel = (unsigned) (parts[0] << 16 | parts[1]);
	return true;
}

static bool
has_capability(const oci_host *host, const char *name)
{
	for (int i = 0; i < host->ncapabilities; i++)
		if (strcmp(host->capabilities[i], name) == 0)
			return true;
	return false;
}

/*
 * Does an entry apply?  includes: the architecture must be in its list, all of its
 * capabilities be there, the kernel be as new; excludes: none of all that.
 */
static bool
check_filter(reader *r, const json_t *entry, const char *name, bool including, const char *where, bool *applies)
{
	const json_t *filter = member(entry, name);
	const json_t *caps;
	const json_t *arches;
	const char *minimum;
	const char *text;
	unsigned	kernel;
	bool		native = false;

	if (filter == NULL)
		return true;
	if (!json_is_object(filter))
		return fail(r, where, sc_format("\"%s\" is no object", name));
	check_members(r, filter, filter_members, where);
	if (!get_array(r, filter, "caps", where, &caps) || !get_array(r, filter, "arches", where, &arches) ||
		!get_string(r, filter, "minKernel", where, &minimum))
		return false;
	for (size_t i = 0; i < json_array_size(arches); i++)
	{
		if (!get_element(r, arches, i, "arches", where, &text))
			return false;
		native = native || strcmp(text, native_arch) == 0;
	}
	if (arches && native != including)
		*applies = false;
	for (size_t i = 0; i < json_array_size(caps); i++)
	{
		if (!get_element(r, caps, i, "caps", where, &text))
			return false;
		if (has_capability(r->host, text) != including)
			*applies = false;
	}
	if (minimum && *minimum)
	{
		if (!oci_kernel_parse(minimum, &kernel))
			return fail(r, where, sc_format("\"%s\" is no kernel version", plain_text(minimum)));
		if ((r->host->kernel >= kernel) != including)
			*applies = false;
	}
	return true;
}

/* ----------
 * Entries
 * ----------
 */

static bool
read_test(reader *r, const json_t *object, const char *where, oci_test *test)
{
	const char *op;
	uint64_t	index;
	int			value;

	if (!json_is_object(object))
		return fail(r, where, "\"args\" has what is no object");
	check_members(r, object, test_members, where);
	if (member(object, "index") == NULL)
		return fail(r, where, "an argument has no \"index\"");
	if (!get_integer(r, object, "index", where, SC_NARGS - 1, &index) ||
		!get_integer(r, object, "value", where, UINT64_MAX, &test->value) ||
		!get_integer(r, object, "valueTwo", where, UINT64_MAX, &test->value_two) ||
		!get_string(r, object, "op", where, &op))
		return false;
	if (op == NULL || !find_word(operators, op, &value))
		return fail(r, where, op ? sc_format("unknown operator \"%s\"", plain_text(op)) : "an argument has no \"op\"");
	test->arg = (uint8_t) index;
	test->op = (uint8_t) (value & ~MASKED);
	test->masked = (value & MASKED) != 0;
	return true;
}

/* Docker's "name" or a list of "names". */
static bool
read_names(reader *r, const json_t *object, oci_entry *entry)
{
	const char *where = entry->where;
	const char *name;
	const json_t *names;

	if (!get_string(r, object, "name", where, &name) || !get_array(r, object, "names", where, &names))
		return false;
	name = name && *name ? name : NULL;
	if (name && names)
		return fail(r, where, "both \"name\" and \"names\"");
	if (!name && !names)
		return fail(r, where, "there are no \"names\"");
	entry->nnames = name ? 1 : (int) json_array_size(names);
	entry->names = sc_alloc((size_t) entry->nnames * sizeof(char *));
	for (int i = 0; i < entry->nnames; i++)
	{
		if (names && !get_element(r, names, (size_t) i, "names", where, &name))
			return false;
		if (*name == '\0')
			return fail(r, where, "a name is empty");
		entry->names[i] = sc_strndup(name, strlen(name));
	}
	return true;
}

static bool
read_entry(reader *r, const json_t *object, oci_entry *entry, bool *applies)
{
	static const char *const names[] = {"action", "errnoRet", "errno"};
	const char *where = entry->where;
	const json_t *args;
	const char *comment;

	if (!json_is_object(object))
		return fail(r, where, "no object");
	check_members(r, object, entry_members, where);
	*applies = true;
	if (!check_filter(r, object, "includes", true, where, applies) ||
		!check_filter(r, object, "excludes", false, where, applies) ||
		!read_names(r, object, entry) || !get_answer(r, object, names, where, &entry->answer) ||
		!get_string(r, object, "comment", where, &comment) || !get_array(r, object, "args", where, &args))
		return false;
	if (comment && *comment)
		entry->comment = sc_strndup(comment, strlen(comment));
	if (json_array_size(args) > MAX_TESTS)
		return fail(r, where, sc_format("more than %d arguments", MAX_TESTS));
	entry->ntests = (int) json_array_size(args);
	entry->tests = sc_alloc((size_t) entry->ntests * sizeof(oci_test));
	for (int i = 0; i < entry->ntests; i++)
		if (!read_test(r, json_array_get(args, (size_t) i), where, &entry->tests[i]))
			return false;
	return true;
}

static bool
read_entries(reader *r, const json_t *array)
{
	oci_profile *profile = r->profile;

	profile->entries = sc_alloc(json_array_size(array) * sizeof(oci_entry));
	for (size_t i = 0; i < json_array_size(array); i++)
	{
		oci_entry  *entry = &profile->entries[profile->nentries];
		bool		applies;

		*entry = (oci_entry) {.where = sc_format("syscalls[%zu]", i)};
		if (!read_entry(r, json_array_get(array, i), entry, &applies))
			return false;
		profile->nentries += applies;
	}
	return true;
}

/* ----------
 * The profile
 * ----------
 */

/* Admit an architecture by libseccomp's name; those of other machines say nothing here. */
static bool
admit(reader *r, const char *name, const char *where)
{
	int			abi;

	if (strncmp(name, "SCMP_ARCH_", 10) != 0)
		return fail(r, where, sc_format("unknown architecture \"%s\"", plain_text(name)));
	if (find_word(architectures, name, &abi) && sc_abis[abi].native == SC_ABI_NATIVE)
		r->profile->abis |= 1u << abi;
	return true;
}

static bool
read_architectures(reader *r, const json_t *root)
{
	const json_t *list;
	const json_t *map;
	const char *name;
	bool		found = false;
	int			abi;

	r->profile->abis = 1u << SC_ABI_NATIVE;
	if (!get_array(r, root, "architectures", "", &list) || !get_array(r, root, "archMap", "", &map))
		return false;
	if (list && map)
		return fail(r, "", "both \"architectures\" and \"archMap\"");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!get_element(r, list, i, "architectures", "", &name) || !admit(r, name, "architectures"))
			return false;
	for (size_t i = 0; i < json_array_size(map); i++)
	{
		const json_t *entry = json_array_get(map, i);
		const char *where = sc_format("archMap[%zu]", i);
		const json_t *more;
		bool		ours;

		if (!json_is_object(entry))
			return fail(r, where, "no object");
		check_members(r, entry, map_members, where);
		if (!get_string(r, entry, "architecture", where, &name) || !get_array(r, entry, "subArchitectures", where, &more))
			return false;
		ours = !found && name && find_word(architectures, name, &abi) && abi == (int) SC_ABI_NATIVE;
		found = found || ours;
		for (size_t k = 0; k < json_array_size(more); k++)
			if (!get_element(r, more, k, "subArchitectures", where, &name) || (ours && !admit(r, name, where)))
				return false;
	}
	return true;
}

/* What a runtime does beside the filter. */
static bool
read_flags(reader *r, const json_t *root)
{
	const json_t *flags;
	const char *flag;

	if (!get_array(r, root, "flags", "", &flags))
		return false;
	for (size_t i = 0; i < json_array_size(flags); i++)
	{
		if (!get_element(r, flags, i, "flags", "", &flag))
			return false;
		add_finding(r->found, true, "flags", "\"%s\" is ignored", plain_text(flag));
	}
	return true;
}

static bool
read_profile(reader *r, const json_t *root)
{
	static const char *const names[] = {"defaultAction", "defaultErrnoRet", "defaultErrno"};
	const json_t *entries;

	check_members(r, root, profile_members, "");
	return get_answer(r, root, names, "", &r->profile->fallback) && read_architectures(r, root) &&
		read_flags(r, root) && get_array(r, root, "syscalls", "", &entries) && read_entries(r, entries);
}

const char *
oci_profile_parse(const char *text, size_t len, const oci_host *host, oci_profile *profile, findings *found,
				  int *line)
{
	reader		r = {.host = host,.profile = profile,.found = found};
	const json_t *root;
	json_text	json;

	*profile = (oci_profile) {.nentries = 0};
	r.error = json_text_read(text, len, &json);
	*line = json.line;
	if (r.error)
		return r.error;
	root = json.root;
	if (json_is_object(root) && member(root, "defaultAction") == NULL && json_is_object(member(root, "linux")))
	{
		/* a container's whole configuration */
		root = member(member(root, "linux"), "seccomp");
		if (root == NULL)
			fail(&r, "", "the container has no seccomp profile: no linux.seccomp");
	}
	if (r.error == NULL && !json_is_object(root))
		fail(&r, "", "not a seccomp profile: no object");
	if (r.error == NULL)
		read_profile(&r, root);
	json_decref(json.root);
	return r.error;
}
