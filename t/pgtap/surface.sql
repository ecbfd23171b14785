-- surface.sql
-- The SQL surface that users rely on: views with their exact columns and types,
-- functions with their signatures and volatility, who may use them.  A column
-- may be added at a view's end; renaming, retyping or dropping one fails here.
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();

CREATE TEMP TABLE surface (view name, columns text);
INSERT INTO surface VALUES
	('pg_seccomp_status', 'policy text, path text, sha256 text, mode text, loaded_at timestamp with time zone, file_state text, file_error text, anchored boolean, no_new_privs boolean, abi text, kernel text, libseccomp text'),
	('pg_seccomp_processes', 'pid integer, backend_type text, usename name, datname name, profile text, filters integer, no_new_privs boolean, violations bigint, scopes text[], agrees boolean, detail text'),
	('pg_seccomp_filter', 'abi text, syscall text, number integer, action text, errno text, condition text, scope text, rule text, on_violation text'),
	('pg_seccomp_groups', 'name text, kind text, description text, syscall text, number integer'),
	('pg_seccomp_violations', 'syscall text, backend_type text, usename name, datname name, profile text, rule text, action text, count bigint, first_seen timestamp with time zone, last_seen timestamp with time zone, last_pid integer'),
	('pg_seccomp_file_rules', 'line_number integer, section text, directive text, value text, error text');

CREATE TEMP TABLE routines (name name, args name[], returns text, volatility text, parallel "char");
INSERT INTO routines VALUES
	('pg_seccomp_status', '{}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_processes', '{}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_filter', '{}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_groups', '{}', 'setof record', 'stable', 's'),
	('pg_seccomp_violations', '{}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_reset_violations', '{}', 'void', 'volatile', 'r'),
	('pg_seccomp_file_rules', '{}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_explain', '{text,bigint[],name,name}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_explain_process', '{text,text,bigint[]}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_check', '{}', 'setof record', 'volatile', 'r'),
	('pg_seccomp_restrict', '{text}', 'void', 'volatile', 'u');

-- views; broken by a column that moved, or has another name or type
SELECT has_view('public', view, view || ' exists') FROM surface;
SELECT ok(starts_with(found || ', ', columns || ', '), view || ': its columns') || coalesce(E'\n' ||
	CASE WHEN NOT starts_with(found || ', ', columns || ', ') THEN diag(found) END, '')
FROM surface, LATERAL (
	SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) AS found
	FROM pg_attribute WHERE attrelid = view::regclass AND attnum > 0 AND NOT attisdropped) AS a;

-- functions; broken by a volatility that lets a planner run them, or a leader
-- send them to workers, which have a filter of their own
SELECT has_function('public', name, args) FROM routines;
SELECT function_returns('public', name, args, returns) FROM routines;
SELECT volatility_is('public', name, args, volatility) FROM routines;
SELECT isnt_definer('public', name, args) FROM routines;
SELECT is(proparallel, parallel, name || ': parallel safety')
FROM routines JOIN pg_proc ON proname = name AND pronamespace = 'public'::regnamespace;
SELECT is(pronargdefaults::int, CASE name WHEN 'pg_seccomp_explain' THEN 3 WHEN 'pg_seccomp_explain_process' THEN 1 ELSE 0 END, name || ': defaults')
FROM routines JOIN pg_proc ON proname = name AND pronamespace = 'public'::regnamespace;
SELECT is((SELECT string_agg(n, ',' ORDER BY i) FROM unnest(proargnames) WITH ORDINALITY AS a (n, i)), names, proname || ': names of arguments')
FROM pg_proc, (VALUES
	('pg_seccomp_explain', 'syscall,args,role,database,scope,profile,action,errno,rule,reason,on_violation'),
	('pg_seccomp_explain_process', 'backend_type,syscall,args,scope,profile,action,errno,rule,reason,on_violation'),
	('pg_seccomp_check', 'item,status,detail,hint'),
	('pg_seccomp_restrict', 'profile')) AS v (name, names)
WHERE proname = name;

-- nothing else; broken by an object that nobody decided on
SELECT set_eq($$ SELECT proname FROM pg_proc WHERE proname LIKE 'pg\_seccomp%' $$,
	$$ SELECT name FROM routines $$, 'no other functions');
SELECT set_eq($$ SELECT relname FROM pg_class WHERE relname LIKE 'pg\_seccomp%' AND relkind = 'v' $$,
	$$ SELECT view FROM surface $$, 'no other views');

