"""Systems that may ask the gate, and how they become so."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from accounts.models import Organisation


class ConnectedApplication(AbstractApplication):
    """A connected system: an OAuth client with its owner, areas and scopes.

    Comes into being only by an approved proposal. Holds no personal data.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="connected_applications",
    )
    divisions = models.JSONField(_("division codes"), default=list, blank=True)
    allowed_scopes = models.JSONField(_("scopes"), default=list, blank=True)
    allowed_addresses = models.JSONField(
        _("allowed addresses"), default=list, blank=True
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"), default=600
    )
    certificate_thumbprint = models.CharField(
        _("certificate thumbprint"), max_length=64, blank=True
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        verbose_name = _("connected system")
        verbose_name_plural = _("connected systems")

    def __str__(self) -> str:
        return str(self.name)

    def is_usable(self, request: object) -> bool:
        """The OAuth library asks this of every client; a closed one is none."""
        return self.closed_at is None


class ClientSecretQuerySet(models.QuerySet["ClientSecret"]):
    """Secrets by time."""

    def live(self, now: datetime) -> "ClientSecretQuerySet":
        """Neither revoked nor run out."""
        return self.filter(revoked_at__isnull=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        )


class ClientSecret(models.Model):
    """One of the secrets of a connected system, hashed; old and new may overlap.

    Holds no personal data.
    """

    application = models.ForeignKey(
        ConnectedApplication, on_delete=models.CASCADE, related_name="secrets"
    )
    hashed = models.CharField(max_length=256)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ClientSecretQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("client secret")
        verbose_name_plural = _("client secrets")

    def __str__(self) -> str:
        return f"{self.application} {self.created_at:%Y-%m-%d}"


class ApplicationProposal(models.Model):
    """A wanted connected system or a wanted change of one; a second person decides.

    Personal data: who proposed and who decided.
    """

    application = models.ForeignKey(
        ConnectedApplication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
    )
    name = models.CharField(_("name"), max_length=128)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+"
    )
    divisions = models.JSONField(_("division codes"), default=list)
    allowed_scopes = models.JSONField(_("scopes"), default=list)
    allowed_addresses = models.JSONField(
        _("allowed addresses"), default=list, blank=True
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"), default=600
    )
    certificate_thumbprint = models.CharField(
        _("certificate thumbprint"), max_length=64, blank=True
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("proposal of a connected system")
        verbose_name_plural = _("proposals of connected systems")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="application_proposal_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.name
