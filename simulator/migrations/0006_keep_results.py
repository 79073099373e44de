"""A score report is added, never rewritten: only which one counts may change."""

from django.db import migrations

SAID = (
    "run_id, number, key_version_id, profile, score, pass_mark, passed, provisional, "
    "vetoes, components, report, head_hash, scored_at"
)
WHY = "score reports are kept as they were"

SQLITE_UP = [
    f"""
    CREATE TRIGGER simulator_scorereport_kept BEFORE UPDATE OF {SAID}
    ON simulator_scorereport BEGIN SELECT RAISE(ABORT, '{WHY}'); END
    """,
    f"""
    CREATE TRIGGER simulator_scorereport_no_delete BEFORE DELETE
    ON simulator_scorereport BEGIN SELECT RAISE(ABORT, '{WHY}'); END
    """,
]
SQLITE_DOWN = [
    "DROP TRIGGER simulator_scorereport_kept",
    "DROP TRIGGER simulator_scorereport_no_delete",
]
POSTGRESQL_UP = [
    f"""
    CREATE TRIGGER simulator_scorereport_kept BEFORE UPDATE OF {SAID}
    ON simulator_scorereport FOR EACH ROW EXECUTE FUNCTION simulator_refuse('{WHY}')
    """,
    f"""
    CREATE TRIGGER simulator_scorereport_no_delete BEFORE DELETE
    ON simulator_scorereport FOR EACH ROW EXECUTE FUNCTION simulator_refuse('{WHY}')
    """,
    f"""
    CREATE TRIGGER simulator_scorereport_no_truncate BEFORE TRUNCATE
    ON simulator_scorereport
    FOR EACH STATEMENT EXECUTE FUNCTION simulator_refuse('{WHY}')
    """,
]
POSTGRESQL_DOWN = [
    "DROP TRIGGER simulator_scorereport_kept ON simulator_scorereport",
    "DROP TRIGGER simulator_scorereport_no_delete ON simulator_scorereport",
    "DROP TRIGGER simulator_scorereport_no_truncate ON simulator_scorereport",
]


def up(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_UP if postgresql else SQLITE_UP:
        schema_editor.execute(statement, params=None)


def down(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_DOWN if postgresql else SQLITE_DOWN:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("simulator", "0005_rescoring")]

    operations = [migrations.RunPython(up, down)]
