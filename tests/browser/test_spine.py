"""One officer's way in a real browser: lesson, exam, inspection, qualification."""

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.browser.conftest import check_page

pytestmark = pytest.mark.browser

WHO = {390: "trainee", 1440: "city02"}
COURSE = Path(__file__).parents[2] / (
    "config/demo/courses/hazchem-emergency-inspection"
)
CASE = "/simulator/cases/hazchem-storage-anlan/"


def right_options() -> list[list[str]]:
    """The right options of each self-check of the third lesson."""
    lesson = yaml.safe_load((COURSE / "03-plans.yaml").read_text("utf-8"))
    return [
        [o["text"] for o in block["self_check"]["options"] if o["correct"]]
        for block in lesson["blocks"]
        if "self_check" in block
    ]


def finish_lesson(page: Page) -> None:
    """Read the third lesson to its end and answer its self-checks."""
    page.goto("/learn/")
    page.get_by_role("link", name="危险化学品单位应急管理执法检查").first.click()
    page.locator("a[href*='plans']").first.click()
    page.locator("[data-study]").wait_for()
    check_page(page, "lesson")
    for options in right_options():
        form = page.locator("form[action*='/checks/']").filter(has_text=options[0])
        for text in options:
            form.locator(".choice", has_text=text).locator("input").check()
        with page.expect_response("**/checks/**"):
            form.get_by_role("button").click()
    with page.expect_response(
        lambda response: "/beat/" in response.url and response.json().get("learnt")
    ):
        page.locator("[data-study-end]").scroll_into_view_if_needed()


def sit_exam(page: Page) -> None:
    """Start, answer, reload in the middle, find every answer again, hand in."""
    page.goto("/exams/")
    check_page(page, "exams")
    page.locator("a[href*='/exams/sittings/']").first.click()
    page.get_by_role("button", name="开始考试").click()
    first = page.locator("[data-question='1']")
    first.wait_for()
    check_page(page, "sitting")
    for position in (1, 2, 3):
        question = page.locator(f"[data-question='{position}']")
        with page.expect_response("**/events/"):
            question.locator(".choice").nth(position % 3).click()
        page.locator("[data-turn='1']:visible").first.click()
    chosen = page.evaluate(CHOSEN)
    assert len(chosen) == 3

    page.reload()
    page.locator("[data-question]:visible").first.wait_for()
    assert page.evaluate(CHOSEN) == chosen

    if page.viewport_size and page.viewport_size["width"] < 800:
        page.locator("[popovertarget='answers']:visible").first.click()
    page.locator("[commandfor='end'][command='show-modal']:visible").first.click()
    page.locator("#end [data-submit]").click()
    page.wait_for_url("**/receipt/")
    check_page(page, "receipt")


CHOSEN = (
    "[...document.querySelectorAll('[data-question] input:checked')]"
    ".map(input => input.name + '=' + input.value).sort()"
)


def act(page: Page, verb: str) -> None:
    """Do the first thing of this kind that the screen offers."""
    form = page.locator(f"form:has(input[name='verb'][value='{verb}'])").first
    with page.expect_response("**/act/"):
        form.locator("button:visible").first.click()
    page.wait_for_load_state("networkidle")


def inspect(page: Page) -> None:
    """From the plan to the debrief, by the shortest way that the law allows."""
    page.goto("/simulator/")
    check_page(page, "cases")
    page.goto(CASE)
    check_page(page, "case")
    page.locator("input[name='mode'][value='practice']").check()
    page.get_by_role("button", name="开始").first.click()
    page.locator("[name='officers']").first.wait_for()
    check_page(page, "plan")
    for officer in page.locator("[name='officers']").all()[:2]:
        officer.check()
    page.locator("[name='method'][value='focused']").check()
    page.locator("button[value='plan.submit']").click()
    page.wait_for_url("**/enter/**")
    act(page, "site.enter")
    page.wait_for_url("**/site/**")
    act(page, "credentials.show")
    act(page, "purpose.state")
    act(page, "hotspot.inspect")
    check_page(page, "site")

    page.goto(page.url.split("/site/")[0] + "/handling/")
    check_page(page, "handling")
    act(page, "record.sign")
    act(page, "scene.move")
    page.goto(page.url.split("/runs/")[0] + run_address(page) + "close/")
    check_page(page, "close")
    act(page, "run.submit")
    page.wait_for_url("**/debrief/**")
    check_page(page, "debrief")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def run_address(page: Page) -> str:
    return "/runs/" + page.url.split("/runs/")[1].split("/")[0] + "/"


def test_an_officer_goes_the_whole_way(visit, size):
    page = visit(size, WHO[size[0]])
    page.goto("/")
    check_page(page, "home")
    finish_lesson(page)
    sit_exam(page)
    inspect(page)
    page.goto("/")
    check_page(page, "home-after")


def test_a_qualified_officer_sees_the_qualification(visit, size):
    page = visit(size, "officer_a")
    page.goto("/qualifications/")
    expect(page.locator(".licence__name")).to_have_text("方可晴")
    check_page(page, "qualification")


def test_two_people_decide_and_the_public_can_check(visit, size):
    page = visit(size, "certifier2")
    page.goto("/qualifications/approvals/")
    check_page(page, "approvals")
    page.goto("/register/")
    check_page(page, "register")
