"""asyncpg: always the extended protocol, always binary."""

import asyncio
import os
import ssl

import asyncpg

from scenario import (
    CONDITIONS, ENDLESS, ERRORS, FLOOD, ITEM_ROWS, ITEMS, LEDGER, LEDGER_ROWS, Stopwatch, equal,
    kill_in_mid_result, main, scenario, secure_server, server,
)


def connect(**more):
    return asyncpg.connect(**server(), ssl=False, timeout=10, **more)


def rows(records):
    return [tuple(record) for record in records]


@scenario
async def connects_in_trust():
    connection = await connect(server_settings={"application_name": "interop"})
    assert connection.get_server_version().major >= 15
    assert connection.get_server_pid() > 0
    equal(connection.get_settings().application_name, "interop")
    equal(await connection.fetchval("show application_name"), "interop")
    await connection.close()


@scenario
async def connects_by_scram():
    connection = await asyncpg.connect(**secure_server(), ssl=False)
    equal(await connection.fetchval("select count(*) from items"), 1000)
    await connection.close()


@scenario
async def refuses_a_wrong_password():
    try:
        await asyncpg.connect(**secure_server() | {"password": "wrong"}, ssl=False)
    except asyncpg.InvalidPasswordError as error:
        equal(error.sqlstate, "28P01")
    else:
        raise AssertionError("let in")


@scenario
async def refuses_an_unknown_database():
    try:
        await asyncpg.connect(**server() | {"database": "no_such_database"}, ssl=False)
    except asyncpg.InvalidCatalogNameError as error:
        equal(error.sqlstate, "3D000")
    else:
        raise AssertionError("let in")


@scenario
async def connects_by_tls():
    where = secure_server()
    trusted = ssl.create_default_context(cafile=os.environ["INTEROP_CA"])
    connection = await asyncpg.connect(**where, ssl=trusted)
    equal(rows(await connection.fetch(ITEMS)), ITEM_ROWS)
    await connection.close()


@scenario
async def values():
    connection = await connect()
    equal(rows(await connection.fetch(ITEMS)), ITEM_ROWS)
    equal(rows(await connection.fetch(LEDGER)), LEDGER_ROWS)
    await connection.close()


@scenario
async def parameters():
    connection = await connect()
    for condition, value, count in CONDITIONS:
        query = f"select count(*) from {condition.format('$1')}"
        equal((query, await connection.fetchval(query, value)), (query, count))
    equal(await connection.fetchval("select $1", "text"), "text")
    equal(await connection.fetchval("select $1::int8 + 1", 41), 42)
    equal(await connection.fetchval("select $1::text is null", None), True)
    equal(len(await connection.fetch("select id from items order by id limit $1", 7)), 7)
    equal(await connection.fetchval("select count(*) from items where id between $1 and $2", 10, 19), 10)
    try:
        await connection.fetchval("select count(*) from items where id = $1", "text")
    except asyncpg.DataError:
        pass
    await connection.close()


@scenario
async def describes_statements():
    connection = await connect()
    statement = await connection.prepare("select name, price from items where id = $1 and added > $2")
    equal([type.name for type in statement.get_parameters()], ["int8", "date"])
    equal([(a.name, a.type.name) for a in statement.get_attributes()], [("name", "text"), ("price", "float8")])
    equal(rows(await statement.fetch(3, ITEM_ROWS[0][4])), [("item 3", 0.75)])
    equal(statement.get_statusmsg(), "SELECT 1")
    await connection.close()


@scenario
async def errors():
    connection = await connect()
    for query, state, position in ERRORS:
        for run in (connection.fetch, connection.execute):
            try:
                await run(query)
            except asyncpg.PostgresError as error:
                equal((query, error.sqlstate), (query, state))
                if position:
                    equal((query, error.position), (query, str(position)))
            else:
                raise AssertionError(f"no error: {query}")
            equal(await connection.fetchval("select 1"), 1)
    await connection.close()


@scenario
async def empty_query():
    connection = await connect()
    # Not execute(): asyncpg 0.32 itself has no answer to an empty query in the simple protocol.
    for query in ("", " ", "-- nothing\n", ";"):
        equal(await connection.fetch(query), [])
    await connection.close()


