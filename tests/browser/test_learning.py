"""Learning in the browser: read and resume, mark, assign, play packages, write."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Visitor, check_page

pytestmark = pytest.mark.browser
PHONE, DESKTOP = SIZES["phone"], SIZES["desktop"]


def enter(page: Page, course: str) -> None:
    """Open a course, enrol where needed, and stand in its first open lesson."""
    page.goto(f"/learn/{course}/")
    enrol = page.get_by_role("button", name="加入并开始学习")
    if enrol.count():
        enrol.click()
    else:
        page.get_by_role("main").get_by_role("link", name="继续学习").click()
    page.wait_for_load_state()


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
    enter(phone, "rescue-teams")
    address = phone.url
    third = phone.locator("article h2").nth(2)
    third.scroll_into_view_if_needed()
    phone.wait_for_timeout(700)
    with phone.expect_response(re.compile("/beat/")):
        phone.evaluate("document.querySelector('[data-study-end]').scrollIntoView()")
    third.scroll_into_view_if_needed()
    phone.wait_for_timeout(700)
    phone.goto("/learn/")
    phone.wait_for_timeout(700)

    desk = visit(DESKTOP, user="linxi06")
    desk.goto(address)
    desk.get_by_role("link", name="接着上次的地方读").click()

    expect(desk).to_have_url(re.compile("#b-"))


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
