from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0012_fill_package_parts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='scormpackage',
            name='entry',
            field=models.CharField(default='', max_length=500, verbose_name='first file'),
        ),
        migrations.RemoveField(
            model_name='scormpackage',
            name='entry',
        ),
    ]
