from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0010_place_in_recordings'),
    ]

    operations = [
        migrations.AddField(
            model_name='scormpackage',
            name='parts',
            field=models.JSONField(default=list, verbose_name='parts'),
        ),
        migrations.AddField(
            model_name='scormattempt',
            name='part',
            field=models.CharField(default='', max_length=120, verbose_name='part'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='scormattempt',
            name='progress',
            field=models.ForeignKey(on_delete=models.CASCADE, related_name='attempts', to='courses.lessonprogress'),
        ),
        migrations.AddConstraint(
            model_name='scormattempt',
            constraint=models.UniqueConstraint(fields=('progress', 'package', 'part'), name='package_attempt_once'),
        ),
    ]
