"""A thousand certificates in one print job, as the worker prints them.

Reports how far the job is, how long it takes and how large the file becomes, and
reads every paper again: each must name its officer and carry its number.

    python -m benchmarks.register_papers [--officers 1000] [--keep FILE] [--format json]
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import threading
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.register import earlier_rows, set_up

RARE = ("叶㛃然", "岳䶮", "张𠅤明")
NOTED_EVERY = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--officers", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="copy the printed file there")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        set_up(Path(place))
        report = _print(options.officers, Path(place), options.keep)
    print(json.dumps(report) if options.format == "json" else report)


def _print(officers: int, place: Path, keep: Path | None) -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415 -- Django is set up by now
    from django.utils import timezone  # noqa: PLC0415

    from credentials.enums import PaperForm  # noqa: PLC0415
    from credentials.queries.papers import to_print  # noqa: PLC0415
    from credentials.services.printing import (  # noqa: PLC0415
        job_file,
        open_print_job,
        print_job,
    )

    settings.VAR_DIR, settings.MEDIA_ROOT = place, str(place / "media")
    now = timezone.now()
    world = _world(officers, now)
    rows = list(to_print(world.scheme, since=None, now=now))
    job = open_print_job(
        rows, world.scheme, PaperForm.CERTIFICATE, by=world.by, now=now
    )
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(job.pk, done))
    teller.start()
    start, used = time.perf_counter(), time.process_time()
    try:
        job = print_job(job, now=now)
    finally:
        done.set()
        teller.join()
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    assert not job.problems, job.problems[:3]
    path = job_file(job)
    assert _read_again(path, rows) == officers
    if keep:
        shutil.copy(path, keep)
    return {
        "papers": officers,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _world(officers: int, now: Any) -> Any:
    """A body whose officers hold cards; everybody has a photo, three a rare name."""
    from accounts.models import User  # noqa: PLC0415 -- Django is set up by now
    from accounts.services.photos import set_photo  # noqa: PLC0415
    from benchmarks.register_world import make_body  # noqa: PLC0415
    from config.demo.portraits import portrait  # noqa: PLC0415
    from credentials.services.migration import import_register  # noqa: PLC0415

    world = make_body(officers, now=now)
    people = User.objects.filter(officer_number__isnull=False).order_by("pk")
    for place, person in enumerate(people):
        if place < len(RARE):
            person.name = RARE[place]
            person.save(update_fields=["name"])
        set_photo(person, portrait(place))
    import_register(
        earlier_rows(officers, world.division),
        scheme=world.scheme,
        issuer=world.body,
        by=world.by,
        approved_by=world.approver,
        now=now,
    )
    return world


def _tell(job: int, done: threading.Event) -> None:
    """What the page of the job would show, every few seconds."""
    from django.db import connection  # noqa: PLC0415 -- Django is set up by now

    from credentials.models import PrintJob  # noqa: PLC0415

    start = time.perf_counter()
    while not done.wait(NOTED_EVERY):
        row = PrintJob.objects.get(pk=job)
        passed = time.perf_counter() - start
        print(f"{row.done} of {row.total} after {passed:.0f} s", flush=True)
    connection.close()


def _read_again(path: Path, rows: list[Any]) -> int:
    """How many papers name their officer and carry their number."""
    from pypdf import PdfReader  # noqa: PLC0415 -- only here

    right = 0
    with zipfile.ZipFile(path) as archive:
        for row in rows:
            content = archive.read(f"{row.number}.pdf")
            text = PdfReader(BytesIO(content)).pages[0].extract_text()
            right += row.officer.name in text and row.number in text
    return right


if __name__ == "__main__":
    main()
