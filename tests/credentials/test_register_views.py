"""Who may open which page, and what the pages do."""

import re
import statistics
import time
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pypdf import PdfReader

from accounts.enums import Role
from accounts.errors import GlyphMissing
from credentials.documents.certificate import certificate_pdf, check_glyphs
from credentials.enums import Act, Ground, ProposalState, QualificationState
from credentials.models import (
    Complaint,
    ConnectedApplication,
    DecisionRecord,
    DecisionSubject,
    LedgerEntry,
    Proposal,
    PublicCheck,
    SigningKey,
)
from credentials.services.ledger import freeze
from credentials.services.proposals import (
    Asked,
    approve_proposal,
    propose_act,
    propose_issue,
)
from credentials.services.public import ANSWER_TYPE
from credentials.tokens import load_public_key, verify
from tests.credentials.papers import printed


@pytest.fixture
def today():
    return timezone.now()


@pytest.fixture
def qualification(learner, issue, today):
    return issue(learner, now=today - timedelta(days=10))


@pytest.fixture
def proposal(stranger, scheme, city, certifier, today):
    return propose_issue(stranger, scheme, issuer=city, by=certifier, now=today)


def code_of(user):
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift):06d}"


def test_landing_is_for_anybody(client, db):
    response = client.get("/")

    assert response.status_code == 200
    assert "没有资格，不得检查" in response.text


def test_trainee_sees_the_road_with_five_stations(learner, scheme, signed_in):
    response = signed_in(learner).get("/")

    road = response.context["road"]
    assert [s.code for s in road.stations] == [
        "learn",
        "practise",
        "exam",
        "simulate",
        "qualification",
    ]
    assert "资格条件对照" in response.text


def test_trainee_without_a_scheme_is_told_whom_to_ask(learner, signed_in):
    assert "请找本单位管理员" in signed_in(learner).get("/").text


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.CERTIFICATION_OFFICER, "/qualifications/approvals/"),
        (Role.SUPERVISOR, "/qualifications/overview/"),
        (Role.INVIGILATOR, "/exams/"),
        (Role.ORGANISATION_ADMIN, "/qualifications/overview/"),
        (Role.TRAINER, "/admin/"),
        (Role.AUDITOR, "/admin/"),
    ],
)
def test_staff_land_on_what_they_open_first(person, city, signed_in, role, first):
    response = signed_in(person("staff", city, role)).get("/")

    assert (response.status_code, response.url) == (302, first)


DESK = [
    "/qualifications/approvals/",
    "/qualifications/approvals/own/",
    "/qualifications/approvals/decided/",
    "/qualifications/people/",
]


@pytest.mark.parametrize("path", DESK)
def test_desk_is_for_certification_officers(
    path, client, learner, instructor, certifier, scheme, signed_in
):
    assert client.get(path).status_code == 302
    assert signed_in(certifier, verified=False).get(path).status_code == 302
    assert signed_in(learner).get(path).status_code == 403
    assert signed_in(instructor).get(path).status_code == 403
    assert signed_in(certifier).get(path).status_code == 200


@pytest.mark.parametrize("name", ["approval", "withdraw"])
def test_proposal_of_another_area_does_not_exist(
    name, proposal, person, county, signed_in
):
    sideways = person("sideways", county, Role.CERTIFICATION_OFFICER)
    url = reverse(f"credentials:{name}", args=[proposal.public_id])

    assert signed_in(sideways).post(url).status_code == 404


def test_second_person_signs_with_a_code(proposal, second_certifier, signed_in):
    client = signed_in(second_certifier)
    url = reverse("credentials:approval", args=[proposal.public_id])
    assert "等您签" in client.get(url).text or "轮到您了" in client.get(url).text

    wrong = client.post(url, {"decision": "approve", "code": "000000"})
    TOTPDevice.objects.update(throttling_failure_count=0)
    right = client.post(url, {"decision": "approve", "code": code_of(second_certifier)})

    assert wrong.status_code == 200
    assert right.status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.APPROVED
    assert proposal.qualification.state == QualificationState.ACTIVE


def test_return_needs_reasons(proposal, second_certifier, signed_in):
    client = signed_in(second_certifier)
    url = reverse("credentials:approval", args=[proposal.public_id])

    response = client.post(url, {"decision": "return", "code": "1"})

    assert "note" in response.context["form"].errors
    client.post(
        url,
        {"decision": "return", "note": "缺证明", "code": code_of(second_certifier)},
    )
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.REFUSED


