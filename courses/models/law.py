"""The law library: statutes, their editions, and what every line of them is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.enums import ArticleChange, EditionCompleteness, StaleState, StatuteKind


class Statute(models.Model):
    """A law, regulation, rule or interpretation, apart from its editions.

    ``law`` is the first part of every citation key: a code of the table of
    abbreviations or the title in 《》. Holds no personal data.
    """

    law = models.CharField(_("code"), max_length=210, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("short title"), max_length=200)
    official_title = models.CharField(_("official title"), max_length=210)
    kind = models.CharField(_("kind"), max_length=32, choices=StatuteKind.choices)
    initials = models.CharField(_("pinyin initials"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("statute")
        verbose_name_plural = _("statutes")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("law:statute", args=[self.slug])


class EditionQuerySet(models.QuerySet["StatuteEdition"]):
    """Editions by date and completeness."""

    def begun_by(self, on: date) -> Self:
        """In force on that day or before it."""
        return self.filter(in_force_from__lte=on)

    def in_force(self, on: date) -> Self:
        """In force on that day."""
        return self.begun_by(on).filter(
            Q(repealed_on__isnull=True) | Q(repealed_on__gt=on)
        )

    def official(self) -> Self:
        """With words of the law itself, not our gist of it."""
        return self.exclude(completeness=EditionCompleteness.GIST)


class StatuteEdition(models.Model):
    """A statute as it stood between two days.

    ``in_force_assumed`` marks a date the text itself does not give. Personal data:
    who imported the edition.
    """

    statute = models.ForeignKey(
        Statute, on_delete=models.PROTECT, related_name="editions"
    )
    completeness = models.CharField(
        _("completeness"), max_length=8, choices=EditionCompleteness.choices
    )
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"))
    in_force_assumed = models.BooleanField(_("date in force assumed"), default=False)
    repealed_on = models.DateField(_("no longer in force from"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    repeals = models.JSONField(_("repeals"), default=list, blank=True)
    missing = models.JSONField(_("missing parts"), default=list, blank=True)
    warnings = models.JSONField(_("warnings of the import"), default=list, blank=True)
    article_count = models.PositiveIntegerField(_("articles"))
    source_name = models.CharField(_("source file"), max_length=300, blank=True)
    source_sha256 = models.CharField(_("digest of the source"), max_length=64)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["statute", "-in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["statute", "in_force_from", "completeness"],
                name="edition_once_per_day",
            ),
            models.CheckConstraint(
                condition=Q(repealed_on__isnull=True)
                | Q(repealed_on__gte=F("in_force_from")),
                name="edition_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statute_id} {self.in_force_from}"

    def get_absolute_url(self) -> str:
        return reverse(
            "law:edition", args=[self.statute.slug, self.in_force_from.isoformat()]
        )

    @property
    def is_gist(self) -> bool:
        """Our own words, not the law's."""
        return self.completeness == EditionCompleteness.GIST

    def is_in_force(self, on: date) -> bool:
        """In force on that day."""
        ended = self.repealed_on is not None and self.repealed_on <= on
        return self.in_force_from <= on and not ended


class Division(models.Model):
    """A part 编, chapter 章, section 节 or annex of an edition. No personal data."""

    edition = models.ForeignKey(
        StatuteEdition, on_delete=models.CASCADE, related_name="divisions"
    )
    position = models.PositiveIntegerField(_("position"))
    level = models.CharField(_("level"), max_length=10)
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="children"
    )

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "position"], name="division_once_per_position"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()


class Article(models.Model):
    """An article 条 of one edition. Holds no personal data.

    ``digest`` is the SHA-256 of its words without layout: two editions say the same
    in an article exactly when the digests are equal. ``fragment`` marks an article
    of which the source held only a part.
    """

    edition = models.ForeignKey(
        StatuteEdition, on_delete=models.CASCADE, related_name="articles"
    )
    division = models.ForeignKey(
        Division, on_delete=models.CASCADE, null=True, related_name="articles"
    )
    position = models.PositiveIntegerField(_("position"))
    number = models.PositiveIntegerField(_("number"))
    sub = models.PositiveIntegerField(_("number after 之"), default=0)
    label = models.CharField(_("label"), max_length=40)
    text = models.TextField(_("text"), blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    fragment = models.BooleanField(_("fragment"), default=False)

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number", "sub"], name="article_once_per_edition"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def anchor(self) -> str:
        """Fragment of the article in the page of its edition."""
        return f"a{self.number}-{self.sub}" if self.sub else f"a{self.number}"


class Unit(models.Model):
    """One line of an edition; all lines in order are the whole source.

    A paragraph 款, item 项 or subitem 目 carries its numbers; headings, preambles,
    annexes and notes carry none. Holds no personal data.
    """

    edition = models.ForeignKey(
        StatuteEdition, on_delete=models.CASCADE, related_name="units"
    )
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="units"
    )
    division = models.ForeignKey(
        Division, on_delete=models.CASCADE, null=True, related_name="units"
    )
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10)
    paragraph = models.PositiveIntegerField(_("paragraph"), null=True)
    item = models.PositiveIntegerField(_("item"), null=True)
    subitem = models.PositiveIntegerField(_("subitem"), null=True)
    label = models.CharField(_("label"), max_length=100, blank=True)
    gap = models.CharField(_("gap"), max_length=40, blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "position"], name="unit_once_per_position"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}{self.text[:20]}"


