"""``junit.xml``: a suite for each scenario, a test case for each check judged in it, for CI systems.

The shape is the one that common schemas agree on: a test case holds at most a ``failure`` or a ``skipped``, and
properties stand on the suite. There, ``requirement:ID`` names the checks that speak for a requirement.
"""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from banc_harness.account import Account
from banc_harness.reports import folder
from banc_harness.reports.redaction import safe
from banc_standards.contracts.events import CheckEnded, RunStarted
from banc_standards.contracts.vocabulary import SoftwareType
from banc_standards.errors import Lang, Sentence

FILE = "junit.xml"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(*accounts: Account) -> str:
    """The file of one run, or of several; raises ``ValueError`` before they have ended."""
    root = etree.Element("testsuites")
    names: dict[str, None] = {}
    duration_ms = 0
    for account in accounts:
        started, ended = account.started, account.ended
        if started is None or ended is None:
            raise ValueError("the run has not ended")
        names[started.sut.product.name] = None
        duration_ms += ended.duration_ms
        _run(root, account, started)
    root.set("name", plain(f"Banc Ségur {', '.join(names)}"))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{duration_ms / 1000:.3f}")
    return etree.tostring(root, encoding="unicode", pretty_print=True).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "")
    )


def _run(root: etree._Element, account: Account, started: RunStarted) -> None:
    late = [check for check in account.checks if check.scenario is None]
    for scenario in account.scenarios.values():
        about = [check for check in account.checks if check.scenario == scenario.id]
        software = scenario.started.software if scenario.started is not None else None
        reason = scenario.ended.reason if scenario.ended is not None else None
        duration = scenario.ended.duration_ms if scenario.ended is not None else 0
        title = f"{scenario.id} {scenario.title}"
        _suite(root, started, software, title, scenario.id, about, duration, reason or "")
    if late:
        title = Sentence("après le dernier scénario", "after the last scenario").of(started.lang)
        _suite(root, started, late[0].software, title, "late", late, 0, "")


def write(account: Account, into: Path) -> Path:
    """Writes ``junit.xml`` into a folder. Raises ``EnvironmentFailed`` when it cannot be written."""
    return folder.write(into, FILE, render(account))


def _suite(
    root: etree._Element,
    started: RunStarted,
    software: SoftwareType | None,
    title: str,
    scenario: str,
    checks: list[CheckEnded],
    duration_ms: int,
    reason: str,
) -> None:
    rank, package = len(root), scenario if software is None else f"{software}.{scenario}"
    failed = sum(check.verdict == "NON_CONFORME" for check in checks)
    skipped = sum(check.verdict not in ("CONFORME", "NON_CONFORME") for check in checks) or int(not checks)
    suite = etree.SubElement(
        root,
        "testsuite",
        name=plain(title if software is None else f"{software} {title}"),
        tests=str(len(checks) or 1),
        failures=str(failed),
        errors="0",
        skipped=str(skipped),
        time=f"{duration_ms / 1000:.3f}",
        timestamp=started.at[:19],
        hostname="localhost",
        id=str(rank),
        package=package,
    )
    properties = etree.SubElement(suite, "properties")
    _property(properties, "run", started.run)
    _property(properties, "session", started.session)
    speaking: dict[str, list[str]] = {}
    for check in checks:
        for requirement in check.requirements:
            speaking.setdefault(requirement, []).append(check.check)
    for requirement, names in speaking.items():
        _property(properties, f"requirement:{requirement}", " ".join(names))
    for check in checks:
        _case(suite, check, package, started.lang)
    if not checks:
        case = etree.SubElement(suite, "testcase", name=scenario, classname=package, time="0")
        etree.SubElement(case, "skipped", message=plain(reason))
    etree.SubElement(suite, "system-out")
    etree.SubElement(suite, "system-err")


def _property(properties: etree._Element, name: str, value: str) -> None:
    etree.SubElement(properties, "property", name=plain(name), value=plain(value))


def _case(suite: etree._Element, check: CheckEnded, package: str, lang: Lang) -> None:
    name = f"{check.check} {check.title} [{', '.join(check.requirements)}]"
    case = etree.SubElement(suite, "testcase", name=plain(name), classname=package, time="0")
    if check.verdict == "NON_CONFORME":
        failure = etree.SubElement(case, "failure", message=plain(check.title), type=check.check)
        failure.text = plain("\n\n".join(_told(check, lang)))
    elif check.verdict == "NON_TESTE":
        said = Sentence("non testé", "not tested")
        etree.SubElement(case, "skipped", message=said.of(lang))
    elif check.verdict == "NON_APPLICABLE":
        said = Sentence("sans objet pour ce logiciel", "not applicable to this software")
        etree.SubElement(case, "skipped", message=said.of(lang))
    elif check.verdict != "CONFORME":
        said = Sentence("à compléter par une personne", "to be completed by a person")
        etree.SubElement(case, "skipped", message=said.of(lang))


def _told(check: CheckEnded, lang: Lang) -> list[str]:
    where, found, expected, fix, clause = (
        ("where", "found", "expected", "fix", "clause")
        if lang == "en"
        else ("où", "trouvé", "attendu", "à faire", "texte")
    )
    told = []
    for finding in check.findings:
        if finding.severity != "error":
            continue
        line = f" (l. {finding.line})" if finding.line is not None else ""
        rows = (
            (where, f"{finding.location}{line}"),
            (found, finding.found),
            (expected, finding.expected),
            (fix, finding.fix),
            (clause, finding.clause),
        )
        told.append(
            "\n".join([f"{finding.rule} {finding.message}", *(f"  {name}: {text}" for name, text in rows if text)])
        )
    return told


def plain(text: str) -> str:
    """Text that XML can hold, as it may be shown."""
    return _UNWRITABLE.sub("�", safe(text))
