SELECT e.name, e.default_version, x.extversion, e.comment
FROM pg_available_extensions() e LEFT JOIN pg_extension x ON e.name = x.extname
