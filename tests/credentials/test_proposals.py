"""Propose, decide, record: one test per exit of each service."""

from datetime import timedelta

import pytest

from accounts.enums import LeaveReason
from accounts.services import leave_organisation
from credentials.enums import Act, Exclusion, Ground, ProposalState, QualificationState
from credentials.errors import (
    ActNotAllowed,
    AlreadyDecided,
    AlreadyProposed,
    AlreadyQualified,
    EvidenceChanged,
    Excluded,
    GroundMissing,
    IssuerUnfit,
    NotEligible,
    NotRenewable,
    ReasonsMissing,
    RegisterFrozen,
    SchemeMissing,
    TooManyActs,
    WrongGround,
    WrongTime,
)
from credentials.models import Card, LedgerEntry, Qualification, Register
from credentials.queries import head_sequence, register_view, was_qualified
from credentials.services.ledger import freeze, unfreeze
from credentials.services.lifecycle import close_expired
from credentials.services.proposals import (
    Asked,
    approve_batch,
    approve_proposal,
    propose_act,
    propose_issue,
    refuse_proposal,
    withdraw_proposal,
)
from credentials.services.schemes import open_scheme

DAY = timedelta(days=1)
SUSPEND = Asked(
    Ground.CARD_NOT_SHOWN, legal_ground="XZCFF:55", document="澜应资〔2026〕1号"
)


def suspend(qualification, by, approver, now, asked=SUSPEND):
    proposal = propose_act(qualification, Act.SUSPENDED, asked, by=by, now=now)
    entry = approve_proposal(proposal, by=approver, now=now)
    qualification.refresh_from_db()
    return entry


def test_issue_writes_ledger_row_and_card(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner)

    entry = LedgerEntry.objects.get()
    card = Card.objects.get()
    assert qualification.state == QualificationState.ACTIVE
    assert qualification.number == card.number == "970100-2026-0001"
    assert qualification.divisions == ["970121"]
    assert qualification.valid_to == now.replace(year=2031)
    assert (entry.proposed_by, entry.approved_by) == (
        certifier.public_id,
        second_certifier.public_id,
    )
    assert learner.name not in str(entry.payload())


def test_issue_refuses_somebody_out_of_post(learner, scheme, city, certifier, now):
    leave_organisation(learner, on=now.date(), reason=LeaveReason.LEFT)

    with pytest.raises(NotEligible):
        propose_issue(learner, scheme, issuer=city, by=certifier, now=now)


def test_issue_refuses_changed_evidence(
    learner, scheme, city, certifier, second_certifier, now
):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    proposal.evidence_hash = "0" * 64
    proposal.save()

    with pytest.raises(EvidenceChanged):
        approve_proposal(proposal, by=second_certifier, now=now)
    assert head_sequence() == 0


def test_issue_refuses_an_unfit_issuer(learner, scheme, county, certifier, now):
    with pytest.raises(IssuerUnfit):
        propose_issue(learner, scheme, issuer=county, by=certifier, now=now)


def test_issue_refuses_a_scheme_without_a_version(learner, city, certifier, now):
    empty = open_scheme("empty", name="空", organisation=city)

    with pytest.raises(SchemeMissing):
        propose_issue(learner, empty, issuer=city, by=certifier, now=now)


def test_second_waiting_proposal_is_refused(learner, scheme, city, certifier, now):
    propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(AlreadyProposed):
        propose_issue(learner, scheme, issuer=city, by=certifier, now=now)


def test_second_open_qualification_is_refused(
    learner, scheme, issue, city, certifier, second_certifier, now
):
    issue(learner)
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(AlreadyQualified):
        approve_proposal(proposal, by=second_certifier, now=now)


def test_issue_after_expiry_closes_the_former(learner, issue, make_scheme, now):
    yearly = make_scheme("yearly", validity_months=12)
    former = issue(learner, scheme=yearly, now=now - 400 * DAY)
    later = issue(learner, scheme=yearly)

    former.refresh_from_db()
    assert former.state == QualificationState.EXPIRED
    assert later.state == QualificationState.ACTIVE


