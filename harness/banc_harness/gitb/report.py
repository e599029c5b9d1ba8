"""What was found of one document, as a TAR report of GITB: written for others, read from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from banc_harness.gitb.names import TR, XSI
from banc_harness.reports.junit import plain
from banc_standards.errors import Lang
from banc_standards.rules import Finding, Severity

_T: Final = f"{{{TR}}}"
_NO_LINE: Final = 0
_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Told:
    """One document, or one member of it: its path, the findings, and why it could not be judged (else empty)."""

    path: str
    findings: tuple[Finding, ...]
    unusable: str = ""


def result(told: Sequence[Told]) -> str:
    """``FAILURE`` as soon as something is an error, ``UNDEFINED`` when something could not be judged."""
    severities = {finding.severity for one in told for finding in one.findings}
    if "error" in severities:
        return "FAILURE"
    if any(one.unusable for one in told) or not told:
        return "UNDEFINED"
    return "WARNING" if "warning" in severities else "SUCCESS"


def tar(told: Sequence[Told], lang: Lang, at: datetime, name: str = f"{_T}TestStepReport") -> etree._Element:
    """The report as an element; ``name`` is the one that its place asks for."""
    root = etree.Element(name, {f"{{{XSI}}}type": "tr:TAR"}, nsmap={"tr": TR, "xsi": XSI})
    _child(root, "date", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _child(root, "result", result(told))
    counters = etree.SubElement(root, f"{_T}counters")
    everything = [finding for one in told for finding in one.findings]
    counts = {severity: sum(finding.severity == severity for finding in everything) for severity in _SEVERITIES}
    _child(counters, "nrOfAssertions", str(counts["info"]))
    _child(counters, "nrOfErrors", str(counts["error"]))
    _child(counters, "nrOfWarnings", str(counts["warning"]))
    reports = etree.SubElement(root, f"{_T}reports")
    for one in told:
        if one.unusable:
            item = etree.SubElement(reports, f"{_T}error", {f"{{{XSI}}}type": "tr:BAR"})
            _child(item, "description", f"{one.path}: {one.unusable}" if one.path else one.unusable)
        for finding in one.findings:
            _assertion(reports, finding, one.path, lang)
    return root


def as_data(told: Sequence[Told], at: datetime) -> dict[str, Any]:
    """The report as the JSON that validators of the test bed answer."""
    groups: dict[str, list[dict[str, str]]] = {severity: [] for severity in _SEVERITIES}
    for one in told:
        if one.unusable:
            groups["error"].append({"description": one.unusable, "location": one.path})
        for finding in one.findings:
            groups[finding.severity].append(
                {
                    "description": finding.message,
                    "location": _location(finding),
                    "test": finding.location,
                    "assertionID": finding.rule,
                    "value": finding.found,
                }
            )
    return {
        "date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "result": result(told),
        "counters": {
            "nrOfAssertions": len(groups["info"]),
            "nrOfErrors": len(groups["error"]),
            "nrOfWarnings": len(groups["warning"]),
        },
        "reports": groups,
    }


def read(root: etree._Element, source: str) -> list[Finding]:
    """The findings of a TAR that somebody else wrote, under their name."""
    found = []
    reports = next(root.iter(f"{_T}reports"), None)
    for item in reports if reports is not None else ():
        severity = etree.QName(item).localname if isinstance(item.tag, str) else ""
        if severity not in ("error", "warning", "info"):
            continue
        line, column = _place(_text(item, "location"))
        found.append(
            Finding(
                rule=_text(item, "assertionID") or source,
                severity="error" if severity == "error" else "warning" if severity == "warning" else "info",
                certainty="sourced",
                location=_text(item, "test") or _text(item, "location"),
                line=line,
                column=column,
                message=_text(item, "description"),
                found=_text(item, "value"),
                clause="",
                fix="",
                source=source,
            )
        )
    return found


def _assertion(reports: etree._Element, finding: Finding, path: str, lang: Lang) -> None:
    item = etree.SubElement(reports, f"{_T}{finding.severity}", {f"{{{XSI}}}type": "tr:BAR"})
    _child(item, "assertionID", finding.rule)
    words = [finding.message]
    if finding.found or finding.expected:
        words.append(f"{finding.found or '∅'} → {finding.expected or '∅'}")
    if finding.fix:
        words.append(f"Fix: {finding.fix}" if lang == "en" else f"À faire : {finding.fix}")
    if finding.clause:
        words.append(finding.clause)
    _child(item, "description", "\n".join([f"{path}:", *words] if path else words))
    _child(item, "location", _location(finding))
    _child(item, "test", finding.location)
    _child(item, "type", finding.certainty)
    if finding.found:
        _child(item, "value", finding.found)


def _location(finding: Finding) -> str:
    """``content:LINE:COLUMN``, where the test bed's page scrolls to; 0 for what is not known."""
    return f"content:{finding.line or _NO_LINE}:{finding.column or _NO_LINE}"


def _place(location: str) -> tuple[int | None, int | None]:
    parts = location.split(":")
    if len(parts) < 3 or not all(part.isdecimal() and len(part) < 10 for part in parts[-2:]):
        return None, None
    return int(parts[-2]) or None, int(parts[-1]) or None


def _text(item: etree._Element, name: str) -> str:
    return " ".join((item.findtext(f"{_T}{name}") or "").split())


def _child(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{_T}{name}").text = plain(text)
