"""YAML text of a case: safe loading with lines, and writing it out again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from simulator.engine.case import CaseError, Problem

MAX_CHARS = 2_000_000
MAX_DEPTH = 24


@dataclass(frozen=True)
class CaseText:
    """A parsed file: the payload and the line of every path in it."""

    payload: Mapping[str, Any]
    lines: Mapping[str, int]


def read_case(text: str) -> CaseText:
    """The payload of a YAML case; raises `CaseError` with the line at fault.

    Only plain YAML is taken: no tags, no anchors (a file of a few lines could
    otherwise unfold into gigabytes), no doubled keys, dates stay strings.
    """
    if len(text) > MAX_CHARS:
        raise CaseError((Problem("", "too_large", "The file is too large."),))
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise CaseError((_syntax_problem(error),)) from error
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    payload = _value(node, "", lines, problems, 0)
    if not isinstance(payload, dict):
        problems.append(Problem("", "not_a_mapping", "A case is a mapping of keys."))
    if problems:
        raise CaseError(tuple(problems))
    return CaseText(payload, lines)


def locate(problem: Problem, lines: Mapping[str, int]) -> int | None:
    """The line of a problem: of its path, or of the nearest path around it."""
    path = problem.path
    while path:
        if path in lines:
            return lines[path]
        path = re.sub(r"(\.[^.\[]*|\[\d+\]|^[^.\[]*)$", "", path)
    return lines.get("")


def dump_case(payload: Mapping[str, Any]) -> str:
    """The payload as YAML that `read_case` reads back into the same payload."""
    return yaml.dump(
        dict(payload),
        Dumper=_PlainDumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=110,
    )


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases and with dates left as text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None,
                None,
                "aliases are not allowed",
                self.peek_event().start_mark,  # type: ignore[no-untyped-call]
            )
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _PlainDumper(yaml.SafeDumper):
    """Safe YAML without aliases, strings that look like dates quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_SCALARS = {
    "tag:yaml.org,2002:str": lambda loader, node: loader.construct_scalar(node),
    "tag:yaml.org,2002:int": yaml.SafeLoader.construct_yaml_int,
    "tag:yaml.org,2002:float": yaml.SafeLoader.construct_yaml_float,
    "tag:yaml.org,2002:bool": yaml.SafeLoader.construct_yaml_bool,
    "tag:yaml.org,2002:null": yaml.SafeLoader.construct_yaml_null,
}


def _value(
    node: Any, path: str, lines: dict[str, int], problems: list[Problem], depth: int
) -> Any:
    if node is None or depth > MAX_DEPTH:
        problems.append(Problem(path, "too_deep", "Empty, or nested too deeply."))
        return None
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, problems, depth)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(child, f"{path}[{n}]", lines, problems, depth + 1)
            for n, child in enumerate(node.value)
        ]
    construct = _SCALARS.get(node.tag)
    if construct is None:
        problems.append(Problem(path, "tag", f"The tag {node.tag} is not allowed."))
        return None
    try:
        return construct(yaml.SafeLoader(""), node)
    except (ValueError, yaml.YAMLError):
        problems.append(Problem(path, "value", f"{node.value!r:.40} is not a value."))
        return None


def _mapping(
    node: Any, path: str, lines: dict[str, int], problems: list[Problem], depth: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, child in node.value:
        key = str(key_node.value)
        where = f"{path}.{key}" if path else key
        if key in found:
            problems.append(Problem(where, "twice", "This key stands here twice."))
        found[key] = _value(child, where, lines, problems, depth + 1)
        lines[where] = key_node.start_mark.line + 1
    return found


def _syntax_problem(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}" if mark else ""
    return Problem(where, "not_yaml", f"Not readable as YAML: {error}"[:300])
