"""The laboratory's reports: from an order and its results to a CR-BIO document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from lxml import etree

from banc_harness.witness import printing
from banc_harness.witness.letters import organization, professional, subject
from banc_standards.cda import build
from banc_standards.cda.biology import BiologyReport, Chapter, Result, shown
from banc_standards.cda.model import Act, Encounter, Heading, Identifier, Professional, Telecom
from banc_standards.cda.names import PDF_COPY
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import BIOLOGY_REPORT
from banc_standards.terminology.oids import LOINC

Record = Mapping[str, Any]
TITLE = "Compte rendu d'examens biologiques"
CRITICAL = {"LL", "HH"}
PDF = b'mediaType="application/pdf"'


def report(
    record: Record, patient: Record, author: Record, structure: Record, *, defects: frozenset[str]
) -> BiologyReport:
    """The report of an order, as far as its results are there; ``record`` holds its ids, its date and the order."""
    order = record["order"]
    place = organization(structure)
    biologist = professional(author, place)
    validated = datetime.fromisoformat(record["created"])
    sampled = datetime.fromisoformat(record["sampled"])
    pending = [item for item in order["results"] if item["value"] is None]
    status = "active" if pending and "partial-as-complete" not in defects else "completed"
    chapters = tuple(_chapters(order, status, defects))
    prescribers = [_correspondent(someone, defects) for someone in order["prescribers"]]
    copies = [_correspondent(someone, defects) for someone in order.get("copies") or ()]
    first, *others = (Act(chapter.code, sampled, validated, biologist, status) for chapter in chapters)
    heading = Heading(
        id=record["unique_id"],
        set_id=record["set_id"],
        version=record["version"],
        replaces=record["replaces"] or "",
        created=validated,
        code=BIOLOGY_REPORT,
        title=TITLE,
        patient=subject(patient, structure, defects=defects),
        author=biologist,
        legal_authenticator=biologist,
        custodian=place,
        acts=(first, *(Act(act.code) for act in others)),
        encounter=Encounter(
            facility_type=value_set("J02").get(structure["sector"]),
            low=sampled,
            code=value_set("J142").get("AMB"),
            responsible=biologist,
        ),
        recipients=() if "unnamed-recipients" in defects else (*prescribers, *copies),
        validators=(biologist,),
        prescriber=prescribers[0],
        order=Identifier(f"{structure['oid']}.4", order["number"]),
    )
    comment = "Examens en cours : " + ", ".join(item["label"] for item in pending) + "." if pending else ""
    alert = "Valeur critique : le prescripteur a été prévenu par téléphone." if _alarming(chapters) else ""
    said = " ".join(part for part in (alert, comment) if part)
    lines = _lines(heading, chapters, said)
    pdf = printing.printed(heading.title, heading.patient, lines, patient, defects=defects)
    return BiologyReport(heading, chapters, sampled, pdf, said)


def reported(order: Record, defects: frozenset[str]) -> list[dict[str, Any]]:
    """The orders that get a report of their own: the one that came, what a subcontractor found included."""
    theirs = [item for item in order["results"] if item.get("performed_by")]
    if not theirs or "subcontracted-apart" not in defects:
        return [dict(order)]
    ours = [item for item in order["results"] if item not in theirs]
    return [{**order, "results": ours}, {**order, "number": f"{order['number']}-1", "results": theirs}]


def written(report: BiologyReport, level: str, *, defects: frozenset[str]) -> bytes:
    """The document of the report: structured (N3) with its PDF copy, or a PDF under the common header (N1)."""
    if level == "N1":
        document = build.level_1(report.heading, report.pdf)
        return document.replace(PDF, b'mediaType="text/plain"') if "text-body" in defects else document
    document = build.biology_report(report)
    return _without_copy(document) if "no-embedded-pdf" in defects else document


def new_dates(now: datetime) -> dict[str, str]:
    """When a report was written, and when its specimen had been taken."""
    return {"created": now.isoformat(), "sampled": (now - timedelta(hours=3)).isoformat()}


def _chapters(order: Record, status: str, defects: frozenset[str]) -> Iterator[Chapter]:
    there = [item for item in order["results"] if item["value"] is not None]
    if "drops-a-result" in defects:
        there = there[:-1]
    for (code, label), items in groupby(there, key=lambda item: (item["chapter"]["code"], item["chapter"]["label"])):
        yield Chapter(Code(code, LOINC, label), tuple(_result(item, defects) for item in items), status)


def _result(item: Record, defects: frozenset[str]) -> Result:
    interpretation = item["interpretation"]
    if interpretation in CRITICAL and "critical-as-normal" in defects:
        interpretation = "N"
    return Result(
        Code(item["code"], LOINC, item["label"]),
        item["value"],
        unit=item["unit"],
        low=item["low"],
        high=item["high"],
        interpretation=interpretation,
    )


def _alarming(chapters: tuple[Chapter, ...]) -> bool:
    results = (item for chapter in chapters for item in chapter.items if isinstance(item, Result))
    return any(result.interpretation in CRITICAL for result in results)


def _correspondent(someone: Record, defects: frozenset[str]) -> Professional:
    """A doctor outside of the laboratory, with the mailbox where results are awaited."""
    telecoms = (Telecom(f"mailto:{someone['mailbox']}", "WP"),)
    return Professional(
        idnat=someone["idnat"],
        family=someone["family"],
        given=someone["given"],
        prefix=someone.get("civility") or "",
        suffix="DR" if someone.get("profession") == "10" else "",
        speciality=value_set("J01").get(someone["speciality"]) if someone.get("speciality") else None,
        telecoms=() if "no-requester-mailbox" in defects else telecoms,
    )


def _lines(heading: Heading, chapters: tuple[Chapter, ...], said: str) -> list[str]:
    results = (item for chapter in chapters for item in chapter.items if isinstance(item, Result))
    return [
        *(f"{result.code.display} : {shown(result)}" for result in results),
        *([said] if said else []),
        f"Dr {heading.author.given} {heading.author.family}, {heading.custodian.name}",
    ]


def _without_copy(document: bytes) -> bytes:
    root = etree.fromstring(document)
    for template in root.findall(f".//{{*}}section/{{*}}templateId[@root='{PDF_COPY}']"):
        section = template.getparent()
        component = None if section is None else section.getparent()
        body = None if component is None else component.getparent()
        if body is not None and component is not None:
            body.remove(component)
    return build.serialise(root)
