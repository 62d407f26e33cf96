-- The extended protocol by psql 18: parameters, named statements, pipelines.
select name, price from items where id = $1 \bind 3 \g
select $1 as untyped \bind text \g
select count(*) from items where price > $1 and in_stock = $2 \bind 50 true \g
select count(*) from items where id between $1 and $2 \bind 10 19 \g
\set VERBOSITY terse
select count(*) from items where id = $1 \bind notanumber \g
\set VERBOSITY default
select * from nowhere where id = $1 \bind 1 \g
select id from items order by id limit $1 \bind 3 \g
select name from items where id = $1 \parse by_id
\bind_named by_id 1 \g
\bind_named by_id 2 \g
\close_prepared by_id
\bind_named by_id 3 \g
\startpipeline
select name from items where id = $1 \bind 1 \sendpipeline
select name from items where id = $1 \bind 2 \sendpipeline
\flushrequest
\getresults
select name from items where id = $1 \bind 3 \sendpipeline
\endpipeline
\startpipeline
select 1 as before \bind \sendpipeline
select 1 / $1::int \bind 0 \sendpipeline
select 2 as after \bind \sendpipeline
\syncpipeline
select 3 as next \bind \sendpipeline
\endpipeline
select 'still here' as session;
