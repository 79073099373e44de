from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.engine import scene_svg
from simulator.engine.media import UnsafePicture, check_svg, object_ids
from simulator.engine.variants import option_sets
from tests.simulator.cases import CASES, NAMES, base

PICTURES = [
    (name, image)
    for name in NAMES
    for image in sorted(
        {s.image for s in base(name).scenes}
        | {d.image for d in base(name).documents if d.image}
    )
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


def drawing(image: str) -> str:
    return (CASES / image).read_text("utf-8")


@pytest.mark.parametrize(("name", "image"), PICTURES)
def test_picture_is_safe_to_serve(name, image):
    assert check_svg(drawing(image)) == ()


@pytest.mark.parametrize(("name", "image"), PICTURES)
def test_served_picture_shows_one_variant_and_no_mark(name, image):
    text = drawing(image)
    for options in option_sets(base(name)):
        served = scene_svg(text, options)

        assert "data-" not in served
        assert 'display="none"' not in served
    slots = {slot.id for slot in base(name).variants.slots}
    drawn = set(re.findall(r'data-variant="([a-z_]+):', text))
    assert drawn <= slots | {"v_drill"}


@pytest.mark.parametrize("name", NAMES)
def test_every_thing_of_a_scene_is_drawn_with_its_label(name):
    for scene in base(name).scenes:
        drawn = object_ids(drawing(scene.image))
        assert {h.obj: h.label for h in scene.hotspots} == drawn


@pytest.mark.parametrize("name", NAMES)
def test_every_passage_of_a_drawn_paper_is_drawn(name):
    for document in base(name).documents:
        if document.image:
            drawn = object_ids(drawing(document.image))
            assert {r.obj: r.label for r in document.regions} == drawn


def test_variant_text_of_the_drawing_agrees_with_the_case():
    filing = drawing("media/hazchem-storage-anlan/doc-filing-form.svg")

    keep = scene_svg(filing, {"v_filing": "keep"})
    filed = scene_svg(filing, {"v_filing": "filed"})

    assert "安澜物流集团有限公司" in keep
    assert "安澜物流集团有限公司" not in filed


@pytest.mark.parametrize(
    ("inner", "fault"),
    [
        ("<script/>", "script"),
        ('<g onclick="x"/>', "onclick"),
        ('<g style="x"/>', "style"),
        ('<image href="http://x/y.png"/>', "image"),
        ('<use href="http://x/y.svg#a"/>', "href"),
    ],
)
def test_unsafe_drawing_is_named(inner, fault):
    assert fault in check_svg(SVG.format(inner))


@pytest.mark.parametrize("text", ["<html/>", "<!DOCTYPE svg><svg/>"])
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(UnsafePicture):
        scene_svg(text, {})


def test_media_folder_holds_nothing_unused():
    used = {Path(image) for _, image in PICTURES}
    found = {p.relative_to(CASES) for p in (CASES / "media").rglob("*.svg")}

    assert found == used
