"""What a project asks of Django besides the simplest: importing this registers the scenarios of it."""

import datetime as dt
import threading
import zoneinfo
from decimal import Decimal

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, connection, models, transaction
from django.db.models import (
    Avg, Count, DurationField, Exists, ExpressionWrapper, F, FilteredRelation, FloatField, JSONField, Max, Min, OuterRef,
    Prefetch, Q, StdDev, Subquery, Sum, Value, Variance, Window,
)
from django.db.models.fields.json import KT
from django.db.models.functions import (
    Abs, Cast, Ceil, Concat, DenseRank, ExtractHour, ExtractIsoWeekDay, ExtractQuarter, FirstValue, Floor,
    Greatest, Lag, LastValue, Lead, Least, Left, Length, LPad, Mod, NthValue, Ntile, NullIf, Power, Rank, Repeat,
    Replace, Reverse, Right, Round, RowNumber, Sign, Sqrt, StrIndex, Substr, Trim, TruncDate, TruncDay, TruncHour, TruncQuarter,
    TruncWeek, TruncYear,
)

from scenario import UTC, equal, scenario
from shop.models import Author, Book, Label, Stock

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@scenario
def computes_with_columns():
    book = Book.objects.filter(title="Book 123").annotate(
        rest=Mod("page_count", Value(7)), root=Round(Sqrt("page_count"), 3), near=Floor("price"), over=Ceil("price"),
        away=Abs(F("price") - 100), sign=Sign(F("price") - 100), squared=Power("page_count", 2),
        most=Greatest("page_count", Value(5)), least=Least("page_count", Value(5)), none=NullIf("title", Value("Book 123")),
        share=ExpressionWrapper(F("price") / F("page_count"), output_field=FloatField()),
    ).get()
    equal((book.rest, book.root, book.near, book.over, book.away, book.sign, book.squared, book.most, book.least, book.none),
          (5, 35.071, Decimal(30), Decimal(31), Decimal("69.25"), Decimal(-1), 1512900, 1230, 5, None))
    equal(round(book.share, 9), 0.025)
    text = Book.objects.filter(title="Book 123").annotate(
        left=Left("title", 4), right=Right("title", 3), size=Length("title"), padded=LPad("title", 10, Value("*")),
        twice=Repeat(Value("ab"), 2), other=Replace("title", Value("Book"), Value("Buch")), back=Reverse("title"),
        place=StrIndex("title", Value("1")), part=Substr("title", 6, 2), bare=Trim(Value("  x ")), pages=Cast("page_count", models.CharField()),
    ).values("left", "right", "size", "padded", "twice", "other", "back", "place", "part", "bare", "pages").get()
    equal(list(text.values()),
          ["Book", "123", 8, "**Book 123", "abab", "Buch 123", "321 kooB", 6, "12", "x", "1230"])


@scenario
def dates_in_time_zones():
    book = Book.objects.get(title="Book 050")
    Book.objects.filter(pk=book.pk).update(published=dt.datetime(2022, 12, 31, 23, 30, tzinfo=UTC))
    found = Book.objects.filter(pk=book.pk).annotate(
        hour=ExtractHour("published", tzinfo=BERLIN), quarter=ExtractQuarter("published"),
        weekday=ExtractIsoWeekDay("published", tzinfo=BERLIN), year=TruncYear("published", tzinfo=BERLIN),
        day=TruncDay("published", tzinfo=BERLIN), date=TruncDate("published", tzinfo=BERLIN), week=TruncWeek("published"),
        exact=TruncHour("published"), third=TruncQuarter("published"),
    ).get()
    equal((found.hour, found.quarter, found.weekday, found.date), (0, 4, 7, dt.date(2023, 1, 1)))
    equal((found.year, found.day), (dt.datetime(2023, 1, 1, tzinfo=BERLIN),) * 2)
    equal((found.week, found.exact, found.third),
          (dt.datetime(2022, 12, 26, tzinfo=UTC), dt.datetime(2022, 12, 31, 23, tzinfo=UTC), dt.datetime(2022, 10, 1, tzinfo=UTC)))
    equal(Book.objects.filter(published__year=2023).count(), 0)
    equal(Book.objects.filter(published__week_day=7, pk=book.pk).count(), 1)
    equal(Book.objects.filter(published__hour__gte=23, published__minute=30).count(), 1)
    equal(Book.objects.filter(published__time=dt.time(23, 30)).count(), 1)
    late = F("published") + F("reading_time")
    later = Book.objects.filter(pk=book.pk).annotate(read=ExpressionWrapper(late, models.DateTimeField())).get()
    equal(later.read, dt.datetime(2023, 1, 1, 0, 20, tzinfo=UTC))
    age = ExpressionWrapper(Value(dt.datetime(2023, 1, 1, tzinfo=UTC)) - F("published"), DurationField())
    equal(Book.objects.annotate(age=age).get(pk=book.pk).age, dt.timedelta(minutes=30))
    equal([d.year for d in Book.objects.datetimes("published", "year")], [2022])
    equal(len(Author.objects.dates("born", "year")), 7)
    Book.objects.filter(pk=book.pk).update(published=book.published)


