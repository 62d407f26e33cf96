"""What a day's programs ask of SQLAlchemy besides the simplest; `with_sqlalchemy.py` runs each over three drivers."""

import datetime as dt
import threading
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, Session, column_property, contains_eager, joinedload, mapped_column, raiseload, relationship,
    selectinload, subqueryload, undefer, with_loader_criteria,
)

from people import every_type
from scenario import equal


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    tags: Mapped[list[str]] = mapped_column(postgresql.ARRAY(sa.Text), server_default="{}")
    scores: Mapped[list[int] | None] = mapped_column(postgresql.ARRAY(sa.Integer))
    about: Mapped[dict] = mapped_column(postgresql.JSONB, server_default="{}", deferred=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", cascade="all, delete-orphan", order_by="Order.id")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    placed: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    paid: Mapped[bool] = mapped_column(server_default=sa.false())
    kind: Mapped[str] = mapped_column(sa.String(10))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    lines: Mapped[list["Line"]] = relationship(cascade="all, delete-orphan", order_by="Line.place")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "order"}


class Gift(Order):
    __tablename__ = "gift"
    id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    greeting: Mapped[str | None] = mapped_column(sa.Text)
    __mapper_args__ = {"polymorphic_identity": "gift"}


class Line(Base):
    __tablename__ = "line"
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(sa.Text)
    price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    amount: Mapped[int]

    @hybrid_property
    def total(self):
        return self.price * self.amount


Order.total = column_property(
    sa.select(sa.func.coalesce(sa.func.sum(Line.price * Line.amount), 0)).where(Line.order_id == Order.id)
    .correlate_except(Line).scalar_subquery())

START = dt.datetime(2024, 1, 1, 9, 30, tzinfo=dt.timezone.utc)


def state_of(error):
    return getattr(error.orig, "sqlstate", None) or error.orig.pgcode


def fills_a_shop(engine):
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for c in range(1, 6):
            customer = Customer(name=f"customer {c}", tags=[f"t{c}", "all"], scores=list(range(c)), about={"n": c, "deep": {"even": c % 2 == 0}})
            for o in range(c):
                made = Gift(greeting=f"from {c}") if o == 3 else Order()
                made.placed, made.paid = START + dt.timedelta(days=30 * c + o, minutes=o), o % 2 == 0
                made.lines = [Line(place=p, item=f"item {p}", price=Decimal(c) + Decimal(p) / 4, amount=o + 1) for p in range(1, 4)]
                customer.orders.append(made)
            session.add(customer)
        session.commit()
        equal(session.scalar(sa.select(sa.func.count()).select_from(Line)), 45)


def loads_relations(engine):
    with Session(engine) as session:
        loaded = session.scalars(sa.select(Customer).options(
            selectinload(Customer.orders).subqueryload(Order.lines), undefer(Customer.about)).order_by(Customer.name)).all()
        equal([(c.about["n"], len(c.orders), sum(len(o.lines) for o in c.orders)) for c in loaded],
              [(n, n, 3 * n) for n in range(1, 6)])
        equal([type(order).__name__ for order in loaded[4].orders], ["Order", "Order", "Order", "Gift", "Order"])
        equal((loaded[4].orders[3].greeting, loaded[4].orders[3].total, loaded[0].orders[0].total),
              ("from 5", Decimal("66.00"), Decimal("4.50")))
    with Session(engine) as session:
        paid = session.scalars(sa.select(Customer).join(Customer.orders.and_(Order.paid)).options(contains_eager(Customer.orders))
                               .order_by(Customer.name)).unique().all()
        equal([len(c.orders) for c in paid], [1, 1, 2, 2, 3])
    with Session(engine) as session:
        only = with_loader_criteria(Line, Line.place < 3)
        order = session.scalars(sa.select(Order).options(joinedload(Order.lines), joinedload(Order.customer), raiseload("*"), only)
                                .where(Order.customer.has(name="customer 3")).order_by(Order.id)).unique().first()
        equal(([line.item for line in order.lines], order.customer.name), (["item 1", "item 2"], "customer 3"))
        equal(session.scalars(sa.select(Customer.name).where(Customer.orders.any(Order.lines.any(Line.total > 28)))
                              .order_by(Customer.name)).all(), ["customer 5"])
        equal(session.scalars(sa.select(Gift.greeting).where(Gift.paid.is_(False)).order_by(Gift.id)).all(), ["from 4", "from 5"])
        mixed = session.scalars(sa.select(Order).options(sa.orm.selectin_polymorphic(Order, [Gift])).order_by(Order.id)).all()
        equal((len(mixed), [o.greeting for o in mixed if isinstance(o, Gift)]), (15, ["from 4", "from 5"]))
        equal(len(session.scalars(sa.select(Customer).options(subqueryload(Customer.orders)).limit(2)).all()), 2)


