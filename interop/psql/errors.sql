-- What a person sees of an error, and that the session goes on.
select * from nowhere;
select nonesuch from items;
select name, nonesuch
  from items;
select i.nonesuch from items i;
select 1/0;
select 1 / (id - 1) from items;
select 'still here' as session;
\set VERBOSITY sqlstate
select * from nowhere;
select nonesuch from items;
selec 1;
select 1 from;
select 1 as x y;
select nofunction(1);
select 'a'::int;
select sum(name) from items;
select name, count(*) from items;
select 1; select 1/0; select 2;
select 1 \; select 1/0 \; select 2;
select 'still here' as session;
