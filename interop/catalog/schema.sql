-- A railway: every kind of object that definitions can make, for what looks at the catalogs.
-- Loaded into an empty database of PostgreSQL 18, and declared to `trunkline serve --schema`.

CREATE ROLE signaller NOLOGIN;
CREATE ROLE clerk LOGIN INHERIT CONNECTION LIMIT 4 VALID UNTIL '2035-01-01 00:00:00+00';
CREATE ROLE planner LOGIN CREATEDB CREATEROLE;
CREATE ROLE "Night Watch" NOLOGIN NOINHERIT BYPASSRLS REPLICATION;
GRANT signaller TO clerk;
GRANT clerk TO planner WITH ADMIN OPTION;
COMMENT ON ROLE clerk IS 'sells tickets';

CREATE SCHEMA rail;
CREATE SCHEMA stock AUTHORIZATION planner;
CREATE SCHEMA "Odd Names";
COMMENT ON SCHEMA rail IS 'lines, stations and what runs on them';

-- types

CREATE TYPE rail.signal AS ENUM ('clear', 'caution', 'stop');
ALTER TYPE rail.signal ADD VALUE 'preliminary caution' AFTER 'clear';
CREATE TYPE rail.place AS (longitude double precision, latitude double precision, name varchar(40));
CREATE TYPE rail.metres AS RANGE (subtype = integer);
CREATE TYPE rail.height AS RANGE (subtype = numeric, multirange_type_name = rail.heights);
CREATE DOMAIN rail.station_code AS char(4) NOT NULL CHECK (VALUE ~ '^[A-Z]+ *$');
CREATE DOMAIN rail.speed AS smallint DEFAULT 80 CONSTRAINT speed_is_possible CHECK (VALUE > 0 AND VALUE <= 400);
CREATE DOMAIN public.remark AS text COLLATE "C";
COMMENT ON TYPE rail.signal IS 'what a signal shows';
COMMENT ON TYPE rail.place IS 'a place on the map';
COMMENT ON DOMAIN rail.speed IS 'kilometres an hour';
COMMENT ON COLUMN rail.place.name IS 'as it is written on the spot';

-- sequences

CREATE SEQUENCE rail.ticket_number START 1000 INCREMENT 5 MINVALUE 10 MAXVALUE 99999 CACHE 20 CYCLE;
CREATE SEQUENCE public.countdown AS smallint INCREMENT -1;
COMMENT ON SEQUENCE rail.ticket_number IS 'of tickets on paper';

-- functions

