"""The pages of the simulator: who may, what happens, and what never gets out."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from simulator.engine import Action
from simulator.enums import Mode, RunStatus
from simulator.models import InspectionCase, Run
from simulator.queries import case_of, current_state
from simulator.services.runs import start_run
from tests.simulator.conftest import Do

SignIn = Callable[..., Client]


def post(client: Client, run: Run, verb: str, **data: object) -> object:
    fields = {"verb": verb, "client_event_id": uuid4().hex, "screen": "site", **data}
    return client.post(reverse("simulator:act", args=[run.public_id]), fields)


def url(run: Run, screen: str) -> str:
    return reverse("simulator:screen", args=[run.public_id, screen])


ADDRESSES = [
    ("simulator:run", []),
    ("simulator:screen", ["plan"]),
    ("simulator:law", []),
    ("simulator:document", ["f_plan"]),
    ("simulator:document_pdf", ["f_plan"]),
    ("simulator:case_file", []),
    ("simulator:debrief", []),
    ("simulator:replay", []),
    ("simulator:drawing", ["media/hazchem-storage-anlan/office.svg"]),
]


@pytest.mark.parametrize(("name", "more"), ADDRESSES)
def test_anonymous_is_sent_to_sign_in(run: Run, name: str, more: list[str]) -> None:
    response = Client().get(reverse(name, args=[run.public_id, *more]))

    assert response.status_code == 302
    assert "/accounts/" in response["Location"]


@pytest.mark.parametrize(("name", "more"), ADDRESSES)
def test_run_of_somebody_else_is_not_found(
    run: Run, stranger: User, signed_in: SignIn, name: str, more: list[str]
) -> None:
    response = signed_in(stranger).get(reverse(name, args=[run.public_id, *more]))

    assert response.status_code == 404


def test_act_in_a_run_of_somebody_else_is_not_found(
    run: Run, stranger: User, signed_in: SignIn
) -> None:
    response = post(signed_in(stranger), run, "site.enter")

    assert response.status_code == 404
    assert run.events.count() == 1


def test_trainer_above_reads_the_debrief_of_a_finished_run(
    run: Run, do: Do, instructor: User, signed_in: SignIn
) -> None:
    do(run, "run.submit")

    response = signed_in(instructor).get(
        reverse("simulator:debrief", args=[run.public_id])
    )

    assert response.status_code == 200


def test_assessment_asks_for_the_code(
    case: InspectionCase, learner: User, now: datetime, signed_in: SignIn
) -> None:
    client = signed_in(learner, verified=False)

    started = client.post(
        reverse("simulator:start", args=[case.key]),
        {"mode": "exam", "client_event_id": uuid4().hex},
    )

    assert reverse("accounts:code") in started["Location"]
    assert Run.objects.count() == 0


@pytest.mark.parametrize("mode", ["guided", "practice"])
def test_start_leads_to_the_plan(
    case: InspectionCase, learner: User, signed_in: SignIn, mode: str
) -> None:
    response = signed_in(learner).post(
        reverse("simulator:start", args=[case.key]),
        {"mode": mode, "client_event_id": uuid4().hex},
        follow=True,
    )

    assert response.redirect_chain[-1][0].endswith("/plan/")


@pytest.mark.parametrize("runs", [1, 3])
def test_case_list_takes_the_same_queries_for_many_runs(
    case: InspectionCase, learner: User, signed_in: SignIn, now: datetime, runs: int,
    django_assert_num_queries: object,
) -> None:  # fmt: skip
    for _ in range(runs):
        run = start_run(case, mode=Mode.PRACTICE, now=now, by=learner)
        Run.objects.filter(pk=run.pk).update(status=RunStatus.VOID, ended_at=now)
        Run.objects.filter(pk=run.pk).update(status=RunStatus.EXPIRED)
    client = signed_in(learner)
    client.get(reverse("simulator:list"))

    with django_assert_num_queries(LIST_QUERIES):  # type: ignore[operator]
        response = client.get(reverse("simulator:list"))

    assert response.status_code == 200


LIST_QUERIES = 12


def test_case_list_shows_the_assessment_the_checklists_and_the_clauses(
    case: InspectionCase, learner: User, signed_in: SignIn, now: datetime
) -> None:
    begun = start_run(case, mode=Mode.EXAM, now=now, by=learner)

    page = signed_in(learner).get(reverse("simulator:list"))

    (row,) = page.context["assessment"]
    assert (row.key, row.run_id, row.live) == (case.key, str(begun.public_id), True)
    assert (row.score, page.context["mean"]) == (None, None)
    for clause in range(1, 8):
        assert f'id="S{clause}"' in page.content.decode()


def test_page_without_script_plays_by_redirect(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    client = signed_in(learner)

    response = post(client, on_site, "hotspot.inspect", object="h_g_roster")

    assert response.status_code == 302
    assert "look=h_g_roster" in response["Location"]
    assert "08:00–17:00" in client.get(response["Location"]).content.decode()


def test_htmx_gets_the_screen_alone(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    response = signed_in(learner).post(
        reverse("simulator:act", args=[on_site.public_id]),
        {
            "verb": "hotspot.inspect", "object": "h_g_roster", "screen": "site",
            "client_event_id": uuid4().hex,
        },
        headers={"HX-Request": "true"},
    )  # fmt: skip

    text = response.content.decode()
    assert "<html" not in text
    assert 'id="screen"' in text
    assert 'hx-swap-oob="true"' in text


def test_double_submit_happens_once(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    client, same = signed_in(learner), uuid4().hex

    for _ in range(2):
        post(
            client,
            on_site,
            "hotspot.inspect",
            object="h_g_roster",
            client_event_id=same,
        )

    assert on_site.events.filter(verb="hotspot.inspect").count() == 1


@pytest.mark.parametrize(
    "verb",
    ["run.start", "run.void", "run.expire", "doc.fill", "assessor.mark", "x", ""],
)
def test_posted_verb_that_is_not_the_candidates_is_refused(
    on_site: Run, learner: User, signed_in: SignIn, verb: str
) -> None:
    before = on_site.events.count()

    post(signed_in(learner), on_site, verb)

    assert on_site.events.count() == before


def test_citation_that_is_none_is_refused_with_what_was_typed(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    client = signed_in(learner)

    post(
        client, on_site, "item.record", object="I02", mark="violation", duty="某某规定"
    )

    page = client.get(url(on_site, "site")).content.decode()
    assert "某某规定" in page
    assert on_site.events.filter(verb="item.record").count() == 0


def test_recorded_item_shows_the_provision_in_words(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    client = signed_in(learner)

    post(client, on_site, "item.record", object="I02", mark="violation",
         duty="生产安全事故应急条例 14.1.2", power="《安全生产法》第九十七条第（六）项")  # fmt: skip

    record = current_state(on_site.__class__.objects.get(pk=on_site.pk)).records["I02"]
    assert record.duty == ("YJTL:14.1.2",)
    assert record.power == ("AQSCF:97.1.6",)


def test_debrief_of_a_run_in_progress_says_nothing(
    run: Run, learner: User, signed_in: SignIn
) -> None:
    response = signed_in(learner).get(
        reverse("simulator:debrief", args=[run.public_id])
    )

    assert response.status_code == 302


def walk(client: Client, run: Run) -> str:
    """Everything a browser gets while a run goes on."""
    seen = [
        client.get(url(run, screen) + query).content.decode()
        for screen in ("site", "handling", "penalty", "close")
        for query in ("", "?tab=papers", "?tab=people", "?tab=tests", "?item=I06")
    ]
    seen.append(
        client.get(
            reverse("simulator:document", args=[run.public_id, "f_record"])
        ).content.decode()
    )
    for scene in case_of(run).scenes:
        address = reverse("simulator:drawing", args=[run.public_id, scene.image])
        seen.append(client.get(address).content.decode())
    return "\n".join(seen)


def test_key_never_reaches_the_browser(
    on_site: Run, learner: User, signed_in: SignIn, do: Do
) -> None:
    do(on_site, "hotspot.inspect", "h_g_roster")
    case, state = case_of(on_site), current_state(on_site)

    text = walk(signed_in(learner), on_site)

    assert [atom for atom in case.atoms if atom in text] == []
    unseen = [a.text for name, a in case.atoms.items() if name not in state.atoms]
    assert [words for words in unseen if words in text] == []
    assert [i.explain for i in case.items if i.explain and i.explain in text] == []
    assert re.findall(r"decoy|reveals|data-variant|must_check|truth", text) == []


def test_paper_is_shown_only_after_it_was_opened(
    on_site: Run, learner: User, signed_in: SignIn, do: Do
) -> None:
    client, case = signed_in(learner), case_of(on_site)
    paper = next(d for d in case.documents if d.image)
    address = reverse("simulator:drawing", args=[on_site.public_id, paper.image])
    before = client.get(address).status_code

    do(on_site, "scene.move", paper.at)
    do(on_site, "document.open", paper.id)

    assert (before, client.get(address).status_code) == (404, 200)


def test_drawing_knows_only_its_variant(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    for scene in case_of(on_site).scenes:
        response = signed_in(learner).get(
            reverse("simulator:drawing", args=[on_site.public_id, scene.image])
        )
        assert b"data-variant" not in response.content
        assert b'display="none"' not in response.content


def test_second_device_is_told_where_the_run_stands(
    on_site: Run, learner: User, signed_in: SignIn, do: Do
) -> None:
    client, seen = signed_in(learner), on_site.head_seq
    do(on_site, "item.record", "I01", mark="compliant")

    post(
        client,
        on_site,
        "item.revise",
        object="I01",
        mark="violation",
        reason="x",
        seen=seen,
    )

    assert on_site.events.filter(verb="item.revise").count() == 0


def test_whole_run_through_http_ends_in_the_debrief(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    client = signed_in(learner)
    post(client, on_site, "item.record", object="I02", mark="violation")
    post(client, on_site, "onsite.notice", items="I02", screen="handling")
    post(client, on_site, "order.deadline", items="I02", screen="handling",
         deadline="2026-11-30", reinspection_date="2026-12-01")  # fmt: skip
    post(client, on_site, "scene.move", object="leave", screen="handling")
    post(client, on_site, "case.file", items="I02", screen="penalty")
    post(client, on_site, "penalty.propose", object="c1", line_items="I02",
         **{"fine-I02": "10000"}, screen="penalty")  # fmt: skip
    post(client, on_site, "penalty.decide", object="c1", line_items="I02",
         **{"fine-I02": "10000"}, screen="penalty")  # fmt: skip
    post(client, on_site, "reinspect.item", object="I02", screen="reinspection")
    post(client, on_site, "reinspect.report", screen="reinspection")
    done = post(client, on_site, "run.submit", screen="close")

    page = client.get(done["Location"], follow=True).content.decode()
    report = on_site.reports.get()
    assert {veto["code"] for veto in report.vetoes} >= {"no_notice_before_penalty"}
    assert "未告知" in page
    assert (
        client.get(
            reverse("simulator:replay", args=[on_site.public_id]) + "?step=3"
        ).status_code
        == 200
    )


def test_screens_of_every_phase_open(
    on_site: Run, learner: User, signed_in: SignIn, do: Do
) -> None:
    client = signed_in(learner)
    do(on_site, "scene.move", "leave")

    answers = {s: client.get(url(on_site, s)).status_code
               for s in ("site", "handling", "penalty", "reinspection", "close")}  # fmt: skip

    assert answers == {"site": 302, "handling": 200, "penalty": 200,
                       "reinspection": 200, "close": 200}  # fmt: skip


def test_action_of_unknown_object_is_told(
    on_site: Run, learner: User, signed_in: SignIn
) -> None:
    client = signed_in(learner)

    post(client, on_site, "hotspot.inspect", object="h_nothing")

    assert "h_nothing" in client.get(url(on_site, "site")).content.decode()
    assert Action("x").object_id == ""
