"""One FHIR resource: structure and profiles, each finding placed; then the clinical documents that it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from banc_harness.validate.detect import detect
from banc_harness.validate.kinds import KINDS, Asked
from banc_harness.validate.verdict import Excerpt, Noted, Verdict
from banc_standards import xml_rules
from banc_standards.fhir.embedded import embedded
from banc_standards.fhir.place import Path
from banc_standards.fhir.positions import offsets, width
from banc_standards.fhir.read import FhirRefused, read
from banc_standards.fhir.rules import ENGINE
from banc_standards.fhir.rules.reading import hit
from banc_standards.fhir.subject import subject_of
from banc_standards.rules import Finding, Hit, Rule
from banc_standards.xml import XmlRefused

_MOST_SHOWN: Final = 2_000


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on the resource, then one on each clinical document in it (``FILE!/Bundle.entry[2].resource``)."""
    try:
        document = read(data)
    except XmlRefused as refused:
        yield _refused(data, path, asked, *xml_rules.hit(refused))
        return
    except FhirRefused as refused:
        yield _refused(data, path, asked, *hit(refused))
        return
    subject = subject_of(document)
    broken = [rule.finding(found, asked.lang) for rule, found in ENGINE.judge(subject)]
    noted = _placed(document.text, broken, excerpts=asked.excerpts) if document.text else map(Noted, broken)
    yield Verdict(path, "fhir", document_type=document.type[:40], noted=tuple(noted))
    judge_clinical = KINDS["cda"].judge
    for carried in embedded(subject):
        if judge_clinical is not None and not carried.is_placeholder and detect(carried.content) == "cda":
            yield from judge_clinical(carried.content, f"{path}!/{document.location(carried.path)}", asked)


def _placed(text: str, findings: list[Finding], *, excerpts: bool) -> Iterator[Noted]:
    """The findings with the line and column of what they point at, or of the nearest that holds it."""
    if not findings:
        return
    paths = {finding.location: _path(finding.location) for finding in findings}
    found = offsets(text, paths.values())
    starts = [0]
    while (following := text.find("\n", starts[-1])) >= 0:
        starts.append(following + 1)
    for finding in findings:
        start = _nearest(found, paths[finding.location])
        if start is None:
            yield Noted(finding)
            continue
        line, column, excerpt = _place(text, starts, start)
        yield Noted(replace(finding, line=line, column=column), excerpt if excerpts else None)


def _place(text: str, starts: list[int], offset: int) -> tuple[int, int, Excerpt]:
    from bisect import bisect_right

    line = bisect_right(starts, offset)
    start = starts[line - 1]
    end = starts[line] - 1 if line < len(starts) else len(text)
    content, column = text[start:end].rstrip("\r"), offset - start + 1
    shown, begin = content, column - 1
    if len(content) > _MOST_SHOWN:
        cut = max(0, begin - 200)
        shown, begin = content[cut : cut + _MOST_SHOWN], begin - cut
    return line, column, Excerpt(shown, begin, max(1, min(width(text, offset), len(shown) - begin)))


def _nearest(found: Mapping[Path, int], path: Path) -> int | None:
    for size in range(len(path), -1, -1):
        if path[:size] in found:
            return found[path[:size]]
    return None


def _path(location: str) -> Path:
    """The path that a location tells: ``Bundle.entry[2].resource`` is ``("entry", 2, "resource")``."""
    steps: list[str | int] = []
    for part in location.split(".")[1:]:
        name, *numbers = part.split("[")
        steps.append(name)
        steps.extend(int(number[:-1]) for number in numbers if number[:-1].isdigit())
    return tuple(steps)


def _refused(data: bytes, path: str, asked: Asked, rule: Rule, found: Hit) -> Verdict:
    excerpt = None
    if asked.excerpts and found.line is not None and rule.id in ("FHIR-JSON-001", "XML-001"):
        lines = data.decode("utf-8", "replace").split("\n")
        if found.line <= len(lines):
            content = lines[found.line - 1]
            column = min(max((found.column or 1) - 1, 0), len(content))
            cut = max(0, column - 200) if len(content) > _MOST_SHOWN else 0
            excerpt = Excerpt(content[cut : cut + _MOST_SHOWN], column - cut, 1)
    return Verdict(path, "fhir", noted=(Noted(rule.finding(found, asked.lang), excerpt),))
