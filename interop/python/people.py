"""The tables and classes that `with_sqlalchemy.py` works with, and one value of every type."""

import datetime as dt
import enum
import uuid
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from scenario import UTC


class Colour(enum.Enum):
    red = 1
    green = 2


class Base(DeclarativeBase):
    pass


membership = sa.Table(
    "membership", Base.metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("team_id", sa.ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
)


class Team(Base):
    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(30), unique=True)
    people: Mapped[list["Person"]] = relationship(secondary=membership, back_populates="teams")


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), index=True)
    nickname: Mapped[str | None]
    boss_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    boss: Mapped["Person | None"] = relationship(remote_side="Person.id", back_populates="staff")
    staff: Mapped[list["Person"]] = relationship(back_populates="boss")
    addresses: Mapped[list["Address"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Address.id")
    teams: Mapped[list[Team]] = relationship(secondary=membership, back_populates="people")
    __mapper_args__ = {"version_id_col": version}


class Address(Base):
    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.Text)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    person: Mapped[Person] = relationship(back_populates="addresses")
    __table_args__ = (
        sa.UniqueConstraint("person_id", "email", name="address_once"),
        sa.CheckConstraint("email like '%@%'", name="address_has_at"),
    )


every_type = sa.Table(
    "every_type", Base.metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("small", sa.SmallInteger),
    sa.Column("large", sa.BigInteger),
    sa.Column("exact", sa.Numeric(20, 6)),
    sa.Column("inexact", sa.Double),
    sa.Column("flag", sa.Boolean, server_default=sa.true()),
    sa.Column("words", sa.Unicode(100)),
    sa.Column("bytes", sa.LargeBinary),
    sa.Column("day", sa.Date),
    sa.Column("time", sa.Time),
    sa.Column("here", sa.DateTime),
    sa.Column("there", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("span", sa.Interval),
    sa.Column("colour", sa.Enum(Colour, native_enum=False, length=10)),
    sa.Column("key", sa.Uuid),
    sa.Column("document", sa.JSON),
    sa.Column("binary_document", postgresql.JSONB),
)

counters = sa.Table(
    "counter", Base.metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("n", sa.Integer, nullable=False, server_default="0"),
)

VALUES = {
    "small": -32768, "large": 9_007_199_254_740_993, "exact": Decimal("123456789.567890"), "inexact": 0.1,
    "flag": False, "words": "naïve 文 'quoted' \\ % :name", "bytes": b"\x00\x01\xfe\xff",
    "day": dt.date(1999, 12, 31), "time": dt.time(23, 59, 59, 123456),
    "here": dt.datetime(2024, 2, 29, 12, 30, 15, 654321),
    "there": dt.datetime(2024, 2, 29, 12, 30, 15, 654321, UTC),
    "span": dt.timedelta(days=3, hours=4, microseconds=5), "colour": Colour.green,
    "key": uuid.UUID(int=0x0123456789ABCDEF0123456789ABCDEF), "document": {"a": [1, 2.5, None, "x"], "b": {"c": True}},
    "binary_document": [{"k": "v"}, 7],
}
