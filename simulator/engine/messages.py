"""Every sentence the engine itself says, as English msgids by code.

`gettext_noop` only marks them for extraction; whoever shows a `Phrase`
translates it. Texts of the case and the profile are data and stand there.
"""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Mark a msgid for extraction without importing Django."""
    return text


REFUSALS = {
    "unknown_verb": gettext_noop("There is no such act."),
    "not_now": gettext_noop("This cannot be done at this stage of the inspection."),
    "run_over": gettext_noop("The run is over."),
    "run_paused": gettext_noop("The run is paused. Resume it first."),
    "malformed": gettext_noop("The field “%(field)s” is missing or not understood."),
    "unknown_object": gettext_noop("There is no “%(object)s” here."),
    "not_there": gettext_noop("This is somewhere else. Go there first."),
    "not_yet_seen": gettext_noop("You have not come across this yet."),
    "not_in_hand": gettext_noop("Only evidence you have found can be used."),
    "not_recorded": gettext_noop("This item has not been recorded yet."),
    "already_recorded": gettext_noop(
        "This item is recorded already. Revise the record and give a reason."
    ),
    "reason_needed": gettext_noop("A revision needs a reason."),
    "left_site": gettext_noop(
        "You have left the site. Only the legal basis can still be added."
    ),
    "out_of_time": gettext_noop(
        "The time on site is over. Tell the enterprise the result and leave."
    ),
    "back_in_time": gettext_noop("Time only runs forward: choose a later date."),
    "no_such_file": gettext_noop("No case has been filed under this number."),
    "already_filed": gettext_noop("These items already belong to a filed case."),
    "nothing_proposed": gettext_noop("There is no proposed penalty yet."),
    "already_done": gettext_noop("This has been done already."),
    "not_decided": gettext_noop("There is no decision to deliver yet."),
    "not_ordered": gettext_noop("Nothing was ordered for this item."),
    "waiver_refused": gettext_noop(
        "The enterprise has not waived its defence and hands in a statement."
    ),
}

CAUTIONS = {
    "single_officer": gettext_noop(
        "Only one officer is assigned. An inspection needs at least two."
    ),
    "unqualified_officer": gettext_noop(
        "An officer of the team holds no valid enforcement certificate."
    ),
    "conflict_not_recused": gettext_noop(
        "An officer of the team has an interest in this enterprise and should step"
        " aside."
    ),
    "advance_warning": gettext_noop(
        "This method of inspection must not be announced to the enterprise."
    ),
    "no_plan": gettext_noop("No on-site inspection plan has been submitted."),
    "credentials_not_shown": gettext_noop(
        "You have not shown your enforcement certificates yet."
    ),
    "nothing_looked_at": gettext_noop(
        "You have looked at nothing that bears on this item."
    ),
    "no_evidence": gettext_noop("You have no evidence for this item."),
    "no_notice_on_site": gettext_noop(
        "You are leaving without telling the enterprise what you found."
    ),
    "no_signature": gettext_noop(
        "You are leaving without a signed record or a noted refusal."
    ),
    "no_reinspection_date": gettext_noop("The order names no re-inspection date."),
    "fine_without_power": gettext_noop(
        "The provision allows a fine only after overdue non-correction, or not at all."
    ),
    "no_notice_before_penalty": gettext_noop(
        "The enterprise has not been told of facts, reasons, basis and its rights."
    ),
    "defence_refused": gettext_noop("The enterprise has not been heard."),
    "harsher_after_defence": gettext_noop(
        "The fine is higher than notified although the enterprise only defended itself."
    ),
    "hearing_not_told": gettext_noop(
        "A fine of this size gives a right to a hearing; the enterprise was not told."
    ),
    "no_legal_review": gettext_noop("The legal review has not passed."),
    "fine_instead_of_rectification": gettext_noop(
        "A fine without an order to correct replaces rectification by money."
    ),
    "seal_without_approval": gettext_noop(
        "A coercive measure needs approval beforehand, or within 24 hours if urgent."
    ),
    "evidence_invented": gettext_noop(
        "Evidence must not be invented, written for others or dated back."
    ),
    "unlawful_form": gettext_noop(
        "In this form the evidence could not be used against the enterprise."
    ),
    "not_reinspected": gettext_noop("Ordered corrections have not been re-inspected."),
}

CLAIMS = {
    "hit": gettext_noop("Found and proved: %(item)s"),
    "bare_hit": gettext_noop("Found but not proved: %(item)s"),
    "miss": gettext_noop("Missed: %(item)s"),
    "false_alarm": gettext_noop("Recorded as a violation, but in order: %(item)s"),
    "item_E": gettext_noop("Evidence for: %(item)s"),
    "item_L": gettext_noop("Legal basis of: %(item)s"),
    "item_P": gettext_noop("Measure for: %(item)s"),
    "document": gettext_noop("Document: %(document)s"),
    "covered": gettext_noop("Looked at and recorded: %(item)s"),
    "not_covered": gettext_noop("Not looked at, or not recorded: %(item)s"),
    "time": gettext_noop("Inside the time on site"),
}

NEEDS = {
    "bare_hit": gettext_noop(
        "Lawfully fixed evidence that supports this finding, linked to the record."
    ),
    "miss": gettext_noop("Recording this violation with evidence that supports it."),
    "item_E": gettext_noop(
        "A complete set of lawfully fixed evidence, and not more than one piece that"
        " has nothing to do with it."
    ),
    "item_L": gettext_noop(
        "The provision of the duty and of the power, exact to paragraph and item."
    ),
    "item_P": gettext_noop(
        "The measure the provision asks for, with a fitting deadline, amount and"
        " re-inspection date."
    ),
    "document": gettext_noop("These fields in agreement with the run: %(fields)s"),
    "not_covered": gettext_noop("Looking at something that bears on it and a record."),
    "time": gettext_noop("Finding at least half, inside the simulated time on site."),
}
