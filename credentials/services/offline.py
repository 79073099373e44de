"""Signed artefacts for terminals without network, and what they report later."""

from __future__ import annotations

import hashlib
import hmac
import random
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.chain import link_hash
from accounts.models import User
from credentials.data import (
    Member,
    OfficerRecord,
    QualificationRecord,
    Question,
    RegisterView,
)
from credentials.errors import OfflineRecordUnfit
from credentials.models import (
    ConnectedApplication,
    HolderKey,
    OfflineRecord,
    Qualification,
    SigningKey,
    StatusEntry,
    Terminal,
)
from credentials.rules.decision import decide
from credentials.rules.status_list import (
    BITS,
    INVALID,
    SIZE,
    SUSPENDED,
    encode_list,
)
from credentials.tokens import (
    BadTokenError,
    PrivateKey,
    load_public_key,
    sign,
    verify,
)

CREDENTIAL_TYPE = "qualification+jwt"
STATUS_TYPE = "statuslist+jwt"
POLICY_TYPE = "gate-policy+jwt"
RECORD_TYPE = "offline-record+jwt"
CREDENTIAL_LIFE = timedelta(hours=24)
STATUS_LIFE = timedelta(hours=12)
STATUS_TTL = 300
POLICY_LIFE = timedelta(days=7)
DECOYS = 2000
MAXIMUM_RECORDS = 500
LAST_MOMENT = 2**33


def status_uri(list_number: int) -> str:
    """Where a status list is published; also its name."""
    return f"{settings.BASE_URL}/status/{list_number}"


def place_in_list(qualification_id: str) -> StatusEntry:
    """The place of a qualification, drawn at random on first need; idempotent."""
    present = StatusEntry.objects.filter(qualification_id=qualification_id).first()
    while present is None:
        try:
            with transaction.atomic():
                present = StatusEntry.objects.create(
                    qualification_id=qualification_id, index=secrets.randbelow(SIZE)
                )
        except IntegrityError:
            present = StatusEntry.objects.filter(
                qualification_id=qualification_id
            ).first()
    return present


def issue_credentials(
    view: RegisterView, officer_id: str, *, key: PrivateKey, now: datetime
) -> list[str]:
    """One signed credential per qualification the gate would accept now.

    Bound to the officer's own device key: without one there is nothing to issue.
    """
    record = view.officers.get(officer_id)
    holder = HolderKey.objects.filter(officer_id=officer_id).first()
    if record is None or holder is None:
        return []
    return [
        _credential(held, record, view, holder, key, now)
        for held in record.qualifications
        if _usable(held, record, view, now)
    ]


def _usable(
    held: QualificationRecord, record: OfficerRecord, view: RegisterView, now: datetime
) -> bool:
    """Whether the rule itself would let this qualification carry its holder now."""
    alone = replace(record, qualifications=(held,))
    return any(
        decide(
            Question(
                action="join_inspection",
                members=(Member(record.officer_id, "member"),),
                team=False,
                sector=min(held.sectors),
                method=min(held.methods),
                division=division,
                site="",
                inspection="",
                task=None,
                at=now,
            ),
            replace(view, officers={record.officer_id: alone}),
            now=now,
            client_divisions=frozenset({division}),
        ).permitted
        for division in {*held.divisions, *(post.division for post in record.posts)}
        if held.sectors and held.methods
    )


def _credential(
    held: QualificationRecord,
    record: OfficerRecord,
    view: RegisterView,
    holder: HolderKey,
    key: PrivateKey,
    now: datetime,
) -> str:
    place = place_in_list(held.qualification_id)
    terms = view.schemes.get(held.scheme)
    ends = min(now + CREDENTIAL_LIFE, held.valid_to)
    areas = {post.division for post in record.posts}
    claims = {
        "iss": settings.BASE_URL,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int(ends.timestamp()),
        "vct": f"{settings.BASE_URL}/vct/enforcement-qualification/1",
        "sub": record.officer_id,
        "cnf": {"jwk": holder.public_jwk},
        "quals": [
            {
                "s": sorted(held.sectors),
                "m": sorted(held.methods),
                "d": sorted(held.divisions),
                "q": held.scheme,
                "f": sorted(held.functions),
                "e": int(held.valid_to.timestamp()),
            }
        ],
        "posts": sorted(areas),
        "quorum": terms.quorum if terms else 2,
        "revision": view.revision,
        "status": {
            "status_list": {"idx": place.index, "uri": status_uri(place.list_number)}
        },
    }
    return sign(claims, typ=CREDENTIAL_TYPE, key=key)


def status_list_token(*, key: PrivateKey, now: datetime, list_number: int = 1) -> str:
    """The signed status list; the same for every process within one period."""
    issued = int(now.timestamp()) // STATUS_TTL * STATUS_TTL
    claims = {
        "iss": settings.BASE_URL,
        "sub": status_uri(list_number),
        "iat": issued,
        "exp": issued + int(STATUS_LIFE.total_seconds()),
        "ttl": STATUS_TTL,
        "status_list": {
            "bits": BITS,
            "lst": encode_list(statuses_at(list_number, now)),
        },
    }
    return sign(claims, typ=STATUS_TYPE, key=key)


