"""Learning records: enrolment, study time, answers, completion, notes, programmes."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from courses.models.pages import CoursePage, LessonPage


class Enrolment(models.Model):
    """A person taking a course.

    Personal data: who learns what since when. Kept as long as a qualification rests on
    it; exported and erased with the learning record.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments"
    )
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="enrolments"
    )
    enrolled_at = models.DateTimeField(_("enrolled at"))

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"], name="enrolment_once_per_course"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.course_id}"


class LessonProgress(models.Model):
    """How far a person is in a lesson: the stored result of the study-time rule.

    Everything but the place of reading can be computed again from the beats and the
    answers. Personal data: reading habits of one person, seen by them and, as minutes
    and percentages, by the administrator of their organisation.
    """

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="progress"
    )
    lesson = models.ForeignKey(
        LessonPage, on_delete=models.PROTECT, related_name="progress"
    )
    opened_at = models.DateTimeField(_("first opened"))
    seen_at = models.DateTimeField(_("last seen"))
    studied = models.DurationField(_("studied"), default=timedelta)
    position = models.CharField(_("place of reading"), max_length=64, blank=True)
    reached_end = models.BooleanField(_("read to the end"), default=False)
    percent = models.PositiveSmallIntegerField(_("progress"), default=0)
    learnt_at = models.DateTimeField(_("learnt at"), null=True)
    checks = models.PositiveSmallIntegerField(_("self-checks"), default=0)
    checks_right = models.PositiveSmallIntegerField(
        _("self-checks answered rightly"), default=0
    )

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson"], name="progress_once_per_lesson"
            ),
            models.CheckConstraint(
                condition=Q(studied__gte=timedelta(0)), name="progress_time_positive"
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=100), name="progress_percent_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.lesson_id}"


class StudyClock(models.Model):
    """A person's study clock: how many beats, and until when time is credited.

    One row per person, locked by every beat, so that two devices never count the same
    minute. Personal data: the last moment somebody studied.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="study_clock"
    )
    beats = models.PositiveIntegerField(default=0)
    credited_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("study clock")
        verbose_name_plural = _("study clocks")

    def __str__(self) -> str:
        return str(self.user_id)


class StudyStream(models.Model):
    """One reading window of one lesson on one device, from opening to its last beat.

    Personal data: when somebody read; no address, no browser name.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    progress = models.ForeignKey(
        LessonProgress, on_delete=models.CASCADE, related_name="streams"
    )
    opened_at = models.DateTimeField()
    beats = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField()
    active_at = models.DateTimeField()
    recording = models.CharField(max_length=64, blank=True)
    recording_at = models.FloatField(default=0)

    class Meta:
        verbose_name = _("reading window")
        verbose_name_plural = _("reading windows")

    def __str__(self) -> str:
        return str(self.public_id)


class StudyBeat(models.Model):
    """One sign of life, appended and never changed: the evidence of study time.

    Refers to people through opaque ids only. `number` is the person's own counter.
    """

    clock = models.ForeignKey(
        StudyClock, on_delete=models.CASCADE, related_name="beat_set"
    )
    stream = models.ForeignKey(
        StudyStream, on_delete=models.CASCADE, related_name="beat_set"
    )
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    visible = models.BooleanField()
    acted = models.BooleanField()
    recording = models.CharField(max_length=64, blank=True)
    recording_at = models.FloatField(default=0)
    credited = models.DurationField(default=timedelta)

    class Meta:
        verbose_name = _("beat")
        verbose_name_plural = _("beats")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "number"], name="beat_number_once_per_person"
            )
        ]
        indexes = [models.Index(fields=["clock", "at"], name="beat_by_person_and_time")]

    def __str__(self) -> str:
        return f"{self.clock_id} #{self.number}"


class SelfCheckAnswer(models.Model):
    """One try at a self-check; never graded. Personal data: what somebody thought."""

    progress = models.ForeignKey(
        LessonProgress, on_delete=models.CASCADE, related_name="self_checks"
    )
    block_id = models.CharField(max_length=64)
    chosen = models.JSONField(default=list)
    right = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("self-check answer")
        verbose_name_plural = _("self-check answers")
        ordering = ["answered_at"]
        indexes = [
            models.Index(fields=["progress", "block_id"], name="answer_by_block")
        ]

    def __str__(self) -> str:
        return f"{self.progress_id} · {self.block_id}"


