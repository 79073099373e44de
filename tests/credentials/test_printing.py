"""Papers in bulk: a job of up to a thousand, found again, going on after a crash."""

import zipfile
from io import BytesIO

import pytest
from pypdf import PdfReader

from credentials.enums import PaperForm
from credentials.errors import NothingChosen, TooManyPapers
from credentials.models import PrintJob
from credentials.queries.papers import to_print
from credentials.services.printing import job_file, open_print_job, print_job


@pytest.fixture(autouse=True)
def _own_place(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def rows(person, county, issue):
    names = ["沈知远", "张𠅤明", "顾\U000323b0禾"]
    found = []
    for place, name in enumerate(names):
        officer = person(f"officer{place}", county)
        officer.name = name
        officer.save()
        found.append(issue(officer))
    return found


def papers(job):
    with zipfile.ZipFile(job_file(job)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_job_prints_each_and_names_whom_it_cannot(rows, scheme, certifier, now):
    job = open_print_job(rows, scheme, PaperForm.CARD, by=certifier, now=now)

    job = print_job(job, now=now)

    assert (job.done, job.total, job.finished_at) == (3, 3, now)
    assert len(job.problems) == 1
    assert "U+323B0" in job.problems[0]
    found = papers(job)
    assert sorted(found) == [f"{row.number}.pdf" for row in rows[:2]]
    text = PdfReader(BytesIO(found[f"{rows[1].number}.pdf"])).pages[0].extract_text()
    assert "张𠅤明" in text


def test_job_goes_on_where_it_was(rows, scheme, certifier, now):
    job = open_print_job(rows[:2], scheme, PaperForm.CARD, by=certifier, now=now)
    job = print_job(job, now=now)
    before = papers(job)[f"{rows[0].number}.pdf"]
    PrintJob.objects.filter(pk=job.pk).update(done=1, finished_at=None)
    job.refresh_from_db()

    job = print_job(job, now=now)

    assert (job.done, job.problems) == (2, [])
    assert papers(job)[f"{rows[0].number}.pdf"] == before


def test_choice_is_by_scheme_and_day_and_not_without_bounds(
    rows, scheme, make_scheme, certifier, now
):
    assert to_print(scheme, since=now.date(), now=now).count() == 3
    assert to_print(make_scheme("other"), since=None, now=now).count() == 0
    with pytest.raises(NothingChosen):
        open_print_job([], scheme, PaperForm.CARD, by=certifier, now=now)
    with pytest.raises(TooManyPapers):
        open_print_job(rows * 334, scheme, PaperForm.CARD, by=certifier, now=now)


def test_job_is_ordered_left_and_found_again_by_its_owner(
    rows, scheme, certifier, second_certifier, signed_in
):
    desk = signed_in(certifier)
    response = desk.post(
        "/qualifications/prints/", {"scheme": scheme.pk, "form": "certificate"}
    )
    job = PrintJob.objects.get()
    assert response["Location"] == f"/qualifications/prints/{job.public_id}/"
    assert 'http-equiv="refresh"' in desk.get(response["Location"]).text
    assert desk.get(f"{response['Location']}papers.zip").status_code == 404

    print_job(job, now=job.made_at)

    assert "3 / 3" in desk.get("/qualifications/prints/").text
    taken = desk.get(f"{response['Location']}papers.zip")
    assert b"".join(taken.streaming_content)[:2] == b"PK"
    other = signed_in(second_certifier)
    assert other.get(response["Location"]).status_code == 404
    assert other.get(f"{response['Location']}papers.zip").status_code == 404
