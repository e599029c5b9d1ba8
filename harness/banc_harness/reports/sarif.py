"""``report.sarif``: each difference of a run as a SARIF 2.1.0 result, for the code scanning of a forge.

A run has no source file: results point at the description of the software, and name the exchange as a logical place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from banc_harness.account import FAILING, Account
from banc_harness.reports import folder
from banc_harness.reports.baseline import Gap
from banc_harness.reports.redaction import safe
from banc_standards.contracts.events import CheckEnded, RunEnded, RunStarted
from banc_standards.contracts.finding import Finding
from banc_standards.errors import Sentence

FILE = "report.sarif"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def render(account: Account, *, description: str = "sut.yaml", known: Collection[Gap] | None = None) -> str:
    """The file; raises ``ValueError`` before the run has ended.

    ``description`` is the path of the software's description in its repository. ``known`` are the gaps of the baseline:
    with it, every result says whether it is new.
    """
    started, ended = account.started, account.ended
    if started is None or ended is None:
        raise ValueError("the run has not ended")
    failing = [(check, finding) for check in account.checks for finding in _errors(check)]
    run = {
        "columnKind": "unicodeCodePoints",
        "tool": {"driver": _driver(started, failing)},
        "automationDetails": {"id": f"banc run/{started.run}"},
        "invocations": [_invocation(account, ended)],
        "results": [_result(check, finding, description, known) for check, finding in failing],
    }
    return json.dumps({"version": "2.1.0", "$schema": SCHEMA, "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def write(account: Account, into: Path, *, description: str = "sut.yaml", known: Collection[Gap] | None = None) -> Path:
    """Writes ``report.sarif`` into a folder. Raises ``EnvironmentFailed`` when it cannot be written."""
    return folder.write(into, FILE, render(account, description=description, known=known))


def _errors(check: CheckEnded) -> Iterator[Finding]:
    if check.verdict in FAILING:
        yield from (finding for finding in check.findings if finding.severity == "error")


def _driver(started: RunStarted, failing: list[tuple[CheckEnded, Finding]]) -> dict[str, Any]:
    rules: dict[str, dict[str, Any]] = {}
    for _, finding in failing:
        fix, clause = (
            Sentence("À faire", "Fix").of(started.lang),
            Sentence("Texte", "Clause").of(started.lang),
        )
        rules.setdefault(
            finding.rule,
            {
                "id": finding.rule,
                "shortDescription": {"text": finding.message},
                "help": {"text": f"{finding.message}\n\n{fix}: {finding.fix}\n\n{clause}: {finding.clause}"},
                "properties": {"certainty": finding.certainty},
            },
        )
    return {
        "name": "banc",
        "fullName": "Banc Ségur, banc run",
        "semanticVersion": started.bench.get("banc-segur", "0"),
        "language": started.lang,
        "rules": list(rules.values()),
    }


def _result(check: CheckEnded, finding: Finding, description: str, known: Collection[Gap] | None) -> dict[str, Any]:
    gap = Gap(check.scenario or "", check.check, finding.rule)
    seen = f" [{finding.found or '∅'} → {finding.expected or '∅'}]" if finding.found or finding.expected else ""
    where = " ".join(part for part in (check.scenario, finding.location) if part)
    state = {} if known is None else {"baselineState": "unchanged" if gap in known else "new"}
    print_ = hashlib.sha256(f"{gap.scenario}|{gap.check}|{gap.rule}".encode()).hexdigest()
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": safe(f"{finding.message}{seen} {finding.fix}".strip())},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": description}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": safe(where) or check.check}],
            }
        ],
        "partialFingerprints": {"bancGap/v1": print_},
        **state,
        "properties": {
            "check": check.check,
            "scenario": check.scenario,
            "requirements": list(check.requirements),
            "clause": finding.clause,
        },
    }


def _invocation(account: Account, ended: RunEnded) -> dict[str, Any]:
    told = [
        {"level": "error" if remark.level == "error" else "warning", "message": {"text": safe(remark.text)}}
        for remark in account.remarks
    ]
    return {
        "executionSuccessful": ended.exit_code != 3,
        "exitCode": ended.exit_code,
        "toolExecutionNotifications": told,
    }
