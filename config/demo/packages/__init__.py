"""A small SCORM package of our own, in both versions, and the course that plays it."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from accounts.models import User
from courses.models import CourseIndexPage, CoursePage, CourseSector, LessonPage
from courses.services.packages import upload_package

HERE = Path(__file__).parent
SCHEMAS = {"1.2": "1.2", "2004": "2004 4th Edition"}
KEY = "extinguisher-check"
LAW_AS_OF = date(2026, 11, 23)


def load(now: datetime, trainer: User, reviewer: User) -> None:
    """Make the course with one lesson per SCORM version; idempotent."""
    if CoursePage.objects.filter(key=KEY).exists():
        return
    course = CoursePage(
        title="互动课件：干粉灭火器点检",
        slug=KEY,
        key=KEY,
        summary="同一个互动课件的两种 SCORM 版本，用来演示课件包怎样播放、怎样记录完成情况。",
        aspect="supplies",
        hours="0.2",
        law_as_of=LAW_AS_OF,
        sequence=90,
        trainer=trainer,
        sectors=[CourseSector(sector="hazchem"), CourseSector(sector="industry_trade")],
    )
    CourseIndexPage.objects.get().add_child(instance=course)
    for version in SCHEMAS:
        package = upload_package(build(version), by=trainer, now=now)
        lesson = LessonPage(
            title=f"灭火器点检（SCORM {version}）",
            slug=f"scorm-{version.replace('.', '-')}",
            summary="逐项点检一具手提式干粉灭火器。",
            minutes=5,
            law_as_of=LAW_AS_OF,
            trainer=trainer,
            reviewer=reviewer,
            reviewed_at=now,
            package=package,
        )
        course.refresh_from_db()
        course.add_child(instance=lesson)


def build(version: str) -> BytesIO:
    """The package of one version as a zip file."""
    target = BytesIO()
    page = (HERE / "extinguisher.html").read_text(encoding="utf-8")
    manifest = (HERE / "imsmanifest.xml").read_text(encoding="utf-8")
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "imsmanifest.xml", manifest.replace("__SCHEMA__", SCHEMAS[version])
        )
        archive.writestr("index.html", page.replace("__VERSION__", version))
    target.seek(0)
    return target
