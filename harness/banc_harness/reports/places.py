"""Where findings are: the exchange that a location names, and the place within it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EXCHANGE = re.compile(r"(?P<operation>[\w.-]+)#(?P<seq>[0-9]+)(?: (?P<within>.*))?", re.DOTALL)
_STEP = re.compile(r"(?P<step>[\w.-]+)(?: #(?P<nearest>[0-9]+))?")
_PREDICATE = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Place:
    """An exchange and a place within it, or (``step``) a step in which something did not come, with the exchange that
    came nearest.
    """

    seq: int | None = None
    within: str = ""
    step: str | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The element names of the place, prefixes and predicates left out, as ``("addr", "county")``."""
        path = _PREDICATE.sub("", self.within.partition(" ")[0])
        return tuple(name.rpartition(":")[2] for name in path.split("/") if name and not name.startswith("@"))

    def same(self, other: Place) -> bool:
        """Whether both mean the same place of the same exchange, one of them perhaps said shorter."""
        if self.seq is None or self.seq != other.seq:
            return False
        short, long = sorted((self.steps, other.steps), key=len)
        return bool(short) and long[-len(short) :] == short


def place(location: str) -> Place:
    """Reads the location of a finding of a check: ``dmp.TD2.1#13 birthplace/place`` or ``UC1.01.3 #13``."""
    found = _EXCHANGE.fullmatch(location)
    if found is not None:
        return Place(int(found["seq"]), found["within"] or "")
    missed = _STEP.fullmatch(location)
    if missed is not None:
        return Place(None if missed["nearest"] is None else int(missed["nearest"]), "", missed["step"])
    return Place(within=location)
