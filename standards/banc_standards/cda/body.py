"""What the bodies of several documents share: a section with its narrative, a treatment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lxml import etree

from banc_standards.cda.elements import coded, day, node, stable_uuid, templates
from banc_standards.cda.model import Treatment
from banc_standards.cda.names import TREATMENT
from banc_standards.terminology.codes import Code
from banc_standards.terminology.oids import CIS, HL7_ACT_CODE

Row = tuple[str, str, str]
"""A line of narrative: label, text, and the ID that an entry refers to (empty for none)."""


def section(
    owner: str,
    roots: Sequence[str],
    code: Code,
    title: str,
    rows: Sequence[Row],
    entries: Sequence[etree._Element] = (),
) -> etree._Element:
    """A section of the document called ``owner``: its narrative as a table, its entries."""
    lines = [
        node("tr", node("td", label) if label else None, node("td", node("content", text, ID=anchor)))
        for label, text, anchor in rows
    ]
    return node(
        "section",
        templates(*roots),
        node("id", root=stable_uuid(owner, roots[-1])),
        coded("code", code),
        node("title", title),
        node("text", node("table", node("tbody", lines), border="0")),
        [node("entry", entry) for entry in entries],
    )


def how(treatment: Treatment) -> str:
    """How a treatment is taken, in words."""
    dose = f"{treatment.dose} {treatment.dose_unit.strip('{}')}" if treatment.dose else ""
    every = f"toutes les {treatment.period_hours} h" if treatment.period_hours else ""
    until = f"jusqu'au {treatment.end:%d/%m/%Y}" if treatment.end else ""
    said = [dose, every, f"à partir du {treatment.start:%d/%m/%Y}", until, treatment.instructions]
    return ", ".join(item for item in said if item)


def treatment_entry(owner: str, treatment: Treatment, number: int) -> etree._Element:
    """A drug and how it is taken; the narrative of the section holds ``trt-number``."""
    anchor = f"#trt-{number}"
    times = [
        node(
            "effectiveTime",
            node("low", value=day(treatment.start)),
            _end(treatment.end),
            xsi_type="IVL_TS",
        )
    ]
    if treatment.period_hours:
        period = node("period", value=str(treatment.period_hours), unit="h")
        times.append(node("effectiveTime", period, xsi_type="PIVL_TS", operator="A"))
    dose = None
    if treatment.dose:
        ends = [node(end, value=treatment.dose, unit=treatment.dose_unit) for end in ("low", "high")]
        dose = node("doseQuantity", ends)
    original = node("originalText", node("reference", value=anchor))
    if treatment.cis:
        material = coded("code", Code(treatment.cis, CIS, treatment.name), original)
    else:
        material = node("code", original, nullFlavor="UNK")
    return administration(owner, number, anchor, [*times, dose], material, node("name", treatment.name))


def _end(end: date | None) -> etree._Element:
    return node("high", value=day(end)) if end else node("high", nullFlavor="NAV")


def administration(
    owner: str,
    number: int,
    anchor: str,
    how: Sequence[etree._Element | None],
    material_code: etree._Element,
    material_name: etree._Element,
) -> etree._Element:
    """The substanceAdministration of a drug, or of the absence of any."""
    product = node(
        "manufacturedProduct",
        templates("1.2.250.1.213.1.1.3.43", "2.16.840.1.113883.10.20.1.53", f"{TREATMENT}.2"),
        node("manufacturedMaterial", material_code, material_name),
    )
    return node(
        "substanceAdministration",
        templates("1.2.250.1.213.1.1.3.42", "2.16.840.1.113883.10.20.1.24", TREATMENT, f"{TREATMENT}.1"),
        node("id", root=stable_uuid(owner, TREATMENT, str(number))),
        coded("code", Code("DRUG", HL7_ACT_CODE, "Médicament")),
        node("text", node("reference", value=anchor)),
        node("statusCode", code="completed"),
        how,
        node("consumable", product),
        classCode="SBADM",
        moodCode="EVN",
    )
