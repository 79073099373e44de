"""The building blocks of a lesson."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.citations import parse_key
from courses.rules.places import split_dated_key

TEXT_FEATURES = ["bold", "ol", "ul", "link"]


def validate_place(value: str) -> None:
    """A canonical place such as ``AQSCF:97.1.6``."""
    try:
        parse_key(value)
    except ValueError as error:
        raise ValidationError(
            _t("%(value)s is no place in a statute; write it like AQSCF:97.1.6."),
            params={"value": value},
        ) from error


def validate_dated_place(value: str) -> None:
    """A canonical place with the day of the edition: ``AQSCF:97@2021-09-01``."""
    try:
        place, _day = split_dated_key(value)
    except ValueError as error:
        raise ValidationError(
            _t("%(value)s is no dated place; write it like AQSCF:97@2021-09-01."),
            params={"value": value},
        ) from error
    validate_place(place)


class CitationBlock(blocks.StructBlock):
    """An article, shown live from the law library as of the lesson's law date."""

    ref = blocks.CharBlock(
        label=_("place"), help_text="AQSCF:97.1.6", validators=[validate_place]
    )
    note = blocks.TextBlock(
        label=_("note"),
        required=False,
        help_text=_("What the article means here, in your own words."),
    )

    class Meta:
        icon = "openquote"
        label = _("Article of a statute")
        template = "courses/blocks/citation.html"


class ComparisonBlock(blocks.StructBlock):
    """Two editions of an article, or two articles, side by side."""

    left = blocks.CharBlock(
        label=_("left"),
        help_text="AQSCF:97@2020-01-01",
        validators=[validate_dated_place],
    )
    right = blocks.CharBlock(
        label=pgettext_lazy("side", "right"),
        help_text="AQSCF:97@2021-09-01",
        validators=[validate_dated_place],
    )
    note = blocks.TextBlock(label=_("what changed"), required=False)

    class Meta:
        icon = "arrow-right"
        label = _("Comparison of editions")
        template = "courses/blocks/comparison.html"


class KeyPointBlock(blocks.RichTextBlock):
    """The one sentence to take home."""

    class Meta:
        icon = "success"
        label = _("Key point")
        template = "courses/blocks/key_point.html"


class PitfallBlock(blocks.RichTextBlock):
    """A mistake officers really make."""

    class Meta:
        icon = "warning"
        label = _("Common mistake")
        template = "courses/blocks/pitfall.html"


class FigureBlock(blocks.StructBlock):
    """A drawn figure or a photograph; the text alternative is not optional."""

    image = ImageChooserBlock(label=_("picture"))
    alt = blocks.CharBlock(label=_("text alternative"), max_length=500)
    caption = blocks.CharBlock(label=_("caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "courses/blocks/figure.html"


class MediaBlock(blocks.StructBlock):
    """Audio or video with captions; the transcript serves whoever cannot hear it."""

    kind = blocks.ChoiceBlock(
        label=_("kind"), choices=[("video", _("Video")), ("audio", _("Audio"))]
    )
    title = blocks.CharBlock(label=_("title"))
    media = DocumentChooserBlock(label=_("recording"))
    captions = DocumentChooserBlock(label=_("captions (WebVTT)"), required=False)
    transcript = blocks.RichTextBlock(label=_("transcript"), features=TEXT_FEATURES)

    class Meta:
        icon = "media"
        label = _("Audio or video")
        template = "courses/blocks/media.html"


class FileBlock(blocks.StructBlock):
    """A document to read, with the pages that matter."""

    document = DocumentChooserBlock(label=_("document"))
    pages = blocks.CharBlock(label=_("pages"), required=False, help_text="3–5")
    why = blocks.CharBlock(label=_("what to look for"), required=False)

    class Meta:
        icon = "doc-full"
        label = pgettext_lazy("block", "Document")
        template = "courses/blocks/file.html"


class ExampleBlock(blocks.StructBlock):
    """A worked example."""

    title = blocks.CharBlock(label=_("title"))
    text = blocks.RichTextBlock(label=_("text"), features=TEXT_FEATURES)

    class Meta:
        icon = "form"
        label = _("Worked example")
        template = "courses/blocks/example.html"


class OptionBlock(blocks.StructBlock):
    """One answer to a self-check."""

    text = blocks.CharBlock(label=_("answer"))
    correct = blocks.BooleanBlock(label=_("right"), required=False)
    feedback = blocks.CharBlock(label=_("feedback"), required=False)


NO_ANSWER = {"text": "", "correct": False, "feedback": ""}


class SelfCheckBlock(blocks.StructBlock):
    """A question on the lesson, answered as often as one likes, never graded."""

    question = blocks.TextBlock(label=_("question"))
    options = blocks.ListBlock(
        OptionBlock(),
        label=pgettext_lazy("self-check", "answers"),
        min_num=2,
        max_num=6,
        default=[NO_ANSWER, NO_ANSWER],
    )
    explanation = blocks.TextBlock(label=pgettext_lazy("self-check", "why"))

    class Meta:
        icon = "help"
        label = _("Self-check")
        template = "courses/blocks/self_check.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        rights = sum(bool(option["correct"]) for option in cleaned["options"])
        if not rights and not self.is_deferred_validation:
            raise blocks.StructBlockValidationError(
                {"options": ValidationError(_t("Mark at least one answer as right."))}
            )
        return cleaned


class SectionStream(blocks.StreamBlock):
    """What a reusable section may consist of."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", template="courses/blocks/heading.html"
    )
    text = blocks.RichTextBlock(
        label=_("Text"), features=TEXT_FEATURES, template="courses/blocks/text.html"
    )
    citation = CitationBlock()
    comparison = ComparisonBlock()
    key_point = KeyPointBlock(features=TEXT_FEATURES)
    pitfall = PitfallBlock(features=TEXT_FEATURES)
    table = TypedTableBlock(
        [
            ("text", blocks.TextBlock(label=_("Text"), required=False)),
            ("rich_text", blocks.RichTextBlock(label=_("Rich text"), required=False)),
        ],
        label=_("Table"),
        icon="table",
        template="courses/blocks/table.html",
    )
    figure = FigureBlock()
    media = MediaBlock()
    document = FileBlock()
    example = ExampleBlock()


class LessonStream(SectionStream):
    """What a lesson may consist of."""

    self_check = SelfCheckBlock()
    section = SnippetChooserBlock(
        "courses.Section",
        label=_("Reusable section"),
        template="courses/blocks/section.html",
    )
