"""Authoring in the browser: a trainer writes a lesson, another person puts it online."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Visitor, check_page

pytestmark = pytest.mark.browser
PHONE, DESKTOP = SIZES["phone"], SIZES["desktop"]

COURSE = "会不会，比考没考更要紧：查教育培训"
TITLE = "值守电话一分钟核查"
LEAD = "打一个电话，看应急值守是不是真的有人。"
NOTE = "值守电话打不通，预案的第一步就断了。"
ALT = "四步流程图：拨打值守电话，报明身份，问值守人要点，当场记录时间。"
QUESTION = "电话没人接，检查人员先做什么？"
RIGHT, WRONG = "隔几分钟再拨一次，并记录两次的时间", "当场立案处罚"


def add_block(page: Page, kind: str) -> None:
    """Append a block of a kind to the lesson that is being written."""
    page.get_by_title("插入内容块").last.click()
    chooser = page.locator(".w-combobox-container input:visible")
    chooser.fill(kind)
    expect(page.get_by_role("option", name=kind)).to_be_visible()
    chooser.press("Enter")
    expect(chooser).to_be_hidden()


def begin_lesson(page: Page) -> None:
    """Walk from the back office to an empty lesson of the course."""
    page.goto("/admin/pages/")
    page.get_by_role("link", name=f"查看'{COURSE}'的子页面").click()
    page.get_by_role("link", name="添加子页面").first.click()
    page.get_by_role("link", name="课时", exact=True).click()


def write_lesson(page: Page) -> None:
    """A lesson with an article, a picture with its text alternative, a self-check."""
    page.get_by_placeholder("页面标题").fill(TITLE)
    page.locator("#id_summary").fill(LEAD)
    page.get_by_label("教员").select_option(label="白鹭洲")
    add_block(page, "法条引用")
    page.locator("[name=body-0-value-ref]").fill("AQSCF:81")
    page.locator("[name=body-0-value-note]").fill(NOTE)
    add_block(page, "图")
    page.get_by_role("button", name="选择一个图片").click()
    page.locator("a.image-choice").first.click()
    page.locator("[name=body-1-value-alt]").fill(ALT)
    add_block(page, "自测")
    answers = "[name=body-2-value-options-{}-value-{}]"
    page.locator("[name=body-2-value-question]").fill(QUESTION)
    page.locator(answers.format(0, "text")).fill(RIGHT)
    page.locator(answers.format(0, "correct")).check()
    expect(page.locator(answers.format(0, "feedback"))).to_have_value("")
    page.locator(answers.format(1, "text")).fill(WRONG)
    page.locator(answers.format(1, "feedback")).fill(
        "一次没接通还不是事实，先固定证据。"
    )
    page.locator("[name=body-2-value-explanation]").fill(
        "两次时间写进记录，才能说明值守空缺。"
    )


def choose_action(page: Page, name: str | re.Pattern[str]) -> None:
    """Choose an action from the menu at the foot of the editor."""
    page.locator("footer .w-dropdown__toggle").click()
    page.get_by_role("button", name=name).click()


def see_on_a_phone(page: Page) -> None:
    """The preview beside the editor is the trainee's page, as wide as a phone."""
    page.get_by_role("button", name="预览开关").click()
    expect(page.get_by_role("radio", name="手机预览")).to_be_checked()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(preview.get_by_text("第八十一条").first).to_be_visible()
    expect(preview.get_by_alt_text(ALT)).to_be_visible()
    expect(preview.get_by_text(QUESTION)).to_be_visible()
    assert preview.locator("html").evaluate("innerWidth") < 400


def test_lesson_goes_online_by_a_second_person_and_is_read(visit: Visitor) -> None:
    author = visit(DESKTOP, user="trainer")
    begin_lesson(author)
    write_lesson(author)
    see_on_a_phone(author)
    check_page(author, "authoring")
    choose_action(author, "提交给法制审核")
    expect(author.get_by_role("row").filter(has_text=TITLE)).to_contain_text("审核中")
    author.get_by_role("link", name=TITLE, exact=True).click()
    author.locator("footer .w-dropdown__toggle").click()
    expect(author.get_by_role("button", name="页面已锁定")).to_be_visible()
    expect(author.get_by_role("button", name="批准")).to_have_count(0)
    lesson = urlsplit(author.url).path

    early = visit(PHONE, user="linxi04")
    early.goto("/learn/emergency-training/")
    expect(early.get_by_text(TITLE)).to_have_count(0)

    reviewer = visit(DESKTOP, user="reviewer")
    reviewer.goto("/admin/")
    check_page(reviewer, "review-desk")
    reviewer.get_by_role("link", name=TITLE).first.click()
    assert urlsplit(reviewer.url).path == lesson
    choose_action(reviewer, re.compile("^批准$"))
    expect(reviewer.get_by_role("row").filter(has_text=TITLE)).to_contain_text("在用")

    trainee = early
    trainee.reload()
    trainee.get_by_role("button", name="加入并开始学习").click()
    trainee.goto("/learn/emergency-training/")
    trainee.get_by_role("link", name=TITLE).click()
    expect(trainee.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(trainee.get_by_text(NOTE)).to_be_visible()
    expect(trainee.get_by_alt_text(ALT)).to_be_visible()
    expect(trainee.get_by_text("言书平")).to_be_visible()
    check_page(trainee, "lesson-new")
    trainee.get_by_label(RIGHT).check()
    trainee.locator(".selfcheck").get_by_role("button").click()
    expect(trainee.locator(".selfcheck").get_by_role("status")).to_be_visible()
