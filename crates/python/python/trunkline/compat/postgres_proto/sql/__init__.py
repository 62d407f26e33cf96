"""A forgiving parser, by postgres_proto's names; `trunkline.sql` understands more."""

from trunkline.compat.postgres_proto.sql.parser import (
    FromTableExpr,
    SelectColumnExpr,
    SelectStmt,
    extract_value_from_where_comparison,
    parse_sql,
    parse_sql_func,
)
from trunkline.compat.postgres_proto.sql.tokenizer import split_sql, split_sql_queries, tokenize, tokenize_where_expr

__all__ = [
    "FromTableExpr",
    "SelectColumnExpr",
    "SelectStmt",
    "extract_value_from_where_comparison",
    "parse_sql",
    "parse_sql_func",
    "split_sql",
    "split_sql_queries",
    "tokenize",
    "tokenize_where_expr",
]
