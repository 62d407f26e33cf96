"""pgAdmin: its own server walks the tree of its browser, and tells what it shows of every node."""

import builtins
import importlib.util
import logging
import os
import re
import sys
import tempfile

import psycopg

from looked import DATABASE, PLACE, Names, asked

#: What changes something, or is of a moment.
PASSING = {"msql", "compare", "stats", "connect", "reload", "validate", "configs", "check_pgpass", "check_utility_exists"}
#: What looks into all other databases, too.
ELSEWHERE = {("role", "dependent"), ("tablespace", "dependent")}
#: What is told of each group of nodes; else it is a list of a dialog, the same everywhere.
OF_NODES = {"nodes", "obj"}
#: What is of a server's history, or counted.
COUNTED = {"xmin", "reltuples", "rows_cnt"}
#: Of what is built in, so many of a kind are looked at.
FEW = 3


def started(home):
    """The program, with all that it keeps in a folder; what it logs would stand between the answers, and it asks for no keyring."""
    logging.disable()
    os.environ.update(HOME=home, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    builtins.SERVER_MODE = False
    sys.path[:0] = importlib.util.find_spec("pgadmin4").submodule_search_locations
    import config

    for name in ("SQLITE_PATH", "SESSION_DB_PATH", "STORAGE_DIR", "LOG_FILE", "AZURE_CREDENTIAL_CACHE_DIR"):
        setattr(config, name, os.path.join(home, name.lower()))
    config.WTF_CSRF_ENABLED = config.MASTER_PASSWORD_REQUIRED = config.UPGRADE_CHECK_ENABLED = False
    from pgAdmin4 import app
    return app


class Browser:
    def __init__(self, app):
        self.client = app.test_client()
        self.rules = {}
        for rule in app.url_map.iter_rules():
            found = re.fullmatch(r"/browser/(\w+)/(\w+)/((?:<(?:\w+:)?\w+>/?)+)", rule.rule)
            if found and "GET" in rule.methods and found[2] not in PASSING and found.groups()[:2] not in ELSEWHERE:
                kind, verb, numbers = found.groups()
                self.rules.setdefault(kind, set()).add((verb, numbers.count("<"), "/" if numbers.endswith("/") else ""))
        self.lists = set()
        self.client.get("/browser/")
        self.done("/browser/server/obj/1/", json={
            "name": "server", "host": PLACE["host"], "port": int(PLACE["port"]), "username": PLACE["user"], "db": DATABASE,
            "gid": 1, "connect_now": True, "password": "", "save_password": 0, "connection_params": {"sslmode": "disable"}})
        with psycopg.connect(dbname=DATABASE, sslmode="disable", autocommit=True, **PLACE) as connection:
            self.names = Names(connection)
            query = "select oid from pg_database where datname = current_database()"
            self.database = connection.execute(query).fetchone()[0]
        self.done(f"/browser/database/connect/1/1/{self.database}")

    def done(self, path, **what):
        answer = self.client.post(path, **what)
        assert answer.status_code == 200, answer.text

    def get(self, kind, verb, path, ends):
        answer = self.client.get("/".join(["/browser", kind, verb, *map(str, path)]) + ends)
        return answer.json if answer.status_code == 200 else {"status": answer.status_code, "data": None, "said": answer.json}

    def ask(self, kind, path, ends, label):
        """All that is shown of what is at a path, and the lists that were not told yet."""
        for verb, length, end in sorted(self.rules.get(kind, ())):
            if length != len(path) or end != ends or (kind, verb) in self.lists:
                continue
            if ends and verb not in OF_NODES:
                self.lists.add((kind, verb))
            asked(f"{label} {verb}", lambda: self.named(self.get(kind, verb, path, ends)))

    def walk(self, kind, path, label, few=None):
        """All nodes below one, in groups; those of a partition are a table's, and a trigger's function is one of the schema."""
        below = [*path[:-2], path[-1]] if kind == "partition" else path
        children = self.get(kind, "children", path, "")["data"]
        for group in [child for child in children if child["_type"].startswith("coll-")]:
            child = group["_type"].removeprefix("coll-")
            self.ask(child, below, "/", f"{label} / {child}")
            nodes = self.get(child, "nodes", below, "/")["data"] or []
            for node in sorted(nodes, key=lambda node: node["label"])[:few]:
                self.node(node["_type"], [*below, node["_id"]], f"{label} / {node['_type']} {node['label']}", node["inode"], few)

    def node(self, kind, path, label, is_inner, few):
        if kind == "database" and path[-1] != self.database:
            return
        self.ask(kind, path, "", label)
        if is_inner:
            self.walk(kind, path, label, FEW if kind == "catalog" else few)

    def named(self, value):
        """An answer with names for the numbers of objects, which every server has its own of."""
        if isinstance(value, dict):
            return {key: self.named(one) for key, one in value.items() if key not in COUNTED}
        if isinstance(value, list):
            return sorted(map(self.named, value), key=repr)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return value
        if isinstance(value, str) and "\n" in value:
            # The plan decides which constraint is told first.
            return self.named([line.rstrip(",") for line in value.splitlines()])
        return self.names(str(value))


with tempfile.TemporaryDirectory() as home:
    Browser(started(home)).walk("server", [1, 1], "server")
