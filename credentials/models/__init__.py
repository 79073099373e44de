"""All models of credentials, split by noun."""

from credentials.models.applications import (
    ApplicationProposal,
    ClientSecret,
    ConnectedApplication,
)
from credentials.models.divisions import DivisionPlace
from credentials.models.gate import (
    DecisionRecord,
    DecisionSeal,
    DecisionSubject,
    GateEvent,
    GateState,
    IdempotentAnswer,
    Permit,
    PermitMember,
    SigningKey,
    WebhookDelivery,
    WebhookEndpoint,
)
from credentials.models.offline import (
    HolderKey,
    OfflineRecord,
    StatusEntry,
    Terminal,
)
from credentials.models.orders import PrintJob, RegisterOrder
from credentials.models.people import Recusal, Reminder
from credentials.models.proposals import Batch, Proposal
from credentials.models.public import Complaint, PublicCheck
from credentials.models.register import (
    Card,
    Checkpoint,
    EvidenceLink,
    LedgerEntry,
    NumberSeries,
    Qualification,
    Register,
)
from credentials.models.schemes import DryRun, DryRunEffect, Scheme, SchemeVersion

__all__ = [
    "ApplicationProposal",
    "Batch",
    "Card",
    "Checkpoint",
    "ClientSecret",
    "Complaint",
    "ConnectedApplication",
    "DecisionRecord",
    "DecisionSeal",
    "DecisionSubject",
    "DivisionPlace",
    "DryRun",
    "DryRunEffect",
    "EvidenceLink",
    "GateEvent",
    "GateState",
    "HolderKey",
    "IdempotentAnswer",
    "LedgerEntry",
    "NumberSeries",
    "OfflineRecord",
    "Permit",
    "PermitMember",
    "PrintJob",
    "Proposal",
    "PublicCheck",
    "Qualification",
    "Recusal",
    "Register",
    "RegisterOrder",
    "Reminder",
    "Scheme",
    "SchemeVersion",
    "SigningKey",
    "StatusEntry",
    "Terminal",
    "WebhookDelivery",
    "WebhookEndpoint",
]
