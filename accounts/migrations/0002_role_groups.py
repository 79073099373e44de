from django.db import migrations

ADMIN_SITE_ROLES = [
    "trainer",
    "legal_reviewer",
    "assessor",
    "certification_officer",
    "organisation_admin",
    "auditor",
    "supervisor",
]
OTHER_ROLES = ["trainee", "invigilator"]


def create_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    access = Permission.objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    Group.objects.filter(name__in=["Moderators", "Editors"]).delete()
    for role in OTHER_ROLES:
        Group.objects.get_or_create(name=role)
    for role in ADMIN_SITE_ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(access)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0094_alter_page_locale"),
        ("wagtaildocs", "0002_initial_data"),
        ("wagtailimages", "0002_initial_data"),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
