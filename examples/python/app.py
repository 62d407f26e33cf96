"""An asyncio program with a PostgreSQL face: what it knows, and news by LISTEN.

    python examples/python/app.py 5432
    psql "host=127.0.0.1 user=me dbname=me" -c "listen ticks" -c "select * from ticks"
"""

import asyncio
import sys

import trunkline

ticks: list[float] = []


async def handler(query: trunkline.Query) -> object:
    await asyncio.sleep(0)
    return [(number, at) for number, at in enumerate(ticks)], [("number", "int4"), ("at", "float8")]


async def main(port: str) -> None:
    loop = asyncio.get_running_loop()
    async with trunkline.Server(handler, f"127.0.0.1:{port}", columns=[("number", "int4"), ("at", "float8")]) as server:
        while True:
            ticks.append(loop.time())
            server.notify("ticks", str(len(ticks)))
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
