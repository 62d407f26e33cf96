"""Statements that are changed at random: nothing fails, and what is called simple is SQL to PostgreSQL."""

from __future__ import annotations

import itertools
import random

from trunkline import sql

LISTS = ["*", "a, b", "t.a as x, 'y', $1", "a::text, t.b b", "date '2024-01-01', -1.5"]
CONDITIONS = [
    "a = 1", "(a > $1 and b like 'x%')", "a in (1, 2, null)", "b is not null and a between 1 and 2", "a = 1 or b = 'z'",
    "not a = 1", "a = any ($2)", "case when a = 1 then true end", "U&'d\\0061' = b",
]  # fmt: skip
ENDS = ["", " order by a desc nulls last, 2", " group by 1 limit 5 offset $3", " for update"]
SEEDS = [f"select {a} from t where {b}{c}" for a, b, c in itertools.product(LISTS, CONDITIONS, ENDS)] + [
    "insert into t (a, b) values (1, 'x'), ($1, default) returning *", "insert into t values (e'\\n', $$x$$)", "update t set a = 1, b = default where a = 2",
    "delete from s.t as u where u.a <> 1 returning a", "with a as (select 1) select * from a", "set search_path to a, b", "show all", "begin; commit",
    "create function f() returns int begin atomic select 1; end", "copy t from stdin", "explain analyze select 1", "from t", "select * exclude (a) from t",
    "pragma x", "summarize t", "select `a`", "table t", "values (1)", "merge into t using u on true when matched then delete", "call f(1)",
]  # fmt: skip
PIECES = [
    "(", ")", ",", "and", "or", "not", "from", "where", "select", "'", '"', "$1", "$$", "::int", "--", "/*", "*/", ";", ".", "*", "between", "in",
    "as", "u&'", "uescape '!'", "e'\\", "\0", "é", "1x", "0x", "1e9", "-", "=", "limit", "by", "null", "case", "end", "[", "]", "cast(", "interval '1' day",
]  # fmt: skip


def mutated(random, text):
    for _ in range(random.choice([1, 1, 2, 4])):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice([0, 0, 1, 2, 8]))
        piece = random.choice(PIECES) if random.random() < 0.7 else ""
        gap = random.choice(["", " "])
        text = text[:start] + gap + piece + gap + text[end:]
    return text


def test_nothing_fails_and_what_is_simple_is_sql(postgres):
    assert len(SEEDS) >= 200
    chance = random.Random(7)
    simple = set()
    for number in range(20_000):
        text = mutated(chance, SEEDS[number % len(SEEDS)])
        statements = sql.split(text)
        assert all(statement in text for statement in statements)
        try:
            statement = sql.parse(text)
        except ValueError:
            assert len(statements) > 1
            continue
        assert len(statements) == (statement.kind != "empty")
        if statement.is_simple:
            simple.add(statement.text)
    assert len(simple) > 400
    for text in simple:
        if "\0" not in text:
            answer = postgres.pgconn.prepare(b"", text.encode())
            assert answer.error_field(ord("C")) != b"42601", (text, answer.error_message)
