"""Errors of the courses app: a stable code and a translated sentence each."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise


class CourseError(Exception):
    """Something about law, courses or learning records cannot be done."""

    code = "course_error"
    message: StrPromise = _("This cannot be done.")

    def __init__(self, message: str | StrPromise | None = None) -> None:
        super().__init__(str(message or self.message))


class NotEnrolled(CourseError):
    code = "not_enrolled"
    message = _("Enrol in the course first.")


class PrerequisiteMissing(CourseError):
    code = "prerequisite_missing"
    message = _("Another course has to be completed before this one.")


class ForgedBeat(CourseError):
    code = "forged_beat"
    message = _("This sign of life was not given out by the server.")


class StaleBeat(CourseError):
    code = "stale_beat"
    message = _("This reading window was continued elsewhere. Reload the page.")


class UnknownQuestion(CourseError):
    code = "unknown_question"
    message = _("The lesson has no such question any more. Reload the page.")


class BrokenContent(CourseError):
    """A content file that cannot be loaded; the message names file and place."""

    code = "broken_content"
    message = _("The content file cannot be read.")


class AlreadyAnswered(CourseError):
    code = "already_answered"
    message = _("This question is answered already.")


class EmptyProgramme(CourseError):
    code = "empty_programme"
    message = _("A programme needs at least one activity that exists.")


class GroupNameTaken(CourseError):
    code = "group_name_taken"
    message = _("The organisation already has a group of this name.")


class DeadlinePassed(CourseError):
    code = "deadline_passed"
    message = _("The deadline must not lie in the past.")


class EditionExists(CourseError):
    code = "edition_exists"
    message = _(
        "The library already holds another text of this statute for the same day."
    )


class EditionWithoutDate(CourseError):
    code = "edition_without_date"
    message = _(
        "The text does not say since when it is in force. Give the date yourself."
    )


class AlreadyReviewed(CourseError):
    code = "already_reviewed"
    message = _("This citation has been reviewed in the meantime.")


class NotResolved(CourseError):
    code = "not_resolved"
    message = _("There is no such article in force today.")


class CarryByHand(CourseError):
    """The content has to be rewritten by its author; the detail names the words."""

    code = "carry_by_hand"
    message = _("These words cannot be rewritten by program; edit the content itself:")

    def __init__(self, words: str) -> None:
        super().__init__(f"{self.message} {words}")


class PackageRefused(CourseError):
    """A SCORM package or its report that is not taken; `reason` is a stable code."""

    code = "package_refused"
    reasons: ClassVar[dict[str, StrPromise]] = {
        "no_zip": _("The file is not a readable zip archive."),
        "no_manifest": _("The package has no imsmanifest.xml at its root."),
        "manifest_broken": _("The manifest cannot be read."),
        "manifest_entities": _("The manifest declares entities; that is not allowed."),
        "unknown_part": _("The package has no such part."),
        "too_many_parts": _("The manifest names too many parts."),
        "version": _("Only SCORM 1.2 and SCORM 2004 are played."),
        "nothing_to_launch": _("The manifest names nothing to launch."),
        "launch_missing": _("The file to launch is not in the package."),
        "launches_elsewhere": _("The package wants to launch another address."),
        "path": _("The package contains a path that leads outside."),
        "link": _("The package contains a symbolic link."),
        "encrypted": _("The package is encrypted."),
        "doubled_file": _("The package contains a file twice."),
        "bomb": _("The package unpacks to far more than it weighs."),
        "too_large": _("The package is too large."),
        "too_many_files": _("The package has too many files."),
        "report_too_large": _("The package reports more than can be kept."),
    }

    def __init__(self, reason: str, detail: str = "") -> None:
        text = str(self.reasons.get(reason, self.message))
        super().__init__(f"{text} ({detail})" if detail else text)
        self.reason = reason
