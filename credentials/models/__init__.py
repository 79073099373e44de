"""All models of credentials, split by noun."""

from credentials.models.applications import ConnectedApplication

__all__ = ["ConnectedApplication"]
