"""Sittings, console and blueprint in a browser: nothing is lost, nobody is stuck."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor, check_page
from tests.browser.exam_rooms import build_room
from tests.server import Server

pytestmark = pytest.mark.browser

PHONE_WIDTH = 390
MINUTE = "01:00"
CHOSEN = (
    "[...document.querySelectorAll('[data-question] input:checked')]"
    ".map(input => input.name + '=' + input.value).sort()"
)


def saved(page: Page) -> Locator:
    return page.locator("[data-save-text]")


def choose(page: Page, question: int, option: int) -> None:
    """Go to a question by the answer card and choose; the answer is in the journal."""
    go_to(page, question)
    page.locator(f"[data-question='{question}'] .choice").nth(option).click()


def go_to(page: Page, question: int) -> None:
    page.evaluate(f"document.querySelector('[data-cell=\"{question}\"]').click()")
    expect(page.locator(f"[data-question='{question}']")).to_be_visible()


def open_card(page: Page) -> None:
    """On a phone the answer card is a sheet behind a button."""
    if page.viewport_size and page.viewport_size["width"] == PHONE_WIDTH:
        page.locator("[popovertarget='answers']:visible").first.click()


def hand_in(page: Page) -> None:
    open_card(page)
    page.locator("[commandfor='end'][command='show-modal']:visible").first.click()
    page.locator("#end [data-submit]").click()


def test_a_minute_without_network_loses_no_answer(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "linxi01" if size[0] == PHONE_WIDTH else "linxi02"
    room = build_room(server, "断网", name)
    page = visit(size, name)
    page.clock.install()
    page.goto(room.paper(name))
    choose(page, 1, 0)
    expect(saved(page)).to_have_text(re.compile(r"^已保存"))
    check_page(page, "sitting-running")

    page.context.set_offline(True)
    for question in (2, 3, 4):
        choose(page, question, 1)
    page.clock.fast_forward(MINUTE)
    expect(saved(page)).to_have_text("没有网络，答案保存在本机")
    check_page(page, "sitting-offline")
    hand_in(page)
    expect(page.locator("[data-question='4']")).to_be_visible()
    before = page.evaluate(CHOSEN)
    page.context.set_offline(False)

    expect(saved(page)).to_have_text(re.compile(r"^已保存"))
    page.reload()
    page.locator("[data-question]:visible").wait_for()
    assert page.evaluate(CHOSEN) == before
    assert len(before) == 4
    hand_in(page)
    page.wait_for_url("**/receipt/")
    expect(page.locator(".receipt")).to_contain_text("4 / ")


def test_answers_of_a_tab_closed_without_network_are_sent_by_the_next(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "linxi03" if size[0] == PHONE_WIDTH else "linxi04"
    room = build_room(server, "关页", name)
    page = visit(size, name)
    page.goto(room.paper(name))
    page.context.set_offline(True)
    choose(page, 1, 2)
    expect(saved(page)).to_have_text("没有网络，答案保存在本机")
    before = page.evaluate(CHOSEN)
    page.close()
    page.context.set_offline(False)

    later = page.context.new_page()
    later.goto(room.paper(name))

    expect(saved(later)).to_have_text(re.compile(r"^已保存"))
    assert later.evaluate(CHOSEN) == before


def test_a_second_device_goes_on_and_the_first_is_told(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "linxi05" if size[0] == PHONE_WIDTH else "wangchuan03"
    room = build_room(server, "换机", name)
    first = visit(size, name)
    first.goto(room.paper(name))
    choose(first, 1, 0)
    choose(first, 2, 0)
    expect(saved(first)).to_have_text(re.compile(r"^已保存"))

    second = visit(size, name)
    second.goto(room.paper(name))
    assert second.evaluate(CHOSEN) == first.evaluate(CHOSEN)
    choose(second, 1, 1)
    choose(second, 3, 1)
    expect(saved(second)).to_have_text(re.compile(r"^已保存"))
    choose(first, 4, 0)

    expect(first.locator("[data-toasts]")).to_contain_text("另一台设备")
    assert len(first.evaluate(CHOSEN)) == 4
    second.reload()
    second.locator("[data-question]:visible").wait_for()
    assert second.evaluate(CHOSEN) == first.evaluate(CHOSEN)


def test_a_device_clock_that_jumps_ends_no_exam(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "wangchuan04" if size[0] == PHONE_WIDTH else "wangchuan05"
    room = build_room(server, "时钟", name)
    page = visit(size, name)
    page.clock.install()
    page.goto(room.paper(name))
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^1:59:|^2:00:00"))

    page.clock.fast_forward("03:00:00")

    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^1:5\d:"))
    choose(page, 1, 0)
    expect(saved(page)).to_have_text(re.compile(r"^已保存"))


def test_time_runs_out_and_the_answers_count(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "wangchuan06" if size[0] == PHONE_WIDTH else "wangchuan07"
    room = build_room(server, "到点", name)
    page = visit(size, name)
    page.goto(room.paper(name))
    choose(page, 1, 0)
    expect(saved(page)).to_have_text(re.compile(r"^已保存"))

    room.leave_seconds(name, 12)
    page.reload()
    expect(page.locator(".sitbar__clock.is-short")).to_be_visible()
    check_page(page, "sitting-short")

    page.wait_for_url("**/receipt/")
    expect(page.locator(".receipt")).to_contain_text("1 / ")
    check_page(page, "sitting-receipt")


def test_the_server_closes_the_sitting_of_somebody_who_left(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "wangchuan08" if size[0] == PHONE_WIDTH else "park01"
    room = build_room(server, "离场", name)
    page = visit(size, name)
    page.goto(room.paper(name))
    choose(page, 1, 0)
    expect(saved(page)).to_have_text(re.compile(r"^已保存"))
    page.goto("/")

    room.leave_seconds(name, -60)
    server.manage("close_overdue_sittings")
    page.goto(room.paper(name))

    page.wait_for_url("**/receipt/")
    expect(page.locator(".receipt")).to_contain_text("1 / ")


def test_a_device_in_order_gets_no_advice(visit: Visitor) -> None:
    page = visit((390, 844), "linxi01")
    page.goto("/exams/rehearsal/")

    journal = page.locator("[data-check='journal']")
    expect(journal.locator("[data-result]")).to_contain_text("正常")
    expect(journal.locator("[data-advice]")).to_be_hidden()
    expect(page.locator("[data-check='clock'] [data-result]")).to_contain_text("正常")
    check_page(page, "rehearsal")


def test_a_whole_sitting_needs_no_mouse(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "park02" if size[0] == PHONE_WIDTH else "park03"
    room = build_room(server, "键盘", name, is_open=False)
    page = visit(size, name)
    page.goto(room.paper(name))
    check_page(page, "sitting-start")
    tab_to(page, "开始考试")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cell='1']")).to_have_attribute("aria-current", "true")

    page.keyboard.press("b")
    page.keyboard.press("f")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-question='2']")).to_be_focused()
    page.keyboard.press("a")
    expect(saved(page)).to_have_text(re.compile(r"^已保存"))
    assert [entry.split("=")[1] for entry in page.evaluate(CHOSEN)] == ["B", "A"]
    expect(page.locator("[data-cell='1']")).to_have_class(re.compile("is-flag"))

    if size[0] == PHONE_WIDTH:
        tab_to(page, "答题卡")
        page.keyboard.press("Enter")
        tab_to(page, "检查并交卷")
    else:
        tab_to(page, "交卷")
    page.keyboard.press("Enter")
    expect(page.locator("#end")).to_be_visible()
    check_page(page, "sitting-end")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/receipt/")
    expect(page.locator(".receipt")).to_contain_text("2 / ")


FOCUSED = "(document.activeElement?.innerText ?? '').replace(/\\s/g, '')"


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the thing with this text has the focus."""
    seen = []
    for _ in range(150):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1].startswith(text):
            return
    raise AssertionError(f"{text} is not reached by Tab: {seen}")