@scenario
def groups_and_counts():
    by_kind = (Book.objects.values(kind=KT("details__kind")).annotate(n=Count("id"), total=Sum("price"), most=Max("page_count"))
               .order_by("kind"))
    equal([tuple(row.values()) for row in by_kind],
          [("even", 100, Decimal("2525.00"), 1980), ("odd", 100, Decimal("2500.00"), 1990)])
    per_author = (Author.objects.annotate(
        printed=Count("books", filter=Q(books__in_print=True)), thick=Count("books", filter=Q(books__page_count__gt=1000), distinct=True),
        mean=Avg("books__price"), first=Min("books__title"), labels=Count("books__labels", distinct=True))
        .filter(thick__gte=9).order_by("name").values_list("name", "printed", "thick", "first", "labels"))
    equal(list(per_author)[:3], [("Author 10", 0, 10, "Book 009", 2), ("Author 2", 0, 10, "Book 001", 2), ("Author 3", 22, 10, "Book 002", 3)])
    spread = Book.objects.aggregate(deviation=StdDev("page_count"), variance=Variance("rating", sample=True))
    equal((round(float(spread["deviation"]), 3), round(spread["variance"], 6)), (577.278, 372.222222))
    equal(Book.objects.aggregate(nothing=Sum("price", filter=Q(price__lt=0)), zero=Sum("price", filter=Q(price__lt=0), default=0)),
          {"nothing": None, "zero": 0})
    equal(Author.objects.annotate(n=Count("books")).aggregate(Avg("n"), Max("n")), {"n__avg": 20.0, "n__max": 20})
    related = FilteredRelation("books", condition=Q(books__price__gt=49))
    dear = Author.objects.annotate(dear=related).filter(dear__isnull=False).order_by("dear__title")
    equal(list(dear.values_list("name", "dear__title"))[:2], [("Author 8", "Book 197"), ("Author 9", "Book 198")])
    share = Book.objects.values("author").annotate(n=Count("id")).filter(author=OuterRef("pk")).values("n")
    equal(set(Author.objects.annotate(n=Subquery(share)).values_list("n", flat=True)), {20})
    equal(Book.objects.annotate(any_label=Exists(Label.objects.filter(books=OuterRef("pk")))).filter(any_label=True).count(), 22)


@scenario
def windows():
    each = Book.objects.filter(title__lte="Book 010").annotate(
        row=Window(RowNumber(), order_by="title"), rank=Window(Rank(), order_by=F("in_print").desc()),
        dense=Window(DenseRank(), order_by=F("in_print").desc()), third=Window(Ntile(3), order_by="title"),
        before=Window(Lag("title", default=Value("-")), order_by="title"),
        after=Window(Lead("title", 2), order_by="title"),
        first=Window(FirstValue("title"), partition_by="in_print", order_by="title"),
        last=Window(LastValue("title"), partition_by="in_print", order_by="in_print"),
        second=Window(NthValue("title", 2), order_by="in_print"),
        total=Window(Sum("price"), order_by="title"),
        near=Window(Avg("rating"), order_by="title", frame=models.expressions.RowRange(start=-1, end=1)),
    ).order_by("title")
    fifth = list(each)[4]
    equal((fifth.row, fifth.rank, fifth.dense, fifth.third, fifth.before, fifth.after, fifth.first),
          (5, 6, 2, 2, "Book 004", "Book 007", "Book 001"))
    equal((fifth.total, round(fifth.near, 6)), (Decimal("3.75"), 1.666667))
    best = Book.objects.annotate(place=Window(RowNumber(), partition_by="author", order_by=F("price").desc())).filter(place=1)
    equal(sorted(best.values_list("title", flat=True)), [f"Book {n}" for n in range(191, 201)])


