CREATE SCHEMA rail;
CREATE TYPE rail.signal AS ENUM ('clear', 'caution', 'stop');
CREATE TYPE rail.place AS (longitude double precision, latitude double precision, name varchar(40), marks integer[][]);
CREATE TYPE rail.metres AS RANGE (subtype = integer);
CREATE DOMAIN rail.speed AS smallint CHECK (VALUE > 0);
CREATE DOMAIN public.remark AS text;
CREATE TABLE rail.station (
    id integer PRIMARY KEY,
    spots integer[][],
    names text[3],
    words character varying(10) ARRAY,
    seen rail.signal[][][],
    at rail.place
);
CREATE TABLE rail.junction (tracks integer[][], names text[3]) INHERITS (rail.station);
CREATE TABLE rail.copied (LIKE rail.station);
CREATE TABLE rail.placed OF rail.place;
CREATE VIEW rail.seen AS SELECT spots, names, array_agg(id) AS ids FROM rail.station GROUP BY spots, names;
CREATE TABLE rail.stop (days date[][]) PARTITION BY LIST (days);
CREATE TABLE rail.stop_1 PARTITION OF rail.stop DEFAULT;
ALTER TABLE rail.copied ALTER words TYPE text[][];
