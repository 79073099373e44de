"""The simulator's engine: an inspection as pure functions of its event log.

No Django, no clock, no input or output. Whoever stores runs needs only this:

    case = load_case(payload)                  # the published payload of a version
    mine = variant(case, seed)                 # the case as this run shows it
    state = initial(mine, seed, mode)          # "guided", "practice" or "exam"
    state, events, outcome = step(mine, state, start(seed, mode))
    state, events, outcome = step(mine, state, Action(verb, object_id, payload, cid))

`step` is `apply` plus numbering plus `reduce`. `outcome` holds `said` (messages
to show), `warning` (guided mode: nothing happened; resend the same action with
``confirmed: true`` in its payload to do it anyway) or `refused` (physically
impossible: nothing happened). Store `events` as they are; after a restart

    state = fold(case, events)                 # the seed stands in run.start

is the same state. A resent `client_event_id` is recognised by whoever stores
the events (unique per run); `fold` skips repeats as well.

What may be shown is `view_model(mine, state)` and nothing else; the pictures
pass through `scene_svg(text, mine.options)`, which drops the other variants and
every mark. After the run: `score(case, seed, profile, events, marks)`,
`procedure_findings(case, events)`, `debrief(case, seed, profile, events)`.
Before publication: `case_format.check_case(payload)`,
`publication.played_by(case)` once, and of it `publication_problems` and `bot_table`.

Payloads by verb (the rest take none; `on`, an ISO date, may go with every act in
the office and lets simulated days pass; without it the usual days pass):

==========================  ====================================================
plan.set                    officers, method, items, route, equipment, announced
scene.move                  object: scene id, or ``leave`` to close the visit
hotspot.inspect             object: hotspot id
document.open               object: document id (free; gives the page picture)
document.read               object: ``document.region``
person.ask                  object: ``person.question``; presented: atoms shown
equipment.test              object: test id
evidence.fix                object: atom; form: marks of `FORM_MARKS`
evidence.link, .unlink      object: item; atoms
evidence.backdate           object: atom (possible and wrong)
statement.compose           object: person or atom (possible and wrong)
item.record                 object: item; mark, confidence, fact_text, atoms,
                            duty, power (citations such as ``AQSCF:97.1.6``)
item.revise                 the same and reason; off site only duty and power
onsite.notice               items
onsite.order_immediate      items
evacuate.order              items
measure.seal, .detain       items, approval: before, within24h or none
measure.release             items
record.sign                 the event says whether it was ``signed``
record.refusal_noted        reason
order.deadline              items, days, reinspection_date (ISO date or absent)
no_penalty.educate          items, basis
transfer                    items, to
case.file                   items; the event's object is the file's id, ``c1`` …
penalty.propose             object: file; lines [{item, fine_yuan, power}], reasons
legal_review.pass           object: file
penalty.notice              object: file; contents: of `NOTICE_CONTENTS`
hearing.inform, .hold       object: file
defence.hear, .waive        object: file
penalty.decide              object: file; lines [{item, fine_yuan}], explanation
service.deliver             object: file
reinspect.item              object: item; the event says whether it was ``fixed``
reinspect.report, overdue.act (object: item)
doc.fill                    object: required document; fields (see `FIELDS`)
==========================  ====================================================
"""

from simulator.engine.actions import apply, start, step, told
from simulator.engine.case import FORMAT, Case, CaseError, CaseItem, Problem, load_case
from simulator.engine.debrief import Debrief, ItemDebrief, debrief
from simulator.engine.documents import (
    FIELDS,
    documents_due,
    expected_fields,
    fields_right,
    prefill,
)
from simulator.engine.events import (
    Action,
    Caution,
    Event,
    EventDraft,
    Message,
    Mode,
    Outcome,
    Phase,
    Phrase,
    Refusal,
    number,
)
from simulator.engine.evidence import FORM_MARKS, FORM_NEEDS, Evidence
from simulator.engine.gates import ALLOWED, NOTICE_CONTENTS
from simulator.engine.media import scene_svg
from simulator.engine.procedure import Finding, procedure_findings
from simulator.engine.profile import Profile, load_profile
from simulator.engine.scoring import Mark, ScoreLine, ScoreReport, score
from simulator.engine.state import LEAVE, State, fold, initial, reduce
from simulator.engine.variants import option_sets, options_of, variant, variant_with
from simulator.engine.vetoes import Veto
from simulator.engine.view import View, view_model

__all__ = [
    "ALLOWED",
    "FIELDS",
    "FORMAT",
    "FORM_MARKS",
    "FORM_NEEDS",
    "LEAVE",
    "NOTICE_CONTENTS",
    "Action",
    "Case",
    "CaseError",
    "CaseItem",
    "Caution",
    "Debrief",
    "Event",
    "EventDraft",
    "Evidence",
    "Finding",
    "ItemDebrief",
    "Mark",
    "Message",
    "Mode",
    "Outcome",
    "Phase",
    "Phrase",
    "Problem",
    "Profile",
    "Refusal",
    "ScoreLine",
    "ScoreReport",
    "State",
    "Veto",
    "View",
    "apply",
    "debrief",
    "documents_due",
    "expected_fields",
    "fields_right",
    "fold",
    "initial",
    "load_case",
    "load_profile",
    "number",
    "option_sets",
    "options_of",
    "prefill",
    "procedure_findings",
    "reduce",
    "scene_svg",
    "score",
    "start",
    "step",
    "told",
    "variant",
    "variant_with",
    "view_model",
]