class CourseCompletion(models.Model):
    """The fact that a person completed a course, with what it rested on, sealed.

    `evidence` holds opaque ids, minutes and the names of the rules; `evidence_hash` is
    the SHA-256 of its canonical form. Personal data: through the enrolment only.
    """

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, related_name="completion"
    )
    completed_at = models.DateTimeField(_("completed at"))
    minutes = models.PositiveIntegerField(_("minutes"))
    evidence = models.JSONField(_("evidence"))
    evidence_hash = models.CharField(_("evidence hash"), max_length=64)

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = ["completed_at"]

    def __str__(self) -> str:
        return str(self.enrolment_id)


class Note(models.Model):
    """A person's own note on a lesson, or on a marked passage of it.

    Personal data: private thoughts; nobody but the person ever sees them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes"
    )
    lesson = models.ForeignKey(
        LessonPage, on_delete=models.CASCADE, related_name="notes"
    )
    block_id = models.CharField(max_length=64, blank=True)
    quote = models.CharField(_("marked passage"), max_length=500, blank=True)
    text = models.TextField(_("note"), blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lesson"],
                condition=Q(block_id=""),
                name="note_one_free_note_per_lesson",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class LessonQuestion(models.Model):
    """A learner's question on a lesson to its trainers.

    Personal data: who asked what; seen by the trainers and, without the name, by other
    learners once answered.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lesson = models.ForeignKey(
        LessonPage, on_delete=models.PROTECT, related_name="questions"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="lesson_questions",
    )
    text = models.TextField(_("question"), max_length=2000)
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="lesson_answers",
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("lesson question")
        verbose_name_plural = _("lesson questions")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="lesson_question_answer_complete",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class LearnerGroup(models.Model):
    """A named group of learners of an organisation, e.g. a class.

    Personal data: who is in it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="learner_groups"
    )
    name = models.CharField(_("name"), max_length=120)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="learner_groups",
        verbose_name=_("members"),
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="learner_group_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A programme 培训计划: activities to be done by a day; holds no personal data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="programmes",
    )
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class ProgrammeActivity(models.Model):
    """One thing a programme asks for: a course, hours, an exam, a case.

    `kind` and `key` name an activity of the registry; holds no personal data.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="activities"
    )
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("activity"), max_length=120)
    place = models.PositiveSmallIntegerField(_("place"), default=0)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "key"], name="programme_activity_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Assignment(models.Model):
    """A programme assigned to an organisation, a group or a person, with a deadline.

    Exactly one of the three is set. Personal data: what a person was told to do.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="assignments"
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programme_assignments",
    )
    group = models.ForeignKey(
        LearnerGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programme_assignments",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programme_assignments",
    )
    due_on = models.DateField(_("due on"))
    assigned_at = models.DateTimeField(_("assigned at"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    organisation__isnull=False, group__isnull=True, user__isnull=True
                )
                | Q(organisation__isnull=True, group__isnull=False, user__isnull=True)
                | Q(organisation__isnull=True, group__isnull=True, user__isnull=False),
                name="assignment_has_one_addressee",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Reminder(models.Model):
    """A reminder told to a person about an assignment, once per occasion.

    Personal data: what a person was reminded of, and whether they saw it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders"
    )
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="reminders"
    )
    occasion = models.CharField(_("occasion"), max_length=20)
    told_at = models.DateTimeField(_("told at"))
    seen_at = models.DateTimeField(_("seen at"), null=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-told_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "assignment", "occasion"],
                name="reminder_once_per_occasion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.occasion}"


def new_feed_secret() -> str:
    return secrets.token_urlsafe(32)


class CalendarFeed(models.Model):
    """The secret address of a person's deadlines for their calendar program.

    Whoever knows it reads titles and days, nothing else; renewing it closes the old.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    secret = models.CharField(max_length=64, unique=True, default=new_feed_secret)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user_id)
