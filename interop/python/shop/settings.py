"""Where the server is, and what is installed: importing this makes Django ready."""

import django
from django.conf import settings
from django.db import connection
from django.db.utils import Error

from scenario import server

where = server()
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
        "django.contrib.messages", "django.contrib.admin", "shop",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": where["host"], "PORT": where["port"], "USER": where["user"], "NAME": where["database"],
            "OPTIONS": {"sslmode": "disable", "connect_timeout": 10, "application_name": "django"},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SECRET_KEY="not one",
    TIME_ZONE="UTC",
    USE_TZ=True,
)
django.setup()


def told_with_its_statement(execute, sql, params, many, context):
    try:
        return execute(sql, params, many, context)
    except Error as error:
        error.args = (f"{error} [{sql}]",)
        raise


connection.execute_wrappers.append(told_with_its_statement)
