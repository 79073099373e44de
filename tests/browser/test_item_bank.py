"""The item bank in the browser: write, review with the law beside it, preview, import.

Every test works on items of its own, so that it can be repeated on one server.
"""

from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SIZES, Visitor, check_page
from tests.server import Server

pytestmark = pytest.mark.browser
PHONE, DESKTOP = SIZES["phone"], SIZES["desktop"]
CITED = "《安全生产法》第二十四条"
ANSWERS = {
    "single_choice": ("单选题", {"选项": "*主要负责人\n安全员\n工会主席"}),
    "multiple_choice": ("多选题", {"选项": "*机构\n*人员\n证书"}),
    "true_false": ("判断题", {"这个说法": "正确"}),
    "fill_in": ("填空题", {"空格": "机构|组织\n人员"}),
    "numeric": ("数字题", {"正确数值": "100", "允许误差": "0", "单位": "人"}),
    "matching": ("匹配题", {"对应关系": "矿山 => 专职\n商场 => 兼职\n=> 不设"}),
    "ordering": ("排序题", {"按正确顺序排列的步骤": "出示证件\n说明来意\n现场检查"}),
    "short_answer": ("简答题", {"评分标准": "说出设置机构 | 3\n说出配备人员 | 2"}),
    "case_analysis": ("案例分析题", {"评分标准": "认定事实 | 4\n引用条文 | 4"}),
}
BROKEN = """题型,题干,选项A,选项B,选项C,答案,解析,方面
单选题,{word}应急预案由谁签署？,主要负责人,安全员,工会主席,A,由主要负责人签署。,应急预案
单选题,{word}没有答案的题,甲,乙,丙,,无,应急预案
连环题,{word}没有这种题型,甲,乙,丙,A,无,应急预案
判断题,{word}应急预案应当备案。,,,,正确,条文如此。,应急预案
单选题,{word}答案指向空选项,甲,乙,,D,无,应急预案
"""


def stem_of(kind: str, mark: str) -> str:
    gaps = "设置____，配备____。" if kind == "fill_in" else ""
    return f"{mark}：企业怎样设置安全生产管理机构？{gaps}"


def fill(field: Locator, value: str) -> None:
    """Type into a field, or choose from its list."""
    if field.evaluate("node => node.tagName") == "SELECT":
        field.select_option(label=value)
    else:
        field.fill(value)


def write_item(page: Page, kind: str, key: str) -> None:
    """Write an item of this type and hand it to the reviewers."""
    name, answers = ANSWERS[kind]
    page.goto("/exams/bank/")
    page.get_by_role("link", name="写试题").click()
    page.get_by_role("navigation", name="题型").get_by_role("link", name=name).click()
    check_page(page, f"item-write-{kind}")
    page.get_by_label("编号", exact=True).fill(key)
    page.get_by_label("题干", exact=True).fill(stem_of(kind, key))
    for label, value in answers.items():
        fill(page.get_by_label(label, exact=True), value)
    page.get_by_label("解析", exact=True).fill("条文如此。")
    page.get_by_label("依据", exact=True).fill(CITED)
    page.get_by_label("危险化学品", exact=True).check()
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.locator(".meta")).to_contain_text("待审核")


def find(page: Page, mark: str, state: str) -> Locator:
    """The rows of the bank that hold these words and stand in this state."""
    page.goto("/exams/bank/")
    page.get_by_label("文字或编号").fill(mark)
    page.get_by_label("状态").select_option(label=state)
    page.get_by_role("button", name="显示").click()
    page.wait_for_url("**state=**")
    return page.get_by_role("row").filter(has_text=mark)


def approve(page: Page, key: str) -> None:
    """Open an item that waits, read its law beside it, and approve it."""
    find(page, key, "待审核").get_by_role("link").click()
    law = page.get_by_role("region", name="所依据的条文")
    expect(law).to_contain_text("第二十四条")
    check_page(page, "item-review")
    assert starts_beside(law, page.get_by_role("region", name="考生看到的样子"))
    page.get_by_role("button", name="批准").click()
    expect(page.locator(".meta")).to_contain_text("在用")


