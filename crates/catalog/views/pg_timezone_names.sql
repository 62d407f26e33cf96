SELECT * FROM pg_timezone_names()