@scenario
async def several_statements():
    connection = await connect()
    equal(await connection.execute("select 1; select 2; set application_name = 'x'"), "SET")
    try:
        await connection.fetch("select 1; select 2")
    except asyncpg.PostgresSyntaxError as error:
        equal(error.sqlstate, "42601")
    await connection.close()


@scenario
async def prepared_statements():
    connection = await connect()
    statement = await connection.prepare("select name from items where id = $1")
    for id in (1, 2, 3, 4):
        equal(await statement.fetchval(id), f"item {id}")
    equal(rows(await statement.fetchmany([(1,), (2,), (3,)])), [("item 1",), ("item 2",), ("item 3",)])
    await connection.close()


@scenario
async def portal_with_a_row_limit():
    connection = await connect()
    async with connection.transaction():
        seen = [record["id"] async for record in connection.cursor("select id from items order by id", prefetch=100)]
        equal(seen, list(range(1, 1001)))
        cursor = await connection.cursor("select id from items where id > $1 order by id", 10)
        equal(rows(await cursor.fetch(3)), [(11,), (12,), (13,)])
        equal(await connection.fetchval("select count(*) from events"), 50)
        equal(await cursor.fetchrow(), (14,))
    await connection.close()


@scenario
async def notifications():
    listener, other = await connect(), await connect()
    heard = asyncio.Queue()
    await listener.add_listener("interop", lambda _, pid, channel, payload: heard.put_nowait((pid, channel, payload)))
    await other.execute("notify interop, 'to whom it may concern'")
    equal(await asyncio.wait_for(heard.get(), 10),
          (other.get_server_pid(), "interop", "to whom it may concern"))
    await listener.close()
    await other.close()


@scenario
async def cancel():
    connection = await connect()
    watch = Stopwatch()
    for _ in range(20):
        query = asyncio.create_task(connection.execute(ENDLESS))
        await asyncio.sleep(0.3)
        watch.mark()
        query.cancel()
        try:
            await query
        except asyncio.CancelledError:
            # The session is free again when the server has ended the query.
            equal(await connection.fetchval("select 1"), 1)
            watch.check()
            break
    await connection.close()


@scenario
async def transactions():
    connection = await connect()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        assert connection.is_in_transaction()
        equal(await connection.fetchval("select 1"), 1)
        try:
            async with connection.transaction():
                await connection.fetch("select * from nowhere")
        except asyncpg.UndefinedTableError:
            pass
        equal(await connection.fetchval("select 2"), 2)
    assert not connection.is_in_transaction()
    await connection.execute("begin")
    try:
        await connection.fetch("select 1/0")
    except asyncpg.DivisionByZeroError:
        pass
    try:
        await connection.fetch("select 1")
    except asyncpg.InFailedSQLTransactionError:
        pass
    else:
        raise AssertionError("a failed transaction takes commands")
    equal(await connection.execute("commit"), "ROLLBACK")
    await connection.close()


@scenario
async def pool():
    async with asyncpg.create_pool(**server(), ssl=False, min_size=2, max_size=4) as pool:
        async def query(id):
            return await pool.fetchval("select name from items where id = $1", id)

        equal(await asyncio.gather(*(query(id) for id in (1, 2, 3, 4) * 10)),
              [f"item {id}" for id in (1, 2, 3, 4) * 10])


@scenario
async def a_hundred_connections():
    async def client(number):
        connection = await connect()
        for id in range(number, number + 10):
            price = None if id % 7 == 0 else id % 400 * 0.25
            found = await connection.fetch("select id, price from items where id = $1", id)
            equal(rows(found), [(id, price)])
        await connection.close()

    await asyncio.gather(*(client(number) for number in range(1, 101)))


@scenario
async def killed_in_mid_result():
    await asyncio.to_thread(kill_in_mid_result)
    connection = await connect()
    equal(await connection.fetchval("select count(*) from items"), 1000)
    await connection.close()


def flood():
    async def read():
        connection = await connect()
        async with connection.transaction():
            async for _ in connection.cursor(FLOOD, prefetch=10_000):
                print("reading", flush=True)
                await connection.fetch(FLOOD)

    asyncio.run(read())


if __name__ == "__main__":
    main(flood)