def starts_beside(one: Locator, other: Locator) -> bool:
    """To the right of the other, and not below its end."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    return a["x"] >= b["x"] + b["width"] and a["y"] < b["y"] + b["height"]


def test_an_item_of_every_type_is_written_and_reviewed_with_its_law(visit: Visitor):
    mark = f"b{uuid4().hex[:8]}"
    trainer, reviewer = visit(DESKTOP, user="trainer"), visit(DESKTOP, user="reviewer")

    for kind in ANSWERS:
        write_item(trainer, kind, f"{mark}-{kind}")
        approve(reviewer, f"{mark}-{kind}")

    expect(find(trainer, mark, "在用")).to_have_count(len(ANSWERS))
    check_page(trainer, "item-bank")


def test_a_reviewer_returns_an_item_with_a_reason_and_the_author_answers(
    visit: Visitor,
):
    key = f"b{uuid4().hex[:8]}"
    trainer, reviewer = visit(DESKTOP, user="trainer"), visit(DESKTOP, user="reviewer")
    write_item(trainer, "single_choice", key)
    expect(trainer.get_by_role("button", name="批准")).to_have_count(0)

    find(reviewer, key, "待审核").get_by_role("link").click()
    reviewer.get_by_label("意见").fill("选项二也成立，请改。")
    reviewer.get_by_role("button", name="退回作者").click()
    expect(reviewer.locator(".meta")).to_contain_text("草稿")
    trainer.reload()
    expect(trainer.get_by_text("选项二也成立，请改。")).to_be_visible()
    trainer.get_by_label("写给作者或审核人").fill("已换成别的选项。")
    trainer.get_by_role("button", name="添加批注").click()
    trainer.get_by_role("link", name="写下一版").click()
    trainer.get_by_label("选项", exact=True).fill("*主要负责人\n门卫")
    trainer.get_by_role("button", name="保存并提交审核").click()

    approve(reviewer, key)
    expect(reviewer.get_by_text("已换成别的选项。")).to_be_visible()
    expect(reviewer.get_by_text("第 2 版").first).to_be_visible()


def test_an_item_is_previewed_on_a_phone_as_a_candidate_sees_it(visit: Visitor):
    page = visit(PHONE, user="trainer")

    for kind, (name, _answers) in ANSWERS.items():
        page.goto(f"/exams/bank/?type={kind}")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        check_page(page, f"item-{kind}")
        page.get_by_role("link", name="单独一页查看").click()
        question = page.locator("[data-question]")
        expect(question).to_contain_text(name)
        expect(page.get_by_text("答案与解析")).to_have_count(0)
        check_page(page, f"item-preview-{kind}")


def test_material_is_shown_with_its_table_on_a_phone(visit: Visitor):
    page = visit(PHONE, user="assessor")
    page.goto("/exams/bank/?q=drill-b1")
    page.get_by_role("rowheader").get_by_role("link").first.click()

    page.get_by_role("link", name="单独一页查看").click()

    expect(page.get_by_role("columnheader", name="企业")).to_be_visible()
    check_page(page, "item-material")


def test_a_file_with_errors_goes_from_upload_to_the_good_ones(
    visit: Visitor, size: tuple[int, int]
):
    mark = uuid4().hex[:8]
    page = visit(size, user="trainer")
    page.goto("/exams/bank/")
    page.get_by_role("link", name="导入试题").click()
    check_page(page, "import")
    page.get_by_label("文件", exact=True).set_input_files(
        {
            "name": f"{mark}.csv",
            "mimeType": "text/csv",
            "buffer": BROKEN.format(word=mark).encode("gb18030"),
        }
    )
    page.get_by_role("button", name="检查文件").click()

    rejected = page.get_by_role("region", name="不能导入的试题").get_by_role("row")
    expect(rejected.filter(has_text="第 3 行")).to_contain_text("没有答案")
    expect(rejected.filter(has_text="第 4 行")).to_contain_text("题型")
    expect(rejected.filter(has_text="第 6 行")).to_contain_text("答案")
    expect(rejected.get_by_role("rowheader")).to_have_count(3)
    check_page(page, "import-report")
    expect(find(page, mark, "草稿")).to_have_count(0)
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="导入合格的 2 道题").click()
    expect(page.get_by_text("2 道题已作为草稿导入。").first).to_be_visible()
    check_page(page, "import-taken")
    expect(find(page, mark, "草稿")).to_have_count(2)
    check_page(page, "import-drafts")


def test_a_file_that_is_no_item_file_is_refused_at_its_field(visit: Visitor):
    page = visit(PHONE, user="trainer")
    page.goto("/exams/bank/imports/")
    picture = {
        "name": "a.xlsx",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\n",
    }
    page.get_by_label("文件", exact=True).set_input_files(picture)

    page.get_by_role("button", name="检查文件").click()

    expect(page.locator(".field__error").first).to_be_visible()
    check_page(page, "import-refused")


def test_a_stale_item_is_worked_off(visit: Visitor, server: Server):
    key = f"b{uuid4().hex[:8]}"
    trainer, reviewer = visit(DESKTOP, user="trainer"), visit(DESKTOP, user="reviewer")
    write_item(trainer, "true_false", key)
    approve(reviewer, key)
    server.manage("shell", "-c", STALE.format(key=key))

    find(reviewer, key, "法律有变").get_by_role("link").click()
    expect(reviewer.get_by_text("第二十四条已修改")).to_be_visible()
    check_page(reviewer, "item-stale")
    reviewer.get_by_label("为什么仍然成立").fill("修改的是另一款，本题不受影响。")
    reviewer.get_by_role("button", name="已对照新法").click()

    expect(reviewer.locator(".meta")).to_contain_text("在用")
    expect(reviewer.get_by_text("修改的是另一款，本题不受影响。")).to_be_visible()
    expect(find(reviewer, key, "法律有变")).to_have_count(0)


STALE = (
    "from django.utils import timezone; from exams.services.bank import flag_stale; "
    "flag_stale(['{key}'], reason='第二十四条已修改', now=timezone.now())"
)


def test_the_other_desks_of_the_bank_are_accessible(
    visit: Visitor, size: tuple[int, int]
):
    page = visit(size, user="trainer")

    for path, name in (
        ("/exams/bank/material/", "material"),
        ("/exams/bank/material/new/", "material-new"),
        ("/exams/bank/sets/new/", "case-set-new"),
        ("/exams/bank/export/", "export"),
        ("/exams/bank/twins/?aspect=plans", "twins"),
    ):
        page.goto(path)
        check_page(page, name)
    page.goto("/exams/bank/material/")
    page.locator("a[href*='/material/']").nth(1).click()
    check_page(page, "material-edit")
    page.goto("/exams/bank/material/")
    page.locator("a[href*='/sets/']").nth(1).click()
    check_page(page, "case-set-edit")