def tick_seat(console: Page, name: str) -> None:
    console.locator("tr[data-seat]", has_text=name).locator(
        "input[name='seats']"
    ).check()


def deed(console: Page, dialog: str, fields: dict[str, str], action: str) -> None:
    """One deed for the ticked seats through its dialog."""
    console.locator(f"[commandfor='{dialog}'][command='show-modal']").click()
    shown = console.locator(f"#{dialog}")
    for label, value in fields.items():
        shown.get_by_label(label).fill(value)
    check_page(console, dialog)
    shown.locator(f"button[value='{action}']").click()
    expect(console.locator(".notice, .toast, .message").first).to_be_visible()


def test_the_console_reaches_the_candidate(
    visit: Visitor, server: Server, size: tuple[int, int]
) -> None:
    name = "park04" if size[0] == PHONE_WIDTH else "park05"
    room = build_room(
        server, "监考", name, "linxi08", invigilators=("invigilator", "assessor")
    )
    shown = server.manage(
        *("shell", "-v", "0", "-c"),
        f"from accounts.models import User; print(User.objects.get(username={name!r}).name)",
    )
    candidate = visit(size, name)
    candidate.clock.install()
    candidate.goto(room.paper(name))
    console = visit(size, "invigilator")
    console.goto(room.console)
    check_page(console, "console")

    tick_seat(console, shown)
    deed(console, "do-say", {"文字": "请核对准考证"}, "message")
    tick_seat(console, shown)
    deed(console, "do-time", {"分钟": "7", "理由": "电脑重启"}, "add_time")
    candidate.clock.fast_forward("00:21")
    expect(candidate.locator("[data-notices]")).to_contain_text("请核对准考证")
    expect(candidate.locator("[data-clock]")).to_have_text(re.compile(r"^2:0\d:"))

    tick_seat(console, shown)
    deed(console, "do-pause", {"理由": "停电"}, "pause")
    candidate.clock.fast_forward("00:21")
    expect(candidate.locator("[data-question='1'] input").first).to_be_disabled()
    tick_seat(console, shown)
    console.locator("button[name='action'][value='resume']").first.click()
    candidate.clock.fast_forward("00:21")
    expect(candidate.locator("[data-question='1'] input").first).to_be_enabled()

    tick_seat(console, shown)
    deed(console, "do-void", {"理由": "携带资料，监考两人在场"}, "void")
    second = visit(size, "assessor")
    second.goto(room.console)
    check_page(second, "console-void")
    second.get_by_role("button", name="确认作废").click()
    candidate.clock.fast_forward("00:21")
    candidate.wait_for_url("**/receipt/")
    expect(candidate.get_by_role("heading", name="作废")).to_be_visible()


def test_a_blueprint_says_at_once_whether_the_bank_fills_it(
    visit: Visitor, size: tuple[int, int]
) -> None:
    page = visit(size, "trainer")
    page.goto("/exams/setup/blueprints/new/")
    cell = page.locator(".blueprint__cell").first
    cell.get_by_label("题型").select_option(label="单选题")
    cell.get_by_label("数量").fill("5")
    cell.get_by_label("每题分值").fill("2")
    expect(page.locator("#check .verdict--ok")).to_contain_text(
        "5 题、10 分", timeout=15_000
    )
    check_page(page, "blueprint-ok")

    cell.get_by_label("数量").fill("5000")

    expect(page.locator("#check .verdict--bad")).to_be_visible(timeout=15_000)
    expect(page.locator("#check .state--bad")).to_have_text("不够")
    check_page(page, "blueprint-bad")
