"""Names of columns and values of constants, as PostgreSQL tells them."""

from __future__ import annotations

import psycopg
import pytest

from trunkline import sql

# What the names of these are cannot be told by token, or is not told.
UNTOLD = [
    "(a)",
    "(select b from t limit 1)",
    "case when true then a else b end",
    "a at time zone 'UTC'",
    "trim(b)",
    "cast(a as text)::text",
    "(d).a",
]

LISTS = [
    "a", "t.a", "a as x", "a x", 'a "X y"', '"D"', '"D" as from', "A", "a name", "t.a value", 'U&"d\\0061t\\0061" ',
    "1", "-1", "'x'", "null", "true", "$$x$$", "1.5", "b'101'", "x'1F'", "1 as one", "1 one",
    "1::int", "'1'::text::varchar", "a::text", "b::varchar(10)", "'{1}'::int[]", "null::numeric(5, 2)", "cast(1 as int8)",
    "date '2024-01-01'", "interval '1 day'", "timestamp with time zone '2024-01-01'", "double precision '1'", "bool 't'",
    "count(*)", "count(*) n", "count(a) filter (where a > 1)", "max(a) over ()", "sum(a) over w", "lower(b)", "Lower(b)",
    "pg_catalog.lower(b)", "pg_catalog.lower(b)::varchar", "coalesce(a, 1)", "greatest(a, 1)", "nullif(a, 1)",
    "exists (select 1)", "array[1, 2]", "array(select 1)", "row(1, 2)", "extract(year from d)", "substring(b from 1)",
    "position('a' in b)", "overlay(b placing 'x' from 1)", "current_date", "current_user", "user", "now()", "localtime",
    "a + 1", "a + 1 as x", "-a", "a::int + 1", "not true", "a is null", "a = 1", "b like 'x'", "b || 'x'", "a in (1)",
    "a between 1 and 2", "a > 1 and a < 3", "c[1]", "c[1:2]", "c[1]::text", 'b collate "C"', "lower(b) as l",
    "a is distinct from 1", "a, b", "a, count(*) over (), 'x' y, 1::int8 as \"Z\"", "1::pg_catalog.int4", "@ a",
    "f.a", "'2024-01-01'::date", "json '1'", "a::pg_catalog.text", "md5(b) \"M\"", "round(1.5)", "decimal '1.5'",
]  # fmt: skip


@pytest.fixture(scope="module")
def table(postgres):
    postgres.execute('create temp table t (a int, b text, c int[], d date, "D" int, data int)')
    return postgres


def names_in_postgresql(connection, text):
    for behind in ["from t window w as ()", "from t group by a, b, c, d", "from t", "from t as f"]:
        try:
            return [column.name for column in connection.execute(f"select {text} {behind}").description]
        except psycopg.Error as error:
            last = error
    raise last


@pytest.mark.parametrize("text", LISTS)
def test_columns_are_named_as_in_postgresql(table, text):
    ours = [target.name for target in sql.parse(f"select {text} from t").columns]
    assert ours == names_in_postgresql(table, text)


@pytest.mark.parametrize("text", UNTOLD)
def test_what_cannot_be_told_is_not(text):
    assert [target.name for target in sql.parse(f"select {text} from t").columns] == [None]


VALUES = [
    "1", "0", "-1", "+1", "- 1", "1_000", "0x1F", "0o17", "0b101", "-0x1F", "0x_ff", "007", "2147483648", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "123456789012345678901234567890", "0xFFFFFFFFFFFFFFFF", "1.5", "-1.50",
    ".5", "1.", "1e3", "1.5E-3", "1_0.2_5", "''", "'x'", "'it''s'", "'a'\n'b'", r"'a\nb'", r"E'a\nb\'c\x41\u00e9'",
    r"U&'d\0061t\+000061'", "U&'d!0061' uescape '!'", "$$it's$$", "$tag$a$$b$tag$", "true", "FALSE", "null",
]  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_constants_are_those_of_postgresql(postgres, text):
    [(theirs,)] = postgres.execute(f"select {text}").fetchall()
    [target] = sql.parse(f"select {text} from t").columns
    assert (target.expression, type(target.expression)) == (theirs, type(theirs))
    [term] = sql.parse(f"select a from t where a = {text}").where
    assert term.understood and (term.value, type(term.value)) == (theirs, type(theirs))


CASTS = [
    "'2024-01-01'::date", "date '2024-01-01'", "cast('2024-01-01' as date)", "1::integer", "'1'::bigint", "'x'::varchar(10)",
    "timestamp with time zone '2024-01-01'", "'{1,2}'::int[]", "'{a}'::text[][]", "1.5::numeric(5, 2)", "numeric '1.5'",
    "interval '1 day'", "'1'::double precision", "'1'::\"char\"", "'t'::bool", "null::text", "CAST ( true AS boolean )",
    "'1'::pg_catalog.int2", "'x'::character varying", "time '12:00'", "'x'::name", "real '1'", "-1::smallint",
]  # fmt: skip


@pytest.mark.parametrize("text", CASTS)
def test_the_types_of_casts_are_those_of_postgresql(postgres, text):
    [target] = sql.parse(f"select {text} from t").columns
    assert isinstance(target.expression, sql.Typed)
    # That is how PostgreSQL tells the type of one byte from `character`.
    name = sql.quote_literal('"char"' if target.expression.type == "char" else target.expression.type)
    query = f"select pg_typeof({text}) = {name}::regtype"
    assert postgres.execute(query).fetchone() == (True,)


@pytest.mark.parametrize("text", ["now()", "a", "b'1'", "n'x'", "$0", "1 + 1", "(1)", "'a' 'b'", "1::int::text", "array[1]", "1e9999999"])
def test_other_values_stay_text(text):
    [term] = sql.parse(f"select a from t where a = {text}").where
    assert (term.text, term.understood) == (f"a = {text}", False)


@pytest.mark.parametrize("name", ["a", "Größe", "user", 'q"q', "1a", "", "date", "select", "A"])
def test_quoting_is_that_of_postgresql(postgres, name):
    quoted = postgres.execute("select quote_ident(%s), quote_literal(%s)", [name, name + "'\\"]).fetchone()
    assert quoted == (sql.quote_identifier(name), sql.quote_literal(name + "'\\"))
