"""What serves terminals without network, and what they report.

Officers appear by their public id only, never as a foreign key and never by name.
"""

import uuid
from datetime import UTC, datetime

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from credentials.models.applications import ConnectedApplication


class StatusEntry(models.Model):
    """The place of one qualification in a status list; drawn at random, never reused.

    Personal data: none by name; the qualification's public id.
    """

    qualification_id = models.CharField(max_length=64, unique=True)
    list_number = models.PositiveSmallIntegerField(default=1)
    index = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("status list entry")
        verbose_name_plural = _("status list entries")
        constraints = [
            models.UniqueConstraint(
                fields=["list_number", "index"], name="status_index_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.list_number}/{self.index}"


class HolderKey(models.Model):
    """The public key of an officer's own device, to prove who holds a credential.

    Personal data: none by name; the officer's public id.
    """

    officer_id = models.CharField(max_length=64, unique=True)
    public_jwk = models.JSONField()
    registered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("holder key")
        verbose_name_plural = _("holder keys")

    def __str__(self) -> str:
        return self.officer_id


class Terminal(models.Model):
    """A device that checks teams without network; its key signs its own records.

    Personal data: none by name; the officer it is bound to by public id.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        ConnectedApplication, on_delete=models.CASCADE, related_name="terminals"
    )
    name = models.CharField(_("name"), max_length=128)
    public_jwk = models.JSONField()
    registered_at = models.DateTimeField()
    last_counter = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("terminal")
        verbose_name_plural = _("terminals")

    def __str__(self) -> str:
        return self.name


class OfflineRecordQuerySet(models.QuerySet["OfflineRecord"]):
    """Records by what the register says of them."""

    def differing(self) -> "OfflineRecordQuerySet":
        """The register would have answered otherwise, then or today."""
        return self.exclude(
            permitted_as_known_then=F("permitted_offline"),
            permitted_as_known_now=F("permitted_offline"),
        )


class OfflineRecord(models.Model):
    """A decision a terminal took without network, and what the register says of it.

    Personal data: none by name; the team by public ids.
    """

    terminal = models.ForeignKey(
        Terminal, on_delete=models.PROTECT, related_name="records"
    )
    counter = models.BigIntegerField()
    payload = models.JSONField()
    uploaded_at = models.DateTimeField()
    permitted_offline = models.BooleanField()
    permitted_as_known_then = models.BooleanField()
    permitted_as_known_now = models.BooleanField()

    objects = OfflineRecordQuerySet.as_manager()

    class Meta:
        ordering = ["terminal", "counter"]
        verbose_name = _("offline record")
        verbose_name_plural = _("offline records")
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "counter"], name="offline_counter_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id}#{self.counter}"

    @property
    def differs(self) -> bool:
        """The register would have answered otherwise, then or today."""
        known = {self.permitted_as_known_then, self.permitted_as_known_now}
        return known != {self.permitted_offline}

    @property
    def taken_at(self) -> datetime:
        """When the terminal answered."""
        return datetime.fromtimestamp(self.payload["at"], tz=UTC)

    @property
    def inspection(self) -> str:
        """What was to be opened."""
        try:
            return str(self.payload["question"]["resource"]["id"])
        except (KeyError, TypeError):
            return ""
