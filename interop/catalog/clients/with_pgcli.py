"""pgcli: what it asks of a server to complete what is typed, what then is completed, and its own commands."""

import pgcli.pgexecute
from pgcli.completion_refresher import CompletionRefresher
from pgcli.packages.parseutils.meta import FunctionMetadata
from pgcli.pgcompleter import PGCompleter
from pgspecial.main import PGSpecial
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from looked import DATABASE, PLACE, asked, told

#: What is told without an argument; it has no order.
LISTS = ["schemata", "tables", "views", "table_columns", "view_columns", "databases", "foreignkeys", "datatypes",
         "functions", "casing"]
ALONE = ["search_path", "failed_transaction", "valid_transaction", "is_virtual_database", "explain_prefix",
         "get_timezone"]
DEFINED = {"view_definition": ["rail.busy_line", "open_station", "rail.summary", "public.ranked", '"Odd Names"."a.b"',
                               "rail.station", "nowhere"],
           "function_definition": ["rail.braking_distance", "rail.label(text)", "stamp", "stock.scrap", "nowhere"]}
#: The cursor is at the end, or where a `|` stands.
TYPED = ["select * from ", "select * from rail.", "select | from rail.station", "select s.| from rail.station s",
         "select * from rail.line l join ", "select * from rail.line l join rail.station s on ",
         "insert into rail.section (", "select rail.", "select * from rail.calls(1) c where c.", "select count",
         "alter table rail.line alter column ", "drop view ", "create table t (a ", "\\d ", "\\c ", "set search_path = ",
         'select * from "Odd Names".', "select 1::"]
COMMANDS = ["\\d rail.station", "\\d+ rail.section", "\\dt rail.*", "\\dv *.*", "\\di rail.*", "\\ds *.*", "\\df rail.*",
            "\\df+ rail.label", "\\dn", "\\dn+", "\\dT rail.*", "\\dT+ rail.*", "\\dD *.*", "\\du", "\\dp rail.*", "\\dx",
            "\\dF", "\\dE *.*", "\\sf rail.label", "\\dm *.*", "\\db", "\\ddp", "\\d rail.station_open", "\\d rail.summary"]


def completions(completer, text):
    before, _, behind = text.partition("|")
    document = Document(before + behind, cursor_position=len(before))
    found = completer.get_completions(document, CompleteEvent(), smart_completion=True)
    return sorted((one.text, one.display_meta_text) for one in found)


def rows(executor, command):
    """Titles, columns, rows and status of everything that a command answers."""
    answers = []
    for title, found, columns, status, *_ in executor.run(command, pgspecial=PGSpecial()):
        answers.append([title, columns, [list(map(str, row)) for row in found or []], status])
    return answers


def look(executor):
    for name in LISTS:
        told_one_by_one(name, sorted(map(plain, getattr(executor, name)())))
    for name in ALONE:
        asked(name, getattr(executor, name))
    for name, arguments in DEFINED.items():
        for one in arguments:
            asked(f"{name} {one}", lambda: getattr(executor, name)(one))
    completer = PGCompleter(smart_completion=True, pgspecial=PGSpecial(), settings={})
    for name, refresh in CompletionRefresher.refreshers.items():
        asked(f"refreshes {name}", lambda: refresh(completer, executor))
    for text in TYPED:
        asked(f"completes {text}", lambda: completions(completer, text))
    for command in COMMANDS:
        asked(command, lambda: rows(executor, command))


def told_one_by_one(name, answers):
    """By the schema and the name that an answer begins with, for there are thousands."""
    named = {}
    for answer in answers:
        named.setdefault(" ".join(answer[:2]), []).append(answer)
    for key, these in named.items():
        told(f"{name}: {key}", these)


def plain(answer):
    """Names are told alone, functions as objects, everything else as a tuple."""
    if isinstance(answer, str):
        return [answer]
    return list(map(str, vars(answer).values() if isinstance(answer, FunctionMetadata) else answer))


look(pgcli.pgexecute.PGExecute(database=DATABASE, password="", dsn="", **PLACE))
