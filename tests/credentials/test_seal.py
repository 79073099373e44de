"""The seal on printed documents, checked by pyHanko's own validation."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from credentials.documents.certificate import certificate_pdf
from credentials.errors import SealUnreadable
from tests.credentials.papers import printed


@pytest.fixture
def seal(settings, tmp_path):
    """A seal of an invented authority, and its certificate to be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "澜州市应急管理局（样章）")]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "seal.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal", key, certificate, None, BestAvailableEncryption(b"stamp")
        )
    )
    settings.CERTIFICATE_SEAL = str(path)
    settings.CERTIFICATE_SEAL_PASSPHRASE = "stamp"
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def test_sealed_certificate_is_believed_and_a_changed_one_is_not(seal):
    content = certificate_pdf(printed())

    found = PdfFileReader(BytesIO(content)).embedded_signatures
    status = validate_pdf_signature(
        found[0], ValidationContext(trust_roots=[seal], allow_fetching=False)
    )

    assert len(found) == 1
    assert found[0].sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert status.intact
    assert status.valid
    assert status.trusted
    place = content.index(b"/MediaBox")
    changed = content[:place] + b"/MediaBoy" + content[place + 9 :]
    spoilt = PdfFileReader(BytesIO(changed)).embedded_signatures[0]
    assert not validate_pdf_signature(
        spoilt, ValidationContext(trust_roots=[seal], allow_fetching=False)
    ).intact


def test_without_a_seal_papers_are_printed_unsealed(settings):
    settings.CERTIFICATE_SEAL = ""

    assert PdfFileReader(BytesIO(certificate_pdf(printed()))).embedded_signatures == []


def test_seal_that_cannot_be_read_is_an_error(settings, tmp_path):
    settings.CERTIFICATE_SEAL = str(tmp_path / "absent.p12")

    with pytest.raises(SealUnreadable):
        certificate_pdf(printed())
