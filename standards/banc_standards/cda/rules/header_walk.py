"""Judging the header against a table, in one walk: what an element holds, how often, of which type.

A :class:`Part` tells how an element is judged: by its checks, then by its :class:`Branch` es, one a kind of child.
Where a name has several branches, the first that takes the child judges it and the others do not. The table itself is
:mod:`banc_standards.cda.rules.header_table`; the rules ask for what the walk found (:meth:`Header.told`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from lxml import etree

from banc_standards.cda.grammar.types import NAMESPACES
from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import Check, hit
from banc_standards.rulebook import MOST_HITS
from banc_standards.rules import Hit

_MOST_PLANS: Final = 256
_LONGEST_KEPT: Final = 64
_NO_HIT: Final[tuple[Hit, ...]] = ()

Take: TypeAlias = Callable[[etree._Element], bool]
Aim: TypeAlias = tuple[Take, str, str]


class Fault(NamedTuple):
    """A place where a rule is broken, as :func:`~banc_standards.cda.rules.expect.hit` tells it."""

    element: etree._Element
    found: str = ""
    expected: str = ""
    below: str = ""


class Faults(dict[str, list[Fault]]):
    """The faults of one document by rule id, at most as many of each as a rule tells."""

    def tell(self, rule: str, element: etree._Element, found: str = "", expected: str = "", below: str = "") -> None:
        """Notes that ``rule`` is broken at ``element``."""
        noted = self.setdefault(rule, [])
        fault = Fault(element, found, expected, below)
        if len(noted) < MOST_HITS and fault not in noted:
            noted.append(fault)


Judge: TypeAlias = Callable[[etree._Element, Faults], None]
Siblings: TypeAlias = Callable[[Sequence[etree._Element], Sequence[etree._Element], Faults], None]


@dataclass(frozen=True, eq=False, slots=True)
class Branch:
    """The children called ``tag`` (those that ``take`` takes; None: all), between ``low`` and ``high`` of them.

    ``rule`` is the rule broken by another number, ``count`` tells which of those taken do count. ``aims`` are the
    reasons for which one is not taken: what it fails, where that stands, what is wanted there.
    """

    tag: str
    part: Part | None
    low: int
    high: int | None
    rule: str
    shown: str
    take: Take | None = None
    count: Take | None = None
    aims: tuple[Aim, ...] = ()

    def tell(self, number: int, parent: etree._Element, faults: Faults) -> None:
        """Notes a number of children that is not allowed, where the only candidate fails when there is one."""
        if number < self.low or (self.high is not None and number > self.high):
            candidates = parent.findall(self.tag) if number < self.low else []
            if len(candidates) == 1:
                for take, below, needed in self.aims:
                    if not take(candidates[0]):
                        found = candidates[0].get(below[1:], "") if below[0] == "@" else ""
                        faults.tell(self.rule, candidates[0], found, needed, below)
                        return
            wanted = (
                str(self.low) if self.low == self.high else f"{self.low}..{'*' if self.high is None else self.high}"
            )
            faults.tell(self.rule, parent, str(number), wanted, self.shown)


class _Plan(NamedTuple):
    """How the children of a row of names are judged: by index, the part, the branches to try, those that repeat."""

    plain: tuple[tuple[int, Part], ...]
    tried: tuple[tuple[int, tuple[Branch, ...]], ...]
    wrong: tuple[tuple[Branch, int], ...]
    counted: tuple[Branch, ...]
    repeated: tuple[tuple[int, ...], ...]


class Part:
    """How an element is judged. ``absence`` says that an absent thing in it, however deep, carries nothing else.

    ``named`` judges an element that names its type by ``xsi:type``.
    """

    __slots__ = ("_by_tag", "_plans", "absence", "branches", "checks", "named", "siblings")

    def __init__(
        self,
        *branches: Branch,
        checks: Iterable[Judge] = (),
        named: Judge | None = None,
        siblings: Siblings | None = None,
        absence: bool = False,
    ) -> None:
        self.branches: Final = branches
        self.checks: Final = tuple(checks)
        self.named: Final = named
        self.siblings: Final = siblings
        self.absence: Final = absence
        self._by_tag: Final[dict[str, tuple[Branch, ...]]] = {}
        for branch in branches:
            self._by_tag[branch.tag] = (*self._by_tag.get(branch.tag, ()), branch)
        self._plans: Final[dict[tuple[str, ...], _Plan]] = {}

    def judge(self, element: etree._Element, faults: Faults) -> None:
        """Judges an element and what is below it."""
        for check in self.checks:
            check(element, faults)
        if self.named is not None and element.get(XSI_TYPE) is not None:
            self.named(element, faults)
        if not self.branches:
            return
        children = list(element)
        tags = tuple([child.tag for child in children])
        plan = self._plans.get(tags) or self._planned(tags)
        for branch, number in plan.wrong:
            branch.tell(number, element, faults)
        for index, part in plan.plain:
            part.judge(children[index], faults)
        if plan.counted:
            numbers = dict.fromkeys(plan.counted, 0)
            for index, branches in plan.tried:
                _try(branches, children[index], numbers, faults)
            for branch, number in numbers.items():
                branch.tell(number, element, faults)
        for group in plan.repeated:
            self._together([children[index] for index in group], faults)

    def branch_of(self, child: etree._Element) -> Branch | None:
        """The branch that judges a child."""
        for branch in self._by_tag.get(child.tag, ()):
            if branch.take is None or branch.take(child):
                return branch
        return None

    def _together(self, children: list[etree._Element], faults: Faults) -> None:
        judged: dict[Siblings, list[etree._Element]] = {}
        for child in children:
            branch = self.branch_of(child)
            if branch is not None and branch.part is not None and branch.part.siblings is not None:
                judged.setdefault(branch.part.siblings, []).append(child)
        for check, found in judged.items():
            check(found, children, faults)

    def _planned(self, tags: tuple[str, ...]) -> _Plan:
        plan = self._plan(tags)
        if len(tags) <= _LONGEST_KEPT:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[tags] = plan
        return plan

    def _plan(self, tags: tuple[str, ...]) -> _Plan:
        plain: list[tuple[int, Part]] = []
        tried: list[tuple[int, tuple[Branch, ...]]] = []
        for index, tag in enumerate(tags):
            branches = self._by_tag.get(tag, ())
            if len(branches) == 1 and branches[0].take is None and branches[0].count is None:
                if branches[0].part is not None:
                    plain.append((index, branches[0].part))
            elif branches:
                tried.append((index, branches))
        places: dict[str, list[int]] = {}
        for index, tag in enumerate(tags):
            places.setdefault(tag, []).append(index)
        wrong, counted = [], []
        for branch in self.branches:
            number = len(places.get(branch.tag, ()))
            if number and (branch.take is not None or branch.count is not None or len(self._by_tag[branch.tag]) > 1):
                counted.append(branch)
            elif number < branch.low or (branch.high is not None and number > branch.high):
                wrong.append((branch, number))
        repeated = tuple(
            tuple(found)
            for tag, found in places.items()
            if len(found) > 1 and any(branch.part and branch.part.siblings for branch in self._by_tag.get(tag, ()))
        )
        return _Plan(tuple(plain), tuple(tried), tuple(wrong), tuple(counted), repeated)


def _try(branches: tuple[Branch, ...], child: etree._Element, numbers: dict[Branch, int], faults: Faults) -> None:
    for branch in branches:
        if branch.take is None or branch.take(child):
            if branch.count is None or branch.count(child):
                numbers[branch] += 1
            if branch.part is not None:
                branch.part.judge(child, faults)
            return


def branch(
    name: str,
    part: Part | None = None,
    number: tuple[int, int | None] = (0, None),
    rule: str = "",
    *,
    take: Take | None = None,
    count: Take | None = None,
    shown: str = "",
    aims: tuple[Aim, ...] = (),
) -> Branch:
    """A branch for the children called ``name`` (prefixed outside the HL7 namespace), told as ``shown``."""
    prefix, _, local = name.rpartition(":")
    return Branch((NAMESPACES[prefix] if prefix else V3) + local, part, *number, rule, shown or name, take, count, aims)


class Header:
    """A table by which headers are judged, once a document however many rules ask."""

    def __init__(self, root: Part) -> None:
        self._root: Final = root

    def faults(self, document: Document) -> Faults:
        """What is wrong in the header of ``document``."""
        found: Faults | None = document.memo.get(self)
        if found is None:
            found = document.memo[self] = Faults()
            self._root.judge(document.root, found)
        return found

    def told(self, rule: str) -> Check:
        """The check of a rule: the faults that the walk noted for it."""

        def check(document: Document) -> Iterator[Hit]:
            faults = document.memo.get(self)
            noted = (self.faults(document) if faults is None else faults).get(rule)
            return iter(_NO_HIT) if noted is None else (hit(*fault) for fault in noted)

        return check

    def keeps_absence(self, element: etree._Element) -> bool:
        """Whether an element is, or stands in, one whose table says that what is absent carries nothing else."""
        path = [element]
        while (above := path[-1].getparent()) is not None and path[-1].tag != f"{V3}ClinicalDocument":
            path.append(above)
        part: Part | None = self._root
        for child in reversed(path[:-1]):
            found = part.branch_of(child) if part is not None else None
            part = found.part if found is not None else None
            if part is None:
                return False
            if part.absence:
                return True
        return False
