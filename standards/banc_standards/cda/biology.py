"""Writing a biology report, CR-BIO 2024.01: chapters, batteries, results, and the PDF copy that goes with them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from banc_standards.cda.body import section
from banc_standards.cda.elements import coded, node, stable_uuid, templates, timestamp
from banc_standards.cda.model import Heading
from banc_standards.cda.names import PDF_COPY, SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import HL7_OBSERVATION_INTERPRETATION, LOINC

_LAB: Final = "1.3.6.1.4.1.19376.1.3"
_FR: Final = "1.2.250.1.213.1.1.3"
_FR_SECTION: Final = "1.2.250.1.213.1.1.2"
_COPY: Final = Code("55108-5", LOINC, "Copie du document")


@dataclass(frozen=True, slots=True)
class Result:
    """One result. ``value`` is a number as text when there is a ``unit`` (UCUM), else a text or a code.

    ``low`` and ``high`` are the ends of the reference range, in the same unit; ``interpretation`` is a code of JDV
    HL7_ObservationInterpretation (N, L, H, LL, HH, A…). ``previous`` is an earlier value with its date. ``status``
    is completed, or aborted for an examination that gave no value; one that is still to come has no place among the
    results (CDA-BIO-030) and is told in the report's comment.
    """

    code: Code
    value: str | Code
    unit: str = ""
    low: str = ""
    high: str = ""
    interpretation: str = ""
    method: str = ""
    previous: tuple[str, datetime] | None = None
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class Battery:
    """Results that are reported together (a blood count, an ionogram)."""

    code: Code
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A biology discipline by its LOINC code (18719-5 biochemistry…), and what was found there."""

    code: Code
    items: tuple[Result | Battery, ...]
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class BiologyReport:
    """A *compte rendu d'examens de biologie médicale*: ``sampled`` is when the specimen was taken.

    ``pdf`` is the report as people read it, which the model of 2024 asks for.
    """

    heading: Heading
    chapters: tuple[Chapter, ...]
    sampled: datetime
    pdf: bytes
    comment: str = ""


def biology_sections(report: BiologyReport) -> list[etree._Element]:
    """The sections in the order of the model. Raises ``KeyError`` for an interpretation that its set does not hold."""
    sections = [_chapter(report, chapter, number) for number, chapter in enumerate(report.chapters, 1)]
    if report.comment:
        sections.append(_comment(report))
    return [*sections, pdf_copy(report.heading.id, report.pdf)]


def _results(chapter: Chapter) -> Iterator[Result]:
    for item in chapter.items:
        yield from item.results if isinstance(item, Battery) else (item,)


def _chapter(report: BiologyReport, chapter: Chapter, number: int) -> etree._Element:
    names = {id(result): f"c{number}-r{rank}" for rank, result in enumerate(_results(chapter), 1)}
    act = node(
        "act",
        coded("code", chapter.code),
        node("statusCode", code=chapter.status),
        [node("entryRelationship", _item(report, item, names), typeCode="COMP") for item in chapter.items],
        classCode="ACT",
        moodCode="EVN",
    )
    entry = node("entry", templates(f"{_LAB}.1", f"{_FR}.21"), act, typeCode="DRIV")
    return node(
        "section",
        templates(f"{_LAB}.3.2.1", f"{_FR_SECTION}.70"),
        node("id", root=stable_uuid(report.heading.id, "chapter", str(number))),
        coded("code", chapter.code),
        node("title", chapter.code.display),
        _table(chapter, names),
        entry,
    )


def _table(chapter: Chapter, names: dict[int, str]) -> etree._Element:
    head = node("tr", [node("th", label) for label in ("Examen", "Résultat", "Valeurs de référence", "Antériorité")])
    rows = []
    for result in _results(chapter):
        earlier = f"{result.previous[0]} ({result.previous[1]:%d/%m/%Y})" if result.previous else ""
        named = node("content", result.code.display, ID=names[id(result)])
        cells: list[etree._Element | str] = [named, shown(result), _range(result), earlier]
        rows.append(node("tr", [node("td", cell) for cell in cells]))
    return node("text", node("table", node("thead", head), node("tbody", rows), border="0"))


def shown(result: Result) -> str:
    """The result as people read it."""
    value = result.value.display if isinstance(result.value, Code) else result.value
    mark = {"L": " (bas)", "H": " (élevé)", "LL": " (critique bas)", "HH": " (critique élevé)"}
    return f"{value} {result.unit}".strip() + mark.get(result.interpretation, "") if value else "non rendu"


def _range(result: Result) -> str:
    return f"{result.low} à {result.high} {result.unit}".strip() if result.low and result.high else ""


