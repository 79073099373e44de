"""The check that an entry follows the last one always goes by the index.

A plan made while the ledger was empty reads the whole table for every entry of the
same session, so that taking over a large register never came to its end.
"""

from django.db import migrations


def set_plan(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER FUNCTION credentials_follows() SET enable_seqscan = off"
        )


def reset_plan(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER FUNCTION credentials_follows() RESET enable_seqscan"
        )


class Migration(migrations.Migration):
    dependencies = [("credentials", "0013_reconcile_the_gate")]

    operations = [migrations.RunPython(set_plan, reset_plan)]
