\restrict 5ymKydj1ztOBVWxddCLNwpeHJudrnTcFbBRqaVT0B8fVLQIwJyukewNzpAEKNSa
SET default_transaction_read_only = off;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
CREATE ROLE "Night Watch";
ALTER ROLE "Night Watch" WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN REPLICATION BYPASSRLS;
CREATE ROLE clerk;
ALTER ROLE clerk WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 4 VALID UNTIL '2035-01-01 00:00:00+00';
COMMENT ON ROLE clerk IS 'sells tickets';
CREATE ROLE planner;
ALTER ROLE planner WITH NOSUPERUSER INHERIT CREATEROLE CREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE signaller;
ALTER ROLE signaller WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
GRANT clerk TO planner WITH ADMIN OPTION, INHERIT TRUE GRANTED BY postgres;
GRANT signaller TO clerk WITH INHERIT TRUE GRANTED BY postgres;
\unrestrict 5ymKydj1ztOBVWxddCLNwpeHJudrnTcFbBRqaVT0B8fVLQIwJyukewNzpAEKNSa
\restrict JOuR8oefXE7wssmHbBjgy2SHeSyGsVsNzyA1jZ135ZHmBGBL7ClcUJ57SxwX2e5
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA "Odd Names";
ALTER SCHEMA "Odd Names" OWNER TO postgres;
CREATE SCHEMA rail;
ALTER SCHEMA rail OWNER TO postgres;
COMMENT ON SCHEMA rail IS 'lines, stations and what runs on them';
CREATE SCHEMA stock;
ALTER SCHEMA stock OWNER TO planner;
CREATE DOMAIN public.remark AS text COLLATE pg_catalog."C";
ALTER DOMAIN public.remark OWNER TO postgres;
CREATE TYPE rail.height AS RANGE (
    subtype = numeric,
    multirange_type_name = rail.heights
);
ALTER TYPE rail.height OWNER TO postgres;
CREATE TYPE rail.metres AS RANGE (
    subtype = integer,
    multirange_type_name = rail.metres_multirange
);
ALTER TYPE rail.metres OWNER TO postgres;
CREATE TYPE rail.place AS (
	longitude double precision,
	latitude double precision,
	name character varying(40)
);
ALTER TYPE rail.place OWNER TO postgres;
COMMENT ON TYPE rail.place IS 'a place on the map';
COMMENT ON COLUMN rail.place.name IS 'as it is written on the spot';
CREATE TYPE rail.signal AS ENUM (
    'clear',
    'preliminary caution',
    'caution',
    'stop'
);
ALTER TYPE rail.signal OWNER TO postgres;
COMMENT ON TYPE rail.signal IS 'what a signal shows';
CREATE DOMAIN rail.speed AS smallint DEFAULT 80
	CONSTRAINT speed_is_possible CHECK (((VALUE > 0) AND (VALUE <= 400)));
ALTER DOMAIN rail.speed OWNER TO postgres;
COMMENT ON DOMAIN rail.speed IS 'kilometres an hour';
CREATE DOMAIN rail.station_code AS character(4) NOT NULL
	CONSTRAINT station_code_check CHECK ((VALUE ~ '^[A-Z]+ *$'::text));
ALTER DOMAIN rail.station_code OWNER TO postgres;
CREATE FUNCTION public.stamp() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'rail', 'public'
    AS $$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END
$$;
ALTER FUNCTION public.stamp() OWNER TO postgres;
CREATE FUNCTION rail.braking_distance(speed numeric, slope numeric DEFAULT 0) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT COST 10 PARALLEL SAFE
    AS $$SELECT speed * speed / (2 * (9.81 + slope))$$;
ALTER FUNCTION rail.braking_distance(speed numeric, slope numeric) OWNER TO postgres;
COMMENT ON FUNCTION rail.braking_distance(speed numeric, slope numeric) IS 'metres until it stands';
CREATE FUNCTION rail.calls(train integer) RETURNS TABLE(station text, minute integer)
    LANGUAGE sql STABLE ROWS 20
    AS $$ SELECT 'nowhere'::text, 0 WHERE train > 0 $$;
ALTER FUNCTION rail.calls(train integer) OWNER TO postgres;
CREATE FUNCTION rail.divide(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) RETURNS record
    LANGUAGE sql
    AS $$SELECT dividend / divisor, dividend % divisor$$;
