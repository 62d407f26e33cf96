"""SQLAlchemy 2, core and ORM: the same scenarios through psycopg 3, psycopg2 and asyncpg."""

import asyncio
import os
import socket
import threading
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError

import people_asked
from people import VALUES, Address, Base, Person, Team, counters, every_type
from scenario import equal, main, scenario, server


def creates_tables(engine):
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    # Looks for each table, finds all of them, and makes nothing.
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        equal(connection.scalar(sa.select(sa.func.count()).select_from(Person)), 0)


def reflects(engine):
    found = sa.inspect(engine)
    equal(set(found.get_table_names()) >= {"team", "person", "address", "membership", "every_type", "counter"}, True)
    equal(found.get_pk_constraint("membership")["constrained_columns"], ["person_id", "team_id"])
    keys = [(key["constrained_columns"], key["referred_table"], key["options"]) for key in found.get_foreign_keys("address")]
    equal(keys, [(["person_id"], "person", {"ondelete": "CASCADE"})])
    equal([c["name"] for c in found.get_unique_constraints("address")], ["address_once"])
    equal([c["name"] for c in found.get_check_constraints("address")], ["address_has_at"])
    equal([(i["name"], i["column_names"], i["unique"]) for i in found.get_indexes("person")],
          [("ix_person_name", ["name"], False)])
    table = sa.Table("every_type", sa.MetaData(), autoload_with=engine)
    equal({name: str(column.type) for name, column in table.columns.items()},
          {"id": "INTEGER", "small": "SMALLINT", "large": "BIGINT", "exact": "NUMERIC(20, 6)",
           "inexact": "DOUBLE PRECISION", "flag": "BOOLEAN", "words": "VARCHAR(100)", "bytes": "BYTEA", "day": "DATE",
           "time": "TIME", "here": "TIMESTAMP", "there": "TIMESTAMP", "span": "INTERVAL", "colour": "VARCHAR(10)",
           "key": "UUID", "document": "JSON", "binary_document": "JSONB"})
    equal((table.columns["here"].type.timezone, table.columns["there"].type.timezone), (False, True))
    equal([column.name for column in table.columns if not column.nullable], ["id"])


def types(engine):
    with engine.begin() as connection:
        key = connection.execute(every_type.insert().values(**VALUES).returning(every_type.c.id)).scalar_one()
        empty = connection.execute(every_type.insert().returning(every_type)).mappings().one()
        row = connection.execute(every_type.select().where(every_type.c.id == key)).mappings().one()
        equal({name: row[name] for name in VALUES}, VALUES)
        equal((empty["flag"], empty["words"], empty["there"].tzinfo is not None), (True, None, True))
        for name in VALUES:
            if name in ("document", "binary_document"):
                continue
            where = every_type.c[name] == VALUES[name]
            equal((name, connection.scalars(sa.select(every_type.c.id).where(where)).all()), (name, [key]))
        document, binary = every_type.c.document, every_type.c.binary_document
        equal(connection.execute(sa.select(document["b"]["c"].as_boolean(), document["a"][1].as_float(), binary[0]["k"].astext)
                                 .where(every_type.c.id == key)).one(), (True, 2.5, "v"))
        equal(connection.scalar(sa.select(sa.func.count()).where(binary.contains([{"k": "v"}]))), 1)
        equal(connection.execute(every_type.delete()).rowcount, 2)


def inserts_many_values(engine):
    with engine.begin() as connection:
        people = Person.__table__
        found = connection.execute(
            people.insert().returning(people.c.id, people.c.name, sort_by_parameter_order=True),
            [{"name": f"many {n}"} for n in range(2500)]).all()
        equal([row.name for row in found], [f"many {n}" for n in range(2500)])
        equal(len({row.id for row in found}), 2500)
        connection.execute(people.insert(), [{"name": f"more {n}"} for n in range(100)])
        equal(connection.scalar(sa.select(sa.func.count()).select_from(people)), 2600)
        updated = connection.execute(
            people.update().where(people.c.name == sa.bindparam("old")).values(nickname=sa.bindparam("new")),
            [{"old": f"more {n}", "new": f"nick {n}"} for n in range(10)])
        equal(updated.rowcount in (10, -1), True)
        gone = connection.execute(people.delete().where(people.c.nickname.is_(None)).returning(people.c.name)).all()
        equal(len(gone), 2590)
        equal(connection.execute(people.delete()).rowcount, 10)


