"""The metadata document at the well-known place."""

from __future__ import annotations

from credentials.protocol.decode import JsonObject

WELL_KNOWN = "/.well-known/authzen-configuration"
ENDPOINTS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}
OPERATIONS = {path: path.rpartition("/")[2] for path in ENDPOINTS.values()}


def metadata_document(base_url: str, **extra: object) -> JsonObject:
    """What this decision point offers; parameters without value are left out."""
    document: JsonObject = {"policy_decision_point": base_url}
    document.update({name: base_url + path for name, path in ENDPOINTS.items()})
    document.update({name: value for name, value in extra.items() if value})
    return document
