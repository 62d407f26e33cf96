#!/usr/bin/env python3
"""Asks a PostgreSQL what blocks and savepoints make of settings, and writes blocks.tsv.

    PGHOST=… PGPORT=… PGUSER=postgres ask_blocks.py blocks.tsv

A sequence starts with a new session and ends with an empty line. A line of it is a command, which is
made up at random, and what the settings below are after it, each behind a tab.
"""

import random
import subprocess
import sys
from pathlib import Path

PSQL = ["psql", "-X", "-A", "-t", "-q", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-P", "null=-"]
SHOWN = ["work_mem", "my.own", "role", "default_transaction_read_only", "transaction_read_only"]
SHOW = "SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SHOWN) + ";"
VALUES = {
    "work_mem": ["1MB", "2MB", "3MB"],
    "my.own": ["a", "b"],
    "role": ["postgres", "none"],
    "session_authorization": ["postgres"],
    "default_transaction_read_only": ["on", "off"],
    "transaction_read_only": ["on"],
}


def sequence(chance):
    depth, local_reset = 0, False
    for _ in range(chance.randint(8, 24)):
        moves = {"begin": 5} if depth == 0 else {"commit": 1, "rollback": 1, "savepoint": 4}
        if depth > 1:
            moves |= {"release": 2, "rollback to": 2}
        moves |= {"set": 6, "local": 4 if depth else 0, "reset": 2, "local reset": depth and 1}
        # RESET ALL of PostgreSQL leaves what SET LOCAL TO DEFAULT covers: a quirk that is not ours.
        local_reset = local_reset and depth > 0
        moves["reset all"] = 0 if local_reset else 1
        move = chance.choices(list(moves), moves.values())[0]
        if move in ("release", "rollback to"):
            place = chance.randrange(depth - 1)
            depth = place + (1 if move == "release" else 2)
            yield f"{move} {place}", f"{move} s{place}"
        elif move == "savepoint":
            yield move, f"savepoint s{depth - 1}"
            depth += 1
        elif move in ("set", "local"):
            name = chance.choice(list(VALUES))
            value = chance.choice(VALUES[name])
            word = "set local" if move == "local" else "set"
            yield f"{move} {name} {value}", f"{word} {name} = '{value}'"
        elif move in ("reset", "local reset"):
            name = chance.choice(list(VALUES)[:-1])
            local_reset |= move != "reset"
            yield f"{move} {name}", f"set {'local ' * (move != 'reset')}{name} to default"
        else:
            depth = {"begin": 1, "reset all": depth}.get(move, 0)
            yield move, move


def main(path):
    chance = random.Random(18)
    lines = []
    for _ in range(120):
        steps = list(sequence(chance))
        asked = "".join(f"{sql};\n{SHOW}\n" for _, sql in steps)
        done = subprocess.run(PSQL, input=asked, capture_output=True, text=True, check=True)
        for (step, _), shown in zip(steps, done.stdout.splitlines(), strict=True):
            lines.append("\t".join([step, *shown.split("|")]))
        lines.append("")
    path.write_text("\n".join(lines))


main(Path(sys.argv[1]))
