"""PostgreSQL writes new search entries into the index itself, not into a waiting list.

While entries wait there, the planner holds the index for dear and reads the whole
table: 70 ms instead of 0.4 ms for 5,000 entries just imported.
"""

from django.db import migrations

FORWARD = [
    "ALTER INDEX courses_searchentry_vector SET (fastupdate = off)",
    "SELECT gin_clean_pending_list('courses_searchentry_vector')",
]
BACKWARD = ["ALTER INDEX courses_searchentry_vector RESET (fastupdate)"]


def write_at_once(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in FORWARD:
            schema_editor.execute(statement)


def write_later(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in BACKWARD:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("courses", "0008_seal_citations")]

    operations = [migrations.RunPython(write_at_once, write_later)]
