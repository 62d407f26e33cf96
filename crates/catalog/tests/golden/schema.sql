CREATE SCHEMA sales;
CREATE TABLE public.customers (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email character varying(120) UNIQUE,
  credit numeric(10,2) DEFAULT 0.00,
  joined timestamp with time zone DEFAULT now() NOT NULL,
  tags text[],
  "Odd Name" boolean
);
COMMENT ON TABLE public.customers IS 'who buys';
COMMENT ON COLUMN public.customers.email IS 'where bills go';
CREATE TABLE sales.orders (
  id bigint NOT NULL,
  customer_id integer NOT NULL,
  line smallint NOT NULL,
  placed date,
  total double precision,
  note character(5),
  CONSTRAINT orders_pkey PRIMARY KEY (id, line),
  CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT orders_total_check CHECK ((total >= (0)::double precision))
);
CREATE INDEX orders_placed_idx ON sales.orders USING btree (placed);
CREATE UNIQUE INDEX orders_open_idx ON sales.orders USING btree (customer_id, placed) WHERE (total > (0)::double precision);
CREATE VIEW public.big_orders AS SELECT id, total FROM sales.orders WHERE total > 100;
CREATE TABLE public.empty ();
