"""What a person takes along of the work on items: one's own words and files only."""

from exams.enums import ReviewVerdict
from exams.formats import Defaults
from exams.queries.personal import personal_data
from exams.services.bank import (
    add_item_revision,
    review_revision,
    submit_revision,
)
from exams.services.bank_edits import add_comment
from exams.services.item_imports import keep_import
from tests.exams.conftest import choice_draft


def test_comments_reviews_and_uploads_belong_to_their_author_only(
    instructor, legal_reviewer, now
):
    revision = add_item_revision(choice_draft("own"), now=now, by=instructor)
    submit_revision(revision, now=now, by=instructor)
    add_comment(revision, "请看选项二。", now=now, by=instructor)
    verdict = ReviewVerdict.RETURNED
    review_revision(
        revision, verdict=verdict, now=now, by=legal_reviewer, comment="依据不对。"
    )
    keep_import(
        "题型,题干,答案,方面\n判断题,好,对,预案\n".encode(),
        name="我的题库.csv",
        dialect="auto",
        defaults=Defaults(),
        now=now,
        by=instructor,
    )

    author, reviewer = personal_data(instructor), personal_data(legal_reviewer)

    assert [r["item__key"] for r in author["item_revisions"]] == ["own"]
    assert [c["text"] for c in author["item_comments"]] == ["请看选项二。"]
    assert [u["name"] for u in author["item_uploads"]] == ["我的题库.csv"]
    assert [r["verdict"] for r in author["item_reviews"]] == ["submitted"]
    assert [r["comment"] for r in reviewer["item_reviews"]] == ["依据不对。"]
    assert reviewer["item_comments"] == reviewer["item_uploads"] == []
    assert reviewer["item_revisions"] == []


def test_learner_without_work_on_items_has_none(learner):
    found = personal_data(learner)

    names = ("item_revisions", "item_reviews", "item_comments", "item_uploads")
    assert [found[name] for name in names] == [[], [], [], []]
