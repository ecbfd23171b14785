-- complain if script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_seccomp" to load this file. \quit

-- Status ---------------------------------------------------------------

CREATE FUNCTION pg_seccomp_status(
	OUT policy text, OUT path text, OUT sha256 text, OUT mode text,
	OUT loaded_at timestamptz, OUT file_state text, OUT file_error text,
	OUT anchored boolean, OUT no_new_privs boolean, OUT abi text,
	OUT kernel text, OUT libseccomp text)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_status';
COMMENT ON FUNCTION pg_seccomp_status() IS
	'the policy in force, and how its file and the kernel stand to it (see view pg_seccomp_status)';

CREATE VIEW pg_seccomp_status AS SELECT * FROM pg_seccomp_status();
COMMENT ON VIEW pg_seccomp_status IS 'the policy in force, one row';
COMMENT ON COLUMN pg_seccomp_status.policy IS 'name of the policy: pg_seccomp.policy';
COMMENT ON COLUMN pg_seccomp_status.path IS 'file of the policy';
COMMENT ON COLUMN pg_seccomp_status.sha256 IS 'SHA-256 of the bytes that the server loaded, as sha256sum(1) prints it';
COMMENT ON COLUMN pg_seccomp_status.mode IS 'enforce, permissive (would-be denials are only logged) or off';
COMMENT ON COLUMN pg_seccomp_status.loaded_at IS 'when the server loaded the policy: its start';
COMMENT ON COLUMN pg_seccomp_status.file_state IS 'the file now: current, changed (new sessions use it, the server not until restart), untrusted, invalid or missing (new sessions keep the policy in force)';
COMMENT ON COLUMN pg_seccomp_status.file_error IS 'why the file is untrusted, invalid or missing';
COMMENT ON COLUMN pg_seccomp_status.anchored IS 'a seccomp filter was there before the server started, put there by a launcher, systemd or a container';
COMMENT ON COLUMN pg_seccomp_status.no_new_privs IS 'no process of the server can gain privileges by execve: the kernel''s word on this session';
COMMENT ON COLUMN pg_seccomp_status.abi IS 'native ABI of the server, in systemd''s spelling';
COMMENT ON COLUMN pg_seccomp_status.kernel IS 'release of the running kernel';
COMMENT ON COLUMN pg_seccomp_status.libseccomp IS 'version of the libseccomp that built the programs';

-- Processes ------------------------------------------------------------

CREATE FUNCTION pg_seccomp_processes(
	OUT pid integer, OUT backend_type text, OUT usename name, OUT datname name,
	OUT profile text, OUT filters integer, OUT no_new_privs boolean,
	OUT violations bigint, OUT scopes text[], OUT agrees boolean, OUT detail text)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_processes';
COMMENT ON FUNCTION pg_seccomp_processes() IS
	'the filters of each server process (see view pg_seccomp_processes)';

CREATE VIEW pg_seccomp_processes AS SELECT * FROM pg_seccomp_processes();
COMMENT ON VIEW pg_seccomp_processes IS 'server processes, one row each, the postmaster and the logger included';
COMMENT ON COLUMN pg_seccomp_processes.pid IS 'process ID';
COMMENT ON COLUMN pg_seccomp_processes.backend_type IS 'as in pg_stat_activity; postmaster and logger, which are not there, too; NULL: not known, such as before authentication';
COMMENT ON COLUMN pg_seccomp_processes.usename IS 'login role';
COMMENT ON COLUMN pg_seccomp_processes.datname IS 'database';
COMMENT ON COLUMN pg_seccomp_processes.profile IS 'session sections attached, in order; NULL: none. The process''s own account';
COMMENT ON COLUMN pg_seccomp_processes.filters IS 'seccomp filters, as the kernel counts them (/proc/PID/status; Linux 5.9 and later)';
COMMENT ON COLUMN pg_seccomp_processes.no_new_privs IS 'the kernel''s no_new_privs flag';
COMMENT ON COLUMN pg_seccomp_processes.violations IS 'violations of this process since it started; NULL: not counted by process';
COMMENT ON COLUMN pg_seccomp_processes.scopes IS 'scopes that it has a filter of, in the order attached: server, child, process:TYPE, session, session:PROFILE. The process''s own account and the policy''s, as far as the kernel''s count goes';
COMMENT ON COLUMN pg_seccomp_processes.agrees IS 'false: it has fewer filters than the policy says it should have; NULL: not known, such as while it starts';
COMMENT ON COLUMN pg_seccomp_processes.detail IS 'why agrees is false or NULL, or that the type of process is unknown';

-- The filter of this session -------------------------------------------

CREATE FUNCTION pg_seccomp_filter(
	OUT abi text, OUT syscall text, OUT number integer, OUT action text,
	OUT errno text, OUT condition text, OUT scope text, OUT rule text,
	OUT on_violation text)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_filter';
