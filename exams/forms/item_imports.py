"""Uploading item files, and the words for what was refused in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.enums import Aspect
from exams.enums import Level, Pool
from exams.formats import DIALECTS, Defaults
from exams.forms.bank import PROBLEMS

REASONS = {
    **PROBLEMS,
    "answer_letters": gettext_lazy("The answer does not name options by letters."),
    "answer_missing": gettext_lazy("The question has no answer."),
    "answer_number": gettext_lazy("The answer is no number."),
    "answer_order": gettext_lazy("The answer must name every step once."),
    "answer_pairs": gettext_lazy("A pair is written: left => right."),
    "answer_truth": gettext_lazy("The answer says neither right nor wrong."),
    "answer_unreadable": gettext_lazy("The answers in braces cannot be read."),
    "aspect_missing": gettext_lazy(
        "No aspect is named; choose one for the whole file."
    ),
    "aspect_unknown": gettext_lazy("This aspect is not known."),
    "body_missing": gettext_lazy("The item has no body."),
    "braces": gettext_lazy("Braces stand within or after the answers."),
    "case_set_broken": gettext_lazy("The case set cannot be read."),
    "case_set_taken": gettext_lazy("An item of this case set is in another one."),
    "content_unknown": gettext_lazy("The text holds content that would be lost."),
    "csv_broken": gettext_lazy("The csv cannot be read."),
    "date_bad": gettext_lazy("This is not a day."),
    "dialect_unknown": gettext_lazy("This is no item file that we know."),
    "difficulty_range": gettext_lazy("Difficulty lies between 0 and 1."),
    "difficulty_unknown": gettext_lazy("The difficulty is no share and no known word."),
    "encoding_unknown": gettext_lazy("The text is neither UTF-8, UTF-16 nor GB18030."),
    "exhibit_broken": gettext_lazy("The material cannot be read."),
    "exhibit_foreign": gettext_lazy("The shared material cannot be read without loss."),
    "exhibit_missing": gettext_lazy("The shared material is not in the file."),
    "exhibit_old": gettext_lazy("The item hangs on an older revision of its material."),
    "exhibit_shared": gettext_lazy("The shared material has no place in this file."),
    "file_empty": gettext_lazy("The file holds no question."),
    "file_large": gettext_lazy("The file is larger than 50 MB."),
    "fraction_bad": gettext_lazy("The share of an option cannot be used."),
    "heading_missing": gettext_lazy("No row names the columns 题型, 题干 and 答案."),
    "image_elsewhere": gettext_lazy("A picture lies outside the file."),
    "image_large": gettext_lazy("A picture is larger than 2 MB."),
    "image_missing": gettext_lazy("A picture did not come with the file."),
    "image_unusable": gettext_lazy("Pictures must be PNG, JPEG, GIF or WebP."),
    "key_long": gettext_lazy("The key is longer than 120 signs."),
    "key_twice": gettext_lazy("The same question or key stands in the file twice."),
    "level_unknown": gettext_lazy("This cognitive level is not known."),
    "line_stray": gettext_lazy("A line among the options is no option."),
    "markup_unknown": gettext_lazy("This markup is not known."),
    "moodle_root": gettext_lazy("This XML is no Moodle quiz."),
    "not_in_dialect": gettext_lazy("This dialect cannot say all of the question."),
    "partial_alternative": gettext_lazy(
        "An accepted answer earns only part of the points."
    ),
    "points_bad": gettext_lazy("The points are no number."),
    "pool_unknown": gettext_lazy("This pool is not known."),
    "qti_1": gettext_lazy("QTI 1.x is not read; export as QTI 2 or 3."),
    "qti_root": gettext_lazy("The XML is no QTI item."),
    "several_interactions": gettext_lazy("The item mixes several interactions."),
    "several_numbers": gettext_lazy("Several numbers earn shares of the points."),
    "text_broken": gettext_lazy("The text holds a sign that cannot be kept."),
    "text_long": gettext_lazy("A text is longer than a cell of a workbook."),
    "topic_long": gettext_lazy("The topic is longer than 80 signs."),
    "type_unknown": gettext_lazy("This item type is not known."),
    "wildcard": gettext_lazy("An answer with a wildcard cannot be marked here."),
    "xls_old": gettext_lazy("This is an old .xls; save it as .xlsx."),
    "xlsx_broken": gettext_lazy("The workbook cannot be read."),
    "xml_broken": gettext_lazy("The XML is not well formed."),
    "xml_entities": gettext_lazy("The XML defines entities of its own."),
    "zip_bomb": gettext_lazy("The zip unpacks to more than we read."),
    "zip_broken": gettext_lazy("The zip cannot be read."),
    "zip_locked": gettext_lazy("The zip is locked by a password."),
    "zip_missing": gettext_lazy("The zip lacks a file it names."),
    "zip_path": gettext_lazy("The zip names a file outside itself."),
}
MOST_UPLOAD = 20 * 1024 * 1024
DIALECT_NAMES = {
    "xlsx": gettext_lazy("Workbook (xlsx)"),
    "csv": gettext_lazy("Table (csv)"),
    "gift": "GIFT",
    "moodle": "Moodle XML",
    "aiken": "Aiken",
    "qti2": "QTI 2.1",
    "qti3": "QTI 3.0",
}


def reason_words(code: str, message: str) -> str:
    """A reader's code in the author's language."""
    return str(REASONS.get(code, message))


def place_words(place: Mapping[str, Any]) -> str:
    """Where a question stands in its file."""
    words = {
        "row": _("row %(number)d"),
        "line": _("line %(number)d"),
        "question": _("question %(number)d"),
        "file": _("item %(number)d"),
    }[place["unit"]] % {"number": place["number"]}
    return f"{words} {place['name']}".strip()


class UploadForm(forms.Form):
    """An item file, and what holds for questions that do not say it themselves."""

    file = forms.FileField(label=gettext_lazy("File"))
    dialect = forms.ChoiceField(
        label=gettext_lazy("Dialect"),
        choices=[("auto", gettext_lazy("found by itself")), *DIALECT_NAMES.items()],
    )
    aspect = forms.ChoiceField(
        label=gettext_lazy("Aspect, where the file names none"),
        choices=[("", gettext_lazy("refuse such questions")), *Aspect.choices],
        required=False,
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Cognitive level, where the file names none"),
        choices=Level.choices,
    )
    pool = forms.ChoiceField(
        label=gettext_lazy("Pool, where the file names none"), choices=Pool.choices
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "input" if name == "file" else "select"

    def clean_file(self) -> bytes:
        """The bytes of the upload, if they are not too many."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_UPLOAD:
            raise forms.ValidationError(
                _("Files over 20 MB come in through manage.py import_items.")
            )
        self.file_name = str(upload.name)
        return bytes(upload.read())

    def defaults(self) -> Defaults:
        """What the file does not say."""
        data = self.cleaned_data
        return Defaults(data["aspect"], data["level"], data["pool"])


class ExportForm(forms.Form):
    """Which dialect is written."""

    dialect = forms.ChoiceField(
        label=gettext_lazy("Dialect"),
        choices=[(name, DIALECT_NAMES[name]) for name in DIALECTS],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dialect"].widget.attrs["class"] = "select"