def test_proposer_sees_no_signature_and_may_withdraw(proposal, certifier, signed_in):
    client = signed_in(certifier)
    url = reverse("credentials:approval", args=[proposal.public_id])
    assert "这件是您提出的" in client.get(url).text

    client.post(reverse("credentials:withdraw", args=[proposal.public_id]))

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WITHDRAWN


def test_issue_and_act_are_proposed_from_the_file(
    learner, stranger, qualification, certifier, signed_in
):
    client = signed_in(certifier)
    url = reverse("credentials:officer_file", args=[stranger.public_id])
    assert client.get(url).status_code == 200
    client.post(
        url,
        {
            "scheme": "hazchem-emergency",
            "sectors": ["hazchem"],
            "methods": ["focused"],
        },
    )
    act = reverse("credentials:act", args=[qualification.public_id])
    client.get(act)
    client.post(
        act,
        {
            "act": "suspended",
            "ground": "card_not_shown",
            "legal_ground": "XZCFF:55",
            "document": "1号",
        },
    )

    assert set(
        Proposal.objects.filter(state="waiting").values_list("act", flat=True)
    ) == {
        Act.ISSUED,
        Act.SUSPENDED,
    }


def test_wrong_ground_is_said_in_the_form(qualification, certifier, signed_in):
    act = reverse("credentials:act", args=[qualification.public_id])

    response = signed_in(certifier).post(
        act, {"act": "suspended", "ground": "own_request"}
    )

    assert "ground" in response.context["form"].errors


def test_people_and_proposals_cost_the_same_for_one_and_three(
    person,
    county,
    scheme,
    city,
    certifier,
    second_certifier,
    signed_in,
    today,
):
    client = signed_in(second_certifier)

    def count(path):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        return len(queries)

    client.get("/qualifications/people/")
    paths = ("/qualifications/people/", "/qualifications/approvals/own/")
    officers = [person(f"p{n}", county, Role.TRAINEE) for n in range(3)]
    propose_issue(officers[0], scheme, issuer=city, by=second_certifier, now=today)
    one = [count(path) for path in paths]
    for officer in officers[1:]:
        propose_issue(officer, scheme, issuer=city, by=second_certifier, now=today)
    three = [count(path) for path in paths]

    assert one == three


def test_own_page_and_ledger(learner, qualification, signed_in):
    client = signed_in(learner)

    response = client.get("/qualifications/")

    assert qualification.number in response.text
    assert "资格台账" in response.text
    day = reverse("credentials:on_a_day", args=[qualification.public_id])
    past = client.get(day, {"on": "2020-01-01"})
    assert past.context["answers"][0][3] == QualificationState.ABSENT


def test_objection_stands_in_the_ledger(learner, qualification, signed_in):
    url = reverse("credentials:object", args=[qualification.public_id])

    signed_in(learner).post(url, {"document": "异议1号"})

    entry = LedgerEntry.objects.latest("sequence")
    assert (entry.act, entry.document) == (Act.OBJECTION_NOTED, "异议1号")


def test_qualification_of_others_does_not_exist(
    qualification, stranger, supervisor, instructor, signed_in
):
    url = reverse("credentials:qualification", args=[qualification.public_id])

    assert signed_in(stranger).get(url).status_code == 404
    assert signed_in(instructor).get(url).status_code == 404
    assert signed_in(supervisor).get(url).status_code == 200


@pytest.mark.parametrize("form", ["certificate", "card"])
def test_printed_paper_says_what_the_register_says(
    learner, qualification, signed_in, form
):
    learner.name = "㛃龘芳"
    learner.save()
    url = reverse(f"credentials:{form}", args=[qualification.public_id])

    response = signed_in(learner).get(url)

    reader = PdfReader(BytesIO(response.content))
    text = "".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == 1
    assert qualification.number in text.replace("\n", "")
    assert "龘芳" in text


def test_missing_glyph_is_an_error_that_names_the_person():
    name = "张\U000323b0"
    with pytest.raises(GlyphMissing) as refusal:
        certificate_pdf(printed(name=name))

    assert name in str(refusal.value)
    assert "U+323B0" in str(refusal.value)


