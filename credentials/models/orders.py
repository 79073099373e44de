"""Orders over the register as a whole, and papers printed in bulk."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from credentials.enums import OrderKind, PaperForm, ProposalState
from credentials.models.schemes import Scheme


class RegisterOrderQuerySet(models.QuerySet["RegisterOrder"]):
    """Orders by standing."""

    def emergencies(self) -> RegisterOrderQuerySet:
        """Emergency powers that two people have put into force."""
        return self.filter(kind=OrderKind.EMERGENCY, state=ProposalState.APPROVED)

    def in_force(self, at: datetime) -> RegisterOrderQuerySet:
        """Emergency powers that stand at ``at``."""
        return self.emergencies().filter(decided_at__lte=at, expires_at__gt=at)

    def to_review(self, at: datetime) -> RegisterOrderQuerySet:
        """Emergency powers that are over and not reviewed."""
        return self.emergencies().filter(expires_at__lte=at, reviewed_at__isnull=True)


class RegisterOrder(models.Model):
    """A freeze, its end, or emergency powers: ordered by one, confirmed by another.

    Emergency powers run out by themselves and are reviewed by a third person. Personal
    data: who ordered, confirmed and reviewed it, and why.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("order"), max_length=16, choices=OrderKind.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="register_orders"
    )
    scheme = models.ForeignKey(
        Scheme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="register_orders",
    )
    purpose = models.TextField(_("why"))
    document = models.CharField(_("document number"), max_length=64)
    hours = models.PositiveSmallIntegerField(_("hours"), default=0)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders_made"
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(
        max_length=16, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders_decided",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    sequence = models.BigIntegerField(default=0)
    review_asked_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders_reviewed",
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    finding = models.TextField(_("finding"), blank=True)

    objects = RegisterOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order over the register")
        verbose_name_plural = _("orders over the register")
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="register_order_two_people",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | (~Q(reviewed_by=F("proposed_by")) & ~Q(reviewed_by=F("decided_by"))),
                name="register_order_reviewed_by_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(kind=OrderKind.EMERGENCY, state=ProposalState.APPROVED)
                | Q(expires_at__gt=F("decided_at")),
                name="register_order_emergency_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class PrintJob(models.Model):
    """Papers of many qualifications printed by the worker; found again by its id.

    Personal data: who ordered it, whose papers by public id, and the file itself,
    which is removed with the job.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.CharField(_("paper"), max_length=16, choices=PaperForm.choices)
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="print_jobs"
    )
    qualifications = models.JSONField(default=list)
    done = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="print_jobs"
    )
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("print job")
        verbose_name_plural = _("print jobs")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def total(self) -> int:
        return len(self.qualifications)
