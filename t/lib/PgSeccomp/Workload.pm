# Workload.pm
# SQL that makes WAL of many kinds, so that whoever replays it, in crash
# recovery, on a standby or from an archive, takes many paths.
package PgSeccomp::Workload;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(work fingerprint);

# One round of work in database postgres.  Each has a number of its own.  First
# what makes checkpoints: the rest is for who replays after a crash.
sub work
{
    my ($cluster, $n) = @_;
    $cluster->sql($_) for folders($n), files($n), rows($n), transactions($n);
    return;
}

# Rows, in an index of each kind, with values beside their table; what VACUUM
# leaves of them, up to a file that gets shorter; records larger than a page.
sub rows
{
    my ($n) = @_;
    return <<"END";
CREATE TABLE rows$n (i int PRIMARY KEY, t text, a int[], p point, d date);
CREATE INDEX ON rows$n USING hash (t);
CREATE INDEX ON rows$n USING gin (a);
CREATE INDEX ON rows$n USING gist (p);
CREATE INDEX ON rows$n USING spgist (t);
CREATE INDEX ON rows$n USING brin (d);
INSERT INTO rows$n SELECT i, md5(i::text), ARRAY[i, i % 7], point(i, -i), date '2020-01-01' + i
    FROM generate_series(1, 4000) AS i;
ALTER TABLE rows$n ALTER t SET STORAGE EXTERNAL;
INSERT INTO rows$n SELECT i, repeat(md5(i::text), 300) FROM generate_series(5001, 5040) AS i;
UPDATE rows$n SET t = t || 'x' WHERE i % 10 = 0;
DELETE FROM rows$n WHERE i BETWEEN 1500 AND 4000;
VACUUM (ANALYZE) rows$n;
REINDEX INDEX CONCURRENTLY rows${n}_pkey;
CREATE SEQUENCE seq$n;
SELECT nextval('seq$n') FROM generate_series(1, 100);
SELECT lo_from_bytea(4700 + $n, decode(repeat('ab', 9000), 'hex'));
SELECT pg_logical_emit_message(true, 'large', repeat('x', 3000000)) IS NULL;
CREATE MATERIALIZED VIEW seen$n AS SELECT count(*) FROM rows$n;
END
}

# Databases by both strategies, and a tablespace, in the data directory so that
# each server has its own.  It does not stay: pg_rewind does not take it.
sub folders
{
    my ($n) = @_;
    return <<"END";
CREATE TABLESPACE space$n LOCATION '';
CREATE TABLE there$n TABLESPACE space$n AS SELECT generate_series(1, 1000) AS i;
CREATE TABLE moved$n AS SELECT generate_series(1, 1000) AS i;
ALTER TABLE there$n SET TABLESPACE pg_default;
ALTER TABLE moved$n SET TABLESPACE space$n;
CREATE DATABASE copied$n STRATEGY file_copy;
CREATE DATABASE logged$n STRATEGY wal_log TABLESPACE space$n;
DROP DATABASE copied$n;
ALTER DATABASE logged$n SET TABLESPACE pg_default;
ALTER TABLE moved$n SET TABLESPACE pg_default;
DROP TABLESPACE space$n;
SELECT pg_switch_wal() IS NULL;
END
}

# Tables that are truncated, dropped, written anew, and not logged; the catalog's map.
sub files
{
    my ($n) = @_;
    return <<"END";
CREATE UNLOGGED TABLE unlogged$n AS SELECT generate_series(1, 100) AS i;
CREATE TABLE gone$n AS SELECT generate_series(1, 1000) AS i;
CREATE TABLE empty$n AS SELECT generate_series(1, 1000) AS i;
TRUNCATE empty$n;
DROP TABLE gone$n;
VACUUM FULL pg_class;
END
}

# Transactions in two phases, one of which stays; many in one; locks that are shared.
sub transactions
{
    my ($n) = @_;
    return <<"END";
CREATE TABLE deeds$n (i int PRIMARY KEY, t text);
INSERT INTO deeds$n VALUES (1, 'one'), (2, 'two');
BEGIN; INSERT INTO deeds$n VALUES (3, 'three'); PREPARE TRANSACTION 'done$n'; COMMIT PREPARED 'done$n';
BEGIN; INSERT INTO deeds$n VALUES (4, 'four'); PREPARE TRANSACTION 'undone$n'; ROLLBACK PREPARED 'undone$n';
BEGIN; INSERT INTO deeds$n VALUES (5, 'five'); PREPARE TRANSACTION 'open$n';
DO \$\$BEGIN
    FOR i IN 100 .. 250 LOOP
        BEGIN
            INSERT INTO deeds$n VALUES (i, 'inner');
            IF i % 3 = 0 THEN RAISE division_by_zero; END IF;
        EXCEPTION WHEN division_by_zero THEN NULL;
        END;
    END LOOP;
END\$\$;
BEGIN; SELECT i FROM deeds$n WHERE i = 1 FOR KEY SHARE; SAVEPOINT s; UPDATE deeds$n SET t = 'eins' WHERE i = 1; COMMIT;
END
}

# What is in the tables of database postgres, of all rounds, as one value.
# pgbench's are left out: they change while somebody looks.
sub fingerprint
{
    my ($cluster) = @_;
    return $cluster->sql(<<'END');
SELECT md5(string_agg(relname || query_to_xml(format('SELECT count(*), sum(hashtextextended(t::text, 0)) FROM %I AS t', relname),
        false, true, '')::text, ',' ORDER BY relname))
    || ' of ' || count(*) || ' tables'
FROM pg_class WHERE relkind IN ('r', 'm') AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace
    AND relname !~ '^pgbench'
END
}

1;