CREATE FUNCTION rail.braking_distance(speed numeric, slope numeric DEFAULT 0) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'SELECT speed * speed / (2 * (9.81 + slope))';
CREATE FUNCTION rail.label(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(code) $$;
CREATE FUNCTION rail.calls(train integer) RETURNS TABLE (station text, minute integer)
    LANGUAGE sql STABLE ROWS 20 AS $$ SELECT 'nowhere'::text, 0 WHERE train > 0 $$;
CREATE FUNCTION rail.divide(IN dividend integer, IN divisor integer, OUT quotient integer, OUT remainder integer)
    LANGUAGE sql AS 'SELECT dividend / divisor, dividend % divisor';
CREATE FUNCTION rail.total(VARIADIC amounts numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE
    AS 'SELECT sum(one) FROM unnest(amounts) AS one';
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'rail', 'public'
    AS $$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END
$$;
CREATE FUNCTION stock.words(given text) RETURNS SETOF text LANGUAGE sql STABLE
    AS 'SELECT regexp_split_to_table(given, '' '')';
CREATE PROCEDURE stock.scrap(wagon integer, INOUT reason text DEFAULT NULL) LANGUAGE plpgsql
    AS $$ BEGIN reason := coalesce(reason, 'rust'); END $$;
COMMENT ON FUNCTION rail.braking_distance(numeric, numeric) IS 'metres until it stands';
COMMENT ON PROCEDURE stock.scrap(integer, text) IS 'for good';
ALTER FUNCTION rail.label(text) OWNER TO planner;

-- tables

CREATE TABLE rail.operator (
    code char(3) PRIMARY KEY,
    name text NOT NULL UNIQUE,
    founded date DEFAULT '1900-01-01'::date,
    CONSTRAINT operator_name_is_said CHECK (name <> '')
);
COMMENT ON TABLE rail.operator IS 'who runs trains';

CREATE TABLE rail.station (
    code rail.station_code PRIMARY KEY,
    name varchar(80) NOT NULL,
    at rail.place,
    altitude numeric(6, 1),
    platforms smallint NOT NULL DEFAULT 1 CHECK (platforms > 0),
    opened date,
    closed date,
    remarks public.remark,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CHECK (opened < closed),
    UNIQUE NULLS NOT DISTINCT (name, opened)
);
COMMENT ON COLUMN rail.station.code IS 'as in the timetable';
COMMENT ON COLUMN rail.station.altitude IS 'above the sea, in metres';

CREATE TABLE rail.line (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number smallserial NOT NULL,
    starts_at rail.station_code NOT NULL REFERENCES rail.station ON UPDATE CASCADE,
    ends_at rail.station_code NOT NULL REFERENCES rail.station (code) ON DELETE RESTRICT,
    operator_code char(3) DEFAULT 'DB',
    length_km double precision,
    length_m integer GENERATED ALWAYS AS ((length_km * 1000::double precision)::integer) STORED,
    CONSTRAINT line_operator FOREIGN KEY (operator_code) REFERENCES rail.operator (code)
        ON UPDATE SET DEFAULT ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON CONSTRAINT line_operator ON rail.line IS 'who runs trains there';

CREATE TABLE rail.section (
    line_id integer NOT NULL REFERENCES rail.line (id) ON DELETE CASCADE,
    position smallint NOT NULL,
    stretch rail.metres NOT NULL,
    limit_kmh rail.speed,
    shown rail.signal DEFAULT 'stop' NOT NULL,
    seen rail.signal[] DEFAULT '{}'::rail.signal[],
    PRIMARY KEY (line_id, position),
    CONSTRAINT section_free EXCLUDE USING gist (stretch WITH &&) WHERE (position > 0)
);
ALTER TABLE rail.section ALTER COLUMN seen SET NOT NULL;
ALTER TABLE rail.section ADD COLUMN inspected timestamp(3) without time zone;

-- every type that tables of clients have
CREATE TABLE public.everything (
    id bigserial PRIMARY KEY,
    yes boolean DEFAULT true,
    small smallint DEFAULT '-1'::integer,
    big bigint,
    single real,
    exact numeric,
    money money,
    letter character(1),
    letters character varying,
    one_byte "char",
    identifier name,
    bytes bytea,
    day date,
    hour time without time zone,
    hour_there time(6) with time zone DEFAULT CURRENT_TIME,
    lasting interval,
    between_days interval day to second(3),
    nibble bit(4) DEFAULT '1010'::"bit",
    bits bit varying(9),
    address inet,
    network cidr,
    card macaddr,
    card8 macaddr8,
    spot point,
    way path,
    area polygon,
    round circle,
    straight line,
    part lseg,
    frame box,
    document xml,
    raw json,
    parsed jsonb DEFAULT '{}'::jsonb NOT NULL,
    reached jsonpath,
    unique_id uuid DEFAULT gen_random_uuid(),
    searched tsvector,
    query tsquery,
    numbers integer[] DEFAULT '{1,2}'::integer[],
    table_of_texts text[][],
    short_texts character varying(10)[],
    during tstzrange,
    days daterange,
    gaps int4multirange,
    object oid,
    relation regclass,
    kind regtype,
    upside rail.height,
    upsides rail.heights,
    home rail.place DEFAULT ROW(0.0, 0.0, NULL),
    homes rail.place[]
);

CREATE UNLOGGED TABLE stock.log (
    at timestamp without time zone DEFAULT CURRENT_TIMESTAMP,
    who name DEFAULT CURRENT_USER,
    what text COLLATE "C" DEFAULT 'it''s '::text || 'done'
) WITH (fillfactor = 70, autovacuum_enabled = false);

-- inheritance

CREATE TABLE stock.vehicle (
    id integer PRIMARY KEY,
    built date NOT NULL,
    weight numeric(5, 2),
    CONSTRAINT vehicle_weighs CHECK (weight > 0),
    CONSTRAINT vehicle_only CHECK (id > 0) NO INHERIT
);
CREATE TABLE stock.engine (
    power integer NOT NULL,
    built date NOT NULL DEFAULT CURRENT_DATE
) INHERITS (stock.vehicle);
CREATE TABLE stock.wagon (LIKE stock.vehicle INCLUDING DEFAULTS INCLUDING CONSTRAINTS, seats integer);
CREATE TABLE stock.corner OF rail.place (
    longitude WITH OPTIONS NOT NULL,
    PRIMARY KEY (name)
);
ALTER TABLE stock.vehicle OWNER TO planner;

-- partitions

CREATE TABLE rail.journey (
    id bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 10),
    day date NOT NULL,
    line_id integer REFERENCES rail.line (id),
    passengers integer DEFAULT 0,
    PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE rail.journey_2024 PARTITION OF rail.journey FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE rail.journey_2025 PARTITION OF rail.journey
    FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE rail.journey_2025_first PARTITION OF rail.journey_2025 FOR VALUES IN (1, 2);
CREATE TABLE rail.journey_2025_others PARTITION OF rail.journey_2025 DEFAULT;
CREATE TABLE rail.seat (id integer NOT NULL, class text) PARTITION BY HASH (id, lower(class));
CREATE TABLE rail.seat_0 PARTITION OF rail.seat FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE rail.seat_1 PARTITION OF rail.seat FOR VALUES WITH (MODULUS 2, REMAINDER 1);

-- odd names

CREATE TABLE "Odd Names"."Two Words" (
    "Id" integer PRIMARY KEY,
    "a ""quoted"" one" text DEFAULT 'back\slash',
    "select" integer REFERENCES "Odd Names"."Two Words" ("Id"),
    "ärgerlich" text,
    "UPPER" text
);
CREATE INDEX "Ordered Words" ON "Odd Names"."Two Words" ("UPPER", "ärgerlich" DESC);
CREATE VIEW "Odd Names"."a.b" AS SELECT "Id", "select" FROM "Odd Names"."Two Words";
CREATE TABLE public.nothing ();
CREATE TABLE public.a_table_with_a_name_as_long_as_names_may_be_in_this_database_ (
    a_column_with_a_name_that_is_long_and_no_key integer UNIQUE
);

-- indexes

CREATE INDEX ON rail.station (lower(name::text));
CREATE INDEX station_open ON rail.station (opened DESC NULLS LAST, name varchar_pattern_ops) WHERE closed IS NULL;
CREATE UNIQUE INDEX station_place ON rail.station ((((at).name)::text)) INCLUDE (altitude);
CREATE INDEX journey_line ON rail.journey (line_id);
CREATE INDEX everything_parsed ON public.everything USING gin (parsed jsonb_path_ops);
CREATE INDEX everything_numbers ON public.everything USING gin (numbers);
CREATE INDEX everything_spot ON public.everything USING gist (spot);
CREATE INDEX everything_day ON public.everything USING brin (day) WITH (pages_per_range = 32);
CREATE INDEX everything_id ON public.everything USING hash (unique_id);
CREATE INDEX everything_address ON public.everything USING spgist (address inet_ops);
CREATE INDEX everything_text ON public.everything (letters COLLATE "C" text_pattern_ops, identifier) WITH (fillfactor = 80);
CREATE UNIQUE INDEX everything_small ON public.everything (small, big) NULLS NOT DISTINCT;
COMMENT ON INDEX rail.station_open IS 'those that are in use';

-- views

CREATE VIEW rail.open_station AS
    SELECT code, name, (at).latitude AS latitude FROM rail.station WHERE closed IS NULL
    WITH CASCADED CHECK OPTION;
CREATE VIEW rail.busy_line WITH (security_barrier = true) AS
    SELECT l.id, l.number, o.name AS operator, count(*) AS journeys, sum(j.passengers) AS passengers
    FROM rail.line l
    JOIN rail.journey j ON j.line_id = l.id
    LEFT JOIN rail.operator o ON o.code = l.operator_code
    WHERE j.day >= '2024-01-01'::date
    GROUP BY l.id, l.number, o.name
    HAVING count(*) > 10;
CREATE VIEW public.totals (kind, total) AS
    SELECT 'engine'::text, count(*) FROM stock.engine
    UNION ALL
    SELECT 'wagon', count(*) FROM stock.wagon;
CREATE VIEW public.ranked AS
    WITH recent AS (SELECT * FROM rail.journey WHERE passengers IS NOT NULL)
    SELECT id, day, CASE WHEN passengers > 100 THEN 'full' ELSE 'empty' END AS load,
        row_number() OVER (PARTITION BY line_id ORDER BY passengers DESC) AS place
    FROM recent;
CREATE MATERIALIZED VIEW rail.summary AS
    SELECT line_id, min(day) AS first_day, max(day) AS last_day FROM rail.journey GROUP BY line_id;
CREATE UNIQUE INDEX summary_line ON rail.summary (line_id);
COMMENT ON VIEW rail.busy_line IS 'more than ten journeys';
COMMENT ON COLUMN rail.busy_line.operator IS 'its full name';
COMMENT ON MATERIALIZED VIEW rail.summary IS 'refreshed at night';

-- triggers and policies

CREATE TRIGGER stamp_station BEFORE INSERT OR UPDATE ON rail.station
    FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE TRIGGER name_changed AFTER UPDATE OF name ON rail.station
    FOR EACH ROW WHEN (old.name::text IS DISTINCT FROM new.name::text) EXECUTE FUNCTION public.stamp('loud', '1');
CREATE TRIGGER emptied AFTER TRUNCATE ON rail.line FOR EACH STATEMENT EXECUTE FUNCTION public.stamp();
CREATE CONSTRAINT TRIGGER checked_late AFTER INSERT ON rail.line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.stamp();
ALTER TABLE rail.line DISABLE TRIGGER emptied;
COMMENT ON TRIGGER stamp_station ON rail.station IS 'when it was last touched';

ALTER TABLE rail.station ENABLE ROW LEVEL SECURITY;
CREATE POLICY open_ones ON rail.station FOR SELECT TO clerk, signaller USING (closed IS NULL);
CREATE POLICY own_changes ON rail.station AS RESTRICTIVE FOR UPDATE
    USING (platforms > 1) WITH CHECK (platforms < 40);
ALTER TABLE stock.wagon ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock.wagon FORCE ROW LEVEL SECURITY;
COMMENT ON POLICY open_ones ON rail.station IS 'nobody sells tickets to ruins';

-- privileges

GRANT USAGE ON SCHEMA rail TO clerk, signaller;
GRANT ALL ON SCHEMA stock TO planner;
GRANT SELECT ON ALL TABLES IN SCHEMA rail TO clerk;
GRANT INSERT, UPDATE ON rail.journey TO clerk WITH GRANT OPTION;
GRANT SELECT (id, yes), UPDATE (yes) ON public.everything TO clerk;
GRANT SELECT ON public.totals TO PUBLIC;
GRANT USAGE, SELECT ON SEQUENCE rail.ticket_number TO clerk;
REVOKE EXECUTE ON FUNCTION rail.braking_distance(numeric, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rail.braking_distance(numeric, numeric) TO signaller;
REVOKE USAGE ON TYPE rail.signal FROM PUBLIC;
