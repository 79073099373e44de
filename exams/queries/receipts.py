"""Checking a receipt: does it belong to this sitting as it is stored?"""

from __future__ import annotations

from exams.models import Sitting


def sitting_by_receipt(admission_number: str, receipt: str) -> Sitting | None:
    """The closed sitting with this number whose receipt begins so."""
    sitting = (
        Sitting.objects.filter(admission_number=admission_number)
        .exclude(receipt="")
        .select_related("form", "exam")
        .first()
    )
    if sitting is None or not sitting.receipt.startswith(receipt.lower()):
        return None
    return sitting
