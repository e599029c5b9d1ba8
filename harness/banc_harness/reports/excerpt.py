"""The bytes that a finding is about: what was sent there, a little before and a little after.

A place is an element path, a parameter, or only what was found; the excerpt is of the request as it crossed the wire.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit
from xml.parsers import expat

from banc_harness.reports import carried
from banc_harness.reports.places import Place
from banc_harness.reports.redaction import safe
from banc_harness.trace import Exchange
from banc_standards.contracts.finding import Finding
from banc_standards.errors import Sentence

AROUND = 260
"""Characters shown before and after."""
LISTED = 900
"""Characters shown of a list of fields in which one is missing."""
MARKED = 420
"""Most characters shown of the place itself."""
LARGEST = 2**20
"""No excerpt is taken from a larger text, in bytes."""

_BASE64 = re.compile(r"[0-9A-Za-z+/]{76}[0-9A-Za-z+/=\s]{324,}")
_BETWEEN_TAGS = (("><", ">\n<"), (">\x00<", ">\n\x00<"), (">\x01<", ">\x01\n<"))
_MARKS = "\x00\x01…"
_NOT_OPENING = ("/", "!", "?", "")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of a text: ``marked`` is the place, or what stands where ``missing`` should be."""

    of: Sentence
    before: str
    marked: str
    after: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class _Element:
    path: tuple[str, ...]
    start: int
    end: int
    line: int


REQUEST = Sentence("requête", "request")
SOAP = Sentence("enveloppe SOAP de la requête", "SOAP envelope of the request")
MAIL = Sentence("en-têtes du message, décodés", "headers of the mail, decoded")
METADATA = Sentence("METADATA.XML de l'archive", "METADATA.XML of the archive")
CDA = Sentence("document CDA", "CDA document")


def excerpt(exchange: Exchange, finding: Finding, at: Place) -> Excerpt | None:
    """The excerpt for a finding of an exchange, ``None`` when its place cannot be told from the bytes."""
    found = safe(finding.found)
    for name, text in _texts(exchange, finding):
        span = _span(text, at.steps, found, finding.line)
        if span is not None:
            start, end, absent = span
            return _cut(name, text, start, end, at.steps[-1] if absent else "")
    return None


def printable(text: str) -> str:
    """A text without control characters, which no page can hold."""
    return _CONTROL.sub("\ufffd", text)


def readable(text: str) -> str:
    """A text for the eye: a line for each tag when it has no lines of its own, long base64 shortened. Both are said."""
    text = _BASE64.sub(lambda run: f"{run[0][:48]}… ({len(run[0])} caractères / characters) …", text)
    long_lines = len(text) > 200 and text.count("\n") * 200 < len(text)
    return _indented(text) if long_lines else text


def _indented(text: str) -> str:
    """A line for each tag, set in by its depth; the least deep stands at the margin."""
    for between, instead in _BETWEEN_TAGS:
        text = text.replace(between, instead)
    depth, margin, lines = 0, 0, []
    for line in text.split("\n"):
        bare = line.strip(_MARKS)
        if bare.startswith("</"):
            depth -= 1
            margin = min(margin, depth)
        lines.append((depth, line))
        if bare[:1] == "<" and bare[1:2] not in _NOT_OPENING and bare[-1:] == ">" and bare[-2:] != "/>":
            depth += "</" not in bare
    return "\n".join("  " * min(depth - margin, 30) + line for depth, line in lines)


def _texts(exchange: Exchange, finding: Finding) -> Sequence[tuple[Sentence, str]]:
    """The texts of the request that the finding may be about, the likeliest first."""
    about_document = finding.rule.startswith("CDA-") or "ClinicalDocument" in finding.location
    texts: list[tuple[Sentence, str]] = []
    if carried.is_mail(exchange):
        return _mail_texts(exchange, finding)
    media_type = exchange.header("Content-Type") or ""
    if "xml" in media_type or "multipart" in media_type:
        package = exchange.package
        texts = [(SOAP, _text(package.root))] if package is not None else []
        documents = [(CDA, _text(data)) for data in exchange.documents.values() if b"ClinicalDocument" in data[:2000]]
        texts = [*documents, *texts] if about_document or finding.rule.startswith("CHK-") else [*texts, *documents]
    elif fields := _fields(exchange):
        texts = [(REQUEST, fields)]
    elif exchange.request_bytes:
        texts = [(REQUEST, _text(exchange.request_bytes))]
    return texts


