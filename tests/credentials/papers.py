"""What a paper of an invented officer says."""

from django.utils import timezone

from credentials.documents.certificate import Printed


def printed(**changes):
    now = timezone.now()
    values = {
        "number": "970100-2026-0001",
        "name": "沈知远",
        "body": "望川县应急管理局",
        "kind": "行政执法人员",
        "scheme": "危险化学品应急管理执法检查",
        "sectors": "危险化学品",
        "methods": "重点检查",
        "divisions": "970121",
        "valid_from": now,
        "valid_to": now,
        "issuer": "澜州市应急管理局",
        "issued_at": now,
        "check_url": "https://register.example/c/x",
    }
    return Printed(**values | changes)
