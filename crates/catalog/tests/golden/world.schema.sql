CREATE ROLE golden_reader;
CREATE ROLE golden_keeper LOGIN CREATEDB CONNECTION LIMIT 4 VALID UNTIL '2030-01-01 00:00:00+00';
GRANT golden_reader TO golden_keeper WITH ADMIN OPTION;
COMMENT ON ROLE golden_reader IS 'may look';
CREATE SCHEMA world;
GRANT USAGE ON SCHEMA world TO golden_reader;
CREATE TYPE world.color AS ENUM ('red', 'green', 'deep blue');
CREATE TYPE world.pair AS (a integer, b text COLLATE "C");
CREATE DOMAIN world.positive AS integer NOT NULL CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE DOMAIN world.short AS varchar(10);
CREATE TYPE world.moments AS RANGE (subtype = timestamp);
COMMENT ON TYPE world.color IS 'of a thing';
COMMENT ON DOMAIN world.positive IS 'more than nothing';
COMMENT ON COLUMN world.pair.b IS 'the second';
GRANT USAGE ON TYPE world.color TO golden_reader;
CREATE TABLE world.base (
  a integer PRIMARY KEY,
  b world.positive,
  c world.pair,
  cs world.pair[],
  d world.color[],
  e world.moments,
  f character(3)[],
  g world.short,
  CONSTRAINT base_a_check CHECK (a > 1)
);
CREATE TABLE world.child () INHERITS (world.base);
CREATE TABLE world.parted (
  id integer NOT NULL,
  k text NOT NULL,
  v world.color,
  CONSTRAINT parted_id_check CHECK (id > 0),
  PRIMARY KEY (id, k)
) PARTITION BY LIST (k);
CREATE TABLE world.part_a PARTITION OF world.parted FOR VALUES IN ('a', 'b');
CREATE TABLE world.part_rest PARTITION OF world.parted DEFAULT;
CREATE TABLE world.part_c PARTITION OF world.parted FOR VALUES IN ('c') PARTITION BY HASH (id);
CREATE TABLE world.part_c0 PARTITION OF world.part_c FOR VALUES WITH (modulus 2, remainder 0);
CREATE INDEX parted_v_idx ON world.parted (v DESC NULLS LAST, lower(k));
ALTER TABLE world.parted ADD CONSTRAINT parted_base_fkey FOREIGN KEY (id) REFERENCES world.base (a) ON DELETE SET NULL;
CREATE TABLE world.days (day date, n bigint) PARTITION BY RANGE (day, n);
CREATE TABLE world.days_1 PARTITION OF world.days FOR VALUES FROM ('2024-1-1', MINVALUE) TO ('2024-02-01', 10);
CREATE TABLE world.barred (
  r int4range,
  n integer CONSTRAINT barred_n_key UNIQUE NULLS NOT DISTINCT DEFERRABLE,
  t text COLLATE "C",
  EXCLUDE USING gist (r WITH &&) WHERE (n > 3)
);
CREATE INDEX barred_t_idx ON world.barred (t text_pattern_ops NULLS FIRST) INCLUDE (n) WITH (fillfactor=70);
CREATE INDEX barred_hash_idx ON world.barred USING hash (n);
CREATE INDEX barred_brin_idx ON world.barred USING brin (n);
CREATE INDEX barred_posix_idx ON world.barred (t COLLATE "POSIX");
ALTER TABLE world.barred ADD CONSTRAINT barred_later CHECK (n < 9) NOT VALID;
ALTER TABLE world.barred ADD CONSTRAINT barred_own CHECK (n < 99) NO INHERIT;
CREATE UNLOGGED TABLE world.loose (a integer PRIMARY KEY, b integer GENERATED ALWAYS AS (a + 1) STORED, UNIQUE (a) INCLUDE (b)) WITH (fillfactor=50);
CREATE UNLOGGED TABLE world.linked (
  a integer REFERENCES world.loose ON UPDATE CASCADE ON DELETE RESTRICT,
  up integer REFERENCES world.base MATCH FULL DEFERRABLE INITIALLY DEFERRED
);
CREATE FUNCTION world.many(a integer, b text DEFAULT 'x'::text, OUT c integer, VARIADIC d integer[] DEFAULT '{}'::integer[]) RETURNS integer
  LANGUAGE sql STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE COST 7
  SET search_path TO world, public SET work_mem TO '4MB' AS 'SELECT 1';
