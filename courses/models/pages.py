"""Pages of the catalogue: courses, their modules and lessons."""

from __future__ import annotations

import secrets
import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    TitleFieldPanel,
)
from wagtail.fields import StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    Page,
    PageQuerySet,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)
from wagtail.search import index

from courses.blocks import LessonStream, SectionStream
from courses.enums import Aspect, Sector
from courses.models.page_forms import TaughtPageForm
from courses.models.review import ReviewedPageTester
from courses.rules.completion import Demands

ACADEMIC_HOUR_MINUTES = 45
"""One 学时 of training is 45 minutes."""


def new_key() -> str:
    """A stable name nobody else has, until somebody gives a better one."""
    return secrets.token_hex(8)


class ReviewedPageMixin:
    """A page that goes online only through the legal review."""

    def permissions_for_user(self, user: Any) -> ReviewedPageTester:
        return ReviewedPageTester(user, self)


class CourseIndexPage(ReviewedPageMixin, Page):
    """The catalogue of courses, root of the site; holds no personal data."""

    introduction = models.TextField(_("introduction"), blank=True)

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CoursePage"]
    max_count = 1
    template = "courses/course_index.html"
    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")


class CoursePage(ReviewedPageMixin, Page):
    """A course: what one learns, under the law of which day, and what it demands.

    Personal data: which trainer answers for it.
    """

    key = models.SlugField(
        _("key"),
        max_length=80,
        unique=True,
        default=new_key,
        help_text=_("Other parts refer to the course by this; do not change it later."),
    )
    summary = models.TextField(_("summary"))
    aspect = models.CharField(_("aspect"), max_length=20, choices=Aspect.choices)
    hours = models.DecimalField(
        _("study hours"),
        max_digits=5,
        decimal_places=1,
        default=1,
        help_text=_("Academic hours of 45 minutes."),
    )
    objectives = models.TextField(
        _("objectives"), blank=True, help_text=_("One per line.")
    )
    law_as_of = models.DateField(_("law as of"))
    sequence = models.PositiveSmallIntegerField(
        _("place in the catalogue"), default=100
    )
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("trainer"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    minimum_share = models.PositiveSmallIntegerField(
        _("share of each lesson to be studied (%)"),
        default=60,
        validators=[MaxValueValidator(100)],
    )
    minimum_minutes = models.PositiveIntegerField(
        _("study minutes demanded of the whole course"), default=0
    )
    self_checks_required = models.BooleanField(
        _("self-checks must be answered rightly"), default=True
    )

    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.ModulePage", "courses.LessonPage"]
    exclude_fields_in_copy = ["key"]
    base_form_class = TaughtPageForm
    template = "courses/course.html"
    search_fields = [*Page.search_fields, index.SearchField("summary")]
    content_panels = [
        TitleFieldPanel("title"),
        FieldPanel("key"),
        FieldPanel("summary"),
        FieldPanel("objectives"),
        MultiFieldPanel(
            [FieldPanel("aspect"), InlinePanel("sectors", label=_("sector"))],
            heading=_("Scope"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("hours"),
                FieldPanel("law_as_of"),
                FieldPanel("sequence"),
                FieldPanel("trainer"),
            ],
            heading=_("Facts"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("minimum_share"),
                FieldPanel("minimum_minutes"),
                FieldPanel("self_checks_required"),
            ],
            heading=_("Completion"),
        ),
        InlinePanel("prerequisites", label=_("prerequisite")),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minimum_share__lte=100),
                name="course_share_is_percentage",
            )
        ]

    @property
    def objective_list(self) -> list[str]:
        return [line.strip() for line in self.objectives.splitlines() if line.strip()]

    @property
    def demands(self) -> Demands:
        return Demands(
            minimum_share=self.minimum_share,
            self_checks=self.self_checks_required,
            minimum_minutes=self.minimum_minutes,
        )

    def lessons(self) -> PageQuerySet[LessonPage]:
        """The published lessons in their order, inside modules or not."""
        return LessonPage.objects.descendant_of(self).live().order_by("path")


class CourseSector(Orderable):
    """A sector a course is meant for; holds no personal data."""

    page = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="sectors")
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["page", "sector"], name="course_sector_once"
            )
        ]

    def __str__(self) -> str:
        return str(Sector(self.sector).label)


class CoursePrerequisite(Orderable):
    """A course to be completed before another; holds no personal data."""

    page = ParentalKey(
        CoursePage, on_delete=models.CASCADE, related_name="prerequisites"
    )
    course = models.ForeignKey(
        CoursePage,
        verbose_name=_("course"),
        on_delete=models.CASCADE,
        related_name="prerequisite_of",
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["page", "course"], name="course_prerequisite_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id} → {self.course_id}"


class ModulePage(ReviewedPageMixin, Page):
    """A module 单元: a named group of lessons; holds no personal data."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]
    template = "courses/module.html"

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")


def today() -> date:
    return timezone.localdate()


class LessonPage(ReviewedPageMixin, Page):
    """A lesson 课时: what one reads in a sitting, under the law of one day.

    Personal data: which trainer wrote it and which legal reviewer released it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    summary = models.TextField(_("summary"), blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("planned minutes"), default=15, validators=[MinValueValidator(1)]
    )
    law_as_of = models.DateField(_("law as of"), default=today)
    body = StreamField(LessonStream(), verbose_name=_("content"))
    package = models.ForeignKey(
        "courses.ScormPackage",
        verbose_name=_("SCORM package"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Played below the text; its completion ends the lesson."),
    )
    support = models.JSONField(
        _("support"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Places and the words there that bear the lesson out."),
    )
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("trainer"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("legal reviewer"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, editable=False)

    parent_page_types = ["courses.CoursePage", "courses.ModulePage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["public_id", "reviewer", "reviewed_at"]
    base_form_class = TaughtPageForm
    template = "courses/lesson.html"
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]
    content_panels = [
        TitleFieldPanel("title"),
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("minutes"), FieldPanel("law_as_of"), FieldPanel("trainer")],
            heading=_("Facts"),
        ),
        FieldPanel("body"),
        FieldPanel("package"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0), name="lesson_takes_time"
            )
        ]

    def course(self) -> CoursePage:
        """The course the lesson belongs to."""
        course: CoursePage = CoursePage.objects.ancestor_of(self).get()
        return course

    def self_check_ids(self) -> frozenset[str]:
        """Ids of the self-checks in the published text."""
        return frozenset(
            str(block.id) for block in self.body if block.block_type == "self_check"
        )


class Section(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    models.Model,
):
    """A piece of content used in several lessons and mended in one place.

    Holds no personal data.
    """

    title = models.CharField(_("title"), max_length=120)
    body = StreamField(SectionStream(), verbose_name=_("content"))

    panels = [FieldPanel("title"), FieldPanel("body")]

    class Meta:
        verbose_name = _("reusable section")
        verbose_name_plural = _("reusable sections")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "courses/section_preview.html"
