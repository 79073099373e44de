"""The item bank: items, their immutable revisions, exhibits and case sets."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.enums import Aspect
from exams.enums import (
    ExhibitKind,
    ImportState,
    ItemType,
    Level,
    Markup,
    Pool,
    ReviewVerdict,
)


class Exhibit(models.Model):
    """Material that items hang on. Immutable: a change is a new row with a new number.

    No personal data: exhibits are invented.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=80)
    number = models.PositiveIntegerField(_("revision"), default=1)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=ExhibitKind.choices)
    body = models.JSONField(pgettext_lazy("exhibit", "body"), default=dict)
    alt = models.TextField(_("description in words"), blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("exhibit")
        verbose_name_plural = _("exhibits")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "number"], name="exhibit_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ItemQuerySet(models.QuerySet["Item"]):
    """Adjectives of items."""

    def live(self) -> ItemQuerySet:
        """Approved, in use, and citing law as it stands."""
        return self.filter(
            live_revision__isnull=False,
            retired_at__isnull=True,
            stale_since__isnull=True,
        )

    def in_pool(self, pool: str) -> ItemQuerySet:
        """Of the pool for real exams, or of the practice pool."""
        return self.filter(pool=pool)

    def in_aspect(self, aspect: str) -> ItemQuerySet:
        """Of one aspect by the newest revision, and not retired."""
        return self.filter(newest__aspect=aspect, retired_at__isnull=True)

    def stale(self) -> ItemQuerySet:
        """Citing an article that has changed since somebody looked."""
        return self.filter(stale_since__isnull=False, retired_at__isnull=True)


class Item(models.Model):
    """One question over time; what it says stands in its revisions.

    Holds no personal data beyond who retired it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=120, unique=True)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    pool = models.CharField(_("pool"), max_length=12, choices=Pool.choices)
    live_revision = models.OneToOneField(
        "exams.ItemRevision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("live revision"),
    )
    newest = models.OneToOneField(
        "exams.ItemRevision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("newest revision"),
    )
    enemies = models.ManyToManyField("self", blank=True, verbose_name=_("enemy items"))
    stale_since = models.DateTimeField(_("stale since"), null=True, blank=True)
    stale_reason = models.CharField(_("why stale"), max_length=300, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("exam", "item")
        verbose_name_plural = pgettext_lazy("exam", "items")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class ItemRevision(models.Model):
    """What an item said at one time: stem, key, sources. Never changed or deleted.

    Personal data: author, as an account.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    type = models.CharField(_("type"), max_length=20, choices=ItemType.choices)
    aspect = models.CharField(_("aspect"), max_length=20, choices=Aspect.choices)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    sectors = models.JSONField(_("sectors"), default=list, blank=True)
    level = models.CharField(_("cognitive level"), max_length=10, choices=Level.choices)
    difficulty = models.DecimalField(
        _("intended facility"), max_digits=3, decimal_places=2
    )
    markup = models.CharField(_("markup"), max_length=8, choices=Markup.choices)
    stem = models.TextField(_("stem"))
    content: models.JSONField[dict[str, Any]] = models.JSONField(_("options and key"))
    rationale = models.TextField(_("explanation"), blank=True)
    citations = models.JSONField(_("citations"), default=list, blank=True)
    support = models.JSONField(_("supporting phrases"), default=list, blank=True)
    law_as_of = models.DateField(_("law as of"), null=True, blank=True)
    exhibit = models.ForeignKey(
        Exhibit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("exhibit"),
    )
    tags = models.JSONField(_("tags"), default=list, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    digest = models.CharField(_("digest"), max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("item revision")
        verbose_name_plural = _("item revisions")
        ordering = ["item_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number"], name="item_revision_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(difficulty__gt=0) & Q(difficulty__lte=1),
                name="item_revision_difficulty_range",
            ),
        ]
        indexes = [models.Index(fields=["type", "aspect"], name="item_revision_cell")]

    def __str__(self) -> str:
        return self.stem[:60]


class ItemReview(models.Model):
    """One step of a revision between author and legal reviewer; append-only.

    Personal data: who wrote the comment.
    """

    revision = models.ForeignKey(
        ItemRevision, on_delete=models.PROTECT, related_name="reviews"
    )
    verdict = models.CharField(
        _("verdict"), max_length=12, choices=ReviewVerdict.choices
    )
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("item review")
        verbose_name_plural = _("item reviews")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.verdict}"


class ItemComment(models.Model):
    """What author and reviewers say to each other about an item.

    Personal data: who wrote it.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey(
        ItemRevision, on_delete=models.PROTECT, related_name="comments"
    )
    text = models.TextField(_("comment"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("item comment")
        verbose_name_plural = _("item comments")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class CaseSet(models.Model):
    """Items that share one stimulus and are drawn together. No personal data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    intro = models.TextField(_("introduction"), blank=True)
    exhibit = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="case_sets"
    )

    class Meta:
        verbose_name = _("case set")
        verbose_name_plural = _("case sets")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class CaseSetItem(models.Model):
    """The place of an item in a case set; an item belongs to one set at most."""

    case_set = models.ForeignKey(
        CaseSet, on_delete=models.CASCADE, related_name="members"
    )
    item = models.OneToOneField(
        Item, on_delete=models.PROTECT, related_name="case_set_place"
    )
    place = models.PositiveSmallIntegerField(pgettext_lazy("order", "place"))

    class Meta:
        verbose_name = _("item of a case set")
        verbose_name_plural = _("items of case sets")
        ordering = ["case_set_id", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_set", "place"], name="case_set_place_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_set_id}/{self.place}"


class ItemMedia(models.Model):
    """A picture inside items, stored once under the digest of its bytes.

    Holds no personal data.
    """

    digest = models.CharField(_("digest"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=8)
    file = models.FileField(_("file"), upload_to="item_media")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("picture of items")
        verbose_name_plural = _("pictures of items")

    def __str__(self) -> str:
        return f"{self.digest}.{self.kind}"


class ItemImport(models.Model):
    """An uploaded file between its dry run and its acceptance, with what was found.

    While the worker has it, ``decided_at`` is when somebody ordered the taking over.

    Personal data: who uploaded and who accepted it. The file itself is dropped with
    the decision.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=200)
    dialect = models.CharField(_("dialect"), max_length=12)
    defaults = models.JSONField(_("defaults"), default=dict)
    data = models.BinaryField(_("file"))
    report = models.JSONField(_("report"), default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default="checked"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("item import")
        verbose_name_plural = _("item imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class TwinSearch(models.Model):
    """The last search for near twins in an aspect of a large bank; made by the worker.

    ``pairs`` are item, item and percent, the most alike first. Holds no personal data.
    """

    aspect = models.CharField(
        _("aspect"), max_length=20, choices=Aspect.choices, unique=True
    )
    total = models.PositiveIntegerField(_("number of items"), default=0)
    done = models.PositiveIntegerField(_("items done"), default=0)
    pairs: models.JSONField[list[list[int]]] = models.JSONField(
        _("pairs"), default=list
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("search for near twins")
        verbose_name_plural = _("searches for near twins")

    def __str__(self) -> str:
        return f"{self.aspect} {self.done}/{self.total}"
