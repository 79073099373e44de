"""The ledger: what is refused with triggers on, what is found with triggers off."""

import json
from datetime import date, timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from openpyxl import Workbook

from accounts.chain import GENESIS, link_hash
from credentials.enums import Act, Ground
from credentials.errors import Excluded, ImportRefused
from credentials.formats.earlier import EarlierAct, EarlierEntry, read_entries
from credentials.models import (
    Checkpoint,
    GateEvent,
    LedgerEntry,
    NumberSeries,
    Qualification,
)
from credentials.queries.register import standing_of
from credentials.queries.verification import leaves_until, verify_ledger
from credentials.rules.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from credentials.services.checkpoints import make_checkpoint
from credentials.services.migration import import_register
from credentials.services.proposals import Asked, approve_proposal, propose_act


@pytest.fixture
def ledger(learner, stranger, issue, certifier, second_certifier, now):
    """Four entries: two issued, one suspended and reinstated."""
    qualification = issue(learner)
    issue(stranger)
    for act, ground in (
        (Act.SUSPENDED, Ground.CARD_NOT_SHOWN),
        (Act.REINSTATED, Ground.MEASURES_COMPLETED),
    ):
        proposal = propose_act(
            qualification, act, Asked(ground, "XZCFF:55", "1号"), by=certifier, now=now
        )
        approve_proposal(proposal, by=second_certifier, now=now)
    return qualification


@pytest.fixture
def triggers_off(db):
    """The owner of the table lifts its triggers, as an intruder with rights would."""
    with connection.cursor() as cursor:
        for table in ("credentials_ledgerentry", "credentials_checkpoint"):
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


def execute(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credentials_ledgerentry SET document = 'x'",
        "DELETE FROM credentials_ledgerentry WHERE sequence = 4",
        "INSERT INTO credentials_ledgerentry (sequence, act, scheme, effective_at, recorded_at, "
        "ground, document, details, prev_hash, hash) SELECT 9, act, scheme, "
        "effective_at, recorded_at, ground, document, details, hash, 'x' "
        "FROM credentials_ledgerentry WHERE sequence = 4",
        "UPDATE credentials_checkpoint SET root = 'x'",
        "DELETE FROM credentials_checkpoint",
    ],
)
def test_database_refuses_to_change_the_ledger(ledger, now, statement):
    make_checkpoint(now=now)

    with pytest.raises(DatabaseError):
        execute(statement)
    assert verify_ledger().intact


@pytest.mark.parametrize("table", ["ledgerentry", "checkpoint"])
def test_database_refuses_to_truncate(ledger, table):
    if connection.vendor != "postgresql":
        return  # SQLite has no TRUNCATE; DELETE without WHERE is refused above

    with pytest.raises(DatabaseError):
        execute(" ".join(["TRUNCATE", f"credentials_{table}", "CASCADE"]))


def test_following_entry_reads_the_ledger_by_its_index(ledger):
    if connection.vendor != "postgresql":
        return  # SQLite makes the plan of a trigger anew for every statement

    def whole_reads():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq_scan FROM pg_stat_xact_user_tables "
                "WHERE relname = 'credentials_ledgerentry'"
            )
            return cursor.fetchone()[0]

    last = LedgerEntry.objects.get(sequence=4)
    before = whole_reads()
    for sequence in (5, 6):
        last.pk, last.sequence = None, sequence
        last.prev_hash, last.hash = last.hash, f"hash {sequence}"
        last.save(force_insert=True)

    assert whole_reads() == before


def test_untouched_ledger_is_intact(ledger, now):
    make_checkpoint(now=now)

    answer = verify_ledger()

    assert (answer.intact, answer.entries, answer.checkpoints) == (True, 4, 1)


@pytest.mark.parametrize("column", ["ground", "document", "scheme", "act"])
def test_edit_is_found(ledger, triggers_off, column):
    LedgerEntry.objects.filter(sequence=2).update(**{column: "x"})

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (2, "altered")


def test_edit_of_time_details_and_people_is_found(ledger, triggers_off, certifier, now):
    for change in (
        {"effective_at": now - timedelta(days=1)},
        {"recorded_at": now - timedelta(days=1)},
        {"details": {}},
        {"officer": certifier.public_id},
        {"approved_by": None},
    ):
        stored = LedgerEntry.objects.values().get(sequence=3)
        LedgerEntry.objects.filter(sequence=3).update(**change)
        assert verify_ledger().fault.seq == 3
        LedgerEntry.objects.filter(sequence=3).update(**{k: stored[k] for k in change})
    assert verify_ledger().intact