def upserts(engine):
    with engine.begin() as connection:
        add = insert(counters).values([{"name": "a", "n": 1}, {"name": "b", "n": 10}])
        connection.execute(add)
        more = add.on_conflict_do_update(index_elements=["name"], set_={"n": counters.c.n + add.excluded.n})
        equal(sorted(connection.execute(more.returning(counters.c.name, counters.c.n)).all()), [("a", 2), ("b", 20)])
        guarded = add.on_conflict_do_update(
            constraint=counters.primary_key, set_={"n": 0}, where=counters.c.n > 5).returning(counters.c.name)
        equal(connection.scalars(guarded).all(), ["b"])
        equal(connection.scalars(add.on_conflict_do_nothing().returning(counters.c.name)).all(), [])
        connection.execute(insert(counters).values(name="c").on_conflict_do_nothing(index_elements=["name"]))
        equal(connection.execute(counters.select().order_by("name")).all(), [("a", 2), ("b", 0), ("c", 0)])
        connection.execute(counters.delete())


def queries(engine):
    with engine.begin() as connection:
        connection.execute(counters.insert(), [{"name": f"c{n}", "n": n} for n in range(1, 31)])
        n, name = counters.c.n, counters.c.name
        scalars = lambda query: connection.scalars(query).all()  # noqa: E731
        equal(scalars(sa.select(name).where(n.in_([3, 1, 99])).order_by(n.desc())), ["c3", "c1"])
        equal(scalars(sa.select(name).where(n.in_([]))), [])
        equal(scalars(sa.select(n).where(n.between(5, 7), name.like("c%"), ~name.ilike("%C6")).order_by(n)), [5, 7])
        equal(scalars(sa.select(n).order_by(n.desc().nulls_last()).limit(2).offset(1)), [29, 28])
        equal(connection.execute(sa.select(sa.func.sum(n), sa.func.avg(n), sa.func.count(n.distinct()))).one(),
              (465, Decimal("15.5"), 30))
        by_last = sa.select((n % 10).label("d"), sa.func.count().label("k")).group_by("d").having(sa.func.sum(n) > 50)
        equal(connection.execute(by_last.order_by("d")).all(), [(0, 3), (7, 3), (8, 3), (9, 3)])
        big = sa.select(counters).where(n > 28).cte("big")
        equal(scalars(sa.select(big.c.name).order_by(big.c.name)), ["c29", "c30"])
        steps = sa.select(sa.literal(1).label("i")).cte("steps", recursive=True)
        steps = steps.union_all(sa.select(steps.c.i * 2).where(steps.c.i < 100))
        equal(scalars(sa.select(steps.c.i).order_by(steps.c.i)), [1, 2, 4, 8, 16, 32, 64, 128])
        ranked = sa.select(name, sa.func.row_number().over(partition_by=n % 2, order_by=n.desc()).label("r")).subquery()
        equal(scalars(sa.select(ranked.c.name).where(ranked.c.r == 1).order_by(ranked.c.name)), ["c29", "c30"])
        equal(scalars(sa.select(sa.case((n > 15, "high"), else_="low")).where(n.in_([15, 16])).order_by(n)), ["low", "high"])
        equal(connection.scalar(sa.select(sa.cast(n, sa.String) + "!").where(n == 7)), "7!")
        equal(connection.scalar(sa.select(sa.exists().where(n == 31))), False)
        equal(scalars(sa.union(sa.select(n).where(n < 3), sa.select(n).where(n < 2)).order_by("n")), [1, 2])
        one, other = counters.alias("one"), counters.alias("other")
        pairs = sa.select(one.c.n, other.c.n).join_from(one, other, other.c.n == one.c.n * one.c.n).order_by(one.c.n)
        equal(connection.execute(pairs).all(), [(1, 1), (2, 4), (3, 9), (4, 16), (5, 25)])
        equal(connection.execute(sa.text("select name from counter where n = :n"), {"n": 4}).scalar_one(), "c4")
        equal(connection.scalar(sa.select(n / 2).where(n == 7)), Decimal("3.5"))
        equal(connection.scalar(sa.select(n // 2).where(n == 7)), 3)
        equal(connection.scalar(sa.select(sa.func.coalesce(sa.null(), sa.func.upper(name))).where(n == 7)), "C7")
        connection.execute(counters.delete())


def unit_of_work(engine):
    with Session(engine) as session:
        boss = Person(name="Ada", addresses=[Address(email="ada@example.org"), Address(email="a@example.org")])
        teams = [Team(name=f"team {n}") for n in range(3)]
        staff = [Person(name=f"P{n}", boss=boss, teams=teams[: n % 4]) for n in range(8)]
        session.add_all([boss, *staff])
        session.commit()
        equal((boss.version, len(boss.staff), [len(person.teams) for person in staff]),
              (1, 8, [0, 1, 2, 3, 0, 1, 2, 3]))
        boss.nickname = "the boss"
        boss.addresses.remove(boss.addresses[0])
        staff[7].teams.clear()
        session.delete(staff[0])
        session.commit()
        equal((boss.version, len(boss.staff), boss.addresses[0].email), (2, 7, "a@example.org"))
    with Session(engine) as session:
        loaded = session.scalars(sa.select(Person).options(selectinload(Person.teams), joinedload(Person.boss))
                                 .where(Person.boss_id.is_not(None)).order_by(Person.name)).unique().all()
        equal([(p.name, p.boss.name, sorted(t.name for t in p.teams)) for p in loaded][:2],
              [("P1", "Ada", ["team 0"]), ("P2", "Ada", ["team 0", "team 1"])])
        other = aliased(Person)
        counted = (sa.select(other.name, sa.func.count(Person.id)).join(Person.boss.of_type(other))
                   .group_by(other.name))
        equal(session.execute(counted).all(), [("Ada", 7)])
        equal(session.scalars(sa.select(Team.name).join(Team.people).where(Person.name == "P3")
                              .order_by(Team.name)).all(), ["team 0", "team 1", "team 2"])
        equal(session.get(Person, loaded[0].id) is loaded[0], True)
        equal(session.execute(sa.update(Person).where(Person.name.like("P%")).values(nickname="p")
                              .returning(Person.name)).scalars().all().__len__(), 7)
        session.merge(Person(id=loaded[0].id, name="Merged", version=loaded[0].version))
        session.commit()
        equal(session.scalar(sa.select(sa.func.count()).where(Person.name == "Merged")), 1)


def stale_versions_are_noticed(engine):
    with Session(engine) as one, Session(engine) as other:
        mine = one.scalars(sa.select(Person).where(Person.name == "Ada")).one()
        theirs = other.scalars(sa.select(Person).where(Person.name == "Ada")).one()
        theirs.nickname = "first"
        other.commit()
        mine.nickname = "second"
        try:
            one.commit()
        except StaleDataError:
            one.rollback()
        else:
            raise AssertionError("a stale row was written")
        equal(one.scalar(sa.select(Person.nickname).where(Person.name == "Ada")), "first")


def savepoints(engine):
    with Session(engine) as session:
        session.add(Team(name="kept"))
        with session.begin_nested():
            session.add(Team(name="nested"))
        try:
            with session.begin_nested():
                session.add(Team(name="kept"))
                session.flush()
        except exc.IntegrityError as error:
            equal(getattr(error.orig, "sqlstate", None) or error.orig.pgcode, "23505")
        else:
            raise AssertionError("taken twice")
        undone = session.begin_nested()
        session.add(Team(name="undone"))
        session.flush()
        undone.rollback()
        session.commit()
        names = session.scalars(sa.select(Team.name).where(~Team.name.like("team%")).order_by(Team.name)).all()
        equal(names, ["kept", "nested"])
        session.add(Team(name="rolled back"))
        session.flush()
        session.rollback()
        equal(session.scalars(sa.select(Team).where(Team.name == "rolled back")).all(), [])
        session.execute(sa.delete(Team).where(Team.name.in_(names)))
        session.commit()


def errors(engine):
    def refused(statement, state, *parameters):
        with engine.connect() as connection:
            try:
                connection.execute(statement, *parameters)
            except exc.DBAPIError as error:
                equal((str(statement), getattr(error.orig, "sqlstate", None) or error.orig.pgcode), (str(statement), state))
                connection.rollback()
                equal(connection.scalar(sa.select(1)), 1)
            else:
                raise AssertionError(f"taken: {statement}")

    ada = sa.select(Person.id).where(Person.name == "Ada").scalar_subquery()
    refused(sa.insert(Address).values(email="no at sign", person_id=ada), "23514")
    refused(sa.insert(Address).values(email="a@example.org", person_id=ada), "23505")
    refused(sa.insert(Address).values(email="b@example.org", person_id=1_000_000), "23503")
    refused(sa.insert(Address).values(email=None, person_id=ada), "23502")
    refused(sa.insert(Team).values(name="t" * 31), "22001")
    refused(sa.delete(Person).where(Person.name == "Ada"), "23503")
    refused(sa.text("select nonesuch from person"), "42703")
    refused(sa.text("select * from nowhere"), "42P01")
    refused(sa.text("create table person (id int)"), "42P07")


def streams(engine):
    with engine.begin() as connection:
        connection.execute(counters.insert(), [{"name": f"s{n:05}", "n": n} for n in range(1, 3001)])
    with engine.connect() as connection:
        ordered = counters.select().order_by("n")
        seen, sizes = 0, []
        with connection.execution_options(yield_per=500).execute(ordered) as result:
            for part in result.partitions():
                sizes.append(len(part))
                seen += sum(row.n for row in part)
        equal((seen, sizes), (3000 * 3001 // 2, [500] * 6))
        streamed = connection.execution_options(stream_results=True, max_row_buffer=100).execute(ordered)
        equal([streamed.fetchone().n, streamed.fetchmany(2)[1].n, len(streamed.fetchall())], [1, 3, 2997])
        connection.rollback()
        half = connection.execution_options(stream_results=True).execute(ordered)
        equal(half.first().n, 1)
    with Session(engine) as session:
        query = sa.select(Person).order_by(Person.name).execution_options(yield_per=3)
        equal(len([person.name for person in session.scalars(query)]), 8)
    with engine.begin() as connection:
        connection.execute(sa.text("truncate table counter"))
        equal(connection.scalar(sa.select(sa.func.count()).select_from(counters)), 0)


def two_sessions(engine):
    """What one has not committed the other does not see, and then it does."""
    with Session(engine) as one, Session(engine) as other:
        one.add(Team(name="unseen"))
        one.flush()
        unseen = sa.select(Team.name).where(Team.name == "unseen")
        equal(other.scalars(unseen).all(), [])
        other.rollback()
        one.commit()
        equal(other.scalars(unseen).all(), ["unseen"])
        other.execute(sa.delete(Team).where(Team.name == "unseen"))
        other.commit()
        equal(one.scalars(unseen).all(), [])
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader, engine.connect() as writer:
        count = sa.select(sa.func.count()).select_from(Team)
        before = reader.scalar(count)
        writer.execute(sa.insert(Team).values(name="later"))
        writer.commit()
        equal(reader.scalar(count), before)
        reader.commit()
        equal(reader.scalar(count), before + 1)
        writer.execute(sa.delete(Team).where(Team.name == "later"))
        writer.commit()


def isolation_levels(engine):
    for level in ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"):
        with engine.connect().execution_options(isolation_level=level) as connection:
            equal(connection.scalar(sa.text("show transaction_isolation")), level.lower())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(counters.insert().values(name="auto"))
    with engine.connect() as connection:
        equal(connection.scalar(sa.select(counters.c.n).where(counters.c.name == "auto")), 0)
        connection.rollback()
        equal(connection.get_isolation_level(), "READ COMMITTED")
        connection.execute(counters.delete())
        connection.commit()
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        try:
            connection.execute(counters.insert().values(name="never"))
        except exc.DBAPIError as error:
            equal(getattr(error.orig, "sqlstate", None) or error.orig.pgcode, "25006")
        else:
            raise AssertionError("written in a read-only transaction")


def drops_tables(engine):
    Base.metadata.drop_all(engine)
    equal([name for name in sa.inspect(engine).get_table_names() if name in Base.metadata.tables], [])


EVERYWHERE = [
    creates_tables, reflects, types, inserts_many_values, upserts, queries, unit_of_work, stale_versions_are_noticed,
    savepoints, errors, streams, two_sessions, isolation_levels, *people_asked.ASKED, drops_tables,
]


def url(driver):
    where = server()
    return sa.URL.create(f"postgresql+{driver}", where["user"], None, where["host"], where["port"], where["database"])


def with_engine(driver, test):
    engine = sa.create_engine(url(driver), connect_args={"sslmode": "disable"}, pool_pre_ping=True)
    try:
        test(engine)
    finally:
        engine.dispose()


async def with_async_engine(test):
    engine = create_async_engine(url("asyncpg"), connect_args={"ssl": False}, pool_pre_ping=True)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(lambda connection: test(connection.engine))
    finally:
        await engine.dispose()


def register(driver, test):
    def run():
        if driver == "asyncpg":
            asyncio.run(asyncio.wait_for(with_async_engine(test), 60))
        else:
            with_engine(driver, test)

    run.__name__ = f"{driver}_{test.__name__}"
    scenario(run)


for driver in ("psycopg", "psycopg2", "asyncpg"):
    for test in EVERYWHERE:
        register(driver, test)


@scenario
def exact_numbers():
    with_engine("psycopg", people_asked.exact_numbers)


@scenario
def several_threads_of_one_pool():
    """Each adds to the one row; the pool hands out fewer connections than there are threads."""
    engine = sa.create_engine(url("psycopg"), connect_args={"sslmode": "disable"}, pool_size=3, max_overflow=0)
    counters.create(engine)
    with engine.begin() as connection:
        connection.execute(counters.insert().values(name="shared"))
    failed = []

    def add():
        try:
            for _ in range(20):
                with engine.begin() as connection:
                    connection.execute(counters.update().values(n=counters.c.n + 1))
        except exc.SQLAlchemyError as error:
            failed.append(error)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failed, [])
    with engine.connect() as connection:
        equal(connection.scalar(sa.select(counters.c.n)), 120)
    counters.drop(engine)
    engine.dispose()


@scenario
def the_pool_replaces_what_was_lost():
    engine = sa.create_engine(url("psycopg2"), connect_args={"sslmode": "disable"}, pool_size=1, pool_pre_ping=True)

    def process(connection):
        return connection.connection.driver_connection.info.backend_pid

    with engine.connect() as connection:
        first = process(connection)
        # The socket is closed below the driver, which does not know.
        with socket.socket(fileno=os.dup(connection.connection.driver_connection.fileno())) as below:
            connection.rollback()
            below.shutdown(socket.SHUT_RDWR)
    with engine.connect() as connection:
        equal(connection.scalar(sa.select(1)), 1)
        equal(process(connection) != first, True)
    engine.dispose()


if __name__ == "__main__":
    main()
