"""Full-text indexes over the encoded tokens, in the manner of each database."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE courses_searchindex USING fts5(
        tokens, content='courses_searchentry', content_rowid='id', tokenize='ascii'
    )""",
    """CREATE TRIGGER courses_searchentry_inserted AFTER INSERT ON courses_searchentry
    BEGIN
        INSERT INTO courses_searchindex(rowid, tokens) VALUES (new.id, new.tokens);
    END""",
    """CREATE TRIGGER courses_searchentry_deleted AFTER DELETE ON courses_searchentry
    BEGIN
        INSERT INTO courses_searchindex(courses_searchindex, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
    END""",
    """CREATE TRIGGER courses_searchentry_updated AFTER UPDATE ON courses_searchentry
    BEGIN
        INSERT INTO courses_searchindex(courses_searchindex, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
        INSERT INTO courses_searchindex(rowid, tokens) VALUES (new.id, new.tokens);
    END""",
]
SQLITE_UNDO = [
    "DROP TRIGGER courses_searchentry_inserted",
    "DROP TRIGGER courses_searchentry_deleted",
    "DROP TRIGGER courses_searchentry_updated",
    "DROP TABLE courses_searchindex",
]
POSTGRESQL = [
    """CREATE INDEX courses_searchentry_tokens ON courses_searchentry
    USING gin (to_tsvector('simple', tokens))""",
]
POSTGRESQL_UNDO = ["DROP INDEX courses_searchentry_tokens"]


def create_index(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_UNDO if postgresql else SQLITE_UNDO:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("courses", "0003_law_library")]

    operations = [migrations.RunPython(create_index, drop_index)]
