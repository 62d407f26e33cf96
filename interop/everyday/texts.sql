-- Strings.
select 'a' || 'b', 'n' || 1, 1 || 'n', 'x' || null, 'b' || true, 'd' || date '2024-01-01', 'f' || 1.50;
select length('héllo'), char_length('abc'), octet_length('é'), bit_length('a'), upper('abc'), lower('ABC'), initcap('hello wORLD');
select substring('hello' from 2 for 3), substring('hello', 2), substr('hello', -1, 3), left('hello', 2), left('hello', -2), right('hello', 2), right('hello', -2);
select trim('  x '), trim(both 'x' from 'xxaxx'), ltrim('xxa', 'x'), rtrim('axx', 'x'), btrim('  a '), trim(leading '0' from '007');
select lpad('5', 3, '0'), rpad('5', 3, '*'), lpad('hello', 2), repeat('ab', 3), reverse('abc'), replace('banana', 'an', 'x'), translate('12345', '143', 'ax');
select position('b' in 'abc'), strpos('abc', 'c'), split_part('a-b-c', '-', 2), split_part('a-b-c', '-', -1), starts_with('abc', 'ab'), ascii('A'), chr(65), md5('a');
select concat('a', 1, null, true, 2.50), concat_ws('-', 'a', null, 'b', 3, false), concat(date '2024-01-01', ' ', null);
select format('%s is %s', 'a', 1), format('%I.%L', 'my table', 'it''s'), format('%2$s %1$s', 'a', 'b'), format('100%%'), format('%5s|%-5s|', 'a', 'b');
select quote_literal('it''s'), quote_ident('My Table'), quote_nullable(null), to_hex(255), encode('abc'::bytea, 'hex'), decode('616263', 'hex'), encode('abc', 'base64');
select 'abc' like 'a%', 'abc' like '_b_', 'ABC' ilike 'a%', 'abc' not like 'x%', 'a%c' like 'a\%c', 'abc' like 'a!%' escape '!';
select 'abc' ~ '^a', 'abc' ~* '^A', 'abc' !~ 'x', 'ABC' !~* 'abc', 'abc' similar to '(a|b)%', 'abc' similar to 'b%';
select regexp_replace('foo123', '[0-9]+', '#'), regexp_replace('a1b2', '[0-9]', '', 'g'), regexp_replace('Hello', 'L', 'x', 'gi'), regexp_replace('abc', '(b)', '[\1]');
select regexp_match('foobar', 'o(b)a'), regexp_count('banana', 'a'), regexp_like('abc', 'B', 'i'), regexp_substr('foobar', 'o.'), regexp_instr('foobar', 'b');
select regexp_replace('abc', 'b', '$1'), regexp_replace('price', 'price', 'US$50'), regexp_replace('abc', 'b', '[\&]'), regexp_replace('abc', '(a)(b)', '\2\1'), regexp_replace('abc', 'b', 'x\\y');
select 'a1' ~ '^[[:alnum:]]+$', 'one two' ~ '\mtwo\M', 'one two' ~ '\mwo', 'one two' ~ '\ytwo\y', 'a b' ~ '^a[[:space:]]b$';
select 'abc' ^@ 'ab', 'abc' ^@ 'b';
select cast('abc' as character varying), 'abc'::character varying, 'abcdef'::character varying(3);
select array[1, 2]::text, concat(array['a b', 'c']), format('%s', array[1, null]), array['x', 'y']::text || '!';
select E'a\nb' ~ 'a.b', E'a\nb' !~ 'a.b', E'a\nb' ~* 'A.B', E'a\nb' ~ 'a[^x]b', E'a\nb' ~ 'a$', E'a\nb' similar to 'a_b', E'a\nb' similar to '%';
select regexp_replace(E'a\nb', 'a.b', 'x'), regexp_like(E'a\nb', 'a.b'), regexp_count(E'a\nb', '.'), regexp_substr(E'a\nb', '.b'), substring(E'a\nb' from 'a.b'), regexp_split_to_array(E'a\nb', '.b');
select pattern, E'a\nb' ~ pattern, regexp_replace(E'a\nb', pattern, 'x') from (values ('a.b'), (null), ('^b')) as list(pattern);
select regexp_matches('a1b2', '[a-z][0-9]', 'g');
select regexp_split_to_array('a, b,c', ',\s*'), string_to_array('a,b,c', ','), array_to_string(array[1, 2, null, 3], ','), array_to_string(array['a', null], '-', '?');
select regexp_split_to_table('a b', ' ');
select unnest(string_to_array('a,b', ','));
select overlay('abcdef' placing 'xx' from 2 for 3);
select substring('foobar' from 'o(.)b');
-- differs: substring SIMILAR.
select substring('foobar' similar 'f#"o+#"bar' escape '#');
select 'a' < 'b', 'B' < 'a', 'a' = 'a ', 'abc' between 'a' and 'b', 'x' in ('x', 'y'), 'abc' > 'ab';
select 'abc'::varchar(2), 'abc'::char(5), 'abc'::varchar, 'abc'::text;
select 'abc'::char(5)::text, length('ab'::char(5));
select 'x'::"char", 'abc'::name;
select 'a\nb', E'a\nb', E'\x41', U&'\0041', $$dollar's$$, $tag$x$tag$, 'it''s';
select e'tab\there';
-- differs: no bit strings.
select B'101', X'1F';
select name || ' (' || carrier || ')', length(name), upper(left(name, 3)), position('Air' in name), replace(name, ' Inc.', '') from airlines order by carrier limit 5;
select carrier from airlines where name ilike '%air%' order by carrier;
select carrier from airlines where name ~ '^[A-D]' and name not like '%Inc%' order by carrier;
select manufacturer, count(*) from planes where manufacturer like 'BO%' group by manufacturer order by 1;
select faa, name from airports where name like 'New %' order by name collate "C" limit 5;
select name from airports order by name collate "C" desc limit 5;
select 'a' 'b';
select 'x' + 1;
select upper(1);
select length(5);
select repeat('x', -1), lpad('abc', 0), left(null, 2), concat(null, null), nullif('a', 'a');
select sha256('a'::bytea), '\x616263'::bytea, 'abc'::bytea, length('abc'::bytea);
select substring('abc'::bytea from 2);
-- differs: no normalize, unistr.
select normalize('a'), unistr('\0041');
select 'true'::boolean, 't'::bool, 'off'::bool, true::text, not true, true and null, true or null, true <> false, true > false;
select 'maybe'::boolean;
select true = 't', false::int, 5::bool, 'yes' = true;
-- JSON.
select '{"a": 1, "b": [1, 2]}'::json, '{"b": [1, 2], "a": 1}'::jsonb;
select '{"a": {"b": "x"}}'::jsonb -> 'a', '{"a": {"b": "x"}}'::jsonb -> 'a' ->> 'b', '[1, 2, 3]'::jsonb -> 1, '{"a": {"b": "x"}}'::jsonb #>> '{a,b}';
select '{"a": 1}'::jsonb ? 'a', '{"a": 1, "b": 2}'::jsonb @> '{"a": 1}', jsonb_typeof('[1]'::jsonb), jsonb_array_length('[1, 2]'::jsonb);
select json_build_object('a', 1, 'b', 'x'), json_build_array(1, 'a', null), to_json('a'::text), to_jsonb(1), row_to_json(row(1, 'a'));
select jsonb_array_elements('[1, 2]'::jsonb);
-- differs: no json functions and casts.
select * from json_each('{"a": 1}'::json);
select (('{"n": 5}'::jsonb) ->> 'n')::int + 1;
select '{bad'::json;
-- Arrays.
-- differs: a column of numeric has one scale.
select array[1, 2, 3], array['a', null], array[]::int[], '{1,2}'::int[], array[1.5, 2];
-- differs: arrays of two dimensions are jsonb.
select array[[1, 2], [3, 4]];
select (array[10, 20, 30])[2], (array[10, 20, 30])[2:3], (array[1])[5], array_length(array[1, 2], 1), cardinality(array[1, 2]), array_upper(array[1, 2], 1), array_ndims(array[1]);
select array[1, 2] || 3, array[1] || array[2, 3], 0 || array[1], array_append(array[1], 2), array_prepend(0, array[1]), array_cat(array[1], array[2]), array_remove(array[1, 2, 1], 1), array_replace(array[1, 2], 2, 5), array_position(array['a', 'b'], 'b');
select 2 = any (array[1, 2]), 5 <> all (array[1, 2]), 3 > all (array[1, 2]), 1 < any (array[1, 2]), array[1, 2] @> array[1], array[1] <@ array[1, 2], array[1, 2] && array[2, 3], array[1, 2] = array[1, 2];
select unnest(array[1, 2, 3]), unnest(array['a', 'b', 'c']);
select * from unnest(array[1, 2], array['a', 'b']) as t(n, s);
select n from unnest(array[3, 1, 2]) as n order by n;
select carrier from airlines where carrier = any ('{AA,UA}') order by 1;
select carrier from airlines where carrier = any (array['AA', 'UA']) order by 1;
select array(select r_name from region order by r_name);
select array_agg(x) from unnest(array[1, 2]) x;
-- Booleans and texts.
select concat((x > 1)::text), concat(x > 1), concat_ws(',', x > 1, (x > 1)::text), format('%s', x > 1) from (values (1), (2)) as v(x) order by x;
select v::bool from (values ('t'), ('off'), (null)) as t(v);
select v::int[], v::text[] from (values ('{1,2}'), (null)) as t(v);
select v::bool from (values ('x'), ('y')) as t(v);
select 'abc'::char(5) || 'x', 'a'::char(3) = 'a', 'a'::char(3) in ('a', 'b'), 'a'::char(3), 'a '::char(3) < 'b', 'x' || 'a'::char(2) || 'y';
select count(*) from nation where n_name::char(10) = 'CHINA';
select 'a' = any(tags), 'a' <> all(tags) from (values (array['b', null]), (array['a', null]), (array['b']), (null)) as v(tags);
select to_char(2.5::float8, '999'), to_char(2.675::float8, 'FM990.00'), to_char(0.125::float8, '9.99'), to_char(1e10::float8, 'FM99999999990.00');
select to_char(0, 'FM999.99'), to_char(0.5, 'FM999.99'), to_char(0, '999.99'), to_char(0, 'FM999.00'), to_char(2, 'FM999.99'), to_char(2.5, '999'), to_char(0.004, 'FM99.99');
