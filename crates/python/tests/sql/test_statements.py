"""Statements of all kinds and dialects, and what hostile texts cost."""

from __future__ import annotations

import time

import pytest

from trunkline import sql
from trunkline.sql import Assignment, Column, Default, Expression, Parameter, Sort, Star, Table, Term

DIALECTS = [
    "from t", "from t select a", "summarize t", "select * exclude (a) from t", "select * replace (1 as a) from t", "pragma x",
    "pragma table_info('t')", "select columns('a.*') from t", "select a from t qualify row_number() over () = 1", "describe t",
    "select [1, 2] from t", "select {'a': 1} from t", "select a from t limit 10%", "select a from t limit 5, 10", "pivot t on a",
    "select top 5 a from t", "select `a` from `t`", "select [a] from [t]", "use db", "select a from t where a ~~~ 1", "select 1x",
    "select a from t where a == 1", "select ? from t", "select a from t where a = :name", "select a from t where a = @name",
    "select a from t array join b", "select a from t sample 0.1", "show tables", "insert or ignore into t values (1)",
    "insert overwrite t values (1)", "upsert into t values (1)", "replace into t values (1)", "select a from t@snapshot", "select",
    "select from", "select a from", "select a from t where", "select a from t where a = 'x", "select a, from t", "select a from t order by",
    "select a from t limit", "insert into t values", "insert into t values ()", "update t", "update t set", "delete", "\\d", "{", "\0", "é", ")",
    "select a from t where a = 1 and", "select a from t where and a = 1", "select a from t where ()", "select a from t group by", "select distinct a from t",
]  # fmt: skip

NOT_SIMPLE = [
    "select 1", "select a from t, u", "select a from t join u using (a)", "select a from only t", "select a from f(1)", "select a from (select 1) t",
    "select a from t as t (a)", "select a into u from t", "select a from t for update", "select a from t having true", "with t as (select 1) select a from t",
    "select a from t union select 1", "select a from t fetch first row only", "select a from t where a like 'x' escape 'y'", "select a from t limit -1",
    "select a from t where a between symmetric 1 and 2", "select u.a from t", "select t.a from t u", "select public.t.a from t", "select a from t limit 1.5",
    "select a from t where not a = 1", "select a from t where a = b", "select a from t where (a, b) = (1, 2)", "select a from t where a in (select 1)",
    "select a from t order by a using <", "select a from t order by a collate \"C\"", "select a from t order by 0", "select a from t group by a, f(b)",
    "select a from t group by rollup (a)", "select a from t tablesample system (1)", "values (1)", "table t", "(select a from t)", "explain select a from t",
    "insert into t select 1", "insert into t x values (1)", "insert into t values (default + 1)", "insert into t default values", "insert into t values (1) on conflict do nothing", "insert into t values (f(1))",
    "update t set (a, b) = (1, 2)", "update t set a = 1 from u", "update t set a = a + 1", "update t set a[1] = 1", "delete from t using u",
    "delete from t where current of c", "update only t set a = 1", "select a from t window w as ()", "select a from t.u.v", "select t.* x from t",
    "select a from t where a = any (array[1])", "select a from t where a = 1 or b = 2", "merge into t using u on true when matched then do nothing",
]  # fmt: skip


@pytest.mark.parametrize("text", DIALECTS + NOT_SIMPLE)
def test_what_is_not_understood_is_not_simple(text):
    statement = sql.parse(text)
    assert (statement.text, statement.is_simple) == (text, False)


def clauses(text):
    statement = sql.parse(text)
    assert statement.is_simple
    return statement


def test_a_select():
    statement = clauses(
        'select a, T."B" as c, * from S.t /* c */ as T where T.a = 1 and (b != $2 and (c not in (1, null)))'
        " and d not between 'a' and 'b' and e is not distinct from 1 and f = any ($1) and g isnull and h is not true"
        " group by a, 2 order by a, 2 desc, b nulls first, c desc nulls last limit $3::int8 offset 5"
    )
    assert statement.tables == (Table("t", "s", "t"),)
    assert [target.expression for target in statement.columns] == [Column("a"), Column("B", "t"), Star()]
    assert [target.text for target in statement.columns] == ["a", 'T."B"', "*"]
    assert [(term.column, term.operator, term.value) for term in statement.where] == [
        (Column("a", "t"), "=", 1),
        (Column("b"), "<>", Parameter(2)),
        (Column("c"), "NOT IN", (1, None)),
        (Column("d"), "NOT BETWEEN", ("a", "b")),
        (Column("e"), "IS NOT DISTINCT FROM", 1),
        (Column("f"), "= ANY", Parameter(1)),
        (Column("g"), "IS NULL", None),
        (Column("h"), "IS NOT TRUE", None),
    ]
    assert statement.group_by == (Column("a"), 2)
    assert statement.order_by == (
        Sort(Column("a"), False, False),
        Sort(2, True, True),
        Sort(Column("b"), False, True),
        Sort(Column("c"), True, False),
    )
    assert (statement.limit, statement.offset, statement.parameters) == (Parameter(3), 5, 3)


