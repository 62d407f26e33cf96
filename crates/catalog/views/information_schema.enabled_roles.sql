SELECT rolname FROM pg_authid WHERE pg_has_role(oid, 'USAGE')
