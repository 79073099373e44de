"""Lessons follow a change of law: a draft with the new places, for the legal review."""

from __future__ import annotations

from django.db import transaction

from courses.models import LessonPage
from courses.queries.law_rewrite import rewrite_key, rewrite_value
from courses.registry import CarriedCitations


@transaction.atomic
def carry_lesson_forward(carried: CarriedCitations) -> None:
    """Write the decided places into a draft and hand it to the legal reviewers.

    What is online stays until another person than the decider releases the draft.
    Raises CarryByHand where the words need an author. Repeated, it changes nothing
    that is rewritten already.
    """
    live = LessonPage.objects.select_for_update().get(public_id=carried.document)
    draft = live.get_latest_revision_as_object()
    moved = carried.moved
    draft.body = LessonPage._meta.get_field("body").to_python(
        [_block(block, moved) for block in draft.body.raw_data]
    )
    draft.support = [
        {**line, "ref": rewrite_key(line["ref"], moved)} for line in draft.support
    ]
    draft.law_as_of = carried.law_as_of
    draft.save_revision(user=carried.by)
    if not live.workflow_in_progress:
        workflow = live.get_workflow()
        if workflow is not None:
            workflow.start(live, carried.by)


def _block(block: dict[str, object], moved: dict[str, str]) -> dict[str, object]:
    """Comparisons name the day of each side and stay as they are."""
    if block["type"] == "comparison":
        return block
    return {**block, "value": rewrite_value(block["value"], moved)}
