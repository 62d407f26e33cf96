SELECT current_database(), n.nspname, o.conname,
  CASE WHEN p.oid IS NOT NULL THEN current_database() END, pn.nspname, p.conname,
  CASE o.confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' WHEN 's' THEN 'NONE' END,
  CASE o.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END,
  CASE o.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
  CROSS JOIN LATERAL generate_series(0, CASE o.conparentid WHEN 0 THEN 0 ELSE 1 END) again
  LEFT JOIN pg_constraint p ON again = 0 AND p.conindid = o.conindid AND p.conrelid = o.confrelid AND p.contype IN ('p', 'u')
  LEFT JOIN pg_namespace pn ON pn.oid = p.connamespace
WHERE o.contype = 'f'
