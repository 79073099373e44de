"""Models of the examination engine."""

from __future__ import annotations

from exams.models.bank import (
    CaseSet,
    CaseSetItem,
    Exhibit,
    Item,
    ItemComment,
    ItemImport,
    ItemMedia,
    ItemReview,
    ItemRevision,
    TwinSearch,
)
from exams.models.papers import (
    Blueprint,
    BlueprintCell,
    Exam,
    Form,
    FormItem,
    Session,
)
from exams.models.practice import MockPaper, NotebookCard, PracticeAnswer
from exams.models.requests import TimeRequest
from exams.models.sittings import (
    Accommodation,
    ClockEntry,
    ScoreVersion,
    SessionNote,
    Sitting,
    SittingEvent,
    VoidProposal,
)

__all__ = [
    "Accommodation",
    "Blueprint",
    "BlueprintCell",
    "CaseSet",
    "CaseSetItem",
    "ClockEntry",
    "Exam",
    "Exhibit",
    "Form",
    "FormItem",
    "Item",
    "ItemComment",
    "ItemImport",
    "ItemMedia",
    "ItemReview",
    "ItemRevision",
    "MockPaper",
    "NotebookCard",
    "PracticeAnswer",
    "ScoreVersion",
    "Session",
    "SessionNote",
    "Sitting",
    "SittingEvent",
    "TimeRequest",
    "TwinSearch",
    "VoidProposal",
]