class ArticleSuccession(models.Model):
    """What became of an article in a later edition: a row of the old-to-new table.

    The comparison proposes it; only a row a person confirmed carries citations
    forward. Personal data: who confirmed.
    """

    old_article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="successions"
    )
    new_article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="predecessions"
    )
    old_edition = models.ForeignKey(
        StatuteEdition, on_delete=models.CASCADE, related_name="successions"
    )
    new_edition = models.ForeignKey(
        StatuteEdition, on_delete=models.CASCADE, related_name="predecessions"
    )
    position = models.PositiveIntegerField(_("position"))
    change = models.CharField(_("change"), max_length=8, choices=ArticleChange.choices)
    likeness = models.FloatField(_("likeness"), default=0)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("old-to-new entry")
        verbose_name_plural = _("old-to-new table")
        ordering = ["new_edition", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["old_article", "new_edition"],
                condition=Q(old_article__isnull=False),
                name="succession_once_per_article",
            ),
            models.CheckConstraint(
                condition=Q(old_article__isnull=False) | Q(new_article__isnull=False),
                name="succession_has_a_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_article_id} → {self.new_article_id} {self.change}"


class CitationSeal(models.Model):
    """The words a citation meant when the library first saw it.

    An edition can be imported after the day from which it is in force. Content written
    in between by what was then known must not pass as written by the new words.
    Holds no personal data.
    """

    citation_key = models.CharField(_("citation"), max_length=260)
    law_as_of = models.DateField(_("law as of"))
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("citation seal")
        verbose_name_plural = _("citation seals")
        ordering = ["citation_key", "law_as_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["citation_key", "law_as_of"], name="citation_sealed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citation_key} {self.law_as_of}"


class StaleCitationQuerySet(models.QuerySet["StaleCitation"]):
    """Entries of the worklist."""

    def open(self) -> Self:
        """Still to be reviewed."""
        return self.filter(state=StaleState.OPEN)

    def accepted(self) -> Self:
        """A person has said what the citation means now."""
        return self.filter(state__in=[StaleState.KEPT, StaleState.CARRIED])


class StaleCitation(models.Model):
    """A citation somewhere in the content that rests on words no longer the law.

    ``present_digest`` says which words it was flagged against, so that a review
    counts until the law changes again. Personal data: who reviewed.
    """

    kind = models.CharField(_("kind"), max_length=40)
    object_id = models.CharField(_("object"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(_("address"), max_length=500, blank=True)
    citation_key = models.CharField(_("citation"), max_length=260)
    law_as_of = models.DateField(_("law as of"))
    old_article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="stale_from"
    )
    new_article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="stale_to"
    )
    present_digest = models.CharField(_("present words"), max_length=64, blank=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=StaleState.choices,
        default=StaleState.OPEN,
    )
    new_key = models.CharField(_("new citation"), max_length=260, blank=True)
    flagged_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("flagged at")
    )
    decided_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = StaleCitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("stale citation")
        verbose_name_plural = _("stale citations")
        ordering = ["flagged_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "object_id",
                    "citation_key",
                    "law_as_of",
                    "present_digest",
                ],
                name="stale_citation_once",
            ),
            models.CheckConstraint(
                condition=Q(state=StaleState.OPEN) | Q(decided_at__isnull=False),
                name="stale_citation_decided_when_closed",
            ),
        ]
        indexes = [models.Index(fields=["state", "kind"], name="stale_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.citation_key}"


class SearchEntry(models.Model):
    """Something the search finds, with its words cut into tokens for the index.

    ``tokens`` are words and n-grams in a form every database splits alike (see
    ``courses.search``). Full-text indexes over it are made in the migration. Holds
    no personal data.
    """

    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(_("key"), max_length=260)
    title = models.CharField(_("title"), max_length=300)
    context = models.CharField(_("context"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(_("address"), max_length=500)
    rank = models.FloatField(_("standing"), default=1)
    tokens = models.TextField(_("tokens"))
    edition = models.ForeignKey(
        StatuteEdition,
        on_delete=models.CASCADE,
        null=True,
        related_name="search_entries",
    )

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], name="search_entry_once_per_object"
            ),
        ]

    def __str__(self) -> str:
        return self.title
