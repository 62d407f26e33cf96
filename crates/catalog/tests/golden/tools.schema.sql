CREATE SCHEMA rail;
CREATE SCHEMA "Rail Yard";
CREATE TYPE rail.signal AS ENUM ('clear', 'caution', 'stop');
CREATE TYPE rail.place AS (longitude double precision, latitude double precision);
CREATE DOMAIN rail.code AS char(4) CONSTRAINT code_is_upper CHECK (VALUE ~ '^[A-Z]+ *$');
CREATE TABLE rail.station (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code rail.code NOT NULL UNIQUE,
    name varchar(40) DEFAULT 'nowhere',
    at rail.place
);
CREATE TABLE "Rail Yard"."Loco List" (
    "No" serial CONSTRAINT loco_key PRIMARY KEY,
    home integer REFERENCES rail.station ON DELETE CASCADE,
    shown rail.signal DEFAULT 'stop' NOT NULL
);
CREATE INDEX loco_home ON "Rail Yard"."Loco List" (home) WHERE shown = 'stop';
CREATE INDEX loco_early ON "Rail Yard"."Loco List" (home, (home + 1)) WHERE home < 9 AND home > 1;
CREATE VIEW rail.stopped AS SELECT l."No", s.name FROM "Rail Yard"."Loco List" l JOIN rail.station s ON s.id = l.home WHERE l.shown = 'stop';
CREATE FUNCTION rail.halt(integer, rail.signal) RETURNS void LANGUAGE sql AS 'SELECT';
CREATE PROCEDURE rail.go(text) LANGUAGE sql AS 'SELECT';
CREATE FUNCTION rail.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER noted AFTER INSERT ON rail.station FOR EACH ROW EXECUTE FUNCTION rail.note();
CREATE POLICY looks ON rail.station FOR SELECT USING (true);
