"""Every lesson a shipped case or veto sends to is among the shipped lessons."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from courses.queries.places import lesson_links
from courses.services.content import load_content
from simulator.engine import load_profile
from tests.simulator.cases import NAMES, ROOT, base

COURSES = ROOT / "config" / "demo" / "courses"


def slug(path: Path) -> str:
    given = yaml.safe_load(path.read_text("utf-8")).get("slug")
    return str(given or path.stem)


def shipped() -> set[str]:
    return {
        f"{slug(course)}/{slug(lesson)}"
        for course in COURSES.glob("*/course.yaml")
        for lesson in course.parent.glob("[0-9]*.yaml")
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_item_of_a_case_names_a_shipped_lesson(name: str) -> None:
    assert {item.lesson for item in base(name).items} <= shipped()


def test_every_veto_names_a_shipped_lesson() -> None:
    assert {veto.lesson for veto in load_profile().vetoes.values()} <= shipped()


def test_lesson_is_found_by_course_and_slug(
    db: None, now: datetime, tmp_path: Path
) -> None:
    shutil.copytree(COURSES / "emergency-drills", tmp_path / "emergency-drills")
    load_content(tmp_path, now=now)

    found = lesson_links(
        {"emergency-drills/proving-a-drill", "other/proving-a-drill", "x/y", ""}
    )

    assert {place: title for place, (title, _url) in found.items()} == {
        "emergency-drills/proving-a-drill": "一次演练有没有发生过"
    }
    assert all(url for _title, url in found.values())
