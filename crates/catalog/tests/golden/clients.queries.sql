SELECT attrelid::regclass, attname, attndims FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'rail'::regnamespace AND relkind <> 'i') AND attnum > 0 ORDER BY attrelid::regclass::text, attnum

SELECT name::regclass FROM (VALUES ('"rail"."nowhere"')) AS v (name)

SELECT name::regclass FROM (VALUES (' Rail . Nowhere')) AS v (name)

SELECT name::regtype FROM (VALUES ('"rail"."Nothing"')) AS v (name)

SELECT name::regtype FROM (VALUES ('nowhere."Nothing"')) AS v (name)

SELECT name::regproc FROM (VALUES ('"rail"."nothing"')) AS v (name)

SELECT name::regnamespace FROM (VALUES ('"Nowhere"')) AS v (name)

SELECT name::regrole FROM (VALUES ('"Nobody"')) AS v (name)

SELECT name::regcollation FROM (VALUES ('"rail"."Nothing"')) AS v (name)

SELECT name::regconfig FROM (VALUES ('"rail"."Nothing"')) AS v (name)

SELECT name::regdictionary FROM (VALUES ('"Nothing"')) AS v (name)

SELECT has_table_privilege('"rail"."Nothing"', 'SELECT')

SELECT pg_get_serial_sequence('"rail"."Nothing"', 'id')

SELECT array['stop'::rail.signal, 'clear']::text, pg_typeof(array['stop'::rail.signal, null])

SELECT pg_typeof(array['[1,2)'::rail.metres]), array['[1,3]'::rail.metres]::text

SELECT pg_typeof(array[null::rail.place]), pg_typeof(array[array['stop'::rail.signal]])

SELECT pg_typeof(array(SELECT 'stop'::rail.signal FROM pg_am WHERE amname = 'btree'))

SELECT 'stop'::rail.signal = any(array['clear', 'stop']::rail.signal[]), 'stop'::rail.signal = any(array['clear'::rail.signal])

SELECT array['stop'::rail.signal, 'clear']::text[], (array['stop'::rail.signal, 'clear'])[2]::text

SELECT array[array['stop', 'clear'], array['clear', 'stop']]::rail.signal[]::text, (array['stop'::rail.signal, 'clear'])[1:1]::text

SELECT 'stop'::rail.signal = any('{clear,stop}'), 'stop'::rail.signal <> all('{clear}'::rail.signal[]), 'clear'::rail.signal < any(array['clear', 'stop']::rail.signal[])

SELECT array['stop'::rail.signal] = '{stop}', array['stop'::rail.signal] <> '{stop}', array['stop'::rail.signal] < array['clear'::rail.signal]

SELECT enum_range(NULL::rail.signal)::text AS a, enum_first(NULL::rail.signal)::text AS b, enum_last('clear'::rail.signal)::text AS c, enum_range('caution'::rail.signal, NULL)::text AS d, enum_range('stop', 'clear'::rail.signal)::text AS e, pg_typeof(enum_range(NULL::rail.signal)) AS f FROM pg_am LIMIT 1

SELECT enum_range(NULL::rail.signal)::text AS labels

SELECT count(*) AS a, min(unnest)::text AS b FROM unnest(enum_range(NULL::rail.signal)::text[])

SELECT enumlabel, enumsortorder FROM pg_enum ORDER BY oid

SELECT unnest(enum_range(NULL::rail.signal))::text AS label FROM pg_am WHERE amname = 'heap'

SELECT s::text, pg_typeof(s), n FROM unnest(enum_range(NULL::rail.signal)) WITH ORDINALITY AS u(s, n)

SELECT array_to_string(enum_range(NULL::rail.signal), ', ') AS a, array_length(enum_range(NULL::rail.signal), 1) AS b, (enum_range('caution'::rail.signal, NULL))[2]::text AS c, 'stop'::rail.signal = ANY (enum_range(NULL::rail.signal)) AS d FROM pg_am LIMIT 1

select row(1, 2.5, 'x', null)::rail.place::text, (row(1, '2.5', 'x', '{{1,2}}')::rail.place).latitude, (row(1, 2, 'x', '{1}')::rail.place).* from pg_am limit 1

select ('(1,2,x,)'::rail.place).name, array[row(1, 2, 'x', null)::rail.place, null]::text, '{"(1,2,x,)"}'::rail.place[]::text from pg_am limit 1

select (('{"(1,2,x,)"}'::rail.place[])[1])::text, ('{"(1,2,x,)"}'::rail.place[])[1].name, (('{"(1,2,x,)"}'::rail.place[])[1]).longitude from pg_am limit 1

select u.name, u.latitude, n from unnest('{"(1,2,x,)","(3,,y,\"{1,2}\")",NULL}'::rail.place[]) with ordinality as u (longitude, latitude, name, marks, n), pg_am where amname = 'heap'

select unnest('{"(1,2,x,)","(3,,y,)"}'::rail.place[])::text from pg_am limit 2

select (unnest('{"(1,2,x,)","(3,,y,)"}'::rail.place[])).name from pg_am limit 2

select array_length('{"(1,2,x,)"}'::rail.place[], 1), array_append('{"(1,2,x,)"}'::rail.place[], row(5, 6, 'z', null)::rail.place)::text, ('{"(1,2,x,)"}'::rail.place[] || row(5, 6, 'z', null)::rail.place)::text from pg_am limit 1

select array_position('{clear,stop}'::rail.signal[], 'stop'), array_remove('{clear,stop}'::rail.signal[], 'stop')::text, ('{clear}'::rail.signal[] || '{stop}'::rail.signal[])::text, ('stop'::rail.signal || '{clear}'::rail.signal[])::text from pg_am limit 1

select row_to_json(row(1, 2, 'x', '{{1}}')::rail.place), to_jsonb('(1,2,x,)'::rail.place), to_json('{"(1,2,x,)"}'::rail.place[]) from pg_am limit 1

select array_agg(row(1, 2, amname, null)::rail.place order by amname)::text from pg_am where amname in ('heap', 'btree')

select array(select row(1, 2, amname, null)::rail.place from pg_am where amname = 'heap')::text, (s.c).name, s.c::text from (select row(1, 2, 'x', null)::rail.place) as s (c), pg_am limit 1

select array[row(1, 2, 'x', null)::rail.place, row(1, 2)] from pg_am

select max(x)::text, min(x)::text, pg_typeof(max(x))::text from (values ('stop'::rail.signal), ('clear'), ('caution')) as v (x), pg_am

select max(x::rail.signal) over (order by x)::text from (values ('stop'), ('clear')) as v (x), pg_am where amname = 'heap' order by x

select min(seen[1][1][1])::text, count(spots[1][1]), max((at).name) from rail.station

select (at).*, names[1:2], seen[1]::text from rail.station

select x.longitude, x.name, x.marks from json_populate_recordset(null::rail.place, '[{"longitude":1.5,"name":"x","marks":[[1],[2]]},{"name":"y"}]') x, pg_am where amname = 'heap'

select x.name, x.ordinality from jsonb_populate_recordset(null::rail.place, '[{"name":"x"},{"latitude":2}]') with ordinality x, pg_am where amname = 'heap'
