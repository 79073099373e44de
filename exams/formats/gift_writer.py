"""Items as GIFT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exams.data import ItemDraft
from exams.formats.base import QuestionRefused
from exams.formats.gift import ESCAPED
from exams.formats.meta import to_tags
from exams.formats.scores import percent_text, share_of

SPECIAL = re.compile(f"[{re.escape(ESCAPED)}]")


def escaped(text: str) -> str:
    """A text whose signs mean nothing to a parser."""
    return SPECIAL.sub(lambda m: f"\\{m[0]}", text).replace("\n", "\\n")


def _note(name: str, value: str) -> str:
    return f"[{name}:{value.replace(chr(92), chr(92) * 2).replace(']', chr(92) + ']')}]"


def write_gift(drafts: Sequence[ItemDraft]) -> bytes:
    """Choices, statements, one blank, a number, matching."""
    return "\n\n".join(map(_block, drafts)).encode() + b"\n"


def _block(draft: ItemDraft) -> str:
    notes = [_note("id", draft.key), *(_note("tag", tag) for tag in to_tags(draft))]
    if any("\n" in note for note in notes):
        message = "A tag of a GIFT file holds no line break."
        raise QuestionRefused("not_in_dialect", message)
    form = "html" if draft.markup == "html" else "plain"
    answers = [*_answers(draft)]
    if draft.rationale:
        answers.append(f"####{escaped(draft.rationale)}")
    inside = "\n".join(answers)
    return (
        f"// {' '.join(notes)}\n"
        f"::{escaped(draft.key)}::[{form}]{escaped(draft.stem)} {{\n{inside}\n}}"
    )


def _answers(draft: ItemDraft) -> list[str]:
    match draft.type:
        case "single_choice" | "multiple_choice":
            return [_option(draft, place) for place in range(len(draft.options))]
        case "true_false":
            return ["TRUE" if draft.truth else "FALSE"]
        case "fill_in" if len(draft.blanks) == 1:
            return [f"={escaped(text)}" for text in draft.blanks[0]]
        case "numeric" if draft.numeric:
            return [f"#{draft.numeric.value}:{draft.numeric.tolerance}"]
        case "matching" if draft.matching:
            matching = draft.matching
            used = {right for _, right in matching.pairs}
            pairs = [(matching.left[a], matching.right[b]) for a, b in matching.pairs]
            pairs += [("", t) for n, t in enumerate(matching.right) if n not in used]
            return [f"={escaped(one)} -> {escaped(other)}" for one, other in pairs]
    message = "GIFT has no form for this type."
    raise QuestionRefused("not_in_dialect", message, draft.type)


def _option(draft: ItemDraft, place: int) -> str:
    option = draft.options[place]
    share = share_of(option, draft.options)
    if draft.type == "single_choice" and option.correct:
        mark = "="
    elif share or draft.type == "multiple_choice":
        mark = f"~%{percent_text(share)}%"
    else:
        mark = "~"
    feedback = f"#{escaped(option.feedback)}" if option.feedback else ""
    return f"{mark}{escaped(option.text)}{feedback}"
