SELECT NULL, NULL, pg_encoding_to_char(d.encoding), 'UCS', pg_encoding_to_char(d.encoding), d.datname, 'pg_catalog', 'default'
FROM pg_database d WHERE d.datname = current_database()
