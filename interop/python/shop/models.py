"""What the last migration leaves."""

import uuid

from django.db import models
from django.db.models import Q


class Author(models.Model):
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    born = models.DateField(null=True, blank=True)
    joined = models.DateTimeField()

    class Meta:
        ordering = ["name"]


class Label(models.Model):
    slug = models.SlugField(unique=True)


class Book(models.Model):
    isbn = models.UUIDField(default=uuid.uuid4)
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    translator = models.ForeignKey(Author, null=True, on_delete=models.SET_NULL, related_name="translations")
    page_count = models.PositiveIntegerField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    in_print = models.BooleanField(default=True)
    published = models.DateTimeField(null=True)
    reading_time = models.DurationField(null=True)
    details = models.JSONField(default=dict)
    cover = models.BinaryField(null=True)
    rating = models.FloatField(null=True)
    labels = models.ManyToManyField(Label, related_name="books")

    class Meta:
        indexes = [
            models.Index(fields=["author", "-published"], name="shop_book_by_date"),
            models.Index(fields=["title"], name="shop_book_in_print", condition=Q(in_print=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["author", "title"], name="shop_book_title_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="shop_book_price_not_negative"),
        ]


class Stock(models.Model):
    book = models.OneToOneField(Book, on_delete=models.CASCADE, primary_key=True)
    copies = models.IntegerField(default=0)