def writes_in_bulk(engine):
    with Session(engine) as session:
        made = session.scalars(sa.insert(Customer).returning(Customer, sort_by_parameter_order=True),
                               [{"name": f"bulk {n}", "tags": [str(n)]} for n in range(1500)]).all()
        equal(([c.name for c in made[:2]], len({c.id for c in made}), made[7].tags), (["bulk 0", "bulk 1"], 1500, ["7"]))
        session.execute(sa.update(Customer), [{"id": c.id, "scores": [1, n]} for n, c in enumerate(made[:100])])
        equal(session.scalar(sa.select(sa.func.count()).where(Customer.scores[1] == 1, Customer.name.like("bulk%"))), 100)
        add = insert(Customer).values([{"name": "bulk 1", "tags": ["x"]}, {"name": "bulk new", "tags": ["y"]}])
        add = add.on_conflict_do_update(index_elements=[Customer.name], set_={"tags": add.excluded.tags, "name": Customer.name + "!"},
                                        where=Customer.name != "never")
        both = session.scalars(add.returning(Customer).execution_options(populate_existing=True)).all()
        equal(sorted((c.name, tuple(c.tags)) for c in both), [("bulk 1!", ("x",)), ("bulk new", ("y",))])
        gone = session.execute(sa.delete(Customer).where(Customer.name.startswith("bulk")).returning(Customer.id)).all()
        equal(len(gone), 1501)
        copied = sa.insert(Line).from_select(["order_id", "place", "item", "price", "amount"],
                                             sa.select(Line.order_id, Line.place + 10, Line.item, Line.price, Line.amount).where(Line.place == 1))
        session.execute(copied)
        equal(session.scalar(sa.select(sa.func.count()).select_from(Line).where(Line.place == 11)), 15)
        other = sa.alias(Line.__table__)
        equal(session.execute(sa.delete(Line).where(Line.place == other.c.place + 10, other.c.order_id == Line.order_id)
                              .execution_options(synchronize_session=False)).rowcount, 15)
        raised = (sa.update(Line).where(Line.order_id == Order.id, Order.customer_id == Customer.id, Customer.name == "customer 1")
                  .values(price=Line.price + 1).returning(Line.price).execution_options(synchronize_session=False))
        equal(sorted(session.scalars(raised).all()), [Decimal("2.25"), Decimal("2.50"), Decimal("2.75")])
        session.rollback()


def arrays_and_documents(engine):
    with Session(engine) as session:
        def names(*where):
            found = session.scalars(sa.select(Customer.name).where(*where).order_by(Customer.name)).all()
            return [int(name[-1]) for name in found]

        equal(names(Customer.tags.contains(["all", "t2"])), [2])
        equal(names(Customer.tags.overlap(["t1", "t4", "x"])), [1, 4])
        equal(names(Customer.tags.contained_by(["all", "t3"])), [3])
        equal(names(sa.literal("t5") == sa.any_(Customer.tags)), [5])
        equal(names(Customer.scores.any(3)), [4, 5])
        equal(names(Customer.scores == [0, 1]), [2])
        equal(names(sa.func.cardinality(Customer.scores) > 3), [4, 5])
        equal(names(Customer.tags[1] == "t1"), [1])
        equal(names(Customer.name == sa.any_(sa.literal(["customer 1", "customer 4"], postgresql.ARRAY(sa.Text)))), [1, 4])
        equal(names(Customer.about["deep"]["even"].as_boolean()), [2, 4])
        equal(names(Customer.about["n"].as_integer() > 3), [4, 5])
        equal(names(Customer.about.contains({"deep": {"even": False}})), [1, 3, 5])
        equal(names(Customer.about.has_key("nothing")), [])
        equal(names(Customer.about.has_all(postgresql.array(["n", "deep"]))), [1, 2, 3, 4, 5])
        equal(names(Customer.about.has_any(postgresql.array(["x", "n"]))), [1, 2, 3, 4, 5])
        equal(names(Customer.about[("deep", "even")].astext == "true"), [2, 4])
        session.execute(sa.update(Customer).where(Customer.name == "customer 1")
                        .values(about=Customer.about.concat({"more": [1, None]})).execution_options(synchronize_session=False))
        equal(session.scalar(sa.select(Customer.about).where(Customer.name == "customer 1")),
              {"n": 1, "deep": {"even": False}, "more": [1, None]})
        session.execute(sa.update(Customer).values(about=Customer.about - "more").execution_options(synchronize_session=False))
        equal(session.scalar(sa.select(sa.func.count()).where(Customer.about.has_key("more"))), 0)
        session.rollback()