COMMENT ON FUNCTION pg_seccomp_filter() IS
	'every system call and what this session''s programs answer to it (see view pg_seccomp_filter)';

CREATE VIEW pg_seccomp_filter AS SELECT * FROM pg_seccomp_filter();
COMMENT ON VIEW pg_seccomp_filter IS 'what this session''s programs say to each system call of each ABI, found by running their bytes';
COMMENT ON COLUMN pg_seccomp_filter.abi IS 'ABI of the call: x86-64, x86, x32, arm64 or arm';
COMMENT ON COLUMN pg_seccomp_filter.syscall IS 'name of the call';
COMMENT ON COLUMN pg_seccomp_filter.number IS 'number of the call on that ABI, as the kernel and audit show it (x32: with bit 30)';
COMMENT ON COLUMN pg_seccomp_filter.action IS 'allow, log (allowed and logged), errno (does not run) or kill_process (does not run, and ends the process)';
COMMENT ON COLUMN pg_seccomp_filter.errno IS 'the error that the caller gets, with action errno';
COMMENT ON COLUMN pg_seccomp_filter.condition IS 'on which arguments the row depends; NULL: on none';
COMMENT ON COLUMN pg_seccomp_filter.scope IS 'the scope that decides: server, child, process:TYPE or session; NULL: none objects';
COMMENT ON COLUMN pg_seccomp_filter.rule IS 'file:line of what decides; for an ABI that is not admitted, of SystemCallArchitectures; NULL: no line does, such as for a number that is not in the catalog';
COMMENT ON COLUMN pg_seccomp_filter.on_violation IS 'error, terminate or kill: the call is a violation, and what comes of it; permissive: it is recorded and runs; unreported: a violation that cannot be reported; NULL: allowed, or denied quietly';

-- The catalog ----------------------------------------------------------

CREATE FUNCTION pg_seccomp_groups(
	OUT name text, OUT kind text, OUT description text, OUT syscall text,
	OUT number integer)
RETURNS SETOF record
LANGUAGE c STRICT STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'pg_seccomp_groups';
COMMENT ON FUNCTION pg_seccomp_groups() IS
	'what a policy may name (see view pg_seccomp_groups)';

CREATE VIEW pg_seccomp_groups AS SELECT * FROM pg_seccomp_groups();
COMMENT ON VIEW pg_seccomp_groups IS 'members of groups (@mount) and families (open), one row each';
COMMENT ON COLUMN pg_seccomp_groups.name IS 'name of the group, or of the family';
COMMENT ON COLUMN pg_seccomp_groups.kind IS 'group: a list for a purpose; family: interchangeable entry points of one capability, which travel together';
COMMENT ON COLUMN pg_seccomp_groups.description IS 'what the group or family is for';
COMMENT ON COLUMN pg_seccomp_groups.syscall IS 'a member, nested groups resolved';
COMMENT ON COLUMN pg_seccomp_groups.number IS 'its number on the native ABI; NULL: this ABI has it not';

-- Violations -----------------------------------------------------------

CREATE FUNCTION pg_seccomp_violations(
	OUT syscall text, OUT backend_type text, OUT usename name,
	OUT datname name, OUT profile text, OUT rule text, OUT action text,
	OUT count bigint, OUT first_seen timestamptz, OUT last_seen timestamptz,
	OUT last_pid integer)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_violations';
COMMENT ON FUNCTION pg_seccomp_violations() IS
	'denied calls of the whole cluster, counted (see view pg_seccomp_violations)';

CREATE VIEW pg_seccomp_violations AS SELECT * FROM pg_seccomp_violations();
COMMENT ON VIEW pg_seccomp_violations IS 'denied calls since the server started or was reset, one row for each call, kind of process, role, database, profile, rule and action';
COMMENT ON COLUMN pg_seccomp_violations.syscall IS 'name of the call, ABI:name for one of a foreign ABI; (other): what found no place in the table';
COMMENT ON COLUMN pg_seccomp_violations.backend_type IS 'kind of process, as in pg_stat_activity, and postmaster; NULL: not known yet';
COMMENT ON COLUMN pg_seccomp_violations.usename IS 'login role; NULL: none, or before authentication';
COMMENT ON COLUMN pg_seccomp_violations.datname IS 'database; NULL: none, or before it was known';
COMMENT ON COLUMN pg_seccomp_violations.profile IS 'session sections attached at the time, in order; NULL: none';
COMMENT ON COLUMN pg_seccomp_violations.rule IS 'file:line that decided; NULL: no line did';
COMMENT ON COLUMN pg_seccomp_violations.action IS 'error, terminate or kill: what OnViolation brought; permissive: recorded, and run';
COMMENT ON COLUMN pg_seccomp_violations.count IS 'number of calls';
COMMENT ON COLUMN pg_seccomp_violations.first_seen IS 'the first of them';
COMMENT ON COLUMN pg_seccomp_violations.last_seen IS 'the last of them';
COMMENT ON COLUMN pg_seccomp_violations.last_pid IS 'process that made the last';