def test_edit_with_a_matching_hash_breaks_the_next_link(ledger, triggers_off):
    row = LedgerEntry.objects.get(sequence=2)
    row.document = "x"
    new = link_hash(row.prev_hash, row.payload())
    execute(
        "UPDATE credentials_ledgerentry SET document = 'x', hash = %s WHERE sequence = 2",
        new,
    )

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (3, "not_linked")


def test_whole_chain_written_anew_is_found_by_a_checkpoint(ledger, triggers_off, now):
    make_checkpoint(now=now)
    previous = GENESIS
    for row in LedgerEntry.objects.order_by("sequence"):
        row.document, row.prev_hash = "forged", previous
        row.hash = previous = link_hash(previous, row.payload())
        row.save()
    execute("UPDATE credentials_register SET hash = %s", previous)

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (4, "checkpoint_differs")


def test_gap_is_found(ledger, triggers_off):
    execute("DELETE FROM credentials_ledgerentry WHERE sequence = 2")

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (2, "missing")


def test_truncation_is_found(ledger, triggers_off):
    execute("DELETE FROM credentials_ledgerentry WHERE sequence > 2")

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (3, "truncated")


def test_truncation_with_the_head_set_back_is_found_by_a_checkpoint(
    ledger, triggers_off, now
):
    make_checkpoint(now=now)
    execute("DELETE FROM credentials_ledgerentry WHERE sequence > 2")
    last = LedgerEntry.objects.get(sequence=2)
    execute("UPDATE credentials_register SET sequence = 2, hash = %s", last.hash)

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (3, "truncated")


def test_reorder_is_found(ledger, triggers_off):
    for old, new in ((2, 99), (3, 2), (99, 3)):
        execute(
            "UPDATE credentials_ledgerentry SET sequence = %s WHERE sequence = %s",
            new,
            old,
        )

    assert verify_ledger().fault.seq == 2


def test_inserted_entry_is_found(ledger, triggers_off):
    row = LedgerEntry.objects.get(sequence=4)
    row.pk, row.sequence, row.hash = None, 5, "f" * 64
    row.save(force_insert=True)

    assert verify_ledger().fault.seq == 5


def test_checkpoint_proves_inclusion_and_consistency(ledger, issue, examiner, now):
    first = make_checkpoint(now=now)
    issue(examiner)
    second = make_checkpoint(now=now)
    leaves = list(leaves_until(second.size))
    root = bytes.fromhex(second.root)

    assert verify_inclusion(leaves[1], 1, second.size, inclusion_proof(leaves, 1), root)
    assert verify_consistency(
        first.size,
        second.size,
        bytes.fromhex(first.root),
        root,
        consistency_proof(leaves, first.size),
    )
    assert first.signature.count(".") == 2


def test_forged_checkpoint_over_a_chain_written_anew_is_found(
    ledger, triggers_off, now
):
    make_checkpoint(now=now)
    previous = GENESIS
    for row in LedgerEntry.objects.order_by("sequence"):
        row.document, row.prev_hash = "forged", previous
        row.hash = previous = link_hash(previous, row.payload())
        row.save()
    execute("UPDATE credentials_register SET hash = %s", previous)
    root = root_of(leaves_until(4)).hex()
    execute("UPDATE credentials_checkpoint SET root = %s, head = %s", root, previous)

    fault = verify_ledger().fault

    assert (fault.seq, fault.reason) == (4, "checkpoint_unsigned")


def test_each_of_several_checkpoints_is_compared(ledger, issue, examiner, now):
    first = make_checkpoint(now=now)
    issue(examiner)
    make_checkpoint(now=now)

    assert verify_ledger().checkpoints == 2
    later = verify_ledger(since=first)
    assert (later.intact, later.entries, later.checkpoints) == (True, 1, 1)


def test_edit_before_the_checkpoint_is_found_by_its_root(ledger, triggers_off, now):
    checkpoint = make_checkpoint(now=now)
    execute("UPDATE credentials_ledgerentry SET hash = %s WHERE sequence = 2", "f" * 64)

    fault = verify_ledger(since=checkpoint).fault

    assert (fault.seq, fault.reason) == (4, "checkpoint_differs")


def test_checkpoint_of_the_same_size_is_made_once(ledger, now):
    assert make_checkpoint(now=now) == make_checkpoint(now=now)
    assert Checkpoint.objects.count() == 1


def run(command, *arguments):
    out = StringIO()
    code = 0
    try:
        call_command(command, *arguments, stdout=out)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue()


