"""Switches: behaviour of a service that rests on an uncertain fact, with its stated default."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from banc_standards.errors import Sentence, UnusableInput

Value = str | int | bool
MOST = 10**9
"""The largest number that a switch takes: durations in seconds and counts, some thirty years or a thousand million."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A behaviour that a session may choose. ``values`` lists what it takes; empty, any value of the default's type, a
    number from 0 to :data:`MOST`.
    """

    name: str
    service: str
    text: Sentence
    default: Value
    values: tuple[Value, ...] = ()

    def accepts(self, value: object) -> bool:
        """True for a value that the switch takes."""
        if type(value) is not type(self.default):
            return False
        if self.values:
            return value in self.values
        return type(value) is not int or 0 <= value <= MOST

    def as_json(self) -> dict[str, Any]:
        """The switch as the control API lists it, sentences in both languages."""
        return {
            "name": self.name,
            "service": self.service,
            "text": {"fr": self.text.fr, "en": self.text.en},
            "default": self.default,
            "values": list(self.values),
        }


class SwitchTable:
    """Every switch of the services that run, by name. Raises ``ValueError`` when two carry the same name."""

    def __init__(self, switches: Iterable[Switch] = ()) -> None:
        self._switches: dict[str, Switch] = {}
        for switch in switches:
            if switch.name in self._switches:
                raise ValueError(f"two switches are called {switch.name}")
            self._switches[switch.name] = switch

    def __iter__(self) -> Iterator[Switch]:
        return iter(self._switches.values())

    def default(self, name: str) -> Value:
        """The default of one switch. Raises ``KeyError`` when no service has it."""
        return self._switches[name].default

    def defaults(self) -> dict[str, Value]:
        """The default of each switch."""
        return {name: switch.default for name, switch in self._switches.items()}

    def checked(self, values: Mapping[str, object]) -> dict[str, Value]:
        """The values, once each is known to be of its switch. Raises ``UnusableInput``."""
        checked: dict[str, Value] = {}
        for name, value in values.items():
            switch = self._switches.get(name)
            if switch is None:
                offered = ", ".join(get_close_matches(name, self._switches, 1) or self._switches) or "-"
                raise UnusableInput(
                    "SWITCH-001",
                    Sentence(f"interrupteur inconnu : {name}", f"unknown switch: {name}"),
                    Sentence(f"connus : {offered}", f"known: {offered}"),
                )
            if not switch.accepts(value) or not isinstance(value, str | int | bool):
                takes = ", ".join(map(str, switch.values)) or _kind(switch.default)
                raise UnusableInput(
                    "SWITCH-002",
                    Sentence(f"{name} ne prend pas la valeur {value!r}", f"{name} does not take {value!r}"),
                    Sentence(f"valeurs : {takes}", f"values: {takes}"),
                )
            checked[name] = value
        return checked


def _kind(default: Value) -> str:
    return f"0-{MOST}" if type(default) is int else type(default).__name__
