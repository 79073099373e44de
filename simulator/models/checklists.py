"""The library of checklists: what is inspected, on which basis, how."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.enums import Aspect


class ChecklistEdition(models.Model):
    """A checklist as it reads at one date of the law. Holds no personal data."""

    key = models.SlugField(pgettext_lazy("inspection", "key"), max_length=80)
    title = models.CharField(pgettext_lazy("inspection", "title"), max_length=200)
    law_as_of = models.DateField(pgettext_lazy("inspection", "law as of"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        verbose_name = _("checklist edition")
        verbose_name_plural = _("checklist editions")
        ordering = ["key", "-law_as_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "law_as_of"], name="checklist_edition_once_per_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.law_as_of:%Y-%m-%d}"


class ChecklistEntry(models.Model):
    """One line of a checklist, duty and penalty kept apart.

    ``duties`` and ``penalties`` are lists of ``{"citation": …, "note": …}`` with
    canonical citations. Holds no personal data.
    """

    edition = models.ForeignKey(
        ChecklistEdition,
        on_delete=models.CASCADE,
        related_name="entries",
        verbose_name=_("edition"),
    )
    number = models.CharField(pgettext_lazy("inspection", "number"), max_length=20)
    position = models.PositiveIntegerField(pgettext_lazy("inspection", "position"))
    aspect = models.CharField(_("aspect"), max_length=20, choices=Aspect.choices)
    text = models.TextField(_("what is checked"))
    applies_to = models.TextField(_("to whom it applies"), blank=True)
    how = models.TextField(_("how to check"), blank=True)
    duties = models.JSONField(_("duty provisions"), default=list)
    penalties = models.JSONField(_("penalty provisions"), default=list)
    mistakes = models.TextField(_("typical mistakes"), blank=True)

    class Meta:
        verbose_name = _("checklist entry")
        verbose_name_plural = _("checklist entries")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"], name="checklist_entry_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"
