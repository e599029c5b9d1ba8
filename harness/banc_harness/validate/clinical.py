"""One clinical document: read, judged in one pass, each finding placed in the source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from banc_harness.validate.document_types import named
from banc_harness.validate.placing import Place, Source
from banc_harness.validate.verdict import Noted, Verdict
from banc_standards import xml_rules
from banc_standards.cda.read import CdaRefused, read
from banc_standards.cda.rules import ENGINE
from banc_standards.cda.rules.reading import RULES as READING_RULES
from banc_standards.cda.rules.reading import refusal
from banc_standards.errors import Lang, Sentence
from banc_standards.rules import Finding, Hit, Rule
from banc_standards.xml import XmlRefused

if TYPE_CHECKING:
    from banc_harness.packs.second import Second

_MOST_TITLE = 200


def judge(data: bytes, path: str, lang: Lang, *, excerpts: bool, pack: Second | None = None) -> Verdict:
    """The verdict on a clinical document; bytes that are none are told by the rule that refuses them.

    ``excerpts`` asks for the lines that the findings point at; ``pack`` adds what other people's rules say.
    """
    try:
        document = read(data)
    except XmlRefused as refused:
        return _refused(data, path, lang, *xml_rules.hit(refused), excerpts=excerpts)
    except CdaRefused as refused:
        return _refused(data, path, lang, READING_RULES[0], refusal(refused), excerpts=excerpts)
    broken = [rule.finding(hit, lang) for rule, hit in ENGINE.judge(document)]
    name, version = named(document)
    if pack is not None:
        more = pack.findings(document, name, version)
        if isinstance(more, Sentence):
            return Verdict(path, "cda", unusable=more)
        broken += more
    return Verdict(
        path,
        "cda",
        document_type=name,
        level=document.level,
        version=version,
        title=document.title[:_MOST_TITLE],
        noted=tuple(placed(data, document.root, broken, excerpts=excerpts)),
    )


def placed(data: bytes, root: etree._Element, findings: list[Finding], *, excerpts: bool) -> list[Noted]:
    """The findings with their line and column in ``data``, which ``root`` was parsed from.

    ``excerpts`` asks for what stands there too. Where all are advice the parser's own line is enough, without a column:
    nobody has anything to correct.
    """
    if all(finding.severity == "info" for finding in findings):
        return [Noted(finding) for finding in findings]
    source = Source(data)
    places = source.places(root, {finding.location for finding in findings})
    noted = []
    for finding in findings:
        place = places.get(finding.location)
        if place is None:
            noted.append(Noted(finding))
            continue
        there = replace(finding, line=place.line, column=place.column)
        noted.append(Noted(there, source.excerpt(place) if excerpts else None))
    return noted


def _refused(data: bytes, path: str, lang: Lang, rule: Rule, hit: Hit, *, excerpts: bool) -> Verdict:
    finding = rule.finding(hit, lang)
    excerpt = None
    if excerpts and hit.line is not None and rule.id not in ("XML-004", "XML-006"):
        excerpt = Source(data).excerpt(Place(hit.line, hit.column or 1, 1))
    return Verdict(path, "cda", noted=(Noted(finding, excerpt),))