def statuses_at(list_number: int, now: datetime) -> dict[int, int]:
    """Places that are not valid now, among decoys that say nothing."""
    places = dict(
        StatusEntry.objects.filter(list_number=list_number).values_list(
            "qualification_id", "index"
        )
    )
    seed = hmac.digest(
        settings.SECRET_KEY.encode(), f"decoys {now:%G-%V}".encode(), "sha256"
    )
    chance = random.Random(seed)  # noqa: S311 -- decoys only hide, they protect nothing
    statuses = {
        chance.randrange(SIZE): chance.choice((INVALID, SUSPENDED))
        for _ in range(DECOYS)
    }
    for index in places.values():
        statuses.pop(index, None)
    rows = Qualification.objects.filter(
        Q(suspended_since__lte=now) | Q(closed_at__lte=now) | Q(valid_to__lte=now)
    ).values_list("public_id", "closed_at", "valid_to")
    for public_id, closed_at, valid_to in rows.iterator():
        if str(public_id) in places:
            ended = valid_to <= now or (closed_at is not None and closed_at <= now)
            statuses[places[str(public_id)]] = INVALID if ended else SUSPENDED
    return statuses


def policy_token(view: RegisterView, *, key: PrivateKey, now: datetime) -> str:
    """The terms a terminal judges by, signed; the same within one hour."""
    issued = int(now.timestamp()) // 3600 * 3600
    claims = {
        "iss": settings.BASE_URL,
        "iat": issued,
        "exp": issued + int(POLICY_LIFE.total_seconds()),
        "minimum_version": "1",
        "status_lists": [status_uri(1)],
        "schemes": {
            terms.scheme: {
                "sectors": sorted(terms.sectors),
                "quorum": terms.quorum,
                "lead_required": terms.lead_required,
                "frozen": terms.frozen or view.frozen,
                "digest": terms.digest,
            }
            for terms in view.schemes.values()
        },
    }
    return sign(claims, typ=POLICY_TYPE, key=key)


def published_keys(*, now: datetime, overlap: timedelta) -> list[dict[str, Any]]:
    """Present and retired keys until nothing signed by them is still in use."""
    rows = SigningKey.objects.filter(
        Q(retired_at__isnull=True) | Q(retired_at__gt=now - overlap)
    )
    return [row.public_jwk for row in rows]


def register_terminal(
    application: ConnectedApplication,
    *,
    name: str,
    public_jwk: Mapping[str, Any],
    now: datetime,
) -> Terminal:
    """A device of a connected system; every call registers another."""
    load_public_key(public_jwk)
    return Terminal.objects.create(
        application=application,
        name=name[:128],
        public_jwk={name: public_jwk[name] for name in ("kty", "crv", "x")},
        registered_at=now,
    )


def bind_holder_key(
    officer: User, public_jwk: Mapping[str, Any], *, now: datetime
) -> HolderKey:
    """Binds the officer's own device; a later key replaces the earlier one.

    Only the officer may call for it, with a recent one-time code.
    """
    load_public_key(public_jwk)
    holder, _ = HolderKey.objects.update_or_create(
        officer_id=str(officer.public_id),
        defaults={
            "public_jwk": {name: public_jwk[name] for name in ("kty", "crv", "x")},
            "registered_at": now,
        },
    )
    return holder


def read_records(
    terminal: Terminal, tokens: Iterable[str]
) -> list[tuple[int, str, dict[str, Any]]]:
    """Counter, hash and claims of each record; refuses a break in the chain."""
    keys = {str(terminal.public_id): load_public_key(terminal.public_jwk)}
    counter, last = terminal.last_counter, terminal.last_hash
    read = []
    for token in tokens:
        try:
            claims = verify(token, typ=RECORD_TYPE, keys=keys)
        except BadTokenError as error:
            raise OfflineRecordUnfit from error
        if claims.get("counter") != counter + 1 or claims.get("prev") != last:
            raise OfflineRecordUnfit
        counter, last = counter + 1, link_hash(last, claims)
        read.append((counter, last, claims))
    return read


@transaction.atomic
def store_records(
    terminal: Terminal,
    judged: Iterable[tuple[int, str, dict[str, Any], bool, bool]],
    *,
    now: datetime,
) -> list[OfflineRecord]:
    """Keeps judged records and moves the terminal's counter.

    A record whose answer differs from the register's is kept and listed, never
    repaired.
    """
    held = Terminal.objects.select_for_update().get(pk=terminal.pk)
    stored = []
    for counter, last, claims, then, today in judged:
        if counter != held.last_counter + 1:
            raise OfflineRecordUnfit
        record = OfflineRecord.objects.create(
            terminal=held,
            counter=counter,
            payload=claims,
            uploaded_at=now,
            permitted_offline=claims.get("decision") is True,
            permitted_as_known_then=then,
            permitted_as_known_now=today,
        )
        stored.append(record)
        held.last_counter, held.last_hash = counter, last
    held.save(update_fields=["last_counter", "last_hash"])
    return stored


def list_digest(token: str) -> str:
    """The name of one edition of a status list."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """An instant of a record, which carries whole seconds."""
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < LAST_MOMENT:
        raise OfflineRecordUnfit
    return datetime.fromtimestamp(value, tz=UTC)
