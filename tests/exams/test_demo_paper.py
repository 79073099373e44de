"""The demonstration's paper: drawn from the shipped items, whole and of its sector."""

from decimal import Decimal

from config.demo.exams import ITEMS, SECTOR, build_exam
from exams.models import FormItem
from exams.queries.papers import check_blueprint
from exams.services.item_files import load_item_directory
from exams.services.papers import draw_forms


def test_papers_have_a_hundred_points_and_nothing_of_other_sectors(
    city, instructor, legal_reviewer, now
):
    load_item_directory(ITEMS, now=now, by=instructor, reviewer=legal_reviewer)
    exam = build_exam()
    forms = draw_forms(exam, 3, now=now, seed=7)
    found = check_blueprint(exam.blueprint)

    assert found.is_fillable
    assert found.points == Decimal(100)
    assert forms[0].content != forms[1].content
    for form in forms:
        drawn = FormItem.objects.filter(form=form).select_related("revision")
        sectors = [entry.revision.sectors for entry in drawn]
        points = [Decimal(str(q["points"])) for q in form.content["questions"]]
        assert sum(points) == Decimal(100)
        assert all(not named or SECTOR in named for named in sectors)
