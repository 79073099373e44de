"""Recusals: who may declare and end them, and what they do to permits and the gate."""

from datetime import timedelta

import pytest

from credentials.errors import ActNotAllowed, AlreadyDecided, RecusalUnfit
from credentials.models import (
    ConnectedApplication,
    DecisionRecord,
    Permit,
    PermitMember,
    Recusal,
)
from credentials.queries import register_view
from credentials.services.recusals import declare_recusal, end_recusal

RELATION = "配偶在该企业任职"


@pytest.fixture
def permit(city, learner, now):
    """permit(inspection, site): a standing permit of the learner's team."""

    def make(inspection, site):
        system = ConnectedApplication.objects.create(name="业务系统", organisation=city)
        decision = DecisionRecord.objects.create(
            evaluation_id=f"{inspection:>026}",
            application=system,
            evaluated_at=now,
            request_id="r",
            action="open_inspection",
            inspection=inspection,
            permitted=True,
            reason="qualified",
            revision=1,
            policy="p",
            payload={},
            digest="d",
        )
        made = Permit.objects.create(
            application=system,
            decision=decision,
            inspection=inspection,
            question={"resource": {"properties": {"site": site}}},
            granted_at=now,
            expires_at=now + timedelta(hours=12),
        )
        PermitMember.objects.create(
            permit=made, officer_id=str(learner.public_id), role="lead"
        )
        return made

    return make


def test_declaration_reaches_the_gate_and_withdraws_permits(learner, permit, now):
    here, same, elsewhere = permit("A", "S1"), permit("B", "S2"), permit("C", "S3")

    declare_recusal(learner, by=learner, now=now, relation=RELATION, site="S1")
    declare_recusal(learner, by=learner, now=now, relation=RELATION, inspection="B")

    for row in (here, same, elsewhere):
        row.refresh_from_db()
    assert [p.withdrawn_reason for p in (here, same, elsewhere)] == [
        "recusal_declared",
        "recusal_declared",
        "",
    ]
    record = register_view([str(learner.public_id)], now=now).officers[
        str(learner.public_id)
    ]
    assert {r.site or r.inspection for r in record.recusals} == {"S1", "B"}


@pytest.mark.parametrize("values", [{"site": " "}, {"site": "S1", "relation": ""}])
def test_declaration_names_place_and_relation(learner, now, values):
    with pytest.raises(RecusalUnfit):
        declare_recusal(learner, by=learner, now=now, **{"relation": RELATION} | values)


def test_what_the_body_declared_the_officer_cannot_end(
    learner, organisation_admin, now
):
    by_body = declare_recusal(
        learner, by=organisation_admin, now=now, relation=RELATION, site="S1"
    )
    later = now + timedelta(days=1)
    with pytest.raises(ActNotAllowed):
        end_recusal(by_body, by=learner, now=later)

    end_recusal(by_body, by=organisation_admin, now=later)

    by_body.refresh_from_db()
    assert (by_body.until, by_body.ended_by) == (later, organisation_admin)
    with pytest.raises(AlreadyDecided):
        end_recusal(by_body, by=organisation_admin, now=later)


def test_officer_declares_for_oneself_and_the_body_for_its_people(
    client, learner, stranger, organisation_admin, signed_in
):
    address = "/qualifications/recusals/"
    values = {"site": "S1", "site_name": "望川化工", "relation": RELATION}
    assert client.get(address).status_code == 302
    own = signed_in(learner)
    own.post(address, values | {"officer": str(learner.public_id)})
    own.post(address, values | {"officer": str(stranger.public_id)})
    assert [r.officer for r in Recusal.objects.all()] == [learner]

    body = signed_in(organisation_admin)
    body.post(address, values | {"officer": str(learner.public_id)})
    assert Recusal.objects.latest("pk").declared_by == organisation_admin
    assert "望川化工" in own.get(address).text
    row = Recusal.objects.earliest("pk")
    ending = f"{address}{row.public_id}/end/"
    assert signed_in(stranger).post(ending).status_code == 404
    own.post(ending)
    row.refresh_from_db()
    assert row.ended_by == learner
