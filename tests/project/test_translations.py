"""What staff see in the back office is Chinese: no msgid comes out untranslated."""

from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.urls import reverse
from django.utils.translation import override, trans_real
from wagtail.admin.menu import admin_menu
from wagtail.models import Page

from accounts.enums import Role
from accounts.services import grant_role

ROOT = Path(__file__).resolve().parents[2]
NOT_WORDS = frozenset({"", "%d", "%s"})


@pytest.fixture
def missing() -> Iterator[set[str]]:
    """Every msgid asked for in Chinese that no catalogue has."""
    found: set[str] = set()
    with override("zh-hans"):
        catalogue = trans_real.translation("zh-hans")
    originals = {name: getattr(catalogue, name) for name in ("gettext", "ngettext")}

    def gettext(message: str) -> str:
        if message not in NOT_WORDS and catalogue._catalog.get(message) is None:
            found.add(message)
        return originals["gettext"](message)

    def ngettext(singular: str, plural: str, number: int) -> str:
        if not any(
            catalogue._catalog.get((singular, form)) is not None for form in (0, 1)
        ):
            found.add(singular)
        return originals["ngettext"](singular, plural, number)

    catalogue.gettext = gettext
    catalogue.ngettext = ngettext
    yield found
    for name in originals:
        delattr(catalogue, name)


def staff_addresses(request) -> list[str]:
    """The entries of the admin's menu with their lists, and the pages of the explorer."""
    addresses = ["/admin/"]
    pending = list(admin_menu.menu_items_for_request(request))
    while pending:
        item = pending.pop()
        if getattr(item, "menu", None) is not None:
            pending.extend(item.menu.menu_items_for_request(request))
        if item.url and item.url.startswith("/admin/"):
            addresses.append(item.url)
    addresses.append(reverse("wagtailadmin_explore_root"))
    addresses.extend(
        reverse("wagtailadmin_pages:edit", args=[page.pk])
        for page in Page.objects.filter(depth__gte=2)[:3]
    )
    return addresses


def test_staff_see_no_untranslated_words(missing, person, province, signed_in, rf, now):
    chief = person("chief", province)
    for role in Role:
        grant_role(chief, role, province, now=now, by=None)
    chief.is_superuser = True
    chief.save()
    client = signed_in(chief)
    request = rf.get("/admin/")
    request.user = chief

    visited = 0
    for address in staff_addresses(request):
        response = client.get(address, follow=True)
        assert response.status_code == 200, address
        visited += 1

    assert visited > 8
    assert sorted(missing) == []


def test_one_message_has_one_translation_in_every_catalogue():
    """Catalogues are merged: of two translations one would win everywhere, unseen."""
    words: dict[tuple[str | None, str], dict[str, str]] = {}
    for path in sorted(ROOT.glob("*/locale*/zh_Hans/LC_MESSAGES/django.po")):
        for entry in polib.pofile(str(path)):
            said = entry.msgstr or entry.msgstr_plural.get(0, "")
            words.setdefault((entry.msgctxt, entry.msgid), {})[str(path)] = said

    assert len(words) > 3000
    assert {
        message: said for message, said in words.items() if len(set(said.values())) > 1
    } == {}
