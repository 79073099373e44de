"""Structured answers of an officer in the customary words of a document.

Which answers are right is the engine's business; here they are only worded. The
names of officers are put in when a page is made: the log holds ids alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from courses.citations import parse_key
from simulator.engine import FIELDS, Case, State

REMEDY = (
    "如不服本决定，可以自知道本决定之日起六十日内向{government}申请行政复议，"
    "也可以自知道本决定之日起六个月内依法向有管辖权的人民法院提起行政诉讼；"
    "复议、诉讼期间本决定不停止执行，法律另有规定的除外。"
)
PAYMENT = (
    "自收到本决定书之日起十五日内到指定的银行或者通过电子支付系统缴纳罚款；"
    "到期不缴纳的，每日按罚款数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额。"
)
DEFENCE = "你单位有权进行陈述和申辩，可以口头或者书面提出；本机关将充分听取，不因陈述、申辩而给予更重的处罚。"
HEARING = (
    "你单位有要求举行听证的权利；要求听证的，应当在收到本告知书后五个工作日内提出。"
)
SIGNED = "已由检查人员和被检查单位负责人签字；拒绝签字的，已在记录中注明并报告。"
RIGHTS = "已告知有如实回答的义务和陈述、申辩、申请回避的权利，被询问人表示听清楚了。"
SHOWN = "已出示行政执法证件"
WORDED_YES: Mapping[str, str] = {
    "signatures": SIGNED,
    "signature": SIGNED,
    "credentials_shown": SHOWN,
    "rights_told": RIGHTS,
    "defence_right": DEFENCE,
    "hearing_right": HEARING,
    "remedy": REMEDY,
    "remedy_route": REMEDY,
    "payment": PAYMENT,
    "reasons": "",
}
"""What a ticked statement says in full; the reader sees the words on the page."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who inspects: the lead officer's name and number, and the body's government."""

    name: str
    number: str
    government: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a document can be worded from."""

    case: Case
    state: State
    party: Party

    def officer(self, officer_id: str) -> str:
        """An officer by name; the lead is the person who plays."""
        officer = self.case.officer_by_id[officer_id]
        if officer.role == "lead":
            return f"{self.party.name}（{self.party.number}）"
        return officer.name

    def item(self, item_id: str) -> str:
        """An item with the facts and the duty as recorded."""
        item = self.case.item_by_id[item_id]
        record = self.state.records.get(item_id)
        if record is None:
            return item.text
        said = record.fact_text.rstrip("。") or item.text
        duty = "、".join(cite(key) for key in record.duty)
        return f"{said}，违反了{duty}的规定。" if duty else f"{said}。"

    def evidence(self, items: Sequence[str]) -> list[str]:
        """The evidence linked to the records of these items, numbered."""
        records = self.state.records
        atoms = dict.fromkeys(
            atom
            for item in items
            if item in records
            for atom in sorted(records[item].atoms)
        )
        return [
            f"证据{n}：{self.case.atoms[atom].text.rstrip('。')}。"
            for n, atom in enumerate(atoms, start=1)
        ]

    def short(self, item_id: str) -> str:
        """An item by its text alone."""
        return self.case.item_by_id[item_id].text


def cite(key: str) -> str:
    """A canonical key in words; what is no key stays as it is."""
    try:
        return parse_key(key).text
    except ValueError:
        return key


LONG_FACTS = ("findings", "facts", "facts_evidence", "order_ref", "result_each_item")
"""Where an officer's own free words are printed."""


def worded(key: str, answer: Any, desk: Desk) -> str:
    """An answer in words, by the kind of its field."""
    kind = FIELDS.get(key, "text")
    word = WORDS.get(kind)
    if word is None or isinstance(answer, str):
        return day_text(answer) if kind == "date" else str(answer)
    return word(key, answer, desk)


def day_text(text: str) -> str:
    """An ISO date as 2026年11月23日; anything else stays."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def word_officers(key: str, answer: Sequence[str], desk: Desk) -> str:
    known = desk.case.officer_by_id
    return "、".join(desk.officer(each) for each in answer if each in known)


def word_items(key: str, answer: Sequence[str], desk: Desk) -> str:
    """Items numbered line by line, and where evidence belongs beside them, that too."""
    known = [each for each in answer if each in desk.case.item_by_id]
    word = desk.item if key in LONG_FACTS else desk.short
    lines = [f"{n}. {word(each)}" for n, each in enumerate(known, start=1)]
    if key == "facts_evidence":
        lines += desk.evidence(known)
    return "\n".join(lines)


def _item_dates(key: str, answer: Mapping[str, str], desk: Desk) -> str:
    return "\n".join(
        f"{n}. {desk.short(item)}：{day_text(day)}{'前' if key == 'deadline' else ''}"
        for n, (item, day) in enumerate(answer.items(), start=1)
        if item in desk.case.item_by_id and day
    )


def word_refs(key: str, answer: Sequence[str], desk: Desk) -> str:
    return "、".join(cite(each) for each in answer)


def word_amounts(key: str, answer: Mapping[str, int], desk: Desk) -> str:
    lines = [
        f"{desk.short(item)}：罚款人民币{amount:,}元"
        for item, amount in answer.items()
        if item in desk.case.item_by_id
    ]
    return "；".join(lines)


def _yes(key: str, answer: bool, desk: Desk) -> str:
    text = WORDED_YES.get(key, "")
    return text.format(government=desk.party.government) if answer else ""


def _scenes(key: str, answer: Sequence[str], desk: Desk) -> str:
    titles = {scene.id: scene.title for scene in desk.case.scenes}
    return "、".join(titles[each] for each in answer if each in titles)


def _results(key: str, answer: Mapping[str, bool], desk: Desk) -> str:
    return "\n".join(
        f"{n}. {desk.short(item)}：{'已完成整改' if fixed else '未完成整改'}。"
        for n, (item, fixed) in enumerate(answer.items(), start=1)
        if item in desk.case.item_by_id
    )


WORDS: Mapping[str, Callable[[str, Any, Desk], str]] = {
    "officers": word_officers,
    "items": word_items,
    "item_dates": _item_dates,
    "refs": word_refs,
    "amounts": word_amounts,
    "yes": _yes,
    "scenes": _scenes,
    "results": _results,
}
