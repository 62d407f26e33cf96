"""What every client that looks around shares: one line for each question, with the answer behind a tab."""

import json
import os
import re

DATABASE = os.environ["INTEROP_DATABASE"]
PLACE = {name: os.environ["INTEROP_" + name.upper()] for name in ("host", "port", "user")}
SCHEMAS = ["public", "rail", "stock", "Odd Names"]


NUMBERED = """
select attrelid::regclass::text from pg_attribute join pg_class on pg_class.oid = attrelid
where attname = 'oid' and relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and relname <> 'pg_enum'"""
DESCRIBED = "select oid::text, pg_describe_object('{0}'::regclass, oid, 0) from {0} where oid > 16383"
LABELS = "select oid::text, 'label ' || enumlabel from pg_enum where oid > 16383"
#: Five digits and more: no smaller number is of an object that was made.
NUMBER = r"(?<!\d)\d{5,}(?!\d)"


class Names:
    """Names for the numbers of objects, which every server has its own of; some names are made of numbers."""

    def __init__(self, connection):
        catalogs = [name for name, in connection.execute(NUMBERED).fetchall()]
        queries = [DESCRIBED.format(catalog) for catalog in catalogs] + [LABELS]
        self.of = dict(row for query in queries for row in connection.execute(query).fetchall())
        made = {number: re.sub(r"(pg_toast_|RI_ConstraintTrigger_._|Unique_ConstraintTrigger_)(\d+)", self.whose, name) for number, name in self.of.items()}
        self.of.update(made)

    def whose(self, found):
        """A TOAST table is that of a table; which trigger of a constraint it is, the rest of the row says."""
        return found[1] + (self.of.get(found[2], "") if found[1] == "pg_toast_" else "")

    def __call__(self, text):
        return re.sub(NUMBER, lambda number: self.of.get(number[0], number[0]), text)


def told(question, answer):
    """Questions are told once each; an answer is whatever `repr` tells apart."""
    print(question, json.dumps(shown(answer), ensure_ascii=False, sort_keys=True), sep="\t", flush=True)


def asked(question, ask):
    """The answer, or the error: the same mistake is an answer, too."""
    try:
        answer = ask()
    except Exception as error:
        answer = f"raised {type(error).__name__}: {str(error).splitlines()[:1]}"
    told(question, answer)
    return answer


def shown(value):
    if isinstance(value, dict):
        return {str(key): shown(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(shown(one)) for one in value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)