CREATE FUNCTION pg_seccomp_reset_violations()
RETURNS void
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_reset_violations';
COMMENT ON FUNCTION pg_seccomp_reset_violations() IS
	'set the counts of pg_seccomp_violations to zero';

-- The policy's file ----------------------------------------------------

CREATE FUNCTION pg_seccomp_file_rules(
	OUT line_number integer, OUT section text, OUT directive text,
	OUT value text, OUT error text)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_file_rules';
COMMENT ON FUNCTION pg_seccomp_file_rules() IS
	'the policy file as it is now (see view pg_seccomp_file_rules)';

CREATE VIEW pg_seccomp_file_rules AS SELECT * FROM pg_seccomp_file_rules();
COMMENT ON VIEW pg_seccomp_file_rules IS 'the policy file on disk now, as pg_hba_file_rules shows pg_hba.conf';
COMMENT ON COLUMN pg_seccomp_file_rules.line_number IS 'line of the directive or error; NULL: the file as a whole';
COMMENT ON COLUMN pg_seccomp_file_rules.section IS 'the section that the directive stands in';
COMMENT ON COLUMN pg_seccomp_file_rules.directive IS 'name of the directive';
COMMENT ON COLUMN pg_seccomp_file_rules.value IS 'its value as written, continued lines joined';
COMMENT ON COLUMN pg_seccomp_file_rules.error IS 'what is wrong with it; NULL: nothing';

-- Questions ------------------------------------------------------------

CREATE FUNCTION pg_seccomp_explain(
	syscall text, args bigint[] DEFAULT '{}', role name DEFAULT NULL,
	database name DEFAULT NULL,
	OUT scope text, OUT profile text, OUT action text, OUT errno text,
	OUT rule text, OUT reason text, OUT on_violation text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_explain';
COMMENT ON FUNCTION pg_seccomp_explain(text, bigint[], name, name) IS
	'what would happen to a system call (a name, a number, or ABI:name) in this session, or in a new one of a role and database, and why';

CREATE FUNCTION pg_seccomp_explain_process(
	backend_type text, syscall text, args bigint[] DEFAULT '{}',
	OUT scope text, OUT profile text, OUT action text, OUT errno text,
	OUT rule text, OUT reason text, OUT on_violation text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_explain_process';
COMMENT ON FUNCTION pg_seccomp_explain_process(text, text, bigint[]) IS
	'what would happen to a system call in a process of a type, as pg_stat_activity.backend_type spells it, before any session section, and why';

CREATE FUNCTION pg_seccomp_check(
	OUT item text, OUT status text, OUT detail text, OUT hint text)
RETURNS SETOF record
LANGUAGE c STRICT VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'pg_seccomp_check';
COMMENT ON FUNCTION pg_seccomp_check() IS
	'is this installation tamper-proof and complete? one row an item, with status ok, warn or fail';

CREATE FUNCTION pg_seccomp_restrict(profile text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'pg_seccomp_restrict';
COMMENT ON FUNCTION pg_seccomp_restrict(text) IS
	'add the filter of a [Session NAME] section to this session, for good: neither ROLLBACK nor RESET takes it back';

-- Who may use it: pg_monitor reads the views; only superusers the rest,
-- unless they grant it.
REVOKE ALL ON FUNCTION pg_seccomp_status(), pg_seccomp_processes(),
	pg_seccomp_filter(), pg_seccomp_groups(), pg_seccomp_violations(),
	pg_seccomp_file_rules(), pg_seccomp_explain(text, bigint[], name, name),
	pg_seccomp_explain_process(text, text, bigint[]),
	pg_seccomp_check(), pg_seccomp_restrict(text),
	pg_seccomp_reset_violations() FROM PUBLIC;
REVOKE ALL ON pg_seccomp_status, pg_seccomp_processes, pg_seccomp_filter,
	pg_seccomp_groups, pg_seccomp_violations, pg_seccomp_file_rules FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_seccomp_status(), pg_seccomp_processes(),
	pg_seccomp_filter(), pg_seccomp_groups(), pg_seccomp_violations(),
	pg_seccomp_file_rules(), pg_seccomp_explain(text, bigint[], name, name),
	pg_seccomp_explain_process(text, text, bigint[]), pg_seccomp_check()
	TO pg_monitor;
GRANT SELECT ON pg_seccomp_status, pg_seccomp_processes, pg_seccomp_filter,
	pg_seccomp_groups, pg_seccomp_violations, pg_seccomp_file_rules TO pg_monitor;
