"""Reading the arguments of an IMAP command (RFC 3501 §9). A command is one run of octets, its literals in place."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

LITERAL: Final = re.compile(rb"\{([0-9]{1,10})(\+?)\}\r\n\Z")
"""What ends a line that a literal follows; ``+`` when the client does not wait (RFC 7888)."""
MAX_NUMBER: Final = 4_294_967_295
MAX_RANGES: Final = 5_000

_TAG: Final = re.compile(rb"[!#$&',\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]{1,64}")
_ATOM: Final = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
_ASTRING: Final = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+")
_LIST: Final = re.compile(rb"[!#$%&'*+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+")
_QUOTED: Final = re.compile(rb'"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f\x80-\xff]|\\["\\])*)"')
_INLINE: Final = re.compile(rb"\{([0-9]{1,10})\+?\}\r\n")
_NUMBER: Final = re.compile(rb"[0-9]{1,10}")
_SET: Final = re.compile(rb"(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?(?:,(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?)*")
_FLAG: Final = re.compile(rb"\\?[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,64}")
_DATE: Final = re.compile(rb'"?([ 0-9]?[0-9])-([A-Za-z]{3})-([0-9]{4})"?')
_MOMENT: Final = re.compile(
    rb'"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class BadSyntax(ValueError):
    """A command that cannot be read: at which octet, and what was expected there."""

    def __init__(self, at: int, expected: str) -> None:
        super().__init__(f"{at}: {expected}")
        self.at = at
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Numbers:
    """A sequence set: ranges whose ends may be ``*`` (None), the last message."""

    ranges: tuple[tuple[int | None, int | None], ...]

    def of(self, known: Iterable[int], last: int) -> list[int]:
        """The numbers among ``known`` (in order) that the set names."""
        bounds = [sorted((first or last, end or last)) for first, end in self.ranges]
        return [number for number in known if any(low <= number <= high for low, high in bounds)]

    def beyond(self, last: int) -> int | None:
        """A number of the set that passes ``last``, None when there is none; a range up to ``*`` passes nothing."""
        closed = (pair for pair in self.ranges if None not in pair)
        return next((end for pair in closed for end in pair if end is not None and end > last), None)


class Reader:
    """A cursor over the octets of one command."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    # -- moving --------------------------------------------------------------------------------------------------

    def fail(self, expected: str) -> BadSyntax:
        """What to raise when something else was expected here."""
        return BadSyntax(self.at, expected)

    def match(self, pattern: re.Pattern[bytes], expected: str) -> re.Match[bytes]:
        """Reads what a pattern matches. Raises :class:`BadSyntax`."""
        found = pattern.match(self.data, self.at)
        if found is None:
            raise self.fail(expected)
        self.at = found.end()
        return found

    def skip(self, text: bytes) -> bool:
        """Reads these octets if they come now, letters in any case."""
        if self.data[self.at : self.at + len(text)].upper() != text.upper():
            return False
        self.at += len(text)
        return True

    def expect(self, text: bytes) -> None:
        """Reads these octets. Raises :class:`BadSyntax`."""
        if not self.skip(text):
            raise self.fail(repr(text.decode()))

    def space(self) -> None:
        """Reads one space. Raises :class:`BadSyntax`."""
        if not self.skip(b" "):
            raise self.fail("un espace / a space")

    def peek(self) -> bytes:
        """The next octet, not read."""
        return self.data[self.at : self.at + 1]

    def end(self) -> None:
        """The command ends here. Raises :class:`BadSyntax`."""
        if self.data[self.at :] != b"\r\n":
            raise self.fail("fin de ligne / end of line")

    # -- words ---------------------------------------------------------------------------------------------------

    def tag(self) -> str:
        """The tag of the command."""
        return self.match(_TAG, "étiquette / tag")[0].decode()

    def atom(self) -> str:
        """An atom, in capitals."""
        return self.match(_ATOM, "atome / atom")[0].decode().upper()

    def number(self) -> int:
        """A number of 32 bits."""
        value = int(self.match(_NUMBER, "nombre / number")[0])
        if value > MAX_NUMBER:
            raise self.fail(f"<= {MAX_NUMBER}")
        return value

    def string(self) -> bytes:
        """A quoted string or a literal."""
        if self.peek() == b"{":
            size = int(self.match(_INLINE, "littéral / literal")[1])
            if self.at + size > len(self.data):
                raise self.fail("littéral / literal")
            self.at += size
            return self.data[self.at - size : self.at]
        return re.sub(rb"\\(.)", rb"\1", self.match(_QUOTED, "chaîne / string")[1])

    def astring(self) -> bytes:
        """An atom, a quoted string or a literal."""
        if self.peek() in (b'"', b"{"):
            return self.string()
        return self.match(_ASTRING, "atome ou chaîne / atom or string")[0]

    def text(self) -> str:
        """An astring as text."""
        return self.astring().decode("utf-8", "replace")

    def folder(self) -> str:
        """The name of a folder, out of modified UTF-7 (RFC 3501 §5.1.3)."""
        return self._name(self.astring())

    def pattern(self) -> str:
        """A folder name that may hold ``*`` and ``%``."""
        if self.peek() in (b'"', b"{"):
            return self._name(self.string())
        return self._name(self.match(_LIST, "nom de dossier / folder name")[0])

    def _name(self, octets: bytes) -> str:
        if not octets.isascii():
            raise self.fail("UTF-7 modifié / modified UTF-7")
        return decoded_name(octets)

    def numbers(self) -> Numbers:
        """A sequence set."""
        text = self.match(_SET, "numéros / sequence set")[0].decode()
        parts = text.split(",")
        if len(parts) > MAX_RANGES:
            raise self.fail(f"<= {MAX_RANGES}")
        return Numbers(tuple(self._range(part) for part in parts))

    def _range(self, text: str) -> tuple[int | None, int | None]:
        first, colon, last = text.partition(":")
        ends = [None if end == "*" else int(end) for end in ((first, last) if colon else (first, first))]
        if any(end is not None and not 0 < end <= MAX_NUMBER for end in ends):
            raise self.fail(f"1…{MAX_NUMBER}")
        return ends[0], ends[1]

    def flags(self) -> tuple[str, ...]:
        """A list of flags between brackets, or flags with none around them."""
        if not self.skip(b"("):
            found = [self._flag()]
            while self.skip(b" "):
                found.append(self._flag())
            return tuple(dict.fromkeys(found))
        found = []
        while not self.skip(b")"):
            if found:
                self.space()
            found.append(self._flag())
            if len(found) > 100:
                raise self.fail("<= 100")
        return tuple(dict.fromkeys(found))

    def _flag(self) -> str:
        flag = self.match(_FLAG, "marque / flag")[0].decode()
        known = {name.lower(): name for name in SYSTEM_FLAGS}
        if flag.startswith("\\"):
            if flag.lower() not in known:
                self.at -= len(flag)
                raise self.fail(" ".join(SYSTEM_FLAGS))
            return known[flag.lower()]
        return flag

    def date(self) -> date:
        """A date of SEARCH."""
        found = self.match(_DATE, "1-Jan-2026")
        try:
            return date(int(found[3]), _month(found[2]), int(found[1]))
        except ValueError:
            raise self.fail("1-Jan-2026") from None

    def moment(self) -> datetime:
        """A date and time of APPEND."""
        found = self.match(_MOMENT, '"01-Jan-2026 10:00:00 +0100"')
        try:
            offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == b"-" else 1)
            day, year, hour, minute, second = (int(found[index]) for index in (1, 3, 4, 5, 6))
            moment = datetime(year, _month(found[2]), day, hour, minute, second, tzinfo=timezone(offset))
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.fail('"01-Jan-2026 10:00:00 +0100"') from None


SYSTEM_FLAGS: Final = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")


def _month(text: bytes) -> int:
    return MONTHS.index(text.decode().capitalize()) + 1


_SHIFTED: Final = re.compile(r"&([^-]*)-")


def decoded_name(octets: bytes) -> str:
    """A folder name out of modified UTF-7; what is not of that form is taken as it is."""
    text = octets.decode("ascii", "replace")

    def of(found: re.Match[str]) -> str:
        if not found[1]:
            return "&"
        padded = found[1].replace(",", "/") + "=" * (-len(found[1]) % 4)
        return base64.b64decode(padded, validate=True).decode("utf-16-be")

    try:
        return _SHIFTED.sub(of, text)
    except ValueError:  # of base64, of UTF-16
        return text


def encoded_name(name: str) -> bytes:
    """A folder name in modified UTF-7."""

    def of(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        octets = base64.b64encode(found[0].encode("utf-16-be", "surrogatepass")).decode()
        return f"&{octets.rstrip('=').replace('/', ',')}-"

    return re.sub(r"&|[^\x20-\x7e]+", of, name).encode()
