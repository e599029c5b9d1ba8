"""``report.sarif``: each difference of a run as a SARIF 2.1.0 result, for the code scanning of a forge.

A run has no source file: results point at the description of the software, and name the exchange as a logical place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from banc_harness.account import FAILING, Account
from banc_harness.catalogue import catalogue
from banc_harness.reports import folder
from banc_harness.reports.baseline import Gap
from banc_harness.reports.places import place
from banc_harness.reports.redaction import safe
from banc_harness.rule_pages import address
from banc_standards.contracts.events import CheckEnded, RunEnded, RunStarted
from banc_standards.contracts.finding import Finding
from banc_standards.errors import Lang, Sentence

FILE = "report.sarif"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
Failed = tuple[CheckEnded, Finding]


def render(*accounts: Account, description: str = "sut.yaml", known: Collection[Gap] | None = None) -> str:
    """The file of one run, or of several; raises ``ValueError`` before they have ended.

    ``description`` is the path of the software's description in its repository. ``known`` are the gaps of the baseline:
    with it, every result says whether it is new.
    """
    told = {"version": "2.1.0", "$schema": SCHEMA, "runs": [_run(each, description, known) for each in accounts]}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _run(account: Account, description: str, known: Collection[Gap] | None) -> dict[str, Any]:
    started, ended = account.started, account.ended
    if started is None or ended is None:
        raise ValueError("the run has not ended")
    failing = [(check, finding) for check in account.checks for finding in _told(check)]
    return {
        "columnKind": "unicodeCodePoints",
        "tool": {"driver": _driver(started, failing)},
        "automationDetails": {"id": f"banc run/{started.kind}/{started.run}"},
        "invocations": [_invocation(account, started, ended)],
        "results": list(_results(failing, description, known)),
        "properties": {
            "gate": ended.gate.sentence,
            "passed": ended.gate.passed,
            "score": ended.score.percent,
            "software": ", ".join(_products(started)),
            "session": started.session,
        },
    }


def write(account: Account, into: Path, *, description: str = "sut.yaml", known: Collection[Gap] | None = None) -> Path:
    """Writes ``report.sarif`` into a folder. Raises ``EnvironmentFailed`` when it cannot be written."""
    return folder.write(into, FILE, render(account, description=description, known=known))


def _products(started: RunStarted) -> Iterator[str]:
    for sut in (started.sut, *(item.sut for item in started.cast)):
        yield f"{sut.product.name} {sut.product.version}"


def _told(check: CheckEnded) -> Iterator[Finding]:
    """What a check found: everything when it failed, only what is less than an error when it passed."""
    failed = check.verdict in FAILING
    yield from (finding for finding in check.findings if failed or finding.severity == "warning")


def _driver(started: RunStarted, failing: list[Failed]) -> dict[str, Any]:
    rules: dict[str, dict[str, Any]] = {}
    requirements: dict[str, dict[str, None]] = {}
    for check, finding in failing:
        rules.setdefault(finding.rule, _rule(finding, started.lang))
        requirements.setdefault(finding.rule, {}).update(dict.fromkeys(check.requirements))
    for name, rule in rules.items():
        rule["properties"]["tags"] = list(requirements[name])
    return {
        "name": "banc",
        "fullName": "Banc Ségur, banc run",
        "semanticVersion": started.bench.get("banc-segur", "0"),
        "language": started.lang,
        "rules": list(rules.values()),
    }


def _rule(finding: Finding, lang: Lang) -> dict[str, Any]:
    """A rule with its help in both languages; one of another version keeps the words that the run told."""
    rule = catalogue().get(finding.rule)
    text, fix = Sentence(finding.message, finding.message), Sentence(finding.fix, finding.fix)
    languages: tuple[Lang, ...] = (lang,)
    if rule is not None and rule.text.of(lang) == finding.message:
        text, fix, languages = rule.text, rule.fix, (lang, "fr" if lang == "en" else "en")
    help_text, markdown = [], []
    for language in languages:
        do, clause = Sentence("À faire", "Fix").of(language), Sentence("Texte", "Clause").of(language)
        colon = ": " if language == "en" else " : "
        said = text.of(language)
        help_text.append(f"{said}\n\n{do}{colon}{fix.of(language)}\n\n{clause}{colon}{finding.clause}")
        markdown.append(f"{said}\n\n**{do}**{colon}{fix.of(language)}\n\n**{clause}**{colon}{finding.clause}")
    where = address(finding.rule, lang) if rule is not None else None
    return {
        "id": finding.rule,
        "shortDescription": {"text": finding.message},
        "fullDescription": {"text": f"{finding.message} {finding.fix}"},
        "help": {"text": "\n\n".join(help_text), "markdown": "\n\n---\n\n".join(markdown)},
        **({"helpUri": where} if where and where.startswith("http") else {}),
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"certainty": finding.certainty},
    }


def _results(failing: list[Failed], description: str, known: Collection[Gap] | None) -> Iterator[dict[str, Any]]:
    """The results; the same gap at the same kind of place is told apart by its rank, which is the same in every run."""
    ranks: Counter[str] = Counter()
    for check, finding in failing:
        gap = Gap(check.scenario or "", check.check, finding.rule)
        where = place(finding.location)
        key = "|".join((gap.scenario, gap.check, gap.rule, where.step or _operation(finding), "/".join(where.steps)))
        ranks[key] += 1
        print_ = hashlib.sha256(key.encode()).hexdigest()
        seen = f" [{finding.found or '∅'} → {finding.expected or '∅'}]" if finding.found or finding.expected else ""
        state = {} if known is None else {"baselineState": "unchanged" if gap in known else "new"}
        yield {
            "ruleId": finding.rule,
            "level": _LEVELS[finding.severity],
            "message": {"text": safe(f"{finding.message}{seen} {finding.fix}".strip())},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": description}, "region": {"startLine": 1}},
                    "logicalLocations": [_logical(check, finding)],
                }
            ],
            "partialFingerprints": {"bancGap/v1": print_, "primaryLocationLineHash": f"{print_[:16]}:{ranks[key]}"},
            **state,
            "properties": {
                "check": check.check,
                "scenario": check.scenario,
                **({"software": check.software} if check.software is not None else {}),
                "requirements": list(check.requirements),
                "clause": finding.clause,
                **({"line": finding.line, "column": finding.column} if finding.line is not None else {}),
            },
        }


def _logical(check: CheckEnded, finding: Finding) -> dict[str, str]:
    where = place(finding.location)
    full = " ".join(part for part in (check.scenario, finding.location) if part)
    name = where.within or where.step or finding.location or check.check
    kind = "step" if where.step else "exchange" if where.seq is not None else "element"
    return {"name": safe(name), "fullyQualifiedName": safe(full) or check.check, "kind": kind}


def _operation(finding: Finding) -> str:
    return finding.location.partition("#")[0] if "#" in finding.location else ""


def _invocation(account: Account, started: RunStarted, ended: RunEnded) -> dict[str, Any]:
    told = [
        {"level": "error" if remark.level == "error" else "warning", "message": {"text": safe(remark.text)}}
        for remark in account.remarks
    ]
    return {
        "executionSuccessful": ended.exit_code != 3,
        "exitCode": ended.exit_code,
        "startTimeUtc": started.at,
        "endTimeUtc": ended.at,
        "toolExecutionNotifications": told,
    }
