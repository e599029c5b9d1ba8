"""Which exchanges a check or an expectation is about, and how far an exchange is from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

NO_FACTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which an exchange is not what was expected."""

    what: str
    expected: str
    found: str

    def as_json(self) -> dict[str, str]:
        """The difference as plain JSON."""
        return {"what": self.what, "expected": self.expected, "found": self.found}


@dataclass(frozen=True, slots=True)
class Selection:
    """What an exchange must be to be taken; a key left out takes anything.

    ``operation`` is an operation of CONTRACTS §6 or a pattern (``dmp.*``), or several of them. ``facts`` are compared
    with the exchange's facts; a dotted name goes into one (``lps.name``), a list fact matches when it holds the value.
    """

    operation: str | tuple[str, ...] = "*"
    outcome: str | tuple[str, ...] | None = None
    code: str | tuple[str, ...] | None = None
    fault: str | tuple[str, ...] | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: NO_FACTS)

    def matches(self, entry: Mapping[str, Any]) -> bool:
        """Whether a journal entry is one that is meant."""
        return not self.differences(entry)

    def takes_operation(self, operation: str) -> bool:
        """Whether the operation alone fits."""
        return any(fnmatchcase(operation, pattern) for pattern in _several(self.operation))

    def differences(self, entry: Mapping[str, Any]) -> tuple[Difference, ...]:
        """Every difference between a journal entry and what is meant, the heaviest first."""
        return tuple(self._differences(entry))

    def _differences(self, entry: Mapping[str, Any]) -> Iterable[Difference]:
        operation = str(entry.get("operation", ""))
        if not self.takes_operation(operation):
            yield Difference("operation", " | ".join(_several(self.operation)), operation)
        for what, wanted in (("outcome", self.outcome), ("code", self.code), ("fault", self.fault)):
            found = entry.get(what)
            if wanted is not None and found not in _several(wanted):
                yield Difference(what, " | ".join(_several(wanted)), "" if found is None else str(found))
        facts = entry.get("facts") or {}
        for name, value in self.facts.items():
            found = fact(facts, name)
            if not _holds(found, value):
                yield Difference(name, str(value), "" if found is None else str(found))

    def __str__(self) -> str:
        said = [" | ".join(_several(self.operation))]
        for name, wanted in (("outcome", self.outcome), ("code", self.code), ("fault", self.fault)):
            if wanted is not None:
                said.append(f"{name}={' | '.join(_several(wanted))}")
        said.extend(f"{name}={value}" for name, value in self.facts.items())
        return ", ".join(said)


def fact(facts: Mapping[str, Any], name: str) -> Any:
    """The fact of a plain or dotted name; ``None`` when it is absent."""
    found: Any = facts
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def nearest(
    wanted: Selection, entries: Iterable[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], tuple[Difference, ...]] | None:
    """The entry that comes closest to what was expected, the latest among equals; ``None`` without any candidate.

    Another operation of the same service is a candidate; one of another service is not.
    """
    services = {pattern.partition(".")[0] for pattern in _several(wanted.operation)}
    best: tuple[Mapping[str, Any], tuple[Difference, ...]] | None = None
    for entry in entries:
        if "*" not in services and str(entry["operation"]).partition(".")[0] not in services:
            continue
        differences = wanted.differences(entry)
        if best is None or _distance(differences) <= _distance(best[1]):
            best = (entry, differences)
    return best


def _distance(differences: tuple[Difference, ...]) -> tuple[bool, int]:
    return any(item.what == "operation" for item in differences), len(differences)


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _holds(found: Any, wanted: Any) -> bool:
    if isinstance(found, list) and not isinstance(wanted, list):
        return wanted in found
    return bool(found == wanted)
