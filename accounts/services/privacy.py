"""A person's rights over their own data: see it, take it along, have it corrected."""

from datetime import datetime
from typing import Any

from accounts.models import User

CORRECTABLE = ("name", "email", "phone", "language")


def export_person(user: User, *, now: datetime) -> dict[str, Any]:
    """Everything accounts holds about the person, as JSON-ready values."""
    return {
        "exported_at": now.isoformat(),
        "public_id": str(user.public_id),
        "username": user.username,
        "name": user.name,
        "officer_number": user.officer_number,
        "email": user.email,
        "phone": user.phone,
        "language": user.language,
        "date_joined": user.date_joined.isoformat(),
        "posts": [
            {
                "organisation": membership.organisation.name,
                "post": membership.post,
                "from": membership.joined_on.isoformat(),
                "until": membership.left_on.isoformat() if membership.left_on else None,
                "reason": membership.leave_reason or None,
            }
            for membership in user.memberships.select_related("organisation")
        ],
        "roles": [
            {
                "role": grant.role,
                "organisation": grant.organisation.name,
                "from": grant.granted_at.isoformat(),
                "until": grant.ended_at.isoformat() if grant.ended_at else None,
            }
            for grant in user.role_grants.select_related("organisation")
        ],
    }


def correct_person(user: User, **values: str) -> User:
    """Correct contact data and name; raises ValueError for any other field."""
    unknown = set(values) - set(CORRECTABLE)
    if unknown:
        raise ValueError(f"not correctable: {sorted(unknown)}")
    for field, value in values.items():
        setattr(user, field, value)
    user.save(update_fields=list(values))
    return user
