"""Headless Chromium against the running demonstration, on a phone and on a desktop."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from tests.server import PASSWORD, Server, served

SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
SERIOUS = {"serious", "critical"}
SHOTS = os.environ.get("SHOTS", "")

# A busy machine is slow, and slow is no failure.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration; SERVER names a running one of this checkout to use instead."""
    if running_at := os.environ.get("SERVER", ""):
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings.demo"}
        yield Server(running_at, {**os.environ, **settings})
        return
    with served(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop would make Django's database guard refuse plain ORM calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        yield running
        running.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return SIZES[request.param]


Visitor = Callable[..., Page]


def expected(url: str, complaint: str) -> bool:
    """A refused form, a half-written page saved by the editor, a network cut by a test."""
    half_written = "/admin/pages/" in url and "status of 400" in complaint
    is_cut = "ERR_INTERNET_DISCONNECTED" in complaint
    return "status of 422" in complaint or half_written or is_cut


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visitor]:
    """Open the site: visit(size, user="trainee") signs in first, with a code.

    Every error on the console fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(size: tuple[int, int], user: str = "", **options: Any) -> Page:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            base_url=server.url,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type == "error" and not expected(page.url, message.text)
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        if user:
            sign_in(page, server, user)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, server: Server, user: str) -> None:
    page.goto("/accounts/sign-in/")
    page.get_by_label("用户名、手机号或执法证号").fill(user)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("动态口令").fill(server.code_of(user))
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def check_page(page: Page, name: str = "") -> None:
    """No serious axe finding, nothing wider than the window; a picture when asked."""
    page.evaluate(AXE)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    found = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in result["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
    assert found == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
    if SHOTS and name:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(
            path=f"{SHOTS}/{name}-{width}.png", full_page=True, caret="initial"
        )
