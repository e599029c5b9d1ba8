"""Which driver takes which action: the general one, and the overrides of ``sut.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from banc_harness.certifying.desk import Desk
from banc_harness.drivers.http import HttpDriver
from banc_harness.drivers.manual import ManualDriver, PassiveDriver
from banc_harness.drivers.process import ExecDriver
from banc_harness.drivers.reply import Driver, DriverFailed, Reply
from banc_harness.proxy.driver import PREFIX, Observe, ProxyDriver
from banc_standards.contracts import sut as described
from banc_standards.contracts.driver import Action
from banc_standards.errors import Sentence, UnusableInput


class Drivers:
    """The drivers of one software, for the ``actions`` that a run will ask for.

    ``folder`` is where ``sut.yaml`` lies; ``environment`` is where tokens are read; ``desk`` is where a person can be
    asked; ``observe`` writes what the bench does itself into the journal. Raises ``UnusableInput`` when a driver that
    the run needs cannot be used.
    """

    def __init__(
        self,
        sut: described.Sut,
        *,
        actions: Collection[str],
        folder: Path,
        environment: Mapping[str, str],
        desk: Desk | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._proxy = _proxy(sut, folder, observe)
        self.general = _open("driver", sut.driver, folder, environment, desk)
        self._overrides: dict[str, Driver] = {}
        for action, chosen in sut.overrides.items():
            try:
                self._overrides[action] = _open(f"overrides.{action}", chosen, folder, environment, desk)
            except UnusableInput as unusable:
                if action in actions:
                    raise
                self._overrides[action] = Unusable(chosen.kind, unusable)

    def of(self, action: str) -> Driver:
        """The driver that takes an action; the bench itself plays those of a proxy e-Santé."""
        if self._proxy is not None and action.startswith(PREFIX):
            return self._proxy
        return self._overrides.get(action, self.general)

    async def close(self) -> None:
        """Closes them all."""
        for driver in (self.general, *self._overrides.values()):
            await driver.close()
        if self._proxy is not None:
            await self._proxy.close()


class Unusable:
    """The driver of an action that no scenario of the run announces; asked all the same, it cannot be reached."""

    timeout_s = 1

    def __init__(self, name: str, why: UnusableInput) -> None:
        self.name = name
        self._why = why

    async def act(self, action: Action) -> Reply:
        """Never answers."""
        raise DriverFailed("unreachable", self._why.text)

    async def capabilities(self) -> tuple[str, ...] | None:
        """Says nothing."""
        return None

    async def close(self) -> None:
        """Holds nothing."""


def _proxy(sut: described.Sut, folder: Path, observe: Observe | None) -> ProxyDriver | None:
    if sut.proxy is None or observe is None:
        return None
    return ProxyDriver(sut.proxy, folder=folder, observe=observe)


def _open(
    where: str, chosen: described.Driver, folder: Path, environment: Mapping[str, str], desk: Desk | None
) -> Driver:
    match chosen:
        case described.ExecDriver():
            return ExecDriver(chosen.command, folder=folder, timeout_s=chosen.timeout_s)
        case described.HttpDriver():
            return HttpDriver(
                chosen.url, timeout_s=chosen.timeout_s, token_env=chosen.token_env, environment=environment
            )
        case described.ManualDriver():
            return ManualDriver(desk, where=where, timeout_s=chosen.timeout_s)
        case described.PassiveDriver():
            return PassiveDriver(timeout_s=chosen.timeout_s)
        case _:
            raise UnusableInput(
                "SUT-010",
                Sentence(
                    f"{where} : le pilote « {chosen.kind} » n'existe pas encore dans cette version",
                    f"{where}: the driver “{chosen.kind}” does not exist yet in this version",
                ),
                Sentence("utilisez exec, http, manual ou passive", "use exec, http, manual or passive"),
            )
