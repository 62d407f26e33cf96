"""Redis in SQL: its keys as a table, and its commands as statements.

    python examples/python/redis_keys.py 5432 redis://127.0.0.1:6379
    psql "host=127.0.0.1 user=me dbname=me" -c "SETEX greeting 60 hello" -c "select key, ttl from keys where type = 'string'" -c "HGETALL user:1"
"""

import shlex
import sys

import redis

import trunkline

client = redis.Redis.from_url(sys.argv[2] if len(sys.argv) > 2 else "redis://127.0.0.1:6379", decode_responses=True)
# What clients may do beside queries; SET and SELECT are SQL's own.
COMMANDS = ("GET", "SETEX", "INCR", "LPUSH", "LRANGE", "HSET", "HGETALL", "DEL", "DBSIZE", "PING")


def keys() -> tuple[list[tuple[object, ...]], list[tuple[str, str]]]:
    """All keys; a value that is no string has a statement of its own."""
    found = []
    for key in client.scan_iter():
        kind = client.type(key)
        found.append((key, kind, client.get(key) if kind == "string" else None, client.ttl(key)))
    return found, [("key", "text"), ("type", "text"), ("value", "text"), ("ttl", "int8")]


def command(query: trunkline.Query) -> object:
    try:
        answer = client.execute_command(*shlex.split(query.sql.rstrip(";")))
    except redis.RedisError as raised:
        raise trunkline.Error("42601", str(raised)) from raised
    if isinstance(answer, dict):
        return list(answer.items()), [("field", "text"), ("value", "text")]
    rows = answer if isinstance(answer, list) else [answer]
    return [(None if row is None else str(row),) for row in rows], [("value", "text")]


if __name__ == "__main__":
    statements = dict.fromkeys(COMMANDS, command)
    trunkline.serve(trunkline.Tables({"keys": keys}), f"127.0.0.1:{sys.argv[1]}", statements=statements)
