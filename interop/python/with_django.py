"""Django on psycopg 3: a project is migrated, filled, asked, dumped, emptied and loaded again."""

import datetime as dt
import io
import json
import os
import tempfile
import threading
import uuid
from decimal import Decimal

import shop.settings  # noqa: F401  Before the models are imported.
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import (
    Avg, Case, Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, StdDev, Subquery, Sum, Value, When, Window,
)
from django.db.models.functions import Coalesce, Concat, ExtractYear, Lower, RowNumber, TruncMonth, Upper

from scenario import UTC, equal, main, scenario
from shop.models import Author, Book, Label, Stock


def command(*words, **options):
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=out, **options)
    return out.getvalue()


def columns(table):
    with connection.cursor() as cursor:
        return {column.name: column for column in connection.introspection.get_table_description(cursor, table)}


def constraints(table):
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, table)


def refused(error, run):
    """Fails within a savepoint, so that the transaction around it goes on."""
    try:
        with transaction.atomic():
            run()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


@scenario
def migrates_what_django_brings():
    command("migrate", "contenttypes", verbosity=0)
    command("migrate", "auth", verbosity=0)
    command("migrate", "admin", verbosity=0)
    command("migrate", "sessions", verbosity=0)
    equal(Permission.objects.filter(content_type__app_label="auth").count(), 12)
    equal("django_admin_log" in connection.introspection.table_names(), True)


@scenario
def creates_models():
    command("migrate", "shop", "0001", verbosity=0)
    equal(set(columns("shop_book")),
          {"id", "title", "pages", "price", "in_print", "published", "note", "author_id"})
    with connection.cursor() as cursor:
        cursor.execute("insert into shop_author (name, email, joined) values (%s, %s, %s) returning id",
                       ["Ann", "ann@example.org", dt.datetime(2020, 1, 1, tzinfo=UTC)])
        (ann,) = cursor.fetchone()
        cursor.executemany(
            "insert into shop_book (title, pages, price, in_print, note, author_id) values (%s, %s, %s, %s, '', %s)",
            [("Before", 10, Decimal("-1.50"), True, ann), ("Between", None, Decimal("2.50"), False, ann)])


@scenario
def adds_fields_with_rows_there():
    command("migrate", "shop", "0002", verbosity=0)
    found = constraints("shop_book")
    once = found["shop_book_title_once"]
    equal((once["unique"], once["index"], once["columns"]), (True, False, ["author_id", "title"]))
    equal((found["shop_book_by_date"]["index"], found["shop_book_by_date"]["orders"]), (True, ["ASC", "DESC"]))
    equal("shop_draft" in connection.introspection.table_names(), False)
    with connection.cursor() as cursor:
        cursor.execute("select title, pages, price, details, isbn from shop_book order by id")
        rows = cursor.fetchall()
    equal([row[:3] for row in rows], [("Before", 10, Decimal("-1.50")), ("Between", None, Decimal("2.50"))])
    equal([row[3] for row in rows], ["{}", "{}"])
    equal(all(isinstance(row[4], uuid.UUID) for row in rows), True)


@scenario
def alters_and_renames_with_rows_there():
    command("migrate", "shop", "0003", verbosity=0)
    equal("note" in columns("shop_book"), False)
    equal({"shop_label", "shop_book_labels"} <= set(connection.introspection.table_names()), True)
    equal(list(Book.objects.order_by("id").values_list("title", "page_count", "price")),
          [("Before", 10, Decimal("0.00")), ("Between", None, Decimal("2.50"))])
    equal(constraints("shop_book")["shop_book_price_not_negative"]["check"], True)


@scenario
def migrates_back_and_forth():
    command("migrate", "shop", "0002", verbosity=0)
    equal("pages" in columns("shop_book"), True)
    command("migrate", verbosity=0)
    equal("page_count" in columns("shop_book"), True)
    equal(command("makemigrations", "shop", "--dry-run").strip(), "No changes detected in app 'shop'")
    shown = command("showmigrations", "shop", format="list").split("\n")
    equal([line.strip() for line in shown if "[X]" in line],
          ["[X] 0001_initial", "[X] 0002_grow", "[X] 0003_change"])


