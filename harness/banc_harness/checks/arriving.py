"""What a laboratory mailed to the software, what should become of it, and what the software says that it did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from banc_harness.checks.reported import OBSERVATION, same_value
from banc_harness.trace import Acted, Exchange, Trace, clinical_document
from banc_standards.cda.names import V3
from banc_standards.cda.read import CdaRefused, Document
from banc_standards.ins import fold
from banc_standards.mail import mdn
from banc_standards.xdm import read as xdm
from banc_standards.xml import XmlRefused

FETCH: Final = "mail.fetch"
CRITICAL: Final = ("AA", "HH", "LL")
FIELDS: Final = ("value", "unit", "low", "high", "interpretation")
Fate = Literal["filed", "duplicate", "hash", "patients", "unknown"]
"""What should become of a mail: filed, or why not."""


@dataclass(frozen=True)
class Arrival:
    """A mail that came to the software's mailbox with documents: the exchange, and the step that brought it."""

    exchange: Exchange
    trace: Trace

    @cached_property
    def _contents(self) -> tuple[tuple[Document, bool], ...]:
        """Each document, and whether its metadata tell its own hash and size."""
        found: list[tuple[Document, bool]] = []
        for part in self.exchange.mail.archives if self.exchange.mail else ():
            try:
                archive = xdm.read(part.content)
            except xdm.XdmRefused:
                continue
            for folder in archive.folders:
                for entry in folder.submission.contents if folder.submission else ():
                    data = folder.content(entry)
                    try:
                        document = clinical_document(data or b"")
                    except (CdaRefused, XmlRefused):
                        continue
                    digest = hashlib.sha1(data or b"", usedforsecurity=False).hexdigest()
                    found.append((document, (entry.hash or "").lower() == digest))
        return tuple(found)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the mail."""
        return tuple(document for document, _ in self._contents)

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, as drivers name documents."""
        return tuple(f"urn:oid:{document.id.root}" for document in self.documents)

    @property
    def message_id(self) -> str:
        """The Message-ID of the mail."""
        return (self.exchange.mail.message_id if self.exchange.mail else None) or ""

    @property
    def receipt_to(self) -> str | None:
        """Where a read receipt is wanted."""
        asked = self.exchange.mail.read_receipt_to if self.exchange.mail else None
        return asked.address if asked else None

    @cached_property
    def act(self) -> Acted | None:
        """The fetching of its step, None when the software was not asked or does not know how."""
        step = self.exchange.claimed_by
        acts = [act for act in self.trace.answers(FETCH) if act.step == step and act.answered]
        return acts[-1] if acts else None

    @cached_property
    def fate(self) -> Fate:
        """What should become of it."""
        if not all(exact for _, exact in self._contents):
            return "hash"
        if len({document.patient.ins for document in self.documents}) > 1:
            return "patients"
        if any(self.owner(document) is None for document in self.documents):
            return "unknown"
        before = (item for item in arrivals(self.trace) if item.exchange.seq < self.exchange.seq)
        known = {name for item in before if item.fate == "filed" for name in item.ids}
        return "duplicate" if set(self.ids) <= known else "filed"

    def owner(self, document: Document) -> str | None:
        """The local id under which the software knows the patient of a document: the traits that it was given."""
        for act in self.trace.answers("patient.create"):
            given = act.input.get("patient") or {}
            said = document.patient
            same = (
                fold(str(given.get("birth_family"))) == fold(said.birth_family)
                and fold(str(given.get("first_given"))) == fold(said.first_given)
                and str(given.get("birth_date", "")).replace("-", "") == said.birth_time[:8]
                and given.get("sex") == said.sex
            )
            if same:
                return str(given.get("local_id"))
        return None

    # -- what the software says ----------------------------------------------------------------------------------

    @property
    def told(self) -> tuple[Mapping[str, Any], ...]:
        """What the software says that it did with the mail or its documents."""
        said = _list(self.act.output.get("received")) if self.act else ()
        return tuple(
            item for item in said if item.get("message") == self.message_id or item.get("document") in self.ids
        )

    @property
    def filed(self) -> tuple[Mapping[str, Any], ...]:
        """The filings among them."""
        return tuple(item for item in self.told if item.get("status") == "filed")

    @property
    def shown(self) -> str:
        """What its user reads, as one text."""
        return " ".join(text for _, text in self.act.shown) if self.act else ""

    def chart(self, local_id: str) -> Mapping[str, Any] | None:
        """The chart of a patient after the fetching."""
        charts = _list(self.act.output.get("charts")) if self.act else ()
        return next((item for item in charts if (item.get("patient") or {}).get("local_id") == local_id), None)

    def receipts(self) -> tuple[mdn.Notice, ...]:
        """The read receipts about the mail that left afterwards."""
        found: list[mdn.Notice] = []
        for exchange in self.trace.after(self.exchange, "mssante.submission", "accepted"):
            notice = mdn.read(exchange.mail.mime) if exchange.mail and exchange.mail.report_type else None
            if notice is not None and notice.original_message_id == self.message_id:
                found.append(notice)
        return tuple(found)


def arrivals(trace: Trace) -> tuple[Arrival, ...]:
    """The mails with documents that correspondents brought, oldest first."""
    return tuple(
        Arrival(exchange, trace)
        for exchange in (*trace.arrived, *trace.all("mssante.relay", "accepted"))
        if exchange.mail is not None and exchange.mail.archives
    )


def judged(trace: Trace) -> Iterator[Arrival]:
    """Those that the software was asked to fetch."""
    return (item for item in arrivals(trace) if item.act is not None)


def results_of(document: Document) -> dict[str, dict[str, str]]:
    """The results of a structured report by code."""
    found: dict[str, dict[str, str]] = {}
    for element in document.carriers.get(OBSERVATION, ()):
        if element.tag != f"{V3}observation":
            continue

        def said(path: str, name: str, _element: Any = element) -> str:
            inner = _element.find(path)
            return "" if inner is None else str(inner.get(name, ""))

        span = f"{V3}referenceRange/{V3}observationRange/{V3}value/"
        found[said(f"{V3}code", "code")] = {
            "value": said(f"{V3}value", "value") or said(f"{V3}value", "code"),
            "unit": said(f"{V3}value", "unit"),
            "low": said(f"{span}{V3}low", "value"),
            "high": said(f"{span}{V3}high", "value"),
            "interpretation": said(f"{V3}interpretationCode", "code"),
        }
    return found


def differences(wanted: Mapping[str, Mapping[str, str]], found: Mapping[str, Mapping[str, Any]]) -> Iterator[list[str]]:
    """Where two sets of results differ: place, found, expected."""
    for code in [*wanted, *(code for code in found if code not in wanted)]:
        if code not in found:
            yield [code, "(absent)", str(wanted[code]["value"])]
        elif code not in wanted:
            yield [code, str(found[code].get("value")), "aucun / none"]
        else:
            for name in FIELDS:
                said, expected = str(found[code].get(name) or ""), wanted[code][name]
                if not (same_value(said, expected) if name in ("value", "low", "high") else said == expected):
                    yield [f"{code}/{name}", said or "(absent)", expected]


def by_code(results: Any) -> dict[str, Mapping[str, Any]]:
    """The results that a driver tells, by code."""
    return {str(item.get("code")): item for item in _list(results)}


def _list(value: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
