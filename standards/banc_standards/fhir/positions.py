"""Where in a JSON text the values of some paths stand: one scan of the text, only for a resource with findings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from banc_standards.fhir.place import Path

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def offsets(text: str, paths: Iterable[Path]) -> dict[Path, int]:
    """Where each path, and each beginning of one, stands in ``text``: its key, or its value in an array.

    The last of a key written twice counts, as it does for parsers. Paths that lead to nothing are left out.
    """
    wanted = {path[:size] for path in paths for size in range(len(path) + 1)}
    found: dict[Path, int] = {}
    path: list[str | int] = []
    kinds: list[str] = []  # the brackets that are open
    key_next = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "}]":
            if not kinds:
                break
            kinds.pop()
            path.pop()
            continue
        if mark == ",":
            if kinds and kinds[-1] == "[":
                number = path[-1]
                path[-1] = number + 1 if isinstance(number, int) else 0
            else:
                key_next = True
            continue
        if mark == ":":
            continue
        if key_next and kinds and kinds[-1] == "{":
            key_next = False
            path[-1] = json.loads(mark) if "\\" in mark else mark[1:-1]
            if tuple(path) in wanted:
                found[tuple(path)] = token.start()
            continue
        here = tuple(path)
        if here in wanted and (not kinds or kinds[-1] == "["):
            found[here] = token.start()
        if mark in "{[":
            kinds.append(mark)
            path.append("" if mark == "{" else 0)
            key_next = mark == "{"
    return found


def width(text: str, at: int) -> int:
    """How many characters of the line to underline from ``at``: the token that stands there."""
    token = _TOKEN.match(text, at)
    return max(1, len(token[0].partition("\n")[0])) if token is not None else 1
