"""The closed vocabularies of people and organisations."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    """What a person may do for an organisation and everything below it."""

    TRAINEE = "trainee", _("trainee")
    TRAINER = "trainer", _("trainer")
    LEGAL_REVIEWER = "legal_reviewer", _("legal reviewer")
    ASSESSOR = "assessor", _("marker or assessor")
    INVIGILATOR = "invigilator", _("invigilator")
    CERTIFICATION_OFFICER = "certification_officer", _("certification officer")
    SUPERVISOR = "supervisor", _("supervisor")
    ORGANISATION_ADMIN = "organisation_admin", _("organisation administrator")
    AUDITOR = "auditor", _("auditor")


STAFF_ROLES = frozenset(Role) - {Role.TRAINEE}
ADMIN_SITE_ROLES = frozenset(
    {
        Role.TRAINER,
        Role.LEGAL_REVIEWER,
        Role.ASSESSOR,
        Role.CERTIFICATION_OFFICER,
        Role.ORGANISATION_ADMIN,
        Role.AUDITOR,
        Role.SUPERVISOR,
    }
)
"""Roles that work in the Wagtail admin; the others only have pages of the site."""


class Level(TextChoices):
    """The level of an organisation in the administrative tree."""

    NATIONAL = "national", _("national")
    PROVINCIAL = "provincial", _("provincial")
    CITY = "city", _("city")
    COUNTY = "county", _("county")
    TOWNSHIP = "township", _("township or street")
    PARK = "park", _("development zone or park")


class BodyType(TextChoices):
    """What kind of enforcing body an organisation is (opinion 74, section 2(2))."""

    SUPERVISING_DEPARTMENT = "supervising_department", _("supervising department")
    ENFORCEMENT_BODY = "enforcement_body", _("specialised enforcement body")
    MINE_SAFETY_BODY = "mine_safety_body", _("mine-safety body")
    ENTRUSTED_ORGANISATION = "entrusted_organisation", _("entrusted organisation")


class LeaveReason(TextChoices):
    """Why somebody's post in a body ended."""

    MOVED = "moved", _("moved to another body")
    LEFT = "left", _("left the service")
    RETIRED = "retired", pgettext_lazy("person", "retired")
    DISMISSED = "dismissed", _("dismissed")
