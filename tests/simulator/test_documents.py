"""Enforcement documents: forms as data, filled from a run, printed."""

import shutil
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.documents import print_pdf
from accounts.errors import GlyphMissing
from accounts.models import User
from courses.citations import parse_key
from simulator.documents import library
from simulator.documents.facts import fill
from simulator.documents.library import load_edition
from simulator.documents.wording import Desk, Party
from simulator.engine import FIELDS, expected_fields, fields_right
from simulator.enums import Mode
from simulator.errors import DocumentUnknownError
from simulator.forms import read_document
from simulator.models import InspectionCase, Run
from simulator.queries import case_of, current_state
from simulator.services.bots import play_as
from tests.simulator.conftest import Do

CUSTOMARY = {
    "现场检查方案", "现场检查记录", "询问笔录", "现场处理措施决定书", "责令限期整改指令书",
    "整改复查意见书", "立案审批表", "行政处罚告知书", "听证告知书", "行政处罚决定书",
}  # fmt: skip


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_edition_holds_the_customary_forms() -> None:
    assert {form.title for form in load_edition().forms} >= CUSTOMARY


@pytest.mark.parametrize("form", load_edition().forms, ids=lambda form: form.code)
def test_layout_names_only_fields_of_the_form(form: object) -> None:
    keys = {field.key for field in form.fields}  # type: ignore[attr-defined]
    text = str(form.layout)  # type: ignore[attr-defined]

    for part in form.layout:  # type: ignore[attr-defined]
        kind, content = next(iter(part.items()))
        if kind in {"block", "to", "seal"}:
            assert content in keys
        if kind == "lines":
            assert set(content) <= keys
        if kind == "table":
            assert {cell[0] for row in content for cell in row} <= keys
    for key in form.basis:  # type: ignore[attr-defined]
        assert parse_key(key).article
    assert "placeholder" not in text


def test_unknown_form_is_an_error() -> None:
    with pytest.raises(DocumentUnknownError):
        load_edition().form("没有这种文书")


def test_required_documents_of_the_case_have_forms_with_their_fields(run: Run) -> None:
    for required in case_of(run).documents_required:
        form = load_edition().form(required.template)
        keys = {field.key for field in form.fields}

        assert set(required.auto) <= keys | {"items"}
        assert set(required.auto) <= set(FIELDS)


def test_form_filled_from_the_record_agrees_with_the_run(
    on_site: Run, do: Do, learner: User
) -> None:
    do(on_site, "item.record", "I02", mark="violation", fact_text="夜间无人值班",
       duty=["YJTL:14.1.2"])  # fmt: skip
    do(
        on_site,
        "order.deadline",
        items=["I02"],
        days=20,
        reinspection_date="2026-12-01",
    )
    case, state = case_of(on_site), current_state(on_site)
    for required in case.documents_required:
        do(on_site, "doc.fill", required.id,
           fields=expected_fields(case, state, required))  # fmt: skip

    state = current_state(on_site)

    for required in case.documents_required:
        assert set(fields_right(case, state, required)) == set(required.auto)


def test_posted_form_is_read_in_the_kinds_the_engine_compares(
    on_site: Run, do: Do
) -> None:
    do(on_site, "item.record", "I02", mark="violation", fact_text="夜间无人值班")
    do(
        on_site,
        "order.deadline",
        items=["I02"],
        days=20,
        reinspection_date="2026-12-01",
    )
    case, state = case_of(on_site), current_state(on_site)
    order = next(
        d for d in case.documents_required if d.template == "责令限期整改指令书"
    )
    post = QueryDict(mutable=True)
    post.update({"verb": "doc.fill", "client_event_id": uuid4().hex})
    post["field-enterprise"] = case.enterprise.name
    post["field-order_ref"] = "I02"
    post["field-deadline--I02"] = "2026-11-30"
    post["field-reinspection_date--I02"] = "2026-12-01"
    post["field-remedy_route"] = "yes"

    posted = read_document(post, order, state)
    do(on_site, "doc.fill", order.id, **posted.action.payload)

    right = fields_right(case, current_state(on_site), order)
    assert set(right) == set(order.auto)


def test_page_words_items_with_facts_and_duty(on_site: Run, do: Do) -> None:
    do(on_site, "item.record", "I02", mark="violation", fact_text="夜间无人值班",
       duty=["YJTL:14.1.2"])  # fmt: skip
    do(
        on_site,
        "doc.fill",
        "f_record",
        fields={"findings": ["I02"], "signatures": True},
    )
    desk = Desk(case_of(on_site), current_state(on_site),
                Party("方可晴", "97012100006", "望川县人民政府"))  # fmt: skip
    required = next(d for d in desk.case.documents_required if d.id == "f_record")

    filled = fill(load_edition().form("site_record"), required, desk, "1号")

    assert filled.values["findings"] == (
        "1. 夜间无人值班，违反了《生产安全事故应急条例》第十四条第一款第（二）项的规定。"
    )
    assert filled.values["officers"] == "方可晴（97012100006）、陈舒"