def test_verify_command_names_the_first_bad_entry(ledger, triggers_off, now):
    make_checkpoint(now=now)
    code, text = run("verify_ledger", "--format", "json")
    assert (code, json.loads(text)["intact"]) == (0, True)
    assert run("verify_ledger", "--since", "4")[0] == 0
    with pytest.raises(CommandError):
        run("verify_ledger", "--since", "3")

    execute("UPDATE credentials_ledgerentry SET document = 'x' WHERE sequence = 3")

    code, text = run("verify_ledger", "--format", "json")
    assert code == 1
    assert json.loads(text)["first_bad"] == {"sequence": 3, "reason": "altered"}


def test_prove_command_proves_inclusion_and_consistency(ledger, issue, examiner, now):
    make_checkpoint(now=now)
    issue(examiner)
    make_checkpoint(now=now)

    inside = json.loads(run("prove_entry", "2")[1])
    longer = json.loads(run("prove_entry", "--from", "4")[1])

    root = bytes.fromhex(inside["root"])
    leaf = leaf_hash(bytes.fromhex(inside["hash"]))
    proof = [bytes.fromhex(part) for part in inside["proof"]]
    assert verify_inclusion(leaf, 1, 5, proof, root)
    grown = [bytes.fromhex(part) for part in longer["proof"]]
    assert verify_consistency(4, 5, bytes.fromhex(longer["earlier_root"]), root, grown)
    for arguments in (("9",), ("--from", "3"), ("1", "--size", "2"), ()):
        with pytest.raises(CommandError):
            run("prove_entry", *arguments)


def test_rebuild_reports_and_repairs(ledger):
    assert run("rebuild_register")[0] == 0
    Qualification.objects.filter(pk=ledger.pk).update(divisions=["970000"])

    code, text = run("rebuild_register", "--format", "json")
    assert (code, len(json.loads(text)["differences"])) == (1, 1)

    run("rebuild_register", "--repair")
    ledger.refresh_from_db()
    assert ledger.divisions == ["970121"]
    assert run("rebuild_register")[0] == 0


def test_rebuild_names_entries_without_a_row_and_rows_without_entries(
    ledger, issue, examiner, triggers_off
):
    other = issue(examiner)
    ghost, orphan = uuid4(), ledger.public_id
    LedgerEntry.objects.filter(qualification=orphan).update(qualification=ghost)

    code, text = run("rebuild_register", "--format", "json")

    assert code == 1
    assert sorted(json.loads(text)["differences"]) == sorted(
        [f"{ghost}: entries without a row", f"{orphan}: row without valid entries"]
    )
    other.refresh_from_db()
    assert other.state == "active"


def test_was_qualified_command(ledger, learner, now):
    code, text = run(
        "was_qualified", "learner", "--on", "2026-11-23", "--format", "json"
    )
    assert (code, json.loads(text)["qualified"]) == (0, True)
    assert run("was_qualified", "learner", "--on", "2026-11-22")[0] == 1
    assert (
        run(
            "was_qualified", "learner", "--on", "2026-12-01", "--as-known", "2026-11-01"
        )[0]
        == 1
    )
    with pytest.raises(CommandError):
        run("was_qualified", "nobody", "--on", "2026-11-22")


def earlier(person, number="970100-2024-0007", **changes):
    values = {
        "row": 2,
        "officer": person.officer_number,
        "number": number,
        "valid_from": date(2024, 7, 1),
        "valid_to": date(2029, 7, 1),
        "sectors": ("hazchem",),
    }
    return EarlierEntry(**values | changes)


@pytest.fixture
def take_over(scheme, city, certifier, second_certifier, now):
    def take(*entries, by=certifier, **options):
        return import_register(
            entries,
            scheme=scheme,
            issuer=city,
            by=by,
            approved_by=second_certifier,
            now=now,
            **options,
        )

    return take


def test_earlier_register_is_taken_over_once_and_marked(take_over, learner, stranger):
    rows = [earlier(learner), earlier(stranger, "970100-2024-0009")]

    first, second = take_over(*rows), take_over(*rows)

    assert (first.taken_over, second.taken_over, second.unchanged) == (2, 0, 2)
    entry = LedgerEntry.objects.get(sequence=1)
    assert (entry.act, entry.details["provenance"]) == (Act.MIGRATED, "migrated")
    assert NumberSeries.objects.get(division="970100", year=2024).last == 9
    assert verify_ledger().intact