def _item(report: BiologyReport, item: Result | Battery, names: dict[int, str]) -> etree._Element:
    if isinstance(item, Result):
        return _observation(report, item, names)
    return node(
        "organizer",
        templates(f"{_LAB}.1.4", f"{_FR}.78"),
        node("id", root=stable_uuid(report.heading.id, "battery", item.code.code)),
        coded("code", item.code),
        node("statusCode", code="completed"),
        node("effectiveTime", value=timestamp(report.sampled)),
        [node("component", _observation(report, result, names), typeCode="COMP") for result in item.results],
        classCode="BATTERY",
        moodCode="EVN",
    )


def _observation(report: BiologyReport, result: Result, names: dict[int, str]) -> etree._Element:
    name = names[id(result)]
    earlier = _earlier(result, *result.previous) if result.previous else None
    return node(
        "observation",
        templates(f"{_LAB}.1.6", f"{_FR}.80"),
        node("id", root=stable_uuid(report.heading.id, name)),
        coded("code", result.code, node("originalText", node("reference", value=f"#{name}"))),
        node("statusCode", code=result.status),
        node("effectiveTime", value=timestamp(report.sampled)),
        _value(result, result.value) if result.value else None,
        _interpretation(result.interpretation) if result.interpretation else None,
        node("methodCode", node("originalText", result.method)) if result.method else None,
        node("entryRelationship", earlier, typeCode="REFR") if earlier is not None else None,
        _reference_range(result) if result.low and result.high else None,
        classCode="OBS",
        moodCode="EVN",
    )


def _value(result: Result, value: str | Code) -> etree._Element:
    if isinstance(value, Code):
        return coded("value", value, xsi_type="CD")
    if result.unit:
        return node("value", xsi_type="PQ", value=value, unit=result.unit)
    return node("value", value, xsi_type="ST")


def _interpretation(code: str) -> etree._Element:
    found = value_set("HL7_ObservationInterpretation").get(code, HL7_OBSERVATION_INTERPRETATION)
    return coded("interpretationCode", found)


def _reference_range(result: Result) -> etree._Element:
    ends = [node("low", value=result.low, unit=result.unit), node("high", value=result.high, unit=result.unit)]
    limits = node("observationRange", node("value", ends, xsi_type="IVL_PQ"), _interpretation("N"))
    limits.set("classCode", "OBS")
    limits.set("moodCode", "EVN.CRT")
    return node("referenceRange", limits, typeCode="REFV")


def _earlier(result: Result, value: str, when: datetime) -> etree._Element:
    return node(
        "observation",
        coded("code", result.code),
        node("statusCode", code="completed"),
        node("effectiveTime", value=timestamp(when)),
        _value(result, value),
        classCode="OBS",
        moodCode="EVN",
    )


def _comment(report: BiologyReport) -> etree._Element:
    roots = ("1.3.6.1.4.1.19376.1.4.1.2.16", "2.16.840.1.113883.10.12.201", f"{_FR_SECTION}.73")
    code = Code("55112-7", LOINC, "Commentaire")
    return section(report.heading.id, roots, code, "Commentaire", [("", report.comment, "commentaire")])


def pdf_copy(owner: str, pdf: bytes) -> etree._Element:
    """The section that carries a copy of the document called ``owner`` as a PDF."""
    kind = node(
        "observation",
        templates(SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, f"{SIMPLE_OBSERVATION_FR}.18"),
        node("id", root=stable_uuid(owner, "copy", "kind")),
        coded("code", Code("69764-9", LOINC, "Type de document")),
        node("text", node("reference", value="#copie-type")),
        node("statusCode", code="completed"),
        node("effectiveTime", nullFlavor="NA"),
        coded("value", _COPY, xsi_type="CD"),
        classCode="OBS",
        moodCode="EVN",
    )
    data = base64.b64encode(pdf).decode("ascii")
    media = node(
        "observationMedia",
        node("value", data, mediaType="application/pdf", representation="B64"),
        ID="copie-pdf",
        classCode="OBS",
        moodCode="EVN",
    )
    organizer = node(
        "organizer",
        templates(f"{_FR}.18"),
        node("id", root=stable_uuid(owner, "copy")),
        coded("code", Code("55107-7", LOINC, "Document attaché")),
        node("statusCode", code="completed"),
        [node("component", item) for item in (kind, media)],
        classCode="CLUSTER",
        moodCode="EVN",
    )
    text = node(
        "text",
        node("paragraph", node("content", _COPY.display, ID="copie-type")),
        node("renderMultiMedia", referencedObject="copie-pdf"),
    )
    return node(
        "section",
        templates(PDF_COPY),
        node("id", root=stable_uuid(owner, "copy", "section")),
        coded("code", _COPY),
        node("title", "Copie du document"),
        text,
        node("entry", organizer),
    )
