"""Which driver takes which action: the general one, and the overrides of ``sut.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from banc_harness.drivers.http import HttpDriver
from banc_harness.drivers.process import ExecDriver
from banc_harness.drivers.reply import Driver
from banc_standards.contracts import sut as described
from banc_standards.errors import Sentence, UnusableInput


class Drivers:
    """The drivers of one software. Raises ``UnusableInput`` when one of them cannot be used.

    ``folder`` is where ``sut.yaml`` lies; ``environment`` is where tokens are read.
    """

    def __init__(self, sut: described.Sut, *, folder: Path, environment: Mapping[str, str]) -> None:
        self._general = _open("driver", sut.driver, folder, environment)
        self._overrides = {
            action: _open(f"overrides.{action}", chosen, folder, environment)
            for action, chosen in sut.overrides.items()
        }

    def of(self, action: str) -> Driver:
        """The driver that takes an action."""
        return self._overrides.get(action, self._general)

    async def close(self) -> None:
        """Closes them all."""
        for driver in (self._general, *self._overrides.values()):
            await driver.close()


def _open(where: str, chosen: described.Driver, folder: Path, environment: Mapping[str, str]) -> Driver:
    match chosen:
        case described.ExecDriver():
            return ExecDriver(chosen.command, folder=folder, timeout_s=chosen.timeout_s)
        case described.HttpDriver():
            return HttpDriver(
                chosen.url, timeout_s=chosen.timeout_s, token_env=chosen.token_env, environment=environment
            )
        case _:
            raise UnusableInput(
                "SUT-010",
                Sentence(
                    f"{where} : le pilote « {chosen.kind} » n'existe pas encore dans cette version",
                    f"{where}: the driver “{chosen.kind}” does not exist yet in this version",
                ),
                Sentence("utilisez exec ou http", "use exec or http"),
            )
