import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Fields, an index and a constraint are added; one model follows another."""

    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.AddField("Book", "isbn", models.UUIDField(default=uuid.uuid4)),
        migrations.AddField("Book", "details", models.JSONField(default=dict)),
        migrations.AddField("Book", "cover", models.BinaryField(null=True)),
        migrations.AddField("Book", "rating", models.FloatField(null=True)),
        migrations.AddField("Book", "reading_time", models.DurationField(null=True)),
        migrations.AddField("Book", "tags", models.ManyToManyField(related_name="books", to="shop.tag")),
        migrations.AddField(
            "Book",
            "translator",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="translations",
                to="shop.author",
            ),
        ),
        migrations.AddIndex("Book", models.Index(fields=["author", "-published"], name="shop_book_by_date")),
        migrations.AddConstraint(
            "Book", models.UniqueConstraint(fields=["author", "title"], name="shop_book_title_once")
        ),
        migrations.CreateModel(
            "Stock",
            [
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="shop.book",
                    ),
                ),
                ("copies", models.IntegerField(default=0)),
            ],
        ),
        migrations.DeleteModel("Draft"),
    ]
