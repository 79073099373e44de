"""The electronic seal (PAdES) on printed documents, where an installation has one.

The seal is a certificate with its private key in a PKCS #12 file that only the
server's user can read. Without one documents are printed unsealed: the code on them
and the register are the proof either way.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from credentials.errors import SealUnreadable

FIELD = "Seal"


def sealed(content: bytes) -> bytes:
    """The document with the installation's seal; unchanged when there is none.

    The seal certifies the document: any later change shows in every PDF reader.
    """
    if not settings.CERTIFICATE_SEAL:
        return content
    signer = _signer(settings.CERTIFICATE_SEAL, settings.CERTIFICATE_SEAL_PASSPHRASE)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=_("Issued from the register of qualifications"),
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        md_algorithm="sha256",
    )
    out = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)), metadata, signer, output=out
    )
    return out.getvalue()


@lru_cache(maxsize=2)
def _signer(path: str, passphrase: str) -> signers.SimpleSigner:
    if not Path(path).is_file():
        raise SealUnreadable
    signer: signers.SimpleSigner | None = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
        path, passphrase=passphrase.encode() or None
    )
    if signer is None:
        raise SealUnreadable
    return signer
