"""``banc_sut``: the vendor's software, driven through the driver that its ``sut.yaml`` names."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from banc_fixtures.population import UnknownIdentity, population
from banc_harness.drivers.choice import Drivers
from banc_harness.inputs import for_software
from banc_harness.pytest_plugin.telling import said
from banc_harness.session import acting_professional, acting_structure, furnish
from banc_standards.contracts.driver import Action, ActionSandbox, Answer
from banc_standards.contracts.vocabulary import ACTIONS
from banc_standards.errors import BancError

if TYPE_CHECKING:
    from banc_harness.pytest_plugin.sessions import BancSession
    from banc_harness.sut import Described


class SutHandle:
    """The software under test in the session of one test.

    ``sut`` is its description, ``sandbox`` what each action tells it: addresses, client, certificates.
    """

    def __init__(self, described: Described, session: BancSession, sandbox: ActionSandbox, drivers: Drivers) -> None:
        self.sut = described.sut
        self.session = session
        self.sandbox = sandbox
        self._drivers = drivers

    @classmethod
    def opened(cls, described: Described, session: BancSession) -> Self:
        """Registers the software in the session. Fails the test at hand when that cannot be."""
        from banc_harness.pytest_plugin.outside import seen

        sut, people = described.sut, population()
        try:
            drivers = Drivers(sut, actions=ACTIONS, folder=described.folder, environment=os.environ)
            sandbox = session.sandbox.call(
                lambda api: furnish(
                    seen(api, session.sandbox), session.id, sut, people, ca_file=Path(session.sandbox.ca_bundle)
                )
            )
        except BancError as error:
            raise pytest.fail.Exception(said(error, session.lang), pytrace=False) from None
        return cls(described, session, sandbox, drivers)

    def act(self, action: str, *, deadline_s: int | None = None, **input: Any) -> Answer:
        """Asks the driver for an action (CONTRACTS §9) and returns its answer: ``status``, ``output``, ``shown``.

        ``professional``, ``structure`` and ``patient`` may be ids of ``banc identities``; the first two are those of
        ``sut.yaml`` when left out. Fails the test when the driver cannot be reached, dies or answers nonsense.
        """
        __tracebackhide__ = True
        if action not in ACTIONS:
            pytest.fail(f"{action} : {', '.join(ACTIONS)}", pytrace=False)
        driver = self._drivers.of(action)
        asked = Action(
            id=str(uuid.uuid4()),
            run="pytest",
            session=self.session.id,
            step="pytest",
            action=action,
            deadline_s=deadline_s or driver.timeout_s,
            lang=self.session.lang,
            sandbox=self.sandbox,
            input=for_software(self._people(input), self.session.id),
        )
        try:
            return self.session.sandbox.call(lambda _api: driver.act(asked)).answer
        except BancError as error:
            raise pytest.fail.Exception(said(error, self.session.lang), pytrace=False) from None

    def close(self) -> None:
        """Lets go of the drivers."""
        self.session.sandbox.call(lambda _api: self._drivers.close())

    def _people(self, input: dict[str, Any]) -> dict[str, Any]:
        people = population()
        find = {"professional": people.professional, "structure": people.structure, "patient": people.patient}
        given = {
            "professional": acting_professional(self.sut, people),
            "structure": acting_structure(self.sut, people),
            **input,
        }
        try:
            return {
                name: find[name](value) if name in find and isinstance(value, str) else value
                for name, value in given.items()
            }
        except UnknownIdentity as unknown:
            raise pytest.fail.Exception(unknown.text.of(self.session.lang), pytrace=False) from None
