"""Files that mean harm, and files that mean nothing: refused, never a crash."""

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exams.formats import DIALECTS, Defaults, FileRefused, export_items, read_items
from exams.formats.html import clean_html
from tests.exams.formats.samples import every_type

PLANS = Defaults(aspect="plans")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz><question type="truefalse">'
    b"<questiontext><text>&b;</text></questiontext></question></quiz>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<quiz><question type="truefalse"><questiontext><text>&x;</text></questiontext>'
    b'<answer fraction="100"><text>true</text></answer></question></quiz>'
)


@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
def test_entities_are_refused(data):
    with pytest.raises(FileRefused) as refusal:
        read_items(data)

    assert refusal.value.code == "xml_entities"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"../../etc/cron.xml": b"x"}, "zip_path"),
        ({"/etc/cron.xml": b"x"}, "zip_path"),
        ({"a\\..\\..\\b.xml": b"x"}, "zip_path"),
        ({"a.xml": b"0" * 5_000_000}, "zip_bomb"),
        ({"a.txt": b"x"}, "dialect_unknown"),
        ({"xl/workbook.xml": b"<!DOCTYPE x><a/>"}, "xml_entities"),
        ({"xl/workbook.xml": b"<a/>"}, "xlsx_broken"),
    ],
)
def test_hostile_zip_is_refused(files, code):
    with pytest.raises(FileRefused) as refusal:
        read_items(zipped(files))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p style="background:url(//evil.example/x)">x</p>',
        '<img src="//evil.example/x.png">',
        '<img src="https://evil.example/x.png">',
        '<img src="data:image/svg+xml;base64,AAAA">',
        '<img src="data:text/html;base64,AAAA">',
        "<iframe src=/></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<form action=/><button>x</button></form>",
        "<math><mtext></mtext><style>x</style></math>",
        '<div id="submit" class="btn" data-submit>x</div>',
    ],
)
def test_hostile_html_loses_what_harms(html):
    cleaned = clean_html(html)

    for sign in ("script", "on", "javascript", "style", "evil", "src=", "frame",
                 "form", "id=", "class", "data-", "<svg", "<math"):  # fmt: skip
        assert sign not in cleaned.replace("alert(1)", "")


@pytest.mark.parametrize("dialect", ["auto", *DIALECTS])
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
@example(data=b"{}")
@example(data=b"\x00")
@example(data='题型,题干,答案\n"单选题'.encode())
@example(data=b"{#")
@example(data=b"::")
@example(data=b"<quiz><question type='multichoice'/></quiz>")
def test_any_bytes_are_read_or_refused(dialect, data):
    try:
        reading = read_items(data, dialect, PLANS)
    except FileRefused:
        return
    assert reading.read == len(reading.accepted) + len(reading.rejected) > 0


@pytest.mark.parametrize("dialect", DIALECTS)
def test_any_damage_to_a_good_file_is_read_or_refused(dialect):
    good = export_items(every_type(), "gift" if dialect == "aiken" else dialect).data
    rng = random.Random(74)  # noqa: S311 -- a seed, not a secret
    for _ in range(150):
        broken = bytearray(good)
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(broken))
            match rng.randint(0, 2):
                case 0:
                    broken[place] = rng.randrange(256)
                case 1:
                    del broken[place : place + rng.randint(1, 30)]
                case _:
                    broken[place:place] = b'{}<>&~=#%,"\n'[: rng.randint(1, 9)]
        try:
            reading = read_items(bytes(broken), dialect, PLANS)
        except FileRefused:
            continue
        assert reading.read > 0
