"""SQL in tokens: strings, quoted names, comments and parentheses are left whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from trunkline import sql as _sql

#: The clauses of the statements that `split_sql` knows.
SQL_SPLIT_STMT_TYPES: dict[str, list[str]] = {
    "SELECT": ["SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "OFFSET"],
    "INSERT": ["INTO", "VALUES", "RETURNING"],
    "UPDATE": ["UPDATE", "SET", "FROM", "WHERE", "RETURNING"],
    "DELETE": ["FROM", "WHERE", "RETURNING"],
    "SET": ["SET"],
    "BEGIN": [],
    "COMMIT": [],
    "ROLLBACK": [],
    "PREPARE": ["PREPARE", "AS"],
    "EXECUTE": ["EXECUTE"],
    "DEALLOCATE": ["DEALLOCATE"],
    "DISCARD": ["DISCARD"],
    "CASE": ["WHEN", "THEN", "ELSE", "END"],
}

_COMPARISONS = ("=", "!=", "<>", "<", ">", "<=", ">=")

# Each alternative of what is repeated begins with another character, so that no text takes long to refuse.
_LEXEME = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
    |(?P<string>[eE]'(?:[^'\\]|\\.|'')*'|(?:[uU]&|[bBxXnN])?'(?:[^']|'')*')
    |(?P<quoted>(?:[uU]&)?"(?:[^"]|"")*")
    |(?P<dollar>\$(?:[^\W\d]\w*)?\$)
    |(?P<parameter>\$[0-9]+)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<other>.)""",
    re.X | re.S,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def lexemes(sql: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each piece of a text; a SyntaxError for what has no end.

    The kinds are space (comments, too), string, quoted, parameter, word and other, which is one character.
    """
    place = 0
    while place < len(sql):
        found = _LEXEME.match(sql, place)
        assert found is not None  # the last alternative takes any character
        kind, end = str(found.lastgroup), found.end()
        if sql.startswith("/*", place):
            kind, end = "space", _comment_end(sql, place)
        elif kind == "dollar":
            tag = found.group()
            closing = sql.find(tag, end)
            if closing < 0:
                raise SyntaxError("expecting closing quote, none found")
            kind, end = "string", closing + len(tag)
        elif kind == "other" and found.group() in "'\"":
            raise SyntaxError("expecting closing quote, none found")
        yield kind, sql[place:end], place
        place = end


def _comment_end(sql: str, place: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, place):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise SyntaxError("expecting end of comment, end of string reached")


def minify_sql(sql: str) -> str:
    """Without comments and line ends."""
    return "".join(" " if kind == "space" else text for kind, text, _ in lexemes(sql)).strip()


def split_sql_queries(sql: str) -> list[str]:
    """The statements of a text, as PostgreSQL splits it."""
    return list(_sql.split(sql))


def split_sql(
    sql: str, stmt_type_delimiters: Mapping[str, Sequence[str]] | None = None
) -> tuple[str, dict[str, Any]]:
    """The type of a statement, its first word, and the text of each clause; of one that is repeated a list.

    The delimiters are the first words of clauses by type of statement. Raises SyntaxError for other types.
    """
    known = SQL_SPLIT_STMT_TYPES if stmt_type_delimiters is None else stmt_type_delimiters
    sql = minify_sql(sql)
    words = _words(sql)
    stmt_type = words[0][0] if words and words[0][1] == 0 else ""
    if stmt_type not in known:
        raise SyntaxError("unsupported SQL statement")
    parts: dict[str, Any] = {}
    clauses = list(_clauses(sql, words, known[stmt_type]))
    for (name, _, start), (_, end, _) in zip(clauses, clauses[1:] + [("", len(sql), 0)], strict=False):
        text = sql[start:end].strip()
        if name not in parts:
            parts[name] = text
        elif isinstance(parts[name], list):
            parts[name].append(text)
        else:
            parts[name] = [parts[name], text]
    return stmt_type, parts


def _words(sql: str) -> list[tuple[str, int, int]]:
    """The words outside of parentheses, in capital letters, with their places."""
    depth, words = 0, []
    for kind, text, place in lexemes(sql):
        if text in ("(", ")"):
            depth += 1 if text == "(" else -1
            if depth < 0:
                raise SyntaxError("closing group that is not open")
        elif kind == "word" and depth == 0:
            words.append((text.upper(), place, place + len(text)))
    if depth:
        raise SyntaxError("missing closing delimiter ')'")
    return words


def _clauses(
    sql: str, words: list[tuple[str, int, int]], names: Sequence[str]
) -> Iterator[tuple[str, int, int]]:
    """Each clause: its name, and where that begins and ends."""
    longest_first = sorted((name.split(" ") for name in names), key=len, reverse=True)
    number = 0
    while number < len(words):
        step = 1
        for name in longest_first:
            found = words[number : number + len(name)]
            between = (sql[one[2] : two[1]] for one, two in zip(found, found[1:], strict=False))
            if [word for word, _, _ in found] != name or any(text.strip() for text in between):
                continue
            # IS DISTINCT FROM is an operator.
            if name != ["FROM"] or number == 0 or words[number - 1][0] != "DISTINCT":
                yield " ".join(name), found[0][1], found[-1][2]
                step = len(name)
            break
        number += step


def unquoted(text: str) -> str:
    """What a string or a quoted name stands for; any other text is itself."""
    kinds = [kind for kind, _, _ in lexemes(text)]
    if kinds == ["quoted"] and text[0] == '"':
        return text[1:-1].replace('""', '"')
    if kinds == ["string"]:
        value = _sql.parse(f"select {text}").columns[0].expression
        return value if isinstance(value, str) else text
    return text


def constant(text: str) -> str:
    """The value of an expression that is a constant, cast or not; any other text with its quotes removed."""
    columns = _sql.parse(f"select {text}").columns
    value: Any = columns[0].expression if len(columns) == 1 else None
    value = value.value if isinstance(value, _sql.Typed) else value
    return value if isinstance(value, str) else unquoted(text)


def tokenize_where_expr(where_cond: str) -> Iterator[list[str]]:
    """``[left, operator, right]`` of each comparison that AND or OR joins; a SyntaxError for any other condition."""
    for expr, _ in tokenize(where_cond, split_delimiters=(" and ", " or ")):
        tokens = [token for token, _ in tokenize(expr, split_delimiters=_COMPARISONS, split_delimiters_as_tokens=True)]
        if len(tokens) != 3 or tokens[1] not in _COMPARISONS:
            raise SyntaxError(f"unhandled comparison: {expr}")
        yield [unquoted(tokens[0]), tokens[1], constant(tokens[2])]


def tokenize_comma_separated_list(sql: str, pos: int = 0, **options: Any) -> list[tuple[Any, int]]:
    """The items of a list, with their places."""
    tokens: list[tuple[Any, int]] = tokenize(sql, pos, split_delimiters=(",",), **options)
    return tokens


def tokenize(
    sql: str,
    pos: int = 0,
    split_delimiters: Sequence[str] = (",", " "),
    group_delimiters: Iterable[tuple[str, str]] = (("(", ")"),),
    string_delimiters: Sequence[str] = ('"', "'"),
    tokenize_nested: bool = False,
    remove_quotes: bool = False,
    split_delimiters_as_tokens: bool = False,
    in_group: str | bool = False,
) -> Any:
    """What stands between delimiters, with its place: ``[(token, place)]``.

    Strings and groups are left whole. With ``tokenize_nested`` a group that begins a token is a list of its tokens
    instead. A blank in a delimiter stands for any white space. With ``in_group``, its closing delimiter, it returns
    the tokens up to there and the place behind it.
    """
    groups = dict(group_delimiters)
    splits = _any_of(split_delimiters)
    opens, closes = _any_of(groups), _any_of([in_group] if isinstance(in_group, str) else [])
    tokens: list[Any] = []
    pieces: list[str] = []
    start = pos

    def flush() -> None:
        token = "".join(pieces)
        if token.strip():
            tokens.append((token.strip(), start + len(token) - len(token.lstrip())))
        pieces.clear()

    while pos < len(sql):
        if closed := closes(sql, pos):
            flush()
            return tokens, closed[1]
        if sql[pos] in string_delimiters:
            end = _string_end(sql, pos)
            pieces.append(unquoted(sql[pos:end]) if remove_quotes else sql[pos:end])
        elif opened := opens(sql, pos):
            closing = groups[opened[0]]
            options: dict[str, Any] = {"group_delimiters": groups.items(), "string_delimiters": string_delimiters}
            if tokenize_nested and not "".join(pieces).strip():
                options |= {"remove_quotes": remove_quotes, "split_delimiters_as_tokens": split_delimiters_as_tokens}
                group, end = tokenize(sql, opened[1], split_delimiters, tokenize_nested=True, in_group=closing, **options)
                tokens.append(group)
                pieces.clear()
                start = end
            else:
                _, end = tokenize(sql, opened[1], (), in_group=closing, **options)
                pieces.append(sql[pos:end])
        elif split := splits(sql, pos):
            flush()
            if split_delimiters_as_tokens:
                tokens.append((split[0].strip(), pos))
            start = end = split[1]
        else:
            end = pos + 1
            pieces.append(sql[pos:end])
        pos = end
    if isinstance(in_group, str):
        raise SyntaxError(f"missing closing delimiter '{in_group}'")
    flush()
    return tokens


def _any_of(delimiters: Iterable[str]) -> Callable[[str, int], tuple[str, int] | None]:
    """Finds the longest of some delimiters at a place: it, and where it ends."""
    found = [(text, _pattern(text)) for text in sorted(delimiters, key=len, reverse=True)]

    def find(sql: str, place: int) -> tuple[str, int] | None:
        for text, pattern in found:
            if match := pattern.match(sql, place):
                return text, match.end()
        return None

    return find


def _pattern(delimiter: str) -> re.Pattern[str]:
    text = re.sub(r"(\\ )+", r"\\s+", re.escape(delimiter))
    before = r"\b" if delimiter[:1].isalnum() else ""
    after = r"\b" if delimiter[-1:].isalnum() else ""
    return re.compile(before + text + after, re.I)


def _string_end(sql: str, place: int) -> int:
    quote, end = sql[place], place + 1
    while (end := sql.find(quote, end)) >= 0:
        if not sql.startswith(quote, end + 1):
            return end + 1
        end += 2
    raise SyntaxError("expecting closing quote, none found")
