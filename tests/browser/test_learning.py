"""Learning in the browser: read and resume, mark, assign, play packages, write."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Visitor, check_page

pytestmark = pytest.mark.browser
PHONE, DESKTOP = SIZES["phone"], SIZES["desktop"]
SECONDS_READ = 8
READ_UP_TO = """element => new Promise((resolve) => {
    new IntersectionObserver((entries, observer) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        resolve();
    }, { rootMargin: "0px 0px -55% 0px" }).observe(element);
    element.scrollIntoView({ block: "start" });
})"""


def enter(page: Page, course: str) -> None:
    """Open a course, enrol where needed, and stand in its first open lesson."""
    page.goto(f"/learn/{course}/")
    enrol = page.get_by_role("button", name="加入并开始学习")
    if enrol.count():
        enrol.click()
    else:
        page.get_by_role("main").get_by_role("link", name="继续学习").click()
    page.wait_for_load_state()


def beat(page: Page) -> dict[str, Any]:
    """Let the lesson tell the server where it is; what it told and what was counted."""
    page.dispatch_event("body", "pointermove")
    with page.expect_response(re.compile("/beat/")) as told:
        page.clock.run_for(30_000)
    assert told.value.ok
    sent: dict[str, Any] = told.value.request.post_data_json
    return sent | told.value.json()


def test_catalogue_course_and_record_are_accessible(
    visit: Visitor, size: tuple[int, int]
) -> None:
    page = visit(size, user="trainee")

    for path, name in (
        ("/learn/", "catalogue"),
        ("/learn/hazchem-emergency-inspection/", "course"),
        ("/learn/hazchem-emergency-inspection/plans/", "lesson"),
        ("/learning/", "record"),
    ):
        page.goto(path)
        check_page(page, name)


def test_reading_on_a_phone_goes_on_at_the_desk(visit: Visitor) -> None:
    phone = visit(PHONE, user="linxi06")
    phone.clock.install()
    enter(phone, "rescue-teams")
    expect(phone.locator("[data-study-state]")).to_have_text("正在计时")
    phone.locator("article h2").nth(2).evaluate(READ_UP_TO)
    told = (beat(phone)["position"] for _beat in range(5))
    place = next(position for position in told if position)

    desk = visit(DESKTOP, user="linxi06")
    desk.goto(phone.url)
    desk.get_by_role("link", name="接着上次的地方读").click()

    expect(desk).to_have_url(re.compile(f"#b-{place}$"))
    expect(desk.locator(f"#b-{place}")).to_be_in_viewport()


def test_two_devices_at_once_count_once(visit: Visitor) -> None:
    phone, desk = visit(PHONE, user="linxi06"), visit(DESKTOP, user="linxi06")
    for page in (phone, desk):
        page.clock.install()
        enter(page, "rescue-teams")
        expect(page.locator("[data-study-state]")).to_have_text("正在计时")
    begun, before = time.monotonic(), beat(desk)["seconds"]

    while (counted := beat(desk)["seconds"] - before) < SECONDS_READ:
        beat(phone)

    assert counted <= time.monotonic() - begun + 1


def test_self_check_answers_without_leaving_the_page(visit: Visitor) -> None:
    page = visit(PHONE, user="linxi07")
    enter(page, "rescue-teams")
    card = page.locator(".selfcheck").first

    card.locator("input[name=chosen]").first.check()
    card.locator("button[type=submit]").click()

    expect(page.locator(".selfcheck").first.get_by_role("status")).to_be_visible()
    check_page(page)


def test_marked_words_are_kept(visit: Visitor) -> None:
    page = visit(DESKTOP, user="linxi07")
    enter(page, "rescue-teams")
    page.evaluate(
        """() => {
            const text = document.querySelector(".prose > p:not(.lesson__lead)");
            const node = document.createTreeWalker(text, NodeFilter.SHOW_TEXT).nextNode();
            const range = new Range();
            range.selectNodeContents(node);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )

    page.get_by_role("button", name="划线").click()

    expect(page.locator("[data-mark-block]").first).to_be_visible()


def test_administrator_assigns_a_programme_and_sees_who_is_late(
    visit: Visitor, size: tuple[int, int]
) -> None:
    page = visit(size, user="orgadmin")
    page.goto("/learning/programmes/")
    check_page(page, "programmes")
    page.locator("#id_organisation").select_option(label="望川县应急管理局")
    page.get_by_label("名称").fill(f"浏览器里建的计划 {size[0]}")
    page.get_by_label("危险化学品单位应急管理执法检查", exact=True).check()
    page.get_by_role("button", name="建立计划").click()
    page.get_by_label("截止日期").fill("2099-12-31")
    page.locator("#id_organisations").select_option(label="望川县应急管理局")
    page.get_by_role("button", name="下达", exact=True).click()

    expect(page.get_by_role("row").filter(has_text="沈知远")).to_be_visible()
    check_page(page, "programme")
    page.goto("/learning/programmes/")
    page.get_by_role("link", name="应急组织体系与演练轮训").click()
    expect(page.get_by_text("已逾期").first).to_be_visible()


def test_administrator_forms_a_class_and_assigns_to_it(
    visit: Visitor, size: tuple[int, int]
) -> None:
    name, programme = f"夜间值守班 {size[0]}", f"夜间值守班的计划 {size[0]}"
    page = visit(size, user="orgadmin")
    page.goto("/learning/groups/")
    check_page(page, "groups")
    page.locator("#id_organisation").select_option(label="望川县应急管理局")
    page.get_by_label("学员组名称").fill(name)
    page.get_by_role("button", name="建立学员组").click()
    page.get_by_label("沈知远").check()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("1 名成员")).to_be_visible()
    check_page(page, "group")

    page.goto("/learning/programmes/")
    page.locator("#id_organisation").select_option(label="望川县应急管理局")
    page.get_by_label("名称").fill(programme)
    page.get_by_label("危险化学品单位应急管理执法检查", exact=True).check()
    page.get_by_role("button", name="建立计划").click()
    page.get_by_label("截止日期").fill("2099-12-31")
    page.locator("#id_groups").select_option(label=name)
    page.get_by_role("button", name="下达", exact=True).click()

    rows = page.get_by_role("row").filter(has=page.get_by_role("cell"))
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("沈知远")


@pytest.mark.parametrize("version", ["1-2", "2004"])
def test_package_plays_to_its_completion(visit: Visitor, version: str) -> None:
    page = visit(DESKTOP, user="linxi08")
    enter(page, "extinguisher-check")
    page.goto(f"/learn/extinguisher-check/scorm-{version}/")
    inside = page.frame_locator("[data-package]").frame_locator("iframe")
    buttons = inside.locator("button")
    expect(buttons).to_have_count(5)

    for number in range(5):
        buttons.nth(number).click()

    expect(page.locator("[data-package-state]")).to_have_text("已学完")
    page.reload()
    expect(page.locator("[data-package-state]")).to_have_text("已学完")
