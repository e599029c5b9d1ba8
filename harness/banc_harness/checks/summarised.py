"""What a practice's chart holds at a visit, and what the medical summaries (VSM) that it sent say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from banc_harness.checks.reported import act_of
from banc_harness.trace import Exchange, Trace
from banc_standards.cda.names import V3
from banc_standards.cda.read import Document
from banc_standards.ins import fold

VSM: Final = "1.2.250.1.213.1.1.1.13"
_PCC: Final = "1.3.6.1.4.1.19376.1.5.3.1"
HEADINGS: Final = {
    "active": f"{_PCC}.3.6",
    "past": f"{_PCC}.3.8",
    "allergies": f"{_PCC}.3.13",
    "treatments": f"{_PCC}.3.19",
}
"""The sections of a VSM in which its chart must be found, by their templateId."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that the chart holds: its code when it has one, and the words that name it."""

    words: str
    code: str = ""

    def said_by(self, entry: Entry) -> bool:
        """Whether an entry is about it."""
        return bool(self.code and self.code in entry.codes) or fold(self.words) in entry.words


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a section: the codes that it carries, and its words, folded, those of the narrative included."""

    codes: frozenset[str]
    words: str
    shown: str


@dataclass(frozen=True)
class Summary:
    """A medical summary, as checks read it."""

    document: Document

    @property
    def structured(self) -> bool:
        """Whether it is a VSM of level 3."""
        return self.document.level == "N3" and VSM in self.document.carriers

    def entries(self, heading: str) -> tuple[Entry, ...]:
        """What a section says, entry by entry."""
        sections = self.document.carriers.get(HEADINGS[heading], ())
        return tuple(
            _entry(section, entry)
            for section in sections
            if section.tag == f"{V3}section"
            for entry in section.iterfind(f"{V3}entry")
        )

    @property
    def treating_doctor(self) -> str:
        """The national identifier of the participant who is the treating doctor; empty without one."""
        for one in self.document.root.iterfind(f"{V3}participant[@typeCode='INF']"):
            function = one.find(f"{V3}functionCode")
            if function is not None and function.get("code") == "PCP":
                found = one.find(f"{V3}associatedEntity/{V3}id")
                return "" if found is None else found.get("extension", "")
        return ""


def _entry(section: etree._Element, entry: etree._Element) -> Entry:
    names = ["".join(map(str, item.itertext())) for item in entry.iter(f"{V3}name", f"{V3}originalText")]
    coded = [item for tag in ("value", "translation", "code") for item in entry.iter(f"{V3}{tag}")]
    names += [item.get("displayName", "") for item in coded]
    names += _narrative(section, {item.get("value", "").removeprefix("#") for item in entry.iter(f"{V3}reference")})
    shown = next((name.strip() for name in names if name.strip()), "")
    return Entry(frozenset(item.get("code", "") for item in coded), fold(" ".join(names)), shown)


def _narrative(section: etree._Element, anchors: set[str]) -> list[str]:
    text = section.find(f"{V3}text")
    if text is None:
        return []
    return ["".join(map(str, item.itertext())) for item in text.iter() if item.get("ID") in anchors]


def summaries(exchange: Exchange) -> tuple[Summary, ...]:
    """The CDA documents of a submission, or of the XDM archives of a mail; what cannot be read is left out."""
    documents = exchange.cdas if exchange.service == "dmp" else exchange.mailed_cdas
    return tuple(Summary(document) for document in documents)


def chart_of(trace: Trace, exchange: Exchange) -> Mapping[str, Any] | None:
    """The chart whose summary an exchange carries; ``None`` when its step sent none."""
    act = act_of(trace, exchange)
    chart = act.input.get("chart") if act else None
    return chart if isinstance(chart, Mapping) else None


def held(chart: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """What a summary of this chart has to say, by section: a stopped treatment is not among it."""
    problems, treatments = chart.get("problems") or (), chart.get("treatments") or ()
    for heading, over in (("active", False), ("past", True)):
        found = (item for item in problems if (item["until"] is not None) is over)
        yield heading, tuple(Item(item["label"], item["code"]) for item in found)
    yield "allergies", tuple(Item(item["agent"]) for item in chart.get("allergies") or ())
    current = (item for item in treatments if item["until"] is None)
    yield "treatments", tuple(Item(item["name"].split()[0]) for item in current)
