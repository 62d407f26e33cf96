"""Every relation of pg_catalog and information_schema, whole: all rows with all columns, with names for numbers."""

import re

import psycopg

from looked import DATABASE, PLACE, Names, asked

RELATIONS = """
select format('%I.%I', nspname, relname), array_agg(attname::text order by attnum)
from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute on attrelid = c.oid and attnum > 0
where nspname in ('pg_catalog', 'information_schema') and relkind in ('r', 'v') group by c.oid, nspname, relname order by 1"""
#: What a server does and has done, where its files are, how it was built and set, and which databases it has besides.
OWN = re.compile(r"pg_catalog\.pg_(stat_.*|statio_.*|statistic|statistic_ext_data|stats.*|settings|file_settings|hba_file_rules"
                 r"|ident_file_mappings|locks|aios|shmem_.*|backend_memory_contexts|dsm_registry_.*|cursors|prepared_.*"
                 r"|replication_.*|wait_events|config|timezone_.*|available_.*|database|largeobject.*)"
                 r"|information_schema\.sql_(implementation_info|sizing)")
#: Counters of a cluster's life, numbers of files, and trees of expressions.
PASSING = {"xmin", "relfilenode", "reltuples", "relpages", "relallvisible", "relallfrozen", "relfrozenxid", "relminmxid",
           "last_value", "adbin", "ev_action", "ev_qual", "conbin", "indexprs", "indpred", "tgqual", "polqual",
           "polwithcheck", "prosqlbody", "proargdefaults", "partexprs", "relpartbound", "typdefaultbin", "stxexprs"}


def rows(connection, names, relation, columns):
    told = ", ".join(f'"{column}"::text' for column in columns if column not in PASSING)
    found = connection.execute(f"select {told} from {relation}").fetchall()
    return sorted(([value and names(value) for value in row] for row in found), key=repr)


with psycopg.connect(dbname=DATABASE, sslmode="disable", autocommit=True, **PLACE) as connection:
    names = Names(connection)
    for relation, columns in connection.execute(RELATIONS).fetchall():
        if not OWN.fullmatch(relation):
            asked(relation, lambda: rows(connection, names, relation, columns))
