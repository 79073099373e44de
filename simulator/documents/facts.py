"""What a document says: what was answered, and what a system knows by itself."""

from collections.abc import Mapping
from typing import Any

from courses.enums import Method, Sector
from simulator.documents.library import Form
from simulator.documents.proceeding import proceeding_facts
from simulator.documents.rendering import FilledForm
from simulator.documents.wording import (
    LONG_FACTS,
    Desk,
    cite,
    day_text,
    word_officers,
    worded,
)
from simulator.engine import told
from simulator.engine.case import RequiredDocument


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
        "officers": word_officers("officers", tuple(chosen), desk),
        "visit_date": visit,
        "case_source": "监督检查发现",
        **_immediate(desk),
        **_inquiry(desk, visit),
        **_reinspection(desk),
        **proceeding_facts(desk),
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


def _reinspection(desk: Desk) -> dict[str, str]:
    """When it was looked at again, and what follows from it."""
    results = desk.state.reinspected
    days = [
        order.reinspection_date
        for order in desk.state.orders.values()
        if order.item in results and order.reinspection_date
    ]
    if not results:
        return {}
    left = [item for item, fixed in results.items() if not fixed]
    after = "整改已全部完成。"
    if left:
        after = "未完成整改的，依法作出处理：" + "；".join(map(desk.short, left)) + "。"
    return {
        "reinspected_on": day_text(max(days).isoformat()) if days else "",
        "follow_up": after,
    }
