from django.conf import settings
from django.core.management import call_command
from wagtail.models import Locale, Page

from accounts.enums import Role


def test_first_migrate_makes_one_chinese_locale(db):
    assert list(Locale.objects.values_list("language_code", flat=True)) == ["zh-hans"]
    assert set(Page.objects.values_list("locale__language_code", flat=True)) == {
        "zh-hans"
    }


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_role_has_its_group(django_user_model, db):
    from django.contrib.auth.models import Group  # noqa: PLC0415 -- app registry

    assert set(Group.objects.values_list("name", flat=True)) == set(Role)


def test_health_pages_answer(client, db):
    assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").json() == {"database": "ok"}


def test_time_zone_and_language_are_chinese():
    assert settings.LANGUAGE_CODE == "zh-hans"
    assert settings.TIME_ZONE == "Asia/Shanghai"
