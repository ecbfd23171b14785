-- The extension's surface on a server that is preloaded with the default
-- policy: what of it is the same on every machine.

CREATE EXTENSION pg_seccomp;
CREATE VIEW members AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS object
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND
	refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_seccomp') AND
	classid IN ('pg_proc'::regclass, 'pg_class'::regclass);

-- what is in it
SELECT object FROM members ORDER BY object COLLATE "C";

-- none is without a comment
SELECT object AS without_comment FROM members
WHERE coalesce(obj_description(objid, classid::regclass::text::name), '') = '';
SELECT attrelid::regclass AS view, attname AS column_without_comment
FROM pg_attribute JOIN members ON classid = 'pg_class'::regclass AND attrelid = objid
WHERE attnum > 0 AND coalesce(col_description(attrelid, attnum), '') = '';

-- none is for everybody
SELECT object AS open_to_public FROM members
WHERE CASE classid
		WHEN 'pg_proc'::regclass THEN has_function_privilege('public', objid, 'EXECUTE')
		WHEN 'pg_class'::regclass THEN has_table_privilege('public', objid, 'SELECT')
	END;

-- relocatable
CREATE SCHEMA elsewhere;
ALTER EXTENSION pg_seccomp SET SCHEMA elsewhere;
SELECT count(*) FROM elsewhere.pg_seccomp_status;
ALTER EXTENSION pg_seccomp SET SCHEMA public;

-- the default policy is in force
SELECT policy, mode, file_state, file_error, no_new_privs FROM pg_seccomp_status;
SELECT sha256 = encode(sha256(pg_read_binary_file(path)), 'hex') AS sha256_agrees,
	loaded_at <= pg_postmaster_start_time() + interval '1 minute' AS loaded_at_start
FROM pg_seccomp_status;
SELECT backend_type, usename = current_user AS me, datname = current_database() AS here,
	profile, no_new_privs
FROM pg_seccomp_processes WHERE pid = pg_backend_pid();
SELECT item, status FROM pg_seccomp_check()
WHERE item IN ('preloaded', 'mode', 'policy_file', 'no_new_privs', 'all_processes', 'architectures', 'sessions')
ORDER BY item;

-- what it says to some calls
SELECT call, e.scope, e.profile, e.action, e.errno, e.rule ~ '/default\.conf:\d+$' AS rule
FROM unnest('{mount,init_module,bpf,unshare,ptrace,keyctl,io_uring_setup,listen,semget,read,execve,9999}'::text[])
	WITH ORDINALITY AS c (call, n), pg_seccomp_explain(call) AS e
ORDER BY n;
SELECT regexp_replace(reason, '\d+', 'N') AS reason FROM pg_seccomp_explain('mount');
SELECT reason FROM pg_seccomp_explain('read');
SELECT reason FROM pg_seccomp_explain('9999');
SELECT e.profile, e.action FROM pg_seccomp_explain('semget', '{0,1}', current_user, current_database()) AS e;

-- the filter: scopes and actions, and nothing else
SELECT DISTINCT action, errno, scope FROM pg_seccomp_filter
WHERE abi = (SELECT abi FROM pg_seccomp_status) ORDER BY 1, 2, 3;
SELECT count(*) FROM pg_seccomp_filter WHERE (action = 'errno') <> (errno IS NOT NULL);
-- what depends on arguments has a row for each condition
SELECT syscall, condition, action, errno FROM pg_seccomp_filter
WHERE abi = (SELECT abi FROM pg_seccomp_status) AND syscall IN ('sched_setscheduler', 'pipe2') ORDER BY syscall COLLATE "C", condition COLLATE "C";
SELECT action, errno FROM pg_seccomp_explain('socket', '{17,3,0}')
UNION ALL SELECT action, errno FROM pg_seccomp_explain('socket', '{1,1,0}');

-- violations: which denials are, and what comes of them; none has happened
SELECT call, f.on_violation, e.on_violation IS NOT DISTINCT FROM f.on_violation AS explain_agrees
FROM unnest('{mount,listen,semget,io_uring_setup,read}'::text[]) WITH ORDINALITY AS c (call, n),
	pg_seccomp_filter AS f, pg_seccomp_explain(call) AS e
