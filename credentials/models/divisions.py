"""Where administrative divisions lay, as far as their codes do not say it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DivisionPlace(models.Model):
    """That a division lay in another from one day until another (half-open).

    A division without an entry lies where its code says. Holds no personal data.
    """

    code = models.CharField(_("division code"), max_length=9)
    parent = models.CharField(_("lies in"), max_length=9)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["code", "since"]
        verbose_name = _("place of a division")
        verbose_name_plural = _("places of divisions")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "since"], name="division_place_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="division_place_ends_after_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ⊂ {self.parent}"