def reports(engine):
    with engine.connect() as connection:
        orders, line = Order.__table__, Line.__table__
        month = sa.func.date_trunc("month", orders.c.placed)
        rows = connection.execute(
            sa.select(month.label("month"), sa.func.count().label("n"), sa.func.count().filter(orders.c.paid).label("paid"))
            .group_by(month).order_by("month")).all()
        equal([(row.month.month, row.n, row.paid) for row in rows], [(1, 1, 1), (3, 3, 2), (4, 3, 2), (5, 5, 2), (6, 3, 2)])
        total = sa.func.sum(line.c.price * line.c.amount)
        running = sa.func.sum(total).over(order_by=orders.c.id, rows=(None, 0))
        per_order = sa.select(orders.c.id, total.label("total"), running.label("running")).join(line).group_by(orders.c.id).order_by(orders.c.id)
        found = connection.execute(per_order).all()
        equal((found[0].running, found[-1].running == sum(row.total for row in found)), (Decimal("4.50"), True))
        share = sa.cast(100 * total / sa.func.sum(total).over(), sa.Numeric(5, 1))
        shares = connection.scalars(sa.select(share).select_from(line).join(orders, orders.c.id == line.c.order_id)
                                    .group_by(orders.c.customer_id).order_by(orders.c.customer_id)).all()
        equal(shares, [Decimal("1.0"), Decimal("4.8"), Decimal("13.3"), Decimal("28.6"), Decimal("52.4")])
        latest = sa.select(orders.c.customer_id, orders.c.id).distinct(orders.c.customer_id).order_by(orders.c.customer_id, orders.c.placed.desc())
        equal([id_ for _, id_ in connection.execute(latest)], [1, 3, 6, 10, 15])
        given = sa.values(sa.column("name", sa.String), sa.column("factor", sa.Integer), name="given").data([("customer 2", 10), ("customer 3", 20)])
        factors = sa.select(Customer.__table__.c.name, given.c.factor).join(given, given.c.name == Customer.__table__.c.name)
        equal(sorted(connection.execute(factors).all()), [("customer 2", 10), ("customer 3", 20)])
        pairs = sa.select(line.c.item).where(sa.tuple_(line.c.order_id, line.c.place).in_([(1, 1), (2, 3)])).order_by(line.c.item)
        equal(connection.scalars(pairs).all(), ["item 1", "item 3"])
        ages = sa.select(sa.extract("epoch", sa.func.max(orders.c.placed) - sa.func.min(orders.c.placed)))
        equal(int(connection.scalar(ages)), (30 * 4 + 4) * 86400 + 4 * 60)
        listed = sa.select(sa.func.string_agg(line.c.item, postgresql.aggregate_order_by(sa.literal("|"), line.c.place.desc()))).where(line.c.order_id == 1)
        equal(connection.scalar(listed), "item 3|item 2|item 1")
        kinds = sa.select(sa.func.count(orders.c.kind.distinct()), sa.func.bool_or(orders.c.paid), sa.func.min(orders.c.kind), sa.func.max(orders.c.kind))
        equal(connection.execute(kinds).one(), (2, True, "gift", "order"))
        connection.rollback()


def locks_rows(engine):
    """Who locks a row first writes first; who does not wait is told."""
    where = sa.select(Customer).where(Customer.name == "customer 2")
    with Session(engine) as one, Session(engine) as other:
        other.scalars(where).one()
        held = one.scalars(where.with_for_update()).one()
        try:
            other.scalars(where.with_for_update(nowait=True).execution_options(populate_existing=True)).one()
        except exc.DBAPIError as error:
            equal(state_of(error), "55P03")
        else:
            raise AssertionError("locked twice")
        other.rollback()
        equal(other.scalars(where.with_for_update(skip_locked=True, key_share=True)).all(), [])
        equal(other.scalars(where).one().tags, ["t2", "all"])
        done = []
        waiting = threading.Thread(target=lambda: done.append(tagged(engine, "customer 2", "waited")))
        waiting.start()
        held.tags = [*held.tags, "held"]
        one.commit()
        waiting.join()
        other.rollback()
        equal(other.scalars(where).one().tags, ["t2", "all", "held", "waited"])
        other.rollback()
        one.scalars(where).one().tags = ["t2", "all"]
        one.commit()


