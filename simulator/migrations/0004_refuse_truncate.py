"""PostgreSQL's TRUNCATE passes by row triggers: refuse it for history as well.

SQLite has no TRUNCATE; a DELETE without WHERE runs its row triggers there.
"""

from django.db import migrations

KEPT = {
    "simulator_runevent": "run events are append-only",
    "simulator_caseversion": "published case versions are immutable",
    "simulator_casemedia": "drawings of a case version are immutable",
}


def up(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, why in KEPT.items():
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION simulator_refuse('{why}')",
            params=None,
        )


def down(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in KEPT:
        schema_editor.execute(
            f"DROP TRIGGER {table}_no_truncate ON {table}", params=None
        )


class Migration(migrations.Migration):
    dependencies = [("simulator", "0003_run_decision")]

    operations = [migrations.RunPython(up, down)]
