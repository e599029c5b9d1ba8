"""HL7 times as text: are they real, how fine are they, which instant do they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_TIME: Final = re.compile(r"(?P<digits>\d{4}(?:\d\d){0,5})(?P<fraction>\.\d+)?(?P<zone>[+-]\d{1,4})?")
_FARTHEST: Final = "1400"
"""The largest distance to UTC that a zone may tell (XML Schema part 2, dateTime)."""
_FORMATS: Final = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


@dataclass(frozen=True, slots=True)
class Time:
    """A time that exists: its digits as written (4 to 14), and the moment, in UTC when the text carries a zone.

    ``start`` is naive without a zone, and stands at the start of what the digits leave open. ``zone`` is as written:
    four digits are due, but published examples write ``+100``, which is read as ``+0100``.
    """

    digits: str
    start: datetime
    zone: str

    @property
    def zoned(self) -> bool:
        """Whether the text carried its zone."""
        return bool(self.zone)

    @property
    def utc(self) -> str:
        """As XDS writes it: UTC digits. Without zone, or no finer than the day, the digits stay what they are."""
        if not self.zoned or len(self.digits) <= 8:
            return self.digits
        return self.start.strftime("%Y%m%d%H%M%S")


@lru_cache(maxsize=4096)
def read_time(text: str) -> Time | None:
    """The time that ``text`` names; None when it has not the form or names no calendar date and time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    written = found["zone"] or ""
    zone = f"{written[:1]}{_four_digits(written[1:])}" if written else ""
    if zone[1:] > _FARTHEST:
        return None
    form = _FORMATS[len(found["digits"])]
    try:
        start = datetime.strptime(found["digits"] + (zone or "+0000"), form + "%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Time(found["digits"], start if zone else start.replace(tzinfo=None), written)


def _four_digits(zone: str) -> str:
    return zone.rjust(4, "0") if len(zone) > 2 else zone.rjust(2, "0") + "00"