def test_changes():
    statement = clauses("insert into s.t as x (a, \"B\") values ($1, default), (-2, 'y') returning x.a as id")
    assert statement.tables == (Table("t", "s", "x", True),)
    assert (statement.insert_columns, statement.rows) == (("a", "B"), ((Parameter(1), Default()), (-2, "y")))
    assert ([target.name for target in statement.columns], statement.returns_rows) == (["id"], True)
    statement = clauses("update t x set a = 1, b = default where x.c like 'z%'")
    assert statement.tables == (Table("t", None, "x", True),)
    assert statement.assignments == (Assignment("a", 1), Assignment("b", Default()))
    assert (statement.where[0].operator, statement.returns_rows) == ("LIKE", False)
    assert clauses("update t set a = 1").tables == (Table("t", is_target=True),)
    assert sql.parse("insert into t values (default + 1)").rows == ((Expression("default + 1"),),)
    assert sql.parse("insert into t select a from u v").tables == (Table("t", is_target=True), Table("u", alias="v"))
    statement = clauses("delete from t as x where a >= 1 returning *")
    assert (statement.tables, statement.where[0].value) == ((Table("t", None, "x", True),), 1)
    assert clauses("insert into t values (1);").text == "insert into t values (1)"


def test_what_is_understood_beside_what_is_not():
    statement = sql.parse(
        "select f(a) x, b from t, u where a = 1 and f(b) between 1 and 2 and case when c and d then e end and (g or h) order by lower(a), b limit 1"
    )
    assert statement.columns[0].text == "f(a)"
    assert [(target.expression, target.name) for target in statement.columns] == [(Expression("f(a)"), "x"), (Column("b"), "b")]
    assert [term.text for term in statement.where] == ["a = 1", "f(b) between 1 and 2", "case when c and d then e end", "g or h"]
    assert statement.order_by == (Sort(Expression("lower(a)"), False, False), Sort(Column("b"), False, False))
    assert statement.limit == 1
    whole = "a = 1 and b = 2 or c = 3"
    assert sql.parse(f"select a from t where {whole} limit 1").where == (Term(whole),)
    assert sql.parse("update t set a = a + 1 where b = 1").assignments == (Assignment("a", Expression("a + 1")),)


@pytest.mark.parametrize(
    ("text", "kind", "tag", "returns_rows"),
    [
        ("", "empty", "", False),
        (" -- nothing\n;;", "empty", "", False),
        ("values (1)", "select", "SELECT", True),
        ("select 1 into t", "select", "SELECT", False),
        ("with a as (delete from t returning *) select * from a", "select", "SELECT", True),
        ("with a as (select 1 as returning) update t set a = 1", "update", "UPDATE", False),
        ("update t set a = (select t.returning from t)", "update", "UPDATE", False),
        ("explain select 1", "explain", "EXPLAIN", True),
        ("create table t as select 1", "definition", "SELECT", False),
        ("fetch 1 from c", "session", "FETCH", True),
        ("begin", "session", "BEGIN", False),
        ("truncate t", "truncate", "TRUNCATE TABLE", False),
        ("nonsense", "other", "", False),
    ],
)
def test_kinds(text, kind, tag, returns_rows):
    statement = sql.parse(text)
    assert (statement.kind, statement.tag, statement.returns_rows) == (kind, tag, returns_rows)


def test_settings():
    told = {text: (sql.parse(text).name, sql.parse(text).value) for text in (
        "set x.y = 1", "set search_path to a, 'B'", "set x to default", "show all", "show time zone", "set names 'utf8'", "reset x", "set"
    )}  # fmt: skip
    assert list(told.values()) == [
        ("x.y", "1"), ("search_path", ("a", "B")), ("x", None), ("all", None), ("timezone", None), ("client_encoding", "utf8"), (None, None), (None, None),
    ]  # fmt: skip


def test_what_raises():
    with pytest.raises(ValueError, match="more than one statement"):
        sql.parse("select 1; select 2")
    for function in (sql.parse, sql.split, sql.quote_identifier, sql.quote_literal):
        with pytest.raises(UnicodeEncodeError):
            function("\udc80")
        with pytest.raises(TypeError):
            function(b"select 1")


def test_splitting():
    assert sql.split(" select 1 ; -- one\n;create function f() begin atomic select 1; end;$$;$$") == [
        "select 1", "create function f() begin atomic select 1; end", "$$;$$",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        ("", "("), ("select ", "("), ("select a from t where ", "("), ("select a from t where ", "and "), ("select a from t where ", "(a or "),
        ("select a from t where ", "a = 1 and "), ("select a from t where ", "not "), ("select ", "a,"), ("select a", "::int"), ("select ", "case "),
        ("select a from ", "t,"), ("select a from t where a in (", "1,"), ("insert into t values ", "(1),"), ("select a from t where ", "between "), ("select ", "as "),
        ("select a from t where a = ", "cast("), ("select a from t order by ", "a desc,"), ("select a from t where ", "u&'"), ("", ";"), ("select '", "''"),
    ],
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_in_linear_time(head, piece):
    start = time.perf_counter()
    sql.parse(head + piece * (1_000_000 // len(piece)))
    # What is quadratic takes minutes.
    assert time.perf_counter() - start < 20
