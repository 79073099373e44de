"""PostgreSQL keeps the vector of the tokens, so that ranking need not build it anew."""

from django.db import migrations

FORWARD = [
    "DROP INDEX courses_searchentry_tokens",
    """ALTER TABLE courses_searchentry ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED""",
    "CREATE INDEX courses_searchentry_vector ON courses_searchentry USING gin (vector)",
]
BACKWARD = [
    "ALTER TABLE courses_searchentry DROP COLUMN vector",
    """CREATE INDEX courses_searchentry_tokens ON courses_searchentry
    USING gin (to_tsvector('simple', tokens))""",
]


def keep_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in FORWARD:
            schema_editor.execute(statement)


def build_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in BACKWARD:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_count_self_checks")]

    operations = [migrations.RunPython(keep_vector, build_vector)]
