\set id random(1, 1000)
select name, price from items where id = :id;
