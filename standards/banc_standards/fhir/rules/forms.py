"""Small shapes that the rules of several profiles share: elements that must be there, once, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.subject import Resource, at, codings, items, text
from banc_standards.rules import Hit, Severity

Steps = tuple[str | int, ...]


def found(data: Any, path: str) -> Iterator[tuple[Steps, Any]]:
    """Every value at a dotted path below ``data``, with its steps; arrays are entered."""
    level: list[tuple[Steps, Any]] = [((), data)]
    for name in path.split(".") if path else ():
        following: list[tuple[Steps, Any]] = []
        for steps, value in level:
            inner = value.get(name) if isinstance(value, dict) else None
            if isinstance(inner, list):
                following.extend(((*steps, name, number), each) for number, each in enumerate(inner))
            elif inner is not None:
                following.append(((*steps, name), inner))
        level = following
    yield from level


def number_of(data: Any, name: str) -> int:
    """How many times an element stands in ``data``; one that is told by an extension only counts."""
    value = at(data, name)
    if isinstance(value, list):
        return len(value)
    return int(value is not None or at(data, f"_{name}") is not None)


@dataclass(frozen=True, slots=True)
class Must:
    """An element by its dotted path, and how many times it stands in each element that holds it."""

    number: str
    path: str
    low: int = 1
    high: int | None = None
    severity: Severity = "error"

    def check(self, resource: Resource) -> Iterator[Hit]:
        """The elements that hold it another number of times."""
        holder, _, name = self.path.rpartition(".")
        for steps, data in found(resource.data, holder):
            count = number_of(data, name)
            if count < self.low:
                yield resource.hit(*steps, found=str(count) if self.low > 1 else "", expected=name)
            elif self.high is not None and count > self.high:
                yield resource.hit(*steps, name, found=str(count), expected=f"≤ {self.high}")


def cardinalities(
    book: FhirBook,
    prefix: str,
    rows: Iterable[Must],
    *,
    types: str | None = None,
    profiles: Iterable[str] | None = None,
) -> None:
    """Adds a rule for each row; its id is ``prefix`` and its number."""
    claimed = None if profiles is None else tuple(profiles)
    for row in rows:
        name = row.path.rpartition(".")[2]
        if row.high == 0:
            told = (f"L'élément {row.path} n'est pas transmis.", f"The element {row.path} is not sent.")
            fix = (f"Retirer {name}.", f"Remove {name}.")
        elif row.low == 0:
            told = (
                f"L'élément {row.path} paraît au plus {row.high} fois.",
                f"The element {row.path} stands at most {row.high} times.",
            )
            fix = (f"Ne garder qu'un {name}.", f"Keep one {name} only.")
        else:
            once = row.high == 1
            told = (
                f"L'élément {row.path} est présent{' une fois' if once else ''}.",
                f"The element {row.path} is present{' once' if once else ''}.",
            )
            fix = (
                (f"Ajouter {name}.", f"Add {name}.")
                if not once
                else (f"Écrire {name} une fois.", f"Write {name} once.")
            )
        book.add(
            f"{prefix}-{row.number}",
            told,
            fix,
            row.check,
            at=row.path,
            severity=row.severity,
            certainty="sourced" if row.severity == "error" else "deduced",
            types=types,
            profiles=claimed,
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """An identifier of a known kind. ``system`` and ``types`` say which identifiers are of the kind (``by``)."""

    number: str
    name: str
    system: str = ""
    types: tuple[tuple[str, str], ...] = ()
    uses: tuple[str, ...] = ()
    high: int | None = None
    by: str = "type"
    other_systems: tuple[str, ...] = ()

    def holds(self, identifier: dict[str, Any]) -> bool:
        """Whether an identifier is of the kind."""
        if self.by == "system":
            return identifier.get("system") == self.system
        if self.by == "both" and identifier.get("system") != self.system:
            return False
        known = codings(identifier.get("type"))
        return any((text(one, "system"), text(one, "code")) in self.types for one in known)

    def check(self, resource: Resource) -> Iterator[Hit]:
        """What an identifier of the kind lacks or has wrong."""
        same = 0
        for number, identifier in items(resource.data, "identifier"):
            if not self.holds(identifier):
                continue
            same += 1
            where: Steps = ("identifier", number)
            if self.high is not None and same > self.high:
                yield resource.hit(*where, found=str(same), expected=f"≤ {self.high}")
            use = text(identifier, "use")
            if self.uses and use not in self.uses:
                yield resource.hit(*where, "use", found=use, expected=" | ".join(self.uses))
            system = text(identifier, "system")
            allowed = (self.system, *self.other_systems)
            if not system or (self.system and system not in allowed):
                yield resource.hit(*where, "system", found=system, expected=self.system or "URI")
            if self.by == "system" and self.types:
                known = codings(identifier.get("type"))
                if not any((text(one, "system"), text(one, "code")) in self.types for one in known):
                    told = ", ".join(text(one, "code") for one in known)
                    yield resource.hit(*where, "type", found=told, expected=" | ".join(code for _, code in self.types))
            if not number_of(identifier, "value"):
                yield resource.hit(*where, expected="value")


def slices(
    book: FhirBook,
    prefix: str,
    rows: Iterable[Slice],
    *,
    types: str | None = None,
    profiles: Iterable[str] | None = None,
) -> None:
    """Adds a rule for each kind of identifier."""
    claimed = None if profiles is None else tuple(profiles)
    for row in rows:
        book.add(
            f"{prefix}-{row.number}",
            (
                f"L'identifiant {row.name} a son usage, son type, son système et sa valeur.",
                f"The identifier {row.name} has its use, type, system and value.",
            ),
            ("Compléter l'identifiant, ou corriger son type.", "Complete the identifier, or correct its type."),
            row.check,
            at=f"identifier[{row.name}]",
            types=types,
            profiles=claimed,
        )


def telecoms(*paths: str) -> Callable[[Resource], Iterator[Hit]]:
    """The check that contact points at some paths have a system and a value (FR Core ContactPoint)."""

    def check(resource: Resource) -> Iterator[Hit]:
        for path in paths:
            for steps, value in found(resource.data, path):
                for name in ("system", "value"):
                    if not number_of(value, name):
                        yield resource.hit(*steps, expected=name)

    return check


def names(*paths: str) -> Callable[[Resource], Iterator[Hit]]:
    """The check that names at some paths have one prefix at most (FR Core HumanName)."""

    def check(resource: Resource) -> Iterator[Hit]:
        for path in paths:
            for steps, value in found(resource.data, path):
                if number_of(value, "prefix") > 1:
                    yield resource.hit(*steps, "prefix", found=str(number_of(value, "prefix")), expected="≤ 1")

    return check


TELECOM: Final = (
    ("Un moyen de contact a son genre et sa valeur.", "A contact point has its kind and its value."),
    ("Ajouter system et value.", "Add system and value."),
)
NAME: Final = (
    ("Un nom a une civilité au plus.", "A name has one prefix at most."),
    ("Ne garder qu'une civilité ; le titre va dans suffix.", "Keep one prefix only; the title goes into suffix."),
)
