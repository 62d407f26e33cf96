SELECT current_database(), tn.nspname, t.typname, current_database(), pn.nspname, p.proname || '_' || p.oid, l.lanname, x.kind
FROM pg_transform o JOIN pg_type t ON t.oid = o.trftype JOIN pg_namespace tn ON tn.oid = t.typnamespace
  JOIN pg_language l ON l.oid = o.trflang
  CROSS JOIN LATERAL (VALUES (o.trffromsql::oid, 'FROM SQL'), (o.trftosql::oid, 'TO SQL')) x(proc, kind)
  JOIN pg_proc p ON p.oid = x.proc JOIN pg_namespace pn ON pn.oid = p.pronamespace