@scenario
def introspects():
    with connection.cursor() as cursor:
        relations = connection.introspection.get_relations(cursor, "shop_book")
        keys = connection.introspection.get_primary_key_columns(cursor, "shop_book")
        sequences = connection.introspection.get_sequences(cursor, "shop_book")
    equal({name: relation[:2] for name, relation in relations.items()},
          {"author_id": ("id", "shop_author"), "translator_id": ("id", "shop_author")})
    equal(keys, ["id"])
    equal([(each["table"], each["column"]) for each in sequences], [("shop_book", "id")])
    for line in ["isbn = models.UUIDField()", "details = models.JSONField()", "price = models.DecimalField(max_digits=12, decimal_places=2)",
                 "title = models.CharField(max_length=100)", "in_print = models.BooleanField()",
                 "published = models.DateTimeField(blank=True, null=True)",
                 "reading_time = models.DurationField(blank=True, null=True)",
                 "author = models.ForeignKey('ShopAuthor', models.DO_NOTHING)"]:
        assert line in command("inspectdb", "shop_book"), line


@scenario
def fills():
    Book.objects.all().delete()
    Author.objects.all().delete()
    authors = Author.objects.bulk_create(
        Author(name=f"Author {n}", email=f"a{n}@example.org", born=dt.date(1950 + n, 1, 1) if n % 3 else None,
               joined=dt.datetime(2021, 1, n, 12, tzinfo=UTC))
        for n in range(1, 11))
    equal(all(author.pk for author in authors), True)
    books = Book.objects.bulk_create([
        Book(title=f"Book {n:03}", author=authors[n % 10], price=Decimal(n) / 4, page_count=n * 10 if n % 5 else None,
             in_print=n % 2 == 0, published=dt.datetime(2022, 1 + n % 12, 1, 8, 30, tzinfo=UTC) if n % 4 else None,
             isbn=uuid.UUID(int=n), details={"n": n, "kind": "odd" if n % 2 else "even", "list": [1, {"two": n}]},
             cover=bytes([n % 256, 0, 255]), rating=n / 3, reading_time=dt.timedelta(minutes=n))
        for n in range(1, 201)
    ], batch_size=50)
    equal(len({book.pk for book in books}), 200)
    labels = [Label.objects.create(slug=slug) for slug in ("new", "old", "rare")]
    for n, book in enumerate(books[:30]):
        book.labels.add(*labels[:n % 4])
    Stock.objects.bulk_create(Stock(book=book, copies=n % 7) for n, book in enumerate(books[:50]))
    equal(Book.objects.count(), 200)


@scenario
def values_come_back():
    book = Book.objects.get(title="Book 007")
    equal((book.price, book.page_count, book.in_print, book.isbn, book.rating, book.reading_time),
          (Decimal("1.75"), 70, False, uuid.UUID(int=7), 7 / 3, dt.timedelta(minutes=7)))
    equal(book.published, dt.datetime(2022, 8, 1, 8, 30, tzinfo=UTC))
    equal((book.details, bytes(book.cover)), ({"n": 7, "kind": "odd", "list": [1, {"two": 7}]}, b"\x07\x00\xff"))
    equal(Author.objects.get(name="Author 4").born, dt.date(1954, 1, 1))
    book.published = dt.datetime(1999, 12, 31, 23, 59, 59, 123456, UTC)
    book.title = "Größe 'n' \"quotes\" \\ %s 文"
    book.save()
    book.refresh_from_db()
    equal((book.title, book.published.microsecond), ("Größe 'n' \"quotes\" \\ %s 文", 123456))
    book.title, book.published = "Book 007", dt.datetime(2022, 8, 1, 8, 30, tzinfo=UTC)
    book.save(update_fields=["title", "published"])


