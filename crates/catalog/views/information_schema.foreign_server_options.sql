SELECT s.foreign_server_catalog, s.foreign_server_name, o.option_name, o.option_value
FROM information_schema._pg_foreign_servers s CROSS JOIN LATERAL pg_options_to_table(s.srvoptions) o
