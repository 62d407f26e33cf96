"""How long SQLAlchemy takes to reflect all tables of a schema: a line of JSON."""

import json
import os
import time

import sqlalchemy as sa

PLACE = {name: os.environ["INTEROP_" + name.upper()] for name in ("host", "port", "user", "database")}

engine = sa.create_engine(sa.URL.create("postgresql+psycopg", PLACE["user"], host=PLACE["host"],
                                        port=int(PLACE["port"]), database=PLACE["database"]))
# The first connection asks what the server is.
engine.connect().close()
before = time.perf_counter()
metadata = sa.MetaData()
metadata.reflect(engine, schema="app")
print(json.dumps({"reflection": 1000 * (time.perf_counter() - before), "tables": len(metadata.tables)}))
