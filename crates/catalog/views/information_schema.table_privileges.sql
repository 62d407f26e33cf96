SELECT pg_get_userbyid(c.relowner), pg_get_userbyid(c.relowner), current_database(), n.nspname, c.relname, p.right_name, 'YES',
  CASE WHEN p.right_name = 'SELECT' THEN 'YES' ELSE 'NO' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN (VALUES ('INSERT'), ('SELECT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) p(right_name)
WHERE c.relkind IN ('r', 'v', 'p', 'f')
