"""Fill the pointer from an item to its newest revision."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def point(apps, schema_editor):
    revisions = apps.get_model("exams", "ItemRevision").objects
    newest = revisions.filter(item=OuterRef("pk")).order_by("-number").values("pk")
    apps.get_model("exams", "Item").objects.update(newest=Subquery(newest[:1]))


class Migration(migrations.Migration):
    dependencies = [("exams", "0009_import_items")]
    operations = [migrations.RunPython(point, migrations.RunPython.noop)]