@scenario
def filters():
    books = Book.objects
    for expected, query in [
        (1, books.filter(title="Book 010")),
        (100, books.filter(in_print=True)),
        (100, books.exclude(in_print=True)),
        (40, books.filter(page_count__isnull=True)),
        (3, books.filter(title__in=["Book 001", "Book 002", "Book 003", "none"])),
        (10, books.filter(title__icontains="BOOK 01")),
        (10, books.filter(title__contains="Book 01")),
        (0, books.filter(title__contains="BOOK 01")),
        (99, books.filter(title__startswith="Book 0")),
        (20, books.filter(title__endswith="7")),
        (1, books.filter(title__iexact="bOOK 100")),
        (10, books.filter(title__regex=r"^Book 05\d$")),
        (10, books.filter(title__iregex=r"^BOOK 05\d$")),
        (11, books.filter(price__range=(10, Decimal("12.50")))),
        (60, books.filter(price__lt=F("page_count") / 30 - 10)),
        (150, books.filter(published__year=2022)),
        (17, books.filter(published__month=3)),
        (17, books.filter(published__date=dt.date(2022, 3, 1))),
        (32, books.filter(published__gte=dt.datetime(2022, 11, 1, tzinfo=UTC))),
        (120, books.filter(Q(in_print=True) | Q(page_count__isnull=True))),
        (80, books.filter(Q(in_print=True) & ~Q(page_count__isnull=True))),
        (20, books.filter(author__name="Author 4")),
        (140, books.filter(author__born__isnull=False)),
        (100, books.filter(details__kind="odd")),
        (1, books.filter(details__n=7)),
        (1, books.filter(details__list__1__two=9)),
        (200, books.filter(details__has_key="kind")),
        (100, books.filter(details__contains={"kind": "even"})),
        (7, books.filter(labels__slug="rare").distinct()),
        (1, books.filter(isbn=uuid.UUID(int=9))),
        (60, books.filter(reading_time__gt=dt.timedelta(hours=2, minutes=20))),
        (50, books.filter(stock__isnull=False)),
    ]:
        equal((str(query.query), query.count()), (str(query.query), expected))
    equal(books.filter(title="Book 001").exists(), True)
    equal(books.filter(title="nothing").exists(), False)


@scenario
def orders_and_slices():
    titles = Book.objects.values_list("title", flat=True)
    equal(list(titles.order_by(F("page_count").desc(nulls_last=True))[:2]), ["Book 199", "Book 198"])
    equal(list(titles.order_by(F("page_count").asc(nulls_first=True), "title")[:2]), ["Book 005", "Book 010"])
    equal(list(titles.order_by("-page_count", "title")[:2]), ["Book 005", "Book 010"])
    equal(list(titles.order_by("author__name", "-title")[3:5]), ["Book 170", "Book 160"])
    equal(Book.objects.order_by("title").first().title, "Book 001")
    equal(Book.objects.latest("published").title in set(titles), True)
    equal(list(Book.objects.order_by("in_print").values_list("in_print", flat=True).distinct()), [False, True])
    equal(len(Book.objects.in_bulk(list(Book.objects.values_list("pk", flat=True)[:3]))), 3)


@scenario
def distinct_on():
    last = Book.objects.order_by("author_id", "-title").distinct("author_id").values_list("title", flat=True)
    equal(sorted(last), [f"Book {n}" for n in range(191, 201)])


@scenario
def aggregates():
    equal(Book.objects.aggregate(Count("id"), Sum("price"), Min("price"), Max("page_count"), Avg("page_count")),
          {"id__count": 200, "price__sum": Decimal("5025.00"), "price__min": Decimal("0.25"),
           "page_count__max": 1990, "page_count__avg": 1000.0})
    equal(round(Book.objects.aggregate(s=StdDev("rating"))["s"], 6), 19.244768)
    equal(Book.objects.aggregate(n=Count("id", filter=Q(in_print=True)), a=Count("author", distinct=True)),
          {"n": 100, "a": 10})
    per_author = Author.objects.annotate(n=Count("books"), total=Sum("books__price")).filter(n__gt=5)
    equal([(a.name, a.n, a.total) for a in per_author.order_by("-total")[:2]],
          [("Author 1", 20, Decimal("525.00")), ("Author 10", 20, Decimal("520.00"))])
    by_month = (Book.objects.filter(published__isnull=False).annotate(month=TruncMonth("published"))
                .values("month").annotate(n=Count("id")).order_by("month"))
    equal([(row["month"].month, row["n"]) for row in by_month][:3], [(2, 17), (3, 17), (4, 17)])
    equal(list(Book.objects.values("in_print").annotate(n=Count("id")).order_by("in_print")),
          [{"in_print": False, "n": 100}, {"in_print": True, "n": 100}])


