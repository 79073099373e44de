import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook

from accounts.enums import Role
from accounts.errors import RosterRefused
from accounts.models import User
from accounts.queries import organisation_of, roles_of
from accounts.services import import_roster

HEADER = ["姓名", "执法证号", "单位", "岗位", "手机", "邮箱", "入职日期", "角色"]
ROW = ["虞听澜", "97012100001", "望川县应急管理局", "执法员", "", "", "2025-03-01", ""]


def as_csv(*rows: list[str], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def problems_of(content: bytes, name: str, now, by=None):
    with pytest.raises(RosterRefused) as refused:
        import_roster(content, name, now=now, by=by)
    return [(p.row, p.column, p.code) for p in refused.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_roster_comes_in(encoding, county, now):
    report = import_roster(as_csv(ROW, encoding=encoding), "r.csv", now=now, by=None)

    person = User.objects.get(officer_number="97012100001")
    assert (report.read, report.created) == (1, 1)
    assert person.name == "虞听澜"
    assert organisation_of(person, date(2025, 3, 1)) == county
    assert roles_of(person, now) == {Role.TRAINEE}
    assert not person.has_usable_password()


def test_an_xlsx_roster_with_real_dates_comes_in(county, now):
    row = [*ROW[:6], date(2025, 3, 1), "教员、监考"]
    import_roster(as_xlsx(row), "r.xlsx", now=now, by=None)

    person = User.objects.get(officer_number="97012100001")
    assert roles_of(person, now) == {Role.TRAINER, Role.INVIGILATOR}


def test_importing_again_changes_nothing(county, now):
    import_roster(as_csv(ROW), "r.csv", now=now, by=None)
    report = import_roster(as_csv(ROW), "r.csv", now=now, by=None)

    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)


def test_a_changed_body_moves_the_person(county, other_county, now):
    import_roster(as_csv(ROW), "r.csv", now=now, by=None)
    moved = [*ROW[:2], "临溪县应急管理局", *ROW[3:6], "2026-09-01", ""]
    report = import_roster(as_csv(moved), "r.csv", now=now, by=None)

    person = User.objects.get(officer_number="97012100001")
    assert report.updated == 1
    assert organisation_of(person, date(2026, 8, 31)) == county
    assert organisation_of(person, date(2026, 9, 1)) == other_county


def test_a_dry_run_changes_nothing(county, now):
    report = import_roster(as_csv(ROW), "r.csv", now=now, by=None, dry_run=True)

    assert report.created == 1
    assert not User.objects.filter(officer_number="97012100001").exists()


def test_every_wrong_cell_is_named_and_nothing_comes_in(county, now):
    wrong = [
        ROW,
        ["", "97012100002", "望川县应急管理局", "", "", "", "2025-03-01", ""],
        ["甲", "x!", "望川县应急管理局", "", "", "", "2025-02-30", "局长"],
        ["乙", "97012100001", "没有这个局", "", "", "", "2025-03-01", ""],
    ]

    assert problems_of(as_csv(*wrong), "r.csv", now) == [
        (3, "姓名", "missing"),
        (4, "执法证号", "wrong_form"),
        (4, "入职日期", "not_a_date"),
        (4, "角色", "unknown_role"),
        (5, "执法证号", "repeated"),
        (5, "单位", "unknown_organisation"),
    ]
    assert not User.objects.filter(officer_number="97012100001").exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"not a zip", "r.xlsx", "not_a_spreadsheet"),
        (b"\xff\xfe\x00\x81", "r.csv", "unknown_encoding"),
        ("甲,乙\n1,2".encode(), "r.csv", "missing_columns"),
        (as_csv(), "r.csv", "empty"),
        (b"", "r.csv", "empty"),
    ],
)
def test_an_unreadable_file_is_refused_with_the_reason(content, name, code, db, now):
    assert problems_of(content, name, now) == [(1, "", code)]


def test_an_administrator_imports_only_into_their_own_bodies(
    organisation_admin, other_county, now
):
    beyond = [*ROW[:2], "临溪县应急管理局", *ROW[3:]]
    greedy = [*ROW[:7], "发证人员"]

    assert problems_of(as_csv(beyond), "r.csv", now, organisation_admin) == [
        (2, "单位", "beyond_reach")
    ]
    assert problems_of(as_csv(greedy), "r.csv", now, organisation_admin) == [
        (2, "角色", "role_not_yours_to_give")
    ]
