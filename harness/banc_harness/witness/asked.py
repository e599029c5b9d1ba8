"""One action of a driver, as the witness reads it, and what the witness keeps of a session in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from banc_harness.witness import letters
from banc_harness.witness.browser import Browser
from banc_harness.witness.transport import Transport

Output = dict[str, Any]


class Declined(Exception):
    """The software declines on purpose; the text is what its user reads, ``output`` what it says beside that."""

    def __init__(self, text: str, output: Output | None = None) -> None:
        super().__init__(text)
        self.output = output or {}


@dataclass(slots=True)
class World:
    """What the witness keeps in memory of one session: the user's browser, its own clock's shift in seconds, Pro Santé
    Connect's keys as it last read them, and the first user whose token it exchanged.
    """

    browser: Browser
    offset_s: int = 0
    keys: dict[str, Any] = field(default_factory=dict)
    first_user: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An action, as its method needs it."""

    action: Mapping[str, Any]
    world: World

    @property
    def session(self) -> str:
        return str(self.action["session"])

    @property
    def input(self) -> Mapping[str, Any]:
        given: Mapping[str, Any] = self.action.get("input") or {}
        return given

    @property
    def sandbox(self) -> Mapping[str, Any]:
        given: Mapping[str, Any] = self.action["sandbox"]
        return given

    @property
    def transport(self) -> Transport:
        return Transport(self.sandbox["ca_file"])

    @property
    def now(self) -> datetime:
        return letters.now_at(self.world.offset_s)
