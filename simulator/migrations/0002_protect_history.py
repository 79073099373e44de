"""What happened in a run, and what a published case said, cannot be rewritten.

Events refuse UPDATE and DELETE; a version that left the draft state refuses any
change of its content and number, and deletion; so do its drawings.
"""

from django.db import migrations

SQLITE_UP = [
    """
    CREATE TRIGGER simulator_runevent_no_update
    BEFORE UPDATE ON simulator_runevent
    BEGIN SELECT RAISE(ABORT, 'run events are append-only'); END
    """,
    """
    CREATE TRIGGER simulator_runevent_no_delete
    BEFORE DELETE ON simulator_runevent
    BEGIN SELECT RAISE(ABORT, 'run events are append-only'); END
    """,
    """
    CREATE TRIGGER simulator_caseversion_frozen
    BEFORE UPDATE OF payload, sha256, number, case_id, law_as_of
    ON simulator_caseversion WHEN OLD.status <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'published case versions are immutable'); END
    """,
    """
    CREATE TRIGGER simulator_caseversion_no_return
    BEFORE UPDATE OF status ON simulator_caseversion
    WHEN OLD.status <> 'draft' AND NEW.status = 'draft'
    BEGIN SELECT RAISE(ABORT, 'published case versions are immutable'); END
    """,
    """
    CREATE TRIGGER simulator_caseversion_no_delete
    BEFORE DELETE ON simulator_caseversion WHEN OLD.status <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'published case versions are immutable'); END
    """,
    """
    CREATE TRIGGER simulator_casemedia_no_update
    BEFORE UPDATE ON simulator_casemedia
    BEGIN SELECT RAISE(ABORT, 'drawings of a case version are immutable'); END
    """,
    """
    CREATE TRIGGER simulator_casemedia_no_delete
    BEFORE DELETE ON simulator_casemedia
    WHEN (SELECT status FROM simulator_caseversion WHERE id = OLD.version_id)
         <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'drawings of a case version are immutable'); END
    """,
]
SQLITE_DOWN = [
    f"DROP TRIGGER {name}"
    for name in (
        "simulator_runevent_no_update",
        "simulator_runevent_no_delete",
        "simulator_caseversion_frozen",
        "simulator_caseversion_no_return",
        "simulator_caseversion_no_delete",
        "simulator_casemedia_no_update",
        "simulator_casemedia_no_delete",
    )
]

POSTGRESQL_UP = [
    """
    CREATE FUNCTION simulator_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER simulator_runevent_append_only
    BEFORE UPDATE OR DELETE ON simulator_runevent
    FOR EACH ROW EXECUTE FUNCTION simulator_refuse('run events are append-only')
    """,
    """
    CREATE TRIGGER simulator_caseversion_frozen
    BEFORE UPDATE OF payload, sha256, number, case_id, law_as_of
    ON simulator_caseversion FOR EACH ROW WHEN (OLD.status <> 'draft')
    EXECUTE FUNCTION simulator_refuse('published case versions are immutable')
    """,
    """
    CREATE TRIGGER simulator_caseversion_no_return
    BEFORE UPDATE OF status ON simulator_caseversion
    FOR EACH ROW WHEN (OLD.status <> 'draft' AND NEW.status = 'draft')
    EXECUTE FUNCTION simulator_refuse('published case versions are immutable')
    """,
    """
    CREATE TRIGGER simulator_caseversion_no_delete
    BEFORE DELETE ON simulator_caseversion
    FOR EACH ROW WHEN (OLD.status <> 'draft')
    EXECUTE FUNCTION simulator_refuse('published case versions are immutable')
    """,
    """
    CREATE FUNCTION simulator_keep_media() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' AND
         (SELECT status FROM simulator_caseversion WHERE id = OLD.version_id) = 'draft'
      THEN RETURN OLD; END IF;
      RAISE EXCEPTION 'drawings of a case version are immutable'
        USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER simulator_casemedia_immutable
    BEFORE UPDATE OR DELETE ON simulator_casemedia
    FOR EACH ROW EXECUTE FUNCTION simulator_keep_media()
    """,
]
POSTGRESQL_DOWN = [
    "DROP TRIGGER simulator_casemedia_immutable ON simulator_casemedia",
    "DROP TRIGGER simulator_caseversion_no_delete ON simulator_caseversion",
    "DROP TRIGGER simulator_caseversion_no_return ON simulator_caseversion",
    "DROP TRIGGER simulator_caseversion_frozen ON simulator_caseversion",
    "DROP TRIGGER simulator_runevent_append_only ON simulator_runevent",
    "DROP FUNCTION simulator_keep_media()",
    "DROP FUNCTION simulator_refuse()",
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
    dependencies = [("simulator", "0001_initial")]

    operations = [migrations.RunPython(up, down)]
