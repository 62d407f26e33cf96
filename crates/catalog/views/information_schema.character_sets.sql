SELECT NULL AS character_set_catalog, NULL AS character_set_schema, pg_encoding_to_char(d.encoding) AS character_set_name,
  CASE WHEN pg_encoding_to_char(d.encoding) = 'UTF8' THEN 'UCS' ELSE pg_encoding_to_char(d.encoding) END AS character_repertoire,
  pg_encoding_to_char(d.encoding) AS form_of_use, current_database() AS default_collate_catalog,
  n.nspname AS default_collate_schema, o.collname AS default_collate_name
FROM pg_database d LEFT JOIN pg_collation o ON o.collcollate = d.datcollate AND o.collctype = d.datctype
  LEFT JOIN pg_namespace n ON n.oid = o.collnamespace
WHERE d.datname = current_database()
