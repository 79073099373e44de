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


@pytest.mark.parametrize("version", ["1-2"])
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
