"""What a document says: the officer's structured answers in customary words.

Which answers are right is the engine's business; here they are only worded. The
names of officers are put in when a page is made: the log holds ids alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from courses.citations import parse_key
from courses.enums import Method, Sector
from simulator.documents.library import Form
from simulator.documents.rendering import FilledForm
from simulator.engine import FIELDS, Case, State, told
from simulator.engine.case import RequiredDocument

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

    def short(self, item_id: str) -> str:
        """An item by its text alone."""
        return self.case.item_by_id[item_id].text


def cite(key: str) -> str:
    """A canonical key in words; what is no key stays as it is."""
    try:
        return parse_key(key).text
    except ValueError:
        return key


def fill(
    form: Form, document: RequiredDocument | None, desk: Desk, number: str
) -> FilledForm:
    """The form with what was answered, and with what a system knows by itself."""
    given: Mapping[str, Any] = (
        desk.state.filled.get(document.id, {}) if document else {}
    )
    known = _known(desk)
    values = {}
    for field in form.fields:
        answer = given.get(field.key)
        if answer in (None, "", [], {}):
            values[field.key] = known.get(field.auto or field.key, "")
        else:
            values[field.key] = worded(field.key, answer, desk)
    extra = str(given.get("facts_text", "")).strip()
    long_key = next((k for k in LONG_FACTS if k in values), "")
    if extra and long_key:
        values[long_key] = "\n".join(filter(None, (values[long_key], extra)))
    authority = desk.case.head.authority
    return FilledForm(form, number, values, authority, anchor=form.code)


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


def _officers(key: str, answer: Sequence[str], desk: Desk) -> str:
    known = desk.case.officer_by_id
    return "、".join(desk.officer(each) for each in answer if each in known)


def _items(key: str, answer: Sequence[str], desk: Desk) -> str:
    known = [each for each in answer if each in desk.case.item_by_id]
    word = desk.item if key in LONG_FACTS else desk.short
    return "\n".join(f"{n}. {word(each)}" for n, each in enumerate(known, start=1))


def _item_dates(key: str, answer: Mapping[str, str], desk: Desk) -> str:
    return "\n".join(
        f"{n}. {desk.short(item)}：{day_text(day)}{'前' if key == 'deadline' else ''}"
        for n, (item, day) in enumerate(answer.items(), start=1)
        if item in desk.case.item_by_id and day
    )


def _refs(key: str, answer: Sequence[str], desk: Desk) -> str:
    return "、".join(cite(each) for each in answer)


def _amounts(key: str, answer: Mapping[str, int], desk: Desk) -> str:
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
    "officers": _officers,
    "items": _items,
    "item_dates": _item_dates,
    "refs": _refs,
    "amounts": _amounts,
    "yes": _yes,
    "scenes": _scenes,
    "results": _results,
}


def _known(desk: Desk) -> dict[str, str]:
    """What the system fills in by itself: who, where, when, what the log holds."""
    case, state = desk.case, desk.state
    enterprise = case.enterprise
    lead = next(o.id for o in case.team if o.role == "lead")
    chosen = dict.fromkeys((lead, *state.plan.officers))
    visit = day_text(case.head.time.sim_start.date().isoformat())
    return {
        "enterprise": enterprise.name,
        "party": enterprise.name,
        "authority": case.head.authority,
        "address": enterprise.address,
        "representative": enterprise.representative,
        "sector": str(Sector(case.head.sector).label),
        "method": str(Method(case.head.method).label),
        "officers": _officers("officers", tuple(chosen), desk),
        "visit_date": visit,
        "case_source": "监督检查发现",
        **_immediate(desk),
        **_inquiry(desk, visit),
        **_proceeding(desk),
    }


def _immediate(desk: Desk) -> dict[str, str]:
    """The measures ordered on the spot and what they rest on."""
    orders = [o for o in desk.state.orders.values() if o.kind in ON_THE_SPOT]
    if not orders:
        return {}
    records = desk.state.records
    keys = dict.fromkeys(
        key for o in orders if o.item in records for key in records[o.item].power
    )
    return {
        "immediate_findings": "\n".join(
            f"{n}. {desk.item(o.item)}" for n, o in enumerate(orders, start=1)
        ),
        "immediate_basis": "、".join(cite(key) for key in keys),
        "immediate_measures": "\n".join(
            f"{n}. {ON_THE_SPOT[o.kind]}：{desk.short(o.item)}。"
            for n, o in enumerate(orders, start=1)
        ),
    }


ON_THE_SPOT: Mapping[str, str] = {
    "order_immediate": "责令立即排除",
    "evacuate": "责令从危险区域内撤出作业人员",
    "seal": "查封、扣押",
}


def _inquiry(desk: Desk, visit: str) -> dict[str, str]:
    """Who was asked what, and what was answered, in the order of the log."""
    asked = sorted(
        (seq, source)
        for source, seq in desk.state.looked.items()
        if desk.case.sources[source].question is not None
    )
    if not asked:
        return {}
    people = {person.id: person for person in desk.case.people}
    names, lines = [], []
    for _seq, source_id in asked:
        source = desk.case.sources[source_id]
        person = people[source_id.split(".")[0]]
        names.append(f"{person.name}（{person.role}）")
        question = source.question.text if source.question else ""
        lines.append(f"问（{person.name}）：{question}")
        lines.append(f"答：{told(desk.case, desk.state, source)}")
    return {
        "inquiry_time": visit,
        "inquiry_place": desk.case.enterprise.name,
        "inquiry_person": "、".join(dict.fromkeys(names)),
        "dialogue": "\n".join(lines),
    }


def _proceeding(desk: Desk) -> dict[str, str]:
    """The dates of the penalty proceeding; the last one filed counts."""
    files = list(desk.state.files.values())
    if not files:
        return {}
    file = files[-1]
    laws = dict.fromkeys(
        cite(key).split("》")[0] + "》"
        for item in file.items
        if item in desk.state.records
        for key in desk.state.records[item].duty
    )
    cause = f"违反{'、'.join(laws)}有关应急管理规定案" if laws else ""
    return {
        "cause": f"涉嫌{cause}" if cause else "",
        "cause_closed": cause,
        "filed_on": day_text(file.filed_on.isoformat()),
        "noticed_on": day_text(file.noticed_on.isoformat()) if file.noticed_on else "",
        "penalty_facts": _items("facts", file.items, desk),
    }
