"""What the kinds that travel by SOAP share: a file opened down to its message, and what cannot be opened, told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Excerpt, KindName, Noted, Verdict
from banc_standards import xml_rules
from banc_standards.rules import Hit, Rule
from banc_standards.soap.dump import Dump, opened
from banc_standards.soap.names import SAML, SOAP11, SOAP12
from banc_standards.soap.read import Message, SoapRefused, message
from banc_standards.soap.rules import hit
from banc_standards.xml import XmlRefused, parse

ENVELOPES: Final = (f"{{{SOAP12}}}Envelope", f"{{{SOAP11}}}Envelope")
_MOST_SHOWN: Final = 2_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A file down to its root: ``message`` when that is a SOAP envelope, None when the element stands bare."""

    dump: Dump
    root: etree._Element
    message: Message | None

    @property
    def body(self) -> etree._Element:
        """What the message is about: the child of its body, or the root itself."""
        if self.message is not None and self.message.body is not None:
            return self.message.body
        return self.root

    @property
    def assertions(self) -> list[etree._Element]:
        """The assertions of the Security header."""
        if self.message is None or self.message.security is None:
            return []
        return list(self.message.security.iterchildren(f"{{{SAML}}}Assertion"))


Broken = tuple[Rule, Hit]


def open_message(data: bytes) -> Opened | Broken:
    """The file, or the rule that it breaks when it cannot be opened."""
    try:
        dump = opened(data)
        root = parse(dump.package.root)
        if root.tag in ENVELOPES:
            return Opened(dump, root, message(root))
        return Opened(dump, root, None)
    except XmlRefused as refused:
        return xml_rules.hit(refused)
    except SoapRefused as refused:
        return hit(refused)


def told(kind: KindName, data: bytes, path: str, asked: Asked, broken: Iterable[Broken], title: str = "") -> Verdict:
    """The verdict made of these breaks; their lines count from the beginning of the message in ``data``."""
    lines = _Lines(data) if asked.excerpts else None
    noted = tuple(_noted(rule, found, asked, lines) for rule, found in broken)
    return Verdict(path, kind, document_type=title or None, noted=noted)


def _noted(rule: Rule, found: Hit, asked: Asked, lines: _Lines | None) -> Noted:
    finding = rule.finding(replace(found, found=found.found[:_MOST_SHOWN]), asked.lang)
    if lines is None or finding.line is None:
        return Noted(finding)
    return Noted(finding, lines.excerpt(finding.line, finding.column or 1))


class _Lines:
    """The lines of a text file; none for a package whose message does not stand at its beginning."""

    def __init__(self, data: bytes) -> None:
        bare = data.lstrip()[:1] == b"<"
        self._lines = data.decode("utf-8", "replace").split("\n") if bare else []

    def excerpt(self, line: int, column: int) -> Excerpt | None:
        """One line, cut when it is very long."""
        if not 0 < line <= len(self._lines):
            return None
        text = self._lines[line - 1].rstrip("\r")
        start = min(column - 1, len(text))
        cut = max(0, start - 200) if len(text) > _MOST_SHOWN else 0
        shown = text[cut : cut + _MOST_SHOWN]
        return Excerpt(shown, start - cut, max(1, len(shown.rstrip()) - (start - cut)))


def refused(kind: KindName, data: bytes, path: str, asked: Asked, broken: Broken) -> Iterator[Verdict]:
    """The one verdict on a file that cannot be opened."""
    yield told(kind, data, path, asked, [broken])