CREATE FUNCTION world.many(a integer) RETURNS TABLE (x integer, "Y z" text) LANGUAGE sql ROWS 5 AS 'SELECT 1, $$''$$';
CREATE FUNCTION world.all_of() RETURNS SETOF world.base LANGUAGE sql AS 'SELECT * FROM world.base';
CREATE FUNCTION world.called() RETURNS trigger LANGUAGE plpgsql AS $x$BEGIN RETURN new; END$x$;
CREATE PROCEDURE world.doing(INOUT a integer DEFAULT 3, b text DEFAULT NULL::text) LANGUAGE plpgsql AS 'BEGIN END';
COMMENT ON FUNCTION world.many(integer) IS 'not so many';
REVOKE EXECUTE ON FUNCTION world.many(integer) FROM PUBLIC;
CREATE TRIGGER each_row BEFORE INSERT OR UPDATE OF id, k ON world.parted FOR EACH ROW EXECUTE FUNCTION world.called('a', 'b''c');
CREATE TRIGGER emptied AFTER TRUNCATE ON world.base EXECUTE FUNCTION world.called();
CREATE TRIGGER changed AFTER UPDATE ON world.base REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION world.called();
CREATE CONSTRAINT TRIGGER waiting AFTER DELETE ON world.base DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION world.called();
COMMENT ON TRIGGER emptied ON world.base IS 'when nothing is left';
ALTER TABLE world.base DISABLE TRIGGER emptied;
CREATE VIEW world.seen WITH (security_barrier=true) AS SELECT a, b FROM world.base;
CREATE MATERIALIZED VIEW world.kept AS SELECT a FROM world.base;
CREATE VIEW world.through AS SELECT b + 1 AS more, a, a AS again FROM world.seen WHERE a > 3;
CREATE VIEW world.instead AS SELECT DISTINCT a FROM world.base;
CREATE TRIGGER put INSTEAD OF INSERT ON world.instead FOR EACH ROW EXECUTE FUNCTION world.called();
CREATE VIEW world.counted AS SELECT count(*) AS n FROM world.barred;
CREATE VIEW world.joined AS
  SELECT p.id, (SELECT max(b.b) FROM world.base b WHERE b.a = p.id) AS most, d.n
  FROM world.parted p LEFT JOIN world.days d ON d.n = p.id
  WHERE EXISTS (SELECT 1 FROM world.child c WHERE c.g <> p.k)
  GROUP BY p.id, p.k, d.n HAVING count(p.v) > 1;
CREATE INDEX kept_idx ON world.kept (a);
ALTER TABLE world.base ENABLE ROW LEVEL SECURITY;
ALTER TABLE world.base FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON world.base USING (a > 1) WITH CHECK (a > 2);
CREATE POLICY narrow ON world.base AS RESTRICTIVE FOR INSERT TO pg_read_all_data, golden_reader WITH CHECK (true);
COMMENT ON POLICY own ON world.base IS 'not the first';
GRANT SELECT, INSERT ON world.base TO golden_reader WITH GRANT OPTION;
GRANT UPDATE (b) ON world.base TO golden_keeper;
CREATE SEQUENCE world.counter OWNED BY world.base.a;
GRANT USAGE ON SEQUENCE world.counter TO golden_reader;
ALTER TABLE world.child OWNER TO golden_keeper;
CREATE TYPE world.spot AS (x integer, y integer);
CREATE TABLE world.spots OF world.spot;
CREATE TABLE world.numbered (id bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 10 MAXVALUE 500 CYCLE), down smallint GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1), at world.spot, spots world.spot[], x integer, CONSTRAINT fields CHECK (spots[1].x > 0 AND (at).x > 0));
