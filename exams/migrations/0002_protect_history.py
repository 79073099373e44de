"""Refuse UPDATE and DELETE on everything that is history, in both databases."""

from django.db import migrations

TABLES = (
    "exams_exhibit",
    "exams_itemrevision",
    "exams_itemreview",
    "exams_form",
    "exams_formitem",
    "exams_sittingevent",
    "exams_clockentry",
    "exams_scoreversion",
    "exams_sessionnote",
)
DEEDS = ("UPDATE", "DELETE")
FUNCTION = """
CREATE OR REPLACE FUNCTION exams_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001';
END;
$$ LANGUAGE plpgsql
"""


def protect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)
    for table in TABLES:
        if vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION exams_refuse_change()"
            )
        elif vendor == "sqlite":
            for deed in DEEDS:
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )


def unprotect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        elif vendor == "sqlite":
            for deed in DEEDS:
                schema_editor.execute(f"DROP TRIGGER {table}_no_{deed.lower()}")
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION exams_refuse_change()")


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