@pytest.mark.parametrize("name", ["㛃明", "䶮之", "喆", "张𠅤明"])
def test_rare_characters_are_in_the_font_and_can_be_copied(name):
    check_glyphs(printed(name=name))

    text = (
        PdfReader(BytesIO(certificate_pdf(printed(name=name)))).pages[0].extract_text()
    )

    assert name in text


def test_public_check_masks_the_name_and_counts_two(
    client, learner, stranger, qualification, issue, today
):
    other = issue(stranger, now=today - timedelta(days=5))

    one = client.get("/register/", {"no": qualification.number})
    two = client.get("/register/", {"no": [qualification.number, other.number]})

    assert "人***" in one.text or learner.name[:1] + "*" in one.text
    assert learner.name not in one.text
    assert two.context["enough"] is True
    assert one.context["enough"] is False
    assert PublicCheck.objects.filter(qualification=qualification).count() == 2


def test_scanned_card_shows_the_whole_name(client, learner, qualification):
    card = qualification.cards.get()

    response = client.get(reverse("credentials:check", args=[card.token]))

    assert learner.name in response.text
    assert client.get("/register/c/abcdefghijklmnopqrst/").status_code == 404


def test_suspension_shows_at_once(
    client, qualification, certifier, second_certifier, today
):
    asked = Asked(Ground.CARD_NOT_SHOWN, "XZCFF:55", "1号")
    act = propose_act(qualification, Act.SUSPENDED, asked, by=certifier, now=today)
    approve_proposal(act, by=second_certifier, now=today)

    response = client.get("/register/", {"no": qualification.number})

    assert response.context["cards"][0]["answer"].state == QualificationState.SUSPENDED
    assert "card_not_shown" not in response.text
    assert str(Ground.CARD_NOT_SHOWN.label) not in response.text


def test_unknown_number_looks_like_any_unknown(client, qualification):
    first = client.get("/register/", {"no": "970100-2019-0001"})
    second = client.get("/register/", {"no": "970100-2019-0002"})

    assert first.context["cards"][0]["answer"].state == "unknown"
    assert len(first.content) == len(second.content)


@pytest.fixture
def hidden(stranger, make_scheme, issue, today):
    """A qualification of a scheme that is not published."""
    quiet = make_scheme("quiet", published=False)
    return issue(stranger, scheme=quiet, now=today - timedelta(days=10))


