EXPLAIN (VERBOSE, COSTS off) SELECT 'stop'::rail.signal AS it

EXPLAIN (VERBOSE, COSTS off, FORMAT json) SELECT 'stop'::rail.signal, NULL::rail.speed, NULL::rail.signal[]

EXPLAIN (COSTS off) SELECT 'stop'::rail.signal

EXPLAIN (VERBOSE, COSTS off, FORMAT xml) SELECT relkind, '<&>'::text AS a FROM pg_class WHERE relkind < '<'

EXPLAIN (VERBOSE, COSTS off, FORMAT yaml) SELECT relkind, '"'::text AS a FROM pg_class WHERE relkind < '"'

EXPLAIN (VERBOSE, COSTS off, FORMAT json) SELECT relkind, '"'::text AS a FROM pg_class WHERE relkind < '"'

EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT amname FROM pg_am

EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off, FORMAT json) SELECT 'stop'::rail.signal

EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off, FORMAT xml) SELECT 'stop'::rail.signal

EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off, FORMAT yaml) SELECT 'stop'::rail.signal

EXPLAIN (VERBOSE, COSTS off) SELECT current_user, version() WHERE current_user = 'x'

EXPLAIN (COSTS off) SELECT amtype, count(*) FROM pg_am WHERE amtype > 'a' OR amtype IS NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, amtype NULLS FIRST LIMIT 3

EXPLAIN (COSTS off) SELECT count(*), min(amtype::text) FILTER (WHERE amtype = 'i') FROM pg_am WHERE amtype > 'a'

EXPLAIN (COSTS off) SELECT DISTINCT amtype FROM pg_am WHERE amtype > 'a'

EXPLAIN (VERBOSE, COSTS off) SELECT DISTINCT ON (amtype) amtype, amname FROM pg_am ORDER BY amtype, amname DESC NULLS LAST

EXPLAIN (VERBOSE, COSTS off) SELECT oid FROM pg_am UNION ALL SELECT oid FROM pg_am

EXPLAIN (VERBOSE, COSTS off) SELECT amtype FROM pg_am UNION SELECT amtype FROM pg_am a

EXPLAIN (VERBOSE, COSTS off) SELECT amname, (SELECT a.amname FROM pg_am a WHERE a.amtype > c.amtype LIMIT 1), (SELECT a.amtype FROM pg_am a LIMIT 1), EXISTS (SELECT FROM pg_am WHERE amtype < c.amtype), ARRAY(SELECT oid FROM pg_am WHERE amtype > c.amtype), ARRAY(SELECT oid FROM pg_am), oid IN (SELECT oid FROM pg_am), oid > ANY (SELECT d.oid FROM pg_am d WHERE d.amtype = c.amtype) FROM pg_am c WHERE amtype > 'a'

EXPLAIN (VERBOSE, COSTS off) SELECT 1 FROM pg_am WHERE oid > '3' OR EXISTS (SELECT FROM pg_am a WHERE a.amtype = 'x')

EXPLAIN (VERBOSE, COSTS off) WITH x AS MATERIALIZED (SELECT oid AS number FROM pg_am) SELECT number FROM x WHERE number > '3'

EXPLAIN (VERBOSE, COSTS off) WITH RECURSIVE x AS (SELECT oid::int8 AS n FROM pg_am UNION ALL SELECT n + 1 FROM x WHERE n < 5) SELECT * FROM x

EXPLAIN (VERBOSE, COSTS off) SELECT * FROM pg_options_to_table('{a=b}') WITH ORDINALITY AS o (option, value, place) WHERE place > 1

EXPLAIN (VERBOSE, COSTS off) SELECT CASE WHEN amtype = 't' THEN 1 ELSE CASE amname WHEN 'x' THEN 2 END END FROM pg_am

EXPLAIN (VERBOSE, COSTS off) SELECT line_id FROM rail.section WHERE line_id > 5 AND shown = 'stop'

EXPLAIN (COSTS off) SELECT relname FROM pg_class c WHERE relkind = 'i'

EXPLAIN (VERBOSE, COSTS off, GENERIC_PLAN) SELECT amname FROM pg_am WHERE amtype = $1

EXPLAIN (nonsense) SELECT relname FROM pg_class

EXPLAIN (FORMAT nonsense) SELECT relname FROM pg_class

EXPLAIN (ANALYZE, GENERIC_PLAN) SELECT relname FROM pg_class

EXPLAIN (SERIALIZE) SELECT relname FROM pg_class

EXPLAIN (VERBOSE maybe) SELECT relname FROM pg_class

EXPLAIN SELECT nosuch FROM pg_class

EXPLAIN ANALYZE SELECT 1 / length(relname) - 1 / length('') FROM pg_class

EXPLAIN (COSTS off) SELECT DISTINCT ON (amtype) amname FROM pg_am

EXPLAIN (COSTS off) SELECT count(*) FROM pg_am GROUP BY amtype ORDER BY count(*)

EXPLAIN (COSTS off) SELECT count(*) FROM pg_am GROUP BY amtype ORDER BY count(*), amtype

EXPLAIN (COSTS off) SELECT amtype, count(amname) FROM pg_am GROUP BY amtype ORDER BY count(amname)

EXPLAIN (COSTS off) SELECT DISTINCT ON (amtype, amname) amname FROM pg_am ORDER BY amname DESC
