"""Files into the bank and out of it: all of a file or what was said, never half."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.enums import ImportState
from exams.errors import ImportRefused
from exams.formats import (
    DIALECTS,
    Defaults,
    FileRefused,
    export_items,
    read_items,
)
from exams.formats.html import MEDIA_PATH
from exams.models import CaseSet, Exhibit, Item, ItemImport, ItemMedia
from exams.queries.bank import bank_items
from exams.queries.drafts import draft_of, exhibit_draft
from exams.services import item_imports
from exams.services.bank import add_exhibit, add_item_revision
from exams.services.item_imports import (
    check_items,
    drop_import,
    export_bank,
    import_items,
    keep_import,
    look_through_by_id,
    take_import,
    take_ordered,
)
from tests.exams.formats.samples import every_type

HEAD = "题型,题干,选项A,选项B,答案,方面\n"
GOOD = HEAD + "单选题,好题,甲,乙,A,预案\n判断题,也好,,,对,演练\n"
MIXED = GOOD + "单选题,坏题,甲,乙,C,预案\n"


def take(data: bytes, now, by=None, *, accept_good=False):
    return import_items(
        data,
        dialect="auto",
        defaults=Defaults(),
        accept_good=accept_good,
        now=now,
        by=by,
    )


def test_dry_run_changes_nothing(db):
    _, report = check_items(MIXED.encode(), dialect="auto", defaults=Defaults())

    assert (report.read, report.accepted, report.new) == (3, 2, 2)
    assert report.by_type == {"single_choice": 1, "true_false": 1}
    (refused,) = report.rejected
    assert (refused["unit"], refused["number"]) == ("row", 4)
    assert [r["code"] for r in refused["reasons"]] == ["answer_letters"]
    assert not Item.objects.exists()


def test_never_half_a_file_unless_it_was_said(db, now):
    with pytest.raises(ImportRefused):
        take(MIXED.encode(), now)

    assert not Item.objects.exists()
    assert take(MIXED.encode(), now, accept_good=True).stored == 2
    assert Item.objects.count() == 2


def test_items_come_in_as_drafts_of_their_author(instructor, now):
    take(GOOD.encode(), now, instructor)

    assert not Item.objects.live().exists()
    assert {i.newest.author for i in bank_items()} == {instructor}


def test_same_file_again_changes_nothing(db, now):
    data = export_items(every_type(), "moodle").data
    first = take(data, now)

    again = take(data, now)

    assert (first.new, first.stored) == (12, 12)
    assert (again.unchanged, again.stored, Item.objects.count()) == (12, 0, 12)


def test_changed_question_is_the_next_revision(db, now):
    head = "编号,题型,题干,答案,方面\n"
    take(f"{head}own-1,判断题,旧,对,预案\n".encode(), now)

    report = take(f"{head}own-1,判断题,新,对,预案\n".encode(), now)

    item = Item.objects.get(key="own-1")
    assert (report.revised, item.newest.number, item.newest.stem) == (1, 2, "新")


def test_running_numbers_are_no_keys(db, now):
    head = "编号,题型,题干,答案,方面\n"
    take(f"{head}1,判断题,一,对,预案\n".encode(), now)
    take(f"{head}1,判断题,二,对,预案\n".encode(), now)

    assert Item.objects.count() == 2


@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) - {"aiken"}))
def test_bank_goes_out_and_comes_back_unchanged(db, now, dialect):
    take(export_items(every_type(), "moodle").data, now)

    export = export_bank(Item.objects.order_by("pk"), dialect)
    report = take(export.data, now)

    assert len(export.written) + len(export.left_out) == 12
    assert report.unchanged == len(export.written) >= 8


@pytest.mark.parametrize("dialect", ["xlsx", "qti3"])
def test_case_sets_go_to_another_bank_and_back(bank, now, dialect):
    case_set = CaseSet.objects.get()
    held = [member.item.key for member in case_set.members.select_related("item")]
    export = export_bank(Item.objects.order_by("pk"), dialect)

    same = take(export.data, now)
    assert (same.unchanged, same.stored, same.case_sets) == (same.read, 0, 1)
    assert (Exhibit.objects.count(), CaseSet.objects.count()) == (1, 1)
    CaseSet.objects.all().delete()
    take(export.data, now)

    back = CaseSet.objects.get()
    assert [m.item.key for m in back.members.select_related("item")] == held
    assert (back.key, back.title, back.intro, back.exhibit) == (
        case_set.key,
        case_set.title,
        case_set.intro,
        case_set.exhibit,
    )


def test_item_of_another_case_set_refuses_the_file(bank, now):
    export = export_bank(Item.objects.order_by("pk"), "xlsx")
    CaseSet.objects.update(key="renamed")

    with pytest.raises(FileRefused) as refused:
        take(export.data, now)

    assert refused.value.code == "case_set_taken"


def test_item_on_an_older_revision_of_material_is_left_out(bank, now, instructor):
    first, *_others = Item.objects.filter(newest__exhibit__isnull=False)
    old = first.newest.exhibit
    new = add_exhibit(replace(exhibit_draft(old), title="新"), now=now)
    draft = replace(draft_of(first), stem="改过的题干")
    add_item_revision(draft, now=now, by=instructor, exhibit=new)

    export = export_bank(Item.objects.order_by("pk"), "qti3")

    left = {d.key for d, p in export.left_out if p.code == "exhibit_old"}
    hanging = Item.objects.filter(newest__exhibit=old)
    assert left == set(hanging.values_list("key", flat=True))
    assert first.key in {d.key for d in export.written}


def test_pictures_become_our_own_files_once(db, now):
    take(export_items(every_type(), "qti3").data, now)

    stored = Item.objects.get(key="picture").newest
    media = ItemMedia.objects.get()
    assert stored.stem.count(f"{MEDIA_PATH}{media.digest}.png") == 1
    assert "data:" not in json.dumps([stored.stem, stored.content])
    assert reverse("exams:media", args=[media.digest, "png"]) == (
        f"{MEDIA_PATH}{media.digest}.png"
    )


def test_enemies_of_a_file_are_linked(db, now):
    take(
        (
            "编号,题型,题干,答案,方面,互斥题\n"
            "a,判断题,一,对,预案,b\nb,判断题,二,对,预案,\n"
        ).encode(),
        now,
    )

    assert [e.key for e in Item.objects.get(key="b").enemies.all()] == ["a"]


def test_import_takes_few_queries(db, now):
    def count(n):
        rows = "".join(f"判断题,第{n}批{i}题,,,对,预案\n" for i in range(n))
        with CaptureQueriesContext(connection) as queries:
            take((HEAD + rows).encode(), now)
        return len(queries)

    assert count(300) <= 2 * count(3)


@pytest.fixture
def kept(instructor, now):
    return keep_import(
        MIXED.encode(),
        name="题库.csv",
        dialect="auto",
        defaults=Defaults(),
        now=now,
        by=instructor,
    )


def test_kept_upload_is_taken_over_once(kept, instructor, now):
    with pytest.raises(ImportRefused):
        take_import(kept, accept_good=False, now=now, by=instructor)
    take_import(kept, accept_good=True, now=now, by=instructor)
    kept.refresh_from_db()

    with pytest.raises(ImportRefused):
        take_import(kept, accept_good=True, now=now, by=instructor)
    assert (kept.state, bytes(kept.data)) == (ImportState.TAKEN, b"")
    assert Item.objects.count() == 2


def test_dropped_upload_brings_nothing(kept, instructor, now):
    drop_import(kept, now=now)

    with pytest.raises(ImportRefused):
        take_import(kept, accept_good=True, now=now, by=instructor)
    assert not Item.objects.exists()
    assert ItemImport.objects.get().state == ImportState.DROPPED


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(item_imports, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(item_imports, "AT_ONCE_ITEMS", 1)


def upload(data: bytes, now, by):
    return keep_import(
        data, name="题库.csv", dialect="auto", defaults=Defaults(), now=now, by=by
    )


@pytest.mark.usefixtures("large")
def test_large_upload_is_looked_through_and_taken_over_by_the_worker(
    instructor, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        kept = upload(MIXED.encode(), now, instructor)
        assert (kept.state, kept.report) == (ImportState.WAITING, {})
    kept.refresh_from_db()
    assert (kept.state, kept.report["accepted"]) == (ImportState.CHECKED, 2)

    with pytest.raises(ImportRefused):
        take_import(kept, accept_good=False, now=now, by=instructor)
    with django_capture_on_commit_callbacks(execute=True):
        assert take_import(kept, accept_good=True, now=now, by=instructor) is None
        kept.refresh_from_db()
        assert (kept.state, Item.objects.count()) == (ImportState.TAKING, 0)

    kept.refresh_from_db()
    assert (kept.state, kept.report["stored"]) == (ImportState.TAKEN, 2)
    assert {item.newest.author for item in bank_items()} == {instructor}


@pytest.mark.usefixtures("large")
def test_upload_on_its_way_is_neither_dropped_nor_ordered_again(instructor, now):
    kept = upload(GOOD.encode(), now, instructor)

    with pytest.raises(ImportRefused):
        drop_import(kept, now=now)
    look_through_by_id(kept.pk, now=now)
    take_import(kept, accept_good=False, now=now, by=instructor)
    with pytest.raises(ImportRefused):
        take_import(kept, accept_good=False, now=now, by=instructor)


@pytest.mark.usefixtures("large")
def test_task_that_runs_twice_does_nothing_more(instructor, now):
    kept = upload(GOOD.encode(), now, instructor)
    look_through_by_id(kept.pk, now=now)
    take_import(kept, accept_good=False, now=now, by=instructor)

    for _ in range(2):
        look_through_by_id(kept.pk, now=now)
        take_ordered(kept.pk, accept_good=False, now=now)

    kept.refresh_from_db()
    assert (kept.state, kept.report["stored"]) == (ImportState.TAKEN, 2)
    assert Item.objects.count() == 2


@pytest.mark.usefixtures("large")
def test_large_upload_that_cannot_be_read_says_why(
    instructor, signed_in, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        kept = upload(b"nothing that anybody could read", now, instructor)

    kept.refresh_from_db()
    page = signed_in(instructor).get(reverse("exams:import", args=[kept.public_id]))
    assert (kept.state, bytes(kept.data)) == (ImportState.REFUSED, b"")
    assert page.context["refused"]["code"] == "dialect_unknown"


def run(path, *options):
    out, err = StringIO(), StringIO()
    try:
        call_command("import_items", str(path), *options, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_command_reports_as_json(db, tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(MIXED, "gb18030")

    code, out, _ = run(path, "--dry-run", "--format", "json")

    report = json.loads(out)
    assert code == 0
    assert (report["read"], report["accepted"], len(report["rejected"])) == (3, 2, 1)
    assert report["rejected"][0]["place"] == "row 4"
    assert report["by_type"] == {"single_choice": 1, "true_false": 1}
    assert not Item.objects.exists()


def test_command_refuses_half_a_file(db, tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(MIXED)

    code, out, err = run(path)
    assert (code, Item.objects.count()) == (1, 0)
    assert "第 4 行" in out
    assert err

    code, _, _ = run(path, "--accept-good")
    assert (code, Item.objects.count()) == (0, 2)


def test_command_names_a_file_it_cannot_read(db, tmp_path):
    path = tmp_path / "bank.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0")

    code, out, _ = run(path, "--format", "json")

    assert code == 1
    assert json.loads(out)["refused"]["code"] == "xls_old"


def test_export_command_writes_what_it_can(db, now, tmp_path):
    take(export_items(every_type(), "moodle").data, now)
    path, out, err = tmp_path / "bank.gift", StringIO(), StringIO()

    call_command("export_items", str(path), "--dialect", "gift", stdout=out, stderr=err)

    assert read_items(path.read_bytes()).read == 8
    assert err.getvalue().count("\n") == 4
