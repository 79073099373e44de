"""All models of courses, split by noun."""

from courses.models.learning import (
    Assignment,
    CalendarFeed,
    CourseCompletion,
    Enrolment,
    LearnerGroup,
    LessonProgress,
    LessonQuestion,
    Note,
    Programme,
    ProgrammeActivity,
    Reminder,
    SelfCheckAnswer,
    StudyBeat,
    StudyClock,
    StudyStream,
)
from courses.models.media import CustomDocument, CustomImage, CustomRendition
from courses.models.pages import (
    CourseIndexPage,
    CoursePage,
    CoursePrerequisite,
    CourseSector,
    LessonPage,
    ModulePage,
    Section,
)
from courses.models.review import LegalReview

__all__ = [
    "Assignment",
    "CalendarFeed",
    "CourseCompletion",
    "CourseIndexPage",
    "CoursePage",
    "CoursePrerequisite",
    "CourseSector",
    "CustomDocument",
    "CustomImage",
    "CustomRendition",
    "Enrolment",
    "LearnerGroup",
    "LegalReview",
    "LessonPage",
    "LessonProgress",
    "LessonQuestion",
    "ModulePage",
    "Note",
    "Programme",
    "ProgrammeActivity",
    "Reminder",
    "Section",
    "SelfCheckAnswer",
    "StudyBeat",
    "StudyClock",
    "StudyStream",
]
