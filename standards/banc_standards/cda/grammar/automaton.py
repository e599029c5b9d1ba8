"""The content model of an element as an automaton over the names of its children (Glushkov's construction).

A state is a place of the model where a child stood; the schema of CDA R2 is deterministic, so one name leads to one
next state. What does not fit is told as a :class:`Misfit`, with what might have stood there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from banc_standards.cda.grammar.forms import Fault
from banc_standards.cda.grammar.notation import Anything, Choice, Element, Part, Repeated

START: Final = -1
_MOST: Final = 500


class Misfit(NamedTuple):
    """A child that does not stand where it may, or something missing: ``at`` is its index, None at the end.

    ``names`` are the prefixed names of what was expected.
    """

    fault: Fault
    at: int | None
    names: tuple[str, ...]


class _Piece(NamedTuple):
    first: tuple[int, ...]
    last: tuple[int, ...]
    nullable: bool


class Automaton:
    """The places of a content model, and what may follow each. ``names`` gives the name asked for in :meth:`run`."""

    def __init__(self, model: Part) -> None:
        self.places: list[Element | Anything] = []
        self._follow: list[list[int]] = []
        self._reached: dict[int, dict[int, int]] = {}
        whole = self._build(model)
        self._first: Final = tuple(whole.first)
        self.nullable: Final = whole.nullable
        self._last: Final = frozenset(whole.last) | ({START} if whole.nullable else frozenset())

    def _build(self, part: Part) -> _Piece:
        if isinstance(part, Element | Anything):
            self.places.append(part)
            self._follow.append([])
            place = (len(self.places) - 1,)
            return _Piece(place, place, False)
        if isinstance(part, Repeated):
            inside = self._build(part.part)
            if part.bound in "*+":
                self._link(inside.last, inside.first)
            return inside._replace(nullable=inside.nullable or part.bound in "?*")
        pieces = [self._build(item) for item in part.parts]
        if isinstance(part, Choice):
            return _Piece(
                tuple(place for piece in pieces for place in piece.first),
                tuple(place for piece in pieces for place in piece.last),
                any(piece.nullable for piece in pieces),
            )
        whole = _Piece((), (), True)
        for piece in pieces:
            self._link(whole.last, piece.first)
            whole = _Piece(
                whole.first + piece.first if whole.nullable else whole.first,
                whole.last + piece.last if piece.nullable else piece.last,
                whole.nullable and piece.nullable,
            )
        return whole

    def _link(self, places: Iterable[int], following: Iterable[int]) -> None:
        for place in places:
            self._follow[place] += [item for item in following if item not in self._follow[place]]

    def _after(self, state: int) -> Sequence[int]:
        return self._first if state == START else self._follow[state]

    def _name(self, place: int) -> str:
        found = self.places[place]
        return found.name if isinstance(found, Element) else "…"

    def run(self, children: Sequence[Sequence[int] | None]) -> tuple[list[int | None], list[Misfit]]:
        """The place of each child, None where it has none, and what does not fit.

        A child is given as the places that bear its name; None for what is no element.
        """
        state = START
        found: list[int | None] = []
        misfits: list[Misfit] = []
        used: set[str] = set()
        strayed: set[str] = set()
        later = Counter(self._name(candidates[0]) for candidates in children if candidates)
        for index, candidates in enumerate(children):
            if candidates:
                later[self._name(candidates[0])] -= 1
            if not candidates:
                found.append(None)
                if candidates is not None:
                    misfits.append(Misfit(Fault.UNKNOWN_ELEMENT, index, self._possible(state)))
                continue
            after = self._after(state)
            place = next((item for item in candidates if item in after), None)
            if place is None:
                misfit, place = self._astray(index, candidates, state, used, later)
                known = bool(misfit.names) and strayed.issuperset(misfit.names)
                if not known:
                    misfits.append(misfit)
                if known or misfit.fault is Fault.MISSING_ELEMENT:
                    state = place
                else:
                    strayed.add(self._name(place))
            else:
                state = place
            used.add(self._name(place))
            found.append(place)
        if state not in self._last:
            needed = self._needed(state, self._last)
            if not strayed.issuperset(needed):
                misfits.append(Misfit(Fault.MISSING_ELEMENT, None, needed))
        return found, misfits[:_MOST]

    def _astray(
        self, index: int, candidates: Sequence[int], state: int, used: set[str], later: Counter[str]
    ) -> tuple[Misfit, int]:
        """Why a child of a known name cannot stand here, and the place that it would take."""
        reached = self._distances(state)
        ahead = [place for place in candidates if place > state and place in reached]
        if ahead:
            needed = self._needed(state, frozenset(self._before(ahead)))
            fault = Fault.MISPLACED if any(later[name] for name in needed) else Fault.MISSING_ELEMENT
            return Misfit(fault, index, needed), ahead[0]
        place = candidates[0]
        once = place not in self._follow[place]
        fault = Fault.TOO_MANY if once and self._name(place) in used else Fault.MISPLACED
        return Misfit(fault, index, self._possible(state)), place

    def _before(self, places: Iterable[int]) -> Iterator[int]:
        wanted = set(places)
        if wanted.intersection(self._first):
            yield START
        for place, following in enumerate(self._follow):
            if wanted.intersection(following):
                yield place

    def _distances(self, state: int) -> dict[int, int]:
        """How many further children lead from ``state`` to each other state."""
        known = self._reached.get(state)
        if known is not None:
            return known
        found = {state: 0}
        edge = [state]
        while edge:
            nearer, edge = edge, []
            for place in nearer:
                for following in self._after(place):
                    if following not in found:
                        found[following] = found[place] + 1
                        edge.append(following)
        self._reached[state] = found
        return found

    def _needed(self, state: int, goals: frozenset[int]) -> tuple[str, ...]:
        """The names that come next on the shortest ways from ``state`` to one of ``goals``."""
        nearest: dict[int, int] = {}
        for place in self._after(state):
            distances = self._distances(place)
            reached = [distances[goal] for goal in goals if goal in distances]
            if reached:
                nearest[place] = min(reached)
        least = min(nearest.values(), default=0)
        return _unique(self._name(place) for place, distance in nearest.items() if distance == least)

    def _possible(self, state: int) -> tuple[str, ...]:
        return _unique(self._name(place) for place in self._after(state))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
