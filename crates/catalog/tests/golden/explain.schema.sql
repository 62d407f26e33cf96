-- What EXPLAIN tells of: as few types and relations as will do.
CREATE SCHEMA rail;
CREATE TYPE rail.signal AS ENUM ('clear', 'caution', 'stop');
CREATE DOMAIN rail.speed AS smallint CHECK (VALUE > 0);
CREATE TABLE rail.section (line_id integer NOT NULL, limit_kmh rail.speed, shown rail.signal);