def test_pdf_holds_the_words_and_the_font(
    on_site: Run, do: Do, learner: User, signed_in: Callable[..., Client]
) -> None:
    do(on_site, "item.record", "I02", mark="violation", fact_text="夜间无人值班")
    do(on_site, "doc.fill", "f_record", fields={"findings": ["I02"]})
    client = signed_in(learner)

    one = client.get(
        reverse("simulator:document_pdf", args=[on_site.public_id, "f_record"])
    )
    bound = client.get(reverse("simulator:case_file", args=[on_site.public_id]))

    assert one["Content-Type"] == "application/pdf"
    assert "夜间无人值班" in text_of(one.content).replace("\n", "")
    assert b"NotoSans" in one.content or b"FontFile2" in one.content
    text = text_of(bound.content)
    assert "卷内目录" in text
    assert "现场检查记录" in text
    assert "现场检查方案" not in text


def test_saving_a_document_appends_and_comes_back(
    on_site: Run, learner: User, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(learner)
    address = reverse("simulator:document", args=[on_site.public_id, "f_record"])

    saved = client.post(
        address,
        {"verb": "doc.fill", "object": "f_record", "client_event_id": uuid4().hex,
         "seen": on_site.head_seq, "field-enterprise": "安澜化工仓储有限公司",
         "facts_text": "9时到达。"},
    )  # fmt: skip

    assert saved.status_code == 302
    assert "9时到达。" in client.get(address).content.decode()


def test_character_without_glyph_is_named(db: None) -> None:
    with pytest.raises(GlyphMissing, match=r"U\+1F600"):
        print_pdf("simulator/document_pdf.html", {"papers": [], "bound": True,
                  "view": {"title": "\U0001f600"}})  # fmt: skip


@pytest.fixture
def expert(case: InspectionCase, learner: User, now: datetime) -> Run:
    """A whole run with a penalty after notice, hearing right and defence."""
    return play_as(
        case, user=learner, mode=Mode.PRACTICE, strategy="expert", seed=5, now=now
    )


def test_bound_file_holds_every_paper_the_run_gave_rise_to(
    expert: Run, learner: User, signed_in: Callable[..., Client]
) -> None:
    bound = signed_in(learner).get(
        reverse("simulator:case_file", args=[expert.public_id])
    )
    pages = [page.extract_text() for page in PdfReader(BytesIO(bound.content)).pages]
    contents = next(page for page in pages if "卷内目录" in page)

    by_itself = {"当事人陈述申辩笔录", "案件处理呈批表", "文书送达回执"}
    for title in CUSTOMARY | by_itself:
        assert title in contents
        assert any(title in page for page in pages if page != contents)
    text = "".join(pages)
    assert "维持原拟处罚，未因当事人陈述、申辩而加重" in text.replace("\n", "")
    assert "直接送达" in text


def test_paper_nobody_made_is_not_bound(
    on_site: Run, do: Do, learner: User, signed_in: Callable[..., Client]
) -> None:
    do(on_site, "item.record", "I02", mark="violation")
    do(on_site, "case.file", items=["I02"])
    bound = signed_in(learner).get(
        reverse("simulator:case_file", args=[on_site.public_id])
    )

    assert "案件处理呈批表" not in text_of(bound.content)


def test_province_uses_its_own_forms_from_their_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(library.FORMS / "national-2010", tmp_path / "national-2010")
    own = tmp_path / "yunling-2026"
    shutil.copytree(library.FORMS / "national-2010", own)
    head = (own / "edition.yaml").read_text("utf-8")
    head = head.replace("edition: national-2010", "edition: yunling-2026")
    head = head.replace('province: ""', 'province: "97"')
    head = head.replace("valid_from: 2010-08-01", "valid_from: 2026-07-01")
    (own / "edition.yaml").write_text(head, "utf-8")
    monkeypatch.setattr(library, "FORMS", tmp_path)
    library.load_edition.cache_clear()
    library.editions.cache_clear()

    found = [
        library.edition_in_force(code, day).key
        for code, day in [
            ("970121", date(2026, 11, 10)),
            ("970121", date(2026, 6, 30)),
            ("110000", date(2026, 11, 10)),
        ]
    ]

    library.load_edition.cache_clear()
    library.editions.cache_clear()
    assert found == ["yunling-2026", "national-2010", "national-2010"]
    with pytest.raises(DocumentUnknownError):
        library.edition_in_force("970121", date(2000, 1, 1))
