from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("credentials", "0007_link_evidence")]
    operations = [
        migrations.RenameField("statusentry", "officer_id", "qualification_id"),
    ]
