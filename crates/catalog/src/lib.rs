//! pg_catalog and information_schema for any engine: real PostgreSQL is the oracle.