def _mail_texts(exchange: Exchange, finding: Finding) -> Sequence[tuple[Sentence, str]]:
    groups = {
        "MAIL": [(MAIL, printable(safe(carried.headers(exchange))))],
        "XD": [(METADATA, _text(data)) for data in carried.metadata(exchange)],
        "CDA": [(CDA, _text(data)) for data in carried.clinical_documents(exchange)],
    }
    likeliest = sorted(groups, key=lambda prefix: not finding.rule.startswith(prefix))
    return [text for prefix in likeliest for text in groups[prefix]]


@lru_cache(maxsize=64)
def _text(data: bytes) -> str:
    return printable(safe(data[:LARGEST].decode("utf-8", "replace")))


def _fields(exchange: Exchange) -> str:
    """Query and form of a request, one field a line."""
    address = ([*exchange.line.split(" "), "", ""])[1]
    query = urlsplit(address).query
    form = exchange.request_bytes.decode("utf-8", "replace") if exchange.form else ""
    fields = [safe(field) for part in (query, form) for field in part.split("&") if field]
    return "\n".join([f"{exchange.line.partition('?')[0]}", *fields]) if fields else ""


def _span(text: str, steps: tuple[str, ...], found: str, line: int | None) -> tuple[int, int, bool] | None:
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        span = _element(text, steps, found, line)
        if span is not None:
            return span
    elif steps:
        field = re.search(rf"^{re.escape(steps[-1])}(?:=|: ?).*$", text, re.MULTILINE | re.IGNORECASE)
        if field is not None:
            return field.start(), field.end(), False
        if len(steps) == 1 and "\n" in text and found in ("", "(absent)"):
            return 0, 0, True
    if len(found) >= 4 and (start := text.find(found)) >= 0:
        return start, start + len(found), False
    return None


def _element(text: str, steps: tuple[str, ...], found: str, line: int | None) -> tuple[int, int, bool] | None:
    """The element at the end of a path; when it is missing, the nearest one above it that is there."""
    data = text.encode()
    elements = _elements(data)
    for kept in range(len(steps), 0, -1):
        wanted = steps[:kept]
        alike = [item for item in elements if item.path[-kept:] == wanted]
        if not alike:
            continue
        holding = [item for item in alike if found and found.encode() in data[item.start : item.end]]
        on_line = [item for item in alike if item.line == line]
        one = (holding or on_line or alike)[0]
        absent = kept < len(steps)
        end = data.find(b">", one.start) + 1 if absent else one.end
        return len(data[: one.start].decode()), len(data[:end].decode()), absent
    return None


@lru_cache(maxsize=32)
def _elements(data: bytes) -> tuple[_Element, ...]:
    """Every element with its place in the bytes, in document order; none when there is a DTD or no XML."""
    if b"<!DOCTYPE" in data or len(data) >= LARGEST:
        return ()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False
    found: list[tuple[int, _Element]] = []
    opened: list[tuple[str, int, int]] = []

    def start(name: str, _attributes: object) -> None:
        opened.append((name.rpartition(":")[2], parser.CurrentByteIndex, parser.CurrentLineNumber))

    def end(_name: str) -> None:
        path = tuple(item[0] for item in opened)
        _, began, line = opened.pop()
        closes = data.find(b">", parser.CurrentByteIndex)
        found.append((began, _Element(path, began, closes + 1, line)))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return ()
    return tuple(element for _, element in sorted(found, key=lambda item: item[0]))


def _cut(of: Sentence, text: str, start: int, end: int, missing: str) -> Excerpt:
    around = AROUND if end > start else LISTED
    first, last = max(0, start - around), min(len(text), end + around)
    before, marked, after = text[first:start], text[start:end], text[end:last]
    if first > 0:
        before = "…" + before[_boundary(before) :]
    if last < len(text):
        after = after[: len(after) - _boundary(after[::-1], ">")] + "…"
    if len(marked) > MARKED:
        marked = f"{marked[: MARKED * 2 // 3]} … {marked[-MARKED // 3 :]}"
    whole = readable(f"{before}\x00{marked}\x01{after}")
    before, _, rest = whole.partition("\x00")
    marked, _, after = rest.partition("\x01")
    return Excerpt(of, before, marked, after, missing)


def _boundary(text: str, sign: str = "<") -> int:
    """Where a cut looks best: at the nearest tag or line."""
    places = [place for place in (text.find(sign), text.find("\n")) if 0 <= place < AROUND // 2]
    return min(places, default=0)