def tagged(engine, name, tag):
    """Reads, locks and writes, in a session of its own over a driver that need not be asynchronous."""
    plain = sa.create_engine(engine.url.set(drivername="postgresql+psycopg"), connect_args={"sslmode": "disable"})
    with Session(plain) as session:
        session.scalars(sa.select(Customer).where(Customer.name == name)).one()
        customer = session.scalars(sa.select(Customer).where(Customer.name == name).with_for_update(of=Customer)
                                   .execution_options(populate_existing=True)).one()
        customer.tags = [*customer.tags, tag]
        session.commit()
    plain.dispose()


def serializable_is_tried_again(engine):
    strict = engine.execution_options(isolation_level="SERIALIZABLE")
    tries = 0

    def add_one():
        nonlocal tries
        with Session(strict) as session:
            customer = session.get(Customer, 1)
            before = list(customer.scores)
            if tries == 0:
                with Session(engine) as other:
                    other.execute(sa.update(Customer).where(Customer.id == 1).values(scores=[0, 7]))
                    other.commit()
            tries += 1
            customer.scores = [*before, 1]
            session.commit()

    while True:
        try:
            add_one()
            break
        except exc.DBAPIError as error:
            equal(state_of(error), "40001")
    with Session(engine) as session:
        equal((tries, session.get(Customer, 1).scores), (2, [0, 7, 1]))
        session.get(Customer, 1).scores = [0]
        session.commit()


def cursors_of_the_server(engine):
    with Session(engine) as session:
        query = sa.select(Line).order_by(Line.order_id, Line.place).execution_options(yield_per=4)
        seen = []
        for part in session.scalars(query).partitions():
            seen.append(len(part))
            # Something else is asked while the cursor is open.
            session.scalar(sa.select(sa.func.count()).select_from(Order))
        equal(seen, [4] * 11 + [1])
        for line in session.scalars(query):
            line.amount += 1
        session.flush()
        equal(session.scalar(sa.select(sa.func.sum(Line.amount))), 150)
        session.rollback()
        equal(session.scalar(sa.select(sa.func.sum(Line.amount))), 105)


def finds_what_is_there(engine):
    metadata = sa.MetaData()
    metadata.reflect(engine, only=["customer", "orders", "line", "gift"])
    equal({name: sorted(column.name for column in table.primary_key) for name, table in metadata.tables.items()},
          {"customer": ["id"], "orders": ["id"], "gift": ["id"], "line": ["order_id", "place"]})
    equal([str(metadata.tables["customer"].c[name].type) for name in ("tags", "scores", "about")], ["ARRAY", "ARRAY", "JSONB"])
    equal(str(metadata.tables["customer"].c.scores.type.item_type), "INTEGER")
    found = automap_base(metadata=metadata)
    found.prepare()
    with Session(engine) as session:
        customer = session.get(found.classes.customer, 3)
        equal((customer.name, len(customer.orders_collection)), ("customer 3", 3))
    with engine.begin() as connection:
        connection.execute(sa.text("create view paid_orders as select id, placed from orders where paid"))
    look = sa.inspect(engine)
    equal(("paid_orders" in look.get_view_names(), [c["name"] for c in look.get_columns("paid_orders")]), (True, ["id", "placed"]))
    equal([str(column["type"]) for column in look.get_columns("paid_orders")], ["INTEGER", "TIMESTAMP"])
    equal(look.get_foreign_keys("gift")[0]["options"], {"ondelete": "CASCADE"})
    equal((look.has_table("line"), look.has_table("paid_orders"), look.has_table("nothing")), (True, True, False))
    with engine.begin() as connection:
        equal(connection.scalar(sa.text("select count(*) from paid_orders")), 9)
        connection.execute(sa.text("drop view paid_orders"))


def exact_numbers(engine):
    """Numbers of more digits than a double has."""
    exact = Decimal("12345678901234.567890")
    with engine.connect() as connection:
        every_type.create(connection)
        equal(connection.scalar(every_type.insert().values(exact=exact).returning(every_type.c.exact)), exact)
        equal(connection.scalar(sa.select(every_type.c.exact + 1).where(every_type.c.exact == exact)), exact + 1)
        connection.rollback()


def empties_the_shop(engine):
    with Session(engine) as session:
        customer = session.get(Customer, 4)
        session.delete(customer.orders[0])
        session.delete(session.get(Customer, 5))
        session.commit()
        equal([session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Customer, Order, Gift, Line)], [4, 9, 1, 27])
    Base.metadata.drop_all(engine)


ASKED = [
    fills_a_shop, loads_relations, writes_in_bulk, arrays_and_documents, reports, locks_rows, serializable_is_tried_again,
    cursors_of_the_server, finds_what_is_there, empties_the_shop,
]
