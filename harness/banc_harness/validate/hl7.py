"""One file of HL7 v2 messages: their own rules, then those of the clinical documents that they carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Excerpt, Noted, Verdict
from banc_standards.errors import Lang, Sentence
from banc_standards.hl7v2.er7 import Segment
from banc_standards.hl7v2.message import Carried
from banc_standards.hl7v2.read import Capture, Hl7Refused, read
from banc_standards.hl7v2.rules import judged, text
from banc_standards.rules import Finding

_MOST_FINDINGS: Final = 10_000
"""Findings of one file that are told: a capture may hold thousands of messages."""
_SHOWN: Final = 160
_BEFORE: Final = 60
_MOST_TITLE: Final = 200


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on the file; a document inside is told in the same one, its places behind that of its OBX."""
    try:
        capture = read(data)
    except Hl7Refused as refused:
        rule, hit = text.hit(refused)
        yield Verdict(path, "hl7v2", noted=(Noted(rule.finding(hit, asked.lang)),))
        return
    more: dict[Carried, list[Finding]] = {}
    for carried in (one for message in capture.messages for one in message.documents):
        said = _second(carried, asked)
        if isinstance(said, Sentence):
            yield Verdict(path, "hl7v2", unusable=said)
            return
        more[carried] = said
    noted = list(islice(_noted(capture, more, asked), _MOST_FINDINGS))
    first = capture.messages[0]
    if len(capture.messages) > 1:
        yield Verdict(path, "hl7v2", noted=tuple(noted))
        return
    document = next((one.document for one in first.documents if one.document is not None), None)
    yield Verdict(
        path,
        "hl7v2",
        document_type=f"{first.type}^{first.event}"[:20] if first.type else None,
        level=document.level if document is not None else None,
        version=first.profile[0][:20],
        title=document.title[:_MOST_TITLE] if document is not None else "",
        noted=tuple(noted),
    )


def _second(carried: Carried, asked: Asked) -> list[Finding] | Sentence:
    """What the pack says of a document, when one is asked."""
    document = carried.document
    if asked.pack is None or document is None:
        return []
    from banc_harness.validate.document_types import named

    return asked.pack.findings(document, *named(document))


def _noted(capture: Capture, more: Mapping[Carried, list[Finding]], asked: Asked) -> Iterator[Noted]:
    lines = _by_line(capture) if asked.excerpts else {}
    for rule, hit in judged(capture):
        finding = rule.finding(hit, asked.lang)
        segment = lines.get(hit.line or 0)
        yield Noted(finding, _excerpt(segment, finding.column or 1) if segment is not None else None)
    for message in capture.messages:
        for carried in message.documents:
            yield from _inside(carried, more[carried], asked.lang, excerpts=asked.excerpts)


def _by_line(capture: Capture) -> dict[int, Segment]:
    return {segment.line: segment for message in capture.messages for segment in message.segments}


def _excerpt(segment: Segment, column: int) -> Excerpt:
    """The segment that a finding points into, cut around the place."""
    start = min(column - 1, len(segment.text))
    cut = max(0, start - _BEFORE)
    shown = segment.text[cut : cut + _SHOWN]
    start -= cut
    end = shown.find(segment.delimiters.field, start + 1)
    return Excerpt(shown, start, max(1, (end if end >= 0 else len(shown)) - start))


def _inside(carried: Carried, more: list[Finding], lang: Lang, *, excerpts: bool) -> Iterator[Noted]:
    """The findings on a document, each at the OBX that holds it: ``OBX[1]-5.5/ClinicalDocument/…``."""
    from banc_harness.validate.clinical import placed
    from banc_standards.cda.rules import ENGINE

    document, content = carried.document, carried.content
    if document is None or content is None:
        return
    broken = [*(rule.finding(hit, lang) for rule, hit in ENGINE.judge(document)), *more]
    if not broken:
        return
    where = carried.obx.hit(5, 5, found="")
    for noted in placed(content, document.root, broken, excerpts=excerpts) if excerpts else map(Noted, broken):
        finding = replace(
            noted.finding,
            location=f"{where.location}{noted.finding.location}",
            line=where.line,
            column=where.column,
        )
        yield Noted(finding, noted.excerpt)
