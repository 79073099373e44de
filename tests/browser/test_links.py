"""No link leads somebody to a page that is not there or not theirs."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.server import Answer, Person, Server

pytestmark = pytest.mark.browser

EVERYBODY = [
    "",
    "trainee",
    "officer_a",
    "suspended",
    "trainer",
    "reviewer",
    "assessor",
    "invigilator",
    "certifier",
    "supervisor",
    "orgadmin",
    "auditor",
]
LINK = re.compile(r'(?:<a\b[^>]*\bhref=|"url": )"(?P<address>[^"]+)"')
"""Of a page, and of the menu that the back office builds in the browser."""
NOT_FOLLOWED = ("/admin/logout/", "/admin/bulk/")
"""Ends the visit; and what a script completes with the chosen rows."""
OF_EACH_KIND = 2


def kind_of(address: str) -> str:
    """Which page it is, whatever object it shows: the view and what it is asked."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return address
    asked = "".join(sorted(parse_qs(parts.query)))
    place = parts.path.count("/") if match.view_name == "wagtail_serve" else ""
    return f"{match.view_name} {place} {asked}"


def links_of(html: str, page: str) -> Iterator[str]:
    for match in LINK.finditer(html):
        address = urljoin(page, match["address"].replace("&amp;", "&"))
        parts = urlsplit(address)
        if parts.netloc or not parts.path.startswith("/"):
            continue
        if not parts.path.startswith(NOT_FOLLOWED):
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def dead_links(person: Person) -> tuple[int, list[str]]:
    """How many pages the person was led to, and which links led nowhere."""
    seen: Counter[str] = Counter()
    known, dead = {"/"}, []
    waiting = deque([("/", "/")])
    while waiting:
        address, told_by = waiting.popleft()
        kind = kind_of(address)
        if seen[kind] >= OF_EACH_KIND:
            continue
        seen[kind] += 1
        answer = person.get(address)
        if answer.status >= 400:
            dead.append(f"{told_by} → {address}: {answer.status}")
        for link in leads_to(answer, address):
            if link not in known:
                known.add(link)
                waiting.append((link, address))
    return seen.total(), dead


def leads_to(answer: Answer, address: str) -> Iterator[str]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if 300 <= answer.status < 400:
        yield headers["location"]
    elif headers.get("content-type", "").startswith("text/html"):
        yield from links_of(answer.text, address)


@pytest.mark.parametrize("user", EVERYBODY)
def test_every_link_leads_to_a_page_one_may_see(server: Server, user: str) -> None:
    person = server.person()
    if user:
        person.sign_in(user)

    pages, dead = dead_links(person)

    assert dead == []
    assert pages > (30 if user else 15)
