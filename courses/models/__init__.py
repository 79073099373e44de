"""All models of courses, split by noun."""

from courses.models.media import CustomDocument, CustomImage, CustomRendition

__all__ = ["CustomDocument", "CustomImage", "CustomRendition"]