@scenario
def expressions():
    one = Book.objects.filter(title="Book 008").annotate(
        upper=Upper("title"), both=Concat("author__name", Value(": "), Lower("title")),
        size=Case(When(page_count__gt=100, then=Value("thick")), default=Value("thin")),
        pages=Coalesce("page_count", 0), year=ExtractYear("published"), double=F("price") * 2,
        rows=Window(RowNumber(), order_by=F("id").asc()),
    ).get
    Book.objects.filter(title="Book 008").update(published=dt.datetime(2022, 9, 1, 8, 30, tzinfo=UTC))
    found = one()
    equal((found.upper, found.both, found.size, found.pages, found.year, found.double, found.rows),
          ("BOOK 008", "Author 9: book 008", "thin", 80, 2022, Decimal("4.00"), 1))
    cheapest = Book.objects.filter(author=OuterRef("pk")).order_by("price").values("title")[:1]
    equal(list(Author.objects.annotate(cheapest=Subquery(cheapest)).filter(pk__in=Author.objects.all())
               .order_by("cheapest").values_list("cheapest", flat=True)[:2]), ["Book 001", "Book 002"])
    equal(Author.objects.filter(Exists(Book.objects.filter(author=OuterRef("pk"), price__gt=49))).count(), 4)
    equal(list(Book.objects.filter(title="Book 001").values_list("title")
               .union(Book.objects.filter(title="Book 002").values_list("title")).order_by("title")),
          [("Book 001",), ("Book 002",)])
    Book.objects.filter(title="Book 008").update(published=None)


@scenario
def follows_relations():
    books = list(Book.objects.select_related("author", "translator", "stock").order_by("title")[:5])
    equal([(b.author.name, b.translator) for b in books][:2], [("Author 2", None), ("Author 3", None)])
    equal([b.stock.copies for b in books], [0, 1, 2, 3, 4])
    authors = Author.objects.prefetch_related(
        Prefetch("books", queryset=Book.objects.filter(in_print=True).order_by("title").prefetch_related("labels")))
    equal({a.name: len(a.books.all()) for a in authors}["Author 1"], 20)
    rare = Label.objects.get(slug="rare")
    equal(sorted(rare.books.values_list("title", flat=True))[:2], ["Book 004", "Book 008"])
    book = Book.objects.get(title="Book 004")
    book.labels.remove(rare)
    equal(book.labels.count(), 2)
    book.labels.set([rare])
    equal([label.slug for label in book.labels.all()], ["rare"])
    book.labels.set(Label.objects.all())
    ann = Author.objects.get(name="Author 1")
    ann.translations.add(book)
    equal(Book.objects.filter(translator__name__startswith="Author").count(), 1)
    equal(list(Book.objects.defer("details").only("title").filter(translator=ann)), [book])


