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
