"""Case files from outside: a YAML file with its drawings, or a zip of both.

A zip comes from somewhere else: everything a case has no need for is refused
before a single byte of it is believed.
"""

import hashlib
import stat
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext

from simulator.case_format import CaseText, dump_case, read_case
from simulator.errors import CaseArchiveError
from simulator.models import CaseVersion
from simulator.queries import payload_of

CASE_NAME = "case.yaml"
SUMS_NAME = "SHA256SUMS"
MEDIA_FOLDER = "media"
MEDIA_SUFFIX = ".svg"
MAX_MEMBERS = 200
MAX_MEMBER_BYTES = 4_000_000
MAX_TOTAL_BYTES = 40_000_000
MAX_RATIO = 200
FIXED_TIME = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class CasePackage:
    """A case as it was handed in: its text with lines, and its drawings by path."""

    text: CaseText
    media: dict[str, bytes]


def read_package(path: Path) -> CasePackage:
    """The case of a YAML file (drawings beside it) or of a zip."""
    if path.suffix.lower() == ".zip":
        return read_zip(path.read_bytes())
    text = read_case(path.read_text("utf-8"))
    media = {}
    for name in media_names(text.payload):
        found = (path.parent / name).resolve()
        inside = found.is_relative_to(path.parent.resolve())
        if inside and found.is_file():
            media[name] = found.read_bytes()
    return CasePackage(text, media)


def read_zip(data: bytes) -> CasePackage:
    """The case of a zip; raises `CaseArchiveError` for anything out of place."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = _checked_members(archive)
            files = {member.filename: _content(archive, member) for member in members}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise CaseArchiveError(gettext("The file is not a readable zip.")) from error
    if CASE_NAME not in files:
        raise CaseArchiveError(gettext("The archive holds no case.yaml."))
    _check_sums(files)
    try:
        text = read_case(files[CASE_NAME].decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CaseArchiveError(gettext("case.yaml is not UTF-8 text.")) from error
    media = {k: v for k, v in files.items() if k not in {CASE_NAME, SUMS_NAME}}
    return CasePackage(text, media)


def write_zip(version: CaseVersion) -> bytes:
    """The version as a zip that `read_zip` reads back without loss."""
    files = {CASE_NAME: dump_case(payload_of(version)).encode()}
    for media in version.media.order_by("path"):
        files[media.path] = bytes(media.content)
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*sorted(files.items()), (SUMS_NAME, sums.encode())]:
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), content)
    return target.getvalue()


def media_names(payload: object) -> list[str]:
    """The drawings a payload names, each once, in order."""
    if not isinstance(payload, dict):
        return []
    places = [*(payload.get("scenes") or ()), *(payload.get("documents") or ())]
    names = [place.get("image") for place in places if isinstance(place, dict)]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def _checked_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise CaseArchiveError(gettext("The archive holds too many files."))
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise CaseArchiveError(gettext("A file stands in the archive twice."))
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise CaseArchiveError(gettext("Unpacked, the archive is too large."))
    for member in members:
        _check_member(member)
    return members


def _check_member(member: zipfile.ZipInfo) -> None:
    name = {"name": member.filename}
    if not _is_expected(member.filename):
        raise CaseArchiveError(
            gettext("“%(name)s” does not belong in a case archive.") % name
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG} or member.flag_bits & 0x1:
        raise CaseArchiveError(gettext("“%(name)s” is not a plain file.") % name)
    packed = max(member.compress_size, 1)
    too_dense = member.file_size > 100_000 and member.file_size / packed > MAX_RATIO
    if member.file_size > MAX_MEMBER_BYTES or too_dense:
        raise CaseArchiveError(gettext("“%(name)s” is too large unpacked.") % name)


def _is_expected(name: str) -> bool:
    if name in {CASE_NAME, SUMS_NAME}:
        return True
    path = PurePosixPath(name)
    plain = not path.is_absolute() and ".." not in path.parts and "\\" not in name
    inside = len(path.parts) >= 2 and path.parts[0] == MEDIA_FOLDER
    return plain and inside and path.suffix == MEDIA_SUFFIX and str(path) == name


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as stream:
        content = stream.read(MAX_MEMBER_BYTES + 1)
    if len(content) != member.file_size:
        raise CaseArchiveError(
            gettext("“%(name)s” is not as large as it says.")
            % {"name": member.filename}
        )
    return content


def _check_sums(files: dict[str, bytes]) -> None:
    if SUMS_NAME not in files:
        return
    listed = {}
    for line in files[SUMS_NAME].decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    for name, content in files.items():
        if name == SUMS_NAME:
            continue
        if listed.get(name) != hashlib.sha256(content).hexdigest():
            raise CaseArchiveError(
                gettext("The check sum of “%(name)s” does not fit.") % {"name": name}
            )
