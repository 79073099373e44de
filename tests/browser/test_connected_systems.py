"""Connected systems in the back office: one proposes, another approves, a secret."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import check_page

pytestmark = pytest.mark.browser
DESK = "/admin/connected-systems/"


def test_two_people_connect_a_system(visit, size):
    name = f"移动执法平台（{size[0]}）"
    page = visit(size, "orgadmin")
    page.goto(f"{DESK}propose/")
    page.get_by_label("系统名称").fill(name)
    page.get_by_label("所属机构").select_option(index=1)
    page.get_by_label("可询问的区划代码").fill("970100")
    page.get_by_label("gate:evaluate").check()
    check_page(page, "connected_systems_propose")
    page.get_by_role("button", name="提交申请").click()
    expect(page).to_have_url(re.compile(DESK + "$"))
    expect(page.get_by_role("row", name=name)).to_be_visible()

    second = visit(size, "certifier2")
    second.goto(DESK)
    second.get_by_role("row", name=name).get_by_role(
        "button", name="批准", exact=True
    ).click()
    check_page(second, "connected_systems")
    second.get_by_role("row", name=name).get_by_role("button", name="换密钥").click()
    expect(second.get_by_text("client_secret")).to_be_visible()
    check_page(second, "connected_systems_secret")