def without_codes(response):
    text = re.sub(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{2}", "CODE", response.text)
    text = re.sub(r'value="\w{64}"', "CSRF", text)
    text = re.sub(r"eyJ[\w.-]+", "TOKEN", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.+:]*", "TIME", text)
    return re.sub(r"970100-\d{4}-\d{4}", "NUMBER", text)


def test_hidden_qualification_looks_like_an_unknown_number(
    client, qualification, hidden
):
    unknown = client.get("/register/", {"no": "970100-2019-0001"})
    secret = client.get("/register/", {"no": hidden.number})

    assert without_codes(secret) == without_codes(unknown)
    assert "token" in without_codes(unknown).lower()
    assert not {"quiet", "active"} & set(secret.text.split())
    scanned = client.get(reverse("credentials:check", args=[hidden.cards.get().token]))
    assert scanned.context["cards"][0]["answer"].state == QualificationState.ACTIVE


def test_hidden_and_unknown_take_the_same_time(client, qualification, hidden):
    """Medians over 500 requests each, taken in turn, within 10 %."""
    taken = {"970100-2019-0001": [], hidden.number: []}
    for turn in range(500):
        for number, times in taken.items():
            start = time.perf_counter()
            client.get(
                "/register/answers.json",
                {"no": number},
                REMOTE_ADDR=f"10.0.{turn // 20}.{turn % 20}",
            )
            times.append(time.perf_counter() - start)

    unknown, secret = (statistics.median(times) for times in taken.values())
    assert unknown / secret == pytest.approx(1, abs=0.1)


def test_answer_is_signed_by_the_register(client, qualification, hidden):
    asked = {"no": [qualification.number, hidden.number]}
    record = client.get("/register/answers.json", asked).json()

    key = SigningKey.objects.get()
    keys = {key.kid: load_public_key(key.public_jwk)}
    known, secret = (
        verify(answer["signed"], typ=ANSWER_TYPE, keys=keys)
        for answer in record["answers"]
    )
    assert (known["number"], known["state"]) == (qualification.number, "active")
    assert known["counts"] is True
    assert (secret["state"], secret["name"], secret["body"]) == ("unknown", "", "")
    assert set(secret) == set(known)
    assert PublicCheck.objects.filter(code=known["check"]).exists()
    assert client.get("/register/answers.json", {"no": "x"}).status_code == 400


def test_disclosure_list_counts_bodies_and_names_nobody(
    client, learner, stranger, qualification, hidden
):
    response = client.get("/register/disclosure/")

    assert [(b.valid, b.suspended) for b in response.context["bodies"]] == [(1, 0)]
    assert learner.name not in response.text
    assert stranger.name not in response.text


def test_badge_is_for_its_holder(client, learner, stranger, qualification, signed_in):
    address = reverse("credentials:badge", args=[qualification.public_id])

    assert client.get(address).status_code == 302
    assert signed_in(stranger).get(address).status_code == 404
    response = signed_in(learner).get(address)
    assert response["Content-Type"] == "application/vc+jwt"
    assert response.content.count(b".") == 2


def test_own_page_says_who_asked_at_the_gate_and_why(
    learner, stranger, qualification, signed_in, today, city
):
    system = ConnectedApplication.objects.create(
        name="澜州执法办案系统", organisation=city
    )
    for place, officer in enumerate((learner, stranger)):
        decision = DecisionRecord.objects.create(
            evaluation_id=f"01{place:024d}",
            application=system,
            evaluated_at=today - timedelta(hours=1),
            request_id="r",
            action="open_inspection",
            inspection=f"WCXF-2026-{place}",
            permitted=False,
            reason="team_below_quorum",
            revision=1,
            policy="p",
            payload={},
            digest="d",
        )
        DecisionSubject.objects.create(
            decision=decision, officer_id=str(officer.public_id)
        )

    response = signed_in(learner).get("/qualifications/")

    asked = response.context["own"].questions
    assert [(q.inspection, q.permitted) for q in asked] == [("WCXF-2026-0", False)]
    assert "澜州执法办案系统" in response.text
    assert "检查组中合格的执法人员人数不足。" in response.text


def test_nonsense_is_explained(client, db):
    response = client.get("/register/", {"no": "hello"})

    assert response.status_code == 200
    assert "证号形如" in response.text


def test_register_is_rate_limited(client, db):
    codes = [
        client.get("/register/", {"no": "970100-2019-0001"}).status_code
        for _ in range(32)
    ]

    assert codes[0] == 200
    assert codes[-1] == 429


def test_complaint_reaches_the_supervisor(
    client, qualification, supervisor, learner, signed_in
):
    client.post(
        "/register/report/", {"number": qualification.number, "text": "照片和人对不上"}
    )
    complaint = Complaint.objects.get()
    assert complaint.qualification == qualification

    assert signed_in(learner).get("/qualifications/complaints/").status_code == 403
    desk = signed_in(supervisor)
    assert "照片和人对不上" in desk.get("/qualifications/complaints/").text
    desk.post(
        "/qualifications/complaints/",
        {"complaint": complaint.public_id, "answer": "已核查。"},
    )
    complaint.refresh_from_db()
    assert (complaint.state, complaint.answered_by) == ("answered", supervisor)


def test_overview_and_charts(qualification, supervisor, learner, signed_in):
    assert signed_in(learner).get("/qualifications/overview/").status_code == 403
    client = signed_in(supervisor)

    page = client.get("/qualifications/overview/")
    chart = client.get("/qualifications/overview/cover.png")

    assert page.context["figures"].valid == 1
    assert chart.content.startswith(b"\x89PNG")
    assert client.get("/qualifications/overview/other.png").status_code == 404


def test_pages_open_while_the_register_is_frozen(
    client, qualification, certifier, second_certifier, today
):
    freeze(by=certifier, approved_by=second_certifier, document="1号", now=today)

    assert client.get("/register/", {"no": qualification.number}).status_code == 200


def test_disclosure_and_complaint_forms_open(client, db):
    assert client.get("/register/disclosure/").status_code == 200
    assert client.get("/register/report/").status_code == 200
