SELECT t.foreign_table_catalog, t.foreign_table_schema, t.foreign_table_name, o.option_name, o.option_value
FROM information_schema._pg_foreign_tables t CROSS JOIN LATERAL pg_options_to_table(t.ftoptions) o
