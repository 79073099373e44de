"""Mass acts: preview, one batch, each person visible, each checked for itself."""

import pytest

from accounts.enums import Role
from credentials.enums import Act, Ground, ProposalState
from credentials.errors import NothingChosen, TooManyActs
from credentials.models import Batch, LedgerEntry, Proposal, Qualification
from credentials.services.batches import Wanted, preview_batch, propose_batch
from credentials.services.proposals import Asked


@pytest.fixture
def officers(person, county):
    return [person(f"officer{n}", county) for n in range(3)]


@pytest.fixture
def issuing(scheme):
    return Wanted(Act.ISSUED, scheme, Asked(Ground.REQUIREMENTS_MET))


def test_preview_says_what_would_happen_to_each_and_writes_nothing(
    officers, issuing, certifier, now
):
    lines = preview_batch([*officers, certifier], issuing, by=certifier, now=now)

    assert [bool(line.problem) for line in lines] == [False, False, False, True]
    assert Proposal.objects.count() == 0


def test_batch_proposes_each_who_fits_and_names_the_others(
    officers, issuing, certifier, now
):
    batch, lines = propose_batch(
        [*officers, certifier], issuing, title="新人", by=certifier, now=now
    )

    assert batch.proposals.count() == 3
    assert [line.officer for line in lines if line.problem] == [certifier]


def test_mass_suspension_works_on_those_who_hold_the_scheme(
    officers, issue, scheme, certifier, now
):
    issue(officers[0])
    asked = Asked(Ground.ANNUAL_CHECK_MISSED, "XZCFF:55", "7号")
    wanted = Wanted(Act.SUSPENDED, scheme, asked)

    lines = preview_batch(officers, wanted, by=certifier, now=now)

    assert [bool(line.problem) for line in lines] == [False, True, True]


def test_empty_and_too_large_batches_are_refused(officers, issuing, certifier, now):
    with pytest.raises(NothingChosen):
        preview_batch([], issuing, by=certifier, now=now)
    with pytest.raises(TooManyActs):
        preview_batch(officers * 67, issuing, by=certifier, now=now)
    with pytest.raises(NothingChosen):
        propose_batch([certifier], issuing, title="x", by=certifier, now=now)
    assert Batch.objects.count() == 0


def test_batch_goes_from_people_to_second_signature(
    officers, scheme, certifier, second_certifier, signed_in, code_of
):
    desk = signed_in(certifier)
    chosen = {"officer": [str(o.public_id) for o in officers]}
    assert desk.get("/qualifications/batches/new/", chosen).status_code == 200
    values = chosen | {
        "title": "新人",
        "scheme": scheme.pk,
        "act": "issued",
        "ground": "requirements_met",
    }
    tried = desk.post("/qualifications/batches/new/", values | {"step": "preview"})
    assert tried.context["possible"] == 3
    assert Proposal.objects.count() == 0
    desk.post("/qualifications/batches/new/", values | {"step": "propose"})
    batch = Batch.objects.get()
    address = f"/qualifications/batches/{batch.public_id}/"
    assert "另一名" in desk.get(address).text

    other = signed_in(second_certifier)
    page = other.get(address)
    assert all(officer.name in page.text for officer in officers)
    first, second, third = batch.proposals.order_by("officer__name")
    other.post(
        address,
        {
            "proposal": [str(first.public_id), str(second.public_id)],
            "code": code_of(second_certifier),
        },
    )

    assert Qualification.objects.count() == LedgerEntry.objects.count() == 2
    third.refresh_from_db()
    assert third.state == ProposalState.WAITING


def test_batch_of_another_area_does_not_exist(
    officers, issuing, certifier, person, county, signed_in, now
):
    sideways = person("sideways", county, Role.CERTIFICATION_OFFICER)
    batch, _ = propose_batch(officers, issuing, title="x", by=certifier, now=now)

    response = signed_in(sideways).get(f"/qualifications/batches/{batch.public_id}/")
    assert response.status_code == 404
