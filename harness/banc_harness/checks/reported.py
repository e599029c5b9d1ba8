"""What a laboratory was asked to report, and what the biology reports that it sent say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from lxml import etree

from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.cda.names import LAB, PDF_COPY, V3
from banc_standards.cda.read import Document

OBSERVATION = "1.3.6.1.4.1.19376.1.3.1.6"
"""The templateId of a result (IHE PaLM, laboratory observation)."""
SENDING = ("document.send", "document.replace")


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a report, as its data tell it."""

    code: str
    value: str
    unit: str
    interpretation: str


@dataclass(frozen=True)
class Report:
    """A biology report, as checks read it."""

    document: Document

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """The results, in the order of the document; an earlier result that is only recalled is not one of them."""
        found = (
            element for element in self.document.carriers.get(OBSERVATION, ()) if element.tag == f"{V3}observation"
        )
        return tuple(_result(element) for element in found)

    @property
    def status(self) -> str:
        """What the main act is: ``completed``, ``active`` while results are awaited, ``aborted``."""
        event = self.document.root.find(f"{V3}documentationOf/{V3}serviceEvent/{LAB}statusCode")
        return "" if event is None else event.get("code", "")

    @property
    def chapter_statuses(self) -> tuple[str, ...]:
        """The status of each chapter of a structured report."""
        return tuple(item.get("code", "") for item in self._sections(f"{V3}entry/{V3}act/{V3}statusCode"))

    @property
    def recipients(self) -> frozenset[str]:
        """The national identifiers of those whom the header names as recipients."""
        found = self.document.root.iterfind(f"{V3}informationRecipient/{V3}intendedRecipient/{V3}id")
        return frozenset(element.get("extension", "") for element in found)

    @property
    def requester_mailboxes(self) -> frozenset[str]:
        """The mail addresses of the prescriber (participant REF)."""
        requesters = self.document.root.iterfind(f"{V3}participant[@typeCode='REF']")
        telecoms = (item for one in requesters for item in one.iterfind(f"{V3}associatedEntity/{V3}telecom"))
        values = (item.get("value", "").casefold() for item in telecoms)
        return frozenset(value.removeprefix("mailto:") for value in values if value.startswith("mailto:"))

    @property
    def text(self) -> str:
        """What people read in the sections."""
        return " ".join("".join(map(str, element.itertext())) for element in self._sections(f"{V3}text"))

    @property
    def pdf(self) -> bool:
        """Whether a structured report carries its PDF copy."""
        sections = self.document.carriers.get(PDF_COPY, ())
        media = (value for section in sections for value in section.iterfind(f".//{V3}observationMedia/{V3}value"))
        return any(value.get("mediaType") == "application/pdf" and (value.text or "").strip() for value in media)

    def _sections(self, path: str) -> list[etree._Element]:
        """What stands at a path under each first-level section."""
        first = f"{V3}component/{V3}structuredBody/{V3}component/{V3}section/"
        return self.document.root.findall(first + path)


def _result(element: etree._Element) -> Result:
    def attribute(tag: str, name: str) -> str:
        found = element.find(f"{V3}{tag}")
        return "" if found is None else found.get(name, "")

    written = element.find(f"{V3}value")
    text = "" if written is None else (written.text or "").strip()
    value = attribute("value", "value") or attribute("value", "code") or text
    return Result(attribute("code", "code"), value, attribute("value", "unit"), attribute("interpretationCode", "code"))


def reports(exchange: Exchange) -> tuple[Report, ...]:
    """The CDA documents of a submission, or of the XDM archives of a mail; what cannot be read is left out."""
    documents = exchange.cdas if exchange.service == "dmp" else exchange.mailed_cdas
    return tuple(Report(document) for document in documents)


def act_of(trace: Trace, exchange: Exchange) -> Acted | None:
    """The sending that an exchange answers: the one of its step."""
    acts = [act for act in trace.acts if act.step == exchange.claimed_by and act.action in SENDING]
    return acts[-1] if acts else None


def order_of(trace: Trace, exchange: Exchange) -> Mapping[str, Any] | None:
    """The order whose report an exchange carries; ``None`` when its step sent none."""
    act = act_of(trace, exchange)
    order = act.input.get("order") if act else None
    return order if isinstance(order, Mapping) else None


def available(order: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The results of an order that are there, by code."""
    return {item["code"]: item for item in order["results"] if item["value"] is not None}


def pending(order: Mapping[str, Any]) -> bool:
    """Whether a result of the order is still awaited."""
    return any(item["value"] is None for item in order["results"])


def same_value(one: str, other: str) -> bool:
    """Whether two values say the same: as numbers when both are, else as texts."""
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return one == other
