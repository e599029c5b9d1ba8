"""``sut.yaml`` as a test file: one test for each scenario, played by the engine of ``banc run``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from banc_harness import runs
from banc_harness.account import Account
from banc_harness.checks import Check
from banc_harness.client import Control
from banc_harness.engine import Engine
from banc_harness.plan import Plan
from banc_harness.play import Scenario
from banc_harness.pytest_plugin.choice import CHOICE, SEEN, WRITTEN
from banc_harness.pytest_plugin.marking import make_selectable
from banc_harness.pytest_plugin.outside import seen
from banc_harness.pytest_plugin.telling import finding_lines, journal, said
from banc_standards.contracts.vocabulary import SessionMode
from banc_standards.errors import BancError, Lang, Sentence

SERVICE_OF = {"mss": "mssante"}
"""The service of a capability, where it is not the first part of its name."""


class ScenarioFailed(Exception):
    """The software did not pass a scenario, or the scenario could not be played to its end."""


class SutFile(pytest.File):
    """The description of a software."""

    def collect(self) -> Iterator[ScenarioItem]:
        """The scenarios of its couloir and profiles, or those of ``--banc-scenario``."""
        choice = self.config.stash[CHOICE]
        options = runs.Options(sut=self.path, lang=choice.lang, scenarios=choice.scenarios)
        try:
            plan = runs.planned(options, choice.described())
        except BancError as unusable:
            raise self.CollectError(said(unusable, choice.lang)) from None
        for scenario in plan.scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.id, plan=replace(plan, scenarios=(scenario,)))


class ScenarioItem(pytest.Item):
    """One scenario: passes when it was played to its end and every check that judged it passed."""

    def __init__(self, *, plan: Plan, **rest: Any) -> None:
        super().__init__(**rest)
        self.plan = plan
        (self.scenario,) = plan.scenarios
        self.stash[WRITTEN] = self.path
        self.add_marker(pytest.mark.banc)
        make_selectable(self, [self.scenario.use_case, *_requirements(plan, self.scenario)])

    @property
    def lang(self) -> Lang:
        """The language of the reader."""
        return self.plan.lang

    def runtest(self) -> None:
        """Plays and judges. Skips what the software does not declare, or does not support."""
        from banc_harness.pytest_plugin import place_of

        if lacking := self.plan.lacking(self.scenario):
            names = ", ".join(lacking)
            pytest.skip(
                Sentence(f"capacités non déclarées : {names}", f"capabilities not declared: {names}").of(self.lang)
            )
        place = place_of(self.config)
        place.require()
        mode: SessionMode = "lenient" if place.own else "strict"
        engines: list[Engine] = []
        ca_file = Path(place.handle.ca_bundle).resolve()

        async def played(api: Control) -> Account:
            account, control = Account(), seen(api, place.handle)
            plan = replace(self.plan, run=runs.new_run())
            engines.append(Engine(plan, control, mode=mode, ca_file=ca_file))
            try:
                async for event in engines[0].run():
                    account.add(event)
            finally:
                if account.started is not None and account.started.session != "default":
                    await _forget(control, account.started.session)
            return account

        try:
            account = place.handle.call(played)
        except BancError as error:
            raise ScenarioFailed(said(error, self.lang)) from None
        entries = engines[0].sealed.entries
        session = "" if account.started is None else account.started.session
        self.stash[SEEN] = journal(session, [*entries.values()], self.lang)
        self._conclude(account)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Findings read better than a traceback of ours."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The description, and the scenario with its title."""
        return self.path, None, f"{self.scenario.id} {self.scenario.title.of(self.lang)}"

    def _conclude(self, account: Account) -> None:
        speaking: dict[str, list[str]] = {}
        for check in account.checks:
            for requirement in check.requirements:
                speaking.setdefault(requirement, []).append(check.check)
        self.user_properties += [(f"requirement:{name}", " ".join(checks)) for name, checks in speaking.items()]
        failures = account.failures()
        if failures:
            raise ScenarioFailed("\n\n".join(self._failed(account)))
        broken = [remark for remark in account.remarks if remark.level == "error"]
        if account.ended is None or account.ended.exit_code == 3 or broken:
            head = Sentence("pas joué jusqu'au bout", "not played to its end").of(self.lang)
            raise ScenarioFailed("\n".join([head, *(f"  {item.text} [{item.code}]" for item in broken)]))
        missed = list(_missed(account, self.lang))
        if missed:
            raise ScenarioFailed("\n".join(missed))
        open_ = [check for check in account.checks if check.verdict != "CONFORME"]
        reasons = [step.ended.reason for step in _steps(account) if step.ended is not None and step.ended.reason]
        if open_ or not account.checks:
            head = Sentence("pas jugé", "not judged").of(self.lang)
            pytest.skip("; ".join([head, *reasons, *(f"{check.check} {check.verdict}" for check in open_)]))

    def _failed(self, account: Account) -> Iterator[str]:
        for failure in account.failures():
            lines = [f"{failure.check} {failure.title} [{', '.join(failure.requirements)}]"]
            for finding in failure.findings:
                if finding.severity == "error":
                    told = finding_lines(finding.as_json(), self.lang, under=failure.check)
                    lines += [f"  {line}" for line in told]
            yield "\n".join(lines)
        missed = list(_missed(account, self.lang))
        if missed:
            yield "\n".join(missed)


def _requirements(plan: Plan, scenario: Scenario) -> tuple[str, ...]:
    """The requirements that a scenario may put to the test: those of checks on the services that it needs."""
    services = {SERVICE_OF.get(name.partition(".")[0], name.partition(".")[0]) for name in scenario.requires}
    checks = [check for check in plan.checks.values() if check.concerns(scenario.id) and _speaks_of(check, services)]
    return tuple(dict.fromkeys(name for check in checks for name in check.requirements if name in plan.table))


def _speaks_of(check: Check, services: set[str]) -> bool:
    operations = (check.on.operation,) if isinstance(check.on.operation, str) else check.on.operation
    return any(name.partition(".")[0] in services for name in operations)


def _steps(account: Account) -> Iterable[Any]:
    return (step for scenario in account.scenarios.values() for step in scenario.steps.values())


def _missed(account: Account, lang: Lang) -> Iterator[str]:
    for step in _steps(account):
        if step.ended is not None and step.ended.outcome != "missed":
            continue  # the driver could not be asked, or did not support it: nothing could come
        for item in step.missed:
            told = item.operation if item.outcome is None else f"{item.operation}, outcome={item.outcome}"
            yield Sentence(f"{step.id} : aucun échange {told}", f"{step.id}: no exchange {told}").of(lang)
            if item.nearest is not None:
                near = f"  n° {item.nearest.seq} {item.nearest.operation} {item.nearest.outcome}"
                yield "\n".join([near, *(f"    {text}" for text in item.nearest.difference)])
        yield from (f"  « {text} »" for text in step.shown if step.missed)


async def _forget(control: Control, session: str) -> None:
    """A sandbox that is gone keeps nothing."""
    try:
        await control.delete_session(session)
    except BancError:
        return
