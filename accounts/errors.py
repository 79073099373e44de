"""Errors of the accounts app: a stable code and a translated sentence each."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.data import RowProblem


class AccountError(Exception):
    """Something about people, organisations or codes cannot be done."""

    code = "account_error"
    message: StrPromise = _("This cannot be done.")

    def __init__(self, message: str | StrPromise | None = None) -> None:
        super().__init__(str(message or self.message))


class AlreadyMember(AccountError):
    code = "already_member"
    message = _("This person is already in post in an organisation on that day.")


class NotMember(AccountError):
    code = "not_member"
    message = _("This person is not in post in this organisation.")


class BeyondReach(AccountError):
    code = "beyond_reach"
    message = _("Your role does not reach this organisation.")


class WrongCode(AccountError):
    code = "wrong_code"
    message = _("This one-time code is wrong, used or expired. Enter the newest one.")


class TooManyTries(AccountError):
    code = "too_many_tries"
    message = _("Too many wrong codes. Wait a moment, then enter the newest code.")


class OwnRequest(AccountError):
    code = "own_request"
    message = _("A second person must do this; you cannot do it for yourself.")


class AlreadyEnrolled(AccountError):
    code = "already_enrolled"
    message = _("An authenticator is already set up for this account.")


class NothingToDecide(AccountError):
    code = "nothing_to_decide"
    message = _("Somebody has already decided this request.")


class RosterRefused(AccountError):
    """Nothing of the file was imported; `problems` name row, column and reason."""

    code = "roster_refused"
    message = _("Nothing was imported. Mend the rows named below and try again.")

    def __init__(self, problems: "list[RowProblem]") -> None:
        super().__init__()
        self.problems = problems


class PhotoRefused(AccountError):
    code = "photo_refused"
    message = _(
        "This photo cannot be used. Take a JPEG, PNG or WebP picture of at least 240 "
        "by 300 pixels and at most 8 MB."
    )


class GlyphMissing(AccountError):
    """A character that the embedded font cannot draw; `signs` are those characters."""

    code = "glyph_missing"
    message = _("The document cannot be printed: the font has no sign for")

    def __init__(self, signs: list[str], message: str = "") -> None:
        self.signs = signs
        named = "、".join(f"{sign} (U+{ord(sign):04X})" for sign in signs)
        super().__init__(f"{message or self.message} {named}")


class PrintFailed(AccountError):
    code = "print_failed"
    message = _("The document could not be laid out.")
