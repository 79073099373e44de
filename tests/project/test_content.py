"""The form of all shipped training content, and the checks themselves."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from config import content_lint, item_lint
from config.management.commands.check_content import corpus_folders
from courses.citations import parse_key

CONTENT = Path(settings.BASE_DIR) / "config" / "demo"
COURSES = content_lint.read_courses(CONTENT / "courses")
ITEMS, CASE_SETS = item_lint.read_item_files(CONTENT / "items")


@pytest.mark.parametrize("folder", COURSES, ids=lambda folder: folder.path.name)
def test_course_has_the_form_of_the_house(folder):
    found = content_lint.course_problems(
        folder.course, list(folder.lessons.values()), folder.path.name
    )
    for place, lesson in folder.lessons.items():
        found += content_lint.lesson_problems(lesson, folder.path, place)

    assert found == []


def test_eight_courses_cover_every_aspect_with_forty_eight_lessons():
    aspects = {folder.course["aspect"] for folder in COURSES}
    lessons = sum(len(folder.lessons) for folder in COURSES)

    assert aspects == set(content_lint.ASPECTS)
    assert lessons >= 48


def test_lessons_do_not_repeat_each_other():
    lessons = {
        place: lesson for folder in COURSES for place, lesson in folder.lessons.items()
    }

    assert content_lint.repeated_sentences(lessons) == []


def test_self_checks_cannot_be_answered_from_their_form():
    checks = [
        {**value, "type": "single_choice"}
        for folder in COURSES
        for lesson in folder.lessons.values()
        for kind, value in content_lint.blocks_of(lesson)
        if kind == "self_check"
    ]

    assert item_lint.form_problems(checks) == []


def test_every_lesson_is_read_as_of_the_law_date_of_its_course():
    for folder in COURSES:
        for place, lesson in folder.lessons.items():
            assert isinstance(lesson["law_as_of"], date), place
            assert lesson["law_as_of"] >= folder.course["law_as_of"], place


def test_support_phrases_stand_in_the_statutes():
    if not corpus_folders(None):
        pytest.skip("the statute texts (../shared/law or LAW_CORPUS) are not here")

    call_command("check_content", verbosity=0)


def test_a_missing_corpus_is_said_and_not_an_error(tmp_path, capsys):
    call_command("check_content", corpus=tmp_path / "nowhere")

    assert "nothing was checked" in capsys.readouterr().out


def test_a_wrong_phrase_ends_the_command_with_an_error(tmp_path):
    law = tmp_path / "law"
    course = tmp_path / "content" / "courses" / "sample"
    law.mkdir()
    course.mkdir(parents=True)
    (law / "消防法.md").write_text("# 消防法\n\n第一条 任何单位都应当配备器材。\n")
    (course / "course.yaml").write_text("title: 样例\n")
    (course / "01-one.yaml").write_text(
        "support:\n  - {ref: 'XFF:1', phrase: 可以不配备器材}\n"
    )

    with pytest.raises(CommandError, match="1 of 1"):
        call_command("check_content", corpus=law, content=tmp_path / "content")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("AQSCF:97", "AQSCF:97.1.6", True),
        ("AQSCF:97..6", "AQSCF:97.1.6", True),
        ("AQSCF:97.1.5", "AQSCF:97.1.6", False),
        ("AQSCF:97.2", "AQSCF:97.1.6", False),
        ("AQSCF:97", "YJTL:97", False),
    ],
)
def test_places_meet_when_one_contains_the_other(one, other, expected):
    assert content_lint.meets(parse_key(one), parse_key(other)) is expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("综上所述，应当处罚", "forbidden phrase"),
        ("安监局应当立案", "write 应急管理部门"),
        ("应当立案,并调查", "half-width"),
        ("应当立案。。", "doubled"),
        ("应当 立案", "space"),
    ],
)
def test_style_names_what_is_wrong(text, word):
    found = list(content_lint.style_problems([text], "here"))

    assert len(found) == 1
    assert word in found[0].message


def test_items_have_the_form_of_the_house():
    found = [
        problem
        for place, item in ITEMS.items()
        for problem in item_lint.item_problems(item, place)
    ]

    assert found == []


def test_no_two_items_ask_the_same():
    assert item_lint.duplicate_problems(ITEMS) == []


def test_no_item_can_be_answered_from_its_form():
    items = list(ITEMS.values())

    assert item_lint.form_problems(items) == []
    assert item_lint.all_of_them_problems(items) == []


def test_a_small_bank_is_refused_when_completeness_is_demanded(tmp_path):
    with pytest.raises(CommandError, match="0 items, 400 promised"):
        call_command("check_content", content=tmp_path, complete=True)


@pytest.mark.parametrize(
    ("counts", "level"), [([25, 25, 25, 25], 1.0), ([40, 20, 20, 20], 0.00738)]
)
def test_uniformity_is_the_chi_square_tail(counts, level):
    assert item_lint.uniformity(counts) == pytest.approx(level, abs=1e-4)


def choice(key_length, *, key=0):
    texts = ["甲" * 4 for _ in range(4)]
    texts[key] = "甲" * key_length
    options = [{"text": text, "correct": n == key} for n, text in enumerate(texts)]
    return {"type": "single_choice", "stem": "题干", "options": options}


def test_long_keys_are_found():
    items = [choice(9, key=n % 4) for n in range(40)]

    assert [str(p) for p in item_lint.form_problems(items)] == [
        "items: the key is the longest option in 100.0%"
    ]


def test_keys_always_in_the_first_place_are_found():
    items = [choice(4) for _ in range(40)]

    assert "40/0/0/0" in item_lint.form_problems(items)[0].message


def test_near_duplicates_are_found():
    stem = "某企业未将生产安全事故应急救援预案报送备案，首次发现应当怎样处理"
    items = {
        "a/1": {"key": "1", "stem": stem},
        "a/2": {"key": "2", "stem": stem + "呢"},
    }

    found = item_lint.duplicate_problems(items)

    assert [problem.place for problem in found] == ["a/2"]
