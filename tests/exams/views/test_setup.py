"""Keepers: blueprints that are checked while they are written, and extra time."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from exams.models import Accommodation, Blueprint, Exam


def cells(*wanted):
    data = {"cells-TOTAL_FORMS": len(wanted), "cells-INITIAL_FORMS": 0}
    for n, cell in enumerate(wanted):
        fields = {"unit": "item", "count": 3, "points": 2, **cell}
        data |= {f"cells-{n}-{name}": value for name, value in fields.items()}
    return data


def check(client, *wanted, **fields):
    address = reverse("exams:blueprint_check")
    return client.post(address, cells(*wanted) | fields)


def test_the_bank_answers_while_cells_are_written(signed_in, instructor, bank):
    page = check(signed_in(instructor), {"type": "single_choice"})

    found = page.context["check"]
    assert found.is_fillable
    assert (found.forms.number, found.forms.is_exact) == (20, True)
    assert not Blueprint.objects.exists()


def test_a_cell_that_asks_too_much_is_named(signed_in, instructor, bank):
    page = check(signed_in(instructor), {"type": "true_false", "count": 5})

    found = page.context["check"]
    assert (found.is_fillable, [s.is_short for s in found.cells]) == (False, [True])


def test_an_unfinished_cell_is_left_out(signed_in, instructor, bank):
    page = check(signed_in(instructor), {"type": "single_choice"}, {"count": ""})

    assert len(page.context["check"].cells) == 1


def test_items_used_too_often_do_not_count(signed_in, instructor, bank, ready):
    page = check(signed_in(instructor), {"type": "single_choice", "count": 6})
    assert page.context["check"].is_fillable

    page = check(
        signed_in(instructor), {"type": "single_choice", "count": 6}, exposure_ceiling=1
    )

    assert not page.context["check"].is_fillable


@pytest.mark.parametrize("name", ["blueprint_check", "accommodations"])
@pytest.mark.parametrize("who", ["learner", "invigilator"])
def test_others_do_not_keep_exams(request, signed_in, exam, name, who):
    client = signed_in(request.getfixturevalue(who))
    arguments = [exam.public_id] if name == "accommodations" else []

    assert client.post(reverse(f"exams:{name}", args=arguments)).status_code == 403


def test_extra_time_is_approved_and_withdrawn(signed_in, instructor, learner, exam):
    client = signed_in(instructor)
    address = reverse("exams:accommodations", args=[exam.public_id])

    client.post(address, {"candidate": learner.pk, "minutes": 15, "reason": "骨折"})
    given = Accommodation.objects.get()
    page = client.get(address)
    client.post(address, {"withdraw": given.pk})

    assert (given.seconds, given.approved_by) == (900, instructor)
    assert learner.name in page.text
    assert not Accommodation.objects.exists()


def test_extra_time_of_another_organisation_does_not_exist(
    signed_in, person, other_county, exam
):
    client = signed_in(person("elsewhere", other_county, Role.TRAINER))

    address = reverse("exams:accommodations", args=[exam.public_id])
    assert client.get(address).status_code == 404


def test_terms_of_an_exam_say_what_may_be_used(signed_in, instructor, exam):
    client = signed_in(instructor)
    address = reverse("exams:exam_edit", args=[exam.public_id])
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in values.items()}

    client.post(address, {**data, "allows_calculator": "on"})

    exam = Exam.objects.get(pk=exam.pk)
    assert (exam.allows_calculator, exam.allows_law_library) == (True, False)
