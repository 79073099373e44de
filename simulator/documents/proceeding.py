"""What the papers of a penalty proceeding say by themselves, and which are due."""

from collections.abc import Callable, Mapping

from simulator.documents.library import Form
from simulator.documents.wording import (
    HEARING,
    Desk,
    cite,
    day_text,
    word_amounts,
    word_items,
    word_refs,
)
from simulator.engine.state import PenaltyLine, Proceeding, State

NOT_HARSHER = "经复核，维持原拟处罚，未因当事人陈述、申辩而加重。"
LIGHTER = "经复核，采纳当事人部分意见，处罚较告知时减轻。"
HARSHER = "复核后的处罚重于告知的处罚。"
UNDECIDED = "复核意见待作出。"


def current_file(state: State) -> Proceeding | None:
    """The proceeding the papers are about: the last one filed."""
    files = list(state.files.values())
    return files[-1] if files else None


def proceeding_facts(desk: Desk) -> dict[str, str]:
    """Cause, facts, dates, notices and reviews of the last proceeding."""
    file = current_file(desk.state)
    if file is None:
        return {}
    cause = _cause(desk, file)
    proposal = _fines(file.proposal)
    return {
        "cause": f"涉嫌{cause}" if cause else "",
        "cause_closed": cause,
        "filed_on": day_text(file.filed_on.isoformat()),
        "noticed_on": _day(file, "penalty.notice"),
        "penalty_facts": word_items("facts", file.items, desk),
        "facts_evidence": word_items("facts_evidence", file.items, desk),
        "penalty_basis": word_refs("basis", _basis(desk, file), desk),
        "penalty_reasons": file.reasons,
        "proposed_penalty": word_amounts("proposed_penalty", proposal, desk),
        "hearing_right": HEARING if file.hearing_informed else "",
        "hearing_told_on": _day(file, "hearing.inform"),
        "defence_on": _day(file, "defence.hear") or _day(file, "hearing.hold"),
        "defence_text": _defence(desk, file),
        "defence_review": _review(file),
        "handling_opinion": _opinion(desk, file),
        "legal_review": _legal_review(file),
        "served_document": "行政处罚决定书" if file.served else "",
        "served_on": _day(file, "service.deliver"),
        "served_how": "直接送达" if file.served else "",
    }


def _cause(desk: Desk, file: Proceeding) -> str:
    laws = dict.fromkeys(
        cite(key).split("》")[0] + "》"
        for item in file.items
        if item in desk.state.records
        for key in desk.state.records[item].duty
    )
    return f"违反{'、'.join(laws)}有关应急管理规定案" if laws else ""


def _day(file: Proceeding, verb: str) -> str:
    return day_text(file.days[verb].isoformat()) if verb in file.days else ""


def _fines(lines: tuple[PenaltyLine, ...]) -> dict[str, int]:
    return {line.item: line.fine_yuan for line in lines}


def _basis(desk: Desk, file: Proceeding) -> list[str]:
    cited = [key for line in file.proposal for key in line.power]
    records = desk.state.records
    recorded = [k for i in file.items if i in records for k in records[i].power]
    return list(dict.fromkeys(cited or recorded))


def _defence(desk: Desk, file: Proceeding) -> str:
    if file.waived:
        return "当事人明确表示放弃陈述、申辩。"
    return desk.case.defence.says if desk.case.defence and file.heard else ""


def _review(file: Proceeding) -> str:
    if not file.decision:
        return UNDECIDED
    told, decided = _fines(file.proposal), _fines(file.decision)
    if any(amount > told.get(item, 0) for item, amount in decided.items()):
        return HARSHER
    return LIGHTER if sum(decided.values()) < sum(told.values()) else NOT_HARSHER


def _opinion(desk: Desk, file: Proceeding) -> str:
    fines = word_amounts("penalty", _fines(file.proposal), desk)
    return f"建议依法作出如下行政处罚：{fines}。" if fines else ""


def _legal_review(file: Proceeding) -> str:
    day = _day(file, "legal_review.pass")
    return f"法制审核通过。{day}" if day else ""


DUE: Mapping[str, Callable[[Proceeding], bool]] = {
    "penalty": lambda file: bool(file.proposal),
    "hearing": lambda file: file.hearing_informed,
    "defence": lambda file: file.heard or file.waived,
    "served": lambda file: file.served,
}
"""When a paper that no one fills in belongs into the file, by `when` of its form."""


def made_by_itself(form: Form, state: State) -> bool:
    """Whether the proceeding gave rise to this paper without a form to fill in."""
    file = current_file(state)
    return file is not None and form.when in DUE and DUE[form.when](file)
