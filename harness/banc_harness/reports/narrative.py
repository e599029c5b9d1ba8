"""A CDA document as a person reads it: its header in a few lines, its narrative sections, or its PDF.

The narrative is rebuilt element by element from a closed list; everything else gives its text only. Nothing of the
document's own mark-up reaches the page, so no script can.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from banc_harness.reports.redaction import safe
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_standards.cda.read import Actor, Document

V3: Final = "{urn:hl7-org:v3}"
LARGEST_PDF = 400_000
"""A larger PDF is named, not carried, in bytes."""
DEEPEST = 40

_TAGS: Final = {
    "paragraph": "p",
    "list": "ul",
    "item": "li",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tfoot": "tfoot",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "sub": "sub",
    "sup": "sup",
    "caption": "caption",
}
_OPEN: Final = {tag: Markup("<{}>").format(tag) for tag in (*_TAGS.values(), "ol", "strong", "em", "u")}
_CLOSE: Final = {tag: Markup("</{}>").format(tag) for tag in _OPEN}
_SPANS: Final = ("colspan", "rowspan")
_STYLES: Final = {"Bold": "strong", "Italics": "em", "Underline": "u", "Emphasis": "em"}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the body: title and narrative, ready for the page, with the sections inside it."""

    title: str
    narrative: Markup
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A document ready for the page. ``pdf`` is a ``data:`` address, or empty; ``pdf_note`` says why it is missing."""

    title: str
    facts: tuple[tuple[Sentence, str], ...]
    sections: tuple[Section, ...]
    pdf: str
    pdf_note: Sentence | None
    level: str


def letter(document: Document) -> Letter:
    """The document for the page; identifiers that could be somebody's are masked, and their PDF left out."""
    body = document.root.find(f"{V3}component/{V3}structuredBody")
    facts = tuple((label, text) for label, text in _facts(document) if text)
    pdf, note = _pdf(document, masked=any("•" in text for _, text in facts))
    return Letter(
        title=safe(document.title) or "CDA",
        facts=facts,
        sections=() if body is None else tuple(_sections(body, 0)),
        pdf=pdf,
        pdf_note=note,
        level=document.level or "",
    )


def _facts(document: Document) -> Iterator[tuple[Sentence, str]]:
    patient = document.patient
    names = " ".join(part for part in (patient.birth_family, patient.birth_givens) if part)
    used = " ".join(part for part in (patient.used_family, patient.used_given) if part)
    born = " · ".join(part for part in (day(patient.birth_time), patient.birth_place_cog, patient.sex) if part)
    yield Sentence("Patient", "Patient"), safe(names)
    yield Sentence("Nom utilisé", "Used name"), safe(used)
    yield Sentence("Naissance", "Birth"), born
    if patient.ins is not None:
        yield Sentence("INS", "INS"), safe(f"{patient.ins.value} ({patient.ins.oid})")
    local = ", ".join(f"{item.extension} ({item.root})" for item in patient.local_ids)
    yield Sentence("Autres identifiants", "Other identifiers"), safe(local)
    if document.code is not None:
        yield Sentence("Type", "Type"), safe(f"{document.code.display} ({document.code.code})".strip())
    yield Sentence("Créé le", "Created"), day(document.created)
    for author in document.authors:
        yield Sentence("Auteur", "Author"), safe(_who(author))
    if document.legal_authenticator is not None:
        yield Sentence("Responsable", "Legal authenticator"), safe(_who(document.legal_authenticator))
    if document.custodian is not None:
        yield Sentence("Conservé par", "Custodian"), safe(document.custodian.name)
    if document.replaces is not None:
        yield Sentence("Remplace", "Replaces"), safe(f"{document.replaces.root} {document.replaces.extension}".strip())
    yield Sentence("Identifiant", "Id"), safe(f"{document.id.root} {document.id.extension}".strip())


def day(written: str) -> str:
    """An HL7 time as ``2026-11-21 10:05``; as written when it is none."""
    digits = written[:14]
    if not digits[:8].isdigit() or len(digits) < 8:
        return written
    date = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    clock = f" {digits[8:10]}:{digits[10:12]}" if digits[8:12].isdigit() and len(digits) >= 12 else ""
    return date + clock


def _who(actor: Actor) -> str:
    person = " ".join(part for part in (actor.given, actor.family) if part) or actor.device or actor.device_model
    place = actor.structure.name if actor.structure is not None else ""
    ids = ", ".join(item.extension for item in actor.ids if item.extension)
    return " · ".join(part for part in (person, ids, place) if part)


def _sections(parent: Any, depth: int) -> Iterator[Section]:
    if depth > DEEPEST:
        return
    for section in parent.findall(f"{V3}component/{V3}section"):
        title = "".join(section.find(f"{V3}title").itertext()) if section.find(f"{V3}title") is not None else ""
        text = section.find(f"{V3}text")
        yield Section(
            title=safe(title.strip()),
            narrative=Markup("") if text is None else _inside(text, 0),
            sections=tuple(_sections(section, depth + 1)),
        )


def _inside(element: Any, depth: int) -> Markup:
    """The content of an element of the narrative."""
    parts = [escape(safe(element.text or ""))]
    if depth < DEEPEST:
        for child in element:
            parts += [_one(child, depth + 1), escape(safe(child.tail or ""))]
    return Markup("").join(parts)


def _one(element: Any, depth: int) -> Markup:
    if not isinstance(element.tag, str):
        return Markup("")
    name = element.tag.rpartition("}")[2]
    if name == "br":
        return Markup("<br>")
    if name in _TAGS:
        tag = "ol" if name == "list" and element.get("listType") == "ordered" else _TAGS[name]
        return _opening(tag, element) + _inside(element, depth) + _CLOSE[tag]
    inside = _inside(element, depth)
    for style in (element.get("styleCode") or "").split():
        if style in _STYLES:
            inside = _OPEN[_STYLES[style]] + inside + _CLOSE[_STYLES[style]]
    return inside


def _opening(tag: str, element: Any) -> Markup:
    spans = [(name, element.get(name)) for name in _SPANS if (element.get(name) or "").isdecimal()]
    if not spans:
        return _OPEN[tag]
    return Markup("<{}{}>").format(tag, Markup("").join(Markup(' {}="{}"').format(*span) for span in spans))


def _pdf(document: Document, *, masked: bool) -> tuple[str, Sentence | None]:
    if document.level != "N1":
        return "", None
    data = document.embedded
    if data is None or not data.startswith(b"%PDF-"):
        return "", Sentence("Le corps n'est pas un PDF en base 64.", "The body is no PDF in base 64.")
    if masked:
        return "", Sentence(
            "Le PDF est laissé de côté : l'en-tête porte une identité masquée.",
            "The PDF is left out: the header holds a masked identity.",
        )
    if len(data) > LARGEST_PDF:
        size = len(data)
        return "", Sentence(f"Le PDF de {size} octets est laissé de côté.", f"The PDF of {size} bytes is left out.")
    return f"data:application/pdf;base64,{base64.b64encode(data).decode()}", None