def test_history_of_an_earlier_register_is_taken_over_and_announced(
    take_over, learner, now
):
    before = GateEvent.objects.count()
    acts = (
        EarlierAct(2, Act.SUSPENDED, date(2025, 3, 1), "年审未通过", "旧12号"),
        EarlierAct(3, Act.REINSTATED, date(2025, 4, 1)),
        EarlierAct(4, Act.RENEWED, date(2026, 3, 1), valid_to=date(2034, 7, 1)),
    )
    take_over(earlier(learner, history=acts))

    row = Qualification.objects.get()
    suspended = LedgerEntry.objects.get(act=Act.SUSPENDED)
    link = row.evidence_links.get()
    assert list(LedgerEntry.objects.values_list("act", flat=True)) == [
        Act.MIGRATED,
        *(act.act for act in acts),
    ]
    assert suspended.details["earlier_ground"] == "年审未通过"
    assert standing_of(row.public_id, at=suspended.effective_at).state == "suspended"
    assert (row.state, row.valid_to.year) == ("active", 2034)
    assert link.reference == "earlier-register#2"
    opening = LedgerEntry.objects.get(act=Act.MIGRATED)
    assert opening.details["evidence"][0]["hash"] == link.content_hash
    assert GateEvent.objects.count() == before + 4
    assert verify_ledger().intact
    assert run("rebuild_register")[0] == 0


@pytest.mark.parametrize(
    ("acts", "problem"),
    [
        ([EarlierAct(2, Act.REINSTATED, date(2025, 3, 1))], "do not follow"),
        ([EarlierAct(2, Act.SUSPENDED, date(2030, 3, 1))], "future"),
    ],
)
def test_impossible_history_is_refused(take_over, learner, acts, problem):
    with pytest.raises(ImportRefused) as refusal:
        take_over(earlier(learner, history=tuple(acts)))

    assert problem in refusal.value.problems[0]
    assert LedgerEntry.objects.count() == 0


def test_second_sheet_tells_the_history():
    book = Workbook()
    book.active.append(["人员编号", "证号", "发证日期", "有效期至"])
    book.active.append(["A1", "970100-2024-0007", "2024年7月1日", date(2029, 7, 1)])
    sheet = book.create_sheet("变动")
    sheet.append(["证号", "变动", "日期", "事由", "依据文号", "新有效期至"])
    sheet.append(["970100-2024-0007", "恢复", "2025/4/1", "", "", ""])
    sheet.append(["970100-2024-0007", "暂扣", "2025/3/1", "年审未通过", "旧12号", ""])
    sheet.append(["970100-2024-0007", "延期", "2025/5/1", "", "", ""])
    sheet.append(["970100-2024-0008", "注销", "2025/5/1", "", "", ""])
    out = BytesIO()
    book.save(out)

    entries, problems = read_entries(out.getvalue(), "旧台账.xlsx")

    assert [a.act for a in entries[0].history] == [Act.SUSPENDED, Act.REINSTATED]
    assert entries[0].history[0].ground == "年审未通过"
    assert problems == [
        "变动 4: valid_to is empty",
        "变动 5: unknown number 970100-2024-0008",
    ]


def test_dry_run_writes_nothing(take_over, learner):
    assert take_over(earlier(learner), dry_run=True).taken_over == 1
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"officer": "nobody"}, "2: unknown officer nobody"),
        ({"sectors": ("space",)}, "2: unknown sector in space"),
        ({"methods": ("magic",)}, "2: unknown method in magic"),
    ],
)
def test_faulty_row_is_named_and_nothing_written(
    take_over, learner, stranger, changes, problem
):
    with pytest.raises(ImportRefused) as refusal:
        take_over(earlier(stranger, "970100-2024-0001"), earlier(learner, **changes))

    assert refusal.value.problems == [problem]
    assert not LedgerEntry.objects.exists()


def test_number_and_officer_are_used_once(take_over, learner, stranger):
    with pytest.raises(ImportRefused) as refusal:
        take_over(
            earlier(learner), earlier(stranger), earlier(learner, "970100-2024-0008")
        )

    assert len(refusal.value.problems) == 2


def test_taking_over_takes_two_people(take_over, learner, second_certifier):
    with pytest.raises(Excluded):
        take_over(earlier(learner), by=second_certifier)


def test_spreadsheet_is_read_by_its_headings():
    text = (
        "姓名,证号,人员编号,发证日期,有效期至,领域,区域\n"
        "方可晴,970100-2024-0001,97001,2024年7月1日,2029/7/1,hazchem、fireworks,970121\n"
        "欧阳澈,970100-2024-0002,97002,2024-07-01,2024-07-01,,\n"
        ",,97003,2024-07-01,2025-07-01,,\n"
    )

    entries, problems = read_entries(text.encode(), "x.csv")

    assert [e.officer for e in entries] == ["97001"]
    assert entries[0].sectors == ("hazchem", "fireworks")
    assert problems == [
        "3: valid_to is not after valid_from",
        "4: number is empty",
    ]
    assert read_entries("证号\n".encode(), "x.csv")[1][0].startswith("1: missing")
