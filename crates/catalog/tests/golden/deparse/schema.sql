CREATE SCHEMA store;
CREATE TYPE store.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE store.place AS (street text, city varchar(80));
CREATE DOMAIN store.email AS varchar(255);
CREATE DOMAIN positive AS integer;
CREATE TABLE store.people (
    id integer PRIMARY KEY,
    name varchar(60) NOT NULL,
    nick text,
    code char(3),
    mail store.email,
    mood store.mood,
    home store.place,
    born date,
    seen timestamptz,
    made timestamp,
    wakes time,
    lasts interval,
    credit numeric(12,2),
    weight real,
    height double precision,
    small smallint,
    big bigint,
    active boolean,
    tags text[],
    nums integer[],
    doc jsonb,
    raw json,
    token uuid,
    data bytea,
    ip inet,
    span tstzrange,
    rank positive
);
CREATE TABLE store.orders (
    id uuid PRIMARY KEY,
    person_id integer REFERENCES store.people (id),
    placed timestamptz,
    note text
);
CREATE TABLE store.items (
    order_id uuid,
    line integer,
    qty integer,
    price numeric(10,2),
    title text,
    PRIMARY KEY (order_id, line)
);
CREATE TABLE public."Odd Table" ("Id" integer, "select" text, plain integer);
CREATE TABLE notes (id integer, person_id integer, body text, at timestamptz);
CREATE SEQUENCE store.numbers;
CREATE SEQUENCE plain_numbers;
CREATE FUNCTION store.twice(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
CREATE FUNCTION half(x numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT x / 2';
