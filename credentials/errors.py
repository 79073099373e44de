"""Errors of credentials: a stable code and a translated sentence each."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from credentials.enums import Exclusion


class CredentialsError(Exception):
    """Something about qualifications cannot be done."""

    code = "credentials_error"
    message: StrPromise = _("This cannot be done.")

    def __init__(self, message: str | StrPromise | None = None) -> None:
        super().__init__(str(message or self.message))


class NotEligible(CredentialsError):
    code = "not_eligible"
    message = _("Not all requirements of the scheme are met.")


class EvidenceChanged(CredentialsError):
    code = "evidence_changed"
    message = _(
        "The evidence is no longer what was proposed. Return the proposal and look "
        "at the requirements again."
    )


class Excluded(CredentialsError):
    """The person may not decide; ``exclusions`` says why."""

    code = "excluded"
    message = _("You may not decide on this person.")

    def __init__(self, exclusions: Iterable[Exclusion]) -> None:
        self.exclusions = tuple(exclusions)
        super().__init__(" ".join(str(e.label) for e in self.exclusions))


class AlreadyDecided(CredentialsError):
    code = "already_decided"
    message = _("This proposal has already been decided or withdrawn.")


class NotTriedOut(CredentialsError):
    code = "not_tried_out"
    message = _("It can be approved when it has been tried out on everybody.")


class AlreadyProposed(CredentialsError):
    code = "already_proposed"
    message = _("The same act is already waiting for a second person.")


class AlreadyQualified(CredentialsError):
    code = "already_qualified"
    message = _("This person already holds a qualification under this scheme.")


class ActNotAllowed(CredentialsError):
    """The life of the qualification does not allow the act."""

    code = "act_not_allowed"
    message = _("In its present state the qualification does not allow this.")


class WrongGround(CredentialsError):
    code = "wrong_ground"
    message = _("This reason does not fit this act.")


class GroundMissing(CredentialsError):
    code = "ground_missing"
    message = _("Give the legal ground and the document number.")


class SecondPersonNeeded(CredentialsError):
    code = "second_person_needed"
    message = _("This act needs a second person: propose it.")


class WrongTime(CredentialsError):
    code = "wrong_time"
    message = _("This act cannot take effect at that time.")


class NotRenewable(CredentialsError):
    code = "not_renewable"
    message = _("The renewal window of this qualification is not open.")


class SchemeMissing(CredentialsError):
    code = "scheme_missing"
    message = _("No version of this scheme is in effect.")


class SchemeUnfit(CredentialsError):
    code = "scheme_unfit"
    message = _("The parameters of this scheme version do not hold together.")


class IssuerUnfit(CredentialsError):
    code = "issuer_unfit"
    message = _("This organisation may not issue qualifications under this scheme.")


class RegisterFrozen(CredentialsError):
    code = "register_frozen"
    message = _("The register or this scheme is frozen; nothing can be issued now.")


class TooManyActs(CredentialsError):
    code = "too_many_acts"
    message = _(
        "Too many acts by one person in an hour. Have the list checked before you "
        "go on."
    )


class ReasonsMissing(CredentialsError):
    code = "reasons_missing"
    message = _("Say why: the person concerned will read it.")


class ImportRefused(CredentialsError):
    """An earlier register could not be taken over; ``problems`` names every row."""

    code = "import_refused"
    message = _("The file has errors; nothing was taken over.")

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__()


class SamePersonTwice(CredentialsError):
    code = "same_person_twice"
    message = _("A second person decides, and only once.")


class ScopeUnknown(CredentialsError):
    code = "scope_unknown"
    message = _("There is no such scope.")


class PermitEnded(CredentialsError):
    code = "permit_ended"
    message = _("The permit has been withdrawn or has run out.")


class OfflineRecordUnfit(CredentialsError):
    code = "offline_record_unfit"
    message = _("The records do not continue what the terminal has sent before.")


class WebhookAddressUnfit(CredentialsError):
    code = "webhook_address_unfit"
    message = _("The address cannot be used: https to a public host is needed.")


class SealUnreadable(CredentialsError):
    code = "seal_unreadable"
    message = _("The electronic seal of this installation cannot be read.")


class KeyUnreadable(CredentialsError):
    code = "key_unreadable"
    message = _("The signing key of the register cannot be read on this machine.")


class DivisionPlacesUnfit(CredentialsError):
    code = "division_places_unfit"
    message = _("The places of a division are unknown codes or overlap.")


class ReviewOutstanding(CredentialsError):
    code = "review_outstanding"
    message = _("Earlier emergency powers have not been reviewed yet.")


class StillInForce(CredentialsError):
    code = "still_in_force"
    message = _("Emergency powers are reviewed when they are over.")


class TooManyPapers(CredentialsError):
    code = "too_many_papers"
    message = _("At most 1,000 papers are printed in one job; narrow the choice.")


class NothingChosen(CredentialsError):
    code = "nothing_chosen"
    message = _("Nobody was chosen.")


class RecusalUnfit(CredentialsError):
    code = "recusal_unfit"
    message = _("Name the enterprise or the inspection, and the relation to it.")