WHERE f.syscall = call AND f.abi = (SELECT abi FROM pg_seccomp_status)
ORDER BY n;
SELECT DISTINCT action, on_violation FROM pg_seccomp_filter ORDER BY 1, 2;
SELECT * FROM pg_seccomp_violations;
SELECT pg_seccomp_reset_violations();
SELECT violations FROM pg_seccomp_processes WHERE pid = pg_backend_pid();

-- groups and families
SELECT name, kind, bool_and(description <> '') AS described FROM pg_seccomp_groups
WHERE name IN ('@mount', '@pg-session', 'open', 'clone')
GROUP BY name, kind ORDER BY name COLLATE "C";
SELECT syscall FROM pg_seccomp_groups WHERE name = '@pg-io-uring' ORDER BY syscall COLLATE "C";
SELECT count(*) > 0 FROM pg_seccomp_groups WHERE number IS NULL;

-- the file, without an error
SELECT directive, value FROM pg_seccomp_file_rules WHERE section = 'Policy' ORDER BY line_number;
SELECT count(*) > 5 AS lines, count(error) AS errors FROM pg_seccomp_file_rules;

-- errors
SELECT pg_seccomp_explain('muont');
SELECT pg_seccomp_explain('m68k:mount');
SELECT pg_seccomp_explain('12x');
SELECT pg_seccomp_explain('mount', '{1,2,3,4,5,6,7}');
SELECT pg_seccomp_explain(NULL);
SELECT pg_seccomp_restrict(NULL);
SET pg_seccomp.policy = 'strict';
SET pg_seccomp.session_profiles = '';
SET pg_seccomp.nonsense = 1;
ALTER SYSTEM SET pg_seccomp.policy = 'strict';
\set VERBOSITY terse
SELECT pg_seccomp_restrict('nobody');

-- roles
CREATE ROLE regress_pg_seccomp;
SET ROLE regress_pg_seccomp;
SELECT * FROM pg_seccomp_status;
SELECT pg_seccomp_explain('mount');
SELECT pg_seccomp_restrict('session');
SELECT * FROM pg_seccomp_violations;
SELECT pg_seccomp_reset_violations();
RESET ROLE;
GRANT pg_monitor TO regress_pg_seccomp;
SET ROLE regress_pg_seccomp;
SELECT mode FROM pg_seccomp_status;
SELECT count(*) > 0 FROM pg_seccomp_processes;
SELECT count(*) > 0 FROM pg_seccomp_filter;
SELECT count(*) > 0 FROM pg_seccomp_groups;
SELECT count(*) > 0 FROM pg_seccomp_file_rules;
SELECT count(*) FROM pg_seccomp_violations;
SELECT count(*) > 0 FROM pg_seccomp_check();
SELECT action FROM pg_seccomp_explain('mount');
SELECT pg_seccomp_restrict('session');
SELECT pg_seccomp_reset_violations();
RESET ROLE;
DROP ROLE regress_pg_seccomp;

-- a process's answer by its type: the default policy has [Server] and [Child] for all
SELECT scope, profile, action, errno, on_violation FROM pg_seccomp_explain_process('checkpointer', 'listen');
SELECT scope, action FROM pg_seccomp_explain_process('postmaster', 'listen');
SELECT scope, action FROM pg_seccomp_explain_process('my worker', 'mount');
SELECT scope, action FROM pg_seccomp_explain_process('syslogger', 'mount');
SELECT scope, action FROM pg_seccomp_explain_process(NULL, 'mount');
SELECT backend_type, scopes, agrees, detail FROM pg_seccomp_processes
WHERE backend_type IN ('postmaster', 'checkpointer') OR pid = pg_backend_pid() ORDER BY 1;

-- who acts as another role is told whose filter it is
CREATE ROLE regress_seccomp_other;
GRANT EXECUTE ON FUNCTION pg_seccomp_explain(text, bigint[], name, name) TO regress_seccomp_other;
SET ROLE regress_seccomp_other;
SELECT regexp_replace(reason, '"[^"]+"', '"..."') FROM pg_seccomp_explain('read');
RESET ROLE;
DROP OWNED BY regress_seccomp_other;
DROP ROLE regress_seccomp_other;

-- the session's own section once more: it has it, and no ROLLBACK takes it back
BEGIN;
SELECT pg_seccomp_restrict('session');
ROLLBACK;
SELECT profile FROM pg_seccomp_processes WHERE pid = pg_backend_pid();
