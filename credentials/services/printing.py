"""Papers in bulk: a job that is left alone, found again, and goes on where it was."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.errors import AccountError
from accounts.models import User
from credentials.documents.certificate import card_pdf, certificate_pdf
from credentials.enums import PaperForm
from credentials.errors import CredentialsError, NothingChosen, TooManyPapers
from credentials.models import PrintJob, Qualification, Scheme
from credentials.queries.papers import check_address, printed_of
from credentials.tasks import print_papers

LARGEST = 1000
MAKERS = {PaperForm.CERTIFICATE: certificate_pdf, PaperForm.CARD: card_pdf}


def job_file(job: PrintJob) -> Path:
    """Where the papers of a job lie; readable by the server's user only."""
    return Path(settings.VAR_DIR) / "prints" / f"{job.public_id}.zip"


@transaction.atomic
def open_print_job(
    rows: Iterable[Qualification],
    scheme: Scheme,
    form: PaperForm,
    *,
    by: User,
    now: datetime,
) -> PrintJob:
    """Orders papers of at most a thousand qualifications; the worker prints them."""
    chosen = [str(row.public_id) for row in rows]
    if not chosen:
        raise NothingChosen
    if len(chosen) > LARGEST:
        raise TooManyPapers
    job = PrintJob.objects.create(
        form=form, scheme=scheme, qualifications=chosen, made_by=by, made_at=now
    )
    transaction.on_commit(partial(print_papers.enqueue, job.pk))
    return job


def print_job(job: PrintJob, *, now: datetime) -> PrintJob:
    """Prints what is not printed yet; idempotent, and goes on after a crash.

    Each paper is counted when it is in the file. One that cannot be printed is named
    and does not stop the others.
    """
    path = job_file(job)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if job.finished_at is None and not path.exists():
        job.done, job.problems = 0, []
    make = MAKERS[PaperForm(job.form)]
    for public_id in job.qualifications[job.done :]:
        row = Qualification.objects.select_related("officer", "scheme", "issuer").get(
            public_id=public_id
        )
        card = row.cards.get(replaced_at__isnull=True)
        try:
            content = make(printed_of(row, card, check_address(card)))
        except (AccountError, CredentialsError) as error:
            job.problems.append(f"{card.number}: {error}")
        else:
            _add(path, f"{card.number}.pdf", content)
        job.done += 1
        job.save(update_fields=["done", "problems"])
    if job.finished_at is None:
        job.finished_at = now
        job.save(update_fields=["finished_at"])
    return job


def _add(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        if name not in archive.namelist():
            archive.writestr(name, content)