@scenario
def writes():
    author, created = Author.objects.get_or_create(
        email="new@example.org", defaults={"name": "New", "joined": dt.datetime(2024, 1, 1, tzinfo=UTC)})
    equal((author.name, created), ("New", True))
    equal(Author.objects.get_or_create(email="new@example.org", defaults={"name": "Other"})[1], False)
    again, created = Author.objects.update_or_create(email="new@example.org", defaults={"name": "Newer"})
    equal((again.pk, again.name, created), (author.pk, "Newer", False))
    books = list(Book.objects.filter(title__lte="Book 020").order_by("title"))
    for book in books:
        book.price += 1
        book.details["changed"] = True
    equal(Book.objects.bulk_update(books, ["price", "details"], batch_size=8), 20)
    equal(Book.objects.filter(details__changed=True).count(), 20)
    equal(Book.objects.filter(details__changed=True).update(price=F("price") - 1), 20)
    equal(Book.objects.get(title="Book 020").price, Decimal("5.00"))
    Author.objects.bulk_create(
        [Author(name="Twice", email="new@example.org", joined=author.joined),
         Author(name="Once", email="once@example.org", joined=author.joined)], ignore_conflicts=True)
    equal(Author.objects.filter(name__in=["Twice", "Once"]).count(), 1)
    Author.objects.bulk_create(
        [Author(name="Newest", email="new@example.org", joined=author.joined)],
        update_conflicts=True, unique_fields=["email"], update_fields=["name"])
    author.refresh_from_db()
    equal(author.name, "Newest")
    equal(Author.objects.filter(name__in=["Newest", "Once"]).delete(), (2, {"shop.Author": 2}))
    stock = Stock.objects.order_by("pk").first()
    Stock.objects.filter(pk=stock.pk).update(copies=F("copies") + 5)
    stock.refresh_from_db()
    equal(stock.copies, 5)
    Stock.objects.filter(pk=stock.pk).update(copies=0)


@scenario
def cursors():
    seen = [book.title for book in Book.objects.order_by("title").iterator(chunk_size=30)]
    equal(seen, [f"Book {n:03}" for n in range(1, 201)])
    with transaction.atomic():
        halfway = Book.objects.order_by("title").iterator(chunk_size=10)
        equal([next(halfway).title for _ in range(25)][-1], "Book 025")
        equal(Author.objects.count(), 10)
        equal(next(halfway).title, "Book 026")
        halfway.close()
    both = Book.objects.order_by("title").prefetch_related("labels").iterator(chunk_size=100)
    equal(sum(len(book.labels.all()) for book in both), 43)


@scenario
def transactions():
    done = []
    with transaction.atomic():
        transaction.on_commit(lambda: done.append("outer"))
        Label.objects.create(slug="kept")
        try:
            with transaction.atomic():
                transaction.on_commit(lambda: done.append("inner"))
                Label.objects.create(slug="undone")
                raise KeyError
        except KeyError:
            pass
        with transaction.atomic():
            Label.objects.create(slug="released")
        mark = transaction.savepoint()
        Label.objects.create(slug="rolled-back")
        transaction.savepoint_rollback(mark)
        equal(done, [])
    equal(done, ["outer"])
    try:
        with transaction.atomic():
            Label.objects.create(slug="never")
            raise KeyError
    except KeyError:
        pass
    slugs = {"kept", "undone", "released", "rolled-back", "never"}
    equal(set(Label.objects.filter(slug__in=slugs).values_list("slug", flat=True)), {"kept", "released"})
    Label.objects.filter(slug__in=slugs).delete()


@scenario
def integrity():
    author = Author.objects.get(name="Author 1")
    with transaction.atomic():
        refused(IntegrityError, lambda: Author.objects.create(name="x", email=author.email, joined=author.joined))
        refused(IntegrityError, lambda: Book.objects.create(title="Book 010", author=author, price=1))
        refused(IntegrityError, lambda: Book.objects.create(title="cheap", author=author, price=-1))
        refused(IntegrityError, lambda: Author.objects.create(name=None, email="n@example.org", joined=author.joined))
        refused(DataError, lambda: Book.objects.create(title="t" * 101, author=author, price=1))
        Label.objects.create(slug="after")
    equal(Label.objects.filter(slug="after").delete()[0], 1)
    # The foreign keys that Django makes are looked at when the transaction ends.
    try:
        with transaction.atomic():
            Book.objects.create(title="orphan", author_id=1_000_000, price=1)
            equal(Book.objects.filter(title="orphan").count(), 1)
    except IntegrityError as error:
        equal(error.__cause__.sqlstate, "23503")
    else:
        raise AssertionError("an orphan was taken")
    refused(IntegrityError, lambda: (Book.objects.create(title="orphan", author_id=1_000_000, price=1),
                                     connection.check_constraints()))
    equal(Book.objects.filter(title="orphan").count(), 0)


