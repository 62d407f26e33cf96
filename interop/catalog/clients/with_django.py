"""Django's inspectdb: the models of every schema, table by table, views and partitions, too."""

import io
import re

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from looked import DATABASE, PLACE, SCHEMAS, asked, told

settings.configure(DATABASES={"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": DATABASE, "USER": PLACE["user"], "HOST": PLACE["host"],
    "PORT": PLACE["port"],
}})
django.setup()


def models():
    out = io.StringIO()
    call_command("inspectdb", include_views=True, include_partitions=True, stdout=out)
    return out.getvalue()


for schema in SCHEMAS:
    with connection.cursor() as cursor:
        cursor.execute(f'set search_path to "{schema}"')
        names = asked(f"tables {schema}", lambda: sorted(connection.introspection.get_table_list(cursor)))
        asked(f"sequences {schema}", lambda: [connection.introspection.get_sequences(cursor, one.name)
                                              for one in names if one.type in "tp"])
        for one in names if isinstance(names, list) else []:
            asked(f"constraints {schema}.{one.name}",
                  lambda: connection.introspection.get_constraints(cursor, one.name))
    said = asked(f"inspectdb {schema}", models)
    for model in re.split(r"\n\n\n", said):
        named = re.search(r"db_table = '(.*)'", model)
        if named:
            told(f"model {schema}.{named[1]}", model)
