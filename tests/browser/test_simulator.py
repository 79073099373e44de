"""A whole inspection in Chromium: on a phone, on a desktop, with the keyboard."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import SIZES, check_page

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
CASE = "/simulator/cases/hazchem-storage-anlan/"


def settle(page: Page) -> None:
    """Until the page, or what htmx swaps in, has arrived."""
    page.wait_for_timeout(150)
    page.wait_for_load_state()
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)


def press(page: Page, verb: str, number: int = 0) -> None:
    page.locator(f"form:has(input[value='{verb}']) button").nth(number).click()
    settle(page)


def begin(page: Page, mode: str) -> str:
    """Start a run and walk in with two officers; the address of the run."""
    page.goto(CASE)
    check_page(page, "case")
    page.locator(f"input[value={mode}]").check()
    page.locator("main button.btn--act").click()
    settle(page)
    check_page(page, "plan")
    page.locator("input[name=officers][value=o2]").check()
    page.locator("input[name=method][value=focused]").check()
    page.locator("button[value='plan.submit']").click()
    page.wait_for_url("**/enter/**")
    check_page(page, "enter")
    page.locator("main button.btn--act").first.click()
    page.wait_for_url("**/site/**")
    return re.sub(r"site/.*$", "", page.url)


def look(page: Page, label: str) -> None:
    page.locator(f"button.thing:has-text('{label}')").first.click()
    settle(page)
    expect(page.locator("#look")).to_be_visible()


def fix(page: Page, *marks: str) -> None:
    for mark in marks:
        page.locator(f"#look input[value={mark}]").first.check()
    page.locator("[data-fix]").first.click()
    settle(page)
    page.keyboard.press("Escape")


def test_run_from_plan_to_debrief_and_case_file(
    visit: Visit, size: tuple[int, int]
) -> None:
    other = next(each for each in SIZES.values() if each != size)
    user = "officer_a" if size == SIZES["phone"] else "officer_b"
    page = visit(size, user=user)
    run = begin(page, "practice")
    look(page, "朝向大门的窗")
    expect(page.locator("#said")).to_contain_text("执法证件")
    page.keyboard.press("Escape")
    press(page, "credentials.show")
    press(page, "purpose.state")
    check_page(page, "site")
    look(page, "墙上值班表")
    fix(page, "photo", "time_place")
    look(page, "值班台左侧登记本")
    fix(page, "copy_checked", "source_noted")

    page = visit(other, user=user)
    page.goto(run)
    settle(page)
    page.goto(f"{page.url.split('?')[0]}?item=I02")
    check_page(page, "record")
    page.locator("#item-I02 .segment label").first.click()
    page.locator("#fact").fill("值班室，7 天都只排白班，交接班本提前签到。")
    for box in page.locator("#item-I02 input[name=atoms]").all():
        box.check()
    page.locator("#duty").fill("生产安全事故应急条例 14.1.2")
    page.locator("#power").fill("生产安全事故应急条例 32")
    page.locator("#item-I02 .segment label", has_text="不太有").click()
    page.locator("#item-I02 button[type=submit]").click()
    settle(page)
    run = re.sub(r"site/.*$", "", page.url)

    page.goto(f"{run}handling/")
    check_page(page, "handling")
    page.locator("select[data-measure-choice]").select_option("order.deadline")
    page.locator("input[name=deadline]").fill("2026-11-30")
    page.locator("input[name=reinspection_date]").fill("2026-12-01")
    page.locator("[data-measure] button").click()
    settle(page)
    press(page, "onsite.notice")
    press(page, "record.sign")
    press(page, "leave")
    page.goto(f"{run}penalty/")
    page.locator("form:has(input[value='case.file']) input[type=checkbox]").check()
    press(page, "case.file")
    check_page(page, "penalty")
    fine_without_notice(page)
    page.goto(f"{run}reinspection/")
    check_page(page, "reinspection")
    press(page, "reinspect.item")
    press(page, "reinspect.report")
    page.goto(f"{run}documents/f_record/?take=record")
    check_page(page, "document")
    page.locator("form.docform button").first.click()
    settle(page)
    check_page(page, "close")
    bound = page.request.get(f"{run}case-file.pdf")
    press(page, "run.submit")

    page.wait_for_url("**/debrief/")
    check_page(page, "debrief")
    veto = page.locator(".notice--bad")
    expect(veto.filter(has_text="处罚决定前未告知")).to_have_count(1)
    expect(veto.filter(has_text="未出示执法证件即检查")).to_have_count(1)
    lesson = page.locator(".three a", has_text="课程：").first
    expect(lesson).to_be_visible()
    expect(page.locator(".debrief__sure")).to_contain_text("不太有")
    assert bound.headers["content-type"] == "application/pdf"
    pages = [each.extract_text() for each in PdfReader(BytesIO(bound.body())).pages]
    assert "卷内目录" in pages[1]
    assert any("现场检查记录" in text for text in pages[2:])
    page.goto(f"{run}replay/?step=6")
    check_page(page, "replay")
    page.goto(f"{run}debrief/")
    page.locator(".three a", has_text="课程：").first.click()
    page.wait_for_url("**/learn/**")


def fine_without_notice(page: Page) -> None:
    """Wrong twice: no power to fine yet, and no notice before the decision."""
    for prefix, verb in (("p", "penalty.propose"), ("d", "penalty.decide")):
        page.locator(f"input[id^='{prefix}-fine-']").first.fill("30000")
        press(page, verb)
        expect(page.locator("#said")).not_to_be_empty()


def test_guided_mode_warns_before_a_wrong_move(visit: Visit) -> None:
    page = visit(SIZES["desktop"], user="shorthours")
    page.goto(CASE)
    page.locator("input[value=guided]").check()
    page.locator("main button.btn--act").click()
    settle(page)

    page.locator("button[value='plan.submit']").click()
    settle(page)

    expect(page.locator("#said")).to_contain_text("至少需要两人")
    assert "/plan/" in page.url


def test_keyboard_alone_looks_and_marks(visit: Visit) -> None:
    page = visit(SIZES["desktop"], user="expired")
    begin(page, "practice")
    press(page, "credentials.show")

    page.locator(".things button").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    page.keyboard.press("e")

    expect(page.locator("#look")).to_contain_text("值班表")
    expect(page.locator("[data-fix]").first).to_be_focused()
    page.locator("#item-I02").focus()
    page.keyboard.press("Enter")
    settle(page)
    page.locator("h1").first.evaluate("element => document.activeElement.blur()")
    page.keyboard.press("2")
    assert page.locator("#item-I02 input[value=compliant]").is_checked()


def test_everything_works_without_script(visit: Visit) -> None:
    page = visit(SIZES["phone"], user="suspended", java_script_enabled=False)
    begin_without_axe(page)

    page.locator("button.thing:has-text('墙上值班表')").click()
    page.wait_for_load_state()

    expect(page.locator("#look")).to_contain_text("08:00–17:00")
    page.locator("[data-fix]").first.click()
    page.wait_for_load_state()
    expect(page.locator("#look")).to_contain_text("已固定为证据")


def begin_without_axe(page: Page) -> None:
    page.goto(CASE)
    page.locator("input[value=practice]").check()
    page.locator("main button.btn--act").click()
    page.wait_for_load_state()
    page.locator("button[value='plan.submit']").click()
    page.wait_for_load_state()
    page.locator("main button.btn--act").first.click()
    page.wait_for_load_state()