@scenario
def documents():
    details = Book.objects.filter(title__lte="Book 005")
    label = Label.objects.create(slug="documents")
    for n, document in enumerate([{"a": None, "b": [1, 2, {"c": "x"}]}, {"a": 1.5, "tags": ["x", "y"]}, {"a": "1.5", "tags": []},
                                  {"a": {"b": {"c": True}}}, {"tags": ["y"], "größe": "文"}], 1):
        details.filter(title=f"Book {n:03}").update(details=document)
    few = details.order_by("title")
    for expected, query in [
        ([1], few.filter(details__a=None)), ([5], few.filter(details__a__isnull=True)),
        ([2], few.filter(details__a=1.5)), ([3], few.filter(details__a="1.5")), ([2, 4], few.filter(details__a__gt=1)),
        ([4], few.filter(details__a__b__c=True)), ([1], few.filter(details__b__2__c="x")),
        ([2, 5], few.filter(details__tags__contains="y")), ([2, 3, 5], few.filter(details__has_key="tags")),
        ([2, 3], few.filter(details__has_keys=["a", "tags"])), ([1, 2, 3, 5], few.filter(details__has_any_keys=["b", "tags"])),
        ([3], few.filter(details__contained_by={"a": "1.5", "tags": ["x"]})), ([1], few.filter(details__b__0__in=[1, 9])),
        ([5], few.filter(details__größe__startswith="文")), ([3], few.filter(details__tags=[])),
        ([1, 4], few.exclude(details__a__in=[1.5, "1.5"])), ([1], few.filter(details__b__contains=[{"c": "x"}])),
    ]:
        equal((str(query.query), [int(title[-3:]) for title in query.values_list("title", flat=True)]), (str(query.query), expected))
    equal(list(few.annotate(text=KT("details__a")).values_list("text", flat=True)), [None, "1.5", "1.5", '{"b": {"c": true}}', None])
    equal(few.filter(details=Value({"tags": ["y"], "größe": "文"}, JSONField())).count(), 1)
    for n, book in enumerate(few, 1):
        book.details = {"n": n, "kind": "odd" if n % 2 else "even", "list": [1, {"two": n}]}
        book.save(update_fields=["details"])
    label.delete()


@scenario
def lists_of_rows():
    books = Book.objects.filter(author=OuterRef("pk")).order_by("-price").values("page_count")
    authors = Author.objects.filter(name__in=["Author 1", "Author 2"]).order_by("name")
    equal(list(authors.annotate(pages=ArraySubquery(books[:2])).values_list("name", "pages")),
          [("Author 1", [None, None]), ("Author 2", [1910, 1810])])
    equal(list(authors.annotate(none=ArraySubquery(books.filter(price__lt=0))).values_list("none", flat=True)), [[], []])
    # What is told is called otherwise than what is distinct.
    dearest = Book.objects.order_by("author_id", "-price").distinct("author_id").values_list("author_id", "title")
    equal(sorted(title for _, title in dearest), [f"Book {n}" for n in range(191, 201)])
    with connection.cursor() as cursor:
        cursor.callproc("abs", [-3])
        equal(cursor.fetchall(), [(3,)])


@scenario
def permissions_and_the_admin_log():
    kind = ContentType.objects.get_for_model(Book)
    special = Permission.objects.create(codename="lend_book", name="Can lend", content_type=kind)
    editors, _ = Group.objects.get_or_create(name="lenders")
    editors.permissions.add(special, *Permission.objects.filter(content_type=kind, codename__startswith="view"))
    user = User.objects.create_user("bob", password="secret")
    user.groups.add(editors)
    user.user_permissions.add(Permission.objects.get(codename="add_label"))
    user = User.objects.get(pk=user.pk)
    equal(user.get_all_permissions(), {"shop.lend_book", "shop.view_book", "shop.add_label"})
    equal(list(User.objects.with_perm("shop.lend_book", backend="django.contrib.auth.backends.ModelBackend")), [user])
    book = Book.objects.get(title="Book 010")
    LogEntry.objects.log_actions(user.pk, [book], CHANGE, change_message=[{"changed": {"fields": ["Price"]}}], single_object=True)
    entry = LogEntry.objects.select_related("user", "content_type").get()
    equal((entry.user.username, entry.get_edited_object(), entry.get_change_message()), ("bob", book, "Changed Price."))
    equal(User.objects.filter(groups__permissions__codename="lend_book", is_active=True).distinct().count(), 1)
    user.delete()
    equal((LogEntry.objects.count(), Group.objects.filter(user__isnull=True, pk=editors.pk).count()), (0, 1))
    editors.delete()
    special.delete()


