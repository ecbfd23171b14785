# pg_seccomp: make && make install && make installcheck PG_CONFIG=...

EXTENSION = pg_seccomp
MODULE_big = pg_seccomp
DATA = pg_seccomp--1.0.0.sql
PGFILEDESC = "pg_seccomp - confine the server with seccomp filters"

CORE_OBJS = $(addprefix core/, arguments.o attach.o branch.o catalog.o conditions.o constants.o decode.o directives.o errors.o \
	evaluate.o explain.o fold.o groups.o header.o match.o namespaces.o needs.o policy.o processes.o program.o prove.o rule_text.o rules.o \
	sections.o sockets.o suggest.o syscalls.o text.o trust.o)
SERVER_OBJS = $(addprefix server/, agreement.o arena.o attach.o check.o explain.o functions.o \
	load.o memory.o oom.o process.o procfs.o report.o restrict.o scope.o session.o shared.o sigsys.o \
	views.o violations.o)
OBJS = pg_seccomp.o $(SERVER_OBJS) $(CORE_OBJS)

# The command line: the same core, without PostgreSQL.
TOOL = tool/pg_seccomp
TOOL_OBJS = $(addprefix tool/, attribute.o audit_log.o call_list.o check.o complete.o config.o decode.o \
	disassemble.o exec.o explain.o explain_process.o exploits.o export.o export_oci.o export_systemd.o exposure.o \
	features.o grade.o import.o import_unit.o json_text.o kernel_calls.o main.o manual.o oci_abis.o \
	oci_filter.o oci_json.o oci_policy.o oci_profile.o oci_rules.o output.o scopes.o settings.o show.o \
	show_catalog.o show_diff.o show_policy.o show_processes.o table.o trusted.o verdict.o write_policy.o) \
	$(addprefix core/, audit.o audit_head.o audit_words.o cubes.o exposure.o findings.o gates.o lint.o \
	lint_doors.o lint_processes.o lint_words.o stack.o trial.o)
EXPLOITS = exposure/kernel-exploits-2012-2023.tsv
ASSESSMENTS = exposure/assessments.tsv
MANUAL = tool/pg_seccomp.1
COMPLETIONS = $(addprefix tool/completion/, pg_seccomp.bash _pg_seccomp pg_seccomp.fish)
EXTRA_CLEAN = $(TOOL) $(TOOL_OBJS) $(MANUAL)

# Where policies lie.  Fixed in the module: no setting of the server can lead
# it elsewhere.
policydir = /etc/pg_seccomp
POLICIES = default.conf strict.conf

PG_CPPFLAGS = -D_GNU_SOURCE -DPGSC_POLICY_DIR='"$(policydir)"'
# libraries are loaded with RTLD_GLOBAL: only what PostgreSQL looks up is exported;
# bound at once, for a signal handler must not wait for the loader's lock
SHLIB_LINK = -lseccomp -lacl -Wl,-z,now -Wl,--version-script=$(srcdir)/server/exports.map

REGRESS = pg_seccomp

PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# VPATH builds start in an empty folder
$(OBJS) $(OBJS:.o=.bc) $(TOOL_OBJS): | objdirs
.PHONY: objdirs
objdirs:
	@mkdir -p core server tool

HEADERS_OF_ALL = $(wildcard $(srcdir)/core/*.h $(srcdir)/server/*.h $(srcdir)/tool/*.h)
$(OBJS) $(TOOL_OBJS): $(HEADERS_OF_ALL) $(srcdir)/Makefile

# PGXS would link a PROGRAM with all that the server is linked with
all: $(TOOL) $(MANUAL)
VERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(srcdir)/$(EXTENSION).control)
$(TOOL_OBJS): CPPFLAGS += -DPGSC_VERSION='"$(VERSION)"' -DPGSC_EXPLOITS='"$(datadir)/$(EXTENSION)/$(notdir $(EXPLOITS))"'
$(TOOL): $(TOOL_OBJS) $(CORE_OBJS)
	$(CC) $(CFLAGS) $^ $(LDFLAGS_EX) -lseccomp -lacl -ljansson -o $@

# the tool knows its options best
$(MANUAL): $(TOOL)
	./$(TOOL) __manual >$@

install: install-tool
.PHONY: install-tool
install-tool: $(TOOL) $(MANUAL)
	$(MKDIR_P) '$(DESTDIR)$(bindir)' '$(DESTDIR)$(datadir)/$(EXTENSION)/completion' '$(DESTDIR)$(mandir)/man1'
	$(INSTALL_PROGRAM) $(TOOL) '$(DESTDIR)$(bindir)/pg_seccomp'
	$(INSTALL_DATA) $(MANUAL) '$(DESTDIR)$(mandir)/man1/'
	$(INSTALL_DATA) $(addprefix '$(srcdir)'/, $(COMPLETIONS)) '$(DESTDIR)$(datadir)/$(EXTENSION)/completion/'
	$(INSTALL_DATA) '$(srcdir)/$(EXPLOITS)' '$(srcdir)/$(ASSESSMENTS)' '$(DESTDIR)$(datadir)/$(EXTENSION)/'

# Policies: root's, and an administrator's changed file is never overwritten;
# the new one is put beside it.
install: install-policies
.PHONY: install-policies
install-policies:
	$(MKDIR_P) '$(DESTDIR)$(policydir)'
	$(SHELL) '$(srcdir)/scripts/install-policy' '$(DESTDIR)$(policydir)' \
		$(addprefix '$(srcdir)'/policy/, $(POLICIES))

# installcheck starts a server of its own, which has the module preloaded
pg_regress_installcheck = '$(srcdir)/scripts/installcheck' '$(bindir)' \
	'$(abspath $(top_builddir))/src/test/regress/pg_regress'
