"""What the public asks and reports."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from credentials.enums import CheckChannel, ComplaintState
from credentials.models.register import Qualification


class PublicCheck(models.Model):
    """One question to the public register and when it was answered.

    Personal data: that this officer was looked up; nothing about who asked. A
    question about an unknown number leaves the same row without a qualification,
    so that both take the same time.
    """

    code = models.CharField(_("check number"), max_length=16, unique=True)
    qualification = models.ForeignKey(
        Qualification,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="public_checks",
    )
    channel = models.CharField(max_length=8, choices=CheckChannel.choices)
    state = models.CharField(max_length=16)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("public check")
        verbose_name_plural = _("public checks")
        ordering = ["-checked_at"]
        indexes = [
            models.Index(
                fields=["qualification", "-checked_at"], name="public_check_by_officer"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Complaint(models.Model):
    """A report from the public about an officer or a card, for the supervisor.

    Personal data: what the reporter wrote and how to reach them; seen only by
    supervisors and auditors, erased on its retention date.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt = models.CharField(_("receipt number"), max_length=16, unique=True)
    number = models.CharField(_("card number"), max_length=32, blank=True)
    qualification = models.ForeignKey(
        Qualification,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )
    text = models.TextField(_("what happened"))
    contact = models.CharField(_("how to reach you"), max_length=128, blank=True)
    made_at = models.DateTimeField(_("received at"))
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=ComplaintState.choices,
        default=ComplaintState.OPEN,
    )
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints_answered",
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.receipt
