"""Every change of people, posts, roles and codes, split by noun."""

from accounts.services.codes import (
    approve_device_reset,
    begin_enrolment,
    confirm_enrolment,
    request_device_reset,
    verify_code,
)
from accounts.services.people import (
    end_role,
    grant_role,
    join_organisation,
    leave_organisation,
    move_to_organisation,
    sync_groups,
)
from accounts.services.privacy import correct_person, export_person
from accounts.services.roster import import_roster

__all__ = [
    "approve_device_reset",
    "begin_enrolment",
    "confirm_enrolment",
    "correct_person",
    "end_role",
    "export_person",
    "grant_role",
    "import_roster",
    "join_organisation",
    "leave_organisation",
    "move_to_organisation",
    "request_device_reset",
    "sync_groups",
    "verify_code",
]
