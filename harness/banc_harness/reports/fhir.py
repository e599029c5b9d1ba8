"""A run as a FHIR R4 ``TestReport`` resource: a test for each scenario, an assertion for each check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from banc_harness.account import Account, Scenario
from banc_harness.reports.redaction import safe
from banc_standards.contracts.events import CheckEnded, RunEnded, RunStarted
from banc_standards.contracts.vocabulary import Verdict
from banc_standards.errors import Sentence

SYSTEM: Final = "urn:banc-segur:run"
_RESULTS: Final[dict[Verdict, str]] = {
    "CONFORME": "pass",
    "NON_CONFORME": "fail",
    "PARTIEL": "fail",
    "A_COMPLETER": "warning",
    "NON_TESTE": "skip",
    "NON_APPLICABLE": "skip",
}


def render(*accounts: Account) -> str:
    """The resource as JSON, of several runs a ``Bundle`` of them; raises ``ValueError`` before they have ended."""
    resources = [_of_run(account) for account in accounts]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    return json.dumps(resources[0] if len(resources) == 1 else bundle, ensure_ascii=False, indent=2) + "\n"


def _of_run(account: Account) -> dict[str, Any]:
    if account.started is None or account.ended is None:
        raise ValueError("the run has not ended")
    return _resource(account, account.started, account.ended)


def _resource(account: Account, started: RunStarted, ended: RunEnded) -> dict[str, Any]:
    product = started.sut.product
    name = f"{product.name} {product.version}"
    tests = [_test(account, scenario) for scenario in account.scenarios.values()]
    late = [check for check in account.checks if check.scenario is None]
    if late:
        title = Sentence("après le dernier scénario", "after the last scenario").of(started.lang)
        tests.append({"name": "late", "description": title, "action": [_asserted(check) for check in late]})
    return {
        "resourceType": "TestReport",
        "language": started.lang,
        "text": {"status": "generated", "div": _narrative(name, ended)},
        "identifier": {"system": SYSTEM, "value": started.run},
        "name": name,
        "status": "completed",
        "testScript": {
            "display": f"{started.requirements.name} {started.requirements.version}",
            "identifier": {"system": "urn:banc-segur:requirements", "value": started.requirements.hash},
        },
        "result": "pass" if ended.gate.passed else "fail",
        **({"score": ended.score.percent} if ended.score.percent is not None else {}),
        "tester": f"Banc Ségur {started.bench.get('banc-segur', '0')}",
        "issued": ended.at,
        "participant": [
            {"type": "test-engine", "uri": "urn:banc-segur", "display": "Banc Ségur"},
            {"type": "client", "uri": f"urn:banc-segur:software:{_token(name)}", "display": safe(name)},
        ],
        **({"test": tests} if tests else {}),
    }


def _test(account: Account, scenario: Scenario) -> dict[str, Any]:
    actions = [*_operations(scenario), *(_asserted(item) for item in account.checks if item.scenario == scenario.id)]
    reason = scenario.ended.reason if scenario.ended is not None else None
    if not actions:
        actions = [{"operation": {"result": "skip", **({"message": safe(reason)} if reason else {})}}]
    return {"name": scenario.id, "description": safe(scenario.title) or scenario.id, "action": actions}


def _operations(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """The actions that the software was asked for, each with what came of it."""
    for step in scenario.steps.values():
        for asked in step.asked:
            status = asked.answered.status if asked.answered is not None else "failed"
            broken = asked.answered is None or asked.answered.failure is not None
            result = {"done": "pass", "refused": "warning", "unsupported": "skip", "failed": "fail"}[status]
            yield {
                "operation": {
                    "result": "error" if broken else result,
                    "message": safe(f"{step.id} {asked.sent.action} : {status}"),
                }
            }


def _asserted(check: CheckEnded) -> dict[str, Any]:
    errors = [finding for finding in check.findings if finding.severity == "error"]
    told = [f"{check.check} [{', '.join(check.requirements)}] {check.title}"]
    told += [f"- {item.rule} {item.location} : {item.message} {item.found} → {item.expected}" for item in errors]
    return {"assert": {"result": _RESULTS[check.verdict], "message": safe("\n".join(told))}}


def _narrative(name: str, ended: RunEnded) -> str:
    from html import escape

    said = escape(safe(f"{name} : {ended.gate.sentence}"))
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{said}</p></div>'


def _token(text: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())
