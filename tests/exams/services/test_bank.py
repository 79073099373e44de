"""Revisions, reviews, staleness."""

import pytest
from django.db import DatabaseError, transaction

from exams.data import ItemDraft
from exams.enums import ReviewVerdict
from exams.errors import ItemRefused, NotInReview, OwnWorkReviewed, ReasonMissing
from exams.models import Item, ItemRevision
from exams.services.bank import (
    add_item_revision,
    flag_stale,
    keep_stale,
    load_item_file,
    review_revision,
    submit_revision,
)
from tests.exams.conftest import choice_draft, small_bank


@pytest.fixture
def revision(instructor, now):
    return add_item_revision(choice_draft("q1"), now=now, by=instructor)


def test_same_draft_again_is_the_same_revision(revision, instructor, now):
    assert add_item_revision(choice_draft("q1"), now=now, by=instructor) == revision


def test_changed_draft_is_the_next_revision(revision, instructor, now):
    changed = add_item_revision(
        choice_draft("q1", stem="另一个题干"), now=now, by=instructor
    )

    assert (changed.item, changed.number) == (revision.item, 2)


def test_refused_draft_leaves_nothing(db, now):
    with pytest.raises(ItemRefused):
        add_item_revision(ItemDraft("bad", "true_false", ""), now=now, by=None)

    assert not Item.objects.exists()


def test_revision_cannot_be_changed_in_the_database(revision):
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemRevision.objects.filter(pk=revision.pk).update(stem="改过")


def test_item_goes_live_only_by_review_of_another(
    revision, instructor, legal_reviewer, now
):
    approve = ReviewVerdict.APPROVED
    with pytest.raises(NotInReview):
        review_revision(revision, verdict=approve, now=now, by=legal_reviewer)
    submit_revision(revision, now=now, by=instructor)
    with pytest.raises(OwnWorkReviewed):
        review_revision(revision, verdict=approve, now=now, by=instructor)
    assert not Item.objects.live().exists()

    review_revision(revision, verdict=approve, now=now, by=legal_reviewer)

    assert Item.objects.live().get().live_revision == revision


def test_returning_needs_a_comment(revision, instructor, legal_reviewer, now):
    submit_revision(revision, now=now, by=instructor)

    with pytest.raises(ReasonMissing):
        review_revision(
            revision, verdict=ReviewVerdict.RETURNED, now=now, by=legal_reviewer
        )


def test_stale_item_is_live_again_after_review(bank, legal_reviewer, now):
    flag_stale(["s0"], reason="第七条已修改", now=now)
    item = Item.objects.get(key="s0")
    assert item not in Item.objects.live()

    keep_stale(item, now=now, by=legal_reviewer, comment="仍然成立")

    assert item in Item.objects.live()


def test_loading_twice_changes_nothing(bank, instructor, legal_reviewer, now):
    before = ItemRevision.objects.count()

    load_item_file(small_bank(), now=now, by=instructor, reviewer=legal_reviewer)

    assert ItemRevision.objects.count() == before
