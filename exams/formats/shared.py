"""Shared material and case sets as named texts, for workbooks and QTI packages."""

from __future__ import annotations

import json
from collections.abc import Mapping

from exams.data import CaseSetDraft, ExhibitDraft
from exams.enums import ExhibitKind
from exams.formats.base import FileRefused
from exams.formats.meta import read_list, write_list

EXHIBIT_COLUMNS = {
    "key": "编号", "title": "标题", "kind": "种类", "text": "正文", "table": "表格",
    "svg": "图", "alt": "文字描述",
}  # fmt: skip
SET_COLUMNS = {
    "key": "编号", "title": "标题", "intro": "导语", "exhibit": "材料", "items": "试题",
}  # fmt: skip


def texts_of_exhibit(exhibit: ExhibitDraft) -> dict[str, str]:
    """Material by the names of its columns; a table is JSON."""
    table = [list(exhibit.header), *map(list, exhibit.rows)]
    has_table = bool(exhibit.header or exhibit.rows)
    return {
        "key": exhibit.key,
        "title": exhibit.title,
        "kind": exhibit.kind,
        "text": exhibit.text,
        "table": json.dumps(table, ensure_ascii=False) if has_table else "",
        "svg": exhibit.svg,
        "alt": exhibit.alt,
    }


def exhibit_of_texts(texts: Mapping[str, str]) -> ExhibitDraft:
    """The other way round; refused when a part of it cannot be read."""
    key, kind = texts.get("key", ""), texts.get("kind", "")
    table = _table(texts.get("table", ""), key)
    if not key or kind not in ExhibitKind.values:
        raise FileRefused("exhibit_broken", "The material cannot be read.", key)
    return ExhibitDraft(
        key=key,
        title=texts.get("title", ""),
        kind=kind,
        text=texts.get("text", ""),
        header=table[0] if table else (),
        rows=table[1:],
        svg=texts.get("svg", ""),
        alt=texts.get("alt", ""),
    )


def _table(text: str, key: str) -> tuple[tuple[str, ...], ...]:
    try:
        loaded = json.loads(text) if text else []
        is_table = isinstance(loaded, list) and all(
            isinstance(row, list) and all(isinstance(cell, str) for cell in row)
            for row in loaded
        )
    except (ValueError, RecursionError):
        is_table = False
    if not is_table:
        raise FileRefused("exhibit_broken", "The material cannot be read.", key)
    return tuple(tuple(row) for row in loaded)


def texts_of_set(case_set: CaseSetDraft) -> dict[str, str]:
    """A case set by the names of its columns."""
    return {
        "key": case_set.key,
        "title": case_set.title,
        "intro": case_set.intro,
        "exhibit": case_set.exhibit,
        "items": write_list(case_set.items),
    }


def set_of_texts(texts: Mapping[str, str]) -> CaseSetDraft:
    """The other way round."""
    items = read_list(texts.get("items", ""))
    if not texts.get("key") or not texts.get("exhibit") or not items:
        key = texts.get("key", "")
        raise FileRefused("case_set_broken", "The case set cannot be read.", key)
    return CaseSetDraft(
        key=texts["key"],
        title=texts.get("title", ""),
        exhibit=texts["exhibit"],
        items=items,
        intro=texts.get("intro", ""),
    )
