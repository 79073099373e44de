"""SCORM packages and what they reported."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.rules.packages import Part


class ScormPackage(models.Model):
    """An accepted SCORM package, unpacked outside the media files.

    Personal data: who uploaded it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    version = models.CharField(
        _("SCORM version"), max_length=8, choices=[("1.2", "1.2"), ("2004", "2004")]
    )
    parts = models.JSONField(_("parts"), default=list)
    files = models.PositiveIntegerField(_("files"))
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("digest"), max_length=64, unique=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("SCORM package")
        verbose_name_plural = _("SCORM packages")
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return f"{self.title} (SCORM {self.version})"

    @property
    def launches(self) -> list[Part]:
        """What can be launched, in the order of the manifest."""
        return [Part(**part) for part in self.parts]


class ScormAttempt(models.Model):
    """What one part of a package reported about one person's lesson.

    The time it reports is shown and never counted: study time comes from beats alone.
    Personal data: answers and score of a person.
    """

    progress = models.ForeignKey(
        "courses.LessonProgress", on_delete=models.CASCADE, related_name="attempts"
    )
    part = models.CharField(_("part"), max_length=120)
    package = models.ForeignKey(
        ScormPackage, on_delete=models.PROTECT, related_name="attempts"
    )
    cmi = models.JSONField(_("runtime data"), default=dict)
    completed = models.BooleanField(_("completed"), default=False)
    passed = models.BooleanField(_("passed"), null=True)
    score = models.FloatField(_("score"), null=True)
    reported_seconds = models.PositiveIntegerField(_("reported seconds"), default=0)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("package attempt")
        verbose_name_plural = _("package attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["progress", "package", "part"], name="package_attempt_once"
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True)
                | models.Q(score__gte=0, score__lte=1),
                name="package_score_is_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.progress_id} · {self.part}"
