"""Verdicts as SARIF 2.1.0, for code scanning: results as they come, then the rules that they name."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any, Final, TextIO
from urllib.parse import quote

from banc_harness.validate.verdict import NOTHING_ELSE, Noted, Skipped, Summary, Verdict
from banc_standards.errors import Lang
from banc_standards.rules import Finding, Rule, Severity

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "info": "note"}


class SarifWriter:
    """Writes one run; the tool stands after the results, since its rules are those that were met."""

    def __init__(self, out: TextIO, lang: Lang) -> None:
        self._out = out
        self._lang = lang
        self._first = True
        self._met: dict[str, Finding] = {}
        self._unusable: list[tuple[str, str]] = []
        out.write(f'{{"version":"2.1.0","$schema":"{SCHEMA}","runs":[{{"columnKind":"unicodeCodePoints","results":[')

    def add(self, verdict: Verdict) -> None:
        """Writes a result for each finding; a file that cannot be judged is told as a notification of the tool."""
        if verdict.unusable is not None:
            self._unusable.append((verdict.path, verdict.unusable.of(self._lang)))
        for item in verdict.noted:
            self._met.setdefault(item.finding.rule, item.finding)
            self._out.write("\n" if self._first else ",\n")
            self._first = False
            self._out.write(_json(_result(verdict, item)))

    def end(self, summary: Summary, skipped: Skipped, also: Mapping[str, Any] = NOTHING_ELSE) -> None:
        """Writes the tool, its rules and how the run ended."""
        driver = {
            "name": "banc",
            "fullName": "Banc Ségur, banc validate",
            "semanticVersion": version("banc-segur"),
            "language": "en" if self._lang == "en" else "fr",
            "rules": [_rule(finding, self._lang) for finding in self._met.values()],
        }
        told = [
            {
                "level": "error",
                "message": {"text": reason},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(path)}}}],
            }
            for path, reason in self._unusable
        ]
        ended = {
            "executionSuccessful": not summary.unusable,
            "exitCode": summary.exit_code,
            "toolExecutionNotifications": told,
        }
        self._out.write(f'\n],"tool":{_json({"driver": driver})},"invocations":{_json([ended])}}}]}}\n')


def _result(verdict: Verdict, item: Noted) -> dict[str, Any]:
    finding = item.finding
    seen = f" [{finding.found} → {finding.expected}]" if finding.found or finding.expected else ""
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(verdict.path)}}
    if finding.line is not None:
        region: dict[str, Any] = {"startLine": finding.line}
        if finding.column is not None:
            region["startColumn"] = finding.column
            if item.excerpt is not None:
                region["endColumn"] = finding.column + item.excerpt.width
                region["snippet"] = {"text": item.excerpt.text}
        place["region"] = region
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + seen},
        "locations": [
            {"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": finding.location or "/"}]}
        ],
        "properties": {"certainty": finding.certainty, "found": finding.found, "expected": finding.expected},
    }


def _rule(finding: Finding, lang: Lang) -> dict[str, Any]:
    from banc_harness.catalogue import catalogue
    from banc_harness.rule_pages import address

    if finding.source != "banc":  # other people's rules are known by what they said
        return {
            "id": finding.rule,
            "shortDescription": {"text": finding.message},
            "help": {"text": f"{finding.message}\n\n{finding.source}, {finding.clause}"},
            "defaultConfiguration": {"level": _LEVELS[finding.severity]},
            "properties": {"certainty": finding.certainty},
        }
    rule: Rule = catalogue()[finding.rule]
    text, fix = rule.text.of(lang), rule.fix.of(lang)
    to_do = "Fix" if lang == "en" else "À faire"
    clause = "Clause" if lang == "en" else "Texte"
    where = address(rule.id, lang)
    return {
        "id": rule.id,
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"{text} {fix}"},
        "help": {
            "text": f"{text}\n\n{to_do}: {fix}\n\n{clause}: {rule.clause}",
            "markdown": f"{text}\n\n**{to_do}**: {fix}\n\n**{clause}**: {rule.clause}",
        },
        **({"helpUri": where} if where else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"certainty": rule.certainty},
    }


def _uri(path: str) -> str:
    if os.path.isabs(path):
        return PurePath(path).as_uri()
    return quote(path.replace(os.sep, "/"), safe="/!@$&'()*+,;=~.-_")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
