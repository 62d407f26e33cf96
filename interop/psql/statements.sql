-- How statements are split, and what is no statement.
select 1 as a \; select 2 as b;
select 'a;b' as semicolon; select $$c;d$$ as dollars, $x$ $$ ; $x$ as tagged;
select /* a ; comment /* nested */ */ 1 as one; -- the end ;
;
select E'it\'s' as escaped, 'it''s' as doubled, U&'\0041' as unicode, "name" from items where id = 1;
select 1 as "Odd ""name""", 2 as ünïcode;
select id,
       name
from items
where id = 3;
\echo :ROW_COUNT :SQLSTATE