-- privileges; broken by a GRANT too many or too few
SELECT table_privs_are('public', view, 'pg_monitor', ARRAY['SELECT']) FROM surface;
SELECT function_privs_are('public', name, args, 'pg_monitor',
	CASE WHEN name IN ('pg_seccomp_restrict', 'pg_seccomp_reset_violations') THEN '{}'::text[]
		ELSE ARRAY['EXECUTE'] END) FROM routines;
CREATE ROLE surface_nobody;
SELECT table_privs_are('public', view, 'surface_nobody', '{}'::text[]) FROM surface;
SELECT function_privs_are('public', name, args, 'surface_nobody', '{}'::text[]) FROM routines;

-- comments; broken by an object or column that \d+ would leave unexplained
SELECT is_empty($$ SELECT view, attname FROM surface JOIN pg_attribute ON attrelid = view::regclass AND attnum > 0
	WHERE coalesce(col_description(attrelid, attnum), '') = '' $$, 'each column has a comment');
SELECT is_empty($$ SELECT name FROM routines JOIN pg_proc ON proname = name AND pronamespace = 'public'::regnamespace
	WHERE coalesce(obj_description(pg_proc.oid, 'pg_proc'), '') = '' $$, 'each function has a comment');

-- what the views say; broken by a row or word that the documentation lacks
SELECT is(count(*), 1::bigint, 'pg_seccomp_status has one row') FROM pg_seccomp_status;
SELECT ok(file_state IN ('current', 'changed', 'untrusted', 'invalid', 'missing'), 'file_state: ' || file_state) FROM pg_seccomp_status;
SELECT ok(mode IN ('enforce', 'permissive', 'off'), 'mode: ' || mode) FROM pg_seccomp_status;
SELECT matches(sha256, '^[0-9a-f]{64}$', 'sha256') FROM pg_seccomp_status;
SELECT is_empty($$ SELECT pid, backend_type FROM pg_stat_activity WHERE backend_type <> 'autovacuum worker'
	EXCEPT SELECT pid, backend_type FROM pg_seccomp_processes $$, 'pg_seccomp_processes has all of pg_stat_activity');
SELECT set_eq($$ SELECT DISTINCT kind FROM pg_seccomp_groups $$, ARRAY['group', 'family'], 'kinds of groups');
SELECT is_empty($$ SELECT name FROM pg_seccomp_groups WHERE (kind = 'group') <> (name LIKE '@%') $$, 'a group has an @, a family none');
SELECT is_empty($$ SELECT syscall FROM pg_seccomp_groups WHERE kind = 'family' GROUP BY syscall HAVING count(*) > 1 $$,
	'a call has one family at most');
SELECT is_empty($$ SELECT name FROM pg_seccomp_groups WHERE kind = 'family' GROUP BY name HAVING count(*) = 1 $$,
	'a family has two members at least');
SELECT set_has($$ VALUES ('allow'), ('log'), ('errno') $$, $$ SELECT DISTINCT action FROM pg_seccomp_filter $$, 'actions');
SELECT set_has($$ VALUES ('error'), ('terminate'), ('kill'), ('permissive'), ('unreported'), (NULL) $$,
	$$ SELECT DISTINCT on_violation FROM pg_seccomp_filter $$, 'what violations bring');
SELECT is_empty($$ SELECT syscall FROM pg_seccomp_filter WHERE on_violation IS NOT NULL AND action = 'allow' $$, 'what is allowed is no violation');
SELECT is_empty($$ SELECT f.syscall FROM pg_seccomp_filter f, pg_seccomp_explain(f.abi || ':' || f.syscall) e
	WHERE f.condition IS NULL AND f.on_violation IS DISTINCT FROM e.on_violation $$, 'pg_seccomp_filter and pg_seccomp_explain() agree on violations');
SELECT set_has($$ VALUES ('ok'), ('warn'), ('fail') $$, $$ SELECT DISTINCT status FROM pg_seccomp_check() $$, 'statuses of pg_seccomp_check()');
SELECT is_empty($$ SELECT item FROM pg_seccomp_check() WHERE (status = 'ok') <> (hint IS NULL) $$, 'a finding has a hint, and only a finding');
SELECT is_empty($$ SELECT item FROM pg_seccomp_check() GROUP BY item HAVING count(*) > 1 $$, 'an item has one row');

SELECT * FROM finish();
ROLLBACK;