@scenario
def locks_rows():
    with transaction.atomic():
        book = Book.objects.select_for_update().get(title="Book 001")
        book.price += 1
        book.save()
        equal(Book.objects.select_for_update(of=("self",)).select_related("author").get(pk=book.pk).price,
              Decimal("1.25"))
        equal(len(Book.objects.select_for_update(nowait=True).filter(title__lt="Book 004")), 3)
        equal(len(Book.objects.select_for_update(skip_locked=True).filter(title__lt="Book 004")), 3)
    try:
        list(Book.objects.select_for_update())
    except transaction.TransactionManagementError:
        pass
    Book.objects.filter(title="Book 001").update(price=Decimal("0.25"))


@scenario
def counts_with_several_threads():
    """What several clients add at once is all there, each having waited for the others."""
    label = Label.objects.create(slug="counted")
    stock = Stock.objects.order_by("pk").first()

    def add():
        try:
            for _ in range(10):
                with transaction.atomic():
                    held = Stock.objects.select_for_update().get(pk=stock.pk)
                    held.copies += 1
                    held.save()
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stock.refresh_from_db()
    equal(stock.copies, 40)
    Stock.objects.filter(pk=stock.pk).update(copies=0)
    label.delete()


@scenario
def users_groups_and_sessions():
    group = Group.objects.create(name="editors")
    group.permissions.set(Permission.objects.filter(content_type__app_label="shop", codename="change_book"))
    user = User.objects.create_user("ann", "ann@example.org", "secret")
    user.groups.add(group)
    user = User.objects.get(username="ann")
    equal((user.check_password("secret"), user.has_perm("shop.change_book"), user.has_perm("shop.delete_book")),
          (True, True, False))
    session = SessionStore()
    session["cart"] = [1, 2, 3]
    session.create()
    equal(SessionStore(session.session_key)["cart"], [1, 2, 3])
    session.delete()
    command("clearsessions")


@scenario
def raw_statements():
    with connection.cursor() as cursor:
        cursor.execute("select title, price from shop_book where price > %s order by price limit %s", [49, 2])
        equal(cursor.fetchall(), [("Book 197", Decimal("49.25")), ("Book 198", Decimal("49.50"))])
        equal([column.name for column in cursor.description], ["title", "price"])
        cursor.execute("update shop_book set rating = rating where price > %(price)s", {"price": 49})
        equal(cursor.rowcount, 4)
    found = Book.objects.raw("select id, title from shop_book where title like %s order by title", ["Book 00%"])
    equal([book.title for book in found], [f"Book 00{n}" for n in range(1, 10)])


import shop.questions  # noqa: E402,F401  They ask what is there now.


@scenario
def dumps_empties_and_loads():
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "dump.json")
        command("dumpdata", "shop", "auth.group", output=file, natural_foreign=True, verbosity=0)
        with open(file) as dump:
            counted = len(json.load(dump))
        equal(counted >= 10 + 200 + 50 + 3 + 1, True)
        command("flush", interactive=False, verbosity=0)
        equal((Book.objects.count(), User.objects.count()), (0, 0))
        said = command("loaddata", file)
        equal(said.strip(), f"Installed {counted} object(s) from 1 fixture(s)")
    book = Book.objects.select_related("author").get(title="Book 007")
    equal((book.price, book.author.name, book.isbn, book.reading_time, bytes(book.cover)),
          (Decimal("1.75"), "Author 8", uuid.UUID(int=7), dt.timedelta(minutes=7), b"\x07\x00\xff"))
    assert Author.objects.create(name="last", email="last@example.org", joined=dt.datetime.now(UTC)).pk > 10


@scenario
def unmigrates():
    command("migrate", "shop", "zero", verbosity=0)
    equal([name for name in connection.introspection.table_names() if name.startswith("shop_")], [])


if __name__ == "__main__":
    main()
