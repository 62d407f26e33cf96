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
