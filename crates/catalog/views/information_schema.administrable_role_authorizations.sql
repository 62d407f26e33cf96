SELECT * FROM information_schema.applicable_roles WHERE is_grantable = 'YES'