@scenario
def upserts_and_bulk_changes():
    before = Stock.objects.count()
    books = list(Book.objects.order_by("title")[45:60])
    made = Stock.objects.bulk_create([Stock(book=book, copies=100 + n) for n, book in enumerate(books)], update_conflicts=True,
                                     unique_fields=["book"], update_fields=["copies"])
    equal((len(made), Stock.objects.count(), Stock.objects.filter(copies__gte=100).count()), (15, before + 10, 15))
    Stock.objects.filter(book__title__gt="Book 050", copies__gte=100).delete()
    for stock in Stock.objects.filter(copies__gte=100).select_related("book"):
        stock.copies = int(stock.book.title[-3:]) % 7
        stock.save(update_fields=["copies"])
    equal(Stock.objects.filter(copies__gte=100).count(), 0)
    labels = Label.objects.bulk_create([Label(slug=f"bulk-{n}") for n in range(500)])
    for label in labels:
        label.slug = label.slug.replace("bulk", "changed")
    equal(Label.objects.bulk_update(labels, ["slug"]), 500)
    equal(Label.objects.filter(slug__startswith="changed-").update(slug=Concat(Value("again-"), F("slug"))), 500)
    equal(Label.objects.filter(pk__in=Label.objects.filter(slug__startswith="again-").values("pk")[:100]).delete()[0], 100)
    equal(Label.objects.filter(slug__startswith="again-").delete(), (400, {"shop.Label": 400}))
    cheapest = Book.objects.filter(author=OuterRef("author")).order_by("price").values("price")[:1]
    Book.objects.filter(title="Book 200").update(rating=Subquery(cheapest, output_field=FloatField()))
    equal(Book.objects.get(title="Book 200").rating, 2.5)
    Book.objects.filter(title="Book 200").update(rating=200 / 3)


@scenario
def prefetches():
    authors = Author.objects.order_by("name").prefetch_related(
        Prefetch("books", Book.objects.filter(price__gt=45).only("title", "author").order_by("-title"), to_attr="dear"),
        "books__labels", "translations")
    counting = Counting()
    with connection.execute_wrapper(counting):
        equal([(a.name, [b.title for b in a.dear], len(a.books.all())) for a in authors][:2],
              [("Author 1", ["Book 200", "Book 190"], 20), ("Author 10", ["Book 199", "Book 189"], 20)])
    equal(counting.statements, 5)


class Counting:
    """Counts what is sent."""

    statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        return execute(sql, params, many, context)


@scenario
def takes_from_a_queue():
    """Each of several workers takes what no other has: nothing twice, and all of it."""
    Label.objects.bulk_create([Label(slug=f"job-{n:02}") for n in range(40)])
    taken, failed = [], []

    def work():
        try:
            while Label.objects.filter(slug__startswith="job-").exists():
                with transaction.atomic():
                    job = Label.objects.select_for_update(skip_locked=True).filter(slug__startswith="job-").order_by("slug").first()
                    if job is not None:
                        taken.append(job.slug)
                        job.delete()
        except DatabaseError as error:
            failed.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    equal((failed, sorted(taken)), ([], [f"job-{n:02}" for n in range(40)]))


@scenario
def savepoints_within_savepoints():
    def create(slug, depth):
        with transaction.atomic():
            Label.objects.create(slug=f"{slug}-{depth}")
            if depth:
                try:
                    create(slug, depth - 1)
                except ValueError:
                    Label.objects.create(slug=f"{slug}-{depth}-caught")
                    if depth % 2:
                        raise
            else:
                raise ValueError

    create("deep", 6)
    equal(sorted(Label.objects.filter(slug__startswith="deep").values_list("slug", flat=True)),
          ["deep-2", "deep-2-caught", "deep-3", "deep-4", "deep-5", "deep-6"])
    Label.objects.filter(slug__startswith="deep").delete()
    with transaction.atomic(durable=True):
        Label.objects.select_for_update(no_key=True).get(slug="rare")
        with transaction.atomic(savepoint=False):
            equal(len(Book.objects.select_for_update(of=("self", "author")).select_related("author")[:3]), 3)
