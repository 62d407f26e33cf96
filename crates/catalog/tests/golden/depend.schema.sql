CREATE SCHEMA w;
CREATE TYPE w.mood AS ENUM ('sad', 'happy');
CREATE TYPE w.spot AS (x int, y int, name text);
CREATE DOMAIN w.small AS int CHECK (VALUE < 100);
CREATE TYPE w.span AS RANGE (subtype = date);
CREATE FUNCTION w.next(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select $1 + 1';
CREATE FUNCTION w.next(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'select $1';
CREATE FUNCTION w.is_good(w.mood) RETURNS bool LANGUAGE sql IMMUTABLE AS 'select true';
CREATE FUNCTION w.fits(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'select true';
CREATE DOMAIN w.fitting AS int DEFAULT w.next(3) CONSTRAINT fits CHECK (w.fits(VALUE));
CREATE SEQUENCE w.counter;
CREATE TABLE w.thing (
  id int PRIMARY KEY DEFAULT w.next(1),
  mood w.mood DEFAULT 'sad' CHECK (mood <> 'happy'),
  at w.spot,
  label text DEFAULT w.next('a'::text),
  kept int GENERATED ALWAYS AS (w.next(id) + 1) STORED,
  number bigint DEFAULT nextval('w.counter'),
  small w.small DEFAULT 3,
  cast_small int DEFAULT 4::w.small,
  during w.span DEFAULT w.span('2020-01-01', '2021-01-01'),
  moods w.mood[] DEFAULT ARRAY['sad'::w.mood],
  words text DEFAULT 'sad'::w.mood::text,
  spot w.spot DEFAULT ROW(1, 2, 'c'),
  CONSTRAINT good CHECK (w.is_good(mood) AND id > 0 AND (at).x > 1),
  CONSTRAINT cast_check CHECK (label::w.mood = mood),
  CONSTRAINT whole CHECK (thing IS NOT NULL)
);
CREATE INDEX by_next ON w.thing (w.next(id));
CREATE INDEX by_x ON w.thing (((at).x), (lower(label))) WHERE w.fits(id) AND mood = 'sad';
CREATE POLICY own ON w.thing USING (w.fits(id)) WITH CHECK (mood = 'sad' AND (at).y = 1);
CREATE POLICY other ON w.thing USING (EXISTS (SELECT FROM w.thing t WHERE t.id = thing.id AND w.fits(t.kept)));
CREATE VIEW w.good_ones AS SELECT id, (at).x AS x, w.next(id) AS n FROM w.thing WHERE w.is_good(mood) AND mood = 'sad' ORDER BY label::w.mood;
CREATE VIEW w.more AS SELECT count(*) AS n, x, ARRAY[1::w.small] AS a FROM w.good_ones GROUP BY x;
CREATE VIEW w.of_function AS SELECT * FROM w.next(4) AS n;
CREATE VIEW w.defined AS SELECT * FROM json_to_record('{}') AS x(a w.mood, b int);
CREATE VIEW w.whole_rows AS SELECT thing FROM w.thing;
CREATE VIEW w.cased AS SELECT CASE mood WHEN 'sad' THEN 1 END AS c, coalesce(mood, 'happy') AS d FROM w.thing;
CREATE TABLE w.parts (id int, during w.span) PARTITION BY RANGE (w.next(id));
CREATE FUNCTION w.trig() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
CREATE TRIGGER t BEFORE UPDATE ON w.thing FOR EACH ROW WHEN (w.fits(new.id) AND old.mood = 'sad' AND (new.at).x = 1) EXECUTE FUNCTION w.trig();
CREATE FUNCTION w.defaults(a int DEFAULT w.next(2), b w.mood DEFAULT 'sad') RETURNS int LANGUAGE sql AS 'select 1';
CREATE TABLE w.excl (a int, b w.span, EXCLUDE USING gist (b WITH &&) WHERE (w.fits(a)));
CREATE MATERIALIZED VIEW w.mat AS SELECT w.next(id) AS n, mood::text AS m FROM w.thing;
CREATE VIEW w.dom AS SELECT id::w.small AS s, '3'::w.small AS t FROM w.thing;
