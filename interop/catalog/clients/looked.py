"""What every client that looks around shares: one line for each question, with the answer behind a tab."""

import json
import os

DATABASE = os.environ["INTEROP_DATABASE"]
PLACE = {name: os.environ["INTEROP_" + name.upper()] for name in ("host", "port", "user")}
SCHEMAS = ["public", "rail", "stock", "Odd Names"]


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
