"""Practice: what a person answered outside of exams."""

from __future__ import annotations

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
    step = models.PositiveSmallIntegerField(_("step"), default=0)
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