def test_issue_beside_one_whose_end_is_only_announced_is_refused(
    learner, issue, scheme, city, certifier, second_certifier, now
):
    row = issue(learner)
    asked = Asked(
        Ground.DISCIPLINED, "XZCFF:83", "9号", effective_at=now + timedelta(days=30)
    )
    leaving = propose_act(row, Act.REVOKED, asked, by=certifier, now=now)
    approve_proposal(leaving, by=second_certifier, now=now)
    again = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(AlreadyQualified):
        approve_proposal(again, by=second_certifier, now=now)
    after = now + timedelta(days=31)
    assert approve_proposal(again, by=second_certifier, now=after).act == Act.ISSUED


def test_nobody_decides_alone(learner, scheme, city, certifier, now):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(Excluded) as refusal:
        approve_proposal(proposal, by=certifier, now=now)
    assert refusal.value.exclusions == (Exclusion.IS_PROPOSER,)


def test_nobody_proposes_or_decides_on_oneself(
    certifier, second_certifier, scheme, city, now
):
    with pytest.raises(Excluded):
        propose_issue(certifier, scheme, issuer=city, by=certifier, now=now)
    proposal = propose_issue(
        certifier, scheme, issuer=city, by=second_certifier, now=now
    )

    with pytest.raises(Excluded) as refusal:
        approve_proposal(proposal, by=certifier, now=now)
    assert refusal.value.exclusions == (Exclusion.IS_CANDIDATE,)


def test_nobody_decides_through_a_second_account(
    learner, scheme, city, certifier, second_certifier, now
):
    certifier.phone, second_certifier.phone = "139 0000 0001", "139-0000-0001"
    certifier.save()
    second_certifier.save()
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(Excluded) as refusal:
        approve_proposal(proposal, by=second_certifier, now=now)
    assert refusal.value.exclusions == (Exclusion.SAME_PERSON_AS_PROPOSER,)


def test_decision_is_taken_once(
    learner, scheme, city, certifier, second_certifier, now
):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    approve_proposal(proposal, by=second_certifier, now=now)

    with pytest.raises(AlreadyDecided):
        approve_proposal(proposal, by=second_certifier, now=now)
    with pytest.raises(AlreadyDecided):
        withdraw_proposal(proposal, by=certifier, now=now)


def test_refusal_needs_reasons_and_writes_nothing(
    learner, scheme, city, certifier, second_certifier, now
):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(ReasonsMissing):
        refuse_proposal(proposal, by=second_certifier, now=now, note=" ")
    refused = refuse_proposal(proposal, by=second_certifier, now=now, note="缺在编证明")
    assert refused.state == ProposalState.REFUSED
    assert head_sequence() == 0


def test_only_the_proposer_withdraws(
    learner, scheme, city, certifier, second_certifier, now
):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    with pytest.raises(ActNotAllowed):
        withdraw_proposal(proposal, by=second_certifier, now=now)
    assert (
        withdraw_proposal(proposal, by=certifier, now=now).state
        == ProposalState.WITHDRAWN
    )


def test_suspend_and_reinstate(learner, issue, certifier, second_certifier, now):
    qualification = issue(learner)
    suspend(qualification, certifier, second_certifier, now + DAY)
    assert qualification.state == QualificationState.SUSPENDED
    assert qualification.suspended_since == now + DAY

    asked = Asked(Ground.MEASURES_COMPLETED, legal_ground="方案第九条", document="2号")
    proposal = propose_act(
        qualification, Act.REINSTATED, asked, by=certifier, now=now + 2 * DAY
    )
    approve_proposal(proposal, by=second_certifier, now=now + 2 * DAY)
    qualification.refresh_from_db()
    assert qualification.state == QualificationState.ACTIVE
    assert qualification.suspended_since is None


