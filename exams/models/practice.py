"""Practice: what a person answered outside of exams."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PracticeAnswer(models.Model):
    """One answer given in practice; never part of any result.

    Personal data: what somebody can and cannot do yet.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="practice_answers",
    )
    revision = models.ForeignKey(
        "exams.ItemRevision", on_delete=models.PROTECT, related_name="practice_answers"
    )
    is_right = models.BooleanField(_("right"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("practice answer")
        verbose_name_plural = _("practice answers")
        ordering = ["-at"]
        indexes = [models.Index(fields=["person", "at"], name="practice_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.revision_id} {self.is_right}"


class NotebookCard(models.Model):
    """An item in a person's wrong-answer notebook, and when it comes back.

    ``memory`` is the state of the FSRS model, empty before the first repetition.
    Personal data: what somebody got wrong.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notebook_cards",
    )
    item = models.ForeignKey(
        "exams.Item", on_delete=models.PROTECT, related_name="notebook_cards"
    )
    memory: models.JSONField[dict[str, Any]] = models.JSONField(
        _("memory"), default=dict
    )
    due_at = models.DateTimeField(_("due at"))

    class Meta:
        verbose_name = _("notebook card")
        verbose_name_plural = _("notebook cards")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "item"], name="notebook_card_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.item_id}"


class MockPaper(models.Model):
    """A mock exam drawn from the practice pool; never part of any result.

    ``content`` and ``key`` are frozen as in a real form; the key is shown only after the
    hand-in. Personal data: what somebody answered in practice.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mock_papers"
    )
    exam = models.ForeignKey(
        "exams.Exam", on_delete=models.PROTECT, related_name="mock_papers"
    )
    content: models.JSONField[dict[str, Any]] = models.JSONField(_("content"))
    key: models.JSONField[dict[str, Any]] = models.JSONField(_("key"))
    is_complete = models.BooleanField(_("as long as the exam"))
    opened_at = models.DateTimeField(_("opened at"))
    answers: models.JSONField[dict[str, Any]] = models.JSONField(
        _("answers"), default=dict
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    points = models.DecimalField(
        _("points"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    maximum = models.DecimalField(
        _("maximum"), max_digits=7, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("mock paper")
        verbose_name_plural = _("mock papers")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "exam"],
                condition=models.Q(closed_at__isnull=True),
                name="mock_paper_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.exam_id}"
