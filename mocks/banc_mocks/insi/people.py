"""Whom INSi knows: the bench's patients, the published test people, and a population that a tester loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Final, Protocol

from banc_fixtures.insi_test_people import INSI_TEST_PEOPLE
from banc_fixtures.patients import HistoricalIns
from banc_fixtures.population import population
from banc_standards.ins import INS_TEST, Ins, StrictTraits, fold


@dataclass(frozen=True, slots=True)
class Person:
    """One identity of the reference base. ``breaks`` makes any search that finds it end with a technical fault."""

    traits: StrictTraits
    ins: Ins | None
    historical: tuple[HistoricalIns, ...] = ()
    breaks: bool = False
    given_in_answer: bool = False
    patient: str = ""


class Base(Protocol):
    """An indexed set of people; what it gives is to be compared again, exactly."""

    def named(self, birth_family: str, birth_date: str) -> Sequence[Person]:
        """Those born on that day (as text) under that name, whatever its separators, accents and case."""

    def numbered(self, number: str) -> Sequence[Person]:
        """Those whose active matricule has these 13 characters."""


class Nobody:
    """A base without anybody."""

    def named(self, birth_family: str, birth_date: str) -> Sequence[Person]:
        """Nobody."""
        return ()

    def numbered(self, number: str) -> Sequence[Person]:
        """Nobody."""
        return ()


NOBODY: Final = Nobody()


class Known:
    """People held in memory, indexed by folded birth name and date of birth, and by number."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._named: dict[tuple[str, str], list[Person]] = {}
        self._numbered: dict[str, list[Person]] = {}
        for person in people:
            traits = person.traits
            self._named.setdefault((fold(traits.birth_family), traits.birth_date), []).append(person)
            if person.ins is not None:
                self._numbered.setdefault(person.ins.number, []).append(person)

    def named(self, birth_family: str, birth_date: str) -> Sequence[Person]:
        """Those of that folded name and date."""
        return self._named.get((fold(birth_family), birth_date), ())

    def numbered(self, number: str) -> Sequence[Person]:
        """Those of that number."""
        return self._numbered.get(number, ())


@dataclass(frozen=True, slots=True)
class Reference:
    """Everybody: who is always known, then a loaded population, whose people count once if they are known already."""

    known: Base
    loaded: Base = NOBODY

    def named(self, birth_family: str, birth_date: str) -> Sequence[Person]:
        """Those of that folded name and date, of both."""
        return self._both(self.known.named(birth_family, birth_date), self.loaded.named(birth_family, birth_date))

    def numbered(self, number: str) -> Sequence[Person]:
        """Those of that number, of both."""
        return self._both(self.known.numbered(number), self.loaded.numbered(number))

    def _both(self, known: Sequence[Person], loaded: Sequence[Person]) -> Sequence[Person]:
        if not loaded:
            return known
        held = {person.ins.value for person in known if person.ins is not None}
        return [*known, *(person for person in loaded if person.ins is None or person.ins.value not in held)]


@lru_cache(maxsize=8)
def known(bench_oid: str = INS_TEST) -> Known:
    """The bench's patients under ``bench_oid``, then the published test people."""

    def under(ins: Ins) -> Ins:
        return replace(ins, oid=bench_oid)

    bench = (
        Person(
            traits=patient.traits,
            ins=under(patient.ins),
            historical=tuple(replace(former, ins=under(former.ins)) for former in patient.historical),
            breaks=patient.insi == "fault",
            patient=patient.id,
        )
        for patient in population().patients
        if patient.ins and patient.insi != "unknown"
    )
    published = (
        Person(person.traits, person.ins, person.historical, person.insi == "fault", person.given_in_answer)
        for person in INSI_TEST_PEOPLE
    )
    return Known(chain(bench, published))
