SELECT current_database(), c.nspname, c.relname, c.attname, o.option_name, o.option_value
FROM information_schema._pg_foreign_table_columns c CROSS JOIN LATERAL pg_options_to_table(c.attfdwoptions) o
