"""Systems that may ask the gate."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from accounts.models import Organisation


class ConnectedApplication(AbstractApplication):
    """A connected system: an OAuth client with its owner, areas and scopes.

    Holds no personal data.
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

    class Meta(AbstractApplication.Meta):
        verbose_name = _("connected system")
        verbose_name_plural = _("connected systems")
