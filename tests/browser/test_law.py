"""Reading, searching and comparing the law; working the stale list off."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import check_page
from tests.server import Server

pytestmark = pytest.mark.browser

FIXTURES = Path(__file__).parents[1] / "fixtures" / "law"
STATUTE = "/law/ylsyjyltl/2024-07-01/"


@pytest.fixture(scope="module")
def editions(server: Server) -> None:
    """Two editions of an invented regulation."""
    for name in ("云岭省应急演练条例（2019年文本）.md", "云岭省应急演练条例.md"):
        server.manage("import_statute", str(FIXTURES / name))


def open_contents(page: Page) -> None:
    """On a phone the table of contents is a sheet behind a button."""
    button = page.get_by_role("button", name="目录", exact=True)
    if button.is_visible():
        button.click()


def test_statute_is_read_jumped_through_copied_and_compared(
    editions: None, visit, size
):
    page = visit(size, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/law/")
    check_page(page, "law-library")
    page.get_by_role("link", name="云岭省应急演练条例").click()
    page.wait_for_url(f"**{STATUTE}")

    open_contents(page)
    page.get_by_role("link", name="法律责任").click()
    expect(page.get_by_role("heading", name="第三章")).to_be_in_viewport()

    page.get_by_label("在本法中查找").fill("3")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("heading", name="第三条", exact=True)).to_be_in_viewport()
    check_page(page, "law-statute")

    page.get_by_role("button", name="复制引用").click()
    expect(page.get_by_text("引用已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("《云岭省应急演练条例》第三条（2024年7月1日起施行")

    page.get_by_role("link", name="与原条文对照").click()
    compare = page.locator("#compare")
    expect(compare.locator("del").first).to_contain_text("三月")
    expect(compare.locator("ins").first).to_contain_text("一月")
    check_page(page, "law-compare")


def test_another_day_shows_another_edition(editions: None, visit, size):
    page = visit(size)
    page.goto(STATUTE)

    page.get_by_label("看哪一天的法").select_option(value="2019-05-01")

    page.wait_for_url("**/2019-05-01/")
    expect(page.get_by_text("已失效").first).to_be_visible()


def test_search_suggests_while_typing(editions: None, visit, size):
    page = visit(size)
    page.goto("/law/")
    box = page.get_by_role("combobox", name="搜索法律、课程和术语")

    box.press_sequentially("yhpc", delay=30)
    option = page.get_by_role("option", name="隐患排查", exact=True)
    expect(option).to_be_visible()
    check_page(page, "law-suggest")
    box.press("ArrowDown")
    box.press("Enter")

    page.wait_for_url("**/law/search/**")
    expect(page.locator(".hit mark").first).to_be_visible()
    check_page(page, "law-search")


def test_glossary_links_into_the_law_with_a_preview(visit, size):
    page = visit(size)
    page.goto("/law/glossary/")
    check_page(page, "law-glossary")
    link = page.locator("a.cite").first

    link.focus()

    expect(page.locator(".citepop .article-card")).to_be_visible()


NEW_EDITION = """中华人民共和国公务员法
2025年12月1日 第十四届全国人民代表大会常务委员会公布

第一条　{words}
第二条　本法自2026年1月1日起施行。
"""


def test_reviewer_works_the_stale_list_off(
    server: Server, visit, tmp_path_factory: pytest.TempPathFactory
):
    cited = cited_civil_servants_article(server)
    assert cited is not None, "no lesson cites the invented change"
    text = NEW_EDITION.replace("第一条", f"第{cited}条", 1).replace(
        "第二条", f"第{cited + 1}条"
    )
    path = tmp_path_factory.mktemp("law") / "公务员法.txt"
    path.write_text(text.format(words="这一条是为试验改写的。"), "utf-8")
    server.manage("import_statute", str(path))

    page = visit((1440, 900), "reviewer")
    page.goto("/admin/law/stale/")
    page.locator("td.title a").first.click()
    expect(page.get_by_text("这一条是为试验改写的")).to_be_visible()
    page.get_by_role("button", name="保留").click()

    expect(page.get_by_text("这里是空的")).to_be_visible()
    page.goto("/admin/law/report/")
    expect(page.get_by_text("每一条引用都对应现行有效的条文")).to_be_visible()
    for path_name in ("/admin/law/", "/admin/law/import/", "/admin/law/report/"):
        page.goto(path_name)
        expect(page.locator("h1.w-h1")).to_be_visible()


def cited_civil_servants_article(server: Server) -> int | None:
    """The article of the civil servants' law that some content rests on."""
    rows = json.loads(server.manage("check_citations", "--format", "json", check=False))
    keys = [row["key"] for row in rows if row["key"].startswith("GWYF:")]
    match = re.match(r"GWYF:(\d+)", keys[0]) if keys else None
    return int(match[1]) if match else None
