"""Schemes and qualifications of the demonstration, through services only."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import yaml

from accounts.models import Organisation, User
from credentials.enums import Act, Ground, ProposalState
from credentials.errors import CredentialsError
from credentials.formats.earlier import EarlierEntry
from credentials.models import Proposal, Qualification, Scheme
from credentials.queries.register import zone
from credentials.services.dry_runs import go_on
from credentials.services.migration import import_register
from credentials.services.proposals import (
    Asked,
    approve_proposal,
    propose_act,
    propose_issue,
)
from credentials.services.schemes import approve_version, open_scheme, write_version

FILES = Path(__file__).parent / "schemes"
MAIN = "hazchem-emergency"
ISSUER = "澜州市应急管理局"
EARLIER = {
    "officer_a": (date(2024, 7, 1), date(2029, 7, 1)),
    "officer_b": (date(2024, 7, 1), date(2029, 7, 1)),
    "suspended": (date(2024, 7, 1), date(2029, 7, 1)),
    "expired": (date(2024, 3, 1), date(2026, 9, 1)),
}
BODIES = {"brigade": 7, "wangchuan": 6, "linxi": 4, "park": 2, "city": 3}
FIRST_OF_BODY = 3
"""The first two of each body are still candidates."""


def load(now: datetime) -> None:
    """Create what is missing; idempotent."""
    certifier = User.objects.get(username="certifier")
    second = User.objects.get(username="certifier2")
    for path in sorted(FILES.glob("*.yaml")):
        _scheme(path, certifier, second, now)
    scheme = Scheme.objects.get(key=MAIN)
    issuer = Organisation.objects.get(name=ISSUER)
    import_register(
        _earlier(now),
        scheme=scheme,
        issuer=issuer,
        by=certifier,
        approved_by=second,
        now=now,
    )
    _suspend(scheme, certifier, second, now)
    _propose(scheme, issuer, certifier, second, now)


def _scheme(path: Path, certifier: User, second: User, now: datetime) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    owner = Organisation.objects.get(name=data["organisation"])
    scheme = open_scheme(path.stem, name=data["name"], organisation=owner)
    if scheme.versions.exists():
        return
    version = write_version(
        scheme,
        parameters=data["parameters"],
        effective_from=datetime.combine(data["effective_from"], time(), zone()),
        by=certifier,
        now=now,
    )
    go_on(version.dry_runs.get(), now=now)
    if not data["parameters"].get("sample"):
        approve_version(version, by=second, now=now)


def _earlier(now: datetime) -> list[EarlierEntry]:
    """Rows of the register kept before this system."""
    terms = dict(EARLIER)
    for body, count in BODIES.items():
        for number in range(FIRST_OF_BODY, FIRST_OF_BODY + count):
            ends = now.date() + timedelta(
                days=18 + 97 * (number - FIRST_OF_BODY) + 9 * len(body)
            )
            terms[f"{body}{number:02d}"] = (date(2025, 1, 1), ends)
    officers = {u.username: u for u in User.objects.filter(username__in=terms)}
    held = set(
        Qualification.objects.filter(officer__in=officers.values()).values_list(
            "officer_id", flat=True
        )
    )
    return [
        EarlierEntry(
            row=row,
            officer=str(officers[username].officer_number),
            number=f"970100-{since.year}-{row:04d}",
            valid_from=since,
            valid_to=until,
            document=f"澜应资〔{since.year}〕{row}号",
        )
        for row, (username, (since, until)) in enumerate(terms.items(), start=1)
        if username in officers and officers[username].pk not in held
    ]


def _suspend(scheme: Scheme, certifier: User, second: User, now: datetime) -> None:
    row = Qualification.objects.get(officer__username="suspended", scheme=scheme)
    if row.suspended_since is not None:
        return
    asked = Asked(
        Ground.PROCEDURE_VIOLATED,
        legal_ground="《行政处罚法》第四十四条",
        document="澜应资〔2026〕58号",
        note="案卷评查发现处罚前没有告知。",
    )
    proposal = propose_act(row, Act.SUSPENDED, asked, by=certifier, now=now)
    approve_proposal(proposal, by=second, now=now, note="已核案卷。")


def _propose(
    scheme: Scheme, issuer: Organisation, certifier: User, second: User, now: datetime
) -> None:
    """Leaves proposals waiting for the second signature, for those who look in."""
    ready = User.objects.get(username="ready")
    known = Proposal.objects.filter(officer=ready, scheme=scheme).exists()
    if not known:
        try:
            propose_issue(
                ready,
                scheme,
                issuer=issuer,
                by=certifier,
                now=now,
                note="条件齐全，证据已核。",
            )
        except CredentialsError:
            return  # the evidence is loaded by other parts; without it nothing waits
    lost = Qualification.objects.filter(officer__username="brigade03").first()
    waiting = Proposal.objects.filter(state=ProposalState.WAITING)
    if lost and not waiting.filter(officer=lost.officer).exists():
        asked = Asked(Ground.CARD_LOST, document="澜应资〔2026〕61号")
        propose_act(lost, Act.CARD_REISSUED, asked, by=second, now=now)
