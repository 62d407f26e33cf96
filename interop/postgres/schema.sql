-- The tables of data/ in a real PostgreSQL, so that it can say what is right.
-- Run from interop/: psql -v ON_ERROR_STOP=1 -f postgres/schema.sql

create table items (
  id bigint, name text, price double precision, in_stock boolean, added date, updated timestamp
);
\copy items from 'data/items.csv' with (format csv, header)

create table ledger (
  id bigint not null, account integer, branch smallint, amount numeric(12,2), share real,
  posted timestamptz, memo text, blob bytea, tags text[]
);
\copy ledger from 'postgres/ledger.csv' with (format csv, header)
update ledger set memo = '' where memo = '<empty>';

create table events (id bigint, kind text, value double precision, ok boolean);
\copy events from 'postgres/events.csv' with (format csv, header)

create role guest login;
create role interop login password 'secret';
grant select on all tables in schema public to guest, interop;
analyze;

-- The users of rules/.
create role clear login password 'secret';
set password_encryption = 'md5';
create role hashed login replication password 'secret';
reset password_encryption;
create role kept login password 'SCRAM-SHA-256$4096:hRBmfdR5+Z1SR2qRtAYk6w==$AFj8TdEIfOUOdO5VWe3BNMou0f8TwpGZlBcX62vZWkc=:bJqbr2jHc997MfocfHlyyxrDrJvBfU8TyD2De5UFK/c=';
create role scrambled login password 'SCRAM-SHA-256$4096:hRBmfdR5+Z1SR2qRtAYk6w==$AFj8TdEIfOUOdO5VWe3BNMou0f8TwpGZlBcX62vZWkc=:bJqbr2jHc997MfocfHlyyxrDrJvBfU8TyD2De5UFK/c=';
create role doubled login password 'SCRAM-SHA-256$4096:hRBmfdR5+Z1SR2qRtAYk6w==$AFj8TdEIfOUOdO5VWe3BNMou0f8TwpGZlBcX62vZWkc=:bJqbr2jHc997MfocfHlyyxrDrJvBfU8TyD2De5UFK/c=';
create role rejected login;
create role shown login;
create role "Ann of Accounting" login;
create role mapped login;
create role vouched login;
create role named login;
