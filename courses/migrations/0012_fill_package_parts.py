"""A package taken in before had one part, without a key, as its attempts have."""

from django.db import migrations


def fill_parts(apps, schema_editor):
    for package in apps.get_model('courses', 'ScormPackage').objects.filter(parts=[]):
        package.parts = [
            {'key': '', 'title': '', 'entry': package.entry, 'reports': True}
        ]
        package.save(update_fields=['parts'])


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0011_parts_of_packages'),
    ]

    operations = [
        migrations.RunPython(fill_parts, migrations.RunPython.noop),
    ]
