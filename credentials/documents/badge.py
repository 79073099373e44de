"""A qualification as an Open Badges 3.0 credential: a signed VC-JWT.

Names nobody: the subject is the officer's random id. The register stays the truth;
a badge says where its present state can be asked.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from credentials.models import Card, Qualification
from credentials.tokens import PrivateKey, encode

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
                "criteria": {
                    "id": f"{base}/register/disclosure/",
                    "narrative": _("The requirements of the scheme in effect."),
                },
            },
        },
        "iss": issuer,
        "jti": credential,
        "sub": f"urn:uuid:{row.officer.public_id}",
        "nbf": int(row.valid_from.timestamp()),
        "exp": int(row.valid_to.timestamp()),
    }


def badge_jwt(row: Qualification, card: Card, *, key: PrivateKey) -> str:
    """The signed credential.

    Open Badges 3.0 names the algorithm EdDSA and lets the public key travel in the
    header (8.2); a verifier that anchors trust compares it with our published keys.
    RFC 9864 has since given that name up, so the house's own tokens do not use it.
    """
    public = {name: key.public_jwk[name] for name in ("kty", "crv", "x")}
    header = {"alg": "EdDSA", "typ": "JWT", "kid": key.kid, "jwk": public}
    claims = badge_claims(row, card)
    signed = ".".join(
        encode(json.dumps(part, ensure_ascii=False).encode())
        for part in (header, claims)
    )
    return f"{signed}.{encode(key.key.sign(signed.encode()))}"
