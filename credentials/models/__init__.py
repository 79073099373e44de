"""All models of credentials, split by noun."""

from credentials.models.applications import ConnectedApplication
from credentials.models.people import Recusal, Reminder
from credentials.models.proposals import Batch, Proposal
from credentials.models.public import Complaint, PublicCheck
from credentials.models.register import (
    Card,
    Checkpoint,
    LedgerEntry,
    NumberSeries,
    Qualification,
    Register,
)
from credentials.models.schemes import Scheme, SchemeVersion

__all__ = [
    "Batch",
    "Card",
    "Checkpoint",
    "Complaint",
    "ConnectedApplication",
    "LedgerEntry",
    "NumberSeries",
    "Proposal",
    "PublicCheck",
    "Qualification",
    "Recusal",
    "Register",
    "Reminder",
    "Scheme",
    "SchemeVersion",
]
