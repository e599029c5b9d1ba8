"""Faults as data: what a service can be told to do wrong, and what a session has armed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from banc_standards.errors import NOTHING, Sentence, UnusableInput

Parameter = int | str | bool
MAX_TIMES = 1_000_000
MAX_SEQUENCE = 1_000
MAX_ARMED = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A misbehaviour that a service can show.

    ``match_keys`` are the facts that choose the exchanges that it strikes; ``operation`` is always one of them.
    ``parameters`` are its settings with their defaults, whose types a caller keeps to ("delay_ms": 2000).
    """

    id: str
    service: str
    text: Sentence
    match_keys: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The fault as the control API lists it, sentences in both languages."""
        return {
            "id": self.id,
            "service": self.service,
            "text": {"fr": self.text.fr, "en": self.text.en},
            "match_keys": ["operation", *self.match_keys],
            "parameters": dict(self.parameters),
        }


@dataclass(frozen=True, slots=True)
class ArmedFault:
    """One occurrence of a fault, taken by an exchange: its row in the table, and its settings for this time."""

    fault: Fault
    parameters: Mapping[str, Parameter]

    @property
    def id(self) -> str:
        """The fault's id."""
        return self.fault.id

    def number(self, name: str) -> int:
        """A setting that is a whole number. Raises ``KeyError`` when the fault has no such setting."""
        return int(self.parameters[name])


@dataclass(slots=True)
class Arming:
    """A fault that waits for its exchanges.

    ``sequence`` tells what the successive exchanges get: the settings of one occurrence, or None, which lets the
    exchange pass. It is played ``times`` times over, or for ever when that is None.
    """

    fault: Fault
    match: Mapping[str, str]
    sequence: Sequence[Mapping[str, Parameter] | None]
    times: int | None
    seen: int = 0
    struck: int = 0

    @property
    def spent(self) -> bool:
        """True when nothing of it is left."""
        return self.times is not None and self.seen >= self.times * len(self.sequence)

    def matches(self, operation: str, facts: Mapping[str, Any]) -> bool:
        """True for an exchange that shows every value of ``match``."""
        for key, wanted in self.match.items():
            found = operation if key == "operation" else facts.get(key)
            if not (wanted in map(str, found) if isinstance(found, list) else str(found) == wanted):
                return False
        return True

    def as_json(self) -> dict[str, Any]:
        """The arming as the control API lists it."""
        return {
            "id": self.fault.id,
            "service": self.fault.service,
            "match": dict(self.match),
            "sequence": [None if step is None else dict(step) for step in self.sequence],
            "times": self.times,
            "seen": self.seen,
            "struck": self.struck,
        }


class FaultTable:
    """Every fault of the services that run, by id. Raises ``ValueError`` when two carry the same id."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults: dict[str, Fault] = {}
        for fault in faults:
            if fault.id in self._faults:
                raise ValueError(f"two faults are called {fault.id}")
            self._faults[fault.id] = fault

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults.values())

    def arming(
        self,
        fault_id: str,
        *,
        service: str | None = None,
        match: Mapping[str, str] | None = None,
        sequence: Sequence[Mapping[str, Parameter] | None] = (),
        times: int | None = 1,
    ) -> Arming:
        """A checked arming; an empty ``sequence`` is one plain occurrence, ``times`` None plays until disarmed.

        Raises ``UnusableInput`` when the table does not know the fault, a match key or a setting.
        """
        fault = self._faults.get(fault_id)
        if fault is None:
            raise _unknown("FAULT-001", "panne", "fault", fault_id, self._faults)
        if service is not None and service != fault.service:
            raise _unknown("FAULT-002", "service de cette panne", "service of this fault", service, (fault.service,))
        for key in match or {}:
            if key != "operation" and key not in fault.match_keys:
                raise _unknown("FAULT-003", "clé de choix", "match key", key, ("operation", *fault.match_keys))
        if (times is not None and not 1 <= times <= MAX_TIMES) or len(sequence) > MAX_SEQUENCE:
            raise UnusableInput(
                "FAULT-005",
                Sentence(
                    f"times va de 1 à {MAX_TIMES}, sequence a au plus {MAX_SEQUENCE} éléments",
                    f"times goes from 1 to {MAX_TIMES}, sequence has at most {MAX_SEQUENCE} items",
                ),
            )
        steps = [None if step is None else _settings(fault, step) for step in sequence or ({},)]
        return Arming(fault, dict(match or {}), steps, times)


class ArmedFaults:
    """What one session has armed, in the order of arming. A restart or a reset disarms everything."""

    def __init__(self) -> None:
        self._armings: list[Arming] = []
        self._disarmed = asyncio.Event()

    def __iter__(self) -> Iterator[Arming]:
        return iter(tuple(self._armings))

    def arm(self, arming: Arming) -> None:
        """Arms a fault; the same fault with the same match is replaced. Raises ``UnusableInput`` past the limit."""
        others = [known for known in self._armings if (known.fault, known.match) != (arming.fault, arming.match)]
        if len(others) >= MAX_ARMED:
            raise UnusableInput(
                "FAULT-009",
                Sentence(f"déjà {MAX_ARMED} pannes armées", f"{MAX_ARMED} faults armed already"),
                Sentence("en désarmer : DELETE …/faults", "disarm some: DELETE …/faults"),
            )
        self._armings = [*others, arming]

    def disarm(self, fault_id: str | None = None) -> int:
        """Disarms one fault, or all; returns how many armings fell."""
        kept = [known for known in self._armings if fault_id is not None and known.fault.id != fault_id]
        fallen = len(self._armings) - len(kept)
        self._armings = kept
        self._disarmed.set()
        self._disarmed = asyncio.Event()
        return fallen

    async def disarmed(self) -> None:
        """Waits until something is disarmed."""
        await self._disarmed.wait()

    def take(
        self, service: str, fault_id: str, *, operation: str = "", facts: Mapping[str, Any] | None = None
    ) -> ArmedFault | None:
        """Takes one occurrence for an exchange; None when none is armed for it, or when its turn lets it pass."""
        for arming in self._armings:
            if arming.fault.id != fault_id or arming.fault.service != service:
                continue
            if not arming.matches(operation, facts or {}):
                continue
            step = arming.sequence[arming.seen % len(arming.sequence)]
            arming.seen += 1
            if arming.spent:
                self._armings.remove(arming)
            if step is None:
                return None
            arming.struck += 1
            return ArmedFault(arming.fault, step)
        return None


def _settings(fault: Fault, step: Mapping[str, Parameter]) -> dict[str, Parameter]:
    for name, value in step.items():
        if name not in fault.parameters:
            raise _unknown("FAULT-004", "réglage de la panne", "setting of the fault", name, fault.parameters)
        wanted = type(fault.parameters[name])
        if type(value) is not wanted:
            raise UnusableInput(
                "FAULT-006",
                Sentence(f"le réglage {name} attend {wanted.__name__}", f"the setting {name} takes {wanted.__name__}"),
            )
    return {**fault.parameters, **step}


def _unknown(code: str, fr: str, en: str, given: str, known: Iterable[str]) -> UnusableInput:
    names = list(known)
    near = get_close_matches(given, names, 1)
    offered = near or names
    hint = Sentence("connus : " + ", ".join(offered), "known: " + ", ".join(offered)) if offered else NOTHING
    return UnusableInput(code, Sentence(f"{fr} : {given} est inconnu", f"{en}: {given} is unknown"), hint)
