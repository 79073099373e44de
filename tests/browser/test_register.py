"""A qualification in a real browser: proposed, signed, printed, suspended, checked."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import check_page
from tests.server import Server

pytestmark = pytest.mark.browser

DESKTOP, PHONE = (1440, 900), (390, 844)
WHO = "顾明禾"
QR_READER = (Path(__file__).parent / "vendor" / "jsqr-1.4.0.js").read_text()
READ_CODE = """async base64 => {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]));
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const seen = canvas.getImageData(0, 0, picture.width, picture.height);
  return jsQR(seen.data, picture.width, picture.height)?.data ?? "";
}"""
Visitor = Callable[..., Page]


def open_proposal(page: Page, name: str) -> None:
    page.goto("/qualifications/approvals/")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.locator("#case-h")).to_have_text(name)


def sign(page: Page, server: Server, user: str) -> None:
    """The second signature, with a fresh code."""
    page.locator("input[name='decision'][value='approve']").check()
    page.locator("input[name='code']").fill(server.code_of(user))
    page.get_by_role("button", name="签署并生效").click()
    expect(page.locator(".signs .is-now")).to_have_count(0)


def address_in_the_code(page: Page, printed: PdfReader) -> str:
    """What a phone that looks at the code on a certificate opens."""
    page.evaluate(QR_READER)
    pictures = [picture for sheet in printed.pages for picture in sheet.images]
    read = [
        page.evaluate(READ_CODE, base64.b64encode(picture.data).decode())
        for picture in pictures
    ]
    codes = [text for text in read if text]
    assert len(codes) == 1, f"{len(codes)} of {len(pictures)} pictures are codes"
    return str(codes[0])


def test_from_proposal_to_certificate_to_suspension(
    visit: Visitor, server: Server
) -> None:
    first, second = visit(DESKTOP, "certifier"), visit(DESKTOP, "certifier2")

    first.goto("/qualifications/approvals/own/")
    first.get_by_role("link", name=WHO, exact=True).first.click()
    first.get_by_role("button", name="撤回提议").click()
    first.goto("/qualifications/people/?q=" + WHO)
    first.get_by_role("link", name=WHO).first.click()
    check_page(first, "officer-file")
    ask = first.locator("form:has(input[name='scheme'][value='hazchem-emergency'])")
    ask.locator("input[value='hazchem']").check()
    ask.locator("input[value='focused']").check()
    ask.get_by_role("button", name="提出发给资格").click()
    expect(first.locator("main")).to_contain_text(WHO)

    open_proposal(second, WHO)
    check_page(second, "proposal")
    sign(second, server, "certifier2")

    officer = visit(PHONE, "ready")
    officer.goto("/qualifications/")
    expect(officer.locator(".licence__name")).to_have_text(WHO)
    check_page(officer, "qualification-new")
    number = officer.locator(".licence").inner_text()
    link = officer.locator("a[href$='certificate.pdf']").first
    paper = officer.request.get(link.get_attribute("href") or "")
    assert paper.headers["content-type"] == "application/pdf"
    printed = PdfReader(io.BytesIO(paper.body()))
    words = "".join(page.extract_text() for page in printed.pages)
    assert WHO in words
    card = next(word for word in words.split() if word in number and "-20" in word)

    anyone = visit(PHONE)
    anyone.goto(f"/register/?no={card}")
    shown = anyone.locator(".person").first
    expect(shown.locator(".stamp")).to_have_class("stamp stamp--ok")
    expect(shown.locator(".person__name")).not_to_have_text(WHO)
    check_page(anyone, "public-valid")
    scanned = visit(PHONE)
    address = address_in_the_code(scanned, printed)
    assert address in "".join(words.split())
    scanned.goto(address)
    expect(scanned.locator(".person .stamp")).to_have_class("stamp stamp--ok")
    expect(scanned.locator(".person__name")).to_have_text(WHO)

    first.goto("/qualifications/people/?q=" + WHO)
    first.get_by_role("link", name=WHO).first.click()
    first.locator("a[href$='/act/']").first.click()
    check_page(first, "act")
    first.locator("select[name='act']").select_option("suspended")
    first.locator("select[name='ground']").select_option("procedure_violated")
    first.get_by_role("button", name="提交申请").click()
    expect(first.locator(".errors li")).to_be_visible()
    first.locator("input[name='legal_ground']").fill("《行政处罚法》第四十四条")
    first.locator("input[name='document']").fill("澜应资〔2026〕77号")
    first.get_by_role("button", name="提交申请").click()
    expect(first).to_have_url(re.compile("/proposals/"))
    open_proposal(second, WHO)
    sign(second, server, "certifier2")

    anyone.reload()
    expect(shown.locator(".stamp")).to_have_class("stamp stamp--bad")
    expect(shown).to_contain_text("不能作为检查人员")
    check_page(anyone, "public-suspended")
    scanned.reload()
    expect(scanned.locator(".person .stamp")).to_have_class("stamp stamp--bad")
    check_page(scanned, "public-scanned")


def test_anybody_reports_what_was_not_right(visit: Visitor) -> None:
    page = visit(PHONE)
    page.goto("/register/report/")
    check_page(page, "complaint")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[aria-invalid='true']").first).to_be_visible()
    page.locator("textarea").first.fill("来的人和照片上不是一个人。")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_be_visible()
    check_page(page, "complaint-done")

    supervisor = visit(DESKTOP, "supervisor")
    supervisor.goto("/qualifications/complaints/")
    expect(supervisor.get_by_text("来的人和照片上不是一个人")).to_be_visible()
    check_page(supervisor, "complaints")


def test_supervisor_sees_who_lapses(visit: Visitor, size: tuple[int, int]) -> None:
    page = visit(size, "supervisor")
    page.goto("/qualifications/overview/")
    expect(page.get_by_role("heading", name="三个月内失效")).to_be_visible()
    check_page(page, "overview")


def test_scheme_version_is_tried_out_before_it_is_signed(
    visit: Visitor, server: Server
) -> None:
    first, second = visit(DESKTOP, "certifier"), visit(PHONE, "certifier2")
    first.goto("/qualifications/schemes/hazchem-emergency/write/")
    check_page(first, "scheme-write")
    first.locator("input[name='effective_from']").fill("2031-01-01T00:00")
    first.locator("input[name='validity_months']").fill("36")
    first.get_by_role("button", name="存为草稿并试算").click()

    expect(first.get_by_text("试算所依据的登记簿时点")).to_be_visible()
    expect(first.get_by_text("36 个月")).to_be_visible()
    check_page(first, "scheme-draft")
    second.goto(first.url)
    second.locator("input[name='code']").fill(server.code_of("certifier2"))
    second.get_by_role("button", name="批准这个版本").click()

    expect(second.locator(".pagehead__lead")).to_contain_text("已批准")
    check_page(second, "scheme-approved")
