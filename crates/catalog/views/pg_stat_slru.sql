SELECT s.name, 0, 0, 0, 0, 0, 0, 0, pg_postmaster_start_time()
FROM (VALUES ('commit_timestamp'), ('multixact_member'), ('multixact_offset'), ('notify'), ('serializable'), ('subtransaction'),
  ('transaction'), ('other')) s(name)
