"""What the gate keeps: its decisions, permits, events and keys.

Officers appear by their public id only, never as a foreign key and never by name.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credentials.models.applications import ConnectedApplication


class DecisionRecord(models.Model):
    """One answer of the gate, written before it was given; never changed.

    Personal data: none by name; the question names officers by public id.
    """

    evaluation_id = models.CharField(primary_key=True, max_length=26)
    application = models.ForeignKey(
        ConnectedApplication, on_delete=models.PROTECT, related_name="decisions"
    )
    evaluated_at = models.DateTimeField(db_index=True)
    request_id = models.CharField(max_length=128)
    action = models.CharField(max_length=64)
    inspection = models.CharField(max_length=256, db_index=True)
    permitted = models.BooleanField()
    reason = models.CharField(max_length=64)
    revision = models.BigIntegerField()
    policy = models.CharField(max_length=80)
    payload = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-evaluated_at", "-evaluation_id"]
        verbose_name = _("decision record")
        verbose_name_plural = _("decision records")
        indexes = [
            models.Index(
                fields=["application", "evaluated_at"], name="decision_by_client"
            )
        ]

    def __str__(self) -> str:
        return self.evaluation_id


class DecisionSubject(models.Model):
    """That a decision was about an officer, to find it by.

    Personal data: none by name; who was asked about, by public id.
    """

    decision = models.ForeignKey(
        DecisionRecord, on_delete=models.CASCADE, related_name="subjects"
    )
    officer_id = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = _("decision subject")
        verbose_name_plural = _("decision subjects")

    def __str__(self) -> str:
        return self.officer_id


class DecisionSeal(models.Model):
    """A hash over a run of decisions, chained to the seal before.

    Holds no personal data.
    """

    seq = models.BigIntegerField(primary_key=True)
    payload = models.JSONField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    last_evaluation_id = models.CharField(max_length=26)

    class Meta:
        ordering = ["seq"]
        verbose_name = _("decision seal")
        verbose_name_plural = _("decision seals")

    def __str__(self) -> str:
        return f"#{self.seq}"


class PermitQuerySet(models.QuerySet["Permit"]):
    """Permits by standing."""

    def standing(self, now: datetime) -> "PermitQuerySet":
        """Granted, not withdrawn and not run out."""
        return self.filter(withdrawn_at__isnull=True, expires_at__gt=now)

    def of_officer(self, officer_id: str) -> "PermitQuerySet":
        """Permits whose team an officer belongs to."""
        return self.filter(members__officer_id=officer_id)


class Permit(models.Model):
    """Leave for one team to open one inspection, granted together with its decision.

    Personal data: none by name; the team by public ids.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        ConnectedApplication, on_delete=models.PROTECT, related_name="permits"
    )
    decision = models.OneToOneField(
        DecisionRecord, on_delete=models.PROTECT, related_name="permit"
    )
    inspection = models.CharField(max_length=256)
    team_number = models.PositiveSmallIntegerField(default=1)
    question = models.JSONField()
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=64, blank=True)

    objects = PermitQuerySet.as_manager()

    class Meta:
        ordering = ["-granted_at", "-pk"]
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "team_number"],
                condition=Q(withdrawn_at__isnull=True),
                name="permit_one_per_team",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("granted_at")),
                name="permit_expires_after_grant",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PermitMember(models.Model):
    """That an officer belongs to a permitted team.

    Personal data: none by name; the officer's public id.
    """

    permit = models.ForeignKey(Permit, on_delete=models.CASCADE, related_name="members")
    officer_id = models.CharField(max_length=64, db_index=True)
    role = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("permit member")
        verbose_name_plural = _("permit members")

    def __str__(self) -> str:
        return self.officer_id


class IdempotentAnswer(models.Model):
    """The answer once given to a key, so that a retry gets it again.

    Holds no personal data by name.
    """

    application = models.ForeignKey(
        ConnectedApplication, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=128)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotent answer")
        verbose_name_plural = _("idempotent answers")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key"], name="idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.key


class GateEvent(models.Model):
    """One entry of the gapless sequence that connected systems follow.

    Personal data: none by name; officers by public id.
    """

    sequence = models.BigIntegerField(primary_key=True)
    type = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        ordering = ["sequence"]
        verbose_name = _("gate event")
        verbose_name_plural = _("gate events")

    def __str__(self) -> str:
        return f"{self.sequence} {self.type}"


class GateState(models.Model):
    """The one row with the gate's counter and freeze; locked to take a number.

    ``installation`` tells this database from another one, so that an older copy of
    it is recognised and a new one is not mistaken for it. After a register that went
    back was reconciled, ``reconciled_at`` tells it from what it was. Holds no personal
    data.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    installation = models.UUIDField(default=uuid.uuid4, editable=False)
    last_sequence = models.BigIntegerField(default=0)
    frozen_reason = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    reconciled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("state of the gate")
        verbose_name_plural = _("states of the gate")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="gate_state_single")
        ]

    def __str__(self) -> str:
        return str(self.last_sequence)


class WebhookEndpoint(models.Model):
    """Where a connected system wants its events pushed to.

    Holds no personal data. The secret is kept to sign with, so not hashed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        ConnectedApplication, on_delete=models.CASCADE, related_name="webhooks"
    )
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=128)
    created_at = models.DateTimeField()
    delivered_sequence = models.BigIntegerField(default=0)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint.

    Holds no personal data by name.
    """

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    event = models.ForeignKey(
        GateEvent, on_delete=models.PROTECT, related_name="deliveries"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="webhook_delivery_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.endpoint_id}"


class SigningKey(models.Model):
    """The public half of a signing key; the private half lies in a file outside.

    Holds no personal data.
    """

    kid = models.CharField(primary_key=True, max_length=32)
    public_jwk = models.JSONField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-kid"]
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")

    def __str__(self) -> str:
        return self.kid
