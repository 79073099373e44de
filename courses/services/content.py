"""Loading courses from content files, so that content can be written outside."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.models import User
from courses.blocks import LessonStream
from courses.enums import Aspect, Sector
from courses.errors import BrokenContent
from courses.models import (
    CourseIndexPage,
    CoursePage,
    CoursePrerequisite,
    CourseSector,
    CustomImage,
    LessonPage,
)
from courses.rules.prose import split_headings, to_html

BLOCK_NAMESPACE = uuid.UUID("5b2c4e0e-6f0a-4f43-9d5b-2a0b1d1c7f57")
"""Block ids are made from course, lesson and place, so that loading a file again
keeps the answers people gave to its self-checks."""


AnyPage = TypeVar("AnyPage", CoursePage, LessonPage)


@dataclass
class LoadReport:
    """What loading a directory did."""

    courses: int = 0
    lessons: int = 0
    unchanged: int = 0


def load_content(
    directory: Path,
    *,
    now: datetime,
    trainer: User | None = None,
    reviewer: User | None = None,
) -> LoadReport:
    """Load every course below a directory, each whole or not at all. Idempotent.

    The files are taken as reviewed by `reviewer`; lessons that say the same as before
    are left alone. Raises BrokenContent with the file and the place.
    """
    report = LoadReport()
    folders = sorted(path.parent for path in directory.rglob("course.yaml"))
    for folder in folders:
        _Loader(folder, now, trainer, reviewer, report).load()
    for folder in folders:
        _link_prerequisites(folder)
    return report


class _Loader:
    """Loads one course directory."""

    def __init__(
        self,
        folder: Path,
        now: datetime,
        trainer: User | None,
        reviewer: User | None,
        report: LoadReport,
    ) -> None:
        self.folder = folder
        self.now = now
        self.trainer = trainer
        self.reviewer = reviewer
        self.report = report

    @transaction.atomic
    def load(self) -> None:
        course = self._load_course(_read(self.folder / "course.yaml"))
        for path in sorted(self.folder.glob("[0-9]*.yaml")):
            self._load_lesson(course, path, _read(path))
        self.report.courses += 1

    def _load_course(self, facts: dict[str, Any]) -> CoursePage:
        path = self.folder / "course.yaml"
        key = str(_need(facts, "key", path))
        course = CoursePage.objects.filter(key=key).first() or CoursePage(key=key)
        before = _course_state(course)
        course.title = str(_need(facts, "title", path))
        course.slug = str(facts.get("slug") or self.folder.name)
        course.summary = str(facts.get("summary") or "").strip()
        course.aspect = _member(Aspect, facts.get("aspect"), path)
        course.hours = _decimal(facts.get("hours", 1), path)
        course.objectives = "\n".join(map(str, facts.get("objectives") or []))
        course.law_as_of = _day(_need(facts, "law_as_of", path), path)
        course.sequence = int(facts.get("order", 100))
        course.minimum_minutes = int(facts.get("minimum_minutes", 0))
        course.trainer = course.trainer or self.trainer
        sectors = [_member(Sector, one, path) for one in facts.get("sectors") or []]
        if before == (*_course_state(course)[:-1], tuple(sectors)):
            return course
        course.sectors.set([CourseSector(sector=sector) for sector in sectors])
        return self._publish(course, _catalogue(), path)

    def _load_lesson(
        self, course: CoursePage, path: Path, facts: dict[str, Any]
    ) -> None:
        slug = str(facts.get("slug") or path.stem.split("-", 1)[-1])
        lesson = LessonPage.objects.descendant_of(course).filter(
            slug=slug
        ).first() or LessonPage(slug=slug)
        body = list(self._blocks(course.key, slug, path, facts.get("blocks") or []))
        state = {
            "title": str(_need(facts, "title", path)),
            "summary": str(facts.get("summary") or "").strip(),
            "minutes": int(facts.get("minutes", 15)),
            "law_as_of": _day(facts.get("law_as_of", course.law_as_of), path),
            "support": _plain(facts.get("support") or []),
        }
        unchanged = lesson.pk and all(
            getattr(lesson, name) == value for name, value in state.items()
        )
        if unchanged and list(lesson.body.raw_data) == body:
            self.report.unchanged += 1
            return
        for name, value in state.items():
            setattr(lesson, name, value)
        stream = LessonStream()
        try:
            lesson.body = stream.clean(stream.to_python(body))
        except ValidationError as error:
            raise _broken(path, _explain(error)) from error
        lesson.trainer = lesson.trainer or self.trainer
        lesson.reviewer = self.reviewer
        lesson.reviewed_at = self.now if self.reviewer else None
        self._publish(lesson, course, path)
        self.report.lessons += 1

    def _publish(self, page: AnyPage, parent: Page, path: Path) -> AnyPage:
        page.draft_title = page.title
        try:
            if page.pk:
                page.full_clean()
                page.save()
            else:
                page.owner = self.trainer
                parent.refresh_from_db()
                parent.add_child(instance=page)
        except ValidationError as error:
            raise _broken(path, _explain(error)) from error
        page.save_revision(user=self.trainer, clean=False).publish(
            user=self.reviewer, skip_permission_checks=True
        )
        return page

    def _blocks(
        self, key: str, slug: str, path: Path, sources: list[Any]
    ) -> Iterator[dict[str, Any]]:
        place = 0
        for number, source in enumerate(sources, start=1):
            if not isinstance(source, dict) or len(source) != 1:
                raise _broken(
                    path, _("Block %(n)s must have one kind.") % {"n": number}
                )
            kind, value = next(iter(source.items()))
            make = _MAKERS.get(kind)
            if make is None:
                raise _broken(
                    path,
                    _("Block %(n)s has the unknown kind %(kind)s.")
                    % {"n": number, "kind": kind},
                )
            try:
                made = make(self, value)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise _broken(
                    path,
                    _("Block %(n)s (%(kind)s) is incomplete: %(error)s")
                    % {"n": number, "kind": kind, "error": error},
                ) from error
            for block_type, block_value in made:
                name = f"{key}/{slug}/{place}/{block_type}"
                place += 1
                yield {
                    "type": block_type,
                    "value": _with_item_ids(block_value, name),
                    "id": str(uuid.uuid5(BLOCK_NAMESPACE, name)),
                }

    def figure(self, value: dict[str, Any]) -> list[tuple[str, Any]]:
        file = self.folder / value.get("svg", value.get("image", ""))
        if not file.is_file():
            raise ValueError(file.name)
        title = f"{self.folder.name}/{file.name}"
        image = CustomImage.objects.filter(title=title).first()
        if image is None or image.file_size != file.stat().st_size:
            image = image or CustomImage(title=title)
            with file.open("rb") as handle:
                image.file = File(handle, name=f"{self.folder.name}-{file.name}")
                image.alt_text = value["alt"]
                image.file_size = file.stat().st_size
                image.save()
        figure = {"image": image.pk, "alt": value["alt"]}
        return [("figure", figure | {"caption": value.get("caption", "")})]


def _text(_loader: _Loader, value: str) -> list[tuple[str, Any]]:
    return [(piece.kind, piece.text) for piece in split_headings(value)]


def _citation(_loader: _Loader, value: dict[str, Any]) -> list[tuple[str, Any]]:
    return [("citation", {"ref": value["ref"], "note": value.get("note") or ""})]


def _comparison(_loader: _Loader, value: dict[str, Any]) -> list[tuple[str, Any]]:
    sides = {side: str(value[side]) for side in ("left", "right")}
    return [("comparison", sides | {"note": value.get("note") or ""})]


def _table(_loader: _Loader, value: dict[str, Any]) -> list[tuple[str, Any]]:
    header = [str(cell) for cell in value["header"]]
    for row in value["rows"]:
        if len(row) != len(header):
            raise ValueError(row)
    table = {
        "columns": [{"type": "text", "heading": heading} for heading in header],
        "rows": [{"values": [str(cell) for cell in row]} for row in value["rows"]],
        "caption": value.get("caption") or "",
    }
    return [("table", table)]


def _example(_loader: _Loader, value: dict[str, Any]) -> list[tuple[str, Any]]:
    return [("example", {"title": value["title"], "text": to_html(value["text"])})]


def _self_check(_loader: _Loader, value: dict[str, Any]) -> list[tuple[str, Any]]:
    options = [
        {
            "type": "item",
            "value": {
                "text": str(option["text"]),
                "correct": bool(option.get("correct", False)),
                "feedback": str(option.get("feedback") or ""),
            },
        }
        for option in value["options"]
    ]
    question = {
        "question": value["question"].strip(),
        "options": options,
        "explanation": value["explanation"].strip(),
    }
    return [("self_check", question)]


def _rich(kind: str) -> Callable[[_Loader, str], list[tuple[str, Any]]]:
    return lambda _loader, value: [(kind, to_html(value))]


_MAKERS: dict[str, Callable[[_Loader, Any], list[tuple[str, Any]]]] = {
    "text": _text,
    "citation": _citation,
    "comparison": _comparison,
    "key_point": _rich("key_point"),
    "pitfall": _rich("pitfall"),
    "table": _table,
    "figure": _Loader.figure,
    "example": _example,
    "self_check": _self_check,
}


def _with_item_ids(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or "options" not in value:
        return value
    options = [
        option | {"id": str(uuid.uuid5(BLOCK_NAMESPACE, f"{name}/{number}"))}
        for number, option in enumerate(value["options"])
    ]
    return value | {"options": options}


def _link_prerequisites(folder: Path) -> None:
    path = folder / "course.yaml"
    facts = _read(path)
    course = CoursePage.objects.get(key=facts["key"])
    wanted = [str(key) for key in facts.get("prerequisites") or []]
    if wanted == list(
        course.prerequisites.values_list("course__key", flat=True).order_by(
            "sort_order"
        )
    ):
        return
    found = {one.key: one for one in CoursePage.objects.filter(key__in=wanted)}
    for key in wanted:
        if key not in found:
            raise _broken(path, _("There is no course %(key)s.") % {"key": key})
    course.prerequisites.set([CoursePrerequisite(course=found[key]) for key in wanted])
    course.save_revision(clean=False).publish()


def _course_state(course: CoursePage) -> tuple[Any, ...]:
    sectors: tuple[str, ...] = ()
    if course.pk:
        sectors = tuple(one.sector for one in course.sectors.order_by("sort_order"))
    return (
        course.title,
        course.slug,
        course.summary,
        course.aspect,
        course.hours,
        course.objectives,
        course.law_as_of,
        course.sequence,
        course.minimum_minutes,
        sectors,
    )


def _catalogue() -> CourseIndexPage:
    catalogue: CourseIndexPage = CourseIndexPage.objects.get()
    return catalogue


def _read(path: Path) -> dict[str, Any]:
    try:
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise _broken(path, str(error)) from error
    if not isinstance(facts, dict):
        raise _broken(path, _("The file is empty."))
    return facts


def _need(facts: dict[str, Any], name: str, path: Path) -> Any:
    if facts.get(name) in (None, ""):
        raise _broken(path, _("%(name)s is missing.") % {"name": name})
    return facts[name]


def _member(kind: type[Aspect] | type[Sector], value: Any, path: Path) -> str:
    if value not in kind.values:
        raise _broken(path, _("%(value)s is unknown.") % {"value": value})
    return str(value)


def _day(value: Any, path: Path) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _broken(path, _("%(value)s is no date.") % {"value": value}) from error


def _decimal(value: Any, path: Path) -> Decimal:
    try:
        return Decimal(str(value)).quantize(Decimal("0.1"))
    except InvalidOperation as error:
        raise _broken(path, _("%(value)s is no number.") % {"value": value}) from error


def _plain(value: list[Any]) -> list[dict[str, str]]:
    return [{"ref": str(one["ref"]), "phrase": str(one["phrase"])} for one in value]


def _explain(error: ValidationError) -> str:
    """A validation error of nested blocks as one line."""
    nested = getattr(error, "block_errors", None)
    if nested:
        inner = nested.items() if isinstance(nested, dict) else enumerate(nested)
        return "; ".join(f"{at}: {_explain(one)}" for at, one in inner if one)
    return "; ".join(error.messages)


def _broken(path: Path, problem: str) -> BrokenContent:
    return BrokenContent(f"{path.parent.name}/{path.name}: {problem}")
