SELECT m.authorization_identifier, m.foreign_server_catalog, m.foreign_server_name, o.option_name, o.option_value
FROM information_schema._pg_user_mappings m CROSS JOIN LATERAL pg_options_to_table(m.umoptions) o