def test_suspension_of_a_suspended_is_refused(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner)
    suspend(qualification, certifier, second_certifier, now)

    with pytest.raises(ActNotAllowed):
        propose_act(qualification, Act.SUSPENDED, SUSPEND, by=certifier, now=now)


@pytest.mark.parametrize(
    ("act", "asked", "error"),
    [
        (Act.SUSPENDED, Asked(Ground.OWN_REQUEST), WrongGround),
        (Act.SUSPENDED, Asked(Ground.CARD_NOT_SHOWN), GroundMissing),
        (Act.EXTENDED, Asked(Ground.TERM_ENDING, "a", "b"), WrongTime),
        (Act.RENEWED, Asked(Ground.TERM_ENDING), NotRenewable),
        (Act.SCOPE_CHANGED, Asked(Ground.FIELD_CHANGED), ActNotAllowed),
        (Act.RESCINDED, Asked(Ground.ENTERED_IN_ERROR, "a", "b"), ActNotAllowed),
        (Act.ISSUED, Asked(Ground.REQUIREMENTS_MET), ActNotAllowed),
    ],
)
def test_incomplete_proposal_is_refused(
    learner, issue, certifier, now, act, asked, error
):
    qualification = issue(learner)

    with pytest.raises(error):
        propose_act(qualification, act, asked, by=certifier, now=now)


def test_reinstatement_cannot_be_announced_ahead(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner)
    suspend(qualification, certifier, second_certifier, now)
    asked = Asked(Ground.MEASURES_COMPLETED, "a", "b", effective_at=now + DAY)

    with pytest.raises(WrongTime):
        propose_act(qualification, Act.REINSTATED, asked, by=certifier, now=now)


def test_renewal_follows_the_old_term_with_a_new_card(
    learner, issue, make_scheme, certifier, second_certifier, now
):
    yearly = make_scheme("yearly", validity_months=12)
    qualification = issue(learner, scheme=yearly, now=now - 300 * DAY)
    end = qualification.valid_to
    proposal = propose_act(
        qualification, Act.RENEWED, Asked(Ground.TERM_ENDING), by=certifier, now=now
    )
    approve_proposal(proposal, by=second_certifier, now=now)

    qualification.refresh_from_db()
    assert qualification.valid_to == end.replace(year=end.year + 1)
    assert qualification.number == "970100-2026-0002"
    assert qualification.cards.count() == 2
    assert qualification.cards.filter(replaced_at=None).count() == 1


def test_change_of_field_extension_and_lost_card(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner, sectors=["hazchem"])
    wider = Asked(
        Ground.FIELD_CHANGED,
        sectors=["hazchem", "industry_trade"],
        methods=["focused"],
        divisions=["970100"],
    )
    longer = Asked(
        Ground.TERM_ENDING, "a", "b", valid_to=qualification.valid_to + 30 * DAY
    )
    for act, asked in (
        (Act.SCOPE_CHANGED, wider),
        (Act.EXTENDED, longer),
        (Act.CARD_REISSUED, Asked(Ground.CARD_LOST)),
    ):
        proposal = propose_act(qualification, act, asked, by=certifier, now=now)
        approve_proposal(proposal, by=second_certifier, now=now)
        qualification.refresh_from_db()

    assert qualification.sectors == ["hazchem", "industry_trade"]
    assert qualification.divisions == ["970100"]
    assert qualification.number == "970100-2026-0003"
    assert qualification.valid_to == longer.valid_to


def test_rescinded_suspension_never_was(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner, now=now - 30 * DAY)
    entry = suspend(qualification, certifier, second_certifier, now - 20 * DAY)
    asked = Asked(Ground.ENTERED_IN_ERROR, "a", "b", target=entry.sequence)
    proposal = propose_act(qualification, Act.RESCINDED, asked, by=certifier, now=now)
    approve_proposal(proposal, by=second_certifier, now=now)

    day = now - 10 * DAY
    ((_, _, _, as_known_then),) = was_qualified(learner, at=day, known_at=day)
    ((_, _, _, as_known_now),) = was_qualified(learner, at=day)
    assert as_known_then == QualificationState.SUSPENDED
    assert as_known_now == QualificationState.ACTIVE