ALTER FUNCTION rail.divide(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) OWNER TO postgres;
CREATE FUNCTION rail.label(code text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT upper(code) $$;
ALTER FUNCTION rail.label(code text) OWNER TO planner;
CREATE FUNCTION rail.total(VARIADIC amounts numeric[]) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$SELECT sum(one) FROM unnest(amounts) AS one$$;
ALTER FUNCTION rail.total(VARIADIC amounts numeric[]) OWNER TO postgres;
CREATE PROCEDURE stock.scrap(IN wagon integer, INOUT reason text DEFAULT NULL::text)
    LANGUAGE plpgsql
    AS $$ BEGIN reason := coalesce(reason, 'rust'); END $$;
ALTER PROCEDURE stock.scrap(IN wagon integer, INOUT reason text) OWNER TO postgres;
COMMENT ON PROCEDURE stock.scrap(IN wagon integer, INOUT reason text) IS 'for good';
CREATE FUNCTION stock.words(given text) RETURNS SETOF text
    LANGUAGE sql STABLE
    AS $$SELECT regexp_split_to_table(given, ' ')$$;
ALTER FUNCTION stock.words(given text) OWNER TO postgres;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE "Odd Names"."Two Words" (
    "Id" integer NOT NULL,
    "a ""quoted"" one" text DEFAULT 'back\slash'::text,
    "select" integer,
    "ärgerlich" text,
    "UPPER" text
);
ALTER TABLE "Odd Names"."Two Words" OWNER TO postgres;
CREATE VIEW "Odd Names"."a.b" AS
 SELECT "Id",
    "select"
   FROM "Odd Names"."Two Words";
ALTER VIEW "Odd Names"."a.b" OWNER TO postgres;
CREATE TABLE public.a_table_with_a_name_as_long_as_names_may_be_in_this_database_ (
    a_column_with_a_name_that_is_long_and_no_key integer
);
ALTER TABLE public.a_table_with_a_name_as_long_as_names_may_be_in_this_database_ OWNER TO postgres;
CREATE SEQUENCE public.countdown
    AS smallint
    START WITH -1
    INCREMENT BY -1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.countdown OWNER TO postgres;
CREATE TABLE public.everything (
    id bigint NOT NULL,
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
    table_of_texts text[],
    short_texts character varying(10)[],
    during tstzrange,
    days daterange,
    gaps int4multirange,
    object oid,
    relation regclass,
    kind regtype,
    upside rail.height,
    upsides rail.heights,
    home rail.place DEFAULT ROW((0.0)::double precision, (0.0)::double precision, NULL::character varying(40)),
    homes rail.place[]
);
ALTER TABLE public.everything OWNER TO postgres;
CREATE SEQUENCE public.everything_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.everything_id_seq OWNER TO postgres;
ALTER SEQUENCE public.everything_id_seq OWNED BY public.everything.id;
CREATE TABLE public.nothing (
);
ALTER TABLE public.nothing OWNER TO postgres;
CREATE TABLE rail.journey (
    id bigint NOT NULL,
    day date NOT NULL,
    line_id integer,
    passengers integer DEFAULT 0
)
PARTITION BY RANGE (day);
ALTER TABLE rail.journey OWNER TO postgres;
CREATE VIEW public.ranked AS
 WITH recent AS (
         SELECT journey.id,
            journey.day,
            journey.line_id,
            journey.passengers
           FROM rail.journey
          WHERE (journey.passengers IS NOT NULL)
        )
 SELECT id,
    day,
        CASE
            WHEN (passengers > 100) THEN 'full'::text
            ELSE 'empty'::text
        END AS load,
    row_number() OVER (PARTITION BY line_id ORDER BY passengers DESC) AS place
   FROM recent;
ALTER VIEW public.ranked OWNER TO postgres;
CREATE TABLE stock.vehicle (
    id integer NOT NULL,
    built date NOT NULL,
    weight numeric(5,2),
    CONSTRAINT vehicle_only CHECK ((id > 0)) NO INHERIT,
    CONSTRAINT vehicle_weighs CHECK ((weight > (0)::numeric))
);
ALTER TABLE stock.vehicle OWNER TO planner;
CREATE TABLE stock.engine (
    built date DEFAULT CURRENT_DATE NOT NULL,
    power integer NOT NULL
)
INHERITS (stock.vehicle);
ALTER TABLE stock.engine OWNER TO postgres;
CREATE TABLE stock.wagon (
    id integer CONSTRAINT vehicle_id_not_null NOT NULL,
    built date CONSTRAINT vehicle_built_not_null NOT NULL,
    weight numeric(5,2),
    seats integer,
    CONSTRAINT vehicle_only CHECK ((id > 0)) NO INHERIT,
    CONSTRAINT vehicle_weighs CHECK ((weight > (0)::numeric))
);
ALTER TABLE ONLY stock.wagon FORCE ROW LEVEL SECURITY;
ALTER TABLE stock.wagon OWNER TO postgres;
CREATE VIEW public.totals AS
 SELECT 'engine'::text AS kind,
    count(*) AS total
   FROM stock.engine
UNION ALL
 SELECT 'wagon'::text AS kind,
    count(*) AS total
   FROM stock.wagon;
ALTER VIEW public.totals OWNER TO postgres;
CREATE TABLE rail.line (
    id integer NOT NULL,
    number smallint NOT NULL,
    starts_at rail.station_code NOT NULL,
    ends_at rail.station_code NOT NULL,
    operator_code character(3) DEFAULT 'DB'::bpchar,
    length_km double precision,
    length_m integer GENERATED ALWAYS AS (((length_km * (1000)::double precision))::integer) STORED
);
ALTER TABLE rail.line OWNER TO postgres;
CREATE TABLE rail.operator (
    code character(3) NOT NULL,
    name text NOT NULL,
    founded date DEFAULT '1900-01-01'::date,
    CONSTRAINT operator_name_is_said CHECK ((name <> ''::text))
);
ALTER TABLE rail.operator OWNER TO postgres;
COMMENT ON TABLE rail.operator IS 'who runs trains';
CREATE VIEW rail.busy_line WITH (security_barrier='true') AS
 SELECT l.id,
    l.number,
    o.name AS operator,
    count(*) AS journeys,
    sum(j.passengers) AS passengers
   FROM ((rail.line l
     JOIN rail.journey j ON ((j.line_id = l.id)))
     LEFT JOIN rail.operator o ON ((o.code = l.operator_code)))
  WHERE (j.day >= '2024-01-01'::date)
  GROUP BY l.id, l.number, o.name
 HAVING (count(*) > 10);
ALTER VIEW rail.busy_line OWNER TO postgres;
COMMENT ON VIEW rail.busy_line IS 'more than ten journeys';
COMMENT ON COLUMN rail.busy_line.operator IS 'its full name';
CREATE TABLE rail.journey_2024 (
    id bigint CONSTRAINT journey_id_not_null NOT NULL,
    day date CONSTRAINT journey_day_not_null NOT NULL,
    line_id integer,
    passengers integer DEFAULT 0
);
ALTER TABLE rail.journey_2024 OWNER TO postgres;
CREATE TABLE rail.journey_2025 (
    id bigint CONSTRAINT journey_id_not_null NOT NULL,
    day date CONSTRAINT journey_day_not_null NOT NULL,
    line_id integer,
    passengers integer DEFAULT 0
)
PARTITION BY LIST (id);
ALTER TABLE rail.journey_2025 OWNER TO postgres;
CREATE TABLE rail.journey_2025_first (
    id bigint CONSTRAINT journey_id_not_null NOT NULL,
    day date CONSTRAINT journey_day_not_null NOT NULL,
    line_id integer,
    passengers integer DEFAULT 0
);
ALTER TABLE rail.journey_2025_first OWNER TO postgres;
CREATE TABLE rail.journey_2025_others (
    id bigint CONSTRAINT journey_id_not_null NOT NULL,
    day date CONSTRAINT journey_day_not_null NOT NULL,
    line_id integer,
    passengers integer DEFAULT 0
);
ALTER TABLE rail.journey_2025_others OWNER TO postgres;
ALTER TABLE rail.journey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME rail.journey_id_seq
    START WITH 10
    INCREMENT BY 10
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE rail.line ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rail.line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE SEQUENCE rail.line_number_seq
    AS smallint
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE rail.line_number_seq OWNER TO postgres;
ALTER SEQUENCE rail.line_number_seq OWNED BY rail.line.number;
CREATE TABLE rail.station (
    code rail.station_code CONSTRAINT station_code_not_null1 NOT NULL,
    name character varying(80) NOT NULL,
    at rail.place,
    altitude numeric(6,1),
    platforms smallint DEFAULT 1 NOT NULL,
    opened date,
    closed date,
    remarks public.remark,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT station_check CHECK ((opened < closed)),
    CONSTRAINT station_platforms_check CHECK ((platforms > 0))
);
ALTER TABLE rail.station OWNER TO postgres;
COMMENT ON COLUMN rail.station.code IS 'as in the timetable';
COMMENT ON COLUMN rail.station.altitude IS 'above the sea, in metres';
CREATE VIEW rail.open_station AS
 SELECT code,
    name,
    (at).latitude AS latitude
   FROM rail.station
  WHERE (closed IS NULL)
  WITH CASCADED CHECK OPTION;
ALTER VIEW rail.open_station OWNER TO postgres;
CREATE TABLE rail.seat (
    id integer NOT NULL,
    class text
)
PARTITION BY HASH (id, lower(class));
ALTER TABLE rail.seat OWNER TO postgres;
CREATE TABLE rail.seat_0 (
    id integer CONSTRAINT seat_id_not_null NOT NULL,
    class text
);
ALTER TABLE rail.seat_0 OWNER TO postgres;
CREATE TABLE rail.seat_1 (
    id integer CONSTRAINT seat_id_not_null NOT NULL,
    class text
);
ALTER TABLE rail.seat_1 OWNER TO postgres;
CREATE TABLE rail.section (
    line_id integer NOT NULL,
    "position" smallint NOT NULL,
    stretch rail.metres NOT NULL,
    limit_kmh rail.speed,
    shown rail.signal DEFAULT 'stop'::rail.signal NOT NULL,
    seen rail.signal[] DEFAULT '{}'::rail.signal[] NOT NULL,
    inspected timestamp(3) without time zone
);
ALTER TABLE rail.section OWNER TO postgres;
CREATE MATERIALIZED VIEW rail.summary AS
 SELECT line_id,
    min(day) AS first_day,
    max(day) AS last_day
   FROM rail.journey
  GROUP BY line_id
  WITH NO DATA;
ALTER MATERIALIZED VIEW rail.summary OWNER TO postgres;
COMMENT ON MATERIALIZED VIEW rail.summary IS 'refreshed at night';
CREATE SEQUENCE rail.ticket_number
    START WITH 1000
    INCREMENT BY 5
    MINVALUE 10
    MAXVALUE 99999
    CACHE 20
    CYCLE;
ALTER SEQUENCE rail.ticket_number OWNER TO postgres;
COMMENT ON SEQUENCE rail.ticket_number IS 'of tickets on paper';
CREATE TABLE stock.corner OF rail.place (
    longitude NOT NULL,
    name NOT NULL
);
ALTER TABLE stock.corner OWNER TO postgres;
CREATE UNLOGGED TABLE stock.log (
    at timestamp without time zone DEFAULT CURRENT_TIMESTAMP,
    who name DEFAULT CURRENT_USER,
    what text DEFAULT ('it''s '::text || 'done'::text) COLLATE pg_catalog."C"
)
WITH (fillfactor='70', autovacuum_enabled='false');
ALTER TABLE stock.log OWNER TO postgres;
ALTER TABLE ONLY rail.journey ATTACH PARTITION rail.journey_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
ALTER TABLE ONLY rail.journey ATTACH PARTITION rail.journey_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
ALTER TABLE ONLY rail.journey_2025 ATTACH PARTITION rail.journey_2025_first FOR VALUES IN ('1', '2');
ALTER TABLE ONLY rail.journey_2025 ATTACH PARTITION rail.journey_2025_others DEFAULT;
ALTER TABLE ONLY rail.seat ATTACH PARTITION rail.seat_0 FOR VALUES WITH (modulus 2, remainder 0);
ALTER TABLE ONLY rail.seat ATTACH PARTITION rail.seat_1 FOR VALUES WITH (modulus 2, remainder 1);
ALTER TABLE ONLY public.everything ALTER COLUMN id SET DEFAULT nextval('public.everything_id_seq'::regclass);
ALTER TABLE ONLY rail.line ALTER COLUMN number SET DEFAULT nextval('rail.line_number_seq'::regclass);
ALTER TABLE ONLY "Odd Names"."Two Words"
    ADD CONSTRAINT "Two Words_pkey" PRIMARY KEY ("Id");
ALTER TABLE ONLY public.a_table_with_a_name_as_long_as_names_may_be_in_this_database_
    ADD CONSTRAINT a_table_with_a_name_as_long_a_a_column_with_a_name_that_is__key UNIQUE (a_column_with_a_name_that_is_long_and_no_key);
ALTER TABLE ONLY public.everything
    ADD CONSTRAINT everything_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rail.journey
    ADD CONSTRAINT journey_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY rail.journey_2024
    ADD CONSTRAINT journey_2024_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY rail.journey_2025
    ADD CONSTRAINT journey_2025_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY rail.journey_2025_first
    ADD CONSTRAINT journey_2025_first_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY rail.journey_2025_others
    ADD CONSTRAINT journey_2025_others_pkey PRIMARY KEY (id, day);
ALTER TABLE ONLY rail.line
    ADD CONSTRAINT line_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rail.operator
    ADD CONSTRAINT operator_name_key UNIQUE (name);
ALTER TABLE ONLY rail.operator
    ADD CONSTRAINT operator_pkey PRIMARY KEY (code);
ALTER TABLE ONLY rail.section
    ADD CONSTRAINT section_free EXCLUDE USING gist (stretch WITH &&) WHERE (("position" > 0));
ALTER TABLE ONLY rail.section
    ADD CONSTRAINT section_pkey PRIMARY KEY (line_id, "position");
ALTER TABLE ONLY rail.station
    ADD CONSTRAINT station_name_opened_key UNIQUE NULLS NOT DISTINCT (name, opened);
ALTER TABLE ONLY rail.station
    ADD CONSTRAINT station_pkey PRIMARY KEY (code);
ALTER TABLE ONLY stock.corner
    ADD CONSTRAINT corner_pkey PRIMARY KEY (name);
ALTER TABLE ONLY stock.vehicle
    ADD CONSTRAINT vehicle_pkey PRIMARY KEY (id);
CREATE INDEX "Ordered Words" ON "Odd Names"."Two Words" USING btree ("UPPER", "ärgerlich" DESC);
CREATE INDEX everything_address ON public.everything USING spgist (address);
CREATE INDEX everything_day ON public.everything USING brin (day) WITH (pages_per_range='32');
CREATE INDEX everything_id ON public.everything USING hash (unique_id);
CREATE INDEX everything_numbers ON public.everything USING gin (numbers);
CREATE INDEX everything_parsed ON public.everything USING gin (parsed jsonb_path_ops);
CREATE UNIQUE INDEX everything_small ON public.everything USING btree (small, big) NULLS NOT DISTINCT;
CREATE INDEX everything_spot ON public.everything USING gist (spot);
CREATE INDEX everything_text ON public.everything USING btree (letters COLLATE "C" text_pattern_ops, identifier) WITH (fillfactor='80');
CREATE INDEX journey_line ON ONLY rail.journey USING btree (line_id);
CREATE INDEX journey_2024_line_id_idx ON rail.journey_2024 USING btree (line_id);
CREATE INDEX journey_2025_line_id_idx ON ONLY rail.journey_2025 USING btree (line_id);
CREATE INDEX journey_2025_first_line_id_idx ON rail.journey_2025_first USING btree (line_id);
CREATE INDEX journey_2025_others_line_id_idx ON rail.journey_2025_others USING btree (line_id);
CREATE INDEX station_lower_idx ON rail.station USING btree (lower((name)::text));
CREATE INDEX station_open ON rail.station USING btree (opened DESC NULLS LAST, name varchar_pattern_ops) WHERE (closed IS NULL);
COMMENT ON INDEX rail.station_open IS 'those that are in use';
CREATE UNIQUE INDEX station_place ON rail.station USING btree ((((at).name)::text)) INCLUDE (altitude);
CREATE UNIQUE INDEX summary_line ON rail.summary USING btree (line_id);
ALTER INDEX rail.journey_line ATTACH PARTITION rail.journey_2024_line_id_idx;
ALTER INDEX rail.journey_pkey ATTACH PARTITION rail.journey_2024_pkey;
ALTER INDEX rail.journey_2025_line_id_idx ATTACH PARTITION rail.journey_2025_first_line_id_idx;
ALTER INDEX rail.journey_2025_pkey ATTACH PARTITION rail.journey_2025_first_pkey;
ALTER INDEX rail.journey_line ATTACH PARTITION rail.journey_2025_line_id_idx;
ALTER INDEX rail.journey_2025_line_id_idx ATTACH PARTITION rail.journey_2025_others_line_id_idx;
ALTER INDEX rail.journey_2025_pkey ATTACH PARTITION rail.journey_2025_others_pkey;
ALTER INDEX rail.journey_pkey ATTACH PARTITION rail.journey_2025_pkey;
CREATE CONSTRAINT TRIGGER checked_late AFTER INSERT ON rail.line DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE TRIGGER emptied AFTER TRUNCATE ON rail.line FOR EACH STATEMENT EXECUTE FUNCTION public.stamp();
ALTER TABLE rail.line DISABLE TRIGGER emptied;
CREATE TRIGGER name_changed AFTER UPDATE OF name ON rail.station FOR EACH ROW WHEN (((old.name)::text IS DISTINCT FROM (new.name)::text)) EXECUTE FUNCTION public.stamp('loud', '1');
CREATE TRIGGER stamp_station BEFORE INSERT OR UPDATE ON rail.station FOR EACH ROW EXECUTE FUNCTION public.stamp();
COMMENT ON TRIGGER stamp_station ON rail.station IS 'when it was last touched';
ALTER TABLE ONLY "Odd Names"."Two Words"
    ADD CONSTRAINT "Two Words_select_fkey" FOREIGN KEY ("select") REFERENCES "Odd Names"."Two Words"("Id");
ALTER TABLE rail.journey
    ADD CONSTRAINT journey_line_id_fkey FOREIGN KEY (line_id) REFERENCES rail.line(id);
ALTER TABLE ONLY rail.line
    ADD CONSTRAINT line_ends_at_fkey FOREIGN KEY (ends_at) REFERENCES rail.station(code) ON DELETE RESTRICT;
ALTER TABLE ONLY rail.line
    ADD CONSTRAINT line_operator FOREIGN KEY (operator_code) REFERENCES rail.operator(code) ON UPDATE SET DEFAULT ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT line_operator ON rail.line IS 'who runs trains there';
ALTER TABLE ONLY rail.line
    ADD CONSTRAINT line_starts_at_fkey FOREIGN KEY (starts_at) REFERENCES rail.station(code) ON UPDATE CASCADE;
ALTER TABLE ONLY rail.section
    ADD CONSTRAINT section_line_id_fkey FOREIGN KEY (line_id) REFERENCES rail.line(id) ON DELETE CASCADE;
CREATE POLICY open_ones ON rail.station FOR SELECT TO signaller, clerk USING ((closed IS NULL));
COMMENT ON POLICY open_ones ON rail.station IS 'nobody sells tickets to ruins';
CREATE POLICY own_changes ON rail.station AS RESTRICTIVE FOR UPDATE USING ((platforms > 1)) WITH CHECK ((platforms < 40));
ALTER TABLE rail.station ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock.wagon ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA rail TO clerk;
GRANT USAGE ON SCHEMA rail TO signaller;
REVOKE ALL ON TYPE rail.signal FROM PUBLIC;
REVOKE ALL ON FUNCTION rail.braking_distance(speed numeric, slope numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION rail.braking_distance(speed numeric, slope numeric) TO signaller;
GRANT SELECT(id) ON TABLE public.everything TO clerk;
GRANT SELECT(yes),UPDATE(yes) ON TABLE public.everything TO clerk;
GRANT SELECT ON TABLE rail.journey TO clerk;
GRANT INSERT,UPDATE ON TABLE rail.journey TO clerk WITH GRANT OPTION;
GRANT SELECT ON TABLE public.totals TO PUBLIC;
GRANT SELECT ON TABLE rail.line TO clerk;
GRANT SELECT ON TABLE rail.operator TO clerk;
GRANT SELECT ON TABLE rail.busy_line TO clerk;
GRANT SELECT ON TABLE rail.journey_2024 TO clerk;
GRANT SELECT ON TABLE rail.journey_2025 TO clerk;
GRANT SELECT ON TABLE rail.journey_2025_first TO clerk;
GRANT SELECT ON TABLE rail.journey_2025_others TO clerk;
GRANT SELECT ON TABLE rail.station TO clerk;
GRANT SELECT ON TABLE rail.open_station TO clerk;
GRANT SELECT ON TABLE rail.seat TO clerk;
GRANT SELECT ON TABLE rail.seat_0 TO clerk;
GRANT SELECT ON TABLE rail.seat_1 TO clerk;
GRANT SELECT ON TABLE rail.section TO clerk;
GRANT SELECT ON TABLE rail.summary TO clerk;
GRANT SELECT,USAGE ON SEQUENCE rail.ticket_number TO clerk;
\unrestrict JOuR8oefXE7wssmHbBjgy2SHeSyGsVsNzyA1jZ135ZHmBGBL7ClcUJ57SxwX2e5
