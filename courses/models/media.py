"""Images and documents of our own, so that fields can be added later."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from lxml import etree
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from courses.rules.uploads import drawing_dangers


class CustomImage(AbstractImage):
    """A picture of the training material; holds no personal data."""

    alt_text = models.CharField(_("text alternative"), max_length=500, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "alt_text")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")

    @property
    def default_alt_text(self) -> str:
        return self.alt_text

    def clean(self) -> None:
        super().clean()
        if self.file and self.file.name.lower().endswith(".svg"):
            check_drawing(self.file)


def check_drawing(file: Any) -> None:
    """Refuse a drawing that acts or loads something, naming what it is."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    file.open()
    source = file.read()
    file.seek(0)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise ValidationError({"file": _("The drawing cannot be read.")}) from error
    dangers = sorted(set(drawing_dangers(root)))
    if b"<!ENTITY" in source or root.getroottree().docinfo.internalDTD is not None:
        dangers.append("DOCTYPE")
    if dangers:
        raise ValidationError(
            {
                "file": ValidationError(
                    _("The drawing contains what may not be in one: %(what)s."),
                    params={"what": ", ".join(dangers)},
                    code="active_drawing",
                )
            }
        )


class CustomRendition(AbstractRendition):
    """A size of a picture made from its original."""

    image = models.ForeignKey(
        CustomImage, on_delete=models.CASCADE, related_name="renditions"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"],
                name="rendition_once_per_filter",
            )
        ]


class CustomDocument(AbstractDocument):
    """A file of the training material; holds no personal data."""

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
