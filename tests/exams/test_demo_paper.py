"""The demonstration's paper: drawn from the shipped items, whole and of its sector."""

from decimal import Decimal

import pytest

from config.demo.exams import ITEMS, SECTOR, build_exam
from exams.models import ItemRevision
from exams.queries.papers import check_blueprint
from exams.services.item_files import load_item_directory
from exams.services.papers import draw_forms


@pytest.fixture
def exam(city, instructor, legal_reviewer, now):
    load_item_directory(ITEMS, now=now, by=instructor, reviewer=legal_reviewer)
    return build_exam()


def test_the_bank_fills_the_blueprint_with_a_hundred_points(exam):
    found = check_blueprint(exam.blueprint)

    assert found.is_fillable
    assert found.points == Decimal(100)


def test_papers_hold_nothing_of_other_sectors_and_always_a_hundred_points(exam, now):
    forms = draw_forms(exam, 4, now=now, seed=7)

    for form in forms:
        questions = form.content["questions"]
        sectors = ItemRevision.objects.filter(formitem__form=form).values_list(
            "sectors", flat=True
        )
        assert sum(Decimal(str(q["points"])) for q in questions) == Decimal(100)
        assert all(not row or SECTOR in row for row in sectors)
    assert forms[0].content != forms[1].content