def test_revocation_may_reach_back_but_issue_may_not(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner, now=now - 30 * DAY)
    asked = Asked(
        Ground.FALSE_EVIDENCE, "a", "b", effective_at=qualification.valid_from
    )
    proposal = propose_act(qualification, Act.REVOKED, asked, by=certifier, now=now)
    entry = approve_proposal(proposal, by=second_certifier, now=now)

    assert entry.effective_at == now - 30 * DAY
    assert entry.recorded_at == now


def test_announced_suspension_shows_in_the_view_only_from_its_day(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner)
    asked = Asked(Ground.CARD_NOT_SHOWN, "a", "b", effective_at=now + 10 * DAY)
    suspend(qualification, certifier, second_certifier, now, asked)

    assert Qualification.objects.valid(now + 9 * DAY).exists()
    assert not Qualification.objects.valid(now + 10 * DAY).exists()
    view = register_view([str(learner.public_id)], now=now)
    (record,) = view.officers[str(learner.public_id)].qualifications
    assert [c.status for c in record.changes] == ["active", "suspended"]
    assert view.revision == 2


def test_frozen_register_gives_nothing_and_takes_away(
    learner, issue, make_scheme, certifier, second_certifier, now
):
    yearly = make_scheme("yearly", validity_months=12)
    qualification = issue(learner, scheme=yearly, now=now - 300 * DAY)
    freeze(by=certifier, approved_by=second_certifier, document="3号", now=now)
    renewal = propose_act(
        qualification, Act.RENEWED, Asked(Ground.TERM_ENDING), by=certifier, now=now
    )

    with pytest.raises(RegisterFrozen):
        approve_proposal(renewal, by=second_certifier, now=now)
    suspend(qualification, certifier, second_certifier, now)
    assert register_view([], now=now).frozen
    unfreeze(by=certifier, approved_by=second_certifier, document="4号", now=now)
    assert not register_view([], now=now).frozen


def test_freezing_takes_two_and_only_once(scheme, certifier, second_certifier, now):
    with pytest.raises(ActNotAllowed):
        freeze(by=certifier, approved_by=certifier, document="1号", now=now)
    with pytest.raises(ActNotAllowed):
        unfreeze(by=certifier, approved_by=second_certifier, document="1号", now=now)


def test_too_many_acts_in_an_hour_are_refused(
    settings, learner, stranger, scheme, city, certifier, second_certifier, now
):
    settings.REGISTER_ACTS_PER_HOUR = 1
    proposals = [
        propose_issue(person, scheme, issuer=city, by=certifier, now=now)
        for person in (learner, stranger)
    ]
    with pytest.raises(TooManyActs):
        approve_batch(proposals, by=second_certifier, now=now)
    approve_proposal(proposals[0], by=second_certifier, now=now)

    with pytest.raises(TooManyActs):
        approve_proposal(proposals[1], by=second_certifier, now=now)
    approve_proposal(proposals[1], by=second_certifier, now=now + timedelta(hours=1))


def test_batch_names_each_refusal_and_keeps_the_rest(
    learner, stranger, scheme, city, certifier, second_certifier, now
):
    good = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    own = propose_issue(stranger, scheme, issuer=city, by=second_certifier, now=now)

    outcome = approve_batch([good, own], by=second_certifier, now=now)

    assert [type(error) for _, error in outcome] == [type(None), Excluded]
    assert Register.objects.get().sequence == 1


def test_closing_what_ended_is_idempotent(learner, issue, make_scheme, now):
    yearly = make_scheme("yearly", validity_months=12)
    issue(learner, scheme=yearly, now=now - 400 * DAY)

    assert close_expired(now=now) == 1
    assert close_expired(now=now) == 0
