"""Proposals: what one person asks and another decides."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from credentials.enums import Act, Ground, ProposalState
from credentials.models.register import Qualification
from credentials.models.schemes import Scheme, SchemeVersion


class Batch(models.Model):
    """A set of proposals made or decided together; each person stays visible in it.

    Personal data: who made it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batches"
    )
    made_at = models.DateTimeField()
    title = models.CharField(_("title"), max_length=128)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title


class Proposal(models.Model):
    """An act proposed by one person, waiting for the decision of another.

    Personal data: the person concerned, who proposed and who decided, and their
    notes. ``evidence`` lists what it rests on, by reference and content hash;
    ``details`` what the ledger entry will say.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    act = models.CharField(_("act"), max_length=20, choices=Act.choices)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals"
    )
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="proposals"
    )
    scheme_version = models.ForeignKey(
        SchemeVersion, on_delete=models.PROTECT, related_name="proposals"
    )
    issuer = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="proposals"
    )
    qualification = models.ForeignKey(
        Qualification,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
    )
    batch = models.ForeignKey(
        Batch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
    )
    ground = models.CharField(_("ground"), max_length=32, choices=Ground.choices)
    legal_ground = models.CharField(_("legal ground"), max_length=200, blank=True)
    document = models.CharField(_("document number"), max_length=64, blank=True)
    effective_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    details = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)
    evidence_hash = models.CharField(max_length=64, blank=True)
    note = models.TextField(_("note"), blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposals_made",
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=ProposalState.choices,
        default=ProposalState.WAITING,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals_decided",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = models.TextField(_("reasons"), blank=True)
    sequence = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["proposed_at"]
        indexes = [
            models.Index(fields=["state", "proposed_at"], name="proposal_by_state")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("officer")),
                name="proposal_not_on_oneself",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | ~Q(proposed_by=F("officer")),
                name="proposal_not_for_oneself",
            ),
            models.UniqueConstraint(
                fields=["officer", "scheme", "act"],
                condition=Q(state=ProposalState.WAITING),
                name="proposal_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.public_id}"
