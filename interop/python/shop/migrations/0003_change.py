from django.db import migrations, models
from django.db.models import Q


def mend_negative_prices(apps, _):
    apps.get_model("shop", "Book").objects.filter(price__lt=0).update(price=0)


class Migration(migrations.Migration):
    """What is there is altered, renamed and removed, with rows in it."""

    dependencies = [("shop", "0002_grow")]

    operations = [
        migrations.AlterField("Author", "name", models.CharField(max_length=200)),
        migrations.AlterField("Book", "price", models.DecimalField(decimal_places=2, max_digits=12)),
        migrations.RenameField("Book", "pages", "page_count"),
        migrations.AlterField("Book", "page_count", models.PositiveIntegerField(null=True)),
        migrations.RemoveField("Book", "note"),
        migrations.RenameModel("Tag", "Label"),
        migrations.RenameField("Label", "name", "slug"),
        migrations.RenameField("Book", "tags", "labels"),
        migrations.RunPython(mend_negative_prices, migrations.RunPython.noop),
        migrations.AddConstraint(
            "Book", models.CheckConstraint(condition=Q(price__gte=0), name="shop_book_price_not_negative")
        ),
        migrations.AddIndex(
            "Book", models.Index(condition=Q(in_print=True), fields=["title"], name="shop_book_in_print")
        ),
    ]
