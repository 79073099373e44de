"""Reads over the register, split by noun; other packages import from here."""

from credentials.queries.people import recusals_of, same_person
from credentials.queries.register import (
    entries_of,
    head_sequence,
    register_view,
    scheme_terms,
    standing_of,
    study_gaps,
    was_qualified,
)

__all__ = [
    "entries_of",
    "head_sequence",
    "recusals_of",
    "register_view",
    "same_person",
    "scheme_terms",
    "standing_of",
    "study_gaps",
    "was_qualified",
]
