"""A qualification as an Open Badges 3.0 credential: a signed VC-JWT.

Names nobody: the subject is the officer's random id. The register stays the truth;
a badge says where its present state can be asked.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from credentials.models import Card, Qualification
from credentials.tokens import PrivateKey, sign

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]


def badge_claims(row: Qualification, card: Card) -> dict[str, Any]:
    """The credential as JSON, with the registered claims a VC-JWT carries."""
    base = settings.BASE_URL
    issuer = f"{base}/register/issuers/{row.issuer.public_id}"
    credential = f"{base}/register/c/{card.token}/"
    return {
        "@context": CONTEXTS,
        "id": credential,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": row.scheme.name,
        "issuer": {"id": issuer, "type": ["Profile"], "name": row.issuer.name},
        "validFrom": row.valid_from.isoformat(),
        "validUntil": row.valid_to.isoformat(),
        "credentialSubject": {
            "id": f"urn:uuid:{row.officer.public_id}",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"{base}/register/schemes/{row.scheme.key}/{row.scheme_version}",
                "type": ["Achievement"],
                "achievementType": "License",
                "name": row.scheme.name,
                "description": "、".join([*row.sectors, *row.methods]),
                "criteria": {"id": f"{base}/register/disclosure/"},
            },
        },
        "iss": issuer,
        "jti": credential,
        "sub": f"urn:uuid:{row.officer.public_id}",
        "nbf": int(row.valid_from.timestamp()),
        "exp": int(row.valid_to.timestamp()),
    }


def badge_jwt(row: Qualification, card: Card, *, key: PrivateKey) -> str:
    """The signed credential."""
    return sign(badge_claims(row, card), typ="vc+jwt", key=key)
